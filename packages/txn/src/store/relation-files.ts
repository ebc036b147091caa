/** Relation files: the open tables and indexes, creation and removal as part of transactions, sequences. */
import type { PageUse } from '@pglitedb/storage';
import { assert, type Oid } from '@pglitedb/types';
import type { Index, IndexSpec, RelationStore, SequenceState, Table, TableSpec, Transaction } from '../api.js';
import { IndexImpl } from '../index/index-impl.js';
import { writeCell } from '../log/cells.js';
import { KINDS, OP, REC, UNLOGGED } from '../log/records.js';
import { RedoBuffer } from '../log/redo-buffer.js';
import { TableImpl } from '../table/table.js';
import { emptyTable } from '../table/truncate.js';
import type { TransactionManagerImpl } from '../transaction/manager.js';
import type { TransactionImpl } from '../transaction/transaction.js';
import { UNDO_ACTION } from '../undo/record.js';
import { Checkpointer } from './checkpoint.js';
import { Counters } from './counters.js';
import { Directory } from './directory.js';
import { PendingEntries } from './pending-entries.js';

export class RelationFiles implements RelationStore {
  readonly tables = new Map<number, TableImpl>();
  readonly indexes = new Map<number, IndexImpl>();
  readonly sequences = new Map<number, SequenceState>();
  readonly counters: Counters;
  readonly directory = new Directory();
  readonly pending = new PendingEntries();
  readonly checkpointer: Checkpointer;

  constructor(private readonly manager: TransactionManagerImpl) {
    this.counters = new Counters(manager.engine);
    this.checkpointer = new Checkpointer(manager, this);
  }

  createTable(tx: Transaction, relfile: number, spec: TableSpec): Table {
    const owner = tx as TransactionImpl;
    this.manager.beginWrite(owner);
    this.counters.usedRelfile(relfile);
    assert(!this.tables.has(relfile) && !this.directory.has(relfile), 'a relation file is created once');
    const table = new TableImpl(this.manager, relfile, spec);
    table.createdBy = owner;
    table.bind(spec);
    this.tables.set(relfile, table);
    if (table.logged || !spec.temporary) this.logCreateTable(owner, table);
    this.manager.pushUndo(owner, { kind: UNDO_ACTION, relation: true, rollback: () => this.discard(relfile), commit: () => this.tableCreated(table) });
    return table;
  }

  private tableCreated(table: TableImpl): void {
    table.createdBy = null;
    if (!table.spec.temporary && this.tables.get(table.relfile) === table) this.directory.setTable(table.relfile, !table.spec.logged, table.codecs);
  }

  private logCreateTable(tx: TransactionImpl, table: TableImpl): void {
    const redo = this.manager.redo(tx);
    redo.u8(OP.createTable);
    redo.varint(table.relfile);
    redo.u8(table.spec.logged ? 0 : UNLOGGED);
    redo.varint(table.codecs.length - 1);
    for (let i = 1; i < table.codecs.length; i++) redo.u8(KINDS.indexOf(table.codecs[i]!.physical));
  }

  openTable(relfile: number, spec: TableSpec): Table {
    let table = this.tables.get(relfile);
    if (table === undefined) {
      table = new TableImpl(this.manager, relfile, spec);
      this.directory.shape(table);
      table.bind(spec);
      this.tables.set(relfile, table);
      for (const index of this.indexes.values()) if (index.spec.tableRelfile === relfile) index.link(table);
    } else if (table.spec !== spec && spec.columns.length >= table.spec.columns.length) this.rebind(table, spec);
    return table;
  }

  /** A longer spec that extendTable has not announced: the columns are there from now on, whoever commits. */
  private rebind(table: TableImpl, spec: TableSpec): void {
    const before = table.codecs.length;
    table.bind(spec);
    if (table.codecs.length === before || table.createdBy !== null || spec.temporary) return;
    const record = RedoBuffer.take();
    record.u8(REC.sequences);
    this.writeExtend(record, table, before);
    this.manager.engine.append(record.view());
    RedoBuffer.give(record);
    this.directory.changed(table.relfile, table.codecs);
  }

  extendTable(tx: Transaction, relfile: number, spec: TableSpec): Table {
    const owner = tx as TransactionImpl;
    const table = this.openTable(relfile, { ...spec, columns: spec.columns.slice(0, this.knownColumns(relfile, spec)) }) as TableImpl;
    const first = table.codecs.length;
    if (spec.columns.length < first) return table;
    this.manager.beginWrite(owner);
    const before = table.spec;
    table.bind(spec);
    if (!spec.temporary) this.writeExtend(this.manager.redo(owner), table, first);
    this.manager.pushUndo(owner, {
      kind: UNDO_ACTION,
      relation: true,
      rollback: () => {
        table.dropColumnsFrom(first);
        table.spec = before;
      },
      commit: () => this.directory.changed(relfile, table.codecs),
    });
    return table;
  }

  private knownColumns(relfile: number, spec: TableSpec): number {
    const table = this.tables.get(relfile);
    return Math.min(spec.columns.length, table !== undefined ? table.codecs.length - 1 : this.directory.columnCount(relfile));
  }

  private writeExtend(redo: RedoBuffer, table: TableImpl, first: number): void {
    redo.u8(OP.extend);
    redo.varint(table.relfile);
    redo.varint(first);
    redo.varint(table.codecs.length - first);
    for (let i = first; i < table.codecs.length; i++) {
      redo.u8(KINDS.indexOf(table.codecs[i]!.physical));
      writeCell(redo, table.codecs[i]!, table.codecs[i]!.missing);
    }
  }

  createIndex(tx: Transaction, relfile: number, spec: IndexSpec): Index {
    const owner = tx as TransactionImpl;
    this.manager.beginWrite(owner);
    this.counters.usedRelfile(relfile);
    assert(!this.indexes.has(relfile) && !this.directory.has(relfile), 'a relation file is created once');
    const index = this.adopt(new IndexImpl(this.manager, relfile, spec));
    index.createdBy = owner;
    if (!spec.temporary) {
      const redo = this.manager.redo(owner);
      redo.u8(OP.createIndex);
      redo.varint(relfile);
      redo.u8(spec.logged ? 0 : UNLOGGED);
      redo.varint((spec.tableRelfile ?? -1) + 1);
    }
    this.manager.pushUndo(owner, { kind: UNDO_ACTION, relation: true, rollback: () => this.discard(relfile), commit: () => this.indexCreated(index) });
    return index;
  }

  private indexCreated(index: IndexImpl): void {
    index.createdBy = null;
    if (!index.spec.temporary && this.indexes.get(index.relfile) === index) this.directory.setIndex(index.relfile, !index.spec.logged, index.spec.tableRelfile);
  }

  private adopt(index: IndexImpl): IndexImpl {
    this.indexes.set(index.relfile, index);
    const table = index.spec.tableRelfile === undefined ? undefined : this.tables.get(index.spec.tableRelfile);
    if (table !== undefined) index.link(table);
    return index;
  }

  openIndex(relfile: number, spec: IndexSpec): Index {
    const known = this.indexes.get(relfile);
    if (known !== undefined) return known;
    const index = this.adopt(new IndexImpl(this.manager, relfile, spec));
    this.pending.apply(index);
    return index;
  }

  get pageUse(): Readonly<PageUse> { return this.manager.pool.use; }
  pendingIndexes(): number[] {
    return this.pending.relfiles();
  }

  drop(tx: Transaction, relfile: number): void {
    const owner = tx as TransactionImpl;
    this.manager.beginWrite(owner);
    const temporary = (this.tables.get(relfile)?.spec ?? this.indexes.get(relfile)?.spec)?.temporary === true;
    if (!temporary) {
      const redo = this.manager.redo(owner);
      redo.u8(OP.drop);
      redo.varint(relfile);
    }
    this.manager.pushUndo(owner, { kind: UNDO_ACTION, relation: true, rollback: () => {}, commit: () => this.discard(relfile) });
  }

  /** Forgets a relation file and its pages. */
  discard(relfile: number): void {
    const table = this.tables.get(relfile);
    if (table !== undefined) emptyTable(table);
    const index = this.indexes.get(relfile);
    index?.table?.removeIndex(index);
    this.tables.delete(relfile);
    this.indexes.delete(relfile);
    this.sequences.delete(relfile);
    this.pending.drop(relfile);
    this.directory.remove(relfile);
    this.manager.pool.drop(relfile);
  }

  newRelfile(): number {
    return this.counters.nextRelfile();
  }

  nextOid(): Oid {
    return this.counters.nextOid();
  }

  sequence(relfile: number): SequenceState | undefined {
    return this.sequences.get(relfile);
  }

  setSequence(tx: Transaction, relfile: number, state: SequenceState): void {
    const owner = tx as TransactionImpl;
    this.manager.beginWrite(owner);
    if (!this.sequences.has(relfile)) this.manager.pushUndo(owner, { kind: UNDO_ACTION, relation: true, rollback: () => { this.sequences.delete(relfile); }, commit: () => {} });
    this.sequences.set(relfile, state);
    (owner.sequences ??= new Set()).add(relfile);
  }

  /** Puts the sequences that a transaction has advanced into its redo. */
  logSequences(tx: TransactionImpl): void {
    if (tx.sequences !== null) this.writeSequences(this.manager.redo(tx), tx);
  }

  logLooseSequences(tx: TransactionImpl): void {
    if (tx.sequences === null) return;
    const record = RedoBuffer.take();
    record.u8(REC.sequences);
    this.writeSequences(record, tx);
    if (record.length > 1) this.manager.engine.append(record.view());
    RedoBuffer.give(record);
  }

  private writeSequences(redo: RedoBuffer, tx: TransactionImpl): void {
    for (const relfile of tx.sequences!) {
      const state = this.sequences.get(relfile);
      if (state === undefined) continue;
      redo.u8(OP.sequence);
      redo.varint(relfile);
      redo.u8(state.called ? 1 : 0);
      writeCell(redo, { physical: 'int64' }, state.last);
      this.directory.touch(relfile);
    }
  }

  checkpoint(): Promise<void> {
    return this.checkpointer.run(false);
  }

  checkpointIfDue(): void {
    this.checkpointer.runIfDue();
  }

  closeCheckpoint(): Promise<void> {
    return this.checkpointer.run(true);
  }
}

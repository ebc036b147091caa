/** A b-tree index: entries (key, rowid) without visibility of their own; readers check the version they lead to. */
import { BTree, SLOT_LIVE, type IndexKey, type KeyColumn } from '@pglitedb/storage';
import type { Datum } from '@pglitedb/types';
import type { Index, IndexBatch, IndexScan, IndexSpec, KeyRange, RecheckKey, RowId, Snapshot, Table, Transaction, UniqueCheck } from '../api.js';
import { writeCell } from '../log/cells.js';
import { OP } from '../log/records.js';
import { chunkOf, slotOf } from '../table/row-id.js';
import type { TableImpl } from '../table/table.js';
import type { Context } from '../transaction/context.js';
import { readsOf } from '../transaction/serializable.js';
import type { TransactionImpl } from '../transaction/transaction.js';
import { UNDO_ACTION } from '../undo/record.js';
import { KeyBatch } from './key-batch.js';
import { EntryScan } from './scan.js';
import { findConflict } from './unique.js';

export class IndexImpl implements Index {
  readonly tree: BTree;
  table: TableImpl | null = null;
  /** Every key column is a table column, so keys can be computed from rows here. */
  readonly plain: boolean;
  createdBy: TransactionImpl | null = null;
  private readonly scratch: Datum[][];

  constructor(readonly context: Context, readonly relfile: number, readonly spec: IndexSpec) {
    this.tree = BTree.open(context.pool as Parameters<typeof BTree.open>[0], relfile, spec.keys.map(keyColumn));
    this.plain = spec.tableColumns.length > 0 && spec.tableColumns.every((attnum) => attnum > 0);
    this.scratch = spec.keys.map(() => [null]);
  }

  get logged(): boolean {
    return this.spec.logged && !this.spec.temporary && this.context.logsRows;
  }

  /** Entries of old versions may be there without undo saying so: each one is checked. */
  get mayBeStale(): boolean {
    return this.spec.tableRelfile === undefined || !this.plain;
  }

  link(table: TableImpl): void {
    if (this.table === table) return;
    this.table = table;
    table.addIndex(this);
  }

  estimates(): { entries: number; pages: number; height: number } {
    const bytes = this.spec.keys.reduce((sum, key) => sum + (key.type.len > 0 ? Math.ceil(key.type.len / 8) * 8 : 16), 16);
    const perPage = Math.max(1, Math.floor((8152 * 0.9) / (bytes - 4 + 4)));
    const entries = this.tree.size;
    return { entries, pages: Math.ceil(entries / perPage) + 1, height: Math.max(0, this.tree.height - 1) };
  }

  insert(tx: Transaction, key: readonly Datum[], rowid: RowId): void {
    const owner = tx as TransactionImpl;
    this.context.beginWrite(owner);
    const added = this.tree.insert(key, rowid);
    if (added && (!this.plain || this.table === null)) {
      const kept = key.slice();
      this.context.pushUndo(owner, { kind: UNDO_ACTION, rollback: () => { this.tree.delete(kept, rowid); }, commit: () => {} });
    }
    if (this.logged) this.log(owner, added ? OP.entryAdd : OP.entryAgain, key, rowid);
  }

  batch(table: Table, keys: readonly (readonly Datum[])[]): IndexBatch | undefined {
    this.link(table as TableImpl);
    if (!this.plain || this.table !== table) return undefined;
    for (let i = 0; i < keys.length; i++) if (!this.tree.codec.holds(keys[i]!)) return undefined;
    return new KeyBatch(this, table as TableImpl, keys);
  }

  log(tx: TransactionImpl, op: number, key: readonly Datum[], rowid: RowId): void {
    const redo = this.context.redo(tx);
    redo.u8(op);
    redo.varint(this.relfile);
    redo.varint(rowid);
    redo.varint(key.length);
    for (let i = 0; i < key.length; i++) writeCell(redo, this.spec.keys[i]!.type, key[i]);
  }

  /** Whether the version that the snapshot sees has this key; the version exists. undefined recheck: plain columns. */
  versionHasKey(table: TableImpl, snapshot: Snapshot, rowid: RowId, key: IndexKey, recheck: RecheckKey | undefined): boolean {
    if (recheck === undefined && !this.plain) return true;
    const attnums = recheck === undefined ? this.spec.tableColumns : recheck.attnums;
    while (this.scratch.length < attnums.length) this.scratch.push([null]);
    if (!table.fetch(snapshot, rowid, attnums, this.scratch, 0)) return false;
    const values: Datum[] = new Array(attnums.length);
    for (let i = 0; i < attnums.length; i++) values[i] = this.scratch[i]![0];
    const own = recheck === undefined ? values : recheck.keyOf(values);
    return own !== undefined && this.keysEqual(own, key);
  }

  keysEqual(values: readonly Datum[], key: IndexKey): boolean {
    const codec = this.tree.codec;
    return codec.compare(codec.upgrade(this.tree.encodeKey(values)), codec.upgrade(key)) === 0;
  }

  checkUnique(tx: Transaction, table: Table, key: readonly Datum[], self: RowId, recheck?: RecheckKey): UniqueCheck | undefined {
    this.link(table as TableImpl);
    return findConflict(this, tx as TransactionImpl, table as TableImpl, key, self, recheck);
  }

  scan(table: Table, snapshot: Snapshot, ranges: readonly KeyRange[], direction: 'forward' | 'backward', attnums: readonly number[], recheckKey?: RecheckKey): IndexScan {
    this.link(table as TableImpl);
    return new EntryScan(this, table as TableImpl, snapshot, ranges, direction === 'backward', attnums, recheckKey);
  }

  lookup(table: Table, snapshot: Snapshot, key: readonly Datum[], recheck?: RecheckKey): RowId {
    const impl = table as TableImpl;
    this.link(impl);
    const encoded = this.tree.encodeKey(key);
    readsOf(snapshot)?.range(impl, this, { lower: encoded, upper: encoded });
    for (let rowid = this.tree.lookup(encoded); rowid >= 0; rowid = this.tree.lookup(encoded, rowid)) {
      if (this.answers(impl, snapshot, rowid, encoded, recheck)) return rowid;
    }
    return -1;
  }

  fetchUnique(table: Table, snapshot: Snapshot, key: readonly Datum[], attnums: readonly number[], out: Datum[][]): RowId {
    const impl = table as TableImpl;
    if (this.table !== impl) this.link(impl);
    const encoded = this.tree.encodeKey(key);
    for (let rowid = this.tree.lookup(encoded); rowid >= 0; rowid = this.tree.lookup(encoded, rowid)) {
      const chunkNo = chunkOf(rowid);
      const slot = slotOf(rowid);
      const undo = impl.undo[chunkNo];
      if (this.mayBeStale || (undo !== undefined && undo.get(slot) !== null)) {
        if (this.answers(impl, snapshot, rowid, encoded, undefined) && impl.fetch(snapshot, rowid, attnums, out, 0)) return rowid;
        continue;
      }
      const chunk = impl.chunk(chunkNo);
      if (chunk === undefined || chunk.live[slot] !== SLOT_LIVE) continue;
      for (let c = 0; c < attnums.length; c++) out[c]![0] = chunk.get(attnums[c]!, slot);
      return rowid;
    }
    return -1;
  }

  /** Whether an entry stands for a version that the snapshot sees. */
  answers(table: TableImpl, snapshot: Snapshot, rowid: RowId, key: IndexKey, recheck: RecheckKey | undefined): boolean {
    const chunkNo = chunkOf(rowid);
    if (table.undo[chunkNo] === undefined || table.head(chunkNo, slotOf(rowid)) === null) {
      if (table.chunk(chunkNo)?.live[slotOf(rowid)] !== SLOT_LIVE) return false;
      if (recheck === undefined && !this.mayBeStale) return true;
    }
    return this.visible(table, snapshot, rowid) && this.versionHasKey(table, snapshot, rowid, key, recheck);
  }

  private visible(table: TableImpl, snapshot: Snapshot, rowid: RowId): boolean {
    return table.fetch(snapshot, rowid, [], [], 0);
  }

  build(tx: Transaction, entries: Iterable<{ key: readonly Datum[]; rowid: RowId }>): void {
    const owner = tx as TransactionImpl;
    this.context.beginWrite(owner);
    if (this.tree.size > 0) {
      for (const { key, rowid } of entries) this.insert(tx, key, rowid);
      return;
    }
    this.tree.bulkLoad(this.logging(owner, entries));
  }

  private *logging(tx: TransactionImpl, entries: Iterable<{ key: readonly Datum[]; rowid: RowId }>): Iterable<readonly [readonly Datum[], number]> {
    for (const { key, rowid } of entries) {
      if (this.logged) this.log(tx, OP.entryAdd, key, rowid);
      yield [key, rowid];
    }
  }
}

function keyColumn(spec: IndexSpec['keys'][number]): KeyColumn {
  const column: { -readonly [K in keyof KeyColumn]: KeyColumn[K] } = { type: spec.type, descending: spec.descending, nullsFirst: spec.nullsFirst };
  if (spec.compare !== undefined && !spec.memcomparable) column.compare = spec.compare;
  return column;
}

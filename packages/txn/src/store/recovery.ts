/**
 * Recovery: the root record, the relation directory, then the log from redoLsn on. A transaction's ops are applied when
 * its commit record is read; rows at once, index entries when the index is opened (pending-entries.ts). Every op sets a
 * final state, so replay over newer page images ends in the same state.
 */
import { assert } from '@pglitedb/types';
import { Chunk, CHUNK_ROWS, pageId, SLOT_LIVE, valueOf, type BlockColumn } from '@pglitedb/storage';
import { readBlock } from '../log/block.js';
import { readCell, skipCell } from '../log/cells.js';
import { KINDS, OP, REC, UNLOGGED } from '../log/records.js';
import { RedoBuffer, RedoReader } from '../log/redo-buffer.js';
import { ColumnCodec } from '../table/column-codec.js';
import { chunkOf, slotOf } from '../table/row-id.js';
import { TableImpl } from '../table/table.js';
import { readPrepare, type PrepareRecord } from '../two-phase/prepared.js';
import { ROW_OPS } from '../two-phase/replay-prepared.js';
import type { TransactionManagerImpl } from '../transaction/manager.js';
import { DIRECTORY_RELFILE } from './directory.js';
import { readRoot } from './meta.js';
import type { RelationFiles } from './relation-files.js';

/** base: position of ops in the transaction's redo stream; > 0 where the beginning is no longer in the log. */
interface Stream { lsn: number; base: number; ops: RedoBuffer }

export class Recovery {
  private readonly streams = new Map<number, Stream>();
  private readonly prepared = new Map<number, PrepareRecord>();
  private readonly counts: RowCounts;
  private replayed = 0;
  private redoLsn = 0;
  private indexLsn = 0;

  constructor(private readonly manager: TransactionManagerImpl, private readonly store: RelationFiles) {
    this.counts = new RowCounts(store);
  }

  async run(): Promise<void> {
    const { engine } = this.manager;
    const root = readRoot(engine.meta());
    if (root !== undefined) this.store.counters.restore(...root.counters);
    for (const id of [...engine.ids(pageId(DIRECTORY_RELFILE, 0), pageId(DIRECTORY_RELFILE + 1, 0))]) {
      this.store.directory.load((await engine.read(id))!, this.store.sequences);
    }
    const start = root ?? { redoLsn: 0, indexLsn: 0, keepLsn: 0 };
    this.redoLsn = start.redoLsn;
    this.indexLsn = start.indexLsn;
    for (const record of engine.readFrom(start.keepLsn)) {
      this.replayed++;
      this.record(record.lsn, record.bytes);
      if (this.manager.pool.crowded) this.manager.pool.balance();
    }
    for (const [xid, stream] of this.streams) if (!this.prepared.has(xid)) this.withdraw(stream, 0);
    for (const prepared of this.prepared.values()) this.revive(prepared);
    if (root?.clean !== true || this.replayed > 0) this.emptyUnlogged();
    this.store.checkpointer.startAt(engine.nextLsn(), start);
  }

  private record(lsn: number, bytes: Uint8Array): void {
    const input = new RedoReader(bytes);
    switch (input.u8()) {
      case REC.part: {
        const stream = this.stream(input.varint(), lsn, input.varint());
        stream.ops.raw(bytes.subarray(input.at));
        break;
      }
      case REC.commit: this.committed(input.varint(), lsn, bytes, input.at); break;
      case REC.prepare: {
        const xid = input.varint();
        const prepared = readPrepare(xid, input);
        this.stream(xid, lsn, 0).ops.raw(bytes.subarray(input.at));
        this.prepared.set(xid, prepared);
        break;
      }
      case REC.abort: this.ended(input.varint(), lsn); break;
      case REC.cut: this.cut(input.varint(), input.varint()); break;
      case REC.counters: {
        const counters = this.store.counters;
        const [xid, oid, relfile] = [input.varint(), input.varint(), input.varint()];
        counters.restore(Math.max(xid, counters.xid), Math.max(oid, counters.oid), Math.max(relfile, counters.relfile));
        break;
      }
      case REC.sequences: this.apply(new RedoReader(bytes, input.at), 0, lsn); break;
      default: throw new Error('the log has a record of a later version');
    }
  }

  private stream(xid: number, lsn: number, at: number): Stream {
    let stream = this.streams.get(xid);
    if (stream === undefined) this.streams.set(xid, (stream = { lsn, base: at, ops: new RedoBuffer() }));
    return stream;
  }

  private committed(xid: number, lsn: number, bytes: Uint8Array, at: number): void {
    const stream = this.streams.get(xid);
    this.store.counters.xid = Math.max(this.store.counters.xid, xid + 1);
    if (stream !== undefined) this.apply(new RedoReader(stream.ops.view()), xid, lsn);
    this.streams.delete(xid);
    this.prepared.delete(xid);
    this.apply(new RedoReader(bytes, at), xid, lsn);
  }

  private ended(xid: number, lsn: number): void {
    const stream = this.streams.get(xid);
    if (stream !== undefined && lsn >= this.indexLsn) this.withdraw(stream, 0);
    this.streams.delete(xid);
    this.prepared.delete(xid);
  }

  private cut(xid: number, position: number): void {
    const stream = this.streams.get(xid);
    if (stream === undefined) return;
    const kept = Math.max(0, position - stream.base);
    this.withdraw(stream, kept);
    stream.ops.length = kept;
    if (position < stream.base) stream.base = position;
  }

  /** Takes index entries out again that changes without effect had added. */
  private withdraw(stream: Stream, from: number): void {
    const bytes = stream.ops.view();
    const input = new RedoReader(bytes);
    const added: { index: number; rowid: number; cells: Uint8Array }[] = [];
    while (!input.done) {
      const start = input.at;
      const op = input.u8();
      const relfile = input.varint();
      if (op !== OP.entryAdd) {
        skipOp(input, op);
        continue;
      }
      const rowid = input.varint();
      const at = input.at;
      skipCells(input, false);
      if (start >= from && this.store.directory.has(relfile)) added.push({ index: relfile, rowid, cells: bytes.slice(at, input.at) });
    }
    for (const { index, rowid, cells } of added) this.store.pending.add(index, OP.entryRemove, rowid, cells);
  }

  private apply(input: RedoReader, xid: number, lsn: number): void {
    if (lsn < this.indexLsn) return;
    while (!input.done) {
      const op = input.u8();
      if (lsn >= this.redoLsn) this.applyOp(input, op, xid);
      else this.applyIndexOp(input, op, xid);
    }
  }

  /** The rows of this transaction are in the page images already. */
  private applyIndexOp(input: RedoReader, op: number, xid: number): void {
    const at = input.at;
    const relfile = input.varint();
    const index = op === OP.entryAdd || op === OP.entryAgain || op === OP.entryRemove || (op === OP.truncate && this.store.directory.get(relfile)?.kind === 'index');
    if (index) {
      input.at = at;
      this.applyOp(input, op, xid);
    } else skipOp(input, op);
  }

  private applyOp(input: RedoReader, op: number, xid: number): void {
    const relfile = input.varint();
    switch (op) {
      case OP.insert: applyInsert(this.table(relfile), input, xid, this.counts); break;
      case OP.insertBlock: applyInsertBlock(this.table(relfile), input, xid, this.counts); break;
      case OP.update: applyUpdate(this.table(relfile), input, xid); break;
      case OP.delete: applyDelete(this.table(relfile), input, this.counts); break;
      case OP.entryAdd: case OP.entryAgain: case OP.entryRemove: {
        const rowid = input.varint();
        const at = input.at;
        skipCells(input, false);
        if (this.store.directory.has(relfile)) this.store.pending.add(relfile, op, rowid, input.bytes.subarray(at, input.at));
        break;
      }
      case OP.sequence: {
        const called = input.u8() === 1;
        this.store.sequences.set(relfile, { called, last: readCell(input, undefined) });
        this.store.directory.touch(relfile);
        break;
      }
      case OP.createTable: this.createTable(relfile, input); break;
      case OP.createIndex: {
        const unlogged = (input.u8() & UNLOGGED) !== 0;
        const table = input.varint() - 1;
        if (!this.store.directory.has(relfile)) this.store.directory.setIndex(relfile, unlogged, table < 0 ? undefined : table);
        this.used(relfile);
        break;
      }
      case OP.drop: this.store.discard(relfile); break;
      case OP.extend: this.extend(relfile, input); break;
      case OP.truncate: this.truncate(relfile); break;
      default: throw new Error('the log has an operation of a later version');
    }
  }

  /** A prepared transaction is open again, with its changes and locks. */
  private revive(prepared: PrepareRecord): void {
    const tx = this.manager.twoPhase.revive(prepared);
    const stream = this.streams.get(prepared.xid)!;
    this.store.counters.xid = Math.max(this.store.counters.xid, tx.xid + 1);
    this.manager.active.add(tx);
    this.manager.xids.active.add(tx.xid);
    tx.firstLsn = stream.lsn;
    tx.redoLogged = Math.max(1, stream.ops.length);
    const input = new RedoReader(stream.ops.view());
    while (!input.done) {
      const start = input.at;
      const op = input.u8();
      const row = ROW_OPS[op];
      if (row !== undefined) {
        const table = this.table(input.varint());
        assert(table !== undefined, 'the tables of a prepared transaction are locked');
        row(table, tx, input);
      } else if (op === OP.entryRemove) this.keepEntry(input);
      else {
        input.at = start;
        this.applyOp(input, input.u8(), tx.xid);
      }
    }
  }

  /** An old key goes only when the transaction commits; till then the index must be open, so that purge finds it. */
  private keepEntry(input: RedoReader): void {
    const relfile = input.varint();
    const rowid = input.varint();
    const at = input.at;
    skipCells(input, false);
    this.store.pending.add(relfile, OP.entryAgain, rowid, input.bytes.slice(at, input.at));
  }

  private used(relfile: number): void {
    this.store.counters.relfile = Math.max(this.store.counters.relfile, relfile + 1);
  }

  /** undefined: dropped later on. */
  private table(relfile: number): TableImpl | undefined {
    const known = this.store.tables.get(relfile);
    if (known !== undefined) return known;
    const entry = this.store.directory.get(relfile);
    if (entry?.kind !== 'table') return undefined;
    const table = new TableImpl(this.manager, relfile, { columns: [], logged: !entry.unlogged, temporary: false });
    this.store.directory.shape(table);
    this.store.tables.set(relfile, table);
    return table;
  }

  private createTable(relfile: number, input: RedoReader): void {
    const unlogged = (input.u8() & UNLOGGED) !== 0;
    const codecs = [new ColumnCodec('uint32')];
    for (let n = input.varint(); n > 0; n--) codecs.push(new ColumnCodec(KINDS[input.u8()]!));
    if (!this.store.directory.has(relfile)) this.store.directory.setTable(relfile, unlogged, codecs);
    this.used(relfile);
  }

  private extend(relfile: number, input: RedoReader): void {
    const first = input.varint();
    const table = this.table(relfile);
    const added: ColumnCodec[] = [];
    for (let n = input.varint(); n > 0; n--) added.push(new ColumnCodec(KINDS[input.u8()]!, readCell(input, undefined)));
    if (table === undefined) return;
    for (let i = 0; i < added.length; i++) if (table.codecs.length === first + i) table.codecs.push(added[i]!);
    table.columnsChanged();
    this.store.directory.changed(relfile, table.codecs);
  }

  private truncate(relfile: number): void {
    const entry = this.store.directory.get(relfile);
    if (entry?.kind === 'index') this.store.pending.truncate(relfile);
    else this.clear(relfile);
  }

  private clear(relfile: number): void {
    const table = this.table(relfile);
    if (table === undefined) return;
    for (const pageNo of table.file.pageNos()) table.file.delete(pageNo);
    table.freeChunks.clear();
    table.rows = 0;
  }

  /** After a crash unlogged relations are empty, as PostgreSQL's. */
  private emptyUnlogged(): void {
    for (const [relfile, entry] of [...this.store.directory.entries()]) {
      if (!entry.unlogged) continue;
      if (entry.kind === 'table') this.clear(relfile);
      else this.store.pending.truncate(relfile);
    }
  }
}

/** Row counts of chunks whose stored image is newer than the directory: taken from the image before replay changes it. */
class RowCounts {
  private readonly seen = new Map<TableImpl, Set<number>>();

  constructor(private readonly store: RelationFiles) {}

  note(table: TableImpl, chunk: Chunk): void {
    let seen = this.seen.get(table);
    if (seen === undefined) this.seen.set(table, (seen = new Set()));
    if (seen.has(chunk.pageNo)) return;
    seen.add(chunk.pageNo);
    table.rows += chunk.count - this.store.directory.chunkRows(table.relfile, chunk.pageNo);
  }
}

function chunkAt(table: TableImpl, chunkNo: number, rows = 1): Chunk {
  let chunk = table.chunk(chunkNo);
  if (chunk === undefined) {
    chunk = rows < CHUNK_ROWS / 2 ? new Chunk(table.codecs) : new Chunk(table.codecs, CHUNK_ROWS);
    table.file.put(chunk, chunkNo);
  }
  return chunk;
}

function applyInsert(table: TableImpl | undefined, input: RedoReader, xid: number, counts: RowCounts): void {
  const rowid = input.varint();
  const n = input.varint();
  if (table === undefined) {
    for (let i = 0; i < n; i++) skipCell(input);
    return;
  }
  const chunk = chunkAt(table, chunkOf(rowid));
  counts.note(table, chunk);
  const slot = slotOf(rowid);
  if (chunk.allocAt(slot)) table.rows++;
  chunk.set(0, slot, xid >>> 0);
  for (let attnum = 1; attnum <= n; attnum++) chunk.set(attnum, slot, readCell(input, table.codecs[attnum]));
  for (let attnum = n + 1; attnum < table.codecs.length; attnum++) chunk.set(attnum, slot, table.codecs[attnum]!.missing);
  table.file.markDirty(chunk);
}

function applyInsertBlock(table: TableImpl | undefined, input: RedoReader, xid: number, counts: RowCounts): void {
  const rowid = input.varint();
  const n = input.varint();
  const columns: BlockColumn[] = [];
  for (let k = input.varint(); k > 0; k--) columns.push(readBlock(input, table?.codecs[columns.length + 1], n));
  if (table === undefined) return;
  const chunk = chunkAt(table, chunkOf(rowid), n);
  counts.note(table, chunk);
  table.file.markDirty(chunk);
  const first = slotOf(rowid);
  if (chunk.high === first && chunk.columnCount === table.codecs.length && columns.length === table.codecs.length - 1) {
    chunk.appendBlock(xid >>> 0, columns, 0, n);
    table.rows += n;
    return;
  }
  for (let i = 0; i < n; i++) {
    const slot = first + i;
    if (chunk.allocAt(slot)) table.rows++;
    chunk.set(0, slot, xid >>> 0);
    for (let attnum = 1; attnum < table.codecs.length; attnum++) chunk.set(attnum, slot, attnum <= columns.length ? valueOf(columns[attnum - 1]!, i) : table.codecs[attnum]!.missing);
  }
}

function applyUpdate(table: TableImpl | undefined, input: RedoReader, xid: number): void {
  const rowid = input.varint();
  const chunk = table?.chunk(chunkOf(rowid));
  const slot = slotOf(rowid);
  const live = chunk !== undefined && chunk.live[slot] === SLOT_LIVE;
  for (let n = input.varint(); n > 0; n--) {
    const attnum = input.varint();
    if (!live) skipCell(input);
    else chunk.set(attnum, slot, readCell(input, table!.codecs[attnum]));
  }
  if (!live) return;
  chunk.set(0, slot, xid >>> 0);
  table!.file.markDirty(chunk);
}

function applyDelete(table: TableImpl | undefined, input: RedoReader, counts: RowCounts): void {
  const rowid = input.varint();
  const chunk = table?.chunk(chunkOf(rowid));
  const slot = slotOf(rowid);
  if (chunk !== undefined) counts.note(table!, chunk);
  if (chunk === undefined || chunk.live[slot] !== SLOT_LIVE) return;
  chunk.freeSlot(slot);
  table!.rows--;
  table!.noteFree(chunkOf(rowid));
  table!.file.markDirty(chunk);
}

function skipCells(input: RedoReader, numbered: boolean): void {
  for (let n = input.varint(); n > 0; n--) {
    if (numbered) input.varint();
    skipCell(input);
  }
}

/** After op and relfile. */
function skipOp(input: RedoReader, op: number): void {
  switch (op) {
    case OP.insert: case OP.entryAdd: case OP.entryAgain: case OP.entryRemove: input.varint(); skipCells(input, false); break;
    case OP.insertBlock: {
      input.varint();
      const n = input.varint();
      for (let k = input.varint(); k > 0; k--) readBlock(input, undefined, n);
      break;
    }
    case OP.update: input.varint(); skipCells(input, true); break;
    case OP.delete: input.varint(); break;
    case OP.sequence: input.u8(); skipCell(input); break;
    case OP.createTable: {
      input.u8();
      const n = input.varint();
      input.at += n;
      break;
    }
    case OP.createIndex: input.u8(); input.varint(); break;
    case OP.extend: {
      input.varint();
      for (let n = input.varint(); n > 0; n--) {
        input.u8();
        skipCell(input);
      }
      break;
    }
    default:
  }
}


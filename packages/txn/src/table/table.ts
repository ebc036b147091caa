/**
 * One relation file of rows: chunks, their undo, free slots and row locks. Chunk column 0 is hidden: the row's xmin;
 * column n is attnum n. Row operations are in modify-*.ts, scans in scan.ts.
 */
import { Chunk, CHUNK_ROWS, SLOT_LIVE, type BlockColumn, type PageFileApi } from '@pglitedb/storage';
import type { Datum } from '@pglitedb/types';
import type { RowId, RowLockMode, RowOpResult, Snapshot, Table, TableScan, TableSpec, TmCode, Transaction } from '../api.js';
import type { IndexImpl } from '../index/index-impl.js';
import type { Context } from '../transaction/context.js';
import { readsOf } from '../transaction/serializable.js';
import type { TransactionImpl } from '../transaction/transaction.js';
import { ChunkUndo } from '../undo/chunk-undo.js';
import type { UndoRecord } from '../undo/record.js';
import { overlay, versionOf, CURRENT, GONE, OLDER } from '../undo/visibility.js';
import { ColumnCodec, XMIN } from './column-codec.js';
import { estimatePages, rowsPerPage } from './estimate.js';
import { insertBlock, insertRow } from './modify-insert.js';
import { deleteRow, lockRow, updateRow } from './modify-row.js';
import { chunkOf, slotOf } from './row-id.js';
import type { RowLocks } from './row-locks.js';
import { ChunkScan } from './scan.js';
import { systemColumnsOf } from './system-columns.js';
import { truncateTable } from './truncate.js';

export class TableImpl implements Table {
  readonly file: PageFileApi<Chunk>;
  /** codecs[attnum]; 0 is the hidden xmin. */
  readonly codecs: ColumnCodec[] = [XMIN];
  private missing: Datum[] = [null];
  readonly undo: (ChunkUndo | undefined)[] = [];
  rows = 0;
  /** Plain-column and other indexes that know this is their table. */
  readonly indexes: IndexImpl[] = [];
  /** indexed[attnum] = 1 for columns of plain indexes. */
  indexed = new Uint8Array(8);
  readonly freeChunks = new Set<number>();
  /** Chunks whose free slots may be reused under append placement too. */
  readonly vacuumed = new Set<number>();
  readonly rowLocks = new Map<RowId, RowLocks>();
  createdBy: TransactionImpl | null = null;
  /** Some column's type is not the one its chunks have. */
  hasDropped = false;
  /** The insert range that may still grow. */
  lastRange: UndoRecord | null = null;
  lastRangeEpoch = 0;

  constructor(readonly context: Context, readonly relfile: number, public spec: TableSpec) {
    this.file = context.pool.open<Chunk>(relfile, (bytes) => Chunk.decode(bytes, this.codecs));
  }

  get logged(): boolean {
    return this.spec.logged && !this.spec.temporary && this.context.logsRows;
  }

  /** Takes the types of a spec, which may have more columns than before. */
  bind(spec: TableSpec): void {
    this.spec = spec;
    for (let i = 0; i < spec.columns.length; i++) {
      const column = spec.columns[i]!;
      let codec: ColumnCodec | undefined = this.codecs[i + 1];
      if (codec === undefined) this.codecs.push((codec = new ColumnCodec(column.type.physical)));
      // A dropped column's type may no longer be known: it keeps its physical kind and takes only NULL.
      if (codec.physical === column.type.physical) codec.bind(column);
      else this.hasDropped = true;
    }
    this.columnsChanged();
  }

  columnsChanged(): void {
    this.missing = this.codecs.map((codec) => codec.missing);
  }

  /** Forgets columns that a rolled-back ALTER TABLE had added. */
  dropColumnsFrom(attnum: number): void {
    for (const pageNo of this.file.pageNos()) {
      const chunk = this.file.get(pageNo)!;
      if (chunk.columns.length > attnum) chunk.columns.length = attnum;
    }
    this.codecs.length = attnum;
    this.columnsChanged();
  }

  chunk(chunkNo: number): Chunk | undefined {
    const chunk = this.file.get(chunkNo);
    if (chunk !== undefined && chunk.columnCount < this.codecs.length) chunk.addColumns(this.codecs, this.missing);
    return chunk;
  }

  undoOf(chunkNo: number): ChunkUndo {
    return (this.undo[chunkNo] ??= new ChunkUndo());
  }

  head(chunkNo: number, slot: number): UndoRecord | null {
    const undo = this.undo[chunkNo];
    return undo === undefined ? null : undo.get(slot);
  }

  dropUndo(record: UndoRecord, rolledBack: boolean): void {
    const undo = this.undo[record.chunkNo]!;
    undo.remove(record, rolledBack);
    if (undo.active === 0) this.undo[record.chunkNo] = undefined;
  }

  noteFree(chunkNo: number): void {
    this.freeChunks.add(chunkNo);
  }

  addIndex(index: IndexImpl): void {
    if (this.indexes.includes(index)) return;
    this.indexes.push(index);
    if (!index.plain) return;
    for (const attnum of index.spec.tableColumns) {
      if (attnum >= this.indexed.length) {
        const grown = new Uint8Array(Math.max(attnum + 1, this.indexed.length * 2));
        grown.set(this.indexed);
        this.indexed = grown;
      }
      this.indexed[attnum] = 1;
    }
  }

  removeIndex(index: IndexImpl): void {
    const at = this.indexes.indexOf(index);
    if (at >= 0) this.indexes.splice(at, 1);
  }

  estimates(): { rows: number; pages: number } {
    return { rows: Math.max(0, this.rows), pages: estimatePages(this) };
  }

  rowsPerPage(fillfactor: number): number { return rowsPerPage(this, fillfactor); }

  scan(snapshot: Snapshot, attnums: readonly number[], options?: { startRow?: RowId; endRow?: RowId }): TableScan {
    readsOf(snapshot)?.table(this);
    return new ChunkScan(this, snapshot, attnums, options?.startRow ?? 0, options?.endRow ?? Infinity);
  }

  fetch(snapshot: Snapshot, rowid: RowId, attnums: readonly number[], out: Datum[][], at: number): boolean {
    readsOf(snapshot)?.row(this, rowid);
    const chunkNo = chunkOf(rowid);
    const slot = slotOf(rowid);
    const chunk = this.chunk(chunkNo);
    if (chunk === undefined) return false;
    const head = this.head(chunkNo, slot);
    const version = head === null ? (chunk.live[slot] === SLOT_LIVE ? CURRENT : GONE) : versionOf(snapshot, head);
    if (version === GONE) return false;
    for (let c = 0; c < attnums.length; c++) out[c]![at] = chunk.get(attnums[c]!, slot);
    if (version === OLDER) overlay(snapshot, head!, attnums, out, at);
    return true;
  }

  fetchLatest(tx: Transaction, rowid: RowId, attnums: readonly number[], out: Datum[][], at: number): boolean {
    const snapshot: Snapshot = { csn: this.context.csn, curcid: Infinity, xact: tx };
    let row = rowid;
    for (;;) {
      const next = this.movedTo(snapshot, row);
      if (next < 0) return this.fetch(snapshot, row, attnums, out, at);
      row = next;
    }
  }

  /** Where the row that once was here is for the snapshot. */
  currentRowid(snapshot: Snapshot, rowid: RowId): RowId {
    let at = rowid;
    for (let next = this.movedTo(snapshot, at); next >= 0; next = this.movedTo(snapshot, at)) at = next;
    return at;
  }
  /** Where the version that the snapshot sees in this slot was moved to by a change that it sees; -1: not moved. */
  private movedTo(snapshot: Snapshot, rowid: RowId): RowId {
    let record = this.head(chunkOf(rowid), slotOf(rowid));
    while (record !== null && !record.purged && record.xact !== snapshot.xact && record.xact.commitSeq > snapshot.csn) record = record.prev;
    return record === null ? -1 : record.movedTo;
  }

  insert(tx: Transaction, values: readonly Datum[]): RowId {
    return insertRow(this, tx as TransactionImpl, values);
  }

  insertBlock(tx: Transaction, block: readonly (BlockColumn | undefined)[], n: number, rowids?: RowId[]): void {
    insertBlock(this, tx as TransactionImpl, block, n, rowids);
  }

  update(tx: Transaction, snapshot: Snapshot, rowid: RowId, attnums: readonly number[], values: readonly Datum[], result: RowOpResult, keyUpdate: boolean): TmCode {
    return updateRow(this, tx as TransactionImpl, snapshot, rowid, attnums, values, result, keyUpdate);
  }

  delete(tx: Transaction, snapshot: Snapshot, rowid: RowId, result: RowOpResult, toOtherPartition = false): TmCode {
    return deleteRow(this, tx as TransactionImpl, snapshot, rowid, result, toOtherPartition);
  }

  lock(tx: Transaction, snapshot: Snapshot, rowid: RowId, mode: RowLockMode, result: RowOpResult, latest = false): TmCode {
    return lockRow(this, tx as TransactionImpl, snapshot, rowid, mode, result, latest);
  }

  systemColumns(snapshot: Snapshot, rowid: RowId): { xmin: number; xmax: number; cmin: number; cmax: number } {
    return systemColumnsOf(this, snapshot, rowid);
  }

  truncate(tx: Transaction): void {
    truncateTable(this, tx as TransactionImpl);
  }

  vacuum(): void {
    for (const chunkNo of this.file.pageNos()) {
      const chunk = this.chunk(chunkNo)!;
      if (chunk.freeSlots > 0 || chunk.high < CHUNK_ROWS) this.vacuumed.add(chunkNo);
      if (chunk.freeSlots > 0) this.freeChunks.add(chunkNo);
    }
  }
}

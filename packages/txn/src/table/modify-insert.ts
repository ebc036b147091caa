/** Inserting a row: finds a slot, writes the values, extends the command's insert range or starts one. */
import { Chunk, CHUNK_ROWS, SLOT_FREE, valueOf, type BlockColumn } from '@pglitedb/storage';
import { assert, type Datum } from '@pglitedb/types';
import type { RowId } from '../api.js';
import { writeBlockColumn } from '../log/block.js';
import { writeCell } from '../log/cells.js';
import { OP } from '../log/records.js';
import type { TransactionImpl } from '../transaction/transaction.js';
import { UNDO_INSERT, UndoRecord } from '../undo/record.js';
import type { TableImpl } from './table.js';

export function insertRow(table: TableImpl, tx: TransactionImpl, values: readonly Datum[]): RowId {
  table.context.beginWrite(tx);
  if (table.hasDropped) checkDropped(table, values);
  const chunk = chunkFor(table, tx);
  const slot = allocate(table, tx, chunk);
  noteInsert(table, tx, chunk.pageNo, slot);
  const columns = table.codecs.length;
  chunk.set(0, slot, tx.xid >>> 0);
  for (let attnum = 1; attnum < columns; attnum++) chunk.set(attnum, slot, values[attnum - 1] ?? null);
  table.file.markDirty(chunk);
  table.rows++;
  const rowid = chunk.pageNo * CHUNK_ROWS + slot;
  if (table.logged) logInsert(table, tx, rowid, values);
  return rowid;
}

/**
 * Inserts rows [0, n) of a block: column k has the values of attnum k + 1, undefined for NULLs. The rows go to the ends
 * of chunks, a chunk's share at once; chunks whose free slots are reused take them one by one. Their rowids go to `rowids`.
 */
export function insertBlock(table: TableImpl, tx: TransactionImpl, block: readonly (BlockColumn | undefined)[], n: number, rowids?: RowId[]): void {
  table.context.beginWrite(tx);
  for (let from = 0; from < n; ) {
    const chunk = chunkFor(table, tx, n - from);
    const reuses = chunk.freeSlots > 0 || chunk.high === CHUNK_ROWS || table.hasDropped;
    if (reuses) {
      const rowid = insertRow(table, tx, block.map((c) => (c === undefined ? null : valueOf(c, from))));
      if (rowids !== undefined) rowids[from] = rowid;
      from++;
      continue;
    }
    const slot = chunk.high;
    const count = Math.min(n - from, CHUNK_ROWS - slot);
    chunk.appendBlock(tx.xid >>> 0, block, from, count);
    noteInsert(table, tx, chunk.pageNo, slot, count);
    table.file.markDirty(chunk);
    table.rows += count;
    if (table.logged) logBlock(table, tx, chunk, slot, block, from, count);
    if (rowids !== undefined) for (let i = 0; i < count; i++) rowids[from + i] = chunk.pageNo * CHUNK_ROWS + slot + i;
    from += count;
  }
}

function logBlock(table: TableImpl, tx: TransactionImpl, chunk: Chunk, slot: number, block: readonly (BlockColumn | undefined)[], from: number, n: number): void {
  const redo = table.context.redo(tx);
  redo.u8(OP.insertBlock);
  redo.varint(table.relfile);
  redo.varint(chunk.pageNo * CHUNK_ROWS + slot);
  redo.varint(n);
  redo.varint(table.codecs.length - 1);
  for (let attnum = 1; attnum < table.codecs.length; attnum++) writeBlockColumn(redo, table.codecs[attnum]!, block[attnum - 1], from, n, chunk.columns[attnum]!);
}

function checkDropped(table: TableImpl, values: readonly Datum[]): void {
  for (let i = 0; i < table.spec.columns.length; i++) {
    assert((values[i] ?? null) === null || table.spec.columns[i]!.type.physical === table.codecs[i + 1]!.physical, 'a dropped column takes only NULL');
  }
}

function logInsert(table: TableImpl, tx: TransactionImpl, rowid: RowId, values: readonly Datum[]): void {
  const redo = table.context.redo(tx);
  redo.u8(OP.insert);
  redo.varint(table.relfile);
  redo.varint(rowid);
  redo.varint(table.codecs.length - 1);
  for (let attnum = 1; attnum < table.codecs.length; attnum++) writeCell(redo, table.codecs[attnum]!, values[attnum - 1] ?? null);
}

/** The last chunk while it has room, then chunks with free slots (under append: only vacuumed ones), then another one. */
function chunkFor(table: TableImpl, tx: TransactionImpl, rows = 1): Chunk {
  if (tx.updatePlacement === 'append') {
    const reused = reusable(table, table.vacuumed);
    if (reused !== undefined) return reused;
  }
  const last = table.file.pageCount - 1;
  if (last >= 0) {
    const chunk = table.chunk(last)!;
    if (chunk.hasRoom()) return chunk;
  }
  if (tx.updatePlacement === 'in_place') {
    const reused = reusable(table, table.freeChunks);
    if (reused !== undefined) return reused;
  }
  if (table.context.pool.crowded) table.context.pool.balance();
  const chunk = rows < CHUNK_ROWS / 2 ? new Chunk(table.codecs) : new Chunk(table.codecs, CHUNK_ROWS);
  table.file.put(chunk);
  return chunk;
}

function reusable(table: TableImpl, candidates: Set<number>): Chunk | undefined {
  for (const chunkNo of candidates) {
    const chunk = table.chunk(chunkNo);
    if (chunk !== undefined && chunk.freeSlots > 0 && !chunk.heapFull()) return chunk;
    candidates.delete(chunkNo);
  }
  return undefined;
}

function allocate(table: TableImpl, tx: TransactionImpl, chunk: Chunk): number {
  const reuse = chunk.freeSlots > 0 && (tx.updatePlacement === 'append' ? table.vacuumed.has(chunk.pageNo) : chunk.high < CHUNK_ROWS && !chunk.hasRoom());
  if (reuse) {
    const slot = chunk.live.indexOf(SLOT_FREE);
    chunk.allocAt(slot);
    return slot;
  }
  return chunk.allocSlot();
}

function noteInsert(table: TableImpl, tx: TransactionImpl, chunkNo: number, slot: number, n = 1): void {
  const range = table.lastRange;
  if (range !== null && range.xact === tx && range.cid === tx.commandId && range.chunkNo === chunkNo && range.to === slot
    && !range.purged && table.lastRangeEpoch === tx.epoch && table.undoOf(chunkNo).extend(range, n)) return;
  const record = new UndoRecord(UNDO_INSERT, tx, tx.commandId, table, chunkNo, slot, slot + n, null, null);
  table.undoOf(chunkNo).addRange(record);
  table.context.pushUndo(tx, record);
  table.lastRange = record;
  table.lastRangeEpoch = tx.epoch;
}

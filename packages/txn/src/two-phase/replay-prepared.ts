/** Makes a prepared transaction's changes again after a restart: as an open transaction's, with undo. */
import { Chunk } from '@pglitedb/storage';
import { assert, type Datum } from '@pglitedb/types';
import { readBlockColumn } from '../log/block.js';
import { readCell } from '../log/cells.js';
import { OP } from '../log/records.js';
import type { RedoReader } from '../log/redo-buffer.js';
import { writeColumns } from '../table/modify-row.js';
import { chunkOf, slotOf } from '../table/row-id.js';
import type { TableImpl } from '../table/table.js';
import type { TransactionImpl } from '../transaction/transaction.js';
import { UNDO_DELETE, UNDO_INSERT, UNDO_UPDATE, UndoRecord } from '../undo/record.js';

export function redoInsert(table: TableImpl, tx: TransactionImpl, input: RedoReader): void {
  const rowid = input.varint();
  const chunkNo = chunkOf(rowid);
  const slot = slotOf(rowid);
  let chunk = table.chunk(chunkNo);
  if (chunk === undefined) table.file.put((chunk = new Chunk(table.codecs)), chunkNo);
  assert(chunk.allocAt(slot), 'the slot of a prepared insertion is free');
  const record = new UndoRecord(UNDO_INSERT, tx, 0, table, chunkNo, slot, slot + 1, null, null);
  table.undoOf(chunkNo).addRange(record);
  tx.undo.push(record);
  chunk.set(0, slot, tx.xid >>> 0);
  const n = input.varint();
  for (let attnum = 1; attnum <= n; attnum++) chunk.set(attnum, slot, readCell(input, table.codecs[attnum]));
  table.rows++;
  table.file.markDirty(chunk);
}

export function redoInsertBlock(table: TableImpl, tx: TransactionImpl, input: RedoReader): void {
  const rowid = input.varint();
  const n = input.varint();
  const chunkNo = chunkOf(rowid);
  const first = slotOf(rowid);
  let chunk = table.chunk(chunkNo);
  if (chunk === undefined) table.file.put((chunk = new Chunk(table.codecs)), chunkNo);
  const record = new UndoRecord(UNDO_INSERT, tx, 0, table, chunkNo, first, first + n, null, null);
  table.undoOf(chunkNo).addRange(record);
  tx.undo.push(record);
  for (let slot = first; slot < first + n; slot++) {
    assert(chunk.allocAt(slot), 'the slots of a prepared insertion are free');
    chunk.set(0, slot, tx.xid >>> 0);
  }
  const columns = input.varint();
  for (let attnum = 1; attnum <= columns; attnum++) {
    const values = readBlockColumn(input, table.codecs[attnum], n);
    for (let i = 0; i < n; i++) chunk.set(attnum, first + i, values[i]);
  }
  table.rows += n;
  table.file.markDirty(chunk);
}

export function redoUpdate(table: TableImpl, tx: TransactionImpl, input: RedoReader): void {
  const rowid = input.varint();
  const chunkNo = chunkOf(rowid);
  const slot = slotOf(rowid);
  const chunk = table.chunk(chunkNo)!;
  const attnums: number[] = [];
  const old: Datum[] = [];
  const values: Datum[] = [];
  for (let n = input.varint(); n > 0; n--) {
    const attnum = input.varint();
    attnums.push(attnum);
    old.push(chunk.get(attnum, slot));
    values.push(readCell(input, table.codecs[attnum]));
  }
  const record = new UndoRecord(UNDO_UPDATE, tx, 0, table, chunkNo, slot, slot + 1, attnums, old);
  record.oldXmin = chunk.get(0, slot);
  record.keyUpdate = true;
  table.undoOf(chunkNo).push(record);
  tx.undo.push(record);
  writeColumns(chunk, slot, tx.xid >>> 0, attnums, values);
  table.file.markDirty(chunk);
}

export function redoDelete(table: TableImpl, tx: TransactionImpl, input: RedoReader): void {
  const rowid = input.varint();
  const chunkNo = chunkOf(rowid);
  const slot = slotOf(rowid);
  const chunk = table.chunk(chunkNo)!;
  const record = new UndoRecord(UNDO_DELETE, tx, 0, table, chunkNo, slot, slot + 1, null, null);
  record.keyUpdate = true;
  table.undoOf(chunkNo).push(record);
  tx.undo.push(record);
  chunk.markDead(slot);
  table.rows--;
  table.file.markDirty(chunk);
}

export const ROW_OPS: Record<number, (table: TableImpl, tx: TransactionImpl, input: RedoReader) => void> = {
  [OP.insert]: redoInsert, [OP.insertBlock]: redoInsertBlock, [OP.update]: redoUpdate, [OP.delete]: redoDelete,
};

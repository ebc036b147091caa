/** Undoing the changes of a transaction, newest first. */
import { CHUNK_ROWS } from '@pglitedb/storage';
import { currentKey, removeEntry, touchesIndex } from '../index/entries.js';
import { writeColumns } from '../table/modify-row.js';
import { unshareRowLocks } from '../table/row-locks.js';
import type { TransactionImpl } from '../transaction/transaction.js';
import { UNDO_ACTION, UNDO_FROZEN, UNDO_INSERT, UNDO_UPDATE, type UndoRecord } from './record.js';
import type { FrozenChunk } from './undo-spill.js';

export function rollbackTo(tx: TransactionImpl, position: number): void {
  tx.rollingBack = true;
  for (let i = tx.undo.length - 1; i >= position; i--) {
    const entry = tx.undo[i]!;
    tx.undo.length = i;
    if (entry.kind === UNDO_ACTION) (entry as { rollback(): void }).rollback();
    else if (entry.kind === UNDO_FROZEN) rollbackFrozen(entry as FrozenChunk);
    else rollbackRecord(entry as UndoRecord);
  }
  tx.rollingBack = false;
}

function rollbackFrozen(frozen: FrozenChunk): void {
  const records = frozen.take();
  for (let k = records.length - 1; k >= 0; k--) rollbackRecord(records[k]!);
  const { pool } = frozen.table.context;
  if (pool.crowded) pool.balance();
}

function rollbackRecord(record: UndoRecord): void {
  if (record.purged) return;
  const table = record.table;
  const chunk = table.chunk(record.chunkNo)!;
  if (record.kind === UNDO_INSERT) rollbackInsert(record);
  else if (record.kind === UNDO_UPDATE && record.movedTo < 0) rollbackUpdate(record);
  else {
    chunk.allocAt(record.from);
    if (record.movedTo >= 0 && table.rowLocks.size > 0) unshareRowLocks(table, record.movedTo);
    table.rows++;
    table.dropUndo(record, true);
  }
  table.file.markDirty(chunk);
  record.purged = true;
}

function rollbackInsert(record: UndoRecord): void {
  const table = record.table;
  const chunk = table.chunk(record.chunkNo)!;
  if (table.lastRange === record) table.lastRange = null;
  for (let slot = record.to - 1; slot >= record.from; slot--) {
    for (const index of table.indexes) if (index.plain) index.tree.delete(currentKey(index, chunk, slot), record.chunkNo * CHUNK_ROWS + slot);
    chunk.freeSlot(slot);
    table.rows--;
  }
  table.noteFree(record.chunkNo);
  table.dropUndo(record, true);
}

function rollbackUpdate(record: UndoRecord): void {
  const table = record.table;
  const chunk = table.chunk(record.chunkNo)!;
  const slot = record.from;
  const touched = touchesIndex(table, record.attnums!) ? table.indexes.filter((index) => index.plain) : [];
  const keys = touched.map((index) => currentKey(index, chunk, slot));
  writeColumns(chunk, slot, record.oldXmin, record.attnums!, record.old!);
  table.dropUndo(record, true);
  for (let i = 0; i < touched.length; i++) removeEntry(table, touched[i]!, chunk, slot, record.chunkNo * CHUNK_ROWS + slot, keys[i]!);
}

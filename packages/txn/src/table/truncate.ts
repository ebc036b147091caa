/** TRUNCATE of a relation file in place. */
import { CHUNK_ROWS, SLOT_LIVE } from '@pglitedb/storage';
import { OP } from '../log/records.js';
import type { TransactionImpl } from '../transaction/transaction.js';
import { removeRow } from './modify-row.js';
import type { TableImpl } from './table.js';

export function truncateTable(table: TableImpl, tx: TransactionImpl): void {
  table.context.beginWrite(tx);
  if (table.createdBy !== tx || tx.savepoints.length > 0) {
    for (const chunkNo of table.file.pageNos()) {
      const chunk = table.chunk(chunkNo)!;
      for (let slot = 0; slot < chunk.high; slot++) if (chunk.live[slot] === SLOT_LIVE) removeRow(table, tx, chunkNo * CHUNK_ROWS + slot, -1);
    }
    return;
  }
  for (const index of table.indexes) index.tree.clear();
  emptyTable(table);
  if (!table.logged) return;
  const redo = table.context.redo(tx);
  redo.u8(OP.truncate);
  redo.varint(table.relfile);
  for (const index of table.indexes) {
    redo.u8(OP.truncate);
    redo.varint(index.relfile);
  }
}

/** Removes every chunk with its undo: the file belongs to one transaction only. */
export function emptyTable(table: TableImpl): void {
  for (const undo of table.undo) undo?.abandon();
  table.undo.length = 0;
  table.lastRange = null;
  table.freeChunks.clear();
  table.vacuumed.clear();
  for (const chunkNo of table.file.pageNos()) table.file.delete(chunkNo);
  table.rows = 0;
}

/** rowid = chunk * 1024 + slot. */
import { CHUNK_ROWS } from '@pglitedb/storage';

export function chunkOf(rowid: number): number {
  return Math.floor(rowid / CHUNK_ROWS);
}

export function slotOf(rowid: number): number {
  return rowid % CHUNK_ROWS;
}

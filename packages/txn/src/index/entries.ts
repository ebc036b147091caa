/**
 * Entries of plain-column indexes follow from rows: here they are logged when a change makes them superfluous, and
 * removed once no version of the row has their key any more (purge and rollback).
 */
import { SLOT_FREE, type Chunk } from '@pglitedb/storage';
import type { Datum } from '@pglitedb/types';
import { OP } from '../log/records.js';
import type { TableImpl } from '../table/table.js';
import type { TransactionImpl } from '../transaction/transaction.js';
import { UNDO_INSERT, type UndoRecord } from '../undo/record.js';
import type { IndexImpl } from './index-impl.js';

export function currentKey(index: IndexImpl, chunk: Chunk, slot: number): Datum[] {
  const columns = index.spec.tableColumns;
  const key: Datum[] = new Array(columns.length);
  for (let i = 0; i < columns.length; i++) key[i] = chunk.get(columns[i]!, slot);
  return key;
}

/** The row goes away. */
export function logRemovedEntries(table: TableImpl, tx: TransactionImpl, chunk: Chunk, slot: number, rowid: number): void {
  for (const index of table.indexes) if (index.plain && index.logged) index.log(tx, OP.entryRemove, currentKey(index, chunk, slot), rowid);
}

/** Some columns are about to change. */
export function logReplacedEntries(table: TableImpl, tx: TransactionImpl, chunk: Chunk, slot: number, rowid: number, attnums: readonly number[], values: readonly Datum[]): void {
  if (!touchesIndex(table, attnums)) return;
  for (const index of table.indexes) {
    if (!index.plain || !index.logged) continue;
    const columns = index.spec.tableColumns;
    let touched = false;
    const old = currentKey(index, chunk, slot);
    const key = old.slice();
    for (let i = 0; i < columns.length; i++) {
      const at = attnums.indexOf(columns[i]!);
      if (at < 0) continue;
      key[i] = values[at];
      touched = true;
    }
    if (touched && !index.keysEqual(key, index.tree.encodeKey(old))) index.log(tx, OP.entryRemove, old, rowid);
  }
}

export function touchesIndex(table: TableImpl, attnums: readonly number[]): boolean {
  for (let i = 0; i < attnums.length; i++) if (table.indexed[attnums[i]!] === 1) return true;
  return false;
}

/** Removes the entry unless the current version, or an older one that is still needed, has this key. */
export function removeEntry(table: TableImpl, index: IndexImpl, chunk: Chunk, slot: number, rowid: number, key: Datum[]): void {
  const encoded = index.tree.encodeKey(key);
  if (chunk.live[slot] !== SLOT_FREE) {
    const version = currentKey(index, chunk, slot);
    if (index.keysEqual(version, encoded)) return;
    const columns = index.spec.tableColumns;
    for (let record = table.head(chunk.pageNo, slot); record !== null && !record.purged && record.kind !== UNDO_INSERT; record = record.prev) {
      if (record.attnums === null) continue;
      undoKey(version, columns, record);
      if (index.keysEqual(version, encoded)) return;
    }
  }
  index.tree.delete(key, rowid);
}

function undoKey(version: Datum[], columns: readonly number[], record: UndoRecord): void {
  for (let i = 0; i < columns.length; i++) {
    const at = record.attnums!.indexOf(columns[i]!);
    if (at >= 0) version[i] = record.old![at];
  }
}

/** The key of the version that `until` replaced. */
export function keyBefore(table: TableImpl, index: IndexImpl, chunk: Chunk, until: UndoRecord): Datum[] {
  const version = currentKey(index, chunk, until.from);
  for (let record = table.head(until.chunkNo, until.from); record !== null; record = record.prev) {
    if (record.attnums !== null) undoKey(version, index.spec.tableColumns, record);
    if (record === until) break;
  }
  return version;
}

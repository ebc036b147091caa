/**
 * Checks an index against its table, as contrib/amcheck's bt_index_check with heapallindexed does: entries are in strictly
 * ascending order and as many as the tree says, each visible row has its entry, each entry leads to a version with its
 * key, and a unique index has no key twice. Entries of versions that only other snapshots need are not judged.
 */
import { SLOT_LIVE, type IndexKey } from '@pglitedb/storage';
import type { Datum } from '@pglitedb/types';
import type { Index, RecheckKey, RowId, Snapshot, Table } from '../api.js';
import { chunkOf, slotOf } from '../table/row-id.js';
import type { TableImpl } from '../table/table.js';
import type { IndexImpl } from './index-impl.js';

const FAULTS_MAX = 20;

/** What is wrong, as sentences; empty: nothing. recheck: as for IndexScan, for expression and partial indexes. */
export function verifyIndex(given: Index, heap: Table, snapshot: Snapshot, recheck?: RecheckKey): string[] {
  const index = given as IndexImpl;
  const table = heap as TableImpl;
  index.link(table);
  const faults: string[] = [];
  verifyEntries(index, table, snapshot, recheck, faults);
  verifyRows(index, table, snapshot, recheck, faults);
  return faults.slice(0, FAULTS_MAX);
}

function verifyEntries(index: IndexImpl, table: TableImpl, snapshot: Snapshot, recheck: RecheckKey | undefined, faults: string[]): void {
  const { tree } = index;
  const cursor = tree.scan({});
  let entries = 0;
  let lastKey: IndexKey | undefined;
  let lastRow = -1;
  let lastSeen: IndexKey | undefined;
  for (let rowid = cursor.next(); rowid >= 0 && faults.length < FAULTS_MAX; rowid = cursor.next()) {
    const key = cursor.lastKey;
    const order = lastKey === undefined ? -1 : tree.codec.compare(lastKey, key);
    if (order > 0 || (order === 0 && lastRow >= rowid)) faults.push(`entry ${entries} (row ${rowid}) is not after the one before it`);
    entries++;
    lastKey = key;
    lastRow = rowid;
    if (index.answers(table, snapshot, rowid, key, recheck)) {
      if (index.spec.unique && lastSeen !== undefined && tree.codec.compare(lastSeen, key) === 0 && countsAsEqual(index, table, rowid)) faults.push(`rows with equal keys in a unique index, one of them ${rowid}`);
      lastSeen = key;
    } else if (!index.mayBeStale && table.head(chunkOf(rowid), slotOf(rowid)) === null) faults.push(`the entry of row ${rowid} leads to ${table.chunk(chunkOf(rowid))?.live[slotOf(rowid)] === SLOT_LIVE ? 'another key' : 'no row'}`);
  }
  if (faults.length === 0 && entries !== tree.size) faults.push(`the tree has ${entries} entries and says ${tree.size}`);
}

/** NULLs are equal only to NULLS NOT DISTINCT. */
function countsAsEqual(index: IndexImpl, table: TableImpl, rowid: RowId): boolean {
  if (index.spec.nullsNotDistinct) return true;
  if (!index.plain) return false;
  const chunk = table.chunk(chunkOf(rowid))!;
  return index.spec.tableColumns.every((attnum) => chunk.get(attnum, slotOf(rowid)) !== null);
}

function verifyRows(index: IndexImpl, table: TableImpl, snapshot: Snapshot, recheck: RecheckKey | undefined, faults: string[]): void {
  if (!index.plain && recheck === undefined) return;
  const attnums = recheck === undefined ? index.spec.tableColumns : recheck.attnums;
  const scan = table.scan(snapshot, attnums);
  const batch = { count: 0, rowids: new Float64Array(1024), values: attnums.map((): Datum[] => []) };
  for (scan.next(batch); batch.count > 0 && faults.length < FAULTS_MAX; scan.next(batch)) {
    for (let r = 0; r < batch.count; r++) {
      const values = batch.values.map((column) => column[r]);
      const key = recheck === undefined ? values : recheck.keyOf(values);
      const rowid = batch.rowids[r]!;
      if (key !== undefined && index.tree.lookup(index.tree.encodeKey(key), rowid - 1) !== rowid) faults.push(`row ${rowid} has no entry`);
    }
  }
}

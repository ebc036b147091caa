/** xmin, xmax, cmin and cmax of the version that a snapshot sees. */
import type { RowId, Snapshot } from '../api.js';
import { overlay, sees } from '../undo/visibility.js';
import { chunkOf, slotOf } from './row-id.js';
import type { TableImpl } from './table.js';

const NO_COLUMNS: readonly number[] = [];

export function systemColumnsOf(table: TableImpl, snapshot: Snapshot, rowid: RowId): { xmin: number; xmax: number; cmin: number; cmax: number } {
  const slot = slotOf(rowid);
  const head = table.head(chunkOf(rowid), slot);
  let xmin: number = table.chunk(chunkOf(rowid))?.get(0, slot) ?? 0;
  let cid = 0;
  let xmax = 0;
  if (head !== null) {
    const older = overlay(snapshot, head, NO_COLUMNS, [], 0);
    if (older >= 0) xmin = older;
    let record: typeof head | null = head;
    for (; record !== null && !record.purged && !sees(snapshot, record); record = record.prev) {
      xmax = record.xact.xid >>> 0;
      cid = record.cid;
    }
    if (xmax === 0 && record !== null) cid = record.cid;
  }
  if (xmax === 0) {
    const locks = table.rowLocks.get(rowid);
    if (locks !== undefined) xmax = locks.holders[0]!.tx.xid >>> 0;
  }
  return { xmin, xmax, cmin: cid, cmax: cid };
}

/**
 * Index scan: each visible row once, where the version's key equals the entry's key. Ranges are tightened so that a
 * column bounded by a value never meets NULL keys.
 */
import { PagePending, type KeyRange as TreeRange } from '@pglitedb/storage';
import type { Datum } from '@pglitedb/types';
import type { IndexScan, KeyRange, RecheckKey, RowBatch, Snapshot } from '../api.js';
import { chunkOf, slotOf } from '../table/row-id.js';
import type { TableImpl } from '../table/table.js';
import { readsOf } from '../transaction/serializable.js';
import { OLDER, overlay, versionOf } from '../undo/visibility.js';
import type { IndexImpl } from './index-impl.js';

const FIRST_ROWS = 16;
const MOST_ROWS = 1024;

export class EntryScan implements IndexScan {
  private rangeNo = 0;
  private cursor: ReturnType<IndexImpl['tree']['scan']> | null = null;
  private wanted = FIRST_ROWS;

  constructor(
    private readonly index: IndexImpl, private readonly table: TableImpl, private readonly snapshot: Snapshot, private ranges: readonly KeyRange[],
    private readonly backward: boolean, private readonly attnums: readonly number[], private readonly recheck: RecheckKey | undefined,
  ) {}

  restart(ranges: readonly KeyRange[]): void {
    this.ranges = ranges;
    this.rangeNo = 0;
    this.cursor = null;
    this.wanted = FIRST_ROWS;
  }

  next(batch: RowBatch): Promise<void> | undefined {
    batch.count = 0;
    if (this.table.context.pool.crowded) this.table.context.pool.balance();
    try {
      this.fill(batch);
    } catch (error) {
      if (!(error instanceof PagePending)) throw error;
      return batch.count > 0 ? undefined : error.promise;
    }
    if (this.wanted < MOST_ROWS) this.wanted *= 4;
    return undefined;
  }

  private fill(batch: RowBatch): void {
    while (batch.count < this.wanted) {
      if (this.cursor === null) {
        if (this.rangeNo >= this.ranges.length) return;
        const range = this.ranges[this.backward ? this.ranges.length - 1 - this.rangeNo : this.rangeNo]!;
        const bounds = treeRange(this.index, range);
        readsOf(this.snapshot)?.range(this.table, this.index, bounds);
        this.cursor = this.index.tree.scan(bounds, this.backward);
      }
      const rowid = this.cursor.next();
      if (rowid < 0) {
        this.cursor = null;
        this.rangeNo++;
        continue;
      }
      this.take(batch, rowid, this.cursor.lastKey);
    }
  }

  private take(batch: RowBatch, rowid: number, key: Parameters<IndexImpl['answers']>[3]): void {
    const table = this.table;
    if (!this.index.answers(table, this.snapshot, rowid, key, this.recheck)) return;
    const chunkNo = chunkOf(rowid);
    const slot = slotOf(rowid);
    const chunk = table.chunk(chunkNo)!;
    const at = batch.count++;
    batch.rowids[at] = rowid;
    const attnums = this.attnums;
    for (let c = 0; c < attnums.length; c++) batch.values[c]![at] = chunk.get(attnums[c]!, slot);
    const head = table.undo[chunkNo] === undefined ? null : table.head(chunkNo, slot);
    if (head !== null && versionOf(this.snapshot, head) === OLDER) overlay(this.snapshot, head, attnums, batch.values, at);
  }
}

function treeRange(index: IndexImpl, range: KeyRange): TreeRange {
  let lower: readonly Datum[] = range.lower ?? [];
  let upper: readonly Datum[] = range.upper ?? [];
  let lowerInclusive = range.lowerInclusive;
  let upperInclusive = range.upperInclusive;
  const equal = equalPrefix(index, lower, upper);
  if (equal < index.spec.keys.length) {
    const nullsFirst = index.spec.keys[equal]!.nullsFirst;
    if (!nullsFirst && lower.length > equal && upper.length === equal && lower[equal] !== null) {
      upper = [...lower.slice(0, equal), null];
      upperInclusive = false;
    } else if (nullsFirst && upper.length > equal && lower.length === equal && upper[equal] !== null) {
      lower = [...upper.slice(0, equal), null];
      lowerInclusive = false;
    }
  }
  const tree = index.tree;
  const out: TreeRange = { lowerInclusive, upperInclusive };
  if (lower.length > 0) out.lower = tree.encodeKey(lower);
  if (upper.length > 0) out.upper = tree.encodeKey(upper);
  return out;
}

/** Leading columns that both bounds fix to the same value. */
function equalPrefix(index: IndexImpl, lower: readonly Datum[], upper: readonly Datum[]): number {
  let n = 0;
  while (n < lower.length && n < upper.length) {
    const a = lower[n];
    const b = upper[n];
    const spec = index.spec.keys[n]!;
    const compare = spec.compare ?? spec.type.compare?.bind(spec.type);
    const same = a === null || b === null ? a === b : a === b || (compare !== undefined && compare(a, b) === 0);
    if (!same) break;
    n++;
  }
  return n;
}

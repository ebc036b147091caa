/** Adjacency of bounds: nothing lies between an upper bound and a lower bound, and they do not overlap. */
import { canonicalize, compareBoundValues, type Bound, type RangeKit } from './bounds.js';
import { PgRange } from './value.js';

/** bounds_adjacent: `a` is an upper bound and `b` a lower one. */
export function boundsAdjacent(kit: RangeKit, a: Bound, b: Bound): boolean {
  const c = compareBoundValues(kit, a, b);
  if (c < 0) {
    if (kit.canonical === '' || a.value === null || b.value === null) return false;
    // The gap as a range, with the bounds' inclusiveness turned round: adjacent exactly when it holds nothing.
    const gap = new PgRange(kit.rangeOid, a.value, b.value, !a.inclusive, !b.inclusive, false);
    return canonicalize(kit, gap).empty;
  }
  return c === 0 && a.inclusive !== b.inclusive;
}

/** Multiranges: normalisation to sorted disjoint ranges, order, and the set algebra over them. */
import { PgMultirange, PgRange } from './value.js';
import { compareBoundValues, compareBounds, compareRanges, lowerBound, makeRange, upperBound, type RangeKit } from './bounds.js';
import { boundsAdjacent } from './adjacent.js';

/** multirange_canonicalize: drops empty ranges, sorts, and joins what overlaps or touches. */
export function makeMultirange(kit: RangeKit, input: readonly PgRange[]): PgMultirange {
  const sorted = input.filter((r) => !r.empty).sort((a, b) => compareRanges(kit, a, b));
  const out: PgRange[] = [];
  for (const r of sorted) {
    const last = out[out.length - 1];
    if (last === undefined) {
      out.push(r);
    } else if (boundsAdjacent(kit, upperBound(last), lowerBound(r)) || compareBounds(kit, upperBound(last), lowerBound(r)) >= 0) {
      if (compareBounds(kit, upperBound(last), upperBound(r)) < 0) {
        out[out.length - 1] = new PgRange(kit.rangeOid, last.lower, r.upper, last.lowerInc, r.upperInc, false);
      }
    } else out.push(r);
  }
  return new PgMultirange(kit.multirangeOid, kit.rangeOid, out);
}

export function compareMultiranges(kit: RangeKit, a: PgMultirange, b: PgMultirange): number {
  const n = Math.min(a.ranges.length, b.ranges.length);
  for (let i = 0; i < n; i++) {
    const c = compareRanges(kit, a.ranges[i]!, b.ranges[i]!);
    if (c !== 0) return c;
  }
  return a.ranges.length - b.ranges.length;
}

/** The intersection of two non-empty ranges, undefined where they have none. */
export function intersectRanges(kit: RangeKit, a: PgRange, b: PgRange): PgRange | undefined {
  const low = compareBounds(kit, lowerBound(a), lowerBound(b)) >= 0 ? a : b;
  const high = compareBounds(kit, upperBound(a), upperBound(b)) <= 0 ? a : b;
  if (compareBounds(kit, lowerBound(low), upperBound(high)) > 0) return undefined;
  const r = makeRange(kit, low.lower, high.upper, low.lowerInc, high.upperInc);
  return r.empty ? undefined : r;
}

export function intersectMultiranges(kit: RangeKit, a: PgMultirange, b: PgMultirange): PgMultirange {
  const out: PgRange[] = [];
  let i = 0;
  let j = 0;
  while (i < a.ranges.length && j < b.ranges.length) {
    const x = a.ranges[i]!;
    const y = b.ranges[j]!;
    const both = intersectRanges(kit, x, y);
    if (both !== undefined) out.push(both);
    if (compareBounds(kit, upperBound(x), upperBound(y)) < 0) i++;
    else j++;
  }
  return makeMultirange(kit, out);
}

/** What of `a` lies outside `b`, both non-empty: none, one or two ranges. */
export function subtractRange(kit: RangeKit, a: PgRange, b: PgRange): PgRange[] {
  const out: PgRange[] = [];
  if (compareBounds(kit, lowerBound(a), upperBound(b)) > 0 || compareBounds(kit, upperBound(a), lowerBound(b)) < 0) return [a];
  if (compareBounds(kit, lowerBound(a), lowerBound(b)) < 0) {
    const r = makeRange(kit, a.lower, b.lower, a.lowerInc, !b.lowerInc);
    if (!r.empty) out.push(r);
  }
  if (compareBounds(kit, upperBound(a), upperBound(b)) > 0) {
    const r = makeRange(kit, b.upper, a.upper, !b.upperInc, a.upperInc);
    if (!r.empty) out.push(r);
  }
  return out;
}

export function subtractMultirange(kit: RangeKit, a: PgMultirange, b: PgMultirange): PgMultirange {
  let left: PgRange[] = [...a.ranges];
  for (const hole of b.ranges) left = left.flatMap((r) => subtractRange(kit, r, hole));
  return makeMultirange(kit, left);
}

/** Is the value order of these bounds such that the range between them exists and may hold something. */
export const boundsOrdered = (kit: RangeKit, a: PgRange, b: PgRange): boolean =>
  compareBoundValues(kit, lowerBound(a), upperBound(b)) <= 0;

/** Range functions and operators by prosrc. */
import type { Datum } from '../datum.js';
import type { Oid } from '../brand.js';
import { SqlError } from '../errors.js';
import { defineFunctions, type BuiltinFn, type CallContext } from '../function-impl.js';
import { comparisons } from '../any/compare-family.js';
import { time64ToBig } from '../any/datum-codec.js';
import { numericFunction, numericToText } from '../any/numeric-bridge.js';
import { boundsAdjacent } from './adjacent.js';
import {
  canonicalize, compareBounds, compareRanges, emptyRange, lowerBound, makeRange, rangeKit, upperBound, type RangeKit,
} from './bounds.js';
import { PgRange } from './value.js';

type Ctx = CallContext;

/** The kit of a range argument. */
export const kitOf = (oid: Oid, c: Ctx): RangeKit => rangeKit(oid, c.env.types);

export function rangeContainsElement(kit: RangeKit, r: PgRange, v: Datum): boolean {
  if (r.empty) return false;
  if (r.lower !== null) {
    const c = kit.compare(r.lower, v);
    if (c > 0 || (c === 0 && !r.lowerInc)) return false;
  }
  if (r.upper !== null) {
    const c = kit.compare(r.upper, v);
    if (c < 0 || (c === 0 && !r.upperInc)) return false;
  }
  return true;
}

export function rangeContains(kit: RangeKit, a: PgRange, b: PgRange): boolean {
  if (b.empty) return true;
  if (a.empty) return false;
  return compareBounds(kit, lowerBound(a), lowerBound(b)) <= 0 && compareBounds(kit, upperBound(a), upperBound(b)) >= 0;
}

export function rangesOverlap(kit: RangeKit, a: PgRange, b: PgRange): boolean {
  if (a.empty || b.empty) return false;
  const aFirst = compareBounds(kit, lowerBound(a), lowerBound(b)) >= 0 && compareBounds(kit, lowerBound(a), upperBound(b)) <= 0;
  return aFirst || (compareBounds(kit, lowerBound(b), lowerBound(a)) >= 0 && compareBounds(kit, lowerBound(b), upperBound(a)) <= 0);
}

export const rangeBefore = (kit: RangeKit, a: PgRange, b: PgRange): boolean =>
  !a.empty && !b.empty && compareBounds(kit, upperBound(a), lowerBound(b)) < 0;

export const rangesAdjacent = (kit: RangeKit, a: PgRange, b: PgRange): boolean =>
  !a.empty && !b.empty && (boundsAdjacent(kit, upperBound(a), lowerBound(b)) || boundsAdjacent(kit, upperBound(b), lowerBound(a)));

/** a's upper bound does not extend to the right of b's. */
export const overLeft = (kit: RangeKit, a: PgRange, b: PgRange): boolean =>
  !a.empty && !b.empty && compareBounds(kit, upperBound(a), upperBound(b)) <= 0;
export const overRight = (kit: RangeKit, a: PgRange, b: PgRange): boolean =>
  !a.empty && !b.empty && compareBounds(kit, lowerBound(a), lowerBound(b)) >= 0;

/** Smallest range that holds both; `strict` refuses a gap between them. */
export function unionRanges(kit: RangeKit, a: PgRange, b: PgRange, strict: boolean): PgRange {
  if (a.empty) return b;
  if (b.empty) return a;
  if (strict && !rangesOverlap(kit, a, b) && !rangesAdjacent(kit, a, b)) {
    throw new SqlError('22000', 'result of range union would not be contiguous');
  }
  const low = compareBounds(kit, lowerBound(a), lowerBound(b)) < 0 ? a : b;
  const high = compareBounds(kit, upperBound(a), upperBound(b)) > 0 ? a : b;
  return makeRange(kit, low.lower, high.upper, low.lowerInc, high.upperInc);
}

function intersect(kit: RangeKit, a: PgRange, b: PgRange): PgRange {
  if (a.empty || b.empty || !rangesOverlap(kit, a, b)) return emptyRange(a.rangeOid);
  const low = compareBounds(kit, lowerBound(a), lowerBound(b)) >= 0 ? a : b;
  const high = compareBounds(kit, upperBound(a), upperBound(b)) <= 0 ? a : b;
  return makeRange(kit, low.lower, high.upper, low.lowerInc, high.upperInc);
}

function minus(kit: RangeKit, a: PgRange, b: PgRange): PgRange {
  if (a.empty || b.empty) return a;
  const ll = compareBounds(kit, lowerBound(a), lowerBound(b));
  const lu = compareBounds(kit, lowerBound(a), upperBound(b));
  const ul = compareBounds(kit, upperBound(a), lowerBound(b));
  const uu = compareBounds(kit, upperBound(a), upperBound(b));
  if (ll < 0 && uu > 0) throw new SqlError('22000', 'result of range difference would not be contiguous');
  if (lu > 0 || ul < 0) return a;
  if (ll >= 0 && uu <= 0) return emptyRange(a.rangeOid);
  if (ll <= 0 && ul >= 0 && uu <= 0) return makeRange(kit, a.lower, b.lower, a.lowerInc, !b.lowerInc);
  return makeRange(kit, b.upper, a.upper, !b.upperInc, a.upperInc);
}

/** "[)" and so on: is each bound inclusive. */
function boundFlags(text: string | null): [boolean, boolean] {
  if (text === null) throw new SqlError('22000', 'range constructor flags argument must not be null');
  if (!/^[[(][\])]$/.test(text)) {
    throw new SqlError('42601', 'invalid range bound flags', { hint: 'Valid values are "[]", "[)", "(]", and "()".' });
  }
  return [text[0] === '[', text[1] === ']'];
}

type Pair = (kit: RangeKit, a: PgRange, b: PgRange) => Datum;
const onRanges = (f: Pair): BuiltinFn => (a: PgRange, b: PgRange, c: Ctx) => {
  if (a.rangeOid !== b.rangeOid) throw new SqlError('XX000', 'range types do not match');
  return f(kitOf(a.rangeOid, c), a, b);
};

const compared: Record<string, BuiltinFn> = {};
for (const [name, f] of Object.entries({
  ...comparisons<PgRange, PgRange>('range', (a, b) => compareRanges(currentKit, a, b)),
  range_cmp: (a: PgRange, b: PgRange) => compareRanges(currentKit, a, b),
})) {
  compared[name] = (a: PgRange, b: PgRange, c: Ctx) => {
    currentKit = kitOf(a.rangeOid, c);
    return f(a, b);
  };
}
let currentKit: RangeKit;

/** Infinite values count as the extremes that stand for them. */
const micros = (a: number | bigint, b: number | bigint): number => (Number(time64ToBig(a)) - Number(time64ToBig(b))) / 1e6;
const day = (v: number): number => (v === Infinity ? 2147483647 : v === -Infinity ? -2147483648 : v);

defineFunctions({
  ...compared,
  range_constructor2: (lower: Datum | null, upper: Datum | null, c: Ctx) => makeRange(kitOf(c.resultType, c), lower, upper, true, false),
  range_constructor3: (lower: Datum | null, upper: Datum | null, flags: string | null, c: Ctx) => {
    const [lowerInc, upperInc] = boundFlags(flags);
    return makeRange(kitOf(c.resultType, c), lower, upper, lowerInc, upperInc);
  },
  range_lower: (r: PgRange) => r.lower,
  range_upper: (r: PgRange) => r.upper,
  range_empty: (r: PgRange) => r.empty,
  range_lower_inc: (r: PgRange) => r.lowerInc,
  range_upper_inc: (r: PgRange) => r.upperInc,
  range_lower_inf: (r: PgRange) => !r.empty && r.lower === null,
  range_upper_inf: (r: PgRange) => !r.empty && r.upper === null,
  range_contains_elem: (r: PgRange, v: Datum, c: Ctx) => rangeContainsElement(kitOf(r.rangeOid, c), r, v),
  elem_contained_by_range: (v: Datum, r: PgRange, c: Ctx) => rangeContainsElement(kitOf(r.rangeOid, c), r, v),
  range_contains: onRanges(rangeContains),
  range_contained_by: onRanges((k, a, b) => rangeContains(k, b, a)),
  range_overlaps: onRanges(rangesOverlap),
  range_before: onRanges(rangeBefore),
  range_after: onRanges((k, a, b) => rangeBefore(k, b, a)),
  range_adjacent: onRanges(rangesAdjacent),
  range_overleft: onRanges(overLeft),
  range_overright: onRanges(overRight),
  range_union: onRanges((k, a, b) => unionRanges(k, a, b, true)),
  range_merge: onRanges((k, a, b) => unionRanges(k, a, b, false)),
  range_intersect: onRanges(intersect),
  range_intersect_agg_transfn: onRanges(intersect),
  range_minus: onRanges(minus),
  int4range_canonical: (r: PgRange, c: Ctx) => canonicalize(kitOf(r.rangeOid, c), r, 'int4range_canonical'),
  int8range_canonical: (r: PgRange, c: Ctx) => canonicalize(kitOf(r.rangeOid, c), r, 'int8range_canonical'),
  daterange_canonical: (r: PgRange, c: Ctx) => canonicalize(kitOf(r.rangeOid, c), r, 'daterange_canonical'),
  int4range_subdiff: (a: number, b: number) => a - b,
  int8range_subdiff: (a: number | bigint, b: number | bigint) => Number(a) - Number(b),
  numrange_subdiff: (a: Datum, b: Datum) => Number(numericToText(numericFunction('numeric_sub')(a, b))),
  daterange_subdiff: (a: number, b: number) => day(a) - day(b),
  tsrange_subdiff: micros,
  tstzrange_subdiff: micros,
});

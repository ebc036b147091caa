/** Multirange functions and operators by prosrc. */
import type { Datum } from '../datum.js';
import { SqlError } from '../errors.js';
import { defineFunctions, type BuiltinFn, type CallContext } from '../function-impl.js';
import type { PgArray } from '../array/value.js';
import { comparisons } from '../any/compare-family.js';
import { boundsAdjacent } from './adjacent.js';
import { emptyRange, lowerBound, upperBound, type RangeKit } from './bounds.js';
import { kitOf, overLeft, overRight, rangeBefore, rangeContains, rangeContainsElement, rangesOverlap, unionRanges } from './functions.js';
import { compareMultiranges, intersectMultiranges, makeMultirange, subtractMultirange } from './multirange.js';
import { PgMultirange, PgRange } from './value.js';

type Ctx = CallContext;
type Multi = PgMultirange;

const first = (m: Multi): PgRange | undefined => m.ranges[0];
const last = (m: Multi): PgRange | undefined => m.ranges[m.ranges.length - 1];
/** A range as the list of what it holds. */
const parts = (v: PgRange | Multi): readonly PgRange[] => (v instanceof PgMultirange ? v.ranges : v.empty ? [] : [v]);
const span = (v: PgRange | Multi): { low: PgRange; high: PgRange } | undefined => {
  const p = parts(v);
  return p.length === 0 ? undefined : { low: p[0]!, high: p[p.length - 1]! };
};

type Either = PgRange | Multi;
const kitFor = (v: Either, c: Ctx): RangeKit => kitOf(v.rangeOid, c);

/** Position of the first range whose upper bound is not before a bound: binary search over disjoint sorted ranges. */
function holdsElement(kit: RangeKit, m: Multi, v: Datum): boolean {
  let lo = 0;
  let hi = m.ranges.length - 1;
  while (lo <= hi) {
    const mid = (lo + hi) >> 1;
    const r = m.ranges[mid]!;
    if (rangeContainsElement(kit, r, v)) return true;
    if (r.lower !== null && kit.compare(v, r.lower) <= 0) hi = mid - 1;
    else lo = mid + 1;
  }
  return false;
}

const overlap = (kit: RangeKit, a: Either, b: Either): boolean => parts(a).some((x) => parts(b).some((y) => rangesOverlap(kit, x, y)));
const containsAll = (kit: RangeKit, a: Either, b: Either): boolean => parts(b).every((y) => parts(a).some((x) => rangeContains(kit, x, y)));

const before = (kit: RangeKit, a: Either, b: Either): boolean => {
  const x = span(a);
  const y = span(b);
  return x !== undefined && y !== undefined && rangeBefore(kit, x.high, y.low);
};
const left = (kit: RangeKit, a: Either, b: Either): boolean => {
  const x = span(a);
  const y = span(b);
  return x !== undefined && y !== undefined && overLeft(kit, x.high, y.high);
};
const right = (kit: RangeKit, a: Either, b: Either): boolean => {
  const x = span(a);
  const y = span(b);
  return x !== undefined && y !== undefined && overRight(kit, x.low, y.low);
};
const adjacent = (kit: RangeKit, a: Either, b: Either): boolean => {
  const x = span(a);
  const y = span(b);
  if (x === undefined || y === undefined) return false;
  return boundsAdjacent(kit, upperBound(x.high), lowerBound(y.low)) || boundsAdjacent(kit, upperBound(y.high), lowerBound(x.low));
};

const on = (f: (kit: RangeKit, a: Either, b: Either) => Datum): BuiltinFn => (a: Either, b: Either, c: Ctx) => f(kitFor(a, c), a, b);
const flipped = (f: (kit: RangeKit, a: Either, b: Either) => Datum): BuiltinFn => (a: Either, b: Either, c: Ctx) => f(kitFor(a, c), b, a);

/** range_<op>_multirange, multirange_<op>_range, multirange_<op>_multirange. */
function threeWays(op: string, f: BuiltinFn): Record<string, BuiltinFn> {
  return { [`range_${op}_multirange`]: f, [`multirange_${op}_range`]: f, [`multirange_${op}_multirange`]: f };
}

function construct(c: Ctx, ranges: readonly (PgRange | null)[]): Multi {
  const kit = kitOf(c.resultType, c);
  if (ranges.some((r) => r === null)) throw new SqlError('22004', 'multirange values cannot contain null members');
  return makeMultirange(kit, ranges as PgRange[]);
}

let currentKit: RangeKit;
const compared: Record<string, BuiltinFn> = {};
for (const [name, f] of Object.entries({
  ...comparisons<Multi, Multi>('multirange', (a, b) => compareMultiranges(currentKit, a, b)),
  multirange_cmp: (a: Multi, b: Multi) => Math.sign(compareMultiranges(currentKit, a, b)),
})) {
  compared[name] = (a: Multi, b: Multi, c: Ctx) => {
    currentKit = kitFor(a, c);
    return f(a, b);
  };
}

interface AggState { ranges: PgRange[] }

defineFunctions({
  ...compared,
  multirange_constructor0: (c: Ctx) => construct(c, []),
  multirange_constructor1: (r: PgRange, c: Ctx) => construct(c, [r]),
  multirange_constructor2: (a: PgArray, c: Ctx) => {
    if (a.dims.length > 1) throw new SqlError('21000', 'multiranges cannot be constructed from multidimensional arrays');
    return construct(c, a.elements);
  },
  multirange_unnest: { fn: (m: Multi) => m.ranges, set: true },
  multirange_lower: (m: Multi) => first(m)?.lower ?? null,
  multirange_upper: (m: Multi) => last(m)?.upper ?? null,
  multirange_empty: (m: Multi) => m.ranges.length === 0,
  multirange_lower_inc: (m: Multi) => first(m)?.lowerInc ?? false,
  multirange_upper_inc: (m: Multi) => last(m)?.upperInc ?? false,
  multirange_lower_inf: (m: Multi) => m.ranges.length > 0 && first(m)!.lower === null,
  multirange_upper_inf: (m: Multi) => m.ranges.length > 0 && last(m)!.upper === null,
  multirange_contains_elem: (m: Multi, v: Datum, c: Ctx) => holdsElement(kitFor(m, c), m, v),
  elem_contained_by_multirange: (v: Datum, m: Multi, c: Ctx) => holdsElement(kitFor(m, c), m, v),
  ...threeWays('overlaps', on(overlap)),
  ...threeWays('before', on(before)),
  ...threeWays('after', flipped(before)),
  ...threeWays('adjacent', on(adjacent)),
  ...threeWays('overleft', on(left)),
  ...threeWays('overright', on(right)),
  ...threeWays('contains', on(containsAll)),
  ...threeWays('contained_by', flipped(containsAll)),
  multirange_union: (a: Multi, b: Multi, c: Ctx) => makeMultirange(kitFor(a, c), [...a.ranges, ...b.ranges]),
  multirange_minus: (a: Multi, b: Multi, c: Ctx) => subtractMultirange(kitFor(a, c), a, b),
  multirange_intersect: (a: Multi, b: Multi, c: Ctx) => intersectMultiranges(kitFor(a, c), a, b),
  multirange_intersect_agg_transfn: (a: Multi, b: Multi, c: Ctx) => intersectMultiranges(kitFor(a, c), a, b),
  range_merge_from_multirange: (m: Multi, c: Ctx) => {
    if (m.ranges.length === 0) return emptyRange(m.rangeOid);
    return unionRanges(kitFor(m, c), first(m)!, last(m)!, false);
  },
  range_agg_transfn: (s: AggState | null, r: PgRange | null) => {
    const state = s ?? { ranges: [] };
    if (r !== null) state.ranges.push(r);
    return state;
  },
  multirange_agg_transfn: (s: AggState | null, m: Multi | null) => {
    const state = s ?? { ranges: [] };
    if (m !== null) state.ranges.push(...m.ranges);
    return state;
  },
  range_agg_finalfn: (s: AggState | null, ...rest: unknown[]) => {
    const c = rest[rest.length - 1] as Ctx;
    if (s === null || s.ranges.length === 0) return null;
    return makeMultirange(kitOf(c.resultType, c), s.ranges);
  },
});


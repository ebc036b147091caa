/** Bound order, construction and canonical forms of ranges. A bound is (value or infinite, inclusive, lower or upper). */
import type { Datum } from '../datum.js';
import type { Oid } from '../brand.js';
import type { TypeImpl, TypeResolver } from '../type-impl.js';
import { SqlError } from '../errors.js';
import { compareOf } from '../any/datum-codec.js';
import { PgRange } from './value.js';

/** What range operations need of a range type. */
export interface RangeKit {
  readonly rangeOid: Oid;
  readonly multirangeOid: Oid;
  readonly subtype: TypeImpl;
  readonly compare: (a: Datum, b: Datum) => number;
  readonly canonical: string;
  readonly subtypeDiff: string;
}

const kits = new WeakMap<TypeResolver, Map<Oid, RangeKit>>();

/** The kit of a range or multirange type. */
export function rangeKit(oid: Oid, resolver: TypeResolver): RangeKit {
  let mine = kits.get(resolver);
  if (mine === undefined) kits.set(resolver, (mine = new Map()));
  const known = mine.get(oid);
  const info = resolver.rangeInfo(oid);
  if (info === undefined) throw new SqlError('XX000', `type ${oid} is not a range type`);
  const subtype = resolver.typeImpl(info.subtypeOid);
  if (known !== undefined && known.subtype === subtype) return known;
  const kit: RangeKit = {
    rangeOid: info.rangeOid, multirangeOid: info.multirangeOid, subtype, compare: compareOf(subtype),
    canonical: info.canonical, subtypeDiff: info.subtypeDiff,
  };
  mine.set(oid, kit);
  return kit;
}

export interface Bound { value: Datum | null; inclusive: boolean; lower: boolean }

export const lowerBound = (r: PgRange): Bound => ({ value: r.lower, inclusive: r.lowerInc, lower: true });
export const upperBound = (r: PgRange): Bound => ({ value: r.upper, inclusive: r.upperInc, lower: false });

/** range_cmp_bounds: order of two bounds of either side. */
export function compareBounds(kit: RangeKit, a: Bound, b: Bound): number {
  if (a.value === null && b.value === null) return a.lower === b.lower ? 0 : a.lower ? -1 : 1;
  if (a.value === null) return a.lower ? -1 : 1;
  if (b.value === null) return b.lower ? 1 : -1;
  const c = kit.compare(a.value, b.value);
  if (c !== 0) return c;
  if (!a.inclusive && !b.inclusive) return a.lower === b.lower ? 0 : a.lower ? 1 : -1;
  if (!a.inclusive) return a.lower ? 1 : -1;
  if (!b.inclusive) return b.lower ? -1 : 1;
  return 0;
}

/** range_cmp_bound_values: as above, but inclusiveness does not count. */
export function compareBoundValues(kit: RangeKit, a: Bound, b: Bound): number {
  if (a.value === null && b.value === null) return a.lower === b.lower ? 0 : a.lower ? -1 : 1;
  if (a.value === null) return a.lower ? -1 : 1;
  if (b.value === null) return b.lower ? 1 : -1;
  return kit.compare(a.value, b.value);
}

export const emptyRange = (oid: Oid): PgRange => new PgRange(oid, null, null, false, false, true);

/** make_range: checks the order of the bounds, finds empty ranges, and brings discrete ranges to [) form. */
export function makeRange(kit: RangeKit, lower: Datum | null, upper: Datum | null, lowerInc: boolean, upperInc: boolean): PgRange {
  if (lower === null) lowerInc = false;
  if (upper === null) upperInc = false;
  if (lower !== null && upper !== null) {
    const c = kit.compare(lower, upper);
    if (c > 0) throw new SqlError('22000', 'range lower bound must be less than or equal to range upper bound');
    if (c === 0 && !(lowerInc && upperInc)) return emptyRange(kit.rangeOid);
  }
  const r = new PgRange(kit.rangeOid, lower, upper, lowerInc, upperInc, false);
  return kit.canonical === '' ? r : canonicalize(kit, r);
}

type Next = (v: Datum) => Datum;

const int4Next: Next = (v: number) => {
  if (v === 2147483647) throw new SqlError('22003', 'integer out of range');
  return v + 1;
};
const int8Next: Next = (v: number | bigint) => {
  if (typeof v === 'number' && v < Number.MAX_SAFE_INTEGER) return v + 1;
  const b = BigInt(v) + 1n;
  if (b > 0x7fffffffffffffffn) throw new SqlError('22003', 'bigint out of range');
  return b;
};
/** Last day that a date can be, days since 2000-01-01. */
const DATE_MAX = 2147483493 - 2451545;
const dateNext: Next = (v: number) => {
  if (v === Infinity || v === -Infinity) return v;
  if (v + 1 > DATE_MAX) throw new SqlError('22008', 'date out of range');
  return v + 1;
};

const successors: Readonly<Record<string, Next>> = {
  int4range_canonical: int4Next, int8range_canonical: int8Next, daterange_canonical: dateNext,
};

/** The canonical functions of the builtin discrete ranges: (] [] () become [). */
export function canonicalize(kit: RangeKit, r: PgRange, name = kit.canonical): PgRange {
  const next = successors[name];
  if (next === undefined) throw new SqlError('0A000', `range canonical function ${name} is not supported yet`);
  if (r.empty) return r;
  const finite = (v: Datum): boolean => v !== Infinity && v !== -Infinity;
  let { lower, upper, lowerInc, upperInc } = r;
  if (lower !== null && finite(lower) && !lowerInc) {
    lower = next(lower);
    lowerInc = true;
  }
  if (upper !== null && finite(upper) && upperInc) {
    upper = next(upper);
    upperInc = false;
  }
  if (lower !== null && upper !== null) {
    const c = kit.compare(lower, upper);
    if (c > 0 || (c === 0 && !(lowerInc && upperInc))) return emptyRange(r.rangeOid);
  }
  return new PgRange(r.rangeOid, lower, upper, lowerInc, upperInc, false);
}

/** range_cmp: empty ranges first, then the lower bounds, then the upper bounds. */
export function compareRanges(kit: RangeKit, a: PgRange, b: PgRange): number {
  if (a.empty || b.empty) return a.empty === b.empty ? 0 : a.empty ? -1 : 1;
  const c = compareBounds(kit, lowerBound(a), lowerBound(b));
  return c !== 0 ? c : compareBounds(kit, upperBound(a), upperBound(b));
}

/** An interval: months, days and microseconds, kept apart as PostgreSQL keeps them; the int32/int64 extremes are infinite. */
const INT64_MAX = 0x7fffffffffffffffn;
const INT64_MIN = -0x8000000000000000n;

export class Interval {
  constructor(
    readonly months: number,
    readonly days: number,
    /** µs, int8's rule: a number where it is safe, else a bigint. ±Infinity in the two infinite intervals. */
    readonly micros: number | bigint,
  ) {}

  static readonly INFINITY = new Interval(0x7fffffff, 0x7fffffff, Infinity);
  static readonly NEGATIVE_INFINITY = new Interval(-0x80000000, -0x80000000, -Infinity);
  static readonly ZERO = new Interval(0, 0, 0);

  get isFinite(): boolean { return this.micros !== Infinity && this.micros !== -Infinity; }
}

/** An interval from stored fields: all three at their extremes mean infinite. */
export function intervalFromFields(months: number, days: number, micros: bigint | number): Interval {
  if (months === 0x7fffffff && days === 0x7fffffff && micros === INT64_MAX) return Interval.INFINITY;
  if (months === -0x80000000 && days === -0x80000000 && micros === INT64_MIN) return Interval.NEGATIVE_INFINITY;
  return new Interval(months, days, micros);
}

const MICROS_PER_DAY = 86_400_000_000;

/** The order of intervals: a month counts 30 days, a day 24 hours. */
export function compareIntervals(a: Interval, b: Interval): number {
  const am = a.micros;
  const bm = b.micros;
  if (typeof am === 'number' && typeof bm === 'number') {
    if (am - am !== 0 || bm - bm !== 0) return am < bm ? -1 : am > bm ? 1 : 0;
    const ad = a.months * 30 + a.days;
    const bd = b.months * 30 + b.days;
    if (Math.abs(ad) < 90_000 && Math.abs(bd) < 90_000 && Math.abs(am) < 1e15 && Math.abs(bm) < 1e15) {
      const d = ad * MICROS_PER_DAY + am - (bd * MICROS_PER_DAY + bm);
      return d < 0 ? -1 : d > 0 ? 1 : 0;
    }
  } else if (!a.isFinite || !b.isFinite) {
    return am < bm ? -1 : am > bm ? 1 : 0;
  }
  const x = intervalSpan(a);
  const y = intervalSpan(b);
  return x < y ? -1 : x > y ? 1 : 0;
}

/** Total µs, a month counting 30 days: what equality and hashing look at. Infinite ones lie outside the finite. */
export function intervalSpan(v: Interval): bigint {
  if (v.micros === Infinity) return 1n << 100n;
  if (v.micros === -Infinity) return -(1n << 100n);
  return BigInt(v.months * 30 + v.days) * 86_400_000_000n + BigInt(v.micros);
}

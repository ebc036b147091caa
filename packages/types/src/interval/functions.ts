/** interval's functions by prosrc, its sum and avg among them. */
import type { Datum } from '../datum.js';
import { SqlError } from '../errors.js';
import { defineFunctions } from '../function-impl.js';
import { compareFamily } from '../any/compare-family.js';
import { canonical } from '../datetime/calendar.js';
import { intervalOutOfRange } from '../datetime/errors.js';
import { roundHalfEven } from '../datetime/decode-fields.js';
import { adjustInterval } from '../datetime/typmod.js';
import {
  addIntervals, checkedInterval, divideInterval, intervalSign, justifyDays, justifyHours, justifyInterval, multiplyInterval,
  negateInterval, subtractIntervals,
} from './arithmetic.js';
import { compareIntervals, Interval } from './value.js';

/** State of sum and avg: the finite sum, and counts of the infinite inputs so that they can be taken out again. */
interface SumState { count: number; sum: Interval; plus: number; minus: number }

function accumulate(state: SumState | null, v: Interval | null, sign: 1 | -1): SumState {
  const s = state ?? { count: 0, sum: Interval.ZERO, plus: 0, minus: 0 };
  if (v === null) return s;
  s.count += sign;
  if (!v.isFinite) {
    if (v.micros === Infinity) s.plus += sign;
    else s.minus += sign;
  } else s.sum = sign === 1 ? addIntervals(s.sum, v) : subtractIntervals(s.sum, v);
  return s;
}

function total(s: SumState): Interval {
  if (s.plus > 0 && s.minus > 0) throw intervalOutOfRange();
  if (s.plus > 0) return Interval.INFINITY;
  if (s.minus > 0) return Interval.NEGATIVE_INFINITY;
  return s.sum;
}

function makeInterval(years: number, months: number, weeks: number, days: number, hours: number, mins: number, secs: number): Interval {
  if (!Number.isFinite(secs)) throw intervalOutOfRange();
  if (!Number.isFinite(secs * 1e6)) throw new SqlError('22003', 'value out of range: overflow');
  const scaled = roundHalfEven(secs * 1e6);
  if (Math.abs(scaled) >= 9.223372036854775e18) throw intervalOutOfRange();
  const micros = BigInt(hours) * 3_600_000_000n + BigInt(mins) * 60_000_000n + BigInt(scaled);
  return checkedInterval(years * 12 + months, weeks * 7 + days, canonical(micros));
}

function timeOfInterval(v: Interval): number {
  if (!v.isFinite) throw new SqlError('22008', 'cannot convert infinite interval to time');
  const day = 86_400_000_000n;
  return Number(((BigInt(v.micros) % day) + day) % day);
}

defineFunctions({
  ...compareFamily<Interval>('interval', compareIntervals),
  interval_um: negateInterval,
  interval_pl: addIntervals,
  interval_mi: subtractIntervals,
  interval_mul: multiplyInterval,
  mul_d_interval: (f: number, v: Interval) => multiplyInterval(v, f),
  interval_div: divideInterval,
  interval_justify_hours: justifyHours,
  interval_justify_days: justifyDays,
  interval_justify_interval: justifyInterval,
  interval_scale: adjustInterval,
  interval_finite: (v: Interval) => v.isFinite,
  interval_time: timeOfInterval,
  make_interval: makeInterval,
  interval_avg_accum: (s: SumState | null, v: Interval | null) => accumulate(s, v, 1),
  interval_avg_accum_inv: (s: SumState | null, v: Interval | null) => accumulate(s, v, -1),
  interval_avg_combine: (a: SumState | null, b: SumState | null) => {
    if (a === null || b === null) return a ?? b;
    return { count: a.count + b.count, sum: addIntervals(a.sum, b.sum), plus: a.plus + b.plus, minus: a.minus + b.minus };
  },
  interval_sum: (s: SumState | null) => (s === null || s.count === 0 ? null : total(s)),
  interval_avg: (s: SumState | null) => {
    if (s === null || s.count === 0) return null;
    const t = total(s);
    return t.isFinite ? divideInterval(t, s.count) : t;
  },
  in_range_interval_interval: (val: Interval, base: Interval, offset: Interval, sub: boolean, less: boolean) => {
    checkOffset(offset);
    if (!offset.isFinite && !base.isFinite && (sub ? base.micros === offset.micros : base.micros !== offset.micros)) return true;
    const sum = sub ? subtractIntervals(base, offset) : addIntervals(base, offset);
    return less ? compareIntervals(val, sum) <= 0 : compareIntervals(val, sum) >= 0;
  },
} satisfies Record<string, (...args: Datum[]) => Datum>);

export function checkOffset(offset: Interval): void {
  if (intervalSign(offset) < 0) throw new SqlError('22013', 'invalid preceding or following size in window function');
}

/** Adds the µs of an interval to a time of day, modulo a day. */
export function addToTime(t: number, v: Interval, sign: 1 | -1): number {
  if (!v.isFinite) throw new SqlError('22008', sign === 1 ? 'cannot add infinite interval to time' : 'cannot subtract infinite interval from time');
  const day = 86_400_000_000n;
  const sum = BigInt(t) + BigInt(sign) * BigInt(v.micros);
  return Number(((sum % day) + day) % day);
}




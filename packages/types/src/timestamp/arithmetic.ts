/** Timestamps plus and minus intervals, their differences and ages. */
import { SqlError } from '../errors.js';
import type { Zone } from '../timezone/zone.js';
import {
  addMicros, breakDown, buildUp, daysInMonth, isFiniteMicros, isValidTimestamp, joinDays, julianDay, newTm, setJulianDay, subtractMicros,
  timeOf, zoneOffsetOf, type Micros, type Tm,
} from '../datetime/calendar.js';
import { intervalOutOfRange, timestampOutOfRange } from '../datetime/errors.js';
import { checkedInterval, justifyHours, negateInterval } from '../interval/arithmetic.js';
import { Interval } from '../interval/value.js';

const tm = newTm();

function addMonths(t: Tm, months: number): void {
  const month = t.month - 1 + months;
  t.year += Math.floor(month / 12);
  t.month = (((month % 12) + 12) % 12) + 1;
  t.day = Math.min(t.day, daysInMonth(t.year, t.month));
}

/** A timestamp plus an interval; months and days step in the zone's local time, the rest in real time. */
export function addInterval(t: Micros, v: Interval, zone: Zone | undefined): Micros {
  if (!v.isFinite) {
    if (!isFiniteMicros(t) && t !== v.micros) throw timestampOutOfRange();
    return v.micros;
  }
  if (!isFiniteMicros(t)) return t;
  let out: Micros | undefined = t;
  if (v.months !== 0) {
    breakDown(out, zone, tm);
    addMonths(tm, v.months);
    out = buildUp(tm, zone === undefined ? undefined : zoneOffsetOf(tm, zone));
    if (out === undefined) throw timestampOutOfRange();
  }
  if (v.days !== 0) {
    if (zone === undefined) out = addMicros(out, joinDays(v.days, 0));
    else {
      breakDown(out, zone, tm);
      const jd = julianDay(tm.year, tm.month, tm.day) + v.days;
      if (jd < 0 || jd > 2147483647) throw timestampOutOfRange();
      setJulianDay(tm, jd);
      out = buildUp(tm, zoneOffsetOf(tm, zone));
      if (out === undefined) throw timestampOutOfRange();
    }
    if (!isValidTimestamp(out)) throw timestampOutOfRange();
  }
  out = addMicros(out, v.micros);
  if (!isValidTimestamp(out)) throw timestampOutOfRange();
  return out;
}

export const subtractInterval = (t: Micros, v: Interval, zone: Zone | undefined): Micros => addInterval(t, negateInterval(v), zone);

/** timestamp_mi: days and time of day. */
export function subtractTimestamps(a: Micros, b: Micros): Interval {
  if (!isFiniteMicros(a) || !isFiniteMicros(b)) {
    if (a === b) throw intervalOutOfRange();
    if (!isFiniteMicros(a)) return a === Infinity ? Interval.INFINITY : Interval.NEGATIVE_INFINITY;
    return b === Infinity ? Interval.NEGATIVE_INFINITY : Interval.INFINITY;
  }
  const d = subtractMicros(a, b);
  if (typeof d === 'bigint' && (d > 0x7fffffffffffffffn || d < -0x8000000000000000n)) throw intervalOutOfRange();
  if (typeof d === 'number') {
    const days = Math.trunc(d / 86_400_000_000);
    return new Interval(0, days + 0, d - days * 86_400_000_000);
  }
  return justifyHours(new Interval(0, 0, d));
}

/** age(): the difference in years, months, days and time, as a calendar tells it. */
export function timestampAge(a: Micros, b: Micros, zone: Zone | undefined): Interval {
  if (!isFiniteMicros(a) || !isFiniteMicros(b)) return subtractTimestampsInfinite(a, b);
  const x = newTm();
  const y = newTm();
  breakDown(a, zone, x);
  breakDown(b, zone, y);
  const negative = a < b;
  let micros = timeOf(x) - timeOf(y);
  let days = x.day - y.day;
  let months = x.month - y.month;
  let years = x.year - y.year;
  if (negative) {
    micros = 0 - micros;
    days = 0 - days;
    months = 0 - months;
    years = 0 - years;
  }
  while (micros < 0) {
    micros += 86_400_000_000;
    days--;
  }
  const borrow = negative ? x : y;
  while (days < 0) {
    days += daysInMonth(borrow.year, borrow.month);
    months--;
  }
  while (months < 0) {
    months += 12;
    years--;
  }
  const sign = negative ? -1 : 1;
  return checkedInterval(sign * (years * 12 + months) + 0, sign * days + 0, sign * micros + 0);
}

function subtractTimestampsInfinite(a: Micros, b: Micros): Interval {
  if (a === b) throw intervalOutOfRange();
  return a < b ? Interval.NEGATIVE_INFINITY : Interval.INFINITY;
}

/** date_bin: the bin of `stride` that holds `t`, counted from `origin`. */
export function binTimestamp(stride: Interval, t: Micros, origin: Micros): Micros {
  if (!isFiniteMicros(t)) return t;
  if (!isFiniteMicros(origin)) throw new SqlError('22008', 'origin out of range');
  if (!stride.isFinite) throw new SqlError('22008', 'timestamps cannot be binned into infinite intervals');
  if (stride.months !== 0) throw new SqlError('0A000', 'timestamps cannot be binned into intervals containing months or years');
  const width = BigInt(stride.days) * 86_400_000_000n + BigInt(stride.micros);
  if (width > 0x7fffffffffffffffn || width < -0x8000000000000000n) throw intervalOutOfRange();
  if (width <= 0n) throw new SqlError('22008', 'stride must be greater than zero');
  const diff = BigInt(t) - BigInt(origin);
  if (diff > 0x7fffffffffffffffn || diff < -0x8000000000000000n) throw intervalOutOfRange();
  let rest = diff % width;
  if (rest < 0n) rest += width;
  const r = subtractMicros(t, rest <= 9007199254740991n ? Number(rest) : rest);
  if (!isValidTimestamp(r)) throw timestampOutOfRange();
  return r;
}

/** The timestamps of generate_series. */
export function* timestampSeries(from: Micros, to: Micros, step: Interval, zone: Zone | undefined): Iterable<Micros> {
  if (!step.isFinite) throw new SqlError('22023', 'step size cannot be infinite');
  const sign = BigInt(step.months) * 30n * 86_400_000_000n + BigInt(step.days) * 86_400_000_000n + BigInt(step.micros);
  if (sign === 0n) throw new SqlError('22023', 'step size cannot equal zero');
  for (let t = from; sign > 0n ? t <= to : t >= to; t = addInterval(t, step, zone)) {
    yield t;
    if (!isFiniteMicros(t)) return;
  }
}


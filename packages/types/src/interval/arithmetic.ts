/** Interval arithmetic and justification. */
import { SqlError } from '../errors.js';
import { addMicros, canonical, subtractMicros, type Micros } from '../datetime/calendar.js';
import { roundHalfEven } from '../datetime/decode-fields.js';
import { intervalOutOfRange } from '../datetime/errors.js';
import { compareIntervals, Interval, intervalFromFields } from './value.js';

const INT_MAX = 2147483647;
const DAY = 86_400_000_000;

/** An interval of sums that may have left their range. */
export function checkedInterval(months: number, days: number, micros: Micros): Interval {
  if (months > INT_MAX || months < -INT_MAX - 1 || days > INT_MAX || days < -INT_MAX - 1) throw intervalOutOfRange();
  if (typeof micros === 'bigint' && (micros > 0x7fffffffffffffffn || micros < -0x8000000000000000n)) throw intervalOutOfRange();
  const v = intervalFromFields(months, days, micros);
  if (!v.isFinite) throw intervalOutOfRange();
  return v;
}

export function negateInterval(v: Interval): Interval {
  if (!v.isFinite) return v === Interval.INFINITY || v.micros === Infinity ? Interval.NEGATIVE_INFINITY : Interval.INFINITY;
  return checkedInterval(0 - v.months, 0 - v.days, typeof v.micros === 'number' ? 0 - v.micros : canonical(-v.micros));
}

export function addIntervals(a: Interval, b: Interval): Interval {
  if (!a.isFinite || !b.isFinite) {
    if (a.isFinite) return b;
    if (!b.isFinite && a.micros !== b.micros) throw intervalOutOfRange();
    return a;
  }
  return checkedInterval(a.months + b.months, a.days + b.days, addMicros(a.micros, b.micros));
}

export function subtractIntervals(a: Interval, b: Interval): Interval {
  if (!a.isFinite || !b.isFinite) {
    if (a.isFinite) return negateInterval(b);
    if (!b.isFinite && a.micros === b.micros) throw intervalOutOfRange();
    return a;
  }
  return checkedInterval(a.months - b.months, a.days - b.days, subtractMicros(a.micros, b.micros));
}

export const intervalSign = (v: Interval): number => compareIntervals(v, Interval.ZERO);

const infinite = (sign: number): Interval => (sign > 0 ? Interval.INFINITY : Interval.NEGATIVE_INFINITY);
/** Rounds off what double arithmetic leaves below a µs. */
const roundSeconds = (x: number): number => roundHalfEven(x * 1e6) / 1e6;

/** The months, days and µs of an interval scaled by f; fractions go down to the next smaller unit. */
function scale(v: Interval, f: (x: number) => number): Interval {
  const exactMonths = f(v.months);
  const exactDays = f(v.days);
  if (Number.isNaN(exactMonths) || Number.isNaN(exactDays)) throw intervalOutOfRange();
  const months = Math.trunc(exactMonths);
  let days = Math.trunc(exactDays);
  if (Math.abs(months) > INT_MAX || Math.abs(days) > INT_MAX) throw intervalOutOfRange();
  const restDays = roundSeconds((exactMonths - months) * 30);
  let seconds = roundSeconds((exactDays - days + restDays - Math.trunc(restDays)) * 86400);
  if (Math.abs(seconds) >= 86400) {
    const whole = Math.trunc(seconds / 86400);
    days += whole;
    seconds -= whole * 86400;
  }
  days += Math.trunc(restDays);
  const micros = roundHalfEven(f(Number(v.micros)) + seconds * 1e6);
  if (Number.isNaN(micros) || micros >= 9223372036854775807 || micros < -9223372036854775808) throw intervalOutOfRange();
  return checkedInterval(months + 0, days + 0, Number.isSafeInteger(micros) ? micros + 0 : canonical(BigInt(micros)));
}

export function multiplyInterval(v: Interval, factor: number): Interval {
  if (Number.isNaN(factor)) throw intervalOutOfRange();
  if (!v.isFinite) {
    if (factor === 0) throw intervalOutOfRange();
    return factor < 0 ? negateInterval(v) : v;
  }
  if (!Number.isFinite(factor)) {
    const sign = intervalSign(v);
    if (sign === 0) throw intervalOutOfRange();
    return infinite(sign * (factor > 0 ? 1 : -1));
  }
  return scale(v, (x) => x * factor);
}

export function divideInterval(v: Interval, divisor: number): Interval {
  if (divisor === 0) throw new SqlError('22012', 'division by zero');
  if (Number.isNaN(divisor)) throw intervalOutOfRange();
  if (!v.isFinite) {
    if (!Number.isFinite(divisor)) throw intervalOutOfRange();
    return divisor < 0 ? negateInterval(v) : v;
  }
  return scale(v, (x) => x / divisor);
}

/** Whole days of µs, and the rest. */
function splitDays(micros: Micros): [number, Micros] {
  if (typeof micros === 'number') {
    const days = Math.trunc(micros / DAY);
    return [days + 0, micros - days * DAY];
  }
  const days = micros / BigInt(DAY);
  return [Number(days), canonical(micros - days * BigInt(DAY))];
}

export function justifyHours(v: Interval): Interval {
  if (!v.isFinite) return v;
  const [whole, rest] = splitDays(v.micros);
  let days = v.days + whole;
  let micros = rest;
  if (days > 0 && micros < 0) {
    micros = addMicros(micros, DAY);
    days--;
  } else if (days < 0 && micros > 0) {
    micros = addMicros(micros, -DAY);
    days++;
  }
  return checkedInterval(v.months, days, micros);
}

export function justifyDays(v: Interval): Interval {
  if (!v.isFinite) return v;
  const whole = Math.trunc(v.days / 30);
  let days = v.days - whole * 30;
  let months = v.months + whole;
  if (months > 0 && days < 0) {
    days += 30;
    months--;
  } else if (months < 0 && days > 0) {
    days -= 30;
    months++;
  }
  return checkedInterval(months, days, v.micros);
}

export function justifyInterval(v: Interval): Interval {
  if (!v.isFinite) return v;
  let { months, days } = v;
  const split = splitDays(v.micros);
  let micros = split[1];
  days += split[0];
  const whole = Math.trunc(days / 30);
  days -= whole * 30;
  months += whole;
  if (months > 0 && (days < 0 || (days === 0 && micros < 0))) {
    days += 30;
    months--;
  } else if (months < 0 && (days > 0 || (days === 0 && micros > 0))) {
    days -= 30;
    months++;
  }
  if (days > 0 && micros < 0) {
    micros = addMicros(micros, DAY);
    days--;
  } else if (days < 0 && micros > 0) {
    micros = addMicros(micros, -DAY);
    days++;
  }
  return checkedInterval(months, days, micros);
}

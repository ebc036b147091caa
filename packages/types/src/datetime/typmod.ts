/** Precision and field-range modifiers of the date/time types. */
import { SqlError } from '../errors.js';
import { Interval } from '../interval/value.js';
import { canonical, type Micros } from './calendar.js';
import { intervalOutOfRange } from './errors.js';

const SCALES = [1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];
export const PRECISION_MAX = 6;
export const FULL_PRECISION = 0xffff;

/** Rounds µs to a precision, halves away from zero. */
export function roundMicros(t: Micros, typmod: number): Micros {
  if (typmod < 0 || typmod >= PRECISION_MAX || t === Infinity || t === -Infinity) return t;
  const scale = SCALES[typmod]!;
  const half = scale / 2;
  if (typeof t === 'number') {
    const r = t >= 0 ? Math.floor((t + half) / scale) * scale : 0 - Math.floor((half - t) / scale) * scale;
    if (Number.isSafeInteger(r)) return r;
  }
  const b = BigInt(t);
  const s = BigInt(scale);
  const h = BigInt(half);
  return canonical(b >= 0n ? ((b + h) / s) * s : -(((-b + h) / s) * s));
}

/** AdjustTimestampForTypmod: rounds, and refuses a typmod that no declaration makes. */
export function scaleTimestamp(t: Micros, typmod: number): Micros {
  if (typmod !== -1 && (typmod < 0 || typmod > PRECISION_MAX) && t !== Infinity && t !== -Infinity) {
    throw new SqlError('22023', `timestamp(${typmod}) precision must be between 0 and ${PRECISION_MAX}`);
  }
  return roundMicros(t, typmod);
}

/** Bits of INTERVAL_MASK. */
export const RANGE_BITS: Readonly<Record<string, number>> = { MONTH: 2, YEAR: 4, DAY: 8, HOUR: 1024, MINUTE: 2048, SECOND: 4096 };

export const intervalRange = (typmod: number): number => (typmod < 0 ? 0x7fff : (typmod >> 16) & 0x7fff);
export const intervalPrecision = (typmod: number): number => (typmod < 0 ? FULL_PRECISION : typmod & 0xffff);

function truncateMicros(t: Micros, unit: number): Micros {
  return typeof t === 'number' ? Math.trunc(t / unit) * unit + 0 : canonical((t / BigInt(unit)) * BigInt(unit));
}

/** Rounding adds half a unit, which must not leave int64. */
function checkRounding(micros: bigint, half: number): void {
  const limit = 0x7fffffffffffffffn - BigInt(half);
  if (micros > limit || micros < -limit - 1n) throw intervalOutOfRange();
}

/** AdjustIntervalForTypmod */
export function adjustInterval(v: Interval, typmod: number): Interval {
  if (typmod < 0 || !v.isFinite) return v;
  let { months, days, micros } = v;
  switch (intervalRange(typmod)) {
    case 4: months = Math.trunc(months / 12) * 12; days = 0; micros = 0; break;
    case 2: case 6: days = 0; micros = 0; break;
    case 8: micros = 0; break;
    case 1024: case 1032: micros = truncateMicros(micros, 3_600_000_000); break;
    case 2048: case 3072: case 3080: micros = truncateMicros(micros, 60_000_000); break;
    case 4096: case 6144: case 7168: case 7176: case 0x7fff: break;
    default: throw new SqlError('XX000', `unrecognized interval typmod: ${typmod}`);
  }
  const precision = intervalPrecision(typmod);
  if (precision !== FULL_PRECISION) {
    if (precision > PRECISION_MAX) throw new SqlError('22023', `interval(${precision}) precision must be between 0 and ${PRECISION_MAX}`);
    if (precision < PRECISION_MAX && typeof micros === 'bigint') checkRounding(micros, SCALES[precision]! / 2);
    micros = roundMicros(micros, precision);
  }
  return new Interval(months, days, micros);
}

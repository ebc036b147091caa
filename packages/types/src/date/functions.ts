/** date's functions by prosrc, with its comparisons across types. */
import type { TypeEnv } from '../type-impl.js';
import { SqlError } from '../errors.js';
import { defineFunctions } from '../function-impl.js';
import { compareFamily, comparisons, compareScalars } from '../any/compare-family.js';
import { daysInMonth, isValidDate, isValidJulian, joinDays, addMicros, isFiniteMicros, isValidTimestamp, julianDay, POSTGRES_EPOCH, type Micros } from '../datetime/calendar.js';
import { dateOutOfRange, timestampOutOfRange } from '../datetime/errors.js';
import {
  dateToTimestamp, dateToTimestampSaturated, dateToTimestamptz, dateToTimestamptzSaturated, timestampToDate, timestamptzToTimestamp,
} from '../datetime/convert.js';
import { sessionZone } from '../datetime/session.js';
import type { Interval } from '../interval/value.js';
import { checkOffset } from '../interval/functions.js';
import type { TimeTz } from '../timetz/value.js';
import { addInterval, subtractInterval } from '../timestamp/arithmetic.js';

type Ctx = { env: TypeEnv };

const finite = (v: number): boolean => v !== Infinity && v !== -Infinity;

function addDays(v: number, n: number): number {
  if (!finite(v)) return v;
  const r = v + n;
  if (!isValidDate(r)) throw dateOutOfRange();
  return r;
}

function makeDate(year: number, month: number, day: number): number {
  const y = year < 0 ? year + 1 : year;
  const out = (): SqlError =>
    new SqlError('22008', `date field value out of range: ${y}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`);
  if (year === -2147483648) throw new SqlError('22008', `date field value out of range: ${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`);
  if (year === 0) throw out();
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(y, month)) throw out();
  const rangeError = new SqlError('22008', `date out of range: ${y}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`);
  if (!isValidJulian(y, month)) throw rangeError;
  const v = julianDay(y, month, day) - POSTGRES_EPOCH;
  if (!isValidDate(v)) throw rangeError;
  return v;
}

/** A finite date beyond all timestamps is still less than infinity. */
const beyond = (a: number, t: Micros, b: Micros): number => (t === Infinity && a !== Infinity && b === Infinity ? -1 : compareScalars(t, b));
const withTimestamp = (a: number, b: Micros): number => beyond(a, dateToTimestampSaturated(a), b);
let zoneEnv: TypeEnv;
const withTimestamptz = (a: number, b: Micros): number => beyond(a, dateToTimestamptzSaturated(a, sessionZone(zoneEnv)), b);

/** Comparisons that need the session's zone take it from the context, their last argument. */
function zoned<F extends (a: never, b: never) => unknown>(functions: Record<string, F>): Record<string, (a: never, b: never, c: Ctx) => unknown> {
  const out: Record<string, (a: never, b: never, c: Ctx) => unknown> = {};
  for (const [name, f] of Object.entries(functions)) {
    out[name] = (a, b, c) => {
      zoneEnv = c.env;
      return f(a, b);
    };
  }
  return out;
}

defineFunctions({
  ...compareFamily<number>('date', compareScalars),
  ...comparisons<number, Micros>('date', withTimestamp, '_timestamp'),
  ...comparisons<Micros, number>('timestamp', (a, b) => -withTimestamp(b, a), '_date'),
  date_cmp_timestamp: withTimestamp,
  timestamp_cmp_date: (a: Micros, b: number) => -withTimestamp(b, a) + 0,
  ...zoned({
    ...comparisons<number, Micros>('date', withTimestamptz, '_timestamptz'),
    ...comparisons<Micros, number>('timestamptz', (a, b) => -withTimestamptz(b, a), '_date'),
    date_cmp_timestamptz: withTimestamptz,
    timestamptz_cmp_date: (a: Micros, b: number) => -withTimestamptz(b, a) + 0,
  }),
  date_finite: finite,
  date_mi: (a: number, b: number) => {
    if (!finite(a) || !finite(b)) throw new SqlError('22008', 'cannot subtract infinite dates');
    return a - b;
  },
  date_pli: addDays,
  date_mii: (v: number, n: number) => addDays(v, -n),
  date_pl_interval: (v: number, i: Interval) => addInterval(dateToTimestamp(v), i, undefined),
  date_mi_interval: (v: number, i: Interval) => subtractInterval(dateToTimestamp(v), i, undefined),
  date_timestamp: dateToTimestamp,
  date_timestamptz: (v: number, c: Ctx) => dateToTimestamptz(v, sessionZone(c.env)),
  timestamp_date: timestampToDate,
  timestamptz_date: (t: Micros, c: Ctx) => timestampToDate(timestamptzToTimestamp(t, sessionZone(c.env))),
  make_date: makeDate,
  datetime_timestamp: (v: number, t: number) => {
    const d = dateToTimestamp(v);
    if (!isFiniteMicros(d)) return d;
    const r = joinDays(v, t);
    if (!isValidTimestamp(r)) throw timestampOutOfRange();
    return r;
  },
  datetimetz_timestamptz: (v: number, t: TimeTz) => {
    if (!finite(v)) return v;
    if (v >= 109203528 - POSTGRES_EPOCH) throw new SqlError('22008', 'date out of range for timestamp');
    const r = addMicros(joinDays(v, t.micros), t.zoneSeconds * 1_000_000);
    if (!isValidTimestamp(r)) throw new SqlError('22008', 'date out of range for timestamp');
    return r;
  },
  in_range_date_interval: (val: number, base: number, offset: Interval, sub: boolean, less: boolean) => {
    checkOffset(offset);
    const b = dateToTimestamp(base);
    const v = dateToTimestamp(val);
    if (!offset.isFinite && !isFiniteMicros(b) && (sub ? b === offset.micros : b !== offset.micros)) return true;
    const sum = sub ? subtractInterval(b, offset, undefined) : addInterval(b, offset, undefined);
    return less ? v <= sum : v >= sum;
  },
});

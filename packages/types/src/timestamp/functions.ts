/** timestamp's and timestamptz's functions by prosrc. */
import type { TypeEnv } from '../type-impl.js';
import { SqlError } from '../errors.js';
import { defineFunctions } from '../function-impl.js';
import { compareFamily, comparisons, compareScalars } from '../any/compare-family.js';
import { buildUp, canonical, daysInMonth, EPOCH_SECONDS, isFiniteMicros, isValidTimestamp, newTm, zoneOffsetOf, type Micros, type Tm } from '../datetime/calendar.js';
import {
  plainZone, timestampAtInterval, timestampAtZone, timestampToTimestamptz, timestampToTimestamptzSaturated, timestamptzAtInterval,
  timestamptzAtZone, timestamptzToTimestamp,
} from '../datetime/convert.js';
import { roundHalfEven } from '../datetime/decode-fields.js';
import { timestampOutOfRange } from '../datetime/errors.js';
import { secondsText } from '../datetime/c-format.js';
import { extractFunctions } from '../datetime/extract.js';
import { overlaps } from '../datetime/overlaps.js';
import { sessionZone } from '../datetime/session.js';
import { truncateInterval, truncateTimestamp } from '../datetime/truncate.js';
import { scaleTimestamp } from '../datetime/typmod.js';
import { checkOffset } from '../interval/functions.js';
import type { Interval } from '../interval/value.js';
import { decodeZone } from '../datetime/decode-fields.js';
import { findZone, fixedZone, type Zone } from '../timezone/zone.js';
import { decodeAbbreviation } from '../timezone/lookup.js';
import { addInterval, binTimestamp, subtractInterval, subtractTimestamps, timestampAge, timestampSeries } from './arithmetic.js';

type Ctx = { env: TypeEnv };
const zoneOf = (c: Ctx): Zone => sessionZone(c.env);

function makeTm(year: number, month: number, day: number, hour: number, minute: number, sec: number): Tm {
  const two = (n: number): string => String(n).padStart(2, '0');
  const dateError = (): SqlError => new SqlError('22008', `date field value out of range: ${year}-${two(month)}-${two(day)}`);
  if (year === 0) throw dateError();
  const tm = newTm();
  tm.year = year < 0 ? year + 1 : year;
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(tm.year, month)) throw dateError();
  tm.month = month;
  tm.day = day;
  let whole = Math.trunc(sec);
  let micros = roundHalfEven((sec - whole) * 1_000_000);
  if (micros >= 1_000_000) {
    whole++;
    micros -= 1_000_000;
  }
  const total = ((hour * 60 + minute) * 60 + whole) * 1e6 + micros;
  if (Number.isNaN(sec) || hour < 0 || hour > 24 || minute < 0 || minute > 59 || sec < 0 || sec > 60 || total > 86_400_000_000) {
    throw new SqlError('22008', `time field value out of range: ${hour}:${two(minute)}:${secondsText(sec)}`);
  }
  tm.hour = hour;
  tm.minute = minute;
  tm.second = whole;
  tm.micros = micros;
  return tm;
}

function built(tm: Tm, zone: number | undefined): Micros {
  const t = buildUp(tm, zone);
  if (t === undefined) throw timestampOutOfRange();
  return t;
}

/** make_timestamptz's zone: a displacement, an abbreviation or a name. */
function namedZone(text: string, c: Ctx): Zone {
  if (/^\d/.test(text)) throw new SqlError('22023', `invalid input syntax for type ${'numeric time zone'}: "${text}"`, { hint: 'Numeric time zones must have "-" or "+" as first character.' });
  const d = { zone: 0 };
  const r = decodeZone(text, d);
  if (r === 0) return fixedZone(0 - d.zone);
  if (/^[+-]/.test(text)) throw r === -5 ? new SqlError('22023', `numeric time zone "${text}" out of range`) : new SqlError('22023', `time zone "${text}" not recognized`);
  const word = decodeAbbreviation(text, zoneOf(c));
  if (word?.kind === 'fixed') return fixedZone(word.offset);
  const zone = word?.zone ?? findZone(text);
  if (zone === undefined) throw new SqlError('22023', `time zone "${text}" not recognized`);
  return zone;
}

/** C's %g. */
function formatG(v: number): string {
  const exponent = v === 0 ? 0 : Math.floor(Math.log10(Math.abs(v)));
  if (exponent >= -4 && exponent < 6) return String(Number(v.toPrecision(6)));
  const [digits, e] = v.toExponential(5).split('e') as [string, string];
  return `${String(Number(digits))}e${e[0]!}${e.slice(1).padStart(2, '0')}`;
}

function epochToTimestamp(seconds: number): Micros {
  if (seconds === Infinity || seconds === -Infinity) return seconds;
  if (Number.isNaN(seconds)) throw new SqlError('22008', 'timestamp cannot be NaN');
  const out = (): SqlError => new SqlError('22008', `timestamp out of range: "${formatG(seconds)}"`);
  if (seconds < -210866803200 || seconds >= 9224318016000) throw out();
  const micros = roundHalfEven((seconds - EPOCH_SECONDS) * 1_000_000);
  const t = Number.isSafeInteger(micros) ? micros : canonical(BigInt(micros));
  if (!isValidTimestamp(t)) throw out();
  return t;
}

function inRange(val: Micros, base: Micros, offset: Interval, sub: boolean, less: boolean, zone: Zone | undefined): boolean {
  checkOffset(offset);
  if (!offset.isFinite && !isFiniteMicros(base) && (sub ? base === offset.micros : base !== offset.micros)) return true;
  const sum = sub ? subtractInterval(base, offset, zone) : addInterval(base, offset, zone);
  return less ? val <= sum : val >= sum;
}

let zoneEnv: TypeEnv;
const mixed = (a: Micros, b: Micros): number => {
  const t = timestampToTimestamptzSaturated(a, sessionZone(zoneEnv));
  // A finite timestamp that the zone moves out of range is still short of infinity.
  if (t === b && !isFiniteMicros(t) && isFiniteMicros(a)) return t === Infinity ? -1 : 1;
  return compareScalars(t, b);
};
const mixedFunctions: Record<string, (a: Micros, b: Micros, c: Ctx) => unknown> = {};
for (const [name, f] of Object.entries({
  ...comparisons<Micros, Micros>('timestamp', mixed, '_timestamptz'),
  ...comparisons<Micros, Micros>('timestamptz', (a, b) => -mixed(b, a), '_timestamp'),
  timestamp_cmp_timestamptz: mixed,
  timestamptz_cmp_timestamp: (a: Micros, b: Micros) => -mixed(b, a) + 0,
})) {
  mixedFunctions[name] = (a, b, c) => {
    zoneEnv = c.env;
    return f(a, b);
  };
}

defineFunctions({
  ...compareFamily<Micros>('timestamp', compareScalars),
  ...mixedFunctions,
  ...extractFunctions,
  timestamp_finite: isFiniteMicros,
  timestamp_scale: scaleTimestamp,
  timestamptz_scale: scaleTimestamp,
  timestamp_mi: subtractTimestamps,
  timestamp_pl_interval: (t: Micros, v: Interval) => addInterval(t, v, undefined),
  timestamp_mi_interval: (t: Micros, v: Interval) => subtractInterval(t, v, undefined),
  timestamptz_pl_interval: (t: Micros, v: Interval, c: Ctx) => addInterval(t, v, zoneOf(c)),
  timestamptz_mi_interval: (t: Micros, v: Interval, c: Ctx) => subtractInterval(t, v, zoneOf(c)),
  timestamptz_pl_interval_at_zone: (t: Micros, v: Interval, z: string, c: Ctx) => addInterval(t, v, plainZone(z, c.env)),
  timestamptz_mi_interval_at_zone: (t: Micros, v: Interval, z: string, c: Ctx) => subtractInterval(t, v, plainZone(z, c.env)),
  timestamp_age: (a: Micros, b: Micros) => timestampAge(a, b, undefined),
  timestamptz_age: (a: Micros, b: Micros, c: Ctx) => timestampAge(a, b, zoneOf(c)),
  timestamp_trunc: (u: string, t: Micros) => truncateTimestamp(u, t, undefined),
  timestamptz_trunc: (u: string, t: Micros, c: Ctx) => truncateTimestamp(u, t, zoneOf(c)),
  timestamptz_trunc_zone: (u: string, t: Micros, z: string, c: Ctx) => truncateTimestamp(u, t, plainZone(z, c.env)),
  interval_trunc: truncateInterval,
  timestamp_bin: binTimestamp,
  timestamptz_bin: binTimestamp,
  timestamp_timestamptz: (t: Micros, c: Ctx) => timestampToTimestamptz(t, zoneOf(c)),
  timestamptz_timestamp: (t: Micros, c: Ctx) => timestamptzToTimestamp(t, zoneOf(c)),
  timestamp_at_local: (t: Micros, c: Ctx) => timestampToTimestamptz(t, zoneOf(c)),
  timestamptz_at_local: (t: Micros, c: Ctx) => timestamptzToTimestamp(t, zoneOf(c)),
  timestamp_zone: (z: string, t: Micros, c: Ctx) => timestampAtZone(z, t, c.env),
  timestamptz_zone: (z: string, t: Micros, c: Ctx) => timestamptzAtZone(z, t, c.env),
  timestamp_izone: timestampAtInterval,
  timestamptz_izone: timestamptzAtInterval,
  overlaps_timestamp: overlaps<Micros>(compareScalars),
  make_timestamp: (y: number, mo: number, d: number, h: number, mi: number, s: number) => built(makeTm(y, mo, d, h, mi, s), undefined),
  make_timestamptz: (y: number, mo: number, d: number, h: number, mi: number, s: number, c: Ctx) => {
    const tm = makeTm(y, mo, d, h, mi, s);
    return built(tm, zoneOffsetOf(tm, zoneOf(c)));
  },
  make_timestamptz_at_timezone: (y: number, mo: number, d: number, h: number, mi: number, s: number, z: string, c: Ctx) => {
    const tm = makeTm(y, mo, d, h, mi, s);
    return built(tm, zoneOffsetOf(tm, namedZone(z, c)));
  },
  float8_timestamptz: epochToTimestamp,
  now: (c: Ctx) => c.env.transactionTimestamp(),
  statement_timestamp: (c: Ctx) => c.env.statementTimestamp(),
  clock_timestamp: (c: Ctx) => c.env.clockTimestamp(),
  in_range_timestamp_interval: (val: Micros, base: Micros, offset: Interval, sub: boolean, less: boolean) =>
    inRange(val, base, offset, sub, less, undefined),
  in_range_timestamptz_interval: (val: Micros, base: Micros, offset: Interval, sub: boolean, less: boolean, c: Ctx) =>
    inRange(val, base, offset, sub, less, zoneOf(c)),
  generate_series_timestamp: { fn: (a: Micros, b: Micros, s: Interval) => timestampSeries(a, b, s, undefined), set: true },
  generate_series_timestamptz: { fn: (a: Micros, b: Micros, s: Interval, c: Ctx) => timestampSeries(a, b, s, zoneOf(c)), set: true },
  generate_series_timestamptz_at_zone: {
    fn: (a: Micros, b: Micros, s: Interval, z: string, c: Ctx) => timestampSeries(a, b, s, plainZone(z, c.env)), set: true,
  },
});

/** date_part and extract: one field of a value, as float8 or as numeric. */
import { clipUtf8 } from '../any/utf8.js';
import type { Datum } from '../datum.js';
import { SqlError } from '../errors.js';
import type { TypeEnv } from '../type-impl.js';
import { numericFromText, scaledNumeric } from '../any/numeric-bridge.js';
import type { Interval } from '../interval/value.js';
import { splitInterval } from '../interval/encode.js';
import type { TimeTz } from '../timetz/value.js';
import {
  breakDown, EPOCH_SECONDS, isFiniteMicros, isoWeek, isoYear, julianDay, MICROS_PER_DAY, newTm, POSTGRES_EPOCH, setJulianDay, setTimeOfDay,
  timeOf, weekday, type Micros, type Tm,
} from './calendar.js';
import { sessionZone } from './session.js';
import { dateToken, unitToken } from './tokens.js';

/** A field's value: an integer over 10^decimals, or ±Infinity. */
interface Part { value: number | bigint; decimals: number; float?: number }

const whole = (value: number | bigint): Part => ({ value, decimals: 0 });

function unsupported(unit: string, typeName: string): SqlError {
  return new SqlError('0A000', `unit "${unit}" not supported for type ${typeName}`);
}
function unrecognized(unit: string, typeName: string): SqlError {
  return new SqlError('22023', `unit "${unit}" not recognized for type ${typeName}`);
}

/** downcase_truncate_identifier: ASCII letters only, cut where an identifier would be. */
export function lowerWord(word: string): string {
  const lower = word.replace(/[A-Z]+/g, (x) => x.toLowerCase());
  return lower.length < 16 ? lower : clipUtf8(lower, 63);
}

/** The unit a word names, undefined where it names none. */
export const unitOf = remembered(findUnit);

/** Answers for the few words that queries use. */
function remembered(find: (word: string) => string | undefined): (word: string) => string | undefined {
  const known = new Map<string, string | undefined>();
  return (word) => {
    const unit = known.get(word);
    if (unit !== undefined || known.has(word)) return unit;
    if (known.size > 200) known.clear();
    const found = find(word);
    known.set(word, found);
    return found;
  };
}

function findUnit(word: string): string | undefined {
  const lower = lowerWord(word);
  const unit = unitToken(lower);
  if (unit?.type === 'UNITS') return unit.value as string;
  const token = dateToken(lower);
  if (token?.type === 'UNITS') return token.value as string;
  if (token?.type === 'RESERV' && token.value === 'epoch') return 'epoch';
  return undefined;
}

/** As above, for date_trunc: only the units of intervals. */
export const deltaUnit = remembered(findDeltaUnit);
function findDeltaUnit(word: string): string | undefined {
  const unit = unitToken(lowerWord(word));
  return unit?.type === 'UNITS' ? (unit.value as string) : undefined;
}

/** Is it a reserved word, which timestamps answer with "not supported". */
const isWord = (word: string): boolean => {
  const lower = lowerWord(word);
  return unitToken(lower) === undefined && dateToken(lower)?.type === 'RESERV';
};

function secondParts(unit: string, tm: { second: number; micros: number }): Part | undefined {
  const micros = tm.second * 1_000_000 + tm.micros;
  switch (unit) {
    case 'microsecond': return whole(micros);
    case 'millisecond': return { value: micros, decimals: 3 };
    case 'second': return { value: micros, decimals: 6 };
    default: return undefined;
  }
}

function centuryOf(year: number, size: number): number {
  return year > 0 ? Math.trunc((year + size - 1) / size) : Math.trunc((year - size) / size) + 0;
}

function dateParts(unit: string, tm: Tm): Part | undefined {
  const jd = (): number => julianDay(tm.year, tm.month, tm.day);
  switch (unit) {
    case 'day': return whole(tm.day);
    case 'month': return whole(tm.month);
    case 'quarter': return whole(Math.floor((tm.month - 1) / 3) + 1);
    case 'week': return whole(isoWeek(tm.year, tm.month, tm.day));
    case 'year': return whole(tm.year > 0 ? tm.year : tm.year - 1);
    case 'decade': return whole(Math.floor(tm.year / 10));
    case 'century': return whole(centuryOf(tm.year, 100));
    case 'millennium': return whole(centuryOf(tm.year, 1000));
    case 'isoyear': {
      const y = isoYear(tm.year, tm.month, tm.day);
      return whole(y <= 0 ? y - 1 : y);
    }
    case 'dow': return whole(weekday(jd()));
    case 'isodow': return whole(weekday(jd()) || 7);
    case 'doy': return whole(jd() - julianDay(tm.year, 1, 1) + 1);
    default: return undefined;
  }
}

function zoneParts(unit: string, west: number): Part | undefined {
  switch (unit) {
    case 'timezone': return whole(0 - west);
    case 'timezone_minute': return whole(Math.trunc((0 - west) / 60) % 60 + 0);
    case 'timezone_hour': return whole(Math.trunc((0 - west) / 3600) + 0);
    default: return undefined;
  }
}

function timeParts(unit: string, tm: Tm): Part | undefined {
  if (unit === 'minute') return whole(tm.minute);
  if (unit === 'hour') return whole(tm.hour);
  return secondParts(unit, tm);
}

/** Units that grow without bound: of an infinite value they are infinite, the others NULL. */
const monotonic = new Set(['year', 'decade', 'century', 'millennium', 'julian', 'isoyear', 'epoch']);
const bounded = new Set(['microsecond', 'millisecond', 'second', 'minute', 'hour', 'day', 'month', 'quarter', 'week', 'dow', 'isodow', 'doy',
  'timezone', 'timezone_minute', 'timezone_hour']);

function infinitePart(unit: string, sign: number, word: string, typeName: string): Part | null {
  if (monotonic.has(unit)) return whole(sign * Infinity);
  if (bounded.has(unit)) return null;
  throw unsupported(word, typeName);
}

const tm = newTm();

/** The commonest fields of a local timestamp after year 0; -1 for others. */
function quickPart(unit: string, t: number): number {
  const days = Math.floor(t / 86_400_000_000);
  switch (unit) {
    case 'hour': return Math.floor((t - days * 86_400_000_000) / 3_600_000_000);
    case 'minute': return Math.floor((t - days * 86_400_000_000) / 60_000_000) % 60;
    case 'year': case 'month': case 'day': case 'quarter':
      setJulianDay(tm, days + POSTGRES_EPOCH);
      return tm.year <= 0 ? -1 : unit === 'year' ? tm.year : unit === 'month' ? tm.month : unit === 'day' ? tm.day : Math.floor((tm.month - 1) / 3) + 1;
    default: return -1;
  }
}

function timestampPart(word: string, t: Micros, zoned: boolean, env: TypeEnv): Part | null {
  const typeName = zoned ? 'timestamp with time zone' : 'timestamp without time zone';
  const unit = unitOf(word);
  if (unit === undefined) throw isWord(word) ? unsupported(lowerWord(word), typeName) : unrecognized(lowerWord(word), typeName);
  const isZoneUnit = unit.startsWith('timezone');
  if (!zoned && typeof t === 'number' && t - t === 0) {
    const quick = quickPart(unit, t);
    if (quick >= 0) return whole(quick);
  }
  if (!isFiniteMicros(t)) return infinitePart(unit, t > 0 ? 1 : -1, lowerWord(word), typeName);
  if (!zoned && isZoneUnit) throw unsupported(lowerWord(word), typeName);
  if (unit === 'epoch') {
    const value = BigInt(t) + BigInt(EPOCH_SECONDS) * 1_000_000n;
    return { value, decimals: 6 };
  }
  breakDown(t, zoned ? sessionZone(env) : undefined, tm);
  if (unit === 'julian') return julianPart(tm);
  const part = timeParts(unit, tm) ?? dateParts(unit, tm) ?? (zoned ? zoneParts(unit, tm.zoneSeconds) : undefined);
  if (part === undefined) throw unsupported(lowerWord(word), typeName);
  return part;
}

/** Julian day with the time of day as its fraction, to numeric's division scale. */
function julianPart(t: Tm): Part {
  const day = julianDay(t.year, t.month, t.day);
  const micros = timeOf(t);
  if (micros === 0) return { value: day, decimals: 0, float: day };
  const digits = 20;
  const scale = 10n ** BigInt(digits);
  const dividend = BigInt(micros) * scale * 10n / BigInt(MICROS_PER_DAY);
  return { value: BigInt(day) * scale + (dividend + 5n) / 10n, decimals: digits, float: day + micros / MICROS_PER_DAY };
}

function datePart(word: string, v: number): Part | null {
  const unit = unitOf(word);
  if (unit === undefined) throw isWord(word) ? unsupported(lowerWord(word), 'date') : unrecognized(lowerWord(word), 'date');
  if (v === Infinity || v === -Infinity) {
    if (monotonic.has(unit)) return whole(v);
    if (['day', 'month', 'quarter', 'week', 'dow', 'isodow', 'doy'].includes(unit)) return null;
    throw unsupported(lowerWord(word), 'date');
  }
  if (unit === 'epoch') return whole((v + POSTGRES_EPOCH - 2440588) * 86400);
  if (unit === 'julian') return whole(v + POSTGRES_EPOCH);
  setJulianDay(tm, v + POSTGRES_EPOCH);
  const part = dateParts(unit, tm);
  if (part === undefined) throw unsupported(lowerWord(word), 'date');
  return part;
}

function timePart(word: string, v: number, zone: number | undefined): Part {
  const typeName = zone === undefined ? 'time without time zone' : 'time with time zone';
  const unit = unitOf(word);
  if (unit === undefined) throw unrecognized(lowerWord(word), typeName);
  if (unit === 'epoch') return { value: v + (zone ?? 0) * 1_000_000, decimals: 6 };
  setTimeOfDay(tm, v);
  const part = timeParts(unit, tm) ?? (zone === undefined ? undefined : zoneParts(unit, zone));
  if (part === undefined) throw unsupported(lowerWord(word), typeName);
  return part;
}

/** Seconds of an interval's epoch: a year counts 365.25 days. */
function intervalEpoch(v: Interval): Part {
  const years = BigInt(Math.trunc(v.months / 12));
  const months = BigInt(v.months % 12);
  const seconds4 = years * (4n * 365n + 1n) * 86400n + months * 4n * 30n * 86400n + BigInt(v.days) * 4n * 86400n;
  return { value: (seconds4 / 4n) * 1_000_000n + BigInt(v.micros), decimals: 6 };
}

function intervalPart(word: string, v: Interval): Part | null {
  const unit = unitOf(word);
  if (unit === undefined) throw unrecognized(lowerWord(word), 'interval');
  if (!v.isFinite) {
    if (['hour', 'day', 'year', 'decade', 'century', 'millennium', 'epoch'].includes(unit)) return whole(v.micros as number);
    if (['microsecond', 'millisecond', 'second', 'minute', 'week', 'month', 'quarter'].includes(unit)) return null;
    throw unsupported(lowerWord(word), 'interval');
  }
  const p = splitInterval(v);
  const seconds = secondParts(unit, p);
  if (seconds !== undefined) return seconds;
  switch (unit) {
    case 'minute': return whole(p.minute);
    case 'hour': return whole(p.hour);
    case 'day': return whole(p.day);
    case 'week': return whole(Math.trunc(p.day / 7) + 0);
    case 'month': return whole(p.month);
    case 'quarter': return whole(v.months >= 0 ? Math.trunc(p.month / 3) + 1 : -(Math.trunc(-p.month / 3) + 1));
    case 'year': return whole(p.year);
    case 'decade': return whole(Math.trunc(p.year / 10) + 0);
    case 'century': return whole(Math.trunc(p.year / 100) + 0);
    case 'millennium': return whole(Math.trunc(p.year / 1000) + 0);
    case 'epoch': return intervalEpoch(v);
    default: throw unsupported(lowerWord(word), 'interval');
  }
}

function asFloat(p: Part | null): number | null {
  if (p === null) return null;
  return p.float ?? Number(p.value) / 10 ** p.decimals;
}

function asNumeric(p: Part | null): Datum | null {
  if (p === null) return null;
  if (p.value === Infinity || p.value === -Infinity) return numericFromText(p.value > 0 ? 'Infinity' : '-Infinity');
  return scaledNumeric(p.value, p.decimals);
}

type Ctx = { env: TypeEnv };

export const extractFunctions = {
  timestamp_part: (u: string, t: Micros, c: Ctx) => asFloat(timestampPart(u, t, false, c.env)),
  timestamptz_part: (u: string, t: Micros, c: Ctx) => asFloat(timestampPart(u, t, true, c.env)),
  time_part: (u: string, t: number) => asFloat(timePart(u, t, undefined)),
  timetz_part: (u: string, t: TimeTz) => asFloat(timePart(u, t.micros, t.zoneSeconds)),
  interval_part: (u: string, v: Interval) => asFloat(intervalPart(u, v)),
  extract_date: (u: string, v: number) => asNumeric(datePart(u, v)),
  extract_timestamp: (u: string, t: Micros, c: Ctx) => asNumeric(timestampPart(u, t, false, c.env)),
  extract_timestamptz: (u: string, t: Micros, c: Ctx) => asNumeric(timestampPart(u, t, true, c.env)),
  extract_time: (u: string, t: number) => asNumeric(timePart(u, t, undefined)),
  extract_timetz: (u: string, t: TimeTz) => asNumeric(timePart(u, t.micros, t.zoneSeconds)),
  extract_interval: (u: string, v: Interval) => asNumeric(intervalPart(u, v)),
};

export { unsupported, unrecognized };

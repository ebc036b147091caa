/** Text input of the date/time types, with fast paths for the ISO forms that programs send. */
import type { TypeEnv } from '../type-impl.js';
import { TimeTz } from '../timetz/value.js';
import { Interval } from '../interval/value.js';
import { decodeInterval, decodeIsoInterval } from '../interval/decode.js';
import { intervalFromFields } from '../interval/value.js';
import {
  buildUp, canonical, daysInMonth, EPOCH_DAYS, EPOCH_SECONDS, isValidDate, isValidJulian, julianDay, localToUtc, MICROS_PER_SECOND,
  POSTGRES_EPOCH, timeOf, type Micros,
} from './calendar.js';
import { decodeDateTime, decodeTimeOnly, type Decoded, type DecodeScene } from './decode-datetime.js';
import { BAD_FORMAT, dateOutOfRange, FIELD_OVERFLOW, INTERVAL_OVERFLOW, intervalOutOfRange, parseError } from './errors.js';
import { scanDateTime, type Field } from './scan.js';
import { SqlError } from '../errors.js';
import { dateStyle, intervalStyle, sessionZone } from './session.js';

function sceneOf(env: TypeEnv): DecodeScene {
  return { order: dateStyle(env).order, zone: sessionZone(env), now: () => env.transactionTimestamp() };
}

function decode(text: string, typeName: string, env: TypeEnv, timeOnly: boolean): Decoded {
  const fields: Field[] | undefined = scanDateTime(text);
  if (fields === undefined) throw parseError(BAD_FORMAT, text, typeName);
  const d = (timeOnly ? decodeTimeOnly : decodeDateTime)(fields, sceneOf(env));
  if (d.outcome < 0) throw parseError(d.outcome, text, typeName, d.badZone);
  return d;
}

const digit = (text: string, at: number): number => {
  const c = text.charCodeAt(at) - 48;
  return c >= 0 && c <= 9 ? c : NaN;
};
const pair = (text: string, at: number): number => digit(text, at) * 10 + digit(text, at + 1);

/** Days since 2000 of "yyyy-mm-dd" at the start of a text; NaN where it is not just that. */
function isoDays(text: string): number {
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return NaN;
  const y = pair(text, 0) * 100 + pair(text, 2);
  const m = pair(text, 5);
  const d = pair(text, 8);
  if (!(y > 0 && m >= 1 && m <= 12 && d >= 1 && d <= daysInMonth(y, m))) return NaN;
  return julianDay(y, m, d) - POSTGRES_EPOCH;
}

/** µs of "hh:mm:ss[.f]" from position 11 up to `end`; NaN where it is something else. */
function isoTime(text: string, end: number): number {
  if (text.charCodeAt(13) !== 58 || text.charCodeAt(16) !== 58) return NaN;
  const h = pair(text, 11);
  const m = pair(text, 14);
  const s = pair(text, 17);
  if (!(h < 24 && m < 60 && s < 60)) return NaN;
  let micros = 0;
  if (end > 19) {
    if (text.charCodeAt(19) !== 46 || end === 20 || end > 26) return NaN;
    let scale = 100_000;
    for (let i = 20; i < end; i++, scale /= 10) micros += digit(text, i) * scale;
  }
  return ((h * 60 + m) * 60 + s) * MICROS_PER_SECOND + micros;
}

export function parseDate(text: string, env: TypeEnv): number {
  if (text.length === 10) {
    const fast = isoDays(text);
    if (fast === fast) return fast;
  }
  const d = decode(text, 'date', env, false);
  switch (d.kind) {
    case 'epoch': return -EPOCH_DAYS;
    case 'late': return Infinity;
    case 'early': return -Infinity;
  }
  if (d.outcome === 1) throw parseError(BAD_FORMAT, text, 'date');
  if (!isValidJulian(d.tm.year, d.tm.month)) throw dateOutOfRange(text);
  const days = julianDay(d.tm.year, d.tm.month, d.tm.day) - POSTGRES_EPOCH;
  if (!isValidDate(days)) throw dateOutOfRange(text);
  return days;
}

/** An ISO timestamp up to `end`, within the years whose µs are safe integers; NaN where it is something else. */
function fastTimestamp(text: string, end: number): number {
  if (end < 19) return NaN;
  const sep = text.charCodeAt(10);
  if (sep !== 32 && sep !== 84) return NaN;
  const time = isoTime(text, end);
  if (time !== time) return NaN;
  const days = isoDays(text);
  return days > -104_000 && days < 104_000 ? days * 86_400_000_000 + time : NaN;
}

/** As above with a displacement (Z, +hh, +hh:mm) or in the session's zone. */
function fastTimestamptz(text: string, env: TypeEnv): number {
  let end = 19;
  for (; end < text.length; end++) {
    const c = text.charCodeAt(end);
    if (c !== 46 && !(c >= 48 && c <= 57)) break;
  }
  const local = fastTimestamp(text, end);
  if (local !== local) return NaN;
  const rest = text.length - end;
  if (rest === 0) return Number(localToUtc(local, sessionZone(env)));
  const sign = text.charCodeAt(end);
  if (rest === 1) return sign === 90 ? local : NaN;
  if ((sign !== 43 && sign !== 45) || (rest !== 3 && (rest !== 6 || text.charCodeAt(end + 3) !== 58))) return NaN;
  const h = pair(text, end + 1);
  const m = rest === 6 ? pair(text, end + 4) : 0;
  if (!(h <= 15 && m <= 59)) return NaN;
  return local - (sign === 43 ? 1 : -1) * (h * 60 + m) * 60_000_000;
}

export function parseTimestamp(text: string, env: TypeEnv, zoned: boolean): Micros {
  const fast = zoned ? fastTimestamptz(text, env) : fastTimestamp(text, text.length);
  if (fast === fast) return fast;
  const typeName = zoned ? 'timestamp with time zone' : 'timestamp';
  const d = decode(text, typeName, env, false);
  switch (d.kind) {
    case 'epoch': return -EPOCH_SECONDS * MICROS_PER_SECOND;
    case 'late': return Infinity;
    case 'early': return -Infinity;
  }
  if (d.outcome === 1) throw parseError(BAD_FORMAT, text, typeName);
  const t = buildUp(d.tm, zoned ? d.zone : undefined);
  if (t === undefined) throw new SqlError('22008', `timestamp out of range: "${text}"`);
  return t;
}

export function parseTime(text: string, env: TypeEnv): number {
  const d = decode(text, 'time', env, true);
  return timeOf(d.tm);
}

export function parseTimeTz(text: string, env: TypeEnv): TimeTz {
  const d = decode(text, 'time with time zone', env, true);
  return new TimeTz(timeOf(d.tm), d.zone);
}

export const FULL_RANGE = 0x7fff;

export function parseInterval(text: string, range: number, env: TypeEnv): Interval {
  const fields = scanDateTime(text);
  let r = fields === undefined ? undefined : decodeInterval(fields, range, intervalStyle(env) === 'sql_standard');
  if (r === undefined || r.outcome === BAD_FORMAT) {
    const iso = decodeIsoInterval(text);
    if (r === undefined || iso.outcome !== BAD_FORMAT) r = iso;
  }
  if (r.outcome < 0) throw parseError(r.outcome === FIELD_OVERFLOW ? INTERVAL_OVERFLOW : r.outcome, text, 'interval');
  if (r.infinite !== 0) return r.infinite > 0 ? Interval.INFINITY : Interval.NEGATIVE_INFINITY;
  const months = r.parts.years * 12 + r.parts.months;
  if (months > 2147483647 || months < -2147483648) throw intervalOutOfRange();
  return intervalFromFields(months, r.parts.days, canonical(r.parts.micros));
}

/** Conversions between the date/time types, and moments seen from other zones. */
import { SqlError } from '../errors.js';
import type { TypeEnv } from '../type-impl.js';
import { abbreviationInfo, decodeAbbreviation } from '../timezone/lookup.js';
import { findZone, fixedZone, type Zone } from '../timezone/zone.js';
import { encodeInterval } from '../interval/encode.js';
import type { Interval } from '../interval/value.js';
import { TimeTz } from '../timetz/value.js';
import {
  addMicros, breakDown, daysOf, EPOCH_DAYS, isFiniteMicros, isValidTimestamp, joinDays, localToUtc, MICROS_PER_DAY, newTm, timeOfDay, unixSeconds,
  utcToLocal, type Micros,
} from './calendar.js';
import { timestampOutOfRange } from './errors.js';
import { sessionZone } from './session.js';

/** One past the last day that a timestamp has. */
const DAYS_END = 109203528 - 2451545;

/** A date as midnight; out of range beyond the years that timestamps have. */
export function dateToTimestamp(v: number): Micros {
  if (v === Infinity || v === -Infinity) return v;
  if (v >= DAYS_END) throw new SqlError('22008', 'date out of range for timestamp');
  return joinDays(v, 0);
}

/** As above, but saturating to ±Infinity: for comparisons. */
export function dateToTimestampSaturated(v: number): Micros {
  return v >= DAYS_END ? Infinity : v === -Infinity ? v : joinDays(v, 0);
}

export function dateToTimestamptz(v: number, zone: Zone): Micros {
  if (v === Infinity || v === -Infinity) return v;
  if (v >= DAYS_END) throw new SqlError('22008', 'date out of range for timestamp');
  const t = localToUtc(joinDays(v, 0), zone);
  if (!isValidTimestamp(t)) throw new SqlError('22008', 'date out of range for timestamp');
  return t;
}

export function timestampToTimestamptz(t: Micros, zone: Zone): Micros {
  if (!isFiniteMicros(t)) return t;
  const r = localToUtc(t, zone);
  if (!isValidTimestamp(r)) throw timestampOutOfRange();
  return r;
}

export function timestamptzToTimestamp(t: Micros, zone: Zone): Micros {
  if (!isFiniteMicros(t)) return t;
  const r = utcToLocal(t, zone);
  if (!isValidTimestamp(r)) throw timestampOutOfRange();
  return r;
}

/** Saturating forms for comparisons. */
export function timestampToTimestamptzSaturated(t: Micros, zone: Zone): Micros {
  if (!isFiniteMicros(t)) return t;
  const r = localToUtc(t, zone);
  return isValidTimestamp(r) ? r : r < 0 ? -Infinity : Infinity;
}

export function dateToTimestamptzSaturated(v: number, zone: Zone): Micros {
  const t = dateToTimestampSaturated(v);
  return timestampToTimestamptzSaturated(t, zone);
}

export function timestampToDate(t: Micros): number {
  if (!isFiniteMicros(t)) return t as number;
  return daysOf(t);
}

export function timestampToTime(t: Micros): number | null {
  if (!isFiniteMicros(t)) return null;
  return timeOfDay(t, daysOf(t));
}

const tm = newTm();

export function timestamptzToTimeTz(t: Micros, zone: Zone): TimeTz | null {
  if (!isFiniteMicros(t)) return null;
  breakDown(t, zone, tm);
  const local = utcToLocal(t, zone);
  return new TimeTz(timeOfDay(local, daysOf(local)), tm.zoneSeconds);
}

/** A time of day with the zone's offset of today. */
export function timeToTimeTz(v: number, env: TypeEnv): TimeTz {
  const zone = sessionZone(env);
  const today = daysOf(utcToLocal(env.transactionTimestamp(), zone));
  const local = (today + EPOCH_DAYS) * 86400 + Math.floor(v / 1_000_000);
  return new TimeTz(v, 0 - zone.atLocal(local).offset);
}

export type ZoneText = { kind: 'zone'; zone: Zone } | { kind: 'dynamic'; zone: Zone; word: string };

/** DecodeTimezoneName: an abbreviation or a zone's name, as AT TIME ZONE takes it. */
export function zoneOfText(text: string, env: TypeEnv): ZoneText {
  const word = decodeAbbreviation(text, sessionZone(env));
  if (word?.kind === 'fixed') return { kind: 'zone', zone: fixedZone(word.offset) };
  if (word?.kind === 'dynamic') return { kind: 'dynamic', zone: word.zone, word: text };
  const zone = findZone(text);
  if (zone === undefined) throw new SqlError('22023', `time zone "${text}" not recognized`);
  return { kind: 'zone', zone };
}

/** A plain zone where a function wants one: an abbreviation counts with what it means now. */
export function plainZone(text: string, env: TypeEnv): Zone {
  const z = zoneOfText(text, env);
  if (z.kind === 'zone') return z.zone;
  return z.zone;
}

function intervalZone(v: Interval): Zone {
  if (!v.isFinite) throw new SqlError('22023', `interval time zone "${encodeInterval(v, 'postgres')}" must be finite`);
  if (v.months !== 0 || v.days !== 0) throw new SqlError('22023', `interval time zone "${encodeInterval(v, 'postgres')}" must not include months or days`);
  return fixedZone(Math.trunc(Number(v.micros) / 1_000_000));
}

/** timestamp AT TIME ZONE text */
export function timestampAtZone(text: string, t: Micros, env: TypeEnv): Micros {
  if (!isFiniteMicros(t)) return t;
  const z = zoneOfText(text, env);
  if (z.kind === 'zone') return timestampToTimestamptz(t, z.zone);
  const info = abbreviationInfo(z.word, z.zone, unixSeconds(t));
  const r = addMicros(t, -info.offset * 1_000_000);
  if (!isValidTimestamp(r)) throw timestampOutOfRange();
  return r;
}

/** timestamptz AT TIME ZONE text */
export function timestamptzAtZone(text: string, t: Micros, env: TypeEnv): Micros {
  if (!isFiniteMicros(t)) return t;
  const z = zoneOfText(text, env);
  if (z.kind === 'zone') return timestamptzToTimestamp(t, z.zone);
  const info = z.zone.abbreviation(z.word, unixSeconds(t)) ?? z.zone.at(unixSeconds(t));
  const r = addMicros(t, info.offset * 1_000_000);
  if (!isValidTimestamp(r)) throw timestampOutOfRange();
  return r;
}

export const timestampAtInterval = (v: Interval, t: Micros): Micros => (isFiniteMicros(t) ? timestampToTimestamptz(t, intervalZone(v)) : t);
export const timestamptzAtInterval = (v: Interval, t: Micros): Micros => (isFiniteMicros(t) ? timestamptzToTimestamp(t, intervalZone(v)) : t);

function shiftTimeTz(v: TimeTz, west: number): TimeTz {
  let t = v.micros + (v.zoneSeconds - west) * 1_000_000;
  t = ((t % MICROS_PER_DAY) + MICROS_PER_DAY) % MICROS_PER_DAY;
  return new TimeTz(t, west);
}

export function timeTzAtZone(text: string, v: TimeTz, env: TypeEnv): TimeTz {
  const z = zoneOfText(text, env);
  const now = unixSeconds(env.transactionTimestamp());
  const info = z.kind === 'dynamic' ? (z.zone.abbreviation(z.word, now) ?? z.zone.at(now)) : z.zone.at(now);
  return shiftTimeTz(v, 0 - info.offset);
}

export const timeTzAtInterval = (x: Interval, v: TimeTz): TimeTz => shiftTimeTz(v, 0 - intervalZone(x).at(0).offset);

export function timeTzAtLocal(v: TimeTz, env: TypeEnv): TimeTz {
  return shiftTimeTz(v, 0 - sessionZone(env).at(unixSeconds(env.transactionTimestamp())).offset);
}


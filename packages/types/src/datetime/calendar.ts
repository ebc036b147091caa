/**
 * The proleptic Gregorian calendar: Julian days, broken-down times, and µs timestamps. Timestamps are numbers while
 * they are safe integers (the years 1714 to 2285), bigints beyond.
 */
import { utcZone, type Zone } from '../timezone/zone.js';

export const MICROS_PER_DAY = 86_400_000_000;
export const MICROS_PER_HOUR = 3_600_000_000;
export const MICROS_PER_MINUTE = 60_000_000;
export const MICROS_PER_SECOND = 1_000_000;
/** Julian day of 2000-01-01, and of 1970-01-01. */
export const POSTGRES_EPOCH = 2451545;
export const UNIX_EPOCH = 2440588;
export const EPOCH_DAYS = POSTGRES_EPOCH - UNIX_EPOCH;
/** Seconds from 1970 to 2000. */
export const EPOCH_SECONDS = EPOCH_DAYS * 86400;
export const MIN_TIMESTAMP = -211813488000000000n;
export const END_TIMESTAMP = 9223371331200000000n;
/** One past the last Julian day of a date. */
export const DATE_END_JULIAN = 2147483494;
/** Days whose µs are safe integers whatever the time of day. */
const SAFE_DAYS = 104_248;

/** int8-like: a number where it is a safe integer. */
export type Micros = number | bigint;

/** A broken-down time. Years count 1 BC as 0; `zoneSeconds` is west of Greenwich. */
export interface Tm {
  year: number; month: number; day: number;
  hour: number; minute: number; second: number; micros: number;
  zoneSeconds: number; isDst: boolean; abbreviation: string;
  weekday: number; yearDay: number;
}

export const newTm = (): Tm => ({
  year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0, micros: 0, zoneSeconds: 0, isDst: false, abbreviation: '',
  weekday: 0, yearDay: 0,
});

/** Julian day of a date; months outside 1..12 are not looked at twice. */
export function julianDay(y: number, m: number, d: number): number {
  if (m > 2) {
    m += 1;
    y += 4800;
  } else {
    m += 13;
    y += 4799;
  }
  const century = Math.trunc(y / 100);
  return y * 365 - 32167 + Math.trunc(y / 4) - century + Math.trunc(century / 4) + Math.trunc((7834 * m) / 256) + d;
}

/** Puts a Julian day's year, month and day into `tm`. */
export function setJulianDay(tm: Tm, jd: number): void {
  let julian = jd + 32044;
  let quad = Math.floor(julian / 146097);
  const extra = (julian - quad * 146097) * 4 + 3;
  julian += 60 + quad * 3 + Math.floor(extra / 146097);
  quad = Math.floor(julian / 1461);
  julian -= quad * 1461;
  let y = Math.floor((julian * 4) / 1461);
  julian = y !== 0 ? ((julian + 305) % 365) + 123 : ((julian + 306) % 366) + 123;
  y += quad * 4;
  tm.year = y - 4800;
  quad = Math.floor((julian * 2141) / 65536);
  tm.day = julian - Math.floor((7834 * quad) / 256);
  tm.month = ((quad + 10) % 12) + 1;
}

/** Day of the week of a Julian day, Sunday 0. */
export const weekday = (jd: number): number => (((jd + 1) % 7) + 7) % 7;

export const isLeapYear = (y: number): boolean => y % 4 === 0 && (y % 100 !== 0 || y % 400 === 0);
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export const daysInMonth = (y: number, m: number): number => (m === 2 && isLeapYear(y) ? 29 : MONTH_DAYS[m - 1]!);

/** Can julianDay tell this date. */
export const isValidJulian = (y: number, m: number): boolean =>
  (y > -4713 || (y === -4713 && m >= 11)) && (y < 5874898 || (y === 5874898 && m < 6));

/** Is this a date, days since 2000. */
export const isValidDate = (days: number): boolean => days >= -POSTGRES_EPOCH && days < DATE_END_JULIAN - POSTGRES_EPOCH;

export const isFiniteMicros = (t: Micros): boolean => t !== Infinity && t !== -Infinity;

export function canonical(v: bigint): Micros {
  return v <= 9007199254740991n && v >= -9007199254740991n ? Number(v) : v;
}

/** Is this a timestamp that PostgreSQL can hold. */
export function isValidTimestamp(t: Micros): boolean {
  if (typeof t === 'number') return true;
  return t >= MIN_TIMESTAMP && t < END_TIMESTAMP;
}

/** a + b over int8-like values. */
export function addMicros(a: Micros, b: Micros): Micros {
  if (typeof a === 'number' && typeof b === 'number') {
    const s = a + b;
    if (s <= 9007199254740991 && s >= -9007199254740991) return s;
  }
  return canonical(BigInt(a) + BigInt(b));
}

export function subtractMicros(a: Micros, b: Micros): Micros {
  if (typeof a === 'number' && typeof b === 'number') {
    const s = a - b;
    if (s <= 9007199254740991 && s >= -9007199254740991) return s;
  }
  return canonical(BigInt(a) - BigInt(b));
}

/** Days and a time of day as µs. */
export function joinDays(days: number, micros: number): Micros {
  if (days <= SAFE_DAYS && days >= -SAFE_DAYS) return days * MICROS_PER_DAY + micros;
  return canonical(BigInt(days) * 86_400_000_000n + BigInt(micros));
}

/** The days (rounded down) of a timestamp. */
export function daysOf(t: Micros): number {
  if (typeof t === 'number') return Math.floor(t / MICROS_PER_DAY);
  const d = t / 86_400_000_000n;
  return Number(t < 0n && d * 86_400_000_000n !== t ? d - 1n : d);
}

/** What is left of a timestamp after its days. */
export function timeOfDay(t: Micros, days: number): number {
  return typeof t === 'number' ? t - days * MICROS_PER_DAY : Number(t - BigInt(days) * 86_400_000_000n);
}

/** Seconds since 1970 of a timestamp, rounded down. */
export function unixSeconds(t: Micros): number {
  if (typeof t === 'number') return Math.floor(t / MICROS_PER_SECOND) + EPOCH_SECONDS;
  const s = t / 1_000_000n;
  return Number(t < 0n && s * 1_000_000n !== t ? s - 1n : s) + EPOCH_SECONDS;
}

export function setTimeOfDay(tm: Tm, micros: number): void {
  tm.hour = Math.floor(micros / MICROS_PER_HOUR);
  micros -= tm.hour * MICROS_PER_HOUR;
  tm.minute = Math.floor(micros / MICROS_PER_MINUTE);
  micros -= tm.minute * MICROS_PER_MINUTE;
  tm.second = Math.floor(micros / MICROS_PER_SECOND);
  tm.micros = micros - tm.second * MICROS_PER_SECOND;
}

export const timeOf = (tm: Tm): number =>
  ((tm.hour * 60 + tm.minute) * 60 + tm.second) * MICROS_PER_SECOND + tm.micros;

/** timestamp2tm: breaks a finite timestamp down, in a zone for timestamptz. */
export function breakDown(t: Micros, zone: Zone | undefined, tm: Tm): void {
  if (zone !== undefined) {
    const info = zone.at(unixSeconds(t));
    tm.zoneSeconds = info.offset === 0 ? 0 : -info.offset;
    tm.isDst = info.isDst;
    tm.abbreviation = info.abbreviation;
    if (info.offset !== 0) t = addMicros(t, info.offset * MICROS_PER_SECOND);
  }
  const days = daysOf(t);
  setJulianDay(tm, days + POSTGRES_EPOCH);
  setTimeOfDay(tm, timeOfDay(t, days));
}

/** tm2timestamp: undefined where it is out of range. `zoneSeconds` west, or undefined for none. */
export function buildUp(tm: Tm, zoneSeconds: number | undefined): Micros | undefined {
  if (!isValidJulian(tm.year, tm.month)) return undefined;
  let t = joinDays(julianDay(tm.year, tm.month, tm.day) - POSTGRES_EPOCH, timeOf(tm));
  if (zoneSeconds !== undefined) t = addMicros(t, zoneSeconds * MICROS_PER_SECOND);
  return isValidTimestamp(t) ? t : undefined;
}

/** DetermineTimeZoneOffset: seconds west that a local time has in a zone. */
export function zoneOffsetOf(tm: Tm, zone: Zone): number {
  if (zone === utcZone || !isValidJulian(tm.year, tm.month)) return 0;
  const local = (julianDay(tm.year, tm.month, tm.day) - UNIX_EPOCH) * 86400 + (tm.hour * 60 + tm.minute) * 60 + tm.second;
  const info = zone.atLocal(local);
  tm.isDst = info.isDst;
  return 0 - info.offset;
}

/** A local timestamp (no zone) as the moment that it is in the zone. */
export function localToUtc(t: Micros, zone: Zone): Micros {
  const info = zone.atLocal(unixSeconds(t));
  return info.offset === 0 ? t : addMicros(t, -info.offset * MICROS_PER_SECOND);
}

/** A moment as the zone's local timestamp. */
export function utcToLocal(t: Micros, zone: Zone): Micros {
  const info = zone.at(unixSeconds(t));
  return info.offset === 0 ? t : addMicros(t, info.offset * MICROS_PER_SECOND);
}

/** ISO week: the Julian day of the Monday of an ISO year's week. */
export function isoWeekToJulian(year: number, week: number): number {
  const day4 = julianDay(year, 1, 4);
  return (week - 1) * 7 + (day4 - weekday(day4 - 1));
}

/** The ISO week number of a date. */
export function isoWeek(y: number, m: number, d: number): number {
  const day = julianDay(y, m, d);
  let day4 = julianDay(y, 1, 4);
  let day0 = weekday(day4 - 1);
  if (day < day4 - day0) {
    day4 = julianDay(y - 1, 1, 4);
    day0 = weekday(day4 - 1);
  }
  let week = Math.trunc((day - (day4 - day0)) / 7) + 1;
  if (week >= 52) {
    day4 = julianDay(y + 1, 1, 4);
    day0 = weekday(day4 - 1);
    if (day >= day4 - day0) week = Math.trunc((day - (day4 - day0)) / 7) + 1;
  }
  return week;
}

/** The ISO year that a date belongs to. */
export function isoYear(y: number, m: number, d: number): number {
  const day = julianDay(y, m, d);
  let day4 = julianDay(y, 1, 4);
  let day0 = weekday(day4 - 1);
  if (day < day4 - day0) {
    day4 = julianDay(y - 1, 1, 4);
    day0 = weekday(day4 - 1);
    y--;
  }
  const week = Math.trunc((day - (day4 - day0)) / 7) + 1;
  if (week >= 52) {
    day4 = julianDay(y + 1, 1, 4);
    day0 = weekday(day4 - 1);
    if (day >= day4 - day0) y++;
  }
  return y;
}

/** date_trunc. */
import { SqlError } from '../errors.js';
import type { Zone } from '../timezone/zone.js';
import { Interval } from '../interval/value.js';
import { canonical, breakDown, buildUp, isFiniteMicros, isoWeek, isoWeekToJulian, julianDay, newTm, POSTGRES_EPOCH, setJulianDay, zoneOffsetOf, type Micros, type Tm } from './calendar.js';
import { timestampOutOfRange } from './errors.js';
import { deltaUnit, lowerWord, unrecognized, unsupported } from './extract.js';
import { checkedInterval } from '../interval/arithmetic.js';
import { splitInterval } from '../interval/encode.js';

/** Units from large to small: truncating to one clears all smaller ones. */
const LEVELS: readonly string[] = ['millennium', 'century', 'decade', 'year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second', 'millisecond', 'microsecond'];

function truncateYear(y: number, unit: string): number {
  if (unit === 'millennium') return y > 0 ? Math.trunc((y + 999) / 1000) * 1000 - 999 : -(Math.trunc((999 - (y - 1)) / 1000) * 1000) + 1;
  if (unit === 'century') return y > 0 ? Math.trunc((y + 99) / 100) * 100 - 99 : -(Math.trunc((99 - (y - 1)) / 100) * 100) + 1;
  return y > 0 ? Math.trunc(y / 10) * 10 : -(Math.trunc((8 - (y - 1)) / 10) * 10);
}

/** Truncates in place; true where the date part changed. */
function truncateTm(tm: Tm, unit: string): void {
  const level = LEVELS.indexOf(unit);
  if (unit === 'week') {
    const week = isoWeek(tm.year, tm.month, tm.day);
    if (week >= 52 && tm.month === 1) tm.year--;
    if (week <= 1 && tm.month === 12) tm.year++;
    setJulianDay(tm, isoWeekToJulian(tm.year, week));
  } else {
    if (level <= 2) tm.year = truncateYear(tm.year, unit);
    if (level <= 3) tm.month = 1;
    if (unit === 'quarter') tm.month = 3 * Math.floor((tm.month - 1) / 3) + 1;
    if (level <= 5) tm.day = 1;
  }
  if (level <= 7) tm.hour = 0;
  if (level <= 8) tm.minute = 0;
  if (level <= 9) tm.second = 0;
  if (level <= 10) tm.micros = 0;
  if (unit === 'millisecond') tm.micros = Math.trunc(tm.micros / 1000) * 1000;
}

/** µs of the units that are the same everywhere. */
const SPANS: Readonly<Record<string, number | undefined>> = { day: 86_400_000_000, hour: 3_600_000_000, minute: 60_000_000, second: 1_000_000, millisecond: 1000 };

const tm = newTm();

export function truncateTimestamp(word: string, t: Micros, zone: Zone | undefined): Micros {
  const typeName = zone === undefined ? 'timestamp without time zone' : 'timestamp with time zone';
  const unit = deltaUnit(word);
  if (unit === undefined || !LEVELS.includes(unit)) throw unit !== undefined ? unsupported(lowerWord(word), typeName) : unrecognized(lowerWord(word), typeName);
  if (!isFiniteMicros(t)) return t;
  const span = SPANS[unit];
  if (span !== undefined && zone === undefined && typeof t === 'number') return Math.floor(t / span) * span + 0;
  if (zone === undefined && typeof t === 'number' && (unit === 'month' || unit === 'year')) {
    setJulianDay(tm, Math.floor(t / SPANS['day']!) + POSTGRES_EPOCH);
    if (tm.year > 0) return (julianDay(tm.year, unit === 'month' ? tm.month : 1, 1) - POSTGRES_EPOCH) * SPANS['day']!;
  }
  breakDown(t, zone, tm);
  truncateTm(tm, unit);
  const redo = LEVELS.indexOf(unit) <= 7;
  const out = buildUp(tm, zone === undefined ? undefined : redo ? zoneOffsetOf(tm, zone) : tm.zoneSeconds);
  if (out === undefined) throw timestampOutOfRange();
  return out;
}

export function truncateInterval(word: string, v: Interval): Interval {
  const unit = deltaUnit(word);
  if (unit === 'week') {
    throw new SqlError('0A000', `unit "${lowerWord(word)}" not supported for type interval`,
      { detail: 'Months usually have fractional weeks.' });
  }
  if (unit === undefined || !LEVELS.includes(unit)) throw unit !== undefined ? unsupported(lowerWord(word), 'interval') : unrecognized(lowerWord(word), 'interval');
  if (!v.isFinite) return v;
  const p = splitInterval(v);
  const level = LEVELS.indexOf(unit);
  const cut = (x: number, size: number): number => Math.trunc(x / size) * size + 0;
  if (level === 0) p.year = cut(p.year, 1000);
  if (level === 1) p.year = cut(p.year, 100);
  if (level === 2) p.year = cut(p.year, 10);
  if (level <= 3) p.month = 0;
  if (unit === 'quarter') p.month = cut(p.month, 3);
  if (level <= 5) p.day = 0;
  if (level <= 7) p.hour = 0n;
  if (level <= 8) p.minute = 0;
  if (level <= 9) p.second = 0;
  if (level <= 10) p.micros = 0;
  if (unit === 'millisecond') p.micros = cut(p.micros, 1000);
  const micros = p.hour * 3_600_000_000n + BigInt(p.minute * 60_000_000 + p.second * 1_000_000 + p.micros);
  return checkedInterval(p.year * 12 + p.month, p.day, canonical(micros));
}


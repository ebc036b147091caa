/** Date/time values inside a jsonpath: made by .datetime() and its kin, compared across types, never stored in jsonb. */
import { SqlError } from '../errors.js';
import type { TypeEnv } from '../type-impl.js';
import { breakDown, addMicros, newTm, POSTGRES_EPOCH, setJulianDay, type Micros } from '../datetime/calendar.js';
import {
  dateToTimestamp, dateToTimestamptz, timestampToDate, timestampToTime, timestampToTimestamptz, timestamptzToTimestamp, timestamptzToTimeTz, timeToTimeTz,
} from '../datetime/convert.js';
import { encodeDate, encodeDateTime, encodeZone } from '../datetime/encode.js';
import { parseDate, parseTime, parseTimestamp, parseTimeTz } from '../datetime/text-io.js';
import { formatTime, roundTimeTz } from '../datetime/types.js';
import { roundMicros } from '../datetime/typmod.js';
import { sessionZone } from '../datetime/session.js';
import { compareTimeTz, type TimeTz } from '../timetz/value.js';
import { compareScalars } from '../any/compare-family.js';

export type DateTimeKind = 'date' | 'time' | 'timetz' | 'timestamp' | 'timestamptz';

export class PathDateTime {
  constructor(readonly kind: DateTimeKind, readonly value: Micros | TimeTz, /** Seconds west, of timestamptz input. */ readonly zone: number) {}
}

export const kindName: Readonly<Record<DateTimeKind, string>> = {
  date: 'date', time: 'time without time zone', timetz: 'time with time zone', timestamp: 'timestamp without time zone',
  timestamptz: 'timestamp with time zone',
};
const shortName: Readonly<Record<DateTimeKind, string>> = { date: 'date', time: 'time', timetz: 'timetz', timestamp: 'timestamp', timestamptz: 'timestamptz' };

const datePart = '\\d{4,}-\\d{1,2}-\\d{1,2}';
const timePart = '\\d{1,2}:\\d{2}(?::\\d{2}(?:\\.\\d+)?)?';
const zonePart = '\\s*([+-]\\d{1,2}(?::?\\d{2})?)';
const shapes: readonly [DateTimeKind, RegExp][] = [
  ['date', new RegExp(`^${datePart}$`)],
  ['timetz', new RegExp(`^${timePart}${zonePart}$`)],
  ['time', new RegExp(`^${timePart}$`)],
  ['timestamptz', new RegExp(`^${datePart}[ T]${timePart}${zonePart}$`)],
  ['timestamp', new RegExp(`^${datePart}[ T]${timePart}$`)],
];

/** Reads one of the ISO forms; undefined where the text is none. */
export function readDateTime(text: string, env: TypeEnv): PathDateTime | undefined {
  for (const [kind, shape] of shapes) {
    const m = shape.exec(text);
    if (m === null) continue;
    switch (kind) {
      case 'date': return new PathDateTime(kind, parseDate(text, env), 0);
      case 'time': return new PathDateTime(kind, parseTime(text, env), 0);
      case 'timetz': return new PathDateTime(kind, parseTimeTz(text, env), 0);
      case 'timestamp': return new PathDateTime(kind, parseTimestamp(text, env, false), 0);
      case 'timestamptz': return new PathDateTime(kind, parseTimestamp(text, env, true), parseTimeTz(`00:00${m[1]}`, env).zoneSeconds);
    }
  }
  return undefined;
}

const tm = newTm();
const iso = { output: 'ISO', order: 'MDY' } as const;

export function formatDateTime(d: PathDateTime): string {
  switch (d.kind) {
    case 'date': setJulianDay(tm, (d.value as number) + POSTGRES_EPOCH); return encodeDate(tm, iso);
    case 'time': return formatTime(d.value as number);
    case 'timetz': return formatTime((d.value as TimeTz).micros) + xsdZone((d.value as TimeTz).zoneSeconds);
    case 'timestamp': breakDown(d.value as Micros, undefined, tm); return encodeDateTime(tm, iso, false).replace(' ', 'T');
    case 'timestamptz':
      breakDown(addMicros(d.value as Micros, -d.zone * 1_000_000), undefined, tm);
      return encodeDateTime(tm, iso, false).replace(' ', 'T') + xsdZone(d.zone);
  }
}

function xsdZone(west: number): string {
  const z = encodeZone(west);
  return z.length === 3 ? `${z}:00` : z;
}

function needZone(from: DateTimeKind, to: DateTimeKind, useZone: boolean): void {
  if (useZone) return;
  throw new SqlError('0A000', `cannot convert value from ${shortName[from]} to ${shortName[to]} without time zone usage`,
    { hint: 'Use *_tz() function for time zone support.' });
}

/** .date(), .time() … of a date/time value; undefined where the one cannot be had of the other. */
export function convertDateTime(d: PathDateTime, to: DateTimeKind, useZone: boolean, env: TypeEnv): PathDateTime | undefined {
  if (d.kind === to) return d;
  const zone = sessionZone(env);
  const make = (v: Micros | TimeTz | null): PathDateTime | undefined => {
    if (v === null) return undefined;
    let west = 0;
    if (to === 'timestamptz') {
      breakDown(v as Micros, zone, tm);
      west = tm.zoneSeconds;
    }
    return new PathDateTime(to, v, west);
  };
  const v = d.value as Micros;
  switch (`${d.kind}>${to}`) {
    case 'date>timestamp': return make(dateToTimestamp(v as number));
    case 'date>timestamptz': needZone(d.kind, to, useZone); return make(dateToTimestamptz(v as number, zone));
    case 'timestamp>date': return make(timestampToDate(v));
    case 'timestamp>time': return make(timestampToTime(v));
    case 'timestamp>timestamptz': needZone(d.kind, to, useZone); return make(timestampToTimestamptz(v, zone));
    case 'timestamptz>date': needZone(d.kind, to, useZone); return make(timestampToDate(timestamptzToTimestamp(v, zone)));
    case 'timestamptz>time': needZone(d.kind, to, useZone); return make(timestampToTime(timestamptzToTimestamp(v, zone)));
    case 'timestamptz>timestamp': needZone(d.kind, to, useZone); return make(timestamptzToTimestamp(v, zone));
    case 'timestamptz>timetz': needZone(d.kind, to, useZone); return make(timestamptzToTimeTz(v, zone));
    case 'time>timetz': needZone(d.kind, to, useZone); return make(timeToTimeTz(v as number, env));
    case 'timetz>time': needZone(d.kind, to, useZone); return make((d.value as TimeTz).micros);
    default: return undefined;
  }
}

export function roundDateTime(d: PathDateTime, precision: number): PathDateTime {
  if (d.kind === 'timetz') return new PathDateTime(d.kind, roundTimeTz(d.value as TimeTz, precision), d.zone);
  return d.kind === 'date' ? d : new PathDateTime(d.kind, roundMicros(d.value as Micros, precision), d.zone);
}

/** Order of two date/time values; undefined where their types cannot be compared. */
export function compareDateTimes(a: PathDateTime, b: PathDateTime, useZone: boolean, env: TypeEnv): number | undefined {
  if (a.kind === b.kind) {
    return a.kind === 'timetz' ? compareTimeTz(a.value as TimeTz, b.value as TimeTz) : compareScalars(a.value as Micros, b.value as Micros);
  }
  const rank: DateTimeKind[] = a.kind.startsWith('time') && !a.kind.startsWith('timestamp') ? ['time', 'timetz'] : ['date', 'timestamp', 'timestamptz'];
  const x = rank.indexOf(a.kind);
  const y = rank.indexOf(b.kind);
  if (x < 0 || y < 0) return undefined;
  const to = rank[Math.max(x, y)]!;
  const p = convertDateTime(a, to, useZone, env);
  const q = convertDateTime(b, to, useZone, env);
  return p === undefined || q === undefined ? undefined : compareDateTimes(p, q, useZone, env);
}

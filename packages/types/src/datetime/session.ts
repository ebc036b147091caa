/** What date/time code reads of the session: zone, DateStyle, IntervalStyle. Each is parsed once per setting text. */
import type { TypeEnv } from '../type-impl.js';
import { findZone, fixedZone, utcZone, type Zone } from '../timezone/zone.js';

export type DateOutput = 'ISO' | 'SQL' | 'German' | 'Postgres';
export type DateOrder = 'MDY' | 'DMY' | 'YMD';
export interface DateStyle { readonly output: DateOutput; readonly order: DateOrder }

let zoneText: string | undefined;
let zone: Zone = utcZone;

/** The session's zone. */
export function sessionZone(env: TypeEnv): Zone {
  const text = env.setting('TimeZone');
  if (text !== zoneText) {
    zoneText = text;
    zone = text === undefined ? utcZone : (findZone(text) ?? offsetZone(text) ?? utcZone);
  }
  return zone;
}

/** A zone given as hours east, as SET TIME ZONE -7 leaves it. */
function offsetZone(text: string): Zone | undefined {
  return /^[+-]?\d+(\.\d+)?$/.test(text) ? fixedZone(Math.round(Number(text) * 3600)) : undefined;
}

let styleText: string | undefined = '';
let style: DateStyle = { output: 'ISO', order: 'MDY' };

export function dateStyle(env: TypeEnv): DateStyle {
  const text = env.setting('DateStyle');
  if (text !== styleText) {
    styleText = text;
    style = parseDateStyle(text ?? 'ISO, MDY');
  }
  return style;
}

function parseDateStyle(text: string): DateStyle {
  const t = text.toLowerCase();
  const output: DateOutput = t.includes('sql') ? 'SQL' : t.includes('german') ? 'German' : t.includes('postgres') ? 'Postgres' : 'ISO';
  const order: DateOrder = /dmy|european/.test(t) ? 'DMY' : t.includes('ymd') ? 'YMD'
    : output === 'German' && !/mdy|us/.test(t) ? 'DMY' : 'MDY';
  return { output, order };
}

export type IntervalStyle = 'postgres' | 'postgres_verbose' | 'sql_standard' | 'iso_8601';

export function intervalStyle(env: TypeEnv): IntervalStyle {
  return (env.setting('IntervalStyle') ?? 'postgres') as IntervalStyle;
}

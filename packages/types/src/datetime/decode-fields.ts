/** One field of a date/time input at a time: dates, numbers, times of day, zone displacements. Outcomes as in errors.ts. */
import { daysInMonth, julianDay, setJulianDay, MICROS_PER_DAY, MICROS_PER_SECOND, type Tm } from './calendar.js';
import { BAD_FORMAT, FIELD_OVERFLOW, MD_FIELD_OVERFLOW, TZDISP_OVERFLOW } from './errors.js';
import { dateToken } from './tokens.js';
import type { DateOrder } from './session.js';

/** Field masks. */
export const M_MONTH = 1 << 1;
export const M_YEAR = 1 << 2;
export const M_DAY = 1 << 3;
export const M_JULIAN = 1 << 4;
export const M_TZ = 1 << 5;
export const M_DTZMOD = 1 << 6;
export const M_AMPM = 1 << 9;
export const M_HOUR = 1 << 10;
export const M_MINUTE = 1 << 11;
export const M_SECOND = 1 << 12;
export const M_DOY = 1 << 15;
export const M_ADBC = 1 << 17;
export const M_DOW = 1 << 18;
export const DATE_MASK = M_YEAR | M_MONTH | M_DAY;
export const TIME_MASK = M_HOUR | M_MINUTE | M_SECOND;

/** What one decode run knows so far. */
export interface Decoding {
  readonly tm: Tm;
  readonly order: DateOrder;
  fmask: number;
  /** What the field just read stands for. */
  tmask: number;
  twoDigits: boolean;
  textMonth: boolean;
  /** Seconds west. */
  zone: number;
}

const INT_MAX = 2147483647;
const intRe = /[+-]?\d+/y;

/** strtoint: the integer at a position, with what follows it; undefined value where it overflows. */
export function intAt(text: string, at: number): { value: number | undefined; end: number } {
  intRe.lastIndex = at;
  const m = intRe.exec(text);
  if (m === null) return { value: 0, end: at };
  const value = Number(m[0]);
  return { value: value > INT_MAX || value < -INT_MAX - 1 ? undefined : value, end: at + m[0].length };
}

/** The fraction ".ddd" that is the rest of the text; undefined where it is something else. */
export function fractionOf(text: string): number | undefined {
  if (text === '.') return 0;
  return /^\.\d+$/.test(text) ? Number(text) : undefined;
}

/** µs of a fractional second. */
export function fractionMicros(text: string): number | undefined {
  const f = fractionOf(text);
  return f === undefined ? undefined : roundHalfEven(f * MICROS_PER_SECOND);
}

/** C's rint. */
export function roundHalfEven(x: number): number {
  const r = Math.round(x);
  return Math.abs(x % 1) === 0.5 && r % 2 !== 0 ? r - 1 : r;
}

export function decodeDate(text: string, d: Decoding): number {
  const fields: string[] = [];
  let rest = text;
  while (rest !== '') {
    rest = rest.replace(/^[^A-Za-z0-9]+/, '');
    if (rest === '') return BAD_FORMAT;
    const m = /^\d+|^[A-Za-z]+/.exec(rest)!;
    fields.push(m[0]);
    rest = rest.slice(m[0].length);
    rest = rest.slice(1);
    if (fields.length > 25) return BAD_FORMAT;
  }
  const outer = d.fmask;
  let all = 0;
  const take = (mask: number): boolean => {
    if (d.fmask & mask) return false;
    d.fmask |= mask;
    all |= mask;
    return true;
  };
  const finish = (outcome: number): number => {
    d.fmask = outer;
    d.tmask = all;
    return outcome;
  };
  let textMonth = false;
  for (let i = 0; i < fields.length; i++) {
    if (!/^[A-Za-z]/.test(fields[i]!)) continue;
    const token = dateToken(fields[i]!);
    if (token?.type === 'IGNORE') continue;
    if (token?.type !== 'MONTH') return finish(BAD_FORMAT);
    d.tm.month = token.value as number;
    textMonth = true;
    if (!take(M_MONTH)) return finish(BAD_FORMAT);
    fields[i] = '';
  }
  for (const f of fields) {
    if (f === '') continue;
    const r = decodeNumber(f, textMonth, d);
    if (r < 0) return finish(r);
    if (!take(d.tmask)) return finish(BAD_FORMAT);
  }
  if ((d.fmask & ~(M_DOY | M_TZ)) !== DATE_MASK) return finish(BAD_FORMAT);
  return finish(0);
}

export function decodeNumber(text: string, textMonth: boolean, d: Decoding): number {
  const { tm } = d;
  d.tmask = 0;
  const { value, end } = intAt(text, 0);
  if (value === undefined) return FIELD_OVERFLOW;
  if (end === 0) return BAD_FORMAT;
  if (text[end] === '.') {
    if (end > 2) {
      const saved = d.fmask;
      d.fmask |= DATE_MASK;
      const r = decodeNumberField(text, d);
      d.fmask = saved;
      return r < 0 ? r : 0;
    }
    const micros = fractionMicros(text.slice(end));
    if (micros === undefined) return BAD_FORMAT;
    tm.micros = micros;
  } else if (end < text.length) return BAD_FORMAT;
  const length = text.length;
  if (length === 3 && (d.fmask & DATE_MASK) === M_YEAR && value >= 1 && value <= 366) {
    d.tmask = M_DOY | M_MONTH | M_DAY;
    tm.yearDay = value;
    return 0;
  }
  const year = (): void => { d.tmask = M_YEAR; tm.year = value; };
  const month = (): void => { d.tmask = M_MONTH; tm.month = value; };
  const day = (): void => { d.tmask = M_DAY; tm.day = value; };
  switch (d.fmask & DATE_MASK) {
    case 0:
      if (length >= 3 || d.order === 'YMD') year();
      else if (d.order === 'DMY') day();
      else month();
      break;
    case M_YEAR: month(); break;
    case M_MONTH:
      if (textMonth && (length >= 3 || d.order === 'YMD')) year();
      else day();
      break;
    case M_YEAR | M_MONTH:
      if (textMonth && length >= 3 && d.twoDigits) {
        d.tmask = M_DAY;
        tm.day = tm.year;
        tm.year = value;
        d.twoDigits = false;
      } else day();
      break;
    case M_DAY: month(); break;
    case M_MONTH | M_DAY: year(); break;
    case DATE_MASK: {
      const r = decodeNumberField(text, d);
      return r < 0 ? r : 0;
    }
    default: return BAD_FORMAT;
  }
  if (d.tmask === M_YEAR) d.twoDigits = length <= 2;
  return 0;
}

/** A run-together date (yyyymmdd, yymmdd) or time (hhmmss, hhmm, with a fraction). */
export function decodeNumberField(text: string, d: Decoding): number {
  const { tm } = d;
  const dot = text.indexOf('.');
  let digits = text;
  if (dot >= 0) {
    const f = Number(text.slice(dot) === '.' ? '0' : text.slice(dot));
    if (Number.isNaN(f)) return BAD_FORMAT;
    tm.micros = roundHalfEven(f * MICROS_PER_SECOND);
    digits = text.slice(0, dot);
  }
  if (!/^\d*$/.test(digits)) return BAD_FORMAT;
  const n = digits.length;
  if (dot < 0 && (d.fmask & DATE_MASK) !== DATE_MASK && n >= 6) {
    d.tmask = DATE_MASK;
    tm.day = Number(digits.slice(n - 2));
    tm.month = Number(digits.slice(n - 4, n - 2));
    tm.year = Number(digits.slice(0, n - 4));
    if (n === 6) d.twoDigits = true;
    return tm.year > INT_MAX ? FIELD_OVERFLOW : 0;
  }
  if ((d.fmask & TIME_MASK) !== TIME_MASK && (n === 6 || n === 4)) {
    d.tmask = TIME_MASK;
    tm.hour = Number(digits.slice(0, 2));
    tm.minute = Number(digits.slice(2, 4));
    tm.second = n === 6 ? Number(digits.slice(4)) : 0;
    return 1;
  }
  return BAD_FORMAT;
}

/** Range bits of "minute to second", where two fields mean mm:ss. */
const MINUTE_TO_SECOND = M_MINUTE | M_SECOND;

export interface TimeFields { hour: number; minute: number; second: number; micros: number }

/** hh:mm[:ss[.f]] or mm:ss.f; the caller checks the hour. */
export function decodeTime(text: string, range: number, out: TimeFields): number {
  const h = /^[+-]?\d+/.exec(text);
  if (h === null || text[h[0].length] !== ':') return BAD_FORMAT;
  out.hour = Number(h[0]);
  if (Math.abs(out.hour) > 9.3e18) return FIELD_OVERFLOW;
  let at = h[0].length + 1;
  const m = intAt(text, at);
  if (m.value === undefined) return FIELD_OVERFLOW;
  out.minute = m.value;
  out.second = 0;
  out.micros = 0;
  at = m.end;
  const shift = (): void => {
    out.second = out.minute;
    out.minute = out.hour;
    out.hour = 0;
  };
  const fraction = (): boolean => {
    const f = fractionMicros(text.slice(at));
    if (f !== undefined) out.micros = f;
    return f !== undefined;
  };
  if (at === text.length) {
    if (range === MINUTE_TO_SECOND) {
      if (out.hour > INT_MAX || out.hour < -INT_MAX - 1) return FIELD_OVERFLOW;
      shift();
    }
  } else if (text[at] === '.') {
    if (!fraction()) return BAD_FORMAT;
    if (out.hour > INT_MAX || out.hour < -INT_MAX - 1) return FIELD_OVERFLOW;
    shift();
  } else if (text[at] === ':') {
    const s = intAt(text, at + 1);
    if (s.value === undefined) return FIELD_OVERFLOW;
    out.second = s.value;
    at = s.end;
    if (at < text.length && (text[at] !== '.' || !fraction())) return BAD_FORMAT;
  } else return BAD_FORMAT;
  if (out.hour < 0 || out.minute < 0 || out.minute > 59 || out.second < 0 || out.second > 60 || out.micros > MICROS_PER_SECOND) {
    return FIELD_OVERFLOW;
  }
  return 0;
}

/** time_overflows: more than 24:00:00. */
export function timeOverflows(h: number, m: number, s: number, micros: number): boolean {
  if (h < 0 || h > 24 || m < 0 || m > 59 || s < 0 || s > 60 || micros < 0 || micros > MICROS_PER_SECOND) return true;
  return ((h * 60 + m) * 60 + s) * MICROS_PER_SECOND + micros > MICROS_PER_DAY;
}

const ZONE_HOURS_MAX = 15;

/** "+hh[[:]mm[:ss]]": puts seconds west into d.zone. */
export function decodeZone(text: string, d: { zone: number }): number {
  const sign = text[0];
  if (sign !== '+' && sign !== '-') return BAD_FORMAT;
  const h = intAt(text, 1);
  if (h.value === undefined) return TZDISP_OVERFLOW;
  let hour = h.value;
  let minute = 0;
  let second = 0;
  let at = h.end;
  if (text[at] === ':') {
    const m = intAt(text, at + 1);
    if (m.value === undefined) return TZDISP_OVERFLOW;
    minute = m.value;
    at = m.end;
    if (text[at] === ':') {
      const s = intAt(text, at + 1);
      if (s.value === undefined) return TZDISP_OVERFLOW;
      second = s.value;
      at = s.end;
    }
  } else if (at === text.length && text.length > 3) {
    minute = hour % 100;
    hour = Math.trunc(hour / 100);
  }
  if (hour < 0 || hour > ZONE_HOURS_MAX || minute < 0 || minute > 59 || second < 0 || second > 59) return TZDISP_OVERFLOW;
  const t = (hour * 60 + minute) * 60 + second;
  d.zone = sign === '-' ? t : 0 - t;
  return at === text.length ? 0 : BAD_FORMAT;
}

/** Brings the year to astronomical numbering, the day of year to month and day, and checks the ranges. */
export function validateDate(d: Decoding, isJulian: boolean, bc: boolean): number {
  const { tm } = d;
  if (d.fmask & M_YEAR && !isJulian) {
    if (bc) {
      if (tm.year <= 0) return FIELD_OVERFLOW;
      tm.year = 1 - tm.year;
    } else if (d.twoDigits) {
      if (tm.year < 0) return FIELD_OVERFLOW;
      if (tm.year < 70) tm.year += 2000;
      else if (tm.year < 100) tm.year += 1900;
    } else if (tm.year <= 0) return FIELD_OVERFLOW;
  }
  if (d.fmask & M_DOY) setJulianDay(tm, julianDay(tm.year, 1, 1) + tm.yearDay - 1);
  if (d.fmask & M_MONTH && (tm.month < 1 || tm.month > 12)) return MD_FIELD_OVERFLOW;
  if (d.fmask & M_DAY && (tm.day < 1 || tm.day > 31)) return MD_FIELD_OVERFLOW;
  if ((d.fmask & DATE_MASK) === DATE_MASK && tm.day > daysInMonth(tm.year, tm.month)) return FIELD_OVERFLOW;
  return 0;
}

/** to_char for timestamps and intervals. */
import { SqlError } from '../errors.js';
import type { TypeEnv } from '../type-impl.js';
import { defineFunctions } from '../function-impl.js';
import type { Interval } from '../interval/value.js';
import { splitInterval } from '../interval/encode.js';
import { breakDown, isFiniteMicros, isoWeek, isoYear, isoWeekToJulian, julianDay, newTm, weekday, type Micros } from './calendar.js';
import { parseFormat, type FormatNode } from './format-words.js';
import { sessionZone } from './session.js';

export const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
export const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
export const ROMAN = ['I', 'II', 'III', 'IV', 'V', 'VI', 'VII', 'VIII', 'IX', 'X', 'XI', 'XII'];

interface Fields {
  year: number; month: number; day: number; hour: number; minute: number; second: number; micros: number;
  yearDay: number; weekday: number; zoneSeconds: number; abbreviation: string; isInterval: boolean;
}

function ordinalSuffix(text: string, upper: boolean): string {
  const digits = text.replace(/\D/g, '');
  if (digits === '') throw new SqlError('22P02', `"${text}" is not a number`);
  const tens = digits.length > 1 && digits[digits.length - 2] === '1';
  const last = digits[digits.length - 1];
  const s = tens ? 'th' : last === '1' ? 'st' : last === '2' ? 'nd' : last === '3' ? 'rd' : 'th';
  return upper ? s.toUpperCase() : s;
}

function cased(name: string, form: string): string {
  if (form === form.toUpperCase()) return name.toUpperCase();
  return form === form.toLowerCase() ? name.toLowerCase() : name;
}

/** A number zero-filled to a width, unless FM; the sign counts on top. */
function num(n: number, width: number, node: FormatNode): string {
  const text = node.fill ? String(n) : (n < 0 ? '-' : '') + String(Math.abs(n)).padStart(width, '0');
  return node.ordinal === '' ? text : text + ordinalSuffix(text, node.ordinal === 'TH');
}

const adjustedYear = (f: Fields, year: number): number => (f.isInterval ? year : year <= 0 ? 1 - year : year);

function century(f: Fields): number {
  if (f.isInterval) return Math.trunc(f.year / 100);
  if (f.year > 0) return Math.trunc((f.year - 1) / 100) + 1;
  return Math.trunc(f.year / 100) - 1;
}

const invalidForInterval = (): SqlError => new SqlError('22007', 'invalid format specification for an interval value',
  { hint: 'Intervals are not tied to specific calendar dates.' });

type Writer = (f: Fields, n: FormatNode) => string;

const noInterval = (w: Writer): Writer => (f, n) => {
  if (f.isInterval) throw invalidForInterval();
  return w(f, n);
};

const hour12 = (h: number): number => (h % 12 === 0 ? 12 : h % 12);
const isAm = (f: Fields): boolean => f.hour % 24 < 12;
const meridian = (am: string, pm: string): Writer => (f, n) => cased(isAm(f) ? am : pm, n.form);
const era: Writer = noInterval((f, n) => {
  const dotted = n.key.includes('.');
  return cased(f.year <= 0 ? (dotted ? 'B.C.' : 'BC') : dotted ? 'A.D.' : 'AD', n.form);
});
const name = (pick: (f: Fields) => string, width: number): Writer => noInterval((f, n) => {
  const text = cased(pick(f), n.form);
  return n.fill || n.translate ? text : text.padEnd(width);
});
const monthName = (pick: (i: number) => string, width: number): Writer => (f, n) => {
  if (f.isInterval) throw invalidForInterval();
  const text = cased(pick(f.month - 1), n.form);
  return n.fill || n.translate ? text : text.padEnd(width);
};
const fraction = (digits: number): Writer => (f, n) => {
  const text = String(Math.trunc(f.micros / 10 ** (6 - digits))).padStart(digits, '0');
  return n.ordinal === '' ? text : text + ordinalSuffix(text, n.ordinal === 'TH');
};
const secondsOfDay: Writer = (f, n) => num((f.hour * 60 + f.minute) * 60 + f.second, 0, n);
const yearDigits = (digits: number, iso: boolean): Writer => (f, n) => {
  if (iso && f.isInterval) throw invalidForInterval();
  const y = adjustedYear(f, iso ? isoYear(f.year, f.month, f.day) : f.year);
  const signed = digits === 4 ? y : y % 10 ** digits;
  return num(signed, f.year >= 0 || f.isInterval ? digits : digits, n);
};

const writers: Readonly<Record<string, Writer>> = {
  'A.M.': meridian('A.M.', 'P.M.'), 'P.M.': meridian('A.M.', 'P.M.'), AM: meridian('AM', 'PM'), PM: meridian('AM', 'PM'),
  'A.D.': era, 'B.C.': era, AD: era, BC: era,
  HH: (f, n) => num(Math.sign(f.hour) < 0 ? f.hour % 12 || -12 : hour12(f.hour), 2, n),
  HH12: (f, n) => num(Math.sign(f.hour) < 0 ? f.hour % 12 || -12 : hour12(f.hour), 2, n),
  HH24: (f, n) => num(f.hour, 2, n),
  MI: (f, n) => num(f.minute, 2, n),
  SS: (f, n) => num(f.second, 2, n),
  FF1: fraction(1), FF2: fraction(2), FF3: fraction(3), FF4: fraction(4), FF5: fraction(5), FF6: fraction(6), MS: fraction(3), US: fraction(6),
  SSSS: secondsOfDay, SSSSS: secondsOfDay,
  TZ: noInterval((f, n) => (n.form === 'tz' ? f.abbreviation.toLowerCase() : f.abbreviation)),
  TZH: noInterval((f) => `${f.zoneSeconds <= 0 ? '+' : '-'}${String(Math.trunc(Math.abs(f.zoneSeconds) / 3600)).padStart(2, '0')}`),
  TZM: noInterval((f) => String(Math.trunc(Math.abs(f.zoneSeconds) / 60) % 60).padStart(2, '0')),
  OF: noInterval((f) => {
    const abs = Math.abs(f.zoneSeconds);
    const m = Math.trunc(abs / 60) % 60;
    return `${f.zoneSeconds <= 0 ? '+' : '-'}${String(Math.trunc(abs / 3600)).padStart(2, '0')}${m !== 0 ? `:${String(m).padStart(2, '0')}` : ''}`;
  }),
  MONTH: monthName((i) => MONTHS[i]!, 9), MON: monthName((i) => MONTHS[i]!.slice(0, 3), 3),
  MM: (f, n) => num(f.month, 2, n),
  DAY: name((f) => DAYS[f.weekday]!, 9), DY: name((f) => DAYS[f.weekday]!.slice(0, 3), 3),
  DDD: (f, n) => num(f.yearDay, 3, n),
  IDDD: noInterval((f, n) => num(julianDay(f.year, f.month, f.day) - isoWeekToJulian(isoYear(f.year, f.month, f.day), 1) + 1, 3, n)),
  DD: (f, n) => num(f.day, 2, n),
  D: noInterval((f, n) => num(f.weekday + 1, 0, n)),
  ID: noInterval((f, n) => num(f.weekday === 0 ? 7 : f.weekday, 0, n)),
  WW: (f, n) => num(Math.trunc((f.yearDay - 1) / 7) + 1, 2, n),
  IW: noInterval((f, n) => num(isoWeek(f.year, f.month, f.day), 2, n)),
  Q: (f, n) => (f.month === 0 ? '' : num(Math.trunc((f.month - 1) / 3) + 1, 0, n)),
  CC: (f, n) => {
    const c = century(f);
    return num(c, 2, n);
  },
  'Y,YYY': (f, n) => {
    const y = adjustedYear(f, f.year);
    const text = `${Math.trunc(y / 1000)},${String(y % 1000).padStart(3, '0')}`;
    return n.ordinal === '' ? text : text + ordinalSuffix(text, n.ordinal === 'TH');
  },
  YYYY: yearDigits(4, false), YYY: yearDigits(3, false), YY: yearDigits(2, false), Y: yearDigits(1, false),
  IYYY: yearDigits(4, true), IYY: yearDigits(3, true), IY: yearDigits(2, true), I: yearDigits(1, true),
  RM: (f, n) => {
    if (f.month === 0 && f.year === 0) return '';
    const i = f.month === 0 ? (f.year >= 0 ? 11 : 0) : f.month < 0 ? -f.month - 1 : f.month - 1;
    const text = cased(ROMAN[f.month < 0 ? 11 - i : i]!, n.form);
    return n.fill ? text : text.padEnd(4);
  },
  W: (f, n) => num(Math.trunc((f.day - 1) / 7) + 1, 0, n),
  J: (f, n) => num(julianDay(f.year, f.month, f.day), 0, n),
  FX: () => '',
};

function write(f: Fields, format: string): string {
  let out = '';
  for (const node of parseFormat(format)) out += node.key === '' ? node.literal : writers[node.key]!(f, node);
  return out;
}

const tm = newTm();

function timestampToChar(t: Micros, format: string, zoned: boolean, env: TypeEnv): string | null {
  if (format === '' || !isFiniteMicros(t)) return null;
  tm.zoneSeconds = 0;
  tm.abbreviation = '';
  breakDown(t, zoned ? sessionZone(env) : undefined, tm);
  const jd = julianDay(tm.year, tm.month, tm.day);
  return write({ ...tm, weekday: weekday(jd), yearDay: jd - julianDay(tm.year, 1, 1) + 1, isInterval: false }, format);
}

function intervalToChar(v: Interval, format: string): string | null {
  if (format === '' || !v.isFinite) return null;
  const p = splitInterval(v);
  return write({
    ...p, hour: Number(p.hour), yearDay: (p.year * 12 + p.month) * 30 + p.day, weekday: 0, zoneSeconds: 0, abbreviation: '', isInterval: true,
  }, format);
}

defineFunctions({
  timestamp_to_char: (t: Micros, format: string, c: { env: TypeEnv }) => timestampToChar(t, format, false, c.env),
  timestamptz_to_char: (t: Micros, format: string, c: { env: TypeEnv }) => timestampToChar(t, format, true, c.env),
  interval_to_char: intervalToChar,
});


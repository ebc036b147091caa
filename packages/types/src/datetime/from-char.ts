/** to_date and to_timestamp: reading text by a template (DCH_from_char and do_to_timestamp). */
import { SqlError } from '../errors.js';
import type { TypeEnv } from '../type-impl.js';
import { defineFunctions } from '../function-impl.js';
import {
  buildUp, daysInMonth, isoWeekToJulian, isValidDate, isValidJulian, julianDay, newTm, POSTGRES_EPOCH, setJulianDay, setTimeOfDay, UNIX_EPOCH, zoneOffsetOf,
  type Tm, type Micros,
} from './calendar.js';
import { roundMicros } from './typmod.js';
import { dateOutOfRange, FIELD_OVERFLOW, parseError } from './errors.js';
import { parseFormat, type FormatNode } from './format-words.js';
import { sessionZone } from './session.js';
import { DAYS, MONTHS, ROMAN } from './to-char.js';
import type { Zone } from '../timezone/zone.js';
import { abbreviationInfo, decodeAbbreviation } from '../timezone/lookup.js';

const bad = (message: string, detail?: string, hint?: string, code = '22007'): SqlError => new SqlError(code, message, { detail, hint });

type NumberField =
  | 'hh' | 'mi' | 'ss' | 'ssss' | 'd' | 'dd' | 'ddd' | 'mm' | 'ms' | 'year' | 'cc' | 'j' | 'us' | 'w' | 'ww' | 'tzh' | 'tzm' | 'q';

/** Width of each numeric keyword, the field it sets, and whether it belongs to the ISO week calendar. */
const numeric: Readonly<Record<string, readonly [NumberField, number, ('gregorian' | 'iso')?]>> = {
  HH: ['hh', 2], HH12: ['hh', 2], HH24: ['hh', 2], MI: ['mi', 2], SS: ['ss', 2], SSSS: ['ssss', 5], SSSSS: ['ssss', 5], MM: ['mm', 2, 'gregorian'],
  DDD: ['ddd', 3, 'gregorian'], IDDD: ['ddd', 3, 'iso'], DD: ['dd', 2, 'gregorian'], D: ['d', 1, 'gregorian'], ID: ['d', 1, 'iso'],
  WW: ['ww', 2, 'gregorian'], IW: ['ww', 2, 'iso'], Q: ['q', 1, 'gregorian'], CC: ['cc', 2, 'gregorian'], W: ['w', 1, 'gregorian'], J: ['j', 7],
  YYYY: ['year', 4, 'gregorian'], IYYY: ['year', 4, 'iso'], YYY: ['year', 3, 'gregorian'], IYY: ['year', 3, 'iso'], YY: ['year', 2, 'gregorian'],
  IY: ['year', 2, 'iso'], Y: ['year', 1, 'gregorian'], I: ['year', 1, 'iso'], MS: ['ms', 3], US: ['us', 6], FF1: ['us', 1], FF2: ['us', 2],
  FF3: ['us', 3], FF4: ['us', 4], FF5: ['us', 5], FF6: ['us', 6], TZH: ['tzh', 2], TZM: ['tzm', 2],
};
const eras: Readonly<Record<string, boolean>> = { BC: true, 'B.C.': true, AD: false, 'A.D.': false };
const meridians: Readonly<Record<string, boolean>> = { PM: true, 'P.M.': true, AM: false, 'A.M.': false };

function adjustYear(y: number): number {
  if (y < 70) return y + 2000;
  if (y < 100) return y + 1900;
  if (y < 520) return y + 2000;
  return y < 1000 ? y + 1000 : y;
}

class TemplateReader {
  at = 0;
  readonly values: Partial<Record<NumberField, number>> = {};
  bc = false;
  pm: boolean | undefined;
  twelve = false;
  yearDigits = 0;
  zone: number | undefined;
  zoneSign = 0;
  /** An abbreviation whose meaning depends on the date. */
  zoneWord: { zone: Zone; word: string } | undefined;
  private mode: 'gregorian' | 'iso' | undefined;
  /** Largest digits of a fraction read by FFn. */
  private extraSkip = 0;
  private fixed = false;

  constructor(private readonly text: string, private readonly nodes: readonly FormatNode[], private readonly env: TypeEnv) {}

  get iso(): boolean { return this.mode === 'iso'; }

  private isSpace(at = this.at): boolean { return at < this.text.length && ' \t\n\r\v\f'.includes(this.text[at]!); }
  private isSeparator(): boolean {
    const c = this.text[this.at];
    return c !== undefined && /[\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e]/.test(c);
  }

  read(): void {
    for (let i = 0; i < this.nodes.length && this.at < this.text.length; i++) {
      const n = this.nodes[i]!;
      if (n.key === 'FX') {
        this.fixed = true;
        continue;
      }
      if (!this.fixed && (n.key !== '' || i === 0)) this.skipSpace();
      if (n.key === '') this.literal(n);
      else {
        this.field(n, i);
        if (!this.fixed) {
          this.extraSkip = 0;
          this.skipSpace();
        }
      }
    }
  }

  private skipSpace(): void {
    while (this.isSpace()) {
      this.at++;
      this.extraSkip++;
    }
  }

  private literal(n: FormatNode): void {
    if (n.literalKind !== 'text') {
      if (this.fixed) this.at++;
      else {
        this.extraSkip--;
        if (this.isSpace() || this.isSeparator()) {
          this.at++;
          this.extraSkip++;
        }
      }
    } else if (!this.fixed && this.extraSkip > 0) this.extraSkip--;
    else this.at += this.text.codePointAt(this.at)! > 0xffff ? 2 : 1;
  }

  private setMode(mode: 'gregorian' | 'iso' | undefined): void {
    if (mode === undefined) return;
    if (this.mode !== undefined && this.mode !== mode) {
      throw bad('invalid combination of date conventions', undefined,
        'Do not mix Gregorian and ISO week date conventions in a formatting template.');
    }
    this.mode = mode;
  }

  private set(field: NumberField, v: number, n: FormatNode): void {
    const old = this.values[field];
    if (old !== undefined && old !== 0 && old !== v) {
      throw bad(`conflicting values for "${n.form}" field in formatting string`, 'This value contradicts a previous setting for the same field type.');
    }
    this.values[field] = v;
  }

  /** May a number run on as long as it has digits. */
  private openEnded(n: FormatNode, index: number): boolean {
    if (n.fill || n.ordinal !== '') return true;
    const next = this.nodes[index + 1];
    if (next === undefined) return true;
    if (next.key !== '') return numeric[next.key] === undefined && next.key !== 'Y,YYY';
    return !/^\d$/.test(next.literal);
  }

  private integer(n: FormatNode, index: number, width: number): { value: number; length: number } {
    const start = this.at;
    const name = n.form;
    while (this.isSpace()) this.at++;
    const remaining = this.text.slice(this.at);
    let m: RegExpExecArray | null;
    if (this.openEnded(n, index)) m = /^\s*[+-]?\d+/.exec(remaining);
    else {
      const piece = remaining.slice(0, width);
      const hint = 'If your source string is not fixed-width, try using the "FM" modifier.';
      if (piece.length < width) {
        throw bad(`source string too short for "${name}" formatting field`, `Field requires ${width} characters, but only ${piece.length} remain.`, hint);
      }
      m = /^\s*[+-]?\d+/.exec(piece);
      if (m !== null && m[0].length < width) {
        throw bad(`invalid value "${piece}" for "${name}"`, `Field requires ${width} characters, but only ${m[0].length} could be parsed.`, hint);
      }
    }
    if (m === null) {
      throw bad(`invalid value "${this.openEnded(n, index) ? this.text.slice(start).trimStart().slice(0, width) : remaining.slice(0, width)}" for "${name}"`, 'Value must be an integer.');
    }
    const value = Number(m[0]);
    if (value > 2147483647 || value < -2147483648) {
      throw bad(`value for "${name}" in source string is out of range`, 'Value must be in the range -2147483648 to 2147483647.', undefined, '22008');
    }
    this.at += m[0].length;
    return { value, length: m[0].length };
  }

  private skipOrdinal(n: FormatNode): void {
    if (n.ordinal !== '') this.at += 2;
  }

  private field(n: FormatNode, index: number): void {
    const { key } = n;
    const spec = numeric[key];
    if (spec !== undefined) {
      this.numberField(n, index, spec);
      return;
    }
    if (key in eras) {
      this.setMode('gregorian');
      this.bc = eras[this.word(n, key.includes('.') ? ['B.C.', 'A.D.'] : ['BC', 'AD'])]!;
    } else if (key in meridians) {
      this.pm = meridians[this.word(n, key.includes('.') ? ['P.M.', 'A.M.'] : ['PM', 'AM'])]!;
      this.twelve = true;
    } else if (key === 'MONTH' || key === 'MON') {
      this.setMode('gregorian');
      const names = key === 'MON' ? MONTHS.map((m) => m.slice(0, 3)) : MONTHS;
      this.set('mm', names.indexOf(this.word(n, names)) + 1, n);
    } else if (key === 'DAY' || key === 'DY') {
      this.setMode('gregorian');
      const names = key === 'DY' ? DAYS.map((d) => d.slice(0, 3)) : DAYS;
      this.set('d', names.indexOf(this.word(n, names)) + 1, n);
    } else if (key === 'RM') {
      const byLength = [...ROMAN].sort((a, b) => b.length - a.length);
      this.set('mm', ROMAN.indexOf(this.word(n, byLength)) + 1, n);
    } else if (key === 'Y,YYY') this.thousands(n);
    else if (key === 'TZ' || key === 'OF') this.zoneField(n, index);
  }

  private word(n: FormatNode, words: readonly string[]): string {
    const rest = this.text.slice(this.at);
    const found = words.find((w) => rest.slice(0, w.length).toUpperCase() === w.toUpperCase());
    if (found === undefined) {
      const shown = /^\S*/.exec(rest)![0];
      throw bad(`invalid value "${shown}" for "${n.form}"`, 'The given value did not match any of the allowed values for this field.');
    }
    this.at += found.length;
    return found;
  }

  private thousands(n: FormatNode): void {
    this.setMode('gregorian');
    const m = /^(\d+),(\d{3})/.exec(this.text.slice(this.at));
    if (m === null) throw bad('invalid input string for "Y,YYY"');
    this.at += m[0].length;
    this.set('year', Number(m[1]) * 1000 + Number(m[2]), n);
    this.yearDigits = 4;
    this.skipOrdinal(n);
  }

  private zoneField(n: FormatNode, index: number): void {
    if (n.key === 'TZ' && /^[A-Za-z]/.test(this.text.slice(this.at))) {
      const m = /^[A-Za-z]+/.exec(this.text.slice(this.at))!;
      const word = decodeAbbreviation(m[0], sessionZone(this.env));
      if (word === undefined) throw bad(`invalid value "${m[0]}" for "TZ"`, 'Time zone abbreviation is not recognized.');
      if (word.kind === 'fixed') this.zone = 0 - word.offset;
      else this.zoneWord = { zone: word.zone, word: m[0] };
      this.at += m[0].length;
      return;
    }
    this.sign();
    this.set('tzh', this.integer({ ...n, fill: false }, index, 2).value, n);
    if (this.text[this.at] === ':') {
      this.at++;
      this.set('tzm', this.integer({ ...n, fill: false }, index, 2).value, n);
    }
  }

  private sign(): void {
    const c = this.text[this.at];
    if (c === '+' || c === '-' || c === ' ') {
      this.zoneSign = c === '-' ? -1 : 1;
      this.at++;
    } else this.zoneSign = this.extraSkip > 0 && this.text[this.at - 1] === '-' ? -1 : 1;
  }

  private numberField(n: FormatNode, index: number, [field, width, mode]: readonly [NumberField, number, ('gregorian' | 'iso')?]): void {
    this.setMode(mode);
    if (n.key === 'HH' || n.key === 'HH12') this.twelve = true;
    if (field === 'tzh') this.sign();
    if (field === 'tzm' && this.zoneSign === 0) this.zoneSign = 1;
    let { value, length } = this.integer(n, index, width);
    if (field === 'q') {
      this.skipOrdinal(n);
      return;
    }
    if (field === 'ms') value *= length === 1 ? 100 : length === 2 ? 10 : 1;
    if (field === 'us') value *= 10 ** Math.max(0, 6 - length);
    if (field === 'year') {
      this.yearDigits = width;
      if (width < 4 && length < 4) value = adjustYear(value);
    }
    if (n.key === 'ID') value = (value % 7) + 1;
    this.set(field, value, n);
    this.skipOrdinal(n);
  }
}

function yearOf(r: TemplateReader): number | undefined {
  const { year, cc } = r.values;
  if (year !== undefined && year !== 0) {
    if (cc !== undefined && cc !== 0 && r.yearDigits <= 2) {
      const c = r.bc ? -cc : cc;
      const y = year % 100;
      if (y !== 0) return c >= 0 ? y + (c - 1) * 100 : (c + 1) * 100 - y + 1;
      return c * 100 + (c >= 0 ? 0 : 1);
    }
    let y = r.bc ? -year : year;
    if (y < 0) y++;
    return y;
  }
  if (cc !== undefined && cc !== 0) {
    const c = r.bc ? -cc : cc;
    return c >= 0 ? (c - 1) * 100 + 1 : c * 100 + 1;
  }
  return undefined;
}

function setDate(tm: Tm, r: TemplateReader): void {
  const v = r.values;
  const year = yearOf(r);
  tm.year = year ?? (r.bc ? 1 : 0);
  tm.month = 1;
  tm.day = 1;
  if (v.j) setJulianDay(tm, v.j);
  let ddd = v.ddd ?? 0;
  let dd = v.dd ?? 0;
  if (v.ww) {
    if (r.iso) {
      const week = isoWeekToJulian(tm.year, v.ww);
      setJulianDay(tm, v.d ? (v.d > 1 ? week + v.d - 2 : week + 6) : week);
    } else ddd = (v.ww - 1) * 7 + 1;
  }
  if (v.w) dd = (v.w - 1) * 7 + 1;
  if (dd) tm.day = dd;
  if (v.mm) tm.month = v.mm;
  if (ddd && (tm.month <= 1 || tm.day <= 1)) {
    if (year === undefined && !r.bc) throw bad('cannot calculate day of year without year information');
    if (r.iso) setJulianDay(tm, isoWeekToJulian(tm.year, 1) - 1 + ddd);
    else setJulianDay(tm, julianDay(tm.year, 1, 1) + ddd - 1);
  }
}

/** Reads a text; the zone is seconds west where the text has one. */
function fromTemplate(text: string, format: string, env: TypeEnv): { tm: Tm; zone: number | undefined } {
  const r = new TemplateReader(text, parseFormat(format), env);
  r.read();
  const v = r.values;
  const tm = newTm();
  if (v.ssss) setTimeOfDay(tm, v.ssss * 1_000_000);
  if (v.ss) tm.second = v.ss;
  if (v.mi) tm.minute = v.mi;
  if (v.hh) tm.hour = v.hh;
  if (r.twelve) {
    if (tm.hour < 1 || tm.hour > 12) {
      throw bad(`hour "${tm.hour}" is invalid for the 12-hour clock`, undefined, 'Use the 24-hour clock, or give an hour between 1 and 12.');
    }
    if (r.pm === true && tm.hour < 12) tm.hour += 12;
    else if (r.pm !== true && tm.hour === 12) tm.hour = 0;
  }
  setDate(tm, r);
  tm.micros = (v.ms ?? 0) * 1000 + (v.us ?? 0);
  const overflow = (): SqlError => parseError(FIELD_OVERFLOW, text, '');
  if (tm.month < 1 || tm.month > 12 || tm.day < 1 || tm.day > 31 || tm.day > daysInMonth(tm.year, tm.month)) throw overflow();
  if (tm.hour < 0 || tm.hour >= 24 || tm.minute < 0 || tm.minute >= 60 || tm.second < 0 || tm.second >= 60 || tm.micros < 0 || tm.micros >= 1_000_000) throw overflow();
  let zone = r.zone;
  if (r.zoneWord !== undefined) {
    const local = (julianDay(tm.year, tm.month, tm.day) - UNIX_EPOCH) * 86400 + (tm.hour * 60 + tm.minute) * 60 + tm.second;
    zone = 0 - abbreviationInfo(r.zoneWord.word, r.zoneWord.zone, local).offset;
  }
  if (zone === undefined && r.zoneSign !== 0) {
    const h = v.tzh ?? 0;
    const m = v.tzm ?? 0;
    if (h < 0 || h > 15 || m < 0 || m >= 60) throw overflow();
    zone = 0 - r.zoneSign * (h * 60 + m) * 60;
  }
  return { tm, zone };
}

function toTimestamp(text: string, format: string, env: TypeEnv): Micros {
  const { tm, zone } = fromTemplate(text, format, env);
  const t = buildUp(tm, zone ?? zoneOffsetOf(tm, sessionZone(env)));
  if (t === undefined) throw new SqlError('22008', 'timestamp out of range');
  return roundMicros(t, -1);
}

function toDate(text: string, format: string, env: TypeEnv): number {
  const { tm } = fromTemplate(text, format, env);
  if (!isValidJulian(tm.year, tm.month)) throw dateOutOfRange(text);
  const days = julianDay(tm.year, tm.month, tm.day) - POSTGRES_EPOCH;
  if (!isValidDate(days)) throw dateOutOfRange(text);
  return days;
}

defineFunctions({
  to_timestamp: (text: string, format: string, c: { env: TypeEnv }) => toTimestamp(text, format, c.env),
  to_date: (text: string, format: string, c: { env: TypeEnv }) => toDate(text, format, c.env),
});


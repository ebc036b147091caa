/** DecodeInterval: an interval of scanned fields, read from the right, each number waiting for its unit. */
import { BAD_FORMAT, FIELD_OVERFLOW } from '../datetime/errors.js';
import { decodeTime, fractionOf, roundHalfEven, type TimeFields } from '../datetime/decode-fields.js';
import type { Field } from '../datetime/scan.js';
import { dateToken, unitToken } from '../datetime/tokens.js';

const INT64_MAX = 0x7fffffffffffffffn;
const INT64_MIN = -0x8000000000000000n;
const INT_MAX = 2147483647;

/** Sums of an interval's parts, each checked for overflow. */
export class IntervalParts {
  micros = 0n;
  days = 0;
  months = 0;
  years = 0;

  addMicros(value: bigint, fraction: number, scale: bigint): boolean {
    this.micros += value * scale;
    return this.inRange() && this.addFractionMicros(fraction, Number(scale));
  }

  addFractionMicros(fraction: number, scale: number): boolean {
    if (fraction === 0) return true;
    const f = fraction * scale;
    let whole = Math.trunc(f);
    const rest = f - whole;
    if (rest > 0.5) whole++;
    else if (rest < -0.5) whole--;
    this.micros += BigInt(whole);
    return this.inRange();
  }

  private inRange(): boolean { return this.micros <= INT64_MAX && this.micros >= INT64_MIN; }

  private static int(v: number): boolean { return v <= INT_MAX && v >= -INT_MAX - 1; }

  addDays(value: bigint, scale: number): boolean {
    const v = Number(value) * scale;
    this.days += v;
    return IntervalParts.int(v) && IntervalParts.int(this.days);
  }

  addFractionDays(fraction: number, scale: number): boolean {
    if (fraction === 0) return true;
    const f = fraction * scale;
    const whole = Math.trunc(f);
    this.days += whole;
    return IntervalParts.int(this.days) && this.addFractionMicros(f - whole, 86_400_000_000);
  }

  addMonths(value: bigint): boolean {
    this.months += Number(value);
    return IntervalParts.int(Number(value)) && IntervalParts.int(this.months);
  }

  addYears(value: bigint, scale: number): boolean {
    const v = Number(value) * scale;
    this.years += v;
    return IntervalParts.int(v) && IntervalParts.int(this.years);
  }

  addFractionYears(fraction: number, scale: number): boolean {
    this.months += roundHalfEven(fraction * scale * 12);
    return IntervalParts.int(this.months);
  }

  /** Adds a number of a unit; undefined for a unit that intervals do not have. */
  add(unit: string, value: bigint, fraction: number): boolean | undefined {
    switch (unit) {
      case 'microsecond': return this.addMicros(value, fraction, 1n);
      case 'millisecond': return this.addMicros(value, fraction, 1000n);
      case 'second': return this.addMicros(value, fraction, 1_000_000n);
      case 'minute': return this.addMicros(value, fraction, 60_000_000n);
      case 'hour': return this.addMicros(value, fraction, 3_600_000_000n);
      case 'day': return this.addDays(value, 1) && this.addFractionMicros(fraction, 86_400_000_000);
      case 'week': return this.addDays(value, 7) && this.addFractionDays(fraction, 7);
      case 'month': return this.addMonths(value) && this.addFractionDays(fraction, 30);
      case 'year': return this.addYears(value, 1) && this.addFractionYears(fraction, 1);
      case 'decade': return this.addYears(value, 10) && this.addFractionYears(fraction, 10);
      case 'century': return this.addYears(value, 100) && this.addFractionYears(fraction, 100);
      case 'millennium': return this.addYears(value, 1000) && this.addFractionYears(fraction, 1000);
      default: return undefined;
    }
  }

  negate(): boolean {
    if (this.micros === INT64_MIN || this.days === -INT_MAX - 1 || this.months === -INT_MAX - 1 || this.years === -INT_MAX - 1) return false;
    this.micros = -this.micros;
    this.days = 0 - this.days;
    this.months = 0 - this.months;
    this.years = 0 - this.years;
    return true;
  }
}

/** Bits of the units, to refuse the same one twice. */
const unitBits: Readonly<Record<string, number>> = {
  microsecond: 1 << 14, millisecond: 1 << 13, second: 1 << 12, minute: 1 << 11, hour: 1 << 10, day: 1 << 3, week: 1 << 24,
  month: 1 << 1, year: 1 << 2, decade: 1 << 25, century: 1 << 26, millennium: 1 << 27,
};
const ALL_SECONDS = (1 << 12) | (1 << 13) | (1 << 14);
const TIME_BITS = (1 << 10) | (1 << 11) | ALL_SECONDS;
const EVERYTHING = (1 << 1) | (1 << 2) | (1 << 3) | TIME_BITS;

/** The rightmost number's unit by the typmod's range bits. */
const rangeUnits: Readonly<Record<number, string>> = {
  4: 'year', 2: 'month', 6: 'month', 8: 'day', 1024: 'hour', 1032: 'hour', 2048: 'minute', 3072: 'minute', 3080: 'minute',
};

export interface IntervalResult { outcome: number; infinite: 0 | 1 | -1; parts: IntervalParts }

class IntervalDecoder {
  readonly parts = new IntervalParts();
  infinite: 0 | 1 | -1 = 0;
  private fmask = 0;
  private tmask = 0;
  private unit = '';
  private pendingUnit = false;
  private before = false;

  constructor(private readonly fields: Field[], private readonly range: number, private readonly forceNegative: boolean) {}

  run(): number {
    for (let i = this.fields.length - 1; i >= 0; i--) {
      const f = this.fields[i]!;
      this.tmask = 0;
      let r: number;
      switch (f.kind) {
        case 'TIME': r = this.time(f.text, false); break;
        case 'TZ':
          r = f.text.includes(':') ? this.time(f.text.slice(1), f.text[0] === '-') : BAD_FORMAT;
          if (r < 0) {
            this.tmask = 0;
            r = this.number(f.text);
          }
          break;
        case 'DATE': case 'NUMBER': r = this.number(f.text); break;
        default: r = this.word(f.text, i);
      }
      if (r < 0) return r;
      if (this.tmask & this.fmask) return BAD_FORMAT;
      this.fmask |= this.tmask;
    }
    if (this.fmask === 0 || this.pendingUnit) return BAD_FORMAT;
    if (this.before && !this.parts.negate()) return FIELD_OVERFLOW;
    return 0;
  }

  private time(text: string, negative: boolean): number {
    const t: TimeFields = { hour: 0, minute: 0, second: 0, micros: 0 };
    const hours = /^\d+/.exec(text);
    const r = decodeTime(text, this.range, t);
    if (r < 0) return r;
    const exactHours = hours !== null && t.hour > INT_MAX ? BigInt(hours[0]) : BigInt(t.hour);
    let micros = exactHours * 3_600_000_000n + BigInt((t.minute * 60 + t.second) * 1_000_000 + t.micros);
    if (micros > INT64_MAX) return FIELD_OVERFLOW;
    if (negative || this.forceNegative) micros = -micros;
    this.parts.micros = micros;
    this.tmask = TIME_BITS;
    this.unit = 'day';
    this.pendingUnit = false;
    return 0;
  }

  private number(text: string): number {
    if (this.unit === '') this.unit = rangeUnits[this.range] ?? 'second';
    const m = /^([+-]?)(\d*)/.exec(text)!;
    const negative = m[1] === '-';
    let value = m[2] === '' ? 0n : BigInt(m[2]!);
    if (negative) value = -value;
    if (value > INT64_MAX || value < INT64_MIN) return FIELD_OVERFLOW;
    const rest = text.slice(m[0].length);
    let fraction = 0;
    if (rest[0] === '-') {
      const months = /^-(\d+)$/.exec(rest);
      if (months === null) return BAD_FORMAT;
      if (Number(months[1]) >= 12) return FIELD_OVERFLOW;
      this.unit = 'month';
      value = value * 12n + (negative ? -BigInt(months[1]!) : BigInt(months[1]!));
      if (value > INT64_MAX || value < INT64_MIN) return FIELD_OVERFLOW;
    } else if (rest[0] === '.') {
      const f = fractionOf(rest);
      if (f === undefined) return BAD_FORMAT;
      fraction = negative ? -f : f;
    } else if (rest !== '' || m[2] === '') return BAD_FORMAT;
    if (this.forceNegative) {
      if (value > 0n) value = -value;
      if (fraction > 0) fraction = -fraction;
    }
    const unit = this.unit;
    const ok = this.parts.add(unit, value, fraction);
    if (ok === undefined) return BAD_FORMAT;
    if (!ok) return FIELD_OVERFLOW;
    this.tmask = unit === 'second' && fraction !== 0 ? ALL_SECONDS : unitBits[unit]!;
    if (unit === 'hour') this.unit = 'day';
    this.pendingUnit = false;
    return 0;
  }

  private word(text: string, index: number): number {
    if (this.pendingUnit) return BAD_FORMAT;
    const token = unitToken(text) ?? dateToken(text);
    switch (token?.type) {
      case 'IGNORE': return 0;
      case 'UNITS':
        this.unit = token.value as string;
        this.pendingUnit = true;
        return 0;
      case 'AGO':
        if (index !== this.fields.length - 1) return BAD_FORMAT;
        this.before = true;
        this.unit = 'ago';
        return 0;
      case 'RESERV':
        if (token.value !== 'late' && token.value !== 'early') return BAD_FORMAT;
        if (index !== this.fields.length - 1) return BAD_FORMAT;
        this.tmask = EVERYTHING;
        this.infinite = token.value === 'late' ? 1 : -1;
        return 0;
      default: return BAD_FORMAT;
    }
  }
}

/** `range` are the typmod's range bits; a leading minus covers all fields in SQL-standard style. */
export function decodeInterval(fields: Field[], range: number, sqlStandard: boolean): IntervalResult {
  const forceNegative = sqlStandard && fields.length > 0 && fields[0]!.text.startsWith('-') &&
    !fields.slice(1).some((f) => /^[+-]/.test(f.text));
  const d = new IntervalDecoder(fields, range, forceNegative);
  const outcome = d.run();
  return { outcome, infinite: d.infinite, parts: d.parts };
}

const isoNumber = /([+-]?\d*)(\.\d*)?(?:[eE][+-]?\d+)?/y;

/** DecodeISO8601Interval: "P1Y2M3DT4H5M6S", "P0001-02-03T04:05:06" and their kin. */
export function decodeIsoInterval(text: string): IntervalResult {
  const parts = new IntervalParts();
  return { outcome: readIso(text, parts), infinite: 0, parts };
}

function readIso(text: string, parts: IntervalParts): number {
  if (text.length < 2 || text[0] !== 'P') return BAD_FORMAT;
  let at = 1;
  let datePart = true;
  let haveField = false;
  let value = 0n;
  let fraction = 0;
  let width = 0;
  const number = (): number => {
    isoNumber.lastIndex = at;
    const m = isoNumber.exec(text)!;
    if (!/\d/.test(m[0])) return BAD_FORMAT;
    at += m[0].length;
    width = /^-?\d*/.exec(m[0])![0].replace('-', '').length;
    const v = Number(m[0]);
    if (Math.abs(v) > 9.2e18) return FIELD_OVERFLOW;
    const exponent = /[eE]/.test(m[0]);
    value = exponent ? BigInt(Math.trunc(v)) : BigInt(/\d/.test(m[1]!) ? m[1]!.replace('+', '') : '0');
    fraction = v - Math.trunc(v);
    return 0;
  };
  const dateUnits: Record<string, string> = { Y: 'year', M: 'month', W: 'week', D: 'day' };
  const timeUnits: Record<string, string> = { H: 'hour', M: 'minute', S: 'second' };
  while (at < text.length) {
    if (text[at] === 'T') {
      datePart = false;
      haveField = false;
      at++;
      continue;
    }
    let r = number();
    if (r < 0) return r;
    const c = text[at++] ?? '';
    const unit = (datePart ? dateUnits : timeUnits)[c];
    if (unit !== undefined) {
      if (!parts.add(unit, value, fraction)) return FIELD_OVERFLOW;
      haveField = true;
      continue;
    }
    if (haveField) return BAD_FORMAT;
    if (datePart && (c === '' || c === 'T') && width === 8) {
      if (!(parts.addYears(value / 10000n, 1) && parts.addMonths((value / 100n) % 100n) && parts.addDays(value % 100n, 1) &&
        parts.addFractionMicros(fraction, 86_400_000_000))) return FIELD_OVERFLOW;
      if (c === '') return 0;
      datePart = false;
      continue;
    }
    if (!datePart && c === '' && width === 6) {
      return parts.addMicros(value / 10000n, 0, 3_600_000_000n) && parts.addMicros((value / 100n) % 100n, 0, 60_000_000n) &&
        parts.addMicros(value % 100n, 0, 1_000_000n) && parts.addFractionMicros(fraction, 1) ? 0 : FIELD_OVERFLOW;
    }
    const separator = datePart ? '-' : ':';
    if (c !== '' && c !== separator && !(datePart && c === 'T')) return BAD_FORMAT;
    const units = datePart ? ['year', 'month', 'day'] : ['hour', 'minute', 'second'];
    let end = c;
    for (let k = 0; k < 3; k++) {
      if (k > 0) {
        r = number();
        if (r < 0) return r;
        end = text[at++] ?? '';
      }
      if (!parts.add(units[k]!, value, fraction)) return FIELD_OVERFLOW;
      if (end === '') return 0;
      if (datePart && end === 'T') break;
      if (end !== separator) return BAD_FORMAT;
    }
    if (!(datePart && end === 'T')) return BAD_FORMAT;
    datePart = false;
    haveField = false;
  }
  return 0;
}

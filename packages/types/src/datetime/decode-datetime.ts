/** DecodeDateTime and DecodeTimeOnly: makes a date and time of scanned fields. */
import { findZone, type Zone } from '../timezone/zone.js';
import { abbreviationInfo, decodeAbbreviation } from '../timezone/lookup.js';
import { breakDown, julianDay, MICROS_PER_DAY, newTm, setJulianDay, setTimeOfDay, UNIX_EPOCH, zoneOffsetOf, type Tm } from './calendar.js';
import { BAD_FORMAT, BAD_TIMEZONE, FIELD_OVERFLOW } from './errors.js';
import {
  DATE_MASK, decodeDate, decodeNumber, decodeNumberField, decodeTime, decodeZone, fractionOf, intAt, M_ADBC, M_AMPM, M_DAY, M_DOW,
  M_DTZMOD, M_MONTH, M_TZ, TIME_MASK, timeOverflows, validateDate, type Decoding,
} from './decode-fields.js';
import type { Field } from './scan.js';
import type { DateOrder } from './session.js';
import { dateToken, type Token } from './tokens.js';

/** What decoding asks of its surroundings. */
export interface DecodeScene { readonly order: DateOrder; readonly zone: Zone; now(): number }

export type DateTimeKind = 'date' | 'epoch' | 'late' | 'early';

export interface Decoded { outcome: number; kind: DateTimeKind; tm: Tm; zone: number; fmask: number; badZone: string }

class DateTimeDecoder implements Decoding {
  readonly tm = newTm();
  readonly order: DateOrder;
  fmask = 0;
  tmask = 0;
  twoDigits = false;
  textMonth = false;
  zone = 0;
  kind: DateTimeKind = 'date';
  badZone = '';
  private prefix = '';
  private isJulian = false;
  private bc = false;
  private meridian: 'AM' | 'PM' | '' = '';
  private namedZone: Zone | undefined;
  private abbreviationZone: Zone | undefined;
  private abbreviation = '';
  private index = 0;

  constructor(private readonly fields: Field[], private readonly scene: DecodeScene, private readonly timeOnly: boolean) {
    this.order = scene.order;
    this.tm.isDst = false;
  }

  run(): number {
    for (this.index = 0; this.index < this.fields.length; this.index++) {
      const field = this.fields[this.index]!;
      this.tmask = 0;
      const r = this.timeOnly ? this.timeField(field) : this.dateField(field);
      if (r === IGNORED) continue;
      if (r < 0) return r;
      if (this.tmask & this.fmask) return BAD_FORMAT;
      this.fmask |= this.tmask;
    }
    if (this.prefix !== '') return BAD_FORMAT;
    return this.timeOnly ? this.finishTime() : this.finishDate();
  }

  private dateField(f: Field): number {
    switch (f.kind) {
      case 'DATE':
        if (this.prefix === 'julian') return this.julianZone(f.text);
        if (this.prefix !== '' || (this.fmask & (M_MONTH | M_DAY)) === (M_MONTH | M_DAY)) {
          if (/^\d/.test(f.text) || this.prefix !== '') return this.timeWithZone(f.text);
          return this.zoneName(f.text, true);
        }
        return decodeDate(f.text, this);
      case 'TIME':
        if (this.prefix !== '') {
          if (this.prefix !== 'time') return BAD_FORMAT;
          this.prefix = '';
        }
        return this.time(f.text);
      case 'TZ': return this.displacement(f.text);
      case 'NUMBER': return this.prefix !== '' ? this.prefixed(f.text) : this.number(f.text);
      default: return this.word(f.text);
    }
  }

  private time(text: string): number {
    const r = decodeTime(text, 0x7fff, this.tm);
    if (r < 0) return r;
    this.tmask = TIME_MASK;
    const { hour, minute, second, micros } = this.tm;
    return timeOverflows(hour, minute, second, micros) ? FIELD_OVERFLOW : 0;
  }

  private displacement(text: string): number {
    const r = decodeZone(text, this);
    if (r < 0) return r;
    this.tmask = M_TZ;
    return 0;
  }

  private julianZone(text: string): number {
    const { value, end } = intAt(text, 0);
    if (value === undefined || value < 0) return FIELD_OVERFLOW;
    setJulianDay(this.tm, value);
    this.isJulian = true;
    const r = decodeZone(text.slice(end), this);
    if (r < 0) return r;
    this.tmask = DATE_MASK | TIME_MASK | M_TZ;
    this.prefix = '';
    return 0;
  }

  /** "040506-08": a run-together time with a displacement. */
  private timeWithZone(text: string): number {
    if (this.prefix !== 'time' && this.prefix !== '') return BAD_FORMAT;
    this.prefix = '';
    if ((this.fmask & TIME_MASK) === TIME_MASK) return BAD_FORMAT;
    const dash = text.indexOf('-');
    if (dash < 0) return BAD_FORMAT;
    let r = decodeZone(text.slice(dash), this);
    if (r < 0) return r;
    const saved = this.fmask;
    if (this.timeOnly) this.fmask |= DATE_MASK;
    r = decodeNumberField(text.slice(0, dash), this);
    this.fmask = saved;
    if (r < 0) return r;
    this.tmask |= M_TZ;
    return 0;
  }

  private zoneName(text: string, complain: boolean): number {
    this.namedZone = findZone(text);
    if (this.namedZone === undefined) {
      this.badZone = text;
      return complain ? BAD_TIMEZONE : BAD_FORMAT;
    }
    this.tmask = M_TZ;
    return 0;
  }

  /** A number after "j" or "t". */
  private prefixed(text: string): number {
    const prefix = this.prefix;
    this.prefix = '';
    if (prefix === 'julian' && !this.timeOnly) {
      const { value, end } = intAt(text, 0);
      if (value === undefined || value < 0) return FIELD_OVERFLOW;
      if (end < text.length && text[end] !== '.') return BAD_FORMAT;
      this.tmask = DATE_MASK;
      setJulianDay(this.tm, value);
      this.isJulian = true;
      return this.julianFraction(text.slice(end));
    }
    if (prefix === 'julian') return this.julianTime(text);
    if (prefix !== 'time') return BAD_FORMAT;
    const saved = this.fmask;
    this.fmask |= DATE_MASK;
    const r = decodeNumberField(text, this);
    this.fmask = saved;
    if (r < 0) return r;
    return this.tmask === TIME_MASK ? 0 : BAD_FORMAT;
  }

  private julianFraction(text: string): number {
    if (text === '') return 0;
    const f = fractionOf(text);
    if (f === undefined) return BAD_FORMAT;
    setTimeOfDay(this.tm, Math.trunc(f * MICROS_PER_DAY));
    this.tmask |= TIME_MASK;
    return 0;
  }

  private julianTime(text: string): number {
    const { value, end } = intAt(text, 0);
    if (value === undefined || value < 0) return FIELD_OVERFLOW;
    this.tmask = DATE_MASK;
    setJulianDay(this.tm, value);
    this.isJulian = true;
    return this.julianFraction(text.slice(end));
  }

  private number(text: string): number {
    const dot = text.indexOf('.');
    if (this.timeOnly) return this.timeOnlyNumber(text, dot);
    if (dot >= 0 && !(this.fmask & DATE_MASK)) return decodeDate(text, this);
    if (dot > 2) return decodeNumberField(text, this);
    if (text.length >= 6 && (!(this.fmask & DATE_MASK) || !(this.fmask & TIME_MASK))) return decodeNumberField(text, this);
    return decodeNumber(text, this.textMonth, this);
  }

  private timeOnlyNumber(text: string, dot: number): number {
    if (dot >= 0) {
      if (this.index === 0 && this.fields.length >= 2 && (this.fields[this.fields.length - 1]!.kind === 'DATE' || this.fields[1]!.kind === 'TIME')) {
        return decodeDate(text, this);
      }
      if (dot > 2) return this.asTime(text);
      return BAD_FORMAT;
    }
    if (text.length > 4) return this.asTime(text);
    const saved = this.fmask;
    this.fmask |= DATE_MASK;
    const r = decodeNumber(text, this.textMonth, this);
    this.fmask = saved;
    return r;
  }

  private asTime(text: string): number {
    const saved = this.fmask;
    this.fmask |= DATE_MASK;
    const r = decodeNumberField(text, this);
    this.fmask = saved;
    return r;
  }

  private timeField(f: Field): number {
    switch (f.kind) {
      case 'DATE':
        if (this.index === 0 && this.fields.length >= 2 && (this.fields[this.fields.length - 1]!.kind === 'DATE' || this.fields[1]!.kind === 'TIME')) {
          return decodeDate(f.text, this);
        }
        if (/^\d/.test(f.text)) return this.timeWithZone(f.text);
        if (this.prefix !== '') return this.timeWithZone(f.text);
        return this.zoneName(f.text, true);
      case 'TIME':
        if (this.prefix !== '') {
          if (this.prefix !== 'time') return BAD_FORMAT;
          this.prefix = '';
        }
        return this.time(f.text);
      case 'TZ': return this.displacement(f.text);
      case 'NUMBER': return this.prefix !== '' ? this.prefixed(f.text) : this.number(f.text);
      default: return this.word(f.text);
    }
  }

  private word(text: string): number {
    const zone = decodeAbbreviation(text, this.scene.zone);
    if (zone !== undefined) {
      this.tmask = M_TZ;
      if (zone.kind === 'fixed') {
        this.tm.isDst = zone.isDst;
        this.zone = 0 - zone.offset;
      } else {
        this.abbreviationZone = zone.zone;
        this.abbreviation = text;
      }
      return 0;
    }
    const token = dateToken(text);
    if (token === undefined) return this.zoneName(text, false);
    return this.token(token);
  }

  private token(token: Token): number {
    const value = token.value as number;
    switch (token.type) {
      case 'IGNORE': return IGNORED;
      case 'RESERV': return this.reserved(token.value as string);
      case 'MONTH':
        if (this.timeOnly) return BAD_FORMAT;
        this.tmask = M_MONTH;
        if (this.fmask & M_MONTH && !this.textMonth && !(this.fmask & M_DAY) && this.tm.month >= 1 && this.tm.month <= 31) {
          this.tm.day = this.tm.month;
          this.tmask = M_DAY;
        }
        this.textMonth = true;
        this.tm.month = value;
        return 0;
      case 'DTZMOD':
        this.tmask = M_DTZMOD;
        this.tm.isDst = true;
        this.zone -= value;
        return 0;
      case 'AMPM': this.tmask = M_AMPM; this.meridian = token.value as 'AM' | 'PM'; return 0;
      case 'ADBC': this.tmask = M_ADBC; this.bc = token.value === 'BC'; return 0;
      case 'DOW':
        if (this.timeOnly) return BAD_FORMAT;
        this.tmask = M_DOW;
        this.tm.weekday = value;
        return 0;
      case 'UNITS':
        if (this.prefix !== '') return BAD_FORMAT;
        this.prefix = token.value as string;
        return 0;
      case 'ISOTIME':
        if (!this.timeOnly && (this.fmask & DATE_MASK) !== DATE_MASK) return BAD_FORMAT;
        if (this.prefix !== '') return BAD_FORMAT;
        this.prefix = 'time';
        return 0;
      default: return BAD_FORMAT;
    }
  }

  private reserved(word: string): number {
    const now = this.scene.now();
    const { tm } = this;
    switch (word) {
      case 'now':
        this.tmask = this.timeOnly ? TIME_MASK : DATE_MASK | TIME_MASK | M_TZ;
        breakDown(now, this.scene.zone, tm);
        this.zone = tm.zoneSeconds;
        return 0;
      case 'yesterday': case 'today': case 'tomorrow': {
        if (this.timeOnly) return BAD_FORMAT;
        this.tmask = DATE_MASK;
        const cur = newTm();
        breakDown(now, this.scene.zone, cur);
        setJulianDay(tm, julianDay(cur.year, cur.month, cur.day) + (word === 'today' ? 0 : word === 'tomorrow' ? 1 : -1));
        return 0;
      }
      case 'zulu':
        this.tmask = TIME_MASK | M_TZ;
        tm.hour = tm.minute = tm.second = 0;
        this.zone = 0;
        return 0;
      default:
        if (this.timeOnly) return BAD_FORMAT;
        this.tmask = DATE_MASK | TIME_MASK | M_TZ;
        this.kind = word as DateTimeKind;
        return 0;
    }
  }

  private applyMeridian(): number {
    const { tm, meridian } = this;
    if (meridian !== '' && tm.hour > 12) return FIELD_OVERFLOW;
    if (meridian === 'AM' && tm.hour === 12) tm.hour = 0;
    else if (meridian === 'PM' && tm.hour !== 12) tm.hour += 12;
    return 0;
  }

  private finishDate(): number {
    if (this.kind !== 'date') return 0;
    let r = validateDate(this, this.isJulian, this.bc);
    if (r < 0) return r;
    r = this.applyMeridian();
    if (r < 0) return r;
    if ((this.fmask & DATE_MASK) !== DATE_MASK) return (this.fmask & TIME_MASK) === TIME_MASK ? 1 : BAD_FORMAT;
    return this.resolveZone(this.tm);
  }

  private resolveZone(tm: Tm): number {
    if (this.namedZone !== undefined) {
      if (this.fmask & M_DTZMOD) return BAD_FORMAT;
      this.zone = zoneOffsetOf(tm, this.namedZone);
    }
    if (this.abbreviationZone !== undefined) {
      if (this.fmask & M_DTZMOD) return BAD_FORMAT;
      const local = (julianDay(tm.year, tm.month, tm.day) - UNIX_EPOCH) * 86400 + (tm.hour * 60 + tm.minute) * 60 + tm.second;
      this.zone = 0 - abbreviationInfo(this.abbreviation, this.abbreviationZone, local).offset;
    }
    if (!(this.fmask & M_TZ)) {
      if (this.fmask & M_DTZMOD) return BAD_FORMAT;
      this.zone = zoneOffsetOf(tm, this.scene.zone);
    }
    return 0;
  }

  private finishTime(): number {
    let r = validateDate(this, this.isJulian, this.bc);
    if (r < 0) return r;
    r = this.applyMeridian();
    if (r < 0) return r;
    const { tm } = this;
    if (timeOverflows(tm.hour, tm.minute, tm.second, tm.micros)) return FIELD_OVERFLOW;
    if ((this.fmask & TIME_MASK) !== TIME_MASK) return BAD_FORMAT;
    const at = newTm();
    if ((this.fmask & DATE_MASK) === DATE_MASK) Object.assign(at, tm);
    else {
      if (this.namedZone !== undefined && this.namedZone.nextChange(0) !== Infinity) return BAD_FORMAT;
      breakDown(this.scene.now(), this.scene.zone, at);
      at.hour = tm.hour;
      at.minute = tm.minute;
      at.second = tm.second;
    }
    r = this.resolveZone(at);
    tm.isDst = at.isDst;
    return r;
  }
}

const IGNORED = 1000;

function decode(fields: Field[], scene: DecodeScene, timeOnly: boolean): Decoded {
  const d = new DateTimeDecoder(fields, scene, timeOnly);
  const outcome = d.run();
  return { outcome, kind: d.kind, tm: d.tm, zone: d.zone, fmask: d.fmask, badZone: d.badZone };
}

/** A date and time; outcome 1 means a time alone. */
export const decodeDateTime = (fields: Field[], scene: DecodeScene): Decoded => decode(fields, scene, false);

/** A time of day; a date only serves to tell what the zone means. */
export const decodeTimeOnly = (fields: Field[], scene: DecodeScene): Decoded => decode(fields, scene, true);

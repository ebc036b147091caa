/**
 * to_char for numbers: the number's digits (already rounded to the picture's scale) are laid into the picture one
 * element at a time, deciding where the sign, the blanks and the zeros go (NUM_processor of formatting.c).
 */
import { SqlError } from '../errors.js';
import type { NumberPicture } from './number-picture.js';

export interface NumberDigits {
  /** Digits with an optional point, without a sign; '####.##' on overflow. */
  readonly text: string;
  readonly sign: '+' | '-' | '';
  /** Blanks before the first digit. */
  readonly preSpaces: number;
  /** The picture's digit counts, which V and a float's precision change. */
  readonly pre: number;
  readonly post: number;
}

class Layout {
  out = '';
  private at = 0;
  private current = 0;
  private inNumber = false;
  private signWritten: boolean;
  private readonly lastRelevant: number;
  private readonly count: number;
  private readonly bracket: boolean;
  private readonly lsign: 'none' | 'pre' | 'post';
  private readonly sign: string;
  private readonly preSpaces: number;
  private readonly text: string;

  constructor(private readonly p: NumberPicture, private readonly n: NumberDigits) {
    this.sign = p.roman ? '' : n.sign;
    this.preSpaces = p.roman ? 0 : n.preSpaces;
    this.text = n.text;
    let bracket = p.bracket;
    let lsign = p.lsign;
    if (p.plus || p.minus) this.signWritten = !(p.plus && !p.minus);
    else {
      if (this.sign !== '-' && p.fill) bracket = false;
      this.signWritten = this.sign === '+' && p.fill && !p.hasLsign;
      if (lsign === 'pre' && n.pre === p.preLsign) lsign = 'post';
    }
    this.bracket = bracket;
    this.lsign = lsign;
    this.lastRelevant = p.fill && p.decimal ? this.findLastRelevant() : -1;
    this.count = n.post + n.pre - 1 + (!this.signWritten && this.preSpaces === 0 ? 1 : 0);
  }

  /** Last digit after the point that must be shown under FM; -1 without a point. */
  private findLastRelevant(): number {
    const point = this.text.indexOf('.');
    if (point < 0) return -1;
    let last = point;
    for (let i = point + 1; i < this.text.length; i++) if (this.text[i] !== '0') last = i;
    if (this.p.zeroEnd > this.preSpaces) {
      last = Math.max(last, Math.min(this.text.length - 1, this.p.zeroEnd - this.preSpaces));
    }
    return last;
  }

  private get pointIsLast(): boolean { return this.lastRelevant >= 0 && this.text[this.lastRelevant] === '.'; }

  /** The zero before the point that '9.9' leaves out. */
  private get leadingZero(): boolean {
    return !this.p.zero && this.at === 0 && this.text[0] === '0' && this.n.post !== 0;
  }

  private writeSign(): void {
    const p = this.p;
    if (p.hasLsign) {
      if (this.lsign === 'pre') {
        this.out += this.sign === '-' ? '-' : '+';
        this.signWritten = true;
      }
      return;
    }
    if (this.bracket) this.out += this.sign === '+' ? ' ' : '<';
    else if (this.sign === '+') this.out += p.fill ? '' : ' ';
    else if (this.sign === '-') this.out += '-';
    else return;
    this.signWritten = true;
  }

  private writeDigit(key: string): void {
    const fill = this.p.fill;
    const ch = this.text[this.at] ?? '\0';
    if (ch === '.') {
      this.out += '.';
      if (this.pointIsLast && !fill) this.out = this.out.slice(0, -1);
    } else if (this.lastRelevant >= 0 && this.at > this.lastRelevant && key !== '0') {
      // A trailing zero that FM drops.
    } else if (this.leadingZero) {
      if (!fill) this.out += ' ';
      else if (this.pointIsLast) this.out += '0';
    } else {
      this.out += ch;
      this.inNumber = true;
    }
    if (ch !== '\0') this.at++;
  }

  private writeEnd(): void {
    let end = this.count + (this.preSpaces > 0 ? 1 : 0) + (this.p.decimal ? 1 : 0);
    if (this.lastRelevant >= 0 && this.lastRelevant === this.at) end = this.current;
    if (this.current + 1 !== end) return;
    if (this.signWritten && this.bracket) this.out += this.sign === '+' ? ' ' : '>';
    else if (this.p.hasLsign && this.lsign === 'post') this.out += this.sign === '-' ? '-' : '+';
  }

  number(key: string): void {
    const p = this.p;
    if (p.roman) return;
    this.inNumber = false;
    const reached = this.current >= this.preSpaces || (p.zero && p.zeroStart === this.current);
    if (!this.signWritten && reached && (!this.leadingZero || this.pointIsLast)) this.writeSign();
    if (this.current < this.preSpaces && (p.zeroStart > this.current || !p.zero)) {
      if (!p.fill) this.out += ' ';
    } else if (p.zero && this.current < this.preSpaces && p.zeroStart <= this.current) {
      this.out += '0';
      this.inNumber = true;
    } else this.writeDigit(key);
    this.writeEnd();
    this.current++;
  }

  private ordinal(lower: boolean): void {
    const p = this.p;
    if (p.roman || this.text[0] === '#' || this.sign === '-' || p.decimal) return;
    const th = ordinalSuffix(this.text);
    this.out += lower ? th : th.toUpperCase();
  }

  element(key: string): void {
    const fill = this.p.fill;
    switch (key) {
      case '9': case '0': case '.': case 'D': this.number(key); return;
      case ',': case 'G': this.out += this.inNumber ? ',' : fill ? '' : ' '; return;
      case 'L': this.out += ' '; return;
      case 'RN': this.out += fill ? this.text : this.text.padStart(15); return;
      case 'rn': this.out += (fill ? this.text : this.text.padStart(15)).toLowerCase(); return;
      case 'TH': this.ordinal(false); return;
      case 'th': this.ordinal(true); return;
      case 'MI': this.out += this.sign === '-' ? '-' : fill ? '' : ' '; return;
      case 'PL': this.out += this.sign === '+' ? '+' : fill ? '' : ' '; return;
      case 'SG': this.out += this.sign; return;
      default: return;
    }
  }
}

/** st, nd, rd, th by the last two digits. */
export function ordinalSuffix(number: string): string {
  const last = number.charAt(number.length - 1);
  if (last < '0' || last > '9') throw new SqlError('22P02', `"${number}" is not a number`);
  if (number.length > 1 && number[number.length - 2] === '1') return 'th';
  return last === '1' ? 'st' : last === '2' ? 'nd' : last === '3' ? 'rd' : 'th';
}

/** The digits laid into the picture. */
export function layNumber(p: NumberPicture, n: NumberDigits): string {
  if (p.eeee) return n.text;
  const layout = new Layout(p, n);
  for (const node of p.nodes) {
    if (node.key === undefined) layout.out += node.text;
    else layout.element(node.key);
  }
  const end = layout.out.indexOf('\0');
  return end < 0 ? layout.out : layout.out.slice(0, end);
}

const ROMAN: readonly [number, string][] = [
  [1000, 'M'], [900, 'CM'], [500, 'D'], [400, 'CD'], [100, 'C'], [90, 'XC'], [50, 'L'], [40, 'XL'], [10, 'X'], [9, 'IX'],
  [5, 'V'], [4, 'IV'], [1, 'I'],
];

/** Roman numerals of 1..3999, fifteen # for anything else. */
export function toRoman(n: number): string {
  if (n < 1 || n > 3999) return '#'.repeat(15);
  let out = '';
  let rest = n;
  for (const [value, text] of ROMAN) {
    while (rest >= value) {
      out += text;
      rest -= value;
    }
  }
  return out;
}

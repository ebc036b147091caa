/** to_number: reads a text along a picture and collects sign and digits (NUM_processor's other direction). */
import { SqlError } from '../errors.js';
import type { NumberPicture } from './number-picture.js';

const isDigit = (ch: string | undefined): boolean => ch !== undefined && ch >= '0' && ch <= '9';

export class NumberReader {
  sign = ' ';
  digits = '';
  post = 0;
  pre: number;
  private at = 0;
  private readPre = 0;
  private readPost = 0;
  private readPoint = false;

  constructor(private readonly p: NumberPicture, private readonly text: string) {
    this.pre = p.roman ? 0 : p.pre;
  }

  private get done(): boolean { return this.at >= this.text.length; }
  private get ch(): string { return this.text[this.at]!; }

  private skip(count: number): void {
    for (let i = 0; i < count && !this.done && !'0123456789.,+-'.includes(this.ch); i++) {
      this.at += this.text.codePointAt(this.at)! > 0xffff ? 2 : 1;
    }
  }

  private leadingSign(key: string): void {
    if (this.sign !== ' ' || (key !== '0' && key !== '9') || this.readPre + this.readPost !== 0) return;
    const p = this.p;
    if (p.hasLsign && p.lsign === 'pre') {
      if (this.ch === '-' || this.ch === '+') this.sign = this.text[this.at++]!;
    } else if (this.ch === '-' || (p.bracket && this.ch === '<')) {
      this.sign = '-';
      this.at++;
    } else if (this.ch === '+') {
      this.sign = '+';
      this.at++;
    }
  }

  /** A sign behind the last digit: its exact place is not known, so it is looked for. */
  private trailingSign(isRead: boolean): void {
    const p = this.p;
    if (this.sign !== ' ' || this.readPre + this.readPost === 0) return;
    if (p.hasLsign && isRead && this.at + 1 < this.text.length && !isDigit(this.text[this.at + 1])) {
      const next = this.text[this.at + 1]!;
      if (next === '-' || next === '+') {
        this.at++;
        this.sign = next;
      }
    } else if (!isRead && !p.hasLsign) {
      if (this.ch === '-' || this.ch === '+') this.sign = this.ch;
    }
  }

  private number(key: string): void {
    if (this.done) return;
    if (this.ch === ' ') this.at++;
    if (this.done) return;
    this.leadingSign(key);
    if (this.done) return;
    let isRead = false;
    if (isDigit(this.ch)) {
      if (this.readPoint && this.readPost === this.p.post) return;
      this.digits += this.ch;
      if (this.readPoint) this.readPost++;
      else this.readPre++;
      isRead = true;
    } else if (this.p.decimal && !this.readPoint && this.ch === '.') {
      this.digits += '.';
      this.readPoint = true;
      isRead = true;
    }
    this.trailingSign(isRead);
  }

  /** One keyword; false where it consumed what it needed itself. */
  private element(key: string): boolean {
    switch (key) {
      case '9': case '0': case '.': case 'D': this.number(key); return true;
      case ',': case 'G': return this.ch === ',' && !this.p.fill;
      case 'L': this.skip(1); return false;
      case 'RN': case 'rn': this.roman(); return false;
      case 'TH': case 'th':
        if (!(this.p.roman || this.sign === '-' || this.p.decimal)) this.skip(2);
        return false;
      case 'MI': return this.signMark('-');
      case 'PL': return this.signMark('+');
      case 'SG': return this.signMark('-+');
      default: return false;
    }
  }

  private signMark(marks: string): boolean {
    if (marks.includes(this.ch)) {
      this.sign = this.ch;
      return true;
    }
    this.skip(1);
    return false;
  }

  private roman(): void {
    const { value, end } = parseRoman(this.text, this.at);
    if (value < 0) throw new SqlError('22P02', 'invalid Roman numeral');
    this.at = end;
    this.digits += String(value);
    this.pre = String(value).length;
  }

  read(): void {
    for (const node of this.p.nodes) {
      if (this.done) break;
      if (node.key === undefined) this.at += this.text.codePointAt(this.at)! > 0xffff ? 2 : 1;
      else if (this.element(node.key)) this.at++;
    }
    if (this.digits.endsWith('.')) this.digits = this.digits.slice(0, -1);
    this.post = this.readPost;
  }
}

const ROMAN_VALUES: Readonly<Record<string, number>> = { I: 1, V: 5, X: 10, L: 50, C: 100, D: 500, M: 1000 };
const SUBTRACTIONS = new Set(['IV', 'IX', 'XL', 'XC', 'CD', 'CM']);
const ROMAN_LENGTH_MAX = 15;

/** Value of a Roman numeral at `from`, -1 for an ill-formed one. */
function parseRoman(text: string, from: number): { value: number; end: number } {
  let end = from;
  while (end < text.length && /\s/.test(text[end]!)) end++;
  let chars = '';
  while (end < text.length && chars.length < ROMAN_LENGTH_MAX && ROMAN_VALUES[text[end]!.toUpperCase()] !== undefined) {
    chars += text[end++]!.toUpperCase();
  }
  return { value: chars === '' ? -1 : romanValue(chars), end };
}

/** V, L and D stand once and before nothing larger; one numeral repeats at most thrice; six subtractions exist. */
function romanValue(chars: string): number {
  let result = 0;
  let repeat = 1;
  let subtracted = Infinity;
  let ceiling = Infinity;
  const fives = (ch: string): boolean => {
    const v = ROMAN_VALUES[ch]!;
    if (v >= ceiling) return false;
    if (ch === 'V' || ch === 'L' || ch === 'D') ceiling = Math.min(ceiling, v);
    return true;
  };
  for (let i = 0; i < chars.length; i++) {
    const ch = chars[i]!;
    const value = ROMAN_VALUES[ch]!;
    if (value >= subtracted || !fives(ch)) return -1;
    const next = chars[i + 1];
    if (next === undefined) return result + value;
    const nextValue = ROMAN_VALUES[next]!;
    if (value < nextValue) {
      if (!SUBTRACTIONS.has(ch + next) || repeat > 1 || !fives(next)) return -1;
      i++;
      repeat = 1;
      subtracted = value;
      result += nextValue - value;
    } else {
      repeat = ch === next ? repeat + 1 : 1;
      if (repeat > 3) return -1;
      result += value;
    }
  }
  return result;
}

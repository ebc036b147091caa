/**
 * Array text: array_in's literal grammar ([lb:ub]={…}, quoting, NULL) and array_out's quoting. The reader makes
 * tokens and checks nesting as it goes, so that each malformed literal is told by the DETAIL PostgreSQL gives.
 */
import type { Datum } from '../datum.js';
import type { Oid } from '../brand.js';
import { SqlError } from '../errors.js';
import { ARRAY_DIMENSIONS_MAX, ARRAY_SIZE_MAX, PgArray } from './value.js';

const SPACES = ' \t\n\r\v\f';
const INT_MAX = 2147483647;

type Token = 'start' | 'end' | 'delim' | 'elem' | 'null';

export function tooManyDimensions(): SqlError {
  return new SqlError('54000', `number of array dimensions exceeds the maximum allowed (${ARRAY_DIMENSIONS_MAX})`);
}

export function arrayTooLarge(): SqlError {
  return new SqlError('54000', `array size exceeds the maximum allowed (${ARRAY_SIZE_MAX})`);
}

class ArrayReader {
  private at = 0;
  private word = '';
  private readonly dims: number[] = [];
  private readonly lbounds: number[] = [];

  constructor(
    private readonly text: string,
    private readonly delimiter: string,
    private readonly element: (text: string) => Datum,
  ) {}

  private malformed(detail: string): SqlError {
    return new SqlError('22P02', `malformed array literal: "${this.text}"`, { detail });
  }

  private skipSpace(): void {
    while (this.at < this.text.length && SPACES.includes(this.text[this.at]!)) this.at++;
  }

  read(elementOid: Oid): PgArray {
    this.readDimensions();
    const { dims, elements } = this.readContents(this.dims.length > 0);
    this.skipSpace();
    if (this.at < this.text.length) throw this.malformed('Junk after closing right brace.');
    if (elements.length === 0) return PgArray.empty(elementOid);
    if (elements.length > ARRAY_SIZE_MAX) throw arrayTooLarge();
    const lbounds = this.lbounds.length > 0 ? this.lbounds : dims.map(() => 1);
    return new PgArray(elementOid, dims, lbounds, elements);
  }

  private readDimensions(): void {
    const text = this.text;
    for (;;) {
      this.skipSpace();
      if (text[this.at] !== '[') break;
      this.at++;
      if (this.dims.length >= ARRAY_DIMENSIONS_MAX) throw tooManyDimensions();
      let lower = 1;
      let upper = this.dimensionInt();
      if (upper === undefined) throw this.malformed('"[" must introduce explicitly-specified array dimensions.');
      if (text[this.at] === ':') {
        lower = upper;
        this.at++;
        upper = this.dimensionInt();
        if (upper === undefined) throw this.malformed('Missing array dimension value.');
      }
      if (text[this.at] !== ']') throw this.malformed('Missing "]" after array dimensions.');
      this.at++;
      if (upper === INT_MAX) throw new SqlError('54000', `array upper bound is too large: ${upper}`);
      if (upper < lower) throw new SqlError('2202E', 'upper bound cannot be less than lower bound');
      if (upper - lower + 1 > INT_MAX) throw arrayTooLarge();
      this.dims.push(upper - lower + 1);
      this.lbounds.push(lower);
    }
    if (this.dims.length === 0) {
      if (text[this.at] !== '{') throw this.malformed('Array value must start with "{" or dimension information.');
      return;
    }
    if (text[this.at] !== '=') throw this.malformed('Missing "=" after array dimensions.');
    this.at++;
    this.skipSpace();
    if (text[this.at] !== '{') throw this.malformed('Array contents must start with "{".');
    if (this.dims.reduce((n, d) => n * d, 1) > ARRAY_SIZE_MAX) throw arrayTooLarge();
  }

  private dimensionInt(): number | undefined {
    const m = /^[+-]?\d+/.exec(this.text.slice(this.at, this.at + 400));
    if (m === null) return undefined;
    this.at += m[0].length;
    const v = Number(m[0]);
    if (v > INT_MAX || v < -INT_MAX - 1) throw new SqlError('54000', 'array bound is out of integer range');
    return v;
  }

  private readContents(specified: boolean): { dims: number[]; elements: (Datum | null)[] } {
    const dims = specified ? [...this.dims] : [];
    const counts: number[] = [];
    const elements: (Datum | null)[] = [];
    let frozen = specified;
    let level = 0;
    let expectDelimiter = false;
    const mismatch = (): SqlError =>
      this.malformed(specified ? 'Specified array dimensions do not match array contents.'
        : 'Multidimensional arrays must have sub-arrays with matching dimensions.');
    const unexpected = (c: string): SqlError => this.malformed(`Unexpected "${c}" character.`);
    do {
      switch (this.token()) {
        case 'start':
          if (expectDelimiter) throw unexpected('{');
          if (level >= ARRAY_DIMENSIONS_MAX) throw tooManyDimensions();
          counts[level++] = 0;
          if (dims.length < level) {
            if (frozen) throw mismatch();
            dims.push(-1);
          }
          break;
        case 'end':
          if (counts[level - 1]! > 0 && !expectDelimiter) throw unexpected('}');
          level--;
          if (level > 0) counts[level - 1]!++;
          if (dims[level]! < 0) {
            dims[level] = counts[level]!;
            frozen = true;
          } else if (counts[level] !== dims[level]) throw mismatch();
          expectDelimiter = true;
          break;
        case 'delim':
          if (!expectDelimiter) throw unexpected(this.delimiter);
          expectDelimiter = false;
          break;
        case 'null':
        case 'elem': {
          if (expectDelimiter) throw this.malformed('Unexpected array element.');
          frozen = true;
          if (level !== dims.length) throw mismatch();
          elements.push(this.isNull ? null : this.element(this.word));
          counts[level - 1]!++;
          expectDelimiter = true;
        }
      }
    } while (level > 0);
    return { dims, elements };
  }

  private isNull = false;

  private token(): Token {
    this.skipSpace();
    const c = this.text[this.at];
    if (c === undefined) throw this.malformed('Unexpected end of input.');
    if (c === '{') { this.at++; return 'start'; }
    if (c === '}') { this.at++; return 'end'; }
    if (c === this.delimiter) { this.at++; return 'delim'; }
    this.isNull = false;
    if (c === '"') this.quoted();
    else this.bare();
    return 'elem';
  }

  private quoted(): void {
    const text = this.text;
    let out = '';
    let from = ++this.at;
    for (;; this.at++) {
      const c = text[this.at];
      if (c === undefined) throw this.malformed('Unexpected end of input.');
      if (c === '"') break;
      if (c === '\\') {
        out += text.slice(from, this.at);
        from = ++this.at;
        if (this.at >= text.length) throw this.malformed('Unexpected end of input.');
      }
    }
    this.word = out + text.slice(from, this.at);
    this.at++;
    this.skipSpace();
    const next = text[this.at];
    if (next === undefined) throw this.malformed('Unexpected end of input.');
    if (next !== this.delimiter && next !== '}' && next !== '{') throw this.malformed('Incorrectly quoted array element.');
  }

  private bare(): void {
    const text = this.text;
    let out = '';
    let keep = 0;
    let escaped = false;
    for (;; this.at++) {
      let c = text[this.at];
      if (c === undefined) throw this.malformed('Unexpected end of input.');
      if (c === '"') throw this.malformed('Incorrectly quoted array element.');
      if (c === '{') throw this.malformed('Unexpected "{" character.');
      if (c === this.delimiter || c === '}') break;
      if (c === '\\') {
        c = text[++this.at];
        if (c === undefined) throw this.malformed('Unexpected end of input.');
        escaped = true;
        out += c;
        keep = out.length;
        continue;
      }
      out += c;
      if (!SPACES.includes(c)) keep = out.length;
    }
    this.word = out.slice(0, keep);
    this.isNull = !escaped && this.word.length === 4 && this.word.toUpperCase() === 'NULL';
  }
}

export function parseArray(text: string, elementOid: Oid, delimiter: string, element: (text: string) => Datum): PgArray {
  return new ArrayReader(text, delimiter, element).read(elementOid);
}

const needsQuotes = /^$|^null$|["\\{} \t\n\r\v\f]/i;

export function quoteArrayElement(text: string, delimiter: string): string {
  if (!needsQuotes.test(text) && !text.includes(delimiter)) return text;
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

export function formatArray(a: PgArray, delimiter: string, element: (v: Datum) => string): string {
  if (a.elements.length === 0) return '{}';
  let prefix = '';
  if (a.lbounds.some((b) => b !== 1)) {
    prefix = a.dims.map((d, i) => `[${a.lbounds[i]}:${a.lbounds[i]! + d - 1}]`).join('') + '=';
  }
  let at = 0;
  const level = (depth: number): string => {
    const parts: string[] = [];
    const n = a.dims[depth]!;
    const leaf = depth === a.dims.length - 1;
    for (let i = 0; i < n; i++) {
      if (!leaf) parts.push(level(depth + 1));
      else {
        const v = a.elements[at++];
        parts.push(v === null || v === undefined ? 'NULL' : quoteArrayElement(element(v), delimiter));
      }
    }
    return `{${parts.join(delimiter)}}`;
  };
  return prefix + level(0);
}

/**
 * PL/pgSQL's tokens: SQL's lexical rules, plus ':=', '..', '<<' and '>>' as tokens of their own. The whole body is cut up
 * at once; tokens carry their place, so that SQL inside of the body can be taken out as text.
 */
import { SqlError } from '@pglitedb/types';

export interface Token {
  /** word: an identifier or keyword; quoted: "identifier"; op: operator or punctuation. */
  readonly kind: 'word' | 'quoted' | 'number' | 'string' | 'op' | 'param' | 'eof';
  /** As written. */
  readonly text: string;
  /** Identifiers folded, strings without quotes and escapes. */
  readonly value: string;
  readonly start: number;
  readonly end: number;
  readonly line: number;
}

const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const NUMBER = /(?:\d[\d_]*(?:\.(?!\.)[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?|0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+/y;
const SPACE = /(?:\s+|--[^\n\r]*)+/y;
const OPERATOR = /[+\-*/<>=~!@#%^&|`?]+/y;
const PARAM = /\$\d+/y;
const DOLLAR = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;
const FIXED = ['<<', '>>', '..', ':=', '::'];

/** An error at a place of the source: its 1-based character position goes into the error. */
export function errorAtSource(source: string, at: number, code: string, message: string, fields: { detail?: string; hint?: string } = {}): SqlError {
  return new SqlError(code, message, { ...fields, position: [...source.slice(0, at)].length + 1 });
}

export function tokenize(source: string): Token[] {
  return new Lexer(source).all();
}

class Lexer {
  private at = 0;
  private line = 1;
  private readonly out: Token[] = [];
  constructor(private readonly source: string) {}

  all(): Token[] {
    for (;;) {
      this.skipSpace();
      if (this.at >= this.source.length) break;
      this.token();
    }
    this.out.push({ kind: 'eof', text: '', value: '', start: this.source.length, end: this.source.length, line: this.line });
    return this.out;
  }

  private match(re: RegExp): string | undefined {
    re.lastIndex = this.at;
    return re.exec(this.source)?.[0];
  }
  private skipSpace(): void {
    for (;;) {
      const space = this.match(SPACE);
      if (space !== undefined) { this.advance(space.length); continue; }
      if (!this.source.startsWith('/*', this.at)) return;
      this.comment();
    }
  }
  private comment(): void {
    let depth = 0;
    let k = this.at;
    do {
      if (this.source.startsWith('/*', k)) { depth++; k += 2; } else if (this.source.startsWith('*/', k)) { depth--; k += 2; } else k++;
      if (k > this.source.length) throw errorAtSource(this.source, this.at, '42601', 'unterminated /* comment');
    } while (depth > 0);
    this.advance(k - this.at);
  }
  private advance(n: number): void {
    const end = this.at + n;
    for (let k = this.source.indexOf('\n', this.at); k >= 0 && k < end; k = this.source.indexOf('\n', k + 1)) this.line++;
    this.at = end;
  }
  private push(kind: Token['kind'], length: number, value?: string): void {
    const text = this.source.slice(this.at, this.at + length);
    this.out.push({ kind, text, value: value ?? text, start: this.at, end: this.at + length, line: this.line });
    this.advance(length);
  }

  private token(): void {
    const c = this.source[this.at]!;
    if (c === "'") return this.string(this.at, false);
    if (/[eEbBxXnN]/.test(c) && this.source[this.at + 1] === "'") return this.string(this.at + 1, c === 'e' || c === 'E');
    if (c === '"') return this.quotedIdentifier();
    if (c === '$') {
      const param = this.match(PARAM);
      if (param !== undefined) return this.push('param', param.length);
      const tag = this.match(DOLLAR);
      if (tag !== undefined) return this.dollarString(tag);
    }
    const word = this.match(WORD);
    if (word !== undefined) return this.push('word', word.length, word.replace(/[A-Z]/g, (x) => x.toLowerCase()));
    const number = this.match(NUMBER);
    if (number !== undefined) return this.push('number', number.length);
    for (const fixed of FIXED) if (this.source.startsWith(fixed, this.at)) return this.push('op', fixed.length);
    const op = this.match(OPERATOR);
    if (op !== undefined) return this.push('op', operatorLength(op));
    this.push('op', 1);
  }

  private string(quote: number, escapes: boolean): void {
    let k = quote + 1;
    let value = '';
    for (;;) {
      const c = this.source[k];
      if (c === undefined) throw errorAtSource(this.source, this.at, '42601', 'unterminated quoted string');
      if (c === "'" && this.source[k + 1] === "'") { value += "'"; k += 2; continue; }
      if (c === "'") break;
      if (c === '\\' && escapes) { value += ESCAPES[this.source[k + 1]!] ?? this.source[k + 1]!; k += 2; continue; }
      value += c;
      k++;
    }
    this.push('string', k + 1 - this.at, value);
  }
  private dollarString(tag: string): void {
    const end = this.source.indexOf(tag, this.at + tag.length);
    if (end < 0) throw errorAtSource(this.source, this.at, '42601', 'unterminated dollar-quoted string');
    this.push('string', end + tag.length - this.at, this.source.slice(this.at + tag.length, end));
  }
  private quotedIdentifier(): void {
    let k = this.at + 1;
    let value = '';
    for (;;) {
      const c = this.source[k];
      if (c === undefined) throw errorAtSource(this.source, this.at, '42601', 'unterminated quoted identifier');
      if (c === '"' && this.source[k + 1] === '"') { value += '"'; k += 2; continue; }
      if (c === '"') break;
      value += c;
      k++;
    }
    this.push('quoted', k + 1 - this.at, value);
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

/** SQL's rule: comments end an operator, and one of several characters ends in + or - only with a special character in it. */
function operatorLength(op: string): number {
  let text = op;
  const comment = [text.indexOf('--'), text.indexOf('/*')].filter((k) => k >= 0);
  if (comment.length > 0) text = text.slice(0, Math.min(...comment));
  while (text.length > 1 && /[+-]$/.test(text) && !/[~!@#%^&|`?]/.test(text)) text = text.slice(0, -1);
  return text.length;
}

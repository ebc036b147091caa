/** The lexer of jsonpath. */
import { SqlError } from '../errors.js';

export interface PathToken { readonly kind: 'string' | 'ident' | 'variable' | 'number' | 'op' | 'end'; readonly text: string; readonly at: number; readonly end: number }

const numberRe = /(?:0[xX][0-9a-fA-F](?:_?[0-9a-fA-F])*|0[oO][0-7](?:_?[0-7])*|0[bB][01](?:_?[01])*|(?:(?:0|[1-9](?:_?\d)*)(?:\.(?:\d(?:_?\d)*)?)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?)/y;
const operators = ['&&', '||', '==', '!=', '<>', '<=', '>=', '**', '<', '>', '!', '+', '-', '*', '/', '%', '(', ')', '[', ']', '{', '}', '.', ',', '?', '@', '$'];
const special = /[?%$.[\]{}()|&!=<>@#,*:\-+/\\" \t\n\r\f]/;

export function syntaxError(text: string, near: string | undefined): SqlError {
  return new SqlError('42601', near === undefined ? 'syntax error at end of jsonpath input' : `syntax error at or near "${near}" of jsonpath input`);
}

/** A syntax error at a word that ends there. */
export function wordError(text: string, end: number): SqlError {
  return syntaxError(text, /[ \t\n\r\f]/.test(text[end] ?? '') ? text[end] : undefined);
}

const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

class PathScanner {
  private at = 0;
  constructor(private readonly text: string) {}

  tokens(): PathToken[] {
    const out: PathToken[] = [];
    for (;;) {
      this.skip();
      const start = this.at;
      if (start >= this.text.length) {
        out.push({ kind: 'end', text: '', at: start, end: start });
        return out;
      }
      const [kind, text] = this.one();
      out.push({ kind, text, at: start, end: this.at });
    }
  }

  private skip(): void {
    for (;;) {
      while (/[ \t\n\r\f]/.test(this.text[this.at] ?? '')) this.at++;
      if (!this.text.startsWith('/*', this.at)) return;
      const end = this.text.indexOf('*/', this.at + 2);
      if (end < 0) throw new SqlError('42601', 'unexpected end of comment at end of jsonpath input');
      this.at = end + 2;
    }
  }

  private one(): [PathToken['kind'], string] {
    const c = this.text[this.at]!;
    if (c === '"') return ['string', this.quoted()];
    if (c === '$') {
      if (this.text[this.at + 1] === '"') {
        this.at++;
        return ['variable', this.quoted()];
      }
      this.at++;
      const name = this.ident();
      return name === '' ? ['op', '$'] : ['variable', name];
    }
    if (/\d/.test(c) || (c === '.' && /\d/.test(this.text[this.at + 1] ?? ''))) return ['number', this.number()];
    for (const op of operators) {
      if (this.text.startsWith(op, this.at)) {
        this.at += op.length;
        return ['op', op];
      }
    }
    const word = this.ident();
    if (word === '') throw syntaxError(this.text, this.text[this.at]);
    return ['ident', word];
  }

  private number(): string {
    numberRe.lastIndex = this.at;
    const m = numberRe.exec(this.text)!;
    const end = this.at + m[0].length;
    const junk = /^[A-Za-z0-9_\u0080-\uffff]+/.exec(this.text.slice(end));
    if (junk !== null) {
      // The longest match wins: a run that is longer than number and one character is a word.
      let run = this.at;
      while (run < this.text.length && !special.test(this.text[run]!)) run++;
      const decimal = /^0[xob]/i.test(m[0]) ? 1 : m[0].length;
      if (run - this.at > decimal + 1) throw wordError(this.text, run);
      throw new SqlError('42601', `trailing junk after numeric literal at or near "${this.text.slice(this.at, end + 1)}" of jsonpath input`);
    }
    this.at = end;
    return m[0];
  }

  private ident(): string {
    let out = '';
    for (;;) {
      const c = this.text[this.at];
      if (c === undefined) return out;
      if (c === '\\') {
        this.at++;
        out += this.escape();
      } else if (special.test(c)) return out;
      else {
        out += c;
        this.at++;
      }
    }
  }

  private quoted(): string {
    let out = '';
    this.at++;
    for (;;) {
      const c = this.text[this.at];
      if (c === undefined) throw new SqlError('42601', 'unterminated quoted string at end of jsonpath input');
      this.at++;
      if (c === '"') return out;
      out += c === '\\' ? this.escape() : c;
    }
  }

  private escape(): string {
    const c = this.text[this.at++];
    if (c === undefined) throw new SqlError('42601', 'unexpected end after backslash at end of jsonpath input');
    if (c === 'x') {
      const m = /^[0-9a-fA-F]{2}/.exec(this.text.slice(this.at));
      if (m === null) throw new SqlError('42601', `invalid hexadecimal character sequence at or near "\\x${this.text[this.at] ?? ''}" of jsonpath input`);
      this.at += 2;
      return this.codePoint(parseInt(m[0], 16));
    }
    if (c !== 'u') return escapes[c] ?? c;
    const m = /^(?:\{([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{4}))/.exec(this.text.slice(this.at));
    if (m === null) throw new SqlError('42601', `invalid Unicode escape sequence at or near "\\u${/^(?:\{[0-9a-fA-F]{0,6}|[0-9a-fA-F]{0,3})/.exec(this.text.slice(this.at))![0]}" of jsonpath input`);
    this.at += m[0].length;
    let code = parseInt(m[1] ?? m[2]!, 16);
    if (code >= 0xdc00 && code <= 0xdfff) throw surrogate('Unicode low surrogate must follow a high surrogate.');
    if (code >= 0xd800 && code <= 0xdbff) {
      const low = /^\\u(?:\{([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{4}))/.exec(this.text.slice(this.at));
      const l = low === null ? 0 : parseInt(low[1] ?? low[2]!, 16);
      if (l >= 0xd800 && l <= 0xdbff) throw surrogate('Unicode high surrogate must not follow a high surrogate.');
      if (l < 0xdc00 || l > 0xdfff) throw surrogate('Unicode low surrogate must follow a high surrogate.');
      this.at += low![0].length;
      code = 0x10000 + ((code - 0xd800) << 10) + (l - 0xdc00);
    }
    return this.codePoint(code);
  }

  private codePoint(code: number): string {
    if (code === 0) throw new SqlError('22P05', 'unsupported Unicode escape sequence', { detail: '\\u0000 cannot be converted to text.' });
    if (code > 0x10ffff) throw new SqlError('42601', 'invalid Unicode escape sequence at or near end of jsonpath input');
    return String.fromCodePoint(code);
  }
}

function surrogate(detail: string): SqlError {
  return new SqlError('22P02', 'invalid input syntax for type jsonpath', { detail });
}

export const scanPath = (text: string): PathToken[] => new PathScanner(text).tokens();

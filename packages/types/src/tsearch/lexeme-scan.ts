/**
 * Reads one lexeme of a tsvector or tsquery literal (tsvector_parser.c): a bare or quoted word with backslash escapes,
 * and for tsvector its positions `:1A,2`. In queries the operators end a bare word; in web queries quotes and
 * colons are ordinary and the word ends at anything that is not its part.
 */
import { SqlError } from '../errors.js';
import { limitPosition, packPosition } from './value.js';

export type ScanMode = 'vector' | 'query' | 'web';

const isSpace = (c: string): boolean => c === ' ' || (c >= '\t' && c <= '\r') || (c > '\x7f' && /\s/.test(c));
export const isQueryOperator = (c: string): boolean => c === '!' || c === '|' || c === '&' || c === '(' || c === ')';

export class LexemeScanner {
  at = 0;
  word = '';
  positions: number[] = [];

  constructor(readonly text: string, private readonly mode: ScanMode) {}

  private syntax(): SqlError {
    return new SqlError('42601', `syntax error in ${this.mode === 'vector' ? 'tsvector' : 'tsquery'}: "${this.text}"`);
  }

  private noEscaped(): SqlError {
    return new SqlError('42601', `there is no escaped character: "${this.text}"`);
  }

  private char(): string {
    const c = this.text[this.at];
    if (c === undefined) return '';
    return (c.charCodeAt(0) & 0xfc00) === 0xd800 ? this.text.slice(this.at, this.at + 2) : c;
  }

  private endsWord(c: string): boolean {
    if (c === '' || isSpace(c) || c === ':') return true;
    return this.mode !== 'vector' && (isQueryOperator(c) || (this.mode === 'web' && c === '"'));
  }

  /** True where a lexeme was read; its text is in `word`. */
  next(): boolean {
    this.word = '';
    this.positions = [];
    while (isSpace(this.char()) && this.char() !== '') this.at++;
    const c = this.char();
    if (c === '') return false;
    if (this.mode !== 'web' && c === "'") this.quoted();
    else if (!this.bare(c)) return false;
    if (this.mode === 'vector' && this.char() === ':') {
      this.at++;
      this.positionList();
    }
    return true;
  }

  private bare(first: string): boolean {
    if (this.mode !== 'vector' && first !== ':' && this.endsWord(first)) throw this.syntax();
    for (let c = first; ;) {
      if (c === '\\' && this.mode !== 'web') {
        this.at++;
        c = this.char();
        if (c === '') throw this.noEscaped();
      }
      this.word += c;
      this.at += c.length;
      c = this.char();
      if (c !== '\\' || this.mode === 'web') if (this.endsWord(c)) break;
    }
    if (this.word === '') throw this.syntax();
    return true;
  }

  private quoted(): void {
    this.at++;
    for (;;) {
      let c = this.char();
      if (c === '') throw this.syntax();
      if (c === "'") {
        this.at++;
        if (this.char() !== "'") break;
        c = "'";
      } else if (c === '\\') {
        this.at++;
        c = this.char();
        if (c === '') throw this.noEscaped();
      }
      this.word += c;
      this.at += c.length;
    }
    if (this.word === '') throw this.syntax();
  }

  private positionList(): void {
    for (;;) {
      const digits = /\d+/y;
      digits.lastIndex = this.at;
      const m = digits.exec(this.text);
      if (m === null) throw this.syntax();
      const n = limitPosition(Number(m[0]));
      if (n === 0) throw new SqlError('42601', `wrong position info in tsvector: "${this.text}"`);
      this.at += m[0].length;
      let weight = 0;
      for (let c = this.text[this.at]; c !== undefined; c = this.text[++this.at]) {
        const w = 'DCBA'.indexOf(c.toUpperCase());
        if (c === '*') {
          if (weight !== 0) throw this.syntax();
          weight = 3;
        } else if (w >= 0) {
          if (weight !== 0) throw this.syntax();
          weight = w;
        } else break;
      }
      this.positions.push(packPosition(n, weight));
      const c = this.char();
      if (c === ',') {
        this.at++;
        continue;
      }
      if (c !== '' && !isSpace(c)) throw this.syntax();
      return;
    }
  }
}

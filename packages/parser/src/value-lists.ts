/**
 * INSERT … VALUES of many rows of plain literals, read in one pass without the grammar: the tree of such a text has an
 * object for every literal, and costs far more than the rows. Anything but literals, NULL, TRUE and FALSE (DEFAULT,
 * casts, functions, comments, escapes, clauses after the rows) is left to the grammar, as are texts with errors.
 */
export interface ValueLists {
  /** INSERT INTO … VALUES, as written. */
  readonly head: string;
  /** Literals of a row. */
  readonly width: number;
  /** Row by row: texts of the literals, quotes undone; null, true and false are themselves. */
  readonly values: readonly (string | boolean | null)[];
  /** Of each value: 1 where it was a number. */
  readonly numbers: Uint8Array;
}

/** Shorter texts gain nothing. */
const CHARACTERS_MIN = 200;
const ROWS_MIN = 4;
const HEAD_CHARACTERS_MAX = 4000;
const NAME = '(?:[a-z_][a-z0-9_$]*|"[^"]+")';
const HEAD = new RegExp(`^\\s*insert\\s+into\\s+${NAME}(?:\\s*\\.\\s*${NAME})?\\s*(?:\\(\\s*${NAME}(?:\\s*,\\s*${NAME})*\\s*\\)\\s*)?values\\s*(?=\\()`, 'i');
const NUMBER = /-?(?:\d+(?:\.\d+)?)(?![\w.$])/y;
const WORD = /[a-z]+(?![\w.$(])/iy;
const WORDS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([['null', null], ['true', true], ['false', false]]);

const SPACE = 32;
const QUOTE = 39;
const OPEN = 40;
const CLOSE = 41;
const COMMA = 44;
const SEMICOLON = 59;
const BACKSLASH = '\\';

/** Undefined: a text of another form. */
export function valueLists(sql: string): ValueLists | undefined {
  if (sql.length < CHARACTERS_MIN) return undefined;
  const head = HEAD.exec(sql.length > HEAD_CHARACTERS_MAX ? sql.slice(0, HEAD_CHARACTERS_MAX) : sql)?.[0];
  if (head === undefined || sql.includes(BACKSLASH)) return undefined;
  const reader = new Reader(sql, head.length);
  return reader.rows() ? { head, width: reader.width, values: reader.values, numbers: Uint8Array.from(reader.numbers) } : undefined;
}

class Reader {
  readonly values: (string | boolean | null)[] = [];
  readonly numbers: number[] = [];
  width = 0;
  constructor(private readonly sql: string, private at: number) {}

  /** The character after spaces; NaN at the end. */
  private next(): number {
    let c = this.sql.charCodeAt(this.at);
    while (c === SPACE || (c >= 9 && c <= 13)) c = this.sql.charCodeAt(++this.at);
    return c;
  }

  rows(): boolean {
    let rows = 0;
    for (;;) {
      if (this.next() !== OPEN || !this.row(rows === 0)) return false;
      rows++;
      const c = this.next();
      if (c === COMMA) { this.at++; continue; }
      if (c === SEMICOLON) {
        this.at++;
        this.next();
      }
      return this.at >= this.sql.length && rows >= ROWS_MIN;
    }
  }

  private row(first: boolean): boolean {
    this.at++;
    const start = this.values.length;
    for (;;) {
      if (!this.literal(this.next())) return false;
      const c = this.next();
      this.at++;
      if (c === COMMA) continue;
      if (c !== CLOSE) return false;
      const width = this.values.length - start;
      if (first) this.width = width;
      return width === this.width;
    }
  }

  private literal(c: number): boolean {
    const { sql, at } = this;
    if (c === QUOTE) {
      const end = this.stringEnd(at);
      if (end < 0) return false;
      const text = sql.slice(at + 1, end - 1);
      this.add(text.includes("'") ? text.replaceAll("''", "'") : text, 0, end);
      return true;
    }
    if ((c >= 48 && c <= 57) || c === 45) {
      NUMBER.lastIndex = at;
      const text = NUMBER.exec(sql)?.[0];
      if (text === undefined) return false;
      this.add(text, 1, at + text.length);
      return true;
    }
    WORD.lastIndex = at;
    const word = WORD.exec(sql)?.[0];
    const value = word === undefined ? undefined : WORDS.get(word.toLowerCase());
    if (value === undefined) return false;
    this.add(value, 0, at + word!.length);
    return true;
  }
  private add(value: string | boolean | null, number: number, end: number): void {
    this.values.push(value);
    this.numbers.push(number);
    this.at = end;
  }

  /** Past the closing quote; -1: it never closes. What follows must not be another quote: it continues the literal after a newline. */
  private stringEnd(from: number): number {
    const { sql } = this;
    for (let at = from + 1; ; at += 2) {
      at = sql.indexOf("'", at);
      if (at < 0) return -1;
      if (sql.charCodeAt(at + 1) !== QUOTE) return at + 1;
    }
  }
}

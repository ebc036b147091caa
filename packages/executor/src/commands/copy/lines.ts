/**
 * Lines and fields of COPY's text and CSV formats. Text arrives in chunks; complete lines are cut out of it. A line without
 * escapes or quotes is split by plain searches; the others go through the character loops.
 */
import { SqlError } from '@pglitedb/types';
import type { CopyOptions } from './options.js';

const bad = (message: string, hint?: string): SqlError => new SqlError('22P04', message, hint === undefined ? {} : { hint });

/** Cuts complete lines off the text received so far. */
export class LineReader {
  private buffer = '';
  private at = 0;
  private ended = false;
  private eol: '\n' | '\r\n' | '\r' | undefined;
  /** Input after the end-of-copy marker is skipped. */
  finished = false;
  /** Lines handed out. */
  lineNumber = 0;
  /** Where the search for the end of the current line goes on, and whether it is inside quotes there. */
  private searched = 0;
  private inQuote = false;
  private readonly csv: boolean;

  constructor(private readonly options: CopyOptions) { this.csv = options.format === 'csv'; }

  push(text: string): void {
    this.buffer = this.at < this.buffer.length ? this.buffer.slice(this.at) + text : text;
    this.searched -= this.at;
    if (this.searched < 0) this.searched = 0;
    this.at = 0;
    this.nextAt.clear();
  }
  end(): void { this.ended = true; }
  /** At the start of a line, with nothing left. */
  get idle(): boolean { return this.at >= this.buffer.length && !this.inQuote && !this.finished && (this.eol === undefined || this.eol === '\n'); }
  /** Lines, ended by newlines, that somebody else has taken. */
  skipped(lines: number): void {
    this.lineNumber += lines;
    if (lines > 0) this.eol ??= '\n';
  }

  /** The next line without its end; undefined: more input is needed, or none is left. */
  next(): string | undefined {
    if (this.finished) return undefined;
    const end = this.csv ? this.csvEnd() : this.textEnd();
    if (end < 0) return this.lastLine();
    const { buffer, at } = this;
    const cr = this.eol === '\r\n' && buffer.charCodeAt(end) === 13;
    const line = buffer.slice(at, end);
    this.at = end + (cr ? 2 : 1);
    this.searched = this.at;
    this.lineNumber++;
    if (!this.csv && line === '\\.') { this.finished = true; return undefined; }
    return line;
  }
  private lastLine(): string | undefined {
    if (!this.ended || this.at >= this.buffer.length) return undefined;
    const line = this.buffer.slice(this.at);
    this.at = this.buffer.length;
    this.lineNumber++;
    if (this.inQuote) throw Object.assign(bad('unterminated CSV quoted field'), { copyLine: line });
    if (!this.csv && line === '\\.') { this.finished = true; return undefined; }
    return line;
  }
  /** The text of the line that failed to end, for contexts. */
  get pending(): string { return this.buffer.slice(this.at); }

  private detectEol(i: number): boolean {
    const { buffer } = this;
    if (buffer.charCodeAt(i) === 10) { this.eol = '\n'; return true; }
    if (i + 1 >= buffer.length && !this.ended) return false;
    this.eol = buffer.charCodeAt(i + 1) === 10 ? '\r\n' : '\r';
    return true;
  }
  /** The end of line at or after `from`, by plain search. -1: none yet. */
  private eolFrom(from: number): number {
    const { buffer } = this;
    if (this.eol === undefined) {
      const n = buffer.indexOf('\n', from);
      const r = buffer.indexOf('\r', from);
      const i = r >= 0 && (n < 0 || r < n) ? r : n;
      if (i < 0 || !this.detectEol(i)) return -1;
      return i;
    }
    if (this.eol === '\n') return buffer.indexOf('\n', from);
    if (this.eol === '\r') return buffer.indexOf('\r', from);
    return buffer.indexOf('\r\n', from);
  }
  private textEnd(): number {
    const { buffer } = this;
    for (let from = Math.max(this.at, this.searched); ;) {
      const i = this.eolFrom(from);
      if (i < 0) { this.searched = this.at; return -1; }
      let slashes = 0;
      while (i - 1 - slashes >= this.at && buffer.charCodeAt(i - 1 - slashes) === 92) slashes++;
      if (slashes % 2 === 0) { this.checkStray(this.at, i); return i; }
      from = i + (this.eol === '\r\n' ? 2 : 1);
    }
  }
  /** Next position of a character in the buffer, remembered: each is searched for once per chunk, not once per line. */
  private readonly nextAt = new Map<string, number>();
  private find(c: string, from: number): number {
    let at = this.nextAt.get(c);
    if (at === undefined || at < from) {
      at = this.buffer.indexOf(c, from);
      if (at < 0) at = Infinity;
      this.nextAt.set(c, at);
    }
    return at;
  }
  /** A newline of another kind than the file's is an error. */
  private checkStray(from: number, to: number): void {
    const { buffer } = this;
    const odd = this.eol === '\r' ? '\n' : '\r';
    if (this.find(odd, from) >= to) return;
    for (let k = buffer.indexOf(odd, from); k >= 0 && k < to; k = buffer.indexOf(odd, k + 1)) {
      if (!this.csv && k > from && buffer.charCodeAt(k - 1) === 92) continue;
      this.lineNumber++;
      throw this.stray(odd, from, k);
    }
  }
  private stray(c: string, from: number, to: number): Error {
    const name = c === '\r' ? 'carriage return' : 'newline';
    const error = this.csv
      ? bad(`unquoted ${name} found in data`, `Use quoted CSV field to represent ${name}.`)
      : bad(`literal ${name} found in data`, `Use "${c === '\r' ? '\\r' : '\\n'}" to represent ${name}.`);
    return Object.assign(error, { copyLine: this.buffer.slice(from, to) });
  }

  private csvEnd(): number {
    const { buffer } = this;
    const quote = this.options.quote.charCodeAt(0);
    const escape = this.options.escape.charCodeAt(0);
    if (!this.inQuote && this.searched <= this.at) {
      const q = this.find(this.options.quote, this.at);
      // The first newline tells the kind of all, but not one inside quotes.
      const quotedFirst = this.eol === undefined && q < Math.min(this.find('\n', this.at), this.find('\r', this.at));
      const i = quotedFirst ? -1 : this.eolFrom(this.at);
      if (i >= 0 && q > i) { this.checkStray(this.at, i); return i; }
      if (i < 0 && q === Infinity) return -1;
    }
    let lastEscape = false;
    for (let i = Math.max(this.at, this.searched); i < buffer.length; i++) {
      const c = buffer.charCodeAt(i);
      if (this.inQuote && escape !== quote && c === escape) { lastEscape = !lastEscape; continue; }
      if (c === quote && !lastEscape) this.inQuote = !this.inQuote;
      lastEscape = false;
      if (this.inQuote || (c !== 10 && c !== 13)) continue;
      if (this.eol === undefined && !this.detectEol(i)) { this.searched = i; return -1; }
      if (this.eol === '\n' ? c === 10 : this.eol === '\r' ? c === 13 : c === 13 && buffer.charCodeAt(i + 1) === 10) return i;
      if (this.eol === '\r\n' && c === 13 && i + 1 >= buffer.length && !this.ended) { this.searched = i; return -1; }
      this.lineNumber++;
      throw this.stray(c === 13 ? '\r' : '\n', this.at, i);
    }
    this.inQuote = false;
    this.searched = this.at;
    if (this.ended) this.inQuote = this.oddQuotes();
    return -1;
  }
  private oddQuotes(): boolean {
    let inQuote = false;
    const quote = this.options.quote.charCodeAt(0);
    const escape = this.options.escape.charCodeAt(0);
    for (let i = this.at; i < this.buffer.length; i++) {
      const c = this.buffer.charCodeAt(i);
      if (inQuote && escape !== quote && c === escape) { i++; continue; }
      if (c === quote) inQuote = !inQuote;
    }
    return inQuote;
  }
}

const ESCAPES: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** A field of the text format with its backslashes resolved. Escapes of bytes above 127 make UTF-8 text together. */
function unescapeText(field: string): string {
  let out = '';
  let bytes: number[] | undefined;
  const flush = (): void => {
    if (bytes === undefined) return;
    try {
      out += new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes));
    } catch {
      throw new SqlError('22021', `invalid byte sequence for encoding "UTF8": ${bytes.map((b) => `0x${b.toString(16)}`).join(' ')}`);
    }
    bytes = undefined;
  };
  const addByte = (b: number): void => {
    if (b >= 128) { (bytes ??= []).push(b); return; }
    flush();
    if (b === 0) throw new SqlError('22021', 'invalid byte sequence for encoding "UTF8": 0x00');
    out += String.fromCharCode(b);
  };
  for (let i = 0; i < field.length; i++) {
    const c = field[i]!;
    if (c !== '\\' || i + 1 >= field.length) { flush(); out += c; continue; }
    i++;
    const e = field[i]!;
    if (e >= '0' && e <= '7') {
      const m = /^[0-7]{1,3}/.exec(field.slice(i, i + 3))!;
      addByte(parseInt(m[0], 8) & 0xff);
      i += m[0].length - 1;
    } else if (e === 'x' && /^[0-9a-fA-F]/.test(field.slice(i + 1, i + 2))) {
      const m = /^[0-9a-fA-F]{1,2}/.exec(field.slice(i + 1, i + 3))!;
      addByte(parseInt(m[0], 16));
      i += m[0].length;
    } else {
      flush();
      out += ESCAPES[e] ?? e;
    }
  }
  flush();
  return out;
}

/** Values of a line into `fields`: null for NULL, undefined for the DEFAULT marker. Answers their number. */
export function splitText(line: string, o: CopyOptions, fields: (string | null | undefined)[]): number {
  const { delimiter, nullText, defaultText } = o;
  let n = 0;
  if (line.indexOf('\\') < 0) {
    for (let from = 0; ;) {
      const to = line.indexOf(delimiter, from);
      const field = to < 0 ? line.slice(from) : line.slice(from, to);
      fields[n++] = field === nullText ? null : field === defaultText ? undefined : field;
      if (to < 0) return n;
      from = to + 1;
    }
  }
  const d = delimiter.charCodeAt(0);
  let from = 0;
  for (let i = 0; i <= line.length; i++) {
    const c = i < line.length ? line.charCodeAt(i) : -1;
    if (c === 92) { i++; if (i < line.length) continue; }
    if (i < line.length && c !== d) continue;
    const raw = line.slice(from, Math.min(i, line.length));
    fields[n++] = raw === nullText ? null : raw === defaultText ? undefined : unescapeText(raw);
    from = i + 1;
    if (i >= line.length) break;
  }
  return n;
}

export interface CsvColumnRules { forceNotNull: boolean; forceNull: boolean }

export function splitCsv(line: string, o: CopyOptions, rules: readonly CsvColumnRules[] | undefined, fields: (string | null | undefined)[]): number {
  const { delimiter, nullText, defaultText, quote, escape } = o;
  let n = 0;
  for (let from = 0; ;) {
    let quoted = false;
    let field: string;
    let next: number;
    const to = line.indexOf(delimiter, from);
    const plain = to < 0 ? line.slice(from) : line.slice(from, to);
    if (plain.indexOf(quote) < 0) {
      field = plain;
      next = to < 0 ? -1 : to + 1;
    } else {
      quoted = true;
      ({ field, next } = quotedField(line, from, delimiter, quote, escape));
    }
    const rule = rules?.[n];
    if (field === nullText && (!quoted || rule?.forceNull === true)) fields[n++] = rule?.forceNotNull === true && !quoted ? field : null;
    else if (!quoted && defaultText !== undefined && field === defaultText) fields[n++] = undefined;
    else fields[n++] = field;
    if (next < 0) return n;
    from = next;
  }
}

function quotedField(line: string, from: number, delimiter: string, quote: string, escape: string): { field: string; next: number } {
  let out = '';
  let inQuote = false;
  let i = from;
  for (; i < line.length; i++) {
    const c = line[i]!;
    if (!inQuote) {
      if (c === delimiter) return { field: out, next: i + 1 };
      if (c === quote) inQuote = true;
      else out += c;
      continue;
    }
    if (c === escape && i + 1 < line.length && (line[i + 1] === escape || line[i + 1] === quote)) {
      out += line[++i];
      continue;
    }
    if (c === quote) inQuote = false;
    else out += c;
  }
  if (inQuote) throw bad('unterminated CSV quoted field');
  return { field: out, next: -1 };
}

/**
 * The short way of COPY FROM: bytes straight to column blocks for tables without triggers, checks, indexes and the like.
 * Plain lines only: a line with an escape, a quote, a carriage return, a value that needs its input function and fails
 * in it, or a forbidden NULL is left to the general path, and so is what follows it in the same piece of input.
 */
import { isUtf8 } from 'node:buffer';
import type { RelationAttribute } from '@pglitedb/catalog';
import type { BlockColumn } from '@pglitedb/storage';
import { SqlError, type Datum } from '@pglitedb/types';
import type { FieldReader } from './columns.js';
import type { CopyOptions } from './options.js';

const BLOCK_ROWS = 1024;
const NEWLINE = 10;
const RETURN = 13;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
/** Digits of a mantissa that a double holds exactly. */
const MANTISSA_DIGITS = 15;
const POWERS = Float64Array.from({ length: MANTISSA_DIGITS + 1 }, (_, k) => 10 ** k);

const INTEGER = 0;
const FLOAT = 1;
const TEXT = 2;
const OTHER = 3;

interface Column {
  readonly form: number; readonly digitsMax: number; readonly notNull: boolean; readonly reader: FieldReader;
  readonly values: Float64Array; readonly nulls: Uint8Array; readonly off: Uint32Array; readonly len: Uint32Array; readonly datums: Datum[];
}

const DIGITS: Readonly<Record<number, number>> = { 21: 4, 23: 9, 20: 15 };
const NONE = new Uint8Array(0);
const NO_NUMBERS = new Float64Array(0);
const NO_OFFSETS = new Uint32Array(0);

function columnOf(a: RelationAttribute, reader: FieldReader): Column {
  const digitsMax = DIGITS[a.atttypid] ?? 0;
  const form = digitsMax > 0 ? INTEGER : a.atttypid === 701 ? FLOAT : a.atttypid === 25 || (a.atttypid === 1043 && a.atttypmod < 0) ? TEXT : OTHER;
  const numeric = form === INTEGER || form === FLOAT;
  return {
    form, digitsMax, notNull: a.attnotnull, reader, datums: [],
    values: numeric ? new Float64Array(BLOCK_ROWS) : NO_NUMBERS, nulls: form === OTHER ? NONE : new Uint8Array(BLOCK_ROWS),
    off: form === TEXT ? new Uint32Array(BLOCK_ROWS) : NO_OFFSETS, len: form === TEXT ? new Uint32Array(BLOCK_ROWS) : NO_OFFSETS,
  };
}

export class BlockParser {
  rows = 0;
  private readonly columns: Column[];
  private readonly nullText: Uint8Array;
  private readonly delimiter: number;
  /** Bytes that make a line other than plain: backslash in text, quote and escape in CSV. */
  private readonly special: number;
  private bytes: Buffer = Buffer.alloc(0);
  /** Where the field that was parsed last ends. */
  private at = 0;

  constructor(attributes: readonly RelationAttribute[], readers: readonly FieldReader[], o: CopyOptions, private readonly attributeCount: number) {
    this.columns = attributes.map((a, k) => columnOf(a, readers[k]!));
    this.attnums = attributes.map((a) => a.attnum);
    this.nullText = Buffer.from(o.nullText);
    this.delimiter = o.delimiter.charCodeAt(0);
    this.special = o.format === 'csv' ? o.quote.charCodeAt(0) : 92;
  }
  private readonly attnums: readonly number[];

  /** Takes another piece of complete lines; false where it is not UTF-8. */
  begin(bytes: Buffer): boolean {
    this.bytes = bytes;
    return isUtf8(bytes);
  }

  /** Parses lines from `from` on till the block is full or a line is not plain: answers where it stopped. */
  parse(from: number): number {
    const { bytes } = this;
    const { length } = bytes;
    let line = from;
    while (line < length && this.rows < BLOCK_ROWS) {
      if (!this.parseLine(line)) return line;
      line = this.at + 1;
      this.rows++;
    }
    return line;
  }

  private parseLine(start: number): boolean {
    const { columns, bytes, rows: row } = this;
    const last = columns.length - 1;
    let at = start;
    for (let k = 0; k <= last; k++) {
      const c = columns[k]!;
      if (bytes[at] === this.nullText[0] || this.nullText.length === 0) {
        const end = this.nullEnd(at);
        if (end >= 0) {
          if (c.notNull) return false;
          this.putNull(c, row);
          this.at = end;
        } else if (!this.parseField(c, at, row)) return false;
      } else if (!this.parseField(c, at, row)) return false;
      const stop = bytes[this.at]!;
      if (stop !== (k === last ? NEWLINE : this.delimiter)) return false;
      at = this.at + 1;
    }
    return true;
  }
  private parseField(c: Column, at: number, row: number): boolean {
    switch (c.form) {
      case INTEGER: return this.integer(c, at, row);
      case FLOAT: return this.float(c, at, row);
      default: return this.text(c, at, row);
    }
  }
  /** The end of a NULL at this place, -1 where there is none. */
  private nullEnd(at: number): number {
    const { nullText, bytes } = this;
    const end = at + nullText.length;
    if (bytes[end] !== this.delimiter && bytes[end] !== NEWLINE) return -1;
    for (let k = 1; k < nullText.length; k++) if (bytes[at + k] !== nullText[k]) return -1;
    return end;
  }
  private putNull(c: Column, row: number): void {
    if (c.form === OTHER) { c.datums[row] = null; return; }
    c.nulls[row] = 1;
    if (c.form === TEXT) c.off[row] = c.len[row] = 0;
    else c.values[row] = 0;
  }

  private integer(c: Column, from: number, row: number): boolean {
    const { bytes } = this;
    let at = from;
    const negative = bytes[at] === MINUS;
    if (negative) at++;
    const first = at;
    let v = 0;
    for (let d = bytes[at]! - ZERO; d >= 0 && d <= 9; d = bytes[++at]! - ZERO) v = v * 10 + d;
    if (at === first || at - first > c.digitsMax || !this.ends(bytes[at]!)) return this.slow(c, from, row);
    c.values[row] = negative && v !== 0 ? -v : v;
    c.nulls[row] = 0;
    this.at = at;
    return true;
  }
  /** A mantissa and a power of ten that are both exact: one correctly rounded division. */
  private float(c: Column, from: number, row: number): boolean {
    const { bytes } = this;
    let at = from;
    const negative = bytes[at] === MINUS;
    if (negative) at++;
    const first = at;
    let v = 0;
    for (let d = bytes[at]! - ZERO; d >= 0 && d <= 9; d = bytes[++at]! - ZERO) v = v * 10 + d;
    let digits = at - first;
    let fraction = 0;
    if (bytes[at] === POINT && digits > 0) {
      const point = ++at;
      for (let d = bytes[at]! - ZERO; d >= 0 && d <= 9; d = bytes[++at]! - ZERO) v = v * 10 + d;
      fraction = at - point;
      digits += fraction;
      if (fraction === 0) digits = 0;
    }
    if (digits === 0 || digits > MANTISSA_DIGITS || !this.ends(bytes[at]!)) return this.slow(c, from, row);
    const value = fraction === 0 ? v : v / POWERS[fraction]!;
    c.values[row] = negative ? -value : value;
    c.nulls[row] = 0;
    this.at = at;
    return true;
  }
  private ends(b: number): boolean { return b === this.delimiter || b === NEWLINE; }

  /** The end of a plain field, -1 where it is not plain. */
  private fieldEnd(from: number): number {
    const { bytes, delimiter, special } = this;
    for (let at = from; ; at++) {
      const b = bytes[at]!;
      if (b === delimiter || b === NEWLINE) return at;
      if (b === special || b === RETURN || b === 0) return -1;
    }
  }
  private text(c: Column, from: number, row: number): boolean {
    if (c.form === OTHER) return this.slow(c, from, row);
    const end = this.fieldEnd(from);
    if (end < 0) return false;
    c.off[row] = from;
    c.len[row] = end - from;
    c.nulls[row] = 0;
    this.at = end;
    return true;
  }
  /** By the input function; its errors are raised by the general path, with their context. */
  private slow(c: Column, from: number, row: number): boolean {
    const end = this.fieldEnd(from);
    if (end < 0) return false;
    let value: Datum;
    try {
      value = c.reader(this.bytes.toString('utf8', from, end));
    } catch (error) {
      if (error instanceof SqlError) return false;
      throw error;
    }
    this.at = end;
    if (c.form === OTHER) { c.datums[row] = value; return true; }
    if (typeof value !== 'number') return false;
    c.values[row] = value;
    c.nulls[row] = 0;
    return true;
  }

  /** The block by attnum - 1; good until the next begin. */
  block(): (BlockColumn | undefined)[] {
    const out = new Array<BlockColumn | undefined>(this.attributeCount).fill(undefined);
    this.columns.forEach((c, k) => {
      out[this.attnums[k]! - 1] = c.form === OTHER ? { kind: 'datum', values: c.datums }
        : c.form === TEXT ? { kind: 'text', bytes: this.bytes, off: c.off, len: c.len, nulls: c.nulls } : { kind: 'number', values: c.values, nulls: c.nulls };
    });
    return out;
  }
}

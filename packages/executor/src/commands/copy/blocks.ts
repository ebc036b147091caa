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

/** Code of one field at p that moves p behind it, or does `other`. */
function fieldCode(c: Column, k: number, stop: number, delimiter: number, special: number, other: string): string {
  const digits = (into: string): string => `while (c >= ${ZERO} && c <= ${ZERO + 9}) { ${into} = ${into} * 10 + (c - ${ZERO}); c = b[++q]; }`;
  const number = `let q = p, c = b[p]; const negative = c === ${MINUS}; if (negative) c = b[++q]; const first = q; let v = 0; ${digits('v')}`;
  switch (c.form) {
    case INTEGER:
      return `{ ${number} if (c === ${stop} && q > first && q - first <= ${c.digitsMax}) { v${k}[row] = negative ? 0 - v : v; n${k}[row] = 0; p = q + 1; } else ${other} }`;
    case FLOAT:
      // A mantissa and a power of ten that are both exact: one correctly rounded division.
      return `{ ${number} let digits = q - first, fraction = 0;
        if (c === ${POINT} && digits > 0) { c = b[++q]; const point = q; ${digits('v')} fraction = q - point; digits = fraction === 0 ? 0 : digits + fraction; }
        if (c === ${stop} && digits > 0 && digits <= ${MANTISSA_DIGITS}) { if (fraction > 0) v = v / POWERS[fraction]; v${k}[row] = negative ? -v : v; n${k}[row] = 0; p = q + 1; } else ${other} }`;
    case TEXT:
      return `{ let q = p, c = b[p]; while (c !== ${delimiter} && c !== ${NEWLINE} && c !== ${special} && c !== ${RETURN} && c !== 0) c = b[++q];
        if (c === ${stop}) { o${k}[row] = p; l${k}[row] = q - p; n${k}[row] = 0; p = q + 1; } else ${other} }`;
    default: return other;
  }
}

export class BlockParser {
  rows = 0;
  private readonly columns: Column[];
  private readonly nullText: Uint8Array;
  private readonly delimiter: number;
  /** Bytes that make a line other than plain: backslash in text, quote and escape in CSV. */
  private readonly special: number;
  private bytes: Buffer = Buffer.alloc(0);
  private readonly code: (bytes: Buffer, from: number, length: number) => number;

  constructor(attributes: readonly RelationAttribute[], readers: readonly FieldReader[], o: CopyOptions, private readonly attributeCount: number) {
    this.columns = attributes.map((a, k) => columnOf(a, readers[k]!));
    this.attnums = attributes.map((a) => a.attnum);
    this.nullText = Buffer.from(o.nullText);
    this.delimiter = o.delimiter.charCodeAt(0);
    this.special = o.format === 'csv' ? o.quote.charCodeAt(0) : 92;
    this.code = this.compile();
  }
  private readonly attnums: readonly number[];

  /** One function for these columns: a loop over lines, the common forms of values in line. */
  private compile(): (bytes: Buffer, from: number, length: number) => number {
    const { columns, delimiter, special, nullText } = this;
    // A NULL text that could be a value is looked for before any value.
    const nullFirst = !nullText.includes(special);
    const fields = columns.map((c, k) => {
      const stop = k === columns.length - 1 ? NEWLINE : delimiter;
      const other = `{ p = S.other(${k}, p, row, ${stop}); if (p < 0) { S.rows = row; return line; } }`;
      return `${nullFirst ? `if (S.nullEnd(p) >= 0) ${other} else ` : ''}${fieldCode(c, k, stop, delimiter, special, other)}`;
    });
    const arrays = columns.map((_, k) => `const v${k} = S.columns[${k}].values, n${k} = S.columns[${k}].nulls, o${k} = S.columns[${k}].off, l${k} = S.columns[${k}].len;`);
    const source = `"use strict"; ${arrays.join('\n')} return function (b, from, length) {
      let line = from, row = S.rows;
      while (line < length && row < ${BLOCK_ROWS}) { let p = line; ${fields.join('\n')} line = p; row++; }
      S.rows = row; return line; };`;
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    return new Function('S', 'POWERS', source)(this, POWERS);
  }

  /** Takes another piece of complete lines; false where it is not UTF-8. */
  begin(bytes: Buffer): boolean {
    this.bytes = bytes;
    return isUtf8(bytes);
  }

  /** Parses lines from `from` on till the block is full or a line is not plain: answers where it stopped. */
  parse(from: number): number { return this.code(this.bytes, from, this.bytes.length); }

  /** What generated code leaves: NULLs, and values by their input functions. The start of the next field, -1: not plain. */
  private other(k: number, at: number, row: number, stop: number): number {
    const c = this.columns[k]!;
    let end = this.nullEnd(at);
    if (end >= 0) {
      if (c.notNull) return -1;
      this.putNull(c, row);
    } else end = this.slow(c, at, row);
    return end >= 0 && this.bytes[end] === stop ? end + 1 : -1;
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

  /** The end of a plain field, -1 where it is not plain. */
  private fieldEnd(from: number): number {
    const { bytes, delimiter, special } = this;
    for (let at = from; ; at++) {
      const b = bytes[at]!;
      if (b === delimiter || b === NEWLINE) return at;
      if (b === special || b === RETURN || b === 0) return -1;
    }
  }
  /** By the input function; its errors are raised by the general path, with their context. */
  private slow(c: Column, from: number, row: number): number {
    const end = this.fieldEnd(from);
    if (end < 0 || c.form === TEXT) return -1;
    let value: Datum;
    try {
      value = c.reader(this.bytes.toString('utf8', from, end));
    } catch (error) {
      if (error instanceof SqlError) return -1;
      throw error;
    }
    if (c.form === OTHER) c.datums[row] = value;
    else if (typeof value !== 'number') return -1;
    else {
      c.values[row] = value;
      c.nulls[row] = 0;
    }
    return end;
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

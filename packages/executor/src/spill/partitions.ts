/**
 * Rows divided by a hash of their key over parts of one temporary file, so that equal keys meet in one part: what hash
 * joins do with more than their memory (Kitsuregawa, Tanaka, Moto-oka, GRACE, 1983).
 */
import type { TempArea, TempFile } from '@pglitedb/storage';
import type { Datum } from '@pglitedb/types';
import { newColumns } from '../nodes/operator.js';
import type { BlockCodec } from './block-codec.js';
import { RunReader, writeRows, type RowRun } from './row-file.js';

const PARTS_MIN = 8;
const PARTS_MAX = 256;
const BUFFER_ROWS = 64;

/** A power of two of parts, of which each should fit in `limit` bytes. */
export function partCount(bytes: number, limit: number): number {
  let n = PARTS_MIN;
  while (n < PARTS_MAX && (bytes * 1.5) / n > limit) n *= 2;
  return n;
}

/** Hash of a key as hashKeyOf and compoundKey make them; -0 and 0 are one key. */
export function hashOfKey(key: unknown): number {
  let h = 0x811c9dc5;
  if (typeof key === 'number' && (key | 0) === key) h ^= key;
  else {
    const text = String(key);
    for (let k = 0; k < text.length; k++) h = Math.imul(h ^ text.charCodeAt(k), 0x01000193);
  }
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

export class Partitions {
  private readonly file: TempFile;
  private readonly runs: RowRun[];
  private readonly buffers: { columns: Datum[][]; count: number }[];
  readonly rows: number[];
  constructor(area: TempArea, private readonly codec: BlockCodec, private readonly width: number, readonly count: number) {
    this.file = area.create();
    this.runs = Array.from({ length: count }, () => ({ file: this.file, blocks: [] }));
    this.buffers = Array.from({ length: count }, () => ({ columns: newColumns(width), count: 0 }));
    this.rows = new Array<number>(count).fill(0);
  }
  /** NULL keys, which equal nothing, go to the first part. */
  partOf(key: unknown): number { return key === null ? 0 : hashOfKey(key) & (this.count - 1); }
  add(part: number, columns: readonly Datum[][], row: number): void {
    const buffer = this.buffers[part]!;
    for (let c = 0; c < this.width; c++) buffer.columns[c]![buffer.count] = columns[c]![row];
    this.rows[part]!++;
    if (++buffer.count === BUFFER_ROWS) this.flush(part);
  }
  private flush(part: number): void {
    const buffer = this.buffers[part]!;
    writeRows(this.runs[part]!, this.codec, buffer.columns, undefined, buffer.count);
    buffer.count = 0;
  }
  /** All rows are there. */
  finish(): void { for (let part = 0; part < this.count; part++) if (this.buffers[part]!.count > 0) this.flush(part); }
  reader(part: number): RunReader { return new RunReader(this.runs[part]!, this.codec, this.width); }
  close(): void { this.file.close(); }
}

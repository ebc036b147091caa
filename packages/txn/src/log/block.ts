/**
 * Columns of a block of rows in the log. Each:
 *
 *   u8 form (+ 16: a NULL bitmap of ceil(n / 8) bytes follows)
 *   1 integers   u8 width 1, 2 or 4; float64 base; n * width bytes, little-endian: value - base
 *   2 floats     n * 8 bytes
 *   3 text       u8 width 1, 2 or 4 of the lengths; n * width; then the bytes
 *   4 cells      n cells (cells.ts), NULLs among them
 */
import { CHUNK_ROWS, valueOf, type BlockColumn } from '@pglitedb/storage';
import type { Datum } from '@pglitedb/types';
import { readCell, writeCell, type CellType } from './cells.js';
import type { RedoBuffer, RedoReader } from './redo-buffer.js';

const INTEGERS = 1;
const FLOATS = 2;
const TEXT = 3;
const CELLS = 4;
const HAS_NULLS = 16;

const widthOf = (range: number): number => (range < 0x100 ? 1 : range < 0x10000 ? 2 : range <= 0xffffffff ? 4 : 8);

/** The chunk's column, to whose heap the texts of the block were appended last. */
export interface StoredText { readonly heap: Uint8Array; readonly heapUsed: number }

/** Entries [from, from + n) of a column; undefined: all NULL. */
export function writeBlockColumn(out: RedoBuffer, type: CellType, column: BlockColumn | undefined, from: number, n: number, stored: StoredText): void {
  if (column?.kind === 'number' && type.physical !== 'bytes') writeNumbers(out, type, column, from, n);
  else if (column?.kind === 'text' && type.physical === 'text') writeTexts(out, column, from, n, stored);
  else {
    out.u8(CELLS);
    for (let i = from; i < from + n; i++) writeCell(out, type, column === undefined ? null : valueOf(column, i));
  }
}

function writeForm(out: RedoBuffer, form: number, nulls: Uint8Array, from: number, n: number): void {
  const has = nulls.subarray(from, from + n).includes(1);
  out.u8(form + (has ? HAS_NULLS : 0));
  if (!has) return;
  const bytes = (n + 7) >> 3;
  const at = out.reserve(bytes);
  out.bytes.fill(0, at, at + bytes);
  for (let i = 0; i < n; i++) if (nulls[from + i] === 1) out.bytes[at + (i >> 3)]! |= 1 << (i & 7);
}

function writeNumbers(out: RedoBuffer, type: CellType, column: Extract<BlockColumn, { kind: 'number' }>, from: number, n: number): void {
  const { values, nulls } = column;
  let min = Infinity;
  let max = -Infinity;
  for (let i = from; i < from + n; i++) {
    const v = values[i]!;
    if (v < min) min = v;
    if (v > max) max = v;
  }
  const width = type.physical === 'float64' ? 8 : widthOf(max - min);
  if (width === 8) {
    writeForm(out, FLOATS, nulls, from, n);
    out.raw(new Uint8Array(values.buffer, values.byteOffset + from * 8, n * 8));
    return;
  }
  writeForm(out, INTEGERS, nulls, from, n);
  out.u8(width);
  out.float64(min);
  writeWidth(out, width, values, min, from, n);
}

function writeTexts(out: RedoBuffer, column: Extract<BlockColumn, { kind: 'text' }>, from: number, n: number, stored: StoredText): void {
  const { len, nulls } = column;
  writeForm(out, TEXT, nulls, from, n);
  let longest = 0;
  let total = 0;
  for (let i = from; i < from + n; i++) {
    total += len[i]!;
    if (len[i]! > longest) longest = len[i]!;
  }
  const width = widthOf(longest);
  out.u8(width);
  writeWidth(out, width, len, 0, from, n);
  out.raw(stored.heap.subarray(stored.heapUsed - total, stored.heapUsed));
}

/** Rows of a block at most: those of a chunk. */
const words = new Uint32Array(CHUNK_ROWS);
const VIEWS: Readonly<Record<number, Uint8Array | Uint16Array | Uint32Array>> = { 1: new Uint8Array(words.buffer), 2: new Uint16Array(words.buffer), 4: words };
const wordBytes = new Uint8Array(words.buffer);

/** values[from ..] - base as n unsigned numbers of `width` bytes. */
function writeWidth(out: RedoBuffer, width: number, values: Float64Array | Uint32Array, base: number, from: number, n: number): void {
  const view = VIEWS[width]!;
  for (let i = 0; i < n; i++) view[i] = values[from + i]! - base;
  out.raw(wordBytes.subarray(0, n * width));
}

function readWidth(input: RedoReader, width: number): number {
  let v = 0;
  for (let k = 0, scale = 1; k < width; k++, scale *= 256) v += input.u8() * scale;
  return v;
}

const NO_NULLS = new Uint8Array(CHUNK_ROWS);

/** A column of n rows; texts are views of the input. */
export function readBlock(input: RedoReader, type: CellType | undefined, n: number): BlockColumn {
  const tag = input.u8();
  const form = tag & ~HAS_NULLS;
  const nulls = (tag & HAS_NULLS) === 0 && n <= CHUNK_ROWS ? NO_NULLS : new Uint8Array(n);
  if ((tag & HAS_NULLS) !== 0) {
    for (let i = 0; i < n; i++) nulls[i] = (input.bytes[input.at + (i >> 3)]! >> (i & 7)) & 1;
    input.at += (n + 7) >> 3;
  }
  if (form === CELLS) {
    const values = new Array<Datum>(n);
    for (let i = 0; i < n; i++) values[i] = readCell(input, type);
    return { kind: 'datum', values };
  }
  if (form === TEXT) return readTexts(input, nulls, n);
  const values = new Float64Array(n);
  if (form === FLOATS) for (let i = 0; i < n; i++) values[i] = input.float64();
  else {
    const width = input.u8();
    const base = input.float64();
    for (let i = 0; i < n; i++) values[i] = base + readWidth(input, width);
  }
  return { kind: 'number', values, nulls };
}

function readTexts(input: RedoReader, nulls: Uint8Array, n: number): BlockColumn {
  const width = input.u8();
  const off = new Uint32Array(n);
  const len = new Uint32Array(n);
  for (let i = 0; i < n; i++) len[i] = readWidth(input, width);
  for (let i = 0; i < n; i++) {
    off[i] = input.at;
    input.at += len[i]!;
  }
  return { kind: 'text', bytes: input.bytes, off, len, nulls };
}

/** The values of a column of n rows. */
export function readBlockColumn(input: RedoReader, type: CellType | undefined, n: number): Datum[] {
  const block = readBlock(input, type, n);
  if (block.kind === 'datum') return block.values;
  const out = new Array<Datum>(n);
  for (let i = 0; i < n; i++) out[i] = valueOf(block, i);
  return out;
}

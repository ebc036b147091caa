/**
 * Smaller forms of a column's page bytes: whole numbers as unsigned differences of 0, 1, 2 or 4 bytes from the least,
 * lengths of texts instead of offsets. Chosen where they save something; columns of few slots stay as they are, so
 * that their arrays can alias the page.
 */
import { SLOT_FREE } from '../api.js';
import { K_DATE, K_FLOAT64, K_INT16, K_INT32, K_TEXT, K_UINT32, type Column } from './column.js';

/** Fewer slots are not worth it. */
const PACKED_SLOTS_MIN = 64;

export interface Packing { readonly width: number; readonly base: number }

function widthOf(range: number): number { return range === 0 ? 0 : range < 0x100 ? 1 : range < 0x10000 ? 2 : range <= 0xffffffff ? 4 : 8; }

type Numbers = Int16Array | Int32Array | Uint32Array | Float64Array;

/** The numbers of a column that may be packed. */
function numbersOf(column: Column): Numbers | undefined {
  switch (column.kind) {
    case K_INT16: return column.i16;
    case K_INT32: case K_DATE: return column.i32;
    case K_UINT32: return column.u32;
    default: return column.kind > K_FLOAT64 && column.kind < K_TEXT && !column.wide ? column.f64 : undefined;
  }
}

/** How to pack the slots [0, high), undefined where it would not save. `plainWidth` is the bytes per slot otherwise. */
export function packingOf(column: Column, live: Uint8Array, high: number, plainWidth: number): Packing | undefined {
  if (high < PACKED_SLOTS_MIN) return undefined;
  if (column.kind >= K_TEXT) return textPacking(column, live, high);
  const numbers = numbersOf(column);
  if (numbers === undefined) return undefined;
  const { nulls } = column;
  let min = Infinity;
  let max = -Infinity;
  for (let slot = 0; slot < high; slot++) {
    if (live[slot] === SLOT_FREE || nulls[slot] === 1) continue;
    const v = numbers[slot]!;
    if (v < min) min = v;
    if (v > max) max = v;
    if (v % 1 !== 0 || Object.is(v, -0)) return undefined;
  }
  if (min === Infinity) min = max = 0;
  const width = widthOf(max - min);
  return width * high + 8 < plainWidth * high ? { width, base: min } : undefined;
}

function textPacking(column: Column, live: Uint8Array, high: number): Packing | undefined {
  let longest = 0;
  for (let slot = 0; slot < high; slot++) if (live[slot] !== SLOT_FREE && column.len[slot]! > longest) longest = column.len[slot]!;
  const width = Math.max(1, widthOf(longest));
  return width < 4 ? { width, base: 0 } : undefined;
}

/** Writes values[slot] - base, 0 where there is none. */
export function writePacked(column: Column, live: Uint8Array, high: number, packing: Packing, page: Uint8Array, at: number): void {
  const { width, base } = packing;
  if (width === 0) return;
  const values = column.kind >= K_TEXT ? column.len : numbersOf(column)!;
  const out = packedView(page, at, high, width);
  for (let slot = 0; slot < high; slot++) out[slot] = live[slot] === SLOT_FREE || column.nulls[slot] === 1 ? 0 : values[slot]! - base;
}

function packedView(page: Uint8Array, at: number, n: number, width: number): Uint8Array | Uint16Array | Uint32Array {
  const offset = page.byteOffset + at;
  return width === 1 ? new Uint8Array(page.buffer, offset, n) : width === 2 ? new Uint16Array(page.buffer, offset, n) : new Uint32Array(page.buffer, offset, n);
}

/** Fills the column's array, which has room for `high` slots. */
export function readPacked(column: Column, high: number, packing: Packing, page: Uint8Array, at: number): void {
  const { width, base } = packing;
  const numbers = numbersOf(column)!;
  if (width === 0) {
    numbers.fill(base, 0, high);
    return;
  }
  const from = packedView(page, at, high, width);
  for (let slot = 0; slot < high; slot++) numbers[slot] = base + from[slot]!;
}

/** Offsets, one more than there are slots, from lengths. */
export function readLengths(high: number, width: number, page: Uint8Array, at: number): Uint32Array {
  const lengths = packedView(page, at, high, width);
  const offsets = new Uint32Array(high + 1);
  for (let slot = 0; slot < high; slot++) offsets[slot + 1] = offsets[slot]! + lengths[slot]!;
  return offsets;
}

/**
 * Page bytes of a chunk (little-endian; every part starts at a multiple of 8):
 *
 *   0  u32 magic 0x48434750 "PGCH"   4 u16 version   6 u16 columns   8 u32 high   12 u32 flags (1: every slot is live)
 *  16  unless every slot is live: one byte per slot [0, high), SLOT_*
 *      then per column:
 *        u8 kind, u8 flags (1 has NULLs, 2 wide int64, 4 ASCII, 8 packed), u8 width if packed, u8 0, u32 heap bytes
 *        if it has NULLs: bitmap, bit (slot & 7) of byte (slot >> 3)
 *        fixed width: high values; packed: float64 base, then high unsigned differences of `width` bytes
 *        variable width: high + 1 u32 offsets, then the heap; packed: high lengths of `width` bytes, then the heap
 *
 * Free slots are written as zeros or NULLs and garbage is left out, so equal states give equal bytes. Reading aliases
 * the page bytes; a column copies its arrays before its first write (Column.shared).
 */
import { assert } from '@pglitedb/types';
import { SLOT_FREE, SLOT_LIVE, type ColumnType } from '../api.js';
import { StorageCorruption } from '../corruption.js';
import type { Chunk } from './chunk.js';
import { Column, K_BOOL, K_DATE, K_FLOAT32, K_FLOAT64, K_INT16, K_INT32, K_INT64, K_TEXT, K_TIME64, K_UINT32, KIND_OF, NO_NULLS } from './column.js';
import { growU8 } from './alloc.js';
import { packingOf, readLengths, readPacked, writePacked, type Packing } from './packing.js';

export const CHUNK_MAGIC = 0x48434750;
const VERSION = 1;
const HEADER_BYTES = 16;
const HAS_NULLS = 1;
const WIDE = 2;
const ASCII = 4;
const PACKED = 8;
const ALL_LIVE = 1;

const WIDTH: Record<number, number> = {
  [K_BOOL]: 1, [K_INT16]: 2, [K_INT32]: 4, [K_UINT32]: 4, [K_FLOAT32]: 4, [K_DATE]: 4, [K_FLOAT64]: 8, [K_INT64]: 8, [K_TIME64]: 8,
};

function pad8(n: number): number {
  return (n + 7) & ~7;
}

export function serializeChunk(chunk: Chunk): Uint8Array {
  const high = chunk.high;
  const heaps = chunk.columns.map((c) => (c.kind >= K_TEXT ? heapBytes(chunk, c) : 0));
  const packings = chunk.columns.map((c) => packingOf(c, chunk.live, high, WIDTH[c.kind] ?? 0));
  const allLive = chunk.count === high;
  const liveBytes = allLive ? 0 : pad8(high);
  let size = HEADER_BYTES + liveBytes;
  for (let i = 0; i < chunk.columns.length; i++) size += columnSize(chunk.columns[i]!, high, heaps[i]!, hasNulls(chunk.columns[i]!, high), packings[i]);
  const page = new Uint8Array(size);
  const view = new DataView(page.buffer);
  view.setUint32(0, CHUNK_MAGIC, true);
  view.setUint16(4, VERSION, true);
  view.setUint16(6, chunk.columns.length, true);
  view.setUint32(8, high, true);
  view.setUint32(12, allLive ? ALL_LIVE : 0, true);
  if (!allLive) page.set(chunk.live.subarray(0, high), HEADER_BYTES);
  let at = HEADER_BYTES + liveBytes;
  for (let i = 0; i < chunk.columns.length; i++) at = writeColumn(chunk, chunk.columns[i]!, heaps[i]!, packings[i], page, view, at);
  assert(at === size, 'a chunk page has the size computed for it');
  return page;
}

function hasNulls(column: Column, high: number): boolean {
  return column.nulls !== NO_NULLS && column.nulls.subarray(0, high).includes(1);
}

/** Bytes between the NULL bitmap and the heap, or the column's end. */
function dataBytes(kind: number, high: number, packing: Packing | undefined): number {
  if (packing !== undefined) return pad8(high * packing.width) + (kind >= K_TEXT ? 0 : 8);
  return kind >= K_TEXT ? pad8((high + 1) * 4) : pad8(high * WIDTH[kind]!);
}

function columnSize(column: Column, high: number, heap: number, nulls: boolean, packing: Packing | undefined): number {
  const data = dataBytes(column.kind, high, packing) + (column.kind >= K_TEXT ? pad8(heap) : 0);
  return 8 + (nulls ? pad8((high + 7) >> 3) : 0) + data;
}

function heapBytes(chunk: Chunk, column: Column): number {
  let total = 0;
  for (let slot = 0; slot < chunk.high; slot++) if (chunk.live[slot] !== SLOT_FREE) total += column.len[slot]!;
  return total;
}

function writeColumn(chunk: Chunk, column: Column, heap: number, packing: Packing | undefined, page: Uint8Array, view: DataView, start: number): number {
  const high = chunk.high;
  const nulls = hasNulls(column, high);
  let at = start;
  page[at] = column.kind;
  page[at + 1] = (nulls ? HAS_NULLS : 0) | (column.wide ? WIDE : 0) | (column.ascii ? ASCII : 0) | (packing === undefined ? 0 : PACKED);
  page[at + 2] = packing?.width ?? 0;
  view.setUint32(at + 4, heap, true);
  at += 8;
  if (nulls) {
    for (let slot = 0; slot < high; slot++) if (column.nulls[slot] === 1) page[at + (slot >> 3)]! |= 1 << (slot & 7);
    at += pad8((high + 7) >> 3);
  }
  if (column.kind >= K_TEXT) return writeHeap(chunk, column, heap, packing, page, at);
  if (packing !== undefined) {
    view.setFloat64(at, packing.base, true);
    writePacked(column, chunk.live, high, packing, page, at + 8);
    return at + dataBytes(column.kind, high, packing);
  }
  const width = WIDTH[column.kind]!;
  const data = dataOf(column);
  const bytes = Math.min(high, data.length) * width;
  page.set(new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, bytes), at);
  for (let slot = 0; slot < high; slot++) if (chunk.live[slot] === SLOT_FREE) page.fill(0, at + slot * width, at + (slot + 1) * width);
  return at + pad8(high * width);
}

function writeHeap(chunk: Chunk, column: Column, heap: number, packing: Packing | undefined, page: Uint8Array, start: number): number {
  const high = chunk.high;
  const offsets = packing === undefined ? new Uint32Array(page.buffer, start, high + 1) : undefined;
  const base = start + dataBytes(column.kind, high, packing);
  if (packing !== undefined) writePacked(column, chunk.live, high, packing, page, start);
  let to = 0;
  let runFrom = 0;
  let runTo = 0;
  let runBytes = 0;
  for (let slot = 0; slot < high; slot++) {
    if (offsets !== undefined) offsets[slot] = to;
    const n = chunk.live[slot] === SLOT_FREE ? 0 : column.len[slot]!;
    if (n === 0) continue;
    const from = column.off[slot]!;
    if (runBytes > 0 && from === runFrom + runBytes) runBytes += n;
    else {
      if (runBytes > 0) page.set(column.heap.subarray(runFrom, runFrom + runBytes), base + runTo);
      runFrom = from;
      runTo = to;
      runBytes = n;
    }
    to += n;
  }
  if (runBytes > 0) page.set(column.heap.subarray(runFrom, runFrom + runBytes), base + runTo);
  if (offsets !== undefined) offsets[high] = to;
  assert(to === heap, 'a column heap has the size computed for it');
  return base + pad8(heap);
}

function dataOf(column: Column): Uint8Array | Int16Array | Int32Array | Uint32Array | Float32Array | Float64Array | BigInt64Array {
  switch (column.kind) {
    case K_BOOL: return column.u8;
    case K_INT16: return column.i16;
    case K_INT32: case K_DATE: return column.i32;
    case K_UINT32: return column.u32;
    case K_FLOAT32: return column.f32;
    case K_FLOAT64: return column.f64;
    default: return column.wide ? column.i64 : column.f64;
  }
}

export function deserializeChunk(bytes: Uint8Array, types: readonly ColumnType[], make: (high: number) => Chunk): Chunk {
  const page = (bytes.byteOffset & 7) === 0 ? bytes : Uint8Array.from(bytes);
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  if (page.length < HEADER_BYTES || view.getUint32(0, true) !== CHUNK_MAGIC || view.getUint16(4, true) !== VERSION) {
    throw new StorageCorruption('page is not a table chunk');
  }
  const columns = view.getUint16(6, true);
  const high = view.getUint32(8, true);
  const chunk = make(high);
  chunk.high = high;
  const allLive = (view.getUint32(12, true) & ALL_LIVE) !== 0;
  if (allLive) chunk.live.fill(SLOT_LIVE, 0, high);
  else chunk.live.set(page.subarray(HEADER_BYTES, HEADER_BYTES + high));
  for (let slot = 0; slot < high; slot++) {
    if (chunk.live[slot] === SLOT_LIVE) chunk.count++;
    else if (chunk.live[slot] === SLOT_FREE) chunk.freeSlots++;
  }
  let at = HEADER_BYTES + (allLive ? 0 : pad8(high));
  for (let i = 0; i < columns; i++) {
    const type = types[i];
    if (type === undefined || KIND_OF[type.physical] !== page[at]) throw new StorageCorruption(`column ${i + 1} of a chunk does not have its table's type`);
    at = readColumn(chunk, type, page, view, at, high);
  }
  return chunk;
}

function readColumn(chunk: Chunk, type: ColumnType, page: Uint8Array, view: DataView, start: number, high: number): number {
  const column = new Column(type, 0);
  const flags = page[start + 1]!;
  const heap = view.getUint32(start + 4, true);
  let at = start + 8;
  column.wide = (flags & WIDE) !== 0;
  column.ascii = (flags & ASCII) !== 0;
  if ((flags & HAS_NULLS) !== 0) {
    const nulls = growU8(new Uint8Array(0), chunk.capacity);
    for (let slot = 0; slot < high; slot++) nulls[slot] = (page[at + (slot >> 3)]! >> (slot & 7)) & 1;
    column.nulls = nulls;
    at += pad8((high + 7) >> 3);
  }
  const packed = (flags & PACKED) !== 0;
  const packing = packed ? { width: page[start + 2]!, base: column.kind >= K_TEXT ? 0 : view.getFloat64(at, true) } : undefined;
  const end = at + dataBytes(column.kind, high, packing);
  if (column.kind >= K_TEXT) {
    column.attach(packing === undefined ? new Uint32Array(page.buffer, page.byteOffset + at, high + 1) : readLengths(high, packing.width, page, at), page.subarray(end, end + heap));
    column.shared = true;
  } else if (packing !== undefined) {
    column.grow(chunk.capacity);
    readPacked(column, high, packing, page, at + 8);
  } else {
    aliasData(column, page.buffer, page.byteOffset + at, high);
    column.shared = true;
  }
  at = end + (column.kind >= K_TEXT ? pad8(heap) : 0);
  column.capacity = chunk.capacity;
  chunk.columns.push(column);
  return at;
}

function aliasData(column: Column, buffer: ArrayBufferLike, offset: number, n: number): void {
  switch (column.kind) {
    case K_BOOL: column.u8 = new Uint8Array(buffer, offset, n); break;
    case K_INT16: column.i16 = new Int16Array(buffer, offset, n); break;
    case K_INT32: case K_DATE: column.i32 = new Int32Array(buffer, offset, n); break;
    case K_UINT32: column.u32 = new Uint32Array(buffer, offset, n); break;
    case K_FLOAT32: column.f32 = new Float32Array(buffer, offset, n); break;
    case K_FLOAT64: column.f64 = new Float64Array(buffer, offset, n); break;
    default:
      if (column.wide) column.i64 = new BigInt64Array(buffer, offset, n);
      else column.f64 = new Float64Array(buffer, offset, n);
  }
}


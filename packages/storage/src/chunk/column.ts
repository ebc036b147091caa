/**
 * One column of a chunk. A single class with one field per array kind, so that every access site stays monomorphic;
 * only the arrays that belong to the column's kind have a length.
 *
 * Variable-width values: off[slot], len[slot] into `heap`, which is only ever appended to. Replaced values are
 * garbage until compaction moves the live ones to another heap; bytes once written never change, so a reader may
 * hold (heap, off, len) while the column goes on changing.
 */
import { assert, type Datum } from '@pglitedb/types';
import { CHUNK_ROWS, type BlockColumn, type ColumnType } from '../api.js';
import { asNative, growF32, growF64, growI16, growI32, growI64, growU32, growU8, newHeap, type NativeBuffer } from './alloc.js';

export const K_BOOL = 0;
export const K_INT16 = 1;
export const K_INT32 = 2;
export const K_UINT32 = 3;
export const K_FLOAT32 = 4;
export const K_FLOAT64 = 5;
export const K_DATE = 6;
export const K_INT64 = 7;
export const K_TIME64 = 8;
export const K_TEXT = 9;
export const K_BYTES = 10;

export const KIND_OF = {
  bool: K_BOOL, int16: K_INT16, int32: K_INT32, uint32: K_UINT32, float32: K_FLOAT32, float64: K_FLOAT64,
  date32: K_DATE, int64: K_INT64, time64: K_TIME64, text: K_TEXT, bytes: K_BYTES,
} as const;

/** Shared by all columns that have no NULL. */
export const NO_NULLS = new Uint8Array(CHUNK_ROWS);
const U8 = new Uint8Array(0);
const I16 = new Int16Array(0);
const I32 = new Int32Array(0);
const U32 = new Uint32Array(0);
const F32 = new Float32Array(0);
const F64 = new Float64Array(0);
const I64 = new BigInt64Array(0);
const NO_HEAP = newHeap(0);

const DATE_MAX = 0x7fffffff;
const DATE_MIN = -0x80000000;
const I64_MAX = 0x7fffffffffffffffn;
const I64_MIN = -0x8000000000000000n;
const FIRST_HEAP_BYTES = 256;
/** Longer strings are measured first, shorter ones get room for the worst case. */
const MEASURED_LENGTH = 1024;

export class Column {
  readonly kind: number;
  /** 1 where the slot is NULL; NO_NULLS while there is none. */
  nulls: Uint8Array = NO_NULLS;
  u8: Uint8Array = U8;
  i16: Int16Array = I16;
  i32: Int32Array = I32;
  u32: Uint32Array = U32;
  f32: Float32Array = F32;
  f64: Float64Array = F64;
  /** int64 and time64 once `wide`. */
  i64: BigInt64Array = I64;
  wide = false;
  off: Uint32Array = U32;
  len: Uint32Array = U32;
  heap: NativeBuffer = NO_HEAP;
  heapUsed = 0;
  garbage = 0;
  /** Every value of a text column is ASCII. */
  ascii = true;
  /** Arrays alias page bytes: copied before the first write. */
  shared = false;
  capacity = 0;

  constructor(readonly type: ColumnType, capacity: number) {
    this.kind = KIND_OF[type.physical];
    if (capacity > 0) this.grow(capacity);
  }

  /** Gives every array `slots` slots of its own. */
  grow(slots: number): void {
    switch (this.kind) {
      case K_BOOL: this.u8 = growU8(this.u8, slots); break;
      case K_INT16: this.i16 = growI16(this.i16, slots); break;
      case K_INT32: case K_DATE: this.i32 = growI32(this.i32, slots); break;
      case K_UINT32: this.u32 = growU32(this.u32, slots); break;
      case K_FLOAT32: this.f32 = growF32(this.f32, slots); break;
      case K_FLOAT64: this.f64 = growF64(this.f64, slots); break;
      case K_INT64: case K_TIME64:
        if (this.wide) this.i64 = growI64(this.i64, slots);
        else this.f64 = growF64(this.f64, slots);
        break;
      default:
        this.off = growU32(this.off, slots);
        this.len = growU32(this.len, slots);
        if (this.shared) this.moveHeap(this.heapUsed);
    }
    if (this.nulls !== NO_NULLS) this.nulls = growU8(this.nulls, slots);
    this.capacity = slots;
    this.shared = false;
  }

  isNull(slot: number): boolean {
    return this.nulls[slot] === 1;
  }

  get(slot: number): Datum {
    if (this.nulls[slot] === 1) return null;
    switch (this.kind) {
      case K_BOOL: return this.u8[slot] === 1;
      case K_INT16: return this.i16[slot];
      case K_INT32: return this.i32[slot];
      case K_UINT32: return this.u32[slot];
      case K_FLOAT32: return this.f32[slot];
      case K_FLOAT64: return this.f64[slot];
      case K_DATE: return dateOf(this.i32[slot]!);
      case K_INT64: case K_TIME64: return this.wide ? this.getWide(slot) : this.f64[slot];
      case K_TEXT: return this.getText(slot);
      default: return this.getBytes(slot);
    }
  }

  getText(slot: number): string {
    const start = this.off[slot]!;
    const end = start + this.len[slot]!;
    return this.ascii ? this.heap.latin1Slice(start, end) : this.heap.utf8Slice(start, end);
  }

  private getBytes(slot: number): Datum {
    const start = this.off[slot]!;
    if (this.type.decodeAt !== undefined) return this.type.decodeAt(this.heap, start, start + this.len[slot]!);
    const view = this.heap.subarray(start, start + this.len[slot]!);
    return this.type.decode === undefined ? Uint8Array.from(view) : this.type.decode(view);
  }

  private getWide(slot: number): Datum {
    const v = this.i64[slot]!;
    if (this.kind === K_TIME64) {
      if (v === I64_MAX) return Infinity;
      if (v === I64_MIN) return -Infinity;
    }
    const n = Number(v);
    return Number.isSafeInteger(n) ? n : v;
  }

  set(slot: number, value: Datum): void {
    if (this.shared) this.grow(Math.max(this.capacity, slot + 1));
    if (value === null || value === undefined) {
      this.setNull(slot);
      return;
    }
    if (this.nulls[slot] === 1) this.nulls[slot] = 0;
    switch (this.kind) {
      case K_BOOL: this.u8[slot] = value ? 1 : 0; break;
      case K_INT16: this.i16[slot] = value; break;
      case K_INT32: this.i32[slot] = value; break;
      case K_UINT32: this.u32[slot] = value; break;
      case K_FLOAT32: this.f32[slot] = value; break;
      case K_FLOAT64: this.f64[slot] = value; break;
      case K_DATE: this.i32[slot] = value === Infinity ? DATE_MAX : value === -Infinity ? DATE_MIN : value; break;
      case K_INT64: case K_TIME64:
        if (!this.wide && typeof value === 'number') this.f64[slot] = value;
        else this.setWide(slot, value);
        break;
      case K_TEXT: this.setText(slot, value); break;
      default: this.setBytes(slot, value);
    }
  }

  /** Sets slots [slot, slot + n), never used before, from entries [from, from + n) of a block. */
  setBlock(slot: number, block: BlockColumn, from: number, n: number): void {
    if (block.kind === 'text' && this.kind === K_TEXT) this.setTexts(slot, block, from, n);
    else if (block.kind === 'number' && this.setNumbers(slot, block.values, from, n)) this.setNulls(slot, block.nulls, from, n);
    else for (let i = 0; i < n; i++) this.set(slot + i, valueOf(block, from + i));
  }

  private setNumbers(slot: number, values: Float64Array, from: number, n: number): boolean {
    if (this.shared) this.grow(Math.max(this.capacity, slot + n));
    const part = values.subarray(from, from + n);
    if (this.kind === K_INT32) this.i32.set(part, slot);
    else if (this.kind === K_FLOAT64) this.f64.set(part, slot);
    else if (this.kind === K_INT16) this.i16.set(part, slot);
    else if (this.kind === K_INT64 && !this.wide) this.f64.set(part, slot);
    else return false;
    return true;
  }
  private setNulls(slot: number, nulls: Uint8Array, from: number, n: number): void {
    const first = nulls.subarray(from, from + n).indexOf(1);
    if (first < 0) return;
    for (let i = first; i < n; i++) if (nulls[from + i] === 1) this.setNull(slot + i);
  }
  private setTexts(slot: number, block: Extract<BlockColumn, { kind: 'text' }>, from: number, n: number): void {
    if (this.shared) this.grow(Math.max(this.capacity, slot + n));
    const { bytes, off, len } = block;
    let total = 0;
    for (let i = from; i < from + n; i++) total += len[i]!;
    if (this.heapUsed + total > this.heap.length) this.makeRoom(total);
    const { heap } = this;
    let at = this.heapUsed;
    let high = 0;
    for (let i = 0; i < n; i++) {
      const start = off[from + i]!;
      const end = start + len[from + i]!;
      this.off[slot + i] = at;
      this.len[slot + i] = end - start;
      for (let k = start; k < end; k++) {
        const b = bytes[k]!;
        high |= b;
        heap[at++] = b;
      }
    }
    this.heapUsed = at;
    if (high >= 128) this.ascii = false;
    this.setNulls(slot, block.nulls, from, n);
  }

  private setNull(slot: number): void {
    if (this.nulls === NO_NULLS) this.nulls = growU8(U8, this.capacity);
    this.nulls[slot] = 1;
    if (this.kind >= K_TEXT) {
      this.garbage += this.len[slot]!;
      this.len[slot] = 0;
    }
  }

  private setWide(slot: number, value: number | bigint): void {
    if (!this.wide) this.widen();
    this.i64[slot] = int64Of(value);
  }

  private widen(): void {
    const wide = growI64(I64, this.capacity);
    for (let i = 0; i < this.capacity; i++) wide[i] = int64Of(this.f64[i]!);
    this.i64 = wide;
    this.f64 = F64;
    this.wide = true;
  }

  private setText(slot: number, value: string): void {
    const most = value.length > MEASURED_LENGTH ? Buffer.byteLength(value) : value.length * 3;
    this.garbage += this.len[slot]!;
    this.len[slot] = 0;
    if (this.heapUsed + most > this.heap.length) this.makeRoom(most);
    const at = this.heapUsed;
    const n = value.length === 0 ? 0 : this.heap.utf8Write(value, at, most);
    if (n !== value.length) this.ascii = false;
    this.off[slot] = at;
    this.len[slot] = n;
    this.heapUsed = at + n;
  }

  private setBytes(slot: number, value: Datum): void {
    const bytes: Uint8Array = this.type.encode === undefined ? value : this.type.encode(value);
    this.garbage += this.len[slot]!;
    this.len[slot] = 0;
    if (this.heapUsed + bytes.length > this.heap.length) this.makeRoom(bytes.length);
    this.heap.set(bytes, this.heapUsed);
    this.off[slot] = this.heapUsed;
    this.len[slot] = bytes.length;
    this.heapUsed += bytes.length;
  }

  /** Room for `more` bytes: by compaction when half is garbage, else by doubling. */
  private makeRoom(more: number): void {
    const needed = this.heapUsed - this.garbage + more;
    const compact = this.garbage * 2 > this.heapUsed;
    const size = Math.max(FIRST_HEAP_BYTES, this.heap.length);
    const target = compact && needed * 1.25 <= size ? size : Math.max(size * 2, nextPowerOfTwo(needed * 1.25));
    assert(target <= 0xffffffff, 'a column heap is at most 4 GiB');
    if (compact) this.compact(target);
    else this.moveHeap(Math.max(target, nextPowerOfTwo(this.heapUsed + more)));
  }

  private moveHeap(size: number): void {
    const heap = newHeap(size);
    heap.set(this.heap.subarray(0, this.heapUsed), 0);
    this.heap = heap;
  }

  private compact(size: number): void {
    const heap = newHeap(size);
    let at = 0;
    for (let slot = 0; slot < this.capacity; slot++) {
      const n = this.len[slot]!;
      if (n === 0) continue;
      const start = this.off[slot]!;
      heap.set(this.heap.subarray(start, start + n), at);
      this.off[slot] = at;
      at += n;
    }
    this.heap = heap;
    this.heapUsed = at;
    this.garbage = 0;
  }

  /** Drops the value of a slot that is no longer in use. */
  release(slot: number): void {
    if (this.kind < K_TEXT && this.nulls === NO_NULLS) return;
    if (this.shared) this.grow(Math.max(this.capacity, slot + 1));
    if (this.nulls[slot] === 1) this.nulls[slot] = 0;
    if (this.kind >= K_TEXT) {
      this.garbage += this.len[slot]!;
      this.len[slot] = 0;
    }
  }

  /** Attaches variable-width data of a page: offsets has one entry more than there are slots. */
  attach(offsets: Uint32Array, heap: Uint8Array): void {
    const n = offsets.length - 1;
    this.off = offsets.subarray(0, n);
    this.len = new Uint32Array(n);
    for (let i = 0; i < n; i++) this.len[i] = offsets[i + 1]! - offsets[i]!;
    this.heap = asNative(heap);
    this.heapUsed = heap.length;
  }

  get bytes(): number {
    return 200 + this.u8.byteLength + this.i16.byteLength + this.i32.byteLength + this.u32.byteLength + this.f32.byteLength
      + this.f64.byteLength + this.i64.byteLength + this.off.byteLength * 2 + this.heap.length
      + (this.nulls === NO_NULLS ? 0 : this.nulls.length);
  }
}

/** One value of a block. */
export function valueOf(block: BlockColumn, i: number): Datum {
  if (block.kind === 'datum') return block.values[i];
  if (block.nulls[i] === 1) return null;
  if (block.kind === 'number') return block.values[i];
  const start = block.off[i]!;
  return asNative(block.bytes).utf8Slice(start, start + block.len[i]!);
}

export function dateOf(days: number): number {
  return days === DATE_MAX ? Infinity : days === DATE_MIN ? -Infinity : days;
}

function int64Of(value: number | bigint): bigint {
  if (typeof value === 'bigint') return value;
  if (value === Infinity) return I64_MAX;
  if (value === -Infinity) return I64_MIN;
  return BigInt(value);
}

function nextPowerOfTwo(n: number): number {
  let p = 256;
  while (p < n) p *= 2;
  return p;
}

/**
 * A chunk: 1024 row slots of a table, one Column per attribute. Slots are allocated upwards first and reused when the
 * chunk is full. Arrays start at 16 slots and double, so a small table stays small.
 */
import { assert, type Datum } from '@pglitedb/types';
import { CHUNK_ROWS, SLOT_DEAD, SLOT_FREE, SLOT_LIVE, type BlockColumn, type ChunkApi, type ChunkView, type ColumnType } from '../api.js';
import { Page } from '../page.js';
import { FIRST_CAPACITY, growU8 } from './alloc.js';
import { Column, K_BOOL, K_FLOAT64, K_INT32, K_TEXT, K_UINT32 } from './column.js';
import { deserializeChunk, serializeChunk } from './chunk-format.js';

/** Live heap bytes from which on a chunk takes no new rows: tables of wide values have fewer rows per chunk. */
const HEAP_BYTES_FULL = 4 * 1024 * 1024;

export class Chunk extends Page implements ChunkApi {
  live: Uint8Array;
  count = 0;
  high = 0;
  /** Slots below `high` that are SLOT_FREE. */
  freeSlots = 0;
  capacity: number;
  readonly columns: Column[] = [];
  /** No slot below it is free while high is 1024. */
  private freeHint = 0;

  constructor(types: readonly ColumnType[], capacity = FIRST_CAPACITY) {
    super();
    this.capacity = capacity;
    this.live = new Uint8Array(capacity);
    for (const type of types) this.columns.push(new Column(type, capacity));
  }

  /** Reads page bytes. Columns beyond those stored are absent until addColumns. */
  static decode(bytes: Uint8Array, types: readonly ColumnType[]): Chunk {
    return deserializeChunk(bytes, types, (high) => new Chunk([], Math.max(high, FIRST_CAPACITY)));
  }

  get columnCount(): number {
    return this.columns.length;
  }

  get(col: number, slot: number): Datum {
    return this.columns[col]!.get(slot);
  }

  isNull(col: number, slot: number): boolean {
    return this.columns[col]!.nulls[slot] === 1;
  }

  set(col: number, slot: number, value: Datum): void {
    this.columns[col]!.set(slot, value);
  }

  readColumn(col: number, slots: ArrayLike<number>, n: number, out: Datum[]): void {
    const column = this.columns[col]!;
    const nulls = column.nulls;
    switch (column.kind) {
      case K_INT32: readArray(column.i32, nulls, slots, n, out); break;
      case K_UINT32: readArray(column.u32, nulls, slots, n, out); break;
      case K_FLOAT64: readArray(column.f64, nulls, slots, n, out); break;
      case K_BOOL:
        for (let i = 0; i < n; i++) out[i] = nulls[slots[i]!] === 1 ? null : column.u8[slots[i]!] === 1;
        break;
      case K_TEXT:
        for (let i = 0; i < n; i++) out[i] = nulls[slots[i]!] === 1 ? null : column.getText(slots[i]!);
        break;
      default:
        for (let i = 0; i < n; i++) out[i] = column.get(slots[i]!);
    }
  }

  hasRoom(): boolean {
    return this.high < CHUNK_ROWS && !this.heapFull();
  }

  heapFull(times = 1): boolean {
    let heap = 0;
    for (let i = 0; i < this.columns.length; i++) {
      const column = this.columns[i]!;
      if (column.kind >= K_TEXT) heap += column.heapUsed - column.garbage;
    }
    return heap >= HEAP_BYTES_FULL * times;
  }

  allocSlot(): number {
    let slot = this.high;
    if (slot === CHUNK_ROWS) {
      if (this.freeSlots === 0) return -1;
      slot = this.freeHint;
      while (this.live[slot] !== SLOT_FREE) slot++;
      this.freeHint = slot + 1;
      this.freeSlots--;
    } else {
      if (slot >= this.capacity) this.growTo(slot + 1);
      this.high = slot + 1;
    }
    this.occupy(slot);
    return slot;
  }

  /** Makes the n slots from `high` on live, set from [from, from + n) of the columns of a block; column 0 is `hidden` in all. */
  appendBlock(hidden: number, block: readonly (BlockColumn | undefined)[], from: number, n: number): void {
    const slot = this.high;
    assert(slot + n <= CHUNK_ROWS, 'a block fits its chunk');
    if (slot + n > this.capacity) this.growTo(slot + n);
    this.high = slot + n;
    this.count += n;
    this.live.fill(SLOT_LIVE, slot, slot + n);
    for (let i = 0; i < n; i++) this.columns[0]!.set(slot + i, hidden);
    for (let col = 1; col < this.columns.length; col++) {
      const values = block[col - 1];
      if (values !== undefined) this.columns[col]!.setBlock(slot, values, from, n);
      else for (let i = 0; i < n; i++) this.columns[col]!.set(slot + i, null);
    }
  }

  allocAt(slot: number): boolean {
    assert(slot >= 0 && slot < CHUNK_ROWS, 'slot is inside the chunk');
    if (slot >= this.capacity) this.growTo(slot + 1);
    if (slot >= this.high) {
      this.freeSlots += slot - this.high;
      this.high = slot + 1;
    } else if (this.live[slot] === SLOT_LIVE) return false;
    else if (this.live[slot] === SLOT_DEAD) {
      this.live[slot] = SLOT_LIVE;
      this.count++;
      return true;
    } else this.freeSlots--;
    this.occupy(slot);
    return true;
  }

  private occupy(slot: number): void {
    this.live[slot] = SLOT_LIVE;
    this.count++;
  }

  markDead(slot: number): void {
    assert(this.live[slot] === SLOT_LIVE, 'only a live row can be deleted');
    this.live[slot] = SLOT_DEAD;
    this.count--;
  }

  freeSlot(slot: number): void {
    const state = this.live[slot];
    assert(state !== SLOT_FREE, 'a slot is freed once');
    if (state === SLOT_LIVE) this.count--;
    this.live[slot] = SLOT_FREE;
    this.freeSlots++;
    if (slot < this.freeHint) this.freeHint = slot;
    for (let i = 0; i < this.columns.length; i++) this.columns[i]!.release(slot);
  }

  private growTo(slots: number): void {
    let capacity = Math.max(this.capacity, FIRST_CAPACITY);
    while (capacity < slots) capacity *= 2;
    if (capacity > CHUNK_ROWS) capacity = CHUNK_ROWS;
    this.live = growU8(this.live, capacity);
    for (let i = 0; i < this.columns.length; i++) this.columns[i]!.grow(capacity);
    this.capacity = capacity;
  }

  addColumns(types: readonly ColumnType[], missing: readonly Datum[]): void {
    for (let col = this.columns.length; col < types.length; col++) {
      const column = new Column(types[col]!, this.capacity);
      this.columns.push(column);
      const value = missing[col] ?? null;
      for (let slot = 0; slot < this.high; slot++) if (this.live[slot] !== SLOT_FREE) column.set(slot, value);
    }
  }

  get bytes(): number {
    let total = 200 + this.live.length;
    for (let i = 0; i < this.columns.length; i++) total += this.columns[i]!.bytes;
    return total;
  }

  serialize(view?: ChunkView): Uint8Array {
    if (view === undefined) return serializeChunk(this);
    const image = Chunk.decode(serializeChunk(this), this.columns.map((c) => c.type));
    for (let slot = 0; slot < image.high; slot++) if (image.live[slot] === SLOT_DEAD) image.freeSlot(slot);
    for (const slot of view.patched) {
      if (image.live[slot] !== undefined && image.live[slot] !== SLOT_FREE) image.freeSlot(slot);
      if (!view.isLive(slot)) continue;
      image.allocAt(slot);
      for (let col = 0; col < image.columns.length; col++) image.set(col, slot, view.get(col, slot));
    }
    return serializeChunk(image);
  }
}

/** Fixed-width loop; each call site passes one array kind. */
function readArray(
  data: Int32Array | Uint32Array | Float64Array, nulls: Uint8Array, slots: ArrayLike<number>, n: number, out: Datum[],
): void {
  for (let i = 0; i < n; i++) {
    const slot = slots[i]!;
    out[i] = nulls[slot] === 1 ? null : data[slot];
  }
}


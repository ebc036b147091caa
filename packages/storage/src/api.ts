/** The interfaces of this package's parts; classes of the same package implement them (see README). */
import type { Datum, Physical, TypeImpl } from '@pglitedb/types';
import type { Page } from './page.js';

export const CHUNK_ROWS = 1024;

/** What a chunk must know of a column's type. Every TypeImpl is one. */
export interface ColumnType {
  readonly physical: Physical;
  encode?(value: Datum): Uint8Array;
  decode?(bytes: Uint8Array): Datum;
  decodeAt?(heap: Uint8Array, start: number, end: number): Datum;
}

/** Row state of a slot, as in Chunk.live. */
export const SLOT_FREE = 0;
export const SLOT_LIVE = 1;
/** Deleted, but an old version may still be needed: not reusable until freeSlot. */
export const SLOT_DEAD = 2;

/** Committed image of the slots that differ from the current state, for Chunk.serialize. */
export interface ChunkView {
  /** Slots whose committed state differs, any order. */
  readonly patched: Iterable<number>;
  /** Whether the committed image has a row in this patched slot. */
  isLive(slot: number): boolean;
  /** Committed value of a patched, live slot. */
  get(col: number, slot: number): Datum;
}

/** Values of consecutive rows of one column; nulls[i] is 1 for NULL. Text: UTF-8 pieces of `bytes`, which are copied. */
export type BlockColumn =
  | { readonly kind: 'number'; readonly values: Float64Array; readonly nulls: Uint8Array }
  | { readonly kind: 'text'; readonly bytes: Uint8Array; readonly off: Uint32Array; readonly len: Uint32Array; readonly nulls: Uint8Array }
  | { readonly kind: 'datum'; readonly values: Datum[] };

/** 1024 row slots, one typed array per column. */
export interface ChunkApi extends Page {
  /** SLOT_* per slot; length is the current capacity, slots beyond it are free. */
  readonly live: Uint8Array;
  /** Number of SLOT_LIVE slots. */
  readonly count: number;
  /** One past the highest slot ever allocated: scans run over [0, high). */
  readonly high: number;
  /** Columns this chunk has; the reader supplies missing values for later ones. */
  readonly columnCount: number;
  get(col: number, slot: number): Datum;
  isNull(col: number, slot: number): boolean;
  set(col: number, slot: number, value: Datum): void;
  /** out[i] = value of slots[i], for i in [0, n). */
  readColumn(col: number, slots: ArrayLike<number>, n: number, out: Datum[]): void;
  /** Whether a new row should go here: slots above `high` are left, and wide values have not filled it before. */
  hasRoom(): boolean;
  /** Whether wide values take 4 MiB (times so many). */
  heapFull(times?: number): boolean;
  /** Lowest never-used slot, else a free one; -1 when full. The slot is SLOT_LIVE; set every column. */
  allocSlot(): number;
  /** Makes this very slot live (replay, undo of a delete: a dead slot keeps its values); false if it already was. */
  allocAt(slot: number): boolean;
  markDead(slot: number): void;
  freeSlot(slot: number): void;
  /** Adds columns up to types.length; slots already in use get missing[i]. */
  addColumns(types: readonly ColumnType[], missing: readonly Datum[]): void;
  serialize(view?: ChunkView): Uint8Array;
}

export interface KeyColumn {
  readonly type: TypeImpl;
  readonly descending?: boolean;
  /** Default: PostgreSQL's, i.e. equal to descending. */
  readonly nullsFirst?: boolean;
  /** A non-default operator class or collation. With compare but no sortKey the tree compares datums. */
  compare?(a: Datum, b: Datum): number;
  sortKey?(value: Datum): Uint8Array;
}

/** A search key made by encodeKey: number, binary string or datum tuple by the tree's mode. Opaque. */
export type IndexKey = number | string | readonly Datum[];

/** Bounds of a scan. A key of fewer columns than the index bounds the prefix. */
export interface KeyRange {
  lower?: IndexKey;
  /** default true */
  lowerInclusive?: boolean;
  upper?: IndexKey;
  /** default true */
  upperInclusive?: boolean;
}

export interface BTreeCursorApi {
  /** Fills out with the next rowids and returns how many; 0 at the end. The tree may change between calls. */
  nextBatch(out: Float64Array): number;
  /** Next rowid, -1 at the end. */
  next(): number;
}

export interface BTreeApi {
  readonly columns: readonly KeyColumn[];
  /** Number of entries, stale ones included. */
  readonly size: number;
  readonly height: number;
  readonly pages: number;
  /** Search key from values of the leading columns; the array is not kept. */
  encodeKey(values: readonly Datum[]): IndexKey;
  /** Adds an entry; false if (key, rowid) was there. `values` has every column and is not kept. */
  insert(values: readonly Datum[], rowid: number): boolean;
  /** Removes an entry; false if absent. */
  delete(values: readonly Datum[], rowid: number): boolean;
  /** Lowest rowid > after among entries with exactly this key of all columns, -1 if none. Allocation-free. */
  lookup(key: IndexKey, after?: number): number;
  scan(range: KeyRange, backward?: boolean): BTreeCursorApi;
  /** Builds an empty tree from entries in any order; sorts them. */
  bulkLoad(entries: Iterable<readonly [readonly Datum[], number]>): void;
  /** Approximate entries in range, from descents only. */
  estimate(range: KeyRange): number;
  /** Removes everything. */
  clear(): void;
}

/**
 * Index keys. Three modes, chosen by the key columns:
 *   NUM    one column of a fixed-width type ordered as a number: a float64. DESC negates; NULL is ±Infinity by NULLS
 *          FIRST/LAST; the infinities of dates and timestamps are ±1e300.
 *   BYTES  memcomparable bytes held as a binary (latin1) string, because V8 compares those with memcmp and stores them
 *          in one byte per character. Per column: a marker (0 NULL first, 1 value, 2 NULL last), then sortKey's bytes,
 *          inverted for DESC. A prefix p of columns is bounded by p and p + "\xff".
 *   DATUM  tuples compared by the types' compare, for types without sortKey.
 * A NUM tree that meets an int8 beyond 2^53 is rebuilt in another mode (BTree.insert).
 */
import type { Datum } from '@pglitedb/types';
import type { IndexKey, KeyColumn } from '../api.js';
import { asNative } from '../chunk/alloc.js';

export const NUM = 0;
export const BYTES = 1;
export const DATUM = 2;
export type KeyMode = 0 | 1 | 2;

/** Types whose order is that of their number: bool char-less integers, oids, money, tid, dates and times without zone. */
const NUMERIC_ORDER = new Set<number>([16, 20, 21, 23, 26, 27, 790, 1082, 1083, 1114, 1184, 5069, 24, 2202, 2203, 2204, 2205, 2206, 4191, 3734, 3769, 4089, 4096]);

const INFINITE = 1e300;
/** Beyond every safe integer, short of INFINITE. */
const UNSAFE = 1e200;

let scratch = asNative(new Uint8Array(4096));

export class KeyCodec {
  mode: KeyMode;
  private readonly desc: boolean;
  private readonly nullKey: number;
  private readonly bool: boolean;

  constructor(readonly columns: readonly KeyColumn[], mode?: KeyMode) {
    const first = columns[0]!;
    this.desc = first.descending === true;
    this.nullKey = nullsFirst(first) ? -Infinity : Infinity;
    this.bool = first.type.physical === 'bool';
    this.mode = mode ?? initialMode(columns);
  }

  /** The mode for keys that NUM cannot hold. */
  get generalMode(): KeyMode {
    return generalMode(this.columns);
  }

  /** Whether `values` fits in the current mode. */
  holds(values: readonly Datum[]): boolean {
    return this.mode !== NUM || typeof values[0] !== 'bigint';
  }

  encode(values: readonly Datum[]): IndexKey {
    if (this.mode === NUM) return values.length === 0 ? -Infinity : this.encodeNumber(values[0]);
    if (this.mode === DATUM) return values.slice();
    return this.encodeBytes(values);
  }

  encodeNumber(value: Datum): number {
    if (value === null || value === undefined) return this.nullKey;
    let n: number;
    if (typeof value === 'number') n = value === Infinity ? INFINITE : value === -Infinity ? -INFINITE : value;
    else if (typeof value === 'boolean') n = value ? 1 : 0;
    else n = value > 0n ? UNSAFE : -UNSAFE;
    return this.desc ? -n : n;
  }

  /** The column value of a NUM key. */
  decodeNumber(key: number): Datum {
    if (key === this.nullKey) return null;
    const n = this.desc ? 0 - key : key;
    if (this.bool) return n === 1;
    return n === INFINITE ? Infinity : n === -INFINITE ? -Infinity : n;
  }

  private encodeBytes(values: readonly Datum[]): string {
    let at = 0;
    for (let i = 0; i < values.length; i++) {
      const column = this.columns[i]!;
      const value = values[i];
      if (value === null || value === undefined) {
        at = roomFor(at, 1);
        scratch[at++] = nullsFirst(column) ? 0 : 2;
        continue;
      }
      const bytes: Uint8Array = column.sortKey !== undefined ? column.sortKey(value) : column.type.sortKey!(value);
      roomFor(at, bytes.length + 1);
      scratch[at++] = 1;
      if (column.descending === true) for (let b = 0; b < bytes.length; b++) scratch[at++] = ~bytes[b]! & 0xff;
      else {
        scratch.set(bytes, at);
        at += bytes.length;
      }
    }
    return scratch.latin1Slice(0, at);
  }

  /** Order of two keys of this mode; a shorter tuple equals its extensions. */
  compare(a: IndexKey, b: IndexKey): number {
    if (this.mode !== DATUM) return a < b ? -1 : a > b ? 1 : 0;
    return this.compareTuples(a as readonly Datum[], b as readonly Datum[]);
  }

  compareTuples(a: readonly Datum[], b: readonly Datum[]): number {
    const n = Math.min(a.length, b.length);
    for (let i = 0; i < n; i++) {
      const column = this.columns[i]!;
      const x = a[i];
      const y = b[i];
      if (x === null || y === null) {
        if (x === y) continue;
        return (x === null) === nullsFirst(column) ? -1 : 1;
      }
      const order: number = column.compare !== undefined ? column.compare(x, y) : column.type.compare!(x, y);
      if (order !== 0) return column.descending === true ? -order : order;
    }
    return 0;
  }

  /** A key that is below (above) every key. */
  lowest(): IndexKey {
    return this.mode === NUM ? -Infinity : this.mode === BYTES ? '' : [];
  }

  highest(): IndexKey {
    return this.mode === NUM ? Infinity : this.mode === BYTES ? '\xff' : [];
  }

  /** The end of the range of keys that start with `key`; used with an infinite rowid. */
  after(key: IndexKey): IndexKey {
    return this.mode === BYTES ? (key as string) + '\xff' : key;
  }

  /** A key made before the tree left NUM mode, in the current mode. */
  upgrade(key: IndexKey): IndexKey {
    if (typeof key !== 'number' || this.mode === NUM) return key;
    if (key === Infinity && this.nullKey !== Infinity) return this.highest();
    if (key === -Infinity && this.nullKey !== -Infinity) return this.lowest();
    return this.encode([this.decodeNumber(key)]);
  }
}

function nullsFirst(column: KeyColumn): boolean {
  return column.nullsFirst ?? column.descending === true;
}

function initialMode(columns: readonly KeyColumn[]): KeyMode {
  const first = columns[0]!;
  const plain = first.compare === undefined && first.sortKey === undefined;
  return columns.length === 1 && plain && NUMERIC_ORDER.has(first.type.oid as number) ? NUM : generalMode(columns);
}

function generalMode(columns: readonly KeyColumn[]): KeyMode {
  for (const c of columns) if (c.sortKey === undefined && (c.compare !== undefined || c.type.sortKey === undefined)) return DATUM;
  return BYTES;
}

function roomFor(at: number, more: number): number {
  if (at + more > scratch.length) {
    const larger = asNative(new Uint8Array(Math.max(scratch.length * 2, at + more)));
    larger.set(scratch.subarray(0, at));
    scratch = larger;
  }
  return at;
}

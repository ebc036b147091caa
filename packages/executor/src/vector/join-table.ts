/**
 * The build side of a hash join: numeric keys (int8 by way of an Interner, other types as ids of a KeyChain) and the
 * columns that the code above reads. Rows of one key are chained in the order they came. Keys that are integers in a
 * range not much wider than their number index an array; others go to an open-addressing table of (key, row) pairs.
 */
import type { Steps } from '@pglitedb/txn';
import { hashNumber } from './key-maps.js';
import { nextCapacity, type Store } from './store.js';

const DENSE_FACTOR = 4;
const DENSE_MIN = 4096;
/** Rows that are indexed without giving the thread away: well under a millisecond. */
const PIECE = 65_536;

export class JoinTable {
  count = 0;
  keys = new Float64Array(0);
  /** By input column of the build side. */
  readonly columns = new Map<number, Store>();
  dense = true;
  min = 0;
  range = 0;
  /** Dense: the first row of key min + k, -1 for none. */
  head = new Int32Array(0);
  /** The next row with the same key. */
  next = new Int32Array(0);
  private pairs = new Float64Array(0);
  private mask = 0;

  clear(): void {
    this.count = 0;
    this.keys = new Float64Array(0);
    for (const c of this.columns.values()) c.clear();
    this.head = this.next = new Int32Array(0);
    this.pairs = new Float64Array(0);
  }
  grow(): void {
    const capacity = nextCapacity(this.keys.length);
    const keys = new Float64Array(capacity);
    keys.set(this.keys);
    this.keys = keys;
    for (const c of this.columns.values()) c.grow(capacity);
  }

  /** Makes the rows added so far findable, giving the thread away between pieces. */
  *finish(breathe: () => Steps<void>): Steps<void> {
    const { count, keys } = this;
    const seen = { min: Infinity, max: -Infinity, whole: true };
    for (let from = 0; from < count; from += PIECE) {
      lookAt(keys, from, Math.min(count, from + PIECE), seen);
      yield* breathe();
    }
    const { min, max, whole } = seen;
    this.next = new Int32Array(count);
    this.dense = count === 0 || (whole && max - min < Math.max(DENSE_MIN, count * DENSE_FACTOR));
    if (this.dense) {
      this.min = count === 0 ? 0 : min;
      this.range = count === 0 ? 0 : max - min + 1;
      this.head = new Int32Array(this.range).fill(-1);
    } else {
      let size = 256;
      while (size < count * 2) size *= 2;
      this.pairs = new Float64Array(size * 2).fill(-1);
      this.mask = size - 1;
    }
    yield* breathe();
    // From the last row on, so that chains are in the order of the rows.
    for (let to = count; to > 0; to -= PIECE) {
      if (this.dense) this.indexDense(Math.max(0, to - PIECE), to);
      else this.indexHashed(Math.max(0, to - PIECE), to);
      yield* breathe();
    }
  }
  private indexDense(from: number, to: number): void {
    const { keys, next, head, min } = this;
    for (let i = to - 1; i >= from; i--) {
      const at = keys[i]! - min;
      next[i] = head[at]!;
      head[at] = i;
    }
  }
  private indexHashed(from: number, to: number): void {
    const { keys, next, pairs, mask } = this;
    for (let i = to - 1; i >= from; i--) {
      const key = keys[i]!;
      let s = hashNumber(key) & mask;
      while (pairs[2 * s + 1]! >= 0 && pairs[2 * s] !== key) s = (s + 1) & mask;
      next[i] = pairs[2 * s + 1]!;
      pairs[2 * s] = key;
      pairs[2 * s + 1] = i;
    }
  }

  /** The first row of a key in a table that is not dense, -1 for none. */
  probe(key: number): number {
    const { pairs, mask } = this;
    let s = hashNumber(key) & mask;
    for (let row = pairs[2 * s + 1]!; row >= 0; row = pairs[2 * s + 1]!) {
      if (pairs[2 * s] === key) return row;
      s = (s + 1) & mask;
    }
    return -1;
  }
}

function lookAt(keys: Float64Array, from: number, to: number, seen: { min: number; max: number; whole: boolean }): void {
  let { min, max, whole } = seen;
  for (let i = from; i < to; i++) {
    const k = keys[i]!;
    if (k < min) min = k;
    if (k > max) max = k;
    if (k !== Math.floor(k)) whole = false;
  }
  seen.min = min;
  seen.max = max;
  seen.whole = whole;
}

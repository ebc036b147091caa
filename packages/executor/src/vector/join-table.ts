/**
 * The build side of a hash join: numeric keys (int8 by way of an Interner, other types as ids of a KeyChain) and the
 * columns that the code above reads. Rows of one key are chained in the order they came. Keys that are integers in a
 * range not much wider than their number index an array; others go to an open-addressing table of (key, row) pairs.
 */
import { hashNumber } from './key-maps.js';
import { nextCapacity, type Store } from './store.js';

const DENSE_FACTOR = 4;
const DENSE_MIN = 4096;

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

  /** Makes the rows added so far findable. */
  finish(): void {
    const { count, keys } = this;
    let min = Infinity;
    let max = -Infinity;
    let whole = true;
    for (let i = 0; i < count; i++) {
      const k = keys[i]!;
      if (k < min) min = k;
      if (k > max) max = k;
      if (k !== Math.floor(k)) whole = false;
    }
    this.next = new Int32Array(count);
    this.dense = count === 0 || (whole && max - min < Math.max(DENSE_MIN, count * DENSE_FACTOR));
    if (this.dense) this.indexDense(count === 0 ? 0 : min, count === 0 ? 0 : max - min + 1);
    else this.indexHashed();
  }
  private indexDense(min: number, range: number): void {
    const { count, keys, next } = this;
    const head = new Int32Array(range).fill(-1);
    for (let i = count - 1; i >= 0; i--) {
      const at = keys[i]! - min;
      next[i] = head[at]!;
      head[at] = i;
    }
    this.head = head;
    this.min = min;
    this.range = range;
  }
  private indexHashed(): void {
    const { count, keys, next } = this;
    let size = 256;
    while (size < count * 2) size *= 2;
    const pairs = new Float64Array(size * 2).fill(-1);
    const mask = size - 1;
    for (let i = count - 1; i >= 0; i--) {
      const key = keys[i]!;
      let s = hashNumber(key) & mask;
      while (pairs[2 * s + 1]! >= 0 && pairs[2 * s] !== key) s = (s + 1) & mask;
      next[i] = pairs[2 * s + 1]!;
      pairs[2 * s] = key;
      pairs[2 * s + 1] = i;
    }
    this.pairs = pairs;
    this.mask = mask;
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

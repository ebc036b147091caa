/**
 * Range cursor over a B+tree that may change between calls. It remembers the last entry it gave; when its leaf has
 * changed or left the pool, it descends again to just after (before) that entry.
 */
import type { BTreeCursorApi, IndexKey, KeyRange } from '../api.js';
import type { BTree } from './btree.js';
import { NUM } from './key-codec.js';
import type { BTreeNode } from './node.js';

export class BTreeCursor implements BTreeCursorApi {
  /** Forward: entries after it. Backward: entries before it. */
  private fromKey: IndexKey;
  private fromRowid: number;
  /** The end of the range: forward, entries below it; backward, entries above it. */
  private stopKey: IndexKey;
  private readonly stopRowid: number;
  private leaf: BTreeNode | null = null;
  private version = -1;
  private at = 0;
  private mode: number;
  private done = false;

  constructor(private readonly tree: BTree, range: KeyRange, private readonly backward: boolean) {
    const codec = tree.codec;
    this.mode = codec.mode;
    const lowOpen = range.lowerInclusive === false;
    const highClosed = range.upperInclusive !== false;
    const lower = range.lower === undefined ? codec.lowest() : codec.upgrade(range.lower);
    const upper = range.upper === undefined ? codec.highest() : codec.upgrade(range.upper);
    const low: IndexKey = range.lower !== undefined && lowOpen ? codec.after(lower) : lower;
    const lowRowid = range.lower !== undefined && lowOpen ? Infinity : -Infinity;
    const high: IndexKey = range.upper !== undefined && highClosed ? codec.after(upper) : upper;
    const highRowid = range.upper === undefined || highClosed ? Infinity : -Infinity;
    this.fromKey = backward ? high : low;
    this.fromRowid = backward ? highRowid : lowRowid;
    this.stopKey = backward ? low : high;
    this.stopRowid = backward ? lowRowid : highRowid;
  }

  /** The key of the entry next() gave last, in the tree's encoding. */
  get lastKey(): IndexKey {
    return this.fromKey;
  }

  next(): number {
    if (this.done || !this.position()) return -1;
    const leaf = this.leaf!;
    const i = this.at;
    if (this.isPast(leaf, i)) {
      this.done = true;
      return -1;
    }
    this.fromKey = leaf.keyAt(i);
    this.fromRowid = leaf.rowids[i]!;
    this.at = this.backward ? i - 1 : i + 1;
    return this.fromRowid;
  }

  nextBatch(out: Float64Array): number {
    let n = 0;
    while (n < out.length && !this.done && this.position()) n = this.backward ? this.takeBackward(out, n) : this.takeForward(out, n);
    return n;
  }

  /** Copies what the current leaf has in range. */
  private takeForward(out: Float64Array, start: number): number {
    const leaf = this.leaf!;
    const end = leaf.search(this.at, this.stopKey, this.stopRowid, false);
    const n = Math.min(end - this.at, out.length - start);
    for (let i = 0; i < n; i++) out[start + i] = leaf.rowids[this.at + i]!;
    this.at += n;
    if (n > 0) this.remember(leaf, this.at - 1);
    if (this.at === end && end < leaf.n) this.done = true;
    return start + n;
  }

  private takeBackward(out: Float64Array, start: number): number {
    const leaf = this.leaf!;
    const first = leaf.search(0, this.stopKey, this.stopRowid, true);
    const n = Math.min(this.at - first + 1, out.length - start);
    for (let i = 0; i < n; i++) out[start + i] = leaf.rowids[this.at - i]!;
    if (n > 0) {
      this.at -= n;
      this.remember(leaf, this.at + 1);
    }
    if (this.at < first && (first > 0 || n <= 0)) this.done = true;
    return start + Math.max(n, 0);
  }

  private remember(leaf: BTreeNode, i: number): void {
    this.fromKey = leaf.keyAt(i);
    this.fromRowid = leaf.rowids[i]!;
  }

  private isPast(leaf: BTreeNode, i: number): boolean {
    const order = this.tree.codec.compare(leaf.keyAt(i), this.stopKey);
    if (this.backward) return order < 0 || (order === 0 && leaf.rowids[i]! <= this.stopRowid);
    return order > 0 || (order === 0 && leaf.rowids[i]! >= this.stopRowid);
  }

  /** Makes (leaf, at) the next entry in direction; false at the end of the tree. */
  private position(): boolean {
    const leaf = this.leaf;
    if (leaf !== null && leaf.resident && leaf.version === this.version && this.at >= 0 && this.at < leaf.n) return true;
    if (this.mode !== this.tree.codec.mode) this.follow();
    if (this.backward) this.seekBefore(this.fromKey, this.fromRowid);
    else this.seekAfter(this.fromKey, this.fromRowid);
    if (this.leaf === null) this.done = true;
    return !this.done;
  }

  /** The tree has left NUM mode. */
  private follow(): void {
    const codec = this.tree.codec;
    if (this.mode === NUM) {
      this.fromKey = this.upgradeBound(this.fromKey, this.fromRowid);
      this.stopKey = this.upgradeBound(this.stopKey, this.stopRowid);
    }
    this.mode = codec.mode;
  }

  private upgradeBound(key: IndexKey, rowid: number): IndexKey {
    const codec = this.tree.codec;
    const unbounded = (key === Infinity && rowid === Infinity) || (key === -Infinity && rowid === -Infinity);
    if (unbounded) return key === Infinity ? codec.highest() : codec.lowest();
    const plain = codec.upgrade(key);
    return rowid === Infinity ? codec.after(plain) : plain;
  }

  private seekAfter(key: IndexKey, rowid: number): void {
    const tree = this.tree;
    let leaf = tree.descend(key, rowid, true);
    let at = leaf.search(0, key, rowid, true);
    if (at === leaf.n) {
      if (!tree.hasHigh) {
        this.leaf = null;
        return;
      }
      leaf = tree.descend(tree.highKey, tree.highRowid, true);
      at = leaf.search(0, key, rowid, true);
    }
    this.settle(leaf, at);
  }

  private seekBefore(key: IndexKey, rowid: number): void {
    const tree = this.tree;
    let leaf = tree.descend(key, rowid, false);
    let at = leaf.search(0, key, rowid, false) - 1;
    while (at < 0) {
      if (!tree.hasLow) {
        this.leaf = null;
        return;
      }
      leaf = tree.descend(tree.lowKey, tree.lowRowid, false);
      at = leaf.search(0, key, rowid, false) - 1;
    }
    this.settle(leaf, at);
  }

  private settle(leaf: BTreeNode, at: number): void {
    this.leaf = at < leaf.n ? leaf : null;
    this.version = leaf.version;
    this.at = at;
  }
}

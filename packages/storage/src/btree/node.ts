/**
 * A B+tree node. Entries are (key, rowid) in ascending order, unique as pairs. A leaf has entries only; an inner node
 * has one child per entry, and the entry is a lower bound of the child's entries (the first one counts as -infinity).
 */
import type { IndexKey } from '../api.js';
import { Page } from '../page.js';
import { NUM, type KeyCodec, type KeyMode } from './key-codec.js';
import { serializeNode } from './node-format.js';

/** Entries a node holds at most. */
export const FANOUT = 256;
const FIRST_ENTRIES = 16;

export class BTreeNode extends Page {
  n = 0;
  /** NUM keys. */
  num: Float64Array;
  /** BYTES and DATUM keys. */
  keys: IndexKey[] = [];
  rowids: Float64Array;
  /** Inner: page numbers of the children, and the children themselves while in memory. */
  children: number[] = [];
  refs: (BTreeNode | null)[] = [];
  /** Changes with every change of entries, so that a cursor notices. */
  version = 0;
  private keyBytes = 0;

  constructor(readonly leaf: boolean, readonly mode: KeyMode, readonly codec: KeyCodec, entries = FIRST_ENTRIES) {
    super();
    this.num = new Float64Array(mode === NUM ? entries : 0);
    this.rowids = new Float64Array(entries);
  }

  keyAt(i: number): IndexKey {
    return this.mode === NUM ? this.num[i]! : this.keys[i]!;
  }

  insertAt(at: number, key: IndexKey, rowid: number, child: BTreeNode | null): void {
    if (this.n === this.rowids.length) this.enlarge();
    this.rowids.copyWithin(at + 1, at, this.n);
    this.rowids[at] = rowid;
    if (this.mode === NUM) {
      this.num.copyWithin(at + 1, at, this.n);
      this.num[at] = key as number;
    } else {
      if (at === this.n) this.keys.push(key);
      else this.keys.splice(at, 0, key);
      this.keyBytes += sizeOf(key);
    }
    if (child !== null) {
      this.children.splice(at, 0, child.pageNo);
      this.refs.splice(at, 0, child);
    }
    this.n++;
    this.version++;
  }

  removeAt(at: number): void {
    this.rowids.copyWithin(at, at + 1, this.n);
    if (this.mode === NUM) this.num.copyWithin(at, at + 1, this.n);
    else {
      this.keyBytes -= sizeOf(this.keys[at]!);
      this.keys.splice(at, 1);
    }
    if (!this.leaf) {
      this.children.splice(at, 1);
      this.refs.splice(at, 1);
    }
    this.n--;
    this.version++;
  }

  /** Moves the entries from `at` on to an empty node. */
  splitTo(right: BTreeNode, at: number): void {
    for (let i = at; i < this.n; i++) {
      right.insertAt(i - at, this.keyAt(i), this.rowids[i]!, null);
    }
    if (!this.leaf) {
      right.children = this.children.splice(at);
      right.refs = this.refs.splice(at);
    }
    if (this.mode !== NUM) {
      this.keyBytes -= right.keyBytes;
      this.keys.length = at;
    }
    this.n = at;
    this.version++;
  }

  /** Takes the keys read from a page; rowids and children are set. */
  load(n: number, keys: Float64Array | IndexKey[]): void {
    this.n = n;
    if (keys instanceof Float64Array) this.num.set(keys);
    else {
      this.keys = keys;
      for (const key of keys) this.keyBytes += sizeOf(key);
    }
  }

  private enlarge(): void {
    const entries = Math.min(this.rowids.length * 2, FANOUT);
    const rowids = new Float64Array(entries);
    rowids.set(this.rowids);
    this.rowids = rowids;
    if (this.mode !== NUM) return;
    const num = new Float64Array(entries);
    num.set(this.num);
    this.num = num;
  }

  /**
   * First entry i >= from with entry > (key, rowid), or >= where not strict. Binary search; one specialised loop for
   * numbers and one for strings, because this is where lookups spend their time.
   */
  search(from: number, key: IndexKey, rowid: number, strict: boolean): number {
    if (this.mode === NUM) return searchNumbers(this.num, this.rowids, from, this.n, key as number, rowid, strict);
    if (typeof key === 'string') return searchStrings(this.keys as string[], this.rowids, from, this.n, key, rowid, strict);
    return this.searchTuples(from, key, rowid, strict);
  }

  private searchTuples(from: number, key: IndexKey, rowid: number, strict: boolean): number {
    let low = from;
    let high = this.n;
    while (low < high) {
      const middle = (low + high) >> 1;
      let order = this.codec.compare(this.keys[middle]!, key);
      if (order === 0) order = this.rowids[middle]! - rowid;
      if (order < 0 || (strict && order === 0)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  get bytes(): number {
    return 300 + this.rowids.byteLength + this.num.byteLength + this.keyBytes + this.children.length * 16;
  }

  /** Parents keep references to children: what stays is an empty shell. */
  override evicted(): void {
    this.num = this.rowids = new Float64Array(0);
    this.keys = [];
    this.children = [];
    this.refs = [];
    this.n = 0;
  }

  serialize(): Uint8Array {
    return serializeNode(this);
  }
}

function sizeOf(key: IndexKey): number {
  return typeof key === 'string' ? 24 + key.length : 64;
}

function searchNumbers(
  keys: Float64Array, rowids: Float64Array, from: number, to: number, key: number, rowid: number, strict: boolean,
): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >> 1;
    const k = keys[middle]!;
    const r = rowids[middle]!;
    if (k < key || (k === key && (r < rowid || (strict && r === rowid)))) low = middle + 1;
    else high = middle;
  }
  return low;
}

function searchStrings(
  keys: readonly string[], rowids: Float64Array, from: number, to: number, key: string, rowid: number, strict: boolean,
): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >> 1;
    const k = keys[middle]!;
    if (k < key || (k === key && (rowids[middle]! < rowid || (strict && rowids[middle]! === rowid)))) low = middle + 1;
    else high = middle;
  }
  return low;
}

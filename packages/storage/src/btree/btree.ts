/**
 * B+tree over pool pages. Page 0 of the relation file is the meta page (root, height, size, key mode).
 *
 * Entries carry no visibility: whoever reads one checks the row version it leads to. Splits are 50/50, or leave the
 * left node full when the new entry is the last of the tree, so ascending keys fill their pages. A node that becomes
 * empty is unlinked; nodes are not merged otherwise (as in PostgreSQL's nbtree). There are no sibling links: a cursor
 * remembers the separator beside its leaf and descends again from there.
 *
 * A checkpoint must serialise all dirty pages of one tree at one point in time, since a split changes several.
 */
import { assert, type Datum } from '@pglitedb/types';
import type { BTreeApi, IndexKey, KeyColumn, KeyRange } from '../api.js';
import type { BufferPool, PageFile } from '../pool/buffer-pool.js';
import { collectEntries, packLeaves, sortEntries, type EntryList } from './bulk-load.js';
import { BTreeCursor } from './cursor.js';
import { BYTES, KeyCodec, NUM } from './key-codec.js';
import { BTreeNode, FANOUT } from './node.js';
import { BTreeMeta, deserializeBTreePage } from './node-format.js';

/** Far more than 256^n pages ever need. */
const HEIGHT_MAX = 32;

export class BTree implements BTreeApi {
  readonly codec: KeyCodec;
  private meta: BTreeMeta;
  /** The descent of the last operation: nodes, and the child or entry index taken in each. */
  private readonly pathNodes: BTreeNode[] = [];
  private readonly pathIndex = new Int32Array(HEIGHT_MAX);
  /** Separators right and left of the leaf that descend() arrived at. */
  hasHigh = false;
  highKey: IndexKey = 0;
  highRowid = 0;
  hasLow = false;
  lowKey: IndexKey = 0;
  lowRowid = 0;

  private constructor(private readonly file: PageFile<BTreeNode | BTreeMeta>, readonly columns: readonly KeyColumn[], codec: KeyCodec) {
    this.codec = codec;
    const stored = file.get(0) as BTreeMeta | undefined;
    if (stored !== undefined) {
      this.meta = stored;
      codec.mode = stored.mode;
    } else {
      this.meta = new BTreeMeta(codec.mode);
      file.put(this.meta, 0);
      this.setRoot(this.newNode(true), 1);
    }
    this.meta.pins = 1;
    this.listFree();
  }

  private free: number[] = [];

  /** Opens the tree of a relation file, or makes an empty one. Throws PagePending as PageFile.get does. */
  static open(pool: BufferPool, relfile: number, columns: readonly KeyColumn[]): BTree {
    const codec = new KeyCodec(columns);
    return new BTree(pool.open<BTreeNode | BTreeMeta>(relfile, (bytes) => deserializeBTreePage(bytes, codec)), columns, codec);
  }

  get size(): number {
    return this.meta.size;
  }

  get height(): number {
    return this.meta.height;
  }

  get pages(): number {
    return this.file.pageCount - this.free.length;
  }

  encodeKey(values: readonly Datum[]): IndexKey {
    return this.codec.encode(values);
  }

  insert(values: readonly Datum[], rowid: number): boolean {
    if (!this.codec.holds(values)) this.leaveNumbers();
    const key = this.codec.mode === NUM ? this.codec.encodeNumber(values[0]) : this.codec.encode(values);
    const leaf = this.descend(key, rowid, true);
    const at = leaf.search(0, key, rowid, false);
    if (at < leaf.n && leaf.rowids[at] === rowid && this.codec.compare(leaf.keyAt(at), key) === 0) return false;
    this.meta.size++;
    this.file.markDirty(this.meta);
    this.insertEntry(this.meta.height - 1, at, key, rowid, null);
    return true;
  }

  private lastLeaf: BTreeNode | null = null;

  /**
   * Inserts an entry of ascending ones; the key is encoded and of the tree's mode. Between `first` and the last of them
   * nothing else may use the tree: a leaf with room takes its entries without another descent.
   */
  insertNext(key: IndexKey, rowid: number, first: boolean): boolean {
    const last = this.lastLeaf;
    const stays = !first && last !== null && last.n < FANOUT && last.n > 0
      && (!this.hasHigh || before(this.codec.compare(key, this.highKey), rowid, this.highRowid))
      && (!this.hasLow || !before(this.codec.compare(key, this.lowKey), rowid, this.lowRowid));
    const leaf = stays ? last : this.descend(key, rowid, true);
    const { n } = leaf;
    const after = n > 0 && before(this.codec.compare(leaf.keyAt(n - 1), key), leaf.rowids[n - 1]!, rowid);
    const at = after ? n : leaf.search(0, key, rowid, false);
    this.lastLeaf = n < FANOUT ? leaf : null;
    if (at < n && leaf.rowids[at] === rowid && this.codec.compare(leaf.keyAt(at), key) === 0) return false;
    this.meta.size++;
    this.file.markDirty(this.meta);
    this.insertEntry(this.meta.height - 1, at, key, rowid, null);
    return true;
  }

  /** Whether every entry is below this key. */
  endsBefore(key: IndexKey): boolean {
    if (this.meta.size === 0) return true;
    let node = this.root();
    for (let level = 0; level < this.meta.height - 1; level++) node = this.child(node, node.n - 1);
    return node.n > 0 && this.codec.compare(node.keyAt(node.n - 1), key) < 0;
  }

  /** Puts an entry into the node of that path level, splitting upwards as needed. */
  private insertEntry(level: number, at: number, key: IndexKey, rowid: number, child: BTreeNode | null): void {
    const node = this.pathNodes[level]!;
    this.file.markDirty(node);
    if (node.n < FANOUT) {
      node.insertAt(at, key, rowid, child);
      return;
    }
    const right = this.newNode(node.leaf);
    const last = at === node.n && this.isRightmost(level);
    const middle = last ? node.n : FANOUT >> 1;
    if (!last) node.splitTo(right, middle);
    if (last || at > middle) right.insertAt(at - middle, key, rowid, child);
    else node.insertAt(at, key, rowid, child);
    if (level > 0) {
      this.insertEntry(level - 1, this.pathIndex[level - 1]! + 1, right.keyAt(0), right.rowids[0]!, right);
      return;
    }
    const root = this.newNode(false);
    root.insertAt(0, node.keyAt(0), node.rowids[0]!, node);
    root.insertAt(1, right.keyAt(0), right.rowids[0]!, right);
    this.setRoot(root, this.meta.height + 1);
  }

  private isRightmost(level: number): boolean {
    for (let i = 0; i < level; i++) if (this.pathIndex[i] !== this.pathNodes[i]!.n - 1) return false;
    return true;
  }

  delete(values: readonly Datum[], rowid: number): boolean {
    if (!this.codec.holds(values)) return false;
    const key = this.codec.encode(values);
    const leaf = this.descend(key, rowid, true);
    const at = leaf.search(0, key, rowid, false);
    if (at >= leaf.n || leaf.rowids[at] !== rowid || this.codec.compare(leaf.keyAt(at), key) !== 0) return false;
    this.meta.size--;
    this.file.markDirty(this.meta);
    this.removeEntry(this.meta.height - 1, at);
    return true;
  }

  private removeEntry(level: number, at: number): void {
    const node = this.pathNodes[level]!;
    node.removeAt(at);
    this.file.markDirty(node);
    if (node.n === 0 && level > 0) {
      this.freePage(node.pageNo);
      this.removeEntry(level - 1, this.pathIndex[level - 1]!);
    } else if (level === 0 && !node.leaf && node.n === 1) {
      const only = this.child(node, 0);
      this.freePage(node.pageNo);
      this.setRoot(only, this.meta.height - 1);
      if (!only.leaf && only.n === 1) {
        this.pathNodes[0] = only;
        this.collapse(only);
      }
    }
  }

  private collapse(root: BTreeNode): void {
    let node = root;
    while (!node.leaf && node.n === 1) {
      const only = this.child(node, 0);
      this.freePage(node.pageNo);
      this.setRoot(only, this.meta.height - 1);
      node = only;
    }
  }

  lookup(key: IndexKey, after = -1): number {
    const k = typeof key === 'number' && this.codec.mode !== NUM ? this.codec.upgrade(key) : key;
    let leaf = this.descend(k, after, true);
    let at = leaf.search(0, k, after, true);
    if (at === leaf.n) {
      if (!this.hasHigh || this.codec.compare(this.highKey, k) !== 0) return -1;
      leaf = this.descend(this.highKey, this.highRowid, true);
      at = leaf.search(0, k, after, true);
      if (at === leaf.n) return -1;
    }
    return this.codec.compare(leaf.keyAt(at), k) === 0 ? leaf.rowids[at]! : -1;
  }

  /**
   * The leaf that holds (key, rowid), or with `strict` false the one that holds the entry before it. Sets the path and
   * the separators on both sides.
   */
  descend(key: IndexKey, rowid: number, strict: boolean): BTreeNode {
    const height = this.meta.height;
    let node = this.root();
    this.hasHigh = false;
    this.hasLow = false;
    for (let level = 0; level < height - 1; level++) {
      const i = node.search(1, key, rowid, strict) - 1;
      this.pathNodes[level] = node;
      this.pathIndex[level] = i;
      if (i + 1 < node.n) {
        this.hasHigh = true;
        this.highKey = node.keyAt(i + 1);
        this.highRowid = node.rowids[i + 1]!;
      }
      if (i > 0) {
        this.hasLow = true;
        this.lowKey = node.keyAt(i);
        this.lowRowid = node.rowids[i]!;
      }
      node = this.child(node, i);
    }
    assert(node.leaf, 'a descent of height steps ends in a leaf');
    this.pathNodes[height - 1] = node;
    return node;
  }

  private child(node: BTreeNode, i: number): BTreeNode {
    let child = node.refs[i]!;
    if (child === null || !child.resident) {
      child = this.file.get(node.children[i]!) as BTreeNode;
      assert(child !== undefined, 'a child page exists');
      node.refs[i] = child;
    }
    child.used = 1;
    return child;
  }

  private rootRef: BTreeNode | null = null;

  private root(): BTreeNode {
    let root = this.rootRef;
    if (root === null || !root.resident) {
      root = this.file.get(this.meta.root) as BTreeNode;
      this.rootRef = root;
    }
    root.used = 1;
    return root;
  }

  private setRoot(root: BTreeNode, height: number): void {
    this.meta.root = root.pageNo;
    this.meta.height = height;
    this.rootRef = root;
    this.file.markDirty(this.meta);
  }

  private newNode(leaf: boolean): BTreeNode {
    const node = new BTreeNode(leaf, this.codec.mode, this.codec);
    this.file.put(node, this.free.pop());
    return node;
  }

  private freePage(pageNo: number): void {
    this.file.delete(pageNo);
    this.listFree(pageNo);
  }

  /** Page numbers below pageCount that hold nothing. */
  private listFree(freed?: number): void {
    if (freed !== undefined) {
      this.free.push(freed);
      this.free = this.free.filter((no) => no < this.file.pageCount);
      return;
    }
    const present = new Set(this.file.pageNos());
    this.free = [];
    for (let no = this.file.pageCount - 1; no > 0; no--) if (!present.has(no)) this.free.push(no);
  }

  scan(range: KeyRange, backward = false): BTreeCursor {
    return new BTreeCursor(this, range, backward);
  }

  bulkLoad(entries: Iterable<readonly [readonly Datum[], number]>): void {
    const list = collectEntries(this.codec, entries, () => this.leaveNumbers());
    sortEntries(this.codec, list);
    this.rebuild(list);
  }

  /** Replaces the whole tree by these sorted entries. */
  private rebuild(list: EntryList): void {
    this.removeNodes();
    const packed = packLeaves(list, (leaf) => this.newNode(leaf));
    this.setRoot(packed.root, packed.height);
    this.meta.size = list.rowids.length;
  }

  clear(): void {
    this.removeNodes();
    this.setRoot(this.newNode(true), 1);
    this.meta.size = 0;
  }

  private removeNodes(): void {
    for (const no of this.file.pageNos()) if (no !== 0) this.file.delete(no);
    this.free = [];
    this.rootRef = null;
  }

  /** A key came that a float64 cannot hold: the same entries in the general mode. Their order stays. */
  private leaveNumbers(): void {
    assert(this.codec.mode === NUM, 'only NUM trees are converted');
    const list: EntryList = { keys: [], rowids: [] };
    this.collect(this.root(), list);
    this.codec.mode = this.codec.generalMode;
    list.keys = list.keys.map((key) => this.codec.encode([this.codec.decodeNumber(key as number)]));
    this.meta.mode = this.codec.mode;
    this.rebuild(list);
  }

  private collect(node: BTreeNode, list: EntryList): void {
    for (let i = 0; i < node.n; i++) {
      if (!node.leaf) this.collect(this.child(node, i), list);
      else {
        list.keys.push(node.keyAt(i));
        list.rowids.push(node.rowids[i]!);
      }
    }
  }

  estimate(range: KeyRange): number {
    const low = range.lower === undefined ? 0 : this.rank(this.codec.upgrade(range.lower), range.lowerInclusive === false);
    const high = range.upper === undefined ? 1 : this.rank(this.codec.upgrade(range.upper), range.upperInclusive !== false);
    return Math.max(0, Math.round((high - low) * this.meta.size));
  }

  /** Share of the tree's entries before this key (after it, with `past`), taking all children of a node as equal. */
  private rank(key: IndexKey, past: boolean): number {
    const bound = past && this.codec.mode === BYTES ? this.codec.after(key) : key;
    const rowid = past ? Infinity : -Infinity;
    const leaf = this.descend(bound, rowid, true);
    let share = 0;
    let width = 1;
    for (let level = 0; level < this.meta.height - 1; level++) {
      width /= this.pathNodes[level]!.n;
      share += width * this.pathIndex[level]!;
    }
    return share + (leaf.n === 0 ? 0 : (width * leaf.search(0, bound, rowid, true)) / leaf.n);
  }
}

function before(order: number, rowid: number, other: number): boolean { return order < 0 || (order === 0 && rowid < other); }

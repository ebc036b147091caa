/**
 * Maps from keys to dense ids 0, 1, 2 … in order of first appearance. NumberMap and BytesMap are open-addressing tables
 * over typed arrays with linear probing, at most half full; ValueMap is a Map for all other types.
 */
const FIRST_SLOTS = 256;

/** Bigints beyond the safe integers as fractions, which no safe integer is: maps of int8 keys stay maps of numbers. */
export class Interner {
  private readonly known = new Map<bigint, number>();
  key(v: number | bigint): number {
    if (typeof v === 'number') return v;
    let id = this.known.get(v);
    if (id === undefined) {
      id = this.known.size + 0.5;
      this.known.set(v, id);
    }
    return id;
  }
  clear(): void { this.known.clear(); }
}

export function hashNumber(v: number): number {
  const low = v | 0;
  let h = Math.imul(low, 0x9e3779b1);
  if (v !== low) {
    h ^= Math.imul((v * 2.3283064365386963e-10) | 0, 0x85ebca6b) ^ Math.imul((v * 1048583.7) | 0, 0xc2b2ae35);
  }
  h ^= h >>> 15;
  return h;
}

/** Keys compare with ===: callers make -0 to 0; NaN and NULL have ids of their own. */
export class NumberMap {
  count = 0;
  keys = new Float64Array(FIRST_SLOTS / 2);
  slots = new Int32Array(FIRST_SLOTS).fill(-1);
  private mask = FIRST_SLOTS - 1;
  private nullAt = -1;
  private nanAt = -1;

  clear(): void {
    this.count = 0;
    this.keys = new Float64Array(FIRST_SLOTS / 2);
    this.slots = new Int32Array(FIRST_SLOTS).fill(-1);
    this.mask = FIRST_SLOTS - 1;
    this.nullAt = -1;
    this.nanAt = -1;
  }

  /** The key's id; a new one where it was not there. */
  find(key: number): number {
    const { slots, keys, mask } = this;
    let s = hashNumber(key) & mask;
    for (let id = slots[s]!; id >= 0; id = slots[s]!) {
      if (keys[id] === key) return id;
      s = (s + 1) & mask;
    }
    return this.add(s, key);
  }
  /** The key's id, -1 where it is not there. */
  lookup(key: number): number {
    const { slots, keys, mask } = this;
    let s = hashNumber(key) & mask;
    for (let id = slots[s]!; id >= 0; id = slots[s]!) {
      if (keys[id] === key) return id;
      s = (s + 1) & mask;
    }
    return -1;
  }
  findFloat(key: number): number {
    if (key === key) return this.find(key + 0);
    if (this.nanAt < 0) this.nanAt = this.apart();
    return this.nanAt;
  }
  lookupFloat(key: number): number { return key === key ? this.lookup(key + 0) : this.nanAt; }
  findNull(): number {
    if (this.nullAt < 0) this.nullAt = this.apart();
    return this.nullAt;
  }
  lookupNull(): number { return this.nullAt; }

  private apart(): number {
    if (this.count >= this.keys.length) this.grow();
    this.keys[this.count] = NaN;
    return this.count++;
  }
  private add(slot: number, key: number): number {
    const id = this.count++;
    this.slots[slot] = id;
    this.keys[id] = key;
    if (this.count >= this.keys.length) this.grow();
    return id;
  }
  private grow(): void {
    const size = this.slots.length * 4;
    const keys = new Float64Array(size / 2);
    keys.set(this.keys);
    const slots = new Int32Array(size).fill(-1);
    const mask = size - 1;
    for (let id = 0; id < this.count; id++) {
      const key = keys[id]!;
      if (key !== key) continue;
      let s = hashNumber(key) & mask;
      while (slots[s]! >= 0) s = (s + 1) & mask;
      slots[s] = id;
    }
    this.keys = keys;
    this.slots = slots;
    this.mask = mask;
  }
}

/** Byte strings, kept in one arena. */
export class BytesMap {
  count = 0;
  private arena = new Uint8Array(4096);
  private used = 0;
  private starts = new Float64Array(FIRST_SLOTS / 2 + 1);
  private hashes = new Int32Array(FIRST_SLOTS / 2);
  private slots = new Int32Array(FIRST_SLOTS).fill(-1);
  private nullAt = -1;

  clear(): void {
    this.count = 0;
    this.arena = new Uint8Array(4096);
    this.used = 0;
    this.starts = new Float64Array(FIRST_SLOTS / 2 + 1);
    this.hashes = new Int32Array(FIRST_SLOTS / 2);
    this.slots = new Int32Array(FIRST_SLOTS).fill(-1);
    this.nullAt = -1;
  }

  find(heap: Uint8Array, at: number, length: number): number {
    const h = hashBytes(heap, at, length);
    const s = this.seek(h, heap, at, length);
    const id = this.slots[s]!;
    return id >= 0 ? id : this.add(s, h, heap, at, length);
  }
  lookup(heap: Uint8Array, at: number, length: number): number {
    return this.slots[this.seek(hashBytes(heap, at, length), heap, at, length)]!;
  }
  findNull(): number {
    if (this.nullAt < 0) {
      this.nullAt = this.count;
      this.starts[this.count] = this.used;
      this.count++;
      this.starts[this.count] = this.used;
      if (this.count >= this.hashes.length) this.grow();
    }
    return this.nullAt;
  }
  lookupNull(): number { return this.nullAt; }

  private seek(h: number, heap: Uint8Array, at: number, length: number): number {
    const { slots, starts, arena, hashes } = this;
    const mask = slots.length - 1;
    let s = h & mask;
    for (let id = slots[s]!; id >= 0; id = slots[s]!) {
      if (hashes[id] === h) {
        const start = starts[id]!;
        if (starts[id + 1]! - start === length) {
          let k = 0;
          while (k < length && arena[start + k] === heap[at + k]) k++;
          if (k === length) return s;
        }
      }
      s = (s + 1) & mask;
    }
    return s;
  }
  private add(slot: number, h: number, heap: Uint8Array, at: number, length: number): number {
    const id = this.count++;
    this.slots[slot] = id;
    this.hashes[id] = h;
    if (this.used + length > this.arena.length) {
      const arena = new Uint8Array(Math.max(this.arena.length * 2, this.used + length));
      arena.set(this.arena);
      this.arena = arena;
    }
    for (let k = 0; k < length; k++) this.arena[this.used + k] = heap[at + k]!;
    this.starts[id] = this.used;
    this.used += length;
    this.starts[id + 1] = this.used;
    if (this.count >= this.hashes.length) this.grow();
    return id;
  }
  private grow(): void {
    const size = this.slots.length * 4;
    const slots = new Int32Array(size).fill(-1);
    const hashes = new Int32Array(size / 2);
    hashes.set(this.hashes);
    const starts = new Float64Array(size / 2 + 1);
    starts.set(this.starts);
    for (let id = 0; id < this.count; id++) {
      if (id === this.nullAt) continue;
      let s = hashes[id]! & (size - 1);
      while (slots[s]! >= 0) s = (s + 1) & (size - 1);
      slots[s] = id;
    }
    this.slots = slots;
    this.hashes = hashes;
    this.starts = starts;
  }
}

function hashBytes(heap: Uint8Array, at: number, length: number): number {
  let h = length;
  const end = at + length;
  let k = at;
  for (; k + 4 <= end; k += 4) h = Math.imul(h ^ (heap[k]! | (heap[k + 1]! << 8) | (heap[k + 2]! << 16) | (heap[k + 3]! << 24)), 0x9e3779b1) + (h >>> 13);
  for (; k < end; k++) h = Math.imul(h ^ heap[k]!, 0x01000193);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d);
  return h ^ (h >>> 13);
}

const PAGE_BITS = 15;
const PAGE_WORDS = 1 << (PAGE_BITS - 5);
/** Fewer values than this to a page on average: a hash table is smaller. */
const PAGE_VALUES_MIN = 128;
const PAGES_FREE = 64;

/** A set of int32: bitmaps of 32768 values each where values lie close together, else a NumberMap. */
export class IntSet {
  private pages: (Uint32Array | undefined)[] = [];
  private pageCount = 0;
  private inPages = 0;
  private map: NumberMap | undefined;
  get count(): number { return this.map === undefined ? this.inPages : this.map.count; }
  clear(): void {
    this.pages = [];
    this.pageCount = 0;
    this.inPages = 0;
    this.map = undefined;
  }
  add(v: number): void {
    if (this.map !== undefined) {
      this.map.find(v);
      return;
    }
    const page = this.pages[v >>> PAGE_BITS];
    if (page === undefined) {
      this.newPage(v >>> PAGE_BITS);
      this.add(v);
      return;
    }
    const word = (v >>> 5) & (PAGE_WORDS - 1);
    const bits = page[word]! | (1 << (v & 31));
    if (bits >>> 0 === page[word]) return;
    page[word] = bits;
    this.inPages++;
  }
  private newPage(at: number): void {
    if (this.pages.length === 0) this.pages = new Array<Uint32Array | undefined>(1 << (32 - PAGE_BITS)).fill(undefined);
    this.pages[at] = new Uint32Array(PAGE_WORDS);
    if (++this.pageCount > PAGES_FREE + this.inPages / PAGE_VALUES_MIN) this.toMap();
  }
  private toMap(): void {
    const map = new NumberMap();
    this.pages.forEach((page, at) => page?.forEach((bits, word) => {
      for (let b = 0; b < 32; b++) if ((bits & (1 << b)) !== 0) map.find((at << PAGE_BITS) | (word << 5) | b);
    }));
    this.map = map;
    this.pages = [];
  }
}

/** Any hash keys (TypeImpl.hashKey); null is NULL. */
export class ValueMap {
  private readonly ids = new Map<unknown, number>();
  get count(): number { return this.ids.size; }
  clear(): void { this.ids.clear(); }
  find(key: unknown): number {
    let id = this.ids.get(key);
    if (id === undefined) {
      id = this.ids.size;
      this.ids.set(key, id);
    }
    return id;
  }
  lookup(key: unknown): number { return this.ids.get(key) ?? -1; }
  findNull(): number { return this.find(null); }
  lookupNull(): number { return this.lookup(null); }
}

/** One map may take so many keys that two ids fit a safe integer. */
export const IDS_MAX = 2 ** 26;

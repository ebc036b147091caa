/** Building a tree bottom-up from sorted entries, pages nine tenths full. */
import type { Datum } from '@pglitedb/types';
import type { IndexKey } from '../api.js';
import { NUM, type KeyCodec } from './key-codec.js';
import { FANOUT, type BTreeNode } from './node.js';

const FILL = Math.floor(FANOUT * 0.9);

export interface EntryList {
  keys: IndexKey[];
  rowids: number[];
}

/** Encodes entries; onUnsafe switches the codec out of NUM mode when a key needs it. */
export function collectEntries(
  codec: KeyCodec, entries: Iterable<readonly [readonly Datum[], number]>, onUnsafe: () => void,
): EntryList {
  const list: EntryList = { keys: [], rowids: [] };
  for (const [values, rowid] of entries) {
    if (!codec.holds(values)) {
      const numbers = list.keys;
      onUnsafe();
      list.keys = numbers.map((key) => codec.encode([codec.decodeNumber(key as number)]));
    }
    list.keys.push(codec.encode(values));
    list.rowids.push(rowid);
  }
  return list;
}

/** Sorts by (key, rowid) and removes repeated pairs; entries already in order cost one pass. */
export function sortEntries(codec: KeyCodec, list: EntryList): void {
  const { keys, rowids } = list;
  const n = keys.length;
  let sorted = true;
  for (let i = 1; i < n && sorted; i++) sorted = compareAt(codec, list, i - 1, i) < 0;
  if (sorted) return;
  const order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  if (codec.mode === NUM) {
    const num = Float64Array.from(keys as number[]);
    order.sort((a, b) => num[a]! - num[b]! || (num[a] === num[b] ? rowids[a]! - rowids[b]! : num[a]! < num[b]! ? -1 : 1));
  } else order.sort((a, b) => compareAt(codec, list, a, b));
  const outKeys: IndexKey[] = [];
  const outRowids: number[] = [];
  for (let i = 0; i < n; i++) {
    if (i > 0 && compareAt(codec, list, order[i - 1]!, order[i]!) === 0) continue;
    outKeys.push(keys[order[i]!]!);
    outRowids.push(rowids[order[i]!]!);
  }
  list.keys = outKeys;
  list.rowids = outRowids;
}

function compareAt(codec: KeyCodec, list: EntryList, a: number, b: number): number {
  return codec.compare(list.keys[a]!, list.keys[b]!) || list.rowids[a]! - list.rowids[b]!;
}

export function packLeaves(list: EntryList, newNode: (leaf: boolean) => BTreeNode): { root: BTreeNode; height: number } {
  let level: BTreeNode[] = [];
  for (let start = 0; start < list.keys.length; start += FILL) {
    const leaf = newNode(true);
    const end = Math.min(start + FILL, list.keys.length);
    for (let i = start; i < end; i++) leaf.insertAt(i - start, list.keys[i]!, list.rowids[i]!, null);
    level.push(leaf);
  }
  if (level.length === 0) level.push(newNode(true));
  let height = 1;
  while (level.length > 1) {
    const above: BTreeNode[] = [];
    for (let start = 0; start < level.length; start += FILL) {
      const parent = newNode(false);
      for (const child of level.slice(start, start + FILL)) parent.insertAt(parent.n, child.keyAt(0), child.rowids[0]!, child);
      above.push(parent);
    }
    level = above;
    height++;
  }
  return { root: level[0]!, height };
}

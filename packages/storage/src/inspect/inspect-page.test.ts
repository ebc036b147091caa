import { expect, it } from '@jest/globals';
import type { TypeImpl } from '@pglitedb/types';
import { BTree } from '../btree/btree.js';
import { Chunk } from '../chunk/chunk.js';
import { MemoryEngine } from '../engine/memory-engine.js';
import { BufferPool } from '../pool/buffer-pool.js';
import { inspectPage } from './inspect-page.js';

it('prints chunks, nodes and meta pages', () => {
  const chunk = new Chunk([{ physical: 'int32' }, { physical: 'text' }]);
  const slot = chunk.allocSlot();
  chunk.set(0, slot, 5);
  chunk.set(1, slot, null);
  expect(inspectPage(chunk.serialize())).toBe('table chunk: 56 bytes, 2 columns, 1 slots used, 1 live, 0 dead, 0 free\n  column 1: int32\n  column 2: text, heap 0 bytes, ASCII\n  slot 0: 5, null');
  const pool = new BufferPool(new MemoryEngine());
  const text = { oid: 25, physical: 'text', sortKey: (v: string) => Buffer.from(v) } as unknown as TypeImpl;
  const tree = BTree.open(pool, 1, [{ type: text }]);
  tree.insert(['a'], 7);
  const pages = [...pool.files()].flatMap((file) => file.pageNos().map((no) => inspectPage(file.get(no)!.serialize())));
  expect(pages[0]).toBe('B-tree meta page: keys bytes, root page 1, height 1, 1 entries');
  expect(pages[1]).toContain('0: 0161 rowid 7');
  expect(inspectPage(new Uint8Array(4))).toBe('unknown page, 4 bytes: 00000000');
});

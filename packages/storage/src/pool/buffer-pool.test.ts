/** The pool against a plain array of pages: eviction, spilling, pinning, deletion. */
import { describe, expect, it } from '@jest/globals';
import { Chunk } from '../chunk/chunk.js';
import { MemoryEngine } from '../engine/memory-engine.js';
import { pageId } from '../page-id.js';
import { SimDisk } from '../testing/sim-disk.js';
import { PagePending } from './api.js';
import { BufferPool } from './buffer-pool.js';
import { DiskSpill } from './disk-spill.js';

const TYPES = [{ physical: 'int32' as const }];
const decode = (bytes: Uint8Array): Chunk => Chunk.decode(bytes, TYPES);

function chunkOf(value: number): Chunk {
  const chunk = new Chunk(TYPES);
  chunk.set(0, chunk.allocSlot(), value);
  return chunk;
}

describe('BufferPool', () => {
  it('spills dirty pages, drops clean ones, keeps pinned ones and those with undo', async () => {
    const engine = new MemoryEngine();
    const pool = new BufferPool(engine, { bytesMax: 8000, spill: new DiskSpill(new SimDisk()) });
    const file = pool.open(5, decode);
    for (let i = 0; i < 200; i++) file.put(chunkOf(i));
    const pinned = file.get(3)!;
    pinned.pins++;
    const versioned = file.get(4)!;
    versioned.undo = {};
    pool.balance();
    expect(pool.bytes).toBeLessThanOrEqual(8000);
    expect(file.get(3)).toBe(pinned);
    expect(file.get(4)).toBe(versioned);
    expect(file.dirtyPageNos().length).toBe(200);
    for (let round = 1; round < 4; round++) {
      for (let i = 0; i < 200; i++) {
        const chunk = file.get(i)!;
        expect(chunk.get(0, 0)).toBe(i + (round - 1) * 1000);
        chunk.set(0, 0, i + round * 1000);
        file.markDirty(chunk);
        if (i % 10 === 0) pool.balance();
      }
    }
    const put = file.dirtyPageNos().map((no) => {
      const page = file.get(no)!;
      pool.markClean(page);
      return [pageId(5, no), page.serialize()] as const;
    });
    await engine.commit({ put });
    versioned.undo = null;
    pool.balance();
    expect(file.dirtyPageNos()).toEqual([]);
    for (let i = 0; i < 200; i++) expect(file.get(i)!.get(0, 0)).toBe(i + 3000);
    const again = new BufferPool(engine).open(5, decode);
    expect(again.pageCount).toBe(200);
    expect(again.get(199)!.get(0, 0)).toBe(3199);
    expect(again.get(200)).toBeUndefined();
  });

  it('deletes pages and files', () => {
    const pool = new BufferPool(new MemoryEngine());
    const file = pool.open(5, decode);
    for (let i = 0; i < 3; i++) file.put(chunkOf(i));
    file.delete(2);
    expect([file.pageCount, file.takeDeleted(), file.takeDeleted()]).toEqual([2, [2], []]);
    pool.drop(5);
    expect([pool.takeDropped(), pool.bytes]).toEqual([[5], 0]);
    expect(pool.open(5, decode).pageCount).toBe(0);
  });

  it('asks the caller to wait for an engine that reads asynchronously', async () => {
    const engine = new MemoryEngine();
    await engine.commit({ put: [[pageId(5, 0), chunkOf(42).serialize()]] });
    const slow = Object.create(engine) as MemoryEngine;
    slow.read = ((id: number) => Promise.resolve(engine.read(id))) as unknown as MemoryEngine['read'];
    const file = new BufferPool(slow).open(5, decode);
    let pending: PagePending | undefined;
    try {
      file.get(0);
    } catch (error) {
      pending = error as PagePending;
    }
    expect(pending).toBeInstanceOf(PagePending);
    await pending!.promise;
    expect(file.get(0)!.get(0, 0)).toBe(42);
  });
});

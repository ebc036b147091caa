/** B+tree against a sorted array, in every key mode, with eviction and a persisted round trip. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Datum, TypeImpl } from '@pglitedb/types';
import type { KeyColumn } from '../api.js';
import { BufferPool } from '../pool/buffer-pool.js';
import { MemoryEngine } from '../engine/memory-engine.js';
import { pageId } from '../page-id.js';
import { BTree } from './btree.js';

function type(oid: number, extra: Partial<TypeImpl>): TypeImpl {
  return { oid, name: 't', len: -1, physical: 'text', ...extra } as unknown as TypeImpl;
}
function intSortKey(v: Datum): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, BigInt(v) ^ (1n << 63n)));
  return bytes;
}
const order = (a: Datum, b: Datum): number => (a < b ? -1 : a > b ? 1 : 0);
const int8 = type(20, { physical: 'int64', sortKey: intSortKey, compare: order });
const text = type(25, { sortKey: (v: Datum) => Buffer.from(`${v}\0`), compare: order });
const opaque = type(99, { compare: order });

const CASES: Record<string, KeyColumn[]> = {
  'number': [{ type: int8 }],
  'number desc': [{ type: int8, descending: true }],
  'number nulls first': [{ type: int8, nullsFirst: true }],
  'bytes': [{ type: text }],
  'bytes of two columns': [{ type: text, descending: true }, { type: int8, nullsFirst: true }],
  'datums': [{ type: opaque }, { type: opaque, descending: true, nullsFirst: false }],
};

type Entry = { key: Datum[]; rowid: number };

function compareEntries(columns: readonly KeyColumn[], a: Datum[], b: Datum[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const column = columns[i]!;
    const first = column.nullsFirst ?? column.descending === true;
    const [x, y] = [a[i], b[i]];
    if (x === null && y === null) continue;
    if (x === null || y === null) return (x === null) === first ? -1 : 1;
    const o = order(x, y);
    if (o !== 0) return column.descending ? -o : o;
  }
  return 0;
}

function values(columns: readonly KeyColumn[]): fc.Arbitrary<Datum[]> {
  return fc.tuple(...columns.map((c) => fc.oneof({ weight: 9, arbitrary: c.type === text ? fc.integer({ min: 0, max: 60 }).map((n) => n.toString(3)) : fc.integer({ min: -50, max: 50 }) }, { weight: 1, arbitrary: fc.constant(null) })));
}

function drain(cursor: { nextBatch(out: Float64Array): number }, size: number): number[] {
  const out = new Float64Array(size);
  const all: number[] = [];
  for (let n = cursor.nextBatch(out); n > 0; n = cursor.nextBatch(out)) all.push(...out.subarray(0, n));
  return all;
}

async function persist(pool: BufferPool): Promise<void> {
  for (const file of pool.files()) {
    const put = file.dirtyPageNos().map((no) => [pageId(file.relfile, no), file.get(no)!.serialize()] as const);
    await pool.engine.commit({ put, delete: file.takeDeleted().map((no) => pageId(file.relfile, no)) });
    for (const [id] of put) pool.markClean(file.get(id - pageId(file.relfile, 0))!);
  }
}

describe.each(Object.entries(CASES))('B+tree with keys: %s', (_name, columns) => {
  it('answers as a sorted array does', async () => {
    await fc.assert(fc.asyncProperty(
      fc.array(fc.tuple(values(columns), fc.integer({ min: 0, max: 40 }), fc.boolean()), { minLength: 1, maxLength: 1500, size: 'max' }),
      values(columns), values(columns), fc.boolean(), fc.boolean(), fc.integer({ min: 1, max: 64 }),
      async (operations, low, high, lowerInclusive, upperInclusive, batch) => {
        const engine = new MemoryEngine();
        const pool = new BufferPool(engine, { bytesMax: 30_000 });
        let tree = BTree.open(pool, 7, columns);
        let model: Entry[] = [];
        for (let step = 0; step < operations.length; step++) {
          const [key, rowid, remove] = operations[step]!;
          const known = model.some((e) => e.rowid === rowid && compareEntries(columns, e.key, key) === 0);
          if (remove && step % 3 === 0) {
            expect(tree.delete(key, rowid)).toBe(known);
            model = model.filter((e) => e.rowid !== rowid || compareEntries(columns, e.key, key) !== 0);
          } else {
            expect(tree.insert(key, rowid)).toBe(!known);
            if (!known) model.push({ key, rowid });
          }
          if (step % 100 === 0) pool.balance();
        }
        model.sort((a, b) => compareEntries(columns, a.key, b.key) || a.rowid - b.rowid);
        const check = (): void => {
          expect(tree.size).toBe(model.length);
          expect(drain(tree.scan({}), batch)).toEqual(model.map((e) => e.rowid));
          expect(drain(tree.scan({}, true), batch)).toEqual(model.map((e) => e.rowid).reverse());
          for (const prefix of [1, columns.length]) {
            const inRange = model.filter((e) => {
              const a = compareEntries(columns, e.key, low.slice(0, prefix));
              const b = compareEntries(columns, e.key, high.slice(0, prefix));
              return (lowerInclusive ? a >= 0 : a > 0) && (upperInclusive ? b <= 0 : b < 0);
            }).map((e) => e.rowid);
            const range = { lower: tree.encodeKey(low.slice(0, prefix)), upper: tree.encodeKey(high.slice(0, prefix)), lowerInclusive, upperInclusive };
            expect(drain(tree.scan(range), batch)).toEqual(inRange);
            expect(drain(tree.scan(range, true), batch)).toEqual([...inRange].reverse());
            const cursor = tree.scan(range);
            for (const rowid of inRange) expect(cursor.next()).toBe(rowid);
            expect(cursor.next()).toBe(-1);
          }
          const equal = model.filter((e) => compareEntries(columns, e.key, low) === 0).map((e) => e.rowid);
          const found: number[] = [];
          for (let r = tree.lookup(tree.encodeKey(low)); r >= 0; r = tree.lookup(tree.encodeKey(low), r)) found.push(r);
          expect(found).toEqual(equal);
        };
        check();
        await persist(pool);
        tree = BTree.open(new BufferPool(engine), 7, columns);
        check();
        for (const e of model) expect(tree.delete(e.key, e.rowid)).toBe(true);
        expect(drain(tree.scan({}), 10)).toEqual([]);
        tree.bulkLoad(operations.map(([key, rowid]) => [key, rowid] as const));
        expect(tree.size).toBe(new Set(operations.map(([key, rowid]) => JSON.stringify([key, rowid]))).size);
      }), { numRuns: 7 });
  });
});

describe('B+tree', () => {
  it('leaves the number mode when an int8 is beyond 2^53, under an open cursor', () => {
    const tree = BTree.open(new BufferPool(new MemoryEngine()), 1, [{ type: int8 }]);
    for (let i = 0; i < 1000; i++) tree.insert([i], i);
    const cursor = tree.scan({ lower: tree.encodeKey([10]) });
    expect(cursor.next()).toBe(10);
    tree.insert([2n ** 62n], 5000);
    tree.insert([-(2n ** 62n)], 5001);
    expect(cursor.next()).toBe(11);
    expect(drain(cursor, 100).length).toBe(989);
    expect(tree.lookup(tree.encodeKey([2n ** 62n]))).toBe(5000);
    expect(tree.size).toBe(1002);
  });

  it('stays right at height three, with most of it out of memory, until it is empty again', () => {
    const pool = new BufferPool(new MemoryEngine(), { bytesMax: 300_000 });
    const tree = BTree.open(pool, 1, [{ type: int8 }]);
    const entries = 100_000;
    const keyOf = (i: number): number => (i * 7919) % entries;
    for (let i = 0; i < entries; i++) {
      tree.insert([keyOf(i)], i);
      if (i % 4000 === 0) pool.balance();
    }
    expect(tree.height).toBe(3);
    pool.balance();
    expect(pool.bytes).toBeLessThanOrEqual(300_000);
    let found = 0;
    let removed = 0;
    for (let i = 0; i < entries; i += 7) {
      if (tree.lookup(keyOf(i)) === i) found++;
      if (i % 4000 === 0) pool.balance();
    }
    for (let i = 0; i < entries; i++) {
      if (tree.delete([keyOf(i)], i)) removed++;
      if (i % 4000 === 0) pool.balance();
    }
    expect([found, removed]).toEqual([Math.ceil(entries / 7), entries]);
    expect([tree.size, tree.height, tree.pages, drain(tree.scan({}), 9).length]).toEqual([0, 1, 2, 0]);
  });

  it('has its size in the pool after a bulk load', () => {
    const pool = new BufferPool(new MemoryEngine());
    BTree.open(pool, 1, [{ type: int8 }]).bulkLoad(Array.from({ length: 10_000 }, (_, i) => [[i], i] as const));
    pool.balance();
    expect(pool.bytes).toBeGreaterThan(160_000);
  });

  it('fills pages with ascending keys and estimates ranges', () => {
    const tree = BTree.open(new BufferPool(new MemoryEngine()), 1, [{ type: int8 }]);
    for (let i = 0; i < 20000; i++) tree.insert([i], i);
    expect(tree.pages).toBeLessThan(85);
    const rows = tree.estimate({ lower: tree.encodeKey([5000]), upper: tree.encodeKey([14999]) });
    expect(rows).toBeGreaterThan(9000);
    expect(rows).toBeLessThan(11000);
  });
});

/** Maps and sets of generated code against Map and Set. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BytesMap, Interner, IntSet, NumberMap } from './key-maps.js';
import { radixOrder } from './radix.js';

const numbers = fc.array(fc.oneof(fc.integer({ min: -50, max: 50 }), fc.integer(), fc.maxSafeInteger(), fc.double({ noNaN: true }).map((v) => v + 0)), { maxLength: 2000 });

test('ids of numbers, in order of appearance', () => {
  fc.assert(fc.property(numbers, (list) => {
    const map = new NumberMap();
    const model = new Map<number, number>();
    for (const v of list) {
      if (!model.has(v)) model.set(v, model.size);
      expect(map.find(v)).toBe(model.get(v));
    }
    expect(map.findNull()).toBe(model.size);
    expect(map.findFloat(NaN)).toBe(model.size + 1);
    for (const v of list) expect(map.lookup(v)).toBe(model.get(v));
    expect([map.lookup(1e300), map.lookupFloat(NaN), map.count]).toEqual([model.get(1e300) ?? -1, model.size + 1, model.size + 2]);
  }), { numRuns: 30 });
});

test('ids of byte strings', () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 6, max: 3 }), { maxLength: 1500 }), (list) => {
    const map = new BytesMap();
    const model = new Map<string, number>();
    for (const b of list) {
      const key = b.join();
      if (!model.has(key)) model.set(key, model.size);
      expect(map.find(Uint8Array.of(9, ...b, 9), 1, b.length)).toBe(model.get(key));
    }
    for (const b of list) expect(map.lookup(b, 0, b.length)).toBe(model.get(b.join()));
    expect(map.lookup(Uint8Array.of(200), 0, 1)).toBe(-1);
  }), { numRuns: 30 });
});

test('sets of int32, dense and scattered', () => {
  const list = fc.oneof(fc.array(fc.integer({ min: -100_000, max: 100_000 }), { maxLength: 3000 }), fc.array(fc.integer(), { maxLength: 3000, minLength: 200 }));
  fc.assert(fc.property(list, (values) => {
    const set = new IntSet();
    for (const v of values) set.add(v);
    for (const v of values) set.add(v);
    expect(set.count).toBe(new Set(values).size);
  }), { numRuns: 60 });
});

test('keys of int8 tell all values apart', () => {
  const a = 2n ** 53n;
  const interner = new Interner();
  expect(new Set([interner.key(Number(a) - 1), interner.key(a), interner.key(a + 1n), interner.key(-a), interner.key(a)]).size).toBe(4);
});

test('radix order is the stable order', () => {
  const value = fc.oneof(fc.double(), fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 1, 2), fc.constant(null));
  fc.assert(fc.property(fc.array(value, { maxLength: 500 }), fc.boolean(), fc.boolean(), (list, descending, nullsFirst) => {
    const data = Float64Array.from(list, (v) => v ?? 0);
    const nulls = Uint8Array.from(list, (v) => (v === null ? 1 : 0));
    const compare = (x: number, y: number): number => (Number.isNaN(x) ? (Number.isNaN(y) ? 0 : 1) : Number.isNaN(y) ? -1 : x < y ? -1 : x > y ? 1 : 0);
    const model = list.map((_, k) => k).sort((i, j) => {
      const x = list[i]!;
      const y = list[j]!;
      const order = x === null ? (y === null ? 0 : nullsFirst ? -1 : 1) : y === null ? (nullsFirst ? 1 : -1) : descending ? compare(y, x) : compare(x, y);
      return order === 0 ? i - j : order;
    });
    const order = radixOrder(data, nulls, list.length, descending, nullsFirst, function* () { /* alone */ }).next();
    expect(order.done && [...order.value]).toEqual(model);
  }), { numRuns: 200 });
});

/** Packed columns read back as what was written, whatever their range, with NULLs, free slots and odd values. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Physical } from '@pglitedb/types';
import { SLOT_FREE } from '../api.js';
import { Chunk } from './chunk.js';

const KINDS: readonly { physical: Physical; min: number; max: number }[] = [
  { physical: 'int16', min: -32768, max: 32767 }, { physical: 'int32', min: -2147483648, max: 2147483647 }, { physical: 'uint32', min: 0, max: 4294967295 },
  { physical: 'int64', min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }, { physical: 'date32', min: -2000000, max: 2000000 },
];
const column = fc.constantFrom(...KINDS).chain(({ physical, min, max }) => fc.tuple(fc.constant(physical), fc.integer({ min, max }), fc.constantFrom(0, 200, 60_000, 4_000_000_000, 2 ** 40))
  .chain(([p, base, range]) => fc.array(fc.option(fc.oneof({ weight: 30, arbitrary: fc.integer({ min: base, max: Math.min(max, base + range) }) }, { weight: p === 'int64' ? 1 : 0, arbitrary: fc.constant(2n ** 62n) }), { freq: 20 }), { minLength: 64, maxLength: 300 }).map((values) => ({ physical: p, values }))));

test('columns of numbers and texts', () => {
  fc.assert(fc.property(column, fc.integer({ min: 0, max: 400 }), fc.array(fc.nat({ max: 63 }), { maxLength: 5 }), ({ physical, values }, length, freed) => {
    const types = [{ physical }, { physical: 'text' as const }];
    const chunk = new Chunk(types);
    for (let i = 0; i < values.length; i++) {
      const slot = chunk.allocSlot();
      chunk.set(0, slot, values[i]);
      chunk.set(1, slot, values[i] === null ? null : 'é'.repeat((i * 7) % (length + 1)));
    }
    for (const slot of new Set(freed)) chunk.freeSlot(slot);
    const bytes = chunk.serialize();
    const read = Chunk.decode(bytes, types);
    expect([read.high, read.count, read.freeSlots]).toEqual([chunk.high, chunk.count, chunk.freeSlots]);
    const rows = (c: Chunk): unknown[] => Array.from({ length: c.high }, (_, slot) => (c.live[slot] === SLOT_FREE ? 'free' : `${c.live[slot]} ${c.get(0, slot)} ${c.get(1, slot)}`));
    expect(rows(read)).toEqual(rows(chunk));
    expect(Buffer.compare(read.serialize(), bytes)).toBe(0);
    read.set(0, chunk.high - 1, 5);
    expect(read.get(0, chunk.high - 1)).toBe(5);
  }), { numRuns: 100 });
});

/** Chunks against plain arrays: every physical type, slot reuse, patched images, round trips. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Datum } from '@pglitedb/types';
import { SLOT_DEAD, SLOT_FREE, SLOT_LIVE, type ColumnType } from '../api.js';
import { Chunk } from './chunk.js';

const int64 = fc.oneof(fc.maxSafeInteger(), fc.bigInt({ min: 2n ** 60n, max: 2n ** 62n }));
const COLUMNS: [ColumnType, fc.Arbitrary<Datum>][] = [
  [{ physical: 'bool' }, fc.boolean()],
  [{ physical: 'int16' }, fc.integer({ min: -32768, max: 32767 })],
  [{ physical: 'int32' }, fc.integer()],
  [{ physical: 'uint32' }, fc.nat({ max: 0xffffffff })],
  [{ physical: 'float32' }, fc.float({ noDefaultInfinity: false })],
  [{ physical: 'float64' }, fc.double()],
  [{ physical: 'date32' }, fc.oneof(fc.integer({ min: -1e6, max: 1e6 }), fc.constantFrom(Infinity, -Infinity))],
  [{ physical: 'int64' }, fc.maxSafeInteger()],
  [{ physical: 'int64' }, int64],
  [{ physical: 'time64' }, fc.oneof(int64, fc.constantFrom(Infinity, -Infinity))],
  [{ physical: 'text' }, fc.string({ maxLength: 40 })],
  [{ physical: 'text' }, fc.string({ unit: 'grapheme', maxLength: 40 })],
  [{ physical: 'bytes', encode: (v: Datum) => Buffer.from(JSON.stringify(v)), decode: (b) => JSON.parse(Buffer.from(b).toString()) as Datum }, fc.array(fc.nat(), { maxLength: 5 })],
];
const TYPES = COLUMNS.map(([type]) => type);
const row = fc.tuple(...COLUMNS.map(([, value]) => fc.option(value, { freq: 6, nil: null }).map((v) => (Object.is(v, -0) ? 0 : v))));

type Operation = { kind: 'insert'; row: Datum[] } | { kind: 'update'; at: number; col: number; row: Datum[] } | { kind: 'delete'; at: number } | { kind: 'reload' };
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('insert' as const), row }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('update' as const), at: fc.nat(), col: fc.nat({ max: TYPES.length - 1 }), row }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), at: fc.nat() }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'reload' as const }) },
);

function check(chunk: Chunk, model: Map<number, Datum[]>): void {
  expect(chunk.count).toBe(model.size);
  for (const [slot, values] of model) {
    expect(chunk.live[slot]).toBe(SLOT_LIVE);
    for (let col = 0; col < values.length; col++) expect(chunk.get(col, slot)).toEqual(values[col]);
  }
  const slots = [...model.keys()];
  for (let col = 0; col < TYPES.length; col++) {
    const out: Datum[] = [];
    chunk.readColumn(col, slots, slots.length, out);
    expect(out).toEqual(slots.map((slot) => model.get(slot)![col]));
  }
}

describe('Chunk', () => {
  it('holds what a plain array holds, through reloads', () => {
    fc.assert(fc.property(fc.array(operation, { maxLength: 120, size: 'max' }), (operations) => {
      let chunk = new Chunk(TYPES);
      const model = new Map<number, Datum[]>();
      for (const op of operations) {
        const slots = [...model.keys()];
        if (op.kind === 'insert') {
          const slot = chunk.allocSlot();
          for (let col = 0; col < TYPES.length; col++) chunk.set(col, slot, op.row[col]);
          model.set(slot, [...op.row]);
        } else if (op.kind === 'reload') chunk = Chunk.decode(chunk.serialize(), TYPES);
        else if (slots.length > 0) {
          const slot = slots[op.at % slots.length]!;
          if (op.kind === 'delete') {
            chunk.markDead(slot);
            chunk.freeSlot(slot);
            model.delete(slot);
          } else {
            chunk.set(op.col, slot, op.row[op.col]);
            model.get(slot)![op.col] = op.row[op.col];
          }
        }
      }
      check(chunk, model);
      const image = chunk.serialize();
      expect(Buffer.compare(Chunk.decode(image, TYPES).serialize(), image)).toBe(0);
    }), { numRuns: 40 });
  });

  it('fills to 1024 slots, reuses freed ones, compacts its heap', () => {
    const types: ColumnType[] = [{ physical: 'int32' }, { physical: 'text' }];
    const chunk = new Chunk(types);
    const small = chunk.bytes;
    for (let i = 0; i < 1024; i++) {
      expect(chunk.allocSlot()).toBe(i);
      chunk.set(0, i, i);
      chunk.set(1, i, `row ${i}`);
    }
    expect(small).toBeLessThan(2000);
    expect(chunk.allocSlot()).toBe(-1);
    for (let round = 0; round < 200; round++) for (let i = 0; i < 1024; i += 3) chunk.set(1, i, `round ${round} ${i}`);
    expect(chunk.bytes).toBeLessThan(120_000);
    for (let i = 0; i < 1024; i++) expect(chunk.get(1, i)).toBe(i % 3 === 0 ? `round 199 ${i}` : `row ${i}`);
    chunk.freeSlot(700);
    chunk.freeSlot(20);
    expect([chunk.allocSlot(), chunk.allocSlot(), chunk.allocSlot()]).toEqual([20, 700, -1]);
  });

  it('serialises the committed image of patched slots', () => {
    const types: ColumnType[] = [{ physical: 'int32' }, { physical: 'text' }];
    const chunk = new Chunk(types);
    for (let i = 0; i < 6; i++) {
      chunk.allocSlot();
      chunk.set(0, i, i);
      chunk.set(1, i, `v${i}`);
    }
    chunk.set(1, 1, 'uncommitted');
    chunk.markDead(2);
    chunk.markDead(3);
    const old: Record<number, Datum[] | undefined> = { 1: [1, 'v1'], 2: [2, 'v2'], 5: undefined };
    const view = { patched: [1, 2, 5], isLive: (slot: number) => old[slot] !== undefined, get: (col: number, slot: number) => old[slot]![col] as Datum };
    const image = Chunk.decode(chunk.serialize(view), types);
    expect([...image.live.subarray(0, 6)]).toEqual([SLOT_LIVE, SLOT_LIVE, SLOT_LIVE, SLOT_FREE, SLOT_LIVE, SLOT_FREE]);
    expect([0, 1, 2, 4].map((slot) => image.get(1, slot) as Datum)).toEqual(['v0', 'v1', 'v2', 'v4']);
    expect(chunk.get(1, 1)).toBe('uncommitted');
    expect(chunk.live[2]).toBe(SLOT_DEAD);
  });

  it('takes no more rows once wide values fill it', () => {
    const chunk = new Chunk([{ physical: 'text' }]);
    let rows = 0;
    for (; chunk.hasRoom(); rows++) chunk.set(0, chunk.allocSlot(), 'wide'.repeat(10_000));
    expect(rows).toBe(105);
    chunk.freeSlot(3);
    expect(chunk.hasRoom()).toBe(true);
  });

  it('keeps chunks without a later column until it is added', () => {
    const chunk = new Chunk([{ physical: 'int32' }]);
    chunk.set(0, chunk.allocSlot(), 1);
    const wider: ColumnType[] = [{ physical: 'int32' }, { physical: 'text' }, { physical: 'bool' }];
    const image = Chunk.decode(chunk.serialize(), wider);
    expect(image.columnCount).toBe(1);
    image.addColumns(wider, [undefined, 'missing', null]);
    expect([image.get(1, 0), image.get(2, 0)]).toEqual(['missing', null]);
    expect(image.allocAt(9)).toBe(true);
    expect(image.allocAt(9)).toBe(false);
    expect([image.count, image.high]).toEqual([2, 10]);
  });
});

/** What every StorageEngine must do, as jest tests. A backend author calls storageEngineConformance with a factory. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { StorageEngine } from '../engine.js';

export interface EngineUnderTest {
  engine: StorageEngine;
  /** Closes and opens again; absent for engines that do not outlive the process. */
  reopen?(): Promise<StorageEngine>;
  cleanup?(): Promise<void>;
}

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const textOf = (bytes: Uint8Array | undefined): string | undefined => (bytes === undefined ? undefined : Buffer.from(bytes).toString());

export function storageEngineConformance(name: string, make: () => Promise<EngineUnderTest>): void {
  describe(`storage engine: ${name}`, () => {
    let test: EngineUnderTest;
    beforeEach(async () => {
      test = await make();
    });
    afterEach(async () => {
      await test.engine.close();
      await test.cleanup?.();
    });
    const reopen = async (): Promise<void> => {
      if (test.reopen !== undefined) test.engine = await test.reopen();
    };

    it('starts empty', async () => {
      expect(test.engine.meta().length).toBe(0);
      expect(await test.engine.read(1)).toBeUndefined();
      expect([...test.engine.ids(0, Number.MAX_SAFE_INTEGER)]).toEqual([]);
      expect([...test.engine.readFrom(0)]).toEqual([]);
      expect(test.engine.nextLsn()).toBe(0);
    });

    it('puts, replaces and deletes pages and the root record', async () => {
      const big = 2 ** 52 + 5;
      await test.engine.commit({ put: [[1, bytesOf('one')], [2, bytesOf('two')], [big, bytesOf('big')]], meta: bytesOf('m1') });
      await test.engine.commit({ put: [[2, bytesOf('TWO')], [3, bytesOf('three')]], delete: [1, 77], meta: undefined });
      await reopen();
      expect(textOf(await test.engine.read(1))).toBeUndefined();
      expect(textOf(await test.engine.read(2))).toBe('TWO');
      expect(textOf(await test.engine.read(big))).toBe('big');
      expect(textOf(test.engine.meta())).toBe('m1');
      expect([...test.engine.ids(3, big)]).toEqual([3]);
      await test.engine.commit({ put: [[2, bytesOf('2')]], deleteRanges: [[0, 100]], meta: bytesOf('') });
      await reopen();
      expect([...test.engine.ids(0, Number.MAX_SAFE_INTEGER)]).toEqual([2, big]);
      expect(test.engine.meta().length).toBe(0);
    });

    it('changes nothing when the batch fails', async () => {
      await test.engine.commit({ put: [[1, bytesOf('one')]], meta: bytesOf('m') });
      const failing = function* (): Iterable<readonly [number, Uint8Array]> {
        yield [1, bytesOf('other')];
        throw new Error('no more pages');
      };
      await expect(test.engine.commit({ put: failing(), delete: [1], meta: bytesOf('n') })).rejects.toThrow('no more pages');
      expect(textOf(await test.engine.read(1))).toBe('one');
      await test.engine.commit({ put: [[2, bytesOf('two')]] });
      await reopen();
      expect(textOf(await test.engine.read(1))).toBe('one');
      expect(textOf(test.engine.meta())).toBe('m');
    });

    it('keeps a log', async () => {
      const payloads = Array.from({ length: 300 }, (_, i) => 'x'.repeat((i * 37) % 5000) + i);
      const lsns = payloads.map((p) => test.engine.append(bytesOf(p)));
      await Promise.all([test.engine.sync(), test.engine.sync()]);
      await reopen();
      expect([...test.engine.readFrom(0)].map((r) => textOf(r.bytes))).toEqual(payloads);
      expect([...test.engine.readFrom(lsns[100]!)].map((r) => r.lsn)).toEqual(lsns.slice(100));
      await test.engine.truncateBefore(lsns[200]!);
      const later = test.engine.append(bytesOf('later'));
      expect(later).toBeGreaterThan(lsns.at(-1)!);
      await test.engine.sync();
      await reopen();
      expect(textOf([...test.engine.readFrom(lsns[200]!)].at(-1)!.bytes)).toBe('later');
      expect(test.engine.nextLsn()).toBeGreaterThan(later);
    });

    it('equals a Map over any sequence of commits', async () => {
      const id = fc.integer({ min: 0, max: 40 });
      const batch = fc.record({ put: fc.array(fc.tuple(id, fc.uint8Array({ minLength: 1, maxLength: 3000 }))), del: fc.array(id, { maxLength: 5 }), reopen: fc.boolean() });
      const model = new Map<number, Uint8Array>();
      await fc.assert(fc.asyncProperty(fc.array(batch, { maxLength: 12 }), async (batches) => {
        for (const b of batches) {
          await test.engine.commit({ put: b.put, delete: b.del });
          for (const d of b.del) model.delete(d);
          for (const [k, v] of b.put) model.set(k, v);
          if (b.reopen) await reopen();
        }
        expect([...test.engine.ids(0, 1000)]).toEqual([...model.keys()].sort((a, c) => a - c));
        for (const [k, v] of model) expect(Buffer.compare((await test.engine.read(k))!, v)).toBe(0);
      }), { numRuns: 10 });
    });
  });
}

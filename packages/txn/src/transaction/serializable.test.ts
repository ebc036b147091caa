/** Serializable transactions: every set that commits gives what running them one after the other, in commit order, gives. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Transaction } from '../api.js';
import { TM } from '../api.js';
import { insertRow, makeFixture, newResult, readAll, readByK, type Fixture } from '../testing/fixture.js';

/** Reads the sum of v over rows (all, or one key), then writes it plus one into another row, or into a row of its own. */
interface Work { tx: Transaction; readKey: number | null; writeId: number; sum: number; ok: boolean }

function sumOf(rows: { k: number | null; v: string }[], key: number | null): number {
  return rows.filter((r) => key === null || r.k === key).reduce((sum, r) => sum + Number(r.v), 0);
}

async function prepare(): Promise<Fixture> {
  const f = await makeFixture();
  const tx = f.tm.begin({ pid: 1 });
  for (let id = 0; id < 4; id++) insertRow(f, tx, id, id % 2, String(id));
  await f.tm.commit(tx, true);
  return f;
}

const work = fc.record({ readKey: fc.option(fc.integer({ min: 0, max: 2 })), writeId: fc.integer({ min: 0, max: 6 }), byIndex: fc.boolean() });

describe('serializable', () => {
  it('random concurrent transactions equal their serial run', async () => {
    await fc.assert(fc.asyncProperty(fc.array(work, { minLength: 2, maxLength: 4 }), fc.array(fc.nat(3), { minLength: 12, maxLength: 12 }), async (works, order) => {
      const f = await prepare();
      const { tm, table, byK } = f;
      const runs: Work[] = works.map((w, n) => ({ tx: tm.begin({ pid: n + 2, isolation: 'serializable' }), readKey: w.readKey, writeId: w.writeId, sum: 0, ok: true }));
      const stage = works.map(() => 0);
      const committed: Work[] = [];
      const snapshots = runs.map((run) => tm.snapshot(run.tx));
      for (const pick of [...order, ...[0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3]]) {
        const n = pick % works.length;
        const run = runs[n]!;
        const at = stage[n]!++;
        if (at > 2 || !run.ok) continue;
        if (at === 0) run.sum = sumOf(works[n]!.byIndex && run.readKey !== null ? readByK(f, snapshots[n]!, run.readKey, run.readKey) : readAll(f, snapshots[n]!), run.readKey);
        else if (at === 1) {
          const rowid = f.byId.lookup(table, snapshots[n]!, [run.writeId]);
          if (rowid < 0) {
            run.ok = f.byId.checkUnique(run.tx, table, [run.writeId], -1) === undefined;
            if (run.ok) insertRow(f, run.tx, run.writeId, run.writeId % 2, String(run.sum + 1));
          } else run.ok = table.update(run.tx, snapshots[n]!, rowid, [3], [String(run.sum + 1)], newResult(), false) === TM.ok;
          if (!run.ok) tm.rollback(run.tx);
        } else {
          try {
            await tm.commit(run.tx, true);
            committed.push(run);
          } catch (error) {
            expect(error).toMatchObject({ code: '40001' });
            tm.rollback(run.tx);
            run.ok = false;
          }
        }
      }
      const state = new Map([0, 1, 2, 3].map((id) => [id, { k: id % 2, v: String(id) }]));
      for (const run of committed) state.set(run.writeId, { k: run.writeId % 2, v: String(sumOf([...state.values()], run.readKey) + 1) });
      const reader = tm.begin({ pid: 20 });
      const found = readAll(f, tm.snapshot(reader)).map((r) => [r.id, r.k, r.v]).sort((a, b) => Number(a[0]) - Number(b[0]));
      expect(found).toEqual([...state].map(([id, { k, v }]) => [id, k, v]).sort((a, b) => Number(a[0]) - Number(b[0])));
      expect(committed.length).toBeGreaterThan(0);
      expect(byK.estimates().entries).toBe(state.size);
    }), { numRuns: 300 });
  });

  it('does not fail transactions that touch different keys, or that only read', async () => {
    const f = await prepare();
    const { tm, table } = f;
    const [a, b, reader] = [2, 3, 4].map((pid) => tm.begin({ pid, isolation: 'serializable' })) as [Transaction, Transaction, Transaction];
    for (const [tx, id] of [[a, 0], [b, 1]] as const) {
      const snapshot = tm.snapshot(tx);
      table.update(tx, snapshot, f.byId.lookup(table, snapshot, [id]), [3], ['9'], newResult(), false);
    }
    readAll(f, tm.snapshot(reader));
    await tm.commit(a, true);
    await tm.commit(b, true);
    expect(tm.commit(reader, true)).toBeUndefined();
  });
});

/** Undo that does not fit in memory: the interleavings of mvcc.test.ts at a large scale, against what is known of the rows. */
import { describe, expect, it } from '@jest/globals';
import { insertRow, makeFixture, newResult, readAll, readByK, type Fixture } from '../testing/fixture.js';
import type { Transaction } from '../api.js';
import type { TransactionImpl } from '../transaction/transaction.js';

const ROWS = 5000;
const FEW_BYTES = 2000;

async function filled(): Promise<Fixture> {
  const f = await makeFixture({ undoBytes: FEW_BYTES, pool: { bytesMax: 100_000 } });
  const tx = f.tm.begin({ pid: 2 });
  for (let id = 0; id < ROWS; id++) insertRow(f, tx, id, id % 100, `value ${id}`);
  await f.tm.commit(tx, true);
  return f;
}

/** Changes the rows for which `wanted` holds; every 500 rows a safe point comes by. */
function change(f: Fixture, tx: Transaction, wanted: (id: number) => boolean, what: 'update' | 'key' | 'delete', v: string): void {
  const snapshot = f.tm.snapshot(tx);
  const result = newResult();
  let n = 0;
  for (const row of readAll(f, snapshot)) {
    if (!wanted(row.id)) continue;
    const code = what === 'delete' ? f.table.delete(tx, snapshot, row.rowid, result)
      : f.table.update(tx, snapshot, row.rowid, what === 'key' ? [2, 3] : [3], what === 'key' ? [row.k! + 1000, v] : [v], result, false);
    expect(code).toBe(0);
    const moved = what !== 'delete' && result.newRowid !== row.rowid;
    if (moved) f.byId.insert(tx, [row.id], result.newRowid);
    if (moved || what === 'key') f.byK.insert(tx, [row.k! + (what === 'key' ? 1000 : 0)], result.newRowid);
    if (++n % 500 === 0) f.tm.pool.balance();
  }
  f.tm.release(snapshot);
  f.tm.nextCommand(tx);
  f.tm.pool.balance();
}

function valuesOf(f: Fixture, tx: Transaction): Map<number, string> {
  const snapshot = f.tm.snapshot(tx);
  const rows = readAll(f, snapshot);
  expect(readByK(f, snapshot)).toHaveLength(rows.length);
  f.tm.release(snapshot);
  return new Map(rows.map((row) => [row.id, `${row.k} ${row.v}`]));
}

describe('undo of a large transaction', () => {
  it.each(['in_place', 'append'] as const)('is spilled, seen by other snapshots, rolled back to savepoints and purged (%s)', async (placement) => {
    const f = await filled();
    const reader = f.tm.begin({ pid: 3, isolation: 'repeatable read' });
    const before = valuesOf(f, reader);
    const tx = f.tm.begin({ pid: 4 }) as TransactionImpl;
    tx.updatePlacement = placement;
    change(f, tx, () => true, 'update', 'first');
    expect(tx.undo.length).toBeLessThan(ROWS / 10);
    const first = valuesOf(f, tx);
    expect(new Set(first.values()).size).toBe(100);
    expect(valuesOf(f, reader)).toEqual(before);
    const savepoint = f.tm.savepoint(tx);
    change(f, tx, (id) => id % 2 === 0, 'key', 'second');
    change(f, tx, (id) => id % 3 === 0, 'delete', '');
    expect(valuesOf(f, reader)).toEqual(before);
    expect(valuesOf(f, tx).size).toBe(ROWS - Math.ceil(ROWS / 3));
    await f.tm.store.checkpoint();
    f.tm.rollbackTo(tx, savepoint);
    expect(valuesOf(f, tx)).toEqual(first);
    change(f, tx, (id) => id < 2500, 'key', 'third');
    const last = valuesOf(f, tx);
    await f.tm.commit(tx, true);
    expect(valuesOf(f, reader)).toEqual(before);
    f.tm.rollback(reader);
    f.tm.purge.drain();
    const after = f.tm.begin({ pid: 5 });
    expect(valuesOf(f, after)).toEqual(last);
    expect(f.byK.estimates().entries).toBe(ROWS);
    await f.tm.close();
  });

  it('goes with a rollback', async () => {
    const f = await filled();
    const tx = f.tm.begin({ pid: 4 });
    const before = valuesOf(f, tx);
    change(f, tx, () => true, 'key', 'gone');
    change(f, tx, (id) => id % 5 > 0, 'delete', '');
    for (let id = ROWS; id < 2 * ROWS; id++) insertRow(f, tx, id, 7, 'added');
    f.tm.rollback(tx);
    const after = f.tm.begin({ pid: 5 });
    expect(valuesOf(f, after)).toEqual(before);
    expect(f.byK.estimates().entries).toBe(ROWS);
    await f.tm.close();
  });
});

/** Row operations between two sessions: codes, row lock modes, uniqueness, waiting, system columns, placement. */
import { describe, expect, it } from '@jest/globals';
import { TM, type RowLockMode } from '../api.js';
import { finish, insertRow, makeFixture, newResult, readAll, readByK } from '../testing/fixture.js';

const MODES: RowLockMode[] = ['keyshare', 'share', 'nokeyexclusive', 'exclusive'];
/** PostgreSQL's documentation, table 13.3. */
const CONFLICT = ['...X', '..XX', '.XXX', 'XXXX'];

async function oneRow() {
  const f = await makeFixture();
  const tx = f.tm.begin({ pid: 1 });
  const rowid = insertRow(f, tx, 1, 10, 'a');
  await f.tm.commit(tx, true);
  return { f, rowid, tm: f.tm, table: f.table };
}

describe('row locks', () => {
  it('conflict as in PostgreSQL, and as changes imply them', async () => {
    const { tm, table, rowid } = await oneRow();
    for (const held of [...MODES, 'update', 'updateKey', 'delete'] as const) {
      const holds = held === 'update' ? 2 : held === 'updateKey' || held === 'delete' ? 3 : MODES.indexOf(held);
      for (const [w, wanted] of MODES.entries()) {
        const a = tm.begin({ pid: 1 });
        const b = tm.begin({ pid: 2 });
        const result = newResult();
        const sa = tm.snapshot(a);
        if (held === 'update' || held === 'updateKey') table.update(a, sa, rowid, [3], ['b'], result, held === 'updateKey');
        else if (held === 'delete') table.delete(a, sa, rowid, result);
        else table.lock(a, sa, rowid, held, result);
        const code = table.lock(b, tm.snapshot(b), rowid, wanted, result);
        expect([held, wanted, code]).toEqual([held, wanted, CONFLICT[w]![holds] === 'X' ? TM.beingModified : TM.ok]);
        if (code === TM.beingModified) expect(result.holder).toBe(a);
        tm.rollback(a);
        tm.rollback(b);
      }
    }
    expect((table as unknown as { rowLocks: Map<number, unknown> }).rowLocks.size).toBe(0);
  });

  it('go away with ROLLBACK TO', async () => {
    const { tm, table, rowid } = await oneRow();
    const a = tm.begin({ pid: 1 });
    const b = tm.begin({ pid: 2 });
    const mark = tm.savepoint(a);
    table.lock(a, tm.snapshot(a), rowid, 'exclusive', newResult());
    expect(table.lock(b, tm.snapshot(b), rowid, 'keyshare', newResult())).toBe(TM.beingModified);
    tm.rollbackTo(a, mark);
    expect(table.lock(b, tm.snapshot(b), rowid, 'keyshare', newResult())).toBe(TM.ok);
  });
});

describe.each(['in_place', 'append'] as const)('a row changed by another transaction (%s)', (placement) => {
  it('is waited for, found changed, locked in its latest version, and then updated', async () => {
    const { f, tm, table, rowid } = await oneRow();
    const a = tm.begin({ pid: 1 });
    const b = tm.begin({ pid: 2 });
    a.updatePlacement = b.updatePlacement = placement;
    const snapshot = tm.snapshot(b);
    const result = newResult();
    table.update(a, tm.snapshot(a), rowid, [3], ['from a'], result, false);
    expect(table.update(b, snapshot, rowid, [2], [11], result, false)).toBe(TM.beingModified);
    const wait = finish(tm.waitFor(b, result.holder!, 0, ''));
    await tm.commit(a, true);
    await wait;
    expect(table.update(b, snapshot, rowid, [2], [11], result, false)).toBe(TM.updated);
    expect(table.lock(b, snapshot, result.newRowid, 'nokeyexclusive', result, true)).toBe(TM.ok);
    const out: unknown[][] = [[], [], []];
    const latest = result.newRowid;
    expect(table.fetchLatest(b, rowid, [1, 2, 3], out as never, 0)).toBe(true);
    expect(out).toEqual([[1], [10], ['from a']]);
    expect(table.update(b, snapshot, latest, [2], [11], result, false)).toBe(TM.ok);
    f.byK.insert(b, [11], result.newRowid);
    if (placement === 'append') f.byId.insert(b, [1], result.newRowid);
    await tm.commit(b, true);
    const c = tm.begin({ pid: 3 });
    expect(readAll(f, tm.snapshot(c)).map(({ id, k, v }) => [id, k, v])).toEqual([[1, 11, 'from a']]);
    expect(readByK(f, tm.snapshot(c), 11, 11)).toHaveLength(1);
  });

  it('is invisible, self-modified or deleted as PostgreSQL says', async () => {
    const { tm, table, rowid } = await oneRow();
    const a = tm.begin({ pid: 1 });
    const result = newResult();
    a.updatePlacement = placement;
    const snapshot = tm.snapshot(a);
    expect(table.update(a, snapshot, rowid, [3], ['b'], result, false)).toBe(TM.ok);
    expect(table.update(a, snapshot, rowid, [3], ['c'], newResult(), false)).toBe(TM.selfModified);
    tm.nextCommand(a);
    const own = result.newRowid;
    expect(table.delete(a, tm.snapshot(a), own, result)).toBe(TM.ok);
    expect(table.delete(a, tm.snapshot(a), own, result)).toBe(TM.selfModified);
    const b = tm.begin({ pid: 2 });
    const before = tm.snapshot(b);
    await tm.commit(a, true);
    expect([TM.deleted, TM.updated]).toContain(table.delete(b, before, rowid, result));
    expect(table.lock(b, before, own, 'share', result, true)).toBe(TM.deleted);
  });
});

describe('uniqueness', () => {
  it('waits for the transaction that decides', async () => {
    const { f, tm, table, rowid } = await oneRow();
    const a = tm.begin({ pid: 1 });
    const b = tm.begin({ pid: 2 });
    expect(f.byId.checkUnique(b, table, [1], -1)).toEqual({ conflict: rowid, holder: undefined });
    expect(f.byId.checkUnique(b, table, [1], rowid)).toBeUndefined();
    expect(f.byId.checkUnique(b, table, [null], -1)).toBeUndefined();
    const other = insertRow(f, a, 2, 0, 'x');
    expect(f.byId.checkUnique(b, table, [2], -1)).toEqual({ conflict: other, holder: a });
    expect(f.byId.checkUnique(a, table, [2], -1)).toEqual({ conflict: other, holder: undefined });
    table.delete(a, tm.snapshot(a), rowid, newResult());
    expect(f.byId.checkUnique(b, table, [1], -1)).toEqual({ conflict: rowid, holder: a });
    expect(f.byId.checkUnique(a, table, [1], -1)).toBeUndefined();
    tm.rollback(a);
    expect(f.byId.checkUnique(b, table, [2], -1)).toBeUndefined();
    expect(f.byId.checkUnique(b, table, [1], -1)).toEqual({ conflict: rowid, holder: undefined });
  });
});

describe('slots', () => {
  it('of deleted rows are reused in place, but under append only after vacuum', async () => {
    for (const placement of ['in_place', 'append'] as const) {
      const f = await makeFixture();
      const run = async (work: (tx: ReturnType<typeof f.tm.begin>) => void) => {
        const tx = f.tm.begin({ pid: 1 });
        tx.updatePlacement = placement;
        work(tx);
        await f.tm.commit(tx, true);
      };
      await run((tx) => { for (let id = 0; id < 1024; id++) insertRow(f, tx, id, id, ''); });
      await run((tx) => { f.table.delete(tx, f.tm.snapshot(tx), 5, newResult()); });
      let placed = -1;
      await run((tx) => { placed = insertRow(f, tx, 2000, 1, ''); });
      expect(placed).toBe(placement === 'append' ? 1024 : 5);
      if (placement === 'in_place') continue;
      f.table.vacuum();
      await run((tx) => { placed = insertRow(f, tx, 2001, 1, ''); });
      expect(placed).toBe(5);
    }
  });

  it('show xmin and xmax', async () => {
    const { tm, table, rowid } = await oneRow();
    const first = tm.begin({ pid: 1 });
    const before = tm.snapshot(first);
    const inserted = table.systemColumns(before, rowid);
    const a = tm.begin({ pid: 2 });
    table.update(a, tm.snapshot(a), rowid, [3], ['b'], newResult(), false);
    expect(table.systemColumns(before, rowid)).toMatchObject({ xmin: inserted.xmin, xmax: a.xid });
    await tm.commit(a, true);
    expect(table.systemColumns(before, rowid)).toMatchObject({ xmin: inserted.xmin, xmax: a.xid });
    expect(table.systemColumns(tm.snapshot(tm.begin({ pid: 3 })), rowid)).toMatchObject({ xmin: a.xid, xmax: 0 });
    expect(tm.transactionStatus(a.xid)).toBe('committed');
    expect(tm.xidSnapshot(before).xmax).toBeLessThanOrEqual(a.xid);
  });
});

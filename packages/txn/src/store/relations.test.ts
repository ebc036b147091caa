/** Relation files: creation, removal and added columns are transactional and survive a restart; so do counters. */
import { describe, expect, it } from '@jest/globals';
import { MemoryEngine, type StorageEngine } from '@pglitedb/storage';
import type { TableSpec } from '../api.js';
import { BY_ID, BY_K, createIn, ID_SPEC, insertRow, INT4, K_SPEC, openIn, openManager, readAll, readByK, SPEC, TABLE, TEXT } from '../testing/fixture.js';

const WIDER: TableSpec = { ...SPEC, columns: [...SPEC.columns, { type: TEXT, missing: 'old' }] };

/** What another process would find: the engine as it is, without a clean close. */
async function restart(engine: StorageEngine, clean: boolean, close: () => Promise<void>) {
  if (clean) await close();
  return openManager({ engine });
}

describe.each([true, false])('after a restart (clean: %s)', (clean) => {
  it('tables, rows, indexes, sequences and counters are there', async () => {
    const engine = new MemoryEngine();
    let tm = await openManager({ engine });
    let tx = tm.begin({ pid: 1 });
    let f = createIn(tm, tx);
    for (let id = 0; id < 3000; id++) insertRow(f, tx, id, id % 7, `row ${id}`);
    tm.store.setSequence(tx, 30_000, { last: 42, called: true });
    const oid = tm.store.nextOid();
    const relfile = tm.store.newRelfile();
    const xid = tx.xid;
    await tm.commit(tx, true);
    tm = await restart(engine, clean, () => tm.close());
    expect(tm.store.pendingIndexes().sort()).toEqual(clean ? [] : [BY_K, BY_ID]);
    f = openIn(tm);
    expect(tm.store.pendingIndexes()).toEqual([]);
    tx = tm.begin({ pid: 1 });
    expect(readAll(f, tm.snapshot(tx))).toHaveLength(3000);
    expect(readByK(f, tm.snapshot(tx), 3, 3)).toHaveLength(Math.ceil((3000 - 3) / 7));
    expect(tm.store.sequence(30_000)).toEqual({ last: 42, called: true });
    expect(tm.store.nextOid()).toBeGreaterThan(oid);
    expect(tm.store.newRelfile()).toBeGreaterThan(relfile);
    expect(tm.assignXid(tx)).toBeGreaterThan(xid);
    expect(f.table.systemColumns(tm.snapshot(tx), 0).xmin).toBe(xid);
  });

  it('a dropped table is gone, a rolled-back one was never there', async () => {
    const engine = new MemoryEngine();
    let tm = await openManager({ engine });
    let tx = tm.begin({ pid: 1 });
    createIn(tm, tx);
    tm.rollback(tx);
    tx = tm.begin({ pid: 1 });
    const f = createIn(tm, tx);
    insertRow(f, tx, 1, 1, 'x');
    await tm.commit(tx, true);
    await tm.store.checkpoint();
    tx = tm.begin({ pid: 1 });
    for (const relfile of [TABLE, BY_K, BY_ID]) tm.store.drop(tx, relfile);
    await tm.commit(tx, true);
    tm = await restart(engine, clean, () => tm.close());
    expect([TABLE, BY_K, BY_ID].filter((relfile) => tm.store.directory.has(relfile))).toEqual([]);
    await tm.store.checkpoint();
    expect([...engine.ids(TABLE * 2 ** 24, (BY_ID + 1) * 2 ** 24)]).toEqual([]);
  });

  it('added columns are there with their missing value, rolled-back ones are not', async () => {
    const engine = new MemoryEngine();
    let tm = await openManager({ engine });
    let tx = tm.begin({ pid: 1 });
    insertRow(createIn(tm, tx), tx, 1, 1, 'x');
    await tm.commit(tx, true);
    tx = tm.begin({ pid: 1 });
    let table = tm.store.extendTable(tx, TABLE, { ...SPEC, columns: [...SPEC.columns, { type: INT4, missing: 7 }] });
    table.insert(tx, [2, 2, 'y', 8]);
    await tm.store.checkpoint();
    tm.rollback(tx);
    tx = tm.begin({ pid: 1 });
    table = tm.store.extendTable(tx, TABLE, WIDER);
    table.insert(tx, [3, 3, 'z', 'new']);
    await tm.commit(tx, true);
    tm = await restart(engine, clean, () => tm.close());
    table = tm.store.openTable(TABLE, WIDER);
    const out: unknown[][] = [[], []];
    tx = tm.begin({ pid: 1 });
    const batch = { count: 0, rowids: new Float64Array(1024), values: [[], []] as unknown[][] };
    table.scan(tm.snapshot(tx), [1, 4]).next(batch as never);
    out[0] = batch.values[0]!.slice(0, batch.count);
    out[1] = batch.values[1]!.slice(0, batch.count);
    expect(out).toEqual([[1, 3], ['old', 'new']]);
  });
});

describe('temporary and unlogged tables', () => {
  it('leave nothing in the log; unlogged ones are empty after a crash, whole after a clean close', async () => {
    for (const clean of [true, false]) {
      const engine = new MemoryEngine();
      let tm = await openManager({ engine });
      let tx = tm.begin({ pid: 1 });
      const temporary = tm.store.createTable(tx, 30_001, { ...SPEC, logged: false, temporary: true });
      const unlogged = tm.store.createTable(tx, TABLE, { ...SPEC, logged: false });
      const index = tm.store.createIndex(tx, BY_K, { ...K_SPEC, logged: false });
      await tm.commit(tx, true);
      const lsn = engine.nextLsn();
      tx = tm.begin({ pid: 1 });
      temporary.insert(tx, [1, 1, 'x']);
      index.insert(tx, [1], unlogged.insert(tx, [1, 1, 'x']));
      expect(tm.commit(tx, true)).toBeUndefined();
      expect(engine.nextLsn()).toBe(lsn);
      expect(tm.durableBarrier()).toBeUndefined();
      tm = await restart(engine, clean, () => tm.close());
      const table = tm.store.openTable(TABLE, { ...SPEC, logged: false });
      const byK = tm.store.openIndex(BY_K, { ...K_SPEC, logged: false });
      const f = { tm, table, byK, byId: byK };
      const snapshot = tm.snapshot(tm.begin({ pid: 1 }));
      expect(readAll(f, snapshot)).toHaveLength(clean ? 1 : 0);
      expect(readByK(f, snapshot)).toHaveLength(clean ? 1 : 0);
      expect(tm.store.directory.has(30_001)).toBe(false);
    }
  });
});

describe('durability', () => {
  it('of what a snapshot saw can be waited for', async () => {
    const tm = await openManager();
    let tx = tm.begin({ pid: 1 });
    const f = createIn(tm, tx);
    await tm.commit(tx, true);
    expect(tm.durableBarrier()).toBeUndefined();
    tx = tm.begin({ pid: 1 });
    insertRow(f, tx, 1, 1, 'x');
    const committed = tm.commit(tx, true);
    const reader = tm.begin({ pid: 2 });
    const barrier = tm.durableBarrier(tm.snapshot(reader));
    expect(barrier).toBeInstanceOf(Promise);
    await Promise.all([barrier, committed]);
    expect(tm.durableBarrier()).toBeUndefined();
    expect(tm.commit(reader, true)).toBeUndefined();
    await tm.close();
  });

  it('a truncated table that was made in the same transaction is empty at once', async () => {
    const engine = new MemoryEngine();
    let tm = await openManager({ engine });
    const tx = tm.begin({ pid: 1 });
    let f = createIn(tm, tx);
    for (let id = 0; id < 2000; id++) insertRow(f, tx, id, id, '');
    f.table.truncate(tx);
    expect(f.table.estimates().pages).toBe(0);
    insertRow(f, tx, 1, 5, 'after');
    await tm.commit(tx, true);
    tm = await openManager({ engine });
    f = openIn(tm);
    expect(f.byId.spec).toBe(ID_SPEC);
    const snapshot = tm.snapshot(tm.begin({ pid: 1 }));
    expect(readAll(f, snapshot).map((row) => row.v)).toEqual(['after']);
    expect(readByK(f, snapshot)).toHaveLength(1);
  });
});

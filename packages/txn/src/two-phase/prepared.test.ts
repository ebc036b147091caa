/** Prepared transactions: they keep their locks, survive restarts and checkpoints, and end from anywhere. */
import { describe, expect, it } from '@jest/globals';
import { MemoryEngine, type BlockColumn } from '@pglitedb/storage';
import type { Oid } from '@pglitedb/types';
import { TM } from '../api.js';
import { createIn, insertRow, newResult, openIn, openManager, readAll, readByK } from '../testing/fixture.js';

const TAG = { kind: 'relation', database: 5 as Oid, id: 100 } as const;

describe.each(['none', 'crash', 'crash after a checkpoint', 'close'] as const)('a prepared block of rows (restart: %s)', (restart) => {
  it.each([true, false])('ends as told (commit: %s)', async (commit) => {
    const engine = new MemoryEngine();
    let tm = await openManager({ engine, partBytes: 40 });
    let tx = tm.begin({ pid: 1 });
    let f = createIn(tm, tx);
    await tm.commit(tx, true);
    const n = 1500;
    const bytes = Buffer.from('zero one é two');
    const block: BlockColumn[] = [
      { kind: 'number', values: Float64Array.from({ length: n }, (_, i) => i - 700), nulls: new Uint8Array(n) },
      { kind: 'number', values: Float64Array.from({ length: n }, (_, i) => (i % 3 === 0 ? 0 : i * 100_000)), nulls: Uint8Array.from({ length: n }, (_, i) => (i % 3 === 0 ? 1 : 0)) },
      { kind: 'text', bytes, off: Uint32Array.from({ length: n }, (_, i) => i % 5), len: Uint32Array.from({ length: n }, (_, i) => (i % 4 === 0 ? bytes.length - i % 5 : 3)), nulls: new Uint8Array(n) },
    ];
    const rows = Array.from({ length: n }, (_, i) => `${i - 700} ${i % 3 === 0 ? null : i * 100_000} ${'zero one é two'.slice(i % 5, i % 4 === 0 ? undefined : i % 5 + 3)}`);
    tx = tm.begin({ pid: 2 });
    f.table.insertBlock(tx, block, n);
    await tm.twoPhase.prepare(tx, 'gid', 'joe', 5 as Oid);
    if (restart === 'crash after a checkpoint') await tm.store.checkpoint();
    if (restart === 'close') await tm.close();
    if (restart !== 'none') {
      tm = await openManager({ engine });
      f = openIn(tm);
    }
    const other = tm.begin({ pid: 2 });
    expect(readAll(f, tm.snapshot(other))).toEqual([]);
    tm.rollback(other);
    if (commit) await tm.twoPhase.commit('gid');
    else await tm.twoPhase.rollback('gid');
    for (const again of [false, true]) {
      if (again) {
        tm = await openManager({ engine });
        f = openIn(tm);
      }
      const reader = tm.begin({ pid: 3 });
      expect(readAll(f, tm.snapshot(reader)).map((r) => `${r.id} ${r.k} ${r.v}`)).toEqual(commit ? rows : []);
      expect(f.table.estimates().rows).toBe(commit ? n : 0);
    }
  });
});

describe.each(['none', 'crash', 'crash after a checkpoint', 'close'] as const)('a prepared transaction (restart: %s)', (restart) => {
  it.each([true, false])('ends as told (commit: %s)', async (commit) => {
    const engine = new MemoryEngine();
    let tm = await openManager({ engine, partBytes: 40 });
    let tx = tm.begin({ pid: 1 });
    let f = createIn(tm, tx);
    const rowids = [1, 2, 3].map((id) => insertRow(f, tx, id, id, 'old'));
    await tm.commit(tx, true);

    tx = tm.begin({ pid: 2 });
    tm.locks.tryAcquire(tx, TAG, 3);
    insertRow(f, tx, 4, 4, 'prepared');
    tm.nextCommand(tx);
    const snapshot = tm.snapshot(tx);
    f.table.update(tx, snapshot, rowids[0]!, [2, 3], [9, 'changed'], newResult(), true);
    f.byK.insert(tx, [9], rowids[0]!);
    f.table.delete(tx, snapshot, rowids[1]!, newResult());
    await tm.twoPhase.prepare(tx, 'gid', 'joe', 5 as Oid);

    if (restart === 'crash after a checkpoint') await tm.store.checkpoint();
    if (restart === 'close') await tm.close();
    if (restart !== 'none') {
      tm = await openManager({ engine });
      f = openIn(tm);
    }
    expect(tm.twoPhase.list()).toMatchObject([{ gid: 'gid', owner: 'joe', database: 5, xid: tx.xid }]);
    expect(tm.transactionStatus(tx.xid)).toBe('in progress');
    const other = tm.begin({ pid: 2 });
    expect(readAll(f, tm.snapshot(other)).map((r) => `${r.id} ${r.k} ${r.v}`)).toEqual(['1 1 old', '2 2 old', '3 3 old']);
    expect(readByK(f, tm.snapshot(other))).toHaveLength(3);
    expect(tm.locks.tryAcquire(other, TAG, 8)).toBe(false);
    const result = newResult();
    expect(f.table.delete(other, tm.snapshot(other), rowids[1]!, result)).toBe(TM.beingModified);
    expect(f.byId.checkUnique(other, f.table, [4], -1)?.holder).toBeDefined();
    await expect(tm.twoPhase.prepare(other, 'gid', 'joe', 5 as Oid)).rejects.toMatchObject({ code: '42710' });
    tm.rollback(other);

    if (commit) await tm.twoPhase.commit('gid');
    else await tm.twoPhase.rollback('gid');
    await expect(async () => tm.twoPhase.commit('gid')).rejects.toMatchObject({ code: '42704' });
    for (const again of [false, true]) {
      if (again) {
        tm = await openManager({ engine });
        f = openIn(tm);
      }
      expect(tm.twoPhase.list()).toEqual([]);
      const reader = tm.begin({ pid: 3 });
      const expected = commit ? ['1 9 changed', '3 3 old', '4 4 prepared'] : ['1 1 old', '2 2 old', '3 3 old'];
      expect(readAll(f, tm.snapshot(reader)).map((r) => `${r.id} ${r.k} ${r.v}`)).toEqual(expected);
      expect(readByK(f, tm.snapshot(reader)).map((r) => `${r.id} ${r.k} ${r.v}`).sort()).toEqual(expected);
      expect([f.byK.estimates().entries, f.byId.estimates().entries, f.table.estimates().rows]).toEqual([3, 3, 3]);
      expect(tm.locks.tryAcquire(reader, TAG, 8)).toBe(true);
      tm.rollback(reader);
    }
  });
});

/** Lock manager: the conflict matrix against PostgreSQL's, queues, savepoints, and random histories against a model. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Oid } from '@pglitedb/types';
import type { LockMode, LockTag, Steps, Transaction } from '../api.js';
import { finish, openManager } from '../testing/fixture.js';
import { ManualClock } from '../testing/manual-clock.js';

const TAG: LockTag = { kind: 'relation', database: 5 as Oid, id: 100 };

/** PostgreSQL's documentation, table 13.2: X = conflict, by requested (row) and held (column) mode. */
const MATRIX = [
  '.......X',
  '......XX',
  '....XXXX',
  '...XXXXX',
  '..XX.XXX',
  '..XXXXXX',
  '.XXXXXXX',
  'XXXXXXXX',
];

function start<T>(steps: Steps<T>): { done: boolean; result: Promise<T> } {
  const state = { done: false, result: Promise.resolve() as unknown as Promise<T> };
  state.result = finish(steps).then((value) => {
    state.done = true;
    return value;
  });
  state.result.catch(() => {});
  return state;
}

async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise(setImmediate);
}

describe('lock modes', () => {
  it('conflict as in PostgreSQL', async () => {
    const tm = await openManager();
    for (let wanted = 1; wanted <= 8; wanted++) {
      for (let held = 1; held <= 8; held++) {
        const a = tm.begin({ pid: 1 });
        const b = tm.begin({ pid: 2 });
        tm.locks.tryAcquire(a, TAG, held as LockMode);
        expect(tm.locks.tryAcquire(b, TAG, wanted as LockMode)).toBe(MATRIX[wanted - 1]![held - 1] === '.');
        tm.rollback(b);
        expect(tm.locks.tryAcquire(a, TAG, wanted as LockMode)).toBe(true);
        tm.rollback(a);
        expect(tm.locks.list()).toEqual([]);
      }
    }
  });

  it('equal a model over random acquisitions, releases, savepoints and ends', async () => {
    const step = fc.record({ pid: fc.integer({ min: 1, max: 3 }), op: fc.constantFrom('take', 'take', 'take', 'session', 'release', 'end', 'savepoint', 'rollbackTo'), id: fc.integer({ min: 1, max: 2 }), mode: fc.integer({ min: 1, max: 8 }) });
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
      const tm = await openManager();
      const txs = new Map<number, { tx: Transaction; marks: { mark: ReturnType<typeof tm.savepoint>; held: string[] }[]; held: string[] }>();
      const session = new Map<number, string[]>();
      for (const { pid, op, id, mode } of steps) {
        if (!txs.has(pid)) txs.set(pid, { tx: tm.begin({ pid }), marks: [], held: [] });
        const own = txs.get(pid)!;
        const kept = session.get(pid) ?? session.set(pid, []).get(pid)!;
        const tag: LockTag = { ...TAG, id };
        const others = [...txs].filter(([other]) => other !== pid).flatMap(([, t]) => t.held).concat([...session].filter(([other]) => other !== pid).flatMap(([, l]) => l));
        const free = !others.some((lock) => Number(lock.split(' ')[0]) === id && MATRIX[mode - 1]![Number(lock.split(' ')[1]) - 1] === 'X');
        if (op === 'take' || op === 'session') {
          expect(tm.locks.tryAcquire(own.tx, tag, mode as LockMode, op === 'session')).toBe(free);
          if (free) (op === 'session' ? kept : own.held).push(`${id} ${mode}`);
        } else if (op === 'release') {
          const at = kept.indexOf(`${id} ${mode}`);
          expect(tm.locks.release(pid, tag, mode as LockMode)).toBe(at >= 0);
          if (at >= 0) kept.splice(at, 1);
        } else if (op === 'savepoint') own.marks.push({ mark: tm.savepoint(own.tx), held: [...own.held] });
        else if (op === 'rollbackTo' && own.marks.length > 0) {
          const last = own.marks[own.marks.length - 1]!;
          tm.rollbackTo(own.tx, last.mark);
          own.held = [...last.held];
        } else if (op === 'end') {
          if (mode > 4) await tm.commit(own.tx, true);
          else tm.rollback(own.tx);
          txs.delete(pid);
        }
        const expected = new Set([...txs].flatMap(([p, t]) => t.held.map((l) => `${p} ${l}`)).concat([...session].flatMap(([p, l]) => l.map((x) => `${p} ${x}`))));
        const listed = tm.locks.list().filter((l) => l.tag.kind === 'relation').map((l) => `${l.pid} ${l.tag.id} ${l.mode}`);
        expect(listed.sort()).toEqual([...expected].sort());
      }
    }), { numRuns: 100 });
  });
});

describe('waiting', () => {
  it('is fair: later requests queue behind a waiter they conflict with', async () => {
    const tm = await openManager();
    const [a, b, c] = [1, 2, 3].map((pid) => tm.begin({ pid })) as [Transaction, Transaction, Transaction];
    tm.locks.tryAcquire(a, TAG, 1);
    const exclusive = start(tm.locks.acquire(b, TAG, 8));
    expect(tm.locks.tryAcquire(c, TAG, 1)).toBe(false);
    const reader = start(tm.locks.acquire(c, TAG, 1));
    expect(tm.locks.blockingPids(2)).toEqual([1]);
    expect(tm.locks.blockingPids(3)).toEqual([2]);
    expect(tm.locks.tryAcquire(a, TAG, 1)).toBe(true);
    // The holder itself goes before the waiter.
    expect(await finish(tm.locks.acquire(a, TAG, 2))).toBe(true);
    tm.rollback(a);
    await settle();
    expect([exclusive.done, reader.done]).toEqual([true, false]);
    tm.rollback(b);
    await settle();
    expect(reader.done).toBe(true);
  });

  it('a cancelled waiter leaves the queue', async () => {
    const tm = await openManager();
    const [a, b, c] = [1, 2, 3].map((pid) => tm.begin({ pid })) as [Transaction, Transaction, Transaction];
    tm.locks.tryAcquire(a, TAG, 1);
    const steps = tm.locks.acquire(b, TAG, 8);
    steps.next();
    expect(tm.locks.tryAcquire(c, TAG, 1)).toBe(false);
    steps.return(false);
    expect(tm.locks.tryAcquire(c, TAG, 1)).toBe(true);
  });

  it('raises 55P03 at lock_timeout and with nowait', async () => {
    const tm = await openManager();
    const [a, b] = [1, 2].map((pid) => tm.begin({ pid })) as [Transaction, Transaction];
    tm.locks.tryAcquire(a, TAG, 8);
    await expect(finish(tm.locks.acquire(b, TAG, 1, { timeoutMs: 1 }))).rejects.toMatchObject({ code: '55P03', message: 'canceling statement due to lock timeout' });
    await expect(finish(tm.locks.acquire(b, TAG, 1, { nowait: true, what: 'relation "t"' }))).rejects.toMatchObject({ code: '55P03', message: 'could not obtain lock on relation "t"' });
    expect(tm.locks.list().filter((l) => !l.granted)).toEqual([]);
    tm.assignXid(a);
    await expect(finish(tm.waitFor(b, a, 5, ''))).rejects.toMatchObject({ code: '55P03' });
  });
});

describe('deadlocks', () => {
  it('between two relation locks are found and reported as PostgreSQL does', async () => {
    const clock = new ManualClock();
    const tm = await openManager({ clock });
    const [a, b] = [1, 2].map((pid) => tm.begin({ pid })) as [Transaction, Transaction];
    const other: LockTag = { ...TAG, id: 101 };
    tm.locks.tryAcquire(a, TAG, 8);
    tm.locks.tryAcquire(b, other, 8);
    const first = start(tm.locks.acquire(a, other, 1));
    const second = finish(tm.locks.acquire(b, TAG, 1)).then(() => undefined, (error: unknown) => error);
    await settle();
    clock.advance(999);
    await settle();
    clock.advance(1);
    const failed = await first.result.then(() => undefined, (error: unknown) => error);
    expect(failed).toMatchObject({
      code: '40P01', message: 'deadlock detected', hint: 'See server log for query details.',
      detail: 'Process 1 waits for AccessShareLock on relation 101 of database 5; blocked by process 2.\nProcess 2 waits for AccessShareLock on relation 100 of database 5; blocked by process 1.',
    });
    tm.rollback(a);
    expect(await second).toBeUndefined();
  });

  it('through row locks too', async () => {
    const clock = new ManualClock();
    const tm = await openManager({ clock });
    const [a, b] = [1, 2].map((pid) => tm.begin({ pid })) as [Transaction, Transaction];
    tm.assignXid(a);
    tm.assignXid(b);
    const first = start(tm.waitFor(a, b, 0, 'while updating tuple (0,1) in relation "t"'));
    await settle();
    expect(tm.locks.blockingPids(1)).toEqual([2]);
    const second = start(tm.waitFor(b, a, 0, ''));
    clock.advance(1000);
    const error: unknown = await first.result.catch((e: unknown) => e);
    expect(error).toMatchObject({ code: '40P01', where: 'while updating tuple (0,1) in relation "t"' });
    expect((error as { detail: string }).detail).toBe(`Process 1 waits for ShareLock on transaction ${b.xid}; blocked by process 2.\nProcess 2 waits for ShareLock on transaction ${a.xid}; blocked by process 1.`);
    tm.rollback(a);
    await second.result;
  });

  it('that only the queue order makes are solved by overtaking', async () => {
    const clock = new ManualClock();
    const tm = await openManager({ clock });
    const [a, b, c] = [1, 2, 3].map((pid) => tm.begin({ pid })) as [Transaction, Transaction, Transaction];
    const other: LockTag = { ...TAG, id: 101 };
    tm.locks.tryAcquire(a, TAG, 1);
    tm.locks.tryAcquire(c, other, 8);
    const exclusive = start(tm.locks.acquire(b, TAG, 8));
    const behind = start(tm.locks.acquire(c, TAG, 1));
    const last = start(tm.locks.acquire(a, other, 1));
    await settle();
    expect(behind.done).toBe(false);
    clock.advance(1000);
    await behind.result;
    expect(exclusive.done).toBe(false);
    tm.rollback(c);
    await last.result;
    tm.rollback(a);
    await exclusive.result;
  });
});

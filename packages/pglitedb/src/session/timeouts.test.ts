/** Timeouts end statements, waits and sessions as PostgreSQL's do. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PGliteDB } from '../api/pglitedb.js';
import type { PGliteSession } from '../api/session-api.js';

let db: PGliteDB;
beforeAll(async () => {
  db = await PGliteDB.open();
  await db.exec('CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t VALUES (1, 0), (2, 0)');
});
afterAll(() => db.close());

const pause = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms); });
const outcome = (p: Promise<unknown>): Promise<unknown> => p.then(() => 'done', (e: { code?: string; message: string }) => `${e.code} ${e.message}`);
async function holding(sql: string): Promise<PGliteSession> {
  const s = db.session();
  await s.exec(`BEGIN; ${sql}`);
  return s;
}

describe('waiting for locks', () => {
  test.each([
    ['a row', 'UPDATE t SET v = 1 WHERE id = 1', 'UPDATE t SET v = 2 WHERE id = 1'],
    ['a relation', 'LOCK TABLE t', 'SELECT count(*) FROM t'],
    ['an advisory lock', 'SELECT pg_advisory_xact_lock(5)', 'SELECT pg_advisory_xact_lock(5)'],
  ])('for %s ends by lock_timeout, statement_timeout and cancellation', async (_, hold, want) => {
    const holder = await holding(hold);
    const s = db.session();
    await s.exec('SET lock_timeout = 30');
    expect(await outcome(s.query(want))).toBe('55P03 canceling statement due to lock timeout');
    await s.exec('RESET lock_timeout; SET statement_timeout = 30');
    expect(await outcome(s.query(want))).toBe('57014 canceling statement due to statement timeout');
    await s.exec('RESET statement_timeout');
    const waiting = outcome(s.query(want));
    await pause(20);
    s.session.cancel();
    expect(await waiting).toBe('57014 canceling statement due to user request');
    await holder.exec('ROLLBACK');
    expect(await outcome(s.query(want))).toBe('done');
    await s.close();
    await holder.close();
  });

  test('deadlock_timeout says when the cycle is looked for', async () => {
    const a = await holding('SET deadlock_timeout = 20; UPDATE t SET v = 1 WHERE id = 1');
    const b = await holding(`SET deadlock_timeout = '60s'; UPDATE t SET v = 1 WHERE id = 2`);
    const started = performance.now();
    const second = outcome(b.query('UPDATE t SET v = 1 WHERE id = 1'));
    await pause(1);
    expect(await outcome(a.query('UPDATE t SET v = 1 WHERE id = 2'))).toBe('40P01 deadlock detected');
    expect(performance.now() - started).toBeLessThan(900);
    await a.exec('ROLLBACK');
    expect(await second).toBe('done');
    await a.close();
    await b.close();
  });
});

describe('sessions', () => {
  test('idle_in_transaction_session_timeout ends a session that leaves its transaction open, and its locks go', async () => {
    const s = db.session();
    await s.exec('SET idle_in_transaction_session_timeout = 30; BEGIN; UPDATE t SET v = 9 WHERE id = 1');
    expect(await outcome(db.query('UPDATE t SET v = 3 WHERE id = 1'))).toBe('done');
    expect(await outcome(s.query('SELECT 1'))).toBe('25P03 terminating connection due to idle-in-transaction timeout');
  });
  test('a session outside of a transaction is ended by idle_session_timeout alone', async () => {
    const s = db.session();
    await s.exec('SET idle_in_transaction_session_timeout = 10');
    await pause(40);
    expect(await outcome(s.query('SELECT 1'))).toBe('done');
    await s.exec('SET idle_session_timeout = 20');
    await pause(60);
    expect(await outcome(s.query('SELECT 1'))).toBe('57P05 terminating connection due to idle-session timeout');
  });
  test('transaction_timeout ends idle and running transactions', async () => {
    const idle = db.session();
    await idle.exec('SET transaction_timeout = 30; BEGIN; UPDATE t SET v = 1 WHERE id = 1');
    await pause(80);
    expect(await outcome(idle.query('SELECT 1'))).toBe('25P04 terminating connection due to transaction timeout');
    const running = db.session();
    await running.exec('SET transaction_timeout = 30; BEGIN');
    expect(await outcome(running.query('SELECT pg_sleep(20)'))).toBe('25P04 terminating connection due to transaction timeout');
    const quick = db.session();
    await quick.exec('SET transaction_timeout = 40; SELECT 1');
    await pause(80);
    expect(await outcome(quick.query('SELECT 1'))).toBe('done');
    await quick.close();
  });
});

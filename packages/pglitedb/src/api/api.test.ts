/** The embedded API as its users see it: values, options, transactions, sessions, streams, cancellation, directories. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PGliteDB, type SqlError } from '../index.js';
import type { PGliteSession } from './session-api.js';

let db: PGliteDB;
const dirs: string[] = [];
const freshDir = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'pglitedb-api-'));
  dirs.push(dir);
  return dir;
};
beforeAll(async () => {
  db = await PGliteDB.open();
  await db.exec(`CREATE TABLE account (id int PRIMARY KEY, owner text NOT NULL, balance numeric(12,2) NOT NULL);
    INSERT INTO account VALUES (1, 'ann', 100), (2, 'bob', 50.5), (3, 'cid', 0)`);
});
afterAll(async () => {
  await db.close();
  for (const dir of dirs) rmSync(dir, { recursive: true, force: true });
});
const codeOf = async (work: Promise<unknown>): Promise<string> => await work.then(() => 'no error', (e: unknown) => (e as SqlError).code ?? String(e));
const COUNT_FOREVER = 'SELECT count(*) FROM generate_series(1, 1000000000)';

describe('query', () => {
  test('rows, fields, affectedRows', async () => {
    const r = await db.query<{ id: number; owner: string; balance: string }>('SELECT id, owner, balance FROM account WHERE id < $1 ORDER BY id', [3]);
    expect(r.rows).toEqual([{ id: 1, owner: 'ann', balance: '100.00' }, { id: 2, owner: 'bob', balance: '50.50' }]);
    expect(r.fields).toEqual([{ name: 'id', dataTypeID: 23 }, { name: 'owner', dataTypeID: 25 }, { name: 'balance', dataTypeID: 1700 }]);
    expect((await db.query('UPDATE account SET balance = balance + 0 WHERE id <= $1', [2])).affectedRows).toBe(2);
    expect((await db.query('UPDATE account SET balance = balance WHERE false')).affectedRows).toBe(0);
  });
  test('rowMode array keeps columns of equal names', async () => {
    expect((await db.query('SELECT 1 AS a, 2 AS a', [], { rowMode: 'array' })).rows).toEqual([[1, 2]]);
  });
  test('parsers, serializers and paramTypes', async () => {
    const parsed = await db.query('SELECT 12.5::numeric AS n, NULL::numeric AS z', [], { parsers: { 1700: (text, oid) => `${oid}:${text}` } });
    expect(parsed.rows).toEqual([{ n: '1700:12.5', z: null }]);
    const serialized = await db.query('SELECT $1::int + 1 AS n', [{ v: 41 }], { serializers: { 23: (v) => String((v as { v: number }).v) } });
    expect(serialized.rows).toEqual([{ n: 42 }]);
    expect((await db.query('SELECT $1 AS n', ['7'], { paramTypes: [23] })).rows).toEqual([{ n: 7 }]);
    expect((await db.query('SELECT $1 AS n', ['7'])).rows).toEqual([{ n: '7' }]);
  });
  test('notices reach the handler of the call only', async () => {
    const heard: string[] = [];
    await db.query('DROP TABLE IF EXISTS no_such_table', [], { onNotice: (n) => heard.push(n.message) });
    await db.query('DROP TABLE IF EXISTS no_such_table');
    expect(heard).toEqual(['table "no_such_table" does not exist, skipping']);
  });
  test('a template makes parameters', async () => {
    const name = "bob'; DROP TABLE account; --";
    expect((await db.sql`SELECT ${name}::text AS a, ${1}::int + ${2}::int AS b`).rows).toEqual([{ a: name, b: 3 }]);
  });
  test('exec answers each statement', async () => {
    const results = await db.exec('CREATE TEMP TABLE e (a int); INSERT INTO e VALUES (1), (2); SELECT sum(a) AS s FROM e; DROP TABLE e');
    expect(results.map((r) => [r.command.split(' ')[0], r.affectedRows])).toEqual([['CREATE', 0], ['INSERT', 2], ['SELECT', 0], ['DROP', 0]]);
    expect(results[2]!.rows).toEqual([{ s: 3 }]);
  });
  test('errors carry SQLSTATE and leave the session usable', async () => {
    expect(await codeOf(db.query('SELECT 1/0'))).toBe('22012');
    expect(await codeOf(db.query('SELEC 1'))).toBe('42601');
    expect(await codeOf(db.query('SELECT 1; SELECT 2'))).toBe('42601');
    expect(await codeOf(db.query('SELECT $1::int', []))).toBe('08P01');
    expect(await codeOf(db.query("INSERT INTO account VALUES (1, 'x', 0)"))).toBe('23505');
    expect((await db.query('SELECT 1 AS a')).rows).toEqual([{ a: 1 }]);
  });
  test('a multi-statement string is one transaction', async () => {
    expect(await codeOf(db.exec("INSERT INTO account VALUES (90, 'x', 0); SELECT 1/0"))).toBe('22012');
    expect((await db.query('SELECT 1 FROM account WHERE id = 90')).rows).toEqual([]);
  });
  test('concurrent queries of one object run one after the other', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, (_, k) => db.query<{ n: number }>('SELECT $1::int AS n', [k])));
    expect(all.map((r) => r.rows[0]!.n)).toEqual(Array.from({ length: 20 }, (_, k) => k));
  });
  test('describeQuery', async () => {
    expect(await db.describeQuery('SELECT id, balance FROM account WHERE owner = $1 AND id = $2')).toEqual({
      queryParams: [{ dataTypeID: 25 }, { dataTypeID: 23 }],
      resultFields: [{ name: 'id', dataTypeID: 23 }, { name: 'balance', dataTypeID: 1700 }],
    });
    expect(await codeOf(db.describeQuery('SELECT nothing FROM account'))).toBe('42703');
    expect((await db.query('SELECT 1 AS a')).rows).toEqual([{ a: 1 }]);
  });
});

describe('values by type', () => {
  const cases: [string, unknown][] = [
    ['1::int2', 1], ["(-2147483648)::int4", -2147483648], ['42::int8', 42], ['1.5::float8', 1.5], ["'NaN'::float8", NaN], ['true', true], ["'x'::text", 'x'],
    ["'ab'::char(4)", 'ab  '], ['1.50::numeric', '1.50'], ["'\\x00ff'::bytea", new Uint8Array([0, 255])], ["'2024-02-29'::date", new Date('2024-02-29T00:00:00Z')],
    ["'2024-02-29 12:34:56.789'::timestamp", new Date('2024-02-29T12:34:56.789Z')], ["'2024-02-29 12:00:00+02'::timestamptz", new Date('2024-02-29T10:00:00Z')],
    [`'{"a":[1,null]}'::jsonb`, { a: [1, null] }], [`'[1]'::json`, [1]], ['ARRAY[1,2,NULL]', [1, 2, null]], ['ARRAY[[1,2],[3,4]]', [[1, 2], [3, 4]]], ["'{}'::text[]", []],
    ["'1 day 02:00'::interval", '1 day 02:00:00'], ["'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid", 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'], ["'[1,5)'::int4range", '[1,5)'], ['NULL::int', null],
    ["ROW(1,'a b')", '(1,"a b")'], ["'10:00'::time", '10:00:00'],
  ];
  test.each(cases)('%s', async (sql, value) => {
    expect((await db.query<{ v: unknown }>(`SELECT ${sql} AS v`)).rows[0]!.v).toEqual(value);
  });
  test('int8 beyond 2^53 is a bigint', async () => {
    expect(String((await db.query<{ v: unknown }>('SELECT 9007199254740993::int8 AS v')).rows[0]!.v)).toBe('9007199254740993');
  });
  test('parameters round-trip', async () => {
    const when = new Date('2024-05-06T07:08:09.123Z');
    const r = await db.query('SELECT $1::int8 AS a, $2::timestamptz AS b, $3::jsonb AS c, $4::text[] AS d, $5::bytea AS e, $6::bool AS f, $7::numeric AS g, $8::text AS h',
      [123n, when, { k: ['"', null] }, ['a,b', '"q"', null, 'NULL'], new Uint8Array([1, 2]), false, 1.25, null]);
    expect(r.rows).toEqual([{ a: 123, b: when, c: { k: ['"', null] }, d: ['a,b', '"q"', null, 'NULL'], e: new Uint8Array([1, 2]), f: false, g: '1.25', h: null }]);
    expect(await codeOf(db.query('SELECT $1::int2', [40000]))).toBe('22003');
    expect(await codeOf(db.query('SELECT $1::int2', [32768]))).toBe('22003');
    expect(await codeOf(db.query('SELECT $1::int', [1.5]))).toBe('22P02');
  });
});

describe('transactions and sessions', () => {
  test('commit and rollback', async () => {
    expect(await db.transaction(async (tx) => {
      await tx.query("INSERT INTO account VALUES (10, 'dan', 1)");
      return 'done';
    })).toBe('done');
    await expect(db.transaction(async (tx) => {
      await tx.query("INSERT INTO account VALUES (11, 'eve', 1)");
      throw new Error('changed my mind');
    })).rejects.toThrow('changed my mind');
    await db.transaction(async (tx) => {
      await tx.query("INSERT INTO account VALUES (12, 'fay', 1)");
      await tx.rollback();
    });
    expect((await db.query('SELECT id FROM account WHERE id BETWEEN 10 AND 19')).rows).toEqual([{ id: 10 }]);
  });
  test('transactions leave nothing to later ones, and their objects end with them', async () => {
    const seen: unknown[] = [];
    let old: PGliteSession | undefined;
    for (let k = 0; k < 4; k++) {
      await db.transaction(async (tx) => {
        old ??= tx;
        seen.push((await tx.query("SELECT current_setting('work_mem') AS m, to_regclass('pg_temp.scratch') AS t")).rows[0]);
        await tx.query('UPDATE account SET balance = balance + 1 WHERE id = $1', [2]);
        if (k % 2 === 1) await tx.exec("SET work_mem = '9MB'; CREATE TEMP TABLE scratch (a int); SELECT pg_advisory_lock(77)");
      });
    }
    expect(new Set(seen.map((s) => JSON.stringify(s))).size).toBe(1);
    expect(await codeOf(old!.query('SELECT 1'))).toBe('57P03');
    expect((await db.query('SELECT pg_try_advisory_lock(77) AS free, pg_advisory_unlock(77) AS gone')).rows).toEqual([{ free: true, gone: true }]);
    expect((await db.query('SELECT balance FROM account WHERE id = 2')).rows).toEqual([{ balance: '54.50' }]);
    await db.query('UPDATE account SET balance = 50.5 WHERE id = 2');
  });
  test('a failed block refuses statements until it ends', async () => {
    const s = db.session();
    await s.exec('BEGIN');
    expect(await codeOf(s.query('SELECT 1/0'))).toBe('22012');
    expect(await codeOf(s.query('SELECT 1'))).toBe('25P02');
    await s.exec('ROLLBACK');
    expect((await s.query('SELECT 1 AS a')).rows).toEqual([{ a: 1 }]);
    await s.close();
  });
  test('sessions do not see uncommitted rows; a row lock makes the other wait', async () => {
    const [a, b] = [db.session(), db.session()];
    await a.exec('BEGIN');
    await a.query('UPDATE account SET balance = balance + 5 WHERE id = 3');
    expect((await b.query('SELECT balance FROM account WHERE id = 3')).rows).toEqual([{ balance: '0.00' }]);
    let arrived = false;
    const waiting = b.query('UPDATE account SET balance = balance + 1 WHERE id = 3 RETURNING balance').then((r) => { arrived = true; return r; });
    for (let k = 0; k < 5; k++) await new Promise((resolve) => setImmediate(resolve));
    expect(arrived).toBe(false);
    await a.exec('COMMIT');
    expect((await waiting).rows).toEqual([{ balance: '6.00' }]);
    await a.close();
    await b.close();
  });
  test('a deadlock ends one of the two', async () => {
    const [a, b] = [db.session(), db.session()];
    await a.exec("SET deadlock_timeout = '20ms'; BEGIN");
    await b.exec("SET deadlock_timeout = '20ms'; BEGIN");
    await a.query('UPDATE account SET balance = balance WHERE id = 1');
    await b.query('UPDATE account SET balance = balance WHERE id = 2');
    const first = codeOf(a.query('UPDATE account SET balance = balance WHERE id = 2')).then(async (c) => { await a.exec('ROLLBACK'); return c; });
    const second = codeOf(b.query('UPDATE account SET balance = balance WHERE id = 1')).then(async (c) => { await b.exec('ROLLBACK'); return c; });
    expect((await Promise.all([first, second])).sort()).toEqual(['40P01', 'no error']);
    await a.close();
    await b.close();
  });
  test('closing a session releases its locks', async () => {
    const [a, b] = [db.session(), db.session()];
    await a.exec('BEGIN; UPDATE account SET balance = balance WHERE id = 1');
    const waiting = b.query('UPDATE account SET balance = balance WHERE id = 1');
    await a.close();
    expect((await waiting).affectedRows).toBe(1);
    await b.close();
    expect(await codeOf(b.query('SELECT 1'))).not.toBe('no error');
  });
});

describe('listen', () => {
  test('payloads arrive at commit, until unlisten', async () => {
    const heard: string[] = [];
    const any: string[] = [];
    const stopAny = db.onNotification((channel, payload) => any.push(`${channel}=${payload}`));
    const stop = await db.listen('My Channel', (payload) => heard.push(payload));
    await db.query(`NOTIFY "My Channel", 'one'`);
    const s = db.session();
    await s.exec('BEGIN');
    await s.query(`SELECT pg_notify('My Channel', 'two')`);
    await s.exec('COMMIT');
    await s.exec(`BEGIN; NOTIFY "My Channel", 'never'; ROLLBACK`);
    await db.query('SELECT 1');
    await stop();
    await s.exec(`NOTIFY "My Channel", 'late'`);
    await s.close();
    stopAny();
    expect(heard).toEqual(['one', 'two']);
    expect(any).toEqual(['My Channel=one', 'My Channel=two']);
  });
});

describe('stream', () => {
  test('all rows, in order', async () => {
    let sum = 0;
    for await (const row of db.stream<{ n: number }>('SELECT n FROM generate_series(1, $1::int) AS n', [2000])) sum += row.n;
    expect(sum).toBe(2_001_000);
  });
  test('ends early, then the session goes on', async () => {
    const seen: number[] = [];
    for await (const [n] of db.stream<[number]>('SELECT generate_series(1, 100000)', [], { rowMode: 'array' })) {
      seen.push(n);
      if (seen.length === 3) break;
    }
    expect(seen).toEqual([1, 2, 3]);
    expect((await db.query('SELECT 1 AS a')).rows).toEqual([{ a: 1 }]);
  });
  test('errors and signals', async () => {
    const drain = async (sql: string, signal?: AbortSignal): Promise<void> => { for await (const _ of db.stream(sql, [], { signal })) void _; };
    expect(await codeOf(drain('SELECT 1 / (500 - n) FROM generate_series(1, 1000) AS n'))).toBe('22012');
    expect(await codeOf(drain('SELECT 1', AbortSignal.abort()))).toBe('57014');
    const later = new AbortController();
    setImmediate(() => later.abort());
    expect(await codeOf(drain(COUNT_FOREVER, later.signal))).toBe('57014');
    expect((await db.query('SELECT 1 AS a')).rows).toEqual([{ a: 1 }]);
  });
});

describe('cancellation', () => {
  test('timeoutMs and AbortSignal', async () => {
    expect(await codeOf(db.query('SELECT pg_sleep(100)', [], { timeoutMs: 20 }))).toBe('57014');
    expect(await codeOf(db.query(COUNT_FOREVER, [], { timeoutMs: 20 }))).toBe('57014');
    const controller = new AbortController();
    setImmediate(() => controller.abort());
    expect(await codeOf(db.exec(COUNT_FOREVER, { signal: controller.signal }))).toBe('57014');
    expect(await codeOf(db.query('SELECT 1', [], { signal: AbortSignal.abort() }))).toBe('57014');
    expect((await db.query('SELECT 1 AS a', [], { timeoutMs: 60_000 })).rows).toEqual([{ a: 1 }]);
  });
  test('statement_timeout', async () => {
    const s = db.session();
    await s.exec("SET statement_timeout = '20ms'");
    expect(await codeOf(s.query('SELECT pg_sleep(100)'))).toBe('57014');
    await s.close();
  });
});

describe('directories', () => {
  test('a reopened directory has what was committed', async () => {
    const dir = freshDir();
    const first = await PGliteDB.open(dir);
    await first.exec(`CREATE TABLE kept (id serial PRIMARY KEY, v text UNIQUE); INSERT INTO kept (v) VALUES ('a'), ('b')`);
    const open = first.session();
    await open.exec(`BEGIN; INSERT INTO kept (v) VALUES ('uncommitted')`);
    await first.close();
    await first.close();
    const second = await PGliteDB.open(dir);
    expect((await second.query('SELECT id, v FROM kept ORDER BY id')).rows).toEqual([{ id: 1, v: 'a' }, { id: 2, v: 'b' }]);
    expect((await second.query(`SELECT id FROM kept WHERE v = 'b'`)).rows).toEqual([{ id: 2 }]);
    expect(await codeOf(second.query(`INSERT INTO kept (v) VALUES ('a')`))).toBe('23505');
    await second.query(`INSERT INTO kept (v) VALUES ('c')`);
    await second.close();
    expect(await codeOf(second.query('SELECT 1'))).not.toBe('no error');
    const third = await PGliteDB.open(dir);
    expect((await third.query('SELECT count(*) AS n FROM kept')).rows).toEqual([{ n: 3 }]);
    await third.close();
  });
  test('a second opener is refused, and the first goes on', async () => {
    const dir = freshDir();
    const first = await PGliteDB.open(dir);
    await expect(PGliteDB.open(dir)).rejects.toThrow(/in use|already|lock/i);
    expect((await first.query('SELECT 1 AS a')).rows).toEqual([{ a: 1 }]);
    await first.close();
    await (await PGliteDB.open(dir)).close();
  });
  test('await using closes', async () => {
    const dir = freshDir();
    const a = await PGliteDB.open(dir);
    await a[Symbol.asyncDispose]();
    expect(a.closed).toBe(true);
    await (await PGliteDB.open(dir)).close();
  });
});

/**
 * Point plans against the general way: the same random statements in two databases, in one by query() alone, which takes
 * the short way where there is one, in the other with options, which never does. Results, errors and tables must be equal.
 */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PGliteDB, type SqlError } from '../index.js';
import type { PGliteSession } from '../api/session-api.js';

const SETUP = `CREATE TABLE p (a int PRIMARY KEY, b int8 UNIQUE, c text DEFAULT 'dflt', d numeric(6,2) CHECK (d < 100), e bool NOT NULL DEFAULT true,
    CONSTRAINT cd UNIQUE (c, d), CHECK (a > -50));
  CREATE INDEX ON p (e, b);
  INSERT INTO p SELECT g, g, CASE WHEN g % 2 = 0 THEN 'a' ELSE 'b' END, g, true FROM generate_series(0, 9) AS g;
  CREATE TABLE q (k text PRIMARY KEY, v float8, w date);
  CREATE TABLE child (id int PRIMARY KEY, p int REFERENCES p ON DELETE CASCADE ON UPDATE CASCADE, note text)`;

const value = {
  int: fc.oneof({ weight: 20, arbitrary: fc.integer({ min: -2, max: 20 }) }, fc.constantFrom(null, -60, -60, 2147483647, 1.5, 'x', '7')),
  big: fc.oneof({ weight: 12, arbitrary: fc.integer({ min: 0, max: 20 }) }, fc.constantFrom(null, '9007199254740993', 5e12, -0)),
  text: fc.oneof({ weight: 12, arbitrary: fc.constantFrom('a', 'b', 'dflt', "it's", '') }, fc.constantFrom(null, 'x\0y', 'é', 7)),
  num: fc.oneof({ weight: 12, arbitrary: fc.constantFrom('1', '2.50', 3, 2.5, '60') }, fc.constantFrom(null, 100, 'NaN', '123456')),
  bool: fc.constantFrom(true, false, true, null, 't', 'maybe'),
};
const S: readonly (readonly [string, readonly fc.Arbitrary<unknown>[]])[] = [
  ['SELECT * FROM p WHERE a = $1', [value.int]],
  ['SELECT c, d * 2 AS twice, a + $2 AS a FROM p WHERE a = $1 AND e', [value.int, value.int]],
  ['SELECT a FROM p WHERE $1 = b LIMIT 1', [value.big]],
  ['SELECT a, a, 10 / a AS x FROM p WHERE c = $1 AND d = $2', [value.text, value.num]],
  ['SELECT p FROM p WHERE a = $1', [value.int]],
  ['SELECT a FROM p WHERE a = $1 FOR UPDATE', [value.int]],
  ['SELECT v, w FROM q WHERE k = $1', [value.text]],
  ['INSERT INTO p VALUES ($1, $2, $3, $4, $5)', [value.int, value.big, value.text, value.num, value.bool]],
  ['INSERT INTO p (a, b) VALUES ($1, $2) RETURNING *, a + 1 AS more', [value.int, value.big]],
  ['INSERT INTO p (a) VALUES ($1 / 2) RETURNING 10 / (a - 1)', [value.int]],
  ['INSERT INTO p (a, c) VALUES ($1, $2) ON CONFLICT DO NOTHING', [value.int, value.text]],
  ['INSERT INTO q VALUES ($1, 0.5, DATE \'2024-01-01\')', [value.text]],
  ['INSERT INTO child VALUES ($1, $2)', [value.int, value.int]],
  ['UPDATE p SET c = $2 WHERE a = $1', [value.int, value.text]],
  ['UPDATE p SET d = d + $2 WHERE a = $1 RETURNING old.d, new.d, c', [value.int, value.num]],
  ['UPDATE p SET a = $2, e = $3 WHERE a = $1', [value.int, value.int, value.bool]],
  ['UPDATE p SET b = b + 1 WHERE b = $1 RETURNING a, b', [value.big]],
  ['UPDATE p SET e = NOT e WHERE c = $1 AND d = $2 AND a > 1', [value.text, value.num]],
  ['UPDATE q SET v = v / $2, k = k WHERE k = $1', [value.text, value.int]],
  ['UPDATE child SET note = $2 WHERE id = $1', [value.int, value.text]],
  ['UPDATE child SET p = $2 WHERE id = $1', [value.int, value.int]],
  ['DELETE FROM p WHERE a = $1 RETURNING c', [value.int]],
  ['DELETE FROM q WHERE k = $1', [value.text]],
  ['DELETE FROM child WHERE id = $1 AND note IS NULL', [value.int]],
];
const BLOCKS = ['BEGIN', 'BEGIN', 'COMMIT', 'COMMIT', 'ROLLBACK', 'SAVEPOINT s', 'ROLLBACK TO s', 'BEGIN ISOLATION LEVEL REPEATABLE READ', 'BEGIN READ ONLY'];
const DDL = ['ALTER TABLE p DROP CONSTRAINT p_b_key', 'ALTER TABLE p ADD UNIQUE (b)',
  'ALTER TABLE p ADD COLUMN f int DEFAULT 3', 'ALTER TABLE p DROP COLUMN IF EXISTS f', 'ALTER TABLE q ALTER v TYPE int USING v::int', 'ALTER TABLE q ALTER v TYPE float8', 'TRUNCATE q', 'CREATE INDEX ON p (c)',
  'ALTER TABLE p ALTER c SET NOT NULL', 'ALTER TABLE p ALTER c DROP NOT NULL', 'ALTER TABLE p ADD CONSTRAINT small CHECK (b < 4) NOT VALID', 'ALTER TABLE p DROP CONSTRAINT IF EXISTS small',
  'CREATE ROLE point_reader; GRANT SELECT ON p TO point_reader', 'SET ROLE point_reader', 'RESET ROLE', 'ALTER TABLE p ENABLE ROW LEVEL SECURITY', 'CREATE POLICY even ON p USING (a % 2 = 0)', 'GRANT ALL ON p, q TO point_reader', 'REVOKE UPDATE ON p FROM point_reader',
  "SET pglitedb.update_placement = 'append'", 'RESET pglitedb.update_placement', 'SET default_transaction_read_only = on', 'RESET default_transaction_read_only'];

/** Statements many times over: a text has a point plan from its third run on, until the next DDL. */
type Step = readonly [string, readonly unknown[] | undefined];
const many = fc.constantFrom(...S).chain(([sql, params]) => fc.array(fc.tuple(...params), { minLength: 3, maxLength: 16, size: 'max' }).map((list) => list.map((p): Step => [sql, p])));
const one = (texts: readonly string[]): fc.Arbitrary<Step[]> => fc.constantFrom(...texts).map((sql) => [[sql, undefined]]);
const steps = fc.array(fc.oneof({ weight: 12, arbitrary: many }, { weight: 5, arbitrary: one(BLOCKS) }, { weight: 1, arbitrary: one(DDL) }), { minLength: 10, maxLength: 30, size: 'max' }).map((list) => list.flat());

async function answer(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work;
  } catch (error) {
    const e = error as SqlError;
    return { code: e.code, message: e.message, detail: e.detail, constraint: e.constraint };
  }
}
function run(s: PGliteSession, [sql, params]: Step, short: boolean): Promise<unknown> {
  return answer(params === undefined ? s.exec(sql) : short ? s.query(sql, params) : s.query(sql, params, {}));
}
async function tables(s: PGliteSession): Promise<unknown> {
  await answer(s.exec('ROLLBACK'));
  await s.exec('RESET ROLE; RESET default_transaction_read_only; SET enable_seqscan = off; SET enable_sort = off');
  return await s.exec('SELECT * FROM p ORDER BY a; SELECT * FROM q ORDER BY k; SELECT * FROM child ORDER BY id; SELECT a FROM p WHERE b > -1 ORDER BY b; SELECT a FROM p WHERE c = \'a\' ORDER BY d');
}

const RUNS = Number(process.env['POINT_RUNS'] ?? 20);
describe('point plans', () => {
  test('answer as the general way does', async () => {
    let runs = 0;
    let all = 0;
    await fc.assert(fc.asyncProperty(steps, async (list) => {
      await using short = await PGliteDB.open();
      await using general = await PGliteDB.open();
      const [a, b] = [short.session(), general.session()];
      await a.exec(SETUP);
      await b.exec(SETUP);
      for (const s of list) {
        expect([s, await run(a, s, true)]).toEqual([s, await run(b, s, false)]);
        if (a.session.state.block !== 'failed') continue;
        await a.exec('ROLLBACK');
        await b.exec('ROLLBACK');
      }
      expect(await tables(a)).toEqual(await tables(b));
      runs += a.session.point.runs;
      all += list.length;
    }), { numRuns: RUNS, interruptAfterTimeLimit: 200_000 });
    expect(runs).toBeGreaterThan(all / 6);
  }, 300_000);

  test('statements of one text take the short way, which sees what its transaction did', async () => {
    await using db = await PGliteDB.open();
    await db.exec('CREATE TABLE t (id int PRIMARY KEY, n int)');
    const s = db.session();
    for (let k = 0; k < 5; k++) await s.query('INSERT INTO t VALUES ($1, 0)', [k]);
    await s.exec('BEGIN');
    for (let k = 1; k <= 10; k++) expect((await s.query('UPDATE t SET n = n + 1 WHERE id = $1 RETURNING n', [3])).rows).toEqual([{ n: k }]);
    expect(s.session.point.runs).toBeGreaterThan(7);
    expect((await db.query('SELECT n FROM t WHERE id = 3')).rows).toEqual([{ n: 0 }]);
    const waiting = db.query('UPDATE t SET n = n + 1 WHERE id = $1 RETURNING n', [3]);
    await s.exec('COMMIT');
    expect((await waiting).rows).toEqual([{ n: 11 }]);
    expect((await s.query('UPDATE t SET n = n + 1 WHERE id = $1 RETURNING n', [3])).rows).toEqual([{ n: 12 }]);
  });

  test('a transaction keeps its locks: DDL of others waits', async () => {
    await using db = await PGliteDB.open();
    await db.exec('CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)');
    const [a, b] = [db.session(), db.session()];
    for (let k = 0; k < 4; k++) await a.query('SELECT id FROM t WHERE id = $1', [1]);
    await a.exec('BEGIN');
    await a.query('SELECT id FROM t WHERE id = $1', [1]);
    await b.exec("SET lock_timeout = '20ms'");
    expect(await answer(b.exec('ALTER TABLE t ADD COLUMN x int'))).toMatchObject({ code: '55P03' });
    await a.exec('COMMIT');
    await b.exec('BEGIN; ALTER TABLE t ADD COLUMN x int DEFAULT 7');
    const waiting = a.query('SELECT * FROM t WHERE id = $1', [1]);
    const second = a.query('SELECT id FROM t WHERE id = $1', [1]);
    await b.exec('COMMIT');
    expect((await waiting).rows).toEqual([{ id: 1, x: 7 }]);
    expect((await second).rows).toEqual([{ id: 1 }]);
  });

  test('columns named __proto__ or alike', async () => {
    await using db = await PGliteDB.open();
    await db.exec(`CREATE TABLE t (id int PRIMARY KEY, "__proto__" int, "a""b" int, "constructor" int); INSERT INTO t VALUES (1, 2, 3, 4)`);
    let row: Record<string, unknown> = {};
    for (let k = 0; k < 4; k++) row = (await db.query('SELECT * FROM t WHERE id = $1', [1])).rows[0]!;
    expect(Object.entries(row)).toEqual([['id', 1], ['__proto__', 2], ['a"b', 3], ['constructor', 4]]);
  });
});

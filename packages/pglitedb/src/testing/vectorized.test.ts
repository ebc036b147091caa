/**
 * Generated code and the general operators must answer alike: the same queries with pglitedb.vectorize_above_rows at 0
 * and at -1, over values at the edges of their types, and over rows in every state of visibility. SEED=n, COUNT=n as in
 * differential.test.ts.
 */
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Cluster } from '../server/cluster.js';
import { select, tables } from './random-sql.js';
import { TextSession } from './text-session.js';

const count = Number(process.env.COUNT ?? 100);
const seed = Number(process.env.SEED ?? 3);
let cluster: Cluster;
let oracle: PGlite;
let vector: TextSession;
let general: TextSession;

beforeAll(async () => {
  oracle = await PGlite.create();
  cluster = await Cluster.open();
  vector = new TextSession(cluster);
  general = new TextSession(cluster);
  await vector.run('SET pglitedb.vectorize_above_rows = 0');
  await general.run('SET pglitedb.vectorize_above_rows = -1');
});
afterAll(async () => {
  await oracle.close();
  await cluster.close();
});

async function answer(session: TextSession, sql: string, ordered: boolean): Promise<string> {
  const { results, error } = await session.run(sql);
  if (error !== undefined) return error.code;
  const lines = results.at(-1)!.rows.map((row) => JSON.stringify(row));
  return (ordered ? lines : lines.sort()).join('\n');
}
async function oracleAnswer(sql: string, ordered: boolean): Promise<string> {
  try {
    const lines = (await oracle.query<unknown[]>(`SELECT to_jsonb(array_agg(q::text))  AS rows FROM (${sql}) q`, [], { rowMode: 'array' })).rows;
    const rows = (lines[0]![0] ?? []) as string[];
    return (ordered ? rows : rows.sort()).join('\n');
  } catch (error) {
    return (error as { code: string }).code;
  }
}
async function ownAsRecords(session: TextSession, sql: string, ordered: boolean): Promise<string> {
  const { results, error } = await session.run(`SELECT q::text FROM (${sql}) q`);
  if (error !== undefined) return error.code;
  const rows = results.at(-1)!.rows.map((r) => r[0]!);
  return (ordered ? rows : rows.sort()).join('\n');
}

/** Columns of every kind that has a form of its own in generated code, and values at their edges. */
const EDGES: Readonly<Record<string, readonly string[]>> = {
  a: ['NULL', '0', '1', '-1', '2147483647', '-2147483648', '7'], s: ['NULL', '0', '32767', '-32768', '5'],
  l: ['NULL', '0', '9007199254740991', '9007199254740992', '9007199254740993', '-9223372036854775808', '9223372036854775807', '3'],
  f: ['NULL', "'NaN'", "'Infinity'", "'-Infinity'", '0', "'-0'", '1e308', '-1e308', '1.5', '5e-324'], r: ['NULL', "'NaN'", '0', "'-0'", '3e38', '0.1'],
  t: ['NULL', "''", "'a'", "'b'", "'ab'", "'é'", "'𝄞'", "'ﬀ'"], b: ['NULL', 'true', 'false'],
  d: ['NULL', "'infinity'", "'-infinity'", "'2024-02-29'", "'1999-12-31'"], z: ['NULL', "'infinity'", "'2024-01-01 12:00'", "'4714-11-24 00:00 BC'"],
  n: ['NULL', '0', '1.50', '1.5', "'NaN'", '-3', '99999999999999999999'],
};
const NAMES = Object.keys(EDGES);
const CREATE = '(a int, s smallint, l bigint, f float8, r float4, t text COLLATE "C", b bool, d date, z timestamp, n numeric)';
const rowsOf = (max: number): fc.Arbitrary<string[][]> => fc.array(fc.tuple(...NAMES.map((c) => fc.constantFrom(...EDGES[c]!))), { minLength: 0, maxLength: max });
const insert = (table: string, rows: string[][]): string[] => (rows.length === 0 ? [] : [`INSERT INTO ${table} VALUES ${rows.map((r) => `(${r.join(', ')})`).join(', ')}`]);

const column = fc.constantFrom(...NAMES);
const numeric = fc.constantFrom('a', 's', 'l', 'f', 'r', 'n', 'a + 1', 's * 2', 'l - 1', 'f * 2', 'a % 3', 'coalesce(a, 5)', 'abs(s)', 'CASE WHEN b THEN a ELSE s END');
const call = fc.oneof(
  fc.constant('count(*)'), column.map((c) => `count(${c})`), numeric.map((e) => `sum(${e})`), numeric.map((e) => `avg(${e})`), column.filter((c) => c !== 'b').map((c) => `min(${c})`),
  column.filter((c) => c !== 'b').map((c) => `max(${c})`), column.map((c) => `count(DISTINCT ${c})`), fc.constantFrom('sum(DISTINCT a)', 'bool_and(b)', 'string_agg(t, \',\' ORDER BY t)', 'sum(a) FILTER (WHERE f > 0)', 'stddev(f)', 'variance(s)'),
);
const test_ = fc.oneof(
  fc.tuple(column, fc.constantFrom('=', '<>', '<', '>=', 'IS DISTINCT FROM')).chain(([c, op]) => fc.constantFrom(...EDGES[c]!).map((v) => `${c} ${op} ${v}`)),
  column.map((c) => `${c} IS NULL`), fc.constantFrom('b', 'NOT b', 'b IS NOT TRUE', 'a IN (1, 7, NULL)', 'a NOT IN (0, 1)', 't LIKE \'a%\'', 'a > s', 'f > r', 'f <= a', 'd < z', '(a > 0 OR f < 1)', '(b AND t > \'a\')', 'nullif(a, 1) IS NULL', 'l = a'),
);
const where = fc.array(test_, { maxLength: 2 }).map((w) => (w.length === 0 ? '' : ` WHERE ${w.join(' AND ')}`));
const grouping = fc.uniqueArray(column, { maxLength: 3 });
/** A query; those with LIMIT order by all columns, so that only equal rows can be exchanged. */
const query: fc.Arbitrary<{ sql: string; ordered: boolean }> = fc.oneof(
  fc.tuple(fc.array(call, { minLength: 1, maxLength: 3 }), where).map(([c, w]) => ({ sql: `SELECT ${c.map((x, k) => `${x} AS c${k}`).join(', ')} FROM e${w}`, ordered: true })),
  fc.tuple(grouping.filter((g) => g.length > 0), fc.array(call, { maxLength: 2 }), where, fc.constantFrom('', ' HAVING count(*) > 1')).map(([g, c, w, h]) => ({ sql: `SELECT ${[...g, ...c.map((x, k) => `${x} AS c${k}`)].join(', ')} FROM e${w} GROUP BY ${g.join(', ')}${h}`, ordered: false })),
  fc.tuple(fc.uniqueArray(column, { minLength: 1, maxLength: 3 }), where).map(([c, w]) => ({ sql: `SELECT ${c.join(', ')} FROM e${w}`, ordered: true })),
  fc.tuple(fc.uniqueArray(fc.tuple(column, fc.constantFrom('', ' DESC', ' NULLS FIRST', ' DESC NULLS LAST')), { minLength: 1, maxLength: 3, selector: ([c]) => c }), fc.constantFrom('', ' LIMIT 3', ' LIMIT 2 OFFSET 1', ' LIMIT 0'))
    .map(([o, l]) => ({ sql: `SELECT ${o.map(([c]) => c).join(', ')} FROM e ORDER BY ${o.map((p) => p.join('')).join(', ')}${l}`, ordered: true })),
  fc.tuple(fc.constantFrom('JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN'), column, fc.constantFrom('', ' AND e.a < g.a', ' AND e.b'), where).map(([j, c, more, w]) => ({ sql: `SELECT count(*) AS n, count(g.${c}) AS m, sum(e.a) AS s, max(g.t) AS t FROM e ${j} (SELECT * FROM g) g ON e.${c} = g.${c}${j === 'FULL JOIN' ? '' : more}${w.replace(/\b([aslfrtbdzn])\b(?!')/g, 'e.$1')}`, ordered: true })),
  fc.tuple(fc.constantFrom('JOIN', 'LEFT JOIN'), fc.uniqueArray(column, { minLength: 1, maxLength: 3 })).map(([j, c]) => ({ sql: `SELECT e.a, g.l, g.f, g.t FROM e ${j} g ON ${c.map((x) => `e.${x} = g.${x}`).join(' AND ')}`, ordered: false })),
  fc.tuple(fc.constantFrom('EXISTS', 'NOT EXISTS'), column).map(([x, c]) => ({ sql: `SELECT count(*) AS n, sum(a) AS s FROM e WHERE ${x} (SELECT 1 FROM g WHERE g.${c} = e.${c} AND g.s > 0)`, ordered: true })),
  fc.tuple(grouping.filter((g) => g.length > 0), call).map(([g, c]) => ({ sql: `SELECT count(*) AS n, min(c) AS m FROM (SELECT ${c}::text AS c FROM e GROUP BY ${g.join(', ')}) q`, ordered: true })),
);

describe('vectorized', () => {
  test('random SELECTs answer alike', async () => {
    console.log(`seed ${seed}; again: SEED=${seed} COUNT=${count} npm test -- vectorized`);
    const batch = fc.tuple(tables(), fc.array(select, { minLength: 20, maxLength: 20 }));
    await fc.assert(fc.asyncProperty(batch, async ([setUp, statements]) => {
      for (const sql of setUp) expect((await general.run(sql)).error).toBeUndefined();
      const differences = [];
      for (const { sql, ordered } of statements) {
        const pair = { sql, vector: await answer(vector, sql, ordered), general: await answer(general, sql, ordered) };
        if (pair.vector !== pair.general) differences.push(pair);
      }
      expect(differences).toEqual([]);
    }), { seed, numRuns: Math.max(1, Math.round(count / 20)), endOnFailure: true });
  }, 3_600_000);

  test('edge values answer as the general operators and PGlite do', async () => {
    await fc.assert(fc.asyncProperty(rowsOf(30), rowsOf(10), fc.array(query, { minLength: 25, maxLength: 25 }), async (e, g, queries) => {
      for (const sql of ['DROP TABLE IF EXISTS e, g', `CREATE TABLE e ${CREATE}`, `CREATE TABLE g ${CREATE}`, ...insert('e', e), ...insert('g', g)]) {
        expect((await general.run(sql)).error).toBeUndefined();
        await oracle.exec(sql);
      }
      const differences = [];
      for (const { sql, ordered } of queries) {
        const pair = { sql, vector: await answer(vector, sql, ordered), general: await answer(general, sql, ordered) };
        if (pair.vector !== pair.general) differences.push(pair);
        const both = { sql, vector: await ownAsRecords(vector, sql, ordered), oracle: await oracleAnswer(sql, ordered) };
        if (both.vector !== both.oracle) differences.push(both);
      }
      expect(differences).toEqual([]);
    }), { seed, numRuns: Math.max(1, Math.round(count / 25)), endOnFailure: true });
  }, 3_600_000);

  test('rows in every state of visibility', async () => {
    const writer = new TextSession(cluster);
    const change = fc.oneof(
      fc.integer({ min: 0, max: 3000 }).map((k) => `DELETE FROM m WHERE id % 17 = ${k % 17}`), fc.integer({ min: 0, max: 3000 }).map((k) => `UPDATE m SET v = v + 1, t = 'changed' WHERE id % 13 = ${k % 13}`),
      fc.integer({ min: 0, max: 50 }).map((k) => `INSERT INTO m SELECT i, i, 'added', i FROM generate_series(5000, ${5000 + k}) i`), fc.integer({ min: 0, max: 9 }).map((k) => `UPDATE m SET v = NULL, l = 9007199254740993 WHERE id = ${k * 311}`),
    );
    const queries = ['SELECT count(*), sum(v), min(t), max(l), sum(l) FROM m', 'SELECT t, count(*), sum(id) FROM m GROUP BY t', "SELECT id, v, t, l FROM m WHERE v % 7 = 3 AND t <> 'x'", 'SELECT id FROM m ORDER BY v DESC, id LIMIT 20', 'SELECT count(*), sum(a.v + b.id) FROM m a JOIN m b ON a.v = b.id'];
    await fc.assert(fc.asyncProperty(fc.array(change, { maxLength: 4 }), fc.array(change, { maxLength: 3 }), fc.constantFrom('COMMIT', 'ROLLBACK'), async (first, second, end) => {
      await general.run("DROP TABLE IF EXISTS m; CREATE TABLE m (id int NOT NULL, v int, t text, l bigint); INSERT INTO m SELECT i, i * 7 % 1000, 'x' || i % 5, i FROM generate_series(0, 2999) i");
      for (const s of [vector, general]) await s.run('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM m');
      for (const sql of first) await writer.run(sql);
      await writer.run(`BEGIN; ${second.join('; ')}`);
      const before = [];
      for (const q of queries) before.push([await answer(vector, q, true), await answer(general, q, true)]);
      for (const s of [vector, general]) await s.run('COMMIT');
      for (const q of queries) before.push([await answer(vector, q, true), await answer(general, q, true)]);
      await writer.run(end);
      for (const q of queries) before.push([await answer(vector, q, true), await answer(general, q, true)]);
      for (const [v, g] of before) expect(v).toBe(g);
    }), { seed, numRuns: Math.max(1, Math.round(count / 20)), endOnFailure: true });
  }, 3_600_000);
});

/**
 * Statements whose rows exceed work_mem answer as those in memory, and leave no files behind. The same session runs each
 * query with much memory and with the least, in generated code and in the general operators. SEED=n replays.
 */
import { mkdirSync, mkdtempSync, readdirSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TempFile } from '@pglitedb/storage';
import fc from 'fast-check';
import { Cluster } from '../server/cluster.js';
import { TextSession } from './text-session.js';

const seed = Number(process.env.SEED ?? 11);
const ROWS = 10_000;
const dir = mkdtempSync(join(tmpdir(), 'spill-'));
let cluster: Cluster;
let s: TextSession;

async function rowsOf(sql: string): Promise<string[]> {
  const { results, error } = await s.run(sql);
  if (error !== undefined) throw error;
  return results.at(-1)!.rows.map((r) => JSON.stringify(r));
}
const LEAST = "SET work_mem = '64kB'; SET hash_mem_multiplier = 1";
const MUCH = "SET work_mem = '1GB'; SET hash_mem_multiplier = 2";
const files = (): string[] => (existsSync(join(dir, 'pgsql_tmp')) ? readdirSync(join(dir, 'pgsql_tmp')) : []);

beforeAll(async () => {
  mkdirSync(join(dir, 'pgsql_tmp'));
  writeFileSync(join(dir, 'pgsql_tmp', 'left over'), 'x');
  cluster = await Cluster.open({ dataDir: dir });
  s = new TextSession(cluster);
  await rowsOf(`CREATE TABLE r (id int, a int, l bigint, f float8, t text, b bool, n numeric, d date, ts timestamptz, j jsonb, arr int[], by bytea, u uuid, p point);
    INSERT INTO r SELECT g, CASE WHEN g % 11 = 0 THEN NULL ELSE (g * 7919) % 1000 END,
      CASE g % 5 WHEN 0 THEN NULL WHEN 1 THEN 9007199254740993 + g WHEN 2 THEN -g ELSE g % 37 END,
      CASE g % 7 WHEN 0 THEN NULL WHEN 1 THEN 'NaN' WHEN 2 THEN '-0' WHEN 3 THEN 'Infinity' ELSE g / 3.0 END,
      CASE g % 6 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN 'é' || g % 50 WHEN 3 THEN '𝄞' || g % 9 ELSE md5((g % 400)::text) END,
      CASE g % 3 WHEN 0 THEN NULL ELSE g % 2 = 0 END, CASE g % 4 WHEN 0 THEN NULL ELSE (g % 100) / 8.0 END,
      CASE g % 9 WHEN 0 THEN NULL WHEN 1 THEN 'infinity' ELSE date '2000-01-01' + g % 300 END,
      CASE g % 8 WHEN 0 THEN NULL WHEN 1 THEN '-infinity' ELSE timestamptz '2020-01-01 00:00Z' + g * interval '1 second' END,
      CASE g % 5 WHEN 0 THEN NULL ELSE jsonb_build_object('k', g % 20, 's', array[g]) END,
      CASE g % 5 WHEN 0 THEN NULL ELSE array[g % 10, NULL, g] END, CASE g % 5 WHEN 0 THEN NULL ELSE decode(md5(g::text), 'hex') END,
      CASE g % 5 WHEN 0 THEN NULL ELSE md5((g % 77)::text)::uuid END, point(g, -g) FROM generate_series(1, ${ROWS}) g; ANALYZE r`);
}, 120_000);
afterAll(async () => {
  await cluster.close();
  rmSync(dir, { recursive: true, force: true });
});

async function alike(sql: string, ordered: boolean): Promise<void> {
  const arrange = (rows: string[]): string[] => (ordered ? rows : rows.sort());
  await rowsOf(MUCH);
  const expected = arrange(await rowsOf(sql));
  await rowsOf(LEAST);
  const before = cluster.temporary.written;
  const found = arrange(await rowsOf(sql));
  expect(cluster.temporary.written).toBeGreaterThan(before);
  expect(found.length).toBe(expected.length);
  for (let k = 0; k < found.length; k++) if (found[k] !== expected[k]) expect(`row ${k}: ${found[k]}`).toBe(`row ${k}: ${expected[k]}`);
  expect(cluster.temporary.live).toBe(0);
  expect(files()).toEqual([]);
}

const COLUMNS = ['a', 'l', 'f', 't', 'b', 'n', 'd', 'ts', 'j', 'arr', 'by', 'u'];
const keys = fc.uniqueArray(fc.record({ c: fc.constantFrom(...COLUMNS), desc: fc.boolean(), nulls: fc.constantFrom('', ' NULLS FIRST', ' NULLS LAST') }), { minLength: 1, maxLength: 3, selector: (k) => k.c });
/** Generated code has 64 times the memory: it needs more rows. */
const FORMS = [['general operators', -1, 'r'], ['generated code', 0, '(SELECT r.* FROM r, (VALUES (1), (2)) v(k))']] as const;

test('files of an earlier process are removed at the start', () => expect(files()).toEqual([]));

describe.each(FORMS)('external sort in %s', (_, rows, source) => {
  beforeAll(async () => { await rowsOf(`SET pglitedb.vectorize_above_rows = ${rows}`); });
  test('answers as the one in memory', async () => {
    await fc.assert(fc.asyncProperty(keys, async (list) => {
      await alike(`SELECT * FROM ${source} q ORDER BY ${list.map((k) => `${k.c}${k.desc ? ' DESC' : ''}${k.nulls}`).join(', ')}`, true);
    }), { seed, numRuns: 4 });
  }, 240_000);
});

describe('hash joins in parts', () => {
  beforeAll(async () => {
    await rowsOf(`SET pglitedb.vectorize_above_rows = -1; SET enable_mergejoin = off; SET enable_nestloop = off; SET enable_memoize = off;
      CREATE TABLE k AS SELECT id + 4000 AS id, a, l, t, CASE WHEN n < 5 THEN n END AS n, md5(id::text) AS filler FROM r WHERE id <= 8000; ANALYZE k`);
  });
  afterAll(async () => { await rowsOf('RESET enable_mergejoin; RESET enable_nestloop; RESET enable_memoize'); });
  test.each(['INNER', 'LEFT', 'RIGHT', 'FULL'].flatMap((type) => [['id', 'r.id = k.id'], ['text and int', 'r.t = k.t AND r.a = k.a'], ['numeric', 'r.n = k.n AND r.id = k.id AND r.a > 5'], ['bigint', 'r.l = k.l AND r.id = k.id']].filter(([name]) => type !== 'FULL' || name !== 'numeric').map(([name, on]) => [type, name, on] as const)))('%s JOIN by %s', async (type, _, on) => {
    await alike(`SELECT r.id, r.t, k.id, k.a, k.filler FROM r ${type} JOIN k ON ${on}`, false);
  }, 60_000);
  test.each(['EXISTS', 'NOT EXISTS'])('%s', async (word) => {
    await alike(`SELECT r.id, r.t FROM r WHERE ${word} (SELECT 1 FROM k WHERE k.id = r.id AND k.t IS NOT DISTINCT FROM k.t)`, false);
    await alike(`SELECT k.id, k.t FROM k WHERE ${word} (SELECT 1 FROM r WHERE r.t = k.t AND r.a = k.a)`, false);
  }, 60_000);
  test('EXPLAIN ANALYZE tells of the batches; LIMIT and rescans', async () => {
    await rowsOf(LEAST);
    expect((await rowsOf('EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) SELECT * FROM r JOIN k USING (id)')).join('\n')).toMatch(/Buckets: \d+ \(originally \d+\) {2}Batches: \d+ \(originally 1\) {2}Memory Usage: \d+kB/);
    expect(await rowsOf('SELECT 1 FROM r JOIN k USING (id) LIMIT 3')).toHaveLength(3);
    expect(await rowsOf('SELECT v, (SELECT count(*) FROM r JOIN k USING (id) WHERE r.id % 3 = v OR v > 2) FROM generate_series(0, 3) v')).toEqual(['["0","2000"]', '["1","2000"]', '["2","2000"]', '["3","6000"]']);
    expect(cluster.temporary.live).toBe(0);
  }, 60_000);
});

describe('files', () => {
  beforeAll(async () => { await rowsOf(`SET pglitedb.vectorize_above_rows = -1; ${LEAST}`); });
  afterAll(async () => { await rowsOf('RESET statement_timeout'); });
  test('a lost run is noticed', async () => {
    const { append } = TempFile.prototype;
    let calls = 0;
    TempFile.prototype.append = function (this: TempFile, bytes: Uint8Array): number {
      return ++calls === 40 ? 0 : append.call(this, bytes);
    };
    try {
      await expect(alike('SELECT id, t FROM r ORDER BY t, id', true)).rejects.toThrow();
    } finally {
      TempFile.prototype.append = append;
    }
    expect(cluster.temporary.live).toBe(0);
  }, 60_000);
  test.each([
    ['an error above', 'SELECT 1 / (id - 7000) FROM (SELECT * FROM r ORDER BY id, t OFFSET 0) q', '22012'],
    ['an error below', 'SELECT * FROM (SELECT 1 / (id - 9000) AS x, * FROM r OFFSET 0) q ORDER BY t', '22012'],
    ['a timeout', 'SELECT count(*) FROM (SELECT *, pg_sleep(0.0005) FROM (SELECT * FROM r ORDER BY t, id OFFSET 0) q OFFSET 0) q', '57014'],
  ])('are removed after %s', async (_, sql, code) => {
    const before = cluster.temporary.written;
    if (code === '57014') await rowsOf("SET statement_timeout = '1500ms'");
    expect((await s.run(sql)).error?.code).toBe(code);
    expect(cluster.temporary.written).toBeGreaterThan(before);
    expect(cluster.temporary.live).toBe(0);
    expect(files()).toEqual([]);
  }, 60_000);
  test('EXPLAIN ANALYZE tells of the disk', async () => {
    await rowsOf('RESET statement_timeout');
    expect((await rowsOf('EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) SELECT * FROM r ORDER BY t, id')).join('\n')).toMatch(/Sort Method: external merge {2}Disk: \d+kB/);
    expect((await rowsOf('EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) SELECT id FROM r ORDER BY t, id LIMIT 3')).join('\n')).toMatch(/Sort Method: top-N heapsort {2}Memory: 25kB/);
    await rowsOf(MUCH);
    expect((await rowsOf('EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) SELECT id FROM r ORDER BY t, id')).join('\n')).toMatch(/Sort Method: quicksort {2}Memory: \d+kB/);
  });
});

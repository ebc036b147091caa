import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGliteDB } from '../api/pglitedb.js';
import { inspect } from './inspect.js';

const dir = mkdtempSync(join(tmpdir(), 'pglitedb-inspect-'));
const contents = (): string => readdirSync(dir).sort().map((name) => `${name} ${readFileSync(join(dir, name)).toString('latin1')}`).join('\n');
async function output(...args: string[]): Promise<string> {
  const lines: string[] = [];
  await inspect(args, (line) => lines.push(line));
  return lines.join('\n');
}

beforeAll(async () => {
  let db = await PGliteDB.open(dir);
  await db.exec(`CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t SELECT g, 'v' || g FROM generate_series(1, 300) g`);
  await db.close();
  db = await PGliteDB.open(dir);
  await db.exec(`UPDATE t SET v = 'changed' WHERE id = 2`);
  await db.exec('BEGIN; DELETE FROM t WHERE id = 9; COMMIT');
  await db.cluster.txns.durableBarrier();
  await (db.cluster.txns as unknown as { engine: { close(): Promise<void> } }).engine.close();
});
afterAll(() => rmSync(dir, { recursive: true }));

describe('inspect', () => {
  test('page', async () => {
    expect(await output('page', dir)).toMatch(/\d+ +1 +\d+ {2}table t\n/);
    expect(await output('page', dir, 't')).toMatch(/^page 0: table chunk: \d+ bytes, 3 columns, 300 slots used, 300 live/);
    expect(await output('page', dir, 't', '0', '--rows', '1')).toMatch(/column 3: text, heap .*\n {2}slot 0: \d+, 1, "v1"$/);
    expect(await output('page', dir, 't_pkey')).toMatch(/B-tree meta page: keys numbers/);
  });
  test('wal', async () => {
    const text = await output('wal', dir);
    expect(text).toMatch(/^root: closed properly|^root: not closed/);
    expect(text).toMatch(/commit, xid \d+, \d+ bytes\n {4}update t \(0,2\) 2 = "changed"/);
    expect(text).toMatch(/remove entry t_pkey -> \(0,9\) \(9\)\n {4}delete t \(0,9\)/);
    expect(await output('wal', dir, '--limit=1')).toMatch(/more from \d+: --from/);
  });
  test('catalog', async () => {
    expect(await output('catalog', dir)).toMatch(/public +t +r /);
    expect(await output('catalog', dir, 't')).toMatch(/1 +id +integer +true[^]*PRIMARY KEY \(id\)/);
  });
  test('plan', async () => {
    expect(await output('plan', dir, 'SELECT v FROM t WHERE id = 5')).toMatch(/Index Scan using t_pkey/);
  });
  test('check', async () => {
    expect(await output('check', dir)).toMatch(/indexes held against their tables\nno faults$/);
  });
  test('changes nothing', async () => {
    const before = contents();
    for (const what of ['page', 'wal', 'catalog', 'check']) await output(what, dir);
    expect(contents()).toBe(before);
  });
  test.each([
    [[], /needs one of page, wal, catalog, plan, check/], [['page'], /needs a data directory/], [['page', join(dir, 'no')], /no database in/],
    [['page', dir, 'nothing'], /relation "nothing" does not exist/], [['plan', dir], /needs a statement/], [['wal', dir, '--limit', 'x'], /--limit must be a number/],
  ])('%j is refused with a hint', async (args, message) => {
    await expect(output(...args)).rejects.toMatchObject({ message: expect.stringMatching(message), hint: expect.any(String) });
  });
});

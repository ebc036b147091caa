/**
 * COPY FROM by blocks and row by row must store the same rows or raise the same error: the same input into a table, and
 * into one whose CHECK keeps it off the short way. And what blocks have stored must survive a crash, and go
 * away with a rollback.
 */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Cluster } from '../server/cluster.js';
import { TextSession } from './text-session.js';

const COLUMNS = 'a int NOT NULL, s smallint, l bigint, f float8, t text, d date';
let dir: string;
beforeAll(() => { dir = mkdtempSync(join(tmpdir(), 'copy-blocks-')); });
afterAll(() => { rmSync(dir, { recursive: true, force: true }); });

const often = <T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>): fc.Arbitrary<T> => fc.oneof({ weight: 60, arbitrary: usual }, { weight: 1, arbitrary: odd });
const line = fc.tuple(
  often(fc.integer({ min: -99999, max: 99999 }).map(String), fc.constantFrom('2147483647', '-2147483648', '2147483648', ' 7', '+7', '', '-', '1x', '\\N', '0x1f', '1_000')),
  often(fc.integer({ min: -999, max: 999 }).map(String), fc.constantFrom('\\N', '32768', '-32768', '\\x31')),
  often(fc.integer().map(String), fc.constantFrom('\\N', '9223372036854775807', '9007199254740993', '-0')),
  often(fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((v) => v.toFixed(4)), fc.constantFrom('\\N', 'NaN', '-Infinity', '-0', '1e5', '0.1234567890123456789', '5e-324', '1e400', '.5', '5.', '12345678901234567890')),
  often(fc.constantFrom('', 'abc', 'a b', 'é𝄞', 'x'.repeat(300)), fc.constantFrom('\\N', 'a\\tb', 'a\\\\b', '\\\\N', 'N', 'a\rb', '"', 'a\u0000')),
  often(fc.constantFrom('2024-02-29', '1999-12-31'), fc.constantFrom('\\N', 'infinity', '2023-02-29', 'today?')),
).map((fields) => fields.join('\t'));
const input = fc.tuple(fc.array(often(line, fc.constantFrom('1\t2', '1\t2\t3\t4\t5\t2024-01-01\t7', '\\.', '')), { maxLength: 60 }), fc.constantFrom('\n', '\n', '\n', ''), fc.integer({ min: 1, max: 40 }))
  .map(([lines, end, times]) => Array.from({ length: times }, () => lines.join('\n')).join('\n') + (lines.length > 0 ? end : ''));

describe('COPY by blocks', () => {
  test.each(['', '; CREATE UNIQUE INDEX ON fast (a, s); CREATE UNIQUE INDEX ON slow (a, s); CREATE INDEX ON fast (t, l DESC); CREATE UNIQUE INDEX ON fast (l); CREATE UNIQUE INDEX ON slow (l)'])('stores the same rows, or raises the same errors%s', async (indexes) => {
    const cluster = await Cluster.open();
    const s = new TextSession(cluster);
    await s.run(`CREATE TABLE fast (${COLUMNS}); CREATE TABLE slow (${COLUMNS}, CHECK (true))${indexes}`);
    const file = join(dir, 'in.txt');
    const load = async (table: string): Promise<unknown> => {
      const { error } = await s.run(`COPY ${table} FROM '${file}'`);
      if (error !== undefined) return [error.code, error.message.replaceAll(table, 'T'), error.detail, (error.where ?? '').replaceAll(table, 'T')];
      return (await s.run(`SELECT ctid, ${table} FROM ${table}; TRUNCATE ${table}`)).results[0]!.rows;
    };
    await fc.assert(fc.asyncProperty(input, async (text) => {
      writeFileSync(file, text);
      expect(await load('fast')).toEqual(await load('slow'));
    }), { seed: Number(process.env.SEED ?? 5), numRuns: Number(process.env.COUNT ?? 150) });
    await cluster.close();
  }, 3_600_000);

  test('survives a crash, and is undone', async () => {
    const file = join(dir, 'rows.txt');
    writeFileSync(file, Array.from({ length: 5000 }, (_, i) => `${i - 2500}\t${i % 7 === 0 ? '\\N' : i % 300}\t${i * 4294967296}\t${i / 8}\t${i % 11 === 0 ? '\\N' : `té ${i}`}\t2024-01-01`).join('\n'));
    const open = async (name: string): Promise<{ cluster: Cluster; s: TextSession }> => {
      const cluster = await Cluster.open({ dataDir: join(dir, name) });
      return { cluster, s: new TextSession(cluster) };
    };
    const { cluster, s } = await open('one');
    await s.run(`CREATE TABLE fast (${COLUMNS}); CREATE TABLE undone (${COLUMNS})`);
    await s.run(`COPY fast FROM '${file}'`);
    await s.run(`BEGIN; COPY undone FROM '${file}'; SAVEPOINT p; COPY undone FROM '${file}'; ROLLBACK TO p; COMMIT; BEGIN; COPY undone FROM '${file}'; ROLLBACK`);
    const facts = 'SELECT count(*), sum(a), sum(s), sum(l), sum(f), count(t), md5(string_agg(t, \',\' ORDER BY a)) FROM ';
    const before = (await s.run(`${facts} fast`)).results[0]!.rows;
    expect(before[0]!.slice(0, 2)).toEqual(['5000', '-2500']);
    expect((await s.run(`${facts} undone`)).results[0]!.rows).toEqual(before);
    cpSync(join(dir, 'one'), join(dir, 'two'), { recursive: true, filter: (f) => !f.endsWith('LOCK') });
    await cluster.close();
    const after = await open('two');
    for (const table of ['fast', 'undone']) expect((await after.s.run(`${facts} ${table}`)).results[0]!.rows).toEqual(before);
    await after.cluster.close();
  }, 600_000);
});

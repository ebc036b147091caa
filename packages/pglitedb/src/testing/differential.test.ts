/**
 * Random queries here and in PGlite must answer the same rows or the same SQLSTATE. The seed is fixed, so that a run of
 * the suite can be repeated; SEED=n takes another, COUNT=n runs more statements. Both are printed.
 */
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Cluster } from '../server/cluster.js';
import { select, tables } from './random-sql.js';
import { TextSession } from './text-session.js';

const count = Number(process.env.COUNT ?? 300);
const seed = Number(process.env.SEED ?? 2);
const PER_TABLES = 20;
const TEXT_OF = Object.fromEntries([16, 20, 21, 23, 25, 1082, 1700].map((oid) => [oid, (v: string): string => v]));

let oracle: PGlite;
let cluster: Cluster;
let ours: TextSession;
beforeAll(async () => {
  oracle = await PGlite.create();
  cluster = await Cluster.open();
  ours = new TextSession(cluster);
});
afterAll(async () => {
  await oracle.close();
  await cluster.close();
});

type Answer = string;
const answer = (rows: (string | null)[][], ordered: boolean): Answer => {
  const lines = rows.map((row) => JSON.stringify(row));
  return (ordered ? lines : lines.sort()).join('\n');
};
async function ourAnswer(sql: string, ordered: boolean): Promise<Answer> {
  try {
    const { results, error } = await ours.run(sql);
    return error === undefined ? answer(results.at(-1)!.rows, ordered) : error.code;
  } catch (bug) {
    return String(bug);
  }
}
async function oracleAnswer(sql: string, ordered: boolean): Promise<Answer> {
  try {
    return answer((await oracle.query<(string | null)[]>(sql, [], { rowMode: 'array', parsers: TEXT_OF })).rows, ordered);
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('differential', () => {
  test(`${count} random SELECTs answer as PGlite`, async () => {
    console.log(`seed ${seed}; again: SEED=${seed} COUNT=${count} npm test -- differential`);
    const batch = fc.tuple(tables(), fc.array(select, { minLength: PER_TABLES, maxLength: PER_TABLES }));
    await fc.assert(fc.asyncProperty(batch, async ([setUp, statements]) => {
      for (const sql of setUp) {
        await oracle.exec(sql);
        expect((await ours.run(sql)).error).toBeUndefined();
      }
      const differences: { sql: string; ours: Answer; theirs: Answer }[] = [];
      for (const { sql, ordered } of statements) {
        const difference = { sql, ours: await ourAnswer(sql, ordered), theirs: await oracleAnswer(sql, ordered) };
        if (difference.ours !== difference.theirs) differences.push(difference);
      }
      expect(differences).toEqual([]);
    }), { seed, numRuns: Math.max(1, Math.round(count / PER_TABLES)), interruptAfterTimeLimit: process.env.COUNT === undefined ? 20_000 : undefined, endOnFailure: true });
  }, 3_600_000);
  test('a planted difference is found', async () => {
    expect(await ourAnswer('SELECT 1 AS a', false)).not.toBe(await oracleAnswer('SELECT 2 AS a', false));
    expect(await ourAnswer('SELECT 1/0', false)).not.toBe(await oracleAnswer("SELECT 'x'::int", false));
    expect(await ourAnswer('SELECT 1 UNION ALL SELECT 2', true)).not.toBe(await oracleAnswer('SELECT 2 UNION ALL SELECT 1', true));
  });
});

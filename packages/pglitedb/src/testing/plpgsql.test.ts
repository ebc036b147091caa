/** PL/pgSQL's short and general ways agree: random programs of assignments, IF and loops, run both ways. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PGliteDB } from '../index.js';

const names = ['a', 'b', 'c'];
const expression: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...names), fc.integer({ min: -3, max: 9 }).map((n) => (n < 0 ? `(${n})` : String(n))),
  fc.tuple(fc.constantFrom(...names), fc.constantFrom('+', '-', '*', '%', '/'), fc.constantFrom(...names, '2', '7', 'NULL::int')).map(([x, op, y]) => `(${x} ${op} ${y}) % 1000`),
  fc.constantFrom('coalesce(a, b)', '(CASE WHEN a > b THEN 1 ELSE b END)', 'length(c::text)', "'12'"),
);
const condition = fc.tuple(fc.constantFrom(...names), fc.constantFrom('<', '>', '=', 'IS DISTINCT FROM'), expression).map(([x, op, y]) => `${x} ${op} ${y}`);
const { body } = fc.letrec<{ body: string; statement: string }>((tie) => ({
  statement: fc.oneof(
    { maxDepth: 3 },
    { weight: 5, arbitrary: fc.tuple(fc.constantFrom(...names), expression).map(([x, e]) => `${x} := ${e};`) },
    { weight: 2, arbitrary: fc.tuple(condition, tie('body'), tie('body')).map(([c, x, y]) => `IF ${c} THEN @ ${x} ELSE @ ${y} END IF;`) },
    { weight: 1, arbitrary: fc.tuple(fc.integer({ min: 1, max: 4 }), tie('body'), condition).map(([n, x, c]) => `FOR i IN 1..${n} LOOP @ ${x} EXIT WHEN ${c}; ${x} END LOOP;`) },
  ),
  body: fc.array(tie('statement'), { minLength: 1, maxLength: 4 }).map((s) => s.join(' ')),
}));

describe('PL/pgSQL', () => {
  let db: PGliteDB;
  beforeAll(async () => { db = await PGliteDB.open(); });
  afterAll(async () => { await db.close(); });

  it('answers alike whether statements take the short way or not', async () => {
    await fc.assert(fc.asyncProperty(body, async (text) => {
      const define = (name: string, code: string): Promise<unknown> => db.exec(`CREATE OR REPLACE FUNCTION ${name}() RETURNS text LANGUAGE plpgsql AS $f$ DECLARE a int := 1; b bigint := 2; c numeric; BEGIN ${code} RETURN concat_ws(',', a, b, c); EXCEPTION WHEN others THEN RETURN SQLSTATE || SQLERRM; END $f$`);
      await define('short_way', text.replaceAll('@', ''));
      // A query inside of each list keeps it from the short way.
      await define('general_way', `PERFORM 1; ${text.replaceAll('@', 'PERFORM 1;')}`);
      const { rows } = await db.query<{ x: string; y: string }>('SELECT short_way() AS x, general_way() AS y');
      expect(rows[0]!.x).toBe(rows[0]!.y);
    }), { numRuns: 60 });
  });
  it('notices a way that answers differently', async () => {
    await db.exec(`CREATE FUNCTION one() RETURNS int LANGUAGE plpgsql AS 'DECLARE a int := 1; BEGIN a := a + 1; RETURN a; END'; CREATE FUNCTION two() RETURNS int LANGUAGE plpgsql AS 'DECLARE a int := 1; BEGIN PERFORM 1; a := a + 2; RETURN a; END'`);
    const { rows } = await db.query('SELECT one() AS x, two() AS y');
    expect(rows[0]!.x).not.toBe(rows[0]!.y);
  });
  it('sees a record that changes its shape, and tables that change under it', async () => {
    await db.exec(`CREATE TABLE shape (k int); INSERT INTO shape VALUES (1);
      CREATE FUNCTION shapes() RETURNS text LANGUAGE plpgsql AS $$ DECLARE r record; out text := ''; BEGIN
        FOR i IN 1..2 LOOP
          SELECT * INTO r FROM shape;
          out := out || r.k || ';';
          EXECUTE 'ALTER TABLE shape ALTER k TYPE text USING k::text || ''t''';
        END LOOP;
        RETURN out; END $$`);
    const { rows } = await db.query('SELECT shapes() AS s');
    expect(rows[0]!.s).toBe('1;1t;');
  });
});

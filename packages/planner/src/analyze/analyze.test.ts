import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { openCluster, type CatalogReader, type OpenCluster } from '@pglitedb/catalog';
import { parse } from '@pglitedb/parser';
import { SqlError, type TypeEnv } from '@pglitedb/types';
import { exprType } from '../nodes/index.js';
import { rewrite } from '../rewrite/index.js';
import { analyze, type AnalyzeContext } from './index.js';

let catalog: CatalogReader;
const settings: Record<string, string> = { search_path: '"$user", public', DateStyle: 'ISO, MDY', TimeZone: 'UTC', IntervalStyle: 'postgres' };
const now = (): number => 0;

beforeAll(async () => {
  const cluster: OpenCluster = await openCluster();
  catalog = cluster.catalog.reader({ databaseOid: 5, userOid: () => 10, setting: (n) => settings[n], tempNamespace: () => 0 }, () => undefined);
});
const context = (sql: string, paramTypes: number[] = []): AnalyzeContext => {
  const env: TypeEnv = { setting: (n) => settings[n], types: catalog.types, transactionTimestamp: now, statementTimestamp: now, clockTimestamp: now, notice: () => undefined };
  return { catalog, env, sql, paramTypes, variableParams: true };
};
const query = (sql: string): ReturnType<typeof analyze> => analyze(parse(sql)[0]!, context(sql));
const columns = (sql: string): string[] => query(sql).targetList.filter((t) => !t.resjunk).map((t) => `${t.resname} ${catalog.types.formatType(exprType(t.expr), -1)}`);
const failure = (sql: string): string => {
  try {
    query(sql);
  } catch (e) {
    if (e instanceof SqlError) return `${e.code} ${e.message} @${e.position}`;
    throw e;
  }
  throw new Error('expected an error');
};

describe('types and names of columns', () => {
  const cases: readonly [string, string[]][] = [
    ["select 1, 'a', 1.5, null, true", ['?column? integer', '?column? text', '?column? numeric', '?column? text', '?column? boolean']],
    ['select 1 + 1.5, 2147483648, now() - interval \'1\' day', ['?column? numeric', '?column? bigint', '?column? timestamp with time zone']],
    ['select sum(relpages), count(*), array_agg(relname) from pg_class', ['sum bigint', 'count bigint', 'array_agg name[]']],
    ['select case when true then 1 else 2.5 end, coalesce(null, 3), greatest(1, 2)', ['case numeric', 'coalesce integer', 'greatest integer']],
    ['values (1, \'x\'), (2.5, null)', ['column1 numeric', 'column2 text']],
    ['select 1 as a union select 2.5', ['a numeric']],
    ['with recursive r(n) as (select 1 union all select n + 1 from r) select * from r', ['n integer']],
    ['select * from generate_series(1, 2) with ordinality as g(a, b)', ['a integer', 'b bigint']],
    ['select array[1, 2], row(1, 2), (select 1), exists (select 1)', ['array integer[]', 'row record', '?column? integer', 'exists boolean']],
  ];
  it.each(cases)('%s', (sql, expected) => expect(columns(sql)).toEqual(expected));
});

describe('errors', () => {
  const cases: readonly [string, string][] = [
    ['select * from nowhere', '42P01 relation "nowhere" does not exist @15'],
    ['select nope from pg_class', '42703 column "nope" does not exist @8'],
    ['select oid from pg_class, pg_type', '42702 column reference "oid" is ambiguous @8'],
    ['select nosuch(1)', '42883 function nosuch(integer) does not exist @8'],
    ["select 'a'::text + 1", '42883 operator does not exist: text + integer @18'],
    ['select relname, count(*) from pg_class', '42803 column "pg_class.relname" must appear in the GROUP BY clause or be used in an aggregate function @8'],
    ['select 1 where count(*) > 1', '42803 aggregate functions are not allowed in WHERE @16'],
    ["select 'x'::int", '22P02 invalid input syntax for type integer: "x" @8'],
    ['select 1 order by 2', '42P10 ORDER BY position 2 is not in select list @19'],
    ['select 1 union select 1, 2', '42601 each UNION query must have the same number of columns @23'],
    ['select case when 1 then 2 end', '42804 argument of CASE/WHEN must be type boolean, not type integer @18'],
    ['select a.oid from pg_class', '42P01 missing FROM-clause entry for table "a" @8'],
  ];
  it.each(cases)('%s', (sql, expected) => expect(failure(sql)).toBe(expected));
});

describe('parameters', () => {
  it('take the type that their context wants', () => {
    const types: number[] = [];
    const sql = 'select * from pg_class where oid = $1 and relname = $2 limit $3';
    analyze(parse(sql)[0]!, context(sql, types));
    expect(types).toEqual([26, 19, 20]);
  });
});

describe('rewriting', () => {
  it('expands every system view, and does not change its input', () => {
    const names = catalog.rows('pg_class', { relkind: 'v', relnamespace: 11 } as never).map((r) => (r as unknown as { relname: string }).relname);
    expect(names.length).toBeGreaterThan(50);
    for (const name of names) {
      const q = query(`select * from ${name}`);
      const before = JSON.stringify(q.rtable.map((r) => r.rtekind));
      const [out] = rewrite(q, context(''));
      expect(out!.rtable[0]!.rtekind).toBe('subquery');
      expect(JSON.stringify(q.rtable.map((r) => r.rtekind))).toBe(before);
    }
  });
});

describe('properties', () => {
  it('an IN list over integers is one ScalarArrayOpExpr that keeps every member', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 1e6 }), { minLength: 2, maxLength: 20 }), (xs) => {
      const quals = query(`select 1 from pg_class where relpages in (${xs.join(', ')})`).jointree.quals!;
      expect(quals.kind).toBe('ScalarArrayOpExpr');
      const array = quals.kind === 'ScalarArrayOpExpr' ? quals.args[1]! : undefined;
      expect(array?.kind === 'ArrayExpr' && array.elements.map((e) => e.kind === 'Const' && (e.constvalue as number))).toEqual(xs);
    }), { numRuns: 25 });
  });
});

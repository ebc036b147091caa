import { beforeAll, describe, expect, it } from '@jest/globals';
import { openCluster, type CatalogReader, type OpenCluster } from '@pglitedb/catalog';
import { parse } from '@pglitedb/parser';
import type { TypeEnv } from '@pglitedb/types';
import { analyze } from '../analyze/index.js';
import { deparseQuery } from './index.js';
import type { PrettyFlags } from './context.js';

let catalog: CatalogReader;
const settings: Record<string, string> = { search_path: 'public', DateStyle: 'ISO, MDY', TimeZone: 'UTC', IntervalStyle: 'postgres' };
const now = (): number => 0;
beforeAll(async () => {
  const cluster: OpenCluster = await openCluster();
  catalog = cluster.catalog.reader({ databaseOid: 5, userOid: () => 10, setting: (n) => settings[n], tempNamespace: () => 0 }, () => undefined);
});
const FLAT: PrettyFlags = { paren: false, indent: false, schema: false };
const PRETTY: PrettyFlags = { paren: true, indent: true, schema: true };
function printed(sql: string, pretty: PrettyFlags): string {
  const env: TypeEnv = { setting: (n) => settings[n], types: catalog.types, transactionTimestamp: now, statementTimestamp: now, clockTimestamp: now, notice: () => undefined };
  return deparseQuery(analyze(parse(sql)[0]!, { catalog, env, sql, paramTypes: [] }), { catalog, env, pretty });
}

describe('queries as text', () => {
  const cases: readonly [string, string][] = [
    ['select 1 + 2 * 3 as a', 'SELECT (1 + (2 * 3)) AS a'],
    ["select 'x' || null as a, -1 as b, 1.50 as c", "SELECT ('x'::text || NULL::text) AS a, '-1'::integer AS b, 1.50 AS c"],
    ['select oid from pg_class where relname in (\'a\', \'b\') and not relisshared', "SELECT oid FROM pg_class WHERE ((relname = ANY (ARRAY['a'::name, 'b'::name])) AND (NOT relisshared))"],
    ['select c.oid from pg_class c where exists (select 1 from pg_index i where i.indexrelid = c.oid)', 'SELECT oid FROM pg_class c WHERE (EXISTS (SELECT 1 FROM pg_index i WHERE (i.indexrelid = c.oid)))'],
    ['values (1, true), (2, null)', 'VALUES (1,true), (2,NULL::boolean)'],
    ['select extract(year from now()) as y', 'SELECT EXTRACT(year FROM now()) AS y'],
  ];
  it.each(cases)('%s', (sql, text) => expect(printed(sql, FLAT)).toBe(text));

  it('breaks lines where pretty', () => {
    expect(printed('select c.oid, i.indkey from pg_class c left join pg_index i on i.indexrelid = c.oid where c.oid > 1 order by 1 desc', PRETTY)).toBe(
      ' SELECT c.oid,\n    i.indkey\n   FROM pg_class c\n     LEFT JOIN pg_index i ON i.indexrelid = c.oid\n  WHERE c.oid > 1::oid\n  ORDER BY c.oid DESC');
  });
});

describe('text that is read again prints the same', () => {
  const queries = [
    'select relkind, count(*) filter (where relhasindex), max(relname) over w from pg_class group by relkind, relname having count(*) > 1 window w as (partition by relkind order by relname desc) order by 2 limit 3',
    'with recursive t(n) as (values (1) union all select n + 1 from t where n < 10) select n, case n when 1 then 2 else n end from t',
    'select * from pg_class join pg_namespace n(oid, b, c, d) using (oid) where (relname, relkind) in (select relname, relkind from pg_class)',
    'select a from generate_series(1, 3) with ordinality g(a, b), lateral (select a + b as c) s where s.c between 1 and 2 or a is distinct from b',
    'select oid from pg_class union (select oid from pg_type except select oid from pg_proc) order by 1',
    "select substring('abc' from 1 for 2), trim(leading 'x' from 'xa'), now() at time zone 'UTC', position('a' in 'b'), current_date, coalesce(1, 2), nullif(1, 2)",
    'select relkind from pg_class group by grouping sets ((relkind), rollup (relname, oid), ())',
  ];
  for (const pretty of [FLAT, PRETTY]) {
    it.each(queries)(`%s (${pretty.paren ? 'pretty' : 'plain'})`, (sql) => {
      const once = printed(sql, pretty);
      expect(printed(once, pretty)).toBe(once);
    });
  }
});

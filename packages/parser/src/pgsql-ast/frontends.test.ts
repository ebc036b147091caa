import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import * as library from 'pgsql-ast-parser';
import { SqlError } from '@pglitedb/types';
import { type Frontend, fromPgsqlAst, loadPgsqlAstFrontend, parse } from '../index.js';

const LOCATION = /^(stmt_len|.*location|(rexpr_)?list_(start|end))$/;
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shape);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !LOCATION.test(key)).map(([key, inner]) => [key, shape(inner)]));
}
let second: Frontend;
beforeAll(async () => { second = await loadPgsqlAstFrontend(); });

const code = (frontend: Frontend, sql: string): string => {
  try {
    frontend(sql);
    return 'accepted';
  } catch (e) {
    if (e instanceof SqlError) return e.code;
    throw e;
  }
};
const same = (sql: string): void => expect(shape(second(sql))).toEqual(shape(parse(sql)));
/** Whether both accept; then their trees must be equal. */
function agree(sql: string): boolean {
  if (code(parse, sql) !== 'accepted' || code(second, sql) !== 'accepted') return false;
  same(sql);
  return true;
}

const list = (of: fc.Arbitrary<string>, max = 3): fc.Arbitrary<string> => fc.array(of, { minLength: 1, maxLength: max }).map((items) => items.join(', '));
const may = (of: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.oneof(fc.constant(''), of);
const join = (...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> => fc.tuple(...parts).map((texts) => texts.filter((t) => t !== '').join(' '));
const word = (...words: string[]): fc.Arbitrary<string> => fc.constantFrom(...words);
const name = word('a', 'b', 'c1', '"Q"', '"select"', 'Über', 'coalesce_', '"x y"');
const table = word('t', 's.t', '"T"', 'pg_class');
const type = word('int', 'text', 'numeric(10,2)', 'varchar(5)', 'char', 'bit', 'timestamp(3) with time zone', 'time(2) without time zone', 'double precision', 'int[]', 's.x[][]', '"char"', 'bit varying', 'interval', 'float(20)', 'date', 'json');
const literal = fc.oneof(word('1', '0', '-5', '1.50', '.5', '99999999999', "'x'", "''", "'it''s'", "E'a\\nb'", 'null', 'true', 'false', '$1', "date '2020-01-01'", "interval '1 day'", '1e5', 'default', 'current_date', "'-- no'", '/* c */ 7'));
const operator = word('+', '-', '*', '/', '%', '^', '=', '<', '>=', '<>', '!=', '||', '&', '->', '->>', '<<', '@>', '~', '!~*', 'and', 'or', 'like', 'not like', 'ilike', '~~', 'at time zone', 'operator(pg_catalog.+)', 'is distinct from');
const { expr } = fc.letrec<{ expr: string; select: string }>((tie) => ({
  expr: fc.oneof(
    { maxDepth: 4, withCrossShrink: true }, fc.oneof(name, literal, word('t.a', 's.t.b')),
    fc.tuple(tie('expr'), operator, tie('expr')).map((p) => p.join(' ')), tie('expr').map((e) => `(${e})`),
    fc.tuple(word('not ', '-', '- ', '+'), tie('expr')).map((p) => p.join('')), fc.tuple(tie('expr'), word('is null', 'is not true', 'isnull', 'is false', 'in (1, 2)', 'not in (1)', 'in (select 1)', 'in ((1, 2))')).map((p) => p.join(' ')),
    fc.tuple(tie('expr'), word('between', 'not between'), tie('expr'), tie('expr')).map(([a, b, c, d]) => `${a} ${b} ${c} and ${d}`),
    fc.tuple(tie('expr'), type).map(([e, t]) => `${e}::${t}`), fc.tuple(tie('expr'), type).map(([e, t]) => `cast(${e} as ${t})`),
    fc.tuple(word('f', 's.f', 'coalesce', 'greatest', 'count', 'row', 'array_agg', 'exists', 'trim', 'nullif'), list(tie('expr'))).map(([f, args]) => `${f}(${args})`),
    fc.tuple(name, tie('expr')).map(([a, e]) => `${a}[${e}]`), tie('expr').map((e) => `case when ${e} then 1 else ${e} end`), tie('expr').map((e) => `array[${e}, 1]`),
    fc.tuple(tie('expr'), word('=', '<>', '<', '~~'), word('any', 'all', 'some'), fc.oneof(tie('expr'), tie('select'))).map(([e, o, q, a]) => `${e} ${o} ${q}(${a})`),
    tie('select').map((s) => `(${s})`), tie('expr').map((e) => `substring(${e} from 2)`), tie('expr').map((e) => `f(distinct ${e} order by ${e} desc) filter (where ${e})`), tie('expr').map((e) => `rank() over (partition by ${e} order by ${e})`),
  ),
  select: tie('expr').map((e) => `select ${e}`),
}));
const where = may(expr.map((e) => `where ${e}`));
const target = fc.tuple(fc.oneof(expr, word('*', 't.*')), may(name.map((n) => `as ${n}`))).map((p) => p.join(' '));
const from = fc.oneof(table, join(table, word('x', 'as x(a, b)')), join(table, word('join', 'left join', 'full outer join'), table, fc.oneof(expr.map((e) => `on ${e}`), word('using (a)', ''))), word('t cross join u', '(select 1) q', 'f(1) with ordinality as g(a)', 'lateral f(2)', '(a join b on true) left join c on false'));
const order = may(fc.tuple(expr, word('', 'asc', 'desc nulls last', 'nulls first')).map(([e, d]) => `order by ${e} ${d}`));
const select = join(word('select', 'select distinct', 'select distinct on (a)', 'select all'), list(target), may(list(from).map((f) => `from ${f}`)), where, may(word('group by a', 'group by (a, b)', 'group by a, (b)', 'group by a having b')), order, may(word('limit 5', 'offset 2', 'limit 1 offset 3', 'for update', 'for share nowait', 'fetch first 2 rows only')));
const query = fc.oneof(select, list(expr).map((e) => `values (${e})`), fc.tuple(select, word('union', 'union all'), select, may(fc.tuple(word('union', 'union all'), fc.oneof(select, select.map((s) => `(${s})`))).map((p) => p.join(' ')))).map((p) => p.join(' ')), fc.tuple(select, select).map(([a, b]) => `with q as (${a}) ${b}`));
const returning = may(list(target).map((t) => `returning ${t}`));
const dml = fc.oneof(
  join(fc.constant('insert into'), table, may(list(name).map((n) => `(${n})`)), query, may(word('on conflict do nothing', 'on conflict (a) do update set a = 1, (b, c) = (1, 2)', 'on conflict ((a), b) do nothing')), returning),
  join(fc.constant('update'), table, fc.constant('set'), list(fc.oneof(fc.tuple(name, expr).map((p) => p.join(' = ')), expr.map((e) => `(a, b) = (1, ${e})`))), may(from.map((f) => `from ${f}`)), where, returning),
  join(fc.constant('delete from'), table, where, returning),
);
const constraint = fc.oneof(word('not null', 'null', 'unique', 'primary key', 'references u (a) on delete cascade', 'generated always as identity', 'generated by default as identity (start 5 increment -1)'), expr.map((e) => `default ${e}`), expr.map((e) => `constraint k check (${e})`));
const column = join(name, type, may(fc.constant('collate "C"')), may(constraint), may(constraint));
const ddl = fc.oneof(
  join(word('create table', 'create temp table', 'create table if not exists'), table, list(fc.oneof(column, expr.map((e) => `check (${e})`), word('like u including all', 'unique (a, b)', 'foreign key (a) references u (b) on update set null'))).map((p) => `(${p})`)),
  join(word('create index i on', 'create unique index on', 'create index concurrently i on'), table, list(word('a', '(a)', '(a) desc', 'lower(b)', 'a text_ops desc nulls first', '(a + 1)')).map((p) => `(${p})`), where),
  join(fc.constant('alter table t'), list(fc.oneof(column.map((p) => `add column ${p}`), word('drop column a cascade', 'alter a set not null', 'alter b type text', 'alter a drop default', 'owner to x', 'drop constraint if exists k'), expr.map((e) => `alter a set default ${e}`)))),
  join(word('create view v as', 'create or replace view v (a) as', 'create materialized view v as', 'prepare p (int) as'), query),
  word('drop table if exists a, s.b cascade', 'create sequence s start 5 no cycle owned by t.a', 'alter sequence s restart', "comment on column s.t.a is 'x'", "create type e as enum (' a', 'b')", 'begin isolation level serializable read only', "set x = 'a', 5", 'truncate a, b restart identity', "create function f(a int, out b text) returns text language sql as $$ select 'x' $$", 'drop function f(int)'),
);

describe('the two frontends', () => {
  it('give the same trees wherever both accept', () => {
    let accepted = 0;
    const statement = fc.oneof(query, dml, ddl);
    fc.assert(fc.property(statement, (sql) => { if (agree(sql)) accepted++; }), { numRuns: 400 });
    expect(accepted).toBeGreaterThan(40);
  });
  it('give operators the grammar\'s precedence', () => {
    for (const e of ['-1::int', '- 2 ^ 2', 'a = b < c', 'not a = b', 'a || b like c', 'a and b or c and not d', 'a = b is null', 'a + b between 1 and 2 and c', '(a and b) and c', 'a and (b and c)', "a -> 'x' ->> 1 = b", '-(5)', 'a ~~ b', '1.50', '- - 5', 'a in ((1, 2))', '(a + b) * (c)', '((a))::text', 'a[1][2]', '(a[1])[2]']) {
      const sql = `select ${e}`;
      if (code(parse, sql) === 'accepted') same(sql);
      else expect(code(second, sql)).toBe('42601');
    }
  });
  it('refuse what the AST loses, and what is no SQL', () => {
    for (const sql of ['select 1e5', 'select 0x1F', "select b'101'", "select U&'x'", 'select "a""b"', "select interval '1' day", 'select a ** b', 'select a$1', 'create recursive view v (a) as select 1']) expect([sql, code(second, sql)]).toEqual([sql, '0A000']);
    for (const sql of ['select from from', 'selec 1', "select 'x", '/* open', 'select a < b < c', "raise notice 'x'"]) expect([sql, code(second, sql)]).toEqual([sql, '42601']);
    expect(() => fromPgsqlAst([{ type: 'vacuum' } as never])).toThrow(expect.objectContaining({ code: '0A000' }));
  });
  it('skip comments, place statements, and answer nothing for nothing', () => {
    same("/* it's */ select 1; -- 'x\n/* it's */ select '/* no */'");
    expect(second(' ; -- x')).toEqual([]);
    expect(second("select 'é'; select 2")[1]!.stmt_location).toBe(13);
  });
  it('takes an AST without text at its word', () => {
    const sql = 'select a, 5 from t where b = $1 order by a limit 3';
    expect(shape(fromPgsqlAst(library.parse(sql)))).toEqual(shape(parse(sql)));
  });
});

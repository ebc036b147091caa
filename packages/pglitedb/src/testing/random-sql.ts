/**
 * For tests: fast-check arbitraries of tables and SELECTs. Every generated LIMIT has a total order below it, and divisors
 * are never zero where the plan decides which rows are computed; errors come from constants of the wrong type instead.
 */
import fc from 'fast-check';

type Kind = 'int' | 'text' | 'numeric' | 'date' | 'bool';
const COLUMNS: readonly [string, Kind][] = [['i', 'int'], ['t', 'text'], ['n', 'numeric'], ['d', 'date'], ['b', 'bool']];
const VALUES: Readonly<Record<Kind, readonly string[]>> = {
  int: ['0', '1', '2', '3', '-1', '7'], text: ["''", "'a'", "'b'", "'ab'", "'B'"], numeric: ['0', '1.5', '2.50', '-3', '10'],
  date: ["'2024-01-01'", "'2024-02-29'", "'1999-12-31'"], bool: ['true', 'false'],
};
const TABLES = ['r', 's'];

/** Statements that make the tables, with NULLs among the values. */
export const tables = (random: fc.Arbitrary<string[][]> = fc.array(fc.tuple(...COLUMNS.map(([, kind]) => fc.constantFrom('NULL', ...VALUES[kind]))), { minLength: 3, maxLength: 12 })): fc.Arbitrary<string[]> =>
  fc.tuple(...TABLES.map(() => random)).map((all) => all.flatMap((rows, k) => [
    `DROP TABLE IF EXISTS ${TABLES[k]}`, `CREATE TABLE ${TABLES[k]} (i int, t text COLLATE "C", n numeric, d date, b bool)`,
    `INSERT INTO ${TABLES[k]} VALUES ${rows.map((row) => `(${row.join(', ')})`).join(', ')}`,
  ]));

const column = (kind: Kind, from: readonly string[]): string[] => from.map((alias) => `${alias}.${COLUMNS.find(([, k]) => k === kind)![0]}`);
const literal = (kind: Kind): fc.Arbitrary<string> => fc.constantFrom(...VALUES[kind].map((v) => (v.startsWith('-') ? `(${v})` : v)), 'NULL').map((v) => `${v}::${kind}`);

const divisor = (op: string, e: string): string => (op === '/' || op === '%' ? `nullif(${e}, 0)` : e);

/** An expression over the aliases in scope. */
function expr(kind: Kind, from: readonly string[], depth: number): fc.Arbitrary<string> {
  const leaf = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...column(kind, from)) }, literal(kind));
  if (depth === 0) return leaf;
  const sub = (k: Kind): fc.Arbitrary<string> => expr(k, from, depth - 1);
  const generic = [
    leaf, fc.tuple(sub(kind), sub(kind)).map(([a, b]) => `coalesce(${a}, ${b})`), fc.tuple(sub(kind), sub(kind)).map(([a, b]) => `nullif(${a}, ${b})`),
    fc.tuple(sub('bool'), sub(kind), sub(kind)).map(([c, a, b]) => `CASE WHEN ${c} THEN ${a} ELSE ${b} END`),
  ];
  const own: Record<Kind, fc.Arbitrary<string>[]> = {
    int: [fc.tuple(sub('int'), fc.constantFrom('+', '-', '*', '/', '%'), sub('int')).map(([a, op, b]) => `(${a} ${op} ${divisor(op, b)})`), sub('text').map((e) => `length(${e})`), fc.tuple(sub('date'), sub('date')).map(([a, b]) => `(${a} - ${b})`)],
    text: [fc.tuple(sub('text'), sub('text')).map(([a, b]) => `(${a} || ${b})`), sub('int').map((e) => `(${e})::text`), sub('text').map((e) => `upper(${e})`)],
    numeric: [fc.tuple(sub('numeric'), fc.constantFrom('+', '-', '*', '/'), sub('numeric')).map(([a, op, b]) => `(${a} ${op} ${divisor(op, b)})`), sub('int').map((e) => `(${e})::numeric`), sub('numeric').map((e) => `round(${e}, 1)`)],
    date: [fc.tuple(sub('date'), fc.constantFrom('1', '30')).map(([a, k]) => `(${a} + ${k})`)],
    bool: [predicate(from, depth - 1), sub('bool').map((e) => `(NOT ${e})`), fc.tuple(sub('bool'), fc.constantFrom('AND', 'OR'), sub('bool')).map((p) => `(${p.join(' ')})`)],
  };
  return fc.oneof(...generic, ...own[kind]);
}

const kindOf = fc.constantFrom<Kind>('int', 'text', 'numeric', 'date', 'bool');

function predicate(from: readonly string[], depth: number): fc.Arbitrary<string> {
  const compare = kindOf.chain((k) => fc.tuple(expr(k, from, depth), fc.constantFrom('=', '<>', '<', '>=', 'IS DISTINCT FROM'), expr(k, from, depth)).map((p) => `(${p.join(' ')})`));
  const isNull = kindOf.chain((k) => expr(k, from, depth)).map((e) => `(${e} IS NULL)`);
  const list = fc.tuple(expr('int', from, depth), fc.constantFrom('IN', 'NOT IN')).map(([e, op]) => `(${e} ${op} (1, 2, 7))`);
  const inner = fc.tuple(fc.constantFrom(...from), fc.constantFrom(...TABLES), fc.constantFrom('i', 't', 'b'), fc.constantFrom('EXISTS', 'NOT EXISTS'));
  const exists = inner.map(([outer, table, c, op]) => `(${op} (SELECT 1 FROM ${table} q WHERE q.${c} = ${outer}.${c}))`);
  const inQuery = inner.map(([outer, table, c, op]) => `(${outer}.${c} ${op === 'EXISTS' ? 'IN' : 'NOT IN'} (SELECT q.${c} FROM ${table} q WHERE q.n IS NOT NULL))`);
  return fc.oneof(compare, compare, isNull, list, exists, inQuery);
}

interface From { text: string; aliases: string[] }
const from: fc.Arbitrary<From> = fc.oneof(
  fc.constantFrom(...TABLES).map((t) => ({ text: `${t} AS x`, aliases: ['x'] })),
  fc.tuple(fc.constantFrom('JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN'), fc.constantFrom('i', 't', 'd', 'n')).map(([join, c]) => ({ text: `r AS x ${join} s AS y ON x.${c} = y.${c}`, aliases: ['x', 'y'] })),
  fc.tuple(fc.constantFrom('JOIN', 'LEFT JOIN'), predicate(['x', 'y'], 0)).map(([join, on]) => ({ text: `r AS x ${join} s AS y ON ${on}`, aliases: ['x', 'y'] })),
  predicate(['q'], 0).map((p) => ({ text: `r AS x, (SELECT * FROM s AS q WHERE ${p}) AS y`, aliases: ['x', 'y'] })),
);

const where = (aliases: string[]): fc.Arbitrary<string> => fc.option(predicate(aliases, 1)).map((p) => (p === null ? '' : ` WHERE ${p}`));
const plain = (kinds: Kind[]): fc.Arbitrary<string> => from.chain(({ text, aliases }) =>
  fc.tuple(fc.tuple(...kinds.map((k) => expr(k, aliases, 2))), where(aliases), fc.boolean())
    .map(([list, w, distinct]) => `SELECT ${distinct ? 'DISTINCT ' : ''}${list.map((e, k) => `${e} AS c${k}`).join(', ')} FROM ${text}${w}`));

const AGGREGATES = ['count(*)', 'count(x.t)', 'count(DISTINCT x.i)', 'sum(x.i)', 'sum(x.n)', 'avg(x.i)', 'min(x.t)', 'max(x.d)', 'bool_or(x.b)', 'count(*) FILTER (WHERE x.i > 1)'];
const grouped: fc.Arbitrary<string> = from.chain(({ text, aliases }) =>
  fc.tuple(kindOf.chain((k) => expr(k, aliases, 1)), fc.constantFrom(...AGGREGATES), fc.constantFrom(...AGGREGATES), where(aliases), fc.constantFrom('', ' HAVING count(*) > 1', ' HAVING max(x.i) >= 1'))
    .map(([g, a, b, w, h]) => `SELECT ${g} AS c0, ${a} AS c1, ${b} AS c2 FROM ${text}${w} GROUP BY c0${h}`));
const setOperation = fc.array(kindOf, { minLength: 1, maxLength: 2 }).chain((kinds) =>
  fc.tuple(plain(kinds), fc.constantFrom('UNION', 'UNION ALL', 'EXCEPT', 'INTERSECT', 'EXCEPT ALL', 'INTERSECT ALL'), plain(kinds)).map(([a, op, b]) => `(${a}) ${op} (${b})`));
const wrong = fc.tuple(fc.constantFrom("'x'::int", 'x.nothing', 'length(1)', 'x.b + 1', 'count(*) + x.i', '1/0', "date '2024-02-30'"), from).map(([e, f]) => `SELECT ${e} AS c0 FROM ${f.text}`);
const unordered = fc.oneof({ weight: 9, arbitrary: fc.array(kindOf, { minLength: 1, maxLength: 3 }).chain(plain) }, { weight: 9, arbitrary: grouped }, { weight: 9, arbitrary: setOperation }, { weight: 1, arbitrary: wrong });

/** ordered: the rows' order counts, as all columns are sorted. */
export const select: fc.Arbitrary<{ sql: string; ordered: boolean }> = fc.tuple(unordered, fc.constantFrom('', 'order', 'limit')).map(([body, end]) => {
  if (end === '') return { sql: body, ordered: false };
  return { sql: `SELECT * FROM (${body}) z ORDER BY z::text COLLATE "C"${end === 'limit' ? ' LIMIT 3 OFFSET 1' : ''}`, ordered: true };
});

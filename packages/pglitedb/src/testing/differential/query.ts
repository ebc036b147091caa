/**
 * Random queries. Where only some rows are kept (LIMIT, DISTINCT ON) or their order matters to a window, all rows are
 * sorted to the last column, so that each query has one right answer as a set of rows.
 */
import { aggregate, expression, predicate } from './expressions.js';
import { type Alias, type From, fromClause, leavesOf } from './from.js';
import { grouping } from './grouping.js';
import { type Context, type Scope, scopeOf } from './scope.js';
import { list, type Node, node, optional, type Part, text } from './tree.js';
import { canonical, COLUMN_TYPES, type Type, TYPES } from './types.js';
import { windowMaker } from './windows.js';
import { withClause } from './with.js';

/** plain: any number of rows; aggregate: one row; first: one row at most. */
export interface Wanted { types: readonly Type[] | undefined; outer?: Scope | undefined; depth: number; form: 'plain' | 'aggregate' | 'first' }
/** rows is about how many there can be. */
export interface Query { node: Node; types: readonly Type[]; rows: number }

export const wantedTypes = (context: Context, types: readonly Type[] | undefined): readonly Type[] =>
  types ?? context.random.times(1, 4, () => context.random.pick(COLUMN_TYPES)).map((t) => (TYPES.includes(t) ? t : 'int4'));

/** An output column as it looks the same for all equal values. */
export function output(type: Type, value: Node): Node {
  const [before, after] = canonical(type, '\0').split('\0') as [string, string];
  return before === '' && after === '' ? value : node(`expr:${type}`, before, value, after);
}
const outputs = (context: Context, types: readonly Type[], scope: Scope, depth: number): Part =>
  list(types.map((type) => output(type, expression(context, type, scope, depth))), types.length);

/** Sort keys that leave no two different rows of the aliases equal. */
export const totalKeys = (aliases: readonly Alias[]): string => aliases.map((a) => `${a.name}::text COLLATE "C"`).join(', ');
const direction = (context: Context): string => context.random.pick(['', '', ' DESC', ' NULLS FIRST', ' DESC NULLS LAST']);
export const byPosition = (context: Context, count: number): string => Array.from({ length: count }, (_, k) => `${k + 1}${direction(context)}`).join(', ');

function where(context: Context, scope: Scope, depth: number): Part {
  return context.random.chance(0.6) ? optional(' WHERE ', predicate(context, { ...scope, special: undefined }, depth)) : '';
}
export function limit(context: Context): string {
  const { random } = context;
  return random.pick([` LIMIT ${random.int(0, 4)}`, ` LIMIT ${random.int(1, 5)} OFFSET ${random.int(0, 3)}`, ` FETCH FIRST ${random.int(1, 3)} ROWS ONLY`, ` OFFSET ${random.int(0, 3)}`, ' FETCH FIRST ROW ONLY']);
}

function plainSelect(context: Context, wanted: Wanted, from: From, depth: number): Query {
  const { random } = context;
  const types = wantedTypes(context, wanted.types);
  const scope = scopeOf(leavesOf(from.aliases), wanted.outer);
  const windows = random.chance(0.2) ? windowMaker(context, { ...scope, subqueries: false }, from.aliases) : undefined;
  const distinct = windows === undefined ? random.weighted<'' | 'DISTINCT ' | 'ON'>([[8, ''], [2, 'DISTINCT '], [1, 'ON']]) : '';
  const targets = outputs(context, types, { ...scope, special: windows }, depth);
  const condition = where(context, scope, depth);
  const total = totalKeys(from.aliases);
  if (wanted.form === 'first') return { node: node('query', 'SELECT ', targets, ' FROM ', from.node, condition, ` ORDER BY ${total} LIMIT 1`), types, rows: 1 };
  if (distinct === 'ON') {
    const key = expression(context, random.pick(types), { ...scope, subqueries: false }, 1);
    return { node: node('query', 'SELECT DISTINCT ON (', key, ') ', targets, ' FROM ', from.node, condition, ' ORDER BY ', key, direction(context), `, ${total}`), types, rows: from.rows };
  }
  const ties = random.chance(0.06) && distinct === '';
  const end = ((): string => {
    if (ties) return ` ORDER BY 1${direction(context)} FETCH FIRST ${random.int(1, 3)} ROWS WITH TIES`;
    if (!random.chance(0.15)) return '';
    return distinct === '' ? ` ORDER BY ${byPosition(context, random.int(1, types.length))}, ${total}${limit(context)}` : ` ORDER BY ${byPosition(context, types.length)}${limit(context)}`;
  })();
  return { node: node('query', 'SELECT ', distinct === '' ? '' : optional(distinct), targets, ' FROM ', from.node, condition, end === '' ? '' : optional(end)), types, rows: from.rows };
}

function aggregateSelect(context: Context, wanted: Wanted, from: From, depth: number): Query {
  const types = wantedTypes(context, wanted.types);
  const inner = scopeOf(leavesOf(from.aliases), wanted.outer);
  const scope: Scope = { leaves: [], subqueries: false, special: (type, d) => aggregate(context, type, inner, d) };
  const targets = outputs(context, types, scope, Math.max(depth, 1));
  return { node: node('query', 'SELECT ', targets, ' FROM ', from.node, where(context, inner, depth), ' HAVING count(*) >= 0'), types, rows: 1 };
}

function setOperation(context: Context, wanted: Wanted): Query {
  const { random } = context;
  const types = wantedTypes(context, wanted.types);
  const arms = random.times(2, 3, () => query(context, { ...wanted, types, depth: wanted.depth - 1, form: 'plain' }));
  const operator = (): string => random.pick([' UNION ', ' UNION ALL ', ' EXCEPT ', ' INTERSECT ', ' EXCEPT ALL ', ' INTERSECT ALL ']);
  const parts = arms.flatMap((a, k): Part[] => [k === 0 ? '' : operator(), '(', a.node, ')']);
  const end = random.chance(0.2) ? optional(` ORDER BY ${byPosition(context, types.length)}${limit(context)}`) : '';
  return { node: node('query', ...parts, end), types, rows: arms.reduce((n, a) => n + a.rows, 0) };
}

function withQuery(context: Context, wanted: Wanted): Query {
  const { node: clause, inside } = withClause(context, wanted.outer, wanted.depth - 1);
  const body = query(inside, { ...wanted, depth: wanted.depth - 1 });
  return { node: node('query', clause, body.node), types: body.types, rows: body.rows };
}

/** A query of the types wanted (else of some types). */
export function query(context: Context, wanted: Wanted): Query {
  const { random } = context;
  const { depth } = wanted;
  if (wanted.form === 'plain' && depth > 0) {
    if (random.chance(0.1)) return setOperation(context, wanted);
    if (random.chance(0.06)) return withQuery(context, wanted);
  }
  const from = fromClause(context, wanted.outer, depth);
  if (wanted.form === 'aggregate') return aggregateSelect(context, wanted, from, depth);
  if (wanted.form === 'plain' && random.chance(0.25)) {
    return random.chance(0.2) ? aggregateSelect(context, wanted, from, depth) : grouping(context, wanted, from, (scope, types) => outputs(context, types, scope, Math.max(depth, 1)), (scope) => where(context, scope, depth));
  }
  return plainSelect(context, wanted, from, depth);
}

/** A statement: the query, sometimes sorted by all its columns. */
export function statement(context: Context, depth: number, make: (wanted: Wanted) => Query = (w) => query(context, w)): { node: Node; ordered: boolean } {
  const made = make({ types: undefined, depth, form: 'plain' });
  if (context.random.chance(0.7)) return { node: made.node, ordered: false };
  const keys = made.types.map((_, k) => `z.c${k}${direction(context)}`).join(', ');
  const columns = made.types.map((_, k) => `c${k}`).join(', ');
  return { node: text('SELECT * FROM (', made.node, `) AS z(${columns}) ORDER BY ${keys}`, context.random.chance(0.3) ? limit(context) : ''), ordered: true };
}

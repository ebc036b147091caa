/** Statements that are sure to hold what an area is about. */
import { fromClause, leavesOf } from './from.js';
import { grouping } from './grouping.js';
import { output, type Query, query, statement, type Wanted, wantedTypes } from './query.js';
import { aggregate, expression, predicate } from './expressions.js';
import { type Context, type Leaf, type Scope, scopeOf } from './scope.js';
import { subqueryPredicate } from './subqueries.js';
import { list, node, optional, type Part } from './tree.js';
import type { Type } from './types.js';
import { windowMaker } from './windows.js';
import { withClause } from './with.js';

interface Made { node: Part; ordered: boolean }

/** A join of some relations with more names in scope. */
export function joinOf(context: Context, wanted: Wanted, leaves: readonly Leaf[] = []): Query {
  const from = fromClause(context, wanted.outer, 2);
  const scope = scopeOf([...leaves, ...leaves, ...leavesOf(from.aliases)], wanted.outer);
  const types = wantedTypes(context, wanted.types);
  const targets = list(types.map((t) => output(t, expression(context, t, scope, 1))), types.length);
  return { node: node('query', 'SELECT ', targets, ' FROM ', from.node, ' WHERE ', predicate(context, scope, 1), optional(' AND ', predicate(context, scope, 1))), types, rows: from.rows };
}
export const joinStatement = (context: Context): Made => statement(context, 2, (w) => joinOf(context, w));

export const subqueryStatement = (context: Context): Made => statement(context, 2, (w) => {
  const from = fromClause(context, w.outer, 1);
  const scope = scopeOf(leavesOf(from.aliases), w.outer);
  const types = wantedTypes(context, w.types);
  const targets = list(types.map((t) => output(t, expression(context, t, scope, 2))), types.length);
  return { node: node('query', 'SELECT ', targets, ' FROM ', from.node, ' WHERE ', subqueryPredicate(context, scope, 2), optional(context.random.pick([' AND ', ' OR ']), subqueryPredicate(context, scope, 1))), types, rows: from.rows };
});

export const aggregateStatement = (context: Context): Made => statement(context, 2, (w) => query(context, { ...w, form: 'aggregate' }));

export const groupingStatement = (context: Context): Made => statement(context, 2, (w) => {
  const from = fromClause(context, w.outer, 1);
  const targets = (scope: Scope, types: readonly Type[]): Part => list(types.map((t) => output(t, expression(context, t, scope, 1))), types.length);
  return grouping(context, w, from, targets, (scope) => (context.random.chance(0.4) ? optional(' WHERE ', predicate(context, scope, 1)) : ''));
});

const WINDOW_TYPES: readonly Type[] = ['int8', 'int8', 'int4', 'text', 'numeric', 'float8', 'int4[]'];
export const windowStatement = (context: Context): Made => statement(context, 2, (w) => {
  const { random } = context;
  const from = fromClause(context, w.outer, 1);
  const scope: Scope = { ...scopeOf(leavesOf(from.aliases), w.outer), subqueries: false };
  const grouped = random.chance(0.2);
  const types = random.times(1, 3, () => (grouped ? 'int8' : random.pick(WINDOW_TYPES)));
  if (grouped) {
    const key = random.pick(scope.leaves).text;
    const sum = (): Part => aggregate(context, 'int8', scope, 1) ?? 'count(*)';
    return { node: node('query', 'SELECT ', list(types.map(() => node('expr:int8', random.pick(['sum(', 'max(', 'count(']), sum(), `) OVER (ORDER BY ${key})::int8`)), types.length), ' FROM ', from.node, ` GROUP BY ${key}`), types, rows: from.rows };
  }
  const over = windowMaker(context, scope, from.aliases);
  const targets = list(types.map((t) => output(t, over(t) ?? expression(context, t, scope, 1))), types.length);
  return { node: node('query', 'SELECT ', targets, ' FROM ', from.node, random.chance(0.4) ? optional(' WHERE ', predicate(context, scope, 1)) : ''), types, rows: from.rows };
});

export const cteStatement = (context: Context): Made => statement(context, 2, (w) => {
  const { node: clause, inside } = withClause(context, w.outer, 1);
  const body = query(inside, { ...w, depth: 1 });
  return { node: node('query', clause, body.node), types: body.types, rows: body.rows };
});

export const setStatement = (context: Context): Made => statement(context, 2, (w) => {
  const { random } = context;
  const types = wantedTypes(context, w.types);
  const arms = random.times(2, 4, () => query(context, { ...w, types, depth: 1 }));
  return { node: node('query', ...arms.flatMap((a, k): Part[] => [k === 0 ? '' : random.pick([' UNION ', ' UNION ALL ', ' EXCEPT ', ' INTERSECT ', ' EXCEPT ALL ', ' INTERSECT ALL ']), '(', a.node, ')'])), types, rows: arms.reduce((n, a) => n + a.rows, 0) };
});

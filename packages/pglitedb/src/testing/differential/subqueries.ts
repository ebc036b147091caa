/** Subqueries in expressions: scalar, EXISTS, IN, ANY and ALL; mostly correlated. */
import { expression, likelyType } from './expressions.js';
import { query } from './query.js';
import type { Context, Scope } from './scope.js';
import { type Node, node } from './tree.js';
import type { Type } from './types.js';

/** One row at most: an aggregate over all rows, or the first of all sorted rows. */
export function scalarSubquery(context: Context, type: Type, outer: Scope, depth: number): Node {
  const form = context.random.pick(['aggregate', 'first'] as const);
  return node(`expr:${type}`, '(', query(context, { types: [type], outer, depth, form }).node, ')');
}

export function subqueryPredicate(context: Context, scope: Scope, depth: number): Node {
  const { random } = context;
  const inner = (...types: Type[]): Node => query(context, { types, outer: scope, depth, form: 'plain' }).node;
  const type = likelyType(context, scope);
  const left = (of: Type): Node => expression(context, of, { ...scope, subqueries: false }, Math.min(depth, 1));
  return random.weighted<() => Node>([
    [2, () => node('expr:bool', 'EXISTS (', inner('int4'), ')')],
    [2, () => node('expr:bool', '(NOT EXISTS (', inner('int4'), '))')],
    [2, () => node('expr:bool', '(', left(type), ' IN (', inner(type), '))')],
    [2, () => node('expr:bool', '(', left(type), ' NOT IN (', inner(type), '))')],
    [2, () => node('expr:bool', '(', left(type), ` ${random.pick(['=', '<', '>=', '<>'])} ${random.pick(['ANY', 'ALL'])} (`, inner(type), '))')],
    [1, () => node('expr:bool', '((', left(type), ', ', left('int4'), random.pick([') IN (', ') NOT IN (']), inner(type, 'int4'), '))')],
  ])();
}

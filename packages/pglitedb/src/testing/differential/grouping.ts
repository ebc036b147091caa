/** Random grouped queries: plain keys, expressions, grouping sets, ROLLUP, CUBE, HAVING, GROUPING(). */
import { aggregate, expression, predicate } from './expressions.js';
import { type From, leavesOf } from './from.js';
import { type Query, type Wanted, wantedTypes } from './query.js';
import { type Context, type Scope, scopeOf } from './scope.js';
import { node, optional, type Part, render } from './tree.js';
import { canonical, type Type } from './types.js';

interface Key { text: string; type: Type }

function keysOf(context: Context, scope: Scope): Key[] {
  const { random } = context;
  return random.times(1, 3, () => {
    if (scope.leaves.length === 0) return { text: 'NULL::int4', type: 'int4' };
    const column = random.pick(scope.leaves);
    if (random.chance(0.7)) return { text: canonical(column.type, column.text), type: column.type };
    return { text: canonical(column.type, render(expression(context, column.type, { leaves: scope.leaves, subqueries: false }, 1))), type: column.type };
  });
}

function setsOf(context: Context, keys: readonly Key[]): string {
  const { random } = context;
  const all = keys.map((k) => k.text);
  const subset = (): string => `(${random.some(all, 0.5).join(', ')})`;
  return random.weighted<() => string>([
    [8, () => all.join(', ')], [1, () => `ROLLUP (${all.join(', ')})`], [1, () => `CUBE (${all.join(', ')})`],
    [2, () => `GROUPING SETS (${[`(${all.join(', ')})`, ...random.times(1, 3, subset)].join(', ')})`],
    [1, () => `${all[0]!}, ROLLUP (${all.join(', ')})`], [1, () => `DISTINCT ROLLUP (${all.join(', ')}), CUBE (${all[0]!})`],
  ])();
}

export function grouping(context: Context, wanted: Wanted, from: From, targets: (scope: Scope, types: readonly Type[]) => Part, where: (scope: Scope) => Part): Query {
  const { random } = context;
  const inner = scopeOf(leavesOf(from.aliases), wanted.outer);
  const keys = keysOf(context, inner);
  const by = setsOf(context, keys);
  const sets = /ROLLUP|CUBE|SETS/.test(by);
  const leaves = [...keys, ...(sets ? keys.map((k) => ({ text: `GROUPING(${k.text})`, type: 'int4' })) : [])];
  const scope: Scope = { leaves, subqueries: false, outer: wanted.outer, special: (type, d) => aggregate(context, type, inner, d) };
  const types = wanted.types ?? [...keys.map((k) => k.type), ...wantedTypes(context, undefined)].slice(0, 4);
  const having = random.chance(0.25) ? optional(' HAVING ', predicate(context, { ...scope, outer: undefined }, 1)) : '';
  return { node: node('query', 'SELECT ', targets(scope, types), ' FROM ', from.node, where(inner), ` GROUP BY ${by}`, having), types, rows: from.rows };
}

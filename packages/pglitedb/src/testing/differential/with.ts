/** Random WITH clauses: plain, materialized or not, and recursive ones that end by themselves. */
import { expression, predicate } from './expressions.js';
import { fromClause, leavesOf } from './from.js';
import { query } from './query.js';
import { type Context, type Relation, type Scope, scopeOf } from './scope.js';
import { type Node, node, text } from './tree.js';

interface With { node: Node; relation: Relation }

function plain(context: Context, outer: Scope | undefined, depth: number): With {
  const name = context.fresh('w');
  const inside = query(context, { types: undefined, outer, depth, form: 'plain' });
  const columns = inside.types.map((type, k) => ({ name: `c${k}`, type }));
  const materialized = context.random.pick(['', '', ' MATERIALIZED', ' NOT MATERIALIZED']);
  return { node: text(`${name}(${columns.map((c) => c.name).join(', ')}) AS${materialized} (`, inside.node, ')'), relation: { name, columns, rows: inside.rows, kind: 'cte' } };
}

/** Counts a level upwards; each step may join a table. */
function recursive(context: Context, outer: Scope | undefined): With {
  const { random } = context;
  const name = context.fresh('w');
  const from = fromClause(context, outer, 0);
  const start = scopeOf(leavesOf(from.aliases), outer);
  const step = scopeOf([{ text: 'w.level', type: 'int4' }, { text: 'w.c1', type: 'int4' }, { text: 'w.c2', type: 'text' }]);
  const tail = random.pick(['', '', ` SEARCH DEPTH FIRST BY c1, c2 SET ord`, ` SEARCH BREADTH FIRST BY c1 SET ord`, ` CYCLE c1, c2 SET looped USING path`]);
  const all = tail.includes('CYCLE') || random.chance(0.5) ? ' UNION ALL ' : ' UNION ';
  const joined = random.chance(0.4) ? ` JOIN (SELECT DISTINCT ${'x.c1'} AS y FROM (VALUES (1), (2), (NULL)) AS x(c1)) AS j ON j.y = w.level` : '';
  const body = text(
    'SELECT 1, ', expression(context, 'int4', start, 1), ', ', expression(context, 'text', start, 1), ' FROM ', from.node, ' WHERE ', predicate(context, start, 1),
    all, 'SELECT w.level + 1, ', expression(context, 'int4', { ...step, subqueries: false }, 1), ', ', expression(context, 'text', { ...step, subqueries: false }, 1), ` FROM ${name} AS w${joined} WHERE w.level < ${random.int(2, 4)}`,
  );
  const columns = [{ name: 'level', type: 'int4' }, { name: 'c1', type: 'int4' }, { name: 'c2', type: 'text' }];
  return { node: text(`${name}(level, c1, c2) AS (`, body, `)${tail}`), relation: { name, columns, rows: 60, kind: 'cte' } };
}

/** The clause, and a context in which its queries can be named. */
export function withClause(context: Context, outer: Scope | undefined, depth: number): { node: Node; inside: Context } {
  const { random } = context;
  const relations: Relation[] = [];
  const parts: Node[] = [];
  let anyRecursive = false;
  let within = context;
  for (let k = random.int(1, 2); k > 0; k--) {
    const isRecursive = random.chance(0.3);
    anyRecursive ||= isRecursive;
    const made = isRecursive ? recursive(within, outer) : plain(within, outer, depth);
    parts.push(made.node);
    relations.push(made.relation);
    within = context.with(relations);
  }
  const separated = parts.flatMap((p, k) => (k === 0 ? [p] : [', ', p]));
  return { node: node('with', anyRecursive ? 'WITH RECURSIVE ' : 'WITH ', ...separated, ' '), inside: within };
}

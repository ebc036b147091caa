/** Random FROM clauses: tables, views, WITH queries, subqueries, LATERAL, functions, VALUES, and joins of all of these. */
import { expression, literal, predicate } from './expressions.js';
import { query } from './query.js';
import { type Column, type Context, type Leaf, type Relation, type Scope, scopeOf } from './scope.js';
import { list, type Node, node, optional, type Part, text } from './tree.js';
import { COLUMN_TYPES, type Type } from './types.js';

export interface Alias { name: string; columns: readonly Column[] }
export interface From { node: Node; aliases: readonly Alias[]; rows: number }

const ROWS_MAX = 4000;
export const leavesOf = (aliases: readonly Alias[]): Leaf[] => aliases.flatMap((a) => a.columns.map((c) => ({ text: `${a.name}.${c.name}`, type: c.type })));

function relation(context: Context, rowsMax: number): From {
  const fitting = context.relations.filter((r) => r.rows <= rowsMax);
  const r: Relation = context.random.pick(fitting.length > 0 ? fitting : context.relations);
  const alias = context.fresh('a');
  if (context.random.chance(0.06)) {
    const columns = r.columns.map((c, k) => ({ name: k === 0 ? 'ren' : c.name, type: c.type }));
    return { node: node('from', `${r.name} AS ${alias}(ren)`), aliases: [{ name: alias, columns }], rows: r.rows };
  }
  return { node: node('from', `${r.name} AS ${alias}`), aliases: [{ name: alias, columns: r.columns }], rows: r.rows };
}

function subquery(context: Context, lateral: Scope | undefined, outer: Scope | undefined, depth: number): From {
  const alias = context.fresh('q');
  const useLateral = lateral !== undefined && context.random.chance(0.7);
  const inside = query(context, { types: undefined, outer: useLateral ? { ...lateral, outer } : outer, depth: depth - 1, form: 'plain' });
  const columns = inside.types.map((type, k) => ({ name: `c${k}`, type }));
  return { node: node('from', useLateral ? 'LATERAL (' : '(', inside.node, `) AS ${alias}(${columns.map((c) => c.name).join(', ')})`), aliases: [{ name: alias, columns }], rows: inside.rows };
}

function values(context: Context): From {
  const { random } = context;
  const alias = context.fresh('v');
  const columns = random.times(1, 3, (k) => ({ name: `c${k}`, type: random.pick(COLUMN_TYPES) }));
  const rows = random.times(1, 4, () => text('(', list(columns.map((c) => literal(context, c.type)), columns.length), ')'));
  return { node: node('from', '(VALUES ', list(rows), `) AS ${alias}(${columns.map((c) => c.name).join(', ')})`), aliases: [{ name: alias, columns }], rows: 3 };
}

function functionCall(context: Context, lateral: Scope | undefined): From {
  const { random } = context;
  const alias = context.fresh('f');
  const from = lateral ?? scopeOf([]);
  const plain = { ...from, subqueries: false };
  const call = random.weighted<() => [Part[], Column[]]>([
    [3, () => [['generate_series(1, ', expression(context, 'int2', plain, 0), `) AS ${alias}(c0)`], [{ name: 'c0', type: 'int4' }]]],
    [2, () => [['unnest(', expression(context, 'int4[]', plain, 1), `) AS ${alias}(c0)`], [{ name: 'c0', type: 'int4' }]]],
    [2, () => [['unnest(', expression(context, 'text[]', plain, 1), `) WITH ORDINALITY AS ${alias}(c0, c1)`], [{ name: 'c0', type: 'text' }, { name: 'c1', type: 'int8' }]]],
    [1, () => [['ROWS FROM (generate_series(1, 3), unnest(', expression(context, 'text[]', plain, 1), `)) AS ${alias}(c0, c1)`], [{ name: 'c0', type: 'int4' }, { name: 'c1', type: 'text' }]]],
    [1, () => [['jsonb_array_elements(CASE WHEN jsonb_typeof(', expression(context, 'jsonb', plain, 0), `) = 'array' THEN '[1, {"a": 2}]'::jsonb ELSE '[]' END) AS ${alias}(c0)`], [{ name: 'c0', type: 'jsonb' }]]],
  ]);
  const [parts, columns] = call();
  return { node: node('from', ...parts), aliases: [{ name: alias, columns }], rows: 4 };
}

function item(context: Context, lateral: Scope | undefined, outer: Scope | undefined, depth: number, rowsMax: number): From {
  return context.random.weighted<() => From>([
    [10, () => relation(context, rowsMax)], [depth > 0 ? 3 : 0, () => subquery(context, lateral, outer, depth)], [1, () => values(context)], [1, () => functionCall(context, lateral)],
  ])();
}

/** Equal columns of both sides, and sometimes more. */
function condition(context: Context, left: readonly Alias[], right: readonly Alias[], outer: Scope | undefined, equalOnly: boolean): Node {
  const { random } = context;
  const [ls, rs] = [leavesOf(left), leavesOf(right)];
  const pairs = ls.flatMap((l) => rs.filter((r) => r.type === l.type).map((r) => [l, r] as const));
  const scope = { ...scopeOf([...ls, ...rs], outer) };
  if (pairs.length === 0 || (!equalOnly && random.chance(0.15))) return equalOnly ? text('(', predicate(context, { ...scope, subqueries: false }, 0), ')') : predicate(context, scope, 1);
  const equal = (): Node => {
    const [l, r] = random.pick(pairs);
    return random.chance(0.08) && !equalOnly ? node('expr:bool', `(${l.text} ${random.pick(['<', '>='])} ${r.text})`) : node('expr:bool', `(${l.text} = ${r.text})`);
  };
  const more = random.weighted<() => Part[]>([[6, () => []], [2, () => [optional(' AND ', equal())]], [2, () => [optional(' AND ', predicate(context, equalOnly ? { ...scope, subqueries: false } : scope, 1))]]]);
  return node('expr:bool', equal(), ...more());
}

const shared = (a: readonly Alias[], b: readonly Alias[]): string[] => {
  const count = (of: readonly Alias[], name: string): number => of.flatMap((x) => x.columns).filter((c) => c.name === name).length;
  const typeOf = (of: readonly Alias[], name: string): Type | undefined => of.flatMap((x) => x.columns).find((c) => c.name === name)?.type;
  return [...new Set(a.flatMap((x) => x.columns.map((c) => c.name)))].filter((n) => count(a, n) === 1 && count(b, n) === 1 && typeOf(a, n) === typeOf(b, n));
};

function join(context: Context, left: From, outer: Scope | undefined, depth: number): From {
  const { random } = context;
  const kind = random.weighted([[6, 'JOIN'], [5, 'LEFT JOIN'], [2, 'RIGHT JOIN'], [2, 'FULL JOIN'], [1, 'CROSS JOIN']] as const);
  const lateral = kind === 'JOIN' || kind === 'LEFT JOIN' || kind === 'CROSS JOIN' ? scopeOf(leavesOf(left.aliases)) : undefined;
  const rowsMax = ROWS_MAX / left.rows;
  const right = depth > 0 && random.chance(0.15) ? join(context, item(context, undefined, outer, 0, rowsMax), outer, depth - 1) : item(context, lateral, outer, depth, rowsMax);
  const rightNode = right.node.tag === 'join' ? text('(', right.node, ')') : right.node;
  const rows = kind === 'CROSS JOIN' ? left.rows * right.rows : Math.max(left.rows, right.rows) * 2;
  const names = shared(left.aliases, right.aliases);
  const on = ((): Part[] => {
    if (kind === 'CROSS JOIN') return [];
    if (names.length > 0 && random.chance(0.2)) return [` USING (${random.pick(names)})`];
    return [' ON ', condition(context, left.aliases, right.aliases, kind === 'FULL JOIN' ? undefined : outer, kind === 'FULL JOIN')];
  })();
  return { node: { tag: 'join', parts: [left.node, ` ${kind} `, rightNode, ...on] }, aliases: [...left.aliases, ...right.aliases], rows };
}

/** A whole FROM list. */
export function fromClause(context: Context, outer: Scope | undefined, depth: number): From {
  const { random } = context;
  let from = item(context, undefined, outer, depth, ROWS_MAX);
  const joins = random.weighted([[5, 0], [4, 1], [depth > 0 ? 3 : 0, 2], [depth > 1 ? 1 : 0, 3]]);
  for (let k = 0; k < joins; k++) from = join(context, from, outer, depth - 1);
  if (depth > 0 && from.rows < 60 && random.chance(0.1)) {
    const second = item(context, scopeOf(leavesOf(from.aliases)), outer, depth - 1, ROWS_MAX / from.rows / 4);
    return { node: text(from.node, ', ', second.node), aliases: [...from.aliases, ...second.aliases], rows: from.rows * second.rows };
  }
  return from;
}

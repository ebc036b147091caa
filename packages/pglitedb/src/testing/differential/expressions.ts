/** Random expressions of a type, out of the templates, the columns in scope and subqueries. */
import { scalarSubquery, subqueryPredicate } from './subqueries.js';
import { type Node, node, type Part, render, text } from './tree.js';
import { AGGREGATES, canonical, COLUMN_TYPES, GENERIC, LITERALS, TEMPLATES, type Type, TYPES } from './types.js';
import type { Context, Leaf, Scope } from './scope.js';

export function literal(context: Context, type: Type): Node {
  const value = context.random.chance(0.12) ? 'NULL' : context.random.pick(LITERALS[type]!);
  return node(`expr:${type}`, value.startsWith('-') ? `(${value})::${type}` : `${value}::${type}`);
}

function leafOf(context: Context, leaves: readonly Leaf[], type: Type): Node | undefined {
  const fitting = leaves.filter((l) => l.type === type);
  return fitting.length === 0 ? undefined : node(`expr:${type}`, context.random.pick(fitting).text);
}

function leaf(context: Context, type: Type, scope: Scope): Node {
  const { random } = context;
  if (scope.special !== undefined && random.chance(0.3)) {
    const special = scope.special(type, 1);
    if (special !== undefined) return special;
  }
  if (scope.outer !== undefined && random.chance(0.25)) {
    const outer = leafOf(context, scope.outer.leaves, type);
    if (outer !== undefined) return outer;
  }
  if (random.chance(0.85)) {
    const own = leafOf(context, scope.leaves, type);
    if (own !== undefined) return own;
  }
  return literal(context, type);
}

/** A type that the place has a column of, mostly. */
export function likelyType(context: Context, scope: Scope): Type {
  const { random } = context;
  return scope.leaves.length > 0 && random.chance(0.9) ? random.pick(scope.leaves).type : random.pick(COLUMN_TYPES);
}

/** A template with its arguments filled in. */
export function fill(context: Context, type: Type, template: readonly [string, ...Type[]], make: (type: Type) => Node, any: Type): Node {
  const [pattern, ...types] = template;
  const made = types.map((t): Part => make(t === 'any' ? any : t));
  // An argument that stands twice (f($1 ORDER BY $1)) must stay the same while the statement is cut down.
  const argument = (n: string): Part => (pattern.split(`$${n}`).length > 2 ? render(made[Number(n) - 1]!) : made[Number(n) - 1]!);
  const parts = pattern.split(/\$(\d)/).map((piece, k) => (k % 2 === 0 ? piece : argument(piece)));
  return node(`expr:${type}`, ...parts);
}

export function expression(context: Context, type: Type, scope: Scope, depth: number): Node {
  const { random } = context;
  if (depth <= 0 || random.chance(0.25)) return leaf(context, type, scope);
  if (scope.special !== undefined && random.chance(0.25)) {
    const special = scope.special(type, depth);
    if (special !== undefined) return special;
  }
  if (scope.subqueries && random.chance(type === 'bool' ? 0.15 : 0.06)) {
    return type === 'bool' ? subqueryPredicate(context, scope, depth - 1) : scalarSubquery(context, type, scope, depth - 1);
  }
  const functions = context.functions.filter((f) => f.result === type);
  if (functions.length > 0 && random.chance(0.15)) {
    const f = random.pick(functions);
    return node(`expr:${type}`, `${f.name}(`, expression(context, f.argument, scope, depth - 1), ')');
  }
  const own = TEMPLATES[type] ?? [];
  const template = own.length > 0 && random.chance(0.75) ? random.pick(own) : random.pick(GENERIC);
  const any = type === 'bool' && template[0].includes('$1') && !GENERIC.includes(template) ? likelyType(context, scope) : type;
  return fill(context, type, template, (t) => expression(context, t, scope, depth - 1), TYPES.includes(any) ? any : 'int4');
}

/** A condition that tends to hold for some rows: a comparison of columns, or anything. */
export function predicate(context: Context, scope: Scope, depth: number): Node {
  const { random } = context;
  if (random.chance(0.35)) {
    const type = likelyType(context, scope);
    return node('expr:bool', '(', leaf(context, type, scope), random.pick([' = ', ' < ', ' > ', ' <> ', ' >= ']), literal(context, type), ')');
  }
  return expression(context, 'bool', scope, depth);
}

/** An aggregate call of the type over the rows of `inner`. */
export function aggregate(context: Context, type: Type, inner: Scope, depth: number): Node | undefined {
  const known = AGGREGATES[type];
  if (known === undefined) return undefined;
  const { random } = context;
  const template = random.pick(known);
  const rows: Scope = { ...inner, special: undefined, outer: undefined, subqueries: false };
  const any = likelyType(context, rows);
  const call = fill(context, type, template, (t) => {
    const argument = expression(context, t, rows, Math.min(depth - 1, 1));
    return canonical(t, '$') === '$' ? argument : node(`expr:${t}`, ...canonical(t, '\0').split('\0').flatMap((piece, k) => (k === 0 ? [piece] : [argument, piece])));
  }, any);
  return random.chance(0.2) ? node(`expr:${type}`, call, text(' FILTER (WHERE '), predicate(context, rows, 1), ')') : call;
}

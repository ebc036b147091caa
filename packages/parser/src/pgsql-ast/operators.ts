/**
 * Operator expressions. pgsql-ast-parser gives operators other precedences than PostgreSQL (`=` below `<`, LIKE above `||`,
 * -1 a literal), so where the source is at hand an expression is taken apart into its sequence of operands and operators,
 * down to parentheses, and put together again by precedence climbing over the grammar's own table. Without source the
 * AST's nesting is taken as it is.
 */
import type { Expr, ExprBinary, ExprCall, ExprCast, ExprUnary } from 'pgsql-ast-parser';
import { anyOf, isSelect, operand, subselect } from './expressions.js';
import { typeName } from './names.js';
import { type Context, parentheses, textAfter, textBetween, textOf } from './source.js';
import { funcCall, listOf, numberConst, operation, rejected, stringConst, type Tree, unsupported } from './tree.js';

/** Levels of the grammar's precedence table, lowest first. */
const OR = 1, AND = 2, NOT = 3, IS = 4, COMPARE = 5, IN = 6, OTHER = 8, ADD = 9, MULTIPLY = 10, POWER = 11, AT = 12, SIGN = 14, CAST = 16;
const LEVEL: Readonly<Record<string, number>> = {
  OR, AND, '<': COMPARE, '>': COMPARE, '=': COMPARE, '<=': COMPARE, '>=': COMPARE, '<>': COMPARE, LIKE: IN, 'NOT LIKE': IN, ILIKE: IN, 'NOT ILIKE': IN,
  '+': ADD, '-': ADD, '*': MULTIPLY, '/': MULTIPLY, '%': MULTIPLY, '^': POWER, 'AT TIME ZONE': AT,
};
const LIKE_OPERATOR: Readonly<Record<string, string>> = { LIKE: '~~', 'NOT LIKE': '!~~', ILIKE: '~~*', 'NOT ILIKE': '!~~*' };

type Token =
  | { readonly kind: 'operand'; readonly tree: Tree }
  | { readonly kind: 'prefix'; readonly level: number; readonly build: (x: Tree) => Tree }
  | { readonly kind: 'binary'; readonly level: number; readonly build: (l: Tree, r: Tree) => Tree }
  | { readonly kind: 'postfix'; readonly level: number; readonly build: (x: Tree) => Tree }
  | { readonly kind: 'between'; readonly level: number; readonly not: boolean }
  | { readonly kind: 'and'; readonly level: -1 };

/** The tree of any expression. */
export function expression(c: Context, node: Expr): Tree {
  const tokens: Token[] = [];
  take(c, node, tokens);
  return new Climber(tokens).whole();
}

function part(c: Context, node: Expr, out: Token[]): void {
  if (c.sql !== undefined && node._location === undefined && COMPOUND.has(node.type)) throw unsupported('an operand without location');
  if (c.sql === undefined || parentheses(c, node) > 0) out.push({ kind: 'operand', tree: expression(c, node) });
  else take(c, node, out);
}
const COMPOUND = new Set(['binary', 'unary', 'ternary', 'cast', 'member']);

function take(c: Context, node: Expr, out: Token[]): void {
  switch (node.type) {
    case 'binary': return takeBinary(c, node, out);
    case 'unary': return takeUnary(c, node, out);
    case 'ternary':
      part(c, node.value, out);
      out.push({ kind: 'between', level: IN, not: node.op === 'NOT BETWEEN' });
      part(c, node.lo, out);
      out.push({ kind: 'and', level: -1 });
      return part(c, node.hi, out);
    case 'cast': return takeCast(c, node, out);
    case 'member':
      part(c, node.operand, out);
      out.push({ kind: 'binary', level: OTHER, build: (l, r) => operation('AEXPR_OP', [node.op], l, r) });
      if (typeof node.member === 'string') out.push({ kind: 'operand', tree: stringConst(node.member) });
      else takeNumber(memberText(node.member), out);
      return;
    case 'integer':
    case 'numeric':
      return takeNumber(numberText(c, node), out);
    default:
      out.push({ kind: 'operand', tree: operand(c, node) });
  }
}

function memberText(value: number): string {
  if (!Number.isSafeInteger(value)) throw unsupported('a subscript of this size');
  return String(value);
}
function numberText(c: Context, node: Expr & { readonly value: number }): string {
  const text = textOf(c, node)?.replace(/^[(\s]+|[)\s]+$/g, '') ?? String(node.value);
  if (!/^-?(\d+\.?\d*|\.\d+)$/.test(text) || (c.sql === undefined && node.type === 'integer' && !Number.isSafeInteger(node.value))) throw unsupported(`the number ${text}`);
  return text;
}
/** A minus sign is an operator of its own, which binds less than a cast. */
function takeNumber(text: string, out: Token[]): void {
  if (text.startsWith('-')) out.push({ kind: 'prefix', level: SIGN, build: negate });
  out.push({ kind: 'operand', tree: numberConst(text.replace('-', '')) });
}
function negate(x: Tree): Tree {
  const value = x['A_Const'] as { ival?: { ival?: number }; fval?: { fval: string } } | undefined;
  if (value?.ival) return { A_Const: { ival: value.ival.ival ? { ival: -value.ival.ival } : {} } };
  if (value?.fval) {
    const text = value.fval.fval;
    return { A_Const: { fval: { fval: text.startsWith('-') ? text.slice(1) : `-${text}` } } };
  }
  return operation('AEXPR_OP', ['-'], undefined, x);
}

/** x::type binds as an operator; CAST (x AS type) and type 'x' are operands. What follows the operand tells. */
function takeCast(c: Context, node: ExprCast, out: Token[]): void {
  const next = c.sql === undefined ? '::' : textAfter(c, node.operand).replace(/^[)\s]+/, '');
  if (next.startsWith('::') && !isTypedLiteral(node)) {
    part(c, node.operand, out);
    out.push({ kind: 'postfix', level: CAST, build: (x) => castOf(c, node, x) });
  } else if (!isTypedLiteral(node)) {
    if (!/^as\b/i.test(next)) throw unsupported('this cast');
    out.push({ kind: 'operand', tree: castOf(c, node, expression(c, node.operand)) });
  } else {
    if (INTERVAL_FIELDS.test(next)) throw unsupported('the fields of an interval');
    if (node.to.kind === 'array') throw rejected('syntax error at a typed literal');
    out.push({ kind: 'operand', tree: { TypeCast: { arg: expression(c, node.operand), typeName: typeName(c, node.to, true) } } });
  }
}
const INTERVAL_FIELDS = /^(year|month|day|hour|minute|second)\b/i;
/** `type 'text'`: the type stands before its operand. */
function isTypedLiteral(node: ExprCast): boolean {
  const type = node.to._location;
  const text = node.operand._location;
  return type !== undefined && text !== undefined && type.start < text.start;
}
function castOf(c: Context, node: ExprCast, arg: Tree): Tree {
  return { TypeCast: { arg, typeName: typeName(c, node.to) } };
}

function takeUnary(c: Context, node: ExprUnary, out: Token[]): void {
  if (node.op === 'NOT') {
    out.push({ kind: 'prefix', level: NOT, build: (x) => ({ BoolExpr: { boolop: 'NOT_EXPR', args: [x] } }) });
    return part(c, node.operand, out);
  }
  if (node.op === '+' || node.op === '-') {
    const name = node.opSchema === undefined ? [node.op] : [node.opSchema, node.op];
    const build = name.length === 1 && node.op === '-' ? negate : (x: Tree): Tree => operation('AEXPR_OP', name, undefined, x);
    out.push({ kind: 'prefix', level: name.length === 1 ? SIGN : OTHER, build });
    return part(c, node.operand, out);
  }
  const test = node.op.replaceAll(' ', '_');
  if (!/^IS_(NOT_)?(NULL|TRUE|FALSE)$/.test(test)) throw unsupported(`the operator ${String(node.op)}`);
  part(c, node.operand, out);
  const build = test.endsWith('NULL')
    ? (arg: Tree): Tree => ({ NullTest: { arg, nulltesttype: test } })
    : (arg: Tree): Tree => ({ BooleanTest: { arg, booltesttype: test } });
  out.push({ kind: 'postfix', level: IS, build });
}

function takeBinary(c: Context, node: ExprBinary, out: Token[]): void {
  part(c, node.left, out);
  if (node.op === 'IN' || node.op === 'NOT IN') {
    out.push({ kind: 'postfix', level: IN, build: (x) => membership(c, node, x) });
    return;
  }
  const text = node.opSchema === undefined ? textBetween(c, node.left, node.right) : '';
  const symbol = /^!?~~\*?$/.test(text) ? text : node.op === '!=' ? '<>' : node.op;
  const name = node.opSchema === undefined ? [symbol] : [node.opSchema, symbol];
  const level = name.length === 2 ? OTHER : (LEVEL[symbol] ?? OTHER);
  const some = quantifier(c, node.right);
  if (some !== undefined) {
    const operator = LIKE_OPERATOR[symbol] ?? symbol;
    out.push({ kind: 'postfix', level, build: (x) => anyOf(c, some, x, name.length === 2 ? name : [operator]) });
    return;
  }
  out.push({ kind: 'binary', level, build: builder(symbol, name) });
  part(c, node.right, out);
}

function quantifier(c: Context, node: Expr): ExprCall | undefined {
  if (node.type !== 'call' || node.function.schema !== undefined || parentheses(c, node) > 0) return undefined;
  return /^(any|some|all)$/.test(node.function.name) && !textOf(c, node)?.startsWith('"') ? node : undefined;
}

function builder(symbol: string, name: readonly string[]): (l: Tree, r: Tree) => Tree {
  if (name.length === 1) {
    if (symbol === 'AND' || symbol === 'OR') return (l, r) => junction(`${symbol}_EXPR`, l, r);
    if (symbol === 'AT TIME ZONE') return (l, r) => funcCall(['pg_catalog', 'timezone'], [r, l], 'COERCE_SQL_SYNTAX');
    const like = LIKE_OPERATOR[symbol];
    if (like !== undefined) return (l, r) => operation(symbol.endsWith('ILIKE') ? 'AEXPR_ILIKE' : 'AEXPR_LIKE', [like], l, r);
  }
  return (l, r) => operation('AEXPR_OP', name, l, r);
}
/** The grammar flattens chains to the left, through parentheses too. */
function junction(boolop: string, l: Tree, r: Tree): Tree {
  const left = l['BoolExpr'] as { boolop: string; args: Tree[] } | undefined;
  return { BoolExpr: { boolop, args: left?.boolop === boolop ? [...left.args, r] : [l, r] } };
}

function membership(c: Context, node: ExprBinary, testexpr: Tree): Tree {
  const not = node.op === 'NOT IN';
  if (isSelect(node.right)) {
    const link = { SubLink: { subLinkType: 'ANY_SUBLINK', testexpr, subselect: subselect(c, node.right) } };
    return not ? { BoolExpr: { boolop: 'NOT_EXPR', args: [link] } } : link;
  }
  const depth = parentheses(c, node.right);
  if (c.sql !== undefined && depth === 0) throw rejected('syntax error after IN');
  const items = node.right.type === 'list' && depth < 2 ? node.right.expressions : [node.right];
  return operation('AEXPR_IN', [not ? '<>' : '='], testexpr, listOf(items.map((item) => expression(c, item))));
}

/** Precedence climbing; comparisons and IN-like operators do not associate. */
class Climber {
  #at = 0;
  readonly #tokens: readonly Token[];
  constructor(tokens: readonly Token[]) { this.#tokens = tokens; }

  whole(): Tree {
    const tree = this.#climb(0);
    if (this.#at < this.#tokens.length) throw rejected('syntax error in an expression');
    return tree;
  }
  #climb(least: number): Tree {
    let left = this.#first();
    let closed = 0;
    for (;;) {
      const token = this.#tokens[this.#at];
      if (token === undefined || token.kind === 'operand' || token.kind === 'prefix' || token.level < least || token.kind === 'and') return left;
      if (token.level === closed) throw rejected('syntax error: operators of this precedence do not associate');
      this.#at++;
      closed = 0;
      if (token.kind === 'postfix') left = token.build(left);
      else if (token.kind === 'between') {
        left = this.#between(left, token.not);
        closed = IN;
      } else {
        left = token.build(left, this.#climb(token.level + 1));
        if (token.level === COMPARE || token.level === IN) closed = token.level;
      }
    }
  }
  #first(): Tree {
    const token = this.#tokens[this.#at++];
    if (token?.kind === 'operand') return token.tree;
    if (token?.kind === 'prefix') return token.build(this.#climb(token.level));
    throw rejected('syntax error in an expression');
  }
  #between(left: Tree, not: boolean): Tree {
    const low = this.#climb(IN + 1);
    if (this.#tokens[this.#at++]?.kind !== 'and') throw unsupported('this BETWEEN');
    const high = this.#climb(IN + 1);
    return operation(not ? 'AEXPR_NOT_BETWEEN' : 'AEXPR_BETWEEN', [not ? 'NOT BETWEEN' : 'BETWEEN'], left, listOf([low, high]));
  }
}

/** Operands of expressions: references, constants, CASE, arrays, rows, sublinks. */
import type { Expr, ExprArrayIndex, ExprCall, ExprCase, ExprList, ExprRef, OrderByStatement, SelectedColumn, SelectStatement } from 'pgsql-ast-parser';
import { call, overlay, substring } from './calls.js';
import { expression } from './operators.js';
import { selectStatement } from './select.js';
import { type Context, parentheses } from './source.js';
import { boolConst, compact, filled, funcCall, nullConst, operation, rejected, str, stringConst, strings, type Tree, unsupported } from './tree.js';

export { expression } from './operators.js';

export const expressions = (c: Context, nodes: readonly Expr[] | null | undefined): readonly Tree[] | undefined =>
  filled((nodes ?? []).map((node) => expression(c, node)));
export const optional = (c: Context, node: Expr | null | undefined): Tree | undefined => (node ? expression(c, node) : undefined);

const SELECTS = new Set(['select', 'union', 'union all', 'values', 'with', 'with recursive']);
export const isSelect = (node: { readonly type: string }): node is SelectStatement => SELECTS.has(node.type);
export const subselect = (c: Context, node: SelectStatement): Tree => selectStatement(c, node);

/** An operand that no operator of the AST makes. */
export function operand(c: Context, node: Expr): Tree {
  if (isSelect(node)) return { SubLink: { subLinkType: 'EXPR_SUBLINK', subselect: subselect(c, node) } };
  switch (node.type) {
    case 'ref': return reference(node);
    case 'string': return stringConst(node.value);
    case 'boolean': return boolConst(node.value);
    case 'null': return nullConst;
    case 'default': return { SetToDefault: {} };
    case 'parameter': return parameter(node.name);
    case 'keyword': return { SQLValueFunction: { op: `SVFOP_${node.keyword.toUpperCase()}`, typmod: -1 } };
    case 'case': return caseOf(c, node);
    case 'list': return { RowExpr: { args: expressions(c, node.expressions), row_format: 'COERCE_IMPLICIT_CAST' } };
    case 'array': return arrayOf(c, node);
    case 'array select': return { SubLink: { subLinkType: 'ARRAY_SUBLINK', subselect: subselect(c, node.select) } };
    case 'arrayIndex': return subscripts(c, node);
    case 'call': return call(c, node);
    case 'extract': return funcCall(['pg_catalog', 'extract'], [stringConst(node.field.name), expression(c, node.from)], 'COERCE_SQL_SYNTAX');
    case 'overlay': return overlay(c, node);
    case 'substring': return substring(c, node);
    default: throw unsupported(`an expression of type ${(node as { type: string }).type}`);
  }
}

function reference(node: ExprRef): Tree {
  const fields: Tree[] = node.table ? strings(node.table.schema === undefined ? [node.table.name] : [node.table.schema, node.table.name]) : [];
  return { ColumnRef: { fields: [...fields, node.name === '*' ? { A_Star: {} } : str(node.name)] } };
}
function parameter(name: string): Tree {
  const number = Number(/^\$(\d+)$/.exec(name)?.[1]);
  if (!Number.isSafeInteger(number)) throw unsupported(`the parameter ${name}`);
  return { ParamRef: { number: number === 0 ? undefined : number } };
}
function caseOf(c: Context, node: ExprCase): Tree {
  const args = node.whens.map((when) => ({ CaseWhen: { expr: expression(c, when.when), result: expression(c, when.value) } }));
  if (args.length === 0) throw rejected('syntax error at CASE');
  return { CaseExpr: compact({ arg: optional(c, node.value), args, defresult: optional(c, node.else) }) };
}
function arrayOf(c: Context, node: ExprList): Tree {
  return { A_ArrayExpr: compact({ elements: expressions(c, node.expressions) }) };
}
/** Subscripts in a row belong to one indirection, whose base is a column, a parameter or in parentheses. */
function subscripts(c: Context, node: ExprArrayIndex): Tree {
  const indirection: Tree[] = [];
  let base: Expr = node;
  do {
    indirection.unshift({ A_Indices: { uidx: expression(c, base.index) } });
    base = base.array;
  } while (base.type === 'arrayIndex' && parentheses(c, base) === 0);
  if (base.type !== 'ref' && base.type !== 'parameter' && parentheses(c, base) === 0 && c.sql !== undefined) throw rejected('syntax error at or near "["');
  return { A_Indirection: { arg: expression(c, base), indirection } };
}

/** `x operator ANY (…)`, with SOME and ALL. */
export function anyOf(c: Context, node: ExprCall, left: Tree, name: readonly string[]): Tree {
  const word = node.function.name === 'all' ? 'ALL' : 'ANY';
  const only = node.args[0];
  if (only === undefined || node.args.length !== 1 || node.distinct || node.orderBy || node.filter || node.over) throw rejected(`syntax error at ${word}`);
  if (isSelect(only)) return { SubLink: { subLinkType: `${word}_SUBLINK`, testexpr: left, operName: strings(name), subselect: subselect(c, only) } };
  return operation(`AEXPR_OP_${word}`, name, left, expression(c, only));
}

/** ORDER BY items. */
export function sortBy(c: Context, items: readonly OrderByStatement[] | null | undefined): readonly Tree[] | undefined {
  return filled((items ?? []).map((item) => ({
    SortBy: { node: expression(c, item.by), sortby_dir: `SORTBY_${item.order ?? 'DEFAULT'}`, sortby_nulls: `SORTBY_NULLS_${item.nulls ?? 'DEFAULT'}` },
  })));
}
/** A target list: of SELECT and RETURNING. */
export function targets(c: Context, columns: readonly SelectedColumn[] | null | undefined): readonly Tree[] | undefined {
  return filled((columns ?? []).map((column) => ({ ResTarget: compact({ name: column.alias?.name, val: expression(c, column.expr) }) })));
}

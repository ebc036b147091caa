/** Function calls, and the functions that are grammar: COALESCE, EXTRACT, POSITION, TRIM … */
import type { CallOver, Expr, ExprCall, ExprOverlay, ExprSubstring } from 'pgsql-ast-parser';
import { expression, expressions, isSelect, optional, sortBy, subselect } from './expressions.js';
import { qualified } from './names.js';
import { type Context, textOf } from './source.js';
import { compact, funcCall, intConst, operation, rejected, strings, type Tree, unsupported } from './tree.js';

/** FRAMEOPTION_DEFAULTS: RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW. */
const FRAME_DEFAULTS = 1058;
const SYNTAX = 'COERCE_SQL_SYNTAX';

/** Words that have grammar of their own which the AST cannot tell from a call. */
const REFUSED = new Set([
  'any', 'some', 'all', 'current_date', 'current_time', 'current_timestamp', 'localtime', 'localtimestamp', 'current_role', 'current_user', 'user',
  'session_user', 'system_user', 'current_catalog', 'treat', 'merge_action', 'json', 'json_scalar', 'json_serialize', 'json_object', 'json_array', 'json_objectagg',
  'json_arrayagg', 'json_exists', 'json_query', 'json_value', 'json_table', 'xmlattributes', 'xmlconcat', 'xmlelement', 'xmlexists', 'xmlforest', 'xmlnamespaces',
  'xmlparse', 'xmlpi', 'xmlroot', 'xmlserialize', 'xmltable', 'between', 'values', 'rollup', 'cube', 'setof', 'national', 'out', 'inout', 'none', 'table', 'interval',
]);

type Special = (c: Context, args: readonly Expr[]) => Tree | undefined;
const SPECIAL: Readonly<Record<string, Special>> = {
  coalesce: (c, args) => ({ CoalesceExpr: { args: expressions(c, args) } }),
  greatest: (c, args) => ({ MinMaxExpr: { op: 'IS_GREATEST', args: expressions(c, args) } }),
  least: (c, args) => ({ MinMaxExpr: { op: 'IS_LEAST', args: expressions(c, args) } }),
  grouping: (c, args) => ({ GroupingFunc: { args: expressions(c, args) } }),
  row: (c, args) => ({ RowExpr: compact({ args: expressions(c, args), row_format: 'COERCE_EXPLICIT_CALL' }) }),
  nullif: (c, args) => (args.length === 2 ? operation('AEXPR_NULLIF', ['='], expression(c, args[0]!), expression(c, args[1]!)) : undefined),
  trim: (c, args) => funcCall(['pg_catalog', 'btrim'], args.map((a) => expression(c, a)), SYNTAX),
  normalize: (c, args) => (args.length === 1 ? funcCall(['pg_catalog', 'normalize'], [expression(c, args[0]!)], SYNTAX) : undefined),
  position,
  exists: (c, args) => (args.length === 1 && isSelect(args[0]!) ? { SubLink: { subLinkType: 'EXISTS_SUBLINK', subselect: subselect(c, args[0]!) } } : undefined),
};
const MAY_BE_EMPTY = new Set(['row']);

function position(c: Context, args: readonly Expr[]): Tree | undefined {
  const only = args[0];
  if (args.length !== 1 || only?.type !== 'binary' || only.op !== 'IN') return undefined;
  if (only.right.type === 'list' || isSelect(only.right)) throw unsupported('this POSITION');
  return funcCall(['pg_catalog', 'position'], [expression(c, only.right), expression(c, only.left)], SYNTAX);
}

/** A call; where its name is grammar, what the grammar makes of it. */
export function call(c: Context, node: ExprCall): Tree {
  const name = node.function;
  if (name.schema === undefined && !textOf(c, node)?.replace(/^[(\s]+/, '').startsWith('"')) {
    if (REFUSED.has(name.name)) throw unsupported(`${name.name.toUpperCase()}(…)`);
    const special = Object.hasOwn(SPECIAL, name.name) ? SPECIAL[name.name] : undefined;
    if (special !== undefined) return specialCall(c, node, special);
  }
  return { FuncCall: plainCall(c, node) };
}
function specialCall(c: Context, node: ExprCall, special: Special): Tree {
  if (node.distinct || node.orderBy || node.filter || node.withinGroup || node.over || node.args.some(isStar)) throw unsupported(`this use of ${node.function.name}`);
  if (node.args.length === 0 && !MAY_BE_EMPTY.has(node.function.name)) throw rejected('syntax error at or near ")"');
  const tree = special(c, node.args);
  if (tree === undefined) throw unsupported(`these arguments of ${node.function.name}`);
  return tree;
}
const isStar = (node: Expr): boolean => node.type === 'ref' && node.name === '*' && node.table === undefined;

function plainCall(c: Context, node: ExprCall): Tree {
  const star = node.args.some(isStar);
  if (star && (node.args.length > 1 || node.distinct || node.orderBy)) throw rejected('syntax error at or near "*"');
  if (node.withinGroup && (node.distinct || node.orderBy)) throw unsupported('DISTINCT or ORDER BY beside WITHIN GROUP');
  return compact({
    funcname: strings(qualified(node.function)),
    args: star ? undefined : expressions(c, node.args),
    agg_order: node.withinGroup ? sortBy(c, [node.withinGroup]) : sortBy(c, node.orderBy),
    agg_filter: optional(c, node.filter),
    over: node.over ? windowOf(c, node.over) : undefined,
    agg_within_group: node.withinGroup ? true : undefined,
    agg_star: star || undefined,
    agg_distinct: node.distinct === 'distinct' || undefined,
    funcformat: 'COERCE_EXPLICIT_CALL',
  });
}
function windowOf(c: Context, over: CallOver): Tree {
  return compact({ partitionClause: expressions(c, over.partitionBy), orderClause: sortBy(c, over.orderBy), frameOptions: FRAME_DEFAULTS });
}

/** OVERLAY (a PLACING b FROM c FOR d). */
export function overlay(c: Context, node: ExprOverlay): Tree {
  const args = [node.value, node.placing, node.from, ...(node.for ? [node.for] : [])];
  return funcCall(['pg_catalog', 'overlay'], args.map((a) => expression(c, a)), SYNTAX);
}
/** SUBSTRING (a FROM b FOR c); without FROM the grammar starts at 1 and casts the length. */
export function substring(c: Context, node: ExprSubstring): Tree {
  const value = expression(c, node.value);
  if (!node.from && !node.for) return funcCall(['substring'], [value], 'COERCE_EXPLICIT_CALL');
  const length = optional(c, node.for);
  if (node.from) return funcCall(['pg_catalog', 'substring'], [value, expression(c, node.from), ...(length ? [length] : [])], SYNTAX);
  const typeName = { names: strings(['pg_catalog', 'int4']), typemod: -1 };
  return funcCall(['pg_catalog', 'substring'], [value, intConst(1), { TypeCast: { arg: length, typeName } }], SYNTAX);
}

/** SQL/JSON constructors and IS JSON; the query functions are in expr-json-query.ts. */
import type { Oid } from '@pglitedb/types';
import { exprType, type Expr, type JsonConstructorExpr, type JsonReturning } from '../nodes/index.js';
import { coerceToBoolean, coerceToSpecificType, coerceType } from './coerce.js';
import { categoryOf, formatType, T } from './coerce-paths.js';
import { errorAt, type ParseState } from './context.js';
import { expression, transformExpr } from './expr.js';
import { makeAggref, makeWindow, type CallShape } from './expr-call.js';
import { jsonFunction, jsonTableItem } from './expr-json-query.js';
import { coerceResult, constructorOutput, formatOf, jsonOutput, jsonReturning, jsonValue } from './json-output.js';
import { list, locOf, type Raw } from './raw.js';
import { analyzeSubquery } from './statement.js';

type Handler = (ps: ParseState, body: Raw) => Expr;

/** x IS [NOT] JSON [VALUE|OBJECT|ARRAY|SCALAR] [WITH UNIQUE KEYS] */
function isJson(ps: ParseState, n: Raw): Expr {
  const expr = jsonText(ps, expression(ps, n.expr), n);
  const type = exprType(expr);
  if (type !== T.TEXT && type !== T.JSON && type !== T.JSONB && categoryOf(ps.catalog, type) !== 'S') {
    throw errorAt(ps, '42804', `cannot use type ${formatType(ps.catalog, type)} in IS JSON predicate`, -1);
  }
  const item = (n.item_type as string | undefined)?.replace('JS_TYPE_', '').toLowerCase() ?? 'any';
  return { kind: 'JsonIsPredicate', expr, item_type: item as 'any', unique_keys: !!n.unique_keys, location: locOf(n) };
}

/** transformJsonParseArg: bytea is read as UTF-8, strings become text. */
function jsonText(ps: ParseState, expr: Expr, n: Raw): Expr {
  const type = exprType(expr);
  if (type === T.BYTEA) {
    const format = formatOf(n.format);
    const text: Expr = { kind: 'FuncExpr', funcid: 1714, funcresulttype: T.TEXT, funcretset: false, funcvariadic: false, funcformat: 'call', funccollid: 0, inputcollid: 0, args: [expr, { kind: 'Const', consttype: T.NAME, consttypmod: -1, constcollid: 0, constvalue: 'UTF8', location: -1 }], location: locOf(n) };
    return { kind: 'JsonValueExpr', raw_expr: expr, formatted_expr: text, format, location: locOf(n) };
  }
  if (type === T.UNKNOWN || categoryOf(ps.catalog, type) === 'S') return coerceType(ps, expr, type, T.TEXT, -1, 'implicit', 'implicit', -1);
  return expr;
}

/** makeJsonConstructorExpr */
function constructor(ps: ParseState, type: JsonConstructorExpr['type'], args: Expr[], func: Expr | undefined, returning: JsonReturning, unique: boolean, absentOnNull: boolean, location: number): Expr {
  const made = func !== undefined ? exprType(func) : returning.format === 'jsonb' ? T.JSONB : T.JSON;
  const placeholder: Expr = { kind: 'CaseTestExpr', typeId: made, typeMod: -1, collation: 0 };
  const coercion = coerceResult(ps, placeholder, returning);
  return { kind: 'JsonConstructorExpr', type, args, func, coercion: coercion === placeholder ? undefined : coercion, returning, absent_on_null: absentOnNull, unique, location };
}

const plainValue = (ps: ParseState, raw: Raw, name: string): Expr => jsonValue(ps, raw, { name, defaultFormat: 'default', target: 0, passing: false });

function objectConstructor(ps: ParseState, n: Raw): Expr {
  const args: Expr[] = [];
  for (const pair of list(n.exprs)) {
    args.push(expression(ps, pair.JsonKeyValue.key), plainValue(ps, pair.JsonKeyValue.value, 'JSON_OBJECT()'));
  }
  return constructor(ps, 'object', args, undefined, constructorOutput(ps, n.output, args), !!n.unique, !!n.absent_on_null, locOf(n));
}

function arrayConstructor(ps: ParseState, n: Raw): Expr {
  const args = list(n.exprs).map((v) => plainValue(ps, v.JsonValueExpr, 'JSON_ARRAY()'));
  return constructor(ps, 'array', args, undefined, constructorOutput(ps, n.output, args), false, !!n.absent_on_null, locOf(n));
}

/** JSON_ARRAY(query) is (SELECT JSON_ARRAYAGG(a) FROM (query) q(a)). */
function arrayQuery(ps: ParseState, n: Raw): Expr {
  const columns = analyzeSubquery(ps, structuredClone(n.query), undefined, false, true).targetList.filter((t) => !t.resjunk).length;
  if (columns !== 1) throw errorAt(ps, '42601', 'subquery must return only one column', locOf(n));
  const string = (sval: string): Raw => ({ String: { sval } });
  const column = { ColumnRef: { fields: [string('q'), string('a')], location: locOf(n) } };
  const aggregate = { JsonArrayAgg: { arg: { raw_expr: column, format: n.format }, absent_on_null: n.absent_on_null, constructor: { output: n.output, location: n.location } } };
  const select = {
    SelectStmt: {
      targetList: [{ ResTarget: { val: aggregate, location: locOf(n) } }],
      fromClause: [{ RangeSubselect: { subquery: n.query, alias: { aliasname: 'q', colnames: [string('a')] } } }],
      limitOption: 'LIMIT_OPTION_DEFAULT', op: 'SETOP_NONE',
    },
  };
  return expression(ps, { SubLink: { subLinkType: 'EXPR_SUBLINK', subselect: select, location: locOf(n) } });
}

function jsonAggregate(ps: ParseState, type: 'objectagg' | 'arrayagg', n: Raw, args: Expr[], returning: JsonReturning, fn: Oid): Expr {
  const ctor = n.constructor;
  const location = locOf(ctor);
  const filter = ctor.agg_filter === undefined ? undefined : coerceToBoolean(ps, transformExpr(ps, ctor.agg_filter, 'filter'), 'FILTER');
  const result = returning.format === 'jsonb' ? T.JSONB : T.JSON;
  const shape: CallShape = { star: false, distinct: false, order: list(ctor.agg_order), withinGroup: false, variadic: false, filter: ctor.agg_filter, over: ctor.over, nulls: false, format: 'call' };
  const found = { kind: 'a', retset: false, candidate: { args } } as never;
  const func = ctor.over !== undefined ? makeWindow(ps, [], args, fn, result, found, shape, filter, location)
    : makeAggref(ps, [], args, fn, result, { aggkind: 'n' }, shape, filter, false, location, found);
  return constructor(ps, type, [], func, returning, !!n.unique, !!n.absent_on_null, location);
}

/** Aggregates by format, then strict (absent on null) and unique. */
const OBJECT_AGG = { json: [[3197, 6281], [6280, 6282]], jsonb: [[3270, 6289], [6288, 6290]] } as const;
const ARRAY_AGG = { json: [3175, 6276], jsonb: [3267, 6284] } as const;

function objectAggregate(ps: ParseState, n: Raw): Expr {
  const args = [expression(ps, n.arg.key), plainValue(ps, n.arg.value, 'JSON_OBJECTAGG()')];
  const returning = constructorOutput(ps, n.constructor.output, args);
  const fn = OBJECT_AGG[returning.format === 'jsonb' ? 'jsonb' : 'json'][n.absent_on_null ? 1 : 0][n.unique ? 1 : 0];
  return jsonAggregate(ps, 'objectagg', n, args, returning, fn);
}

function arrayAggregate(ps: ParseState, n: Raw): Expr {
  const args = [plainValue(ps, n.arg, 'JSON_ARRAYAGG()')];
  const returning = constructorOutput(ps, n.constructor.output, args);
  return jsonAggregate(ps, 'arrayagg', n, args, returning, ARRAY_AGG[returning.format === 'jsonb' ? 'jsonb' : 'json'][n.absent_on_null ? 1 : 0]);
}

function parseExpr(ps: ParseState, n: Raw): Expr {
  const returning = jsonReturning(ps, n.output, 'JSON()');
  let arg: Expr;
  if (n.unique_keys) {
    arg = jsonText(ps, expression(ps, n.expr.raw_expr), { ...n, format: n.expr.format });
    if (exprType(arg) !== T.TEXT) throw errorAt(ps, '42804', 'cannot use non-string types with WITH UNIQUE KEYS clause', locOf(n));
  } else arg = jsonValue(ps, n.expr, { name: 'JSON()', defaultFormat: 'json', target: returning.typid, passing: false });
  return constructor(ps, 'parse', [arg], undefined, returning, !!n.unique_keys, false, locOf(n));
}

function scalarExpr(ps: ParseState, n: Raw): Expr {
  let arg = expression(ps, n.expr);
  const returning = jsonReturning(ps, n.output, 'JSON_SCALAR()');
  if (exprType(arg) === T.UNKNOWN) arg = coerceToSpecificType(ps, arg, T.TEXT, -1, 'JSON_SCALAR');
  return constructor(ps, 'scalar', [arg], undefined, returning, false, false, locOf(n));
}

function serializeExpr(ps: ParseState, n: Raw): Expr {
  const arg = jsonValue(ps, n.expr, { name: 'JSON_SERIALIZE()', defaultFormat: 'json', target: 0, passing: false });
  let returning: JsonReturning = { typid: T.TEXT, typmod: -1, format: 'json', encoding: 'default' };
  if (n.output !== undefined) {
    returning = jsonOutput(ps, n.output, true);
    if (returning.typid !== T.BYTEA && categoryOf(ps.catalog, returning.typid) !== 'S') {
      throw errorAt(ps, '42804', `cannot use type ${formatType(ps.catalog, returning.typid)} in RETURNING clause of JSON_SERIALIZE()`, -1, { hint: 'Try returning a string type or bytea.' });
    }
  }
  return constructor(ps, 'serialize', [arg], undefined, returning, false, false, locOf(n));
}

export const JSON_EXPRESSIONS: Readonly<Record<string, Handler>> = {
  JsonIsPredicate: isJson, JsonObjectConstructor: objectConstructor, JsonArrayConstructor: arrayConstructor, JsonArrayQueryConstructor: arrayQuery,
  JsonObjectAgg: objectAggregate, JsonArrayAgg: arrayAggregate, JsonFuncExpr: jsonFunction, JsonParseExpr: parseExpr, JsonScalarExpr: scalarExpr,
  JsonSerializeExpr: serializeExpr, JsonTableItem: jsonTableItem,
};

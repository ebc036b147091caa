/** JSON_EXISTS, JSON_QUERY, JSON_VALUE, and the document of JSON_TABLE (transformJsonFuncExpr). */
import { Jsonb, JsonObject, type Oid } from '@pglitedb/types';
import { exprContains, exprLocation, exprType, makeConst, type Expr, type JsonBehavior, type JsonBehaviorType, type JsonExpr, type JsonReturning } from '../nodes/index.js';
import { coerceToTargetType } from './coerce.js';
import { baseTypeOf, categoryOf, collationOfType, formatType, kindOfType, T } from './coerce-paths.js';
import { errorAt, type ParseState } from './context.js';
import { expression } from './expr.js';
import { formatOf, jsonOutput, jsonValue } from './json-output.js';
import { list, locOf, type Raw } from './raw.js';

const OPS = { JSON_EXISTS_OP: 'exists', JSON_QUERY_OP: 'query', JSON_VALUE_OP: 'value', JSON_TABLE_OP: 'table' } as const;
const WRAPPERS = { JSW_UNSPEC: 'unspec', JSW_NONE: 'none', JSW_CONDITIONAL: 'conditional', JSW_UNCONDITIONAL: 'unconditional' } as const;
const behaviorType = (raw: Raw): JsonBehaviorType => (raw.btype as string | undefined ?? 'JSON_BEHAVIOR_NULL').replace('JSON_BEHAVIOR_', '').toLowerCase() as JsonBehaviorType;

interface Allowed { readonly types: readonly JsonBehaviorType[]; readonly words: string; readonly columns: string }
const QUERY_ALLOWED: Allowed = { types: ['error', 'null', 'empty', 'empty_array', 'empty_object', 'default'], words: 'ERROR, NULL, EMPTY ARRAY, EMPTY OBJECT, or DEFAULT expression', columns: 'formatted columns' };
const EXISTS_ALLOWED: Allowed = { types: ['error', 'true', 'false', 'unknown'], words: 'ERROR, TRUE, FALSE, or UNKNOWN', columns: 'EXISTS columns' };
const VALUE_ALLOWED: Allowed = { types: ['error', 'null', 'default'], words: 'ERROR, NULL, or DEFAULT expression', columns: 'scalar columns' };

function checkBehavior(ps: ParseState, raw: Raw, on: string, allowed: Allowed, func: Raw, name: string): void {
  if (raw === undefined || allowed.types.includes(behaviorType(raw))) return;
  const column = func.column_name as string | undefined;
  throw errorAt(ps, '42601', column === undefined ? `invalid ${on} behavior` : `invalid ${on} behavior for column "${column}"`, locOf(raw), {
    detail: `Only ${allowed.words} is allowed in ${on} for ${column === undefined ? `${name}()` : allowed.columns}.`,
  });
}

function checkClauses(ps: ParseState, n: Raw, op: JsonExpr['op'], name: string): void {
  if (n.output !== undefined && op !== 'query') {
    const format = formatOf(n.output.returning?.format);
    if (format.type !== 'default' || format.encoding !== 'default') throw errorAt(ps, '42601', `cannot specify FORMAT JSON in RETURNING clause of ${name}()`, format.location);
  }
  if (op === 'query') {
    if (n.quotes === 'JS_QUOTES_OMIT' && (n.wrapper === 'JSW_CONDITIONAL' || n.wrapper === 'JSW_UNCONDITIONAL')) {
      throw errorAt(ps, '42601', 'SQL/JSON QUOTES behavior must not be specified when WITH WRAPPER is used', locOf(n));
    }
    checkBehavior(ps, n.on_empty, 'ON EMPTY', QUERY_ALLOWED, n, name);
    checkBehavior(ps, n.on_error, 'ON ERROR', QUERY_ALLOWED, n, name);
  } else if (op === 'exists') checkBehavior(ps, n.on_error, 'ON ERROR', EXISTS_ALLOWED, n, name);
  else if (op === 'value') {
    checkBehavior(ps, n.on_empty, 'ON EMPTY', VALUE_ALLOWED, n, name);
    checkBehavior(ps, n.on_error, 'ON ERROR', VALUE_ALLOWED, n, name);
  }
}

export function jsonFunction(ps: ParseState, n: Raw): JsonExpr {
  const op = OPS[n.op as keyof typeof OPS];
  const name = `JSON_${op.toUpperCase()}`;
  checkClauses(ps, n, op, name);
  const formatted = jsonValue(ps, n.context_item, { name, defaultFormat: op === 'query' || op === 'table' ? 'jsonb' : 'default', target: T.JSONB, passing: false });
  const path = expression(ps, n.pathspec);
  const pathSpec = coerceToTargetType(ps, path, exprType(path), T.JSONPATH, -1, 'explicit', 'implicit', exprLocation(path));
  if (pathSpec === undefined) {
    throw errorAt(ps, '42804', `JSON path expression must be of type jsonpath, not of type ${formatType(ps.catalog, exprType(path))}`, exprLocation(path));
  }
  const passing = passingArguments(ps, n.passing, name);
  const node: JsonExpr = {
    kind: 'JsonExpr', op, column_name: n.column_name as string | undefined, formatted_expr: formatted, path_spec: pathSpec, returning: jsonOutput(ps, n.output, false),
    passing_names: passing.names, passing_values: passing.values, on_empty: undefined, on_error: undefined, wrapper: 'unspec', omit_quotes: false,
    use_io_coercion: false, use_json_coercion: false, collation: 0, location: locOf(n),
  };
  FINISH[op](ps, node, n);
  return node;
}

/** The item that a JSON_TABLE column is computed of. */
export const jsonTableItem = (): Expr => ({ kind: 'CaseTestExpr', typeId: T.JSONB, typeMod: -1, collation: 0 });

export function passingArguments(ps: ParseState, raw: Raw, name: string): { names: string[]; values: Expr[] } {
  const names: string[] = [];
  const values: Expr[] = [];
  for (const a of list(raw)) {
    values.push(jsonValue(ps, a.JsonArgument.val, { name, defaultFormat: 'jsonb', target: 0, passing: true }));
    names.push(a.JsonArgument.name as string);
  }
  return { names, values };
}

const defaultType = (n: JsonExpr, type: Oid): void => {
  if (n.returning.typid === 0) n.returning = { ...n.returning, typid: type, typmod: -1 };
};

const FINISH: Readonly<Record<JsonExpr['op'], (ps: ParseState, n: JsonExpr, raw: Raw) => void>> = {
  exists(ps, n, raw) {
    defaultType(n, T.BOOL);
    n.use_json_coercion = n.returning.typid !== T.BOOL;
    n.on_error = behavior(ps, raw.on_error, 'false', n.returning);
  },
  query(ps, n, raw) {
    if (n.returning.typid === 0) n.returning = { typid: T.JSONB, typmod: -1, format: 'jsonb', encoding: 'default' };
    n.collation = collationOfType(ps.catalog, n.returning.typid);
    n.omit_quotes = raw.quotes === 'JS_QUOTES_OMIT';
    n.wrapper = WRAPPERS[raw.wrapper as keyof typeof WRAPPERS] ?? 'unspec';
    n.use_json_coercion = n.returning.typid !== T.JSONB || n.omit_quotes;
    n.on_empty = behavior(ps, raw.on_empty, 'null', n.returning);
    n.on_error = behavior(ps, raw.on_error, 'null', n.returning);
  },
  value(ps, n, raw) {
    defaultType(n, T.TEXT);
    n.collation = collationOfType(ps.catalog, n.returning.typid);
    n.returning = { ...n.returning, format: 'default', encoding: 'default' };
    n.omit_quotes = true;
    if (n.returning.typid !== T.TEXT) {
      if (kindOfType(ps.catalog, n.returning.typid) === 'd') n.use_json_coercion = true;
      else n.use_io_coercion = true;
    }
    n.on_empty = behavior(ps, raw.on_empty, 'null', n.returning);
    n.on_error = behavior(ps, raw.on_error, 'null', n.returning);
  },
  table(ps, n, raw) {
    defaultType(n, exprType(n.formatted_expr));
    n.collation = collationOfType(ps.catalog, n.returning.typid);
    n.on_error = behavior(ps, raw.on_error, 'empty_array', n.returning);
  },
};

/** ValidJsonBehaviorDefaultExpr */
function isPlainDefault(e: Expr): boolean {
  switch (e.kind) {
    case 'Const': case 'FuncExpr': case 'OpExpr': return true;
    case 'CoerceViaIO': case 'CoerceToDomain': case 'ArrayCoerceExpr': case 'ConvertRowtypeExpr': case 'RelabelType': case 'CollateExpr': return isPlainDefault(e.arg);
    default: return false;
  }
}

function defaultExpr(ps: ParseState, raw: Raw): Expr {
  const e = expression(ps, raw.expr);
  const bad = (message: string): never => { throw errorAt(ps, '42804', message, exprLocation(e)); };
  if (!isPlainDefault(e)) bad('can only specify a constant, non-aggregate function, or operator expression for DEFAULT');
  if (exprContains(e, (x) => x.kind === 'Var' && x.varlevelsup === 0)) bad('DEFAULT expression must not contain column references');
  if (exprContains(e, (x) => (x.kind === 'FuncExpr' && x.funcretset) || (x.kind === 'OpExpr' && x.opretset))) bad('DEFAULT expression must not return a set');
  return e;
}

/** GetJsonBehaviorConst */
function behaviorConst(type: JsonBehaviorType, location: number): Expr {
  switch (type) {
    case 'empty_array': return makeConst(T.JSONB, -1, 0, new Jsonb([]), location);
    case 'empty_object': return makeConst(T.JSONB, -1, 0, new Jsonb(new JsonObject([], [])), location);
    case 'true': case 'false': return makeConst(T.BOOL, -1, 0, type === 'true', location);
    default: return makeConst(T.INT4, -1, 0, null, location);
  }
}

/** transformJsonBehavior */
export function behavior(ps: ParseState, raw: Raw, byDefault: JsonBehaviorType, returning: JsonReturning): JsonBehavior {
  const btype = raw === undefined ? byDefault : behaviorType(raw);
  const location = raw === undefined ? -1 : locOf(raw);
  let expr = btype === 'default' ? defaultExpr(ps, raw) : btype === 'error' ? undefined : behaviorConst(btype, location);
  const sameType = expr !== undefined && exprType(expr) === returning.typid;
  if (expr === undefined || (sameType && (btype !== 'default' || returning.typmod < 0))) return { btype, expr, coerce: false, location };
  const type = exprType(expr);
  const isNull = expr.kind === 'Const' && expr.constvalue === null;
  if (!sameType && (isNull || type === T.JSONB || (type === T.BOOL && baseTypeOf(ps.catalog, returning.typid) !== T.INT4))) {
    if (type === T.BOOL) expr = makeConst(T.JSONB, -1, 0, new Jsonb(btype === 'true'), -1);
    return { btype, expr, coerce: true, location };
  }
  const category = categoryOf(ps.catalog, returning.typid);
  const coerced = coerceToTargetType(ps, expr, type, returning.typid, returning.typmod, category === 'S' || category === 'V' ? 'assignment' : 'explicit', 'explicit', location);
  if (coerced === undefined) {
    const target = formatType(ps.catalog, returning.typid);
    throw errorAt(ps, '42846', `cannot cast behavior expression of type ${formatType(ps.catalog, type)} to ${target}`, exprLocation(expr),
      btype === 'default' ? { hint: `You will need to explicitly cast the expression to type ${target}.` } : {});
  }
  return { btype, expr: coerced, coerce: false, location };
}

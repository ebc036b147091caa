/** What SQL/JSON expressions share: input with its FORMAT clause, the RETURNING clause, and the coercion of a result. */
import type { Oid } from '@pglitedb/types';
import { exprLocation, exprType, makeConst, makeFuncExpr, type Expr, type JsonFormat, type JsonReturning } from '../nodes/index.js';
import { coerceToSpecificType, coerceToTargetType } from './coerce.js';
import { baseTypeAndTypmod, categoryOf, formatType, kindOfType, T } from './coerce-paths.js';
import { errorAt, type ParseState } from './context.js';
import { expression } from './expr.js';
import { locOf, type Raw } from './raw.js';
import { typenameType } from './type-names.js';

export type JsonFormatType = JsonFormat['type'];
const TO_JSON = 3176;
const TO_JSONB = 3787;
const CONVERT_FROM = 1714;
const CONVERT_TO = 1717;

export function formatOf(raw: Raw): JsonFormat {
  const type = (raw?.format_type as string | undefined)?.replace('JS_FORMAT_', '').toLowerCase() ?? 'default';
  const encoding = (raw?.encoding as string | undefined)?.replace('JS_ENC_', '').toLowerCase() ?? 'default';
  return { type: type as JsonFormatType, encoding: encoding as JsonFormat['encoding'], location: raw === undefined ? -1 : locOf(raw) };
}

/** Values that a jsonpath variable can be made of directly. */
const PASSED_AS_THEY_ARE = new Set<Oid>([T.BOOL, T.NUMERIC, T.INT2, T.INT4, T.INT8, T.FLOAT4, T.FLOAT8, T.TEXT, T.VARCHAR, T.DATE, T.TIME, T.TIMETZ, T.TIMESTAMP, T.TIMESTAMPTZ]);

function encodingName(ps: ParseState, format: JsonFormat): Expr {
  if (format.encoding === 'utf16' || format.encoding === 'utf32') {
    throw errorAt(ps, '0A000', 'unsupported JSON encoding', format.location, { hint: 'Only UTF8 JSON encoding is supported.' });
  }
  return makeConst(T.NAME, -1, 0, 'UTF8');
}

export interface ValueContext { readonly name: string; readonly defaultFormat: JsonFormatType; readonly target: Oid; readonly passing: boolean }

/** The format a value is read by. */
function valueFormat(ps: ParseState, given: JsonFormat, type: Oid, c: ValueContext): JsonFormatType | undefined {
  const isJson = type === T.JSON || type === T.JSONB;
  if (given.type !== 'default') {
    if (given.encoding !== 'default' && type !== T.BYTEA) throw errorAt(ps, '42804', 'JSON ENCODING clause is only allowed for bytea input type', given.location);
    return isJson ? 'default' : given.type;
  }
  if (c.passing) return PASSED_AS_THEY_ARE.has(type) || categoryOf(ps.catalog, type) === 'S' ? undefined : c.defaultFormat;
  return isJson ? 'default' : c.defaultFormat;
}

/** transformJsonValueExpr */
export function jsonValue(ps: ParseState, raw: Raw, c: ValueContext): Expr {
  return formatValue(ps, expression(ps, raw.raw_expr), formatOf(raw.format), c);
}

export function formatValue(ps: ParseState, given: Expr, format: JsonFormat, c: ValueContext): Expr {
  const rawExpr = exprType(given) === T.UNKNOWN ? coerceToSpecificType(ps, given, T.TEXT, -1, c.name) : given;
  let expr = rawExpr;
  let type = exprType(expr);
  const location = exprLocation(expr);
  const read = valueFormat(ps, format, type, c);
  if (read === undefined || (read === 'default' && (c.target === 0 || type === c.target))) return expr;
  const string = categoryOf(ps.catalog, type) === 'S';
  if (!c.passing && c.target === 0 && type !== T.BYTEA && !string) {
    const form = format.type === 'default' ? 'implicit' : 'explicit';
    throw errorAt(ps, '42804', `cannot use non-string types with ${form} FORMAT JSON clause`, format.location >= 0 ? format.location : location);
  }
  if (read === 'json' && type === T.BYTEA) {
    expr = { ...makeFuncExpr(CONVERT_FROM, T.TEXT, [expr, encodingName(ps, format)], 0, 0, 'call'), location };
    type = T.TEXT;
  }
  const target = c.target !== 0 ? c.target : read === 'jsonb' ? T.JSONB : T.JSON;
  let coerced = coerceToTargetType(ps, expr, type, target, -1, 'explicit', 'explicit', location);
  if (coerced === undefined) {
    if (c.target !== 0) throw errorAt(ps, '42846', `cannot cast type ${formatType(ps.catalog, type)} to ${formatType(ps.catalog, target)}`, location);
    coerced = { ...makeFuncExpr(target === T.JSON ? TO_JSON : TO_JSONB, target, [expr], 0, 0, 'call'), location };
  }
  return coerced === expr ? rawExpr : { kind: 'JsonValueExpr', raw_expr: rawExpr, formatted_expr: coerced, format, location };
}

function checkOutputFormat(ps: ParseState, format: JsonFormat, target: Oid, anyType: boolean): void {
  if (!anyType && format.type !== 'default' && target !== T.BYTEA && target !== T.JSON && target !== T.JSONB && categoryOf(ps.catalog, target) !== 'S') {
    throw errorAt(ps, '0A000', 'cannot use JSON format with non-string output types', format.location);
  }
  if (format.type !== 'json') return;
  if (target !== T.BYTEA && format.encoding !== 'default') throw errorAt(ps, '0A000', 'cannot set JSON encoding for non-bytea output types', format.location);
  if (format.encoding === 'utf16' || format.encoding === 'utf32') {
    throw errorAt(ps, '0A000', 'unsupported JSON encoding', format.location, { hint: 'Only UTF8 JSON encoding is supported.' });
  }
}

const NOTHING: JsonReturning = { typid: 0, typmod: -1, format: 'default', encoding: 'default' };

/** transformJsonOutput: RETURNING type [FORMAT JSON]; typid 0 where there is none. */
export function jsonOutput(ps: ParseState, output: Raw, anyType: boolean): JsonReturning {
  if (output === undefined) return { ...NOTHING };
  const { oid, typmod } = typenameType(ps, output.typeName);
  if (output.typeName.setof) throw errorAt(ps, '0A000', 'returning SETOF types is not supported in SQL/JSON functions', -1);
  if (kindOfType(ps.catalog, oid) === 'p') throw errorAt(ps, '0A000', 'returning pseudo-types is not supported in SQL/JSON functions', -1);
  const format = formatOf(output.returning?.format);
  if (format.type === 'default') return { typid: oid, typmod, format: oid === T.JSONB ? 'jsonb' : 'json', encoding: format.encoding };
  checkOutputFormat(ps, format, oid, anyType);
  return { typid: oid, typmod, format: format.type, encoding: format.encoding };
}

/** transformJsonConstructorOutput: without RETURNING jsonb where an argument is, else json. */
export function constructorOutput(ps: ParseState, output: Raw, args: readonly Expr[]): JsonReturning {
  if (output !== undefined) return jsonOutput(ps, output, true);
  return args.some((a) => exprType(a) === T.JSONB) ? { typid: T.JSONB, typmod: -1, format: 'jsonb', encoding: 'default' }
    : { typid: T.JSON, typmod: -1, format: 'json', encoding: 'default' };
}

/** transformJsonReturning: json or jsonb only. */
export function jsonReturning(ps: ParseState, output: Raw, name: string): JsonReturning {
  if (output === undefined) return { typid: T.JSON, typmod: -1, format: 'json', encoding: 'default' };
  const r = jsonOutput(ps, output, false);
  if (r.typid !== T.JSON && r.typid !== T.JSONB) {
    throw errorAt(ps, '42804', `cannot use type ${formatType(ps.catalog, r.typid)} in RETURNING clause of ${name}`, locOf(output.typeName), { hint: 'Try returning json or jsonb.' });
  }
  return r;
}

/** coerceJsonFuncExpr */
export function coerceResult(ps: ParseState, expr: Expr, returning: JsonReturning): Expr {
  const type = exprType(expr);
  if (returning.typid === 0 || returning.typid === type) return expr;
  if (returning.format === 'json' && returning.typid === T.BYTEA) {
    const text = coerceToSpecificType(ps, expr, T.TEXT, -1, 'JSON_FUNCTION');
    return makeFuncExpr(CONVERT_TO, T.BYTEA, [text, makeConst(T.NAME, -1, 0, 'UTF8')], 0, 0, 'call');
  }
  const typmod = kindOfType(ps.catalog, returning.typid) === 'd' ? baseTypeAndTypmod(ps.catalog, returning.typid, returning.typmod).typmod : returning.typmod;
  const implicit = typmod > 0;
  const location = exprLocation(expr);
  const result = coerceToTargetType(ps, expr, type, returning.typid, typmod, implicit ? 'assignment' : 'explicit', implicit ? 'implicit' : 'explicit', location);
  if (result === undefined) throw errorAt(ps, '42846', `cannot cast type ${formatType(ps.catalog, type)} to ${formatType(ps.catalog, returning.typid)}`, location);
  return result;
}

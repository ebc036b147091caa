/** SQL/JSON expressions. */
import { notImplemented } from '@pglitedb/types';
import { exprType, type Expr } from '../nodes/index.js';
import { coerceType } from './coerce.js';
import { T, formatType } from './coerce-paths.js';
import { errorAt, type ParseState } from './context.js';
import { expression } from './expr.js';
import { locOf, type Raw } from './raw.js';

type Handler = (ps: ParseState, body: Raw) => Expr;
const missing = (what: string): Handler => () => { throw notImplemented(what); };

/** x IS [NOT] JSON [VALUE|OBJECT|ARRAY|SCALAR] [WITH UNIQUE KEYS] */
function isJson(ps: ParseState, n: Raw): Expr {
  let expr = expression(ps, n.expr);
  let type = exprType(expr);
  if (type === T.UNKNOWN) {
    expr = coerceType(ps, expr, type, T.TEXT, -1, 'implicit', 'implicit', -1);
    type = T.TEXT;
  }
  const category = ps.catalog.types.typeInfo(type)?.category;
  if (type !== T.BYTEA && type !== T.JSON && type !== T.JSONB && category !== 'S') throw errorAt(ps, '42804', `cannot use type ${formatType(ps.catalog, type)} in IS JSON predicate`, locOf(n));
  const item = (n.item_type as string | undefined)?.replace('JS_TYPE_', '').toLowerCase() ?? 'any';
  return { kind: 'JsonIsPredicate', expr, item_type: item as 'any', unique_keys: !!n.unique_keys, location: locOf(n) };
}
export const JSON_EXPRESSIONS: Readonly<Record<string, Handler>> = {
  JsonIsPredicate: isJson,
  JsonObjectConstructor: missing('JSON_OBJECT'), JsonArrayConstructor: missing('JSON_ARRAY'), JsonArrayQueryConstructor: missing('JSON_ARRAY'), JsonObjectAgg: missing('JSON_OBJECTAGG'),
  JsonArrayAgg: missing('JSON_ARRAYAGG'), JsonFuncExpr: missing('SQL/JSON query functions'), JsonParseExpr: missing('JSON()'), JsonScalarExpr: missing('JSON_SCALAR'), JsonSerializeExpr: missing('JSON_SERIALIZE'),
};

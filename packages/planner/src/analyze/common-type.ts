/** select_common_type, select_common_typmod: the type to which the arms of UNION, CASE, VALUES, ARRAY … are brought. */
import type { Oid } from '@pglitedb/types';
import type { CatalogReader } from '@pglitedb/catalog';
import { exprLocation, exprType, exprTypmod, type Expr } from '../nodes/index.js';
import { baseTypeOf, canCoerceOne, categoryOf, formatType, isPreferred, T } from './coerce-paths.js';
import { errorAt, type ParseState } from './context.js';

/** Answers the common type, or an index of the argument that does not fit. */
function choose(c: CatalogReader, types: readonly Oid[]): { type: Oid } | { bad: number } {
  const first = types[0]!;
  if (first !== T.UNKNOWN && types.every((t) => t === first)) return { type: first };
  let type = baseTypeOf(c, first);
  let category = categoryOf(c, type);
  for (let i = 1; i < types.length; i++) {
    const t = baseTypeOf(c, types[i]!);
    if (t === T.UNKNOWN || t === type) continue;
    const tc = categoryOf(c, t);
    if (type === T.UNKNOWN) {
      type = t;
      category = tc;
    } else if (tc !== category) return { bad: i };
    else if (!isPreferred(c, category, type) && canCoerceOne(c, type, t, 'implicit') && !canCoerceOne(c, t, type, 'implicit')) {
      type = t;
      category = tc;
    }
  }
  return { type: type === T.UNKNOWN ? T.TEXT : type };
}

/** For types alone: 0 where there is none. */
export function selectCommonTypeOids(c: CatalogReader, types: readonly Oid[], _noerror: true): Oid {
  const r = choose(c, types);
  return 'type' in r ? r.type : 0;
}

/** The common type of expressions; raises 42804 in the words of `context`, or answers 0 where context is undefined. */
export function selectCommonType(ps: ParseState, exprs: readonly Expr[], context: string | undefined): Oid {
  const types = exprs.map(exprType);
  const r = choose(ps.catalog, types);
  if ('type' in r) return r.type;
  if (context === undefined) return 0;
  const c = ps.catalog;
  const known = types.slice(0, r.bad).reduce((type, t) => {
    const b = baseTypeOf(c, t);
    if (type === T.UNKNOWN || b === T.UNKNOWN || b === type) return type === T.UNKNOWN ? b : type;
    return !isPreferred(c, categoryOf(c, type), type) && canCoerceOne(c, type, b, 'implicit') && !canCoerceOne(c, b, type, 'implicit') ? b : type;
  }, T.UNKNOWN as Oid);
  throw errorAt(ps, '42804', `${context} types ${formatType(c, known)} and ${formatType(c, baseTypeOf(c, types[r.bad]!))} cannot be matched`, exprLocation(exprs[r.bad]));
}

/** The typmod all share (with that type), else -1. */
export function selectCommonTypmod(exprs: readonly Expr[], type: Oid): number {
  let result = -1;
  for (const [i, e] of exprs.entries()) {
    if (exprType(e) !== type) return -1;
    const t = exprTypmod(e);
    if (i === 0) result = t;
    else if (t !== result) return -1;
  }
  return result;
}

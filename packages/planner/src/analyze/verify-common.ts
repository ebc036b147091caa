/** verify_common_type: can every expression be coerced implicitly to the type? */
import type { Oid } from '@pglitedb/types';
import { exprType, type Expr } from '../nodes/index.js';
import { canCoerceOne } from './coerce-paths.js';
import type { ParseState } from './context.js';

export function verifyCommonType(ps: ParseState, type: Oid, exprs: readonly Expr[]): boolean {
  return exprs.every((e) => canCoerceOne(ps.catalog, exprType(e), type, 'implicit'));
}

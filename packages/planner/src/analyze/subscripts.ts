/** Subscripting: arrays, jsonb, and the fixed-length subscriptable types (parse_node.c, arraysubs.c, jsonbsubs.c). */
import type { Oid } from '@pglitedb/types';
import { exprLocation, exprType, makeConst, type Expr, type SubscriptingRef } from '../nodes/index.js';
import { canCoerceOne, coerceToTargetType, coerceType } from './coerce.js';
import { baseTypeAndTypmod, formatType, T } from './coerce-paths.js';
import { errorAt, type ParseState } from './context.js';
import { expression } from './expr.js';
import type { Raw } from './raw.js';

/** transformContainerSubscripts: container[sub]… for reading, or the node to be completed for assignment. */
export function transformSubscripts(ps: ParseState, container: Expr, type: Oid, typmod: number, subscripts: readonly Raw[], assignment: boolean): SubscriptingRef {
  const c = ps.catalog;
  const base = assignment ? { oid: type, typmod } : baseTypeAndTypmod(c, type, typmod);
  const row = c.syscache('TYPEOID', base.oid)!;
  const element = (row['typelem'] as Oid) || 0;
  if (base.oid !== T.JSONB && !element) throw errorAt(ps, '42804', `cannot subscript type ${formatType(c, base.oid)} because it does not support subscripting`, exprLocation(container));
  const slice = subscripts.some((s) => s.is_slice);
  const ref: SubscriptingRef = {
    kind: 'SubscriptingRef', refcontainertype: base.oid, refelemtype: element, refrestype: 0, reftypmod: base.typmod, refcollid: 0,
    refupperindexpr: [], reflowerindexpr: [], refexpr: container, refassgnexpr: undefined,
  };
  if (base.oid === T.JSONB) return jsonbSubscripts(ps, ref, subscripts, slice, container);
  const index = (raw: Raw): Expr | undefined => {
    if (!raw) return undefined;
    const e = expression(ps, raw);
    const cast = coerceToTargetType(ps, e, exprType(e), T.INT4, -1, 'assignment', 'implicit', -1);
    if (!cast) throw errorAt(ps, '42804', 'array subscript must have type integer', exprLocation(e));
    return cast;
  };
  for (const s of subscripts) {
    if (slice) {
      ref.reflowerindexpr.push(s.is_slice ? index(s.lidx) : makeConst(T.INT4, -1, 0, 1));
      ref.refupperindexpr.push(index(s.uidx));
    } else ref.refupperindexpr.push(index(s.uidx));
  }
  if (subscripts.length > 6) throw errorAt(ps, '54000', `number of array dimensions (${subscripts.length}) exceeds the maximum allowed (6)`, -1);
  ref.refrestype = slice ? base.oid : element;
  return ref;
}

function jsonbSubscripts(ps: ParseState, ref: SubscriptingRef, subscripts: readonly Raw[], slice: boolean, container: Expr): SubscriptingRef {
  if (slice) throw errorAt(ps, '42804', 'jsonb subscript does not support slices', exprLocation(subscripts[0]?.uidx ? expression(ps, subscripts[0].uidx) : container));
  ref.refrestype = T.JSONB;
  ref.reftypmod = -1;
  for (const s of subscripts) {
    const e = expression(ps, s.uidx);
    const type = exprType(e);
    let target: Oid = T.UNKNOWN;
    if (type === T.UNKNOWN) target = T.TEXT;
    else {
      const options = [T.INT4, T.TEXT].filter((t) => canCoerceOne(ps.catalog, type, t, 'implicit'));
      if (options.length !== 1) {
        throw errorAt(ps, '42804', `subscript type ${formatType(ps.catalog, type)} is not supported`, exprLocation(e), { hint: options.length ? 'jsonb subscript must be coercible to only one type, integer or text.' : 'jsonb subscript must be coercible to either integer or text.' });
      }
      target = options[0]!;
    }
    ref.refupperindexpr.push(coerceType(ps, e, type, target, -1, 'implicit', 'implicit', -1));
  }
  return ref;
}

/**
 * element <@ range and range @> element over a constant range become comparisons with its bounds (the support functions
 * elem_contained_by_range_support and range_contains_elem_support), which indexes and statistics understand.
 */
import { PgRange, type Oid } from '@pglitedb/types';
import { makeAnd, makeBoolConst, makeConst, makeOpExpr, type Const, type Expr, type OpExpr } from '../nodes/index.js';
import type { LookupCache } from './lsyscache.js';
import { containSubplans, containVolatile, some } from './vars.js';

const BOOL: Oid = 16;
const LESS = 1, LESS_EQUAL = 2, GREATER_EQUAL = 4, GREATER = 5;
/** Operators an element may cost where it is written twice. */
const CHEAP_MAX = 10;

/** undefined: nothing to simplify. */
export function simplifyContainment(look: LookupCache, e: OpExpr, args: readonly Expr[], prosrc: string): Expr | undefined {
  if (prosrc === 'elem_contained_by_range') return boundChecks(look, args[1]!, args[0]!);
  return prosrc === 'range_contains_elem' ? boundChecks(look, args[0]!, args[1]!) : undefined;
}

function boundChecks(look: LookupCache, rangeExpr: Expr, element: Expr): Expr | undefined {
  if (rangeExpr.kind !== 'Const' || !(rangeExpr.constvalue instanceof PgRange)) return undefined;
  const range = rangeExpr.constvalue;
  if (range.empty) return makeBoolConst(false);
  if (range.lower === null && range.upper === null) return makeBoolConst(true);
  if (range.lower !== null && range.upper !== null && (containVolatile(look, element) || containSubplans(element) || cost(look, element) > CHEAP_MAX)) return undefined;
  const row = look.catalog.syscache('RANGETYPE', rangeExpr.consttype);
  const opclass = row === undefined ? undefined : look.opclass(row.rngsubopc);
  if (row === undefined || opclass === undefined) return undefined;
  const compare = (value: unknown, strategy: number): OpExpr | undefined => {
    const oper = look.familyMember(opclass['opcfamily'] as Oid, opclass['opcintype'] as Oid, opclass['opcintype'] as Oid, strategy);
    if (!oper) return undefined;
    const bound: Const = makeConst(row.rngsubtype, -1, look.catalog.types.typeInfo(row.rngsubtype)?.collation ?? 0, value as Const['constvalue']);
    return makeOpExpr(oper, look.operator(oper)?.code ?? 0, BOOL, [element, bound], 0, row.rngcollation);
  };
  const lower = range.lower === null ? true : compare(range.lower, range.lowerInc ? GREATER_EQUAL : GREATER);
  const upper = range.upper === null ? true : compare(range.upper, range.upperInc ? LESS_EQUAL : LESS);
  if (lower === undefined || upper === undefined) return undefined;
  return makeAnd([lower === true ? undefined : lower, upper === true ? undefined : upper]);
}

function cost(look: LookupCache, e: Expr): number {
  let total = 0;
  some(e, (n) => {
    if (n.kind === 'OpExpr') total += look.func(n.opfuncid || (look.operator(n.opno)?.code ?? 0))?.cost ?? 1;
    else if (n.kind === 'FuncExpr') total += look.func(n.funcid)?.cost ?? 1;
    return false;
  });
  return total;
}

/** Operator lookup and operator expressions: parse_oper.c. */
import type { Oid } from '@pglitedb/types';
import type { CatalogReader } from '@pglitedb/catalog';
import { exprLocation, exprType, type Expr, type OpExpr, type ScalarArrayOpExpr } from '../nodes/index.js';
import { baseTypeOf, canCoerce, elementTypeOf, arrayOf, formatType, isBinaryCoercible, isPreferred, categoryOf, T } from './coerce-paths.js';
import { errorAt, withPosition, type ParseState } from './context.js';
import { typeOperators } from './catalog-cache.js';
import { enforceGenericConsistency } from './polymorphic.js';
import { makeFnArguments } from './function-args.js';
import { namespaceOid } from './names.js';
import { matchCandidates, selectCandidate } from './candidates.js';

type Row = Record<string, unknown>;

export const operatorName = (names: readonly string[]): string => names.join('.');

/** Operators of that name on the path (or in the given schema), nearer schemas hiding equal signatures. left: undefined = any kind. */
function candidates(ps: ParseState, names: readonly string[], kind: 'b' | 'l', location: number): Row[] {
  const c = ps.catalog;
  const name = names[names.length - 1]!;
  const rows = c.syscacheList('OPERNAMENSP', name) as unknown as readonly Row[];
  if (names.length > 1) {
    const ns = withPosition(ps, location, () => namespaceOid(c, names[names.length - 2]!));
    return rows.filter((r) => r['oprnamespace'] === ns && r['oprkind'] === kind);
  }
  const path = c.searchPath();
  const out: Row[] = [];
  const ranked = rows.filter((r) => r['oprkind'] === kind && path.includes(r['oprnamespace'] as Oid) && r['oprnamespace'] !== c.session.tempNamespace());
  if (ranked.every((r) => r['oprnamespace'] === ranked[0]!['oprnamespace'])) return ranked;
  for (const r of ranked.sort((a, b) => path.indexOf(a['oprnamespace'] as Oid) - path.indexOf(b['oprnamespace'] as Oid))) {
    if (!out.some((o) => o['oprleft'] === r['oprleft'] && o['oprright'] === r['oprright'])) out.push(r);
  }
  return out;
}
const argsOf = (r: Row, kind: 'b' | 'l'): Oid[] => (kind === 'b' ? [r['oprleft'] as Oid, r['oprright'] as Oid] : [r['oprright'] as Oid]);

/** oper() / left_oper(): the operator for those input types; undefined with noError. */
export function findOperator(ps: ParseState, names: readonly string[], left: Oid, right: Oid, noError: boolean, location: number): Row | undefined {
  const kind = left ? 'b' : 'l';
  const all = candidates(ps, names, kind, location);
  let detailHint = 'missing';
  if (all.length) {
    const found = kind === 'b' ? chooseBinary(ps.catalog, all, left, right) : choosePrefix(ps.catalog, all, right);
    if (found === 'ambiguous') detailHint = 'ambiguous';
    else if (found) return found;
  }
  if (noError) return undefined;
  const signature = `${kind === 'b' ? `${formatType(ps.catalog, left)} ` : ''}${operatorName(names)} ${formatType(ps.catalog, right)}`;
  if (detailHint === 'ambiguous') {
    throw errorAt(ps, '42725', `operator is not unique: ${signature}`, location, { hint: 'Could not choose a best candidate operator. You might need to add explicit type casts.' });
  }
  const hint = kind === 'b' && left && right ? 'No operator matches the given name and argument types. You might need to add explicit type casts.'
    : 'No operator matches the given name and argument type. You might need to add an explicit type cast.';
  throw errorAt(ps, '42883', `operator does not exist: ${signature}`, location, { hint });
}
function chooseBinary(c: CatalogReader, all: Row[], left: Oid, right: Oid): Row | 'ambiguous' | undefined {
  const exact = (l: Oid, r: Oid): Row | undefined => all.find((o) => o['oprleft'] === l && o['oprright'] === r);
  const first = exact(left, right);
  if (first) return first;
  if (left !== T.UNKNOWN || right !== T.UNKNOWN) {
    if (left === T.UNKNOWN || right === T.UNKNOWN) {
      const t = left === T.UNKNOWN ? right : left;
      const same = exact(t, t);
      if (same) return same;
      const base = baseTypeOf(c, t);
      const overBase = base !== t ? exact(base, base) : undefined;
      if (overBase) return overBase;
    }
  }
  return selectOne(c, all, left, right);
}
function selectOne(c: CatalogReader, all: Row[], left: Oid, right: Oid): Row | 'ambiguous' | undefined {
  const inputs = left === T.UNKNOWN && right !== T.UNKNOWN ? [left, right] : [left, right];
  return select(c, all.map((r) => ({ args: argsOf(r, 'b'), row: r })), inputs);
}
function select(c: CatalogReader, all: { args: Oid[]; row: Row }[], inputs: Oid[]): Row | 'ambiguous' | undefined {
  const fitting = matchCandidates(c, all, inputs);
  if (fitting.length === 0) return undefined;
  if (fitting.length === 1) return fitting[0]!.row;
  return selectCandidate(c, fitting, inputs)?.row ?? 'ambiguous';
}
function choosePrefix(c: CatalogReader, all: Row[], right: Oid): Row | 'ambiguous' | undefined {
  return all.find((o) => o['oprright'] === right) ?? select(c, all.map((r) => ({ args: argsOf(r, 'l'), row: r })), [right]);
}

/** compatible_oper: like oper, but the inputs must be binary-compatible; undefined otherwise. */
export function compatibleOperator(ps: ParseState, names: readonly string[], left: Oid, right: Oid): Row | undefined {
  const op = findOperator(ps, names, left, right, true, -1);
  if (!op) return undefined;
  return isBinaryCoercible(ps.catalog, left, op['oprleft'] as Oid) && isBinaryCoercible(ps.catalog, right, op['oprright'] as Oid) ? op : undefined;
}

function opArguments(ps: ParseState, op: Row, left: Expr | undefined, right: Expr, location: number): { args: Expr[]; result: Oid } {
  const args = left ? [left, right] : [right];
  const actual = args.map(exprType);
  const declared = argsOf(op, left ? 'b' : 'l');
  const result = enforceGenericConsistency(ps.catalog, actual, declared, op['oprresult'] as Oid, false);
  return { args: makeFnArguments(ps, args, actual, declared), result };
}

/** make_op */
export function makeOp(ps: ParseState, names: readonly string[], left: Expr | undefined, right: Expr, location: number): OpExpr {
  const op = findOperator(ps, names, left ? exprType(left) : 0, exprType(right), false, location)!;
  if (!op['oprcode']) throw errorAt(ps, '42883', `operator is only a shell: ${operatorName(names)}`, location);
  const { args, result } = opArguments(ps, op, left, right, location);
  const proc = ps.catalog.syscache('PROCOID', op['oprcode'] as Oid)!;
  const opretset = proc['proretset'] as boolean;
  return { kind: 'OpExpr', opno: op['oid'] as Oid, opfuncid: op['oprcode'] as Oid, opresulttype: result, opretset, opcollid: 0, inputcollid: 0, args, location };
}

/** make_scalar_array_op: x op ANY/ALL (array). */
export function makeScalarArrayOp(ps: ParseState, names: readonly string[], useOr: boolean, left: Expr, right: Expr, location: number): ScalarArrayOpExpr {
  const c = ps.catalog;
  const ltype = exprType(left);
  const atype = exprType(right);
  let rtype: Oid = T.UNKNOWN;
  if (atype !== T.UNKNOWN) {
    rtype = elementTypeOf(c, baseTypeOf(c, atype));
    if (!rtype) throw errorAt(ps, '42809', 'op ANY/ALL (array) requires array on right side', location);
  }
  const op = findOperator(ps, names, ltype, rtype, false, location)!;
  const declared = argsOf(op, 'b');
  const actual = [ltype, rtype];
  const result = enforceGenericConsistency(c, actual, declared, op['oprresult'] as Oid, false);
  if (result !== T.BOOL) throw errorAt(ps, '42809', 'op ANY/ALL (array) requires operator to yield boolean', location);
  if (ps.catalog.syscache('PROCOID', op['oprcode'] as Oid)!['proretset']) throw errorAt(ps, '42809', 'op ANY/ALL (array) requires operator not to return a set', location);
  const arrayType = declared[1] === T.ANYELEMENT || declared[1] === T.ANYCOMPATIBLE ? declared[1]! : arrayOf(c, declared[1]!);
  if (!arrayType) throw errorAt(ps, '42704', `could not find array type for data type ${formatType(c, declared[1]!)}`, location);
  const args = makeFnArguments(ps, [left, right], [ltype, atype], [declared[0]!, arrayType]);
  return { kind: 'ScalarArrayOpExpr', opno: op['oid'] as Oid, opfuncid: op['oprcode'] as Oid, useOr, inputcollid: 0, args, location };
}

/** get_sort_group_operators: 42883 with hint where the type lacks what is needed. */
export function sortGroupOperators(ps: ParseState, type: Oid, needLt: boolean, needEq: boolean, needGt: boolean, location: number): { lt: Oid; eq: Oid; gt: Oid; hashable: boolean } {
  const ops = typeOperators(ps.catalog, type);
  if ((needLt && !ops.lt) || (needGt && !ops.gt)) {
    throw errorAt(ps, '42883', `could not identify an ordering operator for type ${formatType(ps.catalog, type)}`, location, { hint: 'Use an explicit ordering operator or modify the query.' });
  }
  if (needEq && !ops.eq) throw errorAt(ps, '42883', `could not identify an equality operator for type ${formatType(ps.catalog, type)}`, location);
  return ops;
}
export { exprLocation, canCoerce, isPreferred, categoryOf };

/** A_Expr: operators, IN, ANY/ALL, BETWEEN, LIKE, DISTINCT, NULLIF, and row comparisons. */
import { exprType, exprLocation, makeBoolExpr, makeBoolConst, type DistinctExpr, type Expr, type OpExpr, type RowCompareExpr, type RowExpr } from '../nodes/index.js';
import { coerceToBoolean, coerceToCommonType } from './coerce.js';
import { arrayOf, T } from './coerce-paths.js';
import { selectCommonType } from './common-type.js';
import { errorAt, type ParseState } from './context.js';
import { expression, expressions, placeholderNode } from './expr.js';
import { makeOp, makeScalarArrayOp } from './operators.js';
import { items, list, locOf, rawLocation, strings, type Raw } from './raw.js';
import { canCoerceOne } from './coerce.js';
import { verifyCommonType } from './verify-common.js';
import { someChild, type TreeNode } from '../nodes/index.js';

export function transformAExpr(ps: ParseState, a: Raw): Expr {
  const names = strings(a.name);
  const location = locOf(a);
  switch (a.kind as string) {
    case 'AEXPR_OP_ANY': case 'AEXPR_OP_ALL':
      return makeScalarArrayOp(ps, names, a.kind === 'AEXPR_OP_ANY', expression(ps, a.lexpr), expression(ps, a.rexpr), location);
    case 'AEXPR_DISTINCT': case 'AEXPR_NOT_DISTINCT': return distinct(ps, a, names, location);
    case 'AEXPR_NULLIF': return nullIf(ps, a, names, location);
    case 'AEXPR_IN': return inList(ps, a, names, location);
    case 'AEXPR_BETWEEN': case 'AEXPR_NOT_BETWEEN': case 'AEXPR_BETWEEN_SYM': case 'AEXPR_NOT_BETWEEN_SYM': return between(ps, a, location);
    default: return plainOp(ps, a, names, location);
  }
}

const isRow = (n: Raw): boolean => n?.RowExpr !== undefined || n?.Analyzed?.kind === 'RowExpr';
function plainOp(ps: ParseState, a: Raw, names: string[], location: number): Expr {
  const { lexpr, rexpr } = a;
  if (ps.ctx.env.setting('transform_null_equals') === 'on' && names.length === 1 && names[0] === '=' && (lexpr?.A_Const?.isnull || rexpr?.A_Const?.isnull) && lexpr?.Analyzed?.kind !== 'CaseTestExpr') {
    return expression(ps, { NullTest: { arg: lexpr?.A_Const?.isnull ? rexpr : lexpr, nulltesttype: 'IS_NULL', location } });
  }
  if (lexpr && isRow(lexpr) && rexpr.SubLink?.subLinkType === 'EXPR_SUBLINK') {
    return expression(ps, { SubLink: { ...rexpr.SubLink, subLinkType: 'ROWCOMPARE_SUBLINK', testexpr: lexpr, operName: a.name, location } });
  }
  if (lexpr && isRow(lexpr) && isRow(rexpr)) {
    const left = expression(ps, lexpr) as RowExpr;
    const right = expression(ps, rexpr) as RowExpr;
    return makeRowComparison(ps, names, left.args, right.args, location);
  }
  const lastSrf = ps.lastSrf;
  const left = lexpr ? expression(ps, lexpr) : undefined;
  const right = expression(ps, rexpr);
  void lastSrf;
  const op = makeOp(ps, names, left, right, location);
  return op;
}

function distinct(ps: ParseState, a: Raw, names: string[], location: number): Expr {
  const negate = a.kind === 'AEXPR_NOT_DISTINCT';
  const wrap = (e: Expr): Expr => (negate ? makeBoolExpr('not', [e], location) : e);
  if (a.rexpr.A_Const?.isnull || a.lexpr.A_Const?.isnull) {
    const arg = a.rexpr.A_Const?.isnull ? a.lexpr : a.rexpr;
    return expression(ps, { NullTest: { arg, nulltesttype: negate ? 'IS_NULL' : 'IS_NOT_NULL', location } });
  }
  const left = expression(ps, a.lexpr);
  const right = expression(ps, a.rexpr);
  if (left.kind === 'RowExpr' && right.kind === 'RowExpr') return wrap(rowDistinct(ps, names, left, right, location));
  return wrap(makeDistinct(ps, names, left, right, location));
}
export function makeDistinct(ps: ParseState, names: string[], left: Expr, right: Expr, location: number): Expr {
  const op = makeOp(ps, names, left, right, location);
  if (op.opresulttype !== T.BOOL) throw errorAt(ps, '42804', 'IS DISTINCT FROM requires = operator to yield boolean', location);
  if (op.opretset) throw errorAt(ps, '42804', 'IS DISTINCT FROM must not return a set', location);
  const { opretset: _, ...rest } = op;
  void _;
  const result: DistinctExpr = { ...rest, kind: 'DistinctExpr' };
  return result;
}
function rowDistinct(ps: ParseState, names: string[], left: RowExpr, right: RowExpr, location: number): Expr {
  if (left.args.length !== right.args.length) throw errorAt(ps, '42601', 'unequal number of entries in row expressions', location);
  let result: Expr | undefined;
  left.args.forEach((l, i) => {
    const cmp = makeDistinct(ps, names, l, right.args[i]!, location);
    result = result ? makeBoolExpr('or', [result, cmp], location) : cmp;
  });
  return result ?? makeBoolConst(false);
}
function nullIf(ps: ParseState, a: Raw, names: string[], location: number): Expr {
  const op = makeOp(ps, names, expression(ps, a.lexpr), expression(ps, a.rexpr), location);
  if (op.opresulttype !== T.BOOL) throw errorAt(ps, '42804', 'NULLIF requires = operator to yield boolean', location);
  if (op.opretset) throw errorAt(ps, '42804', 'NULLIF must not return a set', location);
  const { opretset: _, ...rest } = op;
  void _;
  return { ...rest, kind: 'NullIfExpr', opresulttype: exprType(op.args[0]!) };
}

/** x IN (list): a ScalarArrayOpExpr over those members that allow it, the rest OR-ed (AND-ed for NOT IN). */
function inList(ps: ParseState, a: Raw, names: string[], location: number): Expr {
  const useOr = names[0] === '=';
  const left = expression(ps, a.lexpr);
  const plain: Expr[] = [], vars: Expr[] = [];
  for (const item of items(a.rexpr)) {
    const e = expression(ps, item);
    (containsVars(e) ? vars : plain).push(e);
  }
  const parts: Expr[] = [];
  let rest = vars;
  if (plain.length > 1) {
    const scalar = selectCommonType(ps, [left, ...plain], undefined);
    const array = scalar && verifyCommonType(ps, scalar, [left, ...plain]) ? arrayOf(ps.catalog, scalar) : 0;
    if (array && scalar !== T.RECORD && left.kind !== 'RowExpr') {
      const elements = plain.map((e) => coerceToCommonType(ps, e, scalar, 'IN'));
      const arrayNode: Expr = { kind: 'ArrayExpr', array_typeid: array, array_collid: 0, element_typeid: scalar, elements, multidims: false, location: -1 };
      parts.push(makeScalarArrayOp(ps, names, useOr, left, arrayNode, location));
    } else rest = items(a.rexpr).map((i) => expression(ps, i));
  } else rest = items(a.rexpr).map((i) => expression(ps, i));
  for (const e of rest) {
    let cmp: Expr;
    if (left.kind === 'RowExpr' && e.kind === 'RowExpr') cmp = makeRowComparison(ps, names, left.args, e.args, location);
    else cmp = makeOp(ps, names, left, e, location);
    parts.push(coerceToBoolean(ps, cmp, 'IN'));
  }
  return parts.length === 1 ? parts[0]! : makeBoolExpr(useOr ? 'or' : 'and', parts, location);
}
/** contain_vars_of_level(expr, 0), without the walk where the expression is a leaf. */
function containsVars(e: Expr): boolean {
  if (e.kind === 'Var') return e.varlevelsup === 0;
  if (e.kind === 'Const' || e.kind === 'Param') return false;
  return exprHasVar(e);
}
function exprHasVar(n: TreeNode): boolean {
  if (n.kind === 'Var') return n.varlevelsup === 0;
  if (n.kind === 'Query') return false;
  return someChild(n, exprHasVar);
}

function between(ps: ParseState, a: Raw, location: number): Expr {
  const [low, high] = items(a.rexpr);
  const op = (name: string, l: Raw, r: Raw): Raw => ({ A_Expr: { kind: 'AEXPR_OP', name: [{ String: { sval: name } }], lexpr: l, rexpr: r, location } });
  const both = (boolop: string, args: Raw[]): Raw => ({ BoolExpr: { boolop, args, location } });
  const x = a.lexpr;
  const inside = (l: Raw, h: Raw): Raw => both('AND_EXPR', [op('>=', x, l), op('<=', x, h)]);
  const outside = (l: Raw, h: Raw): Raw => both('OR_EXPR', [op('<', x, l), op('>', x, h)]);
  switch (a.kind as string) {
    case 'AEXPR_BETWEEN': return expression(ps, inside(low, high));
    case 'AEXPR_NOT_BETWEEN': return expression(ps, outside(low, high));
    case 'AEXPR_BETWEEN_SYM': return expression(ps, both('OR_EXPR', [inside(low, high), inside(high, low)]));
    default: return expression(ps, both('AND_EXPR', [outside(low, high), outside(high, low)]));
  }
}

const CMP: Readonly<Record<number, RowCompareExpr['cmptype']>> = { 1: 'lt', 2: 'le', 3: 'eq', 4: 'ge', 5: 'gt' };
/** make_row_comparison_op: (a, b) op (c, d). */
export function makeRowComparison(ps: ParseState, names: string[], largs: readonly Expr[], rargs: readonly Expr[], location: number): Expr {
  if (largs.length !== rargs.length) throw errorAt(ps, '42601', 'unequal number of entries in row expressions', location);
  if (!largs.length) throw errorAt(ps, '0A000', 'cannot compare rows of zero length', location);
  const ops: OpExpr[] = largs.map((l, i) => {
    const op = makeOp(ps, names, l, rargs[i]!, location);
    if (op.opresulttype !== T.BOOL) throw errorAt(ps, '42804', `row comparison operator must yield type boolean, not type ${ps.catalog.types.formatType(op.opresulttype, -1)}`, location);
    if (op.opretset) throw errorAt(ps, '42804', 'row comparison operator must not return a set', location);
    return op;
  });
  if (ops.length === 1) return ops[0]!;
  const infos = ops.map((op) => opInterpretations(ps, op.opno));
  const common = infos[0]!.filter((x) => infos.every((l) => l.some((y) => y.cmp === x.cmp)));
  const cmp = common[0]?.cmp;
  const name = names[names.length - 1]!;
  if (cmp === undefined) {
    throw errorAt(ps, '0A000', `could not determine interpretation of row comparison operator ${name}`, location, { hint: 'Row comparison operators must be associated with btree operator families.' });
  }
  if (cmp === 'eq') return makeBoolExpr('and', ops, location);
  if (cmp === 'ne') return makeBoolExpr('or', ops, location);
  const opfamilies = infos.map((l) => l.find((x) => x.cmp === cmp)!.family);
  return { kind: 'RowCompareExpr', cmptype: cmp, opnos: ops.map((o) => o.opno), opfamilies, inputcollids: ops.map(() => 0), largs: ops.map((o) => o.args[0]!), rargs: ops.map((o) => o.args[1]!) };
}
/** get_op_index_interpretation for btree; <> counts as the negator of an equality. */
function opInterpretations(ps: ParseState, opno: number): { family: number; cmp: RowCompareExpr['cmptype'] }[] {
  const of = (op: number): { family: number; strategy: number }[] => (ps.catalog.syscacheList('AMOPOPID', op) as unknown as Record<string, number>[])
    .filter((r) => r['amopmethod'] === 403).map((r) => ({ family: r['amopfamily']!, strategy: r['amopstrategy']! }));
  const direct = of(opno).map((x) => ({ family: x.family, cmp: CMP[x.strategy]! }));
  if (direct.length) return direct;
  const negator = (ps.catalog.syscache('OPEROID', opno) as unknown as Record<string, number> | undefined)?.['oprnegate'] ?? 0;
  return negator ? of(negator).filter((x) => x.strategy === 3).map((x) => ({ family: x.family, cmp: 'ne' as const })) : [];
}
export { canCoerceOne, exprLocation, expressions, list, placeholderNode, rawLocation };

/** Selectivity of clauses and lists of clauses: PostgreSQL's clausesel.c. */
import { equal, makeOpExpr, type Expr, type JoinType } from '../nodes/index.js';
import type { PlannerInfo, RestrictInfo, SpecialJoinInfo } from './pathnodes.js';
import { hasRelid, relidCount } from './relids.js';
import { arrayLength } from './cost-scan.js';
import { estimateExpr } from './evalconst.js';
import { DEFAULT_INEQ, DEFAULT_RANGE, clampProbability, eqConst, joinSel, restrictionSel } from './selfuncs.js';
import { examineVariable } from './stats.js';
import { pullVarnos } from './vars.js';

type Clause = Expr | RestrictInfo;

/** clauselist_selectivity, pairing range bounds on one variable. */
export function clauseListSelectivity(root: PlannerInfo, clauses: readonly Clause[], varRelid: number, jt: JoinType, sj: SpecialJoinInfo | undefined): number {
  if (clauses.length === 1) return clauseSelectivity(root, clauses[0]!, varRelid, jt, sj);
  let s1 = 1;
  const ranges: { v: Expr; lo: number | undefined; hi: number | undefined }[] = [];
  for (const c of clauses) {
    const s2 = clauseSelectivity(root, c, varRelid, jt, sj);
    const e = c.kind === 'RestrictInfo' ? c.clause : c;
    if (c.kind === 'RestrictInfo' && c.pseudoconstant) { s1 *= s2; continue; }
    const b = e.kind === 'OpExpr' && e.args.length === 2 ? rangeBound(root, e, varRelid) : undefined;
    if (!b) { s1 *= s2; continue; }
    let r = ranges.find((x) => equal(x.v, b.v));
    if (!r) ranges.push((r = { v: b.v, lo: undefined, hi: undefined }));
    if (b.low) r.lo = r.lo === undefined ? s2 : Math.min(r.lo, s2); else r.hi = r.hi === undefined ? s2 : Math.min(r.hi, s2);
  }
  for (const r of ranges) {
    if (r.lo !== undefined && r.hi !== undefined) {
      let s: number;
      if (r.lo === DEFAULT_INEQ || r.hi === DEFAULT_INEQ) s = DEFAULT_RANGE;
      else {
        s = r.hi + r.lo - 1 + (examineVariable(root, r.v).stats?.nullfrac ?? 0);
        if (s <= 0) s = s < -0.01 ? DEFAULT_RANGE : 1e-10;
      }
      s1 *= s;
    } else s1 *= r.lo ?? r.hi!;
  }
  return s1;
}
function rangeBound(root: PlannerInfo, e: Extract<Expr, { kind: 'OpExpr' }>, varRelid: number): { v: Expr; low: boolean } | undefined {
  const rest = root.glob.look.operator(e.opno)?.rest;
  const lt = rest === 'scalarltsel' || rest === 'scalarlesel';
  if (!lt && rest !== 'scalargtsel' && rest !== 'scalargesel') return undefined;
  const [l, r] = e.args as [Expr, Expr];
  const other = (x: bigint): boolean => x === 0n || (varRelid !== 0 && !hasRelid(x, varRelid));
  const lr = pullVarnos(root, l);
  const rr = pullVarnos(root, r);
  if (!other(lr) && other(rr) && relidCount(lr) === 1) return { v: l, low: !lt };
  if (!other(rr) && other(lr) && relidCount(rr) === 1) return { v: r, low: lt };
  return undefined;
}

export function clauseSelectivity(root: PlannerInfo, c: Clause, varRelid: number, jt: JoinType, sj: SpecialJoinInfo | undefined): number {
  if (c.kind !== 'RestrictInfo') return exprSelectivity(root, c, varRelid, jt, sj, undefined);
  if (c.pseudoconstant && !(c.clause.kind === 'Const')) return 1;
  const cacheable = varRelid === 0 || relidCount(c.clause_relids) <= 1;
  if (cacheable) {
    const known = jt === 'inner' ? c.norm_selec : c.outer_selec;
    if (known >= 0) return known;
  }
  const s = exprSelectivity(root, c.clause, varRelid, jt, sj, c);
  if (cacheable) { if (jt === 'inner') c.norm_selec = s; else c.outer_selec = s; }
  return s;
}
function exprSelectivity(root: PlannerInfo, e: Expr, varRelid: number, jt: JoinType, sj: SpecialJoinInfo | undefined, ri: RestrictInfo | undefined): number {
  const rec = (x: Expr): number => exprSelectivity(root, x, varRelid, jt, sj, undefined);
  switch (e.kind) {
    case 'Const': return e.constvalue === true ? 1 : 0;
    case 'Param': { const k = estimateExpr(root, e); return k.kind === 'Const' ? (k.constvalue === true ? 1 : 0) : 0.5; }
    case 'Var': return boolVar(root, e);
    case 'BoolExpr':
      if (e.boolop === 'not') return 1 - rec(e.args[0]!);
      if (e.boolop === 'and') return clauseListSelectivity(root, e.args, varRelid, jt, sj);
      { let s = 0; for (const a of e.args) { const x = rec(a); s = s + x - s * x; } return clampProbability(s); }
    case 'OpExpr': return opSelectivity(root, e, varRelid, jt, sj);
    case 'DistinctExpr': { const s = opSelectivity(root, { ...e, kind: 'OpExpr', opretset: false } as Expr & { kind: 'OpExpr' }, varRelid, jt, sj); return 1 - s; }
    case 'FuncExpr': return 0.3333333;
    case 'ScalarArrayOpExpr': return arraySelectivity(root, e, varRelid, jt, sj);
    case 'RowCompareExpr': return restrictionSel(root, e.opnos[0]!, [e.largs[0]!, e.rargs[0]!], undefined);
    case 'NullTest': {
      const v = examineVariable(root, e.arg);
      const isNull = e.nulltesttype === 'is_null';
      if (v.stats) return clampProbability(isNull ? v.stats.nullfrac : 1 - v.stats.nullfrac);
      if (v.expr.kind === 'Var' && v.expr.varattno < 0) return isNull ? 0 : 1;
      return isNull ? 0.005 : 0.995;
    }
    case 'BooleanTest': return booleanTest(root, e, rec);
    case 'CurrentOfExpr': { const rel = root.rels[e.cvarno]; return rel && rel.tuples > 0 ? 1 / rel.tuples : 0.5; }
    case 'RelabelType': return rec(e.arg);
    case 'CoerceToDomain': return rec(e.arg);
    default: void ri; return boolVar(root, e);
  }
}
function boolVar(root: PlannerInfo, e: Expr): number {
  const v = examineVariable(root, e);
  if (v.stats || v.unique) return eqConst(root, v, true, false);
  return 0.5;
}
function booleanTest(root: PlannerInfo, e: Extract<Expr, { kind: 'BooleanTest' }>, rec: (x: Expr) => number): number {
  const v = examineVariable(root, e.arg);
  const t = e.booltesttype;
  if (v.stats) {
    const nf = v.stats.nullfrac;
    const ft = eqConst(root, v, true, false);
    const ff = Math.max(0, 1 - ft - nf);
    switch (t) { case 'unknown': return nf; case 'not_unknown': return 1 - nf; case 'true': return ft; case 'not_true': return 1 - ft; case 'false': return ff; case 'not_false': return 1 - ff; }
  }
  switch (t) { case 'unknown': return 0.005; case 'not_unknown': return 0.995; case 'true': case 'not_false': return rec(e.arg); case 'false': case 'not_true': return 1 - rec(e.arg); }
}
function isJoinClause(root: PlannerInfo, e: Expr, varRelid: number, sj: SpecialJoinInfo | undefined): boolean {
  if (varRelid !== 0 || !sj) return false;
  return relidCount(pullVarnos(root, e) & ~root.outer_join_rels) > 1;
}
function opSelectivity(root: PlannerInfo, e: Extract<Expr, { kind: 'OpExpr' }>, varRelid: number, jt: JoinType, sj: SpecialJoinInfo | undefined): number {
  if (isJoinClause(root, e, varRelid, sj)) return clampProbability(joinSel(root, e, jt, sj));
  let args: readonly Expr[] = e.args;
  if (varRelid !== 0 && args.length === 2) {
    // the other side counts as an unknown value
    const mine = (x: Expr): boolean => hasRelid(pullVarnos(root, x), varRelid);
    const unknown: Expr = { kind: 'Param', paramkind: 'exec', paramid: 0, paramtype: 0, paramtypmod: -1, paramcollid: 0, location: -1 };
    if (mine(args[0]!) && !mine(args[1]!) && pullVarnos(root, args[1]!)) args = [args[0]!, unknown];
    else if (mine(args[1]!) && !mine(args[0]!) && pullVarnos(root, args[0]!)) args = [unknown, args[1]!];
  }
  return clampProbability(restrictionSel(root, e.opno, args, undefined));
}
function arraySelectivity(root: PlannerInfo, e: Extract<Expr, { kind: 'ScalarArrayOpExpr' }>, varRelid: number, jt: JoinType, sj: SpecialJoinInfo | undefined): number {
  const right = estimateExpr(root, e.args[1]!);
  const rest = root.glob.look.operator(e.opno)?.rest;
  const isEq = rest === 'eqsel';
  const isNe = rest === 'neqsel';
  const one = (x: Expr): number => opSelectivity(root, makeOpExpr(e.opno, e.opfuncid, 16, [e.args[0]!, x], 0, e.inputcollid), varRelid, jt, sj);
  let elems: Expr[] | undefined;
  if (right.kind === 'Const') {
    if (right.constvalue === null) return 0;
    const type = root.glob.look.elementType(right.consttype);
    elems = ((right.constvalue as { elements?: unknown[] }).elements ?? []).map((v) => ({ kind: 'Const', consttype: type, consttypmod: -1, constcollid: right.constcollid, constvalue: v, location: -1 }) as Expr);
  } else if (right.kind === 'ArrayExpr' && !right.multidims) elems = right.elements;
  let s1 = e.useOr ? 0 : 1;
  let disjoint = s1;
  if (elems) {
    for (const x of elems) {
      const s = one(x);
      if (e.useOr) { s1 = s1 + s - s1 * s; if (isEq) disjoint += s; } else { s1 *= s; if (isNe) disjoint += s - 1; }
    }
    if ((e.useOr ? isEq : isNe) && disjoint >= 0 && disjoint <= 1) s1 = disjoint;
    return clampProbability(s1);
  }
  const s = one({ kind: 'Param', paramkind: 'exec', paramid: 0, paramtype: 0, paramtypmod: -1, paramcollid: 0, location: -1 });
  for (let i = 0; i < arrayLength(right); i++) s1 = e.useOr ? s1 + s - s1 * s : s1 * s;
  return clampProbability(s1);
}

/**
 * eval_const_expressions: folds what can be computed at plan time, and simplifies boolean logic, CASE, COALESCE,
 * NULL tests and strict functions over NULL. Bound parameters become constants in a custom plan.
 */
import { equal, exprCollation, exprType, exprTypmod, makeBoolConst, makeBoolExpr, makeConst, type BooleanTest, type CaseExpr, type Const, type Expr, type FuncExpr, type NullTest, type ScalarArrayOpExpr } from '../nodes/index.js';
import { relabelDatum, relabelValue, type Datum, type TypeResolver } from '@pglitedb/types';
import type { PlannerGlobal, PlannerInfo } from './pathnodes.js';
import { inlineFunction } from './inline.js';
import { simplifyContainment } from './range-support.js';
import { mapChildren, type AnyTree } from './tree-types.js';

export interface FoldContext { glob: PlannerGlobal; root: PlannerInfo | undefined; caseVal: Expr | undefined; /** fold stable functions too */ estimate: boolean; active: number[] }

export function evalConst<T extends Expr>(root: PlannerInfo, e: T): Expr { return fold({ glob: root.glob, root, caseVal: undefined, estimate: false, active: [] }, e); }
/** For estimates only: stable functions count as known. */
export function estimateExpr(root: PlannerInfo, e: Expr): Expr { return e.kind === 'Const' || e.kind === 'Var' ? e : fold({ glob: root.glob, root, caseVal: undefined, estimate: true, active: [] }, e); }

function isNullConst(e: Expr): boolean { return e.kind === 'Const' && e.constvalue === null; }

export function fold(c: FoldContext, e: Expr): Expr {
  switch (e.kind) {
    case 'Var': case 'Const': return e;
    case 'Param': return foldParam(c, e);
    case 'FuncExpr': return foldFunction(c, { ...e, args: inPosition(e.args).map((a) => fold(c, a)) });
    case 'OpExpr': return foldOperator(c, e);
    case 'BoolExpr': return e.boolop === 'not' ? negate(c, fold(c, e.args[0]!)) : foldAndOr(c, e.boolop, e.args);
    case 'ScalarArrayOpExpr': return foldScalarArray(c, e);
    case 'CaseExpr': return foldCase(c, e);
    case 'CaseTestExpr': return c.caseVal ?? e;
    case 'NullTest': return foldNullTest(c, e);
    case 'BooleanTest': return foldBooleanTest(c, e);
    case 'CoalesceExpr': return foldCoalesce(c, e);
    case 'DistinctExpr': return foldDistinct(c, e);
    case 'RelabelType': {
      const arg = fold(c, e.arg);
      return relabel(arg, e.resulttype, e.resulttypmod, e.resultcollid, e, c.glob.ctx.catalog.types);
    }
    case 'CollateExpr': {
      const arg = fold(c, e.arg);
      return relabel(arg, exprType(arg), exprTypmod(arg), e.collOid, undefined);
    }
    case 'SQLValueFunction': return c.estimate ? c.glob.ctx.evaluateConst(e) ?? e : e;
    case 'NamedArgExpr': return fold(c, e.arg);
    case 'JsonValueExpr': {
      const formatted = fold(c, e.formatted_expr);
      return formatted.kind === 'Const' ? formatted : { ...e, raw_expr: fold(c, e.raw_expr), formatted_expr: formatted };
    }
    case 'JsonConstructorExpr': return { ...(mapChildren({ ...e, coercion: undefined }, (n) => foldNode(c, n)) as typeof e), coercion: e.coercion === undefined ? undefined : fold({ ...c, caseVal: undefined }, e.coercion) };
    case 'SubLink': return mapChildren(e, (n) => (n.kind === 'Query' ? n : fold(c, n as Expr)));
    case 'SubPlan': case 'AlternativeSubPlan': return e;
    case 'ArrayCoerceExpr': {
      const arg = fold(c, e.arg);
      const elem = fold({ ...c, caseVal: undefined }, e.elemexpr);
      const out: Expr = { ...e, arg, elemexpr: elem };
      return arg.kind === 'Const' && !mutable(c, elem) ? evaluate(c, out) : out;
    }
    case 'ArrayExpr': case 'RowExpr': case 'MinMaxExpr': case 'NullIfExpr': case 'SubscriptingRef': case 'CoerceViaIO': case 'FieldSelect': return foldGeneric(c, e);
    case 'CoerceToDomain': {
      const arg = fold(c, e.arg);
      return { ...e, arg };
    }
    case 'PlaceHolderVar': return c.estimate ? fold(c, e.phexpr) : mapChildren(e, (n) => fold(c, n as Expr));
    default: return mapChildren(e, (n) => foldNode(c, n));
  }
}
function foldNode(c: FoldContext, n: AnyTree): AnyTree {
  if (n.kind === 'TargetEntry') return mapChildren(n, (x) => foldNode(c, x));
  if (n.kind === 'Query' || n.kind === 'SortGroupClause') return n;
  if ((n.kind as string) === 'CaseWhen') return mapChildren(n, (x) => foldNode(c, x));
  return fold(c, n as Expr);
}

function foldParam(c: FoldContext, e: Extract<Expr, { kind: 'Param' }>): Expr {
  const bound = c.glob.ctx.boundParams;
  if (e.paramkind !== 'extern' || bound === undefined) return e;
  const p = bound[e.paramid - 1];
  if (p === undefined || (p.typeOid !== 0 && p.typeOid !== e.paramtype)) return e;
  return makeConst(e.paramtype, e.paramtypmod, e.paramcollid, p.value, e.location);
}

export function relabel(arg: Expr, type: number, typmod: number, coll: number, orig: Extract<Expr, { kind: 'RelabelType' }> | undefined, types?: TypeResolver): Expr {
  while (arg.kind === 'RelabelType') arg = arg.arg;
  if (arg.kind === 'Const') {
    const change = arg.constvalue === null ? undefined : types === undefined ? relabelValue(arg.consttype, type) : relabelDatum(arg.consttype, type, types);
    return { ...arg, constvalue: change === undefined ? arg.constvalue : (change as (v: Datum) => Datum)(arg.constvalue), consttype: type, consttypmod: typmod, constcollid: coll };
  }
  if (exprType(arg) === type && exprTypmod(arg) === typmod && exprCollation(arg) === coll) return arg;
  return { kind: 'RelabelType', arg, resulttype: type, resulttypmod: typmod, resultcollid: coll, relabelformat: orig?.relabelformat ?? 'implicit', location: orig?.location ?? -1 };
}

function evaluate(c: FoldContext, e: Expr): Expr {
  const r = c.glob.ctx.evaluateConst(e);
  return r ?? e;
}
function mutable(c: FoldContext, e: AnyTree): boolean {
  const vol = (f: number): boolean => { const v = c.glob.look.func(f)?.volatile; return !(v === 'i' || (v === 's' && c.estimate)); };
  const visit = (n: AnyTree): boolean => {
    if (n.kind === 'FuncExpr') { if (vol(n.funcid)) return true; }
    else if (n.kind === 'OpExpr' || n.kind === 'ScalarArrayOpExpr' || n.kind === 'DistinctExpr' || n.kind === 'NullIfExpr') { if (vol(opFunc(c, n))) return true; }
    else if (n.kind === 'CoerceViaIO' || n.kind === 'CoerceToDomain' || n.kind === 'Var' || n.kind === 'Param' || n.kind === 'SubLink') return true;
    let hit = false;
    mapChildren(n, (x) => { if (!hit && visit(x)) hit = true; return x; });
    return hit;
  };
  return visit(e);
}
function opFunc(c: FoldContext, n: { opno: number; opfuncid: number }): number { return n.opfuncid || (c.glob.look.operator(n.opno)?.code ?? 0); }

/** Children folded; computed when all of them are constants and the node is immutable. */
function foldGeneric(c: FoldContext, e: Expr): Expr {
  const out = mapChildren(e, (n) => foldNode(c, n));
  let all = true;
  mapChildren(out, (n) => { if (n.kind !== 'Const') all = false; return n; });
  if (!all) return out;
  if (out.kind === 'CoerceViaIO') return ioImmutable(c, out) ? evaluate(c, out) : out;
  if (out.kind === 'MinMaxExpr' || out.kind === 'ArrayExpr' || out.kind === 'NullIfExpr' || out.kind === 'SubscriptingRef') return evaluate(c, out);
  return out;
}
function ioImmutable(c: FoldContext, e: Extract<Expr, { kind: 'CoerceViaIO' }>): boolean {
  const io = (type: number, field: string): boolean => {
    const f = (c.glob.ctx.catalog.syscache('TYPEOID', type) as Record<string, unknown> | undefined)?.[field] as number | undefined;
    const v = f === undefined ? 'v' : c.glob.look.func(f)?.volatile;
    return v === 'i' || (v === 's' && c.estimate);
  };
  return io(exprType(e.arg), 'typoutput') && io(e.resulttype, 'typinput');
}

/** Arguments in the order of the function's parameters; named ones come in the order they were written. */
function inPosition(args: readonly Expr[]): readonly Expr[] {
  if (!args.some((a) => a.kind === 'NamedArgExpr')) return args;
  const out: Expr[] = [];
  args.forEach((a, i) => { out[a.kind === 'NamedArgExpr' ? a.argnumber : i] = a; });
  return out;
}

function foldFunction(c: FoldContext, e: FuncExpr): Expr {
  const f = c.glob.look.func(e.funcid);
  if (!f || e.funcretset || f.retset) return e;
  if (f.rettype === 2249 || e.funcresulttype === 2249) return e;
  const known = constArgs(c, f.strict, f.volatile, e.args);
  if (known === 'null') return makeConst(e.funcresulttype, -1, e.funccollid, null);
  if (known === 'const') return evaluate(c, e);
  return inlineFunction(c, e, f) ?? e;
}
function constArgs(c: FoldContext, strict: boolean, volatile: string, args: readonly Expr[]): 'null' | 'const' | 'no' {
  let allConst = true;
  let anyNull = false;
  for (const a of args) { if (a.kind !== 'Const') allConst = false; else if (a.constvalue === null) anyNull = true; }
  if (strict && anyNull) return 'null';
  return allConst && (volatile === 'i' || (volatile === 's' && c.estimate)) ? 'const' : 'no';
}

function foldOperator(c: FoldContext, e: Extract<Expr, { kind: 'OpExpr' }>): Expr {
  const args = e.args.map((a) => fold(c, a));
  const code = opFunc(c, e);
  const f = c.glob.look.func(code);
  let same = args.length === e.args.length;
  for (let i = 0; same && i < args.length; i++) same = args[i] === e.args[i];
  const out = same && e.opfuncid === code ? e : { ...e, args, opfuncid: code };
  if (!f || e.opretset) return out;
  const known = constArgs(c, f.strict, f.volatile, args);
  if (known === 'null') return makeConst(e.opresulttype, -1, e.opcollid, null);
  if (known === 'const') return evaluate(c, out);
  if (e.opresulttype === 16 && args.length === 2 && (e.opno === 91 || e.opno === 85)) return booleanEquality(c, out, e.opno === 91);
  if (f.support !== 0 && args.length === 2) {
    const simpler = simplifyContainment(c.glob.look, out, args, f.src);
    if (simpler) return simpler;
  }
  if (f.lang === 14) {
    const inlined = inlineFunction(c, { kind: 'FuncExpr', funcid: code, funcresulttype: e.opresulttype, funcretset: false, funcvariadic: false, funcformat: 'explicit', funccollid: e.opcollid, inputcollid: e.inputcollid, args, location: e.location }, f);
    if (inlined) return inlined;
  }
  return out;
}
/** x = true is x, x <> true is NOT x. */
function booleanEquality(c: FoldContext, e: Extract<Expr, { kind: 'OpExpr' }>, eq: boolean): Expr {
  const [l, r] = e.args as [Expr, Expr];
  const k = l.kind === 'Const' ? l : r.kind === 'Const' ? r : undefined;
  if (!k) return e;
  const other = k === l ? r : l;
  return (k.constvalue === true) === eq ? other : negate(c, other);
}

function foldScalarArray(c: FoldContext, e: ScalarArrayOpExpr): Expr {
  const args = e.args.map((a) => fold(c, a));
  const out = { ...e, args, opfuncid: opFunc(c, e) };
  const f = c.glob.look.func(out.opfuncid);
  if (f?.strict && args[1] && isNullConst(args[1])) return makeConst(16, -1, 0, null);
  if (f && args.every((a) => a.kind === 'Const') && (f.volatile === 'i' || (f.volatile === 's' && c.estimate))) return evaluate(c, out);
  return out;
}

export function foldAndOr(c: FoldContext, op: 'and' | 'or', args: readonly Expr[]): Expr {
  const out: Expr[] = [];
  let haveNull = false;
  const stop = op === 'or';
  const pending = args.slice().reverse();
  while (pending.length > 0) {
    const raw = pending.pop()!;
    if (raw.kind === 'BoolExpr' && raw.boolop === op) { for (let i = raw.args.length; i-- > 0;) pending.push(raw.args[i]!); continue; }
    const a = fold(c, raw);
    if (a.kind === 'BoolExpr' && a.boolop === op) { out.push(...a.args); continue; }
    if (a.kind === 'Const') {
      if (a.constvalue === null) haveNull = true;
      else if (a.constvalue === stop) return makeBoolConst(stop);
      continue;
    }
    out.push(a);
  }
  if (haveNull) out.push(makeBoolConst(null));
  if (out.length === 0) return makeBoolConst(!stop);
  if (out.length === 1) return out[0]!;
  return makeBoolExpr(op, out);
}

/** negate_clause */
export function negate(c: { glob: PlannerGlobal }, e: Expr): Expr {
  switch (e.kind) {
    case 'Const': return makeBoolConst(e.constvalue === null ? null : !e.constvalue);
    case 'OpExpr': {
      const neg = c.glob.look.operator(e.opno)?.negate ?? 0;
      if (neg) return { ...e, opno: neg, opfuncid: c.glob.look.operator(neg)?.code ?? 0 };
      break;
    }
    case 'ScalarArrayOpExpr': {
      const neg = c.glob.look.operator(e.opno)?.negate ?? 0;
      if (neg) return { ...e, opno: neg, opfuncid: c.glob.look.operator(neg)?.code ?? 0, useOr: !e.useOr };
      break;
    }
    case 'BoolExpr': {
      if (e.boolop === 'not') return e.args[0]!;
      return makeBoolExpr(e.boolop === 'and' ? 'or' : 'and', e.args.map((a) => negate(c, a)));
    }
    case 'NullTest': if (!e.argisrow) return { ...e, nulltesttype: e.nulltesttype === 'is_null' ? 'is_not_null' : 'is_null' }; break;
    case 'BooleanTest': {
      const t = e.booltesttype;
      return { ...e, booltesttype: (t.startsWith('not_') ? t.slice(4) : `not_${t}`) as BooleanTest['booltesttype'] };
    }
  }
  return makeBoolExpr('not', [e]);
}

function foldCase(c: FoldContext, e: CaseExpr): Expr {
  const arg = e.arg ? fold(c, e.arg) : undefined;
  const inner: FoldContext = { ...c, caseVal: arg?.kind === 'Const' ? arg : undefined };
  const whens: CaseExpr['args'] = [];
  let constTrue: Expr | undefined;
  for (const w of e.args) {
    const cond = fold(inner, w.expr);
    if (cond.kind === 'Const' && cond.constvalue !== true) continue;
    const result = fold(inner, w.result);
    if (cond.kind === 'Const') { constTrue = result; break; }
    whens.push({ ...w, expr: cond, result });
  }
  const defresult = constTrue ?? (e.defresult ? fold(inner, e.defresult) : undefined);
  if (whens.length === 0) return defresult ?? makeConst(e.casetype, -1, e.casecollid, null);
  return { ...e, arg, args: whens, defresult };
}

function foldCoalesce(c: FoldContext, e: Extract<Expr, { kind: 'CoalesceExpr' }>): Expr {
  const out: Expr[] = [];
  for (const raw of e.args) {
    const a = fold(c, raw);
    if (a.kind === 'Const') {
      if (a.constvalue === null) continue;
      if (out.length === 0) return a;
      out.push(a);
      break;
    }
    out.push(a);
  }
  if (out.length === 0) return makeConst(e.coalescetype, -1, e.coalescecollid, null);
  return out.length === 1 ? out[0]! : { ...e, args: out };
}

function foldNullTest(c: FoldContext, e: NullTest): Expr {
  const arg = fold(c, e.arg);
  const isNull = e.nulltesttype === 'is_null';
  if (e.argisrow && arg.kind === 'RowExpr') {
    const rest: Expr[] = [];
    for (const a of arg.args) {
      if (a.kind === 'Const') { if ((a.constvalue === null) !== isNull) return makeBoolConst(false); continue; }
      rest.push({ kind: 'NullTest', arg: a, nulltesttype: e.nulltesttype, argisrow: false, location: e.location });
    }
    if (rest.length === 0) return makeBoolConst(true);
    return rest.length === 1 ? rest[0]! : makeBoolExpr('and', rest);
  }
  if (!e.argisrow && arg.kind === 'Const') return makeBoolConst((arg.constvalue === null) === isNull);
  return arg === e.arg ? e : { ...e, arg };
}
/** A column that NOT NULL protects and no outer join can null. */
export function notNullVar(root: PlannerInfo, v: Extract<Expr, { kind: 'Var' }>): boolean {
  if (v.varlevelsup !== 0 || v.varnullingrels.length > 0 || v.varattno <= 0 || v.varreturningtype !== 'default') return false;
  const rte = root.parse.rtable[v.varno - 1];
  if (!rte || rte.rtekind !== 'relation' || !root.parse.jointree) return false;
  if (root.parse.groupingSets.length > 0) return false;
  const att = root.glob.ctx.catalog.relation(rte.relid)?.attributes[v.varattno - 1];
  return att?.attnotnull === true && !rte.inh;
}

function foldBooleanTest(c: FoldContext, e: BooleanTest): Expr {
  const arg = fold(c, e.arg);
  if (arg.kind !== 'Const') return { ...e, arg };
  const v = arg.constvalue as boolean | null;
  const t = e.booltesttype;
  const base = t.startsWith('not_') ? t.slice(4) : t;
  const is = base === 'unknown' ? v === null : base === 'true' ? v === true : v === false;
  return makeBoolConst(t.startsWith('not_') ? !is : is);
}

function foldDistinct(c: FoldContext, e: Extract<Expr, { kind: 'DistinctExpr' }>): Expr {
  const args = e.args.map((a) => fold(c, a));
  const [l, r] = args as [Expr, Expr];
  const out = { ...e, args, opfuncid: opFunc(c, e) };
  if (isNullConst(l) && isNullConst(r)) return makeBoolConst(false);
  if (l.kind === 'Const' && r.kind === 'Const') {
    if (l.constvalue === null || r.constvalue === null) return makeBoolConst(true);
    const eq = c.glob.ctx.evaluateConst({ ...out, kind: 'OpExpr', opretset: false } as Expr);
    return eq ? makeBoolConst(eq.constvalue !== true) : out;
  }
  return out;
}

// canonicalize_qual ---------------------------------------------------------------------------------------------------

/** Flattens AND/OR, and pulls conditions common to all arms of an OR out of it. */
export function canonicalizeQual(e: Expr, isCheck = false): Expr {
  if (e.kind !== 'BoolExpr' || e.boolop === 'not') return e;
  if (e.boolop === 'and') {
    const list: Expr[] = [];
    for (const a of e.args) {
      const x = canonicalizeQual(a, isCheck);
      if (x.kind === 'BoolExpr' && x.boolop === 'and') list.push(...x.args);
      else if (x.kind === 'Const' && !isCheck) {
        if (x.constvalue === true) continue;
        return makeBoolConst(false);
      } else list.push(x);
    }
    return list.length === 0 ? makeBoolConst(true) : list.length === 1 ? list[0]! : makeBoolExpr('and', list);
  }
  const arms = e.args.map((a) => canonicalizeQual(a, isCheck)).flatMap((x) => (x.kind === 'BoolExpr' && x.boolop === 'or' ? x.args : [x])).filter((x) => isCheck || !(x.kind === 'Const' && x.constvalue !== true));
  if (arms.length === 0) return makeBoolConst(false);
  return commonArms(arms);
}
function commonArms(arms: Expr[]): Expr {
  if (arms.length === 1) return arms[0]!;
  const lists = arms.map((a) => (a.kind === 'BoolExpr' && a.boolop === 'and' ? a.args : [a]));
  const shortest = lists.reduce((m, l) => (l.length < m.length ? l : m));
  const winners: Expr[] = [];
  for (const cand of shortest) if (!winners.some((w) => equal(w, cand)) && lists.every((l) => l.some((x) => equal(x, cand)))) winners.push(cand);
  if (winners.length === 0) return makeBoolExpr('or', arms);
  const rest: Expr[] = [];
  for (const l of lists) {
    const left = l.filter((x) => !winners.some((w) => equal(w, x)));
    if (left.length === 0) { rest.length = 0; break; }
    rest.push(left.length === 1 ? left[0]! : makeBoolExpr('and', left));
  }
  if (rest.length > 1) winners.push(makeBoolExpr('or', rest)); else if (rest.length === 1) winners.push(rest[0]!);
  return winners.length === 1 ? winners[0]! : makeBoolExpr('and', winners);
}

/** make_ands_implicit */
export function implicitAnd(e: Expr | undefined): Expr[] {
  if (e === undefined) return [];
  if (e.kind === 'BoolExpr' && e.boolop === 'and') return e.args;
  if (e.kind === 'Const' && e.constvalue === true) return [];
  return [e];
}
export function isFalseConst(e: Const | Expr): boolean { return e.kind === 'Const' && e.constvalue !== true; }

/** What an expression refers to: relids, Vars, aggregates, volatile or strict parts. PostgreSQL's var.c and clauses.c. */
import { someChild, mapChildren, type AnyTree } from './tree-types.js';
import type { Aggref, Expr, PlaceHolderVar, Query, Var, WindowFunc } from '../nodes/index.js';
import type { PlannerInfo } from './pathnodes.js';
import type { LookupCache } from './lsyscache.js';
import { relidBit, type Relids } from './relids.js';

export function some(node: AnyTree | undefined, pred: (n: AnyTree) => boolean): boolean {
  return node !== undefined && (pred(node) || someChild(node, (c) => some(c, pred)));
}
export function someOf(list: readonly AnyTree[], pred: (n: AnyTree) => boolean): boolean { return list.some((e) => some(e, pred)); }

/** Relids of an expression: base relations and the outer joins that null them. */
export function pullVarnos(root: PlannerInfo | undefined, node: AnyTree | readonly AnyTree[], levelsup = 0): Relids {
  let r = 0n;
  const visit = (n: AnyTree, depth: number): boolean => {
    if (n.kind === 'Var') {
      if (n.varlevelsup === depth) { r |= relidBit(n.varno); for (const j of n.varnullingrels) r |= relidBit(j); }
      return false;
    }
    if (n.kind === 'CurrentOfExpr') { if (depth === 0) r |= relidBit(n.cvarno); return false; }
    if (n.kind === 'PlaceHolderVar' && n.phlevelsup === depth) {
      const info = root?.placeholders.find((p) => p.phid === n.phid);
      let at = info ? info.ph_eval_at : maskOf(n.phrels);
      if (at === 0n) at = maskOf(n.phrels);
      for (const j of n.phnullingrels) at |= relidBit(j);
      r |= at;
      return false;
    }
    if (n.kind === 'Query') return someChild(n, (c) => visit(c, depth + 1));
    return someChild(n, (c) => visit(c, depth));
  };
  if (Array.isArray(node)) for (const n of node as AnyTree[]) visit(n, levelsup);
  else visit(node as AnyTree, levelsup);
  return r;
}
function maskOf(list: readonly number[]): Relids { let s = 0n; for (const i of list) s |= relidBit(i); return s; }

/** Attribute numbers of one relation that an expression uses. */
export function pullVarattnos(node: AnyTree | readonly AnyTree[], varno: number, out: Set<number>): Set<number> {
  const visit = (n: AnyTree): boolean => {
    if (n.kind === 'Var') { if (n.varno === varno && n.varlevelsup === 0) out.add(n.varattno); return false; }
    return someChild(n, visit);
  };
  if (Array.isArray(node)) for (const n of node as AnyTree[]) visit(n); else visit(node as AnyTree);
  return out;
}

export type PulledVar = Var | PlaceHolderVar | Aggref | WindowFunc;
/** Vars and placeholders (not below them); aggregates and window functions as wholes or looked into. */
export function pullVars(node: AnyTree | readonly AnyTree[], mode: { aggs?: 'keep' | 'recurse'; windows?: 'keep' | 'recurse'; phs?: 'keep' | 'recurse' } = {}): PulledVar[] {
  const out: PulledVar[] = [];
  const visit = (n: AnyTree): boolean => {
    if (n.kind === 'Var') { if (n.varlevelsup === 0) out.push(n); return false; }
    if (n.kind === 'PlaceHolderVar' && mode.phs !== 'recurse') { if (n.phlevelsup === 0) out.push(n); return false; }
    if ((n.kind === 'Aggref' || n.kind === 'GroupingFunc') && mode.aggs === 'keep') { out.push(n as Aggref); return false; }
    if (n.kind === 'WindowFunc' && mode.windows === 'keep') { out.push(n); return false; }
    return someChild(n, visit);
  };
  if (Array.isArray(node)) for (const n of node as AnyTree[]) visit(n); else visit(node as AnyTree);
  return out;
}

/** Vars, placeholders, aggregates … of exactly that outer query level, subqueries included. */
export function varsOfLevel(node: AnyTree, level: number): (Var | PlaceHolderVar)[] {
  const out: (Var | PlaceHolderVar)[] = [];
  const visit = (n: AnyTree, depth: number): boolean => {
    if (n.kind === 'Var') { if (n.varlevelsup === depth) out.push(n); return false; }
    if (n.kind === 'PlaceHolderVar' && n.phlevelsup === depth) { out.push(n); return false; }
    return someChild(n, (c) => visit(c, n.kind === 'Query' ? depth + 1 : depth));
  };
  visit(node, level);
  return out;
}
/** Any Var (or aggregate) of an outer level ≥ minLevel relative to the expression. */
export function containVarsUpper(node: AnyTree): boolean { return containLevel(node, (l, depth) => l > depth); }
export function containVarsOfLevel(node: AnyTree, level: number): boolean { return containLevel(node, (l, depth) => l === depth + level); }
function containLevel(node: AnyTree, test: (levelsup: number, depth: number) => boolean): boolean {
  const visit = (n: AnyTree, depth: number): boolean => {
    if (n.kind === 'Var') return test(n.varlevelsup, depth);
    if (n.kind === 'CurrentOfExpr') return test(0, depth);
    if (n.kind === 'Aggref' || n.kind === 'GroupingFunc') { if (test(n.agglevelsup, depth) && n.agglevelsup > 0) return true; }
    if (n.kind === 'PlaceHolderVar' && test(n.phlevelsup, depth)) return true;
    return someChild(n, (c) => visit(c, n.kind === 'Query' ? depth + 1 : depth));
  };
  // a Query at the top is its own level 0
  return node.kind === 'Query' ? someChild(node, (c) => visit(c, 0)) : visit(node, 0);
}
export function containVars(node: AnyTree): boolean { return containVarsOfLevel(node, 0); }

export function containAggs(node: AnyTree): boolean { return some(node, (n) => (n.kind === 'Aggref' || n.kind === 'GroupingFunc') && n.agglevelsup === 0); }
export function containWindows(node: AnyTree): boolean { return some(node, (n) => n.kind === 'WindowFunc'); }
export function containSubplans(node: AnyTree): boolean { return some(node, (n) => n.kind === 'SubPlan' || n.kind === 'AlternativeSubPlan' || n.kind === 'SubLink'); }
export function containPlaceHolders(node: AnyTree): boolean { return some(node, (n) => n.kind === 'PlaceHolderVar'); }
export function returnsSet(node: Expr): boolean { return (node.kind === 'FuncExpr' && node.funcretset) || (node.kind === 'OpExpr' && node.opretset); }
export function containSrf(node: AnyTree): boolean {
  return some(node, (n) => (n.kind === 'FuncExpr' && n.funcretset) || (n.kind === 'OpExpr' && n.opretset));
}

/** Calls test with each function that the node itself (not its children) calls. */
function callsFunction(look: LookupCache, n: AnyTree, test: (volatility: string) => boolean): boolean {
  const vol = (f: number): boolean => f !== 0 && test(look.func(f)?.volatile ?? 'v');
  switch (n.kind) {
    case 'FuncExpr': return vol(n.funcid);
    case 'Aggref': return vol(n.aggfnoid);
    case 'WindowFunc': return vol(n.winfnoid);
    case 'OpExpr': case 'DistinctExpr': case 'NullIfExpr': case 'ScalarArrayOpExpr': return vol(n.opfuncid || (look.operator(n.opno)?.code ?? 0));
    case 'RowCompareExpr': return n.opnos.some((o) => vol(look.operator(o)?.code ?? 0));
    case 'CoerceViaIO': return test('s');
    case 'SQLValueFunction': return test('s');
    case 'NextValueExpr': return test('v');
    case 'JsonConstructorExpr': return test('s');
    case 'XmlExpr': return test('s');
    default: return false;
  }
}
export function containVolatile(look: LookupCache, node: AnyTree | undefined): boolean { return some(node, (n) => callsFunction(look, n, (v) => v === 'v')); }
const SAFE_FROM_LEAKS = new Set(['Var', 'Const', 'Param', 'ArrayExpr', 'FieldSelect', 'FieldStore', 'NamedArgExpr', 'BoolExpr', 'RelabelType', 'CollateExpr', 'CaseExpr', 'CaseWhen', 'CaseTestExpr', 'RowExpr', 'SQLValueFunction', 'NullTest', 'BooleanTest', 'NextValueExpr', 'CoalesceExpr', 'ConvertRowtypeExpr']);
/** contain_leaked_vars: could the expression give away values of its Vars, by calling a function that is not leakproof with them? */
export function containLeakedVars(look: LookupCache, node: AnyTree): boolean {
  const leaky = (f: number): boolean => !(look.func(f)?.leakproof ?? false);
  const own = (n: AnyTree): boolean => {
    switch (n.kind) {
      case 'FuncExpr': return leaky(n.funcid) && containVars(n);
      case 'OpExpr': case 'DistinctExpr': case 'NullIfExpr': case 'ScalarArrayOpExpr': return leaky(n.opfuncid || (look.operator(n.opno)?.code ?? 0)) && containVars(n);
      case 'SubscriptingRef': return n.refassgnexpr !== undefined && containVars(n);
      default: return !SAFE_FROM_LEAKS.has(n.kind);
    }
  };
  return some(node, own);
}
/** Anything not immutable. */
export function containMutable(look: LookupCache, node: AnyTree): boolean {
  return some(node, (n) => (n.kind === 'CoerceViaIO' ? true : callsFunction(look, n, (v) => v !== 'i')));
}
/** Could yield non-NULL from NULL input somewhere. */
export function containNonstrict(look: LookupCache, node: AnyTree): boolean {
  const strict = (f: number): boolean => look.func(f)?.strict ?? false;
  return some(node, (n) => {
    switch (n.kind) {
      case 'Aggref': case 'GroupingFunc': case 'WindowFunc': case 'SubLink': case 'SubPlan': case 'AlternativeSubPlan': case 'CaseExpr': case 'CaseTestExpr': case 'ArrayExpr': case 'RowExpr':
      case 'CoalesceExpr': case 'MinMaxExpr': case 'SQLValueFunction': case 'XmlExpr': case 'JsonConstructorExpr': case 'JsonExpr': case 'NullTest': case 'BooleanTest': case 'DistinctExpr': case 'NullIfExpr':
      case 'FieldStore': case 'RowCompareExpr': case 'CoerceToDomain': return true;
      case 'BoolExpr': return n.boolop !== 'not';
      case 'SubscriptingRef': return n.refassgnexpr !== undefined;
      case 'FuncExpr': return !strict(n.funcid);
      case 'OpExpr': return !strict(n.opfuncid || (look.operator(n.opno)?.code ?? 0));
      case 'ScalarArrayOpExpr': return !strict(n.opfuncid || (look.operator(n.opno)?.code ?? 0)) || !isStrictSaop(n);
      default: return false;
    }
  });
}
/** A strict operator over an array known to be not empty. */
export function isStrictSaop(n: Extract<Expr, { kind: 'ScalarArrayOpExpr' }>, falseOk = false): boolean {
  if (n.useOr && falseOk) return true;
  const right = n.args[1];
  return right?.kind === 'ArrayExpr' && !right.multidims && right.elements.length > 0;
}
export function isPseudoConstant(look: LookupCache, e: Expr, relids?: Relids): boolean {
  return (relids === undefined ? !containVars(e) : relids === 0n) && !containVolatile(look, e);
}

/** Strips binary-compatible relabelling. */
export function stripRelabel(e: Expr): Expr { while (e.kind === 'RelabelType') e = e.arg; return e; }
export function stripPlaceHolder(e: Expr): Expr { while (e.kind === 'PlaceHolderVar') e = e.phexpr; return e; }

/** Rewrites Vars of one level with fn; undefined = leave. */
export function mapVars<T extends AnyTree>(node: T, fn: (v: Var) => Expr | undefined): T {
  const visit = (n: AnyTree): AnyTree => {
    if (n.kind === 'Var') return n.varlevelsup === 0 ? fn(n) ?? n : n;
    return mapChildren(n, visit);
  };
  return visit(node) as T;
}
export function isQuery(n: AnyTree): n is Query { return n.kind === 'Query'; }

/** Plan nodes of scans. */
import { INDEX_VAR, makeOpExpr, makeVar, type Expr, type Plan } from '../nodes/index.js';
import { findCte } from './allpaths.js';
import { gatingPlan, nestParam, pathTlist, planBase, planOf, replaceNestParams, scanQual } from './createplan.js';
import { createPlan } from './createplan.js';
import { matchOperand } from './indxpath.js';
import type { IndexOptInfo, IndexPath, Path, PlannerInfo, RestrictInfo } from './pathnodes.js';
import { predicateImplied } from './predtest.js';
import { mapVars } from './vars.js';
import { equal } from '../nodes/index.js';
import { attachInitPlans } from './subselect.js';

type Scan = Extract<Path, { type: 'SeqScan' | 'SampleScan' | 'IndexScan' | 'IndexOnlyScan' | 'BitmapHeapScan' | 'BitmapAnd' | 'BitmapOr' | 'TidScan' | 'TidRangeScan' | 'SubqueryScan' | 'FunctionScan' | 'ValuesScan' | 'TableFuncScan' | 'CteScan' | 'WorkTableScan' | 'NamedTuplestoreScan' | 'ResultScan' }>;

export function createScan(root: PlannerInfo, path: Scan): Plan {
  const rel = path.parent;
  let clauses: RestrictInfo[] = path.type === 'IndexScan' || path.type === 'IndexOnlyScan' ? path.indexinfo.rel.baserestrictinfo : rel.baserestrictinfo;
  if (path.param_info) clauses = [...clauses, ...path.param_info.ppi_clauses];
  const plan = scanNode(root, path, clauses);
  return gatingPlan(root, path, plan, clauses);
}
function scanNode(root: PlannerInfo, path: Scan, clauses: RestrictInfo[]): Plan {
  const rel = path.parent;
  const rte = root.parse.rtable[rel.relid - 1]!;
  const param = <T extends Expr>(l: T[]): T[] => (path.param_info ? l.map((e) => replaceNestParams(root, e)) : l);
  const tlist = path.type === 'BitmapAnd' || path.type === 'BitmapOr' ? [] : pathTlist(root, path);
  const base = (q: Expr[]) => ({ ...planBase(path, tlist, param(q)), scanrelid: rel.relid });
  switch (path.type) {
    case 'SeqScan': return { kind: 'SeqScan', ...base(scanQual(root, clauses)) };
    case 'SampleScan': return { kind: 'SampleScan', ...base(scanQual(root, clauses)), tablesample: { ...rte.tablesample!, args: param(rte.tablesample!.args), repeatable: rte.tablesample!.repeatable && replaceNestParams(root, rte.tablesample!.repeatable) } };
    case 'IndexScan': case 'IndexOnlyScan': return indexScan(root, path, clauses, base);
    case 'BitmapHeapScan': {
      const bm = bitmapPlan(root, path.bitmapqual);
      const quals = scanQual(root, clauses.filter((r) => !bm.ecs.has(r.parent_ec ?? r)));
      const rest = quals.filter((e) => !bm.quals.some((q) => equal(q, e)) && !predicateImplied(root, [e], bm.quals));
      return { kind: 'BitmapHeapScan', ...base(rest), lefttree: bm.plan, bitmapqualorig: param(bm.quals) };
    }
    case 'TidScan': {
      const tid = path.tidquals.map((r) => r.clause);
      return { kind: 'TidScan', ...base(scanQual(root, clauses.filter((r) => !path.tidquals.includes(r)))), tidquals: param(tid) };
    }
    case 'TidRangeScan': return { kind: 'TidRangeScan', ...base(scanQual(root, clauses.filter((r) => !path.tidquals.includes(r)))), tidrangequals: param(path.tidquals.map((r) => r.clause)) };
    case 'SubqueryScan': {
      const sub = createPlan(rel.subroot!, path.subpath);
      attachInitPlans(rel.subroot!, sub);
      const q = base(scanQual(root, clauses));
      for (const p of rel.subplan_params) bindSubqueryParam(root, p.paramId, p.item);
      return { kind: 'SubqueryScan', ...q, subplan: sub };
    }
    case 'FunctionScan': return { kind: 'FunctionScan', ...base(scanQual(root, clauses)), functions: rte.functions.map((f) => ({ ...f, funcexpr: path.param_info ? replaceNestParams(root, f.funcexpr) : f.funcexpr })), funcordinality: rte.funcordinality };
    case 'ValuesScan': return { kind: 'ValuesScan', ...base(scanQual(root, clauses)), values_lists: rte.values_lists.map((l) => param(l)) };
    case 'TableFuncScan': return { kind: 'TableFuncScan', ...base(scanQual(root, clauses)), tablefunc: path.param_info ? (replaceNestParams(root, rte.tablefunc as unknown as Expr) as unknown as NonNullable<typeof rte.tablefunc>) : rte.tablefunc! };
    case 'CteScan': { const c = findCte(root, rte); const sp = c.cteroot.init_plans.find((s) => s.plan_id === c.planId)!; return { kind: 'CteScan', ...base(scanQual(root, clauses)), ctePlanId: c.planId, cteParam: sp.setParam[0]! }; }
    case 'WorkTableScan': { let r: PlannerInfo | undefined = root; for (let i = 0; i < rte.ctelevelsup - 1 && r; i++) r = r.parent_root; while (r && r.wt_param_id < 0) r = r.parent_root; return { kind: 'WorkTableScan', ...base(scanQual(root, clauses)), wtParam: r!.wt_param_id }; }
    case 'NamedTuplestoreScan': return { kind: 'NamedTuplestoreScan', ...base(scanQual(root, clauses)), enrname: rte.enrname };
    case 'ResultScan': { const b = base(scanQual(root, clauses)); return { kind: 'Result', ...b, resconstantqual: b.qual, qual: [] } as unknown as Plan; }
    case 'BitmapAnd': case 'BitmapOr': return bitmapPlan(root, path).plan;
  }
}
/** process_subquery_nestloop_params: a LATERAL subquery's parameter is set by the nested loop above it. */
function bindSubqueryParam(root: PlannerInfo, paramId: number, item: Expr): void {
  if (root.curOuterParams.some((p) => p.paramId === paramId)) return;
  root.curOuterParams.push({ paramId, paramval: item });
}

type Base = (q: Expr[]) => ReturnType<typeof planBase> & { scanrelid: number };
function indexScan(root: PlannerInfo, path: IndexPath, clauses: RestrictInfo[], base: Base): Plan {
  const ix = path.indexinfo;
  const { fixed, orig } = indexQuals(root, path);
  const applied = new Set(path.indexclauses.filter((c) => !c.lossy).map((c) => c.rinfo));
  const ecs = new Set(path.indexclauses.map((c) => c.rinfo.parent_ec).filter(Boolean));
  const rest = clauses.filter((r) => !r.pseudoconstant && !applied.has(r) && !(r.parent_ec && ecs.has(r.parent_ec)) && !(path.indexclauses.some((c) => equal(c.rinfo.clause, r.clause) && !c.lossy)) && !(ix.indpred.length && predicateImplied(root, [r.clause], ix.indpred)));
  const b = base(scanQual(root, rest));
  if (path.type === 'IndexOnlyScan') return { kind: 'IndexOnlyScan', ...b, indexid: ix.oid, indexqual: fixed, recheckqual: orig, indexorderby: [], indextlist: ix.indextlist, indexorderdir: path.indexscandir };
  return { kind: 'IndexScan', ...b, indexid: ix.oid, indexqual: fixed, indexqualorig: orig, indexorderby: [], indexorderbyorig: [], indexorderdir: path.indexscandir };
}
/** fix_indexqual_references: the index's column on the left, as INDEX_VAR. */
function indexQuals(root: PlannerInfo, path: IndexPath): { fixed: Expr[]; orig: Expr[] } {
  const fixed: Expr[] = [];
  const orig: Expr[] = [];
  for (const c of path.indexclauses) for (const q of c.indexquals) {
    const e = replaceNestParams(root, q.clause);
    orig.push(e);
    fixed.push(fixOperand(path.indexinfo, c.indexcol, e));
  }
  return { fixed, orig };
}
function indexVar(ix: IndexOptInfo, col: number): Expr {
  const te = ix.indextlist[col]!.expr;
  const t = te.kind === 'Var' ? { type: te.vartype, typmod: te.vartypmod, coll: te.varcollid } : { type: ix.opcintype[col]!, typmod: -1, coll: ix.indexcollations[col]! };
  return makeVar(INDEX_VAR, col + 1, t.type, t.typmod, t.coll, 0);
}
function fixOperand(ix: IndexOptInfo, col: number, e: Expr): Expr {
  switch (e.kind) {
    case 'OpExpr': return makeOpExpr(e.opno, e.opfuncid, e.opresulttype, [indexVar(ix, col), e.args[1]!], e.opcollid, e.inputcollid);
    case 'ScalarArrayOpExpr': return { ...e, args: [indexVar(ix, col), e.args[1]!] };
    case 'NullTest': return { ...e, arg: indexVar(ix, col) };
    case 'RowCompareExpr': return { ...e, largs: e.largs.map((l, i) => { let k = col + i; for (let x = 0; x < ix.nkeycolumns; x++) if (matchOperand(ix, x, l)) { k = x; break; } return indexVar(ix, k); }) };
    default: return mapVars(e, () => undefined);
  }
}
function bitmapPlan(root: PlannerInfo, p: Path): { plan: Plan; quals: Expr[]; ecs: Set<unknown> } {
  const none = { startup_cost: 0, total_cost: p.total_cost, plan_rows: 0, plan_width: 0, disabled_nodes: 0, plan_node_id: 0, targetlist: [], qual: [], lefttree: undefined, righttree: undefined, initPlan: [], extParam: [], allParam: [], parallel_aware: false };
  if (p.type === 'BitmapAnd' || p.type === 'BitmapOr') {
    const subs = p.bitmapquals.map((x) => bitmapPlan(root, x));
    const rows = Math.round(p.selec * p.parent.tuples);
    if (p.type === 'BitmapAnd') { const quals: Expr[] = []; for (const s of subs) for (const q of s.quals) if (!quals.some((x) => equal(x, q))) quals.push(q); return { plan: { kind: 'BitmapAnd', ...none, startup_cost: p.startup_cost, plan_rows: rows, bitmapplans: subs.map((s) => s.plan) }, quals, ecs: new Set(subs.flatMap((s) => [...s.ecs])) }; }
    const arms = subs.map((s) => (s.quals.length === 1 ? s.quals[0]! : ({ kind: 'BoolExpr', boolop: 'and', args: s.quals, location: -1 } as Expr)));
    if (subs.length === 1) return { plan: subs[0]!.plan, quals: subs[0]!.quals, ecs: subs[0]!.ecs };
    return { plan: { kind: 'BitmapOr', ...none, startup_cost: p.startup_cost, plan_rows: rows, bitmapplans: subs.map((s) => s.plan) }, quals: [{ kind: 'BoolExpr', boolop: 'or', args: arms, location: -1 }], ecs: new Set([(p as unknown as { rinfo: unknown }).rinfo]) };
  }
  const ip = p as IndexPath;
  const { fixed, orig } = indexQuals(root, ip);
  const quals = orig.slice();
  for (const e of ip.indexinfo.indpred) if (!predicateImplied(root, [e], quals)) quals.push(e);
  return { plan: { kind: 'BitmapIndexScan', ...none, startup_cost: 0, total_cost: ip.indextotalcost, plan_rows: Math.max(1, Math.round(ip.indexselectivity * ip.parent.tuples)), scanrelid: ip.parent.relid, indexid: ip.indexinfo.oid, indexqual: fixed, indexqualorig: orig }, quals, ecs: new Set(ip.indexclauses.flatMap((c) => (c.lossy ? [] : [c.rinfo.parent_ec ?? c.rinfo]))) };
}
export { nestParam, planOf };

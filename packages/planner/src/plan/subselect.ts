/** Sublinks become SubPlans and initplans, WITH becomes CTE plans, outer references become Params. subselect.c. */
import { equal, exprCollation, exprType, exprTypmod, makeBoolExpr, type Expr, type Param, type Plan, type Query, type SubLink, type SubPlan } from '../nodes/index.js';
import { createPlan } from './createplan.js';
import { implicitAnd } from './evalconst.js';
import { incrementSublevels } from './manip.js';
import { cheapestFractional } from './pathnode.js';
import type { PlannerGlobal, PlannerInfo, PlannerParamItem } from './pathnodes.js';
import { newExecParam, subqueryPlanner } from './planner.js';
import { simplifyExists } from './pullup-sublinks.js';
import { mapChildren, type AnyTree } from './tree-types.js';
import { childPlans } from './freeze.js';
import { hashTableSize } from './cost-join.js';
import { containVolatile, some } from './vars.js';

export function execParam(id: number, e: Expr): Param { return { kind: 'Param', paramkind: 'exec', paramid: id, paramtype: exprType(e), paramtypmod: exprTypmod(e), paramcollid: exprCollation(e), location: -1 }; }
export function newParam(glob: PlannerGlobal, e: Expr): Param { return execParam(newExecParam(glob, exprType(e)), e); }

/** SS_replace_correlation_vars */
export function replaceCorrelation(root: PlannerInfo, e: Expr): Expr {
  const visit = (n: AnyTree): AnyTree => {
    if (n.kind === 'Var' && n.varlevelsup > 0) return outerParam(root, n, n.varlevelsup);
    if (n.kind === 'PlaceHolderVar' && n.phlevelsup > 0) return outerParam(root, n, n.phlevelsup);
    if ((n.kind === 'Aggref' || n.kind === 'GroupingFunc') && n.agglevelsup > 0) return outerParam(root, n, n.agglevelsup);
    if (n.kind === 'ReturningExpr' && n.retlevelsup > 0) return outerParam(root, n, n.retlevelsup);
    if (n.kind === 'Query') return n;
    return mapChildren(n, visit);
  };
  return visit(e) as Expr;
}
function outerParam(root: PlannerInfo, e: Expr, levels: number): Param {
  let owner = root;
  for (let i = 0; i < levels; i++) owner = owner.parent_root!;
  const item = incrementSublevels(e, -levels, levels);
  const known = owner.plan_params.find((p) => equal(p.item, item));
  if (known) return execParam(known.paramId, item);
  const p = newParam(owner.glob, item);
  owner.plan_params.push({ item, paramId: p.paramid });
  return p;
}

/** SS_process_sublinks */
export function processSublinks(root: PlannerInfo, e: Expr, isQual: boolean): Expr {
  const visit = (n: AnyTree, top: boolean): AnyTree => {
    if (n.kind === 'SubLink') {
      const test = n.testexpr && (visit(n.testexpr, false) as Expr);
      return makeSubplan(root, n, test, top);
    }
    if (n.kind === 'Query') return n;
    if ((n.kind === 'Aggref' || n.kind === 'GroupingFunc') && n.agglevelsup > 0) return n;
    if (n.kind === 'PlaceHolderVar' && n.phlevelsup > 0) return n;
    if (n.kind === 'BoolExpr' && n.boolop !== 'not') return makeBoolExpr(n.boolop, n.args.map((a) => visit(a, top) as Expr).flatMap((a) => (a.kind === 'BoolExpr' && a.boolop === n.boolop ? a.args : [a])));
    return mapChildren(n, (c) => visit(c, false));
  };
  return visit(e, isQual) as Expr;
}

function makeSubplan(root: PlannerInfo, s: SubLink, testexpr: Expr | undefined, isTopQual: boolean): Expr {
  let sub: Query = s.subselect;
  if (s.subLinkType === 'exists') { const simple = simplifyExists(root.glob, sub); if (simple) sub = { ...simple, targetList: simple.targetList }; }
  const fraction = s.subLinkType === 'exists' ? 1 : s.subLinkType === 'all' || s.subLinkType === 'any' ? 0.5 : 0;
  const saved = root.plan_params;
  root.plan_params = [];
  const subroot = subqueryPlanner(root.glob, sub, root, false, fraction);
  const params = root.plan_params;
  root.plan_params = saved;
  const final = subroot.upperRels.get('final')!;
  const path = cheapestFractional(final, fraction);
  const plan = createPlan(subroot, path);
  attachInitPlans(subroot, plan);
  return buildSubplan(root, plan, subroot, params, s, testexpr, isTopQual);
}

function buildSubplan(root: PlannerInfo, plan: Plan, subroot: PlannerInfo, params: readonly PlannerParamItem[], s: SubLink, testexpr: Expr | undefined, unknownEqFalse: boolean): Expr {
  const type = s.subLinkType;
  const cols = plan.targetlist.filter((t) => !t.resjunk);
  const first = cols[0]?.expr;
  const sp: SubPlan = { kind: 'SubPlan', subLinkType: type, testexpr: undefined, paramIds: [], plan_id: 0, plan_name: '', firstColType: first ? exprType(first) : 2278, firstColTypmod: first ? exprTypmod(first) : -1, firstColCollation: first ? exprCollation(first) : 0, useHashTable: false, unknownEqFalse, setParam: [], parParam: [], args: [], isInitPlan: false, startup_cost: 0, per_call_cost: 0 };
  if (s.arrayType) sp.arrayType = s.arrayType;
  for (const p of params) { sp.parParam.push(p.paramId); sp.args.push(correlatedArg(root, p.item)); }
  let result: Expr = sp;
  const uncorrelated = sp.parParam.length === 0;
  if (uncorrelated && type === 'exists') { sp.isInitPlan = true; const id = newExecParam(root.glob, 16); sp.setParam = [id]; result = { kind: 'Param', paramkind: 'exec', paramid: id, paramtype: 16, paramtypmod: -1, paramcollid: 0, location: -1 }; }
  else if (uncorrelated && (type === 'expr' || type === 'array')) {
    sp.isInitPlan = true;
    const t = type === 'array' ? s.arrayType || sp.firstColType : sp.firstColType;
    const id = newExecParam(root.glob, t);
    sp.setParam = [id];
    result = { kind: 'Param', paramkind: 'exec', paramid: id, paramtype: t, paramtypmod: sp.firstColTypmod, paramcollid: sp.firstColCollation, location: -1 };
  } else if (uncorrelated && type === 'rowcompare') { const ps = outputParams(root, cols); sp.setParam = ps.map((p) => p.paramid); sp.isInitPlan = true; result = replaceSublinkParams(testexpr!, ps); }
  else if (type === 'multiexpr') {
    const ps = outputParams(root, cols);
    sp.setParam = ps.map((p) => p.paramid);
    sp.isInitPlan = uncorrelated;
    root.multiexpr_params[s.subLinkId - 1] = ps;
    result = uncorrelated ? { kind: 'Const', consttype: 2249, consttypmod: -1, constcollid: 0, constvalue: null, location: -1 } : sp;
  } else if (testexpr) {
    const ps = outputParams(root, cols);
    sp.paramIds = ps.map((p) => p.paramid);
    sp.testexpr = replaceSublinkParams(testexpr, ps);
    if (type === 'any' && uncorrelated && subplanHashable(root, plan) && testHashable(root, sp.testexpr)) sp.useHashTable = true;
    else if (uncorrelated && plan.kind !== 'Material' && plan.kind !== 'Sort' && plan.kind !== 'CteScan' && plan.kind !== 'FunctionScan' && root.glob.set.enable.material) plan = materializePlan(root, plan);
  }
  root.glob.subplans.push(plan);
  root.glob.subroots.push(subroot);
  sp.plan_id = root.glob.subplans.length;
  if (sp.isInitPlan) root.init_plans.push(sp);
  const cost = costSubplan(root, sp, plan);
  sp.startup_cost = cost.startup;
  sp.per_call_cost = cost.perCall;
  sp.plan_name = `${sp.isInitPlan ? 'InitPlan' : 'SubPlan'} ${sp.plan_id}`;
  return result;
}
function correlatedArg(root: PlannerInfo, item: Expr): Expr {
  let e: Expr = item;
  if (e.kind === 'PlaceHolderVar' || e.kind === 'Aggref') e = processSublinks(root, e, false);
  return root.query_level > 1 ? replaceCorrelation(root, e) : e;
}
function outputParams(root: PlannerInfo, cols: readonly { expr: Expr }[]): Param[] { return cols.map((c) => newParam(root.glob, c.expr)); }
function replaceSublinkParams(e: Expr, ps: readonly Param[]): Expr {
  const visit = (n: AnyTree): AnyTree => (n.kind === 'Param' && n.paramkind === 'sublink' ? ps[n.paramid - 1]! : n.kind === 'SubLink' ? n : mapChildren(n, visit));
  return visit(e) as Expr;
}
function subplanHashable(root: PlannerInfo, plan: Plan): boolean {
  const bytes = plan.plan_rows * (Math.ceil(plan.plan_width / 8) * 8 + 24);
  return bytes <= root.glob.set.workMemKb * 1024 * root.glob.set.hashMemMultiplier;
}
function testHashable(root: PlannerInfo, test: Expr): boolean {
  return implicitAnd(test).every((e) => {
    if (e.kind !== 'OpExpr' || e.args.length !== 2) return false;
    const op = root.glob.look.operator(e.opno);
    if (!op || !root.glob.look.opHashable(e.opno, exprType(e.args[0]!)) || !root.glob.look.opStrict(e.opno) || !root.glob.look.hashOperators(e.opno)) return false;
    const has = (x: Expr): boolean => some(x, (n) => n.kind === 'Param' && n.paramkind === 'exec');
    const hasVar = (x: Expr): boolean => some(x, (n) => n.kind === 'Var');
    void has;
    return !hasVar(e.args[1]!) && !containVolatile(root.glob.look, e) && !some(e.args[0]!, (n) => n.kind === 'SubPlan');
  });
}
function materializePlan(root: PlannerInfo, sub: Plan): Plan {
  const s = root.glob.set;
  let run = sub.total_cost - sub.startup_cost + 2 * s.cpuOperatorCost * sub.plan_rows;
  const bytes = sub.plan_rows * (Math.ceil(sub.plan_width / 8) * 8 + 24);
  if (bytes > s.workMemKb * 1024) run += s.seqPageCost * Math.ceil(bytes / 8192);
  const m: Plan = { kind: 'Material', startup_cost: sub.startup_cost, total_cost: sub.startup_cost + run, plan_rows: sub.plan_rows, plan_width: sub.plan_width, disabled_nodes: sub.disabled_nodes, plan_node_id: 0, targetlist: sub.targetlist, qual: [], lefttree: sub, righttree: undefined, initPlan: sub.initPlan, extParam: [], allParam: [], parallel_aware: false };
  sub.initPlan = [];
  return m;
}
/** cost_subplan */
function costSubplan(root: PlannerInfo, sp: SubPlan, plan: Plan): { startup: number; perCall: number } {
  const s = root.glob.set;
  const test = sp.testexpr ? implicitAnd(sp.testexpr).reduce((n, e) => n + (e.kind === 'OpExpr' ? (root.glob.look.func(e.opfuncid)?.cost ?? 1) : 1) * s.cpuOperatorCost, 0) : 0;
  if (sp.useHashTable) return { startup: plan.total_cost + s.cpuOperatorCost * plan.plan_rows, perCall: test };
  const run = plan.total_cost - plan.startup_cost;
  let per = test;
  if (sp.subLinkType === 'exists') per += run / Math.max(1, plan.plan_rows);
  else if (sp.subLinkType === 'all' || sp.subLinkType === 'any') per += 0.5 * run + 0.5 * plan.plan_rows * s.cpuOperatorCost;
  else per += run;
  if (sp.parParam.length === 0 && (plan.kind === 'Material' || plan.kind === 'Sort')) return { startup: plan.startup_cost, perCall: per };
  return { startup: 0, perCall: per + plan.startup_cost };
}

/** SS_process_ctes: each WITH query is inlined where it may be, else planned as an initplan of this level. */
export function processCtes(root: PlannerInfo): void {
  for (let i = 0; i < root.parse.cteList.length; i++) {
    const cte = root.parse.cteList[i]!; // those inlined before are already in it
    root.cte_plan_ids[i] = -1;
    const q = cte.ctequery;
    const isSelect = q.commandType === 'select';
    const uses = cteUses(root.parse, cte.ctename);
    if (isSelect && uses === 0 && !q.rowMarks.length) continue;
    if (cte.ctematerialized !== 'always' && (cte.ctematerialized === 'never' || uses === 1) && !cte.cterecursive && isSelect && !q.hasForUpdate && !q.rowMarks.length && !containVolatile(root.glob.look, q) && !refersWorkTable(q)) {
      root.parse = inlineCte(root.parse, cte.ctename, q);
      continue;
    }
    planCte(root, i, cte);
  }
}
function planCte(root: PlannerInfo, i: number, cte: Query['cteList'][number]): void {
  const saved = root.plan_params;
  root.plan_params = [];
  const subroot = subqueryPlanner(root.glob, cte.ctequery, root, cte.cterecursive, 0);
  if (root.plan_params.length) throw new Error('unexpected outer reference in CTE query');
  root.plan_params = saved;
  const final = subroot.upperRels.get('final')!;
  const plan = createPlan(subroot, final.cheapest_total!);
  attachInitPlans(subroot, plan);
  const first = plan.targetlist[0]?.expr;
  const id = newExecParam(root.glob, 2281);
  root.glob.subplans.push(plan);
  root.glob.subroots.push(subroot);
  const sp: SubPlan = { kind: 'SubPlan', subLinkType: 'cte', testexpr: undefined, paramIds: [], plan_id: root.glob.subplans.length, plan_name: `CTE ${cte.ctename}`, firstColType: first ? exprType(first) : 2278, firstColTypmod: -1, firstColCollation: 0, useHashTable: false, unknownEqFalse: false, setParam: [id], parParam: [], args: [], isInitPlan: true, startup_cost: plan.startup_cost, per_call_cost: 0 };
  root.init_plans.push(sp);
  root.cte_plan_ids[i] = sp.plan_id;
}
/** References to the CTE, at whatever depth. */
function cteUses(q: Query, name: string): number {
  let n = 0;
  const visit = (x: AnyTree, depth: number): void => {
    if (x.kind === 'Query') for (const r of x.rtable) if (r.rtekind === 'cte' && r.ctename === name && r.ctelevelsup === depth && !r.self_reference) n++;
    mapChildren(x, (c) => { visit(c, c.kind === 'Query' ? depth + 1 : depth); return c; });
  };
  visit(q, 0);
  return n;
}
function refersWorkTable(q: Query): boolean {
  return some(q, (n) => n.kind === 'Query' && n.rtable.some((r) => r.rtekind === 'cte' && r.self_reference));
}
function inlineCte(q: Query, name: string, cte: Query): Query {
  const visit = (x: AnyTree, depth: number): AnyTree => {
    const m = mapChildren(x, (c) => visit(c, c.kind === 'Query' ? depth + 1 : depth));
    if (m.kind !== 'Query') return m;
    return { ...m, hasSubLinks: m.hasSubLinks, rtable: m.rtable.map((r) => (r.rtekind === 'cte' && r.ctename === name && r.ctelevelsup === depth ? { ...r, rtekind: 'subquery' as const, subquery: incrementSublevels(cte, depth + 0, 1), ctename: '', coltypes: [], coltypmods: [], colcollations: [] } : r)) };
  };
  return visit(q, 0) as Query;
}

/** SS_attach_initplans and SS_charge_for_initplans */
export function attachInitPlans(root: PlannerInfo, plan: Plan): void {
  if (root.init_plans.length === 0) return;
  plan.initPlan = [...plan.initPlan, ...root.init_plans];
  let cost = 0;
  for (const s of root.init_plans) cost += s.startup_cost + s.per_call_cost;
  plan.startup_cost += cost;
  plan.total_cost += cost;
}

/** SS_finalize_plan: per node, the exec params below whose change means a rescan. */
export function finalizeParams(glob: PlannerGlobal, top: Plan): void {
  const done = new Map<number, Set<number>>();
  const subplanParams = (id: number): Set<number> => {
    let s = done.get(id);
    if (!s) { s = new Set(); done.set(id, s); for (const x of finalize(glob.subplans[id - 1]!)) s.add(x); }
    return s;
  };
  const finalize = (p: Plan): Set<number> => {
    const all = new Set<number>();
    const addExprs = (v: unknown): void => {
      if (v === null || typeof v !== 'object') return;
      if (Array.isArray(v)) { for (const x of v) addExprs(x); return; }
      const n = v as AnyTree;
      if ((n as { kind?: string }).kind === undefined) { for (const x of Object.values(n)) if (x && typeof x === 'object') addExprs(x); return; }
      if (n.kind === 'Param') { if (n.paramkind === 'exec') all.add(n.paramid); return; }
      if (n.kind === 'SubPlan') { for (const x of subplanParams(n.plan_id)) if (!n.parParam.includes(x)) all.add(x); for (const x of n.parParam) all.delete(x); }
      if (EXPR_STOP.has((n as { kind: string }).kind)) return;
      mapChildren(n, (c) => { addExprs(c); return c; });
    };
    const mine = new Set<number>();
    for (const s of p.initPlan) { for (const x of s.setParam) mine.add(x); for (const x of subplanParams(s.plan_id)) all.add(x); }
    for (const [k, v] of Object.entries(p)) if (!PLAN_FIELDS.has(k) && v !== null && typeof v === 'object') addExprs(v);
    if (p.kind === 'CteScan') all.add(p.cteParam);
    if (p.kind === 'WorkTableScan') all.add(p.wtParam);
    for (const c of childPlans(p)) {
      const sub = finalize(c);
      for (const x of sub) {
        if (p.kind === 'NestLoop' && c === p.righttree && p.nestParams.some((n) => n.paramno === x)) continue;
        if (p.kind === 'RecursiveUnion' && x === p.wtParam) continue;
        all.add(x);
      }
    }
    p.allParam = [...all, ...[...mine].filter((x) => !all.has(x))];
    p.extParam = [...all].filter((x) => !mine.has(x));
    return new Set(p.extParam);
  };
  for (let i = 1; i <= glob.subplans.length; i++) subplanParams(i);
  finalize(top);
}
const PLAN_FIELDS = new Set(['lefttree', 'righttree', 'appendplans', 'mergeplans', 'bitmapplans', 'subplan', 'chain', 'initPlan', 'extParam', 'allParam', 'rowMarks', 'nestParamsDone', 'frame', 'groupingSets']);
const EXPR_STOP = new Set(['Var', 'Const']);
export { hashTableSize };

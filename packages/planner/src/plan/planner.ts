/** Entry and order of planning: plan() for a statement, subqueryPlanner() for each query level. PostgreSQL's planner.c. */
import type { Expr, PlannedStmt, Query } from '../nodes/index.js';
import { readSettings, type PlannerContext } from './context.js';
import { createPlan } from './createplan.js';
import { evalConst, canonicalizeQual, implicitAnd } from './evalconst.js';
import { groupingPlanner } from './grouping.js';
import { lookups } from './lsyscache.js';
import { flattenAliases } from './manip.js';
import { cheapestFractional, materialPath } from './pathnode.js';
import type { PlannerGlobal, PlannerInfo } from './pathnodes.js';
import { addResultIfEmpty, pullUpSubqueries, removeUselessResults, type PullupState } from './prepjointree.js';
import { pullUpSublinks } from './pullup-sublinks.js';
import { reduceOuterJoins } from './reduce-outer-joins.js';
import { setPlanReferences } from './setrefs.js';
import { attachInitPlans, processCtes, processSublinks, replaceCorrelation, finalizeParams } from './subselect.js';
import { mutateExprs } from './preprocess.js';
import { containAggs, containSubplans, containVolatile } from './vars.js';
import { prepareModify } from './preptlist.js';
import { freezePlan } from './freeze.js';

export function plan(query: Query, ctx: PlannerContext): PlannedStmt {
  const glob: PlannerGlobal = {
    ctx, set: readSettings(ctx), look: lookups(ctx.catalog), subplans: [], subroots: [], subpaths: [], rewindPlanIDs: new Set(), finalrtable: [], finalpermInfos: [], finalrowmarks: [], resultRelations: [],
    relationOids: new Set(), invalItems: new Set(query.constraintDeps), paramExecTypes: [], lastPHId: 0, lastRowMarkId: 0, lastPlanNodeId: 0, transientPlan: false, dependsOnRole: query.hasRowSecurity, aggNames: new Map(),
  };
  const fraction = ctx.cursorOptions?.fastPlan ? (glob.set.cursorTupleFraction >= 1 ? 0 : glob.set.cursorTupleFraction <= 0 ? 1e-10 : glob.set.cursorTupleFraction) : 0;
  const root = subqueryPlanner(glob, query, undefined, false, fraction);
  const final = root.upperRels.get('final')!;
  let best = cheapestFractional(final, fraction);
  if (ctx.cursorOptions?.scroll && !backwardOk(best.type)) best = materialPath(root, final, best);
  let top = createPlan(root, best);
  attachInitPlans(root, top);
  finalizeParams(glob, top);
  top = setPlanReferences(root, top);
  const subplans = glob.subplans.map((p, i) => setPlanReferences(glob.subroots[i]!, p));
  const p: PlannedStmt = {
    kind: 'PlannedStmt', commandType: query.commandType, hasReturning: query.returningList.length > 0, hasModifyingCTE: query.hasModifyingCTE, canSetTag: query.canSetTag, transientPlan: glob.transientPlan, dependsOnRole: glob.dependsOnRole,
    planTree: top, rtable: glob.finalrtable, permInfos: glob.finalpermInfos, resultRelations: glob.resultRelations, subplans, rowMarks: glob.finalrowmarks, nParamExec: glob.paramExecTypes.length, paramExecTypes: glob.paramExecTypes,
    relationOids: [...glob.relationOids], invalItems: [...glob.invalItems], stmt_location: query.stmt_location, stmt_len: query.stmt_len,
  };
  freezePlan(p);
  return p;
}
function backwardOk(type: string): boolean { return type === 'Material' || type === 'Sort' || type === 'SeqScan' || type === 'FunctionScan' || type === 'ValuesScan' || type === 'CteScan'; }

export function newRoot(glob: PlannerGlobal, parse: Query, parent: PlannerInfo | undefined): PlannerInfo {
  return {
    parse, glob, query_level: parent ? parent.query_level + 1 : 1, parent_root: parent, plan_params: [], outer_params: new Set(), rels: [], all_baserels: 0n, outer_join_rels: 0n, all_query_rels: 0n, joinRels: new Map(), joinRelLevels: [],
    init_plans: [], cte_plan_ids: [], multiexpr_params: [], eq_classes: [], canon_pathkeys: [], ec_merging_done: false, join_info_list: [], append_rel_list: [], append_rel_array: [], rowMarks: [], placeholders: [],
    query_pathkeys: [], group_pathkeys: [], window_pathkeys: [], distinct_pathkeys: [], sort_pathkeys: [], setop_pathkeys: [], processed_groupClause: [], processed_distinctClause: [], processed_tlist: [], update_colnos: [], aggs: [],
    tuple_fraction: 0, limit_tuples: -1, total_table_pages: 0, qual_security_level: 0, hasJoinRTEs: false, hasLateralRTEs: false, hasHavingQual: false, hasRecursion: false, hasPseudoConstantQuals: false, placeholdersFrozen: false,
    wt_param_id: -1, non_recursive_path: undefined, curOuterRels: 0n, curOuterParams: [], lateral_vars: new Map(), lastRti: 0, leafResultRels: [], row_identity_vars: [], minmaxAggs: undefined, upperTargets: new Map(), upperRels: new Map(),
    windowClauses: [], groupRteIndex: 0, isAltSubplan: false, havingQual: [],
  };
}

/** One expression of a query level, made ready: sublinks planned, constants folded, outer references as Params. */
export function preprocessExpr(root: PlannerInfo, e: Expr, kind: 'qual' | 'target' | 'other'): Expr {
  let out = evalConst(root, e);
  if (kind === 'qual') out = canonicalizeQual(out);
  if (root.parse.hasSubLinks) out = processSublinks(root, out, kind === 'qual');
  if (root.query_level > 1) out = replaceCorrelation(root, out);
  return out;
}

/** subquery_planner: everything about one query level; its paths end in the upper relation "final". */
export function subqueryPlanner(glob: PlannerGlobal, query: Query, parent: PlannerInfo | undefined, hasRecursion: boolean, tupleFraction: number): PlannerInfo {
  const root = newRoot(glob, { ...query, rtable: query.rtable.slice() }, parent);
  root.hasRecursion = hasRecursion;
  if (hasRecursion) root.wt_param_id = newExecParam(glob, 2249);
  const withInput: PullupState = { glob, parse: root.parse };
  addResultIfEmpty(withInput);
  root.parse = flattenAliases(withInput.parse, () => ++glob.lastPHId);
  if (root.parse.cteList.length) processCtes(root);
  root.parse = prepareMerge(root.parse);
  const st: PullupState = { glob, parse: root.parse };
  if (st.parse.hasSubLinks) st.parse = pullUpSublinks(glob, st.parse);
  pullUpSubqueries(st);
  root.parse = st.parse;
  root.hasHavingQual = root.parse.havingQual !== undefined;
  root.parse = mutateExprs(root.parse, (e, kind) => preprocessExpr(root, e, kind));
  moveHaving(root);
  root.parse = reduceOuterJoins(glob.look, root.parse);
  root.parse = removeUselessResults(root.parse);
  root.havingQual = implicitAnd(root.parse.havingQual);
  prepareModify(root);
  groupingPlanner(root, tupleFraction);
  for (const p of root.init_plans) void p;
  return root;
}
import { prepareMerge } from './plan-merge.js';

export function newExecParam(glob: PlannerGlobal, type: number): number { glob.paramExecTypes.push(type); return glob.paramExecTypes.length - 1; }

/** HAVING conditions without aggregates filter before grouping as well. */
function moveHaving(root: PlannerInfo): void {
  const parse = root.parse;
  const keep: Expr[] = [];
  const where: Expr[] = [];
  for (const c of implicitAnd(parse.havingQual)) {
    if ((parse.groupClause.length > 0 && parse.groupingSets.length > 0) || containAggs(c) || containVolatile(root.glob.look, c) || containSubplans(c)) keep.push(c);
    else if (parse.groupClause.length > 0) where.push(c);
    else { where.push(c); keep.push(c); }
  }
  const and = (l: Expr[]): Expr | undefined => (l.length === 0 ? undefined : l.length === 1 ? l[0]! : { kind: 'BoolExpr', boolop: 'and', args: l, location: -1 });
  root.parse = { ...parse, havingQual: and(keep), jointree: where.length ? { ...parse.jointree, quals: and([...implicitAnd(parse.jointree.quals), ...where]) } : parse.jointree };
}

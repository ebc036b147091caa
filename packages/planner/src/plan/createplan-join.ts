/** Plan nodes of joins. */
import type { Expr, Plan } from '../nodes/index.js';
import { gatingPlan, orderQuals, pathTlist, planBase, planOf, replaceNestParams, sortColumns, makeTE, sameVar, withTlist } from './createplan.js';
import { tuplesort } from './cost-scan.js';
import { pushedDown } from './joinpath.js';
import type { HashPath, MergePath, NestPath, PathKey, PlannerInfo, RestrictInfo } from './pathnodes.js';
import { isSubset, relidMembers } from './relids.js';
import { pullVarnos } from './vars.js';

export function createJoin(root: PlannerInfo, path: NestPath | MergePath | HashPath): Plan {
  const plan = path.type === 'NestLoop' ? nestLoop(root, path) : path.type === 'MergeJoin' ? mergeJoin(root, path) : hashJoin(root, path);
  return gatingPlan(root, path, plan, path.joinrestrictinfo);
}
function splitQuals(root: PlannerInfo, path: NestPath | MergePath | HashPath, list: readonly RestrictInfo[]): { join: Expr[]; other: Expr[] } {
  const isOuter = path.jointype !== 'inner' && path.jointype !== 'semi' && path.jointype !== 'right_semi';
  const ordered = orderQuals(root, list).filter((r) => !r.pseudoconstant);
  const out: { join: Expr[]; other: Expr[] } = { join: [], other: [] };
  for (const r of ordered) (isOuter && pushedDown(r, path.parent.relids) ? out.other : out.join).push(path.param_info ? replaceNestParams(root, r.clause) : r.clause);
  return out;
}
function nestLoop(root: PlannerInfo, path: NestPath): Plan {
  const tlist = pathTlist(root, path);
  const outer = planOf(root, path.outerjoinpath);
  const saved = root.curOuterRels;
  root.curOuterRels |= path.outerjoinpath.parent.relids;
  const inner = planOf(root, path.innerjoinpath);
  root.curOuterRels = saved;
  const mine: { paramno: number; paramval: Expr }[] = [];
  root.curOuterParams = root.curOuterParams.filter((p) => {
    const rels = pullVarnos(root, p.paramval) & ~root.outer_join_rels;
    if (!isSubset(rels, path.outerjoinpath.parent.relids)) return true;
    mine.push({ paramno: p.paramId, paramval: p.paramval });
    return false;
  });
  // every parameter must be a column of the outer plan
  let o = outer;
  for (const m of mine) if (m.paramval.kind !== 'Var' && m.paramval.kind !== 'PlaceHolderVar' && !o.targetlist.some((t) => sameVar(t.expr, m.paramval))) o = withTlist(o, [...o.targetlist, makeTE(m.paramval, o.targetlist.length + 1)]);
  const q = splitQuals(root, path, path.joinrestrictinfo);
  return { kind: 'NestLoop', ...planBase(path, tlist, q.other), lefttree: o, righttree: inner, jointype: path.jointype, inner_unique: path.inner_unique, joinqual: q.join, nestParams: mine };
}
/** get_switched_clauses: the outer side on the left. */
function switched(root: PlannerInfo, path: MergePath | HashPath, list: readonly RestrictInfo[]): Expr[] {
  const outer = path.outerjoinpath.parent.relids;
  return list.map((r) => {
    const c = path.param_info ? replaceNestParams(root, r.clause) : r.clause;
    if (c.kind !== 'OpExpr' || isSubset(r.left_relids, outer)) return c;
    const com = root.glob.look.operator(c.opno)!.com;
    return { ...c, opno: com, opfuncid: root.glob.look.operator(com)!.code, args: [c.args[1]!, c.args[0]!] };
  });
}
function sortFor(root: PlannerInfo, plan: Plan, keys: readonly PathKey[], relids: bigint): Plan {
  const s = sortColumns(root, plan, keys, relids);
  const c = tuplesort(root, s.plan.plan_rows, s.plan.plan_width, 0, -1);
  return { kind: 'Sort', startup_cost: s.plan.total_cost + c.startup, total_cost: s.plan.total_cost + c.startup + c.run, plan_rows: s.plan.plan_rows, plan_width: s.plan.plan_width, disabled_nodes: s.plan.disabled_nodes + (root.glob.set.enable.sort ? 0 : 1), plan_node_id: 0, targetlist: s.plan.targetlist, qual: [], lefttree: s.plan, righttree: undefined, initPlan: [], extParam: [], allParam: [], parallel_aware: false, ...s.info };
}
function mergeJoin(root: PlannerInfo, path: MergePath): Plan {
  const tlist = pathTlist(root, path);
  let outer = planOf(root, path.outerjoinpath);
  let inner = planOf(root, path.innerjoinpath);
  const clauses = switched(root, path, path.path_mergeclauses);
  const q = splitQuals(root, path, path.joinrestrictinfo.filter((r) => !path.path_mergeclauses.includes(r)));
  if (path.outersortkeys.length) outer = sortFor(root, outer, path.outersortkeys, path.outerjoinpath.parent.relids);
  if (path.innersortkeys.length) inner = sortFor(root, inner, path.innersortkeys, path.innerjoinpath.parent.relids);
  if (path.materialize_inner) {
    const s = root.glob.set;
    inner = { kind: 'Material', startup_cost: inner.startup_cost, total_cost: inner.total_cost + s.cpuOperatorCost * inner.plan_rows, plan_rows: inner.plan_rows, plan_width: inner.plan_width, disabled_nodes: inner.disabled_nodes, plan_node_id: 0, targetlist: inner.targetlist, qual: [], lefttree: inner, righttree: undefined, initPlan: [], extParam: [], allParam: [], parallel_aware: false };
  }
  const outerKeys = path.outersortkeys.length ? path.outersortkeys : path.outerjoinpath.pathkeys;
  const families: number[] = []; const colls: number[] = []; const rev: boolean[] = []; const nf: boolean[] = [];
  for (const r of path.path_mergeclauses) {
    const ec = isSubset(r.left_relids, path.outerjoinpath.parent.relids) ? r.left_ec : r.right_ec;
    const k = outerKeys.find((x) => x.pk_eclass === ec) ?? outerKeys[0]!;
    families.push(k.pk_opfamily); colls.push(k.pk_eclass.ec_collation); rev.push(k.pk_desc); nf.push(k.pk_nulls_first);
  }
  return { kind: 'MergeJoin', ...planBase(path, tlist, q.other), lefttree: outer, righttree: inner, jointype: path.jointype, inner_unique: path.inner_unique, joinqual: q.join, skip_mark_restore: path.skip_mark_restore, mergeclauses: clauses, mergeFamilies: families, mergeCollations: colls, mergeReversals: rev, mergeNullsFirst: nf };
}
function hashJoin(root: PlannerInfo, path: HashPath): Plan {
  const tlist = pathTlist(root, path);
  const outer = planOf(root, path.outerjoinpath);
  const inner = planOf(root, path.innerjoinpath);
  const clauses = switched(root, path, path.path_hashclauses);
  const q = splitQuals(root, path, path.joinrestrictinfo.filter((r) => !path.path_hashclauses.includes(r)));
  const ops: number[] = []; const colls: number[] = []; const outerKeys: Expr[] = []; const innerKeys: Expr[] = [];
  for (const c of clauses) if (c.kind === 'OpExpr') { ops.push(c.opno); colls.push(c.inputcollid); outerKeys.push(c.args[0]!); innerKeys.push(c.args[1]!); }
  const hash: Plan = { kind: 'Hash', startup_cost: inner.total_cost, total_cost: inner.total_cost, plan_rows: inner.plan_rows, plan_width: inner.plan_width, disabled_nodes: inner.disabled_nodes, plan_node_id: 0, targetlist: inner.targetlist, qual: [], lefttree: inner, righttree: undefined, initPlan: [], extParam: [], allParam: [], parallel_aware: false, hashkeys: innerKeys, skewTable: 0, skewColumn: 0, rows_total: inner.plan_rows };
  return { kind: 'HashJoin', ...planBase(path, tlist, q.other), lefttree: outer, righttree: hash, jointype: path.jointype, inner_unique: path.inner_unique, joinqual: q.join, hashclauses: clauses, hashoperators: ops, hashcollations: colls, hashkeys: outerKeys };
}
export { relidMembers };

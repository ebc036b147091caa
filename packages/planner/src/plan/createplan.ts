/** The chosen path as a tree of plan nodes. PostgreSQL's createplan.c (joins and upper nodes in their own files). */
import { makeTargetEntry, type Expr, type Plan, type PlanBase, type TargetEntry } from '../nodes/index.js';
import { qualCost } from './cost-scan.js';
import { createJoin } from './createplan-join.js';
import { createScan } from './createplan-scan.js';
import { createUpper } from './createplan-upper.js';
import { equal } from '../nodes/index.js';
import type { Path, PathKey, PlannerInfo, RestrictInfo, PathBase } from './pathnodes.js';
import { hasRelid } from './relids.js';
import { newParam } from './subselect.js';
import { mapChildren, type AnyTree } from './tree-types.js';
import { pullVars } from './vars.js';

export function createPlan(root: PlannerInfo, path: Path): Plan {
  root.curOuterRels = 0n;
  root.curOuterParams = [];
  const p = planOf(root, path);
  if (root.parse.commandType === 'select' || !path.type.startsWith('Modify')) labelTlist(root, p);
  return p;
}
/** apply_tlist_labeling: names and origins of the query's own columns. */
function labelTlist(root: PlannerInfo, p: Plan): void {
  const tl = root.processed_tlist;
  if (p.targetlist.length !== tl.length) return;
  p.targetlist = p.targetlist.map((t, i) => ({ ...t, resname: tl[i]!.resname, ressortgroupref: tl[i]!.ressortgroupref, resorigtbl: tl[i]!.resorigtbl, resorigcol: tl[i]!.resorigcol, resjunk: tl[i]!.resjunk }));
  if (PASS_THROUGH.has(p.kind) && p.lefttree) labelTlist(root, p.lefttree);
}
const PASS_THROUGH = new Set<Plan['kind']>(['Limit', 'LockRows', 'Sort', 'IncrementalSort', 'Unique', 'Material']);

export function planOf(root: PlannerInfo, path: Path): Plan {
  switch (path.type) {
    case 'NestLoop': case 'MergeJoin': case 'HashJoin': return createJoin(root, path);
    case 'SeqScan': case 'SampleScan': case 'IndexScan': case 'IndexOnlyScan': case 'BitmapHeapScan': case 'BitmapAnd': case 'BitmapOr': case 'TidScan': case 'TidRangeScan': case 'SubqueryScan': case 'FunctionScan':
    case 'ValuesScan': case 'TableFuncScan': case 'CteScan': case 'WorkTableScan': case 'NamedTuplestoreScan': case 'ResultScan': return createScan(root, path);
    default: return createUpper(root, path);
  }
}

export function planBase(path: PathBase, targetlist: TargetEntry[], qual: Expr[]): PlanBase {
  return { startup_cost: path.startup_cost, total_cost: path.total_cost, plan_rows: path.rows, plan_width: path.pathtarget.width, disabled_nodes: path.disabled_nodes, plan_node_id: 0, targetlist, qual, lefttree: undefined, righttree: undefined, initPlan: [], extParam: [], allParam: [], parallel_aware: false };
}
export function pathTlist(root: PlannerInfo, path: PathBase): TargetEntry[] {
  return path.pathtarget.exprs.map((e, i) => makeTE(path.param_info ? replaceNestParams(root, e) : e, i + 1, path.pathtarget.sortgrouprefs[i]!));
}
export function makeTE(e: Expr, resno: number, ref = 0): TargetEntry { const t = makeTargetEntry(e, resno, undefined, false); t.ressortgroupref = ref; return t; }

/** order_qual_clauses: cheap ones first, otherwise as written. */
export function orderQuals(root: PlannerInfo, list: readonly RestrictInfo[]): RestrictInfo[] {
  if (list.length < 2) return list.slice();
  const cheap = 10 * root.glob.set.cpuOperatorCost;
  return list.map((r, i) => {
    const c = qualCost(root, [r]).perTuple;
    return { r, i, c, level: r.leakproof && c <= cheap ? 0 : r.security_level };
  }).sort((a, b) => a.level - b.level || a.c - b.c || a.i - b.i).map((x) => x.r);
}
export function scanQual(root: PlannerInfo, list: readonly RestrictInfo[]): Expr[] {
  return orderQuals(root, list).filter((r) => !r.pseudoconstant).map((r) => r.clause);
}
/** replace_nestloop_params: what comes from the outer side of an enclosing nested loop is a Param. */
export function replaceNestParams<T extends Expr>(root: PlannerInfo, e: T): T {
  if (root.curOuterRels === 0n) return e;
  const visit = (n: AnyTree): AnyTree => {
    if (n.kind === 'Var' && n.varlevelsup === 0) return n.varno > 0 && hasRelid(root.curOuterRels, n.varno) ? nestParam(root, n) : n;
    if (n.kind === 'PlaceHolderVar') {
      const info = root.placeholders.find((p) => p.phid === n.phid);
      if (info && (info.ph_eval_at & ~root.curOuterRels) === 0n) return nestParam(root, n);
      return mapChildren(n, visit);
    }
    return mapChildren(n, visit);
  };
  return visit(e) as T;
}
export function nestParam(root: PlannerInfo, e: Expr): Expr {
  const known = root.curOuterParams.find((p) => equal(p.paramval, e));
  if (known) return { ...newParamLike(e), paramid: known.paramId } as Expr;
  const p = newParam(root.glob, e);
  root.curOuterParams.push({ paramId: p.paramid, paramval: e });
  return p;
}
import { execParam } from './subselect.js';
function newParamLike(e: Expr): Expr { return execParam(0, e); }

/** A Result above a plan whose node cannot evaluate the conditions that need no row. */
export function gatingPlan(root: PlannerInfo, path: PathBase, plan: Plan, list: readonly RestrictInfo[]): Plan {
  if (!root.hasPseudoConstantQuals) return plan;
  const quals = list.filter((r) => r.pseudoconstant).map((r) => replaceNestParams(root, r.clause));
  if (quals.length === 0) return plan;
  return { kind: 'Result', ...planBase(path, plan.targetlist.map((t) => ({ ...t })), []), lefttree: plan, resconstantqual: quals };
}
/** change_plan_targetlist: a Result where the node itself cannot project. */
export function withTlist(plan: Plan, tlist: TargetEntry[], cost: { startup: number; perTuple: number } = { startup: 0, perTuple: 0 }): Plan {
  if (canProject(plan)) { plan.targetlist = tlist; return plan; }
  return { kind: 'Result', startup_cost: plan.startup_cost + cost.startup, total_cost: plan.total_cost + cost.startup + cost.perTuple * plan.plan_rows, plan_rows: plan.plan_rows, plan_width: plan.plan_width, disabled_nodes: plan.disabled_nodes, plan_node_id: 0, targetlist: tlist, qual: [], lefttree: plan, righttree: undefined, initPlan: [], extParam: [], allParam: [], parallel_aware: false, resconstantqual: [] };
}
export function canProject(p: Plan): boolean {
  switch (p.kind) {
    case 'Hash': case 'Material': case 'Memoize': case 'Sort': case 'IncrementalSort': case 'Unique': case 'SetOp': case 'LockRows': case 'Limit': case 'ModifyTable': case 'Append': case 'MergeAppend': case 'RecursiveUnion': case 'ProjectSet': return false;
    default: return true;
  }
}

export interface SortInfo { numCols: number; sortColIdx: number[]; sortOperators: number[]; collations: number[]; nullsFirst: boolean[] }
/** prepare_sort_from_pathkeys: columns to sort by, added to the plan's output where they are missing. */
export function sortColumns(root: PlannerInfo, plan: Plan, keys: readonly PathKey[], relids?: bigint): { plan: Plan; info: SortInfo } {
  const info: SortInfo = { numCols: 0, sortColIdx: [], sortOperators: [], collations: [], nullsFirst: [] };
  for (const k of keys) {
    const ec = k.pk_eclass;
    let te: TargetEntry | undefined;
    let type = 0;
    if (ec.ec_has_volatile) { te = plan.targetlist.find((t) => t.ressortgroupref === ec.ec_sortref); type = ec.ec_members[0]!.em_datatype; }
    else {
      for (const t of plan.targetlist) { const m = ec.ec_members.find((x) => !x.em_is_const && (!x.em_is_child || relids === undefined || (x.em_relids & ~relids) === 0n) && equal(x.em_expr, strip(t.expr))); if (m) { te = t; type = m.em_datatype; break; } }
      if (!te) for (const t of plan.targetlist) { const m = ec.ec_members.find((x) => !x.em_is_const && equal(strip(x.em_expr), strip(t.expr))); if (m) { te = t; type = m.em_datatype; break; } }
      if (!te) {
        for (const m of ec.ec_members) {
          if (m.em_is_const || (m.em_is_child && relids !== undefined && (m.em_relids & ~relids) !== 0n)) continue;
          const vars = pullVars(m.em_expr, { aggs: 'keep', windows: 'keep' });
          if (!vars.every((v) => plan.targetlist.some((t) => sameVar(t.expr, v as Expr)))) continue;
          const tl = [...plan.targetlist];
          te = makeTE(m.em_expr, tl.length + 1);
          te.resjunk = true;
          tl.push(te);
          plan = withTlist(plan, tl);
          type = m.em_datatype;
          break;
        }
      }
    }
    if (!te) throw new Error('could not find pathkey item to sort');
    const op = root.glob.look.familyMember(k.pk_opfamily, type, type, k.pk_desc ? 5 : 1);
    if (!op) throw new Error('missing ordering operator in operator family');
    info.sortColIdx.push(te.resno);
    info.sortOperators.push(op);
    info.collations.push(ec.ec_collation);
    info.nullsFirst.push(k.pk_nulls_first);
  }
  info.numCols = info.sortColIdx.length;
  return { plan, info };
}
function strip(e: Expr): Expr { while (e.kind === 'RelabelType') e = e.arg; return e; }
export function sameVar(a: Expr, b: Expr): boolean {
  if (a.kind === 'Var' && b.kind === 'Var') return a.varno === b.varno && a.varattno === b.varattno;
  if (a.kind === 'PlaceHolderVar' && b.kind === 'PlaceHolderVar') return a.phid === b.phid;
  return equal(a, b);
}

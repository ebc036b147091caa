/** Comparing and keeping paths (add_path, set_cheapest), and making the simple upper ones. PostgreSQL's pathnode.c. */
import { SqlError } from '@pglitedb/types';
import type { Expr, SortGroupClause, WindowClause, PlanRowMark } from '../nodes/index.js';
import { costAgg, costGroup, costIncrementalSort, costMaterial, costSort, estimateExpressionRows, qualCost, setTargetCost, type AggCosts } from './cost-scan.js';
import { clauseListSelectivity } from './clausesel.js';
import { countContained, pathkeysContainedIn } from './pathkeys.js';
import type { Path, PathKey, PathTarget, PlannerInfo, RelOptInfo, ProjectionPath, RestrictInfo } from './pathnodes.js';
import { requiredOuter } from './pathnodes.js';
import { isSubset } from './relids.js';
import { returnsSet, some } from './vars.js';

const FUZZ = 1.01;
const SMALL_FUZZ = 1.0000000001;

export function comparePathCosts(a: Path, b: Path, startup: boolean): number {
  if (a.disabled_nodes !== b.disabled_nodes) return a.disabled_nodes < b.disabled_nodes ? -1 : 1;
  const x = startup ? a.startup_cost : a.total_cost;
  const y = startup ? b.startup_cost : b.total_cost;
  if (x !== y) return x < y ? -1 : 1;
  const p = startup ? a.total_cost : a.startup_cost;
  const q = startup ? b.total_cost : b.startup_cost;
  return p < q ? -1 : p > q ? 1 : 0;
}
export function compareFractional(a: Path, b: Path, fraction: number): number {
  if (a.disabled_nodes !== b.disabled_nodes) return a.disabled_nodes < b.disabled_nodes ? -1 : 1;
  if (fraction <= 0 || fraction >= 1) return comparePathCosts(a, b, false);
  const x = a.startup_cost + fraction * (a.total_cost - a.startup_cost);
  const y = b.startup_cost + fraction * (b.total_cost - b.startup_cost);
  return x < y ? -1 : x > y ? 1 : 0;
}
type Cmp = 'equal' | 'better1' | 'better2' | 'different';
function compareFuzzily(a: Path, b: Path, fuzz: number): Cmp {
  const startupMatters = (p: Path): boolean => (p.param_info === undefined ? p.parent.consider_startup : p.parent.consider_param_startup);
  if (a.disabled_nodes !== b.disabled_nodes) return a.disabled_nodes < b.disabled_nodes ? 'better1' : 'better2';
  if (a.total_cost > b.total_cost * fuzz) return startupMatters(a) && b.startup_cost > a.startup_cost * fuzz ? 'different' : 'better2';
  if (b.total_cost > a.total_cost * fuzz) return startupMatters(b) && a.startup_cost > b.startup_cost * fuzz ? 'different' : 'better1';
  if (a.startup_cost > b.startup_cost * fuzz) return 'better2';
  if (b.startup_cost > a.startup_cost * fuzz) return 'better1';
  return 'equal';
}
function compareKeys(a: PathKey[], b: PathKey[]): Cmp {
  if (a === b) return 'equal';
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) if (a[i] !== b[i]) return 'different';
  return a.length === b.length ? 'equal' : a.length > b.length ? 'better1' : 'better2';
}
const noKeys: PathKey[] = [];

/** add_path: keeps a path unless an old one is at least as good in cost, order, parameterization and rows. */
export function addPath(rel: RelOptInfo, path: Path): void {
  const keys = path.param_info ? noKeys : path.pathkeys;
  const outer = requiredOuter(path);
  let accept = true;
  let at = 0;
  const keep: Path[] = [];
  for (let i = 0; i < rel.pathlist.length; i++) {
    const old = rel.pathlist[i]!;
    let remove = false;
    const cc = compareFuzzily(path, old, FUZZ);
    if (cc !== 'different') {
      const kc = compareKeys(keys, old.param_info ? noKeys : old.pathkeys);
      if (kc !== 'different') {
        const oo = requiredOuter(old);
        const newSub = isSubset(outer, oo);
        const oldSub = isSubset(oo, outer);
        if (cc === 'equal') {
          if (kc === 'better1') { if (newSub && path.rows <= old.rows) remove = true; }
          else if (kc === 'better2') { if (oldSub && path.rows >= old.rows) accept = false; }
          else if (newSub && oldSub) {
            if (path.rows < old.rows) remove = true;
            else if (path.rows > old.rows) accept = false;
            else if (compareFuzzily(path, old, SMALL_FUZZ) === 'better1') remove = true;
            else accept = false;
          } else if (newSub && path.rows <= old.rows) remove = true;
          else if (oldSub && path.rows >= old.rows) accept = false;
        } else if (cc === 'better1') { if (kc !== 'better2' && newSub && path.rows <= old.rows) remove = true; }
        else if (kc !== 'better1' && oldSub && path.rows >= old.rows) accept = false;
      }
    }
    if (!remove) {
      keep.push(old);
      if (path.disabled_nodes > old.disabled_nodes || (path.disabled_nodes === old.disabled_nodes && path.total_cost >= old.total_cost)) at = keep.length;
    }
    if (!accept) { for (let j = i + 1; j < rel.pathlist.length; j++) keep.push(rel.pathlist[j]!); break; }
  }
  if (accept) keep.splice(at, 0, path);
  rel.pathlist = keep;
}
/** add_path_precheck: could a join path with these costs survive? */
export function pathPrecheck(rel: RelOptInfo, disabled: number, startup: number, total: number, keys: PathKey[], outer: bigint): boolean {
  const considerStartup = outer ? rel.consider_param_startup : rel.consider_startup;
  for (const old of rel.pathlist) {
    if (old.disabled_nodes !== disabled) { if (disabled < old.disabled_nodes) return true; }
    else if (total <= old.total_cost * FUZZ) return true;
    if (disabled >= old.disabled_nodes && (!considerStartup || startup > old.startup_cost * FUZZ)) {
      const kc = compareKeys(outer ? noKeys : keys, old.param_info ? noKeys : old.pathkeys);
      if ((kc === 'equal' || kc === 'better2') && outer === requiredOuter(old)) return false;
    }
  }
  return true;
}

export function setCheapest(rel: RelOptInfo): void {
  let startup: Path | undefined;
  let total: Path | undefined;
  let param: Path | undefined;
  const parameterized: Path[] = [];
  if (rel.pathlist.length === 0) throw new SqlError('0A000', rel.reloptkind === 'join' ? 'FULL JOIN is only supported with merge-joinable or hash-joinable join conditions' : 'could not devise a query plan for the given query');
  for (const p of rel.pathlist) {
    if (p.param_info) {
      parameterized.push(p);
      if (total) continue;
      if (!param) { param = p; continue; }
      const a = requiredOuter(p);
      const b = requiredOuter(param);
      if (a === b) { if (comparePathCosts(p, param, false) < 0) param = p; }
      else if (isSubset(a, b)) param = p;
      continue;
    }
    if (!total) { startup = total = p; continue; }
    const s = comparePathCosts(startup!, p, true);
    if (s > 0 || (s === 0 && betterKeys(p, startup!))) startup = p;
    const t = comparePathCosts(total, p, false);
    if (t > 0 || (t === 0 && betterKeys(p, total))) total = p;
  }
  if (total) parameterized.unshift(total);
  rel.cheapest_startup = startup;
  rel.cheapest_total = total ?? param;
  rel.cheapest_unique = undefined;
  rel.cheapest_parameterized = parameterized;
}
function betterKeys(a: Path, b: Path): boolean { return compareKeys(a.pathkeys, b.pathkeys) === 'better1'; }

export function cheapestFractional(rel: RelOptInfo, fraction: number): Path {
  let best = rel.cheapest_total!;
  if (fraction <= 0) return best;
  if (fraction >= 1 && best.rows > 0) fraction /= best.rows;
  for (const p of rel.pathlist) if (p !== rel.cheapest_total && !p.param_info && compareFractional(best, p, fraction) > 0) best = p;
  return best;
}
/** get_cheapest_path_for_pathkeys */
export function cheapestForKeys(paths: readonly Path[], keys: PathKey[], outer: bigint, startup: boolean): Path | undefined {
  let best: Path | undefined;
  for (const p of paths) {
    if (best && comparePathCosts(best, p, startup) <= 0) continue;
    if (pathkeysContainedIn(keys, p.pathkeys) && isSubset(requiredOuter(p), outer)) best = p;
  }
  return best;
}

const base = (rel: RelOptInfo, target: PathTarget, sub: Path) => ({ parent: rel, pathtarget: target, param_info: rel === sub.parent ? sub.param_info : undefined, rows: sub.rows, startup_cost: sub.startup_cost, total_cost: sub.total_cost, disabled_nodes: sub.disabled_nodes, pathkeys: sub.pathkeys });

export function isProjectionCapable(p: Path): boolean {
  switch (p.type) {
    case 'Material': case 'Memoize': case 'Sort': case 'IncrementalSort': case 'UpperUnique': case 'SetOp': case 'LockRows': case 'Limit': case 'ModifyTable': case 'Append': case 'MergeAppend': case 'RecursiveUnion': return false;
    case 'UniquePath': return p.method === 'hash';
    case 'CteScan': case 'WorkTableScan': return true;
    case 'ProjectSet': return false;
    case 'Projection': return !p.dummypp || isProjectionCapable(p.subpath);
    default: return true;
  }
}
export function sameTarget(a: readonly Expr[], b: readonly Expr[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i] && !equalExprs(a[i]!, b[i]!)) return false;
  return true;
}
import { equal as equalExprs } from '../nodes/index.js';

/** create_projection_path */
export function projectionPath(root: PlannerInfo, rel: RelOptInfo, sub: Path, target: PathTarget): Path {
  if (sub.type === 'Projection') sub = sub.subpath;
  const p: ProjectionPath = { type: 'Projection', ...base(rel, target, sub), subpath: sub, dummypp: false };
  const old = sub.pathtarget;
  if (isProjectionCapable(sub) || sameTarget(old.exprs, target.exprs)) {
    p.dummypp = true;
    p.startup_cost = sub.startup_cost + (target.startup - old.startup);
    p.total_cost = sub.total_cost + (target.startup - old.startup) + (target.perTuple - old.perTuple) * sub.rows;
  } else {
    p.startup_cost = sub.startup_cost + target.startup;
    p.total_cost = sub.total_cost + target.startup + (root.glob.set.cpuTupleCost + target.perTuple) * sub.rows;
  }
  return p;
}
/** apply_projection_to_path: in place where the node can project. */
export function applyProjection(root: PlannerInfo, rel: RelOptInfo, path: Path, target: PathTarget): Path {
  if (!isProjectionCapable(path)) return projectionPath(root, rel, path, target);
  const old = path.pathtarget;
  const ds = target.startup - old.startup;
  return { ...path, pathtarget: target, startup_cost: path.startup_cost + ds, total_cost: path.total_cost + ds + (target.perTuple - old.perTuple) * path.rows } as Path;
}
export function projectSetPath(root: PlannerInfo, rel: RelOptInfo, sub: Path, target: PathTarget): Path {
  let rows = 1;
  for (const e of target.exprs) if (returnsSet(e)) rows = Math.max(rows, estimateExpressionRows(root, e));
  const out = sub.rows * rows;
  return { type: 'ProjectSet', ...base(rel, target, sub), subpath: sub, rows: out, startup_cost: sub.startup_cost + target.startup, total_cost: sub.total_cost + target.startup + (root.glob.set.cpuTupleCost + target.perTuple) * sub.rows + (out - sub.rows) * root.glob.set.cpuTupleCost / 2 };
}
export function sortPath(root: PlannerInfo, rel: RelOptInfo, sub: Path, keys: PathKey[], limit: number): Path {
  const p: Path = { type: 'Sort', ...base(rel, sub.pathtarget, sub), pathkeys: keys, subpath: sub };
  costSort(root, p, sub.disabled_nodes, sub.total_cost, sub.rows, sub.pathtarget.width, limit);
  return p;
}
export function incrementalSortPath(root: PlannerInfo, rel: RelOptInfo, sub: Path, keys: PathKey[], presorted: number, groups: number, limit: number): Path {
  const p: Path = { type: 'IncrementalSort', ...base(rel, sub.pathtarget, sub), pathkeys: keys, subpath: sub, nPresortedCols: presorted };
  costIncrementalSort(root, p, sub, groups, limit);
  return p;
}
export function materialPath(root: PlannerInfo, rel: RelOptInfo, sub: Path): Path {
  const p: Path = { type: 'Material', ...base(rel, sub.pathtarget, sub), subpath: sub };
  p.param_info = sub.param_info;
  costMaterial(root, p, sub);
  return p;
}
export function upperUniquePath(root: PlannerInfo, rel: RelOptInfo, sub: Path, numCols: number, groups: number): Path {
  return { type: 'UpperUnique', ...base(rel, sub.pathtarget, sub), subpath: sub, numkeys: numCols, rows: groups, total_cost: sub.total_cost + root.glob.set.cpuOperatorCost * sub.rows * numCols };
}
export function aggPath(root: PlannerInfo, rel: RelOptInfo, sub: Path, target: PathTarget, strategy: 'plain' | 'sorted' | 'hashed', groupClause: SortGroupClause[], having: Expr[], costs: AggCosts, numGroups: number): Path {
  const p: Path = { type: 'Agg', ...base(rel, target, sub), subpath: sub, aggstrategy: strategy, numGroups, transitionSpace: costs.transitionSpace, groupClause, qual: having, pathkeys: strategy === 'sorted' ? sub.pathkeys.slice(0, Math.max(groupClause.length, 0)) : [] };
  if (strategy === 'sorted') p.pathkeys = sub.pathkeys;
  costAgg(root, p, strategy, costs, groupClause.length, numGroups, qualCost(root, having), havingSelectivity(root, having), having.length > 0, sub.disabled_nodes, sub.startup_cost, sub.total_cost, sub.rows, sub.pathtarget.width);
  p.startup_cost += target.startup;
  p.total_cost += target.startup + target.perTuple * p.rows;
  return p;
}
export function havingSelectivity(root: PlannerInfo, having: Expr[]): number { return having.length ? clauseListSelectivity(root, having, 0, 'inner', undefined) : 1; }
export function groupPath(root: PlannerInfo, rel: RelOptInfo, sub: Path, target: PathTarget, groupClause: SortGroupClause[], having: Expr[], numGroups: number): Path {
  const p: Path = { type: 'Group', ...base(rel, target, sub), subpath: sub, groupClause, qual: having };
  costGroup(root, p, groupClause.length, numGroups, sub, qualCost(root, having), havingSelectivity(root, having), having.length > 0);
  p.startup_cost += target.startup;
  p.total_cost += target.startup + target.perTuple * p.rows;
  return p;
}
/** create_windowagg_path with cost_windowagg. */
export function windowPath(root: PlannerInfo, rel: RelOptInfo, sub: Path, target: PathTarget, funcs: readonly Expr[], wc: WindowClause, top: boolean, startupTuples: number): Path {
  const s = root.glob.set;
  let total = sub.total_cost;
  for (const f of funcs) {
    if (f.kind !== 'WindowFunc') continue;
    const arg = qualCost(root, [...f.args, ...(f.aggfilter ? [f.aggfilter] : [])]);
    total += arg.startup + ((root.glob.look.func(f.winfnoid)?.cost ?? 1) * s.cpuOperatorCost + arg.perTuple) * sub.rows;
  }
  total += (wc.partitionClause.length + wc.orderClause.length) * s.cpuOperatorCost * sub.rows + s.cpuTupleCost * sub.rows;
  let startup = sub.startup_cost;
  if (startupTuples > 1 && sub.rows > 0) startup += ((total - startup) / sub.rows) * (startupTuples - 1);
  return { type: 'WindowAgg', ...base(rel, target, sub), subpath: sub, winclause: wc, qual: [], runCondition: [], topwindow: top, startup_cost: startup + target.startup, total_cost: total + target.startup + target.perTuple * sub.rows };
}
export function lockRowsPath(root: PlannerInfo, rel: RelOptInfo, sub: Path, marks: PlanRowMark[], epqParam: number): Path {
  return { type: 'LockRows', ...base(rel, sub.pathtarget, sub), pathkeys: [], subpath: sub, rowMarks: marks, epqParam, total_cost: sub.total_cost + root.glob.set.cpuTupleCost * sub.rows };
}
export function limitPath(rel: RelOptInfo, sub: Path, offset: Expr | undefined, count: Expr | undefined, option: 'count' | 'with_ties', offsetEst: number, countEst: number): Path {
  const p: Path = { type: 'Limit', ...base(rel, sub.pathtarget, sub), subpath: sub, limitOffset: offset, limitCount: count, limitOption: option };
  const inStart = sub.startup_cost;
  const inTotal = sub.total_cost;
  const inRows = sub.rows;
  if (offsetEst !== 0) {
    const rows = Math.min(offsetEst > 0 ? offsetEst : Math.round(inRows * 0.1), p.rows);
    if (inRows > 0) p.startup_cost += (rows * (inTotal - inStart)) / inRows;
    p.rows = Math.max(p.rows - rows, 1);
  }
  if (countEst !== 0) {
    const rows = Math.min(countEst > 0 ? countEst : Math.round(inRows * 0.1), p.rows);
    if (inRows > 0) p.total_cost = p.startup_cost + (rows * (inTotal - inStart)) / inRows;
    p.rows = Math.max(rows, 1);
  }
  return p;
}
/** Append of paths of one relation (set operation arms, partitions, inheritance children). */
export function appendPath(root: PlannerInfo, rel: RelOptInfo, subpaths: Path[], keys: PathKey[], rows: number, target = rel.reltarget): Path {
  const s = root.glob.set;
  const p: Path = { type: 'Append', parent: rel, pathtarget: target, param_info: undefined, rows: 0, startup_cost: 0, total_cost: 0, disabled_nodes: 0, pathkeys: keys, subpaths };
  for (const [i, sp] of subpaths.entries()) {
    p.rows += sp.rows;
    p.total_cost += sp.total_cost;
    p.disabled_nodes += sp.disabled_nodes;
    if (i === 0 && keys.length === 0) p.startup_cost = sp.startup_cost;
    if (keys.length) p.startup_cost += sp.startup_cost;
  }
  if (subpaths.length === 1) { p.pathkeys = subpaths[0]!.pathkeys; p.total_cost = subpaths[0]!.total_cost; p.startup_cost = subpaths[0]!.startup_cost; }
  else p.total_cost += s.cpuTupleCost * 0.5 * p.rows;
  if (rows >= 0) p.rows = rows;
  return p;
}
export function mergeAppendPath(root: PlannerInfo, rel: RelOptInfo, subs: Path[], keys: PathKey[], target = rel.reltarget): Path {
  const s = root.glob.set;
  let rows = 0; let startup = 0; let total = 0; let disabled = 0;
  const subpaths = subs.map((x) => (pathkeysContainedIn(keys, x.pathkeys) ? x : sortPath(root, x.parent, x, keys, root.limit_tuples)));
  for (const x of subpaths) { rows += x.rows; startup += x.startup_cost; total += x.total_cost; disabled += x.disabled_nodes; }
  if (subpaths.length > 1) {
    const n = Math.max(subpaths.length, 2);
    const logN = Math.log2(n);
    const cmp = 2 * s.cpuOperatorCost;
    startup += cmp * n * logN;
    total += cmp * n * logN + rows * cmp * logN + s.cpuTupleCost * 0.5 * rows;
  }
  return { type: 'MergeAppend', parent: rel, pathtarget: target, param_info: undefined, rows, startup_cost: startup, total_cost: total, disabled_nodes: disabled, pathkeys: keys, subpaths };
}
export function groupResultPath(root: PlannerInfo, rel: RelOptInfo, target: PathTarget, quals: Expr[]): Path {
  const q = qualCost(root, quals);
  return { type: 'GroupResult', parent: rel, pathtarget: target, param_info: undefined, rows: 1, startup_cost: target.startup + q.startup + q.perTuple, total_cost: target.startup + root.glob.set.cpuTupleCost + target.perTuple + q.startup + q.perTuple, disabled_nodes: 0, pathkeys: [], quals, mmaggs: [] };
}
export { countContained, some, setTargetCost };
export type { RestrictInfo };

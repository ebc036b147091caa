/** Plan nodes above scans and joins. */
import { equal, exprCollation, type Agg, type Expr, type Plan, type SortGroupClause, type TargetEntry } from '../nodes/index.js';
import { pathTlist, planBase, planOf, replaceNestParams, sortColumns, canProject, makeTE, withTlist, sameVar } from './createplan.js';
import { tuplesort } from './cost-scan.js';
import { sameTarget } from './pathnode.js';
import type { Path, PlannerInfo } from './pathnodes.js';
import { sortClauseKeys } from './pathkeys.js';

/** The only member of an Append stands for the whole, under the parent's columns; setrefs finds its own behind them. */
function onlyMember(root: PlannerInfo, path: Path, member: Path): Plan {
  const sub = planOf(root, member);
  const ar = path.parent.relid ? root.append_rel_array[member.parent.relid] : undefined;
  if (ar === undefined || !('scanrelid' in sub || POSITIONAL.has(sub.kind)) || sub.targetlist.length !== path.pathtarget.exprs.length) return sub;
  return { ...sub, targetlist: pathTlist(root, path).map((t, k) => ({ ...t, ressortgroupref: t.ressortgroupref || sub.targetlist[k]!.ressortgroupref })) };
}

/** Nodes whose target list is their input's, by position. */
const POSITIONAL = new Set<Plan['kind']>(['Sort', 'IncrementalSort', 'Material', 'Limit', 'LockRows', 'Unique']);

/** name_active_windows: those without a name are w1, w2 …, past the names that the query uses. */
function windowName(root: PlannerInfo, w: PlannerInfo['windowClauses'][number]): string {
  if (w.name !== undefined) return w.name;
  const taken = new Set(root.windowClauses.flatMap((x) => (x.name === undefined ? [] : [x.name])));
  let number = 0;
  for (const x of root.windowClauses) {
    if (x.name !== undefined) continue;
    do number++; while (taken.has(`w${number}`));
    if (x.winref === w.winref) break;
  }
  return `w${number}`;
}

export function createUpper(root: PlannerInfo, path: Path): Plan {
  switch (path.type) {
    case 'Projection': return projection(root, path);
    case 'ProjectSet': { const sub = planOf(root, path.subpath); return { kind: 'ProjectSet', ...planBase(path, pathTlist(root, path), []), lefttree: sub }; }
    case 'GroupResult': return { kind: 'Result', ...planBase(path, pathTlist(root, path), []), resconstantqual: path.quals };
    case 'Sort': { const s = sortColumns(root, planOf(root, path.subpath), path.pathkeys, path.parent.reloptkind === 'upper' ? undefined : path.parent.relids); return { kind: 'Sort', ...planBase(path, s.plan.targetlist, []), lefttree: s.plan, ...s.info }; }
    case 'IncrementalSort': { const s = sortColumns(root, planOf(root, path.subpath), path.pathkeys); return { kind: 'IncrementalSort', ...planBase(path, s.plan.targetlist, []), lefttree: s.plan, ...s.info, nPresortedCols: path.nPresortedCols }; }
    case 'Material': { const sub = planOf(root, path.subpath); return { kind: 'Material', ...planBase(path, sub.targetlist, []), lefttree: sub }; }
    case 'Memoize': {
      const sub = planOf(root, path.subpath);
      const exprs = path.param_exprs.map((e) => replaceNestParams(root, e));
      const ids = exprs.flatMap((e) => (e.kind === 'Param' && e.paramkind === 'exec' ? [e.paramid] : []));
      return { kind: 'Memoize', ...planBase(path, sub.targetlist, []), lefttree: sub, numKeys: exprs.length, hashOperators: path.hash_operators, collations: exprs.map(exprCollation), param_exprs: exprs, singlerow: path.singlerow, binary_mode: path.binary_mode, est_entries: path.est_entries, keyparamids: ids };
    }
    case 'UniquePath': return semiUnique(root, path);
    case 'Group': { const sub = planOf(root, path.subpath); const g = groupCols(root, path.groupClause, sub.targetlist); return { kind: 'Group', ...planBase(path, pathTlist(root, path), path.qual), lefttree: sub, numCols: g.cols.length, grpColIdx: g.cols, grpOperators: g.ops, grpCollations: g.colls }; }
    case 'UpperUnique': {
      const sub = planOf(root, path.subpath);
      const s = sortColumns(root, sub, path.pathkeys.slice(0, path.numkeys));
      const ops = s.info.sortOperators.map((o) => root.glob.look.equalityForOrdering(o));
      return { kind: 'Unique', ...planBase(path, s.plan.targetlist, []), lefttree: s.plan, numCols: s.info.numCols, uniqColIdx: s.info.sortColIdx, uniqOperators: ops, uniqCollations: s.info.collations };
    }
    case 'Agg': { const sub = planOf(root, path.subpath); return { kind: 'Agg', ...planBase(path, pathTlist(root, path), path.qual), lefttree: sub, ...aggFields(root, path.aggstrategy, path.groupClause, sub.targetlist, path.numGroups, path.transitionSpace) }; }
    case 'GroupingSets': return groupingSets(root, path);
    case 'WindowAgg': {
      const sub = planOf(root, path.subpath);
      const w = path.winclause;
      const p = groupCols(root, w.partitionClause, sub.targetlist);
      const o = groupCols(root, w.orderClause, sub.targetlist);
      return { kind: 'WindowAgg', ...planBase(path, pathTlist(root, path), path.qual), lefttree: sub, winname: windowName(root, w), winref: w.winref, partNumCols: p.cols.length, partColIdx: p.cols, partOperators: p.ops, partCollations: p.colls, ordNumCols: o.cols.length, ordColIdx: o.cols, ordOperators: o.ops, ordCollations: o.colls, frame: w.frame, startOffset: w.startOffset, endOffset: w.endOffset, runCondition: path.runCondition, runConditionOrig: path.runCondition, startInRangeFunc: w.startInRangeFunc, endInRangeFunc: w.endInRangeFunc, inRangeColl: w.inRangeColl, inRangeAsc: w.inRangeAsc, inRangeNullsFirst: w.inRangeNullsFirst, topWindow: path.topwindow };
    }
    case 'Append': {
      if (path.subpaths.length === 1) return onlyMember(root, path, path.subpaths[0]!);
      return { kind: 'Append', ...planBase(path, pathTlist(root, path), []), appendplans: path.subpaths.map((s) => planOf(root, s)), apprelids: [path.parent.relid].filter(Boolean), first_partial_plan: path.subpaths.length, part_prune_index: -1 };
    }
    case 'MergeAppend': {
      // Every input has the sort columns too, expressions among them.
      const subs = path.subpaths.map((s) => sortColumns(root, planOf(root, s), path.pathkeys, s.parent.relids).plan);
      const tlist = pathTlist(root, path);
      const own = { kind: 'MergeAppend', ...planBase(path, tlist, []) } as unknown as Plan;
      const s = sortColumns(root, own, path.pathkeys);
      return { kind: 'MergeAppend', ...planBase(path, s.plan.targetlist, []), mergeplans: subs, apprelids: [path.parent.relid].filter(Boolean), ...s.info };
    }
    case 'SetOp': {
      const l = planOf(root, path.leftpath);
      const r = planOf(root, path.rightpath);
      const tlist = pathTlist(root, path);
      const g = groupCols(root, path.groupList, tlist);
      return { kind: 'SetOp', ...planBase(path, tlist, []), lefttree: l, righttree: r, cmd: path.cmd, strategy: path.strategy, numCols: g.cols.length, cmpColIdx: g.cols, cmpOperators: path.strategy === 'sorted' ? path.groupList.map((c) => c.sortop) : g.ops, cmpCollations: g.colls, cmpNullsFirst: path.groupList.map((c) => c.nulls_first), numGroups: path.numGroups };
    }
    case 'RecursiveUnion': {
      const l = planOf(root, path.leftpath);
      const r = planOf(root, path.rightpath);
      const tlist = pathTlist(root, path);
      const g = groupCols(root, path.distinctList, tlist);
      return { kind: 'RecursiveUnion', ...planBase(path, tlist, []), lefttree: l, righttree: r, wtParam: path.wtParam, numCols: g.cols.length, dupColIdx: g.cols, dupOperators: g.ops, dupCollations: g.colls, numGroups: path.numGroups };
    }
    case 'LockRows': { const sub = planOf(root, path.subpath); return { kind: 'LockRows', ...planBase(path, sub.targetlist, []), lefttree: sub, rowMarks: path.rowMarks, epqParam: path.epqParam }; }
    case 'Limit': return limit(root, path);
    case 'ModifyTable': return modifyTable(root, path);
    default: throw new Error(`no plan for path ${path.type}`);
  }
}
function projection(root: PlannerInfo, path: Extract<Path, { type: 'Projection' }>): Plan {
  const sub = planOf(root, path.subpath);
  const tlist = pathTlist(root, path);
  if (canProject(sub) || (sameTarget(sub.targetlist.map((t) => t.expr), tlist.map((t) => t.expr)))) {
    sub.targetlist = canProject(sub) ? tlist : sub.targetlist.map((t, i) => ({ ...t, ressortgroupref: tlist[i]!.ressortgroupref }));
    sub.startup_cost = path.startup_cost; sub.total_cost = path.total_cost; sub.plan_width = path.pathtarget.width;
    return sub;
  }
  return { kind: 'Result', ...planBase(path, tlist, []), lefttree: sub, resconstantqual: [] };
}
export function groupCols(root: PlannerInfo, clause: readonly SortGroupClause[], tlist: readonly TargetEntry[]): { cols: number[]; ops: number[]; colls: number[] } {
  const cols: number[] = []; const ops: number[] = []; const colls: number[] = [];
  for (const c of clause) {
    let te = tlist.find((t) => t.ressortgroupref === c.tleSortGroupRef);
    if (!te) { const want = root.processed_tlist.find((t) => t.ressortgroupref === c.tleSortGroupRef); te = want && tlist.find((t) => equal(t.expr, want.expr)); }
    if (!te) throw new Error('grouping column not found in the input of its node');
    cols.push(te.resno); ops.push(c.eqop); colls.push(exprCollation(te.expr));
  }
  return { cols, ops, colls };
}
function aggFields(root: PlannerInfo, strategy: Agg['aggstrategy'], clause: readonly SortGroupClause[], tlist: readonly TargetEntry[], numGroups: number, space: number): Pick<Agg, 'aggstrategy' | 'aggsplit' | 'numCols' | 'grpColIdx' | 'grpOperators' | 'grpCollations' | 'numGroups' | 'transitionSpace' | 'aggParams' | 'groupingSets' | 'chain'> {
  const g = groupCols(root, clause, tlist);
  return { aggstrategy: strategy, aggsplit: 'simple', numCols: g.cols.length, grpColIdx: g.cols, grpOperators: g.ops, grpCollations: g.colls, numGroups, transitionSpace: space, aggParams: [], groupingSets: [], chain: [] };
}
function groupingSets(root: PlannerInfo, path: Extract<Path, { type: 'GroupingSets' }>): Plan {
  const sub = planOf(root, path.subpath);
  const bare: Plan = sub.kind === 'Sort' ? sub.lefttree! : sub;
  const chain: Agg[] = path.rollups.slice(1).map((r) => {
    const keys = sortClauseKeys(root, r.groupClause, root.processed_tlist);
    let left: Plan | undefined;
    if (keys.length) {
      const s = sortColumns(root, { ...bare, lefttree: undefined } as Plan, keys);
      const c = tuplesort(root, bare.plan_rows, bare.plan_width, 0, -1);
      left = { kind: 'Sort', startup_cost: bare.total_cost + c.startup, total_cost: bare.total_cost + c.startup + c.run, plan_rows: bare.plan_rows, plan_width: bare.plan_width, disabled_nodes: 0, plan_node_id: 0, targetlist: sub.targetlist, qual: [], lefttree: undefined, righttree: undefined, initPlan: [], extParam: [], allParam: [], parallel_aware: false, ...s.info };
    }
    return { kind: 'Agg', ...planBase(path, [], []), lefttree: left, ...aggFields(root, r.groupClause.length ? 'sorted' : 'plain', r.groupClause, sub.targetlist, r.numGroups, path.transitionSpace), groupingSets: r.gsets };
  });
  const first = path.rollups[0]!;
  return { kind: 'Agg', ...planBase(path, pathTlist(root, path), path.qual), lefttree: sub, ...aggFields(root, first.groupClause.length ? 'sorted' : 'plain', first.groupClause, sub.targetlist, first.numGroups, path.transitionSpace), groupingSets: first.gsets, chain };
}
/** create_unique_plan: distinct over the columns of a semijoin's right side. */
function semiUnique(root: PlannerInfo, path: Extract<Path, { type: 'UniquePath' }>): Plan {
  let sub = planOf(root, path.subpath);
  let tl = sub.targetlist;
  for (const e of path.uniq_exprs) if (!tl.some((t) => sameVar(t.expr, e))) tl = [...tl, makeTE(e, tl.length + 1)];
  if (tl !== sub.targetlist) sub = withTlist(sub, tl);
  const cols = path.uniq_exprs.map((e) => sub.targetlist.find((t) => sameVar(t.expr, e))!.resno);
  const colls = path.uniq_exprs.map(exprCollation);
  const look = root.glob.look;
  if (path.method === 'hash') {
    const ops = path.in_operators.map((o) => look.hashOperators(o)!.right);
    return { kind: 'Agg', ...planBase(path, sub.targetlist.slice(), []), lefttree: sub, aggstrategy: 'hashed', aggsplit: 'simple', numCols: cols.length, grpColIdx: cols, grpOperators: ops, grpCollations: colls, numGroups: path.rows, transitionSpace: 0, aggParams: [], groupingSets: [], chain: [] };
  }
  const lt = path.in_operators.map((o) => { for (const a of look.amopsOf(o)) if (a.strategy === 3) { const x = look.familyMember(a.family, a.right, a.right, 1); if (x) return x; } return 0; });
  const c = tuplesort(root, sub.plan_rows, sub.plan_width, 0, -1);
  const sort: Plan = { kind: 'Sort', ...planBase(path, sub.targetlist, []), startup_cost: sub.total_cost + c.startup, total_cost: sub.total_cost + c.startup + c.run, plan_rows: sub.plan_rows, lefttree: sub, numCols: cols.length, sortColIdx: cols, sortOperators: lt, collations: colls, nullsFirst: cols.map(() => false) };
  return { kind: 'Unique', ...planBase(path, sub.targetlist, []), lefttree: sort, numCols: cols.length, uniqColIdx: cols, uniqOperators: lt.map((o) => look.equalityForOrdering(o)), uniqCollations: colls };
}
function limit(root: PlannerInfo, path: Extract<Path, { type: 'Limit' }>): Plan {
  const sub = planOf(root, path.subpath);
  const ties = path.limitOption === 'with_ties' ? groupCols(root, root.parse.sortClause, sub.targetlist) : { cols: [], ops: [], colls: [] };
  return { kind: 'Limit', ...planBase(path, sub.targetlist, []), lefttree: sub, limitOffset: path.limitOffset, limitCount: path.limitCount, limitOption: path.limitOption, uniqNumCols: ties.cols.length, uniqColIdx: ties.cols, uniqOperators: ties.ops, uniqCollations: ties.colls };
}
function modifyTable(root: PlannerInfo, path: Extract<Path, { type: 'ModifyTable' }>): Plan {
  const sub = planOf(root, path.subpath);
  const tl = root.processed_tlist;
  if (sub.targetlist.length === tl.length) sub.targetlist = sub.targetlist.map((t, i) => ({ ...t, resname: tl[i]!.resname, resjunk: tl[i]!.resjunk }));
  const { arbiterIndexes, ...fields } = modifyFields(root, path);
  return { kind: 'ModifyTable', ...planBase(path, [], []), lefttree: sub, ...fields, arbiterIndexes };
}
import { modifyFields } from './modifypath.js';
export type { Expr };

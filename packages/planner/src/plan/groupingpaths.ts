/** GROUP BY, aggregates and grouping sets: sorted, hashed and plain aggregation. create_grouping_paths. */
import type { Expr, GroupingSet } from '../nodes/index.js';
import { aggCosts } from './grouping.js';
import { makeTarget, NO_AGG_COSTS, costAgg, qualCost } from './cost-scan.js';
import { addPath, aggPath, groupPath, groupResultPath, havingSelectivity, incrementalSortPath, setCheapest, sortPath } from './pathnode.js';
import { countContained, hashable, pathkeysContainedIn, sortClauseKeys, sortable } from './pathkeys.js';
import type { GroupingSetsPath, Path, PathTarget, PlannerInfo, RelOptInfo, RollupData } from './pathnodes.js';
import { fetchUpperRel } from './relnode.js';
import { estimateNumGroups } from './stats.js';
import { planMinMax } from './planagg.js';

/** expand_grouping_sets: every set as its list of sortgrouprefs. */
export function expandGroupingSets(root: PlannerInfo): number[][] {
  const expand = (g: GroupingSet): number[][] => {
    const kids = g.content.map((c) => (typeof c === 'number' ? [[c]] : expand(c)));
    switch (g.kind) {
      case 'empty': return [[]];
      case 'simple': return [g.content as number[]];
      case 'rollup': { const out: number[][] = []; for (let n = kids.length; n >= 0; n--) out.push(kids.slice(0, n).flatMap((k) => k[0]!)); return out; }
      case 'cube': { const out: number[][] = []; for (let m = (1 << kids.length) - 1; m >= 0; m--) out.push(kids.flatMap((k, i) => (m & (1 << (i)) ? k[0]! : []))); return out; }
      case 'sets': return kids.flat();
    }
  };
  let sets: number[][] = [[]];
  for (const g of root.parse.groupingSets) { const e = expand(g); sets = sets.flatMap((s) => e.map((x) => [...s, ...x])); }
  sets = sets.map((s) => [...new Set(s)]);
  if (root.parse.groupDistinct) { const seen = new Set<string>(); sets = sets.filter((s) => { const k = s.slice().sort((a, b) => a - b).join(); if (seen.has(k)) return false; seen.add(k); return true; }); }
  return sets.sort((a, b) => a.length - b.length);
}

export function addGroupingPaths(root: PlannerInfo, input: RelOptInfo, target: PathTarget, sets: number[][] | undefined): RelOptInfo {
  const rel = fetchUpperRel(root, 'group_agg');
  rel.reltarget = target;
  const parse = root.parse;
  if (parse.groupClause.length === 0 && !parse.hasAggs && !sets) {
    // HAVING alone: one row, if the condition holds
    addPath(rel, groupResultPath(root, rel, target, root.havingQual));
    setCheapest(rel);
    return rel;
  }
  const costs = parse.hasAggs ? aggCosts(root) : NO_AGG_COSTS;
  if (sets && sets.every((s) => s.length === 0)) { groupingSetPaths(root, rel, input, target, sets, costs); setCheapest(rel); return rel; }
  if (sets) { groupingSetPaths(root, rel, input, target, sets, costs); setCheapest(rel); return rel; }
  const cheapest = input.cheapest_total!;
  const clause = root.processed_groupClause;
  const exprs = (clause.length ? clause : parse.groupClause).map((c) => root.processed_tlist.find((t) => t.ressortgroupref === c.tleSortGroupRef)!.expr);
  const groups = parse.groupClause.length ? (clause.length ? estimateNumGroups(root, exprs, cheapest.rows) : 1) : 1;
  if (parse.groupClause.length === 0) {
    const mm = planMinMax(root, rel, target);
    if (mm) addPath(rel, mm);
    addPath(rel, aggPath(root, rel, cheapest, target, 'plain', [], root.havingQual, costs, 1));
    setCheapest(rel);
    return rel;
  }
  if (sortable(parse.groupClause)) {
    for (const p of input.pathlist) {
      const isSorted = pathkeysContainedIn(root.group_pathkeys, p.pathkeys);
      const pre = countContained(root.group_pathkeys, p.pathkeys);
      if (p !== cheapest && !isSorted && pre === 0) continue;
      let s: Path = p;
      if (!isSorted) s = pre > 0 && root.glob.set.enable.incremental_sort ? incrementalSortPath(root, rel, p, root.group_pathkeys, pre, estimateNumGroups(root, root.group_pathkeys.slice(0, pre).map((k) => k.pk_eclass.ec_members[0]!.em_expr), p.rows), -1) : sortPath(root, rel, p, root.group_pathkeys, -1);
      addPath(rel, parse.hasAggs ? aggPath(root, rel, s, target, 'sorted', clause, root.havingQual, costs, groups) : groupPath(root, rel, s, target, clause, root.havingQual, groups));
    }
  }
  if (hashable(parse.groupClause) && !root.aggs.some((a) => a.aggorder.length || a.aggdistinct.length || a.aggkind !== 'n')) addPath(rel, aggPath(root, rel, cheapest, target, 'hashed', clause.length ? clause : parse.groupClause, root.havingQual, costs, groups));
  setCheapest(rel);
  return rel;
}

/** Chains of sets each contained in the next, as few as a greedy pass finds. */
function rollupChains(sets: number[][]): number[][][] {
  const chains: number[][][] = [];
  for (const s of sets.slice().sort((a, b) => b.length - a.length)) {
    const c = chains.find((ch) => s.every((x) => ch[ch.length - 1]!.includes(x)));
    if (c) c.push(s); else chains.push([s]);
  }
  return chains;
}
function groupingSetPaths(root: PlannerInfo, rel: RelOptInfo, input: RelOptInfo, target: PathTarget, sets: number[][], costs: typeof NO_AGG_COSTS): void {
  const cheapest = input.cheapest_total!;
  const clauseOf = (ref: number): PlannerInfo['processed_groupClause'][number] => root.parse.groupClause.find((c) => c.tleSortGroupRef === ref)!;
  const sortRefs = root.parse.sortClause.map((c) => c.tleSortGroupRef);
  const rollups: RollupData[] = rollupChains(sets).map((chain) => {
    const order: number[] = [];
    for (const s of chain.slice().reverse()) {
      const add = s.filter((x) => !order.includes(x));
      add.sort((a, b) => (sortRefs.indexOf(a) + 1 || 999) - (sortRefs.indexOf(b) + 1 || 999));
      order.push(...add);
    }
    const exprs = (refs: number[]): Expr[] => refs.map((r) => root.processed_tlist.find((t) => t.ressortgroupref === r)!.expr);
    return { groupClause: order.map(clauseOf), gsets: chain.map((s) => s.map((r) => order.indexOf(r)).sort((a, b) => a - b)), numGroups: chain.reduce((n, s) => n + (s.length ? estimateNumGroups(root, exprs(s), cheapest.rows) : 1), 0), hashable: chain.every((s) => s.length > 0), is_hashed: false };
  });
  rollups.sort((a, b) => b.groupClause.length - a.groupClause.length);
  const first = rollups[0]!;
  const keys = sortClauseKeys(root, first.groupClause, root.processed_tlist);
  const s = keys.length && !pathkeysContainedIn(keys, cheapest.pathkeys) ? sortPath(root, rel, cheapest, keys, -1) : cheapest;
  const strategy = first.groupClause.length === 0 ? 'plain' : 'sorted';
  const p: GroupingSetsPath = { type: 'GroupingSets', parent: rel, pathtarget: target, param_info: undefined, rows: 0, startup_cost: 0, total_cost: 0, disabled_nodes: 0, pathkeys: [], subpath: s, aggstrategy: strategy, rollups, qual: root.havingQual, transitionSpace: costs.transitionSpace };
  const having = qualCost(root, root.havingQual);
  const sel = havingSelectivity(root, root.havingQual);
  costAgg(root, p, strategy === 'plain' ? 'plain' : 'sorted', costs, first.groupClause.length, first.numGroups, having, sel, root.havingQual.length > 0, s.disabled_nodes, s.startup_cost, s.total_cost, s.rows, s.pathtarget.width);
  if (strategy === 'plain') p.rows = first.gsets.length;
  for (const r of rollups.slice(1)) {
    const t: Path = sortPath(root, rel, { ...cheapest, startup_cost: 0, total_cost: 0 } as Path, [], -1);
    const x = { ...p };
    costAgg(root, x, 'sorted', costs, r.groupClause.length, r.numGroups, having, sel, root.havingQual.length > 0, 0, t.startup_cost, t.total_cost, cheapest.rows, cheapest.pathtarget.width);
    p.total_cost += x.total_cost;
    p.rows += x.rows;
  }
  p.startup_cost += target.startup;
  p.total_cost += target.startup + target.perTuple * p.rows;
  if (!sortable(root.parse.groupClause)) throw notSortable();
  addPath(rel, p);
  void makeTarget;
}
import { notImplemented } from '@pglitedb/types';
function notSortable(): Error { return notImplemented('GROUPING SETS over types that cannot be sorted'); }

/** Aggregation: one Agg node, hashed unless a grouping column has no hash; grouping sets as hashed sets. */
import { exprCollation, type Aggref, type Expr, type GroupingSet, type SortGroupClause, type TargetEntry } from '../nodes/index.js';
import { mapChildren, type TreeNode } from '../nodes/index.js';
import { filter, makePlan, nodeKey, overInputs, project, target, type Rel, type Root } from './root.js';
import { collectVars, conjuncts } from './root.js';
import type { Var } from '../nodes/index.js';

export function planGrouping(root: Root, input: Rel, tlist: readonly TargetEntry[], having: Expr | undefined): Rel {
  const { query } = root;
  const groupExpr = (s: SortGroupClause): Expr => tlist.find((t) => t.ressortgroupref === s.tleSortGroupRef)!.expr;
  const groups = query.groupClause.filter((g, k) => query.groupClause.findIndex((x) => nodeKey(groupExpr(x)) === nodeKey(groupExpr(g))) === k || query.groupingSets.length > 0);
  const aggs: Aggref[] = [];
  const collect = (n: TreeNode): void => {
    if (n.kind === 'Aggref' && n.agglevelsup === 0) { if (!aggs.some((a) => nodeKey({ ...a, aggno: 0 }) === nodeKey({ ...n, aggno: 0 }))) aggs.push({ ...n, aggno: aggs.length }); return; }
    if (n.kind !== 'Query') mapChildren(n, (c) => { collect(c); return c; });
  };
  const sources = [...tlist.map((t) => t.expr), ...(having ? [having] : []), ...root.outerParams.map((p) => p.expr)];
  for (const e of sources) collect(e);
  const groupExprs = groups.map(groupExpr);
  const columns: Expr[] = [];
  const add = (e: Expr): void => { if (!columns.some((c) => nodeKey(c) === nodeKey(e))) columns.push(e); };
  groupExprs.forEach(add);
  const vars = new Map<string, Var>();
  for (const a of aggs) collectVars(a, vars);
  for (const e of sources) collectVars(e, vars);
  for (const v of vars.values()) if (input.columns.some((c) => nodeKey(c) === nodeKey(v))) add(v);
  const child = project(input, columns);
  const at = (e: Expr): number => columns.findIndex((c) => nodeKey(c) === nodeKey(e)) + 1;
  child.plan.targetlist.forEach((t, k) => {
    const g = groups.find((s) => at(groupExpr(s)) === k + 1);
    if (g !== undefined) (t as { ressortgroupref: number }).ressortgroupref = g.tleSortGroupRef;
  });
  const rewritten = aggs.map((a) => mapChildren(a, (c) => overArgs(c, columns)) as Aggref);
  // Target: group columns, other input columns, aggregates and GROUPING calls by their own keys.
  const groupings = collectGroupings(sources);
  const out: Expr[] = [...columns, ...aggs, ...groupings];
  const plan = makePlan('Agg', 100, {
    lefttree: child.plan, aggstrategy: groups.length === 0 && query.groupingSets.length === 0 ? 'plain' : 'hashed', aggsplit: 'simple', numCols: groups.length, grpColIdx: groupExprs.map(at),
    grpOperators: groups.map((g) => g.eqop), grpCollations: groupExprs.map((e) => exprCollation(e)), numGroups: 100, transitionSpace: 0, aggParams: [], groupingSets: groupingSets(root, groups), chain: [],
    targetlist: out.map((e, k) => target(k < columns.length ? overInputs(e, columns) : k < columns.length + aggs.length ? rewritten[k - columns.length]! : e, k + 1)),
  });
  const keyed = out.map((e) => (e.kind === 'Aggref' ? { ...e, aggno: 0 } : e));
  const rel: Rel = { plan, columns: keyed };
  return having === undefined ? rel : filter(rel, conjuncts(having));
}

function overArgs(n: TreeNode, columns: readonly Expr[]): TreeNode {
  if (n.kind === 'TargetEntry') return { ...n, expr: overInputs(n.expr, columns) };
  return overInputs(n as Expr, columns);
}
function collectGroupings(sources: readonly Expr[]): Expr[] {
  const found: Expr[] = [];
  const visit = (n: TreeNode): void => {
    if (n.kind === 'GroupingFunc') { if (!found.some((f) => nodeKey(f) === nodeKey(n))) found.push(n); return; }
    if (n.kind !== 'Query') mapChildren(n, (c) => { visit(c); return c; });
  };
  for (const s of sources) visit(s);
  return found;
}

/** GROUPING SETS, ROLLUP and CUBE spelled out as sets of positions in the group clause. */
function groupingSets(root: Root, groups: readonly SortGroupClause[]): number[][] {
  const { query } = root;
  if (query.groupingSets.length === 0) return [];
  const position = (ref: number): number => groups.findIndex((g) => g.tleSortGroupRef === ref);
  let sets: number[][] = [[]];
  for (const gs of query.groupingSets) {
    const own = expand(gs);
    sets = sets.flatMap((a) => own.map((b) => [...new Set([...a, ...b])]));
  }
  if (query.groupDistinct) {
    const seen = new Set<string>();
    sets = sets.filter((s) => { const key = [...s].sort((a, b) => a - b).join(); if (seen.has(key)) return false; seen.add(key); return true; });
  }
  return sets.map((s) => s.map(position)).sort((a, b) => b.length - a.length);
}
function expand(gs: GroupingSet): number[][] {
  const content = gs.content;
  switch (gs.kind) {
    case 'empty': return [[]];
    case 'simple': return [content as number[]];
    case 'sets': return content.flatMap((c) => (typeof c === 'number' ? [[c]] : expand(c)));
    default: {
      const units = content.map((c) => (typeof c === 'number' ? [c] : (expand(c)[0] ?? [])));
      if (gs.kind === 'rollup') return units.map((_, k) => units.slice(0, units.length - k).flat()).concat([[]]);
      const all: number[][] = [];
      for (let bits = (1 << units.length) - 1; bits >= 0; bits--) all.push(units.flatMap((u, k) => ((bits & (1 << (units.length - 1 - k))) !== 0 ? u : [])));
      return all;
    }
  }
}

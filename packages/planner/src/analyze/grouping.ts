/** GROUP BY with grouping sets (transformGroupClause) and the check of ungrouped columns (parseCheckAggregates). */
import type { RelationInfo } from '@pglitedb/catalog';
import { equal, exprLocation, mapChildren, someChild, type Expr, type GroupingFunc, type GroupingSet, type Query, type SortGroupClause, type TargetEntry, type TreeNode, type Var } from '../nodes/index.js';
import { errorAt, type ParseState } from './context.js';
import { addGroupItem, findTargetSql92, findTargetSql99, inSortList, assignSortGroupRef } from './sort-group.js';
import { list, locOf, rawLocation, type Raw } from './raw.js';
import { rteColumns } from './relation-columns.js';

interface Grouping { clause: SortGroupClause[]; sets: GroupingSet[] }

export function transformGroupClause(ps: ParseState, raw: readonly Raw[], tlist: TargetEntry[], sortClause: readonly SortGroupClause[]): Grouping {
  const flat = flattenSets(raw, true);
  const out: SortGroupClause[] = [];
  const sets: GroupingSet[] = [];
  const hasSets = flat.some((n) => n.GroupingSet);
  const seen: number[] = [];
  for (const n of flat) {
    if (!n.GroupingSet) {
      const ref = groupItem(ps, n, out, tlist, sortClause, seen, true);
      if (hasSets && ref) sets.push({ kind: 'simple', content: [ref], location: rawLocation(n) });
      continue;
    }
    sets.push(groupingSet(ps, n.GroupingSet, out, tlist, sortClause, true));
  }
  if (!hasSets) return { clause: out, sets: [] };
  return { clause: out, sets };
}
/** Nested lists (a, (b, c)) at top level are the same as a, b, c; implicit rows stand for several items. */
function flattenSets(nodes: readonly Raw[], top: boolean): Raw[] {
  const out: Raw[] = [];
  for (const n of nodes) {
    if (n.RowExpr && n.RowExpr.row_format === 'COERCE_IMPLICIT_CAST' && top) out.push(...flattenSets(list(n.RowExpr.args), true));
    else if (n.GroupingSet?.kind === 'GROUPING_SET_SETS' && top && false) out.push(n);
    else if (n.GroupingSet?.kind === 'GROUPING_SET_EMPTY' && top && nodes.length > 1) out.push(n);
    else out.push(n);
  }
  return out;
}
function groupItem(ps: ParseState, n: Raw, out: SortGroupClause[], tlist: TargetEntry[], sortClause: readonly SortGroupClause[], _seen: number[], sql92: boolean): number {
  const tle = sql92 ? findTargetSql92(ps, n, tlist, 'group_by') : findTargetSql99(ps, n, tlist, 'group_by');
  if (tle.ressortgroupref) {
    if (inSortList(tle, 0, out)) return tle.ressortgroupref;
    const sorted = sortClause.find((s) => s.tleSortGroupRef === tle.ressortgroupref);
    if (sorted) {
      out.push({ ...sorted });
      return tle.ressortgroupref;
    }
  }
  addGroupItem(ps, tle, out, tlist, rawLocation(n));
  return assignSortGroupRef(tle, tlist);
}
const KINDS: Readonly<Record<string, GroupingSet['kind']>> = { GROUPING_SET_EMPTY: 'empty', GROUPING_SET_SIMPLE: 'simple', GROUPING_SET_ROLLUP: 'rollup', GROUPING_SET_CUBE: 'cube', GROUPING_SET_SETS: 'sets' };
function groupingSet(ps: ParseState, g: Raw, out: SortGroupClause[], tlist: TargetEntry[], sortClause: readonly SortGroupClause[], top: boolean): GroupingSet {
  const kind = KINDS[g.kind as string]!;
  const content: (GroupingSet | number)[] = [];
  for (const n of list(g.content)) {
    if (n.GroupingSet) {
      const inner = groupingSet(ps, n.GroupingSet, out, tlist, sortClause, false);
      if (kind === 'sets' && inner.kind === 'sets') content.push(...inner.content);
      else content.push(inner);
    } else {
      const members: Raw[] = n.RowExpr && n.RowExpr.row_format === 'COERCE_IMPLICIT_CAST' ? [...list(n.RowExpr.args)] : n.List ? [...list(n.List.items)] : [n];
      const refs = [...new Set(members.map((m) => groupItem(ps, m, out, tlist, sortClause, [], true)))];
      content.push({ kind: 'simple', content: refs, location: rawLocation(n) });
    }
  }
  if (kind === 'cube' && content.length > 12) throw errorAt(ps, '54011', 'CUBE is limited to 12 elements', locOf(g));
  void top;
  return { kind, content, location: locOf(g) };
}

/** expand_grouping_sets: every combination, as lists of sortgrouprefs. */
export function expandGroupingSets(sets: readonly GroupingSet[], distinct: boolean): number[][] {
  let result: number[][] = [[]];
  for (const s of sets) {
    const expanded = expandOne(s);
    result = result.flatMap((r) => expanded.map((e) => [...new Set([...r, ...e])]));
  }
  if (distinct) {
    const seen = new Set<string>();
    result = result.filter((r) => {
      const key = [...r].sort((a, b) => a - b).join();
      return seen.has(key) ? false : (seen.add(key), true);
    });
  }
  return result.sort((a, b) => a.length - b.length);
}
const refsOf = (c: GroupingSet | number): number[] => (typeof c === 'number' ? [c] : (c.content as (number | GroupingSet)[]).flatMap(refsOf));
function expandOne(s: GroupingSet): number[][] {
  switch (s.kind) {
    case 'empty': return [[]];
    case 'simple': return [refsOf(s)];
    case 'rollup': {
      const parts = s.content.map(refsOf);
      const out: number[][] = [];
      for (let n = parts.length; n >= 0; n--) out.push([...new Set(parts.slice(0, n).flat())]);
      return out;
    }
    case 'cube': {
      const parts = s.content.map(refsOf);
      const out: number[][] = [];
      for (let mask = 0; mask < 1 << parts.length; mask++) out.push([...new Set(parts.filter((_, i) => mask & (1 << i)).flat())]);
      return out;
    }
    default: return s.content.flatMap((c) => (typeof c === 'number' ? [[c]] : expandOne(c)));
  }
}

interface Check { ps: ParseState; query: Query; groups: TargetEntry[]; common: number[]; flat: boolean; relations: Set<number> }

/** parseCheckAggregates */
export function checkAggregates(ps: ParseState, query: Query): void {
  if (query.groupingSets.length && expandGroupingSets(query.groupingSets, false).length > 4096) throw errorAt(ps, '54001', 'too many grouping sets present (maximum 4096)', query.groupingSets[0]!.location);
  const expanded = query.groupingSets.length ? expandGroupingSets(query.groupingSets, query.groupDistinct) : [];
  const common = expanded.length ? expanded.reduce((a, b) => a.filter((x) => b.includes(x))) : query.groupClause.map((g) => g.tleSortGroupRef);
  const groups = query.groupClause.map((g) => query.targetList.find((t) => t.ressortgroupref === g.tleSortGroupRef)!);
  if (query.rtable.some((r) => r.self_reference) && query.hasAggs && query.rtable.some((r) => r.rtekind === 'cte' && r.self_reference)) {
    const location = firstAggregate(query);
    throw errorAt(ps, '42P19', "aggregate functions are not allowed in a recursive query's recursive term", location);
  }
  const check: Check = { ps, query, groups: groups.map((g) => ({ ...g, expr: flatten(query, g.expr) })), common, flat: true, relations: new Set() };
  for (const t of query.targetList) {
    finishGrouping(check, t.expr);
    walkUngrouped(check, flatten(query, t.expr), 0);
  }
  if (query.havingQual) {
    finishGrouping(check, query.havingQual);
    walkUngrouped(check, flatten(query, query.havingQual), 0);
  }
}
function firstAggregate(query: Query): number {
  let location = -1;
  const find = (n: TreeNode): boolean => (n.kind === 'Aggref' ? ((location = n.location), true) : n.kind === 'Query' ? false : someChild(n, find));
  query.targetList.some(find);
  return location;
}
/** flatten_join_alias_vars for one level. */
function flatten(query: Query, expr: Expr): Expr {
  if (!query.rtable.some((r) => r.rtekind === 'join')) return expr;
  const map = (n: TreeNode): TreeNode => {
    if (n.kind === 'Var' && n.varlevelsup === 0) {
      const rte = query.rtable[n.varno - 1]!;
      return rte.rtekind === 'join' && n.varattno > 0 ? map(rte.joinaliasvars[n.varattno - 1]!) : n;
    }
    return n.kind === 'Query' ? n : mapChildren(n, map);
  };
  return map(expr) as Expr;
}
/** finalize_grouping_exprs: GROUPING()'s arguments become sortgrouprefs. */
function finishGrouping(check: Check, root: Expr): void {
  const visit = (n: TreeNode, depth: number): boolean => {
    if (n.kind === 'GroupingFunc' && n.agglevelsup === depth) resolveGrouping(check, n);
    return someChild(n, (c) => visit(c, n.kind === 'Query' ? depth + 1 : depth));
  };
  visit(root, 0);
}
function resolveGrouping(check: Check, g: GroupingFunc): void {
  g.refs = g.args.map((a) => {
    const flatArg = flatten(check.query, a);
    const hit = check.groups.find((t) => sameVarOrExpr(t.expr, flatArg, g.agglevelsup));
    if (!hit) throw errorAt(check.ps, '42803', 'arguments to GROUPING must be grouping expressions of the associated query level', exprLocation(a));
    return hit.ressortgroupref;
  });
}
function sameVarOrExpr(group: Expr, e: Expr, level: number): boolean {
  if (group.kind === 'Var' && e.kind === 'Var') return group.varno === e.varno && group.varattno === e.varattno && e.varlevelsup === level;
  return level === 0 && equal(group, e);
}

/** check_ungrouped_columns_walker */
function walkUngrouped(check: Check, node: TreeNode, depth: number): boolean {
  if (node.kind === 'Const' || node.kind === 'Param') return false;
  if (node.kind === 'Aggref') {
    if (node.agglevelsup === depth) {
      for (const d of node.aggdirectargs) walkDirect(check, d, depth);
      return false;
    }
    if (node.agglevelsup > depth) return false;
  }
  if (node.kind === 'GroupingFunc' && node.agglevelsup >= depth) return false;
  if (node.kind !== 'Var' && node.kind !== 'Query' && depth === 0) for (const g of check.groups) if (equal(node, g.expr)) return false;
  if (node.kind === 'Var') {
    if (node.varlevelsup === depth) ungrouped(check, node, depth);
    return false;
  }
  return someChild(node, (c) => walkUngrouped(check, c, node.kind === 'Query' ? depth + 1 : depth));
}
function walkDirect(check: Check, node: TreeNode, depth: number): void {
  walkUngrouped({ ...check, groups: check.groups }, node, depth);
}
function ungrouped(check: Check, v: Var, depth: number): void {
  if (check.groups.some((g) => g.expr.kind === 'Var' && g.expr.varno === v.varno && g.expr.varattno === v.varattno && g.expr.varlevelsup === 0)) return;
  if (depth > 0 && check.query.rtable[v.varno - 1]?.rtekind === 'join') return;
  if (check.relations.has(v.varno)) return;
  const rte = check.query.rtable[v.varno - 1]!;
  if (rte.rtekind === 'relation' && functionallyDependent(check, v.varno, check.ps.catalog.relation(rte.relid)!)) {
    check.relations.add(v.varno);
    return;
  }
  const name = `${rte.eref.aliasname}.${v.varattno === 0 ? '*' : v.varattno > 0 ? rteColumns(check.ps.catalog, rte)[v.varattno - 1]!.name : 'ctid'}`;
  throw errorAt(check.ps, '42803', depth === 0 ? `column "${name}" must appear in the GROUP BY clause or be used in an aggregate function` : `subquery uses ungrouped column "${name}" from outer query`, v.location);
}
/** check_functional_grouping: all columns of the primary key are grouped by. */
function functionallyDependent(check: Check, varno: number, rel: RelationInfo): boolean {
  const pk = rel.indexes.find((i) => i.primary && i.immediate);
  if (!pk) return false;
  const vars = check.groups.filter((g) => check.common.includes(g.ressortgroupref)).map((g) => g.expr);
  const all = pk.attnums.slice(0, pk.nkeys).every((a) => vars.some((e) => e.kind === 'Var' && e.varno === varno && e.varattno === a && e.varlevelsup === 0));
  if (!all) return false;
  const constraint = (check.ps.catalog.rows('pg_constraint', { conrelid: rel.oid, contype: 'p' } as never)[0] as { oid?: number } | undefined)?.oid;
  if (constraint && !check.query.constraintDeps.includes(constraint)) check.query.constraintDeps.push(constraint);
  return true;
}

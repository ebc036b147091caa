/** One query level: FROM/WHERE, grouping, windows, target list, DISTINCT, ORDER BY, LIMIT, row locks, set operations. */
import { exprCollation, type Expr, type Plan, type Query, type SortGroupClause, type TargetEntry, type Var, type WindowFunc } from '../nodes/index.js';
import { mapChildren, type TreeNode } from '../nodes/index.js';
import { planFrom, type Needed } from './from.js';
import { planGrouping } from './grouping.js';
import { planModify } from './modify.js';
import { planSetOperations } from './setops.js';
import { knownMultiParams, planSublinks } from './sublinks.js';
import { collectVars, contains, execParam, Glob, makePlan, nodeKey, overInputs, project, Root, target, type Rel } from './root.js';

export function planQuery(glob: Glob, original: Query, parent: Root | undefined): Plan {
  const query = simplify(original);
  const root = new Root(glob, query, parent);
  planCtes(root);
  if (query.commandType !== 'select') return planModify(root);
  if (query.setOperations !== undefined) return finishSetOperation(root, planSetOperations(root));
  return planSelect(root);
}

/** Join aliases and grouping-RTE Vars are replaced by what they stand for. */
export function simplify(query: Query): Query {
  const map = (depth: number) => (n: TreeNode): TreeNode => {
    if (n.kind === 'Var' && n.varlevelsup === depth && n.varno > 0) {
      const rte = query.rtable[n.varno - 1];
      if (rte?.rtekind === 'group') return raise(map(depth)(raise(rte.groupexprs[n.varattno - 1]!, depth)) as Expr, 0);
      if (rte?.rtekind === 'join' && n.varattno > 0) return map(depth)(raise(rte.joinaliasvars[n.varattno - 1]!, depth));
      if (rte?.rtekind === 'join' && n.varattno === 0) {
        const args = rte.joinaliasvars.map((v) => map(depth)(raise(v, depth)) as Expr);
        return { kind: 'RowExpr', args, row_typeid: n.vartype, row_format: 'implicit', colnames: rte.eref.colnames, location: -1 };
      }
      return n;
    }
    if (n.kind === 'Query') return mapChildren(n, map(depth + 1));
    return mapChildren(n, map(depth));
  };
  const needs = query.rtable.some((r) => r.rtekind === 'join' || r.rtekind === 'group');
  return needs ? (mapChildren(query, map(0)) as Query) : query;
}
function raise(e: Expr, levels: number): Expr {
  if (levels === 0) return e;
  const map = (depth: number) => (n: TreeNode): TreeNode => {
    if (n.kind === 'Var' && n.varlevelsup >= depth) return { ...n, varlevelsup: n.varlevelsup + levels };
    return n.kind === 'Query' ? mapChildren(n, map(depth + 1)) : mapChildren(n, map(depth));
  };
  return map(0)(e) as Expr;
}

function planCtes(root: Root): void {
  const { query, glob } = root;
  for (const cte of query.cteList) {
    const q = cte.ctequery;
    if (cte.cterefcount === 0 && q.commandType === 'select') continue;
    if (cte.cterecursive && query.hasRecursive && q.setOperations?.kind === 'SetOperationStmt') {
      const workParam = glob.newParam(2249);
      root.ctes.set(cte.ctename, { planId: 0, query: q, workParam });
      const plan = planRecursive(root, q, workParam);
      glob.subplans.push(plan);
      root.ctes.set(cte.ctename, { planId: glob.subplans.length, query: q, workParam });
      continue;
    }
    glob.subplans.push(planQuery(glob, q, root));
    root.ctes.set(cte.ctename, { planId: glob.subplans.length, query: q, workParam: undefined });
  }
}

function planRecursive(outerRoot: Root, query: Query, workParam: number): Plan {
  const setop = query.setOperations as Extract<Query['setOperations'], { kind: 'SetOperationStmt' }>;
  const root = new Root(outerRoot.glob, query, outerRoot);
  planCtes(root);
  const arm = (n: typeof setop.larg): Plan => planQuery(root.glob, query.rtable[(n as { rtindex: number }).rtindex - 1]!.subquery!, root);
  const left = stripJunk(arm(setop.larg));
  const right = stripJunk(arm(setop.rarg));
  const columns = left.targetlist.map((t) => t.expr);
  const dup = setop.all ? [] : setop.groupClauses;
  return makePlan('RecursiveUnion', 1000, {
    lefttree: left, righttree: right, wtParam: workParam, numCols: dup.length, dupColIdx: dup.map((_, k) => k + 1), dupOperators: dup.map((g) => g.eqop), dupCollations: dup.map(() => 0), numGroups: 100,
    targetlist: query.targetList.filter((t) => !t.resjunk).map((t, k) => target(outerVar(columns[k]!, k), k + 1, t.resname)),
  });
}
export function outerVar(e: Expr, k: number): Expr { return { ...(overInputs({ kind: 'CollateExpr', arg: e, collOid: -1 - k, location: -1 } as Expr, [...fillers(k), { kind: 'CollateExpr', arg: e, collOid: -1 - k, location: -1 } as Expr]) as Var) }; }
function fillers(k: number): Expr[] { return new Array<Expr>(k).fill({ kind: 'MergeSupportFunc', msftype: -1, msfcollid: 0, location: -1 }); }

export function stripJunk(plan: Plan): Plan {
  if (!plan.targetlist.some((t) => t.resjunk)) return plan;
  const kept = plan.targetlist.map((t, k) => ({ t, k })).filter((x) => !x.t.resjunk);
  return makePlan('Result', plan.plan_rows, { resconstantqual: [], lefttree: plan, targetlist: kept.map((x, n) => target(outerVar(x.t.expr, x.k), n + 1, x.t.resname)) });
}

/** Multi-assignment params become the exec params that their subplan sets. */
export function resolveMulti<T extends Expr>(e: T, root: Root): T {
  const map = (n: TreeNode): TreeNode => {
    if (n.kind === 'Param' && n.paramkind === 'multiexpr') {
      const ids = knownMultiParams(root.glob, n.paramid >> 16);
      return execParam(ids![(n.paramid & 0xffff) - 1]!, n);
    }
    return mapChildren(n, map);
  };
  return map(e) as T;
}

function planSelect(root: Root): Plan {
  const { query } = root;
  const tlist = [...query.targetList, ...lockColumns(query)].map((t) => ({ ...t, expr: planSublinks(t.expr, root) }));
  const having = query.havingQual && planSublinks(query.havingQual, root);
  const above: Expr[] = [...tlist.map((t) => t.expr), ...(having ? [having] : [])];
  for (const p of root.outerParams) above.push(p.expr);
  const needed = neededVars(root, above);
  let rel = planFrom(root, needed);
  const grouped = query.groupClause.length > 0 || query.groupingSets.length > 0 || query.hasAggs || having !== undefined;
  if (grouped) rel = planGrouping(root, rel, tlist, having);
  if (query.hasWindowFuncs) rel = planWindows(root, rel, tlist);
  rel = planTargets(root, rel, tlist);
  return finish(root, rel, tlist);
}

/** Vars that FROM must deliver: those of the levels above, of WHERE and of the join conditions. */
export function neededVars(root: Root, above: readonly Expr[]): Needed {
  const vars = new Map<string, Var>();
  for (const e of above) collectVars(e, vars);
  collectVars(root.query.jointree, vars);
  collectSublinkVars(root.query.jointree, vars, 0);
  for (const rte of root.query.rtable) {
    if (rte.lateral) collectSublinkVars(rte.rtekind === 'subquery' ? rte.subquery! : { kind: 'RowExpr', args: [...rte.functions.map((f) => f.funcexpr), ...rte.values_lists.flat()], row_typeid: 0, row_format: 'call', colnames: [], location: -1 }, vars, rte.rtekind === 'subquery' ? -1 : 0);
  }
  const needed: Needed = new Map();
  for (const v of vars.values()) {
    let list = needed.get(v.varno);
    if (list === undefined) needed.set(v.varno, (list = []));
    if (!list.some((x) => x.varattno === v.varattno)) list.push({ ...v, varnullingrels: [] });
  }
  return needed;
}
/** Vars of this level inside of subqueries. */
function collectSublinkVars(node: TreeNode, out: Map<string, Var>, depth: number): void {
  if (node.kind === 'Var') { if (node.varlevelsup === depth) out.set(`${node.varno}.${node.varattno}.${node.varreturningtype}`, { ...node, varlevelsup: 0 }); return; }
  mapChildren(node, (c) => { collectSublinkVars(c, out, node.kind === 'Query' ? depth + 1 : depth); return c; });
}

function planTargets(root: Root, rel: Rel, tlist: TargetEntry[]): Rel {
  const exprs = tlist.map((t) => t.expr);
  if (!root.query.hasTargetSRFs) return project(rel, exprs);
  return projectSets(rel, exprs);
}
const isSet = (n: TreeNode): boolean => (n.kind === 'FuncExpr' && n.funcretset) || (n.kind === 'OpExpr' && n.opretset);
/** ProjectSet for set-returning functions, inner ones first. */
export function projectSets(rel: Rel, exprs: Expr[]): Rel {
  let current = rel;
  for (let guard = 0; guard < 10; guard++) {
    const level: Expr[] = [];
    const collect = (n: TreeNode): void => {
      if (current.columns.some((c) => nodeKey(c) === nodeKey(n))) return;
      const innerSet = contains(n, (m) => m !== n && isSet(m) && !current.columns.some((c) => nodeKey(c) === nodeKey(m)));
      if (isSet(n) && !innerSet) { if (!level.some((l) => nodeKey(l) === nodeKey(n))) level.push(n as Expr); return; }
      if (n.kind !== 'Query') mapChildren(n, (c) => { collect(c); return c; });
    };
    for (const e of exprs) collect(e);
    if (level.length === 0) break;
    const columns = [...current.columns, ...level];
    const plan = makePlan('ProjectSet', current.plan.plan_rows, { lefttree: current.plan, targetlist: columns.map((e, k) => target(k < current.columns.length ? overInputs(e, current.columns) : (mapChildren(e, (c) => overInputs(c as Expr, current.columns)) as Expr), k + 1)) });
    current = { plan, columns };
  }
  return project(current, exprs);
}

function planWindows(root: Root, input: Rel, tlist: TargetEntry[]): Rel {
  let rel = input;
  for (const w of root.query.windowClause) {
    const funcs: WindowFunc[] = [];
    const visit = (n: TreeNode): void => { if (n.kind === 'WindowFunc') { if (n.winref === w.winref && !funcs.some((f) => nodeKey(f) === nodeKey(n))) funcs.push(n); return; } mapChildren(n, (c) => { visit(c); return c; }); };
    for (const t of tlist) visit(t.expr);
    if (funcs.length === 0) continue;
    const keys = [...w.partitionClause, ...w.orderClause];
    const keyExpr = (s: SortGroupClause): Expr => tlist.find((t) => t.ressortgroupref === s.tleSortGroupRef)!.expr;
    const need = [...rel.columns];
    for (const k of keys) if (!need.some((c) => nodeKey(c) === nodeKey(keyExpr(k)))) need.push(keyExpr(k));
    rel = project(rel, need);
    if (keys.length > 0) rel = sortBy(rel, keys.map((s) => ({ expr: keyExpr(s), clause: s })));
    const at = (s: SortGroupClause): number => rel.columns.findIndex((c) => nodeKey(c) === nodeKey(keyExpr(s))) + 1;
    const columns = [...rel.columns, ...funcs];
    const source = rel;
    const plan = makePlan('WindowAgg', rel.plan.plan_rows, {
      lefttree: rel.plan, winname: w.name ?? `w${w.winref}`, winref: w.winref, partNumCols: w.partitionClause.length, partColIdx: w.partitionClause.map(at), partOperators: w.partitionClause.map((s) => s.eqop), partCollations: w.partitionClause.map(() => 0),
      ordNumCols: w.orderClause.length, ordColIdx: w.orderClause.map(at), ordOperators: w.orderClause.map((s) => s.eqop), ordCollations: w.orderClause.map(() => 0), frame: w.frame,
      startOffset: w.startOffset && planSublinks(w.startOffset, root), endOffset: w.endOffset && planSublinks(w.endOffset, root), runCondition: [], runConditionOrig: [], startInRangeFunc: w.startInRangeFunc, endInRangeFunc: w.endInRangeFunc, inRangeColl: w.inRangeColl,
      inRangeAsc: w.inRangeAsc, inRangeNullsFirst: w.inRangeNullsFirst, topWindow: true,
      targetlist: columns.map((e, k) => target(k < source.columns.length ? overInputs(e, source.columns) : (mapChildren(e, (c) => overInputs(c as Expr, source.columns)) as Expr), k + 1)),
    });
    rel = { plan, columns };
  }
  return rel;
}

export function sortBy(rel: Rel, keys: { expr: Expr; clause: SortGroupClause }[]): Rel {
  const distinct = keys.filter((k, n) => keys.findIndex((x) => nodeKey(x.expr) === nodeKey(k.expr)) === n);
  const plan = makePlan('Sort', rel.plan.plan_rows, {
    lefttree: rel.plan, numCols: distinct.length, sortColIdx: distinct.map((k) => rel.columns.findIndex((c) => nodeKey(c) === nodeKey(k.expr)) + 1), sortOperators: distinct.map((k) => k.clause.sortop),
    collations: distinct.map((k) => exprCollation(k.expr)), nullsFirst: distinct.map((k) => k.clause.nulls_first), targetlist: rel.columns.map((e, k) => target(outerVar(e, k), k + 1)),
  });
  return { plan, columns: rel.columns };
}

/** DISTINCT, ORDER BY, row locks and LIMIT over a Rel whose columns are the target list. */
function finish(root: Root, input: Rel, tlist: TargetEntry[]): Plan {
  const { query } = root;
  let rel: Rel = { plan: input.plan, columns: tlist.map((t) => t.expr) };
  const entry = (s: SortGroupClause): TargetEntry => tlist.find((t) => t.ressortgroupref === s.tleSortGroupRef)!;
  const position = (s: SortGroupClause): number => tlist.indexOf(entry(s)) + 1;
  const sortAt = (plan: Plan, clauses: SortGroupClause[]): Plan => makePlan('Sort', plan.plan_rows, {
    lefttree: plan, numCols: clauses.length, sortColIdx: clauses.map(position), sortOperators: clauses.map((s) => s.sortop), collations: clauses.map((s) => exprCollation(entry(s).expr)),
    nullsFirst: clauses.map((s) => s.nulls_first), targetlist: tlist.map((t, k) => ({ ...t, expr: outerVar(t.expr, k), resno: k + 1 })),
  });
  let plan = named(rel.plan, tlist);
  let sorted = false;
  if (query.distinctClause.length > 0) {
    const order = query.hasDistinctOn || query.sortClause.length > 0 ? query.sortClause : query.distinctClause;
    const full = [...order, ...query.distinctClause.filter((d) => !order.some((o) => o.tleSortGroupRef === d.tleSortGroupRef))].filter((s) => s.sortop !== 0);
    const d = query.distinctClause;
    if (full.length >= d.length) {
      plan = makePlan('Unique', plan.plan_rows, { lefttree: sortAt(plan, full), numCols: d.length, uniqColIdx: d.map(position), uniqOperators: d.map((s) => s.eqop), uniqCollations: d.map((s) => exprCollation(entry(s).expr)), targetlist: tlist.map((t, k) => ({ ...t, expr: outerVar(t.expr, k), resno: k + 1 })) });
      sorted = true;
    } else {
      plan = makePlan('Agg', plan.plan_rows, { lefttree: plan, aggstrategy: 'hashed', aggsplit: 'simple', numCols: d.length, grpColIdx: d.map(position), grpOperators: d.map((s) => s.eqop), grpCollations: d.map(() => 0), numGroups: 100, transitionSpace: 0, aggParams: [], groupingSets: [], chain: [], targetlist: tlist.map((t, k) => ({ ...t, expr: outerVar(t.expr, k), resno: k + 1 })) });
    }
  }
  if (query.sortClause.length > 0 && !sorted) plan = sortAt(plan, query.sortClause);
  if (query.rowMarks.length > 0) plan = lockRows(root, plan);
  rel = { plan, columns: rel.columns };
  if (query.limitCount === undefined && query.limitOffset === undefined) return plan;
  const ties = query.limitOption === 'with_ties';
  return makePlan('Limit', plan.plan_rows, {
    lefttree: plan, limitOffset: query.limitOffset && planSublinks(query.limitOffset, root), limitCount: query.limitCount && planSublinks(query.limitCount, root), limitOption: query.limitOption,
    uniqNumCols: ties ? query.sortClause.length : 0, uniqColIdx: ties ? query.sortClause.map(position) : [], uniqOperators: ties ? query.sortClause.map((s) => s.eqop) : [], uniqCollations: ties ? query.sortClause.map((s) => exprCollation(entry(s).expr)) : [],
    targetlist: plan.targetlist.map((t, k) => ({ ...t, expr: outerVar(t.expr, k), resno: k + 1 })),
  });
}

/** The plan's own target list with the query's names and marks. */
export function named(plan: Plan, tlist: readonly TargetEntry[]): Plan {
  return { ...plan, targetlist: plan.targetlist.map((t, k) => ({ ...(tlist[k] ?? t), expr: t.expr, resno: k + 1 })) } as Plan;
}

/** Junk columns that say which rows to lock. */
function lockColumns(query: Query): TargetEntry[] {
  return query.rowMarks.filter((m) => query.rtable[m.rti - 1]!.rtekind === 'relation').map((m, k) => target(ctidVar(m.rti), query.targetList.length + k + 1, `ctid${m.rti}`, true));
}
export function ctidVar(rti: number): Var {
  return { kind: 'Var', varno: rti, varattno: -1, vartype: 27, vartypmod: -1, varcollid: 0, varlevelsup: 0, varreturningtype: 'default', varnullingrels: [], varnosyn: rti, varattnosyn: -1, location: -1 };
}

function lockRows(root: Root, plan: Plan): Plan {
  const marks = root.query.rowMarks.filter((m) => root.query.rtable[m.rti - 1]!.rtekind === 'relation');
  const types: Record<string, 'exclusive' | 'nokeyexclusive' | 'share' | 'keyshare'> = { forupdate: 'exclusive', fornokeyupdate: 'nokeyexclusive', forshare: 'share', forkeyshare: 'keyshare' };
  return makePlan('LockRows', plan.plan_rows, {
    lefttree: plan, epqParam: 0, targetlist: plan.targetlist.map((t, k) => ({ ...t, expr: outerVar(t.expr, k), resno: k + 1 })),
    rowMarks: marks.map((m) => ({ rti: m.rti + root.rtoffset, prti: m.rti + root.rtoffset, rowmarkId: m.rti, markType: types[m.strength]!, strength: m.strength, waitPolicy: m.waitPolicy, isParent: false })),
  });
}

/** ORDER BY and LIMIT over a set operation. */
function finishSetOperation(root: Root, plan: Plan): Plan {
  const tlist = root.query.targetList;
  return finish(root, { plan, columns: tlist.map((t) => t.expr) }, tlist);
}

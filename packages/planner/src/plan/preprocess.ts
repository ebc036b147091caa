/** Passes every expression of a query level (not of its FROM subqueries) through a function, saying what it is used for. */
import { type Expr, type JoinTreeNode, type Query, type RangeTblEntry, type TargetEntry } from '../nodes/index.js';
import { mapChildren, type AnyTree } from './tree-types.js';

export type ExprUse = 'qual' | 'target' | 'other';
export type ExprMap = (e: Expr, use: ExprUse) => Expr;

export function mutateExprs(q: Query, fn: ExprMap): Query {
  const list = (l: TargetEntry[]): TargetEntry[] => l.map((t) => { const e = fn(t.expr, 'target'); return e === t.expr ? t : { ...t, expr: e }; });
  const opt = (e: Expr | undefined, use: ExprUse): Expr | undefined => e && fn(e, use);
  return {
    ...q,
    targetList: list(q.targetList), returningList: list(q.returningList),
    withCheckOptions: q.withCheckOptions.map((w) => ({ ...w, qual: fn(w.qual, 'qual') })),
    jointree: tree(q.jointree, fn) as Query['jointree'], havingQual: opt(q.havingQual, 'qual'), limitOffset: opt(q.limitOffset, 'other'), limitCount: opt(q.limitCount, 'other'),
    windowClause: q.windowClause.map((w) => ({ ...w, startOffset: opt(w.startOffset, 'other'), endOffset: opt(w.endOffset, 'other') })),
    onConflict: q.onConflict && { ...q.onConflict, arbiterElems: q.onConflict.arbiterElems.map((a) => ({ ...a, expr: fn(a.expr, 'other') })), arbiterWhere: opt(q.onConflict.arbiterWhere, 'qual'), onConflictSet: list(q.onConflict.onConflictSet), onConflictWhere: opt(q.onConflict.onConflictWhere, 'qual') },
    mergeActionList: q.mergeActionList.map((a) => ({ ...a, qual: opt(a.qual, 'qual'), targetList: list(a.targetList) })), mergeJoinCondition: opt(q.mergeJoinCondition, 'qual'),
    rtable: q.rtable.map((r) => rte(r, fn)),
  };
}
function tree(n: JoinTreeNode, fn: ExprMap): JoinTreeNode {
  if (n.kind === 'RangeTblRef') return n;
  if (n.kind === 'FromExpr') return { ...n, fromlist: n.fromlist.map((c) => tree(c, fn)), quals: n.quals && fn(n.quals, 'qual') };
  return { ...n, larg: tree(n.larg, fn), rarg: tree(n.rarg, fn), quals: n.quals && fn(n.quals, 'qual') };
}
function rte(r: RangeTblEntry, fn: ExprMap): RangeTblEntry {
  const sec = r.securityQuals.length ? { securityQuals: r.securityQuals.map((e) => fn(e, 'qual')) } : undefined;
  switch (r.rtekind) {
    case 'relation': {
      if (!r.tablesample) return sec ? { ...r, ...sec } : r;
      return { ...r, ...sec, tablesample: { ...r.tablesample, args: r.tablesample.args.map((e) => fn(e, 'other')), repeatable: r.tablesample.repeatable && fn(r.tablesample.repeatable, 'other') } };
    }
    case 'function': return { ...r, ...sec, functions: r.functions.map((f) => ({ ...f, funcexpr: fn(f.funcexpr, 'other') })) };
    case 'values': return { ...r, ...sec, values_lists: r.values_lists.map((l) => l.map((e) => fn(e, 'other'))) };
    case 'tablefunc': {
      const map = (n: AnyTree): AnyTree => fn(n as Expr, 'other');
      return { ...r, ...sec, tablefunc: mapChildren(r.tablefunc!, map) };
    }
    case 'subquery': return r.lateral || sec ? { ...r, ...sec } : r;
    default: return sec ? { ...r, ...sec } : r;
  }
}

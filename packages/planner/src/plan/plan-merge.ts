/** MERGE as a join of source and target: transform_MERGE_to_join. */
import { makeConst, type Expr, type JoinExpr, type JoinType, type Query } from '../nodes/index.js';
import { addNullingRels } from './manip.js';
import { emptyRte } from './prepjointree.js';

export function prepareMerge(q: Query): Query {
  if (q.commandType !== 'merge') return q;
  const has = (k: string): boolean => q.mergeActionList.some((a) => a.matchKind === k);
  const bySource = has('not_matched_by_source');
  const byTarget = has('not_matched_by_target');
  const jointype: JoinType = bySource && byTarget ? 'full' : bySource ? 'left' : byTarget ? 'right' : 'inner';
  const rtable = [...q.rtable, { ...emptyRte, rtekind: 'join' as const, jointype, eref: { aliasname: '*MERGE*', colnames: [] } }];
  const rti = rtable.length;
  const from = q.jointree.fromlist;
  const right = from.length === 1 ? from[0]! : { kind: 'FromExpr' as const, fromlist: from, quals: undefined };
  const j: JoinExpr = { kind: 'JoinExpr', jointype, isNatural: false, larg: { kind: 'RangeTblRef', rtindex: q.mergeTargetRelation || q.resultRelation }, rarg: right, usingClause: [], quals: q.mergeJoinCondition, alias: undefined, rtindex: rti };
  const target = q.mergeTargetRelation || q.resultRelation;
  const nulled = (v: number): boolean => (v === target ? jointype === 'right' || jointype === 'full' : jointype === 'left' || jointype === 'full');
  const mark = <T extends Expr>(e: T): T => addNullingRels(e, [rti], nulled);
  return {
    ...q, rtable, jointree: { kind: 'FromExpr', fromlist: [j], quals: q.jointree.quals },
    targetList: q.targetList.map((t) => ({ ...t, expr: mark(t.expr) })), returningList: q.returningList,
    mergeActionList: q.mergeActionList.map((a) => ({ ...a, qual: a.qual && mark(a.qual), targetList: a.targetList.map((t) => ({ ...t, expr: mark(t.expr) })) })),
    mergeJoinCondition: bySource ? q.mergeJoinCondition && mark(q.mergeJoinCondition) : undefined,
  };
}
export { makeConst };

/** markQueryForLocking: FOR UPDATE of a view locks the relations under it. */
import type { JoinTreeNode, Query, RowMarkClause } from '../nodes/index.js';

export function lockRelationsForView(query: Query, mark: RowMarkClause): void {
  const visit = (node: JoinTreeNode): void => {
    if (node.kind === 'JoinExpr') [node.larg, node.rarg].forEach(visit);
    else if (node.kind === 'FromExpr') node.fromlist.forEach(visit);
    else {
      const rte = query.rtable[node.rtindex - 1]!;
      if (rte.rtekind !== 'relation' && rte.rtekind !== 'subquery') return;
      if (!query.rowMarks.some((m) => m.rti === node.rtindex)) query.rowMarks.push({ ...mark, rti: node.rtindex, pushedDown: true });
      query.hasForUpdate = true;
      if (rte.perminfoindex) query.rteperminfos[rte.perminfoindex - 1]!.requiredPerms |= 4;
      if (rte.subquery) lockRelationsForView(rte.subquery, mark);
    }
  };
  visit(query.jointree);
}

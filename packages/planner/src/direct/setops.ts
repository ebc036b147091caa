/** UNION, INTERSECT and EXCEPT: Append with a hashed or sorted removal of duplicates, SetOp nodes. */
import { exprCollation, exprType, exprTypmod, type Expr, type Plan, type SetOperationStmt, type TargetEntry } from '../nodes/index.js';
import { outerVar, planQuery, stripJunk } from './query.js';
import { makePlan, target, type Root } from './root.js';

type Tree = SetOperationStmt | { kind: 'RangeTblRef'; rtindex: number };

export function planSetOperations(root: Root): Plan {
  const plan = planTree(root, root.query.setOperations as Tree);
  return { ...plan, targetlist: plan.targetlist.map((t, k) => ({ ...(root.query.targetList[k] ?? t), expr: t.expr, resno: k + 1 })) } as Plan;
}

function planTree(root: Root, tree: Tree): Plan {
  if (tree.kind === 'RangeTblRef') return stripJunk(planQuery(root.glob, root.query.rtable[tree.rtindex - 1]!.subquery!, root));
  const left = typed(planTree(root, tree.larg as Tree), tree);
  const right = typed(planTree(root, tree.rarg as Tree), tree);
  const groups = tree.groupClauses;
  const all = (k: number): number => k + 1;
  const targetlist = (source: Plan): TargetEntry[] => source.targetlist.map((t, k) => target(outerVar(t.expr, k), k + 1, t.resname));
  if (tree.op !== 'union') {
    return makePlan('SetOp', left.plan_rows, {
      lefttree: left, righttree: right, cmd: `${tree.op}${tree.all ? '_all' : ''}` as 'intersect', strategy: 'hashed', numCols: tree.colTypes.length, cmpColIdx: tree.colTypes.map((_, k) => all(k)),
      cmpOperators: groups.map((g) => g.eqop), cmpCollations: tree.colCollations, cmpNullsFirst: groups.map((g) => g.nulls_first), numGroups: 100, targetlist: targetlist(left),
    });
  }
  const append = makePlan('Append', left.plan_rows + right.plan_rows, { appendplans: [left, right], apprelids: [], first_partial_plan: 2, part_prune_index: -1, targetlist: targetlist(left) });
  if (tree.all) return append;
  const hashed = groups.every((g) => g.hashable);
  if (hashed) {
    return makePlan('Agg', append.plan_rows, {
      lefttree: append, aggstrategy: 'hashed', aggsplit: 'simple', numCols: groups.length, grpColIdx: groups.map((_, k) => all(k)), grpOperators: groups.map((g) => g.eqop), grpCollations: tree.colCollations, numGroups: 100,
      transitionSpace: 0, aggParams: [], groupingSets: [], chain: [], targetlist: targetlist(append),
    });
  }
  const sort = makePlan('Sort', append.plan_rows, { lefttree: append, numCols: groups.length, sortColIdx: groups.map((_, k) => all(k)), sortOperators: groups.map((g) => g.sortop), collations: tree.colCollations, nullsFirst: groups.map((g) => g.nulls_first), targetlist: targetlist(append) });
  return makePlan('Unique', append.plan_rows, { lefttree: sort, numCols: groups.length, uniqColIdx: groups.map((_, k) => all(k)), uniqOperators: groups.map((g) => g.eqop), uniqCollations: tree.colCollations, targetlist: targetlist(append) });
}

/** The arm's columns in the set operation's types; they already are, apart from relabelling. */
function typed(plan: Plan, tree: SetOperationStmt): Plan {
  const differs = plan.targetlist.some((t, k) => exprType(t.expr) !== tree.colTypes[k]);
  if (!differs) return plan;
  const exprs = plan.targetlist.map((t, k): Expr => {
    const v = outerVar(t.expr, k);
    if (exprType(t.expr) === tree.colTypes[k]) return v;
    return { kind: 'RelabelType', arg: v, resulttype: tree.colTypes[k]!, resulttypmod: exprTypmod(t.expr), resultcollid: exprCollation(t.expr), relabelformat: 'implicit', location: -1 };
  });
  return makePlan('Result', plan.plan_rows, { resconstantqual: [], lefttree: plan, targetlist: exprs.map((e, k) => target(e, k + 1, plan.targetlist[k]!.resname)) });
}

/** The direct planner's entry: a Query to a frozen PlannedStmt. */
import { SqlError } from '@pglitedb/types';
import type { Plan, PlannedStmt, Query } from '../nodes/index.js';
import type { PlannerContext } from '../plan/context.js';
import { planQuery } from './query.js';
import { Glob } from './root.js';
import { usesParam } from './sublinks.js';

export function planDirect(query: Query, ctx: PlannerContext): PlannedStmt {
  const glob = new Glob(ctx);
  let planTree: Plan;
  try {
    planTree = planQuery(glob, query, undefined);
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (error instanceof SqlError || typeof code !== 'string' || code.length !== 5) throw error;
    throw new SqlError(code, (error as Error).message);
  }
  let id = 0;
  for (const plan of [planTree, ...glob.subplans]) number(plan, () => id++, glob);
  return {
    kind: 'PlannedStmt', commandType: query.commandType, hasReturning: query.returningList.length > 0, hasModifyingCTE: query.hasModifyingCTE, canSetTag: query.canSetTag, transientPlan: false, dependsOnRole: false,
    planTree, rtable: glob.rtable, permInfos: glob.permInfos, resultRelations: planTree.kind === 'ModifyTable' ? planTree.resultRelations : [], subplans: glob.subplans, rowMarks: [],
    nParamExec: glob.paramTypes.length, paramExecTypes: glob.paramTypes, relationOids: [...glob.relationOids], invalItems: [], stmt_location: query.stmt_location, stmt_len: query.stmt_len, query,
  };
}

/** Node ids, and which params each subtree depends on (a node that depends on none need not run again). */
function number(plan: Plan, next: () => number, glob: Glob): void {
  plan.plan_node_id = next();
  const children = [plan.lefttree, plan.righttree, ...('appendplans' in plan ? plan.appendplans : []), ...('subplan' in plan ? [plan.subplan] : [])];
  for (const c of children) if (c !== undefined) number(c, next, glob);
  plan.extParam = glob.paramTypes.map((_, k) => k).filter((k) => usesParam(plan, k));
}

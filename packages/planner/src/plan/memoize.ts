/** Memoize over a parameterized inner path: worth it when the same parameters come again. get_memoize_path. */
import { exprType, type Expr, type JoinType } from '../nodes/index.js';
import type { MemoizePath, Path, PlannerInfo, RelOptInfo, RestrictInfo } from './pathnodes.js';
import { isSubset, overlaps } from './relids.js';
import { containVolatile } from './vars.js';

export function memoizePath(root: PlannerInfo, inner: RelOptInfo, outer: RelOptInfo, path: Path, outerPath: Path, jt: JoinType, x: { innerUnique: boolean; restrict: readonly RestrictInfo[] }): Path | undefined {
  if (!root.glob.set.enable.memoize || outerPath.rows < 2 || !path.param_info || path.type === 'Memoize') return undefined;
  if (inner.reloptkind !== 'base' || root.parse.hasModifyingCTE && false) return undefined;
  if ((jt === 'semi' || jt === 'anti') && !x.innerUnique) return undefined;
  if (x.innerUnique && !x.restrict.every((r) => path.param_info!.ppi_clauses.includes(r) || (r.parent_ec !== undefined && path.param_info!.ppi_clauses.some((c) => c.parent_ec === r.parent_ec)))) return undefined;
  const look = root.glob.look;
  if (inner.reltarget.exprs.some((e) => containVolatile(look, e)) || inner.baserestrictinfo.some((r) => containVolatile(look, r.clause))) return undefined;
  const exprs: Expr[] = [];
  const ops: number[] = [];
  let binary = false;
  for (const r of path.param_info.ppi_clauses) {
    if (r.clause.kind !== 'OpExpr' || r.clause.args.length !== 2) return undefined;
    const leftOuter = overlaps(r.left_relids, outer.relids) && isSubset(r.left_relids, path.param_info.ppi_req_outer | outer.relids) && !overlaps(r.left_relids, inner.relids);
    const e = r.clause.args[leftOuter ? 0 : 1]!;
    const t = look.typeOperators(exprType(e));
    if (!t.hashable || !t.eq) return undefined;
    if (!r.hashjoinoperator) binary = true;
    exprs.push(e);
    ops.push(t.eq);
  }
  for (const e of inner.lateral_vars) { const t = look.typeOperators(exprType(e)); if (!t.hashable) return undefined; exprs.push(e); ops.push(t.eq); binary = true; }
  if (exprs.length === 0) return undefined;
  const s = root.glob.set;
  const p: MemoizePath = { type: 'Memoize', parent: inner, pathtarget: path.pathtarget, param_info: path.param_info, rows: path.rows, startup_cost: path.startup_cost + s.cpuTupleCost, total_cost: path.total_cost + s.cpuTupleCost, disabled_nodes: path.disabled_nodes, pathkeys: path.pathkeys, subpath: path, hash_operators: ops, param_exprs: exprs, singlerow: x.innerUnique, binary_mode: binary, calls: Math.max(outerPath.rows, 1), est_entries: 0 };
  return p;
}

/** Scans by ctid: ctid = value, ctid = ANY (array), CURRENT OF, and ranges. PostgreSQL's tidpath.c. */
import { promotable } from './restrictinfo.js';
import type { Expr } from '../nodes/index.js';
import { clampRows, qualCost } from './cost-scan.js';
import { clauseListSelectivity } from './clausesel.js';
import { addPath } from './pathnode.js';
import type { Path, PlannerInfo, RelOptInfo, RestrictInfo } from './pathnodes.js';
import { pullVarnos } from './vars.js';

const isCtid = (e: Expr, rel: RelOptInfo): boolean => e.kind === 'Var' && e.varno === rel.relid && e.varattno === -1;
const TID_EQ = 387;
const RANGE = new Set([2799, 2800, 2801, 2802]);

export function createTidPaths(root: PlannerInfo, rel: RelOptInfo): void {
  const eq: RestrictInfo[] = [];
  const range: RestrictInfo[] = [];
  for (const r of rel.baserestrictinfo) {
    if (!promotable(r, rel)) continue;
    const c = r.clause;
    if (c.kind === 'CurrentOfExpr') eq.unshift(r);
    else if (c.kind === 'OpExpr' && c.args.length === 2) {
      const [a, b] = c.args as [Expr, Expr];
      const hit = (isCtid(a, rel) && pullVarnos(root, b) === 0n) || (isCtid(b, rel) && pullVarnos(root, a) === 0n);
      if (hit && c.opno === TID_EQ) eq.push(r);
      else if (hit && RANGE.has(c.opno)) range.push(r);
    } else if (c.kind === 'ScalarArrayOpExpr' && c.useOr && c.opno === TID_EQ && isCtid(c.args[0]!, rel) && pullVarnos(root, c.args[1]!) === 0n) eq.push(r);
  }
  const s = root.glob.set;
  const base = { parent: rel, pathtarget: rel.reltarget, param_info: undefined, rows: rel.rows, pathkeys: [] };
  if (eq.length) {
    const use = [eq[0]!];
    const c = use[0]!.clause;
    const n = c.kind === 'ScalarArrayOpExpr' ? 10 : 1;
    const q = qualCost(root, rel.baserestrictinfo);
    const tq = qualCost(root, use);
    const startup = q.startup + tq.perTuple;
    const current = c.kind === 'CurrentOfExpr';
    const p: Path = { type: 'TidScan', ...base, tidquals: use, startup_cost: current ? startup - 1e10 : startup, total_cost: startup + n * s.randomPageCost + (s.cpuTupleCost + q.perTuple - tq.perTuple) * n - (current ? 1e10 : 0), disabled_nodes: s.enable.tidscan || current ? 0 : 1 };
    if (current) { p.startup_cost = tq.perTuple; p.total_cost = Math.max(p.total_cost, 4.01); for (const x of rel.pathlist) x.disabled_nodes += 1; }
    addPath(rel, p);
  } else if (range.length) {
    const sel = clauseListSelectivity(root, range, rel.relid, 'inner', undefined);
    const pages = Math.max(Math.ceil(sel * rel.pages), 1);
    const tuples = clampRows(sel * rel.tuples);
    const q = qualCost(root, rel.baserestrictinfo);
    const tq = qualCost(root, range);
    const startup = q.startup + tq.perTuple;
    const p: Path = { type: 'TidRangeScan', ...base, tidquals: range, startup_cost: startup, total_cost: startup + s.randomPageCost + s.seqPageCost * (pages - 1) + (s.cpuTupleCost + q.perTuple - tq.perTuple) * tuples, disabled_nodes: s.enable.tidscan ? 0 : 1 };
    addPath(rel, p);
  }
}

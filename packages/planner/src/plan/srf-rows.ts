/** How many rows a set-returning expression gives: prorows, refined for the functions whose arguments tell. */
import type { Expr } from '../nodes/index.js';
import type { PlannerInfo } from './pathnodes.js';
import { estimateExpr } from './evalconst.js';
import { arrayLength } from './cost-scan.js';

export function estimateExpressionRows(root: PlannerInfo, e: Expr): number {
  const f = e.kind === 'FuncExpr' && e.funcretset ? e.funcid : e.kind === 'OpExpr' && e.opretset ? e.opfuncid : 0;
  if (!f) return 1;
  const info = root.glob.look.func(f);
  if (!info) return 1;
  const args = (e as Extract<Expr, { kind: 'FuncExpr' }>).args;
  if (SERIES.has(info.src)) return seriesRows(root, args) ?? info.rows;
  if (info.src === 'array_unnest' && args[0]) return arrayLength(estimateExpr(root, args[0]));
  return info.rows || 1;
}
const SERIES = new Set(['generate_series_int4', 'generate_series_step_int4', 'generate_series_int8', 'generate_series_step_int8', 'generate_series_numeric', 'generate_series_step_numeric']);

function seriesRows(root: PlannerInfo, args: readonly Expr[]): number | undefined {
  const values: number[] = [];
  for (const a of args) {
    const c = estimateExpr(root, a);
    if (c.kind !== 'Const') return undefined;
    if (c.constvalue === null) return 0;
    const v = typeof c.constvalue === 'object' ? Number(String(c.constvalue)) : Number(c.constvalue);
    if (Number.isNaN(v)) return undefined;
    values.push(v);
  }
  const step = values[2] ?? 1;
  if (step === 0) return undefined;
  return Math.max(0, Math.floor((values[1]! - values[0]! + step) / step));
}

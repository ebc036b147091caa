/** Which attributes of a range table entry some expressions read. */
import type { Expr } from '@pglitedb/planner';

/** Attnums of Vars with this varno, at any depth of these (finished) expressions. */
export function columnsUsed(exprs: readonly (Expr | undefined)[], varno: number): Set<number> {
  const found = new Set<number>();
  const visit = (n: unknown): void => {
    if (n === null || typeof n !== 'object') return;
    if (Array.isArray(n)) {
      for (const m of n) visit(m);
      return;
    }
    const node = n as { kind?: string; varno?: number; varattno?: number };
    if (node.kind === 'Var') {
      if (node.varno === varno) found.add(node.varattno!);
      return;
    }
    if (node.kind === 'Const' || node.kind === undefined && Object.getPrototypeOf(n) !== Object.prototype) return;
    for (const value of Object.values(n)) if (typeof value === 'object') visit(value);
  };
  for (const e of exprs) visit(e);
  return found;
}

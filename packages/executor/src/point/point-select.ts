/** SELECT of the one row of a unique key. */
import { exprType, exprTypmod, type Plan, type PlannedStmt } from '@pglitedb/planner';
import type { Snapshot } from '@pglitedb/txn';
import type { ResultColumn, SessionServices } from '../context.js';
import type { EvalFn } from '../expr/index.js';
import type { RelationHandle } from '../relation.js';
import { PointLookup, attnumsOf, scanParts, type ScanParts } from './point-lookup.js';
import { NotAPoint, PointPlan, evaluate, pure } from './point-plan.js';

export class PointSelect extends PointPlan {
  readonly writes = false;
  readonly tags = ['SELECT 0', 'SELECT 1'] as const;
  readonly columns: readonly ResultColumn[];
  private readonly lookup: PointLookup;
  private readonly targets: readonly EvalFn[];

  constructor(session: SessionServices, planned: PlannedStmt, rel: RelationHandle, scan: ScanParts) {
    super(session, planned, rel.info, 1);
    const visible = scan.targets.filter((t) => !t.resjunk);
    const attnums = [...attnumsOf(scan, [...visible.map((t) => t.expr), ...scan.quals])].sort((a, b) => a - b);
    this.lookup = new PointLookup(rel, scan, attnums, this.x);
    this.targets = visible.map((t) => pure(this.lookup.compiler.compile(t.expr)));
    this.columns = visible.map((t) => ({ name: t.resname ?? '?column?', typeOid: exprType(t.expr), typmod: exprTypmod(t.expr), tableOid: t.resorigtbl, attnum: t.resorigcol }));
  }

  protected work(snapshot: Snapshot): number {
    const { lookup } = this;
    if (lookup.find(snapshot) < 0) return 0;
    evaluate(this.targets, lookup.frame, this.out);
    return 1;
  }
}

/** The scan under a LIMIT of at least one row, or the scan itself. */
export function selectScan(plan: Plan): ScanParts {
  if (plan.kind !== 'Limit') return scanParts(plan);
  const { limitCount, limitOffset, initPlan } = plan;
  if (limitOffset !== undefined || initPlan.length > 0 || limitCount?.kind !== 'Const' || !(Number(limitCount.constvalue ?? 1) >= 1)) throw new NotAPoint();
  return scanParts(plan.lefttree!);
}

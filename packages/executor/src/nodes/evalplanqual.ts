/**
 * Rechecks a row that changed while we waited for its lock (PostgreSQL's EvalPlanQual): the plan runs again with the
 * changed relation reduced to the row's latest version.
 */
import type { Plan } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import { ExecContext, type Batch } from '../context.js';
import { BATCH_ROWS } from './operator.js';
import { Builder } from './builder.js';

/** The plan's row for the latest version of `rowid`, undefined when it no longer qualifies. */
export function* recheckRow(b: Builder, plan: Plan, relid: number, rowid: number, x: ExecContext, column = 'ctid', tableColumn = 'tableoid'): Steps<Batch | undefined> {
  const fresh = new Builder(b.session, b.planned);
  const op = fresh.open(plan);
  const snapshot = x.session.txns.snapshot(x.tx);
  const again = new ExecContext(x.session, x.planned, x.params, snapshot, x.tx);
  try {
    for (let k = 0; k < x.exec.length; k++) again.exec[k] = x.exec[k];
    op.start(again);
    const ctid = plan.targetlist.findIndex((t) => t.resjunk && t.resname === column);
    const table = plan.targetlist.findIndex((t) => t.resjunk && t.resname === tableColumn);
    for (let batch = yield* op.next(BATCH_ROWS); batch !== null; batch = yield* op.next(BATCH_ROWS)) {
      for (let r = 0; r < batch.count; r++) {
        if (ctid >= 0 && batch.columns[ctid]![r] !== rowid) continue;
        if (table >= 0 && batch.columns[table]![r] !== relid) continue;
        return { count: 1, columns: batch.columns.map((c) => [c[r]]) };
      }
    }
    return undefined;
  } finally {
    op.end();
    for (const release of again.releases.splice(0)) release();
    x.session.txns.release(snapshot);
  }
}

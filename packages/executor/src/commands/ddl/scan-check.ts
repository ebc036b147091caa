/** Scans a table for a row on which an expression is false. */
import type { Expr } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import type { Datum, Oid } from '@pglitedb/types';
import { ExecContext, waitFor, type SessionServices } from '../../context.js';
import { evalSteps, Frame } from '../../expr/index.js';
import { rowCompiler } from '../../index-keys.js';
import { openRelation } from '../../relation.js';

export function* firstViolation(session: SessionServices, relation: Oid, test: Expr): Steps<boolean> {
  if (session.catalog().relation(relation)!.relkind === 'p') return false;
  const rel = openRelation(session, relation);
  const compiled = rowCompiler(session).compile(test);
  const live = rel.info.attributes.filter((a) => !a.attisdropped).map((a) => a.attnum);
  const f = new Frame();
  session.commandCounterIncrement();
  f.x = new ExecContext(session, { nParamExec: 0 } as never, [], session.snapshot(), session.transaction());
  const columns: Datum[][] = rel.info.attributes.map(() => []);
  const batch = { count: 0, rowids: new Float64Array(1024), values: live.map((a) => columns[a - 1]!) };
  f.outer = columns;
  const scan = rel.table.scan(f.x.snapshot, live);
  for (;;) {
    const wait = scan.next(batch);
    if (wait !== undefined) { yield waitFor(wait); continue; }
    if (batch.count === 0) return false;
    live.forEach((a, k) => { columns[a - 1] = batch.values[k]!; });
    for (f.oi = 0; f.oi < batch.count; f.oi++) if ((yield* evalSteps(compiled, f)) === false) return true;
    if (session.sliceOver()) { yield { kind: 'slice' }; session.checkInterrupts(); }
  }
}

/** Is there a row (values[attnum - 1]) for which the test holds? */
export function* anyRow(session: SessionServices, relation: Oid, test: (row: readonly Datum[], x: ExecContext) => Steps<boolean>): Steps<boolean> {
  const rel = openRelation(session, relation);
  const live = rel.info.attributes.filter((a) => !a.attisdropped).map((a) => a.attnum);
  session.commandCounterIncrement();
  const x = new ExecContext(session, { nParamExec: 0 } as never, [], session.snapshot(), session.transaction());
  const batch = { count: 0, rowids: new Float64Array(1024), values: live.map(() => [] as Datum[]) };
  const scan = rel.table.scan(x.snapshot, live);
  const row = new Array<Datum>(rel.info.attributes.length).fill(null);
  for (;;) {
    const wait = scan.next(batch);
    if (wait !== undefined) { yield waitFor(wait); continue; }
    if (batch.count === 0) return false;
    for (let k = 0; k < batch.count; k++) {
      live.forEach((a, c) => { row[a - 1] = batch.values[c]![k]; });
      if (yield* test(row, x)) return true;
    }
    if (session.sliceOver()) { yield { kind: 'slice' }; session.checkInterrupts(); }
  }
}

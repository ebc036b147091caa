/** Analysis and running of queries inside of DDL: views, rules, CREATE TABLE AS. */
import { analyze, rewrite, type Query } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import type { Datum, Oid } from '@pglitedb/types';
import type { Batch, ResultColumn, SessionServices } from '../../context.js';
import { lockRelation } from '../../relation.js';
import { Executable } from '../../run.js';
import type { UtilityContext } from '../registry.js';
import type { Raw } from './raw.js';

/** A raw statement to its Query. */
export function analyzeStatement(u: UtilityContext, stmt: Raw, paramTypes: Oid[] = []): Query {
  const { session } = u;
  return analyze({ stmt, stmt_location: 0, stmt_len: 0 }, { catalog: session.catalog(), env: session.env, sql: u.sql, paramTypes });
}

const BATCH_ROWS = 1024;

/** Runs an analysed SELECT to its end; answers how many rows there were. */
export function* runQuery(session: SessionServices, query: Query, rows: (batch: Batch, columns: readonly ResultColumn[]) => Steps<void>, params: readonly Datum[] = []): Steps<number> {
  let total = 0;
  for (const q of rewrite(query, { catalog: session.catalog(), env: session.env })) {
    const executable = new Executable(session, session.plan(q, params.length > 0 ? params : undefined));
    for (const rte of executable.planned.rtable) if (rte.relid !== 0) yield* lockRelation(session, rte.relid, (rte.rellockmode || 1) as 1);
    const run = executable.start(params);
    try {
      for (let batch = yield* run.next(BATCH_ROWS); batch !== null; batch = yield* run.next(BATCH_ROWS)) {
        total += batch.count;
        yield* rows(batch, run.columns);
        if (session.sliceOver()) { yield { kind: 'slice' }; session.checkInterrupts(); }
      }
    } finally {
      run.close();
    }
  }
  return total;
}

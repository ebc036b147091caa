/** Analysis and running of queries inside of DDL: views, rules, CREATE TABLE AS. */
import * as planner from '@pglitedb/planner';
import { analyze, type Query } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import type { Oid } from '@pglitedb/types';
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
const rewrite = (planner as { rewrite?: (q: Query, c: unknown) => Query[] }).rewrite ?? ((q: Query): Query[] => [q]);

/** Runs an analysed SELECT to its end; answers how many rows there were. */
export function* runQuery(session: SessionServices, query: Query, rows: (batch: Batch, columns: readonly ResultColumn[]) => Steps<void>): Steps<number> {
  let total = 0;
  for (const q of rewrite(structuredQuery(query), session.catalog())) {
    const executable = new Executable(session, session.plan(q, undefined));
    for (const rte of executable.planned.rtable) if (rte.relid !== 0) yield* lockRelation(session, rte.relid, (rte.rellockmode || 1) as 1);
    const run = executable.start([]);
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

/** Rewriting may change the tree: stored queries are given to it as copies. */
function structuredQuery(query: Query): Query { return copy(query); }
function copy<T>(node: T): T {
  if (node === null || typeof node !== 'object') return node;
  if (Array.isArray(node)) return node.map(copy) as T;
  if (node instanceof Set) return new Set(node) as T;
  if (Object.getPrototypeOf(node) !== Object.prototype) return node;
  return Object.fromEntries(Object.entries(node as Record<string, unknown>).map(([k, v]) => [k, k === 'constvalue' ? v : copy(v)])) as T;
}

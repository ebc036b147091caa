/** Planning of a raw statement inside of a utility command (COPY (query), EXPLAIN), with the locks of its relations. */
import type { PlannedStmt, Query } from '@pglitedb/planner';
import type { LockMode, Steps } from '@pglitedb/txn';
import type { Oid } from '@pglitedb/types';
import { lockRelation } from '../relation.js';
import type { UtilityContext } from './registry.js';
import type { Raw } from './ddl/raw.js';

export function analyzeRaw(stmt: Raw, u: UtilityContext): Query[] {
  const paramTypes: Oid[] = [...(u.paramTypes ?? [])];
  return u.session.analyze({ stmt, stmt_location: 0, stmt_len: 0 }, u.sql, paramTypes, false, u.hooks);
}

/** Plans, and plans again where what was locked had changed meanwhile. */
export function* planLocked(query: () => Query, u: UtilityContext): Steps<PlannedStmt> {
  const { session } = u;
  for (;;) {
    const version = session.catalog().version();
    const planned = session.plan(query(), u.params);
    for (const rte of planned.rtable) if (rte.relid !== 0) yield* lockRelation(session, rte.relid, (rte.rellockmode || 1) as LockMode);
    if (session.catalog().version() === version) return planned;
  }
}

/**
 * Statements whose rows must be computed one after the other: a volatile function in SQL or a procedural language may read
 * what the statement has written for earlier rows, so ModifyTable takes one row at a time from below it.
 */
import type { CatalogReader } from '@pglitedb/catalog';
import type { Plan, PlannedStmt } from '@pglitedb/planner';

const FIRST_NORMAL_OID = 16384;
const known = new WeakMap<Plan, boolean>();

/** Whether a plan, or a subplan of its statement, calls a volatile function that is not built in. */
export function callsVolatile(plan: Plan, stmt: PlannedStmt, catalog: CatalogReader): boolean {
  let found = known.get(plan);
  if (found === undefined) {
    found = mentions(plan, catalog) || mentions(stmt.subplans, catalog);
    known.set(plan, found);
  }
  return found;
}

function mentions(n: unknown, catalog: CatalogReader): boolean {
  if (n === null || typeof n !== 'object') return false;
  if (Array.isArray(n)) return n.some((m) => mentions(m, catalog));
  const node = n as { kind?: string; funcid?: number; opfuncid?: number };
  if (node.kind === 'Const') return false;
  const oid = node.kind === 'FuncExpr' ? node.funcid : node.opfuncid;
  if (oid !== undefined && oid >= FIRST_NORMAL_OID && catalog.syscache('PROCOID', oid)?.provolatile === 'v') return true;
  return Object.values(n).some((m) => typeof m === 'object' && mentions(m, catalog));
}

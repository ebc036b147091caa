/** Checks of stored values against a changed domain: every column of the domain's type, in every table. */
import { decodeNode } from '@pglitedb/catalog';
import { makeVar, type Expr } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import { lockRelation } from '../../relation.js';
import type { UtilityContext } from '../registry.js';
import { firstViolation } from './scan-check.js';

/** conbin undefined: NOT NULL. */
export function* checkDomainValues(u: UtilityContext, domain: Oid, conbin: string | undefined): Steps<void> {
  const { session } = u;
  const c = session.catalog();
  const test = conbin === undefined ? undefined : (decodeNode(conbin, session.env) as Expr);
  for (const a of c.rows('pg_attribute', { atttypid: domain })) {
    const rel = c.syscache('RELOID', a.attrelid);
    if (rel === undefined || !'rm'.includes(rel.relkind) || a.attisdropped) continue;
    yield* lockRelation(session, rel.oid, 5);
    const value: Expr = makeVar(1, a.attnum, a.atttypid, a.atttypmod, a.attcollation, 0);
    const expr: Expr = test === undefined ? { kind: 'NullTest', arg: value, nulltesttype: 'is_not_null', argisrow: false, location: -1 } : replaceValue(test, value);
    if (!(yield* firstViolation(session, rel.oid, expr))) continue;
    if (test === undefined) throw new SqlError('23502', `column "${a.attname}" of table "${rel.relname}" contains null values`, { table: rel.relname, column: a.attname });
    throw new SqlError('23514', `column "${a.attname}" of table "${rel.relname}" contains values that violate the new constraint`, { table: rel.relname, column: a.attname });
  }
}

/** The check with the column in the place of VALUE. */
function replaceValue<T>(node: T, value: Expr): T {
  if (node === null || typeof node !== 'object') return node;
  if (Array.isArray(node)) return node.map((n) => replaceValue(n as unknown, value)) as T;
  if (Object.getPrototypeOf(node) !== Object.prototype) return node;
  if ((node as { kind?: string }).kind === 'CoerceToDomainValue') return value as T;
  return Object.fromEntries(Object.entries(node as Record<string, unknown>).map(([k, v]) => [k, k === 'constvalue' ? v : replaceValue(v, value)])) as T;
}

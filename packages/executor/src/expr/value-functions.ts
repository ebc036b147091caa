/** CURRENT_DATE and its relatives, CURRENT_USER and its relatives. */
import type { Expr } from '@pglitedb/planner';
import type { Datum } from '@pglitedb/types';
import { sync, type ExprCompiler } from './compiler.js';
import type { Compiled } from './frame.js';

const TIMESTAMPTZ = 1184;
type Node = Extract<Expr, { kind: 'SQLValueFunction' }>;

export function sqlValueFunction(n: Node, c: ExprCompiler): Compiled {
  const session = c.ce.session;
  const roleName = (oid: number): Datum => c.catalog.syscache('AUTHOID', oid)?.rolname ?? null;
  switch (n.op) {
    case 'current_role': case 'current_user': case 'user': return sync(() => roleName(session.userOid()));
    case 'session_user': return sync(() => session.setting('session_authorization') ?? roleName(session.userOid()));
    case 'current_catalog': return sync(() => c.catalog.syscache('DATABASEOID', c.catalog.session.databaseOid)?.datname ?? null);
    case 'current_schema': return sync(() => {
      const ns = c.catalog.searchPath().find((o) => o !== 11 && o !== c.catalog.session.tempNamespace());
      return ns === undefined ? null : (c.catalog.syscache('NAMESPACEOID', ns)?.nspname ?? null);
    });
    default: return timeFunction(n, c);
  }
}

/** Date and time ones are casts of the transaction's start. */
function timeFunction(n: Node, c: ExprCompiler): Compiled {
  const target = c.catalog.types.typeImpl(n.type);
  const now = (): Datum => c.env.transactionTimestamp();
  if (n.type === TIMESTAMPTZ) return sync(() => (n.typmod < 0 || !target.coerce ? now() : target.coerce(now(), n.typmod, false)));
  const cast = c.catalog.syscache('CASTSOURCETARGET', TIMESTAMPTZ, n.type)!;
  const fn = c.resolve(cast.castfunc).impl!.fn;
  const cx = c.callContext(0, [TIMESTAMPTZ], n.type);
  return sync(() => {
    const v = fn(now(), cx);
    return n.typmod < 0 || !target.coerce ? v : target.coerce(v, n.typmod, false);
  });
}

/** ON COMMIT DELETE ROWS and ON COMMIT DROP: a session's temporary tables that the end of a transaction empties or drops. */
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import type { SessionServices } from '../../context.js';
import { CLASS } from './catalog-ids.js';
import { address } from './depend.js';
import { performDeletions } from './dependency.js';
import { emptyTable } from './rewrite-table.js';

type OnCommit = 'delete' | 'drop';
const registered = new WeakMap<SessionServices, Map<Oid, OnCommit>>();

/** `action` is the grammar's name; persistence 't' is a temporary table. */
export function registerOnCommit(session: SessionServices, relation: Oid, action: string | undefined, persistence: string): void {
  if (action === undefined || action === 'ONCOMMIT_NOOP') return;
  if (persistence !== 't') throw new SqlError('42P16', 'ON COMMIT can only be used on temporary tables');
  if (action !== 'ONCOMMIT_DELETE_ROWS' && action !== 'ONCOMMIT_DROP') return;
  let tables = registered.get(session);
  if (tables === undefined) registered.set(session, (tables = new Map<Oid, OnCommit>()));
  tables.set(relation, action === 'ONCOMMIT_DROP' ? 'drop' : 'delete');
}

/** Before a commit: only a transaction that wrote can have put rows into such a table, or made one. */
export function* runOnCommit(session: SessionServices): Steps<void> {
  const tables = registered.get(session);
  if (tables === undefined || tables.size === 0 || session.transaction().xid === 0) return;
  const drops: Oid[] = [];
  for (const [oid, action] of tables) {
    const info = session.catalog().relation(oid);
    if (info === undefined) tables.delete(oid);
    else if (action === 'drop') drops.push(oid);
    else if (info.relkind === 'r') yield* emptyTable(session, oid);
  }
  if (drops.length === 0) return;
  for (const oid of drops) tables.delete(oid);
  yield* performDeletions(session, drops.map((oid) => address(CLASS.relation, oid)), 'cascade', { quietly: true, internal: true });
}

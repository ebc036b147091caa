/** Holds every b-tree index of a database, the catalogs' included, against its table. */
import { indexKeyComputer, openRelation } from '@pglitedb/executor';
import { verifyIndex } from '@pglitedb/txn';
import type { Session } from '../session/session.js';

const WITH_STORAGE = new Set(['r', 'm', 't']);

/** What is wrong, as "index: sentence"; empty: nothing. The session has no transaction open. */
export function verifyIndexes(session: Session): { indexes: number; faults: string[] } {
  const faults: string[] = [];
  let indexes = 0;
  session.state.ensure();
  try {
    const snapshot = session.state.pushSnapshot();
    for (const relation of session.catalog().rows('pg_class')) {
      if (!WITH_STORAGE.has(relation.relkind)) continue;
      const handle = openRelation(session, relation.oid);
      for (const index of handle.indexes) {
        if (index.info.amname !== 'btree') continue;
        indexes++;
        const plain = index.info.expressions.length === 0 && index.info.predicate === undefined;
        const recheck = plain ? undefined : indexKeyComputer(handle, index, session).recheck;
        for (const fault of verifyIndex(index.index, handle.table, snapshot, recheck)) faults.push(`${index.info.relname}: ${fault}`);
      }
    }
  } finally {
    session.rollback();
  }
  return { indexes, faults };
}

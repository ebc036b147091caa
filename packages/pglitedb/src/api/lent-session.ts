/**
 * Sessions that transaction() uses again: one that has ended with nothing of its user left in it goes on, with its cached
 * plans, under another PGliteSession object. The old object answers as a closed session does.
 */
import { forgetSequences } from '@pglitedb/executor';
import type { CachedQuery } from '../session/plan-cache.js';
import type { Session } from '../session/session.js';
import type { PointQuery } from './point-query.js';

/** What a session object remembers of statements. */
export class StatementCaches {
  readonly texts = new Map<string, CachedQuery>();
  /** Statements without given parameter types, for the short way of query(). */
  readonly points = new Map<string, PointQuery>();
}

export interface LentSession { readonly session: Session; readonly caches: StatementCaches; /** of the committed catalog when it began */ readonly version: number }

/** Whether a session that has ended its transaction is as it was with this generation of its settings. */
export function pristine(session: Session, generation: number): boolean {
  if (session.closed || session.running || session.state.active || session.state.block !== 'idle' || session.settings.generation !== generation) return false;
  if (session.prepared.size > 0 || !session.portals.none || session.tempNamespaceOid !== 0 || session.listening.size > 0) return false;
  if (session.txns.locks.list().some((lock) => lock.pid === session.pid)) return false;
  forgetSequences(session);
  return true;
}

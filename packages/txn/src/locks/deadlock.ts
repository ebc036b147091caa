/**
 * The deadlock check: after deadlock_timeout a waiting session looks for a cycle through itself. Edges lead to those who
 * hold a conflicting lock, to the transaction that waitFor waits for, and (soft) to earlier waiters of the same queue.
 * A cycle with a soft edge is broken by overtaking in that queue; a hard one raises 40P01 in the session that looks.
 */
import { SqlError } from '@pglitedb/types';
import { hardBlockers, softBlockers, type LockTable, type Waiter } from './lock-manager.js';
import { describeTag, LOCK_NAMES } from './modes.js';

interface Edge { pid: number; mode: string; what: string; blocker: number; soft: { waiter: Waiter; ahead: Waiter } | null }

export interface TransactionWait { /** xid waited for */ xid: number; blocker: number }

export class DeadlockDetector {
  /** transactionWait(pid): the row-level wait of a session. */
  constructor(private readonly locks: LockTable, private readonly transactionWait: (pid: number) => TransactionWait | undefined) {}

  check(pid: number): void {
    for (;;) {
      const cycle = this.find(pid, pid, new Set([pid]));
      if (cycle === undefined) return;
      const soft = cycle.find((edge) => edge.soft !== null);
      if (soft === undefined) throw deadlockError(cycle);
      this.locks.moveAhead(soft.soft!.waiter, soft.soft!.ahead);
    }
  }

  private find(start: number, at: number, seen: Set<number>): Edge[] | undefined {
    for (const edge of this.edges(at)) {
      if (edge.blocker === start) return [edge];
      if (seen.has(edge.blocker)) continue;
      seen.add(edge.blocker);
      const rest = this.find(start, edge.blocker, seen);
      if (rest !== undefined) return [edge, ...rest];
    }
    return undefined;
  }

  private edges(pid: number): Edge[] {
    const out: Edge[] = [];
    const wait = this.transactionWait(pid);
    if (wait !== undefined) out.push({ pid, mode: 'ShareLock', what: `transaction ${wait.xid}`, blocker: wait.blocker, soft: null });
    const waiter = this.locks.waiting.get(pid);
    if (waiter === undefined || waiter.granted) return out;
    const mode = LOCK_NAMES[waiter.mode];
    const what = describeTag(waiter.entry.tag);
    for (const blocker of hardBlockers(waiter)) out.push({ pid, mode, what, blocker, soft: null });
    for (const ahead of softBlockers(waiter)) out.push({ pid, mode, what, blocker: ahead.pid, soft: { waiter, ahead } });
    return out;
  }
}

function deadlockError(cycle: Edge[]): SqlError {
  const detail = cycle.map((edge) => `Process ${edge.pid} waits for ${edge.mode} on ${edge.what}; blocked by process ${edge.blocker}.`).join('\n');
  return new SqlError('40P01', 'deadlock detected', { detail, hint: 'See server log for query details.' });
}

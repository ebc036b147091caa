/**
 * What a statement leaves to be done after it: constraint checks, referential actions and AFTER triggers, in the order in
 * which rows were written; those that are deferred wait for commit.
 */
import type { Steps } from '@pglitedb/txn';
import type { ExecContext } from '../context.js';

export type AfterStep = () => Steps<void>;
const queues = new WeakMap<ExecContext, AfterStep[]>();

export function enqueueAfter(x: ExecContext, deferred: boolean, step: AfterStep): void {
  if (deferred) {
    x.session.hooks.deferCheck(step);
    return;
  }
  let queue = queues.get(x);
  if (queue === undefined) queues.set(x, (queue = []));
  queue.push(step);
}

/** Runs what the statement queued; actions may queue more in statements of their own. */
export function* runAfterQueue(x: ExecContext): Steps<void> {
  const queue = queues.get(x);
  if (queue === undefined) return;
  queues.delete(x);
  x.session.commandCounterIncrement();
  for (const step of queue) yield* step();
}

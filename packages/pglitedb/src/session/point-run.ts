/**
 * Running point plans in a session: in the transaction that is open, or in one that begins and ends with the statement.
 * Everything that needs the general way (see the executor's point-plan.ts) answers UNSURE with nothing done.
 */
import { UNSURE, type PointPlan } from '@pglitedb/executor';
import type { Transaction } from '@pglitedb/txn';
import type { Datum } from '@pglitedb/types';
import type { CachedQuery } from './plan-cache.js';
import type { Session } from './session.js';

const TIMERS = ['transaction_timeout', 'idle_in_transaction_session_timeout', 'idle_session_timeout'];

export class PointRunner {
  /** After a run: what its answer has to wait for before it is sent. */
  durable: Promise<void> | undefined;
  /** Statements done the short way. */
  runs = 0;
  private seen = -1;
  private plain = false;
  /** Timers watch what the session does. */
  private timed = false;
  private synchronous = true;
  private inPlace = true;
  private readonly options: { readonly pid: number };

  constructor(private readonly session: Session) { this.options = { pid: session.pid }; }

  /** The statement's point plan, where it has one that is good now. */
  planOf(cached: CachedQuery): PointPlan | undefined {
    const { session } = this;
    const plan = cached.point(session.cluster.catalog.currentVersion(), session.settings.generation);
    return plan !== undefined && plan.worthwhile ? plan : undefined;
  }

  /** Rows found or written, or UNSURE. Raises where the statement has failed: then its transaction has, too. */
  run(plan: PointPlan, params: readonly Datum[], text: string): number {
    const { session } = this;
    const { state } = session;
    if (this.seen !== session.settings.generation) this.look();
    if (this.timed || session.running || state.hasSnapshot || state.block === 'failed') return UNSURE;
    session.statementStart = session.cluster.nowMicros();
    session.queryText = text;
    this.durable = undefined;
    if (state.active) return this.inTransaction(plan, params);
    if (!this.plain || state.block !== 'idle' || !session.txns.locks.permits(plan.lock.tag, plan.lock.mode)) return UNSURE;
    return plan.writes ? this.writing(plan, params) : this.reading(plan, params);
  }

  private look(): void {
    const { settings } = this.session;
    this.seen = settings.generation;
    this.plain = settings.get('default_transaction_isolation') === 'read committed' && settings.get('default_transaction_read_only') !== 'on';
    this.timed = TIMERS.some((name) => Number(settings.get(name) ?? 0) > 0);
    this.synchronous = settings.get('synchronous_commit') !== 'off';
    this.inPlace = settings.get('pglitedb.update_placement') !== 'append';
  }

  private inTransaction(plan: PointPlan, params: readonly Datum[]): number {
    const { state, txns } = this.session;
    const tx = state.current;
    if (tx.isolation !== 'read committed' || tx.catalogChanged || (plan.writes && tx.readOnly)) return UNSURE;
    if (!txns.locks.tryAcquire(tx, plan.lock.tag, plan.lock.mode)) return UNSURE;
    let n = UNSURE;
    try {
      n = plan.run(params, txns.instant.of(tx), tx);
    } catch (error) {
      if (!plan.touched) return UNSURE;
      this.session.failed();
      throw error;
    }
    if (n === UNSURE) return n;
    this.runs++;
    state.ranQuery = true;
    if (plan.touched) state.nextCommand();
    if (tx.xid === 0) this.durable = txns.durableBarrier();
    return n;
  }

  private reading(plan: PointPlan, params: readonly Datum[]): number {
    const { txns } = this.session;
    try {
      const n = plan.run(params, txns.instant.of(undefined), undefined);
      if (n === UNSURE) return n;
      this.runs++;
      this.durable = txns.durableBarrier();
      return n;
    } catch {
      return UNSURE;
    }
  }

  private writing(plan: PointPlan, params: readonly Datum[]): number {
    const { txns } = this.session;
    const tx = txns.begin(this.options);
    if (!this.inPlace) tx.updatePlacement = 'append';
    let n = UNSURE;
    try {
      n = plan.run(params, txns.instant.of(tx), tx);
      if (n !== UNSURE) {
        this.durable = this.commit(tx, plan.touched);
        this.runs++;
      }
    } catch (error) {
      txns.rollback(tx);
      if (plan.touched) throw error;
      return UNSURE;
    }
    if (n === UNSURE) txns.rollback(tx);
    return n;
  }
  private commit(tx: Transaction, wrote: boolean): Promise<void> | undefined {
    const { txns } = this.session;
    const durable = txns.commit(tx, this.synchronous);
    return wrote ? durable : txns.durableBarrier();
  }
}

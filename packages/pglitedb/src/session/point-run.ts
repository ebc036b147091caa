/**
 * Running point plans in a session: in the transaction that is open, or in one that begins and ends with the statement.
 * Everything that needs the general way (see the executor's point-plan.ts) answers UNSURE with nothing done.
 */
import { BLOCKED, UNSURE, type PointPlan } from '@pglitedb/executor';
import type { Steps, Transaction } from '@pglitedb/txn';
import type { Datum } from '@pglitedb/types';
import type { CachedQuery } from './plan-cache.js';
import type { Session } from './session.js';

const TIMERS = ['transaction_timeout', 'idle_in_transaction_session_timeout', 'idle_session_timeout'];

const PLAIN = { isolation: 'read committed', readOnly: false } as const;

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

  /** Rows found or written, UNSURE, or, inside a transaction, BLOCKED: go on with `waiting`. Raises where the statement has failed: then its transaction has, too. */
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

  /** BEGIN in an idle session; false: the general way. */
  begin(text: string): boolean {
    const { session } = this;
    const { state } = session;
    if (this.seen !== session.settings.generation) this.look();
    if (this.timed || !this.plain || session.running || state.active || state.block !== 'idle') return false;
    session.statementStart = session.cluster.nowMicros();
    session.queryText = text;
    this.durable = undefined;
    state.begin(PLAIN);
    state.block = 'block';
    return true;
  }

  /** COMMIT of a block with nothing left to do but its log record; false: the general way. */
  commitBlock(text: string): boolean {
    const { session } = this;
    const { state } = session;
    if (this.seen !== session.settings.generation) this.look();
    if (this.timed || session.running || state.block !== 'block' || !state.active || session.tempNamespaceOid !== 0 || !session.portals.none) return false;
    session.statementStart = session.cluster.nowMicros();
    session.queryText = text;
    try {
      const durable = state.commitAtOnce();
      if (durable === false) return false;
      this.durable = durable;
    } catch (error) {
      session.rollback();
      throw error;
    }
    session.afterTransaction();
    return true;
  }

  /** A statement inside of a function, in the transaction that runs; each sees what went before. */
  *nested(cached: CachedQuery, params: readonly Datum[]): Steps<PointPlan | undefined> {
    const plan = this.planOf(cached);
    if (plan === undefined) return undefined;
    const { state, txns, settings } = this.session;
    const tx = state.current;
    if (tx.isolation !== 'read committed' || tx.catalogChanged || (plan.writes && tx.readOnly)) return undefined;
    if (!txns.locks.tryAcquire(tx, plan.lock.tag, plan.lock.mode)) return undefined;
    let retry = -1;
    for (;;) {
      state.nextCommand();
      let n = UNSURE;
      try {
        n = plan.run(params, txns.instant.of(tx), tx, retry);
      } catch (error) {
        if (plan.touched) throw error;
        return undefined;
      }
      if (n >= 0) {
        this.found = n;
        this.runs++;
        if (plan.touched) state.nextCommand();
        return plan;
      }
      if (n !== BLOCKED) return undefined;
      retry = plan.blockedAt;
      yield* txns.waitFor(tx, plan.holder!, Number(settings.get('lock_timeout') ?? 0), plan.waitText);
    }
  }
  /** Rows found or written by the last nested statement. */
  found = 0;

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
    return this.runIn(tx, plan, params, -1);
  }
  private runIn(tx: Transaction, plan: PointPlan, params: readonly Datum[], retry: number): number {
    const { state, txns } = this.session;
    let n = UNSURE;
    try {
      n = plan.run(params, txns.instant.of(tx), tx, retry);
    } catch (error) {
      if (!plan.touched) return UNSURE;
      this.session.failed();
      throw error;
    }
    if (n < 0) return n;
    this.runs++;
    state.ranQuery = true;
    if (plan.touched) state.nextCommand();
    if (tx.xid === 0) this.durable = txns.durableBarrier();
    return n;
  }

  /** After BLOCKED: waits for the holder of the row and tries again. UNSURE: nothing has happened yet. */
  *waiting(plan: PointPlan, params: readonly Datum[]): Steps<number> {
    const { state, txns, settings } = this.session;
    const tx = state.current;
    for (;;) {
      const retry = plan.blockedAt;
      yield* txns.waitFor(tx, plan.holder!, Number(settings.get('lock_timeout') ?? 0), plan.waitText);
      const n = this.runIn(tx, plan, params, retry);
      if (n !== BLOCKED) return n;
    }
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
      if (n >= 0) {
        this.durable = this.commit(tx, plan.touched);
        this.runs++;
      }
    } catch (error) {
      txns.rollback(tx);
      if (plan.touched) throw error;
      return UNSURE;
    }
    if (n >= 0) return n;
    txns.rollback(tx);
    return UNSURE;
  }
  private commit(tx: Transaction, wrote: boolean): Promise<void> | undefined {
    const { txns } = this.session;
    const durable = txns.commit(tx, this.synchronous);
    return wrote ? durable : txns.durableBarrier();
  }
}

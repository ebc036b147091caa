/**
 * A session's transaction: PostgreSQL's block states, savepoints, the snapshot stack, deferred checks and settings that
 * roll back with it. Implicit transactions wrap statements outside of a block.
 */
import type { IsolationLevel, LockWaits, Savepoint, Snapshot, Steps, Transaction, TransactionManager } from '@pglitedb/txn';
import { assert, SqlError } from '@pglitedb/types';
import type { TransactionHooks } from '@pglitedb/executor';
import type { Settings } from './settings.js';

/** idle; implicit: one statement or one simple-query string; block: BEGIN; failed: an error inside a block. */
export type BlockState = 'idle' | 'implicit' | 'block' | 'failed';
interface NamedSavepoint { name: string; savepoint: Savepoint; settings: number; deferred: number; readOnly: boolean }

export class TransactionState implements TransactionHooks {
  block: BlockState = 'idle';
  private tx: Transaction | undefined;
  private snapshots: Snapshot[] = [];
  private savepoints: NamedSavepoint[] = [];
  private deferred: (() => Steps<void>)[] = [];
  private endCallbacks: ((committed: boolean) => void)[] = [];
  startMicros = 0;
  /** Set where this transaction did more than read, so that its end has to be announced to caches. */
  constructor(
    private readonly txns: TransactionManager,
    private readonly settings: Settings,
    private readonly pid: number,
    private readonly now: () => number,
    private readonly begun: () => void,
    private readonly waits: LockWaits,
  ) {}

  get active(): boolean { return this.tx !== undefined; }
  get current(): Transaction {
    if (this.tx === undefined) throw new SqlError('25P01', 'there is no transaction in progress');
    return this.tx;
  }
  get hasSavepoints(): boolean { return this.savepoints.length > 0; }

  /** Starts a transaction if there is none. */
  ensure(): Transaction {
    if (this.tx !== undefined) return this.tx;
    const isolation = (this.settings.get('default_transaction_isolation') ?? 'read committed') as IsolationLevel;
    return this.begin({ isolation, readOnly: this.settings.get('default_transaction_read_only') === 'on' });
  }
  begin(options: { isolation: IsolationLevel; readOnly: boolean; deferrable?: boolean }): Transaction {
    assert(this.tx === undefined, 'a transaction is open already');
    this.tx = this.txns.begin({ ...options, pid: this.pid, waits: this.waits });
    this.tx.updatePlacement = this.settings.get('pglitedb.update_placement') === 'append' ? 'append' : 'in_place';
    this.startMicros = this.now();
    this.settings.force('transaction_isolation', options.isolation);
    this.settings.force('transaction_read_only', options.readOnly ? 'on' : 'off');
    this.begun();
    if (this.block === 'idle') this.block = 'implicit';
    this.ranQuery = false;
    return this.tx;
  }

  pushSnapshot(): Snapshot {
    const s = this.txns.snapshot(this.current);
    this.ranQuery = true;
    this.snapshots.push(s);
    return s;
  }
  popSnapshot(): void {
    const s = this.snapshots.pop();
    if (s !== undefined) this.txns.release(s);
  }
  snapshot(): Snapshot {
    const top = this.snapshots[this.snapshots.length - 1];
    assert(top !== undefined, 'no snapshot is active');
    return top;
  }
  get hasSnapshot(): boolean { return this.snapshots.length > 0; }
  get snapshotDepth(): number { return this.snapshots.length; }
  popSnapshotsTo(depth: number): void { while (this.snapshots.length > depth) this.popSnapshot(); }
  /** Runs steps under a snapshot that somebody else holds. */
  *under<T>(snapshot: Snapshot, body: () => Steps<T>): Steps<T> {
    const depth = this.snapshots.length;
    this.snapshots.push(snapshot);
    try {
      return yield* body();
    } finally {
      // Taken out, not released: it is the holder's.
      const at = this.snapshots.indexOf(snapshot, depth);
      if (at >= 0) this.snapshots.splice(at, 1);
    }
  }
  nextCommand(): void { this.txns.nextCommand(this.current); }
  /** After a command counter increment, the running statement's snapshot sees what it did. */
  refreshSnapshot(): void {
    if (this.snapshots.length === 0) return;
    this.popSnapshot();
    this.pushSnapshot();
  }

  deferCheck(check: () => Steps<void>): void { this.deferred.push(check); }
  atEnd(callback: (committed: boolean) => void): void { this.endCallbacks.push(callback); }
  *runDeferred(): Steps<void> {
    while (this.deferred.length > 0) {
      const checks = this.deferred;
      this.deferred = [];
      this.nextCommand();
      this.pushSnapshot();
      try {
        for (const check of checks) yield* check();
      } finally {
        this.popSnapshot();
      }
    }
  }

  /** Commits; the steps end when the commit is durable. */
  *commit(): Steps<void> {
    yield* this.runDeferred();
    const { tx } = this;
    if (tx === undefined) { this.block = 'idle'; return; }
    const durable = this.txns.commit(tx, this.settings.get('synchronous_commit') !== 'off');
    this.settings.atCommit();
    this.finish(true);
    if (durable !== undefined) yield { kind: 'wait', promise: durable };
  }
  /** As commit, for a transaction without deferred checks: what it has to wait for, or false. */
  commitAtOnce(): Promise<void> | undefined | false {
    const { tx } = this;
    if (tx === undefined || this.deferred.length > 0) return false;
    const durable = this.txns.commit(tx, this.settings.get('synchronous_commit') !== 'off');
    this.settings.atCommit();
    this.finish(true);
    return durable;
  }
  rollback(): void {
    if (this.tx !== undefined) this.txns.rollback(this.tx);
    this.settings.rollbackTo(0);
    this.finish(false);
  }
  private finish(committed: boolean): void {
    this.popSnapshotsTo(0);
    this.tx = undefined;
    this.block = 'idle';
    this.savepoints = [];
    this.deferred = [];
    this.subtransactions = 0;
    const callbacks = this.endCallbacks;
    if (callbacks.length === 0) return;
    this.endCallbacks = [];
    for (const c of callbacks) c(committed);
  }

  savepoint(name: string): void {
    this.savepoints.push({ name, savepoint: this.txns.savepoint(this.current), settings: this.settings.mark(), deferred: this.deferred.length, readOnly: this.current.readOnly });
  }
  releaseSavepoint(name: string): void {
    const at = this.find(name);
    this.txns.releaseSavepoint(this.current, this.savepoints[at]!.savepoint);
    this.restoreReadOnly(this.savepoints[at]!);
    this.savepoints.length = at;
  }
  rollbackToSavepoint(name: string): void {
    const at = this.find(name);
    const s = this.savepoints[at]!;
    this.txns.rollbackTo(this.current, s.savepoint);
    this.settings.rollbackTo(s.settings);
    this.restoreReadOnly(s);
    this.deferred.length = Math.min(this.deferred.length, s.deferred);
    this.savepoints.length = at + 1;
    if (this.block === 'failed') this.block = 'block';
  }
  /** READ ONLY that a subtransaction chose ends with it. */
  private restoreReadOnly(s: NamedSavepoint): void {
    const tx = this.current as { readOnly: boolean };
    if (tx.readOnly === s.readOnly) return;
    tx.readOnly = s.readOnly;
    this.settings.force('transaction_read_only', s.readOnly ? 'on' : 'off');
  }
  private find(name: string): number {
    for (let k = this.savepoints.length - 1; k >= 0; k--) if (this.savepoints[k]!.name === name) return k;
    throw new SqlError('3B001', `savepoint "${name}" does not exist`);
  }
  /** BEGIN as the first thing of an implicit transaction: starts over with BEGIN's options. */
  rollbackImplicit(): void {
    if (this.tx !== undefined) this.txns.rollback(this.tx);
    this.tx = undefined;
  }
  /** True once a snapshot was taken in this transaction. */
  ranQuery = false;

  /** Subtransactions that are open. */
  subtransactions = 0;
  /** A subtransaction of a procedural language's block. */
  subtransaction(): { release(): void; rollback(): void } {
    const savepoint = this.txns.savepoint(this.current);
    const settings = this.settings.mark();
    const depth = this.snapshots.length;
    const named = this.savepoints.length;
    const deferred = this.deferred.length;
    this.subtransactions++;
    return {
      release: () => {
        this.subtransactions--;
        this.txns.releaseSavepoint(this.current, savepoint);
      },
      rollback: () => {
        this.subtransactions--;
        this.popSnapshotsTo(depth);
        this.savepoints.length = Math.min(this.savepoints.length, named);
        this.txns.rollbackTo(this.current, savepoint);
        this.settings.rollbackTo(settings);
        this.deferred.length = Math.min(this.deferred.length, deferred);
      },
    };
  }
}

/** The transaction manager: begin, commit, rollback, snapshots; owner of csn and xid. See README.md. */
import { BufferPool, type StorageEngine } from '@pglitedb/storage';
import { assert, SqlError } from '@pglitedb/types';
import type { BeginOptions, LockInfo, Savepoint, Snapshot, Steps, Transaction, TransactionManager } from '../api.js';
import { DeadlockDetector, type TransactionWait } from '../locks/deadlock.js';
import { LockTable, type LockClock } from '../locks/lock-manager.js';
import { GroupCommit } from '../log/group-commit.js';
import { LogWriter } from '../log/writer.js';
import { RedoBuffer } from '../log/redo-buffer.js';
import { RelationFiles } from '../store/relation-files.js';
import { releaseRowLocks } from '../table/row-locks.js';
import { Prepared } from '../two-phase/prepared.js';
import { PurgeQueue } from '../undo/purge.js';
import { UNDO_ACTION, type UndoAction, type UndoEntry } from '../undo/record.js';
import { rollbackTo } from '../undo/rollback.js';
import { UndoSpill } from '../undo/undo-spill.js';
import type { Context } from './context.js';
import { SerializableChecks } from './serializable.js';
import { Signal } from './signal.js';
import { InstantSnapshot, SnapshotImpl, SnapshotQueue } from './snapshots.js';
import { TransactionImpl } from './transaction.js';
import { XidStatus } from './xid-status.js';

const COMMANDS_BETWEEN_EVICTIONS = 256;

export interface ManagerOptions {
  engine: StorageEngine;
  pool: BufferPool;
  clock: LockClock;
  deadlockTimeoutMs: number;
  checkpointBytes: number;
  partBytes: number;
  /** Undo of one transaction kept in memory. */
  undoBytes?: number | undefined;
}

export class TransactionManagerImpl implements TransactionManager, Context {
  csn = 0;
  durableCsn = 0;
  /** The latest commit that somebody waits to be durable; asynchronous ones nobody does. */
  private awaitedCsn = 0;
  private readonly queue = new SnapshotQueue();
  readonly purge = new PurgeQueue(() => this.queue.oldest, () => this.pool.balance());
  readonly xids = new XidStatus();
  private readonly serializable = new SerializableChecks();
  readonly active = new Set<TransactionImpl>();
  readonly locks: LockTable;
  readonly pool: BufferPool;
  readonly engine: StorageEngine;
  readonly groupCommit: GroupCommit;
  readonly log: LogWriter;
  readonly store: RelationFiles;
  readonly twoPhase: Prepared;
  private readonly undoSpill: UndoSpill;
  readonly instant = new InstantSnapshot(this);
  readonly logsRows: boolean;
  private vxid = 0;
  private commands = 0;

  constructor(readonly options: ManagerOptions) {
    this.engine = options.engine;
    this.pool = options.pool;
    this.logsRows = this.engine.ephemeral !== true;
    this.locks = new LockTable(options.clock);
    this.locks.deadlockTimeoutMs = options.deadlockTimeoutMs;
    this.locks.extra = () => this.transactionLocks();
    this.locks.extraBlockers = (pid) => this.rowBlockers(pid);
    const detector = new DeadlockDetector(this.locks, (pid) => this.waitOf(pid));
    this.locks.checkDeadlock = (pid) => detector.check(pid);
    this.groupCommit = new GroupCommit(this.engine, () => this.csn, (mark) => { if (mark > this.durableCsn) this.durableCsn = mark; });
    this.log = new LogWriter(this.engine, options.partBytes);
    this.undoSpill = new UndoSpill(options.pool, options.undoBytes);
    options.pool.onBalance = () => this.undoSpill.balance();
    this.store = new RelationFiles(this);
    this.twoPhase = new Prepared(this);
  }

  begin(options: BeginOptions): Transaction {
    const tx = new TransactionImpl(options.pid, options.isolation ?? 'read committed', options.readOnly ?? false, ++this.vxid, options.waits);
    this.active.add(tx);
    this.serializable.begun(tx);
    return tx;
  }

  assignXid(tx: Transaction): number {
    const impl = tx as TransactionImpl;
    if (impl.xid === 0) {
      impl.xid = this.store.counters.nextXid();
      this.xids.active.add(impl.xid);
    }
    return impl.xid;
  }

  beginWrite(tx: TransactionImpl): void {
    assert(tx.state === 'active', 'only an active transaction writes');
    if (this.groupCommit.failure !== undefined) throw this.groupCommit.failure;
    if (tx.xid === 0) this.assignXid(tx);
  }

  redo(tx: TransactionImpl): RedoBuffer {
    return this.log.redo(tx);
  }

  pushUndo(tx: TransactionImpl, entry: UndoEntry): void {
    tx.undo.push(entry);
    this.undoSpill.note(tx, entry);
  }

  commit(tx: Transaction, sync: boolean): Promise<void> | undefined {
    const impl = tx as TransactionImpl;
    assert(impl.state === 'active', 'only an active transaction commits');
    if (this.groupCommit.failure !== undefined) throw this.groupCommit.failure;
    this.serializable.check(impl);
    const wrote = impl.undo.length > 0;
    this.store.logSequences(impl);
    const logged = this.log.commit(impl);
    if (wrote || logged) {
      impl.commitSeq = ++this.csn;
      if (!logged && this.durableCsn === this.csn - 1) this.durableCsn = this.csn;
    }
    impl.state = 'committed';
    if (wrote) {
      this.serializable.committed(impl);
      this.finishCommit(impl);
    }
    this.end(impl, impl.commitSeq === Infinity ? this.csn : impl.commitSeq);
    this.breathe();
    if (!logged) return undefined;
    this.store.checkpointIfDue();
    if (sync) {
      this.awaitedCsn = impl.commitSeq;
      return this.groupCommit.request();
    }
    this.groupCommit.requestLater();
    return undefined;
  }

  private finishCommit(tx: TransactionImpl): void {
    for (let i = 0; i < tx.undo.length; i++) {
      const entry = tx.undo[i]!;
      if (entry.kind === UNDO_ACTION) (entry as UndoAction).commit();
    }
    this.purge.add(tx);
  }

  rollback(tx: Transaction): void {
    const impl = tx as TransactionImpl;
    if (impl.state !== 'active') return;
    rollbackTo(impl, 0);
    this.log.rollback(impl);
    this.store.logLooseSequences(impl);
    impl.state = 'aborted';
    this.end(impl, Infinity);
  }

  private end(tx: TransactionImpl, csn: number): void {
    this.active.delete(tx);
    if (tx.xid !== 0) this.xids.end(tx.xid, csn);
    this.serializable.ended(tx);
    this.forgetSnapshots(tx);
    if (tx.rowLocks.length > 0) releaseRowLocks(tx, 0);
    this.locks.releaseTransaction(tx.pid);
    this.purge.run();
    this.wakeWaiters(tx);
  }

  savepoint(tx: Transaction): Savepoint {
    const impl = tx as TransactionImpl;
    impl.epoch++;
    impl.savepoints.push({ undo: impl.undo.length, redo: this.log.position(impl), rowLocks: impl.rowLocks.length, locks: this.locks.mark(impl.pid) });
    return { level: impl.savepoints.length - 1 };
  }

  rollbackTo(tx: Transaction, savepoint: Savepoint): void {
    const impl = tx as TransactionImpl;
    const state = impl.savepoints[savepoint.level];
    assert(state !== undefined, 'the savepoint is still there');
    impl.savepoints.length = savepoint.level + 1;
    impl.epoch++;
    rollbackTo(impl, state.undo);
    this.log.rollbackTo(impl, state.redo);
    releaseRowLocks(impl, state.rowLocks);
    this.locks.releaseSince(impl.pid, state.locks);
    this.wakeWaiters(impl);
  }

  forgetSnapshots(tx: TransactionImpl): void {
    while (tx.snapshots.length > 0) this.release(tx.snapshots[tx.snapshots.length - 1]!);
    if (tx.base !== null) this.queue.leave(tx.base.level);
    tx.base = null;
  }

  /** RELEASE SAVEPOINT: its changes now belong to what is around it. */
  releaseSavepoint(tx: Transaction, savepoint: Savepoint): void {
    const impl = tx as TransactionImpl;
    if (savepoint.level < impl.savepoints.length) impl.savepoints.length = savepoint.level;
    if (impl.savepoints.length === 0) this.locks.unmark(impl.pid);
  }

  /** Something was given back: those who wait for this transaction look again. */
  private wakeWaiters(tx: TransactionImpl): void {
    if (tx.waiters.length === 0) return;
    const waiters = tx.waiters;
    tx.waiters = [];
    for (const signal of waiters) signal.fire();
  }

  /** Between commands nobody holds pages: now and then the pool may evict. */
  private breathe(): void {
    if (this.pool.crowded || ++this.commands % COMMANDS_BETWEEN_EVICTIONS === 0) this.pool.balance();
  }

  nextCommand(tx: Transaction): void {
    (tx as TransactionImpl).commandId++;
    this.breathe();
  }

  snapshot(tx: Transaction): Snapshot {
    const impl = tx as TransactionImpl;
    if (impl.keepsSnapshot && impl.base === null) {
      impl.base = new SnapshotImpl(this.csn, impl.commandId, impl, this.queue.enter(this.csn), this.store.counters.peekXid());
    }
    const base = impl.base;
    const snapshot = base === null
      ? new SnapshotImpl(this.csn, impl.commandId, impl, this.queue.enter(this.csn), this.store.counters.peekXid())
      : new SnapshotImpl(base.csn, impl.commandId, impl, base.level, base.nextXid);
    if (base !== null) base.level.count++;
    impl.snapshots.push(snapshot);
    return snapshot;
  }

  release(snapshot: Snapshot): void {
    const impl = snapshot as SnapshotImpl;
    if (impl.released) return;
    impl.released = true;
    const open = impl.xact.snapshots;
    if (open[open.length - 1] === impl) open.pop();
    else open.splice(open.indexOf(impl), 1);
    this.queue.leave(impl.level);
    if (impl.csn < this.csn) this.purge.run();
  }

  *waitFor(tx: Transaction, holder: Transaction, timeoutMs: number, what: string): Steps<void> {
    const waiter = tx as TransactionImpl;
    const other = holder as TransactionImpl;
    if (other.state !== 'active') return;
    const clock = this.options.clock;
    const since = clock.now();
    const deadlockMs = waiter.waits?.deadlockTimeoutMs() ?? this.locks.deadlockTimeoutMs;
    let checked = false;
    let signal = new Signal();
    let interruption: Error | undefined;
    const deaf = waiter.waits?.onInterrupt((error) => { interruption = error; signal.fire(); });
    waiter.waitsFor = other;
    try {
      for (;;) {
        signal = new Signal();
        other.waiters.push(signal);
        const waited = clock.now() - since;
        const limit = Math.min(checked ? Infinity : deadlockMs - waited, timeoutMs > 0 ? timeoutMs - waited : Infinity);
        const fire = signal;
        const cancel = limit < Infinity ? clock.after(Math.max(0, limit), () => fire.fire()) : undefined;
        try {
          yield { kind: 'wait', promise: signal.promise };
        } finally {
          cancel?.();
        }
        const at = other.waiters.indexOf(signal);
        if (at < 0 || other.state !== 'active') return;
        other.waiters.splice(at, 1);
        if (interruption !== undefined) throw interruption;
        const now = clock.now() - since;
        if (timeoutMs > 0 && now >= timeoutMs) throw withContext(new SqlError('55P03', 'canceling statement due to lock timeout'), what);
        if (!checked && now >= deadlockMs) {
          checked = true;
          this.checkDeadlock(waiter.pid, what);
        }
      }
    } finally {
      deaf?.();
      waiter.waitsFor = null;
    }
  }

  private checkDeadlock(pid: number, what: string): void {
    try {
      this.locks.checkDeadlock(pid);
    } catch (error) {
      throw error instanceof SqlError ? withContext(error, what) : error;
    }
  }

  private waitOf(pid: number): TransactionWait | undefined {
    for (const tx of this.active) if (tx.pid === pid && tx.waitsFor !== null) return { xid: tx.waitsFor.xid, blocker: tx.waitsFor.pid };
    return undefined;
  }

  private rowBlockers(pid: number): number[] {
    const wait = this.waitOf(pid);
    return wait === undefined ? [] : [wait.blocker];
  }

  private transactionLocks(): LockInfo[] {
    const out: LockInfo[] = [];
    for (const tx of this.active) {
      out.push({ tag: { kind: 'virtualxid', database: 0 as never, id: tx.pid, id2: tx.vxid }, pid: tx.pid, mode: 7, granted: true, waitStart: undefined });
      if (tx.xid !== 0) out.push({ tag: { kind: 'transactionid', database: 0 as never, id: tx.xid }, pid: tx.pid, mode: 7, granted: true, waitStart: undefined });
      if (tx.waitsFor !== null) out.push({ tag: { kind: 'transactionid', database: 0 as never, id: tx.waitsFor.xid }, pid: tx.pid, mode: 5, granted: false, waitStart: undefined });
    }
    return out;
  }

  durableBarrier(snapshot?: Snapshot): Promise<void> | undefined {
    const csn = Math.min(snapshot?.csn ?? this.csn, this.awaitedCsn);
    return csn <= this.durableCsn ? undefined : this.groupCommit.request();
  }

  transactionStatus(xid: number): 'in progress' | 'committed' | 'aborted' | undefined {
    return this.xids.status(xid);
  }

  xidSnapshot(snapshot: Snapshot): { xmin: number; xmax: number; xip: number[] } {
    return this.xids.snapshot(snapshot.csn, (snapshot as SnapshotImpl).nextXid);
  }

  async close(): Promise<void> {
    for (const tx of [...this.active]) if (tx.gid === null) this.rollback(tx);
    this.purge.drain();
    this.purge.stop();
    this.groupCommit.stop();
    if (this.groupCommit.failure === undefined) await this.store.closeCheckpoint();
    this.pool.close();
    await this.engine.close();
  }
}

function withContext(error: SqlError, what: string): SqlError {
  if (what !== '') error.where ??= what;
  return error;
}

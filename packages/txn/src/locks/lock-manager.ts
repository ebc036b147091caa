/**
 * Heavyweight locks: eight modes, session and transaction level, a fair queue per lock.
 *
 * A request waits if it conflicts with what others hold or wait for; one that already holds a lock which an earlier
 * waiter conflicts with goes before that waiter (as ProcSleep does, or both would wait for ever). Uncontended: two map
 * look-ups and a pooled holder.
 */
import { SqlError } from '@pglitedb/types';
import type { LockInfo, LockManager, LockMode, LockTag, LockWaits, Steps, Transaction } from '../api.js';
import { CONFLICTS, tagKey } from './modes.js';
import { Signal } from '../transaction/signal.js';

export interface LockEntry { key: number | string; tag: LockTag; /** holders per mode */ counts: Int32Array; granted: number; holders: Map<number, Holder>; queue: Waiter[] }
export interface Holder { entry: LockEntry; pid: number; modes: number; /** acquisitions per mode: transaction, session */ xact: Int32Array; session: Int32Array }
export interface Waiter { entry: LockEntry; pid: number; mode: LockMode; session: boolean; granted: boolean; signal: Signal; since: number }
interface Owner { held: Map<number | string, Holder>; /** while a savepoint is open: acquisitions to give back */ journal: { holder: Holder; mode: LockMode }[] | null }

export interface LockClock {
  now(): number;
  /** Calls back after ms; returns the cancellation. */
  after(ms: number, call: () => void): () => void;
}

const SPARE_MAX = 4096;

export class LockTable implements LockManager {
  private readonly entries = new Map<number | string, LockEntry>();
  private readonly owners = new Map<number, Owner>();
  readonly waiting = new Map<number, Waiter>();
  private readonly spare: Holder[] = [];
  /** deadlock_timeout; may be changed at any time. */
  deadlockTimeoutMs = 1000;
  /** Set by the transaction manager: raises 40P01 if the wait of this pid closes a cycle. */
  checkDeadlock: (pid: number) => void = () => {};
  /** Locks that are not in this table: transaction ids. */
  extra: () => LockInfo[] = () => [];
  extraBlockers: (pid: number) => number[] = () => [];

  constructor(private readonly clock: LockClock) {}

  tryAcquire(tx: Transaction, tag: LockTag, mode: LockMode, session = false): boolean {
    return this.tryFor(tx.pid, tag, mode, session);
  }

  permits(tag: LockTag, mode: LockMode): boolean {
    if (this.entries.size === 0) return true;
    const entry = this.entries.get(tagKey(tag));
    return entry === undefined || ((CONFLICTS[mode]! & entry.granted) === 0 && !waitsFor(entry, mode));
  }

  private tryFor(pid: number, tag: LockTag, mode: LockMode, session: boolean): boolean {
    const key = tagKey(tag);
    const owner = this.owner(pid);
    const own = owner.held.get(key);
    if (own !== undefined && (own.modes & (1 << mode)) !== 0) {
      this.count(owner, own, mode, session);
      return true;
    }
    let entry = this.entries.get(key);
    if (entry === undefined) this.entries.set(key, (entry = { key, tag, counts: new Int32Array(9), granted: 0, holders: new Map(), queue: [] }));
    else if (this.conflicts(entry, own, mode) || waitsFor(entry, mode)) return false;
    this.grant(pid, entry, mode, session);
    return true;
  }

  /** Whether locks of others stand against it. */
  conflicts(entry: LockEntry, own: Holder | undefined, mode: LockMode): boolean {
    const against = CONFLICTS[mode]! & entry.granted;
    if (against === 0) return false;
    if (own === undefined) return true;
    for (let m = 1; m <= 8; m++) {
      if ((against & (1 << m)) !== 0 && entry.counts[m]! > ((own.modes >> m) & 1)) return true;
    }
    return false;
  }

  private grant(pid: number, entry: LockEntry, mode: LockMode, session: boolean): void {
    const owner = this.owner(pid);
    let holder = entry.holders.get(pid);
    if (holder === undefined) {
      holder = this.spare.pop() ?? { entry, pid, modes: 0, xact: new Int32Array(9), session: new Int32Array(9) };
      holder.entry = entry;
      holder.pid = pid;
      entry.holders.set(pid, holder);
      owner.held.set(entry.key, holder);
    }
    if ((holder.modes & (1 << mode)) === 0) {
      holder.modes |= 1 << mode;
      entry.counts[mode]!++;
      entry.granted |= 1 << mode;
    }
    this.count(owner, holder, mode, session);
  }

  private count(owner: Owner, holder: Holder, mode: LockMode, session: boolean): void {
    if (session) holder.session[mode]!++;
    else {
      holder.xact[mode]!++;
      owner.journal?.push({ holder, mode });
    }
  }

  private owner(pid: number): Owner {
    let owner = this.owners.get(pid);
    if (owner === undefined) this.owners.set(pid, (owner = { held: new Map(), journal: null }));
    return owner;
  }

  *acquire(tx: Transaction, tag: LockTag, mode: LockMode, options: { nowait?: boolean; timeoutMs?: number; session?: boolean; what?: string } = {}): Steps<boolean> {
    const session = options.session === true;
    const pid = tx.pid;
    if (this.tryFor(pid, tag, mode, session)) return true;
    const waiter = this.enqueue(pid, tag, mode, session);
    if (waiter.granted) return true;
    if (options.nowait === true) {
      this.dequeue(waiter);
      throw new SqlError('55P03', `could not obtain lock on ${options.what ?? `relation with OID ${tag.id}`}`);
    }
    try {
      yield* this.sleep(waiter, options.timeoutMs ?? 0, (tx as { waits?: LockWaits }).waits);
    } finally {
      if (!waiter.granted) this.dequeue(waiter);
      this.waiting.delete(pid);
    }
    return true;
  }

  private *sleep(waiter: Waiter, timeoutMs: number, waits: LockWaits | undefined): Steps<void> {
    const deadlockMs = waits?.deadlockTimeoutMs() ?? this.deadlockTimeoutMs;
    let checked = false;
    let interruption: Error | undefined;
    const deaf = waits?.onInterrupt((error) => { interruption = error; waiter.signal.fire(); });
    try {
      while (!waiter.granted) {
        if (interruption !== undefined) throw interruption as Error;
        const waited = this.clock.now() - waiter.since;
        if (timeoutMs > 0 && waited >= timeoutMs) throw new SqlError('55P03', 'canceling statement due to lock timeout');
        if (!checked && waited >= deadlockMs) {
          checked = true;
          this.checkDeadlock(waiter.pid);
          continue;
        }
        const signal = waiter.signal = new Signal();
        const limit = Math.min(checked ? Infinity : deadlockMs - waited, timeoutMs > 0 ? timeoutMs - waited : Infinity);
        const cancel = limit < Infinity ? this.clock.after(limit, () => signal.fire()) : undefined;
        try {
          yield { kind: 'wait', promise: signal.promise };
        } finally {
          cancel?.();
        }
      }
    } finally {
      deaf?.();
    }
  }

  private enqueue(pid: number, tag: LockTag, mode: LockMode, session: boolean): Waiter {
    const entry = this.entries.get(tagKey(tag))!;
    const waiter: Waiter = { entry, pid, mode, session, granted: false, signal: new Signal(), since: this.clock.now() };
    const own = entry.holders.get(pid);
    let at = entry.queue.length;
    if (own !== undefined) {
      const before = entry.queue.findIndex((other) => (CONFLICTS[other.mode]! & own.modes) !== 0);
      if (before >= 0) at = before;
    }
    const ahead = entry.queue.slice(0, at).some((other) => (CONFLICTS[mode]! & (1 << other.mode)) !== 0);
    if (!ahead && !this.conflicts(entry, own, mode)) {
      this.grant(pid, entry, mode, session);
      waiter.granted = true;
      return waiter;
    }
    entry.queue.splice(at, 0, waiter);
    this.waiting.set(pid, waiter);
    return waiter;
  }

  private dequeue(waiter: Waiter): void {
    const at = waiter.entry.queue.indexOf(waiter);
    if (at >= 0) waiter.entry.queue.splice(at, 1);
    this.waiting.delete(waiter.pid);
    this.wake(waiter.entry);
  }

  /** Moves a waiter before another one of the same queue (deadlock check: soft edges). */
  moveAhead(waiter: Waiter, of: Waiter): void {
    const queue = waiter.entry.queue;
    queue.splice(queue.indexOf(waiter), 1);
    queue.splice(queue.indexOf(of), 0, waiter);
    this.wake(waiter.entry);
  }

  /** Grants what can be granted, in queue order. */
  private wake(entry: LockEntry): void {
    let ahead = 0;
    for (let i = 0; i < entry.queue.length;) {
      const waiter = entry.queue[i]!;
      if ((CONFLICTS[waiter.mode]! & ahead) === 0 && !this.conflicts(entry, entry.holders.get(waiter.pid), waiter.mode)) {
        entry.queue.splice(i, 1);
        this.grant(waiter.pid, entry, waiter.mode, waiter.session);
        waiter.granted = true;
        waiter.signal.fire();
      } else {
        ahead |= 1 << waiter.mode;
        i++;
      }
    }
    if (entry.holders.size === 0 && entry.queue.length === 0) this.entries.delete(entry.key);
  }

  release(pid: number, tag: LockTag, mode: LockMode): boolean {
    const holder = this.owners.get(pid)?.held.get(tagKey(tag));
    if (holder === undefined || holder.session[mode] === 0) return false;
    holder.session[mode]!--;
    this.drop(holder, mode);
    this.leave(holder);
    return true;
  }

  /** Gives up a mode that is no longer counted. The caller then calls leave(). */
  private drop(holder: Holder, mode: number): void {
    if (holder.xact[mode]! + holder.session[mode]! > 0 || (holder.modes & (1 << mode)) === 0) return;
    const entry = holder.entry;
    holder.modes &= ~(1 << mode);
    if (--entry.counts[mode]! === 0) entry.granted &= ~(1 << mode);
  }

  /** After drop(): removes a holder without modes (it may be reused at once) and wakes those who wait. */
  private leave(holder: Holder): void {
    const entry = holder.entry;
    if (holder.modes === 0) {
      entry.holders.delete(holder.pid);
      this.owners.get(holder.pid)?.held.delete(entry.key);
      if (this.spare.length < SPARE_MAX) this.spare.push(holder);
    }
    if (entry.queue.length > 0) this.wake(entry);
    else if (entry.holders.size === 0) this.entries.delete(entry.key);
  }

  releaseSession(pid: number): void {
    const owner = this.owners.get(pid);
    if (owner === undefined) return;
    for (const holder of [...owner.held.values()]) {
      for (let mode = 1; mode <= 8; mode++) {
        if (holder.session[mode] === 0) continue;
        holder.session[mode] = 0;
        this.drop(holder, mode);
      }
      this.leave(holder);
    }
    if (owner.held.size === 0) this.owners.delete(pid);
  }

  /** At transaction end. */
  releaseTransaction(pid: number): void {
    const owner = this.owners.get(pid);
    if (owner === undefined) return;
    owner.journal = null;
    for (const holder of owner.held.values()) {
      for (let mode = 1; mode <= 8; mode++) {
        if (holder.xact[mode] === 0) continue;
        holder.xact[mode] = 0;
        this.drop(holder, mode);
      }
      this.leave(holder);
    }
  }

  /** Hands the transaction-level locks of a process over to another one. */
  transfer(from: number, to: number): void {
    const owner = this.owners.get(from);
    if (owner === undefined) return;
    owner.journal = null;
    for (const holder of [...owner.held.values()]) {
      for (let mode = 1; mode <= 8; mode++) {
        if (holder.xact[mode] === 0) continue;
        this.grant(to, holder.entry, mode as LockMode, false);
        holder.xact[mode] = 0;
        this.drop(holder, mode);
      }
      this.leave(holder);
    }
  }

  /** Begins to note acquisitions, so that ROLLBACK TO can give them back; answers the position. */
  mark(pid: number): number {
    const owner = this.owner(pid);
    owner.journal ??= [];
    return owner.journal.length;
  }

  /** No savepoint is left. */
  unmark(pid: number): void {
    const owner = this.owners.get(pid);
    if (owner !== undefined) owner.journal = null;
  }

  releaseSince(pid: number, position: number): void {
    const journal = this.owners.get(pid)?.journal ?? null;
    if (journal === null) return;
    for (let i = journal.length - 1; i >= position; i--) {
      const { holder, mode } = journal[i]!;
      holder.xact[mode]!--;
      this.drop(holder, mode);
      this.leave(holder);
    }
    journal.length = position;
  }

  list(): LockInfo[] {
    const out: LockInfo[] = [];
    for (const entry of this.entries.values()) {
      for (const holder of entry.holders.values()) {
        for (let mode = 1; mode <= 8; mode++) {
          if ((holder.modes & (1 << mode)) !== 0) out.push({ tag: entry.tag, pid: holder.pid, mode: mode as LockMode, granted: true, waitStart: undefined });
        }
      }
      for (const waiter of entry.queue) out.push({ tag: entry.tag, pid: waiter.pid, mode: waiter.mode, granted: false, waitStart: waiter.since });
    }
    return out.concat(this.extra());
  }

  blockingPids(pid: number): number[] {
    const waiter = this.waiting.get(pid);
    const out = new Set<number>(this.extraBlockers(pid));
    if (waiter !== undefined) {
      for (const other of hardBlockers(waiter)) out.add(other);
      for (const other of softBlockers(waiter)) out.add(other.pid);
    }
    return [...out];
  }
}

function waitsFor(entry: LockEntry, mode: LockMode): boolean {
  for (let i = 0; i < entry.queue.length; i++) if ((CONFLICTS[mode]! & (1 << entry.queue[i]!.mode)) !== 0) return true;
  return false;
}

/** pids that hold what the waiter conflicts with. */
export function hardBlockers(waiter: Waiter): number[] {
  const out: number[] = [];
  for (const holder of waiter.entry.holders.values()) if (holder.pid !== waiter.pid && (holder.modes & CONFLICTS[waiter.mode]!) !== 0) out.push(holder.pid);
  return out;
}

/** Earlier waiters whose requests conflict. */
export function softBlockers(waiter: Waiter): Waiter[] {
  const queue = waiter.entry.queue;
  return queue.slice(0, Math.max(0, queue.indexOf(waiter))).filter((other) => (CONFLICTS[waiter.mode]! & (1 << other.mode)) !== 0);
}

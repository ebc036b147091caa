/**
 * Registered snapshots. Their commit sequence numbers never decrease as they are taken, so a queue of (csn, count)
 * gives the oldest one in O(1) amortised.
 */
import type { InstantSnapshots, Snapshot, Transaction } from '../api.js';
import { TransactionImpl } from './transaction.js';

interface Level { csn: number; count: number }

export class SnapshotImpl implements Snapshot {
  released = false;
  constructor(readonly csn: number, readonly curcid: number, readonly xact: TransactionImpl, readonly level: Level, /** first xid not assigned then */ readonly nextXid: number) {}
}

export class SnapshotQueue {
  private levels: Level[] = [];
  private first = 0;

  /** The level of a snapshot taken now. */
  enter(csn: number): Level {
    const last = this.levels.length > this.first ? this.levels[this.levels.length - 1] : undefined;
    if (last !== undefined && last.csn === csn) {
      last.count++;
      return last;
    }
    const level = { csn, count: 1 };
    this.levels.push(level);
    return level;
  }

  leave(level: Level): void {
    level.count--;
    while (this.first < this.levels.length && this.levels[this.first]!.count === 0) this.first++;
    if (this.first === this.levels.length) {
      this.levels.length = 0;
      this.first = 0;
    } else if (this.first > 1024) {
      this.levels.splice(0, this.first);
      this.first = 0;
    }
  }

  /** csn of the oldest registered snapshot; Infinity when there is none. */
  get oldest(): number {
    return this.first < this.levels.length ? this.levels[this.first]!.csn : Infinity;
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** One snapshot object, filled anew each time. */
export class InstantSnapshot implements InstantSnapshots {
  private readonly nobody = new TransactionImpl(0, 'read committed', true, 0, undefined);
  private readonly only = new SnapshotImpl(0, 0, this.nobody, { csn: 0, count: 1 }, 0) as Mutable<SnapshotImpl>;
  constructor(private readonly now: { readonly csn: number }) {}

  of(tx: Transaction | undefined): Snapshot {
    const { only } = this;
    only.csn = this.now.csn;
    if (tx === undefined) {
      only.curcid = 0;
      only.xact = this.nobody;
    } else {
      only.curcid = tx.commandId;
      only.xact = tx as TransactionImpl;
    }
    return only;
  }
}

/** Run state of one transaction. */
import type { IsolationLevel, LockWaits, Transaction } from '../api.js';
import type { RedoBuffer } from '../log/redo-buffer.js';
import type { TableImpl } from '../table/table.js';
import type { UndoEntry } from '../undo/record.js';
import type { ReadSet } from './serializable.js';
import type { Signal } from './signal.js';
import type { SnapshotImpl } from './snapshots.js';

export class TransactionImpl implements Transaction {
  xid = 0;
  commandId = 0;
  catalogChanged = false;
  state: 'active' | 'committed' | 'aborted' = 'active';
  updatePlacement: 'in_place' | 'append' = 'in_place';
  /** Infinity until committed. */
  commitSeq = Infinity;
  /** Where its redo begins in the log; the log is kept from there while the undo is. */
  firstLsn = Infinity;
  /** Of its commit record; Infinity: nothing was logged. */
  commitLsn = Infinity;
  undo: UndoEntry[] = [];
  /** Estimated bytes of undo in memory, and from when on it is to be spilled (undo-spill.ts; 0: not asked yet). */
  undoBytes = 0;
  undoBytesMax = 0;
  rollingBack = false;
  /** Position in `undo` up to which purge has come. */
  purgedTo = 0;
  redo: RedoBuffer | null = null;
  /** Bytes of redo already appended to the log in parts. */
  redoLogged = 0;
  /** Sequences whose state goes into the log at the end. */
  sequences: Set<number> | null = null;
  /** Snapshots not yet released. */
  readonly snapshots: SnapshotImpl[] = [];
  /** The transaction's own snapshot under repeatable read and serializable. */
  base: SnapshotImpl | null = null;
  /** Changes at each savepoint, so that insert ranges do not reach over one. */
  epoch = 0;
  readonly savepoints: SavepointState[] = [];
  readonly rowLocks: { table: TableImpl; rowid: number; bit: number }[] = [];
  /** Those who wait for this transaction's end. */
  waiters: Signal[] = [];
  /** Whose end this transaction waits for. */
  waitsFor: TransactionImpl | null = null;
  /** Set once prepared. */
  gid: string | null = null;
  /** What a serializable transaction has read. */
  reads: ReadSet | null = null;

  constructor(public pid: number, readonly isolation: IsolationLevel, readonly readOnly: boolean, readonly vxid: number, readonly waits: LockWaits | undefined) {}

  get keepsSnapshot(): boolean {
    return this.isolation === 'repeatable read' || this.isolation === 'serializable';
  }
}

export interface SavepointState { undo: number; redo: number; rowLocks: number; locks: number }

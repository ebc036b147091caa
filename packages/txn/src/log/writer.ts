/** The redo of transactions on its way into the log: at commit as one record, before that in parts when it grows. */
import type { StorageEngine } from '@pglitedb/storage';
import type { TransactionImpl } from '../transaction/transaction.js';
import { REC } from './records.js';
import { RedoBuffer } from './redo-buffer.js';

/** A transaction's redo in memory beyond this goes into the log as a part. */
export const PART_BYTES = 256 * 1024;

export class LogWriter {
  private readonly head = new RedoBuffer();

  constructor(private readonly engine: StorageEngine, private readonly partBytes: number) {}

  redo(tx: TransactionImpl): RedoBuffer {
    const redo = (tx.redo ??= RedoBuffer.take());
    if (redo.length > this.partBytes) this.flush(tx);
    return redo;
  }

  /** Position in the transaction's redo stream. */
  position(tx: TransactionImpl): number {
    return tx.redoLogged + (tx.redo?.length ?? 0);
  }

  /** Puts what there is into the log as a part. */
  flush(tx: TransactionImpl): void {
    const redo = tx.redo;
    if (redo === null || redo.length === 0) return;
    this.append(REC.part, tx, redo, tx.redoLogged);
    tx.redoLogged += redo.length;
    redo.length = 0;
  }

  /** The record's head is in `out`; the redo that is left follows it. Something must be logged at the end, too. */
  prepare(tx: TransactionImpl, out: RedoBuffer): void {
    if (tx.redo !== null) out.raw(tx.redo.view());
    const lsn = this.engine.append(out.view());
    if (lsn < tx.firstLsn) tx.firstLsn = lsn;
    tx.redoLogged = Math.max(1, this.position(tx));
    if (tx.redo !== null) tx.redo.length = 0;
  }

  /** Answers whether anything was logged. */
  commit(tx: TransactionImpl): boolean {
    const redo = tx.redo;
    if (this.position(tx) === 0) {
      if (tx.firstLsn < Infinity) this.append(REC.abort, tx, null);
      this.drop(tx);
      return false;
    }
    tx.commitLsn = this.append(REC.commit, tx, redo);
    this.drop(tx);
    return true;
  }

  rollback(tx: TransactionImpl): void {
    if (tx.firstLsn < Infinity) this.append(REC.abort, tx, null);
    this.drop(tx);
  }

  rollbackTo(tx: TransactionImpl, position: number): void {
    if (position >= tx.redoLogged) {
      if (tx.redo !== null) tx.redo.length = position - tx.redoLogged;
      return;
    }
    if (tx.redo !== null) tx.redo.length = 0;
    this.head.length = 0;
    this.head.u8(REC.cut);
    this.head.varint(tx.xid);
    this.head.varint(position);
    this.engine.append(this.head.view());
    tx.redoLogged = position;
  }

  private append(kind: number, tx: TransactionImpl, ops: RedoBuffer | null, at = -1): number {
    const head = this.head;
    head.length = 0;
    head.u8(kind);
    head.varint(tx.xid);
    if (at >= 0) head.varint(at);
    if (ops !== null) head.raw(ops.view());
    const lsn = this.engine.append(head.view());
    if (lsn < tx.firstLsn) tx.firstLsn = lsn;
    return lsn;
  }

  private drop(tx: TransactionImpl): void {
    if (tx.redo !== null) RedoBuffer.give(tx.redo);
    tx.redo = null;
  }
}

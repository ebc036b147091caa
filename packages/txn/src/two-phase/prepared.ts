/**
 * Two-phase commit. A prepared transaction stays an active one, owned by a process id of its own (negative), with its undo
 * and locks; its redo and locks are in the log. COMMIT PREPARED and ROLLBACK PREPARED end it from any session.
 *
 * Record: u8 prepare, varint xid, text gid, text owner, varint database, float64 prepared at (ms since 1970),
 *         varint n, (text kind, varint database id id2+1 id3+1, u8 mode)*n locks, ops…
 */
import { SqlError, type Oid } from '@pglitedb/types';
import type { LockMode, LockTag, PreparedTransaction, Transaction, TwoPhase } from '../api.js';
import { REC } from '../log/records.js';
import { RedoBuffer, type RedoReader } from '../log/redo-buffer.js';
import type { TransactionManagerImpl } from '../transaction/manager.js';
import { TransactionImpl } from '../transaction/transaction.js';
import { UNDO_ACTION, type UndoAction, type UndoEntry, type UndoRecord } from '../undo/record.js';

/** GIDSIZE of PostgreSQL. */
const GID_BYTES_MAX = 200;

export interface PrepareRecord extends PreparedTransaction { locks: { tag: LockTag; mode: LockMode }[] }

export class Prepared implements TwoPhase {
  private readonly byGid = new Map<string, PreparedTransaction & { tx: TransactionImpl }>();
  private lastPid = 0;

  constructor(private readonly manager: TransactionManagerImpl) {}

  async prepare(transaction: Transaction, gid: string, owner: string, database: Oid): Promise<void> {
    const tx = transaction as TransactionImpl;
    if (Buffer.byteLength(gid) >= GID_BYTES_MAX) throw new SqlError('22023', `transaction identifier "${gid}" is too long`);
    if (this.byGid.has(gid)) throw new SqlError('42710', `transaction identifier "${gid}" is already in use`);
    if (tx.isolation === 'serializable') throw new SqlError('0A000', 'PREPARE TRANSACTION of a serializable transaction is not supported yet');
    for (const entry of tx.undo) checkPreparable(entry);
    this.manager.assignXid(tx);
    this.manager.store.logSequences(tx);
    const pid = --this.lastPid;
    const prepared = { gid, xid: tx.xid, owner, database, preparedAt: this.manager.options.clock.now() };
    this.manager.locks.transfer(tx.pid, pid);
    this.manager.forgetSnapshots(tx);
    tx.pid = pid;
    tx.gid = gid;
    this.log(tx, prepared);
    this.byGid.set(gid, { ...prepared, tx });
    await this.manager.groupCommit.request();
  }

  private log(tx: TransactionImpl, prepared: PreparedTransaction): void {
    const out = RedoBuffer.take();
    out.u8(REC.prepare);
    out.varint(prepared.xid);
    out.text(prepared.gid);
    out.text(prepared.owner);
    out.varint(prepared.database);
    out.float64(prepared.preparedAt);
    const held = this.manager.locks.list().filter((lock) => lock.pid === tx.pid && lock.granted && lock.tag.kind !== 'virtualxid' && lock.tag.kind !== 'transactionid');
    out.varint(held.length);
    for (const { tag, mode } of held) {
      out.text(tag.kind);
      for (const n of [tag.database, tag.id, (tag.id2 ?? -1) + 1, (tag.id3 ?? -1) + 1]) out.varint(n);
      out.u8(mode);
    }
    this.manager.log.prepare(tx, out);
    RedoBuffer.give(out);
  }

  private take(gid: string): TransactionImpl {
    const found = this.byGid.get(gid);
    if (found === undefined) throw new SqlError('42704', `prepared transaction with identifier "${gid}" does not exist`);
    this.byGid.delete(gid);
    return found.tx;
  }

  commit(gid: string): Promise<void> | undefined {
    return this.manager.commit(this.take(gid), true);
  }

  rollback(gid: string): Promise<void> {
    this.manager.rollback(this.take(gid));
    return this.manager.groupCommit.request();
  }

  list(): PreparedTransaction[] {
    return [...this.byGid.values()].map(({ gid, xid, owner, database, preparedAt }) => ({ gid, xid, owner, database, preparedAt }));
  }

  /** The transaction of a prepare record that has no end in the log. */
  revive(record: PrepareRecord): TransactionImpl {
    const tx = new TransactionImpl(--this.lastPid, 'read committed', false, 0, undefined);
    tx.xid = record.xid;
    tx.gid = record.gid;
    for (const { tag, mode } of record.locks) this.manager.locks.tryAcquire(tx, tag, mode);
    this.byGid.set(record.gid, { ...record, tx });
    return tx;
  }
}

function checkPreparable(entry: UndoEntry): void {
  if (entry.kind !== UNDO_ACTION) {
    if (!(entry as UndoRecord).table.spec.temporary) return;
    throw new SqlError('0A000', 'cannot PREPARE a transaction that has operated on temporary objects');
  }
  if ((entry as UndoAction).relation === true) throw new SqlError('0A000', 'PREPARE TRANSACTION after creating, altering or dropping relations is not supported yet');
}

/** After kind and xid; leaves the reader at the ops. */
export function readPrepare(xid: number, input: RedoReader): PrepareRecord {
  const gid = input.text();
  const owner = input.text();
  const database = input.varint() as Oid;
  const preparedAt = input.float64();
  const locks: PrepareRecord['locks'] = [];
  for (let n = input.varint(); n > 0; n--) {
    const kind = input.text() as LockTag['kind'];
    const tag: LockTag = { kind, database: input.varint() as Oid, id: input.varint() };
    const id2 = input.varint() - 1;
    const id3 = input.varint() - 1;
    if (id2 >= 0) tag.id2 = id2;
    if (id3 >= 0) tag.id3 = id3;
    locks.push({ tag, mode: input.u8() as LockMode });
  }
  return { gid, xid, owner, database, preparedAt, locks };
}

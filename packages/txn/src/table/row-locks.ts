/**
 * Row locks: PostgreSQL's four tuple lock modes, in memory, per row of a table. A change implies one too (exclusive, or
 * nokeyexclusive when no key column changes), which its undo record stands for.
 */
import type { RowLockMode } from '../api.js';
import type { TransactionImpl } from '../transaction/transaction.js';
import type { TableImpl } from './table.js';

const BIT: Record<RowLockMode, number> = { keyshare: 1, share: 2, nokeyexclusive: 4, exclusive: 8 };
/** Modes (as bits) that each mode conflicts with. */
const CONFLICTS: Record<RowLockMode, number> = { keyshare: 8, share: 4 | 8, nokeyexclusive: 2 | 4 | 8, exclusive: 15 };
/** A held bit that makes the wanted mode superfluous. */
const COVERED: Record<RowLockMode, number> = { keyshare: 15, share: 2 | 8, nokeyexclusive: 4 | 8, exclusive: 8 };

export interface RowLock { tx: TransactionImpl; modes: number }

export function modesConflict(a: RowLockMode, b: RowLockMode): boolean {
  return (CONFLICTS[a] & BIT[b]) !== 0;
}

/** Another transaction whose lock on the row conflicts with `mode`. */
export function conflictingLocker(table: TableImpl, tx: TransactionImpl, rowid: number, mode: RowLockMode): TransactionImpl | undefined {
  const locks = table.rowLocks.get(rowid);
  if (locks === undefined) return undefined;
  for (const lock of locks) if (lock.tx !== tx && (lock.modes & CONFLICTS[mode]) !== 0) return lock.tx;
  return undefined;
}

export function holdsRowLock(table: TableImpl, tx: TransactionImpl, rowid: number): boolean {
  if (table.rowLocks.size === 0) return false;
  const locks = table.rowLocks.get(rowid);
  return locks !== undefined && locks.some((lock) => lock.tx === tx);
}

export function addRowLock(table: TableImpl, tx: TransactionImpl, rowid: number, mode: RowLockMode): void {
  let locks = table.rowLocks.get(rowid);
  if (locks === undefined) table.rowLocks.set(rowid, (locks = []));
  let own = locks.find((lock) => lock.tx === tx);
  if (own === undefined) locks.push((own = { tx, modes: 0 }));
  else if ((own.modes & COVERED[mode]) !== 0) return;
  own.modes |= BIT[mode];
  tx.rowLocks.push({ table, rowid, bit: BIT[mode] });
}

/** The row was changed: its undo record stands for the lock that was taken just before. */
export function releaseCovered(table: TableImpl, tx: TransactionImpl, rowid: number): void {
  const at = tx.rowLocks.length - 1;
  const last = tx.rowLocks[at]!;
  if (last.rowid !== rowid || last.table !== table) return;
  const { savepoints } = tx;
  if (savepoints.length === 0 || at >= savepoints[savepoints.length - 1]!.rowLocks) releaseRowLocks(tx, at);
}

/** Gives back the transaction's row locks from a position of tx.rowLocks on. */
export function releaseRowLocks(tx: TransactionImpl, from: number): void {
  for (let i = tx.rowLocks.length - 1; i >= from; i--) {
    const { table, rowid, bit } = tx.rowLocks[i]!;
    const locks = table.rowLocks.get(rowid);
    const at = locks === undefined ? -1 : locks.findIndex((lock) => lock.tx === tx);
    if (at < 0) continue;
    const own = locks![at]!;
    own.modes &= ~bit;
    if (own.modes !== 0) continue;
    locks!.splice(at, 1);
    if (locks!.length === 0) table.rowLocks.delete(rowid);
  }
  tx.rowLocks.length = from;
}

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
/** Holders of one row; a row that an update moves keeps them, so both places have the same list. */
export interface RowLocks { holders: RowLock[]; rowids: number[] }

export function modesConflict(a: RowLockMode, b: RowLockMode): boolean {
  return (CONFLICTS[a] & BIT[b]) !== 0;
}

/** Another transaction whose lock on the row conflicts with `mode`. */
export function conflictingLocker(table: TableImpl, tx: TransactionImpl, rowid: number, mode: RowLockMode): TransactionImpl | undefined {
  const locks = table.rowLocks.get(rowid);
  if (locks === undefined) return undefined;
  for (const lock of locks.holders) if (lock.tx !== tx && (lock.modes & CONFLICTS[mode]) !== 0) return lock.tx;
  return undefined;
}

export function holdsRowLock(table: TableImpl, tx: TransactionImpl, rowid: number): boolean {
  if (table.rowLocks.size === 0) return false;
  const locks = table.rowLocks.get(rowid);
  return locks !== undefined && locks.holders.some((lock) => lock.tx === tx);
}

export function addRowLock(table: TableImpl, tx: TransactionImpl, rowid: number, mode: RowLockMode): void {
  let locks = table.rowLocks.get(rowid);
  if (locks === undefined) table.rowLocks.set(rowid, (locks = { holders: [], rowids: [rowid] }));
  let own = locks.holders.find((lock) => lock.tx === tx);
  if (own === undefined) locks.holders.push((own = { tx, modes: 0 }));
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

/** An update moves the row: who holds it holds it there too. */
export function shareRowLocks(table: TableImpl, rowid: number, moved: number): void {
  const locks = table.rowLocks.get(rowid);
  if (locks === undefined) return;
  locks.rowids.push(moved);
  table.rowLocks.set(moved, locks);
}

/** The move was rolled back. */
export function unshareRowLocks(table: TableImpl, moved: number): void {
  const locks = table.rowLocks.get(moved);
  if (locks === undefined || locks.rowids.length < 2) return;
  locks.rowids.splice(locks.rowids.indexOf(moved), 1);
  table.rowLocks.delete(moved);
}

/** Gives back the transaction's row locks from a position of tx.rowLocks on. */
export function releaseRowLocks(tx: TransactionImpl, from: number): void {
  for (let i = tx.rowLocks.length - 1; i >= from; i--) {
    const { table, rowid, bit } = tx.rowLocks[i]!;
    const locks = table.rowLocks.get(rowid);
    const at = locks === undefined ? -1 : locks.holders.findIndex((lock) => lock.tx === tx);
    if (at < 0) continue;
    const own = locks!.holders[at]!;
    own.modes &= ~bit;
    if (own.modes !== 0) continue;
    locks!.holders.splice(at, 1);
    if (locks!.holders.length === 0) for (const place of locks!.rowids) if (table.rowLocks.get(place) === locks) table.rowLocks.delete(place);
  }
  tx.rowLocks.length = from;
}

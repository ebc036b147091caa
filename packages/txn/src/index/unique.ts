/**
 * Uniqueness: PostgreSQL's _bt_check_unique with a dirty snapshot. A row that another active transaction is changing
 * conflicts if it has the key before or after the change; that transaction's outcome decides.
 */
import { SLOT_LIVE } from '@pglitedb/storage';
import type { Datum } from '@pglitedb/types';
import type { RecheckKey, RowId, Snapshot, UniqueCheck } from '../api.js';
import { chunkOf, slotOf } from '../table/row-id.js';
import type { TableImpl } from '../table/table.js';
import type { TransactionImpl } from '../transaction/transaction.js';
import type { IndexImpl } from './index-impl.js';

export function findConflict(index: IndexImpl, tx: TransactionImpl, table: TableImpl, key: readonly Datum[], self: RowId, recheck: RecheckKey | undefined): UniqueCheck | undefined {
  if (!index.spec.nullsNotDistinct) for (let i = 0; i < key.length; i++) if (key[i] === null || key[i] === undefined) return undefined;
  const encoded = index.tree.encodeKey(key);
  let first: UniqueCheck | undefined;
  for (let rowid = index.tree.lookup(encoded); rowid >= 0; rowid = index.tree.lookup(encoded, rowid)) {
    if (rowid === self) continue;
    const head = table.head(chunkOf(rowid), slotOf(rowid));
    if (head === null && table.chunk(chunkOf(rowid))?.live[slotOf(rowid)] !== SLOT_LIVE) continue;
    const known: Snapshot = { csn: table.context.csn, curcid: Infinity, xact: tx };
    if (head === null || head.xact === tx || head.xact.state !== 'active') {
      if (index.answers(table, known, rowid, encoded, recheck)) return { conflict: rowid, holder: undefined };
      continue;
    }
    const other: Snapshot = { csn: table.context.csn, curcid: Infinity, xact: head.xact };
    if (index.answers(table, known, rowid, encoded, recheck) || index.answers(table, other, rowid, encoded, recheck)) {
      first ??= { conflict: rowid, holder: head.xact };
    }
  }
  return first;
}

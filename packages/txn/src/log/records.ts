/**
 * What the log is made of. One engine record each:
 *
 *   u8 kind, then
 *   part        varint xid, varint at, ops…  at: where in the transaction's redo stream they stand
 *                        redo of a transaction that has not ended; applied when its commit is read
 *   commit      varint xid, ops…           the rest of it
 *   abort       varint xid                 only after a part
 *   cut         varint xid, varint at      ROLLBACK TO: its redo stream is cut at this byte
 *   counters    varint xid, oid, relfile   numbers below these may have been given out
 *   prepare     varint xid, gid and more (two-phase/prepared.ts), ops…
 *   sequences   ops…                       effective at once: sequences of a rolled-back transaction, columns
 *
 * Ops, in the order they happened (cells: see cells.ts):
 *   insert      relfile rowid n cell*n                      all columns
 *   update      relfile rowid n (attnum cell)*n
 *   delete      relfile rowid
 *   entryAdd    index rowid n cell*n
 *   entryAgain  as entryAdd; the entry was there already (that of an older version)
 *   entryRemove index rowid n cell*n
 *   sequence    relfile called cell
 *   createTable relfile flags n (kind)*n
 *   createIndex relfile flags table+1
 *   drop        relfile
 *   extend      relfile first n (kind cell)*n               cell: the value in older rows
 *   truncate    relfile
 *   insertBlock relfile rowid n columns (block.ts)*columns  n rows from rowid on, in one chunk
 */
import type { Physical } from '@pglitedb/types';

export const REC = { part: 1, commit: 2, abort: 3, cut: 4, counters: 5, prepare: 6, sequences: 7 } as const;
export const OP = {
  insert: 1, update: 2, delete: 3, entryAdd: 4, entryRemove: 5, sequence: 6, createTable: 7, createIndex: 8, drop: 9, extend: 10, truncate: 11, entryAgain: 12, insertBlock: 13,
} as const;

/** Physical kinds by their number in the log and the relation directory. */
export const KINDS: readonly Physical[] = ['bool', 'int16', 'int32', 'uint32', 'float32', 'float64', 'date32', 'int64', 'time64', 'text', 'bytes'];

/** Relation flags. */
export const UNLOGGED = 1;

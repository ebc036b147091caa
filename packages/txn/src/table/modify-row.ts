/**
 * UPDATE, DELETE and row locks. First updater wins: judge() finds out, as PostgreSQL's HeapTupleSatisfiesUpdate and
 * heap_update do, whether the version that the snapshot saw is still the latest one and nobody else is changing it.
 */
import { CHUNK_ROWS, SLOT_LIVE, type Chunk } from '@pglitedb/storage';
import type { Datum } from '@pglitedb/types';
import { TM, type RowId, type RowLockMode, type RowOpResult, type Snapshot, type TmCode } from '../api.js';
import { logRemovedEntries, logReplacedEntries } from '../index/entries.js';
import { writeCell } from '../log/cells.js';
import { OP } from '../log/records.js';
import type { TransactionImpl } from '../transaction/transaction.js';
import { OTHER_PARTITION, UNDO_DELETE, UNDO_INSERT, UNDO_UPDATE, UndoRecord } from '../undo/record.js';
import { insertRow } from './modify-insert.js';
import { chunkOf, slotOf } from './row-id.js';
import { addRowLock, conflictingLocker, holdsRowLock, modesConflict, releaseCovered, shareRowLocks } from './row-locks.js';
import type { TableImpl } from './table.js';

/** Characters from which on a value may matter to the size of its chunk. */
const WIDE = 2000;
/** Updates in place may take a chunk's heap so many times beyond where insertion stops. */
const OVERFULL_TIMES = 2;

function judge(table: TableImpl, tx: TransactionImpl, snapshot: Snapshot, rowid: RowId, mode: RowLockMode, result: RowOpResult, latest: boolean): TmCode {
  result.newRowid = rowid;
  result.holder = undefined;
  const chunkNo = chunkOf(rowid);
  const slot = slotOf(rowid);
  const chunk = table.chunk(chunkNo);
  if (chunk === undefined) return TM.deleted;
  let record = table.head(chunkNo, slot);
  /** Somebody moves the row, without changing its key. */
  let moving = false;
  if (record !== null && record.xact === tx) {
    const code = judgeOwn(record, snapshot, result);
    if (code !== TM.ok) return code;
  } else {
    while (record !== null && !record.purged && record.xact.state === 'active') {
      if (record.kind === UNDO_INSERT) return TM.invisible;
      if (modesConflict(mode, record.keyUpdate ? 'exclusive' : 'nokeyexclusive')) result.holder = record.xact;
      else if (record.movedTo >= 0) {
        moving = true;
        if (laterConflict(table, record, mode)) result.holder = record.xact;
      }
      record = record.prev;
    }
    if (result.holder !== undefined) return !latest && changedSince(table, tx, snapshot, record, rowid) ? TM.updated : TM.beingModified;
    if (record === null || record.purged) {
      if (!moving && chunk.live[slot] !== SLOT_LIVE) return TM.deleted;
    } else {
      if (record.removes) return judgeGone(table, tx, snapshot, record, mode, result, latest);
      if (!latest && changedSince(table, tx, snapshot, record, rowid)) return TM.updated;
    }
  }
  if (table.rowLocks.size > 0) {
    result.holder = conflictingLocker(table, tx, rowid, mode);
    if (result.holder !== undefined) return TM.beingModified;
  }
  return TM.ok;
}

/** Whether the one who moves the row has then changed it in a way that conflicts. */
function laterConflict(table: TableImpl, moved: UndoRecord, mode: RowLockMode): boolean {
  let record = table.head(chunkOf(moved.movedTo), slotOf(moved.movedTo));
  while (record !== null && !record.purged && record.kind !== UNDO_INSERT) {
    if (modesConflict(mode, record.keyUpdate ? 'exclusive' : 'nokeyexclusive')) return true;
    if (record.movedTo >= 0) return laterConflict(table, record, mode);
    record = record.prev;
  }
  return false;
}

/** An update in place that committed after the snapshot, unless this transaction has held the row's lock since. */
function changedSince(table: TableImpl, tx: TransactionImpl, snapshot: Snapshot, record: UndoRecord | null, rowid: RowId): boolean {
  return record !== null && !record.purged && record.kind === UNDO_UPDATE && record.xact !== tx && record.xact.commitSeq > snapshot.csn
    && !holdsRowLock(table, tx, rowid);
}

function judgeOwn(record: UndoRecord, snapshot: Snapshot, result: RowOpResult): TmCode {
  if (record.removes) {
    if (record.cid < snapshot.curcid && record.movedTo < 0) return TM.invisible;
    result.cmax = record.cid;
    if (record.movedTo >= 0) result.newRowid = record.movedTo;
    return TM.selfModified;
  }
  if (record.cid < snapshot.curcid) return TM.ok;
  if (record.kind === UNDO_INSERT) return TM.invisible;
  result.cmax = record.cid;
  return TM.selfModified;
}

function judgeGone(table: TableImpl, tx: TransactionImpl, snapshot: Snapshot, record: UndoRecord, mode: RowLockMode, result: RowOpResult, latest: boolean): TmCode {
  if (record.movedTo < 0) {
    if (record.xact.commitSeq <= snapshot.csn && !latest) return TM.invisible;
    if (record.movedTo !== OTHER_PARTITION) return TM.deleted;
    result.newRowid = OTHER_PARTITION;
    return TM.updated;
  }
  if (latest) return judge(table, tx, snapshot, record.movedTo, mode, result, true);
  result.newRowid = record.movedTo;
  return TM.updated;
}

export function lockRow(table: TableImpl, tx: TransactionImpl, snapshot: Snapshot, rowid: RowId, mode: RowLockMode, result: RowOpResult, latest: boolean): TmCode {
  const code = judge(table, tx, snapshot, rowid, mode, result, latest);
  if (code === TM.ok) {
    addRowLock(table, tx, result.newRowid, mode);
    lockWhereMoved(table, tx, result.newRowid, mode);
  }
  return code;
}

/** A row that others are moving is locked in its later places too, for after their commit. */
function lockWhereMoved(table: TableImpl, tx: TransactionImpl, rowid: RowId, mode: RowLockMode): void {
  const locks = table.rowLocks.get(rowid);
  for (let head = table.head(chunkOf(rowid), slotOf(rowid)); head !== null && head.movedTo >= 0; head = table.head(chunkOf(head.movedTo), slotOf(head.movedTo))) {
    if (table.rowLocks.get(head.movedTo) !== locks) addRowLock(table, tx, head.movedTo, mode);
  }
}

export function deleteRow(table: TableImpl, tx: TransactionImpl, snapshot: Snapshot, rowid: RowId, result: RowOpResult, toOtherPartition: boolean): TmCode {
  const code = judge(table, tx, snapshot, rowid, 'exclusive', result, false);
  if (code !== TM.ok) return code;
  removeRow(table, tx, rowid, toOtherPartition ? OTHER_PARTITION : -1);
  if (tx.rowLocks.length > 0) releaseCovered(table, tx, rowid);
  return TM.ok;
}

/** The row is no longer in this slot: deleted, or moved under append placement. */
export function removeRow(table: TableImpl, tx: TransactionImpl, rowid: RowId, movedTo: RowId): void {
  table.context.beginWrite(tx);
  const chunkNo = chunkOf(rowid);
  const slot = slotOf(rowid);
  const chunk = table.chunk(chunkNo)!;
  const record = new UndoRecord(movedTo < 0 ? UNDO_DELETE : UNDO_UPDATE, tx, tx.commandId, table, chunkNo, slot, slot + 1, null, null);
  record.movedTo = movedTo;
  record.keyUpdate = true;
  table.undoOf(chunkNo).push(record);
  table.context.pushUndo(tx, record);
  if (table.logged) {
    logRemovedEntries(table, tx, chunk, slot, rowid);
    const redo = table.context.redo(tx);
    redo.u8(OP.delete);
    redo.varint(table.relfile);
    redo.varint(rowid);
  }
  chunk.markDead(slot);
  table.file.markDirty(chunk);
  table.rows--;
}

export function updateRow(
  table: TableImpl, tx: TransactionImpl, snapshot: Snapshot, rowid: RowId, attnums: readonly number[], values: readonly Datum[],
  result: RowOpResult, keyUpdate: boolean,
): TmCode {
  const code = judge(table, tx, snapshot, rowid, keyUpdate ? 'exclusive' : 'nokeyexclusive', result, false);
  if (code !== TM.ok) return code;
  if (tx.updatePlacement === 'append' || overflows(table, rowid, values)) result.newRowid = moveRow(table, tx, rowid, attnums, values, keyUpdate);
  else changeRow(table, tx, rowid, attnums, values, keyUpdate);
  if (tx.rowLocks.length > 0) releaseCovered(table, tx, rowid);
  return TM.ok;
}

/** Wide values would make the chunk too large for its page and for the pool: the row moves to another one. */
function overflows(table: TableImpl, rowid: RowId, values: readonly Datum[]): boolean {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value === 'string' ? value.length >= WIDE : typeof value === 'object' && value !== null) {
      const chunk = table.chunk(chunkOf(rowid))!;
      return chunk.count > 1 && chunk.heapFull(OVERFULL_TIMES);
    }
  }
  return false;
}

function moveRow(table: TableImpl, tx: TransactionImpl, rowid: RowId, attnums: readonly number[], values: readonly Datum[], keyUpdate: boolean): RowId {
  const slot = slotOf(rowid);
  const chunk = table.chunk(chunkOf(rowid))!;
  const row: Datum[] = [];
  for (let attnum = 1; attnum < table.codecs.length; attnum++) row.push(chunk.get(attnum, slot));
  for (let i = 0; i < attnums.length; i++) row[attnums[i]! - 1] = values[i];
  const moved = insertRow(table, tx, row);
  removeRow(table, tx, rowid, moved);
  table.head(chunkOf(rowid), slot)!.keyUpdate = keyUpdate;
  if (table.rowLocks.size > 0) shareRowLocks(table, rowid, moved);
  return moved;
}

function changeRow(table: TableImpl, tx: TransactionImpl, rowid: RowId, attnums: readonly number[], values: readonly Datum[], keyUpdate: boolean): void {
  table.context.beginWrite(tx);
  const chunkNo = chunkOf(rowid);
  const slot = slotOf(rowid);
  const chunk = table.chunk(chunkNo)!;
  const old: Datum[] = new Array(attnums.length);
  for (let i = 0; i < attnums.length; i++) old[i] = chunk.get(attnums[i]!, slot);
  const record = new UndoRecord(UNDO_UPDATE, tx, tx.commandId, table, chunkNo, slot, slot + 1, attnums, old);
  record.keyUpdate = keyUpdate;
  record.oldXmin = chunk.get(0, slot);
  table.undoOf(chunkNo).push(record);
  table.context.pushUndo(tx, record);
  if (table.logged) {
    logReplacedEntries(table, tx, chunk, slot, rowid, attnums, values);
    logUpdate(table, tx, rowid, attnums, values);
  }
  writeColumns(chunk, slot, tx.xid >>> 0, attnums, values);
  table.file.markDirty(chunk);
}

export function writeColumns(chunk: Chunk, slot: number, xmin: number, attnums: readonly number[], values: readonly Datum[]): void {
  chunk.set(0, slot, xmin);
  for (let i = 0; i < attnums.length; i++) chunk.set(attnums[i]!, slot, values[i]);
}

function logUpdate(table: TableImpl, tx: TransactionImpl, rowid: RowId, attnums: readonly number[], values: readonly Datum[]): void {
  const redo = table.context.redo(tx);
  redo.u8(OP.update);
  redo.varint(table.relfile);
  redo.varint(rowid);
  redo.varint(attnums.length);
  for (let i = 0; i < attnums.length; i++) {
    redo.varint(attnums[i]!);
    writeCell(redo, table.codecs[attnums[i]!]!, values[i]);
  }
}

export function rowIdOf(chunkNo: number, slot: number): RowId {
  return chunkNo * CHUNK_ROWS + slot;
}

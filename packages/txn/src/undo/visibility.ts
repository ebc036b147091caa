/**
 * Which version of a slot a snapshot sees. Walk from the newest record towards older ones, undoing what the snapshot
 * does not see; the walk ends at the first record it sees, or past the oldest.
 */
import type { Datum } from '@pglitedb/types';
import type { Snapshot } from '../api.js';
import { UNDO_INSERT, type UndoRecord } from './record.js';

export function sees(snapshot: Snapshot, record: UndoRecord): boolean {
  const xact = record.xact;
  return xact === snapshot.xact ? record.cid < snapshot.curcid : xact.commitSeq <= snapshot.csn;
}

export const GONE = 0;
/** The current values are the version. */
export const CURRENT = 1;
/** The version has older values: see overlay(). */
export const OLDER = 2;

/** For a slot with undo whose newest record is `head`. */
export function versionOf(snapshot: Snapshot, head: UndoRecord): number {
  let record: UndoRecord | null = head;
  let undone = false;
  while (record !== null && !record.purged) {
    if (sees(snapshot, record)) break;
    if (record.kind === UNDO_INSERT) return GONE;
    undone = true;
    record = record.prev;
  }
  if (!undone) return head.removes ? GONE : CURRENT;
  // Above this record everything was undone, so a removal here would have had no successor.
  return record !== null && record.removes ? GONE : OLDER;
}

/** Puts the values of an OLDER version over the current ones in out[c][at]. Returns its xmin, or -1 for the current one. */
export function overlay(snapshot: Snapshot, head: UndoRecord, attnums: readonly number[], out: Datum[][], at: number): number {
  let xmin = -1;
  for (let record: UndoRecord | null = head; record !== null && !record.purged && !sees(snapshot, record); record = record.prev) {
    if (record.attnums === null) continue;
    const changed = record.attnums;
    xmin = record.oldXmin;
    for (let i = 0; i < changed.length; i++) {
      const attnum = changed[i]!;
      for (let c = 0; c < attnums.length; c++) if (attnums[c] === attnum) out[c]![at] = record.old![i];
    }
  }
  return xmin;
}

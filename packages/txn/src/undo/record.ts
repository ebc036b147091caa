/**
 * Undo records: what a slot was before a change. A slot's records form a chain, newest first; `old` holds what the
 * change replaced, so that walking the chain from the current values gives every older version.
 */
import type { Datum } from '@pglitedb/types';
import type { TableImpl } from '../table/table.js';
import type { TransactionImpl } from '../transaction/transaction.js';
import type { FrozenChunk } from './undo-spill.js';

export const UNDO_INSERT = 1;
export const UNDO_UPDATE = 2;
export const UNDO_DELETE = 3;
export const UNDO_ACTION = 4;
/** The records of a whole chunk, spilled: undo-spill.ts. */
export const UNDO_FROZEN = 5;
/** movedTo of a deletion that was an update's move to another partition. */
export const OTHER_PARTITION = -2;

/** One row change, or the insertion of the contiguous slots [from, to) by one command. */
export class UndoRecord {
  prev: UndoRecord | null = null;
  /** Row number of the version made by an update under append placement; -1: the update is in place; OTHER_PARTITION. */
  movedTo = -1;
  /** Every snapshot sees past it: chains end here. */
  purged = false;
  /** Index key columns changed, or the row went away: conflicts with key-share locks. */
  keyUpdate = false;
  /** xmin of the replaced version. */
  oldXmin = 0;

  constructor(
    readonly kind: number,
    readonly xact: TransactionImpl,
    readonly cid: number,
    readonly table: TableImpl,
    readonly chunkNo: number,
    readonly from: number,
    public to: number,
    readonly attnums: readonly number[] | null,
    readonly old: Datum[] | null,
  ) {}

  /** The row is gone from this slot after the change. */
  get removes(): boolean {
    return this.kind === UNDO_DELETE || this.movedTo >= 0;
  }
}

/** Any other step of a transaction: undone at rollback, finished at commit. */
export interface UndoAction {
  readonly kind: typeof UNDO_ACTION;
  /** Creates, alters or drops a relation file. */
  readonly relation?: boolean;
  rollback(): void;
  commit(): void;
}

export type UndoEntry = UndoRecord | UndoAction | FrozenChunk;

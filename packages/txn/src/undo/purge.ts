/**
 * Dropping the undo of committed transactions that every snapshot sees, in commit order. Slots of deleted rows become
 * free here and entries of old keys leave their indexes. Long work is done in pieces.
 */
import { CHUNK_ROWS } from '@pglitedb/storage';
import { currentKey, keyBefore, removeEntry, touchesIndex } from '../index/entries.js';
import type { TransactionImpl } from '../transaction/transaction.js';
import { UNDO_ACTION, UNDO_FROZEN, UNDO_INSERT, type UndoRecord } from './record.js';
import type { FrozenChunk } from './undo-spill.js';

const RECORDS_AT_ONCE = 50_000;

export class PurgeQueue {
  private queue: TransactionImpl[] = [];
  private first = 0;
  private scheduled: NodeJS.Immediate | null = null;

  /** oldest(): csn of the oldest registered snapshot. */
  constructor(private readonly oldest: () => number, /** pages may leave memory */ private readonly balance: () => void = () => undefined) {}

  add(tx: TransactionImpl): void {
    this.queue.push(tx);
  }

  /** Transactions that committed and still have undo. */
  *waiting(): IterableIterator<TransactionImpl> {
    for (let i = this.first; i < this.queue.length; i++) yield this.queue[i]!;
  }

  run(): void {
    let budget = RECORDS_AT_ONCE;
    while (this.first < this.queue.length) {
      const tx = this.queue[this.first]!;
      if (tx.commitSeq > this.oldest()) break;
      budget = purge(tx, budget);
      if (budget <= 0) {
        this.later();
        return;
      }
      this.first++;
    }
    if (this.first === this.queue.length) {
      this.queue.length = 0;
      this.first = 0;
    } else if (this.first > 1024) {
      this.queue.splice(0, this.first);
      this.first = 0;
    }
  }

  /** Purges everything that may be purged, at once. */
  drain(): void {
    do {
      this.run();
      this.balance();
    } while (this.first < this.queue.length && this.queue[this.first]!.commitSeq <= this.oldest());
  }

  private later(): void {
    this.scheduled ??= setImmediate(() => {
      this.scheduled = null;
      this.balance();
      this.run();
    });
  }

  stop(): void {
    if (this.scheduled !== null) clearImmediate(this.scheduled);
    this.scheduled = null;
  }
}

function purge(tx: TransactionImpl, budget: number): number {
  const undo = tx.undo;
  let left = budget;
  for (; tx.purgedTo < undo.length; tx.purgedTo++) {
    if (left-- <= 0) return 0;
    const entry = undo[tx.purgedTo]!;
    if (entry.kind === UNDO_FROZEN) {
      const records = (entry as FrozenChunk).take();
      for (const record of records) if (!record.purged) purgeRecord(record);
      left -= records.length;
      (entry as FrozenChunk).records = null;
    } else if (entry.kind !== UNDO_ACTION && !(entry as UndoRecord).purged) purgeRecord(entry as UndoRecord);
  }
  tx.undo = [];
  tx.purgedTo = 0;
  return Math.max(1, left);
}

function purgeRecord(record: UndoRecord): void {
  const table = record.table;
  if (record.kind === UNDO_INSERT) {
    if (table.lastRange === record) table.lastRange = null;
    retire(record);
  } else if (record.removes) purgeRemoval(record);
  else if (touchesIndex(table, record.attnums!)) purgeKeys(record);
  else retire(record);
}

function retire(record: UndoRecord): void {
  record.table.dropUndo(record, false);
  record.purged = true;
  record.prev = null;
}

function purgeRemoval(record: UndoRecord): void {
  const table = record.table;
  const chunk = table.chunk(record.chunkNo)!;
  retire(record);
  for (const index of table.indexes) if (index.plain) index.tree.delete(currentKey(index, chunk, record.from), record.chunkNo * CHUNK_ROWS + record.from);
  chunk.freeSlot(record.from);
  table.noteFree(record.chunkNo);
  table.file.markDirty(chunk);
}

function purgeKeys(record: UndoRecord): void {
  const table = record.table;
  const chunk = table.chunk(record.chunkNo)!;
  const touched = table.indexes.filter((index) => index.plain);
  const keys = touched.map((index) => keyBefore(table, index, chunk, record));
  retire(record);
  for (let i = 0; i < touched.length; i++) removeEntry(table, touched[i]!, chunk, record.from, record.chunkNo * CHUNK_ROWS + record.from, keys[i]!);
}

/**
 * Undo of one chunk: the newest record of each slot that has one. A few records are searched linearly (an OLTP update
 * touches one slot of a chunk); more of them get an array of heads. Insert ranges are kept once, not per slot.
 */
import { CHUNK_ROWS } from '@pglitedb/storage';
import { UNDO_INSERT, type UndoRecord } from './record.js';
import type { FrozenChunk } from './undo-spill.js';

const FEW = 8;

export class ChunkUndo {
  /** Records registered and not yet purged or rolled back; the chunk is without undo at 0. */
  active = 0;
  private few: UndoRecord[] = [];
  private heads: (UndoRecord | null)[] | null = null;
  private ranges: UndoRecord[] = [];
  /** Set while the records are spilled, or back in memory for reading. */
  frozen: FrozenChunk | null = null;

  /** Forgets the records, which are spilled; `active` still counts them. */
  reset(): void {
    this.few = [];
    this.heads = null;
    this.ranges = [];
  }

  /** Takes them back, oldest first. */
  restore(records: readonly UndoRecord[]): void {
    const { active, frozen } = this;
    this.frozen = null;
    for (const record of records) {
      if (record.kind === UNDO_INSERT) this.addRange(record);
      else this.push(record);
    }
    this.active = active;
    this.frozen = frozen;
  }

  get(slot: number): UndoRecord | null {
    if (this.frozen !== null) this.frozen.thaw();
    if (this.heads !== null) {
      const head = this.heads[slot]!;
      if (head !== null) return head;
    } else {
      const few = this.few;
      for (let i = 0; i < few.length; i++) if (few[i]!.from === slot) return few[i]!;
    }
    const ranges = this.ranges;
    for (let i = 0; i < ranges.length; i++) {
      const range = ranges[i]!;
      if (slot >= range.from && slot < range.to) return range;
    }
    return null;
  }

  addRange(record: UndoRecord): void {
    if (this.frozen !== null) this.frozen.melt();
    this.active++;
    if (this.ranges.length >= FEW) {
      this.spread();
      for (const range of this.ranges) for (let s = range.from; s < range.to; s++) this.heads![s] ??= range;
      this.ranges = [];
    }
    this.ranges.push(record);
  }

  /** The range must still be the youngest one; otherwise start another. */
  extend(record: UndoRecord, by = 1): boolean {
    if (this.frozen !== null) this.frozen.melt();
    if (this.ranges[this.ranges.length - 1] !== record) return false;
    record.to += by;
    return true;
  }

  /** Makes an update or delete the newest record of its slot. */
  push(record: UndoRecord): void {
    if (this.frozen !== null) this.frozen.melt();
    this.active++;
    const head = this.get(record.from);
    record.prev = head;
    this.setHead(record.from, head, record);
  }

  private setHead(slot: number, old: UndoRecord | null, record: UndoRecord): void {
    if (this.heads === null) {
      const at = old === null || old.kind === UNDO_INSERT ? -1 : this.few.indexOf(old);
      if (at >= 0) {
        this.few[at] = record;
        return;
      }
      if (this.few.length < FEW) {
        this.few.push(record);
        return;
      }
      this.spread();
    }
    this.heads![slot] = record;
  }

  private spread(): void {
    if (this.heads !== null) return;
    this.heads = new Array<UndoRecord | null>(CHUNK_ROWS).fill(null);
    for (const record of this.few) this.heads[record.from] = record;
    this.few = [];
  }

  /** Takes out a record: purged (nobody needs it) or rolled back (it is the newest of its slots). */
  remove(record: UndoRecord, rolledBack: boolean): void {
    if (this.frozen !== null) this.frozen.melt();
    this.active--;
    const below = rolledBack && record.prev !== null && !record.prev.purged ? record.prev : null;
    if (record.kind === UNDO_INSERT) {
      const at = this.ranges.indexOf(record);
      if (at >= 0) {
        this.ranges.splice(at, 1);
        return;
      }
    }
    if (this.heads !== null) {
      for (let s = record.from; s < record.to; s++) if (this.heads[s] === record) this.heads[s] = this.inRange(below) ? null : below;
      return;
    }
    const at = this.few.indexOf(record);
    if (at < 0) return;
    if (below !== null && !this.inRange(below)) this.few[at] = below;
    else this.few.splice(at, 1);
  }

  private inRange(record: UndoRecord | null): boolean {
    return record !== null && record.kind === UNDO_INSERT && this.ranges.includes(record);
  }

  /** The chunk is gone for good: its records have nothing left to do. */
  abandon(): void {
    if (this.frozen !== null) {
      this.frozen.abandon();
      return;
    }
    for (const slot of this.slots()) {
      for (let record = this.get(slot); record !== null; record = record.prev) record.purged = true;
    }
  }

  /** Slots that have undo. */
  *slots(): IterableIterator<number> {
    if (this.frozen !== null) this.frozen.thaw();
    const seen = new Set<number>();
    for (const record of this.few) seen.add(record.from);
    if (this.heads !== null) for (let s = 0; s < CHUNK_ROWS; s++) if (this.heads[s] !== null) seen.add(s);
    for (const range of this.ranges) for (let s = range.from; s < range.to; s++) seen.add(s);
    yield* seen;
  }
}

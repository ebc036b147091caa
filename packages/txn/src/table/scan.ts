/** Sequential scan: one chunk per batch, column-wise; slots with undo are looked at one by one. */
import { CHUNK_ROWS, Column, PagePending, SLOT_LIVE, type Chunk } from '@pglitedb/storage';
import type { Datum } from '@pglitedb/types';
import type { ChunkVectors, RowBatch, RowId, Snapshot, TableScan } from '../api.js';
import type { ChunkUndo } from '../undo/chunk-undo.js';
import { GONE, OLDER, overlay, versionOf } from '../undo/visibility.js';
import type { TableImpl } from './table.js';

const SLOTS = new Uint16Array(CHUNK_ROWS);
/** Slots of a chunk all of whose rows are visible. */
const ALL_SLOTS = Uint16Array.from({ length: CHUNK_ROWS }, (_, slot) => slot);

export class ChunkScan implements TableScan {
  private chunkNo: number;
  /** First slot of the chunk that vectors looks at next. */
  private fromSlot = 0;
  private readonly slots = new Uint16Array(CHUNK_ROWS);

  constructor(
    private readonly table: TableImpl, private readonly snapshot: Snapshot, private readonly attnums: readonly number[],
    private readonly startRow: RowId, private readonly endRow: RowId,
  ) {
    this.chunkNo = Math.floor(startRow / CHUNK_ROWS);
  }

  restart(): void {
    this.chunkNo = Math.floor(this.startRow / CHUNK_ROWS);
    this.fromSlot = 0;
  }

  next(batch: RowBatch): Promise<void> | undefined {
    batch.count = 0;
    const end = Math.min(this.table.file.pageCount, Math.ceil(this.endRow / CHUNK_ROWS));
    while (batch.count === 0 && this.chunkNo < end) {
      if (this.table.context.pool.crowded) this.table.context.pool.balance();
      let chunk: Chunk | undefined;
      try {
        chunk = this.table.chunk(this.chunkNo);
      } catch (error) {
        if (error instanceof PagePending) return error.promise;
        throw error;
      }
      if (chunk !== undefined) this.fill(batch, chunk);
      this.chunkNo++;
    }
    return undefined;
  }

  vectors(view: ChunkVectors): Promise<void> | undefined {
    view.count = 0;
    const end = Math.min(this.table.file.pageCount, Math.ceil(this.endRow / CHUNK_ROWS));
    while (view.count === 0 && this.chunkNo < end) {
      if (this.table.context.pool.crowded) this.table.context.pool.balance();
      let chunk: Chunk | undefined;
      try {
        chunk = this.table.chunk(this.chunkNo);
      } catch (error) {
        if (error instanceof PagePending) return error.promise;
        throw error;
      }
      if (chunk !== undefined) this.show(view, chunk);
      this.chunkNo++;
      this.fromSlot = 0;
    }
    return undefined;
  }

  resumeAt(slot: number): void {
    this.chunkNo--;
    this.fromSlot = slot;
  }

  private show(view: ChunkVectors, chunk: Chunk): void {
    const base = this.chunkNo * CHUNK_ROWS;
    const from = Math.max(this.fromSlot, this.startRow - base);
    const to = Math.min(chunk.high, this.endRow - base);
    const undo = this.table.undo[this.chunkNo];
    const { attnums } = this;
    view.base = base;
    for (let c = 0; c < attnums.length; c++) view.columns[c] = chunk.columns[attnums[c]!]!;
    if (undo === undefined && from === 0 && chunk.count === chunk.high && to === chunk.high) {
      view.sel = ALL_SLOTS;
      view.count = to;
      return;
    }
    const n = undo === undefined ? liveSlots(chunk, from, to) : this.visibleSlots(chunk, undo, from, to);
    view.sel = this.slots;
    this.slots.set(SLOTS.subarray(0, n));
    view.count = n;
    if (undo !== undefined) this.showOlder(view, chunk, undo);
  }

  /** Where some visible version has older values, the columns are copies with these put in. */
  private showOlder(view: ChunkVectors, chunk: Chunk, undo: ChunkUndo): void {
    const { attnums, slots } = this;
    let copied = false;
    const row: Datum[][] = attnums.map(() => [null]);
    for (let i = 0; i < view.count; i++) {
      const slot = slots[i]!;
      const head = undo.get(slot);
      if (head === null || versionOf(this.snapshot, head) !== OLDER) continue;
      if (!copied) {
        for (let c = 0; c < attnums.length; c++) view.columns[c] = copyColumn(chunk.columns[attnums[c]!]!, slots, view.count);
        copied = true;
      }
      for (let c = 0; c < attnums.length; c++) row[c]![0] = chunk.get(attnums[c]!, slot);
      overlay(this.snapshot, head, attnums, row, 0);
      for (let c = 0; c < attnums.length; c++) view.columns[c]!.set(slot, row[c]![0]);
    }
  }

  private fill(batch: RowBatch, chunk: Chunk): void {
    const base = this.chunkNo * CHUNK_ROWS;
    const from = Math.max(0, this.startRow - base);
    const to = Math.min(chunk.high, this.endRow - base);
    const undo = this.table.undo[this.chunkNo];
    const n = undo === undefined ? liveSlots(chunk, from, to) : this.visibleSlots(chunk, undo, from, to);
    if (n === 0) return;
    const attnums = this.attnums;
    for (let c = 0; c < attnums.length; c++) chunk.readColumn(attnums[c]!, SLOTS, n, batch.values[c]!);
    for (let i = 0; i < n; i++) batch.rowids[i] = base + SLOTS[i]!;
    batch.count = n;
    if (undo !== undefined) this.overlayOlder(undo, n, batch.values);
  }

  private visibleSlots(chunk: Chunk, undo: ChunkUndo, from: number, to: number): number {
    const live = chunk.live;
    let n = 0;
    for (let slot = from; slot < to; slot++) {
      const head = undo.get(slot);
      if (head === null ? live[slot] === SLOT_LIVE : versionOf(this.snapshot, head) !== GONE) SLOTS[n++] = slot;
    }
    return n;
  }

  private overlayOlder(undo: ChunkUndo, n: number, values: Datum[][]): void {
    for (let i = 0; i < n; i++) {
      const head = undo.get(SLOTS[i]!);
      if (head !== null && versionOf(this.snapshot, head) === OLDER) overlay(this.snapshot, head, this.attnums, values, i);
    }
  }
}

function liveSlots(chunk: Chunk, from: number, to: number): number {
  const live = chunk.live;
  let n = 0;
  for (let slot = from; slot < to; slot++) if (live[slot] === SLOT_LIVE) SLOTS[n++] = slot;
  return n;
}

function copyColumn(column: Column, slots: Uint16Array, n: number): Column {
  const copy = new Column(column.type, CHUNK_ROWS);
  for (let i = 0; i < n; i++) copy.set(slots[i]!, column.get(slots[i]!));
  return copy;
}

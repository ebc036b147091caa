/**
 * External merge sort (Knuth, The Art of Computer Programming, volume 3, 5.4): sorted runs in temporary files, merged
 * by a heap of their readers; where there are more runs than FAN_IN, groups of neighbours are merged first. Runs are
 * numbered in the order of their rows, and ties go to the lower number, so the whole is stable.
 */
import type { TempArea, TempFile } from '@pglitedb/storage';
import type { Steps } from '@pglitedb/txn';
import type { Datum } from '@pglitedb/types';
import { newColumns } from '../nodes/operator.js';
import type { RowCompare } from '../nodes/sort-keys.js';
import type { BlockCodec } from './block-codec.js';
import { RunReader, writeRows, BLOCK_ROWS, type RowRun } from './row-file.js';

const FAN_IN = 64;

export class ExternalSort {
  private runs: RowRun[] = [];
  private file: TempFile | undefined;
  private merge: Merge | undefined;
  private bytes = 0;
  constructor(private readonly area: TempArea, private readonly codec: BlockCodec, private readonly compare: RowCompare, private readonly width: number) {}

  get spilled(): boolean { return this.runs.length > 0; }
  /** The most that was in files, in bytes. */
  get diskBytes(): number { return this.bytes; }

  /** A run of rows that are sorted by `order`. */
  addRun(columns: readonly Datum[][], order: Int32Array): void {
    this.beginRun();
    this.append(columns, order, order.length);
  }
  beginRun(): void {
    this.file ??= this.area.create();
    this.runs.push({ file: this.file, blocks: [] });
  }
  /** Rows order[0 .. count), or 0 .. count, which follow those of the run so far. */
  append(columns: readonly Datum[][], order: Int32Array | undefined, count: number): void {
    writeRows(this.runs[this.runs.length - 1]!, this.codec, columns, order, count);
    this.bytes = Math.max(this.bytes, this.file!.size);
  }
  /** All runs are there: merges until one pass is left. */
  *finish(breathe: () => Steps<void>): Steps<void> {
    while (this.runs.length > FAN_IN) yield* this.mergeLevel(breathe);
    this.rewind();
  }
  private *mergeLevel(breathe: () => Steps<void>): Steps<void> {
    const { runs } = this;
    const below = this.file!;
    const file = (this.file = this.area.create());
    try {
      this.runs = [];
      const out = newColumns(this.width);
      for (let from = 0; from < runs.length; from += FAN_IN) {
        const merge = new Merge(runs.slice(from, from + FAN_IN), this.codec, this.compare, this.width);
        const run: RowRun = { file, blocks: [] };
        for (let n = merge.take(out, BLOCK_ROWS); n > 0; n = merge.take(out, BLOCK_ROWS)) {
          writeRows(run, this.codec, out, undefined, n);
          yield* breathe();
        }
        this.runs.push(run);
      }
      this.bytes = Math.max(this.bytes, below.size + file.size);
    } finally {
      below.close();
    }
  }
  /** Reads again from the first row. */
  rewind(): void { this.merge = new Merge(this.runs, this.codec, this.compare, this.width); }
  /** The next rows in order into `out`: answers how many, 0 at the end. */
  take(out: Datum[][], max: number): number { return this.merge!.take(out, max); }

  close(): void {
    this.file?.close();
    this.file = undefined;
    this.merge = undefined;
    this.runs = [];
  }
}

/** A heap of readers by their current row. */
class Merge {
  private readonly readers: RunReader[];
  private readonly heap: number[] = [];
  constructor(runs: readonly RowRun[], codec: BlockCodec, private readonly compare: RowCompare, private readonly width: number) {
    this.readers = runs.map((r) => new RunReader(r, codec, width));
    this.readers.forEach((r, k) => { if (r.load()) this.heap.push(k); });
    for (let k = (this.heap.length >> 1) - 1; k >= 0; k--) this.sift(k);
  }
  private before(a: number, b: number): boolean {
    const x = this.readers[a]!;
    const y = this.readers[b]!;
    const order = this.compare(x.columns, x.position, y.columns, y.position);
    return order < 0 || (order === 0 && a < b);
  }
  private sift(from: number): void {
    const { heap } = this;
    const n = heap.length;
    let at = from;
    for (;;) {
      let least = 2 * at + 1;
      if (least >= n) return;
      if (least + 1 < n && this.before(heap[least + 1]!, heap[least]!)) least++;
      if (!this.before(heap[least]!, heap[at]!)) return;
      const moved = heap[at]!;
      heap[at] = heap[least]!;
      heap[least] = moved;
      at = least;
    }
  }
  take(out: Datum[][], max: number): number {
    const { heap, readers, width } = this;
    let n = 0;
    while (n < max && heap.length > 0) {
      const r = readers[heap[0]!]!;
      for (let c = 0; c < width; c++) out[c]![n] = r.columns[c]![r.position];
      n++;
      if (!r.advance()) {
        const last = heap.pop()!;
        if (heap.length === 0) break;
        heap[0] = last;
      }
      this.sift(0);
    }
    return n;
  }
}

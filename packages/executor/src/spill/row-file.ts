/** Rows in a temporary file, in blocks: written once from the front, read any number of times. */
import type { TempFile } from '@pglitedb/storage';
import type { Datum } from '@pglitedb/types';
import { newColumns } from '../nodes/operator.js';
import type { BlockCodec } from './block-codec.js';

/** Some rows one after the other in a file. */
export interface RowRun { readonly file: TempFile; readonly blocks: { at: number; length: number }[] }

export const BLOCK_ROWS = 256;

/** Appends rows order[0 .. count) (or 0 .. count) to a run in blocks. */
export function writeRows(run: RowRun, codec: BlockCodec, columns: readonly Datum[][], order: Int32Array | undefined, count: number): void {
  for (let from = 0; from < count; from += BLOCK_ROWS) {
    const bytes = codec.encode(columns, order, from, Math.min(count, from + BLOCK_ROWS));
    run.blocks.push({ at: run.file.append(bytes), length: bytes.length });
  }
}

/** Reads a run block by block. */
export class RunReader {
  columns: Datum[][];
  count = 0;
  position = 0;
  private block = 0;
  constructor(private readonly run: RowRun, private readonly codec: BlockCodec, width: number) { this.columns = newColumns(width); }
  /** The next block in `columns`; false at the end. */
  load(): boolean {
    const next = this.run.blocks[this.block++];
    if (next === undefined) { this.count = 0; return false; }
    this.count = this.codec.decode(this.run.file.read(next.at, next.length), this.columns);
    this.position = 0;
    return true;
  }
  /** Steps to the next row: false at the end. */
  advance(): boolean { return ++this.position < this.count || this.load(); }
}

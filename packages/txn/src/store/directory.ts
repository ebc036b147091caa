/**
 * The relation directory: what recovery must know of each relation file without the catalog. Kept in pages of relation
 * file 1, one page per 256 relation files, rewritten at a checkpoint when one of them changed.
 *
 *   per relation file: varint relfile, u8 kind (1 table, 2 index, 3 sequence), u8 flags (UNLOGGED)
 *     table     varint n, (u8 physical kind, cell missing)*n, varint m, (varint chunk with free slots)*m,
 *               varint c, (varint rows of the chunk's image)*c
 *     index     varint table + 1
 *     sequence  u8 called, cell last
 */
import type { Datum, Physical } from '@pglitedb/types';
import type { SequenceState } from '../api.js';
import { readCell, writeCell } from '../log/cells.js';
import { KINDS, UNLOGGED } from '../log/records.js';
import { RedoBuffer, RedoReader } from '../log/redo-buffer.js';
import { ColumnCodec } from '../table/column-codec.js';
import type { TableImpl } from '../table/table.js';

export const DIRECTORY_RELFILE = 1;
const PER_PAGE = 256;
const TABLE = 1;
const INDEX = 2;
const SEQUENCE = 3;
const FREE_CHUNKS_MAX = 1000;

export interface DirectoryTable { kind: 'table'; unlogged: boolean; columns: { physical: Physical; missing: Datum; codec: ColumnCodec | null }[]; freeChunks: number[]; /** rows in the stored image of each chunk */ chunkRows: number[] }
export interface DirectoryIndex { kind: 'index'; unlogged: boolean; table: number }
export type DirectoryEntry = DirectoryTable | DirectoryIndex;

export class Directory {
  private readonly pages = new Map<number, Map<number, DirectoryEntry>>();
  readonly dirty = new Set<number>();
  /** Of the dirty pages, those where relation files or columns came or went: page images must not get ahead of them. */
  readonly reshaped = new Set<number>();

  get(relfile: number): DirectoryEntry | undefined {
    return this.pages.get(pageOf(relfile))?.get(relfile);
  }

  has(relfile: number): boolean {
    return this.get(relfile) !== undefined;
  }

  columnCount(relfile: number): number {
    const entry = this.get(relfile);
    return entry?.kind === 'table' ? entry.columns.length : 0;
  }

  private set(relfile: number, entry: DirectoryEntry): void {
    const no = pageOf(relfile);
    let page = this.pages.get(no);
    if (page === undefined) this.pages.set(no, (page = new Map()));
    page.set(relfile, entry);
    this.dirty.add(no);
    this.reshaped.add(no);
  }

  touch(relfile: number): void {
    this.dirty.add(pageOf(relfile));
  }

  setTable(relfile: number, unlogged: boolean, codecs: readonly ColumnCodec[]): void {
    this.set(relfile, { kind: 'table', unlogged, columns: columnsOf(codecs), freeChunks: [], chunkRows: [] });
  }

  setIndex(relfile: number, unlogged: boolean, table: number | undefined): void {
    this.set(relfile, { kind: 'index', unlogged, table: table ?? -1 });
  }

  /** A table got columns. */
  changed(relfile: number, codecs: readonly ColumnCodec[]): void {
    const entry = this.get(relfile);
    if (entry?.kind !== 'table') return;
    entry.columns = columnsOf(codecs);
    this.touch(relfile);
    this.reshaped.add(pageOf(relfile));
  }

  noteFree(relfile: number, freeChunks: Iterable<number>, chunks: number): void {
    const entry = this.get(relfile);
    if (entry?.kind !== 'table') return;
    entry.freeChunks = [...freeChunks].slice(0, FREE_CHUNKS_MAX);
    if (entry.chunkRows.length > chunks) entry.chunkRows.length = chunks;
    this.touch(relfile);
  }

  noteRows(relfile: number, chunkNo: number, rows: number): void {
    const entry = this.get(relfile);
    if (entry?.kind !== 'table') return;
    while (entry.chunkRows.length < chunkNo) entry.chunkRows.push(0);
    entry.chunkRows[chunkNo] = rows;
  }

  chunkRows(relfile: number, chunkNo: number): number {
    const entry = this.get(relfile);
    return entry?.kind === 'table' ? entry.chunkRows[chunkNo] ?? 0 : 0;
  }

  remove(relfile: number): void {
    this.touch(relfile);
    this.reshaped.add(pageOf(relfile));
    this.pages.get(pageOf(relfile))?.delete(relfile);
  }

  entries(): IterableIterator<readonly [number, DirectoryEntry]> {
    return this.all();
  }

  private *all(): IterableIterator<readonly [number, DirectoryEntry]> {
    for (const page of this.pages.values()) yield* page;
  }

  /** Gives a table, not yet bound to types, its stored columns. */
  shape(table: TableImpl): void {
    const entry = this.get(table.relfile);
    if (entry?.kind !== 'table') return;
    for (const column of entry.columns) {
      table.codecs.push((column.codec ??= new ColumnCodec(column.physical, column.missing)));
    }
    table.columnsChanged();
    table.rows = entry.chunkRows.reduce((sum, rows) => sum + rows, 0);
    for (const chunkNo of entry.freeChunks) table.freeChunks.add(chunkNo);
  }

  serialize(pageNo: number, sequences: ReadonlyMap<number, SequenceState>): Uint8Array {
    const out = new RedoBuffer();
    for (const [relfile, entry] of this.pages.get(pageNo) ?? []) {
      out.varint(relfile);
      if (entry.kind === 'table') writeTable(out, entry);
      else {
        out.u8(INDEX);
        out.u8(entry.unlogged ? UNLOGGED : 0);
        out.varint(entry.table + 1);
      }
    }
    for (const [relfile, state] of sequences) {
      if (pageOf(relfile) !== pageNo) continue;
      out.varint(relfile);
      out.u8(SEQUENCE);
      out.u8(0);
      out.u8(state.called ? 1 : 0);
      writeCell(out, { physical: 'int64' }, state.last);
    }
    return Uint8Array.from(out.view());
  }

  load(bytes: Uint8Array, sequences: Map<number, SequenceState>): void {
    const input = new RedoReader(bytes);
    while (!input.done) {
      const relfile = input.varint();
      const kind = input.u8();
      const unlogged = (input.u8() & UNLOGGED) !== 0;
      if (kind === TABLE) this.set(relfile, readTable(input, unlogged));
      else if (kind === INDEX) this.set(relfile, { kind: 'index', unlogged, table: input.varint() - 1 });
      else {
        const called = input.u8() === 1;
        sequences.set(relfile, { called, last: readCell(input, undefined) });
      }
    }
    this.dirty.clear();
    this.reshaped.clear();
  }
}

function pageOf(relfile: number): number {
  return Math.floor(relfile / PER_PAGE);
}

function columnsOf(codecs: readonly ColumnCodec[]): DirectoryTable['columns'] {
  return codecs.slice(1).map((codec) => ({ physical: codec.physical, missing: codec.missing, codec }));
}

function writeTable(out: RedoBuffer, entry: DirectoryTable): void {
  out.u8(TABLE);
  out.u8(entry.unlogged ? UNLOGGED : 0);
  out.varint(entry.columns.length);
  for (const column of entry.columns) {
    out.u8(KINDS.indexOf(column.physical));
    writeCell(out, column.codec ?? { physical: column.physical }, column.codec === null ? column.missing : column.codec.missing);
  }
  out.varint(entry.freeChunks.length);
  for (const chunkNo of entry.freeChunks) out.varint(chunkNo);
  out.varint(entry.chunkRows.length);
  for (const rows of entry.chunkRows) out.varint(rows);
}

function readTable(input: RedoReader, unlogged: boolean): DirectoryTable {
  const columns: DirectoryTable['columns'] = [];
  const n = input.varint();
  for (let i = 0; i < n; i++) {
    const physical = KINDS[input.u8()]!;
    columns.push({ physical, missing: readCell(input, undefined), codec: null });
  }
  const freeChunks: number[] = [];
  const m = input.varint();
  for (let i = 0; i < m; i++) freeChunks.push(input.varint());
  const chunkRows: number[] = [];
  for (let c = input.varint(); c > 0; c--) chunkRows.push(input.varint());
  return { kind: 'table', unlogged, columns, freeChunks, chunkRows };
}

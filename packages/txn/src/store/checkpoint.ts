/**
 * Checkpoints: committed images of all dirty pages go to the engine in batches, between which everything else runs on;
 * the last batch carries the directory and the root record with three positions of the log:
 *   redoLsn   when the checkpoint began: transactions that committed before it are in the images, later ones are replayed
 *   indexLsn  the first commit whose undo was still there: its old index entries are in the images, so index operations
 *             are replayed from here. Undo goes in commit order, so they are replayed without gaps.
 *   keepLsn   the first record of any transaction that ended after indexLsn, or has not ended: the log is kept from here
 *
 * Replay is idempotent, so a page's image may be newer than redoLsn, and a crash between batches is harmless. An index is written as a whole at one instant, because a split changes several pages. It may hold entries of
 * transactions that have not ended; their redo is flushed to the log first, so replay can take them out again.
 * The log is synced before a batch is committed: a page never gets ahead of it.
 */
import { pageId, SLOT_DEAD, SLOT_LIVE, type Chunk, type ChunkView, type Page, type PageFileApi, type PageId } from '@pglitedb/storage';
import type { Datum } from '@pglitedb/types';
import type { Snapshot, Transaction } from '../api.js';
import type { IndexImpl } from '../index/index-impl.js';
import type { TableImpl } from '../table/table.js';
import type { TransactionManagerImpl } from '../transaction/manager.js';
import { GONE, OLDER, overlay, versionOf } from '../undo/visibility.js';
import { DIRECTORY_RELFILE } from './directory.js';
import { writeRoot } from './meta.js';
import type { RelationFiles } from './relation-files.js';

const BATCH_BYTES = 8 * 1024 * 1024;
const PAGES_BETWEEN_BREATHS = 32;

export class Checkpointer {
  private running: Promise<void> | null = null;
  private lastLsn = 0;
  private kept = { indexLsn: 0, keepLsn: 0 };
  private put: (readonly [PageId, Uint8Array])[] = [];
  private putBytes = 0;
  private removed: PageId[] = [];
  private pinned: Page[] = [];

  constructor(private readonly manager: TransactionManagerImpl, private readonly store: RelationFiles) {}

  runIfDue(): void {
    if (this.running !== null || this.manager.engine.nextLsn() - this.lastLsn < this.manager.options.checkpointBytes) return;
    this.run(false).catch(() => {});
  }

  /** After recovery: the log's end, and what the root record said. */
  startAt(lsn: number, kept: { indexLsn: number; keepLsn: number }): void {
    this.lastLsn = lsn;
    this.kept = { indexLsn: kept.indexLsn, keepLsn: kept.keepLsn };
  }

  async run(closing: boolean): Promise<void> {
    while (this.running !== null) {
      await this.running;
      if (!closing) return;
    }
    this.running = this.write(closing).catch((error: unknown) => {
      this.manager.groupCommit.failure ??= error;
      throw error;
    }).finally(() => { this.running = null; });
    await this.running;
  }

  private async write(closing: boolean): Promise<void> {
    const { engine, pool } = this.manager;
    this.manager.purge.run();
    this.lastLsn = engine.nextLsn();
    this.flushActive();
    const redoLsn = this.lastLsn;
    const { indexLsn, keepLsn } = this.positions(redoLsn);
    const dropped = pool.takeDropped();
    for (const table of [...this.store.tables.values()]) if (this.includes(table, closing)) await this.writeTable(table);
    for (const index of [...this.store.indexes.values()]) if (this.includes(index, closing)) await this.writeIndex(index);
    await this.commitBatch();
    const clean = closing && keepLsn === redoLsn;
    const counters = this.store.counters;
    const meta = writeRoot({ clean, redoLsn, indexLsn, keepLsn, counters: clean ? counters.exact() : counters.limits() });
    const directory = this.directoryPages(this.store.directory.dirty);
    this.store.directory.dirty.clear();
    this.store.directory.reshaped.clear();
    await this.syncLog();
    await engine.commit({
      ...directory,
      deleteRanges: dropped.map((relfile) => [pageId(relfile, 0), pageId(relfile + 1, 0)] as const),
      meta,
    });
    this.kept = { indexLsn, keepLsn };
    await engine.truncateBefore(keepLsn);
  }

  /** As they are now: before the log is synced, so that they do not get ahead of it. Pages without relations go. */
  private directoryPages(numbers: Iterable<number>): { put: (readonly [PageId, Uint8Array])[]; delete: PageId[] } {
    const pages = [...numbers].map((no) => [pageId(DIRECTORY_RELFILE, no), this.store.directory.serialize(no, this.store.sequences)] as const);
    return { put: pages.filter(([, bytes]) => bytes.length > 0), delete: pages.filter(([, bytes]) => bytes.length === 0).map(([id]) => id) };
  }

  private positions(begin: number): { indexLsn: number; keepLsn: number } {
    // Entries that wait for their index are nowhere but in the log.
    if (this.store.pending.relfiles().length > 0) return this.kept;
    let indexLsn = begin;
    let keepLsn = begin;
    for (const tx of this.manager.purge.waiting()) {
      indexLsn = Math.min(indexLsn, tx.commitLsn);
      keepLsn = Math.min(keepLsn, tx.firstLsn);
    }
    for (const tx of this.manager.active) keepLsn = Math.min(keepLsn, tx.firstLsn);
    return { indexLsn, keepLsn };
  }

  private flushActive(): void {
    for (const tx of this.manager.active) this.manager.log.flush(tx);
  }

  private includes(relation: TableImpl | IndexImpl, closing: boolean): boolean {
    const spec = relation.spec;
    return !spec.temporary && (spec.logged || closing) && relation.createdBy === null && this.store.directory.has(relation.relfile);
  }

  private async writeTable(table: TableImpl): Promise<void> {
    const dirty = table.file.dirtyPageNos();
    this.noteRemoved(table.file as PageFileApi);
    if (dirty.length === 0) return;
    this.store.directory.noteFree(table.relfile, table.freeChunks, table.file.pageCount);
    let n = 0;
    for (const pageNo of dirty) {
      if (this.store.tables.get(table.relfile) !== table) return;
      const chunk = table.file.get(pageNo);
      if (chunk === undefined) continue;
      const view = committedView(table, chunk, this.manager.csn);
      this.store.directory.noteRows(table.relfile, pageNo, rowsIn(chunk, view));
      this.take(table.relfile, chunk, serializeCommitted(chunk, view, this.store.directory.columnCount(table.relfile) + 1), !chunk.live.includes(SLOT_DEAD) && !hasUncommitted(table, chunk.pageNo));
      if (this.putBytes >= BATCH_BYTES) await this.commitBatch();
      else if (++n % PAGES_BETWEEN_BREATHS === 0) await new Promise(setImmediate);
    }
  }

  private async writeIndex(index: IndexImpl): Promise<void> {
    if (this.store.indexes.get(index.relfile) !== index) return;
    const file = this.manager.pool.open<Page>(index.relfile, () => { throw new Error('the tree has opened its file'); });
    const dirty = file.dirtyPageNos();
    if (dirty.length === 0) return;
    this.flushActive();
    this.noteRemoved(file);
    for (const pageNo of dirty) {
      const page = file.get(pageNo)!;
      this.take(index.relfile, page, page.serialize(), true);
    }
    if (this.putBytes >= BATCH_BYTES) await this.commitBatch();
  }

  private take(relfile: number, page: Page, bytes: Uint8Array, clean: boolean): void {
    this.put.push([pageId(relfile, page.pageNo), bytes]);
    this.putBytes += bytes.length;
    // Until the batch is durable the page's state is nowhere else: it stays in memory.
    page.pins++;
    this.pinned.push(page);
    if (clean) this.manager.pool.markClean(page);
  }

  /** Pages that the engine has and the file no longer. */
  private noteRemoved(file: PageFileApi): void {
    const present = new Set(file.pageNos());
    for (const id of this.manager.engine.ids(pageId(file.relfile, 0), pageId(file.relfile + 1, 0))) {
      if (!present.has(id - pageId(file.relfile, 0))) this.removed.push(id);
    }
  }

  private async commitBatch(): Promise<void> {
    const { put, removed, pinned } = this;
    if (put.length === 0 && removed.length === 0) return;
    // Replay over an image with more columns than the directory knows would not understand it.
    const directory = this.directoryPages(this.store.directory.reshaped);
    this.store.directory.reshaped.clear();
    this.put = [];
    this.removed = [];
    this.pinned = [];
    this.putBytes = 0;
    await this.syncLog();
    await this.manager.engine.commit({ put: [...put, ...directory.put], delete: [...removed, ...directory.delete] });
    for (const page of pinned) page.pins--;
    this.manager.pool.balance();
  }

  private syncLog(): Promise<void> {
    return this.manager.groupCommit.request();
  }
}

const NOBODY = {} as Transaction;

function hasUncommitted(table: TableImpl, chunkNo: number): boolean {
  const undo = table.undo[chunkNo];
  if (undo === undefined) return false;
  for (const slot of undo.slots()) if (undo.get(slot)?.xact.state === 'active') return true;
  return false;
}

/** Without the columns of an ALTER TABLE in progress, which may go away again. */
function serializeCommitted(chunk: Chunk, view: ChunkView | undefined, columns: number): Uint8Array {
  const added = chunk.columns.splice(columns);
  try {
    return chunk.serialize(view);
  } finally {
    chunk.columns.push(...added);
  }
}

function rowsIn(chunk: Chunk, view: ChunkView | undefined): number {
  let rows = chunk.count;
  if (view !== undefined) for (const slot of view.patched) rows += (view.isLive(slot) ? 1 : 0) - (chunk.live[slot] === SLOT_LIVE ? 1 : 0);
  return rows;
}

/** What differs from the current state in the committed one: changes in progress, and deleted rows not yet purged. */
function committedView(table: TableImpl, chunk: Chunk, csn: number): ChunkView | undefined {
  const undo = table.undo[chunk.pageNo];
  const patched = new Set<number>();
  if (undo !== undefined) for (const slot of undo.slots()) if (undo.get(slot)!.xact.state === 'active') patched.add(slot);
  if (patched.size === 0 && !chunk.live.includes(SLOT_DEAD)) return undefined;
  const snapshot: Snapshot = { csn, curcid: 0, xact: NOBODY };
  const cell: Datum[][] = [[null]];
  return {
    patched,
    isLive: (slot) => versionOf(snapshot, undo!.get(slot)!) !== GONE,
    get: (col, slot) => {
      const head = undo!.get(slot)!;
      cell[0]![0] = chunk.get(col, slot);
      if (versionOf(snapshot, head) !== OLDER) return cell[0]![0];
      const xmin = overlay(snapshot, head, [col], cell, 0);
      return col === 0 && xmin >= 0 ? xmin : cell[0]![0];
    },
  };
}

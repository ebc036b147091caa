/** Interface of the buffer pool; see buffer-pool.ts. */
import type { StorageEngine } from '../engine.js';
import type { Page } from '../page.js';

/** Makes a page of its bytes. `bytes` may be kept but not changed. */
export type PageDecoder<P extends Page> = (bytes: Uint8Array, pageNo: number) => P;

/** The pages of one relation file, through the pool. */
export interface PageFileApi<P extends Page = Page> {
  readonly relfile: number;
  /** One past the highest page number in use. */
  readonly pageCount: number;
  /** The page, undefined where there is none. Throws PagePending if the engine reads asynchronously. */
  get(pageNo: number): P | undefined;
  /** Adds a page (pageNo -1 or absent: at pageCount); it is dirty. */
  put(page: P, pageNo?: number): number;
  /** Call after (or before) each change, so that the pool knows the page's state and size. */
  markDirty(page: P): void;
  delete(pageNo: number): void;
  /** Page numbers that exist, ascending. */
  pageNos(): number[];
  /** Page numbers deleted since the last call: the checkpoint removes them from the engine, before its puts. */
  takeDeleted(): number[];
  /** Page numbers whose current state is not on the engine (in memory or spilled). */
  dirtyPageNos(): number[];
}

/** How often pages were used, since the pool was opened. */
export interface PageUse {
  /** Pages found in memory, read from the engine, changed for the first time since they were clean. */
  hit: number; read: number; dirtied: number;
  /** Pages that went to the spill area and came back. */
  spillRead: number; spillWritten: number;
}

/** Thrown by PageFile.get when the engine needs time: await `promise`, then retry the operation. */
export class PagePending extends Error {
  constructor(readonly promise: Promise<void>) {
    super('page is being read');
  }
}

export interface BufferPoolApi {
  readonly engine: StorageEngine;
  /** Bytes of pages in memory. */
  readonly bytes: number;
  readonly use: Readonly<PageUse>;
  /** Opens (or creates) a relation file. One PageFile per relfile. */
  open<P extends Page>(relfile: number, decode: PageDecoder<P>): PageFileApi<P>;
  /** Forgets a relation file's pages; its stored pages are removed by the next checkpoint (dropped()). */
  drop(relfile: number): void;
  files(): Iterable<PageFileApi>;
  /** Relation files dropped since the last takeDropped(). */
  takeDropped(): number[];
  /** The limit is passed by some pages: balance() at the next safe point. Cheap. */
  readonly crowded: boolean;
  /** Evicts down to the limit. Call at safe points only: between slices, statements or loaded pages. */
  balance(): void;
  /** After a checkpoint wrote this page's image: it is clean unless changed since. */
  markClean(page: Page): void;
  close(): void;
}

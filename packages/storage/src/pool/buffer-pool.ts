/**
 * The buffer pool: decoded pages, bounded by bytes.
 *
 * A PageFile's page array is the lookup structure, so a hit is one array read. Eviction is a second-chance clock: an
 * LRUCache keeps the order, an access only sets page.used, and balance() gives used pages another round. Pages leave
 * memory only inside balance(), so code between two safe points may hold and change pages freely. A clean page is
 * dropped; a dirty one goes to the spill area in its current state and is read from there until a checkpoint.
 * Pinned pages and pages with undo stay.
 */
import { LRUCache } from 'lru-cache';
import { assert } from '@pglitedb/types';
import type { StorageEngine } from '../engine.js';
import type { Page } from '../page.js';
import { pageId, pageNoOf, PAGES_PER_RELFILE } from '../page-id.js';
import { PagePending, type BufferPoolApi, type PageDecoder, type PageFileApi, type PageUse } from './api.js';
import { MemorySpill, type SpillArea } from './spill.js';

export const DEFAULT_POOL_BYTES = 128 * 1024 * 1024;

/** Share of the limit at which those who load pages make room. */
const CROWDED = 1.125;
/** Pages whose growth is not accounted yet. */
const CHANGED_PAGES_MAX = 64;

export interface BufferPoolOptions {
  bytesMax?: number;
  spill?: SpillArea;
}

interface Resident {
  page: Page;
  file: PageFile<Page>;
}

export class BufferPool implements BufferPoolApi {
  private readonly open_ = new Map<number, PageFile<Page>>();
  private readonly lru = new LRUCache<number, Resident>({ maxSize: Number.MAX_SAFE_INTEGER, sizeCalculation: () => 1 });
  private readonly bytesMax: number;
  readonly spill: SpillArea;
  private dropped: number[] = [];
  /** Pages whose size may differ from what is accounted. */
  readonly changed: Page[] = [];
  bytes = 0;
  readonly use: PageUse = { hit: 0, read: 0, dirtied: 0, spillRead: 0, spillWritten: 0 };
  /** Called at each balance(): a safe point for what others keep of pages. */
  onBalance: () => void = () => undefined;
  /** Set by others who want onBalance soon. */
  pressed = false;
  private crowdedAt: number;

  constructor(readonly engine: StorageEngine, options: BufferPoolOptions = {}) {
    this.bytesMax = options.bytesMax ?? DEFAULT_POOL_BYTES;
    this.spill = options.spill ?? new MemorySpill();
    this.crowdedAt = this.bytesMax * CROWDED;
  }

  get crowded(): boolean {
    return this.bytes > this.crowdedAt || this.pressed || this.changed.length >= CHANGED_PAGES_MAX;
  }

  open<P extends Page>(relfile: number, decode: PageDecoder<P>): PageFile<P> {
    const known = this.open_.get(relfile);
    if (known !== undefined) return known as unknown as PageFile<P>;
    const file = new PageFile<P>(this, relfile, decode);
    this.open_.set(relfile, file as unknown as PageFile<Page>);
    return file;
  }

  drop(relfile: number): void {
    const file = this.open_.get(relfile);
    file?.forget();
    this.open_.delete(relfile);
    this.dropped.push(relfile);
  }

  files(): Iterable<PageFileApi> {
    return this.open_.values();
  }

  takeDropped(): number[] {
    const taken = this.dropped;
    this.dropped = [];
    return taken;
  }

  balance(): void {
    this.pressed = false;
    this.onBalance();
    this.evict();
    this.crowdedAt = Math.max(this.bytes, this.bytesMax) + this.bytesMax * (CROWDED - 1);
  }

  private evict(): void {
    for (let i = 0; i < this.changed.length; i++) {
      const page = this.changed[i]!;
      page.resized = false;
      if (page.resident) this.account(page);
    }
    this.changed.length = 0;
    if (this.bytes <= this.bytesMax) return;
    let turns = this.lru.size * 2;
    while (this.bytes > this.bytesMax && turns-- > 0) {
      const [id] = this.lru.rkeys();
      if (id === undefined) return;
      const entry = this.lru.get(id)!;
      const page = entry.page;
      if (page.used !== 0 || page.pins > 0 || (page.undo !== null && page.undo !== undefined)) page.used = 0;
      else entry.file.evict(page);
    }
  }

  markClean(page: Page): void {
    page.dirty = false;
  }

  close(): void {
    for (const file of this.open_.values()) file.forget();
    this.open_.clear();
    this.spill.close();
  }

  /** Takes a page into the accounts. */
  admit(file: PageFile<Page>, page: Page): void {
    this.lru.set(pageId(file.relfile, page.pageNo), { page, file });
    page.accounted = page.bytes;
    this.bytes += page.accounted;
  }

  /** Takes it out again. */
  dismiss(file: PageFile<Page>, page: Page): void {
    this.lru.delete(pageId(file.relfile, page.pageNo));
    this.bytes -= page.accounted;
    page.accounted = 0;
  }

  private account(page: Page): void {
    const now = page.bytes;
    this.bytes += now - page.accounted;
    page.accounted = now;
  }
}

export class PageFile<P extends Page> implements PageFileApi<P> {
  /** Pages in memory by page number. */
  readonly pages: (P | undefined)[] = [];
  /** Page numbers that exist: in memory, spilled or on the engine. */
  private readonly present = new Set<number>();
  private count = 0;
  private deleted: number[] = [];

  constructor(private readonly pool: BufferPool, readonly relfile: number, private readonly decode: PageDecoder<P>) {
    for (const id of pool.engine.ids(pageId(relfile, 0), pageId(relfile + 1, 0))) this.present.add(pageNoOf(id));
    for (const pageNo of this.present) if (pageNo >= this.count) this.count = pageNo + 1;
  }

  get pageCount(): number {
    return this.count;
  }

  get(pageNo: number): P | undefined {
    const page = this.pages[pageNo];
    if (page !== undefined) {
      page.used = 1;
      this.pool.use.hit++;
      return page;
    }
    return this.present.has(pageNo) ? this.load(pageNo) : undefined;
  }

  private load(pageNo: number): P {
    const id = pageId(this.relfile, pageNo);
    const spilled = this.pool.spill.read(id);
    if (spilled !== undefined) {
      this.pool.use.spillRead++;
      const page = this.adopt(this.decode(spilled, pageNo), pageNo);
      page.dirty = true;
      this.pool.spill.free(id);
      return page;
    }
    this.pool.use.read++;
    const bytes = this.pool.engine.read(id);
    if (bytes instanceof Promise) {
      throw new PagePending(bytes.then((arrived) => {
        assert(arrived !== undefined, 'a present page can be read');
        if (this.pages[pageNo] === undefined && this.present.has(pageNo)) this.adopt(this.decode(arrived, pageNo), pageNo);
      }));
    }
    assert(bytes !== undefined, 'a present page can be read');
    return this.adopt(this.decode(bytes, pageNo), pageNo);
  }

  private adopt(page: P, pageNo: number): P {
    page.pageNo = pageNo;
    page.resident = true;
    page.used = 1;
    this.pages[pageNo] = page;
    this.present.add(pageNo);
    if (pageNo >= this.count) this.count = pageNo + 1;
    this.pool.admit(this as unknown as PageFile<Page>, page);
    return page;
  }

  put(page: P, pageNo = this.count): number {
    assert(pageNo >= 0 && pageNo < PAGES_PER_RELFILE, 'a page number fits in its id');
    assert(this.pages[pageNo] === undefined, 'a page number is put once');
    this.adopt(page, pageNo);
    this.markDirty(page);
    return pageNo;
  }

  markDirty(page: P): void {
    assert(page.resident, 'only a page in the pool is changed');
    if (!page.dirty) this.pool.use.dirtied++;
    page.dirty = true;
    if (!page.resized) {
      page.resized = true;
      this.pool.changed.push(page);
    }
  }

  delete(pageNo: number): void {
    const page = this.pages[pageNo];
    if (page !== undefined) this.remove(page);
    this.pool.spill.free(pageId(this.relfile, pageNo));
    if (this.present.delete(pageNo)) this.deleted.push(pageNo);
    while (this.count > 0 && !this.present.has(this.count - 1)) this.count--;
  }

  pageNos(): number[] {
    return [...this.present].sort((a, b) => a - b);
  }

  takeDeleted(): number[] {
    const taken = this.deleted;
    this.deleted = [];
    return taken;
  }

  dirtyPageNos(): number[] {
    const out: number[] = [];
    for (const pageNo of this.present) {
      const page = this.pages[pageNo];
      if (page !== undefined ? page.dirty : this.pool.spill.has(pageId(this.relfile, pageNo))) out.push(pageNo);
    }
    return out.sort((a, b) => a - b);
  }

  /** Called by the pool's clock. */
  evict(page: P): void {
    if (page.dirty) {
      this.pool.use.spillWritten++;
      this.pool.spill.write(pageId(this.relfile, page.pageNo), page.serialize());
    }
    this.remove(page);
    page.evicted();
  }

  private remove(page: P): void {
    this.pool.dismiss(this as unknown as PageFile<Page>, page);
    page.resident = false;
    this.pages[page.pageNo] = undefined;
  }

  /** Leaves memory and spill area; the engine keeps its pages. */
  forget(): void {
    for (const pageNo of this.present) {
      const page = this.pages[pageNo];
      if (page !== undefined) this.remove(page);
      this.pool.spill.free(pageId(this.relfile, pageNo));
    }
    this.present.clear();
    this.count = 0;
  }
}

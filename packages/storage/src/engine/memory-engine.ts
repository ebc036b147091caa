/** The memory engine: a Map and an array. Nothing survives the process; sync() has nothing to wait for. */
import type { CommitBatch, EngineStats, LogRecord, StorageEngine } from '../engine.js';
import type { Lsn, PageId } from '../page-id.js';
import { SortedIds } from './sorted-ids.js';

/** What a record takes in the log besides its payload; the same as in the file engine. */
const RECORD_OVERHEAD = 24;

export class MemoryEngine implements StorageEngine {
  private readonly pages = new Map<PageId, Uint8Array>();
  private readonly order = new SortedIds();
  private root: Uint8Array = new Uint8Array(0);
  private log: LogRecord[] = [];
  private next: Lsn = 0;
  private commits = 0;
  private syncs = 0;

  /** With `keepLog` false, records are dropped at once: there is nobody to replay them. */
  constructor(private readonly keepLog = true) {}

  get ephemeral(): boolean {
    return !this.keepLog;
  }

  read(id: PageId): Uint8Array | undefined {
    return this.pages.get(id);
  }

  async commit(batch: CommitBatch): Promise<void> {
    const puts: (readonly [PageId, Uint8Array])[] = [];
    for await (const put of batch.put) puts.push(put);
    for (const [from, to] of batch.deleteRanges ?? []) for (const id of [...this.order.range(from, to)]) this.remove(id);
    for (const id of batch.delete ?? []) this.remove(id);
    for (const [id, bytes] of puts) {
      if (!this.pages.has(id)) this.order.add(id);
      this.pages.set(id, bytes);
    }
    if (batch.meta !== undefined) this.root = Uint8Array.from(batch.meta);
    this.commits++;
  }

  private remove(id: PageId): void {
    if (this.pages.delete(id)) this.order.delete(id);
  }

  meta(): Uint8Array {
    return this.root;
  }

  ids(from: PageId, to: PageId): Iterable<PageId> {
    return this.order.range(from, to);
  }

  append(bytes: Uint8Array): Lsn {
    const lsn = this.next;
    if (this.keepLog) this.log.push({ lsn, bytes: Uint8Array.from(bytes) });
    this.next += (RECORD_OVERHEAD + bytes.length + 7) & ~7;
    return lsn;
  }

  sync(): Promise<void> {
    this.syncs++;
    return Promise.resolve();
  }

  *readFrom(lsn: Lsn): Iterable<LogRecord> {
    for (const record of this.log) if (record.lsn >= lsn) yield record;
  }

  truncateBefore(lsn: Lsn): Promise<void> {
    this.log = this.log.filter((record) => record.lsn >= lsn);
    return Promise.resolve();
  }

  nextLsn(): Lsn {
    return this.next;
  }

  stats(): EngineStats {
    let pageBytes = 0;
    for (const bytes of this.pages.values()) pageBytes += bytes.length;
    let logBytes = 0;
    for (const record of this.log) logBytes += record.bytes.length;
    return { pages: this.pages.size, pageBytes, fileBytes: pageBytes + logBytes, logBytes, commits: this.commits, syncs: this.syncs };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

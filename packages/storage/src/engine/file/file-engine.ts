/**
 * The file engine. One directory: LOCK, root (root.ts), table.<generation> (page-table.ts), pages, log.* (log.ts).
 *
 * A commit: 1. the log is synced (what pages say must be in it); 2. pages go to free extents of `pages`, in large
 * writes; 3. the delta goes to the end of the table; 4. both are synced; 5. the root slot is written and synced. What the
 * current and the previous root refer to is never overwritten, so whatever moment the power fails, one of them is whole.
 *
 * Any failed write or sync stops the engine: what the kernel did with the dirty pages is unknown, so nothing is retried.
 */
import { assert } from '@pglitedb/types';
import { StorageCorruption, StorageStopped } from '../../corruption.js';
import type { Disk, DiskFile } from '../../disk/disk.js';
import { NodeDisk } from '../../disk/node-disk.js';
import type { CommitBatch, EngineStats, LogRecord, StorageEngine } from '../../engine.js';
import type { Lsn, PageId } from '../../page-id.js';
import { crc32 } from './crc.js';
import { Extents, extentSize } from './extents.js';
import { FileLog, type LogOptions } from './log.js';
import { encodeDelta, PageTable, type StoredPage, type TableDelta } from './page-table.js';
import { openRoot, writeRoot, type Root } from './root.js';

const PAGES = 'pages';
const TABLE_PREFIX = 'table.';
/** Pages are gathered into writes of this size; the event loop gets a turn after each. */
const WRITE_BYTES = 1024 * 1024;
/** Deltas may reach this before they are folded into a snapshot, or twice the snapshot if that is more. */
const DELTA_BYTES_MIN = 256 * 1024;
/** Pages are usually 4 KiB to 4 MiB; a chunk whose rows were updated to very wide values may need more. */
export const PAGE_BYTES_MAX = 1024 * 1024 * 1024;
export const META_BYTES_MAX = 65536;

export interface FileEngineOptions {
  /** Where to store; default: NodeDisk on the directory. */
  disk?: Disk;
  log?: LogOptions;
}

export class FileEngine implements StorageEngine {
  private stopped: unknown;
  private table = new PageTable();
  private tableFile!: DiskFile;
  private snapshotBytes = 0;
  private extents!: Extents;
  private log!: FileLog;
  private root!: Root;
  private rootFile!: DiskFile;
  private pages!: DiskFile;
  private queue: Promise<void> = Promise.resolve();
  private commits = 0;

  private constructor(private readonly disk: Disk, private readonly release: () => void) {}

  /** Opens or creates the database in a directory. Raises SqlError F0001 if another process has it open. */
  static async open(directory: string, options: FileEngineOptions = {}): Promise<FileEngine> {
    const disk = options.disk ?? new NodeDisk(directory);
    const engine = new FileEngine(disk, disk.lock());
    try {
      await engine.load(options.log ?? {});
    } catch (error) {
      engine.release();
      throw error;
    }
    return engine;
  }

  private async load(options: LogOptions): Promise<void> {
    ({ file: this.rootFile, root: this.root } = await openRoot(this.disk));
    this.pages = this.disk.open(PAGES);
    this.tableFile = this.disk.open(TABLE_PREFIX + this.root.generation);
    await this.disk.syncDirectory();
    const bytes = this.tableFile.read(0, this.root.tableBytes);
    if (bytes.length < this.root.tableBytes) throw new StorageCorruption('the page table is shorter than its root says');
    this.table.load(bytes);
    this.extents = Extents.from([...this.table.pages.values()].map(extentOf));
    this.log = await FileLog.open(this.disk, options);
    this.removeOldTables();
  }

  private removeOldTables(): void {
    for (const name of this.disk.list()) {
      if (!name.startsWith(TABLE_PREFIX)) continue;
      const generation = Number(name.slice(TABLE_PREFIX.length));
      if (generation > this.root.generation || generation < this.root.generation - 1) this.disk.unlink(name);
    }
  }

  private check(): void {
    if (this.stopped !== undefined) {
      throw new StorageStopped(`storage engine stopped after a failed write: ${String((this.stopped as Error)?.message ?? this.stopped)}`);
    }
  }

  private stop(error: unknown): never {
    this.stopped ??= error;
    this.check();
    throw error;
  }

  read(id: PageId): Uint8Array | undefined {
    this.check();
    const stored = this.table.pages.get(id);
    if (stored === undefined) return undefined;
    const bytes = this.pages.read(stored.at, stored.length);
    if (bytes.length !== stored.length || crc32(bytes) !== stored.crc) throw new StorageCorruption(`page ${id} does not have its checksum`, id);
    return bytes;
  }

  commit(batch: CommitBatch): Promise<void> {
    const result = this.queue.then(() => this.commitNow(batch));
    this.queue = result.catch(() => undefined);
    return result;
  }

  private async commitNow(batch: CommitBatch): Promise<void> {
    this.check();
    assert((batch.meta?.length ?? 0) <= META_BYTES_MAX, 'the root record is at most 64 KiB');
    const delta: TableDelta = {
      puts: [], deletes: [...(batch.delete ?? [])], ranges: [...(batch.deleteRanges ?? [])],
      meta: batch.meta === undefined ? undefined : Uint8Array.from(batch.meta),
    };
    const writer = new PageWriter(this.pages, this.extents);
    try {
      for await (const [id, bytes] of batch.put) delta.puts.push([id, await writer.add(bytes)]);
    } catch (error) {
      if (writer.failed !== undefined) this.stop(writer.failed);
      this.extents.release(delta.puts.map(([, page]) => extentOf(page)));
      throw error;
    }
    await this.guard(async () => {
      writer.flush();
      await this.log.sync();
      await this.publish(delta);
    });
    this.commits++;
  }

  /** Runs I/O; any failure stops the engine. */
  private async guard(io: () => Promise<void>): Promise<void> {
    this.check();
    try {
      await io();
    } catch (error) {
      this.stop(error);
    }
  }

  private async publish(delta: TableDelta): Promise<void> {
    const record = encodeDelta(delta);
    const next: Root = { sequence: this.root.sequence + 1, generation: this.root.generation, tableBytes: this.root.tableBytes + record.length };
    const fold = this.root.tableBytes - this.snapshotBytes + record.length > Math.max(DELTA_BYTES_MIN, 2 * this.snapshotBytes);
    let file = this.tableFile;
    let snapshotBytes = this.snapshotBytes;
    if (fold) {
      next.generation++;
      file = this.disk.open(TABLE_PREFIX + next.generation);
      const whole = foldedTable(this.table, delta);
      file.truncate(0);
      file.write(0, whole);
      snapshotBytes = next.tableBytes = whole.length;
    } else file.write(this.root.tableBytes, record);
    await Promise.all([this.pages.sync(), file.sync()]);
    if (fold) await this.disk.syncDirectory();
    writeRoot(this.rootFile, next);
    await this.rootFile.sync();
    if (fold) {
      this.tableFile.close();
      this.tableFile = file;
      this.snapshotBytes = snapshotBytes;
    }
    this.root = next;
    this.extents.committed(this.table.apply(delta).map(extentOf));
    if (fold) this.removeOldTables();
  }

  meta(): Uint8Array {
    this.check();
    return this.table.meta;
  }

  ids(from: PageId, to: PageId): Iterable<PageId> {
    this.check();
    return this.table.order.range(from, to);
  }

  append(bytes: Uint8Array): Lsn {
    this.check();
    try {
      return this.log.append(bytes);
    } catch (error) {
      return this.stop(error);
    }
  }

  async sync(): Promise<void> {
    this.check();
    try {
      await this.log.sync();
    } catch (error) {
      this.stop(error);
    }
  }

  readFrom(lsn: Lsn): Iterable<LogRecord> {
    this.check();
    return this.log.readFrom(lsn);
  }

  truncateBefore(lsn: Lsn): Promise<void> {
    return this.guard(() => this.log.truncateBefore(lsn));
  }

  nextLsn(): Lsn {
    return this.log.next;
  }

  stats(): EngineStats {
    return {
      pages: this.table.pages.size, pageBytes: this.table.pageBytes, logBytes: this.log.bytes, commits: this.commits, syncs: this.log.syncs,
      fileBytes: this.extents.end + this.root.tableBytes + this.log.bytes,
    };
  }

  async close(): Promise<void> {
    await this.queue;
    try {
      if (this.stopped === undefined) await this.guard(() => this.log.sync());
    } finally {
      this.stopped ??= new Error('it is closed');
      this.log.dispose();
      for (const file of [this.rootFile, this.pages, this.tableFile]) file.close();
      this.release();
    }
  }
}

/** The table with the delta applied, as the single record of a new generation. */
function foldedTable(table: PageTable, delta: TableDelta): Buffer {
  const copy = new PageTable();
  copy.apply(table.snapshot());
  copy.apply(delta);
  return encodeDelta(copy.snapshot());
}

function extentOf(page: StoredPage): { at: number; size: number } {
  return { at: page.at, size: extentSize(page.length) };
}

/** Gathers pages that lie one after the other into large writes. */
class PageWriter {
  private parts: Uint8Array[] = [];
  private start = 0;
  private size = 0;
  failed: unknown;

  constructor(private readonly file: DiskFile, private readonly extents: Extents) {
    extents.begin();
  }

  async add(bytes: Uint8Array): Promise<StoredPage> {
    assert(bytes.length > 0 && bytes.length <= PAGE_BYTES_MAX, 'a page has 1 byte to 1 GiB');
    const at = this.extents.allocate(bytes.length);
    if (at !== this.start + this.size) {
      this.flush();
      this.start = at;
    }
    this.parts.push(bytes);
    const padding = extentSize(bytes.length) - bytes.length;
    if (padding > 0) this.parts.push(new Uint8Array(padding));
    this.size += bytes.length + padding;
    if (this.size >= WRITE_BYTES) {
      this.flush();
      await new Promise((resolve) => setImmediate(resolve));
    }
    return { at, length: bytes.length, crc: crc32(bytes) };
  }

  flush(): void {
    if (this.size === 0) return;
    try {
      this.file.write(this.start, this.parts.length === 1 ? this.parts[0]! : Buffer.concat(this.parts, this.size));
    } catch (error) {
      this.failed = error;
      throw error;
    }
    this.start += this.size;
    this.size = 0;
    this.parts = [];
  }
}

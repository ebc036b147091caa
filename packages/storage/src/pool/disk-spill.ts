/** Spill area in a file of its own: free space is reused, nothing is synced, and the file starts empty at each open. */
import { assert } from '@pglitedb/types';
import type { Disk, DiskFile } from '../disk/disk.js';
import { Extents, extentSize } from '../engine/file/extents.js';
import { StorageCorruption } from '../corruption.js';
import { crc32 } from '../engine/file/crc.js';
import type { PageId } from '../page-id.js';
import type { SpillArea } from './spill.js';

const NAME = 'spill';

export class DiskSpill implements SpillArea {
  private readonly file: DiskFile;
  private readonly extents = new Extents();
  private readonly pages = new Map<PageId, { at: number; length: number; crc: number }>();
  /** Freed extents, merged before the next write. */
  private freed: { at: number; size: number }[] = [];

  constructor(disk: Disk) {
    this.file = disk.open(NAME);
    this.file.truncate(0);
  }

  has(id: PageId): boolean {
    return this.pages.has(id);
  }

  read(id: PageId): Uint8Array | undefined {
    const stored = this.pages.get(id);
    if (stored === undefined) return undefined;
    const bytes = this.file.read(stored.at, stored.length);
    if (bytes.length !== stored.length || crc32(bytes) !== stored.crc) throw new StorageCorruption(`spilled page ${id} does not have its checksum`, id);
    return bytes;
  }

  write(id: PageId, bytes: Uint8Array): void {
    assert(!this.pages.has(id), 'a page is spilled once');
    if (this.freed.length > 0) {
      this.extents.release(this.freed);
      this.freed = [];
      this.extents.begin();
    }
    const at = this.extents.allocate(bytes.length);
    this.file.write(at, bytes);
    this.pages.set(id, { at, length: bytes.length, crc: crc32(bytes) });
  }

  free(id: PageId): void {
    const stored = this.pages.get(id);
    if (stored === undefined) return;
    this.pages.delete(id);
    this.freed.push({ at: stored.at, size: extentSize(stored.length) });
  }

  close(): void {
    this.pages.clear();
    this.file.truncate(0);
    this.file.close();
  }
}

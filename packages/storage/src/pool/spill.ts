/** Where dirty pages go when memory is short. Not durable: emptied at open. */
import type { PageId } from '../page-id.js';

export interface SpillArea {
  has(id: PageId): boolean;
  read(id: PageId): Uint8Array | undefined;
  write(id: PageId, bytes: Uint8Array): void;
  free(id: PageId): void;
  close(): void;
}

/** For engines without a disk. */
export class MemorySpill implements SpillArea {
  private readonly pages = new Map<PageId, Uint8Array>();
  has(id: PageId): boolean {
    return this.pages.has(id);
  }
  read(id: PageId): Uint8Array | undefined {
    return this.pages.get(id);
  }
  write(id: PageId, bytes: Uint8Array): void {
    this.pages.set(id, bytes);
  }
  free(id: PageId): void {
    this.pages.delete(id);
  }
  close(): void {
    this.pages.clear();
  }
}

/**
 * Free space of the page file, in bytes, in units of 512 (a sector, so that a torn write never reaches a neighbour).
 * Next fit: a commit walks once over the free extents from the start and appends after the last. Extents freed by
 * commit k are reused only after commit k + 1 is durable, because until then the older root slot still refers to them.
 */
import { assert } from '@pglitedb/types';

export const UNIT = 512;

export function extentSize(bytes: number): number {
  return Math.ceil(bytes / UNIT) * UNIT;
}

interface Extent {
  at: number;
  size: number;
}

export class Extents {
  /** Ascending, never adjacent. */
  private free: Extent[] = [];
  private cursor = 0;
  /** Freed by the last durable commit, and by the one before it. */
  private young: Extent[] = [];
  end = 0;

  /** `live` is in any order; everything between is free. */
  static from(live: Extent[]): Extents {
    const extents = new Extents();
    live.sort((a, b) => a.at - b.at);
    for (const { at, size } of live) {
      assert(at >= extents.end, 'live extents do not overlap');
      if (at > extents.end) extents.free.push({ at: extents.end, size: at - extents.end });
      extents.end = at + size;
    }
    return extents;
  }

  /** Call before the allocations of a commit. */
  begin(): void {
    this.cursor = 0;
  }

  allocate(bytes: number): number {
    const size = extentSize(bytes);
    for (; this.cursor < this.free.length; this.cursor++) {
      const extent = this.free[this.cursor]!;
      if (extent.size < size) continue;
      const at = extent.at;
      extent.at += size;
      extent.size -= size;
      return at;
    }
    const at = this.end;
    this.end += size;
    return at;
  }

  /** A commit is durable and freed these. */
  committed(freed: Extent[]): void {
    this.release(this.young);
    this.young = freed;
  }

  /** A commit was given up: its allocations are free at once. */
  release(extents: Extent[]): void {
    const all = this.free.filter((e) => e.size > 0).concat(extents).sort((a, b) => a.at - b.at);
    this.free = [];
    for (const extent of all) {
      const last = this.free.at(-1);
      if (last !== undefined && last.at + last.size === extent.at) last.size += extent.size;
      else this.free.push({ at: extent.at, size: extent.size });
    }
  }
}

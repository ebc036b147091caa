/**
 * The page table: page id -> (offset, length, crc32) in the file `pages`, kept as a snapshot and a row of deltas in the
 * file table.<generation>. A delta is durable before the root that counts it in; when deltas outgrow the snapshot, the
 * next commit writes the next generation.
 *
 *   record: 0 u32 body bytes  4 u32 crc32 of the body  8 body, zeros up to a multiple of 512 (no shared sectors)
 *   body:   0 u32 puts  4 u32 deletes  8 u32 ranges  12 u32 meta bytes + 1, 0 = unchanged
 *          16 puts: f64 id, f64 offset, u32 length, u32 crc32; deletes: f64 id; ranges: f64 from, f64 to; meta
 */
import { StorageCorruption } from '../../corruption.js';
import type { PageId } from '../../page-id.js';
import { SortedIds } from '../sorted-ids.js';
import { crc32 } from './crc.js';
import { extentSize } from './extents.js';

export interface StoredPage {
  at: number;
  length: number;
  crc: number;
}

export interface TableDelta {
  puts: [PageId, StoredPage][];
  deletes: PageId[];
  ranges: (readonly [PageId, PageId])[];
  meta: Uint8Array | undefined;
}

const HEADER_BYTES = 8;
const COUNTS_BYTES = 16;
const PUT_BYTES = 24;

export class PageTable {
  readonly pages = new Map<PageId, StoredPage>();
  readonly order = new SortedIds();
  meta: Uint8Array = new Uint8Array(0);
  pageBytes = 0;

  /** Applies a delta, deletes first, and returns the pages that are no longer referred to. */
  apply(delta: TableDelta): StoredPage[] {
    const freed: StoredPage[] = [];
    for (const [from, to] of delta.ranges) for (const id of [...this.order.range(from, to)]) this.remove(id, freed);
    for (const id of delta.deletes) this.remove(id, freed);
    for (const [id, page] of delta.puts) {
      const old = this.pages.get(id);
      if (old === undefined) this.order.add(id);
      else {
        freed.push(old);
        this.pageBytes -= old.length;
      }
      this.pages.set(id, page);
      this.pageBytes += page.length;
    }
    if (delta.meta !== undefined) this.meta = delta.meta;
    return freed;
  }

  private remove(id: PageId, freed: StoredPage[]): void {
    const old = this.pages.get(id);
    if (old === undefined) return;
    freed.push(old);
    this.pageBytes -= old.length;
    this.pages.delete(id);
    this.order.delete(id);
  }

  /** The whole table as one delta. */
  snapshot(): TableDelta {
    return { puts: [...this.pages], deletes: [], ranges: [], meta: this.meta };
  }

  /** Applies the records in `bytes`; every one must be whole. */
  load(bytes: Uint8Array): void {
    const buffer = Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at < buffer.length;) {
      const length = at + HEADER_BYTES <= buffer.length ? buffer.readUInt32LE(at) : 0;
      const body = buffer.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length);
      if (length < COUNTS_BYTES || body.length < length || crc32(body) !== buffer.readUInt32LE(at + 4)) {
        throw new StorageCorruption(`page table is damaged at byte ${at}`);
      }
      this.apply(decodeDelta(body));
      at += extentSize(HEADER_BYTES + length);
    }
  }
}

export function encodeDelta(delta: TableDelta): Buffer {
  const metaBytes = delta.meta?.length ?? 0;
  const length = COUNTS_BYTES + delta.puts.length * PUT_BYTES + delta.deletes.length * 8 + delta.ranges.length * 16 + metaBytes;
  const record = Buffer.alloc(extentSize(HEADER_BYTES + length));
  record.writeUInt32LE(length, 0);
  let at = record.writeUInt32LE(delta.puts.length, HEADER_BYTES);
  at = record.writeUInt32LE(delta.deletes.length, at);
  at = record.writeUInt32LE(delta.ranges.length, at);
  at = record.writeUInt32LE(delta.meta === undefined ? 0 : metaBytes + 1, at);
  for (const [id, page] of delta.puts) {
    at = record.writeDoubleLE(id, at);
    at = record.writeDoubleLE(page.at, at);
    at = record.writeUInt32LE(page.length, at);
    at = record.writeUInt32LE(page.crc, at);
  }
  for (const id of delta.deletes) at = record.writeDoubleLE(id, at);
  for (const [from, to] of delta.ranges) at = record.writeDoubleLE(to, record.writeDoubleLE(from, at));
  if (delta.meta !== undefined) record.set(delta.meta, at);
  record.writeUInt32LE(crc32(record.subarray(HEADER_BYTES, HEADER_BYTES + length)), 4);
  return record;
}

function decodeDelta(body: Buffer): TableDelta {
  const delta: TableDelta = { puts: [], deletes: [], ranges: [], meta: undefined };
  let at = COUNTS_BYTES;
  for (let n = body.readUInt32LE(0); n > 0; n--, at += PUT_BYTES) {
    delta.puts.push([body.readDoubleLE(at), { at: body.readDoubleLE(at + 8), length: body.readUInt32LE(at + 16), crc: body.readUInt32LE(at + 20) }]);
  }
  for (let n = body.readUInt32LE(4); n > 0; n--, at += 8) delta.deletes.push(body.readDoubleLE(at));
  for (let n = body.readUInt32LE(8); n > 0; n--, at += 16) delta.ranges.push([body.readDoubleLE(at), body.readDoubleLE(at + 8)]);
  const meta = body.readUInt32LE(12);
  if (meta > 0) delta.meta = Uint8Array.from(body.subarray(at, at + meta - 1));
  return delta;
}

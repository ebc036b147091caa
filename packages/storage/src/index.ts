/**
 * @pglitedb/storage: pages, what is built of them (column chunks, B+trees), the buffer pool, and the StorageEngine
 * port with its backends. Start at README.md.
 */
export { PAGES_PER_RELFILE, pageId, relfileOf, pageNoOf, type PageId, type Lsn } from './page-id.js';
export { StorageCorruption, StorageStopped } from './corruption.js';
export type { StorageEngine, CommitBatch, LogRecord, EngineStats } from './engine.js';
export { Page } from './page.js';
export {
  CHUNK_ROWS, SLOT_FREE, SLOT_LIVE, SLOT_DEAD,
  type ColumnType, type ChunkView, type ChunkApi, type KeyColumn, type IndexKey, type KeyRange, type BTreeApi, type BTreeCursorApi, type BlockColumn,
} from './api.js';
export { PagePending, type PageDecoder, type PageFileApi, type BufferPoolApi, type PageUse } from './pool/api.js';
export { Chunk } from './chunk/chunk.js';
export { Column, valueOf } from './chunk/column.js';
export { BufferPool, DEFAULT_POOL_BYTES, type BufferPoolOptions, type PageFile } from './pool/buffer-pool.js';
export { MemoryEngine } from './engine/memory-engine.js';
export { BTree } from './btree/btree.js';
export { FileEngine, type FileEngineOptions } from './engine/file/file-engine.js';
export type { Disk, DiskFile } from './disk/disk.js';
export { OverlayDisk } from './disk/overlay-disk.js';
export { NodeDisk } from './disk/node-disk.js';
export { Codec, withCodec, type CodecOptions } from './codec/codec.js';
export { DiskSpill } from './pool/disk-spill.js';
export { MemorySpill, type SpillArea } from './pool/spill.js';
export { TempArea, TempFile } from './temp/temp-area.js';
export { inspectPage } from './inspect/inspect-page.js';

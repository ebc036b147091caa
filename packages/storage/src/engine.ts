/**
 * The StorageEngine port: what a backend must do. An atomic, durable map from page id to bytes, and a log.
 *
 * Invariants every backend keeps (engine conformance: testing/conformance.ts):
 *  1. commit() is atomic: after a crash either all of the batch is there, or none of it.
 *  2. commit() resolves only when the batch is durable.
 *  3. sync() resolves only when every record appended before the call is durable.
 *  4. readFrom() yields a prefix of what was appended that contains everything synced.
 *  5. read() returns the bytes that were put, or raises StorageCorruption; never other bytes.
 *  6. After a failed write or fsync every call raises StorageStopped.
 */
import type { Lsn, PageId } from './page-id.js';

export interface CommitBatch {
  /** Pages to write. Consumed once, lazily: a large checkpoint never sits in memory as a whole. */
  put: Iterable<readonly [PageId, Uint8Array]> | AsyncIterable<readonly [PageId, Uint8Array]>;
  /** Page ids to remove; absent ones are ignored. */
  delete?: Iterable<PageId>;
  /** Id ranges [from, to) to remove, e.g. a dropped relation file. Deletes apply before puts. */
  deleteRanges?: Iterable<readonly [PageId, PageId]>;
  /** Replaces the root record (at most 64 KiB); undefined keeps it. */
  meta?: Uint8Array | undefined;
}

export interface LogRecord {
  lsn: Lsn;
  bytes: Uint8Array;
}

export interface EngineStats {
  pages: number;
  /** Bytes of live pages as stored. */
  pageBytes: number;
  /** Bytes the backend occupies, free space included. */
  fileBytes: number;
  logBytes: number;
  commits: number;
  syncs: number;
}

export interface StorageEngine {
  /** True where nothing outlives the process, so that nobody will ever read the log: row changes need no records. */
  readonly ephemeral?: boolean;
  /** The page's bytes, which the caller must not change; undefined where there is none. */
  read(id: PageId): Uint8Array | undefined | Promise<Uint8Array | undefined>;
  commit(batch: CommitBatch): Promise<void>;
  /** The root record of the last commit; empty in a fresh database. */
  meta(): Uint8Array;
  /** Ids of stored pages in [from, to), ascending. */
  ids(from: PageId, to: PageId): Iterable<PageId>;
  /** Adds a record to the log and returns its LSN. Not durable before sync(). `bytes` is copied. */
  append(bytes: Uint8Array): Lsn;
  sync(): Promise<void>;
  /** Records with LSN >= lsn, in order. Stops at a torn tail; damage before synced records is StorageCorruption. */
  readFrom(lsn: Lsn): Iterable<LogRecord>;
  /** Records before lsn are no longer needed. */
  truncateBefore(lsn: Lsn): Promise<void>;
  /** LSN that the next append will get. */
  nextLsn(): Lsn;
  stats(): EngineStats;
  /** Flushes the log and releases the lock. */
  close(): Promise<void>;
}

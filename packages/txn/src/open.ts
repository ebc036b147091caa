/** Opening the transaction manager over an engine: recovery, then ready. */
import { BufferPool, type BufferPoolOptions, type StorageEngine } from '@pglitedb/storage';
import type { TransactionManager } from './api.js';
import type { LockClock } from './locks/lock-manager.js';
import { PART_BYTES } from './log/writer.js';
import { Recovery } from './store/recovery.js';
import { TransactionManagerImpl } from './transaction/manager.js';

export interface OpenOptions {
  engine: StorageEngine;
  /** Buffer pool: bytesMax, spill area. */
  pool?: BufferPoolOptions;
  /** deadlock_timeout in ms, default 1000. */
  deadlockTimeoutMs?: number;
  /** Log bytes after which a checkpoint runs, default 64 MiB. */
  checkpointBytes?: number;
  /** Redo of one transaction kept in memory before a part goes into the log, default 256 KiB. */
  partBytes?: number;
  /** Undo of one transaction kept in memory before it is spilled, default 8 MiB. */
  undoBytes?: number;
  clock?: LockClock;
}

const CHECKPOINT_BYTES = 64 * 1024 * 1024;
const DEADLOCK_TIMEOUT_MS = 1000;

export const systemClock: LockClock = {
  now: () => Date.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

/** Recovers what is in the engine. The caller then opens the indexes of store.pendingIndexes() with their specs. */
export async function openTransactionManager(options: OpenOptions): Promise<TransactionManager> {
  const manager = new TransactionManagerImpl({
    engine: options.engine,
    pool: new BufferPool(options.engine, options.pool ?? {}),
    clock: options.clock ?? systemClock,
    deadlockTimeoutMs: options.deadlockTimeoutMs ?? DEADLOCK_TIMEOUT_MS,
    checkpointBytes: options.checkpointBytes ?? CHECKPOINT_BYTES,
    partBytes: options.partBytes ?? PART_BYTES,
    undoBytes: options.undoBytes,
  });
  await new Recovery(manager, manager.store).run();
  return manager;
}

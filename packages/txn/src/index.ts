/** @pglitedb/txn: snapshots, row versions, locks, write-ahead log and recovery. Start at README.md. */
export * from './api.js';
export { openTransactionManager, type OpenOptions } from './open.js';
export { verifyIndex } from './index/verify.js';
export { describeLogRecord, type LogDescription } from './log/describe.js';
export { readRoot, type RootRecord } from './store/meta.js';
export { LOCK_NAMES } from './locks/modes.js';
export type { LockClock } from './locks/lock-manager.js';
export { rebaseRoot } from './store/meta.js';

/** Failures that stop the engine: bytes that fail their checksum, and writes the disk did not take. */
import { SqlError } from '@pglitedb/types';

/** Stored bytes are not what was written (SQLSTATE XX001). Never recovered from silently. */
export class StorageCorruption extends SqlError {
  constructor(message: string, readonly pageId: number = -1) {
    super('XX001', message);
    this.name = 'StorageCorruption';
  }
}

/** A write or fsync failed (SQLSTATE 58030). The engine refuses everything after it until it is reopened. */
export class StorageStopped extends SqlError {
  constructor(message: string) {
    super('58030', message, { severity: 'PANIC' });
    this.name = 'StorageStopped';
  }
}

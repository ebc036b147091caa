/** What tables and indexes need of the transaction manager. */
import type { BufferPoolApi } from '@pglitedb/storage';
import type { RedoBuffer } from '../log/redo-buffer.js';
import type { UndoEntry } from '../undo/record.js';
import type { TransactionImpl } from './transaction.js';

export interface Context {
  readonly pool: BufferPoolApi;
  /** Commit sequence number of the latest commit. */
  readonly csn: number;
  /** False where nobody will ever replay the log. */
  readonly logsRows: boolean;
  /** Before a change: the transaction is active and has an xid. */
  beginWrite(tx: TransactionImpl): void;
  /** Where to put the transaction's redo. */
  redo(tx: TransactionImpl): RedoBuffer;
  pushUndo(tx: TransactionImpl, entry: UndoEntry): void;
}

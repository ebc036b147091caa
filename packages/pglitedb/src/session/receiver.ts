/** Where a session's results go: the wire adapter encodes them, the embedded API turns them into JS values. */
import type { Batch, ResultColumn, UtilitySink } from '@pglitedb/executor';
import type { SqlError } from '@pglitedb/types';

export interface Receiver {
  columns(columns: readonly ResultColumn[]): void;
  /** A promise asks to wait before more is sent. */
  rows(batch: Batch): Promise<void> | undefined;
  complete(tag: string): void;
  empty(): void;
  readonly copyOut: UtilitySink['copyOut'];
  readonly copyIn: UtilitySink['copyIn'];
}

/** Asynchronous messages of a session. */
export interface SessionEvents {
  notice(notice: SqlError): void;
  parameterStatus(name: string, value: string): void;
  notification(pid: number, channel: string, payload: string): void;
  terminate(error: SqlError): void;
}

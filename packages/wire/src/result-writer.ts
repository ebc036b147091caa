/** The engine's results and asynchronous messages, written into the connection's output. */
import type { SqlError } from '@pglitedb/types';
import * as messages from './backend-messages.js';
import { type Connection, outputBytesFlush } from './connection.js';
import { CopyIn } from './copy-in.js';
import { writeError } from './error-fields.js';
import type { AsyncSink, ResultSink, WireField, WireFormat } from './session-port.js';

const { Backend } = messages;

export class ResultWriter implements ResultSink, AsyncSink {
  /** False during Execute, whose rows were described before. */
  describesRows = false;

  constructor(private readonly connection: Connection) {}

  rowDescription(fields: readonly WireField[]): void {
    if (this.describesRows) messages.writeTextRowDescription(this.connection.out, fields);
  }

  dataRow(bytes: Uint8Array, from: number, to: number): void {
    const { connection } = this;
    connection.out.message(Backend.DataRow, bytes, from, to);
    if (connection.out.length > outputBytesFlush) connection.flush();
  }

  commandComplete(tag: string): void {
    messages.writeCommandComplete(this.connection.out, tag);
  }

  emptyQuery(): void {
    messages.writeBare(this.connection.out, Backend.EmptyQueryResponse);
  }

  portalSuspended(): void {
    messages.writeBare(this.connection.out, Backend.PortalSuspended);
  }

  notice(notice: SqlError): void {
    writeError(this.connection.out, Backend.NoticeResponse, notice);
    this.connection.flushSoon();
  }

  parameterStatus(name: string, value: string): void {
    messages.writeParameterStatus(this.connection.out, name, value);
    if (!this.connection.busy) this.connection.flushSoon();
  }

  notification(pid: number, channel: string, payload: string): void {
    messages.writeNotification(this.connection.out, pid, channel, payload);
    if (!this.connection.busy) this.connection.flushSoon();
  }

  copyOutResponse(format: WireFormat, columnFormats: readonly WireFormat[]): void {
    messages.writeCopyResponse(this.connection.out, Backend.CopyOutResponse, format, columnFormats);
  }

  copyData(bytes: Uint8Array): void {
    const { connection } = this;
    connection.out.message(Backend.CopyData, bytes, 0, bytes.length);
    if (connection.out.length > outputBytesFlush) connection.flush();
  }

  copyDone(): void {
    messages.writeBare(this.connection.out, Backend.CopyDone);
  }

  copyInResponse(format: WireFormat, columnFormats: readonly WireFormat[]): AsyncIterable<Uint8Array> {
    const { connection } = this;
    messages.writeCopyResponse(connection.out, Backend.CopyInResponse, format, columnFormats);
    connection.flushSoon();
    return (connection.copyIn = new CopyIn(() => connection.pump()));
  }

  drained(): Promise<void> | undefined {
    const { connection } = this;
    const { socket } = connection;
    if (connection.out.length > outputBytesFlush) connection.flush();
    if (!socket.writableNeedDrain || socket.destroyed) return undefined;
    return new Promise((resolve) => {
      const done = (): void => {
        socket.removeListener('drain', done);
        socket.removeListener('close', done);
        resolve();
      };
      socket.once('drain', done);
      socket.once('close', done);
    });
  }

  terminate(error: SqlError): void {
    this.connection.fail(error);
  }
}

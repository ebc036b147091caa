/**
 * The port between the protocol and the engine. wire drives a SessionPort; the meta-package implements it. Texts are
 * JS strings; result values arrive already encoded in the asked format, so that wire never sees a Datum.
 */
import type { SqlError } from '@pglitedb/types';

/** Column of a RowDescription. */
export interface WireField {
  name: string; tableOid: number; attnum: number; typeOid: number; typeLen: number; typmod: number;
  /** Only where a simple query answers in binary (FETCH from a binary cursor). Otherwise the Bind decides, or text. */
  format?: WireFormat;
}

/** 0 text, 1 binary. */
export type WireFormat = 0 | 1;

/** Receives the results of one statement or Execute. Methods answer true to go on, or a promise to wait (back-pressure). */
export interface ResultSink {
  /** Once before the first row of each row-returning statement of a simple query. */
  rowDescription(fields: readonly WireField[]): void;
  /**
   * A row, complete as the body of a DataRow message (int16 column count, then int32 length and bytes each),
   * in bytes[from, to). The bytes are valid only during the call.
   */
  dataRow(bytes: Uint8Array, from: number, to: number): void;
  commandComplete(tag: string): void;
  emptyQuery(): void;
  portalSuspended(): void;
  notice(notice: SqlError): void;
  parameterStatus(name: string, value: string): void;
  notification(pid: number, channel: string, payload: string): void;
  /** COPY TO STDOUT. */
  copyOutResponse(format: WireFormat, columnFormats: readonly WireFormat[]): void;
  copyData(bytes: Uint8Array): void;
  copyDone(): void;
  /** COPY FROM STDIN: asks the client for data; chunks arrive through the iterable until CopyDone; CopyFail throws SqlError 57014. */
  copyInResponse(format: WireFormat, columnFormats: readonly WireFormat[]): AsyncIterable<Uint8Array>;
  /** Undefined when the client keeps up; otherwise a promise that resolves when it has drained. Asked between batches. */
  drained(): Promise<void> | undefined;
}

/** I idle, T in a transaction block, E in a failed one. */
export type TransactionStatus = 'I' | 'T' | 'E';

export interface StatementDescription {
  parameterOids: readonly number[];
  /** Undefined for a statement that returns no rows. */
  fields: readonly WireField[] | undefined;
}

/** One session of the engine. Every method raises SqlError. Calls never overlap, except cancel and close. */
export interface SessionPort {
  readonly pid: number;
  readonly secretKey: number;
  transactionStatus(): TransactionStatus;
  /** Simple query: any number of statements in an implicit transaction, as exec_simple_query. Raises at the first error. */
  simpleQuery(sql: string, sink: ResultSink): Promise<void> | void;
  parse(name: string, sql: string, parameterOids: readonly number[]): void | Promise<void>;
  /** values[i] undefined = NULL. formats/resultFormats as in Bind: none, one for all, or one each. */
  bind(portal: string, statement: string, formats: readonly number[], values: readonly (Uint8Array | undefined)[],
    resultFormats: readonly number[]): void | Promise<void>;
  describeStatement(name: string): StatementDescription | Promise<StatementDescription>;
  /** Fields that are the same array as before are not encoded anew. */
  describePortal(name: string): readonly WireField[] | undefined;
  /**
   * maxRows 0 = all. Ends with sink.commandComplete, emptyQuery or portalSuspended. synced: the next message is Sync,
   * so that this is the last statement of an implicit transaction.
   */
  execute(portal: string, maxRows: number, sink: ResultSink, synced: boolean): Promise<void> | void;
  closeStatement(name: string): void;
  closePortal(name: string): void;
  /** Sync: ends an implicit transaction (commit; rollback where `failed`). Resolves when commits are durable. */
  sync(failed: boolean): Promise<void> | void;
  /** Cancels what runs (57014). Safe at any time. */
  cancel(): void;
  close(): Promise<void> | void;
}

export interface Endpoints { clientAddress: string; clientPort: number; serverAddress: string; serverPort: number }

export interface StartupRequest {
  user: string; database: string; options: ReadonlyMap<string, string>; remoteAddress: string; ssl: boolean;
  /** Both ends of the connection, where it is one over TCP. */
  endpoints?: Endpoints | undefined;
}

/** How the user must prove who they are. The verifier is pg_authid's SCRAM-SHA-256$… text. */
export type AuthMethod =
  | { kind: 'trust' }
  | { kind: 'scram-sha-256'; verifier: string | undefined }
  | { kind: 'reject'; error: SqlError };

/** The engine as wire sees it. */
export interface EnginePort {
  authMethod(request: StartupRequest): AuthMethod | Promise<AuthMethod>;
  /** Opens a session (3D000, 28000, 53300 …); sink receives ParameterStatus values and asynchronous messages. */
  openSession(request: StartupRequest, sink: AsyncSink): Promise<SessionPort>;
  cancel(pid: number, secretKey: number): void;
}

/** What a session may send outside of any query. */
export interface AsyncSink {
  notice(notice: SqlError): void;
  parameterStatus(name: string, value: string): void;
  notification(pid: number, channel: string, payload: string): void;
  /** The server ends this session (57P01 and friends). */
  terminate(error: SqlError): void;
}

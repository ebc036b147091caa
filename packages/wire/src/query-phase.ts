/**
 * The life of a session: simple queries, the extended protocol, and what may come between. After an error in the
 * extended protocol every message up to the next Sync is skipped. Where the session answers at once no promise is made:
 * the continuations are prepared once per connection.
 */
import { SqlError } from '@pglitedb/types';
import * as messages from './backend-messages.js';
import { readBind, readParameterTypes, readTarget } from './bind-message.js';
import type { BodyReader } from './body-reader.js';
import type { Connection, Phase } from './connection.js';
import { asSqlError, writeError } from './error-fields.js';
import { Frontend, messageLimit } from './frontend-messages.js';
import type { ResultWriter } from './result-writer.js';
import type { SessionPort, StatementDescription } from './session-port.js';

const { Backend } = messages;
const textFormats: readonly number[] = [];

type Pending<T> = T | Promise<T>;

function isPromise<T>(value: Pending<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | undefined)?.then === 'function';
}

export class QueryPhase implements Phase {
  readonly typed = true;
  readonly limitOf = messageLimit;
  private skipping = false;
  /** Result formats of portals that asked for more than text. */
  private readonly portalFormats = new Map<string, readonly number[]>();

  constructor(private readonly connection: Connection, private readonly session: SessionPort,
    private readonly writer: ResultWriter, private readonly onInternalError: (error: unknown) => void) {}

  handle(code: number, body: BodyReader): Promise<void> | void {
    if (code === Frontend.Terminate) return this.connection.end();
    if (this.skipping && code !== Frontend.Sync) return;
    if (code === Frontend.Query || code === Frontend.Sync || code === Frontend.FunctionCall) {
      return this.handleCycle(code, body);
    }
    try {
      const pending = this.handleExtended(code, body);
      if (pending !== undefined) return pending.catch(this.extendedFailed);
    } catch (thrown) {
      this.extendedFailed(thrown);
    }
  }

  async dispose(): Promise<void> {
    if (this.connection.busy) this.session.cancel();
    await this.session.close();
  }

  /** Messages that end with ReadyForQuery whatever happens. */
  private handleCycle(code: number, body: BodyReader): Promise<void> | void {
    try {
      const pending = code === Frontend.Query ? this.query(body) : code === Frontend.Sync ? this.sync(body) : refuseCall();
      if (isPromise(pending)) return pending.then(this.ready, this.cycleFailed);
      this.ready();
    } catch (thrown) {
      this.cycleFailed(thrown);
    }
  }

  private query(body: BodyReader): Pending<void> {
    const sql = body.text();
    body.close();
    this.writer.describesRows = true;
    return this.session.simpleQuery(sql, this.writer);
  }

  private sync(body: BodyReader): Pending<void> {
    body.close();
    const failed = this.skipping;
    this.skipping = false;
    return this.session.sync(failed);
  }

  private handleExtended(code: number, body: BodyReader): Promise<void> | undefined {
    switch (code) {
      case Frontend.Parse:
        return this.parse(body);
      case Frontend.Bind:
        return this.bind(body);
      case Frontend.Describe:
        return this.describe(body);
      case Frontend.Execute:
        return this.execute(body);
      case Frontend.Close:
        return this.close(body);
      case Frontend.Flush:
        body.close();
        this.connection.flushDue = true;
        return undefined;
      default:
        // CopyData, CopyDone, CopyFail: the tail of a COPY that has failed.
        return undefined;
    }
  }

  private parse(body: BodyReader): Promise<void> | undefined {
    const name = body.text();
    const sql = body.text();
    const oids = readParameterTypes(body);
    body.close();
    const pending = this.session.parse(name, sql, oids);
    if (isPromise(pending)) return pending.then(this.parseDone);
    this.parseDone();
    return undefined;
  }

  private bind(body: BodyReader): Promise<void> | undefined {
    const bind = readBind(body);
    if (bind.resultFormats.length > 0) this.portalFormats.set(bind.portal, bind.resultFormats);
    else if (this.portalFormats.size > 0) this.portalFormats.delete(bind.portal);
    const pending = this.session.bind(bind.portal, bind.statement, bind.formats, bind.values, bind.resultFormats);
    if (isPromise(pending)) return pending.then(this.bindDone);
    this.bindDone();
    return undefined;
  }

  private describe(body: BodyReader): Promise<void> | undefined {
    const { statement, name } = readTarget(body, 'DESCRIBE');
    if (!statement) {
      this.writeFields(this.session.describePortal(name), this.portalFormats.get(name) ?? textFormats);
      return undefined;
    }
    const pending = this.session.describeStatement(name);
    if (isPromise(pending)) return pending.then(this.statementDescribed);
    this.statementDescribed(pending);
    return undefined;
  }

  private execute(body: BodyReader): Promise<void> | undefined {
    const portal = body.text();
    const rowsMax = body.int32();
    body.close();
    this.writer.describesRows = false;
    const pending = this.session.execute(portal, rowsMax > 0 ? rowsMax : 0, this.writer, this.connection.syncFollows);
    return isPromise(pending) ? pending : undefined;
  }

  private close(body: BodyReader): undefined {
    const { statement, name } = readTarget(body, 'CLOSE');
    if (statement) {
      this.session.closeStatement(name);
    } else {
      this.session.closePortal(name);
      this.portalFormats.delete(name);
    }
    messages.writeBare(this.connection.out, Backend.CloseComplete);
  }

  private writeFields(fields: StatementDescription['fields'], formats: readonly number[]): void {
    const { out } = this.connection;
    if (fields === undefined) messages.writeBare(out, Backend.NoData);
    else if (formats.length > 0) messages.writeRowDescription(out, fields, formats);
    else messages.writeTextRowDescription(out, fields);
  }

  private readonly parseDone = (): void => messages.writeBare(this.connection.out, Backend.ParseComplete);

  private readonly bindDone = (): void => messages.writeBare(this.connection.out, Backend.BindComplete);

  private readonly statementDescribed = (description: StatementDescription): void => {
    messages.writeParameterDescription(this.connection.out, description.parameterOids);
    this.writeFields(description.fields, textFormats);
  };

  private readonly ready = (): void => {
    const status = this.session.transactionStatus();
    if (status === 'I' && this.portalFormats.size > 0) this.portalFormats.clear();
    messages.writeReadyForQuery(this.connection.out, status);
    this.connection.flushDue = true;
  };

  private readonly cycleFailed = (thrown: unknown): void => {
    this.report(thrown);
    this.ready();
  };

  private readonly extendedFailed = (thrown: unknown): void => {
    this.report(thrown);
    this.skipping = true;
  };

  /** Sends the error; one of severity FATAL ends the connection. */
  private report(thrown: unknown): void {
    if (!(thrown instanceof SqlError)) this.onInternalError(thrown);
    const error = asSqlError(thrown);
    if (error.severity === 'FATAL' || error.severity === 'PANIC') throw error;
    writeError(this.connection.out, Backend.ErrorResponse, error);
  }
}

function refuseCall(): never {
  throw new SqlError('0A000', 'function calls through the protocol are not supported yet');
}

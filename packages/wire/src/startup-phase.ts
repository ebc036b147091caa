/**
 * From the first byte to the first ReadyForQuery: encryption requests, cancel requests, version negotiation,
 * authentication, and the opening of the session.
 */
import type { SecureContext } from 'node:tls';
import { SqlError } from '@pglitedb/types';
import * as messages from './backend-messages.js';
import type { BodyReader } from './body-reader.js';
import type { Connection, Phase } from './connection.js';
import { asSqlError } from './error-fields.js';
import { startupPacketBytesMax } from './frontend-messages.js';
import { QueryPhase } from './query-phase.js';
import { ResultWriter } from './result-writer.js';
import { SaslPhase } from './sasl-phase.js';
import type { EnginePort, StartupRequest } from './session-port.js';
import { parseStartupPacket, protocolNewest, type StartupPacket } from './startup-packet.js';

/** What start-up needs to know of the server. */
export interface StartupEnvironment {
  readonly engine: EnginePort;
  readonly tls: SecureContext | undefined;
  /** Counts the session in, or raises 53300. The answer counts it out. */
  admit(): () => void;
  onInternalError(error: unknown): void;
}

const accept = Buffer.from('S');
const refuse = Buffer.from('N');

export class StartupPhase implements Phase {
  readonly typed = false;
  readonly limitOf = (): number => startupPacketBytesMax;
  private leave: (() => void) | undefined;
  private connection!: Connection;

  constructor(private readonly environment: StartupEnvironment, private readonly onReady: () => void) {}

  begin(connection: Connection): void {
    this.connection = connection;
  }

  handle(_code: number, body: BodyReader): Promise<void> | void {
    const packet = parseStartupPacket(body);
    switch (packet.kind) {
      case 'tls':
        return this.answerTls();
      case 'gss':
        return this.connection.out.raw(refuse, 0, 1);
      case 'cancel':
        this.environment.engine.cancel(packet.pid, packet.secretKey);
        return this.connection.end();
      case 'startup':
        return this.start(packet);
    }
  }

  dispose(): void {
    this.leave?.();
  }

  private answerTls(): void {
    const { connection, environment } = this;
    const offered = environment.tls !== undefined && !connection.encrypted;
    connection.out.raw(offered ? accept : refuse, 0, 1);
    if (offered) connection.startTls(environment.tls!);
  }

  private async start(packet: StartupPacket & { kind: 'startup' }): Promise<void> {
    const { connection, environment } = this;
    if (packet.version > protocolNewest || packet.unknownOptions.length > 0) {
      const version = Math.min(packet.version, protocolNewest);
      messages.writeNegotiateVersion(connection.out, version, packet.unknownOptions);
    }
    this.leave = environment.admit();
    const request: StartupRequest = {
      user: packet.user, database: packet.database, options: packet.options,
      remoteAddress: connection.remoteAddress, endpoints: connection.endpoints, ssl: connection.encrypted,
    };
    const method = await this.asking(async () => environment.engine.authMethod(request));
    if (method.kind === 'reject') throw fatal(method.error);
    if (method.kind === 'trust') return this.open(request);
    const sasl = new SaslPhase(connection, request.user, method.verifier, () => this.open(request), () => this.dispose());
    connection.enter(sasl);
    sasl.begin();
  }

  /** Asks the engine; whatever it raises ends the connection. */
  private async asking<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (thrown) {
      if (!(thrown instanceof SqlError)) this.environment.onInternalError(thrown);
      throw fatal(thrown);
    }
  }

  /** Opens the session once the client is known. */
  private async open(request: StartupRequest): Promise<void> {
    const { connection, environment } = this;
    const { out } = connection;
    const writer = new ResultWriter(connection);
    messages.writeAuthentication(out, messages.Authentication.Ok);
    const session = await this.asking(() => environment.engine.openSession(request, writer));
    if (connection.gone) return session.close();
    const phase = new QueryPhase(connection, session, writer, (error) => environment.onInternalError(error));
    const { leave } = this;
    connection.enter({
      typed: true,
      limitOf: phase.limitOf,
      handle: (code, body) => phase.handle(code, body),
      dispose: () => phase.dispose().finally(leave),
    });
    this.onReady();
    messages.writeBackendKeyData(out, session.pid, session.secretKey);
    messages.writeReadyForQuery(out, session.transactionStatus());
  }
}

/** Any error before the session runs is FATAL. */
function fatal(thrown: unknown): SqlError {
  const error = asSqlError(thrown);
  error.severity = 'FATAL';
  return error;
}

/** The listening side: accepts sockets, bounds the number of sessions, and ends them all when it closes. */
import { createServer as createNetServer, type AddressInfo, type Server as NetServer, type Socket } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import { SqlError } from '@pglitedb/types';
import { Connection } from './connection.js';
import { BufferPool } from './output-buffer.js';
import type { EnginePort } from './session-port.js';
import { StartupPhase, type StartupEnvironment } from './startup-phase.js';

export interface ServerOptions {
  /** Sessions at a time; one more is refused with 53300. Default 100. */
  maxConnections?: number;
  /** PEM texts. Without them an SSLRequest is answered 'N'. */
  tls?: { cert: string | Buffer; key: string | Buffer };
  /** A client that is not authenticated by then is dropped. Default 60 000. */
  authenticationTimeoutMs?: number;
  /** Told of every error that is no SqlError; the client sees XX000. */
  onInternalError?: (error: unknown) => void;
}

/** A TCP port (0 picks a free one; default host 127.0.0.1), or the path of a Unix-domain socket. */
export type ListenOptions = { port: number; host?: string; backlog?: number } | { path: string };

export type ServerAddress = { host: string; port: number } | { path: string };

export interface Server {
  /** Resolves when connections are accepted; rejects with the system's error (EADDRINUSE …). */
  listen(options: ListenOptions): Promise<ServerAddress>;
  /** Undefined while not listening. */
  address(): ServerAddress | undefined;
  /** Sessions that are open now. */
  connectionCount(): number;
  /** Stops accepting, ends every session with 57P01 and resolves when all are closed. */
  close(): Promise<void>;
}

const tlsHandshakeByte = 0x16;
const defaults = { maxConnections: 100, authenticationTimeoutMs: 60_000, backlog: 1024 };

class WireServer implements Server, StartupEnvironment {
  readonly tls: SecureContext | undefined;
  private readonly connections = new Set<Connection>();
  private readonly pool = new BufferPool();
  private readonly net: NetServer;
  private sessions = 0;

  constructor(readonly engine: EnginePort, private readonly options: ServerOptions) {
    this.tls = options.tls === undefined ? undefined : createSecureContext({ minVersion: 'TLSv1.2', ...options.tls });
    this.net = createNetServer({ noDelay: true, keepAlive: true }, (socket) => this.accept(socket));
  }

  listen(options: ListenOptions): Promise<ServerAddress> {
    return new Promise((resolve, reject) => {
      this.net.once('error', reject);
      this.net.listen('path' in options ? options : { host: '127.0.0.1', backlog: defaults.backlog, ...options }, () => {
        this.net.removeListener('error', reject);
        resolve(this.address()!);
      });
    });
  }

  address(): ServerAddress | undefined {
    const address = this.net.address() as AddressInfo | string | null;
    if (address === null) return undefined;
    return typeof address === 'string' ? { path: address } : { host: address.address, port: address.port };
  }

  connectionCount(): number {
    return this.sessions;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.net.close(() => resolve()));
    const open = [...this.connections];
    for (const connection of open) {
      connection.fail(new SqlError('57P01', 'terminating connection due to administrator command', { severity: 'FATAL' }));
    }
    await Promise.all(open.map((connection) => connection.dispose()));
    for (const connection of open) connection.socket.destroy();
    await closed;
  }

  admit(): () => void {
    if (this.sessions >= (this.options.maxConnections ?? defaults.maxConnections)) {
      throw new SqlError('53300', 'sorry, too many clients already', { severity: 'FATAL' });
    }
    this.sessions++;
    let counted = true;
    return () => {
      if (counted) this.sessions--;
      counted = false;
    };
  }

  onInternalError(error: unknown): void {
    this.options.onInternalError?.(error);
  }

  private accept(socket: Socket): void {
    const timeoutMs = this.options.authenticationTimeoutMs ?? defaults.authenticationTimeoutMs;
    const timer = setTimeout(() => connection.socket.destroy(), timeoutMs);
    timer.unref();
    const phase = new StartupPhase(this, () => clearTimeout(timer));
    const connection = new Connection(socket, this.pool, phase, (gone) => {
      clearTimeout(timer);
      this.connections.delete(gone);
    });
    phase.begin(connection);
    this.connections.add(connection);
    if (this.tls !== undefined) this.watchForTls(connection, this.tls);
  }

  /** A client may begin with the TLS handshake itself; its first byte cannot begin a start-up packet. */
  private watchForTls(connection: Connection, context: SecureContext): void {
    connection.sniff = (chunk) => {
      connection.sniff = undefined;
      if (chunk[0] !== tlsHandshakeByte) return false;
      connection.startDirectTls(context, chunk);
      return true;
    };
  }
}

/** A server that speaks PostgreSQL's protocol for `engine`. It does not listen until told to. */
export function createServer(engine: EnginePort, options: ServerOptions = {}): Server {
  return new WireServer(engine, options);
}

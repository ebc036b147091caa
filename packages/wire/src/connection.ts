/**
 * One client's socket: input goes through the reader to the current phase (start-up, authentication, queries), output
 * collects in one buffer. Messages are handled one after another; a handler that returns a promise holds the next one
 * back. Output leaves when the input is drained, when the buffer is large, or when a handler waits and a message that
 * the client waits for (ReadyForQuery, a notice, an answer to Flush) is in it.
 */
import type { Socket } from 'node:net';
import { TLSSocket, type SecureContext } from 'node:tls';
import { SqlError } from '@pglitedb/types';
import { Backend } from './backend-messages.js';
import { BodyReader } from './body-reader.js';
import type { CopyIn } from './copy-in.js';
import { asSqlError, writeError } from './error-fields.js';
import { Frontend } from './frontend-messages.js';
import { MessageReader, type LimitOf } from './message-reader.js';
import type { Endpoints } from './session-port.js';
import { OutputBuffer, type BufferPool } from './output-buffer.js';

/** Output beyond this is sent even while more input waits. */
export const outputBytesFlush = 64 * 1024;
const inputBytesMax = 256 * 1024;
const lingerMs = 5000;

/** What a connection does with its messages at one stage of its life. */
export interface Phase {
  /** False while start-up packets, which have no code, are expected. */
  readonly typed: boolean;
  readonly limitOf: LimitOf;
  /** A thrown or rejected error ends the connection. */
  handle(code: number, body: BodyReader): Promise<void> | void;
  /** The connection has gone, or is going. Called once. */
  dispose(): Promise<void> | void;
}

export class Connection {
  readonly out: OutputBuffer;
  /** True while a handler's promise is pending. */
  busy = false;
  /** Something the client waits for is in the output. */
  flushDue = false;
  copyIn: CopyIn | undefined;
  /** Sees the first chunk; true when it has taken it. */
  sniff: ((chunk: Buffer) => boolean) | undefined;
  private readonly reader = new MessageReader();
  private readonly body = new BodyReader();
  private pumping = false;
  private ended = false;
  private inputEnded = false;
  private disposal: Promise<void> | undefined;

  constructor(public socket: Socket, pool: BufferPool, private phase: Phase | undefined,
    private readonly onClosed: (connection: Connection) => void) {
    this.out = new OutputBuffer(pool);
    socket.setNoDelay(true);
    this.attach(socket);
  }

  get remoteAddress(): string {
    return this.socket.remoteAddress ?? '';
  }

  /** The addresses and ports of both ends; undefined for sockets that are not TCP. */
  get endpoints(): Endpoints | undefined {
    const { remoteAddress, remotePort, localAddress, localPort } = this.socket;
    if (remoteAddress === undefined || remotePort === undefined || localAddress === undefined || localPort === undefined) return undefined;
    return { clientAddress: remoteAddress, clientPort: remotePort, serverAddress: localAddress, serverPort: localPort };
  }

  /** True once nothing more will be sent. */
  get gone(): boolean {
    return this.ended;
  }

  get encrypted(): boolean {
    return this.socket instanceof TLSSocket;
  }

  /** The next message, already here, is Sync. */
  get syncFollows(): boolean {
    return this.reader.peek() === Frontend.Sync;
  }

  enter(phase: Phase): void {
    this.phase = phase;
  }

  /** The rest of the connection is encrypted. Raises where plain bytes already follow. */
  startTls(context: SecureContext): void {
    if (this.reader.pending > 0) {
      throw new SqlError('08P01', 'received unencrypted data after SSL request', { severity: 'FATAL',
        detail: 'This could be either a client-software bug or evidence of an attempted man-in-the-middle attack.' });
    }
    this.flush();
    this.wrapTls(context);
  }

  /** A client that begins with a TLS handshake instead of asking for one. */
  startDirectTls(context: SecureContext, received: Buffer): void {
    // A flowing stream would emit the chunk again instead of keeping it for the TLS layer.
    this.socket.removeListener('data', this.onData);
    this.socket.pause();
    this.socket.unshift(received);
    this.wrapTls(context);
  }

  flush(): void {
    this.flushDue = false;
    this.out.flush(this.socket);
  }

  /** For messages that come while nobody asked: out at once, unless a handler is running and will see to it. */
  flushSoon(): void {
    if (this.pumping) this.flushDue = true;
    else this.flush();
  }

  /** Handles every complete message that has arrived. */
  pump(): void {
    if (this.pumping) return;
    this.pumping = true;
    try {
      this.handleMessages();
    } catch (thrown) {
      this.fail(thrown);
    } finally {
      this.pumping = false;
    }
    if (!this.busy || this.flushDue) this.flush();
    this.regulateInput();
    if (this.inputEnded && !this.busy) this.finish();
  }

  /** Sends the error and ends the connection. */
  fail(thrown: unknown): void {
    if (this.ended) return;
    writeError(this.out, Backend.ErrorResponse, asSqlError(thrown));
    this.end();
  }

  /** Ends the connection after what has been written. The rest of the input is read and thrown away. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.copyIn?.fail(connectionLost());
    this.flush();
    this.socket.end();
    this.socket.resume();
    setTimeout(() => this.socket.destroy(), lingerMs).unref();
    void this.dispose();
  }

  /** Resolves when the session behind this connection is closed. */
  dispose(): Promise<void> {
    this.disposal ??= Promise.resolve()
      .then(() => this.phase?.dispose())
      .catch(() => undefined);
    return this.disposal;
  }

  private handleMessages(): void {
    const { reader } = this;
    while (!this.ended && this.phase !== undefined) {
      const { phase } = this;
      if (this.busy && !(this.copyIn?.wants ?? false)) return;
      if (!reader.next(phase.typed, phase.limitOf)) return;
      if (this.busy) {
        this.handleCopyMessage(this.copyIn!);
        continue;
      }
      const waiting = phase.handle(reader.code, this.body.open(reader.bytes, reader.from, reader.to));
      if (waiting !== undefined) {
        this.busy = true;
        waiting.then(this.resume, this.abort);
      }
      if (this.out.length > outputBytesFlush) this.flush();
    }
  }

  private readonly resume = (): void => {
    this.busy = false;
    this.copyIn = undefined;
    this.pump();
  };

  private readonly abort = (thrown: unknown): void => {
    this.busy = false;
    this.fail(thrown);
    this.pump();
  };

  /** While the engine reads COPY data. Flush and Sync are ignored for the sake of client libraries that send them. */
  private handleCopyMessage(copy: CopyIn): void {
    const { code, bytes, from, to } = this.reader;
    switch (code) {
      case Frontend.CopyData:
        return copy.push(bytes.subarray(from, to));
      case Frontend.CopyDone:
        return copy.end();
      case Frontend.CopyFail: {
        const reason = this.body.open(bytes, from, to).text();
        return copy.fail(new SqlError('57014', `COPY from stdin failed: ${reason}`));
      }
      case Frontend.Flush:
      case Frontend.Sync:
        return;
      case Frontend.Terminate:
        return this.end();
      default: {
        const shown = code.toString(16).toUpperCase().padStart(2, '0');
        return copy.fail(new SqlError('08P01', `unexpected message type 0x${shown} during COPY from stdin`));
      }
    }
  }

  private regulateInput(): void {
    const { reader, socket } = this;
    if (this.ended) return;
    const blocked = this.busy && !(this.copyIn?.wants ?? false);
    if (blocked && reader.pending > inputBytesMax) socket.pause();
    else if (socket.isPaused()) socket.resume();
    if (!this.busy) reader.release();
  }

  private attach(socket: Socket): void {
    socket.on('data', this.onData);
    socket.on('error', this.onError);
    socket.on('close', this.onClose);
  }

  private wrapTls(context: SecureContext): void {
    const raw = this.socket;
    raw.removeListener('data', this.onData);
    raw.removeListener('close', this.onClose);
    const secure = new TLSSocket(raw, { isServer: true, secureContext: context, ALPNProtocols: ['postgresql'] });
    this.socket = secure;
    this.attach(secure);
  }

  private readonly onData = (chunk: Buffer): void => {
    if (this.ended || this.sniff?.(chunk) === true) return;
    this.reader.push(chunk);
    this.pump();
  };

  private readonly onError = (): void => {
    this.socket.destroy();
  };

  /** What the client sent before it left is still carried out, as PostgreSQL does. */
  private readonly onClose = (): void => {
    this.inputEnded = true;
    this.copyIn?.fail(connectionLost());
    this.pump();
  };

  private finish(): void {
    this.ended = true;
    this.out.discard();
    this.reader.clear();
    void this.dispose().then(() => this.onClosed(this));
  }
}

function connectionLost(): SqlError {
  return new SqlError('08006', 'unexpected EOF on client connection with an open transaction');
}

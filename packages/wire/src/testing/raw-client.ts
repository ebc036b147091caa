/** For tests: builds messages byte by byte and cuts the server's answers. */
import { connect, type Socket } from 'node:net';

export interface Answer { code: string; body: Buffer }

export const int16 = (value: number): Buffer => Buffer.from([(value >> 8) & 255, value & 255]);
export const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value | 0);
  return bytes;
};
export const cstring = (text: string): Buffer => Buffer.from(`${text}\0`);

export function message(code: string, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(code), int32(body.length + 4), body]);
}

export function packet(...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([int32(body.length + 4), body]);
}

export function startup(settings: Record<string, string>, version = 0x30000): Buffer {
  return packet(int32(version), ...Object.entries(settings).flat().map(cstring), Buffer.from([0]));
}

export const query = (sql: string): Buffer => message('Q', cstring(sql));
export const sync = message('S');
export const parse = (sql: string): Buffer => message('P', cstring(''), cstring(sql), int16(0));
export const bind = (...values: string[]): Buffer =>
  message('B', cstring(''), cstring(''), int16(0), int16(values.length),
    ...values.flatMap((value) => [int32(Buffer.byteLength(value)), Buffer.from(value)]), int16(0));
export const describe = (kind: string): Buffer => message('D', Buffer.from(kind), cstring(''));
export const execute = (rows = 0): Buffer => message('E', cstring(''), int32(rows));

/** Fields of an ErrorResponse by letter. */
export function errorFields(body: Buffer): Record<string, string> {
  const parts = body.toString().split('\0').filter((part) => part !== '');
  return Object.fromEntries(parts.map((part) => [part[0]!, part.slice(1)]));
}

export class RawClient {
  readonly answers: Answer[] = [];
  closed = false;
  private received = Buffer.alloc(0);
  private waiters: (() => void)[] = [];

  private constructor(readonly socket: Socket) {
    socket.on('data', (chunk) => this.receive(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.closed = true;
      this.wake();
    });
  }

  static async open(port: number): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await new Promise((resolve) => socket.once('connect', resolve));
    return new RawClient(socket);
  }

  static async ready(port: number): Promise<RawClient> {
    const client = await RawClient.open(port);
    client.send(startup({ user: 'u', database: 'd' }));
    await client.until('Z');
    return client;
  }

  send(...parts: Buffer[]): void {
    this.socket.write(Buffer.concat(parts));
  }

  /** Answers up to and with the next one of this code; up to the end of the connection where it ends first. */
  async until(code: string): Promise<Answer[]> {
    for (;;) {
      const at = this.answers.findIndex((answer) => answer.code === code);
      if (at >= 0) return this.answers.splice(0, at + 1);
      if (this.closed) return this.answers.splice(0);
      await new Promise<void>((resolve) => this.waiters.push(resolve));
    }
  }

  async end(): Promise<Answer[]> {
    while (!this.closed) await new Promise<void>((resolve) => this.waiters.push(resolve));
    return this.answers.splice(0);
  }

  private receive(chunk: Buffer): void {
    this.received = Buffer.concat([this.received, chunk]);
    while (this.received.length >= 5) {
      const length = this.received.readInt32BE(1) + 1;
      if (this.received.length < length) break;
      this.answers.push({ code: String.fromCharCode(this.received[0]!), body: this.received.subarray(5, length) });
      this.received = this.received.subarray(length);
    }
    this.wake();
  }

  private wake(): void {
    for (const waiter of this.waiters.splice(0)) waiter();
  }
}

export const codes = (answers: readonly Answer[]): string => answers.map((answer) => answer.code).join('');

/**
 * The messages that wait to be sent, back to back in one buffer. The buffer is borrowed from a pool when the first
 * message is written and given back when the kernel has taken it at once, so an idle connection owns none. Where the
 * kernel did not take it, the socket keeps it and the collector gets it.
 */
import type { Writable } from 'node:stream';

const empty = Buffer.alloc(0);
const bufferBytesMin = 8 * 1024;
const pooledBytesMax = 256 * 1024;
const pooledBuffersMax = 32;
/** Up to here a loop is faster than making a view for `set`. */
const loopBytesMax = 96;

export class BufferPool {
  private readonly free: Buffer[] = [];

  take(bytesMin: number): Buffer {
    const last = this.free.pop();
    if (last !== undefined && last.length >= bytesMin) return last;
    if (last !== undefined) this.free.push(last);
    return Buffer.allocUnsafeSlow(Math.max(bufferBytesMin, bytesMin));
  }

  give(buffer: Buffer): void {
    if (buffer.length <= pooledBytesMax && this.free.length < pooledBuffersMax) this.free.push(buffer);
  }
}

export class OutputBuffer {
  length = 0;
  private bytes: Buffer = empty;
  private lengthAt = 0;

  constructor(private readonly pool: BufferPool) {}

  begin(code: number): void {
    this.ensure(5);
    this.bytes[this.length] = code;
    this.lengthAt = this.length + 1;
    this.length += 5;
  }

  /** Completes the message that `begin` opened. */
  end(): void {
    this.setInt32(this.lengthAt, this.length - this.lengthAt);
  }

  byte(value: number): void {
    this.ensure(1);
    this.bytes[this.length++] = value;
  }

  int16(value: number): void {
    this.ensure(2);
    this.bytes[this.length++] = value >> 8;
    this.bytes[this.length++] = value;
  }

  int32(value: number): void {
    this.ensure(4);
    this.setInt32(this.length, value);
    this.length += 4;
  }

  /** Text with its terminating zero. */
  text(value: string): void {
    this.ensure(value.length * 3 + 1);
    this.length += this.bytes.write(value, this.length, 'utf8');
    this.bytes[this.length++] = 0;
  }

  /** ASCII text with its terminating zero; for tags and keywords. */
  ascii(value: string): void {
    const count = value.length;
    this.ensure(count + 1);
    const { bytes } = this;
    let at = this.length;
    for (let i = 0; i < count; i++) bytes[at++] = value.charCodeAt(i);
    bytes[at++] = 0;
    this.length = at;
  }

  raw(source: Uint8Array, from: number, to: number): void {
    const count = to - from;
    this.ensure(count);
    const { bytes } = this;
    if (count <= loopBytesMax) {
      let at = this.length;
      for (let i = from; i < to; i++) bytes[at++] = source[i]!;
    } else {
      bytes.set(from === 0 && to === source.length ? source : source.subarray(from, to), this.length);
    }
    this.length += count;
  }

  /** A whole message whose body stands ready. */
  message(code: number, body: Uint8Array, from: number, to: number): void {
    const count = to - from;
    this.ensure(count + 5);
    this.bytes[this.length] = code;
    this.setInt32(this.length + 1, count + 4);
    this.length += 5;
    this.raw(body, from, to);
  }

  /** A copy of what was written from a position on. */
  copy(from: number): Uint8Array {
    return Uint8Array.from(this.bytes.subarray(from, this.length));
  }

  /** Hands everything to the socket in one write. */
  flush(socket: Writable): void {
    if (this.length === 0) return;
    const { bytes, length } = this;
    this.bytes = empty;
    this.length = 0;
    if (!socket.writable) return this.pool.give(bytes);
    socket.write(bytes.subarray(0, length));
    if (socket.writableLength === 0) this.pool.give(bytes);
  }

  discard(): void {
    if (this.bytes !== empty) this.pool.give(this.bytes);
    this.bytes = empty;
    this.length = 0;
  }

  private setInt32(at: number, value: number): void {
    const { bytes } = this;
    bytes[at] = value >> 24;
    bytes[at + 1] = value >> 16;
    bytes[at + 2] = value >> 8;
    bytes[at + 3] = value;
  }

  private ensure(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const grown = this.pool.take(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(grown, 0, 0, this.length);
    if (this.bytes !== empty) this.pool.give(this.bytes);
    this.bytes = grown;
  }
}

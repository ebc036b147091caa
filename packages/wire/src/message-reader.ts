/**
 * Cuts the socket's chunks into messages. A message that lies inside one chunk is handed out in place; only one that
 * is split between chunks is assembled in a buffer of its own, which grows with what has arrived and not with what
 * the header claims. Buffers are never reused, so a slice of a message stays valid.
 */
import { protocolViolation } from './frontend-messages.js';

const empty = Buffer.alloc(0);
const partialBytesMin = 256;

/** Length limit for a message code; raises for a code that is not allowed. */
export type LimitOf = (code: number) => number;

export class MessageReader {
  /** Code of the current message (0 for a start-up packet) and its body in bytes[from, to). */
  code = 0;
  bytes: Buffer = empty;
  from = 0;
  to = 0;
  /** Bytes received and not yet handed out. */
  pending = 0;

  private chunk: Buffer = empty;
  private position = 0;
  private later: Buffer[] = [];
  private partial: Buffer | undefined;
  private partialLength = 0;
  /** Of the split message: its whole length once the header is complete, else 0. */
  private partialTotal = 0;

  push(chunk: Buffer): void {
    this.pending += chunk.length;
    if (this.position === this.chunk.length) {
      this.chunk = chunk;
      this.position = 0;
    } else {
      this.later.push(chunk);
    }
  }

  /** Moves to the next complete message. `typed` is false while start-up packets, which have no code, are expected. */
  next(typed: boolean, limitOf: LimitOf): boolean {
    const headerLength = typed ? 5 : 4;
    for (;;) {
      if (this.partial !== undefined) {
        if (this.fillPartial(headerLength, typed, limitOf)) return true;
      } else if (this.takeWhole(headerLength, typed, limitOf)) {
        return true;
      } else if (this.position < this.chunk.length) {
        this.startPartial();
        continue;
      }
      if (!this.nextChunk()) return false;
    }
  }

  /** The first byte that waits, or -1. */
  peek(): number {
    return this.partial === undefined && this.position < this.chunk.length ? this.chunk[this.position]! : -1;
  }

  /** Everything that waits, for a TLS layer to take over. */
  takeRest(): Buffer {
    const rest = Buffer.concat([this.chunk.subarray(this.position), ...this.later]);
    this.clear();
    return rest;
  }

  clear(): void {
    this.chunk = this.bytes = empty;
    this.position = this.pending = this.from = this.to = 0;
    this.later = [];
    this.partial = undefined;
  }

  /** Lets go of the last chunk, so that an idle connection holds no memory. */
  release(): void {
    if (this.pending === 0) this.clear();
  }

  private nextChunk(): boolean {
    const chunk = this.later.shift();
    this.chunk = chunk ?? empty;
    this.position = 0;
    return chunk !== undefined;
  }

  private takeWhole(headerLength: number, typed: boolean, limitOf: LimitOf): boolean {
    const { chunk, position } = this;
    const available = chunk.length - position;
    if (available < headerLength) return false;
    const total = messageLength(chunk, position, typed, limitOf);
    if (available < total) return false;
    this.position = position + total;
    this.emit(chunk, position, headerLength, total, typed);
    return true;
  }

  private emit(bytes: Buffer, start: number, headerLength: number, total: number, typed: boolean): void {
    this.code = typed ? bytes[start]! : 0;
    this.bytes = bytes;
    this.from = start + headerLength;
    this.to = start + total;
    this.pending -= total;
  }

  private startPartial(): void {
    const rest = this.chunk.length - this.position;
    this.partial = Buffer.allocUnsafe(Math.max(partialBytesMin, rest));
    this.partialLength = this.chunk.copy(this.partial, 0, this.position);
    this.partialTotal = 0;
    this.position = this.chunk.length;
  }

  /** Takes from the chunk what the split message still lacks. */
  private fillPartial(headerLength: number, typed: boolean, limitOf: LimitOf): boolean {
    if (this.partialTotal === 0) {
      if (this.partialLength < headerLength) this.copyToPartial(headerLength - this.partialLength);
      if (this.partialLength < headerLength) return false;
      this.partialTotal = messageLength(this.partial!, 0, typed, limitOf);
    }
    this.copyToPartial(this.partialTotal - this.partialLength);
    if (this.partialLength < this.partialTotal) return false;
    const whole = this.partial!;
    this.partial = undefined;
    this.emit(whole, 0, headerLength, this.partialTotal, typed);
    return true;
  }

  private copyToPartial(wanted: number): void {
    const count = Math.min(wanted, this.chunk.length - this.position);
    const needed = this.partialLength + count;
    let target = this.partial!;
    if (needed > target.length) {
      const size = Math.max(needed, Math.min(this.partialTotal, target.length * 2));
      const grown = Buffer.allocUnsafe(size);
      target.copy(grown, 0, 0, this.partialLength);
      this.partial = target = grown;
    }
    this.chunk.copy(target, this.partialLength, this.position, this.position + count);
    this.partialLength = needed;
    this.position += count;
  }
}

/** Length of the message at `position` with its code; the length field counts itself but not the code. */
function messageLength(bytes: Buffer, position: number, typed: boolean, limitOf: LimitOf): number {
  const limit = limitOf(typed ? bytes[position]! : 0);
  const length = bytes.readInt32BE(typed ? position + 1 : position);
  if (length < 4 || length > limit) {
    throw protocolViolation(typed ? 'invalid message length' : 'invalid length of startup packet');
  }
  return typed ? length + 1 : length;
}

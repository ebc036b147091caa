/** Reads the fields of one message body. Raises FATAL 08P01 where the body is shorter or longer than its fields. */
import { protocolViolation } from './frontend-messages.js';
import { decodeText } from './text.js';

export class BodyReader {
  private bytes: Buffer = Buffer.alloc(0);
  private position = 0;
  private end = 0;

  open(bytes: Buffer, from: number, to: number): this {
    this.bytes = bytes;
    this.position = from;
    this.end = to;
    return this;
  }

  get remaining(): number {
    return this.end - this.position;
  }

  byte(): number {
    this.need(1);
    return this.bytes[this.position++]!;
  }

  /** A count: int16 without sign, as PostgreSQL reads it. */
  count(): number {
    this.need(2);
    const value = this.bytes.readUInt16BE(this.position);
    this.position += 2;
    return value;
  }

  int16(): number {
    this.need(2);
    const value = this.bytes.readInt16BE(this.position);
    this.position += 2;
    return value;
  }

  int32(): number {
    this.need(4);
    const value = this.bytes.readInt32BE(this.position);
    this.position += 4;
    return value;
  }

  oid(): number {
    return this.int32() >>> 0;
  }

  text(): string {
    const { bytes, position } = this;
    if (position < this.end && bytes[position] === 0) {
      this.position++;
      return '';
    }
    const zero = bytes.indexOf(0, position);
    if (zero < 0 || zero >= this.end) throw protocolViolation('invalid string in message');
    this.position = zero + 1;
    return decodeText(bytes, position, zero);
  }

  /** A view of the next `length` bytes. */
  slice(length: number): Buffer {
    this.need(length);
    const from = this.position;
    this.position += length;
    return this.bytes.subarray(from, this.position);
  }

  /** Asserts that the body has been read to its end, and lets go of it. */
  close(): void {
    if (this.position !== this.end) throw protocolViolation('invalid message format');
  }

  private need(length: number): void {
    if (length < 0 || length > this.end - this.position) throw protocolViolation('insufficient data left in message');
  }
}

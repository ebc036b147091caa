/** A growing byte buffer for log records, and its reader. Integers are LEB128; signed ones zigzag. */
const FIRST_BYTES = 512;
const KEEP_BYTES = 64 * 1024;
const KEEP_COUNT = 64;

export class RedoBuffer {
  bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  length = 0;
  private static readonly spare: RedoBuffer[] = [];
  private readonly scratch = new DataView(new ArrayBuffer(8));

  static take(): RedoBuffer {
    return RedoBuffer.spare.pop() ?? new RedoBuffer();
  }

  static give(buffer: RedoBuffer): void {
    if (buffer.bytes.length > KEEP_BYTES || RedoBuffer.spare.length >= KEEP_COUNT) return;
    buffer.length = 0;
    RedoBuffer.spare.push(buffer);
  }

  private room(more: number): void {
    const needed = this.length + more;
    if (needed <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  u8(value: number): void {
    if (this.length + 1 > this.bytes.length) this.room(1);
    this.bytes[this.length++] = value;
  }

  varint(value: number): void {
    this.room(8);
    let n = value;
    while (n >= 0x80) {
      this.bytes[this.length++] = (n % 0x80) | 0x80;
      n = n < 0x80000000 ? n >>> 7 : Math.floor(n / 0x80);
    }
    this.bytes[this.length++] = n;
  }

  float64(value: number): void {
    this.room(8);
    this.scratch.setFloat64(0, value, true);
    for (let i = 0; i < 8; i++) this.bytes[this.length++] = this.scratch.getUint8(i);
  }

  int64(value: bigint): void {
    this.room(8);
    this.scratch.setBigInt64(0, value, true);
    for (let i = 0; i < 8; i++) this.bytes[this.length++] = this.scratch.getUint8(i);
  }

  text(value: string): void {
    const most = value.length * 3;
    if (most < 128) {
      this.room(most + 1);
      const n = this.bytes.utf8Write(value, this.length + 1, most);
      this.bytes[this.length] = n;
      this.length += n + 1;
      return;
    }
    const n = Buffer.byteLength(value);
    this.varint(n);
    this.room(n);
    this.bytes.utf8Write(value, this.length, n);
    this.length += n;
  }

  blob(value: Uint8Array): void {
    this.varint(value.length);
    this.raw(value);
  }

  /** Room for so many bytes, written by the caller into `bytes` from the answered offset on. */
  reserve(n: number): number {
    this.room(n);
    this.length += n;
    return this.length - n;
  }

  raw(value: Uint8Array): void {
    this.room(value.length);
    this.bytes.set(value, this.length);
    this.length += value.length;
  }

  view(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }
}

export class RedoReader {
  private readonly data: DataView;
  private readonly buffer: Buffer;
  constructor(readonly bytes: Uint8Array, public at = 0) {
    this.data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.buffer = Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  u8(): number {
    return this.bytes[this.at++]!;
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.bytes[this.at++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
  }

  float64(): number {
    this.at += 8;
    return this.data.getFloat64(this.at - 8, true);
  }

  int64(): bigint {
    this.at += 8;
    return this.data.getBigInt64(this.at - 8, true);
  }

  text(): string { return this.textOf(this.varint()); }

  /** n bytes of text. */
  textOf(n: number): string {
    this.at += n;
    return this.buffer.utf8Slice(this.at - n, this.at);
  }

  /** A view, not a copy. */
  blob(): Uint8Array {
    const n = this.varint();
    this.at += n;
    return this.bytes.subarray(this.at - n, this.at);
  }
}

declare global {
  // Node's own methods, missing in its type declarations.
  interface Buffer {
    utf8Write(text: string, offset: number, length: number): number;
    utf8Slice(start: number, end: number): string;
  }
}

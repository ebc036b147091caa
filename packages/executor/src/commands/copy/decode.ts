/**
 * Bytes of COPY FROM to text: whole chunks are decoded at once, a UTF-8 sequence that is cut in two waits for its rest.
 * Invalid input is 22021 with the offending bytes, as pg_verify_mbstr reports it.
 */
import { SqlError } from '@pglitedb/types';

/** Length of the longest prefix that ends on a character boundary. */
function completeLength(b: Uint8Array): number {
  const n = b.length;
  for (let k = 1; k <= 3 && k <= n; k++) {
    const byte = b[n - k]!;
    if ((byte & 0xc0) === 0x80) continue;
    const need = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return need > k ? n - k : n;
  }
  return n;
}

/** The first invalid sequence, as PostgreSQL prints it, and the newlines before it. */
function invalidSequence(b: Uint8Array): { bytes: string; newlines: number } {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let newlines = 0;
  for (let i = 0; i < b.length;) {
    const byte = b[i]!;
    if (byte === 10) newlines++;
    const length = byte < 0xc0 || byte >= 0xf8 ? 1 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    const part = b.subarray(i, i + length);
    try {
      if (byte >= 0x80) decoder.decode(part);
    } catch {
      return { bytes: [...part].map((x) => `0x${x.toString(16).padStart(2, '0')}`).join(' '), newlines };
    }
    i += length;
  }
  return { bytes: '', newlines };
}

export class ByteDecoder {
  private readonly utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  private rest: Uint8Array = new Uint8Array(0);
  constructor(private readonly encoding: string, private readonly failed: (newlines: number) => string) {
    if (encoding !== 'UTF8' && encoding !== 'LATIN1' && encoding !== 'SQL_ASCII') throw new SqlError('0A000', `conversion from ${encoding} to UTF8 is not supported yet`);
  }
  /** No part of a character is left. */
  get idle(): boolean { return this.rest.length === 0; }
  /** Text of a chunk; `last` asks for what is left. */
  decode(chunk: Uint8Array, last: boolean): string {
    if (this.encoding === 'LATIN1') return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
    let bytes = chunk;
    if (this.rest.length > 0) bytes = Buffer.concat([this.rest, chunk]);
    const length = last ? bytes.length : completeLength(bytes);
    this.rest = length === bytes.length ? new Uint8Array(0) : bytes.slice(length);
    const whole = length === bytes.length ? bytes : bytes.subarray(0, length);
    try {
      return this.utf8.decode(whole);
    } catch {
      const { bytes: shown, newlines } = invalidSequence(whole);
      throw new SqlError('22021', `invalid byte sequence for encoding "UTF8": ${shown}`, { where: this.failed(newlines) });
    }
  }
}

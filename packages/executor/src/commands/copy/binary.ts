/** The binary format: a signature, flags, then tuples of (length, bytes) fields, and a trailer of -1. */
import { SqlError } from '@pglitedb/types';

const SIGNATURE = Uint8Array.from([0x50, 0x47, 0x43, 0x4f, 0x50, 0x59, 0x0a, 0xff, 0x0d, 0x0a, 0x00]);
const bad = (message: string): SqlError => new SqlError('22P04', message);

export function binaryHeader(): Uint8Array {
  const out = new Uint8Array(SIGNATURE.length + 8);
  out.set(SIGNATURE);
  return out;
}
export const BINARY_TRAILER = Uint8Array.from([0xff, 0xff]);

export function binaryTuple(fields: readonly (Uint8Array | null)[]): Uint8Array {
  let size = 2;
  for (const f of fields) size += 4 + (f === null ? 0 : f.length);
  const out = new Uint8Array(size);
  const view = new DataView(out.buffer);
  view.setInt16(0, fields.length);
  let at = 2;
  for (const f of fields) {
    view.setInt32(at, f === null ? -1 : f.length);
    at += 4;
    if (f === null) continue;
    out.set(f, at);
    at += f.length;
  }
  return out;
}

export class BinaryReader {
  private bytes: Uint8Array = new Uint8Array(0);
  private at = 0;
  private started = false;
  private finished = false;
  private ended = false;
  private tuples = 0;

  push(chunk: Uint8Array): void {
    this.bytes = this.at >= this.bytes.length ? chunk : Buffer.concat([this.bytes.subarray(this.at), chunk]);
    this.at = 0;
  }
  end(): void { this.ended = true; }

  /** The next tuple's fields; undefined: more bytes are needed, or the trailer was seen. */
  next(columns: number, started: (tuple: number) => void): (Uint8Array | null)[] | undefined {
    if (!this.started && !this.header()) return undefined;
    const view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
    if (this.finished) {
      if (this.at < this.bytes.length) throw bad('received copy data after EOF marker');
      return undefined;
    }
    started(this.tuples + 1);
    let p = this.at;
    const left = (n: number): boolean => p + n <= this.bytes.length;
    if (!left(2)) return this.short(p < this.bytes.length);
    const count = view.getInt16(p);
    p += 2;
    if (count === -1) {
      this.finished = true;
      this.at = p;
      if (p < this.bytes.length) throw bad('received copy data after EOF marker');
      return undefined;
    }
    if (count !== columns) throw bad(`row field count is ${count}, expected ${columns}`);
    const fields: (Uint8Array | null)[] = [];
    for (let k = 0; k < count; k++) {
      if (!left(4)) return this.short(true);
      const size = view.getInt32(p);
      p += 4;
      if (size === -1) { fields.push(null); continue; }
      if (size < 0) throw bad('invalid field size');
      if (!left(size)) return this.short(true);
      fields.push(this.bytes.subarray(p, p + size));
      p += size;
    }
    this.at = p;
    this.tuples++;
    return fields;
  }
  private short(inside: boolean): undefined {
    if (this.ended && inside) throw bad('unexpected EOF in COPY data');
    return undefined;
  }
  private header(): boolean {
    const need = SIGNATURE.length + 8;
    if (this.bytes.length - this.at < SIGNATURE.length) {
      if (this.ended) throw bad('COPY file signature not recognized');
      return false;
    }
    for (let k = 0; k < SIGNATURE.length; k++) if (this.bytes[this.at + k] !== SIGNATURE[k]) throw bad('COPY file signature not recognized');
    if (this.bytes.length - this.at < need) {
      if (this.ended) throw bad('invalid COPY file header (missing length)');
      return false;
    }
    const view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
    const flags = view.getUint32(this.at + SIGNATURE.length);
    if ((flags & (1 << 16)) !== 0) throw bad('invalid COPY file header (WITH OIDS)');
    if (flags >>> 17 !== 0) throw bad('unrecognized critical flags in COPY file header');
    const extension = view.getInt32(this.at + SIGNATURE.length + 4);
    if (extension < 0) throw bad('invalid COPY file header (missing length)');
    if (this.bytes.length - this.at < need + extension) return false;
    this.at += need + extension;
    this.started = true;
    return true;
  }
}

/** A growing big-endian byte buffer and its reader: binary wire formats and chunk encodings are made of these. */
import { SqlError } from '../errors.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
/** Strings up to this length are copied byte by byte while they are ASCII. */
const ASCII_MAX = 48;

export class ByteWriter {
  private bytes: Uint8Array;
  private view: DataView;
  length = 0;

  constructor(capacity = 64) {
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  private room(n: number): number {
    const at = this.length;
    const need = at + n;
    if (need > this.bytes.length) {
      const grown = new Uint8Array(Math.max(need, this.bytes.length * 2));
      grown.set(this.bytes.subarray(0, at));
      this.bytes = grown;
      this.view = new DataView(grown.buffer);
    }
    this.length = need;
    return at;
  }

  u8(v: number): void { const at = this.room(1); this.bytes[at] = v; }
  i16(v: number): void { const at = this.room(2); this.view.setInt16(at, v); }
  i32(v: number): void { const at = this.room(4); this.view.setInt32(at, v); }
  u32(v: number): void { const at = this.room(4); this.view.setUint32(at, v); }
  f32(v: number): void { const at = this.room(4); this.view.setFloat32(at, v); }
  f64(v: number): void { const at = this.room(8); this.view.setFloat64(at, v); }
  i64(v: number | bigint): void { const at = this.room(8); this.view.setBigInt64(at, BigInt(v)); }
  raw(b: Uint8Array): void { const at = this.room(b.length); this.bytes.set(b, at); }
  /** 32-bit length, then the bytes. */
  counted(b: Uint8Array): void { this.i32(b.length); this.raw(b); }
  text(s: string): void {
    if (!this.ascii(s)) this.raw(encoder.encode(s));
  }
  countedText(s: string): void {
    const at = this.room(4);
    this.text(s);
    this.view.setInt32(at, this.length - at - 4);
  }

  /** Writes a short ASCII string, which needs no encoder; false, with nothing written, where it is not one. */
  private ascii(s: string): boolean {
    const n = s.length;
    if (n > ASCII_MAX) return false;
    const at = this.room(n);
    const { bytes } = this;
    for (let i = 0; i < n; i++) {
      const c = s.charCodeAt(i);
      if (c > 0x7f) {
        this.length = at;
        return false;
      }
      bytes[at + i] = c;
    }
    return true;
  }

  setI32(at: number, v: number): void { this.view.setInt32(at, v); }
  done(): Uint8Array { return this.bytes.slice(0, this.length); }
}

export class ByteReader {
  private readonly view: DataView;
  at = 0;

  constructor(readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number { return this.bytes.length - this.at; }

  private take(n: number): number {
    const at = this.at;
    if (n < 0 || at + n > this.bytes.length) throw new SqlError('08P01', 'insufficient data left in message');
    this.at = at + n;
    return at;
  }

  u8(): number { return this.bytes[this.take(1)]!; }
  i16(): number { return this.view.getInt16(this.take(2)); }
  i32(): number { return this.view.getInt32(this.take(4)); }
  u32(): number { return this.view.getUint32(this.take(4)); }
  f32(): number { return this.view.getFloat32(this.take(4)); }
  f64(): number { return this.view.getFloat64(this.take(8)); }
  /** int8's rule: a number where it is a safe integer. */
  i64(): number | bigint { return canonicalInt8(this.view.getBigInt64(this.take(8))); }
  i64Big(): bigint { return this.view.getBigInt64(this.take(8)); }
  raw(n: number): Uint8Array { const at = this.take(n); return this.bytes.subarray(at, at + n); }
  counted(): Uint8Array { return this.raw(this.i32()); }
  text(n: number): string {
    const from = this.take(n);
    if (n <= ASCII_MAX) {
      const { bytes } = this;
      let out = '';
      for (let i = from; i < from + n; i++) {
        const c = bytes[i]!;
        if (c > 0x7f) return decoder.decode(bytes.subarray(from, from + n));
        out += String.fromCharCode(c);
      }
      return out;
    }
    return decoder.decode(this.bytes.subarray(from, from + n));
  }
  countedText(): string { return this.text(this.i32()); }
}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);
const MIN_SAFE = BigInt(Number.MIN_SAFE_INTEGER);

/** A bigint as int8's datum: a number where it is safe. */
export function canonicalInt8(v: bigint): number | bigint {
  return v <= MAX_SAFE && v >= MIN_SAFE ? Number(v) : v;
}

/** Byte order of two byte strings. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const d = a[i]! - b[i]!;
    if (d !== 0) return d < 0 ? -1 : 1;
  }
  return a.length === b.length ? 0 : a.length < b.length ? -1 : 1;
}

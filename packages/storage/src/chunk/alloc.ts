/**
 * Array allocation for column chunks. Full-size arrays live in SharedArrayBuffers, so that worker threads can scan
 * them; the small arrays of small tables stay plain, because each shared buffer costs a kernel allocation.
 */
import { CHUNK_ROWS } from '../api.js';

/** Capacity a chunk starts with. */
export const FIRST_CAPACITY = 16;

export type NativeBuffer = Buffer & {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
  utf8Write(text: string, offset: number, length: number): number;
};

function room(slots: number, width: number): ArrayBufferLike {
  return slots >= CHUNK_ROWS ? new SharedArrayBuffer(slots * width) : new ArrayBuffer(slots * width);
}

export function growU8(old: Uint8Array, slots: number): Uint8Array {
  const grown = slots >= CHUNK_ROWS ? new Uint8Array(room(slots, 1)) : new Uint8Array(slots);
  grown.set(old.length > slots ? old.subarray(0, slots) : old);
  return grown;
}
export function growI16(old: Int16Array, slots: number): Int16Array {
  const grown = new Int16Array(room(slots, 2));
  grown.set(old);
  return grown;
}
export function growI32(old: Int32Array, slots: number): Int32Array {
  const grown = new Int32Array(room(slots, 4));
  grown.set(old);
  return grown;
}
export function growU32(old: Uint32Array, slots: number): Uint32Array {
  const grown = new Uint32Array(room(slots, 4));
  grown.set(old);
  return grown;
}
export function growF32(old: Float32Array, slots: number): Float32Array {
  const grown = new Float32Array(room(slots, 4));
  grown.set(old);
  return grown;
}
export function growF64(old: Float64Array, slots: number): Float64Array {
  const grown = new Float64Array(room(slots, 8));
  grown.set(old);
  return grown;
}
export function growI64(old: BigInt64Array, slots: number): BigInt64Array {
  const grown = new BigInt64Array(room(slots, 8));
  grown.set(old);
  return grown;
}

/** A zeroed byte heap. */
export function newHeap(bytes: number): NativeBuffer {
  const buffer = bytes >= 65536 ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
  return Buffer.from(buffer as ArrayBuffer) as unknown as NativeBuffer;
}

export function asNative(bytes: Uint8Array): NativeBuffer {
  return Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength) as unknown as NativeBuffer;
}

/** hash_bytes and hash_bytes_extended: Bob Jenkins' lookup3, as PostgreSQL seeds it. Partition bounds depend on it. */
import { canonicalInt8 } from '../any/bytes.js';

let a = 0;
let b = 0;
let c = 0;

const rot = (x: number, k: number): number => (x << k) | (x >>> (32 - k));

function mix(): void {
  a = (a - c) | 0; a ^= rot(c, 4); c = (c + b) | 0;
  b = (b - a) | 0; b ^= rot(a, 6); a = (a + c) | 0;
  c = (c - b) | 0; c ^= rot(b, 8); b = (b + a) | 0;
  a = (a - c) | 0; a ^= rot(c, 16); c = (c + b) | 0;
  b = (b - a) | 0; b ^= rot(a, 19); a = (a + c) | 0;
  c = (c - b) | 0; c ^= rot(b, 4); b = (b + a) | 0;
}

function final(): void {
  c ^= b; c = (c - rot(b, 14)) | 0;
  a ^= c; a = (a - rot(c, 11)) | 0;
  b ^= a; b = (b - rot(a, 25)) | 0;
  c ^= b; c = (c - rot(b, 16)) | 0;
  a ^= c; a = (a - rot(c, 4)) | 0;
  b ^= a; b = (b - rot(a, 14)) | 0;
  c ^= b; c = (c - rot(b, 24)) | 0;
}

function start(length: number, seed: bigint): void {
  a = b = c = (0x9e3779b9 + length + 3923095) | 0;
  if (seed !== 0n) {
    a = (a + Number((seed >> 32n) & 0xffffffffn)) | 0;
    b = (b + Number(seed & 0xffffffffn)) | 0;
    mix();
  }
}

const word = (k: Uint8Array, i: number): number => k[i]! | (k[i + 1]! << 8) | (k[i + 2]! << 16) | (k[i + 3]! << 24);

function absorb(k: Uint8Array): void {
  let at = 0;
  let rest = k.length;
  while (rest >= 12) {
    a = (a + word(k, at)) | 0;
    b = (b + word(k, at + 4)) | 0;
    c = (c + word(k, at + 8)) | 0;
    mix();
    at += 12;
    rest -= 12;
  }
  // The last bytes, c's lowest one being left to the length.
  for (let i = 0; i < rest; i++) {
    const v = k[at + i]!;
    if (i < 4) a = (a + (v << (8 * i))) | 0;
    else if (i < 8) b = (b + (v << (8 * (i - 4)))) | 0;
    else c = (c + (v << (8 * (i - 7)))) | 0;
  }
  final();
}

const wide = (): bigint => (BigInt(b >>> 0) << 32n) | BigInt(c >>> 0);
const seedBits = (seed: number | bigint): bigint => BigInt.asUintN(64, BigInt(seed));

/** 64 unsigned bits as int8's datum. */
export const asInt8 = (bits: bigint): number | bigint => canonicalInt8(BigInt.asIntN(64, bits));

/** hash_any as int4. */
export function hashBytes(k: Uint8Array): number {
  start(k.length, 0n);
  absorb(k);
  return c | 0;
}

/** hash_any_extended as 64 unsigned bits. */
export function hashBytesExtended(k: Uint8Array, seed: number | bigint): bigint {
  start(k.length, seedBits(seed));
  absorb(k);
  return wide();
}

/** hash_uint32 as int4. */
export function hashUint32(v: number): number {
  start(4, 0n);
  a = (a + v) | 0;
  final();
  return c | 0;
}

export function hashUint32Extended(v: number, seed: number | bigint): bigint {
  start(4, seedBits(seed));
  a = (a + v) | 0;
  final();
  return wide();
}

/** hashint8's fold: equal to hashint4 for values that int4 can hold. */
export function foldInt8(v: number | bigint): number {
  const bits = BigInt.asUintN(64, BigInt(v));
  const low = Number(bits & 0xffffffffn) | 0;
  const high = Number(bits >> 32n) | 0;
  return low ^ (v >= 0 ? high : ~high);
}

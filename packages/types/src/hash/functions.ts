/** Hash functions of the scalar types: hashint4 and friends, and their 64-bit seeded forms (…extended). */
import { defineFunctions, type BuiltinFn } from '../function-impl.js';
import type { PgArray } from '../array/value.js';
import { ByteWriter } from '../any/bytes.js';
import { utf8 } from '../any/utf8.js';
import { base10000 } from '../numeric/binary-io.js';
import { FINITE, type Numeric } from '../numeric/value.js';
import { trimBlanks } from '../text/types.js';
import { asInt8, foldInt8, hashBytes, hashBytesExtended, hashUint32, hashUint32Extended } from './hash-bytes.js';

type Seed = number | bigint;

/** Both forms of a hash over 32 bits, and over bytes. */
const over32 = <T>(name: string, word: (v: T) => number): Record<string, BuiltinFn> => ({
  [name]: (v: T) => hashUint32(word(v)),
  [`${name}extended`]: (v: T, seed: Seed) => asInt8(hashUint32Extended(word(v), seed)),
});
const overBytes = <T>(name: string, extended: string, bytes: (v: T) => Uint8Array): Record<string, BuiltinFn> => ({
  [name]: (v: T) => hashBytes(bytes(v)),
  [extended]: (v: T, seed: Seed) => asInt8(hashBytesExtended(bytes(v), seed)),
});

const floatBytes = (d: number): Uint8Array => new Uint8Array(new Float64Array([d]).buffer);
const floatHash = (d: number): number => (d === 0 ? 0 : hashBytes(floatBytes(d)));
const floatHashExtended = (d: number, seed: Seed): Seed => (d === 0 ? seed : asInt8(hashBytesExtended(floatBytes(d), seed)));

/** Little-endian base-10000 digits. */
function numericBytes(digits: number[]): Uint8Array {
  return new Uint8Array(new Int16Array(digits).buffer);
}

function hashNumeric(n: Numeric): number {
  if (n.kind !== FINITE) return 0;
  const { digits, weight } = base10000(n);
  return digits.length === 0 ? -1 : hashBytes(numericBytes(digits)) ^ weight;
}

function hashNumericExtended(n: Numeric, seed: Seed): Seed {
  if (n.kind !== FINITE) return seed;
  const { digits, weight } = base10000(n);
  if (digits.length === 0) return asInt8(BigInt(seed) - 1n);
  return asInt8(hashBytesExtended(numericBytes(digits), seed) ^ BigInt.asUintN(64, BigInt(weight)));
}

function vectorBytes(v: PgArray): Uint8Array {
  return new Uint8Array(new Uint32Array(v.elements as number[]).buffer);
}

/** ItemPointerData: block high, block low, offset; 16 bits each. */
function tidBytes(tid: number): Uint8Array {
  const w = new ByteWriter(8);
  const block = Math.floor(tid / 1024);
  for (const half of [block >>> 16, block & 0xffff, (tid % 1024) + 1]) {
    w.u8(half & 0xff);
    w.u8(half >> 8);
  }
  return w.done();
}

const charWord = (v: string): number => (v === '' ? 0 : (v.charCodeAt(0) << 24) >> 24);
const uuidBytes = (v: string): Uint8Array => Uint8Array.from(Buffer.from(v.replaceAll('-', ''), 'hex'));

defineFunctions({
  ...over32('hashint2', (v: number) => v),
  ...over32('hashint4', (v: number) => v),
  ...over32('hashint8', foldInt8),
  ...over32('hashxid8', (v: number | bigint) => foldInt8(BigInt.asIntN(64, BigInt(v)))),
  ...over32('hashoid', (v: number) => v),
  ...over32('hashxid', (v: number) => v),
  ...over32('hashcid', (v: number) => v),
  ...over32('hashbool', (v: boolean) => (v ? 1 : 0)),
  ...over32('hashchar', charWord),
  ...overBytes('hashtext', 'hashtextextended', (v: string) => utf8(v)),
  ...overBytes('hashname', 'hashnameextended', (v: string) => utf8(v)),
  ...overBytes('hashbpchar', 'hashbpcharextended', (v: string) => utf8(trimBlanks(v))),
  ...overBytes('hashbytea', 'hashbyteaextended', (v: Uint8Array) => v),
  ...overBytes('hashvarlena', 'hashvarlenaextended', (v: Uint8Array) => v),
  ...overBytes('hashoidvector', 'hashoidvectorextended', vectorBytes),
  ...overBytes('hashtid', 'hashtidextended', tidBytes),
  ...overBytes('uuid_hash', 'uuid_hash_extended', uuidBytes),
  hashfloat4: floatHash,
  hashfloat8: floatHash,
  hashfloat4extended: floatHashExtended,
  hashfloat8extended: floatHashExtended,
  hash_numeric: hashNumeric,
  hash_numeric_extended: hashNumericExtended,
});

/** bytea functions: comparison, substring, overlay, position, trimming, bit access, integer casts. */
import { defineFunctions } from '../function-impl.js';
import { SqlError } from '../errors.js';
import { comparisons, orderNames } from '../any/comparison.js';
import { ByteWriter, canonicalInt8, compareBytes } from '../any/bytes.js';
import { integerOutOfRange, bigintOutOfRange, smallintOutOfRange } from '../int/value.js';
import { overlayRange, substringRange } from '../text/ranges.js';

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

/** Index of `needle` in `hay` from 0, or -1. */
export function findBytes(hay: Uint8Array, needle: Uint8Array): number {
  return Buffer.from(hay.buffer, hay.byteOffset, hay.length).indexOf(needle);
}

function substring(b: Uint8Array, from: number, length: number | null): Uint8Array {
  const [start, end] = substringRange(from, length, b.length);
  return b.slice(start, end);
}

function overlay(b: Uint8Array, by: Uint8Array, from: number, length: number): Uint8Array {
  const after = overlayRange(from, length);
  return concat(concat(substring(b, 1, from - 1), by), substring(b, after, null));
}

function trim(b: Uint8Array, set: Uint8Array, left: boolean, right: boolean): Uint8Array {
  let from = 0;
  let to = b.length;
  if (set.length > 0) {
    while (left && from < to && set.includes(b[from]!)) from++;
    while (right && to > from && set.includes(b[to - 1]!)) to--;
  }
  return b.slice(from, to);
}

function checkIndex(n: number | bigint, size: number): number {
  if (n < 0 || n >= size) throw new SqlError('2202E', `index ${n} out of valid range, 0..${size - 1}`);
  return Number(n);
}

function bitCount(b: Uint8Array): number {
  let n = 0;
  for (let x of b) for (; x !== 0; x &= x - 1) n++;
  return n;
}

function written(write: (w: ByteWriter) => void): Uint8Array {
  const w = new ByteWriter(8);
  write(w);
  return w.done();
}

/** bytea as a two's complement big-endian integer of at most `width` bytes. */
function toInteger(b: Uint8Array, width: number, error: () => SqlError): number | bigint {
  if (b.length > width) throw error();
  let v = 0n;
  for (const x of b) v = (v << 8n) | BigInt(x);
  return canonicalInt8(BigInt.asIntN(width * 8, v));
}

defineFunctions({
  ...comparisons(compareBytes, orderNames('bytea', { cmp: 'byteacmp', larger: 'bytea_larger', smaller: 'bytea_smaller' })),
  byteacat: concat,
  byteaoctetlen: (b: Uint8Array) => b.length,
  bytea_substr: (b: Uint8Array, from: number, length: number) => substring(b, from, length),
  bytea_substr_no_len: (b: Uint8Array, from: number) => substring(b, from, null),
  byteaoverlay: (b: Uint8Array, by: Uint8Array, from: number, length: number) => overlay(b, by, from, length),
  byteaoverlay_no_len: (b: Uint8Array, by: Uint8Array, from: number) => overlay(b, by, from, by.length),
  byteapos: (b: Uint8Array, needle: Uint8Array) => findBytes(b, needle) + 1,
  byteatrim: (b: Uint8Array, set: Uint8Array) => trim(b, set, true, true),
  bytealtrim: (b: Uint8Array, set: Uint8Array) => trim(b, set, true, false),
  byteartrim: (b: Uint8Array, set: Uint8Array) => trim(b, set, false, true),
  bytea_reverse: (b: Uint8Array) => b.slice().reverse(),
  bytea_bit_count: bitCount,
  byteaGetByte: (b: Uint8Array, n: number) => b[checkIndex(n, b.length)],
  byteaSetByte: (b: Uint8Array, n: number, v: number) => {
    const out = b.slice();
    out[checkIndex(n, b.length)] = v & 0xff;
    return out;
  },
  byteaGetBit: (b: Uint8Array, n: number | bigint) => {
    const i = checkIndex(n, b.length * 8);
    return (b[i >> 3]! >> (i & 7)) & 1;
  },
  byteaSetBit: (b: Uint8Array, n: number | bigint, v: number) => {
    const i = checkIndex(n, b.length * 8);
    if (v !== 0 && v !== 1) throw new SqlError('22023', 'new bit must be 0 or 1');
    const out = b.slice();
    out[i >> 3] = v === 1 ? out[i >> 3]! | (1 << (i & 7)) : out[i >> 3]! & ~(1 << (i & 7));
    return out;
  },
  int2_bytea: (v: number) => written((w) => w.i16(v)),
  int4_bytea: (v: number) => written((w) => w.i32(v)),
  int8_bytea: (v: number | bigint) => written((w) => w.i64(v)),
  bytea_int2: (b: Uint8Array) => toInteger(b, 2, smallintOutOfRange),
  bytea_int4: (b: Uint8Array) => toInteger(b, 4, integerOutOfRange),
  bytea_int8: (b: Uint8Array) => toInteger(b, 8, bigintOutOfRange),
});

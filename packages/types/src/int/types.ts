/** TypeImpls of int2, int4 and int8. */
import type { TypeImpl } from '../type-impl.js';
import { SqlError } from '../errors.js';
import { ByteReader, ByteWriter } from '../any/bytes.js';
import { defineBaseType } from '../any/text-io.js';
import { parseInt16, parseInt32, parseInt64 } from './text-io.js';

const compare = (a: number | bigint, b: number | bigint): number => (a < b ? -1 : a > b ? 1 : 0);
const format = (v: number | bigint): string => String(v);
const hashKey = (v: number | bigint): number | bigint => v;

/** Bytes made by one write. */
export function oneField(write: (w: ByteWriter) => void): Uint8Array {
  const w = new ByteWriter(8);
  write(w);
  return w.done();
}

/** Reads one field that must be the whole message. */
export function wholeMessage<T>(bytes: Uint8Array, read: (r: ByteReader) => T): T {
  const r = new ByteReader(bytes);
  const v = read(r);
  if (r.remaining !== 0) throw new SqlError('22P03', 'incorrect binary data format');
  return v;
}

/** Order-preserving bytes of an int4 or int2: the sign bit flipped, big-endian. */
function int4SortKey(v: number): Uint8Array {
  return Uint8Array.of((v >>> 24) ^ 0x80, (v >>> 16) & 255, (v >>> 8) & 255, v & 255);
}

export const int2Type: TypeImpl = defineBaseType({
  oid: 21, name: 'int2', physical: 'int16', len: 2,
  parse: parseInt16, format, compare, hashKey,
  send: (v) => oneField((w) => w.i16(v)),
  receive: (b) => wholeMessage(b, (r) => r.i16()),
  sortKey: int4SortKey,
}, ['int2in', 'int2out', 'int2recv', 'int2send']);

export const int4Type: TypeImpl = defineBaseType({
  oid: 23, name: 'int4', physical: 'int32', len: 4,
  parse: parseInt32, format, compare, hashKey,
  send: (v) => oneField((w) => w.i32(v)),
  receive: (b) => wholeMessage(b, (r) => r.i32()),
  sortKey: int4SortKey,
}, ['int4in', 'int4out', 'int4recv', 'int4send']);

/** Order-preserving bytes of an int8. */
export function int8SortKey(v: number | bigint): Uint8Array {
  if (typeof v === 'bigint') return oneField((w) => w.i64(BigInt.asIntN(64, v ^ (1n << 63n))));
  const high = Math.floor(v / 4294967296);
  const low = v - high * 4294967296;
  return Uint8Array.of(
    (high >>> 24) ^ 0x80, (high >>> 16) & 255, (high >>> 8) & 255, high & 255,
    (low >>> 24) & 255, (low >>> 16) & 255, (low >>> 8) & 255, low & 255,
  );
}

export const int8Type: TypeImpl = defineBaseType({
  oid: 20, name: 'int8', physical: 'int64', len: 8,
  parse: (text) => parseInt64(text), format, compare, hashKey,
  send: (v) => oneField((w) => w.i64(v)),
  receive: (b) => wholeMessage(b, (r) => r.i64()),
  sortKey: int8SortKey,
}, ['int8in', 'int8out', 'int8recv', 'int8send']);

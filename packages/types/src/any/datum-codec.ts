/**
 * Values of any type inside a container (array, record, range): their bytes, hash key and memcomparable key, by the
 * physical form of the contained type.
 */
import type { Datum } from '../datum.js';
import type { TypeImpl } from '../type-impl.js';
import { SqlError } from '../errors.js';
import { ByteReader, ByteWriter } from './bytes.js';

const INT64_MAX = 0x7fffffffffffffffn;
const INT64_MIN = -0x8000000000000000n;
const DATE_MAX = 0x7fffffff;
const DATE_MIN = -0x80000000;

/** ±Infinity as the int64 extremes, the rest as such. */
export function time64ToBig(v: number | bigint): bigint {
  return v === Infinity ? INT64_MAX : v === -Infinity ? INT64_MIN : BigInt(v);
}

export function bigToTime64(v: number | bigint): number | bigint {
  return v === INT64_MAX ? Infinity : v === INT64_MIN ? -Infinity : v;
}

/** Appends a non-null value, without a length unless its bytes vary. */
export function writeDatum(w: ByteWriter, impl: TypeImpl, v: Datum): void {
  switch (impl.physical) {
    case 'bool': w.u8(v ? 1 : 0); return;
    case 'int16': w.i16(v); return;
    case 'int32': w.i32(v); return;
    case 'uint32': w.u32(v); return;
    case 'float32': w.f32(v); return;
    case 'float64': w.f64(v); return;
    case 'date32': w.i32(v === Infinity ? DATE_MAX : v === -Infinity ? DATE_MIN : v); return;
    case 'int64': w.i64(v); return;
    case 'time64': w.i64(time64ToBig(v)); return;
    case 'text': w.countedText(v); return;
    case 'bytes': w.counted(impl.encode!(v)); return;
  }
}

export function readDatum(r: ByteReader, impl: TypeImpl): Datum {
  switch (impl.physical) {
    case 'bool': return r.u8() !== 0;
    case 'int16': return r.i16();
    case 'int32': return r.i32();
    case 'uint32': return r.u32();
    case 'float32': return r.f32();
    case 'float64': return r.f64();
    case 'date32': {
      const d = r.i32();
      return d === DATE_MAX ? Infinity : d === DATE_MIN ? -Infinity : d;
    }
    case 'int64': return r.i64();
    case 'time64': return bigToTime64(r.i64());
    case 'text': return r.countedText();
    case 'bytes': return impl.decode!(r.counted());
  }
}

/** Default ordering of the contained type, or the error that PostgreSQL raises where there is none. */
export function compareOf(impl: TypeImpl): (a: Datum, b: Datum) => number {
  if (impl.compare === undefined) {
    throw new SqlError('42883', `could not identify a comparison function for type ${impl.name}`);
  }
  return impl.compare;
}

/** Equality of the contained type: its ordering where there is one, else its hash key. */
export function equalsOf(impl: TypeImpl): (a: Datum, b: Datum) => boolean {
  const compare = impl.compare;
  if (compare !== undefined) return (a, b) => compare(a, b) === 0;
  const key = impl.hashKey;
  if (key !== undefined) return (a, b) => key(a) === key(b);
  throw new SqlError('42883', `could not identify an equality operator for type ${impl.name}`);
}

/** A self-delimiting piece of a container's hash key. */
export function hashPiece(impl: TypeImpl, v: Datum | null): string {
  if (v === null) return 'N;';
  if (impl.hashKey === undefined) {
    throw new SqlError('42883', `could not identify a hash function for type ${impl.name}`);
  }
  const key = String(impl.hashKey(v));
  return `${key.length}:${key}`;
}

/** The memcomparable key of a contained value, made from its physical form where the type has none of its own. */
export function sortKeyOf(impl: TypeImpl, v: Datum): Uint8Array {
  if (impl.sortKey !== undefined) return impl.sortKey(v);
  const w = new ByteWriter(8);
  switch (impl.physical) {
    case 'bool': w.u8(v ? 1 : 0); break;
    case 'int16': w.u32((v as number) + 0x80000000); break;
    case 'int32': w.u32((v as number) + 0x80000000); break;
    case 'uint32': w.u32(v); break;
    case 'date32': w.u32((v === Infinity ? DATE_MAX : v === -Infinity ? DATE_MIN : (v as number)) + 0x80000000); break;
    case 'int64':
    case 'time64': w.i64(BigInt.asIntN(64, time64ToBig(v) ^ INT64_MIN)); break;
    default: throw new SqlError('42883', `could not identify an ordering operator for type ${impl.name}`);
  }
  return w.done();
}

/** Hash functions of the date/time and structured types, PostgreSQL's values, 32 bits and 64 bits with a seed. */
import type { Datum } from '../datum.js';
import type { Oid } from '../brand.js';
import { SqlError } from '../errors.js';
import { builtinFunction, defineFunctions, type BuiltinFn, type CallContext } from '../function-impl.js';
import type { TypeEnv } from '../type-impl.js';
import type { PgArray } from '../array/value.js';
import { foldInt8, hashBytes, hashBytesExtended, hashUint32, hashUint32Extended } from '../hash/hash-bytes.js';
import { intervalSpan, type Interval } from '../interval/value.js';
import { JsonObject, jsonKind, type Jsonb, type JsonValue } from '../jsonb/value.js';
import type { PgMultirange, PgRange } from '../range/value.js';
import type { PgRecord } from '../record/value.js';
import type { TimeTz } from '../timetz/value.js';
import { canonicalInt8 } from './bytes.js';
import { time64ToBig } from './datum-codec.js';
import { utf8 } from './utf8.js';

type Seed = number | bigint;

/** A 64-bit result as int8's datum. */
const int8 = (v: bigint): number | bigint => canonicalInt8(BigInt.asIntN(64, v));

/** Hash functions of types that are not made from others. */
const byOid: Readonly<Record<number, string>> = {
  16: 'hashbool', 17: 'hashbytea', 18: 'hashchar', 19: 'hashname', 20: 'hashint8', 21: 'hashint2', 23: 'hashint4', 25: 'hashtext', 1043: 'hashtext',
  1042: 'hashbpchar', 26: 'hashoid', 24: 'hashoid', 2202: 'hashoid', 2203: 'hashoid', 2204: 'hashoid', 2205: 'hashoid', 2206: 'hashoid',
  3734: 'hashoid', 3769: 'hashoid', 4089: 'hashoid', 4096: 'hashoid', 4191: 'hashoid', 27: 'hashtid', 28: 'hashxid', 29: 'hashcid', 5069: 'hashxid8',
  700: 'hashfloat4', 701: 'hashfloat8', 1700: 'hash_numeric', 1082: 'hashdate', 1083: 'time_hash', 1266: 'timetz_hash', 1114: 'timestamp_hash',
  1184: 'timestamptz_hash', 1186: 'interval_hash', 2950: 'uuid_hash', 3220: 'pg_lsn_hash', 829: 'hashmacaddr', 774: 'hashmacaddr8', 869: 'hashinet',
  650: 'hashinet', 1033: 'hash_aclitem', 3802: 'jsonb_hash', 2249: 'hash_record', 30: 'hashoidvector',
};
const byKind: Readonly<Record<string, string>> = { a: 'hash_array', e: 'hashenum', c: 'hash_record', r: 'hash_range', m: 'hash_multirange' };

/** The prosrc of a type's hash function in its default hash operator class; undefined where there is none. */
export function hashFunctionName(oid: Oid, env: TypeEnv): string | undefined {
  const known = byOid[oid];
  if (known !== undefined) return known;
  const info = env.types.typeInfo(oid);
  return info?.kind === 'd' ? hashFunctionName(info.baseOid, env) : byKind[info?.kind ?? ''];
}

function hashFunction(oid: Oid, extended: boolean, c: CallContext): BuiltinFn {
  const name = hashFunctionName(oid, c.env);
  const f = name === undefined ? undefined : builtinFunction(extended ? `${name}${name.includes('_') ? '_' : ''}extended` : name);
  if (f === undefined) {
    throw new SqlError('42883', `could not identify ${extended ? 'an extended' : 'a'} hash function for type ${c.env.types.formatType(oid, -1)}`);
  }
  return f.fn;
}

const hash32 = (oid: Oid, v: Datum, c: CallContext): number => hashFunction(oid, false, c)(v, c) as number;
const hash64 = (oid: Oid, v: Datum, seed: Seed, c: CallContext): bigint => BigInt.asUintN(64, BigInt(hashFunction(oid, true, c)(v, seed, c) as Seed));

const rotate32 = (v: number): number => (v << 1) | (v >>> 31);
/** Rotates both halves of a 64-bit hash. */
function rotateHalves(v: bigint): bigint {
  const low = BigInt(rotate32(Number(v & 0xffffffffn)) >>> 0);
  const high = BigInt(rotate32(Number(v >> 32n)) >>> 0);
  return (high << 32n) | low;
}

function overInt8<T>(name: string, of: (v: T) => number | bigint): Record<string, BuiltinFn> {
  return {
    [name]: (v: T) => hashUint32(foldInt8(of(v))),
    [`${name}_extended`]: (v: T, seed: Seed) => int8(hashUint32Extended(foldInt8(of(v)), seed)),
  };
}

const dateWord = (v: number): number => (v === Infinity ? 2147483647 : v === -Infinity ? -2147483648 : v);
const spanOf = (v: Interval): number | bigint =>
  canonicalInt8(BigInt.asIntN(64, v.isFinite ? intervalSpan(v) : intervalExtreme(v)));

/** An infinite interval hashes by the span of its stored fields. */
function intervalExtreme(v: Interval): bigint {
  const days = BigInt(v.months) * 30n + BigInt(v.days);
  return days * 86_400_000_000n + time64ToBig(v.micros);
}

const fold31 = (h: number, x: number): number => (Math.imul(h, 31) + x) | 0;
const fold31Wide = (h: bigint, x: bigint): bigint => BigInt.asUintN(64, h * 31n + x);

const flagsOf = (r: PgRange): number =>
  (r.empty ? 1 : (r.lowerInc ? 2 : 0) | (r.upperInc ? 4 : 0) | (r.lower === null ? 8 : 0) | (r.upper === null ? 16 : 0));

function hashRange(r: PgRange, c: CallContext): number {
  const subtype = c.env.types.rangeInfo(r.rangeOid)!.subtypeOid;
  let h = hashUint32(flagsOf(r));
  h ^= r.lower === null ? 0 : hash32(subtype, r.lower, c);
  h = rotate32(h);
  return h ^ (r.upper === null ? 0 : hash32(subtype, r.upper, c));
}

function hashRangeWide(r: PgRange, seed: Seed, c: CallContext): bigint {
  const subtype = c.env.types.rangeInfo(r.rangeOid)!.subtypeOid;
  let h = BigInt.asUintN(64, hashUint32Extended(flagsOf(r), seed));
  h ^= r.lower === null ? 0n : hash64(subtype, r.lower, seed, c);
  h = rotateHalves(h);
  return h ^ (r.upper === null ? 0n : hash64(subtype, r.upper, seed, c));
}

const ARRAY_FLAG = 0x40000000;
const OBJECT_FLAG = 0x20000000;

function* scalarsOf(v: JsonValue, top: boolean): Iterable<{ flag: number } | { scalar: JsonValue }> {
  if (Array.isArray(v)) {
    yield { flag: ARRAY_FLAG };
    for (const x of v) yield* scalarsOf(x, false);
  } else if (v instanceof JsonObject) {
    yield { flag: OBJECT_FLAG };
    for (let i = 0; i < v.keys.length; i++) {
      yield { scalar: v.keys[i] };
      yield* scalarsOf(v.values[i], false);
    }
  } else {
    if (top) yield { flag: ARRAY_FLAG };
    yield { scalar: v };
  }
}

const isEmpty = (v: JsonValue): boolean => (Array.isArray(v) ? v.length === 0 : v instanceof JsonObject && v.keys.length === 0);

function hashScalar(v: JsonValue, c: CallContext): number {
  switch (jsonKind(v)) {
    case 'null': return 1;
    case 'string': return hashBytes(utf8(v as string));
    case 'boolean': return v ? 2 : 4;
    default: return hash32(1700, v, c);
  }
}

function hashScalarWide(v: JsonValue, seed: Seed, c: CallContext): bigint {
  switch (jsonKind(v)) {
    case 'null': return BigInt.asUintN(64, BigInt(seed) + 1n);
    case 'string': return BigInt.asUintN(64, hashBytesExtended(utf8(v as string), seed));
    case 'boolean': return BigInt(seed) !== 0n ? hash64(18, String.fromCharCode(v ? 1 : 0), seed, c) : v ? 2n : 4n;
    default: return hash64(1700, v, seed, c);
  }
}

defineFunctions({
  ...overInt8('time_hash', (v: number) => v),
  ...overInt8('timestamp_hash', (v: number | bigint) => canonicalInt8(time64ToBig(v))),
  ...overInt8('timestamptz_hash', (v: number | bigint) => canonicalInt8(time64ToBig(v))),
  ...overInt8('interval_hash', spanOf),
  hashdate: (v: number) => hashUint32(dateWord(v)),
  hashdateextended: (v: number, seed: Seed) => int8(hashUint32Extended(dateWord(v), seed)),
  timetz_hash: (v: TimeTz) => hashUint32(foldInt8(v.micros)) ^ hashUint32(v.zoneSeconds),
  timetz_hash_extended: (v: TimeTz, seed: Seed) => int8(hashUint32Extended(foldInt8(v.micros), seed) ^ hashUint32Extended(v.zoneSeconds, seed)),
  hashenum: (v: Oid) => hashUint32(v),
  hashenumextended: (v: Oid, seed: Seed) => int8(hashUint32Extended(v, seed)),
  hash_array: (a: PgArray, c: CallContext) => {
    let h = 1;
    for (const v of a.elements) h = fold31(h, v === null ? 0 : hash32(a.elementOid, v, c));
    return h;
  },
  hash_array_extended: (a: PgArray, seed: Seed, c: CallContext) => {
    let h = 1n;
    for (const v of a.elements) h = fold31Wide(h, v === null ? 0n : hash64(a.elementOid, v, seed, c));
    return int8(h);
  },
  hash_record: (r: PgRecord, c: CallContext) => {
    let h = 0;
    r.values.forEach((v, i) => { h = fold31(h, v === null ? 0 : hash32(r.fieldTypes[i]!, v, c)); });
    return h;
  },
  hash_record_extended: (r: PgRecord, seed: Seed, c: CallContext) => {
    let h = 0n;
    r.values.forEach((v, i) => { h = fold31Wide(h, v === null ? 0n : hash64(r.fieldTypes[i]!, v, seed, c)); });
    return int8(h);
  },
  hash_range: hashRange,
  hash_range_extended: (r: PgRange, seed: Seed, c: CallContext) => int8(hashRangeWide(r, seed, c)),
  hash_multirange: (m: PgMultirange, c: CallContext) => m.ranges.reduce((h, r) => fold31(h, hashRange(r, c)), 1),
  hash_multirange_extended: (m: PgMultirange, seed: Seed, c: CallContext) =>
    int8(m.ranges.reduce((h, r) => fold31Wide(h, hashRangeWide(r, seed, c)), 1n)),
  jsonb_hash: (d: Jsonb, c: CallContext) => {
    if (isEmpty(d.root)) return 0;
    let h = 0;
    for (const x of scalarsOf(d.root, true)) h = 'flag' in x ? h ^ x.flag : rotate32(h) ^ hashScalar(x.scalar, c);
    return h;
  },
  jsonb_hash_extended: (d: Jsonb, seed: Seed, c: CallContext) => {
    if (isEmpty(d.root)) return seed;
    let h = 0n;
    for (const x of scalarsOf(d.root, true)) {
      h = 'flag' in x ? h ^ ((BigInt(x.flag) << 32n) | BigInt(x.flag)) : rotateHalves(h) ^ hashScalarWide(x.scalar, seed, c);
    }
    return int8(h);
  },
});

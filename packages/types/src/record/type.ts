/** The TypeImpl of composite types and of the anonymous record. */
import type { Oid } from '../brand.js';
import type { TypeEnv, TypeImpl, TypeInfo, TypeResolver } from '../type-impl.js';
import { SqlError, notImplemented } from '../errors.js';
import { ByteReader, ByteWriter } from '../any/bytes.js';
import { compareOf, hashPiece, readDatum, sortKeyOf, writeDatum } from '../any/datum-codec.js';
import { PgRecord, RECORD_OID } from './value.js';
import { formatRecord, parseRecord } from './text-io.js';

function typeMismatch(a: Oid, b: Oid, column: number, resolver: TypeResolver): SqlError {
  const name = (o: Oid): string => resolver.formatType(o, -1);
  return new SqlError('42804', `cannot compare dissimilar column types ${name(a)} and ${name(b)} at record column ${column}`);
}

/** record_cmp: field by field, NULLs last; the counts must agree where all the common fields are equal. */
export function compareRecords(a: PgRecord, b: PgRecord, resolver: TypeResolver): number {
  const n = Math.min(a.values.length, b.values.length);
  for (let i = 0; i < n; i++) {
    if (a.fieldTypes[i] !== b.fieldTypes[i]) throw typeMismatch(a.fieldTypes[i]!, b.fieldTypes[i]!, i + 1, resolver);
    const x = a.values[i];
    const y = b.values[i];
    if (x === null || y === null) {
      if (x === y) continue;
      return x === null ? 1 : -1;
    }
    const c = compareOf(resolver.typeImpl(a.fieldTypes[i]!))(x, y);
    if (c !== 0) return c;
  }
  if (a.values.length !== b.values.length) {
    throw new SqlError('42804', 'cannot compare record types with different numbers of columns');
  }
  return 0;
}

function sendRecord(v: PgRecord, env: TypeEnv): Uint8Array {
  const w = new ByteWriter();
  w.i32(v.values.length);
  v.values.forEach((value, i) => {
    w.u32(v.fieldTypes[i]!);
    if (value === null) w.i32(-1);
    else w.counted(env.types.typeImpl(v.fieldTypes[i]!).send(value, env));
  });
  return w.done();
}

function receiveRecord(bytes: Uint8Array, typeOid: Oid, env: TypeEnv): PgRecord {
  if (typeOid === RECORD_OID) throw notImplemented('input of anonymous composite types');
  const fields = env.types.fields(typeOid);
  const r = new ByteReader(bytes);
  const n = r.i32();
  if (n !== fields.length) throw new SqlError('42804', `wrong number of columns: ${n}, expected ${fields.length}`);
  const values = fields.map((f, i) => {
    const oid = r.u32();
    if (oid !== f.typeOid) {
      const name = (o: Oid): string => env.types.formatType(o, -1);
      throw new SqlError('42804',
        `binary data has type ${oid} (${name(oid)}) instead of expected ${f.typeOid} (${name(f.typeOid)}) in record column ${i + 1}`);
    }
    const len = r.i32();
    return len < 0 ? null : env.types.typeImpl(f.typeOid).receive(r.raw(len), f.typmod, env);
  });
  return new PgRecord(typeOid, values, fields.map((f) => f.typeOid));
}

/** Layout: u32 type, i16 fields, then per field u32 type, u8 isNull, value. */
function encodeRecord(v: PgRecord, resolver: TypeResolver): Uint8Array {
  const w = new ByteWriter();
  w.u32(v.typeOid);
  w.i16(v.values.length);
  v.values.forEach((value, i) => {
    w.u32(v.fieldTypes[i]!);
    w.u8(value === null ? 1 : 0);
    if (value !== null) writeDatum(w, resolver.typeImpl(v.fieldTypes[i]!), value);
  });
  return w.done();
}

function decodeRecord(bytes: Uint8Array, resolver: TypeResolver): PgRecord {
  const r = new ByteReader(bytes);
  const typeOid = r.u32();
  const n = r.i16();
  const values: unknown[] = [];
  const types: Oid[] = [];
  for (let i = 0; i < n; i++) {
    const t = r.u32();
    types.push(t);
    values.push(r.u8() === 1 ? null : readDatum(r, resolver.typeImpl(t)));
  }
  return new PgRecord(typeOid, values, types);
}

/** A composite type's implementation, or the anonymous record's (info.oid 2249). */
export function makeRecordType(info: TypeInfo, resolver: TypeResolver): TypeImpl {
  const hashKey = (v: PgRecord): string => {
    let key = '';
    for (let i = 0; i < v.values.length; i++) key += hashPiece(resolver.typeImpl(v.fieldTypes[i]!), v.values[i]);
    return key;
  };
  const sortKey = (v: PgRecord): Uint8Array => {
    const w = new ByteWriter();
    for (let i = 0; i < v.values.length; i++) {
      const value = v.values[i];
      w.u8(value === null ? 2 : 1);
      if (value !== null) w.raw(sortKeyOf(resolver.typeImpl(v.fieldTypes[i]!), value));
    }
    w.u8(0);
    return w.done();
  };
  return {
    oid: info.oid, name: info.name, physical: 'bytes', len: -1,
    parse: (text, _typmod, env) => {
      if (info.oid === RECORD_OID) throw new SqlError('0A000', 'input of anonymous composite types is not implemented');
      return parseRecord(text, info.oid, resolver.fields(info.oid), env);
    },
    format: formatRecord,
    send: sendRecord,
    receive: (bytes, _typmod, env) => receiveRecord(bytes, info.oid, env),
    encode: (v: PgRecord) => encodeRecord(v, resolver),
    decode: (bytes) => decodeRecord(bytes, resolver),
    compare: (a: PgRecord, b: PgRecord) => compareRecords(a, b, resolver),
    hashKey, sortKey,
  };
}

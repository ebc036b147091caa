/**
 * anyarray as a column (pg_statistic's values, attmissingval): a PgArray of any element type. Bytes:
 *   u32 element type, u8 dimensions, (i32 length, i32 lower bound)*, per element i32 bytes (-1 NULL), u8 form, value
 * form 0: the base type's binary output; 1: JSON of a JS primitive (enums, and domains over such).
 */
import { baseType, ByteReader, ByteWriter, defineType, notImplemented, PgArray, SqlError, type Datum, type Oid, type TypeImpl, type TypeResolver } from '@pglitedb/types';
import { detachedEnv } from './detached-env.js';

const env = detachedEnv({ typeInfo: () => undefined } as unknown as TypeResolver);
const BINARY = 0;
const JSON_TEXT = 1;

function encodeElement(w: ByteWriter, type: TypeImpl | undefined, v: Datum): void {
  if (type !== undefined) {
    const bytes = type.send(v, env);
    w.i32(bytes.length);
    w.u8(BINARY);
    w.raw(bytes);
    return;
  }
  if (typeof v === 'object' || typeof v === 'bigint') throw notImplemented('storing values of this type in an anyarray column');
  const bytes = new TextEncoder().encode(JSON.stringify(v));
  w.i32(bytes.length);
  w.u8(JSON_TEXT);
  w.raw(bytes);
}

function encode(a: PgArray): Uint8Array {
  const w = new ByteWriter(32 + a.elements.length * 12);
  const type = baseType(a.elementOid);
  w.u32(a.elementOid);
  w.u8(a.dims.length);
  for (let i = 0; i < a.dims.length; i++) {
    w.i32(a.dims[i]!);
    w.i32(a.lbounds[i]!);
  }
  for (const v of a.elements) {
    if (v === null) w.i32(-1);
    else encodeElement(w, type, v);
  }
  return w.done();
}

function decode(bytes: Uint8Array): PgArray {
  const r = new ByteReader(bytes);
  const elementOid: Oid = r.u32();
  const type = baseType(elementOid);
  const dims: number[] = [];
  const lbounds: number[] = [];
  for (let n = r.u8(); n > 0; n--) {
    dims.push(r.i32());
    lbounds.push(r.i32());
  }
  const elements: Datum[] = [];
  while (r.remaining > 0) {
    const length = r.i32();
    if (length < 0) elements.push(null);
    else if (r.u8() === BINARY) elements.push(type!.receive(r.raw(length).slice(), -1, env));
    else elements.push(JSON.parse(r.text(length)));
  }
  return new PgArray(elementOid, dims, lbounds, elements);
}

function cannotAccept(): never {
  throw new SqlError('0A000', 'cannot accept a value of type anyarray');
}

/** Output is the actual array type's. */
if (baseType(2277) === undefined) {
  defineType({
    oid: 2277, name: 'anyarray', physical: 'bytes', len: -1, encode, decode,
    parse: cannotAccept, receive: cannotAccept,
    format: (v: PgArray, e) => e.types.typeImpl(e.types.typeInfo(v.elementOid)!.arrayOid).format(v, e),
    send: (v: PgArray, e) => e.types.typeImpl(e.types.typeInfo(v.elementOid)!.arrayOid).send(v, e),
  });
}

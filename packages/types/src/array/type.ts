/** The TypeImpl of an array type, made from its element's. */
import type { Oid } from '../brand.js';
import type { TypeEnv, TypeImpl, TypeInfo, TypeResolver } from '../type-impl.js';
import { SqlError } from '../errors.js';
import { ByteReader, ByteWriter } from '../any/bytes.js';
import { compareOf, hashPiece, readDatum, sortKeyOf, writeDatum } from '../any/datum-codec.js';
import { ARRAY_DIMENSIONS_MAX, PgArray } from './value.js';
import { formatArray, parseArray, tooManyDimensions } from './text-io.js';

/** array_cmp: elements first, NULLs last, then the count, then the shape. */
export function compareArrays(a: PgArray, b: PgArray, element: TypeImpl): number {
  const x = a.elements;
  const y = b.elements;
  const compare = compareOf(element);
  const n = Math.min(x.length, y.length);
  for (let i = 0; i < n; i++) {
    const p = x[i];
    const q = y[i];
    if (p === null || q === null) {
      if (p === q) continue;
      return p === null ? 1 : -1;
    }
    const c = compare(p, q);
    if (c !== 0) return c;
  }
  if (x.length !== y.length) return x.length < y.length ? -1 : 1;
  return compareShapes(a, b);
}

function compareShapes(a: PgArray, b: PgArray): number {
  if (a.dims.length !== b.dims.length) return a.dims.length < b.dims.length ? -1 : 1;
  for (let i = 0; i < a.dims.length; i++) {
    if (a.dims[i] !== b.dims[i]) return a.dims[i]! < b.dims[i]! ? -1 : 1;
  }
  for (let i = 0; i < a.dims.length; i++) {
    if (a.lbounds[i] !== b.lbounds[i]) return a.lbounds[i]! < b.lbounds[i]! ? -1 : 1;
  }
  return 0;
}

export function sendArray(a: PgArray, element: TypeImpl, env: TypeEnv): Uint8Array {
  const w = new ByteWriter();
  w.i32(a.dims.length);
  w.i32(a.hasNulls() ? 1 : 0);
  w.u32(a.elementOid);
  for (let i = 0; i < a.dims.length; i++) {
    w.i32(a.dims[i]!);
    w.i32(a.lbounds[i]!);
  }
  for (const v of a.elements) {
    if (v === null) w.i32(-1);
    else w.counted(element.send(v, env));
  }
  return w.done();
}

export function receiveArray(bytes: Uint8Array, element: TypeImpl, typmod: number, env: TypeEnv): PgArray {
  const r = new ByteReader(bytes);
  const ndim = r.i32();
  if (ndim < 0) throw new SqlError('22P03', `invalid number of dimensions: ${ndim}`);
  if (ndim > ARRAY_DIMENSIONS_MAX) throw tooManyDimensions();
  const flags = r.i32();
  if (flags !== 0 && flags !== 1) throw new SqlError('22P03', 'invalid array flags');
  const oid = r.u32();
  if (oid !== element.oid) {
    const name = (o: Oid): string => env.types.formatType(o, -1);
    throw new SqlError('42804',
      `binary data has array element type ${oid} (${name(oid)}) instead of expected ${element.oid} (${name(element.oid)})`);
  }
  const dims: number[] = [];
  const lbounds: number[] = [];
  let count = ndim === 0 ? 0 : 1;
  for (let i = 0; i < ndim; i++) {
    dims.push(r.i32());
    lbounds.push(r.i32());
    count *= dims[i]!;
  }
  const elements: unknown[] = [];
  for (let i = 0; i < count; i++) {
    const n = r.i32();
    elements.push(n < 0 ? null : element.receive(r.raw(n), typmod, env));
  }
  return count === 0 ? PgArray.empty(element.oid) : new PgArray(element.oid, dims, lbounds, elements);
}

/** Layout: u8 ndim, (i32 length, i32 lower bound)*, u8 hasNulls, then per element [u8 isNull] value. */
function encodeArray(a: PgArray, element: TypeImpl): Uint8Array {
  const w = new ByteWriter(16 + a.elements.length * 8);
  w.u8(a.dims.length);
  for (let i = 0; i < a.dims.length; i++) {
    w.i32(a.dims[i]!);
    w.i32(a.lbounds[i]!);
  }
  const nulls = a.hasNulls();
  w.u8(nulls ? 1 : 0);
  for (const v of a.elements) {
    if (nulls) w.u8(v === null ? 1 : 0);
    if (v !== null) writeDatum(w, element, v);
  }
  return w.done();
}

function decodeArray(bytes: Uint8Array, element: TypeImpl): PgArray {
  const r = new ByteReader(bytes);
  const ndim = r.u8();
  const dims: number[] = [];
  const lbounds: number[] = [];
  let count = ndim === 0 ? 0 : 1;
  for (let i = 0; i < ndim; i++) {
    dims.push(r.i32());
    lbounds.push(r.i32());
    count *= dims[i]!;
  }
  const nulls = r.u8() === 1;
  const elements: unknown[] = new Array(count);
  for (let i = 0; i < count; i++) elements[i] = nulls && r.u8() === 1 ? null : readDatum(r, element);
  return new PgArray(element.oid, dims, lbounds, elements);
}

function hashArrayKey(a: PgArray, element: TypeImpl): string {
  let key = `${a.dims.join()}/${a.lbounds.join()}/`;
  for (const v of a.elements) key += hashPiece(element, v);
  return key;
}

/** Per element 1 and its key, 2 for NULL; 0 ends them, so a prefix sorts first; then the shape. */
function arraySortKey(a: PgArray, element: TypeImpl): Uint8Array {
  const w = new ByteWriter(16 + a.elements.length * 8);
  for (const v of a.elements) {
    w.u8(v === null ? 2 : 1);
    if (v !== null) w.raw(sortKeyOf(element, v));
  }
  w.u8(0);
  w.u8(a.dims.length);
  for (const d of a.dims) w.u32(d);
  for (const b of a.lbounds) w.u32(b + 0x80000000);
  return w.done();
}

/** The implementation of a true array type; the element's delimiter and typmod rules apply inside. */
export function makeArrayType(info: TypeInfo, element: TypeImpl, resolver: TypeResolver): TypeImpl {
  const delimiter = resolver.typeInfo(element.oid)?.delimiter ?? ',';
  return {
    oid: info.oid, name: info.name, physical: 'bytes', len: -1,
    parse: (text, typmod, env) => parseArray(text, element.oid, delimiter, (t) => element.parse(t, typmod, env)),
    format: (v: PgArray, env) => formatArray(v, delimiter, (e) => element.format(e, env)),
    send: (v: PgArray, env) => sendArray(v, element, env),
    receive: (bytes, typmod, env) => receiveArray(bytes, element, typmod, env),
    encode: (v: PgArray) => encodeArray(v, element),
    decode: (bytes) => decodeArray(bytes, element),
    compare: element.compare === undefined ? undefined : (a: PgArray, b: PgArray) => compareArrays(a, b, element),
    hashKey: element.hashKey === undefined ? undefined : (v: PgArray) => hashArrayKey(v, element),
    sortKey: element.compare === undefined ? undefined : (v: PgArray) => arraySortKey(v, element),
    coerce: element.coerce === undefined ? undefined : (v: PgArray, typmod, explicit) =>
      new PgArray(v.elementOid, v.dims, v.lbounds,
        v.elements.map((e) => (e === null ? null : element.coerce!(e, typmod, explicit)))),
  };
}

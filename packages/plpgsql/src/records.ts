/** Records: the names and types of their fields, and rows moved between shapes. */
import { PgRecord, RECORD_OID, SqlError, type Datum, type Oid } from '@pglitedb/types';
import type { Frame } from './frame.js';

/** Names and types of a record's fields. */
export interface Shape { readonly typeOid: Oid; readonly names: readonly string[]; readonly types: readonly Oid[]; readonly typmods?: readonly number[] }

export function shapesEqual(a: Shape | undefined, b: Shape | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined || a.typeOid !== b.typeOid || a.names.length !== b.names.length) return false;
  return (a.names === b.names || a.names.every((n, k) => n === b.names[k])) && (a.types === b.types || a.types.every((t, k) => t === b.types[k]));
}

/** The shape of a record variable now; undefined for one without type and value. */
export function recordShape(frame: Frame, recno: number): Shape | undefined {
  const d = frame.fn.datums[recno]!;
  const value = frame.values[recno] as PgRecord | null;
  if (value !== null) return shapeOf(frame, value);
  return d.dtype === 'rec' && d.type.oid !== RECORD_OID ? namedShape(frame, d.type.oid) : frame.knownShapes.get(recno);
}
export function shapeOf(frame: Frame, r: PgRecord): Shape {
  if (r.fieldNames !== undefined) return { typeOid: r.typeOid, names: r.fieldNames, types: r.fieldTypes };
  if (r.typeOid !== RECORD_OID) return namedShape(frame, r.typeOid);
  return { typeOid: RECORD_OID, names: r.fieldTypes.map((_t, k) => `f${k + 1}`), types: r.fieldTypes };
}
const named = new WeakMap<readonly object[], Shape>();
export function namedShape(frame: Frame, typeOid: Oid): Shape {
  const fields = frame.session.catalog().types.fields(typeOid);
  let s = named.get(fields);
  if (s === undefined || s.typeOid !== typeOid) named.set(fields, (s = { typeOid, names: fields.map((f) => f.name), types: fields.map((f) => f.typeOid), typmods: fields.map((f) => f.typmod) }));
  return s;
}

/** The value of a record's field. */
export function fieldOf(frame: Frame, recno: number, field: string): Datum {
  const value = frame.values[recno] as PgRecord | null;
  if (value === null) return null;
  const k = shapeOf(frame, value).names.indexOf(field);
  if (k < 0) throw noField(frame, recno, field);
  return value.values[k] ?? null;
}
export function noField(frame: Frame, recno: number, field: string): SqlError {
  const d = frame.fn.datums[recno]!;
  return new SqlError('42703', `record "${d.dtype === 'rec' ? d.name : ''}" has no field "${field}"`);
}
export function notAssigned(name: string): SqlError {
  return new SqlError('55000', `record "${name}" is not assigned yet`, { detail: 'The tuple structure of a not-yet-assigned record is indeterminate.' });
}

/**
 * What a chunk knows of a column's type. Recovery opens tables without the catalog, so a codec starts with nothing but
 * the physical kind ('bytes' values stay bytes) and gets the type's encode and decode when the table is opened with it.
 */
import type { ColumnType } from '@pglitedb/storage';
import type { Datum, Physical } from '@pglitedb/types';
import type { ColumnSpec } from '../api.js';

export class ColumnCodec implements ColumnType {
  encode?: (value: Datum) => Uint8Array;
  decode?: (bytes: Uint8Array) => Datum;
  decodeAt?: (heap: Uint8Array, start: number, end: number) => Datum;
  typeOid = 0;

  constructor(readonly physical: Physical, /** value in rows older than the column */ public missing: Datum = null) {}

  bind(spec: ColumnSpec): void {
    const type = spec.type;
    if (spec.missing !== undefined) this.missing = spec.missing;
    else if (this.missing instanceof Uint8Array && this.decode === undefined && this.physical === 'bytes' && type.decode !== undefined) this.missing = type.decode(this.missing);
    this.typeOid = type.oid as number;
    if (this.physical !== 'bytes') return;
    this.encode = type.encode === undefined ? undefined : (value) => type.encode!(value);
    this.decodeAt = type.decodeAt === undefined ? undefined : type.decodeAt.bind(type);
    this.decode = type.decode === undefined ? undefined : (bytes) => type.decode!(bytes);
  }
}

export const XMIN = new ColumnCodec('uint32');

/** Catalog rows of simple objects for tests. */
import type { CatalogWriter } from '../api.js';
import type { PgAttributeRow, PgClassRow, PgTypeRow } from '../rows.js';

export function classRow(oid: number, relname: string, more: Partial<PgClassRow> = {}): PgClassRow {
  return {
    oid, relname, relnamespace: 2200, reltype: 0, reloftype: 0, relowner: 10, relam: 2, relfilenode: oid, reltablespace: 0, relpages: 0, reltuples: -1, relallvisible: 0,
    relallfrozen: 0, reltoastrelid: 0, relhasindex: false, relisshared: false, relpersistence: 'p', relkind: 'r', relnatts: 1, relchecks: 0, relhasrules: false,
    relhastriggers: false, relhassubclass: false, relrowsecurity: false, relforcerowsecurity: false, relispopulated: true, relreplident: 'd', relispartition: false,
    relrewrite: 0, relfrozenxid: 0, relminmxid: 0, relacl: null, reloptions: null, relpartbound: null, ...more,
  };
}

export function attributeRow(attrelid: number, attnum: number, attname: string, atttypid: number): PgAttributeRow {
  return {
    attrelid, attname, atttypid, attlen: 4, attnum, atttypmod: -1, attndims: 0, attbyval: true, attalign: 'i', attstorage: 'p', attcompression: '', attnotnull: false,
    atthasdef: false, atthasmissing: false, attidentity: '', attgenerated: '', attisdropped: false, attislocal: true, attinhcount: 0, attcollation: 0, attstattarget: null,
    attacl: null, attoptions: null, attfdwoptions: null, attmissingval: null,
  };
}

/** A type like an existing one, under another name. */
export function typeLike(writer: CatalogWriter, model: number, changes: Partial<PgTypeRow>): void {
  writer.insert('pg_type', { ...writer.syscache('TYPEOID', model)!, typarray: 0, typdefaultbin: null, typnamespace: 2200, ...changes });
}

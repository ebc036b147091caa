/** Creating relations: pg_class, pg_type, pg_attribute rows, dependencies and storage. */
import type { CatalogReader, CatalogRow, CatalogWriter } from '@pglitedb/catalog';
import { SqlError, type Datum, type Oid } from '@pglitedb/types';
import type { SessionServices } from '../../context.js';
import { tableSpec } from '../../relation.js';
import { AM, CLASS } from './catalog-ids.js';
import { newObjectAcl } from './default-acl.js';
import { address, recordDependency } from './depend.js';

export interface NewColumn {
  name: string; type: Oid; typmod: number; collation: Oid; notNull: boolean; ndims: number; isLocal: boolean; inheritCount: number;
  identity: '' | 'a' | 'd'; generated: '' | 's' | 'v'; storage?: string; compression?: string; missing?: Datum;
}
export interface NewRelation {
  name: string; namespace: Oid; kind: string; persistence: string; columns: NewColumn[]; owner: Oid; options: string[] | null; ofType: Oid; isPartition: boolean;
  /** Its own row type and array type (tables, views, composite types). */
  withType: boolean;
}

/** pg_class row of a relation with everything at its usual value. */
export function classRow(r: { oid: Oid; name: string; namespace: Oid; owner: Oid; kind: string; persistence: string; relfile: number }): CatalogRow<'pg_class'> {
  const hasStorage = 'rSmti'.includes(r.kind);
  return {
    oid: r.oid, relname: r.name, relnamespace: r.namespace, reltype: 0, reloftype: 0, relowner: r.owner, relam: r.kind === 'r' || r.kind === 'm' || r.kind === 't' ? AM.heap : 0,
    relfilenode: hasStorage ? r.relfile : 0, reltablespace: 0, relpages: 0, reltuples: 'rmp'.includes(r.kind) ? -1 : 0, relallvisible: 0, relallfrozen: 0, reltoastrelid: 0,
    relhasindex: false, relisshared: false, relpersistence: r.persistence, relkind: r.kind, relnatts: 0, relchecks: 0, relhasrules: false, relhastriggers: false,
    relhassubclass: false, relrowsecurity: false, relforcerowsecurity: false, relispopulated: true, relreplident: 'rmp'.includes(r.kind) ? 'd' : 'n', relispartition: false,
    relrewrite: 0, relfrozenxid: 'rmt'.includes(r.kind) ? 750 : 0, relminmxid: 'rmt'.includes(r.kind) ? 1 : 0, relacl: null, reloptions: null, relpartbound: null,
  };
}

export function attributeRow(catalog: CatalogReader, relid: Oid, attnum: number, c: NewColumn): CatalogRow<'pg_attribute'> {
  const type = catalog.syscache('TYPEOID', c.type);
  if (type === undefined) throw new SqlError('42704', `type with OID ${c.type} does not exist`);
  return {
    attrelid: relid, attname: c.name, atttypid: c.type, attlen: type.typlen, attnum, atttypmod: c.typmod, attndims: c.ndims, attbyval: type.typbyval, attalign: type.typalign,
    attstorage: c.storage ?? type.typstorage, attcompression: c.compression ?? '', attnotnull: c.notNull, atthasdef: false, atthasmissing: false, attidentity: c.identity,
    attgenerated: c.generated, attisdropped: false, attislocal: c.isLocal, attinhcount: c.inheritCount, attcollation: c.collation, attstattarget: null, attacl: null,
    attoptions: null, attfdwoptions: null, attmissingval: null,
  };
}

const SYSTEM_ATTRIBUTES: [string, Oid, number, number, string][] = [
  ['ctid', 27, 6, -1, 's'], ['xmin', 28, 4, -2, 'i'], ['cmin', 29, 4, -3, 'i'], ['xmax', 28, 4, -4, 'i'], ['cmax', 29, 4, -5, 'i'], ['tableoid', 26, 4, -6, 'i'],
];

/** 42P07 unless the name is free among relations, and 42710 among types. */
export function checkRelationName(w: CatalogReader, name: string, namespace: Oid): void {
  if (w.syscache('RELNAMENSP', name, namespace) !== undefined) throw new SqlError('42P07', `relation "${name}" already exists`);
}

export function createRelation(session: SessionServices, r: NewRelation): Oid {
  const w = session.catalogWriter();
  checkRelationName(w, r.name, r.namespace);
  checkColumns(r);
  const oid = w.newOid();
  const store = session.txns.store;
  const hasStorage = 'rm'.includes(r.kind);
  const relfile = hasStorage ? store.newRelfile() : 0;
  const row = classRow({ oid, name: r.name, namespace: r.namespace, owner: r.owner, kind: r.kind, persistence: r.persistence, relfile });
  const type = r.withType ? createRowType(w, r, oid) : 0;
  const relacl = 'rvmfp'.includes(r.kind) ? newObjectAcl(w, 'r', r.owner, r.namespace) : r.kind === 'S' ? newObjectAcl(w, 's', r.owner, r.namespace) : null;
  w.insert('pg_class', { ...row, relacl, reltype: type, reloftype: r.ofType, relnatts: r.columns.length, reloptions: r.options, relispartition: r.isPartition });
  if (r.kind !== 'v' && r.kind !== 'c') {
    for (const [name, typeOid, len, num, align] of SYSTEM_ATTRIBUTES) {
      w.insert('pg_attribute', {
        ...attributeRow(w, oid, num, { name, type: typeOid, typmod: -1, collation: 0, notNull: true, ndims: 0, isLocal: true, inheritCount: 0, identity: '', generated: '' }),
        attlen: len, attbyval: len === 4, attalign: align, attstorage: 'p',
      });
    }
  }
  r.columns.forEach((c, k) => {
    w.insert('pg_attribute', attributeRow(w, oid, k + 1, c));
    recordDependency(w, address(CLASS.relation, oid, k + 1), address(CLASS.type, c.type), 'n');
    if (c.collation >= 16384) recordDependency(w, address(CLASS.relation, oid, k + 1), address(CLASS.collation, c.collation), 'n');
  });
  recordDependency(w, address(CLASS.relation, oid), address(CLASS.namespace, r.namespace), 'n');
  if (hasStorage) store.createTable(session.transaction(), relfile, tableSpec(session, session.catalog().relation(oid)!));
  return oid;
}

function checkColumns(r: NewRelation): void {
  const seen = new Set<string>();
  const system = new Set(SYSTEM_ATTRIBUTES.map((a) => a[0]));
  for (const c of r.columns) {
    if (seen.has(c.name)) throw new SqlError('42701', `column "${c.name}" specified more than once`);
    if (r.kind !== 'v' && r.kind !== 'c' && system.has(c.name)) throw new SqlError('42701', `column name "${c.name}" conflicts with a system column name`);
    seen.add(c.name);
  }
  if (r.columns.length > 1600) throw new SqlError('54011', 'tables can have at most 1600 columns');
}

const RECORD_FUNCTIONS = { typinput: 2290, typoutput: 2291, typreceive: 2402, typsend: 2403 } as const;
export const ARRAY_FUNCTIONS = { typinput: 750, typoutput: 751, typreceive: 2400, typsend: 2401, typanalyze: 3816, typsubscript: 6179 } as const;

/** A name for the array type of a type: "_name", with more underscores while taken. */
export function arrayTypeName(w: CatalogReader, name: string, namespace: Oid): string {
  let candidate = `_${name}`.slice(0, 63);
  for (let k = 1; w.syscache('TYPENAMENSP', candidate, namespace) !== undefined; k++) candidate = `_${name}_${k}`.slice(0, 63);
  return candidate;
}

/** pg_type row with everything at its usual value. */
export function typeRow(base: Partial<CatalogRow<'pg_type'>> & { oid: Oid; typname: string; typnamespace: Oid; typowner: Oid }): CatalogRow<'pg_type'> {
  return {
    typlen: -1, typbyval: false, typtype: 'b', typcategory: 'U', typispreferred: false, typisdefined: true, typdelim: ',', typrelid: 0, typsubscript: 0, typelem: 0, typarray: 0,
    typinput: 0, typoutput: 0, typreceive: 0, typsend: 0, typmodin: 0, typmodout: 0, typanalyze: 0, typalign: 'i', typstorage: 'x', typnotnull: false, typbasetype: 0,
    typtypmod: -1, typndims: 0, typcollation: 0, typdefaultbin: null, typdefault: null, typacl: null, ...base,
  } as CatalogRow<'pg_type'>;
}

/** Adds a type with its array type; answers the type's oid. */
export function createTypeWithArray(w: CatalogWriter, row: CatalogRow<'pg_type'>, standalone = row.typrelid === 0): Oid {
  const clash = w.syscache('TYPENAMENSP', row.typname, row.typnamespace);
  if (clash !== undefined) {
    if (clash.typelem !== 0 && clash.typcategory === 'A') w.update('pg_type', { oid: clash.oid }, { typname: arrayTypeName(w, row.typname, row.typnamespace) });
    else throw new SqlError('42710', `type "${row.typname}" already exists`);
  }
  const arrayOid = w.newOid();
  w.insert('pg_type', { ...row, typarray: arrayOid, typacl: standalone && row.typtype !== 'm' ? newObjectAcl(w, 'T', row.typowner, row.typnamespace) : null });
  w.insert('pg_type', typeRow({
    oid: arrayOid, typname: arrayTypeName(w, row.typname, row.typnamespace), typnamespace: row.typnamespace, typowner: row.typowner, typcategory: 'A', typelem: row.oid,
    ...ARRAY_FUNCTIONS, typalign: row.typalign === 'd' ? 'd' : 'i', typdelim: row.typdelim, typcollation: row.typcollation,
  }));
  recordDependency(w, address(CLASS.type, arrayOid), address(CLASS.type, row.oid), 'i');
  return row.oid;
}

function createRowType(w: CatalogWriter, r: NewRelation, relid: Oid): Oid {
  const oid = w.newOid();
  createTypeWithArray(w, typeRow({
    oid, typname: r.name, typnamespace: r.namespace, typowner: r.owner, typtype: 'c', typcategory: 'C', typrelid: relid, ...RECORD_FUNCTIONS, typalign: 'd',
  }), r.kind === 'c');
  recordDependency(w, address(CLASS.type, oid), address(CLASS.relation, relid), 'i');
  return oid;
}

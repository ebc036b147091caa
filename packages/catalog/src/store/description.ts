/** What is known of a catalog without reading one: its columns and indexes, from schema.ts. */
import { assert, type Oid, type TypeImpl } from '@pglitedb/types';
import { TABLES, type TableSource } from '../schema.js';
import { columnType } from '../types/column-types.js';

export interface ColumnDescription { readonly name: string; readonly typeOid: Oid; readonly type: TypeImpl; /** a JS array in rows, a PgArray in the table */ readonly isArray: boolean; readonly elementOid: Oid; readonly lowerBound: number }
export interface IndexDescription { readonly name: string; readonly oid: Oid; readonly attnums: readonly number[]; readonly unique: boolean }
export interface CatalogDescription {
  readonly oid: Oid; readonly name: string; readonly schema: string; readonly shared: boolean;
  readonly columns: readonly ColumnDescription[]; readonly indexes: readonly IndexDescription[];
  readonly attnumByName: ReadonlyMap<string, number>;
}

const ELEMENTS: Readonly<Record<number, readonly [Oid, number]>> = {
  22: [21, 0], 30: [26, 0], 1002: [18, 1], 1003: [19, 1], 1005: [21, 1], 1009: [25, 1], 1021: [700, 1], 1028: [26, 1], 1034: [1033, 1],
};

function describeColumn(source: string): ColumnDescription {
  const [name, oid] = source.split(' ') as [string, string];
  const typeOid = Number(oid);
  const type = columnType(typeOid) ?? columnType(25)!;
  const element = ELEMENTS[typeOid];
  return { name, typeOid, type, isArray: element !== undefined, elementOid: element?.[0] ?? 0, lowerBound: element?.[1] ?? 1 };
}

function describeIndex(source: string): IndexDescription {
  const [name, oid, keys, unique] = source.split(' ');
  return { name: name!, oid: Number(oid), attnums: keys!.split(',').map(Number), unique: unique === 'u' };
}

const byName = new Map<string, TableSource>(TABLES.map((t) => [t.name, t]));
const byOid = new Map<Oid, string>(TABLES.map((t) => [t.oid, t.name]));
const made = new Map<string, CatalogDescription>();

export function describeCatalog(name: string): CatalogDescription {
  let d = made.get(name);
  if (d === undefined) {
    const source = byName.get(name);
    assert(source !== undefined, `there is no catalog ${name}`);
    const columns = source.columns.map(describeColumn);
    d = {
      oid: source.oid, name, schema: source.schema, shared: source.shared, columns, indexes: source.indexes.map(describeIndex),
      attnumByName: new Map(columns.map((c, i) => [c.name, i + 1])),
    };
    made.set(name, d);
  }
  return d;
}

/** Name of the catalog with this oid, undefined for any other relation. */
export const catalogName = (oid: Oid): string | undefined => byOid.get(oid);

export const allCatalogs = (): readonly TableSource[] => TABLES;

/** Relations whose files are the catalogs': tables and indexes of one database, or the shared ones. */
export function catalogFileOids(shared: boolean): Oid[] {
  const oids: Oid[] = [];
  for (const t of TABLES) {
    if (t.shared !== shared) continue;
    oids.push(t.oid);
    for (const i of t.indexes) oids.push(Number(i.split(' ')[1]));
  }
  return oids;
}

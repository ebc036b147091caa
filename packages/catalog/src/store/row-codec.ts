/** Rows of the catalogs as records, made from table columns, and back. */
import { assert, PgArray, type Datum } from '@pglitedb/types';
import type { CatalogDescription, ColumnDescription } from './description.js';

// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyRow = Record<string, any>;

const templates = new WeakMap<CatalogDescription, AnyRow>();

/** A copy of a row of NULLs: all rows of a catalog share one hidden class. */
export function emptyRow(d: CatalogDescription): AnyRow {
  let template = templates.get(d);
  if (template === undefined) {
    template = JSON.parse(JSON.stringify(Object.fromEntries(d.columns.map((c) => [c.name, null])))) as AnyRow;
    templates.set(d, template);
  }
  return { ...template };
}

export function rowFromColumns(d: CatalogDescription, values: readonly Datum[][], at: number): AnyRow {
  const row = emptyRow(d);
  const columns = d.columns;
  for (let c = 0; c < columns.length; c++) {
    const v = values[c]![at];
    row[columns[c]!.name] = columns[c]!.isArray && v !== null ? (v as PgArray).elements : v;
  }
  return row;
}

export function toDatum(c: ColumnDescription, value: unknown): Datum {
  if (value === null || value === undefined) return null;
  if (!c.isArray || value instanceof PgArray) return value;
  const elements = value as Datum[];
  if (c.lowerBound === 0) return new PgArray(c.elementOid, [elements.length], [0], elements);
  return PgArray.of(c.elementOid, elements);
}

/** Values in attnum order. Every column must be given. */
export function columnsFromRow(d: CatalogDescription, row: AnyRow): Datum[] {
  return d.columns.map((c) => {
    const v = row[c.name];
    assert(v !== undefined, `${d.name}.${c.name} is not given`);
    return toDatum(c, v);
  });
}

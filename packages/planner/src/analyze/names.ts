/** Namespace lookups shared by types, functions, operators and relations. */
import { SqlError, type Oid } from '@pglitedb/types';
import type { CatalogReader } from '@pglitedb/catalog';

/** LookupExplicitNamespace: the schema's oid, pg_temp included; 3F000 where there is none. */
export function namespaceOid(catalog: CatalogReader, name: string): Oid {
  const oid = namespaceOidOrZero(catalog, name);
  if (!oid) throw new SqlError('3F000', `schema "${name}" does not exist`);
  return oid;
}
export function namespaceOidOrZero(catalog: CatalogReader, name: string): Oid {
  if (name === 'pg_temp') {
    const temp = catalog.session.tempNamespace();
    if (temp) return temp;
  }
  return (catalog.syscache('NAMESPACENAME', name)?.['oid'] as Oid | undefined) ?? 0;
}
/** Splits a qualified name into schema and object name; checks the catalog part. */
export function splitQualified(catalog: CatalogReader, names: readonly string[]): { schema: string | undefined; name: string } {
  if (names.length === 1) return { schema: undefined, name: names[0]! };
  if (names.length === 2) return { schema: names[0], name: names[1]! };
  if (names.length === 3) {
    const database = catalog.syscache('DATABASEOID', catalog.session.databaseOid)?.['datname'] as string | undefined;
    if (database !== undefined && names[0] !== database) throw new SqlError('0A000', `cross-database references are not implemented: ${names.join('.')}`);
    return { schema: names[1], name: names[2]! };
  }
  throw new SqlError('42601', `improper qualified name (too many dotted names): ${names.join('.')}`);
}
/** quote_identifier, for messages and deparsing: quotes where needed. */
export function quoteName(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
/** Optimal string alignment without transpositions, PostgreSQL's varstr_levenshtein, given up above max. */
export function editDistance(a: string, b: string, max: number): number {
  if (Math.abs(a.length - b.length) > max) return max + 1;
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      row.push(Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    previous = row;
  }
  return previous[b.length]!;
}

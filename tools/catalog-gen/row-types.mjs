/** Makes packages/catalog/src/rows.ts: one interface per catalog. */
const SIMPLE = {
  boolean: 'boolean', bytea: 'Uint8Array', '"char"': 'string', name: 'string', text: 'string', bigint: 'number | bigint', smallint: 'number', integer: 'number',
  regproc: 'Oid', oid: 'Oid', xid: 'number', real: 'number', pg_node_tree: 'string', 'timestamp with time zone': 'number', pg_lsn: 'number | bigint',
  int2vector: 'readonly number[]', oidvector: 'readonly Oid[]', 'smallint[]': 'readonly number[]', 'real[]': 'readonly number[]', 'oid[]': 'readonly Oid[]',
  '"char"[]': 'readonly string[]', 'text[]': 'readonly string[]', 'aclitem[]': 'readonly AclItem[]',
};

function tsType(column) {
  const base = SIMPLE[column.type] ?? 'Datum';
  return column.notnull || base === 'Datum' ? base : `${base} | null`;
}

export function rowTypesSource(tables) {
  const catalogs = tables.filter((t) => t.schema === 'pg_catalog').sort((a, b) => (a.name < b.name ? -1 : 1));
  const out = [
    '/**',
    ' * Row types of the system catalogs. Made by tools/catalog-gen: do not edit. Arrays and vectors are plain JS arrays here',
    " * (the tables hold PgArray datums); pg_node_tree is the text that encodeNode makes; NULL is null.",
    ' */',
    "import type { Datum, Oid } from '@pglitedb/types';",
    "import type { AclItem } from './acl/acl-item.js';",
    '',
  ];
  for (const t of catalogs) {
    out.push(`export interface ${interfaceName(t.name)} {`);
    for (const c of t.columns) out.push(`  ${c.name}: ${tsType(c)};`);
    out.push('}', '');
  }
  out.push('export interface CatalogRows {');
  for (const t of catalogs) out.push(`  ${t.name}: ${interfaceName(t.name)};`);
  out.push('}', '', '/** e.g. \'pg_type\' */', 'export type CatalogName = keyof CatalogRows;', 'export type CatalogRow<K extends CatalogName> = CatalogRows[K];', '');
  return out.join('\n');
}

const interfaceName = (name) => name.split('_').map((w) => w[0].toUpperCase() + w.slice(1)).join('') + 'Row';

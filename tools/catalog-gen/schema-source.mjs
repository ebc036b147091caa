/** Makes packages/catalog/src/schema.ts: columns and indexes of the catalogs, one line each. */
export function schemaSource(tables) {
  const out = [
    '/**',
    ' * Columns and indexes of the system catalogs (and of the tables of information_schema). Made by tools/catalog-gen: do',
    " * not edit. Columns are 'name type-oid', an index is 'name oid attnum,… [u]', u = unique.",
    ' */',
    'export interface TableSource { readonly oid: number; readonly name: string; readonly schema: string; readonly shared: boolean; readonly columns: readonly string[]; readonly indexes: readonly string[] }',
    '',
    'export const TABLES: readonly TableSource[] = [',
  ];
  for (const t of tables) {
    const columns = t.columns.map((c) => `'${c.name} ${c.typeOid}'`).join(', ');
    const indexes = t.indexes.map((i) => `'${i.name} ${i.oid} ${i.keys.join(',')}${i.unique ? ' u' : ''}'`).join(', ');
    out.push(`  { oid: ${t.oid}, name: '${t.name}', schema: '${t.schema}', shared: ${t.shared}, columns: [${columns}], indexes: [${indexes}] },`);
  }
  out.push('];', '');
  return out.join('\n');
}

/**
 * Reads the initial rows of the system catalogs from a real PostgreSQL 18 and writes packages/catalog/data/catalog.json.br
 * (rows as facts: oids and names as there), packages/catalog/src/rows.ts (row types) and src/schema.ts (columns and indexes).
 *
 *   PGHOST=… PGPORT=… PGUSER=postgres PSQL=/path/to/psql node tools/catalog-gen/generate.mjs
 *
 * The server should be freshly initialised with superuser "postgres"; template1 is read, objects with oids from 16384 on
 * are left out. Expressions stored as pg_node_tree are kept as their SQL text, {"sql": …}.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync, mkdirSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';
import { rowTypesSource } from './row-types.mjs';
import { schemaSource } from './schema-source.mjs';

const FIRST_NORMAL_OBJECT_ID = 16384;
const root = new URL('../../packages/catalog/', import.meta.url);

function query(sql) {
  const args = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-h', process.env.PGHOST ?? '127.0.0.1', '-p', process.env.PGPORT ?? '5432',
    '-U', process.env.PGUSER ?? 'postgres', '-d', 'template1'];
  const setup = "set search_path = pg_catalog; set datestyle = 'ISO'; set extra_float_digits = 1;";
  const out = execFileSync(process.env.PSQL ?? 'psql', args, { input: `${setup}\n${sql};\n`, maxBuffer: 1 << 28, encoding: 'utf8' });
  const text = out.trim();
  return text === '' ? [] : JSON.parse(text);
}

/** SQL text of node trees, by catalog.column; the others must be empty. */
const NODE_TREES = {
  'pg_attrdef.adbin': "pg_get_expr(adbin, adrelid)",
  'pg_constraint.conbin': "pg_get_expr(conbin, conrelid)",
  'pg_index.indexprs': "pg_get_expr(indexprs, indrelid)",
  'pg_index.indpred': "pg_get_expr(indpred, indrelid)",
  'pg_proc.proargdefaults': "pg_get_expr(proargdefaults, 0)",
  'pg_proc.prosqlbody': "pg_get_function_sqlbody(oid)",
  'pg_rewrite.ev_action': "case when rulename = '_RETURN' then pg_get_viewdef(ev_class) else pg_get_ruledef(oid) end",
};

function columnExpression(catalog, column) {
  const { name, type } = column;
  const q = `"${name}"`;
  if (type === 'pg_node_tree') {
    const sql = NODE_TREES[`${catalog}.${name}`];
    return sql === undefined ? 'null::text' : `case when ${q} is null then null else json_build_object('sql', ${sql})::text end`;
  }
  if (type === 'regproc' || type === 'regtype') return `${q}::oid::int8`;
  if (type === 'oid') return `${q}::int8`;
  if (type === 'xid') return `${q}::text::int8`;
  if (type === 'oidvector' || type === 'int2vector') return `to_json(string_to_array(${q}::text, ' ')::int8[])`;
  if (type === 'oid[]') return `to_json(${q}::int8[])`;
  if (type === '"char"' || type === 'name') return `${q}::text`;
  if (type === '"char"[]') return `to_json(${q}::text[])`;
  if (type === 'aclitem[]') return `(select json_agg(json_build_array(x.grantee::int8, x.grantor::int8, x.privilege_type, x.is_grantable)) from aclexplode(${q}) x)`;
  if (type === 'anyarray' || type.startsWith('pg_') || type === 'bytea') return `${q}::text`;
  if (type === 'timestamp with time zone') return `null`;
  return q;
}

function readTables() {
  const tables = query(`select coalesce(json_agg(x order by x.oid), '[]') from (
    select c.oid::int8 as oid, c.relname as name, n.nspname as schema, c.relisshared as shared,
      (select json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, -1), 'typeOid', coalesce(nullif(ty.typbasetype::int8, 0), a.atttypid::int8), 'notnull', a.attnotnull) order by a.attnum)
       from pg_attribute a join pg_type ty on ty.oid = a.atttypid where a.attrelid = c.oid and a.attnum > 0) as columns,
      (select coalesce(json_agg(json_build_object('oid', i.indexrelid::int8, 'name', ic.relname, 'unique', i.indisunique, 'primary', i.indisprimary,
         'keys', to_json(string_to_array(i.indkey::text, ' ')::int[])) order by i.indexrelid), '[]')
       from pg_index i join pg_class ic on ic.oid = i.indexrelid where i.indrelid = c.oid) as indexes
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and c.oid < ${FIRST_NORMAL_OBJECT_ID} and n.nspname in ('pg_catalog', 'information_schema')) x`);
  return tables;
}

/** Rows of the cluster this is read from that are not part of a fresh one. */
const FILTERS = {
  pg_database: `oid < ${FIRST_NORMAL_OBJECT_ID}`,
  pg_authid: `oid < ${FIRST_NORMAL_OBJECT_ID}`,
  pg_auth_members: `oid < ${FIRST_NORMAL_OBJECT_ID}`,
  pg_shdepend: `objid < ${FIRST_NORMAL_OBJECT_ID}`,
  pg_db_role_setting: 'false',
  pg_statistic: 'false', pg_statistic_ext: 'false', pg_statistic_ext_data: 'false',
};

function readRows(table) {
  if (table.columns.some((c) => c.name === 'oid') && FILTERS[table.name] === undefined) {
    FILTERS[table.name] = `oid < ${FIRST_NORMAL_OBJECT_ID}`;
  }
  const where = FILTERS[table.name] ?? 'true';
  const primary = table.indexes.find((i) => i.primary);
  const order = primary === undefined ? '' : ` order by ${primary.keys.map((k) => `t."${table.columns[k - 1].name}"`).join(', ')}`;
  const columns = table.columns.map((c) => columnExpression(table.name, c)).join(', ');
  return query(`select coalesce(json_agg(json_build_array(${columns})${order}), '[]') from ${table.schema}.${table.name} t where ${where}`);
}

const tables = readTables();
/** Column by column: far better to compress, and a catalog can be loaded without its neighbours. */
for (const t of tables) {
  const rows = readRows(t);
  t.count = rows.length;
  t.data = t.columns.map((_, c) => rows.map((r) => r[c]));
}
mkdirSync(new URL('data/', root), { recursive: true });
const compress = (value) => brotliCompressSync(JSON.stringify(value), { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 } });
writeFileSync(new URL('data/catalog.json.br', root), compress(Object.fromEntries(tables.map((t) => [t.name, { count: t.count, columns: t.data }]))));
writeFileSync(new URL('src/rows.ts', root), rowTypesSource(tables));
writeFileSync(new URL('src/schema.ts', root), schemaSource(tables));
console.log(`${tables.length} tables, ${tables.reduce((n, t) => n + t.count, 0)} rows`);

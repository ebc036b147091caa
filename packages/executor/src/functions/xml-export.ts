/** Tables, queries, cursors, schemas and the database as XML (SQL/XML part 14's mapping of data; its schemas are not here). */
import type { Steps } from '@pglitedb/txn';
import { SqlError, sqlValueToXml, xmlName, type Datum } from '@pglitedb/types';
import type { ExecContext, ResultColumn } from '../context.js';
import { defineSessionFunctions } from './fmgr.js';

const XSI = 'http://www.w3.org/2001/XMLSchema-instance';
const REGCLASS = 2205;

interface Form { readonly nulls: boolean; readonly forest: boolean; readonly namespace: string }
interface Rows { readonly rows: readonly Datum[][]; readonly columns: readonly ResultColumn[] }

const name = (identifier: string): string => xmlName(identifier, true, false);
const literal = (text: string): string => `'${text.replace(/'/g, "''")}'`;
const namespaces = (form: Form, top: boolean): string => (top ? ` xmlns:xsi="${XSI}"${form.namespace === '' ? '' : ` xmlns="${form.namespace}"`}` : '');

/** Rows under one element, or as a forest of elements named like it. */
function rowsToXml({ rows, columns }: Rows, table: string | undefined, form: Form, top: boolean, x: ExecContext): string {
  const { env } = x.session;
  const root = table ?? 'table';
  const element = form.forest ? (table ?? 'row') : 'row';
  const names = columns.map((c) => name(c.name));
  const start = form.forest ? `<${element}${namespaces(form, top)}>\n` : `<${element}>\n`;
  const body = rows.map((values) => {
    const fields = values.map((v, k) => {
      if (v === null) return form.nulls ? `  <${names[k]!} xsi:nil="true"/>\n` : '';
      return `  <${names[k]!}>${sqlValueToXml(v, columns[k]!.typeOid, true, env)}</${names[k]!}>\n`;
    });
    return `${start}${fields.join('')}</${element}>\n\n`;
  });
  return form.forest ? body.join('') : `<${root}${namespaces(form, top)}>\n\n${body.join('')}</${root}>\n`;
}

function* query(x: ExecContext, sql: string): Steps<Rows> {
  const prepared = x.session.prepare(sql, []);
  if (prepared.columns === undefined) throw new SqlError('22000', 'invalid query');
  return yield* prepared.run([], { readOnly: true });
}

function* tableToXml(x: ExecContext, table: number, form: Form, top: boolean): Steps<string> {
  const rel = x.session.catalog().relation(table);
  if (rel === undefined) throw new SqlError('42P01', `relation with OID ${table} does not exist`);
  const result = yield* query(x, `SELECT * FROM ${x.session.env.types.typeImpl(REGCLASS).format(table, x.session.env)}`);
  return rowsToXml(result, name(rel.relname), form, top, x);
}

function* schemaToXml(x: ExecContext, schema: string, form: Form, top: boolean): Steps<string> {
  const tables = yield* query(x, `SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ${literal(schema)}
    AND c.relkind IN ('r', 'm', 'v') AND pg_catalog.has_table_privilege(c.oid, 'SELECT') ORDER BY c.relname`);
  const parts: string[] = [];
  for (const [oid] of tables.rows) parts.push(`${yield* tableToXml(x, oid, form, false)}\n`);
  return `<${name(schema)}${namespaces(form, top)}>\n\n${parts.join('')}</${name(schema)}>\n`;
}

defineSessionFunctions({
  *table_to_xml(x, [table, nulls, forest, namespace]) { return yield* tableToXml(x, table, { nulls, forest, namespace }, true); },
  *query_to_xml(x, [sql, nulls, forest, namespace]) { return rowsToXml(yield* query(x, sql), undefined, { nulls, forest, namespace }, true, x); },
  *cursor_to_xml(x, [cursor, count, nulls, forest, namespace]) {
    const { procedural } = x.session;
    if (!procedural.hasCursor(cursor)) throw new SqlError('34000', `cursor "${String(cursor)}" does not exist`);
    return rowsToXml(yield* procedural.fetchCursor(cursor, 'forward', count), undefined, { nulls, forest, namespace }, true, x);
  },
  *schema_to_xml(x, [schema, nulls, forest, namespace]) {
    const found = yield* query(x, `SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = ${literal(schema)}`);
    if (found.rows.length === 0) throw new SqlError('3F000', `schema "${String(schema)}" does not exist`);
    return yield* schemaToXml(x, schema, { nulls, forest, namespace }, true);
  },
  *database_to_xml(x, [nulls, forest, namespace]) {
    const form = { nulls, forest, namespace };
    const database = name((yield* query(x, 'SELECT pg_catalog.current_database()')).rows[0]![0] as string);
    const schemas = yield* query(x, `SELECT nspname FROM pg_catalog.pg_namespace WHERE pg_catalog.has_schema_privilege(oid, 'USAGE') AND nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY nspname`);
    const parts: string[] = [];
    for (const [schema] of schemas.rows) parts.push(`${yield* schemaToXml(x, schema, form, false)}\n`);
    return `<${database}${namespaces(form, true)}>\n\n${parts.join('')}</${database}>\n`;
  },
});

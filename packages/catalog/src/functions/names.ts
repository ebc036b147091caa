/** Names and visibility: format_type, pg_get_userbyid, pg_*_is_visible, current_schema(s), current_database, encodings. */
import { defineFunctions, PgArray, SqlError, type CallContext, type Oid } from '@pglitedb/types';
import { envReader } from '../env.js';
import { isVisible, type VisibleKind } from '../namespace/visibility.js';
import { PG_CATALOG_NAMESPACE } from '../namespace/search-path.js';
import { REG_LOOKUPS } from '../types/reg-lookup.js';
import { formatType } from '../types/format-type.js';

const VISIBLE: Readonly<Record<string, VisibleKind>> = {
  pg_table_is_visible: 'table', pg_type_is_visible: 'type', pg_function_is_visible: 'function', pg_operator_is_visible: 'operator', pg_opclass_is_visible: 'opclass',
  pg_opfamily_is_visible: 'opfamily', pg_collation_is_visible: 'collation', pg_conversion_is_visible: 'conversion', pg_statistics_obj_is_visible: 'statistics',
  pg_ts_parser_is_visible: 'tsParser', pg_ts_dict_is_visible: 'tsDict', pg_ts_template_is_visible: 'tsTemplate', pg_ts_config_is_visible: 'tsConfig',
};
for (const [name, kind] of Object.entries(VISIBLE)) {
  defineFunctions({ [name]: (oid: Oid, ctx: CallContext) => isVisible(envReader(ctx.env), kind, oid) ?? null });
}

const NAME = 19;
const UNKNOWN = 705;

defineFunctions({
  format_type: (oid: Oid | null, typmod: number | null, ctx: CallContext) =>
    (oid === null ? null : formatType(envReader(ctx.env), oid, typmod === null ? undefined : typmod)),
  pg_get_userbyid: (oid: Oid, ctx: CallContext) => envReader(ctx.env).syscache('AUTHOID', oid)?.rolname ?? `unknown (OID=${oid})`,
  current_database: (ctx: CallContext) => {
    const reader = envReader(ctx.env);
    return reader.syscache('DATABASEOID', reader.session.databaseOid)?.datname ?? null;
  },
  current_schema: (ctx: CallContext) => {
    const reader = envReader(ctx.env);
    const implicit = new Set(explicitPath(ctx));
    const first = reader.searchPath().find((ns) => implicit.has(ns));
    return first === undefined ? null : (reader.syscache('NAMESPACEOID', first)?.nspname ?? null);
  },
  current_schemas: (all: boolean, ctx: CallContext) => {
    const reader = envReader(ctx.env);
    const path = all ? reader.searchPath() : explicitPath(ctx);
    return PgArray.of(NAME, path.map((ns) => reader.syscache('NAMESPACEOID', ns)?.nspname).filter((n) => n !== undefined));
  },
  pg_my_temp_schema: (ctx: CallContext) => envReader(ctx.env).session.tempNamespace(),
  pg_is_other_temp_schema: (oid: Oid, ctx: CallContext) => {
    const reader = envReader(ctx.env);
    if (oid === reader.session.tempNamespace()) return false;
    const name = reader.syscache('NAMESPACEOID', oid)?.nspname;
    return name !== undefined && (name.startsWith('pg_temp_') || name.startsWith('pg_toast_temp_'));
  },
  pg_client_encoding: (ctx: CallContext) => ctx.env.setting('client_encoding') ?? 'UTF8',
  pg_typeof: (_value: unknown, ctx: CallContext) => ctx.argTypes[0] ?? 0,
  pg_collation_for: (_value: unknown, ctx: CallContext) => collationFor(ctx),
  pg_basetype: (oid: Oid, ctx: CallContext) => {
    const reader = envReader(ctx.env);
    let row = reader.syscache('TYPEOID', oid);
    while (row !== undefined && row.typtype === 'd') row = reader.syscache('TYPEOID', row.typbasetype);
    return row?.oid ?? null;
  },
  pg_collation_actual_version: (oid: Oid, ctx: CallContext) => {
    const row = envReader(ctx.env).syscache('COLLOID', oid);
    if (row === undefined) throw new SqlError('42704', `collation with OID ${oid} does not exist`);
    return row.collversion;
  },
});

/** pg_collation_for: the collation that the argument has, NULL for none. */
function collationFor(ctx: CallContext): string | null {
  const reader = envReader(ctx.env);
  const type = ctx.argTypes[0] ?? 0;
  if (type === 0) return null;
  if (type !== UNKNOWN && (reader.types.typeInfo(type)?.collation ?? 0) === 0) {
    throw new SqlError('42804', `collations are not supported by type ${reader.types.formatType(type, -1)}`);
  }
  return ctx.collation === 0 ? null : (REG_LOOKUPS.regcollation!.format(reader, ctx.collation) ?? null);
}

/** The search path without its implicit members. */
function explicitPath(ctx: CallContext): Oid[] {
  const reader = envReader(ctx.env);
  const path = reader.searchPath();
  const setting = (reader.session.setting('search_path') ?? '"$user", public').toLowerCase();
  const temp = reader.session.tempNamespace();
  return path.filter((ns) => (ns === PG_CATALOG_NAMESPACE ? setting.includes('pg_catalog') : ns !== temp || setting.includes('pg_temp')));
}

/**
 * has_*_privilege: (user,)? object, privileges. Every family has the variants name/id of user and object; the table says
 * how a name becomes an object and which privilege words it knows.
 */
import { defineFunctions, SqlError, type BuiltinFn, type CallContext, type Oid } from '@pglitedb/types';
import type { CatalogReader } from '../api.js';
import { envReader } from '../env.js';
import { hasPrivilegesOfRole, isMemberOfRole, isSuperuser, rolesOf } from '../acl/acl-check.js';
import { ACL, ACL_KINDS, PRIVILEGES, type AclObjectKind } from '../acl/acl-item.js';
import { columnAclMask, objectAclMask, type AclCatalog } from '../acl/object-acl.js';
import { REG_LOOKUPS } from '../types/reg-lookup.js';

interface Asked { bit: number; grantOption: boolean }

/** "SELECT, INSERT WITH GRANT OPTION": any of these is enough. */
function parsePrivileges(text: string, all: number): Asked[] {
  return text.split(',').map((part) => {
    const word = part.trim().toUpperCase();
    const grantOption = word.endsWith(' WITH GRANT OPTION');
    const name = grantOption ? word.slice(0, -' WITH GRANT OPTION'.length) : word;
    const bit = name === 'TEMP' ? ACL.CREATE_TEMP : (PRIVILEGES.find((p) => p.name === name)?.bit ?? 0);
    if ((bit & all) === 0) throw new SqlError('22023', `unrecognized privilege type: "${part.trim()}"`);
    return { bit, grantOption };
  });
}

/** get_role_oid_or_public */
export function roleArgument(reader: CatalogReader, role: string | Oid): Oid {
  if (typeof role === 'number') return role;
  if (role === 'public') return 0;
  return reader.syscache('AUTHNAME', role)?.oid ?? raise('42704', `role "${role}" does not exist`);
}

const raise = (code: string, message: string): never => { throw new SqlError(code, message); };

interface Family { readonly name: string; readonly catalog: AclCatalog; readonly kind: AclObjectKind; find(reader: CatalogReader, name: string): Oid }

const FAMILIES: readonly Family[] = [
  { name: 'table', catalog: 'pg_class', kind: 'r', find: (r, n) => REG_LOOKUPS.regclass!.find(r, n) },
  { name: 'sequence', catalog: 'pg_class', kind: 's', find: sequenceByName },
  { name: 'database', catalog: 'pg_database', kind: 'd', find: (r, n) => r.syscache('DATABASENAME', n)?.oid ?? raise('3D000', `database "${n}" does not exist`) },
  { name: 'foreign_data_wrapper', catalog: 'pg_foreign_data_wrapper', kind: 'F', find: (r, n) => r.syscache('FOREIGNDATAWRAPPERNAME', n)?.oid ?? raise('42704', `foreign-data wrapper "${n}" does not exist`) },
  { name: 'server', catalog: 'pg_foreign_server', kind: 'S', find: (r, n) => r.syscache('FOREIGNSERVERNAME', n)?.oid ?? raise('42704', `server "${n}" does not exist`) },
  { name: 'function', catalog: 'pg_proc', kind: 'f', find: (r, n) => REG_LOOKUPS.regprocedure!.find(r, n) },
  { name: 'language', catalog: 'pg_language', kind: 'l', find: (r, n) => r.syscache('LANGNAME', n)?.oid ?? raise('42704', `language "${n}" does not exist`) },
  { name: 'schema', catalog: 'pg_namespace', kind: 'n', find: (r, n) => r.syscache('NAMESPACENAME', n)?.oid ?? raise('3F000', `schema "${n}" does not exist`) },
  { name: 'tablespace', catalog: 'pg_tablespace', kind: 't', find: (r, n) => r.syscache('TABLESPACENAME', n)?.oid ?? raise('42704', `tablespace "${n}" does not exist`) },
  { name: 'type', catalog: 'pg_type', kind: 'T', find: (r, n) => REG_LOOKUPS.regtype!.find(r, n) },
  { name: 'largeobject', catalog: 'pg_largeobject_metadata', kind: 'L', find: () => raise('42704', 'large objects have no names') },
];

function sequenceByName(reader: CatalogReader, name: string): Oid {
  const oid = REG_LOOKUPS.regclass!.find(reader, name);
  if (reader.syscache('RELOID', oid)?.relkind !== 'S') raise('42809', `"${name}" is not a sequence`);
  return oid;
}

function check(reader: CatalogReader, family: Family, role: Oid, oid: Oid, asked: readonly Asked[]): boolean | null {
  if (family.name === 'sequence') {
    const relkind = reader.syscache('RELOID', oid)?.relkind;
    if (relkind === undefined) return null;
    if (relkind !== 'S') raise('42809', `"${reader.syscache('RELOID', oid)!.relname}" is not a sequence`);
  }
  for (const { bit, grantOption } of asked) {
    const have = objectAclMask(reader, family.catalog, oid, role, bit, grantOption);
    if (have === undefined) return null;
    if (have !== 0) return true;
  }
  return false;
}

/** The six variants of a family, as PostgreSQL names them. */
function familyFunctions(family: Family): Record<string, BuiltinFn> {
  const { all } = ACL_KINDS[family.kind];
  const answer = (ctx: CallContext, user: string | Oid | undefined, object: string | Oid, privileges: string): boolean | null => {
    const reader = envReader(ctx.env);
    const role = user === undefined ? reader.session.userOid() : roleArgument(reader, user);
    const oid = typeof object === 'number' ? object : family.find(reader, object);
    return check(reader, family, role, oid, parsePrivileges(privileges, all));
  };
  const two: BuiltinFn = (object: string | Oid, privileges: string, ctx: CallContext) => answer(ctx, undefined, object, privileges);
  const three: BuiltinFn = (user: string | Oid, object: string | Oid, privileges: string, ctx: CallContext) => answer(ctx, user, object, privileges);
  const base = `has_${family.name}_privilege`;
  return { [`${base}_id`]: two, [`${base}_name`]: two, [`${base}_id_id`]: three, [`${base}_id_name`]: three, [`${base}_name_id`]: three, [`${base}_name_name`]: three };
}

for (const family of FAMILIES) defineFunctions(familyFunctions(family));

/* Columns: the table's privilege or the column's own. */

function attributeNumber(reader: CatalogReader, relation: Oid, column: string | number): number {
  if (typeof column === 'number') return column;
  const a = reader.syscache('ATTNAME', relation, column);
  if (a === undefined || a.attisdropped) raise('42703', `column "${column}" of relation "${reader.syscache('RELOID', relation)?.relname ?? ''}" does not exist`);
  return a!.attnum;
}

function columnPrivilege(ctx: CallContext, user: string | Oid | undefined, table: string | Oid, column: string | number, privileges: string): boolean | null {
  const reader = envReader(ctx.env);
  const role = user === undefined ? reader.session.userOid() : roleArgument(reader, user);
  const relation = typeof table === 'number' ? table : REG_LOOKUPS.regclass!.find(reader, table);
  const asked = parsePrivileges(privileges, ACL_KINDS.c.all);
  if (typeof table === 'number' && reader.syscache('RELOID', relation) === undefined) return null;
  const attnum = attributeNumber(reader, relation, column);
  const attribute = reader.syscache('ATTNUM', relation, attnum);
  if (attribute === undefined || attribute.attisdropped) return null;
  return asked.some(({ bit, grantOption }) =>
    (objectAclMask(reader, 'pg_class', relation, role, bit, grantOption) ?? 0) !== 0 || columnAclMask(reader, relation, attnum, role, bit, grantOption) !== 0);
}

for (const t of ['name', 'id']) {
  for (const c of ['name', 'attnum']) {
    defineFunctions({ [`has_column_privilege_${t}_${c}`]: (table, column, p, ctx: CallContext) => columnPrivilege(ctx, undefined, table, column, p) });
    for (const u of ['name', 'id']) {
      defineFunctions({ [`has_column_privilege_${u}_${t}_${c}`]: (user, table, column, p, ctx: CallContext) => columnPrivilege(ctx, user, table, column, p) });
    }
  }
}

function anyColumnPrivilege(ctx: CallContext, user: string | Oid | undefined, table: string | Oid, privileges: string): boolean | null {
  const reader = envReader(ctx.env);
  const role = user === undefined ? reader.session.userOid() : roleArgument(reader, user);
  const relation = typeof table === 'number' ? table : REG_LOOKUPS.regclass!.find(reader, table);
  const asked = parsePrivileges(privileges, ACL_KINDS.c.all);
  const info = reader.relation(relation);
  if (info === undefined) return null;
  return asked.some(({ bit, grantOption }) => (objectAclMask(reader, 'pg_class', relation, role, bit, grantOption) ?? 0) !== 0
    || info.attributes.some((a) => !a.attisdropped && columnAclMask(reader, relation, a.attnum, role, bit, grantOption) !== 0));
}

for (const t of ['name', 'id']) {
  defineFunctions({ [`has_any_column_privilege_${t}`]: (table, p, ctx: CallContext) => anyColumnPrivilege(ctx, undefined, table, p) });
  for (const u of ['name', 'id']) {
    defineFunctions({ [`has_any_column_privilege_${u}_${t}`]: (user, table, p, ctx: CallContext) => anyColumnPrivilege(ctx, user, table, p) });
  }
}

function parameterPrivilege(ctx: CallContext, user: string | Oid | undefined, parameter: string, privileges: string): boolean {
  const reader = envReader(ctx.env);
  const role = user === undefined ? reader.session.userOid() : roleArgument(reader, user);
  const asked = parsePrivileges(privileges, ACL_KINDS.p.all);
  if (isSuperuser(reader, role)) return true;
  const row = reader.syscache('PARAMETERACLNAME', parameter.toLowerCase());
  return row !== undefined && asked.some(({ bit, grantOption }) => (objectAclMask(reader, 'pg_parameter_acl', row.oid, role, bit, grantOption) ?? 0) !== 0);
}
defineFunctions({
  has_parameter_privilege_name: (p: string, priv: string, ctx: CallContext) => parameterPrivilege(ctx, undefined, p, priv),
  has_parameter_privilege_id_name: (u: Oid, p: string, priv: string, ctx: CallContext) => parameterPrivilege(ctx, u, p, priv),
  has_parameter_privilege_name_name: (u: string, p: string, priv: string, ctx: CallContext) => parameterPrivilege(ctx, u, p, priv),
});

/* pg_has_role */

function hasRole(ctx: CallContext, user: string | Oid | undefined, role: string | Oid, privileges: string): boolean {
  const reader = envReader(ctx.env);
  const named = (r: string | Oid): Oid => (typeof r === 'number' ? r : (reader.syscache('AUTHNAME', r)?.oid ?? raise('42704', `role "${r}" does not exist`)));
  const member = user === undefined ? reader.session.userOid() : named(user);
  const of = named(role);
  return privileges.split(',').some((part) => {
    const word = part.trim().toUpperCase();
    switch (word) {
      case 'USAGE': return hasPrivilegesOfRole(reader, member, of);
      case 'MEMBER': return isMemberOfRole(reader, member, of);
      case 'SET': return isSuperuser(reader, member) || rolesOf(reader, member, 'set').has(of);
      case 'USAGE WITH GRANT OPTION': case 'USAGE WITH ADMIN OPTION': case 'MEMBER WITH GRANT OPTION': case 'MEMBER WITH ADMIN OPTION': case 'SET WITH GRANT OPTION': case 'SET WITH ADMIN OPTION':
        return isSuperuser(reader, member) || [...rolesOf(reader, member, 'member')].some((m) => reader.syscacheList('AUTHMEMMEMROLE', m).some((x) => x.roleid === of && x.admin_option));
      default: throw new SqlError('22023', `unrecognized privilege type: "${part.trim()}"`);
    }
  });
}
for (const r of ['name', 'id']) {
  defineFunctions({ [`pg_has_role_${r}`]: (role, p, ctx: CallContext) => hasRole(ctx, undefined, role, p) });
  for (const u of ['name', 'id']) defineFunctions({ [`pg_has_role_${u}_${r}`]: (user, role, p, ctx: CallContext) => hasRole(ctx, user, role, p) });
}

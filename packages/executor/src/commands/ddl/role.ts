/** CREATE, ALTER and DROP ROLE, and settings of roles and databases. */
import { hasPrivilegesOfRole, isSuperuser, objectDescription, type AclItem, type CatalogRow } from '@pglitedb/catalog';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import type { SessionServices } from '../../context.js';
import { defineCommands, type UtilityContext } from '../registry.js';
import { CLASS } from './catalog-ids.js';
import { OWNED } from './ownership.js';
import { addMembership, currentGrantor, isAdminOf, revokeMembership } from './role-membership.js';
import { roleNameOf, roleOid } from './role-lookup.js';
import { options, type Raw } from './raw.js';
import { changedConfig } from './settings-list.js';

/** Makes the stored form of a password (SCRAM); the program that composes the engine gives it. */
export type PasswordHasher = (password: string, iterations: number) => string;
let hasher: PasswordHasher | undefined;
export function setPasswordHasher(h: PasswordHasher): void { hasher = h; }

function storedPassword(session: SessionServices, password: string): string | null {
  if (password === '') {
    session.notice('NOTICE', '00000', 'empty string is not a valid password, clearing password');
    return null;
  }
  if (/^SCRAM-SHA-256\$\d+:[^$]+\$[^:]+:.+$/.test(password) || /^md5[0-9a-f]{32}$/.test(password)) return password;
  if (hasher === undefined) throw new SqlError('0A000', 'passwords are not supported by this program');
  return hasher(password, Number(session.setting('scram_iterations') ?? 4096));
}

const FLAGS: Readonly<Record<string, keyof CatalogRow<'pg_authid'>>> = {
  superuser: 'rolsuper', inherit: 'rolinherit', createrole: 'rolcreaterole', createdb: 'rolcreatedb', canlogin: 'rolcanlogin', isreplication: 'rolreplication', bypassrls: 'rolbypassrls',
};
const FLAG_WORDS: Readonly<Record<string, string>> = { superuser: 'SUPERUSER', createdb: 'CREATEDB', isreplication: 'REPLICATION', bypassrls: 'BYPASSRLS', createrole: 'CREATEROLE' };

interface RoleChanges { row: Partial<CatalogRow<'pg_authid'>>; lists: Map<string, Raw[]>; given: Set<string> }

function roleOptions(session: SessionServices, list: Raw[] | undefined): RoleChanges {
  const row: Record<string, unknown> = {};
  const lists = new Map<string, Raw[]>();
  const given = new Set<string>();
  for (const o of options(list)) {
    if (given.has(o.name)) throw new SqlError('42601', 'conflicting or redundant options');
    given.add(o.name);
    if (FLAGS[o.name] !== undefined) row[FLAGS[o.name]!] = o.raw.Boolean.boolval === true;
    else if (o.name === 'password') row['rolpassword'] = o.raw === undefined ? null : storedPassword(session, o.value ?? '');
    else if (o.name === 'connectionlimit') {
      row['rolconnlimit'] = Number(o.value);
      if ((row['rolconnlimit'] as number) < -1) throw new SqlError('22023', `invalid connection limit: ${o.value}`);
    } else if (o.name === 'validUntil') row['rolvaliduntil'] = session.catalog().types.typeImpl(1184).parse(o.value ?? '', -1, session.env);
    else if (o.name === 'sysid') session.notice('NOTICE', '00000', 'SYSID can no longer be specified');
    else lists.set(o.name, o.raw.List.items);
  }
  return { row, lists, given };
}

function checkName(name: string): void {
  if (name.startsWith('pg_')) throw new SqlError('42939', `role name "${name}" is reserved`, { detail: 'Role names starting with "pg_" are reserved.' });
}

function* createRole(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const c = session.catalog();
  const user = session.userOid();
  const me = c.syscache('AUTHOID', user)!;
  const { row, lists, given } = roleOptions(session, node.options);
  if (!me.rolsuper) {
    if (!me.rolcreaterole) throw new SqlError('42501', 'permission denied to create role', { detail: 'Only roles with the CREATEROLE attribute may create roles.' });
    const denied: [string, boolean][] = [['superuser', true], ['createdb', !me.rolcreatedb], ['isreplication', !me.rolreplication], ['bypassrls', !me.rolbypassrls]];
    for (const [flag, missing] of denied) {
      if (missing && row[FLAGS[flag]!] === true) throw new SqlError('42501', 'permission denied to create role', { detail: `Only roles with the ${FLAG_WORDS[flag]} attribute may create roles with the ${FLAG_WORDS[flag]} attribute.` });
    }
  }
  checkName(node.role);
  if (c.syscache('AUTHNAME', node.role) !== undefined) throw new SqlError('42710', `role "${node.role}" already exists`);
  const w = session.catalogWriter();
  const oid = w.newOid();
  w.insert('pg_authid', {
    oid, rolname: node.role, rolsuper: false, rolinherit: true, rolcreaterole: false, rolcreatedb: false, rolcanlogin: node.stmt_type === 'ROLESTMT_USER' && !given.has('canlogin'), rolreplication: false,
    rolbypassrls: false, rolconnlimit: -1, rolpassword: null, rolvaliduntil: null, ...row,
  });
  if (!me.rolsuper) addMembership(session, { role: oid, member: user, grantor: 10, admin: true, inherit: false, set: false });
  const grantor = me.rolsuper ? 10 : user;
  for (const r of lists.get('addroleto') ?? []) addMembership(session, { role: roleOid(session, r), member: oid, grantor: currentGrantor(session, roleOid(session, r), true), admin: false, inherit: undefined, set: true });
  for (const r of lists.get('adminmembers') ?? []) addMembership(session, { role: oid, member: roleOid(session, r), grantor, admin: true, inherit: undefined, set: true });
  for (const r of lists.get('rolemembers') ?? []) addMembership(session, { role: oid, member: roleOid(session, r), grantor, admin: false, inherit: undefined, set: true });
  return 'CREATE ROLE';
}

const changeDenied = (flag: string): SqlError => new SqlError('42501', 'permission denied to alter role', { detail: `Only roles with the ${FLAG_WORDS[flag]} attribute may change the ${FLAG_WORDS[flag]} attribute.` });

/** May the current role change this one? */
function canAdminister(session: SessionServices, role: Oid): boolean {
  const c = session.catalog();
  if (isSuperuser(c, session.userOid())) return true;
  const me = c.syscache('AUTHOID', session.userOid())!;
  return me.rolcreaterole && c.rows('pg_auth_members', { roleid: role }).some((m) => m.admin_option && hasPrivilegesOfRole(c, me.oid, m.member));
}

function* alterRole(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const c = session.catalog();
  const oid = roleOid(session, node.role);
  const target = c.syscache('AUTHOID', oid)!;
  const { row, lists, given } = roleOptions(session, node.options);
  checkName(target.rolname);
  const me = c.syscache('AUTHOID', session.userOid())!;
  if (!me.rolsuper && !target.rolsuper && row.rolsuper !== undefined) throw changeDenied('superuser');
  if (!me.rolsuper && target.rolsuper) throw new SqlError('42501', 'permission denied to alter role', { detail: 'Only roles with the SUPERUSER attribute may alter roles with the SUPERUSER attribute.' });
  const membersOnly = [...given].every((g) => g === 'rolemembers' || g === 'password');
  if (!canAdminister(session, oid) && membersOnly) {
    if (given.has('password') && oid !== session.userOid()) {
      throw new SqlError('42501', 'permission denied to alter role', { detail: 'To change another role\'s password, the current user must have the CREATEROLE attribute and the ADMIN option on the role.' });
    }
    if (given.has('rolemembers') && !isAdminOf(session, oid)) throw new SqlError('42501', 'permission denied to alter role', { detail: `Only roles with the ADMIN option on role "${target.rolname}" may add or drop members.` });
  } else if (!canAdminister(session, oid)) {
    throw new SqlError('42501', 'permission denied to alter role', { detail: `Only roles with the CREATEROLE attribute and the ADMIN option on role "${target.rolname}" may alter this role.` });
  }
  for (const [flag, may] of [['createdb', me.rolcreatedb], ['isreplication', me.rolreplication], ['bypassrls', me.rolbypassrls]] as const) {
    if (!me.rolsuper && given.has(flag) && !may) throw changeDenied(flag);
  }
  if (oid === 10 && row.rolsuper === false) throw new SqlError('0A000', 'permission denied to alter role', { detail: 'The bootstrap superuser must have the SUPERUSER attribute.' });
  if (Object.keys(row).length > 0) session.catalogWriter().update('pg_authid', { oid }, row);
  for (const r of lists.get('rolemembers') ?? []) {
    const member = roleOid(session, r);
    if (node.action === -1) revokeMembership(session, oid, member, currentGrantor(session, oid, false), new Map(), false);
    else addMembership(session, { role: oid, member, grantor: currentGrantor(session, oid, true), admin: undefined, inherit: undefined, set: undefined });
  }
  return 'ALTER ROLE';
}

/** What in the database hangs on a role: lines for DETAIL. */
function roleDependencies(session: SessionServices, role: Oid): string[] {
  const c = session.catalog();
  const lines: string[] = [];
  for (const [classId, kind] of Object.entries(OWNED)) {
    for (const row of c.rows(kind.catalog) as unknown as readonly Record<string, unknown>[]) {
      const oid = row['oid'] as Oid;
      if (kind.catalog === 'pg_class' && 'it'.includes(row['relkind'] as string)) continue;
      if (kind.catalog === 'pg_type' && ((row['typrelid'] !== 0 && c.syscache('RELOID', row['typrelid'] as Oid)?.relkind !== 'c') || row['typcategory'] === 'A')) continue;
      const text = (): string => objectDescription(c, { classId: Number(classId), objectId: oid, subId: 0 }) ?? '';
      if (row[kind.owner] === role) lines.push(`owner of ${text()}`);
      const acl = kind.acl === undefined ? null : (row[kind.acl] as readonly AclItem[] | null);
      if (acl !== null && acl.some((i) => (i.grantee === role || i.grantor === role) && row[kind.owner] !== role)) lines.push(`privileges for ${text()}`);
    }
  }
  for (const d of c.rows('pg_default_acl')) {
    if (d.defaclrole === role) lines.push(`owner of ${objectDescription(c, { classId: 826, objectId: d.oid, subId: 0 })}`);
    else if (d.defaclacl.some((i) => i.grantee === role)) lines.push(`privileges for ${objectDescription(c, { classId: 826, objectId: d.oid, subId: 0 })}`);
  }
  for (const p of c.rows('pg_policy')) if (p.polroles.includes(role)) lines.push(`target of ${objectDescription(c, { classId: CLASS.policy, objectId: p.oid, subId: 0 })}`);
  return lines;
}

function* dropRole(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const dropped: Oid[] = [];
  for (const r of node.roles) {
    const spec = r.RoleSpec;
    if (spec.roletype !== 'ROLESPEC_CSTRING') throw new SqlError('22023', 'cannot use special role specifier in DROP ROLE');
    const c = session.catalog();
    const role = c.syscache('AUTHNAME', spec.rolename);
    if (role === undefined) {
      if (node.missing_ok !== true) throw new SqlError('42704', `role "${spec.rolename}" does not exist`);
      session.notice('NOTICE', '00000', `role "${spec.rolename}" does not exist, skipping`);
      continue;
    }
    if (role.oid === session.userOid()) throw new SqlError('55006', 'current user cannot be dropped');
    if (role.rolname === session.setting('session_authorization')) throw new SqlError('55006', 'session user cannot be dropped');
    if (role.oid < 16384) throw new SqlError('2BP01', `cannot drop role ${role.rolname} because it is required by the database system`);
    if (!canAdminister(session, role.oid)) throw new SqlError('42501', 'permission denied to drop role', { detail: `Only roles with the CREATEROLE attribute and the ADMIN option on role "${role.rolname}" may drop this role.` });
    if (role.rolsuper && !isSuperuser(c, session.userOid())) throw new SqlError('42501', 'permission denied to drop role', { detail: 'Only roles with the SUPERUSER attribute may drop roles with the SUPERUSER attribute.' });
    const w = session.catalogWriter();
    w.remove('pg_auth_members', { roleid: role.oid });
    w.remove('pg_auth_members', { member: role.oid });
    dropped.push(role.oid);
  }
  for (const oid of dropped) {
    const w = session.catalogWriter();
    const name = roleNameOf(w, oid);
    const granted = w.rows('pg_auth_members', { grantor: oid }).map((m) => `privileges for membership of role ${roleNameOf(w, m.member)} in role ${roleNameOf(w, m.roleid)}`);
    const lines = [...roleDependencies(session, oid), ...granted];
    if (lines.length > 0) throw new SqlError('2BP01', `role "${name}" cannot be dropped because some objects depend on it`, { detail: lines.join('\n') });
    w.remove('pg_authid', { oid });
    w.remove('pg_shdescription', { objoid: oid, classoid: CLASS.authid });
    w.remove('pg_db_role_setting', { setrole: oid });
  }
  return 'DROP ROLE';
}

function changeSettings(u: UtilityContext, database: Oid, role: Oid, clause: Raw): void {
  const w = u.session.catalogWriter();
  const old = w.rows('pg_db_role_setting', { setdatabase: database, setrole: role })[0];
  const config = changedConfig(u, old?.setconfig ?? null, [clause.VariableSetStmt ?? clause]);
  if (config === null) w.remove('pg_db_role_setting', { setdatabase: database, setrole: role });
  else if (old !== undefined) w.update('pg_db_role_setting', { setdatabase: database, setrole: role }, { setconfig: config });
  else w.insert('pg_db_role_setting', { setdatabase: database, setrole: role, setconfig: config });
}
export function databaseByName(session: SessionServices, name: string): Oid {
  const row = session.catalog().syscache('DATABASENAME', name);
  if (row === undefined) throw new SqlError('3D000', `database "${name}" does not exist`);
  return row.oid;
}

function* alterRoleSet(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const role = node.role === undefined ? 0 : roleOid(session, node.role);
  if (role !== 0 && role !== session.userOid() && !canAdminister(session, role)) {
    throw new SqlError('42501', 'permission denied to alter role', { detail: `Only roles with the CREATEROLE attribute and the ADMIN option on role "${roleNameOf(session.catalog(), role)}" may alter this role.` });
  }
  if (role === 0 && !isSuperuser(session.catalog(), session.userOid())) throw new SqlError('42501', 'permission denied to alter setting', { detail: 'Only roles with the SUPERUSER attribute may alter settings globally.' });
  changeSettings(u, node.database === undefined ? 0 : databaseByName(session, node.database), role, node.setstmt);
  return 'ALTER ROLE';
}
function* alterDatabaseSet(node: Raw, u: UtilityContext): Steps<string> {
  changeSettings(u, databaseByName(u.session, node.dbname), 0, node.setstmt);
  return 'ALTER DATABASE';
}

defineCommands({ CreateRoleStmt: createRole, AlterRoleStmt: alterRole, DropRoleStmt: dropRole, AlterRoleSetStmt: alterRoleSet, AlterDatabaseSetStmt: alterDatabaseSet });

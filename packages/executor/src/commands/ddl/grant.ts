/** GRANT and REVOKE on objects and columns, and ALTER DEFAULT PRIVILEGES. */
import { ACL, AclItem, defaultAcl, hasPrivilegesOfRole, isSuperuser, privilegeBit, PRIVILEGES, type AclObjectKind, type CatalogName } from '@pglitedb/catalog';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import type { SessionServices } from '../../context.js';
import { defineCommands, type UtilityContext } from '../registry.js';
import { changeAcl, sameAcl } from './acl-change.js';
import { CLASS } from './catalog-ids.js';
import { address, recordDependency } from './depend.js';
import { requireObject } from './object-lookup.js';
import { namespaceByName, names, relationOid, type Raw } from './raw.js';
import { roleOid } from './role-lookup.js';

interface Grantable { catalog: CatalogName; acl: string; owner: string; name: string; kind: AclObjectKind; noun: string; all: number }
const TABLE_ALL = ACL.INSERT | ACL.SELECT | ACL.UPDATE | ACL.DELETE | ACL.TRUNCATE | ACL.REFERENCES | ACL.TRIGGER | ACL.MAINTAIN;
const COLUMN_ALL = ACL.INSERT | ACL.SELECT | ACL.UPDATE | ACL.REFERENCES;
const SEQUENCE_ALL = ACL.USAGE | ACL.SELECT | ACL.UPDATE;
const proc = (noun: string): Grantable => ({ catalog: 'pg_proc', acl: 'proacl', owner: 'proowner', name: 'proname', kind: 'f', noun, all: ACL.EXECUTE });
const type = (noun: string): Grantable => ({ catalog: 'pg_type', acl: 'typacl', owner: 'typowner', name: 'typname', kind: 'T', noun, all: ACL.USAGE });
const GRANTABLE: Readonly<Record<string, Grantable>> = {
  OBJECT_TABLE: { catalog: 'pg_class', acl: 'relacl', owner: 'relowner', name: 'relname', kind: 'r', noun: 'relation', all: TABLE_ALL },
  OBJECT_SEQUENCE: { catalog: 'pg_class', acl: 'relacl', owner: 'relowner', name: 'relname', kind: 's', noun: 'sequence', all: SEQUENCE_ALL },
  OBJECT_DATABASE: { catalog: 'pg_database', acl: 'datacl', owner: 'datdba', name: 'datname', kind: 'd', noun: 'database', all: ACL.CREATE | ACL.CREATE_TEMP | ACL.CONNECT },
  OBJECT_FUNCTION: proc('function'), OBJECT_PROCEDURE: proc('procedure'), OBJECT_ROUTINE: proc('routine'),
  OBJECT_LANGUAGE: { catalog: 'pg_language', acl: 'lanacl', owner: 'lanowner', name: 'lanname', kind: 'l', noun: 'language', all: ACL.USAGE },
  OBJECT_SCHEMA: { catalog: 'pg_namespace', acl: 'nspacl', owner: 'nspowner', name: 'nspname', kind: 'n', noun: 'schema', all: ACL.USAGE | ACL.CREATE },
  OBJECT_TABLESPACE: { catalog: 'pg_tablespace', acl: 'spcacl', owner: 'spcowner', name: 'spcname', kind: 't', noun: 'tablespace', all: ACL.CREATE },
  OBJECT_TYPE: type('type'), OBJECT_DOMAIN: type('domain'),
  OBJECT_FDW: { catalog: 'pg_foreign_data_wrapper', acl: 'fdwacl', owner: 'fdwowner', name: 'fdwname', kind: 'F', noun: 'foreign-data wrapper', all: ACL.USAGE },
  OBJECT_FOREIGN_SERVER: { catalog: 'pg_foreign_server', acl: 'srvacl', owner: 'srvowner', name: 'srvname', kind: 'S', noun: 'foreign server', all: ACL.USAGE },
};

export interface GrantSpec { grant: boolean; grantOption: boolean; cascade: boolean; grantees: Oid[] }

function specOf(session: SessionServices, node: Raw): GrantSpec {
  const grantees = (node.grantees as Raw[]).map((g) => roleOid(session, g, true));
  return { grant: node.is_grant === true, grantOption: node.grant_option === true, cascade: node.behavior === 'DROP_CASCADE', grantees };
}

/** Privileges named, as bits; all when none are. */
function privilegesOf(node: Raw, what: Grantable, noun: string): { bits: number; columns: { name: string; bits: number }[] } {
  if (node.privileges === undefined) return { bits: what.all, columns: [] };
  let bits = 0;
  const columns: { name: string; bits: number }[] = [];
  for (const p of node.privileges) {
    const { priv_name: word, cols } = p.AccessPriv;
    const bit = word === undefined ? (cols === undefined ? what.all : COLUMN_ALL) : privilegeBit(word);
    if (bit === 0) throw new SqlError('42601', `unrecognized privilege type "${word}"`);
    if (cols !== undefined) {
      if (what.catalog !== 'pg_class' || what.kind !== 'r') throw new SqlError('0LP01', 'column privileges are only valid for relations');
      if ((bit & ~COLUMN_ALL) !== 0) throw new SqlError('0LP01', `invalid privilege type ${String(word).toUpperCase()} for column`);
      for (const c of names(cols)) columns.push({ name: c, bits: bit });
      continue;
    }
    if ((bit & ~what.all) !== 0) throw new SqlError('0LP01', `invalid privilege type ${PRIVILEGES.find((x) => x.bit === bit)?.name ?? String(word).toUpperCase()} for ${noun}`);
    bits |= bit;
  }
  return { bits, columns };
}

/** Who grants: the owner for superusers and members of it, else the current role where it has the grant options. */
function selectGrantor(session: SessionServices, acl: readonly AclItem[], owner: Oid, bits: number): { grantor: Oid; options: number } {
  const c = session.catalog();
  const user = session.userOid();
  if (hasPrivilegesOfRole(c, user, owner) || isSuperuser(c, user)) return { grantor: owner, options: bits };
  let best = { grantor: user, options: 0 };
  for (const i of acl) {
    if (i.grantee === 0 || !hasPrivilegesOfRole(c, user, i.grantee)) continue;
    const have = acl.filter((x) => x.grantee === i.grantee).reduce((m, x) => m | x.grantOptions, 0) & bits;
    if (have.toString(2).replaceAll('0', '').length > best.options.toString(2).replaceAll('0', '').length) best = { grantor: i.grantee, options: have };
  }
  return best;
}

/** restrict_and_check_grant: what may really be granted, with the warnings of what not. */
function restrict(session: SessionServices, name: string, noun: string, spec: GrantSpec, bits: number, all: boolean, options: number, hasAny: boolean): number {
  if (options === 0 && !hasAny) throw new SqlError('42501', `permission denied for ${noun} ${name}`);
  const usable = bits & options;
  if (spec.grant) {
    if (usable === 0) session.notice('WARNING', '01007', `no privileges were granted for "${name}"`);
    else if (!all && usable !== bits) session.notice('WARNING', '01007', `not all privileges were granted for "${name}"`);
  } else if (usable === 0) session.notice('WARNING', '01006', `no privileges could be revoked for "${name}"`);
  else if (!all && usable !== bits) session.notice('WARNING', '01006', `not all privileges could be revoked for "${name}"`);
  return usable;
}

const RELATION_NOUN: Readonly<Record<string, string>> = { r: 'table', p: 'table', v: 'view', m: 'materialized view', S: 'sequence', f: 'foreign table' };

function grantOn(session: SessionServices, what: Grantable, oid: Oid, spec: GrantSpec, bits: number, all: boolean): void {
  const w = session.catalogWriter();
  const row = w.rows(what.catalog, { oid } as never)[0] as unknown as Record<string, unknown>;
  const owner = row[what.owner] as Oid;
  const kind = what.catalog === 'pg_class' && row['relkind'] === 'S' ? 's' : what.kind;
  const name = row[what.name] as string;
  const noun = what.catalog === 'pg_class' ? RELATION_NOUN[row['relkind'] as string] ?? 'relation' : what.noun;
  const old = (row[what.acl] as readonly AclItem[] | null) ?? defaultAcl(kind, owner);
  const { grantor, options } = selectGrantor(session, old, owner, bits);
  const hasAny = hasPrivilegesOfRole(w, session.userOid(), owner) || old.some((i) => i.grantee === 0 || hasPrivilegesOfRole(w, session.userOid(), i.grantee));
  const usable = restrict(session, name, noun, spec, bits, all, options, hasAny);
  if (spec.grant && spec.grantOption && spec.grantees.includes(0)) throw new SqlError('0LP01', 'grant options can only be granted to roles');
  const next = changeAcl(old, { ...spec, bits: usable, grantor, owner });
  if (row[what.acl] === null && sameAcl(next, old)) return;
  w.update(what.catalog, { oid } as never, { [what.acl]: next } as never);
}

function grantColumn(session: SessionServices, relation: Oid, column: string, spec: GrantSpec, bits: number): void {
  const w = session.catalogWriter();
  const rel = w.syscache('RELOID', relation)!;
  const a = w.syscache('ATTNAME', relation, column);
  if (a === undefined || a.attisdropped) throw new SqlError('42703', `column "${column}" of relation "${rel.relname}" does not exist`);
  const old = a.attacl ?? [];
  const { grantor, options } = selectGrantor(session, [...(rel.relacl ?? defaultAcl('r', rel.relowner)), ...old], rel.relowner, bits);
  const usable = restrict(session, rel.relname, RELATION_NOUN[rel.relkind] ?? 'relation', spec, bits, false, options, true);
  const next = changeAcl(old, { ...spec, bits: usable, grantor, owner: rel.relowner });
  w.update('pg_attribute', { attrelid: relation, attnum: a.attnum }, { attacl: next.length > 0 ? next : null });
}

function* grant(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const spec = specOf(session, node);
  const what = GRANTABLE[node.objtype];
  if (what === undefined) throw new SqlError('0A000', `GRANT on ${String(node.objtype).replace('OBJECT_', '').toLowerCase().replace(/_/g, ' ')} is not supported yet`);
  if (node.grantor !== undefined && roleOid(session, node.grantor) !== session.userOid()) throw new SqlError('0A000', 'grantor must be current user');
  for (const oid of targets(session, node)) {
    const actual = what.catalog === 'pg_class' ? forRelation(session, what, oid, node) : what;
    const { bits, columns } = privilegesOf(node, actual, actual.noun);
    if (bits !== 0) grantOn(session, actual, oid, spec, bits, node.privileges === undefined);
    for (const c of columns) grantColumn(session, oid, c.name, spec, c.bits);
  }
  return spec.grant ? 'GRANT' : 'REVOKE';
}

/** GRANT ON TABLE takes sequences too; GRANT ON SEQUENCE only those. */
function forRelation(session: SessionServices, what: Grantable, oid: Oid, node: Raw): Grantable {
  const { relkind, relname } = session.catalog().syscache('RELOID', oid)!;
  if ('iI'.includes(relkind)) throw new SqlError('42809', `"${relname}" is an index`);
  if (relkind === 'c') throw new SqlError('42809', `"${relname}" is a composite type`);
  if (node.objtype === 'OBJECT_SEQUENCE' && relkind !== 'S') throw new SqlError('42809', `"${relname}" is not a sequence`);
  if (node.objtype === 'OBJECT_TABLE' && relkind === 'S') return { ...what, noun: 'sequence', all: node.privileges === undefined ? SEQUENCE_ALL : SEQUENCE_ALL };
  return what;
}

function targets(session: SessionServices, node: Raw): Oid[] {
  const c = session.catalog();
  if (node.targtype === 'ACL_TARGET_ALL_IN_SCHEMA') {
    return names(node.objects).flatMap((schema): Oid[] => {
      const ns = namespaceByName(c, schema);
      if (node.objtype === 'OBJECT_TABLE') return c.rows('pg_class', { relnamespace: ns }).filter((r) => 'rpvmf'.includes(r.relkind)).map((r) => r.oid);
      if (node.objtype === 'OBJECT_SEQUENCE') return c.rows('pg_class', { relnamespace: ns }).filter((r) => r.relkind === 'S').map((r) => r.oid);
      const kinds = node.objtype === 'OBJECT_PROCEDURE' ? 'p' : node.objtype === 'OBJECT_FUNCTION' ? 'faw' : 'fawp';
      return c.rows('pg_proc', { pronamespace: ns }).filter((p) => kinds.includes(p.prokind)).map((p) => p.oid);
    });
  }
  return (node.objects as Raw[]).map((o) => (o.RangeVar ? relationOid(session, o.RangeVar) : requireObject(session, node.objtype, o).objectId));
}

// --- ALTER DEFAULT PRIVILEGES --------------------------------------------------------------------------------------
const DEFAULT_KINDS: Readonly<Record<string, { letter: string; what: Grantable }>> = {
  OBJECT_TABLE: { letter: 'r', what: GRANTABLE['OBJECT_TABLE']! }, OBJECT_SEQUENCE: { letter: 'S', what: GRANTABLE['OBJECT_SEQUENCE']! }, OBJECT_FUNCTION: { letter: 'f', what: GRANTABLE['OBJECT_FUNCTION']! },
  OBJECT_ROUTINE: { letter: 'f', what: GRANTABLE['OBJECT_FUNCTION']! }, OBJECT_TYPE: { letter: 'T', what: GRANTABLE['OBJECT_TYPE']! }, OBJECT_SCHEMA: { letter: 'n', what: GRANTABLE['OBJECT_SCHEMA']! },
};

function* alterDefaultPrivileges(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const option = (n: string): Raw[] | undefined => (node.options ?? []).find((o: Raw) => o.DefElem.defname === n)?.DefElem.arg.List.items;
  const roles = option('roles')?.map((r) => roleOid(session, r)) ?? [session.userOid()];
  const schemas = option('schemas') === undefined ? [0] : names(option('schemas')).map((s) => namespaceByName(session.catalog(), s));
  const { action } = node;
  const kind = DEFAULT_KINDS[action.objtype];
  if (kind === undefined) throw new SqlError('0A000', 'default privileges for such objects are not supported yet');
  const spec = specOf(session, action);
  const { bits } = privilegesOf(action, kind.what, kind.what.noun);
  for (const role of roles) for (const ns of schemas) setDefault(session, role, ns, kind, spec, bits);
  return 'ALTER DEFAULT PRIVILEGES';
}

const DEFAULT_ACL_CLASS: Oid = 826;
function setDefault(session: SessionServices, role: Oid, ns: Oid, kind: { letter: string; what: Grantable }, spec: GrantSpec, bits: number): void {
  const w = session.catalogWriter();
  if (kind.letter === 'n' && ns !== 0) throw new SqlError('0LP01', 'cannot use IN SCHEMA clause when using GRANT/REVOKE ON SCHEMAS');
  const base = ns === 0 ? defaultAcl(kind.what.kind, role) : [];
  const old = w.syscache('DEFACLROLENSPOBJ', role, ns, kind.letter);
  const next = changeAcl(old?.defaclacl ?? base, { ...spec, bits, grantor: role, owner: role });
  if (sameAcl(next, base)) { if (old !== undefined) { w.remove('pg_default_acl', { oid: old.oid }); w.remove('pg_depend', { classid: DEFAULT_ACL_CLASS, objid: old.oid }); } return; }
  if (old !== undefined) w.update('pg_default_acl', { oid: old.oid }, { defaclacl: next });
  else {
    const oid = w.newOid();
    w.insert('pg_default_acl', { oid, defaclrole: role, defaclnamespace: ns, defaclobjtype: kind.letter, defaclacl: next });
    if (ns !== 0) recordDependency(w, address(DEFAULT_ACL_CLASS, oid), address(CLASS.namespace, ns), 'a');
  }
}

defineCommands({ GrantStmt: grant, AlterDefaultPrivilegesStmt: alterDefaultPrivileges });

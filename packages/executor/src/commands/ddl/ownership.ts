/** Who owns an object, and the checks that DDL makes of it ("must be owner of …"). */
import { hasPrivilegesOfRole, isSuperuser, objectDescription, type CatalogName, type CatalogReader } from '@pglitedb/catalog';
import { SqlError, type Oid } from '@pglitedb/types';
import type { SessionServices } from '../../context.js';
import { CLASS, FIRST_NORMAL_OID } from './catalog-ids.js';
import type { ObjectAddress } from './depend.js';

/** Catalogs with an owner column: class id, catalog, owner column, schema column, name column. */
export interface OwnedKind { catalog: CatalogName; owner: string; schema: string | undefined; name: string; noun: string; acl: string | undefined }
export const OWNED: Readonly<Record<number, OwnedKind>> = {
  [CLASS.relation]: { catalog: 'pg_class', owner: 'relowner', schema: 'relnamespace', name: 'relname', noun: 'relation', acl: 'relacl' },
  [CLASS.type]: { catalog: 'pg_type', owner: 'typowner', schema: 'typnamespace', name: 'typname', noun: 'type', acl: 'typacl' },
  [CLASS.proc]: { catalog: 'pg_proc', owner: 'proowner', schema: 'pronamespace', name: 'proname', noun: 'function', acl: 'proacl' },
  [CLASS.namespace]: { catalog: 'pg_namespace', owner: 'nspowner', schema: undefined, name: 'nspname', noun: 'schema', acl: 'nspacl' },
  [CLASS.operator]: { catalog: 'pg_operator', owner: 'oprowner', schema: 'oprnamespace', name: 'oprname', noun: 'operator', acl: undefined },
  [CLASS.opclass]: { catalog: 'pg_opclass', owner: 'opcowner', schema: 'opcnamespace', name: 'opcname', noun: 'operator class', acl: undefined },
  [CLASS.opfamily]: { catalog: 'pg_opfamily', owner: 'opfowner', schema: 'opfnamespace', name: 'opfname', noun: 'operator family', acl: undefined },
  [CLASS.collation]: { catalog: 'pg_collation', owner: 'collowner', schema: 'collnamespace', name: 'collname', noun: 'collation', acl: undefined },
  [CLASS.conversion]: { catalog: 'pg_conversion', owner: 'conowner', schema: 'connamespace', name: 'conname', noun: 'conversion', acl: undefined },
  [CLASS.statistic]: { catalog: 'pg_statistic_ext', owner: 'stxowner', schema: 'stxnamespace', name: 'stxname', noun: 'statistics object', acl: undefined },
  [CLASS.language]: { catalog: 'pg_language', owner: 'lanowner', schema: undefined, name: 'lanname', noun: 'language', acl: 'lanacl' },
  [CLASS.database]: { catalog: 'pg_database', owner: 'datdba', schema: undefined, name: 'datname', noun: 'database', acl: 'datacl' },
  [CLASS.tablespace]: { catalog: 'pg_tablespace', owner: 'spcowner', schema: undefined, name: 'spcname', noun: 'tablespace', acl: 'spcacl' },
  [CLASS.eventTrigger]: { catalog: 'pg_event_trigger', owner: 'evtowner', schema: undefined, name: 'evtname', noun: 'event trigger', acl: undefined },
  3600: { catalog: 'pg_ts_dict', owner: 'dictowner', schema: 'dictnamespace', name: 'dictname', noun: 'text search dictionary', acl: undefined },
  3602: { catalog: 'pg_ts_config', owner: 'cfgowner', schema: 'cfgnamespace', name: 'cfgname', noun: 'text search configuration', acl: undefined },
  2328: { catalog: 'pg_foreign_data_wrapper', owner: 'fdwowner', schema: undefined, name: 'fdwname', noun: 'foreign-data wrapper', acl: 'fdwacl' },
  1417: { catalog: 'pg_foreign_server', owner: 'srvowner', schema: undefined, name: 'srvname', noun: 'foreign server', acl: 'srvacl' },
  6104: { catalog: 'pg_publication', owner: 'pubowner', schema: undefined, name: 'pubname', noun: 'publication', acl: undefined },
};

// eslint-disable-next-line @typescript-eslint/no-explicit-any
export function objectRow(c: CatalogReader, classId: Oid, oid: Oid): Record<string, any> | undefined {
  const kind = OWNED[classId];
  return kind === undefined ? undefined : c.rows(kind.catalog, { oid } as never)[0];
}

export const isOwner = (session: SessionServices, owner: Oid): boolean => hasPrivilegesOfRole(session.catalog(), session.userOid(), owner);

const RELKIND_NOUN: Readonly<Record<string, string>> = { r: 'table', p: 'table', v: 'view', m: 'materialized view', S: 'sequence', i: 'index', I: 'index', f: 'foreign table', c: 'type' };

/** Owner of the relation, or (for DROP) of its schema; also refuses system catalogs. */
export function checkRelationOwner(session: SessionServices, oid: Oid, orSchema = false): void {
  const c = session.catalog();
  const row = c.syscache('RELOID', oid)!;
  const owns = isOwner(session, row.relowner) || (orSchema && isOwner(session, c.syscache('NAMESPACEOID', row.relnamespace)?.nspowner ?? 10));
  if (!owns) throw new SqlError('42501', `must be owner of ${RELKIND_NOUN[row.relkind] ?? 'relation'} ${row.relname}`);
  if (oid < FIRST_NORMAL_OID && row.relnamespace === 11 && session.setting('allow_system_table_mods') !== 'on') {
    throw new SqlError('42501', `permission denied: "${row.relname}" is a system catalog`);
  }
}

/** Owner of any other object; triggers, rules and constraints belong to their relation's owner. */
export function checkObjectOwner(session: SessionServices, o: ObjectAddress): void {
  const c = session.catalog();
  if (o.classId === CLASS.relation) return checkRelationOwner(session, o.objectId);
  const holder = holdingRelation(c, o);
  if (holder !== 0) {
    const rel = c.syscache('RELOID', holder)!;
    if (!isOwner(session, rel.relowner)) throw new SqlError('42501', `must be owner of relation ${rel.relname}`);
    return;
  }
  if (o.classId === CLASS.authid) return checkRoleAdmin(session, o.objectId);
  const kind = OWNED[o.classId];
  const row = objectRow(c, o.classId, o.objectId);
  if (kind === undefined || row === undefined) {
    if (!isSuperuser(c, session.userOid())) throw new SqlError('42501', `must be owner of ${objectDescription(c, o) ?? 'object'}`);
    return;
  }
  if (isOwner(session, row[kind.owner] as Oid)) return;
  if (kind.schema !== undefined && isOwner(session, c.syscache('NAMESPACEOID', row[kind.schema] as Oid)?.nspowner ?? 10)) return;
  const noun = kind.catalog === 'pg_proc' ? ({ p: 'procedure', a: 'aggregate' }[row['prokind'] as string] ?? 'function') : kind.noun;
  throw new SqlError('42501', `must be owner of ${noun} ${row[kind.name] as string}`);
}

/** Roles have no owner: CREATEROLE and ADMIN OPTION on it. */
function checkRoleAdmin(session: SessionServices, role: Oid): void {
  const c = session.catalog();
  const user = session.userOid();
  if (isSuperuser(c, user)) return;
  const name = c.syscache('AUTHOID', role)?.rolname ?? '';
  if (c.syscache('AUTHOID', role)?.rolsuper === true) throw new SqlError('42501', 'permission denied', { detail: 'The current user must have the SUPERUSER attribute.' });
  if (c.syscache('AUTHOID', user)?.rolcreaterole !== true) throw new SqlError('42501', 'permission denied', { detail: 'The current user must have the CREATEROLE attribute.' });
  const admin = c.rows('pg_auth_members', { roleid: role }).some((m) => m.admin_option && hasPrivilegesOfRole(c, user, m.member));
  if (!admin) throw new SqlError('42501', 'permission denied', { detail: `The current user must have the ADMIN option on role "${name}".` });
}

function holdingRelation(c: CatalogReader, o: ObjectAddress): Oid {
  switch (o.classId) {
    case CLASS.trigger: return c.syscache('TRIGGEROID', o.objectId)?.tgrelid ?? 0;
    case CLASS.rewrite: return c.syscache('RULEOID', o.objectId)?.ev_class ?? 0;
    case CLASS.policy: return c.syscache('POLICYOID', o.objectId)?.polrelid ?? 0;
    case CLASS.constraint: return c.syscache('CONSTROID', o.objectId)?.conrelid ?? 0;
    default: return 0;
  }
}

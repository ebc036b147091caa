/** Where each kind of object keeps its owner and acl, and pg_*_aclmask's special rules. */
import { SqlError, type Oid } from '@pglitedb/types';
import type { CatalogReader } from '../api.js';
import type { CacheId } from '../cache/syscache-ids.js';
import { aclMask, hasPrivilegesOfRole, isSuperuser } from './acl-check.js';
import { ACL, ACL_KINDS, type AclItem, type AclObjectKind } from './acl-item.js';

/** Catalogs of objects with privileges. */
export type AclCatalog =
  | 'pg_class' | 'pg_database' | 'pg_foreign_data_wrapper' | 'pg_foreign_server' | 'pg_proc' | 'pg_language' | 'pg_namespace' | 'pg_tablespace' | 'pg_type'
  | 'pg_largeobject_metadata' | 'pg_parameter_acl';

interface AclSource { cache: CacheId | undefined; acl: string; owner: string | undefined; name: string; kind: AclObjectKind; /** as messages call it */ noun: string }

export const ACL_SOURCES: Readonly<Record<AclCatalog, AclSource>> = {
  pg_class: { cache: 'RELOID', acl: 'relacl', owner: 'relowner', name: 'relname', kind: 'r', noun: 'table' },
  pg_database: { cache: 'DATABASEOID', acl: 'datacl', owner: 'datdba', name: 'datname', kind: 'd', noun: 'database' },
  pg_foreign_data_wrapper: { cache: 'FOREIGNDATAWRAPPEROID', acl: 'fdwacl', owner: 'fdwowner', name: 'fdwname', kind: 'F', noun: 'foreign-data wrapper' },
  pg_foreign_server: { cache: 'FOREIGNSERVEROID', acl: 'srvacl', owner: 'srvowner', name: 'srvname', kind: 'S', noun: 'foreign server' },
  pg_proc: { cache: 'PROCOID', acl: 'proacl', owner: 'proowner', name: 'proname', kind: 'f', noun: 'function' },
  pg_language: { cache: 'LANGOID', acl: 'lanacl', owner: 'lanowner', name: 'lanname', kind: 'l', noun: 'language' },
  pg_namespace: { cache: 'NAMESPACEOID', acl: 'nspacl', owner: 'nspowner', name: 'nspname', kind: 'n', noun: 'schema' },
  pg_tablespace: { cache: 'TABLESPACEOID', acl: 'spcacl', owner: 'spcowner', name: 'spcname', kind: 't', noun: 'tablespace' },
  pg_type: { cache: 'TYPEOID', acl: 'typacl', owner: 'typowner', name: 'typname', kind: 'T', noun: 'type' },
  pg_largeobject_metadata: { cache: undefined, acl: 'lomacl', owner: 'lomowner', name: 'oid', kind: 'L', noun: 'large object' },
  pg_parameter_acl: { cache: 'PARAMETERACLOID', acl: 'paracl', owner: undefined, name: 'parname', kind: 'p', noun: 'parameter' },
};

const READ_ALL_DATA: Oid = 6181;
const WRITE_ALL_DATA: Oid = 6182;
const MAINTAIN_ROLE: Oid = 6337;
const FIRST_UNPINNED_OBJECT_ID = 12000;
const TOAST_NAMESPACE: Oid = 99;

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Row = Record<string, any>;

export interface ObjectAcl { acl: readonly AclItem[] | null; owner: Oid; kind: AclObjectKind; name: string; row: Row }

/** undefined: there is no such object. */
export function objectAcl(reader: CatalogReader, catalog: AclCatalog, oid: Oid): ObjectAcl | undefined {
  const source = ACL_SOURCES[catalog];
  const row: Row | undefined = source.cache === undefined ? reader.rows(catalog, { oid } as never)[0] : (reader.syscache(source.cache, oid) as Row | undefined);
  if (row === undefined) return undefined;
  let kind = source.kind;
  if (catalog === 'pg_class' && row.relkind === 'S') kind = 's';
  if (catalog === 'pg_type' && row.typsubscript === 6179 && row.typelem !== 0) return objectAcl(reader, 'pg_type', row.typelem as Oid);
  return { acl: row[source.acl] as readonly AclItem[] | null, owner: source.owner === undefined ? 10 : (row[source.owner] as Oid), kind, name: String(row[source.name]), row };
}

/** object_aclmask: which of the privileges the role has; undefined where the object does not exist. */
export function objectAclMask(reader: CatalogReader, catalog: AclCatalog, oid: Oid, role: Oid, mask: number, grantOption = false): number | undefined {
  const object = objectAcl(reader, catalog, oid);
  if (object === undefined) return undefined;
  if (isSuperuser(reader, role)) return mask;
  let wanted = mask;
  const system = oid < FIRST_UNPINNED_OBJECT_ID || object.row.relnamespace === TOAST_NAMESPACE;
  if (catalog === 'pg_class' && system && object.row.relkind !== 'v') {
    wanted &= ~(ACL.INSERT | ACL.UPDATE | ACL.DELETE | ACL.TRUNCATE | ACL.USAGE);
  }
  if (catalog === 'pg_namespace' && oid === reader.session.tempNamespace()) return mask & ACL_KINDS.n.all;
  let have = aclMask(reader, object.acl, object.kind, object.owner, role, wanted, grantOption);
  if (grantOption || have === wanted) return have;
  const all = (bits: number, by: Oid): void => { if (wanted & bits & ~have && hasPrivilegesOfRole(reader, role, by)) have |= wanted & bits; };
  if (catalog === 'pg_class') {
    all(ACL.SELECT, READ_ALL_DATA);
    all(ACL.INSERT | ACL.UPDATE | ACL.DELETE, WRITE_ALL_DATA);
    all(ACL.MAINTAIN, MAINTAIN_ROLE);
  } else if (catalog === 'pg_namespace') {
    all(ACL.USAGE, READ_ALL_DATA);
    all(ACL.USAGE, WRITE_ALL_DATA);
  }
  return have;
}

/** A column's own privileges (those of the table aside). */
export function columnAclMask(reader: CatalogReader, relation: Oid, attnum: number, role: Oid, mask: number, grantOption = false): number {
  const attribute = reader.syscache('ATTNUM', relation, attnum);
  if (attribute === undefined || attribute.attisdropped || attribute.attacl === null) return 0;
  const owner = reader.syscache('RELOID', relation)?.relowner ?? 0;
  return aclMask(reader, attribute.attacl, 'c', owner, role, mask, grantOption);
}

/** The noun of "permission denied for …" for a relation. */
export function relationNoun(relkind: string): string {
  switch (relkind) {
    case 'v': return 'view';
    case 'm': return 'materialized view';
    case 'S': return 'sequence';
    case 'i': case 'I': return 'index';
    case 'f': return 'foreign table';
    default: return 'table';
  }
}

function nounOf(catalog: AclCatalog, object: ObjectAcl): string {
  if (catalog === 'pg_class') return relationNoun(object.row.relkind as string);
  if (catalog === 'pg_proc') return object.row.prokind === 'p' ? 'procedure' : object.row.prokind === 'a' ? 'aggregate' : 'function';
  return ACL_SOURCES[catalog].noun;
}

export function permissionDenied(noun: string, name: string): SqlError {
  return new SqlError('42501', `permission denied for ${noun} ${name}`);
}

/** object_aclcheck + aclcheck_error: raises 42501 unless the role has one of the privileges. */
export function checkPrivilege(reader: CatalogReader, catalog: AclCatalog, oid: Oid, role: Oid, mask: number): void {
  const have = objectAclMask(reader, catalog, oid, role, mask);
  if (have === undefined || have !== 0) return;
  const object = objectAcl(reader, catalog, oid)!;
  throw permissionDenied(nounOf(catalog, object), object.name);
}

/** object_ownercheck: the owner, its members, and superusers. */
export function isOwner(reader: CatalogReader, owner: Oid, role: Oid): boolean {
  return hasPrivilegesOfRole(reader, role, owner);
}

/** Raises "must be owner of …" unless the role owns the object. */
export function checkOwner(reader: CatalogReader, noun: string, name: string, owner: Oid, role: Oid): void {
  if (!isOwner(reader, owner, role)) throw new SqlError('42501', `must be owner of ${noun} ${name}`);
}

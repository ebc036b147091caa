/** Role membership and privilege checks: aclmask over an acl column, NULL meaning the defaults. */
import type { Oid } from '@pglitedb/types';
import type { CatalogReader } from '../api.js';
import { defaultAcl, type AclItem, type AclObjectKind } from './acl-item.js';

export const BOOTSTRAP_SUPERUSER: Oid = 10;
const ROLE_PG_DATABASE_OWNER: Oid = 6171;

export function isSuperuser(reader: CatalogReader, role: Oid): boolean {
  return role === BOOTSTRAP_SUPERUSER || reader.syscache('AUTHOID', role)?.rolsuper === true;
}

/** members: any membership; usage: inherited privileges; set: SET ROLE is allowed. */
export type MembershipKind = 'member' | 'usage' | 'set';

const memos = new WeakMap<CatalogReader, { version: number; sets: Map<string, Set<Oid>> }>();

/** Every role that `role` is (indirectly) a member of, itself included. */
export function rolesOf(reader: CatalogReader, role: Oid, kind: MembershipKind): Set<Oid> {
  let memo = memos.get(reader);
  const version = reader.version();
  if (memo === undefined || memo.version !== version) memos.set(reader, (memo = { version, sets: new Map() }));
  const key = `${kind}${role}`;
  let set = memo.sets.get(key);
  if (set === undefined) {
    set = collectRoles(reader, role, kind);
    memo.sets.set(key, set);
  }
  return set;
}

function collectRoles(reader: CatalogReader, role: Oid, kind: MembershipKind): Set<Oid> {
  const set = new Set<Oid>([role]);
  const owner = reader.syscache('DATABASEOID', reader.session.databaseOid)?.datdba;
  for (const member of set) {
    for (const m of reader.syscacheList('AUTHMEMMEMROLE', member)) {
      if (kind === 'usage' && !m.inherit_option) continue;
      if (kind === 'set' && !m.set_option) continue;
      set.add(m.roleid);
    }
    if (member === owner) set.add(ROLE_PG_DATABASE_OWNER);
  }
  return set;
}

/** has_privs_of_role: superusers have those of every role. */
export function hasPrivilegesOfRole(reader: CatalogReader, member: Oid, role: Oid): boolean {
  return member === role || isSuperuser(reader, member) || rolesOf(reader, member, 'usage').has(role);
}

export function isMemberOfRole(reader: CatalogReader, member: Oid, role: Oid): boolean {
  return member === role || isSuperuser(reader, member) || rolesOf(reader, member, 'member').has(role);
}

/** Which of the asked privileges the role has by this acl (of an owner's object). Superusers are the caller's. */
export function aclMask(reader: CatalogReader, acl: readonly AclItem[] | null, kind: AclObjectKind, owner: Oid, role: Oid, mask: number, grantOption = false): number {
  const items = acl ?? defaultAcl(kind, owner);
  let have = 0;
  const bits = (i: AclItem): number => (grantOption ? i.grantOptions : i.privileges);
  if (grantOption && hasPrivilegesOfRole(reader, role, owner)) return mask;
  for (const i of items) if (i.grantee === 0 || i.grantee === role) have |= bits(i) & mask;
  if (have === mask) return have;
  for (const i of items) {
    if (i.grantee === 0 || i.grantee === role || (bits(i) & mask & ~have) === 0) continue;
    if (hasPrivilegesOfRole(reader, role, i.grantee)) have |= bits(i) & mask;
  }
  return have;
}

/** Has the role every one of the privileges (any: at least one)? Superusers do. */
export function hasPrivilege(reader: CatalogReader, kind: AclObjectKind, acl: readonly AclItem[] | null, owner: Oid, role: Oid, mask: number, any = false): boolean {
  if (isSuperuser(reader, role)) return true;
  const have = aclMask(reader, acl, kind, owner, role, mask);
  return any ? have !== 0 : have === mask;
}

/** GRANT and REVOKE on an acl: aclupdate and the choice of the grantor. */
import { SqlError, type Oid } from '@pglitedb/types';
import type { CatalogReader } from '../api.js';
import { hasPrivilegesOfRole, isSuperuser, rolesOf } from '../acl/acl-check.js';
import { AclItem, defaultAcl, type AclObjectKind } from '../acl/acl-item.js';

export interface GrantChange {
  readonly isGrant: boolean;
  /** WITH GRANT OPTION, or REVOKE GRANT OPTION FOR */ readonly grantOption: boolean;
  readonly behavior: 'restrict' | 'cascade';
  /** 0 = PUBLIC */ readonly grantees: readonly Oid[];
  readonly grantor: Oid;
  readonly privileges: number;
}

/** merge_acl_with_grant: the acl after the change. NULL (defaults) comes in as defaultAcl. */
export function changeAcl(reader: CatalogReader, acl: readonly AclItem[] | null, kind: AclObjectKind, owner: Oid, change: GrantChange): AclItem[] {
  let items = acl === null ? defaultAcl(kind, owner) : [...acl];
  for (const grantee of change.grantees) {
    if (grantee === 0 && change.isGrant && change.grantOption) throw new SqlError('0LP01', 'grant options can only be granted to roles');
    const given = change.isGrant || !change.grantOption ? change.privileges : 0;
    const options = change.grantOption || !change.isGrant ? change.privileges : 0;
    items = updateItem(reader, items, new AclItem(grantee, change.grantor, given, options), change, owner);
  }
  return items;
}

/** aclupdate: one item added to or taken from the acl; revoking a grant option takes what hangs on it (CASCADE). */
function updateItem(reader: CatalogReader, acl: readonly AclItem[], item: AclItem, change: GrantChange, owner: Oid): AclItem[] {
  if (change.isGrant && item.grantee !== 0) checkCircularity(reader, acl, item, owner);
  const items = [...acl];
  let at = items.findIndex((i) => i.grantee === item.grantee && i.grantor === item.grantor);
  if (at < 0) {
    if (!change.isGrant) return items;
    at = items.push(new AclItem(item.grantee, item.grantor, 0, 0)) - 1;
  }
  const old = items[at]!;
  const updated = change.isGrant
    ? new AclItem(old.grantee, old.grantor, old.privileges | item.privileges, old.grantOptions | item.grantOptions)
    : new AclItem(old.grantee, old.grantor, old.privileges & ~item.privileges, old.grantOptions & ~item.grantOptions);
  items[at] = updated;
  if (updated.privileges === 0 && updated.grantOptions === 0) items.splice(at, 1);
  const lost = old.grantOptions & ~updated.grantOptions;
  return lost === 0 || item.grantee === 0 ? items : revokeDependents(reader, items, item.grantee, lost, owner, change.behavior);
}

/** recursive_revoke */
function revokeDependents(reader: CatalogReader, acl: AclItem[], grantee: Oid, lost: number, owner: Oid, behavior: GrantChange['behavior']): AclItem[] {
  if (grantee === owner) return acl;
  let gone = lost;
  for (const i of acl) if (i.grantee === grantee) gone &= ~i.grantOptions;
  if (gone === 0) return acl;
  let items = acl;
  for (const i of acl) {
    if (i.grantor !== grantee || (i.privileges & gone) === 0) continue;
    if (behavior === 'restrict') throw new SqlError('2BP01', 'dependent privileges exist', { hint: 'Use CASCADE to revoke them too.' });
    const revoke: GrantChange = { isGrant: false, grantOption: false, behavior, grantees: [i.grantee], grantor: grantee, privileges: gone };
    items = updateItem(reader, items, new AclItem(i.grantee, grantee, gone, gone), revoke, owner);
  }
  return items;
}

/** check_circularity: nobody may get a grant option that is derived from his own. */
function checkCircularity(reader: CatalogReader, acl: readonly AclItem[], item: AclItem, owner: Oid): void {
  if (item.grantor === owner || item.grantOptions === 0) return;
  let items = [...acl];
  for (let again = true; again;) {
    again = false;
    for (const i of items) {
      if (i.grantee !== item.grantee || i.grantOptions === 0) continue;
      const revoke: GrantChange = { isGrant: false, grantOption: true, behavior: 'cascade', grantees: [i.grantee], grantor: i.grantor, privileges: i.grantOptions };
      items = updateItem(reader, items, new AclItem(i.grantee, i.grantor, i.grantOptions, i.grantOptions), revoke, owner);
      again = true;
      break;
    }
  }
  const own = items.filter((i) => i.grantee === item.grantor).reduce((bits, i) => bits | i.grantOptions, 0);
  if (item.grantOptions & ~own) throw new SqlError('0LP01', 'grant options cannot be granted back to your own grantor');
}

/** select_best_grantor: whose grant options the privileges are granted with. */
export function selectBestGrantor(reader: CatalogReader, role: Oid, privileges: number, acl: readonly AclItem[] | null, kind: AclObjectKind, owner: Oid): { grantor: Oid; grantOptions: number } {
  if (role === owner || isSuperuser(reader, role) || hasPrivilegesOfRole(reader, role, owner)) return { grantor: owner, grantOptions: privileges };
  let best = { grantor: role, grantOptions: 0 };
  let bestCount = 0;
  for (const r of rolesOf(reader, role, 'usage')) {
    const options = grantOptionsOf(acl ?? defaultAcl(kind, owner), r) & privileges;
    if (options === privileges) return { grantor: r, grantOptions: options };
    const count = bitCount(options);
    if (count > bestCount) {
      best = { grantor: r, grantOptions: options };
      bestCount = count;
    }
  }
  return best;
}

const grantOptionsOf = (acl: readonly AclItem[], role: Oid): number => acl.filter((i) => i.grantee === role).reduce((bits, i) => bits | i.grantOptions, 0);

function bitCount(bits: number): number {
  let n = 0;
  for (let b = bits; b !== 0; b &= b - 1) n++;
  return n;
}

/** aclnewowner: the old owner's entries become the new one's. */
export function changeAclOwner(acl: readonly AclItem[] | null, oldOwner: Oid, newOwner: Oid): AclItem[] | null {
  if (acl === null) return null;
  const merged = new Map<string, AclItem>();
  const swap = (r: Oid): Oid => (r === oldOwner ? newOwner : r);
  for (const i of acl) {
    const item = new AclItem(swap(i.grantee), swap(i.grantor), i.privileges, i.grantOptions);
    const key = `${item.grantee}/${item.grantor}`;
    const same = merged.get(key);
    merged.set(key, same === undefined ? item : new AclItem(item.grantee, item.grantor, same.privileges | item.privileges, same.grantOptions | item.grantOptions));
  }
  return [...merged.values()];
}


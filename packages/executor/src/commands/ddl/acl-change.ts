/** aclupdate over a list: grants, revokes, and revocation of what was granted on (aclitem lists are kept as PostgreSQL orders them). */
import { AclItem } from '@pglitedb/catalog';
import { SqlError, type Oid } from '@pglitedb/types';

export interface AclChange { grant: boolean; grantOption: boolean; cascade: boolean; grantees: readonly Oid[]; bits: number; grantor: Oid; owner: Oid }

export function changeAcl(old: readonly AclItem[], change: AclChange): AclItem[] {
  let acl = [...old];
  for (const grantee of change.grantees) acl = changeOne(acl, grantee, change);
  return acl.filter((i) => i.privileges !== 0 || i.grantOptions !== 0);
}

function changeOne(acl: AclItem[], grantee: Oid, c: AclChange): AclItem[] {
  const at = acl.findIndex((i) => i.grantee === grantee && i.grantor === c.grantor);
  const known = at < 0 ? new AclItem(grantee, c.grantor, 0, 0) : acl[at]!;
  const owner = grantee === c.owner;
  const item = c.grant
    ? new AclItem(grantee, c.grantor, known.privileges | c.bits, known.grantOptions | (c.grantOption && !owner ? c.bits : 0))
    : new AclItem(grantee, c.grantor, c.grantOption ? known.privileges : known.privileges & ~c.bits, known.grantOptions & ~c.bits);
  if (c.grant && c.grantOption) checkCircular(acl, grantee, c);
  const next = [...acl];
  if (at < 0) { if (item.privileges !== 0 || item.grantOptions !== 0) next.push(item); } else if (item.privileges === 0 && item.grantOptions === 0) next.splice(at, 1); else next[at] = item;
  const lost = known.grantOptions & ~item.grantOptions;
  return lost === 0 || owner ? next : revokeDependent(next, grantee, lost, c);
}

/** A grant option must not come back to the one it is from. */
function checkCircular(acl: readonly AclItem[], grantee: Oid, c: AclChange): void {
  if (c.grantor === c.owner) return;
  const seen = new Set<Oid>([c.grantor]);
  for (const r of seen) {
    if (r === grantee) throw new SqlError('0LP01', 'grant options cannot be granted back to your own grantor');
    for (const i of acl) if (i.grantee === r && i.grantor !== c.owner && (i.grantOptions & c.bits) !== 0) seen.add(i.grantor);
  }
}

/** recursive_revoke: what the grantee passed on falls with the option, or forbids taking it. */
function revokeDependent(acl: AclItem[], grantee: Oid, lost: number, c: AclChange): AclItem[] {
  const still = acl.filter((i) => i.grantee === grantee).reduce((m, i) => m | i.grantOptions, 0);
  const gone = lost & ~still;
  if (gone === 0) return acl;
  let next = acl;
  for (const i of acl) {
    if (i.grantor !== grantee || (i.privileges & gone) === 0) continue;
    if (!c.cascade) throw new SqlError('2BP01', 'dependent privileges exist', { hint: 'Use CASCADE to revoke them too.' });
    next = changeOne(next, i.grantee, { ...c, grant: false, grantOption: false, bits: gone, grantor: grantee });
  }
  return next;
}

export function sameAcl(a: readonly AclItem[], b: readonly AclItem[]): boolean {
  const text = (l: readonly AclItem[]): string => l.map((i) => `${i.grantee}/${i.grantor}/${i.privileges}/${i.grantOptions}`).sort().join();
  return text(a) === text(b);
}

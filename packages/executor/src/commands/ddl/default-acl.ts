/** The privileges that ALTER DEFAULT PRIVILEGES gives a new object: the role's own for the kind, and those of the schema added. */
import { AclItem, defaultAcl, type AclObjectKind, type CatalogReader } from '@pglitedb/catalog';
import type { Oid } from '@pglitedb/types';
import { sameAcl } from './acl-change.js';

const LETTERS: Readonly<Partial<Record<AclObjectKind, string>>> = { r: 'r', s: 'S', f: 'f', T: 'T', n: 'n' };

/** get_user_default_acl: null where the kind's usual privileges hold. `namespace` is 0 for objects outside of schemas. */
export function newObjectAcl(c: CatalogReader, kind: AclObjectKind, owner: Oid, namespace: Oid): AclItem[] | null {
  const of = (ns: Oid): readonly AclItem[] | undefined => c.syscache('DEFACLROLENSPOBJ', owner, ns, LETTERS[kind]!)?.defaclacl;
  const own = of(0);
  const schema = namespace === 0 ? undefined : of(namespace);
  if (own === undefined && schema === undefined) return null;
  const usual = defaultAcl(kind, owner);
  const acl: AclItem[] = [...(own ?? usual)];
  for (const i of schema ?? []) {
    const at = acl.findIndex((x) => x.grantee === i.grantee && x.grantor === i.grantor);
    if (at < 0) acl.push(i);
    else acl[at] = new AclItem(i.grantee, i.grantor, acl[at]!.privileges | i.privileges, acl[at]!.grantOptions | i.grantOptions);
  }
  return sameAcl(acl, usual) ? null : acl;
}

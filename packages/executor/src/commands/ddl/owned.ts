/** REASSIGN OWNED and DROP OWNED. */
import { AclItem, hasPrivilegesOfRole, type CatalogName } from '@pglitedb/catalog';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import type { SessionServices } from '../../context.js';
import { defineCommands, type UtilityContext } from '../registry.js';
import { CLASS } from './catalog-ids.js';
import { changeAcl } from './acl-change.js';
import { setObjectOwner, setRelationOwner } from './change-owner.js';
import { address, type ObjectAddress } from './depend.js';
import { performDeletions } from './dependency.js';
import { OWNED } from './ownership.js';
import { roleNameOf, roleOid } from './role-lookup.js';
import type { Raw } from './raw.js';

const SHARED = new Set<number>([CLASS.database, CLASS.tablespace]);

/** Objects of the current database that the role owns by themselves: no indexes, row types or arrays. */
function ownedObjects(session: SessionServices, role: Oid, shared: boolean): ObjectAddress[] {
  const c = session.catalog();
  const list: ObjectAddress[] = [];
  for (const [key, kind] of Object.entries(OWNED)) {
    const classId = Number(key);
    if (SHARED.has(classId) && !shared) continue;
    for (const row of c.rows(kind.catalog, { [kind.owner]: role } as never) as unknown as readonly Record<string, unknown>[]) {
      if (kind.catalog === 'pg_class' && 'itc'.includes(row['relkind'] as string)) continue;
      if (kind.catalog === 'pg_type' && (row['typcategory'] === 'A' || (row['typrelid'] !== 0 && c.syscache('RELOID', row['typrelid'] as Oid)?.relkind !== 'c'))) continue;
      list.push(address(classId, row['oid'] as Oid));
    }
  }
  return list;
}

function checkMay(session: SessionServices, role: Oid, what: string): void {
  const c = session.catalog();
  if (hasPrivilegesOfRole(c, session.userOid(), role)) return;
  throw new SqlError('42501', `permission denied to ${what} objects`, { detail: `Only roles with privileges of role "${roleNameOf(c, role)}" may ${what} objects owned by it.` });
}

function* reassignOwned(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const roles = (node.roles as Raw[]).map((r) => roleOid(session, r));
  for (const r of roles) checkMay(session, r, 'reassign');
  const to = roleOid(session, node.newrole);
  if (!hasPrivilegesOfRole(session.catalog(), session.userOid(), to)) {
    throw new SqlError('42501', 'permission denied to reassign objects', { detail: `Only roles with privileges of role "${roleNameOf(session.catalog(), to)}" may reassign objects to it.` });
  }
  for (const r of roles) {
    if (r < 16384) throw new SqlError('2BP01', `cannot reassign ownership of objects owned by role ${roleNameOf(session.catalog(), r)} because they are required by the database system`);
    for (const o of ownedObjects(session, r, true)) {
      if (o.classId === CLASS.relation) setRelationOwner(session, o.objectId, to, false);
      else setObjectOwner(session, o, to);
    }
  }
  return 'REASSIGN OWNED';
}

function* dropOwned(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const roles = (node.roles as Raw[]).map((r) => roleOid(session, r));
  for (const r of roles) checkMay(session, r, 'drop');
  const objects: ObjectAddress[] = [];
  for (const r of roles) {
    if (r < 16384) throw new SqlError('2BP01', `cannot drop objects owned by role ${roleNameOf(session.catalog(), r)} because they are required by the database system`);
    revokeAll(session, r);
    session.catalogWriter().remove('pg_auth_members', { grantor: r });
    objects.push(...ownedObjects(session, r, false));
  }
  yield* performDeletions(session, objects, node.behavior === 'DROP_CASCADE' ? 'cascade' : 'restrict');
  return 'DROP OWNED';
}

/** Privileges granted to the role, in acls, default acls and policies. */
function revokeAll(session: SessionServices, role: Oid): void {
  const w = session.catalogWriter();
  const concerned = (acl: readonly AclItem[] | null): acl is readonly AclItem[] => acl !== null && acl.some((i) => i.grantee === role);
  const without = (acl: readonly AclItem[], owner: Oid): AclItem[] => [...new Set(acl.filter((i) => i.grantee === role).map((i) => i.grantor))]
    .reduce<readonly AclItem[]>((list, grantor) => changeAcl(list, { grant: false, grantOption: false, cascade: true, grantees: [role], bits: 0x7fff, grantor, owner }), acl) as AclItem[];
  for (const kind of Object.values(OWNED)) {
    if (kind.acl === undefined) continue;
    for (const row of w.rows(kind.catalog) as unknown as readonly Record<string, unknown>[]) {
      const acl = row[kind.acl] as readonly AclItem[] | null;
      if (row[kind.owner] !== role && concerned(acl)) w.update(kind.catalog as CatalogName, { oid: row['oid'] } as never, { [kind.acl]: without(acl, row[kind.owner] as Oid) } as never);
    }
  }
  for (const a of w.rows('pg_attribute')) if (concerned(a.attacl)) {
    const next = without(a.attacl, w.syscache('RELOID', a.attrelid)?.relowner ?? 0);
    w.update('pg_attribute', { attrelid: a.attrelid, attnum: a.attnum }, { attacl: next.length > 0 ? next : null });
  }
  for (const d of w.rows('pg_default_acl')) if (d.defaclrole === role || concerned(d.defaclacl)) {
    const next = d.defaclrole === role ? [] : d.defaclacl.filter((i) => i.grantee !== role);
    if (next.length === 0) w.remove('pg_default_acl', { oid: d.oid }); else w.update('pg_default_acl', { oid: d.oid }, { defaclacl: next });
  }
  for (const p of w.rows('pg_policy')) if (p.polroles.includes(role)) {
    const rest = p.polroles.filter((r) => r !== role);
    if (rest.length === 0) w.remove('pg_policy', { oid: p.oid }); else w.update('pg_policy', { oid: p.oid }, { polroles: rest });
  }
}

defineCommands({ ReassignOwnedStmt: reassignOwned, DropOwnedStmt: dropOwned });

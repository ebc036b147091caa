/** GRANT and REVOKE of role membership. */
import { hasPrivilegesOfRole, isMemberOfRole, isSuperuser } from '@pglitedb/catalog';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import type { SessionServices } from '../../context.js';
import { defineCommands, type UtilityContext } from '../registry.js';
import { roleByName, roleNameOf, roleOid } from './role-lookup.js';
import { options, type Raw } from './raw.js';

export interface Membership { role: Oid; member: Oid; grantor: Oid; admin: boolean | undefined; /** undefined: as the member's INHERIT attribute says */ inherit: boolean | undefined; set: boolean | undefined }

export function addMembership(session: SessionServices, m: Membership): void {
  const w = session.catalogWriter();
  const name = (oid: Oid): string => roleNameOf(w, oid);
  if (isMemberOfRole(w, m.role, m.member) && !isSuperuser(w, m.role)) throw new SqlError('0LP01', `role "${name(m.member)}" is a member of role "${name(m.role)}"`);
  if (m.role === m.member) throw new SqlError('0LP01', `role "${name(m.role)}" is a member of role "${name(m.member)}"`);
  const known = w.rows('pg_auth_members', { roleid: m.role, member: m.member }).find((x) => x.grantor === m.grantor);
  if (known === undefined) {
    w.insert('pg_auth_members', {
      oid: w.newOid(), roleid: m.role, member: m.member, grantor: m.grantor, admin_option: m.admin ?? false, inherit_option: m.inherit ?? w.syscache('AUTHOID', m.member)!.rolinherit, set_option: m.set ?? true,
    });
    return;
  }
  const next = { admin_option: m.admin === true ? true : m.admin ?? known.admin_option, inherit_option: m.inherit ?? known.inherit_option, set_option: m.set ?? known.set_option };
  if (next.admin_option === known.admin_option && next.inherit_option === known.inherit_option && next.set_option === known.set_option) {
    session.notice('NOTICE', '42710', `role "${name(m.member)}" has already been granted membership in role "${name(m.role)}" by role "${name(m.grantor)}"`);
    return;
  }
  w.update('pg_auth_members', { oid: known.oid }, next);
}

/** Superusers act as the bootstrap superuser; others need ADMIN OPTION. */
function grantorFor(session: SessionServices, role: Oid, given: Raw | undefined, grant: boolean): Oid {
  const c = session.catalog();
  const user = given === undefined ? session.userOid() : roleOid(session, given);
  const hasAdmin = (who: Oid): boolean => c.rows('pg_auth_members', { roleid: role }).some((m) => m.admin_option && hasPrivilegesOfRole(c, who, m.member));
  if (isSuperuser(c, session.userOid())) {
    if (given !== undefined && user !== 10 && !hasAdmin(user)) {
      throw new SqlError('42501', grant ? `permission denied to grant privileges as role "${roleNameOf(c, user)}"` : `permission denied to revoke privileges granted by role "${roleNameOf(c, user)}"`, {
        detail: `The grantor must have the ADMIN option on role "${roleNameOf(c, role)}".`,
      });
    }
    return given === undefined ? 10 : user;
  }
  if (!hasAdmin(user)) throw new SqlError('42501', `permission denied to ${grant ? 'grant' : 'revoke'} role "${roleNameOf(c, role)}"`, { detail: `Only roles with the ADMIN option on role "${roleNameOf(c, role)}" may ${grant ? 'grant' : 'revoke'} this role.` });
  return user;
}

function* grantRole(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const grant = node.is_grant === true;
  const given = new Map(options(node.opt).map((o) => [o.name, o.raw?.Boolean?.boolval === true || o.value === 'true']));
  for (const g of node.granted_roles) {
    if (g.AccessPriv.cols !== undefined) throw new SqlError('0LP01', 'column names cannot be included in GRANT/REVOKE ROLE');
    const role = roleByName(session.catalog(), g.AccessPriv.priv_name);
    for (const r of node.grantee_roles) {
      const member = roleOid(session, r);
      const grantor = grantorFor(session, role, node.grantor, grant);
      if (grant) addMembership(session, { role, member, grantor, admin: given.get('admin'), inherit: given.get('inherit'), set: given.get('set') });
      else revoke(session, role, member, grantor, given);
    }
  }
  return grant ? 'GRANT ROLE' : 'REVOKE ROLE';
}

function revoke(session: SessionServices, role: Oid, member: Oid, grantor: Oid, given: ReadonlyMap<string, boolean>): void {
  const w = session.catalogWriter();
  const known = w.rows('pg_auth_members', { roleid: role, member }).find((m) => m.grantor === grantor);
  if (known === undefined) {
    session.notice('WARNING', '01000', `role "${roleNameOf(w, member)}" has not been granted membership in role "${roleNameOf(w, role)}" by role "${roleNameOf(w, grantor)}"`);
    return;
  }
  if (given.size === 0) { w.remove('pg_auth_members', { oid: known.oid }); return; }
  w.update('pg_auth_members', { oid: known.oid }, {
    ...(given.has('admin') ? { admin_option: false } : {}), ...(given.has('inherit') ? { inherit_option: false } : {}), ...(given.has('set') ? { set_option: false } : {}),
  });
}

defineCommands({ GrantRoleStmt: grantRole });

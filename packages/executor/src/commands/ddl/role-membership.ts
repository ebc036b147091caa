/** GRANT and REVOKE of role membership. */
import { hasPrivilegesOfRole, isMemberOfRole, isSuperuser, rolesOf } from '@pglitedb/catalog';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import type { SessionServices } from '../../context.js';
import { defineCommands, type UtilityContext } from '../registry.js';
import { roleByName, roleNameOf, roleOid } from './role-lookup.js';
import { options, type Raw } from './raw.js';
import { RevokePlan } from './role-revoke.js';

export interface Membership { role: Oid; member: Oid; grantor: Oid; admin: boolean | undefined; /** undefined: as the member's INHERIT attribute says */ inherit: boolean | undefined; set: boolean | undefined }

export function addMembership(session: SessionServices, m: Membership): void {
  const w = session.catalogWriter();
  const name = (oid: Oid): string => roleNameOf(w, oid);
  if (isMemberOfRole(w, m.role, m.member) && !isSuperuser(w, m.role)) throw new SqlError('0LP01', `role "${name(m.member)}" is a member of role "${name(m.role)}"`);
  if (m.role === m.member) throw new SqlError('0LP01', `role "${name(m.role)}" is a member of role "${name(m.member)}"`);
  checkCircular(session, m);
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

/** The nearest role with ADMIN OPTION on `role` whose privileges `who` has: itself first; 0 for none. */
function bestAdmin(session: SessionServices, who: Oid, role: Oid): Oid {
  const c = session.catalog();
  const admins = c.rows('pg_auth_members', { roleid: role }).filter((m) => m.admin_option).map((m) => m.member);
  if (admins.includes(who)) return who;
  for (const r of rolesOf(c, who, 'usage')) if (admins.includes(r)) return r;
  return 0;
}

/** check_role_membership_authorization and check_role_grantor: superusers act as the bootstrap superuser, others need ADMIN OPTION. */
function grantorFor(session: SessionServices, role: Oid, given: Raw | undefined, grant: boolean): Oid {
  const c = session.catalog();
  const user = session.userOid();
  const name = (oid: Oid): string => roleNameOf(c, oid);
  const verb = grant ? 'grant' : 'revoke';
  if (role === DATABASE_OWNER_ROLE && grant) throw new SqlError('42501', `role "${name(role)}" cannot have explicit members`);
  if (c.syscache('AUTHOID', role)?.rolsuper === true) {
    if (!isSuperuser(c, user)) throw new SqlError('42501', `permission denied to ${verb} role "${name(role)}"`, { detail: `Only roles with the SUPERUSER attribute may ${verb} roles with the SUPERUSER attribute.` });
  } else if (!isSuperuser(c, user) && bestAdmin(session, user, role) === 0) {
    throw new SqlError('42501', `permission denied to ${verb} role "${name(role)}"`, { detail: `Only roles with the ADMIN option on role "${name(role)}" may ${verb} this role.` });
  }
  if (given === undefined) return isSuperuser(c, user) ? BOOTSTRAP : bestAdmin(session, user, role);
  const grantor = roleOid(session, given);
  const message = grant ? `permission denied to grant privileges as role "${name(grantor)}"` : `permission denied to revoke privileges granted by role "${name(grantor)}"`;
  if (!hasPrivilegesOfRole(c, user, grantor)) {
    throw new SqlError('42501', message, { detail: `Only roles with privileges of role "${name(grantor)}" may ${grant ? 'grant privileges as this role' : 'revoke privileges granted by this role'}.` });
  }
  if (grant && grantor !== BOOTSTRAP && bestAdmin(session, grantor, role) !== grantor) {
    throw new SqlError('42501', message, { detail: `The grantor must have the ADMIN option on role "${name(role)}".` });
  }
  return grantor;
}
const BOOTSTRAP: Oid = 10;
const DATABASE_OWNER_ROLE: Oid = 6171;

/** An ADMIN OPTION must not depend on itself: without the member's grants, the grantor must still have it. */
function checkCircular(session: SessionServices, m: Membership): void {
  if (m.admin !== true || m.grantor === BOOTSTRAP) return;
  const plan = new RevokePlan(session.catalogWriter().rows('pg_auth_members', { roleid: m.role }));
  plan.revokeMember(m.member);
  if (!plan.hasAdmin(m.grantor)) throw new SqlError('0LP01', 'ADMIN option cannot be granted back to your own grantor');
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
      else revokeMembership(session, role, member, grantor, given, node.behavior === 'DROP_CASCADE');
    }
  }
  return grant ? 'GRANT ROLE' : 'REVOKE ROLE';
}

export function revokeMembership(session: SessionServices, role: Oid, member: Oid, grantor: Oid, given: ReadonlyMap<string, boolean>, cascade: boolean): void {
  const w = session.catalogWriter();
  const plan = new RevokePlan(w.rows('pg_auth_members', { roleid: role }));
  const at = plan.grants.findIndex((m) => m.member === member && m.grantor === grantor);
  if (at < 0) {
    session.notice('WARNING', '01000', `role "${roleNameOf(w, member)}" has not been granted membership in role "${roleNameOf(w, role)}" by role "${roleNameOf(w, grantor)}"`);
    return;
  }
  const { oid } = plan.grants[at]!;
  if (given.has('inherit')) w.update('pg_auth_members', { oid }, { inherit_option: false });
  if (given.has('set')) w.update('pg_auth_members', { oid }, { set_option: false });
  if (given.size === 0 || given.has('admin')) plan.revoke(at, given.size > 0, cascade);
  plan.grants.forEach((g, k) => {
    if (plan.actions[k] === 'all') w.remove('pg_auth_members', { oid: g.oid });
    else if (plan.actions[k] === 'admin') w.update('pg_auth_members', { oid: g.oid }, { admin_option: false });
  });
}

/** Whether the current role may change who is a member (is_admin_of_role). */
export function isAdminOf(session: SessionServices, role: Oid): boolean {
  return isSuperuser(session.catalog(), session.userOid()) || bestAdmin(session, session.userOid(), role) !== 0;
}
/** The grantor of memberships that CREATE and ALTER ROLE make or end. */
export function currentGrantor(session: SessionServices, role: Oid, grant: boolean): Oid { return grantorFor(session, role, undefined, grant); }

defineCommands({ GrantRoleStmt: grantRole });

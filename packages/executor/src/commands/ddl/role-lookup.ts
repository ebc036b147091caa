/** RoleSpec nodes to role oids. */
import type { CatalogReader } from '@pglitedb/catalog';
import { SqlError, type Oid } from '@pglitedb/types';
import type { SessionServices } from '../../context.js';
import type { Raw } from './raw.js';

export function roleByName(c: CatalogReader, name: string): Oid {
  const role = c.syscache('AUTHNAME', name);
  if (role === undefined) throw new SqlError('42704', `role "${name}" does not exist`);
  return role.oid;
}

/** get_rolespec_oid; public: 0 where it is allowed. */
export function roleOid(session: SessionServices, spec: Raw, publicAllowed = false): Oid {
  const r = spec.RoleSpec ?? spec;
  switch (r.roletype) {
    case 'ROLESPEC_PUBLIC':
      if (publicAllowed) return 0;
      throw new SqlError('42704', 'role "public" does not exist');
    case 'ROLESPEC_CURRENT_ROLE': case 'ROLESPEC_CURRENT_USER': return session.userOid();
    case 'ROLESPEC_SESSION_USER': return roleByName(session.catalog(), session.setting('session_authorization') ?? '');
    default: return roleByName(session.catalog(), r.rolename ?? '');
  }
}
export function roleNameOf(c: CatalogReader, oid: Oid): string { return c.syscache('AUTHOID', oid)?.rolname ?? String(oid); }

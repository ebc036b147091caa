/** Privileges that DDL asks for on what it refers to: USAGE of types, EXECUTE of functions. */
import { ACL, checkPrivilege, objectAclMask } from '@pglitedb/catalog';
import { SqlError, type Oid } from '@pglitedb/types';
import type { SessionServices } from '../../context.js';

/** 42501 without USAGE on the type; arrays go by their elements (aclcheck_error_type). */
export function requireTypeUsage(session: SessionServices, type: Oid): void {
  const c = session.catalog();
  const row = c.syscache('TYPEOID', type);
  if (row === undefined) return;
  const owner = row.typelem !== 0 && row.typcategory === 'A' ? row.typelem : type;
  if (objectAclMask(c, 'pg_type', owner, session.userOid(), ACL.USAGE) !== 0) return;
  throw new SqlError('42501', `permission denied for type ${c.types.formatType(owner, -1)}`);
}

export function requireExecute(session: SessionServices, fn: Oid): void {
  checkPrivilege(session.catalog(), 'pg_proc', fn, session.userOid(), ACL.EXECUTE);
}

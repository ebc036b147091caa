/** Privileges on the relations of a plan: the whole table's first, then those of each column that is touched. */
import { aclMask, ACL, isSuperuser, objectAclMask, type RelationInfo } from '@pglitedb/catalog';
import type { PlannedStmt, RTEPermissionInfo } from '@pglitedb/planner';
import { SqlError, type Oid } from '@pglitedb/types';
import type { SessionServices } from './context.js';

/** ExecCheckPermissions: raises 42501. */
export function checkPermissions(session: SessionServices, planned: PlannedStmt): void {
  if (planned.permInfos.length === 0) return;
  const catalog = session.catalog();
  const user = session.userOid();
  const trusted = isSuperuser(catalog, user);
  for (const info of planned.permInfos) {
    const role = info.checkAsUser || user;
    if (info.requiredPerms === 0 || (role === user ? trusted : isSuperuser(catalog, role))) continue;
    const rel = catalog.relation(info.relid);
    if (rel !== undefined && !allowed(session, rel, info, role)) throw denied(rel);
  }
}

/** The right on the whole relation, or on each of the columns (COPY). */
export function checkColumnPrivilege(session: SessionServices, rel: RelationInfo, right: number, attnums: readonly number[]): void {
  const catalog = session.catalog();
  const user = session.userOid();
  if (isSuperuser(catalog, user)) return;
  if ((objectAclMask(catalog, 'pg_class', rel.oid, user, right) ?? right) !== 0) return;
  const onColumn = (a: number): boolean => { const acl = rel.attributes[a - 1]?.attacl; return acl !== null && acl !== undefined && aclMask(catalog, acl, 'c', rel.relowner, user, right) !== 0; };
  if (attnums.length === 0 || !attnums.every(onColumn)) throw denied(rel);
}

const KINDS: Record<string, string> = { v: 'view', S: 'sequence', m: 'materialized view', f: 'foreign table', i: 'index' };
function denied(rel: RelationInfo): SqlError {
  return new SqlError('42501', `permission denied for ${KINDS[rel.relkind] ?? 'table'} ${rel.relname}`);
}

const MODIFYING = ACL.INSERT | ACL.UPDATE | ACL.DELETE | ACL.TRUNCATE;

function allowed(session: SessionServices, rel: RelationInfo, info: RTEPermissionInfo, role: Oid): boolean {
  const catalog = session.catalog();
  // System catalogs are changed by DDL alone, unless allow_system_table_mods says otherwise.
  if ((info.requiredPerms & MODIFYING) !== 0 && rel.nspname === 'pg_catalog' && rel.relkind !== 'v') return false;
  const missing = info.requiredPerms & ~aclMask(catalog, rel.relacl, rel.relkind === 'S' ? 's' : 'r', rel.relowner, role, info.requiredPerms);
  if (missing === 0) return true;
  if ((missing & ~(ACL.SELECT | ACL.INSERT | ACL.UPDATE)) !== 0) return false;
  const column = (attnum: number, right: number): boolean => {
    const acl = rel.attributes[attnum - 1]?.attacl;
    return acl !== null && acl !== undefined && (aclMask(catalog, acl, 'c', rel.relowner, role, right) & right) !== 0;
  };
  const live = rel.attributes.filter((a) => !a.attisdropped).map((a) => a.attnum);
  const all = (columns: Iterable<number>, right: number): boolean => {
    for (const c of columns) if (c === 0 ? !live.every((a) => column(a, right)) : !column(c, right)) return false;
    return true;
  };
  if ((missing & ACL.SELECT) !== 0) {
    if (info.selectedCols.size === 0 ? !live.some((a) => column(a, ACL.SELECT)) : !all(info.selectedCols, ACL.SELECT)) return false;
  }
  if ((missing & ACL.INSERT) !== 0 && (info.insertedCols.size === 0 || !all(info.insertedCols, ACL.INSERT))) return false;
  return (missing & ACL.UPDATE) === 0 || (info.updatedCols.size > 0 && all(info.updatedCols, ACL.UPDATE));
}

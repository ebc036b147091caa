/** ALTER … OWNER TO, for relations (with their types, indexes and sequences) and everything else. */
import { isMemberOfRole, isSuperuser, AclItem } from '@pglitedb/catalog';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import type { SessionServices } from '../../context.js';
import { defineCommands, type UtilityContext } from '../registry.js';
import { defineAlterActions } from './alter-table.js';
import { CLASS } from './catalog-ids.js';
import type { ObjectAddress } from './depend.js';
import { tagWord } from './drop.js';
import { requireObject } from './object-lookup.js';
import { checkObjectOwner, objectRow, OWNED } from './ownership.js';
import { roleOid } from './role-lookup.js';
import type { Raw } from './raw.js';

/** Grants of the old owner become grants of the new one. */
export function aclForNewOwner(acl: readonly AclItem[] | null, from: Oid, to: Oid): AclItem[] | null {
  if (acl === null) return null;
  const swap = (r: Oid): Oid => (r === from ? to : r);
  const merged: AclItem[] = [];
  for (const i of acl) {
    const item = new AclItem(swap(i.grantee), swap(i.grantor), i.privileges, i.grantOptions);
    const at = merged.findIndex((m) => m.grantee === item.grantee && m.grantor === item.grantor);
    if (at < 0) merged.push(item); else merged[at] = new AclItem(item.grantee, item.grantor, merged[at]!.privileges | item.privileges, merged[at]!.grantOptions | item.grantOptions);
  }
  return merged;
}

function checkMaySet(session: SessionServices, role: Oid): void {
  const c = session.catalog();
  if (!isSuperuser(c, session.userOid()) && !isMemberOfRole(c, session.userOid(), role)) throw new SqlError('42501', `must be able to SET ROLE "${c.syscache('AUTHOID', role)?.rolname}"`);
}

export function setRelationOwner(session: SessionServices, oid: Oid, owner: Oid, direct: boolean): void {
  const w = session.catalogWriter();
  const row = w.syscache('RELOID', oid)!;
  if (direct && 'iI'.includes(row.relkind)) {
    session.notice('WARNING', '42809', `cannot change owner of index "${row.relname}"`, { hint: 'Change the ownership of the index\'s table instead.' });
    return;
  }
  if (direct && row.relkind === 'S') {
    const d = w.rows('pg_depend', { classid: CLASS.relation, objid: oid }).find((x) => x.refclassid === CLASS.relation && x.refobjsubid > 0 && (x.deptype === 'a' || x.deptype === 'i'));
    if (d !== undefined && row.relowner !== owner) {
      const table = w.syscache('RELOID', d.refobjid)?.relname;
      throw new SqlError('0A000', `cannot change owner of sequence "${row.relname}"`, { detail: `Sequence "${row.relname}" is linked to table "${table}".` });
    }
  }
  w.update('pg_class', { oid }, { relowner: owner, relacl: aclForNewOwner(row.relacl, row.relowner, owner) });
  if (row.reltype !== 0) setTypeOwner(session, row.reltype, owner);
  if (!'rpm'.includes(row.relkind)) return;
  for (const i of w.rows('pg_index', { indrelid: oid })) w.update('pg_class', { oid: i.indexrelid }, { relowner: owner });
  for (const d of w.rows('pg_depend', { refclassid: CLASS.relation, refobjid: oid })) {
    if (d.classid !== CLASS.relation || d.refobjsubid <= 0 || (d.deptype !== 'a' && d.deptype !== 'i')) continue;
    if (w.syscache('RELOID', d.objid)?.relkind === 'S') setRelationOwner(session, d.objid, owner, false);
  }
}

function setTypeOwner(session: SessionServices, oid: Oid, owner: Oid): void {
  const w = session.catalogWriter();
  const t = w.syscache('TYPEOID', oid)!;
  w.update('pg_type', { oid }, { typowner: owner, typacl: aclForNewOwner(t.typacl, t.typowner, owner) });
  if (t.typarray !== 0) w.update('pg_type', { oid: t.typarray }, { typowner: owner });
}

export function setObjectOwner(session: SessionServices, o: ObjectAddress, owner: Oid): void {
  if (o.classId === CLASS.relation) return setRelationOwner(session, o.objectId, owner, true);
  if (o.classId === CLASS.type) {
    const t = session.catalog().syscache('TYPEOID', o.objectId)!;
    if (t.typtype === 'c' && t.typrelid !== 0) setRelationOwner(session, t.typrelid, owner, false);
    return setTypeOwner(session, o.objectId, owner);
  }
  const kind = OWNED[o.classId];
  if (kind === undefined) throw new SqlError('0A000', 'objects of this kind have no owner');
  const row = objectRow(session.catalog(), o.classId, o.objectId)!;
  const acl = kind.acl === undefined ? {} : { [kind.acl]: aclForNewOwner(row[kind.acl] as AclItem[] | null, row[kind.owner] as Oid, owner) };
  session.catalogWriter().update(kind.catalog, { oid: o.objectId } as never, { [kind.owner]: owner, ...acl } as never);
}

function* alterOwner(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const o = requireObject(session, node.objectType, node.object);
  checkObjectOwner(session, o);
  const owner = roleOid(session, node.newowner);
  checkMaySet(session, owner);
  if (o.classId === CLASS.type) {
    const t = session.catalog().syscache('TYPEOID', o.objectId)!;
    if (t.typtype === 'c' && session.catalog().syscache('RELOID', t.typrelid)!.relkind !== 'c') throw new SqlError('42809', `${t.typname} is a table's row type`, { hint: 'Use ALTER TABLE instead.' });
    if (t.typcategory === 'A' && t.typelem !== 0) throw new SqlError('42809', `cannot alter array type ${session.catalog().types.formatType(o.objectId, -1)}`, { hint: `You can alter type ${session.catalog().types.formatType(t.typelem, -1)}, which will alter the array type as well.` });
  }
  if (o.classId === CLASS.eventTrigger && !isSuperuser(session.catalog(), owner)) {
    throw new SqlError('42501', `permission denied to change owner of event trigger "${session.catalog().syscache('EVENTTRIGGEROID', o.objectId)!.evtname}"`, { hint: 'The owner of an event trigger must be a superuser.' });
  }
  setObjectOwner(session, o, owner);
  return `ALTER ${tagWord(node.objectType)}`;
}

defineAlterActions({
  *AT_ChangeOwner(t) {
    const owner = roleOid(t.u.session, t.cmd.newowner);
    checkMaySet(t.u.session, owner);
    setRelationOwner(t.u.session, t.oid, owner, true);
  },
});
defineCommands({ AlterOwnerStmt: alterOwner });

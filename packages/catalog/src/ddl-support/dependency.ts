/** pg_depend and pg_shdepend: recording and changing dependencies. */
import type { Oid } from '@pglitedb/types';
import type { CatalogReader, CatalogWriter } from '../api.js';
import type { AclItem } from '../acl/acl-item.js';
import { CLASS, isPinned, type ObjectAddress } from './object-address.js';

/** normal, auto, internal, partition primary and secondary, extension, auto extension. */
export type DependencyType = 'n' | 'a' | 'i' | 'P' | 'S' | 'e' | 'x';

export function recordDependencyOn(writer: CatalogWriter, depender: ObjectAddress, referenced: ObjectAddress, type: DependencyType): void {
  recordDependencies(writer, depender, [referenced], type);
}

/** recordMultipleDependencies: pinned objects need no record; each reference is recorded once. */
export function recordDependencies(writer: CatalogWriter, depender: ObjectAddress, referenced: readonly ObjectAddress[], type: DependencyType): void {
  const seen = new Set<string>();
  for (const r of referenced) {
    if (r.objectId === 0 || isPinned(r.classId, r.objectId)) continue;
    const key = `${r.classId}/${r.objectId}/${r.subId}`;
    if (seen.has(key)) continue;
    seen.add(key);
    writer.insert('pg_depend', {
      classid: depender.classId, objid: depender.objectId, objsubid: depender.subId, refclassid: r.classId, refobjid: r.objectId, refobjsubid: r.subId, deptype: type,
    });
  }
}

/** Removes what the object depends on (all columns' too). */
export function deleteDependencyRecordsFor(writer: CatalogWriter, classId: Oid, objectId: Oid): number {
  return writer.remove('pg_depend', { classid: classId, objid: objectId });
}

export function deleteDependencyRecordsForClass(writer: CatalogWriter, classId: Oid, objectId: Oid, refClassId: Oid, type: DependencyType): number {
  return writer.remove('pg_depend', { classid: classId, objid: objectId, refclassid: refClassId, deptype: type });
}

/** The object now depends on another one of the same class instead; the number of records changed. */
export function changeDependencyFor(writer: CatalogWriter, classId: Oid, objectId: Oid, refClassId: Oid, oldRef: Oid, newRef: Oid): number {
  const where = { classid: classId, objid: objectId, refclassid: refClassId, refobjid: oldRef };
  if (isPinned(refClassId, newRef)) return writer.remove('pg_depend', where);
  if (isPinned(refClassId, oldRef)) {
    recordDependencyOn(writer, { classId, objectId, subId: 0 }, { classId: refClassId, objectId: newRef, subId: 0 }, 'n');
    return 1;
  }
  return writer.update('pg_depend', where, { refobjid: newRef });
}

/** The sequence's owner column (auto or internal dependency), undefined where it has none. */
export function sequenceOwner(reader: CatalogReader, sequence: Oid): { relation: Oid; attnum: number; type: DependencyType } | undefined {
  const d = reader.rows('pg_depend', { classid: CLASS.pg_class, objid: sequence, refclassid: CLASS.pg_class }).find((x) => x.deptype === 'a' || x.deptype === 'i');
  return d === undefined ? undefined : { relation: d.refobjid, attnum: d.refobjsubid, type: d.deptype as DependencyType };
}

/** Sequences owned by a table, or by one of its columns. */
export function ownedSequences(reader: CatalogReader, relation: Oid, attnum = 0): Oid[] {
  const where = attnum === 0 ? { refclassid: CLASS.pg_class, refobjid: relation } : { refclassid: CLASS.pg_class, refobjid: relation, refobjsubid: attnum };
  return reader.rows('pg_depend', where)
    .filter((d) => d.classid === CLASS.pg_class && d.objsubid === 0 && d.refobjsubid !== 0 && (d.deptype === 'a' || d.deptype === 'i') && reader.syscache('RELOID', d.objid)?.relkind === 'S')
    .map((d) => d.objid);
}

/** The constraint that owns an index, 0 for none. */
export function indexConstraint(reader: CatalogReader, index: Oid): Oid {
  const d = reader.rows('pg_depend', { classid: CLASS.pg_class, objid: index, objsubid: 0 }).find((x) => x.refclassid === CLASS.pg_constraint && x.refobjsubid === 0 && x.deptype === 'i');
  return d?.refobjid ?? 0;
}

/** The extension that an object belongs to, 0 for none. */
export function extensionOf(reader: CatalogReader, classId: Oid, objectId: Oid): Oid {
  return reader.rows('pg_depend', { classid: classId, objid: objectId }).find((d) => d.refclassid === CLASS.pg_extension && d.deptype === 'e')?.refobjid ?? 0;
}

/** owner, acl, policy role, initial privileges, tablespace */
export type SharedDependencyType = 'o' | 'a' | 'r' | 'i' | 't';

const isShared = (classId: Oid): boolean => classId === CLASS.pg_database || classId === CLASS.pg_authid || classId === CLASS.pg_tablespace;
const databaseOf = (writer: CatalogReader, classId: Oid): Oid => (isShared(classId) ? 0 : writer.session.databaseOid);

export function recordSharedDependency(writer: CatalogWriter, depender: ObjectAddress, refClassId: Oid, refObjectId: Oid, type: SharedDependencyType): void {
  if (isPinned(refClassId, refObjectId)) return;
  writer.insert('pg_shdepend', {
    dbid: databaseOf(writer, depender.classId), classid: depender.classId, objid: depender.objectId, objsubid: depender.subId,
    refclassid: refClassId, refobjid: refObjectId, deptype: type,
  });
}

export function recordDependencyOnOwner(writer: CatalogWriter, classId: Oid, objectId: Oid, owner: Oid): void {
  recordSharedDependency(writer, { classId, objectId, subId: 0 }, CLASS.pg_authid, owner, 'o');
}

export function changeDependencyOnOwner(writer: CatalogWriter, classId: Oid, objectId: Oid, owner: Oid): void {
  const where = { dbid: databaseOf(writer, classId), classid: classId, objid: objectId };
  writer.remove('pg_shdepend', { ...where, objsubid: 0, deptype: 'o' });
  recordDependencyOnOwner(writer, classId, objectId, owner);
  // The owner needs no acl entry of its own in pg_shdepend.
  writer.remove('pg_shdepend', { ...where, refclassid: CLASS.pg_authid, refobjid: owner, deptype: 'a' });
}

/** Roles named by an acl, grantors and PUBLIC aside. */
const aclRoles = (acl: readonly AclItem[] | null): Set<Oid> => new Set((acl ?? []).map((a) => a.grantee).filter((r) => r !== 0));

/** updateAclDependencies: after a change of an object's acl. */
export function updateAclDependencies(writer: CatalogWriter, object: ObjectAddress, owner: Oid, oldAcl: readonly AclItem[] | null, newAcl: readonly AclItem[] | null): void {
  const before = aclRoles(oldAcl);
  const after = aclRoles(newAcl);
  const where = { dbid: databaseOf(writer, object.classId), classid: object.classId, objid: object.objectId, objsubid: object.subId, refclassid: CLASS.pg_authid, deptype: 'a' };
  for (const role of before) if (role !== owner && !after.has(role)) writer.remove('pg_shdepend', { ...where, refobjid: role });
  for (const role of after) if (role !== owner && !before.has(role)) recordSharedDependency(writer, object, CLASS.pg_authid, role, 'a');
}

export function deleteSharedDependencyRecordsFor(writer: CatalogWriter, classId: Oid, objectId: Oid, subId = 0): void {
  const where = { dbid: databaseOf(writer, classId), classid: classId, objid: objectId };
  writer.remove('pg_shdepend', subId === 0 ? where : { ...where, objsubid: subId });
}

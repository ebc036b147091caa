/** Deletes one object: its catalog rows, its storage, and what refers to it by (class, oid): comments, labels, dependencies. */
import { notImplemented, type Oid } from '@pglitedb/types';
import type { CatalogWriter } from '../api.js';
import type { CatalogName } from '../rows.js';
import { catalogName } from '../store/description.js';
import { deleteSharedDependencyRecordsFor } from './dependency.js';
import { CLASS, type ObjectAddress } from './object-address.js';

/** What deletion needs of the executor. */
export interface DeletionHooks {
  notice(severity: 'NOTICE', code: string, message: string, detail?: string): void;
  /** Removes a relation file at commit. */
  dropStorage(relfile: number): void;
  /** Raises 55006 where the relation is in use by a running query of this session. Called before a relation goes. */
  checkInUse?(relation: Oid): void;
  /** Told of every object before it goes (ON COMMIT actions, open cursors, event triggers). */
  dropping?(object: ObjectAddress): void;
}

const RELKINDS_WITH_STORAGE = 'rimtS';

function deleteRelation(writer: CatalogWriter, oid: Oid, hooks: DeletionHooks): void {
  const rel = writer.syscache('RELOID', oid);
  if (rel === undefined) return;
  hooks.checkInUse?.(oid);
  if (RELKINDS_WITH_STORAGE.includes(rel.relkind) && rel.relfilenode !== 0) hooks.dropStorage(rel.relfilenode);
  if (rel.relkind === 'S') writer.remove('pg_sequence', { seqrelid: oid });
  if (rel.relkind === 'f') writer.remove('pg_foreign_table', { ftrelid: oid });
  if (rel.relkind === 'p') writer.remove('pg_partitioned_table', { partrelid: oid });
  if (rel.relkind === 'i' || rel.relkind === 'I') writer.remove('pg_index', { indexrelid: oid });
  if (rel.relispartition) forgetDefaultPartition(writer, oid);
  writer.remove('pg_inherits', { inhrelid: oid });
  writer.remove('pg_statistic', { starelid: oid });
  writer.remove('pg_attribute', { attrelid: oid });
  writer.remove('pg_class', { oid });
}

function forgetDefaultPartition(writer: CatalogWriter, oid: Oid): void {
  const parent = writer.rows('pg_inherits', { inhrelid: oid })[0]?.inhparent;
  if (parent !== undefined && writer.syscache('PARTRELID', parent)?.partdefid === oid) writer.update('pg_partitioned_table', { partrelid: parent }, { partdefid: 0 });
}

/** RemoveAttributeById: the column stays as a dropped one, its type forgotten. */
export function dropAttribute(writer: CatalogWriter, relation: Oid, attnum: number): void {
  writer.update('pg_attribute', { attrelid: relation, attnum }, {
    attname: `........pg.dropped.${attnum}........`, atttypid: 0, attnotnull: false, atthasmissing: false, attmissingval: null, attgenerated: '', attidentity: '',
    attisdropped: true, attacl: null, attoptions: null, attfdwoptions: null, attstattarget: null, atthasdef: false,
  });
  writer.remove('pg_statistic', { starelid: relation, staattnum: attnum });
}

function deleteDefault(writer: CatalogWriter, oid: Oid): void {
  const d = writer.syscache('ATTRDEFOID', oid);
  if (d === undefined) return;
  writer.remove('pg_attrdef', { oid });
  writer.update('pg_attribute', { attrelid: d.adrelid, attnum: d.adnum }, { atthasdef: false, attgenerated: '' });
}

/** RemoveConstraintById: a CHECK is counted in pg_class, a NOT NULL is also a flag of the column. */
function deleteConstraint(writer: CatalogWriter, oid: Oid): void {
  const c = writer.syscache('CONSTROID', oid);
  if (c === undefined) return;
  if (c.contype === 'c' && c.conrelid !== 0) {
    const rel = writer.syscache('RELOID', c.conrelid);
    if (rel !== undefined) writer.update('pg_class', { oid: c.conrelid }, { relchecks: Math.max(rel.relchecks - 1, 0) });
  }
  if (c.contype === 'n' && c.conrelid !== 0 && c.conkey !== null) {
    writer.update('pg_attribute', { attrelid: c.conrelid, attnum: c.conkey[0]! }, { attnotnull: false });
  }
  writer.remove('pg_constraint', { oid });
}

function deleteRule(writer: CatalogWriter, oid: Oid): void {
  const rule = writer.syscache('RULEOID', oid);
  if (rule === undefined) return;
  writer.remove('pg_rewrite', { oid });
  writer.update('pg_class', { oid: rule.ev_class }, { relhasrules: writer.rows('pg_rewrite', { ev_class: rule.ev_class }).length > 0 });
}

function deleteTrigger(writer: CatalogWriter, oid: Oid): void {
  const trigger = writer.syscache('TRIGGEROID', oid);
  if (trigger === undefined) return;
  hooksOfTable(writer, trigger.tgrelid);
  writer.remove('pg_trigger', { oid });
}

/** relhastriggers stays a hint in PostgreSQL: the change of pg_class is what drops cached entries. */
function hooksOfTable(writer: CatalogWriter, relation: Oid): void {
  const others = writer.rows('pg_trigger', { tgrelid: relation }).length > 1;
  if (!others && writer.syscache('RELOID', relation)?.relhastriggers === true) writer.update('pg_class', { oid: relation }, { relhastriggers: false });
}

function deleteType(writer: CatalogWriter, oid: Oid): void {
  const type = writer.syscache('TYPEOID', oid);
  if (type?.typtype === 'e') writer.remove('pg_enum', { enumtypid: oid });
  if (type?.typtype === 'r') writer.remove('pg_range', { rngtypid: oid });
  writer.remove('pg_type', { oid });
}

function deleteFunction(writer: CatalogWriter, oid: Oid): void {
  const kind = writer.syscache('PROCOID', oid)?.prokind;
  writer.remove('pg_proc', { oid });
  if (kind === 'a') writer.remove('pg_aggregate', { aggfnoid: oid });
}

function deleteOperator(writer: CatalogWriter, oid: Oid): void {
  const op = writer.syscache('OPEROID', oid);
  if (op !== undefined) {
    // Its commutator and negator no longer point at it.
    for (const other of new Set([op.oprcom, op.oprnegate])) {
      const o = other === 0 || other === oid ? undefined : writer.syscache('OPEROID', other);
      if (o === undefined) continue;
      writer.update('pg_operator', { oid: other }, { oprcom: o.oprcom === oid ? 0 : o.oprcom, oprnegate: o.oprnegate === oid ? 0 : o.oprnegate });
    }
  }
  writer.remove('pg_operator', { oid });
}

function deleteTsConfig(writer: CatalogWriter, oid: Oid): void {
  writer.remove('pg_ts_config_map', { mapcfg: oid });
  writer.remove('pg_ts_config', { oid });
}

const SPECIAL: Readonly<Record<number, (writer: CatalogWriter, oid: Oid) => void>> = {
  [CLASS.pg_attrdef]: deleteDefault, [CLASS.pg_constraint]: deleteConstraint, [CLASS.pg_rewrite]: deleteRule, [CLASS.pg_trigger]: deleteTrigger,
  [CLASS.pg_type]: deleteType, [CLASS.pg_proc]: deleteFunction, [CLASS.pg_operator]: deleteOperator, [CLASS.pg_ts_config]: deleteTsConfig,
  [CLASS.pg_statistic_ext]: (writer, oid) => {
    writer.remove('pg_statistic_ext_data', { stxoid: oid });
    writer.remove('pg_statistic_ext', { oid });
  },
  [CLASS.pg_policy]: (writer, oid) => { writer.remove('pg_policy', { oid }); },
};

/** Catalogs where deleting is removing the row with that oid. */
const BY_OID = new Set<number>([
  CLASS.pg_cast, CLASS.pg_collation, CLASS.pg_conversion, CLASS.pg_language, CLASS.pg_opclass, CLASS.pg_opfamily, CLASS.pg_am, CLASS.pg_amop, CLASS.pg_amproc,
  CLASS.pg_namespace, CLASS.pg_ts_parser, CLASS.pg_ts_dict, CLASS.pg_ts_template, CLASS.pg_foreign_data_wrapper, CLASS.pg_foreign_server, CLASS.pg_user_mapping,
  CLASS.pg_default_acl, CLASS.pg_extension, CLASS.pg_event_trigger, CLASS.pg_publication, CLASS.pg_publication_namespace, CLASS.pg_publication_rel, CLASS.pg_transform,
  CLASS.pg_auth_members,
]);

/** deleteOneObject: the object and every record about it. */
export function deleteObject(writer: CatalogWriter, object: ObjectAddress, hooks: DeletionHooks): void {
  hooks.dropping?.(object);
  if (object.classId === CLASS.pg_class && object.subId !== 0) dropAttribute(writer, object.objectId, object.subId);
  else if (object.classId === CLASS.pg_class) deleteRelation(writer, object.objectId, hooks);
  else if (SPECIAL[object.classId] !== undefined) SPECIAL[object.classId]!(writer, object.objectId);
  else if (BY_OID.has(object.classId)) writer.remove(catalogName(object.classId) as CatalogName, { oid: object.objectId } as never);
  else throw notImplemented(`deletion of objects of ${catalogName(object.classId) ?? `class ${object.classId}`}`);
  forgetObject(writer, object);
}

/** Dependencies of the object, its comments, labels and initial privileges. */
export function forgetObject(writer: CatalogWriter, { classId, objectId, subId }: ObjectAddress): void {
  writer.remove('pg_depend', subId === 0 ? { classid: classId, objid: objectId } : { classid: classId, objid: objectId, objsubid: subId });
  deleteSharedDependencyRecordsFor(writer, classId, objectId, subId);
  writer.remove('pg_description', subId === 0 ? { objoid: objectId, classoid: classId } : { objoid: objectId, classoid: classId, objsubid: subId });
  writer.remove('pg_seclabel', subId === 0 ? { objoid: objectId, classoid: classId } : { objoid: objectId, classoid: classId, objsubid: subId });
  if (subId === 0) writer.remove('pg_init_privs', { objoid: objectId, classoid: classId });
}

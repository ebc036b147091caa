/** Removes the catalog rows (and storage) of one object whose dependents are gone already. */
import type { CatalogName, CatalogWriter } from '@pglitedb/catalog';
import { assert, SqlError, type Oid } from '@pglitedb/types';
import type { SessionServices } from '../../context.js';
import { CLASS } from './catalog-ids.js';
import type { ObjectAddress } from './depend.js';

/** Catalogs whose objects are one row with an oid. */
const PLAIN: Readonly<Record<number, CatalogName>> = {
  [CLASS.namespace]: 'pg_namespace', [CLASS.cast]: 'pg_cast', [CLASS.collation]: 'pg_collation', [CLASS.conversion]: 'pg_conversion', [CLASS.language]: 'pg_language',
  [CLASS.opclass]: 'pg_opclass', [CLASS.opfamily]: 'pg_opfamily', [CLASS.rewrite]: 'pg_rewrite', [CLASS.trigger]: 'pg_trigger', [CLASS.policy]: 'pg_policy', [CLASS.extension]: 'pg_extension',
  [CLASS.accessMethod]: 'pg_am', [CLASS.eventTrigger]: 'pg_event_trigger', 2602: 'pg_amop', 2603: 'pg_amproc', 826: 'pg_default_acl', 2328: 'pg_foreign_data_wrapper', 1417: 'pg_foreign_server',
  3601: 'pg_ts_parser', 3600: 'pg_ts_dict', 3764: 'pg_ts_template', 3576: 'pg_transform', 6104: 'pg_publication', 6106: 'pg_publication_rel', 6237: 'pg_publication_namespace', 1418: 'pg_user_mapping',
};

export function deleteObject(session: SessionServices, o: ObjectAddress): void {
  const w = session.catalogWriter();
  removeObject(session, w, o);
  const sub = o.subId !== 0 ? { objsubid: o.subId } : {};
  w.remove('pg_depend', { classid: o.classId, objid: o.objectId, ...sub });
  w.remove('pg_description', { classoid: o.classId, objoid: o.objectId, ...sub });
  w.remove('pg_seclabel', { classoid: o.classId, objoid: o.objectId, ...sub });
  w.remove('pg_init_privs', { classoid: o.classId, objoid: o.objectId, ...sub });
}

function removeObject(session: SessionServices, w: CatalogWriter, o: ObjectAddress): void {
  const oid = o.objectId;
  const plain = PLAIN[o.classId];
  if (plain !== undefined) { w.remove(plain, { oid } as never); return; }
  switch (o.classId) {
    case CLASS.relation: if (o.subId !== 0) removeColumn(w, oid, o.subId); else removeRelation(session, w, oid); return;
    case CLASS.type:
      w.remove('pg_enum', { enumtypid: oid });
      w.remove('pg_range', { rngtypid: oid });
      w.remove('pg_type', { oid });
      return;
    case CLASS.proc:
      w.remove('pg_aggregate', { aggfnoid: oid });
      w.remove('pg_proc', { oid });
      return;
    case CLASS.constraint: removeConstraint(w, oid); return;
    case CLASS.attrdef: {
      const d = w.syscache('ATTRDEFOID', oid);
      if (d === undefined) return;
      w.remove('pg_attrdef', { oid });
      w.update('pg_attribute', { attrelid: d.adrelid, attnum: d.adnum }, { atthasdef: false });
      return;
    }
    case CLASS.operator: removeOperator(w, oid); return;
    case CLASS.statistic:
      w.remove('pg_statistic_ext_data', { stxoid: oid });
      w.remove('pg_statistic_ext', { oid });
      return;
    case 3602:
      w.remove('pg_ts_config_map', { mapcfg: oid });
      w.remove('pg_ts_config', { oid });
      return;
    default: throw new SqlError('0A000', `dropping objects of catalog ${o.classId} is not supported yet`);
  }
}

function removeConstraint(w: CatalogWriter, oid: Oid): void {
  const c = w.syscache('CONSTROID', oid);
  if (c === undefined) return;
  w.remove('pg_constraint', { oid });
  if (c.contype !== 'c' || c.conrelid === 0) return;
  const rel = w.syscache('RELOID', c.conrelid);
  if (rel !== undefined && rel.relchecks > 0) w.update('pg_class', { oid: c.conrelid }, { relchecks: rel.relchecks - 1 });
}

function removeOperator(w: CatalogWriter, oid: Oid): void {
  const op = w.syscache('OPEROID', oid);
  w.remove('pg_operator', { oid });
  if (op === undefined) return;
  if (op.oprcom !== 0 && op.oprcom !== oid && w.syscache('OPEROID', op.oprcom)?.oprcom === oid) w.update('pg_operator', { oid: op.oprcom }, { oprcom: 0 });
  if (op.oprnegate !== 0 && op.oprnegate !== oid && w.syscache('OPEROID', op.oprnegate)?.oprnegate === oid) w.update('pg_operator', { oid: op.oprnegate }, { oprnegate: 0 });
}

function removeRelation(session: SessionServices, w: CatalogWriter, oid: Oid): void {
  const rel = w.syscache('RELOID', oid);
  assert(rel !== undefined, 'a relation to drop is there');
  const { store } = session.txns;
  if (rel.relkind === 'i' || rel.relkind === 'I') {
    w.remove('pg_index', { indexrelid: oid });
  } else {
    w.remove('pg_rewrite', { ev_class: oid });
    w.remove('pg_partitioned_table', { partrelid: oid });
    w.remove('pg_foreign_table', { ftrelid: oid });
  }
  if (rel.relkind === 'S') w.remove('pg_sequence', { seqrelid: oid });
  w.remove('pg_inherits', { inhrelid: oid });
  w.remove('pg_statistic', { starelid: oid });
  if (rel.relfilenode !== 0 && 'rmtiS'.includes(rel.relkind)) store.drop(session.transaction(), rel.relfilenode);
  w.remove('pg_attribute', { attrelid: oid });
  w.remove('pg_class', { oid });
}

/** RemoveAttributeById: the column stays as a dropped one, without type, defaults and privileges. */
function removeColumn(w: CatalogWriter, relid: Oid, attnum: number): void {
  const a = w.syscache('ATTNUM', relid, attnum);
  if (a === undefined || a.attisdropped) return;
  const name = `........pg.dropped.${attnum}........`;
  w.update('pg_attribute', { attrelid: relid, attnum }, {
    attname: name, atttypid: 0, attisdropped: true, attnotnull: false, attgenerated: '', attidentity: '', atthasmissing: false, attmissingval: null, attstattarget: null, attacl: null,
    attoptions: null, attfdwoptions: null,
  });
  w.remove('pg_statistic', { starelid: relid, staattnum: attnum });
}

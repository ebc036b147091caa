/** ObjectAddress: (catalog, oid, column). */
import type { Oid } from '@pglitedb/types';

export interface ObjectAddress { readonly classId: Oid; readonly objectId: Oid; readonly subId: number }

/** Oids of the catalogs, for addresses. */
export const CLASS = {
  pg_am: 2601, pg_amop: 2602, pg_amproc: 2603, pg_attrdef: 2604, pg_auth_members: 1261, pg_authid: 1260, pg_cast: 2605, pg_class: 1259, pg_collation: 3456,
  pg_constraint: 2606, pg_conversion: 2607, pg_database: 1262, pg_default_acl: 826, pg_event_trigger: 3466, pg_extension: 3079, pg_foreign_data_wrapper: 2328,
  pg_foreign_server: 1417, pg_language: 2612, pg_largeobject: 2613, pg_namespace: 2615, pg_opclass: 2616, pg_operator: 2617, pg_opfamily: 2753, pg_parameter_acl: 6243,
  pg_policy: 3256, pg_proc: 1255, pg_publication: 6104, pg_publication_namespace: 6237, pg_publication_rel: 6106, pg_rewrite: 2618, pg_statistic_ext: 3381,
  pg_subscription: 6100, pg_tablespace: 1213, pg_transform: 3576, pg_trigger: 2620, pg_ts_config: 3602, pg_ts_dict: 3600, pg_ts_parser: 3601, pg_ts_template: 3764,
  pg_type: 1247, pg_user_mapping: 1418,
} as const;

export const address = (classId: Oid, objectId: Oid, subId = 0): ObjectAddress => ({ classId, objectId, subId });

export const sameAddress = (a: ObjectAddress, b: ObjectAddress): boolean => a.classId === b.classId && a.objectId === b.objectId && a.subId === b.subId;

const FIRST_UNPINNED_OBJECT_ID = 12000;
const PUBLIC_NAMESPACE: Oid = 2200;

/** IsPinnedObject: part of the system, never dropped, and dependencies on it are not recorded. */
export function isPinned(classId: Oid, objectId: Oid): boolean {
  if (objectId >= FIRST_UNPINNED_OBJECT_ID || classId === CLASS.pg_largeobject) return false;
  if (classId === CLASS.pg_namespace && objectId === PUBLIC_NAMESPACE) return false;
  return classId !== CLASS.pg_database;
}

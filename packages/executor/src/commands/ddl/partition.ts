/** CREATE TABLE ... PARTITION OF, and what ATTACH shares with it: the stored bound, the parent's indexes, constraints and triggers. */
import { decodeNode, encodeNode, type RelationInfo } from '@pglitedb/catalog';
import { partitionDesc, type Expr, type PartitionBoundSpec } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import { PartitionTest } from '../../dml/partition-routing.js';
import { lockRelation } from '../../relation.js';
import type { UtilityContext } from '../registry.js';
import { CLASS } from './catalog-ids.js';
import { address, recordDependency } from './depend.js';
import { cloneForeignKeys } from './foreign-key-partition.js';
import { mapByName, mapVars } from './map-vars.js';
import { callerOf, checkNewBound, partitionBound } from './partition-bound.js';
import { attachIndex, clonePartitionIndex } from './partition-index.js';
import type { Raw } from './raw.js';
import { anyRow } from './scan-check.js';

export interface NewPartition { parent: RelationInfo; raw: Raw }

/** What must hold of the parent before the partition is made. */
export function newPartition(u: UtilityContext, node: Raw, parentOid: Oid, persistence: string): NewPartition {
  const parent = u.session.catalog().relation(parentOid)!;
  if (parent.relkind !== 'p') throw new SqlError('42809', `"${parent.relname}" is not partitioned`);
  checkPersistence(parent, persistence);
  return { parent, raw: node.partbound };
}

export function checkPersistence(parent: RelationInfo, persistence: string): void {
  if (persistence !== 't' && parent.relpersistence === 't') throw new SqlError('42809', `cannot create a permanent relation as partition of temporary relation "${parent.relname}"`);
  if (persistence === 't' && parent.relpersistence !== 't') throw new SqlError('42809', `cannot create a temporary relation as partition of permanent relation "${parent.relname}"`);
}

/** Analyses, checks and stores the bound of a table that is there and inherits already. */
export function* enterPartition(u: UtilityContext, p: NewPartition, oid: Oid, name: string): Steps<void> {
  const spec = partitionBound(u, p.parent, p.raw);
  const c = u.session.catalog();
  const before = partitionDesc(c, c.relation(p.parent.oid)!, callerOf(u))!;
  checkNewBound(u, name, p.parent, spec, p.raw);
  const fallback = before.defaultIndex < 0 ? 0 : before.oids[before.defaultIndex]!;
  if (fallback !== 0) yield* lockRelation(u.session, fallback, 8);
  storeBound(u, p.parent.oid, oid, spec);
  if (fallback !== 0 && !spec.isDefault) yield* checkDefaultRows(u, fallback);
}

/** StorePartitionBound */
export function storeBound(u: UtilityContext, parent: Oid, oid: Oid, spec: PartitionBoundSpec): void {
  const w = u.session.catalogWriter();
  w.update('pg_class', { oid }, { relpartbound: encodeNode(spec, u.session.env), relispartition: true });
  if (spec.isDefault) w.update('pg_partitioned_table', { partrelid: parent }, { partdefid: oid });
  w.update('pg_class', { oid: parent }, { relhassubclass: true });
}

/** check_default_partition_contents: rows that belong to the new partition now. */
export function* checkDefaultRows(u: UtilityContext, fallback: Oid): Steps<void> {
  for (const leaf of leavesOf(u, fallback)) {
    const test = new PartitionTest(u.session, u.session.catalog().relation(leaf)!);
    if (yield* anyRow(u.session, leaf, function* (row, x) { return !(yield* test.holds(row, x)); })) {
      const name = u.session.catalog().relation(leaf)!.relname;
      throw new SqlError('23514', `updated partition constraint for default partition "${name}" would be violated by some row`, { table: name });
    }
  }
}

/** The tables with rows below a relation, itself included. */
export function leavesOf(u: UtilityContext, oid: Oid): Oid[] {
  const rel = u.session.catalog().relation(oid)!;
  return rel.relkind === 'p' ? rel.children.flatMap((k) => leavesOf(u, k)) : [oid];
}

/** Indexes, foreign keys and row triggers of the parent on a partition that was just made. */
export function* clonePartitionParts(u: UtilityContext, parent: Oid, oid: Oid): Steps<void> {
  const info = u.session.catalog().relation(parent)!;
  for (const index of info.indexes) yield* clonePartitionIndex(u, info, index, oid);
  yield* cloneForeignKeys(u, info, oid);
  cloneTriggers(u, info, oid);
}

/** The parent's indexes on a table that is attached: its own where they match, else new ones (AttachPartitionEnsureIndexes). */
export function* ensurePartitionIndexes(u: UtilityContext, parent: RelationInfo, oid: Oid): Steps<void> {
  for (const index of parent.indexes) {
    if (yield* attachIndex(u, parent, index, oid)) continue;
    yield* clonePartitionIndex(u, parent, index, oid);
  }
}

const ROW = 1;
/** CloneRowTriggersToPartition */
export function cloneTriggers(u: UtilityContext, parent: RelationInfo, oid: Oid): void {
  for (const t of parent.triggers) {
    if ((t.tgtype & ROW) === 0 || t.tgisinternal) continue;
    cloneTrigger(u, parent, t.oid, oid);
  }
}

/** One row trigger of a partitioned table on a partition, and on what is below it. */
export function cloneTrigger(u: UtilityContext, parent: RelationInfo, trigger: Oid, oid: Oid): void {
  const w = u.session.catalogWriter();
  const t = w.rows('pg_trigger', { oid: trigger })[0]!;
  const child = w.relation(oid)!;
  const known = w.syscache('TRIGGERRELNAME', oid, t.tgname);
  if (known !== undefined) {
    if (known.tgparentid === trigger) return;
    throw new SqlError('42710', `trigger "${t.tgname}" for relation "${child.relname}" already exists`);
  }
  const to = mapByName(parent.attributes, child.attributes);
  const made = w.newOid();
  const qual = t.tgqual === null ? null : encodeNode(mapTriggerVars(decodeNode(t.tgqual, u.session.env) as Expr, to), u.session.env);
  w.insert('pg_trigger', { ...t, oid: made, tgrelid: oid, tgparentid: trigger, tgattr: t.tgattr.map(to), tgqual: qual });
  w.update('pg_class', { oid }, { relhastriggers: true });
  const self = address(CLASS.trigger, made);
  recordDependency(w, self, address(CLASS.proc, t.tgfoid), 'n');
  recordDependency(w, self, address(CLASS.relation, oid), 'a');
  recordDependency(w, self, address(CLASS.trigger, trigger), 'P');
  recordDependency(w, self, address(CLASS.relation, oid), 'S');
  if (child.relkind === 'p') for (const k of child.children) cloneTrigger(u, w.relation(oid)!, made, k);
}
/** OLD is varno 1, NEW varno 2. */
function mapTriggerVars(expr: Expr, to: (attnum: number) => number): Expr { return mapVars(expr, to); }

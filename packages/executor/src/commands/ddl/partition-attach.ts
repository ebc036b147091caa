/** ALTER TABLE ATTACH and DETACH PARTITION, ALTER INDEX ATTACH PARTITION. */
import type { RelationInfo } from '@pglitedb/catalog';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import { PartitionTest } from '../../dml/partition-routing.js';
import { lockRelation } from '../../relation.js';
import type { UtilityContext } from '../registry.js';
import { defineAlterActions, type AlterTarget } from './alter-table.js';
import { CLASS } from './catalog-ids.js';
import { address, recordDependency } from './depend.js';
import { performDeletion } from './dependency.js';
import { cloneForeignKeys } from './foreign-key-partition.js';
import { mergeInheritedParts } from './inherit-merge.js';
import { checkRelationOwner } from './ownership.js';
import { cloneTriggers, enterPartition, ensurePartitionIndexes, leavesOf } from './partition.js';
import { constraintOfIndex, sameIndex, setParentConstraint, setParentIndex, validatePartitionedIndex } from './partition-index.js';
import { relationOid } from './raw.js';
import { anyRow } from './scan-check.js';

const wrong = (message: string, more: { detail?: string; hint?: string } = {}): SqlError => new SqlError('42809', message, more);

function* attach(t: AlterTarget): Steps<void> {
  const { u } = t;
  const { session } = u;
  const rel = session.catalog().relation(t.oid)!;
  if (rel.relkind === 'I') return yield* attachToIndex(t);
  if (rel.relkind !== 'p') throw wrong(`ALTER action ATTACH PARTITION cannot be performed on relation "${rel.relname}"`, { detail: `This operation is not supported for ${rel.relkind === 'r' ? 'tables' : rel.relkind === 'f' ? 'foreign tables' : 'indexes'}.` });
  const cmd = t.cmd.def.PartitionCmd;
  const oid = relationOid(session, cmd.name);
  yield* lockRelation(session, oid, 8);
  const child = session.catalog().relation(oid)!;
  checkRelationOwner(session, oid);
  checkAttachable(u, rel, child);
  mergeInheritedParts(u, rel, child, true);
  const w = session.catalogWriter();
  w.insert('pg_inherits', { inhrelid: oid, inhparent: rel.oid, inhseqno: 1, inhdetachpending: false });
  w.update('pg_class', { oid: rel.oid }, { relhassubclass: true });
  recordDependency(w, address(CLASS.relation, oid), address(CLASS.relation, rel.oid), 'a');
  yield* enterPartition(u, { parent: rel, raw: cmd.bound }, oid, child.relname);
  yield* ensurePartitionIndexes(u, rel, oid);
  cloneTriggers(u, rel, oid);
  yield* cloneForeignKeys(u, session.catalog().relation(rel.oid)!, oid, true);
  yield* checkRows(u, oid);
}

function checkAttachable(u: UtilityContext, rel: RelationInfo, child: RelationInfo): void {
  const c = u.session.catalog();
  if (!'rpf'.includes(child.relkind)) throw wrong(`ALTER action ATTACH PARTITION cannot be performed on relation "${child.relname}"`, { detail: `This operation is not supported for ${{ v: 'views', m: 'materialized views', S: 'sequences', i: 'indexes', c: 'composite types' }[child.relkind] ?? 'such relations'}.` });
  if (child.relispartition) throw wrong(`"${child.relname}" is already a partition`);
  const row = c.syscache('RELOID', child.oid)!;
  if (row.reloftype !== 0) throw wrong('cannot attach a typed table as partition');
  if (child.parents.length > 0) throw wrong('cannot attach inheritance child as partition');
  if (child.relkind !== 'p' && child.children.length > 0) throw wrong('cannot attach inheritance parent as partition');
  for (let up: RelationInfo | undefined = rel; up !== undefined; up = up.parents[0] === undefined ? undefined : c.relation(up.parents[0])) {
    if (up.oid === child.oid) throw new SqlError('42P07', 'circular inheritance not allowed', { detail: `"${rel.relname}" is already a child of "${child.relname}".` });
  }
  if (rel.relpersistence !== 't' && child.relpersistence === 't') throw wrong(`cannot attach a temporary relation as partition of permanent relation "${rel.relname}"`);
  if (rel.relpersistence === 't' && child.relpersistence !== 't') throw wrong(`cannot attach a permanent relation as partition of temporary relation "${rel.relname}"`);
  for (const a of child.attributes) {
    if (a.attisdropped) continue;
    if (a.attidentity !== '') throw wrong(`table "${child.relname}" being attached contains an identity column "${a.attname}"`, { detail: 'The new partition may not contain an identity column.' });
    if (!rel.attributes.some((p) => !p.attisdropped && p.attname === a.attname)) {
      throw new SqlError('42804', `table "${child.relname}" contains column "${a.attname}" not found in parent "${rel.relname}"`, { detail: 'The new partition may contain only the columns present in parent.' });
    }
  }
  const trigger = child.triggers.find((t) => (t.tgoldtable !== null || t.tgnewtable !== null) && (t.tgtype & 1) !== 0);
  if (trigger !== undefined) {
    throw new SqlError('55000', `trigger "${trigger.tgname}" prevents table "${child.relname}" from becoming a partition`, { detail: 'ROW triggers with transition tables are not supported on partitions.' });
  }
}

/** The attached rows must satisfy the bounds. */
function* checkRows(u: UtilityContext, oid: Oid): Steps<void> {
  for (const leaf of leavesOf(u, oid)) {
    const info = u.session.catalog().relation(leaf)!;
    const test = new PartitionTest(u.session, info);
    if (yield* anyRow(u.session, leaf, function* (row, x) { return !(yield* test.holds(row, x)); })) {
      const isDefault = (u.session.catalog().relation(oid)!.partitionBound as { isDefault?: boolean }).isDefault === true;
      throw new SqlError('23514', isDefault && leaf === oid ? `partition constraint of relation "${info.relname}" is violated by some row` : `partition constraint of relation "${info.relname}" is violated by some row`, { schema: info.nspname, table: info.relname });
    }
  }
}

function* detach(t: AlterTarget): Steps<void> {
  const { u } = t;
  const { session } = u;
  const rel = session.catalog().relation(t.oid)!;
  if (rel.relkind !== 'p') throw wrong(`ALTER action ${t.cmd.subtype === 'AT_DetachPartitionFinalize' ? 'DETACH PARTITION ... FINALIZE' : 'DETACH PARTITION'} cannot be performed on relation "${rel.relname}"`, { detail: `This operation is not supported for ${rel.relkind === 'r' ? 'tables' : 'indexes'}.` });
  const cmd = t.cmd.def.PartitionCmd;
  const oid = relationOid(session, cmd.name);
  yield* lockRelation(session, oid, 8);
  const child = session.catalog().relation(oid)!;
  if (cmd.concurrent === true) {
    if (!u.isTopLevel) throw new SqlError('25001', 'ALTER TABLE ... DETACH CONCURRENTLY cannot run inside a transaction block');
    if (rel.partitionKey!.defaultOid !== 0) throw new SqlError('55000', 'cannot detach partitions concurrently when a default partition exists');
  }
  if (!child.parents.includes(rel.oid)) throw new SqlError('42P01', `relation "${child.relname}" is not a partition of relation "${rel.relname}"`);
  const w = session.catalogWriter();
  if (t.cmd.subtype === 'AT_DetachPartitionFinalize') throw new SqlError('55000', `partition "${child.relname}" in not pending detach`);
  yield* detachParts(u, rel, child);
  w.remove('pg_inherits', { inhrelid: oid, inhparent: rel.oid });
  w.remove('pg_depend', { classid: CLASS.relation, objid: oid, refclassid: CLASS.relation, refobjid: rel.oid, refobjsubid: 0 });
  w.update('pg_class', { oid }, { relispartition: false, relpartbound: null });
  if (rel.partitionKey!.defaultOid === oid) w.update('pg_partitioned_table', { partrelid: rel.oid }, { partdefid: 0 });
  w.update('pg_class', { oid: rel.oid }, {});
}

/** What the partition had of its parent becomes its own: indexes, constraints, columns; triggers and keys of the parent go. */
function* detachParts(u: UtilityContext, rel: RelationInfo, child: RelationInfo): Steps<void> {
  const { session } = u;
  const w = session.catalogWriter();
  for (const trigger of child.triggers) if (trigger.tgparentid !== 0 && !trigger.tgisinternal) {
    w.remove('pg_depend', { classid: CLASS.trigger, objid: trigger.oid, refclassid: CLASS.trigger });
    w.remove('pg_depend', { classid: CLASS.trigger, objid: trigger.oid, deptype: 'S' });
    yield* performDeletion(session, address(CLASS.trigger, trigger.oid), 'restrict', { quietly: true });
  }
  for (const index of child.indexes) {
    const parent = w.rows('pg_inherits', { inhrelid: index.oid })[0]?.inhparent;
    if (parent === undefined) continue;
    w.remove('pg_inherits', { inhrelid: index.oid });
    w.update('pg_class', { oid: index.oid }, { relispartition: false });
    loosen(u, address(CLASS.relation, index.oid));
    const c = constraintOfIndex(u, index.oid);
    if (c !== undefined) ownConstraint(u, c.oid);
  }
  for (const c of w.rows('pg_constraint', { conrelid: child.oid })) {
    if (c.contype === 'f' && c.conparentid !== 0) ownForeignKey(u, c.oid);
    else if ('cn'.includes(c.contype) && c.coninhcount > 0) w.update('pg_constraint', { oid: c.oid }, { coninhcount: c.coninhcount - 1, conislocal: true });
  }
  for (const fk of child.referencedBy) {
    if (fk.parentOid === 0) continue;
    loosen(u, address(CLASS.constraint, fk.oid));
    yield* performDeletion(session, address(CLASS.constraint, fk.oid), 'restrict', { quietly: true, internal: true });
  }
  for (const a of child.attributes) {
    if (a.attisdropped || !rel.attributes.some((p) => !p.attisdropped && p.attname === a.attname)) continue;
    w.update('pg_attribute', { attrelid: child.oid, attnum: a.attnum }, { attinhcount: Math.max(a.attinhcount - 1, 0), attislocal: true, attidentity: '' });
  }
}
function loosen(u: UtilityContext, o: { classId: number; objectId: number }): void {
  const w = u.session.catalogWriter();
  w.remove('pg_depend', { classid: o.classId, objid: o.objectId, deptype: 'P' });
  w.remove('pg_depend', { classid: o.classId, objid: o.objectId, deptype: 'S' });
}
function ownConstraint(u: UtilityContext, oid: Oid): void {
  const w = u.session.catalogWriter();
  const row = w.syscache('CONSTROID', oid)!;
  if (row.conparentid === 0) return;
  w.update('pg_constraint', { oid }, { conparentid: 0, conislocal: true, coninhcount: Math.max(row.coninhcount - 1, 0) });
  loosen(u, { classId: CLASS.constraint, objectId: oid });
}
function ownForeignKey(u: UtilityContext, oid: Oid): void {
  const row = u.session.catalog().syscache('CONSTROID', oid)!;
  const parent = u.session.catalog().syscache('CONSTROID', row.conparentid);
  if (parent !== undefined && parent.conrelid === row.conrelid) return;
  ownConstraint(u, oid);
}

/** ALTER INDEX parent ATTACH PARTITION child */
function* attachToIndex(t: AlterTarget): Steps<void> {
  const { u } = t;
  const { session } = u;
  const c = session.catalog();
  const parentRow = c.syscache('RELOID', t.oid)!;
  const oid = relationOid(session, t.cmd.def.PartitionCmd.name);
  const row = c.syscache('RELOID', oid)!;
  if (row.relkind !== 'i' && row.relkind !== 'I') throw wrong(`"${row.relname}" is not an index`);
  checkRelationOwner(session, oid);
  const table = c.relation(c.syscache('INDEXRELID', t.oid)!.indrelid)!;
  const childTable = c.relation(c.syscache('INDEXRELID', oid)!.indrelid)!;
  const cannot = (detail: string): SqlError => new SqlError('55000', `cannot attach index "${row.relname}" as a partition of index "${parentRow.relname}"`, { detail });
  const present = c.rows('pg_inherits', { inhrelid: oid })[0]?.inhparent;
  if (present === t.oid) return;
  if (present !== undefined) throw cannot(`Index "${row.relname}" is already attached to another index.`);
  if (!childTable.relispartition || childTable.parents[0] !== table.oid) throw cannot(`Index "${row.relname}" is not an index on any partition of table "${table.relname}".`);
  const index = table.indexes.find((i) => i.oid === t.oid)!;
  const own = childTable.indexes.find((i) => i.oid === oid)!;
  if (!sameIndex(table, index, childTable, own)) throw new SqlError('42P17', `cannot attach index "${row.relname}" as a partition of index "${parentRow.relname}"`, { detail: 'The index definitions do not match.' });
  const other = childTable.indexes.find((i) => c.rows('pg_inherits', { inhrelid: i.oid })[0]?.inhparent === t.oid);
  if (other !== undefined) throw cannot(`Another index "${other.relname}" is already attached for partition "${childTable.relname}".`);
  const wanted = constraintOfIndex(u, t.oid);
  const has = constraintOfIndex(u, oid);
  if (wanted !== undefined && has === undefined) throw new SqlError('42P17', `cannot attach index "${row.relname}" as a partition of index "${parentRow.relname}"`, { detail: `The index "${parentRow.relname}" belongs to a constraint in table "${table.relname}" but no constraint exists for index "${row.relname}".` });
  setParentIndex(u, oid, t.oid, childTable.oid);
  if (wanted !== undefined) setParentConstraint(u, has!.oid, wanted.oid, childTable.oid);
  validatePartitionedIndex(u, t.oid, table.oid);
  yield* [];
}

defineAlterActions({ AT_AttachPartition: attach, AT_DetachPartition: detach, AT_DetachPartitionFinalize: detach });

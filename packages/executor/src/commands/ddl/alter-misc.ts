/** The remaining ALTER TABLE actions: triggers, rules, row security, options, inheritance, identity, persistence. */
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import { lockRelation } from '../../relation.js';
import { defineAlterActions, type AlterAction, type AlterTarget } from './alter-table.js';
import { changedOptions, findColumn, relationOf, requireColumn } from './alter-columns.js';
import { alterSequence } from './alter-sequence.js';
import { CLASS } from './catalog-ids.js';
import { address, recordDependency } from './depend.js';
import { performDeletion } from './dependency.js';
import { mergeInheritedParts } from './inherit-merge.js';
import { checkRelationOwner } from './ownership.js';
import { relationOid } from './raw.js';
import { checkRelOptions } from './reloptions.js';
import { refuseTyped } from './typed-table.js';
import { createSequence, sequenceNameFor } from './sequence.js';

const triggers = (enabled: string, which: 'one' | 'all' | 'user'): AlterAction => function* set(t): Steps<void> {
  const w = t.u.session.catalogWriter();
  const rel = relationOf(t);
  const list = w.rows('pg_trigger', { tgrelid: t.oid }).filter((g) => (which === 'all' ? true : which === 'user' ? !g.tgisinternal : g.tgname === t.cmd.name));
  if (which === 'one' && list.length === 0) throw new SqlError('42704', `trigger "${t.cmd.name}" for table "${rel.relname}" does not exist`);
  for (const g of list) {
    if (g.tgisinternal && w.syscache('AUTHOID', t.u.session.userOid())?.rolsuper !== true) throw new SqlError('42501', `permission denied: "${g.tgname}" is a system trigger`);
    w.update('pg_trigger', { oid: g.oid }, { tgenabled: enabled });
  }
};
const rules = (enabled: string): AlterAction => function* set(t): Steps<void> {
  const w = t.u.session.catalogWriter();
  const rule = w.syscache('RULERELNAME', t.oid, t.cmd.name);
  if (rule === undefined) throw new SqlError('42704', `rule "${t.cmd.name}" for relation "${relationOf(t).relname}" does not exist`);
  w.update('pg_rewrite', { oid: rule.oid }, { ev_enabled: enabled });
};
const classFlag = (change: Record<string, unknown>): AlterAction => function* set(t): Steps<void> { t.u.session.catalogWriter().update('pg_class', { oid: t.oid }, change); };

function* relOptions(t: AlterTarget): Steps<void> {
  const w = t.u.session.catalogWriter();
  const row = w.syscache('RELOID', t.oid)!;
  const reset = t.cmd.subtype === 'AT_ResetRelOptions';
  const next = changedOptions(t.cmd.subtype === 'AT_ReplaceRelOptions' ? null : row.reloptions, t.cmd.def.List.items, reset);
  if (!reset) checkRelOptions(next ?? [], row.relkind);
  w.update('pg_class', { oid: t.oid }, { reloptions: next });
}

function* addInherit(t: AlterTarget): Steps<void> {
  const { session } = t.u;
  refuseTyped(t, 'change inheritance of');
  const parentOid = relationOid(session, t.cmd.def.RangeVar);
  yield* lockRelation(session, parentOid, 4);
  const w = session.catalogWriter();
  const child = relationOf(t);
  const parent = w.relation(parentOid)!;
  if (child.relkind === 'p') throw new SqlError('42809', 'cannot change inheritance of partitioned table');
  if (child.relispartition) throw new SqlError('42809', 'cannot change inheritance of a partition');
  if (!'rpf'.includes(parent.relkind)) throw new SqlError('42809', `"${parent.relname}" is not a table`);
  checkRelationOwner(session, parentOid);
  if (parent.relkind === 'p') throw new SqlError('42809', `cannot inherit from partitioned table "${parent.relname}"`);
  if (parent.relispartition) throw new SqlError('42809', 'cannot inherit from a partition');
  if (parent.relpersistence === 't' && child.relpersistence !== 't') throw new SqlError('42809', `cannot inherit from temporary relation "${parent.relname}"`);
  if (child.parents.includes(parentOid)) throw new SqlError('42P07', `relation "${parent.relname}" would be inherited from more than once`);
  if (ancestors(t, parentOid).has(t.oid)) throw new SqlError('42P07', 'circular inheritance not allowed', { detail: `"${parent.relname}" is already a child of "${child.relname}".` });
  mergeInheritedParts(t.u, parent, child, false);
  w.insert('pg_inherits', { inhrelid: t.oid, inhparent: parentOid, inhseqno: w.rows('pg_inherits', { inhrelid: t.oid }).reduce((m, i) => Math.max(m, i.inhseqno), 0) + 1, inhdetachpending: false });
  w.update('pg_class', { oid: parentOid }, { relhassubclass: true });
  recordDependency(w, address(CLASS.relation, t.oid), address(CLASS.relation, parentOid), 'n');
}

function ancestors(t: AlterTarget, of: Oid): Set<Oid> {
  const all = new Set<Oid>([of]);
  for (const oid of all) for (const p of t.u.session.catalog().relation(oid)?.parents ?? []) all.add(p);
  return all;
}

function* dropInherit(t: AlterTarget): Steps<void> {
  const { session } = t.u;
  if (relationOf(t).relispartition) throw new SqlError('42809', 'cannot change inheritance of a partition');
  const parentOid = relationOid(session, t.cmd.def.RangeVar);
  yield* lockRelation(session, parentOid, 1);
  const w = session.catalogWriter();
  const child = relationOf(t);
  const parent = w.relation(parentOid)!;
  if (w.remove('pg_inherits', { inhrelid: t.oid, inhparent: parentOid }) === 0) throw new SqlError('42P01', `relation "${parent.relname}" is not a parent of relation "${child.relname}"`);
  for (const a of parent.attributes) {
    const own = a.attisdropped ? undefined : findColumn(child, a.attname);
    if (own === undefined || own.attinhcount === 0) continue;
    w.update('pg_attribute', { attrelid: t.oid, attnum: own.attnum }, { attinhcount: own.attinhcount - 1, attislocal: own.attinhcount === 1 ? true : own.attislocal });
  }
  for (const c of w.rows('pg_constraint', { conrelid: parentOid })) {
    if (c.contype !== 'c' && c.contype !== 'n') continue;
    const column = c.contype === 'n' ? findColumn(child, parent.attributes[c.conkey![0]! - 1]!.attname)?.attnum : 0;
    const own = w.rows('pg_constraint', { conrelid: t.oid, contype: c.contype }).find((x) => (c.contype === 'n' ? x.conkey?.[0] === column : x.conname === c.conname));
    if (own !== undefined && own.coninhcount > 0) w.update('pg_constraint', { oid: own.oid }, { coninhcount: own.coninhcount - 1, conislocal: own.coninhcount === 1 ? true : own.conislocal });
  }
  w.remove('pg_depend', { classid: CLASS.relation, objid: t.oid, objsubid: 0, refclassid: CLASS.relation, refobjid: parentOid });
}

// --- identity ------------------------------------------------------------------------------------------------------
function identitySequence(t: AlterTarget, attnum: number): Oid {
  const d = t.u.session.catalog().rows('pg_depend', { refclassid: CLASS.relation, refobjid: t.oid, refobjsubid: attnum }).find((x) => x.classid === CLASS.relation && x.deptype === 'i');
  return d?.objid ?? 0;
}
function* addIdentity(t: AlterTarget): Steps<void> {
  const { session } = t.u;
  const rel = relationOf(t);
  const a = requireColumn(rel, t.cmd.name);
  const where = `column "${a.attname}" of relation "${rel.relname}"`;
  if (!a.attnotnull) throw new SqlError('55000', `${where} must be declared NOT NULL before identity can be added`);
  if (a.attidentity !== '') throw new SqlError('55000', `${where} is already an identity column`);
  if (a.atthasdef) throw new SqlError('55000', `${where} already has a default value`);
  const def = t.cmd.def.Constraint;
  const name = sequenceNameFor(session, rel.relname, a.attname, rel.relnamespace);
  const sequence = createSequence(session, { name, namespace: rel.relnamespace, persistence: rel.relpersistence, owner: rel.relowner, options: { type: a.atttypid, raw: def.options } }, t.u);
  const w = session.catalogWriter();
  recordDependency(w, address(CLASS.relation, sequence), address(CLASS.relation, t.oid, a.attnum), 'i');
  w.update('pg_attribute', { attrelid: t.oid, attnum: a.attnum }, { attidentity: def.generated_when });
}
function* setIdentity(t: AlterTarget): Steps<void> {
  const rel = relationOf(t);
  const a = requireColumn(rel, t.cmd.name);
  if (a.attidentity === '') throw new SqlError('55000', `column "${a.attname}" of relation "${rel.relname}" is not an identity column`);
  const rest = [];
  for (const d of t.cmd.def.List.items) {
    if (d.DefElem.defname === 'generated') t.u.session.catalogWriter().update('pg_attribute', { attrelid: t.oid, attnum: a.attnum }, { attidentity: String.fromCharCode(d.DefElem.arg.Integer.ival) });
    else rest.push(d);
  }
  if (rest.length > 0) alterSequence(t.u, identitySequence(t, a.attnum), rest);
}
function* dropIdentity(t: AlterTarget): Steps<void> {
  const { session } = t.u;
  const rel = relationOf(t);
  const a = requireColumn(rel, t.cmd.name);
  if (a.attidentity === '') {
    const message = `column "${a.attname}" of relation "${rel.relname}" is not an identity column`;
    if (t.cmd.missing_ok !== true) throw new SqlError('55000', message);
    session.notice('NOTICE', '00000', `${message}, skipping`);
    return;
  }
  const sequence = identitySequence(t, a.attnum);
  const w = session.catalogWriter();
  w.update('pg_attribute', { attrelid: t.oid, attnum: a.attnum }, { attidentity: '' });
  w.remove('pg_depend', { classid: CLASS.relation, objid: sequence, refclassid: CLASS.relation, refobjid: t.oid, deptype: 'i' });
  yield* performDeletion(session, address(CLASS.relation, sequence), 'restrict', { internal: true });
}

// --- storage and other -----------------------------------------------------------------------------------------------
function* clusterOn(t: AlterTarget): Steps<void> {
  const rel = relationOf(t);
  const index = rel.indexes.find((i) => i.relname === t.cmd.name);
  if (index === undefined) throw new SqlError('42704', `index "${t.cmd.name}" for table "${rel.relname}" does not exist`);
  const w = t.u.session.catalogWriter();
  for (const i of rel.indexes) if (i.clustered || i.oid === index.oid) w.update('pg_index', { indexrelid: i.oid }, { indisclustered: i.oid === index.oid });
}
function* dropCluster(t: AlterTarget): Steps<void> {
  for (const i of relationOf(t).indexes) if (i.clustered) t.u.session.catalogWriter().update('pg_index', { indexrelid: i.oid }, { indisclustered: false });
}
function* replicaIdentity(t: AlterTarget): Steps<void> {
  const def = t.cmd.def.ReplicaIdentityStmt;
  const w = t.u.session.catalogWriter();
  const rel = relationOf(t);
  const index = def.identity_type === 'i' ? rel.indexes.find((i) => i.relname === def.name) : undefined;
  if (def.identity_type === 'i' && index === undefined) throw new SqlError('42704', `index "${def.name}" for table "${rel.relname}" does not exist`);
  if (index !== undefined && !index.unique) throw new SqlError('42809', `cannot use non-unique index "${index.relname}" as replica identity`);
  w.update('pg_class', { oid: t.oid }, { relreplident: def.identity_type });
  for (const i of rel.indexes) if (i.replident !== (i.oid === index?.oid)) w.update('pg_index', { indexrelid: i.oid }, { indisreplident: i.oid === index?.oid });
}
function* accessMethod(t: AlterTarget): Steps<void> {
  const am = t.u.session.catalog().syscache('AMNAME', t.cmd.name ?? 'heap');
  if (am === undefined) throw new SqlError('42704', `access method "${t.cmd.name}" does not exist`);
  if (am.amtype !== 't') throw new SqlError('42809', `access method "${t.cmd.name}" is not of type TABLE`);
}
function* tablespace(t: AlterTarget): Steps<void> {
  const space = t.u.session.catalog().syscache('TABLESPACENAME', t.cmd.name);
  if (space === undefined) throw new SqlError('42704', `tablespace "${t.cmd.name}" does not exist`);
  t.u.session.catalogWriter().update('pg_class', { oid: t.oid }, { reltablespace: space.spcname === 'pg_default' ? 0 : space.oid });
}

defineAlterActions({
  AT_EnableTrig: triggers('O', 'one'), AT_EnableAlwaysTrig: triggers('A', 'one'), AT_EnableReplicaTrig: triggers('R', 'one'), AT_DisableTrig: triggers('D', 'one'), AT_EnableTrigAll: triggers('O', 'all'),
  AT_DisableTrigAll: triggers('D', 'all'), AT_EnableTrigUser: triggers('O', 'user'), AT_DisableTrigUser: triggers('D', 'user'), AT_EnableRule: rules('O'), AT_EnableAlwaysRule: rules('A'),
  AT_EnableReplicaRule: rules('R'), AT_DisableRule: rules('D'), AT_EnableRowSecurity: classFlag({ relrowsecurity: true }), AT_DisableRowSecurity: classFlag({ relrowsecurity: false }),
  AT_ForceRowSecurity: classFlag({ relforcerowsecurity: true }), AT_NoForceRowSecurity: classFlag({ relforcerowsecurity: false }), AT_SetRelOptions: relOptions, AT_ResetRelOptions: relOptions,
  AT_ReplaceRelOptions: relOptions, AT_AddInherit: addInherit, AT_DropInherit: dropInherit, AT_AddIdentity: addIdentity, AT_SetIdentity: setIdentity, AT_DropIdentity: dropIdentity, AT_ClusterOn: clusterOn,
  AT_DropCluster: dropCluster, AT_ReplicaIdentity: replicaIdentity, AT_SetAccessMethod: accessMethod, AT_SetTableSpace: tablespace, *AT_DropOids() { /* there are none */ },
});

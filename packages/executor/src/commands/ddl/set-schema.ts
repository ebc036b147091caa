/** ALTER … SET SCHEMA. */
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import type { SessionServices } from '../../context.js';
import { lockRelation } from '../../relation.js';
import { defineCommands, type UtilityContext } from '../registry.js';
import { CLASS } from './catalog-ids.js';
import { address, recordDependency, type ObjectAddress } from './depend.js';
import { tagWord } from './drop.js';
import { requireObject } from './object-lookup.js';
import { checkObjectOwner, checkRelationOwner, objectRow, OWNED } from './ownership.js';
import { namespaceByName, relationOid, type Raw } from './raw.js';

function changeDependency(session: SessionServices, o: ObjectAddress, to: Oid): void {
  const w = session.catalogWriter();
  w.remove('pg_depend', { classid: o.classId, objid: o.objectId, refclassid: CLASS.namespace });
  recordDependency(w, o, address(CLASS.namespace, to), 'n');
}

function moveType(session: SessionServices, oid: Oid, to: Oid): void {
  const w = session.catalogWriter();
  const t = w.syscache('TYPEOID', oid)!;
  if (w.syscache('TYPENAMENSP', t.typname, to) !== undefined) throw new SqlError('42710', `type "${t.typname}" already exists in schema "${w.syscache('NAMESPACEOID', to)!.nspname}"`);
  w.update('pg_type', { oid }, { typnamespace: to });
  if (t.typarray !== 0) w.update('pg_type', { oid: t.typarray }, { typnamespace: to });
  for (const c of w.rows('pg_constraint', { contypid: oid })) w.update('pg_constraint', { oid: c.oid }, { connamespace: to });
}

function moveRelation(session: SessionServices, oid: Oid, to: Oid, top: boolean): void {
  const w = session.catalogWriter();
  const row = w.syscache('RELOID', oid)!;
  if (row.relnamespace === to) return;
  if (w.syscache('RELNAMENSP', row.relname, to) !== undefined) throw new SqlError('42P07', `relation "${row.relname}" already exists in schema "${w.syscache('NAMESPACEOID', to)!.nspname}"`);
  w.update('pg_class', { oid }, { relnamespace: to });
  if (top || row.relkind === 'S') changeDependency(session, address(CLASS.relation, oid), to);
  if (row.reltype !== 0) moveType(session, row.reltype, to);
  if (!'rpm'.includes(row.relkind)) return;
  for (const i of w.rows('pg_index', { indrelid: oid })) moveRelation(session, i.indexrelid, to, false);
  for (const c of w.rows('pg_constraint', { conrelid: oid })) w.update('pg_constraint', { oid: c.oid }, { connamespace: to });
  for (const d of w.rows('pg_depend', { refclassid: CLASS.relation, refobjid: oid })) {
    if (d.classid === CLASS.relation && d.refobjsubid > 0 && (d.deptype === 'a' || d.deptype === 'i') && w.syscache('RELOID', d.objid)?.relkind === 'S') moveRelation(session, d.objid, to, false);
  }
}

function* setSchema(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const tag = `ALTER ${tagWord(node.objectType)}`;
  if (node.relation !== undefined) {
    const oid = relationOid(session, node.relation, node.missing_ok === true);
    if (oid === 0) {
      session.notice('NOTICE', '00000', `relation "${node.relation.relname}" does not exist, skipping`);
      return tag;
    }
    yield* lockRelation(session, oid, 8);
    checkRelationOwner(session, oid);
    const to = namespaceByName(session.catalog(), node.newschema);
    const row = session.catalog().syscache('RELOID', oid)!;
    if ('iI'.includes(row.relkind)) throw new SqlError('42809', `cannot change schema of index "${row.relname}"`, { hint: 'Change the schema of the table instead.' });
    if (row.relkind === 'S') checkOwnedSequence(session, oid, row.relname);
    moveRelation(session, oid, to, true);
    return tag;
  }
  const o = requireObject(session, node.objectType, node.object);
  checkObjectOwner(session, o);
  const to = namespaceByName(session.catalog(), node.newschema);
  const w = session.catalogWriter();
  if (o.classId === CLASS.type) {
    const t = w.syscache('TYPEOID', o.objectId)!;
    if (t.typtype === 'c') moveRelation(session, t.typrelid, to, true);
    else if (t.typnamespace !== to) { moveType(session, o.objectId, to); changeDependency(session, o, to); }
    return tag;
  }
  const kind = OWNED[o.classId];
  if (kind?.schema === undefined) throw new SqlError('0A000', `changing the schema of ${tagWord(node.objectType).toLowerCase()}s is not supported yet`);
  const row = objectRow(w, o.classId, o.objectId)!;
  if (row[kind.schema] === to) return tag;
  const same = w.rows(kind.catalog, { [kind.name]: row[kind.name], [kind.schema]: to } as never) as unknown as readonly Record<string, unknown>[];
  const clash = same.some((x) => (kind.catalog === 'pg_proc' ? JSON.stringify(x['proargtypes']) === JSON.stringify(row['proargtypes']) : kind.catalog === 'pg_operator' ? x['oprleft'] === row['oprleft'] && x['oprright'] === row['oprright'] : true));
  if (clash) throw new SqlError(kind.catalog === 'pg_proc' ? '42723' : '42710', `${kind.noun} "${row[kind.name]}" already exists in schema "${node.newschema}"`);
  w.update(kind.catalog, { oid: o.objectId } as never, { [kind.schema]: to } as never);
  changeDependency(session, o, to);
  return tag;
}

function checkOwnedSequence(session: SessionServices, oid: Oid, name: string): void {
  const c = session.catalog();
  const d = c.rows('pg_depend', { classid: CLASS.relation, objid: oid }).find((x) => x.refclassid === CLASS.relation && x.refobjsubid > 0 && (x.deptype === 'a' || x.deptype === 'i'));
  if (d !== undefined) throw new SqlError('0A000', 'cannot move an owned sequence into another schema', { detail: `Sequence "${name}" is linked to table "${c.syscache('RELOID', d.refobjid)?.relname}".` });
}

defineCommands({ AlterObjectSchemaStmt: setSchema });

/** ALTER … RENAME for every kind of object. */
import type { CatalogName, CatalogRow } from '@pglitedb/catalog';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import type { SessionServices } from '../../context.js';
import { lockRelation } from '../../relation.js';
import { defineCommands, type UtilityContext } from '../registry.js';
import { CLASS } from './catalog-ids.js';
import { tagWord } from './drop.js';
import { arrayTypeName } from './heap.js';
import { findObject, requireObject } from './object-lookup.js';
import { checkObjectOwner, checkRelationOwner, objectRow, OWNED } from './ownership.js';
import { rangeVarText, relationOid, type Raw } from './raw.js';

const RELATIONS = new Set(['OBJECT_TABLE', 'OBJECT_VIEW', 'OBJECT_SEQUENCE', 'OBJECT_INDEX', 'OBJECT_MATVIEW', 'OBJECT_FOREIGN_TABLE']);
const KINDS: Readonly<Record<string, [string, string]>> = {
  OBJECT_VIEW: ['v', 'a view'], OBJECT_SEQUENCE: ['S', 'a sequence'], OBJECT_INDEX: ['iI', 'an index'], OBJECT_MATVIEW: ['m', 'a materialized view'], OBJECT_FOREIGN_TABLE: ['f', 'a foreign table'],
};

function* rename(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const tag = `ALTER ${tagWord(node.renameType === 'OBJECT_COLUMN' || node.renameType === 'OBJECT_ATTRIBUTE' ? (node.renameType === 'OBJECT_ATTRIBUTE' ? 'OBJECT_TYPE' : node.relationType) : node.renameType === 'OBJECT_TABCONSTRAINT' ? 'OBJECT_TABLE' : node.renameType === 'OBJECT_DOMCONSTRAINT' ? 'OBJECT_DOMAIN' : node.renameType)}`;
  if (node.relation !== undefined) {
    const oid = relationOid(session, node.relation, node.missing_ok === true);
    if (oid === 0) {
      session.notice('NOTICE', '00000', `relation "${node.relation.relname}" does not exist, skipping`);
      return tag;
    }
    yield* lockRelation(session, oid, node.renameType === 'OBJECT_INDEX' ? 4 : 8);
    if (RELATIONS.has(node.renameType)) renameRelationCommand(session, node, oid);
    else if (node.renameType === 'OBJECT_COLUMN' || node.renameType === 'OBJECT_ATTRIBUTE') yield* renameColumn(session, node, oid, false);
    else if (node.renameType === 'OBJECT_TABCONSTRAINT') renameTableConstraint(session, node, oid);
    else renameOnRelation(session, node, oid);
    return tag;
  }
  renameObject(u, node);
  return tag;
}

function renameRelationCommand(session: SessionServices, node: Raw, oid: Oid): void {
  const row = session.catalog().syscache('RELOID', oid)!;
  const kind = KINDS[node.renameType];
  if (kind !== undefined && !kind[0].includes(row.relkind)) throw new SqlError('42809', `"${rangeVarText(node.relation)}" is not ${kind[1]}`);
  if (row.relkind === 'c') throw new SqlError('42809', `"${rangeVarText(node.relation)}" is a composite type`, { hint: 'Use ALTER TYPE instead.' });
  checkRelationOwner(session, oid);
  renameRelation(session, oid, node.newname);
}

/** RenameRelationInternal: the relation, its row type, and the constraint of an index. */
export function renameRelation(session: SessionServices, oid: Oid, name: string): void {
  const w = session.catalogWriter();
  const row = w.syscache('RELOID', oid)!;
  if (w.syscache('RELNAMENSP', name, row.relnamespace) !== undefined) throw new SqlError('42P07', `relation "${name}" already exists`);
  w.update('pg_class', { oid }, { relname: name });
  if (row.reltype !== 0) renameType(session, row.reltype, name);
  if (row.relkind === 'i') for (const c of w.rows('pg_constraint', { conindid: oid })) if ('pux'.includes(c.contype)) w.update('pg_constraint', { oid: c.oid }, { conname: name });
}

export function renameType(session: SessionServices, oid: Oid, name: string): void {
  const w = session.catalogWriter();
  const t = w.syscache('TYPEOID', oid)!;
  const clash = w.syscache('TYPENAMENSP', name, t.typnamespace);
  if (clash !== undefined) {
    if (clash.typelem === 0 || clash.typcategory !== 'A') throw new SqlError('42710', `type "${name}" already exists`);
    w.update('pg_type', { oid: clash.oid }, { typname: arrayTypeName(w, clash.typname, t.typnamespace) });
  }
  w.update('pg_type', { oid }, { typname: name });
  if (t.typarray !== 0) w.update('pg_type', { oid: t.typarray }, { typname: arrayTypeName(w, name, t.typnamespace) });
}

function* renameColumn(session: SessionServices, node: Raw, oid: Oid, recursing: boolean): Steps<void> {
  const w = session.catalogWriter();
  const rel = w.relation(oid)!;
  if (!'rvmcifp'.includes(rel.relkind)) throw new SqlError('42809', `cannot rename columns of relation "${rel.relname}"`, { detail: 'This operation is not supported for sequences.' });
  checkRelationOwner(session, oid);
  if (!recursing && w.syscache('RELOID', oid)!.reloftype !== 0) throw new SqlError('42809', 'cannot rename column of typed table');
  const { subname: from, newname: to } = node;
  const a = rel.attributes.find((x) => x.attname === from && !x.attisdropped);
  if (a === undefined) {
    if (recursing) return; // reached before through another parent
    if (['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid'].includes(from)) throw new SqlError('0A000', `cannot rename system column "${from}"`);
    throw new SqlError('42703', `column "${from}" does not exist`);
  }
  if (a.attinhcount > 0 && !recursing) throw new SqlError('42P16', `cannot rename inherited column "${from}"`);
  if (rel.children.length > 0 && node.relation.inh !== true) throw new SqlError('42P16', `inherited column "${from}" must be renamed in child tables too`);
  for (const child of rel.children) {
    yield* lockRelation(session, child, 8);
    yield* renameColumn(session, node, child, true);
  }
  if (rel.attributes.some((x) => x.attname === to && !x.attisdropped)) throw new SqlError('42701', `column "${to}" of relation "${rel.relname}" already exists`);
  if (['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid'].includes(to) && rel.relkind !== 'c' && rel.relkind !== 'v') throw new SqlError('42701', `column name "${to}" conflicts with a system column name`);
  w.update('pg_attribute', { attrelid: oid, attnum: a.attnum }, { attname: to });
  for (const i of rel.indexes) {
    i.attnums.forEach((n, k) => {
      if (n !== a.attnum || w.syscache('ATTNUM', i.oid, k + 1)?.attname !== from || w.syscache('ATTNAME', i.oid, to) !== undefined) return;
      w.update('pg_attribute', { attrelid: i.oid, attnum: k + 1 }, { attname: to });
    });
  }
}

function renameTableConstraint(session: SessionServices, node: Raw, oid: Oid): void {
  const w = session.catalogWriter();
  const rel = w.relation(oid)!;
  checkRelationOwner(session, oid);
  const c = w.rows('pg_constraint', { conrelid: oid, conname: node.subname })[0];
  if (c === undefined) throw new SqlError('42704', `constraint "${node.subname}" for table "${rel.relname}" does not exist`);
  if (c.coninhcount > 0) throw new SqlError('42P16', `cannot rename inherited constraint "${node.subname}"`);
  if (c.conindid !== 0 && 'pux'.includes(c.contype)) { renameRelation(session, c.conindid, node.newname); return; }
  if (w.rows('pg_constraint', { conrelid: oid, conname: node.newname }).length > 0) throw new SqlError('42710', `constraint "${node.newname}" for relation "${rel.relname}" already exists`);
  w.update('pg_constraint', { oid: c.oid }, { conname: node.newname });
  if (c.contype !== 'c' || c.connoinherit) return;
  for (const child of rel.children) for (const k of w.rows('pg_constraint', { conrelid: child, conname: node.subname })) w.update('pg_constraint', { oid: k.oid }, { conname: node.newname });
}

const PARTS: Readonly<Record<string, { catalog: CatalogName; rel: string; name: string; noun: string; word: string }>> = {
  OBJECT_TRIGGER: { catalog: 'pg_trigger', rel: 'tgrelid', name: 'tgname', noun: 'trigger', word: 'table' },
  OBJECT_RULE: { catalog: 'pg_rewrite', rel: 'ev_class', name: 'rulename', noun: 'rule', word: 'relation' },
  OBJECT_POLICY: { catalog: 'pg_policy', rel: 'polrelid', name: 'polname', noun: 'policy', word: 'table' },
};
function renameOnRelation(session: SessionServices, node: Raw, oid: Oid): void {
  const part = PARTS[node.renameType];
  if (part === undefined) throw new SqlError('0A000', `renaming ${tagWord(node.renameType).toLowerCase()}s is not supported yet`);
  checkRelationOwner(session, oid);
  const w = session.catalogWriter();
  const relname = w.syscache('RELOID', oid)!.relname;
  const find = (name: string): { oid: Oid } | undefined => w.rows(part.catalog, { [part.rel]: oid, [part.name]: name } as never)[0] as unknown as { oid: Oid } | undefined;
  const known = find(node.subname);
  if (known === undefined) throw new SqlError('42704', `${part.noun} "${node.subname}" for ${part.word} "${relname}" does not exist`);
  if (node.renameType === 'OBJECT_RULE' && node.subname === '_RETURN') throw new SqlError('42P17', 'renaming an ON SELECT rule is not allowed');
  if (find(node.newname) !== undefined) throw new SqlError('42710', `${part.noun} "${node.newname}" for ${part.noun === 'trigger' ? 'relation' : part.word} "${relname}" already exists`);
  w.update(part.catalog, { oid: known.oid } as never, { [part.name]: node.newname } as never);
}

function renameObject(u: UtilityContext, node: Raw): void {
  const { session } = u;
  const w = session.catalogWriter();
  const to = node.newname as string;
  if (['OBJECT_SCHEMA', 'OBJECT_DATABASE', 'OBJECT_ROLE', 'OBJECT_TABLESPACE'].includes(node.renameType)) return renameGlobal(session, node);
  if (node.renameType === 'OBJECT_DOMCONSTRAINT') {
    const o = requireObject(session, 'OBJECT_DOMCONSTRAINT', { List: { items: [{ TypeName: { names: node.object.List?.items ?? node.object.TypeName?.names } }, { String: { sval: node.subname } }] } });
    w.update('pg_constraint', { oid: o.objectId }, { conname: to });
    return;
  }
  const o = requireObject(session, node.renameType, node.object);
  checkObjectOwner(session, o);
  if (o.classId === CLASS.type) {
    const t = w.syscache('TYPEOID', o.objectId)!;
    if (t.typtype === 'c' && w.syscache('RELOID', t.typrelid)!.relkind !== 'c') throw new SqlError('42809', `${t.typname} is a table's row type`, { hint: 'Use ALTER TABLE instead.' });
    if (t.typtype === 'c') renameRelation(session, t.typrelid, to); else renameType(session, o.objectId, to);
    return;
  }
  const kind = OWNED[o.classId];
  if (kind === undefined) throw new SqlError('0A000', `renaming ${tagWord(node.renameType).toLowerCase()}s is not supported yet`);
  const row = objectRow(w, o.classId, o.objectId)!;
  checkFree(u, node, kind.catalog, row, to, kind.schema);
  w.update(kind.catalog, { oid: o.objectId } as never, { [kind.name]: to } as never);
}

function checkFree(u: UtilityContext, node: Raw, catalog: CatalogName, row: Record<string, unknown>, to: string, schema: string | undefined): void {
  const c = u.session.catalog();
  const inSchema = schema === undefined ? '' : ` in schema "${c.syscache('NAMESPACEOID', row[schema] as Oid)?.nspname}"`;
  if (catalog === 'pg_proc') {
    const p = row as unknown as CatalogRow<'pg_proc'>;
    if (c.syscache('PROCNAMEARGSNSP', to, p.proargtypes as never, p.pronamespace) !== undefined) {
      throw new SqlError('42723', `function ${to}(${p.proargtypes.map((t) => c.types.formatType(t, -1)).join(', ')}) already exists${inSchema}`);
    }
    return;
  }
  const kind = Object.values(OWNED).find((k) => k.catalog === catalog)!;
  const where = { [kind.name]: to, ...(schema === undefined ? {} : { [schema]: row[schema] }) };
  if (c.rows(catalog, where as never).length > 0) throw new SqlError('42710', `${kind.noun} "${to}" already exists${inSchema}`);
}

function renameGlobal(session: SessionServices, node: Raw): void {
  const w = session.catalogWriter();
  const { subname: from, newname: to } = node;
  const o = requireObject(session, node.renameType, { String: { sval: from } });
  const exists = !('code' in findObject(session, node.renameType, { String: { sval: to } }));
  switch (node.renameType) {
    case 'OBJECT_SCHEMA':
      if (exists) throw new SqlError('42P06', `schema "${to}" already exists`);
      checkObjectOwner(session, o);
      if (to.startsWith('pg_')) throw new SqlError('42939', `unacceptable schema name "${to}"`, { detail: 'The prefix "pg_" is reserved for system schemas.' });
      w.update('pg_namespace', { oid: o.objectId }, { nspname: to });
      return;
    case 'OBJECT_DATABASE':
      if (o.objectId === w.session.databaseOid) throw new SqlError('0A000', 'current database cannot be renamed');
      if (exists) throw new SqlError('42P04', `database "${to}" already exists`);
      checkObjectOwner(session, o);
      w.update('pg_database', { oid: o.objectId }, { datname: to });
      return;
    case 'OBJECT_ROLE': {
      if (o.objectId === session.userOid()) throw new SqlError('0A000', 'current user cannot be renamed');
      if (to.startsWith('pg_')) throw new SqlError('42939', `role name "${to}" is reserved`, { detail: 'Role names starting with "pg_" are reserved.' });
      if (exists) throw new SqlError('42710', `role "${to}" already exists`);
      const role = w.syscache('AUTHOID', o.objectId)!;
      const md5 = role.rolpassword?.startsWith('md5') === true;
      if (md5) session.notice('NOTICE', '00000', 'MD5 password cleared because of role rename');
      w.update('pg_authid', { oid: o.objectId }, { rolname: to, ...(md5 ? { rolpassword: null } : {}) });
      return;
    }
    default:
      if (exists) throw new SqlError('42710', `tablespace "${to}" already exists`);
      w.update('pg_tablespace', { oid: o.objectId }, { spcname: to });
  }
}

defineCommands({ RenameStmt: rename });

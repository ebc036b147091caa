/** CREATE TABLE: columns, inherited and copied columns, then constraints. */
import type { CatalogWriter, RelationInfo } from '@pglitedb/catalog';
import type { Steps } from '@pglitedb/txn';
import { registerOnCommit } from './on-commit.js';
import { SqlError, type Oid } from '@pglitedb/types';
import type { SessionServices } from '../../context.js';
import { lockRelation } from '../../relation.js';
import { defineCommands, type UtilityContext } from '../registry.js';
import { CLASS } from './catalog-ids.js';
import { columnType, type ColumnType } from './analysis.js';
import { addConstraint, addDefault, type TableConstraint } from './constraints.js';
import { address, recordDependency } from './depend.js';
import { createRelation, type NewColumn } from './heap.js';
import { inheritedColumns, likeColumns, newColumnOf, type Copier } from './inherit.js';
import { clonePartitionParts, enterPartition, newPartition } from './partition.js';
import { partitionStrategy, storePartitionKey } from './partition-key.js';
import { creationNamespace, namespaceByName, options, rangeVarText, relationOid, type Raw } from './raw.js';
import { ofType, recordOfType } from './typed-table.js';
import { checkRelOptions } from './reloptions.js';
import { createSequence, sequenceNameFor, type SequenceOptions } from './sequence.js';
import { temporaryNamespace } from './temporary.js';

interface ColumnPlan { column: NewColumn; default: Raw | undefined; /** nextval of a serial or identity sequence */ sequence: { name: string; options: SequenceOptions; identity: boolean } | undefined; constraints: TableConstraint[]; generated: Raw | undefined }

const SERIAL: Record<string, { type: Oid; name: string }> = {
  serial: { type: 23, name: 'integer' }, serial4: { type: 23, name: 'integer' }, bigserial: { type: 20, name: 'bigint' }, serial8: { type: 20, name: 'bigint' }, smallserial: { type: 21, name: 'smallint' }, serial2: { type: 21, name: 'smallint' },
};

export function* createTable(node: Raw, u: UtilityContext): Steps<string> {
  yield* defineTable(node, u);
  return 'CREATE TABLE';
}

/** Makes the table of a CreateStmt; answers its oid, 0 when IF NOT EXISTS found one. */
export function* defineTable(node: Raw, u: UtilityContext): Steps<Oid> {
  const { session } = u;
  const typed = node.ofTypename === undefined ? undefined : ofType(u, node.ofTypename);
  const rv = node.relation;
  const persistence = (rv.relpersistence as string | undefined) ?? 'p';
  checkPartitioning(node, persistence);
  const namespace = relationNamespace(session, rv, persistence);
  if (session.catalog().syscache('RELNAMENSP', rv.relname, namespace) !== undefined) {
    if (node.if_not_exists !== true) throw new SqlError('42P07', `relation "${rv.relname}" already exists`);
    session.notice('NOTICE', '42P07', `relation "${rv.relname}" already exists, skipping`);
    return 0;
  }
  const parents: Oid[] = [];
  for (const p of node.inhRelations ?? []) {
    const oid = relationOid(session, p.RangeVar);
    if (parents.includes(oid)) throw new SqlError('42P07', `relation "${rangeVarText(p.RangeVar)}" would be inherited from more than once`);
    yield* lockRelation(session, oid, 4);
    parents.push(oid);
  }
  const partition = node.partbound === undefined ? undefined : newPartition(u, node, parents[0]!, persistence);
  const { plans, constraints, finishers } = collectElements(node, u, rv.relname, namespace, partition?.parent ?? typed?.rel);
  const merged = typed === undefined ? inheritedColumns(session, parents, plans.map((p) => p.column), partition !== undefined) : { columns: typedColumns(typed.rel, plans), inherited: [] };
  const reloptions = tableOptions(node.options);
  const oid = createRelation(session, {
    name: rv.relname, namespace, kind: node.partspec === undefined ? 'r' : 'p', persistence, columns: merged.columns, owner: session.userOid(), options: reloptions,
    ofType: typed?.type ?? 0, isPartition: partition !== undefined, withType: true,
  });
  if (typed !== undefined) recordOfType(u, oid, typed.type);
  const w = session.catalogWriter();
  parents.forEach((p, k) => {
    w.insert('pg_inherits', { inhrelid: oid, inhparent: p, inhseqno: k + 1, inhdetachpending: false });
    w.update('pg_class', { oid: p }, { relhassubclass: true });
    recordDependency(w, address(CLASS.relation, oid), address(CLASS.relation, p), partition === undefined ? 'n' : 'a');
  });
  if (node.partspec !== undefined) storePartitionKey(u, oid, node.partspec);
  if (partition !== undefined) yield* enterPartition(u, partition, oid, rv.relname);
  for (const p of plans) if (merged.columns.some((c) => c.name === p.column.name)) yield* finishColumn(p, oid, u, rv.relname, namespace, persistence);
  for (const c of [...merged.inherited, ...finishers]) yield* c(oid, u);
  const all = [...plans.flatMap((p) => p.constraints), ...constraints];
  const avoid = new Set(all.flatMap((c) => (c.name === undefined ? [] : [c.name])));
  for (const c of all) if (c.kind === 'notnull' && c.name === undefined) c.avoid = avoid;
  const order: TableConstraint['kind'][] = ['notnull', 'check', 'primary', 'unique', 'exclusion', 'foreign'];
  for (const kind of order) for (const c of all) if (c.kind === kind) yield* addConstraint(u, oid, c, true);
  if (partition !== undefined) yield* clonePartitionParts(u, partition.parent.oid, oid);
  registerOnCommit(session, oid, node.oncommit, persistence);
  return oid;
}

/** Storage parameters of a WITH clause, checked; WITH OIDS is history. null: none. */
export function tableOptions(list: Raw[] | undefined): string[] | null {
  const kept: string[] = [];
  for (const o of options(list)) {
    if (o.namespace === undefined && o.name === 'oids') {
      if (o.value === undefined || /^(t|true|on|1|y|yes)$/i.test(o.value)) throw new SqlError('0A000', 'tables declared WITH OIDS are not supported');
      continue;
    }
    kept.push(`${o.namespace === undefined ? '' : `${o.namespace}.`}${o.name}=${o.value ?? 'true'}`);
  }
  checkRelOptions(kept, 'r');
  return kept.length > 0 ? kept : null;
}

function checkPartitioning(node: Raw, persistence: string): void {
  if (node.partspec === undefined) return;
  if (node.inhRelations !== undefined && node.partbound === undefined) throw new SqlError('42P16', 'cannot create partitioned table as inheritance child');
  if (persistence === 'u') throw new SqlError('0A000', 'partitioned tables cannot be unlogged');
  if (node.options?.length > 0) throw new SqlError('42809', 'cannot specify storage parameters for a partitioned table', { hint: 'Specify storage parameters for its leaf partitions instead.' });
  partitionStrategy(node.partspec);
}

function relationNamespace(session: SessionServices, rv: Raw, persistence: string): Oid {
  if (persistence !== 't') {
    if (rv.schemaname === 'pg_temp' && persistence === 'u') throw new SqlError('42P16', 'only temporary relations may be created in temporary schemas');
    if (rv.schemaname === 'pg_temp') return temporaryNamespace(session);
    return creationNamespace(session, rv.schemaname);
  }
  if (rv.schemaname !== undefined && rv.schemaname !== 'pg_temp' && namespaceByName(session.catalog(), rv.schemaname) !== session.catalog().session.tempNamespace()) {
    throw new SqlError('42P16', 'cannot create temporary relation in non-temporary schema');
  }
  return temporaryNamespace(session);
}

function collectElements(node: Raw, u: UtilityContext, table: string, namespace: Oid, parent: RelationInfo | undefined): { plans: ColumnPlan[]; constraints: TableConstraint[]; finishers: Copier[] } {
  const finishers: Copier[] = [];
  const plans: ColumnPlan[] = [];
  const constraints: TableConstraint[] = [];
  for (const e of [...(node.tableElts ?? []), ...(node.constraints ?? [])]) {
    if (e.ColumnDef && parent !== undefined) plans.push(planPartitionColumn(e.ColumnDef, u, table, namespace, parent, plans));
    else if (e.ColumnDef) plans.push(planColumn(e.ColumnDef, u, table, namespace));
    else if (e.Constraint) constraints.push(tableConstraint(e.Constraint, undefined));
    else if (e.TableLikeClause) {
      const like = likeColumns(u, e.TableLikeClause);
      for (const c of like.columns) plans.push({ column: c.column, default: undefined, sequence: undefined, constraints: c.constraints, generated: undefined });
      constraints.push(...like.constraints);
      finishers.push(like.finish);
    }
  }
  if (constraints.filter((c) => c.kind === 'primary').length + plans.flatMap((p) => p.constraints).filter((c) => c.kind === 'primary').length > 1) {
    throw new SqlError('42P16', `multiple primary keys for table "${table}" are not allowed`);
  }
  for (const c of [...constraints, ...plans.flatMap((p) => p.constraints)]) {
    if (c.kind !== 'primary') continue;
    for (const name of c.columns) { const p = plans.find((x) => x.column.name === name); if (p) p.column.notNull = true; }
  }
  return { plans, constraints, finishers };
}

/** A column definition with everything that hangs on it. Exported for ALTER TABLE ADD COLUMN. */
export function planColumn(def: Raw, u: UtilityContext, table: string, namespace: Oid): ColumnPlan {
  const { session } = u;
  const typeName = def.typeName;
  const plain = (typeName?.names ?? []).length === 1 && !typeName.pct_type ? (typeName.names[0].String.sval as string) : '';
  const serial = SERIAL[plain];
  if (serial !== undefined && typeName.arrayBounds?.length > 0) throw new SqlError('0A000', 'array of serial is not implemented');
  const type: ColumnType = serial === undefined ? columnType(u, typeName, def.collClause?.CollateClause ?? def.collClause) : { oid: serial.type, typmod: -1, collation: 0 };
  checkColumnType(session, type.oid, def.colname);
  const column: NewColumn = {
    name: def.colname, type: type.oid, typmod: type.typmod, collation: type.collation, notNull: serial !== undefined, ndims: typeName?.arrayBounds?.length ?? 0,
    isLocal: true, inheritCount: 0, identity: '', generated: '', compression: compressionCode(def.compression), storage: storageCode(def.storage_name),
  };
  const plan: ColumnPlan = { column, default: undefined, sequence: undefined, constraints: [], generated: undefined };
  if (serial !== undefined) {
    plan.sequence = { name: sequenceNameFor(session, table, def.colname, namespace), options: { type: serial.type }, identity: false };
    plan.constraints.push({ kind: 'notnull', name: undefined, columns: [def.colname], raw: {}, deferrable: false, deferred: false, validate: true, enforced: true, noInherit: false });
  }
  let last: TableConstraint | undefined;
  for (const raw of def.constraints ?? []) last = columnConstraint(plan, raw.Constraint, u, table, namespace, last);
  return plan;
}
/** The type's columns, with what the statement adds to them. */
function typedColumns(rel: RelationInfo, plans: readonly ColumnPlan[]): NewColumn[] {
  return rel.attributes.filter((a) => !a.attisdropped).map((a) => ({ ...(plans.find((p) => p.column.name === a.attname)?.column ?? newColumnOf(a)), isLocal: true }));
}

/** Column options of PARTITION OF and typed tables: the parent's column, with constraints and default of its own. */
function planPartitionColumn(def: Raw, u: UtilityContext, table: string, namespace: Oid, parent: RelationInfo, others: readonly ColumnPlan[]): ColumnPlan {
  const a = parent.attributes.find((x) => x.attname === def.colname && !x.attisdropped);
  if (a === undefined) throw new SqlError('42703', `column "${def.colname}" does not exist`);
  if (others.some((p) => p.column.name === def.colname)) throw new SqlError('42701', `column "${def.colname}" specified more than once`);
  const plan: ColumnPlan = { column: { ...newColumnOf(a), identity: a.attidentity, isLocal: false }, default: undefined, sequence: undefined, constraints: [], generated: undefined };
  let last: TableConstraint | undefined;
  for (const raw of def.constraints ?? []) {
    const { contype } = raw.Constraint;
    if (contype === 'CONSTR_IDENTITY') throw new SqlError('0A000', 'identity columns are not supported on partitions');
    if (contype === 'CONSTR_DEFAULT' && a.attgenerated !== '') throw new SqlError('42P16', `column "${a.attname}" inherits from generated column but specifies default`);
    if (contype === 'CONSTR_GENERATED' && a.attgenerated === '') throw new SqlError('42P16', `child column "${a.attname}" specifies generation expression`, { hint: 'A child table column cannot be generated unless its parent column is.' });
    last = columnConstraint(plan, raw.Constraint, u, table, namespace, last);
  }
  return plan;
}
function compressionCode(name: string | undefined): string { return name === 'pglz' ? 'p' : name === 'lz4' ? 'l' : ''; }
function storageCode(name: string | undefined): string | undefined {
  return name === undefined ? undefined : { plain: 'p', external: 'e', extended: 'x', main: 'm' }[name.toLowerCase()];
}

export function checkColumnType(session: SessionServices, type: Oid, column: string): void {
  const info = session.catalog().types.typeInfo(type);
  if (info?.kind === 'p') throw new SqlError('42P16', `column "${column}" has pseudo-type ${session.catalog().types.formatType(type, -1)}`);
}

function columnConstraint(plan: ColumnPlan, c: Raw, u: UtilityContext, table: string, namespace: Oid, last: TableConstraint | undefined): TableConstraint | undefined {
  const { column } = plan;
  switch (c.contype) {
    case 'CONSTR_NULL': if (column.notNull) throw conflicting(column.name, table); return last;
    case 'CONSTR_NOTNULL': {
      column.notNull = true;
      if (plan.constraints.some((k) => k.kind === 'notnull')) return last;
      const made = tableConstraint(c, column.name);
      plan.constraints.push(made);
      return made;
    }
    case 'CONSTR_DEFAULT':
      if (plan.default !== undefined) throw new SqlError('42601', `multiple default values specified for column "${column.name}" of table "${table}"`);
      plan.default = c.raw_expr;
      return last;
    case 'CONSTR_IDENTITY':
      column.identity = c.generated_when;
      column.notNull = true;
      plan.sequence = { name: sequenceNameFor(u.session, table, column.name, namespace), options: { type: column.type, raw: c.options }, identity: true };
      if (!plan.constraints.some((k) => k.kind === 'notnull')) plan.constraints.push({ kind: 'notnull', name: undefined, columns: [column.name], raw: {}, deferrable: false, deferred: false, validate: true, enforced: true, noInherit: false });
      return last;
    case 'CONSTR_GENERATED':
      column.generated = c.generated_kind ?? 's';
      plan.generated = c.raw_expr;
      return last;
    case 'CONSTR_ATTR_DEFERRABLE': if (last) last.deferrable = true; return last;
    case 'CONSTR_ATTR_NOT_DEFERRABLE': if (last) last.deferrable = false; return last;
    case 'CONSTR_ATTR_DEFERRED': if (last) { last.deferrable = true; last.deferred = true; } return last;
    case 'CONSTR_ATTR_IMMEDIATE': if (last) last.deferred = false; return last;
    case 'CONSTR_ATTR_ENFORCED': return last;
    case 'CONSTR_ATTR_NOT_ENFORCED': if (last) { last.enforced = false; last.validate = false; } return last;
    default: {
      const made = tableConstraint(c, column.name);
      plan.constraints.push(made);
      return made;
    }
  }
}
const conflicting = (column: string, table: string): SqlError => new SqlError('42601', `conflicting NULL/NOT NULL declarations for column "${column}" of table "${table}"`);

const KINDS: Record<string, TableConstraint['kind']> = { CONSTR_CHECK: 'check', CONSTR_PRIMARY: 'primary', CONSTR_UNIQUE: 'unique', CONSTR_FOREIGN: 'foreign', CONSTR_NOTNULL: 'notnull', CONSTR_EXCLUSION: 'exclusion' };

/** A Constraint node; `column` is the column it was written at. */
export function tableConstraint(c: Raw, column: string | undefined): TableConstraint {
  const kind = KINDS[c.contype];
  if (kind === undefined) throw new SqlError('0A000', `constraint type ${c.contype} is not supported yet`);
  const listed = ((kind === 'foreign' ? c.fk_attrs : c.keys) ?? []).map((k: Raw) => k.String.sval as string);
  return {
    kind, name: c.conname, columns: listed.length > 0 ? listed : column === undefined ? [] : [column], raw: c, deferrable: c.deferrable === true, deferred: c.initdeferred === true,
    validate: c.skip_validation !== true, enforced: c.is_enforced !== false || kind !== 'check' && kind !== 'foreign' ? true : c.is_enforced !== undefined, noInherit: c.is_no_inherit === true,
  };
}

/** Default, generation expression and sequence of a column that is there now. Exported for ALTER TABLE ADD COLUMN. */
export function* finishColumn(p: ColumnPlan, table: Oid, u: UtilityContext, tableName: string, namespace: Oid, persistence: string): Steps<void> {
  const { session } = u;
  const w: CatalogWriter = session.catalogWriter();
  const attnum = w.relation(table)!.attributes.find((a) => a.attname === p.column.name)!.attnum;
  if (p.sequence !== undefined) {
    const sequence = createSequence(session, { name: p.sequence.name, namespace, persistence, owner: session.userOid(), options: p.sequence.options });
    recordDependency(w, address(CLASS.relation, sequence), address(CLASS.relation, table, attnum), p.sequence.identity ? 'i' : 'a');
    if (!p.sequence.identity) addDefault(u, table, attnum, { kind: 'nextval', sequence });
  }
  if (p.default !== undefined) addDefault(u, table, attnum, { kind: 'raw', raw: p.default });
  if (p.generated !== undefined) addDefault(u, table, attnum, { kind: 'generated', raw: p.generated });
}

defineCommands({ CreateStmt: createTable });

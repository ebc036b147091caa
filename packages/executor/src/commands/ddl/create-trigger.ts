/** CREATE TRIGGER and CREATE CONSTRAINT TRIGGER. */
import { encodeNode, type RelationInfo } from '@pglitedb/catalog';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import { lockRelation } from '../../relation.js';
import { defineCommands, type UtilityContext } from '../registry.js';
import { CLASS } from './catalog-ids.js';
import { address, recordDependency, recordExpressionDependencies } from './depend.js';
import { checkRelationOwner } from './ownership.js';
import { names, rangeVarText, relationOid, type Raw } from './raw.js';
import { findProcedure } from './routine-lookup.js';
import { triggerCondition } from './trigger-condition.js';

const ROW = 1, BEFORE = 2, INSERT = 4, DELETE = 8, UPDATE = 16, TRUNCATE = 32, INSTEAD = 64;
const TRIGGER_TYPE: Oid = 2279;

function* createTrigger(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const relation = relationOid(session, node.relation);
  yield* lockRelation(session, relation, 6);
  const w = session.catalogWriter();
  const rel = w.relation(relation)!;
  const type = (node.row === true ? ROW : 0) | (node.timing ?? 0) | node.events;
  checkKind(rel.relkind, rangeVarText(node.relation), type, node);
  checkRelationOwner(session, relation);
  const parts = names(node.funcname);
  const fn = findProcedure(w, parts, []);
  if (fn === 0) throw new SqlError('42883', `function ${parts.join('.')}() does not exist`);
  if (w.syscache('PROCOID', fn)!.prorettype !== TRIGGER_TYPE) throw new SqlError('42P17', `function ${parts.join('.')} must return type trigger`);
  const columns = updateColumns(rel, node, type);
  const old = w.syscache('TRIGGERRELNAME', relation, node.trigname);
  if (old !== undefined && (node.replace !== true || old.tgisinternal)) throw new SqlError('42710', `trigger "${node.trigname}" for relation "${rel.relname}" already exists`);
  if (old !== undefined && old.tgconstraint !== 0) throw new SqlError('42710', `trigger "${node.trigname}" for relation "${rel.relname}" is a constraint trigger`);
  const qual = node.whenClause === undefined ? undefined : triggerCondition(u, rel, node.whenClause, type);
  const [oldTable, newTable] = transitionTables(node, type, columns, rel);
  const args = names(node.args);
  const oid = old?.oid ?? w.newOid();
  const constrained: Oid = node.constrrel === undefined ? 0 : relationOid(session, node.constrrel);
  const constraint = node.isconstraint === true ? constraintRow(u, node, relation, rel.relnamespace) : 0;
  const row = {
    tgrelid: relation, tgparentid: 0, tgname: node.trigname as string, tgfoid: fn, tgtype: type, tgenabled: 'O', tgisinternal: false, tgconstrrelid: constrained, tgconstrindid: 0, tgconstraint: constraint,
    tgdeferrable: node.deferrable === true, tginitdeferred: node.initdeferred === true, tgnargs: args.length, tgattr: columns, tgargs: argumentBytes(args),
    tgqual: qual === undefined ? null : encodeNode(qual, session.env), tgoldtable: oldTable, tgnewtable: newTable,
  };
  if (old !== undefined) {
    w.update('pg_trigger', { oid }, row);
    w.remove('pg_depend', { classid: CLASS.trigger, objid: oid });
  } else w.insert('pg_trigger', { oid, ...row });
  w.update('pg_class', { oid: relation }, { relhastriggers: true });
  const self = address(CLASS.trigger, oid);
  recordDependency(w, self, address(CLASS.proc, fn), 'n');
  if (constraint !== 0) recordDependency(w, address(CLASS.constraint, constraint), self, 'i');
  recordDependency(w, self, address(CLASS.relation, relation), 'a');
  if (constrained !== 0) recordDependency(w, self, address(CLASS.relation, constrained), 'a');
  for (const a of columns) recordDependency(w, self, address(CLASS.relation, relation, a), 'n');
  if (qual !== undefined) recordExpressionDependencies(w, self, qual, relation, 'n', 'n');
  return 'CREATE TRIGGER';
}

function checkKind(relkind: string, name: string, type: number, node: Raw): void {
  const wrong = (detail: string): SqlError => new SqlError('42809', `"${name}" is a ${relkind === 'v' ? 'view' : relkind === 'f' ? 'foreign table' : 'table'}`, { detail });
  if (relkind === 'r' || relkind === 'p') {
    if ((type & INSTEAD) !== 0) throw wrong('Tables cannot have INSTEAD OF triggers.');
  } else if (relkind === 'v') {
    if ((type & INSTEAD) === 0 && (type & ROW) !== 0) throw wrong('Views cannot have row-level BEFORE or AFTER triggers.');
    if ((type & TRUNCATE) !== 0) throw wrong('Views cannot have TRUNCATE triggers.');
  } else if (relkind !== 'f') {
    throw new SqlError('42809', `relation "${name}" cannot have triggers`, { detail: `This operation is not supported for ${{ S: 'sequences', i: 'indexes', m: 'materialized views', c: 'composite types' }[relkind] ?? 'this relation'}.` });
  }
  if ((type & (TRUNCATE | ROW)) === (TRUNCATE | ROW)) throw new SqlError('0A000', 'TRUNCATE FOR EACH ROW triggers are not supported');
  if ((type & INSTEAD) === 0) return;
  if ((type & ROW) === 0) throw new SqlError('0A000', 'INSTEAD OF triggers must be FOR EACH ROW');
  if (node.whenClause !== undefined) throw new SqlError('0A000', 'INSTEAD OF triggers cannot have WHEN conditions');
  if (node.columns?.length > 0) throw new SqlError('0A000', 'INSTEAD OF triggers cannot have column lists');
}

function updateColumns(rel: { relname: string; attributes: readonly { attname: string; attnum: number; attisdropped: boolean }[] }, node: Raw, type: number): number[] {
  const list: number[] = [];
  for (const name of names(node.columns)) {
    const a = rel.attributes.find((x) => x.attname === name && !x.attisdropped);
    if (a === undefined) throw new SqlError('42703', `column "${name}" of relation "${rel.relname}" does not exist`);
    if (list.includes(a.attnum)) throw new SqlError('42701', `column "${name}" specified more than once`);
    list.push(a.attnum);
  }
  return (type & UPDATE) === 0 ? [] : list;
}

/** Kinds of tables whose triggers cannot have transition tables. */
function checkTransitions(rel: RelationInfo, type: number): void {
  const wrong = (kind: string, detail: string): SqlError => new SqlError('42809', `"${rel.relname}" is a ${kind}`, { detail });
  if (rel.relkind === 'v') throw wrong('view', 'Triggers on views cannot have transition tables.');
  if (rel.relkind === 'f') throw wrong('foreign table', 'Triggers on foreign tables cannot have transition tables.');
  if ((type & ROW) === 0) return;
  if (rel.relkind === 'p') throw wrong('partitioned table', 'ROW triggers with transition tables are not supported on partitioned tables.');
  if (rel.relispartition) throw new SqlError('0A000', 'ROW triggers with transition tables are not supported on partitions');
  if (rel.parents.length > 0) throw new SqlError('0A000', 'ROW triggers with transition tables are not supported on inheritance children');
}

function transitionTables(node: Raw, type: number, columns: readonly number[], rel: RelationInfo): [string | null, string | null] {
  if ((node.transitionRels ?? []).length > 0) checkTransitions(rel, type);
  let oldName: string | null = null;
  let newName: string | null = null;
  const wrong = (code: string, message: string): SqlError => new SqlError(code, message);
  for (const item of node.transitionRels ?? []) {
    const t = item.TriggerTransition;
    if (t.isTable !== true) throw new SqlError('0A000', 'ROW variable naming in the REFERENCING clause is not supported', { hint: 'Use OLD TABLE or NEW TABLE for naming transition tables.' });
    if ((type & (BEFORE | INSTEAD)) !== 0) throw wrong('42P17', 'transition table name can only be specified for an AFTER trigger');
    if ((type & TRUNCATE) !== 0) throw wrong('42P17', 'TRUNCATE triggers with transition tables are not supported');
    if ([INSERT, UPDATE, DELETE].filter((e) => (type & e) !== 0).length > 1) throw wrong('0A000', 'transition tables cannot be specified for triggers with more than one event');
    if (columns.length > 0) throw wrong('0A000', 'transition tables cannot be specified for triggers with column lists');
    if (t.isNew === true) {
      if ((type & (INSERT | UPDATE)) === 0) throw wrong('42P17', 'NEW TABLE can only be specified for an INSERT or UPDATE trigger');
      if (newName !== null) throw wrong('42P17', 'NEW TABLE cannot be specified multiple times');
      newName = t.name;
    } else {
      if ((type & (DELETE | UPDATE)) === 0) throw wrong('42P17', 'OLD TABLE can only be specified for a DELETE or UPDATE trigger');
      if (oldName !== null) throw wrong('42P17', 'OLD TABLE cannot be specified multiple times');
      oldName = t.name;
    }
  }
  if (oldName !== null && oldName === newName) throw wrong('42P17', 'OLD TABLE name and NEW TABLE name cannot be the same');
  return [oldName, newName];
}

/** The pg_constraint row of a constraint trigger. */
function constraintRow(u: UtilityContext, node: Raw, relation: Oid, namespace: Oid): Oid {
  const w = u.session.catalogWriter();
  const oid = w.newOid();
  w.insert('pg_constraint', {
    oid, conname: node.trigname, connamespace: namespace, contype: 't', condeferrable: node.deferrable === true, condeferred: node.initdeferred === true, conenforced: true, convalidated: true, conrelid: relation,
    contypid: 0, conindid: 0, conparentid: 0, confrelid: 0, confupdtype: ' ', confdeltype: ' ', confmatchtype: ' ', conislocal: true, coninhcount: 0, connoinherit: true, conperiod: false, conkey: null, confkey: null,
    conpfeqop: null, conppeqop: null, conffeqop: null, confdelsetcols: null, conexclop: null, conbin: null,
  });
  return oid;
}

/** Arguments one after another, each ended by a zero byte. */
function argumentBytes(args: readonly string[]): Uint8Array { return new TextEncoder().encode(args.map((a) => `${a}\0`).join('')); }

defineCommands({ CreateTrigStmt: createTrigger });

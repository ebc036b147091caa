/** CREATE OPERATOR CLASS, CREATE and ALTER OPERATOR FAMILY. */
import { isSuperuser } from '@pglitedb/catalog';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import type { SessionServices } from '../../context.js';
import { defineCommands, type UtilityContext } from '../registry.js';
import { CLASS } from './catalog-ids.js';
import { address, recordDependency } from './depend.js';
import { performDeletion } from './dependency.js';
import { findOperator, Missing, requireObject } from './object-lookup.js';
import { accessMethod, addMember, checkFunction, checkOperator, storeMembers, strategyMax, type Member } from './opclass-member.js';
import { creationNamespace, names, splitName, type Raw } from './raw.js';
import { lookupRoutine } from './routine-lookup.js';
import { requireType } from './type-lookup.js';

type Method = ReturnType<typeof accessMethod>;
const ITEM = { operator: 1, function: 2, storage: 3 } as const;

function requireSuperuser(session: SessionServices, what: string): void {
  if (!isSuperuser(session.catalog(), session.userOid())) throw new SqlError('42501', `must be superuser to ${what}`);
}

function createFamily(session: SessionServices, am: Method, name: string, namespace: Oid): Oid {
  const w = session.catalogWriter();
  if (w.syscache('OPFAMILYAMNAMENSP', am.oid, name, namespace) !== undefined) throw new SqlError('42710', `operator family "${name}" for access method "${am.name}" already exists`);
  const oid = w.newOid();
  w.insert('pg_opfamily', { oid, opfmethod: am.oid, opfname: name, opfnamespace: namespace, opfowner: session.userOid() });
  recordDependency(w, address(CLASS.opfamily, oid), address(CLASS.accessMethod, am.oid), 'a');
  recordDependency(w, address(CLASS.opfamily, oid), address(CLASS.namespace, namespace), 'n');
  return oid;
}

const listNode = (am: string, name: Raw[]): Raw => ({ List: { items: [{ String: { sval: am } }, ...name] } });
const familyOf = (session: SessionServices, am: string, name: Raw[]): Oid => requireObject(session, 'OBJECT_OPFAMILY', listNode(am, name)).objectId;

/** The operator of an item: by its operand types, or by the class's type on both sides. */
function itemOperator(session: SessionServices, item: Raw, type: Oid): Oid {
  const c = session.catalog();
  const parts = names(item.name.objname);
  const args: Raw[] | undefined = item.name.objargs;
  if (args !== undefined && args.length > 0) return requireObject(session, 'OBJECT_OPERATOR', { ObjectWithArgs: item.name }).objectId;
  if (type === 0) throw new SqlError('42601', 'operator argument types must be specified in ALTER OPERATOR FAMILY');
  const oid = findOperator(c, parts, type, type);
  if (oid === 0) throw new SqlError('42883', `operator does not exist: ${c.types.formatType(type, -1)} ${parts.join('.')} ${c.types.formatType(type, -1)}`);
  return oid;
}

/** processTypesSpec: one type stands for both sides. */
function typesSpec(session: SessionServices, list: Raw[] | undefined): [Oid, Oid] {
  const types = (list ?? []).map((t) => requireType(session.catalog(), t.TypeName));
  if (types.length === 0 || types.length > 2) throw new SqlError('42601', 'one or two argument types must be specified');
  return [types[0]!, types[1] ?? types[0]!];
}

/** An OPERATOR or FUNCTION item, checked; type is the class's, 0 for ALTER OPERATOR FAMILY. */
function member(session: SessionServices, am: Method, item: Raw, type: Oid): Member {
  const c = session.catalog();
  const number = (item.number as number | undefined) ?? 0;
  const isFunction = item.itemtype === ITEM.function;
  const max = isFunction ? am.traits.support : strategyMax(am.traits);
  if (number <= 0 || number > max) throw new SqlError('42P17', `invalid ${isFunction ? 'function' : 'operator'} number ${number}, must be between 1 and ${max}`);
  const m: Member = { isFunction, object: 0, number, left: 0, right: 0, sortFamily: 0 };
  if (isFunction) {
    const found = lookupRoutine(c, 'function', item.name);
    if (found instanceof Missing) throw found.error();
    m.object = found;
    if (item.class_args !== undefined) [m.left, m.right] = typesSpec(session, item.class_args);
    checkFunction(c, am.oid, am.traits, m, type);
    return m;
  }
  m.object = itemOperator(session, item, type);
  if (item.order_family !== undefined) m.sortFamily = familyOf(session, 'btree', item.order_family);
  checkOperator(c, am.name, am.traits, m);
  return m;
}

function collectItems(session: SessionServices, am: Method, items: Raw[], type: Oid): { operators: Member[]; functions: Member[]; storage: Oid } {
  const out = { operators: [] as Member[], functions: [] as Member[], storage: 0 };
  for (const i of items) {
    const item = i.CreateOpClassItem;
    if (item.itemtype === ITEM.storage) {
      if (type === 0) throw new SqlError('42601', 'STORAGE cannot be specified in ALTER OPERATOR FAMILY');
      if (out.storage !== 0) throw new SqlError('42P17', 'storage type specified more than once');
      out.storage = requireType(session.catalog(), item.storedtype);
      continue;
    }
    const m = member(session, am, item, type);
    addMember(session.catalog(), m.isFunction ? out.functions : out.operators, m);
  }
  return out;
}

function* createOperatorClass(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const w = session.catalogWriter();
  const { schema, name } = splitName(node.opclassname);
  const namespace = creationNamespace(session, schema);
  const am = accessMethod(w, node.amname);
  requireSuperuser(session, 'create an operator class');
  const type = requireType(w, node.datatype);
  const known = w.syscache('OPFAMILYAMNAMENSP', am.oid, name, namespace);
  const family = node.opfamilyname !== undefined ? familyOf(session, node.amname, node.opfamilyname) : known?.oid ?? createFamily(session, am, name, namespace);
  const { operators, functions, storage } = collectItems(session, am, node.items ?? [], type);
  if (storage !== 0 && storage !== type && !am.traits.storage) throw new SqlError('42P17', `storage type cannot be different from data type for access method "${am.name}"`);
  if (w.syscache('CLAAMNAMENSP', am.oid, name, namespace) !== undefined) throw new SqlError('42710', `operator class "${name}" for access method "${am.name}" already exists`);
  const isDefault = node.isDefault === true;
  const other = isDefault ? w.rows('pg_opclass', { opcmethod: am.oid, opcintype: type, opcdefault: true })[0] : undefined;
  if (other !== undefined) throw new SqlError('42710', `could not make operator class "${name}" be default for type ${w.types.formatType(type, -1)}`, { detail: `Operator class "${other.opcname}" already is the default.` });
  const oid = w.newOid();
  w.insert('pg_opclass', {
    oid, opcmethod: am.oid, opcname: name, opcnamespace: namespace, opcowner: session.userOid(), opcfamily: family, opcintype: type, opcdefault: isDefault, opckeytype: storage === type ? 0 : storage,
  });
  const familyName = w.syscache('OPFAMILYOID', family)!.opfname;
  storeMembers(session, { am: am.oid, family, familyName, opclass: oid, type }, [...operators, ...functions]);
  const self = address(CLASS.opclass, oid);
  recordDependency(w, self, address(CLASS.namespace, namespace), 'n');
  recordDependency(w, self, address(CLASS.opfamily, family), 'a');
  recordDependency(w, self, address(CLASS.type, type), 'n');
  if (storage !== 0) recordDependency(w, self, address(CLASS.type, storage), 'n');
  return 'CREATE OPERATOR CLASS';
}

function* createOperatorFamily(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const { schema, name } = splitName(node.opfamilyname);
  const namespace = creationNamespace(session, schema);
  const am = accessMethod(session.catalog(), node.amname);
  requireSuperuser(session, 'create an operator family');
  createFamily(session, am, name, namespace);
  return 'CREATE OPERATOR FAMILY';
}

function* alterOperatorFamily(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const am = accessMethod(session.catalog(), node.amname);
  const family = familyOf(session, node.amname, node.opfamilyname);
  requireSuperuser(session, 'alter an operator family');
  const familyName = session.catalog().syscache('OPFAMILYOID', family)!.opfname;
  if (node.isDrop !== true) {
    const { operators, functions } = collectItems(session, am, node.items ?? [], 0);
    storeMembers(session, { am: am.oid, family, familyName, opclass: 0, type: 0 }, [...operators, ...functions]);
    return 'ALTER OPERATOR FAMILY';
  }
  yield* dropMembers(session, am, family, familyName, node.items ?? []);
  return 'ALTER OPERATOR FAMILY';
}

function* dropMembers(session: SessionServices, am: Method, family: Oid, familyName: string, items: Raw[]): Steps<void> {
  const w = session.catalogWriter();
  const drops: Member[] = [];
  for (const i of items) {
    const item = i.CreateOpClassItem;
    const isFunction = item.itemtype === ITEM.function;
    const max = isFunction ? am.traits.support : strategyMax(am.traits);
    const number = (item.number as number | undefined) ?? 0;
    if (number <= 0 || number > max) throw new SqlError('42P17', `invalid ${isFunction ? 'function' : 'operator'} number ${number}, must be between 1 and ${max}`);
    const [left, right] = typesSpec(session, item.class_args);
    addMember(w, drops, { isFunction, object: 0, number, left, right, sortFamily: 0 });
  }
  for (const m of drops) {
    const row = m.isFunction ? w.syscache('AMPROCNUM', family, m.left, m.right, m.number) : w.syscache('AMOPSTRATEGY', family, m.left, m.right, m.number);
    if (row === undefined) throw new SqlError('42704', `${m.isFunction ? 'function' : 'operator'} ${m.number}(${w.types.formatType(m.left, -1)},${w.types.formatType(m.right, -1)}) does not exist in operator family "${familyName}"`);
    yield* performDeletion(session, address(m.isFunction ? 2603 : 2602, row.oid), 'restrict');
  }
}

defineCommands({ CreateOpClassStmt: createOperatorClass, CreateOpFamilyStmt: createOperatorFamily, AlterOpFamilyStmt: alterOperatorFamily });

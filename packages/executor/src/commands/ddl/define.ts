/** CREATE AGGREGATE, OPERATOR, COLLATION, shell and base TYPE (DefineStmt), and CREATE CAST. */
import type { CatalogReader } from '@pglitedb/catalog';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import { defineCommands, type UtilityContext } from '../registry.js';
import { CLASS } from './catalog-ids.js';
import { address, recordDependency } from './depend.js';
import { createAggregate } from './create-aggregate.js';
import { createShellType } from './create-function.js';
import { findOperator, requireObject } from './object-lookup.js';
import { creationNamespace, names, options, splitName, type Raw } from './raw.js';
import { findProcedure, lookupRoutine } from './routine-lookup.js';
import { Missing } from './object-lookup.js';
import { requireType } from './type-lookup.js';

/** Names in a definition element, however the grammar took them. */
export function definedNames(raw: Raw): string[] {
  if (raw === undefined) return [];
  if (raw.TypeName) return names(raw.TypeName.names);
  if (raw.List) return names(raw.List.items);
  return raw.String ? [raw.String.sval ?? ''] : [];
}
export function definedType(c: CatalogReader, raw: Raw): Oid {
  if (raw.TypeName) return requireType(c, raw.TypeName);
  return requireType(c, { names: [raw] });
}

function* define(node: Raw, u: UtilityContext): Steps<string> {
  switch (node.kind) {
    case 'OBJECT_AGGREGATE': createAggregate(node, u); return 'CREATE AGGREGATE';
    case 'OBJECT_OPERATOR': createOperator(node, u); return 'CREATE OPERATOR';
    case 'OBJECT_COLLATION': createCollation(node, u); return 'CREATE COLLATION';
    case 'OBJECT_TYPE': createPlainType(node, u); return 'CREATE TYPE';
    default: throw new SqlError('0A000', `CREATE ${String(node.kind).replace('OBJECT_', '')} is not supported yet`);
  }
}

function createPlainType(node: Raw, u: UtilityContext): void {
  const { session } = u;
  const { schema, name } = splitName(node.defnames);
  const namespace = creationNamespace(session, schema);
  const known = session.catalog().syscache('TYPENAMENSP', name, namespace);
  if (node.definition !== undefined) {
    if (known === undefined) throw new SqlError('42710', `type "${name}" does not exist`, { hint: 'Create the type as a shell type, then create its I/O functions, then do a full CREATE TYPE.' });
    throw new SqlError('0A000', 'base types in C are not supported');
  }
  if (known !== undefined) throw new SqlError('42710', `type "${name}" already exists`);
  createShellType(u, namespace, name);
}

const OPERATOR_OPTIONS = new Set(['leftarg', 'rightarg', 'procedure', 'function', 'commutator', 'negator', 'restrict', 'join', 'hashes', 'merges']);

function createOperator(node: Raw, u: UtilityContext): void {
  const { session } = u;
  const w = session.catalogWriter();
  const { schema, name } = splitName(node.defnames);
  const namespace = creationNamespace(session, schema);
  const given = new Map(options(node.definition).map((o) => [o.name === 'procedure' ? 'function' : o.name, o]));
  for (const key of given.keys()) if (!OPERATOR_OPTIONS.has(key)) session.notice('WARNING', '42601', `operator attribute "${key}" not recognized`);
  const fn = given.get('function');
  if (fn === undefined) throw new SqlError('42P13', 'operator function must be specified');
  const left = given.has('leftarg') ? definedType(w, given.get('leftarg')!.raw) : 0;
  const right = given.has('rightarg') ? definedType(w, given.get('rightarg')!.raw) : 0;
  if (right === 0) throw new SqlError('42P13', left === 0 ? 'operator argument types must be specified' : 'operator right argument type must be specified', left === 0 ? {} : { detail: 'Postfix operators are not supported.' });
  const args = left === 0 ? [right] : [left, right];
  const parts = definedNames(fn.raw);
  const proc = findProcedure(w, parts, args);
  if (proc === 0) throw new SqlError('42883', `function ${parts.join('.')}(${args.map((a) => w.types.formatType(a, -1)).join(', ')}) does not exist`);
  const flag = (key: string): boolean => given.has(key) && given.get(key)!.value !== 'false';
  const result = w.syscache('PROCOID', proc)!.prorettype;
  if (left === 0 && given.has('commutator')) throw new SqlError('42P13', 'only binary operators can have commutators');
  if (result !== 16 && given.has('negator')) throw new SqlError('42P13', 'only boolean operators can have negators');
  const known = w.syscache('OPERNAMENSP', name, left, right, namespace);
  if (known !== undefined && known.oprcode !== 0) throw new SqlError('42723', `operator ${name} already exists`);
  const oid = known?.oid ?? w.newOid();
  const estimator = (key: string, types: Oid[]): Oid => {
    const list = definedNames(given.get(key)?.raw);
    if (list.length === 0) return 0;
    const found = findProcedure(w, list, types);
    if (found === 0) throw new SqlError('42883', `function ${list.join('.')}(${types.map((a) => w.types.formatType(a, -1)).join(', ')}) does not exist`);
    return found;
  };
  const row = {
    oprname: name, oprnamespace: namespace, oprowner: session.userOid(), oprkind: left === 0 ? 'l' : 'b', oprcanmerge: flag('merges'), oprcanhash: flag('hashes'), oprleft: left, oprright: right, oprresult: result,
    oprcom: 0, oprnegate: 0, oprcode: proc, oprrest: estimator('restrict', [2281, 26, 2281, 23]), oprjoin: estimator('join', [2281, 26, 2281, 21, 2281]),
  };
  if (known === undefined) w.insert('pg_operator', { oid, ...row }); else w.update('pg_operator', { oid }, { ...row, oprcom: known.oprcom, oprnegate: known.oprnegate });
  linkPartner(u, oid, 'oprcom', definedNames(given.get('commutator')?.raw), right, left, namespace);
  linkPartner(u, oid, 'oprnegate', definedNames(given.get('negator')?.raw), left, right, namespace);
  const self = address(CLASS.operator, oid);
  recordDependency(w, self, address(CLASS.namespace, namespace), 'n');
  recordDependency(w, self, address(CLASS.proc, proc), 'n');
  for (const t of new Set([...args, result])) recordDependency(w, self, address(CLASS.type, t), 'n');
}

/** The commutator or negator, which is made as a shell when it is not there yet. */
function linkPartner(u: UtilityContext, oid: Oid, field: 'oprcom' | 'oprnegate', parts: string[], left: Oid, right: Oid, namespace: Oid): void {
  if (parts.length === 0) return;
  const w = u.session.catalogWriter();
  let other = findOperator(w, parts, left, right);
  if (other === oid && field === 'oprnegate') throw new SqlError('42P13', 'operator cannot be its own negator');
  if (other === 0) {
    const self = w.syscache('OPEROID', oid)!;
    other = w.newOid();
    w.insert('pg_operator', { ...self, oid: other, oprname: parts.at(-1)!, oprnamespace: namespace, oprleft: left, oprright: right, oprresult: 0, oprcom: 0, oprnegate: 0, oprcode: 0, oprrest: 0, oprjoin: 0, oprcanmerge: false, oprcanhash: false });
  }
  w.update('pg_operator', { oid }, { [field]: other });
  if (w.syscache('OPEROID', other)![field] === 0) w.update('pg_operator', { oid: other }, { [field]: oid });
}

function createCollation(node: Raw, u: UtilityContext): void {
  const { session } = u;
  const w = session.catalogWriter();
  const { schema, name } = splitName(node.defnames);
  const namespace = creationNamespace(session, schema);
  const given = new Map(options(node.definition).map((o) => [o.name, o]));
  if (w.syscache('COLLNAMEENCNSP', name, 6, namespace) !== undefined || w.syscache('COLLNAMEENCNSP', name, -1, namespace) !== undefined) {
    if (node.if_not_exists === true) { session.notice('NOTICE', '42710', `collation "${name}" already exists, skipping`); return; }
    throw new SqlError('42710', `collation "${name}" already exists`);
  }
  const oid = w.newOid();
  const base = { oid, collname: name, collnamespace: namespace, collowner: session.userOid() };
  if (given.has('from')) {
    const from = w.syscache('COLLOID', requireObject(session, 'OBJECT_COLLATION', given.get('from')!.raw.List ?? { List: { items: given.get('from')!.raw.TypeName.names } }).objectId)!;
    if (from.collprovider === 'd') throw new SqlError('42P17', 'collation "default" cannot be copied');
    w.insert('pg_collation', { ...from, ...base });
  } else {
    const provider = given.get('provider')?.value ?? 'libc';
    const code = { icu: 'i', libc: 'c', builtin: 'b' }[provider.toLowerCase()];
    if (code === undefined) throw new SqlError('42P17', `unrecognized collation provider: ${provider}`);
    const locale = given.get('locale')?.value;
    if (code === 'c' && locale === undefined && !(given.has('lc_collate') && given.has('lc_ctype'))) throw new SqlError('42P17', `parameter "${given.has('lc_collate') ? 'lc_ctype' : 'lc_collate'}" must be specified`);
    if (code !== 'c' && locale === undefined) throw new SqlError('42P17', 'parameter "locale" must be specified');
    const deterministic = given.get('deterministic')?.value !== 'false';
    if (!deterministic && code !== 'i') throw new SqlError('0A000', 'nondeterministic collations not supported with this provider');
    w.insert('pg_collation', {
      ...base, collprovider: code, collisdeterministic: deterministic, collencoding: code === 'i' ? -1 : 6, collcollate: code === 'c' ? given.get('lc_collate')?.value ?? locale! : null,
      collctype: code === 'c' ? given.get('lc_ctype')?.value ?? locale! : null, colllocale: code === 'c' ? null : locale!, collicurules: given.get('rules')?.value ?? null, collversion: null,
    });
  }
  recordDependency(w, address(CLASS.collation, oid), address(CLASS.namespace, namespace), 'n');
}

const CONTEXTS: Readonly<Record<string, string>> = { COERCION_IMPLICIT: 'i', COERCION_ASSIGNMENT: 'a', COERCION_EXPLICIT: 'e' };

function* createCast(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const w = session.catalogWriter();
  const source = requireType(w, node.sourcetype);
  const target = requireType(w, node.targettype);
  const text = (t: Oid): string => w.types.formatType(t, -1);
  const [from, to] = [w.syscache('TYPEOID', source)!, w.syscache('TYPEOID', target)!];
  if (from.typtype === 'p') throw new SqlError('42809', `source data type ${text(source)} is a pseudo-type`);
  if (to.typtype === 'p') throw new SqlError('42809', `target data type ${text(target)} is a pseudo-type`);
  if (from.typtype === 'd') session.notice('WARNING', '42809', 'cast will be ignored because the source data type is a domain');
  else if (to.typtype === 'd') session.notice('WARNING', '42809', 'cast will be ignored because the target data type is a domain');
  let fn = 0;
  if (node.func !== undefined) {
    const found = lookupRoutine(w, 'function', node.func);
    if (found instanceof Missing) throw found.error();
    fn = found;
    const p = w.syscache('PROCOID', fn)!;
    if (p.pronargs < 1 || p.pronargs > 3) throw new SqlError('42P17', 'cast function must take one to three arguments');
    if (p.proretset) throw new SqlError('42P17', 'cast function must not return a set');
    if (p.prorettype !== target) throw new SqlError('42P17', 'return data type of cast function must match or be binary-coercible to target data type');
  } else if (node.inout !== true) {
    if (source === target) throw new SqlError('42P17', 'source data type and target data type are the same');
    if (from.typlen !== to.typlen || from.typbyval !== to.typbyval || from.typalign !== to.typalign) throw new SqlError('42P17', 'source and target data types are not physically compatible');
    for (const [kind, noun] of [['c', 'composite'], ['e', 'enum'], ['d', 'domain']] as const) {
      if (from.typtype === kind || to.typtype === kind) throw new SqlError('42P17', `${noun} data types are not binary-compatible`);
    }
  }
  if (w.syscache('CASTSOURCETARGET', source, target) !== undefined) throw new SqlError('42710', `cast from type ${text(source)} to type ${text(target)} already exists`);
  const oid = w.newOid();
  w.insert('pg_cast', { oid, castsource: source, casttarget: target, castfunc: fn, castcontext: CONTEXTS[node.context] ?? 'e', castmethod: fn !== 0 ? 'f' : node.inout === true ? 'i' : 'b' });
  const self = address(CLASS.cast, oid);
  recordDependency(w, self, address(CLASS.type, source), 'n');
  recordDependency(w, self, address(CLASS.type, target), 'n');
  if (fn !== 0) recordDependency(w, self, address(CLASS.proc, fn), 'n');
  return 'CREATE CAST';
}

defineCommands({ DefineStmt: define, CreateCastStmt: createCast });

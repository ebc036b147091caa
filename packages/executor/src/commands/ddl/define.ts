/** CREATE AGGREGATE, OPERATOR, COLLATION, shell and base TYPE (DefineStmt), and CREATE CAST. */
import type { CatalogReader } from '@pglitedb/catalog';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import { defineCommands, type UtilityContext } from '../registry.js';
import { CLASS } from './catalog-ids.js';
import { address, recordDependency } from './depend.js';
import { definedNames } from './defined-names.js';
import { createConfiguration, createDictionary, createParser, createTemplate } from './text-search.js';
import { createAggregate } from './create-aggregate.js';
import { createBaseType } from './base-type.js';
import { requireObject } from './object-lookup.js';
import { createOperator } from './operator.js';
import { creationNamespace, names, options, splitName, type Raw } from './raw.js';
import { lookupRoutine } from './routine-lookup.js';
import { Missing } from './object-lookup.js';
import { requireType } from './type-lookup.js';

export function definedType(c: CatalogReader, raw: Raw): Oid {
  if (raw.TypeName) return requireType(c, raw.TypeName);
  return requireType(c, { names: [raw] });
}

function* define(node: Raw, u: UtilityContext): Steps<string> {
  switch (node.kind) {
    case 'OBJECT_AGGREGATE': createAggregate(node, u); return 'CREATE AGGREGATE';
    case 'OBJECT_OPERATOR': createOperator(node, u); return 'CREATE OPERATOR';
    case 'OBJECT_COLLATION': createCollation(node, u); return 'CREATE COLLATION';
    case 'OBJECT_TSPARSER': createParser(node, u); return 'CREATE TEXT SEARCH PARSER';
    case 'OBJECT_TSTEMPLATE': createTemplate(node, u); return 'CREATE TEXT SEARCH TEMPLATE';
    case 'OBJECT_TSDICTIONARY': createDictionary(node, u); return 'CREATE TEXT SEARCH DICTIONARY';
    case 'OBJECT_TSCONFIGURATION': createConfiguration(node, u); return 'CREATE TEXT SEARCH CONFIGURATION';
    case 'OBJECT_TYPE': createBaseType(node, u); return 'CREATE TYPE';
    default: throw new SqlError('0A000', `CREATE ${String(node.kind).replace('OBJECT_', '')} is not supported yet`);
  }
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

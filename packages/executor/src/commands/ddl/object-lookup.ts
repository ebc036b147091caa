/** Finds the object that a statement names (get_object_address): one lookup for each kind of object. */
import type { CatalogReader } from '@pglitedb/catalog';
import { SqlError, type Oid } from '@pglitedb/types';
import type { SessionServices } from '../../context.js';
import { CLASS } from './catalog-ids.js';
import { address, type ObjectAddress } from './depend.js';
import { lookupRoutine } from './routine-lookup.js';
import { names, rangeVarText, type Raw } from './raw.js';
import { namespaceOf, requireType, typeNameText, typeOid } from './type-lookup.js';

/** A missing object: the error, and what IF EXISTS says instead. */
export class Missing {
  constructor(readonly code: string, readonly message: string, /** as the notice names it, without ", skipping" */ readonly skipped: string = message) {}
  error(): SqlError { return new SqlError(this.code, this.message); }
}
type Found = ObjectAddress | Missing;
type Lookup = (session: SessionServices, object: Raw) => Found;

/** The node's names, whatever it is wrapped in. */
export const nameList = (object: Raw): string[] => (object.List ? names(object.List.items) : object.String ? [object.String.sval ?? ''] : object.TypeName ? names(object.TypeName.names) : names(object));

export const missingSchema = (name: string): Missing => new Missing('3F000', `schema "${name}" does not exist`);
const missing = (noun: string, name: string, code = '42704'): Missing => new Missing(code, `${noun} "${name}" does not exist`);

/** Kinds named by one global name. */
function global(noun: string, classId: Oid, find: (c: CatalogReader, name: string) => Oid | undefined, code = '42704'): Lookup {
  return (session, object) => {
    const list = nameList(object);
    const name = list[list.length - 1]!;
    const oid = find(session.catalog(), name);
    return oid === undefined ? missing(noun, name, code) : address(classId, oid);
  };
}

/** Kinds that live in schemas under one name. */
function inSchema(noun: string, classId: Oid, find: (c: CatalogReader, name: string, ns: Oid) => Oid | undefined): Lookup {
  return (session, object) => {
    const c = session.catalog();
    const parts = nameList(object);
    const name = parts[parts.length - 1]!;
    const spaces = parts.length > 1 ? [namespaceOf(c, parts[parts.length - 2]!)] : c.searchPath();
    if (parts.length > 1 && spaces[0] === 0) return missingSchema(parts[parts.length - 2]!);
    for (const ns of spaces) {
      const oid = find(c, name, ns);
      if (oid !== undefined) return address(classId, oid);
    }
    return missing(noun, parts.join('.'));
  };
}

const RELATION_NOUNS: Readonly<Record<string, string>> = {
  OBJECT_TABLE: 'relation', OBJECT_VIEW: 'relation', OBJECT_SEQUENCE: 'relation', OBJECT_INDEX: 'relation', OBJECT_MATVIEW: 'relation', OBJECT_FOREIGN_TABLE: 'relation', OBJECT_COLUMN: 'relation',
};
const KIND_CHECK: Readonly<Record<string, { kinds: string; text: string }>> = {
  OBJECT_TABLE: { kinds: 'rp', text: 'a table' }, OBJECT_VIEW: { kinds: 'v', text: 'a view' }, OBJECT_SEQUENCE: { kinds: 'S', text: 'a sequence' }, OBJECT_INDEX: { kinds: 'iI', text: 'an index' },
  OBJECT_MATVIEW: { kinds: 'm', text: 'a materialized view' }, OBJECT_FOREIGN_TABLE: { kinds: 'f', text: 'a foreign table' },
};

/** RangeVar out of a list of names. */
export function rangeVarOf(parts: readonly string[]): Raw {
  return { relname: parts[parts.length - 1], schemaname: parts.length > 1 ? parts[parts.length - 2] : undefined };
}

export function findRelation(c: CatalogReader, parts: readonly string[]): Oid | Missing {
  const rv = rangeVarOf(parts);
  if (rv.schemaname !== undefined && namespaceOf(c, rv.schemaname) === 0) return missingSchema(rv.schemaname);
  const oid = c.relid(rv.schemaname, rv.relname);
  return oid === 0 ? new Missing('42P01', `relation "${rangeVarText(rv)}" does not exist`) : oid;
}

/** A type that is not there, or whose schema is not. */
export function missingType(c: CatalogReader, tn: Raw): Missing {
  const parts = names(tn.names);
  const schema = parts.length > 1 && tn.pct_type !== true ? parts[parts.length - 2]! : undefined;
  return schema !== undefined && namespaceOf(c, schema) === 0 ? missingSchema(schema) : missing('type', typeNameText(tn));
}

function relation(objtype: string): Lookup {
  return (session, object) => {
    const parts = nameList(object);
    const oid = findRelation(session.catalog(), parts);
    if (oid instanceof Missing) return oid;
    const check = KIND_CHECK[objtype];
    const row = session.catalog().syscache('RELOID', oid)!;
    if (check !== undefined && !check.kinds.includes(row.relkind)) throw new SqlError('42809', `"${row.relname}" is not ${check.text}`);
    return address(CLASS.relation, oid);
  };
}

const column: Lookup = (session, object) => {
  const parts = nameList(object);
  if (parts.length < 2) throw new SqlError('42601', 'column name must be qualified');
  const rel = findRelation(session.catalog(), parts.slice(0, -1));
  if (rel instanceof Missing) return rel;
  const name = parts[parts.length - 1]!;
  const a = session.catalog().relation(rel)!.attributes.find((x) => x.attname === name && !x.attisdropped);
  return a === undefined ? new Missing('42703', `column "${name}" of relation "${rangeVarText(rangeVarOf(parts.slice(0, -1)))}" does not exist`) : address(CLASS.relation, rel, a.attnum);
};

/** Triggers, rules, policies and constraints: the relation's names, then their own. */
function onRelation(noun: string, word: string, classId: Oid, find: (c: CatalogReader, rel: Oid, name: string) => Oid | undefined): Lookup {
  return (session, object) => {
    const parts = nameList(object);
    const relParts = parts.slice(0, -1);
    const name = parts[parts.length - 1]!;
    const rel = findRelation(session.catalog(), relParts);
    if (rel instanceof Missing) return rel;
    const relname = relParts[relParts.length - 1];
    const oid = find(session.catalog(), rel, name);
    if (oid !== undefined) return address(classId, oid);
    return new Missing('42704', `${noun} "${name}" for ${word} "${relname}" does not exist`, `${noun} "${name}" for relation "${relParts.join('.')}" does not exist`);
  };
}

const type: Lookup = (session, object) => {
  const c = session.catalog();
  const tn = object.TypeName ?? { names: object.List?.items ?? object };
  const parts = names(tn.names);
  if (parts.length > 1 && namespaceOf(c, parts[parts.length - 2]!) === 0) return missingSchema(parts[parts.length - 2]!);
  const oid = typeOid(c, tn);
  return oid === 0 ? missing('type', typeNameText(tn)) : address(CLASS.type, oid);
};
const domain: Lookup = (session, object) => {
  const found = type(session, object);
  if (found instanceof Missing) return found;
  if (session.catalog().syscache('TYPEOID', found.objectId)!.typtype !== 'd') throw new SqlError('42809', `"${typeNameText(object.TypeName ?? { names: object.List?.items ?? object })}" is not a domain`);
  return found;
};

const tableConstraint: Lookup = (session, object) => {
  const parts = nameList(object);
  const rel = findRelation(session.catalog(), parts.slice(0, -1));
  if (rel instanceof Missing) return rel;
  const name = parts[parts.length - 1]!;
  const c = session.catalog().rows('pg_constraint', { conrelid: rel }).find((x) => x.conname === name);
  return c === undefined ? new Missing('42704', `constraint "${name}" for table "${session.catalog().relation(rel)!.relname}" does not exist`) : address(CLASS.constraint, c.oid);
};
const domainConstraint: Lookup = (session, object) => {
  const [tn, own] = object.List.items;
  const found = domain(session, tn);
  if (found instanceof Missing) return found;
  const name = own.String.sval as string;
  const c = session.catalog().rows('pg_constraint', { contypid: found.objectId }).find((x) => x.conname === name);
  return c === undefined ? new Missing('42704', `constraint "${name}" for domain ${typeNameText(tn.TypeName)} does not exist`) : address(CLASS.constraint, c.oid);
};

const routine = (kind: 'function' | 'procedure' | 'aggregate' | 'routine'): Lookup => (session, object) => {
  const found = lookupRoutine(session.catalog(), kind, object.ObjectWithArgs ?? object);
  return found instanceof Missing ? found : address(CLASS.proc, found);
};

const cast: Lookup = (session, object) => {
  const c = session.catalog();
  const [from, to] = object.List.items.map((i: Raw) => i.TypeName) as [Raw, Raw];
  const [source, target] = [typeOid(c, from), typeOid(c, to)];
  const skipped = `cast from type ${typeNameText(from)} to type ${typeNameText(to)} does not exist`;
  if (source === 0 || target === 0) return missingType(c, source === 0 ? from : to);
  const row = c.syscache('CASTSOURCETARGET', source, target);
  return row === undefined ? new Missing('42704', `cast from type ${c.types.formatType(source, -1)} to type ${c.types.formatType(target, -1)} does not exist`, skipped) : address(CLASS.cast, row.oid);
};

/** Operators by name and operand types; NONE is an empty node. */
export function findOperator(c: CatalogReader, parts: readonly string[], left: Oid, right: Oid): Oid {
  const name = parts[parts.length - 1]!;
  const spaces = parts.length > 1 ? [namespaceOf(c, parts[parts.length - 2]!)] : c.searchPath();
  for (const ns of spaces) {
    const row = c.syscache('OPERNAMENSP', name, left, right, ns);
    if (row !== undefined) return row.oid;
  }
  return 0;
}
const operator: Lookup = (session, object) => {
  const c = session.catalog();
  const o = object.ObjectWithArgs ?? object;
  const args: Raw[] = (o.objargs ?? []).map((a: Raw) => a.TypeName);
  if (args.length < 2) throw new SqlError('42601', 'missing argument', { hint: 'Use NONE to denote the missing argument of a unary operator.' });
  const parts = names(o.objname);
  if (parts.length > 1 && namespaceOf(c, parts[parts.length - 2]!) === 0) return missingSchema(parts[parts.length - 2]!);
  for (const a of args) if (a !== undefined && typeOid(c, a) === 0) return missingType(c, a);
  const [left, right] = args.map((a) => (a === undefined ? 0 : requireType(c, a))) as [Oid, Oid];
  const oid = findOperator(c, parts, left, right);
  if (oid !== 0) return address(CLASS.operator, oid);
  const side = (t: Oid): string => (t === 0 ? '' : c.types.formatType(t, -1));
  const text = left === 0 ? `${parts.join('.')} ${side(right)}` : `${side(left)} ${parts.join('.')}${right === 0 ? '' : ` ${side(right)}`}`;
  return new Missing('42883', `operator does not exist: ${text}`, `operator ${parts.join('.')} does not exist`);
};

const amObject = (noun: string, classId: Oid, find: (c: CatalogReader, am: Oid, name: string, ns: Oid) => Oid | undefined): Lookup => (session, object) => {
  const c = session.catalog();
  const parts = nameList(object);
  const am = c.syscache('AMNAME', parts[0]!);
  if (am === undefined) throw missing('access method', parts[0]!).error();
  const own = parts.slice(1);
  if (own.length > 1 && namespaceOf(c, own[0]!) === 0) return missingSchema(own[0]!);
  const spaces = own.length > 1 ? [namespaceOf(c, own[0]!)] : c.searchPath();
  for (const ns of spaces) {
    const oid = find(c, am.oid, own[own.length - 1]!, ns);
    if (oid !== undefined) return address(classId, oid);
  }
  return new Missing('42704', `${noun} "${own.join('.')}" does not exist for access method "${parts[0]}"`);
};

const LOOKUPS: Readonly<Record<string, Lookup>> = {
  ...Object.fromEntries(Object.keys(RELATION_NOUNS).filter((k) => k !== 'OBJECT_COLUMN').map((k) => [k, relation(k)])),
  OBJECT_COLUMN: column, OBJECT_ATTRIBUTE: column, OBJECT_TYPE: type, OBJECT_DOMAIN: domain, OBJECT_TABCONSTRAINT: tableConstraint, OBJECT_DOMCONSTRAINT: domainConstraint,
  OBJECT_FUNCTION: routine('function'), OBJECT_PROCEDURE: routine('procedure'), OBJECT_AGGREGATE: routine('aggregate'), OBJECT_ROUTINE: routine('routine'),
  OBJECT_CAST: cast, OBJECT_OPERATOR: operator,
  OBJECT_TRIGGER: onRelation('trigger', 'table', CLASS.trigger, (c, rel, name) => c.syscache('TRIGGERRELNAME', rel, name)?.oid),
  OBJECT_RULE: onRelation('rule', 'relation', CLASS.rewrite, (c, rel, name) => c.syscache('RULERELNAME', rel, name)?.oid),
  OBJECT_POLICY: onRelation('policy', 'table', CLASS.policy, (c, rel, name) => c.syscache('POLICYRELNAME', rel, name)?.oid),
  OBJECT_OPCLASS: amObject('operator class', CLASS.opclass, (c, am, name, ns) => c.syscache('CLAAMNAMENSP', am, name, ns)?.oid),
  OBJECT_OPFAMILY: amObject('operator family', CLASS.opfamily, (c, am, name, ns) => c.syscache('OPFAMILYAMNAMENSP', am, name, ns)?.oid),
  OBJECT_COLLATION: (session, object) => {
    const found = inSchema('collation', CLASS.collation, (c, name, ns) => (c.syscache('COLLNAMEENCNSP', name, 6, ns) ?? c.syscache('COLLNAMEENCNSP', name, -1, ns))?.oid)(session, object);
    return found instanceof Missing && found.code === '42704' ? new Missing('42704', `collation "${nameList(object).join('.')}" for encoding "UTF8" does not exist`, found.message) : found;
  },
  OBJECT_CONVERSION: inSchema('conversion', CLASS.conversion, (c, name, ns) => c.syscache('CONNAMENSP', name, ns)?.oid),
  OBJECT_STATISTIC_EXT: inSchema('statistics object', CLASS.statistic, (c, name, ns) => c.syscache('STATEXTNAMENSP', name, ns)?.oid),
  OBJECT_TSPARSER: inSchema('text search parser', 3601, (c, name, ns) => c.syscache('TSPARSERNAMENSP', name, ns)?.oid),
  OBJECT_TSDICTIONARY: inSchema('text search dictionary', 3600, (c, name, ns) => c.syscache('TSDICTNAMENSP', name, ns)?.oid),
  OBJECT_TSTEMPLATE: inSchema('text search template', 3764, (c, name, ns) => c.syscache('TSTEMPLATENAMENSP', name, ns)?.oid),
  OBJECT_TSCONFIGURATION: inSchema('text search configuration', 3602, (c, name, ns) => c.syscache('TSCONFIGNAMENSP', name, ns)?.oid),
  OBJECT_SCHEMA: global('schema', CLASS.namespace, (c, name) => c.syscache('NAMESPACENAME', name)?.oid, '3F000'),
  OBJECT_DATABASE: global('database', CLASS.database, (c, name) => c.syscache('DATABASENAME', name)?.oid, '3D000'),
  OBJECT_ROLE: global('role', CLASS.authid, (c, name) => c.syscache('AUTHNAME', name)?.oid),
  OBJECT_TABLESPACE: global('tablespace', CLASS.tablespace, (c, name) => c.syscache('TABLESPACENAME', name)?.oid),
  OBJECT_LANGUAGE: global('language', CLASS.language, (c, name) => c.syscache('LANGNAME', name)?.oid),
  OBJECT_EXTENSION: global('extension', CLASS.extension, (c, name) => c.syscache('EXTENSIONNAME', name)?.oid),
  OBJECT_ACCESS_METHOD: global('access method', CLASS.accessMethod, (c, name) => c.syscache('AMNAME', name)?.oid),
  OBJECT_EVENT_TRIGGER: global('event trigger', CLASS.eventTrigger, (c, name) => c.syscache('EVENTTRIGGERNAME', name)?.oid),
  OBJECT_FDW: global('foreign-data wrapper', 2328, (c, name) => c.syscache('FOREIGNDATAWRAPPERNAME', name)?.oid),
  OBJECT_FOREIGN_SERVER: global('server', 1417, (c, name) => c.syscache('FOREIGNSERVERNAME', name)?.oid),
  OBJECT_PUBLICATION: global('publication', 6104, (c, name) => c.syscache('PUBLICATIONNAME', name)?.oid),
};

export function findObject(session: SessionServices, objtype: string, object: Raw): Found {
  const lookup = LOOKUPS[objtype];
  if (lookup === undefined) throw new SqlError('0A000', `objects of kind ${objtype.replace('OBJECT_', '').toLowerCase().replace(/_/g, ' ')} are not supported yet`);
  return lookup(session, object);
}

/** The object, or the error that it is not there. */
export function requireObject(session: SessionServices, objtype: string, object: Raw): ObjectAddress {
  const found = findObject(session, objtype, object);
  if (found instanceof Missing) throw found.error();
  return found;
}

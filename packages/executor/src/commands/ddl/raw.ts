/** Helpers over raw parse nodes, which are JSON of PostgreSQL's grammar. */
import { ACL, checkPrivilege, makeObjectName, type CatalogReader } from '@pglitedb/catalog';
import { SqlError, type Oid } from '@pglitedb/types';
import type { SessionServices } from '../../context.js';

// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Raw = any;

export function names(list: Raw[] | undefined): string[] { return (list ?? []).map((n) => (n.String ? (n.String.sval ?? '') : '')); }

/** A qualified name as text, for messages. */
export function rangeVarText(rv: Raw): string { return rv.schemaname === undefined ? rv.relname : `${rv.schemaname}.${rv.relname}`; }

export interface Option { name: string; value: string | undefined; raw: Raw; action: string; namespace: string | undefined }
/** DefElems with their values as text. */
export function options(list: Raw[] | undefined): Option[] {
  return (list ?? []).map((o) => {
    const d = o.DefElem;
    return { name: d.defname as string, value: d.arg === undefined ? undefined : optionText(d.arg), raw: d.arg, action: d.defaction as string, namespace: d.defnamespace as string | undefined };
  });
}
function optionText(arg: Raw): string {
  if (arg.String) return arg.String.sval ?? '';
  if (arg.Integer) return String(arg.Integer.ival ?? 0);
  if (arg.Float) return arg.Float.fval;
  if (arg.Boolean) return arg.Boolean.boolval === true ? 'true' : 'false';
  if (arg.TypeName) return names(arg.TypeName.names).join('.');
  if (arg.List) return names(arg.List.items).join('.');
  if (arg.A_Star) return '*';
  return '';
}

/** The namespace a new object goes to: a given schema, or the first of the search path (3F000); 42501 without CREATE on it. */
export function creationNamespace(session: SessionServices, schema: string | undefined): Oid {
  const catalog = session.catalog();
  const oid = schema !== undefined ? namespaceByName(catalog, schema) : catalog.creationNamespace();
  if (oid === 0) throw new SqlError('3F000', 'no schema has been selected to create in');
  if (oid > 0 && oid !== catalog.session.tempNamespace()) checkPrivilege(catalog, 'pg_namespace', oid, session.userOid(), ACL.CREATE);
  return oid;
}
export function namespaceByName(catalog: CatalogReader, name: string): Oid {
  if (name === 'pg_temp' && catalog.session.tempNamespace() !== 0) return catalog.session.tempNamespace();
  const row = catalog.syscache('NAMESPACENAME', name);
  if (row === undefined) throw new SqlError('3F000', `schema "${name}" does not exist`);
  return row.oid;
}

/** 42P01 for a missing relation; undefined with missingOk. */
export function relationOid(session: SessionServices, rv: Raw, missingOk = false): Oid {
  const catalog = session.catalog();
  if (rv.schemaname !== undefined && catalog.syscache('NAMESPACENAME', rv.schemaname) === undefined && rv.schemaname !== 'pg_temp' && !missingOk) {
    throw new SqlError('3F000', `schema "${rv.schemaname}" does not exist`);
  }
  const oid = catalog.relid(rv.schemaname, rv.relname);
  if (oid === 0 && !missingOk) throw new SqlError('42P01', `relation "${rangeVarText(rv)}" does not exist`);
  return oid;
}

/** A new object's name out of a list of names: schema and name. */
export function splitName(list: Raw[]): { schema: string | undefined; name: string } {
  const parts = names(list);
  return { schema: parts.length > 1 ? parts[parts.length - 2] : undefined, name: parts[parts.length - 1]! };
}
/** ChooseRelationName: name1_name2_label, shortened to fit, numbered while taken. */
export function chooseName(name1: string, name2: string | undefined, label: string, taken: (name: string) => boolean): string {
  for (let n = 0; ; n++) {
    const candidate = makeObjectName(name1, name2, label === '' ? undefined : `${label}${n === 0 ? '' : n}`);
    if (!taken(candidate)) return candidate;
  }
}

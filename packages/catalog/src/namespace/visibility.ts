/** pg_*_is_visible: would the unqualified name, looked up along the search path, find this very object? */
import type { Oid } from '@pglitedb/types';
import type { CatalogReader } from '../api.js';
import type { CacheId } from '../cache/syscache-ids.js';

interface NamedKind { byOid: CacheId; byName: CacheId; name: string; namespace: string; /** further key columns after the name */ more?: readonly string[]; nameFirst?: boolean }

/** Objects that are one per (name, namespace) and further columns. */
const KINDS = {
  table: { byOid: 'RELOID', byName: 'RELNAMENSP', name: 'relname', namespace: 'relnamespace' },
  type: { byOid: 'TYPEOID', byName: 'TYPENAMENSP', name: 'typname', namespace: 'typnamespace' },
  opclass: { byOid: 'CLAOID', byName: 'CLAAMNAMENSP', name: 'opcname', namespace: 'opcnamespace' },
  opfamily: { byOid: 'OPFAMILYOID', byName: 'OPFAMILYAMNAMENSP', name: 'opfname', namespace: 'opfnamespace' },
  collation: { byOid: 'COLLOID', byName: 'COLLNAMEENCNSP', name: 'collname', namespace: 'collnamespace' },
  conversion: { byOid: 'CONVOID', byName: 'CONNAMENSP', name: 'conname', namespace: 'connamespace' },
  statistics: { byOid: 'STATEXTOID', byName: 'STATEXTNAMENSP', name: 'stxname', namespace: 'stxnamespace' },
  tsConfig: { byOid: 'TSCONFIGOID', byName: 'TSCONFIGNAMENSP', name: 'cfgname', namespace: 'cfgnamespace' },
  tsDict: { byOid: 'TSDICTOID', byName: 'TSDICTNAMENSP', name: 'dictname', namespace: 'dictnamespace' },
  tsParser: { byOid: 'TSPARSEROID', byName: 'TSPARSERNAMENSP', name: 'prsname', namespace: 'prsnamespace' },
  tsTemplate: { byOid: 'TSTEMPLATEOID', byName: 'TSTEMPLATENAMENSP', name: 'tmplname', namespace: 'tmplnamespace' },
  function: { byOid: 'PROCOID', byName: 'PROCNAMEARGSNSP', name: 'proname', namespace: 'pronamespace' },
  operator: { byOid: 'OPEROID', byName: 'OPERNAMENSP', name: 'oprname', namespace: 'oprnamespace' },
} satisfies Record<string, NamedKind>;

export type VisibleKind = keyof typeof KINDS;

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Row = Record<string, any>;

/** The object of this name and its other keys in one namespace. */
function inNamespace(reader: CatalogReader, kind: VisibleKind, row: Row, ns: Oid): Row | undefined {
  switch (kind) {
    case 'opclass': return reader.syscache('CLAAMNAMENSP', row.opcmethod, row.opcname, ns);
    case 'opfamily': return reader.syscache('OPFAMILYAMNAMENSP', row.opfmethod, row.opfname, ns);
    case 'collation': return reader.syscache('COLLNAMEENCNSP', row.collname, 6, ns) ?? reader.syscache('COLLNAMEENCNSP', row.collname, -1, ns);
    case 'function': return reader.syscache('PROCNAMEARGSNSP', row.proname, row.proargtypes, ns);
    case 'operator': return reader.syscache('OPERNAMENSP', row.oprname, row.oprleft, row.oprright, ns);
    default: {
      const k: NamedKind = KINDS[kind];
      return reader.syscache(k.byName, row[k.name], ns) as Row | undefined;
    }
  }
}

/** undefined: there is no such object. */
export function isVisible(reader: CatalogReader, kind: VisibleKind, oid: Oid): boolean | undefined {
  const k: NamedKind = KINDS[kind];
  const row = reader.syscache(k.byOid, oid) as Row | undefined;
  if (row === undefined) return undefined;
  const temp = reader.session.tempNamespace();
  for (const ns of reader.searchPath()) {
    // The temporary schema is searched for relations and types only.
    if (ns === temp && kind !== 'table' && kind !== 'type') continue;
    if (ns === row[k.namespace]) return true;
    const other = inNamespace(reader, kind, row, ns);
    if (other !== undefined) return other.oid === oid;
  }
  return false;
}

/** Schema to put before the object's name: undefined where the name alone finds it. */
export function schemaUnlessVisible(reader: CatalogReader, kind: VisibleKind, oid: Oid): string | undefined {
  if (isVisible(reader, kind, oid) !== false) return undefined;
  const k: NamedKind = KINDS[kind];
  const row = reader.syscache(k.byOid, oid) as Row;
  return reader.syscache('NAMESPACEOID', row[k.namespace] as Oid)?.nspname;
}

/** Object by a possibly qualified name among kinds that a name alone identifies; 0 for none. */
export function lookupNamed(reader: CatalogReader, cache: CacheId, names: readonly string[]): Oid {
  const name = names[names.length - 1]!;
  if (names.length > 1) {
    const ns = reader.syscache('NAMESPACENAME', names[names.length - 2]!);
    return ns === undefined ? 0 : ((reader.syscache(cache, name, ns.oid) as Row | undefined)?.oid ?? 0);
  }
  for (const ns of reader.searchPath()) {
    const row = reader.syscache(cache, name, ns) as Row | undefined;
    if (row !== undefined) return row.oid as Oid;
  }
  return 0;
}

/** Functions of this name that the search path shows: those hidden by one of the same arguments earlier are left out. */
export function functionCandidates(reader: CatalogReader, names: readonly string[]) {
  const name = names[names.length - 1]!;
  const schema = names.length > 1 ? reader.syscache('NAMESPACENAME', names[names.length - 2]!) : undefined;
  if (names.length > 1 && schema === undefined) return [];
  const all = reader.syscacheList('PROCNAMEARGSNSP', name);
  if (schema !== undefined) return all.filter((p) => p.pronamespace === schema.oid);
  const path = reader.searchPath();
  const rank = (ns: Oid): number => path.indexOf(ns);
  const visible = all.filter((p) => rank(p.pronamespace) >= 0 && p.pronamespace !== reader.session.tempNamespace());
  return visible.filter((p) => !visible.some((q) => q !== p && rank(q.pronamespace) < rank(p.pronamespace) && q.proargtypes.join() === p.proargtypes.join()));
}

export function operatorCandidates(reader: CatalogReader, names: readonly string[]) {
  const name = names[names.length - 1]!;
  const schema = names.length > 1 ? reader.syscache('NAMESPACENAME', names[names.length - 2]!) : undefined;
  if (names.length > 1 && schema === undefined) return [];
  const all = reader.syscacheList('OPERNAMENSP', name);
  if (schema !== undefined) return all.filter((o) => o.oprnamespace === schema.oid);
  const path = reader.searchPath();
  const rank = (ns: Oid): number => path.indexOf(ns);
  const visible = all.filter((o) => rank(o.oprnamespace) >= 0);
  return visible.filter((o) => !visible.some((q) => q !== o && rank(q.oprnamespace) < rank(o.oprnamespace) && q.oprleft === o.oprleft && q.oprright === o.oprright));
}

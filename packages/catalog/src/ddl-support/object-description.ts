/** getObjectDescription: an object as messages call it, "table t", "column a of table t". */
import type { Oid } from '@pglitedb/types';
import type { CatalogReader } from '../api.js';
import { schemaUnlessVisible, type VisibleKind } from '../namespace/visibility.js';
import { quoteIdentifier, quoteQualified } from '../quote.js';
import { formatOperator, formatProcedure } from '../types/reg-lookup.js';
import { formatType } from '../types/format-type.js';
import { CLASS, type ObjectAddress } from './object-address.js';

const RELKIND_NOUNS: Readonly<Record<string, string>> = {
  r: 'table', p: 'table', i: 'index', I: 'index', S: 'sequence', t: 'toast table', v: 'view', m: 'materialized view', c: 'composite type', f: 'foreign table',
};

const visibleName = (reader: CatalogReader, kind: VisibleKind, oid: Oid, name: string): string => quoteQualified(schemaUnlessVisible(reader, kind, oid), name);

/** "table t"; undefined where there is none. */
export function relationDescription(reader: CatalogReader, oid: Oid): string | undefined {
  const rel = reader.syscache('RELOID', oid);
  return rel === undefined ? undefined : `${RELKIND_NOUNS[rel.relkind] ?? 'relation'} ${visibleName(reader, 'table', oid, rel.relname)}`;
}

function opfamilyDescription(reader: CatalogReader, oid: Oid): string | undefined {
  const f = reader.syscache('OPFAMILYOID', oid);
  return f === undefined ? undefined : `operator family ${visibleName(reader, 'opfamily', oid, f.opfname)} for access method ${reader.syscache('AMOID', f.opfmethod)?.amname}`;
}

const DEFAULT_ACL_NOUNS: Readonly<Record<string, string>> = { r: 'relations', S: 'sequences', f: 'functions', T: 'types', n: 'schemas', L: 'large objects' };

function roleName(reader: CatalogReader, oid: Oid): string {
  return oid === 0 ? 'public' : (reader.syscache('AUTHOID', oid)?.rolname ?? `unknown (OID=${oid})`);
}

type Describe = (reader: CatalogReader, oid: Oid, subId: number) => string | undefined;

const describeClass: Describe = (reader, oid, subId) => {
  const rel = relationDescription(reader, oid);
  if (rel === undefined || subId === 0) return rel;
  const a = reader.syscache('ATTNUM', oid, subId);
  return a === undefined ? undefined : `column ${a.attname} of ${rel}`;
};

const onRelation = (noun: string, find: (reader: CatalogReader, oid: Oid) => { name: string; rel: Oid } | undefined): Describe => (reader, oid) => {
  const o = find(reader, oid);
  return o === undefined ? undefined : `${noun} ${o.name} on ${relationDescription(reader, o.rel)}`;
};

const plain = (noun: string, name: (reader: CatalogReader, oid: Oid) => string | undefined): Describe => (reader, oid) => {
  const n = name(reader, oid);
  return n === undefined ? undefined : `${noun} ${n}`;
};

const amEntry = (noun: string, number: number, left: Oid, right: Oid, family: Oid, member: string | undefined, reader: CatalogReader): string =>
  `${noun} ${number} (${reader.types.formatType(left, -1)}, ${reader.types.formatType(right, -1)}) of ${opfamilyDescription(reader, family)}: ${member}`;

const DESCRIBE: Readonly<Record<number, Describe>> = {
  [CLASS.pg_class]: describeClass,
  [CLASS.pg_proc]: plain('function', (r, o) => formatProcedure(r, o)),
  [CLASS.pg_type]: plain('type', (r, o) => (r.syscache('TYPEOID', o) === undefined ? undefined : formatType(r, o, undefined))),
  [CLASS.pg_cast]: (r, o) => {
    const c = r.syscache('CASTOID', o);
    return c === undefined ? undefined : `cast from ${formatType(r, c.castsource, undefined)} to ${formatType(r, c.casttarget, undefined)}`;
  },
  [CLASS.pg_collation]: plain('collation', (r, o) => { const c = r.syscache('COLLOID', o); return c && visibleName(r, 'collation', o, c.collname); }),
  [CLASS.pg_constraint]: (r, o) => {
    const c = r.syscache('CONSTROID', o);
    if (c === undefined) return undefined;
    return c.conrelid !== 0 ? `constraint ${c.conname} on ${relationDescription(r, c.conrelid)}` : `constraint ${c.conname}`;
  },
  [CLASS.pg_conversion]: plain('conversion', (r, o) => { const c = r.syscache('CONVOID', o); return c && visibleName(r, 'conversion', o, c.conname); }),
  [CLASS.pg_attrdef]: (r, o) => {
    const d = r.syscache('ATTRDEFOID', o);
    return d === undefined ? undefined : `default value for ${describeClass(r, d.adrelid, d.adnum)}`;
  },
  [CLASS.pg_language]: plain('language', (r, o) => r.syscache('LANGOID', o)?.lanname),
  [CLASS.pg_largeobject]: (_r, o) => `large object ${o}`,
  [CLASS.pg_operator]: plain('operator', formatOperator),
  [CLASS.pg_opclass]: (r, o) => {
    const c = r.syscache('CLAOID', o);
    return c === undefined ? undefined : `operator class ${visibleName(r, 'opclass', o, c.opcname)} for access method ${r.syscache('AMOID', c.opcmethod)?.amname}`;
  },
  [CLASS.pg_opfamily]: opfamilyDescription,
  [CLASS.pg_am]: plain('access method', (r, o) => r.syscache('AMOID', o)?.amname),
  [CLASS.pg_amop]: (r, o) => {
    const a = r.rows('pg_amop', { oid: o })[0];
    return a && amEntry('operator', a.amopstrategy, a.amoplefttype, a.amoprighttype, a.amopfamily, formatOperator(r, a.amopopr), r);
  },
  [CLASS.pg_amproc]: (r, o) => {
    const a = r.rows('pg_amproc', { oid: o })[0];
    return a && amEntry('function', a.amprocnum, a.amproclefttype, a.amprocrighttype, a.amprocfamily, formatProcedure(r, a.amproc), r);
  },
  [CLASS.pg_rewrite]: onRelation('rule', (r, o) => { const x = r.syscache('RULEOID', o); return x && { name: x.rulename, rel: x.ev_class }; }),
  [CLASS.pg_trigger]: onRelation('trigger', (r, o) => { const x = r.syscache('TRIGGEROID', o); return x && { name: x.tgname, rel: x.tgrelid }; }),
  [CLASS.pg_policy]: onRelation('policy', (r, o) => { const x = r.syscache('POLICYOID', o); return x && { name: x.polname, rel: x.polrelid }; }),
  [CLASS.pg_namespace]: plain('schema', (r, o) => r.syscache('NAMESPACEOID', o)?.nspname),
  [CLASS.pg_statistic_ext]: plain('statistics object', (r, o) => { const s = r.syscache('STATEXTOID', o); return s && visibleName(r, 'statistics', o, s.stxname); }),
  [CLASS.pg_ts_parser]: plain('text search parser', (r, o) => { const s = r.syscache('TSPARSEROID', o); return s && visibleName(r, 'tsParser', o, s.prsname); }),
  [CLASS.pg_ts_dict]: plain('text search dictionary', (r, o) => { const s = r.syscache('TSDICTOID', o); return s && visibleName(r, 'tsDict', o, s.dictname); }),
  [CLASS.pg_ts_template]: plain('text search template', (r, o) => { const s = r.syscache('TSTEMPLATEOID', o); return s && visibleName(r, 'tsTemplate', o, s.tmplname); }),
  [CLASS.pg_ts_config]: plain('text search configuration', (r, o) => { const s = r.syscache('TSCONFIGOID', o); return s && visibleName(r, 'tsConfig', o, s.cfgname); }),
  [CLASS.pg_authid]: plain('role', (r, o) => r.syscache('AUTHOID', o)?.rolname),
  [CLASS.pg_auth_members]: (r, o) => {
    const m = r.rows('pg_auth_members', { oid: o })[0];
    return m && `membership of role ${roleName(r, m.member)} in role ${roleName(r, m.roleid)}`;
  },
  [CLASS.pg_database]: plain('database', (r, o) => r.syscache('DATABASEOID', o)?.datname),
  [CLASS.pg_tablespace]: plain('tablespace', (r, o) => r.syscache('TABLESPACEOID', o)?.spcname),
  [CLASS.pg_foreign_data_wrapper]: plain('foreign-data wrapper', (r, o) => r.syscache('FOREIGNDATAWRAPPEROID', o)?.fdwname),
  [CLASS.pg_foreign_server]: plain('server', (r, o) => r.syscache('FOREIGNSERVEROID', o)?.srvname),
  [CLASS.pg_user_mapping]: (r, o) => {
    const m = r.syscache('USERMAPPINGOID', o);
    return m && `user mapping for ${roleName(r, m.umuser)} on server ${r.syscache('FOREIGNSERVEROID', m.umserver)?.srvname}`;
  },
  [CLASS.pg_default_acl]: (r, o) => {
    const d = r.rows('pg_default_acl', { oid: o })[0];
    if (d === undefined) return undefined;
    const where = d.defaclnamespace === 0 ? '' : ` in schema ${r.syscache('NAMESPACEOID', d.defaclnamespace)?.nspname}`;
    return `default privileges on new ${DEFAULT_ACL_NOUNS[d.defaclobjtype] ?? 'objects'} belonging to role ${roleName(r, d.defaclrole)}${where}`;
  },
  [CLASS.pg_extension]: plain('extension', (r, o) => r.syscache('EXTENSIONOID', o)?.extname),
  [CLASS.pg_event_trigger]: plain('event trigger', (r, o) => r.syscache('EVENTTRIGGEROID', o)?.evtname),
  [CLASS.pg_parameter_acl]: plain('parameter', (r, o) => r.syscache('PARAMETERACLOID', o)?.parname),
  [CLASS.pg_publication]: plain('publication', (r, o) => r.syscache('PUBLICATIONOID', o)?.pubname),
  [CLASS.pg_publication_namespace]: (r, o) => {
    const p = r.syscache('PUBLICATIONNAMESPACE', o);
    return p && `publication of schema ${r.syscache('NAMESPACEOID', p.pnnspid)?.nspname} in publication ${r.syscache('PUBLICATIONOID', p.pnpubid)?.pubname}`;
  },
  [CLASS.pg_publication_rel]: (r, o) => {
    const p = r.syscache('PUBLICATIONREL', o);
    return p && `publication of ${relationDescription(r, p.prrelid)} in publication ${r.syscache('PUBLICATIONOID', p.prpubid)?.pubname}`;
  },
  [CLASS.pg_subscription]: plain('subscription', (r, o) => r.syscache('SUBSCRIPTIONOID', o)?.subname),
  [CLASS.pg_transform]: (r, o) => {
    const t = r.syscache('TRFOID', o);
    return t && `transform for ${formatType(r, t.trftype, undefined)} language ${quoteIdentifier(r.syscache('LANGOID', t.trflang)?.lanname ?? '')}`;
  },
};

/** undefined: there is no such object. */
export function objectDescription(reader: CatalogReader, a: ObjectAddress): string | undefined {
  return DESCRIBE[a.classId]?.(reader, a.objectId, a.subId);
}

/** The same for messages that must name the object. */
export function describeObject(reader: CatalogReader, a: ObjectAddress): string {
  return objectDescription(reader, a) ?? `object ${a.classId}/${a.objectId}/${a.subId}`;
}

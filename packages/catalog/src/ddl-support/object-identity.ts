/** pg_identify_object: an object's type word and its identity, always qualified. */
import type { Oid } from '@pglitedb/types';
import type { CatalogReader } from '../api.js';
import { quoteIdentifier, quoteQualified } from '../quote.js';
import { formatType } from '../types/format-type.js';
import { CLASS, type ObjectAddress } from './object-address.js';

export interface ObjectIdentity { readonly type: string; /** NULL where the object is in no schema */ readonly schema: string | null; /** NULL unless (schema, name) is unique */ readonly name: string | null; readonly identity: string }

const RELKIND_TYPES: Readonly<Record<string, string>> = {
  r: 'table', p: 'table', i: 'index', I: 'index', S: 'sequence', t: 'toast table', v: 'view', m: 'materialized view', c: 'composite type', f: 'foreign table',
};
const PROC_TYPES: Readonly<Record<string, string>> = { f: 'function', p: 'procedure', a: 'aggregate', w: 'function' };

type Identify = (reader: CatalogReader, oid: Oid, subId: number) => ObjectIdentity | undefined;

const schemaOf = (r: CatalogReader, ns: Oid): string => r.syscache('NAMESPACEOID', ns)?.nspname ?? '';

function relationIdentity(r: CatalogReader, oid: Oid): { type: string; schema: string; name: string; text: string } | undefined {
  const rel = r.syscache('RELOID', oid);
  if (rel === undefined) return undefined;
  const schema = schemaOf(r, rel.relnamespace);
  return { type: RELKIND_TYPES[rel.relkind] ?? 'relation', schema, name: rel.relname, text: quoteQualified(schema, rel.relname) };
}

const identifyClass: Identify = (r, oid, subId) => {
  const rel = relationIdentity(r, oid);
  if (rel === undefined) return undefined;
  if (subId === 0) return { type: rel.type, schema: quoteIdentifier(rel.schema), name: quoteIdentifier(rel.name), identity: rel.text };
  const a = r.syscache('ATTNUM', oid, subId);
  return a && { type: `${rel.type} column`, schema: quoteIdentifier(rel.schema), name: quoteIdentifier(rel.name), identity: `${rel.text}.${quoteIdentifier(a.attname)}` };
};

const inSchema = (type: string, find: (r: CatalogReader, oid: Oid) => { ns: Oid; name: string; suffix?: string } | undefined): Identify => (r, oid) => {
  const o = find(r, oid);
  if (o === undefined) return undefined;
  const schema = schemaOf(r, o.ns);
  return { type, schema: quoteIdentifier(schema), name: quoteIdentifier(o.name), identity: quoteQualified(schema, o.name) + (o.suffix ?? '') };
};

const global = (type: string, find: (r: CatalogReader, oid: Oid) => string | undefined): Identify => (r, oid) => {
  const name = find(r, oid);
  return name === undefined ? undefined : { type, schema: null, name: quoteIdentifier(name), identity: quoteIdentifier(name) };
};

const onRelation = (type: string, find: (r: CatalogReader, oid: Oid) => { name: string; rel: Oid } | undefined): Identify => (r, oid) => {
  const o = find(r, oid);
  return o === undefined ? undefined : { type, schema: null, name: null, identity: `${quoteIdentifier(o.name)} on ${relationIdentity(r, o.rel)?.text}` };
};

const qualifiedType = (r: CatalogReader, oid: Oid): string => formatType(r, oid, undefined, true);

const IDENTIFY: Readonly<Record<number, Identify>> = {
  [CLASS.pg_class]: identifyClass,
  [CLASS.pg_proc]: (r, o) => {
    const p = r.syscache('PROCOID', o);
    if (p === undefined) return undefined;
    const args = p.proargtypes.map((t) => qualifiedType(r, t)).join(',');
    const schema = schemaOf(r, p.pronamespace);
    return { type: PROC_TYPES[p.prokind] ?? 'function', schema: quoteIdentifier(schema), name: null, identity: `${quoteQualified(schema, p.proname)}(${args})` };
  },
  [CLASS.pg_type]: (r, o) => {
    const t = r.syscache('TYPEOID', o);
    return t && { type: 'type', schema: quoteIdentifier(schemaOf(r, t.typnamespace)), name: quoteIdentifier(t.typname), identity: qualifiedType(r, o) };
  },
  [CLASS.pg_cast]: (r, o) => {
    const c = r.syscache('CASTOID', o);
    return c && { type: 'cast', schema: null, name: null, identity: `(${qualifiedType(r, c.castsource)} AS ${qualifiedType(r, c.casttarget)})` };
  },
  [CLASS.pg_collation]: inSchema('collation', (r, o) => { const c = r.syscache('COLLOID', o); return c && { ns: c.collnamespace, name: c.collname }; }),
  [CLASS.pg_constraint]: (r, o) => {
    const c = r.syscache('CONSTROID', o);
    if (c === undefined) return undefined;
    const schema = quoteIdentifier(schemaOf(r, c.connamespace));
    return c.conrelid !== 0
      ? { type: 'table constraint', schema, name: null, identity: `${quoteIdentifier(c.conname)} on ${relationIdentity(r, c.conrelid)?.text}` }
      : { type: 'domain constraint', schema, name: null, identity: `${quoteIdentifier(c.conname)} on ${qualifiedType(r, c.contypid)}` };
  },
  [CLASS.pg_conversion]: inSchema('conversion', (r, o) => { const c = r.syscache('CONVOID', o); return c && { ns: c.connamespace, name: c.conname }; }),
  [CLASS.pg_attrdef]: (r, o) => {
    const d = r.syscache('ATTRDEFOID', o);
    return d && { type: 'default value', schema: null, name: null, identity: `for ${identifyClass(r, d.adrelid, d.adnum)?.identity}` };
  },
  [CLASS.pg_language]: global('language', (r, o) => r.syscache('LANGOID', o)?.lanname),
  [CLASS.pg_largeobject]: (_r, o) => ({ type: 'large object', schema: null, name: null, identity: String(o) }),
  [CLASS.pg_operator]: (r, o) => {
    const op = r.syscache('OPEROID', o);
    if (op === undefined) return undefined;
    const side = (t: Oid): string => (t === 0 ? 'NONE' : qualifiedType(r, t));
    const schema = quoteIdentifier(schemaOf(r, op.oprnamespace));
    return { type: 'operator', schema, name: null, identity: `${schema}.${op.oprname}(${side(op.oprleft)},${side(op.oprright)})` };
  },
  [CLASS.pg_opclass]: inSchema('operator class', (r, o) => { const c = r.syscache('CLAOID', o); return c && { ns: c.opcnamespace, name: c.opcname, suffix: ` USING ${quoteIdentifier(r.syscache('AMOID', c.opcmethod)?.amname ?? '')}` }; }),
  [CLASS.pg_opfamily]: inSchema('operator family', (r, o) => { const c = r.syscache('OPFAMILYOID', o); return c && { ns: c.opfnamespace, name: c.opfname, suffix: ` USING ${quoteIdentifier(r.syscache('AMOID', c.opfmethod)?.amname ?? '')}` }; }),
  [CLASS.pg_am]: global('access method', (r, o) => r.syscache('AMOID', o)?.amname),
  [CLASS.pg_rewrite]: onRelation('rule', (r, o) => { const x = r.syscache('RULEOID', o); return x && { name: x.rulename, rel: x.ev_class }; }),
  [CLASS.pg_trigger]: onRelation('trigger', (r, o) => { const x = r.syscache('TRIGGEROID', o); return x && { name: x.tgname, rel: x.tgrelid }; }),
  [CLASS.pg_policy]: onRelation('policy', (r, o) => { const x = r.syscache('POLICYOID', o); return x && { name: x.polname, rel: x.polrelid }; }),
  [CLASS.pg_namespace]: global('schema', (r, o) => r.syscache('NAMESPACEOID', o)?.nspname),
  [CLASS.pg_statistic_ext]: inSchema('statistics object', (r, o) => { const s = r.syscache('STATEXTOID', o); return s && { ns: s.stxnamespace, name: s.stxname }; }),
  [CLASS.pg_ts_parser]: inSchema('text search parser', (r, o) => { const s = r.syscache('TSPARSEROID', o); return s && { ns: s.prsnamespace, name: s.prsname }; }),
  [CLASS.pg_ts_dict]: inSchema('text search dictionary', (r, o) => { const s = r.syscache('TSDICTOID', o); return s && { ns: s.dictnamespace, name: s.dictname }; }),
  [CLASS.pg_ts_template]: inSchema('text search template', (r, o) => { const s = r.syscache('TSTEMPLATEOID', o); return s && { ns: s.tmplnamespace, name: s.tmplname }; }),
  [CLASS.pg_ts_config]: inSchema('text search configuration', (r, o) => { const s = r.syscache('TSCONFIGOID', o); return s && { ns: s.cfgnamespace, name: s.cfgname }; }),
  [CLASS.pg_authid]: global('role', (r, o) => r.syscache('AUTHOID', o)?.rolname),
  [CLASS.pg_database]: global('database', (r, o) => r.syscache('DATABASEOID', o)?.datname),
  [CLASS.pg_tablespace]: global('tablespace', (r, o) => r.syscache('TABLESPACEOID', o)?.spcname),
  [CLASS.pg_foreign_data_wrapper]: global('foreign-data wrapper', (r, o) => r.syscache('FOREIGNDATAWRAPPEROID', o)?.fdwname),
  [CLASS.pg_foreign_server]: global('server', (r, o) => r.syscache('FOREIGNSERVEROID', o)?.srvname),
  [CLASS.pg_extension]: global('extension', (r, o) => r.syscache('EXTENSIONOID', o)?.extname),
  [CLASS.pg_event_trigger]: global('event trigger', (r, o) => r.syscache('EVENTTRIGGEROID', o)?.evtname),
  [CLASS.pg_parameter_acl]: global('parameter ACL', (r, o) => r.syscache('PARAMETERACLOID', o)?.parname),
  [CLASS.pg_publication]: global('publication', (r, o) => r.syscache('PUBLICATIONOID', o)?.pubname),
  [CLASS.pg_subscription]: global('subscription', (r, o) => r.syscache('SUBSCRIPTIONOID', o)?.subname),
};

/** undefined: there is no such object. */
export function objectIdentity(reader: CatalogReader, a: ObjectAddress): ObjectIdentity | undefined {
  return IDENTIFY[a.classId]?.(reader, a.objectId, a.subId);
}


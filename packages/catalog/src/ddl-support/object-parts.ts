/** pg_identify_object_as_address: an object as the names and arguments by which pg_get_object_address finds it. */
import type { Oid } from '@pglitedb/types';
import type { CatalogReader } from '../api.js';
import { formatType } from '../types/format-type.js';
import { CLASS, type ObjectAddress } from './object-address.js';
import { objectIdentity } from './object-identity.js';

export interface ObjectParts { readonly names: readonly string[]; readonly args: readonly string[] }
const named = (...names: string[]): ObjectParts => ({ names, args: [] });

/** undefined: there is no such object, or none of a kind with an address. */
export function objectAddressParts(r: CatalogReader, a: ObjectAddress): ObjectParts | undefined {
  const schema = (ns: Oid): string => r.syscache('NAMESPACEOID', ns)?.nspname ?? '';
  const type = (oid: Oid): string => formatType(r, oid, undefined, true);
  const relation = (oid: Oid): string[] => { const c = r.syscache('RELOID', oid); return c === undefined ? [] : [schema(c.relnamespace), c.relname]; };
  const id = a.objectId;
  switch (a.classId) {
    case CLASS.pg_class: {
      const c = r.syscache('RELOID', id);
      if (c === undefined) return undefined;
      return named(...relation(id), ...(a.subId === 0 ? [] : [r.syscache('ATTNUM', id, a.subId)?.attname ?? '']));
    }
    case CLASS.pg_proc: { const p = r.syscache('PROCOID', id); return p && { names: [schema(p.pronamespace), p.proname], args: p.proargtypes.map(type) }; }
    case CLASS.pg_type: return r.syscache('TYPEOID', id) && named(type(id));
    case CLASS.pg_cast: { const c = r.syscache('CASTOID', id); return c && { names: [type(c.castsource)], args: [type(c.casttarget)] }; }
    case CLASS.pg_constraint: {
      const c = r.syscache('CONSTROID', id);
      return c && (c.conrelid !== 0 ? named(...relation(c.conrelid), c.conname) : { names: [type(c.contypid)], args: [c.conname] });
    }
    case CLASS.pg_attrdef: { const d = r.syscache('ATTRDEFOID', id); return d && named(...relation(d.adrelid), r.syscache('ATTNUM', d.adrelid, d.adnum)?.attname ?? ''); }
    case CLASS.pg_operator: {
      const o = r.syscache('OPEROID', id);
      return o && { names: [schema(o.oprnamespace), o.oprname], args: [o.oprleft, o.oprright].filter((t) => t !== 0).map(type) };
    }
    case CLASS.pg_opclass: { const c = r.syscache('CLAOID', id); return c && named(r.syscache('AMOID', c.opcmethod)?.amname ?? '', schema(c.opcnamespace), c.opcname); }
    case CLASS.pg_opfamily: { const f = r.syscache('OPFAMILYOID', id); return f && named(r.syscache('AMOID', f.opfmethod)?.amname ?? '', schema(f.opfnamespace), f.opfname); }
    case CLASS.pg_rewrite: { const x = r.syscache('RULEOID', id); return x && named(...relation(x.ev_class), x.rulename); }
    case CLASS.pg_trigger: { const x = r.syscache('TRIGGEROID', id); return x && named(...relation(x.tgrelid), x.tgname); }
    case CLASS.pg_policy: { const x = r.syscache('POLICYOID', id); return x && named(...relation(x.polrelid), x.polname); }
    case CLASS.pg_collation: { const c = r.syscache('COLLOID', id); return c && named(schema(c.collnamespace), c.collname); }
    case CLASS.pg_conversion: { const c = r.syscache('CONVOID', id); return c && named(schema(c.connamespace), c.conname); }
    case CLASS.pg_statistic_ext: { const s = r.syscache('STATEXTOID', id); return s && named(schema(s.stxnamespace), s.stxname); }
    case CLASS.pg_ts_parser: { const s = r.syscache('TSPARSEROID', id); return s && named(schema(s.prsnamespace), s.prsname); }
    case CLASS.pg_ts_dict: { const s = r.syscache('TSDICTOID', id); return s && named(schema(s.dictnamespace), s.dictname); }
    case CLASS.pg_ts_template: { const s = r.syscache('TSTEMPLATEOID', id); return s && named(schema(s.tmplnamespace), s.tmplname); }
    case CLASS.pg_ts_config: { const s = r.syscache('TSCONFIGOID', id); return s && named(schema(s.cfgnamespace), s.cfgname); }
    default: return globalName(r, a);
  }
}

/** Kinds with one global name, which is not quoted here. */
function globalName(r: CatalogReader, a: ObjectAddress): ObjectParts | undefined {
  const id = a.objectId;
  const name = ({
    [CLASS.pg_namespace]: () => r.syscache('NAMESPACEOID', id)?.nspname, [CLASS.pg_language]: () => r.syscache('LANGOID', id)?.lanname, [CLASS.pg_am]: () => r.syscache('AMOID', id)?.amname,
    [CLASS.pg_authid]: () => r.syscache('AUTHOID', id)?.rolname, [CLASS.pg_database]: () => r.syscache('DATABASEOID', id)?.datname, [CLASS.pg_tablespace]: () => r.syscache('TABLESPACEOID', id)?.spcname,
    [CLASS.pg_foreign_data_wrapper]: () => r.syscache('FOREIGNDATAWRAPPEROID', id)?.fdwname, [CLASS.pg_foreign_server]: () => r.syscache('FOREIGNSERVEROID', id)?.srvname, [CLASS.pg_extension]: () => r.syscache('EXTENSIONOID', id)?.extname,
    [CLASS.pg_event_trigger]: () => r.syscache('EVENTTRIGGEROID', id)?.evtname, [CLASS.pg_publication]: () => r.syscache('PUBLICATIONOID', id)?.pubname, [CLASS.pg_subscription]: () => r.syscache('SUBSCRIPTIONOID', id)?.subname,
  } as Readonly<Record<number, () => string | undefined>>)[a.classId]?.();
  if (name !== undefined) return named(name);
  return a.classId === CLASS.pg_largeobject ? named(objectIdentity(r, a)!.identity) : undefined;
}

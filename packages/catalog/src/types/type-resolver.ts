/**
 * TypeResolver over the catalogs. Everything derived hangs on the cached rows it was made of (weak maps), so that it
 * goes with them; builtin types never change and are kept by oid.
 */
import {
  baseType, makeArrayType, makeDomainType, makeEnumType, makeRangeType, makeRecordType, notImplemented, SqlError,
  type Datum, type FieldInfo, type Oid, type TypeEnv, type TypeImpl, type TypeInfo,
} from '@pglitedb/types';
import type { CatalogReader } from '../api.js';
import type { CatalogTypeResolver } from '../env.js';
import type { Reader } from '../reader.js';
import { columnType } from './column-types.js';
import { userBaseType } from './user-base-type.js';
import { formatType } from './format-type.js';
import { typeByName } from './type-name.js';
import { CatalogTextSearch } from '../textsearch/text-search.js';

const FIRST_NORMAL_OBJECT_ID = 16384;
/** pg_proc oids of the subscript handlers that make a type a true array. */
const ARRAY_SUBSCRIPT_HANDLER = 6179;

const infos = new WeakMap<object, TypeInfo>();
const impls = new WeakMap<object, TypeImpl>();
const fieldLists = new WeakMap<object, readonly FieldInfo[]>();
const labelLists = new WeakMap<object, readonly { oid: Oid; label: string; sortOrder: number }[]>();
type RangeInfo = NonNullable<ReturnType<CatalogTypeResolver['rangeInfo']>>;
const rangeInfos = new WeakMap<object, RangeInfo>();

export class CatalogTypes implements CatalogTypeResolver {
  private readonly builtinInfos = new Map<Oid, TypeInfo>();
  private readonly builtinImpls = new Map<Oid, TypeImpl>();

  constructor(private readonly owner: Reader) {}

  get reader(): CatalogReader { return this.owner; }

  private texts: CatalogTextSearch | undefined;
  get textSearch(): CatalogTextSearch { return (this.texts ??= new CatalogTextSearch(this.owner)); }

  typeInfo(oid: Oid): TypeInfo | undefined {
    if (oid < FIRST_NORMAL_OBJECT_ID) {
      const known = this.builtinInfos.get(oid);
      if (known !== undefined) return known;
    }
    const row = this.owner.syscache('TYPEOID', oid);
    if (row === undefined) return undefined;
    let info = infos.get(row);
    if (info === undefined) {
      const isArray = row.typsubscript === ARRAY_SUBSCRIPT_HANDLER && row.typelem !== 0 && row.typlen === -1;
      info = {
        oid, name: row.typname, namespace: this.owner.syscache('NAMESPACEOID', row.typnamespace)?.nspname ?? '',
        kind: (isArray ? 'a' : row.typtype) as TypeInfo['kind'],
        elementOid: isArray ? row.typelem : 0, arrayOid: row.typarray, baseOid: row.typbasetype, baseTypmod: row.typtypmod, relationOid: row.typrelid,
        category: row.typcategory, preferred: row.typispreferred, collation: row.typcollation, delimiter: row.typdelim,
      };
      infos.set(row, info);
    }
    if (oid < FIRST_NORMAL_OBJECT_ID) this.builtinInfos.set(oid, info);
    return info;
  }

  typeImpl(oid: Oid): TypeImpl {
    if (oid < FIRST_NORMAL_OBJECT_ID) {
      let impl = this.builtinImpls.get(oid);
      if (impl === undefined) {
        impl = baseType(oid) ?? columnType(oid) ?? this.makeImpl(oid);
        this.builtinImpls.set(oid, impl);
      }
      return impl;
    }
    const row = this.owner.syscache('TYPEOID', oid);
    if (row === undefined) throw new SqlError('XX000', `cache lookup failed for type ${oid}`);
    let impl = impls.get(row);
    if (impl === undefined) {
      // Stored tables keep what is made of committed rows: it must not hang on one session.
      const own = this.owner.changes()?.catalogs.has('pg_type') === true;
      impl = own ? this.makeImpl(oid) : this.owner.systemReader().types.makeImpl(oid);
      impls.set(row, impl);
    }
    return impl;
  }

  private makeImpl(oid: Oid): TypeImpl {
    const info = this.typeInfo(oid);
    if (info === undefined) throw new SqlError('XX000', `cache lookup failed for type ${oid}`);
    switch (info.kind) {
      case 'a': return makeArrayType(info, this.typeImpl(info.elementOid), this);
      case 'c': return makeRecordType(info, this);
      case 'd': return makeDomainType(info, this.typeImpl(info.baseOid), this);
      case 'e': return makeEnumType(info, this);
      case 'r': case 'm': return makeRangeType(info, this);
      case 'p': if (oid === 2249) return makeRecordType(info, this); break;
      case 'b': { const impl = userBaseType(this.owner, this, oid); if (impl !== undefined) return impl; }
    }
    throw notImplemented(`type ${this.formatType(oid, -1)}`);
  }

  fields(compositeOid: Oid): readonly FieldInfo[] {
    let info = this.typeInfo(compositeOid);
    while (info !== undefined && info.kind === 'd') info = this.typeInfo(info.baseOid);
    const relation = info === undefined || info.relationOid === 0 ? undefined : this.owner.relation(info.relationOid);
    if (relation === undefined) return [];
    let fields = fieldLists.get(relation);
    if (fields === undefined) {
      fields = relation.attributes.filter((a) => !a.attisdropped).map((a) => ({ name: a.attname, typeOid: a.atttypid, typmod: a.atttypmod, collation: a.attcollation }));
      fieldLists.set(relation, fields);
    }
    return fields;
  }

  enumLabels(enumOid: Oid): readonly { oid: Oid; label: string; sortOrder: number }[] {
    const rows = this.owner.syscacheList('ENUMTYPOIDNAME', enumOid);
    let labels = labelLists.get(rows);
    if (labels === undefined) {
      labels = rows.map((r) => ({ oid: r.oid, label: r.enumlabel, sortOrder: r.enumsortorder })).sort((a, b) => a.sortOrder - b.sortOrder);
      labelLists.set(rows, labels);
    }
    return labels;
  }

  rangeInfo(oid: Oid): RangeInfo | undefined {
    const row = this.owner.syscache('RANGETYPE', oid) ?? this.owner.syscache('RANGEMULTIRANGE', oid);
    if (row === undefined) return undefined;
    let info = rangeInfos.get(row);
    if (info === undefined) {
      const source = (proc: Oid): string => (proc === 0 ? '' : (this.owner.syscache('PROCOID', proc)?.prosrc ?? ''));
      info = {
        rangeOid: row.rngtypid, multirangeOid: row.rngmultitypid, subtypeOid: row.rngsubtype, collation: row.rngcollation,
        canonical: source(row.rngcanonical), subtypeDiff: source(row.rngsubdiff),
      };
      rangeInfos.set(row, info);
    }
    return info;
  }

  typeByName(name: string): { oid: Oid; typmod: number } | undefined {
    return typeByName(this.owner, name);
  }

  /** Without a typmod as messages name types (format_type_be): bpchar is character. */
  formatType(oid: Oid, typmod: number): string {
    return formatType(this.owner, oid, typmod === -1 ? undefined : typmod);
  }

  checkDomain(domainOid: Oid, value: Datum, env: TypeEnv): void {
    this.owner.checkDomain(domainOid, value, env);
  }
}

/** A TypeResolver over a fixed list of types, for tests and for tools that work without a catalog. */
import type { Oid } from '../brand.js';
import { AssertionError } from '../errors.js';
import { makeArrayType } from '../array/type.js';
import { makeDomainType } from '../domain/type.js';
import { makeEnumType } from '../enum/type.js';
import { makeRangeType } from '../range/type.js';
import { makeRecordType } from '../record/type.js';
import { baseType } from '../type-registry.js';
import type { FieldInfo, TypeImpl, TypeInfo, TypeResolver } from '../type-impl.js';

type RangeInfo = NonNullable<ReturnType<TypeResolver['rangeInfo']>>;

export interface StaticTypes {
  readonly types: readonly (Partial<TypeInfo> & { oid: Oid; name: string; kind: TypeInfo['kind'] })[];
  readonly fields?: Readonly<Record<number, readonly FieldInfo[]>>;
  readonly labels?: Readonly<Record<number, ReturnType<TypeResolver['enumLabels']>>>;
  readonly ranges?: readonly RangeInfo[];
}

const plain: Omit<TypeInfo, 'oid' | 'name' | 'kind'> = {
  namespace: 'pg_catalog', elementOid: 0, arrayOid: 0, baseOid: 0, baseTypmod: -1, relationOid: 0, category: 'U', preferred: false, collation: 0,
  delimiter: ',',
};

export function staticResolver(source: StaticTypes): TypeResolver {
  const infos = new Map<Oid, TypeInfo>(source.types.map((t) => [t.oid, { ...plain, ...t }]));
  const made = new Map<Oid, TypeImpl>();
  const make = (info: TypeInfo): TypeImpl => {
    switch (info.kind) {
      case 'a': return makeArrayType(info, resolver.typeImpl(info.elementOid), resolver);
      case 'c': return makeRecordType(info, resolver);
      case 'd': return makeDomainType(info, resolver.typeImpl(info.baseOid), resolver);
      case 'e': return makeEnumType(info, resolver);
      case 'r': case 'm': return makeRangeType(info, resolver);
      default: throw new AssertionError(`type ${info.name} has an implementation`);
    }
  };
  const resolver: TypeResolver = {
    typeInfo: (oid) => infos.get(oid),
    typeImpl: (oid) => {
      const known = baseType(oid) ?? made.get(oid);
      if (known !== undefined) return known;
      const info = infos.get(oid);
      if (info === undefined) throw new AssertionError(`type ${oid} is listed`);
      const impl = make(info);
      made.set(oid, impl);
      return impl;
    },
    fields: (oid) => source.fields?.[oid] ?? [],
    enumLabels: (oid) => source.labels?.[oid] ?? [],
    rangeInfo: (oid) => source.ranges?.find((r) => r.rangeOid === oid || r.multirangeOid === oid),
    typeByName: (name) => {
      const found = [...infos.values()].find((t) => t.name === name);
      return found === undefined ? undefined : { oid: found.oid, typmod: -1 };
    },
    formatType: (oid) => infos.get(oid)?.name ?? '???',
    checkDomain: () => undefined,
  };
  return resolver;
}

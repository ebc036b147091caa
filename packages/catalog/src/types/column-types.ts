/** Types of the catalogs' own columns, resolved without a catalog: what the bootstrap and the catalog tables use. */
import { baseType, makeArrayType, type Oid, type TypeImpl, type TypeInfo, type TypeResolver } from '@pglitedb/types';
import './catalog-types.js';
import './reg-types.js';

/** Arrays among the catalogs' columns: array type -> [element, name]. */
const ARRAYS: Readonly<Record<number, readonly [Oid, string]>> = {
  1002: [18, '_char'], 1003: [19, '_name'], 1005: [21, '_int2'], 1009: [25, '_text'], 1021: [700, '_float4'], 1028: [26, '_oid'], 1034: [1033, '_aclitem'],
};

/** Enough of a resolver for arrays of base types. */
const noCatalog = { typeInfo: () => undefined } as unknown as TypeResolver;
const arrays = new Map<Oid, TypeImpl>();

function arrayType(oid: Oid): TypeImpl | undefined {
  let impl = arrays.get(oid);
  if (impl === undefined) {
    const known = ARRAYS[oid];
    const element = known === undefined ? undefined : baseType(known[0]);
    if (known === undefined || element === undefined) return undefined;
    const info: TypeInfo = {
      oid, name: known[1], namespace: 'pg_catalog', kind: 'a', elementOid: known[0], arrayOid: 0, baseOid: 0, baseTypmod: -1, relationOid: 0,
      category: 'A', preferred: false, collation: 0, delimiter: ',',
    };
    impl = makeArrayType(info, element, noCatalog);
    arrays.set(oid, impl);
  }
  return impl;
}

/** A column type of the catalogs; undefined for types that no catalog has. */
export function columnType(oid: Oid): TypeImpl | undefined {
  return oid in ARRAYS ? arrayType(oid) : baseType(oid);
}

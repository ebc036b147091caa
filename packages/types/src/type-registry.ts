/** The base types by oid. Derived types (arrays, enums, domains, rows, ranges) are made by the TypeResolver. */
import type { Oid } from './brand.js';
import type { TypeImpl } from './type-impl.js';

const impls = new Map<Oid, TypeImpl>();

export function defineType(impl: TypeImpl): void {
  if (impls.has(impl.oid)) throw new Error(`type ${impl.name} is defined twice`);
  impls.set(impl.oid, impl);
}

/** The base type's implementation, undefined for one that we do not have. */
export function baseType(oid: Oid): TypeImpl | undefined {
  return impls.get(oid);
}

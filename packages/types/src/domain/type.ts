/** Domains: the base type with its constraints checked on input. NULL input is the executor's to check. */
import type { TypeImpl, TypeInfo, TypeResolver } from '../type-impl.js';

export function makeDomainType(info: TypeInfo, base: TypeImpl, resolver: TypeResolver): TypeImpl {
  return {
    ...base,
    oid: info.oid, name: info.name,
    parse: (text, _typmod, env) => {
      const v = base.parse(text, info.baseTypmod, env);
      resolver.checkDomain(info.oid, v, env);
      return v;
    },
    receive: (bytes, _typmod, env) => {
      const v = base.receive(bytes, info.baseTypmod, env);
      resolver.checkDomain(info.oid, v, env);
      return v;
    },
  };
}

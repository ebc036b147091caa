/** Which casts exist: can_coerce_type, find_coercion_pathway, IsBinaryCoercible, and type classification (parse_coerce.c). */
import type { Oid } from '@pglitedb/types';
import type { CatalogReader } from '@pglitedb/catalog';
import { checkGenericConsistency, isPolymorphic } from './polymorphic.js';

export const T = {
  BOOL: 16, BYTEA: 17, CHAR: 18, NAME: 19, INT8: 20, INT2: 21, INT4: 23, REGPROC: 24, TEXT: 25, OID: 26, TID: 27, JSON: 114, XML: 142, UNKNOWN: 705, BPCHAR: 1042, VARCHAR: 1043,
  FLOAT4: 700, FLOAT8: 701, DATE: 1082, TIME: 1083, TIMESTAMP: 1114, TIMESTAMPTZ: 1184, INTERVAL: 1186, TIMETZ: 1266, BIT: 1560, VARBIT: 1562, NUMERIC: 1700,
  REFCURSOR: 1790, RECORD: 2249, CSTRING: 2275, ANY: 2276, ANYARRAY: 2277, VOID: 2278, TRIGGER: 2279, INTERNAL: 2281, ANYELEMENT: 2283, RECORDARRAY: 2287,
  ANYNONARRAY: 2776, UUID: 2950, ANYENUM: 3500, JSONB: 3802, ANYRANGE: 3831, ANYMULTIRANGE: 4537, ANYCOMPATIBLE: 5077, ANYCOMPATIBLEARRAY: 5078,
  ANYCOMPATIBLENONARRAY: 5079, ANYCOMPATIBLERANGE: 5080, ANYCOMPATIBLEMULTIRANGE: 4538, JSONPATH: 4072, INT2VECTOR: 22, OIDVECTOR: 30,
} as const;
export type CoercionContext = 'implicit' | 'assignment' | 'plpgsql' | 'explicit';
const RANK = { implicit: 0, assignment: 1, plpgsql: 2, explicit: 3 } as const;

export const kindOfType = (c: CatalogReader, t: Oid): string => c.types.typeInfo(t)?.kind ?? '';
/** The base type under a domain (getBaseType). */
export function baseTypeOf(c: CatalogReader, t: Oid): Oid {
  for (;;) {
    const info = c.types.typeInfo(t);
    if (!info || info.kind !== 'd') return t;
    t = info.baseOid;
  }
}
/** getBaseTypeAndTypmod: the typmod a domain imposes. */
export function baseTypeAndTypmod(c: CatalogReader, t: Oid, typmod: number): { oid: Oid; typmod: number } {
  for (;;) {
    const info = c.types.typeInfo(t);
    if (!info || info.kind !== 'd') return { oid: t, typmod };
    if (typmod < 0) typmod = info.baseTypmod;
    t = info.baseOid;
  }
}
/** get_element_type: element of a true array, else 0. */
export const elementTypeOf = (c: CatalogReader, t: Oid): Oid => {
  const info = c.types.typeInfo(t);
  return info?.kind === 'a' ? info.elementOid : 0;
};
export const arrayOf = (c: CatalogReader, t: Oid): Oid => c.types.typeInfo(t)?.arrayOid ?? 0;
/** get_promoted_array_type */
export const promotedArrayType = (c: CatalogReader, t: Oid): Oid => arrayOf(c, t) || (elementTypeOf(c, t) ? t : 0);
export const categoryOf = (c: CatalogReader, t: Oid): string => c.types.typeInfo(t)?.category ?? 'X';
export const isPreferred = (c: CatalogReader, category: string, t: Oid): boolean => {
  const info = c.types.typeInfo(t);
  return !!info && (category === '\0' || info.category === category) && info.preferred;
};
export const collationOfType = (c: CatalogReader, t: Oid): Oid => c.types.typeInfo(t)?.collation ?? 0;
/** typeOrDomainTypeRelid: the composite's relation, 0 for none. */
export const relidOfType = (c: CatalogReader, t: Oid): Oid => c.types.typeInfo(baseTypeOf(c, t))?.relationOid ?? 0;
export const isComplex = (c: CatalogReader, t: Oid): boolean => relidOfType(c, t) !== 0;
export const isTypeComposite = (c: CatalogReader, t: Oid): boolean => t === T.RECORD || relidOfType(c, t) !== 0;
export const formatType = (c: CatalogReader, t: Oid): string => c.types.formatType(t, -1);

export type Pathway = { path: 'none' } | { path: 'relabel' } | { path: 'func'; funcid: Oid } | { path: 'array' } | { path: 'io' };
const NONE: Pathway = { path: 'none' }, RELABEL: Pathway = { path: 'relabel' }, IO: Pathway = { path: 'io' };

/** find_coercion_pathway */
export function findCoercionPathway(c: CatalogReader, target: Oid, source: Oid, context: CoercionContext): Pathway {
  source = baseTypeOf(c, source);
  target = baseTypeOf(c, target);
  if (source === target) return RELABEL;
  const cast = c.syscache('CASTSOURCETARGET', source, target);
  if (cast) {
    const needs = cast['castcontext'] === 'i' ? 0 : cast['castcontext'] === 'a' ? 1 : 3;
    if (RANK[context] < needs && !(context === 'plpgsql' && needs === 1)) return context === 'plpgsql' ? IO : NONE;
    if (cast['castmethod'] === 'f') return { path: 'func', funcid: cast['castfunc'] as Oid };
    return cast['castmethod'] === 'i' ? IO : RELABEL;
  }
  if (target !== T.OIDVECTOR && target !== T.INT2VECTOR) {
    const te = elementTypeOf(c, target);
    const se = te ? elementTypeOf(c, source) : 0;
    if (te && se) {
      const inner = findCoercionPathway(c, te, se, context);
      if (inner.path !== 'none') return { path: 'array' };
    }
  }
  if (RANK[context] >= 1 && categoryOf(c, target) === 'S') return IO;
  if (RANK[context] >= 3 && categoryOf(c, source) === 'S') return IO;
  return context === 'plpgsql' ? IO : NONE;
}

/** find_typmod_coercion_function: a type's length-coercion cast (to itself); array = apply it to each element. */
export function findTypmodCoercion(c: CatalogReader, type: Oid): { path: 'none' | 'func' | 'array'; funcid: Oid } {
  const info = c.types.typeInfo(type);
  if (info?.kind === 'a') return { path: elementTypmodFunction(c, info.elementOid) ? 'array' : 'none', funcid: 0 };
  const cast = c.syscache('CASTSOURCETARGET', type, type);
  const funcid = (cast?.['castfunc'] as Oid | undefined) ?? 0;
  return { path: funcid ? 'func' : 'none', funcid };
}
const elementTypmodFunction = (c: CatalogReader, type: Oid): Oid => (c.syscache('CASTSOURCETARGET', type, type)?.['castfunc'] as Oid | undefined) ?? 0;

/** IsBinaryCoercible */
export function isBinaryCoercible(c: CatalogReader, source: Oid, target: Oid): boolean {
  if (source === target || target === T.ANY || target === T.ANYELEMENT || target === T.ANYCOMPATIBLE) return true;
  source = baseTypeOf(c, source);
  if (source === target) return true;
  if ((target === T.ANYARRAY || target === T.ANYCOMPATIBLEARRAY) && elementTypeOf(c, source)) return true;
  if ((target === T.ANYNONARRAY || target === T.ANYCOMPATIBLENONARRAY) && !elementTypeOf(c, source)) return true;
  const kind = kindOfType(c, source);
  if (target === T.ANYENUM && kind === 'e') return true;
  if ((target === T.ANYRANGE || target === T.ANYCOMPATIBLERANGE) && kind === 'r') return true;
  if ((target === T.ANYMULTIRANGE || target === T.ANYCOMPATIBLEMULTIRANGE) && kind === 'm') return true;
  if (target === T.RECORD && isComplex(c, source)) return true;
  if (target === T.RECORDARRAY && isComplex(c, elementTypeOf(c, source) || 0) && elementTypeOf(c, source)) return true;
  const cast = c.syscache('CASTSOURCETARGET', source, target);
  return !!cast && cast['castmethod'] === 'b' && cast['castcontext'] === 'i';
}

/** typeInheritsFrom, through pg_inherits of the rows' relations (also through a domain over composite), or typeIsOfTypedTable. */
export function typeInheritsFrom(c: CatalogReader, sub: Oid, superType: Oid): boolean {
  const from = relidOfType(c, sub);
  const to = relidOfType(c, superType);
  if (!from || !to) return false;
  if (c.syscache('RELOID', from)?.['reloftype'] === superType) return true;
  const seen = new Set<Oid>();
  const queue = [from];
  while (queue.length) {
    const rel = queue.pop()!;
    if (seen.has(rel)) continue;
    seen.add(rel);
    if (rel === to && rel !== from) return true;
    queue.push(...(c.relation(rel)?.parents ?? []));
  }
  return false;
}

/** can_coerce_type over several arguments. */
export function canCoerce(c: CatalogReader, inputs: readonly Oid[], targets: readonly Oid[], context: CoercionContext): boolean {
  let generic = false;
  for (let i = 0; i < inputs.length; i++) {
    const target = targets[i]!;
    if (inputs[i] === target || target === T.ANY) continue;
    if (isPolymorphic(target)) {
      generic = true;
      continue;
    }
    if (!canCoerceOne(c, inputs[i]!, target, context)) return false;
  }
  return !generic || checkGenericConsistency(c, inputs, targets);
}
export function canCoerceOne(c: CatalogReader, input: Oid, target: Oid, context: CoercionContext): boolean {
  if (input === target || target === T.ANY || input === T.UNKNOWN) return true;
  if (findCoercionPathway(c, target, input, context).path !== 'none') return true;
  if (input === T.RECORD && isComplex(c, target)) return true;
  if (target === T.RECORD && isComplex(c, input)) return true;
  if (input === T.RECORDARRAY && elementTypeOf(c, target) && isComplex(c, elementTypeOf(c, target))) return true;
  if (target === T.RECORDARRAY && elementTypeOf(c, input) && isComplex(c, elementTypeOf(c, input))) return true;
  return typeInheritsFrom(c, input, target);
}

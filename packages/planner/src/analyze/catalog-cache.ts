/** Derived lookups that analysis repeats, cached per catalog until its version moves: type operators, operator and function name lists. */
import type { Oid } from '@pglitedb/types';
import type { CatalogReader } from '@pglitedb/catalog';
import { baseTypeOf, elementTypeOf, isBinaryCoercible, kindOfType, T } from './coerce-paths.js';

/** A type's default comparison operators (typcache): 0 where there is none. */
export interface TypeOperators { lt: Oid; eq: Oid; gt: Oid; hashable: boolean; btreeOpclass: Oid; btreeFamily: Oid; btreeInput: Oid }
interface Derived { version: number; operators: Map<Oid, TypeOperators>; opclasses: Map<number, readonly Record<string, unknown>[]> }
const derived = new WeakMap<CatalogReader, Derived>();

function cacheOf(c: CatalogReader): Derived {
  let d = derived.get(c);
  const version = c.version();
  if (!d || d.version !== version) {
    d = { version, operators: new Map(), opclasses: new Map() };
    derived.set(c, d);
  }
  return d;
}
export const BTREE_AM = 403, HASH_AM = 405;

/** GetDefaultOpClass */
export function defaultOpclass(c: CatalogReader, type: Oid, am: Oid): Record<string, unknown> | undefined {
  const t = baseTypeOf(c, type);
  const d = cacheOf(c);
  let classes = d.opclasses.get(am);
  if (!classes) d.opclasses.set(am, (classes = c.rows('pg_opclass', { opcmethod: am }).filter((r) => (r as unknown as Record<string, unknown>)['opcdefault']) as unknown as Record<string, unknown>[]));
  const exact = classes.find((r) => r['opcintype'] === t);
  if (exact) return exact;
  const category = c.types.typeInfo(t)?.category;
  const compatible = classes.filter((r) => isBinaryCoercible(c, t, r['opcintype'] as Oid));
  const preferred = compatible.filter((r) => c.types.typeInfo(r['opcintype'] as Oid)?.preferred && c.types.typeInfo(r['opcintype'] as Oid)?.category === category);
  return preferred[0] ?? compatible[0];
}
/** get_opfamily_member */
export function opfamilyMember(c: CatalogReader, family: Oid, left: Oid, right: Oid, strategy: number): Oid {
  return (c.syscache('AMOPSTRATEGY', family, left, right, strategy)?.['amopopr'] as Oid | undefined) ?? 0;
}
/** lookup_type_cache's lt, eq, gt operators. */
export function typeOperators(c: CatalogReader, type: Oid): TypeOperators {
  const d = cacheOf(c);
  const known = d.operators.get(type);
  if (known) return known;
  const ops: TypeOperators = { lt: 0, eq: 0, gt: 0, hashable: false, btreeOpclass: 0, btreeFamily: 0, btreeInput: 0 };
  d.operators.set(type, ops);
  const btree = defaultOpclass(c, type, BTREE_AM);
  if (btree) {
    const family = btree['opcfamily'] as Oid, input = btree['opcintype'] as Oid;
    Object.assign(ops, { btreeOpclass: btree['oid'], btreeFamily: family, btreeInput: input });
    ops.lt = opfamilyMember(c, family, input, input, 1);
    ops.eq = opfamilyMember(c, family, input, input, 3);
    ops.gt = opfamilyMember(c, family, input, input, 5);
  }
  const hash = defaultOpclass(c, type, HASH_AM);
  if (hash) {
    const eq = opfamilyMember(c, hash['opcfamily'] as Oid, hash['opcintype'] as Oid, hash['opcintype'] as Oid, 1);
    if (!ops.eq) ops.eq = eq;
    ops.hashable = !!eq;
  }
  checkContainer(c, type, ops);
  return ops;
}
/** Containers compare only as their elements do. */
function checkContainer(c: CatalogReader, type: Oid, ops: TypeOperators): void {
  const base = baseTypeOf(c, type);
  const kind = kindOfType(c, base);
  let parts: readonly Oid[] = [];
  if (kind === 'a') parts = [elementTypeOf(c, base)];
  else if (kind === 'c') parts = c.types.fields(base).map((f) => f.typeOid);
  else if (kind === 'r' || kind === 'm') {
    ops.hashable &&= typeOperators(c, c.types.rangeInfo(base)!.subtypeOid).hashable;
    return;
  } else return;
  for (const p of parts) {
    const inner = typeOperators(c, p);
    ops.hashable &&= inner.hashable || p === T.RECORD;
    if (!inner.eq) ops.eq = 0;
    if (!inner.lt) ops.lt = 0;
    if (!inner.gt) ops.gt = 0;
  }
}

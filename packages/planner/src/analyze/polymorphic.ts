/** Polymorphic argument and result types: check_generic_type_consistency, enforce_generic_type_consistency. */
import { SqlError, type Oid } from '@pglitedb/types';
import type { CatalogReader } from '@pglitedb/catalog';
import { arrayOf, baseTypeOf, canCoerceOne, elementTypeOf, formatType, kindOfType, T } from './coerce-paths.js';
import { selectCommonTypeOids } from './common-type.js';

const FAMILY1: ReadonlySet<Oid> = new Set([2283, 2277, 2776, 3500, 3831, 4537]);
const FAMILY2: ReadonlySet<Oid> = new Set([5077, 5078, 5079, 5080, 4538]);
export const isPolymorphic = (t: Oid): boolean => FAMILY1.has(t) || FAMILY2.has(t);
export const isFamily2 = (t: Oid): boolean => FAMILY2.has(t);

const rangeOf = (c: CatalogReader, t: Oid): { range: Oid; subtype: Oid; multi: Oid } | undefined => {
  const info = c.types.rangeInfo(t);
  return info && { range: info.rangeOid, subtype: info.subtypeOid, multi: info.multirangeOid };
};

/** A mismatch found while only checking: one shared object, since making an error with its stack costs more than the check. */
const INCONSISTENT = new Error('inconsistent polymorphic arguments');
let checking = false;

/** Could these actual types fit the declared ones? */
export function checkGenericConsistency(c: CatalogReader, actual: readonly Oid[], declared: readonly Oid[]): boolean {
  checking = true;
  try {
    resolve(c, actual, declared.slice(0, actual.length), T.VOID, true);
    return true;
  } catch (e) {
    if (e === INCONSISTENT) return false;
    throw e;
  } finally {
    checking = false;
  }
}

interface Family { elem: Oid; array: Oid; range: Oid; multirange: Oid }
const collect = (c: CatalogReader, f: Family, slot: keyof Family, type: Oid, message: string): void => {
  if (f[slot] && f[slot] !== type) throw checking ? INCONSISTENT : new SqlError('42804', message, { detail: `${formatType(c, f[slot])} versus ${formatType(c, type)}` });
  f[slot] = type;
};

/** Replaces polymorphic types in `declared` by the actual ones and answers the actual result type. */
export function enforceGenericConsistency(c: CatalogReader, actual: readonly Oid[], declared: Oid[], result: Oid, allowPoly: boolean): Oid {
  if (!isPolymorphic(result) && !declared.some(isPolymorphic)) return result;
  return resolve(c, actual, declared, result, false, allowPoly);
}

function resolve(c: CatalogReader, actual: readonly Oid[], declared: Oid[], result: Oid, checkOnly: boolean, allowPoly = false): Oid {
  const one: Family = { elem: 0, array: 0, range: 0, multirange: 0 };
  const two: Family = { elem: 0, array: 0, range: 0, multirange: 0 };
  const compatible: Oid[] = [];
  let unknowns = false, nonArray = false, isEnum = false, family2 = false, family1 = false, nonArray2 = false;
  for (let i = 0; i < declared.length; i++) {
    const d = declared[i]!;
    let a = actual[i]!;
    if (!isPolymorphic(d)) continue;
    if (FAMILY1.has(d)) family1 = true;
    else family2 = true;
    if (d === T.ANYNONARRAY) nonArray = true;
    if (d === T.ANYENUM) isEnum = true;
    if (d === T.ANYCOMPATIBLENONARRAY) nonArray2 = true;
    if (a === T.UNKNOWN) {
      if (FAMILY1.has(d)) unknowns = true;
      continue;
    }
    if (allowPoly && d === a) continue;
    switch (d) {
      case T.ANYELEMENT: case T.ANYNONARRAY: case T.ANYENUM:
        collect(c, one, 'elem', a, 'arguments declared "anyelement" are not all alike');
        break;
      case T.ANYARRAY: a = baseTypeOf(c, a); collect(c, one, 'array', a, 'arguments declared "anyarray" are not all alike'); break;
      case T.ANYRANGE: a = baseTypeOf(c, a); collect(c, one, 'range', a, 'arguments declared "anyrange" are not all alike'); break;
      case T.ANYMULTIRANGE: a = baseTypeOf(c, a); collect(c, one, 'multirange', a, 'arguments declared "anymultirange" are not all alike'); break;
      case T.ANYCOMPATIBLE: case T.ANYCOMPATIBLENONARRAY: compatible.push(a); break;
      case T.ANYCOMPATIBLEARRAY: {
        a = baseTypeOf(c, a);
        const e = elementTypeOf(c, a);
        if (!e) throw checking ? INCONSISTENT : new SqlError('42804', `argument declared anycompatiblearray is not an array but type ${formatType(c, a)}`);
        two.array = a;
        compatible.push(e);
        break;
      }
      case T.ANYCOMPATIBLERANGE: a = baseTypeOf(c, a); collect(c, two, 'range', a, 'arguments declared "anycompatiblerange" are not all alike'); break;
      case T.ANYCOMPATIBLEMULTIRANGE: a = baseTypeOf(c, a); collect(c, two, 'multirange', a, 'arguments declared "anycompatiblemultirange" are not all alike'); break;
    }
  }
  if (family1 || FAMILY1.has(result)) resolveFamily1(c, one, unknowns, nonArray, isEnum, checkOnly, allowPoly, declared, actual);
  if (family2) resolveFamily2(c, two, compatible, checkOnly, nonArray2);
  if (checkOnly) return result;
  if (result === T.ANYCOMPATIBLERANGE) knownRange(two.range, 'anycompatiblerange');
  for (let i = 0; i < declared.length; i++) declared[i] = substitute(c, declared[i]!, one, two, i < actual.length ? actual[i]! : 0);
  return isPolymorphic(result) ? resultOf(c, result, one, two) : result;
}

function resolveFamily1(c: CatalogReader, f: Family, unknowns: boolean, nonArray: boolean, isEnum: boolean, checkOnly: boolean, allowPoly: boolean, declared: readonly Oid[], actual: readonly Oid[]): void {
  if (f.array) {
    const elem = f.array === T.ANYARRAY ? (checkOnly ? 0 : T.ANYELEMENT) : elementTypeOf(c, f.array);
    if (f.array !== T.ANYARRAY && !elem) throw checking ? INCONSISTENT : new SqlError('42804', `argument declared anyarray is not an array but type ${formatType(c, f.array)}`);
    if (f.array !== T.ANYARRAY || elem) {
      if (!f.elem) f.elem = elem;
      else if (elem && f.elem !== elem) throw checking ? INCONSISTENT : new SqlError('42804', 'argument declared anyarray is not consistent with argument declared anyelement', { detail: `${formatType(c, f.array)} versus ${formatType(c, f.elem)}` });
    }
  }
  if (f.multirange) {
    const r = rangeOf(c, f.multirange);
    if (!r || kindOfType(c, f.multirange) !== 'm') throw checking ? INCONSISTENT : new SqlError('42804', `argument declared anymultirange is not a multirange type but type ${formatType(c, f.multirange)}`);
    if (!f.range) f.range = r.range;
    else if (f.range !== r.range) throw checking ? INCONSISTENT : new SqlError('42804', 'argument declared anymultirange is not consistent with argument declared anyrange', { detail: `${formatType(c, f.multirange)} versus ${formatType(c, f.range)}` });
  }
  if (f.range) {
    const r = rangeOf(c, f.range);
    if (!r || kindOfType(c, f.range) !== 'r') throw checking ? INCONSISTENT : new SqlError('42804', `argument declared anyrange is not a range type but type ${formatType(c, f.range)}`);
    if (!f.elem) f.elem = r.subtype;
    else if (f.elem !== r.subtype) throw checking ? INCONSISTENT : new SqlError('42804', 'argument declared anyrange is not consistent with argument declared anyelement', { detail: `${formatType(c, f.range)} versus ${formatType(c, f.elem)}` });
  }
  if (!f.elem) {
    const polyInput = allowPoly && declared.some((d, i) => FAMILY1.has(d) && actual[i] === d);
    if (polyInput) {
      f.elem = T.ANYELEMENT; f.array = T.ANYARRAY; f.range = T.ANYRANGE; f.multirange = T.ANYMULTIRANGE;
    } else if (!checkOnly && (unknowns || declared.some((d) => FAMILY1.has(d)))) {
      throw checking ? INCONSISTENT : new SqlError('42804', 'could not determine polymorphic type because input has type unknown');
    }
    return;
  }
  if (nonArray && f.elem !== T.ANYELEMENT && elementTypeOf(c, f.elem)) throw checking ? INCONSISTENT : new SqlError('42804', `type matched to anynonarray is an array type: ${formatType(c, f.elem)}`);
  if (isEnum && f.elem !== T.ANYELEMENT && kindOfType(c, f.elem) !== 'e') throw checking ? INCONSISTENT : new SqlError('42804', `type matched to anyenum is not an enum type: ${formatType(c, f.elem)}`);
}

function resolveFamily2(c: CatalogReader, f: Family, compatible: Oid[], checkOnly: boolean, nonArray: boolean): void {
  if (f.multirange) {
    const r = rangeOf(c, f.multirange);
    if (!r || kindOfType(c, f.multirange) !== 'm') throw checking ? INCONSISTENT : new SqlError('42804', `argument declared anycompatiblemultirange is not a multirange type but type ${formatType(c, f.multirange)}`);
    if (f.range && f.range !== r.range) throw checking ? INCONSISTENT : new SqlError('42804', 'argument declared anycompatiblemultirange is not consistent with argument declared anycompatiblerange', { detail: `${formatType(c, f.multirange)} versus ${formatType(c, f.range)}` });
    f.range = r.range;
  }
  if (f.range) {
    const r = rangeOf(c, f.range);
    if (!r || kindOfType(c, f.range) !== 'r') throw checking ? INCONSISTENT : new SqlError('42804', `argument declared anycompatiblerange is not a range type but type ${formatType(c, f.range)}`);
    compatible.push(r.subtype);
  }
  f.elem = compatible.length ? selectCommonTypeOids(c, compatible, true) : T.TEXT;
  if (compatible.length && (!f.elem || !compatible.every((t) => canCoerceOne(c, t, f.elem, 'implicit')))) {
    throw checking ? INCONSISTENT : new SqlError('42804', 'arguments of anycompatible family cannot be cast to a common type');
  }
  if (f.range && rangeOf(c, f.range)!.subtype !== f.elem) throw checking ? INCONSISTENT : new SqlError('42804', 'anycompatiblerange type does not match anycompatible type', { detail: `${formatType(c, f.range)} versus ${formatType(c, f.elem)}` });
  f.array = arrayOf(c, f.elem);
  if (nonArray && elementTypeOf(c, f.elem)) throw checking ? INCONSISTENT : new SqlError('42804', `type matched to anycompatiblenonarray is an array type: ${formatType(c, f.elem)}`);
}

function need(c: CatalogReader, t: Oid, elem: Oid, what: 'array' | 'range' | 'multirange'): Oid {
  if (t) return t;
  throw checking ? INCONSISTENT : new SqlError('42704', what === 'array' ? `could not find array type for data type ${formatType(c, elem)}` : `could not find ${what} type for data type ${formatType(c, elem)}`);
}
function knownRange(t: Oid, declared: string): Oid {
  if (t) return t;
  throw checking ? INCONSISTENT : new SqlError('42804', `could not determine polymorphic type ${declared} because input has type unknown`);
}
function substitute(c: CatalogReader, d: Oid, one: Family, two: Family, actual: Oid): Oid {
  if (!isPolymorphic(d)) return d;
  switch (d) {
    case T.ANYARRAY: return one.array || need(c, one.elem === T.ANYELEMENT ? T.ANYARRAY : arrayOf(c, one.elem), one.elem, 'array');
    case T.ANYRANGE: return one.range || (actual === T.UNKNOWN ? need(c, 0, one.elem, 'range') : actual);
    case T.ANYMULTIRANGE: return one.multirange || (one.range ? rangeOf(c, one.range)!.multi : need(c, 0, one.elem, 'multirange'));
    default: return resultOf(c, d, one, two);
  }
}
function resultOf(c: CatalogReader, t: Oid, one: Family, two: Family): Oid {
  switch (t) {
    case T.ANYELEMENT: case T.ANYNONARRAY: case T.ANYENUM: return one.elem;
    case T.ANYARRAY: return one.array || need(c, arrayOf(c, one.elem), one.elem, 'array');
    case T.ANYRANGE: return need(c, one.range, one.elem, 'range');
    case T.ANYMULTIRANGE: return one.multirange || need(c, one.range ? rangeOf(c, one.range)!.multi : 0, one.elem, 'multirange');
    case T.ANYCOMPATIBLE: case T.ANYCOMPATIBLENONARRAY: return two.elem;
    case T.ANYCOMPATIBLEARRAY: return need(c, two.array || arrayOf(c, two.elem), two.elem, 'array');
    case T.ANYCOMPATIBLERANGE: return knownRange(two.range, 'anycompatiblerange');
    default: return two.multirange || knownRange(two.range ? rangeOf(c, two.range)!.multi : 0, 'anycompatiblemultirange');
  }
}

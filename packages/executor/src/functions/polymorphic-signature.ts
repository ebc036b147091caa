/** Whether a polymorphic or internal result type can be told from the arguments (check_valid_polymorphic_signature). */
import type { CatalogReader } from '@pglitedb/catalog';
import type { Oid } from '@pglitedb/types';

const ANYELEMENT = 2283, ANYARRAY = 2277, ANYNONARRAY = 2776, ANYENUM = 3500, ANYRANGE = 3831, ANYMULTIRANGE = 4537;
const ANYCOMPATIBLE = 5077, ANYCOMPATIBLEARRAY = 5078, ANYCOMPATIBLENONARRAY = 5079, ANYCOMPATIBLERANGE = 5080, ANYCOMPATIBLEMULTIRANGE = 4538;
const INTERNAL = 2281;

interface Need { readonly results: readonly Oid[]; readonly inputs: readonly Oid[]; readonly words: string }

const FAMILY1 = [ANYELEMENT, ANYARRAY, ANYNONARRAY, ANYENUM, ANYRANGE, ANYMULTIRANGE];
const FAMILY2 = [ANYCOMPATIBLE, ANYCOMPATIBLEARRAY, ANYCOMPATIBLENONARRAY, ANYCOMPATIBLERANGE, ANYCOMPATIBLEMULTIRANGE];

const NEEDS: readonly Need[] = [
  { results: [ANYRANGE, ANYMULTIRANGE], inputs: [ANYRANGE, ANYMULTIRANGE], words: 'anyrange or anymultirange' },
  { results: [ANYCOMPATIBLERANGE, ANYCOMPATIBLEMULTIRANGE], inputs: [ANYCOMPATIBLERANGE, ANYCOMPATIBLEMULTIRANGE], words: 'anycompatiblerange or anycompatiblemultirange' },
  { results: FAMILY1, inputs: FAMILY1, words: 'anyelement, anyarray, anynonarray, anyenum, anyrange, or anymultirange' },
  { results: FAMILY2, inputs: FAMILY2, words: 'anycompatible, anycompatiblearray, anycompatiblenonarray, anycompatiblerange, or anycompatiblemultirange' },
  { results: [INTERNAL], inputs: [INTERNAL], words: 'internal' },
];

/** What is missing, as the DETAIL says it; undefined where nothing is. */
export function unresolvableResult(c: CatalogReader, result: Oid, inputs: readonly Oid[]): string | undefined {
  const need = NEEDS.find((n) => n.results.includes(result));
  if (need === undefined || inputs.some((t) => need.inputs.includes(t))) return undefined;
  return `A result of type ${c.types.formatType(result, -1)} requires at least one input of type ${need.words}.`;
}

/** What anyelement would be for an argument of that declared type; undefined: the argument does not tell. */
export function elementSeenBy(c: CatalogReader, declared: Oid, actual: Oid): Oid | 'mismatch' | undefined {
  const info = c.types.typeInfo(actual);
  switch (declared) {
    case ANYELEMENT: case ANYNONARRAY: case ANYENUM: return actual;
    case ANYARRAY: return actual === ANYARRAY ? ANYELEMENT : info?.kind === 'a' ? info.elementOid : 'mismatch';
    case ANYRANGE: case ANYMULTIRANGE: return actual === declared ? ANYELEMENT : (c.types.rangeInfo(actual)?.subtypeOid ?? 'mismatch');
    default: return undefined;
  }
}

/** The result type of a function called with these argument types; itself where they leave it polymorphic. */
export function resolvedResult(c: CatalogReader, fn: { proargtypes: readonly Oid[]; prorettype: Oid }, actual: readonly Oid[]): Oid {
  if (!FAMILY1.includes(fn.prorettype)) return fn.prorettype;
  const seen = fn.proargtypes.map((t, k) => elementSeenBy(c, t, actual[k] ?? 0)).find((t) => t !== undefined);
  if (seen === undefined || seen === 'mismatch' || FAMILY1.includes(seen)) return fn.prorettype;
  if (fn.prorettype === ANYARRAY) return c.types.typeInfo(seen)?.arrayOid || fn.prorettype;
  if (fn.prorettype === ANYRANGE || fn.prorettype === ANYMULTIRANGE) return actual[fn.proargtypes.indexOf(fn.prorettype)] ?? fn.prorettype;
  return seen;
}

/** The comparison functions of one type, or of two types, as pg_proc names them. */
import type { Datum } from '../datum.js';
import type { BuiltinFn } from '../function-impl.js';

type Compare<A, B> = (a: A, b: B) => number;

/** prefix_eq, _ne, _lt, _le, _gt, _ge; `suffix` for cross-type names such as date_lt_timestamp. */
export function comparisons<A = Datum, B = Datum>(prefix: string, compare: Compare<A, B>, suffix = ''): Record<string, BuiltinFn> {
  return {
    [`${prefix}_eq${suffix}`]: (a: A, b: B) => compare(a, b) === 0,
    [`${prefix}_ne${suffix}`]: (a: A, b: B) => compare(a, b) !== 0,
    [`${prefix}_lt${suffix}`]: (a: A, b: B) => compare(a, b) < 0,
    [`${prefix}_le${suffix}`]: (a: A, b: B) => compare(a, b) <= 0,
    [`${prefix}_gt${suffix}`]: (a: A, b: B) => compare(a, b) > 0,
    [`${prefix}_ge${suffix}`]: (a: A, b: B) => compare(a, b) >= 0,
  };
}

/** The above with _cmp, _larger and _smaller. */
export function compareFamily<A = Datum>(prefix: string, compare: Compare<A, A>): Record<string, BuiltinFn> {
  return {
    ...comparisons(prefix, compare),
    [`${prefix}_cmp`]: compare,
    [`${prefix}_larger`]: (a: A, b: A) => (compare(a, b) > 0 ? a : b),
    [`${prefix}_smaller`]: (a: A, b: A) => (compare(a, b) < 0 ? a : b),
  };
}

/** Default order of numbers and int8-like values, infinities included. */
export const compareScalars = (a: number | bigint, b: number | bigint): number => (a < b ? -1 : a > b ? 1 : 0);

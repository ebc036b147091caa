/** Families of comparison functions (eq, ne, lt, le, gt, ge, cmp, larger, smaller) made from one comparison. */
import type { FunctionImpl } from '../function-impl.js';

export type ComparisonNames = Partial<
  Record<'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge' | 'cmp' | 'larger' | 'smaller', string>
>;

/** Functions over values whose JS operators < > === are the SQL ones: numbers, mixed number/bigint, booleans. */
export function nativeComparisons(names: ComparisonNames): Record<string, FunctionImpl> {
  const out: Record<string, FunctionImpl> = {};
  const js = (op: string) => (a: string, b: string) => `(${a} ${op} ${b})`;
  if (names.eq) out[names.eq] = { fn: (a, b) => a === b, js: js('===') };
  if (names.ne) out[names.ne] = { fn: (a, b) => a !== b, js: js('!==') };
  if (names.lt) out[names.lt] = { fn: (a, b) => a < b, js: js('<') };
  if (names.le) out[names.le] = { fn: (a, b) => a <= b, js: js('<=') };
  if (names.gt) out[names.gt] = { fn: (a, b) => a > b, js: js('>') };
  if (names.ge) out[names.ge] = { fn: (a, b) => a >= b, js: js('>=') };
  if (names.cmp) out[names.cmp] = { fn: (a, b) => (a < b ? -1 : a > b ? 1 : 0) };
  if (names.larger) out[names.larger] = { fn: (a, b) => (a > b ? a : b) };
  if (names.smaller) out[names.smaller] = { fn: (a, b) => (a < b ? a : b) };
  return out;
}

/** The same from an explicit comparison. */
export function comparisons<T>(compare: (a: T, b: T) => number, names: ComparisonNames): Record<string, FunctionImpl> {
  const out: Record<string, FunctionImpl> = {};
  if (names.eq) out[names.eq] = { fn: (a: T, b: T) => compare(a, b) === 0 };
  if (names.ne) out[names.ne] = { fn: (a: T, b: T) => compare(a, b) !== 0 };
  if (names.lt) out[names.lt] = { fn: (a: T, b: T) => compare(a, b) < 0 };
  if (names.le) out[names.le] = { fn: (a: T, b: T) => compare(a, b) <= 0 };
  if (names.gt) out[names.gt] = { fn: (a: T, b: T) => compare(a, b) > 0 };
  if (names.ge) out[names.ge] = { fn: (a: T, b: T) => compare(a, b) >= 0 };
  if (names.cmp) out[names.cmp] = { fn: compare };
  if (names.larger) out[names.larger] = { fn: (a: T, b: T) => (compare(a, b) > 0 ? a : b) };
  if (names.smaller) out[names.smaller] = { fn: (a: T, b: T) => (compare(a, b) < 0 ? a : b) };
  return out;
}

/** The usual names: prefix + eq, ne, lt, le, gt, ge. */
export function orderNames(prefix: string, more: ComparisonNames = {}): ComparisonNames {
  return {
    eq: `${prefix}eq`, ne: `${prefix}ne`, lt: `${prefix}lt`, le: `${prefix}le`, gt: `${prefix}gt`, ge: `${prefix}ge`,
    ...more,
  };
}

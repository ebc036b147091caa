/** Array functions that look at or rebuild arrays, by prosrc. */
import type { Datum } from '../datum.js';
import type { Oid } from '../brand.js';
import { SqlError } from '../errors.js';
import { defineFunctions, type CallContext } from '../function-impl.js';
import type { TypeImpl } from '../type-impl.js';
import { comparisons } from '../any/compare-family.js';
import { compareOf, equalsOf } from '../any/datum-codec.js';
import { ARRAY_DIMENSIONS_MAX, ARRAY_SIZE_MAX, PgArray } from './value.js';
import { arrayTooLarge } from './text-io.js';
import { compareArrays } from './type.js';

type Maybe = PgArray | null;
type Ctx = CallContext;

const elementImpl = (a: PgArray, c: Ctx): TypeImpl => c.env.types.typeImpl(a.elementOid);

/** The element type of an array result or argument, domains looked through. */
export function elementOidOf(arrayOid: Oid, c: Ctx): Oid {
  let info = c.env.types.typeInfo(arrayOid);
  while (info !== undefined && info.kind === 'd') info = c.env.types.typeInfo(info.baseOid);
  return info?.elementOid ?? 0;
}

function checkComparable(a: PgArray, b: PgArray): void {
  if (a.elementOid !== b.elementOid) throw new SqlError('42804', 'cannot compare arrays of different element types');
}

const compareIn = (a: PgArray, b: PgArray, c: Ctx): number => {
  checkComparable(a, b);
  return compareArrays(a, b, elementImpl(a, c));
};

function arrayEq(a: PgArray, b: PgArray, c: Ctx): boolean {
  checkComparable(a, b);
  if (a.elements.length !== b.elements.length || a.dims.length !== b.dims.length) return false;
  for (let i = 0; i < a.dims.length; i++) if (a.dims[i] !== b.dims[i] || a.lbounds[i] !== b.lbounds[i]) return false;
  const equal = equalsOf(elementImpl(a, c));
  return a.elements.every((v, i) => {
    const w = b.elements[i];
    return v === null || w === null ? v === w : equal(v, w);
  });
}

function dataTypeMismatch(a: PgArray, b: PgArray, c: Ctx): SqlError {
  const t = c.env.types;
  return new SqlError('42804', 'cannot concatenate incompatible arrays',
    { detail: `Arrays with element types ${t.formatType(a.elementOid, -1)} and ${t.formatType(b.elementOid, -1)} are not compatible for concatenation.` });
}

export function concatArrays(a: Maybe, b: Maybe, c: Ctx): Maybe {
  if (a === null || b === null) return a ?? b;
  if (a.elementOid !== b.elementOid) throw dataTypeMismatch(a, b, c);
  if (a.dims.length === 0) return b;
  if (b.dims.length === 0) return a;
  const delta = a.dims.length - b.dims.length;
  const mismatch = (): SqlError => new SqlError('2202E', 'cannot concatenate incompatible arrays',
    { detail: `Arrays with differing ${delta === 0 ? 'element ' : ''}dimensions are not compatible for concatenation.` });
  if (delta < -1 || delta > 1) {
    throw new SqlError('2202E', 'cannot concatenate incompatible arrays',
      { detail: `Arrays of ${a.dims.length} and ${b.dims.length} dimensions are not compatible for concatenation.` });
  }
  const outer = delta >= 0 ? a : b;
  const inner = delta >= 0 ? b : a;
  const dims = [...outer.dims];
  const rest = delta === 0 ? inner.dims.slice(1) : inner.dims;
  for (let i = 0; i < rest.length; i++) {
    if (dims[i + 1] !== rest[i] || outer.lbounds[i + 1] !== (delta === 0 ? inner.lbounds[i + 1] : inner.lbounds[i])) throw mismatch();
  }
  dims[0] = outer.dims[0]! + (delta === 0 ? inner.dims[0]! : 1);
  return new PgArray(a.elementOid, dims, [...outer.lbounds], [...a.elements, ...b.elements]);
}

function append(a: Maybe, v: Datum | null, c: Ctx): PgArray {
  const oid = a?.elementOid ?? elementOidOf(c.resultType, c);
  if (a === null || a.dims.length === 0) return PgArray.of(oid, [v]);
  if (a.dims.length !== 1) throw new SqlError('22000', 'argument must be empty or one-dimensional array');
  if (a.lbounds[0]! + a.dims[0]! > 2147483646) throw new SqlError('22003', 'integer out of range');
  return new PgArray(oid, [a.dims[0]! + 1], [...a.lbounds], [...a.elements, v]);
}

function prepend(v: Datum | null, a: Maybe, c: Ctx): PgArray {
  const oid = a?.elementOid ?? elementOidOf(c.resultType, c);
  if (a === null || a.dims.length === 0) return PgArray.of(oid, [v]);
  if (a.dims.length !== 1) throw new SqlError('22000', 'argument must be empty or one-dimensional array');
  if (a.lbounds[0]! < -2147483647) throw new SqlError('22003', 'integer out of range');
  return new PgArray(oid, [a.dims[0]! + 1], [...a.lbounds], [v, ...a.elements]);
}

function positions(a: PgArray, v: Datum | null, start: number, c: Ctx, name: string): number[] {
  if (a.dims.length > 1) throw new SqlError('0A000', name);
  const equal = equalsOf(elementImpl(a, c));
  const out: number[] = [];
  a.elements.forEach((e, i) => {
    const at = i + a.lbounds[0]!;
    if (at >= start && (e === null || v === null ? e === v : equal(e, v))) out.push(at);
  });
  return out;
}

const SEARCH = 'searching for elements in multidimensional arrays is not supported';

function position(a: Maybe, v: Datum | null, start: number | null, c: Ctx): number | null {
  if (a === null) return null;
  if (a.dims.length > 1) throw new SqlError('0A000', SEARCH);
  if (start === null) throw new SqlError('22004', 'initial position must not be null');
  return positions(a, v, start, c, SEARCH)[0] ?? null;
}

function remove(a: Maybe, v: Datum | null, c: Ctx): Maybe {
  if (a === null) return null;
  if (a.dims.length > 1) throw new SqlError('0A000', 'removing elements from multidimensional arrays is not supported');
  const equal = equalsOf(elementImpl(a, c));
  const kept = a.elements.filter((e) => !(e === null || v === null ? e === v : equal(e, v)));
  if (kept.length === a.elements.length) return a;
  return kept.length === 0 ? PgArray.empty(a.elementOid) : new PgArray(a.elementOid, [kept.length], [...a.lbounds], kept);
}

function replace(a: Maybe, from: Datum | null, to: Datum | null, c: Ctx): Maybe {
  if (a === null) return null;
  const equal = equalsOf(elementImpl(a, c));
  return new PgArray(a.elementOid, a.dims, a.lbounds,
    a.elements.map((e) => ((e === null || from === null ? e === from : equal(e, from)) ? to : e)));
}

function fill(v: Datum | null, dims: Maybe, lbounds: Maybe | undefined, c: Ctx): PgArray {
  if (dims === null || lbounds === null) throw new SqlError('22004', 'dimension array or low bound array cannot be null');
  const vector = (a: PgArray, what: string): number[] => {
    if (a.dims.length > 1) {
      throw new SqlError('2202E', 'wrong number of array subscripts', { detail: `${what} array must be one dimensional.` });
    }
    if (a.hasNulls()) throw new SqlError('22004', 'dimension values cannot be null');
    return a.elements as number[];
  };
  const d = vector(dims, 'Dimension');
  if (d.length > ARRAY_DIMENSIONS_MAX) throw new SqlError('54000', `number of array dimensions (${d.length}) exceeds the maximum allowed (${ARRAY_DIMENSIONS_MAX})`);
  let l: number[] = d.map(() => 1);
  if (lbounds !== undefined) {
    l = vector(lbounds, 'Dimension');
    if (l.length !== d.length) {
      throw new SqlError('2202E', 'wrong number of array subscripts', { detail: 'Low bound array has different size than dimensions array.' });
    }
  }
  const oid = elementOidOf(c.resultType, c);
  if (d.some((n) => n < 0)) throw arrayTooLarge();
  const count = d.reduce((x, y) => x * y, 1);
  if (count > ARRAY_SIZE_MAX) throw arrayTooLarge();
  d.forEach((n, i) => {
    if (n > 0 && l[i]! + n > 2147483647) throw new SqlError('54000', `array lower bound is too large: ${l[i]}`);
  });
  if (count === 0 || d.length === 0) return PgArray.empty(oid);
  return new PgArray(oid, [...d], [...l], new Array(count).fill(v));
}

const contains = (a: PgArray, b: PgArray, c: Ctx): boolean => {
  checkComparable(a, b);
  const equal = equalsOf(elementImpl(a, c));
  return b.elements.every((v) => v !== null && a.elements.some((w) => w !== null && equal(w, v)));
};

function overlap(a: PgArray, b: PgArray, c: Ctx): boolean {
  checkComparable(a, b);
  const equal = equalsOf(elementImpl(a, c));
  return a.elements.some((v) => v !== null && b.elements.some((w) => w !== null && equal(v, w)));
}

/** Slices along the first dimension, for reordering whole rows. */
function firstSlices(a: PgArray): (Datum | null)[][] {
  const n = a.dims[0] ?? 0;
  const size = n === 0 ? 0 : a.elements.length / n;
  return Array.from({ length: n }, (_, i) => a.elements.slice(i * size, (i + 1) * size));
}

function fromSlices(a: PgArray, slices: (Datum | null)[][], keepBound: boolean): PgArray {
  if (slices.length === 0) return PgArray.empty(a.elementOid);
  return new PgArray(a.elementOid, [slices.length, ...a.dims.slice(1)], [keepBound ? a.lbounds[0]! : 1, ...a.lbounds.slice(1)], slices.flat());
}

function shuffled<T>(items: T[], n: number): T[] {
  const pool = [...items];
  for (let i = 0; i < n; i++) {
    const j = i + Math.floor(Math.random() * (pool.length - i));
    [pool[i], pool[j]] = [pool[j]!, pool[i]!];
  }
  return pool.slice(0, n);
}

function sort(a: PgArray, descending: boolean, nullsFirst: boolean, c: Ctx): PgArray {
  if (a.dims.length === 0 || a.dims[0]! < 2) return a;
  const element = elementImpl(a, c);
  if (a.dims.length === 1) {
    const compare = compareOf(element);
    const sorted = [...a.elements].sort((x, y) => {
      if (x === null || y === null) return x === y ? 0 : (x === null) === nullsFirst ? -1 : 1;
      return descending ? compare(y, x) : compare(x, y);
    });
    return new PgArray(a.elementOid, a.dims, a.lbounds, sorted);
  }
  const slices = firstSlices(a).map((s) => new PgArray(a.elementOid, a.dims.slice(1), a.lbounds.slice(1), s));
  slices.sort((x, y) => (descending ? -1 : 1) * compareArrays(x, y, element));
  return fromSlices(a, slices.map((s) => s.elements), true);
}

function* subscripts(a: PgArray, dim: number, reverse: boolean): Iterable<number> {
  if (dim < 1 || dim > a.dims.length) return;
  const first = a.lbounds[dim - 1]!;
  const n = a.dims[dim - 1]!;
  for (let i = 0; i < n; i++) yield reverse ? first + n - 1 - i : first + i;
}

const inDims = (a: PgArray, dim: number): boolean => dim >= 1 && dim <= a.dims.length;

function widthBucket(v: Datum, a: PgArray, c: Ctx): number {
  if (a.dims.length > 1) throw new SqlError('2202E', 'thresholds must be one-dimensional array');
  if (a.hasNulls()) throw new SqlError('22004', 'thresholds array must not contain NULLs');
  const compare = compareOf(elementImpl(a, c));
  let lo = 0;
  let hi = a.elements.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (compare(v, a.elements[mid]) < 0) hi = mid;
    else lo = mid + 1;
  }
  return lo;
}

const compareNames: Record<string, (a: PgArray, b: PgArray, c: Ctx) => unknown> = {};
let callContext: Ctx;
for (const [name, f] of Object.entries(comparisons<PgArray, PgArray>('array', (a, b) => compareIn(a, b, callContext)))) {
  if (name === 'array_eq' || name === 'array_ne') continue;
  compareNames[name] = (a, b, c) => {
    callContext = c;
    return f(a, b);
  };
}

defineFunctions({
  ...compareNames,
  array_eq: arrayEq,
  array_ne: (a: PgArray, b: PgArray, c: Ctx) => !arrayEq(a, b, c),
  btarraycmp: compareIn,
  array_larger: (a: PgArray, b: PgArray, c: Ctx) => (compareIn(a, b, c) > 0 ? a : b),
  array_smaller: (a: PgArray, b: PgArray, c: Ctx) => (compareIn(a, b, c) < 0 ? a : b),
  array_append: append,
  array_prepend: prepend,
  array_cat: concatArrays,
  array_ndims: (a: PgArray) => (a.dims.length === 0 ? null : a.dims.length),
  array_dims: (a: PgArray) => (a.dims.length === 0 ? null : a.dims.map((d, i) => `[${a.lbounds[i]}:${a.lbounds[i]! + d - 1}]`).join('')),
  array_lower: (a: PgArray, d: number) => (inDims(a, d) ? a.lbounds[d - 1] : null),
  array_upper: (a: PgArray, d: number) => (inDims(a, d) ? a.lbounds[d - 1]! + a.dims[d - 1]! - 1 : null),
  array_length: (a: PgArray, d: number) => (inDims(a, d) ? a.dims[d - 1] : null),
  array_cardinality: (a: PgArray) => a.elements.length,
  array_position: (a: Maybe, v: Datum | null, c: Ctx) => (a === null ? null : (positions(a, v, -Infinity, c, SEARCH)[0] ?? null)),
  array_position_start: position,
  array_positions: (a: Maybe, v: Datum | null, c: Ctx) => (a === null ? null : PgArray.of(23, positions(a, v, -Infinity, c, SEARCH))),
  array_remove: remove,
  array_replace: replace,
  array_fill: (v: Datum | null, d: Maybe, c: Ctx) => fill(v, d, undefined, c),
  array_fill_with_lower_bounds: fill,
  arraycontains: contains,
  arraycontained: (a: PgArray, b: PgArray, c: Ctx) => contains(b, a, c),
  arrayoverlap: overlap,
  array_unnest: { fn: (a: PgArray) => a.elements, set: true },
  generate_subscripts: { fn: subscripts, set: true },
  generate_subscripts_nodir: { fn: (a: PgArray, d: number) => subscripts(a, d, false), set: true },
  trim_array: (a: PgArray, n: number) => {
    const length = a.dims[0] ?? 0;
    if (n < 0 || n > length) throw new SqlError('2202E', `number of elements to trim must be between 0 and ${length}`);
    return fromSlices(a, firstSlices(a).slice(0, length - n), false);
  },
  array_shuffle: (a: PgArray) => (a.dims.length === 0 || a.dims[0]! < 2 ? a : fromSlices(a, shuffled(firstSlices(a), a.dims[0]!), true)),
  array_sample: (a: PgArray, n: number) => {
    const length = a.dims[0] ?? 0;
    if (n < 0 || n > length) throw new SqlError('22023', `sample size must be between 0 and ${length}`);
    return fromSlices(a, shuffled(firstSlices(a), n), false);
  },
  array_reverse: (a: PgArray) => (a.dims.length === 0 || a.dims[0]! < 2 ? a : fromSlices(a, firstSlices(a).reverse(), true)),
  array_sort: (a: PgArray, c: Ctx) => sort(a, false, false, c),
  array_sort_order: (a: PgArray, desc: boolean, c: Ctx) => sort(a, desc, desc, c),
  array_sort_order_nulls_first: sort,
  width_bucket_array: widthBucket,
});

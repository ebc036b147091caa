/** Subscripting of arrays: element and slice, read and assigned, with PostgreSQL's rules for growth and bounds. */
import type { Datum } from '../datum.js';
import { SqlError } from '../errors.js';
import { ARRAY_DIMENSIONS_MAX, ARRAY_SIZE_MAX, PgArray } from './value.js';
import { arrayTooLarge } from './text-io.js';

/** No subscript may be the largest int4: the bound after it must exist. */
const INT_MAX = 2147483647;

const tooMany = (n: number): SqlError => new SqlError('54000', `number of array dimensions (${n}) exceeds the maximum allowed (${ARRAY_DIMENSIONS_MAX})`);

/** Offset of an element, -1 when a subscript is out of bounds or their number is wrong. */
function offsetOf(arr: PgArray, subscripts: readonly number[]): number {
  if (subscripts.length !== arr.ndim || arr.ndim === 0) return -1;
  let offset = 0;
  for (let k = 0; k < subscripts.length; k++) {
    const at = subscripts[k]! - arr.lbounds[k]!;
    if (at < 0 || at >= arr.dims[k]!) return -1;
    offset = offset * arr.dims[k]! + at;
  }
  return offset;
}

/** arr[i][j]: NULL outside of the array. */
export function arrayGet(arr: PgArray, subscripts: readonly number[]): Datum {
  const offset = offsetOf(arr, subscripts);
  return offset < 0 ? null : arr.elements[offset];
}

/** arr[l:u][l:u]: missing bounds are the array's own; the result's lower bounds are 1. */
export function arrayGetSlice(arr: PgArray, upper: readonly (number | undefined)[], lower: readonly (number | undefined)[]): PgArray {
  const n = arr.ndim;
  if (n === 0 || upper.length > n) return PgArray.empty(arr.elementOid);
  const from: number[] = [];
  const dims: number[] = [];
  for (let k = 0; k < n; k++) {
    const lo = Math.max(k < lower.length ? (lower[k] ?? arr.lbounds[k]!) : arr.lbounds[k]!, arr.lbounds[k]!);
    const hi = Math.min(k < upper.length ? (upper[k] ?? Infinity) : Infinity, arr.lbounds[k]! + arr.dims[k]! - 1);
    if (lo > hi) return PgArray.empty(arr.elementOid);
    from.push(lo - arr.lbounds[k]!);
    dims.push(hi - lo + 1);
  }
  const elements: Datum[] = [];
  visit(arr, dims, from, 0, 0, (offset) => elements.push(arr.elements[offset]));
  return new PgArray(arr.elementOid, dims, dims.map(() => 1), elements);
}

/** Calls back for every element of a box inside of the array, in row-major order. */
function visit(arr: PgArray, dims: readonly number[], from: readonly number[], depth: number, base: number, call: (offset: number) => void): void {
  for (let k = 0; k < dims[depth]!; k++) {
    const offset = base * arr.dims[depth]! + from[depth]! + k;
    if (depth === dims.length - 1) call(offset);
    else visit(arr, dims, from, depth + 1, offset, call);
  }
}

/** arr[i] := value. A one-dimensional array grows, its gap filled with NULLs; an empty one is made. */
export function arraySet(arr: PgArray, subscripts: readonly number[], value: Datum): PgArray {
  if (subscripts.length > ARRAY_DIMENSIONS_MAX) throw tooMany(subscripts.length);
  if (arr.ndim === 0) return new PgArray(arr.elementOid, subscripts.map(() => 1), [...subscripts], [value]);
  if (arr.ndim !== subscripts.length) throw new SqlError('2202E', 'wrong number of array subscripts');
  if (arr.ndim === 1) return setGrowing(arr, subscripts[0]!, [value]);
  const offset = offsetOf(arr, subscripts);
  if (offset < 0) throw new SqlError('2202E', 'array subscript out of range');
  const elements = [...arr.elements];
  elements[offset] = value;
  return new PgArray(arr.elementOid, arr.dims, arr.lbounds, elements);
}

/** Puts values at [at, at + n) of a one-dimensional array, growing it at either end. */
function setGrowing(arr: PgArray, at: number, values: readonly Datum[]): PgArray {
  const low = arr.lbounds[0]!;
  const first = Math.min(low, at);
  const end = Math.max(low + arr.dims[0]!, at + values.length);
  if (end - 1 >= INT_MAX || end - first > ARRAY_SIZE_MAX) throw arrayTooLarge();
  const elements = new Array<Datum>(end - first).fill(null);
  for (let k = 0; k < arr.elements.length; k++) elements[low - first + k] = arr.elements[k];
  for (let k = 0; k < values.length; k++) elements[at - first + k] = values[k];
  return new PgArray(arr.elementOid, [end - first], [first], elements);
}

/** arr[l:u] := source. */
export function arraySetSlice(arr: PgArray, upper: readonly (number | undefined)[], lower: readonly (number | undefined)[], source: PgArray): PgArray {
  const n = upper.length;
  if (n > ARRAY_DIMENSIONS_MAX) throw tooMany(n);
  const los: number[] = [];
  const his: number[] = [];
  for (let k = 0; k < n; k++) {
    if (arr.ndim === 0 && (upper[k] === undefined || lower[k] === undefined)) {
      throw new SqlError('2202E', 'array slice subscript must provide both boundaries', { detail: 'When assigning to a slice of an empty array value, slice boundaries must be fully specified.' });
    }
    los.push(lower[k] ?? arr.lbounds[k]!);
    his.push(upper[k] ?? arr.lbounds[k]! + arr.dims[k]! - 1);
    if (los[k]! > his[k]! + (arr.ndim === 0 ? 0 : 1)) throw new SqlError('2202E', 'upper bound cannot be less than lower bound');
  }
  const dims = los.map((lo, k) => his[k]! - lo + 1);
  const wanted = dims.reduce((a, b) => a * b, 1);
  if (wanted > ARRAY_SIZE_MAX || his.some((hi) => hi >= INT_MAX)) throw arrayTooLarge();
  if (source.elements.length < wanted) throw new SqlError('2202E', 'source array too small');
  if (arr.ndim === 0) return new PgArray(arr.elementOid, dims, los, source.elements.slice(0, wanted));
  if (arr.ndim < n) throw new SqlError('2202E', 'wrong number of array subscripts');
  if (arr.ndim === 1) return setGrowing(arr, los[0]!, source.elements.slice(0, wanted));
  return setBox(arr, los, his, source);
}

function setBox(arr: PgArray, los: readonly number[], his: readonly number[], source: PgArray): PgArray {
  const from: number[] = [];
  const dims: number[] = [];
  for (let k = 0; k < arr.ndim; k++) {
    const lo = k < los.length ? los[k]! : arr.lbounds[k]!;
    const hi = k < his.length ? his[k]! : arr.lbounds[k]! + arr.dims[k]! - 1;
    if (lo < arr.lbounds[k]! || hi >= arr.lbounds[k]! + arr.dims[k]!) throw new SqlError('2202E', 'array subscript out of range');
    from.push(lo - arr.lbounds[k]!);
    dims.push(hi - lo + 1);
  }
  const elements = [...arr.elements];
  let next = 0;
  visit(arr, dims, from, 0, 0, (offset) => { elements[offset] = source.elements[next++]; });
  return new PgArray(arr.elementOid, arr.dims, arr.lbounds, elements);
}

/** A stable merge sort that gives the thread away. */
import type { Steps } from '@pglitedb/txn';

const RUN = 4096;
/** Merged without giving the thread away. */
const PIECE = 2 * RUN;

/** Stable merge sort of an index array, giving the thread away between runs and their pieces. */
export function* mergeSort(order: Int32Array, compare: (i: number, j: number) => number, breathe: () => Steps<void>): Steps<void> {
  const n = order.length;
  for (let from = 0; from < n; from += RUN) {
    order.subarray(from, Math.min(n, from + RUN)).sort((a, b) => compare(a, b) || a - b);
    yield* breathe();
  }
  let source: Int32Array = order;
  let target: Int32Array = new Int32Array(n);
  for (let width = RUN; width < n; width *= 2) {
    for (let from = 0; from < n; from += 2 * width) {
      yield* mergeRuns(source, target, from, Math.min(n, from + width), Math.min(n, from + 2 * width), compare, breathe);
    }
    [source, target] = [target, source];
  }
  if (source !== order) order.set(source);
}

function* mergeRuns(source: Int32Array, target: Int32Array, from: number, middle: number, end: number, compare: (i: number, j: number) => number, breathe: () => Steps<void>): Steps<void> {
  let a = from;
  let b = middle;
  for (let k = from; k < end;) {
    const stop = Math.min(end, k + PIECE);
    for (; k < stop; k++) {
      if (a < middle && (b >= end || compare(source[a]!, source[b]!) <= 0)) target[k] = source[a++]!;
      else target[k] = source[b++]!;
    }
    yield* breathe();
  }
}

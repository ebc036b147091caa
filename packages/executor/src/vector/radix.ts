/**
 * Stable order of numbers by least-significant-digit radix sort: keys become 64-bit integers of the same order (IEEE
 * bits, negatives complemented, NaN last, -0 as 0), sorted by 11-bit digits; digits that all keys share are skipped.
 * The thread is given away between digits.
 */
import type { Steps } from '@pglitedb/txn';

const DIGIT_BITS = 11;
const BUCKETS = 1 << DIGIT_BITS;

export function* radixOrder(data: Float64Array | Int32Array, nulls: Uint8Array, count: number, descending: boolean, nullsFirst: boolean, breathe: () => Steps<void>): Steps<Int32Array> {
  const order = new Int32Array(count);
  let n = 0;
  let absent = 0;
  for (let i = 0; i < count; i++) if (nulls[i] === 1) absent++;
  const from = nullsFirst ? absent : 0;
  let nullAt = nullsFirst ? 0 : count - absent;
  const low = new Uint32Array(count);
  const high = new Uint32Array(count);
  const bits = new Float64Array(1);
  const words = new Uint32Array(bits.buffer);
  for (let i = 0; i < count; i++) {
    if (nulls[i] === 1) { order[nullAt++] = i; continue; }
    const v = data[i]!;
    let lo = 0xffffffff;
    let hi = 0xffffffff;
    if (v === v) {
      bits[0] = v + 0;
      lo = words[0]!;
      hi = words[1]!;
      if (hi >= 0x80000000) { lo = ~lo; hi = ~hi; } else hi ^= 0x80000000;
    }
    low[i] = descending ? ~lo : lo;
    high[i] = descending ? ~hi : hi;
    order[from + n++] = i;
  }
  yield* breathe();
  let source = order.subarray(from, from + n);
  let target = new Int32Array(n);
  for (const [word, shift] of [[low, 0], [low, 11], [low, 22], [high, 0], [high, 11], [high, 22]] as const) {
    if (pass(source, target, word, shift)) [source, target] = [target, source];
    yield* breathe();
  }
  if (source.buffer !== order.buffer) order.set(source, from);
  return order;
}

/** One digit; false where all keys have the same one. */
function pass(source: Int32Array, target: Int32Array, word: Uint32Array, shift: number): boolean {
  const starts = new Int32Array(BUCKETS);
  const n = source.length;
  for (let k = 0; k < n; k++) starts[(word[source[k]!]! >>> shift) & (BUCKETS - 1)]!++;
  let sum = 0;
  for (let d = 0; d < BUCKETS; d++) {
    const size = starts[d]!;
    if (size === n) return false;
    starts[d] = sum;
    sum += size;
  }
  for (let k = 0; k < n; k++) {
    const i = source[k]!;
    const d = (word[i]! >>> shift) & (BUCKETS - 1);
    target[starts[d]!++] = i;
  }
  return true;
}

/**
 * LIKE over UTF-8 bytes. The pattern falls into segments between its %: the first is anchored at the start, the last at
 * the end, each of the others is found at its leftmost place, which leaves the most for those after it. Segments without
 * _ are searched by Horspool's rule.
 */
import type { ByteTest } from '../function-impl.js';
import { utf8 } from '../any/utf8.js';

const ONE = -1;

interface Segment {
  /** Bytes, and ONE for a whole character. */
  readonly items: Int16Array;
  readonly hasOne: boolean;
  /** How far to move on by the byte under the segment's end. */
  readonly shifts: Uint8Array;
}

function segment(items: number[]): Segment {
  const shifts = new Uint8Array(256).fill(Math.min(items.length, 255));
  for (let k = 0; k < items.length - 1; k++) if (items[k]! >= 0) shifts[items[k]!] = Math.min(items.length - 1 - k, 255);
  return { items: Int16Array.from(items), hasOne: items.includes(ONE), shifts };
}

/** The segments between the %; undefined where the pattern ends with its escape. */
function segmentsOf(pattern: string): Segment[] | undefined {
  const bytes = utf8(pattern);
  const out: Segment[] = [];
  let items: number[] = [];
  for (let i = 0; i < bytes.length; i++) {
    const b = bytes[i]!;
    if (b === 37) {
      out.push(segment(items));
      items = [];
    } else if (b === 95) items.push(ONE);
    else if (b === 92) {
      if (++i >= bytes.length) return undefined;
      items.push(bytes[i]!);
    } else items.push(b);
  }
  out.push(segment(items));
  return out;
}

/** Where the segment's match at `at` ends, -1 for none. */
function matchAt(s: Segment, heap: Uint8Array, at: number, end: number): number {
  const { items } = s;
  for (let k = 0; k < items.length; k++) {
    if (at >= end) return -1;
    const item = items[k]!;
    if (item >= 0) {
      if (heap[at++] !== item) return -1;
    } else {
      at++;
      while (at < end && (heap[at]! & 0xc0) === 0x80) at++;
    }
  }
  return at;
}

/** Where a match that ends at `end` begins, -1 for none. */
function matchBefore(s: Segment, heap: Uint8Array, start: number, end: number): number {
  const { items } = s;
  let at = end;
  for (let k = items.length - 1; k >= 0; k--) {
    if (at <= start) return -1;
    const item = items[k]!;
    if (item >= 0) {
      if (heap[--at] !== item) return -1;
    } else {
      at--;
      while (at > start && (heap[at]! & 0xc0) === 0x80) at--;
    }
  }
  return at;
}

/** Where the leftmost match at or after `at` ends, -1 for none. */
function find(s: Segment, heap: Uint8Array, at: number, end: number): number {
  const { items, shifts } = s;
  const n = items.length;
  if (n === 0) return at;
  if (s.hasOne) {
    const lead = items[0]!;
    for (; at < end; at++) {
      if (lead >= 0 && heap[at] !== lead) continue;
      // A character is not matched from its middle.
      if ((heap[at]! & 0xc0) === 0x80) continue;
      const e = matchAt(s, heap, at, end);
      if (e >= 0) return e;
    }
    return -1;
  }
  const last = items[n - 1]!;
  for (let k = at + n - 1; k < end; ) {
    const b = heap[k]!;
    if (b === last) {
      let j = n - 2;
      for (let p = k - 1; j >= 0 && heap[p] === items[j]; j--) p--;
      if (j < 0) return k + 1;
    }
    k += shifts[b]!;
  }
  return -1;
}

export function byteLikeTest(pattern: string): ByteTest | undefined {
  const segments = segmentsOf(pattern);
  if (segments === undefined) return undefined;
  const first = segments[0]!;
  if (segments.length === 1) return (heap, start, end) => matchAt(first, heap, start, end) === end;
  const last = segments[segments.length - 1]!;
  const middle = segments.slice(1, -1).filter((s) => s.items.length > 0);
  const hasFirst = first.items.length > 0;
  const hasLast = last.items.length > 0;
  return (heap, start, end) => {
    let at = start;
    if (hasFirst && (at = matchAt(first, heap, at, end)) < 0) return false;
    // The anchored ends decide most texts before anything is searched for.
    const stop = hasLast ? matchBefore(last, heap, at, end) : end;
    if (stop < 0) return false;
    for (let k = 0; k < middle.length; k++) if ((at = find(middle[k]!, heap, at, stop)) < 0) return false;
    return true;
  };
}

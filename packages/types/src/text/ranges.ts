/** The position arithmetic that substring and overlay of text, bytea and bit share. */
import { SqlError } from '../errors.js';
import { integerOutOfRange } from '../int/value.js';

const negativeLength = (): SqlError => new SqlError('22011', 'negative substring length not allowed');

/** substring(x from f for l) of `size` units: half-open 0-based range. `length` null means to the end. */
export function substringRange(from: number, length: number | null, size: number): [number, number] {
  const start = Math.max(from, 1);
  if (length === null) return [Math.min(start - 1, size), size];
  if (length < 0) throw negativeLength();
  const end = Math.min(from + length, size + 1);
  return end <= start ? [0, 0] : [start - 1, end - 1];
}

/** Checks overlay's arguments; where the rest after the replaced part starts (1-based). */
export function overlayRange(from: number, length: number): number {
  if (from <= 0) throw negativeLength();
  const after = from + length;
  if (after > 2147483647) throw integerOutOfRange();
  return after;
}

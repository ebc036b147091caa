/** Binary-compatible casts whose JavaScript values differ: int4 is signed, oid and the reg types are not. */
import type { Oid } from '../brand.js';

const INT4 = 23;
const UNSIGNED = new Set<Oid>([26, 24, 2202, 2203, 2204, 2205, 2206, 3734, 3769, 4089, 4096, 4191, 8326]);

/** JavaScript source of the change, from that of a value that is not NULL; undefined where the value stays. */
export function relabelSource(from: Oid, to: Oid): ((v: string) => string) | undefined {
  if (from === INT4 && UNSIGNED.has(to)) return (v) => `(${v} >>> 0)`;
  return to === INT4 && UNSIGNED.has(from) ? (v) => `(${v} | 0)` : undefined;
}
export function relabelValue(from: Oid, to: Oid): ((v: number) => number) | undefined {
  if (from === INT4 && UNSIGNED.has(to)) return (v) => v >>> 0;
  return to === INT4 && UNSIGNED.has(from) ? (v) => v | 0 : undefined;
}

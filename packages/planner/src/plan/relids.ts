/** Sets of range table indexes as bit masks in a bigint: cheap to combine, comparable with ===, usable as map keys. */
export type Relids = bigint;

const bits: Relids[] = [];
for (let i = 0; i < 256; i++) bits.push(1n << BigInt(i));

export const NO_RELIDS: Relids = 0n;
export function relidBit(i: number): Relids { return i < 256 ? bits[i]! : 1n << BigInt(i); }
export function hasRelid(s: Relids, i: number): boolean { return (s & relidBit(i)) !== 0n; }
export function isSubset(a: Relids, b: Relids): boolean { return (a & ~b) === 0n; }
export function overlaps(a: Relids, b: Relids): boolean { return (a & b) !== 0n; }
export function isSingleton(s: Relids): boolean { return s !== 0n && (s & (s - 1n)) === 0n; }
/** The only member; only for singletons. */
export function singletonMember(s: Relids): number { return s < 4294967296n ? 31 - Math.clz32(Number(s)) : s.toString(2).length - 1; }
export function relidMembers(s: Relids): number[] {
  const out: number[] = [];
  for (let i = 0; s !== 0n; i++, s >>= 1n) if (s & 1n) out.push(i);
  return out;
}
export function relidCount(s: Relids): number { let n = 0; for (; s !== 0n; s &= s - 1n) n++; return n; }
export function relidsOf(list: readonly number[]): Relids { let s = 0n; for (const i of list) s |= relidBit(i); return s; }

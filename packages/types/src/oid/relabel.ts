/** Binary-compatible casts whose JavaScript values differ: int4 is signed, oid and the reg types are not. */
import type { Oid } from '../brand.js';
import type { Datum } from '../datum.js';
import type { TypeEnv, TypeImpl, TypeResolver } from '../type-impl.js';

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

const FIRST_NORMAL_OID = 16384;
const isFloat = (t: TypeImpl): boolean => t.physical === 'float32' || t.physical === 'float64';
/**
 * As relabelValue, with the types that users made: bytes of one type taken as those of another, as PostgreSQL's datums
 * are. Integers become floating-point numbers so where a user's type stood between them.
 */
export function relabelDatum(from: Oid, to: Oid, types: TypeResolver): ((v: Datum) => Datum) | undefined {
  if (from === to) return undefined;
  const builtin = from < FIRST_NORMAL_OID && to < FIRST_NORMAL_OID;
  if (builtin && !FLOATS.has(from) && !FLOATS.has(to)) return relabelValue(from, to);
  const [source, target] = [types.typeImpl(from), types.typeImpl(to)];
  if (source.len < 0 || target.len < 0 || (source.like ?? from) === (target.like ?? to)) return undefined;
  if (builtin ? isFloat(source) === isFloat(target) : source.like === undefined && target.like === undefined) return undefined;
  // Fixed-length values are written and read as bytes without asking the session.
  const env = { types } as TypeEnv;
  return (v) => target.receive(source.send(v, env), -1, env);
}
const FLOATS = new Set<Oid>([700, 701]);

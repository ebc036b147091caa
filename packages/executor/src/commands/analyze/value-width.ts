/** Sizes that values take in PostgreSQL's tuples: what ANALYZE averages into stawidth. */
import { Numeric, type Datum, type TypeEnv, type TypeImpl } from '@pglitedb/types';

const SHORT_PAYLOAD_MAX = 126;

/** VARSIZE_ANY: payload with a one-byte header where that suffices. */
export function varlena(payload: number): number { return payload <= SHORT_PAYLOAD_MAX ? payload + 1 : payload + 4; }

/** VARSIZE_ANY of a value as stored; only for types without a fixed length. */
export function valueWidth(impl: TypeImpl, v: Datum, env: TypeEnv): number {
  if (typeof v === 'string') return impl.len === -2 ? Buffer.byteLength(v) + 1 : varlena(Buffer.byteLength(v));
  if (v instanceof Uint8Array) return varlena(v.length);
  const sent = impl.send(v, env).length;
  // On the wire a numeric has four int16 fields before its digits, in a tuple one.
  if (v instanceof Numeric) return varlena(Math.max(2, sent - 6));
  return varlena(sent);
}

/** string_agg over text and bytea. */
import { defineFunctions } from '../function-impl.js';

interface TextState { parts: string[] }
interface BytesState { parts: Uint8Array[]; length: number }

function textTransition(state: TextState | null, v: string | null, delimiter: string | null): TextState | null {
  if (v === null) return state;
  if (state === null) return { parts: [v] };
  state.parts.push((delimiter ?? '') + v);
  return state;
}

function bytesTransition(state: BytesState | null, v: Uint8Array | null, delimiter: Uint8Array | null): BytesState | null {
  if (v === null) return state;
  const s = state ?? { parts: [], length: 0 };
  if (state !== null && delimiter !== null) {
    s.parts.push(delimiter);
    s.length += delimiter.length;
  }
  s.parts.push(v);
  s.length += v.length;
  return s;
}

function joinBytes(s: BytesState): Uint8Array {
  const out = new Uint8Array(s.length);
  let at = 0;
  for (const p of s.parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}

defineFunctions({
  string_agg_transfn: textTransition,
  string_agg_finalfn: (s: TextState | null) => (s === null ? null : s.parts.join('')),
  bytea_string_agg_transfn: bytesTransition,
  bytea_string_agg_finalfn: (s: BytesState | null) => (s === null ? null : joinBytes(s)),
});

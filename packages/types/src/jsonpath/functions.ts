/** The type jsonpath and the functions that run one over jsonb. */
import { SqlError } from '../errors.js';
import { defineFunctions, type CallContext } from '../function-impl.js';
import { defineType } from '../type-registry.js';
import { JsonObject, Jsonb, type JsonValue } from '../jsonb/value.js';
import { formatDateTime, PathDateTime } from './datetime-item.js';
import { PathError, PathRun, type Emit } from './execute.js';
import { formatPath } from './format.js';
import type { JsonPath } from './nodes.js';
import { parsePath } from './parse.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const VERSION = 1;

defineType({
  oid: 4072, name: 'jsonpath', physical: 'bytes', len: -1,
  parse: parsePath,
  format: formatPath,
  send: (v: JsonPath) => {
    const text = encoder.encode(formatPath(v));
    const out = new Uint8Array(text.length + 1);
    out[0] = VERSION;
    out.set(text, 1);
    return out;
  },
  receive: (bytes) => {
    if (bytes[0] !== VERSION) throw new SqlError('XX000', `unsupported jsonpath version number: ${bytes[0]}`);
    return parsePath(decoder.decode(bytes.subarray(1)));
  },
  encode: (v: JsonPath) => encoder.encode(formatPath(v)),
  decode: (bytes) => parsePath(decoder.decode(bytes)),
});

/** Runs the path; false where it failed and errors are to be silent. */
function run(target: Jsonb, path: JsonPath, vars: Jsonb | null, silent: boolean, useZone: boolean, c: CallContext, emit: Emit): boolean {
  if (vars !== null && !(vars.root instanceof JsonObject)) {
    throw new SqlError('22023', '"vars" argument is not an object',
      { detail: 'Jsonpath parameters should be encoded as key-value pairs of "vars" object.' });
  }
  try {
    new PathRun(path, target.root, vars === null ? null : (vars.root as JsonObject), c.env, useZone, c).run(emit);
    return true;
  } catch (e) {
    if (silent && e instanceof PathError) return false;
    throw e;
  }
}

const finished = (v: JsonValue): JsonValue => (v instanceof PathDateTime ? formatDateTime(v) : v);

function exists(target: Jsonb, path: JsonPath, vars: Jsonb | null, silent: boolean, zone: boolean, c: CallContext): boolean | null {
  let found = false;
  const ok = run(target, path, vars, silent, zone, c, () => {
    found = true;
    return path.lax;
  });
  return ok ? found : null;
}

function collect(target: Jsonb, path: JsonPath, vars: Jsonb | null, silent: boolean, zone: boolean, c: CallContext): JsonValue[] {
  const out: JsonValue[] = [];
  run(target, path, vars, silent, zone, c, (v) => {
    out.push(finished(v));
    return false;
  });
  return out;
}

function match(target: Jsonb, path: JsonPath, vars: Jsonb | null, silent: boolean, zone: boolean, c: CallContext): boolean | null {
  const found: JsonValue[] = [];
  if (!run(target, path, vars, silent, zone, c, (v) => { found.push(finished(v)); return false; })) return null;
  if (found.length === 1) {
    if (found[0] === null) return null;
    if (typeof found[0] === 'boolean') return found[0];
  }
  if (!silent) throw new SqlError('22038', 'single boolean result is expected');
  return null;
}

/** The four arguments and the context, whichever way the zone goes. */
const withZone = (zone: boolean) => ({
  exists: (t: Jsonb, p: JsonPath, v: Jsonb, s: boolean, c: CallContext) => exists(t, p, v, s, zone, c),
  match: (t: Jsonb, p: JsonPath, v: Jsonb, s: boolean, c: CallContext) => match(t, p, v, s, zone, c),
  query: { fn: (t: Jsonb, p: JsonPath, v: Jsonb, s: boolean, c: CallContext) => collect(t, p, v, s, zone, c).map((x) => new Jsonb(x)), set: true },
  array: (t: Jsonb, p: JsonPath, v: Jsonb, s: boolean, c: CallContext) => new Jsonb(collect(t, p, v, s, zone, c)),
  first: (t: Jsonb, p: JsonPath, v: Jsonb, s: boolean, c: CallContext) => {
    const found = collect(t, p, v, s, zone, c);
    return found.length === 0 ? null : new Jsonb(found[0]);
  },
});

const plain = withZone(false);
const zoned = withZone(true);

defineFunctions({
  jsonb_path_exists: plain.exists, jsonb_path_exists_tz: zoned.exists,
  jsonb_path_match: plain.match, jsonb_path_match_tz: zoned.match,
  jsonb_path_query: plain.query, jsonb_path_query_tz: zoned.query,
  jsonb_path_query_array: plain.array, jsonb_path_query_array_tz: zoned.array,
  jsonb_path_query_first: plain.first, jsonb_path_query_first_tz: zoned.first,
  jsonb_path_exists_opr: (t: Jsonb, p: JsonPath, c: CallContext) => exists(t, p, null, true, false, c),
  jsonb_path_match_opr: (t: Jsonb, p: JsonPath, c: CallContext) => match(t, p, null, true, false, c),
});

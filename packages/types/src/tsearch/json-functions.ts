/** Text search over the texts of a json or jsonb value. */
import type { Oid } from '../brand.js';
import { SqlError } from '../errors.js';
import { defineFunctions, type CallContext } from '../function-impl.js';
import { quoteJson } from '../json/escape.js';
import { nodeSource, parseNodes, type JsonNode } from '../json/parse.js';
import { formatJsonValue } from '../jsonb/text-io.js';
import { JsonObject, Jsonb, jsonKind, type JsonValue } from '../jsonb/value.js';
import type { TypeEnv } from '../type-impl.js';
import { currentConfig } from './dictionary.js';
import { wordsVector } from './document-functions.js';
import { headline } from './headline.js';
import { parseOptions } from './option-list.js';
import { parseWords, type Word } from './parse-words.js';
import type { TsQuery, TsVector } from './value.js';

const KEY = 1;
const STRING = 2;
const NUMERIC = 4;
const BOOLEAN = 8;
const FLAGS: Readonly<Record<string, number>> = { key: KEY, string: STRING, numeric: NUMERIC, boolean: BOOLEAN, all: KEY | STRING | NUMERIC | BOOLEAN };
const HINT = 'Possible values are: "string", "numeric", "boolean", "key", and "all".';

function flagOf(v: JsonValue): number {
  if (Array.isArray(v) || v instanceof JsonObject) throw new SqlError('XX000', 'unexpected end of flag array');
  if (typeof v !== 'string') throw new SqlError('22023', 'flag array element is not a string', { hint: HINT });
  const flag = Object.hasOwn(FLAGS, v.toLowerCase()) ? FLAGS[v.toLowerCase()] : undefined;
  if (flag === undefined) throw new SqlError('22023', `wrong flag in flag array: "${v}"`, { hint: HINT });
  return flag;
}

function parseFlags(flags: Jsonb): number {
  const v = flags.root;
  const kind = jsonKind(v);
  if (kind === 'object') throw new SqlError('22023', 'wrong flag type, only arrays and scalars are allowed');
  return (kind === 'array' ? (v as JsonValue[]) : [v]).reduce<number>((sum, e) => sum | flagOf(e), 0);
}

function* jsonbTexts(v: JsonValue, flags: number): Generator<string> {
  switch (jsonKind(v)) {
    case 'string': if (flags & STRING) yield v as string; break;
    case 'number': if (flags & NUMERIC) yield formatJsonValue(v); break;
    case 'boolean': if (flags & BOOLEAN) yield String(v); break;
    case 'array': for (const e of v as JsonValue[]) yield* jsonbTexts(e, flags); break;
    case 'object': {
      const o = v as JsonObject;
      for (let i = 0; i < o.keys.length; i++) {
        if (flags & KEY) yield o.keys[i]!;
        yield* jsonbTexts(o.values[i], flags);
      }
      break;
    }
    default:
  }
}

function* jsonTexts(n: JsonNode, flags: number): Generator<string> {
  switch (n.kind) {
    case 'string': if (flags & STRING) yield n.text; break;
    case 'number': if (flags & NUMERIC) yield n.text; break;
    case 'boolean': if (flags & BOOLEAN) yield n.text; break;
    case 'null': break;
    default:
      for (let i = 0; i < n.items.length; i++) {
        if (flags & KEY && n.kind === 'object') yield n.keys[i]!;
        yield* jsonTexts(n.items[i]!, flags);
      }
  }
}

/** Between the words of two values there is a gap, so that no phrase reaches over it. */
function textsVector(env: TypeEnv, config: Oid, texts: Iterable<string>): TsVector {
  const words: Word[] = [];
  let position = 0;
  for (const text of texts) {
    const parsed = parseWords(env, config, text, position);
    for (const w of parsed.words) words.push(w);
    position = parsed.position + (parsed.words.length > 0 ? 1 : 0);
  }
  return wordsVector(words);
}

const jsonVector = (text: string, flags: number, config: Oid | undefined, env: TypeEnv): TsVector =>
  textsVector(env, config ?? currentConfig(env), jsonTexts(parseNodes(text), flags));
const jsonbVector = (v: Jsonb, flags: number, config: Oid | undefined, env: TypeEnv): TsVector =>
  textsVector(env, config ?? currentConfig(env), jsonbTexts(v.root, flags));

function mapJsonb(v: JsonValue, f: (s: string) => string): JsonValue {
  if (typeof v === 'string') return f(v);
  if (Array.isArray(v)) return (v as JsonValue[]).map((e) => mapJsonb(e, f)) as JsonValue;
  return v instanceof JsonObject ? new JsonObject(v.keys, v.values.map((e) => mapJsonb(e, f))) : v;
}

/** As compact as transform_json_string_values writes it. */
function mapJson(n: JsonNode, f: (s: string) => string): string {
  if (n.kind === 'string') return quoteJson(f(n.text));
  if (n.kind === 'array') return `[${n.items.map((e) => mapJson(e, f)).join(',')}]`;
  if (n.kind === 'object') return `{${n.items.map((e, i) => `${quoteJson(n.keys[i]!)}:${mapJson(e, f)}`).join(',')}}`;
  return nodeSource(n);
}

function jsonHeadline(text: string, q: TsQuery, o: string | undefined, config: Oid | undefined, env: TypeEnv): string {
  const options = o === undefined ? [] : parseOptions(o);
  const oid = config ?? currentConfig(env);
  return mapJson(parseNodes(text), (s) => headline(env, oid, s, q, options));
}

function jsonbHeadline(v: Jsonb, q: TsQuery, o: string | undefined, config: Oid | undefined, env: TypeEnv): Jsonb {
  const options = o === undefined ? [] : parseOptions(o);
  const oid = config ?? currentConfig(env);
  return new Jsonb(mapJsonb(v.root, (s) => headline(env, oid, s, q, options)));
}

type C = CallContext;
defineFunctions({
  json_string_to_tsvector: (t: string, c: C) => jsonVector(t, STRING, undefined, c.env),
  json_string_to_tsvector_byid: (g: Oid, t: string, c: C) => jsonVector(t, STRING, g, c.env),
  json_to_tsvector: (t: string, f: Jsonb, c: C) => jsonVector(t, parseFlags(f), undefined, c.env),
  json_to_tsvector_byid: (g: Oid, t: string, f: Jsonb, c: C) => jsonVector(t, parseFlags(f), g, c.env),
  jsonb_string_to_tsvector: (v: Jsonb, c: C) => jsonbVector(v, STRING, undefined, c.env),
  jsonb_string_to_tsvector_byid: (g: Oid, v: Jsonb, c: C) => jsonbVector(v, STRING, g, c.env),
  jsonb_to_tsvector: (v: Jsonb, f: Jsonb, c: C) => jsonbVector(v, parseFlags(f), undefined, c.env),
  jsonb_to_tsvector_byid: (g: Oid, v: Jsonb, f: Jsonb, c: C) => jsonbVector(v, parseFlags(f), g, c.env),
  ts_headline_json: (t: string, q: TsQuery, c: C) => jsonHeadline(t, q, undefined, undefined, c.env),
  ts_headline_json_opt: (t: string, q: TsQuery, o: string, c: C) => jsonHeadline(t, q, o, undefined, c.env),
  ts_headline_json_byid: (g: Oid, t: string, q: TsQuery, c: C) => jsonHeadline(t, q, undefined, g, c.env),
  ts_headline_json_byid_opt: (g: Oid, t: string, q: TsQuery, o: string, c: C) => jsonHeadline(t, q, o, g, c.env),
  ts_headline_jsonb: (v: Jsonb, q: TsQuery, c: C) => jsonbHeadline(v, q, undefined, undefined, c.env),
  ts_headline_jsonb_opt: (v: Jsonb, q: TsQuery, o: string, c: C) => jsonbHeadline(v, q, o, undefined, c.env),
  ts_headline_jsonb_byid: (g: Oid, v: Jsonb, q: TsQuery, c: C) => jsonbHeadline(v, q, undefined, g, c.env),
  ts_headline_jsonb_byid_opt: (g: Oid, v: Jsonb, q: TsQuery, o: string, c: C) => jsonbHeadline(v, q, o, g, c.env),
});

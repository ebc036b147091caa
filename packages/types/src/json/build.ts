/** Functions that make json and jsonb: to_json, json_build_*, json_object, json_agg and their jsonb twins. */
import type { Datum } from '../datum.js';
import type { Oid } from '../brand.js';
import { SqlError } from '../errors.js';
import { defineFunctions, type CallContext } from '../function-impl.js';
import { PgArray } from '../array/value.js';
import { Jsonb, makeObject, type JsonValue } from '../jsonb/value.js';
import { arrayToJson, datumToJson, datumToJsonb, jsonCategory, jsonKey, recordToJson } from './from-datum.js';
import { quoteJson } from './escape.js';

type Ctx = CallContext;

/** The values of a VARIADIC "any" call with their types: spread out, or the elements of the one array given. */
function variadicArguments(args: Datum[]): { values: (Datum | null)[]; types: Oid[] } | null {
  const c = args[args.length - 1] as Ctx;
  const values = args.slice(0, -1);
  if (c.variadic && values.length === 1) {
    const a = values[0] as PgArray | null;
    if (a === null) return null;
    return { values: a.elements, types: a.elements.map(() => a.elementOid) };
  }
  return { values, types: values.map((_, i) => c.argTypes[i]!) };
}

function checkPairs(n: number, name: string): void {
  if (n % 2 !== 0) {
    throw new SqlError('22023', 'argument list must have even number of elements',
      { hint: `The arguments of ${name}() must consist of alternating keys and values.` });
  }
}

const nullKey = (): SqlError => new SqlError('22004', 'null value not allowed for object key');

const fn = (args: Datum[]): Ctx => args[args.length - 1] as Ctx;

function buildObject(...args: Datum[]): string | null {
  const c = fn(args);
  const a = variadicArguments(args);
  if (a === null) return null;
  checkPairs(a.values.length, 'json_build_object');
  const parts: string[] = [];
  for (let i = 0; i < a.values.length; i += 2) {
    if (a.values[i] === null) throw nullKey();
    parts.push(`${quoteJson(jsonKey(a.values[i], a.types[i]!, c.env))} : ${datumToJson(a.values[i + 1], a.types[i + 1]!, c.env)}`);
  }
  return `{${parts.join(', ')}}`;
}

function buildObjectb(...args: Datum[]): Jsonb | null {
  const c = fn(args);
  const a = variadicArguments(args);
  if (a === null) return null;
  checkPairs(a.values.length, 'jsonb_build_object');
  const keys: string[] = [];
  const values: JsonValue[] = [];
  for (let i = 0; i < a.values.length; i += 2) {
    if (a.values[i] === null) throw new SqlError('22023', `argument ${i + 1}: key must not be null`);
    keys.push(jsonKey(a.values[i], a.types[i]!, c.env));
    values.push(datumToJsonb(a.values[i + 1], a.types[i + 1]!, c.env));
  }
  return new Jsonb(makeObject(keys, values));
}

function buildArray(...args: Datum[]): string | null {
  const a = variadicArguments(args);
  return a === null ? null : `[${a.values.map((v, i) => datumToJson(v, a.types[i]!, fn(args).env)).join(', ')}]`;
}

function buildArrayb(...args: Datum[]): Jsonb | null {
  const a = variadicArguments(args);
  return a === null ? null : new Jsonb(a.values.map((v, i) => datumToJsonb(v, a.types[i]!, fn(args).env)));
}

/** The pairs of json_object(text[]): one dimension of alternating, or two columns. */
function objectPairs(a: PgArray): [(string | null)[], (string | null)[]] {
  const wrong = (m: string): SqlError => new SqlError('2202E', m);
  if (a.dims.length === 0) return [[], []];
  if (a.dims.length === 1) {
    if (a.dims[0]! % 2 !== 0) throw wrong('array must have even number of elements');
  } else if (a.dims.length === 2) {
    if (a.dims[1] !== 2) throw wrong('array must have two columns');
  } else throw wrong('wrong number of array subscripts');
  return [a.elements.filter((_, i) => i % 2 === 0), a.elements.filter((_, i) => i % 2 === 1)];
}

function twoArrays(k: PgArray, v: PgArray): [(string | null)[], (string | null)[]] {
  if (k.dims.length > 1 || k.dims.length !== v.dims.length) throw new SqlError('2202E', 'wrong number of array subscripts');
  if (k.elements.length !== v.elements.length) throw new SqlError('2202E', 'mismatched array dimensions');
  return [k.elements, v.elements];
}

function textObject([keys, values]: [(string | null)[], (string | null)[]]): string {
  const parts = keys.map((k, i) => {
    if (k === null) throw nullKey();
    const v = values[i];
    return `${quoteJson(k)} : ${v === null || v === undefined ? 'null' : quoteJson(v)}`;
  });
  return `{${parts.join(', ')}}`;
}

function textObjectb([keys, values]: [(string | null)[], (string | null)[]]): Jsonb {
  if (keys.includes(null)) throw nullKey();
  return new Jsonb(makeObject(keys as string[], values.map((v) => v ?? null)));
}

interface AggState { parts: string[]; keys: Set<string> }
interface AggbState { keys: string[]; values: JsonValue[]; seen: Set<string> }

function aggregate(s: AggState | null, v: Datum | null, c: Ctx, skipNulls: boolean): AggState {
  const state = s ?? { parts: [], keys: new Set<string>() };
  if (v === null && skipNulls) return state;
  const type = c.argTypes[1]!;
  const { category } = jsonCategory(type, c.env);
  const structured = state.parts.length > 0 && v !== null && (category === 'array' || category === 'record');
  state.parts.push((structured ? '\n ' : '') + datumToJson(v, type, c.env));
  return state;
}

function aggregateObject(s: AggState | null, k: Datum | null, v: Datum | null, c: Ctx, strict: boolean, unique: boolean): AggState {
  const state = s ?? { parts: [], keys: new Set<string>() };
  if (k === null) throw nullKey();
  if (strict && v === null && !unique) return state;
  const key = jsonKey(k, c.argTypes[1]!, c.env);
  if (unique) {
    if (state.keys.has(key)) throw duplicateKey(key);
    state.keys.add(key);
    if (strict && v === null) return state;
  }
  state.parts.push(`${quoteJson(key)} : ${datumToJson(v, c.argTypes[2]!, c.env)}`);
  return state;
}

const duplicateKey = (key: string): SqlError => new SqlError('22030', `duplicate JSON object key value: ${quoteJson(key)}`);

function aggregateb(s: AggbState | null, v: Datum | null, c: Ctx, skipNulls: boolean): AggbState {
  const state = s ?? { keys: [], values: [], seen: new Set<string>() };
  if (v === null && skipNulls) return state;
  state.values.push(datumToJsonb(v, c.argTypes[1]!, c.env));
  return state;
}

function aggregateObjectb(s: AggbState | null, k: Datum | null, v: Datum | null, c: Ctx, strict: boolean, unique: boolean): AggbState {
  const state = s ?? { keys: [], values: [], seen: new Set<string>() };
  if (k === null) throw new SqlError('22023', 'field name must not be null');
  if (strict && v === null && !unique) return state;
  const key = jsonKey(k, c.argTypes[1]!, c.env);
  if (unique) {
    if (state.seen.has(key)) throw new SqlError('22030', `duplicate JSON object key value`);
    state.seen.add(key);
    if (strict && v === null) return state;
  }
  state.keys.push(key);
  state.values.push(datumToJsonb(v, c.argTypes[2]!, c.env));
  return state;
}

const objectFn = (strict: boolean, unique: boolean) => (s: AggState | null, k: Datum, v: Datum, c: Ctx) => aggregateObject(s, k, v, c, strict, unique);
const objectFnb = (strict: boolean, unique: boolean) => (s: AggbState | null, k: Datum, v: Datum, c: Ctx) => aggregateObjectb(s, k, v, c, strict, unique);

defineFunctions({
  to_json: (v: Datum, c: Ctx) => datumToJson(v, c.argTypes[0]!, c.env),
  to_jsonb: (v: Datum, c: Ctx) => new Jsonb(datumToJsonb(v, c.argTypes[0]!, c.env)),
  array_to_json: (a: Datum, c: Ctx) => arrayToJson(a, c.env, false),
  array_to_json_pretty: (a: Datum, pretty: boolean, c: Ctx) => arrayToJson(a, c.env, pretty),
  row_to_json: (r: Datum, c: Ctx) => recordToJson(r, c.env, false),
  row_to_json_pretty: (r: Datum, pretty: boolean, c: Ctx) => recordToJson(r, c.env, pretty),
  json_build_object: buildObject,
  json_build_object_noargs: () => '{}',
  json_build_array: buildArray,
  json_build_array_noargs: () => '[]',
  jsonb_build_object: buildObjectb,
  jsonb_build_object_noargs: () => new Jsonb(makeObject([], [])),
  jsonb_build_array: buildArrayb,
  jsonb_build_array_noargs: () => new Jsonb([]),
  json_object: (a: PgArray) => textObject(objectPairs(a)),
  json_object_two_arg: (k: PgArray, v: PgArray) => textObject(twoArrays(k, v)),
  jsonb_object: (a: PgArray) => textObjectb(objectPairs(a)),
  jsonb_object_two_arg: (k: PgArray, v: PgArray) => textObjectb(twoArrays(k, v)),
  json_agg_transfn: (s: AggState | null, v: Datum, c: Ctx) => aggregate(s, v, c, false),
  json_agg_strict_transfn: (s: AggState | null, v: Datum, c: Ctx) => aggregate(s, v, c, true),
  json_agg_finalfn: (s: AggState | null) => (s === null ? null : `[${s.parts.join(', ')}]`),
  json_object_agg_transfn: objectFn(false, false),
  json_object_agg_strict_transfn: objectFn(true, false),
  json_object_agg_unique_transfn: objectFn(false, true),
  json_object_agg_unique_strict_transfn: objectFn(true, true),
  json_object_agg_finalfn: (s: AggState | null) => (s === null ? null : `{ ${s.parts.join(', ')} }`),
  jsonb_agg_transfn: (s: AggbState | null, v: Datum, c: Ctx) => aggregateb(s, v, c, false),
  jsonb_agg_strict_transfn: (s: AggbState | null, v: Datum, c: Ctx) => aggregateb(s, v, c, true),
  jsonb_agg_finalfn: (s: AggbState | null) => (s === null ? null : new Jsonb(s.values.slice())),
  jsonb_object_agg_transfn: objectFnb(false, false),
  jsonb_object_agg_strict_transfn: objectFnb(true, false),
  jsonb_object_agg_unique_transfn: objectFnb(false, true),
  jsonb_object_agg_unique_strict_transfn: objectFnb(true, true),
  jsonb_object_agg_finalfn: (s: AggbState | null) => (s === null ? null : new Jsonb(makeObject(s.keys, s.values))),
});

/**
 * The run-time side of SQL/JSON: constructors, IS JSON, and what JSON_EXISTS, JSON_QUERY, JSON_VALUE and JSON_TABLE do
 * with a path's results (execExprInterp.c and jsonpath_exec.c). Errors that ON ERROR catches are JsonSoftError.
 */
import type { Datum } from '../datum.js';
import type { Oid } from '../brand.js';
import { SqlError } from '../errors.js';
import type { CallContext } from '../function-impl.js';
import type { TypeEnv } from '../type-impl.js';
import { numericFromText, numericToText } from '../any/numeric-bridge.js';
import { JsonObject, Jsonb, jsonKind, makeObject, type JsonValue } from '../jsonb/value.js';
import { formatJsonValue, parseJsonValue } from '../jsonb/text-io.js';
import { formatDateTime, PathDateTime, type DateTimeKind } from '../jsonpath/datetime-item.js';
import { PathError, PathRun } from '../jsonpath/execute.js';
import type { JsonPath } from '../jsonpath/nodes.js';
import { datumToJson, datumToJsonb, jsonKey } from './from-datum.js';
import { quoteJson } from './escape.js';
import { parseJson, parseNodes, type JsonNode } from './parse.js';

const JSON_OID = 114;
const JSONB_OID = 3802;

// --- constructors ---------------------------------------------------------------------------------------------------

export interface ConstructorOptions { readonly jsonb: boolean; readonly absentOnNull: boolean; readonly unique: boolean }

export function jsonObjectValue(values: readonly (Datum | null)[], types: readonly Oid[], o: ConstructorOptions, env: TypeEnv): Datum {
  const keys: string[] = [];
  const parts: (JsonValue | string)[] = [];
  const seen = new Set<string>();
  for (let i = 0; i < values.length; i += 2) {
    const v = values[i + 1] ?? null;
    if (values[i] === null) {
      if (o.jsonb) throw new SqlError('22023', `argument ${i + 1}: key must not be null`);
      throw new SqlError('22004', 'null value not allowed for object key');
    }
    const skip = v === null && o.absentOnNull;
    if (skip && !o.unique) continue;
    const key = jsonKey(values[i], types[i]!, env);
    if (o.unique) {
      if (seen.has(key)) throw new SqlError('22030', o.jsonb ? 'duplicate JSON object key value' : `duplicate JSON object key value: ${quoteJson(key)}`);
      seen.add(key);
    }
    if (skip) continue;
    keys.push(key);
    parts.push(o.jsonb ? datumToJsonb(v, types[i + 1]!, env) : datumToJson(v, types[i + 1]!, env));
  }
  if (o.jsonb) return new Jsonb(makeObject(keys, parts));
  return `{${keys.map((k, i) => `${quoteJson(k)} : ${parts[i] as string}`).join(', ')}}`;
}

export function jsonArrayValue(values: readonly (Datum | null)[], types: readonly Oid[], o: ConstructorOptions, env: TypeEnv): Datum {
  const kept = values.map((v, i) => [v, types[i]!] as const).filter(([v]) => v !== null || !o.absentOnNull);
  if (o.jsonb) return new Jsonb(kept.map(([v, t]) => datumToJsonb(v, t, env)));
  return `[${kept.map(([v, t]) => datumToJson(v, t, env)).join(', ')}]`;
}

/** JSON_SCALAR: NULL stays NULL. */
export function jsonScalarValue(v: Datum | null, type: Oid, jsonb: boolean, env: TypeEnv): Datum | null {
  if (v === null) return null;
  return jsonb ? new Jsonb(datumToJsonb(v, type, env)) : datumToJson(v, type, env);
}

function uniqueKeys(n: JsonNode): string | undefined {
  const seen = new Set<string>();
  for (const k of n.kind === 'object' ? n.keys : []) {
    if (seen.has(k)) return k;
    seen.add(k);
  }
  for (const item of n.items) {
    const k = uniqueKeys(item);
    if (k !== undefined) return k;
  }
  return undefined;
}

/** JSON(text WITH UNIQUE KEYS) */
export function jsonParseUnique(text: string, jsonb: boolean, env: TypeEnv): Datum {
  const tree = parseJson<JsonNode>(text, nodeBuilder, env);
  if (uniqueKeys(tree) !== undefined) throw new SqlError('22030', 'duplicate JSON object key value');
  return jsonb ? new Jsonb(parseJsonValue(text)) : text;
}
const nodeBuilder = {
  decode: true,
  scalar: (kind: JsonNode['kind'], text: string, start: number, end: number): JsonNode => ({ kind, text, source: '', start, end, keys: [], items: [] }),
  array: (items: JsonNode[], start: number, end: number): JsonNode => ({ kind: 'array', text: '', source: '', start, end, keys: [], items }),
  object: (keys: string[], items: JsonNode[], start: number, end: number): JsonNode => ({ kind: 'object', text: '', source: '', start, end, keys, items }),
};

/** x IS JSON */
export function isJsonValue(v: Datum, type: Oid, item: 'any' | 'object' | 'array' | 'scalar', unique: boolean): boolean {
  if (type === JSONB_OID) return matchesItem(jsonKind((v as Jsonb).root), item);
  let tree: JsonNode;
  try {
    tree = parseNodes(v as string);
  } catch (e) {
    if (e instanceof SqlError && e.code !== '54001') return false;
    throw e;
  }
  return matchesItem(tree.kind, item) && !(unique && uniqueKeys(tree) !== undefined);
}
const matchesItem = (kind: string, item: string): boolean =>
  item === 'any' || (item === 'scalar' ? kind !== 'object' && kind !== 'array' : kind === item);

// --- paths ----------------------------------------------------------------------------------------------------------

/** An error that ON ERROR catches. */
export class JsonSoftError extends SqlError {}

const DATETIMES: Readonly<Record<number, DateTimeKind>> = { 1082: 'date', 1083: 'time', 1266: 'timetz', 1114: 'timestamp', 1184: 'timestamptz' };

/** A PASSING argument as a path's variable (JsonItemFromDatum). */
export function pathVariable(v: Datum | null, type: Oid, env: TypeEnv): JsonValue {
  if (v === null) return null;
  const kind = DATETIMES[type];
  if (kind !== undefined) return new PathDateTime(kind, v, 0);
  switch (type) {
    case 16: return v as boolean;
    case 20: case 21: case 23: case 700: case 701: case 1700: return numericFromText(env.types.typeImpl(type).format(v, env));
    case JSONB_OID: return (v as Jsonb).root;
    case JSON_OID: return parseJsonValue(v as string);
    default:
      if (env.types.typeInfo(type)?.category === 'S') return env.types.typeImpl(type).format(v, env);
      throw new SqlError('22023', `could not convert value of type ${env.types.formatType(type, -1)} to jsonpath`);
  }
}

export const pathVariables = (names: readonly string[], values: readonly JsonValue[]): JsonObject => makeObject(names, values);

export class SqlJsonPath {
  constructor(private readonly path: JsonPath, private readonly vars: JsonObject, private readonly context: CallContext) {}

  /** All results; a failed path raises JsonSoftError. */
  items(target: Jsonb): JsonValue[] {
    const out: JsonValue[] = [];
    try {
      new PathRun(this.path, target.root, this.vars, this.context.env, true, this.context).run((v) => {
        out.push(v);
        return false;
      });
    } catch (e) {
      if (e instanceof PathError) throw soft(e);
      throw e;
    }
    return out;
  }

  exists(target: Jsonb): boolean {
    return this.items(target).length > 0;
  }

  /** undefined: empty. */
  query(target: Jsonb, wrapper: 'unspec' | 'none' | 'conditional' | 'unconditional', column: string | undefined): Jsonb | undefined {
    const found = this.items(target).map(plain);
    if (found.length > 0 && (wrapper === 'unconditional' || (wrapper === 'conditional' && found.length > 1))) return new Jsonb(found);
    if (found.length > 1) {
      const what = column === undefined ? 'JSON path expression in JSON_QUERY' : `JSON path expression for column "${column}"`;
      throw new JsonSoftError('22034', `${what} must return single item when no wrapper is requested`,
        { hint: 'Use the WITH WRAPPER clause to wrap SQL/JSON items into an array.' });
    }
    return found.length === 0 ? undefined : new Jsonb(found[0]);
  }

  /** A scalar item, null for JSON null; undefined: empty. */
  value(target: Jsonb, column: string | undefined): JsonValue | undefined {
    const found = this.items(target);
    if (found.length === 0) return undefined;
    const what = column === undefined ? 'JSON path expression in JSON_VALUE' : `JSON path expression for column "${column}"`;
    if (found.length > 1) throw new JsonSoftError('22034', `${what} must return single scalar item`);
    const v = found[0];
    if (!(v instanceof PathDateTime) && (Array.isArray(v) || v instanceof JsonObject)) {
      throw new JsonSoftError('2203F', `${what} must return single scalar item`);
    }
    return v;
  }
}

const plain = (v: JsonValue): JsonValue => (v instanceof PathDateTime ? formatDateTime(v) : v);

export function soft(e: SqlError): JsonSoftError {
  const { detail, hint, where } = e;
  return new JsonSoftError(e.code, e.message, { ...(detail === undefined ? {} : { detail }), ...(hint === undefined ? {} : { hint }), ...(where === undefined ? {} : { where }) });
}

/** Errors of input functions and domain checks are soft; limits and bugs are not. */
export function catchSoft<T>(body: () => T): T {
  try {
    return body();
  } catch (e) {
    if (e instanceof SqlError && !(e instanceof JsonSoftError) && !/^(?:5|XX|0A)/.test(e.code)) throw soft(e);
    throw e;
  }
}

const DATETIME_OIDS: Readonly<Record<DateTimeKind, Oid>> = { date: 1082, time: 1083, timetz: 1266, timestamp: 1114, timestamptz: 1184 };

/** ExecGetJsonValueItemString: the scalar as its own type's output. */
export function itemText(v: JsonValue, env: TypeEnv): string {
  if (v instanceof PathDateTime) return env.types.typeImpl(DATETIME_OIDS[v.kind]).format(v.value, env);
  if (typeof v === 'string') return v;
  if (typeof v === 'boolean') return v ? 't' : 'f';
  return jsonKind(v) === 'number' ? numericToText(v) : formatJsonValue(v);
}

export const itemJsonb = (v: JsonValue): Jsonb => new Jsonb(plain(v));

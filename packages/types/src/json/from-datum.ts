/** Any SQL value as JSON: to_json's text and to_jsonb's tree, by the category of its type. */
import type { Datum } from '../datum.js';
import type { Oid } from '../brand.js';
import { SqlError } from '../errors.js';
import type { TypeEnv } from '../type-impl.js';
import type { PgArray } from '../array/value.js';
import type { PgRecord } from '../record/value.js';
import { encodeDate, encodeDateTime } from '../datetime/encode.js';
import { breakDown, newTm, POSTGRES_EPOCH, setJulianDay, type Micros, type Tm } from '../datetime/calendar.js';
import { sessionZone } from '../datetime/session.js';
import { parseJsonValue, formatJsonValue } from '../jsonb/text-io.js';
import { Jsonb, makeObject, type JsonValue } from '../jsonb/value.js';
import { numericFromText } from '../any/numeric-bridge.js';
import { quoteJson } from './escape.js';

export type JsonCategory = 'bool' | 'number' | 'date' | 'timestamp' | 'timestamptz' | 'json' | 'jsonb' | 'array' | 'record' | 'text';

const fixed: Readonly<Record<number, JsonCategory>> = {
  16: 'bool', 20: 'number', 21: 'number', 23: 'number', 700: 'number', 701: 'number', 1700: 'number', 1082: 'date', 1114: 'timestamp', 1184: 'timestamptz',
  114: 'json', 3802: 'jsonb', 2249: 'record', 2277: 'array', 5078: 'array', 22: 'array', 30: 'array',
};

/** json_categorize_type: by the base type of domains. */
export function jsonCategory(oid: Oid, env: TypeEnv): { category: JsonCategory; oid: Oid } {
  const known = fixed[oid];
  if (known !== undefined) return { category: known, oid };
  const info = env.types.typeInfo(oid);
  switch (info?.kind) {
    case 'd': return jsonCategory(info.baseOid, env);
    case 'a': return { category: 'array', oid };
    case 'c': return { category: 'record', oid };
    default: return { category: 'text', oid };
  }
}

const isoStyle = { output: 'ISO', order: 'MDY' } as const;
const tm: Tm = newTm();

/** Dates and times in XML Schema's form, which is ISO with a T. */
export function dateTimeText(v: Micros, category: JsonCategory, env: TypeEnv): string {
  if (v === Infinity) return 'infinity';
  if (v === -Infinity) return '-infinity';
  if (category === 'date') {
    setJulianDay(tm, (v as number) + POSTGRES_EPOCH);
    return encodeDate(tm, isoStyle);
  }
  const zoned = category === 'timestamptz';
  breakDown(v, zoned ? sessionZone(env) : undefined, tm);
  const text = encodeDateTime(tm, isoStyle, zoned).replace(' ', 'T');
  return zoned ? text.replace(/([+-]\d\d)( BC)?$/, '$1:00$2') : text;
}

const numberRe = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function fieldNames(r: PgRecord, env: TypeEnv): readonly string[] {
  if (r.typeOid !== 2249) {
    const fields = env.types.fields(r.typeOid);
    if (fields.length === r.values.length) return fields.map((f) => f.name);
  }
  return r.values.map((_, i) => r.fieldNames?.[i] ?? `f${i + 1}`);
}

/** datum_to_json; `pretty` breaks lines between members. */
export function datumToJson(v: Datum | null, typeOid: Oid, env: TypeEnv, pretty = false): string {
  if (v === null || v === undefined) return 'null';
  const { category, oid } = jsonCategory(typeOid, env);
  switch (category) {
    case 'bool': return v ? 'true' : 'false';
    case 'number': {
      const text = env.types.typeImpl(oid).format(v, env);
      return numberRe.test(text) ? text : quoteJson(text);
    }
    case 'date': case 'timestamp': case 'timestamptz': return quoteJson(dateTimeText(v, category, env));
    case 'json': return v;
    case 'jsonb': return formatJsonValue((v as Jsonb).root);
    case 'array': return arrayToJson(v, env, pretty);
    case 'record': return recordToJson(v, env, pretty);
    default: return quoteJson(env.types.typeImpl(oid).format(v, env));
  }
}

export function arrayToJson(a: PgArray, env: TypeEnv, pretty: boolean): string {
  if (a.elements.length === 0) return '[]';
  let at = 0;
  const level = (depth: number): string => {
    const parts: string[] = [];
    for (let i = 0; i < a.dims[depth]!; i++) {
      if (depth === a.dims.length - 1) parts.push(datumToJson(a.elements[at++], a.elementOid, env));
      else parts.push(level(depth + 1));
    }
    return `[${parts.join(pretty && depth === 0 ? ',\n ' : ',')}]`;
  };
  return level(0);
}

export function recordToJson(r: PgRecord, env: TypeEnv, pretty: boolean): string {
  const names = fieldNames(r, env);
  const parts = r.values.map((v, i) => `${quoteJson(names[i]!)}:${datumToJson(v, r.fieldTypes[i]!, env)}`);
  return `{${parts.join(pretty ? ',\n ' : ',')}}`;
}

/** datum_to_jsonb */
export function datumToJsonb(v: Datum | null, typeOid: Oid, env: TypeEnv): JsonValue {
  if (v === null || v === undefined) return null;
  const { category, oid } = jsonCategory(typeOid, env);
  switch (category) {
    case 'bool': return v as boolean;
    case 'number': {
      const text = env.types.typeImpl(oid).format(v, env);
      return numberRe.test(text) ? numericFromText(text) : text;
    }
    case 'date': case 'timestamp': case 'timestamptz': return dateTimeText(v, category, env);
    case 'json': return parseJsonValue(v);
    case 'jsonb': return (v as Jsonb).root;
    case 'array': return arrayToJsonb(v, env);
    case 'record': {
      const r = v as PgRecord;
      return makeObject(fieldNames(r, env), r.values.map((x, i) => datumToJsonb(x, r.fieldTypes[i]!, env)));
    }
    default: return env.types.typeImpl(oid).format(v, env);
  }
}

function arrayToJsonb(a: PgArray, env: TypeEnv): JsonValue {
  let at = 0;
  const level = (depth: number): JsonValue[] => {
    const items: JsonValue[] = [];
    for (let i = 0; i < (a.dims[depth] ?? 0); i++) {
      items.push(depth === a.dims.length - 1 ? datumToJsonb(a.elements[at++], a.elementOid, env) : level(depth + 1));
    }
    return items;
  };
  return level(0);
}

/** A value as an object key. */
export function jsonKey(v: Datum | null, typeOid: Oid, env: TypeEnv): string {
  if (v === null || v === undefined) throw new SqlError('22004', 'null value not allowed for object key');
  const { category, oid } = jsonCategory(typeOid, env);
  switch (category) {
    case 'json': case 'jsonb': case 'array': case 'record':
      throw new SqlError('22023', 'key value must be scalar, not array, composite, or json');
    case 'bool': return v ? 'true' : 'false';
    case 'date': case 'timestamp': case 'timestamptz': return dateTimeText(v, category, env);
    default: return env.types.typeImpl(oid).format(v, env);
  }
}

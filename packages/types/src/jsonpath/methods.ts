/** The item methods of jsonpath: .type(), .double(), .datetime(), .keyvalue() … */
import { SqlError } from '../errors.js';
import { baseType } from '../type-registry.js';
import { numericFromText, numericFunction, numericToText } from '../any/numeric-bridge.js';
import { JsonObject, jsonKind, makeObject, type JsonValue } from '../jsonb/value.js';
import { convertDateTime, formatDateTime, kindName, PathDateTime, readDateTime, roundDateTime, type DateTimeKind } from './datetime-item.js';
import { PathError, pathKind, type Emit, type PathRun } from './execute.js';
import type { PathItem } from './nodes.js';

type Maker = (run: PathRun, i: PathItem, v: JsonValue) => JsonValue;

const wrong = (code: string, name: string, what: string): PathError =>
  new PathError(code, `jsonpath item method .${name}() can only be applied to ${what}`);
const invalid = (text: string, name: string, type: string): PathError =>
  new PathError('22036', `argument "${text}" of jsonpath item method .${name}() is invalid for type ${type}`);

function numberOf(v: JsonValue, name: string): JsonValue {
  if (pathKind(v) !== 'number') throw wrong('22036', name, 'a numeric value');
  return v;
}

/** The text of a string or number, to be read as another type. */
function textOf(v: JsonValue, name: string, what = 'a string or numeric value'): string {
  if (typeof v === 'string') return v;
  if (pathKind(v) === 'number') return numericToText(v);
  throw wrong('22036', name, what);
}

/** Reads a text as a type's value, or says that it is none. */
function parsed(run: PathRun, oid: number, text: string, name: string, type: string): JsonValue {
  try {
    return baseType(oid)!.parse(text, -1, run.env);
  } catch (e) {
    if (e instanceof SqlError) throw invalid(text, name, type);
    throw e;
  }
}

function toDouble(run: PathRun, i: PathItem, v: JsonValue): JsonValue {
  const text = textOf(v, 'double');
  const d = parsed(run, 701, text, 'double', 'double precision') as number;
  if (!Number.isFinite(d)) throw new PathError('22036', 'NaN or Infinity is not allowed for jsonpath item method .double()');
  return typeof v === 'string' ? numericFromText(baseType(701)!.format(d, run.env)) : v;
}

function toNumeric(run: PathRun, i: PathItem, v: JsonValue): JsonValue {
  const name = i.text;
  const text = textOf(v, name);
  const n = typeof v === 'string' ? parsed(run, 1700, text, name, 'numeric') : v;
  if (/^(NaN|-?Infinity)$/.test(numericToText(n))) throw new PathError('22036', `NaN or Infinity is not allowed for jsonpath item method .${name}()`);
  if (name !== 'decimal' || i.args.length === 0) return n;
  const arg = (a: PathItem): number => numericFunction('numeric_int4')(a.number) as number;
  const precision = arg(i.args[0]!);
  const scale = i.args[1] === undefined ? 0 : arg(i.args[1]);
  if (precision < 1 || precision > 1000) throw new SqlError('22023', `NUMERIC precision ${precision} must be between 1 and 1000`);
  if (scale < -1000 || scale > 1000) throw new SqlError('22023', `NUMERIC scale ${scale} must be between -1000 and 1000`);
  const typmod = ((precision << 16) | (scale & 0x7ff)) + 4;
  try {
    return baseType(1700)!.coerce!(n, typmod, true);
  } catch (e) {
    if (e instanceof SqlError) throw invalid(text, name, 'numeric');
    throw e;
  }
}

const toInteger = (name: 'bigint' | 'integer'): Maker => (run, _i, v) => {
  const text = textOf(v, name);
  const oid = name === 'bigint' ? 20 : 23;
  if (typeof v === 'string') return numericFromText(String(parsed(run, oid, text, name, name)));
  try {
    return numericFromText(String(numericFunction(name === 'bigint' ? 'numeric_int8' : 'numeric_int4')(v)));
  } catch (e) {
    if (e instanceof SqlError) throw invalid(text, name, name);
    throw e;
  }
};

function toBoolean(run: PathRun, _i: PathItem, v: JsonValue): JsonValue {
  if (typeof v === 'boolean') return v;
  const what = 'a boolean, string, or numeric value';
  const text = textOf(v, 'boolean', what);
  if (typeof v !== 'string') return (parsed(run, 23, text, 'boolean', 'boolean') as number) !== 0;
  return parsed(run, 16, text, 'boolean', 'boolean');
}

function toText(_run: PathRun, _i: PathItem, v: JsonValue): JsonValue {
  switch (pathKind(v)) {
    case 'string': return v;
    case 'number': return numericToText(v);
    case 'boolean': return v ? 'true' : 'false';
    case 'datetime': return formatDateTime(v as PathDateTime);
    default: throw wrong('22036', 'string', 'a boolean, string, numeric, or datetime value');
  }
}

const targets: Readonly<Record<string, DateTimeKind>> = { date: 'date', time: 'time', time_tz: 'timetz', timestamp: 'timestamp', timestamp_tz: 'timestamptz' };

function toDateTime(run: PathRun, i: PathItem, v: JsonValue): JsonValue {
  const name = i.text;
  const isDateTime = v instanceof PathDateTime;
  if (typeof v !== 'string' && !isDateTime) throw wrong('22031', name, 'a string');
  if (name === 'datetime' && i.args.length > 0) throw new SqlError('0A000', 'jsonpath method .datetime() with a template is not supported yet');
  const text = isDateTime ? formatDateTime(v) : (v as string);
  const unrecognized = (): PathError => new PathError('22031', `${name} format is not recognized: "${text}"`,
    name === 'datetime' ? { hint: 'Use a datetime template argument to specify the input data format.' } : {});
  const read = isDateTime ? v : run.soft(() => readDateTime(text, run.env));
  if (read === undefined) throw unrecognized();
  if (name === 'datetime') return read;
  const out = convertDateTime(read, targets[name]!, run.useZone, run.env);
  if (out === undefined) throw unrecognized();
  if (i.args.length === 0) return out;
  const precision = numericFunction('numeric_int4')(i.args[0]!.number) as number;
  return roundDateTime(out, Math.min(precision, 6));
}

function typeName(v: JsonValue): string {
  return v instanceof PathDateTime ? kindName[v.kind] : jsonKind(v);
}

const makers: Readonly<Record<string, Maker>> = {
  type: (_r, _i, v) => typeName(v),
  size: (run, i, v) => {
    if (Array.isArray(v)) return numericFromText(String(v.length));
    if (run.lax) return numericFromText('1');
    throw wrong('22039', i.text, 'an array');
  },
  abs: (_r, i, v) => numericFunction('numeric_abs')(numberOf(v, i.text)),
  floor: (_r, i, v) => numericFunction('numeric_floor')(numberOf(v, i.text)),
  ceiling: (_r, i, v) => numericFunction('numeric_ceil')(numberOf(v, i.text)),
  double: toDouble,
  number: toNumeric,
  decimal: toNumeric,
  bigint: toInteger('bigint'),
  integer: toInteger('integer'),
  boolean: toBoolean,
  string: toText,
  datetime: toDateTime, date: toDateTime, time: toDateTime, time_tz: toDateTime, timestamp: toDateTime, timestamp_tz: toDateTime,
};

/** Applies a method to one item, and goes on with what follows it. */
export function runMethod(run: PathRun, i: PathItem, v: JsonValue, emit: Emit): boolean {
  if (i.text === 'keyvalue') {
    if (!(v instanceof JsonObject)) throw wrong('2203C', 'keyvalue', 'an object');
    let id = run.objectIds.get(v);
    if (id === undefined) run.objectIds.set(v, (id = run.objectIds.size));
    const idNumber = numericFromText(String(id));
    for (let k = 0; k < v.keys.length; k++) {
      if (run.next(i, makeObject(['key', 'value', 'id'], [v.keys[k], v.values[k], idNumber]), emit)) return true;
    }
    return false;
  }
  return run.next(i, makers[i.text]!(run, i, v), emit);
}

/** jsonb's own operators: containment, existence, concatenation, deletion, jsonb_set and its kin. */
import { SqlError } from '../errors.js';
import { defineFunctions } from '../function-impl.js';
import type { Datum } from '../datum.js';
import type { PgArray } from '../array/value.js';
import { compareFamily } from '../any/compare-family.js';
import { numericFunction } from '../any/numeric-bridge.js';
import { nodeSource, parseNodes, type JsonNode } from '../json/parse.js';
import { quoteJson } from '../json/escape.js';
import { compareJson, equalJson } from './order.js';
import { prettyJson } from './text-io.js';
import { JsonObject, Jsonb, jsonKind, makeObject, type JsonValue } from './value.js';

const isContainer = (v: JsonValue): boolean => Array.isArray(v) || v instanceof JsonObject;
const err = (message: string, code = '22023'): SqlError => new SqlError(code, message);

/** JsonbDeepContains: is b's structure found in a. */
function deepContains(a: JsonValue, b: JsonValue): boolean {
  if (b instanceof JsonObject) {
    if (!(a instanceof JsonObject) || a.keys.length < b.keys.length) return false;
    return b.keys.every((k, i) => {
      const v = a.get(k);
      if (v === undefined) return false;
      const w = b.values[i];
      return isContainer(w) ? jsonKind(v) === jsonKind(w) && deepContains(v, w) : !isContainer(v) && equalJson(v, w);
    });
  }
  const items = a as JsonValue[];
  return (b as JsonValue[]).every((w) => (isContainer(w)
    ? items.some((v) => jsonKind(v) === jsonKind(w) && deepContains(v, w))
    : items.some((v) => !isContainer(v) && equalJson(v, w))));
}

function contains(a: JsonValue, b: JsonValue): boolean {
  if (Array.isArray(a) && !isContainer(b)) return deepContains(a, [b]);
  if (!isContainer(a) && !isContainer(b)) return equalJson(a, b);
  if (jsonKind(a) !== jsonKind(b)) return false;
  return deepContains(a, b);
}

function exists(v: JsonValue, key: string): boolean {
  if (v instanceof JsonObject) return v.indexOf(key) >= 0;
  if (Array.isArray(v)) return v.includes(key);
  return v === key;
}

function concat(a: JsonValue, b: JsonValue): JsonValue {
  if (a instanceof JsonObject && b instanceof JsonObject) return makeObject([...a.keys, ...b.keys], [...a.values, ...b.values]);
  const list = (v: JsonValue): JsonValue[] => (Array.isArray(v) ? v : [v]);
  return [...list(a), ...list(b)];
}

function withMember(o: JsonObject, key: string, value: JsonValue): JsonObject {
  const i = o.indexOf(key);
  const keys = o.keys.slice();
  const values = o.values.slice();
  if (i >= 0) values[i] = value;
  else {
    keys.splice(-i - 1, 0, key);
    values.splice(-i - 1, 0, value);
  }
  return new JsonObject(keys, values);
}

function withoutKeys(v: JsonValue, keys: readonly (string | null)[]): JsonValue {
  if (!isContainer(v)) throw err('cannot delete from scalar');
  const drop = new Set(keys.filter((k): k is string => k !== null));
  if (Array.isArray(v)) return v.filter((x) => !(typeof x === 'string' && drop.has(x)));
  const o = v as JsonObject;
  const kept = o.keys.filter((k) => !drop.has(k));
  return new JsonObject(kept, kept.map((k) => o.get(k)));
}

function withoutIndex(v: JsonValue, index: number): JsonValue {
  if (v instanceof JsonObject) throw err('cannot delete from object using integer index');
  if (!Array.isArray(v)) throw err('cannot delete from scalar');
  const i = index < 0 ? v.length + index : index;
  return i < 0 || i >= v.length ? v : [...v.slice(0, i), ...v.slice(i + 1)];
}

/** What setting at the path's end does. */
interface PathEdit {
  readonly mode: 'set' | 'delete' | 'insertBefore' | 'insertAfter';
  readonly create: boolean;
  readonly value: JsonValue;
  /** Subscripted assignment: missing parents are made, gaps filled with null. */
  readonly fill: boolean;
}

const isInsert = (e: PathEdit): boolean => e.mode === 'insertBefore' || e.mode === 'insertAfter';

function editAt(v: JsonValue, path: readonly (string | null)[], level: number, edit: PathEdit): JsonValue {
  const step = path[level];
  if (step === null) throw err(`path element at position ${level + 1} is null`, '22004');
  if (Array.isArray(v)) return editArray(v, path, level, edit);
  if (v instanceof JsonObject) return editObject(v, path, level, edit);
  if (edit.fill && level < path.length) throw scalarParent();
  return v;
}

function scalarParent(): SqlError {
  return new SqlError('22023', 'cannot replace existing key', { detail: 'The path assumes key is a composite object, but it is a scalar value.' });
}

function newBranch(path: readonly (string | null)[], level: number, edit: PathEdit): JsonValue {
  if (level >= path.length) return edit.value;
  const step = path[level]!;
  if (/^-?\d+$/.test(step)) {
    const items = new Array<JsonValue>(Math.max(Number(step), 0)).fill(null);
    items.push(newBranch(path, level + 1, edit));
    return items;
  }
  return new JsonObject([step], [newBranch(path, level + 1, edit)]);
}

function editObject(o: JsonObject, path: readonly (string | null)[], level: number, edit: PathEdit): JsonValue {
  const key = path[level]!;
  const last = level === path.length - 1;
  const old = o.get(key);
  if (old === undefined) {
    if (last && edit.mode !== 'delete' && edit.create) return withMember(o, key, edit.value);
    if (!last && edit.fill) return withMember(o, key, newBranch(path, level + 1, edit));
    return o;
  }
  if (!last) return withMember(o, key, editAt(old, path, level + 1, edit));
  if (edit.mode === 'delete') return withoutKeys(o, [key]);
  if (isInsert(edit)) throw new SqlError('22023', 'cannot replace existing key', { hint: 'Try using the function jsonb_set to replace key value.' });
  return withMember(o, key, edit.value);
}

function editArray(a: JsonValue[], path: readonly (string | null)[], level: number, edit: PathEdit): JsonValue {
  const step = path[level]!;
  if (!/^\s*[+-]?\d+$/.test(step) || Number(step) > 2147483647 || Number(step) < -2147483648) {
    throw err(`path element at position ${level + 1} is not an integer: "${step}"`, '22P02');
  }
  const last = level === path.length - 1;
  let index = Number(step);
  if (index < 0) {
    if (-index > a.length) {
      if (edit.fill) throw err(`path element at position ${level + 1} is out of range: ${index}`);
      index = -2147483648;
    } else index += a.length;
  }
  const inside = index >= 0 && index < a.length;
  if (!inside) {
    if (edit.mode === 'delete') return a;
    if (edit.fill && index > a.length - 1) {
      return [...a, ...new Array<JsonValue>(index - a.length).fill(null), last ? edit.value : newBranch(path, level + 1, edit)];
    }
    if (!last || !edit.create) return a;
    return index < 0 ? [edit.value, ...a] : [...a, edit.value];
  }
  const out = a.slice();
  if (!last) out[index] = editAt(a[index], path, level + 1, edit);
  else if (edit.mode === 'delete') out.splice(index, 1);
  else if (edit.mode === 'insertBefore') out.splice(index, 0, edit.value);
  else if (edit.mode === 'insertAfter') out.splice(index + 1, 0, edit.value);
  else out[index] = edit.value;
  return out;
}

function oneDimension(path: PgArray): (string | null)[] {
  if (path.dims.length > 1) throw new SqlError('2202E', 'wrong number of array subscripts');
  return path.elements;
}

function setPath(d: Jsonb, path: PgArray, value: Jsonb, create: boolean): Jsonb {
  const steps = oneDimension(path);
  if (!isContainer(d.root)) throw err('cannot set path in scalar');
  const empty = Array.isArray(d.root) ? d.root.length === 0 : (d.root as JsonObject).keys.length === 0;
  if ((empty && !create) || steps.length === 0) return d;
  return new Jsonb(editAt(d.root, steps, 0, { mode: 'set', create, value: value.root, fill: false }));
}

function deletePath(d: Jsonb, path: PgArray): Jsonb {
  const steps = oneDimension(path);
  if (!isContainer(d.root)) throw err('cannot delete path in scalar');
  const empty = Array.isArray(d.root) ? d.root.length === 0 : (d.root as JsonObject).keys.length === 0;
  if (steps.length === 0 || empty) return d;
  return new Jsonb(editAt(d.root, steps, 0, { mode: 'delete', create: false, value: null, fill: false }));
}

function insertPath(d: Jsonb, path: PgArray, value: Jsonb, after: boolean): Jsonb {
  const steps = oneDimension(path);
  if (!isContainer(d.root)) throw err('cannot set path in scalar');
  if (steps.length === 0) return d;
  return new Jsonb(editAt(d.root, steps, 0, { mode: after ? 'insertAfter' : 'insertBefore', create: true, value: value.root, fill: false }));
}

/** jsonb_set_lax: what a NULL value does is told by its last argument. */
function setLax(d: Jsonb | null, path: PgArray | null, value: Jsonb | null, create: boolean | null, treatment: string | null): Jsonb | null {
  if (d === null || path === null || create === null) return null;
  const choices = 'null_value_treatment must be "delete_key", "return_target", "use_json_null", or "raise_exception"';
  if (treatment === null) throw err(choices, '22023');
  if (value !== null) return setPath(d, path, value, create);
  switch (treatment) {
    case 'raise_exception':
      throw new SqlError('22004', 'JSON value must not be null', {
        detail: 'Exception was raised because null_value_treatment is "raise_exception".',
        hint: 'To avoid, either change the null_value_treatment argument or ensure that an SQL NULL is not passed.',
      });
    case 'use_json_null': return setPath(d, path, new Jsonb(null), create);
    case 'delete_key': return deletePath(d, path);
    case 'return_target': return d;
    default: throw err(choices);
  }
}

function stripNulls(v: JsonValue, inArrays: boolean): JsonValue {
  if (Array.isArray(v)) return (inArrays ? v.filter((x) => x !== null) : v).map((x) => stripNulls(x, inArrays));
  if (v instanceof JsonObject) {
    const keys: string[] = [];
    const values: JsonValue[] = [];
    v.keys.forEach((k, i) => {
      if (v.values[i] === null) return;
      keys.push(k);
      values.push(stripNulls(v.values[i], inArrays));
    });
    return new JsonObject(keys, values);
  }
  return v;
}

function stripNodes(n: JsonNode, inArrays: boolean): string {
  if (n.kind === 'array') {
    return `[${n.items.filter((x) => !inArrays || x.kind !== 'null').map((x) => stripNodes(x, inArrays)).join(',')}]`;
  }
  if (n.kind === 'object') {
    const parts: string[] = [];
    n.keys.forEach((k, i) => {
      const v = n.items[i]!;
      if (v.kind !== 'null') parts.push(`${quoteJson(k)}:${stripNodes(v, inArrays)}`);
    });
    return `{${parts.join(',')}}`;
  }
  return n.kind === 'string' ? quoteJson(n.text) : nodeSource(n);
}

const kindNames: Readonly<Record<string, string>> = {
  string: 'string', number: 'numeric', boolean: 'boolean', array: 'array', object: 'object',
};

/** Casts of jsonb numbers go by numeric's own casts. */
function castNumber(prosrc: string | undefined, typeName: string) {
  return (d: Jsonb): Datum => {
    if (d.root === null) return null;
    const kind = jsonKind(d.root);
    if (kind !== 'number') throw err(`cannot cast jsonb ${isContainer(d.root) ? kind : kindNames[kind]} to type ${typeName}`);
    return prosrc === undefined ? d.root : numericFunction(prosrc)(d.root);
  };
}

/** jsonb subscripting assignment for the executor: missing containers are made on the way. */
export function jsonbAssign(d: Jsonb | null, path: readonly (string | null)[], value: Jsonb): Jsonb {
  if (path.includes(null)) throw err('jsonb subscript in assignment must not be null', '22004');
  const edit: PathEdit = { mode: 'set', create: true, value: value.root, fill: true };
  if (d === null) return new Jsonb(newBranch(path, 0, edit));
  if (!isContainer(d.root)) throw scalarParent();
  return new Jsonb(editAt(d.root, path, 0, edit));
}

defineFunctions({
  ...compareFamilyOfJsonb(),
  jsonb_contains: (a: Jsonb, b: Jsonb) => contains(a.root, b.root),
  jsonb_contained: (a: Jsonb, b: Jsonb) => contains(b.root, a.root),
  jsonb_exists: (d: Jsonb, k: string) => exists(d.root, k),
  jsonb_exists_any: (d: Jsonb, keys: PgArray) => keys.elements.some((k) => k !== null && exists(d.root, k)),
  jsonb_exists_all: (d: Jsonb, keys: PgArray) => keys.elements.every((k) => k === null || exists(d.root, k)),
  jsonb_concat: (a: Jsonb, b: Jsonb) => new Jsonb(concat(a.root, b.root)),
  jsonb_delete: (d: Jsonb, k: string) => new Jsonb(withoutKeys(d.root, [k])),
  jsonb_delete_array: (d: Jsonb, keys: PgArray) => {
    if (keys.dims.length > 1) throw new SqlError('2202E', 'wrong number of array subscripts');
    return new Jsonb(withoutKeys(d.root, keys.elements));
  },
  jsonb_delete_idx: (d: Jsonb, i: number) => new Jsonb(withoutIndex(d.root, i)),
  jsonb_delete_path: deletePath,
  jsonb_set: setPath,
  jsonb_set_lax: setLax,
  jsonb_insert: insertPath,
  jsonb_pretty: (d: Jsonb) => prettyJson(d.root),
  jsonb_strip_nulls: (d: Jsonb, inArrays: boolean) => new Jsonb(stripNulls(d.root, inArrays === true)),
  json_strip_nulls: (d: string, inArrays: boolean) => stripNodes(parseNodes(d), inArrays === true),
  jsonb_bool: (d: Jsonb) => {
    if (d.root === null) return null;
    const kind = jsonKind(d.root);
    if (kind !== 'boolean') throw err(`cannot cast jsonb ${kindNames[kind]} to type boolean`);
    return d.root;
  },
  jsonb_numeric: castNumber(undefined, 'numeric'),
  jsonb_int2: castNumber('numeric_int2', 'smallint'),
  jsonb_int4: castNumber('numeric_int4', 'integer'),
  jsonb_int8: castNumber('numeric_int8', 'bigint'),
  jsonb_float4: castNumber('numeric_float4', 'real'),
  jsonb_float8: castNumber('numeric_float8', 'double precision'),
});

function compareFamilyOfJsonb(): Record<string, (a: Jsonb, b: Jsonb) => Datum> {
  const family = compareFamily<Jsonb>('jsonb', (a, b) => compareJson(a.root, b.root));
  delete family['jsonb_larger'];
  delete family['jsonb_smaller'];
  return family;
}


/**
 * Functions that take json and jsonb apart, written once over a model of each: json keeps its text, jsonb is a tree.
 */
import type { Datum } from '../datum.js';
import { SqlError } from '../errors.js';
import { defineFunctions } from '../function-impl.js';
import type { PgArray } from '../array/value.js';
import { PgRecord, RECORD_OID } from '../record/value.js';
import { formatJsonValue } from '../jsonb/text-io.js';
import { JsonObject, Jsonb, jsonKind, type JsonKind, type JsonValue } from '../jsonb/value.js';
import { numericToText } from '../any/numeric-bridge.js';
import { nodeSource, parseNodes, type JsonNode } from './parse.js';

/** How functions see a JSON value V behind the SQL datum. */
export interface JsonModel<V> {
  open(datum: Datum): V;
  readonly scalarIsArray: boolean;
  /** Back to a datum of the same type. */
  close(v: V): Datum;
  kind(v: V): JsonKind;
  /** As ->> gives it: strings unquoted, null for JSON null. */
  text(v: V): string | null;
  items(v: V): readonly V[];
  keys(v: V): readonly string[];
  /** Members in order, duplicates kept where the type keeps them. */
  member(v: V, key: string): V | undefined;
}

export const nodeModel: JsonModel<JsonNode> = {
  scalarIsArray: false,
  open: (d: string) => parseNodes(d),
  close: nodeSource,
  kind: (n) => n.kind,
  text: (n) => (n.kind === 'null' ? null : n.kind === 'string' ? n.text : nodeSource(n)),
  items: (n) => n.items,
  keys: (n) => n.keys,
  member: (n, key) => {
    const i = n.keys.lastIndexOf(key);
    return i < 0 ? undefined : n.items[i];
  },
};

export function jsonText(v: JsonValue): string | null {
  switch (jsonKind(v)) {
    case 'null': return null;
    case 'string': return v as string;
    case 'number': return numericToText(v);
    default: return formatJsonValue(v);
  }
}

export const treeModel: JsonModel<JsonValue> = {
  scalarIsArray: true,
  open: (d: Jsonb) => d.root,
  close: (v) => new Jsonb(v),
  kind: jsonKind,
  text: jsonText,
  items: (v) => (v instanceof JsonObject ? v.values : (v as JsonValue[])),
  keys: (v) => (v as JsonObject).keys,
  member: (v, key) => (v as JsonObject).get(key),
};

const isContainer = (k: JsonKind): boolean => k === 'array' || k === 'object';
const err = (message: string): SqlError => new SqlError('22023', message);

function field<V>(m: JsonModel<V>, v: V, key: string): V | undefined {
  return m.kind(v) === 'object' ? m.member(v, key) : undefined;
}

function element<V>(m: JsonModel<V>, v: V, index: number): V | undefined {
  const kind = m.kind(v);
  // A scalar jsonb is stored as an array of one, and -> shows it.
  if (m.scalarIsArray && !isContainer(kind)) return index === 0 || index === -1 ? v : undefined;
  if (kind !== 'array') return undefined;
  const items = m.items(v);
  return items[index < 0 ? items.length + index : index];
}

/** An array subscript in a path: an integer, else nothing matches. */
export function pathIndex(step: string): number | undefined {
  if (!/^\s*[+-]?\d+$/.test(step)) return undefined;
  const n = Number(step);
  return n > 2147483647 || n < -2147483648 ? undefined : n;
}

function extract<V>(m: JsonModel<V>, v: V, path: PgArray): V | undefined {
  let at: V | undefined = v;
  for (const step of path.elements) {
    if (step === null) return undefined;
    const kind: JsonKind = m.kind(at!);
    if (kind === 'object') at = m.member(at!, step);
    else if (kind === 'array') {
      const i = pathIndex(step);
      at = i === undefined ? undefined : element(m, at!, i);
    } else return undefined;
    if (at === undefined) return undefined;
  }
  return at;
}

function lengthOf<V>(m: JsonModel<V>, v: V): number {
  const kind = m.kind(v);
  if (kind === 'array') return m.items(v).length;
  throw err(isContainer(kind) ? 'cannot get array length of a non-array' : 'cannot get array length of a scalar');
}

function elementsOf<V>(m: JsonModel<V>, v: V, name: string): readonly V[] {
  const kind = m.kind(v);
  if (kind === 'array') return m.items(v);
  if (name.startsWith('jsonb')) throw err(isContainer(kind) ? 'cannot extract elements from an object' : 'cannot extract elements from a scalar');
  throw err(isContainer(kind) ? `cannot call ${name} on a non-array` : `cannot call ${name} on a scalar`);
}

function pairsOf<V>(m: JsonModel<V>, v: V, name: string): readonly [string, V][] {
  const kind = m.kind(v);
  if (kind !== 'object') {
    if (name.startsWith('jsonb')) throw err(`cannot call ${name} on a non-object`);
    throw err(kind === 'array' ? 'cannot deconstruct an array as an object' : 'cannot deconstruct a scalar');
  }
  const items = m.items(v);
  return m.keys(v).map((k, i) => [k, items[i]!]);
}

function keysOf<V>(m: JsonModel<V>, v: V, name: string): Iterable<string> {
  const kind = m.kind(v);
  if (kind !== 'object') throw err(`cannot call ${name} on ${kind === 'array' ? 'an array' : 'a scalar'}`);
  return m.keys(v);
}

type Fn = (...args: Datum[]) => Datum;

/** VARIADIC paths come as one array. */
function accessFunctions<V>(prefix: 'json' | 'jsonb', m: JsonModel<V>): Record<string, Fn | { fn: Fn; set: boolean }> {
  const valueOid = prefix === 'json' ? 114 : 3802;
  const pair = (key: string, value: Datum, oid: number): PgRecord => new PgRecord(RECORD_OID, [key, value], [25, oid], ['key', 'value']);
  const self = (v: V | undefined): Datum => (v === undefined ? null : m.close(v));
  const text = (v: V | undefined): string | null => (v === undefined ? null : m.text(v));
  return {
    [`${prefix}_object_field`]: (d, k: string) => self(field(m, m.open(d), k)),
    [`${prefix}_object_field_text`]: (d, k: string) => text(field(m, m.open(d), k)),
    [`${prefix}_array_element`]: (d, i: number) => self(element(m, m.open(d), i)),
    [`${prefix}_array_element_text`]: (d, i: number) => text(element(m, m.open(d), i)),
    [`${prefix}_extract_path`]: (d, path: PgArray) => self(extract(m, m.open(d), path)),
    [`${prefix}_extract_path_text`]: (d, path: PgArray) => text(extract(m, m.open(d), path)),
    [`${prefix}_array_length`]: (d) => lengthOf(m, m.open(d)),
    [`${prefix}_typeof`]: (d) => m.kind(m.open(d)),
    [`${prefix}_array_elements`]: { fn: (d) => elementsOf(m, m.open(d), `${prefix}_array_elements`).map(self), set: true },
    [`${prefix}_array_elements_text`]: { fn: (d) => elementsOf(m, m.open(d), `${prefix}_array_elements_text`).map(text), set: true },
    [`${prefix}_each`]: { fn: (d) => pairsOf(m, m.open(d), `${prefix}_each`).map(([k, v]) => pair(k, self(v), valueOid)), set: true },
    [`${prefix}_each_text`]: { fn: (d) => pairsOf(m, m.open(d), `${prefix}_each_text`).map(([k, v]) => pair(k, text(v), 25)), set: true },
    [`${prefix}_object_keys`]: { fn: (d) => keysOf(m, m.open(d), `${prefix}_object_keys`), set: true },
  };
}

defineFunctions(accessFunctions('json', nodeModel));
defineFunctions(accessFunctions('jsonb', treeModel));


/** jsonb's total order, equality and hash key. Object > Array > Boolean > Number > String > null. */
import { compareNumerics, numericImpl } from '../any/numeric-bridge.js';
import { JsonObject, jsonKind, type JsonKind, type JsonValue } from './value.js';

const RANK: Readonly<Record<JsonKind, number>> = { null: 0, string: 1, number: 2, boolean: 3, array: 4, object: 5 };

const compareText = (a: string, b: string): number => (a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b)));

export function compareJson(a: JsonValue, b: JsonValue, top = true): number {
  const x = jsonKind(a);
  const y = jsonKind(b);
  if (x !== y) {
    // An empty top-level array sorts before scalars, a quirk kept for the indexes that have it.
    if (top && x === 'array' && y !== 'object' && a.length === 0) return -1;
    if (top && y === 'array' && x !== 'object' && b.length === 0) return 1;
    return RANK[x] < RANK[y] ? -1 : 1;
  }
  switch (x) {
    case 'null': return 0;
    case 'string': return compareText(a as string, b as string);
    case 'number': return compareNumerics(a, b);
    case 'boolean': return a === b ? 0 : a ? 1 : -1;
    case 'array': {
      if (a.length !== b.length) return a.length < b.length ? -1 : 1;
      for (let i = 0; i < a.length; i++) {
        const c = compareJson(a[i], b[i], false);
        if (c !== 0) return c;
      }
      return 0;
    }
    default: return compareObjects(a as JsonObject, b as JsonObject);
  }
}

function compareObjects(a: JsonObject, b: JsonObject): number {
  if (a.keys.length !== b.keys.length) return a.keys.length < b.keys.length ? -1 : 1;
  for (let i = 0; i < a.keys.length; i++) {
    const k = compareText(a.keys[i]!, b.keys[i]!);
    if (k !== 0) return k;
    const c = compareJson(a.values[i], b.values[i], false);
    if (c !== 0) return c;
  }
  return 0;
}

export const equalJson = (a: JsonValue, b: JsonValue): boolean => compareJson(a, b, false) === 0;

export function jsonHashKey(v: JsonValue): string {
  switch (jsonKind(v)) {
    case 'null': return 'n';
    case 'string': return `s${(v as string).length}:${v}`;
    case 'boolean': return v ? 't' : 'f';
    case 'number': return `d${numericImpl().hashKey!(v)};`;
    case 'array': return `[${(v as JsonValue[]).map(jsonHashKey).join('')}]`;
    default: {
      const o = v as JsonObject;
      return `{${o.keys.map((k, i) => `${k.length}:${k}${jsonHashKey(o.values[i])}`).join('')}}`;
    }
  }
}

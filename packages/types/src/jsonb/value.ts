/**
 * A jsonb value as a tree: null, boolean, string, Numeric, JS array, or JsonObject with its keys unique and in
 * jsonb's order (shorter first, then bytewise), so that lookups are a binary search and output needs no sorting.
 */
import type { Datum } from '../datum.js';

/** A jsonb number is numeric's datum: whatever is none of the other forms. */
export type JsonbNumber = { readonly __jsonbNumber?: never };
export type JsonValue = null | boolean | string | JsonValue[] | JsonObject | Datum;

export class JsonObject {
  constructor(readonly keys: string[], readonly values: JsonValue[]) {}

  get(key: string): JsonValue | undefined {
    const i = this.indexOf(key);
    return i < 0 ? undefined : this.values[i];
  }

  /** Position of the key, or -(where it belongs) - 1. */
  indexOf(key: string): number {
    let lo = 0;
    let hi = this.keys.length - 1;
    while (lo <= hi) {
      const mid = (lo + hi) >> 1;
      const c = compareKeys(this.keys[mid]!, key);
      if (c === 0) return mid;
      if (c < 0) lo = mid + 1;
      else hi = mid - 1;
    }
    return -lo - 1;
  }
}

export class Jsonb {
  constructor(readonly root: JsonValue) {}
}

export type JsonKind = 'null' | 'string' | 'number' | 'boolean' | 'array' | 'object';

export function jsonKind(v: JsonValue): JsonKind {
  if (v === null) return 'null';
  if (typeof v === 'string') return 'string';
  if (typeof v === 'boolean') return 'boolean';
  if (Array.isArray(v)) return 'array';
  return v instanceof JsonObject ? 'object' : 'number';
}

// eslint-disable-next-line no-control-regex
const ascii = /^[\x00-\x7f]*$/;

/** jsonb's key order: by length in bytes, then bytewise. */
export function compareKeys(a: string, b: string): number {
  if (a === b) return 0;
  if (a.length === b.length && ascii.test(a) && ascii.test(b)) return a < b ? -1 : 1;
  const x = Buffer.from(a);
  const y = Buffer.from(b);
  if (x.length !== y.length) return x.length < y.length ? -1 : 1;
  return Buffer.compare(x, y);
}

/** An object from pairs in any order; of equal keys the last one wins. */
export function makeObject(keys: readonly string[], values: readonly JsonValue[]): JsonObject {
  const last = new Map<string, JsonValue>();
  for (let i = 0; i < keys.length; i++) last.set(keys[i]!, values[i]);
  const sorted = [...last.keys()].sort(compareKeys);
  return new JsonObject(sorted, sorted.map((k) => last.get(k)));
}

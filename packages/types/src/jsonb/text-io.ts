/** jsonb text: parsing to a tree, compact and pretty output. */
import type { TypeEnv } from '../type-impl.js';
import { parseJson, type JsonBuilder } from '../json/parse.js';
import { quoteJson } from '../json/escape.js';
import { numericFromText, numericToText } from '../any/numeric-bridge.js';
import { JsonObject, Jsonb, makeObject, type JsonValue } from './value.js';

const builder: JsonBuilder<JsonValue> = {
  decode: true,
  scalar: (kind, text) => {
    switch (kind) {
      case 'string': return text;
      case 'number': return numericFromText(text);
      case 'boolean': return text === 'true';
      default: return null;
    }
  },
  array: (items) => items,
  object: (keys, values) => makeObject(keys, values),
};

export const parseJsonValue = (text: string): JsonValue => parseJson(text, builder);
export const parseJsonb = (text: string, env?: TypeEnv): Jsonb => new Jsonb(parseJson(text, builder, env));

export function formatJsonValue(v: JsonValue): string {
  if (v === null) return 'null';
  if (typeof v === 'string') return quoteJson(v);
  if (typeof v === 'boolean') return v ? 'true' : 'false';
  if (Array.isArray(v)) {
    if (v.length === 0) return '[]';
    let out = `[${formatJsonValue(v[0])}`;
    for (let i = 1; i < v.length; i++) out += `, ${formatJsonValue(v[i])}`;
    return `${out}]`;
  }
  if (v instanceof JsonObject) {
    let out = '{';
    for (let i = 0; i < v.keys.length; i++) out += `${i > 0 ? ', ' : ''}${quoteJson(v.keys[i]!)}: ${formatJsonValue(v.values[i])}`;
    return `${out}}`;
  }
  return numericToText(v);
}

/** jsonb_pretty */
export function prettyJson(v: JsonValue, indent = ''): string {
  const inner = `${indent}    `;
  if (Array.isArray(v)) {
    if (v.length === 0) return `[\n${indent}]`;
    return `[\n${v.map((x) => inner + prettyJson(x, inner)).join(',\n')}\n${indent}]`;
  }
  if (v instanceof JsonObject) {
    if (v.keys.length === 0) return `{\n${indent}}`;
    return `{\n${v.keys.map((k, i) => `${inner}${quoteJson(k)}: ${prettyJson(v.values[i], inner)}`).join(',\n')}\n${indent}}`;
  }
  return formatJsonValue(v);
}

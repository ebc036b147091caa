/** The types json and jsonb, and jsonb's bytes in a column chunk. */
import { SqlError } from '../errors.js';
import { defineType } from '../type-registry.js';
import { ByteReader, ByteWriter } from '../any/bytes.js';
import { readDatum, writeDatum } from '../any/datum-codec.js';
import { numericImpl } from '../any/numeric-bridge.js';
import { validateJson } from '../json/parse.js';
import { compareJson, jsonHashKey } from './order.js';
import { formatJsonValue, parseJsonb } from './text-io.js';
import { JsonObject, Jsonb, jsonKind, type JsonValue } from './value.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const TAGS = { null: 0, false: 1, true: 2, string: 3, number: 4, array: 5, object: 6 } as const;

/** Layout: tag byte, then for strings their text, for numbers numeric's bytes, for containers a count and the items. */
function write(w: ByteWriter, v: JsonValue): void {
  switch (jsonKind(v)) {
    case 'null': w.u8(TAGS.null); return;
    case 'boolean': w.u8(v ? TAGS.true : TAGS.false); return;
    case 'string': w.u8(TAGS.string); w.countedText(v as string); return;
    case 'number': w.u8(TAGS.number); writeDatum(w, numericImpl(), v); return;
    case 'array': {
      const items = v as JsonValue[];
      w.u8(TAGS.array);
      w.u32(items.length);
      for (const item of items) write(w, item);
      return;
    }
    default: {
      const o = v as JsonObject;
      w.u8(TAGS.object);
      w.u32(o.keys.length);
      for (let i = 0; i < o.keys.length; i++) {
        w.countedText(o.keys[i]!);
        write(w, o.values[i]);
      }
    }
  }
}

function read(r: ByteReader): JsonValue {
  switch (r.u8()) {
    case TAGS.null: return null;
    case TAGS.false: return false;
    case TAGS.true: return true;
    case TAGS.string: return r.countedText();
    case TAGS.number: return readDatum(r, numericImpl());
    case TAGS.array: {
      const n = r.u32();
      const items: JsonValue[] = [];
      for (let i = 0; i < n; i++) items.push(read(r));
      return items;
    }
    default: {
      const n = r.u32();
      const keys: string[] = [];
      const values: JsonValue[] = [];
      for (let i = 0; i < n; i++) {
        keys.push(r.countedText());
        values.push(read(r));
      }
      return new JsonObject(keys, values);
    }
  }
}

defineType({
  oid: 114, name: 'json', physical: 'text', len: -1,
  parse: (text, _typmod, env) => validateJson(text, env),
  format: (v: string) => v,
  send: (v: string) => encoder.encode(v),
  receive: (bytes) => validateJson(decoder.decode(bytes)),
});

const JSONB_VERSION = 1;

defineType({
  oid: 3802, name: 'jsonb', physical: 'bytes', len: -1,
  parse: (text, _typmod, env) => parseJsonb(text, env),
  format: (v: Jsonb) => formatJsonValue(v.root),
  send: (v: Jsonb) => {
    const text = encoder.encode(formatJsonValue(v.root));
    const out = new Uint8Array(text.length + 1);
    out[0] = JSONB_VERSION;
    out.set(text, 1);
    return out;
  },
  receive: (bytes) => {
    if (bytes[0] !== JSONB_VERSION) throw new SqlError('XX000', `unsupported jsonb version number ${bytes[0]}`);
    return parseJsonb(decoder.decode(bytes.subarray(1)));
  },
  encode: (v: Jsonb) => { const w = new ByteWriter(64); write(w, v.root); return w.done(); },
  decode: (bytes) => new Jsonb(read(new ByteReader(bytes))),
  compare: (a: Jsonb, b: Jsonb) => compareJson(a.root, b.root),
  hashKey: (v: Jsonb) => jsonHashKey(v.root),
});

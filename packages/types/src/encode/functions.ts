/** encode/decode (hex, base64, escape) and the conversion functions between character sets. */
import { defineFunctions } from '../function-impl.js';
import { SqlError } from '../errors.js';
import { utf8, charCount } from '../any/utf8.js';
import { fromHex, isOctal, toHex } from '../bytea/type.js';
import { decodeText, encodeText, encodingId, encodingName, requireEncoding } from './encodings.js';

const BASE64_LINE = 76;

function toBase64(b: Uint8Array): string {
  const s = Buffer.from(b.buffer, b.byteOffset, b.length).toString('base64');
  return s.length <= BASE64_LINE ? s : s.replace(/.{76}(?=.)/g, '$&\n');
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function fromBase64(text: string): Uint8Array {
  const out: number[] = [];
  let buffer = 0;
  let position = 0;
  let end = 0;
  for (const ch of text) {
    if (ch === ' ' || ch === '\t' || ch === '\n' || ch === '\r') continue;
    let v = 0;
    if (ch === '=') {
      if (end === 0) {
        if (position === 2) end = 1;
        else if (position === 3) end = 2;
        else throw new SqlError('22023', 'unexpected "=" while decoding base64 sequence');
      }
    } else {
      v = ALPHABET.indexOf(ch);
      if (v < 0) throw new SqlError('22023', `invalid symbol "${ch}" found while decoding base64 sequence`);
    }
    buffer = (buffer << 6) + v;
    if (++position === 4) {
      out.push((buffer >> 16) & 255);
      if (end === 0 || end > 1) out.push((buffer >> 8) & 255);
      if (end === 0 || end > 2) out.push(buffer & 255);
      buffer = 0;
      position = 0;
    }
  }
  if (position !== 0) {
    throw new SqlError('22023', 'invalid base64 end sequence', {
      hint: 'Input data is missing padding, is truncated, or is otherwise corrupted.',
    });
  }
  return Uint8Array.from(out);
}

function toEscape(b: Uint8Array): string {
  let s = '';
  for (const x of b) {
    if (x === 92) s += '\\\\';
    else if (x === 0 || x >= 0x80) s += `\\${x.toString(8).padStart(3, '0')}`;
    else s += String.fromCharCode(x);
  }
  return s;
}

function fromEscape(text: string): Uint8Array {
  const raw = utf8(text);
  const out: number[] = [];
  for (let i = 0; i < raw.length; ) {
    if (raw[i] !== 92) out.push(raw[i++]!);
    else if (isOctal(raw, i)) {
      out.push(((raw[i + 1]! - 48) << 6) | ((raw[i + 2]! - 48) << 3) | (raw[i + 3]! - 48));
      i += 4;
    } else if (raw[i + 1] === 92) {
      out.push(92);
      i += 2;
    } else throw new SqlError('22P02', 'invalid input syntax for type bytea');
  }
  return Uint8Array.from(out);
}

const CODECS: Readonly<Record<string, readonly [(b: Uint8Array) => string, (s: string) => Uint8Array]>> = {
  hex: [toHex, (s) => fromHex(s)],
  base64: [toBase64, fromBase64],
  escape: [toEscape, fromEscape],
};

function codec(name: string): (typeof CODECS)[string] {
  const c = CODECS[name.toLowerCase()];
  if (c === undefined) throw new SqlError('22023', `unrecognized encoding: "${name}"`);
  return c;
}

function convert(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const source = requireEncoding(from, 'source');
  const target = requireEncoding(to, 'destination');
  return source === target ? bytes : encodeText(decodeText(bytes, from), to);
}

/** Longest character of an encoding in bytes, by id. */
const MAX_LENGTH: Readonly<Record<number, number>> = { 1: 3, 2: 3, 3: 3, 4: 4, 5: 3, 6: 4, 7: 4, 35: 2, 36: 2, 37: 2, 38: 2, 39: 4, 40: 3, 41: 2 };

defineFunctions({
  binary_encode: (b: Uint8Array, name: string) => codec(name)[0](b),
  binary_decode: (s: string, name: string) => codec(name)[1](s),
  pg_convert_from: decodeText,
  pg_convert_to: encodeText,
  pg_convert: convert,
  length_in_encoding: (b: Uint8Array, name: string) => charCount(decodeText(b, name, '')),
  PG_char_to_encoding: encodingId,
  PG_encoding_to_char: encodingName,
  pg_encoding_max_length_sql: (id: number) => (encodingName(id) === '' ? null : (MAX_LENGTH[id] ?? 1)),
});

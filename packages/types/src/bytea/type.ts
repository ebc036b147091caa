/** bytea: hex and escape input, output by bytea_output. */
import type { TypeEnv } from '../type-impl.js';
import { SqlError } from '../errors.js';
import { defineBaseType } from '../any/text-io.js';
import { bytesSortKey, utf8 } from '../any/utf8.js';
import { compareBytes } from '../any/bytes.js';

const HEX = '0123456789abcdef';
const hexPairs: string[] = Array.from({ length: 256 }, (_, i) => HEX[i >> 4]! + HEX[i & 15]!);

export function toHex(b: Uint8Array): string {
  let s = '';
  for (let i = 0; i < b.length; i++) s += hexPairs[b[i]!]!;
  return s;
}

function hexDigit(c: number): number {
  if (c >= 48 && c <= 57) return c - 48;
  const l = c | 32;
  return l >= 97 && l <= 102 ? l - 87 : -1;
}

/** hex_decode: pairs of digits, blanks allowed between pairs. */
export function fromHex(text: string, from = 0): Uint8Array {
  const out = new Uint8Array((text.length - from + 1) >> 1);
  let n = 0;
  for (let i = from; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 32 || c === 10 || c === 9 || c === 13) continue;
    const hi = hexDigit(c);
    if (hi < 0) throw badHexDigit(text, i);
    i++;
    if (i >= text.length) throw new SqlError('22023', 'invalid hexadecimal data: odd number of digits');
    const lo = hexDigit(text.charCodeAt(i));
    if (lo < 0) throw badHexDigit(text, i);
    out[n++] = (hi << 4) | lo;
  }
  return n === out.length ? out : out.slice(0, n);
}

function badHexDigit(text: string, at: number): SqlError {
  return new SqlError('22023', `invalid hexadecimal digit: "${String.fromCodePoint(text.codePointAt(at)!)}"`);
}

/** byteain */
export function parseBytea(text: string): Uint8Array {
  if (text.startsWith('\\x')) return fromHex(text, 2);
  const raw = utf8(text);
  if (!text.includes('\\')) return raw;
  const out = new Uint8Array(raw.length);
  let n = 0;
  for (let i = 0; i < raw.length; ) {
    if (raw[i] !== 92) {
      out[n++] = raw[i++]!;
    } else if (isOctal(raw, i)) {
      out[n++] = ((raw[i + 1]! - 48) << 6) | ((raw[i + 2]! - 48) << 3) | (raw[i + 3]! - 48);
      i += 4;
    } else if (raw[i + 1] === 92) {
      out[n++] = 92;
      i += 2;
    } else {
      throw new SqlError('22P02', 'invalid input syntax for type bytea');
    }
  }
  return out.slice(0, n);
}

/** Does \ooo with a first digit of at most 3 stand at `i`? */
export function isOctal(raw: Uint8Array, i: number): boolean {
  const digit = (k: number, max: number): boolean => raw[k] !== undefined && raw[k]! >= 48 && raw[k]! <= max;
  return digit(i + 1, 51) && digit(i + 2, 55) && digit(i + 3, 55);
}

function escapeBytea(b: Uint8Array): string {
  let s = '';
  for (const x of b) {
    if (x === 92) s += '\\\\';
    else if (x < 32 || x > 126) s += `\\${x.toString(8).padStart(3, '0')}`;
    else s += String.fromCharCode(x);
  }
  return s;
}

export function formatBytea(b: Uint8Array, env?: TypeEnv): string {
  return env?.setting('bytea_output') === 'escape' ? escapeBytea(b) : `\\x${toHex(b)}`;
}

export const byteaType = defineBaseType({
  oid: 17, name: 'bytea', physical: 'bytes', len: -1,
  parse: parseBytea,
  format: formatBytea,
  send: (v: Uint8Array) => v,
  receive: (b) => b.slice(),
  encode: (v: Uint8Array) => v,
  decode: (b) => b.slice(),
  compare: compareBytes,
  hashKey: (v: Uint8Array) => toHex(v),
  sortKey: bytesSortKey,
}, ['byteain', 'byteaout', 'bytearecv', 'byteasend']);

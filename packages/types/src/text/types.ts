/** TypeImpls of text, varchar, bpchar, unknown, cstring, refcursor: strings that differ in padding and length rules. */
import type { TypeImpl } from '../type-impl.js';
import { SqlError } from '../errors.js';
import { defineBaseType } from '../any/text-io.js';
import { defineType } from '../type-registry.js';
import { charCount, sliceChars, textSortKey, utf8 } from '../any/utf8.js';
import { compareCodePoints } from './collation.js';

/** typmod of varchar(n) and char(n) holds n + VARHDRSZ. */
const HEADER = 4;

const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function badSequence(bytes: Uint8Array): SqlError {
  const at = firstInvalid(bytes);
  const lead = bytes[at]!;
  const want = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  const hex = [...bytes.subarray(at, at + want)].map((b) => `0x${b.toString(16).padStart(2, '0')}`).join(' ');
  return new SqlError('22021', `invalid byte sequence for encoding "UTF8": ${hex}`);
}

function firstInvalid(bytes: Uint8Array): number {
  for (let i = 0; i < bytes.length; ) {
    const b = bytes[i]!;
    const n = b === 0 ? 0 : b < 0x80 ? 1 : b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : b >= 0xc2 ? 2 : 0;
    if (n === 0 || i + n > bytes.length) return i;
    try {
      strictDecoder.decode(bytes.subarray(i, i + n));
    } catch {
      return i;
    }
    i += n;
  }
  return 0;
}

/** Validated text from bytes: 22021 for what is not UTF-8 or holds a zero byte. */
export function textFromBytes(bytes: Uint8Array): string {
  if (bytes.includes(0)) throw badSequence(bytes);
  try {
    return strictDecoder.decode(bytes);
  } catch {
    throw badSequence(bytes);
  }
}

/** varchar's length rule: blanks beyond the limit vanish, other characters only under an explicit cast. */
export function coerceVarchar(s: string, typmod: number, explicit: boolean): string {
  const limit = typmod - HEADER;
  if (typmod < HEADER || s.length <= limit || charCount(s) <= limit) return s;
  const kept = sliceChars(s, 0, limit);
  if (!explicit && /[^ ]/.test(s.slice(kept.length))) {
    throw new SqlError('22001', `value too long for type character varying(${limit})`);
  }
  return kept;
}

/** char(n)'s: padded with blanks to n characters. */
export function coerceBpchar(s: string, typmod: number, explicit: boolean): string {
  const limit = typmod - HEADER;
  if (typmod < HEADER) return s;
  const n = charCount(s);
  if (n <= limit) return n === limit ? s : s + ' '.repeat(limit - n);
  const kept = sliceChars(s, 0, limit);
  if (!explicit && /[^ ]/.test(s.slice(kept.length))) {
    throw new SqlError('22001', `value too long for type character(${limit})`);
  }
  return kept;
}

/** bpchar without its trailing blanks: what it compares by and casts to text as. */
export function trimBlanks(s: string): string {
  let n = s.length;
  while (n > 0 && s.charCodeAt(n - 1) === 32) n--;
  return n === s.length ? s : s.slice(0, n);
}

export const compareBpchar = (a: string, b: string): number => compareCodePoints(trimBlanks(a), trimBlanks(b));

const stringParts = {
  physical: 'text' as const,
  len: -1,
  format: (v: string) => v,
  send: (v: string) => utf8(v),
};
const identity = (text: string): string => text;
const order = { compare: compareCodePoints, hashKey: identity, sortKey: textSortKey };

export const textType: TypeImpl = defineBaseType({
  oid: 25, name: 'text', ...stringParts, ...order, parse: identity, receive: textFromBytes,
}, ['textin', 'textout', 'textrecv', 'textsend']);

export const varcharType: TypeImpl = defineBaseType({
  oid: 1043, name: 'varchar', ...stringParts, ...order,
  parse: (text, typmod) => coerceVarchar(text, typmod, false),
  receive: (b, typmod) => coerceVarchar(textFromBytes(b), typmod, false),
  coerce: coerceVarchar,
}, ['varcharin', 'varcharout', 'varcharrecv', 'varcharsend']);

export const bpcharType: TypeImpl = defineBaseType({
  oid: 1042, name: 'bpchar', ...stringParts,
  parse: (text, typmod) => coerceBpchar(text, typmod, false),
  receive: (b, typmod) => coerceBpchar(textFromBytes(b), typmod, false),
  coerce: coerceBpchar,
  compare: compareBpchar,
  hashKey: trimBlanks,
  sortKey: (v: string) => textSortKey(trimBlanks(v)),
}, ['bpcharin', 'bpcharout', 'bpcharrecv', 'bpcharsend']);

export const unknownType: TypeImpl = defineBaseType({
  oid: 705, name: 'unknown', ...stringParts, len: -2, ...order, parse: identity, receive: textFromBytes,
}, ['unknownin', 'unknownout', 'unknownrecv', 'unknownsend']);

export const cstringType: TypeImpl = defineBaseType({
  oid: 2275, name: 'cstring', ...stringParts, len: -2, ...order, parse: identity, receive: textFromBytes,
}, ['cstring_in', 'cstring_out', 'cstring_recv', 'cstring_send']);

/** refcursor borrows text's functions. */
defineType({ oid: 1790, name: 'refcursor', ...stringParts, parse: identity, receive: textFromBytes });

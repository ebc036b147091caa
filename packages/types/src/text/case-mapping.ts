/**
 * lower, upper, initcap, casefold. Characters map one to one (the simple mappings of C.UTF-8 and libc locales), so that
 * 'ß' stays itself; the C collation maps ASCII only. ICU collations use the locale's full mapping.
 */
import { defineFunctions, type CallContext } from '../function-impl.js';
import { SqlError } from '../errors.js';
import type { Oid } from '../brand.js';
import { collationOf } from './collation.js';

// eslint-disable-next-line no-control-regex
const ASCII = /^[\x00-\x7f]*$/;
const PG_UNICODE_FAST: Oid = 6411;

function perChar(s: string, map: (ch: string) => string): string {
  let out = '';
  for (const ch of s) {
    const m = map(ch);
    out += m.length === ch.length || [...m].length === 1 ? m : ch;
  }
  return out;
}

const asciiLower = (s: string): string => s.replace(/[A-Z]+/g, (x) => x.toLowerCase());
const asciiUpper = (s: string): string => s.replace(/[a-z]+/g, (x) => x.toUpperCase());

function noCollation(fn: string): SqlError {
  return new SqlError('42P22', `could not determine which collation to use for ${fn} function`, {
    hint: 'Use the COLLATE clause to set the collation explicitly.',
  });
}

type Mapper = (s: string) => string;

/** The mapping of one letter case under a collation. */
function mapper(oid: Oid, fn: string, ascii: Mapper, simple: Mapper, full: (s: string, locale?: string) => string): Mapper {
  if (oid === 0) throw noCollation(fn);
  const c = collationOf(oid);
  if (c.ctype === 'c') return ascii;
  if (oid === PG_UNICODE_FAST) return (s) => full(s);
  return c.locale !== undefined ? (s) => full(s, c.locale === '' || c.locale === 'und' ? undefined : c.locale) : simple;
}

const lowerChar = (ch: string): string => ch.toLowerCase();
const upperChar = (ch: string): string => ch.toUpperCase();

export function lowerText(s: string, collation: Oid): string {
  if (collation !== 0 && ASCII.test(s)) return s.toLowerCase();
  return mapper(collation, 'lower()', asciiLower, (t) => perChar(t, lowerChar), (t, l) => t.toLocaleLowerCase(l))(s);
}

export function upperText(s: string, collation: Oid): string {
  if (collation !== 0 && ASCII.test(s)) return s.toUpperCase();
  return mapper(collation, 'upper()', asciiUpper, (t) => perChar(t, upperChar), (t, l) => t.toLocaleUpperCase(l))(s);
}

function initcap(s: string, collation: Oid): string {
  if (collation === 0) throw noCollation('initcap()');
  const word = collationOf(collation).ctype === 'c' ? /[a-zA-Z0-9]+/g : /[\p{L}\p{N}]+/gu;
  return s.replace(word, (w) => {
    const first = String.fromCodePoint(w.codePointAt(0)!);
    return upperText(first, collation) + lowerText(w.slice(first.length), collation);
  });
}

function casefold(s: string, collation: Oid): string {
  if (collation === 0) throw noCollation('casefold()');
  if (collation === PG_UNICODE_FAST) return s.toUpperCase().toLowerCase();
  return lowerText(s, collation);
}

defineFunctions({
  lower: (s: string, c: CallContext) => lowerText(s, c.collation),
  upper: (s: string, c: CallContext) => upperText(s, c.collation),
  initcap: (s: string, c: CallContext) => initcap(s, c.collation),
  casefold: (s: string, c: CallContext) => casefold(s, c.collation),
});

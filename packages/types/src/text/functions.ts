/** String functions that cut, pad, trim, search and replace. Positions and lengths count characters. */
import { defineFunctions, type CallContext } from '../function-impl.js';
import { SqlError } from '../errors.js';
import { charCount, isBmp, sliceChars } from '../any/utf8.js';
import { overlayRange, substringRange } from './ranges.js';
import { collationOf } from './collation.js';
import { trimBlanks } from './types.js';

const MAX_BYTES = 0x3fffffff;
const tooLarge = (): SqlError => new SqlError('54000', 'requested length too large');

export function substring(s: string, from: number, length: number | null): string {
  if (length === null && from <= 1) return s;
  if (isBmp(s)) {
    const [a, b] = substringRange(from, length, s.length);
    return s.slice(a, b);
  }
  const chars = Array.from(s);
  const [a, b] = substringRange(from, length, chars.length);
  return chars.slice(a, b).join('');
}

function overlay(s: string, by: string, from: number, length: number): string {
  const after = overlayRange(from, length);
  return substring(s, 1, from - 1) + by + substring(s, after, null);
}

/** 1-based character position of UTF-16 index `at`. */
const charPosition = (s: string, at: number): number => (at < 0 ? 0 : charCount(s.slice(0, at)) + 1);

function position(s: string, needle: string, ctx: CallContext): number {
  if (needle === '') return 1;
  const c = collationOf(ctx.collation);
  if (!c.deterministic && c.compare !== undefined) return searchEqual(s, needle, c.compare);
  return charPosition(s, s.indexOf(needle));
}

/** Nondeterministic search: the first substring that compares equal, whatever its length. */
function searchEqual(s: string, needle: string, compare: (a: string, b: string) => number): number {
  const chars = Array.from(s);
  for (let i = 0; i < chars.length; i++) {
    let part = '';
    for (let k = i; k < chars.length; k++) {
      part += chars[k]!;
      if (compare(part, needle) === 0) return i + 1;
    }
  }
  return 0;
}

function trim(s: string, set: string, left: boolean, right: boolean): string {
  const chars = isBmp(s) ? s : Array.from(s);
  const wanted = new Set(set);
  let from = 0;
  let to = chars.length;
  while (left && from < to && wanted.has(chars[from]!)) from++;
  while (right && to > from && wanted.has(chars[to - 1]!)) to--;
  return typeof chars === 'string' ? chars.slice(from, to) : chars.slice(from, to).join('');
}

/** lpad/rpad: the fill repeated to the missing length, or the string cut. */
function pad(s: string, length: number, fill: string, left: boolean): string {
  const want = Math.max(length, 0);
  if (fill === '') return charCount(s) > want ? sliceChars(s, 0, want) : s;
  if (4 * want + 4 > MAX_BYTES) throw tooLarge();
  const n = charCount(s);
  if (n >= want) return sliceChars(s, 0, want);
  const missing = want - n;
  const unit = charCount(fill);
  const padding = sliceChars(fill.repeat(Math.ceil(missing / unit)), 0, missing);
  return left ? padding + s : s + padding;
}

function repeat(s: string, count: number): string {
  if (count <= 0) return '';
  if (s.length * count > MAX_BYTES) throw tooLarge();
  return s.repeat(count);
}

function splitPart(s: string, separator: string, field: number): string {
  if (field === 0) throw new SqlError('22023', 'field position must not be zero');
  if (s === '') return '';
  if (separator === '') return field === 1 || field === -1 ? s : '';
  const parts = s.split(separator);
  return parts[field > 0 ? field - 1 : parts.length + field] ?? '';
}

function translate(s: string, from: string, to: string): string {
  const targets = Array.from(to);
  const map = new Map<string, string>();
  Array.from(from).forEach((ch, i) => {
    if (!map.has(ch)) map.set(ch, targets[i] ?? '');
  });
  let out = '';
  for (const ch of s) out += map.get(ch) ?? ch;
  return out;
}

const left = (s: string, n: number): string => (n >= 0 ? sliceChars(s, 0, n) : sliceChars(s, 0, Math.max(charCount(s) + n, 0)));

function right(s: string, n: number): string {
  if (n === -2147483648) return s;
  const size = charCount(s);
  return sliceChars(s, n >= 0 ? Math.max(size - n, 0) : Math.min(-n, size), size);
}

function reverse(s: string): string {
  let out = '';
  for (const ch of s) out = ch + out;
  return out;
}

function replace(s: string, from: string, to: string, ctx: CallContext): string {
  if (from === '' || s === '') return s;
  const c = collationOf(ctx.collation);
  if (c.deterministic || c.compare === undefined) return s.replaceAll(from, () => to);
  throw new SqlError('0A000', 'nondeterministic collations are not supported for replace()');
}

function ascii(s: string): number {
  return s === '' ? 0 : s.codePointAt(0)!;
}

function chr(n: number): string {
  if (n < 0) throw new SqlError('22023', 'character number must be positive');
  if (n === 0) throw new SqlError('54000', 'null character not permitted');
  if (n > 0x10ffff) throw new SqlError('54000', `requested character too large for encoding: ${n}`);
  if (n >= 0xd800 && n <= 0xdfff) throw new SqlError('54000', `requested character not valid for encoding: ${n}`);
  return String.fromCodePoint(n);
}

/** string_to_table: null separator splits into characters, an empty one does not split. */
function* textToTable(s: string | null, separator: string | null, nullText: string | null): Generator<string | null> {
  if (s === null) return;
  const parts = separator === null ? Array.from(s) : s === '' ? [] : separator === '' ? [s] : s.split(separator);
  for (const p of parts) yield p === nullText ? null : p;
}

function startsWith(s: string, prefix: string, ctx: CallContext): boolean {
  if (ctx.collation !== 0 && !collationOf(ctx.collation).deterministic) {
    throw new SqlError('0A000', 'nondeterministic collations are not supported for substring searches');
  }
  return s.startsWith(prefix);
}

defineFunctions({
  text_starts_with: startsWith,
  text_substr: (s: string, from: number, length: number) => substring(s, from, length),
  text_substr_no_len: (s: string, from: number) => substring(s, from, null),
  textoverlay: (s: string, by: string, from: number, length: number) => overlay(s, by, from, length),
  textoverlay_no_len: (s: string, by: string, from: number) => overlay(s, by, from, charCount(by)),
  textpos: position,
  btrim: (s: string, set: string) => trim(s, set, true, true),
  btrim1: (s: string) => trim(s, ' ', true, true),
  ltrim: (s: string, set: string) => trim(s, set, true, false),
  ltrim1: (s: string) => trim(s, ' ', true, false),
  rtrim: (s: string, set: string) => trim(s, set, false, true),
  rtrim1: (s: string) => trimBlanks(s),
  lpad: (s: string, n: number, fill: string) => pad(s, n, fill, true),
  rpad: (s: string, n: number, fill: string) => pad(s, n, fill, false),
  repeat,
  split_part: splitPart,
  translate,
  text_left: left,
  text_right: right,
  text_reverse: reverse,
  replace_text: replace,
  ascii,
  chr,
  text_to_table: { fn: (s: string | null, sep: string | null) => textToTable(s, sep, null), set: true },
  text_to_table_null: {
    fn: (s: string | null, sep: string | null, nullText: string | null) => textToTable(s, sep, nullText),
    set: true,
  },
});


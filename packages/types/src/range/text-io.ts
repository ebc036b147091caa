/** Range and multirange text: [a,b), "empty", {…}; with range_in's and multirange_in's complaints. */
import type { Datum } from '../datum.js';
import { SqlError } from '../errors.js';
import type { PgMultirange, PgRange } from './value.js';
import { emptyRange, makeRange, type RangeKit } from './bounds.js';

const isSpace = (c: string | undefined): boolean => c !== undefined && ' \t\n\r\v\f'.includes(c);

function skipSpace(text: string, at: number): number {
  while (isSpace(text[at])) at++;
  return at;
}

function boundText(text: string, from: number, bad: (detail: string) => SqlError): { word: string | null; at: number } {
  let at = from;
  if (text[at] === ',' || text[at] === ')' || text[at] === ']') return { word: null, at };
  let word = '';
  let quoted = false;
  for (;;) {
    const c = text[at];
    if (!quoted && (c === ',' || c === ')' || c === ']')) break;
    if (c === undefined) throw bad('Unexpected end of input.');
    at++;
    if (c === '\\') {
      if (at >= text.length) throw bad('Unexpected end of input.');
      word += text[at++];
    } else if (c === '"') {
      if (!quoted) quoted = true;
      else if (text[at] === '"') { word += '"'; at++; }
      else quoted = false;
    } else word += c;
  }
  return { word, at };
}

export function parseRange(text: string, kit: RangeKit, element: (t: string) => Datum): PgRange {
  const bad = (detail: string): SqlError => new SqlError('22P02', `malformed range literal: "${text}"`, { detail });
  let at = skipSpace(text, 0);
  if (text.slice(at, at + 5).toLowerCase() === 'empty') {
    at = skipSpace(text, at + 5);
    if (at < text.length) throw bad('Junk after "empty" key word.');
    return emptyRange(kit.rangeOid);
  }
  const open = text[at];
  if (open !== '[' && open !== '(') throw bad('Missing left parenthesis or bracket.');
  const low = boundText(text, at + 1, bad);
  if (text[low.at] !== ',') throw bad('Missing comma after lower bound.');
  const high = boundText(text, low.at + 1, bad);
  const close = text[high.at];
  if (close !== ']' && close !== ')') throw bad('Too many commas.');
  at = skipSpace(text, high.at + 1);
  if (at < text.length) throw bad('Junk after right parenthesis or bracket.');
  const lower = low.word === null ? null : element(low.word);
  const upper = high.word === null ? null : element(high.word);
  return makeRange(kit, lower, upper, open === '[', close === ']');
}

const needsQuotes = /^$|["\\()[\], \t\n\r\v\f]/;

function quoteBound(text: string): string {
  return needsQuotes.test(text) ? `"${text.replace(/["\\]/g, '$&$&')}"` : text;
}

export function formatRange(r: PgRange, element: (v: Datum) => string): string {
  if (r.empty) return 'empty';
  const low = r.lower === null ? '' : quoteBound(element(r.lower));
  const high = r.upper === null ? '' : quoteBound(element(r.upper));
  return `${r.lowerInc ? '[' : '('}${low},${high}${r.upperInc ? ']' : ')'}`;
}

export const formatMultirange = (m: PgMultirange, element: (v: Datum) => string): string =>
  `{${m.ranges.map((r) => formatRange(r, element)).join(',')}}`;

/** Splits {range,range} into the ranges' texts. */
export function splitMultirange(text: string): string[] {
  const bad = (detail: string): SqlError => new SqlError('22P02', `malformed multirange literal: "${text}"`, { detail });
  let at = skipSpace(text, 0);
  if (text[at] !== '{') throw bad('Missing left brace.');
  at++;
  const parts: string[] = [];
  let state: 'beforeRange' | 'afterRange' = 'beforeRange';
  for (;;) {
    at = skipSpace(text, at);
    const c = text[at];
    if (c === undefined) throw bad('Unexpected end of input.');
    if (state === 'afterRange') {
      at++;
      if (c === ',') { state = 'beforeRange'; continue; }
      if (c === '}') break;
      throw bad('Expected comma or end of multirange.');
    }
    if (c === '[' || c === '(') {
      const end = rangeEnd(text, at, bad);
      parts.push(text.slice(at, end));
      at = end;
      state = 'afterRange';
    } else if (c === '}' && parts.length === 0) {
      at++;
      break;
    } else if (text.slice(at, at + 5).toLowerCase() === 'empty') {
      at += 5;
      parts.push('empty');
      state = 'afterRange';
    } else throw bad('Expected range start.');
  }
  at = skipSpace(text, at);
  if (at < text.length) throw bad('Junk after closing right brace.');
  return parts;
}

function rangeEnd(text: string, from: number, bad: (detail: string) => SqlError): number {
  let quoted = false;
  for (let at = from; at < text.length; at++) {
    const c = text[at];
    if (c === '\\') at++;
    else if (c === '"') quoted = !quoted;
    else if (!quoted && (c === ']' || c === ')')) return at + 1;
  }
  throw bad('Unexpected end of input.');
}

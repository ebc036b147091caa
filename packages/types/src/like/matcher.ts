/**
 * LIKE: % any run, _ one character, backslash quotes. Patterns compile to tokens once; the match walks text and tokens
 * with one remembered % to fall back to, which is enough because a later % always makes the earlier one's choice final.
 */
import { LRUCache } from 'lru-cache';
import { SqlError } from '../errors.js';

const ANY = 0;
const ONE = 1;
const LITERAL = 2;
const BROKEN = 3;

interface Token { readonly kind: 0 | 1 | 2 | 3; readonly text: string }
export type LikeMatcher = (text: string) => boolean;

function tokenize(pattern: string): Token[] {
  const out: Token[] = [];
  for (let i = 0; i < pattern.length; ) {
    let ch = String.fromCodePoint(pattern.codePointAt(i)!);
    i += ch.length;
    if (ch === '%') {
      if (out[out.length - 1]?.kind !== ANY) out.push({ kind: ANY, text: '' });
    } else if (ch === '_') out.push({ kind: ONE, text: '' });
    else {
      if (ch === '\\') {
        if (i >= pattern.length) {
          out.push({ kind: BROKEN, text: '' });
          break;
        }
        ch = String.fromCodePoint(pattern.codePointAt(i)!);
        i += ch.length;
      }
      out.push({ kind: LITERAL, text: ch });
    }
  }
  return out;
}

function endsWithEscape(): SqlError {
  return new SqlError('22025', 'LIKE pattern must not end with escape character');
}

/** Units of the character at `at`. */
function width(text: string, at: number): number {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800 && at + 1 < text.length ? 2 : 1;
}

function general(tokens: Token[]): LikeMatcher {
  return (text) => {
    let t = 0;
    let p = 0;
    let star = -1;
    let retry = 0;
    for (;;) {
      const token = tokens[p];
      if (token === undefined) {
        if (t === text.length) return true;
      } else if (token.kind === ANY) {
        star = ++p;
        retry = t;
        if (star === tokens.length) return true;
        continue;
      } else if (token.kind === BROKEN) {
        if (t < text.length || star >= 0) throw endsWithEscape();
        return false;
      } else if (t < text.length) {
        if (token.kind === ONE) {
          t += width(text, t);
          p++;
          continue;
        }
        if (text.startsWith(token.text, t)) {
          t += token.text.length;
          p++;
          continue;
        }
      } else return false;
      if (star < 0 || retry >= text.length) return false;
      retry += width(text, retry);
      t = retry;
      p = star;
    }
  };
}

/** Plain shapes (equal, prefix, suffix, contains) take the string primitives. */
function compile(pattern: string): LikeMatcher {
  const tokens = tokenize(pattern);
  const first = tokens[0]?.kind === ANY ? 1 : 0;
  const last = tokens.length > first && tokens[tokens.length - 1]!.kind === ANY ? tokens.length - 1 : tokens.length;
  const middle = tokens.slice(first, last);
  if (middle.some((x) => x.kind !== LITERAL)) return general(tokens);
  const word = middle.map((x) => x.text).join('');
  if (first === 0 && last === tokens.length) return (s) => s === word;
  if (middle.length === 0) return () => true;
  if (first === 0) return (s) => s.startsWith(word);
  if (last === tokens.length) return (s) => s.endsWith(word);
  return (s) => s.includes(word);
}

const cache = new LRUCache<string, LikeMatcher>({ max: 500 });

export function likeMatcher(pattern: string): LikeMatcher {
  let m = cache.get(pattern);
  if (m === undefined) {
    m = compile(pattern);
    cache.set(pattern, m);
  }
  return m;
}

/** like_escape: the pattern with `escape` made backslash. */
export function likeEscape(pattern: string, escape: string): string {
  if (escape === '') return pattern.replaceAll('\\', '\\\\');
  if ([...escape].length !== 1) throw invalidEscape();
  if (escape === '\\') return pattern;
  let out = '';
  let after = false;
  for (const ch of pattern) {
    if (ch === escape && !after) {
      out += '\\';
      after = true;
      continue;
    }
    if (ch === '\\' && !after) out += '\\';
    out += ch;
    after = false;
  }
  return out;
}

export function invalidEscape(): SqlError {
  return new SqlError('22025', 'invalid escape string', { hint: 'Escape string must be empty or one character.' });
}

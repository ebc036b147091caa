/**
 * Auto-parameterisation: one pass over a statement's text that takes the literals out, so that repeated statements
 * which differ only in literals share a parse tree and a plan. Lexing alone says where a literal is; whether it may be a
 * parameter there is asked once for each key (`parameterizable`): only plain SELECT, INSERT, UPDATE and DELETE, and no
 * words after which a literal is grammar (ORDER BY 1, LIMIT 5, type 'x', type modifiers).
 */
export interface Parameterized {
  /** The text with $1, $2 … for the literals, without a final semicolon. */
  readonly key: string;
  /** A letter for each: i integer of int4, b of int8, n other number, u string literal, whose type is unknown. */
  readonly kinds: string;
  /** Their texts; quotes of strings undone. */
  readonly values: readonly string[];
}

const INT4_MAX = 2_147_483_647;
const INT_DIGITS_MAX = 15;
/** Statements longer than this are not worth it. */
const CHARACTERS_MAX = 2000;

const QUOTE = 39;
const MINUS = 45;
const DOT = 46;
const SEMICOLON = 59;

/** Character classes: 1 starts an identifier, 2 digit, 3 must be looked at, 4 ends the attempt. */
const CLASS = new Uint8Array(128);
for (let c = 0; c < 128; c++) CLASS[c] = /[a-z_]/i.test(String.fromCharCode(c)) ? 1 : /\d/.test(String.fromCharCode(c)) ? 2 : 0;
for (const c of "'-/;.") CLASS[c.charCodeAt(0)] = 3;
for (const c of '"$\\&:?\0') CLASS[c.charCodeAt(0)] = 4;

function isSpace(c: number): boolean { return c === 32 || (c >= 9 && c <= 13); }

/** Undefined where the text has comments, quoted identifiers, casts, escapes, or more than one statement, or no literal. */
export function liftLiterals(sql: string): Parameterized | undefined {
  const n = sql.length;
  if (n > CHARACTERS_MAX) return undefined;
  const values: string[] = [];
  let kinds = '';
  let key = '';
  let copied = 0;
  let end = n;
  let at = 0;
  while (at < n) {
    const c = sql.charCodeAt(at);
    const kind = c < 128 ? CLASS[c]! : 1;
    if (kind === 0) { at++; continue; }
    if (kind === 4) return undefined;
    if (kind === 1) { at = identifierEnd(sql, at); continue; }
    const start = at;
    if (kind === 2) {
      at = numberEnd(sql, at);
      if (at < 0) return undefined;
      const text = sql.slice(start, at);
      const letter = numberKind(text);
      if (letter !== 'i' && minusBefore(sql, start)) return undefined;
      kinds += letter;
      values.push(text);
    } else if (c === QUOTE) {
      at = stringEnd(sql, at);
      if (at < 0 || (start > 0 && !plainBefore(sql.charCodeAt(start - 1)))) return undefined;
      kinds += 'u';
      const inner = sql.slice(start + 1, at - 1);
      values.push(inner.includes("'") ? inner.replaceAll("''", "'") : inner);
    } else if (c === SEMICOLON) {
      for (let k = at + 1; k < n; k++) if (!isSpace(sql.charCodeAt(k))) return undefined;
      end = at;
      break;
    } else {
      const next = at + 1 < n ? sql.charCodeAt(at + 1) : 0;
      if ((c === MINUS && next === MINUS) || (c === 47 && next === 42) || (c === DOT && next >= 48 && next <= 57)) return undefined;
      at++;
      continue;
    }
    key += `${sql.slice(copied, start)}$${values.length}`;
    copied = at;
  }
  return values.length === 0 ? undefined : { key: key + sql.slice(copied, end), kinds, values };
}

function identifierEnd(sql: string, from: number): number {
  let at = from + 1;
  for (; at < sql.length; at++) {
    const c = sql.charCodeAt(at);
    if (c < 128 && CLASS[c] !== 1 && CLASS[c] !== 2) break;
  }
  return at;
}

/** Past the number, or -1 for forms beyond digits and one dot between digits. */
function numberEnd(sql: string, from: number): number {
  let at = from;
  let dots = 0;
  for (; at < sql.length; at++) {
    const c = sql.charCodeAt(at);
    if (c === DOT) {
      if (++dots > 1 || !(sql.charCodeAt(at + 1) >= 48 && sql.charCodeAt(at + 1) <= 57)) return -1;
    } else if (c >= 128 || CLASS[c] === 1) return -1;
    else if (CLASS[c] !== 2) break;
  }
  return at - from > INT_DIGITS_MAX ? -1 : at;
}
function numberKind(text: string): string {
  if (text.includes('.')) return 'n';
  return Number(text) <= INT4_MAX ? 'i' : 'b';
}
/** The sign is part of a literal's type only at the edge of int4: there nothing is taken out. */
function minusBefore(sql: string, start: number): boolean {
  let at = start - 1;
  while (at >= 0 && isSpace(sql.charCodeAt(at))) at--;
  return at >= 0 && sql.charCodeAt(at) === MINUS;
}

/** Past the closing quote; -1 where it never closes or the string is continued in another literal. */
function stringEnd(sql: string, from: number): number {
  let at = from + 1;
  for (;;) {
    at = sql.indexOf("'", at);
    if (at < 0) return -1;
    if (sql.charCodeAt(at + 1) !== QUOTE) break;
    at += 2;
  }
  if (sql.slice(from, at).includes('\\')) return -1;
  let next = at + 1;
  while (next < sql.length && isSpace(sql.charCodeAt(next))) next++;
  return sql.charCodeAt(next) === QUOTE ? -1 : at + 1;
}
/** E'', B'', X'', N'' and type names are not plain literals; neither is what follows an operator of letters. */
function plainBefore(c: number): boolean { return c < 128 && CLASS[c] !== 1 && CLASS[c] !== 2; }

const START = /^\s*(select|insert|update|delete)\b/i;
/** Words whose presence makes a literal's place doubtful. */
const DOUBTFUL = /\b(group|order|over|interval|json\w*|xml\w*|extract|collate|partition|limit|offset|union|intersect|except|distinct|fetch|overlay|position|substring|trim|cast|timestamp|time|char|character|bit|varchar|numeric|decimal|dec|float|double|overriding|conflict|for|tablesample|within|array|table|rows|normalize|treat|copy|with)\b/i;
/** A parameter may stand only right after one of these. */
const BEFORE = /(?:[=<>+\-*/%,(]|\b(?:values|like|ilike|between|and|or|in|not|set|then|else|when|where|select|returning))\s*$/i;
const PARAMETER = /\$\d+/g;

/** Whether every $n of a key stands where a parameter means the same as the literal did. */
export function parameterizable(key: string): boolean {
  if (!START.test(key) || DOUBTFUL.test(key)) return false;
  for (const m of key.matchAll(PARAMETER)) if (!BEFORE.test(key.slice(0, m.index))) return false;
  return true;
}

/** Both at once; undefined where the text should be left as it is. */
export function parameterize(sql: string): Parameterized | undefined {
  const lifted = liftLiterals(sql);
  return lifted !== undefined && parameterizable(lifted.key) ? lifted : undefined;
}

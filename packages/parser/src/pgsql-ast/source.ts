/**
 * The source text beside the AST. The AST drops the text of numbers, parentheses and some words; nodes that carry
 * `_location` (locationTracking) let them be read again.
 *
 * `clean` walks the text once as PostgreSQL's lexer does, blanks out comments (same length, so that offsets hold), and raises
 * 0A000 at every token which pgsql-ast-parser's lexer reads as something else.
 */
import { rejected, unsupported } from './tree.js';

export interface Located { readonly _location?: { readonly start: number; readonly end: number } }

/** What the conversion of one text shares: the cleaned text, absent when only the AST is at hand. */
export interface Context { readonly sql?: string }

const IDENTIFIER_BYTES_MAX = 63;
const OPERATORS = new Set('= <> != ->> -> - + / !~~* !~~ ~~* ~~ % ^ || #- && > >= < <= @> <@ ? ?| ?& #>> >> << ~ ~* !~ !~* @@ | & # *'.split(' '));
const TOKEN = /\s+|--[^\n\r]*|\/\*|\$\d+|\$\$|'|"|[A-Za-z_][A-Za-z0-9_]*|\d+\.?\d*|\.\d+|[~!@#%^&|`?+\-*/<>=]+|[()[\],;:.]/y;
const E_STRING = /'(?:[^'\\]|''|\\[bfnrt]|\\\\(?!\s))*'/y;

/** The text with comments blanked out. @throws SqlError 0A000 for tokens that the AST would misread. */
export function clean(sql: string): string {
  let out = '';
  let at = 0;
  while (at < sql.length) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(sql)?.[0];
    if (token === undefined) throw unsupported(`the character "${sql[at]!}" here`);
    const end = tokenEnd(sql, at, token);
    out += token === '/*' || token.startsWith('--') ? sql.slice(at, end).replace(/[^\n\r]/g, ' ') : sql.slice(at, end);
    at = end;
  }
  return out;
}

function tokenEnd(sql: string, at: number, token: string): number {
  const first = token[0]!;
  const end = at + token.length;
  if (token === '/*') return commentEnd(sql, at);
  if (first === "'") return quoteEnd(sql, at, "'");
  if (first === '"') return identifierEnd(sql, at);
  if (token === '$$') return dollarEnd(sql, at);
  if (/[A-Za-z_]/.test(first)) return wordEnd(sql, at, token);
  if (/\d/.test(first) || /^\.\d/.test(token) || /^\$\d/.test(token)) {
    if (/[\w.$]/.test(sql[end] ?? '')) throw unsupported(`the number "${token}${sql[end]!}"`);
    return end;
  }
  return !token.startsWith('--') && /[~!@#%^&|`?+\-*/<>=]/.test(first) ? at + operatorLength(token) : end;
}

function commentEnd(sql: string, start: number): number {
  let depth = 0;
  for (let at = start; at < sql.length; at++) {
    const two = sql.slice(at, at + 2);
    if (two === '/*') { depth++; at++; }
    else if (two === '*/') {
      at++;
      if (--depth === 0) return at + 1;
    }
  }
  throw rejected('unterminated /* comment');
}
function quoteEnd(sql: string, start: number, quote: string): number {
  for (let at = start + 1; ; at += 2) {
    at = sql.indexOf(quote, at);
    if (at < 0) throw rejected('unterminated quoted string');
    if (sql[at + 1] !== quote) return at + 1;
  }
}
function identifierEnd(sql: string, start: number): number {
  const end = quoteEnd(sql, start, '"');
  const name = sql.slice(start + 1, end - 1);
  if (name !== name.trim() || name.includes('"') || Buffer.byteLength(name) > IDENTIFIER_BYTES_MAX) throw unsupported(`the identifier "${name}"`);
  return end;
}
function dollarEnd(sql: string, start: number): number {
  const end = sql.indexOf('$$', start + 2);
  if (end < 0) throw rejected('unterminated dollar-quoted string');
  return end + 2;
}
function wordEnd(sql: string, at: number, word: string): number {
  const end = at + word.length;
  const next = sql[end] ?? '';
  if (/^e$/i.test(word) && next === "'") {
    E_STRING.lastIndex = end;
    const text = E_STRING.exec(sql)?.[0];
    if (text === undefined) throw unsupported('this escape string');
    return end + text.length;
  }
  if ((/^[bxn]$/i.test(word) && next === "'") || (/^u$/i.test(word) && /^&['"]/.test(sql.slice(end, end + 2)))) throw unsupported(`strings with prefix ${word}`);
  if (next === '$' || next > '\x7f' || word.length > IDENTIFIER_BYTES_MAX) throw unsupported(`the identifier "${word}"`);
  return end;
}
/** PostgreSQL's rule: a trailing + or - belongs to the operator only if it has one of ~ ! @ # % ^ & | ` ?. */
function operatorLength(run: string): number {
  const comment = run.search(/--|\/\*/);
  let n = comment > 0 ? comment : run.length;
  while (n > 1 && /[+-]/.test(run[n - 1]!) && !/[~!@#%^&|`?]/.test(run.slice(0, n - 1))) n--;
  if (!OPERATORS.has(run.slice(0, n))) throw unsupported(`the operator ${run.slice(0, n)}`);
  return n;
}

interface Extent { readonly start: number; readonly end: number }
/** A node's place. The parser leaves out parentheses at the edges: (a) + b starts at a; they are taken in again. */
export function extent(c: Context, node: Located): Extent | undefined {
  if (c.sql === undefined || node._location === undefined) return undefined;
  let { start, end } = node._location;
  const { opens, closes } = unmatched(c.sql, start, end);
  for (let i = 0; i < closes; i++) start = c.sql.lastIndexOf('(', start - 1);
  for (let i = 0; i < opens; i++) end = c.sql.indexOf(')', end) + 1;
  return { start, end };
}
/** Parentheses in a piece of text whose partner lies outside. */
function unmatched(sql: string, start: number, end: number): { readonly opens: number; readonly closes: number } {
  let opens = 0;
  let closes = 0;
  for (let at = start; at < end; at++) {
    const c = sql[at]!;
    if (c === "'" || c === '"') at = stringEnd(sql, at) - 1;
    else if (c === '(') opens++;
    else if (c === ')' && opens > 0) opens--;
    else if (c === ')') closes++;
  }
  return { opens, closes };
}
function stringEnd(sql: string, at: number): number {
  if (sql[at] === "'" && /(?:^|\W)e$/i.test(sql.slice(Math.max(0, at - 2), at))) {
    E_STRING.lastIndex = at;
    return at + (E_STRING.exec(sql)?.[0].length ?? 1);
  }
  return quoteEnd(sql, at, sql[at]!);
}

/** A node's text; undefined without source or location. */
export function textOf(c: Context, node: Located): string | undefined {
  const place = extent(c, node);
  return place && c.sql!.slice(place.start, place.end);
}
/** The operator between two nodes: the text without parentheses and space. */
export function textBetween(c: Context, left: Located, right: Located): string {
  if (c.sql === undefined || !left._location || !right._location) return '';
  return c.sql.slice(left._location.end, right._location.start).replace(/[()\s]/g, '');
}
const NEAR = 200;
/** What follows a node, without leading space. */
export function textAfter(c: Context, node: Located): string {
  const place = extent(c, node);
  return place === undefined ? '' : c.sql!.slice(place.end, place.end + NEAR).trimStart();
}
/** What stands before a node, without trailing space. */
export function textBefore(c: Context, node: Located): string {
  const place = extent(c, node);
  return place === undefined ? '' : c.sql!.slice(Math.max(0, place.start - NEAR), place.start).trimEnd();
}

function enclosing(c: Context, node: Located): Extent & { readonly pairs: number } {
  let { start, end } = extent(c, node) ?? { start: 0, end: 0 };
  let pairs = 0;
  for (; c.sql !== undefined; pairs++) {
    let before = start - 1;
    let after = end;
    while (/\s/.test(c.sql[before] ?? '')) before--;
    while (/\s/.test(c.sql[after] ?? '')) after++;
    if (c.sql[before] !== '(' || c.sql[after] !== ')') break;
    start = before;
    end = after + 1;
  }
  return { start, end, pairs };
}
/** How many pairs of parentheses stand right around a node; the parser takes those of a sub-select into its place. */
export function parentheses(c: Context, node: Located): number {
  let pairs = enclosing(c, node).pairs;
  let text = textOf(c, node) ?? '';
  for (; text.startsWith('(') && unmatched(text, 0, text.length - 1).opens > 0 && unmatched(text, 1, text.length - 1).closes === 0; pairs++) text = text.slice(1, -1).trim();
  return pairs;
}
/** Whether the node is the first of several items in parentheses. */
export function opensList(c: Context, node: Located): boolean {
  return c.sql !== undefined && node._location !== undefined && c.sql.slice(0, enclosing(c, node).start).trimEnd().endsWith('(');
}

/** Whether a node starts with a quoted identifier; false without source. */
export const quoted = (c: Context, node: Located): boolean => textOf(c, node)?.startsWith('"') ?? false;

/** SQLSTATE, hint and detail of the grammar's errors: libpg-query hands back only message and position. */
import { SqlError } from '@pglitedb/types';

interface Rule { readonly match: RegExp; readonly code: string; readonly hint?: string; readonly detail?: string }
const RULES: readonly Rule[] = [
  { match: /^invalid Unicode escape/, code: '22025', hint: 'Unicode escapes must be \\uXXXX or \\UXXXXXXXX.' },
  { match: /^unsafe use of \\' in a string literal/, code: '22P06', hint: "Use '' to write quotes in strings. \\' is insecure in client-only encodings." },
  { match: /^invalid byte sequence/, code: '22021' },
  { match: /^invalid Unicode (code point|surrogate|escape value)/, code: '42601' },
  { match: /is not yet implemented|not implemented|^ASSERTIONS? |not supported for|^(MATCH PARTIAL|LIMIT #,# syntax)|current database cannot be changed|cross-database/, code: '0A000' },
  { match: /^precision for type float must be/, code: '22023' },
  { match: /^interval precision specified twice|^(LEADING|frame (start|end)|missing argument)/, code: '42601' },
  { match: /^(frame starting|frame start cannot|frame end cannot)/, code: '42P20' },
  { match: /^identifier too long|^improper (qualified|relation) name|too many dotted names/, code: '42601' },
  { match: /^aggregates cannot have output|^VARIADIC parameter must be|OUT and TABLE arguments/, code: '42P13' },
  { match: /^unrecognized column option|^unrecognized role option/, code: '42601' },
];
const HINTS: readonly { readonly match: RegExp; readonly hint?: string; readonly detail?: string }[] = [
  { match: /^LIMIT #,# syntax is not supported/, hint: 'Use separate LIMIT and OFFSET clauses.' },
  { match: /^subquery in FROM must have an alias/, hint: 'For example, FROM (SELECT ...) [AS] foo.' },
  { match: /^missing argument$/, hint: 'Use NONE to denote the missing argument of a unary operator.' },
];

/** Makes the SqlError of a grammar error. `position` is 1-based in characters. */
export function syntaxError(message: string, position: number | undefined): SqlError {
  const rule = RULES.find((r) => r.match.test(message));
  const extra = HINTS.find((h) => h.match.test(message));
  return new SqlError(rule?.code ?? '42601', message, { position, hint: rule?.hint ?? extra?.hint, detail: rule?.detail ?? extra?.detail });
}

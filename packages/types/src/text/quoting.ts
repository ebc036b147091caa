/** quote_ident, quote_literal, quote_nullable, parse_ident and the list of words that identifiers must quote. */
import { defineFunctions } from '../function-impl.js';
import { SqlError } from '../errors.js';
import { PgArray } from '../array/value.js';
import { QUOTED_KEYWORDS } from './keywords.js';

/** quote_identifier: quoted unless it is a lower-case word that is not reserved in some way. */
export function quoteIdentifier(name: string): string {
  if (/^[a-z_][a-z0-9_]*$/.test(name) && !QUOTED_KEYWORDS.has(name)) return name;
  return `"${name.replaceAll('"', '""')}"`;
}

/** quote_literal_cstr: E'' only where a backslash makes it necessary. */
export function quoteLiteral(text: string): string {
  const body = text.replaceAll("'", "''");
  return text.includes('\\') ? `E'${body.replaceAll('\\', '\\\\')}'` : `'${body}'`;
}

const isSpace = (ch: string | undefined): boolean => ch !== undefined && ' \t\n\r\f\v'.includes(ch);

/** parse_ident: splits a qualified name into its parts. */
function parseIdent(text: string, strict: boolean): PgArray {
  const bad = (detail?: string): SqlError =>
    new SqlError('22023', `string is not a valid identifier: "${text}"`, detail ? { detail } : {});
  const parts: string[] = [];
  let i = 0;
  const skip = (): void => {
    while (isSpace(text[i])) i++;
  };
  skip();
  let afterDot = false;
  for (;;) {
    let missing = true;
    if (text[i] === '"') {
      const m = /^"((?:[^"]|"")*)"/.exec(text.slice(i));
      if (m === null) throw bad('String has unclosed double quotes.');
      if (m[1] === '') throw bad('Quoted identifier must not be empty.');
      parts.push(m[1]!.replaceAll('""', '"'));
      i += m[0].length;
      missing = false;
    } else {
      const m = /^[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/.exec(text.slice(i));
      if (m !== null) {
        parts.push(m[0].replace(/[A-Z]+/g, (x) => x.toLowerCase()));
        i += m[0].length;
        missing = false;
      }
    }
    if (missing) {
      if (text[i] === '.') throw bad('No valid identifier before ".".');
      if (afterDot) throw bad('No valid identifier after ".".');
      throw bad();
    }
    skip();
    if (text[i] === '.') {
      afterDot = true;
      i++;
      skip();
    } else if (i >= text.length) break;
    else if (strict) throw bad();
    else break;
  }
  return PgArray.of(25, parts);
}

defineFunctions({
  quote_ident: quoteIdentifier,
  quote_literal: quoteLiteral,
  quote_nullable: (s: string | null) => (s === null ? 'NULL' : quoteLiteral(s)),
  parse_ident: parseIdent,
});

/** quote_identifier, quote_literal and splitting of qualified names, as catalog output and input need them. */
import { SqlError } from '@pglitedb/types';
import { RESERVED_WORDS } from './keywords.js';

/** force: quote always, as messages do. */
export function quoteIdentifier(name: string, force = false): string {
  if (!force && /^[a-z_][a-z0-9_]*$/.test(name) && !RESERVED_WORDS.has(name)) return name;
  return `"${name.replace(/"/g, '""')}"`;
}

export const quoteQualified = (schema: string | undefined, name: string): string =>
  schema === undefined ? quoteIdentifier(name) : `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;

export function quoteLiteral(text: string): string {
  const body = text.replace(/'/g, "''");
  return body.includes('\\') ? `E'${body.replace(/\\/g, '\\\\')}'` : `'${body}'`;
}

const NAME_BYTES_MAX = 63;
const encoder = new TextEncoder();

/** Cuts an identifier to NAMEDATALEN - 1 bytes at a character boundary. */
export function truncateIdentifier(name: string): string {
  if (name.length * 3 <= NAME_BYTES_MAX) return name;
  const bytes = encoder.encode(name);
  if (bytes.length <= NAME_BYTES_MAX) return name;
  let end = NAME_BYTES_MAX;
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--;
  return new TextDecoder().decode(bytes.subarray(0, end));
}

/** textToQualifiedNameList: a.b."C"; 42602 where it is not a list of names. */
export function splitQualifiedName(text: string): string[] {
  const parts = readIdentifierList(text, '.');
  if (parts === undefined || parts.length === 0) throw new SqlError('42602', 'invalid name syntax');
  return parts;
}

/** SplitIdentifierString: names with a separator, folded to lower case unless quoted; undefined on bad syntax. */
export function readIdentifierList(text: string, separator: string): string[] | undefined {
  const parts: string[] = [];
  let at = 0;
  const space = (): void => { while (at < text.length && ' \t\n\r\f\v'.includes(text[at]!)) at++; };
  space();
  if (at === text.length) return parts;
  for (;;) {
    if (text[at] === '"') {
      let name = '';
      for (at++; ; at++) {
        if (at >= text.length) return undefined;
        if (text[at] !== '"') name += text[at];
        else if (text[at + 1] === '"') { name += '"'; at++; } else break;
      }
      at++;
      parts.push(truncateIdentifier(name));
    } else {
      const from = at;
      while (at < text.length && text[at] !== separator && !' \t\n\r\f\v'.includes(text[at]!)) at++;
      if (at === from) return undefined;
      parts.push(truncateIdentifier(text.slice(from, at).replace(/[A-Z]/g, (c) => c.toLowerCase())));
    }
    space();
    if (at === text.length) return parts;
    if (text[at] !== separator) return undefined;
    at++;
    space();
    if (at === text.length) return undefined;
  }
}

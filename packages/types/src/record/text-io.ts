/** Row text: record_in's and record_out's quoting rules. */
import type { Datum } from '../datum.js';
import type { Oid } from '../brand.js';
import type { FieldInfo, TypeEnv } from '../type-impl.js';
import { SqlError } from '../errors.js';
import { PgRecord } from './value.js';

const isSpace = (c: string | undefined): boolean => c !== undefined && ' \t\n\r\v\f'.includes(c);

/** Reads "(a,"b c",)" into a composite's fields. */
export function parseRecord(text: string, typeOid: Oid, fields: readonly FieldInfo[], env: TypeEnv): PgRecord {
  const bad = (detail: string): SqlError => new SqlError('22P02', `malformed record literal: "${text}"`, { detail });
  let at = 0;
  while (isSpace(text[at])) at++;
  if (text[at] !== '(') throw bad('Missing left parenthesis.');
  at++;
  const values: (Datum | null)[] = [];
  for (let i = 0; i < fields.length; i++) {
    if (i > 0) {
      if (text[at] !== ',') throw bad('Too few columns.');
      at++;
    }
    const field = fields[i]!;
    if (text[at] === ',' || text[at] === ')') {
      values.push(null);
      continue;
    }
    let word = '';
    let quoted = false;
    for (;;) {
      const c = text[at];
      if (!quoted && (c === ',' || c === ')')) break;
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
    values.push(env.types.typeImpl(field.typeOid).parse(word, field.typmod, env));
  }
  if (text[at] !== ')') throw bad('Too many columns.');
  at++;
  while (isSpace(text[at])) at++;
  if (at < text.length) throw bad('Junk after right parenthesis.');
  return new PgRecord(typeOid, values, fields.map((f) => f.typeOid));
}

const needsQuotes = /^$|["\\(), \t\n\r\v\f]/;

export function quoteRecordField(text: string): string {
  return needsQuotes.test(text) ? `"${text.replace(/["\\]/g, '$&$&')}"` : text;
}

export function formatRecord(v: PgRecord, env: TypeEnv): string {
  let out = '(';
  for (let i = 0; i < v.values.length; i++) {
    if (i > 0) out += ',';
    const value = v.values[i];
    if (value !== null && value !== undefined) out += quoteRecordField(env.types.typeImpl(v.fieldTypes[i]!).format(value, env));
  }
  return out + ')';
}

/** ErrorResponse and NoticeResponse: which field of an SqlError goes under which letter, in PostgreSQL's order. */
import { SqlError } from '@pglitedb/types';
import type { OutputBuffer } from './output-buffer.js';

type Field = { [K in keyof SqlError]-?: NonNullable<SqlError[K]> extends string | number ? K : never }[keyof SqlError];

const fields: readonly (readonly [letter: string, field: Field])[] = [
  ['S', 'severity'], ['V', 'severity'], ['C', 'code'], ['M', 'message'], ['D', 'detail'], ['H', 'hint'],
  ['P', 'position'], ['p', 'internalPosition'], ['q', 'internalQuery'], ['W', 'where'],
  ['s', 'schema'], ['t', 'table'], ['c', 'column'], ['d', 'dataType'], ['n', 'constraint'],
];

export function writeError(out: OutputBuffer, code: number, error: SqlError): void {
  out.begin(code);
  for (const [letter, field] of fields) {
    const value = error[field];
    if (value === undefined || value === '' && field !== 'message') continue;
    out.byte(letter.charCodeAt(0));
    out.text(String(value).replaceAll('\0', ''));
  }
  out.byte(0);
  out.end();
}

/** What a client sees of anything that was thrown. A bug of ours is XX000, as PostgreSQL's elog is. */
export function asSqlError(thrown: unknown): SqlError {
  if (thrown instanceof SqlError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new SqlError('XX000', message);
}

/** For tests: prints results as psql does, and cuts a script into statements. */
import type { SqlError } from '@pglitedb/types';
import type { TextResult } from './text-session.js';

const RIGHT = new Set([20, 21, 23, 26, 700, 701, 790, 1700, 28, 29, 5069]);

/** An aligned table for rows, the tag's place stays empty, as with psql -q. */
export function formatResult(result: TextResult): string {
  const { columns, rows } = result;
  if (columns === undefined) return '';
  const cells = rows.map((row) => row.map((v) => v ?? ''));
  const widths = columns.map((c, k) => Math.max(width(c.name), ...cells.map((row) => width(row[k]!))));
  const head = columns.map((c, k) => ` ${centre(c.name, widths[k]!)} `).join('|');
  const rule = widths.map((w) => '-'.repeat(w + 2)).join('+');
  const body = cells.map((row) => row.map((v, k) => (RIGHT.has(columns[k]!.typeOid) ? ` ${pad(v, widths[k]!)}${v} ` : ` ${v}${pad(v, widths[k]!)} `)).join('|'));
  const lines = [head, rule, ...body, `(${rows.length} row${rows.length === 1 ? '' : 's'})`];
  return `${lines.map((l) => l.replace(/ +$/, '')).join('\n')}\n\n`;
}
const width = (text: string): number => [...text].length;
const pad = (text: string, size: number): string => ' '.repeat(size - width(text));
function centre(text: string, size: number): string {
  const free = size - width(text);
  return ' '.repeat(free >> 1) + text + ' '.repeat(free - (free >> 1));
}

/** Severity, SQLSTATE and message, then detail and hint where there are. */
export function formatError(error: SqlError): string {
  const lines = [`${error.severity}:  ${error.code}: ${error.message}`];
  if (error.detail !== undefined) lines.push(`DETAIL:  ${error.detail}`);
  if (error.hint !== undefined) lines.push(`HINT:  ${error.hint}`);
  return `${lines.join('\n')}\n`;
}

/** Statements end with a semicolon at the end of a line, outside $$ quotes; their text with comments and line ends. */
export function splitScript(script: string): string[] {
  const statements: string[] = [];
  let current = '';
  for (const line of script.split('\n')) {
    current += `${line}\n`;
    const quotes = current.split('$$').length - 1;
    if (/;\s*(--.*)?$/.test(line) && quotes % 2 === 0) {
      statements.push(current);
      current = '';
    }
  }
  return statements;
}

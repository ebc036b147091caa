/**
 * The second frontend: pgsql-ast-parser, pure JavaScript, for places without WebAssembly and for those who hold its AST. It
 * parses a part of the language, slowly; the package loads when it is asked for.
 */
import type { RawStmt } from '@pgsql/types';
import { SqlError } from '@pglitedb/types';
import { fromPgsqlAst } from './from-pgsql-ast.js';
import { clean } from './source.js';
import { rejected } from './tree.js';

/** SQL text to raw statements. `parse` is one. @throws SqlError */
export type Frontend = (sql: string) => readonly RawStmt[];

/**
 * Loads pgsql-ast-parser and gives a frontend over it, whose trees equal those of `parse` but for locations.
 * The frontend raises SqlError 42601 for text that pgsql-ast-parser does not parse, and 0A000 where its AST has lost what the tree needs.
 */
export async function loadPgsqlAstFrontend(): Promise<Frontend> {
  const library = await import('pgsql-ast-parser');
  return (sql) => {
    const text = clean(sql);
    if (/^[\s;]*$/.test(text)) return [];
    let statements;
    try {
      statements = library.parse(text, { locationTracking: true });
    } catch (error) {
      throw error instanceof SqlError ? error : rejected(firstLine(error));
    }
    return fromPgsqlAst(statements, text);
  };
}
const firstLine = (error: unknown): string => (error instanceof Error ? error.message.split('\n')[0]! : 'syntax error');

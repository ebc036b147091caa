/**
 * The default frontend: PostgreSQL 18's own grammar, compiled to WebAssembly (libpg-query). The module loads while
 * grammar.ts is imported, so parsing is synchronous. Trees are cached by text and must be treated as frozen.
 */
import { LRUCache } from 'lru-cache';
import type { RawStmt } from '@pgsql/types';
import { GrammarError, parsePlpgsqlTree, parseTree } from './grammar.js';
import { syntaxError } from './syntax-errors.js';

/** Statement texts kept, in characters of text; longer texts are not cached. */
const CACHE_CHARACTERS_MAX = 4_000_000;
const CACHED_TEXT_CHARACTERS_MAX = 20_000;
const cache = new LRUCache<string, readonly RawStmt[]>({ maxSize: CACHE_CHARACTERS_MAX, sizeCalculation: (_v, key) => key.length + 1 });

/**
 * Parses SQL text into raw statements, PostgreSQL's parse trees in the @pgsql/types shape. Empty text gives none.
 * @throws SqlError 42601 and friends, with the position in characters.
 */
export function parse(sql: string): readonly RawStmt[] {
  const known = cache.get(sql);
  if (known) return known;
  const stmts = parseUncached(sql);
  if (sql.length <= CACHED_TEXT_CHARACTERS_MAX) cache.set(sql, stmts);
  return stmts;
}

function parseUncached(sql: string): readonly RawStmt[] {
  if (sql.trim() === '') return [];
  try {
    return (parseTree(sql) as { stmts?: RawStmt[] }).stmts ?? [];
  } catch (error) {
    throw grammarError(error);
  }
}

const grammarError = (error: unknown): unknown => (error instanceof GrammarError ? syntaxError(error.message, error.position) : error);

/** Parses a CREATE FUNCTION … LANGUAGE plpgsql statement's body: libpg-query's PLpgSQL_function trees. */
export function parsePlpgsql(createFunction: string): unknown {
  try {
    return parsePlpgsqlTree(createFunction);
  } catch (error) {
    throw grammarError(error);
  }
}

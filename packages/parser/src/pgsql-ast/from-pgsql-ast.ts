/** The adapter: statements of pgsql-ast-parser's AST to PostgreSQL's raw parse tree, dispatched by a total table. */
import type { RawStmt } from '@pgsql/types';
import type { Statement } from 'pgsql-ast-parser';
import * as objects from './ddl-objects.js';
import { alterTable, createTable } from './ddl-table.js';
import { deleteStatement, insertStatement, truncate, updateStatement } from './dml.js';
import { selectStatement, withStatement } from './select.js';
import { clean, type Context, extent } from './source.js';
import { compact, rejected, type Tree, unsupported } from './tree.js';
import * as utility from './utility.js';

type On = { readonly [K in Statement['type']]: (c: Context, node: Extract<Statement, { type: K }>) => Tree };
const CONVERT: On = {
  select: selectStatement, union: selectStatement, 'union all': selectStatement, values: selectStatement, with: withStatement, 'with recursive': withStatement,
  insert: insertStatement, update: updateStatement, delete: deleteStatement, 'truncate table': truncate,
  'create table': createTable, 'alter table': alterTable, 'create index': objects.createIndex, 'alter index': objects.alterIndex,
  'create view': objects.createView, 'create materialized view': objects.createMaterializedView, 'refresh materialized view': objects.refresh,
  'create sequence': objects.createSequence, 'alter sequence': objects.alterSequence,
  'create enum': objects.createEnum, 'alter enum': objects.alterEnum, 'create composite type': objects.createComposite,
  'create schema': objects.createSchema, 'create extension': objects.createExtension, comment: objects.comment,
  'create function': objects.createFunction, 'drop function': objects.dropFunction,
  'drop table': objects.drop, 'drop sequence': objects.drop, 'drop index': objects.drop, 'drop type': objects.drop, 'drop trigger': objects.drop,
  begin: utility.begin, 'start transaction': utility.startTransaction, commit: utility.commit, rollback: utility.rollback,
  set: utility.set, 'set timezone': utility.setTimezone, 'set names': utility.setNames, show: utility.show,
  prepare: (c, node) => utility.prepare(c, node, statement), deallocate: utility.deallocate, do: utility.doStatement,
  tablespace: () => { throw rejected('syntax error at or near "tablespace"'); },
  raise: () => { throw rejected('syntax error at or near "raise"'); },
};

function statement(c: Context, node: Statement): Tree {
  if (!Object.hasOwn(CONVERT, node.type)) throw unsupported(`a statement of type ${(node as { type: string }).type}`);
  return (CONVERT[node.type] as (c: Context, node: Statement) => Tree)(c, node);
}

/**
 * Raw parse trees, as `parse` gives them but without locations inside, of statements that pgsql-ast-parser made.
 *
 * @param statements the AST; with `locationTracking` when `sql` is given
 * @param sql the source text. The AST has lost literals' text, parentheses and operators' precedence; with the text they are read
 *   again. Without it the AST is taken at its word: numbers come in JavaScript's notation, and nesting stays as it is.
 * @throws SqlError 0A000 for nodes that are not known or whose meaning the AST has lost, 42601 for what PostgreSQL's grammar rejects
 */
export function fromPgsqlAst(statements: readonly Statement[], sql?: string): readonly RawStmt[] {
  const c: Context = sql === undefined ? {} : { sql: clean(sql) };
  return statements.map((node) => compact({ stmt: statement(c, node), ...place(c, node) }) as RawStmt);
}
/** UTF-8 byte offset and length. */
function place(c: Context, node: Statement): Record<string, unknown> {
  const at = extent(c, node);
  if (at === undefined) return {};
  return { stmt_location: Buffer.byteLength(c.sql!.slice(0, at.start)) || undefined, stmt_len: Buffer.byteLength(c.sql!.slice(at.start, at.end)) };
}

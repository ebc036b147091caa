/** Expressions kept in the catalogs as text: decoded by the caller's hook, or analysed here where they are {"sql": …}. */
import { AssertionError, type Oid } from '@pglitedb/types';
import { decodeNode } from '@pglitedb/catalog';
import { parse } from '@pglitedb/parser';
import { exprType, type Expr } from '../nodes/index.js';
import { coerceToTargetType } from './coerce.js';
import { ParseState, type AnalyzeContext } from './context.js';
import { transformExpr } from './expr.js';
import { assignExprCollations } from './collate.js';

/** The expressions of a pg_node_tree list (function argument defaults), coerced to the types given. */
export function storedExpr(ps: ParseState, text: string | null, types: readonly Oid[]): Expr[] {
  if (text === null) return [];
  const node: unknown = ps.ctx.storedNode ? ps.ctx.storedNode(text) : decodeNode(text, ps.ctx.env);
  if (Array.isArray(node)) return node as Expr[];
  const sql = (node as { sql?: string }).sql;
  if (sql === undefined) return [node as Expr];
  return analyzeSqlExpressions(ps.ctx, sql).map((e, i) => {
    const target = types[i] ?? 0;
    return (target && coerceToTargetType(ps, e, exprType(e), target, -1, 'assignment', 'implicit', -1)) || e;
  });
}
function analyzeSqlExpressions(ctx: AnalyzeContext, sql: string): Expr[] {
  const text = `SELECT ${sql}`;
  const stmt = parse(text)[0]?.stmt as { SelectStmt?: { targetList?: { ResTarget: { val: unknown } }[] } } | undefined;
  const targets = stmt?.SelectStmt?.targetList;
  if (!targets) throw new AssertionError('stored expression does not parse');
  const ps = new ParseState({ catalog: ctx.catalog, env: ctx.env, sql: text, paramTypes: [] });
  return targets.map((t) => assignExprCollations(ps, transformExpr(ps, t.ResTarget.val, 'function_default')));
}

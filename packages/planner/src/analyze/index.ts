/** The analyzer's interface. */
import { SqlError, type Oid } from '@pglitedb/types';
import type { RelationInfo } from '@pglitedb/catalog';
import type { RawStmt } from '@pgsql/types';
import { exprLocation, exprType, type Expr, type Query } from '../nodes/index.js';
import { coerceToBoolean, coerceToTargetType } from './coerce.js';
import { formatType, T, type CoercionContext } from './coerce-paths.js';
import { assignExprCollations } from './collate.js';
import { errorAt, ParseState, type AnalyzeContext, type ExprKind } from './context.js';
import { transformExpr } from './expr.js';
import { addRelation } from './range-table.js';
import { assignedPlace } from './target.js';
import { transformStmt } from './statement.js';
import type { Raw } from './raw.js';
import { transformColumnType as columnType, type ColumnType } from './type-names.js';
import { checkParams } from './variable-params.js';

export type { AnalyzeContext, EphemeralRelation, ExprKind } from './context.js';
export type { ColumnType } from './type-names.js';
export { analyzeRule } from './rule.js';

/** parse_analyze: one raw statement to its Query. With variableParams, paramTypes holds the resolved types afterwards. */
export function analyze(stmt: RawStmt, ctx: AnalyzeContext): Query {
  const ps = new ParseState(ctx);
  const query = transformStmt(ps, selectIntoAsCreate((stmt as Raw).stmt));
  query.stmt_location = stmt.stmt_location ?? 0;
  query.stmt_len = stmt.stmt_len ?? 0;
  if (ctx.variableParams) checkParams(ps, query);
  return query;
}

/**
 * PL/pgSQL's assignment to a field or element of a variable (transformPLAssignStmt): the source SELECT, whose one column
 * becomes `target` with the value put in at `indirection`.
 */
export function analyzeAssignment(source: RawStmt, target: Expr, name: string, indirection: readonly unknown[], ctx: AnalyzeContext): Query {
  const top = new ParseState(ctx);
  top.resolveUnknowns = false;
  const query = transformStmt(top, (source as Raw).stmt);
  const columns = query.targetList.filter((t) => !t.resjunk);
  if (columns.length !== 1) throw new SqlError('42601', `assignment source returned ${columns.length} columns`);
  const ps = new ParseState(ctx);
  ps.assignmentContext = 'plpgsql';
  columns[0]!.expr = assignExprCollations(ps, assignedPlace(ps, target, name, indirection as readonly Raw[], columns[0]!.expr));
  if (ps.hasSubLinks) query.hasSubLinks = true;
  return query;
}

/** SELECT … INTO is CREATE TABLE AS: a utility statement. */
function selectIntoAsCreate(node: Raw): Raw {
  const top = node.SelectStmt;
  if (!top) return node;
  let leftmost = top;
  while (leftmost.larg) leftmost = leftmost.larg;
  const into: Raw = leftmost.intoClause;
  if (!into) return node;
  const without = (s: Raw): Raw => (s.larg ? { ...s, larg: without(s.larg) } : { ...s, intoClause: undefined });
  return { CreateTableAsStmt: { query: { SelectStmt: without(top) }, into, objtype: 'OBJECT_TABLE', is_select_into: true } };
}

/** A DDL expression (default, check, index expression, policy …) over the columns of one relation, varno 1. */
export function analyzeExpr(raw: unknown, kind: ExprKind, relation: RelationInfo | undefined, ctx: AnalyzeContext): Expr {
  const ps = new ParseState(ctx);
  if (relation) ps.namespace = [addRelation(ps, relation, undefined, false, true)];
  return assignExprCollations(ps, transformExpr(ps, raw as Raw, kind));
}
/** The same, coerced to boolean in the words of `construct` (CHECK, WHERE …). */
export function analyzeCondition(raw: unknown, kind: ExprKind, construct: string, relation: RelationInfo | undefined, ctx: AnalyzeContext): Expr {
  const ps = new ParseState(ctx);
  if (relation) ps.namespace = [addRelation(ps, relation, undefined, false, true)];
  return assignExprCollations(ps, coerceToBoolean(ps, transformExpr(ps, raw as Raw, kind), construct));
}
/** A TypeName (and COLLATE clause) to type, typmod and collation. */
export function transformColumnType(typeName: unknown, collClause: unknown, ctx: AnalyzeContext): ColumnType {
  return columnType(new ParseState(ctx), typeName as Raw, collClause as Raw);
}
/** An expression coerced to a type; undefined where no cast allows it. */
export function coerceToTarget(expr: Expr, type: Oid, typmod: number, context: CoercionContext, ctx: AnalyzeContext): Expr | undefined {
  const ps = new ParseState(ctx);
  const result = coerceToTargetType(ps, expr, exprType(expr), type, typmod, context, context === 'explicit' ? 'explicit' : 'implicit', -1);
  return result && assignExprCollations(ps, result);
}
/** cookDefault: a column's DEFAULT or generation expression, analysed and coerced to the column. */
export function analyzeDefault(raw: unknown, column: { name: string; type: Oid; typmod: number }, generated: boolean, relation: RelationInfo | undefined, ctx: AnalyzeContext): Expr {
  const ps = new ParseState(ctx);
  if (generated && relation) ps.namespace = [addRelation(ps, relation, undefined, false, true)];
  const expr = transformExpr(ps, raw as Raw, generated ? 'generated_column' : 'column_default');
  const source = exprType(expr);
  const cast = coerceToTargetType(ps, expr, source, column.type, column.typmod, 'assignment', 'implicit', -1);
  if (!cast) {
    const c = ps.catalog;
    throw errorAt(ps, '42804', `column "${column.name}" is of type ${formatType(c, column.type)} but ${generated ? 'generation' : 'default'} expression is of type ${formatType(c, source)}`, exprLocation(expr), { hint: 'You will need to rewrite or cast the expression.' });
  }
  return assignExprCollations(ps, cast);
}
export { T as TYPE };

/** Analysis of expressions and type names in DDL, over the planner's analyzer. */
import { analyzeRelationExpr, transformColumnTypeName, type Expr } from '@pglitedb/planner';
import type { Oid } from '@pglitedb/types';
import type { UtilityContext } from '../registry.js';
import type { Raw } from './raw.js';

export interface ColumnType { oid: Oid; typmod: number; collation: Oid }

/** A TypeName with its COLLATE clause. */
export function columnType(u: UtilityContext, typeName: Raw, collClause: Raw | undefined): ColumnType {
  const { session } = u;
  return transformColumnTypeName(typeName, collClause, { catalog: session.catalog(), env: session.env, sql: u.sql, paramTypes: [] });
}

export type RelationExprKind = 'check_constraint' | 'column_default' | 'index_expression' | 'index_predicate' | 'generated_column' | 'alter_col_transform' | 'policy' | 'trigger_when' | 'copy_where';

/** An expression over the columns of one relation (varno 1), coerced to a type where one is given. */
export function relationExpr(u: UtilityContext, relid: Oid, raw: Raw, kind: RelationExprKind, target?: { type: Oid; typmod: number; column?: string }): Expr {
  const { session } = u;
  return analyzeRelationExpr(raw, kind, relid, target, { catalog: session.catalog(), env: session.env, sql: u.sql, paramTypes: [] });
}

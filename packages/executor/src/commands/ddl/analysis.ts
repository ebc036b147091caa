/** Analysis of expressions and type names in DDL, over the planner's analyzer. */
import { analyzeCondition, analyzeDefault, analyzeExpr, transformColumnType, type Expr } from '@pglitedb/planner';
import type { Oid } from '@pglitedb/types';
import type { UtilityContext } from '../registry.js';
import type { Raw } from './raw.js';
import { requireTypeUsage } from './require-privilege.js';

export interface ColumnType { oid: Oid; typmod: number; collation: Oid }

/** A TypeName with its COLLATE clause. */
export function columnType(u: UtilityContext, typeName: Raw, collClause: Raw | undefined): ColumnType {
  const { session } = u;
  const type = transformColumnType(typeName, collClause, { catalog: session.catalog(), env: session.env, sql: u.sql, paramTypes: [] });
  requireTypeUsage(session, type.oid);
  return type;
}

export type RelationExprKind = 'partition_expression' | 'check_constraint' | 'column_default' | 'index_expression' | 'index_predicate' | 'generated_column' | 'alter_col_transform' | 'policy' | 'trigger_when' | 'copy_where';

/** An expression over the columns of one relation (varno 1), coerced to a type where one is given. */
export function relationExpr(u: UtilityContext, relid: Oid, raw: Raw, kind: RelationExprKind, target?: { type: Oid; typmod: number; column?: string }): Expr {
  const { session } = u;
  const ctx = { catalog: session.catalog(), env: session.env, sql: u.sql, paramTypes: [] };
  const relation = session.catalog().relation(relid);
  if (target !== undefined && (kind === 'column_default' || kind === 'generated_column')) {
    return analyzeDefault(raw, { name: target.column ?? '', type: target.type, typmod: target.typmod }, kind === 'generated_column', relation, ctx);
  }
  const construct = CONDITIONS[kind];
  return construct === undefined ? analyzeExpr(raw, kind, relation, ctx) : analyzeCondition(raw, kind, construct, relation, ctx);
}

/** Kinds that must be boolean, with the words of their error. */
const CONDITIONS: Partial<Record<RelationExprKind, string>> = { check_constraint: 'CHECK', index_predicate: 'WHERE', policy: 'POLICY', trigger_when: 'WHEN', copy_where: 'WHERE' };

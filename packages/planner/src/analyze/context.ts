/**
 * What analysis works with: the caller's AnalyzeContext (catalog, session environment, parameters, hooks) and one
 * ParseState for each query level, PostgreSQL's under its own field names.
 */
import { SqlError, type ErrorFields, type Oid, type TypeEnv } from '@pglitedb/types';
import type { CatalogReader, RelationInfo } from '@pglitedb/catalog';
import { characterPosition } from '@pglitedb/parser';
import type { Alias, CommonTableExpr, Expr, JoinExpr, JoinTreeNode, Query, RangeTblEntry, RTEPermissionInfo, Var, WindowClause } from '../nodes/index.js';
import type { Raw } from './raw.js';

/** A relation that exists only for this statement: trigger transition tables. */
export interface EphemeralRelation { name: string; reloid: Oid; columns: readonly { name: string; type: Oid; typmod: number; collation: Oid }[]; tuples: number }

export interface AnalyzeContext {
  readonly catalog: CatalogReader;
  readonly env: TypeEnv;
  /** The text that locations point into. */
  readonly sql: string;
  /** Types of $1 …; 0 = not known yet. With variableParams the analyzer fills it in. */
  readonly paramTypes: Oid[];
  /** Unknown parameter types are resolved from context (extended protocol's Parse); otherwise unknown numbers are errors. */
  readonly variableParams?: boolean;
  /** PL/pgSQL: resolves a name (or name.field) before / after the query's own columns; undefined = not mine. */
  readonly preColumnRef?: (names: readonly string[], location: number, star: boolean) => Expr | undefined;
  readonly postColumnRef?: (names: readonly string[], found: Expr | undefined, location: number, star: boolean) => Expr | undefined;
  /** SQL functions and PL/pgSQL: resolves $n instead of paramTypes. */
  readonly paramRef?: (number: number, location: number) => Expr | undefined;
  readonly ephemeral?: readonly EphemeralRelation[];
  /** The analysed form of a stored expression or query text (function argument defaults, view definitions). */
  readonly storedNode?: (text: string) => unknown;
}

export type ExprKind =
  | 'none' | 'other' | 'join_on' | 'join_using' | 'from_subselect' | 'from_function' | 'where' | 'having' | 'filter' | 'window_partition'
  | 'window_order' | 'window_frame_range' | 'window_frame_rows' | 'window_frame_groups' | 'select_target' | 'insert_target' | 'update_source'
  | 'update_target' | 'merge_when' | 'group_by' | 'order_by' | 'distinct_on' | 'limit' | 'offset' | 'returning' | 'merge_returning' | 'values'
  | 'values_single' | 'check_constraint' | 'domain_check' | 'column_default' | 'function_default' | 'index_expression' | 'index_predicate'
  | 'stats_expression' | 'alter_col_transform' | 'execute_parameter' | 'trigger_when' | 'partition_bound' | 'partition_expression'
  | 'call_argument' | 'copy_where' | 'generated_column' | 'cycle_mark' | 'policy';

/** A column that a namespace item shows. varno 0 = dropped. */
export interface NsColumn { varno: number; varattno: number; vartype: Oid; vartypmod: number; varcollid: Oid; varreturningtype: Var['varreturningtype']; varnosyn: number; varattnosyn: number; dontexpand: boolean }
export interface NsItem {
  names: Alias; rte: RangeTblEntry; rtindex: number; perminfo: RTEPermissionInfo | undefined; columns: NsColumn[];
  relVisible: boolean; colsVisible: boolean; lateralOnly: boolean; lateralOk: boolean; returningType: Var['varreturningtype'];
}

export class ParseState {
  readonly parent: ParseState | undefined;
  readonly ctx: AnalyzeContext;
  readonly catalog: CatalogReader;
  rtable: RangeTblEntry[] = [];
  rteperminfos: RTEPermissionInfo[] = [];
  /** JoinExpr of each join RTE, by rtindex */ joinexprs: (JoinExpr | undefined)[] = [];
  /** outer joins that null each RTE, by rtindex */ nullingrels: number[][] = [];
  joinlist: JoinTreeNode[] = [];
  namespace: NsItem[] = [];
  lateralActive = false;
  ctenamespace: CommonTableExpr[] = [];
  futureCtes: { name: string }[] = [];
  parentCte: CommonTableExpr | undefined;
  targetRelation: RelationInfo | undefined;
  targetNsItem: NsItem | undefined;
  groupingNsItem: NsItem | undefined;
  isInsert = false;
  windowdefs: Raw[] = [];
  exprKind: ExprKind = 'none';
  nextResno = 1;
  multiassignExprs: import('../nodes/index.js').TargetEntry[] = [];
  /** location of the assigned column while its source is coerced */
  lockingClause: Raw[] = [];
  lockedFromParent = false;
  resolveUnknowns = true;
  /** How values are coerced to a field or element that they are assigned to. */
  assignmentContext: 'assignment' | 'plpgsql' = 'assignment';
  hasAggs = false; hasWindowFuncs = false; hasTargetSRFs = false; hasSubLinks = false; hasModifyingCTE = false;
  lastSrf: Expr | undefined;
  windowClauses: WindowClause[] = [];
  /** plain names of PL/pgSQL style hooks apply at every level */

  constructor(ctx: AnalyzeContext, parent?: ParseState) {
    this.ctx = ctx;
    this.catalog = ctx.catalog;
    this.parent = parent;
    if (parent) this.resolveUnknowns = true;
  }
}

/** An SqlError with the position of a byte offset; location < 0 = none. */
export function errorAt(ps: { readonly ctx: AnalyzeContext }, code: string, message: string, location: number, extra: ErrorFields = {}): SqlError {
  return new SqlError(code, message, { ...extra, position: characterPosition(ps.ctx.sql, location) });
}

/** Runs `body`; an SqlError that leaves it without a position gets this one. */
export function withPosition<T>(ps: { readonly ctx: AnalyzeContext }, location: number, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof SqlError && error.position === undefined && location >= 0) error.position = characterPosition(ps.ctx.sql, location);
    throw error;
  }
}

/** Evaluates `body` with another expression kind in force. */
export function withExprKind<T>(ps: ParseState, kind: ExprKind, body: () => T): T {
  const saved = ps.exprKind;
  ps.exprKind = kind;
  try {
    return body();
  } finally {
    ps.exprKind = saved;
  }
}

/** How PostgreSQL names an expression's place in its messages (ParseExprKindName). */
export const EXPR_KIND_NAMES: Readonly<Record<ExprKind, string>> = {
  none: 'invalid expression context', other: 'extension expression', join_on: 'JOIN/ON', join_using: 'JOIN/USING', from_subselect: 'sub-SELECT in FROM',
  from_function: 'function in FROM', where: 'WHERE', having: 'HAVING', filter: 'FILTER', window_partition: 'window PARTITION BY', window_order: 'window ORDER BY',
  window_frame_range: 'window RANGE', window_frame_rows: 'window ROWS', window_frame_groups: 'window GROUPS', select_target: 'SELECT', insert_target: 'INSERT',
  update_source: 'UPDATE', update_target: 'UPDATE', merge_when: 'MERGE WHEN', group_by: 'GROUP BY', order_by: 'ORDER BY', distinct_on: 'DISTINCT ON', limit: 'LIMIT',
  offset: 'OFFSET', returning: 'RETURNING', merge_returning: 'RETURNING', values: 'VALUES', values_single: 'VALUES', check_constraint: 'CHECK', domain_check: 'CHECK',
  column_default: 'DEFAULT', function_default: 'DEFAULT', index_expression: 'index expression', index_predicate: 'index predicate', stats_expression: 'statistics expression',
  alter_col_transform: 'USING', execute_parameter: 'EXECUTE', trigger_when: 'WHEN', partition_bound: 'partition bound', partition_expression: 'PARTITION BY',
  call_argument: 'CALL', copy_where: 'WHERE', generated_column: 'GENERATED AS', cycle_mark: 'CYCLE', policy: 'POLICY',
};
export type { Query };

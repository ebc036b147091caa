/** Query: the analyzer's output and the planner's input, PostgreSQL's parsenodes (analysed half) under their own names. */
import type { Oid } from '@pglitedb/types';
import type { Const, Expr, SortGroupClause, TargetEntry } from './expr.js';
import type { Node as RawNode } from '@pgsql/types';

export type CmdType = 'select' | 'insert' | 'update' | 'delete' | 'merge' | 'utility';

export interface Query {
  kind: 'Query'; commandType: CmdType; /** of a rule action */ querySource: 'original' | 'instead_rule' | 'qual_instead_rule' | 'non_instead_rule';
  canSetTag: boolean; /** raw parse tree of a utility statement, e.g. {CreateStmt: …} */ utilityStmt: RawNode | undefined;
  /** rangetable index (1-based) of the target of INSERT/UPDATE/DELETE/MERGE, 0 for none */ resultRelation: number;
  hasAggs: boolean; hasWindowFuncs: boolean; hasTargetSRFs: boolean; hasSubLinks: boolean; hasDistinctOn: boolean; hasRecursive: boolean;
  hasModifyingCTE: boolean; hasForUpdate: boolean; hasRowSecurity: boolean; hasGroupRTE: boolean; isReturn: boolean;
  cteList: CommonTableExpr[]; rtable: RangeTblEntry[]; rteperminfos: RTEPermissionInfo[]; jointree: FromExpr;
  mergeActionList: MergeAction[]; mergeTargetRelation: number; mergeJoinCondition: Expr | undefined;
  targetList: TargetEntry[]; override: 'not_set' | 'user' | 'system'; onConflict: OnConflictExpr | undefined;
  returningOldAlias: string | undefined; returningNewAlias: string | undefined; returningList: TargetEntry[];
  groupClause: SortGroupClause[]; groupDistinct: boolean; groupingSets: GroupingSet[]; havingQual: Expr | undefined;
  windowClause: WindowClause[]; distinctClause: SortGroupClause[]; sortClause: SortGroupClause[];
  limitOffset: Expr | undefined; limitCount: Expr | undefined; limitOption: 'count' | 'with_ties';
  rowMarks: RowMarkClause[]; setOperations: SetOperationStmt | RangeTblRef | undefined;
  constraintDeps: Oid[]; withCheckOptions: WithCheckOption[];
  /** byte offset and length of the statement in the text */ stmt_location: number; stmt_len: number;
}

export interface Alias { aliasname: string; colnames: string[] }
export type RTEKind = 'relation' | 'subquery' | 'join' | 'function' | 'tablefunc' | 'values' | 'cte' | 'namedtuplestore' | 'result' | 'group';
export type JoinType = 'inner' | 'left' | 'full' | 'right' | 'semi' | 'anti' | 'right_semi' | 'right_anti';
/** Lock strengths, PostgreSQL's LockClauseStrength without LCS_. */
export type LockStrength = 'none' | 'forkeyshare' | 'forshare' | 'fornokeyupdate' | 'forupdate';
export type LockWaitPolicy = 'block' | 'skip' | 'error';

export interface RangeTblEntry {
  kind: 'RangeTblEntry'; rtekind: RTEKind; alias: Alias | undefined; /** the names seen: eref.colnames always complete ('' = dropped) */ eref: Alias;
  lateral: boolean; inFromCl: boolean; /** include descendants */ inh: boolean; securityQuals: Expr[];
  // relation (and view-as-subquery keeps relid)
  relid: Oid; relkind: string; rellockmode: number; perminfoindex: number; tablesample: TableSampleClause | undefined;
  // subquery
  subquery: Query | undefined; security_barrier: boolean;
  // join
  jointype: JoinType; joinmergedcols: number; joinaliasvars: Expr[]; joinleftcols: number[]; joinrightcols: number[]; join_using_alias: Alias | undefined;
  // function
  functions: RangeTblFunction[]; funcordinality: boolean;
  tablefunc: TableFunc | undefined;
  values_lists: Expr[][];
  // cte
  ctename: string; ctelevelsup: number; self_reference: boolean;
  enrname: string; enrtuples: number;
  /** group: the grouping expressions */ groupexprs: Expr[];
  /** column types of values, cte, tablefunc, namedtuplestore */ coltypes: Oid[]; coltypmods: number[]; colcollations: Oid[];
}
export interface RTEPermissionInfo { relid: Oid; inh: boolean; /** AclMode bits: 1 insert, 2 select, 4 update, 8 delete, 16 truncate, 32 references, 64 trigger */ requiredPerms: number; checkAsUser: Oid; selectedCols: Set<number>; insertedCols: Set<number>; updatedCols: Set<number> }
export interface RangeTblFunction { funcexpr: Expr; funccolcount: number; funccolnames: string[]; funccoltypes: Oid[]; funccoltypmods: number[]; funccolcollations: Oid[] }
/** JSON_TABLE's row patterns: a path with the columns it owns (colMin..colMax of the table's, -1 for none), or two side by side. */
export type JsonTablePlan =
  | { kind: 'JsonTablePathScan'; path: Const; name: string; errorOnError: boolean; colMin: number; colMax: number; child: JsonTablePlan | undefined }
  | { kind: 'JsonTableSiblingJoin'; left: JsonTablePlan; right: JsonTablePlan };
export interface TableFunc { kind: 'TableFunc'; functype: 'xmltable' | 'json_table'; ns_uris: Expr[]; ns_names: string[]; docexpr: Expr; rowexpr: Expr | undefined; colnames: string[]; coltypes: Oid[]; coltypmods: number[]; colcollations: Oid[]; colexprs: (Expr | undefined)[]; coldefexprs: (Expr | undefined)[]; colvalexprs: (Expr | undefined)[]; passingvalexprs: Expr[]; notnulls: boolean[]; plan: JsonTablePlan | undefined; ordinalitycol: number; location: number }
export interface TableSampleClause { tsmhandler: Oid; args: Expr[]; repeatable: Expr | undefined }
export interface RangeTblRef { kind: 'RangeTblRef'; rtindex: number }
export interface JoinExpr { kind: 'JoinExpr'; jointype: JoinType; isNatural: boolean; larg: JoinTreeNode; rarg: JoinTreeNode; usingClause: string[]; quals: Expr | undefined; alias: Alias | undefined; rtindex: number }
export interface FromExpr { kind: 'FromExpr'; fromlist: JoinTreeNode[]; quals: Expr | undefined }
export type JoinTreeNode = RangeTblRef | JoinExpr | FromExpr;
export interface SetOperationStmt { kind: 'SetOperationStmt'; op: 'union' | 'intersect' | 'except'; all: boolean; larg: SetOperationStmt | RangeTblRef; rarg: SetOperationStmt | RangeTblRef; colTypes: Oid[]; colTypmods: number[]; colCollations: Oid[]; groupClauses: SortGroupClause[] }
export interface CommonTableExpr { kind: 'CommonTableExpr'; ctename: string; aliascolnames: string[]; ctematerialized: 'default' | 'always' | 'never'; ctequery: Query; search_clause: { search_col_list: string[]; search_breadth_first: boolean; search_seq_column: string } | undefined; cycle_clause: { cycle_col_list: string[]; cycle_mark_column: string; cycle_mark_value: Expr; cycle_mark_default: Expr; cycle_path_column: string; cycle_mark_type: Oid; cycle_mark_typmod: number; cycle_mark_collation: Oid; cycle_mark_neop: Oid } | undefined; cterecursive: boolean; cterefcount: number; ctecolnames: string[]; ctecoltypes: Oid[]; ctecoltypmods: number[]; ctecolcollations: Oid[]; location: number }
export interface GroupingSet { kind: 'empty' | 'simple' | 'rollup' | 'cube' | 'sets'; /** simple: sortgrouprefs; the others: nested sets */ content: (GroupingSet | number)[]; location: number }
export interface WindowClause { name: string | undefined; refname: string | undefined; partitionClause: SortGroupClause[]; orderClause: SortGroupClause[]; frame: WindowFrame; startOffset: Expr | undefined; endOffset: Expr | undefined; startInRangeFunc: Oid; endInRangeFunc: Oid; inRangeColl: Oid; inRangeAsc: boolean; inRangeNullsFirst: boolean; winref: number; copiedOrder: boolean }
export type FrameBound = 'unbounded_preceding' | 'offset_preceding' | 'current_row' | 'offset_following' | 'unbounded_following';
export interface WindowFrame { nondefault: boolean; mode: 'range' | 'rows' | 'groups'; start: FrameBound; end: FrameBound; exclusion: 'none' | 'current_row' | 'group' | 'ties'; /** written as BETWEEN */ between: boolean }
export interface RowMarkClause { rti: number; strength: LockStrength; waitPolicy: LockWaitPolicy; pushedDown: boolean }
export interface OnConflictExpr { action: 'nothing' | 'update'; arbiterElems: { expr: Expr; infercollid: Oid; inferopclass: Oid }[]; arbiterWhere: Expr | undefined; constraint: Oid; onConflictSet: TargetEntry[]; onConflictWhere: Expr | undefined; exclRelIndex: number; exclRelTlist: TargetEntry[] }
export interface MergeAction { matchKind: 'matched' | 'not_matched_by_source' | 'not_matched_by_target'; commandType: 'insert' | 'update' | 'delete' | 'nothing'; override: 'not_set' | 'user' | 'system'; qual: Expr | undefined; targetList: TargetEntry[]; updateColnos: number[] }
export interface WithCheckOption { wcoKind: 'view' | 'rls_insert' | 'rls_update' | 'rls_conflict' | 'rls_merge_update' | 'rls_merge_delete'; relname: string; polname: string | undefined; qual: Expr; cascaded: boolean }

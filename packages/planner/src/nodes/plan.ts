/**
 * Plan: the planner's output, PostgreSQL's plannodes under their own names. Frozen; the executor keeps run state apart.
 * In a finished plan, Vars of scan nodes have varno = scanrelid (INDEX_VAR for index-only scans' columns), those of
 * upper nodes OUTER_VAR/INNER_VAR with varattno = column of that input's targetlist.
 */
import type { Oid } from '@pglitedb/types';
import type { Expr, Param, SubPlan, TargetEntry } from './expr.js';
import type { CmdType, JoinType, LockStrength, LockWaitPolicy, MergeAction, OnConflictExpr, Query, RangeTblEntry, RangeTblFunction, RTEPermissionInfo, TableFunc, TableSampleClause, WindowFrame, WithCheckOption } from './query.js';

export interface PlannedStmt {
  kind: 'PlannedStmt'; commandType: CmdType; hasReturning: boolean; hasModifyingCTE: boolean; canSetTag: boolean; transientPlan: boolean; dependsOnRole: boolean;
  planTree: Plan; /** the flattened range table; varno indexes it from 1 */ rtable: RangeTblEntry[]; permInfos: RTEPermissionInfo[]; resultRelations: number[];
  /** SubPlan.plan_id - 1 indexes it */ subplans: Plan[]; rowMarks: PlanRowMark[];
  /** number of exec params */ nParamExec: number; paramExecTypes: Oid[];
  /** relations whose change makes the plan stale, and other catalog objects */ relationOids: Oid[]; invalItems: Oid[];
  /** names for EXPLAIN, by rtindex - 1 */ rtable_names?: string[];
  stmt_location: number; stmt_len: number; query?: Query;
}
export interface PlanBase {
  startup_cost: number; total_cost: number; plan_rows: number; plan_width: number; disabled_nodes: number; plan_node_id: number;
  targetlist: TargetEntry[]; /** implicit AND list */ qual: Expr[]; lefttree: Plan | undefined; righttree: Plan | undefined;
  /** uncorrelated subplans to run first, their results in exec params */ initPlan: SubPlan[];
  /** exec params whose change makes the node rescan */ extParam: number[]; allParam: number[]; parallel_aware: boolean;
}
export interface SortKeys { numCols: number; /** 1-based columns of the input */ sortColIdx: number[]; sortOperators: Oid[]; collations: Oid[]; nullsFirst: boolean[] }
type N<K extends string, F = object> = PlanBase & { kind: K } & F;

export type Result = N<'Result', { resconstantqual: Expr[]; }>;
export type ProjectSet = N<'ProjectSet'>;
export type ModifyTable = N<'ModifyTable', {
  operation: 'insert' | 'update' | 'delete' | 'merge'; nominalRelation: number; rootRelation: number; resultRelations: number[];
  /** per result relation: target attnos that the subplan's columns (in order) assign, for UPDATE */ updateColnosLists: number[][];
  withCheckOptionLists: WithCheckOption[][]; returningLists: TargetEntry[][]; returningOldAlias: string | undefined; returningNewAlias: string | undefined;
  rowMarks: PlanRowMark[]; epqParam: number; onConflict: OnConflictExpr | undefined; arbiterIndexes: Oid[]; mergeActionLists: MergeAction[][]; mergeJoinConditions: (Expr | undefined)[];
  /** INSERT: targetlist of lefttree is the complete new row in attribute order. UPDATE: new values, then junk "ctid" (and "tableoid", or "wholerow" for views). DELETE/MERGE: junk likewise. */
  canSetTag: boolean }>;
export type Append = N<'Append', { appendplans: Plan[]; apprelids: number[]; first_partial_plan: number; part_prune_index: number }>;
export type MergeAppend = N<'MergeAppend', SortKeys & { mergeplans: Plan[]; apprelids: number[] }>;
export type RecursiveUnion = N<'RecursiveUnion', { wtParam: number; numCols: number; dupColIdx: number[]; dupOperators: Oid[]; dupCollations: Oid[]; numGroups: number }>;
export type BitmapAnd = N<'BitmapAnd', { bitmapplans: Plan[] }>;
export type BitmapOr = N<'BitmapOr', { bitmapplans: Plan[] }>;
export type SeqScan = N<'SeqScan', { scanrelid: number }>;
export type SampleScan = N<'SampleScan', { scanrelid: number; tablesample: TableSampleClause }>;
/** indexqual: OpExpr with INDEX_VAR (varattno = index column from 1) on the left, ScalarArrayOpExpr, NullTest, RowCompareExpr; indexqualorig the same over the table, for recheck and EXPLAIN. */
export type IndexScan = N<'IndexScan', { scanrelid: number; indexid: Oid; indexqual: Expr[]; indexqualorig: Expr[]; indexorderby: Expr[]; indexorderbyorig: Expr[]; indexorderdir: 'forward' | 'backward' }>;
/** Vars of targetlist and qual are INDEX_VAR over indextlist, which maps them to table columns. */
export type IndexOnlyScan = N<'IndexOnlyScan', { scanrelid: number; indexid: Oid; indexqual: Expr[]; recheckqual: Expr[]; indexorderby: Expr[]; indextlist: TargetEntry[]; indexorderdir: 'forward' | 'backward' }>;
export type BitmapIndexScan = N<'BitmapIndexScan', { scanrelid: number; indexid: Oid; indexqual: Expr[]; indexqualorig: Expr[] }>;
export type BitmapHeapScan = N<'BitmapHeapScan', { scanrelid: number; bitmapqualorig: Expr[] }>;
export type TidScan = N<'TidScan', { scanrelid: number; tidquals: Expr[] }>;
export type TidRangeScan = N<'TidRangeScan', { scanrelid: number; tidrangequals: Expr[] }>;
export type SubqueryScan = N<'SubqueryScan', { scanrelid: number; subplan: Plan }>;
export type FunctionScan = N<'FunctionScan', { scanrelid: number; functions: RangeTblFunction[]; funcordinality: boolean }>;
export type ValuesScan = N<'ValuesScan', { scanrelid: number; values_lists: Expr[][] }>;
export type TableFuncScan = N<'TableFuncScan', { scanrelid: number; tablefunc: TableFunc }>;
export type CteScan = N<'CteScan', { scanrelid: number; ctePlanId: number; cteParam: number }>;
export type NamedTuplestoreScan = N<'NamedTuplestoreScan', { scanrelid: number; enrname: string }>;
export type WorkTableScan = N<'WorkTableScan', { scanrelid: number; wtParam: number }>;
interface JoinBase { jointype: JoinType; inner_unique: boolean; joinqual: Expr[] }
/** nestParams: exec params set from the outer row (paramval over OUTER_VAR) before the inner is rescanned. */
export type NestLoop = N<'NestLoop', JoinBase & { nestParams: { paramno: number; paramval: Expr }[] }>;
export type MergeJoin = N<'MergeJoin', JoinBase & { skip_mark_restore: boolean; mergeclauses: Expr[]; mergeFamilies: Oid[]; mergeCollations: Oid[]; mergeReversals: boolean[]; mergeNullsFirst: boolean[] }>;
/** righttree is a Hash node. hashkeys are the outer's keys. */
export type HashJoin = N<'HashJoin', JoinBase & { hashclauses: Expr[]; hashoperators: Oid[]; hashcollations: Oid[]; hashkeys: Expr[] }>;
export type Hash = N<'Hash', { hashkeys: Expr[]; skewTable: Oid; skewColumn: number; rows_total: number }>;
export type Material = N<'Material'>;
export type Memoize = N<'Memoize', { numKeys: number; hashOperators: Oid[]; collations: Oid[]; param_exprs: Expr[]; singlerow: boolean; binary_mode: boolean; est_entries: number; keyparamids: number[] }>;
export type Sort = N<'Sort', SortKeys>;
export type IncrementalSort = N<'IncrementalSort', SortKeys & { nPresortedCols: number }>;
export type Group = N<'Group', { numCols: number; grpColIdx: number[]; grpOperators: Oid[]; grpCollations: Oid[] }>;
/** groupingSets: for grouping sets, each the list of 0-based positions in grpColIdx; chain: further rollups, each an Agg (with its own Sort as lefttree or hashed). */
export type Agg = N<'Agg', { aggstrategy: 'plain' | 'sorted' | 'hashed' | 'mixed'; aggsplit: 'simple' | 'initial_serial' | 'final_deserial'; numCols: number; grpColIdx: number[]; grpOperators: Oid[]; grpCollations: Oid[]; numGroups: number; transitionSpace: number; aggParams: number[]; groupingSets: number[][]; chain: Agg[] }>;
export type WindowAgg = N<'WindowAgg', { winname: string; winref: number; partNumCols: number; partColIdx: number[]; partOperators: Oid[]; partCollations: Oid[]; ordNumCols: number; ordColIdx: number[]; ordOperators: Oid[]; ordCollations: Oid[]; frame: WindowFrame; startOffset: Expr | undefined; endOffset: Expr | undefined; runCondition: Expr[]; runConditionOrig: Expr[]; startInRangeFunc: Oid; endInRangeFunc: Oid; inRangeColl: Oid; inRangeAsc: boolean; inRangeNullsFirst: boolean; topWindow: boolean }>;
export type Unique = N<'Unique', { numCols: number; uniqColIdx: number[]; uniqOperators: Oid[]; uniqCollations: Oid[] }>;
/** intersect/except over lefttree and righttree (PostgreSQL 18: two inputs). */
export type SetOp = N<'SetOp', { cmd: 'intersect' | 'intersect_all' | 'except' | 'except_all'; strategy: 'sorted' | 'hashed'; numCols: number; cmpColIdx: number[]; cmpOperators: Oid[]; cmpCollations: Oid[]; cmpNullsFirst: boolean[]; numGroups: number }>;
export interface PlanRowMark { rti: number; prti: number; rowmarkId: number; markType: 'exclusive' | 'nokeyexclusive' | 'share' | 'keyshare' | 'reference' | 'copy'; strength: LockStrength; waitPolicy: LockWaitPolicy; isParent: boolean }
/** Junk columns of the input: "ctid<rowmarkId>" and "tableoid<rowmarkId>" or "wholerow<rowmarkId>". */
export type LockRows = N<'LockRows', { rowMarks: PlanRowMark[]; epqParam: number }>;
export type Limit = N<'Limit', { limitOffset: Expr | undefined; limitCount: Expr | undefined; limitOption: 'count' | 'with_ties'; uniqNumCols: number; uniqColIdx: number[]; uniqOperators: Oid[]; uniqCollations: Oid[] }>;

export type Plan =
  | Result | ProjectSet | ModifyTable | Append | MergeAppend | RecursiveUnion | BitmapAnd | BitmapOr | SeqScan | SampleScan | IndexScan
  | IndexOnlyScan | BitmapIndexScan | BitmapHeapScan | TidScan | TidRangeScan | SubqueryScan | FunctionScan | ValuesScan | TableFuncScan
  | CteScan | NamedTuplestoreScan | WorkTableScan | NestLoop | MergeJoin | HashJoin | Hash | Material | Memoize | Sort | IncrementalSort
  | Group | Agg | WindowAgg | Unique | SetOp | LockRows | Limit;
export type { Param };

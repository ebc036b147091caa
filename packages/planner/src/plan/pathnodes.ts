/**
 * The planner's working structures, PostgreSQL's pathnodes: PlannerInfo (one query level), RelOptInfo (a base, join or
 * upper relation with its paths), RestrictInfo (a clause with cached facts), equivalence classes, pathkeys and paths.
 */
import type { IndexInfo, RelationInfo } from '@pglitedb/catalog';
import type { Oid } from '@pglitedb/types';
import type {
  Aggref, Expr, JoinType, MergeAction, OnConflictExpr, Param, Plan, PlanRowMark, Query, RangeTblEntry, RTEPermissionInfo, SortGroupClause, SubPlan, TargetEntry, Var, WindowClause, WithCheckOption, PlaceHolderVar,
} from '../nodes/index.js';
import type { PlannerContext, PlannerSettings } from './context.js';
import type { LookupCache } from './lsyscache.js';
import type { Relids } from './relids.js';

export interface PlannerGlobal {
  ctx: PlannerContext; set: PlannerSettings; look: LookupCache;
  subplans: Plan[]; subroots: PlannerInfo[]; subpaths: (Path | undefined)[]; rewindPlanIDs: Set<number>;
  finalrtable: RangeTblEntry[]; finalpermInfos: RTEPermissionInfo[]; finalrowmarks: PlanRowMark[]; resultRelations: number[];
  relationOids: Set<Oid>; invalItems: Set<Oid>; paramExecTypes: Oid[]; lastPHId: number; lastRowMarkId: number; lastPlanNodeId: number;
  transientPlan: boolean; dependsOnRole: boolean; aggNames: Map<string, number>;
}

export interface PathTarget { exprs: Expr[]; sortgrouprefs: number[]; startup: number; perTuple: number; width: number }

export interface PlannerParamItem { item: Var | PlaceHolderVar | Aggref | Expr; paramId: number }

export interface PlannerInfo {
  parse: Query; glob: PlannerGlobal; query_level: number; parent_root: PlannerInfo | undefined;
  plan_params: PlannerParamItem[]; outer_params: Set<number>;
  /** rels[rti] */ rels: (RelOptInfo | undefined)[]; all_baserels: Relids; outer_join_rels: Relids; all_query_rels: Relids;
  joinRels: Map<Relids, RelOptInfo>; joinRelLevels: RelOptInfo[][];
  init_plans: SubPlan[]; cte_plan_ids: number[]; multiexpr_params: Param[][];
  eq_classes: EquivalenceClass[]; canon_pathkeys: PathKey[]; ec_merging_done: boolean;
  join_info_list: SpecialJoinInfo[]; append_rel_list: AppendRelInfo[]; append_rel_array: (AppendRelInfo | undefined)[];
  rowMarks: PlanRowMark[]; placeholders: PlaceHolderInfo[];
  query_pathkeys: PathKey[]; group_pathkeys: PathKey[]; window_pathkeys: PathKey[]; distinct_pathkeys: PathKey[]; sort_pathkeys: PathKey[]; setop_pathkeys: PathKey[];
  processed_groupClause: SortGroupClause[]; processed_distinctClause: SortGroupClause[]; processed_tlist: TargetEntry[]; update_colnos: number[];
  aggs: Aggref[];
  tuple_fraction: number; limit_tuples: number; total_table_pages: number; qual_security_level: number;
  hasJoinRTEs: boolean; hasLateralRTEs: boolean; hasHavingQual: boolean; hasRecursion: boolean; hasPseudoConstantQuals: boolean; placeholdersFrozen: boolean;
  wt_param_id: number; non_recursive_path: Path | undefined;
  curOuterRels: Relids; curOuterParams: { paramId: number; paramval: Expr }[];
  lateral_vars: Map<number, Expr[]>; lastRti: number; leafResultRels: number[]; row_identity_vars: RowIdentityVar[];
  minmaxAggs: MinMaxAggInfo[] | undefined; upperTargets: Map<string, PathTarget>; upperRels: Map<string, RelOptInfo>;
  windowClauses: WindowClause[]; groupRteIndex: number; isAltSubplan: boolean; havingQual: Expr[];
}
export interface RowIdentityVar { name: string; expr: Var; resno: number }
export interface MinMaxAggInfo { aggfnoid: Oid; aggsortop: Oid; target: Expr; path: Path; subroot: PlannerInfo; pathcost: number; param: Param; agg: Aggref }

export interface RelOptInfo {
  reloptkind: 'base' | 'join' | 'upper' | 'member' | 'dead'; relids: Relids; relid: number; rows: number; reltarget: PathTarget; rtekind: RangeTblEntry['rtekind'];
  consider_startup: boolean; consider_param_startup: boolean;
  pathlist: Path[]; ppilist: ParamPathInfo[]; cheapest_startup: Path | undefined; cheapest_total: Path | undefined; cheapest_unique: Path | undefined; cheapest_parameterized: Path[];
  direct_lateral_relids: Relids; lateral_relids: Relids; lateral_vars: Expr[]; lateral_referencers: Relids;
  min_attr: number; max_attr: number; attr_needed: Relids[]; attr_widths: number[]; notnull: Set<number>;
  indexlist: IndexOptInfo[]; pages: number; tuples: number; allvisfrac: number; info: RelationInfo | undefined;
  subroot: PlannerInfo | undefined; subplan_params: PlannerParamItem[]; subPath: Path | undefined;
  baserestrictinfo: RestrictInfo[]; baserestrictcost: { startup: number; perTuple: number }; joininfo: RestrictInfo[]; has_eclass_joins: boolean;
  unique_for_rels: Relids[]; non_unique_for_rels: Relids[]; top_parent_relids: Relids; parent: RelOptInfo | undefined; dummy: boolean; ec_indexes: EquivalenceClass[];
  part_children: number[];
}
export interface IndexOptInfo {
  oid: Oid; info: IndexInfo; rel: RelOptInfo; pages: number; tuples: number; treeHeight: number; ncolumns: number; nkeycolumns: number;
  indexkeys: readonly number[]; indexcollations: readonly Oid[]; opfamily: readonly Oid[]; opcintype: Oid[]; reverse: boolean[]; nullsFirst: boolean[]; sorted: boolean;
  indexprs: Expr[]; indpred: Expr[]; indextlist: TargetEntry[]; predOK: boolean; unique: boolean; immediate: boolean; nullsnotdistinct: boolean; amname: string;
  indrestrictinfo: RestrictInfo[];
}
export interface ParamPathInfo { ppi_req_outer: Relids; ppi_rows: number; ppi_clauses: RestrictInfo[] }

export interface RestrictInfo {
  kind: 'RestrictInfo'; clause: Expr; is_pushed_down: boolean; can_join: boolean; pseudoconstant: boolean; has_clone: boolean; security_level: number; leakproof: boolean;
  clause_relids: Relids; required_relids: Relids; incompatible_relids: Relids; outer_relids: Relids; left_relids: Relids; right_relids: Relids; num_base_rels: number;
  /** OR clause: per arm, its AND list of RestrictInfos */ orclause: RestrictInfo[][] | undefined; rinfo_serial: number;
  parent_ec: EquivalenceClass | undefined; evalCost: { startup: number; perTuple: number } | undefined; norm_selec: number; outer_selec: number;
  mergeopfamilies: Oid[]; left_ec: EquivalenceClass | undefined; right_ec: EquivalenceClass | undefined; left_em: EquivalenceMember | undefined; right_em: EquivalenceMember | undefined; outer_is_left: boolean;
  hashjoinoperator: Oid; left_bucketsize: number; right_bucketsize: number; left_mcvfreq: number; right_mcvfreq: number; left_hasheqoperator: Oid; right_hasheqoperator: Oid;
}
export interface EquivalenceMember { em_expr: Expr; em_relids: Relids; em_is_const: boolean; em_is_child: boolean; em_datatype: Oid; em_jdomain: number }
export interface EquivalenceClass {
  ec_opfamilies: readonly Oid[]; ec_collation: Oid; ec_members: EquivalenceMember[]; ec_sources: RestrictInfo[]; ec_derives: RestrictInfo[]; ec_relids: Relids;
  ec_has_const: boolean; ec_has_volatile: boolean; ec_broken: boolean; ec_sortref: number; ec_merged: EquivalenceClass | undefined; ec_max_security: number; ec_id: number;
}
export interface PathKey { pk_eclass: EquivalenceClass; pk_opfamily: Oid; /** lt or gt strategy */ pk_desc: boolean; pk_nulls_first: boolean }

export interface SpecialJoinInfo {
  min_lefthand: Relids; min_righthand: Relids; syn_lefthand: Relids; syn_righthand: Relids; jointype: JoinType; ojrelid: number;
  lhs_strict: boolean; semi_can_btree: boolean; semi_can_hash: boolean; semi_operators: Oid[]; semi_rhs_exprs: Expr[];
}
export interface AppendRelInfo { parent_relid: number; child_relid: number; /** child expressions by parent column; undefined = dropped */ translated: (Expr | undefined)[]; parent_colnos: number[]; parent_reltype: Oid; child_reltype: Oid; parent_reloid: Oid }
export interface PlaceHolderInfo { phid: number; ph_var: PlaceHolderVar; ph_eval_at: Relids; ph_lateral: Relids; ph_needed: Relids; ph_width: number }

export interface PathBase {
  parent: RelOptInfo; pathtarget: PathTarget; param_info: ParamPathInfo | undefined; rows: number; startup_cost: number; total_cost: number; disabled_nodes: number; pathkeys: PathKey[];
}
type P<K extends string, F = object> = PathBase & { type: K } & F;
export interface IndexClause { rinfo: RestrictInfo; indexquals: RestrictInfo[]; lossy: boolean; indexcol: number }
export type ScanPath = P<'SeqScan' | 'SampleScan' | 'FunctionScan' | 'ValuesScan' | 'TableFuncScan' | 'CteScan' | 'WorkTableScan' | 'NamedTuplestoreScan' | 'ResultScan'>;
export type IndexPath = P<'IndexScan' | 'IndexOnlyScan', { indexinfo: IndexOptInfo; indexclauses: IndexClause[]; indexscandir: 'forward' | 'backward'; indextotalcost: number; indexselectivity: number; orderbys: Expr[] }>;
export type BitmapHeapPath = P<'BitmapHeapScan', { bitmapqual: Path }>;
export type BitmapAndPath = P<'BitmapAnd', { bitmapquals: Path[]; selec: number }>;
export type BitmapOrPath = P<'BitmapOr', { bitmapquals: Path[]; selec: number }>;
export type TidPath = P<'TidScan', { tidquals: RestrictInfo[] }>;
export type TidRangePath = P<'TidRangeScan', { tidquals: RestrictInfo[] }>;
export type SubqueryScanPath = P<'SubqueryScan', { subpath: Path }>;
export type AppendPath = P<'Append', { subpaths: Path[] }>;
export type MergeAppendPath = P<'MergeAppend', { subpaths: Path[] }>;
export type ResultPath = P<'GroupResult' | 'MinMaxAgg', { quals: Expr[]; mmaggs: MinMaxAggInfo[] }>;
export interface JoinFields { jointype: JoinType; inner_unique: boolean; outerjoinpath: Path; innerjoinpath: Path; joinrestrictinfo: RestrictInfo[] }
export type NestPath = P<'NestLoop', JoinFields>;
export type MergePath = P<'MergeJoin', JoinFields & { path_mergeclauses: RestrictInfo[]; outersortkeys: PathKey[]; innersortkeys: PathKey[]; outer_presorted_keys: number; skip_mark_restore: boolean; materialize_inner: boolean }>;
export type HashPath = P<'HashJoin', JoinFields & { path_hashclauses: RestrictInfo[]; num_batches: number; inner_rows_total: number }>;
export type MaterialPath = P<'Material', { subpath: Path }>;
export type MemoizePath = P<'Memoize', { subpath: Path; hash_operators: Oid[]; param_exprs: Expr[]; singlerow: boolean; binary_mode: boolean; calls: number; est_entries: number }>;
export type UniquePath = P<'UniquePath', { subpath: Path; method: 'noop' | 'hash' | 'sort'; in_operators: Oid[]; uniq_exprs: Expr[] }>;
export type ProjectionPath = P<'Projection', { subpath: Path; dummypp: boolean }>;
export type ProjectSetPath = P<'ProjectSet', { subpath: Path }>;
export type SortPath = P<'Sort', { subpath: Path }>;
export type IncrementalSortPath = P<'IncrementalSort', { subpath: Path; nPresortedCols: number }>;
export type GroupPath = P<'Group', { subpath: Path; groupClause: SortGroupClause[]; qual: Expr[] }>;
export type UpperUniquePath = P<'UpperUnique', { subpath: Path; numkeys: number }>;
export type AggPath = P<'Agg', { subpath: Path; aggstrategy: 'plain' | 'sorted' | 'hashed' | 'mixed'; numGroups: number; transitionSpace: number; groupClause: SortGroupClause[]; qual: Expr[] }>;
export interface RollupData { groupClause: SortGroupClause[]; /** by position in groupClause */ gsets: number[][]; numGroups: number; hashable: boolean; is_hashed: boolean }
export type GroupingSetsPath = P<'GroupingSets', { subpath: Path; aggstrategy: 'plain' | 'sorted' | 'hashed' | 'mixed'; rollups: RollupData[]; qual: Expr[]; transitionSpace: number }>;
export type WindowAggPath = P<'WindowAgg', { subpath: Path; winclause: WindowClause; qual: Expr[]; runCondition: Expr[]; topwindow: boolean }>;
export type SetOpPath = P<'SetOp', { leftpath: Path; rightpath: Path; cmd: 'intersect' | 'intersect_all' | 'except' | 'except_all'; strategy: 'sorted' | 'hashed'; groupList: SortGroupClause[]; numGroups: number }>;
export type RecursiveUnionPath = P<'RecursiveUnion', { leftpath: Path; rightpath: Path; distinctList: SortGroupClause[]; wtParam: number; numGroups: number }>;
export type LockRowsPath = P<'LockRows', { subpath: Path; rowMarks: PlanRowMark[]; epqParam: number }>;
export type LimitPath = P<'Limit', { subpath: Path; limitOffset: Expr | undefined; limitCount: Expr | undefined; limitOption: 'count' | 'with_ties' }>;
export type ModifyTablePath = P<'ModifyTable', {
  subpath: Path; operation: 'insert' | 'update' | 'delete' | 'merge'; canSetTag: boolean; nominalRelation: number; rootRelation: number; resultRelations: number[];
  updateColnosLists: number[][]; withCheckOptionLists: WithCheckOption[][]; returningLists: TargetEntry[][]; rowMarks: PlanRowMark[]; onConflict: OnConflictExpr | undefined; epqParam: number;
  mergeActionLists: MergeAction[][]; mergeJoinConditions: (Expr | undefined)[] }>;

export type Path =
  | ScanPath | IndexPath | BitmapHeapPath | BitmapAndPath | BitmapOrPath | TidPath | TidRangePath | SubqueryScanPath | AppendPath | MergeAppendPath | ResultPath | NestPath | MergePath | HashPath
  | MaterialPath | MemoizePath | UniquePath | ProjectionPath | ProjectSetPath | SortPath | IncrementalSortPath | GroupPath | UpperUniquePath | AggPath | GroupingSetsPath | WindowAggPath | SetOpPath
  | RecursiveUnionPath | LockRowsPath | LimitPath | ModifyTablePath;

/** Relids that a path needs from outside. */
export function requiredOuter(path: PathBase): Relids { return path.param_info ? path.param_info.ppi_req_outer : 0n; }

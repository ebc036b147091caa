/**
 * Expression nodes, PostgreSQL's primnodes under their own names. Made by the analyzer, frozen after planning.
 * `location` is the byte offset in the statement's text, -1 where unknown. Oids are numbers, 0 = none.
 * Where PostgreSQL keeps a List, an array stands; where it keeps a nullable pointer, `undefined`.
 */
import type { Datum, Oid } from '@pglitedb/types';
import type { Query } from './query.js';

/** varno of a Var after setrefs: the column of the plan's inner or outer input, or of a scanned index. */
export const INNER_VAR = -1;
export const OUTER_VAR = -2;
export const INDEX_VAR = -3;

export interface Var {
  kind: 'Var'; varno: number; /** 0 whole row; negative system columns (-1 ctid … -6 tableoid) */ varattno: number;
  vartype: Oid; vartypmod: number; varcollid: Oid; varlevelsup: number;
  /** RETURNING OLD/NEW */ varreturningtype: 'default' | 'old' | 'new';
  /** Relids (as rangetable indexes) of outer joins that can null this Var. */ varnullingrels: readonly number[];
  /** Where the Var came from before setrefs, for EXPLAIN and ruleutils. */ varnosyn: number; varattnosyn: number; location: number;
}
export interface Const { kind: 'Const'; consttype: Oid; consttypmod: number; constcollid: Oid; /** null for NULL */ constvalue: Datum; location: number }
/** extern: $n of the statement (paramid from 1). exec: slot of the executor's parameter array. sublink: only inside testexpr, by column. multiexpr: paramid = subqueryId<<16|column. */
export interface Param { kind: 'Param'; paramkind: 'extern' | 'exec' | 'sublink' | 'multiexpr'; paramid: number; paramtype: Oid; paramtypmod: number; paramcollid: Oid; location: number }
export interface Aggref {
  kind: 'Aggref'; aggfnoid: Oid; aggtype: Oid; aggcollid: Oid; inputcollid: Oid; aggtranstype: Oid; aggargtypes: readonly Oid[];
  aggdirectargs: Expr[]; args: TargetEntry[]; aggorder: SortGroupClause[]; aggdistinct: SortGroupClause[]; aggfilter: Expr | undefined;
  aggstar: boolean; aggvariadic: boolean; aggkind: 'n' | 'o' | 'h'; agglevelsup: number; /** Index among the Agg node's aggregates; set by the planner. */ aggno: number; location: number;
}
/** GROUPING(...): refs = tleSortGroupRef of each argument. */
export interface GroupingFunc { kind: 'GroupingFunc'; args: Expr[]; refs: number[]; agglevelsup: number; location: number }
export interface WindowFunc {
  kind: 'WindowFunc'; winfnoid: Oid; wintype: Oid; wincollid: Oid; inputcollid: Oid; args: Expr[]; aggfilter: Expr | undefined;
  winref: number; winstar: boolean; winagg: boolean; ignoreNulls: boolean; location: number;
}
export interface MergeSupportFunc { kind: 'MergeSupportFunc'; msftype: Oid; msfcollid: Oid; location: number }
export interface SubscriptingRef {
  kind: 'SubscriptingRef'; refcontainertype: Oid; refelemtype: Oid; refrestype: Oid; reftypmod: number; refcollid: Oid;
  /** undefined member = omitted slice bound */ refupperindexpr: (Expr | undefined)[]; /** empty when not a slice */ reflowerindexpr: (Expr | undefined)[];
  refexpr: Expr; /** assignment source */ refassgnexpr: Expr | undefined;
}
/** coercion display forms, as CoercionForm */
export type CoercionForm = 'call' | 'explicit' | 'implicit' | 'sql';
export interface FuncExpr {
  kind: 'FuncExpr'; funcid: Oid; funcresulttype: Oid; funcretset: boolean; funcvariadic: boolean; funcformat: CoercionForm; funccollid: Oid; inputcollid: Oid; args: Expr[]; location: number;
}
export interface NamedArgExpr { kind: 'NamedArgExpr'; arg: Expr; name: string; argnumber: number; location: number }
export interface OpExpr { kind: 'OpExpr'; opno: Oid; opfuncid: Oid; opresulttype: Oid; opretset: boolean; opcollid: Oid; inputcollid: Oid; args: Expr[]; location: number }
export interface DistinctExpr { kind: 'DistinctExpr'; opno: Oid; opfuncid: Oid; opresulttype: Oid; opcollid: Oid; inputcollid: Oid; args: Expr[]; location: number }
export interface NullIfExpr { kind: 'NullIfExpr'; opno: Oid; opfuncid: Oid; opresulttype: Oid; opcollid: Oid; inputcollid: Oid; args: Expr[]; location: number }
export interface ScalarArrayOpExpr { kind: 'ScalarArrayOpExpr'; opno: Oid; opfuncid: Oid; useOr: boolean; inputcollid: Oid; args: Expr[]; location: number }
export interface BoolExpr { kind: 'BoolExpr'; boolop: 'and' | 'or' | 'not'; args: Expr[]; location: number }
export type SubLinkType = 'exists' | 'all' | 'any' | 'rowcompare' | 'expr' | 'multiexpr' | 'array' | 'cte';
export interface SubLink { kind: 'SubLink'; subLinkType: SubLinkType; subLinkId: number; testexpr: Expr | undefined; operName: string[]; subselect: Query; /** array: the result's type */ arrayType?: Oid; location: number }
/** A planned SubLink. plan_id is an index (from 1) into PlannedStmt.subplans. */
export interface SubPlan {
  kind: 'SubPlan'; subLinkType: SubLinkType; testexpr: Expr | undefined; /** exec params that testexpr reads, one per subplan column */ paramIds: number[];
  plan_id: number; plan_name: string; firstColType: Oid; firstColTypmod: number; firstColCollation: Oid; /** array: the result's type */ arrayType?: Oid; useHashTable: boolean; unknownEqFalse: boolean;
  /** initplan: exec params it sets */ setParam: number[]; /** params passed in, with args giving their values */ parParam: number[]; args: Expr[]; isInitPlan: boolean;
  startup_cost: number; per_call_cost: number;
}
export interface AlternativeSubPlan { kind: 'AlternativeSubPlan'; subplans: SubPlan[] }
export interface FieldSelect { kind: 'FieldSelect'; arg: Expr; /** 1-based attribute number */ fieldnum: number; resulttype: Oid; resulttypmod: number; resultcollid: Oid }
export interface FieldStore { kind: 'FieldStore'; arg: Expr; newvals: Expr[]; fieldnums: number[]; resulttype: Oid }
export interface RelabelType { kind: 'RelabelType'; arg: Expr; resulttype: Oid; resulttypmod: number; resultcollid: Oid; relabelformat: CoercionForm; location: number }
export interface CoerceViaIO { kind: 'CoerceViaIO'; arg: Expr; resulttype: Oid; resultcollid: Oid; coerceformat: CoercionForm; location: number }
/** elemexpr is applied to each element, which it reads as CaseTestExpr. */
export interface ArrayCoerceExpr { kind: 'ArrayCoerceExpr'; arg: Expr; elemexpr: Expr; resulttype: Oid; resulttypmod: number; resultcollid: Oid; coerceformat: CoercionForm; location: number }
export interface ConvertRowtypeExpr { kind: 'ConvertRowtypeExpr'; arg: Expr; resulttype: Oid; convertformat: CoercionForm; location: number }
export interface CollateExpr { kind: 'CollateExpr'; arg: Expr; collOid: Oid; location: number }
export interface CaseExpr { kind: 'CaseExpr'; casetype: Oid; casecollid: Oid; arg: Expr | undefined; args: CaseWhen[]; defresult: Expr | undefined; location: number }
export interface CaseWhen { kind: 'CaseWhen'; expr: Expr; result: Expr; location: number }
/** Placeholder for the value under test in CaseExpr, ArrayCoerceExpr, SubscriptingRef/FieldStore assignment. */
export interface CaseTestExpr { kind: 'CaseTestExpr'; typeId: Oid; typeMod: number; collation: Oid }
export interface ArrayExpr { kind: 'ArrayExpr'; array_typeid: Oid; array_collid: Oid; element_typeid: Oid; elements: Expr[]; multidims: boolean; location: number }
export interface RowExpr { kind: 'RowExpr'; args: Expr[]; row_typeid: Oid; row_format: CoercionForm; colnames: string[]; location: number }
export interface RowCompareExpr { kind: 'RowCompareExpr'; cmptype: 'lt' | 'le' | 'eq' | 'ge' | 'gt' | 'ne'; opnos: Oid[]; opfamilies: Oid[]; inputcollids: Oid[]; largs: Expr[]; rargs: Expr[] }
export interface CoalesceExpr { kind: 'CoalesceExpr'; coalescetype: Oid; coalescecollid: Oid; args: Expr[]; location: number }
export interface MinMaxExpr { kind: 'MinMaxExpr'; minmaxtype: Oid; minmaxcollid: Oid; inputcollid: Oid; op: 'greatest' | 'least'; args: Expr[]; location: number }
export type SQLValueFunctionOp = 'current_date' | 'current_time' | 'current_time_n' | 'current_timestamp' | 'current_timestamp_n' | 'localtime' | 'localtime_n' | 'localtimestamp' | 'localtimestamp_n' | 'current_role' | 'current_user' | 'user' | 'session_user' | 'current_catalog' | 'current_schema';
export interface SQLValueFunction { kind: 'SQLValueFunction'; op: SQLValueFunctionOp; type: Oid; typmod: number; location: number }
/** args evaluated; op names as PostgreSQL's IS_XMLCONCAT … lower case without IS_. */
export interface XmlExpr { kind: 'XmlExpr'; op: string; name: string | undefined; named_args: Expr[]; arg_names: string[]; args: Expr[]; xmloption: 'document' | 'content'; indent: boolean; type: Oid; typmod: number; location: number }
/** FORMAT JSON [ENCODING …] of an input or output. */
export interface JsonFormat { type: 'default' | 'json' | 'jsonb'; encoding: 'default' | 'utf8' | 'utf16' | 'utf32'; location: number }
/** RETURNING type [FORMAT JSON]. */
export interface JsonReturning { typid: Oid; typmod: number; format: JsonFormat['type']; encoding: JsonFormat['encoding'] }
/** A value as it was given, and as json or jsonb: what is evaluated. */
export interface JsonValueExpr { kind: 'JsonValueExpr'; raw_expr: Expr; formatted_expr: Expr; format: JsonFormat; location: number }
/** SQL/JSON constructors. func: the aggregate or window call; coercion reads the value made as CaseTestExpr. */
export interface JsonConstructorExpr { kind: 'JsonConstructorExpr'; type: 'object' | 'array' | 'objectagg' | 'arrayagg' | 'parse' | 'scalar' | 'serialize'; args: Expr[]; func: Expr | undefined; coercion: Expr | undefined; returning: JsonReturning; absent_on_null: boolean; unique: boolean; location: number }
export interface JsonIsPredicate { kind: 'JsonIsPredicate'; expr: Expr; item_type: 'any' | 'object' | 'array' | 'scalar'; unique_keys: boolean; location: number }
export type JsonBehaviorType = 'null' | 'error' | 'empty' | 'true' | 'false' | 'unknown' | 'empty_array' | 'empty_object' | 'default';
/** ON EMPTY and ON ERROR. coerce: the expression is turned into the result type when it is used. */
export interface JsonBehavior { btype: JsonBehaviorType; expr: Expr | undefined; coerce: boolean; location: number }
export interface JsonExpr { kind: 'JsonExpr'; op: 'exists' | 'query' | 'value' | 'table'; column_name: string | undefined; formatted_expr: Expr; path_spec: Expr; returning: JsonReturning; passing_names: string[]; passing_values: Expr[]; on_empty: JsonBehavior | undefined; on_error: JsonBehavior | undefined; wrapper: 'unspec' | 'none' | 'conditional' | 'unconditional'; omit_quotes: boolean; use_io_coercion: boolean; use_json_coercion: boolean; collation: Oid; location: number }
export interface NullTest { kind: 'NullTest'; arg: Expr; nulltesttype: 'is_null' | 'is_not_null'; argisrow: boolean; location: number }
export interface BooleanTest { kind: 'BooleanTest'; arg: Expr; booltesttype: 'true' | 'not_true' | 'false' | 'not_false' | 'unknown' | 'not_unknown'; location: number }
export interface CoerceToDomain { kind: 'CoerceToDomain'; arg: Expr; resulttype: Oid; resulttypmod: number; resultcollid: Oid; coercionformat: CoercionForm; location: number }
export interface CoerceToDomainValue { kind: 'CoerceToDomainValue'; typeId: Oid; typeMod: number; collation: Oid; location: number }
export interface SetToDefault { kind: 'SetToDefault'; typeId: Oid; typeMod: number; collation: Oid; location: number }
export interface CurrentOfExpr { kind: 'CurrentOfExpr'; cvarno: number; cursor_name: string | undefined; cursor_param: number }
export interface NextValueExpr { kind: 'NextValueExpr'; seqid: Oid; typeId: Oid }
export interface ReturningExpr { kind: 'ReturningExpr'; retlevelsup: number; retold: boolean; retexpr: Expr }
/** Planner only: an expression to be evaluated at a given join level (outer joins). Removed by setrefs. */
export interface PlaceHolderVar { kind: 'PlaceHolderVar'; phexpr: Expr; phrels: readonly number[]; phnullingrels: readonly number[]; phid: number; phlevelsup: number }

export type Expr =
  | Var | Const | Param | Aggref | GroupingFunc | WindowFunc | MergeSupportFunc | SubscriptingRef | FuncExpr | NamedArgExpr | OpExpr
  | DistinctExpr | NullIfExpr | ScalarArrayOpExpr | BoolExpr | SubLink | SubPlan | AlternativeSubPlan | FieldSelect | FieldStore
  | RelabelType | CoerceViaIO | ArrayCoerceExpr | ConvertRowtypeExpr | CollateExpr | CaseExpr | CaseTestExpr | ArrayExpr | RowExpr
  | RowCompareExpr | CoalesceExpr | MinMaxExpr | SQLValueFunction | XmlExpr | JsonValueExpr | JsonConstructorExpr | JsonIsPredicate | JsonExpr
  | NullTest | BooleanTest | CoerceToDomain | CoerceToDomainValue | SetToDefault | CurrentOfExpr | NextValueExpr | ReturningExpr | PlaceHolderVar;

export interface TargetEntry {
  kind: 'TargetEntry'; expr: Expr; /** 1-based */ resno: number; resname: string | undefined; ressortgroupref: number;
  resorigtbl: Oid; resorigcol: number; resjunk: boolean;
}
/** nulls_first; sortop 0 = only equality wanted. */
export interface SortGroupClause { kind: 'SortGroupClause'; tleSortGroupRef: number; eqop: Oid; sortop: Oid; reverse_sort: boolean; nulls_first: boolean; hashable: boolean }

/** A total table of handlers: a missing kind is a compile error. */
export type On<N extends { kind: string }, R, A extends unknown[] = []> = { [K in N['kind']]: (node: Extract<N, { kind: K }>, ...args: A) => R };

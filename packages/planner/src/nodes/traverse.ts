/**
 * Generic traversal of expression and query trees. One total table says which fields of a kind hold children; the
 * walker and the mutator are loops over it. A field holds a node, undefined, or an array of nodes; records without a
 * kind (JsonBehavior, arbiter elements) stand in CHILD_RECORDS.
 */
import type { Expr, SortGroupClause, TargetEntry } from './expr.js';
import type { CommonTableExpr, FromExpr, JoinExpr, MergeAction, OnConflictExpr, Query, RangeTblEntry, RangeTblFunction, RangeTblRef, SetOperationStmt, TableFunc, TableSampleClause, WindowClause, WithCheckOption } from './query.js';

export type TreeNode = Expr | TargetEntry | SortGroupClause | Query | FromExpr | JoinExpr | RangeTblRef | SetOperationStmt | CommonTableExpr | TableFunc;

const EXPR_CHILDREN: { readonly [K in Expr['kind']]: readonly (keyof Extract<Expr, { kind: K }>)[] } = {
  Var: [], Const: [], Param: [], MergeSupportFunc: [], CaseTestExpr: [], SQLValueFunction: [], CoerceToDomainValue: [],
  SetToDefault: [], CurrentOfExpr: [], NextValueExpr: [],
  Aggref: ['aggdirectargs', 'args', 'aggfilter'], GroupingFunc: ['args'], WindowFunc: ['args', 'aggfilter'],
  SubscriptingRef: ['refupperindexpr', 'reflowerindexpr', 'refexpr', 'refassgnexpr'],
  FuncExpr: ['args'], NamedArgExpr: ['arg'], OpExpr: ['args'], DistinctExpr: ['args'], NullIfExpr: ['args'],
  ScalarArrayOpExpr: ['args'], BoolExpr: ['args'], SubLink: ['testexpr', 'subselect'], SubPlan: ['testexpr', 'args'],
  AlternativeSubPlan: ['subplans'], FieldSelect: ['arg'], FieldStore: ['arg', 'newvals'], RelabelType: ['arg'],
  CoerceViaIO: ['arg'], ArrayCoerceExpr: ['arg', 'elemexpr'], ConvertRowtypeExpr: ['arg'], CollateExpr: ['arg'],
  CaseExpr: ['arg', 'args', 'defresult'], ArrayExpr: ['elements'], RowExpr: ['args'], RowCompareExpr: ['largs', 'rargs'],
  CoalesceExpr: ['args'], MinMaxExpr: ['args'], XmlExpr: ['named_args', 'args'], JsonConstructorExpr: ['args', 'func', 'coercion'], JsonValueExpr: ['raw_expr', 'formatted_expr'],
  JsonIsPredicate: ['expr'], JsonExpr: ['formatted_expr', 'path_spec', 'passing_values', 'on_empty', 'on_error'],
  NullTest: ['arg'], BooleanTest: ['arg'], CoerceToDomain: ['arg'], ReturningExpr: ['retexpr'], PlaceHolderVar: ['phexpr'],
};

/** Children of the nodes that are not Expr, and of CaseWhen, which only occurs inside CaseExpr. */
const OTHER_CHILDREN: Readonly<Record<string, readonly string[]>> = {
  CaseWhen: ['expr', 'result'], TargetEntry: ['expr'], SortGroupClause: [], RangeTblRef: [],
  FromExpr: ['fromlist', 'quals'], JoinExpr: ['larg', 'rarg', 'quals'], SetOperationStmt: ['larg', 'rarg'],
  CommonTableExpr: ['ctequery'],
  TableFunc: ['ns_uris', 'docexpr', 'rowexpr', 'colexprs', 'coldefexprs', 'colvalexprs', 'passingvalexprs'],
};
/** Records without a kind that hold one expression in `expr`. */
const CHILD_RECORDS: readonly string[] = ['expr'];

const CHILDREN = new Map<string, readonly string[]>([...Object.entries(EXPR_CHILDREN), ...Object.entries(OTHER_CHILDREN)] as [string, readonly string[]][]);

type AnyRecord = Record<string, unknown>;
function fieldsOf(node: AnyRecord): readonly string[] {
  const kind = node['kind'] as string | undefined;
  if (kind === undefined) return CHILD_RECORDS;
  const fields = CHILDREN.get(kind);
  if (!fields) throw new Error(`tree walk: unknown node kind ${kind}`);
  return fields;
}
const isNode = (v: unknown): v is TreeNode => typeof v === 'object' && v !== null && (v as AnyRecord)['kind'] !== undefined;

/** expression_tree_walker: calls visit on each child; stops and answers true as soon as one answers true. */
export function someChild(node: TreeNode, visit: (child: TreeNode) => boolean): boolean {
  if (node.kind === 'Query') return someQueryChild(node, visit);
  const record = node as unknown as AnyRecord;
  for (const field of fieldsOf(record)) {
    const value = record[field];
    if (value === undefined || value === null) continue;
    if (Array.isArray(value)) {
      for (const item of value) if (item !== undefined && item !== null && visitOne(item, visit)) return true;
    } else if (visitOne(value, visit)) return true;
  }
  return false;
}
function visitOne(value: unknown, visit: (child: TreeNode) => boolean): boolean {
  if (isNode(value)) return visit(value);
  if (typeof value === 'object' && value !== null) {
    const inner = (value as AnyRecord)['expr'];
    return isNode(inner) ? visit(inner) : false;
  }
  return false;
}

/** What of a Query not to descend into. */
export interface QueryWalkOptions { ignoreRtSubqueries?: boolean; ignoreCteSubqueries?: boolean; ignoreJoinAliases?: boolean; ignoreRangeTable?: boolean; ignoreGroupExprs?: boolean }

/** query_tree_walker: every expression and sub-Query of a Query. */
export function someQueryChild(query: Query, visit: (child: TreeNode) => boolean, options: QueryWalkOptions = {}): boolean {
  const many = (nodes: readonly (TreeNode | undefined)[]): boolean => nodes.some((n) => n !== undefined && visit(n));
  const one = (node: TreeNode | undefined): boolean => node !== undefined && visit(node);
  if (many(query.targetList) || many(query.withCheckOptions.map((w) => w.qual))) return true;
  const oc = query.onConflict;
  if (oc && (many(oc.arbiterElems.map((a) => a.expr)) || one(oc.arbiterWhere) || many(oc.onConflictSet) || one(oc.onConflictWhere) || many(oc.exclRelTlist))) return true;
  for (const a of query.mergeActionList) if (one(a.qual) || many(a.targetList)) return true;
  if (one(query.mergeJoinCondition) || many(query.returningList) || visit(query.jointree)) return true;
  if (query.setOperations && query.setOperations.kind !== 'RangeTblRef' && visit(query.setOperations)) return true;
  if (one(query.havingQual) || one(query.limitOffset) || one(query.limitCount)) return true;
  for (const w of query.windowClause) if (one(w.startOffset) || one(w.endOffset)) return true;
  if (!options.ignoreCteSubqueries) for (const cte of query.cteList) if (visit(cte.ctequery) || cteExprs(cte).some((e) => visit(e))) return true;
  if (options.ignoreRangeTable) return false;
  return query.rtable.some((rte) => someRteChild(rte, visit, options));
}
function cteExprs(cte: CommonTableExpr): Expr[] {
  return cte.cycle_clause ? [cte.cycle_clause.cycle_mark_value, cte.cycle_clause.cycle_mark_default] : [];
}

/** range_table_entry_walker */
export function someRteChild(rte: RangeTblEntry, visit: (child: TreeNode) => boolean, options: QueryWalkOptions = {}): boolean {
  if (rte.securityQuals.some(visit)) return true;
  switch (rte.rtekind) {
    case 'relation': return rte.tablesample !== undefined && (rte.tablesample.args.some(visit) || (rte.tablesample.repeatable !== undefined && visit(rte.tablesample.repeatable)));
    case 'subquery': return !options.ignoreRtSubqueries && rte.subquery !== undefined && visit(rte.subquery);
    case 'join': return !options.ignoreJoinAliases && rte.joinaliasvars.some((v) => v !== undefined && v !== null && visit(v));
    case 'function': return rte.functions.some((f) => visit(f.funcexpr));
    case 'tablefunc': return rte.tablefunc !== undefined && visit(rte.tablefunc);
    case 'values': return rte.values_lists.some((row) => row.some(visit));
    case 'group': return !options.ignoreGroupExprs && rte.groupexprs.some(visit);
    default: return false;
  }
}

/** expression_tree_mutator: a node whose children went through `map`; the node itself where nothing changed. */
export function mapChildren<T extends TreeNode>(node: T, map: (child: TreeNode) => TreeNode): T {
  if (node.kind === 'Query') return mapQuery(node, map) as T;
  const record = node as unknown as AnyRecord;
  let copy: AnyRecord | undefined;
  for (const field of fieldsOf(record)) {
    const value = record[field];
    if (value === undefined || value === null) continue;
    const mapped = Array.isArray(value) ? mapArray(value, map) : mapOne(value, map);
    if (mapped !== value) (copy ??= { ...record })[field] = mapped;
  }
  return (copy ?? node) as T;
}
function mapOne(value: unknown, map: (child: TreeNode) => TreeNode): unknown {
  if (isNode(value)) return map(value);
  if (typeof value === 'object' && value !== null) {
    const inner = (value as AnyRecord)['expr'];
    if (!isNode(inner)) return value;
    const mapped = map(inner);
    return mapped === inner ? value : { ...value, expr: mapped };
  }
  return value;
}
function mapArray<V>(values: V[], map: (child: TreeNode) => TreeNode): V[] {
  let copy: V[] | undefined;
  for (let i = 0; i < values.length; i++) {
    const mapped = mapOne(values[i], map) as V;
    if (mapped !== values[i]) (copy ??= values.slice())[i] = mapped;
  }
  return copy ?? values;
}

/** query_tree_mutator: a new Query (always a copy) with every expression and sub-Query mapped. */
export function mapQuery(query: Query, map: (child: TreeNode) => TreeNode, options: QueryWalkOptions = {}): Query {
  const one = <T extends TreeNode>(node: T | undefined): T | undefined => (node === undefined ? undefined : (map(node) as T));
  return {
    ...query,
    targetList: mapArray(query.targetList, map),
    withCheckOptions: query.withCheckOptions.map((w): WithCheckOption => ({ ...w, qual: map(w.qual) as Expr })),
    onConflict: query.onConflict && mapOnConflict(query.onConflict, map),
    mergeActionList: query.mergeActionList.map((a): MergeAction => ({ ...a, qual: one(a.qual), targetList: mapArray(a.targetList, map) })),
    mergeJoinCondition: one(query.mergeJoinCondition),
    returningList: mapArray(query.returningList, map),
    jointree: map(query.jointree) as FromExpr,
    setOperations: query.setOperations && (map(query.setOperations) as SetOperationStmt | RangeTblRef),
    havingQual: one(query.havingQual), limitOffset: one(query.limitOffset), limitCount: one(query.limitCount),
    windowClause: query.windowClause.map((w): WindowClause => ({ ...w, startOffset: one(w.startOffset), endOffset: one(w.endOffset) })),
    cteList: options.ignoreCteSubqueries ? query.cteList : query.cteList.map((c) => ({ ...c, ctequery: map(c.ctequery) as Query })),
    rtable: options.ignoreRangeTable ? query.rtable : query.rtable.map((rte) => mapRte(rte, map, options)),
  };
}
function mapOnConflict(oc: OnConflictExpr, map: (child: TreeNode) => TreeNode): OnConflictExpr {
  return {
    ...oc, arbiterElems: oc.arbiterElems.map((a) => ({ ...a, expr: map(a.expr) as Expr })), arbiterWhere: oc.arbiterWhere && (map(oc.arbiterWhere) as Expr),
    onConflictSet: mapArray(oc.onConflictSet, map), onConflictWhere: oc.onConflictWhere && (map(oc.onConflictWhere) as Expr), exclRelTlist: mapArray(oc.exclRelTlist, map),
  };
}

/** range_table_mutator for one entry. */
export function mapRte(rte: RangeTblEntry, map: (child: TreeNode) => TreeNode, options: QueryWalkOptions = {}): RangeTblEntry {
  const copy: RangeTblEntry = { ...rte, securityQuals: mapArray(rte.securityQuals, map) };
  if (rte.tablesample) {
    const ts: TableSampleClause = rte.tablesample;
    copy.tablesample = { ...ts, args: mapArray(ts.args, map), repeatable: ts.repeatable && (map(ts.repeatable) as Expr) };
  }
  if (rte.subquery && !options.ignoreRtSubqueries) copy.subquery = map(rte.subquery) as Query;
  if (rte.rtekind === 'join' && !options.ignoreJoinAliases) copy.joinaliasvars = mapArray(rte.joinaliasvars, map);
  if (rte.functions.length) copy.functions = rte.functions.map((f): RangeTblFunction => ({ ...f, funcexpr: map(f.funcexpr) as Expr }));
  if (rte.tablefunc) copy.tablefunc = map(rte.tablefunc) as TableFunc;
  if (rte.values_lists.length) copy.values_lists = rte.values_lists.map((row) => mapArray(row, map));
  if (rte.groupexprs.length && !options.ignoreGroupExprs) copy.groupexprs = mapArray(rte.groupexprs, map);
  return copy;
}

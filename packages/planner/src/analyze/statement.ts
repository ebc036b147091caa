/** One statement to one Query: transformStmt, SELECT and VALUES (analyze.c). */
import { exprCollation, exprType, exprTypmod, makeFromExpr, makeQuery, makeTargetEntry, type CommonTableExpr, type Expr, type Query, type RowMarkClause } from '../nodes/index.js';
import { coerceToBoolean, coerceToCommonType, coerceToSpecificType } from './coerce.js';
import { T } from './coerce-paths.js';
import { selectCommonType, selectCommonTypmod } from './common-type.js';
import { assignQueryCollations, commonCollation } from './collate.js';
import { ParseState, errorAt, withExprKind, type ExprKind } from './context.js';
import { transformWith } from './cte.js';
import { expressionList, transformExpr } from './expr.js';
import { transformFromClause } from './from.js';
import { checkAggregates, transformGroupClause } from './grouping.js';
import { transformDelete, transformInsert, transformUpdate } from './modify.js';
import { transformMerge } from './merge.js';
import { addValues } from './range-table.js';
import { bodyOf, kindOf, list, locOf, type Raw } from './raw.js';
import { transformSetOperation } from './set-operation.js';
import { transformDistinct, transformDistinctOn, transformSort } from './sort-group.js';
import { expandItem, markOrigins, resolveUnknowns, transformTargetList } from './target.js';
import { firstVar, transformWindows } from './windows.js';
import { exprsLocation } from '../nodes/index.js';

/** parse_sub_analyze */
export function analyzeSubquery(parent: ParseState, node: Raw, parentCte: CommonTableExpr | undefined, locked: boolean, resolve: boolean): Query {
  const ps = new ParseState(parent.ctx, parent);
  ps.parentCte = parentCte;
  ps.lockedFromParent = locked;
  ps.resolveUnknowns = resolve;
  return transformStmt(ps, node);
}

/** transformStmt */
export function transformStmt(ps: ParseState, node: Raw): Query {
  const kind = kindOf(node);
  const body = bodyOf(node);
  switch (kind) {
    case 'SelectStmt': return body.valuesLists ? transformValues(ps, body) : body.op && body.op !== 'SETOP_NONE' ? transformSetOperation(ps, body) : transformSelect(ps, body);
    case 'InsertStmt': return transformInsert(ps, body);
    case 'UpdateStmt': return transformUpdate(ps, body);
    case 'DeleteStmt': return transformDelete(ps, body);
    case 'MergeStmt': return transformMerge(ps, body);
    case 'ReturnStmt': return transformReturn(ps, body);
    default: {
      const q = makeQuery('utility');
      q.utilityStmt = node as Query['utilityStmt'];
      return q;
    }
  }
}
function transformReturn(ps: ParseState, body: Raw): Query {
  const q = makeQuery('select');
  q.isReturn = true;
  q.targetList = [makeTargetEntry(transformExpr(ps, body.returnval, 'select_target'), 1, undefined, false)];
  if (ps.resolveUnknowns) resolveUnknowns(ps, q.targetList);
  return finishQuery(ps, q, undefined);
}

/** Moves what the parse state gathered into the Query and assigns collations. */
export function finishQuery(ps: ParseState, q: Query, where: Expr | undefined): Query {
  q.rtable = ps.rtable;
  q.rteperminfos = ps.rteperminfos;
  q.jointree = makeFromExpr(ps.joinlist, where);
  q.hasSubLinks = ps.hasSubLinks;
  q.hasWindowFuncs = ps.hasWindowFuncs;
  q.hasTargetSRFs = ps.hasTargetSRFs;
  q.hasAggs = ps.hasAggs;
  q.hasModifyingCTE ||= ps.hasModifyingCTE;
  assignQueryCollations(ps, q);
  return q;
}
export function withClause(ps: ParseState, q: Query, clause: Raw): void {
  if (!clause) return;
  q.hasRecursive = !!clause.recursive;
  q.cteList = transformWith(ps, clause);
  q.hasModifyingCTE = ps.hasModifyingCTE;
}
export function transformWhere(ps: ParseState, clause: Raw, kind: ExprKind, construct: string): Expr | undefined {
  return clause ? coerceToBoolean(ps, transformExpr(ps, clause, kind), construct) : undefined;
}
/** transformLimitClause */
export function transformLimit(ps: ParseState, clause: Raw, kind: 'limit' | 'offset', withTies: boolean): Expr | undefined {
  if (!clause) return undefined;
  const construct = kind.toUpperCase();
  const e = coerceToSpecificType(ps, transformExpr(ps, clause, kind), T.INT8, -1, construct);
  const v = firstVar(e);
  if (v !== -2) throw errorAt(ps, '42P10', `argument of ${construct} must not contain variables`, v);
  if (withTies && clause.A_Const?.isnull) throw errorAt(ps, '2201W', 'row count cannot be null in FETCH FIRST ... WITH TIES clause', -1);
  return e;
}

function transformSelect(ps: ParseState, s: Raw): Query {
  const q = makeQuery('select');
  withClause(ps, q, s.withClause);
  if (s.intoClause) throw errorAt(ps, '42601', 'SELECT ... INTO is not allowed here', locOf(s.intoClause.rel));
  ps.lockingClause = [...list(s.lockingClause)];
  ps.windowdefs = list(s.windowClause).map((w) => w.WindowDef);
  transformFromClause(ps, list(s.fromClause));
  q.targetList = transformTargetList(ps, list(s.targetList), 'select_target');
  markOrigins(ps, q.targetList);
  const where = transformWhere(ps, s.whereClause, 'where', 'WHERE');
  q.havingQual = transformWhere(ps, s.havingClause, 'having', 'HAVING');
  q.sortClause = withExprKind(ps, 'order_by', () => transformSort(ps, list(s.sortClause), q.targetList, 'order_by', true, false));
  const grouping = withExprKind(ps, 'group_by', () => transformGroupClause(ps, list(s.groupClause), q.targetList, q.sortClause));
  q.groupClause = grouping.clause;
  q.groupingSets = grouping.sets;
  q.groupDistinct = !!s.groupDistinct;
  distinctClause(ps, q, list(s.distinctClause));
  q.limitOffset = transformLimit(ps, s.limitOffset, 'offset', false);
  q.limitCount = transformLimit(ps, s.limitCount, 'limit', s.limitOption === 'LIMIT_OPTION_WITH_TIES');
  q.limitOption = s.limitOption === 'LIMIT_OPTION_WITH_TIES' ? 'with_ties' : 'count';
  q.windowClause = transformWindows(ps, ps.windowdefs, q.targetList);
  if (ps.resolveUnknowns) resolveUnknowns(ps, q.targetList);
  finishQuery(ps, q, where);
  for (const l of list(s.lockingClause)) lockRelations(ps, q, l.LockingClause, false);
  if (q.hasAggs || q.groupClause.length || q.groupingSets.length || q.havingQual) checkAggregates(ps, q);
  return q;
}
function distinctClause(ps: ParseState, q: Query, distinct: readonly Raw[]): void {
  if (!distinct.length) return;
  if (kindOf(distinct[0]) === '') q.distinctClause = transformDistinct(ps, q.targetList, q.sortClause, false);
  else {
    q.distinctClause = withExprKind(ps, 'distinct_on', () => transformDistinctOn(ps, distinct, q.targetList, q.sortClause));
    q.hasDistinctOn = true;
  }
}

/** VALUES lists: each column's common type. */
export function valuesRows(ps: ParseState, lists: readonly Raw[], kind: ExprKind, allowDefault: boolean): Expr[][] {
  return withExprKind(ps, kind, () => {
    let width = -1;
    return lists.map((l) => {
      const row = expressionList(ps, list(l.List.items), allowDefault);
      if (width < 0) width = row.length;
      else if (row.length !== width) throw errorAt(ps, '42601', 'VALUES lists must all be the same length', firstLocation(row));
      return row;
    });
  });
}
const firstLocation = (row: readonly Expr[]): number => exprsLocation(row);

function transformValues(ps: ParseState, s: Raw): Query {
  const q = makeQuery('select');
  withClause(ps, q, s.withClause);
  ps.lateralActive = true;
  const rows = valuesRows(ps, list(s.valuesLists), 'values', false);
  ps.lateralActive = false;
  const width = rows[0]!.length;
  const types: number[] = [], typmods: number[] = [], collations: number[] = [];
  for (let i = 0; i < width; i++) {
    const type = selectCommonType(ps, rows.map((r) => r[i]!), 'VALUES');
    for (const r of rows) r[i] = coerceToCommonType(ps, r[i]!, type, 'VALUES');
    const column = rows.map((r) => r[i]!);
    types.push(type);
    typmods.push(selectCommonTypmod(column, type));
    collations.push(commonCollation(ps, column, true));
  }
  const lateral = ps.rtable.length > 0;
  const item = addValues(ps, rows, types, typmods, collations, undefined, lateral, true);
  ps.joinlist = [{ kind: 'RangeTblRef', rtindex: item.rtindex }];
  ps.namespace = [item];
  q.targetList = expandItem(ps, item, 0, -1);
  q.sortClause = transformSort(ps, list(s.sortClause), q.targetList, 'order_by', true, false);
  q.limitOffset = transformLimit(ps, s.limitOffset, 'offset', false);
  q.limitCount = transformLimit(ps, s.limitCount, 'limit', s.limitOption === 'LIMIT_OPTION_WITH_TIES');
  q.limitOption = s.limitOption === 'LIMIT_OPTION_WITH_TIES' ? 'with_ties' : 'count';
  if (list(s.lockingClause).length) throw errorAt(ps, '0A000', `${lockName(list(s.lockingClause)[0].LockingClause)} cannot be applied to VALUES`, -1);
  return finishQuery(ps, q, undefined);
}

const STRENGTH: Readonly<Record<string, RowMarkClause['strength']>> = { LCS_FORKEYSHARE: 'forkeyshare', LCS_FORSHARE: 'forshare', LCS_FORNOKEYUPDATE: 'fornokeyupdate', LCS_FORUPDATE: 'forupdate' };
const ORDER: readonly RowMarkClause['strength'][] = ['none', 'forkeyshare', 'forshare', 'fornokeyupdate', 'forupdate'];
const WAIT: readonly RowMarkClause['waitPolicy'][] = ['block', 'skip', 'error'];
export const lockName = (l: Raw): string => ({ LCS_FORKEYSHARE: 'FOR KEY SHARE', LCS_FORSHARE: 'FOR SHARE', LCS_FORNOKEYUPDATE: 'FOR NO KEY UPDATE', LCS_FORUPDATE: 'FOR UPDATE' } as Record<string, string>)[l.strength as string]!;

/** transformLockingClause */
export function lockRelations(ps: { ctx: ParseState['ctx'] }, q: Query, l: Raw, pushedDown: boolean): void {
  const name = lockName(l);
  const no = (what: string): never => {
    throw errorAt(ps, '0A000', `${name} is not allowed with ${what}`, -1);
  };
  if (q.setOperations) no('UNION/INTERSECT/EXCEPT');
  if (q.distinctClause.length) no('DISTINCT clause');
  if (q.groupClause.length || q.groupingSets.length) no('GROUP BY clause');
  if (q.havingQual) no('HAVING clause');
  if (q.hasAggs) no('aggregate functions');
  if (q.hasWindowFuncs) no('window functions');
  if (q.hasTargetSRFs) no('set-returning functions in the target list');
  const strength = STRENGTH[l.strength as string]!;
  const policy = l.waitPolicy === 'LockWaitSkip' ? 'skip' : l.waitPolicy === 'LockWaitError' ? 'error' : 'block';
  const rels = list(l.lockedRels);
  const apply = (index: number): void => {
    const rte = q.rtable[index - 1]!;
    if (rte.rtekind === 'relation') {
      mark(q, index, strength, policy, pushedDown);
      if (rte.perminfoindex) q.rteperminfos[rte.perminfoindex - 1]!.requiredPerms |= 4;
    } else if (rte.rtekind === 'subquery') {
      mark(q, index, strength, policy, pushedDown);
      lockRelations(ps, rte.subquery!, { ...l, lockedRels: undefined }, true);
    }
  };
  if (!rels.length) {
    q.rtable.forEach((rte, i) => {
      if (rte.inFromCl && (rte.rtekind === 'relation' || rte.rtekind === 'subquery')) apply(i + 1);
    });
    return;
  }
  for (const r of rels) {
    const rv = r.RangeVar;
    if (rv.schemaname || rv.catalogname) throw errorAt(ps, '42601', `${name} must specify unqualified relation names`, locOf(rv));
    const index = q.rtable.findIndex((rte) => rte.inFromCl && rte.eref.aliasname === rv.relname && !(rte.rtekind === 'join' && !rte.alias)) + 1;
    if (!index) throw errorAt(ps, '42P01', `relation "${rv.relname as string}" in ${name} clause not found in FROM clause`, locOf(rv));
    const kind = q.rtable[index - 1]!.rtekind;
    const what = ({ join: 'a join', function: 'a function', tablefunc: 'a table function', values: 'VALUES', cte: 'a WITH query', namedtuplestore: 'a named tuplestore' } as Record<string, string>)[kind];
    if (what) throw errorAt(ps, '0A000', `${name} cannot be applied to ${what}`, locOf(rv));
    apply(index);
  }
}
function mark(q: Query, rti: number, strength: RowMarkClause['strength'], waitPolicy: RowMarkClause['waitPolicy'], pushedDown: boolean): void {
  q.hasForUpdate = true;
  const known = q.rowMarks.find((m) => m.rti === rti);
  if (!known) {
    q.rowMarks.push({ rti, strength, waitPolicy, pushedDown });
    return;
  }
  if (ORDER.indexOf(strength) > ORDER.indexOf(known.strength)) known.strength = strength;
  if (WAIT.indexOf(waitPolicy) > WAIT.indexOf(known.waitPolicy)) known.waitPolicy = waitPolicy;
  known.pushedDown &&= pushedDown;
}
export { exprCollation, exprType, exprTypmod };

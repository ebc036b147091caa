/** UNION, INTERSECT, EXCEPT (transformSetOperationStmt). */
import { exprLocation, exprType, exprTypmod, makeQuery, makeSortGroupClause, makeTargetEntry, makeVar, type Expr, type Query, type RangeTblRef, type SetOperationStmt, type SortGroupClause, type TargetEntry } from '../nodes/index.js';
import { coerceToCommonType } from './coerce.js';
import { T } from './coerce-paths.js';
import { selectCommonType, selectCommonTypmod } from './common-type.js';
import { commonCollation } from './collate.js';
import { errorAt, type NsItem, type ParseState } from './context.js';
import { addJoin, addSubquery } from './range-table.js';
import { list, locOf, rawLocation, type Raw } from './raw.js';
import { equalityOperators, transformSort } from './sort-group.js';
import { analyzeSubquery, finishQuery, lockName, transformLimit, withClause } from './statement.js';
import { someChild, type TreeNode } from '../nodes/index.js';
import { analyzeCteColumns } from './cte.js';

interface Arm { node: SetOperationStmt | RangeTblRef; targets: TargetEntry[]; location: number }
const OPS: Readonly<Record<string, SetOperationStmt['op']>> = { SETOP_UNION: 'union', SETOP_INTERSECT: 'intersect', SETOP_EXCEPT: 'except' };

export function transformSetOperation(ps: ParseState, s: Raw): Query {
  const q = makeQuery('select');
  let leftmost = s.larg;
  while (leftmost.larg) leftmost = leftmost.larg;
  if (leftmost.intoClause) throw errorAt(ps, '42601', 'SELECT ... INTO is not allowed here', locOf(leftmost.intoClause.rel));
  if (list(s.lockingClause).length) throw errorAt(ps, '0A000', `${lockName(list(s.lockingClause)[0].LockingClause)} is not allowed with UNION/INTERSECT/EXCEPT`, -1);
  withClause(ps, q, s.withClause);
  const bare = { ...s, sortClause: undefined, limitOffset: undefined, limitCount: undefined, lockingClause: undefined, withClause: undefined };
  const top = arm(ps, bare, true, undefined);
  const op = top.node as SetOperationStmt;
  q.setOperations = op;
  // The column names come from the leftmost query.
  let ref: SetOperationStmt | RangeTblRef = op.larg;
  while (ref.kind === 'SetOperationStmt') ref = ref.larg;
  const leftmostRti = ref.rtindex;
  const leftQuery = ps.rtable[leftmostRti - 1]!.subquery!;
  const columns: NsItem['columns'] = [];
  op.colTypes.forEach((type, i) => {
    const left = leftQuery.targetList.filter((t) => !t.resjunk)[i]!;
    const v = makeVar(leftmostRti, left.resno, type, op.colTypmods[i]!, op.colCollations[i]!, 0, exprLocation(left.expr));
    q.targetList.push(makeTargetEntry(v, ps.nextResno++, left.resname, false));
    columns.push({ varno: leftmostRti, varattno: left.resno, vartype: type, vartypmod: op.colTypmods[i]!, varcollid: op.colCollations[i]!, varreturningtype: 'default', varnosyn: leftmostRti, varattnosyn: left.resno, dontexpand: false });
  });
  q.sortClause = sortOutput(ps, s, q.targetList, columns);
  q.limitOffset = transformLimit(ps, s.limitOffset, 'offset', false);
  q.limitCount = transformLimit(ps, s.limitCount, 'limit', s.limitOption === 'LIMIT_OPTION_WITH_TIES');
  q.limitOption = s.limitOption === 'LIMIT_OPTION_WITH_TIES' ? 'with_ties' : 'count';
  return finishQuery(ps, q, undefined);
}
/** ORDER BY sees only the output columns, as if they were a join's. */
function sortOutput(ps: ParseState, s: Raw, tlist: TargetEntry[], columns: NsItem['columns']): SortGroupClause[] {
  const savedNamespace = ps.namespace;
  const savedRtable = ps.rtable.length;
  const item = addJoin(ps, tlist.map((t) => t.resname ?? ''), columns, { joinaliasvars: tlist.map((t) => t.expr) }, undefined);
  ps.namespace = [{ ...item, relVisible: false }];
  const before = tlist.length;
  const sort = transformSort(ps, list(s.sortClause), tlist, 'order_by', true, false);
  ps.namespace = savedNamespace;
  ps.rtable.length = savedRtable;
  if (tlist.length !== before) {
    throw errorAt(ps, '0A000', 'invalid UNION/INTERSECT/EXCEPT ORDER BY clause', exprLocation(tlist[before]!.expr), {
      detail: 'Only result column names can be used, not expressions or functions.', hint: 'Add the expression/function to every SELECT, or move the UNION into a FROM clause.',
    });
  }
  return sort;
}

/** transformSetOperationTree */
function arm(ps: ParseState, s: Raw, isTop: boolean, parentTargets: TargetEntry[] | undefined): Arm {
  void parentTargets;
  if (s.intoClause) throw errorAt(ps, '42601', 'INTO is only allowed on first SELECT of UNION/INTERSECT/EXCEPT', locOf(s.intoClause.rel));
  if (list(s.lockingClause).length) throw errorAt(ps, '0A000', `${lockName(list(s.lockingClause)[0].LockingClause)} is not allowed with UNION/INTERSECT/EXCEPT`, -1);
  const leaf = !s.op || s.op === 'SETOP_NONE' || list(s.sortClause).length || s.limitOffset || s.limitCount || s.withClause;
  if (leaf && !isTop) return leafArm(ps, s);
  const context = s.op === 'SETOP_UNION' ? 'UNION' : s.op === 'SETOP_INTERSECT' ? 'INTERSECT' : 'EXCEPT';
  const left = arm(ps, s.larg, false, undefined);
  if (isTop && ps.parentCte?.cterecursive) determineRecursiveColumns(ps, left.targets);
  const right = arm(ps, s.rarg, false, undefined);
  if (left.targets.length !== right.targets.length) throw errorAt(ps, '42601', `each ${context} query must have the same number of columns`, right.targets[0] ? exprLocation(right.targets[0].expr) : -1);
  const op: SetOperationStmt = { kind: 'SetOperationStmt', op: OPS[s.op as string]!, all: !!s.all, larg: left.node, rarg: right.node, colTypes: [], colTypmods: [], colCollations: [], groupClauses: [] };
  const recursive = isTop && !!ps.parentCte?.cterecursive;
  const targets = left.targets.map((l, i) => mergeColumn(ps, op, l, right.targets[i]!, context, recursive, i));
  return { node: op, targets, location: left.location };
}
function mergeColumn(ps: ParseState, op: SetOperationStmt, l: TargetEntry, r: TargetEntry, context: string, recursive: boolean, i: number): TargetEntry {
  const type = recursive ? exprType(l.expr) : selectCommonType(ps, [l.expr, r.expr], context);
  const typmod = recursive ? exprTypmod(l.expr) : selectCommonTypmod([l.expr, r.expr], type);
  const common = recursive ? selectCommonType(ps, [l.expr, r.expr], context) : type;
  const best = exprLocation(l.expr) >= 0 ? l.expr : r.expr;
  coerceArm(ps, l, common, context);
  coerceArm(ps, r, common, context);
  const collation = commonCollation(ps, [l.expr, r.expr], op.op === 'union' && op.all);
  op.colTypes.push(common);
  op.colTypmods.push(common === type ? selectCommonTypmod([l.expr, r.expr], common) : typmod);
  op.colCollations.push(collation);
  if (op.op !== 'union' || !op.all) {
    const ops = equalityOperators(ps, common, exprLocation(best));
    op.groupClauses.push(makeSortGroupClause(0, ops.eq, ops.lt, ops.hashable));
  }
  void i;
  const holder: Expr = { kind: 'SetToDefault', typeId: common, typeMod: op.colTypmods.at(-1)!, collation, location: exprLocation(best) };
  return makeTargetEntry(holder, 0, undefined, false);
}
/** A column's expression, coerced in place where it is a literal or parameter nobody typed (otherwise the planner casts). */
function coerceArm(ps: ParseState, t: TargetEntry, type: number, context: string): void {
  if (exprType(t.expr) !== T.UNKNOWN) {
    coerceToCommonType(ps, t.expr, type, context);
    return;
  }
  if (t.expr.kind === 'Const' || t.expr.kind === 'Param') t.expr = coerceToCommonType(ps, t.expr, type, context);
}
function leafArm(ps: ParseState, s: Raw): Arm {
  const query = analyzeSubquery(ps, { SelectStmt: s }, undefined, false, false);
  if (ps.namespace.length) {
    const v = outerVar(query);
    if (v !== -2) throw errorAt(ps, '42P10', 'UNION/INTERSECT/EXCEPT member statement cannot refer to other relations of same query level', v);
  }
  const targets = query.targetList.filter((t) => !t.resjunk);
  const item = addSubquery(ps, query, { aliasname: `*SELECT* ${ps.rtable.length + 1}`, colnames: [] }, false, false);
  return { node: { kind: 'RangeTblRef', rtindex: item.rtindex }, targets, location: rawLocation({ SelectStmt: s }) };
}
function outerVar(query: Query): number {
  let location = -2;
  const find = (n: TreeNode, depth: number): boolean => {
    if (n.kind === 'Var' && n.varlevelsup === depth) {
      location = n.location;
      return true;
    }
    return someChild(n, (c) => find(c, n.kind === 'Query' ? depth + 1 : depth));
  };
  find(query, 0);
  return location;
}
/** determineRecursiveColTypes: the non-recursive term fixes the CTE's columns. */
function determineRecursiveColumns(ps: ParseState, targets: readonly TargetEntry[]): void {
  const cte = ps.parentCte!;
  const leftmost = ps.rtable[0]!.subquery!;
  const names = leftmost.targetList.filter((t) => !t.resjunk);
  analyzeCteColumns(ps, cte, targets.map((t, i) => ({ ...t, resname: names[i]?.resname })));
}

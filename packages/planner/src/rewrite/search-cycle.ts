/**
 * SEARCH and CYCLE of recursive WITH queries become plain columns (rewriteSearchCycle.c). Both arms of the union are
 * wrapped: the left one starts the sequence column, the cycle mark and the path; the right one carries them on from the
 * row of the recursive reference and stops at rows marked as cycles.
 */
import { SqlError } from '@pglitedb/types';
import { type CommonTableExpr, type Expr, type Query, type RangeTblEntry, type SetOperationStmt, type TargetEntry } from '../nodes/index.js';
import { makeAnd, makeConst, makeFromExpr, makeFuncExpr, makeOpExpr, makeQuery, makeRte, makeSortGroupClause, makeTargetEntry, makeVar } from '../nodes/make.js';
import { raiseLevels } from './manip.js';

const RECORD = 2249, RECORD_ARRAY = 2287, INT8 = 20, BOOL = 16;
const RECORD_EQ_OP = 2988, RECORD_EQ = 2981, ARRAY_CAT = 383, INT8INC = 1219;

interface Extra { name: string; type: number; typmod: number; collation: number; attno: number }
interface Columns { search: Extra | undefined; mark: Extra | undefined; path: Extra | undefined; all: Extra[] }
/** Operators of the set operation over a column's type, for UNION without ALL. */
export type SetOperators = (type: number) => { eq: number; lt: number; hashable: boolean };

function extraColumns(cte: CommonTableExpr): Columns {
  const all: Extra[] = [];
  const add = (name: string, type: number, typmod = -1, collation = 0): Extra => {
    const extra = { name, type, typmod, collation, attno: cte.ctecolnames.length + all.length + 1 };
    all.push(extra);
    return extra;
  };
  const { search_clause: s, cycle_clause: y } = cte;
  const search = s && add(s.search_seq_column, s.search_breadth_first ? RECORD : RECORD_ARRAY);
  const mark = y && add(y.cycle_mark_column, y.cycle_mark_type, y.cycle_mark_typmod, y.cycle_mark_collation);
  const path = y && add(y.cycle_path_column, RECORD_ARRAY);
  return { search, mark, path, all };
}

const columnVar = (cte: CommonTableExpr, k: number): Expr => makeVar(1, k + 1, cte.ctecoltypes[k]!, cte.ctecoltypmods[k]!, cte.ctecolcollations[k]!, 0);
const extraVar = (varno: number, c: Extra): Expr => makeVar(varno, c.attno, c.type, c.typmod, c.collation, 0);
function rowOf(cte: CommonTableExpr, names: readonly string[], before: Expr[] = []): Expr {
  const args = [...before, ...names.map((n) => columnVar(cte, cte.ctecolnames.indexOf(n)))];
  return { kind: 'RowExpr', args, row_typeid: RECORD, row_format: 'implicit', colnames: [...before.map(() => '*DEPTH*'), ...names], location: -1 };
}
const pathOf = (row: Expr): Expr => ({ kind: 'ArrayExpr', array_typeid: RECORD_ARRAY, array_collid: 0, element_typeid: RECORD, elements: [row], multidims: false, location: -1 });
const extended = (path: Expr, row: Expr): Expr => makeFuncExpr(ARRAY_CAT, RECORD_ARRAY, [path, pathOf(row)], 0, 0, 'call');

/** An arm inside of a query that adds columns to its own. */
function wrapped(cte: CommonTableExpr, name: string, colnames: string[], subquery: Query, more: readonly TargetEntry[]): Query {
  const query = makeQuery('select');
  const rte = makeRte('subquery', { aliasname: name, colnames }, { aliasname: name, colnames: [...cte.ctecolnames] });
  Object.assign(rte, { subquery, inFromCl: true });
  query.rtable = [rte];
  query.jointree = makeFromExpr([{ kind: 'RangeTblRef', rtindex: 1 }], undefined);
  query.targetList = [...cte.ctecolnames.map((n, k) => makeTargetEntry(columnVar(cte, k), k + 1, n, false)), ...more];
  return query;
}

function leftArm(cte: CommonTableExpr, rte: RangeTblEntry, columns: Columns): void {
  const { search_clause: s, cycle_clause: y } = cte;
  const more: TargetEntry[] = [];
  const add = (expr: Expr, c: Extra): void => { more.push(makeTargetEntry(expr, c.attno, c.name, false)); };
  if (s) add(s.search_breadth_first ? rowOf(cte, s.search_col_list, [makeConst(INT8, -1, 0, 0)]) : pathOf(rowOf(cte, s.search_col_list)), columns.search!);
  if (y) {
    add(y.cycle_mark_default, columns.mark!);
    add(pathOf(rowOf(cte, y.cycle_col_list)), columns.path!);
  }
  rte.subquery = wrapped(cte, '*TLOCRN*', [...cte.ctecolnames], raiseQuery(rte.subquery!), more);
  rte.eref = { ...rte.eref, colnames: [...rte.eref.colnames, ...columns.all.map((c) => c.name)] };
}

function rightArm(cte: CommonTableExpr, rte: RangeTblEntry, columns: Columns): void {
  const inner = raiseQuery(rte.subquery!);
  const at = inner.rtable.findIndex((r) => r.rtekind === 'cte' && r.self_reference && r.ctename === cte.ctename) + 1;
  if (at === 0) throw new SqlError('0A000', `with a SEARCH or CYCLE clause, the recursive reference to WITH query "${cte.ctename}" must be at the top level of its right-hand SELECT`);
  for (const c of columns.all) inner.targetList.push(makeTargetEntry(extraVar(at, c), inner.targetList.length + 1, c.name, false));
  const { search_clause: s, cycle_clause: y } = cte;
  if (y) {
    const goesOn = makeOpExpr(y.cycle_mark_neop, 0, BOOL, [extraVar(at, columns.mark!), y.cycle_mark_value], 0, y.cycle_mark_collation);
    inner.jointree = { ...inner.jointree, quals: makeAnd([inner.jointree.quals, goesOn]) };
  }
  const more: TargetEntry[] = [];
  const add = (expr: Expr, c: Extra): void => { more.push(makeTargetEntry(expr, c.attno, c.name, false)); };
  if (s && columns.search) {
    const before = extraVar(1, columns.search);
    const depth: Expr = { kind: 'FieldSelect', arg: before, fieldnum: 1, resulttype: INT8, resulttypmod: -1, resultcollid: 0 };
    add(s.search_breadth_first ? rowOf(cte, s.search_col_list, [makeFuncExpr(INT8INC, INT8, [depth], 0, 0, 'call')]) : extended(before, rowOf(cte, s.search_col_list)), columns.search);
  }
  if (y && columns.path) {
    const row = rowOf(cte, y.cycle_col_list);
    const path = extraVar(1, columns.path);
    const seen: Expr = { kind: 'ScalarArrayOpExpr', opno: RECORD_EQ_OP, opfuncid: RECORD_EQ, useOr: true, inputcollid: 0, args: [row, path], location: -1 };
    add({ kind: 'CaseExpr', casetype: y.cycle_mark_type, casecollid: y.cycle_mark_collation, arg: undefined, args: [{ kind: 'CaseWhen', expr: seen, result: y.cycle_mark_value, location: -1 }], defresult: y.cycle_mark_default, location: -1 }, columns.mark!);
    add(extended(path, row), columns.path);
  }
  rte.subquery = wrapped(cte, '*TROCRN*', [...cte.ctecolnames, ...columns.all.map((c) => c.name)], inner, more);
  rte.eref = { ...rte.eref, colnames: [...rte.eref.colnames, ...columns.all.map((c) => c.name)] };
}
const raiseQuery = (q: Query): Query => raiseLevels(q, 1);

/** rewriteSearchAndCycle, in place on a copied tree. */
export function rewriteSearchAndCycle(cte: CommonTableExpr, operators: SetOperators): void {
  const query = cte.ctequery;
  const union = query.setOperations as SetOperationStmt;
  const columns = extraColumns(cte);
  if (union.larg.kind !== 'RangeTblRef' || union.rarg.kind !== 'RangeTblRef') throw new SqlError('0A000', 'with a SEARCH or CYCLE clause, both sides of the UNION must be SELECTs');
  leftArm(cte, query.rtable[union.larg.rtindex - 1]!, columns);
  rightArm(cte, query.rtable[union.rarg.rtindex - 1]!, columns);
  for (const c of columns.all) {
    union.colTypes.push(c.type);
    union.colTypmods.push(c.typmod);
    union.colCollations.push(c.collation);
    const ops = union.all ? undefined : operators(c.type);
    if (ops) union.groupClauses.push(makeSortGroupClause(0, ops.eq, ops.lt, ops.hashable));
    query.targetList.push(makeTargetEntry(extraVar(1, c), c.attno, c.name, false));
    cte.ctecolnames.push(c.name);
    cte.ctecoltypes.push(c.type);
    cte.ctecoltypmods.push(c.typmod);
    cte.ctecolcollations.push(c.collation);
  }
  cte.search_clause = undefined;
  cte.cycle_clause = undefined;
}

/** get_query_def: whole queries. SELECT and what it shares with the others; modifying commands are in modify.ts. */
import { notImplemented } from '@pglitedb/types';
import type { Expr, TargetEntry } from '../nodes/expr.js';
import type { CommonTableExpr, LockStrength, Query, RangeTblEntry, RangeTblRef, SetOperationStmt } from '../nodes/query.js';
import { Deparser, INDENT } from './context.js';
import { printExpr } from './expr.js';
import { printFromClause, printValues } from './from.js';
import { printDelete, printInsert, printMerge, printUpdate } from './modify.js';
import { quoteIdentifier } from './names.js';
import { makeNamespace } from './range-names.js';
import { printGroupingSet, printOrderBy, printSortGroupRef, printWindowSpec } from './sort-group.js';
import { printVar } from './variable.js';

export interface QueryOptions { colNamesVisible: boolean; /** names that the result must have (a view's columns) */ resultNames?: readonly string[] }

/** Prints a query nested in what `outer` prints; outer levels are its namespaces. */
export function printQuery(outer: Deparser, query: Query, options: QueryOptions): void {
  const d = new Deparser({ ...outer.settings, indentLevel: outer.indentLevel });
  const tables = query.hasGroupRTE ? query.rtable.length - 1 : query.rtable.length;
  d.buf = outer.buf;
  d.varPrefix = outer.namespaces.length > 0 || tables !== 1;
  d.namespaces = [makeNamespace(d.catalog, query, outer.namespaces), ...outer.namespaces];
  d.colNamesVisible = options.colNamesVisible;
  d.resultNames = options.resultNames;
  switch (query.commandType) {
    case 'select': printSelect(d, query); break;
    case 'insert': printInsert(d, query); break;
    case 'update': printUpdate(d, query); break;
    case 'delete': printDelete(d, query); break;
    case 'merge': printMerge(d, query); break;
    case 'utility': printUtility(d, query); break;
  }
  outer.buf = d.buf;
}
function printUtility(d: Deparser, query: Query): void {
  const notify = (query.utilityStmt as { NotifyStmt?: { conditionname?: string; payload?: string } } | undefined)?.NotifyStmt;
  if (notify === undefined) throw notImplemented('printing of this utility statement');
  d.keyword('', 0, INDENT.std, 1);
  d.put(`NOTIFY ${quoteIdentifier(notify.conditionname ?? '')}`);
  if (notify.payload) d.put(`, '${notify.payload.replaceAll("'", "''")}'`);
}

const LOCKS: Readonly<Record<Exclude<LockStrength, 'none'>, string>> = { forkeyshare: ' FOR KEY SHARE', forshare: ' FOR SHARE', fornokeyupdate: ' FOR NO KEY UPDATE', forupdate: ' FOR UPDATE' };

function printSelect(d: Deparser, q: Query): void {
  printWith(d, q);
  d.windowClause = q.windowClause;
  d.windowTList = q.targetList;
  d.targetList = q.targetList;
  const forceColumn = q.setOperations !== undefined;
  if (q.setOperations) printSetOperation(d, q.setOperations, q);
  else printBasicSelect(d, q);
  if (q.sortClause.length > 0) {
    d.keyword(' ORDER BY ', -INDENT.std, INDENT.std, 1);
    printOrderBy(d, q.sortClause, q.targetList, forceColumn);
  }
  if (q.limitOffset) {
    d.keyword(' OFFSET ', -INDENT.std, INDENT.std, 0);
    printExpr(d, q.limitOffset, false);
  }
  if (q.limitCount) printLimit(d, q, q.limitCount);
  if (q.hasForUpdate) {
    for (const m of q.rowMarks) {
      if (m.pushedDown || m.strength === 'none') continue;
      d.keyword(LOCKS[m.strength], -INDENT.std, INDENT.std, 0);
      d.put(` OF ${quoteIdentifier(d.namespaces[0]!.names[m.rti - 1] ?? '')}`);
      if (m.waitPolicy === 'error') d.put(' NOWAIT');
      else if (m.waitPolicy === 'skip') d.put(' SKIP LOCKED');
    }
  }
}
function printLimit(d: Deparser, q: Query, count: Expr): void {
  if (q.limitOption === 'with_ties') {
    d.keyword(' FETCH FIRST (', -INDENT.std, INDENT.std, 0);
    printExpr(d, count, false);
    d.put(') ROWS WITH TIES');
    return;
  }
  d.keyword(' LIMIT ', -INDENT.std, INDENT.std, 0);
  if (count.kind === 'Const' && count.constvalue === null) d.put('ALL');
  else printExpr(d, count, false);
}

/** get_simple_values_rte: the query is nothing but VALUES. */
function simpleValues(d: Deparser, q: Query): RangeTblEntry | undefined {
  let found: RangeTblEntry | undefined;
  for (const rte of q.rtable) {
    if (rte.rtekind === 'values' && rte.inFromCl) {
      if (found) return undefined;
      found = rte;
    } else if (rte.rtekind !== 'relation' || rte.inFromCl) return undefined;
  }
  if (!found || found.eref.colnames.length !== q.targetList.length) return undefined;
  const same = q.targetList.every((t, i) => !t.resjunk && (d.resultNames?.[i] ?? t.resname) === found.eref.colnames[i]);
  return same ? found : undefined;
}

function printBasicSelect(d: Deparser, q: Query): void {
  if (d.pretty.indent) {
    d.indentLevel += INDENT.std;
    d.put(' ');
  }
  const values = simpleValues(d, q);
  if (values) return printValues(d, values.values_lists);
  d.put(q.isReturn ? 'RETURN' : 'SELECT');
  if (q.distinctClause.length > 0) {
    if (q.hasDistinctOn) {
      d.put(' DISTINCT ON (');
      d.list(q.distinctClause, (s) => printSortGroupRef(d, s.tleSortGroupRef, q.targetList, false));
      d.put(')');
    } else d.put(' DISTINCT');
  }
  printTargetList(d, q.isReturn ? q.targetList.map((t) => ({ ...t, resname: undefined })) : q.targetList);
  printFromClause(d, q, ' FROM ');
  if (q.jointree.quals) {
    d.keyword(' WHERE ', -INDENT.std, INDENT.std, 1);
    printExpr(d, q.jointree.quals, false);
  }
  if (q.groupClause.length > 0 || q.groupingSets.length > 0) printGroupBy(d, q);
  if (q.havingQual) {
    d.keyword(' HAVING ', -INDENT.std, INDENT.std, 0);
    printExpr(d, q.havingQual, false);
  }
  const named = q.windowClause.filter((w) => w.name !== undefined);
  named.forEach((w, i) => {
    if (i === 0) d.keyword(' WINDOW ', -INDENT.std, INDENT.std, 1);
    else d.put(', ');
    d.put(`${quoteIdentifier(w.name!)} AS `);
    printWindowSpec(d, w, d.windowTList);
  });
}
function printGroupBy(d: Deparser, q: Query): void {
  d.keyword(' GROUP BY ', -INDENT.std, INDENT.std, 1);
  if (q.groupDistinct) d.put('DISTINCT ');
  d.inGroupBy = true;
  if (q.groupingSets.length === 0) d.list(q.groupClause, (s) => printSortGroupRef(d, s.tleSortGroupRef, q.targetList, false));
  else d.list(q.groupingSets, (s) => printGroupingSet(d, s, q.targetList, true));
  d.inGroupBy = false;
}

/** get_target_list */
export function printTargetList(d: Deparser, targetList: readonly TargetEntry[]): void {
  let separator = ' ';
  let column = 0;
  let wasMultiline = false;
  for (const tle of targetList) {
    if (tle.resjunk) continue;
    d.put(separator);
    separator = ', ';
    const resultName = d.resultNames?.[column];
    column++;
    const text = d.capture(() => {
      const name = tle.expr.kind === 'Var' ? printVar(d, tle.expr, 0, true) : (printExpr(d, tle.expr, true), d.colNamesVisible ? undefined : '?column?');
      const wanted = resultName ?? tle.resname;
      if (wanted !== undefined && wanted !== name) d.put(` AS ${quoteIdentifier(wanted)}`);
    });
    if (d.pretty.indent && d.wrapColumn >= 0) {
      const leading = text.startsWith('\n');
      if (leading) d.trimSpaces();
      else if (column > 1 && (d.lineLength() + text.length > d.wrapColumn || wasMultiline)) d.keyword('', -INDENT.std, INDENT.std, INDENT.var);
      wasMultiline = text.indexOf('\n', leading ? 1 : 0) >= 0;
    }
    d.put(text);
  }
}

/** get_with_clause */
export function printWith(d: Deparser, q: Query): void {
  if (q.cteList.length === 0) return;
  if (d.pretty.indent) {
    d.indentLevel += INDENT.std;
    d.put(' ');
  }
  d.put(q.hasRecursive ? 'WITH RECURSIVE ' : 'WITH ');
  d.list(q.cteList, (cte) => printCte(d, cte));
  if (d.pretty.indent) {
    d.indentLevel -= INDENT.std;
    d.keyword('', 0, 0, 0);
  } else d.put(' ');
}
const nameList = (names: readonly string[]): string => names.map((n) => quoteIdentifier(n)).join(', ');
function printCte(d: Deparser, cte: CommonTableExpr): void {
  d.put(quoteIdentifier(cte.ctename));
  if (cte.aliascolnames.length > 0) d.put(`(${nameList(cte.aliascolnames)})`);
  d.put(` AS ${cte.ctematerialized === 'always' ? 'MATERIALIZED ' : cte.ctematerialized === 'never' ? 'NOT MATERIALIZED ' : ''}(`);
  if (d.pretty.indent) d.keyword('', 0, 0, 0);
  printQuery(d, cte.ctequery, { colNamesVisible: true });
  if (d.pretty.indent) d.keyword('', 0, 0, 0);
  d.put(')');
  const s = cte.search_clause;
  if (s) d.put(` SEARCH ${s.search_breadth_first ? 'BREADTH' : 'DEPTH'} FIRST BY ${nameList(s.search_col_list)} SET ${quoteIdentifier(s.search_seq_column)}`);
  const y = cte.cycle_clause;
  if (!y) return;
  d.put(` CYCLE ${nameList(y.cycle_col_list)} SET ${quoteIdentifier(y.cycle_mark_column)}`);
  const bool = (e: Expr, v: boolean): boolean => e.kind === 'Const' && e.consttype === 16 && e.constvalue === v;
  if (!bool(y.cycle_mark_value, true) || !bool(y.cycle_mark_default, false)) {
    d.put(' TO ');
    printExpr(d, y.cycle_mark_value, false);
    d.put(' DEFAULT ');
    printExpr(d, y.cycle_mark_default, false);
  }
  d.put(` USING ${quoteIdentifier(y.cycle_path_column)}`);
}

/** get_setop_query */
function printSetOperation(d: Deparser, node: SetOperationStmt | RangeTblRef, q: Query): void {
  if (node.kind === 'RangeTblRef') {
    const sub = q.rtable[node.rtindex - 1]!.subquery!;
    const paren = sub.cteList.length > 0 || sub.sortClause.length > 0 || sub.rowMarks.length > 0 || sub.limitOffset !== undefined || sub.limitCount !== undefined || sub.setOperations !== undefined;
    if (paren) d.put('(');
    printQuery(d, sub, { colNamesVisible: d.colNamesVisible, ...(d.resultNames ? { resultNames: d.resultNames } : {}) });
    if (paren) d.put(')');
    return;
  }
  const leftParen = node.larg.kind === 'SetOperationStmt' && !(node.larg.op === node.op && node.larg.all === node.all);
  const leftIndent = leftParen ? INDENT.std : 0;
  if (leftParen) {
    d.put('(');
    d.keyword('', leftIndent, 0, 0);
  }
  printSetOperation(d, node.larg, q);
  if (leftParen) d.keyword(') ', -leftIndent, 0, 0);
  else if (d.pretty.indent) d.keyword('', -leftIndent, 0, 0);
  else d.put(' ');
  d.put(`${node.op.toUpperCase()} ${node.all ? 'ALL ' : ''}`);
  const rightParen = node.rarg.kind === 'SetOperationStmt';
  const rightIndent = rightParen ? INDENT.std : 0;
  if (rightParen) d.put('(');
  d.keyword('', rightIndent, 0, 0);
  const saved = d.colNamesVisible;
  d.colNamesVisible = false;
  printSetOperation(d, node.rarg, q);
  d.colNamesVisible = saved;
  if (d.pretty.indent) d.indentLevel -= rightIndent;
  if (rightParen) d.keyword(')', 0, 0, 0);
}

/** ORDER BY, GROUP BY and windows: clauses that refer to target list entries. */
import { AssertionError } from '@pglitedb/types';
import { typeOperators } from '../analyze/catalog-cache.js';
import { exprType } from '../nodes/expr-type.js';
import type { Expr, SortGroupClause, TargetEntry } from '../nodes/expr.js';
import type { FrameBound, GroupingSet, WindowClause } from '../nodes/query.js';
import { printConst } from './constant.js';
import type { Deparser } from './context.js';
import { printExpr } from './expr.js';
import { operatorName, quoteIdentifier } from './names.js';
import { printVar } from './variable.js';

const PARENTHESISED: ReadonlySet<string> = new Set('FuncExpr Aggref WindowFunc JsonConstructorExpr JsonExpr'.split(' '));

/** get_rule_sortgroupclause */
export function printSortGroupRef(d: Deparser, ref: number, targetList: readonly TargetEntry[], forceColumn: boolean): Expr {
  const tle = targetList.find((t) => t.ressortgroupref === ref);
  if (tle === undefined) throw new AssertionError('ORDER/GROUP BY expression not found in targetlist');
  const { expr } = tle;
  if (forceColumn) d.put(String(tle.resno));
  else if (expr.kind === 'Const') printConst(d, expr, 1);
  else if (expr.kind === 'Var') {
    const saved = d.varInOrderBy;
    d.varInOrderBy = true;
    printVar(d, expr, 0, false);
    d.varInOrderBy = saved;
  } else {
    const paren = d.pretty.paren || PARENTHESISED.has(expr.kind);
    if (paren) d.put('(');
    printExpr(d, expr, true);
    if (paren) d.put(')');
  }
  return expr;
}

/** get_rule_orderby */
export function printOrderBy(d: Deparser, order: readonly SortGroupClause[], targetList: readonly TargetEntry[], forceColumn: boolean): void {
  d.list(order, (s) => {
    const type = exprType(printSortGroupRef(d, s.tleSortGroupRef, targetList, forceColumn));
    const ops = typeOperators(d.catalog, type);
    if (s.sortop === ops.lt) d.put(s.nulls_first ? ' NULLS FIRST' : '');
    else if (s.sortop === ops.gt) d.put(s.nulls_first ? ' DESC' : ' DESC NULLS LAST');
    else d.put(` USING ${operatorName(d, s.sortop, type, type)}${s.nulls_first ? ' NULLS FIRST' : ' NULLS LAST'}`);
  });
}

/** get_rule_groupingset */
export function printGroupingSet(d: Deparser, set: GroupingSet, targetList: readonly TargetEntry[], omitParens: boolean): void {
  const nested = (s: GroupingSet | number): void => {
    if (typeof s === 'number') printSortGroupRef(d, s, targetList, false);
    else printGroupingSet(d, s, targetList, false);
  };
  switch (set.kind) {
    case 'empty': return d.put('()');
    case 'simple': {
      const paren = !omitParens || set.content.length !== 1;
      if (paren) d.put('(');
      d.list(set.content, nested);
      if (paren) d.put(')');
      return;
    }
    default:
      d.put(set.kind === 'rollup' ? 'ROLLUP(' : set.kind === 'cube' ? 'CUBE(' : 'GROUPING SETS (');
      d.list(set.content, (s) => (typeof s === 'number' ? nested(s) : printGroupingSet(d, s, targetList, set.kind !== 'sets')));
      d.put(')');
  }
}

/** get_rule_windowspec */
export function printWindowSpec(d: Deparser, w: WindowClause, targetList: readonly TargetEntry[]): void {
  const parts: string[] = [];
  if (w.refname !== undefined) parts.push(quoteIdentifier(w.refname));
  if (w.partitionClause.length > 0 && w.refname === undefined) {
    parts.push(`PARTITION BY ${d.capture(() => d.list(w.partitionClause, (g) => printSortGroupRef(d, g.tleSortGroupRef, targetList, false)))}`);
  }
  if (w.orderClause.length > 0 && !w.copiedOrder) parts.push(`ORDER BY ${d.capture(() => printOrderBy(d, w.orderClause, targetList, false))}`);
  if (w.frame.nondefault) parts.push(frameText(d, w));
  d.put(`(${parts.join(' ')})`);
}
const BOUNDS: Readonly<Record<FrameBound, string>> = {
  unbounded_preceding: 'UNBOUNDED PRECEDING', current_row: 'CURRENT ROW', unbounded_following: 'UNBOUNDED FOLLOWING', offset_preceding: ' PRECEDING', offset_following: ' FOLLOWING',
};
export function frameText(d: Deparser, w: Pick<WindowClause, 'frame' | 'startOffset' | 'endOffset'>): string {
  return planFrameText(w.frame, (e) => d.capture(() => printExpr(d, e, false)), w.startOffset, w.endOffset);
}
/** A frame whose offsets are printed by the caller. */
export function planFrameText(f: WindowClause['frame'], offsetText: (e: Expr) => string, startOffset: Expr | undefined, endOffset: Expr | undefined): string {
  const bound = (b: FrameBound, offset: Expr | undefined): string => (b.startsWith('offset') ? offsetText(offset!) + BOUNDS[b] : BOUNDS[b]);
  const start = bound(f.start, startOffset);
  const range = f.between ? `BETWEEN ${start} AND ${bound(f.end, endOffset)}` : start;
  const exclude = f.exclusion === 'none' ? '' : ` EXCLUDE ${f.exclusion.replace('_', ' ').toUpperCase()}`;
  return `${f.mode.toUpperCase()} ${range}${exclude}`;
}

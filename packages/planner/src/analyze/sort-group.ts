/** ORDER BY, GROUP BY and DISTINCT items: findTargetlistEntrySQL92/99, addTargetToSortList, transformDistinct (parse_clause.c). */
import { equal, exprLocation, exprType, makeSortGroupClause, makeTargetEntry, type Expr, type SortGroupClause, type TargetEntry } from '../nodes/index.js';
import { coerceType } from './coerce.js';
import { T } from './coerce-paths.js';
import { EXPR_KIND_NAMES, errorAt, withPosition, type ExprKind, type ParseState } from './context.js';
import { transformExpr } from './expr.js';
import { checkAggregatesAllowed } from './agg.js';
import { compatibleOperator, sortGroupOperators } from './operators.js';
import { kindOf, locOf, rawLocation, strings, type Raw } from './raw.js';
import { columnByName } from './namespace.js';

/** SQL99 rule: the expression, matched against the target list; added as junk where it is new. */
export function findTargetSql99(ps: ParseState, node: Raw, tlist: TargetEntry[], kind: ExprKind): TargetEntry {
  const expr = transformExpr(ps, node, kind);
  for (const t of tlist) if (equal(strip(t.expr), strip(expr)) && exprType(t.expr) === exprType(expr)) return t;
  const tle = makeTargetEntry(expr, ps.nextResno++, undefined, true);
  tlist.push(tle);
  return tle;
}
/** Implicit casts do not hide that two expressions are the same. */
const strip = (e: Expr): Expr => {
  for (;;) {
    if (e.kind === 'FuncExpr' && e.funcformat === 'implicit') e = e.args[0]!;
    else if (e.kind === 'RelabelType' && e.relabelformat === 'implicit') e = e.arg;
    else if ((e.kind === 'CoerceViaIO' || e.kind === 'ArrayCoerceExpr') && e.coerceformat === 'implicit') e = e.arg;
    else return e;
  }
};

/** SQL92 rules: an output column's name or position, else an expression. */
export function findTargetSql92(ps: ParseState, node: Raw, tlist: TargetEntry[], kind: ExprKind): TargetEntry {
  const fields = node.ColumnRef?.fields;
  if (fields?.length === 1 && fields[0].String) {
    let name: string | undefined = fields[0].String.sval as string;
    const location = locOf(node.ColumnRef);
    if (kind === 'group_by' && columnByName(ps, name, true, location)) name = undefined;
    if (name !== undefined) {
      let target: TargetEntry | undefined;
      for (const t of tlist) {
        if (t.resjunk || t.resname !== name) continue;
        if (target && !equal(target.expr, t.expr)) throw errorAt(ps, '42702', `${EXPR_KIND_NAMES[kind]} "${name}" is ambiguous`, location);
        target ??= t;
      }
      if (target) {
        checkTarget(ps, target, kind);
        return target;
      }
    }
  }
  if (node.A_Const) {
    const c = node.A_Const;
    if (!c.ival) throw errorAt(ps, '42601', `non-integer constant in ${EXPR_KIND_NAMES[kind]}`, locOf(c));
    const position = (c.ival.ival as number | undefined) ?? 0;
    const t = tlist.filter((x) => !x.resjunk)[position - 1];
    if (!t) throw errorAt(ps, '42P10', `${EXPR_KIND_NAMES[kind]} position ${position} is not in select list`, locOf(c));
    checkTarget(ps, t, kind);
    return t;
  }
  return findTargetSql99(ps, node, tlist, kind);
}
function checkTarget(ps: ParseState, tle: TargetEntry, kind: ExprKind): void {
  if (kind === 'group_by') checkAggregatesAllowed(ps, tle.expr, kind);
}

/** assignSortGroupRef */
export function assignSortGroupRef(tle: TargetEntry, tlist: readonly TargetEntry[]): number {
  if (tle.ressortgroupref) return tle.ressortgroupref;
  let max = 0;
  for (const t of tlist) if (t.ressortgroupref > max) max = t.ressortgroupref;
  return (tle.ressortgroupref = max + 1);
}
/** targetIsInSortList; sortop 0 = any. */
export function inSortList(tle: TargetEntry, sortop: number, clauses: readonly SortGroupClause[]): boolean {
  const ref = tle.ressortgroupref;
  return ref !== 0 && clauses.some((s) => s.tleSortGroupRef === ref && (sortop === 0 || s.sortop === sortop || s.sortop !== 0 && s.sortop === sortop));
}

function resolveUnknown(ps: ParseState, tle: TargetEntry): number {
  const type = exprType(tle.expr);
  if (type !== T.UNKNOWN) return type;
  tle.expr = coerceType(ps, tle.expr, type, T.TEXT, -1, 'implicit', 'implicit', exprLocation(tle.expr));
  return T.TEXT;
}

/** addTargetToSortList */
export function addSortItem(ps: ParseState, tle: TargetEntry, sortlist: SortGroupClause[], tlist: readonly TargetEntry[], sortby: Raw): void {
  const type = resolveUnknown(ps, tle);
  const location = sortby.useOp ? locOf(sortby) : rawLocation(sortby.node);
  const dir = sortby.sortby_dir as string;
  const clause = withPosition(ps, location, (): SortGroupClause => {
    if (dir === 'SORTBY_USING') return usingClause(ps, sortby, type, location);
    const desc = dir === 'SORTBY_DESC';
    const ops = sortGroupOperators(ps, type, !desc, true, desc, location);
    const s = makeSortGroupClause(0, ops.eq, desc ? ops.gt : ops.lt, ops.hashable);
    s.reverse_sort = desc;
    return s;
  });
  if (inSortList(tle, clause.sortop, sortlist)) return;
  clause.tleSortGroupRef = assignSortGroupRef(tle, tlist);
  clause.nulls_first = sortby.sortby_nulls === 'SORTBY_NULLS_FIRST' || (sortby.sortby_nulls !== 'SORTBY_NULLS_LAST' && clause.reverse_sort);
  sortlist.push(clause);
}
function usingClause(ps: ParseState, sortby: Raw, type: number, location: number): SortGroupClause {
  const names = strings(sortby.useOp);
  const op = compatibleOperator(ps, names, type, type) as Record<string, number> | undefined;
  const amop = op && (ps.catalog.syscacheList('AMOPOPID', op['oid']!) as unknown as Record<string, number>[]).find((r) => r['amopmethod'] === 403 && (r['amopstrategy'] === 1 || r['amopstrategy'] === 5));
  if (!op || !amop) throw errorAt(ps, '42809', `operator ${names.join('.')} is not a valid ordering operator`, location, { hint: 'Ordering operators must be "<" or ">" members of btree operator families.' });
  const eq = ps.catalog.syscache('AMOPSTRATEGY', amop['amopfamily']!, amop['amoplefttype']!, amop['amoprighttype']!, 3) as Record<string, number> | undefined;
  const s = makeSortGroupClause(0, eq?.['amopopr'] ?? 0, op['oid']!, true);
  s.reverse_sort = amop['amopstrategy'] === 5;
  return s;
}
/** addTargetToGroupList */
export function addGroupItem(ps: ParseState, tle: TargetEntry, grouplist: SortGroupClause[], tlist: readonly TargetEntry[], location: number): SortGroupClause[] {
  const type = resolveUnknown(ps, tle);
  if (inSortList(tle, 0, grouplist)) return grouplist;
  const ops = equalityOperators(ps, type, location);
  grouplist.push(makeSortGroupClause(assignSortGroupRef(tle, tlist), ops.eq, ops.lt, ops.hashable));
  return grouplist;
}
export function equalityOperators(ps: ParseState, type: number, location: number): { lt: number; eq: number; hashable: boolean } {
  return sortGroupOperators(ps, type, false, true, false, location);
}

/** transformSortClause */
export function transformSort(ps: ParseState, order: readonly Raw[], tlist: TargetEntry[], kind: ExprKind, resolveNames: boolean, sql99: boolean): SortGroupClause[] {
  const out: SortGroupClause[] = [];
  for (const o of order) {
    const sortby = o.SortBy;
    const tle = sql99 ? findTargetSql99(ps, sortby.node, tlist, kind) : findTargetSql92(ps, sortby.node, tlist, kind);
    addSortItem(ps, tle, out, tlist, sortby);
  }
  void resolveNames;
  return out;
}

/** transformDistinctClause: the sort items first, then the rest of the target list. */
export function transformDistinct(ps: ParseState, tlist: TargetEntry[], sortClause: readonly SortGroupClause[], isAgg: boolean): SortGroupClause[] {
  const out: SortGroupClause[] = [];
  for (const s of sortClause) {
    const tle = tlist.find((t) => t.ressortgroupref === s.tleSortGroupRef)!;
    if (tle.resjunk) {
      throw errorAt(ps, '42P10', isAgg ? 'in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list' : 'for SELECT DISTINCT, ORDER BY expressions must appear in select list', exprLocation(tle.expr));
    }
    out.push({ ...s });
  }
  for (const t of tlist) if (!t.resjunk) addGroupItem(ps, t, out, tlist, exprLocation(t.expr));
  if (!out.length) throw errorAt(ps, '42601', isAgg ? 'an aggregate with DISTINCT must have at least one argument' : 'SELECT DISTINCT must have at least one column', -1);
  return out;
}

/** transformDistinctOnClause */
export function transformDistinctOn(ps: ParseState, distinct: readonly Raw[], tlist: TargetEntry[], sortClause: readonly SortGroupClause[]): SortGroupClause[] {
  const refs: number[] = [];
  const exprs: TargetEntry[] = [];
  for (const d of distinct) {
    const tle = findTargetSql92(ps, d, tlist, 'distinct_on');
    resolveUnknown(ps, tle);
    refs.push(assignSortGroupRef(tle, tlist));
    exprs.push(tle);
  }
  const out: SortGroupClause[] = [];
  let skipped = false;
  for (const s of sortClause) {
    if (refs.includes(s.tleSortGroupRef)) {
      if (skipped) throw errorAt(ps, '42P10', 'SELECT DISTINCT ON expressions must match initial ORDER BY expressions', rawLocation(distinct[refs.indexOf(s.tleSortGroupRef)]));
      out.push({ ...s });
    } else skipped = true;
  }
  exprs.forEach((tle, i) => {
    if (out.some((s) => s.tleSortGroupRef === tle.ressortgroupref)) return;
    if (skipped) throw errorAt(ps, '42P10', 'SELECT DISTINCT ON expressions must match initial ORDER BY expressions', rawLocation(distinct[i]));
    addGroupItem(ps, tle, out, tlist, exprLocation(tle.expr));
  });
  return out;
}
export { kindOf };

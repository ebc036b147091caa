/** WITH: order of analysis, recursion rules, SEARCH and CYCLE (parse_cte.c). */
import { exprCollation, exprType, exprTypmod, type CommonTableExpr, type Query, type TargetEntry } from '../nodes/index.js';
import { coerceToCommonType } from './coerce.js';
import { formatType, T } from './coerce-paths.js';
import { selectCommonType, selectCommonTypmod } from './common-type.js';
import { assignExprCollations, commonCollation } from './collate.js';
import { typeOperators } from './catalog-cache.js';
import { errorAt, type ParseState } from './context.js';
import { transformExpr } from './expr.js';
import { kindOf, list, locOf, rawLocation, strings, type Raw } from './raw.js';
import { analyzeSubquery } from './statement.js';
import { exprLocation } from '../nodes/index.js';

export function transformWith(ps: ParseState, clause: Raw): CommonTableExpr[] {
  const raws = list(clause.ctes).map((c) => c.CommonTableExpr);
  raws.forEach((c, i) => {
    if (raws.slice(0, i).some((o) => o.ctename === c.ctename)) throw errorAt(ps, '42712', `WITH query name "${c.ctename as string}" specified more than once`, locOf(c));
    if (kindOf(c.ctequery) !== 'SelectStmt') {
      if (ps.parent) throw errorAt(ps, '0A000', 'WITH clause containing a data-modifying statement must be at the top level', locOf(c));
      ps.hasModifyingCTE = true;
    }
  });
  const made = raws.map(newCte);
  if (!clause.recursive) {
    ps.futureCtes = raws.map((c) => ({ name: c.ctename as string }));
    made.forEach((cte, i) => {
      analyzeCte(ps, cte, raws[i]);
      ps.ctenamespace.push(cte);
      ps.futureCtes.shift();
    });
    return made;
  }
  const order = dependencyOrder(ps, raws);
  raws.forEach((r, i) => {
    if (made[i]!.cterecursive) checkRecursion(ps, r);
  });
  for (const i of order.sorted) made[i]!.cterecursive = order.recursive.has(i);
  for (const i of order.sorted) if (made[i]!.cterecursive) checkRecursion(ps, raws[i]);
  const sorted = order.sorted.map((i) => made[i]!);
  ps.ctenamespace.push(...sorted);
  for (const i of order.sorted) analyzeCte(ps, made[i]!, raws[i]);
  return sorted;
}
function newCte(r: Raw): CommonTableExpr {
  const mat = r.ctematerialized as string | undefined;
  return {
    kind: 'CommonTableExpr', ctename: r.ctename as string, aliascolnames: strings(r.aliascolnames), ctematerialized: mat === 'CTEMaterializeAlways' ? 'always' : mat === 'CTEMaterializeNever' ? 'never' : 'default',
    ctequery: undefined as unknown as Query, search_clause: r.search_clause && { search_col_list: strings(r.search_clause.search_col_list), search_breadth_first: !!r.search_clause.search_breadth_first, search_seq_column: r.search_clause.search_seq_column as string },
    cycle_clause: undefined, cterecursive: false, cterefcount: 0, ctecolnames: [], ctecoltypes: [], ctecoltypmods: [], ctecolcollations: [], location: locOf(r),
  };
}

/** makeDependencyGraph and TopologicalSort: forward references are fine, mutual recursion is not. */
function dependencyOrder(ps: ParseState, raws: readonly Raw[]): { sorted: number[]; recursive: Set<number> } {
  const names = raws.map((r) => r.ctename as string);
  const uses = raws.map((r) => referencedCtes(r.ctequery, new Set(names)));
  const recursive = new Set<number>();
  uses.forEach((u, i) => {
    if (u.delete(names[i]!)) recursive.add(i);
  });
  const sorted: number[] = [];
  const left = new Set(names.keys());
  while (left.size) {
    let next = -1;
    for (const i of left) if ([...uses[i]!].every((n) => !left.has(names.indexOf(n)))) { next = i; break; }
    if (next < 0) throw errorAt(ps, '0A000', 'mutual recursion between WITH items is not implemented', locOf(raws[[...left][0]!]));
    sorted.push(next);
    left.delete(next);
  }
  return { sorted, recursive };
}
/** Names of `wanted` that a raw query refers to, inner WITH clauses shadowing. */
function referencedCtes(node: Raw, wanted: ReadonlySet<string>): Set<string> {
  const out = new Set<string>();
  const visit = (n: Raw, hidden: ReadonlySet<string>): void => {
    if (!n || typeof n !== 'object') return;
    if (Array.isArray(n)) {
      for (const x of n) visit(x, hidden);
      return;
    }
    if (n.RangeVar || (n.relname && n.relpersistence)) {
      const rv = n.RangeVar ?? n;
      if (!rv.schemaname && wanted.has(rv.relname as string) && !hidden.has(rv.relname as string)) out.add(rv.relname as string);
      return;
    }
    let inner = hidden;
    if (n.withClause) inner = new Set([...hidden, ...list(n.withClause.ctes).map((c) => c.CommonTableExpr.ctename as string)]);
    for (const k in n) visit(n[k], inner);
  };
  visit(node, new Set());
  return out;
}
/** checkWellFormedRecursion: the shape of a recursive query and where its self-reference may stand. */
function checkRecursion(ps: ParseState, r: Raw): void {
  const name = r.ctename as string;
  const s = r.ctequery.SelectStmt;
  const fail = (message: string, code = '42P19', location = locOf(r)): never => {
    throw errorAt(ps, code, message, location);
  };
  const uses = (n: Raw): boolean => referencedCtes(n, new Set([name])).has(name);
  if (!s) fail(`recursive query "${name}" must not contain data-modifying statements`);
  if (s.op !== 'SETOP_UNION') fail(`recursive query "${name}" does not have the form non-recursive-term UNION [ALL] recursive-term`);
  if (uses(s.larg)) fail(`recursive reference to query "${name}" must not appear within its non-recursive term`, '42P19', referenceLocation(s.larg, name));
  if (s.sortClause) fail('ORDER BY in a recursive query is not implemented', '0A000', rawLocation(list(s.sortClause)[0]));
  if (s.limitOffset) fail('OFFSET in a recursive query is not implemented', '0A000', rawLocation(s.limitOffset));
  if (s.limitCount) fail('LIMIT in a recursive query is not implemented', '0A000', rawLocation(s.limitCount));
  if (s.lockingClause) fail('FOR UPDATE/SHARE in a recursive query is not implemented', '0A000', -1);
  if (s.withClause && uses(s.withClause)) fail(`recursive reference to query "${name}" must not appear within a subquery`, '42P19', referenceLocation(s.withClause, name));
  const right = s.rarg;
  let seen = 0;
  const bad = (n: Raw, where: string): void => {
    if (uses(n)) fail(`recursive reference to query "${name}" must not appear within ${where}`, '42P19', referenceLocation(n, name));
  };
  const from = (n: Raw): void => {
    if (n.RangeVar) {
      if (!n.RangeVar.schemaname && n.RangeVar.relname === name && ++seen > 1) fail(`recursive reference to query "${name}" must not appear more than once`, '42P19', locOf(n.RangeVar));
    } else if (n.JoinExpr) {
      const t = n.JoinExpr.jointype as string;
      if (t === 'JOIN_FULL' || t === 'JOIN_RIGHT') bad(n.JoinExpr.larg, 'an outer join');
      else from(n.JoinExpr.larg);
      if (t === 'JOIN_FULL' || t === 'JOIN_LEFT') bad(n.JoinExpr.rarg, 'an outer join');
      else from(n.JoinExpr.rarg);
      bad(n.JoinExpr.quals, 'a subquery');
    } else if (n.RangeSubselect) select(n.RangeSubselect.subquery.SelectStmt);
  };
  const select = (q: Raw): void => {
    if (q.op && q.op !== 'SETOP_NONE') {
      if (q.op === 'SETOP_INTERSECT' && q.all) bad(q, 'INTERSECT');
      if (q.op === 'SETOP_EXCEPT') {
        select(q.larg);
        bad(q.rarg, 'EXCEPT');
        return;
      }
      select(q.larg);
      select(q.rarg);
      return;
    }
    for (const n of list(q.fromClause)) from(n);
    for (const k of ['targetList', 'whereClause', 'havingClause', 'groupClause', 'sortClause', 'limitCount', 'limitOffset']) bad(q[k], 'a subquery');
  };
  select(right);
}
function referenceLocation(node: Raw, name: string): number {
  let location = -1;
  const visit = (n: Raw): boolean => {
    if (!n || typeof n !== 'object') return false;
    if (!Array.isArray(n) && n.relname === name && n.relpersistence) {
      location = locOf(n);
      return true;
    }
    return Object.values(n as object).some(visit);
  };
  visit(node);
  return location;
}

function analyzeCte(ps: ParseState, cte: CommonTableExpr, raw: Raw): void {
  if (raw.cycle_clause) prepareCycle(ps, cte, raw.cycle_clause);
  const query = analyzeSubquery(ps, raw.ctequery, cte, false, true);
  cte.ctequery = query;
  query.canSetTag = false;
  if ((raw.search_clause || raw.cycle_clause) && !cte.cterecursive) throw errorAt(ps, '42601', 'WITH query is not recursive', locOf(raw));
  const columns = query.commandType === 'select' ? query.targetList : query.returningList;
  if (!cte.cterecursive) analyzeCteColumns(ps, cte, columns);
  else checkRecursiveColumns(ps, cte, columns);
  if (raw.search_clause || raw.cycle_clause) checkSearchCycle(ps, cte, raw);
}
/** analyzeCTETargetList */
export function analyzeCteColumns(ps: ParseState, cte: CommonTableExpr, tlist: readonly TargetEntry[]): void {
  const visible = tlist.filter((t) => !t.resjunk);
  if (cte.aliascolnames.length > visible.length) {
    throw errorAt(ps, '42P10', `WITH query "${cte.ctename}" has ${visible.length} columns available but ${cte.aliascolnames.length} columns specified`, cte.location);
  }
  cte.ctecolnames = visible.map((t, i) => cte.aliascolnames[i] ?? t.resname ?? '?column?');
  cte.ctecoltypes = [];
  cte.ctecoltypmods = [];
  cte.ctecolcollations = [];
  for (const t of visible) {
    const type = exprType(t.expr);
    const unknown = type === T.UNKNOWN;
    cte.ctecoltypes.push(unknown ? T.TEXT : type);
    cte.ctecoltypmods.push(unknown ? -1 : exprTypmod(t.expr));
    cte.ctecolcollations.push(unknown ? 100 : exprCollation(t.expr));
  }
}
function checkRecursiveColumns(ps: ParseState, cte: CommonTableExpr, columns: readonly TargetEntry[]): void {
  columns.filter((t) => !t.resjunk).forEach((t, i) => {
    const type = exprType(t.expr), typmod = exprTypmod(t.expr);
    if (type !== cte.ctecoltypes[i] || typmod !== cte.ctecoltypmods[i]) {
      throw errorAt(ps, '42804', `recursive query "${cte.ctename}" column ${i + 1} has type ${ps.catalog.types.formatType(cte.ctecoltypes[i]!, cte.ctecoltypmods[i]!)} in non-recursive term but type ${ps.catalog.types.formatType(type, typmod)} overall`, exprLocationOf(ps, cte, i), { hint: 'Cast the output of the non-recursive term to the correct type.' });
    }
    if (exprCollation(t.expr) !== cte.ctecolcollations[i]) {
      const name = (oid: number): string => (ps.catalog.syscache('COLLOID', oid)?.['collname'] as string | undefined) ?? '';
      throw errorAt(ps, '42P21', `recursive query "${cte.ctename}" column ${i + 1} has collation "${name(cte.ctecolcollations[i]!)}" in non-recursive term but collation "${name(exprCollation(t.expr))}" overall`, exprLocationOf(ps, cte, i), { hint: 'Use the COLLATE clause to set the collation of the non-recursive term.' });
    }
  });
}
function exprLocationOf(_ps: ParseState, cte: CommonTableExpr, i: number): number {
  const first = cte.ctequery.rtable[0]?.subquery?.targetList[i];
  return first ? exprLocation(first.expr) : -1;
}

function prepareCycle(ps: ParseState, cte: CommonTableExpr, raw: Raw): void {
  let value = transformExpr(ps, raw.cycle_mark_value, 'cycle_mark');
  let def = transformExpr(ps, raw.cycle_mark_default, 'cycle_mark');
  const type = selectCommonType(ps, [value, def], 'CYCLE');
  value = coerceToCommonType(ps, value, type, 'CYCLE/SET/TO');
  def = coerceToCommonType(ps, def, type, 'CYCLE/SET/DEFAULT');
  const typmod = selectCommonTypmod([value, def], type);
  const collation = commonCollation(ps, [assignExprCollations(ps, value), assignExprCollations(ps, def)], true);
  const eq = typeOperators(ps.catalog, type).eq;
  if (!eq) throw errorAt(ps, '42883', `could not identify an equality operator for type ${formatType(ps.catalog, type)}`, -1);
  const neop = (ps.catalog.syscache('OPEROID', eq) as Record<string, number> | undefined)?.['oprnegate'] ?? 0;
  if (!neop) throw errorAt(ps, '42883', `could not identify an inequality operator for type ${formatType(ps.catalog, type)}`, -1);
  cte.cycle_clause = {
    cycle_col_list: strings(raw.cycle_col_list), cycle_mark_column: raw.cycle_mark_column as string, cycle_mark_value: value, cycle_mark_default: def, cycle_path_column: raw.cycle_path_column as string,
    cycle_mark_type: type, cycle_mark_typmod: typmod, cycle_mark_collation: collation, cycle_mark_neop: neop,
  };
}
function checkSearchCycle(ps: ParseState, cte: CommonTableExpr, raw: Raw): void {
  const check = (cols: readonly string[], what: string, location: number): void => {
    cols.forEach((c, i) => {
      if (!cte.ctecolnames.includes(c)) throw errorAt(ps, '42601', `${what} column "${c}" not in WITH query column list`, location);
      if (cols.indexOf(c) !== i) throw errorAt(ps, '42701', `${what} column "${c}" specified more than once`, location);
    });
  };
  if (cte.search_clause) {
    const location = locOf(raw.search_clause);
    check(cte.search_clause.search_col_list, 'search', location);
    if (cte.ctecolnames.includes(cte.search_clause.search_seq_column)) throw errorAt(ps, '42601', `search sequence column name "${cte.search_clause.search_seq_column}" already used in WITH query column list`, location);
  }
  if (cte.cycle_clause) {
    const location = locOf(raw.cycle_clause);
    const y = cte.cycle_clause;
    check(y.cycle_col_list, 'cycle', location);
    if (cte.ctecolnames.includes(y.cycle_mark_column)) throw errorAt(ps, '42601', `cycle mark column name "${y.cycle_mark_column}" already used in WITH query column list`, location);
    if (cte.ctecolnames.includes(y.cycle_path_column)) throw errorAt(ps, '42601', `cycle path column name "${y.cycle_path_column}" already used in WITH query column list`, location);
    if (y.cycle_mark_column === y.cycle_path_column) throw errorAt(ps, '42601', 'cycle mark column name and cycle path column name are the same', location);
  }
}

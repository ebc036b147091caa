/**
 * Scans that PostgreSQL lets hand out all columns of their relation rather than project (use_physical_tlist): below joins
 * and grouping, where nobody minds wide rows. Our scans read only what is needed; EXPLAIN VERBOSE shows PostgreSQL's list.
 */
import { makeVar, type Plan, type PlannedStmt, type Var } from '../nodes/index.js';
import { childPlans } from '../plan/freeze.js';
import type { ExplainOptions } from './types.js';

/** What the parent asks of a child's list: exact, small (no needless columns), or anything. */
type Wish = 'exact' | 'small' | 'any';

const SCANS = new Set<Plan['kind']>(['SeqScan', 'SampleScan', 'IndexScan', 'BitmapHeapScan', 'TidScan', 'TidRangeScan', 'SubqueryScan', 'FunctionScan', 'ValuesScan', 'TableFuncScan', 'CteScan']);
const KINDS = new Set(['relation', 'subquery', 'function', 'tablefunc', 'values', 'cte']);

/** The columns shown for such scans, by plan node. */
export function physicalLists(stmt: PlannedStmt, o: ExplainOptions): Map<Plan, Var[]> {
  const found = new Map<Plan, Var[]>();
  const visit = (p: Plan, wish: Wish): void => {
    if (wish === 'any' && SCANS.has(p.kind) && 'scanrelid' in p) {
      const list = physicalList(p, stmt, o);
      if (list !== undefined) found.set(p, list);
    }
    for (const c of childPlans(p)) visit(c, wishOf(p, c, wish));
  };
  visit(stmt.planTree, 'exact');
  for (const s of stmt.subplans) visit(s, 'exact');
  return found;
}

function wishOf(p: Plan, child: Plan, wish: Wish): Wish {
  switch (p.kind) {
    case 'Limit': case 'LockRows': return wish;
    case 'NestLoop': case 'ProjectSet': return 'any';
    case 'MergeJoin': return child.kind === 'Sort' || child.kind === 'Material' ? 'small' : 'any';
    case 'HashJoin': return child.kind === 'Hash' ? 'small' : 'any';
    case 'Agg': case 'Group': return child.kind === 'Sort' || child.kind === 'IncrementalSort' ? 'small' : 'any';
    case 'Unique': return wish === 'exact' ? 'exact' : wish;
    case 'Sort': case 'IncrementalSort': case 'Material': case 'Memoize': case 'Hash': case 'WindowAgg': return 'small';
    default: return 'exact';
  }
}

function physicalList(p: Extract<Plan, { scanrelid: number }>, stmt: PlannedStmt, o: ExplainOptions): Var[] | undefined {
  const rte = stmt.rtable[p.scanrelid - 1];
  if (rte === undefined || !KINDS.has(rte.rtekind)) return undefined;
  const refs = new Map<number, number>();
  for (const t of p.targetlist) {
    const v = t.expr;
    if (v.kind !== 'Var' || v.varno !== p.scanrelid || v.varattno <= 0) return undefined;
    if (t.ressortgroupref === 0) continue;
    if ((refs.get(v.varattno) ?? t.ressortgroupref) !== t.ressortgroupref) return undefined;
    refs.set(v.varattno, t.ressortgroupref);
  }
  const attributes = rte.rtekind === 'relation' ? o.catalog.relation(rte.relid)?.attributes : undefined;
  if (rte.rtekind === 'relation' && (attributes === undefined || attributes.some((a) => a.attisdropped))) return undefined;
  const width = attributes?.length ?? rte.eref.colnames.length;
  return Array.from({ length: width }, (_, k) => makeVar(p.scanrelid, k + 1, attributes?.[k]?.atttypid ?? 0, -1, 0, 0));
}

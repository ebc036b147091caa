/** A variable's statistics as the estimators see them: PostgreSQL's examine_variable and get_variable_numdistinct. */
import type { Datum, TypeImpl } from '@pglitedb/types';
import { equal, exprType, type Expr } from '../nodes/index.js';
import { clampRows } from './cost-scan.js';
import { estimateExpr } from './evalconst.js';
import type { PlannerInfo, RelOptInfo } from './pathnodes.js';
import { hasRelid, isSingleton, singletonMember } from './relids.js';
import { pullVarnos, stripPlaceHolder, stripRelabel } from './vars.js';

export interface StatSlot { values: readonly Datum[]; numbers: readonly number[] }
export interface ColumnStats { nullfrac: number; distinct: number; width: number; mcv: StatSlot | undefined; histogram: StatSlot | undefined; correlation: number | undefined }
export interface VarStats { expr: Expr; rel: RelOptInfo | undefined; stats: ColumnStats | undefined; type: number; unique: boolean; impl: TypeImpl | undefined }

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Row = Record<string, any>;
const list = (v: unknown): readonly Datum[] => (v === null || v === undefined ? [] : Array.isArray(v) ? v : ((v as { elements?: Datum[] }).elements ?? []));
const parsed = new WeakMap<object, ColumnStats>();

export function readStats(row: Row | undefined): ColumnStats | undefined {
  if (!row) return undefined;
  const known = parsed.get(row);
  if (known) return known;
  const s: ColumnStats = { nullfrac: row['stanullfrac'], distinct: row['stadistinct'], width: row['stawidth'], mcv: undefined, histogram: undefined, correlation: undefined };
  for (let i = 1; i <= 5; i++) {
    const kind = row[`stakind${i}`] as number;
    const slot: StatSlot = { values: list(row[`stavalues${i}`]), numbers: list(row[`stanumbers${i}`]) as number[] };
    if (kind === 1) s.mcv = slot;
    else if (kind === 2) s.histogram = slot;
    else if (kind === 3) s.correlation = slot.numbers[0];
  }
  parsed.set(row, s);
  return s;
}
export function columnStats(root: PlannerInfo, rel: RelOptInfo | undefined, attnum: number): ColumnStats | undefined {
  if (!rel?.info) return undefined;
  const inherited = root.parse.rtable[rel.relid - 1]!.inh && rel.reloptkind === 'base';
  return readStats(root.glob.ctx.statistics(rel.info.oid, attnum, inherited));
}

export function examineVariable(root: PlannerInfo, e: Expr, _relid = 0): VarStats {
  const bare = stripPlaceHolder(stripRelabel(e));
  const type = exprType(bare);
  const impl = typeImpl(root, type);
  if (bare.kind === 'Var' && bare.varlevelsup === 0) return examineVar(root, bare, type, impl);
  const ids = pullVarnos(root, bare) & ~root.outer_join_rels;
  const rel = isSingleton(ids) ? root.rels[singletonMember(ids)] : undefined;
  let unique = false;
  let stats: ColumnStats | undefined;
  for (const ix of rel?.indexlist ?? []) {
    for (let i = 0, k = 0; i < ix.ncolumns; i++) {
      if (ix.indexkeys[i] !== 0) continue;
      if (!equal(ix.indexprs[k++], bare)) continue;
      stats ??= readStats(root.glob.ctx.statistics(ix.oid, i + 1));
      if (ix.unique && ix.nkeycolumns === 1 && ix.indpred.length === 0) unique = true;
    }
  }
  return { expr: bare, rel, stats, type, unique, impl };
}
function typeImpl(root: PlannerInfo, type: number): TypeImpl | undefined {
  try { return root.glob.ctx.catalog.types.typeImpl(type); } catch { return undefined; }
}
function examineVar(root: PlannerInfo, v: Extract<Expr, { kind: 'Var' }>, type: number, impl: TypeImpl | undefined): VarStats {
  const rel = root.rels[v.varno];
  const rte = root.parse.rtable[v.varno - 1];
  const out: VarStats = { expr: v, rel, stats: undefined, type, unique: false, impl };
  if (!rel || !rte) return out;
  if (rte.rtekind === 'relation') {
    out.stats = columnStats(root, rel, v.varattno);
    out.unique = rel.indexlist.some((ix) => ix.unique && ix.nkeycolumns === 1 && ix.indexkeys[0] === v.varattno && (ix.indpred.length === 0 || ix.predOK));
    return out;
  }
  if (rte.rtekind === 'subquery' && rel.subroot) {
    const q = rel.subroot.parse;
    if (q.setOperations || q.groupingSets.length) return out;
    const te = rel.subroot.processed_tlist.find((t) => t.resno === v.varattno && !t.resjunk);
    if (!te) return out;
    if (q.distinctClause.length) { if (q.distinctClause.length === 1 && q.distinctClause[0]!.tleSortGroupRef === te.ressortgroupref) out.unique = true; return out; }
    if (q.groupClause.length) { if (q.groupClause.length === 1 && q.groupClause[0]!.tleSortGroupRef === te.ressortgroupref) out.unique = true; return out; }
    if (te.expr.kind === 'Var' && te.expr.varlevelsup === 0) {
      const inner = examineVariable(rel.subroot, te.expr);
      out.stats = inner.stats;
    }
  }
  return out;
}

export const DEFAULT_NUM_DISTINCT = 200;
/** Number of distinct values; isDefault when it is a guess. */
export function numDistinct(root: PlannerInfo, v: VarStats): { n: number; isDefault: boolean } {
  let d = 0;
  let nullfrac = 0;
  if (v.stats) { d = v.stats.distinct; nullfrac = v.stats.nullfrac; }
  else if (v.type === 16) d = 2;
  else if (v.rel && root.parse.rtable[v.rel.relid - 1]?.rtekind === 'values') d = -1;
  else if (v.expr.kind === 'Var') {
    if (v.expr.varattno === -1) d = -1; // ctid
    else if (v.expr.varattno === -6) d = 1; // tableoid
  }
  if (v.unique) d = -1 * (1 - nullfrac);
  if (d > 0) return { n: clampRows(d), isDefault: false };
  if (!v.rel || v.rel.tuples <= 0) return { n: DEFAULT_NUM_DISTINCT, isDefault: true };
  if (d < 0) return { n: clampRows(-d * v.rel.tuples), isDefault: false };
  if (v.rel.tuples < DEFAULT_NUM_DISTINCT) return { n: clampRows(v.rel.tuples), isDefault: false };
  return { n: DEFAULT_NUM_DISTINCT, isDefault: true };
}

/** estimate_num_groups */
export function estimateNumGroups(root: PlannerInfo, exprs: readonly Expr[], inputRows: number): number {
  const rows = clampRows(inputRows);
  if (exprs.length === 0) return 1;
  let srf = 1;
  let groups = 1;
  const infos: { v: VarStats; n: number; isDefault: boolean }[] = [];
  const add = (v: VarStats): void => {
    const d = numDistinct(root, v);
    for (let i = infos.length; i-- > 0;) {
      const o = infos[i]!;
      if (equal(o.v.expr, v.expr)) return;
      if (o.v.rel !== v.rel && sameClass(root, o.v.expr, v.expr)) { if (o.n <= d.n) return; infos.splice(i, 1); }
    }
    infos.push({ v, ...d });
  };
  for (const raw of exprs) {
    const e = estimateExpr(root, raw);
    if (e.kind === 'FuncExpr' && e.funcretset) srf = Math.max(srf, root.glob.look.func(e.funcid)?.rows ?? 1);
    if (exprType(e) === 16) { groups *= 2; continue; }
    const v = examineVariable(root, e);
    if (v.stats || v.unique) { add(v); continue; }
    const vars = pullVarsShallow(e);
    if (vars.length === 0) { if (hasVolatile(root, e)) return rows; continue; }
    for (const x of vars) add(examineVariable(root, x));
  }
  if (infos.length === 0) return Math.max(1, Math.min(Math.ceil(groups * srf), rows));
  const byRel = new Map<RelOptInfo | undefined, typeof infos>();
  for (const i of infos) { const l = byRel.get(i.v.rel); if (l) l.push(i); else byRel.set(i.v.rel, [i]); }
  for (const [rel, mine] of byRel) groups *= relGroups(rel, mine);
  groups *= srf;
  groups = Math.ceil(groups);
  return Math.max(1, Math.min(groups, rows));
}
function relGroups(rel: RelOptInfo | undefined, mine: { v: VarStats; n: number; isDefault: boolean }[]): number {
  let d = 1;
  let max = 1;
  for (const i of mine) { d *= i.n; max = Math.max(max, i.n); }
  if (!rel || rel.tuples <= 0) return d;
  let clamp = rel.tuples;
  if (mine.length > 1) {
    clamp *= 0.1;
    if (clamp < max) { clamp = max; if (clamp > rel.tuples) clamp = rel.tuples; }
  }
  if (d > clamp) d = clamp;
  if (d > 0 && rel.rows < rel.tuples) d *= 1 - Math.pow((rel.tuples - rel.rows) / rel.tuples, rel.tuples / d);
  return clampRows(d);
}
function sameClass(root: PlannerInfo, a: Expr, b: Expr): boolean {
  return root.eq_classes.some((ec) => ec.ec_members.some((m) => equal(m.em_expr, a)) && ec.ec_members.some((m) => equal(m.em_expr, b)));
}
import { containVolatile, pullVars } from './vars.js';
function pullVarsShallow(e: Expr): Expr[] { return pullVars(e, { aggs: 'recurse', windows: 'recurse', phs: 'recurse' }) as Expr[]; }
function hasVolatile(root: PlannerInfo, e: Expr): boolean { return containVolatile(root.glob.look, e); }
export { hasRelid };

/** Costs of scans, sorts and upper nodes, with PostgreSQL's formulas (costsize.c). One unit = one sequential page read. */
import type { Expr, TargetEntry } from '../nodes/index.js';
import type { Path, PathBase, PathKey, PathTarget, PlannerInfo, RelOptInfo, RestrictInfo } from './pathnodes.js';
import { estimateExpressionRows } from './srf-rows.js';
import { someChild, type AnyTree } from './tree-types.js';

export interface QualCost { startup: number; perTuple: number }

export function clampRows(n: number): number {
  if (n > 1e100 || Number.isNaN(n)) return 1e100;
  return n <= 1 ? 1 : rint(n);
}
/** Round half to even, as C's rint. */
export function rint(x: number): number {
  const f = Math.floor(x);
  const d = x - f;
  if (d < 0.5) return f;
  if (d > 0.5) return f + 1;
  return f % 2 === 0 ? f : f + 1;
}

/** cost_qual_eval over expressions or RestrictInfos. */
export function qualCost(root: PlannerInfo, quals: readonly (Expr | RestrictInfo)[]): QualCost {
  const t = { startup: 0, perTuple: 0 };
  for (const q of quals) addQual(root, q, t);
  return t;
}
function addQual(root: PlannerInfo, q: Expr | RestrictInfo, t: QualCost): void {
  if (q.kind === 'RestrictInfo') {
    if (!q.evalCost) {
      const own = { startup: 0, perTuple: 0 };
      costWalker(root, q.clause, own);
      if (q.pseudoconstant) { own.startup += own.perTuple; own.perTuple = 0; }
      q.evalCost = own;
    }
    t.startup += q.evalCost.startup;
    t.perTuple += q.evalCost.perTuple;
  } else costWalker(root, q, t);
}
function addFunction(root: PlannerInfo, f: number, t: QualCost): void {
  t.perTuple += (root.glob.look.func(f)?.cost ?? 1) * root.glob.set.cpuOperatorCost;
}
function costWalker(root: PlannerInfo, n: AnyTree, t: QualCost): boolean {
  const op = root.glob.set.cpuOperatorCost;
  const code = (opno: number): number => root.glob.look.operator(opno)?.code ?? 0;
  switch (n.kind) {
    case 'FuncExpr': addFunction(root, n.funcid, t); break;
    case 'OpExpr': case 'DistinctExpr': case 'NullIfExpr': addFunction(root, n.opfuncid || code(n.opno), t); break;
    case 'ScalarArrayOpExpr': {
      const one = { startup: 0, perTuple: 0 };
      addFunction(root, n.opfuncid || code(n.opno), one);
      const len = arrayLength(n.args[1]!);
      if (len >= 9 && n.args[1]!.kind === 'Const') { t.startup += one.perTuple * len; t.perTuple += one.perTuple; }
      else t.perTuple += one.perTuple * len * 0.5;
      break;
    }
    case 'Aggref': case 'WindowFunc': return false;
    case 'GroupingFunc': t.perTuple += op; return false;
    case 'CoerceViaIO': t.perTuple += 2 * op; break;
    case 'ArrayCoerceExpr': {
      const e = { startup: 0, perTuple: 0 };
      costWalker(root, n.elemexpr, e);
      t.startup += e.startup;
      if (e.perTuple > 0) t.perTuple += e.perTuple * arrayLength(n.arg);
      costWalker(root, n.arg, t);
      return false;
    }
    case 'RowCompareExpr': for (const o of n.opnos) addFunction(root, code(o), t); break;
    case 'MinMaxExpr': case 'SQLValueFunction': case 'XmlExpr': case 'CoerceToDomain': case 'NextValueExpr': case 'JsonExpr': t.perTuple += op; break;
    case 'CurrentOfExpr': t.startup += 1e10; break;
    case 'SubPlan': t.startup += n.startup_cost; t.perTuple += n.per_call_cost; return false;
    case 'AlternativeSubPlan': return costWalker(root, n.subplans[0]!, t);
    case 'PlaceHolderVar': return false;
  }
  someChild(n, (c) => costWalker(root, c, t));
  return false;
}
export function arrayLength(e: Expr): number {
  while (e.kind === 'RelabelType') e = e.arg;
  if (e.kind === 'Const' && e.constvalue !== null && typeof e.constvalue === 'object' && Array.isArray(e.constvalue.elements)) return (e.constvalue.elements as unknown[]).length;
  return e.kind === 'ArrayExpr' && !e.multidims ? e.elements.length : 10;
}

export function makeTarget(root: PlannerInfo, exprs: Expr[], refs?: number[]): PathTarget {
  const t: PathTarget = { exprs, sortgrouprefs: refs ?? exprs.map(() => 0), startup: 0, perTuple: 0, width: 0 };
  return setTargetCost(root, t);
}
/** set_pathtarget_cost_width */
export function setTargetCost(root: PlannerInfo, t: PathTarget): PathTarget {
  let width = 0;
  t.startup = 0;
  t.perTuple = 0;
  for (const e of t.exprs) {
    width += exprWidth(root, e);
    if (e.kind !== 'Var') { const c = { startup: 0, perTuple: 0 }; costWalker(root, e, c); t.startup += c.startup; t.perTuple += c.perTuple; }
  }
  t.width = Math.min(width, 2147483647);
  return t;
}
export function targetFromTlist(root: PlannerInfo, tlist: readonly TargetEntry[]): PathTarget {
  return makeTarget(root, tlist.map((t) => t.expr), tlist.map((t) => t.ressortgroupref));
}
export function exprWidth(root: PlannerInfo, e: Expr): number {
  if (e.kind === 'Var') {
    const rel = root.rels[e.varno];
    if (rel && e.varlevelsup === 0 && e.varattno >= rel.min_attr && e.varattno <= rel.max_attr) {
      const w = rel.attr_widths[e.varattno - rel.min_attr]!;
      if (w > 0) return w;
    }
    return root.glob.look.avgWidth(e.vartype, e.vartypmod);
  }
  if (e.kind === 'PlaceHolderVar') { const p = root.placeholders.find((x) => x.phid === e.phid); if (p) return p.ph_width; }
  return root.glob.look.avgWidth(exprTypeOf(e), typmodOf(e));
}
import { exprType as exprTypeOf, exprTypmod as typmodOf } from '../nodes/index.js';

/** Rows and restriction cost of a scan, by its parameterization. */
function scanQuals(root: PlannerInfo, path: PathBase, rel: RelOptInfo): QualCost {
  if (!path.param_info) { path.rows = rel.rows; return rel.baserestrictcost; }
  path.rows = path.param_info.ppi_rows;
  const q = qualCost(root, path.param_info.ppi_clauses);
  return { startup: q.startup + rel.baserestrictcost.startup, perTuple: q.perTuple + rel.baserestrictcost.perTuple };
}
/** Shared by scans that pay no I/O: per-row cpu cost on top of what it takes to get them. */
function finishScan(root: PlannerInfo, path: Path, rel: RelOptInfo, startup: number, run: number, perRow: number, tuples: number, enabled: boolean): void {
  const q = scanQuals(root, path, rel);
  path.startup_cost = startup + q.startup + path.pathtarget.startup;
  const total = run + (perRow + root.glob.set.cpuTupleCost + q.perTuple) * tuples + path.pathtarget.perTuple * path.rows;
  path.total_cost = path.startup_cost + total;
  path.disabled_nodes = enabled ? 0 : 1;
}

export function costSeqScan(root: PlannerInfo, path: Path, rel: RelOptInfo): void {
  finishScan(root, path, rel, 0, root.glob.set.seqPageCost * rel.pages, 0, rel.tuples, root.glob.set.enable.seqscan);
}
export function costSampleScan(root: PlannerInfo, path: Path, rel: RelOptInfo, random: boolean): void {
  const s = root.glob.set;
  finishScan(root, path, rel, 0, (random ? s.randomPageCost : s.seqPageCost) * rel.pages, 0, rel.tuples, true);
}
export function costFunctionScan(root: PlannerInfo, path: Path, rel: RelOptInfo, exprs: readonly Expr[]): void {
  const f = qualCost(root, exprs);
  finishScan(root, path, rel, f.startup + f.perTuple, 0, 0, rel.tuples, true);
}
export function costTableFuncScan(root: PlannerInfo, path: Path, rel: RelOptInfo): void {
  finishScan(root, path, rel, 0, 0, 0, rel.tuples, true);
}
export function costValuesScan(root: PlannerInfo, path: Path, rel: RelOptInfo): void {
  finishScan(root, path, rel, 0, 0, root.glob.set.cpuOperatorCost, rel.tuples, true);
}
export function costCteScan(root: PlannerInfo, path: Path, rel: RelOptInfo): void {
  finishScan(root, path, rel, 0, 0, root.glob.set.cpuTupleCost, rel.tuples, true);
}
export function costResultScan(root: PlannerInfo, path: Path, rel: RelOptInfo): void {
  const q = scanQuals(root, path, rel);
  path.startup_cost = q.startup;
  path.total_cost = q.startup + (root.glob.set.cpuTupleCost + q.perTuple) * rel.tuples;
}
export function costSubqueryScan(root: PlannerInfo, path: Path & { type: 'SubqueryScan' }, rel: RelOptInfo, trivial: boolean): void {
  const q = scanQuals(root, path, rel);
  path.rows = path.param_info ? path.rows : rel.rows;
  path.disabled_nodes = path.subpath.disabled_nodes;
  path.startup_cost = path.subpath.startup_cost;
  path.total_cost = path.subpath.total_cost;
  if (trivial) return;
  path.startup_cost += q.startup + path.pathtarget.startup;
  path.total_cost += q.startup + path.pathtarget.startup + (root.glob.set.cpuTupleCost + q.perTuple) * path.subpath.rows + path.pathtarget.perTuple * path.rows;
}

const LOG2 = Math.log(2);
function log2(n: number): number { return Math.log(n) / LOG2; }
/** Width of a row with its header, as PostgreSQL sizes it. */
export function relationByteSize(tuples: number, width: number): number { return tuples * (Math.ceil(width / 8) * 8 + 24); }
export function pageSize(tuples: number, width: number): number { return Math.ceil(relationByteSize(tuples, width) / 8192); }

/** cost_tuplesort: startup and run cost of sorting alone. */
export function tuplesort(root: PlannerInfo, tuplesIn: number, width: number, comparison: number, limit: number): { startup: number; run: number } {
  const s = root.glob.set;
  const tuples = Math.max(tuplesIn, 2);
  const compare = comparison + 2 * s.cpuOperatorCost;
  const inputBytes = relationByteSize(tuples, width);
  const outTuples = limit > 0 && limit < tuples ? limit : tuples;
  const outBytes = limit > 0 && limit < tuples ? relationByteSize(outTuples, width) : inputBytes;
  const memory = s.workMemKb * 1024;
  let startup: number;
  if (outBytes > memory) {
    const pages = Math.ceil(inputBytes / 8192);
    const runs = inputBytes / memory;
    const mergeOrder = Math.max(6, Math.min(500, Math.floor((memory - 0) / (2 * 8192 + 32 * 8192) )));
    startup = compare * tuples * log2(tuples);
    const passes = runs > mergeOrder ? Math.ceil(Math.log(runs) / Math.log(mergeOrder)) : 1;
    startup += 2 * pages * passes * (s.seqPageCost * 0.75 + s.randomPageCost * 0.25);
  } else if (tuples > 2 * outTuples || inputBytes > memory) startup = compare * tuples * log2(2 * outTuples);
  else startup = compare * tuples * log2(tuples);
  return { startup, run: s.cpuOperatorCost * tuples };
}

export function costSort(root: PlannerInfo, path: Path, inputDisabled: number, inputCost: number, tuples: number, width: number, limit: number): void {
  const c = tuplesort(root, tuples, width, 0, limit);
  path.rows = tuples;
  path.startup_cost = inputCost + c.startup;
  path.total_cost = path.startup_cost + c.run;
  path.disabled_nodes = inputDisabled + (root.glob.set.enable.sort ? 0 : 1);
}

/** cost_incremental_sort; groups = distinct values of the presorted keys. */
export function costIncrementalSort(root: PlannerInfo, path: Path, sub: Path, groups: number, limit: number): void {
  const s = root.glob.set;
  const tuples = Math.max(sub.rows, 2);
  const inputRun = sub.total_cost - sub.startup_cost;
  const groupTuples = tuples / groups;
  const groupInputRun = inputRun / groups;
  const one = tuplesort(root, groupTuples, sub.pathtarget.width, 0, limit);
  let startup = one.startup + sub.startup_cost + groupInputRun;
  const run0 = one.run + (one.run + one.startup) * (groups - 1) + groupInputRun * (groups - 1);
  let run = run0 + (s.cpuTupleCost + 0) * tuples + 2 * s.cpuTupleCost * groups;
  startup += 0;
  path.rows = sub.rows;
  path.startup_cost = startup;
  path.total_cost = startup + run;
  path.disabled_nodes = sub.disabled_nodes;
  run = 0;
}

export function costMaterial(root: PlannerInfo, path: Path, sub: Path): void {
  const s = root.glob.set;
  const bytes = relationByteSize(sub.rows, sub.pathtarget.width);
  let run = sub.total_cost - sub.startup_cost + 2 * s.cpuOperatorCost * sub.rows;
  if (bytes > s.workMemKb * 1024) run += s.seqPageCost * Math.ceil(bytes / 8192);
  path.rows = sub.rows;
  path.startup_cost = sub.startup_cost;
  path.total_cost = sub.startup_cost + run;
  path.disabled_nodes = sub.disabled_nodes + (s.enable.material ? 0 : 1);
}

export interface AggCosts { transStartup: number; transPerTuple: number; finalStartup: number; finalPerTuple: number; transitionSpace: number }
export const NO_AGG_COSTS: AggCosts = { transStartup: 0, transPerTuple: 0, finalStartup: 0, finalPerTuple: 0, transitionSpace: 0 };

/** cost_agg; quals = HAVING. */
export function costAgg(root: PlannerInfo, path: PathBase, strategy: 'plain' | 'sorted' | 'hashed' | 'mixed', agg: AggCosts, numGroupCols: number, numGroups: number, havingCost: QualCost, havingSel: number, hasQual: boolean, inDisabled: number, inStartup: number, inTotal: number, inTuples: number, inWidth: number): void {
  const s = root.glob.set;
  let startup: number;
  let total: number;
  let out: number;
  let disabled = inDisabled;
  if (strategy === 'plain') {
    startup = inTotal + agg.transStartup + agg.transPerTuple * inTuples + agg.finalStartup + agg.finalPerTuple;
    total = startup + s.cpuTupleCost;
    out = 1;
  } else if (strategy === 'sorted' || strategy === 'mixed') {
    startup = inStartup;
    if (strategy === 'mixed' && !s.enable.hashagg) disabled++;
    total = inTotal + agg.transStartup + agg.transPerTuple * inTuples + s.cpuOperatorCost * numGroupCols * inTuples + agg.finalStartup + agg.finalPerTuple * numGroups + s.cpuTupleCost * numGroups;
    out = numGroups;
  } else {
    if (!s.enable.hashagg) disabled++;
    startup = inTotal + agg.transStartup + agg.transPerTuple * inTuples + s.cpuOperatorCost * numGroupCols * inTuples + agg.finalStartup;
    total = startup + agg.finalPerTuple * numGroups + s.cpuTupleCost * numGroups;
    out = numGroups;
  }
  if (strategy === 'hashed' || strategy === 'mixed') {
    const entry = hashEntrySize(numGroupCols, inWidth, agg.transitionSpace);
    const limit = s.workMemKb * 1024 * s.hashMemMultiplier;
    const groupsLimit = Math.max(limit / entry, 1);
    const batches = Math.max(Math.ceil(Math.max((numGroups * entry) / limit, numGroups / groupsLimit)), 1);
    if (batches > 1) {
      const parts = 4;
      const depth = Math.ceil(Math.log(batches) / Math.log(Math.max(parts, 2)));
      const pages = pageSize(inTuples, inWidth) * depth * 2;
      startup += pages * s.randomPageCost;
      total += pages * s.randomPageCost + pages * s.seqPageCost;
      const spill = depth * inTuples * 2 * s.cpuTupleCost;
      startup += spill;
      total += spill;
    }
  }
  if (hasQual) {
    startup += havingCost.startup;
    total += havingCost.startup + out * havingCost.perTuple;
    out = clampRows(out * havingSel);
  }
  path.rows = out;
  path.startup_cost = startup;
  path.total_cost = total;
  path.disabled_nodes = disabled;
}
/** hash_agg_entry_size */
export function hashEntrySize(_cols: number, width: number, transitionSpace: number): number {
  const tuple = Math.ceil((16 + width) / 8) * 8;
  return 32 + tuple + Math.ceil(transitionSpace / 8) * 8;
}
export function costGroup(root: PlannerInfo, path: PathBase, numCols: number, numGroups: number, sub: Path, havingCost: QualCost, havingSel: number, hasQual: boolean): void {
  path.startup_cost = sub.startup_cost;
  path.total_cost = sub.total_cost + root.glob.set.cpuOperatorCost * sub.rows * numCols;
  path.rows = numGroups;
  path.disabled_nodes = sub.disabled_nodes;
  if (hasQual) { path.startup_cost += havingCost.startup; path.total_cost += havingCost.startup + numGroups * havingCost.perTuple; path.rows = clampRows(numGroups * havingSel); }
}
export { estimateExpressionRows };
export type { PathKey };

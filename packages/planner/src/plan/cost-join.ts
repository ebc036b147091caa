/** Costs of joins: nested loop, merge and hash, PostgreSQL's initial_cost_* and final_cost_* together. */
import { clauseListSelectivity } from './clausesel.js';
import { clampRows, pageSize, qualCost, relationByteSize, tuplesort } from './cost-scan.js';
import { countContained } from './pathkeys.js';
import type { HashPath, MergePath, NestPath, Path, PlannerInfo, RelOptInfo, RestrictInfo, SpecialJoinInfo } from './pathnodes.js';
import { examineVariable, numDistinct } from './stats.js';
import { ineqConst } from './selfuncs.js';
import type { OpExpr, JoinType } from '../nodes/index.js';

export interface SemiFactors { outerMatchFrac: number; matchCount: number }

/** compute_semi_anti_join_factors */
export function semiFactors(root: PlannerInfo, outer: RelOptInfo, inner: RelOptInfo, jointype: JoinType, sj: SpecialJoinInfo, restrict: readonly RestrictInfo[], joinRelids: bigint): SemiFactors {
  const join = jointype === 'anti' || jointype === 'left' ? restrict.filter((r) => !r.is_pushed_down || (r.required_relids & ~joinRelids) !== 0n) : restrict;
  const jselec = clauseListSelectivity(root, join, 0, jointype === 'anti' ? 'anti' : 'semi', sj);
  const norm: SpecialJoinInfo = { ...sj, jointype: 'inner', syn_lefthand: outer.relids, syn_righthand: inner.relids };
  const saved = join.map((r) => r.norm_selec);
  const nselec = clauseListSelectivity(root, join, 0, 'inner', norm);
  join.forEach((r, i) => { r.norm_selec = saved[i]!; });
  return { outerMatchFrac: jselec, matchCount: jselec > 0 ? Math.max(1, (nselec * inner.rows) / jselec) : 1 };
}

/** Cost of scanning a path again: rescan cost. */
function rescan(root: PlannerInfo, p: Path): { startup: number; total: number } {
  const s = root.glob.set;
  switch (p.type) {
    case 'FunctionScan': return { startup: 0, total: p.total_cost - p.startup_cost };
    case 'HashJoin': return p.num_batches === 1 ? { startup: 0, total: p.total_cost - p.startup_cost } : { startup: p.startup_cost, total: p.total_cost };
    case 'CteScan': case 'WorkTableScan': {
      let run = s.cpuTupleCost * p.rows;
      const bytes = relationByteSize(p.rows, p.pathtarget.width);
      if (bytes > s.workMemKb * 1024) run += s.seqPageCost * Math.ceil(bytes / 8192);
      return { startup: 0, total: run };
    }
    case 'Material': case 'Sort': {
      let run = s.cpuOperatorCost * p.rows;
      const bytes = relationByteSize(p.rows, p.pathtarget.width);
      if (bytes > s.workMemKb * 1024) run += s.seqPageCost * Math.ceil(bytes / 8192);
      return { startup: 0, total: run };
    }
    case 'Memoize': return memoizeRescan(root, p);
    default: return { startup: p.startup_cost, total: p.total_cost };
  }
}
/** cost_memoize_rescan */
function memoizeRescan(root: PlannerInfo, p: Extract<Path, { type: 'Memoize' }>): { startup: number; total: number } {
  const s = root.glob.set;
  const width = p.subpath.pathtarget.width;
  const bytes = s.workMemKb * 1024 * s.hashMemMultiplier;
  const entry = relationByteSize(p.subpath.rows, width) + 24 + 40 * 0;
  const cacheEntries = Math.max(Math.floor(bytes / entry), 1);
  const ndistinct = Math.min(estimateDistinct(root, p), p.calls);
  const evict = 1 - Math.min(cacheEntries, ndistinct) / ndistinct;
  const hit = Math.max(0, ((p.calls - ndistinct) / p.calls) * (cacheEntries / Math.max(ndistinct, cacheEntries)));
  p.est_entries = Math.min(ndistinct, cacheEntries, 4294967295);
  let total = p.subpath.total_cost * (1 - hit) + s.cpuOperatorCost;
  const startup = p.subpath.startup_cost * (1 - hit) + s.cpuTupleCost;
  total += s.cpuTupleCost;
  total += (s.cpuTupleCost / 10) * p.subpath.rows;
  total += evict * s.cpuTupleCost + evict * (s.cpuOperatorCost / 10) * p.subpath.rows;
  return { startup, total };
}
function estimateDistinct(root: PlannerInfo, p: Extract<Path, { type: 'Memoize' }>): number {
  let n = 1;
  for (const e of p.param_exprs) { const d = numDistinct(root, examineVariable(root, e)); if (d.isDefault) return p.calls; n *= d.n; }
  return clampRows(n);
}

export function costNestLoop(root: PlannerInfo, p: NestPath, semi: SemiFactors | undefined, singleRowInner: boolean): void {
  const s = root.glob.set;
  const o = p.outerjoinpath;
  const i = p.innerjoinpath;
  const re = rescan(root, i);
  p.disabled_nodes = o.disabled_nodes + i.disabled_nodes + (s.enable.nestloop ? 0 : 1);
  const outerRows = Math.max(o.rows, 1) === 0 ? 1 : o.rows <= 0 ? 1 : o.rows;
  const innerRows = i.rows <= 0 ? 1 : i.rows;
  let startup = o.startup_cost + i.startup_cost;
  let run = o.total_cost - o.startup_cost;
  if (outerRows > 1) run += (outerRows - 1) * re.startup;
  const innerRun = i.total_cost - i.startup_cost;
  const innerRescanRun = re.total - re.startup;
  let ntuples: number;
  if (p.jointype === 'semi' || p.jointype === 'anti' || singleRowInner) {
    const f = semi!;
    const outerMatched = Math.round(outerRows * f.outerMatchFrac);
    const outerUnmatched = outerRows - outerMatched;
    const scanFrac = 2 / (f.matchCount + 1);
    ntuples = outerMatched * innerRows * scanFrac;
    if (hasIndexedJoinQuals(p)) {
      run += innerRun * scanFrac;
      if (outerMatched > 1) run += (outerMatched - 1) * innerRescanRun * scanFrac;
      run += (outerUnmatched * innerRescanRun) / innerRows;
    } else {
      ntuples += outerUnmatched * innerRows;
      run += innerRun;
      let um = outerUnmatched;
      let ma = outerMatched;
      if (um >= 1) um -= 1; else ma -= 1;
      if (ma > 0) run += ma * innerRescanRun * scanFrac;
      if (um > 0) run += um * innerRescanRun;
    }
  } else {
    run += innerRun;
    if (outerRows > 1) run += (outerRows - 1) * innerRescanRun;
    ntuples = outerRows * innerRows;
  }
  const q = qualCost(root, p.joinrestrictinfo);
  startup += q.startup;
  run += (s.cpuTupleCost + q.perTuple) * ntuples;
  startup += p.pathtarget.startup;
  run += p.pathtarget.perTuple * p.rows;
  p.startup_cost = startup;
  p.total_cost = startup + run;
}
function hasIndexedJoinQuals(p: NestPath): boolean {
  if (p.joinrestrictinfo.length > 0) return false;
  const i = p.innerjoinpath;
  return (i.type === 'IndexScan' || i.type === 'IndexOnlyScan' || i.type === 'BitmapHeapScan') && i.param_info !== undefined && i.param_info.ppi_clauses.length > 0;
}

export function costMergeJoin(root: PlannerInfo, p: MergePath, innerUnique: boolean): void {
  const s = root.glob.set;
  const o = p.outerjoinpath;
  const i = p.innerjoinpath;
  const outerRows = o.rows <= 0 ? 1 : o.rows;
  const innerRows = i.rows <= 0 ? 1 : i.rows;
  let outerStart = 0; let outerEnd = 1; let innerStart = 0; let innerEnd = 1;
  const first = p.path_mergeclauses[0];
  if (first && p.jointype !== 'full') {
    const sel = mergeScanSel(root, first);
    const leftIsOuter = (first.left_relids & ~o.parent.relids) === 0n;
    [outerStart, outerEnd, innerStart, innerEnd] = leftIsOuter ? [sel.ls, sel.le, sel.rs, sel.re] : [sel.rs, sel.re, sel.ls, sel.le];
    if (p.jointype === 'left' || p.jointype === 'anti') { outerStart = 0; outerEnd = 1; } else if (p.jointype === 'right' || p.jointype === 'right_anti') { innerStart = 0; innerEnd = 1; }
  }
  const outerSkip = Math.round(outerRows * outerStart);
  const innerSkip = Math.round(innerRows * innerStart);
  const outerScan = clampRows(outerRows * outerEnd);
  const innerScan = clampRows(innerRows * innerEnd);
  outerStart = outerSkip / outerRows; innerStart = innerSkip / innerRows; outerEnd = outerScan / outerRows; innerEnd = innerScan / innerRows;
  let startup = 0; let run = 0; let innerRun = 0;
  const side = (path: Path, keys: MergePath['outersortkeys'], rows: number, start: number, end: number, isOuter: boolean): void => {
    if (keys.length) {
      const c = isOuter && p.outer_presorted_keys > 0 ? tuplesort(root, rows, path.pathtarget.width, 0, -1) : tuplesort(root, rows, path.pathtarget.width, 0, -1);
      const st = path.total_cost + c.startup;
      startup += st + c.run * start;
      if (isOuter) run += c.run * (end - start); else innerRun = c.run * (end - start);
    } else {
      const r = path.total_cost - path.startup_cost;
      startup += path.startup_cost + r * start;
      if (isOuter) run += r * (end - start); else innerRun = r * (end - start);
    }
  };
  side(o, p.outersortkeys, outerRows, outerStart, outerEnd, true);
  side(i, p.innersortkeys, innerRows, innerStart, innerEnd, false);
  p.disabled_nodes = o.disabled_nodes + i.disabled_nodes + (s.enable.mergejoin ? 0 : 1) + (s.enable.sort ? 0 : (p.outersortkeys.length ? 1 : 0) + (p.innersortkeys.length ? 1 : 0));
  const mq = qualCost(root, p.path_mergeclauses);
  const qp = qualCost(root, p.joinrestrictinfo);
  const qpStart = qp.startup - mq.startup;
  const qpPer = qp.perTuple - mq.perTuple;
  const joinOnlyMerge = p.joinrestrictinfo.length === p.path_mergeclauses.length;
  p.skip_mark_restore = (p.jointype === 'semi' || p.jointype === 'anti' || innerUnique) && joinOnlyMerge;
  const mergejointuples = approxTuples(root, p, p.path_mergeclauses);
  let rescanned = o.type === 'UniquePath' || p.skip_mark_restore ? 0 : mergejointuples - innerRows;
  if (rescanned < 0) rescanned = 0;
  const ratio = 1 + rescanned / innerRows;
  const bare = innerRun * ratio;
  const mat = innerRun + s.cpuOperatorCost * innerRows * ratio;
  if (p.skip_mark_restore) p.materialize_inner = false;
  else if (s.enable.material && mat < bare) p.materialize_inner = true;
  else if (p.innersortkeys.length === 0 && !supportsMarkRestore(i)) p.materialize_inner = true;
  else if (s.enable.material && p.innersortkeys.length && relationByteSize(i.rows, i.pathtarget.width) > s.workMemKb * 1024) p.materialize_inner = true;
  else p.materialize_inner = false;
  run += p.materialize_inner ? mat : bare;
  startup += mq.startup + mq.perTuple * (outerSkip + innerSkip * ratio);
  run += mq.perTuple * (outerScan - outerSkip + (innerScan - innerSkip) * ratio);
  startup += qpStart;
  run += (s.cpuTupleCost + qpPer) * mergejointuples;
  startup += p.pathtarget.startup;
  run += p.pathtarget.perTuple * p.rows;
  p.startup_cost = startup;
  p.total_cost = startup + run;
}
function supportsMarkRestore(p: Path): boolean {
  return p.type === 'IndexScan' || p.type === 'IndexOnlyScan' || p.type === 'Material' || p.type === 'Sort' || (p.type === 'Projection' && p.dummypp && supportsMarkRestore(p.subpath));
}
function approxTuples(root: PlannerInfo, p: Extract<Path, { outerjoinpath: Path }>, quals: readonly RestrictInfo[]): number {
  const sj: SpecialJoinInfo = { min_lefthand: p.outerjoinpath.parent.relids, min_righthand: p.innerjoinpath.parent.relids, syn_lefthand: p.outerjoinpath.parent.relids, syn_righthand: p.innerjoinpath.parent.relids, jointype: 'inner', ojrelid: 0, lhs_strict: false, semi_can_btree: false, semi_can_hash: false, semi_operators: [], semi_rhs_exprs: [] };
  let sel = 1;
  for (const q of quals) sel *= clauseListSelectivity(root, [q], 0, 'inner', sj);
  return clampRows(sel * p.outerjoinpath.rows * p.innerjoinpath.rows);
}
/** mergejoinscansel: how far each input is read, by the ends of the histograms. */
function mergeScanSel(root: PlannerInfo, r: RestrictInfo): { ls: number; le: number; rs: number; re: number } {
  const out = { ls: 0, le: 1, rs: 0, re: 1 };
  const c = r.clause as OpExpr;
  const l = examineVariable(root, c.args[0]!);
  const rr = examineVariable(root, c.args[1]!);
  const lr = range(l); const rrg = range(rr);
  if (!lr || !rrg) return out;
  out.le = ineqConst(root, l, false, true, rrg.max, rr.type);
  out.re = ineqConst(root, rr, false, true, lr.max, l.type);
  if (out.le >= out.re) { out.re = out.le > out.re ? out.re : 1; if (out.le > out.re) out.le = 1; else out.le = out.re = 1; }
  else out.re = 1;
  out.ls = ineqConst(root, l, false, false, rrg.min, rr.type);
  out.rs = ineqConst(root, rr, false, false, lr.min, l.type);
  if (out.ls < out.rs) out.ls = 0; else if (out.ls > out.rs) out.rs = 0; else out.ls = out.rs = 0;
  return out;
}
function range(v: ReturnType<typeof examineVariable>): { min: unknown; max: unknown } | undefined {
  const h = v.stats?.histogram?.values;
  const m = v.stats?.mcv?.values;
  if (!v.impl?.compare || (!h?.length && !m?.length) || (!h?.length && m && v.stats)) { if (!h?.length) { if (!m?.length) return undefined; } }
  const cmp = v.impl?.compare;
  if (!cmp) return undefined;
  const all = [...(h?.length ? [h[0], h[h.length - 1]] : []), ...(m ?? [])];
  let min = all[0]; let max = all[0];
  for (const x of all) { try { if (cmp(x, min) < 0) min = x; if (cmp(x, max) > 0) max = x; } catch { return undefined; } }
  return { min, max };
}

/** ExecChooseHashTableSize: batches and buckets of a hash table. */
export function hashTableSize(root: PlannerInfo, ntuples: number, width: number): { buckets: number; batches: number } {
  const s = root.glob.set;
  const n = ntuples <= 0 ? 1000 : ntuples;
  const tupsize = 16 + Math.ceil((width + 16) / 8) * 8;
  const inner = n * tupsize;
  const limit = s.workMemKb * 1024 * s.hashMemMultiplier;
  const maxPointers = 2 ** Math.floor(Math.log2(Math.min(limit / 8, 2 ** 27)));
  let buckets = Math.max(1024, 2 ** Math.ceil(Math.log2(Math.min(n, maxPointers))));
  let batches = 1;
  if (inner + buckets * 8 > limit) {
    buckets = Math.min(2 ** Math.ceil(Math.log2(Math.max(limit / (tupsize + 8), 1))), maxPointers);
    const forTuples = limit - Math.min(buckets * 8, limit / 2);
    batches = Math.max(2, 2 ** Math.ceil(Math.log2(Math.ceil(inner / forTuples))));
  }
  return { buckets, batches };
}
export function costHashJoin(root: PlannerInfo, p: HashPath, semi: SemiFactors | undefined, innerUnique: boolean): void {
  const s = root.glob.set;
  const o = p.outerjoinpath;
  const i = p.innerjoinpath;
  const outerRows = o.rows;
  const innerRows = i.rows;
  const nclauses = p.path_hashclauses.length;
  p.disabled_nodes = o.disabled_nodes + i.disabled_nodes + (s.enable.hashjoin ? 0 : 1);
  let startup = o.startup_cost + i.total_cost;
  let run = o.total_cost - o.startup_cost;
  startup += (s.cpuOperatorCost * nclauses + s.cpuTupleCost) * innerRows;
  run += s.cpuOperatorCost * nclauses * outerRows;
  const { buckets, batches } = hashTableSize(root, innerRows, i.pathtarget.width);
  if (batches > 1) {
    const op = pageSize(outerRows, o.pathtarget.width);
    const ip = pageSize(innerRows, i.pathtarget.width);
    startup += s.seqPageCost * ip;
    run += s.seqPageCost * (ip + 2 * op);
  }
  p.num_batches = batches;
  p.inner_rows_total = innerRows;
  const virtual = buckets * batches;
  let bucketsize = 1;
  let mcv = 1;
  if (i.type === 'UniquePath') { bucketsize = 1 / virtual; mcv = 0; }
  else for (const r of p.path_hashclauses) {
    const rightInner = (r.right_relids & ~i.parent.relids) === 0n;
    const b = hashBucketSize(root, (r.clause as OpExpr).args[rightInner ? 1 : 0]!, virtual);
    bucketsize = Math.min(bucketsize, b.size);
    mcv = Math.min(mcv, b.mcv);
  }
  if (relationByteSize(clampRows(innerRows * mcv), i.pathtarget.width) > s.workMemKb * 1024 * s.hashMemMultiplier) p.disabled_nodes++;
  const hq = qualCost(root, p.path_hashclauses);
  const qp = qualCost(root, p.joinrestrictinfo);
  let tuples: number;
  startup += hq.startup;
  if (p.jointype === 'semi' || p.jointype === 'anti' || innerUnique) {
    const f = semi!;
    const matched = Math.round(outerRows * f.outerMatchFrac);
    const scan = 2 / (f.matchCount + 1);
    run += hq.perTuple * matched * clampRows(innerRows * bucketsize * scan) * 0.5;
    run += hq.perTuple * (outerRows - matched) * clampRows(innerRows / virtual) * 0.05;
    tuples = p.jointype === 'anti' ? outerRows - matched : matched;
  } else {
    run += hq.perTuple * outerRows * clampRows(innerRows * bucketsize) * 0.5;
    tuples = approxTuples(root, p, p.path_hashclauses);
  }
  startup += qp.startup - hq.startup;
  run += (s.cpuTupleCost + qp.perTuple - hq.perTuple) * tuples;
  startup += p.pathtarget.startup;
  run += p.pathtarget.perTuple * p.rows;
  p.startup_cost = startup;
  p.total_cost = startup + run;
}
/** estimate_hash_bucket_stats */
function hashBucketSize(root: PlannerInfo, key: import('../nodes/index.js').Expr, nbuckets: number): { size: number; mcv: number } {
  const v = examineVariable(root, key);
  const mcvFreq = v.stats?.mcv?.numbers[0] ?? 0;
  const d = numDistinct(root, v);
  if (d.isDefault) return { size: Math.max(0.1, mcvFreq), mcv: mcvFreq };
  const nullfrac = v.stats?.nullfrac ?? 0;
  const avg = (1 - nullfrac) / d.n;
  let nd = d.n;
  if (v.rel && v.rel.tuples > 0) nd = clampRows(nd * (v.rel.rows / v.rel.tuples));
  let size = nd > nbuckets ? 1 / nbuckets : 1 / nd;
  if (avg > 0 && mcvFreq > avg) size *= mcvFreq / avg;
  return { size: Math.min(1, Math.max(1e-6, size)), mcv: mcvFreq };
}
export { countContained };

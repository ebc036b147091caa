/** What happens above the joins: grouping, windows, DISTINCT, ORDER BY, LIMIT, row locks, table changes. grouping_planner. */
import { equal, type Aggref, type Expr, type TargetEntry } from '../nodes/index.js';
import { NO_AGG_COSTS, makeTarget, qualCost, targetFromTlist, type AggCosts } from './cost-scan.js';
import { extractRestrictionOrClauses } from './orclauses.js';
import { makeOneRel } from './allpaths.js';
import { estimateExpr } from './evalconst.js';
import { addBaseRels, buildBaseTargets, deconstructJointree, findLateralReferences, findPlaceholder, generateEqualities, placePlaceholders } from './initsplan.js';
import { addGroupingPaths, expandGroupingSets } from './groupingpaths.js';
import { modifyTablePath } from './modifypath.js';
import { addPath, aggPath, appendPath, applyProjection, cheapestFractional, groupResultPath, incrementalSortPath, limitPath, lockRowsPath, projectSetPath, projectionPath, setCheapest, sortPath, upperUniquePath, windowPath } from './pathnode.js';
import { countContained, hashable, pathkeysContainedIn, sortClauseKeys, sortable } from './pathkeys.js';
import type { Path, PathKey, PathTarget, PlannerInfo, RelOptInfo } from './pathnodes.js';
import { fetchUpperRel, buildSimpleRel } from './relnode.js';
import { planSetOperations } from './prepunion.js';
import { estimateNumGroups } from './stats.js';
import { someChild, type AnyTree } from './tree-types.js';
import { containSrf, containWindows, pullVars, returnsSet, some } from './vars.js';
import { planMinMax } from './planagg.js';
import { newExecParam } from './planner.js';
import { processedRowMarks } from './preptlist.js';

interface LimitEstimate { offset: number; count: number }

export function groupingPlanner(root: PlannerInfo, tupleFraction: number): void {
  const parse = root.parse;
  let limit: LimitEstimate = { offset: 0, count: 0 };
  root.tuple_fraction = tupleFraction;
  if (parse.limitCount || parse.limitOffset) limit = preprocessLimit(root, tupleFraction);
  let current: RelOptInfo;
  let finalTarget: PathTarget;
  if (parse.setOperations) {
    current = planSetOperations(root);
    const tl = root.processed_tlist;
    root.sort_pathkeys = sortClauseKeys(root, parse.sortClause, tl);
    finalTarget = current.cheapest_total!.pathtarget;
    if (root.parse.rowMarks.length) throw new Error('row locks over set operations');
  } else ({ current, finalTarget } = planSelect(root, limit));
  if (parse.sortClause.length) current = orderedPaths(root, current, finalTarget, limitTuples(root, limit));
  finalPaths(root, current, finalTarget, limit);
}
function limitTuples(root: PlannerInfo, l: LimitEstimate): number { void root; return l.count > 0 && l.offset >= 0 ? l.count + l.offset : -1; }

function preprocessLimit(root: PlannerInfo, fraction: number): LimitEstimate {
  const parse = root.parse;
  const value = (e: Expr | undefined, isCount: boolean): number => {
    if (!e) return 0;
    const c = estimateExpr(root, e);
    if (c.kind !== 'Const') return -1;
    if (c.constvalue === null) return 0;
    const n = Number(c.constvalue);
    return isCount ? Math.max(n, 1) : Math.max(n, 0);
  };
  const out = { count: value(parse.limitCount, true), offset: value(parse.limitOffset, false) };
  let f = 0;
  if (out.count !== 0) f = out.count < 0 || out.offset < 0 ? 0.1 : out.count + out.offset;
  const combine = (a: number, b: number): number => (a >= 1 ? (b >= 1 ? Math.min(a, b) : b > 0 ? a : a) : b >= 1 ? b : Math.min(a, b));
  if (f > 0) root.tuple_fraction = fraction > 0 ? combine(fraction, f) : f;
  else if (out.offset !== 0 && fraction > 0) { const o = out.offset < 0 ? 0.1 : out.offset; root.tuple_fraction = fraction >= 1 ? (o >= 1 ? fraction + o : o) : o >= 1 ? o : Math.min(1, fraction + o); if (root.tuple_fraction >= 1 && fraction < 1 && o < 1) root.tuple_fraction = 0; }
  return out;
}

/** Assigns aggno and collects the distinct aggregates: preprocess_aggrefs. */
function collectAggs(root: PlannerInfo): void {
  const visit = (n: AnyTree): boolean => {
    if (n.kind === 'Aggref' && n.agglevelsup === 0) {
      const same = root.aggs.findIndex((a) => equal(a, n));
      (n as { aggno: number }).aggno = same < 0 ? root.aggs.push(n) - 1 : same;
      return false;
    }
    return someChild(n, visit);
  };
  for (const t of root.processed_tlist) visit(t.expr);
  for (const h of root.havingQual) visit(h);
}
/** get_agg_clause_costs */
export function aggCosts(root: PlannerInfo): AggCosts {
  if (root.aggs.length === 0) return NO_AGG_COSTS;
  const c = { transStartup: 0, transPerTuple: 0, finalStartup: 0, finalPerTuple: 0, transitionSpace: 0 };
  const op = root.glob.set.cpuOperatorCost;
  for (const a of root.aggs) {
    const row = root.glob.ctx.catalog.syscache('AGGFNOID', a.aggfnoid) as Record<string, number> | undefined;
    const cost = (f: number | undefined): number => (f ? (root.glob.look.func(f)?.cost ?? 1) * op : 0);
    c.transPerTuple += cost(row?.['aggtransfn'] || 1) ;
    c.finalPerTuple += cost(row?.['aggfinalfn']);
    const args = qualCost(root, [...a.args.map((t) => t.expr), ...(a.aggfilter ? [a.aggfilter] : [])]);
    c.transStartup += args.startup;
    c.transPerTuple += args.perTuple;
    const trans = row?.['aggtranstype'] ?? a.aggtranstype;
    const t = root.glob.look.type(trans);
    if (t && !t.byval) c.transitionSpace += trans === 2281 ? (row?.['aggtransspace'] || 8192) : Math.ceil(((t.len > 0 ? t.len : root.glob.look.avgWidth(trans, -1)) + 16) / 8) * 8;
  }
  return c;
}

export function queryPlanner(root: PlannerInfo, callback: () => void): RelOptInfo {
  const from = root.parse.jointree;
  addBaseRels(root, from);
  root.all_query_rels = root.all_baserels | root.outer_join_rels;
  if (from.fromlist.length === 1 && from.fromlist[0]!.kind === 'RangeTblRef' && root.parse.rtable[from.fromlist[0]!.rtindex - 1]!.rtekind === 'result') {
    const rel = root.rels[from.fromlist[0]!.rtindex]!;
    callback();
    const quals = from.quals ? (from.quals.kind === 'BoolExpr' && from.quals.boolop === 'and' ? from.quals.args : [from.quals]) : [];
    addPath(rel, groupResultPath(root, rel, rel.reltarget, quals));
    setCheapest(rel);
    return rel;
  }
  for (const t of root.processed_tlist) registerPlaceholders(root, t.expr);
  some(root.parse.jointree, (n) => { if (n.kind === 'PlaceHolderVar') findPlaceholder(root, n); return false; });
  buildBaseTargets(root);
  findLateralReferences(root);
  const joinlist = deconstructJointree(root);
  generateEqualities(root);
  callback();
  placePlaceholders(root);
  extractRestrictionOrClauses(root);
  return makeOneRel(root, joinlist);
}
function registerPlaceholders(root: PlannerInfo, e: Expr): void { some(e, (n) => { if (n.kind === 'PlaceHolderVar' && n.phlevelsup === 0) findPlaceholder(root, n); return false; }); }

function planSelect(root: PlannerInfo, limit: LimitEstimate): { current: RelOptInfo; finalTarget: PathTarget } {
  const parse = root.parse;
  collectAggs(root);
  const sets = parse.groupingSets.length ? expandGroupingSets(root) : undefined;
  root.windowClauses = activeWindows(root);
  const tl = root.processed_tlist;
  const hasGroup = parse.groupClause.length > 0 || parse.groupingSets.length > 0 || parse.distinctClause.length > 0 || parse.hasAggs || parse.hasWindowFuncs || parse.hasTargetSRFs || root.hasHavingQual;
  root.limit_tuples = hasGroup ? -1 : limitTuples(root, limit);
  root.processed_groupClause = parse.groupClause;
  root.processed_distinctClause = parse.distinctClause;
  const callback = (): void => standardCallback(root, tl, sets !== undefined);
  let current = queryPlanner(root, callback);
  const finalTarget = targetFromTlist(root, tl);
  const windows = root.windowClauses;
  const sortInput = parse.sortClause.length ? sortInputTarget(root, finalTarget) : finalTarget;
  const groupTarget = windows.length ? windowInputTarget(root, finalTarget, windows) : sortInput;
  const grouped = parse.groupClause.length > 0 || parse.groupingSets.length > 0 || parse.hasAggs || root.hasHavingQual;
  const scanTarget = grouped ? groupInputTarget(root, finalTarget) : groupTarget;
  const srfs = parse.hasTargetSRFs;
  current = applyScanTarget(root, current, scanTarget, srfs && containAnySrf(scanTarget));
  if (grouped) {
    current = addGroupingPaths(root, current, stripSrfTarget(root, groupTarget, srfs, scanTarget), sets);
    if (srfs) current = srfPaths(root, current, groupTarget, scanTarget);
  }
  if (windows.length) {
    current = windowPaths(root, current, groupTarget, sortInput);
    if (srfs) current = srfPaths(root, current, sortInput, groupTarget);
  }
  if (parse.distinctClause.length) current = distinctPaths(root, current);
  return { current, finalTarget };
}
function containAnySrf(t: PathTarget): boolean { return t.exprs.some((e) => containSrf(e)); }
function stripSrfTarget(root: PlannerInfo, t: PathTarget, srfs: boolean, input: PathTarget): PathTarget { return srfs && containAnySrf(t) ? srfLevels(root, t, input)[0]! : t; }

/** standard_qp_callback */
function standardCallback(root: PlannerInfo, tl: TargetEntry[], sets: boolean): void {
  const parse = root.parse;
  if (parse.groupClause.length && !sets) {
    const keep: typeof parse.groupClause = [];
    root.group_pathkeys = sortClauseKeys(root, parse.groupClause, tl, keep);
    if (sortable(parse.groupClause)) root.processed_groupClause = keep;
  }
  const w = root.windowClauses[0];
  root.window_pathkeys = w ? windowKeys(root, w) : [];
  if (parse.distinctClause.length && sortable(parse.distinctClause)) { const keep: typeof parse.distinctClause = []; root.distinct_pathkeys = sortClauseKeys(root, parse.distinctClause, tl, keep); root.processed_distinctClause = keep; }
  root.sort_pathkeys = sortClauseKeys(root, parse.sortClause, tl);
  if (root.group_pathkeys.length) {
    // GROUP BY takes ORDER BY's order as far as it goes
    const prefix = root.sort_pathkeys.filter((k, i) => root.group_pathkeys.includes(k) && root.sort_pathkeys.slice(0, i).every((x) => root.group_pathkeys.includes(x)));
    if (prefix.length && root.glob.set.enable.group_by_reordering) {
      root.group_pathkeys = [...prefix, ...root.group_pathkeys.filter((k) => !prefix.includes(k))];
      root.processed_groupClause = orderClause(root, root.processed_groupClause, tl, root.group_pathkeys);
    }
  }
  root.query_pathkeys = root.group_pathkeys.length ? root.group_pathkeys : root.window_pathkeys.length ? root.window_pathkeys : root.distinct_pathkeys.length > root.sort_pathkeys.length ? root.distinct_pathkeys : root.sort_pathkeys.length ? root.sort_pathkeys : root.setop_pathkeys;
}
function orderClause(root: PlannerInfo, clause: PlannerInfo['processed_groupClause'], tl: TargetEntry[], keys: PathKey[]): PlannerInfo['processed_groupClause'] {
  const of = new Map(clause.map((c) => [sortClauseKeys(root, [c], tl)[0], c]));
  const sorted = keys.map((k) => of.get(k)).filter((c): c is PlannerInfo['processed_groupClause'][number] => c !== undefined);
  return sorted.length === clause.length ? sorted : clause;
}
function windowKeys(root: PlannerInfo, w: PlannerInfo['windowClauses'][number]): PathKey[] {
  const keys = sortClauseKeys(root, w.partitionClause, root.processed_tlist);
  for (const k of sortClauseKeys(root, w.orderClause, root.processed_tlist)) if (!keys.includes(k)) keys.push(k);
  return keys;
}

/** select_active_windows: windows in use, those with more sort columns first. */
function activeWindows(root: PlannerInfo): PlannerInfo['windowClauses'] {
  if (!root.parse.hasWindowFuncs) return [];
  const used = new Set<number>();
  for (const t of root.processed_tlist) some(t.expr, (n) => { if (n.kind === 'WindowFunc') used.add(n.winref); return false; });
  const list = root.parse.windowClause.filter((w) => used.has(w.winref));
  const key = (w: (typeof list)[number]): number[] => [...w.partitionClause.slice().sort((a, b) => a.tleSortGroupRef - b.tleSortGroupRef), ...w.orderClause].map((c) => c.tleSortGroupRef);
  return list.sort((a, b) => { const x = key(a); const y = key(b); for (let i = 0; i < Math.min(x.length, y.length); i++) if (x[i] !== y[i]) return x[i]! > y[i]! ? -1 : 1; return y.length - x.length; });
}

// targets -------------------------------------------------------------------------------------------------------------

function addDistinct(list: Expr[], refs: number[], e: Expr, ref = 0): void {
  const at = list.findIndex((x, i) => equal(x, e) && (ref === 0 || refs[i] === 0 || refs[i] === ref));
  if (at < 0) { list.push(e); refs.push(ref); } else if (ref) refs[at] = ref;
}
function groupInputTarget(root: PlannerInfo, final: PathTarget): PathTarget {
  const exprs: Expr[] = []; const refs: number[] = []; const rest: Expr[] = [];
  const grouping = new Set(root.parse.groupClause.map((c) => c.tleSortGroupRef));
  final.exprs.forEach((e, i) => { const r = final.sortgrouprefs[i]!; if (r && grouping.has(r)) addDistinct(exprs, refs, e, r); else rest.push(e); });
  for (const v of pullVars([...rest, ...root.havingQual], { aggs: 'recurse', windows: 'recurse' })) addDistinct(exprs, refs, v as Expr);
  return makeTarget(root, exprs, refs);
}
function windowInputTarget(root: PlannerInfo, final: PathTarget, windows: PlannerInfo['windowClauses']): PathTarget {
  const need = new Set<number>();
  for (const w of windows) for (const c of [...w.partitionClause, ...w.orderClause]) need.add(c.tleSortGroupRef);
  for (const c of root.parse.groupClause) need.add(c.tleSortGroupRef);
  const exprs: Expr[] = []; const refs: number[] = []; const rest: Expr[] = [];
  final.exprs.forEach((e, i) => { const r = final.sortgrouprefs[i]!; if (r && need.has(r) && !containWindows(e)) addDistinct(exprs, refs, e, r); else rest.push(e); });
  for (const v of pullVars([...rest, ...windows.flatMap((w) => [w.startOffset, w.endOffset].filter((x): x is Expr => x !== undefined))], { aggs: 'keep', windows: 'recurse' })) addDistinct(exprs, refs, v as Expr);
  return makeTarget(root, exprs, refs);
}
/** make_sort_input_target: volatile, set-returning or expensive columns wait until after the sort. */
function sortInputTarget(root: PlannerInfo, final: PathTarget): PathTarget {
  const srfWait = root.parse.hasTargetSRFs && !final.exprs.some((e, i) => final.sortgrouprefs[i] !== 0 && containSrf(e));
  let postpone = false;
  const wait = final.exprs.map((e, i) => {
    if (final.sortgrouprefs[i] !== 0) return false;
    const hit = (srfWait && containSrf(e)) || (!containSrf(e) && volatileExpr(root, e)) || ((root.parse.limitCount !== undefined || root.tuple_fraction > 0) && qualCost(root, [e]).perTuple > 10 * root.glob.set.cpuOperatorCost);
    if (hit) postpone = true;
    return hit;
  });
  if (!postpone) return final;
  const exprs: Expr[] = []; const refs: number[] = []; const rest: Expr[] = [];
  final.exprs.forEach((e, i) => { if (wait[i]) rest.push(e); else { exprs.push(e); refs.push(final.sortgrouprefs[i]!); } });
  for (const v of pullVars(rest, { aggs: 'keep', windows: 'keep' })) addDistinct(exprs, refs, v as Expr);
  return makeTarget(root, exprs, refs);
}
function volatileExpr(root: PlannerInfo, e: Expr): boolean { return some(e, (n) => n.kind === 'FuncExpr' && root.glob.look.func(n.funcid)?.volatile === 'v'); }

function applyScanTarget(root: PlannerInfo, rel: RelOptInfo, target: PathTarget, srfs: boolean): RelOptInfo {
  const levels = srfs ? srfLevels(root, target) : [target];
  const first = levels[0]!;
  rel.pathlist = rel.pathlist.map((p) => (p.param_info ? p : applyOne(root, rel, p, first)));
  rel.reltarget = first;
  const keys = rel.pathlist;
  rel.pathlist = keys;
  setCheapest(rel);
  return srfs ? srfPaths(root, rel, target) : rel;
}
function applyOne(root: PlannerInfo, rel: RelOptInfo, p: Path, t: PathTarget): Path {
  return projectionPath(root, rel, p, t);
}
/** Levels of targets, innermost first; every second one and after are ProjectSets. What the input computes is not expanded again. */
function srfLevels(root: PlannerInfo, target: PathTarget, input?: PathTarget): PathTarget[] {
  const done = (input?.exprs ?? []).filter((e) => containSrf(e));
  const isDone = (n: AnyTree): boolean => done.some((d) => equal(d, n));
  const depth = (n: AnyTree): number => { if (isDone(n)) return 0; let d = 0; someChild(n, (c) => { d = Math.max(d, depth(c)); return false; }); return (n.kind === 'FuncExpr' && n.funcretset) || (n.kind === 'OpExpr' && n.opretset) ? d + 1 : d; };
  const max = Math.max(0, ...target.exprs.map(depth));
  if (max === 0) return [target];
  const srfsAt: Expr[][] = Array.from({ length: max + 1 }, () => []);
  const plain: Expr[] = []; const refs: number[] = [];
  const visit = (n: AnyTree): void => { if (isDone(n)) { addDistinct(loose, [], n as Expr); return; } if (returnsSet(n as Expr)) { const d = depth(n); if (!srfsAt[d]!.some((x) => equal(x, n))) srfsAt[d]!.push(n as Expr); } someChild(n, (c) => { visit(c); return false; }); };
  const loose: Expr[] = [];
  target.exprs.forEach((e, i) => { if (depth(e) === 0) addDistinct(plain, refs, e, target.sortgrouprefs[i]!); else visit(e); });
  target.exprs.forEach((e) => { if (depth(e) > 0) loose.push(...(pullVars(e, { aggs: 'keep', windows: 'keep' }) as Expr[])); });
  const baseExprs = plain.slice(); const baseRefs = refs.slice();
  for (const v of loose) addDistinct(baseExprs, baseRefs, v);
  const out: PathTarget[] = [makeTarget(root, baseExprs, baseRefs)];
  const direct = target.exprs.every((e) => depth(e) === 0 || (returnsSet(e) && depth(e) === max));
  for (let d = 1; d <= max; d++) {
    if (d === max && direct) { out.push(target); break; }
    const ex = [...baseExprs]; const rf = [...baseRefs];
    for (let k = 1; k <= d; k++) for (const s of srfsAt[k]!) { const at = target.exprs.findIndex((e) => equal(e, s)); addDistinct(ex, rf, s, at >= 0 ? target.sortgrouprefs[at]! : 0); }
    out.push(makeTarget(root, ex, rf));
  }
  if (!direct) out.push(target);
  return out;
}
function srfPaths(root: PlannerInfo, rel: RelOptInfo, target: PathTarget, input?: PathTarget): RelOptInfo {
  const levels = srfLevels(root, target, input);
  if (levels.length === 1) return rel;
  rel.pathlist = rel.pathlist.map((p) => {
    if (p.param_info) return p;
    let q = p;
    for (let i = 1; i < levels.length; i++) {
      const t = levels[i]!;
      const newSrf = t.exprs.some((e) => returnsSet(e) && !levels[i - 1]!.exprs.some((o) => equal(o, e)));
      q = newSrf ? projectSetPath(root, rel, q, t) : applyProjection(root, rel, q, t);
    }
    return q;
  });
  setCheapest(rel);
  return rel;
}

// windows, distinct, order --------------------------------------------------------------------------------------------

function windowPaths(root: PlannerInfo, input: RelOptInfo, inTarget: PathTarget, outTarget: PathTarget): RelOptInfo {
  const rel = fetchUpperRel(root, 'window');
  for (const p of input.pathlist) {
    if (p !== input.cheapest_total && !(root.window_pathkeys.length && countContained(root.window_pathkeys, p.pathkeys) > 0)) continue;
    let path = p;
    let target = inTarget;
    root.windowClauses.forEach((w, i) => {
      const keys = windowKeys(root, w);
      path = sorted(root, rel, path, keys, -1);
      const funcs: Expr[] = [];
      for (const e of outTarget.exprs) some(e, (n) => { if (n.kind === 'WindowFunc' && n.winref === w.winref && !funcs.some((f) => equal(f, n))) funcs.push(n); return false; });
      const last = i === root.windowClauses.length - 1;
      const sc = stripSrfTarget(root, outTarget, root.parse.hasTargetSRFs, inTarget);
      target = last ? sc : makeTarget(root, [...target.exprs, ...funcs], [...target.sortgrouprefs, ...funcs.map(() => 0)]);
      path = windowPath(root, rel, path, target, funcs, w, last, startupTuples(root, w, path.rows));
    });
    addPath(rel, path);
  }
  setCheapest(rel);
  return rel;
}
/** How much of its input a window needs before its first row: get_windowclause_startup_tuples. */
function startupTuples(root: PlannerInfo, w: PlannerInfo['windowClauses'][number], rows: number): number {
  const tl = root.processed_tlist;
  const exprs = (l: typeof w.partitionClause): Expr[] => l.map((c) => tl.find((t) => t.ressortgroupref === c.tleSortGroupRef)!.expr);
  const parts = w.partitionClause.length ? estimateNumGroups(root, exprs(w.partitionClause), rows) : 1;
  const perPart = rows / parts;
  const peers = w.orderClause.length ? perPart / Math.max(1, estimateNumGroups(root, exprs(w.orderClause), perPart)) : perPart;
  switch (w.frame.end) {
    case 'unbounded_following': return Math.max(1, Math.ceil(perPart));
    case 'current_row': return w.frame.mode === 'rows' ? 1 : w.orderClause.length === 0 ? Math.max(1, Math.ceil(perPart)) : Math.max(1, Math.ceil(peers));
    case 'offset_following': return Math.max(1, Math.min(perPart, w.endOffset?.kind === 'Const' && typeof w.endOffset.constvalue === 'number' ? w.endOffset.constvalue + 1 : Math.ceil(perPart * 0.1)));
    default: return 1;
  }
}
function sorted(root: PlannerInfo, rel: RelOptInfo, p: Path, keys: PathKey[], limit: number): Path {
  if (pathkeysContainedIn(keys, p.pathkeys)) return p;
  const pre = countContained(keys, p.pathkeys);
  if (pre > 0 && root.glob.set.enable.incremental_sort) {
    const exprs = keys.slice(0, pre).map((k) => k.pk_eclass.ec_members.find((m) => !m.em_is_const)!.em_expr);
    return incrementalSortPath(root, rel, p, keys, pre, estimateNumGroups(root, exprs, p.rows), limit);
  }
  return sortPath(root, rel, p, keys, limit);
}
function distinctPaths(root: PlannerInfo, input: RelOptInfo): RelOptInfo {
  const rel = fetchUpperRel(root, 'distinct');
  const parse = root.parse;
  const cheapest = input.cheapest_total!;
  const exprs = parse.distinctClause.map((c) => root.processed_tlist.find((t) => t.ressortgroupref === c.tleSortGroupRef)!.expr);
  const groups = parse.groupClause.length || parse.groupingSets.length || parse.hasAggs || root.hasHavingQual ? cheapest.rows : estimateNumGroups(root, exprs, cheapest.rows);
  if (sortable(parse.distinctClause)) {
    const needed = parse.hasDistinctOn && root.distinct_pathkeys.length < root.sort_pathkeys.length ? root.sort_pathkeys : root.distinct_pathkeys;
    for (const p of input.pathlist) {
      if (p !== cheapest && !pathkeysContainedIn(needed, p.pathkeys) && countContained(needed, p.pathkeys) === 0) continue;
      const s = sorted(root, rel, p, needed, root.distinct_pathkeys.length === 0 ? 1 : -1);
      if (root.distinct_pathkeys.length === 0) addPath(rel, limitPath(rel, s, undefined, { kind: 'Const', consttype: 20, consttypmod: -1, constcollid: 0, constvalue: 1, location: -1 }, 'count', 0, 1));
      else addPath(rel, upperUniquePath(root, rel, s, root.distinct_pathkeys.length, groups));
    }
  }
  const bytes = groups * (Math.ceil(cheapest.pathtarget.width / 8) * 8 + 40);
  void bytes;
  if (!parse.hasDistinctOn && hashable(parse.distinctClause)) addPath(rel, aggPath(root, rel, cheapest, cheapest.pathtarget, 'hashed', root.processed_distinctClause.length ? root.processed_distinctClause : parse.distinctClause, [], NO_AGG_COSTS, groups));
  setCheapest(rel);
  return rel;
}
function orderedPaths(root: PlannerInfo, input: RelOptInfo, target: PathTarget, limit: number): RelOptInfo {
  const rel = fetchUpperRel(root, 'ordered');
  const cheapest = input.cheapest_total!;
  for (const p of input.pathlist) {
    const isSorted = pathkeysContainedIn(root.sort_pathkeys, p.pathkeys);
    if (!isSorted && p !== cheapest && countContained(root.sort_pathkeys, p.pathkeys) === 0) continue;
    let q = p;
    if (!isSorted) {
      q = sorted(root, rel, p, root.sort_pathkeys, limit);
      if (p === cheapest && q.type === 'IncrementalSort') addPath(rel, finishTarget(root, rel, sortPath(root, rel, p, root.sort_pathkeys, limit), target));
    }
    addPath(rel, finishTarget(root, rel, q, target));
  }
  setCheapest(rel);
  return rel;
}
function finishTarget(root: PlannerInfo, rel: RelOptInfo, p: Path, target: PathTarget): Path {
  if (p.pathtarget === target || (p.pathtarget.exprs.length === target.exprs.length && p.pathtarget.exprs.every((e, i) => e === target.exprs[i]))) return p;
  if (target.exprs.some((e) => containSrf(e) && !p.pathtarget.exprs.some((x) => equal(x, e)))) {
    let q = p;
    const levels = srfLevels(root, target, p.pathtarget);
    for (let i = 1; i < levels.length; i++) q = levels[i]!.exprs.some((e) => returnsSet(e) && !levels[i - 1]!.exprs.some((o) => equal(o, e))) ? projectSetPath(root, rel, q, levels[i]!) : applyProjection(root, rel, q, levels[i]!);
    return q;
  }
  return applyProjection(root, rel, p, target);
}

function finalPaths(root: PlannerInfo, input: RelOptInfo, _target: PathTarget, limit: LimitEstimate): void {
  const rel = fetchUpperRel(root, 'final');
  const parse = root.parse;
  rel.dummy = input.dummy && parse.commandType === 'select' && !parse.setOperations;
  const marks = processedRowMarks(root);
  const epq = marks.length || parse.commandType !== 'select' ? newExecParam(root.glob, 0) : -1;
  for (const p of input.pathlist) {
    let q = p;
    if (parse.rowMarks.length) q = lockRowsPath(root, rel, q, marks, epq);
    if (limitNeeded(root)) q = limitPath(rel, q, parse.limitOffset, parse.limitCount, parse.limitOption, limit.offset, limit.count);
    if (parse.commandType !== 'select') q = modifyTablePath(root, rel, q, parse.rowMarks.length ? [] : marks, epq);
    addPath(rel, q);
  }
  setCheapest(rel);
}
/** limit_needed: LIMIT NULL and OFFSET 0 need no node. */
function limitNeeded(root: PlannerInfo): boolean {
  const c = root.parse.limitCount;
  if (c && !(c.kind === 'Const' && c.constvalue === null)) return true;
  const o = root.parse.limitOffset;
  return o !== undefined && !(o.kind === 'Const' && (o.constvalue === null || Number(o.constvalue) === 0));
}
export { appendPath, buildSimpleRel, cheapestFractional, planMinMax };
export type { Aggref };

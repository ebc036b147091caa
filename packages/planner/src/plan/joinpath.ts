/** Paths of one join of two relations: nested loops, merge and hash joins. PostgreSQL's joinpath.c. */
import type { JoinType } from '../nodes/index.js';
import { costHashJoin, costMergeJoin, costNestLoop, semiFactors, type SemiFactors } from './cost-join.js';
import { containNonstrict, mergeclauseClasses } from './equivclass.js';
import { addPath, cheapestForKeys, comparePathCosts, materialPath } from './pathnode.js';
import { innerKeysForMerge, mergeClausesForOuter, outerKeysForMerge, pathkeysContainedIn, trimMergeClauses, truncateUseless } from './pathkeys.js';
import type { HashPath, MergePath, NestPath, Path, PathKey, PlannerInfo, RelOptInfo, RestrictInfo, SpecialJoinInfo } from './pathnodes.js';
import { requiredOuter } from './pathnodes.js';
import { joinParamInfo } from './parampath.js';
import { isSubset, overlaps, type Relids } from './relids.js';
import { uniquePath } from './uniquepath.js';
import { memoizePath } from './memoize.js';
import { movableInto } from './restrictinfo.js';

interface Extra { restrict: RestrictInfo[]; merge: RestrictInfo[]; innerUnique: boolean; sj: SpecialJoinInfo; semi: SemiFactors | undefined; paramSource: Relids }
type JT = JoinType | 'unique_outer' | 'unique_inner';

export function addPathsToJoinRel(root: PlannerInfo, rel: RelOptInfo, outer: RelOptInfo, inner: RelOptInfo, jt: JT, sj: SpecialJoinInfo, restrict: RestrictInfo[]): void {
  const x: Extra = { restrict, merge: [], innerUnique: false, sj, semi: undefined, paramSource: 0n };
  const plain: JoinType = jt === 'unique_inner' || jt === 'unique_outer' ? 'inner' : jt;
  if (jt === 'semi' || jt === 'anti' || jt === 'right_semi' || jt === 'right_anti') x.innerUnique = false;
  else if (jt === 'unique_inner') x.innerUnique = isSubset(sj.min_lefthand, outer.relids);
  else if (jt === 'unique_outer') x.innerUnique = innerIsUnique(root, rel, outer, inner, 'inner', restrict);
  else x.innerUnique = innerIsUnique(root, rel, outer, inner, plain, restrict);
  const mergeClauses = selectMergeClauses(root, rel, outer, inner, restrict, plain);
  x.merge = mergeClauses ?? [];
  if (plain === 'semi' || plain === 'anti' || x.innerUnique) x.semi = semiFactors(root, outer, inner, plain, sj, restrict, rel.relids);
  for (const s of root.join_info_list) {
    if (overlaps(rel.relids, s.min_righthand) && !overlaps(rel.relids, s.min_lefthand)) x.paramSource |= root.all_baserels & ~s.min_righthand;
    if (s.jointype === 'full' && overlaps(rel.relids, s.min_lefthand) && !overlaps(rel.relids, s.min_righthand)) x.paramSource |= root.all_baserels & ~s.min_lefthand;
  }
  x.paramSource |= rel.lateral_relids;
  const mergeOk = x.merge.length > 0 || (plain === 'full' && mergeClauses !== undefined);
  if (mergeOk && jt !== 'right_semi') sortInnerOuter(root, rel, outer, inner, jt, x);
  if (plain !== 'right' && plain !== 'right_anti' && plain !== 'full' && plain !== 'right_semi') matchUnsortedOuter(root, rel, outer, inner, jt, x);
  else if (mergeOk && plain !== 'right_semi') matchMergeOuter(root, rel, outer, inner, jt, x);
  hashInnerOuter(root, rel, outer, inner, jt, x);
}

/** innerrel_is_unique: some unique index covers the inner's join columns, or it is distinct by construction. */
export function innerIsUnique(root: PlannerInfo, rel: RelOptInfo, outer: RelOptInfo, inner: RelOptInfo, jt: JoinType, restrict: readonly RestrictInfo[]): boolean {
  if (restrict.length === 0) return false;
  if (inner.reloptkind !== 'base') return false;
  const clauses = restrict.filter((r) => {
    if ((jt === 'left' || jt === 'full' || jt === 'anti') && (r.is_pushed_down || !isSubset(r.required_relids, rel.relids)) ) { if (r.is_pushed_down) return false; }
    return r.can_join && r.mergeopfamilies.length > 0 && sides(r, outer.relids, inner.relids);
  });
  return relUnique(root, inner, clauses);
}
/** relation_has_unique_index_for and query_is_distinct_for */
function relUnique(root: PlannerInfo, inner: RelOptInfo, clauses: readonly RestrictInfo[]): boolean {
  if (inner.subroot) return distinctFor(inner, clauses);
  for (const ix of inner.indexlist) {
    if (!ix.unique || !ix.immediate || (ix.indpred.length && !ix.predOK)) continue;
    let all = true;
    for (let c = 0; c < ix.nkeycolumns && all; c++) {
      const att = ix.indexkeys[c]!;
      const matches = (r: RestrictInfo, e: import('../nodes/index.js').Expr): boolean => {
        while (e.kind === 'RelabelType') e = e.arg;
        return r.mergeopfamilies.includes(ix.opfamily[c]!) && e.kind === 'Var' && e.varno === inner.relid && e.varattno === att && att !== 0;
      };
      const hit = clauses.some((r) => { const a = (r.clause as { args: import('../nodes/index.js').Expr[] }).args; return matches(r, isSubset(r.left_relids, inner.relids) ? a[0]! : a[1]!); })
        || inner.baserestrictinfo.some((r) => r.mergeopfamilies.length > 0 && r.clause.kind === 'OpExpr' && ((r.left_relids === 0n && matches(r, r.clause.args[1]!)) || (r.right_relids === 0n && matches(r, r.clause.args[0]!))));
      if (!hit) all = false;
    }
    if (all) return true;
  }
  return false;
}
function distinctFor(inner: RelOptInfo, clauses: readonly RestrictInfo[]): boolean {
  const q = inner.subroot!.parse;
  const cols = new Set<number>();
  for (const r of clauses) { const a = (r.clause as { args: import('../nodes/index.js').Expr[] }).args; let e = isSubset(r.left_relids, inner.relids) ? a[0]! : a[1]!; while (e.kind === 'RelabelType') e = e.arg; if (e.kind === 'Var') cols.add(e.varattno); }
  const covered = (refs: readonly { tleSortGroupRef: number }[]): boolean => refs.every((c) => q.targetList.some((t) => t.ressortgroupref === c.tleSortGroupRef && cols.has(t.resno)));
  if (q.distinctClause.length && covered(q.distinctClause)) return true;
  if (q.hasTargetSRFs && !q.distinctClause.length) return false;
  if (q.groupClause.length && !q.groupingSets.length) return covered(q.groupClause);
  if (q.groupingSets.length) return false;
  if (q.hasAggs || q.havingQual) return true;
  if (q.setOperations?.kind === 'SetOperationStmt' && !q.setOperations.all) return q.targetList.filter((t) => !t.resjunk).every((t) => cols.has(t.resno));
  return false;
}
function sides(r: RestrictInfo, outer: Relids, inner: Relids): boolean {
  if (isSubset(r.left_relids, outer) && isSubset(r.right_relids, inner)) { r.outer_is_left = true; return true; }
  if (isSubset(r.left_relids, inner) && isSubset(r.right_relids, outer)) { r.outer_is_left = false; return true; }
  return false;
}
/** select_mergejoin_clauses; undefined where a clause that is no merge clause forbids this kind of merge join. */
function selectMergeClauses(root: PlannerInfo, rel: RelOptInfo, outer: RelOptInfo, inner: RelOptInfo, restrict: readonly RestrictInfo[], jt: JoinType): RestrictInfo[] | undefined {
  const isOuter = jt === 'left' || jt === 'right' || jt === 'full' || jt === 'anti' || jt === 'right_anti';
  const out: RestrictInfo[] = [];
  let nonMerge = false;
  for (const r of restrict) {
    if (isOuter && pushedDown(r, rel.relids)) continue;
    if (!r.can_join || r.mergeopfamilies.length === 0 || !sides(r, outer.relids, inner.relids)) { if (!(r.clause.kind === 'Const')) nonMerge = true; continue; }
    mergeclauseClasses(root, r);
    if (r.left_ec!.ec_has_const && r.left_ec === r.right_ec) { nonMerge = true; continue; }
    if (r.left_ec!.ec_has_volatile || r.right_ec!.ec_has_volatile) continue;
    if (keyConst(r)) { nonMerge = true; continue; }
    out.push(r);
  }
  return (jt === 'right' || jt === 'right_anti' || jt === 'full') && nonMerge ? undefined : out;
}
function keyConst(r: RestrictInfo): boolean { return (r.outer_is_left ? r.left_ec! : r.right_ec!).ec_has_const || (r.outer_is_left ? r.right_ec! : r.left_ec!).ec_has_const; }
export function pushedDown(r: RestrictInfo, joinRelids: Relids): boolean { return r.is_pushed_down || !isSubset(r.required_relids, joinRelids); }

const joinBase = (root: PlannerInfo, rel: RelOptInfo, o: Path, i: Path, jt: JoinType, x: Extra, keys: PathKey[], need: Relids) => ({
  parent: rel, pathtarget: rel.reltarget, param_info: need ? joinParamInfo(root, rel, o, i, x.sj, need, x.restrict) : undefined, rows: need ? joinParamInfo(root, rel, o, i, x.sj, need, x.restrict).ppi_rows : rel.rows,
  startup_cost: 0, total_cost: 0, disabled_nodes: 0, pathkeys: keys, jointype: jt, inner_unique: x.innerUnique, outerjoinpath: o, innerjoinpath: i, joinrestrictinfo: x.restrict,
});
const toPlain = (jt: JT): JoinType => (jt === 'unique_inner' || jt === 'unique_outer' ? 'inner' : jt);

function tryNestLoop(root: PlannerInfo, rel: RelOptInfo, o: Path, i: Path, keys: PathKey[], jt: JT, x: Extra): void {
  const oo = requiredOuter(o);
  const io = requiredOuter(i);
  if (overlaps(oo, i.parent.relids)) return;
  const need = (oo | io) & ~o.parent.relids & ~i.parent.relids;
  if (need && (overlaps(need, rel.relids) || (!overlaps(need, x.paramSource) && !allowStar(o, i)))) return;
  const plain = toPlain(jt);
  const p: NestPath = { type: 'NestLoop', ...joinBase(root, rel, o, i, plain, x, plain === 'full' ? [] : keys, need) };
  if (overlaps(io, o.parent.relids)) {
    const jrelids = i.parent.relids | io;
    p.joinrestrictinfo = x.restrict.filter((r) => !movableInto(r, i.parent.relids, jrelids) || !i.param_info!.ppi_clauses.includes(r) && !sameEc(r, i.param_info!.ppi_clauses));
  }
  costNestLoop(root, p, x.semi, x.innerUnique);
  addPath(rel, p);
}
function sameEc(r: RestrictInfo, list: readonly RestrictInfo[]): boolean { return list.includes(r) || (r.parent_ec !== undefined && list.some((c) => c.parent_ec === r.parent_ec)); }
function allowStar(o: Path, i: Path): boolean { const io = requiredOuter(i); return overlaps(io, o.parent.relids) && (io & ~o.parent.relids) !== 0n; }

function tryMergeJoin(root: PlannerInfo, rel: RelOptInfo, o: Path, i: Path, keys: PathKey[], clauses: RestrictInfo[], outerKeys: PathKey[], innerKeys: PathKey[], jt: JT, x: Extra): void {
  const oo = requiredOuter(o);
  const io = requiredOuter(i);
  if (overlaps(oo, i.parent.relids) || overlaps(io, o.parent.relids)) return;
  const need = oo | io;
  if (need && !overlaps(need, x.paramSource)) return;
  if (outerKeys.length && pathkeysContainedIn(outerKeys, o.pathkeys)) outerKeys = [];
  if (innerKeys.length && pathkeysContainedIn(innerKeys, i.pathkeys)) innerKeys = [];
  const plain = toPlain(jt);
  const p: MergePath = { type: 'MergeJoin', ...joinBase(root, rel, o, i, plain, x, plain === 'full' || plain === 'right' || plain === 'right_anti' ? [] : keys, need), path_mergeclauses: clauses, outersortkeys: outerKeys, innersortkeys: innerKeys, outer_presorted_keys: 0, skip_mark_restore: false, materialize_inner: false };
  costMergeJoin(root, p, x.innerUnique);
  addPath(rel, p);
}
function tryHashJoin(root: PlannerInfo, rel: RelOptInfo, o: Path, i: Path, clauses: RestrictInfo[], jt: JT, x: Extra): void {
  const oo = requiredOuter(o);
  const io = requiredOuter(i);
  if (overlaps(oo, i.parent.relids) || overlaps(io, o.parent.relids)) return;
  const need = oo | io;
  if (need && !overlaps(need, x.paramSource)) return;
  const p: HashPath = { type: 'HashJoin', ...joinBase(root, rel, o, i, toPlain(jt), x, [], need), path_hashclauses: clauses, num_batches: 1, inner_rows_total: 0 };
  costHashJoin(root, p, x.semi, x.innerUnique);
  addPath(rel, p);
}

function sortInnerOuter(root: PlannerInfo, rel: RelOptInfo, outer: RelOptInfo, inner: RelOptInfo, jt: JT, x: Extra): void {
  let o = outer.cheapest_total!;
  let i = inner.cheapest_total!;
  if (overlaps(requiredOuter(o), inner.relids) || overlaps(requiredOuter(i), outer.relids)) return;
  if (jt === 'unique_outer') { const u = uniquePath(root, outer, o, x.sj); if (!u) return; o = u; } else if (jt === 'unique_inner') { const u = uniquePath(root, inner, i, x.sj); if (!u) return; i = u; }
  const all = outerKeysForMerge(root, x.merge, rel);
  for (const [n, first] of all.entries()) {
    const outerKeys = n === 0 ? all : [first, ...all.filter((k) => k !== first)];
    const clauses = mergeClausesForOuter(root, outerKeys, x.merge);
    const innerKeys = innerKeysForMerge(root, clauses, outerKeys);
    const keys = truncateUseless(root, rel, outerKeys);
    tryMergeJoin(root, rel, o, i, keys, clauses, outerKeys, innerKeys, jt, x);
  }
}

function matchUnsortedOuter(root: PlannerInfo, rel: RelOptInfo, outer: RelOptInfo, inner: RelOptInfo, jt: JT, x: Extra): void {
  let it: Path | undefined = inner.cheapest_total!;
  if (overlaps(requiredOuter(it), outer.relids)) it = undefined;
  let mat: Path | undefined;
  if (jt === 'unique_inner') { it = it && uniquePath(root, inner, it, x.sj); if (!it) return; }
  else if (it && root.glob.set.enable.material && !materializes(it)) mat = materialPath(root, inner, it);
  for (const outerPath of outer.pathlist) {
    let o = outerPath;
    if (overlaps(requiredOuter(o), inner.relids)) continue;
    if (jt === 'unique_outer') { if (o !== outer.cheapest_total) continue; const u = uniquePath(root, outer, o, x.sj); if (!u) continue; o = u; }
    const keys = truncateUseless(root, rel, o.pathkeys);
    if (jt === 'unique_inner') tryNestLoop(root, rel, o, it!, keys, jt, x);
    else {
      for (const i of inner.cheapest_parameterized) {
        tryNestLoop(root, rel, o, i, keys, jt, x);
        const m = memoizePath(root, inner, outer, i, o, toPlain(jt), x);
        if (m) tryNestLoop(root, rel, o, m, keys, jt, x);
      }
      if (mat) tryNestLoop(root, rel, o, mat, keys, jt, x);
    }
    if (jt === 'unique_outer' || !it) continue;
    mergeWithSorted(root, rel, inner, o, it, keys, jt, x);
  }
}
function matchMergeOuter(root: PlannerInfo, rel: RelOptInfo, outer: RelOptInfo, inner: RelOptInfo, jt: JT, x: Extra): void {
  const it = inner.cheapest_total!;
  if (overlaps(requiredOuter(it), outer.relids)) return;
  for (const o of outer.pathlist) if (!overlaps(requiredOuter(o), inner.relids)) mergeWithSorted(root, rel, inner, o, it, [], jt, x);
}
/** generate_mergejoin_paths */
function mergeWithSorted(root: PlannerInfo, rel: RelOptInfo, inner: RelOptInfo, o: Path, it: Path, keys: PathKey[], jt: JT, x: Extra): void {
  const clauses = mergeClausesForOuter(root, o.pathkeys, x.merge);
  if (clauses.length === 0 && jt === 'full' && x.merge.length === 0) tryMergeJoin(root, rel, o, it, keys, [], [], [], jt, x);
  if (clauses.length === 0) return;
  if ((jt === 'right' || jt === 'right_anti' || jt === 'full') && clauses.length !== x.merge.length) return;
  const innerKeys = innerKeysForMerge(root, clauses, o.pathkeys);
  tryMergeJoin(root, rel, o, it, keys, clauses, [], innerKeys, jt, x);
  if (jt === 'unique_inner') return;
  let bestTotal: Path | undefined = pathkeysContainedIn(innerKeys, it.pathkeys) ? it : undefined;
  for (let n = innerKeys.length; n > 0; n--) {
    const trial = innerKeys.slice(0, n);
    const i = cheapestForKeys(inner.pathlist, trial, 0n, false);
    if (i && (!bestTotal || comparePathCosts(i, bestTotal, false) < 0)) {
      const c = n < innerKeys.length ? trimMergeClauses(clauses, trial) : clauses;
      if (c.length === 0) break;
      tryMergeJoin(root, rel, o, i, keys, c, [], [], jt, x);
      bestTotal = i;
    }
    if (jt === 'right' || jt === 'right_anti' || jt === 'full') break;
  }
}
export function materializes(p: Path): boolean {
  return p.type === 'Material' || p.type === 'Sort' || p.type === 'FunctionScan' || p.type === 'TableFuncScan' || p.type === 'CteScan' || p.type === 'WorkTableScan' || p.type === 'NamedTuplestoreScan' || p.type === 'Memoize';
}

function hashInnerOuter(root: PlannerInfo, rel: RelOptInfo, outer: RelOptInfo, inner: RelOptInfo, jt: JT, x: Extra): void {
  const plain = toPlain(jt);
  const isOuter = plain !== 'inner' && plain !== 'semi' && plain !== 'right_semi';
  const clauses = x.restrict.filter((r) => !(isOuter && pushedDown(r, rel.relids)) && r.can_join && r.hashjoinoperator && sides(r, outer.relids, inner.relids));
  if (clauses.length === 0) return;
  const ot = outer.cheapest_total!;
  const it = inner.cheapest_total!;
  const os = outer.cheapest_startup;
  if (overlaps(requiredOuter(ot), inner.relids) || overlaps(requiredOuter(it), outer.relids)) return;
  if (jt === 'unique_outer') { const u = uniquePath(root, outer, ot, x.sj); if (u) tryHashJoin(root, rel, u, it, clauses, jt, x); return; }
  if (jt === 'unique_inner') {
    const u = uniquePath(root, inner, it, x.sj);
    if (!u) return;
    tryHashJoin(root, rel, ot, u, clauses, jt, x);
    if (os && os !== ot) tryHashJoin(root, rel, os, u, clauses, jt, x);
    return;
  }
  if (os) tryHashJoin(root, rel, os, it, clauses, jt, x);
  for (const o of outer.cheapest_parameterized) {
    if (overlaps(requiredOuter(o), inner.relids)) continue;
    for (const i of inner.cheapest_parameterized) {
      if (overlaps(requiredOuter(i), outer.relids) || (o === os && i === it)) continue;
      tryHashJoin(root, rel, o, i, clauses, jt, x);
    }
  }
}
export { containNonstrict };

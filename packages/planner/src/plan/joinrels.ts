/** Which relations can be joined in which order: dynamic programming over levels. PostgreSQL's joinrels.c. */
import { joinEqualities } from './equivclass.js';
import { addPathsToJoinRel } from './joinpath.js';
import { joinSize } from './joinsize.js';
import { addPath, setCheapest, groupResultPath } from './pathnode.js';
import type { PlannerInfo, RelOptInfo, RestrictInfo, SpecialJoinInfo } from './pathnodes.js';
import { isSubset, overlaps, relidBit, type Relids } from './relids.js';
import { buildJoinTarget, emptyRel } from './relnode.js';
import { makeBoolConst } from '../nodes/index.js';
import { uniquePath } from './uniquepath.js';

export function standardJoinSearch(root: PlannerInfo, initial: RelOptInfo[]): RelOptInfo {
  const levels: RelOptInfo[][] = [[], initial];
  root.joinRelLevels = levels;
  for (let lev = 2; lev <= initial.length; lev++) {
    levels[lev] = [];
    searchLevel(root, levels, lev);
    for (const rel of levels[lev]!) setCheapest(rel);
  }
  const top = levels[initial.length]!;
  if (top.length !== 1) throw new Error(`failed to build any ${initial.length}-way joins`);
  return top[0]!;
}
function searchLevel(root: PlannerInfo, levels: RelOptInfo[][], lev: number): void {
  for (const old of levels[lev - 1]!) {
    if (old.joininfo.length || old.has_eclass_joins || hasRestriction(root, old)) {
      const others = lev === 2 ? levels[1]!.slice(levels[1]!.indexOf(old) + 1) : levels[1]!;
      for (const o of others) if (!overlaps(old.relids, o.relids) && (relevantClause(root, old, o) || orderRestriction(root, old, o))) makeJoinRel(root, old, o, levels[lev]!);
    } else for (const o of levels[1]!) if (!overlaps(old.relids, o.relids)) makeJoinRel(root, old, o, levels[lev]!);
  }
  for (let k = 2; k <= lev - k; k++) {
    const other = lev - k;
    for (const [i, old] of levels[k]!.entries()) {
      if (!old.joininfo.length && !old.has_eclass_joins && !hasRestriction(root, old)) continue;
      const list = k === other ? levels[other]!.slice(i + 1) : levels[other]!;
      for (const o of list) if (!overlaps(old.relids, o.relids) && (relevantClause(root, old, o) || orderRestriction(root, old, o))) makeJoinRel(root, old, o, levels[lev]!);
    }
  }
  if (levels[lev]!.length === 0) for (const old of levels[lev - 1]!) for (const o of levels[1]!) if (!overlaps(old.relids, o.relids)) makeJoinRel(root, old, o, levels[lev]!);
}
function hasRestriction(root: PlannerInfo, rel: RelOptInfo): boolean {
  if (rel.lateral_relids || rel.lateral_referencers) return true;
  return root.join_info_list.some((s) => {
    if (s.jointype === 'full') return false;
    if (isSubset(s.min_lefthand, rel.relids) && isSubset(s.min_righthand, rel.relids)) return false;
    return overlaps(s.min_lefthand, rel.relids) || overlaps(s.min_righthand, rel.relids);
  });
}
function orderRestriction(root: PlannerInfo, a: RelOptInfo, b: RelOptInfo): boolean {
  if (overlaps(a.relids, b.lateral_relids) || overlaps(b.relids, a.lateral_relids)) return true;
  for (const p of root.placeholders) if (isSubset(a.relids, p.ph_eval_at) && isSubset(b.relids, p.ph_eval_at)) return true;
  for (const s of root.join_info_list) {
    if (s.jointype === 'full') continue;
    if (isSubset(s.min_righthand, a.relids) && isSubset(s.min_lefthand, b.relids)) return true;
    if (isSubset(s.min_righthand, b.relids) && isSubset(s.min_lefthand, a.relids)) return true;
    if (overlaps(s.min_righthand, a.relids) && overlaps(s.min_righthand, b.relids)) return true;
    if (overlaps(s.min_lefthand, a.relids) && overlaps(s.min_lefthand, b.relids)) return true;
  }
  return false;
}
function relevantClause(root: PlannerInfo, a: RelOptInfo, b: RelOptInfo): boolean {
  const list = a.joininfo.length <= b.joininfo.length ? a.joininfo : b.joininfo;
  const other = list === a.joininfo ? b.relids : a.relids;
  if (list.some((r) => overlaps(other, r.required_relids))) return true;
  if (!a.has_eclass_joins || !b.has_eclass_joins) return false;
  return root.eq_classes.some((ec) => ec.ec_members.length > 1 && !ec.ec_has_const && overlaps(ec.ec_relids, a.relids) && overlaps(ec.ec_relids, b.relids) && !(isSubset(ec.ec_relids, a.relids)));
}

/** join_is_legal: the special join that this join carries out, 'plain', or undefined when not allowed. */
function joinIsLegal(root: PlannerInfo, r1: RelOptInfo, r2: RelOptInfo, relids: Relids): { sj: SpecialJoinInfo | undefined; reversed: boolean } | undefined {
  let match: SpecialJoinInfo | undefined;
  let reversed = false;
  let uniqueified = false;
  let mustBeLeft = false;
  for (const s of root.join_info_list) {
    if (!overlaps(s.min_righthand, relids)) continue;
    if (isSubset(relids, s.min_righthand)) continue;
    if (isSubset(s.min_lefthand, r1.relids) && isSubset(s.min_righthand, r1.relids)) continue;
    if (isSubset(s.min_lefthand, r2.relids) && isSubset(s.min_righthand, r2.relids)) continue;
    if (s.jointype === 'semi') {
      if (isSubset(s.syn_righthand, r1.relids) && s.syn_righthand !== r1.relids) continue;
      if (isSubset(s.syn_righthand, r2.relids) && s.syn_righthand !== r2.relids) continue;
    }
    if (isSubset(s.min_lefthand, r1.relids) && isSubset(s.min_righthand, r2.relids)) { if (match) return undefined; match = s; reversed = false; }
    else if (isSubset(s.min_lefthand, r2.relids) && isSubset(s.min_righthand, r1.relids)) { if (match) return undefined; match = s; reversed = true; }
    else if (s.jointype === 'semi' && s.syn_righthand === r2.relids && r2.cheapest_total && uniquePath(root, r2, r2.cheapest_total, s)) { if (match) return undefined; match = s; reversed = false; uniqueified = true; }
    else if (s.jointype === 'semi' && s.syn_righthand === r1.relids && r1.cheapest_total && uniquePath(root, r1, r1.cheapest_total, s)) { if (match) return undefined; match = s; reversed = true; uniqueified = true; }
    else {
      if (overlaps(r1.relids, s.min_righthand) && overlaps(r2.relids, s.min_righthand)) continue;
      if (s.jointype !== 'left' || overlaps(relids, s.min_lefthand)) return undefined;
      mustBeLeft = true;
    }
  }
  if (mustBeLeft && (!match || match.jointype !== 'left' || !match.lhs_strict)) return undefined;
  const l1 = overlaps(r1.relids, r2.lateral_relids);
  const l2 = overlaps(r2.relids, r1.lateral_relids);
  if (l1 || l2) {
    if (l1 && l2) return undefined;
    if (match && (reversed ? l1 : l2)) return undefined;
    if (match && (match.jointype === 'full' || uniqueified)) return undefined;
  }
  return { sj: match, reversed };
}

export function makeJoinRel(root: PlannerInfo, a: RelOptInfo, b: RelOptInfo, level: RelOptInfo[]): RelOptInfo | undefined {
  let relids = a.relids | b.relids;
  const legal = joinIsLegal(root, a, b, relids);
  if (!legal) return undefined;
  if (legal.reversed) [a, b] = [b, a];
  if (legal.sj?.ojrelid && legal.sj.jointype !== 'semi' && isSubset(legal.sj.min_righthand, b.relids)) relids |= relidBit(legal.sj.ojrelid);
  const sj: SpecialJoinInfo = legal.sj ?? { min_lefthand: a.relids, min_righthand: b.relids, syn_lefthand: a.relids, syn_righthand: b.relids, jointype: 'inner', ojrelid: 0, lhs_strict: false, semi_can_btree: false, semi_can_hash: false, semi_operators: [], semi_rhs_exprs: [] };
  let rel = root.joinRels.get(relids);
  const restrict = buildRestrictList(root, relids, a, b);
  if (!rel) {
    rel = buildJoinRel(root, relids, a, b, sj, restrict);
    root.joinRels.set(relids, rel);
    level.push(rel);
  }
  if (rel.dummy) return rel;
  populate(root, a, b, rel, sj, restrict);
  return rel;
}
function buildJoinRel(root: PlannerInfo, relids: Relids, a: RelOptInfo, b: RelOptInfo, sj: SpecialJoinInfo, restrict: RestrictInfo[]): RelOptInfo {
  const rel = emptyRel('join', relids);
  rel.consider_startup = root.tuple_fraction > 0;
  rel.rtekind = 'join';
  rel.lateral_relids = (a.lateral_relids | b.lateral_relids) & ~relids;
  buildJoinTarget(root, rel, a, sj, sj.jointype === 'full');
  buildJoinTarget(root, rel, b, sj, sj.jointype !== 'inner' && sj.jointype !== 'semi');
  for (const p of root.placeholders) {
    if (isSubset(p.ph_eval_at, relids) && !isSubset(p.ph_needed, relids) && !isSubset(p.ph_eval_at, a.relids) && !isSubset(p.ph_eval_at, b.relids)) {
      rel.reltarget.exprs.push(p.ph_var);
      rel.reltarget.sortgrouprefs.push(0);
      rel.reltarget.width += p.ph_width;
    }
  }
  for (const r of [...a.joininfo, ...b.joininfo]) if (!isSubset(r.required_relids, relids) && !rel.joininfo.includes(r)) rel.joininfo.push(r);
  rel.has_eclass_joins = root.eq_classes.some((ec) => ec.ec_members.length > 1 && !ec.ec_has_const && overlaps(ec.ec_relids, relids) && !isSubset(ec.ec_relids, relids));
  rel.rows = joinSize(root, rel, a, b, a.rows, b.rows, sj, restrict);
  return rel;
}
function buildRestrictList(root: PlannerInfo, relids: Relids, a: RelOptInfo, b: RelOptInfo): RestrictInfo[] {
  const out: RestrictInfo[] = [];
  const both = a.relids | b.relids;
  for (const r of [...a.joininfo, ...b.joininfo]) {
    if (!isSubset(r.required_relids, relids) || out.includes(r)) continue;
    if (isSubset(r.required_relids, a.relids) || isSubset(r.required_relids, b.relids)) continue;
    out.push(r);
  }
  out.push(...joinEqualities(root, relids, a.relids, b));
  void both;
  return out;
}
function constFalse(restrict: readonly RestrictInfo[], relids: Relids, onlyPushed: boolean): boolean {
  return restrict.some((r) => r.clause.kind === 'Const' && r.clause.constvalue !== true && (!onlyPushed || r.is_pushed_down || !isSubset(r.required_relids, relids)));
}
function populate(root: PlannerInfo, a: RelOptInfo, b: RelOptInfo, rel: RelOptInfo, sj: SpecialJoinInfo, restrict: RestrictInfo[]): void {
  const both = (t1: Parameters<typeof addPathsToJoinRel>[4], t2: Parameters<typeof addPathsToJoinRel>[4] | undefined): void => {
    addPathsToJoinRel(root, rel, a, b, t1, sj, restrict);
    if (t2) addPathsToJoinRel(root, rel, b, a, t2, sj, restrict);
  };
  switch (sj.jointype) {
    case 'inner':
      if (a.dummy || b.dummy || constFalse(restrict, rel.relids, false)) { markDummy(root, rel); return; }
      both('inner', 'inner');
      break;
    case 'left':
      if (a.dummy || constFalse(restrict, rel.relids, true)) { markDummy(root, rel); return; }
      emptyWhereFalse(root, rel, b, sj, restrict);
      both('left', 'right');
      break;
    case 'full':
      if ((a.dummy && b.dummy) || constFalse(restrict, rel.relids, true)) { markDummy(root, rel); return; }
      both('full', 'full');
      break;
    case 'semi':
      if (isSubset(sj.min_lefthand, a.relids) && isSubset(sj.min_righthand, b.relids)) {
        if (a.dummy || b.dummy || constFalse(restrict, rel.relids, false)) { markDummy(root, rel); return; }
        both('semi', 'right_semi');
      }
      if (sj.syn_righthand === b.relids && b.cheapest_total && uniquePath(root, b, b.cheapest_total, sj)) {
        if (a.dummy || b.dummy || constFalse(restrict, rel.relids, false)) { markDummy(root, rel); return; }
        both('unique_inner', 'unique_outer');
      }
      break;
    default:
      if (a.dummy || constFalse(restrict, rel.relids, true)) { markDummy(root, rel); return; }
      emptyWhereFalse(root, rel, b, sj, restrict);
      both('anti', 'right_anti');
  }
}
/** An outer join ON FALSE needs nothing of its nullable side. */
function emptyWhereFalse(root: PlannerInfo, rel: RelOptInfo, b: RelOptInfo, sj: SpecialJoinInfo, restrict: RestrictInfo[]): void {
  if (!b.dummy && constFalse(restrict, rel.relids, false) && isSubset(b.relids, sj.syn_righthand)) markDummy(root, b);
}
export function markDummy(root: PlannerInfo, rel: RelOptInfo): void {
  rel.rows = 0;
  rel.dummy = true;
  rel.pathlist = [];
  const p = groupResultPath(root, rel, rel.reltarget, [makeBoolConst(false)]);
  p.rows = 0; p.startup_cost = 0; p.total_cost = 0;
  addPath(rel, p);
  setCheapest(rel);
}

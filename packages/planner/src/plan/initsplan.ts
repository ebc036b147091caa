/**
 * Takes the join tree apart: base relations' target lists, special joins with their ordering limits, and every
 * qual hung where it can first be evaluated. PostgreSQL's initsplan.c.
 */
import { incrementSublevels } from './manip.js';
import { preprocessExpr } from './planner.js';
import { makeBoolConst, type Expr, type JoinExpr, type JoinTreeNode, type PlaceHolderVar } from '../nodes/index.js';
import { exprWidth } from './cost-scan.js';
import { generateBaseEqualities, processEquivalence } from './equivclass.js';
import { implicitAnd, notNullVar } from './evalconst.js';
import type { PlannerInfo, RestrictInfo, SpecialJoinInfo } from './pathnodes.js';
import { hasRelid, isSingleton, isSubset, overlaps, relidBit, relidMembers, relidsOf, singletonMember, type Relids } from './relids.js';
import { buildSimpleRel } from './relnode.js';
import { makeRestrictInfo } from './restrictinfo.js';
import { containVolatile, pullVarnos, pullVars, varsOfLevel, type PulledVar } from './vars.js';
import type { AnyTree } from './tree-types.js';
import { nonnullableRels } from './reduce-outer-joins.js';

export function addBaseRels(root: PlannerInfo, n: JoinTreeNode): void {
  if (n.kind === 'RangeTblRef') { buildSimpleRel(root, n.rtindex); root.all_baserels |= relidBit(n.rtindex); }
  else if (n.kind === 'FromExpr') for (const c of n.fromlist) addBaseRels(root, c);
  else { addBaseRels(root, n.larg); addBaseRels(root, n.rarg); if (n.rtindex && n.jointype !== 'inner' && n.jointype !== 'semi') root.outer_join_rels |= relidBit(n.rtindex); }
}

export function findPlaceholder(root: PlannerInfo, phv: PlaceHolderVar): PlannerInfo['placeholders'][number] {
  let p = root.placeholders.find((x) => x.phid === phv.phid);
  if (p) return p;
  const rels = relidsOf(phv.phrels);
  const used = pullVarnos(root, phv.phexpr);
  const lateral = used & ~rels;
  let at = used & rels;
  if (at === 0n) at = rels;
  p = { phid: phv.phid, ph_var: { ...phv, phnullingrels: [] }, ph_eval_at: at, ph_lateral: lateral, ph_needed: 0n, ph_width: 0 };
  root.placeholders.push(p);
  p.ph_width = exprWidth(root, phv.phexpr);
  for (const v of pullVars(phv.phexpr)) if (v.kind === 'PlaceHolderVar') findPlaceholder(root, v);
  return p;
}
export function addToTargets(root: PlannerInfo, vars: readonly PulledVar[], where: Relids): void {
  for (const v of vars) {
    if (v.kind === 'Var') {
      const rel = root.rels[v.varno]!;
      if (isSubset(where, rel.relids)) continue;
      const at = v.varattno - rel.min_attr;
      if (rel.attr_needed[at] === 0n) {
        const bare = v.varnullingrels.length ? { ...v, varnullingrels: [] } : v;
        rel.reltarget.exprs.push(bare);
        rel.reltarget.sortgrouprefs.push(0);
      }
      rel.attr_needed[at] = rel.attr_needed[at]! | where;
    } else if (v.kind === 'PlaceHolderVar') {
      const p = findPlaceholder(root, v);
      p.ph_needed |= where;
    }
  }
}
export function buildBaseTargets(root: PlannerInfo): void {
  const all = relidBit(0);
  addToTargets(root, pullVars(root.processed_tlist.map((t) => t.expr), { aggs: 'recurse', windows: 'recurse' }), all);
  if (root.parse.havingQual || root.havingQual.length) addToTargets(root, pullVars(root.havingQual, { aggs: 'recurse' }), all);
}
/** fix_placeholder_input_needed_levels and add_placeholders_to_base_rels */
export function placePlaceholders(root: PlannerInfo): void {
  for (let i = 0; i < root.placeholders.length; i++) {
    const p = root.placeholders[i]!;
    addToTargets(root, pullVars(p.ph_var.phexpr), p.ph_eval_at);
  }
  for (const p of root.placeholders) {
    if (isSingleton(p.ph_eval_at) && !isSubset(p.ph_needed, p.ph_eval_at)) {
      const rel = root.rels[singletonMember(p.ph_eval_at)]!;
      rel.reltarget.exprs.push(p.ph_var);
      rel.reltarget.sortgrouprefs.push(0);
    }
  }
}

/** A PlaceHolderVar seen from inside a lateral subquery, brought to this level. */
function lateralPlaceholder(root: PlannerInfo, v: PlaceHolderVar): PlaceHolderVar {
  const own = incrementSublevels(v, -v.phlevelsup, v.phlevelsup);
  return { ...own, phexpr: preprocessExpr(root, own.phexpr, 'target') };
}
/** LATERAL references of subqueries, functions and VALUES in FROM. */
export function findLateralReferences(root: PlannerInfo): void {
  for (const rti of relidMembers(root.all_baserels)) {
    const rel = root.rels[rti]!;
    const rte = root.parse.rtable[rti - 1]!;
    if (!rte.lateral && !rte.tablesample) continue;
    const vars: Expr[] = [];
    const own = (e: AnyTree): void => { vars.push(...(pullVars(e) as Expr[])); };
    if (rte.rtekind === 'subquery') for (const v of varsOfLevel(rte.subquery!, 0)) vars.push(v.kind === 'Var' ? { ...v, varlevelsup: 0 } : lateralPlaceholder(root, v));
    else if (rte.rtekind === 'function') for (const f of rte.functions) own(f.funcexpr);
    else if (rte.rtekind === 'values') for (const l of rte.values_lists) for (const e of l) own(e);
    else if (rte.rtekind === 'tablefunc') own(rte.tablefunc as unknown as AnyTree);
    else if (rte.tablesample) for (const a of rte.tablesample.args) own(a);
    if (!vars.length) continue;
    rel.lateral_vars = vars;
    addToTargets(root, vars as PulledVar[], relidBit(rti));
    rel.direct_lateral_relids = pullVarnos(root, vars) & ~root.outer_join_rels;
    rel.lateral_relids = rel.direct_lateral_relids;
    root.hasLateralRTEs = true;
  }
  for (const p of root.placeholders) {
    if (!p.ph_lateral) continue;
    const needed = p.ph_lateral & ~root.outer_join_rels;
    for (const r of relidMembers(p.ph_eval_at)) {
      const rel = root.rels[r];
      if (!rel) continue;
      if (isSingleton(p.ph_eval_at)) rel.direct_lateral_relids |= needed;
      rel.lateral_relids |= needed;
      root.hasLateralRTEs = true;
    }
  }
  if (!root.hasLateralRTEs) return;
  for (let again = true; again;) {
    again = false;
    for (const rti of relidMembers(root.all_baserels)) {
      const rel = root.rels[rti]!;
      let l = rel.lateral_relids;
      for (const o of relidMembers(l)) l |= root.rels[o]?.lateral_relids ?? 0n;
      if (l !== rel.lateral_relids) { rel.lateral_relids = l; again = true; }
    }
  }
  for (const rti of relidMembers(root.all_baserels)) for (const o of relidMembers(root.rels[rti]!.lateral_relids)) { const r = root.rels[o]; if (r) r.lateral_referencers |= relidBit(rti); }
}

/** Joinlist: base relids and sublists to be planned as one problem each. */
export type JoinList = (number | JoinList)[];
interface Decon { relids: Relids; joinlist: JoinList; /** relations that inner joins at or below take part in */ inner: Relids; /** quals that refer to relations outside, as pulled up LATERAL subqueries have them: they belong to the first join above that has all */ lateral: readonly Expr[] }
interface Scope { /** relids syntactically below the current outer join's nullable part, for delaying */ jdomain: number; nonnullable: Relids; }

let jdomains = 0;

export function deconstructJointree(root: PlannerInfo): JoinList {
  jdomains = 0;
  root.qual_security_level = root.parse.rtable.reduce((max, rte) => Math.max(max, rte.securityQuals.length), 0);
  const d = deconstruct(root, root.parse.jointree, { jdomain: 0, nonnullable: 0n });
  for (const q of d.lateral) distribute(root, q, d.relids, d.relids, undefined, { jdomain: 0, nonnullable: 0n }, 0n);
  return d.joinlist;
}
/** Parts quals into those that can be applied over `relids` and those that have to wait for a join further up. */
function splitLateral(root: PlannerInfo, quals: readonly Expr[], relids: Relids): { here: Expr[]; above: Expr[] } {
  const here: Expr[] = [];
  const above: Expr[] = [];
  for (const q of quals) (isSubset(pullVarnos(root, q), relids) ? here : above).push(q);
  return { here, above };
}
function deconstruct(root: PlannerInfo, n: JoinTreeNode, sc: Scope): Decon {
  if (n.kind === 'RangeTblRef') {
    const relids = relidBit(n.rtindex);
    root.parse.rtable[n.rtindex - 1]!.securityQuals.forEach((q, level) => { for (const c of implicitAnd(q)) distribute(root, c, relids, relids, undefined, sc, 0n, undefined, level); });
    return { relids, joinlist: [n.rtindex], inner: 0n, lateral: [] };
  }
  if (n.kind === 'FromExpr') {
    let relids: Relids = 0n;
    let joinlist: JoinList = [];
    let remaining = n.fromlist.length;
    let inner: Relids = 0n;
    const waiting: Expr[] = [];
    for (const c of n.fromlist) {
      const d = deconstruct(root, c, sc);
      waiting.push(...d.lateral);
      relids |= d.relids;
      inner |= d.inner;
      remaining--;
      if (d.joinlist.length <= 1 || joinlist.length + d.joinlist.length + remaining <= root.glob.set.fromCollapseLimit) joinlist.push(...d.joinlist);
      else joinlist = [...joinlist, d.joinlist];
    }
    const { here, above } = splitLateral(root, [...waiting, ...implicitAnd(n.quals)], relids);
    for (const q of here) distribute(root, q, relids, relids, undefined, sc, 0n);
    return { relids, joinlist, inner: n.fromlist.length > 1 ? relids : inner, lateral: above };
  }
  return deconstructJoin(root, n, sc);
}
function deconstructJoin(root: PlannerInfo, j: JoinExpr, sc: Scope): Decon {
  const nullable = (): Scope => ({ jdomain: ++jdomains, nonnullable: 0n });
  const jt = j.jointype;
  const l = deconstruct(root, j.larg, jt === 'full' ? nullable() : sc);
  const rscope = jt === 'inner' || jt === 'semi' ? sc : nullable();
  const r = deconstruct(root, j.rarg, rscope);
  let relids = l.relids | r.relids;
  const oj = jt !== 'inner' && jt !== 'semi' && j.rtindex ? j.rtindex : 0;
  const waiting = splitLateral(root, [...l.lateral, ...r.lateral], relids);
  const own = jt === 'inner' ? splitLateral(root, implicitAnd(j.quals), relids) : { here: implicitAnd(j.quals), above: [] };
  const quals = [...waiting.here, ...own.here];
  let sj: SpecialJoinInfo | undefined;
  if (jt !== 'inner') {
    sj = makeSpecialJoin(root, l.relids, r.relids, jt, oj, quals, l.inner | r.inner);
    if (jt !== 'semi') root.join_info_list.push(sj); else root.join_info_list.push(sj);
  }
  if (oj) relids |= relidBit(oj);
  const outerRelids = jt === 'left' || jt === 'anti' ? l.relids : jt === 'full' ? l.relids | r.relids : 0n;
  for (const q of quals) distribute(root, q, relids, jt === 'inner' ? 0n : (l.relids | r.relids), sj, sc, outerRelids, rscope);
  const limit = root.glob.set.joinCollapseLimit;
  let joinlist: JoinList;
  if (jt === 'full') joinlist = [[l.joinlist.length === 1 ? l.joinlist[0]! : l.joinlist, r.joinlist.length === 1 ? r.joinlist[0]! : r.joinlist]];
  else if (l.joinlist.length + r.joinlist.length <= limit) joinlist = [...l.joinlist, ...r.joinlist];
  else joinlist = [l.joinlist.length === 1 ? l.joinlist[0]! : l.joinlist, r.joinlist.length === 1 ? r.joinlist[0]! : r.joinlist];
  return { relids, joinlist, inner: jt === 'inner' ? relids : l.inner | r.inner, lateral: [...waiting.above, ...own.above] };
}

/** make_outerjoininfo: how far the join may be reordered. */
function makeSpecialJoin(root: PlannerInfo, left: Relids, right: Relids, jt: SpecialJoinInfo['jointype'], oj: number, quals: readonly Expr[], innerRels: Relids): SpecialJoinInfo {
  const sj: SpecialJoinInfo = { min_lefthand: 0n, min_righthand: 0n, syn_lefthand: left, syn_righthand: right, jointype: jt, ojrelid: oj, lhs_strict: false, semi_can_btree: false, semi_can_hash: false, semi_operators: [], semi_rhs_exprs: [] };
  semijoinInfo(root, sj, quals);
  if (jt === 'full') { sj.min_lefthand = left; sj.min_righthand = right; return sj; }
  const clauseRelids = pullVarnos(root, quals as Expr[]);
  const strict = nonnullableRels(root.glob.look, quals);
  sj.lhs_strict = overlaps(strict, left);
  let minL = clauseRelids & left;
  let minR = (clauseRelids | innerRels) & right;
  for (const o of root.join_info_list) {
    const whole = o.syn_lefthand | o.syn_righthand | (o.ojrelid ? relidBit(o.ojrelid) : 0n);
    if (o.jointype === 'full') {
      if (overlaps(left, whole) && isSubset(o.syn_lefthand, left)) minL |= whole;
      if (overlaps(right, whole) && isSubset(o.syn_lefthand, right)) minR |= whole;
      continue;
    }
    // A lower join in our left side whose nullable side we look at must come first.
    if (isSubset(whole, left)) {
      if (overlaps(clauseRelids, o.syn_righthand) || (o.ojrelid && overlaps(clauseRelids, relidBit(o.ojrelid)))) minL |= whole;
      else if ((jt === 'semi' || jt === 'anti') && overlaps(minL, o.min_righthand)) minL |= whole;
    }
    // A lower outer join in our right side: keep it below us.
    if (isSubset(whole, right)) {
      if (o.jointype === 'semi' || o.jointype === 'anti' || jt === 'semi' || jt === 'anti' || overlaps(clauseRelids, o.syn_righthand) || !overlaps(clauseRelids, o.min_lefthand) || !o.lhs_strict || true) minR |= whole;
    }
  }
  for (const p of root.placeholders) {
    const rels = relidsOf(p.ph_var.phrels);
    if (isSubset(rels, right) && (overlaps(clauseRelids, rels))) minR |= p.ph_eval_at;
    else if (isSubset(rels, right) && !overlaps(p.ph_eval_at, minR)) minR |= p.ph_eval_at;
  }
  if (minL === 0n) minL = left;
  if (minR === 0n) minR = right;
  sj.min_lefthand = minL;
  sj.min_righthand = minR;
  return sj;
}
/** compute_semijoin_info: can the right side be made unique instead? */
function semijoinInfo(root: PlannerInfo, sj: SpecialJoinInfo, quals: readonly Expr[]): void {
  if (sj.jointype !== 'semi') return;
  const look = root.glob.look;
  let btree = true;
  let hash = true;
  for (const q of quals) {
    if (q.kind !== 'OpExpr' || q.args.length !== 2) {
      const all = pullVarnos(root, q);
      if (!overlaps(all, sj.syn_righthand) || isSubset(all, sj.syn_righthand)) { if (containVolatile(look, q)) return reset(sj); continue; }
      return reset(sj);
    }
    const l = pullVarnos(root, q.args[0]!);
    const r = pullVarnos(root, q.args[1]!);
    const all = l | r;
    if (!overlaps(all, sj.syn_righthand) || isSubset(all, sj.syn_righthand)) { if (containVolatile(look, q)) return reset(sj); continue; }
    let op = q.opno;
    let right: Expr;
    if (r && isSubset(r, sj.syn_righthand) && !overlaps(l, sj.syn_righthand)) right = q.args[1]!;
    else if (l && isSubset(l, sj.syn_righthand) && !overlaps(r, sj.syn_righthand)) { op = look.operator(op)?.com ?? 0; right = q.args[0]!; } else return reset(sj);
    if (!op) return reset(sj);
    if (btree && !(look.opMergejoinable(op) && look.mergeFamilies(op).length)) btree = false;
    if (hash && !look.opHashable(op, 0)) hash = false;
    if (!btree && !hash) return reset(sj);
    sj.semi_operators.push(op);
    sj.semi_rhs_exprs.push(right);
  }
  if (sj.semi_rhs_exprs.length === 0 || sj.semi_rhs_exprs.some((e) => containVolatile(look, e))) return reset(sj);
  sj.semi_can_btree = btree;
  sj.semi_can_hash = hash;
}
function reset(sj: SpecialJoinInfo): void { sj.semi_operators = []; sj.semi_rhs_exprs = []; sj.semi_can_btree = sj.semi_can_hash = false; }

/** distribute_qual_to_rels */
function distribute(root: PlannerInfo, clause: Expr, qualscope: Relids, ojscope: Relids, sj: SpecialJoinInfo | undefined, sc: Scope, outer: Relids, inner?: Scope, security = root.qual_security_level): void {
  const isOuterClause = sj !== undefined && sj.jointype !== 'semi' && outer !== 0n;
  const relidsOfClause = pullVarnos(root, clause);
  let relids = relidsOfClause;
  let pseudo = false;
  if (relids === 0n) {
    if (isOuterClause) relids = ojscope;
    else {
      relids = qualscope;
      if (!containVolatile(root.glob.look, clause)) { pseudo = true; root.hasPseudoConstantQuals = true; if (!sj) relids = qualscope === (root.all_query_rels & qualscope) ? qualscope : qualscope; }
    }
  }
  let pushedDown = !isOuterClause;
  if (isOuterClause && (overlaps(relids, outer) || relidsOfClause === 0n)) {
    // mentions the preserved side: must be evaluated at the join
    pushedDown = false;
    relids = (sj!.jointype === 'full' || overlaps(relids, outer)) ? ojscopeOf(sj!, ojscope, relids) : relids;
  } else if (isOuterClause) pushedDown = true; // degenerate: only about the nullable side, so it filters there
  else if (sj?.jointype === 'semi' && !pseudo) {
    relids = relids | (overlaps(relids, sj.syn_righthand) && overlaps(relids, sj.syn_lefthand) ? 0n : 0n);
  }
  const r = makeRestrictInfo(root, clause, { pushedDown, pseudoconstant: pseudo, required: relids, security, outer: isOuterClause && overlaps(relidsOfClause, outer) ? outer & ~0n : 0n });
  if (!isSingleton(relids) && relids !== 0n && !pseudo) addToTargets(root, pullVars(clause, { aggs: 'recurse' }), relids);
  if (r.mergeopfamilies.length) {
    if (!isOuterClause || !overlaps(relidsOfClause, outer)) {
      const dom = isOuterClause ? inner?.jdomain ?? sc.jdomain : sc.jdomain;
      if (!(sj?.jointype === 'full') && !containNothing(clause) && processEquivalence(root, r, dom)) return;
    }
  }
  hang(root, r);
}
function containNothing(c: Expr): boolean { return c.kind !== 'OpExpr'; }
function relidCountBase(root: PlannerInfo, r: Relids): number { let n = 0; for (const i of relidMembers(r & ~root.outer_join_rels)) { void i; n++; } return n; }
/** An outer join's own clause is evaluated at the join, not before. */
function ojscopeOf(sj: SpecialJoinInfo, _scope: Relids, relids: Relids): Relids {
  return relids | sj.min_lefthand | sj.min_righthand;
}

/** distribute_restrictinfo_to_rels */
export function hang(root: PlannerInfo, r: RestrictInfo): void {
  const relids = r.required_relids & ~root.outer_join_rels;
  if (relids === 0n) return;
  if (isSingleton(relids) && (r.required_relids & root.outer_join_rels) === 0n) {
    const rel = root.rels[singletonMember(relids)]!;
    const simple = notNullSimplified(root, r.clause);
    if (simple === true && !r.pseudoconstant) return;
    if (simple === false) { rel.baserestrictinfo.push(makeRestrictInfo(root, makeBoolConst(false), { pushedDown: r.is_pushed_down, pseudoconstant: true, required: r.required_relids })); root.hasPseudoConstantQuals = true; return; }
    rel.baserestrictinfo.push(r);
    return;
  }
  for (const i of relidMembers(relids)) root.rels[i]?.joininfo.push(r);
}
function notNullSimplified(root: PlannerInfo, c: Expr): boolean | undefined {
  if (c.kind === 'NullTest' && !c.argisrow && c.arg.kind === 'Var' && notNullVar(root, c.arg)) return c.nulltesttype === 'is_not_null';
  return undefined;
}
export function generateEqualities(root: PlannerInfo): void { generateBaseEqualities(root, (r) => { addToTargets(root, relidCountBase(root, r.required_relids) > 1 ? pullVars(r.clause) : [], r.required_relids); hang(root, r); }); ecTargets(root); }
/** Members of classes that will be joined must be available at the joins. */
function ecTargets(root: PlannerInfo): void {
  for (const ec of root.eq_classes) {
    if (ec.ec_has_const || ec.ec_members.length <= 1) continue;
    for (const m of ec.ec_members) if (!m.em_is_const) addToTargets(root, pullVars(m.em_expr, { aggs: 'recurse' }), ec.ec_relids);
  }
}
export { hasRelid };

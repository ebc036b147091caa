/** Equivalence classes: expressions known equal by mergejoinable clauses, and the clauses derived from them. equivclass.c. */
import { equal, exprCollation, exprType, makeOpExpr, type Expr, type OpExpr } from '../nodes/index.js';
import type { EquivalenceClass, EquivalenceMember, PlannerInfo, RelOptInfo, RestrictInfo } from './pathnodes.js';
import { hasRelid, isSingleton, isSubset, overlaps, relidBit, relidCount, relidMembers, singletonMember, type Relids } from './relids.js';
import { makeRestrictInfo } from './restrictinfo.js';
import { relabel } from './evalconst.js';
import { containNonstrict, containVolatile, pullVarnos, some, stripRelabel } from './vars.js';

let ecCounter = 0;

/** canonicalize_ec_expression: the type and collation that the class compares in. */
export function canonicalEcExpr(e: Expr, type: number, coll: number): Expr {
  const t = exprType(e);
  if (type === 2277 || type === 2776 || type === 3500 || type === 2249 || type === 3831 || type === 4537) type = t;
  if (t !== type || exprCollation(e) !== coll) {
    return relabel(e, type, e.kind === 'Var' && t === type ? e.vartypmod : -1, coll, undefined);
  }
  return e;
}
function newClass(families: readonly number[], coll: number, isVolatile: boolean, sortref: number): EquivalenceClass {
  return { ec_opfamilies: families, ec_collation: coll, ec_members: [], ec_sources: [], ec_derives: [], ec_relids: 0n, ec_has_const: false, ec_has_volatile: isVolatile, ec_broken: false, ec_sortref: sortref, ec_merged: undefined, ec_max_security: 0, ec_id: ++ecCounter };
}
function addMember(ec: EquivalenceClass, expr: Expr, relids: Relids, type: number, jd: number): EquivalenceMember {
  const m: EquivalenceMember = { em_expr: expr, em_relids: relids, em_is_const: relids === 0n, em_is_child: false, em_datatype: type, em_jdomain: jd };
  if (m.em_is_const) ec.ec_has_const = true;
  ec.ec_members.push(m);
  ec.ec_relids |= relids;
  return m;
}
function sameFamilies(a: readonly number[], b: readonly number[]): boolean { return a.length === b.length && a.every((x, i) => x === b[i]); }

/** process_equivalence: true when the clause is taken over by a class. */
export function processEquivalence(root: PlannerInfo, r: RestrictInfo, jdomain: number): boolean {
  const c = r.clause as OpExpr;
  if (c.kind !== 'OpExpr' || r.mergeopfamilies.length === 0 || (r.security_level > 0 && !r.leakproof)) return false;
  const look = root.glob.look;
  const op = look.operator(c.opno)!;
  const i1 = canonicalEcExpr(c.args[0]!, op.left, c.inputcollid);
  const i2 = canonicalEcExpr(c.args[1]!, op.right, c.inputcollid);
  if (equal(i1, i2)) return false;
  let ec1: EquivalenceClass | undefined; let em1: EquivalenceMember | undefined;
  let ec2: EquivalenceClass | undefined; let em2: EquivalenceMember | undefined;
  for (const ec of root.eq_classes) {
    if (ec.ec_has_volatile || ec.ec_collation !== c.inputcollid || !sameFamilies(ec.ec_opfamilies, r.mergeopfamilies)) continue;
    for (const m of ec.ec_members) {
      if (m.em_is_child || (m.em_is_const && m.em_jdomain !== jdomain)) continue;
      if (!ec1 && m.em_datatype === op.left && equal(i1, m.em_expr)) { ec1 = ec; em1 = m; }
      if (!ec2 && m.em_datatype === op.right && equal(i2, m.em_expr)) { ec2 = ec; em2 = m; }
    }
    if (ec1 && ec2) break;
  }
  if (ec1 && ec2) {
    if (ec1 !== ec2) {
      for (const m of ec2.ec_members) ec1.ec_members.push(m);
      ec1.ec_sources.push(...ec2.ec_sources); ec1.ec_derives.push(...ec2.ec_derives);
      ec1.ec_relids |= ec2.ec_relids; ec1.ec_has_const ||= ec2.ec_has_const;
      ec2.ec_merged = ec1;
      root.eq_classes = root.eq_classes.filter((x) => x !== ec2);
    }
    ec1.ec_sources.push(r);
  } else if (ec1) { em2 = addMember(ec1, i2, r.right_relids || pullVarnos(root, i2), op.right, jdomain); ec1.ec_sources.push(r); }
  else if (ec2) { em1 = addMember(ec2, i1, r.left_relids || pullVarnos(root, i1), op.left, jdomain); ec2.ec_sources.push(r); ec1 = ec2; }
  else {
    ec1 = newClass(r.mergeopfamilies, c.inputcollid, false, 0);
    em1 = addMember(ec1, i1, r.left_relids || pullVarnos(root, i1), op.left, jdomain);
    em2 = addMember(ec1, i2, r.right_relids || pullVarnos(root, i2), op.right, jdomain);
    ec1.ec_sources.push(r);
    root.eq_classes.push(ec1);
  }
  r.left_ec = r.right_ec = ec1; r.left_em = em1; r.right_em = em2;
  return true;
}

/** get_eclass_for_sort_expr */
export function eclassForSort(root: PlannerInfo, expr: Expr, families: readonly number[], type: number, coll: number, sortref: number, rel: Relids | undefined, create: boolean): EquivalenceClass | undefined {
  expr = canonicalEcExpr(expr, type, coll);
  for (const ec of root.eq_classes) {
    if (ec.ec_has_volatile && (sortref === 0 || sortref !== ec.ec_sortref)) continue;
    if (ec.ec_collation !== coll || !sameFamilies(ec.ec_opfamilies, families)) continue;
    for (const m of ec.ec_members) {
      if (m.em_is_child && (rel === undefined || m.em_relids !== rel)) continue;
      if (m.em_is_const && m.em_jdomain !== 0) continue;
      if (m.em_datatype === type && equal(expr, m.em_expr)) return ec;
    }
  }
  if (!create) return undefined;
  const ec = newClass(families, coll, containVolatile(root.glob.look, expr), sortref);
  const member = addMember(ec, expr, pullVarnos(root, expr), type, 0);
  // An expression without columns is constant only where nothing in it changes from row to row, and no grouping set nulls it.
  const nulled = root.parse.groupingSets.length > 0 && root.parse.groupClause.some((c) => c.tleSortGroupRef === sortref);
  if (ec.ec_has_const && (nulled || ec.ec_has_volatile || some(expr, (n) => n.kind === 'Aggref' || n.kind === 'WindowFunc' || n.kind === 'GroupingFunc' || (n.kind === 'FuncExpr' && n.funcretset) || (n.kind === 'OpExpr' && n.opretset)))) {
    ec.ec_has_const = false;
    (member as { em_is_const: boolean }).em_is_const = false;
  }
  root.eq_classes.push(ec);
  if (root.ec_merging_done) for (const i of relidMembers(ec.ec_relids)) root.rels[i]?.ec_indexes.push(ec);
  return ec;
}

/** initialize_mergeclause_eclasses and update_mergeclause_eclasses */
export function mergeclauseClasses(root: PlannerInfo, r: RestrictInfo): void {
  if (!r.left_ec || !r.right_ec) {
    const c = r.clause as OpExpr;
    const op = root.glob.look.operator(c.opno)!;
    r.left_ec = eclassForSort(root, c.args[0]!, r.mergeopfamilies, op.left, c.inputcollid, 0, undefined, true);
    r.right_ec = eclassForSort(root, c.args[1]!, r.mergeopfamilies, op.right, c.inputcollid, 0, undefined, true);
  }
  while (r.left_ec!.ec_merged) r.left_ec = r.left_ec!.ec_merged;
  while (r.right_ec!.ec_merged) r.right_ec = r.right_ec!.ec_merged;
}

function equalityOperator(root: PlannerInfo, ec: EquivalenceClass, left: number, right: number): number {
  for (const f of ec.ec_opfamilies) { const op = root.glob.look.familyMember(f, left, right, 3); if (op) return op; }
  return 0;
}
function createClause(root: PlannerInfo, ec: EquivalenceClass, op: number, l: EquivalenceMember, r: EquivalenceMember, parent: EquivalenceClass | undefined): RestrictInfo {
  for (const list of [ec.ec_sources, ec.ec_derives]) for (const s of list) if (s.left_em === l && s.right_em === r && s.parent_ec === parent) return s;
  const src = ec.ec_sources.find((s) => s.left_em === l && s.right_em === r);
  if (src && parent) { src.parent_ec = parent; return src; }
  const code = root.glob.look.operator(op)!.code;
  const clause = makeOpExpr(op, code, 16, [l.em_expr, r.em_expr], 0, ec.ec_collation);
  const ri = makeRestrictInfo(root, clause, {});
  ri.left_ec = ri.right_ec = ec; ri.left_em = l; ri.right_em = r; ri.parent_ec = parent;
  ec.ec_derives.push(ri);
  return ri;
}

/** generate_base_implied_equalities; `add` hangs a derived clause on its relation. */
export function generateBaseEqualities(root: PlannerInfo, add: (r: RestrictInfo) => void): void {
  root.ec_merging_done = true;
  for (const ec of root.eq_classes.slice()) {
    if (ec.ec_members.length > 1) {
      if (ec.ec_has_const) constEqualities(root, ec, add);
      else sameRelEqualities(root, ec, add);
      if (ec.ec_broken) for (const s of ec.ec_sources) add(s);
    }
    const multi = relidCount(ec.ec_relids & ~root.outer_join_rels) > 1;
    for (const i of relidMembers(ec.ec_relids)) {
      const rel = root.rels[i];
      if (!rel) continue;
      rel.ec_indexes.push(ec);
      if (multi && ec.ec_members.length > 1 && !ec.ec_has_const) rel.has_eclass_joins = true;
    }
  }
}
function constEqualities(root: PlannerInfo, ec: EquivalenceClass, add: (r: RestrictInfo) => void): void {
  if (ec.ec_members.length === 2 && ec.ec_sources.length === 1) { add(ec.ec_sources[0]!); return; }
  // Several constants: each is demanded of every member, so contradictions show.
  for (const k of ec.ec_members.filter((m) => m.em_is_const)) if (!constEqualitiesWith(root, ec, k, add)) { ec.ec_broken = true; return; }
}
function constEqualitiesWith(root: PlannerInfo, ec: EquivalenceClass, k: EquivalenceMember, add: (r: RestrictInfo) => void): boolean {
  for (const m of ec.ec_members) {
    if (m === k || m.em_is_const) continue;
    const op = equalityOperator(root, ec, m.em_datatype, k.em_datatype);
    if (!op) return false;
    const orig = ec.ec_sources.find((s) => (s.left_em === m && s.right_em === k) || (s.left_em === k && s.right_em === m));
    if (orig) { add(orig); continue; }
    const clause = makeOpExpr(op, root.glob.look.operator(op)!.code, 16, [m.em_expr, k.em_expr], 0, ec.ec_collation);
    const r = makeRestrictInfo(root, clause, {});
    r.left_ec = r.right_ec = ec; r.left_em = m; r.right_em = k;
    ec.ec_derives.push(r);
    add(r);
  }
  return true;
}
function sameRelEqualities(root: PlannerInfo, ec: EquivalenceClass, add: (r: RestrictInfo) => void): void {
  const prev = new Map<number, EquivalenceMember>();
  for (const m of ec.ec_members) {
    if (!isSingleton(m.em_relids)) continue;
    const rel = singletonMember(m.em_relids);
    const p = prev.get(rel);
    if (p) {
      const op = equalityOperator(root, ec, p.em_datatype, m.em_datatype);
      if (!op) { ec.ec_broken = true; return; }
      add(createClause(root, ec, op, p, m, undefined));
    }
    prev.set(rel, m);
  }
}

/** generate_join_implied_equalities */
export function joinEqualities(root: PlannerInfo, joinRelids: Relids, outerRelids: Relids, inner: RelOptInfo): RestrictInfo[] {
  const out: RestrictInfo[] = [];
  for (const ec of root.eq_classes) {
    if (ec.ec_has_const || ec.ec_members.length <= 1 || !overlaps(ec.ec_relids, inner.relids) || !overlaps(ec.ec_relids, joinRelids)) continue;
    if (ec.ec_broken) { for (const s of ec.ec_sources) if (isSubset(s.required_relids, joinRelids) && !isSubset(s.required_relids, inner.relids) && !isSubset(s.required_relids, outerRelids)) out.push(s); continue; }
    joinEqualitiesOf(root, ec, joinRelids, outerRelids, inner.relids, out);
  }
  return out;
}
function joinEqualitiesOf(root: PlannerInfo, ec: EquivalenceClass, join: Relids, outer: Relids, inner: Relids, out: RestrictInfo[]): void {
  const o: EquivalenceMember[] = []; const i: EquivalenceMember[] = []; const n: EquivalenceMember[] = [];
  for (const m of ec.ec_members) {
    if (m.em_is_child || !isSubset(m.em_relids, join)) continue;
    if (isSubset(m.em_relids, outer)) o.push(m); else if (isSubset(m.em_relids, inner)) i.push(m); else n.push(m);
  }
  if (o.length && i.length) {
    let best: [EquivalenceMember, EquivalenceMember, number] | undefined; let score = -1;
    for (const a of o) for (const b of i) {
      const op = equalityOperator(root, ec, a.em_datatype, b.em_datatype);
      if (!op) continue;
      let s = 0;
      if (stripRelabel(a.em_expr).kind === 'Var') s++;
      if (stripRelabel(b.em_expr).kind === 'Var') s++;
      if (root.glob.look.opHashable(op, a.em_datatype)) s++;
      if (s > score) { score = s; best = [a, b, op]; }
    }
    if (!best) { ec.ec_broken = true; return; }
    out.push(createClause(root, ec, best[2], best[0], best[1], ec));
  }
  if (n.length) {
    const olds = [...o, ...i];
    let prev: EquivalenceMember | undefined;
    for (const m of n) {
      const other = prev ?? olds[0];
      if (other) {
        const op = equalityOperator(root, ec, other.em_datatype, m.em_datatype);
        if (!op) { ec.ec_broken = true; return; }
        out.push(createClause(root, ec, op, other, m, ec));
      }
      prev = m;
    }
  }
}

/** Clauses `col = other` that a class implies for an index column, for parameterized scans. */
export function implicitEqualitiesForColumn(root: PlannerInfo, rel: RelOptInfo, matches: (e: Expr, family: readonly number[], coll: number, type: number) => boolean, prohibited: Relids): RestrictInfo[] {
  const out: RestrictInfo[] = [];
  for (const ec of rel.ec_indexes) {
    if (ec.ec_has_const || ec.ec_members.length <= 1 || ec.ec_merged) continue;
    const cur = ec.ec_members.find((m) => m.em_relids === rel.relids && matches(m.em_expr, ec.ec_opfamilies, ec.ec_collation, m.em_datatype));
    if (!cur) continue;
    for (const m of ec.ec_members) {
      if (m === cur || m.em_is_child || overlaps(m.em_relids, rel.relids) || overlaps(m.em_relids, prohibited)) continue;
      if (overlaps(m.em_relids, root.outer_join_rels) && relidMembers(m.em_relids).some((x) => root.join_info_list.some((s) => s.ojrelid === x && overlaps(rel.relids, s.min_lefthand | s.min_righthand)))) continue;
      const op = equalityOperator(root, ec, cur.em_datatype, m.em_datatype);
      if (!op) continue;
      out.push(createClause(root, ec, op, cur, m, ec));
      break;
    }
  }
  return out;
}
export { containNonstrict, hasRelid, relidBit };

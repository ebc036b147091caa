/** Orders of paths: pathkeys made canonical through equivalence classes. PostgreSQL's pathkeys.c. */
import { exprCollation, exprType, type Expr, type SortGroupClause, type TargetEntry } from '../nodes/index.js';
import { eclassForSort, mergeclauseClasses } from './equivclass.js';
import type { EquivalenceClass, IndexOptInfo, PathKey, PlannerInfo, RelOptInfo, RestrictInfo } from './pathnodes.js';
import type { Relids } from './relids.js';

export function canonicalKey(root: PlannerInfo, ec: EquivalenceClass, family: number, desc: boolean, nullsFirst: boolean): PathKey {
  while (ec.ec_merged) ec = ec.ec_merged;
  for (const k of root.canon_pathkeys) if (k.pk_eclass === ec && k.pk_opfamily === family && k.pk_desc === desc && k.pk_nulls_first === nullsFirst) return k;
  const k: PathKey = { pk_eclass: ec, pk_opfamily: family, pk_desc: desc, pk_nulls_first: nullsFirst };
  root.canon_pathkeys.push(k);
  return k;
}
export function keyRedundant(k: PathKey, keys: readonly PathKey[]): boolean {
  const ec = k.pk_eclass;
  if (ec.ec_has_const && !ec.ec_has_volatile) return true;
  return keys.some((o) => o.pk_eclass === ec);
}
export function pathkeysContainedIn(want: readonly PathKey[], have: readonly PathKey[]): boolean {
  if (want === have) return true;
  if (want.length > have.length) return false;
  for (let i = 0; i < want.length; i++) if (want[i] !== have[i]) return false;
  return true;
}
export function countContained(want: readonly PathKey[], have: readonly PathKey[]): number {
  let n = 0;
  while (n < want.length && n < have.length && want[n] === have[n]) n++;
  return n;
}
export function keyForExpr(root: PlannerInfo, e: Expr, family: number, type: number, coll: number, desc: boolean, nullsFirst: boolean, sortref: number, rel: Relids | undefined, create: boolean): PathKey | undefined {
  const eq = root.glob.look.familyMember(family, type, type, 3);
  if (!eq) return undefined;
  const families = root.glob.look.mergeFamilies(eq);
  const ec = eclassForSort(root, e, families, type, coll, sortref, rel, create);
  return ec && canonicalKey(root, ec, family, desc, nullsFirst);
}
/** make_pathkeys_for_sortclauses; `drop` collects the clauses that turn out redundant. */
export function sortClauseKeys(root: PlannerInfo, clauses: readonly SortGroupClause[], tlist: readonly TargetEntry[], keepClauses?: SortGroupClause[]): PathKey[] {
  const keys: PathKey[] = [];
  for (const c of clauses) {
    const te = tlist.find((t) => t.ressortgroupref === c.tleSortGroupRef);
    if (!te || !c.sortop) { keepClauses?.push(c); continue; }
    const o = root.glob.look.orderingOp(c.sortop);
    if (!o) throw new Error(`operator ${c.sortop} is not a valid ordering operator`);
    const k = keyForExpr(root, te.expr, o.family, o.intype, exprCollation(te.expr), o.desc, c.nulls_first, c.tleSortGroupRef, undefined, true);
    if (!k || keyRedundant(k, keys)) continue;
    keys.push(k);
    keepClauses?.push(c);
  }
  return keys;
}
export function sortable(clauses: readonly SortGroupClause[]): boolean { return clauses.every((c) => c.sortop !== 0); }
export function hashable(clauses: readonly SortGroupClause[]): boolean { return clauses.every((c) => c.hashable); }

/** build_index_pathkeys */
export function indexKeys(root: PlannerInfo, index: IndexOptInfo, backward: boolean): PathKey[] {
  if (!index.sorted) return [];
  const keys: PathKey[] = [];
  for (let i = 0; i < index.nkeycolumns; i++) {
    const te = index.indextlist[i]!;
    const desc = index.reverse[i]! !== backward;
    const nf = index.nullsFirst[i]! !== backward;
    const k = keyForExpr(root, te.expr, index.opfamily[i]!, index.opcintype[i]!, index.indexcollations[i]!, desc, nf, 0, index.rel.relids, false);
    if (k) { if (!keyRedundant(k, keys)) keys.push(k); }
    else if (!indexColConst(root, index, i)) break;
  }
  return keys;
}
function indexColConst(root: PlannerInfo, index: IndexOptInfo, col: number): boolean {
  // boolean column used as a bare condition
  const k = index.indexkeys[col];
  return index.opcintype[col] === 16 && index.rel.baserestrictinfo.some((r) => {
    const c = r.clause.kind === 'BoolExpr' && r.clause.boolop === 'not' ? r.clause.args[0]! : r.clause;
    return c.kind === 'Var' && c.varattno === k && root.rels[c.varno] === index.rel;
  });
}
/** Only as much of an order as some join or the query can use. */
export function truncateUseless(root: PlannerInfo, rel: RelOptInfo, keys: PathKey[]): PathKey[] {
  let merge = 0;
  for (const k of keys) {
    if (rel.has_eclass_joins && usefulForJoin(root, k, rel)) { merge++; continue; }
    if (!rel.joininfo.some((r) => { if (r.mergeopfamilies.length === 0) return false; mergeclauseClasses(root, r); return r.left_ec === k.pk_eclass || r.right_ec === k.pk_eclass; })) break;
    merge++;
  }
  const ordered = Math.max(countContained(root.query_pathkeys, keys), groupingUse(root.group_pathkeys, keys), countContained(root.distinct_pathkeys, keys), countContained(root.sort_pathkeys, keys), countContained(root.window_pathkeys, keys), countContained(root.setop_pathkeys, keys));
  const n = Math.max(merge, ordered);
  return n === keys.length ? keys : keys.slice(0, n);
}
function groupingUse(group: readonly PathKey[], keys: readonly PathKey[]): number {
  let n = 0;
  for (const k of keys) { if (!group.includes(k)) break; n++; }
  return n;
}
function usefulForJoin(root: PlannerInfo, k: PathKey, rel: RelOptInfo): boolean {
  const ec = k.pk_eclass;
  if (ec.ec_has_const || ec.ec_members.length <= 1 || (ec.ec_relids & ~rel.relids & ~root.outer_join_rels) === 0n) return false;
  return ec.ec_members.some((m) => !m.em_is_child && (m.em_relids & rel.relids) === 0n);
}

/** find_mergeclauses_for_outer_pathkeys */
export function mergeClausesForOuter(root: PlannerInfo, keys: readonly PathKey[], clauses: readonly RestrictInfo[]): RestrictInfo[] {
  const out: RestrictInfo[] = [];
  for (const k of keys) {
    const m = clauses.filter((r) => (r.outer_is_left ? r.left_ec : r.right_ec) === k.pk_eclass && !out.includes(r));
    if (m.length === 0) break;
    out.push(...m);
  }
  return out;
}
/** select_outer_pathkeys_for_merge */
export function outerKeysForMerge(root: PlannerInfo, clauses: readonly RestrictInfo[], joinrel: RelOptInfo): PathKey[] {
  const ecs: EquivalenceClass[] = [];
  for (const r of clauses) { const ec = r.outer_is_left ? r.left_ec! : r.right_ec!; if (!ecs.includes(ec)) ecs.push(ec); }
  const keys: PathKey[] = [];
  const left = ecs.slice();
  if (root.query_pathkeys.length && root.query_pathkeys.every((k) => ecs.includes(k.pk_eclass))) {
    for (const k of root.query_pathkeys) { keys.push(k); left.splice(left.indexOf(k.pk_eclass), 1); }
  }
  const score = (ec: EquivalenceClass): number => ec.ec_members.filter((m) => !m.em_is_const && !m.em_is_child && (m.em_relids & joinrel.relids) === 0n).length;
  while (left.length) {
    let best = 0;
    for (let i = 1; i < left.length; i++) if (score(left[i]!) > score(left[best]!)) best = i;
    const ec = left.splice(best, 1)[0]!;
    const k = canonicalKey(root, ec, ec.ec_opfamilies[0]!, false, false);
    if (!keyRedundant(k, keys)) keys.push(k);
  }
  return keys;
}
/** make_inner_pathkeys_for_merge */
export function innerKeysForMerge(root: PlannerInfo, clauses: readonly RestrictInfo[], outer: readonly PathKey[]): PathKey[] {
  const keys: PathKey[] = [];
  let at = -1;
  let lastEc: EquivalenceClass | undefined;
  for (const r of clauses) {
    const oec = r.outer_is_left ? r.left_ec! : r.right_ec!;
    const iec = r.outer_is_left ? r.right_ec! : r.left_ec!;
    if (oec !== lastEc) { at++; lastEc = oec; }
    const ok = outer[at] ?? outer[outer.length - 1]!;
    const k = oec === iec ? ok : canonicalKey(root, iec, ok.pk_opfamily, ok.pk_desc, ok.pk_nulls_first);
    if (!keyRedundant(k, keys)) keys.push(k);
  }
  return keys;
}
/** trim_mergeclauses_for_inner_pathkeys */
export function trimMergeClauses(clauses: readonly RestrictInfo[], inner: readonly PathKey[]): RestrictInfo[] {
  const out: RestrictInfo[] = [];
  let at = 0;
  let matched = false;
  for (const r of clauses) {
    const iec = r.outer_is_left ? r.right_ec! : r.left_ec!;
    if (inner[at]?.pk_eclass !== iec) {
      if (!matched) break;
      at++;
      matched = false;
      if (inner[at]?.pk_eclass !== iec) break;
    }
    matched = true;
    out.push(r);
  }
  return out;
}
export { exprType };

/** RestrictInfo: a clause together with what the planner keeps asking of it. */
import { makeBoolExpr, type Expr } from '../nodes/index.js';
import type { EquivalenceClass, PlannerInfo, RestrictInfo } from './pathnodes.js';
import { overlaps, relidCount, type Relids } from './relids.js';
import { containLeakedVars, containVolatile, pullVarnos } from './vars.js';

export interface RinfoOptions { pushedDown?: boolean; clone?: boolean; pseudoconstant?: boolean; required?: Relids; incompatible?: Relids; outer?: Relids; security?: number }

let serial = 0;

export function makeRestrictInfo(root: PlannerInfo, clause: Expr, o: RinfoOptions = {}): RestrictInfo {
  const relids = pullVarnos(root, clause);
  const r: RestrictInfo = {
    kind: 'RestrictInfo', clause, is_pushed_down: o.pushedDown ?? true, can_join: false, pseudoconstant: o.pseudoconstant ?? false, has_clone: o.clone ?? false, security_level: o.security ?? 0, leakproof: (o.security ?? 0) === 0 || !containLeakedVars(root.glob.look, clause),
    clause_relids: relids, required_relids: o.required ?? relids, incompatible_relids: o.incompatible ?? 0n, outer_relids: o.outer ?? 0n, left_relids: 0n, right_relids: 0n, num_base_rels: relidCount(relids & ~root.outer_join_rels),
    orclause: undefined, rinfo_serial: ++serial, parent_ec: undefined, evalCost: undefined, norm_selec: -1, outer_selec: -1, mergeopfamilies: [], left_ec: undefined, right_ec: undefined, left_em: undefined, right_em: undefined, outer_is_left: false,
    hashjoinoperator: 0, left_bucketsize: -1, right_bucketsize: -1, left_mcvfreq: -1, right_mcvfreq: -1, left_hasheqoperator: 0, right_hasheqoperator: 0,
  };
  if (clause.kind === 'OpExpr' && clause.args.length === 2) {
    r.left_relids = pullVarnos(root, clause.args[0]!);
    r.right_relids = pullVarnos(root, clause.args[1]!);
    if (r.left_relids && r.right_relids && !overlaps(r.left_relids, r.right_relids)) r.can_join = true;
  }
  if (clause.kind === 'BoolExpr' && clause.boolop === 'or') {
    r.orclause = clause.args.map((a) => (a.kind === 'BoolExpr' && a.boolop === 'and' ? a.args : [a]).map((x) => makeRestrictInfo(root, x, o)));
  }
  if (!r.pseudoconstant && clause.kind === 'OpExpr' && clause.args.length === 2) checkJoinable(root, r, clause);
  return r;
}
/** check_mergejoinable and check_hashjoinable */
function checkJoinable(root: PlannerInfo, r: RestrictInfo, c: Extract<Expr, { kind: 'OpExpr' }>): void {
  const look = root.glob.look;
  const op = look.operator(c.opno);
  if (!op || (!op.canMerge && !op.canHash)) return;
  if (containVolatile(look, c)) return;
  if (op.canMerge) r.mergeopfamilies = look.mergeFamilies(c.opno);
  if (op.canHash && look.opHashable(c.opno, inputType(c)) && look.hashOperators(c.opno)) r.hashjoinoperator = c.opno;
}
import { exprType } from '../nodes/index.js';
function inputType(c: Extract<Expr, { kind: 'OpExpr' }>): number { return exprType(c.args[0]!); }

export function actualClauses(list: readonly RestrictInfo[]): Expr[] { return list.filter((r) => !r.pseudoconstant).map((r) => r.clause); }
export function clauseOr(list: Expr[]): Expr { return list.length === 1 ? list[0]! : makeBoolExpr('or', list); }

/** join_clause_is_movable_to / into */
export function movableTo(r: RestrictInfo, rel: { relids: Relids; lateral_referencers: Relids }): boolean {
  return overlaps(rel.relids, r.clause_relids) && !overlaps(rel.relids, r.outer_relids) && !overlaps(rel.lateral_referencers, r.clause_relids) && !r.has_clone;
}
export function movableInto(r: RestrictInfo, current: Relids, currentAndOuter: Relids): boolean {
  return (r.clause_relids & ~currentAndOuter) === 0n && overlaps(current, r.clause_relids) && !overlaps(current, r.outer_relids);
}
/** restriction_is_securely_promotable: may the clause run before the relation's security quals? */
export function promotable(r: RestrictInfo, rel: { baserestrictinfo: readonly RestrictInfo[] }): boolean {
  if (r.leakproof || r.security_level === 0) return true;
  return !rel.baserestrictinfo.some((b) => b.security_level < r.security_level);
}
export type { EquivalenceClass };

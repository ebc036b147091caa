/**
 * Restrictions of single relations that follow from join OR clauses: of `(a.x = 1 AND b.y = 2) OR (a.x = 3 AND b.z = 4)`
 * follows `a.x = 1 OR a.x = 3`, which spares rows before the join. PostgreSQL's orclauses.c.
 */
import { makeBoolExpr, type Expr } from '../nodes/index.js';
import { clauseSelectivity } from './clausesel.js';
import type { PlannerInfo, RelOptInfo, RestrictInfo, SpecialJoinInfo } from './pathnodes.js';
import { clauseOr, makeRestrictInfo, movableTo } from './restrictinfo.js';
import { containVolatile } from './vars.js';
import { relidMembers } from './relids.js';

/** A derived clause that keeps nearly all rows is not worth its cost. */
const SELECTIVITY_MAX = 0.9;

/** extract_restriction_or_clauses: after all clauses have been distributed, before sizes are estimated. */
export function extractRestrictionOrClauses(root: PlannerInfo): void {
  for (const rti of relidMembers(root.all_baserels)) {
    const rel = root.rels[rti];
    if (rel === undefined) continue;
    for (const r of rel.joininfo) {
      if (r.orclause === undefined || !movableTo(r, rel)) continue;
      const derived = extractOrClause(root, r, rel);
      if (derived !== undefined) consider(root, rel, derived, r);
    }
  }
}

function safeFor(root: PlannerInfo, r: RestrictInfo, rel: RelOptInfo): boolean {
  return !r.pseudoconstant && r.clause_relids === rel.relids && !containVolatile(root.glob.look, r.clause);
}

/** What every arm says of the relation alone; undefined where an arm says nothing. */
function extractOrClause(root: PlannerInfo, or: RestrictInfo, rel: RelOptInfo): Expr | undefined {
  const arms: Expr[] = [];
  for (const arm of or.orclause!) {
    const said = arm.flatMap((r) => {
      if (r.orclause !== undefined) { const inner = extractOrClause(root, r, rel); return inner === undefined ? [] : [inner]; }
      return safeFor(root, r, rel) ? [r.clause] : [];
    });
    if (said.length === 0) return undefined;
    const one = said.length === 1 ? said[0]! : makeBoolExpr('and', said);
    if (one.kind === 'BoolExpr' && one.boolop === 'or') arms.push(...one.args);
    else arms.push(one);
  }
  return clauseOr(arms);
}

/** The new clause, and the join clause's selectivity without what the new one has taken already. */
function consider(root: PlannerInfo, rel: RelOptInfo, clause: Expr, join: RestrictInfo): void {
  const derived = makeRestrictInfo(root, clause, { security: join.security_level });
  const selectivity = clauseSelectivity(root, derived, 0, 'inner', undefined);
  if (selectivity > SELECTIVITY_MAX) return;
  rel.baserestrictinfo.push(derived);
  if (selectivity <= 0) return;
  const sj: SpecialJoinInfo = {
    min_lefthand: join.clause_relids & ~rel.relids, min_righthand: rel.relids, syn_lefthand: join.clause_relids & ~rel.relids, syn_righthand: rel.relids,
    jointype: 'inner', ojrelid: 0, lhs_strict: false, semi_can_btree: false, semi_can_hash: false, semi_operators: [], semi_rhs_exprs: [],
  };
  join.norm_selec = Math.min(1, clauseSelectivity(root, join, 0, 'inner', sj) / selectivity);
  join.outer_selec = join.norm_selec;
}

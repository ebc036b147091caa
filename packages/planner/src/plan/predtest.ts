/** Does one condition prove another? Enough of PostgreSQL's predtest.c for partial indexes and constraint exclusion. */
import { equal, type Expr } from '../nodes/index.js';
import type { PlannerInfo } from './pathnodes.js';
import { nonnullableRels } from './reduce-outer-joins.js';
import { pullVarnos } from './vars.js';

export function predicateImplied(root: PlannerInfo, predicates: readonly Expr[], clauses: readonly Expr[]): boolean {
  return predicates.every((p) => clauses.some((c) => implies(root, c, p)) || (p.kind === 'BoolExpr' && p.boolop === 'and' && predicateImplied(root, p.args, clauses)) || (p.kind === 'BoolExpr' && p.boolop === 'or' && p.args.some((a) => predicateImplied(root, [a], clauses))));
}
function implies(root: PlannerInfo, c: Expr, p: Expr): boolean {
  if (equal(c, p)) return true;
  if (c.kind === 'BoolExpr' && c.boolop === 'and') return c.args.some((a) => implies(root, a, p));
  if (c.kind === 'BoolExpr' && c.boolop === 'or') return c.args.every((a) => implies(root, a, p));
  if (p.kind === 'NullTest' && p.nulltesttype === 'is_not_null' && !p.argisrow) {
    const v = p.arg;
    if (c.kind === 'OpExpr' && root.glob.look.opStrict(c.opno) && c.args.some((a) => equal(a, v))) return true;
    if (v.kind === 'Var' && c.kind === 'ScalarArrayOpExpr' && root.glob.look.opStrict(c.opno) && c.useOr && equal(c.args[0], v)) return true;
    return v.kind === 'Var' && c.kind !== 'NullTest' && (nonnullableRels(root.glob.look, [c]) & pullVarnos(root, v)) !== 0n && strictOver(root, c, v);
  }
  if (p.kind === 'OpExpr' && p.args.length === 2 && p.args[1]!.kind === 'Const') {
    if (c.kind === 'OpExpr' && c.args.length === 2 && c.args[1]!.kind === 'Const' && equal(c.args[0], p.args[0])) return opImplies(root, c, p);
  }
  return false;
}
function strictOver(root: PlannerInfo, c: Expr, v: Expr): boolean { return c.kind === 'OpExpr' && root.glob.look.opStrict(c.opno) && c.args.some((a) => equal(a, v) || (a.kind === 'FuncExpr' && root.glob.look.func(a.funcid)?.strict === true && a.args.some((x) => equal(x, v)))); }

/** clause strategy, predicate strategy -> strategy to test between the constants (predicate const OP clause const). */
const IMPLIES: Readonly<Record<number, Readonly<Record<number, number>>>> = {
  1: { 1: 4, 2: 4 }, 2: { 1: 5, 2: 4 }, 3: { 1: 5, 2: 4, 3: 3, 4: 2, 5: 1 }, 4: { 4: 2, 5: 1 }, 5: { 4: 2, 5: 2 },
};
/** Both sides compare one expression with constants through one b-tree family. */
function opImplies(root: PlannerInfo, c: Extract<Expr, { kind: 'OpExpr' }>, p: Extract<Expr, { kind: 'OpExpr' }>): boolean {
  const look = root.glob.look;
  for (const a of look.amopsOf(p.opno)) {
    const cs = look.amopIn(c.opno, a.family);
    if (!cs || a.method !== 403) continue;
    const test = IMPLIES[cs.strategy]?.[a.strategy];
    if (!test) continue;
    const op = look.familyMember(a.family, a.right, cs.right, test);
    if (!op) continue;
    const r = root.glob.ctx.evaluateConst({ kind: 'OpExpr', opno: op, opfuncid: look.operator(op)!.code, opresulttype: 16, opretset: false, opcollid: 0, inputcollid: c.inputcollid, args: [p.args[1]!, c.args[1]!], location: -1 });
    if (r?.constvalue === true) return true;
  }
  return false;
}

/** SubLinks become SubPlans: correlated ones get params, uncorrelated = ANY gets a hash table. */
import { exprCollation, exprType, exprTypmod, type Expr, type SubLink, type SubPlan } from '../nodes/index.js';
import { mapChildren, type TreeNode } from '../nodes/index.js';
import { execParam, Glob, Root } from './root.js';
import { planQuery } from './query.js';

export function planSublinks<T extends Expr>(e: T, root: Root): T {
  const map = (n: TreeNode): TreeNode => {
    if (n.kind === 'SubLink') return planSublink(n, root, map);
    if (n.kind === 'Query') return n;
    if (n.kind === 'Var' && n.varlevelsup > 0) { const owner = root.up(n.varlevelsup); return execParam(owner.paramFor({ ...n, varlevelsup: 0 }), n); }
    return mapChildren(n, map);
  };
  return map(e) as T;
}

function planSublink(link: SubLink, root: Root, map: (n: TreeNode) => TreeNode): Expr {
  const { glob } = root;
  const plan = planQuery(glob, link.subselect, root);
  glob.subplans.push(plan);
  const planId = glob.subplans.length;
  const visible = plan.targetlist.filter((t) => !t.resjunk);
  const first = visible[0]?.expr;
  const used = root.outerParams.filter((p) => usesParam(plan, p.paramid));
  const paramIds = visible.map((t) => glob.newParam(exprType(t.expr)));
  const test = link.testexpr && (substitute(map(link.testexpr) as Expr, paramIds) as Expr);
  const sub: SubPlan = {
    kind: 'SubPlan', subLinkType: link.subLinkType, testexpr: test, paramIds, plan_id: planId, plan_name: `SubPlan ${planId}`, firstColType: first ? exprType(first) : 16,
    firstColTypmod: first ? exprTypmod(first) : -1, firstColCollation: first ? exprCollation(first) : 0,
    useHashTable: link.subLinkType === 'any' && used.length === 0 && test !== undefined && canHash(glob, test), unknownEqFalse: false, setParam: [], parParam: used.map((p) => p.paramid),
    args: used.map((p) => p.expr), isInitPlan: false, startup_cost: 0, per_call_cost: 0,
  };
  if (link.subLinkType === 'array') { const element = first ? exprType(first) : 25; sub.firstColType = glob.catalog.types.typeInfo(element)?.arrayOid || element; }
  if (link.subLinkType === 'multiexpr') {
    sub.setParam = multiParams(glob, link.subLinkId, visible.map((t) => exprType(t.expr)));
  }
  return sub;
}

const multi = new WeakMap<Glob, Map<number, number[]>>();
/** Exec params that a multi-column assignment's subquery sets. */
export function multiParams(glob: Glob, id: number, types: number[]): number[] {
  let table = multi.get(glob);
  if (table === undefined) multi.set(glob, (table = new Map()));
  let params = table.get(id);
  if (params === undefined) table.set(id, (params = types.map((t) => glob.newParam(t))));
  return params;
}
export function knownMultiParams(glob: Glob, id: number): number[] | undefined { return multi.get(glob)?.get(id); }

function canHash(glob: Glob, test: Expr): boolean {
  const clauses = test.kind === 'BoolExpr' ? (test.boolop === 'and' ? test.args : []) : [test];
  return clauses.length > 0 && clauses.every((c) => c.kind === 'OpExpr' && glob.catalog.syscache('OPEROID', c.opno)?.oprcanhash === true && exprType(c.args[0]!) === exprType(c.args[1]!) && c.args[1]!.kind === 'Param'
    && glob.catalog.types.typeImpl(exprType(c.args[0]!)).hashKey !== undefined);
}

/** Params of kind sublink stand for the subquery's columns. */
function substitute(e: Expr, ids: readonly number[]): TreeNode {
  const map = (n: TreeNode): TreeNode => (n.kind === 'Param' && n.paramkind === 'sublink' ? { ...n, paramkind: 'exec', paramid: ids[n.paramid - 1]! } : mapChildren(n, map));
  return map(e);
}

export function usesParam(plan: unknown, paramid: number): boolean {
  if (plan === null || typeof plan !== 'object') return false;
  if (Array.isArray(plan)) return plan.some((p) => usesParam(p, paramid));
  const p = plan as { kind?: string; paramkind?: string; paramid?: number };
  if (p.kind === 'Param') return p.paramkind === 'exec' && p.paramid === paramid;
  if (p.kind === 'Const') return false;
  return Object.getPrototypeOf(plan) === Object.prototype && Object.values(plan).some((v) => typeof v === 'object' && usesParam(v, paramid));
}

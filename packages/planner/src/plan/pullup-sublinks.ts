/**
 * ANY and EXISTS sublinks of WHERE and JOIN/ON become semi and anti joins where that is the same. PostgreSQL's
 * pull_up_sublinks, convert_ANY_sublink_to_join and convert_EXISTS_sublink_to_join.
 */
import { makeAnd, type Expr, type FromExpr, type JoinExpr, type JoinTreeNode, type Query, type SubLink, type Var } from '../nodes/index.js';
import { canonicalizeQual, fold, implicitAnd } from './evalconst.js';
import { flattenAliases, incrementSublevels, renumber } from './manip.js';
import type { PlannerGlobal } from './pathnodes.js';
import { mapChildren, type AnyTree } from './tree-types.js';
import { containVarsOfLevel, containVarsUpper, containVolatile, some } from './vars.js';
import { emptyRte } from './prepjointree.js';

interface State { glob: PlannerGlobal; parse: Query }
/** A place in the tree where a join may be hung in: reads and replaces the node, and names what is below. */
interface Slot { get(): JoinTreeNode; set(n: JoinTreeNode): void; rels: Set<number> }

export function pullUpSublinks(glob: PlannerGlobal, parse: Query): Query {
  const st: State = { glob, parse };
  const rels = new Set<number>();
  let tree: JoinTreeNode = recurseTree(st, st.parse.jointree, rels);
  if (tree.kind !== 'FromExpr') tree = { kind: 'FromExpr', fromlist: [tree], quals: undefined };
  return { ...st.parse, jointree: tree };
}

function recurseTree(st: State, node: JoinTreeNode, rels: Set<number>): JoinTreeNode {
  if (node.kind === 'RangeTblRef') { rels.add(node.rtindex); return node; }
  if (node.kind === 'FromExpr') {
    const fromlist: JoinTreeNode[] = [];
    const mine = new Set<number>();
    for (const c of node.fromlist) fromlist.push(recurseTree(st, c, mine));
    for (const r of mine) rels.add(r);
    const from: FromExpr = { kind: 'FromExpr', fromlist, quals: undefined };
    let top: JoinTreeNode = from;
    from.quals = node.quals && recurseQual(st, node.quals, { get: () => top, set: (n) => { top = n; }, rels: mine }, undefined);
    return top;
  }
  const l = new Set<number>();
  const r = new Set<number>();
  const j: JoinExpr = { ...node, larg: recurseTree(st, node.larg, l), rarg: recurseTree(st, node.rarg, r) };
  const larg: Slot = { get: () => j.larg, set: (n) => { j.larg = n; }, rels: l };
  const rarg: Slot = { get: () => j.rarg, set: (n) => { j.rarg = n; }, rels: r };
  let top: JoinTreeNode = j;
  if (node.quals) {
    if (j.jointype === 'inner') {
      const whole: Slot = { get: () => top, set: (n) => { top = n; }, rels: new Set([...l, ...r]) };
      j.quals = recurseQual(st, node.quals, whole, undefined);
    } else if (j.jointype === 'left') j.quals = recurseQual(st, node.quals, rarg, undefined);
    else if (j.jointype === 'right') j.quals = recurseQual(st, node.quals, larg, undefined);
  }
  for (const x of [...l, ...r]) rels.add(x);
  if (node.rtindex) rels.add(node.rtindex);
  return top;
}

/** Answers the qual without what became a join. */
function recurseQual(st: State, e: Expr, slot1: Slot, slot2: Slot | undefined): Expr | undefined {
  if (e.kind === 'SubLink') {
    for (const slot of slot2 ? [slot1, slot2] : [slot1]) {
      const j = e.subLinkType === 'any' ? anyToJoin(st, e, slot.rels, false) : e.subLinkType === 'exists' ? existsToJoin(st, e, false, slot.rels) : undefined;
      if (j) { attach(st, j, slot); return undefined; }
    }
    return e;
  }
  if (e.kind === 'BoolExpr' && e.boolop === 'not') {
    const s = e.args[0]!;
    if (s.kind === 'SubLink' && s.subLinkType === 'exists') {
      for (const slot of slot2 ? [slot1, slot2] : [slot1]) {
        const j = existsToJoin(st, s, true, slot.rels);
        if (j) { attach(st, j, slot); return undefined; }
      }
    }
    return e;
  }
  if (e.kind === 'BoolExpr' && e.boolop === 'and') return makeAnd(e.args.map((a) => recurseQual(st, a, slot1, slot2)));
  return e;
}

function attach(st: State, j: JoinExpr, slot: Slot): void {
  j.larg = slot.get();
  slot.set(j);
  const right = new Set<number>();
  j.rarg = recurseTree(st, j.rarg, right);
  const rslot: Slot = { get: () => j.rarg, set: (n) => { j.rarg = n; }, rels: right };
  if (!j.quals) return;
  if (j.jointype === 'semi') j.quals = recurseQual(st, j.quals, { get: () => j.larg, set: (n) => { j.larg = n; }, rels: slot.rels }, rslot);
  else j.quals = recurseQual(st, j.quals, rslot, undefined);
}

/** Vars of that level, counted from the node, in the node and its subqueries. */
export function levelVars(node: AnyTree, level: number): Var[] {
  const out: Var[] = [];
  const visit = (n: AnyTree, d: number): void => {
    if (n.kind === 'Var') { if (n.varlevelsup === d) out.push(n); return; }
    mapChildren(n, (c) => { visit(c, n.kind === 'Query' ? d + 1 : d); return c; });
  };
  visit(node, level);
  return out;
}

function anyToJoin(st: State, s: SubLink, available: Set<number>, _not: boolean): JoinExpr | undefined {
  const sub = s.subselect;
  const test = s.testexpr!;
  const left = levelVars(test, 0);
  if (left.length === 0) return undefined;
  if (left.some((v) => !available.has(v.varno))) return undefined;
  if (containVolatile(st.glob.look, test)) return undefined;
  const outer = levelVars(sub, 0); // Vars of our level, inside the subselect
  if (outer.some((v) => !available.has(v.varno))) return undefined;
  const rti = st.parse.rtable.length + 1;
  const rte = { ...emptyRte, rtekind: 'subquery' as const, subquery: sub, alias: { aliasname: 'ANY_subquery', colnames: [] }, eref: { aliasname: 'ANY_subquery', colnames: sub.targetList.filter((t) => !t.resjunk).map((t) => t.resname ?? '?column?') }, lateral: outer.length > 0 };
  st.parse = { ...st.parse, rtable: [...st.parse.rtable, rte] };
  const cols = sub.targetList.filter((t) => !t.resjunk);
  const toVar = (n: AnyTree): AnyTree => {
    if (n.kind === 'Param' && n.paramkind === 'sublink') {
      const te = cols[n.paramid - 1]!;
      return { kind: 'Var', varno: rti, varattno: te.resno, vartype: n.paramtype, vartypmod: n.paramtypmod, varcollid: n.paramcollid, varlevelsup: 0, varreturningtype: 'default', varnullingrels: [], varnosyn: rti, varattnosyn: te.resno, location: -1 };
    }
    return mapChildren(n, toVar);
  };
  return { kind: 'JoinExpr', jointype: 'semi', isNatural: false, larg: { kind: 'RangeTblRef', rtindex: rti }, rarg: { kind: 'RangeTblRef', rtindex: rti }, usingClause: [], quals: toVar(test) as Expr, alias: undefined, rtindex: 0 };
}

/** simplify_EXISTS_query: drops what does not matter for existence; undefined where it does. */
export function simplifyExists(glob: PlannerGlobal, q: Query): Query | undefined {
  if (q.commandType !== 'select' || q.setOperations || q.hasAggs || q.groupingSets.length || q.hasWindowFuncs || q.hasTargetSRFs || q.hasModifyingCTE || q.havingQual || q.limitOffset || q.rowMarks.length) return undefined;
  if (q.limitCount) {
    const l = fold({ glob, root: undefined, caseVal: undefined, estimate: false, active: [] }, q.limitCount);
    if (l.kind !== 'Const' || (l.constvalue !== null && Number(l.constvalue) <= 0)) return undefined;
  }
  return { ...q, targetList: [], groupClause: [], windowClause: [], distinctClause: [], sortClause: [], hasDistinctOn: false, limitCount: undefined, rtable: q.rtable, hasGroupRTE: false };
}

function existsToJoin(st: State, s: SubLink, underNot: boolean, available: Set<number>): JoinExpr | undefined {
  if (s.subselect.cteList.length) return undefined;
  let sub = simplifyExists(st.glob, flattenAliases(s.subselect));
  if (!sub || sub.jointree.fromlist.length === 0) return undefined;
  const where = sub.jointree.quals && canonicalizeQual(sub.jointree.quals);
  sub = { ...sub, jointree: { ...sub.jointree, quals: undefined } };
  if (containVarsUpperOf(sub) || !where || !containVarsOfLevel(where, 1) || containVolatile(st.glob.look, where)) return undefined;
  const offset = st.parse.rtable.length;
  const move = (n: number): number => n + offset;
  const moved = incrementSublevels(renumber(sub, move), -1, 1) as Query;
  const quals = incrementSublevels(renumber(where, move), -1, 1);
  const clause = levelVars(quals, 0);
  const mine = new Set<number>();
  for (const v of clause) if (v.varno <= offset) mine.add(v.varno);
  if (mine.size === 0 || [...mine].some((x) => !available.has(x)) || some(quals, (n) => n.kind === 'Aggref' && n.agglevelsup === 0)) return undefined;
  const permOffset = st.parse.rteperminfos.length;
  st.parse = { ...st.parse, rtable: [...st.parse.rtable, ...moved.rtable.map((r) => ({ ...r, perminfoindex: r.perminfoindex ? r.perminfoindex + permOffset : 0 }))], rteperminfos: [...st.parse.rteperminfos, ...moved.rteperminfos], hasSubLinks: st.parse.hasSubLinks || moved.hasSubLinks };
  const rarg: JoinTreeNode = moved.jointree.fromlist.length === 1 ? moved.jointree.fromlist[0]! : moved.jointree;
  return { kind: 'JoinExpr', jointype: underNot ? 'anti' : 'semi', isNatural: false, larg: rarg, rarg, usingClause: [], quals, alias: undefined, rtindex: 0 };
}
function containVarsUpperOf(q: Query): boolean { return containVarsUpper(q); }
export { implicitAnd };

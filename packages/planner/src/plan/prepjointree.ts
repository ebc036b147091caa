/** Simplifies the join tree: subqueries in FROM are merged into their parent. PostgreSQL's prepjointree.c. */
import { exprType, type Expr, type FromExpr, type JoinExpr, type JoinTreeNode, type Query, type RangeTblEntry, type Var } from '../nodes/index.js';
import { implicitAnd } from './evalconst.js';
import { addNullingRels, flattenAliases, incrementSublevels, renumber, replaceRteVars, unionSorted } from './manip.js';
import type { PlannerGlobal } from './pathnodes.js';
import { levelVars, pullUpSublinks } from './pullup-sublinks.js';
import { containNonstrict, containSrf, containVarsOfLevel, containVolatile, some } from './vars.js';
import type { AnyTree } from './tree-types.js';

export interface PullupState { glob: PlannerGlobal; parse: Query }

interface JoinContext { lowestOuter: JoinExpr | undefined; /** outer joins above */ nullable: boolean }

/** pull_up_subqueries */
export function pullUpSubqueries(st: PullupState): void {
  const tree = recurse(st, st.parse.jointree, { lowestOuter: undefined, nullable: false });
  st.parse = { ...st.parse, jointree: replaceTree(st.parse.jointree, tree) };
}
/** The tree shape from the recursion, with quals as later replacements left them in st.parse. */
function replaceTree(_current: FromExpr, tree: JoinTreeNode): FromExpr {
  return tree.kind === 'FromExpr' ? tree : { kind: 'FromExpr', fromlist: [tree], quals: undefined };
}

function recurse(st: PullupState, node: JoinTreeNode, jc: JoinContext): JoinTreeNode {
  // Works on mutable copies of the tree nodes, so that a replacement made below reaches quals already passed.
  if (node === st.parse.jointree) {
    st.parse = { ...st.parse, jointree: copyTree(node) as FromExpr };
    return descend(st, st.parse.jointree, jc);
  }
  return descend(st, node, jc);
}
function copyTree(n: JoinTreeNode): JoinTreeNode {
  if (n.kind === 'RangeTblRef') return n;
  if (n.kind === 'FromExpr') return { ...n, fromlist: n.fromlist.map(copyTree) };
  return { ...n, larg: copyTree(n.larg), rarg: copyTree(n.rarg) };
}
function descend(st: PullupState, node: JoinTreeNode, jc: JoinContext): JoinTreeNode {
  if (node.kind === 'RangeTblRef') return pullUpRef(st, node.rtindex, jc) ?? node;
  if (node.kind === 'FromExpr') {
    for (let i = 0; i < node.fromlist.length; i++) node.fromlist[i] = descend(st, node.fromlist[i]!, jc);
    return node;
  }
  const outer: JoinContext = { lowestOuter: node, nullable: true };
  const inner: JoinContext = { lowestOuter: node, nullable: jc.nullable };
  switch (node.jointype) {
    case 'inner': node.larg = descend(st, node.larg, jc); node.rarg = descend(st, node.rarg, jc); break;
    case 'left': case 'semi': case 'anti':
      node.larg = descend(st, node.larg, inner); node.rarg = descend(st, node.rarg, node.jointype === 'semi' ? inner : outer); break;
    case 'right': node.larg = descend(st, node.larg, outer); node.rarg = descend(st, node.rarg, inner); break;
    default: node.larg = descend(st, node.larg, outer); node.rarg = descend(st, node.rarg, outer);
  }
  return node;
}

function pullUpRef(st: PullupState, rti: number, jc: JoinContext): JoinTreeNode | undefined {
  const rte = st.parse.rtable[rti - 1]!;
  if (rte.rtekind === 'subquery' && rte.subquery) {
    if (isSimpleSubquery(st, rte.subquery, rte, jc)) return pullUpSimple(st, rti, rte, jc);
    return undefined;
  }
  if (rte.rtekind === 'values' && isSimpleValues(st, rte, jc)) return pullUpValues(st, rti, rte);
  return undefined;
}

/** is_simple_subquery */
function isSimpleSubquery(st: PullupState, q: Query, rte: RangeTblEntry, jc: JoinContext): boolean {
  if (q.commandType !== 'select' || q.setOperations || q.hasAggs || q.hasWindowFuncs || q.hasTargetSRFs || q.groupClause.length || q.groupingSets.length || q.havingQual
    || q.sortClause.length || q.distinctClause.length || q.limitOffset || q.limitCount || q.hasForUpdate || q.cteList.length || q.rowMarks.length) return false;
  if (rte.security_barrier) return false;
  if (q.jointree.fromlist.length === 0 && q.jointree.quals && jc.lowestOuter) return false;
  if (rte.lateral) {
    const safe = jc.lowestOuter && relidsInTree(jc.lowestOuter);
    if (lateralOuterRefs(q.jointree, safe)) return false;
    if (safe && q.targetList.some((t) => refersOutside(t.expr, safe))) return false;
  }
  return !q.targetList.some((t) => containVolatile(st.glob.look, t.expr));
}
/** jointree_contains_lateral_outer_refs: references that would cross an outer or semijoin. Without safe all are allowed. */
function lateralOuterRefs(n: JoinTreeNode, safe: Set<number> | undefined): boolean {
  if (n.kind === 'RangeTblRef') return false;
  let limit = safe;
  if (n.kind === 'JoinExpr' && n.jointype !== 'inner') limit = new Set();
  if ((n.kind === 'FromExpr' ? n.fromlist : [n.larg, n.rarg]).some((c) => lateralOuterRefs(c, limit))) return true;
  return limit !== undefined && n.quals !== undefined && refersOutside(n.quals, limit);
}
function refersOutside(e: Expr, safe: Set<number>): boolean { return levelVars(e, 1).some((v) => !safe.has(v.varno)); }
/** get_relids_in_jointree: base relations and outer joins. */
export function relidsInTree(n: JoinTreeNode, out = new Set<number>()): Set<number> {
  if (n.kind === 'RangeTblRef') out.add(n.rtindex);
  else if (n.kind === 'FromExpr') for (const x of n.fromlist) relidsInTree(x, out);
  else { relidsInTree(n.larg, out); relidsInTree(n.rarg, out); if (n.rtindex && n.jointype !== 'inner' && n.jointype !== 'semi') out.add(n.rtindex); }
  return out;
}

function isSimpleValues(st: PullupState, rte: RangeTblEntry, jc: JoinContext): boolean {
  if (jc.lowestOuter || rte.values_lists.length !== 1) return false;
  const row = rte.values_lists[0]!;
  if (row.some((e) => containSrf(e) || containVolatile(st.glob.look, e))) return false;
  return !rte.lateral && st.parse.rtable.filter((r) => r.rtekind !== 'group').length === 1 && st.parse.jointree.fromlist.length === 1;
}
function pullUpValues(st: PullupState, rti: number, rte: RangeTblEntry): JoinTreeNode {
  const row = rte.values_lists[0]!;
  replaceEverywhere(st, rti, (v) => (v.varattno > 0 ? row[v.varattno - 1]! : rowOf(v, row, rte)));
  st.parse.rtable[rti - 1] = { ...st.parse.rtable[rti - 1]!, rtekind: 'result', values_lists: [] };
  return { kind: 'RangeTblRef', rtindex: rti };
}
function rowOf(v: Var, args: Expr[], rte: RangeTblEntry): Expr {
  return { kind: 'RowExpr', args, row_typeid: v.vartype, row_format: 'implicit', colnames: rte.eref.colnames, location: v.location };
}

/** pull_up_simple_subquery */
function pullUpSimple(st: PullupState, rti: number, rte: RangeTblEntry, jc: JoinContext): JoinTreeNode | undefined {
  const sub: PullupState = { glob: st.glob, parse: flattenAliases({ ...rte.subquery!, rtable: rte.subquery!.rtable.slice() }) };
  if (sub.parse.hasSubLinks) sub.parse = pullUpSublinks(sub.glob, sub.parse);
  addResultIfEmpty(sub);
  pullUpSubqueries(sub);
  if (!isSimpleSubquery(st, sub.parse, rte, jc)) {
    st.parse.rtable[rti - 1] = { ...rte, subquery: sub.parse };
    return undefined;
  }
  const offset = st.parse.rtable.length;
  const moved = incrementSublevels(renumber(sub.parse, (n) => n + offset), -1, 1) as Query;
  const tlist = moved.targetList;
  const subRels = new Set<number>();
  for (let i = 1; i <= moved.rtable.length; i++) subRels.add(offset + i);
  const permOffset = st.parse.rteperminfos.length;
  const added = moved.rtable.map((r) => ({ ...r, perminfoindex: r.perminfoindex ? r.perminfoindex + permOffset : 0, lateral: r.lateral || (rte.lateral && ['subquery', 'function', 'values', 'tablefunc'].includes(r.rtekind)) }));
  const rels = [...relidsInTree(moved.jointree)].sort((a, b) => a - b);
  const wrapped = new Map<number, Expr>();
  const everywhere = st.parse.groupingSets.length > 0 ? 'all' : 'none';
  replaceEverywhere(st, rti, (v, inFull) => replaceVar(st, v, rte, tlist, subRels, rels, wrapped, inFull && everywhere === 'none' ? 'varfree' : everywhere));
  st.parse = { ...st.parse, rtable: [...st.parse.rtable, ...added], rteperminfos: [...st.parse.rteperminfos, ...moved.rteperminfos], hasSubLinks: st.parse.hasSubLinks || moved.hasSubLinks, hasRowSecurity: st.parse.hasRowSecurity || moved.hasRowSecurity };
  st.parse.rtable[rti - 1] = { ...st.parse.rtable[rti - 1]!, subquery: undefined };
  const jt = moved.jointree;
  return jt.quals === undefined && jt.fromlist.length === 1 ? jt.fromlist[0]! : jt;
}

function replaceVar(st: PullupState, v: Var, rte: RangeTblEntry, tlist: Query['targetList'], subRels: Set<number>, rels: number[], wrapped: Map<number, Expr>, wrap: 'none' | 'varfree' | 'all'): Expr {
  let e: Expr;
  if (v.varattno === 0) e = rowOf(v, tlist.filter((t) => !t.resjunk).map((t) => t.expr), rte);
  else {
    const te = tlist.find((t) => t.resno === v.varattno && !t.resjunk);
    if (!te) throw new Error(`subquery has no column ${v.varattno}`);
    e = te.expr;
  }
  if (v.varnullingrels.length === 0 && wrap === 'none') return e;
  const simpleVar = (e.kind === 'Var' && e.varlevelsup === 0 && subRels.has(e.varno)) || (e.kind === 'PlaceHolderVar' && e.phlevelsup === 0);
  const strictEnough = !simpleVar && containVarsOfLevel(e, 0) && !containNonstrict(st.glob.look, e) && some(e, (n) => n.kind === 'Var' && n.varlevelsup === 0 && subRels.has(n.varno)) && !some(e, (n) => n.kind === 'Var' && !(n.varlevelsup === 0 && subRels.has(n.varno)));
  // Under grouping sets each column keeps its own identity, so that nulling one group column nulls no other.
  const bare = wrap === 'varfree' && v.varnullingrels.length === 0 ? containVarsOfLevel(e, 0) : strictEnough;
  if (wrap === 'all' || (!simpleVar && !bare)) {
    let ph = wrapped.get(v.varattno);
    if (!ph) { ph = { kind: 'PlaceHolderVar', phexpr: e, phrels: rels, phnullingrels: [], phid: ++st.glob.lastPHId, phlevelsup: 0 }; wrapped.set(v.varattno, ph); }
    e = { ...ph, phnullingrels: unionSorted([], v.varnullingrels) } as Expr;
    return e;
  }
  return addNullingRels(e, v.varnullingrels);
}

/**
 * Every reference to rti in the query and in the tree being worked on. The conditions of FULL joins are told apart: an
 * expression without Vars there would not say which side it belongs to.
 */
function replaceEverywhere(st: PullupState, rti: number, fn: (v: Var, inFull: boolean) => Expr): void {
  const is = (n: number): boolean => n === rti;
  const tree = st.parse.jointree;
  mutateTreeQuals(tree, (e, inFull) => replaceRteVars(e, is, (v) => fn(v, inFull)));
  const p = replaceRteVars({ ...st.parse, jointree: { kind: 'FromExpr', fromlist: [], quals: undefined } }, is, (v) => fn(v, false));
  st.parse = { ...p, jointree: tree };
}
function mutateTreeQuals(n: JoinTreeNode, fn: (e: Expr, inFull: boolean) => Expr): void {
  if (n.kind === 'RangeTblRef') return;
  if (n.quals) n.quals = fn(n.quals, n.kind === 'JoinExpr' && n.jointype === 'full');
  if (n.kind === 'FromExpr') { for (const x of n.fromlist) mutateTreeQuals(x, fn); return; }
  mutateTreeQuals(n.larg, fn);
  mutateTreeQuals(n.rarg, fn);
}

/** replace_empty_jointree: a FROM with nothing gets a one-row Result. */
export function addResultIfEmpty(st: PullupState): void {
  if (st.parse.setOperations || st.parse.jointree.fromlist.length > 0) return;
  const rte = { ...emptyRte, eref: { aliasname: '*RESULT*', colnames: [] } };
  const rtable = [...st.parse.rtable, rte];
  st.parse = { ...st.parse, rtable, jointree: { ...st.parse.jointree, fromlist: [{ kind: 'RangeTblRef', rtindex: rtable.length }] } };
}
export const emptyRte: RangeTblEntry = {
  kind: 'RangeTblEntry', rtekind: 'result', alias: undefined, eref: { aliasname: '', colnames: [] }, lateral: false, inFromCl: false, inh: false, securityQuals: [], relid: 0, relkind: '', rellockmode: 0, perminfoindex: 0,
  tablesample: undefined, subquery: undefined, security_barrier: false, jointype: 'inner', joinmergedcols: 0, joinaliasvars: [], joinleftcols: [], joinrightcols: [], join_using_alias: undefined, functions: [], funcordinality: false,
  tablefunc: undefined, values_lists: [], ctename: '', ctelevelsup: 0, self_reference: false, enrname: '', enrtuples: 0, groupexprs: [], coltypes: [], coltypmods: [], colcollations: [],
};

/** remove_useless_result_rtes: a Result joined by an inner join to something else vanishes. */
export function removeUselessResults(parse: Query): Query {
  const usesPlaceholder = (rti: number): boolean => some(parse as AnyTree, (n) => n.kind === 'PlaceHolderVar' && n.phrels.includes(rti));
  const isResult = (n: JoinTreeNode): boolean => n.kind === 'RangeTblRef' && parse.rtable[n.rtindex - 1]!.rtekind === 'result' && !usesPlaceholder(n.rtindex);
  const simplify = (n: JoinTreeNode): JoinTreeNode => {
    if (n.kind === 'RangeTblRef') return n;
    if (n.kind === 'FromExpr') {
      const kids = n.fromlist.map(simplify);
      let keep = kids.filter((k) => !isResult(k));
      if (keep.length === 0) keep = kids.slice(0, 1);
      if (keep.length === 1 && !n.quals && n !== parse.jointree) return keep[0]!;
      return { ...n, fromlist: keep };
    }
    const larg = simplify(n.larg);
    const rarg = simplify(n.rarg);
    if (n.jointype === 'inner') {
      const quals = implicitAnd(n.quals);
      if (isResult(larg)) return quals.length ? { kind: 'FromExpr', fromlist: [rarg], quals: n.quals } : rarg;
      if (isResult(rarg)) return quals.length ? { kind: 'FromExpr', fromlist: [larg], quals: n.quals } : larg;
    }
    return { ...n, larg, rarg };
  };
  if (!parse.rtable.some((r) => r.rtekind === 'result') || parse.rtable.length === 1) return parse;
  const t = simplify(parse.jointree) as FromExpr;
  return { ...parse, jointree: t };
}
export { exprType };

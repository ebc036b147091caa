/** Sizes and scan paths of base relations, then the join search. PostgreSQL's allpaths.c. */
import type { RestrictInfo, Path, PlannerInfo, RelOptInfo } from './pathnodes.js';
import { equal, makeBoolConst, type Expr, type Query, type RangeTblEntry } from '../nodes/index.js';
import { clauseListSelectivity } from './clausesel.js';
import { clampRows, costCteScan, costFunctionScan, costResultScan, costSampleScan, costSeqScan, costSubqueryScan, costTableFuncScan, costValuesScan, estimateExpressionRows, qualCost, setTargetCost } from './cost-scan.js';
import { createIndexPaths } from './indxpath.js';
import { createTidPaths } from './tidpath.js';
import { expandInherited, setAppendPaths, setAppendSize } from './inherit.js';
import type { JoinList } from './initsplan.js';
import { markDummy, standardJoinSearch } from './joinrels.js';
import { baseParamInfo } from './parampath.js';
import { addPath, setCheapest } from './pathnode.js';
import { keyForExpr } from './pathkeys.js';
import { relidMembers } from './relids.js';
import { setRelWidth } from './relnode.js';
import { predicateImplied } from './predtest.js';
import { replaceRteVars } from './manip.js';
import { containLeakedVars, containSubplans, containVolatile, some } from './vars.js';
import { subqueryPlanner } from './planner.js';
import { someChild, type AnyTree } from './tree-types.js';

export function makeOneRel(root: PlannerInfo, joinlist: JoinList): RelOptInfo {
  const bases = relidMembers(root.all_baserels).map((i) => root.rels[i]!);
  for (const rel of bases) { rel.consider_param_startup = false; expandInherited(root, rel); }
  for (const s of root.join_info_list) if (s.jointype === 'semi' || s.jointype === 'anti') for (const i of relidMembers(s.syn_righthand)) { const r = root.rels[i]; if (r && (s.syn_righthand === r.relids)) r.consider_param_startup = true; }
  for (const rel of bases) setBaseSize(root, rel);
  root.total_table_pages = 0;
  for (const rel of root.rels) if (rel && !rel.dummy) root.total_table_pages += rel.pages;
  for (const rel of bases) setBasePaths(root, rel);
  return fromJoinList(root, joinlist);
}
function fromJoinList(root: PlannerInfo, list: JoinList): RelOptInfo {
  const rels = list.map((x) => (typeof x === 'number' ? root.rels[x]! : fromJoinList(root, x)));
  return rels.length === 1 ? rels[0]! : standardJoinSearch(root, rels);
}

function sizeFromQuals(root: PlannerInfo, rel: RelOptInfo): void {
  rel.rows = clampRows(rel.tuples * clauseListSelectivity(root, rel.baserestrictinfo, 0, 'inner', undefined));
  rel.baserestrictcost = qualCost(root, rel.baserestrictinfo);
  setRelWidth(root, rel);
  setTargetPlaceholders(root, rel);
}
function setTargetPlaceholders(root: PlannerInfo, rel: RelOptInfo): void {
  const w = rel.reltarget.width;
  if (rel.reltarget.exprs.some((e) => e.kind !== 'Var')) { setTargetCost(root, rel.reltarget); rel.reltarget.width = w; }
}
export function baseContradiction(rel: RelOptInfo): boolean {
  return rel.baserestrictinfo.some((r) => r.clause.kind === 'Const' && r.clause.constvalue !== true);
}

export function setBaseSize(root: PlannerInfo, rel: RelOptInfo): void {
  const rte = root.parse.rtable[rel.relid - 1]!;
  if (rel.reloptkind === 'base' && baseContradiction(rel)) { setRelWidth(root, rel); markDummy(root, rel); return; }
  if (rel.part_children.length || (rte.rtekind === 'relation' && rte.inh && rte.relkind === 'p')) { setAppendSize(root, rel); return; }
  switch (rte.rtekind) {
    case 'relation': for (const ix of rel.indexlist) if (ix.indpred.length) ix.predOK = predicateImplied(root, ix.indpred, rel.baserestrictinfo.map((r) => r.clause)); if (rte.tablesample) sampleSize(root, rel, rte); break;
    case 'subquery': subquerySize(root, rel, rte); return;
    case 'function': rel.tuples = Math.max(1, ...rte.functions.map((f) => estimateExpressionRows(root, f.funcexpr))); rel.tuples = clampRows(rel.tuples); break;
    case 'tablefunc': rel.tuples = 100; break;
    case 'values': rel.tuples = rte.values_lists.length; break;
    case 'cte': cteSize(root, rel, rte); break;
    case 'namedtuplestore': rel.tuples = rte.enrtuples < 0 ? 1000 : rte.enrtuples; break;
    default: rel.tuples = 1;
  }
  sizeFromQuals(root, rel);
}
function sampleSize(root: PlannerInfo, rel: RelOptInfo, rte: RangeTblEntry): void {
  const a = rte.tablesample!.args[0];
  const pct = a?.kind === 'Const' && typeof a.constvalue === 'number' && a.constvalue >= 0 && a.constvalue <= 100 ? a.constvalue / 100 : 0.1;
  const system = root.glob.look.func(rte.tablesample!.tsmhandler)?.name === 'system';
  if (system) rel.pages = clampRows(rel.pages * pct);
  rel.tuples = clampRows(rel.tuples * pct);
}

export function setBasePaths(root: PlannerInfo, rel: RelOptInfo): void {
  if (rel.dummy) return;
  const rte = root.parse.rtable[rel.relid - 1]!;
  if (rel.part_children.length || (rte.rtekind === 'relation' && rte.inh && rte.relkind === 'p')) { setAppendPaths(root, rel); setCheapest(rel); return; }
  const p = (type: 'SeqScan' | 'SampleScan' | 'FunctionScan' | 'ValuesScan' | 'TableFuncScan' | 'CteScan' | 'WorkTableScan' | 'NamedTuplestoreScan' | 'ResultScan'): Path => ({ type, parent: rel, pathtarget: rel.reltarget, param_info: baseParamInfo(root, rel, rel.lateral_relids), rows: rel.rows, startup_cost: 0, total_cost: 0, disabled_nodes: 0, pathkeys: [] }) as Path;
  let path: Path;
  switch (rte.rtekind) {
    case 'relation':
      if (rte.tablesample) { path = p('SampleScan'); costSampleScan(root, path, rel, root.glob.look.func(rte.tablesample.tsmhandler)?.name !== 'bernoulli'); addPath(rel, path); break; }
      path = p('SeqScan');
      costSeqScan(root, path, rel);
      addPath(rel, path);
      createIndexPaths(root, rel);
      createTidPaths(root, rel);
      break;
    case 'subquery': subqueryPaths(root, rel); break;
    case 'function': {
      path = p('FunctionScan');
      if (rte.funcordinality) { const last = rel.max_attr; const v = rel.reltarget.exprs.find((e) => e.kind === 'Var' && e.varattno === last && e.varno === rel.relid); if (v) { const t = root.glob.look.typeOperators(20); const k = keyForExpr(root, v, t.btreeFamily, 20, 0, false, false, 0, rel.relids, false); if (k) path.pathkeys = [k]; } }
      costFunctionScan(root, path, rel, rte.functions.map((f) => f.funcexpr)); addPath(rel, path); break;
    }
    case 'tablefunc': path = p('TableFuncScan'); costTableFuncScan(root, path, rel); addPath(rel, path); break;
    case 'values': path = p('ValuesScan'); costValuesScan(root, path, rel); addPath(rel, path); break;
    case 'cte': path = p(rte.self_reference ? 'WorkTableScan' : 'CteScan'); costCteScan(root, path, rel); addPath(rel, path); break;
    case 'namedtuplestore': path = p('NamedTuplestoreScan'); costCteScan(root, path, rel); addPath(rel, path); break;
    default: path = p('ResultScan'); costResultScan(root, path, rel); addPath(rel, path);
  }
  setCheapest(rel);
}

function cteRoot(root: PlannerInfo, levels: number): PlannerInfo {
  let r = root;
  for (let i = 0; i < levels; i++) r = r.parent_root!;
  return r;
}
function cteSize(root: PlannerInfo, rel: RelOptInfo, rte: RangeTblEntry): void {
  if (rte.self_reference) { const r = cteRoot(root, rte.ctelevelsup - 1 >= 0 ? rte.ctelevelsup - 1 : 0); rel.tuples = clampRows(root.glob.set.recursiveWorktableFactor * (workTableRoot(r)?.non_recursive_path?.rows ?? 100)); return; }
  const { planId } = findCte(root, rte);
  rel.subroot = undefined;
  rel.tuples = root.glob.subplans[planId - 1]!.plan_rows;
}
function workTableRoot(r: PlannerInfo | undefined): PlannerInfo | undefined { while (r && !r.non_recursive_path) r = r.parent_root; return r; }
export function findCte(root: PlannerInfo, rte: RangeTblEntry): { cteroot: PlannerInfo; index: number; planId: number } {
  const cteroot = cteRoot(root, rte.ctelevelsup);
  const index = cteroot.parse.cteList.findIndex((c) => c.ctename === rte.ctename);
  const planId = cteroot.cte_plan_ids[index] ?? 0;
  if (planId <= 0) throw new Error(`no plan was made for CTE "${rte.ctename}"`);
  return { cteroot, index, planId };
}

/** set_subquery_pathlist: quals pushed down, the subquery planned. */
function subquerySize(root: PlannerInfo, rel: RelOptInfo, rte: RangeTblEntry): void {
  let sub = rte.subquery!;
  const unsafe = unsafeColumns(root, sub);
  if (unsafe && rel.baserestrictinfo.length) {
    const keep: RestrictInfo[] = [];
    for (const r of rel.baserestrictinfo) {
      if (!r.pseudoconstant && pushable(root, r.clause, rel, rte, sub, unsafe)) sub = pushQual(sub, rel.relid, rte, r.clause);
      else keep.push(r);
    }
    rel.baserestrictinfo = keep;
  }
  root.parse.rtable[rel.relid - 1] = { ...rte, subquery: sub };
  const parse = root.parse;
  const alone = !parse.hasAggs && parse.groupClause.length === 0 && parse.groupingSets.length === 0 && !root.hasHavingQual && parse.distinctClause.length === 0 && parse.sortClause.length === 0 && relidMembers(root.all_baserels).length === 1;
  rel.subroot = subqueryPlanner(root.glob, sub, root, false, alone ? root.tuple_fraction : 0);
  rel.subplan_params = root.plan_params;
  root.plan_params = [];
  const final = rel.subroot.upperRels.get('final')!;
  if (final.dummy) { setRelWidth(root, rel); markDummy(root, rel); return; }
  rel.tuples = final.cheapest_total!.rows;
  sizeFromQuals(root, rel);
}
function subqueryPaths(root: PlannerInfo, rel: RelOptInfo): void {
  const sub = rel.subroot!;
  const final = sub.upperRels.get('final')!;
  const trivial = rel.baserestrictinfo.length === 0 && trivialTarget(rel, final.cheapest_total!);
  for (const sp of final.pathlist) {
    const p: Extract<Path, { type: 'SubqueryScan' }> = { type: 'SubqueryScan', parent: rel, pathtarget: rel.reltarget, param_info: baseParamInfo(root, rel, rel.lateral_relids), rows: rel.rows, startup_cost: 0, total_cost: 0, disabled_nodes: 0, pathkeys: convertKeys(root, rel, sub, sp), subpath: sp };
    costSubqueryScan(root, p, rel, trivial);
    addPath(rel, p);
  }
}
function trivialTarget(rel: RelOptInfo, sub: Path): boolean {
  const t = rel.reltarget.exprs;
  return t.length === sub.pathtarget.exprs.length && t.every((e, i) => e.kind === 'Var' && e.varattno === i + 1);
}
/** convert_subquery_pathkeys, for columns that are plain outputs. */
function convertKeys(root: PlannerInfo, rel: RelOptInfo, sub: PlannerInfo, sp: Path): Path['pathkeys'] {
  const out: Path['pathkeys'] = [];
  for (const k of sp.pathkeys) {
    let found: Path['pathkeys'][number] | undefined;
    for (const m of k.pk_eclass.ec_members) {
      if (m.em_is_child) continue;
      const te = sub.processed_tlist.find((t) => !t.resjunk && (k.pk_eclass.ec_has_volatile ? t.ressortgroupref === k.pk_eclass.ec_sortref : equal(t.expr, m.em_expr)));
      if (!te) continue;
      const v = rel.reltarget.exprs.find((e) => e.kind === 'Var' && e.varno === rel.relid && e.varattno === te.resno);
      if (!v) continue;
      found = keyForExpr(root, v, k.pk_opfamily, m.em_datatype, k.pk_eclass.ec_collation, k.pk_desc, k.pk_nulls_first, 0, rel.relids, true);
      if (found) break;
    }
    if (!found) break;
    if (!out.includes(found)) out.push(found);
  }
  return out;
}

/** subquery_is_pushdown_safe and check_output_expressions: columns that no qual may use, or undefined for none pushable. */
function unsafeColumns(root: PlannerInfo, q: Query): Set<number> | undefined {
  if (q.limitOffset || q.limitCount || (q.groupClause.length && q.groupingSets.length)) return undefined;
  if (q.groupingSets.length) return undefined;
  const unsafe = new Set<number>();
  if (q.setOperations) return setOpSafe(root, q, unsafe) ? unsafe : undefined;
  for (const t of q.targetList) {
    if (t.resjunk) continue;
    if (q.hasTargetSRFs && some(t.expr, (n) => (n.kind === 'FuncExpr' && n.funcretset) || (n.kind === 'OpExpr' && n.opretset))) unsafe.add(t.resno);
    if (containVolatile(root.glob.look, t.expr)) unsafe.add(t.resno);
    if (q.hasDistinctOn && !q.distinctClause.some((c) => c.tleSortGroupRef === t.ressortgroupref)) unsafe.add(t.resno);
    if (q.hasWindowFuncs && (q.distinctClause.length ? false : true) && !q.windowClause.every((w) => w.partitionClause.some((c) => c.tleSortGroupRef === t.ressortgroupref && t.ressortgroupref !== 0))) unsafe.add(t.resno);
  }
  if (q.distinctClause.length && q.hasTargetSRFs) return undefined;
  return unsafe;
}
function setOpSafe(root: PlannerInfo, q: Query, unsafe: Set<number>): boolean {
  const visit = (n: NonNullable<Query['setOperations']>): boolean => {
    if (n.kind === 'SetOperationStmt') return n.op !== 'except' && visit(n.larg) && visit(n.rarg);
    const sub = q.rtable[n.rtindex - 1]!.subquery!;
    const u = unsafeColumns(root, sub);
    if (!u) return false;
    for (const x of u) unsafe.add(x);
    for (const [i, t] of sub.targetList.filter((t) => !t.resjunk).entries()) if ((t.expr.kind === 'Const' && false) || typeDiffers(q, i, t.expr)) unsafe.add(i + 1);
    return true;
  };
  return visit(q.setOperations!);
}
function typeDiffers(q: Query, i: number, e: Expr): boolean { const so = q.setOperations; return so?.kind === 'SetOperationStmt' && so.colTypes[i] !== exprType(e); }
import { exprType } from '../nodes/index.js';
function pushable(root: PlannerInfo, c: Expr, rel: RelOptInfo, rte: RangeTblEntry, _sub: Query, unsafe: Set<number>): boolean {
  if (containSubplans(c) || containVolatile(root.glob.look, c)) return false;
  if (rte.security_barrier && containLeakedVars(root.glob.look, c)) return false;
  let ok = true;
  const visit = (n: AnyTree): boolean => {
    if (n.kind === 'PlaceHolderVar') ok = false;
    if (n.kind === 'Var') { if (n.varno !== rel.relid || n.varattno <= 0 || unsafe.has(n.varattno) || n.varnullingrels.length) ok = false; return !ok; }
    return someChild(n, visit);
  };
  visit(c);
  return ok;
}
function pushQual(sub: Query, rti: number, rte: RangeTblEntry, c: Expr): Query {
  if (sub.setOperations) {
    const rtable = sub.rtable.slice();
    const visit = (n: NonNullable<Query['setOperations']>): void => {
      if (n.kind === 'SetOperationStmt') { visit(n.larg); visit(n.rarg); return; }
      const r = rtable[n.rtindex - 1]!;
      rtable[n.rtindex - 1] = { ...r, subquery: pushQual(r.subquery!, rti, rte, c) };
    };
    visit(sub.setOperations);
    return { ...sub, rtable };
  }
  const e = replaceRteVars(c, (n) => n === rti, (v) => sub.targetList.find((t) => t.resno === v.varattno && !t.resjunk)!.expr);
  const and = (a: Expr | undefined): Expr => (a === undefined ? e : { kind: 'BoolExpr', boolop: 'and', args: [...(a.kind === 'BoolExpr' && a.boolop === 'and' ? a.args : [a]), e], location: -1 });
  if (sub.hasAggs || sub.groupClause.length || sub.groupingSets.length || sub.havingQual) return { ...sub, havingQual: and(sub.havingQual) };
  return { ...sub, jointree: { ...sub.jointree, quals: and(sub.jointree.quals) } };
}
export { makeBoolConst };

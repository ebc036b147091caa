/**
 * Final pass: one flat range table, Vars of upper nodes as columns of their inputs, trivial subquery scans removed,
 * node ids. PostgreSQL's setrefs.c.
 */
import { translate } from './inherit.js';
import { equal, INDEX_VAR, INNER_VAR, OUTER_VAR, type Expr, type Plan, type RangeTblEntry, type TargetEntry, type Var } from '../nodes/index.js';
import type { PlannerGlobal, PlannerInfo } from './pathnodes.js';
import { mapChildren, type AnyTree } from './tree-types.js';

export function setPlanReferences(root: PlannerInfo, plan: Plan): Plan {
  const offset = addRangeTable(root);
  for (const m of root.rowMarks) {
    for (const rti of withChildren(root, m.rti)) root.glob.finalrowmarks.push({ ...m, rti: rti + offset, prti: m.prti + offset });
  }
  return setRefs(root, plan, offset);
}
/** A relation and its children of all levels. */
function withChildren(root: PlannerInfo, rti: number): number[] {
  return [rti, ...root.append_rel_list.filter((a) => a.parent_relid === rti && a.child_relid !== rti).flatMap((a) => withChildren(root, a.child_relid))];
}
function addRangeTable(root: PlannerInfo): number {
  const glob = root.glob;
  const offset = glob.finalrtable.length;
  const permOffset = glob.finalpermInfos.length;
  glob.finalpermInfos.push(...root.parse.rteperminfos);
  for (const r of root.parse.rtable) {
    const flat: RangeTblEntry = { ...r, subquery: undefined, joinaliasvars: [], functions: [], tablefunc: undefined, values_lists: [], groupexprs: [], securityQuals: [], tablesample: undefined, perminfoindex: r.perminfoindex ? r.perminfoindex + permOffset : 0 };
    glob.finalrtable.push(flat);
    if (r.relid) glob.relationOids.add(r.relid);
  }
  addUnplanned(glob, root);
  return offset;
}
/** Relations of subqueries that were planned away still need their permissions checked. */
function addUnplanned(glob: PlannerGlobal, root: PlannerInfo): void {
  for (const [i, r] of root.parse.rtable.entries()) {
    if (r.rtekind !== 'subquery' || !r.subquery) continue;
    const rel = root.rels[i + 1];
    if (rel && !rel.dummy) continue;
    const visit = (q: NonNullable<RangeTblEntry['subquery']>): void => { for (const x of q.rtable) { if (x.relid) glob.relationOids.add(x.relid); if (x.subquery) visit(x.subquery); } glob.finalpermInfos.push(...q.rteperminfos); };
    visit(r.subquery);
  }
}

type Replace = (e: AnyTree) => Expr | undefined;

function fix(e: AnyTree, replace: Replace): AnyTree {
  const r = replace(e);
  if (r) return r;
  if (e.kind === 'PlaceHolderVar') return fix(e.phexpr, replace);
  if (e.kind === 'Var') return e;
  return mapChildren(e, (c) => fix(c, replace));
}
const fixList = (l: readonly Expr[], r: Replace): Expr[] => l.map((e) => fix(e, r) as Expr);
const fixTl = (l: readonly TargetEntry[], r: Replace): TargetEntry[] => l.map((t) => ({ ...t, expr: fix(t.expr, r) as Expr }));

/** fix_scan_expr: Vars only move by the range table offset. */
function scanFix(offset: number): Replace {
  return (e) => {
    if (e.kind === 'Var') return e.varno > 0 ? { ...e, varno: e.varno + offset, varnosyn: e.varnosyn > 0 ? e.varnosyn + offset : e.varnosyn, varnullingrels: [] } : e;
    if (e.kind === 'CurrentOfExpr') return { ...e, cvarno: e.cvarno + offset };
    return undefined;
  };
}
/** Columns of a multiple assignment's subquery are the parameters that its subplan sets. */
function multiexprParams(root: PlannerInfo): Replace {
  return (e) => (e.kind === 'Param' && e.paramkind === 'multiexpr' ? root.multiexpr_params[(e.paramid >> 16) - 1]![(e.paramid & 0xffff) - 1] : undefined);
}
interface Indexed { tlist: readonly TargetEntry[]; vars: Map<string, TargetEntry>; nonVars: TargetEntry[] }
function index(tlist: readonly TargetEntry[]): Indexed {
  const vars = new Map<string, TargetEntry>();
  const nonVars: TargetEntry[] = [];
  for (const t of tlist) {
    if (t.expr.kind === 'Var' && t.expr.varlevelsup === 0) { const k = varKey(t.expr); if (!vars.has(k)) vars.set(k, t); } else nonVars.push(t);
  }
  return { tlist, vars, nonVars };
}
function varKey(v: Var): string { return `${v.varno},${v.varattno}${v.varreturningtype === 'default' ? '' : v.varreturningtype}`; }
function lookup(e: AnyTree, ix: Indexed, newVarno: number, offset: number): Expr | undefined {
  if (e.kind === 'Var') {
    const t = ix.vars.get(varKey(e));
    return t && { ...e, varno: newVarno, varattno: t.resno, varnosyn: e.varnosyn > 0 ? e.varnosyn + offset : e.varnosyn, varnullingrels: [] };
  }
  if (e.kind === 'Const' || e.kind === 'Param' || (e.kind as string) === 'CaseWhen' || e.kind === 'TargetEntry') return undefined;
  for (const t of ix.nonVars) {
    const x = t.expr;
    if (x === e || (x.kind === 'PlaceHolderVar' && e.kind === 'PlaceHolderVar' ? x.phid === e.phid : equal(x, e))) return columnVar(x, newVarno, t.resno);
  }
  return undefined;
}
function columnVar(e: Expr, varno: number, resno: number): Var {
  return { kind: 'Var', varno, varattno: resno, vartype: exprType(e), vartypmod: exprTypmod(e), varcollid: exprCollation(e), varlevelsup: 0, varreturningtype: 'default', varnullingrels: [], varnosyn: 0, varattnosyn: 0, location: -1 };
}
import { exprCollation, exprType, exprTypmod } from '../nodes/index.js';
/** fix_upper_expr */
function upperFix(sub: readonly TargetEntry[], offset: number): Replace {
  const ix = index(sub);
  return (e) => {
    const hit = lookup(e, ix, OUTER_VAR, offset);
    if (hit) return hit;
    if (e.kind === 'Var') throw new Error(`variable ${e.varno}.${e.varattno} not found in subplan target list`);
    return undefined;
  };
}
/** fix_join_expr */
function joinFix(outer: readonly TargetEntry[], inner: readonly TargetEntry[], offset: number, accept = 0): Replace {
  const o = index(outer);
  const i = index(inner);
  return (e) => {
    const hit = lookup(e, o, OUTER_VAR, offset) ?? lookup(e, i, INNER_VAR, offset);
    if (hit) return hit;
    if (e.kind === 'Var') {
      if (accept && e.varno === accept) return { ...e, varno: e.varno + offset };
      throw new Error(`variable ${e.varno}.${e.varattno} not found in subplan target lists`);
    }
    return undefined;
  };
}

function setRefs(root: PlannerInfo, p: Plan, offset: number): Plan {
  p.plan_node_id = root.glob.lastPlanNodeId++;
  const scan = scanFix(offset);
  if (root.multiexpr_params.length > 0) p.targetlist = fixTl(p.targetlist, multiexprParams(root));
  for (const s of p.initPlan) { s.args = fixList(s.args, scan); if (s.testexpr) s.testexpr = fix(s.testexpr, scan) as Expr; }
  const self = (): void => { p.targetlist = fixTl(p.targetlist, scan); p.qual = fixList(p.qual, scan); };
  const any = p as Plan & { scanrelid?: number };
  const member = any.scanrelid === undefined ? undefined : root.append_rel_array[any.scanrelid];
  if (member !== undefined) { p.targetlist = p.targetlist.map((t) => ({ ...t, expr: translate(member, t.expr) })); p.qual = p.qual.map((q) => translate(member, q)); }
  switch (p.kind) {
    case 'SeqScan': case 'NamedTuplestoreScan': case 'CteScan': case 'WorkTableScan': self(); p.scanrelid += offset; break;
    case 'SampleScan': self(); p.scanrelid += offset; p.tablesample = { ...p.tablesample, args: fixList(p.tablesample.args, scan), repeatable: p.tablesample.repeatable && fix(p.tablesample.repeatable, scan) as Expr }; break;
    case 'IndexScan': self(); p.scanrelid += offset; p.indexqual = fixList(p.indexqual, scan); p.indexqualorig = fixList(p.indexqualorig, scan); break;
    case 'IndexOnlyScan': {
      const ix = index(p.indextlist);
      const r: Replace = (e) => lookup(e, ix, INDEX_VAR, offset) ?? (e.kind === 'Var' ? (e.varno === INDEX_VAR ? e : fail(e)) : undefined);
      p.targetlist = fixTl(p.targetlist, r); p.qual = fixList(p.qual, r); p.recheckqual = fixList(p.recheckqual, r); p.indexqual = fixList(p.indexqual, scan);
      p.indextlist = fixTl(p.indextlist, scan); p.scanrelid += offset; break;
    }
    case 'BitmapIndexScan': p.scanrelid += offset; p.indexqual = fixList(p.indexqual, scan); p.indexqualorig = fixList(p.indexqualorig, scan); break;
    case 'BitmapHeapScan': self(); p.scanrelid += offset; p.bitmapqualorig = fixList(p.bitmapqualorig, scan); p.lefttree = setRefs(root, p.lefttree!, offset); break;
    case 'BitmapAnd': case 'BitmapOr': p.bitmapplans = p.bitmapplans.map((x) => setRefs(root, x, offset)); break;
    case 'TidScan': self(); p.scanrelid += offset; p.tidquals = fixList(p.tidquals, scan); break;
    case 'TidRangeScan': self(); p.scanrelid += offset; p.tidrangequals = fixList(p.tidrangequals, scan); break;
    case 'FunctionScan': self(); p.scanrelid += offset; p.functions = p.functions.map((f) => ({ ...f, funcexpr: fix(f.funcexpr, scan) as Expr })); break;
    case 'ValuesScan': self(); p.scanrelid += offset; p.values_lists = p.values_lists.map((l) => fixList(l, scan)); break;
    case 'TableFuncScan': self(); p.scanrelid += offset; p.tablefunc = mapChildren(p.tablefunc, (c) => fix(c, scan)); break;
    case 'SubqueryScan': return subqueryScan(root, p, offset);
    case 'NestLoop': case 'MergeJoin': case 'HashJoin': joinRefs(root, p, offset); break;
    case 'Hash': { const r = upperFix(p.lefttree!.targetlist, offset); const keys = p.hashkeys; p.lefttree = setRefs(root, p.lefttree!, offset); p.hashkeys = fixList(keys, r); dummyTlist(p); break; }
    case 'Memoize': p.param_exprs = fixList(p.param_exprs, scan); dummyTlist(p); p.lefttree = setRefs(root, p.lefttree!, offset); break;
    case 'Material': case 'Sort': case 'IncrementalSort': case 'Unique': case 'SetOp': case 'LockRows':
      if (p.kind === 'LockRows') p.rowMarks = p.rowMarks.map((m) => ({ ...m, rti: m.rti + offset, prti: m.prti + offset }));
      dummyTlist(p); children(root, p, offset); break;
    case 'Limit': p.limitOffset = p.limitOffset && fix(p.limitOffset, scan) as Expr; p.limitCount = p.limitCount && fix(p.limitCount, scan) as Expr; dummyTlist(p); children(root, p, offset); break;
    case 'RecursiveUnion': dummyTlist(p); children(root, p, offset); break;
    case 'Append': dummyTlist(p); p.appendplans = p.appendplans.map((x) => setRefs(root, x, offset)); p.apprelids = p.apprelids.map((x) => x + offset); break;
    case 'MergeAppend': dummyTlist(p); p.mergeplans = p.mergeplans.map((x) => setRefs(root, x, offset)); p.apprelids = p.apprelids.map((x) => x + offset); break;
    case 'Agg': case 'Group': case 'WindowAgg': case 'ProjectSet': upperRefs(root, p, offset); break;
    case 'Result':
      p.resconstantqual = fixList(p.resconstantqual, scan);
      if (p.lefttree) upperRefs(root, p, offset); else self();
      break;
    case 'ModifyTable': modifyRefs(root, p, offset); break;
  }
  void any;
  return p;
}
function fail(e: Var): never { throw new Error(`variable ${e.varno}.${e.varattno} not found in index target list`); }
function children(root: PlannerInfo, p: Plan, offset: number): void {
  if (p.lefttree) p.lefttree = setRefs(root, p.lefttree, offset);
  if (p.righttree) p.righttree = setRefs(root, p.righttree, offset);
}
/** set_dummy_tlist_references: the node hands on its input's columns by position. */
function dummyTlist(p: Plan): void {
  p.targetlist = p.targetlist.map((t, i) => ({ ...t, expr: t.expr.kind === 'Const' && p.kind !== 'Append' ? t.expr : columnVar(t.expr, OUTER_VAR, i + 1) }));
  p.targetlist.forEach((t, i) => { if (t.expr.kind === 'Const') t.expr = columnVar(t.expr, OUTER_VAR, i + 1); });
}
function upperRefs(root: PlannerInfo, p: Plan, offset: number): void {
  const sub = p.lefttree!.targetlist;
  const r = upperFix(sub, offset);
  const ix = index(sub);
  const tl = p.targetlist.map((t): TargetEntry => {
    if (t.ressortgroupref && t.expr.kind !== 'Var' && (t.expr.kind !== 'Const' || p.kind === 'Agg')) { const m = ix.tlist.find((s) => s.ressortgroupref === t.ressortgroupref && equal(s.expr, t.expr)); if (m) return { ...t, expr: columnVar(m.expr, OUTER_VAR, m.resno) }; }
    return { ...t, expr: fix(t.expr, r) as Expr };
  });
  p.targetlist = tl;
  p.qual = fixList(p.qual, r);
  if (p.kind === 'WindowAgg') { const s = scanFix(offset); p.startOffset = p.startOffset && fix(p.startOffset, s) as Expr; p.endOffset = p.endOffset && fix(p.endOffset, s) as Expr; }
  if (p.kind === 'Agg') for (const c of p.chain) { c.plan_node_id = root.glob.lastPlanNodeId++; if (c.lefttree) { c.lefttree.plan_node_id = root.glob.lastPlanNodeId++; dummyTlist(c.lefttree); } }
  p.lefttree = setRefs(root, p.lefttree!, offset);
}
function joinRefs(root: PlannerInfo, p: Extract<Plan, { kind: 'NestLoop' | 'MergeJoin' | 'HashJoin' }>, offset: number): void {
  const outer = p.lefttree!.targetlist;
  const inner = p.righttree!.targetlist;
  const r = joinFix(outer, inner, offset);
  p.targetlist = fixTl(p.targetlist, r);
  p.qual = fixList(p.qual, r);
  p.joinqual = fixList(p.joinqual, r);
  if (p.kind === 'NestLoop') p.nestParams = p.nestParams.map((n) => ({ ...n, paramval: fix(n.paramval, upperFix(outer, offset)) as Expr }));
  else if (p.kind === 'MergeJoin') p.mergeclauses = fixList(p.mergeclauses, r);
  else {
    p.hashclauses = fixList(p.hashclauses, r);
    p.hashkeys = fixList(p.hashkeys, upperFix(outer, offset));
  }
  p.lefttree = setRefs(root, p.lefttree!, offset);
  p.righttree = setRefs(root, p.righttree!, offset);
}
/** set_subqueryscan_references: drops the node when it only passes its input on. */
function subqueryScan(root: PlannerInfo, p: Extract<Plan, { kind: 'SubqueryScan' }>, offset: number): Plan {
  const rel = root.rels[p.scanrelid]!;
  const sub = setPlanReferences(rel.subroot!, p.subplan);
  const tl = p.targetlist;
  const trivial = p.qual.length === 0 && tl.length === sub.targetlist.length && tl.every((t, i) => t.resjunk === sub.targetlist[i]!.resjunk && ((t.expr.kind === 'Var' && t.expr.varattno === i + 1 && t.expr.varno === p.scanrelid) || (t.expr.kind === 'Const' && equal(t.expr, sub.targetlist[i]!.expr))));
  if (trivial) {
    sub.targetlist = sub.targetlist.map((t, i) => ({ ...t, resname: tl[i]!.resname ?? t.resname, ressortgroupref: tl[i]!.ressortgroupref, resorigtbl: tl[i]!.resorigtbl, resorigcol: tl[i]!.resorigcol, resjunk: tl[i]!.resjunk }));
    sub.initPlan = [...p.initPlan, ...sub.initPlan];
    if (p.initPlan.length) { sub.startup_cost = p.startup_cost; sub.total_cost = p.total_cost; }
    return sub;
  }
  const s = scanFix(offset);
  p.targetlist = fixTl(p.targetlist, s);
  p.qual = fixList(p.qual, s);
  p.subplan = sub;
  p.scanrelid += offset;
  return p;
}
function modifyRefs(root: PlannerInfo, p: Extract<Plan, { kind: 'ModifyTable' }>, offset: number): void {
  const sub = p.lefttree!.targetlist;
  const scan = scanFix(offset);
  const excl = p.onConflict?.exclRelIndex ?? 0;
  const multi = multiexprParams(root);
  const over = (rti: number): Replace => {
    const ix = index(sub);
    return (e) => {
      if (e.kind === 'Var') {
        if (e.varno === rti || (excl && e.varno === excl)) return { ...e, varno: e.varno + offset, varnullingrels: [] };
        const hit = lookup(e, ix, OUTER_VAR, offset);
        if (!hit) throw new Error(`variable ${e.varno}.${e.varattno} not found in subplan target list`);
        return hit;
      }
      return e.kind === 'PlaceHolderVar' ? lookup(e, ix, OUTER_VAR, offset) : undefined;
    };
  };
  p.returningLists = p.returningLists.map((l, i) => fixTl(l, over(p.resultRelations[i]!)));
  if (p.returningLists[0]) p.targetlist = p.returningLists[0];
  p.withCheckOptionLists = p.withCheckOptionLists.map((l) => l.map((w) => ({ ...w, qual: fix(w.qual, scan) as Expr })));
  p.mergeActionLists = p.mergeActionLists.map((l, i) => l.map((a) => ({ ...a, qual: a.qual && fix(a.qual, over(p.resultRelations[i]!)) as Expr, targetList: fixTl(fixTl(a.targetList, multi), over(p.resultRelations[i]!)) })));
  p.mergeJoinConditions = p.mergeJoinConditions.map((e, i) => e && fix(e, over(p.resultRelations[i]!)) as Expr);
  if (p.onConflict) {
    const r = over(p.resultRelations[0]!);
    p.onConflict = { ...p.onConflict, onConflictSet: fixTl(fixTl(p.onConflict.onConflictSet, multi), r), onConflictWhere: p.onConflict.onConflictWhere && fix(p.onConflict.onConflictWhere, r) as Expr, exclRelIndex: excl ? excl + offset : 0, exclRelTlist: fixTl(p.onConflict.exclRelTlist, scan) };
  }
  p.rowMarks = p.rowMarks.map((m) => ({ ...m, rti: m.rti + offset, prti: m.prti + offset }));
  p.resultRelations = p.resultRelations.map((r) => r + offset);
  p.nominalRelation += offset;
  if (p.rootRelation) p.rootRelation += offset;
  root.glob.resultRelations.push(...p.resultRelations);
  p.lefttree = setRefs(root, p.lefttree!, offset);
}

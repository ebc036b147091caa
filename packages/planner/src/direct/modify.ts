/** INSERT, UPDATE, DELETE and MERGE: the rows to write from a subplan, under a ModifyTable. */
import type { Expr, MergeAction, OnConflictExpr, Plan, TargetEntry, Var } from '../nodes/index.js';
import { mapChildren, type TreeNode } from '../nodes/index.js';
import { planFrom, shiftVars, descendants } from './from.js';
import { ctidVar, neededVars, projectSets, resolveMulti } from './query.js';
import { planSublinks } from './sublinks.js';
import { makePlan, overInputs, project, target, type Rel, type Root } from './root.js';

export function planModify(root: Root): Plan {
  const { query } = root;
  const rti = query.resultRelation;
  const rte = query.rtable[rti - 1]!;
  if (query.commandType !== 'insert' && rte.inh && descendants(root, rte.relid).length > 0) throw Object.assign(new Error('changing a table with inheritance children is not supported yet'), { code: '0A000' });
  const tlist = query.targetList.map((t) => ({ ...t, expr: planSublinks(t.expr, root) }));
  const returning = query.returningList.map((t) => ({ ...t, expr: planSublinks(t.expr, root) }));
  const actions = query.mergeActionList.map((a) => ({ ...a, qual: a.qual && planSublinks(a.qual, root), targetList: a.targetList.map((t) => ({ ...t, expr: planSublinks(t.expr, root) })) }));
  const junk = query.commandType === 'insert' ? [] : [ctidVar(rti)];
  const outside = (e: Expr): Expr[] => otherVars(e, rti);
  const onConflict = query.onConflict && conflict(query.onConflict, root);
  const extra = [...returning.map((t) => t.expr), ...actions.flatMap((a) => [...(a.qual ? [a.qual] : []), ...a.targetList.map((t) => t.expr)])];
  const above = [...tlist.map((t) => t.expr), ...junk, ...extra.flatMap(outside), ...(query.commandType === 'merge' ? extra : [])];
  const needed = neededVars(root, above);
  let rel = planFrom(root, needed);
  const multi = tlist.filter((t) => t.expr.kind === 'SubPlan' && t.expr.subLinkType === 'multiexpr');
  if (multi.length > 0) rel = project(rel, [...multi.map((t) => t.expr), ...rel.columns]);
  const written = query.commandType === 'merge' || query.commandType === 'delete' ? [] : tlist.filter((t) => !t.resjunk).map((t) => resolveMulti(t.expr, root));
  const passed = dedupe([...extra.flatMap(outside)]);
  const columns: Expr[] = [...written, ...junk, ...passed];
  rel = query.hasTargetSRFs ? projectSets(rel, columns) : forceProject(rel, columns);
  rel.plan.targetlist.forEach((t, k) => {
    const e = t as { resname: string | undefined; resjunk: boolean };
    if (k >= written.length && k < written.length + junk.length) { e.resname = 'ctid'; e.resjunk = true; } else if (k >= written.length) e.resjunk = true;
  });
  const over = (e: Expr): Expr => shiftTarget(overInputs(e, columns.map((c, k) => (k < written.length + junk.length ? marker(k) : c))), root, rti);
  return makePlan('ModifyTable', rel.plan.plan_rows, {
    lefttree: rel.plan, operation: query.commandType as 'insert', nominalRelation: rti + root.rtoffset, rootRelation: 0, resultRelations: [rti + root.rtoffset],
    updateColnosLists: query.commandType === 'update' ? [tlist.filter((t) => !t.resjunk).map((t) => t.resno)] : [], withCheckOptionLists: query.withCheckOptions.length > 0 ? [query.withCheckOptions.map((w) => ({ ...w, qual: over(planSublinks(w.qual, root)) }))] : [],
    returningLists: returning.length > 0 ? [returning.map((t) => ({ ...t, expr: over(t.expr) }))] : [], returningOldAlias: query.returningOldAlias, returningNewAlias: query.returningNewAlias, rowMarks: [], epqParam: 0,
    onConflict: onConflict && shiftConflict(onConflict, root), arbiterIndexes: query.onConflict ? arbiters(query.onConflict, root, rte.relid) : [],
    mergeActionLists: query.commandType === 'merge' ? [actions.map((a): MergeAction => ({ ...a, qual: a.qual && over(a.qual), targetList: a.targetList.map((t) => ({ ...t, expr: over(t.expr) })) }))] : [], mergeJoinConditions: [], canSetTag: query.canSetTag,
  });
}
const marker = (k: number): Expr => ({ kind: 'MergeSupportFunc', msftype: -100 - k, msfcollid: 0, location: -1 });
function forceProject(rel: Rel, columns: Expr[]): Rel {
  return { plan: makePlan('Result', rel.plan.plan_rows, { resconstantqual: [], lefttree: rel.plan, targetlist: columns.map((e, k): TargetEntry => target(overInputs(e, rel.columns), k + 1)) }), columns };
}
function dedupe(list: Expr[]): Expr[] {
  const seen = new Set<string>();
  return list.filter((e) => { const key = JSON.stringify([(e as Var).varno, (e as Var).varattno]); if (seen.has(key)) return false; seen.add(key); return true; });
}

/** Vars of relations other than the target. */
function otherVars(e: Expr, rti: number): Expr[] {
  const out: Expr[] = [];
  const visit = (n: TreeNode): TreeNode => { if (n.kind === 'Var' && n.varlevelsup === 0 && n.varno !== rti) out.push({ ...n, varnullingrels: [] }); return n.kind === 'Query' ? n : mapChildren(n, visit); };
  visit(e);
  return out;
}
function shiftTarget(e: Expr, root: Root, rti: number): Expr {
  const map = (n: TreeNode): TreeNode => (n.kind === 'Var' && n.varno === rti ? { ...n, varno: n.varno + root.rtoffset } : mapChildren(n, map));
  return map(e) as Expr;
}

function conflict(c: OnConflictExpr, root: Root): OnConflictExpr {
  return { ...c, onConflictSet: c.onConflictSet.map((t) => ({ ...t, expr: planSublinks(t.expr, root) })), onConflictWhere: c.onConflictWhere && planSublinks(c.onConflictWhere, root) };
}
function shiftConflict(c: OnConflictExpr, root: Root): OnConflictExpr {
  return { ...c, exclRelIndex: c.exclRelIndex + root.rtoffset, onConflictSet: c.onConflictSet.map((t) => ({ ...t, expr: shiftVars(t.expr, root.rtoffset) })), onConflictWhere: c.onConflictWhere && shiftVars(c.onConflictWhere, root.rtoffset) };
}

/** infer_arbiter_indexes for plain columns and named constraints. */
function arbiters(c: OnConflictExpr, root: Root, relid: number): number[] {
  const { catalog } = root.glob;
  if (c.constraint !== 0) return [catalog.syscache('CONSTROID', c.constraint)?.conindid ?? 0];
  if (c.arbiterElems.length === 0) return [];
  const wanted = c.arbiterElems.map((a) => (a.expr.kind === 'Var' ? a.expr.varattno : -1)).sort((a, b) => a - b).join();
  const found = catalog.relation(relid)!.indexes.filter((i) => i.unique && i.expressions.length === 0 && (i.predicate === undefined || c.arbiterWhere !== undefined) && [...new Set(i.attnums.slice(0, i.nkeys))].sort((a, b) => a - b).join() === [...new Set(wanted.split(','))].join());
  if (found.length === 0) throw Object.assign(new Error('there is no unique or exclusion constraint matching the ON CONFLICT specification'), { code: '42P10' });
  return found.map((i) => i.oid);
}

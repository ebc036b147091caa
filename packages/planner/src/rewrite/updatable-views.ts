/** Automatically updatable views: which they are, and the rewriting onto the base relation (rewriteTargetView). */
import { SqlError } from '@pglitedb/types';
import type { RelationInfo } from '@pglitedb/catalog';
import { makeAnd, makeFromExpr, mapChildren, type Expr, type JoinTreeNode, type Query, type RTEPermissionInfo, type TargetEntry, type TreeNode, type Var } from '../nodes/index.js';
import { excludedTargets } from '../analyze/modify.js';
import type { RewriteContext } from './defaults.js';
import { copyTree, mapJoinTree, mapVars, replaceFromTargetList } from './manip.js';
import { relOption, securityBarrier, securityInvoker, viewQuery } from './views.js';
import { makeRte } from '../nodes/index.js';

/** view_query_is_auto_updatable: undefined when it is, else the reason. */
export function notUpdatableReason(q: Query, ctx: RewriteContext): string | undefined {
  if (q.distinctClause.length) return 'Views containing DISTINCT are not automatically updatable.';
  if (q.groupClause.length || q.groupingSets.length) return 'Views containing GROUP BY are not automatically updatable.';
  if (q.havingQual) return 'Views containing HAVING are not automatically updatable.';
  if (q.setOperations) return 'Views containing UNION, INTERSECT, or EXCEPT are not automatically updatable.';
  if (q.cteList.length) return 'Views containing WITH are not automatically updatable.';
  if (q.limitOffset || q.limitCount) return 'Views containing LIMIT or OFFSET are not automatically updatable.';
  if (q.hasAggs) return 'Views that return aggregate functions are not automatically updatable.';
  if (q.hasWindowFuncs) return 'Views that return window functions are not automatically updatable.';
  if (q.hasTargetSRFs) return 'Views that return set-returning functions are not automatically updatable.';
  const from = q.jointree.fromlist[0];
  const single = 'Views that do not select from a single table or view are not automatically updatable.';
  if (q.jointree.fromlist.length !== 1 || from?.kind !== 'RangeTblRef') return single;
  const base = q.rtable[from.rtindex - 1]!;
  if (base.rtekind !== 'relation' || !'rvpf'.includes(base.relkind)) return single;
  if (base.tablesample) return 'Views containing TABLESAMPLE are not automatically updatable.';
  void ctx;
  return q.targetList.some((t) => columnReason(q, t) === undefined) ? undefined : 'Views that have no updatable columns are not automatically updatable.';
}
function columnReason(q: Query, t: TargetEntry): string | undefined {
  const from = q.jointree.fromlist[0] as Extract<JoinTreeNode, { kind: 'RangeTblRef' }>;
  if (t.resjunk || t.expr.kind !== 'Var' || t.expr.varno !== from.rtindex || t.expr.varlevelsup !== 0) return 'View columns that are not columns of their base relation are not updatable.';
  if (t.expr.varattno < 0) return 'View columns that refer to system columns are not updatable.';
  if (t.expr.varattno === 0) return 'View columns that return whole-row references are not updatable.';
  return undefined;
}
const VERBS = { insert: ['insert into', 'inserting into', 'INSERT'], update: ['update', 'updating', 'UPDATE'], delete: ['delete from', 'deleting from', 'DELETE'] } as const;
function cannot(verb: keyof typeof VERBS, rel: RelationInfo, detail: string): SqlError {
  const [to, doing, name] = VERBS[verb];
  return new SqlError('55000', `cannot ${to} view "${rel.relname}"`, { detail, hint: `To enable ${doing} the view, provide an INSTEAD OF ${name} trigger or an unconditional ON ${name} DO INSTEAD rule.` });
}

/** The statement moved from the view to its base relation. */
export function rewriteTargetView(query: Query, view: RelationInfo, ctx: RewriteContext): Query {
  const source = viewQuery(view, ctx)!;
  const command = query.commandType as 'insert' | 'update' | 'delete' | 'merge';
  const reason = notUpdatableReason(source, ctx);
  if (reason) throw cannot(command === 'merge' ? mergeVerb(query) : command, view, reason);
  const vq = copyTree(source);
  checkColumns(query, vq, view);
  const from = vq.jointree.fromlist[0] as Extract<JoinTreeNode, { kind: 'RangeTblRef' }>;
  const baseRte = vq.rtable[from.rtindex - 1]!;
  const basePerm = vq.rteperminfos[baseRte.perminfoindex - 1];
  const oldIndex = query.resultRelation;
  const viewRte = query.rtable[oldIndex - 1]!;
  const viewPerm = query.rteperminfos[viewRte.perminfoindex - 1]!;
  const newIndex = query.rtable.length + 1;
  const tlist = vq.targetList.map((t) => ({ ...t, expr: renumber(t.expr, from.rtindex, newIndex) }));
  const rtable = query.rtable.slice();
  rtable[oldIndex - 1] = { ...viewRte };
  const newPerm = basePermissions(viewPerm, basePerm, tlist, view, command);
  const newRte = { ...baseRte, rellockmode: 3, inFromCl: false, perminfoindex: query.rteperminfos.length + 1, securityQuals: [] as Expr[] };
  newRte.eref = { ...baseRte.eref };
  newRte.inh = command === 'insert' ? false : baseRte.inh;
  rtable.push(newRte);
  const base = ctx.catalog.relation(baseRte.relid)!;
  let q: Query = { ...query, rtable, rteperminfos: [...query.rteperminfos, newPerm] };
  q = replaceFromTargetList(q, oldIndex, tlist, (v) => wholeRow(v, tlist, view), () => ({ kind: 'Const', consttype: 23, consttypmod: -1, constcollid: 0, constvalue: null, location: -1 }));
  q.resultRelation = newIndex;
  if (q.mergeTargetRelation === oldIndex) q.mergeTargetRelation = newIndex;
  q.jointree = mapJoinTree(q.jointree, (i) => (i === oldIndex ? newIndex : i));
  q.targetList = command === 'insert' || command === 'update' ? renumberTargets(q.targetList, tlist, base) : q.targetList;
  q.mergeActionList = q.mergeActionList.map((a) => ({ ...a, targetList: a.commandType === 'insert' || a.commandType === 'update' ? renumberTargets(a.targetList, tlist, base) : a.targetList, updateColnos: a.updateColnos.map((n) => columnOf(tlist, n)) }));
  if (q.onConflict?.action === 'update') moveExcluded(q, tlist, newIndex, base);
  const qual = vq.jointree.quals && renumber(vq.jointree.quals, from.rtindex, newIndex);
  if (qual && command !== 'insert') {
    if (securityBarrier(view)) q.rtable[newIndex - 1]!.securityQuals = [qual, ...q.rtable[newIndex - 1]!.securityQuals];
    else q.jointree = makeFromExpr(q.jointree.fromlist, makeAnd([q.jointree.quals, qual]));
    if (vq.hasSubLinks) q.hasSubLinks = true;
  }
  if (command !== 'delete') addCheckOption(q, query, view, qual);
  return q;
}
const mergeVerb = (q: Query): 'insert' | 'update' | 'delete' => (q.mergeActionList.find((a) => a.commandType !== 'nothing')?.commandType ?? 'update') as 'update';
const renumber = <T extends Expr>(e: T, from: number, to: number): T => mapVars(e, (v) => (v.varno === from ? { ...v, varno: to, varnosyn: to } : v));
const columnOf = (tlist: readonly TargetEntry[], resno: number): number => (tlist.find((t) => t.resno === resno)!.expr as Var).varattno;
function renumberTargets(targets: readonly TargetEntry[], tlist: readonly TargetEntry[], base: RelationInfo): TargetEntry[] {
  return targets.map((t) => {
    if (t.resjunk) return t;
    const attno = columnOf(tlist, t.resno);
    return { ...t, resno: attno, resname: base.attributes[attno - 1]!.attname };
  });
}
function checkColumns(query: Query, vq: Query, view: RelationInfo): void {
  const check = (targets: readonly TargetEntry[], verb: 'insert' | 'update' | 'merge'): void => {
    for (const t of targets) {
      if (t.resjunk) continue;
      const vt = vq.targetList.find((x) => x.resno === t.resno)!;
      const why = columnReason(vq, vt);
      if (!why) continue;
      const words = verb === 'insert' ? 'insert into' : verb === 'update' ? 'update' : 'merge into';
      throw new SqlError('0A000', `cannot ${words} column "${t.resname ?? vt.resname ?? ''}" of view "${view.relname}"`, { detail: why });
    }
  };
  if (query.commandType === 'insert' || query.commandType === 'update') check(query.targetList, query.commandType);
  if (query.onConflict) check(query.onConflict.onConflictSet, 'insert');
  for (const a of query.mergeActionList) check(a.targetList, 'merge');
}
function basePermissions(viewPerm: RTEPermissionInfo, basePerm: RTEPermissionInfo | undefined, tlist: readonly TargetEntry[], view: RelationInfo, command: string): RTEPermissionInfo {
  const map = (s: ReadonlySet<number>): Set<number> => {
    const out = new Set<number>();
    for (const a of s) {
      const e = tlist.find((t) => t.resno === a)?.expr;
      if (e?.kind === 'Var') out.add(e.varattno);
    }
    return out;
  };
  void command;
  return {
    relid: basePerm?.relid ?? 0, inh: basePerm?.inh ?? false, requiredPerms: viewPerm.requiredPerms, checkAsUser: securityInvoker(view) ? viewPerm.checkAsUser : view.relowner,
    selectedCols: new Set([...map(viewPerm.selectedCols), ...(basePerm?.selectedCols ?? [])]), insertedCols: map(viewPerm.insertedCols), updatedCols: map(viewPerm.updatedCols),
  };
}
function wholeRow(v: Var, tlist: readonly TargetEntry[], view: RelationInfo): Expr {
  const columns = tlist.filter((t) => !t.resjunk);
  return { kind: 'RowExpr', args: columns.map((t) => ({ ...copyTree(t.expr), ...(v.varreturningtype !== 'default' && t.expr.kind === 'Var' ? { varreturningtype: v.varreturningtype } : {}) })), row_typeid: view.reltype, row_format: 'implicit', colnames: columns.map((t) => t.resname ?? ''), location: v.location };
}
/** EXCLUDED moves to the base relation's columns too. */
function moveExcluded(q: Query, tlist: readonly TargetEntry[], newIndex: number, base: RelationInfo): void {
  const oc = q.onConflict!;
  const oldExcl = oc.exclRelIndex;
  const rte = makeRte('relation', { aliasname: 'excluded', colnames: base.attributes.map((a) => (a.attisdropped ? '' : a.attname)) }, { aliasname: 'excluded', colnames: [] });
  Object.assign(rte, { relid: base.oid, relkind: 'c', rellockmode: 3 });
  q.rtable.push(rte);
  const excl = q.rtable.length;
  const exclTlist = tlist.map((t) => ({ ...t, expr: renumber(t.expr, newIndex, excl) }));
  const visit = (n: TreeNode): TreeNode => (n.kind === 'Var' && n.varno === oldExcl && n.varlevelsup === 0 ? exclTlist.find((t) => t.resno === n.varattno)?.expr ?? n : mapChildren(n, visit));
  q.onConflict = { ...oc, onConflictSet: renumberTargets(oc.onConflictSet.map((t) => visit(t) as TargetEntry), tlist, base), onConflictWhere: oc.onConflictWhere && (visit(oc.onConflictWhere) as Expr), exclRelIndex: excl, exclRelTlist: excludedTargets(base, excl) };
}
/** WITH [LOCAL | CASCADED] CHECK OPTION; options of views above come first. */
function addCheckOption(q: Query, original: Query, view: RelationInfo, qual: Expr | undefined): void {
  const option = relOption(view, 'check_option');
  const inherited = original.withCheckOptions.some((w) => w.wcoKind === 'view' && w.cascaded);
  if (!option && !inherited) return;
  if (!qual) {
    if (option === 'cascaded' || inherited) q.withCheckOptions = [{ wcoKind: 'view', relname: view.relname, polname: undefined, qual: { kind: 'Const', consttype: 16, consttypmod: -1, constcollid: 0, constvalue: true, location: -1 }, cascaded: true }, ...q.withCheckOptions];
    return;
  }
  q.withCheckOptions = [{ wcoKind: 'view', relname: view.relname, polname: undefined, qual: copyTree(qual), cascaded: option === 'cascaded' || inherited }, ...q.withCheckOptions];
}

/** UNION, INTERSECT, EXCEPT and recursive unions. PostgreSQL's prepunion.c. */
import { SqlError } from '@pglitedb/types';
import { exprCollation, exprType, exprTypmod, makeVar, type Expr, type SetOperationStmt, type RangeTblRef, type SortGroupClause, type TargetEntry, type Query } from '../nodes/index.js';
import { coerceToCommonType } from '../analyze/coerce.js';
import { ParseState } from '../analyze/context.js';
import { NO_AGG_COSTS, costSubqueryScan, targetFromTlist } from './cost-scan.js';
import { addPath, aggPath, appendPath, projectionPath, setCheapest, sortPath, upperUniquePath } from './pathnode.js';
import { hashable, pathkeysContainedIn, sortClauseKeys, sortable } from './pathkeys.js';
import type { Path, PlannerInfo, RelOptInfo } from './pathnodes.js';
import { buildSimpleRel, emptyRel } from './relnode.js';
import { subqueryPlanner } from './planner.js';
import { relidBit } from './relids.js';
import { estimateNumGroups } from './stats.js';

type SetNode = SetOperationStmt | RangeTblRef;
interface SetRel { rel: RelOptInfo; tlist: TargetEntry[]; groups: number }

export function planSetOperations(root: PlannerInfo): RelOptInfo {
  const top = root.parse.setOperations as SetOperationStmt;
  const refs = leftmostRefs(root, top);
  const out = root.hasRecursion ? recursion(root, top, refs) : recurse(root, top, top.colTypes, top.colCollations, refs);
  root.processed_tlist = out.tlist;
  setCheapest(out.rel);
  return out.rel;
}
function leftmostRefs(root: PlannerInfo, n: SetNode): TargetEntry[] {
  void n;
  return root.parse.targetList;
}
function recurse(root: PlannerInfo, n: SetNode, types: number[], colls: number[], refs: TargetEntry[]): SetRel {
  if (n.kind === 'RangeTblRef') return leaf(root, n.rtindex, types, colls, refs);
  const out = n.op === 'union' ? union(root, n, refs) : nonunion(root, n, refs);
  return out;
}
function leaf(root: PlannerInfo, rti: number, types: number[], colls: number[], refs: TargetEntry[]): SetRel {
  const rel = buildSimpleRel(root, rti);
  const rte = root.parse.rtable[rti - 1]!;
  root.all_baserels |= relidBit(rti);
  rel.subroot = subqueryPlanner(root.glob, rte.subquery!, root, false, root.tuple_fraction);
  if (root.plan_params.length) { rel.subplan_params = root.plan_params; root.plan_params = []; }
  const sub = rel.subroot;
  const final = sub.upperRels.get('final')!;
  const tlist = setTlist(root, sub.processed_tlist.filter((t) => !t.resjunk), rti, types, colls, refs);
  const vars = sub.processed_tlist.filter((t) => !t.resjunk).map((t, i) => ({ ...t, expr: makeVar(rti, t.resno, exprType(t.expr), exprTypmod(t.expr), exprCollation(t.expr), 0), ressortgroupref: 0, resno: i + 1 }));
  rel.reltarget = targetFromTlist(root, vars);
  rel.tuples = rel.rows = final.cheapest_total!.rows;
  const target = targetFromTlist(root, tlist);
  const same = tlist.every((t) => t.expr.kind === 'Var');
  for (const sp of final.pathlist.filter((p) => p === final.cheapest_total)) {
    const p: Extract<Path, { type: 'SubqueryScan' }> = { type: 'SubqueryScan', parent: rel, pathtarget: rel.reltarget, param_info: undefined, rows: sp.rows, startup_cost: 0, total_cost: 0, disabled_nodes: 0, pathkeys: [], subpath: sp };
    costSubqueryScan(root, p, rel, true);
    p.rows = sp.rows;
    addPath(rel, same ? { ...p, pathtarget: target } : projectionPath(root, rel, p, target));
  }
  setCheapest(rel);
  const q: Query = sub.parse;
  const path = rel.cheapest_total!;
  const groups = q.groupClause.length || q.groupingSets.length || q.distinctClause.length || q.hasAggs || q.setOperations ? path.rows : estimateNumGroups(sub, sub.processed_tlist.filter((t) => !t.resjunk).map((t) => t.expr), path.rows);
  return { rel, tlist, groups };
}
/** generate_setop_tlist: columns coerced to the operation's types. */
function setTlist(root: PlannerInfo, input: readonly TargetEntry[], varno: number, types: number[], colls: number[], refs: TargetEntry[]): TargetEntry[] {
  const parse = new ParseState({ catalog: root.glob.ctx.catalog, env: undefined as never, sql: '', paramTypes: [] }); // Vars need no more to be coerced
  return input.map((t, i) => {
    const v = makeVar(varno, t.resno, exprType(t.expr), exprTypmod(t.expr), exprCollation(t.expr), 0);
    let e: Expr = t.expr.kind === 'Const' && t.expr.consttype === 705 ? t.expr : v;
    if (exprType(e) !== types[i]) e = e.kind === 'Const' ? relabel(e, types[i]!, -1, colls[i]!) : coerceToCommonType(parse, e, types[i]!, 'UNION/INTERSECT/EXCEPT');
    if (exprCollation(e) !== colls[i]) e = relabel(e, types[i]!, exprTypmod(e), colls[i]!);
    return { kind: 'TargetEntry', expr: e, resno: i + 1, resname: refs[i]?.resname ?? t.resname, ressortgroupref: i + 1, resorigtbl: 0, resorigcol: 0, resjunk: false };
  });
}
function relabel(arg: Expr, type: number, typmod: number, collation: number): Expr {
  return { kind: 'RelabelType', arg, resulttype: type, resulttypmod: typmod, resultcollid: collation, relabelformat: 'implicit', location: -1 };
}
/** Output of an Append: Vars with varno 0 stand for its columns. */
function appendTlist(root: PlannerInfo, op: SetOperationStmt, refs: TargetEntry[], first: readonly TargetEntry[]): TargetEntry[] {
  void root;
  return op.colTypes.map((type, i) => ({ kind: 'TargetEntry', expr: makeVar(0, i + 1, type, first[i] ? exprTypmod(first[i]!.expr) : op.colTypmods[i]!, op.colCollations[i]!, 0), resno: i + 1, resname: refs[i]?.resname, ressortgroupref: refs[i]?.ressortgroupref || i + 1, resorigtbl: 0, resorigcol: 0, resjunk: false }) as TargetEntry);
}
/** generate_setop_grouplist: the clauses numbered by column. */
function groupList(op: SetOperationStmt, tlist: TargetEntry[]): SortGroupClause[] { return op.groupClauses.map((c, i) => ({ ...c, tleSortGroupRef: tlist[i]!.ressortgroupref })); }

function unionChildren(root: PlannerInfo, top: SetOperationStmt, n: SetNode, refs: TargetEntry[], out: SetRel[]): void {
  if (n.kind === 'SetOperationStmt' && n.op === 'union' && (n.all === top.all || n.all) && n.colTypes.every((t, i) => t === top.colTypes[i]) && (top.all ? n.all : true)) {
    unionChildren(root, top, n.larg, refs, out);
    unionChildren(root, top, n.rarg, refs, out);
    return;
  }
  out.push(recurse(root, n, top.colTypes, top.colCollations, refs));
}
function union(root: PlannerInfo, op: SetOperationStmt, refs: TargetEntry[]): SetRel {
  const kids: SetRel[] = [];
  unionChildren(root, op, op.larg, refs, kids);
  unionChildren(root, op, op.rarg, refs, kids);
  const tlist = appendTlist(root, op, refs, kids[0]!.tlist);
  const rel = emptyRel('upper', kids.reduce((s, k) => s | k.rel.relids, 0n));
  rel.consider_startup = root.tuple_fraction > 0;
  rel.reltarget = targetFromTlist(root, tlist);
  rel.reltarget.width = kids[0]!.rel.cheapest_total!.pathtarget.width;
  const live = kids.filter((k) => !k.rel.subroot?.upperRels.get('final')?.dummy);
  const a = appendPath(root, rel, (live.length > 1 ? live : kids).map((k) => k.rel.cheapest_total!), [], -1);
  if (op.all) { addPath(rel, a); rel.rows = a.rows; }
  else {
    const groups = a.rows;
    const list = groupList(op, tlist);
    if (hashable(list)) addPath(rel, aggPath(root, rel, a, rel.reltarget, 'hashed', list, [], NO_AGG_COSTS, groups));
    if (sortable(list)) {
      const keys = sortClauseKeys(root, list, tlist);
      const s = keys.length ? sortPath(root, rel, a, keys, -1) : a;
      addPath(rel, upperUniquePath(root, rel, s, keys.length, groups));
    }
    rel.rows = groups;
  }
  setCheapest(rel);
  return { rel, tlist, groups: rel.rows };
}
function nonunion(root: PlannerInfo, op: SetOperationStmt, refs: TargetEntry[]): SetRel {
  const saved = root.tuple_fraction;
  root.tuple_fraction = 0;
  const l = recurse(root, op.larg, op.colTypes, op.colCollations, refs);
  const r = recurse(root, op.rarg, op.colTypes, op.colCollations, refs);
  root.tuple_fraction = saved;
  const swap = op.op === 'intersect' && l.groups > r.groups;
  const [a, b] = swap ? [r, l] : [l, r];
  const tlist = appendTlist(root, op, refs, l.tlist);
  const rel = emptyRel('upper', a.rel.relids | b.rel.relids);
  rel.consider_startup = root.tuple_fraction > 0;
  rel.reltarget = targetFromTlist(root, tlist);
  rel.reltarget.width = a.rel.cheapest_total!.pathtarget.width;
  const groups = a.groups;
  const outRows = op.op === 'except' ? (op.all ? a.rel.cheapest_total!.rows : groups) : op.all ? Math.min(a.rel.cheapest_total!.rows, b.rel.cheapest_total!.rows) : groups;
  const cmd = op.op === 'except' ? (op.all ? 'except_all' : 'except') : op.all ? 'intersect_all' : 'intersect';
  const list = groupList(op, tlist);
  const s = root.glob.set;
  const lp = a.rel.cheapest_total!;
  const rp = b.rel.cheapest_total!;
  const base = { type: 'SetOp' as const, parent: rel, pathtarget: rel.reltarget, param_info: undefined, rows: outRows, pathkeys: [], cmd: cmd as 'except', groupList: list, numGroups: groups };
  if (hashable(list)) {
    const startup = lp.total_cost + rp.total_cost + s.cpuOperatorCost * (lp.rows + rp.rows) * list.length;
    addPath(rel, { ...base, leftpath: lp, rightpath: rp, strategy: 'hashed', startup_cost: startup, total_cost: startup + s.cpuTupleCost * outRows * 1, disabled_nodes: lp.disabled_nodes + rp.disabled_nodes + (s.enable.hashagg ? 0 : 1) });
  }
  if (sortable(list)) {
    const side = (x: SetRel): Path => {
      const keys = sortClauseKeys(root, op.groupClauses.map((c, i) => ({ ...c, tleSortGroupRef: x.tlist[i]!.ressortgroupref })), x.tlist);
      const p = x.rel.cheapest_total!;
      return pathkeysContainedIn(keys, p.pathkeys) ? p : sortPath(root, x.rel, p, keys, -1);
    };
    const sl = side(a); const sr = side(b);
    addPath(rel, { ...base, leftpath: sl, rightpath: sr, strategy: 'sorted', startup_cost: sl.startup_cost + sr.startup_cost, total_cost: sl.total_cost + sr.total_cost + s.cpuOperatorCost * (sl.rows + sr.rows) * list.length, disabled_nodes: sl.disabled_nodes + sr.disabled_nodes });
  }
  rel.rows = outRows;
  setCheapest(rel);
  return { rel, tlist, groups: outRows };
}
function recursion(root: PlannerInfo, op: SetOperationStmt, refs: TargetEntry[]): SetRel {
  const l = recurse(root, op.larg, op.colTypes, op.colCollations, refs);
  root.non_recursive_path = l.rel.cheapest_total!;
  const r = recurse(root, op.rarg, op.colTypes, op.colCollations, refs);
  root.non_recursive_path = undefined;
  const tlist = appendTlist(root, op, refs, l.tlist);
  const rel = emptyRel('upper', l.rel.relids | r.rel.relids);
  rel.reltarget = targetFromTlist(root, tlist);
  const a = l.rel.cheapest_total!;
  const b = r.rel.cheapest_total!;
  rel.reltarget.width = Math.max(a.pathtarget.width, b.pathtarget.width);
  const rows = a.rows + 10 * b.rows;
  const list = op.all ? [] : groupList(op, tlist);
  if (!list.every((g) => g.hashable)) throw new SqlError('0A000', 'could not implement recursive UNION', { detail: 'All column datatypes must be hashable.' });
  addPath(rel, { type: 'RecursiveUnion', parent: rel, pathtarget: rel.reltarget, param_info: undefined, rows, startup_cost: a.startup_cost, total_cost: a.total_cost + 10 * b.total_cost + root.glob.set.cpuTupleCost * rows, disabled_nodes: a.disabled_nodes + b.disabled_nodes, pathkeys: [], leftpath: a, rightpath: b, distinctList: list, wtParam: root.wt_param_id, numGroups: op.all ? 0 : rows });
  return { rel, tlist, groups: rows };
}

/** The target list that a command's subplan must give: complete new rows, junk row identities. PostgreSQL's preptlist.c. */
import { exprCollation, exprType, makeConst, makeTargetEntry, makeVar, type Expr, type JoinTreeNode, type PlanRowMark, type TargetEntry, type LockStrength } from '../nodes/index.js';
import type { PlannerInfo } from './pathnodes.js';
import { sameVar } from './createplan.js';
import { pullVars } from './vars.js';
import { addNullingRels } from './manip.js';

const TID = 27;

export function prepareModify(root: PlannerInfo): void {
  const parse = root.parse;
  let tlist = parse.targetList.slice();
  const rti = parse.resultRelation;
  if (parse.commandType === 'insert') tlist = expandInsert(root, tlist, parse.rtable[rti - 1]!.relid);
  else if (parse.commandType === 'update') { root.update_colnos = tlist.filter((t) => !t.resjunk).map((t) => t.resno); tlist = tlist.map((t, i) => ({ ...t, resno: i + 1 })); }
  const junk = (e: Expr, name: string): void => { if (!tlist.some((t) => t.resname === name && t.resjunk)) tlist.push(makeTargetEntry(e, tlist.length + 1, name, true)); };
  if (parse.commandType === 'update' || parse.commandType === 'delete' || parse.commandType === 'merge') rowIdentity(root, rti, junk);
  for (const m of rowMarks(root)) {
    const rte = parse.rtable[m.rti - 1]!;
    const nulling = m.strength === 'none' ? markable(parse.jointree).get(m.rti)! : [];
    const system = (attnum: number, type: number): Expr => addNullingRels(makeVar(m.rti, attnum, type, -1, 0, 0), nulling);
    if (m.markType !== 'copy') {
      junk(system(-1, TID), `ctid${m.rowmarkId}`);
      if (rte.inh && (root.glob.ctx.catalog.relation(rte.relid)?.children.length ?? 0) > 0) junk(system(-6, 26), `tableoid${m.rowmarkId}`);
    } else junk(system(0, 2249), `wholerow${m.rowmarkId}`);
  }
  const wanted: Expr[] = [];
  if (parse.returningList.length && parse.rtable.length > 1) wanted.push(...parse.returningList.map((t) => t.expr));
  for (const a of parse.mergeActionList) { wanted.push(...a.targetList.map((t) => t.expr)); if (a.qual) wanted.push(a.qual); }
  if (parse.mergeJoinCondition) wanted.push(parse.mergeJoinCondition);
  for (const v of pullVars(wanted, { aggs: 'recurse', windows: 'recurse' })) {
    if (v.kind === 'Var' && (v.varno === rti || v.varno === parse.onConflict?.exclRelIndex)) continue;
    if (tlist.some((t) => sameVar(t.expr, v as Expr))) continue;
    tlist.push(makeTargetEntry(v as Expr, tlist.length + 1, undefined, true));
  }
  root.processed_tlist = tlist;
}
/** expand_insert_targetlist: one entry per column of the table, NULL where none was given. */
function expandInsert(root: PlannerInfo, tlist: readonly TargetEntry[], relid: number): TargetEntry[] {
  const info = root.glob.ctx.catalog.relation(relid)!;
  const out: TargetEntry[] = [];
  for (const a of info.attributes) {
    const t = tlist.find((x) => x.resno === a.attnum && !x.resjunk);
    out.push(t ?? makeTargetEntry(a.attisdropped ? makeConst(23, -1, 0, null) : makeConst(a.atttypid, a.atttypmod, a.attcollation, null), a.attnum, a.attname, false));
  }
  for (const t of tlist) if (t.resjunk) out.push({ ...t, resno: out.length + 1 });
  return out;
}
function rowIdentity(root: PlannerInfo, rti: number, junk: (e: Expr, name: string) => void): void {
  const rte = root.parse.rtable[rti - 1]!;
  const oj = root.parse.commandType === 'merge' ? mergeNulling(root) : [];
  const mark = (e: Expr): Expr => addNullingRels(e, oj);
  if (rte.relkind === 'v' && root.parse.commandType !== 'merge') return;
  if (rte.relkind === 'v' || rte.rtekind !== 'relation') { junk(mark(makeVar(rti, 0, 2249, -1, 0, 0)), 'wholerow'); return; }
  junk(mark(makeVar(rti, -1, TID, -1, 0, 0)), 'ctid');
  const info = root.glob.ctx.catalog.relation(rte.relid);
  if (rte.inh && info && (info.relkind === 'p' || info.children.length > 0)) junk(mark(makeVar(rti, -6, 26, -1, 0, 0)), 'tableoid');
}
function mergeNulling(root: PlannerInfo): number[] {
  const j = root.parse.jointree.fromlist[0];
  return j?.kind === 'JoinExpr' && (j.jointype === 'right' || j.jointype === 'full') && j.rtindex ? [j.rtindex] : [];
}

const MARKS: Readonly<Record<LockStrength, PlanRowMark['markType']>> = { none: 'reference', forkeyshare: 'keyshare', forshare: 'share', fornokeyupdate: 'nokeyexclusive', forupdate: 'exclusive' };
/**
 * Relations of the join tree whose rows are seen at its top, with the outer joins that null them. Those inside of semijoins
 * and antijoins are not seen there.
 */
function markable(n: JoinTreeNode, nulling: readonly number[] = [], out = new Map<number, number[]>()): Map<number, number[]> {
  if (n.kind === 'RangeTblRef') out.set(n.rtindex, [...nulling]);
  else if (n.kind === 'FromExpr') for (const x of n.fromlist) markable(x, nulling, out);
  else {
    const own = n.rtindex ? [...nulling, n.rtindex] : nulling;
    markable(n.larg, n.jointype === 'right' || n.jointype === 'full' ? own : nulling, out);
    if (n.jointype !== 'semi' && n.jointype !== 'anti') markable(n.rarg, n.jointype === 'left' || n.jointype === 'full' ? own : nulling, out);
  }
  return out;
}

/** preprocess_rowmarks: SELECT FOR UPDATE's own marks, and how the rows of other relations are found again (EvalPlanQual). */
function rowMarks(root: PlannerInfo): PlanRowMark[] {
  if (root.rowMarks.length) return root.rowMarks;
  for (const m of root.parse.rowMarks) {
    const rte = root.parse.rtable[m.rti - 1]!;
    if (rte.rtekind !== 'relation') continue;
    root.rowMarks.push({ rti: m.rti, prti: m.rti, rowmarkId: ++root.glob.lastRowMarkId, markType: MARKS[m.strength], strength: m.strength, waitPolicy: m.waitPolicy, isParent: false });
  }
  const { parse } = root;
  if (parse.commandType === 'insert' || (parse.commandType === 'select' && parse.rowMarks.length === 0)) return root.rowMarks;
  const marked = new Set([parse.resultRelation, ...root.rowMarks.map((m) => m.rti)]);
  for (const rti of [...markable(parse.jointree).keys()].sort((a, b) => a - b)) {
    const rte = parse.rtable[rti - 1]!;
    if (marked.has(rti) || rte.rtekind === 'result' || rte.rtekind === 'join' || (rte.rtekind === 'subquery' && rte.inh)) continue;
    root.rowMarks.push({ rti, prti: rti, rowmarkId: ++root.glob.lastRowMarkId, markType: rte.rtekind === 'relation' ? 'reference' : 'copy', strength: 'none', waitPolicy: 'block', isParent: false });
  }
  return root.rowMarks;
}
export function processedRowMarks(root: PlannerInfo): PlanRowMark[] { return root.rowMarks; }
export { exprCollation, exprType };

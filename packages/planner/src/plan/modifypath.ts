/** INSERT, UPDATE, DELETE and MERGE over their subplan; ON CONFLICT's arbiter indexes. */
import { equal, type Expr, type ModifyTable, type PlanRowMark } from '../nodes/index.js';
import { SqlError } from '@pglitedb/types';
import { implicitAnd } from './evalconst.js';
import { translate } from './inherit.js';
import { renumber } from './manip.js';
import type { ModifyTablePath, Path, PlannerInfo, RelOptInfo } from './pathnodes.js';
import { predicateImplied } from './predtest.js';

export function modifyTablePath(root: PlannerInfo, rel: RelOptInfo, sub: Path, marks: PlanRowMark[], epqParam: number): Path {
  const parse = root.parse;
  const target = root.rels[parse.resultRelation];
  const kids = parse.commandType === 'insert' ? [] : (target?.part_children ?? []).filter((r) => !root.rels[r]!.dummy);
  const resultRelations = kids.length ? kids : [parse.resultRelation];
  const ar = (rti: number) => root.append_rel_array[rti];
  const per = <T>(f: (rti: number) => T): T[] => resultRelations.map(f);
  const tr = <E extends Expr>(rti: number, e: E): E => { const a = ar(rti); return a ? translate(a, e) : e; };
  const childCol = (rti: number, n: number): number => { const a = ar(rti); if (!a) return n; const v = a.translated[n - 1]; return v?.kind === 'Var' ? v.varattno : n; };
  const p: ModifyTablePath = {
    type: 'ModifyTable', parent: rel, pathtarget: { exprs: [], sortgrouprefs: [], startup: 0, perTuple: 0, width: parse.returningList.length ? sub.pathtarget.width : 0 }, param_info: undefined, rows: parse.returningList.length ? sub.rows : 0, startup_cost: sub.startup_cost, total_cost: sub.total_cost, disabled_nodes: sub.disabled_nodes, pathkeys: [],
    subpath: sub, operation: parse.commandType as 'insert', canSetTag: parse.canSetTag, nominalRelation: parse.resultRelation, rootRelation: kids.length ? parse.resultRelation : 0, resultRelations,
    updateColnosLists: parse.commandType === 'update' ? per((r) => root.update_colnos.map((n) => childCol(r, n))) : [],
    withCheckOptionLists: parse.withCheckOptions.length ? per((r) => parse.withCheckOptions.map((w) => ({ ...w, qual: tr(r, w.qual) }))) : [],
    returningLists: parse.returningList.length ? per((r) => parse.returningList.map((t) => ({ ...t, expr: tr(r, t.expr) }))) : [], rowMarks: marks, onConflict: parse.onConflict, epqParam,
    mergeActionLists: parse.commandType === 'merge' ? per((r) => parse.mergeActionList.map((a) => ({ ...a, qual: a.qual && tr(r, a.qual), targetList: a.targetList.map((t) => ({ ...t, expr: tr(r, t.expr) })), updateColnos: a.commandType === 'update' ? a.targetList.filter((t) => !t.resjunk).map((t) => childCol(r, t.resno)) : a.updateColnos }))) : [],
    mergeJoinConditions: parse.commandType === 'merge' ? per((r) => parse.mergeJoinCondition && tr(r, parse.mergeJoinCondition)) : [],
  };
  return p;
}

export function modifyFields(root: PlannerInfo, p: ModifyTablePath): Omit<ModifyTable, keyof import('../nodes/index.js').PlanBase | 'kind'> {
  return {
    operation: p.operation, nominalRelation: p.nominalRelation, rootRelation: p.rootRelation, resultRelations: p.resultRelations, updateColnosLists: p.updateColnosLists, withCheckOptionLists: p.withCheckOptionLists,
    returningLists: p.returningLists, returningOldAlias: root.parse.returningOldAlias, returningNewAlias: root.parse.returningNewAlias, rowMarks: p.rowMarks, epqParam: p.epqParam, onConflict: p.onConflict,
    arbiterIndexes: p.onConflict ? arbiterIndexes(root) : [], mergeActionLists: p.mergeActionLists, mergeJoinConditions: p.mergeJoinConditions, canSetTag: p.canSetTag,
  };
}

/** infer_arbiter_indexes */
function arbiterIndexes(root: PlannerInfo): number[] {
  const oc = root.parse.onConflict!;
  const rti = root.parse.resultRelation;
  const rel = root.glob.ctx.catalog.relation(root.parse.rtable[rti - 1]!.relid)!;
  if (oc.constraint) {
    const con = root.glob.ctx.catalog.syscache('CONSTROID', oc.constraint) as Record<string, number> | undefined;
    const ix = rel.indexes.find((i) => i.oid === con?.['conindid']);
    if (!ix) throw new SqlError('42809', 'constraint in ON CONFLICT clause has no associated index');
    if (!ix.unique && oc.action === 'update') throw new SqlError('42809', 'ON CONFLICT DO UPDATE not supported with exclusion constraints');
    return [ix.oid];
  }
  if (oc.arbiterElems.length === 0) return [];
  const strip = (e: Expr): Expr => { while (e.kind === 'RelabelType') e = e.arg; return e; };
  const attnums = new Set<number>();
  const exprs: Expr[] = [];
  for (const e of oc.arbiterElems) { const x = strip(e.expr); if (x.kind === 'Var') attnums.add(x.varattno); else exprs.push(x); }
  const out: number[] = [];
  for (const ix of rel.indexes) {
    if (!ix.unique || !ix.valid || !ix.immediate) continue;
    const keys = ix.attnums.slice(0, ix.nkeys);
    const cols = new Set(keys.filter((k) => k !== 0));
    if (cols.size !== attnums.size || [...attnums].some((a) => !cols.has(a))) continue;
    const own = (ix.expressions as Expr[]).map((e) => renumber(e, () => rti));
    if (own.length !== exprs.length || !exprs.every((e) => own.some((o) => equal(o, e)))) continue;
    if (!oc.arbiterElems.every((e) => keys.some((_k, i) => (!e.infercollid || e.infercollid === ix.collations[i]) && (!e.inferopclass || e.inferopclass === ix.opclasses[i])))) continue;
    const pred = (Array.isArray(ix.predicate) ? ix.predicate as Expr[] : implicitAnd(ix.predicate as Expr | undefined)).map((e) => renumber(e, () => rti));
    if (pred.length && !predicateImplied(root, pred, implicitAnd(oc.arbiterWhere))) continue;
    out.push(ix.oid);
  }
  if (out.length === 0) throw new SqlError('42P10', 'there is no unique or exclusion constraint matching the ON CONFLICT specification');
  return out;
}

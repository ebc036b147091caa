/**
 * Rules ON INSERT, UPDATE, DELETE: rewriteRuleAction and fireRules. An action's range table starts with OLD (1) and NEW (2);
 * it is appended to the original statement's, OLD becomes the result relation and NEW the new row's expressions.
 */
import { notImplemented } from '@pglitedb/types';
import type { RelationInfo } from '@pglitedb/catalog';
import { makeAnd, makeConst, makeFromExpr, mapChildren, someChild, type Expr, type JoinTreeNode, type Query, type SetOperationStmt, type RangeTblRef, type TreeNode, type Var } from '../nodes/index.js';
import { copyTree, mapJoinTree, mapVars, raiseLevels } from './manip.js';
import { setCheckAsUser } from './views.js';

const OLD = 1, NEW = 2;
type Rule = RelationInfo['rules'][number];

/** OffsetVarNodes and ChangeVarNodes(OLD → result relation) in one: renumbers one query level. */
function renumberLevel(query: Query, map: (varno: number) => number): Query {
  const moved = mapVars(query, (v) => (v.varno > 0 ? { ...v, varno: map(v.varno), varnosyn: map(v.varnosyn), varnullingrels: v.varnullingrels.map(map) } : v));
  const setOps = (n: SetOperationStmt | RangeTblRef): SetOperationStmt | RangeTblRef => (n.kind === 'RangeTblRef' ? { ...n, rtindex: map(n.rtindex) } : { ...n, larg: setOps(n.larg), rarg: setOps(n.rarg) });
  return {
    ...moved, jointree: mapJoinTree(moved.jointree, map), resultRelation: moved.resultRelation && map(moved.resultRelation), mergeTargetRelation: moved.mergeTargetRelation && map(moved.mergeTargetRelation),
    rowMarks: moved.rowMarks.map((m) => ({ ...m, rti: map(m.rti) })), setOperations: moved.setOperations && setOps(moved.setOperations),
    onConflict: moved.onConflict && { ...moved.onConflict, exclRelIndex: moved.onConflict.exclRelIndex && map(moved.onConflict.exclRelIndex) },
  };
}
/** rangeTableEntry_used in an expression or join tree of level 0. */
export function usesEntry(root: TreeNode | undefined, varno: number): boolean {
  const visit = (n: TreeNode, depth: number): boolean => {
    if (n.kind === 'Var') return n.varlevelsup === depth && n.varno === varno;
    if (n.kind === 'RangeTblRef') return depth === 0 && n.rtindex === varno;
    return someChild(n, (c) => visit(c, n.kind === 'Query' ? depth + 1 : depth));
  };
  return root !== undefined && (root.kind === 'Query' ? someChild(root, (c) => visit(c, 0)) : visit(root, 0));
}
/** getInsertSelectQuery: the SELECT of a rule's INSERT … SELECT, which holds OLD and NEW then. */
function insertSelectIndex(action: Query): number {
  const from = action.jointree.fromlist[0];
  if (action.commandType !== 'insert' || action.jointree.fromlist.length !== 1 || from?.kind !== 'RangeTblRef') return 0;
  const names = action.rtable[from.rtindex - 1]?.subquery?.rtable.slice(0, 2).map((r) => r.eref.aliasname);
  return names?.[0] === 'old' && names[1] === 'new' ? from.rtindex : 0;
}

function rewriteAction(original: Query, action: Query, ruleQual: Expr | undefined, rel: RelationInfo): Query {
  const rt = original.resultRelation;
  const offset = original.rtable.length;
  const subIndex = insertSelectIndex(action);
  let target = subIndex ? action.rtable[subIndex - 1]!.subquery! : action;
  const map = (varno: number): number => (varno === OLD ? rt : varno + offset);
  const source = copyTree(original);
  const permOffset = source.rteperminfos.length;
  target = renumberLevel(target, map);
  const qual = ruleQual && mapVars(copyTree(ruleQual), (v) => ({ ...v, varno: map(v.varno), varnosyn: map(v.varnosyn) }));
  target.rtable = [...source.rtable, ...target.rtable.map((r) => (r.perminfoindex ? { ...r, perminfoindex: r.perminfoindex + permOffset } : r))];
  target.rteperminfos = [...source.rteperminfos, ...target.rteperminfos];
  const usedInAction = usesEntry(target.jointree, rt);
  const keep = !usedInAction && (usesEntry(qual, rt) || usesEntry(source.jointree, rt));
  const joined: JoinTreeNode[] = keep ? source.jointree.fromlist : source.jointree.fromlist.filter((f) => !(f.kind === 'RangeTblRef' && f.rtindex === rt));
  if (joined.length && target.setOperations) throw notImplemented('conditional UNION/INTERSECT/EXCEPT statements');
  target.jointree = makeFromExpr([...joined, ...target.jointree.fromlist], makeAnd([target.jointree.quals, qual, source.jointree.quals]));
  if (source.cteList.length) target.cteList = [...source.cteList, ...target.cteList];
  target.hasSubLinks ||= source.hasSubLinks || qual !== undefined;
  target = replaceNew(target, NEW + offset, source, rt, rel);
  if (!subIndex) return target;
  const out = { ...action, rtable: action.rtable.slice() };
  out.rtable[subIndex - 1] = { ...out.rtable[subIndex - 1]!, subquery: target };
  return out;
}
/** NEW's columns: what the original statement assigns; else the old row's (UPDATE) or NULL (INSERT). */
function replaceNew<T extends TreeNode>(root: T, newVarno: number, original: Query, rt: number, rel: RelationInfo): T {
  if (original.commandType !== 'insert' && original.commandType !== 'update') return root;
  const column = (attno: number, v: Var): Expr => {
    const tle = original.targetList.find((t) => !t.resjunk && t.resno === attno);
    if (tle) return copyTree(tle.expr);
    const a = rel.attributes[attno - 1]!;
    if (original.commandType === 'update') return { ...v, varno: rt, varnosyn: rt, varattno: attno, varattnosyn: attno, varlevelsup: 0, vartype: a.atttypid, vartypmod: a.atttypmod, varcollid: a.attcollation };
    return makeConst(a.attisdropped ? 23 : a.atttypid, -1, 0, null);
  };
  return mapVars(root, (v, depth) => {
    if (v.varno !== newVarno) return v;
    if (v.varattno < 0) return { ...v, varno: rt, varnosyn: rt };
    const value: Expr = v.varattno > 0 ? column(v.varattno, v)
      : { kind: 'RowExpr', args: rel.attributes.filter((a) => !a.attisdropped).map((a) => column(a.attnum, v)), row_typeid: v.vartype, row_format: 'implicit', colnames: [], location: v.location };
    return raiseLevels(value, depth);
  });
}

export interface Fired { products: Query[]; /** the original, undefined where an unconditional INSTEAD replaced it */ original: Query | undefined; returning: boolean }

/** fireRules: the actions of all rules for one statement. */
export function fireRules(query: Query, rel: RelationInfo, rules: readonly Rule[]): Fired {
  const products: Query[] = [];
  let original: Query | undefined = query;
  let instead = false, returning = false;
  for (const rule of [...rules].sort((a, b) => (a.rulename < b.rulename ? -1 : 1))) {
    const qual = (rule.qual ?? undefined) as Expr | undefined;
    const source: Query['querySource'] = rule.isInstead ? (qual ? 'qual_instead_rule' : 'instead_rule') : 'non_instead_rule';
    if (rule.isInstead && !qual) instead = true;
    if (rule.isInstead && qual && original && !instead) original = addInvertedQual(original, qual, query, rel);
    for (const a of rule.actions as readonly Query[]) {
      const action = rewriteAction(query, setCheckAsUser(copyTree(a), rel.relowner), qual, rel);
      action.querySource = source;
      action.canSetTag = false;
      if (!query.returningList.length) action.returningList = [];
      else if (action.returningList.length) {
        if (returning) throw notImplemented('RETURNING lists in multiple rules');
        returning = true;
        action.returningList = ruleReturning(query, action);
      }
      products.push(action);
    }
  }
  return { products, original: instead ? undefined : original, returning };
}
/** The statement's RETURNING list over the rule's. */
function ruleReturning(query: Query, action: Query): Query['returningList'] {
  const rt = query.resultRelation;
  const visit = (n: TreeNode): TreeNode => {
    if (n.kind === 'Var' && n.varno === rt && n.varlevelsup === 0 && n.varattno > 0) return copyTree(action.returningList[n.varattno - 1]!.expr);
    return mapChildren(n, visit);
  };
  return query.returningList.map((t) => visit(t) as typeof t);
}
/** CopyAndAddInvertedQual: the original statement for the rows whose rule does not fire. */
function addInvertedQual(query: Query, ruleQual: Expr, original: Query, rel: RelationInfo): Query {
  const rt = original.resultRelation;
  const moved = mapVars(copyTree(ruleQual), (v) => (v.varno === OLD ? { ...v, varno: rt, varnosyn: rt } : v));
  const qual = replaceNew(moved, NEW, original, rt, rel);
  const not: Expr = { kind: 'BooleanTest', arg: qual, booltesttype: 'not_true', location: -1 };
  return { ...query, jointree: makeFromExpr(query.jointree.fromlist, makeAnd([query.jointree.quals, not])), hasSubLinks: true };
}

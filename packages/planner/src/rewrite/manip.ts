/** Tree surgery for the rewriter (rewriteManip.c): deep copies, renumbering and replacing of Vars. */
import { makeConst, mapChildren, type Expr, type JoinTreeNode, type Query, type TargetEntry, type TreeNode, type Var } from '../nodes/index.js';

/** A deep copy of a tree; values of Consts and other class instances are shared. */
export function copyTree<T>(node: T): T {
  if (node === null || typeof node !== 'object') return node;
  if (Array.isArray(node)) return node.map(copyTree) as T;
  if (node instanceof Set) return new Set(node) as T;
  if (Object.getPrototypeOf(node) !== Object.prototype) return node;
  const record = node as Record<string, unknown>;
  const out: Record<string, unknown> = {};
  const isConst = record['kind'] === 'Const';
  for (const key in record) out[key] = isConst || key === 'utilityStmt' ? record[key] : copyTree(record[key]);
  return out as T;
}

/** Rewrites every Var of the given query level (0 = that of the root), in sub-Queries too. */
export function mapVars<T extends TreeNode>(root: T, replace: (v: Var, depth: number) => TreeNode): T {
  const at = (depth: number) => (n: TreeNode): TreeNode => {
    if (n.kind === 'Var') return n.varlevelsup === depth ? replace(n, depth) : n;
    return mapChildren(n, n.kind === 'Query' ? at(depth + 1) : at(depth));
  };
  return root.kind === 'Query' ? mapChildren(root, at(0)) : (at(0)(root) as T);
}

/** IncrementVarSublevelsUp, for an expression that moves `delta` levels down. */
export function raiseLevels<T extends TreeNode>(root: T, delta: number): T {
  if (delta === 0) return root;
  const at = (depth: number) => (n: TreeNode): TreeNode => {
    const copy = mapChildren(n, n.kind === 'Query' ? at(depth + 1) : at(depth));
    if (copy.kind === 'Var' && copy.varlevelsup >= depth) return { ...copy, varlevelsup: copy.varlevelsup + delta };
    if ((copy.kind === 'Aggref' || copy.kind === 'GroupingFunc') && copy.agglevelsup >= depth) return { ...copy, agglevelsup: copy.agglevelsup + delta };
    if (copy.kind === 'Query') {
      return { ...copy, rtable: copy.rtable.map((r) => (r.rtekind === 'cte' && r.ctelevelsup > depth ? { ...r, ctelevelsup: r.ctelevelsup + delta } : r)) };
    }
    return copy;
  };
  return at(0)(root) as T;
}

/** Range table indexes of a join tree, renumbered. */
export function mapJoinTree<T extends JoinTreeNode>(node: T, map: (rtindex: number) => number): T {
  if (node.kind === 'RangeTblRef') return { ...node, rtindex: map(node.rtindex) };
  if (node.kind === 'JoinExpr') return { ...node, rtindex: map(node.rtindex), larg: mapJoinTree(node.larg, map), rarg: mapJoinTree(node.rarg, map) };
  return { ...node, fromlist: node.fromlist.map((f) => mapJoinTree(f, map)) };
}

/** ChangeVarNodes for Vars only. */
export const changeVarno = (v: Var, from: number, to: number): Var => (v.varno === from ? { ...v, varno: to, varnosyn: to } : v);

/** ReplaceVarsFromTargetList: a Var of `varno` becomes the target entry of its column. */
export function replaceFromTargetList<T extends TreeNode>(root: T, varno: number, tlist: readonly TargetEntry[], wholeRow: (v: Var) => Expr, missing: (v: Var) => Expr): T {
  return mapVars(root, (v, depth) => {
    if (v.varno !== varno) return v;
    if (v.varattno === 0) return raiseLevels(wholeRow(v), depth);
    const tle = tlist.find((t) => t.resno === v.varattno && !t.resjunk);
    if (!tle) return raiseLevels(missing(v), depth);
    let e = copyTree(tle.expr);
    if (v.varreturningtype !== 'default') e = mapVars(e, (x) => ({ ...x, varreturningtype: v.varreturningtype }));
    return raiseLevels(e, depth);
  });
}
export const nullConst = (type: number, typmod: number, collation: number): Expr => makeConst(type, typmod, collation, null);

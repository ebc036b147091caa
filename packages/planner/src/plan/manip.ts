/** Moving expressions and queries between levels and range tables. PostgreSQL's rewriteManip. */
import { exprType, type Expr, type Query, type Var } from '../nodes/index.js';
import { relidsInTree } from './prepjointree.js';
import { mapChildren, type AnyTree } from './tree-types.js';
import { containVarsOfLevel, some } from './vars.js';

export function unionSorted(a: readonly number[], b: readonly number[]): readonly number[] {
  if (b.length === 0) return a;
  if (a.length === 0) return b;
  return [...new Set([...a, ...b])].sort((x, y) => x - y);
}

/** IncrementVarSublevelsUp: Vars, aggregates and CTE references at least minLevel up move by delta. */
export function incrementSublevels<T extends AnyTree>(node: T, delta: number, minLevel: number): T {
  if (delta === 0) return node;
  const visit = (n: AnyTree, min: number): AnyTree => {
    switch (n.kind) {
      case 'Var': return n.varlevelsup >= min ? { ...n, varlevelsup: n.varlevelsup + delta } : n;
      case 'CurrentOfExpr': return n;
      case 'Aggref': case 'GroupingFunc': { const m = mapChildren(n, (c) => visit(c, min)); return n.agglevelsup >= min ? { ...m, agglevelsup: n.agglevelsup + delta } : m; }
      case 'PlaceHolderVar': { const m = mapChildren(n, (c) => visit(c, min)); return n.phlevelsup >= min ? { ...m, phlevelsup: n.phlevelsup + delta } : m; }
      case 'ReturningExpr': { const m = mapChildren(n, (c) => visit(c, min)); return n.retlevelsup >= min ? { ...m, retlevelsup: n.retlevelsup + delta } : m; }
      case 'Query': {
        const q = mapChildren(n, (c) => visit(c, min + 1)) as Query;
        return { ...q, rtable: q.rtable.map((r) => (r.rtekind === 'cte' && r.ctelevelsup >= min + 1 ? { ...r, ctelevelsup: r.ctelevelsup + delta } : r)) };
      }
      default: return mapChildren(n, (c) => visit(c, min));
    }
  };
  if (node.kind === 'Query') {
    const q = mapChildren(node, (c) => visit(c, minLevel)) as Query;
    return { ...q, rtable: q.rtable.map((r) => (r.rtekind === 'cte' && r.ctelevelsup >= minLevel ? { ...r, ctelevelsup: r.ctelevelsup + delta } : r)) } as T;
  }
  return visit(node, minLevel) as T;
}

/** Renumbers range table references of one level by `move`. */
export function renumber<T extends AnyTree>(node: T, move: (rti: number) => number): T {
  const list = (l: readonly number[]): readonly number[] => (l.length === 0 ? l : l.map(move).sort((a, b) => a - b));
  const visit = (n: AnyTree, depth: number): AnyTree => {
    switch (n.kind) {
      case 'Var': {
        if (n.varlevelsup !== depth) return n;
        const no = n.varno > 0 ? move(n.varno) : n.varno;
        return { ...n, varno: no, varnosyn: n.varnosyn > 0 ? move(n.varnosyn) : n.varnosyn, varnullingrels: list(n.varnullingrels) };
      }
      case 'CurrentOfExpr': return depth === 0 ? { ...n, cvarno: move(n.cvarno) } : n;
      case 'PlaceHolderVar': {
        const m = mapChildren(n, (c) => visit(c, depth));
        return n.phlevelsup === depth ? { ...m, phrels: list(n.phrels), phnullingrels: list(n.phnullingrels) } : m;
      }
      case 'RangeTblRef': return depth === 0 ? { ...n, rtindex: move(n.rtindex) } : n;
      case 'JoinExpr': { const m = mapChildren(n, (c) => visit(c, depth)); return depth === 0 && n.rtindex ? { ...m, rtindex: move(n.rtindex) } : m; }
      case 'Query': return mapChildren(n, (c) => visit(c, depth + 1));
      default: return mapChildren(n, (c) => visit(c, depth));
    }
  };
  if (node.kind === 'Query') {
    const q = mapChildren(node, (c) => visit(c, 0)) as Query;
    return { ...q, resultRelation: q.resultRelation && move(q.resultRelation), mergeTargetRelation: q.mergeTargetRelation && move(q.mergeTargetRelation), rowMarks: q.rowMarks.map((r) => ({ ...r, rti: move(r.rti) })), onConflict: q.onConflict && { ...q.onConflict, exclRelIndex: q.onConflict.exclRelIndex && move(q.onConflict.exclRelIndex) } } as T;
  }
  return visit(node, 0) as T;
}

/** Marks Vars and placeholders of this level (restricted to `only`) as nulled by more outer joins. */
export function addNullingRels<T extends AnyTree>(node: T, added: readonly number[], only?: (varno: number) => boolean): T {
  if (added.length === 0) return node;
  const visit = (n: AnyTree, depth: number): AnyTree => {
    if (n.kind === 'Var') return n.varlevelsup === depth && (!only || only(n.varno)) ? { ...n, varnullingrels: unionSorted(n.varnullingrels, added) } : n;
    if (n.kind === 'PlaceHolderVar' && n.phlevelsup === depth) return !only || n.phrels.some(only) ? { ...n, phnullingrels: unionSorted(n.phnullingrels, added) } : n;
    return mapChildren(n, (c) => visit(c, n.kind === 'Query' ? depth + 1 : depth));
  };
  return visit(node, 0) as T;
}
/** Outer joins that turned out not to null: their marks go. */
export function removeNullingRels<T extends AnyTree>(node: T, removed: ReadonlySet<number>): T {
  const drop = (l: readonly number[]): readonly number[] => (l.some((x) => removed.has(x)) ? l.filter((x) => !removed.has(x)) : l);
  const visit = (n: AnyTree, depth: number): AnyTree => {
    if (n.kind === 'Var') { if (n.varlevelsup !== depth) return n; const l = drop(n.varnullingrels); return l === n.varnullingrels ? n : { ...n, varnullingrels: l }; }
    if (n.kind === 'PlaceHolderVar') { const m = mapChildren(n, (c) => visit(c, depth)); return n.phlevelsup === depth ? { ...m, phnullingrels: drop(n.phnullingrels), phrels: drop(n.phrels) } : m; }
    return mapChildren(n, (c) => visit(c, n.kind === 'Query' ? depth + 1 : depth));
  };
  return visit(node, node.kind === 'Query' ? -1 : 0) as T;
}

/**
 * Replaces Vars of one range table entry, at every sublevel, by what fn answers for them; the answer is moved to the
 * sublevel and gets the Var's nulling marks.
 */
export function replaceRteVars<T extends AnyTree>(node: T, varno: (n: number) => boolean, fn: (v: Var) => Expr): T {
  let sublinks = false;
  const visit = (n: AnyTree, depth: number): AnyTree => {
    if (n.kind === 'Var') {
      if (n.varlevelsup !== depth || !varno(n.varno)) return n;
      const e = fn(n);
      sublinks ||= some(e, (x) => x.kind === 'SubLink');
      return depth === 0 ? e : incrementSublevels(e, depth, 0);
    }
    if (n.kind !== 'Query') return mapChildren(n, (c) => visit(c, depth));
    const outside = sublinks;
    sublinks = false;
    const m = mapChildren(n, (c) => visit(c, depth + 1));
    const out = sublinks && !m.hasSubLinks ? { ...m, hasSubLinks: true } : m;
    sublinks ||= outside;
    return out;
  };
  return visit(node, node.kind === 'Query' ? -1 : 0) as T;
}

/**
 * Join alias Vars and grouping Vars become what they stand for; the rest of the planner never sees them. Under grouping
 * sets an expression without Vars gets a placeholder (numbered by newId), as its group column may be null where it is not.
 */
export function flattenAliases(q: Query, newId?: () => number): Query {
  const aliased = q.rtable.some((r) => r.rtekind === 'join' || r.rtekind === 'group');
  if (!aliased) return q;
  const expand = (v: Var): Expr => {
    const rte = q.rtable[v.varno - 1]!;
    const source = rte.rtekind === 'group' ? rte.groupexprs : rte.joinaliasvars;
    if (v.varattno === 0) {
      const args = source.flatMap((e, i) => (e && rte.eref.colnames[i] !== '' ? [again(e)] : []));
      const names = rte.eref.colnames.filter((n, i) => n !== '' && source[i]);
      return addNullingRels({ kind: 'RowExpr', args, row_typeid: v.vartype, row_format: 'implicit', colnames: names, location: v.location } as Expr, v.varnullingrels);
    }
    const e = source[v.varattno - 1];
    if (!e) throw new Error(`alias column ${v.varattno} of range table entry ${v.varno} is missing`);
    const moved = again(e);
    const out = moved.kind === 'Var' ? { ...moved, varnosyn: moved.varnosyn, varattnosyn: moved.varattnosyn } : moved;
    if (rte.rtekind === 'group' && newId !== undefined && q.groupingSets.length > 0 && !containVarsOfLevel(out, 0)) return placeholder(v.varattno, out, newId);
    return rte.rtekind === 'group' ? out : addNullingRels(out, v.varnullingrels);
  };
  const placeholders = new Map<number, Expr>();
  const placeholder = (column: number, phexpr: Expr, id: () => number): Expr => {
    const known = placeholders.get(column) ?? { kind: 'PlaceHolderVar', phexpr, phrels: [...relidsInTree(q.jointree)].sort((a, b) => a - b), phnullingrels: [], phid: id(), phlevelsup: 0 } as Expr;
    placeholders.set(column, known);
    return known;
  };
  const isAlias = (n: number): boolean => { const k = q.rtable[n - 1]?.rtekind; return k === 'join' || k === 'group'; };
  const again = (e: Expr): Expr => replaceRteVars(e, isAlias, expand);
  const out = replaceRteVars({ ...q, rtable: q.rtable.map((r) => (r.rtekind === 'join' ? { ...r, joinaliasvars: [] } : r.rtekind === 'group' ? { ...r, groupexprs: [] } : r)) }, isAlias, expand);
  return { ...out, hasGroupRTE: false, rtable: out.rtable.map((r, i) => { const o = q.rtable[i]!; return o.rtekind === 'join' ? { ...r, joinaliasvars: o.joinaliasvars } : o.rtekind === 'group' ? { ...r, groupexprs: o.groupexprs } : r; }) };
}
export { exprType };

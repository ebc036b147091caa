/** Outer joins whose NULL-extended rows a strict condition above would reject become plainer joins. reduce_outer_joins. */
import type { Expr, JoinExpr, JoinTreeNode, Query } from '../nodes/index.js';
import type { LookupCache } from './lsyscache.js';
import { removeNullingRels } from './manip.js';
import { overlaps, relidBit, type Relids } from './relids.js';

/** find_nonnullable_rels: relations of which a row of NULLs makes the condition not true. */
export function nonnullableRels(look: LookupCache, quals: readonly Expr[]): Relids {
  let r: Relids = 0n;
  for (const q of quals) r |= nonnullable(look, q, true);
  return r;
}
function nonnullable(look: LookupCache, e: Expr, top: boolean): Relids {
  const all = (l: readonly Expr[]): Relids => l.reduce((s, x) => s | nonnullable(look, x, false), 0n);
  switch (e.kind) {
    case 'Var': return e.varlevelsup === 0 ? relidBit(e.varno) : 0n;
    case 'OpExpr': return look.opStrict(e.opno) ? all(e.args) : 0n;
    case 'FuncExpr': return look.func(e.funcid)?.strict ? all(e.args) : 0n;
    case 'ScalarArrayOpExpr': {
      if (!look.opStrict(e.opno)) return 0n;
      const right = e.args[1]!;
      const notEmpty = right.kind === 'ArrayExpr' ? right.elements.length > 0 : right.kind === 'Const' && right.constvalue !== null && (right.constvalue as { elements?: unknown[] }).elements?.length !== 0;
      return (top && e.useOr) || notEmpty ? all(e.args) : 0n;
    }
    case 'BoolExpr': {
      if (e.boolop === 'not') return nonnullable(look, e.args[0]!, false);
      if (e.boolop === 'and' && top) return e.args.reduce((s, x) => s | nonnullable(look, x, true), 0n);
      let r: Relids | undefined;
      for (const a of e.args) { const x = nonnullable(look, a, top); r = r === undefined ? x : r & x; }
      return r ?? 0n;
    }
    case 'RelabelType': case 'CoerceViaIO': case 'ArrayCoerceExpr': case 'ConvertRowtypeExpr': case 'CollateExpr': return nonnullable(look, e.arg, top);
    case 'NullTest': return top && e.nulltesttype === 'is_not_null' && !e.argisrow ? nonnullable(look, e.arg, false) : 0n;
    case 'BooleanTest': return top && (e.booltesttype === 'true' || e.booltesttype === 'false' || e.booltesttype === 'not_unknown') ? nonnullable(look, e.arg, false) : 0n;
    case 'PlaceHolderVar': return nonnullable(look, e.phexpr, top) | (e.phlevelsup === 0 && e.phrels.length === 1 ? relidBit(e.phrels[0]!) : 0n);
    default: return 0n;
  }
}
const asList = (q: Expr | undefined): Expr[] => (q === undefined ? [] : q.kind === 'BoolExpr' && q.boolop === 'and' ? q.args : [q]);

function below(n: JoinTreeNode): Relids {
  if (n.kind === 'RangeTblRef') return relidBit(n.rtindex);
  if (n.kind === 'FromExpr') return n.fromlist.reduce((s, c) => s | below(c), 0n);
  return below(n.larg) | below(n.rarg);
}
/** Variables that some condition below forces to be NULL (IS NULL tests above a left join). */
function forcedNull(quals: readonly Expr[], out: { varno: number; attno: number }[] = []): { varno: number; attno: number }[] {
  for (const q of quals) if (q.kind === 'NullTest' && q.nulltesttype === 'is_null' && !q.argisrow && q.arg.kind === 'Var' && q.arg.varlevelsup === 0) out.push({ varno: q.arg.varno, attno: q.arg.varattno });
  return out;
}
/** Variables that the condition being true shows not NULL. */
function nonnullVars(look: LookupCache, quals: readonly Expr[]): { varno: number; attno: number }[] {
  const out: { varno: number; attno: number }[] = [];
  const visit = (e: Expr): void => {
    if (e.kind === 'Var' && e.varlevelsup === 0) out.push({ varno: e.varno, attno: e.varattno });
    else if (e.kind === 'OpExpr' && look.opStrict(e.opno)) e.args.forEach(visit);
    else if (e.kind === 'FuncExpr' && look.func(e.funcid)?.strict) e.args.forEach(visit);
    else if (e.kind === 'RelabelType') visit(e.arg);
  };
  for (const q of quals) visit(q);
  return out;
}

export function reduceOuterJoins(look: LookupCache, parse: Query): Query {
  if (!hasOuter(parse.jointree)) return parse;
  const gone = new Set<number>();
  const visit = (n: JoinTreeNode, nonnull: Relids, forced: { varno: number; attno: number }[]): JoinTreeNode => {
    if (n.kind === 'RangeTblRef') return n;
    if (n.kind === 'FromExpr') {
      const q = asList(n.quals);
      const nn = nonnull | nonnullableRels(look, q);
      const fn = forcedNull(q, forced.slice());
      return { ...n, fromlist: n.fromlist.map((c) => visit(c, nn, fn)) };
    }
    const j: JoinExpr = { ...n };
    const l = below(j.larg);
    const r = below(j.rarg);
    if (j.jointype === 'left' && overlaps(nonnull, r)) j.jointype = 'inner';
    else if (j.jointype === 'right') j.jointype = overlaps(nonnull, l) ? 'inner' : 'right';
    else if (j.jointype === 'full') {
      if (overlaps(nonnull, l)) j.jointype = overlaps(nonnull, r) ? 'inner' : 'left';
      else if (overlaps(nonnull, r)) j.jointype = 'right';
    }
    const wasRight = j.jointype === 'right';
    if (wasRight) { [j.larg, j.rarg] = [j.rarg, j.larg]; j.jointype = 'left'; }
    if (j.jointype === 'inner' && n.jointype !== 'inner' && j.rtindex) gone.add(j.rtindex);
    if (n.jointype === 'full' && j.jointype === 'left' && j.rtindex) fullReduced.push({ oj: j.rtindex, kept: below(j.larg) });
    const quals = asList(j.quals);
    if (j.jointype === 'left' && forced.length) {
      const right = below(j.rarg);
      const nn = nonnullVars(look, quals);
      if (forced.some((f) => overlaps(right, relidBit(f.varno)) && nn.some((v) => v.varno === f.varno && v.attno === f.attno))) j.jointype = 'anti';
    }
    const localNN = j.jointype === 'full' ? 0n : nonnullableRels(look, quals);
    const localFN = j.jointype === 'inner' || j.jointype === 'semi' ? forcedNull(quals, forced.slice()) : forcedNull(quals);
    switch (j.jointype) {
      case 'inner': case 'semi': j.larg = visit(j.larg, nonnull | localNN, localFN); j.rarg = visit(j.rarg, nonnull | localNN, localFN); break;
      case 'full': j.larg = visit(j.larg, 0n, []); j.rarg = visit(j.rarg, 0n, []); break;
      default: j.larg = visit(j.larg, nonnull, forced); j.rarg = visit(j.rarg, localNN, localFN);
    }
    return j;
  };
  const fullReduced: { oj: number; kept: Relids }[] = [];
  let out: Query = { ...parse, jointree: visit(parse.jointree, 0n, []) as Query['jointree'] };
  if (gone.size) out = removeNullingRels(out, gone);
  for (const f of fullReduced) out = removeFor(out, f.oj, f.kept);
  return out;
}
/** A FULL join that became LEFT no longer nulls its kept side. */
function removeFor(q: Query, oj: number, kept: Relids): Query {
  const set = new Set([oj]);
  return mapMarks(q, (of, rels) => (rels.includes(oj) && of.some((r) => overlaps(kept, relidBit(r))) ? rels.filter((x) => !set.has(x)) : rels));
}
import { mapChildren, type AnyTree } from './tree-types.js';
/** Replaces the nulling marks of Vars and placeholders, given the relations these are of. */
function mapMarks(q: Query, fn: (of: readonly number[], rels: readonly number[]) => readonly number[]): Query {
  const visit = (n: AnyTree, depth: number): AnyTree => {
    if (n.kind === 'Var') { if (n.varlevelsup !== depth) return n; const r = fn([n.varno], n.varnullingrels); return r === n.varnullingrels ? n : { ...n, varnullingrels: r }; }
    const m = mapChildren(n, (c) => visit(c, n.kind === 'Query' ? depth + 1 : depth));
    return n.kind === 'PlaceHolderVar' && m.kind === 'PlaceHolderVar' && n.phlevelsup === depth ? { ...m, phnullingrels: fn(n.phrels, n.phnullingrels) } : m;
  };
  return visit(q, -1) as Query;
}
function hasOuter(n: JoinTreeNode): boolean {
  if (n.kind === 'RangeTblRef') return false;
  if (n.kind === 'FromExpr') return n.fromlist.some(hasOuter);
  return (n.jointype !== 'inner' && n.jointype !== 'semi') || hasOuter(n.larg) || hasOuter(n.rarg);
}

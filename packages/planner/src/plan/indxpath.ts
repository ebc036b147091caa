/** Index scans: which clauses an index can check, and what that costs. PostgreSQL's indxpath.c and btcostestimate. */
import { equal, exprType, makeConst, makeOpExpr, type Expr } from '../nodes/index.js';
import { clauseListSelectivity, clauseSelectivity } from './clausesel.js';
import { arrayLength, clampRows, makeTarget, qualCost } from './cost-scan.js';
import { implicitEqualitiesForColumn } from './equivclass.js';
import { indexKeys, truncateUseless } from './pathkeys.js';
import { greaterString, likePattern } from './patternsel.js';
import { baseParamInfo } from './parampath.js';
import { addPath } from './pathnode.js';
import type { IndexClause, IndexOptInfo, IndexPath, Path, PlannerInfo, RelOptInfo, RestrictInfo } from './pathnodes.js';
import { requiredOuter } from './pathnodes.js';
import { predicateImplied } from './predtest.js';
import { isSubset, overlaps, relidMembers, type Relids } from './relids.js';
import { makeRestrictInfo, movableTo, promotable } from './restrictinfo.js';
import { columnStats, examineVariable, readStats } from './stats.js';
import { containVolatile, pullVarattnos, pullVarnos, stripRelabel } from './vars.js';

type ColClauses = IndexClause[][];

/** create_index_paths for one base relation */
export function createIndexPaths(root: PlannerInfo, rel: RelOptInfo): void {
  const bitmaps: IndexPath[] = [];
  const joinBitmaps: IndexPath[] = [];
  for (const ix of rel.indexlist) {
    if (ix.indpred.length && !ix.predOK) continue;
    const own: ColClauses = Array.from({ length: ix.nkeycolumns }, () => []);
    for (const r of rel.baserestrictinfo) if (promotable(r, rel)) matchToIndex(root, ix, r, own);
    for (const p of buildIndexPaths(root, rel, ix, own, 0n)) { addIndexPath(rel, p); if (p.indexclauses.length) bitmaps.push(p); }
    joinPaths(root, rel, ix, own, joinBitmaps);
  }
  bitmaps.push(...orBitmaps(root, rel, rel.baserestrictinfo) as unknown as IndexPath[]);
  if (bitmaps.length) { const b = chooseBitmap(root, rel, bitmaps); addPath(rel, bitmapHeap(root, rel, b, 0n)); }
  const byOuter = new Map<Relids, IndexPath[]>();
  for (const p of joinBitmaps) { const k = requiredOuter(p); const l = byOuter.get(k); if (l) l.push(p); else byOuter.set(k, [p]); }
  for (const [outer, list] of byOuter) addPath(rel, bitmapHeap(root, rel, chooseBitmap(root, rel, [...list, ...bitmaps.filter((b) => b.type !== ('BitmapOr' as string))]), outer));
}
function addIndexPath(rel: RelOptInfo, p: IndexPath): void { if (!(p as { bitmapOnly?: boolean }).bitmapOnly) addPath(rel, p); }

/** Paths that take their keys from other relations. */
function joinPaths(root: PlannerInfo, rel: RelOptInfo, ix: IndexOptInfo, own: ColClauses, bitmaps: IndexPath[]): void {
  const join: ColClauses = own.map(() => []);
  for (const r of rel.joininfo) if (movableTo(r, rel) && !r.pseudoconstant) matchToIndex(root, ix, r, join);
  if (rel.has_eclass_joins) {
    for (let c = 0; c < ix.nkeycolumns; c++) {
      const list = implicitEqualitiesForColumn(root, rel, (e, families, coll) => families.includes(ix.opfamily[c]!) && collOk(ix, c, coll) && matchOperand(ix, c, e), rel.lateral_referencers);
      for (const r of list) { const m = matchClause(root, ix, c, r); if (m) join[c]!.push(m); }
    }
  }
  const sets = new Set<Relids>();
  for (const l of join) for (const m of l) sets.add(m.rinfo.clause_relids & ~rel.relids);
  for (const a of [...sets]) for (const b of [...sets]) if (sets.size < 8) sets.add(a | b);
  for (const outerAll of sets) {
    const outer = outerAll & ~root.outer_join_rels;
    if (!outer) continue;
    const use: ColClauses = own.map((l, c) => [...l, ...join[c]!.filter((m) => isSubset(m.rinfo.clause_relids & ~rel.relids & ~root.outer_join_rels, outer)).filter((m, i, all) => !m.rinfo.parent_ec || all.findIndex((o) => o.rinfo.parent_ec === m.rinfo.parent_ec) === i)]);
    for (const p of buildIndexPaths(root, rel, ix, use, outer)) { addIndexPath(rel, p); bitmaps.push(p); }
  }
}

/** match_index_to_operand */
export function matchOperand(ix: IndexOptInfo, col: number, e: Expr): boolean {
  e = stripRelabel(e);
  const k = ix.indexkeys[col]!;
  if (k !== 0) return e.kind === 'Var' && e.varno === ix.rel.relid && e.varattno === k && e.varlevelsup === 0;
  let n = 0;
  for (let i = 0; i < col; i++) if (ix.indexkeys[i] === 0) n++;
  return equal(stripRelabel(ix.indexprs[n]!), e);
}
function collOk(ix: IndexOptInfo, col: number, coll: number): boolean { const c = ix.indexcollations[col]!; return !c || c === coll; }

function matchToIndex(root: PlannerInfo, ix: IndexOptInfo, r: RestrictInfo, out: ColClauses): void {
  if (r.pseudoconstant) return;
  for (let c = 0; c < ix.nkeycolumns; c++) {
    if (out[c]!.some((m) => m.rinfo === r)) return;
    const m = matchClause(root, ix, c, r);
    if (m) { out[c]!.push(m); return; }
  }
}
/** match_clause_to_indexcol */
function matchClause(root: PlannerInfo, ix: IndexOptInfo, col: number, r: RestrictInfo): IndexClause | undefined {
  const c = r.clause;
  const look = root.glob.look;
  const family = ix.opfamily[col]!;
  const plain = (q: RestrictInfo = r): IndexClause => ({ rinfo: r, indexquals: [q], lossy: false, indexcol: col });
  const noIndexRel = (e: Expr): boolean => !overlaps(pullVarnos(root, e), ix.rel.relids) && !containVolatile(look, e);
  if (ix.opcintype[col] === 16 && ix.amname === 'btree') {
    const b = booleanClause(root, ix, col, c);
    if (b) return { rinfo: r, indexquals: [makeRestrictInfo(root, b)], lossy: false, indexcol: col };
  }
  switch (c.kind) {
    case 'OpExpr': {
      if (c.args.length !== 2) return undefined;
      const [l, rt] = c.args as [Expr, Expr];
      if (matchOperand(ix, col, l) && noIndexRel(rt)) {
        if (collOk(ix, col, c.inputcollid) && look.strategyIn(c.opno, family)) return plain();
        return likeClause(root, ix, col, r);
      }
      if (matchOperand(ix, col, rt) && noIndexRel(l)) {
        const com = look.operator(c.opno)?.com ?? 0;
        if (com && collOk(ix, col, c.inputcollid) && look.strategyIn(com, family)) {
          const q = makeRestrictInfo(root, makeOpExpr(com, look.operator(com)!.code, c.opresulttype, [rt, l], c.opcollid, c.inputcollid));
          return plain(q);
        }
      }
      return undefined;
    }
    case 'ScalarArrayOpExpr':
      if (c.useOr && ix.amname === 'btree' && matchOperand(ix, col, c.args[0]!) && noIndexRel(c.args[1]!) && collOk(ix, col, c.inputcollid) && look.strategyIn(c.opno, family)) return plain();
      return undefined;
    case 'NullTest': return ix.amname === 'btree' && !c.argisrow && matchOperand(ix, col, c.arg) ? plain() : undefined;
    case 'RowCompareExpr':
      if (ix.amname === 'btree' && c.cmptype !== 'ne' && c.cmptype !== 'eq' && matchOperand(ix, col, c.largs[0]!) && c.rargs.every(noIndexRel) && look.strategyIn(c.opnos[0]!, family)) {
        for (let i = 0; i < c.largs.length; i++) if (col + i >= ix.nkeycolumns || !matchOperand(ix, col + i, c.largs[i]!) || !look.strategyIn(c.opnos[i]!, ix.opfamily[col + i]!)) return undefined;
        return plain();
      }
      return undefined;
    case 'BoolExpr': return c.boolop === 'or' ? orToArray(root, ix, col, r) : undefined;
    default: return undefined;
  }
}
function booleanClause(root: PlannerInfo, ix: IndexOptInfo, col: number, c: Expr): Expr | undefined {
  const eq = (e: Expr, v: boolean): Expr => makeOpExpr(91, root.glob.look.operator(91)!.code, 16, [e, makeConst(16, -1, 0, v)], 0, 0);
  if (matchOperand(ix, col, c)) return eq(c, true);
  if (c.kind === 'BoolExpr' && c.boolop === 'not' && matchOperand(ix, col, c.args[0]!)) return eq(c.args[0]!, false);
  if (c.kind === 'BooleanTest' && matchOperand(ix, col, c.arg) && (c.booltesttype === 'true' || c.booltesttype === 'false')) return eq(c.arg, c.booltesttype === 'true');
  return undefined;
}
/** x = 1 OR x = 2 is x = ANY ('{1,2}'). */
function orToArray(root: PlannerInfo, ix: IndexOptInfo, col: number, r: RestrictInfo): IndexClause | undefined {
  const c = r.clause as Extract<Expr, { kind: 'BoolExpr' }>;
  let op = 0; let left: Expr | undefined; const elems: Expr[] = []; let coll = 0; let type = 0;
  for (const a of c.args) {
    if (a.kind !== 'OpExpr' || a.args.length !== 2 || !matchOperand(ix, col, a.args[0]!) || pullVarnos(root, a.args[1]!) || containVolatile(root.glob.look, a.args[1]!)) return undefined;
    if (op && (op !== a.opno || coll !== a.inputcollid)) return undefined;
    op = a.opno; coll = a.inputcollid; left = a.args[0]!; type = exprType(a.args[1]!);
    elems.push(a.args[1]!);
  }
  if (!op || !left || !root.glob.look.strategyIn(op, ix.opfamily[col]!)) return undefined;
  const arrType = root.glob.look.arrayType(type);
  if (!arrType || elems.some((e) => exprType(e) !== type)) return undefined;
  let arr: Expr = { kind: 'ArrayExpr', array_typeid: arrType, array_collid: coll, element_typeid: type, elements: elems, multidims: false, location: -1 };
  if (elems.every((e) => e.kind === 'Const')) arr = root.glob.ctx.evaluateConst(arr) ?? arr;
  const saop: Expr = { kind: 'ScalarArrayOpExpr', opno: op, opfuncid: root.glob.look.operator(op)!.code, useOr: true, inputcollid: coll, args: [left, arr], location: -1 };
  return { rinfo: r, indexquals: [makeRestrictInfo(root, saop)], lossy: false, indexcol: col };
}
/** LIKE 'abc%' as a range, where the collation compares bytes. */
function likeClause(root: PlannerInfo, ix: IndexOptInfo, col: number, r: RestrictInfo): IndexClause | undefined {
  const c = r.clause as Extract<Expr, { kind: 'OpExpr' }>;
  const op = root.glob.look.operator(c.opno);
  const kind = op?.rest === 'likesel' ? 'like' : op?.rest === 'regexeqsel' ? 'regex' : op?.rest === 'prefixsel' ? 'prefix' : undefined;
  const k = c.args[1]!;
  if (!kind || ix.amname !== 'btree' || k.kind !== 'Const' || typeof k.constvalue !== 'string') return undefined;
  const pattern = ix.opfamily[col] === 2095 || ix.opfamily[col] === 2097;
  const coll = ix.indexcollations[col];
  const text = ix.opfamily[col] === 1994 && coll === 950;
  if (!pattern && !text) return undefined;
  const p = likePattern(k.constvalue, kind);
  if (!p.prefix) return undefined;
  const type = ix.opfamily[col] === 2097 ? 1042 : 25;
  const bound = (strategy: number, v: string): RestrictInfo | undefined => {
    const o = root.glob.look.familyMember(ix.opfamily[col]!, type, type, strategy);
    return o ? makeRestrictInfo(root, makeOpExpr(o, root.glob.look.operator(o)!.code, 16, [c.args[0]!, makeConst(type, -1, k.constcollid, v)], 0, coll ?? 0)) : undefined;
  };
  if (p.exact) { const q = bound(3, p.prefix); return q && { rinfo: r, indexquals: [q], lossy: true, indexcol: col }; }
  const lo = bound(4, p.prefix);
  const up = greaterString(p.prefix);
  const hi = up === undefined ? undefined : bound(1, up);
  return lo && { rinfo: r, indexquals: hi ? [lo, hi] : [lo], lossy: true, indexcol: col };
}

/** build_index_paths */
function buildIndexPaths(root: PlannerInfo, rel: RelOptInfo, ix: IndexOptInfo, cols: ColClauses, outer: Relids): IndexPath[] {
  const clauses: IndexClause[] = cols.flat();
  if (ix.amname === 'hash' && cols[0]!.length === 0) return [];
  if (outer && clauses.length === 0) return [];
  const out: IndexPath[] = [];
  const need = outer | rel.lateral_relids;
  const forward = truncateUseless(root, rel, indexKeys(root, ix, false));
  const only = root.glob.set.enable.indexonlyscan && indexOnlyPossible(rel, ix, clauses);
  const indexedPred = clauses.length > 0 || forward.length > 0 || ix.indpred.length > 0 || only;
  const make = (keys: IndexPath['pathkeys'], dir: 'forward' | 'backward'): IndexPath => {
    const p: IndexPath = { type: only ? 'IndexOnlyScan' : 'IndexScan', parent: rel, pathtarget: rel.reltarget, param_info: baseParamInfo(root, rel, need), rows: 0, startup_cost: 0, total_cost: 0, disabled_nodes: 0, pathkeys: keys, indexinfo: ix, indexclauses: clauses, indexscandir: dir, indextotalcost: 0, indexselectivity: 1, orderbys: [] };
    costIndex(root, p, outer ? loopCount(root, rel, outer) : 1);
    return p;
  };
  if (indexedPred) out.push(make(forward, 'forward'));
  if (ix.sorted) { const back = truncateUseless(root, rel, indexKeys(root, ix, true)); if (back.length) out.push(make(back, 'backward')); }
  return out;
}
function indexOnlyPossible(rel: RelOptInfo, ix: IndexOptInfo, clauses: readonly IndexClause[]): boolean {
  if (ix.amname !== 'btree') return false;
  const used = new Set<number>();
  pullVarattnos(rel.reltarget.exprs, rel.relid, used);
  for (const r of rel.baserestrictinfo) if (!(r.pseudoconstant)) { if (ix.indpred.length && ix.indpred.some((p) => equal(p, r.clause))) continue; pullVarattnos(r.clause, rel.relid, used); }
  void clauses;
  for (const a of used) if (a <= 0 || !ix.indexkeys.includes(a)) return false;
  return true;
}
/** get_loop_count */
function loopCount(root: PlannerInfo, rel: RelOptInfo, outer: Relids): number {
  let result = 0;
  for (const i of relidMembers(outer)) { const o = root.rels[i]; if (!o || o === rel || o.dummy) continue; const rows = o.rows; if (result === 0 || result > rows) result = rows; }
  return result > 0 ? result : 1;
}

/** index_pages_fetched: Mackert and Lohman. */
export function indexPagesFetched(root: PlannerInfo, tuples: number, pages: number, indexPages: number): number {
  const T = Math.max(pages, 1);
  const total = Math.max(root.total_table_pages + indexPages, 1);
  const b = Math.max(1, Math.ceil((root.glob.set.effectiveCacheSize * T) / total));
  let n: number;
  if (T <= b) { n = (2 * T * tuples) / (2 * T + tuples); n = n >= T ? T : Math.ceil(n); }
  else {
    const lim = (2 * T * b) / (2 * T - b);
    n = tuples <= lim ? (2 * T * tuples) / (2 * T + tuples) : b + ((tuples - lim) * (T - b)) / T;
    n = Math.ceil(n);
  }
  return n;
}

export function costIndex(root: PlannerInfo, p: IndexPath, loops: number): void {
  const s = root.glob.set;
  const rel = p.parent;
  const ix = p.indexinfo;
  const only = p.type === 'IndexOnlyScan';
  const am = btCost(root, p, loops);
  p.indextotalcost = am.total;
  p.indexselectivity = am.selectivity;
  p.disabled_nodes = s.enable.indexscan ? 0 : 1;
  p.rows = p.param_info ? p.param_info.ppi_rows : rel.rows;
  const applied = new Set(p.indexclauses.filter((c) => !c.lossy).map((c) => c.rinfo));
  const appliedEcs = new Set(p.indexclauses.map((c) => c.rinfo.parent_ec).filter(Boolean));
  const quals = [...rel.baserestrictinfo, ...(p.param_info?.ppi_clauses ?? [])].filter((r) => !r.pseudoconstant && !applied.has(r) && !(r.parent_ec && appliedEcs.has(r.parent_ec)) && !(ix.indpred.length && predicateImplied(root, [r.clause], ix.indpred)));
  let startup = am.startup;
  let run = am.total - am.startup;
  const tuples = clampRows(am.selectivity * rel.tuples);
  let minIo: number; let maxIo: number;
  if (loops > 1) {
    let pages = indexPagesFetched(root, tuples * loops, rel.pages, ix.pages);
    if (only) pages = Math.ceil(pages * (1 - rel.allvisfrac));
    maxIo = (pages * s.randomPageCost) / loops;
    pages = Math.ceil(am.selectivity * rel.pages);
    pages = indexPagesFetched(root, pages * loops, rel.pages, ix.pages);
    if (only) pages = Math.ceil(pages * (1 - rel.allvisfrac));
    minIo = (pages * s.randomPageCost) / loops;
  } else {
    let pages = indexPagesFetched(root, tuples, rel.pages, ix.pages);
    if (only) pages = Math.ceil(pages * (1 - rel.allvisfrac));
    maxIo = pages * s.randomPageCost;
    pages = Math.ceil(am.selectivity * rel.pages);
    if (only) pages = Math.ceil(pages * (1 - rel.allvisfrac));
    minIo = pages > 0 ? s.randomPageCost + (pages > 1 ? (pages - 1) * s.seqPageCost : 0) : 0;
  }
  run += maxIo + am.correlation * am.correlation * (minIo - maxIo);
  const q = qualCost(root, quals);
  startup += q.startup;
  run += (s.cpuTupleCost + q.perTuple) * tuples;
  startup += p.pathtarget.startup;
  run += p.pathtarget.perTuple * p.rows;
  p.startup_cost = startup;
  p.total_cost = startup + run;
}

/** btcostestimate with genericcostestimate */
function btCost(root: PlannerInfo, p: IndexPath, loops: number): { startup: number; total: number; selectivity: number; correlation: number } {
  const s = root.glob.set;
  const ix = p.indexinfo;
  const rel = ix.rel;
  const boundary: RestrictInfo[] = [];
  let col = 0; let eqHere = false; let foundSaop = false; let nullOp = false; let numSaScans = 1; let stop = false;
  for (const c of p.indexclauses) {
    if (c.indexcol !== col) { if (!eqHere || stop) break; eqHere = false; col++; if (c.indexcol !== col) break; }
    for (const r of c.indexquals) {
      const e = r.clause;
      if (e.kind === 'OpExpr') { if (root.glob.look.strategyIn(e.opno, ix.opfamily[col]!) === 3) eqHere = true; }
      else if (e.kind === 'ScalarArrayOpExpr') { const n = arrayLength(e.args[1]!); foundSaop = true; if (n > 1) numSaScans *= n; eqHere = true; }
      else if (e.kind === 'NullTest') { if (e.nulltesttype === 'is_null') { nullOp = true; eqHere = true; } }
      boundary.push(r);
    }
  }
  const quals = p.indexclauses.flatMap((c) => c.indexquals);
  const withPred = (l: RestrictInfo[]): (RestrictInfo | Expr)[] => (ix.indpred.length ? [...ix.indpred.filter((e) => !predicateImplied(root, [e], l.map((r) => r.clause))), ...l] : l);
  let numTuples: number;
  const btreeUnique = ix.unique && col === ix.nkeycolumns - 1 && eqHere && !foundSaop && !nullOp;
  if (btreeUnique) numTuples = 1;
  else {
    numTuples = clauseListSelectivity(root, withPred(boundary), rel.relid, 'inner', undefined) * rel.tuples;
    numTuples = Math.round(numTuples / numSaScans);
  }
  if (ix.amname === 'btree') numSaScans = Math.max(1, Math.min(numSaScans, Math.ceil(ix.pages * 0.3333333)));
  // generic part
  const selectivity = clauseListSelectivity(root, withPred(quals), rel.relid, 'inner', undefined);
  if (numTuples <= 0) numTuples = Math.round((selectivity * rel.tuples) / numSaScans);
  if (numTuples > ix.tuples) numTuples = ix.tuples;
  if (numTuples < 1) numTuples = 1;
  const pages = ix.pages > 1 && ix.tuples > 1 ? Math.ceil((numTuples * ix.pages) / ix.tuples) : 1;
  const scans = numSaScans * loops;
  let total: number;
  if (scans > 1) total = (indexPagesFetched(root, pages * scans, ix.pages, ix.pages) * s.randomPageCost) / loops;
  else total = pages * s.randomPageCost;
  const arg = qualCost(root, quals.map((r) => otherSide(r.clause)));
  const argCost = arg.startup + arg.perTuple;
  const perOp = s.cpuOperatorCost * quals.length;
  let startup = argCost;
  total += argCost + numTuples * numSaScans * (s.cpuIndexTupleCost + perOp);
  if (ix.amname === 'btree') {
    if (ix.tuples > 1) { const d = Math.ceil(Math.log(ix.tuples) / Math.log(2)) * s.cpuOperatorCost; startup += d; total += numSaScans * d; }
    const d2 = (ix.treeHeight + 1) * 50 * s.cpuOperatorCost;
    startup += d2;
    total += numSaScans * d2;
  }
  return { startup, total, selectivity, correlation: ix.amname === 'btree' ? correlation(root, ix) : 0 };
}
function otherSide(e: Expr): Expr {
  if (e.kind === 'OpExpr' || e.kind === 'ScalarArrayOpExpr') return e.args[1]!;
  return makeConst(16, -1, 0, null);
}
function correlation(root: PlannerInfo, ix: IndexOptInfo): number {
  const st = ix.indexkeys[0] !== 0 ? columnStats(root, ix.rel, ix.indexkeys[0]!) : readStats(root.glob.ctx.statistics(ix.oid, 1));
  let c = st?.correlation;
  if (c === undefined) return 0;
  if (ix.reverse[0]) c = -c;
  return ix.nkeycolumns > 1 ? c * 0.75 : c;
}

// bitmaps -------------------------------------------------------------------------------------------------------------

function bitmapTree(p: Path): { cost: number; selec: number } {
  if (p.type === 'IndexScan' || p.type === 'IndexOnlyScan') return { cost: p.indextotalcost + 0.1 * 0.0025 * p.rows, selec: p.indexselectivity };
  return { cost: p.total_cost, selec: (p as { selec: number }).selec };
}
function bitmapHeap(root: PlannerInfo, rel: RelOptInfo, qual: Path, outer: Relids): Path {
  const s = root.glob.set;
  const need = outer | rel.lateral_relids;
  const info = baseParamInfo(root, rel, need);
  const p: Path = { type: 'BitmapHeapScan', parent: rel, pathtarget: rel.reltarget, param_info: info, rows: info ? info.ppi_rows : rel.rows, startup_cost: 0, total_cost: 0, disabled_nodes: s.enable.bitmapscan ? 0 : 1, pathkeys: [], bitmapqual: qual };
  const loops = outer ? loopCount(root, rel, outer) : 1;
  const t = bitmapTree(qual);
  const { pages, tuples } = bitmapPages(root, rel, qual, loops);
  const T = Math.max(rel.pages, 1);
  const perPage = pages >= 2 ? s.randomPageCost - (s.randomPageCost - s.seqPageCost) * Math.sqrt(pages / T) : s.randomPageCost;
  let startup = t.cost;
  let run = pages * perPage;
  const q = qualCost(root, [...rel.baserestrictinfo, ...(info?.ppi_clauses ?? [])]);
  startup += q.startup + p.pathtarget.startup;
  run += (s.cpuTupleCost + q.perTuple) * tuples + p.pathtarget.perTuple * p.rows;
  p.startup_cost = startup;
  p.total_cost = startup + run;
  return p;
}
function bitmapPages(root: PlannerInfo, rel: RelOptInfo, qual: Path, loops: number): { pages: number; tuples: number } {
  const T = Math.max(rel.pages, 1);
  const tuples = clampRows(bitmapTree(qual).selec * rel.tuples);
  let pages = (2 * T * tuples) / (2 * T + tuples);
  const indexPages = qual.type === 'IndexScan' || qual.type === 'IndexOnlyScan' ? qual.indexinfo.pages : 0;
  if (loops > 1) pages = indexPagesFetched(root, tuples * loops, rel.pages, indexPages) / loops;
  return { pages: pages >= T ? T : Math.ceil(pages), tuples };
}
/** choose_bitmap_and: the best single index, then others that pay for themselves. */
function chooseBitmap(root: PlannerInfo, rel: RelOptInfo, paths: Path[]): Path {
  if (paths.length === 1) return paths[0]!;
  const quals = (p: Path): RestrictInfo[] => (p.type === 'IndexScan' || p.type === 'IndexOnlyScan' ? p.indexclauses.map((c) => c.rinfo) : ((p as { rinfo?: RestrictInfo }).rinfo ? [(p as { rinfo?: RestrictInfo }).rinfo!] : []));
  const cheapest: Path[] = [];
  for (const p of paths) {
    const same = cheapest.findIndex((o) => quals(o).length === quals(p).length && quals(o).every((r) => quals(p).includes(r)));
    if (same < 0) cheapest.push(p); else if (bitmapTree(p).cost < bitmapTree(cheapest[same]!).cost) cheapest[same] = p;
  }
  const cost = (p: Path): number => bitmapHeap(root, rel, p, 0n).total_cost;
  let best: Path | undefined; let bestCost = Infinity;
  for (const first of cheapest) {
    let cur: Path = first; let curCost = cost(first); const used = new Set(quals(first)); const list = [first];
    for (const p of cheapest) {
      if (p === first || quals(p).some((r) => used.has(r)) || quals(p).length === 0) continue;
      const trial = bitmapAnd(root, rel, [...list, p]);
      const c = cost(trial);
      if (c < curCost) { cur = trial; curCost = c; list.push(p); for (const r of quals(p)) used.add(r); }
    }
    if (curCost < bestCost) { best = cur; bestCost = curCost; }
  }
  return best!;
}
function bitmapAnd(root: PlannerInfo, rel: RelOptInfo, list: Path[]): Path {
  let total = 0; let selec = 1;
  for (const [i, p] of list.entries()) { const t = bitmapTree(p); total += t.cost; selec *= t.selec; if (i) total += 100 * root.glob.set.cpuOperatorCost; }
  return { type: 'BitmapAnd', parent: rel, pathtarget: rel.reltarget, param_info: undefined, rows: 0, startup_cost: total, total_cost: total, disabled_nodes: 0, pathkeys: [], bitmapquals: list, selec };
}
/** generate_bitmap_or_paths */
function orBitmaps(root: PlannerInfo, rel: RelOptInfo, clauses: readonly RestrictInfo[]): Path[] {
  const out: Path[] = [];
  for (const r of clauses) {
    if (!r.orclause) continue;
    const arms: Path[] = [];
    for (const arm of r.orclause) {
      const cands: Path[] = [];
      for (const ix of rel.indexlist) {
        if (ix.indpred.length && !ix.predOK) continue;
        const cols: ColClauses = Array.from({ length: ix.nkeycolumns }, () => []);
        for (const a of arm) matchToIndex(root, ix, a, cols);
        const hit = cols.some((l) => l.length);
        if (!hit) continue;
        for (const o of clauses) if (o !== r) matchToIndex(root, ix, o, cols);
        const p = buildIndexPaths(root, rel, ix, cols, 0n)[0];
        if (p) cands.push(p);
      }
      if (cands.length === 0) { arms.length = 0; break; }
      arms.push(chooseBitmap(root, rel, cands));
    }
    if (arms.length === 0) continue;
    let total = 0; let selec = 0;
    for (const [i, p] of arms.entries()) { const t = bitmapTree(p); total += t.cost; selec += t.selec; if (i && p.type !== 'IndexScan') total += 100 * root.glob.set.cpuOperatorCost; }
    const p = { type: 'BitmapOr', parent: rel, pathtarget: rel.reltarget, param_info: undefined, rows: 0, startup_cost: total, total_cost: total, disabled_nodes: 0, pathkeys: [], bitmapquals: arms, selec: Math.min(selec, 1), rinfo: r } as Path;
    out.push(p);
  }
  return out;
}
export { clauseSelectivity, examineVariable, makeTarget };

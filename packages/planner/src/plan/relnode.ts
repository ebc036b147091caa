/** Builds RelOptInfos of base and join relations, with sizes and indexes from the catalog. relnode.c and plancat.c. */
import type { IndexInfo, RelationInfo } from '@pglitedb/catalog';
import { makeVar, type Expr, type RangeTblEntry, type TargetEntry } from '../nodes/index.js';
import { clampRows, exprWidth } from './cost-scan.js';
import { evalConst, implicitAnd } from './evalconst.js';
import { renumber } from './manip.js';
import type { IndexOptInfo, ParamPathInfo, PlannerInfo, RelOptInfo, RestrictInfo, SpecialJoinInfo } from './pathnodes.js';
import { hasRelid, isSubset, overlaps, relidBit, type Relids } from './relids.js';
import { readStats } from './stats.js';
import { BTREE_AM } from './lsyscache.js';

const SYSTEM_ATTRS = 6;

export function emptyRel(kind: RelOptInfo['reloptkind'], relids: Relids): RelOptInfo {
  return {
    reloptkind: kind, relids, relid: 0, rows: 0, reltarget: { exprs: [], sortgrouprefs: [], startup: 0, perTuple: 0, width: 0 }, rtekind: 'result', consider_startup: false, consider_param_startup: false,
    pathlist: [], ppilist: [], cheapest_startup: undefined, cheapest_total: undefined, cheapest_unique: undefined, cheapest_parameterized: [], direct_lateral_relids: 0n, lateral_relids: 0n, lateral_vars: [], lateral_referencers: 0n,
    min_attr: 0, max_attr: 0, attr_needed: [], attr_widths: [], notnull: new Set(), indexlist: [], pages: 0, tuples: 0, allvisfrac: 0, info: undefined, subroot: undefined, subplan_params: [], subPath: undefined,
    baserestrictinfo: [], baserestrictcost: { startup: 0, perTuple: 0 }, joininfo: [], has_eclass_joins: false, unique_for_rels: [], non_unique_for_rels: [], top_parent_relids: 0n, parent: undefined, dummy: false, ec_indexes: [], part_children: [],
  };
}

export function buildSimpleRel(root: PlannerInfo, rti: number, parent?: RelOptInfo): RelOptInfo {
  const rte = root.parse.rtable[rti - 1]!;
  const rel = emptyRel(parent ? 'member' : 'base', relidBit(rti));
  rel.relid = rti;
  rel.rtekind = rte.rtekind;
  rel.consider_startup = root.tuple_fraction > 0;
  rel.parent = parent;
  rel.top_parent_relids = parent ? parent.top_parent_relids || parent.relids : 0n;
  root.rels[rti] = rel;
  if (rte.rtekind === 'relation') relationInfo(root, rel, rte);
  else {
    rel.min_attr = 0;
    rel.max_attr = rteColumns(rte);
    rel.attr_widths = new Array<number>(rel.max_attr + 1).fill(0);
  }
  rel.attr_needed = new Array<Relids>(rel.max_attr - rel.min_attr + 1).fill(0n);
  return rel;
}
function rteColumns(rte: RangeTblEntry): number { return Math.max(rte.eref.colnames.length, rte.coltypes.length, rte.subquery ? rte.subquery.targetList.filter((t) => !t.resjunk).length : 0, rte.functions.reduce((n, f) => n + f.funccolcount, 0) + (rte.funcordinality ? 1 : 0)); }

function relationInfo(root: PlannerInfo, rel: RelOptInfo, rte: RangeTblEntry): void {
  const info = root.glob.ctx.catalog.relation(rte.relid);
  if (!info) throw new Error(`relation ${rte.relid} is missing`);
  rel.info = info;
  root.glob.relationOids.add(rte.relid);
  rel.min_attr = -SYSTEM_ATTRS;
  rel.max_attr = info.attributes.length;
  rel.attr_widths = new Array<number>(rel.max_attr - rel.min_attr + 1).fill(0);
  for (const a of info.attributes) if (a.attnotnull) rel.notnull.add(a.attnum);
  if (rte.inh && (info.relhassubclass || info.relkind === 'p') && info.children.length > 0 && rel.reloptkind === 'base') { if (info.relkind === 'p') { rel.pages = 0; rel.tuples = -1; } }
  if (info.relkind !== 'p') sizeRelation(root, rel, info);
  if (info.relkind === 'r' || info.relkind === 'm' || info.relkind === 't' || info.relkind === 'p') {
    for (const ix of info.indexes) if (ix.valid && info.relkind !== 'p') { const o = indexInfo(root, rel, ix, info); if (o) rel.indexlist.push(o); }
    rel.indexlist.sort((a, b) => a.oid - b.oid).reverse();
  }
}
function sizeRelation(root: PlannerInfo, rel: RelOptInfo, info: RelationInfo): void {
  const est = root.glob.ctx.estimates(info.oid);
  let pages = est?.pages ?? 0;
  let rows = est?.rows ?? 0;
  if (est && pages < 10 && info.reltuples < 0 && !info.relhassubclass) pages = 10;
  if (pages > 0 && info.reltuples < 0 || (pages > 0 && info.relpages === 0 && rows === 0)) {
    // never analysed: density from the row width
    let width = 0;
    for (const a of info.attributes) if (!a.attisdropped) width += attrWidth(root, info, a.attnum);
    width += 24 + 4;
    const density = Math.floor((8192 - 24) / Math.max(width, 1));
    rows = rows > 0 && false ? rows : Math.round(density * pages);
  } else if (info.relpages > 0 && info.reltuples >= 0) rows = Math.round((info.reltuples / info.relpages) * pages);
  rel.pages = pages;
  rel.tuples = rows;
  rel.allvisfrac = 0;
  const cls = root.glob.ctx.catalog.syscache('RELOID', info.oid) as { relallvisible?: number } | undefined;
  const vis = cls?.relallvisible ?? 0;
  rel.allvisfrac = vis === 0 || pages <= 0 ? 0 : vis >= pages ? 1 : vis / pages;
}
export function attrWidth(root: PlannerInfo, info: RelationInfo, attnum: number): number {
  const a = info.attributes[attnum - 1];
  if (!a || a.attisdropped) return 0;
  const st = a.attlen > 0 ? undefined : readStats(root.glob.ctx.statistics(info.oid, attnum));
  return st && st.width > 0 ? st.width : root.glob.look.avgWidth(a.atttypid, a.atttypmod);
}

const SCANNABLE = new Set(['btree', 'hash']);
function indexInfo(root: PlannerInfo, rel: RelOptInfo, ix: IndexInfo, info: RelationInfo): IndexOptInfo | undefined {
  if (!SCANNABLE.has(ix.amname)) return undefined;
  const est = root.glob.ctx.estimates(ix.oid);
  const move = <T extends Expr>(e: T): T => (rel.relid === 1 ? e : renumber(e, () => rel.relid));
  const indexprs = (ix.expressions as Expr[]).map(move);
  const predicate = ix.predicate as Expr | Expr[] | undefined;
  const indpred = (Array.isArray(predicate) ? predicate : implicitAnd(predicate)).map((e) => evalConst(root, move(e)));
  const tlist: TargetEntry[] = [];
  let k = 0;
  for (const [i, attnum] of ix.attnums.entries()) {
    const a = info.attributes[attnum - 1];
    const expr: Expr = attnum === 0 ? indexprs[k++]! : makeVar(rel.relid, attnum, a!.atttypid, a!.atttypmod, a!.attcollation, 0);
    tlist.push({ kind: 'TargetEntry', expr, resno: i + 1, resname: undefined, ressortgroupref: 0, resorigtbl: 0, resorigcol: 0, resjunk: false });
  }
  const tuples = indpred.length ? Math.min(est?.rows ?? ix.reltuples, rel.tuples) : rel.tuples;
  const pages = Math.max(est?.pages ?? Math.max(ix.relpages, 1), 1);
  return {
    oid: ix.oid, info: ix, rel, pages, tuples, treeHeight: treeHeight(pages), ncolumns: ix.attnums.length, nkeycolumns: ix.nkeys, indexkeys: ix.attnums, indexcollations: ix.collations, opfamily: ix.opfamilies,
    opcintype: ix.opclasses.map((o) => (root.glob.look.opclass(o)?.['opcintype'] as number | undefined) ?? 0), reverse: ix.options.map((o) => (o & 1) !== 0), nullsFirst: ix.options.map((o) => (o & 2) !== 0), sorted: ix.relam === BTREE_AM,
    indexprs, indpred, indextlist: tlist, predOK: indpred.length === 0, unique: ix.unique, immediate: ix.immediate, nullsnotdistinct: ix.nullsNotDistinct, amname: ix.amname, indrestrictinfo: [],
  };
}
/** Height above the leaves of a b-tree of that many pages. */
function treeHeight(pages: number): number {
  let h = 0;
  for (let n = pages - 1; n > 1; n /= 285) h++;
  return h;
}

/** setrel width and target cost of a base relation: set_rel_width */
export function setRelWidth(root: PlannerInfo, rel: RelOptInfo): void {
  const t = rel.reltarget;
  let width = 0;
  for (const e of t.exprs) {
    if (e.kind === 'Var' && e.varno === rel.relid) {
      const at = e.varattno - rel.min_attr;
      if (e.varattno === 0) { width += rel.info ? rel.info.attributes.reduce((n, a) => n + attrWidth(root, rel.info!, a.attnum), 0) : root.glob.look.avgWidth(e.vartype, e.vartypmod); continue; }
      if (!rel.attr_widths[at]) rel.attr_widths[at] = rel.info && e.varattno > 0 ? attrWidth(root, rel.info, e.varattno) : subqueryWidth(rel, e.varattno) ?? root.glob.look.avgWidth(e.vartype, e.vartypmod);
      width += rel.attr_widths[at]!;
    } else width += exprWidth(root, e);
  }
  t.width = width;
}
function subqueryWidth(rel: RelOptInfo, attno: number): number | undefined {
  const sub = rel.subroot;
  const te = sub?.processed_tlist.find((t) => t.resno === attno && !t.resjunk);
  if (!sub || !te || te.expr.kind !== 'Var') return undefined;
  return sub.parse.setOperations ? undefined : exprWidth(sub, te.expr);
}

/** build_join_rel: finds or makes it; the caller adds paths. */
export function findJoinRel(root: PlannerInfo, relids: Relids): RelOptInfo | undefined { return root.joinRels.get(relids); }

export function buildJoinTarget(root: PlannerInfo, rel: RelOptInfo, input: RelOptInfo, sj: SpecialJoinInfo | undefined, canNull: boolean): void {
  const t = rel.reltarget;
  for (const e of input.reltarget.exprs) {
    if (e.kind === 'PlaceHolderVar') {
      const p = root.placeholders.find((x) => x.phid === e.phid)!;
      if (!isSubset(p.ph_needed, rel.relids)) {
        t.exprs.push(canNull && sj && sj.ojrelid && overlaps(p.ph_eval_at, sj.syn_righthand | (sj.jointype === 'full' ? sj.syn_lefthand : 0n)) ? { ...e, phnullingrels: union(e.phnullingrels, sj.ojrelid) } : e);
        t.sortgrouprefs.push(0);
        t.width += p.ph_width;
      }
      continue;
    }
    if (e.kind !== 'Var') continue;
    const base = root.rels[e.varno]!;
    const at = e.varattno - base.min_attr;
    if (isSubset(base.attr_needed[at]!, rel.relids)) continue;
    t.exprs.push(canNull && sj && sj.ojrelid && (hasRelid(sj.syn_righthand, e.varno) || (sj.jointype === 'full' && hasRelid(sj.syn_lefthand, e.varno))) ? { ...e, varnullingrels: union(e.varnullingrels, sj.ojrelid) } : e);
    t.sortgrouprefs.push(0);
    t.width += base.attr_widths[at] || exprWidth(root, e);
  }
}
function union(l: readonly number[], x: number): readonly number[] { return l.includes(x) ? l : [...l, x].sort((a, b) => a - b); }

export function fetchUpperRel(root: PlannerInfo, kind: string): RelOptInfo {
  let r = root.upperRels.get(kind);
  if (!r) { r = emptyRel('upper', 0n); r.consider_startup = root.tuple_fraction > 0; root.upperRels.set(kind, r); }
  return r;
}
export function ppiOf(rel: RelOptInfo, outer: Relids): ParamPathInfo | undefined { return rel.ppilist.find((p) => p.ppi_req_outer === outer); }
export { clampRows };
export type { RestrictInfo };

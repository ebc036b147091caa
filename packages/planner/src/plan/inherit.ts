/** Inheritance and partitions: the children of a relation, their clauses, and the Append over them. inherit.c, appendinfo.c. */
import type { RelationInfo } from '@pglitedb/catalog';
import { makeVar, type Expr, type RangeTblEntry, type Var } from '../nodes/index.js';
import { baseContradiction, setBasePaths, setBaseSize } from './allpaths.js';
import { fold } from './evalconst.js';
import { markDummy } from './joinrels.js';
import { addPath, appendPath, mergeAppendPath, cheapestForKeys, setCheapest, sortPath } from './pathnode.js';
import type { AppendRelInfo, Path, PathKey, PlannerInfo, RelOptInfo, RestrictInfo } from './pathnodes.js';
import { descOf, livePartitions, pruneContext } from './partprune.js';
import { keyForExpr, pathkeysContainedIn } from './pathkeys.js';
import type { PartitionDesc } from '../partition/index.js';
import { buildSimpleRel, setRelWidth } from './relnode.js';
import { makeRestrictInfo } from './restrictinfo.js';
import { mapVars } from './vars.js';
import { clampRows } from './cost-scan.js';
import { relidBit } from './relids.js';

/** All leaf (and, for plain inheritance, own) relations of an inh entry become member rels. */
export function expandInherited(root: PlannerInfo, rel: RelOptInfo): void {
  const rte = root.parse.rtable[rel.relid - 1]!;
  if (rte.rtekind !== 'relation' || !rte.inh || !rel.info) return;
  const info = rel.info;
  if (info.children.length === 0 && info.relkind !== 'p') return;
  if (info.relkind === 'p') { expandPartitioned(root, rel, rte, info); return; }
  const leaves: RelationInfo[] = [];
  const visit = (r: RelationInfo): void => {
    root.glob.relationOids.add(r.oid);
    if (r.relkind !== 'p') leaves.push(r);
    for (const c of r.children) { const k = root.glob.ctx.catalog.relation(c); if (k && !leaves.includes(k)) visit(k); }
  };
  visit(info);
  if (leaves.length === 1 && leaves[0] === info) return;
  for (const leaf of leaves) addChild(root, rel, rte, leaf);
}

/** expand_partitioned_rtentry: live partitions in bound order, those that are partitioned themselves in their place. */
function expandPartitioned(root: PlannerInfo, rel: RelOptInfo, rte: RangeTblEntry, top: RelationInfo): void {
  const clauses = rel.baserestrictinfo.map((r) => r.clause);
  const visit = (r: RelationInfo, own: readonly Expr[]): void => {
    root.glob.relationOids.add(r.oid);
    const desc = descOf(root.glob, r);
    for (const k of livePartitions(root.glob, r, rel.relid, own)) {
      const child = root.glob.ctx.catalog.relation(desc.oids[k]!);
      if (child === undefined) continue;
      if (child.relkind === 'p') visit(child, r === child ? own : own.map((e) => toChild(rel.relid, r, child, e)));
      else addChild(root, rel, rte, child);
    }
  };
  visit(top, clauses);
}
/** Columns of one relation of the tree as those of another, by name; the range table entry stays. */
function toChild(varno: number, from: RelationInfo, to: RelationInfo, e: Expr): Expr {
  return mapVars(e, (v: Var) => {
    if (v.varno !== varno || v.varattno <= 0) return undefined;
    const name = from.attributes[v.varattno - 1]!.attname;
    const a = to.attributes.find((x) => !x.attisdropped && x.attname === name);
    return a === undefined || a.attnum === v.varattno ? undefined : { ...v, varattno: a.attnum, varattnosyn: a.attnum };
  }) as Expr;
}
function addChild(root: PlannerInfo, rel: RelOptInfo, rte: RangeTblEntry, leaf: RelationInfo): void {
  const child: RangeTblEntry = { ...rte, relid: leaf.oid, relkind: leaf.relkind, inh: false, perminfoindex: 0, securityQuals: [] };
  root.parse.rtable.push(child);
  const rti = root.parse.rtable.length;
  const ar = makeAppendInfo(rel, rti, leaf);
  root.append_rel_list.push(ar);
  root.append_rel_array[rti] = ar;
  const m = buildSimpleRel(root, rti, rel);
  rel.part_children.push(rti);
  m.reltarget = { ...rel.reltarget, exprs: rel.reltarget.exprs.map((e) => translate(ar, e)), sortgrouprefs: rel.reltarget.sortgrouprefs };
  for (const r of rel.baserestrictinfo) {
    const e = fold({ glob: root.glob, root, caseVal: undefined, estimate: false, active: [] }, translate(ar, r.clause));
    if (e.kind === 'Const' && e.constvalue === true) continue;
    m.baserestrictinfo.push(makeRestrictInfo(root, e, { security: r.security_level, pushedDown: r.is_pushed_down, pseudoconstant: r.pseudoconstant || e.kind === 'Const', required: e.kind === 'Const' ? relidBit(rti) : undefined as unknown as bigint }));
  }
  m.joininfo = [];
  // The order of a member follows the parent's classes.
  for (const ec of root.eq_classes) for (const mem of ec.ec_members.slice()) if (mem.em_relids === rel.relids && !mem.em_is_child && !mem.em_is_const) ec.ec_members.push({ em_expr: translate(ar, mem.em_expr), em_relids: relidBit(rti), em_is_const: false, em_is_child: true, em_datatype: mem.em_datatype, em_jdomain: mem.em_jdomain });
}
function makeAppendInfo(parent: RelOptInfo, rti: number, leaf: RelationInfo): AppendRelInfo {
  const pinfo = parent.info!;
  const byName = new Map(leaf.attributes.filter((a) => !a.attisdropped).map((a) => [a.attname, a]));
  const translated = pinfo.attributes.map((a) => {
    if (a.attisdropped) return undefined;
    const c = byName.get(a.attname);
    return c && makeVar(rti, c.attnum, c.atttypid, c.atttypmod, c.attcollation, 0);
  });
  const colnos = leaf.attributes.map((a) => (a.attisdropped ? 0 : pinfo.attributes.find((p) => p.attname === a.attname && !p.attisdropped)?.attnum ?? 0));
  return { parent_relid: parent.relid, child_relid: rti, translated, parent_colnos: colnos, parent_reltype: pinfo.reltype, child_reltype: leaf.reltype, parent_reloid: pinfo.oid };
}
/** adjust_appendrel_attrs */
export function translate<T extends Expr>(ar: AppendRelInfo, e: T): T {
  return mapVars(e, (v: Var) => {
    if (v.varno !== ar.parent_relid) return undefined;
    if (v.varattno < 0) return { ...v, varno: ar.child_relid };
    if (v.varattno === 0) {
      const whole: Var = { ...v, varno: ar.child_relid, vartype: ar.child_reltype };
      return ar.child_reltype === ar.parent_reltype ? whole : { kind: 'ConvertRowtypeExpr', arg: whole, resulttype: ar.parent_reltype, convertformat: 'implicit', location: -1 };
    }
    const t = ar.translated[v.varattno - 1];
    if (!t) throw new Error(`attribute ${v.varattno} of the parent has no match in its child`);
    return t.kind === 'Var' ? { ...t, varnullingrels: v.varnullingrels, varreturningtype: v.varreturningtype, varnosyn: v.varnosyn, varattnosyn: v.varattnosyn } : t;
  }) as T;
}

export function setAppendSize(root: PlannerInfo, rel: RelOptInfo): void {
  let rows = 0; let tuples = 0; let live = 0; let width = 0;
  for (const rti of rel.part_children) {
    const m = root.rels[rti]!;
    if (baseContradiction(m)) { markDummy(root, m); continue; }
    setBaseSize(root, m);
    if (m.dummy) continue;
    live++;
    rows += m.rows; tuples += m.tuples; width += m.reltarget.width * m.rows;
    for (const [i, w] of m.attr_widths.entries()) { const at = i + m.min_attr; const v = rel.info!.attributes.find((a) => a.attname === m.info!.attributes[at - 1]?.attname); if (v && !rel.attr_widths[v.attnum - rel.min_attr]) rel.attr_widths[v.attnum - rel.min_attr] = w; }
  }
  if (live === 0) { setRelWidth(root, rel); markDummy(root, rel); return; }
  rel.rows = clampRows(rows);
  rel.tuples = tuples;
  rel.reltarget.width = Math.round(width / Math.max(rows, 1));
  rel.pages = 0;
}
export function setAppendPaths(root: PlannerInfo, rel: RelOptInfo): void {
  const live: RelOptInfo[] = [];
  for (const rti of rel.part_children) {
    const m = root.rels[rti]!;
    if (m.dummy) continue;
    if (m.pathlist.length === 0) setBasePaths(root, m);
    live.push(m);
  }
  addPath(rel, appendPath(root, rel, live.map((m) => m.cheapest_total!), [], -1));
  const orders: PathKey[][] = [];
  for (const m of live) for (const p of m.pathlist) if (p.pathkeys.length && !p.param_info && !orders.some((o) => o.length === p.pathkeys.length && o.every((k, i) => k === p.pathkeys[i]))) orders.push(p.pathkeys);
  for (const keys of orders) {
    const inOrder = partitionsInOrder(root, rel, live, keys);
    if (inOrder !== undefined) {
      const sorted = inOrder.map((m) => { const x = cheapestForKeys(m.pathlist, keys, 0n, false) ?? m.cheapest_total!; return pathkeysContainedIn(keys, x.pathkeys) ? x : sortPath(root, x.parent, x, keys, root.limit_tuples); });
      addPath(rel, appendPath(root, rel, sorted, keys, -1));
      continue;
    }
    const subs: Path[] = live.map((m) => cheapestForKeys(m.pathlist, keys, 0n, true) ?? m.cheapest_total!);
    addPath(rel, mergeAppendPath(root, rel, subs, keys));
  }
}
/** generate_orderedappend_paths: the partitions in an order in which one after another they give the keys' order; undefined: they do not. */
function partitionsInOrder(root: PlannerInfo, rel: RelOptInfo, live: RelOptInfo[], keys: readonly PathKey[]): RelOptInfo[] | undefined {
  const info = rel.info!;
  if (info.relkind !== 'p' || live.length < 2 || live.some((m) => m.info!.parents[0] !== info.oid)) return undefined;
  const desc = descOf(root.glob, info);
  const numbers = live.map((m) => desc.oids.indexOf(m.info!.oid));
  if (desc.key.strategy === 'h' || numbers.includes(desc.defaultIndex)) return undefined;
  if (desc.key.strategy === 'l' && numbers.some((n) => interleaved(desc, n))) return undefined;
  const { keyExprs } = pruneContext(root.glob, info, rel.relid);
  for (const down of [false, true]) {
    const own: PathKey[] = [];
    for (const [k, c] of desc.key.columns.entries()) {
      const key = keyForExpr(root, keyExprs[k]!, c.opfamily, c.opcintype, c.collation, down, down, 0, rel.relids, false);
      if (key === undefined) break;
      own.push(key);
    }
    const whole = own.length === desc.key.columns.length;
    if (own.length > 0 && (pathkeysContainedIn(keys, own) || (whole && pathkeysContainedIn(own, keys)))) return down ? [...live].reverse() : live;
  }
  return undefined;
}
/** A list partition whose values do not stand together, or that takes NULL besides other values. */
function interleaved(desc: PartitionDesc, part: number): boolean {
  const at = desc.indexes.flatMap((p, k) => (p === part ? [k] : []));
  if (part === desc.nullIndex && at.length > 0) return true;
  return at.length > 0 && at.at(-1)! - at[0]! + 1 !== at.length;
}
export { setCheapest };
export type { RestrictInfo };

/** FROM and WHERE: scans with their conditions, joins in written order. */
import { exprType, INDEX_VAR, type Expr, type JoinTreeNode, type JoinType, type OpExpr, type Plan, type RangeTblEntry, type Var } from '../nodes/index.js';
import { mapChildren, type TreeNode } from '../nodes/index.js';
import { conjuncts, contains, execParam, filter, makePlan, nodeKey, overInputs, relids, target, type Rel, type Root } from './root.js';
import { planQuery } from './query.js';
import { planSublinks } from './sublinks.js';

/** Expressions that the levels above read, by range table index. */
export type Needed = Map<number, Var[]>;

export function planFrom(root: Root, needed: Needed, extra: readonly Expr[] = []): Rel {
  const { query } = root;
  const quals = [...conjuncts(query.jointree.quals), ...extra].map((q) => planSublinks(q, root));
  const constant = quals.filter((q) => relids(q).size === 0);
  const pool = quals.filter((q) => relids(q).size > 0);
  let rel: Rel | undefined;
  for (const item of query.jointree.fromlist) rel = rel === undefined ? planItem(root, item, needed, pool) : joinTwo(root, rel, planLateral(root, item, needed, pool, rel), 'inner', takeQuals(pool, new Set([...columnsRelids(rel), ...itemRelids(item)])));
  if (rel === undefined) rel = { plan: makePlan('Result', 1, { resconstantqual: [], targetlist: [] }), columns: [] };
  rel = filter(rel, pool);
  return constant.length === 0 ? rel : gate(rel, constant);
}

function gate(rel: Rel, constant: Expr[]): Rel {
  return { plan: makePlan('Result', rel.plan.plan_rows, { resconstantqual: constant, lefttree: rel.columns.length === 0 && rel.plan.lefttree === undefined && rel.plan.kind === 'Result' ? undefined : rel.plan, targetlist: rel.columns.map((e, k) => target(overInputs(e, rel.columns), k + 1)) }), columns: rel.columns };
}

function columnsRelids(rel: Rel): Set<number> { return (rel as Rel & { ids?: Set<number> }).ids ?? new Set(rel.columns.flatMap((c) => [...relids(c)])); }
function withIds(rel: Rel, ids: Set<number>): Rel { return Object.assign(rel, { ids }); }

export function itemRelids(item: JoinTreeNode): Set<number> {
  if (item.kind === 'RangeTblRef') return new Set([item.rtindex]);
  if (item.kind === 'FromExpr') return new Set(item.fromlist.flatMap((f) => [...itemRelids(f)]));
  const ids = new Set([...itemRelids(item.larg), ...itemRelids(item.rarg)]);
  if (item.rtindex > 0) ids.add(item.rtindex);
  return ids;
}

/** Removes from the pool and answers the quals that only need these relations. */
function takeQuals(pool: Expr[], ids: ReadonlySet<number>): Expr[] {
  const taken: Expr[] = [];
  for (let k = pool.length - 1; k >= 0; k--) {
    if ([...relids(pool[k]!)].every((r) => ids.has(r))) taken.unshift(...pool.splice(k, 1));
  }
  return taken;
}

function planItem(root: Root, item: JoinTreeNode, needed: Needed, pool: Expr[]): Rel {
  if (item.kind === 'RangeTblRef') return withIds(planScan(root, item.rtindex, needed, takeQuals(pool, new Set([item.rtindex]))), new Set([item.rtindex]));
  if (item.kind === 'FromExpr') {
    let rel: Rel | undefined;
    const own = [...conjuncts(item.quals).map((q) => planSublinks(q, root)), ...takeQuals(pool, itemRelids(item))];
    for (const f of item.fromlist) rel = rel === undefined ? planItem(root, f, needed, own) : joinTwo(root, rel, planLateral(root, f, needed, own, rel), 'inner', takeQuals(own, new Set([...columnsRelids(rel), ...itemRelids(f)])));
    return withIds(filter(rel ?? { plan: makePlan('Result', 1, { resconstantqual: [], targetlist: [] }), columns: [] }, own), itemRelids(item));
  }
  return planJoin(root, item, needed, pool);
}

function planJoin(root: Root, item: Extract<JoinTreeNode, { kind: 'JoinExpr' }>, needed: Needed, pool: Expr[]): Rel {
  const left = itemRelids(item.larg);
  const right = itemRelids(item.rarg);
  const on = conjuncts(item.quals).map((q) => planSublinks(q, root));
  const t = item.jointype;
  const preservesLeft = t === 'inner' || t === 'left' || t === 'semi' || t === 'anti';
  const preservesRight = t === 'inner' || t === 'right';
  const leftPool = preservesLeft ? takeQuals(pool, left) : [];
  const rightPool = preservesRight ? takeQuals(pool, right) : [];
  if (t === 'inner' || t === 'right') leftPool.push(...takeQuals(on, left));
  if (t === 'inner' || t === 'left' || t === 'semi' || t === 'anti') rightPool.push(...takeQuals(on, right).filter((q) => relids(q).size > 0 || (on.push(q), false)));
  const outer = planItem(root, item.larg, needed, leftPool);
  const outerRel = filter(outer, leftPool);
  const inner = planLateral(root, item.rarg, needed, rightPool, outerRel);
  const rel = joinTwo(root, withIds(outerRel, left), { ...inner, rel: filter(inner.rel, rightPool) }, t, on);
  return withIds(rel, itemRelids(item));
}

interface LateralRel { rel: Rel; params: { paramno: number; paramval: Expr }[] }

/** A FROM item that may read columns of what stands to its left: those become nest-loop params. */
function planLateral(root: Root, item: JoinTreeNode, needed: Needed, pool: Expr[], outer: Rel): LateralRel {
  const before = root.outerParams.length;
  const rel = planItem(root, item, needed, pool);
  const ids = columnsRelids(outer);
  const used = root.outerParams.slice(0).filter((p, k) => k >= before || uses(rel.plan, p.paramid)).filter((p) => [...relids(p.expr)].every((r) => ids.has(r)) && uses(rel.plan, p.paramid));
  return { rel, params: used.map((p) => ({ paramno: p.paramid, paramval: overInputs(p.expr, outer.columns) })) };
}
function uses(plan: unknown, paramid: number): boolean {
  if (plan === null || typeof plan !== 'object') return false;
  if (Array.isArray(plan)) return plan.some((p) => uses(p, paramid));
  const p = plan as { kind?: string; paramkind?: string; paramid?: number };
  if (p.kind === 'Param') return p.paramkind === 'exec' && p.paramid === paramid;
  if (p.kind === 'Const' || p.kind === 'Query') return false;
  return Object.getPrototypeOf(plan) === Object.prototype && Object.values(plan).some((v) => typeof v === 'object' && uses(v, paramid));
}

function joinTwo(root: Root, outer: Rel, lateral: LateralRel, jointype: JoinType, quals: Expr[]): Rel {
  let inner = lateral.rel;
  let left = outer;
  let type = jointype;
  if (type === 'right' && lateral.params.length === 0) { [left, inner] = [inner, left]; type = 'left'; }
  const columns = type === 'semi' || type === 'anti' ? left.columns : [...left.columns, ...inner.columns];
  const rows = Math.max(left.plan.plan_rows, inner.plan.plan_rows);
  const targetlist = columns.map((e, k) => target(overInputs(e, left.columns, inner.columns), k + 1));
  const hash = lateral.params.length > 0 ? [] : quals.filter((q) => hashable(root, q, left, inner));
  if (hash.length > 0) {
    const clauses = hash.map((q) => oriented(q as OpExpr, left, inner));
    const rest = quals.filter((q) => !hash.includes(q));
    const plan = makePlan('HashJoin', rows, {
      jointype: type, inner_unique: false, joinqual: rest.map((q) => overInputs(q, left.columns, inner.columns)), targetlist, lefttree: left.plan,
      righttree: makePlan('Hash', inner.plan.plan_rows, { hashkeys: [], skewTable: 0, skewColumn: 0, rows_total: inner.plan.plan_rows, lefttree: inner.plan, targetlist: inner.columns.map((e, k) => target(overInputs(e, inner.columns), k + 1)) }),
      hashclauses: clauses.map((q) => overInputs(q, left.columns, inner.columns)), hashoperators: clauses.map((q) => q.opno), hashcollations: clauses.map((q) => q.inputcollid),
      hashkeys: clauses.map((q) => overInputs(q.args[0]!, left.columns)),
    });
    return { plan, columns };
  }
  if (type === 'full') throw Object.assign(new Error('FULL JOIN is only supported with merge-joinable or hash-joinable join conditions'), { code: '0A000' });
  const plan = makePlan('NestLoop', rows, {
    jointype: type, inner_unique: false, joinqual: quals.map((q) => overInputs(q, left.columns, inner.columns)), nestParams: lateral.params, targetlist, lefttree: left.plan,
    righttree: lateral.params.length > 0 ? inner.plan : material(inner),
  });
  return { plan, columns };
}
function material(rel: Rel): Plan {
  if (rel.plan.kind === 'Material') return rel.plan;
  return makePlan('Material', rel.plan.plan_rows, { lefttree: rel.plan, targetlist: rel.columns.map((e, k) => target(overInputs(e, rel.columns), k + 1)) });
}

function hashable(root: Root, q: Expr, left: Rel, inner: Rel): boolean {
  if (q.kind !== 'OpExpr' || q.args.length !== 2) return false;
  if (root.glob.catalog.syscache('OPEROID', q.opno)?.oprcanhash !== true) return false;
  if (exprType(q.args[0]!) !== exprType(q.args[1]!) && !sameHash(exprType(q.args[0]!), exprType(q.args[1]!))) return false;
  if (contains(q, (n) => n.kind === 'SubPlan')) return false;
  const type = exprType(q.args[0]!);
  if (root.glob.catalog.types.typeImpl(type).hashKey === undefined) return false;
  const [a, b] = [relids(q.args[0]!), relids(q.args[1]!)];
  if (a.size === 0 || b.size === 0) return false;
  const l = columnsRelids(left);
  const r = columnsRelids(inner);
  const within = (x: Set<number>, y: Set<number>): boolean => [...x].every((v) => y.has(v));
  return (within(a, l) && within(b, r)) || (within(a, r) && within(b, l));
}
const INTS = [20, 21, 23];
const sameHash = (a: number, b: number): boolean => INTS.includes(a) && INTS.includes(b);
function oriented(q: OpExpr, left: Rel, _inner: Rel): OpExpr {
  const l = columnsRelids(left);
  return [...relids(q.args[0]!)].every((v) => l.has(v)) ? q : { ...q, args: [q.args[1]!, q.args[0]!] };
}

/** A scan of one range table entry with its own conditions; columns = the Vars that are needed. */
function planScan(root: Root, rti: number, needed: Needed, quals: Expr[]): Rel {
  const rte = root.query.rtable[rti - 1]!;
  const vars = new Map<string, Var>();
  for (const v of needed.get(rti) ?? []) vars.set(nodeKey(v), v);
  const columns: Expr[] = [...vars.values()];
  const shift = <T extends Expr>(e: T): T => shiftVars(e, root.rtoffset) as T;
  const common = { targetlist: columns.map((e, k) => target(shift(e), k + 1)), qual: quals.map(shift) };
  const scanrelid = rti + root.rtoffset;
  return { plan: scanPlan(root, rte, rti, scanrelid, quals, common), columns };
}
export function shiftVars<T extends TreeNode>(node: T, offset: number): T {
  const map = (n: TreeNode): TreeNode => (n.kind === 'Var' && n.varno > 0 ? { ...n, varno: n.varno + offset } : mapChildren(n, map));
  return map(node) as T;
}

function scanPlan(root: Root, rte: RangeTblEntry, rti: number, scanrelid: number, quals: Expr[], common: Pick<Plan, 'targetlist' | 'qual'>): Plan {
  switch (rte.rtekind) {
    case 'relation': return relationScan(root, rte, rti, scanrelid, quals, common);
    case 'subquery': {
      const subplan = planQuery(root.glob, rte.subquery!, root);
      return makePlan('SubqueryScan', subplan.plan_rows, { scanrelid, subplan, ...common });
    }
    case 'function': return makePlan('FunctionScan', 1000, { scanrelid, functions: rte.functions.map((f) => ({ ...f, funcexpr: planSublinks(lateralVars(f.funcexpr, root), root) })), funcordinality: rte.funcordinality, ...common });
    case 'values': return makePlan('ValuesScan', rte.values_lists.length, { scanrelid, values_lists: rte.values_lists.map((row) => row.map((e) => planSublinks(lateralVars(e, root), root))), ...common });
    case 'tablefunc': return makePlan('TableFuncScan', 100, { scanrelid, tablefunc: rte.tablefunc!, ...common });
    case 'result': return makePlan('Result', 1, { resconstantqual: [], ...common });
    case 'cte': return cteScan(root, rte, scanrelid, common);
    case 'namedtuplestore': return makePlan('NamedTuplestoreScan', 100, { scanrelid, enrname: rte.enrname, ...common });
    default: throw new Error(`cannot scan a range table entry of kind ${rte.rtekind}`);
  }
}

/** Vars of this level inside of a lateral function are params set by the nested loop above. */
function lateralVars(e: Expr, root: Root): Expr {
  const map = (n: TreeNode): TreeNode => (n.kind === 'Var' && n.varlevelsup === 0 ? execParam(root.paramFor(n), n) : mapChildren(n, map));
  return map(e) as Expr;
}

function cteScan(root: Root, rte: RangeTblEntry, scanrelid: number, common: Pick<Plan, 'targetlist' | 'qual'>): Plan {
  let owner: Root = root;
  for (let k = 0; k < rte.ctelevelsup; k++) owner = owner.parent!;
  const cte = owner.ctes.get(rte.ctename);
  if (cte === undefined) throw new Error(`CTE "${rte.ctename}" was not planned`);
  if (rte.self_reference) return makePlan('WorkTableScan', 100, { scanrelid, wtParam: cte.workParam!, ...common });
  return makePlan('CteScan', 100, { scanrelid, ctePlanId: cte.planId, cteParam: 0, ...common });
}

const EQUAL = 3;
function relationScan(root: Root, rte: RangeTblEntry, rti: number, scanrelid: number, quals: Expr[], common: Pick<Plan, 'targetlist' | 'qual'>): Plan {
  const rel = root.glob.catalog.relation(rte.relid)!;
  const rows = root.glob.ctx.estimates(rte.relid)?.rows ?? 1000;
  const children = rte.inh ? descendants(root, rte.relid) : [];
  if (children.length > 0) return inheritanceScan(root, rte, scanrelid, [rte.relid, ...children], common, rows);
  for (const index of rel.indexes) {
    if (index.predicate !== undefined || index.amname !== 'btree' || index.attnums[0] === 0) continue;
    const used: { orig: Expr; index: Expr }[] = [];
    for (let k = 0; k < index.nkeys; k++) {
      const hit = quals.map((q) => keyQual(root, q, rti, index.attnums[k]!, index.opfamilies[k]!, k, rel.attributes[index.attnums[k]! - 1]?.atttypid ?? 0)).find((h) => h !== undefined);
      if (hit === undefined) break;
      used.push(hit);
    }
    if (used.length === 0) continue;
    return makePlan('IndexScan', 1, {
      scanrelid, indexid: index.oid, indexqual: used.map((x) => shiftVars(x.index, root.rtoffset)), indexqualorig: used.map((x) => shiftVars(x.orig, root.rtoffset)), indexorderby: [], indexorderbyorig: [], indexorderdir: 'forward', ...common,
      qual: quals.filter((q) => !used.some((x) => x.orig === q)).map((q) => shiftVars(q, root.rtoffset)),
    });
  }
  return makePlan('SeqScan', rows, { scanrelid, ...common });
}

function keyQual(root: Root, q: Expr, rti: number, attnum: number, family: number, keyColumn: number, keyType: number): { orig: Expr; index: Expr } | undefined {
  if (q.kind !== 'OpExpr' || q.args.length !== 2) return undefined;
  const isKey = (e: Expr): e is Var => e.kind === 'Var' && e.varno === rti && e.varattno === attnum && e.varlevelsup === 0;
  const [a, b] = q.args as [Expr, Expr];
  const free = (e: Expr): boolean => relids(e).size === 0 && !contains(e, (n) => n.kind === 'SubPlan' || (n.kind === 'FuncExpr' && root.glob.catalog.syscache('PROCOID', n.funcid)?.provolatile === 'v'));
  let op = q.opno;
  let value: Expr;
  if (isKey(a) && free(b)) value = b;
  else if (isKey(b) && free(a)) {
    op = root.glob.catalog.syscache('OPEROID', q.opno)?.oprcom ?? 0;
    value = a;
  } else return undefined;
  const amop = root.glob.catalog.rows('pg_amop', { amopopr: op, amopfamily: family })[0];
  if (amop === undefined || amop.amopstrategy !== EQUAL) return undefined;
  const key: Expr = { ...(isKey(a) ? a : (b as Var)), varno: INDEX_VAR, varattno: keyColumn + 1, vartype: keyType };
  return { orig: q, index: { ...q, opno: op, args: [key, value] } };
}

export function descendants(root: Root, relid: number): number[] {
  const out: number[] = [];
  const visit = (oid: number): void => {
    for (const child of root.glob.catalog.relation(oid)?.children ?? []) {
      if (out.includes(child)) continue;
      out.push(child);
      visit(child);
    }
  };
  visit(relid);
  return out;
}

/** A table with children: an Append over scans of all of them, columns matched by name. */
function inheritanceScan(root: Root, rte: RangeTblEntry, scanrelid: number, relations: number[], common: Pick<Plan, 'targetlist' | 'qual'>, rows: number): Plan {
  const parent = root.glob.catalog.relation(rte.relid)!;
  const plans = relations.map((relid): Plan => {
    const rel = root.glob.catalog.relation(relid)!;
    root.glob.relationOids.add(relid);
    root.glob.rtable.push({ ...rte, relid, inh: false });
    const rti = root.glob.rtable.length;
    const map = (n: TreeNode): TreeNode => {
      if (n.kind !== 'Var' || n.varno !== scanrelid) return mapChildren(n, map);
      if (n.varattno <= 0) return relid === rte.relid ? { ...n, varno: rti } : childWhole(n, rti, relid, rel.reltype, parent.reltype);
      const name = parent.attributes[n.varattno - 1]!.attname;
      return { ...n, varno: rti, varattno: rel.attributes.find((a) => a.attname === name && !a.attisdropped)!.attnum };
    };
    return makePlan('SeqScan', rows, { scanrelid: rti, targetlist: common.targetlist.map((t) => ({ ...t, expr: map(t.expr) as Expr })), qual: common.qual.map((q) => map(q) as Expr) });
  });
  return makePlan('Append', rows, { appendplans: plans, apprelids: [], first_partial_plan: plans.length, part_prune_index: -1, targetlist: common.targetlist.map((t, k) => ({ ...t, expr: outerColumn(t.expr, k) })) });
}
function childWhole(n: Var, rti: number, _relid: number, childType: number, parentType: number): Expr {
  if (n.varattno < 0) return { ...n, varno: rti };
  return { kind: 'ConvertRowtypeExpr', arg: { ...n, varno: rti, vartype: childType }, resulttype: parentType, convertformat: 'implicit', location: -1 };
}
function outerColumn(e: Expr, k: number): Expr { return overInputs(e, [...new Array<Expr>(k).fill({ kind: 'MergeSupportFunc', msftype: -k, msfcollid: 0, location: -1 }), e]); }

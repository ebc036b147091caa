/**
 * The direct planner: one plan for a Query without search. Joins run in the order they are written, by hash where an
 * equality allows it; single-table equality conditions use b-tree indexes. State of one statement (Glob) and of one
 * query level (Root) stand here.
 */
import type { CatalogReader } from '@pglitedb/catalog';
import { exprCollation, exprType, exprTypmod, type Expr, type Plan, type Query, type RangeTblEntry, type RTEPermissionInfo, type TargetEntry, type Var } from '../nodes/index.js';
import { mapChildren, someChild, type TreeNode } from '../nodes/index.js';
import type { PlannerContext } from '../plan/context.js';

export class Glob {
  readonly rtable: RangeTblEntry[] = [];
  readonly permInfos: RTEPermissionInfo[] = [];
  readonly subplans: Plan[] = [];
  readonly paramTypes: number[] = [];
  readonly relationOids = new Set<number>();
  nodeId = 0;
  constructor(readonly ctx: PlannerContext) {}
  get catalog(): CatalogReader { return this.ctx.catalog; }
  newParam(type: number): number { this.paramTypes.push(type); return this.paramTypes.length - 1; }
}

/** One query level. rtoffset: where its range table starts in the statement's. */
export class Root {
  readonly rtoffset: number;
  /** Columns of this level that deeper levels read, with their exec params. */
  readonly outerParams: { expr: Expr; paramid: number }[] = [];
  /** CTEs of this level: plan id and param. */
  readonly ctes = new Map<string, { planId: number; query: Query; workParam: number | undefined }>();
  constructor(readonly glob: Glob, readonly query: Query, readonly parent: Root | undefined) {
    this.rtoffset = glob.rtable.length;
    for (const rte of query.rtable) {
      glob.rtable.push(rte);
      if (rte.relid !== 0 && rte.rtekind === 'relation') glob.relationOids.add(rte.relid);
    }
    glob.permInfos.push(...query.rteperminfos);
  }
  up(levels: number): Root {
    let r: Root = this;
    for (let k = 0; k < levels; k++) r = r.parent!;
    return r;
  }
  paramFor(expr: Expr): number {
    const key = nodeKey(expr);
    const known = this.outerParams.find((p) => nodeKey(p.expr) === key);
    if (known !== undefined) return known.paramid;
    const paramid = this.glob.newParam(exprType(expr));
    this.outerParams.push({ expr, paramid });
    return paramid;
  }
}

/** Text that is equal for equal expressions, locations left out. */
export function nodeKey(e: unknown): string {
  return JSON.stringify(e, (k, v: unknown) => {
    if (k === 'location' || k === 'varnosyn' || k === 'varattnosyn' || k === 'varnullingrels' || k === 'funcformat' || k === 'coercionformat' || k === 'relabelformat' || k === 'aggno' || k === 'aggtranstype') return undefined;
    if (typeof v === 'bigint') return `${v}n`;
    if (typeof v === 'number' && !Number.isFinite(v)) return `#${v}`;
    return v;
  });
}

/** Vars of outer levels become exec params of the level they belong to. */
export function replaceOuterVars<T extends TreeNode>(node: T, root: Root): T {
  const map = (n: TreeNode, depth: number): TreeNode => {
    if (n.kind === 'Var' && n.varlevelsup > depth) {
      const owner = root.up(n.varlevelsup - depth);
      return execParam(owner.paramFor({ ...n, varlevelsup: 0 }), n);
    }
    if ((n.kind === 'Aggref' || n.kind === 'GroupingFunc') && n.agglevelsup > depth) {
      const owner = root.up(n.agglevelsup - depth);
      return execParam(owner.paramFor(lowered(n, n.agglevelsup)), n);
    }
    if (n.kind === 'Query') return mapChildren(n, (c) => map(c, depth + 1));
    return mapChildren(n, (c) => map(c, depth));
  };
  return map(node, 0) as T;
}
/** An aggregate of an outer level as that level sees it. */
function lowered<T extends Expr>(n: T, levels: number): Expr {
  const map = (e: TreeNode): TreeNode => {
    if (e.kind === 'Var' && e.varlevelsup >= levels) return { ...e, varlevelsup: e.varlevelsup - levels };
    return mapChildren(e, map);
  };
  return { ...(mapChildren(n, map) as Expr), agglevelsup: 0 } as Expr;
}
export function execParam(paramid: number, like: Expr): Expr {
  return { kind: 'Param', paramkind: 'exec', paramid, paramtype: exprType(like), paramtypmod: exprTypmod(like), paramcollid: exprCollation(like), location: -1 };
}

export function collectVars(node: TreeNode | undefined, out: Map<string, Var>): void {
  if (node === undefined) return;
  if (node.kind === 'Var') { if (node.varlevelsup === 0) out.set(`${node.varno}.${node.varattno}.${node.varreturningtype}`, node); return; }
  if (node.kind === 'Query') return;
  someChild(node, (c) => { collectVars(c, out); return false; });
}
export function relids(node: TreeNode): Set<number> {
  const vars = new Map<string, Var>();
  collectVars(node, vars);
  return new Set([...vars.values()].map((v) => v.varno));
}
export function contains(node: TreeNode | undefined, test: (n: TreeNode) => boolean): boolean {
  if (node === undefined) return false;
  if (test(node)) return true;
  if (node.kind === 'Query') return false;
  return someChild(node, (c) => contains(c, test));
}

/** A plan whose columns stand for known expressions of the query level. */
export interface Rel { plan: Plan; columns: Expr[] }

export function target(expr: Expr, resno: number, resname?: string, junk = false, ref = 0): TargetEntry {
  return { kind: 'TargetEntry', expr, resno, resname, ressortgroupref: ref, resorigtbl: 0, resorigcol: 0, resjunk: junk };
}
export function base(rows = 1000): Omit<Plan, 'kind'> & { targetlist: TargetEntry[] } {
  return {
    startup_cost: 0, total_cost: rows * 0.01, plan_rows: rows, plan_width: 8, disabled_nodes: 0, plan_node_id: 0, targetlist: [], qual: [], lefttree: undefined, righttree: undefined,
    initPlan: [], extParam: [], allParam: [], parallel_aware: false,
  } as never;
}
export function makePlan<K extends Plan['kind']>(kind: K, rows: number, fields: Partial<Extract<Plan, { kind: K }>>): Extract<Plan, { kind: K }> {
  return { kind, ...base(rows), ...fields } as unknown as Extract<Plan, { kind: K }>;
}

const OUTER = -2;
const INNER = -1;
/** Rewrites an expression over inputs: any part equal to an input column reads that column. */
export function overInputs<T extends Expr>(expr: T, outer: readonly Expr[], inner?: readonly Expr[]): T {
  const outerKeys = new Map(outer.map((e, k) => [nodeKey(e), k]));
  const innerKeys = inner && new Map(inner.map((e, k) => [nodeKey(e), k]));
  const map = (n: TreeNode): TreeNode => {
    if (n.kind === 'Query' || n.kind === 'TargetEntry') return mapChildren(n, map);
    const key = nodeKey(n);
    const o = outerKeys.get(key);
    if (o !== undefined) return column(n as Expr, OUTER, o);
    const i = innerKeys?.get(key);
    if (i !== undefined) return column(n as Expr, INNER, i);
    return mapChildren(n, map);
  };
  return map(expr) as T;
}
function column(e: Expr, varno: number, at: number): Expr {
  if (e.kind === 'Const') return e;
  return { kind: 'Var', varno, varattno: at + 1, vartype: exprType(e), vartypmod: exprTypmod(e), varcollid: exprCollation(e), varlevelsup: 0, varreturningtype: 'default', varnullingrels: [], varnosyn: 0, varattnosyn: 0, location: -1 };
}

/** Puts a plan on top of a Rel that computes exactly these expressions. */
export function project(rel: Rel, exprs: readonly Expr[]): Rel {
  if (exprs.length === rel.columns.length && exprs.every((e, k) => nodeKey(e) === nodeKey(rel.columns[k]))) return rel;
  const plan = makePlan('Result', rel.plan.plan_rows, { resconstantqual: [], lefttree: rel.plan, targetlist: exprs.map((e, k) => target(overInputs(e, rel.columns), k + 1)) });
  return { plan, columns: [...exprs] };
}
export function filter(rel: Rel, quals: readonly Expr[]): Rel {
  if (quals.length === 0) return rel;
  const plan = makePlan('Result', rel.plan.plan_rows, {
    resconstantqual: [], lefttree: rel.plan, qual: quals.map((q) => overInputs(q, rel.columns)), targetlist: rel.columns.map((e, k) => target(overInputs(e, rel.columns), k + 1)),
  });
  return { plan, columns: rel.columns };
}
/** An implicit-AND list. */
export function conjuncts(e: Expr | undefined): Expr[] {
  if (e === undefined) return [];
  if (e.kind === 'BoolExpr' && e.boolop === 'and') return e.args.flatMap(conjuncts);
  return [e];
}

/** Names of relations and columns in a plan, and expressions of upper nodes followed down to the columns they come from. */
import { INDEX_VAR, INNER_VAR, OUTER_VAR, makeVar, mapChildren, type Expr, type Param, type Plan, type PlannedStmt, type SubPlan, type TargetEntry, type TreeNode, type Var } from '../nodes/index.js';
import { quoteIdentifier } from '@pglitedb/catalog';
import { childPlans } from '../plan/freeze.js';
import { physicalLists } from './physical-lists.js';
import type { ExplainOptions } from './types.js';

const SYSTEM: Readonly<Record<number, string>> = { [-1]: 'ctid', [-2]: 'xmin', [-3]: 'cmin', [-4]: 'xmax', [-5]: 'cmax', [-6]: 'tableoid' };
export const quote = (n: string): string => quoteIdentifier(n);

/** A subtree with what lies above it, to find who sets a parameter. */
export interface Place { plan: Plan; parents: Plan[] }

export class PlanNames {
  readonly relNames: string[] = [];
  readonly useful: boolean;
  private readonly used = new Set<number>();
  /** Columns that VERBOSE shows of scans which need not project. */
  readonly physical: ReadonlyMap<Plan, readonly Var[]>;
  constructor(readonly stmt: PlannedStmt, readonly options: ExplainOptions) {
    const visit = (p: Plan): void => { if ('scanrelid' in p) this.used.add(p.scanrelid); if (p.kind === 'ModifyTable') { for (const r of p.resultRelations) this.used.add(r); this.used.add(p.nominalRelation); } if (p.kind === 'Append' || p.kind === 'MergeAppend') for (const r of p.apprelids) this.used.add(r); for (const c of childPlans(p)) visit(c); };
    visit(stmt.planTree);
    for (const s of stmt.subplans) visit(s);
    const taken = new Map<string, number>();
    for (const [i, r] of stmt.rtable.entries()) {
      if (!this.used.has(i + 1)) { this.relNames.push(r.eref.aliasname); continue; }
      const base = r.eref.aliasname || r.alias?.aliasname || 'unnamed';
      const n = taken.get(base);
      if (n === undefined) { taken.set(base, 0); this.relNames.push(base); } else {
        let k = n + 1;
        while (taken.has(`${base}_${k}`)) k++;
        taken.set(base, k); taken.set(`${base}_${k}`, 0);
        this.relNames.push(`${base}_${k}`);
      }
    }
    this.physical = options.verbose === true ? physicalLists(stmt, options) : new Map();
    this.useful = stmt.rtable.filter((r) => r.rtekind !== 'result' && r.rtekind !== 'join' && r.rtekind !== 'group').length > 1;
  }

  column(v: Var): string {
    const rte = this.stmt.rtable[v.varno - 1];
    if (!rte) return `?column${v.varattno}?`;
    if (v.varattno < 0) return SYSTEM[v.varattno] ?? '?';
    if (v.varattno === 0) return '*';
    if (rte.relid) { const a = this.options.catalog.relation(rte.relid)?.attributes[v.varattno - 1]; const alias = rte.alias?.colnames[v.varattno - 1]; return quote(alias ?? a?.attname ?? '?'); }
    return quote(rte.eref.colnames[v.varattno - 1] ?? `column${v.varattno}`);
  }
  varText(v: Var, prefix: boolean): string {
    const c = this.column(v);
    return (prefix || c === '*') && this.relNames[v.varno - 1] ? `${quote(this.relNames[v.varno - 1]!)}.${c}` : c;
  }

  /** The expression as text, seen from a plan node. */
  text(e: Expr, at: Place, prefix: boolean): string {
    return this.print(this.resolve(e, at, new Set(), prefix), at, prefix);
  }
  private print(resolved: Expr, at: Place, prefix: boolean): string {
    return this.options.deparse(resolved, {
      varName: (v) => this.enclosed.get(v) ?? this.varText(v, prefix), paramText: (p) => this.paramText(p), subPlanText: (s) => this.subPlanText(s),
      windowName: (winref) => windowBelow(at.plan, winref),
    });
  }
  /** Stand-ins for expressions that came from elsewhere in the plan: their text in parentheses. */
  private readonly enclosed = new WeakMap<Var, string>();
  /** A column that a parameter stands for: always shown with its relation. */
  private qualified(v: Var): Var {
    const stand: Var = { ...v };
    this.enclosed.set(stand, this.varText(v, true));
    return stand;
  }
  private enclose(e: Expr, place: Var | Param, at: Place, prefix: boolean): Var {
    const type = place.kind === 'Var' ? { vartype: place.vartype, vartypmod: place.vartypmod, varcollid: place.varcollid } : { vartype: place.paramtype, vartypmod: place.paramtypmod, varcollid: place.paramcollid };
    const stand: Var = { ...makeVar(0, 1, 0, -1, 0, 0), ...type };
    this.enclosed.set(stand, `(${this.print(e, at, prefix)})`);
    return stand;
  }
  subPlanText(s: SubPlan): string { return s.useHashTable ? `hashed ${s.plan_name}` : s.plan_name; }
  /** Output of an initplan. */
  paramText(p: Param): string | undefined {
    if (p.paramkind !== 'exec') return undefined;
    const find = (pl: Plan): string | undefined => {
      for (const s of pl.initPlan) { const k = s.setParam.indexOf(p.paramid); if (k >= 0) return s.subLinkType === 'cte' ? undefined : `(${s.plan_name}).col${k + 1}`; }
      for (const c of childPlans(pl)) { const r = find(c); if (r) return r; }
      return undefined;
    };
    return [this.stmt.planTree, ...this.stmt.subplans].map(find).find((x) => x !== undefined) ?? `$${p.paramid}`;
  }

  private resolve(e: TreeNode, at: Place, seen: Set<number>, prefix: boolean): Expr {
    if (e.kind === 'Var') return this.enclosed.has(e) ? e : this.resolveVar(e, at, seen, prefix);
    if (e.kind === 'Param' && e.paramkind === 'exec' && !seen.has(e.paramid)) {
      const src = this.paramSource(e.paramid, at);
      if (src) {
        const found = this.resolve(src.expr, src.at, new Set([...seen, e.paramid]), true);
        if (found.kind === 'Var') return this.enclosed.has(found) ? found : this.qualified(found);
        return ['Aggref', 'GroupingFunc', 'Param'].includes(found.kind) ? found : this.enclose(found, e, src.at, true);
      }
    }
    return mapChildren(e, (c) => this.resolve(c, at, seen, prefix)) as Expr;
  }
  private resolveVar(v: Var, at: Place, seen: Set<number>, prefix: boolean): Expr {
    const p = at.plan;
    let child: Plan | undefined;
    let tl: readonly TargetEntry[] | undefined;
    if (v.varno === OUTER_VAR) { child = outerPlan(p); tl = child?.targetlist; }
    else if (v.varno === INNER_VAR) { child = p.righttree; tl = child?.targetlist; }
    else if (v.varno === INDEX_VAR && p.kind === 'IndexOnlyScan') tl = p.indextlist;
    else return v;
    const t = tl?.find((x) => x.resno === v.varattno);
    if (!t) return v;
    const place = child ? { plan: child, parents: [p, ...at.parents] } : at;
    const found = this.resolve(t.expr, place, seen, prefix);
    return found.kind === 'Var' ? found : this.enclose(found, v, place, prefix);
  }
  /** The nested loop or SubPlan that gives a parameter its value. */
  private paramSource(id: number, at: Place): { expr: Expr; at: Place } | undefined {
    for (const [i, p] of at.parents.entries()) {
      if (p.kind === 'NestLoop') { const n = p.nestParams.find((x) => x.paramno === id); if (n) return { expr: n.paramval, at: { plan: p, parents: at.parents.slice(i + 1) } }; }
    }
    let found: { expr: Expr; at: Place } | undefined;
    const scan = (p: Plan, parents: Plan[]): void => {
      if (found) return;
      const look = (v: unknown): void => {
        if (found || v === null || typeof v !== 'object') return;
        if (Array.isArray(v)) { v.forEach(look); return; }
        const n = v as { kind?: string; parParam?: number[]; args?: Expr[] };
        if (n.kind === 'SubPlan' && n.parParam) { const k = n.parParam.indexOf(id); if (k >= 0) { found = { expr: n.args![k]!, at: { plan: p, parents } }; return; } }
        if (n.kind === undefined || n.kind === 'Const') return;
        mapChildren(v as TreeNode, (c) => { look(c); return c; });
      };
      look(p.targetlist); look(p.qual);
      if ('joinqual' in p) look(p.joinqual);
      if ('resconstantqual' in p) look(p.resconstantqual);
      for (const c of childPlans(p)) scan(c, [p, ...parents]);
    };
    for (const root of [this.stmt.planTree, ...this.stmt.subplans]) scan(root, []);
    return found;
  }
}
/** The window of this query level that has the number. */
function windowBelow(p: Plan, winref: number): string | undefined {
  if (p.kind === 'WindowAgg' && p.winref === winref) return p.winname;
  const below = outerPlan(p);
  return below === undefined ? undefined : windowBelow(below, winref);
}
export function outerPlan(p: Plan): Plan | undefined {
  if (p.kind === 'Append') return p.appendplans[0];
  if (p.kind === 'MergeAppend') return p.mergeplans[0];
  return p.lefttree;
}

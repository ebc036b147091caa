/**
 * Aggregate functions at run time: pg_aggregate's transition and final functions, with DISTINCT, ORDER BY, FILTER and
 * direct arguments; plain counts, sums and extremes of numbers take short cuts that give the same answers.
 */
import type { CatalogReader } from '@pglitedb/catalog';
import type { Expr } from '@pglitedb/planner';
import { exprType } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import { PgArray, SqlError, type CallContext, type Datum, type Oid } from '@pglitedb/types';
import { evalSteps, type Compiled, type ExprCompiler, type Frame } from '../expr/index.js';
import type { ResolvedFunction } from '../functions/fmgr.js';
import { resolvedResult } from '../functions/polymorphic-signature.js';
import { columnCompare, columnEqual } from './sort-keys.js';

type Aggref = Extract<Expr, { kind: 'Aggref' }>;

/** State of one aggregate in one group. */
export interface AggState { value: Datum; started: boolean; rows: Datum[][] | undefined }

/** The state of a polymorphic aggregate (min, max of enums, arrays) is of the type of its argument. */
const POLYMORPHIC = new Set<Oid>([2283, 2277, 2776, 3500, 3831, 4537, 5077, 5078, 5079, 5080, 4538]);
/** The state's type for these arguments; internal families of anycompatible are taken from the first argument. */
function stateType(c: CatalogReader, declared: Oid, aggregate: Oid, args: readonly Oid[]): Oid {
  if (!POLYMORPHIC.has(declared)) return declared;
  const resolved = resolvedResult(c, { proargtypes: c.syscache('PROCOID', aggregate)?.proargtypes ?? [], prorettype: declared }, args);
  return POLYMORPHIC.has(resolved) ? (args[0] ?? declared) : resolved;
}

export class AggregateCall {
  private readonly args: Compiled[];
  private readonly filter: Compiled | undefined;
  private readonly direct: Compiled[];
  private readonly trans: ResolvedFunction;
  private readonly final: ResolvedFunction | undefined;
  private readonly initial: Datum;
  private readonly cx: CallContext;
  private readonly finalCx: CallContext;
  private readonly ordered: ((a: Datum[], b: Datum[]) => number) | undefined;
  private readonly distinct: ((a: Datum[], b: Datum[]) => boolean) | undefined;
  private readonly numTransArgs: number;
  private readonly finalExtra: boolean;
  readonly waits: boolean;

  constructor(readonly node: Aggref, c: ExprCompiler) {
    const agg = c.catalog.syscache('AGGFNOID', node.aggfnoid);
    if (agg === undefined) throw new SqlError('42883', `cache lookup failed for aggregate ${node.aggfnoid}`);
    c.checkExecute(node.aggfnoid);
    this.args = node.args.map((t) => c.compile(t.expr));
    this.filter = node.aggfilter && c.compile(node.aggfilter);
    this.direct = c.compileList(node.aggdirectargs);
    this.trans = c.resolve(agg.aggtransfn as Oid);
    this.final = agg.aggfinalfn ? c.resolve(agg.aggfinalfn as Oid) : undefined;
    this.finalExtra = agg.aggfinalextra as boolean;
    const argTypes = node.args.map((t) => exprType(t.expr));
    const transType = stateType(c.catalog, node.aggtranstype || (agg.aggtranstype as Oid), node.aggfnoid, argTypes);
    this.initial = agg.agginitval === null || agg.agginitval === undefined ? null : c.catalog.types.typeImpl(transType).parse(agg.agginitval, -1, c.env);
    const directTypes = node.aggdirectargs.map((e) => exprType(e));
    this.numTransArgs = node.aggkind === 'n' ? node.args.filter((t) => !t.resjunk).length : node.args.length;
    this.cx = { ...c.callContext(node.inputcollid, [transType, ...argTypes], transType, node.aggvariadic), inAggregate: true };
    const keys = node.aggdistinct.length > 0 && node.aggorder.length === 0 ? node.aggdistinct : node.aggorder;
    if (keys.length > 0 || node.aggdistinct.length > 0) {
      this.ordered = this.rowOrder(c, keys.length > 0 ? keys : node.aggdistinct);
      if (node.aggdistinct.length > 0) this.distinct = this.rowEquality(c);
    }
    this.finalCx = { ...c.callContext(node.inputcollid, [transType, ...directTypes, ...argTypes], node.aggtype), inAggregate: true, ...(node.aggkind === 'h' ? { compareRows: this.ordered } : {}) };
    this.waits = [...this.args, ...this.direct, ...(this.filter ? [this.filter] : [])].some((a) => a.fn === undefined) || this.trans.handler !== undefined || this.final?.handler !== undefined;
  }

  private rowOrder(c: ExprCompiler, keys: Aggref['aggorder']): (a: Datum[], b: Datum[]) => number {
    const columns = keys.map((s) => {
      const at = this.node.args.findIndex((t) => t.ressortgroupref === s.tleSortGroupRef);
      const type = exprType(this.node.args[at]!.expr);
      return { at, nulls: s.nulls_first ? -1 : 1, compare: columnCompare(c, type, s.sortop, this.node.inputcollid) };
    });
    return (a, b) => {
      for (const k of columns) {
        const x = a[k.at];
        const y = b[k.at];
        const order = x === null ? (y === null ? 0 : k.nulls) : y === null ? -k.nulls : k.compare(x, y);
        if (order !== 0) return order;
      }
      return 0;
    };
  }
  private rowEquality(c: ExprCompiler): (a: Datum[], b: Datum[]) => boolean {
    const columns = this.node.aggdistinct.map((s) => {
      const at = this.node.args.findIndex((t) => t.ressortgroupref === s.tleSortGroupRef);
      return { at, equal: columnEqual(c, exprType(this.node.args[at]!.expr), s.eqop, this.node.inputcollid) };
    });
    return (a, b) => columns.every((k) => (a[k.at] === null || b[k.at] === null ? a[k.at] === b[k.at] : k.equal(a[k.at], b[k.at])));
  }

  newState(): AggState {
    const initial = this.initial instanceof PgArray ? new PgArray(this.initial.elementOid, this.initial.dims, this.initial.lbounds, [...this.initial.elements]) : this.initial;
    return { value: initial, started: this.initial !== null, rows: this.ordered ? [] : undefined };
  }

  /** Adds the frame's row. Only where nothing waits. */
  advance(s: AggState, f: Frame): void {
    if (this.filter !== undefined && this.filter.fn!(f) !== true) return;
    const { args } = this;
    if (s.rows !== undefined) { s.rows.push(args.map((a) => a.fn!(f))); return; }
    if (args.length === 0) { this.step(s, []); return; }
    if (args.length === 1) { this.step1(s, args[0]!.fn!(f)); return; }
    this.step(s, args.map((a) => a.fn!(f)));
  }
  /** Adds a row whose arguments are computed. Only where nothing waits. */
  advanceValues(s: AggState, values: Datum[]): void {
    if (s.rows !== undefined) s.rows.push(values);
    else if (values.length === 1 && this.numTransArgs === 1) this.step1(s, values[0]);
    else this.step(s, values);
  }
  /** The result where neither transitions nor the final function wait, and there are no direct arguments. */
  finishNow(s: AggState): Datum {
    if (s.rows !== undefined) {
      for (const row of this.sortedRows(s.rows)) this.step(s, row);
      s.rows = [];
    }
    return this.final === undefined ? s.value : this.callFinal(s.value, []);
  }
  *advanceSteps(s: AggState, f: Frame): Steps<void> {
    if (this.filter !== undefined && (yield* evalSteps(this.filter, f)) !== true) return;
    const values: Datum[] = [];
    for (const a of this.args) values.push(yield* evalSteps(a, f));
    if (s.rows !== undefined) s.rows.push(values);
    else yield* this.stepSteps(s, values);
  }

  private step1(s: AggState, v: Datum): void {
    if (this.trans.strict) {
      if (v === null) return;
      if (!s.started) { s.value = v; s.started = true; return; }
      if (s.value === null) return;
    }
    s.value = this.trans.impl!.fn(s.value, v, this.cx);
  }
  private step(s: AggState, values: Datum[]): void {
    const used = values.length === this.numTransArgs ? values : values.slice(0, this.numTransArgs);
    if (this.trans.strict) {
      if (used.includes(null)) return;
      if (!s.started) { s.value = used[0]; s.started = true; return; }
      if (s.value === null) return;
    }
    s.value = this.trans.impl!.fn(s.value, ...used, this.cx);
  }
  private *stepSteps(s: AggState, values: Datum[]): Steps<void> {
    if (this.trans.handler === undefined) { this.step(s, values); return; }
    const used = values.slice(0, this.numTransArgs);
    if (this.trans.strict) {
      if (used.includes(null)) return;
      if (!s.started) { s.value = used[0]; s.started = true; return; }
      if (s.value === null) return;
    }
    s.value = yield* this.trans.handler.call(this.trans, [s.value, ...used], this.cx, this.frameContext!);
  }
  /** Execution context for transition functions that run queries. */
  frameContext: Frame['x'] | undefined;

  /** The aggregate's result for a group. */
  *finish(s: AggState, f: Frame): Steps<Datum> {
    if (s.rows !== undefined) yield* this.drain(s, s.rows);
    if (this.final === undefined) return s.value;
    const direct: Datum[] = [];
    for (const d of this.direct) direct.push(yield* evalSteps(d, f));
    if (this.final.handler === undefined) return this.callFinal(s.value, direct);
    const args = this.finalArgs(s.value, direct);
    if (this.final.strict && args.includes(null)) return null;
    return yield* this.final.handler.call(this.final, args, this.finalCx, f.x);
  }
  private finalArgs(state: Datum, direct: readonly Datum[]): Datum[] {
    const extra = this.finalExtra ? new Array<Datum>(this.node.args.length).fill(null) : [];
    return [state, ...direct, ...extra];
  }
  private callFinal(state: Datum, direct: readonly Datum[]): Datum {
    const final = this.final!;
    const args = this.finalArgs(state, direct);
    return final.strict && args.includes(null) ? null : final.impl!.fn(...args, this.finalCx);
  }
  /** In the aggregate's order, without duplicates where it is DISTINCT. */
  private *sortedRows(rows: Datum[][]): Generator<Datum[]> {
    rows.sort(this.ordered);
    let previous: Datum[] | undefined;
    for (const row of rows) {
      if (this.distinct && previous !== undefined && this.distinct(previous, row)) continue;
      previous = row;
      yield row;
    }
  }
  private *drain(s: AggState, rows: Datum[][]): Steps<void> {
    for (const row of this.sortedRows(rows)) yield* this.stepSteps(s, row);
  }
}

/** All Aggrefs of some expressions, by aggno. */
export function collectAggrefs(exprs: readonly unknown[]): Aggref[] {
  const found: Aggref[] = [];
  const visit = (n: unknown): void => {
    if (n === null || typeof n !== 'object') return;
    if (Array.isArray(n)) { for (const m of n) visit(m); return; }
    const node = n as { kind?: string };
    if (node.kind === 'Aggref') { found[(n as Aggref).aggno] = n as Aggref; return; }
    if (node.kind === 'Const') return;
    if (Object.getPrototypeOf(n) === Object.prototype) for (const v of Object.values(n)) if (typeof v === 'object') visit(v);
  };
  for (const e of exprs) visit(e);
  return found;
}

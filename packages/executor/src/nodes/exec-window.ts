/**
 * WindowAgg: partitions are read whole; frames by ROWS, RANGE and GROUPS with every exclusion. Aggregates over a frame
 * that only grows are carried on from row to row, others are computed anew.
 */
import type { Expr, Plan } from '@pglitedb/planner';
import { exprType } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Datum } from '@pglitedb/types';
import type { Batch, ExecContext } from '../context.js';
import { evalSteps, Frame, type Compiled } from '../expr/index.js';
import { defineNodes, type Builder } from './builder.js';
import { appendRows, BATCH_ROWS, newColumns, Operator } from './operator.js';
import { Projection } from './projection.js';
import { equalityOf, type RowEqual } from './sort-keys.js';
import { frameBounds, type FrameSpec } from './window-frame.js';
import { windowFunction, type WindowCall } from './window-functions.js';

type WindowPlan = Extract<Plan, { kind: 'WindowAgg' }>;
type WindowFunc = Extract<Expr, { kind: 'WindowFunc' }>;

/** A partition's rows with what frames need to know of them. */
export interface Partition {
  readonly columns: Datum[][];
  readonly count: number;
  /** First row of each row's peer group, and the row after its last. */
  readonly peerStart: Int32Array;
  readonly peerEnd: Int32Array;
  /** Number of the peer group of each row. */
  readonly group: Int32Array;
}

class WindowAggOperator extends Operator {
  private readonly child: Operator;
  private readonly frame = new Frame();
  private readonly samePartition: RowEqual | undefined;
  private readonly samePeer: RowEqual | undefined;
  private readonly calls: { call: WindowCall; slot: number }[];
  private readonly projection: Projection;
  private readonly spec: FrameSpec;
  private readonly startOffset: Compiled | undefined;
  private readonly endOffset: Compiled | undefined;
  private pending: Datum[][] | undefined;
  private inputEnded = false;
  private batch: Batch | null = null;
  private row = 0;
  private partition: Partition | undefined;
  private results: Datum[][] = [];
  private at = 0;
  constructor(readonly wa: WindowPlan, b: Builder) {
    super(wa, b);
    this.child = b.open(wa.lefttree!);
    const funcs = windowFuncs([wa.targetlist.map((t) => t.expr), wa.qual, wa.runCondition], wa.winref);
    const c = b.compiler();
    this.calls = funcs.map((f, slot) => ({ call: windowFunction(f, c), slot }));
    const slots = new Map(funcs.map((f, slot) => [f, slot]));
    const pc = b.compiler();
    pc.windowSlot = (f) => slots.get(f) ?? funcs.findIndex((g) => JSON.stringify(g) === JSON.stringify(f));
    this.projection = new Projection(wa.targetlist, [...wa.qual, ...wa.runCondition], pc);
    this.samePartition = wa.partNumCols > 0 ? equalityOf(c, wa.lefttree!, wa.partColIdx, wa.partOperators, wa.partCollations) : undefined;
    this.samePeer = wa.ordNumCols > 0 ? equalityOf(c, wa.lefttree!, wa.ordColIdx, wa.ordOperators, wa.ordCollations) : undefined;
    this.startOffset = wa.startOffset && c.compile(wa.startOffset);
    this.endOffset = wa.endOffset && c.compile(wa.endOffset);
    this.spec = { frame: wa.frame, startOffset: null, endOffset: null, inRange: inRangeFunction(wa, c) };
  }
  override children(): readonly Operator[] { return [this.child]; }
  override start(x: ExecContext): void { this.frame.x = x; super.start(x); }
  protected reset(): void {
    this.pending = undefined;
    this.inputEnded = false;
    this.batch = null;
    this.row = 0;
    this.partition = undefined;
    this.at = 0;
  }

  *next(max: number): Steps<Batch | null> {
    const { projection: p, frame: f } = this;
    const limit = Math.min(max, BATCH_ROWS);
    p.clear();
    while (p.out.count < limit) {
      if (this.partition === undefined || this.at >= this.partition.count) {
        if (!(yield* this.readPartition())) break;
        yield* this.compute();
        this.at = 0;
      }
      f.outer = this.partition!.columns;
      f.oi = this.at;
      for (const c of this.calls) f.aggs[c.slot] = this.results[c.slot]![this.at];
      this.at++;
      yield* p.addRow(f);
    }
    return p.out.count > 0 ? p.out : null;
  }

  private *readPartition(): Steps<boolean> {
    const columns = newColumns(this.wa.lefttree!.targetlist.length);
    let count = 0;
    for (;;) {
      if (this.batch === null || this.row >= this.batch.count) {
        if (this.inputEnded) break;
        this.batch = yield* this.child.next(BATCH_ROWS);
        this.row = 0;
        if (this.batch === null) { this.inputEnded = true; break; }
        if (this.x.session.sliceOver()) yield* this.breathe();
      }
      if (count > 0 && this.samePartition !== undefined && !this.samePartition(columns, 0, this.batch.columns, this.row)) break;
      appendRows(columns, this.batch.columns, this.row, this.row + 1);
      this.row++;
      count++;
    }
    if (count === 0) return false;
    this.partition = this.describe(columns, count);
    return true;
  }
  private describe(columns: Datum[][], count: number): Partition {
    const peerStart = new Int32Array(count);
    const peerEnd = new Int32Array(count);
    const group = new Int32Array(count);
    let start = 0;
    let g = 0;
    for (let r = 1; r <= count; r++) {
      if (r < count && (this.samePeer === undefined || this.samePeer(columns, r - 1, columns, r))) continue;
      for (let k = start; k < r; k++) { peerStart[k] = start; peerEnd[k] = r; group[k] = g; }
      start = r;
      g++;
    }
    return { columns, count, peerStart, peerEnd, group };
  }

  private *compute(): Steps<void> {
    const f = this.frame;
    const p = this.partition!;
    f.outer = p.columns;
    f.oi = 0;
    this.spec.startOffset = yield* this.offset(this.startOffset, 'starting');
    this.spec.endOffset = yield* this.offset(this.endOffset, 'ending');
    const bounds = this.calls.some((c) => c.call.usesFrame) ? frameBounds(this.spec, p, this.orderColumn()) : undefined;
    this.results = [];
    for (const c of this.calls) this.results[c.slot] = yield* c.call.compute(p, bounds, f);
  }
  private orderColumn(): number { return this.wa.ordNumCols > 0 ? this.wa.ordColIdx[0]! - 1 : -1; }
  private *offset(e: Compiled | undefined, which: string): Steps<Datum> {
    if (e === undefined) return null;
    const v = yield* evalSteps(e, this.frame);
    if (v === null) throw new SqlError('22004', `frame ${which} offset must not be null`);
    if (this.wa.frame.mode !== 'range' && v < 0) throw new SqlError('22013', `frame ${which} offset must not be negative`);
    return v;
  }
}

/** in_range(value, base, offset, sub, less) of the plan's RANGE offsets. */
function inRangeFunction(wa: WindowPlan, c: ReturnType<Builder['compiler']>): FrameSpec['inRange'] {
  const make = (oid: number, offset: Expr | undefined): ((v: Datum, base: Datum, off: Datum, sub: boolean, less: boolean) => boolean) | undefined => {
    if (oid === 0 || offset === undefined) return undefined;
    const fn = c.resolve(oid);
    const type = exprType(wa.lefttree!.targetlist[wa.ordColIdx[0]! - 1]!.expr);
    const cx = c.callContext(wa.inRangeColl, [type, type, exprType(offset), 16, 16], 16);
    const impl = fn.impl;
    if (impl === undefined) throw new SqlError('0A000', `function ${fn.name} is not supported yet`);
    return (v, base, off, sub, less) => impl.fn(v, base, off, sub, less, cx) === true;
  };
  return { start: make(wa.startInRangeFunc, wa.startOffset), end: make(wa.endInRangeFunc, wa.endOffset), ascending: wa.inRangeAsc, nullsFirst: wa.inRangeNullsFirst };
}

/** The window functions of one window in some expressions, equal ones once. */
function windowFuncs(exprs: readonly unknown[], winref: number): WindowFunc[] {
  const found: WindowFunc[] = [];
  const keys = new Set<string>();
  const visit = (n: unknown): void => {
    if (n === null || typeof n !== 'object') return;
    if (Array.isArray(n)) { for (const m of n) visit(m); return; }
    const node = n as { kind?: string; winref?: number };
    if (node.kind === 'Const') return;
    if (node.kind === 'WindowFunc' && node.winref === winref) {
      const key = JSON.stringify(n, (_k, v: unknown) => (typeof v === 'bigint' ? `${v}n` : v));
      if (!keys.has(key)) { keys.add(key); found.push(n as WindowFunc); }
      return;
    }
    if (Object.getPrototypeOf(n) === Object.prototype) for (const v of Object.values(n)) if (typeof v === 'object') visit(v);
  };
  visit(exprs);
  return found;
}

defineNodes({ WindowAgg: (p, b) => new WindowAggOperator(p, b) });

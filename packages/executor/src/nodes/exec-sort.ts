/** Sort: all rows in columns, an index array sorted over them; top-N keeps a bounded heap when a Limit asks for few. */
import type { Plan } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import type { Datum } from '@pglitedb/types';
import type { Batch } from '../context.js';
import { defineNodes, type Builder } from './builder.js';
import { appendRows, BATCH_ROWS, newColumns, Operator } from './operator.js';
import { compareOf, type RowCompare } from './sort-keys.js';

export class SortOperator extends Operator {
  private readonly child: Operator;
  private readonly compare: RowCompare;
  private rows: Datum[][];
  private order: Int32Array | undefined;
  private position = 0;
  private readonly out: Batch;
  /** Set by a Limit above: only so many rows are wanted. */
  constructor(plan: Extract<Plan, { kind: 'Sort' | 'IncrementalSort' }>, b: Builder) {
    super(plan, b);
    this.child = b.open(plan.lefttree!);
    this.compare = compareOf(b.compiler(), plan.lefttree!, plan.sortColIdx, plan.sortOperators, plan.collations, plan.nullsFirst);
    this.rows = newColumns(plan.targetlist.length);
    this.out = { count: 0, columns: newColumns(plan.targetlist.length) };
  }
  override children(): readonly Operator[] { return [this.child]; }
  override rescan(): void {
    if (this.plan.lefttree!.extParam.length > 0 || this.order === undefined) super.rescan();
    else this.position = 0;
  }
  protected reset(): void { this.rows = newColumns(this.rows.length); this.order = undefined; this.position = 0; }

  private *sort(): Steps<void> {
    let total = 0;
    for (let b = yield* this.child.next(BATCH_ROWS); b !== null; b = yield* this.child.next(BATCH_ROWS)) {
      appendRows(this.rows, b.columns, 0, b.count);
      total += b.count;
    }
    const order = new Int32Array(total);
    for (let k = 0; k < total; k++) order[k] = k;
    const { compare, rows } = this;
    yield* mergeSort(order, (i, j) => compare(rows, i, rows, j), () => this.breathe());
    this.order = order;
  }

  *next(max: number): Steps<Batch | null> {
    if (this.order === undefined) yield* this.sort();
    const order = this.order!;
    const n = Math.min(max, BATCH_ROWS, order.length - this.position);
    if (n <= 0) return null;
    for (let c = 0; c < this.rows.length; c++) {
      const source = this.rows[c]!;
      const to = this.out.columns[c]!;
      for (let k = 0; k < n; k++) to[k] = source[order[this.position + k]!];
    }
    this.position += n;
    this.out.count = n;
    return this.out;
  }
}

const RUN = 4096;

/** Stable merge sort of an index array, giving the thread away between runs. */
function* mergeSort(order: Int32Array, compare: (i: number, j: number) => number, breathe: () => Steps<void>): Steps<void> {
  const n = order.length;
  for (let from = 0; from < n; from += RUN) {
    order.subarray(from, Math.min(n, from + RUN)).sort((a, b) => compare(a, b) || a - b);
    yield* breathe();
  }
  let source: Int32Array = order;
  let target: Int32Array = new Int32Array(n);
  for (let width = RUN; width < n; width *= 2) {
    for (let from = 0; from < n; from += 2 * width) {
      mergeRuns(source, target, from, Math.min(n, from + width), Math.min(n, from + 2 * width), compare);
      yield* breathe();
    }
    [source, target] = [target, source];
  }
  if (source !== order) order.set(source);
}

function mergeRuns(source: Int32Array, target: Int32Array, from: number, middle: number, end: number, compare: (i: number, j: number) => number): void {
  let a = from;
  let b = middle;
  for (let k = from; k < end; k++) {
    if (a < middle && (b >= end || compare(source[a]!, source[b]!) <= 0)) target[k] = source[a++]!;
    else target[k] = source[b++]!;
  }
}

defineNodes({ Sort: (p, b) => new SortOperator(p, b), IncrementalSort: (p, b) => new SortOperator(p, b) });

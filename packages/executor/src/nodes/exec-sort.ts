/** Sort: all rows in columns, an index array sorted over them; where a Limit asks for few, the others are dropped now and then. */
import type { Plan } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import type { Datum } from '@pglitedb/types';
import type { Batch } from '../context.js';
import { defineNodes, type Builder } from './builder.js';
import { appendRows, BATCH_ROWS, newColumns, Operator } from './operator.js';
import { mergeSort } from './merge-sort.js';
import { compareOf, type RowCompare } from './sort-keys.js';
import { openVectorSort } from '../vector/open.js';

export class SortOperator extends Operator {
  private readonly child: Operator;
  private readonly compare: RowCompare;
  private rows: Datum[][];
  private order: Int32Array | undefined;
  private position = 0;
  private readonly out: Batch;
  private bound = Infinity;
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

  override setBound(rows: number): void {
    if (this.order !== undefined && rows > this.bound) super.rescan();
    this.bound = rows;
  }

  private *sort(): Steps<void> {
    let total = 0;
    const full = this.bound * 2 + BATCH_ROWS * 4;
    for (let b = yield* this.child.next(BATCH_ROWS); b !== null; b = yield* this.child.next(BATCH_ROWS)) {
      appendRows(this.rows, b.columns, 0, b.count);
      total += b.count;
      if (total > full) total = this.keepBest(yield* this.ordered(total));
    }
    this.order = yield* this.ordered(total);
  }
  private *ordered(total: number): Steps<Int32Array> {
    const order = new Int32Array(total);
    for (let k = 0; k < total; k++) order[k] = k;
    const { compare, rows } = this;
    yield* mergeSort(order, (i, j) => compare(rows, i, rows, j), () => this.breathe());
    return order;
  }
  /** Keeps as many rows as are wanted. */
  private keepBest(order: Int32Array): number {
    const kept = order.subarray(0, this.bound);
    this.rows = this.rows.map((c) => Array.from(kept, (r) => c[r]));
    return kept.length;
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

defineNodes({ Sort: (p, b) => openVectorSort(p, b) ?? new SortOperator(p, b), IncrementalSort: (p, b) => openVectorSort(p, b) ?? new SortOperator(p, b) });

/**
 * Sort: all rows in columns, an index array sorted over them; where a Limit asks for few, the others are dropped now and
 * then. Rows that exceed work_mem go to temporary files as sorted runs (spill/external-sort.ts).
 */
import { exprType, type Plan } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import type { Datum } from '@pglitedb/types';
import type { Batch, ExecContext } from '../context.js';
import { defineNodes, type Builder } from './builder.js';
import { appendRows, BATCH_ROWS, newColumns, Operator, type NodeDetail } from './operator.js';
import { mergeSort } from './merge-sort.js';
import { compareOf, type RowCompare } from './sort-keys.js';
import { BlockCodec } from '../spill/block-codec.js';
import { ExternalSort } from '../spill/external-sort.js';
import { sortMemory } from '../spill/memory-limit.js';
import { openVectorSort } from '../vector/open.js';

type SortPlan = Extract<Plan, { kind: 'Sort' | 'IncrementalSort' }>;
/** The least that PostgreSQL reports for a sort in memory. */
const MEMORY_KB_MIN = 25;

export class SortOperator extends Operator {
  private readonly child: Operator;
  private readonly compare: RowCompare;
  private readonly codec: BlockCodec | undefined;
  private rows: Datum[][];
  private order: Int32Array | undefined;
  private external: ExternalSort | undefined;
  private sorted = false;
  private position = 0;
  private readonly out: Batch;
  private bound = Infinity;
  private bytes = 0;
  private method: NodeDetail | undefined;
  constructor(plan: SortPlan, b: Builder) {
    super(plan, b);
    this.child = b.open(plan.lefttree!);
    this.compare = compareOf(b.compiler(), plan.lefttree!, plan.sortColIdx, plan.sortOperators, plan.collations, plan.nullsFirst);
    this.codec = BlockCodec.of(b.catalog, plan.targetlist.map((t) => exprType(t.expr)));
    this.rows = newColumns(plan.targetlist.length);
    this.out = { count: 0, columns: newColumns(plan.targetlist.length) };
  }
  override children(): readonly Operator[] { return [this.child]; }
  override start(x: ExecContext): void {
    super.start(x);
    this.method = undefined;
  }
  override rescan(): void {
    if (this.plan.lefttree!.extParam.length > 0 || !this.sorted) return super.rescan();
    this.position = 0;
    this.external?.rewind();
  }
  protected reset(): void {
    this.rows = newColumns(this.rows.length);
    this.order = undefined;
    this.sorted = false;
    this.position = 0;
    this.bytes = 0;
    this.external?.close();
    this.external = undefined;
  }
  override end(): void {
    this.reset();
    super.end();
  }

  override setBound(rows: number): void {
    if (this.sorted && rows > this.bound) super.rescan();
    this.bound = rows;
  }
  override details(): readonly NodeDetail[] { return this.plan.kind === 'Sort' && this.method !== undefined ? [this.method] : []; }

  private *sort(): Steps<void> {
    let total = 0;
    const full = this.bound * 2 + BATCH_ROWS * 4;
    const limit = this.codec === undefined ? Infinity : sortMemory(this.x.session);
    let most = 0;
    let seen = 0;
    for (let b = yield* this.child.next(BATCH_ROWS); b !== null; b = yield* this.child.next(BATCH_ROWS)) {
      appendRows(this.rows, b.columns, 0, b.count);
      total += b.count;
      seen += b.count;
      if (this.codec !== undefined) this.bytes += this.codec.sizeOf(b.columns, 0, b.count);
      if (total > full || (this.bytes > limit && total > this.bound)) total = this.keepBest(yield* this.ordered(total));
      most = Math.max(most, this.bytes);
      if (this.bytes > limit) {
        yield* this.spill(total);
        total = 0;
      }
    }
    if (this.external !== undefined) {
      if (total > 0) yield* this.spill(total);
      yield* this.external.finish(() => this.breathe());
    } else this.order = yield* this.ordered(total);
    this.sorted = true;
    if (this.external !== undefined) this.method = sortMethod('external merge', this.external.diskBytes);
    else if (seen > 2 * this.bound) this.method = sortMethod('top-N heapsort', this.codec?.sizeOf(this.rows, 0, Math.min(this.bound, total)) ?? 0);
    else this.method = sortMethod('quicksort', most);
  }
  private *spill(total: number): Steps<void> {
    const order = yield* this.ordered(total);
    if (this.external === undefined) {
      const external = (this.external = new ExternalSort(this.x.session.server.temporary, this.codec!, this.compare, this.rows.length));
      this.x.releases.push(() => external.close());
    }
    this.external.addRun(this.rows, order);
    this.rows = newColumns(this.rows.length);
    this.bytes = 0;
    yield* this.breathe();
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
    if (this.codec !== undefined) this.bytes = this.codec.sizeOf(this.rows, 0, kept.length);
    return kept.length;
  }

  *next(max: number): Steps<Batch | null> {
    if (!this.sorted) yield* this.sort();
    if (this.external !== undefined) {
      if (this.x.session.sliceOver()) yield* this.breathe();
      this.out.count = this.external.take(this.out.columns, Math.min(max, BATCH_ROWS));
      return this.out.count > 0 ? this.out : null;
    }
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

function sortMethod(method: string, bytes: number): NodeDetail {
  const disk = method === 'external merge';
  const kb = Math.max(disk ? 0 : MEMORY_KB_MIN, Math.ceil(bytes / 1024));
  const type = disk ? 'Disk' : 'Memory';
  return { label: 'Sort Method', value: `${method}  ${type}: ${kb}kB`, fields: { 'Sort Method': method, 'Sort Space Used': kb, 'Sort Space Type': type } };
}

defineNodes({ Sort: (p, b) => openVectorSort(p, b) ?? new SortOperator(p, b), IncrementalSort: (p, b) => openVectorSort(p, b) ?? new SortOperator(p, b) });

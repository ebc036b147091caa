/**
 * The operator of a fragment: runs the pipelines that end in hash tables and accumulators when the first row is asked
 * for, then hands out the rows of the last one. The thread is given away only between views of a source.
 */
import type { Plan, TargetEntry } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import type { Batch, ExecContext } from '../context.js';
import { BATCH_ROWS, newColumns, Operator } from '../nodes/operator.js';
import type { Builder } from '../nodes/builder.js';
import type { Pipeline, Row } from './fragment.js';
import { generate } from './expression.js';
import { datumOf } from './value.js';

/** The sink of rows that leave a fragment. */
export class RowsOut {
  readonly batch: Batch;
  constructor(width: number) { this.batch = { count: 0, columns: newColumns(width) }; }
  /** Before each row: enough for now. */
  stop(): string { return 'if (O.count >= max) break;'; }
  emit(targets: readonly TargetEntry[], row: Row): void {
    const { out } = row;
    out.prologue.push(`const O = ${out.inject(this.batch)}; let ${targets.map((_, k) => `o${k} = O.columns[${k}]`).join(', ') || 'none'};`);
    const values = targets.map((t) => { const x = generate(t.expr, row); return datumOf(x); });
    const at = out.name();
    out.line(`const ${at} = O.count++;`);
    values.forEach((v, k) => out.line(`o${k}[${at}] = ${v};`));
  }
}

export class VectorOperator extends Operator {
  private ready = false;
  private readonly inputs: Operator[];
  private readonly last: Pipeline;
  constructor(plan: Plan, b: Builder, private readonly pipelines: readonly Pipeline[], private readonly out: RowsOut,
    /** Takes the number of rows wanted; false where those kept would not be enough. */
    private readonly bound?: (rows: number) => boolean) {
    super(plan, b);
    this.last = pipelines[pipelines.length - 1]!;
    this.inputs = pipelines.flatMap((p) => p.source.operators);
  }
  override children(): readonly Operator[] { return this.inputs; }
  override start(x: ExecContext): void {
    for (const p of this.pipelines) p.source.start(x);
    super.start(x);
  }
  protected reset(): void {
    this.ready = false;
    for (const p of this.pipelines) p.source.rescan();
  }
  override setBound(rows: number): void {
    if (this.bound !== undefined && !this.bound(rows) && this.ready) super.rescan();
  }
  /** What was computed stays where none of it depends on a changed parameter. */
  override rescan(): void {
    if (this.ready && this.pipelines.length > 1 && this.plan.extParam.length === 0) this.last.source.rescan();
    else super.rescan();
  }
  override end(): void {
    for (const p of this.pipelines) p.begin();
    this.ready = false;
    super.end();
  }

  private *prepare(): Steps<void> {
    for (const p of this.pipelines) p.begin();
    for (const p of this.pipelines) {
      if (p === this.last) break;
      while (yield* p.source.fill(BATCH_ROWS)) {
        p.source.consumed(p.code(p.source.view, this.x, p.source.position, BATCH_ROWS));
        const spill = p.overflow?.(this.x, () => this.breathe());
        if (spill !== undefined) yield* spill;
        if (this.x.session.sliceOver()) yield* this.breathe();
      }
      const rest = p.end(() => this.breathe());
      if (rest !== undefined) yield* rest;
    }
    this.ready = true;
  }

  *next(max: number): Steps<Batch | null> {
    if (!this.ready) yield* this.prepare();
    const { last: p } = this;
    const { batch } = this.out;
    const limit = Math.min(max, BATCH_ROWS);
    batch.count = 0;
    while (batch.count < limit && (yield* p.source.fill(limit))) {
      p.source.consumed(p.code(p.source.view, this.x, p.source.position, limit));
      if (this.x.session.sliceOver()) yield* this.breathe();
    }
    return batch.count > 0 ? batch : null;
  }
}

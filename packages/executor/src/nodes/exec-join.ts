/** What joins have in common, and nested loops. Join quals decide matches; the node's own qual filters what comes out. */
import type { JoinType, Plan } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import type { Datum } from '@pglitedb/types';
import type { Batch, ExecContext } from '../context.js';
import { compileQual, evalSteps, Frame, type Compiled } from '../expr/index.js';
import { defineNodes, type Builder } from './builder.js';
import { BATCH_ROWS, Operator } from './operator.js';
import { Projection } from './projection.js';

export abstract class JoinOperator extends Operator {
  protected readonly frame = new Frame();
  protected readonly outer: Operator;
  protected readonly inner: Operator;
  protected readonly joinQual: Compiled | undefined;
  protected readonly projection: Projection;
  protected readonly jointype: JoinType;
  protected readonly nullOuter: Datum[][];
  protected readonly nullInner: Datum[][];
  constructor(plan: Extract<Plan, { kind: 'NestLoop' | 'HashJoin' | 'MergeJoin' }>, b: Builder) {
    super(plan, b);
    this.outer = b.open(plan.lefttree!);
    this.inner = b.open(plan.righttree!);
    const c = b.compiler();
    this.joinQual = compileQual(plan.joinqual, c);
    this.projection = new Projection(plan.targetlist, plan.qual, c);
    this.jointype = plan.jointype;
    this.nullOuter = plan.lefttree!.targetlist.map(() => [null]);
    this.nullInner = plan.righttree!.targetlist.map(() => [null]);
  }
  override children(): readonly Operator[] { return [this.outer, this.inner]; }
  override start(x: ExecContext): void { this.frame.x = x; super.start(x); }
  protected *matches(): Steps<boolean> {
    const q = this.joinQual;
    if (q === undefined) return true;
    return (q.fn !== undefined ? q.fn(this.frame) : yield* evalSteps(q, this.frame)) === true;
  }
  /** Adds the outer row joined to nulls. */
  protected *emitOuterWithNulls(): Steps<void> {
    const f = this.frame;
    const inner = f.inner;
    const ii = f.ii;
    f.inner = this.nullInner;
    f.ii = 0;
    yield* this.projection.addRow(f);
    f.inner = inner;
    f.ii = ii;
  }
}

class NestLoopOperator extends JoinOperator {
  private readonly nestParams: { paramno: number; value: Compiled }[];
  private outerBatch: Batch | null = null;
  private outerRow = 0;
  private innerBatch: Batch | null = null;
  private innerRow = 0;
  private openRow = false;
  private matched = false;
  private ended = false;
  constructor(plan: Extract<Plan, { kind: 'NestLoop' }>, b: Builder) {
    super(plan, b);
    const c = b.compiler();
    this.nestParams = plan.nestParams.map((p) => ({ paramno: p.paramno, value: c.compile(p.paramval) }));
    this.single = plan.inner_unique || plan.jointype === 'semi';
  }
  private readonly single: boolean;
  override rescan(): void { this.outer.rescan(); this.reset(); }
  protected reset(): void {
    this.outerBatch = null;
    this.outerRow = 0;
    this.openRow = false;
    this.ended = false;
  }

  private *nextOuter(): Steps<boolean> {
    if (this.ended) return false;
    if (this.outerBatch === null || this.outerRow >= this.outerBatch.count) {
      this.outerBatch = yield* this.outer.next(BATCH_ROWS);
      this.outerRow = 0;
      if (this.outerBatch === null) { this.ended = true; return false; }
    }
    const f = this.frame;
    f.outer = this.outerBatch.columns;
    f.oi = this.outerRow++;
    for (const p of this.nestParams) this.x.exec[p.paramno] = p.value.fn !== undefined ? p.value.fn(f) : yield* evalSteps(p.value, f);
    this.inner.rescan();
    this.innerBatch = null;
    this.openRow = true;
    this.matched = false;
    return true;
  }

  *next(max: number): Steps<Batch | null> {
    const { projection: p, frame: f } = this;
    const limit = Math.min(max, BATCH_ROWS);
    p.clear();
    while (p.out.count < limit) {
      if (!this.openRow && !(yield* this.nextOuter())) break;
      if (this.innerBatch === null || this.innerRow >= this.innerBatch.count) {
        this.innerBatch = yield* this.inner.next(this.single && this.joinQual === undefined ? 1 : BATCH_ROWS);
        this.innerRow = 0;
        if (this.innerBatch === null) {
          this.openRow = false;
          if (!this.matched && (this.jointype === 'left' || this.jointype === 'anti')) yield* this.emitOuterWithNulls();
          if (this.x.session.sliceOver()) yield* this.breathe();
          continue;
        }
      }
      f.inner = this.innerBatch.columns;
      f.ii = this.innerRow++;
      if (!(yield* this.matches())) continue;
      this.matched = true;
      if (this.jointype === 'anti') { this.openRow = false; continue; }
      if (this.single) this.openRow = false;
      yield* p.addRow(f);
    }
    return p.out.count > 0 ? p.out : null;
  }
}

defineNodes({ NestLoop: (p, b) => new NestLoopOperator(p, b) });

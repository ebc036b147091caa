/** Result, ProjectSet, Append, Material, Limit, Unique: nodes that pass rows on. */
import type { Expr, Plan } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Datum } from '@pglitedb/types';
import type { Batch, ExecContext } from '../context.js';
import { compileQual, evalSteps, Frame, type Compiled } from '../expr/index.js';
import { defineNodes, type Builder } from './builder.js';
import { appendRows, BATCH_ROWS, newColumns, Operator } from './operator.js';
import { Projection } from './projection.js';
import { SetSource, setCall } from './set-function.js';
import { equalityOf } from './sort-keys.js';

/** A projection over its child's rows, or one row of constants. */
export class ResultOperator extends Operator {
  protected readonly frame = new Frame();
  private readonly child: Operator | undefined;
  private readonly projection: Projection;
  private readonly gate: Compiled | undefined;
  private state: 'new' | 'open' | 'done' = 'new';
  private position = 0;
  private count = 0;
  constructor(plan: Plan, b: Builder, constantQual: readonly Expr[]) {
    super(plan, b);
    this.child = plan.lefttree && b.open(plan.lefttree);
    // Without an input the node stands for a relation that has no rows: its Vars are never read.
    const c = plan.lefttree === undefined ? b.compiler(() => ({ side: 'fn', fn: () => null })) : b.compiler();
    this.projection = new Projection(plan.targetlist, plan.qual, c);
    this.gate = compileQual(constantQual, c);
  }
  override children(): readonly Operator[] { return this.child ? [this.child] : []; }
  override start(x: ExecContext): void { this.frame.x = x; super.start(x); }
  override setBound(rows: number): void { if (this.plan.qual.length === 0) this.child?.setBound(rows); }
  protected reset(): void { this.state = 'new'; this.position = 0; this.count = 0; }

  *next(max: number): Steps<Batch | null> {
    if (this.state === 'new') {
      const open = this.gate === undefined || (yield* evalSteps(this.gate, this.frame)) === true;
      this.state = open ? 'open' : 'done';
    }
    while (this.state === 'open') {
      if (this.position >= this.count && !(yield* this.pull(max))) break;
      this.position = yield* this.projection.run(this.frame, this.position, this.count, Math.min(max, BATCH_ROWS));
      if (this.projection.out.count > 0) return this.projection.out;
    }
    return null;
  }

  private *pull(max: number): Steps<boolean> {
    this.position = 0;
    if (this.child === undefined) {
      if (this.count > 0) { this.state = 'done'; return false; }
      this.count = 1;
      return true;
    }
    const batch = yield* this.child.next(max);
    if (batch === null) { this.state = 'done'; return false; }
    this.frame.outer = batch.columns;
    this.count = batch.count;
    return true;
  }
}

/** Set-returning functions in the target list: all of a row run in step, the shorter padded with NULL. */
class ProjectSetOperator extends Operator {
  private readonly frame = new Frame();
  private readonly child: Operator | undefined;
  private readonly sources: ({ set: SetSource; column: Datum[][] } | { scalar: Compiled })[];
  private batch: Batch | null = null;
  private row = 0;
  private running: (Iterator<Datum> | undefined)[] | undefined;
  private scalars: Datum[] = [];
  private ended = false;
  private readonly out: Batch;
  constructor(plan: Plan, b: Builder) {
    super(plan, b);
    this.child = plan.lefttree && b.open(plan.lefttree);
    const c = b.compiler();
    this.sources = plan.targetlist.map((t) => {
      if (setCall(t.expr) === undefined) return { scalar: c.compile(t.expr) };
      return { set: new SetSource(t.expr, c, { columns: 1, types: [], names: [], typmods: [] }), column: [[]] };
    });
    this.out = { count: 0, columns: newColumns(plan.targetlist.length) };
  }
  override children(): readonly Operator[] { return this.child ? [this.child] : []; }
  override start(x: ExecContext): void { this.frame.x = x; super.start(x); }
  protected reset(): void { this.batch = null; this.row = 0; this.running = undefined; this.ended = false; }

  *next(max: number): Steps<Batch | null> {
    const limit = Math.min(max, BATCH_ROWS);
    this.out.count = 0;
    while (this.out.count < limit) {
      if (this.running === undefined && !(yield* this.openRow())) break;
      this.step();
      if (this.x.session.sliceOver()) yield* this.breathe();
    }
    return this.out.count > 0 ? this.out : null;
  }

  private *openRow(): Steps<boolean> {
    if (this.ended) return false;
    if (this.batch === null || this.row >= this.batch.count) {
      this.row = 0;
      if (this.child === undefined) this.batch = this.batch === null ? { count: 1, columns: [] } : null;
      else this.batch = yield* this.child.next(BATCH_ROWS);
      if (this.batch === null) { this.ended = true; return false; }
      this.frame.outer = this.batch.columns;
    }
    this.frame.oi = this.row++;
    this.running = [];
    for (let k = 0; k < this.sources.length; k++) {
      const s = this.sources[k]!;
      if ('scalar' in s) this.scalars[k] = yield* evalSteps(s.scalar, this.frame);
      else this.running[k] = (yield* s.set.open(this.frame))[Symbol.iterator]();
    }
    return true;
  }

  private step(): void {
    const at = this.out.count;
    let any = false;
    for (let k = 0; k < this.sources.length; k++) {
      const it = this.running![k];
      if (it === undefined) continue;
      const r = it.next();
      if (r.done) this.out.columns[k]![at] = null;
      else { this.out.columns[k]![at] = Array.isArray(r.value) ? r.value[0] : r.value; any = true; }
    }
    if (!any) { this.running = undefined; return; }
    for (let k = 0; k < this.sources.length; k++) if (this.running![k] === undefined) this.out.columns[k]![at] = this.scalars[k];
    this.out.count = at + 1;
  }
}

class AppendOperator extends Operator {
  private at = 0;
  private readonly inputs: Operator[];
  constructor(plan: Extract<Plan, { kind: 'Append' }>, b: Builder) {
    super(plan, b);
    this.inputs = plan.appendplans.map((p) => b.open(p));
  }
  override children(): readonly Operator[] { return this.inputs; }
  protected reset(): void { this.at = 0; }
  *next(max: number): Steps<Batch | null> {
    while (this.at < this.inputs.length) {
      const batch = yield* this.inputs[this.at]!.next(max);
      if (batch !== null) return batch;
      this.at++;
    }
    return null;
  }
}

/** Keeps its child's rows, so that rescans without changed params are cheap. */
class MaterialOperator extends Operator {
  private readonly child: Operator;
  private columns: Datum[][];
  private total = 0;
  private complete = false;
  private position = 0;
  private readonly out: Batch;
  constructor(plan: Plan, b: Builder) {
    super(plan, b);
    this.child = b.open(plan.lefttree!);
    this.columns = newColumns(plan.targetlist.length);
    this.out = { count: 0, columns: [] };
  }
  override children(): readonly Operator[] { return [this.child]; }
  override start(x: ExecContext): void { this.forget(); super.start(x); }
  private forget(): void { this.columns = newColumns(this.columns.length); this.total = 0; this.complete = false; }
  override rescan(): void {
    if (this.plan.lefttree!.extParam.length > 0) { this.forget(); this.child.rescan(); }
    this.reset();
  }
  protected reset(): void { this.position = 0; }
  *next(max: number): Steps<Batch | null> {
    if (this.position >= this.total) {
      if (this.complete) return null;
      const batch = yield* this.child.next(max);
      if (batch === null) { this.complete = true; return null; }
      appendRows(this.columns, batch.columns, 0, batch.count);
      this.total += batch.count;
    }
    const n = Math.min(max, BATCH_ROWS, this.total - this.position);
    const from = this.position;
    this.out.columns = from === 0 && n === this.total ? this.columns : this.columns.map((c) => c.slice(from, from + n));
    this.out.count = n;
    this.position += n;
    return this.out;
  }
}

class LimitOperator extends Operator {
  private readonly child: Operator;
  private readonly frame = new Frame();
  private readonly offset: Compiled | undefined;
  private readonly limit: Compiled | undefined;
  private readonly ties: ((a: Datum[][], i: number, b: Datum[][], j: number) => boolean) | undefined;
  private remaining: number | undefined;
  private skip = 0;
  private last: Datum[][] | undefined;
  private readonly out: Batch = { count: 0, columns: [] };
  constructor(plan: Extract<Plan, { kind: 'Limit' }>, b: Builder) {
    super(plan, b);
    this.child = b.open(plan.lefttree!);
    const c = b.compiler();
    this.offset = plan.limitOffset && c.compile(plan.limitOffset);
    this.limit = plan.limitCount && c.compile(plan.limitCount);
    if (plan.limitOption === 'with_ties') this.ties = equalityOf(c, plan.lefttree!, plan.uniqColIdx, plan.uniqOperators, plan.uniqCollations);
  }
  override children(): readonly Operator[] { return [this.child]; }
  override start(x: ExecContext): void { this.frame.x = x; super.start(x); }
  protected reset(): void { this.remaining = undefined; this.last = undefined; }

  private *prepare(): Steps<void> {
    const off = this.offset === undefined ? 0 : yield* evalSteps(this.offset, this.frame);
    const lim = this.limit === undefined ? null : yield* evalSteps(this.limit, this.frame);
    if (off !== null && off < 0) throw new SqlError('2201X', 'OFFSET must not be negative');
    if (lim !== null && lim < 0) throw new SqlError('2201W', 'LIMIT must not be negative');
    if (lim === null && this.plan.kind === 'Limit' && this.plan.limitOption === 'with_ties') throw new SqlError('2201W', 'row count cannot be null in FETCH FIRST ... WITH TIES clause');
    this.skip = off === null ? 0 : Number(off);
    this.remaining = lim === null ? Infinity : Number(lim);
    this.child.setBound(this.ties === undefined ? this.skip + this.remaining : Infinity);
  }

  *next(max: number): Steps<Batch | null> {
    if (this.remaining === undefined) yield* this.prepare();
    while (this.skip > 0) {
      if (this.remaining! <= 0) return null;
      const batch = yield* this.child.next(Math.min(this.skip, BATCH_ROWS));
      if (batch === null) { this.remaining = 0; return null; }
      this.skip -= batch.count;
    }
    if (this.remaining! > 0) {
      const batch = yield* this.child.next(Math.min(max, this.remaining!));
      if (batch === null) { this.remaining = 0; return null; }
      this.remaining! -= batch.count;
      if (this.remaining === 0 && this.ties) this.last = batch.columns.map((c) => [c[batch.count - 1]]);
      return batch;
    }
    return this.last === undefined ? null : yield* this.tied();
  }

  private *tied(): Steps<Batch | null> {
    const batch = yield* this.child.next(1);
    if (batch === null || !this.ties!(this.last!, 0, batch.columns, 0)) { this.last = undefined; return null; }
    this.out.columns = batch.columns;
    this.out.count = 1;
    return this.out;
  }
}

/** Drops rows equal to the one before. */
class UniqueOperator extends Operator {
  private readonly child: Operator;
  private readonly equal: (a: Datum[][], i: number, b: Datum[][], j: number) => boolean;
  private last: Datum[][] | undefined;
  private readonly out: Batch;
  constructor(plan: Extract<Plan, { kind: 'Unique' }>, b: Builder) {
    super(plan, b);
    this.child = b.open(plan.lefttree!);
    this.equal = equalityOf(b.compiler(), plan.lefttree!, plan.uniqColIdx, plan.uniqOperators, plan.uniqCollations);
    this.out = { count: 0, columns: newColumns(plan.targetlist.length) };
  }
  override children(): readonly Operator[] { return [this.child]; }
  protected reset(): void { this.last = undefined; }
  *next(max: number): Steps<Batch | null> {
    for (;;) {
      const batch = yield* this.child.next(max);
      if (batch === null) return null;
      const { out } = this;
      out.count = 0;
      for (let r = 0; r < batch.count; r++) {
        if (this.last !== undefined && this.equal(this.last, 0, batch.columns, r)) continue;
        this.last ??= newColumns(batch.columns.length);
        for (let c = 0; c < batch.columns.length; c++) {
          this.last[c]![0] = batch.columns[c]![r];
          out.columns[c]![out.count] = batch.columns[c]![r];
        }
        out.count++;
      }
      if (out.count > 0) return out;
    }
  }
}

defineNodes({
  Result: (p, b) => new ResultOperator(p, b, p.resconstantqual),
  ProjectSet: (p, b) => new ProjectSetOperator(p, b),
  Append: (p, b) => new AppendOperator(p, b),
  Material: (p, b) => new MaterialOperator(p, b),
  Limit: (p, b) => new LimitOperator(p, b),
  Unique: (p, b) => new UniqueOperator(p, b),
});

/** INTERSECT and EXCEPT over two inputs, by counting equal rows; MergeAppend; and Memoize as a plain pass-through. */
import type { Plan } from '@pglitedb/planner';
import { exprType } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import type { Datum } from '@pglitedb/types';
import type { Batch } from '../context.js';
import { defineNodes, type Builder } from './builder.js';
import { appendRows, BATCH_ROWS, newColumns, Operator } from './operator.js';
import { compareOf, hashKeyOf, type RowCompare } from './sort-keys.js';
import { compoundKey } from './subplan.js';

interface SetGroup { row: number; left: number; right: number }

class SetOpOperator extends Operator {
  private readonly left: Operator;
  private readonly right: Operator;
  private readonly hash: ((v: Datum) => unknown)[];
  private rows: Datum[][] = [];
  private output: number[] | undefined;
  private position = 0;
  private readonly out: Batch;
  private readonly compare: RowCompare | undefined;
  constructor(readonly so: Extract<Plan, { kind: 'SetOp' }>, b: Builder) {
    super(so, b);
    this.left = b.open(so.lefttree!);
    this.right = b.open(so.righttree!);
    const c = b.compiler();
    this.hash = so.cmpColIdx.map((col) => hashKeyOf(c, exprType(so.lefttree!.targetlist[col - 1]!.expr)));
    this.out = { count: 0, columns: newColumns(so.targetlist.length) };
    if (so.strategy === 'sorted') this.compare = compareOf(c, so.lefttree!, so.cmpColIdx, so.cmpOperators, so.cmpCollations, so.cmpNullsFirst);
  }
  override children(): readonly Operator[] { return [this.left, this.right]; }
  protected reset(): void { this.output = undefined; this.position = 0; }

  private *load(): Steps<void> {
    this.rows = newColumns(this.so.lefttree!.targetlist.length);
    const groups = new Map<unknown, SetGroup>();
    let total = 0;
    for (const [op, isLeft] of [[this.left, true], [this.right, false]] as const) {
      for (let b = yield* op.next(BATCH_ROWS); b !== null; b = yield* op.next(BATCH_ROWS)) {
        for (let r = 0; r < b.count; r++) {
          const key = compoundKey(this.so.cmpColIdx.map((col, k) => this.hash[k]!(b!.columns[col - 1]![r])));
          let g = groups.get(key);
          if (g === undefined) {
            if (!isLeft) continue;
            g = { row: total++, left: 0, right: 0 };
            appendRows(this.rows, b.columns, r, r + 1);
            groups.set(key, g);
          }
          if (isLeft) g.left++;
          else g.right++;
        }
        if (this.x.session.sliceOver()) yield* this.breathe();
      }
    }
    const output: number[] = [];
    for (const g of groups.values()) for (let n = this.copies(g); n > 0; n--) output.push(g.row);
    const compare = this.compare;
    if (compare !== undefined) output.sort((i, j) => compare(this.rows, i, this.rows, j));
    this.output = output;
  }
  private copies(g: SetGroup): number {
    switch (this.so.cmd) {
      case 'intersect': return g.left > 0 && g.right > 0 ? 1 : 0;
      case 'intersect_all': return Math.min(g.left, g.right);
      case 'except': return g.left > 0 && g.right === 0 ? 1 : 0;
      default: return Math.max(0, g.left - g.right);
    }
  }
  *next(max: number): Steps<Batch | null> {
    if (this.output === undefined) yield* this.load();
    const n = Math.min(max, BATCH_ROWS, this.output!.length - this.position);
    if (n <= 0) return null;
    for (let c = 0; c < this.out.columns.length; c++) for (let k = 0; k < n; k++) this.out.columns[c]![k] = this.rows[c]![this.output![this.position + k]!];
    this.position += n;
    this.out.count = n;
    return this.out;
  }
}

/** Merges sorted inputs: the smallest head first, ties by input order. */
class MergeAppendOperator extends Operator {
  private readonly inputs: Operator[];
  private readonly compare: RowCompare;
  private heads: ({ columns: Datum[][]; count: number; at: number } | null)[] | undefined;
  private readonly out: Batch;
  constructor(plan: Extract<Plan, { kind: 'MergeAppend' }>, b: Builder) {
    super(plan, b);
    this.inputs = plan.mergeplans.map((p) => b.open(p));
    this.compare = compareOf(b.compiler(), plan.mergeplans[0] ?? plan, plan.sortColIdx, plan.sortOperators, plan.collations, plan.nullsFirst);
    this.out = { count: 0, columns: newColumns(plan.targetlist.length) };
  }
  override children(): readonly Operator[] { return this.inputs; }
  protected reset(): void { this.heads = undefined; }
  private *pull(k: number): Steps<void> {
    const batch = yield* this.inputs[k]!.next(BATCH_ROWS);
    this.heads![k] = batch === null ? null : { columns: batch.columns, count: batch.count, at: 0 };
  }
  *next(max: number): Steps<Batch | null> {
    if (this.heads === undefined) {
      this.heads = [];
      for (let k = 0; k < this.inputs.length; k++) yield* this.pull(k);
    }
    const limit = Math.min(max, BATCH_ROWS);
    let n = 0;
    for (; n < limit; n++) {
      let best = -1;
      for (let k = 0; k < this.heads.length; k++) {
        const h = this.heads[k];
        if (h === null || h === undefined) continue;
        if (best < 0 || this.compare(h.columns, h.at, this.heads[best]!.columns, this.heads[best]!.at) < 0) best = k;
      }
      if (best < 0) break;
      const h = this.heads[best]!;
      for (let c = 0; c < this.out.columns.length; c++) this.out.columns[c]![n] = h.columns[c]![h.at];
      if (++h.at >= h.count) yield* this.pull(best);
    }
    this.out.count = n;
    return n > 0 ? this.out : null;
  }
}

/** Memoize: the inner side of a nested loop is looked up again; the cache itself is an optimisation not needed for the answer. */
class MemoizeOperator extends Operator {
  private readonly child: Operator;
  constructor(plan: Plan, b: Builder) { super(plan, b); this.child = b.open(plan.lefttree!); }
  override children(): readonly Operator[] { return [this.child]; }
  protected reset(): void { /* nothing kept */ }
  *next(max: number): Steps<Batch | null> { return yield* this.child.next(max); }
}

defineNodes({
  SetOp: (p, b) => new SetOpOperator(p, b),
  MergeAppend: (p, b) => new MergeAppendOperator(p, b),
  Memoize: (p, b) => new MemoizeOperator(p, b),
});

/** Nested-loop and hash joins. Join quals decide matches; the node's own qual filters what comes out. */
import type { Expr, JoinType, Plan } from '@pglitedb/planner';
import { exprType } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import type { Datum } from '@pglitedb/types';
import type { Batch, ExecContext } from '../context.js';
import { compileQual, evalSteps, Frame, type Compiled } from '../expr/index.js';
import { defineNodes, type Builder } from './builder.js';
import { appendRows, BATCH_ROWS, newColumns, Operator } from './operator.js';
import { Projection } from './projection.js';
import { hashKeyOf } from './sort-keys.js';
import { compoundKey } from './subplan.js';

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

/** Build side: the inner's rows in columns; a Map from key to the first row, chained by `chain`. */
class HashJoinOperator extends JoinOperator {
  private readonly outerKeys: Compiled[];
  private readonly innerKeys: Compiled[];
  private readonly outerHash: ((v: Datum) => unknown)[];
  private readonly innerHash: ((v: Datum) => unknown)[];
  private rows: Datum[][] = [];
  private readonly table = new Map<unknown, number>();
  private chain: number[] = [];
  private matchedInner: Uint8Array | undefined;
  private built = false;
  private outerBatch: Batch | null = null;
  private outerRow = 0;
  private candidate = -1;
  private openRow = false;
  private matched = false;
  private ended = false;
  private tail = 0;
  private readonly innerFrame = new Frame();
  private readonly strictKeys: boolean;
  constructor(plan: Extract<Plan, { kind: 'HashJoin' }>, b: Builder) {
    super(plan, b);
    const c = b.compiler();
    const inner = b.compiler();
    const clauses = plan.hashclauses.map((e) => (e as Extract<Expr, { kind: 'OpExpr' }>).args);
    this.outerKeys = clauses.map((a) => c.compile(a[0]!));
    // Keys of the build side are written over INNER_VAR: they are evaluated with the inner row in place.
    this.innerKeys = clauses.map((a) => inner.compile(a[1]!));
    const rightKey = (k: number): Expr => clauses[k]![1]!;
    this.outerHash = clauses.map((a) => hashKeyOf(c, exprType(a[0]!)));
    this.innerHash = clauses.map((_, k) => hashKeyOf(c, exprType(rightKey(k))));
    this.single = plan.inner_unique || plan.jointype === 'semi';
    this.keepUnmatchedInner = plan.jointype === 'right' || plan.jointype === 'full' || plan.jointype === 'right_anti' || plan.jointype === 'right_semi';
    this.strictKeys = true;
  }
  private readonly single: boolean;
  private readonly keepUnmatchedInner: boolean;
  override start(x: ExecContext): void { this.innerFrame.x = x; this.built = false; super.start(x); }
  override rescan(): void {
    this.outer.rescan();
    if (this.plan.righttree!.extParam.length > 0) { this.built = false; this.inner.rescan(); }
    this.reset();
  }
  protected reset(): void {
    this.outerBatch = null;
    this.openRow = false;
    this.ended = false;
    this.tail = 0;
    if (this.matchedInner) this.matchedInner.fill(0);
  }

  private *build(): Steps<void> {
    const width = this.plan.righttree!.targetlist.length;
    this.rows = newColumns(width);
    this.table.clear();
    this.chain = [];
    let total = 0;
    const f = this.innerFrame;
    for (let b = yield* this.inner.next(BATCH_ROWS); b !== null; b = yield* this.inner.next(BATCH_ROWS)) {
      appendRows(this.rows, b.columns, 0, b.count);
      f.inner = b.columns;
      f.outer = b.columns;
      for (let r = 0; r < b.count; r++) {
        f.ii = r;
        f.oi = r;
        const key = yield* this.keyOf(this.innerKeys, this.innerHash, f);
        const row = total++;
        if (key === null) { this.chain[row] = -1; continue; }
        this.chain[row] = this.table.get(key) ?? -1;
        this.table.set(key, row);
      }
    }
    this.reverseChains();
    this.matchedInner = this.keepUnmatchedInner ? new Uint8Array(total) : undefined;
    this.built = true;
  }
  /** Chains were built backwards; first-in rows shall come first. */
  private reverseChains(): void {
    for (const [key, head] of this.table) {
      let previous = -1;
      for (let row = head; row >= 0; ) {
        const next = this.chain[row]!;
        this.chain[row] = previous;
        previous = row;
        row = next;
      }
      this.table.set(key, previous);
    }
  }

  private *keyOf(keys: Compiled[], hash: ((v: Datum) => unknown)[], f: Frame): Steps<unknown> {
    if (keys.length === 1) {
      const v = keys[0]!.fn !== undefined ? keys[0]!.fn(f) : yield* evalSteps(keys[0]!, f);
      return v === null ? null : hash[0]!(v);
    }
    const parts: unknown[] = [];
    for (let k = 0; k < keys.length; k++) {
      const v = keys[k]!.fn !== undefined ? keys[k]!.fn!(f) : yield* evalSteps(keys[k]!, f);
      if (v === null && this.strictKeys) return null;
      parts.push(hash[k]!(v));
    }
    return compoundKey(parts);
  }

  private *nextOuter(): Steps<boolean> {
    if (this.ended) return false;
    if (this.outerBatch === null || this.outerRow >= this.outerBatch.count) {
      this.outerBatch = yield* this.outer.next(BATCH_ROWS);
      this.outerRow = 0;
      if (this.outerBatch === null) { this.ended = true; return false; }
      if (this.x.session.sliceOver()) yield* this.breathe();
    }
    const f = this.frame;
    f.outer = this.outerBatch.columns;
    f.oi = this.outerRow++;
    f.inner = this.rows;
    const single = this.outerKeys.length === 1 ? this.outerKeys[0]!.fn : undefined;
    let key: unknown;
    if (single !== undefined) {
      const v = single(f);
      key = v === null ? null : this.outerHash[0]!(v);
    } else key = yield* this.keyOf(this.outerKeys, this.outerHash, f);
    this.candidate = key === null ? -1 : (this.table.get(key) ?? -1);
    this.openRow = true;
    this.matched = false;
    return true;
  }

  *next(max: number): Steps<Batch | null> {
    if (!this.built) yield* this.build();
    const { projection: p, frame: f } = this;
    const limit = Math.min(max, BATCH_ROWS);
    p.clear();
    while (p.out.count < limit) {
      if (!this.openRow && !(yield* this.nextOuter())) {
        if (this.keepUnmatchedInner && this.jointype !== 'right_semi') yield* this.emitUnmatchedInner(limit);
        break;
      }
      const row = this.candidate;
      if (row < 0) {
        this.openRow = false;
        const t = this.jointype;
        if (!this.matched && (t === 'left' || t === 'full' || t === 'anti')) yield* this.emitOuterWithNulls();
        continue;
      }
      this.candidate = this.chain[row]!;
      f.inner = this.rows;
      f.ii = row;
      if (!(yield* this.matches())) continue;
      yield* this.emitMatch(row);
    }
    return p.out.count > 0 ? p.out : null;
  }

  private *emitMatch(row: number): Steps<void> {
    this.matched = true;
    const t = this.jointype;
    if (this.matchedInner !== undefined) {
      const seen = this.matchedInner[row] === 1;
      this.matchedInner[row] = 1;
      if (t === 'right_anti' || (t === 'right_semi' && seen)) return;
    }
    if (t === 'anti') { this.openRow = false; return; }
    if (this.single) this.openRow = false;
    yield* this.projection.addRow(this.frame);
  }

  private *emitUnmatchedInner(limit: number): Steps<void> {
    const f = this.frame;
    const seen = this.matchedInner!;
    f.outer = this.nullOuter;
    f.oi = 0;
    f.inner = this.rows;
    while (this.tail < seen.length && this.projection.out.count < limit) {
      const row = this.tail++;
      if (seen[row] === 1) continue;
      f.ii = row;
      yield* this.projection.addRow(f);
    }
  }
}

/** The Hash node only passes rows to the HashJoin above. */
class HashOperator extends Operator {
  private readonly child: Operator;
  constructor(plan: Plan, b: Builder) { super(plan, b); this.child = b.open(plan.lefttree!); }
  override children(): readonly Operator[] { return [this.child]; }
  protected reset(): void { /* nothing kept */ }
  *next(max: number): Steps<Batch | null> { return yield* this.child.next(max); }
}

defineNodes({
  NestLoop: (p, b) => new NestLoopOperator(p, b),
  HashJoin: (p, b) => new HashJoinOperator(p, b),
  Hash: (p, b) => new HashOperator(p, b),
});

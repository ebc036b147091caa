/** Merge join: both inputs sorted on the merge clauses; groups of equal inner rows are buffered. */
import type { Expr, Plan } from '@pglitedb/planner';
import { exprType } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import type { Datum } from '@pglitedb/types';
import type { Batch, ExecContext } from '../context.js';
import { evalSteps, Frame, type Compiled } from '../expr/index.js';
import { defineNodes, type Builder } from './builder.js';
import { JoinOperator } from './exec-join.js';
import { appendRows, BATCH_ROWS, newColumns, type Operator } from './operator.js';
import { familyCompare } from './sort-keys.js';

/** A cursor over one sorted input with the merge keys of its current row. */
class Side {
  batch: Batch | null = null;
  row = -1;
  ended = false;
  keys: Datum[] = [];
  private readonly frame = new Frame();
  constructor(private readonly op: Operator, private readonly exprs: Compiled[]) {}
  start(x: ExecContext): void { this.frame.x = x; }
  reset(): void { this.batch = null; this.row = -1; this.ended = false; }
  *advance(): Steps<boolean> {
    if (this.ended) return false;
    if (this.batch === null || ++this.row >= this.batch.count) {
      this.batch = yield* this.op.next(BATCH_ROWS);
      this.row = 0;
      if (this.batch === null) { this.ended = true; return false; }
    }
    const f = this.frame;
    f.outer = this.batch.columns;
    f.inner = this.batch.columns;
    f.oi = this.row;
    f.ii = this.row;
    for (let k = 0; k < this.exprs.length; k++) this.keys[k] = yield* evalSteps(this.exprs[k]!, f);
    return true;
  }
}

class MergeJoinOperator extends JoinOperator {
  private readonly left: Side;
  private readonly right: Side;
  private readonly compares: ((a: Datum, b: Datum) => number)[];
  private readonly nullSign: number[];
  private group: Datum[][];
  private groupCount = 0;
  private groupKeys: Datum[] | undefined;
  private groupMatched = new Uint8Array(16);
  private groupAt = 0;
  private state: 'new' | 'outer' | 'match' | 'drain' | 'tail' | 'done' = 'new';
  private matched = false;
  private readonly single: boolean;
  constructor(readonly mj: Extract<Plan, { kind: 'MergeJoin' }>, b: Builder) {
    super(mj, b);
    const c = b.compiler();
    const args = mj.mergeclauses.map((e) => (e as Extract<Expr, { kind: 'OpExpr' }>).args);
    this.left = new Side(this.outer, args.map((a) => c.compile(a[0]!)));
    this.right = new Side(this.inner, args.map((a) => c.compile(a[1]!)));
    this.compares = args.map((a, k) => {
      const cmp = familyCompare(c, mj.mergeFamilies[k]!, exprType(a[0]!), exprType(a[1]!), exprType(a[0]!), mj.mergeCollations[k] ?? 0);
      return mj.mergeReversals[k] ? (x, y) => -cmp(x, y) : cmp;
    });
    this.nullSign = mj.mergeNullsFirst.map((n) => (n ? -1 : 1));
    this.group = newColumns(mj.righttree!.targetlist.length);
    this.single = mj.inner_unique || mj.jointype === 'semi';
  }
  override start(x: ExecContext): void { this.left.start(x); this.right.start(x); super.start(x); }
  protected reset(): void {
    this.left.reset();
    this.right.reset();
    this.groupCount = 0;
    this.groupKeys = undefined;
    this.state = 'new';
  }

  private compareKeys(a: readonly Datum[], b: readonly Datum[]): number {
    for (let k = 0; k < this.compares.length; k++) {
      const x = a[k];
      const y = b[k];
      if (x === null || y === null) { if (x === y) continue; return x === null ? this.nullSign[k]! : -this.nullSign[k]!; }
      const order = this.compares[k]!(x, y);
      if (order !== 0) return order;
    }
    return 0;
  }

  *next(max: number): Steps<Batch | null> {
    const { projection: p } = this;
    const limit = Math.min(max, BATCH_ROWS);
    p.clear();
    if (this.state === 'new') {
      yield* this.right.advance();
      yield* this.nextOuter();
    }
    while (p.out.count < limit && this.state !== 'done') {
      if (this.state === 'outer') yield* this.position();
      else if (this.state === 'match') yield* this.step();
      else if (this.state === 'drain') yield* this.drainGroup(limit, 'outer');
      else if (this.state === 'tail') yield* this.drainGroup(limit, 'done');
      if (this.x.session.sliceOver()) yield* this.breathe();
    }
    return p.out.count > 0 ? p.out : null;
  }

  private *nextOuter(): Steps<void> {
    this.matched = false;
    const more = yield* this.left.advance();
    if (more) { this.frame.outer = this.left.batch!.columns; this.frame.oi = this.left.row; }
    this.state = more ? 'outer' : 'tail';
    this.groupAt = 0;
  }

  /** Brings the inner group to the outer row's keys. */
  private *position(): Steps<void> {
    const outerNull = this.left.keys.includes(null);
    if (!outerNull && this.groupKeys !== undefined && this.compareKeys(this.left.keys, this.groupKeys) === 0) { this.groupAt = 0; this.state = 'match'; return; }
    if (this.groupCount > 0 && this.keepsInner() && (this.groupKeys === undefined || this.compareKeys(this.left.keys, this.groupKeys) > 0)) { this.groupAt = 0; this.state = 'drain'; return; }
    if (!this.right.ended && this.right.batch !== null && this.compareKeys(this.left.keys, this.right.keys) >= 0) {
      yield* this.loadGroup();
      return;
    }
    yield* this.noMatch();
  }
  private keepsInner(): boolean { return ['right', 'full', 'right_anti'].includes(this.jointype); }

  /** Reads all inner rows of the next key. */
  private *loadGroup(): Steps<void> {
    const keys = [...this.right.keys];
    this.group = newColumns(this.group.length);
    this.groupCount = 0;
    do {
      appendRows(this.group, this.right.batch!.columns, this.right.row, this.right.row + 1);
      this.groupCount++;
      if (!(yield* this.right.advance())) break;
    } while (this.compareKeys(keys, this.right.keys) === 0);
    this.groupKeys = keys.includes(null) ? undefined : keys;
    if (this.groupMatched.length < this.groupCount) this.groupMatched = new Uint8Array(this.groupCount * 2);
    else this.groupMatched.fill(0);
    if (!this.keepsInner() && this.groupKeys === undefined) this.groupCount = 0;
  }

  private *step(): Steps<void> {
    const f = this.frame;
    if (this.groupAt >= this.groupCount) { yield* this.noMatch(); return; }
    const at = this.groupAt++;
    f.inner = this.group;
    f.ii = at;
    if (!(yield* this.matches())) return;
    this.matched = true;
    const seen = this.groupMatched[at] === 1;
    this.groupMatched[at] = 1;
    if (this.jointype === 'right_anti' || (this.jointype === 'right_semi' && seen)) return;
    if (this.jointype === 'anti') { yield* this.nextOuter(); return; }
    yield* this.projection.addRow(f);
    if (this.single) yield* this.nextOuter();
  }

  private *noMatch(): Steps<void> {
    const t = this.jointype;
    if (!this.matched && (t === 'left' || t === 'full' || t === 'anti')) yield* this.emitOuterWithNulls();
    yield* this.nextOuter();
  }

  /** Inner rows that no outer row matched, of the group and (at the end) of the rest. */
  private *drainGroup(limit: number, then: 'outer' | 'done'): Steps<void> {
    if (!this.keepsInner()) { this.state = then; return; }
    const f = this.frame;
    const outer = f.outer;
    const oi = f.oi;
    while (this.groupAt < this.groupCount && this.projection.out.count < limit) {
      const at = this.groupAt++;
      if (this.groupMatched[at] === 1) continue;
      f.outer = this.nullOuter;
      f.oi = 0;
      f.inner = this.group;
      f.ii = at;
      yield* this.projection.addRow(f);
    }
    f.outer = outer;
    f.oi = oi;
    if (this.groupAt < this.groupCount) return;
    this.groupCount = 0;
    this.groupAt = 0;
    this.groupKeys = undefined;
    if (then === 'done' && !this.right.ended && this.right.batch !== null) { yield* this.loadGroup(); return; }
    this.state = then;
  }
}

defineNodes({ MergeJoin: (p, b) => new MergeJoinOperator(p, b) });

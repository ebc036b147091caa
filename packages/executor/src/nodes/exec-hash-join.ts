/**
 * Hash joins: the inner's rows in columns, a Map from key to the first row, chained by `chain`. A build side that
 * exceeds work_mem * hash_mem_multiplier is divided by the hash of its key, and so is the outer side; the parts are then
 * joined one after the other (spill/partitions.ts).
 */
import { exprType, type Expr, type Plan } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import type { Datum } from '@pglitedb/types';
import type { Batch, ExecContext } from '../context.js';
import { evalSteps, Frame, type Compiled } from '../expr/index.js';
import { BlockCodec } from '../spill/block-codec.js';
import { hashMemory } from '../spill/memory-limit.js';
import { partCount, Partitions } from '../spill/partitions.js';
import type { RunReader } from '../spill/row-file.js';
import { defineNodes, type Builder } from './builder.js';
import { JoinOperator } from './exec-join.js';
import { appendRows, BATCH_ROWS, newColumns, Operator, type NodeDetail } from './operator.js';
import { hashKeyOf } from './sort-keys.js';
import { compoundKey } from './subplan.js';

/** Buckets as PostgreSQL tells them: a power of two, at least this. */
const BUCKETS_MIN = 1024;
const BUCKETS_MAX = 2 ** 30;
const POINTER_BYTES = 8;

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
  private total = 0;
  private bytes = 0;
  private peakBytes = 0;
  private readonly innerCodec: BlockCodec | undefined;
  private readonly outerCodec: BlockCodec | undefined;
  /** Both sides by parts, where the build side exceeds its memory; `part` is the one at hand. */
  private innerParts: Partitions | undefined;
  private outerParts: Partitions | undefined;
  private part = -1;
  private outerReader: RunReader | undefined;
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
    this.innerCodec = BlockCodec.of(b.catalog, plan.righttree!.targetlist.map((t) => exprType(t.expr)));
    this.outerCodec = BlockCodec.of(b.catalog, plan.lefttree!.targetlist.map((t) => exprType(t.expr)));
    this.outerNeeded = plan.jointype === 'left' || plan.jointype === 'full' || plan.jointype === 'anti';
  }
  private readonly single: boolean;
  private readonly keepUnmatchedInner: boolean;
  /** Outer rows come out without a match, too. */
  private readonly outerNeeded: boolean;
  override start(x: ExecContext): void { this.innerFrame.x = x; this.forget(); super.start(x); }
  override end(): void { this.forget(); super.end(); }
  override rescan(): void {
    this.outer.rescan();
    if (this.plan.righttree!.extParam.length > 0) { this.forget(); this.inner.rescan(); }
    this.reset();
  }
  protected reset(): void {
    this.outerBatch = null;
    this.openRow = false;
    this.tail = 0;
    this.outerParts?.close();
    this.outerParts = undefined;
    this.part = -1;
    // Parts come one after the other: the one before the first is at its end.
    this.ended = this.innerParts !== undefined;
    if (this.innerParts !== undefined) this.matchedInner = undefined;
    this.matchedInner?.fill(0);
  }
  private forget(): void {
    this.built = false;
    this.clearTable();
    this.matchedInner = undefined;
    this.innerParts?.close();
    this.innerParts = undefined;
    this.outerParts?.close();
    this.outerParts = undefined;
  }
  private clearTable(): void {
    this.rows = newColumns(this.plan.righttree!.targetlist.length);
    this.table.clear();
    this.chain = [];
    this.total = 0;
    this.bytes = 0;
  }

  private *build(): Steps<void> {
    this.clearTable();
    this.peakBytes = 0;
    const limit = this.innerCodec === undefined || this.outerCodec === undefined ? Infinity : hashMemory(this.x.session);
    for (let b = yield* this.inner.next(BATCH_ROWS); b !== null; b = yield* this.inner.next(BATCH_ROWS)) {
      if (this.innerParts !== undefined) {
        yield* this.divide(this.innerParts, this.innerKeys, this.innerHash, b);
        continue;
      }
      yield* this.insert(b);
      if (this.innerCodec !== undefined) this.bytes += this.innerCodec.sizeOf(b.columns, 0, b.count);
      this.peakBytes = Math.max(this.peakBytes, this.bytes);
      if (this.bytes > limit) yield* this.spill(limit);
    }
    if (this.innerParts === undefined) this.finishTable();
    else {
      this.innerParts.finish();
      this.ended = true;
    }
    this.built = true;
    if (this.inner instanceof HashOperator) this.inner.report(this.innerParts?.count ?? 1, this.peakBytes);
  }
  private *insert(b: Batch): Steps<void> {
    const f = this.innerFrame;
    appendRows(this.rows, b.columns, 0, b.count);
    f.inner = b.columns;
    f.outer = b.columns;
    for (let r = 0; r < b.count; r++) {
      f.ii = r;
      f.oi = r;
      const key = yield* this.keyOf(this.innerKeys, this.innerHash, f);
      const row = this.total++;
      if (key === null) { this.chain[row] = -1; continue; }
      this.chain[row] = this.table.get(key) ?? -1;
      this.table.set(key, row);
    }
  }
  private finishTable(): void {
    this.reverseChains();
    this.matchedInner = this.keepUnmatchedInner ? new Uint8Array(this.total) : undefined;
    this.tail = 0;
  }

  // --- more than fits in memory -------------------------------------------------------------------------------------

  /** The rows so far go to parts, as those to come will. */
  private *spill(limit: number): Steps<void> {
    const expected = Math.max(this.bytes * 2, (this.bytes / this.total) * this.plan.righttree!.plan_rows);
    const batch: Batch = { count: this.total, columns: this.rows };
    const parts = (this.innerParts = this.newParts(this.innerCodec!, this.rows.length, partCount(expected, limit)));
    this.clearTable();
    yield* this.divide(parts, this.innerKeys, this.innerHash, batch);
  }
  private newParts(codec: BlockCodec, width: number, count: number): Partitions {
    const parts = new Partitions(this.x.session.server.temporary, codec, width, count);
    this.x.releases.push(() => parts.close());
    return parts;
  }
  private *divide(parts: Partitions, keys: Compiled[], hash: ((v: Datum) => unknown)[], b: Batch): Steps<void> {
    const f = this.innerFrame;
    f.inner = b.columns;
    f.outer = b.columns;
    for (let r = 0; r < b.count; r++) {
      f.ii = r;
      f.oi = r;
      parts.add(parts.partOf(yield* this.keyOf(keys, hash, f)), b.columns, r);
    }
    if (this.x.session.sliceOver()) yield* this.breathe();
  }
  /** Loads the next part that can give rows: false at the end. */
  private *nextPart(): Steps<boolean> {
    const { innerParts } = this;
    if (innerParts === undefined) return false;
    if (this.outerParts === undefined) {
      const parts = (this.outerParts = this.newParts(this.outerCodec!, this.plan.lefttree!.targetlist.length, innerParts.count));
      for (let b = yield* this.outer.next(BATCH_ROWS); b !== null; b = yield* this.outer.next(BATCH_ROWS)) yield* this.divide(parts, this.outerKeys, this.outerHash, b);
      parts.finish();
    }
    do {
      if (++this.part >= innerParts.count) return false;
    } while (!this.givesRows(this.part));
    this.clearTable();
    const reader = innerParts.reader(this.part);
    while (reader.load()) yield* this.insert(reader);
    this.finishTable();
    this.outerReader = this.outerParts.reader(this.part);
    this.outerBatch = null;
    this.ended = false;
    return true;
  }
  private givesRows(part: number): boolean {
    const inner = this.innerParts!.rows[part]!;
    const outer = this.outerParts!.rows[part]!;
    return (inner > 0 && outer > 0) || (inner > 0 && this.keepUnmatchedInner) || (outer > 0 && this.outerNeeded);
  }
  private *nextOuterBatch(): Steps<Batch | null> {
    if (this.innerParts === undefined) return yield* this.outer.next(BATCH_ROWS);
    return this.outerReader!.load() ? this.outerReader! : null;
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
      this.outerBatch = yield* this.nextOuterBatch();
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
        if (this.matchedInner !== undefined && this.jointype !== 'right_semi') yield* this.emitUnmatchedInner(limit);
        if (p.out.count >= limit || !(yield* this.nextPart())) break;
        continue;
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
  private readonly told: NodeDetail[] = [];
  protected reset(): void { /* nothing kept */ }
  override details(): readonly NodeDetail[] { return this.told; }
  /** What the join above has made of the rows. */
  report(batches: number, bytes: number): void {
    let buckets = BUCKETS_MIN;
    while (buckets < this.plan.plan_rows && buckets < BUCKETS_MAX) buckets *= 2;
    const kb = Math.ceil((bytes + buckets * POINTER_BYTES) / 1024);
    const originally = batches > 1 ? ` (originally 1)` : '';
    this.told[0] = {
      label: 'Buckets', value: `${buckets}${batches > 1 ? ` (originally ${buckets})` : ''}  Batches: ${batches}${originally}  Memory Usage: ${kb}kB`,
      fields: { 'Hash Buckets': buckets, 'Original Hash Buckets': buckets, 'Hash Batches': batches, 'Original Hash Batches': 1, 'Peak Memory Usage': kb },
    };
  }
  *next(max: number): Steps<Batch | null> { return yield* this.child.next(max); }
}

defineNodes({
  HashJoin: (p, b) => new HashJoinOperator(p, b),
  Hash: (p, b) => new HashOperator(p, b),
});

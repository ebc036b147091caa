/** Index, index-only and bitmap scans. Entries are rechecked against row versions by the txn layer. */
import type { Expr, Plan } from '@pglitedb/planner';
import { INDEX_VAR } from '@pglitedb/planner';
import type { IndexScan as IndexCursor, RecheckKey, RowBatch, Steps } from '@pglitedb/txn';
import { assert, SqlError, type Datum } from '@pglitedb/types';
import { waitFor, type Batch, type ExecContext } from '../context.js';
import { Frame, sync, type Compiled } from '../expr/index.js';
import type { IndexHandle, RelationHandle } from '../relation.js';
import { indexKeyComputer } from '../index-keys.js';
import { columnsOf, defineNodes, type Builder } from './builder.js';
import { newRowBatch, scanColumns, ScanOperator } from './exec-scan.js';
import { IndexRanges } from './index-ranges.js';
import { BATCH_ROWS, Operator } from './operator.js';
import { Projection } from './projection.js';
import { columnsUsed } from './columns-used.js';

export function indexOf(rel: RelationHandle, oid: number): IndexHandle {
  const handle = rel.indexes.find((i) => i.info.oid === oid);
  if (handle === undefined) throw new SqlError('XX000', `index ${oid} of relation "${rel.info.relname}" is not open`);
  return handle;
}

/** Recheck callback for indexes with expressions or a predicate; plain ones need none. */
export function recheckKey(rel: RelationHandle, index: IndexHandle, b: Builder): RecheckKey | undefined {
  return index.info.expressions.length === 0 && index.info.predicate === undefined ? undefined : indexKeyComputer(rel, index, b.session).recheck;
}

class IndexScanOperator extends ScanOperator {
  protected readonly projection: Projection;
  private readonly rel: RelationHandle;
  private readonly index: IndexHandle;
  private readonly attnums: number[];
  private readonly batch: RowBatch;
  private readonly ranges: IndexRanges;
  private readonly recheck: RecheckKey | undefined;
  private cursor: IndexCursor | undefined;
  private positioned = false;
  constructor(readonly iplan: Extract<Plan, { kind: 'IndexScan' | 'IndexOnlyScan' }>, b: Builder) {
    super(iplan, b);
    if (iplan.indexorderby.length > 0) throw new SqlError('0A000', 'ordering operators in index scans are not supported yet');
    this.rel = b.relation(iplan.scanrelid);
    this.index = indexOf(this.rel, iplan.indexid);
    this.ranges = new IndexRanges(this.index, iplan.indexqual, b.compiler());
    this.recheck = recheckKey(this.rel, this.index, b);
    const recheckQual = iplan.kind === 'IndexScan' ? iplan.indexqualorig : iplan.recheckqual;
    if (iplan.kind === 'IndexScan') {
      const { attnums, read } = scanColumns(iplan, iplan.scanrelid, this.rel, b, recheckQual);
      this.attnums = attnums;
      this.projection = new Projection(iplan.targetlist, [...this.recheckQuals(recheckQual), ...iplan.qual], b.compiler(read));
    } else {
      const { attnums, projection } = this.indexOnly(iplan, b);
      this.attnums = attnums;
      this.projection = projection;
    }
    this.batch = newRowBatch(this.attnums.length);
    this.raw = this.batch;
  }
  /** Ranges say all that simple quals mean; others filter the rows again. */
  private recheckQuals(quals: readonly Expr[]): Expr[] { return this.ranges.lossy || quals.length > 1 || this.index.info.nkeys > 1 ? [...quals] : []; }

  /** Columns of an index-only scan come from the table, where they are as near as in the index. */
  private indexOnly(plan: Extract<Plan, { kind: 'IndexOnlyScan' }>, b: Builder): { attnums: number[]; projection: Projection } {
    const quals = [...this.recheckQuals(plan.recheckqual), ...plan.qual];
    const used = columnsUsed([...plan.targetlist.map((t) => t.expr), ...quals], INDEX_VAR);
    const columns = [...used].map((k) => ({ k, expr: plan.indextlist[k - 1]!.expr }));
    const attnums = [...new Set(columns.map((c) => { assert(c.expr.kind === 'Var', 'index-only scan of an expression'); return c.expr.varattno; }))].sort((x, y) => x - y);
    const read = columnsOf(attnums);
    const compiler = b.compiler((v) => (v.varno === INDEX_VAR ? read({ ...v, varattno: (plan.indextlist[v.varattno - 1]!.expr as Extract<Expr, { kind: 'Var' }>).varattno }) : read(v)));
    return { attnums, projection: new Projection(plan.targetlist, quals, compiler) };
  }

  protected restart(): void { this.positioned = false; }
  protected *fill(): Steps<boolean> {
    if (!this.positioned) {
      const backward = this.iplan.indexorderdir === 'backward';
      const ranges = yield* this.ranges.compute(this.frame, backward);
      if (ranges.length === 0) return false;
      this.cursor = this.index.index.scan(this.rel.table, this.x.snapshot, ranges, backward ? 'backward' : 'forward', this.attnums, this.recheck);
      this.positioned = true;
    }
    for (let wait = this.cursor!.next(this.batch); wait !== undefined; wait = this.cursor!.next(this.batch)) yield waitFor(wait);
    this.frame.outer = this.batch.values;
    this.frame.rowids = this.batch.rowids;
    return this.batch.count > 0;
  }
}

/** A bitmap: the set of rows that index conditions leave. */
abstract class BitmapOperator extends Operator {
  protected reset(): void { /* no state */ }
  abstract bitmap(): Steps<Set<number>>;
  // eslint-disable-next-line require-yield
  *next(): Steps<Batch | null> { throw new SqlError('XX000', 'a bitmap node has no rows'); }
}

class BitmapIndexScanOperator extends BitmapOperator {
  private readonly rel: RelationHandle;
  private readonly index: IndexHandle;
  private readonly ranges: IndexRanges;
  private readonly recheck: RecheckKey | undefined;
  private readonly frame = new Frame();
  constructor(plan: Extract<Plan, { kind: 'BitmapIndexScan' }>, b: Builder) {
    super(plan, b);
    this.rel = b.relation(plan.scanrelid);
    this.index = indexOf(this.rel, plan.indexid);
    this.ranges = new IndexRanges(this.index, plan.indexqual, b.compiler());
    this.recheck = recheckKey(this.rel, this.index, b);
  }
  override start(x: ExecContext): void { this.frame.x = x; super.start(x); }
  *bitmap(): Steps<Set<number>> {
    const found = new Set<number>();
    const ranges = yield* this.ranges.compute(this.frame, false);
    if (ranges.length === 0) return found;
    const cursor = this.index.index.scan(this.rel.table, this.x.snapshot, ranges, 'forward', [], this.recheck);
    const batch = newRowBatch(0);
    for (;;) {
      const wait = cursor.next(batch);
      if (wait !== undefined) { yield waitFor(wait); continue; }
      if (batch.count === 0) return found;
      for (let k = 0; k < batch.count; k++) found.add(batch.rowids[k]!);
      yield* this.breathe();
    }
  }
}

class BitmapCombine extends BitmapOperator {
  private readonly inputs: BitmapOperator[];
  constructor(plan: Extract<Plan, { kind: 'BitmapAnd' | 'BitmapOr' }>, b: Builder) {
    super(plan, b);
    this.inputs = plan.bitmapplans.map((p) => b.open(p) as BitmapOperator);
  }
  override children(): readonly Operator[] { return this.inputs; }
  *bitmap(): Steps<Set<number>> {
    let result = yield* this.inputs[0]!.bitmap();
    for (const input of this.inputs.slice(1)) {
      const other = yield* input.bitmap();
      if (this.plan.kind === 'BitmapOr') for (const r of other) result.add(r);
      else result = new Set([...result].filter((r) => other.has(r)));
    }
    return result;
  }
}

class BitmapHeapScanOperator extends ScanOperator {
  protected readonly projection: Projection;
  private readonly rel: RelationHandle;
  private readonly source: BitmapOperator;
  private readonly attnums: number[];
  private readonly batch: RowBatch;
  private rows: Float64Array | undefined;
  private at = 0;
  constructor(plan: Extract<Plan, { kind: 'BitmapHeapScan' }>, b: Builder) {
    super(plan, b);
    this.rel = b.relation(plan.scanrelid);
    this.source = b.open(plan.lefttree!) as BitmapOperator;
    const { attnums, read } = scanColumns(plan, plan.scanrelid, this.rel, b, plan.bitmapqualorig);
    this.attnums = attnums;
    this.batch = newRowBatch(attnums.length);
    this.raw = this.batch;
    this.projection = new Projection(plan.targetlist, [...plan.bitmapqualorig, ...plan.qual], b.compiler(read));
  }
  override children(): readonly Operator[] { return [this.source]; }
  protected restart(): void { this.rows = undefined; }
  protected *fill(): Steps<boolean> {
    if (this.rows === undefined) {
      this.rows = Float64Array.from(yield* this.source.bitmap()).sort();
      this.at = 0;
    }
    const { batch, rel } = this;
    batch.count = 0;
    while (batch.count < BATCH_ROWS && this.at < this.rows.length) {
      const rowid = this.rows[this.at++]!;
      if (rel.table.fetch(this.x.snapshot, rowid, this.attnums, batch.values, batch.count)) batch.rowids[batch.count++] = rowid;
    }
    this.frame.outer = batch.values;
    this.frame.rowids = batch.rowids;
    return batch.count > 0;
  }
}

/** ctid = value, ctid = ANY(array): rows by their place. */
/** WHERE CURRENT OF: the row that the cursor stands on. */
function currentRow(q: Extract<Expr, { kind: 'CurrentOfExpr' }>, rel: RelationHandle): Compiled {
  return sync((f) => {
    const name = q.cursor_name ?? (f.x.params[q.cursor_param - 1] as string | null);
    if (name === null || name === undefined) throw new SqlError('22004', 'cursor name is null');
    const rowid = f.x.session.procedural.currentRow(name, rel.info);
    return rowid === null ? null : rel.table.currentRowid(f.x.snapshot, rowid);
  }, true);
}

class TidScanOperator extends ScanOperator {
  protected readonly projection: Projection;
  private readonly rel: RelationHandle;
  private readonly attnums: number[];
  private readonly batch: RowBatch;
  private done = false;
  private readonly values;
  constructor(plan: Extract<Plan, { kind: 'TidScan' }>, b: Builder) {
    super(plan, b);
    this.rel = b.relation(plan.scanrelid);
    const { attnums, read } = scanColumns(plan, plan.scanrelid, this.rel, b);
    this.attnums = attnums;
    this.batch = newRowBatch(attnums.length);
    this.raw = this.batch;
    const c = b.compiler();
    this.values = plan.tidquals.map((q) => {
      if (q.kind === 'CurrentOfExpr') return { expr: currentRow(q, this.rel), many: false };
      if (q.kind !== 'OpExpr' && q.kind !== 'ScalarArrayOpExpr') throw new SqlError('0A000', 'this form of TID condition is not supported yet');
      const isCtid = (e: Expr): boolean => e.kind === 'Var' && e.varattno === -1;
      return { expr: c.compile(isCtid(q.args[0]!) ? q.args[1]! : q.args[0]!), many: q.kind === 'ScalarArrayOpExpr' };
    });
    this.projection = new Projection(plan.targetlist, plan.qual, b.compiler(read));
  }
  protected restart(): void { this.done = false; }
  protected *fill(): Steps<boolean> {
    if (this.done) return false;
    this.done = true;
    const wanted = new Set<number>();
    for (const v of this.values) {
      const d: Datum = v.expr.fn !== undefined ? v.expr.fn(this.frame) : yield* v.expr.gen!(this.frame);
      if (d === null) continue;
      for (const t of v.many ? d.elements : [d]) if (t !== null) wanted.add(t);
    }
    this.batch.count = 0;
    for (const rowid of [...wanted].sort((a, b) => a - b)) {
      if (this.rel.table.fetch(this.x.snapshot, rowid, this.attnums, this.batch.values, this.batch.count)) this.batch.rowids[this.batch.count++] = rowid;
    }
    this.frame.outer = this.batch.values;
    this.frame.rowids = this.batch.rowids;
    return this.batch.count > 0;
  }
}

defineNodes({
  IndexScan: (p, b) => new IndexScanOperator(p, b),
  IndexOnlyScan: (p, b) => new IndexScanOperator(p, b),
  BitmapIndexScan: (p, b) => new BitmapIndexScanOperator(p, b),
  BitmapAnd: (p, b) => new BitmapCombine(p, b),
  BitmapOr: (p, b) => new BitmapCombine(p, b),
  BitmapHeapScan: (p, b) => new BitmapHeapScanOperator(p, b),
  TidScan: (p, b) => new TidScanOperator(p, b),
});

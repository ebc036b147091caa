/** CTEs: their rows are kept as they are produced, shared by every scan; recursive unions with their work table. */
import type { Plan } from '@pglitedb/planner';
import { exprType } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import type { Datum } from '@pglitedb/types';
import type { Batch, ExecContext } from '../context.js';
import { columnsOf, cteKey, defineNodes, type Builder } from './builder.js';
import { ScanOperator, wholeRowOf } from './exec-scan.js';
import { appendRows, BATCH_ROWS, newColumns, Operator } from './operator.js';
import { Projection } from './projection.js';
import { hashKeyOf } from './sort-keys.js';
import { compoundKey } from './subplan.js';

/** Counts the rounds of recursive unions: a CTE that reads a work table is computed anew in each. */
const ROUND = 'recursion round';

/** Rows of a CTE so far, with the operator that gives more. */
class SharedRows {
  readonly columns: Datum[][];
  total = 0;
  private complete = false;
  constructor(private readonly source: Operator, width: number, readonly round: number) { this.columns = newColumns(width); }
  *more(max: number): Steps<boolean> {
    if (this.complete) return false;
    const batch = yield* this.source.next(max);
    if (batch === null) { this.complete = true; return false; }
    appendRows(this.columns, batch.columns, 0, batch.count);
    this.total += batch.count;
    return true;
  }
}

class CteScanOperator extends ScanOperator {
  protected readonly projection: Projection;
  private rows: SharedRows | undefined;
  private taken = 0;
  constructor(readonly cte: Extract<Plan, { kind: 'CteScan' }>, b: Builder) {
    super(cte, b);
    const source = b.planned.subplans[cte.ctePlanId - 1]!;
    const width = source.targetlist.length;
    this.projection = new Projection(cte.targetlist, cte.qual, b.compiler(columnsOf(Array.from({ length: width }, (_, k) => k + 1), wholeRowOf(width, source, b.rte(cte.scanrelid).eref.colnames))));
  }
  protected restart(): void { this.rows = undefined; this.taken = 0; }
  private shared(): SharedRows {
    const key = cteKey(this.cte.ctePlanId);
    let rows = this.x.shared.get(key) as SharedRows | undefined;
    const round = (this.x.shared.get(ROUND) as number | undefined) ?? 0;
    if (rows === undefined || (rows.round !== round && this.builder.planned.subplans[this.cte.ctePlanId - 1]!.extParam.length > 0)) {
      const op = this.builder.subplanOperator(this.cte.ctePlanId);
      op.start(this.x);
      rows = new SharedRows(op, op.plan.targetlist.length, round);
      this.x.shared.set(key, rows);
    }
    return rows;
  }
  protected *fill(max: number): Steps<boolean> {
    this.rows ??= this.shared();
    if (this.taken >= this.rows.total && !(yield* this.rows.more(max))) return false;
    const from = this.taken;
    const n = Math.min(BATCH_ROWS, this.rows.total - from);
    this.frame.outer = this.rows.columns.map((c) => c.slice(from, from + n));
    this.taken += n;
    this.raw.count = n;
    return true;
  }
}

interface WorkTable { columns: Datum[][]; total: number }

class WorkTableScanOperator extends ScanOperator {
  protected readonly projection: Projection;
  private taken = 0;
  constructor(readonly wt: Extract<Plan, { kind: 'WorkTableScan' }>, b: Builder) {
    super(wt, b);
    const width = Math.max(0, ...wt.targetlist.map((_, k) => k + 1), b.rte(wt.scanrelid).eref.colnames.length);
    this.projection = new Projection(wt.targetlist, wt.qual, b.compiler(columnsOf(Array.from({ length: width }, (_, k) => k + 1))));
  }
  protected restart(): void { this.taken = 0; }
  // eslint-disable-next-line require-yield
  protected *fill(): Steps<boolean> {
    const table = this.x.shared.get(`work ${this.wt.wtParam}`) as WorkTable | undefined;
    if (table === undefined || this.taken >= table.total) return false;
    const from = this.taken;
    const n = Math.min(BATCH_ROWS, table.total - from);
    this.frame.outer = table.columns.map((c) => c.slice(from, from + n));
    this.taken += n;
    this.raw.count = n;
    return true;
  }
}

class RecursiveUnionOperator extends Operator {
  private readonly left: Operator;
  private readonly right: Operator;
  private readonly hash: ((v: Datum) => unknown)[] | undefined;
  private seen = new Set<unknown>();
  private recursing = false;
  private next_: WorkTable;
  private readonly out: Batch;
  private ended = false;
  constructor(readonly ru: Extract<Plan, { kind: 'RecursiveUnion' }>, b: Builder) {
    super(ru, b);
    this.left = b.open(ru.lefttree!);
    this.right = b.open(ru.righttree!);
    const c = b.compiler();
    this.hash = ru.numCols > 0 ? ru.dupColIdx.map((col) => hashKeyOf(c, exprType(ru.targetlist[col - 1]!.expr))) : undefined;
    this.next_ = this.emptyTable();
    this.out = { count: 0, columns: newColumns(ru.targetlist.length) };
  }
  override children(): readonly Operator[] { return [this.left, this.right]; }
  private emptyTable(): WorkTable { return { columns: newColumns(this.ru.targetlist.length), total: 0 }; }
  override start(x: ExecContext): void { super.start(x); }
  protected reset(): void {
    this.seen = new Set();
    this.recursing = false;
    this.ended = false;
    this.next_ = this.emptyTable();
  }

  *next(max: number): Steps<Batch | null> {
    while (!this.ended) {
      const batch = yield* (this.recursing ? this.right : this.left).next(Math.min(max, BATCH_ROWS));
      if (batch === null) { yield* this.turn(); continue; }
      if (this.x.session.sliceOver()) yield* this.breathe();
      if (this.keep(batch) > 0) return this.out;
    }
    return null;
  }
  /** Copies the rows not seen before to the output and the next work table. */
  private keep(batch: Batch): number {
    this.out.count = 0;
    for (let r = 0; r < batch.count; r++) {
      if (this.hash !== undefined) {
        const key = compoundKey(this.ru.dupColIdx.map((col, k) => this.hash![k]!(batch.columns[col - 1]![r])));
        if (this.seen.has(key)) continue;
        this.seen.add(key);
      }
      for (let c = 0; c < this.out.columns.length; c++) this.out.columns[c]![this.out.count] = batch.columns[c]![r];
      this.out.count++;
    }
    appendRows(this.next_.columns, this.out.columns, 0, this.out.count);
    this.next_.total += this.out.count;
    return this.out.count;
  }
  /** The next round reads what this one made. */
  private *turn(): Steps<void> {
    if (this.next_.total === 0) { this.ended = true; return; }
    this.x.shared.set(`work ${this.ru.wtParam}`, this.next_);
    this.next_ = this.emptyTable();
    this.x.shared.set(ROUND, ((this.x.shared.get(ROUND) as number | undefined) ?? 0) + 1);
    this.recursing = true;
    this.right.rescan();
    yield* this.breathe();
  }
}

defineNodes({
  CteScan: (p, b) => new CteScanOperator(p, b),
  WorkTableScan: (p, b) => new WorkTableScanOperator(p, b),
  RecursiveUnion: (p, b) => new RecursiveUnionOperator(p, b),
});

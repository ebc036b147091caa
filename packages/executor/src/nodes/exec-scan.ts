/** Scans: tables, indexes, subqueries, functions, VALUES, CTEs and work tables. */
import type { Expr, Plan, Var } from '@pglitedb/planner';
import { exprType } from '@pglitedb/planner';
import type { RowBatch, Steps, TableScan } from '@pglitedb/txn';
import { PgRecord, SqlError, type Datum } from '@pglitedb/types';
import { visibleTable } from '../dml/transition-tables.js';
import { waitFor, type Batch, type ExecContext } from '../context.js';
import { Frame, type EvalFn } from '../expr/index.js';
import type { RelationHandle } from '../relation.js';
import { columnsOf, defineNodes, type Builder, type ScanColumns } from './builder.js';
import { BATCH_ROWS, newColumns, Operator } from './operator.js';
import { Projection } from './projection.js';
import { columnsUsed } from './columns-used.js';
import { openVectorScan } from '../vector/open.js';

/** What a scan of a relation must fetch, and how its other Vars (system columns, whole rows) are computed. */
export function scanColumns(plan: Plan, rti: number, rel: RelationHandle, b: Builder, extra: readonly Expr[] = []): { attnums: number[]; read: ScanColumns } {
  const used = columnsUsed([...plan.targetlist.map((t) => t.expr), ...plan.qual, ...extra], rti);
  const wholeRow = used.has(0);
  const live = rel.info.attributes.filter((a) => !a.attisdropped).map((a) => a.attnum);
  const attnums = wholeRow ? live : [...used].filter((a) => a > 0).sort((x, y) => x - y);
  return { attnums, read: columnsOf(attnums, (v) => specialColumn(v, rel, attnums, b)) };
}

function specialColumn(v: Var, rel: RelationHandle, attnums: readonly number[], b: Builder): EvalFn | undefined {
  if (v.varattno === 0) {
    const live = rel.info.attributes.filter((a) => !a.attisdropped);
    const at = live.map((a) => attnums.indexOf(a.attnum));
    const types = live.map((a) => a.atttypid);
    return (f) => new PgRecord(rel.info.reltype, at.map((k) => f.outer[k]![f.oi]), types);
  }
  if (v.varattno === -6) return () => rel.info.oid;
  const field = ({ '-2': 'xmin', '-3': 'cmin', '-4': 'xmax', '-5': 'cmax' } as const)[String(v.varattno) as '-2'];
  if (field === undefined) return undefined;
  return (f) => rel.table.systemColumns(f.x.snapshot, f.rowids![f.oi]!)[field];
}

/** A scan over batches of rows from somewhere, filtered and projected. */
export abstract class ScanOperator extends Operator {
  protected readonly frame = new Frame();
  protected raw: { count: number } = { count: 0 };
  private position = 0;
  private ended = false;
  protected abstract readonly projection: Projection;

  override get isVolatile(): boolean { return this.projection.isVolatile || super.isVolatile; }
  override start(x: ExecContext): void {
    this.frame.x = x;
    super.start(x);
  }
  protected reset(): void {
    this.position = 0;
    this.raw.count = 0;
    this.ended = false;
    this.restart();
  }
  protected abstract restart(): void;
  /** Brings the next raw rows into the frame: false at the end. */
  protected abstract fill(max: number): Steps<boolean>;

  *next(max: number): Steps<Batch | null> {
    for (;;) {
      if (this.position >= this.raw.count) {
        if (this.ended) return null;
        if (this.x.session.sliceOver()) yield* this.breathe();
        if (!(yield* this.fill(max))) {
          this.ended = true;
          return null;
        }
        this.position = 0;
      }
      const p = this.projection;
      this.position = p.synchronous
        ? p.runSync(this.frame, this.position, this.raw.count, Math.min(max, BATCH_ROWS))
        : yield* p.run(this.frame, this.position, this.raw.count, Math.min(max, BATCH_ROWS));
      if (p.out.count > 0) return p.out;
    }
  }
}

export function newRowBatch(width: number): RowBatch {
  return { count: 0, rowids: new Float64Array(BATCH_ROWS), values: newColumns(width) };
}

class SeqScanOperator extends ScanOperator {
  protected readonly projection: Projection;
  private readonly rel: RelationHandle;
  private readonly attnums: number[];
  private readonly batch: RowBatch;
  private scan: TableScan | undefined;
  constructor(plan: Extract<Plan, { kind: 'SeqScan' }>, b: Builder) {
    super(plan, b);
    this.rel = b.relation(plan.scanrelid);
    const { attnums, read } = scanColumns(plan, plan.scanrelid, this.rel, b);
    this.attnums = attnums;
    this.batch = newRowBatch(attnums.length);
    this.raw = this.batch;
    this.projection = new Projection(plan.targetlist, plan.qual, b.compiler(read));
  }
  protected restart(): void { this.scan = undefined; }
  protected *fill(): Steps<boolean> {
    this.scan ??= this.rel.table.scan(this.x.snapshot, this.attnums);
    for (let wait = this.scan.next(this.batch); wait !== undefined; wait = this.scan.next(this.batch)) yield waitFor(wait);
    this.frame.outer = this.batch.values;
    this.frame.rowids = this.batch.rowids;
    return this.batch.count > 0;
  }
}

class SubqueryScanOperator extends ScanOperator {
  protected readonly projection: Projection;
  private readonly child: Operator;
  constructor(plan: Extract<Plan, { kind: 'SubqueryScan' }>, b: Builder) {
    super(plan, b);
    this.child = b.open(plan.subplan);
    const width = plan.subplan.targetlist.length;
    const attnums = Array.from({ length: width }, (_, k) => k + 1);
    this.projection = new Projection(plan.targetlist, plan.qual, b.compiler(columnsOf(attnums, wholeRowOf(width, plan.subplan, b.rte(plan.scanrelid).eref.colnames))));
  }
  override children(): readonly Operator[] { return [this.child]; }
  override setBound(rows: number): void { if (this.plan.qual.length === 0) this.child.setBound(rows); }
  protected restart(): void { /* the child was rescanned */ }
  protected *fill(max: number): Steps<boolean> {
    const batch = yield* this.child.next(max);
    if (batch === null) return false;
    this.frame.outer = batch.columns;
    this.raw.count = batch.count;
    return true;
  }
}

/** The row's fields are named as the query names the columns. */
export function wholeRowOf(width: number, plan: Plan, alias: readonly string[]): (v: Var) => EvalFn | undefined {
  const visible = plan.targetlist.map((t, k) => (t.resjunk ? -1 : k)).filter((k) => k >= 0 && k < width);
  const types = visible.map((k) => exprType(plan.targetlist[k]!.expr));
  const names = visible.map((k, i) => alias[i] ?? plan.targetlist[k]!.resname ?? '?column?');
  return (v) => (v.varattno === 0 ? (f) => new PgRecord(v.vartype, visible.map((k) => f.outer[k]![f.oi]), types, names) : undefined);
}

/** Rows that are computed whole (VALUES, functions) and then scanned. */
export abstract class MaterialScan extends ScanOperator {
  protected rows: Datum[][] = [];
  protected total = 0;
  private taken = 0;
  private loaded = false;
  protected restart(): void {
    this.loaded = false;
    this.taken = 0;
    this.total = 0;
  }
  protected abstract load(): Steps<void>;
  protected *fill(): Steps<boolean> {
    if (!this.loaded) {
      yield* this.load();
      this.loaded = true;
    }
    const n = Math.min(BATCH_ROWS, this.total - this.taken);
    if (n <= 0) return false;
    const from = this.taken;
    this.frame.outer = this.total <= BATCH_ROWS ? this.rows : this.rows.map((c) => c.slice(from, from + n));
    this.taken += n;
    this.raw.count = n;
    return true;
  }
}

class ValuesScanOperator extends MaterialScan {
  protected readonly projection: Projection;
  private readonly lists;
  /** Rows that call functions which may read what was written for the rows before are computed one by one. */
  private readonly oneByOne: boolean;
  private at = 0;
  constructor(plan: Extract<Plan, { kind: 'ValuesScan' }>, b: Builder) {
    super(plan, b);
    const width = plan.values_lists[0]?.length ?? 0;
    const c = b.compiler();
    this.lists = plan.values_lists.map((row) => c.compileList(row));
    this.oneByOne = this.lists.some((row) => row.some((e) => e.fn === undefined));
    this.rows = newColumns(width);
    const attnums = Array.from({ length: width }, (_, k) => k + 1);
    const types = (plan.values_lists[0] ?? []).map((e) => exprType(e));
    this.projection = new Projection(plan.targetlist, plan.qual, b.compiler(columnsOf(attnums, (v) => (v.varattno === 0 ? (f) => new PgRecord(v.vartype, f.outer.map((c2) => c2[f.oi]), types) : undefined))));
  }
  protected override restart(): void {
    super.restart();
    this.at = 0;
  }
  protected override *fill(): Steps<boolean> {
    if (!this.oneByOne) return yield* super.fill();
    if (this.at >= this.lists.length) return false;
    const f = new Frame();
    f.x = this.x;
    yield* this.compute(f, this.at++, 0);
    this.frame.outer = this.rows;
    this.raw.count = 1;
    return true;
  }
  private *compute(f: Frame, from: number, to: number): Steps<void> {
    const row = this.lists[from]!;
    for (let k = 0; k < row.length; k++) {
      const e = row[k]!;
      this.rows[k]![to] = e.fn !== undefined ? e.fn(f) : yield* e.gen!(f);
    }
  }
  protected *load(): Steps<void> {
    const f = new Frame();
    f.x = this.x;
    for (let r = 0; r < this.lists.length; r++) {
      yield* this.compute(f, r, r);
      if ((r & 255) === 255) yield* this.breathe();
    }
    this.total = this.lists.length;
  }
}

/** A trigger's transition table. */
class TuplestoreScanOperator extends MaterialScan {
  protected readonly projection: Projection;
  constructor(readonly store: Extract<Plan, { kind: 'NamedTuplestoreScan' }>, b: Builder) {
    super(store, b);
    const rte = b.planned.rtable[store.scanrelid - 1]!;
    const width = rte.coltypes.length;
    this.rows = newColumns(width);
    const attnums = Array.from({ length: width }, (_, k) => k + 1);
    this.projection = new Projection(store.targetlist, store.qual, b.compiler(columnsOf(attnums, (v) => (v.varattno === 0 ? (f) => new PgRecord(v.vartype, f.outer.map((c) => c[f.oi]), rte.coltypes, rte.eref.colnames) : undefined))));
  }
  // eslint-disable-next-line require-yield
  protected *load(): Steps<void> {
    const table = visibleTable(this.x.session, this.store.enrname);
    if (table === undefined) throw new SqlError('42P01', `relation "${this.store.enrname}" does not exist`);
    for (let c = 0; c < this.rows.length; c++) this.rows[c] = table.rows.map((r) => r[c]);
    this.total = table.rows.length;
  }
}

defineNodes({
  NamedTuplestoreScan: (p, b) => new TuplestoreScanOperator(p, b),
  SeqScan: (p, b) => openVectorScan(p, b) ?? new SeqScanOperator(p, b),
  SubqueryScan: (p, b) => new SubqueryScanOperator(p, b),
  ValuesScan: (p, b) => new ValuesScanOperator(p, b),
});

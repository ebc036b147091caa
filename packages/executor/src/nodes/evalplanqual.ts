/**
 * Rechecks a row that changed while we waited for its lock (PostgreSQL's EvalPlanQual): the plan runs again under the
 * statement's snapshot with every marked relation reduced to one row: the locked ones to their latest version, the others
 * to the row (or, for subqueries and functions, the whole-row value) that took part in the first place.
 */
import { INDEX_VAR, type Expr, type Plan } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import type { Datum, PgRecord } from '@pglitedb/types';
import { ExecContext, type Batch } from '../context.js';
import type { RelationHandle } from '../relation.js';
import { newColumns } from './operator.js';
import { Builder, columnsOf, type ScanColumns } from './builder.js';
import { newRowBatch, scanColumns, ScanOperator } from './exec-scan.js';
import { Projection } from './projection.js';
import { columnsUsed } from './columns-used.js';

/** The one row of a relation: by its place (latest: whatever the snapshot), or as a value. */
export type EpqRow = { rowid: number; latest: boolean } | { record: PgRecord };
/** By range table index; null: the relation gives no row. */
export type EpqRows = Map<number, EpqRow | null>;
export interface InputRow { columns: readonly Datum[][]; at: number }

/** Rows that the marks of the plan name: the junk columns of one of its output rows. */
export function markedRows(b: Builder, plan: Plan, row: InputRow): EpqRows {
  const rows: EpqRows = new Map();
  const junk = (name: string): Datum | undefined => {
    const at = plan.targetlist.findIndex((t) => t.resjunk && t.resname === name);
    return at < 0 ? undefined : row.columns[at]![row.at];
  };
  for (const m of b.planned.rowMarks) {
    if (m.markType === 'copy') {
      const whole = junk(`wholerow${m.rowmarkId}`);
      if (whole !== undefined) rows.set(m.rti, whole === null ? null : { record: whole as PgRecord });
      continue;
    }
    const rowid = junk(`ctid${m.rowmarkId}`);
    if (rowid === undefined) continue;
    const table = junk(`tableoid${m.rowmarkId}`);
    const none = rowid === null || (table !== undefined && table !== b.rte(m.rti).relid);
    rows.set(m.rti, none ? null : { rowid: rowid as number, latest: false });
  }
  return rows;
}

/** The plan's row over these rows, undefined when they no longer qualify. */
export function* recheckRow(b: Builder, plan: Plan, rows: EpqRows, x: ExecContext): Steps<Batch | undefined> {
  const fresh = new Builder(b.session, b.planned, undefined, (scan, builder) => openRecheck(scan, builder, rows));
  const op = fresh.open(plan);
  const again = new ExecContext(x.session, x.planned, x.params, x.snapshot, x.tx);
  try {
    for (let k = 0; k < x.exec.length; k++) again.exec[k] = x.exec[k];
    for (const [key, value] of x.shared) again.shared.set(key, value);
    op.start(again);
    const batch = yield* op.next(1);
    return batch === null ? undefined : { count: 1, columns: batch.columns.map((c) => [c[0]]) };
  } finally {
    op.end();
    for (const release of again.releases.splice(0)) release();
  }
}

type RelationScan = Extract<Plan, { kind: 'SeqScan' | 'SampleScan' | 'IndexScan' | 'IndexOnlyScan' | 'BitmapHeapScan' | 'TidScan' | 'TidRangeScan' }>;
const RELATION_SCANS: ReadonlySet<string> = new Set<RelationScan['kind']>(['SeqScan', 'SampleScan', 'IndexScan', 'IndexOnlyScan', 'BitmapHeapScan', 'TidScan', 'TidRangeScan']);

function openRecheck(plan: Plan, b: Builder, rows: EpqRows): ScanOperator | undefined {
  const rti = (plan as { scanrelid?: number }).scanrelid;
  if (rti === undefined || plan.kind === 'BitmapIndexScan') return undefined;
  const row = rows.get(rti);
  if (row === undefined) return undefined;
  if (RELATION_SCANS.has(plan.kind)) return new RecheckRelation(plan as RelationScan, b, row as { rowid: number; latest: boolean } | null);
  return new RecheckValue(plan as Extract<Plan, { kind: 'SubqueryScan' }>, b, row as { record: PgRecord } | null);
}

/** What the scan itself guarantees of its rows, as conditions over the table. */
function scanConditions(plan: RelationScan): readonly Expr[] {
  switch (plan.kind) {
    case 'IndexScan': return plan.indexqualorig;
    case 'IndexOnlyScan': return plan.recheckqual;
    case 'BitmapHeapScan': return plan.bitmapqualorig;
    case 'TidScan': return plan.tidquals.filter((q) => q.kind !== 'CurrentOfExpr');
    case 'TidRangeScan': return plan.tidrangequals;
    default: return [];
  }
}

class RecheckRelation extends ScanOperator {
  protected readonly projection: Projection;
  private readonly rel: RelationHandle;
  private readonly attnums: number[];
  private readonly batch;
  private done = false;
  constructor(plan: RelationScan, b: Builder, private readonly row: { rowid: number; latest: boolean } | null) {
    super(plan, b);
    this.rel = b.relation(plan.scanrelid);
    const conditions = scanConditions(plan);
    const { attnums, read } = plan.kind === 'IndexOnlyScan' ? indexColumns(plan) : scanColumns(plan, plan.scanrelid, this.rel, b, conditions);
    this.attnums = attnums;
    this.batch = newRowBatch(attnums.length);
    this.raw = this.batch;
    // Conditions on the place are those of the row that was found first.
    const onPlace = plan.kind === 'TidScan' || plan.kind === 'TidRangeScan';
    const quals = onPlace && (row === null || !row.latest) ? plan.qual : [...conditions, ...plan.qual];
    this.projection = new Projection(plan.targetlist, quals, b.compiler(read));
  }
  protected restart(): void { this.done = false; }
  // eslint-disable-next-line require-yield
  protected *fill(): Steps<boolean> {
    const { row, batch, x } = this;
    if (this.done || row === null) return false;
    this.done = true;
    const { table } = this.rel;
    const found = row.latest ? table.fetchLatest(x.tx, row.rowid, this.attnums, batch.values, 0) : table.fetch(x.snapshot, row.rowid, this.attnums, batch.values, 0);
    if (!found) return false;
    batch.rowids[0] = row.rowid;
    batch.count = 1;
    this.frame.outer = batch.values;
    this.frame.rowids = batch.rowids;
    return true;
  }
}

/** Columns of an index-only scan, found in the table. */
function indexColumns(plan: Extract<Plan, { kind: 'IndexOnlyScan' }>): { attnums: number[]; read: ScanColumns } {
  const used = columnsUsed([...plan.targetlist.map((t) => t.expr), ...plan.recheckqual, ...plan.qual], INDEX_VAR);
  const attnum = (k: number): number => (plan.indextlist[k - 1]!.expr as Extract<Expr, { kind: 'Var' }>).varattno;
  const attnums = [...new Set([...used].map(attnum))].sort((x, y) => x - y);
  const read = columnsOf(attnums);
  return { attnums, read: (v) => (v.varno === INDEX_VAR ? read({ ...v, varattno: attnum(v.varattno) }) : read(v)) };
}

/** A scan of something that is not a table, reduced to a row that is known. */
class RecheckValue extends ScanOperator {
  protected readonly projection: Projection;
  private readonly columns: Datum[][];
  private done = false;
  constructor(plan: Extract<Plan, { kind: 'SubqueryScan' }>, b: Builder, private readonly row: { record: PgRecord } | null) {
    super(plan, b);
    const width = Math.max(row?.record.values.length ?? 0, b.rte(plan.scanrelid).eref.colnames.length);
    this.columns = newColumns(width);
    const attnums = Array.from({ length: width }, (_, k) => k + 1);
    this.projection = new Projection(plan.targetlist, plan.qual, b.compiler(columnsOf(attnums, (v) => (v.varattno === 0 ? () => row?.record ?? null : undefined))));
  }
  protected restart(): void { this.done = false; }
  // eslint-disable-next-line require-yield
  protected *fill(): Steps<boolean> {
    if (this.done || this.row === null) return false;
    this.done = true;
    this.row.record.values.forEach((v, k) => { this.columns[k]![0] = v; });
    this.frame.outer = this.columns;
    this.raw.count = 1;
    return true;
  }
}

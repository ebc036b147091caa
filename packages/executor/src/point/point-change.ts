/** UPDATE and DELETE of the one row of a unique key. */
import type { ForeignKeyInfo } from '@pglitedb/catalog';
import type { Expr, Plan, PlannedStmt } from '@pglitedb/planner';
import { TM, type RowId, type RowOpResult, type Snapshot, type Transaction } from '@pglitedb/txn';
import type { Datum } from '@pglitedb/types';
import type { ResultColumn, SessionServices } from '../context.js';
import type { TargetIndex } from '../dml/target.js';
import type { EvalFn } from '../expr/index.js';
import type { RelationHandle } from '../relation.js';
import { PointLookup, attnumsOf, scanParts, type ScanParts } from './point-lookup.js';
import { BLOCKED, NotAPoint, PointPlan, UNSURE, pure } from './point-plan.js';
import { PointTarget, returningAttnums } from './point-target.js';

type ModifyPlan = Extract<Plan, { kind: 'ModifyTable' }>;

abstract class PointChange extends PointPlan {
  readonly writes = true;
  readonly columns: readonly ResultColumn[] | undefined;
  protected readonly target: PointTarget;
  protected readonly lookup: PointLookup;
  protected readonly result: RowOpResult = { newRowid: -1, holder: undefined, cmax: 0 };
  /** The row as values[attnum - 1], before and after; only fetched columns count. */
  protected readonly oldRow: Datum[];
  protected readonly newRow: Datum[];

  constructor(session: SessionServices, planned: PlannedStmt, rel: RelationHandle, plan: ModifyPlan, exprs: readonly Expr[], more: (t: PointTarget) => Iterable<number>) {
    super(session, planned, rel.info, 3);
    const scan: ScanParts = scanParts(plan.lefttree!);
    if (scan.scanrelid !== plan.resultRelations[0]) throw new NotAPoint();
    this.target = new PointTarget(rel, plan, session, this.x);
    this.columns = this.target.columns;
    const live = this.target.relation.liveAttnums;
    const whole = this.target.hasChecks;
    const needed = new Set([...attnumsOf(scan, [...scan.quals, ...exprs]), ...returningAttnums(plan), ...more(this.target), ...(whole ? live : [])]);
    this.lookup = new PointLookup(rel, scan, live.filter((a) => needed.has(a)), this.x);
    this.oldRow = new Array<Datum>(rel.info.attributes.length).fill(null);
    this.newRow = this.oldRow.slice();
  }

  /** Why a change was not done. */
  protected refused(code: number, rowid: RowId): number {
    if (code !== TM.beingModified) return UNSURE;
    this.holder = this.result.holder;
    this.blockedAt = rowid;
    return BLOCKED;
  }

  protected takeOld(): void {
    const { row, attnums } = this.lookup;
    for (let k = 0; k < attnums.length; k++) this.oldRow[attnums[k]! - 1] = row[k]![0];
  }
}

export class PointUpdate extends PointChange {
  readonly tags = ['UPDATE 0', 'UPDATE 1'] as const;
  private readonly attnums: readonly number[];
  private readonly values: readonly EvalFn[];
  private readonly assigned: Datum[];
  private readonly notNull: readonly number[];
  private readonly touchedIndexes: readonly TargetIndex[];
  private readonly keyAttnums: readonly number[];
  private readonly keys: Datum[][] = [];

  constructor(session: SessionServices, planned: PlannedStmt, rel: RelationHandle, plan: ModifyPlan) {
    const attnums = plan.updateColnosLists[0]!;
    const sources = plan.lefttree!.targetlist.slice(0, attnums.length).map((t) => t.expr);
    super(session, planned, rel, plan, sources, (t) => keyColumns(t, attnums));
    const changed = new Set(attnums);
    const concerns = (columns: readonly number[]): boolean => columns.some((a) => changed.has(a));
    if (rel.info.foreignKeys.some((k) => k.enforced && concerns(k.conkey)) || rel.info.referencedBy.some((k: ForeignKeyInfo) => k.enforced && concerns(k.confkey))) throw new NotAPoint();
    this.attnums = attnums;
    this.values = sources.map((e) => pure(this.lookup.compiler.compile(e)));
    this.assigned = attnums.map(() => null);
    this.notNull = this.target.relation.notNull.filter((a) => changed.has(a));
    this.touchedIndexes = this.target.relation.indexes.filter((i) => concerns(i.keys.attnums));
    this.keyAttnums = attnums.filter((a) => this.target.relation.keyAttnums.has(a));
  }

  protected work(snapshot: Snapshot, tx: Transaction): number {
    if (tx.updatePlacement !== 'in_place') return UNSURE;
    const { lookup, target, oldRow, newRow, attnums, assigned } = this;
    const rowid = lookup.find(snapshot);
    if (rowid < 0 || (this.blockedAt >= 0 && rowid !== this.blockedAt)) return 0;
    const { frame } = lookup;
    for (let k = 0; k < attnums.length; k++) assigned[k] = this.values[k]!(frame);
    this.takeOld();
    for (let k = 0; k < oldRow.length; k++) newRow[k] = oldRow[k];
    for (let k = 0; k < attnums.length; k++) newRow[attnums[k]! - 1] = assigned[k];
    if (target.hasChecks ? !target.accepts(newRow) : this.missing()) return UNSURE;
    let keyUpdate = false;
    for (let k = 0; k < this.keyAttnums.length; k++) if (oldRow[this.keyAttnums[k]! - 1] !== newRow[this.keyAttnums[k]! - 1]) keyUpdate = true;
    if (!target.keysFree(tx, this.touchedIndexes, newRow, rowid, this.keys)) return UNSURE;
    if (target.returns) target.returnRow(oldRow, newRow, this.out);
    const code = target.rel.table.update(tx, snapshot, rowid, attnums, assigned, this.result, keyUpdate);
    if (code !== TM.ok) return this.refused(code, rowid);
    this.touched = true;
    const at = this.result.newRowid;
    if (at === rowid) target.enter(tx, this.touchedIndexes, this.keys, rowid);
    else target.enterMoved(tx, at);
    return 1;
  }
  private missing(): boolean {
    const { notNull, newRow } = this;
    for (let k = 0; k < notNull.length; k++) if (newRow[notNull[k]! - 1] === null) return true;
    return false;
  }
}

/** Key columns of the indexes that an assignment to these columns concerns. */
function keyColumns(t: PointTarget, attnums: readonly number[]): number[] {
  return t.relation.indexes.filter((i) => i.keys.attnums.some((a) => attnums.includes(a))).flatMap((i) => [...i.keys.attnums]);
}

export class PointDelete extends PointChange {
  readonly tags = ['DELETE 0', 'DELETE 1'] as const;
  constructor(session: SessionServices, planned: PlannedStmt, rel: RelationHandle, plan: ModifyPlan) {
    super(session, planned, rel, plan, [], () => []);
    if (rel.info.referencedBy.some((k) => k.enforced)) throw new NotAPoint();
  }

  protected work(snapshot: Snapshot, tx: Transaction): number {
    const { lookup, target } = this;
    const rowid = lookup.find(snapshot);
    if (rowid < 0 || (this.blockedAt >= 0 && rowid !== this.blockedAt)) return 0;
    if (target.returns) {
      this.takeOld();
      target.returnRow(this.oldRow, undefined, this.out);
    }
    const code = target.rel.table.delete(tx, snapshot, rowid, this.result);
    if (code !== TM.ok) return this.refused(code, rowid);
    this.touched = true;
    return 1;
  }
}

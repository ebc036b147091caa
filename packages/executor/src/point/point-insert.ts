/** INSERT of one row given as expressions; also of many rows at once that differ in their parameters only. */
import type { Plan, PlannedStmt } from '@pglitedb/planner';
import type { Snapshot, Transaction } from '@pglitedb/txn';
import type { Datum } from '@pglitedb/types';
import type { ResultColumn, SessionServices } from '../context.js';
import { ExprCompiler, Frame, type EvalFn } from '../expr/index.js';
import { insertRows, takesRows } from '../dml/insert-rows.js';
import type { RelationHandle } from '../relation.js';
import { NotAPoint, PointPlan, UNSURE, pure } from './point-plan.js';
import { PointTarget } from './point-target.js';

type ModifyPlan = Extract<Plan, { kind: 'ModifyTable' }>;

export class PointInsert extends PointPlan {
  readonly writes = true;
  readonly tags = ['INSERT 0 0', 'INSERT 0 1'] as const;
  readonly columns: readonly ResultColumn[] | undefined;
  private readonly target: PointTarget;
  private readonly values: readonly EvalFn[];
  private readonly frame = new Frame();
  private readonly row: Datum[];
  private readonly keys: Datum[][] = [];

  readonly info: { readonly oid: number; readonly relname: string };

  constructor(session: SessionServices, readonly planned: PlannedStmt, rel: RelationHandle, plan: ModifyPlan) {
    super(session, planned, rel.info, 3);
    const source = plan.lefttree!;
    if (source.kind !== 'Result' || source.lefttree !== undefined || source.resconstantqual.length > 0 || source.initPlan.length > 0 || source.qual.length > 0) throw new NotAPoint();
    this.target = new PointTarget(rel, plan, session, this.x);
    this.columns = this.target.columns;
    if (rel.info.foreignKeys.some((k) => k.enforced)) throw new NotAPoint();
    const c = new ExprCompiler({ session, readVar: () => { throw new NotAPoint(); }, subplan: () => { throw new NotAPoint(); } });
    const width = rel.info.attributes.length;
    this.values = source.targetlist.slice(0, width).map((t) => pure(c.compile(t.expr)));
    this.row = new Array<Datum>(width).fill(null);
    this.frame.x = this.x;
    this.info = rel.info;
  }

  protected work(_snapshot: Snapshot, tx: Transaction): number {
    const { target, row, values, frame, keys } = this;
    for (let k = 0; k < values.length; k++) row[k] = values[k]!(frame);
    const { indexes } = target.relation;
    if (!target.accepts(row) || !target.keysFree(tx, indexes, row, -1, keys)) return UNSURE;
    if (target.returns) target.returnRow(undefined, row, this.out);
    this.touched = true;
    const rowid = target.rel.table.insert(tx, row);
    target.enter(tx, indexes, keys, rowid);
    return 1;
  }

  /** A plan whose run inserts these rows, each given by its parameters, or is UNSURE; undefined where it would always be. */
  ofRows(rows: readonly (readonly Datum[])[]): PointPlan | undefined {
    return this.target.returns || !takesRows(this.target.relation) ? undefined : new PointRows(this, rows);
  }
  /** @internal The row of these parameters; undefined: a constraint does not hold. */
  rowOf(params: readonly Datum[]): Datum[] | undefined {
    this.x.params = params;
    const { values, frame } = this;
    const row = new Array<Datum>(values.length);
    for (let k = 0; k < values.length; k++) row[k] = values[k]!(frame);
    return this.target.accepts(row) ? row : undefined;
  }
  /** @internal */
  writeRows(rows: readonly Datum[][], tx: Transaction): boolean { return insertRows(this.target.relation, tx, rows); }
  /** @internal */
  prepare(snapshot: Snapshot, tx: Transaction): void { Object.assign(this.x, { snapshot, tx }); }
}

/** One run of a PointInsert's rows. */
class PointRows extends PointPlan {
  readonly writes = true;
  readonly tags;
  readonly columns = undefined;
  constructor(private readonly insert: PointInsert, private readonly rows: readonly (readonly Datum[])[]) {
    super(insert.session, insert.planned, insert.info, 3);
    this.tags = insert.tags;
  }
  /** The number of rows. */
  protected work(snapshot: Snapshot, tx: Transaction): number {
    const { insert, rows } = this;
    insert.prepare(snapshot, tx);
    const out = new Array<Datum[]>(rows.length);
    for (let i = 0; i < rows.length; i++) {
      const row = insert.rowOf(rows[i]!);
      if (row === undefined) return UNSURE;
      out[i] = row;
    }
    this.touched = true;
    if (insert.writeRows(out, tx)) return rows.length;
    this.touched = false;
    return UNSURE;
  }
}

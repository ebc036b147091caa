/** What a written row must pass, as far as it is decided at once: constraints, unique keys, index entries, RETURNING. */
import { exprType, exprTypmod, type Plan, type TargetEntry } from '@pglitedb/planner';
import type { RowId, Transaction } from '@pglitedb/txn';
import type { Datum } from '@pglitedb/types';
import { columnsUsed } from '../nodes/columns-used.js';
import type { ExecContext, ResultColumn, SessionServices } from '../context.js';
import { ResultRelation, type TargetIndex } from '../dml/target.js';
import { ExprCompiler, Frame, type EvalFn } from '../expr/index.js';
import type { RelationHandle } from '../relation.js';
import { NotAPoint, evaluate, pure } from './point-plan.js';

const FIRST_NORMAL_OID = 16384;
type ModifyPlan = Extract<Plan, { kind: 'ModifyTable' }>;

export class PointTarget {
  readonly relation: ResultRelation;
  private readonly checks: readonly EvalFn[];
  readonly columns: readonly ResultColumn[] | undefined;
  readonly returning: readonly EvalFn[] = [];
  readonly returningFrame = new Frame();

  constructor(readonly rel: RelationHandle, plan: ModifyPlan, session: SessionServices, private readonly x: ExecContext) {
    refuse(rel, plan);
    this.relation = new ResultRelation(rel, session);
    if (this.relation.generated.length > 0) throw new NotAPoint();
    this.checks = this.relation.checks.map((k) => pure(k.test));
    this.relation.rowFrame.x = x;
    this.relation.rowFrame.oi = 0;
    this.returningFrame.x = x;
    const list = plan.returningLists[0];
    if (list === undefined || list.length === 0) return;
    const c = returningCompiler(session, plan);
    const visible = list.filter((t) => !t.resjunk);
    this.returning = visible.map((t) => pure(c.compile(t.expr)));
    this.columns = visible.map(resultColumn);
  }

  /** Columns that RETURNING may read are every column: then old rows are needed whole. */
  get returns(): boolean { return this.columns !== undefined; }
  get hasChecks(): boolean { return this.checks.length > 0; }

  /** NOT NULL of these columns (undefined: of all) and the CHECKs. */
  accepts(row: readonly Datum[]): boolean {
    const { notNull } = this.relation;
    for (let k = 0; k < notNull.length; k++) if (row[notNull[k]! - 1] === null) return false;
    if (this.checks.length === 0) return true;
    this.relation.rowColumns(row);
    for (let k = 0; k < this.checks.length; k++) if (this.checks[k]!(this.relation.rowFrame) === false) return false;
    return true;
  }

  /** The row's keys in these indexes; false where a unique one is taken or somebody's decision is awaited. */
  keysFree(tx: Transaction, indexes: readonly TargetIndex[], row: readonly Datum[], self: RowId, keys: Datum[][]): boolean {
    for (let k = 0; k < indexes.length; k++) {
      const { handle } = indexes[k]!;
      const key = (keys[k] ??= []);
      const { attnums, nkeys } = handle.info;
      for (let c = 0; c < nkeys; c++) key[c] = row[attnums[c]! - 1];
      if (handle.info.unique && handle.index.checkUnique(tx, this.rel.table, key, self) !== undefined) return false;
    }
    return true;
  }

  enter(tx: Transaction, indexes: readonly TargetIndex[], keys: readonly Datum[][], rowid: RowId): void {
    for (let k = 0; k < indexes.length; k++) indexes[k]!.handle.index.insert(tx, keys[k]!, rowid);
  }

  /** The row is in another place than before. */
  enterMoved(tx: Transaction, rowid: RowId): void {
    for (const { handle } of this.relation.indexes) {
      const attnums = handle.info.attnums.slice(0, handle.info.nkeys);
      const key = attnums.map((): Datum[] => []);
      this.rel.table.fetchLatest(tx, rowid, attnums, key, 0);
      handle.index.insert(tx, key.map(([value]) => value), rowid);
    }
  }

  /** RETURNING, before the row is written: nothing may fail after that. */
  returnRow(oldRow: Datum[] | undefined, newRow: Datum[] | undefined, out: Datum[]): void {
    const f = this.returningFrame;
    f.oldRow = oldRow;
    f.newRow = newRow;
    evaluate(this.returning, f, out);
  }
}

/** Tables and statements with anything beyond constraints that one row decides. */
function refuse(rel: RelationHandle, plan: ModifyPlan): void {
  const { info } = rel;
  if (info.oid < FIRST_NORMAL_OID || info.relkind !== 'r' || info.triggers.some((t) => !t.tgisinternal && t.tgenabled !== 'D') || plan.resultRelations.length !== 1) throw new NotAPoint();
  if (plan.onConflict !== undefined || !plan.canSetTag || plan.rowMarks.length > 0 || (plan.withCheckOptionLists[0] ?? []).length > 0) throw new NotAPoint();
  for (const i of info.indexes) {
    if (!i.ready || i.amname !== 'btree' || i.exclusion || i.expressions.length > 0 || i.predicate !== undefined || (i.unique && !i.immediate)) throw new NotAPoint();
  }
}

function returningCompiler(session: SessionServices, plan: ModifyPlan): ExprCompiler {
  const rti = plan.resultRelations[0]!;
  return new ExprCompiler({
    session,
    readVar: (v) => {
      if (v.varno !== rti || v.varattno <= 0) throw new NotAPoint();
      const k = v.varattno - 1;
      if (v.varreturningtype === 'old') return { side: 'fn', fn: (f) => (f.oldRow === undefined ? null : f.oldRow[k]) };
      if (v.varreturningtype === 'new') return { side: 'fn', fn: (f) => (f.newRow === undefined ? null : f.newRow[k]) };
      return { side: 'fn', fn: plan.operation === 'delete' ? (f) => f.oldRow![k] : (f) => f.newRow![k] };
    },
    subplan: () => { throw new NotAPoint(); },
  });
}

export function resultColumn(t: TargetEntry): ResultColumn {
  return { name: t.resname ?? '?column?', typeOid: exprType(t.expr), typmod: exprTypmod(t.expr), tableOid: t.resorigtbl, attnum: t.resorigcol };
}

/** The columns of a plan's RETURNING list. */
export function returningAttnums(plan: ModifyPlan): Set<number> {
  return columnsUsed((plan.returningLists[0] ?? []).map((t) => t.expr), plan.resultRelations[0]!);
}

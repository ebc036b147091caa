/** LockRows: SELECT … FOR UPDATE/SHARE. Rows that changed meanwhile are looked up again; SKIP LOCKED leaves them out. */
import type { Plan, PlanRowMark } from '@pglitedb/planner';
import { TM, type RowLockMode, type RowOpResult, type Steps } from '@pglitedb/txn';
import { SqlError, type Datum } from '@pglitedb/types';
import type { Batch } from '../context.js';
import { lockTimeout } from '../dml/constraints.js';
import { movedAway, serializationFailure } from '../dml/write-row.js';
import { openRelation, type RelationHandle } from '../relation.js';
import { defineNodes, type Builder } from './builder.js';
import { newColumns, Operator } from './operator.js';
import { markedRows, recheckRow, type InputRow } from './evalplanqual.js';

const MODES: Record<string, RowLockMode> = { exclusive: 'exclusive', nokeyexclusive: 'nokeyexclusive', share: 'share', keyshare: 'keyshare' };
interface Locked { rowid: number; /** the row had changed: recheck it */ changed: boolean }
interface Mark { mark: PlanRowMark; rel: RelationHandle; ctid: number; /** column that tells which child the row is of; -1 */ tableoid: number; mode: RowLockMode }

class LockRowsOperator extends Operator {
  private readonly child: Operator;
  /** What the rows' conditions do must come after the lock of the row before. */
  private readonly oneByOne: boolean;
  private readonly marks: Mark[];
  private readonly out: Batch;
  private readonly result: RowOpResult = { newRowid: -1, holder: undefined, cmax: 0 };
  constructor(plan: Extract<Plan, { kind: 'LockRows' }>, b: Builder) {
    super(plan, b);
    this.child = b.open(plan.lefttree!);
    this.oneByOne = this.child.isVolatile;
    const input = plan.lefttree!.targetlist;
    this.marks = plan.rowMarks.filter((m) => MODES[m.markType] !== undefined && !m.isParent).map((mark) => ({
      mark, rel: b.relation(mark.rti), mode: MODES[mark.markType]!, ctid: input.findIndex((t) => t.resjunk && t.resname === `ctid${mark.rowmarkId}`), tableoid: input.findIndex((t) => t.resjunk && t.resname === `tableoid${mark.rowmarkId}`),
    }));
    this.out = { count: 0, columns: newColumns(plan.targetlist.length) };
  }
  override children(): readonly Operator[] { return [this.child]; }
  protected reset(): void { /* nothing kept */ }

  *next(max: number): Steps<Batch | null> {
    for (;;) {
      const batch = yield* this.child.next(this.oneByOne ? 1 : max);
      if (batch === null) return null;
      this.out.count = 0;
      for (let r = 0; r < batch.count; r++) {
        const row = yield* this.lockRow(batch, r);
        if (row === undefined) continue;
        for (let c = 0; c < this.out.columns.length; c++) this.out.columns[c]![this.out.count] = row.columns[c]![row.at];
        this.out.count++;
      }
      if (this.out.count > 0) return this.out;
    }
  }

  private *lockRow(batch: Batch, r: number): Steps<InputRow | undefined> {
    const row: InputRow = { columns: batch.columns, at: r };
    let latest: { rti: number; rel: RelationHandle; rowid: number }[] | undefined;
    for (const mark of this.marks) {
      const m = mark.tableoid < 0 ? mark : this.inChild(mark, row.columns[mark.tableoid]![row.at]);
      const rowid: Datum = row.columns[m.ctid]![row.at];
      if (rowid === null) continue;
      const locked = yield* this.lockOne(m, rowid, false);
      if (locked === undefined) return undefined;
      if (locked.changed) (latest ??= []).push({ rti: m.mark.rti, rel: m.rel, rowid: locked.rowid });
    }
    return latest === undefined ? row : yield* this.recheck(row, latest);
  }

  /** The plan's row over the latest versions of the rows that had changed. */
  private *recheck(row: InputRow, latest: { rti: number; rel: RelationHandle; rowid: number }[]): Steps<InputRow | undefined> {
    const { builder: b } = this;
    const plan = this.plan.lefttree!;
    const rows = markedRows(b, plan, row);
    for (const l of latest) {
      const rtis = b.planned.rowMarks.filter((m) => m.prti === l.rti && b.rte(m.rti).relid === l.rel.info.oid).map((m) => m.rti);
      for (const rti of rtis.length > 0 ? rtis : [l.rti]) rows.set(rti, { rowid: l.rowid, latest: true });
    }
    const again = yield* recheckRow(b, plan, rows, this.x);
    return again === undefined ? undefined : { columns: again.columns, at: 0 };
  }

  private inChild(m: Mark, oid: Datum): Mark {
    return oid === null || oid === m.rel.info.oid ? m : { ...m, rel: openRelation(this.x.session, oid) };
  }

  /** The rowid now locked (another one when the row had changed), undefined to leave the row out. */
  private *lockOne(m: Mark, rowid: number, latest: boolean): Steps<Locked | undefined> {
    const { x, result } = this;
    for (;;) {
      const code = m.rel.table.lock(x.tx, x.snapshot, rowid, m.mode, result, latest);
      switch (code) {
        case TM.ok: return { rowid: result.newRowid, changed: latest };
        case TM.beingModified:
          if (m.mark.waitPolicy === 'skip') return undefined;
          if (m.mark.waitPolicy === 'error') throw new SqlError('55P03', `could not obtain lock on row in relation "${m.rel.info.relname}"`);
          yield* x.session.txns.waitFor(x.tx, result.holder!, lockTimeout(x), `locking tuple in relation "${m.rel.info.relname}"`);
          continue;
        case TM.selfModified: case TM.invisible: return undefined;
        case TM.updated:
          if (x.tx.isolation !== 'read committed' && x.tx.isolation !== 'read uncommitted') throw serializationFailure('update');
          if (result.newRowid < 0) throw movedAway();
          return yield* this.relock(m, result.newRowid);
        default:
          if (x.tx.isolation !== 'read committed' && x.tx.isolation !== 'read uncommitted') throw serializationFailure('update');
          return undefined;
      }
    }
  }
  private *relock(m: Mark, rowid: number): Steps<Locked | undefined> { return yield* this.lockOne(m, rowid, true); }
}

defineNodes({ LockRows: (p, b) => new LockRowsOperator(p, b) });

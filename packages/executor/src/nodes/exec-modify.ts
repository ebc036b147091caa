/** ModifyTable: INSERT (with ON CONFLICT), UPDATE and DELETE over the rows of its child, RETURNING what was written. */
import { catalogName } from '@pglitedb/catalog';
import type { Plan } from '@pglitedb/planner';
import { TM, type RowLockMode, type Steps } from '@pglitedb/txn';
import { SqlError, type Datum, type PgRecord } from '@pglitedb/types';
import type { Batch, ExecContext } from '../context.js';
import { findConflict, insertIndexEntries, checkRow, failingRow, partitionViolation } from '../dml/constraints.js';
import { runAfterQueue } from '../dml/after-queue.js';
import { insertRows, ROWS_MIN, rowPasses, takesRows } from '../dml/insert-rows.js';
import { queueForeignKeyChecks } from '../dml/foreign-keys.js';
import { columnMap, mapRow, PartitionRouter } from '../dml/partition-routing.js';
import { ResultRelation } from '../dml/target.js';
import { afterStatement, beforeStatement, fireRow, queueRow, type TriggerEvent } from '../dml/triggers.js';
import { acquireRow, deleteRow, insertRow, updateRow, type WriteOutcome } from '../dml/write-row.js';
import { compileQual, evalSteps, Frame, type Compiled } from '../expr/index.js';
import type { Builder } from './builder.js';
import { defineNodes } from './builder.js';
import { BATCH_ROWS, Operator } from './operator.js';
import { Projection } from './projection.js';
import { callsVolatile } from './row-at-a-time.js';
import { returningCompiler } from './returning.js';
import { MergeRunner } from './exec-merge.js';
import { markedRows, recheckRow } from './evalplanqual.js';

const FIRST_NORMAL_OID = 16384;
/** pg_trigger.tgtype: TRIGGER_TYPE_ROW, _BEFORE and _UPDATE. */
const BEFORE_ROW_UPDATE = 1 | 2 | 16;
export type ModifyPlan = Extract<Plan, { kind: 'ModifyTable' }>;

interface CheckOption { qual: Compiled; name: string; policy: string | undefined; kind: string }

/** ExecWithCheckOptions' errors of policies. */
function policyViolation(c: CheckOption): SqlError {
  const policy = c.policy === undefined ? '' : ` "${c.policy}"`;
  if (c.kind === 'rls_merge_update' || c.kind === 'rls_merge_delete') return new SqlError('42501', `target row violates row-level security policy${policy} (USING expression) for table "${c.name}"`);
  return new SqlError('42501', `new row violates row-level security policy${policy}${c.kind === 'rls_conflict' ? ' (USING expression)' : ''} for table "${c.name}"`);
}

export class ModifyTableOperator extends Operator {
  readonly child: Operator;
  readonly frame = new Frame();
  readonly targets: ResultRelation[];
  private readonly returning: (Projection | undefined)[];
  private readonly junkCtid: number;
  private readonly junkTable: number;
  /** A view's old row. */
  private readonly junkWhole: number;
  private readonly conflictSet: { attnum: number; value: Compiled }[] = [];
  /** Subqueries of multiple assignments: they set what conflictSet reads. */
  private readonly conflictFirst: Compiled[] = [];
  private readonly conflictWhere: Compiled | undefined;
  private readonly checkOptions: CheckOption[][];
  private readonly merge: MergeRunner | undefined;
  /** INSERT into, and UPDATE or MERGE through a partitioned table. */
  readonly router: PartitionRouter | undefined;
  /** What the statement names: its statement triggers fire. */
  private readonly rootTarget: ResultRelation;
  /** INSERT whose rows may go in batch by batch. */
  private readonly together: boolean;
  /** What the rows' conditions do must come after the change of the row before. */
  private readonly oneByOne: boolean;
  private batch: Batch | null = null;
  private row = 0;
  private state: 'new' | 'open' | 'done' = 'new';
  constructor(readonly mt: ModifyPlan, b: Builder) {
    super(mt, b);
    this.child = b.open(mt.lefttree!);
    this.oneByOne = (mt.operation !== 'insert' && this.child.isVolatile) || callsVolatile(mt.lefttree!, b.planned, b.catalog);
    const input = mt.lefttree!.targetlist;
    this.targets = mt.resultRelations.map((rti) => new ResultRelation(b.relation(rti), b.session));
    const root = b.relation(mt.rootRelation !== 0 ? mt.rootRelation : mt.resultRelations[0] ?? mt.nominalRelation).info;
    this.rootTarget = mt.rootRelation !== 0 ? new ResultRelation(b.relation(mt.rootRelation), b.session) : this.targets[0]!;
    if (root.relkind === 'p') {
      this.router = new PartitionRouter(b.session, root, (oid) => this.targets.find((t) => t.rel.info.oid === oid));
      for (const t of this.targets) t.mayMove = true;
    }
    this.junkCtid = input.findIndex((t) => t.resjunk && t.resname === 'ctid');
    this.junkWhole = input.findIndex((t) => t.resjunk && t.resname === 'wholerow');
    this.junkTable = input.findIndex((t) => t.resjunk && t.resname === 'tableoid');
    this.returning = mt.resultRelations.map((rti, k) => {
      const list = mt.returningLists[k];
      return list === undefined || list.length === 0 ? undefined : new Projection(list, [], returningCompiler(b, rti, mt));
    });
    this.checkOptions = mt.resultRelations.map((rti, k) => (mt.withCheckOptionLists[k] ?? []).map((w) => ({
      qual: compileQual([w.qual].flat(), returningCompiler(b, rti, mt))!, name: w.relname, policy: w.polname, kind: w.wcoKind,
    })));
    this.targets.forEach((t, k) => this.guard(t, k));
    if (mt.onConflict?.action === 'update') {
      const c = returningCompiler(b, mt.resultRelations[0]!, mt, mt.onConflict.exclRelIndex);
      const set = mt.onConflict.onConflictSet;
      this.conflictSet = set.filter((t) => !t.resjunk).map((t) => ({ attnum: t.resno, value: c.compile(t.expr) }));
      this.conflictFirst = set.filter((t) => t.resjunk).map((t) => c.compile(t.expr));
      const where = mt.onConflict.onConflictWhere;
      this.conflictWhere = where && compileQual([where].flat(), c);
    }
    this.together = mt.operation === 'insert' && mt.onConflict === undefined && this.router === undefined && this.checkOptions[0]!.length === 0
      && this.targets[0]!.partition === undefined && takesRows(this.targets[0]!);
    if (mt.operation === 'merge') this.merge = new MergeRunner(this, b);
  }
  override children(): readonly Operator[] { return [this.child]; }
  override start(x: ExecContext): void { this.frame.x = x; super.start(x); }
  protected reset(): void { this.batch = null; this.row = 0; this.state = 'new'; }

  *next(max: number): Steps<Batch | null> {
    if (this.state === 'new') {
      this.state = 'open';
      yield* beforeStatement(this.rootTarget, this.events, this.x, this.updatedColumns());
    }
    const out = this.returning[0];
    const limit = Math.min(max, BATCH_ROWS);
    out?.clear();
    while (this.state === 'open') {
      if (this.batch === null || this.row >= this.batch.count) {
        this.batch = yield* this.child.next(this.oneByOne ? 1 : out === undefined ? BATCH_ROWS : limit);
        this.row = 0;
        if (this.batch === null) { yield* this.finish(); break; }
        if (this.x.session.sliceOver()) yield* this.breathe();
        if (this.together && this.batch.count >= ROWS_MIN && (yield* this.insertTogether(this.batch))) {
          this.row = this.batch.count;
          if (out !== undefined && out.out.count >= limit) return out.out;
          continue;
        }
      }
      this.frame.outer = this.batch.columns;
      this.frame.oi = this.row++;
      yield* this.processRow();
      if (out !== undefined && out.out.count >= limit) return out.out;
    }
    return out !== undefined && out.out.count > 0 ? out.out : null;
  }

  private *finish(): Steps<void> {
    this.state = 'done';
    for (const t of this.targets) if (t.rel.info.oid < FIRST_NORMAL_OID && catalogName(t.rel.info.oid) !== undefined) this.x.session.catalogWriter().noteSqlChange(t.rel.info.oid);
    yield* afterStatement(this.rootTarget, [...this.events].reverse(), this.x, this.updatedColumns());
    yield* runAfterQueue(this.x);
  }
  /** Events of the statement, in the order of their BEFORE triggers. */
  private get events(): TriggerEvent[] {
    const { operation, onConflict } = this.mt;
    if (operation === 'insert') return onConflict?.action === 'update' ? ['insert', 'update'] : ['insert'];
    if (operation !== 'merge') return [operation];
    const used = this.mt.mergeActionLists.flat().map((a) => a.commandType as string);
    return (['insert', 'update', 'delete'] as const).filter((e) => used.includes(e));
  }
  private updatedColumns(): readonly number[] | undefined {
    return this.mt.operation === 'update' ? this.mt.updateColnosLists[0] : undefined;
  }

  private *processRow(): Steps<void> {
    if (this.targets[0]!.rel.info.relkind === 'v' && this.mt.operation !== 'merge') return yield* this.instead();
    switch (this.mt.operation) {
      case 'insert': return yield* this.insert();
      case 'update': return yield* this.update();
      case 'delete': return yield* this.delete();
      default: return yield* this.merge!.processRow();
    }
  }

  /** A view's row goes to its INSTEAD OF triggers. */
  private *instead(): Steps<void> {
    const target = this.targets[0]!;
    const { mt, x, frame: f } = this;
    const operation = mt.operation as 'insert' | 'update' | 'delete';
    const old = operation === 'insert' ? undefined : [...(f.outer[this.junkWhole]![f.oi] as PgRecord).values];
    let row = operation === 'insert' ? this.inputRow(target) : operation === 'update' ? [...old!] : undefined;
    if (operation === 'update') mt.updateColnosLists[0]!.forEach((a, c) => { row![a - 1] = f.outer[c]![f.oi]; });
    const answer = yield* fireRow(target, 'instead', operation, old, row, x);
    if (answer === null) return;
    if (row !== undefined) row = answer;
    yield* this.wrote(0, old, row);
  }

  /** Which result relation the row belongs to, by its tableoid. */
  targetIndex(): number {
    if (this.targets.length === 1 || this.junkTable < 0) return 0;
    const oid = this.frame.outer[this.junkTable]![this.frame.oi];
    return this.targets.findIndex((t) => t.rel.info.oid === oid);
  }
  rowid(): number | null { return this.junkCtid < 0 ? null : this.frame.outer[this.junkCtid]![this.frame.oi]; }

  private inputRow(target: ResultRelation): Datum[] {
    const width = target.rel.info.attributes.length;
    const row = new Array<Datum>(width);
    const { outer, oi } = this.frame;
    for (let k = 0; k < width; k++) row[k] = k < outer.length ? outer[k]![oi] : null;
    return row;
  }

  private *insert(): Steps<void> {
    const target = this.targets[0]!;
    const row = this.inputRow(target);
    if (this.router !== undefined) return yield* this.insertRouted(row);
    if (this.mt.onConflict !== undefined) return yield* this.insertOnConflict(target, row);
    if ((yield* insertRow(target, row, this.x)) < 0) return;
    yield* this.wrote(0, undefined, row);
  }

  /** The rows of a batch at once; false: one by one. */
  private *insertTogether(batch: Batch): Steps<boolean> {
    const { x, frame: f } = this;
    const target = this.targets[0]!;
    const rows = new Array<Datum[]>(batch.count);
    f.outer = batch.columns;
    try {
      for (let i = 0; i < rows.length; i++) {
        f.oi = i;
        const row = this.inputRow(target);
        if (!rowPasses(target, row, x)) return false;
        rows[i] = row;
      }
    } catch (error) {
      // Which row's error is told is for the general way to say.
      if (error instanceof SqlError) return false;
      throw error;
    }
    if (!insertRows(target, x.tx, rows)) return false;
    if (this.mt.canSetTag && this.returning[0] === undefined) x.affected += rows.length;
    if (target.rel.info.foreignKeys.length > 0) for (const row of rows) queueForeignKeyChecks(target, 'insert', undefined, row, x);
    if (this.returning[0] === undefined) return true;
    for (let i = 0; i < rows.length; i++) {
      f.oi = i;
      yield* this.wrote(0, undefined, rows[i]);
    }
    return true;
  }

  private guard(t: ResultRelation, k: number, toRoot?: (row: Datum[]) => Datum[]): void {
    if (!this.checkOptions[k]!.some((c) => c.kind !== 'view')) return;
    const moved = this.mt.operation === 'update';
    t.policyCheck = (kind, row) => this.checkPolicies(k, kind === 'update' || moved ? 'rls_update' : 'rls_insert', toRoot === undefined ? row : toRoot(row));
  }
  /** The checks of one kind over a row in the layout of result relation k. */
  *checkPolicies(k: number, kind: string, row: Datum[]): Steps<void> {
    const f = this.frame;
    const [oldRow, newRow] = [f.oldRow, f.newRow];
    f.newRow = row;
    for (const c of this.checkOptions[k]!) {
      if (c.kind === kind && (yield* evalSteps(c.qual, f)) !== true) throw policyViolation(c);
    }
    f.oldRow = oldRow;
    f.newRow = newRow;
  }

  /** A row in the root's layout to the partition that takes it. */
  *insertRouted(row: Datum[], counts = true, oldRow?: Datum[]): Steps<void> {
    const { router, x } = this;
    const r = yield* router!.route(row, x);
    if (this.targets.length > 0 && !this.targets.includes(r.target)) this.guard(r.target, 0, (leafRow) => mapRow(router!.toRoot(r.target, leafRow), columnMap(router!.root, this.targets[0]!.rel.info)));
    if (this.mt.onConflict !== undefined && this.mt.operation === 'insert') {
      this.frame.writtenTable = r.target.rel.info.oid;
      yield* this.insertOnConflict(r.target, r.row);
      return;
    }
    r.target.routed = true;
    const done = yield* insertRow(r.target, r.row, x);
    r.target.routed = false;
    if (done < 0) return;
    this.frame.writtenTable = r.target.rel.info.oid;
    yield* this.wroteRoot(oldRow, router!.toRoot(r.target, r.row), counts);
    this.frame.writtenTable = 0;
  }
  /** wrote() for a row in the root's layout: RETURNING lists are over the root only for INSERT. */
  private *wroteRoot(oldRow: Datum[] | undefined, newRow: Datum[], counts: boolean): Steps<void> {
    const k = 0;
    if (this.mt.operation === 'insert' || this.targets.length === 0) { yield* this.wrote(k, oldRow, newRow, counts); return; }
    const { info } = this.targets[k]!.rel;
    const map = columnMap(this.router!.root, info);
    yield* this.wrote(k, oldRow && mapRow(oldRow, map), mapRow(newRow, map), counts);
  }

  /** UPDATE that takes a row out of its partition: a deletion there, an insertion by way of the root (ExecCrossPartitionUpdate). */
  *moveRow(k: number, rowid: number, old: Datum[], updated: Datum[]): Steps<void> {
    const target = this.targets[k]!;
    const router = this.router!;
    const [oldRoot, newRoot] = [router.toRoot(target, old), router.toRoot(target, updated)];
    yield* router.route(newRoot, this.x);
    const outcome = yield* deleteRow(target, rowid, old, this.x, true);
    if (outcome.kind !== 'done') return;
    yield* this.insertRouted(newRoot, true, oldRoot);
  }

  /** Counts, checks WITH CHECK OPTION and returns the written row. */
  *wrote(k: number, oldRow: Datum[] | undefined, newRow: Datum[] | undefined, counts = true): Steps<void> {
    const f = this.frame;
    f.oldRow = oldRow;
    f.newRow = newRow;
    if (newRow !== undefined) for (const w of this.checkOptions[k]!) {
      if (w.kind !== 'view' || (yield* evalSteps(w.qual, f)) === true) continue;
      const detail = failingRow(this.targets[k]!, newRow);
      throw new SqlError('44000', `new row violates check option for view "${w.name}"`, detail === undefined ? {} : { detail });
    }
    if (this.mt.canSetTag && counts) this.x.affected++;
    const p = this.returning[k];
    if (p === undefined) return;
    const first = this.returning[0]!;
    yield* p.addRow(f);
    if (p !== first) moveRow(p, first);
  }

  private *insertOnConflict(target: ResultRelation, row: Datum[]): Steps<void> {
    const { x, frame: f } = this;
    const clause = this.mt.onConflict!;
    if (target.rel.info.triggers.length > 0) {
      const changed = yield* fireRow(target, 'before', 'insert', undefined, row, x);
      if (changed === null) return;
      row = changed;
    }
    if (target.policyCheck !== undefined) yield* target.policyCheck('insert', row);
    yield* checkRow(target, row, x);
    if (this.router === undefined && target.partition !== undefined && !(yield* target.partition.holds(row, x))) throw partitionViolation(target, row);
    if (this.router !== undefined) target.mayMove = true;
    const arbiters = target.indexes.filter((i) => i.handle.info.unique && (this.mt.arbiterIndexes.length === 0 || this.isArbiter(i.handle.info.oid)));
    for (;;) {
      let conflict = -1;
      for (const index of arbiters) {
        const key = index.keys.keyOf(row, x);
        if (key === undefined) continue;
        conflict = yield* findConflict(target, index, key, -1, x);
        if (conflict >= 0) break;
      }
      if (conflict < 0) break;
      if (clause.action === 'nothing') {
        if (x.tx.isolation !== 'read committed' && x.tx.isolation !== 'read uncommitted' && !this.sees(target, conflict)) throw new SqlError('40001', 'could not serialize access due to concurrent update');
        return;
      }
      if (yield* this.conflictUpdate(target, conflict, row)) return;
    }
    const rowid = target.rel.table.insert(x.tx, row);
    yield* insertIndexEntries(target, row, rowid, x);
    queueForeignKeyChecks(target, 'insert', undefined, row, x);
    yield* queueRow(target, 'insert', undefined, row, x);
    yield* this.wrote(0, undefined, this.router === undefined ? row : this.router.toRoot(target, row));
    f.writtenTable = 0;
  }
  /** The row is one that the transaction's snapshot sees, or the transaction's own. */
  private sees(target: ResultRelation, rowid: number): boolean {
    const { x } = this;
    return target.rel.table.fetch({ csn: x.snapshot.csn, curcid: Infinity, xact: x.tx }, rowid, [], [], 0);
  }
  /** The index, or the one of the root that it is a part of. */
  private isArbiter(index: number): boolean {
    const c = this.x.session.catalog();
    for (let oid: number | undefined = index; oid !== undefined; oid = this.router === undefined ? undefined : c.rows('pg_inherits', { inhrelid: oid })[0]?.inhparent) {
      if (this.mt.arbiterIndexes.includes(oid)) return true;
    }
    return false;
  }

  /** ON CONFLICT DO UPDATE of the conflicting row; false: it vanished meanwhile, try the insertion again. */
  private *conflictUpdate(target: ResultRelation, rowid: number, excluded: Datum[]): Steps<boolean> {
    const { x, frame: f } = this;
    const { result } = target;
    // What this command itself has written is told apart first; else the row's latest version counts.
    let code = target.rel.table.lock(x.tx, x.snapshot, rowid, 'exclusive', result);
    if (code !== TM.ok && code !== TM.selfModified && code !== TM.invisible) code = target.rel.table.lock(x.tx, x.snapshot, rowid, 'exclusive', result, true);
    if (code === TM.beingModified) { yield* x.session.txns.waitFor(x.tx, result.holder!, 0, 'updating tuple'); return false; }
    if (code === TM.selfModified || code === TM.invisible) {
      throw new SqlError('21000', 'ON CONFLICT DO UPDATE command cannot affect row a second time', {
        hint: 'Ensure that no rows proposed for insertion within the same command have duplicate constrained values.',
      });
    }
    if (code !== TM.ok) return false;
    const old = target.fetchLatest(x, rowid);
    if (old === undefined) return false;
    if (x.tx.isolation === 'repeatable read' && target.fetch(x, rowid) === undefined) throw new SqlError('40001', 'could not serialize access due to concurrent update');
    const whole = (row: Datum[]): Datum[] => (this.router === undefined ? row : this.router.toRoot(target, row));
    const rootOld = whole(old);
    f.oldRow = rootOld;
    f.newRow = rootOld;
    f.inner = whole(excluded).map((v) => [v]);
    f.ii = 0;
    if (this.conflictWhere !== undefined && (yield* evalSteps(this.conflictWhere, f)) !== true) return true;
    yield* this.checkPolicies(0, 'rls_conflict', rootOld);
    f.oldRow = rootOld;
    f.newRow = rootOld;
    const rootNew = [...rootOld];
    for (const s of this.conflictFirst) yield* evalSteps(s, f);
    for (const s of this.conflictSet) rootNew[s.attnum - 1] = yield* evalSteps(s.value, f);
    const map = this.router === undefined ? undefined : columnMap(this.router.root, target.rel.info);
    const updated = mapRow(rootNew, map);
    const set = this.conflictSet.map((s) => (map === undefined ? s.attnum : map.indexOf(s.attnum - 1) + 1));
    const outcome = yield* updateRow(target, rowid, set, old, updated, x);
    if (outcome.kind === 'leaves') throw new SqlError('0A000', 'invalid ON UPDATE specification', { detail: 'The result tuple would appear in a different partition than the original tuple.' });
    if (outcome.kind === 'self') {
      throw new SqlError('21000', 'ON CONFLICT DO UPDATE command cannot affect row a second time', {
        hint: 'Ensure that no rows proposed for insertion within the same command have duplicate constrained values.',
      });
    }
    if (outcome.kind === 'done') yield* this.wrote(0, rootOld, whole(updated));
    f.writtenTable = 0;
    return true;
  }

  private *update(): Steps<void> {
    const k = this.targetIndex();
    const target = this.targets[k]!;
    const first = this.rowid();
    if (first === null) return;
    let rowid: number = first;
    const attnums = this.mt.updateColnosLists[k]!;
    const { x, frame: f } = this;
    for (;;) {
      const mode = this.changesKey(target, attnums, rowid) ? 'exclusive' : 'nokeyexclusive';
      const locked: WriteOutcome = yield* acquireRow(target, rowid, mode, x);
      const ready: number | undefined = yield* this.settle(locked, k, mode);
      if (ready === undefined) return;
      rowid = ready;
      const old = locked.kind === 'moved' ? target.fetchLatest(x, rowid) : target.fetch(x, rowid);
      if (old === undefined) return;
      const updated = [...old];
      for (let c = 0; c < attnums.length; c++) updated[attnums[c]! - 1] = f.outer[c]![f.oi];
      const outcome: WriteOutcome = yield* updateRow(target, rowid, attnums, old, updated, x);
      if (outcome.kind === 'moved') { rowid = outcome.rowid; continue; }
      if (outcome.kind === 'leaves') return yield* this.moveRow(k, rowid, old, updated);
      if (outcome.kind === 'done') yield* this.wrote(k, old, updated);
      return;
    }
  }

  /** Key columns are assigned; where no trigger asks for the lock beforehand: assigned another value. */
  private changesKey(target: ResultRelation, attnums: readonly number[], rowid: number): boolean {
    if (!attnums.some((a) => target.keyAttnums.has(a))) return false;
    const old = target.rel.info.triggers.some((t) => (t.tgtype & BEFORE_ROW_UPDATE) === BEFORE_ROW_UPDATE) ? undefined : target.fetch(this.x, rowid);
    const { outer, oi } = this.frame;
    return old === undefined || attnums.some((a, c) => target.keyAttnums.has(a) && old[a - 1] !== outer[c]![oi]);
  }

  /** After a lock attempt: the row to work on, or undefined to skip it. A moved row is rechecked against the query. */
  private *settle(locked: WriteOutcome, k: number, mode: RowLockMode): Steps<number | undefined> {
    if (locked.kind === 'done') return locked.rowid;
    if (locked.kind !== 'moved') return undefined;
    const again = yield* acquireRow(this.targets[k]!, locked.rowid, mode, this.x, true);
    if (again.kind !== 'done') return undefined;
    return (yield* this.recheck(k, again.rowid)) ? again.rowid : undefined;
  }

  /** Runs the query over the latest version of a target's row (EvalPlanQual); its row becomes the frame's. */
  *recheck(k: number, rowid: number): Steps<boolean> {
    const { builder: b, mt, frame: f } = this;
    const plan = mt.lefttree!;
    const rows = markedRows(b, plan, { columns: f.outer, at: f.oi });
    mt.resultRelations.forEach((rti, at) => rows.set(rti, at === k ? { rowid, latest: true } : null));
    const row = yield* recheckRow(b, plan, rows, this.x);
    if (row === undefined) return false;
    f.outer = row.columns;
    f.oi = 0;
    return true;
  }

  private *delete(): Steps<void> {
    const k = this.targetIndex();
    const target = this.targets[k]!;
    const rowid = this.rowid();
    if (rowid === null) return;
    const locked = yield* acquireRow(target, rowid, 'exclusive', this.x);
    const at = yield* this.settle(locked, k, 'exclusive');
    if (at === undefined) return;
    const old = locked.kind === 'moved' ? target.fetchLatest(this.x, at) : target.fetch(this.x, at);
    if (old === undefined) return;
    const outcome = yield* deleteRow(target, at, old, this.x);
    if (outcome.kind === 'done') yield* this.wrote(k, old, undefined);
  }
}

function moveRow(from: Projection, to: Projection): void {
  const at = to.out.count;
  for (let c = 0; c < to.out.columns.length; c++) to.out.columns[c]![at] = from.out.columns[c]![from.out.count - 1];
  to.out.count = at + 1;
  from.clear();
}

defineNodes({ ModifyTable: (p, b) => new ModifyTableOperator(p, b) });

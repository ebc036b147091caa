/** MERGE: each row of the join picks the first action whose condition holds. */
import type { MergeAction } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Datum } from '@pglitedb/types';
import { acquireRow, deleteRow, insertRow, updateRow, type WriteOutcome } from '../dml/write-row.js';
import { compileQual, evalSteps, type Compiled } from '../expr/index.js';
import type { Builder } from './builder.js';
import type { ModifyTableOperator } from './exec-modify.js';
import { returningCompiler } from './returning.js';

interface Action { readonly action: MergeAction; readonly when: Compiled | undefined; readonly values: { attnum: number; value: Compiled }[] }

export class MergeRunner {
  private readonly actions: Action[][];
  constructor(private readonly op: ModifyTableOperator, b: Builder) {
    this.actions = op.mt.resultRelations.map((rti, k) => {
      const c = returningCompiler(b, rti, op.mt);
      return op.mt.mergeActionLists[k]!.map((action) => ({
        action, when: action.qual && compileQual([action.qual].flat(), c),
        values: action.targetList.filter((t) => !t.resjunk).map((t, n) => ({ attnum: action.commandType === 'update' ? action.updateColnos[n]! : t.resno, value: c.compile(t.expr) })),
      }));
    });
  }

  *processRow(): Steps<void> {
    const { op } = this;
    const first = op.rowid();
    if (first === null) return yield* this.notMatched();
    const { outer, oi } = op.frame;
    const k = op.targetIndex();
    const bySource = this.actions[k]!.some((a) => a.action.matchKind === 'not_matched_by_source');
    if (yield* this.matched(k, first, bySource)) return;
    op.frame.outer = outer;
    op.frame.oi = oi;
    yield* this.notMatched();
  }

  /**
   * The actions of a target's row. One that others changed is looked at again in its latest version; false: its source row
   * then matches nothing.
   */
  private *matched(k: number, first: number, bySource: boolean): Steps<boolean> {
    const { op } = this;
    const target = op.targets[k]!;
    const { x } = op.frame;
    let rowid = first;
    let latest = false;
    let hadSource = false;
    for (;;) {
      const old = latest ? target.fetchLatest(x, rowid) : target.fetch(x, rowid);
      if (old === undefined) return true;
      op.frame.oldRow = old;
      op.frame.newRow = undefined;
      const sourceMissing = bySource && this.sourceMissing();
      const done = !(hadSource && sourceMissing);
      const hit = yield* this.pick(k, sourceMissing ? 'not_matched_by_source' : 'matched');
      if (hit === undefined || hit.action.commandType === 'nothing') return done;
      const mode = hit.action.commandType === 'delete' || hit.values.some((v) => target.keyAttnums.has(v.attnum)) ? 'exclusive' : 'nokeyexclusive';
      let locked: WriteOutcome = yield* acquireRow(target, rowid, mode, x, latest);
      if (locked.kind === 'self') {
        throw new SqlError('21000', 'MERGE command cannot affect row a second time', { hint: 'Ensure that not more than one source row matches any one target row.' });
      }
      if (locked.kind === 'done') {
        yield* this.apply(hit, k, rowid, old);
        return done;
      }
      if (locked.kind === 'moved') locked = yield* acquireRow(target, locked.rowid, mode, x, true);
      if (locked.kind !== 'done') return sourceMissing;
      if (!(yield* op.recheck(k, locked.rowid))) return true;
      if (op.rowid() === null) return sourceMissing;
      rowid = locked.rowid;
      latest = true;
      hadSource = !sourceMissing;
    }
  }

  /** The source side of the join is all null: the planner marks it by a join condition that is not true. */
  private sourceMissing(): boolean {
    const { op } = this;
    const width = op.child.plan.targetlist.length;
    for (let c = 0; c < width; c++) {
      const t = op.child.plan.targetlist[c]!;
      if (t.resname !== 'ctid' && t.resname !== 'tableoid' && t.resname !== 'wholerow' && op.frame.outer[c]![op.frame.oi] !== null) return false;
    }
    return true;
  }

  private *pick(k: number, kind: MergeAction['matchKind']): Steps<Action | undefined> {
    for (const a of this.actions[k]!) {
      if (a.action.matchKind !== kind) continue;
      if (a.when === undefined || (yield* evalSteps(a.when, this.op.frame)) === true) return a;
    }
    return undefined;
  }

  private *notMatched(): Steps<void> {
    const { op } = this;
    op.frame.oldRow = undefined;
    op.frame.newRow = undefined;
    const hit = yield* this.pick(0, 'not_matched_by_target');
    if (hit === undefined || hit.action.commandType === 'nothing') return;
    const target = op.targets[0]!;
    const row: Datum[] = (op.router?.root ?? target.rel.info).attributes.map(() => null);
    for (const v of hit.values) row[v.attnum - 1] = yield* evalSteps(v.value, op.frame);
    op.frame.x.shared.set('merge_action', 'INSERT');
    if (op.router !== undefined) return yield* op.insertRouted(row);
    if ((yield* insertRow(target, row, op.frame.x)) >= 0) yield* op.wrote(0, undefined, row);
  }

  private *apply(hit: Action, k: number, rowid: number, old: Datum[]): Steps<void> {
    const { op } = this;
    const { x } = op.frame;
    const target = op.targets[k]!;
    yield* op.checkPolicies(k, hit.action.commandType === 'update' ? 'rls_merge_update' : 'rls_merge_delete', old);
    op.frame.oldRow = old;
    x.shared.set('merge_action', hit.action.commandType === 'update' ? 'UPDATE' : 'DELETE');
    if (hit.action.commandType === 'delete') {
      if ((yield* deleteRow(target, rowid, old, x)).kind === 'done') yield* op.wrote(k, old, undefined);
      return;
    }
    const updated = [...old];
    for (const v of hit.values) updated[v.attnum - 1] = yield* evalSteps(v.value, op.frame);
    const outcome = yield* updateRow(target, rowid, hit.values.map((v) => v.attnum), old, updated, x);
    if (outcome.kind === 'leaves') yield* op.moveRow(k, rowid, old, updated);
    else if (outcome.kind === 'done') yield* op.wrote(k, old, updated);
  }
}

/** One row in, changed, or out: the steps that INSERT, UPDATE, DELETE, MERGE and COPY share. */
import { TM, type RowLockMode, type Steps } from '@pglitedb/txn';
import { SqlError, type Datum } from '@pglitedb/types';
import type { ExecContext } from '../context.js';
import { evalSteps } from '../expr/index.js';
import { checkRow, insertIndexEntries, lockTimeout, partitionViolation } from './constraints.js';
import { queueForeignKeyChecks } from './foreign-keys.js';
import { fireRow, queueRow } from './triggers.js';
import type { ResultRelation } from './target.js';

/** ExecComputeStoredGenerated: after BEFORE triggers, over the row as it will be stored. */
function* computeGenerated(target: ResultRelation, row: Datum[], x: ExecContext): Steps<void> {
  const f = target.rowFrame;
  f.x = x;
  f.oi = 0;
  target.rowColumns(row);
  for (const g of target.generated) row[g.attnum - 1] = yield* evalSteps(g.expr, f);
}

/** Inserts a complete row; answers its rowid, or -1 where a BEFORE trigger suppressed it. `row` may be replaced by triggers. */
export function* insertRow(target: ResultRelation, row: Datum[], x: ExecContext): Steps<number> {
  if (target.rel.info.triggers.length > 0) {
    const changed = yield* fireRow(target, 'before', 'insert', undefined, row, x);
    if (changed === null) return -1;
    if (changed !== row) for (let k = 0; k < row.length; k++) row[k] = changed[k];
  }
  if (target.generated.length > 0) yield* computeGenerated(target, row, x);
  if (target.policyCheck !== undefined) yield* target.policyCheck('insert', row);
  yield* checkRow(target, row, x);
  if (target.partition !== undefined && (!target.routed || target.rel.info.triggers.length > 0) && !(yield* target.partition.holds(row, x))) throw partitionViolation(target, row);
  const rowid = target.rel.table.insert(x.tx, row);
  if (target.indexes.length > 0) yield* insertIndexEntries(target, row, rowid, x);
  queueForeignKeyChecks(target, 'insert', undefined, row, x);
  yield* queueRow(target, 'insert', undefined, row, x);
  return rowid;
}

/** How an attempt on an existing row ended. moved: it was changed by others meanwhile; look at `rowid` again. */
export type WriteOutcome = { kind: 'done'; rowid: number } | { kind: 'gone' } | { kind: 'moved'; rowid: number } | { kind: 'self'; cmax: number } | { /** the row belongs to another partition */ kind: 'leaves' };

/** Waits until this transaction holds the row, or it turns out to be changed or gone. */
export function* acquireRow(target: ResultRelation, rowid: number, mode: RowLockMode, x: ExecContext, latest = false): Steps<WriteOutcome> {
  const { result } = target;
  for (;;) {
    const code = target.rel.table.lock(x.tx, x.snapshot, rowid, mode, result, latest);
    switch (code) {
      case TM.ok: return { kind: 'done', rowid: result.newRowid };
      case TM.beingModified:
        yield* x.session.txns.waitFor(x.tx, result.holder!, lockTimeout(x), `updating tuple in relation "${target.rel.info.relname}"`);
        continue;
      case TM.selfModified: case TM.invisible: return { kind: 'self', cmax: result.cmax };
      case TM.updated:
        if (isolated(x)) throw serializationFailure('update');
        if (result.newRowid < 0) throw movedAway();
        return { kind: 'moved', rowid: result.newRowid };
      default:
        if (isolated(x)) throw serializationFailure('delete');
        return { kind: 'gone' };
    }
  }
}
/** An update of others moved the row to another partition. */
export function movedAway(): SqlError {
  return new SqlError('40001', 'tuple to be locked was already moved to another partition due to concurrent update');
}
function isolated(x: ExecContext): boolean { return x.tx.isolation === 'repeatable read' || x.tx.isolation === 'serializable'; }
export function serializationFailure(what: 'update' | 'delete'): SqlError {
  return new SqlError('40001', `could not serialize access due to concurrent ${what}`);
}

/** A BEFORE trigger of this row must not have changed it by a statement of its own. */
function stillOurs(target: ResultRelation, rowid: number, what: 'updated' | 'deleted', x: ExecContext): void {
  const code = target.rel.table.lock(x.tx, x.snapshot, rowid, 'nokeyexclusive', target.result);
  if (code !== TM.selfModified && code !== TM.invisible && code !== TM.deleted) return;
  const merge = x.planned.commandType === 'merge';
  throw new SqlError('27000', `tuple to be ${merge ? 'updated or deleted' : what} was already modified by an operation triggered by the current command`, {
    hint: 'Consider using an AFTER trigger instead of a BEFORE trigger to propagate changes to other rows.',
  });
}

/** Changes columns of a row; oldRow and newRow are complete. */
export function* updateRow(target: ResultRelation, rowid: number, attnums: readonly number[], oldRow: Datum[], newRow: Datum[], x: ExecContext): Steps<WriteOutcome> {
  const { result, rel } = target;
  if (rel.info.triggers.length > 0) {
    const changed = yield* fireRow(target, 'before', 'update', oldRow, newRow, x, attnums);
    if (changed === null) return { kind: 'gone' };
    stillOurs(target, rowid, 'updated', x);
    if (changed !== newRow) {
      for (let k = 0; k < newRow.length; k++) newRow[k] = changed[k];
      attnums = target.liveAttnums;
    }
  }
  if (target.generated.length > 0) {
    yield* computeGenerated(target, newRow, x);
    attnums = [...new Set([...attnums, ...target.generated.map((g) => g.attnum)])];
  }
  if (target.partition !== undefined && !(yield* target.partition.holds(newRow, x))) {
    if (target.mayMove) return { kind: 'leaves' };
    yield* checkRow(target, newRow, x);
    throw partitionViolation(target, newRow);
  }
  if (target.policyCheck !== undefined) yield* target.policyCheck('update', newRow);
  yield* checkRow(target, newRow, x);
  let keyUpdate = false;
  for (const a of attnums) if (target.keyAttnums.has(a) && oldRow[a - 1] !== newRow[a - 1]) keyUpdate = true;
  const values = attnums.map((a) => newRow[a - 1]);
  for (;;) {
    const code = rel.table.update(x.tx, x.snapshot, rowid, attnums, values, result, keyUpdate);
    if (code === TM.beingModified) {
      yield* x.session.txns.waitFor(x.tx, result.holder!, lockTimeout(x), `updating tuple in relation "${rel.info.relname}"`);
      continue;
    }
    if (code !== TM.ok) return outcome(code, target, x);
    break;
  }
  const at = result.newRowid;
  const touched = at !== rowid ? undefined : new Set(attnums);
  yield* insertIndexEntries(target, newRow, at, x, touched === undefined ? undefined : (i) => i.keys.attnums.some((a) => touched.has(a)));
  queueForeignKeyChecks(target, 'update', oldRow, newRow, x);
  yield* queueRow(target, 'update', oldRow, newRow, x, attnums);
  return { kind: 'done', rowid: at };
}

export function* deleteRow(target: ResultRelation, rowid: number, oldRow: Datum[] | undefined, x: ExecContext, toOtherPartition = false): Steps<WriteOutcome> {
  const { result, rel } = target;
  if (rel.info.triggers.length > 0 && oldRow !== undefined) {
    if ((yield* fireRow(target, 'before', 'delete', oldRow, undefined, x)) === null) return { kind: 'gone' };
    stillOurs(target, rowid, 'deleted', x);
  }
  for (;;) {
    const code = rel.table.delete(x.tx, x.snapshot, rowid, result, toOtherPartition);
    if (code === TM.beingModified) {
      yield* x.session.txns.waitFor(x.tx, result.holder!, lockTimeout(x), `deleting tuple in relation "${rel.info.relname}"`);
      continue;
    }
    if (code !== TM.ok) return outcome(code, target, x);
    break;
  }
  if (oldRow !== undefined) {
    queueForeignKeyChecks(target, 'delete', oldRow, undefined, x);
    yield* queueRow(target, 'delete', oldRow, undefined, x);
  }
  return { kind: 'done', rowid };
}

function outcome(code: number, target: ResultRelation, x: ExecContext): WriteOutcome {
  if (code === TM.selfModified || code === TM.invisible) return { kind: 'self', cmax: target.result.cmax };
  if (isolated(x)) throw serializationFailure(code === TM.deleted ? 'delete' : 'update');
  if (code === TM.updated && target.result.newRowid < 0) throw movedAway();
  return code === TM.updated ? { kind: 'moved', rowid: target.result.newRowid } : { kind: 'gone' };
}

/** The life of a statement: transaction, analysis, locks, snapshot, run, results, command counter. */
import { lockRelation, type Executable, type UtilityContext } from '@pglitedb/executor';
import { parse, type RawStmt } from '@pglitedb/parser';
import { BATCH_ROWS_MAX } from './limits.js';
import type { Query } from '@pglitedb/planner';
import type { LockMode, Steps } from '@pglitedb/txn';
import { SqlError, type Datum } from '@pglitedb/types';
import { CachedQuery } from './plan-cache.js';
import type { Receiver } from './receiver.js';
import type { Session } from './session.js';
import { commandTag, utilityTag } from './command-tags.js';
import { asSqlError } from './resource-errors.js';
import { statementText } from './statement-text.js';

/** exec_simple_query: statements share one implicit transaction unless they say otherwise. */
export function* runSimple(session: Session, sql: string, receiver: Receiver): Steps<void> {
  if (yield* runBulk(session, sql, receiver)) return;
  session.running = true;
  session.queryText = sql;
  session.beginStatement();
  try {
    const statements = parse(sql);
    if (statements.length === 0) { receiver.empty(); return; }
    for (const stmt of statements) yield* runOne(session, stmt, sql, receiver, statements.length === 1);
    if (session.state.block === 'implicit') yield* session.commit();
  } catch (error) {
    session.failed();
    throw asSqlError(error);
  } finally {
    session.running = false;
    session.clearInterrupt();
    session.endStatement();
  }
}

/** INSERT of many rows of literals, where its like has run before; false: nothing has been done. */
function* runBulk(session: Session, sql: string, receiver: Receiver): Steps<boolean> {
  const plan = session.bulkRows.find(sql);
  if (plan === undefined) return false;
  let rows: number;
  try {
    rows = session.point.run(plan, [], sql);
  } catch (error) {
    throw asSqlError(error);
  }
  if (rows < 0) return false;
  const { durable } = session.point;
  if (durable !== undefined) yield { kind: 'wait', promise: durable };
  receiver.complete(`INSERT 0 ${rows}`);
  return true;
}

/** Statements that a failed block still accepts. */
export function endsBlock(stmt: RawStmt): boolean {
  const t = (stmt.stmt as { TransactionStmt?: { kind?: string } } | undefined)?.TransactionStmt;
  return t !== undefined && ['TRANS_STMT_COMMIT', 'TRANS_STMT_ROLLBACK', 'TRANS_STMT_ROLLBACK_TO', 'TRANS_STMT_PREPARE'].includes(t.kind ?? '');
}
export function abortedBlock(): SqlError {
  return new SqlError('25P02', 'current transaction is aborted, commands ignored until end of transaction block');
}

function* runOne(session: Session, stmt: RawStmt, sql: string, receiver: Receiver, alone: boolean): Steps<void> {
  session.checkInterrupts();
  if (session.state.block === 'failed' && !endsBlock(stmt)) throw abortedBlock();
  session.state.ensure();
  session.singleStatement = alone;
  const cached = alone ? session.cachedStatement(stmt, sql) : new CachedQuery(session, stmt, sql, [], false);
  yield* runQueries(session, cached, [], receiver);
  if (alone && !isUtilityNode(stmt) && session.state.block !== 'failed') {
    session.simplePoints.ran(sql);
    session.bulkRows.ran(sql);
  }
}

/** Runs the rewritten queries of one statement in the current transaction. */
export function* runQueries(session: Session, cached: CachedQuery, params: readonly Datum[], receiver: Receiver): Steps<void> {
  const { state } = session;
  if (isUtilityNode(cached.stmt)) {
    const tag = yield* runUtility(session, cached, params, receiver);
    if (state.active) state.nextCommand();
    receiver.complete(tag);
    return;
  }
  state.pushSnapshot();
  try {
    let tag: string | undefined;
    for (const { query, executable } of yield* lockedExecutables(session, cached, params)) {
      if (executable === undefined) {
        const text = statementText(cached.sql, query.stmt_location, query.stmt_len);
        yield* session.utility(query.utilityStmt!, utilityContext(session, cached.sql, text, params, receiver));
        continue;
      }
      const affected = yield* runExecutable(executable, query, params, receiver);
      if (query.canSetTag) tag = commandTag(query, affected);
      session.commandCounterIncrement();
    }
    receiver.complete(tag ?? emptyTag(cached));
    cached.lookForPoint();
  } finally {
    if (state.hasSnapshot) state.popSnapshot();
  }
  yield* waitDurable(session);
}

/** A read of commits that are not on disk yet waits for them. */
function* waitDurable(session: Session): Steps<void> {
  if (session.state.active && session.state.current.xid !== 0) return;
  const barrier = session.txns.durableBarrier();
  if (barrier !== undefined) yield { kind: 'wait', promise: barrier };
}

function emptyTag(cached: CachedQuery): string {
  const kind = Object.keys(cached.stmt.stmt ?? {})[0] ?? '';
  return { InsertStmt: 'INSERT 0 0', UpdateStmt: 'UPDATE 0', DeleteStmt: 'DELETE 0', MergeStmt: 'MERGE 0' }[kind] ?? 'SELECT 0';
}

const UTILITY_FREE = new Set(['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt']);
export function isUtilityNode(stmt: RawStmt): boolean { return !UTILITY_FREE.has(Object.keys(stmt.stmt ?? {})[0] ?? ''); }

/** Takes the plans' locks, and plans again when what was locked had changed meanwhile. */
export function* lockedExecutables(session: Session, cached: CachedQuery, params: readonly Datum[]): Steps<{ query: Query; executable: Executable | undefined }[]> {
  for (;;) {
    const list = cached.executablesFor(params);
    const version = session.catalog().version();
    for (const { executable } of list) {
      if (executable === undefined) continue;
      refuseWrites(session, executable.planned);
      for (const rte of executable.planned.rtable) if (rte.relid !== 0) yield* lockRelation(session, rte.relid, (rte.rellockmode || 1) as LockMode);
    }
    if (session.catalog().version() === version) return list;
  }
}

/** A read-only transaction writes to temporary tables alone. */
function refuseWrites(session: Session, planned: Executable['planned']): void {
  if (planned.resultRelations.length === 0 || !session.state.active || !session.state.current.readOnly) return;
  const written = planned.resultRelations.map((k) => session.catalog().relation(planned.rtable[k - 1]!.relid));
  if (written.every((c) => c?.relpersistence === 't')) return;
  const command = planned.commandType === 'select' ? 'SELECT' : planned.commandType.toUpperCase();
  throw new SqlError('25006', `cannot execute ${command} in a read-only transaction`);
}

function* runExecutable(executable: Executable, query: Query, params: readonly Datum[], receiver: Receiver): Steps<number> {
  const returnsRows = query.commandType === 'select' || query.returningList.length > 0;
  const run = executable.start(params);
  let rows = 0;
  try {
    if (returnsRows && query.canSetTag) receiver.columns(run.columns);
    for (let batch = yield* run.next(BATCH_ROWS_MAX); batch !== null; batch = yield* run.next(BATCH_ROWS_MAX)) {
      rows += batch.count;
      if (!query.canSetTag) continue;
      const wait = receiver.rows(batch);
      if (wait !== undefined) yield { kind: 'wait', promise: wait };
    }
    return query.commandType === 'select' ? rows : run.affected;
  } finally {
    run.close();
  }
}

export function utilityContext(session: Session, sql: string, statement: string, params: readonly Datum[], receiver: Receiver): Omit<UtilityContext, 'session'> {
  return {
    sql, statement, params, isTopLevel: session.state.block === 'implicit' && session.singleStatement,
    sink: { columns: (c) => receiver.columns(c), rows: (b) => void receiver.rows(b), copyOut: (b, n) => receiver.copyOut(b, n), copyIn: (b, n) => receiver.copyIn(b, n) },
  };
}

function* runUtility(session: Session, cached: CachedQuery, params: readonly Datum[], receiver: Receiver): Steps<string> {
  const { stmt, sql } = cached;
  const text = statementText(sql, stmt.stmt_location ?? 0, stmt.stmt_len ?? 0);
  const needsSnapshot = !NO_SNAPSHOT.has(Object.keys(stmt.stmt!)[0]!);
  const depth = session.state.snapshotDepth;
  if (needsSnapshot) session.state.pushSnapshot();
  try {
    const tag = yield* session.utility(stmt.stmt!, utilityContext(session, sql, text, params, receiver));
    return tag === '' ? utilityTag(stmt) : tag;
  } finally {
    if (needsSnapshot && session.state.snapshotDepth > depth) session.state.popSnapshotsTo(depth);
  }
}
/** Statements that must not hold a snapshot: they end or shape the transaction. */
const NO_SNAPSHOT = new Set(['TransactionStmt', 'VariableSetStmt', 'VariableShowStmt', 'ListenStmt', 'UnlistenStmt', 'NotifyStmt', 'CheckPointStmt', 'LockStmt']);

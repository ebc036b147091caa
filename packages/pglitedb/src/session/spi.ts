/** Queries run from inside of others: SQL functions, constraints, procedural languages. */
import type { PreparedQuery, QueryResult, ResultColumn, RowSource } from '@pglitedb/executor';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Datum } from '@pglitedb/types';
import { BATCH_ROWS_MAX } from './limits.js';
import type { CachedQuery } from './plan-cache.js';
import { isUtilityNode, lockedExecutables, utilityContext } from './run-statement.js';
import { utilityTag } from './command-tags.js';
import { statementText } from './statement-text.js';
import type { Receiver } from './receiver.js';
import type { Session } from './session.js';

const NO_CLIENT: Receiver = {
  columns: () => undefined, rows: () => undefined, complete: () => undefined, empty: () => undefined,
  copyOut: () => { throw new SqlError('0A000', 'cannot COPY to or from the client in a function'); },
  copyIn: () => { throw new SqlError('0A000', 'cannot COPY to or from the client in a function'); },
};

const lists = new WeakMap<PreparedQuery, readonly CachedQuery[]>();
/** The one statement behind a prepared query, to be opened as a cursor. */
export function cachedOf(query: PreparedQuery): CachedQuery {
  const list = lists.get(query);
  if (list?.length !== 1) throw new SqlError('42P11', 'cannot open multi-query plan as cursor');
  return list[0]!;
}

export function preparedQuery(session: Session, list: readonly CachedQuery[]): PreparedQuery {
  const last = list[list.length - 1];
  const prepared: PreparedQuery = {
    get columns() { return last?.columns(); },
    get commandTag() { return last === undefined ? '' : Object.keys(last.stmt.stmt ?? {})[0]!; },
    *run(params, options = {}): Steps<QueryResult> {
      let result: QueryResult = { rows: [], affected: 0, columns: [] };
      for (let k = 0; k < list.length; k++) {
        options.onStatement?.(k + 1);
        const q = list[k]!;
        result = yield* runNested(session, q, params, q === last ? (options.maxRows ?? Infinity) : Infinity, options.readOnly ?? false);
      }
      return result;
    },
    open: (params) => new NestedRows(session, last!, params),
  };
  lists.set(prepared, list);
  return prepared;
}

/** Takes what a utility statement answers: EXPLAIN, SHOW, FETCH. */
function keepRows(): { receiver: Receiver; rows: Datum[][]; columns: readonly ResultColumn[] } {
  const kept = {
    rows: [] as Datum[][], columns: [] as readonly ResultColumn[],
    receiver: {
      ...NO_CLIENT,
      columns: (c: readonly ResultColumn[]) => { kept.columns = c; },
      rows: (b: { count: number; columns: Datum[][] }) => { for (let r = 0; r < b.count; r++) kept.rows.push(b.columns.map((c) => c[r])); return undefined; },
    } as Receiver,
  };
  return kept;
}

/** Runs one statement under a snapshot of its own, so that it sees what its caller did before. */
function* runNested(session: Session, cached: CachedQuery, params: readonly Datum[], maxRows: number, readOnly: boolean): Steps<QueryResult> {
  const { state } = session;
  if (isUtilityNode(cached.stmt)) {
    if (readOnly) throw new SqlError('0A000', `${utilityTag(cached.stmt)} is not allowed in a non-volatile function`);
    const text = statementText(cached.sql, cached.stmt.stmt_location ?? 0, cached.stmt.stmt_len ?? 0);
    const kept = keepRows();
    yield* session.utility(cached.stmt.stmt!, { ...utilityContext(session, cached.sql, text, params, kept.receiver), isTopLevel: false, hooks: cached.hooks, paramTypes: cached.givenTypes });
    session.commandCounterIncrement();
    return { rows: kept.rows.slice(0, maxRows), affected: kept.rows.length, columns: kept.columns };
  }
  if (!readOnly && maxRows > 0) {
    const point = yield* session.point.nested(cached, params);
    if (point !== undefined) {
      const { found } = session.point;
      return { rows: found > 0 && point.columns !== undefined ? [point.out.slice(0, point.columns.length)] : [], affected: found, columns: point.columns ?? [] };
    }
  }
  if (!readOnly) state.nextCommand();
  const depth = state.snapshotDepth;
  if (!readOnly || !state.hasSnapshot) state.pushSnapshot();
  try {
    const rows: Datum[][] = [];
    let affected = 0;
    let columns: readonly ResultColumn[] = [];
    for (const { query, executable } of yield* lockedExecutables(session, cached, params)) {
      if (executable === undefined) continue;
      if (readOnly && query.commandType !== 'select') throw new SqlError('0A000', `${query.commandType.toUpperCase()} is not allowed in a non-volatile function`);
      const run = executable.start(params);
      const limit = query.commandType === 'select' ? maxRows : Infinity;
      try {
        columns = run.columns;
        let batch;
        while (rows.length < limit && (batch = yield* run.next(Math.min(BATCH_ROWS_MAX, limit - rows.length))) !== null) {
          for (let r = 0; r < batch.count; r++) rows.push(batch.columns.map((c) => c[r]));
        }
        if (query.canSetTag) affected = query.commandType === 'select' ? rows.length : run.affected;
      } finally {
        run.close();
      }
    }
    if (!readOnly) {
      state.nextCommand();
      cached.lookForPoint();
    }
    return { rows, affected, columns };
  } finally {
    state.popSnapshotsTo(depth);
  }
}

/** Rows of a query on demand; keeps a snapshot of its own. */
class NestedRows implements RowSource {
  private rows: Datum[][] | undefined;
  private at = 0;
  constructor(private readonly session: Session, private readonly cached: CachedQuery, private readonly params: readonly Datum[]) {}
  get columns(): readonly ResultColumn[] { return this.cached.columns() ?? []; }
  *next(max: number): Steps<{ count: number; columns: Datum[][] } | null> {
    this.rows ??= (yield* runNested(this.session, this.cached, this.params, Infinity, false)).rows;
    const part = this.rows.slice(this.at, this.at + Math.min(max, BATCH_ROWS_MAX));
    if (part.length === 0) return null;
    this.at += part.length;
    return { count: part.length, columns: this.columns.map((_, c) => part.map((r) => r[c])) };
  }
  close(): void { this.rows = []; }
}

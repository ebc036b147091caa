/** Keys of index entries: values of the key columns of a row, expressions evaluated, the predicate of partial indexes. */
import type { Expr, PlannedStmt } from '@pglitedb/planner';
import type { RecheckKey } from '@pglitedb/txn';
import { SqlError, type Datum } from '@pglitedb/types';
import { ExecContext, type SessionServices } from './context.js';
import { compileQual, ExprCompiler, Frame, type EvalFn } from './expr/index.js';
import type { IndexHandle, RelationHandle } from './relation.js';

export interface IndexKeyComputer {
  /** Key of a complete row (values[attnum - 1]); undefined when the partial index leaves the row out. */
  keyOf(row: readonly Datum[], x: ExecContext): Datum[] | undefined;
  /** attnums the key or the predicate reads. */
  readonly attnums: readonly number[];
  readonly recheck: RecheckKey;
}

const cache = new WeakMap<SessionServices, WeakMap<IndexHandle, IndexKeyComputer>>();

/** Compiled once per session and opened index: what is compiled runs in the session that compiled it. */
export function indexKeyComputer(rel: RelationHandle, handle: IndexHandle, session: SessionServices): IndexKeyComputer {
  let own = cache.get(session);
  if (own === undefined) cache.set(session, (own = new WeakMap()));
  let computer = own.get(handle);
  if (computer === undefined) {
    computer = make(rel, handle, session);
    own.set(handle, computer);
  }
  return computer;
}

/** A compiler for expressions over one row given as values[attnum - 1] in single-row columns. */
export function rowCompiler(session: SessionServices): ExprCompiler {
  return new ExprCompiler({
    session,
    readVar: (v) => ({ side: 'outer', column: v.varattno - 1 }),
    subplan: () => { throw new SqlError('0A000', 'cannot use subquery in this expression'); },
  });
}

const EMPTY_PLAN = { nParamExec: 0 } as PlannedStmt;

function make(rel: RelationHandle, handle: IndexHandle, session: SessionServices): IndexKeyComputer {
  const { info } = handle;
  const c = rowCompiler(session);
  const expressions = (info.expressions as Expr[]).map((e) => c.compile(e));
  const predicate = info.predicate === undefined ? undefined : compileQual(Array.isArray(info.predicate) ? (info.predicate as Expr[]) : [info.predicate as Expr], c);
  if ([...expressions, ...(predicate ? [predicate] : [])].some((e) => e.fn === undefined)) {
    throw new SqlError('0A000', `functions in the expressions of index "${info.relname}" must be builtin ones`);
  }
  let nextExpression = 0;
  const parts = info.attnums.slice(0, info.nkeys).map((a): EvalFn | number => (a === 0 ? expressions[nextExpression++]!.fn! : a));
  const frame = new Frame();
  const keyOf = (row: readonly Datum[], x: ExecContext): Datum[] | undefined => {
    frame.x = x;
    if (predicate !== undefined || expressions.length > 0) frame.outer = row.map((v) => [v]);
    if (predicate !== undefined && predicate.fn!(frame) !== true) return undefined;
    return parts.map((p) => (typeof p === 'number' ? row[p - 1] : p(frame)));
  };
  const all = rel.info.attributes.filter((a) => !a.attisdropped).map((a) => a.attnum);
  const plain = predicate === undefined && expressions.length === 0;
  const attnums = plain ? info.attnums.slice(0, info.nkeys) : all;
  const width = rel.info.attributes.length;
  let x: ExecContext | undefined;
  return {
    keyOf, attnums,
    recheck: {
      attnums: all,
      keyOf(values) {
        x ??= new ExecContext(session, EMPTY_PLAN, [], session.snapshot(), session.transaction());
        const row = new Array<Datum>(width).fill(null);
        all.forEach((a, k) => { row[a - 1] = values[k]; });
        return keyOf(row, x);
      },
    },
  };
}

/**
 * Point plans: statements that touch at most one row of one table, compiled once from a finished plan to straight-line
 * calls. They are what OLTP lives on: a row by a unique key (read, changed, removed) and a row inserted. A run is
 * synchronous, holds nothing and allocates next to nothing; it needs no operators, portals or registered snapshot.
 *
 * The contract that keeps semantics whole: a run either does all of its work, or answers UNSURE (or throws) with
 * `touched` false, having done nothing. Whatever may have to wait, fire, cascade or fail (row locks, duplicate keys,
 * violated constraints) is UNSURE, and the caller runs the statement the general way, which waits and raises.
 */
import type { PlannedStmt } from '@pglitedb/planner';
import type { LockMode, LockTag, RowId, Snapshot, Transaction } from '@pglitedb/txn';
import { SqlError, type Datum, type Oid } from '@pglitedb/types';
import { ExecContext, type ResultColumn, type SessionServices } from '../context.js';
import type { Compiled, EvalFn, Frame } from '../expr/index.js';

/** Nothing has happened: run the statement the general way. */
export const UNSURE = -1;
/** Nothing has happened: the row is held by `holder`. Wait for its end, then run again with `retry`. */
export const BLOCKED = -2;
/** After so many runs that were mostly UNSURE the plan is given up. */
const TRIALS = 100;

/** Raised while compiling: the plan has a part that a point plan does not do. */
export class NotAPoint extends Error {}

export interface PointLock { readonly tag: LockTag; readonly mode: LockMode }

export abstract class PointPlan {
  abstract readonly writes: boolean;
  /** SELECT, or a RETURNING list: result rows. */
  abstract readonly columns: readonly ResultColumn[] | undefined;
  /** CommandComplete's tag for 0 and 1 rows. */
  abstract readonly tags: readonly [string, string];
  /** The result row of the last run that answered 1. */
  readonly out: Datum[] = [];
  /** True from the first change of a run on: its errors are the statement's. */
  touched = false;
  /** After BLOCKED: whom to wait for, and the row. */
  holder: Transaction | undefined;
  blockedAt: RowId = -1;
  /** The relation lock that a run needs. */
  readonly lock: PointLock;
  protected readonly x: { -readonly [K in keyof ExecContext]: ExecContext[K] };
  /** What a wait for the row is called in messages. */
  readonly waitText: string;
  private runs = 0;
  private unsure = 0;

  constructor(readonly session: SessionServices, planned: PlannedStmt, relation: { readonly oid: Oid; readonly relname: string }, mode: LockMode) {
    this.lock = { tag: { kind: 'relation', database: session.catalog().session.databaseOid, id: relation.oid }, mode };
    this.waitText = `updating tuple in relation "${relation.relname}"`;
    this.x = new ExecContext(session, planned, [], undefined as never, undefined as never);
  }

  /** False once the plan has proved to be UNSURE nearly always. */
  get worthwhile(): boolean { return this.unsure < TRIALS || this.unsure * 2 < this.runs; }

  /**
   * Rows found or written, 0 or 1; UNSURE or BLOCKED. `retry`: the row that was BLOCKED; the key's row of now counts
   * only if it is that one, for others came after the statement's snapshot (as PostgreSQL's EvalPlanQual has it).
   */
  run(params: readonly Datum[], snapshot: Snapshot, tx: Transaction | undefined, retry = -1): number {
    const { x } = this;
    x.params = params;
    x.snapshot = snapshot;
    x.tx = tx as Transaction;
    this.touched = false;
    this.blockedAt = retry;
    this.runs++;
    let n = UNSURE;
    try {
      n = this.work(snapshot, tx as Transaction);
    } finally {
      if (n === UNSURE) this.unsure++;
    }
    return n;
  }
  protected abstract work(snapshot: Snapshot, tx: Transaction): number;
}

/** The function of an expression that neither waits nor has side effects. */
export function pure(c: Compiled): EvalFn {
  if (c.fn === undefined || c.isVolatile) throw new NotAPoint();
  return c.fn;
}

export function evaluate(fns: readonly EvalFn[], f: Frame, out: Datum[]): void {
  for (let k = 0; k < fns.length; k++) out[k] = fns[k]!(f);
}

/** A compilation that may find the plan too general. */
export function attempt<T>(compile: () => T): T | undefined {
  try {
    return compile();
  } catch (error) {
    // What cannot be compiled here is raised, if at all, by the general way.
    if (error instanceof NotAPoint || error instanceof SqlError) return undefined;
    throw error;
  }
}

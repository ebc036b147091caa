/**
 * The frame of expression evaluation: the current rows of the inputs. A compiled expression is a function of one Frame,
 * so that every closure sees one object shape. Columns are arrays of Datum; `oi` and `ii` are the row numbers in them.
 */
import type { Datum } from '@pglitedb/types';
import type { Steps } from '@pglitedb/txn';
import type { ExecContext } from '../context.js';

export class Frame {
  outer: Datum[][] = [];
  oi = 0;
  inner: Datum[][] = [];
  ii = 0;
  /** Row identities of the scanned rows (ctid), where the input has them. */
  rowids: Float64Array | undefined = undefined;
  /** Results of the aggregates (by aggno) or window functions of the current row. */
  aggs: Datum[] = [];
  /** CaseTestExpr and CoerceToDomainValue. */
  caseValue: Datum = null;
  domainValue: Datum = null;
  /** Grouping-set bits of the current group: columns not grouped. */
  grouping: ReadonlySet<number> | undefined = undefined;
  /** Values that generator parts computed ahead for synchronous parts. */
  readonly tmp: Datum[] = [];
  /** OLD and NEW rows of RETURNING. */
  oldRow: Datum[] | undefined = undefined;
  newRow: Datum[] | undefined = undefined;
  /** tableoid of the written row, where it went to a partition; 0: the target's own. */
  writtenTable = 0;
  x!: ExecContext;
}

export type EvalFn = (f: Frame) => Datum;
export type GenFn = (f: Frame) => Steps<Datum>;

/** A compiled expression. `fn` where nothing in it can wait; `gen` always usable through evalSteps. */
export interface Compiled {
  readonly fn: EvalFn | undefined;
  readonly gen: GenFn | undefined;
  readonly isVolatile: boolean;
  /** Column of the outer input when the expression is just that, else -1. */
  readonly outerColumn: number;
}

export function* evalSteps(e: Compiled, f: Frame): Steps<Datum> {
  return e.fn !== undefined ? e.fn(f) : yield* e.gen!(f);
}

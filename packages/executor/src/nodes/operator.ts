/**
 * Operators: the run-time parallel of a plan tree. Built once from a plan, started for every run, pulled batch by batch.
 * next(max) answers 1..max rows, or null at the end; a batch stays valid until the next call on the same operator, so
 * whoever keeps rows copies them. `max` is a promise to stop evaluating: volatile functions and errors beyond it must
 * not happen (LIMIT, EXISTS, FETCH 1).
 */
import type { Plan } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import type { Datum } from '@pglitedb/types';
import type { Batch, ExecContext } from '../context.js';
import { SLICE } from '../context.js';
import type { Builder } from './builder.js';

/** A line of EXPLAIN ANALYZE; `fields` stand for it in documents. */
export interface NodeDetail { label: string; value: string | number; fields?: Readonly<Record<string, string | number>> }

export const BATCH_ROWS = 1024;

export abstract class Operator {
  protected x!: ExecContext;
  /** Rows and loops for EXPLAIN ANALYZE. */
  instrument: { rows: number; loops: number; startMs: number; totalMs: number } | undefined;
  constructor(readonly plan: Plan, readonly builder: Builder) {}

  /** Children in plan order. */
  children(): readonly Operator[] { return []; }

  /** Begins a run: everything of an earlier one is forgotten. */
  start(x: ExecContext): void {
    this.x = x;
    for (const c of this.children()) c.start(x);
    this.reset();
  }
  /** Starts over with the current exec params: PostgreSQL's ReScan. */
  rescan(): void {
    for (const c of this.children()) c.rescan();
    this.reset();
  }
  /** Forgets the state of this node alone. */
  protected abstract reset(): void;
  abstract next(max: number): Steps<Batch | null>;
  /** Only so many rows of this run will be asked for (a Limit above): sorts keep no more. */
  setBound(_rows: number): void { /* most operators do nothing with it */ }
  /** What EXPLAIN ANALYZE tells of this node beside rows and times. */
  details(): readonly NodeDetail[] { return []; }
  /** Its conditions or targets have effects of their own: a reader that changes rows takes one row at a time. */
  get isVolatile(): boolean { return this.children().some((c) => c.isVolatile); }
  /** Releases what the run holds. */
  end(): void { for (const c of this.children()) c.end(); }

  /** Gives the thread away when the slice is over; call it once per batch. */
  protected *breathe(): Steps<void> {
    const s = this.x.session;
    if (s.sliceOver()) {
      yield SLICE;
      s.checkInterrupts();
    }
  }
}

export function newColumns(n: number): Datum[][] {
  const columns: Datum[][] = [];
  for (let k = 0; k < n; k++) columns.push([]);
  return columns;
}

/** Appends rows [from, to) of a batch to growing columns. */
export function appendRows(to: Datum[][], from: readonly Datum[][], start: number, end: number): void {
  for (let c = 0; c < to.length; c++) {
    const a = to[c]!;
    const b = from[c]!;
    for (let k = start; k < end; k++) a.push(b[k]);
  }
}

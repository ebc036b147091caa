/**
 * FunctionScan: the rows of set-returning functions, taken from them as they are asked for; nothing is kept. Functions
 * side by side (ROWS FROM) are filled up with NULLs to the longest.
 */
import type { Plan, RangeTblFunction, Var } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import { PgRecord, type Datum } from '@pglitedb/types';
import { Frame, type EvalFn } from '../expr/index.js';
import { columnsOf, defineNodes, type Builder } from './builder.js';
import { ScanOperator } from './exec-scan.js';
import { BATCH_ROWS, newColumns } from './operator.js';
import { Projection } from './projection.js';
import { SetSource } from './set-function.js';

class FunctionScanOperator extends ScanOperator {
  protected readonly projection: Projection;
  private readonly rows: Datum[][];
  private readonly sources: FunctionSource[];
  private readonly arguments_ = new Frame();
  private opened = false;
  private ordinal = 0;
  constructor(readonly fplan: Extract<Plan, { kind: 'FunctionScan' }>, b: Builder) {
    super(fplan, b);
    const width = fplan.functions.reduce((n, f) => n + f.funccolcount, 0) + (fplan.funcordinality ? 1 : 0);
    this.rows = newColumns(width);
    const types = [...fplan.functions.flatMap((f) => f.funccoltypes), ...(fplan.funcordinality ? [20] : [])];
    const names = fplan.functions.flatMap((f) => f.funccolnames);
    const attnums = Array.from({ length: width }, (_, k) => k + 1);
    const scalar = fplan.functions.length === 1 && !fplan.funcordinality && width === 1;
    const whole = (v: Var): EvalFn | undefined => {
      if (v.varattno !== 0) return undefined;
      if (scalar && v.vartype === types[0]) return (f) => f.outer[0]![f.oi];
      return (f) => new PgRecord(v.vartype, f.outer.map((c) => c[f.oi]), types, names);
    };
    this.projection = new Projection(fplan.targetlist, fplan.qual, b.compiler(columnsOf(attnums, whole)));
    const c = b.compiler();
    this.sources = fplan.functions.map((fn) => new FunctionSource(fn, c));
  }
  override end(): void {
    this.restart();
    super.end();
  }
  protected restart(): void {
    for (const s of this.sources) s.close();
    this.opened = false;
    this.ordinal = 0;
  }
  protected *fill(): Steps<boolean> {
    if (!this.opened) {
      this.arguments_.x = this.x;
      for (const s of this.sources) yield* s.open(this.arguments_);
      this.opened = true;
    }
    let n = 0;
    let at = 0;
    const counts: number[] = [];
    for (const s of this.sources) {
      counts.push(s.take(this.rows, at, BATCH_ROWS));
      n = Math.max(n, counts[counts.length - 1]!);
      at += s.width;
    }
    at = 0;
    for (let k = 0; k < this.sources.length; k++) {
      const end = at + this.sources[k]!.width;
      for (; at < end; at++) for (let r = counts[k]!; r < n; r++) this.rows[at]![r] = null;
    }
    if (this.fplan.funcordinality) for (let r = 0; r < n; r++) this.rows[at]![r] = ++this.ordinal;
    this.frame.outer = this.rows;
    this.raw.count = n;
    return n > 0;
  }
}

/** One function of a FROM item: its rows as columns. */
class FunctionSource {
  readonly width: number;
  private readonly source: SetSource;
  private items: Iterator<Datum> | undefined;
  constructor(fn: RangeTblFunction, c: ReturnType<Builder['compiler']>) {
    this.width = fn.funccolcount;
    this.source = new SetSource(fn.funcexpr, c, { columns: fn.funccolcount, types: fn.funccoltypes, names: fn.funccolnames, typmods: fn.funccoltypmods });
  }
  *open(f: Frame): Steps<void> { this.items = (yield* this.source.open(f))[Symbol.iterator](); }
  /** Up to `max` rows into the columns from `at`: answers how many. */
  take(rows: Datum[][], at: number, max: number): number {
    const { items, source } = this;
    if (items === undefined) return 0;
    for (let n = 0; n < max; n++) {
      const item = items.next();
      if (item.done === true) {
        this.items = undefined;
        return n;
      }
      source.store(item.value, rows, at, n);
    }
    return max;
  }
  close(): void {
    this.items?.return?.();
    this.items = undefined;
  }
}

defineNodes({ FunctionScan: (p, b) => new FunctionScanOperator(p, b) });

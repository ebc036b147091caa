/**
 * Filter and project: the tail of nearly every node. Takes the frame's input rows [from, to), answers how far it got
 * and fills `out` with at most `max` rows. Without volatile parts it works column by column; with them, or with parts
 * that wait, row by row, so that side effects happen in row order.
 */
import type { Expr, TargetEntry } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import type { Datum } from '@pglitedb/types';
import type { Batch } from '../context.js';
import { compileQual, evalSteps, type Compiled, type ExprCompiler, type Frame } from '../expr/index.js';
import { BATCH_ROWS, newColumns } from './operator.js';

export class Projection {
  readonly out: Batch;
  private readonly own: Datum[][];
  private readonly qual: Compiled | undefined;
  private readonly targets: Compiled[];
  private readonly rowWise: boolean;
  /** Some expression is volatile. */
  readonly isVolatile: boolean;
  private readonly waits: boolean;
  /** Columns in the order they are computed: subqueries of multiple assignments set what other columns read. */
  private readonly order: readonly number[];
  private readonly selection = new Int32Array(BATCH_ROWS);

  constructor(targetlist: readonly TargetEntry[], qual: readonly Expr[], c: ExprCompiler) {
    this.targets = targetlist.map((t) => c.compile(t.expr));
    const isMulti = (k: number): boolean => { const e = targetlist[k]!.expr; return e.kind === 'SubPlan' && e.subLinkType === 'multiexpr'; };
    const columns = targetlist.map((_, k) => k);
    this.order = [...columns.filter(isMulti), ...columns.filter((k) => !isMulti(k))];
    this.qual = compileQual(qual, c);
    this.own = newColumns(this.targets.length);
    this.out = { count: 0, columns: this.own };
    const all = this.qual ? [...this.targets, this.qual] : this.targets;
    this.waits = all.some((t) => t.fn === undefined);
    this.isVolatile = all.some((t) => t.isVolatile);
    this.rowWise = this.waits || this.isVolatile;
  }

  /** Processes rows from `from`; answers the first row not consumed. */
  *run(f: Frame, from: number, to: number, max: number): Steps<number> {
    if (this.waits) return yield* this.runSteps(f, from, to, max);
    return this.rowWise ? this.runRows(f, from, to, max) : this.runColumns(f, from, to, max);
  }
  /** As run, for callers that know nothing waits. */
  get synchronous(): boolean { return !this.waits; }
  runSync(f: Frame, from: number, to: number, max: number): number {
    return this.rowWise ? this.runRows(f, from, to, max) : this.runColumns(f, from, to, max);
  }

  private runColumns(f: Frame, from: number, to: number, max: number): number {
    const q = this.qual;
    if (q === undefined) {
      const end = Math.min(to, from + max);
      this.projectRange(f, from, end);
      return end;
    }
    const fn = q.fn!;
    const selection = this.selection;
    let n = 0;
    let row = from;
    const limit = Math.min(max, BATCH_ROWS);
    for (; row < to && n < limit; row++) {
      f.oi = row;
      if (fn(f) === true) selection[n++] = row;
    }
    this.gather(f, n);
    return row;
  }

  private projectRange(f: Frame, from: number, end: number): void {
    const { targets, own, out } = this;
    out.count = end - from;
    for (let c = 0; c < targets.length; c++) {
      const t = targets[c]!;
      if (t.outerColumn >= 0 && from === 0) {
        out.columns[c] = f.outer[t.outerColumn]!;
        continue;
      }
      const column = own[c]!;
      out.columns[c] = column;
      const fn = t.fn!;
      for (let row = from; row < end; row++) {
        f.oi = row;
        column[row - from] = fn(f);
      }
    }
  }

  private gather(f: Frame, n: number): void {
    const { targets, own, out, selection } = this;
    out.count = n;
    for (let c = 0; c < targets.length; c++) {
      const t = targets[c]!;
      const column = own[c]!;
      out.columns[c] = column;
      if (t.outerColumn >= 0) {
        const source = f.outer[t.outerColumn]!;
        for (let k = 0; k < n; k++) column[k] = source[selection[k]!];
        continue;
      }
      const fn = t.fn!;
      for (let k = 0; k < n; k++) {
        f.oi = selection[k]!;
        column[k] = fn(f);
      }
    }
  }

  private runRows(f: Frame, from: number, to: number, max: number): number {
    let n = 0;
    let row = from;
    this.useOwn();
    for (; row < to && n < max; row++) {
      f.oi = row;
      if (this.qual !== undefined && this.qual.fn!(f) !== true) continue;
      for (let c = 0; c < this.targets.length; c++) this.own[c]![n] = this.targets[c]!.fn!(f);
      n++;
    }
    this.out.count = n;
    return row;
  }

  private *runSteps(f: Frame, from: number, to: number, max: number): Steps<number> {
    let n = 0;
    let row = from;
    this.useOwn();
    for (; row < to && n < max; row++) {
      f.oi = row;
      if (this.qual !== undefined && (yield* evalSteps(this.qual, f)) !== true) continue;
      for (const c of this.order) {
        const t = this.targets[c]!;
        this.own[c]![n] = t.fn !== undefined ? t.fn(f) : yield* t.gen!(f);
      }
      n++;
    }
    this.out.count = n;
    return row;
  }

  private useOwn(): void {
    for (let c = 0; c < this.own.length; c++) this.out.columns[c] = this.own[c]!;
  }

  /** Tests and projects the frame's current rows (joins): true if the row was added at out.count. */
  *addRow(f: Frame): Steps<boolean> {
    if (!this.waits) return this.addRowSync(f);
    if (this.qual !== undefined && (yield* evalSteps(this.qual, f)) !== true) return false;
    const at = this.out.count;
    for (const c of this.order) this.own[c]![at] = yield* evalSteps(this.targets[c]!, f);
    this.out.count = at + 1;
    return true;
  }
  addRowSync(f: Frame): boolean {
    if (this.qual !== undefined && this.qual.fn!(f) !== true) return false;
    const at = this.out.count;
    for (let c = 0; c < this.targets.length; c++) this.own[c]![at] = this.targets[c]!.fn!(f);
    this.out.count = at + 1;
    return true;
  }
  /** Empties the output before rows are added one by one. */
  clear(): void {
    this.useOwn();
    this.out.count = 0;
  }
}

/** From index quals to key ranges: equality on leading columns (and = ANY lists), then bounds on the next column. */
import type { Expr } from '@pglitedb/planner';
import { exprType } from '@pglitedb/planner';
import type { KeyRange, Steps } from '@pglitedb/txn';
import { PgArray, type Datum } from '@pglitedb/types';
import { evalSteps, type Compiled, type ExprCompiler, type Frame } from '../expr/index.js';
import type { IndexHandle } from '../relation.js';
import { familyCompare } from './sort-keys.js';

type Condition =
  | { column: number; strategy: number; value: Compiled }
  | { column: number; strategy: 'any'; value: Compiled }
  | { column: number; strategy: 'null' | 'notnull' };

const BTREE = 403;
/** Its one strategy is equality. */
const HASH = 405;
const STRATEGY = { less: 1, lessEqual: 2, equal: 3, greaterEqual: 4, greater: 5 } as const;

export class IndexRanges {
  private readonly conditions: Condition[] = [];
  private readonly compares: ((a: Datum, b: Datum) => number)[];
  /** True when some qual is not expressed by the ranges: the rows must be filtered. */
  lossy = false;

  constructor(private readonly handle: IndexHandle, quals: readonly Expr[], c: ExprCompiler) {
    const { info } = handle;
    for (const q of quals) this.addQual(q, c);
    this.compares = info.attnums.slice(0, info.nkeys).map((_, k) => familyCompare(c, info.opfamilies[k]!, c.catalog.syscache('CLAOID', info.opclasses[k]!)!.opcintype, c.catalog.syscache('CLAOID', info.opclasses[k]!)!.opcintype, info.keytypes[k]!, info.collations[k] ?? 0));
  }

  private strategyOf(opno: number, column: number, c: ExprCompiler): { strategy: number; sameType: boolean } | undefined {
    const amop = c.catalog.rows('pg_amop', { amopopr: opno, amopfamily: this.handle.info.opfamilies[column]! })[0];
    if (amop === undefined || (amop.amopmethod !== BTREE && amop.amopmethod !== HASH)) return undefined;
    return { strategy: amop.amopmethod === HASH ? STRATEGY.equal : amop.amopstrategy, sameType: amop.amoplefttype === amop.amoprighttype };
  }

  private addQual(q: Expr, c: ExprCompiler): void {
    if (q.kind === 'OpExpr' || q.kind === 'ScalarArrayOpExpr') {
      const column = keyColumn(q.args[0]!);
      const s = column === undefined ? undefined : this.strategyOf(q.opno, column, c);
      if (column !== undefined && s !== undefined && this.representable(column, exprType(q.args[1]!), c, q.kind)) {
        const value = c.compile(q.args[1]!);
        if (q.kind === 'OpExpr') { this.conditions.push({ column, strategy: s.strategy, value }); return; }
        if (s.strategy === STRATEGY.equal && q.useOr) { this.conditions.push({ column, strategy: 'any', value }); return; }
      }
    } else if (q.kind === 'NullTest') {
      const column = keyColumn(q.arg);
      if (column !== undefined) { this.conditions.push({ column, strategy: q.nulltesttype === 'is_null' ? 'null' : 'notnull' }); return; }
    }
    this.lossy = true;
  }
  /** Cross-type comparisons are ranges only where both types share one representation. */
  private representable(column: number, type: number, c: ExprCompiler, kind: string): boolean {
    const key = this.handle.info.keytypes[column]!;
    const other = kind === 'ScalarArrayOpExpr' ? (c.catalog.types.typeInfo(type)?.elementOid ?? 0) : type;
    if (key === other) return true;
    const ints = [20, 21, 23];
    const texts = [25, 1043, 1042, 19, 705];
    return (ints.includes(key) && ints.includes(other)) || (texts.includes(key) && texts.includes(other)) || (key === 26 && ints.includes(other)) || key > 10000 || other > 10000;
  }

  /** The ranges for the frame's params, in index order (or reversed for backward scans); empty = no rows. */
  *compute(f: Frame, backward: boolean): Steps<KeyRange[]> {
    let prefixes: Datum[][] = [[]];
    for (let column = 0; column < this.handle.info.nkeys; column++) {
      const here = this.conditions.filter((q) => q.column === column);
      const points = yield* this.pointsOf(here, f);
      if (points === undefined) return yield* this.bounded(prefixes, here, column, f, backward);
      if (points.length === 0) return [];
      prefixes = prefixes.flatMap((p) => points.map((v) => [...p, v]));
      if (here.length > 1) this.lossy = true;
    }
    const ranges = prefixes.map((p): KeyRange => ({ lower: p, lowerInclusive: true, upper: p, upperInclusive: true }));
    return backward ? ranges.reverse() : ranges;
  }

  /** Values the column must equal, in index order; undefined when it has no such condition. */
  private *pointsOf(here: Condition[], f: Frame): Steps<Datum[] | undefined> {
    for (const q of here) {
      if (q.strategy === 'null') return [null];
      if (q.strategy === STRATEGY.equal) {
        const v = yield* evalSteps((q as { value: Compiled }).value, f);
        return v === null ? [] : [v];
      }
      if (q.strategy === 'any') {
        const arr = (yield* evalSteps((q as { value: Compiled }).value, f)) as PgArray | null;
        return arr === null ? [] : this.sortedPoints(arr.elements.filter((e: Datum) => e !== null), q.column);
      }
    }
    return undefined;
  }
  private sortedPoints(values: Datum[], column: number): Datum[] {
    const compare = this.compares[column]!;
    const sign = (this.handle.info.options[column]! & 1) !== 0 ? -1 : 1;
    const sorted = values.sort((a, b) => sign * compare(a, b));
    return sorted.filter((v, k) => k === 0 || compare(v, sorted[k - 1]) !== 0);
  }

  private *bounded(prefixes: Datum[][], here: Condition[], column: number, f: Frame, backward: boolean): Steps<KeyRange[]> {
    if (this.conditions.some((q) => q.column > column)) this.lossy = true;
    const compare = this.compares[column]!;
    let low: { v: Datum; inclusive: boolean } | undefined;
    let high: { v: Datum; inclusive: boolean } | undefined;
    let notNull = false;
    for (const q of here) {
      if (q.strategy === 'notnull') { notNull = true; continue; }
      const v = yield* evalSteps((q as { value: Compiled }).value, f);
      if (v === null) return [];
      const inclusive = q.strategy === STRATEGY.lessEqual || q.strategy === STRATEGY.greaterEqual;
      if (q.strategy === STRATEGY.less || q.strategy === STRATEGY.lessEqual) high = tighter(high, v, inclusive, compare, -1);
      else low = tighter(low, v, inclusive, compare, 1);
    }
    if (notNull && low === undefined && high === undefined) this.lossy = true;
    const descending = (this.handle.info.options[column]! & 1) !== 0;
    const [first, last] = descending ? [high, low] : [low, high];
    const ranges = prefixes.map((p): KeyRange => ({
      lower: first ? [...p, first.v] : p.length > 0 ? p : undefined, lowerInclusive: first?.inclusive ?? true,
      upper: last ? [...p, last.v] : p.length > 0 ? p : undefined, upperInclusive: last?.inclusive ?? true,
    }));
    return backward ? ranges.reverse() : ranges;
  }
}

function tighter(bound: { v: Datum; inclusive: boolean } | undefined, v: Datum, inclusive: boolean, compare: (a: Datum, b: Datum) => number, sign: number): { v: Datum; inclusive: boolean } {
  if (bound === undefined) return { v, inclusive };
  const order = sign * compare(v, bound.v);
  if (order > 0) return { v, inclusive };
  return order === 0 ? { v, inclusive: inclusive && bound.inclusive } : bound;
}

/** 0-based index column of a key reference. */
function keyColumn(e: Expr): number | undefined {
  const inner = e.kind === 'RelabelType' ? e.arg : e;
  return inner.kind === 'Var' && inner.varno === -3 ? inner.varattno - 1 : undefined;
}

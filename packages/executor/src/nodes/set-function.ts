/** Set-returning functions as sources of rows: in FROM (FunctionScan) and in target lists (ProjectSet). */
import type { Expr } from '@pglitedb/planner';
import { exprType } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import { PgRecord, SqlError, type CallContext, type Datum, type Oid } from '@pglitedb/types';
import { evalSteps, type Compiled, type ExprCompiler, type Frame } from '../expr/index.js';
import type { ResolvedFunction } from '../functions/fmgr.js';

export interface RowShape { columns: number; types: readonly Oid[]; names: readonly string[]; typmods: readonly number[] }

export class SetSource {
  private readonly fn: ResolvedFunction | undefined;
  private readonly args: Compiled[] = [];
  private readonly scalar: Compiled | undefined;
  private readonly cx: CallContext | undefined;
  /** The function's result is a row that is spread over the columns. */
  private readonly composite: boolean;
  /** Places of the row's values among the columns, where some columns were dropped. */
  private readonly places: readonly number[] | undefined;
  /** The function returns one row, not a set. */
  private readonly single: boolean;

  constructor(expr: Expr, c: ExprCompiler, readonly shape: RowShape) {
    const set = setCall(expr);
    const call = set ?? recordCall(expr, c);
    this.single = set === undefined;
    const info = c.catalog.types.typeInfo(exprType(expr));
    this.composite = info !== undefined && (info.kind === 'c' || info.oid === 2249 || shape.columns > 1 || (info.kind === 'd' && c.catalog.types.typeInfo(info.baseOid)?.kind === 'c'));
    this.places = livePlaces(info?.relationOid ?? 0, c, shape.columns);
    if (call === undefined) {
      this.scalar = c.compile(expr);
      return;
    }
    this.fn = c.resolveCalled(call.oid);
    this.args = c.compileList(call.args);
    const resultFields = shape.names.map((name, k) => ({ name, typeOid: shape.types[k]!, typmod: shape.typmods[k] ?? -1 }));
    this.cx = { ...c.callContext(call.collation, call.args.map((a) => exprType(a)), exprType(expr), call.variadic), resultFields };
  }

  /** Evaluates the arguments and starts the function. */
  *open(f: Frame): Steps<Iterable<Datum>> {
    if (this.scalar !== undefined) return [yield* evalSteps(this.scalar, f)];
    const values: Datum[] = [];
    for (const a of this.args) values.push(yield* evalSteps(a, f));
    const fn = this.fn!;
    if (fn.strict && values.includes(null)) return this.single ? [null] : [];
    if (this.single) return [fn.impl!.fn(...values, this.cx!) as Datum];
    if (fn.handler !== undefined) return yield* fn.handler.callSet(fn, values, this.cx!, f.x);
    return fn.impl!.fn(...values, this.cx!) as Iterable<Datum>;
  }

  /** Puts one result into row `row` of the columns from `at`. */
  store(item: Datum, rows: Datum[][], at: number, row: number): void {
    if (!this.composite) {
      rows[at]![row] = item;
      return;
    }
    const values: readonly Datum[] | null = item === null ? null : Array.isArray(item) ? item : item instanceof PgRecord ? item.values : [item];
    const { places } = this;
    if (places !== undefined && (values === null || values.length === places.length)) {
      for (let k = 0; k < this.shape.columns; k++) rows[at + k]![row] = null;
      if (values !== null) for (let k = 0; k < places.length; k++) rows[at + places[k]!]![row] = values[k];
      return;
    }
    if (values !== null && values.length < this.shape.columns) {
      throw new SqlError('42804', 'function return row and query-specified return row do not match', {
        detail: `Returned row contains ${values.length} attribute${values.length === 1 ? '' : 's'}, but query expects ${this.shape.columns}.`,
      });
    }
    for (let k = 0; k < this.shape.columns; k++) rows[at + k]![row] = values === null ? null : values[k];
  }
}

/** Where a table's columns, of which some were dropped, stand in its row type. */
function livePlaces(relation: Oid, c: ExprCompiler, columns: number): number[] | undefined {
  const attributes = relation === 0 ? undefined : c.catalog.relation(relation)?.attributes;
  if (attributes === undefined || attributes.length !== columns || !attributes.some((a) => a.attisdropped)) return undefined;
  return attributes.flatMap((a, k) => (a.attisdropped ? [] : [k]));
}

/** The set-returning call at the top of an expression. */
export function setCall(e: Expr): { oid: Oid; args: Expr[]; collation: Oid; variadic: boolean } | undefined {
  if (e.kind === 'FuncExpr' && e.funcretset) return { oid: e.funcid, args: e.args, collation: e.inputcollid, variadic: e.funcvariadic };
  if (e.kind === 'OpExpr' && e.opretset) return { oid: e.opfuncid, args: e.args, collation: e.inputcollid, variadic: false };
  return undefined;
}

/** A builtin that returns one anonymous row, which takes its columns' types from the call: json_to_record. */
function recordCall(e: Expr, c: ExprCompiler): ReturnType<typeof setCall> {
  if (e.kind !== 'FuncExpr' || e.funcresulttype !== 2249 || c.resolve(e.funcid).impl === undefined) return undefined;
  return { oid: e.funcid, args: e.args, collation: e.inputcollid, variadic: e.funcvariadic };
}

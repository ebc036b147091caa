/** Subqueries in expressions: correlated and hashed SubPlans, and initplans that run before the node that owns them. */
import type { SubPlan } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import { exprType } from '@pglitedb/planner';
import { PgArray, PgRecord, SqlError, assert, type Datum } from '@pglitedb/types';
import { FailedParam, type Batch, type ExecContext } from '../context.js';
import { evalSteps, type Compiled, type ExprCompiler, type Frame } from '../expr/index.js';
import type { Builder } from './builder.js';
import { BATCH_ROWS, Operator } from './operator.js';

/** What a SubPlan does with the rows of its query. */
interface SubPlanRun { node: SubPlan; op: Operator; test: Compiled | undefined; width: number }

export function compileSubPlan(node: SubPlan, c: ExprCompiler, b: Builder): Compiled {
  const args = c.compileList(node.args);
  const test = node.testexpr && c.compile(node.testexpr);
  let op: Operator | undefined;
  let startedFor: ExecContext | undefined;
  const hashed = node.useHashTable ? hashedSubPlan(node, c, () => op!) : undefined;
  return {
    fn: undefined, isVolatile: false, outerColumn: -1,
    *gen(f: Frame): Steps<Datum> {
      const x = f.x;
      op ??= b.subplanOperator(node.plan_id);
      const fresh = startedFor !== x;
      if (fresh) { op.start(x); startedFor = x; }
      if (hashed !== undefined) return yield* hashed(f, fresh);
      for (let k = 0; k < args.length; k++) x.exec[node.parParam[k]!] = yield* evalSteps(args[k]!, f);
      op.rescan();
      return yield* runSubPlan({ node, op, test, width: op.plan.targetlist.length }, f);
    },
  };
}

function* runSubPlan(run: SubPlanRun, f: Frame): Steps<Datum> {
  switch (run.node.subLinkType) {
    case 'exists': return (yield* run.op.next(1)) !== null;
    case 'expr': case 'multiexpr': case 'cte': return yield* scalar(run, f.x);
    case 'array': return yield* arrayOf(run);
    case 'rowcompare': return yield* rowCompare(run, f);
    default: return yield* quantified(run, f);
  }
}

function* scalar(run: SubPlanRun, x: ExecContext): Steps<Datum> {
  const batch = yield* run.op.next(2);
  const setParam = run.node.setParam;
  const row = batch === null ? undefined : visibleColumns(run.op).map((c) => batch.columns[c]![0]);
  if (batch !== null && (batch.count > 1 || (yield* run.op.next(1)) !== null)) {
    throw new SqlError('21000', 'more than one row returned by a subquery used as an expression');
  }
  if (run.node.subLinkType === 'multiexpr') {
    for (let k = 0; k < setParam.length; k++) x.exec[setParam[k]!] = row === undefined ? null : row[k];
    return null;
  }
  return row === undefined ? null : row[0];
}

/** Result columns without junk. */
export function visibleColumns(op: Operator): number[] {
  const out: number[] = [];
  op.plan.targetlist.forEach((t, k) => { if (!t.resjunk) out.push(k); });
  return out;
}

const INT2VECTOR = 22;
const OIDVECTOR = 30;

function* arrayOf(run: SubPlanRun): Steps<Datum> {
  const values: Datum[] = [];
  const column = visibleColumns(run.op)[0]!;
  for (let batch = yield* run.op.next(BATCH_ROWS); batch !== null; batch = yield* run.op.next(BATCH_ROWS)) {
    const source = batch.columns[column]!;
    for (let k = 0; k < batch.count; k++) values.push(source[k]);
  }
  const type = exprType(run.op.plan.targetlist[column]!.expr);
  // int2vector and oidvector are arrays, but stand for scalars here.
  if (type === INT2VECTOR || type === OIDVECTOR) return PgArray.of(type, values);
  const arrays = values.filter((v) => v instanceof PgArray) as PgArray[];
  if (arrays.length === 0) return PgArray.of(run.op.builder.catalog.types.typeInfo(type)?.elementOid || type, values);
  const first = arrays[0]!;
  if (arrays.length !== values.length || arrays.some((a) => a.dims.join() !== first.dims.join())) {
    throw new SqlError('2202E', 'cannot accumulate arrays of different dimensionality');
  }
  return new PgArray(first.elementOid, [arrays.length, ...first.dims], [1, ...first.lbounds], arrays.flatMap((a) => a.elements));
}

function setParams(run: SubPlanRun, x: ExecContext, batch: Batch, row: number): void {
  const ids = run.node.paramIds;
  for (let k = 0; k < ids.length; k++) x.exec[ids[k]!] = batch.columns[k]![row];
}

function* rowCompare(run: SubPlanRun, f: Frame): Steps<Datum> {
  const batch = yield* run.op.next(2);
  if (batch === null) return null;
  setParams(run, f.x, batch, 0);
  if (batch.count > 1 || (yield* run.op.next(1)) !== null) {
    throw new SqlError('21000', 'more than one row returned by a subquery used as an expression');
  }
  assert(run.test !== undefined, 'row comparison without a test');
  return yield* evalSteps(run.test, f);
}

/** x op ANY/ALL (SELECT …) without a hash table. */
function* quantified(run: SubPlanRun, f: Frame): Steps<Datum> {
  const stop = run.node.subLinkType === 'any';
  let sawNull = false;
  for (let batch = yield* run.op.next(BATCH_ROWS); batch !== null; batch = yield* run.op.next(BATCH_ROWS)) {
    for (let row = 0; row < batch.count; row++) {
      setParams(run, f.x, batch, row);
      const v = run.test === undefined ? true : yield* evalSteps(run.test, f);
      if (v === null) sawNull = true;
      else if (v === stop) return stop;
    }
  }
  return sawNull ? null : !stop;
}

/** Uncorrelated x = ANY (SELECT …): the subquery's rows in a hash table, kept for the run. */
function hashedSubPlan(node: SubPlan, c: ExprCompiler, op: () => Operator): (f: Frame, fresh: boolean) => Steps<Datum> {
  const clauses = node.testexpr!.kind === 'BoolExpr' ? node.testexpr!.args : [node.testexpr!];
  const keys = clauses.map((e) => {
    assert(e.kind === 'OpExpr', 'hashed subplan test');
    const type = c.catalog.types.typeImpl(exprType(e.args[0]!));
    const right = c.catalog.types.typeImpl(exprType(e.args[1]!));
    return { left: c.compile(e.args[0]!), key: type.hashKey!.bind(type), rightKey: right.hashKey!.bind(right) };
  });
  let table = new Set<unknown>();
  let nullRows: Datum[][] = [];
  let rows = 0;
  return function* (f, fresh) {
    if (fresh) {
      table = new Set();
      nullRows = [];
      rows = 0;
      op().rescan();
      for (let b = yield* op().next(BATCH_ROWS); b !== null; b = yield* op().next(BATCH_ROWS)) {
        for (let r = 0; r < b.count; r++) {
          rows++;
          const row = keys.map((_, k) => b!.columns[k]![r]);
          if (row.includes(null)) nullRows.push(row);
          else table.add(compoundKey(row.map((v, k) => keys[k]!.rightKey(v))));
        }
      }
    }
    if (rows === 0) return false;
    const left: Datum[] = [];
    for (const k of keys) left.push(yield* evalSteps(k.left, f));
    if (!left.includes(null) && table.has(compoundKey(left.map((v, k) => keys[k]!.key(v))))) return true;
    if (node.unknownEqFalse) return false;
    if (left.every((v) => v === null)) return null;
    if (left.includes(null)) return (yield* partialMatch(left)) ? null : false;
    return nullRows.some((r) => r.every((v, k) => v === null || keys[k]!.rightKey(v) === keys[k]!.key(left[k]))) ? null : false;
  };
  function* partialMatch(left: Datum[]): Steps<boolean> {
    op().rescan();
    for (let b = yield* op().next(BATCH_ROWS); b !== null; b = yield* op().next(BATCH_ROWS)) {
      for (let r = 0; r < b.count; r++) {
        const hit = left.every((v, k) => v === null || b!.columns[k]![r] === null || keys[k]!.rightKey(b!.columns[k]![r]) === keys[k]!.key(v));
        if (hit) return true;
      }
    }
    return false;
  }
}

/** One Map key of several primitive keys. */
export function compoundKey(parts: readonly unknown[]): unknown {
  if (parts.length === 1) return parts[0];
  let out = '';
  for (const p of parts) {
    const s = String(p);
    out += `${typeof p === 'string' ? 's' : 'n'}${s.length}:${s}`;
  }
  return out;
}

/** Runs a node's initplans before its first row, and sets their params. */
export class InitPlanRunner extends Operator {
  private done = false;
  constructor(private readonly child: Operator, private readonly initPlans: readonly SubPlan[], b: Builder) {
    super(child.plan, b);
  }
  override children(): readonly Operator[] { return [this.child]; }
  override setBound(rows: number): void { this.child.setBound(rows); }
  protected reset(): void { this.done = this.done && !this.dependsOnParams(); }
  override start(x: ExecContext): void {
    this.done = false;
    super.start(x);
  }
  private dependsOnParams(): boolean { return this.initPlans.some((p) => this.builder.planned.subplans[p.plan_id - 1]!.extParam.length > 0); }

  *next(max: number): Steps<Batch | null> {
    if (!this.done) {
      for (const p of this.initPlans) yield* this.runInitPlan(p);
      this.done = true;
    }
    return yield* this.child.next(max);
  }

  /** PostgreSQL runs an initplan when its param is first read; run ahead, its failure waits for a reader. */
  private *runInitPlan(p: SubPlan): Steps<void> {
    if (p.subLinkType === 'cte') return;
    const op = this.builder.subplanOperator(p.plan_id);
    const exec = this.x.exec;
    op.start(this.x);
    try {
      yield* this.setInitParams(p, op, exec);
    } catch (error) {
      if (!(error instanceof SqlError) || error.code.startsWith('57')) throw error;
      for (const k of p.setParam) exec[k] = new FailedParam(error);
    }
    op.end();
  }
  private *setInitParams(p: SubPlan, op: Operator, exec: Datum[]): Steps<void> {
    if (p.subLinkType === 'exists') exec[p.setParam[0]!] = (yield* op.next(1)) !== null;
    else if (p.subLinkType === 'array') exec[p.setParam[0]!] = yield* arrayOf({ node: p, op, test: undefined, width: 1 });
    else {
      const batch = yield* op.next(2);
      const columns = visibleColumns(op);
      for (let k = 0; k < p.setParam.length; k++) exec[p.setParam[k]!] = batch === null ? null : batch.columns[columns[k]!]![0];
      if (batch !== null && (batch.count > 1 || (yield* op.next(1)) !== null)) {
        throw new SqlError('21000', 'more than one row returned by a subquery used as an expression');
      }
    }
  }
}

/** A subquery's row as a record datum. */
export function recordOf(batch: Batch, row: number, types: readonly number[]): PgRecord {
  return new PgRecord(2249, batch.columns.map((c) => c[row]), types);
}

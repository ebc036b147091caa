/** FOR over integers, queries and cursors, and FOREACH over arrays. */
import type { ResultColumn } from '@pglitedb/executor';
import type { Steps } from '@pglitedb/txn';
import { PgArray, SqlError, type Datum } from '@pglitedb/types';
import type { Frame } from '../frame.js';
import type { ForCursor, ForDynamic, ForeachArray, ForInt, ForQuery, Stmt } from '../tree.js';
import { dynamicRows } from './sql.js';
import { openBound } from './cursors.js';
import { runFast } from './fast.js';
import { loopStep, OK, runStatements, type Outcome } from './statements.js';
import { assign, assignResult, evaluate, evaluateAs, runQuery } from './values.js';

const INT4 = 23;
const TEXT = 25;

export function* forInteger(frame: Frame, s: ForInt): Steps<Outcome> {
  const lower = yield* bound(frame, s.lower, 'lower bound');
  const upper = yield* bound(frame, s.upper, 'upper bound');
  const step = s.step === undefined ? 1 : yield* bound(frame, s.step, 'BY value');
  if (step <= 0) throw new SqlError('22023', 'BY value of FOR loop must be greater than zero');
  let found = false;
  let result: Outcome = OK;
  for (let k = lower; s.reverse ? k >= upper : k <= upper; k += s.reverse ? -step : step) {
    if (k > 2147483647 || k < -2147483648) break;
    found = true;
    frame.values[s.variable] = k;
    if ((++frame.steps & 63) === 0 && frame.session.sliceOver()) { frame.session.checkInterrupts(); yield { kind: 'slice' }; }
    const end = loopStep(frame, runFast(frame, s.body) ?? (yield* runStatements(frame, s.body)), s.label);
    if (end === 'next') continue;
    if (end !== 'leave') result = end;
    break;
  }
  frame.values[frame.fn.foundDno] = found;
  return result;
}
function* bound(frame: Frame, e: ForInt['lower'], what: string): Steps<number> {
  const v = (yield* evaluateAs(frame, e, INT4)) as number | null;
  if (v === null) throw new SqlError('22004', `${what} of FOR loop cannot be null`);
  return v;
}

/** Runs the body for each row. */
function* overRows(frame: Frame, target: number, rows: readonly Datum[][], columns: readonly ResultColumn[], body: readonly Stmt[], label: string | undefined): Steps<Outcome> {
  let result: Outcome = OK;
  let found = false;
  for (const row of rows) {
    found = true;
    yield* assignResult(frame, target, row, columns);
    const end = loopStep(frame, yield* runStatements(frame, body), label);
    if (end === 'next') continue;
    if (end !== 'leave') result = end;
    break;
  }
  if (!found) yield* assignResult(frame, target, undefined, columns);
  frame.values[frame.fn.foundDno] = found;
  return result;
}

export function* forQuery(frame: Frame, s: ForQuery): Steps<Outcome> {
  const p = s.query.ready(frame);
  if (p.kind === 'query' && p.query.columns === undefined) throw new SqlError('42601', 'cannot open a query that returns no rows as cursor');
  const { rows, columns } = yield* runQuery(frame, s.query, Infinity);
  return yield* overRows(frame, s.target, rows, columns, s.body, s.label);
}

export function* forDynamic(frame: Frame, s: ForDynamic): Steps<Outcome> {
  const { rows, columns } = yield* dynamicRows(frame, s.query, s.params);
  return yield* overRows(frame, s.target, rows, columns, s.body, s.label);
}

export function* forCursor(frame: Frame, s: ForCursor): Steps<Outcome> {
  const d = frame.fn.datums[s.cursor]!;
  if (d.dtype !== 'var') return OK;
  const name = frame.values[d.dno] as string | null;
  if (name !== null && frame.session.procedural.hasCursor(name)) throw new SqlError('42P03', `cursor "${name}" already in use`);
  const wasNull = name === null;
  const opened = yield* openBound(frame, d, s.args);
  let result: Outcome = OK;
  let found = false;
  for (;;) {
    const { rows, columns } = yield* frame.session.procedural.fetchCursor(opened, 'forward', 1);
    if (rows.length === 0) { if (!found) yield* assignResult(frame, s.target, undefined, columns); break; }
    found = true;
    yield* assignResult(frame, s.target, rows[0], columns);
    const end = loopStep(frame, yield* runStatements(frame, s.body), s.label);
    if (end === 'next') continue;
    if (end !== 'leave') result = end;
    break;
  }
  frame.session.procedural.closeCursor(opened);
  if (wasNull) frame.values[d.dno] = null;
  frame.values[frame.fn.foundDno] = found;
  return result;
}

export function* foreachArray(frame: Frame, s: ForeachArray): Steps<Outcome> {
  const v = yield* evaluate(frame, s.expr);
  if (v.value === null) throw new SqlError('22004', 'FOREACH expression must not be null');
  const info = frame.session.catalog().types.typeInfo(v.type);
  if (!(v.value instanceof PgArray) || info === undefined) throw new SqlError('42804', `FOREACH expression must yield an array, not type ${frame.session.catalog().types.formatType(v.type, -1)}`);
  const array = v.value;
  if (s.slice < 0 || s.slice > array.dims.length) throw new SqlError('2202E', `slice dimension (${s.slice}) is out of the valid range 0..${array.dims.length}`);
  const target = frame.fn.datums[s.target]!;
  const targetType = target.dtype === 'row' ? undefined : target.dtype === 'recfield' ? undefined : frame.session.catalog().types.typeInfo(target.type.oid);
  const isArrayTarget = targetType?.kind === 'a';
  if (s.slice > 0 && target.dtype !== 'recfield' && !isArrayTarget) throw new SqlError('42804', 'FOREACH ... SLICE loop variable must be of an array type');
  if (s.slice === 0 && isArrayTarget) throw new SqlError('42804', 'FOREACH loop variable must not be of an array type');
  let found = false;
  let result: Outcome = OK;
  for (const item of s.slice === 0 ? array.elements : slices(array, s.slice)) {
    found = true;
    yield* assign(frame, s.target, item, s.slice === 0 ? array.elementOid : v.type, -1);
    const end = loopStep(frame, yield* runStatements(frame, s.body), s.label);
    if (end === 'next') continue;
    if (end !== 'leave') result = end;
    break;
  }
  frame.values[frame.fn.foundDno] = found;
  return result;
}
function* slices(a: PgArray, depth: number): Generator<PgArray> {
  const dims = a.dims.slice(a.dims.length - depth);
  const size = dims.reduce((n, d) => n * d, 1);
  const lower = a.lbounds.slice(a.dims.length - depth);
  for (let at = 0; at < a.elements.length; at += size) yield new PgArray(a.elementOid, dims, lower, a.elements.slice(at, at + size));
}
export { TEXT };

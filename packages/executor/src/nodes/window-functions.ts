/** Window functions: the ranking and offset ones by their own algorithms, aggregates over frames. */
import type { Expr } from '@pglitedb/planner';
import { exprType } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Datum } from '@pglitedb/types';
import { evalSteps, type Compiled, type ExprCompiler, type Frame } from '../expr/index.js';
import { AggregateCall } from './aggregate.js';
import type { Partition } from './exec-window.js';
import { noteImplemented } from '../functions/fmgr.js';
import { eachFrameRow, excluded, type FrameBounds } from './window-frame.js';

type WindowFunc = Extract<Expr, { kind: 'WindowFunc' }>;

/** Computes a function for every row of a partition. */
export interface WindowCall {
  readonly usesFrame: boolean;
  compute(p: Partition, bounds: FrameBounds | undefined, f: Frame): Steps<Datum[]>;
}

export function windowFunction(n: WindowFunc, c: ExprCompiler): WindowCall {
  if (n.winagg) return aggregateCall(n, c);
  const proc = c.catalog.syscache('PROCOID', n.winfnoid);
  const prosrc = String(proc?.prosrc);
  const args = n.args.map((a) => c.compile(a));
  const ranking = RANKING[prosrc];
  if (ranking !== undefined) return { usesFrame: false, *compute(p) { return ranking(p); } };
  if (prosrc === 'window_ntile') return { usesFrame: false, compute: (p, _b, f) => ntile(p, f, args[0]!) };
  const value = VALUE[prosrc];
  if (value !== undefined) return { usesFrame: true, compute: (p, b, f) => frameValue(p, b!, f, args, value) };
  const offset = OFFSETS[prosrc];
  if (offset !== undefined) return { usesFrame: false, compute: (p, _b, f) => offsetValue(p, f, args, offset) };
  throw new SqlError('0A000', `window function ${proc?.proname} is not supported yet`);
}

const rows = (p: Partition, value: (r: number) => Datum): Datum[] => Array.from({ length: p.count }, (_, r) => value(r));
const RANKING: Record<string, (p: Partition) => Datum[]> = {
  window_row_number: (p) => rows(p, (r) => r + 1),
  window_rank: (p) => rows(p, (r) => p.peerStart[r]! + 1),
  window_dense_rank: (p) => rows(p, (r) => p.group[r]! + 1),
  window_percent_rank: (p) => rows(p, (r) => (p.count <= 1 ? 0 : p.peerStart[r]! / (p.count - 1))),
  window_cume_dist: (p) => rows(p, (r) => p.peerEnd[r]! / p.count),
};

function* argument(e: Compiled, p: Partition, row: number, f: Frame): Steps<Datum> {
  f.outer = p.columns;
  f.oi = row;
  return yield* evalSteps(e, f);
}

function* ntile(p: Partition, f: Frame, arg: Compiled): Steps<Datum[]> {
  const buckets: Datum = yield* argument(arg, p, 0, f);
  if (buckets === null) return rows(p, () => null);
  if (buckets <= 0) throw new SqlError('22014', 'argument of ntile must be greater than zero');
  const size = Math.floor(p.count / buckets);
  const larger = p.count % buckets;
  return rows(p, (r) => (r < larger * (size + 1) ? Math.floor(r / (size + 1)) + 1 : larger + Math.floor((r - larger * (size + 1)) / Math.max(size, 1)) + 1));
}

const VALUE: Record<string, 'first' | 'last' | 'nth'> = { window_first_value: 'first', window_last_value: 'last', window_nth_value: 'nth' };

function* frameValue(p: Partition, b: FrameBounds, f: Frame, args: Compiled[], which: 'first' | 'last' | 'nth'): Steps<Datum[]> {
  const out: Datum[] = [];
  for (let r = 0; r < p.count; r++) {
    let n = 1;
    if (which === 'nth') {
      const v: Datum = yield* argument(args[1]!, p, r, f);
      if (v === null) { out.push(null); continue; }
      if (v <= 0) throw new SqlError('22016', 'argument of nth_value must be greater than zero');
      n = v;
    }
    const row = frameRow(p, b, r, which, n);
    out.push(row < 0 ? null : yield* argument(args[0]!, p, row, f));
  }
  return out;
}
function frameRow(p: Partition, b: FrameBounds, r: number, which: string, n: number): number {
  if (which === 'last') {
    for (let k = b.to[r]! - 1; k >= b.from[r]!; k--) if (!excluded(b, p, r, k)) return k;
    return -1;
  }
  let left = n;
  for (let k = b.from[r]!; k < b.to[r]!; k++) if (!excluded(b, p, r, k) && --left === 0) return k;
  return -1;
}

const OFFSETS: Record<string, { sign: number; withOffset: boolean; withDefault: boolean }> = {
  window_lag: { sign: -1, withOffset: false, withDefault: false }, window_lag_with_offset: { sign: -1, withOffset: true, withDefault: false },
  window_lag_with_offset_and_default: { sign: -1, withOffset: true, withDefault: true }, window_lead: { sign: 1, withOffset: false, withDefault: false },
  window_lead_with_offset: { sign: 1, withOffset: true, withDefault: false }, window_lead_with_offset_and_default: { sign: 1, withOffset: true, withDefault: true },
};

function* offsetValue(p: Partition, f: Frame, args: Compiled[], o: { sign: number; withOffset: boolean; withDefault: boolean }): Steps<Datum[]> {
  const out: Datum[] = [];
  for (let r = 0; r < p.count; r++) {
    const n: Datum = o.withOffset ? yield* argument(args[1]!, p, r, f) : 1;
    if (n === null) { out.push(null); continue; }
    const row = r + o.sign * n;
    if (row >= 0 && row < p.count) out.push(yield* argument(args[0]!, p, row, f));
    else out.push(o.withDefault ? yield* argument(args[2]!, p, r, f) : null);
  }
  return out;
}

noteImplemented([...Object.keys(RANKING), ...Object.keys(VALUE), ...Object.keys(OFFSETS), 'window_ntile']);

function aggregateCall(n: WindowFunc, c: ExprCompiler): WindowCall {
  const call = new AggregateCall({
    kind: 'Aggref', aggfnoid: n.winfnoid, aggtype: n.wintype, aggcollid: n.wincollid, inputcollid: n.inputcollid, aggtranstype: 0, aggargtypes: n.args.map((a) => exprType(a)),
    aggdirectargs: [], args: n.args.map((expr, k) => ({ kind: 'TargetEntry', expr, resno: k + 1, resname: undefined, ressortgroupref: 0, resorigtbl: 0, resorigcol: 0, resjunk: false })),
    aggorder: [], aggdistinct: [], aggfilter: n.aggfilter, aggstar: n.winstar, aggvariadic: false, aggkind: 'n', agglevelsup: 0, aggno: 0, location: -1,
  }, c);
  return { usesFrame: true, compute: (p, b, f) => aggregateFrames(call, p, b!, f) };
}

function* aggregateFrames(call: AggregateCall, p: Partition, b: FrameBounds, f: Frame): Steps<Datum[]> {
  const out: Datum[] = [];
  call.frameContext = f.x;
  f.outer = p.columns;
  let state = call.newState();
  let from = -1;
  let to = 0;
  for (let r = 0; r < p.count; r++) {
    const grows = b.exclusion === 'none' && b.from[r] === from && b.to[r]! >= to;
    if (grows && b.to[r] === to && r > 0) { out.push(out[r - 1]); continue; }
    if (!grows) { state = call.newState(); from = b.from[r]!; to = from; }
    if (b.exclusion === 'none') {
      for (; to < b.to[r]!; to++) { f.oi = to; yield* call.advanceSteps(state, f); }
    } else {
      const list: number[] = [];
      eachFrameRow(b, p, r, (k) => list.push(k));
      for (const k of list) { f.oi = k; yield* call.advanceSteps(state, f); }
      from = -1;
    }
    out.push(yield* call.finish({ ...state, rows: state.rows && [...state.rows] }, f));
  }
  return out;
}

/**
 * Aggregates over dense group numbers: accumulators in typed arrays, updated in line by generated code. Which aggregate
 * is which is decided by its transition function. Integer sums stay exact: a sum is kept as a safe integer, and what
 * would leave that range goes to a bigint of the group. Others use their transition functions by way of AggregateCall.
 */
import type { Expr } from '@pglitedb/planner';
import { exprType } from '@pglitedb/planner';
import { integerAverage, Numeric, numericAverageOf, NumericState, numericSumOf, type Datum } from '@pglitedb/types';
import { AggregateCall, type AggState } from '../nodes/aggregate.js';
import { resolveFunction } from '../functions/fmgr.js';
import type { ExprCompiler } from '../expr/index.js';
import { NotVectorizable, type Emitter } from './emitter.js';
import { keyForm, numberKey } from './keys.js';
import { IntSet, NumberMap } from './key-maps.js';
import { atom, datumOf, type Value } from './value.js';

type Aggref = Extract<Expr, { kind: 'Aggref' }>;

export interface VectorAggregate {
  /** Room for groups [0, capacity); keeps what is there. */
  grow(capacity: number): void;
  clear(): void;
  /** Arrays that the code reads by name: read before the loop, and again whenever groups were added. */
  readonly arrays: readonly string[];
  /** Emits the update of group `g`; `self` names this object, `array(name)` one of its arrays. */
  emit(out: Emitter, args: readonly Value[], g: string, self: string, array: (name: string) => string): void;
  result(g: number): Datum;
}

const grown = (old: Float64Array, capacity: number, fill: number): Float64Array => {
  const a = new Float64Array(capacity);
  if (!Object.is(fill, 0)) a.fill(fill);
  a.set(old);
  return a;
};
const EMPTY: Float64Array = new Float64Array(0);

/** count(*) and count(x). */
class Count implements VectorAggregate {
  n: Float64Array = EMPTY;
  readonly arrays = ['n'];
  grow(capacity: number): void { this.n = grown(this.n, capacity, 0); }
  clear(): void { this.n = EMPTY; }
  emit(out: Emitter, args: readonly Value[], g: string, _self: string, array: (name: string) => string): void {
    const test = args.length === 0 || args[0]!.n === 'false' ? '' : `if (!(${args[0]!.n})) `;
    out.line(`${test}${array('n')}[${g}]++;`);
  }
  result(g: number): Datum { return this.n[g]; }
}

const SAFE = Number.MAX_SAFE_INTEGER;

/** Sums of int2, int4 and int8, and their averages. */
class IntegerSum implements VectorAggregate {
  n: Float64Array = EMPTY;
  s: Float64Array = EMPTY;
  private big = new Map<number, bigint>();
  readonly arrays = ['n', 's'];
  constructor(private readonly finish: (sum: number | bigint, n: number) => Datum) {}
  grow(capacity: number): void {
    this.n = grown(this.n, capacity, 0);
    this.s = grown(this.s, capacity, 0);
  }
  clear(): void { this.n = EMPTY; this.s = EMPTY; this.big.clear(); }
  emit(out: Emitter, args: readonly Value[], g: string, self: string, array: (name: string) => string): void {
    const x = args[0]!;
    const t = out.name();
    const s = array('s');
    if (x.n !== 'false') out.line(`if (!(${x.n})) {`);
    const v = atom(out, x.v);
    if (x.kind === 'int') out.line(`const ${t} = ${s}[${g}] + ${v}; if (${t} <= ${SAFE} && ${t} >= -${SAFE}) ${s}[${g}] = ${t}; else ${s}[${g}] = ${self}.spill(${g}, ${s}[${g}], ${v});`);
    else out.line(`const ${t} = typeof ${v} === 'number' ? ${s}[${g}] + ${v} : NaN; if (${t} <= ${SAFE} && ${t} >= -${SAFE}) ${s}[${g}] = ${t}; else ${s}[${g}] = ${self}.spill(${g}, ${s}[${g}], ${v});`);
    out.line(`${array('n')}[${g}]++;`);
    if (x.n !== 'false') out.line('}');
  }
  /** Adds the sum so far and a value to the group's bigint; answers what the sum goes on with. */
  spill(g: number, sum: number, v: number | bigint): number {
    this.big.set(g, (this.big.get(g) ?? 0n) + BigInt(sum) + BigInt(v));
    return 0;
  }
  result(g: number): Datum {
    const n = this.n[g]!;
    const big = this.big.get(g);
    const sum = big === undefined ? this.s[g]! : big + BigInt(this.s[g]!);
    return n === 0 ? null : this.finish(typeof sum === 'bigint' && sum >= -BigInt(SAFE) && sum <= BigInt(SAFE) ? Number(sum) : sum, n);
  }
}

/** sum(float8), which keeps -0 and is NULL without input, and avg of floats, whose sum starts at 0. */
class FloatSum implements VectorAggregate {
  n: Float64Array = EMPTY;
  s: Float64Array = EMPTY;
  readonly arrays = ['n', 's'];
  constructor(private readonly average: boolean) {}
  grow(capacity: number): void {
    this.n = grown(this.n, capacity, 0);
    this.s = grown(this.s, capacity, this.average ? 0 : -0);
  }
  clear(): void { this.n = EMPTY; this.s = EMPTY; }
  emit(out: Emitter, args: readonly Value[], g: string, _self: string, array: (name: string) => string): void {
    const x = args[0]!;
    const t = out.name();
    const s = array('s');
    if (x.n !== 'false') out.line(`if (!(${x.n})) {`);
    const v = atom(out, x.v);
    // Infinite or NaN: $fadd tells an overflow from an infinite input.
    out.line(`const ${t} = ${s}[${g}] + ${v}; ${s}[${g}] = ${t} - ${t} === 0 ? ${t} : $fadd(${s}[${g}], ${v}); ${array('n')}[${g}]++;`);
    if (x.n !== 'false') out.line('}');
  }
  result(g: number): Datum {
    const n = this.n[g]!;
    return n === 0 ? null : this.average ? this.s[g]! / n : this.s[g];
  }
}

/** sum and avg of numeric: exact states, fed from the encoded cells of a column where the argument is one. */
class NumericSum implements VectorAggregate {
  readonly arrays: string[] = [];
  private states: NumericState[] = [];
  constructor(private readonly finish: (state: NumericState | null) => Datum) {}
  grow(): void { /* states are made when first used */ }
  clear(): void { this.states = []; }
  emit(out: Emitter, args: readonly Value[], g: string, self: string): void {
    const x = args[0]!;
    const test = x.n === 'false' ? '' : `if (!(${x.n})) `;
    if (x.cell === undefined) { out.line(`${test}${self}.state(${g}).add(${x.v});`); return; }
    const { column, slot } = x.cell;
    out.line(`${test}${self}.state(${g}).addEncoded(${column}.heap, ${column}.off[${slot}], ${column}.off[${slot}] + ${column}.len[${slot}]);`);
  }
  state(g: number): NumericState { return (this.states[g] ??= new NumericState(false)); }
  result(g: number): Datum { return this.finish(this.states[g] ?? null); }
}

/** min and max of numbers. Of equal values (0 and -0) the last stays, as PostgreSQL's larger and smaller have it. */
class Extreme implements VectorAggregate {
  n: Float64Array = EMPTY;
  m: Float64Array = EMPTY;
  readonly arrays = ['n', 'm'];
  constructor(private readonly max: boolean, private readonly float: boolean) {}
  grow(capacity: number): void {
    this.n = grown(this.n, capacity, 0);
    this.m = grown(this.m, capacity, 0);
  }
  clear(): void { this.n = EMPTY; this.m = EMPTY; }
  emit(out: Emitter, args: readonly Value[], g: string, _self: string, array: (name: string) => string): void {
    const x = args[0]!;
    const m = out.name();
    if (x.n !== 'false') out.line(`if (!(${x.n})) {`);
    const v = atom(out, x.v);
    out.line(`const ${m} = ${array('m')}[${g}];`);
    const keeps = this.max ? `${m} > ${v}${this.float ? ` || (${m} !== ${m} && ${v} === ${v})` : ''}` : `${m} < ${v}${this.float ? ` || (${v} !== ${v} && ${m} === ${m})` : ''}`;
    out.line(`if (${array('n')}[${g}] === 0 || !(${keeps})) { ${array('m')}[${g}] = ${v}; ${array('n')}[${g}] = 1; }`);
    if (x.n !== 'false') out.line('}');
  }
  result(g: number): Datum { return this.n[g] === 0 ? null : this.m[g]; }
}

/** count(DISTINCT x) of numbers: ids of the values, and of pairs of group and value where there are groups. */
class CountDistinct implements VectorAggregate {
  n: Float64Array = EMPTY;
  readonly arrays = ['n'];
  private readonly values = new NumberMap();
  private readonly ints = new IntSet();
  private ofInts = false;
  private readonly pairs = new NumberMap();
  constructor(private readonly form: 'number' | 'float' | 'int8', private readonly grouped: boolean) {}
  grow(capacity: number): void { this.n = grown(this.n, capacity, 0); }
  clear(): void { this.n = EMPTY; this.values.clear(); this.pairs.clear(); this.ints.clear(); }
  emit(out: Emitter, args: readonly Value[], g: string, _self: string, array: (name: string) => string): void {
    const x = args[0]!;
    if (x.n !== 'false') out.line(`if (!(${x.n})) {`);
    if (x.kind === 'int' && !this.grouped) {
      this.ofInts = true;
      out.line(`${out.inject(this.ints)}.add(${x.v});`);
      if (x.n !== 'false') out.line('}');
      return;
    }
    const values = out.inject(this.values);
    const id = atom(out, this.form === 'float' ? `${values}.findFloat(${x.v})` : `${values}.find(${numberKey(out, x)})`);
    if (this.grouped) {
      const pairs = out.inject(this.pairs);
      const before = atom(out, `${pairs}.count`);
      out.line(`if (${pairs}.find(${g} * 67108864 + ${id}) === ${before}) ${array('n')}[${g}]++;`);
    }
    if (x.n !== 'false') out.line('}');
  }
  result(g: number): Datum { return this.grouped ? this.n[g] : this.ofInts ? this.ints.count : this.values.count; }
}

/** Any other aggregate, by its transition function; rows for DISTINCT and ORDER BY are kept till the end. */
class General implements VectorAggregate {
  readonly arrays: string[] = [];
  private states: AggState[] = [];
  constructor(private readonly call: AggregateCall) {}
  grow(): void { /* states are made when first used */ }
  clear(): void { this.states = []; }
  emit(out: Emitter, args: readonly Value[], g: string, self: string): void {
    out.line(`${self}.add(${g}, [${args.map(datumOf).join(', ')}]);`);
  }
  add(g: number, values: Datum[]): void {
    this.call.advanceValues((this.states[g] ??= this.call.newState()), values);
  }
  result(g: number): Datum { return this.call.finishNow(this.states[g] ?? this.call.newState()); }
}

/** The accumulators of an aggregate call; raises NotVectorizable where it has to wait. */
export function vectorAggregate(node: Aggref, c: ExprCompiler, args: readonly Value[], grouped: boolean): VectorAggregate {
  const agg = c.catalog.syscache('AGGFNOID', node.aggfnoid)!;
  const trans = resolveFunction(c.catalog, agg.aggtransfn);
  const plain = node.aggkind === 'n' && node.aggorder.length === 0 && node.aggdistinct.length === 0;
  const known = trans.language === 'internal' ? specialised(String(trans.proc.prosrc), agg, args[0]?.kind, node) : undefined;
  if (plain && known !== undefined) return known;
  if (node.aggdistinct.length > 0 && node.args.length === 1 && trans.proc.prosrc === 'int8inc_any' && agg.agginitval === '0') {
    const form = keyForm(c.ce.session, exprType(node.args[0]!.expr), node.inputcollid, args[0]!);
    if (form === 'number' || form === 'float' || form === 'int8') return new CountDistinct(form, grouped);
  }
  const call = new AggregateCall(node, c);
  if (call.waits || node.aggkind !== 'n') throw new NotVectorizable('aggregate that waits');
  return new General(call);
}

function specialised(trans: string, agg: Record<string, Datum>, kind: Value['kind'] | undefined, node: Aggref): VectorAggregate | undefined {
  const final = node.aggtype;
  const init = agg.agginitval as string | null;
  const noFinal = agg.aggfinalfn === 0 || agg.aggfinalfn === null;
  switch (trans) {
    case 'int8inc': case 'int8inc_any': return init === '0' && noFinal ? new Count() : undefined;
    case 'int2_sum': case 'int4_sum': return (init ?? null) === null && noFinal && kind === 'int' ? new IntegerSum((sum) => sum) : undefined;
    case 'int2_avg_accum': case 'int4_avg_accum': return node.aggfnoid === AVG_INT2 || node.aggfnoid === AVG_INT4 ? new IntegerSum(integerAverage) : undefined;
    case 'int8_avg_accum':
      if (node.aggfnoid === SUM_INT8) return new IntegerSum((sum) => Numeric.fromInt(sum));
      return node.aggfnoid === AVG_INT8 ? new IntegerSum(integerAverage) : undefined;
    case 'numeric_avg_accum': return node.aggfnoid === SUM_NUMERIC ? new NumericSum(numericSumOf) : node.aggfnoid === AVG_NUMERIC ? new NumericSum(numericAverageOf) : undefined;
    case 'float8pl': return (init ?? null) === null && noFinal && final === 701 ? new FloatSum(false) : undefined;
    case 'float4_accum': case 'float8_accum': return node.aggfnoid === AVG_FLOAT4 || node.aggfnoid === AVG_FLOAT8 ? new FloatSum(true) : undefined;
    case 'int2larger': case 'int4larger': case 'date_larger': case 'oidlarger': return noFinal ? new Extreme(true, false) : undefined;
    case 'int2smaller': case 'int4smaller': case 'date_smaller': case 'oidsmaller': return noFinal ? new Extreme(false, false) : undefined;
    case 'float4larger': case 'float8larger': return noFinal ? new Extreme(true, true) : undefined;
    case 'float4smaller': case 'float8smaller': return noFinal ? new Extreme(false, true) : undefined;
    default: return undefined;
  }
}

const AVG_INT8 = 2100;
const AVG_INT4 = 2101;
const AVG_INT2 = 2102;
const AVG_FLOAT4 = 2104;
const AVG_FLOAT8 = 2105;
const SUM_INT8 = 2107;
const AVG_NUMERIC = 2103;
const SUM_NUMERIC = 2114;

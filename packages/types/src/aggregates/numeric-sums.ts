/**
 * sum, avg, variance and stddev over numeric and integers. The state keeps the exact sum (and sum of squares) and the
 * counts of the special values, so that moving-window aggregates can take values out again (numeric.c's
 * NumericAggState).
 */
import { defineFunctions } from '../function-impl.js';
import { SqlError } from '../errors.js';
import { PgArray } from '../array/value.js';
import { decodeNumericAt, isSmall, smallCoef, smallScale } from '../numeric/binary-io.js';
import { inFormat, rawAdd, rawMul } from '../numeric/raw.js';
import { int8Add, type Int8 } from '../int/value.js';
import {
  addNumeric, compareNumeric, divideToScale, divNumeric, Numeric, selectDivScale, sqrtToScale, FINITE, NAN, POSITIVE_INFINITY,
} from '../numeric/value.js';

export class NumericState {
  count = 0;
  private total_: Numeric = Numeric.zero;
  /** Part of the sum kept as a safe integer at one scale: no allocation per value. */
  private small = 0;
  private smallScale = 0;
  squares: Numeric = Numeric.zero;
  nans = 0;
  positiveInfinities = 0;
  negativeInfinities = 0;
  /** Largest scale seen, and how many values have it: what removing a value must know. */
  maxScale = 0;
  maxScaleCount = 0;

  constructor(readonly withSquares: boolean) {}

  get total(): number { return this.count + this.nans + this.positiveInfinities + this.negativeInfinities; }

  get sum(): Numeric {
    if (this.small !== 0 || this.smallScale > this.total_.dscale) {
      this.total_ = rawAdd(this.total_, Numeric.of(this.small, this.smallScale));
      this.small = 0;
    }
    return this.total_;
  }

  set sum(v: Numeric) {
    this.total_ = v;
    this.small = 0;
    this.smallScale = 0;
  }

  /** Adds to the small part; false where that would not be exact. */
  private addSmall(coef: number | bigint, scale: number): boolean {
    if (typeof coef !== 'number') return false;
    if (scale !== this.smallScale) {
      this.total_ = this.sum;
      this.smallScale = scale;
    }
    const r = this.small + coef;
    if (!Number.isSafeInteger(r)) return false;
    this.small = r;
    return true;
  }

  /** Adds an int2, int4 or int8. */
  addInteger(v: number | bigint): void {
    if (this.withSquares || this.maxScale !== 0 || !this.addSmall(v, 0)) {
      this.add(Numeric.fromInt(v));
      return;
    }
    this.maxScaleCount++;
    this.count++;
  }

  get special(): boolean { return this.nans + this.positiveInfinities + this.negativeInfinities > 0; }

  private countSpecial(v: Numeric, by: number): void {
    if (v.kind === NAN) this.nans += by;
    else if (v.kind === POSITIVE_INFINITY) this.positiveInfinities += by;
    else this.negativeInfinities += by;
  }

  add(v: Numeric): void {
    if (v.kind !== FINITE) {
      this.countSpecial(v, 1);
      return;
    }
    if (v.dscale > this.maxScale) {
      this.maxScale = v.dscale;
      this.maxScaleCount = 1;
    } else if (v.dscale === this.maxScale) this.maxScaleCount++;
    this.count++;
    if (!this.addSmall(v.coef, v.dscale)) this.sum = rawAdd(this.sum, v);
    if (this.withSquares) this.squares = rawAdd(this.squares, rawMul(v, v));
  }

  /** Adds an encoded value, heap[at .. end), without making an object of it where it is small. */
  addEncoded(heap: Uint8Array, at: number, end: number): void {
    if (!isSmall(heap, at) || this.withSquares) {
      this.add(decodeNumericAt(heap, at, end));
      return;
    }
    const scale = smallScale(heap, at);
    const coef = smallCoef(heap, at);
    if (scale !== this.maxScale || !this.addSmall(coef, scale)) {
      this.add(Numeric.small(coef, scale));
      return;
    }
    this.maxScaleCount++;
    this.count++;
  }

  /** Takes a value out; false where the scale of what remains cannot be known. */
  remove(v: Numeric): boolean {
    if (v.kind !== FINITE) {
      this.countSpecial(v, -1);
      return true;
    }
    if (v.dscale === this.maxScale) {
      if (this.maxScaleCount > 1 || this.maxScale === 0) this.maxScaleCount--;
      else if (this.count === 1) {
        this.maxScale = 0;
        this.maxScaleCount = 0;
      } else return false;
    }
    if (--this.count > 0) {
      this.sum = rawAdd(this.sum, v.negate());
      if (this.withSquares) this.squares = rawAdd(this.squares, rawMul(v, v).negate());
    } else {
      this.sum = Numeric.zero;
      this.squares = Numeric.zero;
    }
    return true;
  }

  merge(o: NumericState): void {
    this.nans += o.nans;
    this.positiveInfinities += o.positiveInfinities;
    this.negativeInfinities += o.negativeInfinities;
    if (o.count === 0) return;
    if (o.maxScale > this.maxScale) {
      this.maxScale = o.maxScale;
      this.maxScaleCount = o.maxScaleCount;
    } else if (o.maxScale === this.maxScale) this.maxScaleCount += o.maxScaleCount;
    this.count += o.count;
    this.sum = rawAdd(this.sum, o.sum);
    this.squares = rawAdd(this.squares, o.squares);
  }

  /** NaN or the infinity that the specials add up to. */
  specialSum(): Numeric {
    if (this.nans > 0 || (this.positiveInfinities > 0 && this.negativeInfinities > 0)) return Numeric.NaN;
    return this.positiveInfinities > 0 ? Numeric.Infinity : Numeric.NegativeInfinity;
  }
}

type State = NumericState | null;
type Input = Numeric | number | bigint | null;

const asNumeric = (v: Numeric | number | bigint): Numeric => (v instanceof Numeric ? v : Numeric.fromInt(v));

const accumulate = (withSquares: boolean) => (state: State, v: Input): NumericState => {
  const s = state ?? new NumericState(withSquares);
  if (v instanceof Numeric) s.add(v);
  else if (v !== null) s.addInteger(v);
  return s;
};

function inverse(state: State, v: Input): State {
  if (state === null) throw new Error('inverse transition called with NULL state');
  if (v !== null && !state.remove(asNumeric(v))) return null;
  return state;
}

function combine(a: State, b: State): State {
  if (b === null) return a;
  const s = a ?? new NumericState(b.withSquares);
  s.merge(b);
  return s;
}

export function sumOf(s: State): Numeric | null {
  if (s === null || s.total === 0) return null;
  return s.special ? s.specialSum() : inFormat(s.sum);
}

/** int8_avg: the average of n integers with this sum. */
export function integerAverage(sum: number | bigint, n: number): Numeric { return divNumeric(Numeric.fromInt(sum), Numeric.fromInt(n)); }

export function averageOf(s: State): Numeric | null {
  if (s === null || s.total === 0) return null;
  return s.special ? s.specialSum() : divNumeric(s.sum, Numeric.fromInt(s.count));
}

/** numeric_stddev_internal */
const spread = (sample: boolean, root: boolean) => (s: State): Numeric | null => {
  if (s === null || s.total === 0) return null;
  if (s.total <= (sample ? 1 : 0)) return null;
  if (s.special) return Numeric.NaN;
  const n = Numeric.fromInt(s.count);
  const numerator = rawAdd(rawMul(n, s.squares), rawMul(s.sum, s.sum).negate());
  if (compareNumeric(numerator, Numeric.zero) <= 0) return Numeric.zero;
  const denominator = rawMul(n, Numeric.fromInt(sample ? s.count - 1 : s.count));
  const resultScale = selectDivScale(numerator, denominator);
  const variance = divideToScale(numerator, denominator, resultScale);
  return root ? sqrtToScale(variance, resultScale) : variance;
};

const withSquares = accumulate(true);
const plain = accumulate(false);

/** int8[2] {count, sum}, the state of avg(int2) and avg(int4). */
function countAndSum(state: PgArray): [Int8, Int8] {
  if (state.elements.length !== 2 || state.ndim !== 1 || state.hasNulls()) throw new SqlError('XX000', 'expected 2-element int8 array');
  return state.elements as [Int8, Int8];
}
function intAverage(state: PgArray, v: number, by: number): PgArray {
  const [count, sum] = countAndSum(state);
  return PgArray.of(20, [int8Add(count, by), int8Add(sum, by * v)]);
}

defineFunctions({
  numeric_accum: withSquares,
  numeric_accum_inv: inverse,
  numeric_avg_accum: plain,
  int2_accum: withSquares,
  int4_accum: withSquares,
  int8_accum: withSquares,
  int2_accum_inv: inverse,
  int4_accum_inv: inverse,
  int8_accum_inv: inverse,
  int8_avg_accum: plain,
  int8_avg_accum_inv: inverse,
  numeric_combine: combine,
  numeric_avg_combine: combine,
  numeric_poly_combine: combine,
  int8_avg_combine: combine,
  numeric_sum: sumOf,
  numeric_avg: averageOf,
  numeric_poly_sum: sumOf,
  numeric_poly_avg: averageOf,
  numeric_var_pop: spread(false, false),
  numeric_var_samp: spread(true, false),
  numeric_stddev_pop: spread(false, true),
  numeric_stddev_samp: spread(true, true),
  numeric_poly_var_pop: spread(false, false),
  numeric_poly_var_samp: spread(true, false),
  numeric_poly_stddev_pop: spread(false, true),
  numeric_poly_stddev_samp: spread(true, true),

  int2_avg_accum: (s: PgArray, v: number) => intAverage(s, v, 1),
  int4_avg_accum: (s: PgArray, v: number) => intAverage(s, v, 1),
  int2_avg_accum_inv: (s: PgArray, v: number) => intAverage(s, v, -1),
  int4_avg_accum_inv: (s: PgArray, v: number) => intAverage(s, v, -1),
  int4_avg_combine: (a: PgArray, b: PgArray) => {
    const [n1, s1] = countAndSum(a);
    const [n2, s2] = countAndSum(b);
    return PgArray.of(20, [int8Add(n1, n2), int8Add(s1, s2)]);
  },
  int8_avg: (s: PgArray) => {
    const [count, sum] = countAndSum(s);
    return count === 0 ? null : integerAverage(sum, Number(count));
  },
  int2int4_sum: (s: PgArray) => {
    const [count, sum] = countAndSum(s);
    return count === 0 ? null : sum;
  },
  int2_sum: (sum: Int8 | null, v: number | null) => (v === null ? sum : sum === null ? v : int8Add(sum, v)),
  int4_sum: (sum: Int8 | null, v: number | null) => (v === null ? sum : sum === null ? v : int8Add(sum, v)),
  int8_sum: (sum: Numeric | null, v: Int8 | null) =>
    v === null ? sum : sum === null ? Numeric.fromInt(v) : addNumeric(sum, Numeric.fromInt(v)),
});

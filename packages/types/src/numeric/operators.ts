/** SQL functions of numeric: arithmetic, comparison, rounding, logarithms, gcd, factorial, series, width_bucket. */
import { defineFunctions } from '../function-impl.js';
import { SqlError } from '../errors.js';
import { comparisons } from '../any/comparison.js';
import { integerOutOfRange } from '../int/value.js';
import { scaleUp } from './digits.js';
import { expNumeric, lnNumeric, logNumeric, powerNumeric } from './transcendental.js';
import { rawAdd } from './raw.js';
import * as v from './value.js';
import { Numeric } from './value.js';

function gcdBig(a: bigint, b: bigint): bigint {
  let x = v.absBig(a);
  let y = v.absBig(b);
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

function alignedBig(a: Numeric, b: Numeric): [bigint, bigint, number] {
  const scale = Math.max(a.dscale, b.dscale);
  return [BigInt(scaleUp(a.coef, scale - a.dscale)), BigInt(scaleUp(b.coef, scale - b.dscale)), scale];
}

function gcdNumeric(a: Numeric, b: Numeric): Numeric {
  if (!a.isFinite() || !b.isFinite()) return Numeric.NaN;
  const [x, y, scale] = alignedBig(a, b);
  return Numeric.of(gcdBig(x, y), scale);
}

function lcmNumeric(a: Numeric, b: Numeric): Numeric {
  if (!a.isFinite() || !b.isFinite()) return Numeric.NaN;
  const [x, y, scale] = alignedBig(a, b);
  if (x === 0n || y === 0n) return Numeric.of(0, scale);
  return Numeric.checked(v.absBig((x / gcdBig(x, y)) * y), scale);
}

function factorial(n: number | bigint): Numeric {
  if (n < 0) throw new SqlError('22003', 'factorial of a negative number is undefined');
  if (n > 32177) throw v.numericOverflow();
  const product = (from: number, to: number): bigint => {
    if (to - from < 8) {
      let r = 1n;
      for (let i = from; i <= to; i++) r *= BigInt(i);
      return r;
    }
    const mid = (from + to) >> 1;
    return product(from, mid) * product(mid + 1, to);
  };
  return Numeric.checked(product(1, Number(n)), 0);
}

/** trunc and round take an int4 scale, clamped to what a numeric can have. */
const clampScale = (s: number): number => Math.min(Math.max(s, -v.INTEGER_DIGITS_MAX - 1), v.DSCALE_MAX);

function bucketOperand(n: Numeric, message: string): void {
  if (n.isNaN()) throw new SqlError('2201G', 'operand, lower bound, and upper bound cannot be NaN');
  if (n.isInfinite()) throw new SqlError('2201G', message);
}

function widthBucket(x: Numeric, low: Numeric, high: Numeric, count: number): number {
  if (count <= 0) throw new SqlError('2201G', 'count must be greater than zero');
  if (x.isNaN()) throw new SqlError('2201G', 'operand, lower bound, and upper bound cannot be NaN');
  bucketOperand(low, 'lower and upper bounds must be finite');
  bucketOperand(high, 'lower and upper bounds must be finite');
  const order = v.compareNumeric(low, high);
  if (order === 0) throw new SqlError('2201G', 'lower bound cannot equal upper bound');
  const above = order < 0 ? v.compareNumeric(x, low) : v.compareNumeric(low, x);
  if (above < 0) return 0;
  const beyond = order < 0 ? v.compareNumeric(x, high) : v.compareNumeric(high, x);
  if (beyond >= 0) {
    if (count >= 2147483647) throw integerOutOfRange();
    return count + 1;
  }
  const width = v.subNumeric(high, low);
  const part = v.mulNumeric(v.subNumeric(x, low), Numeric.fromInt(count));
  return Number(v.divTruncNumeric(part, width).coef) + 1;
}

function* series(start: Numeric, stop: Numeric, step: Numeric): Generator<Numeric> {
  for (const [n, what] of [[start, 'start'], [stop, 'stop'], [step, 'step size']] as const) {
    const plural = what === 'step size' ? 'step size' : `${what} value`;
    if (n.isNaN()) throw new SqlError('22023', `${plural} cannot be NaN`);
    if (n.isInfinite()) throw new SqlError('22023', `${plural} cannot be infinity`);
  }
  const direction = step.sign();
  if (direction === 0) throw new SqlError('22023', 'step size cannot equal zero');
  for (let at = start; ; at = rawAdd(at, step)) {
    const c = v.compareNumeric(at, stop);
    if (direction > 0 ? c > 0 : c < 0) return;
    yield at;
  }
}

function inRange(value: Numeric, base: Numeric, offset: Numeric, sub: boolean, less: boolean): boolean {
  if (offset.isNaN() || offset.sign() < 0) {
    throw new SqlError('22013', 'invalid preceding or following size in window function');
  }
  if (value.isNaN()) return base.isNaN() ? true : !less;
  if (base.isNaN()) return less;
  if (offset.kind === v.POSITIVE_INFINITY) {
    if (base.kind === (sub ? v.POSITIVE_INFINITY : v.NEGATIVE_INFINITY)) return true;
  }
  const sum = sub ? v.subNumeric(base, offset) : v.addNumeric(base, offset);
  const c = v.compareNumeric(value, sum);
  return less ? c <= 0 : c >= 0;
}

defineFunctions({
  ...comparisons(v.compareNumeric, {
    eq: 'numeric_eq', ne: 'numeric_ne', lt: 'numeric_lt', le: 'numeric_le', gt: 'numeric_gt', ge: 'numeric_ge',
    cmp: 'numeric_cmp', larger: 'numeric_larger', smaller: 'numeric_smaller',
  }),
  numeric_add: v.addNumeric,
  numeric_sub: v.subNumeric,
  numeric_mul: v.mulNumeric,
  numeric_div: v.divNumeric,
  numeric_div_trunc: v.divTruncNumeric,
  numeric_mod: v.modNumeric,
  numeric_inc: (a: Numeric) => v.addNumeric(a, Numeric.one),
  numeric_uminus: v.negateNumeric,
  numeric_uplus: (a: Numeric) => a,
  numeric_abs: (a: Numeric) => a.abs(),
  numeric_sign: (a: Numeric) => (a.isNaN() ? a : Numeric.of(a.sign(), 0)),
  numeric_round: (a: Numeric, s: number) => v.roundNumeric(a, clampScale(s)),
  numeric_trunc: (a: Numeric, s: number) => v.truncNumeric(a, clampScale(s)),
  numeric_ceil: v.ceilNumeric,
  numeric_floor: v.floorNumeric,
  numeric_sqrt: v.sqrtNumeric,
  numeric_exp: expNumeric,
  numeric_ln: lnNumeric,
  numeric_log: logNumeric,
  numeric_power: powerNumeric,
  numeric_scale: (a: Numeric) => (a.isFinite() ? a.dscale : null),
  numeric_min_scale: (a: Numeric) => (a.isFinite() ? v.minScale(a) : null),
  numeric_trim_scale: v.trimScale,
  numeric_gcd: gcdNumeric,
  numeric_lcm: lcmNumeric,
  numeric_fac: factorial,
  width_bucket_numeric: widthBucket,
  generate_series_numeric: { fn: (a: Numeric, b: Numeric) => series(a, b, Numeric.one), set: true },
  generate_series_step_numeric: { fn: (a: Numeric, b: Numeric, s: Numeric) => series(a, b, s), set: true },
  in_range_numeric_numeric: inRange,
});

/**
 * exp, ln, log and power. Scales are chosen as numeric.c chooses them: at least 16 significant digits, at least the
 * inputs' scales, estimated from the first digits of the arguments.
 */
import { SqlError } from '../errors.js';
import {
  addNumeric, compareNumeric, divideToScale, FINITE, floorNumeric, MAX_DISPLAY_SCALE, MIN_SIG_DIGITS, mulNumeric,
  NAN, NEGATIVE_INFINITY, Numeric, numericOverflow, POSITIVE_INFINITY, roundNumeric,
} from './value.js';
import { absBig, digitCount, divideRounded, pow10 } from './digits.js';
import { expToScale, fromFixed, lnFixed } from './fixed-point.js';

const LOG10_E = 0.434294481903252;
const MAX_RESULT_SCALE = 2000;
const POINT_NINE = Numeric.of(9, 1);
const ONE_POINT_ONE = Numeric.of(11, 1);

const clampScale = (...scales: number[]): number => Math.min(Math.max(0, ...scales), MAX_DISPLAY_SCALE);

/** A double near the value, Infinity where it is too large: numericvar_to_double_no_overflow. */
const approximate = (n: Numeric): number => Number(n.toString());

/** Mantissa of the leading `count` base-10000 digits and the power of ten that goes with it. */
function leadingDigits(n: Numeric, count: number): { mantissa: number; exponent: number } {
  const e = n.exponent();
  const weight = Math.floor(e / 4);
  const text = String(absBig(BigInt(n.coef)));
  const width = e - weight * 4 + 1 + (count - 1) * 4;
  // Trailing base-10000 digits that are not there do not count.
  const stored = Math.ceil((text.replace(/0+$/, '').length - (e - weight * 4 + 1)) / 4) + 1;
  const used = Math.min(count, Math.max(stored, 1));
  const digits = width - (count - used) * 4;
  return { mantissa: Number(text.slice(0, digits).padEnd(digits, '0')), exponent: (weight - used + 1) * 4 };
}

/** estimate_ln_dweight: the decimal weight of ln(x), for x > 0. */
function estimateLnWeight(x: Numeric): number {
  if (x.sign() <= 0) return 0;
  if (compareNumeric(x, POINT_NINE) >= 0 && compareNumeric(x, ONE_POINT_ONE) <= 0) {
    const d = addNumeric(x, Numeric.of(-1, 0));
    if (d.coef === 0) return 0;
    return d.exponent();
  }
  const { mantissa, exponent } = leadingDigits(x, 2);
  return Math.trunc(Math.log10(Math.abs(Math.log(mantissa) + exponent * 2.302585092994046)));
}

function lnToScale(x: Numeric, scale: number): Numeric {
  const { value, bits } = lnFixed(x, scale);
  return fromFixed(value, bits, scale);
}

function checkLogArgument(x: Numeric): void {
  if (x.sign() < 0) throw new SqlError('2201E', 'cannot take logarithm of a negative number');
  if (x.isZero()) throw new SqlError('2201E', 'cannot take logarithm of zero');
}

export function lnNumeric(x: Numeric): Numeric {
  if (x.kind === NAN) return x;
  checkLogArgument(x);
  if (x.kind === POSITIVE_INFINITY) return x;
  return lnToScale(x, clampScale(MIN_SIG_DIGITS - estimateLnWeight(x), x.dscale));
}

export function logNumeric(base: Numeric, x: Numeric): Numeric {
  if (base.kind === NAN || x.kind === NAN) return Numeric.NaN;
  if (base.kind !== FINITE || x.kind !== FINITE) {
    for (const n of [base, x]) {
      if (n.sign() < 0) throw new SqlError('2201E', 'cannot take logarithm of a negative number');
    }
    checkLogArgument(base);
    checkLogArgument(x);
    if (base.kind === POSITIVE_INFINITY) return x.kind === POSITIVE_INFINITY ? Numeric.NaN : Numeric.zero;
    return Numeric.Infinity;
  }
  checkLogArgument(base);
  checkLogArgument(x);
  const baseWeight = estimateLnWeight(base);
  const xWeight = estimateLnWeight(x);
  const weight = xWeight - baseWeight;
  const scale = clampScale(MIN_SIG_DIGITS - weight, base.dscale, x.dscale);
  const lnBase = lnToScale(base, Math.max(scale + weight - baseWeight + 8, 0));
  const lnX = lnToScale(x, Math.max(scale + weight - xWeight + 8, 0));
  if (lnBase.isZero()) throw new SqlError('22012', 'division by zero');
  return divideToScale(lnX, lnBase, scale);
}

function expChecked(x: Numeric, scale: number): Numeric {
  const v = approximate(x);
  if (Math.abs(v) >= MAX_RESULT_SCALE * 3) {
    if (v > 0) throw numericOverflow();
    return Numeric.of(0, scale);
  }
  return expToScale(x, scale, v * LOG10_E);
}

export function expNumeric(x: Numeric): Numeric {
  if (x.kind !== FINITE) return x.kind === NEGATIVE_INFINITY ? Numeric.zero : x;
  const weight = Math.min(Math.max(approximate(x) * LOG10_E, -MAX_RESULT_SCALE), MAX_RESULT_SCALE);
  return expChecked(x, clampScale(MIN_SIG_DIGITS - Math.trunc(weight), x.dscale));
}

/** base^n for an integer n of int4's range. */
function powerInt(base: Numeric, n: number, expScale: number): Numeric {
  let weight = 0;
  if (base.coef !== 0) {
    const { mantissa, exponent } = leadingDigits(base, 4);
    weight = n * (Math.log10(mantissa) + exponent);
  }
  if (weight > 32768 * 4) throw numericOverflow();
  if (weight + 1 < -MAX_DISPLAY_SCALE) return Numeric.of(0, MAX_DISPLAY_SCALE);
  const scale = clampScale(MIN_SIG_DIGITS - Math.trunc(weight), base.dscale, expScale);
  if (n === 0) return roundNumeric(Numeric.one, scale);
  if (n === 1) return roundNumeric(base, scale);
  if (base.coef === 0) {
    if (n < 0) throw new SqlError('22012', 'division by zero');
    return Numeric.of(0, scale);
  }
  const digits = Math.max(1 + scale + Math.trunc(weight), 1) + Math.trunc(Math.log(Math.abs(n))) + 8;
  return powerBySquaring(base, n, scale, digits);
}

/** Square and multiply, coefficients cut to `digits` significant digits, rounded to `scale` at the end. */
function powerBySquaring(base: Numeric, n: number, scale: number, digits: number): Numeric {
  const limit = digits + 8;
  let square = BigInt(base.coef);
  let squareScale = base.dscale;
  let result = 1n;
  let resultScale = 0;
  const cut = (c: bigint, s: number): [bigint, number] => {
    const excess = digitCount(c) - limit;
    return excess > 0 ? [divideRounded(c, pow10(excess)), s - excess] : [c, s];
  };
  for (let m = Math.abs(n); ; ) {
    if (m % 2 === 1) [result, resultScale] = cut(result * square, resultScale + squareScale);
    m = Math.floor(m / 2);
    if (m === 0) break;
    [square, squareScale] = cut(square * square, squareScale * 2);
  }
  if (n > 0) {
    if (resultScale > scale) return Numeric.checked(divideRounded(result, pow10(resultScale - scale)), scale);
    return Numeric.checked(result * pow10(scale - resultScale), scale);
  }
  const shift = scale + resultScale;
  const sign = result < 0n ? -1n : 1n;
  if (shift < 0) return Numeric.of(0, scale);
  return Numeric.checked(divideRounded(sign * pow10(shift), result * sign), scale);
}

function powerFinite(base: Numeric, exp: Numeric): Numeric {
  const integral = exp.isIntegral();
  if (integral) {
    const n = exp.toBigInt();
    if (n >= -2147483648n && n <= 2147483647n) return powerInt(base, Number(n), exp.dscale);
  }
  if (base.coef === 0) return Numeric.of(0, MIN_SIG_DIGITS);
  const negative = base.sign() < 0 && integral && (exp.toBigInt() & 1n) === 1n;
  const abs = base.abs();
  const lnWeight = estimateLnWeight(abs);
  const rough = roundNumeric(mulNumeric(lnToScale(abs, Math.max(8 - lnWeight, 0)), exp), Math.max(8 - lnWeight, 0));
  const v = approximate(rough);
  if (Math.abs(v) > MAX_RESULT_SCALE * 3.01) {
    if (v > 0) throw numericOverflow();
    return Numeric.of(0, MAX_DISPLAY_SCALE);
  }
  const weight = Math.trunc(v * LOG10_E);
  const scale = clampScale(MIN_SIG_DIGITS - weight, base.dscale, exp.dscale);
  const work = Math.max(Math.max(scale + weight, 0) - lnWeight + 8, 0);
  const product = roundNumeric(mulNumeric(lnToScale(abs, work), exp), work);
  const r = expChecked(product, scale);
  return negative ? r.negate() : r;
}

function powerSpecial(base: Numeric, exp: Numeric): Numeric {
  if (base.kind === NAN) return exp.isZero() ? Numeric.one : base;
  if (exp.kind === NAN) return compareNumeric(base, Numeric.one) === 0 ? Numeric.one : exp;
  if (compareNumeric(base, Numeric.one) === 0 || exp.isZero()) return Numeric.one;
  if (base.isZero() && exp.sign() < 0) throw zeroToNegative();
  if (base.sign() < 0 && exp.isFinite() && !exp.isIntegral()) throw complexResult();
  if (base.isZero()) return Numeric.zero;
  if (exp.isInfinite()) {
    const c = compareNumeric(base.abs(), Numeric.one);
    if (c === 0) return Numeric.one;
    return c > 0 === exp.sign() > 0 ? Numeric.Infinity : Numeric.zero;
  }
  if (exp.sign() < 0) return Numeric.zero;
  if (base.kind === POSITIVE_INFINITY) return base;
  return (floorNumeric(exp).toBigInt() & 1n) === 1n ? Numeric.NegativeInfinity : Numeric.Infinity;
}

const zeroToNegative = (): SqlError => new SqlError('2201F', 'zero raised to a negative power is undefined');
const complexResult = (): SqlError =>
  new SqlError('2201F', 'a negative number raised to a non-integer power yields a complex result');

export function powerNumeric(base: Numeric, exp: Numeric): Numeric {
  if (base.kind !== FINITE || exp.kind !== FINITE) return powerSpecial(base, exp);
  if (base.isZero() && exp.sign() < 0) throw zeroToNegative();
  if (base.sign() < 0 && !exp.isIntegral()) throw complexResult();
  return powerFinite(base, exp);
}

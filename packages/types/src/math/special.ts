/**
 * erf, erfc, gamma and lgamma, correctly rounded but for the last conversion: computed in binary fixed point wide enough
 * for the cancellation in their series, since double arithmetic would lose digits that PostgreSQL shows.
 */
import { defineFunctions } from '../function-impl.js';
import { floatOverflow, floatUnderflow } from '../float/operators.js';
import { divNumeric, Numeric, mulNumeric, roundNumeric } from '../numeric/value.js';
import { expToScale, lnFixed } from '../numeric/fixed-point.js';
import { integerSqrt } from '../numeric/value.js';
import { pow10 } from '../numeric/digits.js';

const isInf = (d: number): boolean => d === Infinity || d === -Infinity;
const view = new DataView(new ArrayBuffer(8));

/** A double as fixed point, exact where `bits` reach. */
function toFixed(d: number, bits: number): bigint {
  view.setFloat64(0, d);
  const raw = view.getBigUint64(0);
  const biased = Number((raw >> 52n) & 0x7ffn);
  const fraction = raw & 0xfffffffffffffn;
  const mantissa = biased === 0 ? fraction : fraction | 0x10000000000000n;
  const shift = BigInt(bits + Math.max(biased, 1) - 1075);
  const v = shift >= 0n ? mantissa << shift : mantissa >> -shift;
  return d < 0 ? -v : v;
}

/** The nearest double of fixed / 2^bits. */
function fromFixed(v: bigint, bits: number): number {
  const a = v < 0n ? -v : v;
  if (a === 0n) return 0;
  const length = a.toString(2).length;
  const drop = Math.max(length - 64, 0);
  // A sticky bit keeps the one rounding of Number() right.
  const top = a >> BigInt(drop);
  const sticky = drop > 0 && (a & ((1n << BigInt(drop)) - 1n)) !== 0n ? 1n : 0n;
  const e = drop - bits;
  const r = Number(top | sticky);
  const scaled = e < -1000 ? r * 2 ** -1000 * 2 ** (e + 1000) : r * 2 ** e;
  return v < 0n ? -scaled : scaled;
}

const piCache = new Map<number, bigint>();

/** Machin: pi = 16 atan(1/5) - 4 atan(1/239). */
function pi(bits: number): bigint {
  let v = piCache.get(bits);
  if (v === undefined) {
    const work = BigInt(bits + 32);
    const atanInverse = (n: bigint): bigint => {
      let term = (1n << work) / n;
      let sum = term;
      for (let k = 3n, sign = -1n; term !== 0n; k += 2n, sign = -sign) {
        term /= n * n;
        sum += (sign * term) / k;
      }
      return sum;
    };
    v = (16n * atanInverse(5n) - 4n * atanInverse(239n)) >> 32n;
    piCache.set(bits, v);
  }
  return v;
}

/** erf(x) in fixed point for x >= 0: 2/sqrt(pi) times the alternating series. */
function erfFixed(x: number, bits: number): bigint {
  const b = BigInt(bits);
  const fixed = toFixed(x, bits);
  const square = (fixed * fixed) >> b;
  let power = fixed;
  let sum = fixed;
  for (let n = 1n; power !== 0n; n++) {
    power = -((power * square) >> b) / n;
    sum += power / (2n * n + 1n);
  }
  const rootPi = integerSqrt(pi(bits) << b);
  return (2n * sum << b) / rootPi;
}

/** Bits that survive the series' cancellation for an argument up to x. */
const erfBits = (x: number): number => Math.ceil(x * x * 2.9 / 64) * 64 + 192;

function erf(x: number): number {
  if (Number.isNaN(x) || x === 0) return x;
  const a = Math.abs(x);
  const r = a > 6 ? 1 : a < 1e-10 ? (a * 2) / Math.sqrt(Math.PI) : fromFixed(erfFixed(a, erfBits(a)), erfBits(a));
  return x < 0 ? -r : r;
}

function erfc(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 27.3) return 0;
  if (x < -6) return 2;
  const bits = erfBits(Math.abs(x));
  const e = erfFixed(Math.abs(x), bits);
  return fromFixed((1n << BigInt(bits)) - (x < 0 ? -e : e), bits);
}

const DIGITS = 60;
const BITS = 256;
/** B(2k) / (2k (2k - 1)) as fractions. */
const STIRLING: readonly (readonly [bigint, bigint])[] = [
  [1n, 12n], [-1n, 360n], [1n, 1260n], [-1n, 1680n], [1n, 1188n], [-691n, 360360n], [1n, 156n], [-3617n, 122400n],
  [43867n, 244188n], [-174611n, 125400n],
];
const SHIFT_TO = 100;

const numericOf = (fixed: bigint): Numeric => Numeric.of((fixed * pow10(DIGITS)) >> BigInt(BITS), DIGITS);
const ln = (fixed: bigint): bigint => {
  const { value, bits } = lnFixed(numericOf(fixed), DIGITS);
  return bits >= BITS ? value >> BigInt(bits - BITS) : value << BigInt(BITS - bits);
};

/** ln gamma(x + n) in fixed point, and x (x+1) … (x+n-1), for x > 0; n brings the argument where Stirling is exact. */
function stirling(x: number): { lnGamma: bigint; product: bigint } {
  const b = BigInt(BITS);
  const one = 1n << b;
  let z = toFixed(x, BITS);
  let product = one;
  while (z < BigInt(SHIFT_TO) * one) {
    product = (product * z) >> b;
    z += one;
  }
  let sum = (((z - one / 2n) * ln(z)) >> b) - z + ln(2n * pi(BITS)) / 2n;
  const inverse = (one * one) / z;
  const square = (inverse * inverse) >> b;
  let power = inverse;
  for (const [top, bottom] of STIRLING) {
    sum += (power * top) / bottom;
    power = (power * square) >> b;
  }
  return { lnGamma: sum, product };
}

function gammaPositive(x: number): number {
  if (Number.isInteger(x) && x < 172) {
    let r = 1n;
    for (let i = 2n; i < BigInt(x); i++) r *= i;
    return Number(r);
  }
  if (x < 1e-300) return 1 / x;
  const { lnGamma, product } = stirling(x);
  const weight = fromFixed(lnGamma, BITS) * 0.4343;
  const top = expToScale(roundNumeric(numericOf(lnGamma), DIGITS), 30, weight);
  return Number(divNumeric(mulNumeric(top, Numeric.of(pow10(40), 40)), numericOf(product)).toString());
}

function gamma(x: number): number {
  if (Number.isNaN(x) || x === Infinity) return x;
  if (x === -Infinity || x === 0 || (x < 0 && Number.isInteger(x)) || x > 171.7) throw floatOverflow();
  if (x < -200) throw floatUnderflow();
  const r = x > 0 ? gammaPositive(x) : Math.PI / (sinPi(x) * gammaPositive(1 - x));
  if (isInf(r)) throw floatOverflow();
  if (r === 0) throw floatUnderflow();
  return r;
}

/** sin(pi x) by way of the distance to the nearest integer. */
function sinPi(x: number): number {
  const n = Math.round(x);
  const s = Math.sin(Math.PI * (x - n));
  return n % 2 === 0 ? s : -s;
}

function lgamma(x: number): number {
  if (Number.isNaN(x)) return x;
  if (isInf(x)) return Infinity;
  if (x <= 0 && Number.isInteger(x)) throw floatOverflow();
  if (x === 1 || x === 2) return 0;
  if (x < 0) return Math.log(Math.PI / Math.abs(sinPi(x))) - lgamma(1 - x);
  if (x < 1e-300) return -Math.log(x);
  if (x > 1e15) {
    const r = x * (Math.log(x) - 1);
    if (isInf(r)) throw floatOverflow();
    return r;
  }
  const { lnGamma, product } = stirling(x);
  return fromFixed(lnGamma - ln(product), BITS);
}

defineFunctions({ derf: erf, derfc: erfc, dgamma: gamma, dlgamma: lgamma });

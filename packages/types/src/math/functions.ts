/** Float functions: roots, powers, logarithms, trigonometry in radians, rounding. Errors are float.c's. */
import { defineFunctions } from '../function-impl.js';
import { SqlError } from '../errors.js';
import { floatOverflow, floatUnderflow, roundHalfEven } from '../float/operators.js';
import { integerOutOfRange } from '../int/value.js';

export const inputOutOfRange = (): SqlError => new SqlError('22003', 'input is out of range');
const isInf = (d: number): boolean => d === Infinity || d === -Infinity;

function sqrt(d: number): number {
  if (d < 0) throw new SqlError('2201F', 'cannot take square root of a negative number');
  return Math.sqrt(d);
}

function log(d: number, f: (d: number) => number): number {
  if (d === 0) throw new SqlError('2201E', 'cannot take logarithm of zero');
  if (d < 0) throw new SqlError('2201E', 'cannot take logarithm of a negative number');
  return f(d);
}

function exp(d: number): number {
  const r = Math.exp(d);
  if (r === Infinity && d !== Infinity) throw floatOverflow();
  if (r === 0 && d !== -Infinity) throw floatUnderflow();
  return r;
}

function power(a: number, b: number): number {
  if (Number.isNaN(a)) return b === 0 ? 1 : NaN;
  if (Number.isNaN(b)) return a === 1 ? 1 : NaN;
  if (a === 0 && b < 0) throw new SqlError('2201F', 'zero raised to a negative power is undefined');
  if (a < 0 && Number.isFinite(b) && !Number.isInteger(b)) {
    throw new SqlError('2201F', 'a negative number raised to a non-integer power yields a complex result');
  }
  if (isInf(b) && (a === 1 || a === -1)) return 1;
  const r = a ** b;
  if (isInf(a) || isInf(b)) return r;
  if (isInf(r)) throw floatOverflow();
  if (r === 0 && a !== 0) throw floatUnderflow();
  return r;
}

/** Functions that infinite arguments are out of range for. */
const finiteOnly = (f: (d: number) => number) => (d: number): number => {
  if (isInf(d)) throw inputOutOfRange();
  return f(d);
};

/** Inverse functions defined on -1..1. */
const unitOnly = (f: (d: number) => number) => (d: number): number => {
  if (d < -1 || d > 1) throw inputOutOfRange();
  return f(d);
};

const cot = (d: number): number => 1 / Math.tan(d);

/** sum of e^(-x²) 2^n x^(2n+1) / (2n+1)!!, all terms of one sign. */
function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-18; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return ((2 / Math.sqrt(Math.PI)) * Math.exp(-x * x)) * sum;
}

/** erfc for x >= 1.5 by its continued fraction, evaluated from the far end. */
function erfcFraction(x: number): number {
  let f = x;
  for (let n = 160; n >= 1; n--) f = x + n / 2 / f;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / f;
}

function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  const a = Math.abs(x);
  const r = a < 1.5 ? erfSeries(a) : 1 - erfcFraction(a);
  return x < 0 ? -r : r;
}

function erfc(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x === Infinity) return 0;
  return x >= 1.5 ? erfcFraction(x) : 1 - erf(x);
}

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
  -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

function lanczosSum(x: number): number {
  let a = LANCZOS[0]!;
  for (let i = 1; i < LANCZOS.length; i++) a += LANCZOS[i]! / (x + i);
  return a;
}

function gammaValue(x: number): number {
  if (Number.isInteger(x) && x > 0 && x < 172) {
    let r = 1;
    for (let i = 2; i < x; i++) r *= i;
    return r;
  }
  if (x < 0.5) return Math.PI / (Math.sin(Math.PI * x) * gammaValue(1 - x));
  const y = x - 1;
  const t = y + 7.5;
  const half = t ** ((y + 0.5) / 2);
  return Math.sqrt(2 * Math.PI) * half * Math.exp(-t) * half * lanczosSum(y);
}

function gamma(x: number): number {
  if (Number.isNaN(x)) return x;
  if (isInf(x)) {
    if (x < 0) throw floatOverflow();
    return x;
  }
  if (x === 0 || (x < 0 && Number.isInteger(x))) throw floatOverflow();
  const r = gammaValue(x);
  if (isInf(r) || Number.isNaN(r)) throw x > 0 ? floatOverflow() : floatUnderflow();
  if (r === 0) throw floatUnderflow();
  return r;
}

function lgamma(x: number): number {
  if (Number.isNaN(x) || isInf(x)) return Number.isNaN(x) ? x : Infinity;
  if (x <= 0 && Number.isInteger(x)) return Infinity;
  if (x === 1 || x === 2) return 0;
  if (x < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - lgamma(1 - x);
  if (x < 20) return Math.log(Math.abs(gammaValue(x)));
  const inverse = 1 / x;
  const square = inverse * inverse;
  const tail = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188))));
  const r = (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + tail;
  if (isInf(r)) throw floatOverflow();
  return r;
}

function widthBucket(x: number, low: number, high: number, count: number): number {
  const bad = (message: string): SqlError => new SqlError('2201G', message);
  if (count <= 0) throw bad('count must be greater than zero');
  if (Number.isNaN(x) || Number.isNaN(low) || Number.isNaN(high)) throw bad('operand, lower bound, and upper bound cannot be NaN');
  if (isInf(low) || isInf(high)) throw bad('lower and upper bounds must be finite');
  if (low === high) throw bad('lower bound cannot equal upper bound');
  const [from, to, at] = low < high ? [low, high, x] : [-low, -high, -x];
  if (at < from) return 0;
  if (at >= to) {
    if (count >= 2147483647) throw integerOutOfRange();
    return count + 1;
  }
  const span = to - from;
  const share = isInf(span) ? (at / 2 - from / 2) / (to / 2 - from / 2) : (at - from) / span;
  return Math.min(Math.trunc(count * share), count - 1) + 1;
}

defineFunctions({
  dsqrt: sqrt,
  dcbrt: (d: number) => Math.cbrt(d),
  dpow: power,
  dexp: exp,
  dlog1: (d: number) => log(d, Math.log),
  dlog10: (d: number) => log(d, Math.log10),
  dround: roundHalfEven,
  dtrunc: (d: number) => Math.trunc(d),
  dceil: (d: number) => Math.ceil(d),
  dfloor: (d: number) => Math.floor(d),
  dsign: (d: number) => (d > 0 ? 1 : d < 0 ? -1 : 0),
  dpi: () => Math.PI,
  degrees: (d: number) => {
    const r = d / (Math.PI / 180);
    if (isInf(r) && !isInf(d)) throw floatOverflow();
    return r;
  },
  radians: (d: number) => d * (Math.PI / 180),
  dsin: finiteOnly(Math.sin),
  dcos: finiteOnly(Math.cos),
  dtan: finiteOnly(Math.tan),
  dcot: finiteOnly(cot),
  dasin: unitOnly(Math.asin),
  dacos: unitOnly(Math.acos),
  datan: (d: number) => Math.atan(d),
  datan2: (a: number, b: number) => Math.atan2(a, b),
  dsinh: (d: number) => Math.sinh(d),
  dcosh: (d: number) => Math.cosh(d),
  dtanh: (d: number) => Math.tanh(d),
  dasinh: (d: number) => Math.asinh(d),
  dacosh: (d: number) => {
    if (d < 1) throw inputOutOfRange();
    return Math.acosh(d);
  },
  datanh: unitOnly(Math.atanh),
  derf: erf,
  derfc: erfc,
  dgamma: gamma,
  dlgamma: lgamma,
  width_bucket_float8: widthBucket,
});

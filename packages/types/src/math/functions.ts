/** Float functions: roots, powers, logarithms, trigonometry in radians, rounding. Errors are float.c's. */
import { defineFunctions } from '../function-impl.js';
import { SqlError } from '../errors.js';
import { floatOverflow, floatUnderflow, mulFloat, roundHalfEven } from '../float/operators.js';
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
  radians: (d: number) => mulFloat(d, Math.PI / 180),
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
  width_bucket_float8: widthBucket,
});

/**
 * Float aggregates by Youngs and Cramer's updates of sums of squares: float8[3] {N, Sx, Sxx} for one variable,
 * float8[6] {N, Sx, Sxx, Sy, Syy, Sxy} for the regression functions.
 */
import { defineFunctions } from '../function-impl.js';
import { SqlError } from '../errors.js';
import { PgArray } from '../array/value.js';
import { floatOverflow } from '../float/operators.js';

const FLOAT8 = 701;

function values(state: PgArray, count: number, caller: string): number[] {
  const e = state.elements as number[];
  if (e.length !== count || state.ndim !== 1 || state.hasNulls()) {
    throw new SqlError('XX000', `${caller}: expected ${count}-element float8 array`);
  }
  return e;
}

const make = (...e: number[]): PgArray => PgArray.of(FLOAT8, e);
const isInf = (d: number): boolean => d === Infinity || d === -Infinity;

const accumulator = (name: string) => (state: PgArray, v: number): PgArray => {
  const [n0, sx0, sxx0] = values(state, 3, name) as [number, number, number];
  const n = n0 + 1;
  const sx = sx0 + v;
  let sxx = sxx0;
  if (n0 > 0) {
    const t = v * n - sx;
    sxx += (t * t) / (n * n0);
    if (isInf(sx) || isInf(sxx)) {
      if (!isInf(sx0) && !isInf(v)) throw floatOverflow();
      sxx = NaN;
    }
  } else if (Number.isNaN(v) || isInf(v)) sxx = NaN;
  return make(n, sx, sxx);
};

function combine(a: PgArray, b: PgArray): PgArray {
  const [n1, sx1, sxx1] = values(a, 3, 'float8_combine') as [number, number, number];
  const [n2, sx2, sxx2] = values(b, 3, 'float8_combine') as [number, number, number];
  if (n1 === 0) return b;
  if (n2 === 0) return a;
  const n = n1 + n2;
  const sx = sx1 + sx2;
  const t = sx1 / n1 - sx2 / n2;
  const sxx = sxx1 + sxx2 + (n1 * n2 * t * t) / n;
  if (isInf(sx) && !isInf(sx1) && !isInf(sx2)) throw floatOverflow();
  if (isInf(sxx) && !isInf(sxx1) && !isInf(sxx2)) throw floatOverflow();
  return make(n, sx, sxx);
}

function regrAccum(state: PgArray, y: number, x: number): PgArray {
  const [n0, sx0, sxx0, sy0, syy0, sxy0] = values(state, 6, 'float8_regr_accum') as [number, number, number, number, number, number];
  const n = n0 + 1;
  const sx = sx0 + x;
  const sy = sy0 + y;
  let [sxx, syy, sxy] = [sxx0, syy0, sxy0];
  if (n0 > 0) {
    const tx = x * n - sx;
    const ty = y * n - sy;
    const scale = 1 / (n * n0);
    sxx += tx * tx * scale;
    syy += ty * ty * scale;
    sxy += tx * ty * scale;
    if (isInf(sx) || isInf(sxx) || isInf(sy) || isInf(syy) || isInf(sxy)) {
      const clean = (s0: number, v: number): boolean => !isInf(s0) && !isInf(v);
      if (((isInf(sx) || isInf(sxx)) && clean(sx0, x)) || ((isInf(sy) || isInf(syy)) && clean(sy0, y)) ||
        (isInf(sxy) && clean(sx0, x) && clean(sy0, y))) {
        throw floatOverflow();
      }
      if (isInf(sxx)) sxx = NaN;
      if (isInf(syy)) syy = NaN;
      if (isInf(sxy)) sxy = NaN;
    }
  } else {
    const odd = (d: number): boolean => Number.isNaN(d) || isInf(d);
    if (odd(x)) sxx = sxy = NaN;
    if (odd(y)) syy = sxy = NaN;
  }
  return make(n, sx, sxx, sy, syy, sxy);
}

function regrCombine(a: PgArray, b: PgArray): PgArray {
  const [n1, sx1, sxx1, sy1, syy1, sxy1] = values(a, 6, 'float8_regr_combine') as [number, number, number, number, number, number];
  const [n2, sx2, sxx2, sy2, syy2, sxy2] = values(b, 6, 'float8_regr_combine') as [number, number, number, number, number, number];
  if (n1 === 0) return b;
  if (n2 === 0) return a;
  const n = n1 + n2;
  const t1 = sx1 / n1 - sx2 / n2;
  const t2 = sy1 / n1 - sy2 / n2;
  const k = (n1 * n2) / n;
  const out = [
    n, sx1 + sx2, sxx1 + sxx2 + k * t1 * t1, sy1 + sy2, syy1 + syy2 + k * t2 * t2, sxy1 + sxy2 + k * t1 * t2,
  ];
  const inputs = [...(a.elements as number[]), ...(b.elements as number[])];
  if (out.some(isInf) && !inputs.some(isInf)) throw floatOverflow();
  return make(...out);
}

type One = (n: number, sx: number, sxx: number) => number | null;
const one = (caller: string, f: One) => (s: PgArray): number | null => {
  const [n, sx, sxx] = values(s, 3, caller) as [number, number, number];
  return f(n, sx, sxx);
};

type Two = (n: number, sx: number, sxx: number, sy: number, syy: number, sxy: number) => number | null;
const two = (caller: string, f: Two, min = 1) => (s: PgArray): number | null => {
  const [n, sx, sxx, sy, syy, sxy] = values(s, 6, caller) as [number, number, number, number, number, number];
  return n < min ? null : f(n, sx, sxx, sy, syy, sxy);
};

defineFunctions({
  float8_accum: accumulator('float8_accum'),
  float4_accum: accumulator('float4_accum'),
  float8_combine: combine,
  float8_avg: one('float8_avg', (n, sx) => (n === 0 ? null : sx / n)),
  float8_var_pop: one('float8_var_pop', (n, _, sxx) => (n === 0 ? null : sxx / n)),
  float8_var_samp: one('float8_var_samp', (n, _, sxx) => (n <= 1 ? null : sxx / (n - 1))),
  float8_stddev_pop: one('float8_stddev_pop', (n, _, sxx) => (n === 0 ? null : Math.sqrt(sxx / n))),
  float8_stddev_samp: one('float8_stddev_samp', (n, _, sxx) => (n <= 1 ? null : Math.sqrt(sxx / (n - 1)))),
  float8_regr_accum: regrAccum,
  float8_regr_combine: regrCombine,
  float8_regr_sxx: two('float8_regr_sxx', (_n, _sx, sxx) => sxx),
  float8_regr_syy: two('float8_regr_syy', (_n, _sx, _sxx, _sy, syy) => syy),
  float8_regr_sxy: two('float8_regr_sxy', (_n, _sx, _sxx, _sy, _syy, sxy) => sxy),
  float8_regr_avgx: two('float8_regr_avgx', (n, sx) => sx / n),
  float8_regr_avgy: two('float8_regr_avgy', (n, _sx, _sxx, sy) => sy / n),
  float8_covar_pop: two('float8_covar_pop', (n, _sx, _sxx, _sy, _syy, sxy) => sxy / n),
  float8_covar_samp: two('float8_covar_samp', (n, _sx, _sxx, _sy, _syy, sxy) => sxy / (n - 1), 2),
  float8_corr: two('float8_corr', (_n, _sx, sxx, _sy, syy, sxy) => correlation(sxx, syy, sxy)),
  float8_regr_r2: two('float8_regr_r2', (_n, _sx, sxx, _sy, syy, sxy) =>
    sxx === 0 ? null : syy === 0 ? 1 : (sxy * sxy) / (sxx * syy)),
  float8_regr_slope: two('float8_regr_slope', (_n, _sx, sxx, _sy, _syy, sxy) => (sxx === 0 ? null : sxy / sxx)),
  float8_regr_intercept: two('float8_regr_intercept', (n, sx, sxx, sy, _syy, sxy) =>
    sxx === 0 ? null : (sy - (sx * sxy) / sxx) / n),
});

/** The square root is taken of the product unless that over- or underflows. */
function correlation(sxx: number, syy: number, sxy: number): number | null {
  if (sxx === 0 || syy === 0) return null;
  const product = sxx * syy;
  const root = product === 0 || isInf(product) ? Math.sqrt(sxx) * Math.sqrt(syy) : Math.sqrt(product);
  return Math.min(Math.max(sxy / root, -1), 1);
}

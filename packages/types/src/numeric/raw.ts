/**
 * Sums and products without the format's limits, for intermediate results that may pass them (sums of squares, the
 * value after the last of a series). What leaves the computation goes through inFormat.
 */
import { scaleUp } from './digits.js';
import { Numeric } from './value.js';

/** a + b of finite values. */
export function rawAdd(a: Numeric, b: Numeric): Numeric {
  const scale = Math.max(a.dscale, b.dscale);
  const x = scaleUp(a.coef, scale - a.dscale);
  const y = scaleUp(b.coef, scale - b.dscale);
  if (typeof x === 'number' && typeof y === 'number') {
    const r = x + y;
    if (Number.isSafeInteger(r)) return Numeric.of(r, scale);
  }
  return Numeric.of(BigInt(x) + BigInt(y), scale);
}

/** a * b of finite values. */
export function rawMul(a: Numeric, b: Numeric): Numeric {
  if (typeof a.coef === 'number' && typeof b.coef === 'number') {
    const r = a.coef * b.coef;
    if (Number.isSafeInteger(r)) return Numeric.of(r, a.dscale + b.dscale);
  }
  return Numeric.of(BigInt(a.coef) * BigInt(b.coef), a.dscale + b.dscale);
}

/** The value if the format can hold it; 22003 otherwise. */
export const inFormat = (a: Numeric): Numeric => Numeric.checked(a.coef, a.dscale);

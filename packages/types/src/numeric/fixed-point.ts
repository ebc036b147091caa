/**
 * exp and ln in binary fixed point: v is held as round(v * 2^bits). ln splits off powers of two and sums the atanh
 * series; exp reduces by ln 2, halves the argument and squares back. Both keep guard bits beyond what is asked for.
 */
import { divideRounded, pow10 } from './digits.js';
import { Numeric } from './value.js';

const BITS_PER_DIGIT = 3.3219280948873626;
const GUARD_BITS = 96;

export const bitsFor = (digits: number): number => Math.ceil(Math.max(digits, 0) * BITS_PER_DIGIT) + GUARD_BITS;

/** value * 2^bits, rounded. */
export function toFixed(n: Numeric, bits: number): bigint {
  return divideRounded(BigInt(n.coef) << BigInt(bits), pow10(n.dscale));
}

/** fixed / 2^bits as a numeric of that scale. */
export function fromFixed(fixed: bigint, bits: number, scale: number): Numeric {
  return Numeric.checked(divideRounded(fixed * pow10(scale), 1n << BigInt(bits)), scale);
}

const bitLength = (n: bigint): number => {
  const hex = n.toString(16);
  return (hex.length - 1) * 4 + (32 - Math.clz32(parseInt(hex[0]!, 16)));
};

/** sum of z^(2k+1)/(2k+1): atanh of a fixed-point z, |z| < 1/2. */
function atanhSeries(z: bigint, bits: number): bigint {
  const b = BigInt(bits);
  const square = (z * z) >> b;
  let term = z;
  let sum = z;
  for (let k = 3n; term !== 0n && term !== -1n; k += 2n) {
    term = (term * square) >> b;
    sum += term / k;
  }
  return sum;
}

/** atanh(1/n) by integer division only. */
function atanhInverse(n: bigint, bits: number): bigint {
  const square = n * n;
  let term = (1n << BigInt(bits)) / n;
  let sum = term;
  for (let k = 3n; term !== 0n; k += 2n) {
    term /= square;
    sum += term / k;
  }
  return sum;
}

const ln2Cache = new Map<number, bigint>();

function ln2(bits: number): bigint {
  let v = ln2Cache.get(bits);
  if (v === undefined) {
    v = 18n * atanhInverse(26n, bits) - 2n * atanhInverse(4801n, bits) + 8n * atanhInverse(8749n, bits);
    if (ln2Cache.size > 64) ln2Cache.clear();
    ln2Cache.set(bits, v);
  }
  return v;
}

/** ln of a positive numeric, to `digits` decimals, as fixed point with the returned bits. */
export function lnFixed(x: Numeric, digits: number): { value: bigint; bits: number } {
  const bits = bitsFor(digits);
  const b = BigInt(bits);
  // x = m * 2^k with m in [3/4, 3/2): k from the bit lengths, then one correction.
  const top = BigInt(x.coef);
  const bottom = pow10(x.dscale);
  let k = bitLength(top) - bitLength(bottom);
  const scaled = (e: number): bigint =>
    e >= 0 ? (top << b) / (bottom << BigInt(e)) : (top << (b + BigInt(-e))) / bottom;
  let m = scaled(k);
  const one = 1n << b;
  if (m * 2n >= one * 3n) m = scaled(++k);
  else if (m * 4n < one * 3n) m = scaled(--k);
  const z = ((m - one) << b) / (m + one);
  return { value: 2n * atanhSeries(z, bits) + BigInt(k) * ln2(bits), bits };
}

/** exp of a numeric of moderate size, rounded to `scale` decimals. `weight` is about log10 of the result. */
export function expToScale(x: Numeric, scale: number, weight: number): Numeric {
  const bits = bitsFor(scale + Math.max(Math.ceil(weight), 0) + 8);
  const b = BigInt(bits);
  const fixed = toFixed(x, bits);
  const unit = ln2(bits);
  const k = divideRounded(fixed, unit);
  const halvings = 16n + (b >> 7n);
  const r = (fixed - k * unit) >> halvings;
  const one = 1n << b;
  let term = one;
  let sum = one;
  for (let n = 1n; term !== 0n && term !== -1n; n++) {
    term = ((term * r) >> b) / n;
    sum += term;
  }
  for (let i = 0n; i < halvings; i++) sum = (sum * sum) >> b;
  return k >= 0n ? fromFixed(sum << k, bits, scale) : fromFixed(sum >> -k, bits, scale);
}

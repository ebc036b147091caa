/** Powers of ten, digit counts and rounded division on the integers that hold numeric coefficients. */
export type Coef = number | bigint;

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);
/** 10^0 … 10^15, exact as JS numbers. */
export const SMALL_POW10: readonly number[] = Array.from({ length: 16 }, (_, i) => 10 ** i);
const BIG_POW10: bigint[] = [1n];

/** 10^n as bigint; the first thousand are kept. */
export function pow10(n: number): bigint {
  if (n > 1000) return 10n ** BigInt(n);
  for (let i = BIG_POW10.length; i <= n; i++) BIG_POW10.push(BIG_POW10[i - 1]! * 10n);
  return BIG_POW10[n]!;
}

/** A coefficient in its canonical form: a number where safe. */
export function canonical(c: bigint): Coef {
  return c <= MAX_SAFE && c >= -MAX_SAFE ? Number(c) : c;
}

export const absBig = (c: bigint): bigint => (c < 0n ? -c : c);

/** c * 10^n */
export function scaleUp(c: Coef, n: number): Coef {
  if (n === 0 || c === 0) return c;
  if (typeof c === 'number' && n < 16) {
    const r = c * SMALL_POW10[n]!;
    if (Number.isSafeInteger(r)) return r;
  }
  return canonical(BigInt(c) * pow10(n));
}

/** Decimal digits of |c|; 0 for zero. */
export function digitCount(c: Coef): number {
  if (typeof c === 'number') {
    const a = Math.abs(c);
    if (a === 0) return 0;
    let n = 1;
    while (n < 16 && a >= SMALL_POW10[n]!) n++;
    return n;
  }
  const a = absBig(c);
  const bits = a.toString(16).length * 4;
  const guess = Math.max(1, Math.floor((bits - 4) * 0.30102999566398));
  let n = guess;
  while (a >= pow10(n)) n++;
  return n;
}

/** a / b to the nearest integer, halves away from zero. b > 0. */
export function divideRounded(a: bigint, b: bigint): bigint {
  const q = a / b;
  const r = absBig(a % b) * 2n;
  return r >= b ? (a < 0n ? q - 1n : q + 1n) : q;
}

/** c / 10^n, halves away from zero. */
export function scaleDownRounded(c: Coef, n: number): Coef {
  if (n === 0 || c === 0) return c;
  if (typeof c === 'number') {
    if (n > 16) return 0;
    if (n < 16) {
      const p = SMALL_POW10[n]!;
      const a = Math.abs(c);
      const rem = a % p;
      const q = (a - rem) / p + (rem * 2 >= p ? 1 : 0);
      return c < 0 ? 0 - q : q;
    }
  }
  return canonical(divideRounded(BigInt(c), pow10(n)));
}

/** c / 10^n toward zero. */
export function scaleDownTruncated(c: Coef, n: number): Coef {
  if (n === 0 || c === 0) return c;
  if (typeof c === 'number') {
    if (n > 15) return 0;
    const p = SMALL_POW10[n]!;
    return (c - (c % p)) / p + 0;
  }
  return canonical(c / pow10(n));
}

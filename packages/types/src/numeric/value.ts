/**
 * numeric: coefficient / 10^dscale, the coefficient a JS number while it is a safe integer and a bigint beyond, and
 * three special values. dscale is what is displayed; 1.0 and 1.00 are equal but not the same. Result scales follow
 * PostgreSQL's numeric.c (select_div_scale and friends) digit for digit.
 */
import { SqlError } from '../errors.js';
import { absBig, canonical, digitCount, divideRounded, pow10, scaleDownRounded, scaleDownTruncated, scaleUp, SMALL_POW10, type Coef } from './digits.js';

export const MAX_PRECISION = 1000;
/** Scales that values may have, and that results of inexact operations may get. */
export const DSCALE_MAX = 16383;
export const MAX_DISPLAY_SCALE = 1000;
export const MIN_SIG_DIGITS = 16;
/** Digits before the point: (NUMERIC_WEIGHT_MAX + 1) * DEC_DIGITS. */
export const INTEGER_DIGITS_MAX = 131072;

const MAX_SAFE = Number.MAX_SAFE_INTEGER;

export const FINITE = 0;
export const NAN = 1;
export const POSITIVE_INFINITY = 2;
export const NEGATIVE_INFINITY = 3;
export type NumericKind = 0 | 1 | 2 | 3;

export const numericOverflow = (): SqlError => new SqlError('22003', 'value overflows numeric format');
const divisionByZero = (): SqlError => new SqlError('22012', 'division by zero');

export class Numeric {
  private constructor(
    readonly kind: NumericKind,
    readonly coef: Coef,
    readonly dscale: number,
  ) {}

  static readonly NaN = new Numeric(NAN, 0, 0);
  static readonly Infinity = new Numeric(POSITIVE_INFINITY, 0, 0);
  static readonly NegativeInfinity = new Numeric(NEGATIVE_INFINITY, 0, 0);
  static readonly zero = new Numeric(FINITE, 0, 0);
  static readonly one = new Numeric(FINITE, 1, 0);

  /** coef / 10^dscale; `coef` a safe integer (not -0) or any bigint. No range check. */
  static of(coef: Coef, dscale: number): Numeric {
    return new Numeric(FINITE, typeof coef === 'bigint' ? canonical(coef) : coef + 0, dscale);
  }

  /** As of, for a coefficient known to be a safe integer and not -0. */
  static small(coef: number, dscale: number): Numeric { return new Numeric(FINITE, coef, dscale); }

  /** The same, checked against the format's limits: 22003 beyond them, rounded to the largest scale. */
  static checked(coef: Coef, dscale: number): Numeric {
    if (dscale > DSCALE_MAX) return Numeric.checked(scaleDownRounded(coef, dscale - DSCALE_MAX), DSCALE_MAX);
    const c = typeof coef === 'bigint' ? canonical(coef) : coef + 0;
    if (typeof c === 'bigint' && digitCount(c) - dscale > INTEGER_DIGITS_MAX) throw numericOverflow();
    return new Numeric(FINITE, c, dscale);
  }

  static fromInt(v: number | bigint): Numeric {
    return new Numeric(FINITE, typeof v === 'bigint' ? canonical(v) : v + 0, 0);
  }

  static special(kind: NumericKind): Numeric {
    return kind === NAN ? Numeric.NaN : kind === POSITIVE_INFINITY ? Numeric.Infinity : Numeric.NegativeInfinity;
  }

  isNaN(): boolean { return this.kind === NAN; }
  isFinite(): boolean { return this.kind === FINITE; }
  isInfinite(): boolean { return this.kind >= POSITIVE_INFINITY; }
  isZero(): boolean { return this.kind === FINITE && this.coef === 0; }

  /** -1, 0, 1; NaN counts as 0. */
  sign(): number {
    if (this.kind !== FINITE) return this.kind === POSITIVE_INFINITY ? 1 : this.kind === NEGATIVE_INFINITY ? -1 : 0;
    return this.coef > 0 ? 1 : this.coef < 0 ? -1 : 0;
  }

  /** Position of the leading digit: floor(log10(|value|)); 0 for zero. */
  exponent(): number {
    return this.coef === 0 ? 0 : digitCount(this.coef) - this.dscale - 1;
  }

  /** True for finite values without a fraction. */
  isIntegral(): boolean {
    if (this.kind !== FINITE) return false;
    if (this.dscale === 0) return true;
    if (typeof this.coef === 'number') {
      return this.dscale < 16 ? this.coef % SMALL_POW10[this.dscale]! === 0 : this.coef === 0;
    }
    return this.coef % pow10(this.dscale) === 0n;
  }

  /** The integer part as bigint. */
  toBigInt(): bigint {
    return BigInt(scaleDownTruncated(this.coef, this.dscale));
  }

  toString(): string { return formatNumeric(this); }

  /** Nearest double. */
  toNumber(): number {
    if (this.kind !== FINITE) return this.kind === NAN ? NaN : this.kind === POSITIVE_INFINITY ? Infinity : -Infinity;
    if (typeof this.coef === 'number' && this.dscale < 16) return this.coef / SMALL_POW10[this.dscale]!;
    return Number(formatNumeric(this));
  }

  // Operations live in arithmetic.ts and transcendental.ts; these are the ones other types lean on.

  add(b: Numeric): Numeric { return addNumeric(this, b); }
  sub(b: Numeric): Numeric { return subNumeric(this, b); }
  mul(b: Numeric): Numeric { return mulNumeric(this, b); }
  compare(b: Numeric): number { return compareNumeric(this, b); }
  negate(): Numeric { return negateNumeric(this); }
  abs(): Numeric { return this.sign() < 0 ? negateNumeric(this) : this; }
  /** Rounds to `scale` digits (negative: left of the point), halves away from zero. */
  round(scale: number): Numeric { return roundNumeric(this, scale); }
  trunc(scale: number): Numeric { return truncNumeric(this, scale); }
}

export function formatNumeric(n: Numeric): string {
  if (n.kind !== FINITE) return n.kind === NAN ? 'NaN' : n.kind === POSITIVE_INFINITY ? 'Infinity' : '-Infinity';
  if (n.dscale === 0) return String(n.coef);
  const negative = n.coef < 0;
  const text = String(n.coef);
  const digits = negative ? text.slice(1) : text;
  const scale = n.dscale;
  const body = digits.length > scale
    ? `${digits.slice(0, digits.length - scale)}.${digits.slice(digits.length - scale)}`
    : `0.${'0'.repeat(scale - digits.length)}${digits}`;
  return negative ? `-${body}` : body;
}

export function negateNumeric(a: Numeric): Numeric {
  if (a.kind !== FINITE) {
    return a.kind === NAN ? a : a.kind === POSITIVE_INFINITY ? Numeric.NegativeInfinity : Numeric.Infinity;
  }
  return Numeric.of(typeof a.coef === 'number' ? 0 - a.coef : -a.coef, a.dscale);
}

function compareSpecial(a: Numeric, b: Numeric): number {
  const rank = (n: Numeric): number =>
    n.kind === NAN ? 3 : n.kind === POSITIVE_INFINITY ? 2 : n.kind === NEGATIVE_INFINITY ? 0 : 1;
  return Math.sign(rank(a) - rank(b));
}

/** NaN equals itself and is larger than everything else. */
export function compareNumeric(a: Numeric, b: Numeric): number {
  if (a.kind !== FINITE || b.kind !== FINITE) return compareSpecial(a, b);
  let x = a.coef;
  let y = b.coef;
  if (a.dscale < b.dscale) x = scaleUp(x, b.dscale - a.dscale);
  else if (a.dscale > b.dscale) y = scaleUp(y, a.dscale - b.dscale);
  return x < y ? -1 : x > y ? 1 : 0;
}

/** Infinity rules of addition. */
function addSpecial(a: Numeric, b: Numeric): Numeric {
  if (a.kind === NAN || b.kind === NAN) return Numeric.NaN;
  if (a.kind === FINITE) return b;
  return b.kind === FINITE || b.kind === a.kind ? a : Numeric.NaN;
}

export function addNumeric(a: Numeric, b: Numeric): Numeric {
  if (a.kind !== FINITE || b.kind !== FINITE) return addSpecial(a, b);
  let x = a.coef;
  let y = b.coef;
  let scale = a.dscale;
  if (scale < b.dscale) {
    x = scaleUp(x, b.dscale - scale);
    scale = b.dscale;
  } else if (scale > b.dscale) y = scaleUp(y, scale - b.dscale);
  if (typeof x === 'number' && typeof y === 'number') {
    const r = x + y;
    if (r <= MAX_SAFE && r >= -MAX_SAFE) return Numeric.small(r + 0, scale);
  }
  return Numeric.checked(BigInt(x) + BigInt(y), scale);
}

export function subNumeric(a: Numeric, b: Numeric): Numeric {
  return addNumeric(a, negateNumeric(b));
}

function signedInfinity(sign: number): Numeric {
  return sign > 0 ? Numeric.Infinity : Numeric.NegativeInfinity;
}

export function mulNumeric(a: Numeric, b: Numeric): Numeric {
  if (a.kind !== FINITE || b.kind !== FINITE) {
    if (a.kind === NAN || b.kind === NAN) return Numeric.NaN;
    const s = a.sign() * b.sign();
    return s === 0 ? Numeric.NaN : signedInfinity(s);
  }
  const scale = a.dscale + b.dscale;
  if (typeof a.coef === 'number' && typeof b.coef === 'number') {
    const r = a.coef * b.coef;
    if (r <= MAX_SAFE && r >= -MAX_SAFE && scale <= DSCALE_MAX) return Numeric.small(r + 0, scale);
  }
  return Numeric.checked(BigInt(a.coef) * BigInt(b.coef), scale);
}

/** Weight and leading digit in base 10000, aligned at the point: what PostgreSQL's scale rules look at. */
function leading(n: Numeric): { weight: number; digit: number } {
  if (n.coef === 0) return { weight: 0, digit: 0 };
  const e = n.exponent();
  const weight = Math.floor(e / 4);
  const text = String(n.coef).replace('-', '');
  const count = e - weight * 4 + 1;
  return { weight, digit: Number(text.slice(0, count).padEnd(count, '0')) };
}

/** The base-10000 weight of the leading digit. */
export const weightOf = (n: Numeric): number => leading(n).weight;

export function selectDivScale(a: Numeric, b: Numeric): number {
  const x = leading(a);
  const y = leading(b);
  let q = x.weight - y.weight;
  if (x.digit <= y.digit) q--;
  return Math.min(Math.max(MIN_SIG_DIGITS - q * 4, a.dscale, b.dscale, 0), MAX_DISPLAY_SCALE);
}

/** a / b rounded to `scale` digits; both finite, b not zero. */
export function divideToScale(a: Numeric, b: Numeric, scale: number): Numeric {
  const shift = scale - a.dscale + b.dscale;
  let x = BigInt(a.coef);
  let y = BigInt(b.coef);
  if (shift >= 0) x *= pow10(shift);
  else y *= pow10(-shift);
  if (y < 0n) {
    x = -x;
    y = -y;
  }
  return Numeric.checked(divideRounded(x, y), scale);
}

function divideSpecial(a: Numeric, b: Numeric, zero: Numeric): Numeric {
  if (a.kind === NAN || b.kind === NAN) return Numeric.NaN;
  if (a.kind !== FINITE) {
    if (b.kind !== FINITE) return Numeric.NaN;
    if (b.coef === 0) throw divisionByZero();
    return signedInfinity(a.sign() * b.sign());
  }
  return zero;
}

export function divNumeric(a: Numeric, b: Numeric): Numeric {
  if (a.kind !== FINITE || b.kind !== FINITE) return divideSpecial(a, b, Numeric.zero);
  if (b.coef === 0) throw divisionByZero();
  return divideToScale(a, b, selectDivScale(a, b));
}

/** div(): the quotient's integer part. */
export function divTruncNumeric(a: Numeric, b: Numeric): Numeric {
  if (a.kind !== FINITE || b.kind !== FINITE) return divideSpecial(a, b, Numeric.zero);
  if (b.coef === 0) throw divisionByZero();
  const [x, y] = aligned(a, b);
  return Numeric.checked(BigInt(x) / BigInt(y), 0);
}

/** Coefficients at the larger of both scales. */
function aligned(a: Numeric, b: Numeric): [Coef, Coef] {
  const d = a.dscale - b.dscale;
  return [d < 0 ? scaleUp(a.coef, -d) : a.coef, d > 0 ? scaleUp(b.coef, d) : b.coef];
}

export function modNumeric(a: Numeric, b: Numeric): Numeric {
  if (a.kind !== FINITE || b.kind !== FINITE) {
    if (a.kind === NAN || b.kind === NAN) return Numeric.NaN;
    if (a.kind !== FINITE) {
      if (b.isZero()) throw divisionByZero();
      return Numeric.NaN;
    }
    return a;
  }
  if (b.coef === 0) throw divisionByZero();
  const [x, y] = aligned(a, b);
  const scale = Math.max(a.dscale, b.dscale);
  if (typeof x === 'number' && typeof y === 'number') return Numeric.of(x % y, scale);
  return Numeric.of(BigInt(x) % BigInt(y), scale);
}

export function roundNumeric(a: Numeric, scale: number): Numeric {
  if (a.kind !== FINITE) return a;
  const s = Math.max(scale, -INTEGER_DIGITS_MAX - 1);
  if (s >= a.dscale) return s === a.dscale ? a : Numeric.of(scaleUp(a.coef, Math.min(s, DSCALE_MAX) - a.dscale), Math.min(s, DSCALE_MAX));
  const r = scaleDownRounded(a.coef, a.dscale - s);
  return s < 0 ? Numeric.checked(scaleUp(r, -s), 0) : Numeric.checked(r, s);
}

export function truncNumeric(a: Numeric, scale: number): Numeric {
  if (a.kind !== FINITE) return a;
  const s = Math.max(scale, -INTEGER_DIGITS_MAX);
  if (s >= a.dscale) return roundNumeric(a, s);
  const r = scaleDownTruncated(a.coef, a.dscale - s);
  return s < 0 ? Numeric.of(scaleUp(r, -s), 0) : Numeric.of(r, s);
}

function roundToward(a: Numeric, up: boolean): Numeric {
  if (a.kind !== FINITE) return a;
  const t = truncNumeric(a, 0);
  if (compareNumeric(t, a) === 0 || a.coef > 0 !== up) return t;
  return addNumeric(t, Numeric.of(up ? 1 : -1, 0));
}

export const ceilNumeric = (a: Numeric): Numeric => roundToward(a, true);
export const floorNumeric = (a: Numeric): Numeric => roundToward(a, false);

/** The smallest scale that shows the value in full. */
export function minScale(a: Numeric): number {
  if (a.coef === 0) return 0;
  const text = String(a.coef);
  let zeros = 0;
  while (zeros < a.dscale && text.charCodeAt(text.length - 1 - zeros) === 48) zeros++;
  return a.dscale - zeros;
}

export const trimScale = (a: Numeric): Numeric => (a.kind !== FINITE ? a : truncNumeric(a, minScale(a)));

/** Integer square root, floor. */
export function integerSqrt(n: bigint): bigint {
  if (n < 2n) return n;
  let x = 1n << BigInt((n.toString(2).length + 1) >> 1);
  for (;;) {
    const y = (x + n / x) >> 1n;
    if (y >= x) return x;
    x = y;
  }
}

/** Square root of a finite non-negative value, rounded to `scale`. */
export function sqrtToScale(a: Numeric, scale: number): Numeric {
  const guard = scale + 1;
  const shift = guard * 2 - a.dscale;
  const c = BigInt(a.coef);
  const radicand = shift >= 0 ? c * pow10(shift) : c / pow10(-shift);
  return Numeric.checked(divideRounded(integerSqrt(radicand), 10n), scale);
}

export function sqrtNumeric(a: Numeric): Numeric {
  if (a.kind === NAN || a.kind === POSITIVE_INFINITY) return a;
  if (a.sign() < 0) throw new SqlError('2201F', 'cannot take square root of a negative number');
  const weight = weightOf(a) * 2 + 1;
  return sqrtToScale(a, Math.min(Math.max(MIN_SIG_DIGITS - weight, a.dscale, 0), MAX_DISPLAY_SCALE));
}

/** Same value, compared by === on a string. Equal numerics of different scales get equal keys. */
export function numericKey(a: Numeric): string | number {
  if (a.kind !== FINITE) return formatNumeric(a);
  const t = minScale(a);
  if (t === 0) {
    const c = scaleDownTruncated(a.coef, a.dscale);
    return typeof c === 'number' ? c : String(c);
  }
  const c = scaleDownTruncated(a.coef, a.dscale - t);
  return `${String(c)}e${t}`;
}

export { absBig };

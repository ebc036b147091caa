/**
 * Integer types. int2 and int4 are JS numbers; int8 is a number where safe, a bigint otherwise, always canonical, so
 * that === and the mixed < > compare values. No operation may return -0.
 */
import { SqlError } from '../errors.js';
import { canonicalInt8 } from '../any/bytes.js';
import { defineCodegenHelpers } from '../codegen-scope.js';
import { INT8_MAX, INT8_MIN } from './text-io.js';

export type Int8 = number | bigint;

export const divisionByZero = (): SqlError => new SqlError('22012', 'division by zero');
export const smallintOutOfRange = (): SqlError => new SqlError('22003', 'smallint out of range');
export const integerOutOfRange = (): SqlError => new SqlError('22003', 'integer out of range');
export const bigintOutOfRange = (): SqlError => new SqlError('22003', 'bigint out of range');

/** An exact integral result as int2. */
export function toInt2(r: number): number {
  if (r < -32768 || r > 32767) throw smallintOutOfRange();
  return r + 0;
}

/** An integral result (exact wherever it is in range) as int4. */
export function toInt4(r: number): number {
  if (r !== (r | 0)) throw integerOutOfRange();
  return r | 0;
}

/** A bigint result as int8. */
export function toInt8(r: bigint): Int8 {
  if (r < INT8_MIN || r > INT8_MAX) throw bigintOutOfRange();
  return canonicalInt8(r);
}

export function int8Add(a: Int8, b: Int8): Int8 {
  if (typeof a === 'number' && typeof b === 'number') {
    const r = a + b;
    if (Number.isSafeInteger(r)) return r;
  }
  return toInt8(BigInt(a) + BigInt(b));
}

export function int8Sub(a: Int8, b: Int8): Int8 {
  if (typeof a === 'number' && typeof b === 'number') {
    const r = a - b;
    if (Number.isSafeInteger(r)) return r;
  }
  return toInt8(BigInt(a) - BigInt(b));
}

export function int8Mul(a: Int8, b: Int8): Int8 {
  if (typeof a === 'number' && typeof b === 'number') {
    const r = a * b;
    if (Number.isSafeInteger(r)) return r + 0;
  }
  return toInt8(BigInt(a) * BigInt(b));
}

export function int8Div(a: Int8, b: Int8): Int8 {
  if (b === 0) throw divisionByZero();
  if (typeof a === 'number' && typeof b === 'number') return Math.trunc(a / b) + 0;
  return toInt8(BigInt(a) / BigInt(b));
}

export function int8Mod(a: Int8, b: Int8): Int8 {
  if (b === 0) throw divisionByZero();
  if (typeof a === 'number' && typeof b === 'number') return (a % b) + 0;
  return canonicalInt8(BigInt(a) % BigInt(b));
}

export function int8Negate(a: Int8): Int8 {
  return typeof a === 'number' ? 0 - a : toInt8(-a);
}

export function int8Abs(a: Int8): Int8 {
  return a < 0 ? int8Negate(a) : a;
}

/** int8 as int4 or int2, the casts' range check. */
export function int8ToInt4(a: Int8): number {
  if (a < -2147483648 || a > 2147483647) throw integerOutOfRange();
  return a as number;
}

export function int8ToInt2(a: Int8): number {
  if (a < -32768 || a > 32767) throw smallintOutOfRange();
  return a as number;
}

/** Two's complement 64-bit pattern, for bit operations. */
export const bits64 = (a: Int8): bigint => BigInt.asUintN(64, BigInt(a));
export const fromBits64 = (b: bigint): Int8 => canonicalInt8(BigInt.asIntN(64, b));

export function int4Div(a: number, b: number): number {
  if (b === 0) throw divisionByZero();
  return toInt4(Math.trunc(a / b));
}

export function int4Mod(a: number, b: number): number {
  if (b === 0) throw divisionByZero();
  return (a % b) + 0;
}

defineCodegenHelpers({
  $int2: toInt2,
  $int4: toInt4,
  $int4div: int4Div,
  $int4mod: int4Mod,
  $int8add: int8Add,
  $int8sub: int8Sub,
  $int8mul: int8Mul,
  $int8div: int8Div,
  $int8mod: int8Mod,
});

/** Arithmetic, bit and comparison functions of int2, int4 and int8 and their mixtures. */
import { SqlError } from '../errors.js';
import { defineFunctions, type FunctionImpl } from '../function-impl.js';
import { nativeComparisons, orderNames } from '../any/comparison.js';
import * as v from './value.js';
import { bits64, fromBits64, toInt2, toInt4 } from './value.js';

const expr = (op: string, check: string) => (a: string, b: string) => `${check}(${a} ${op} ${b})`;
const call = (name: string) => (a: string, b: string) => `${name}(${a}, ${b})`;

/** pl, mi, mul, div of a pair of narrow integers, checked by `name`. */
function narrowArithmetic(prefix: string, check: (r: number) => number, name: '$int2' | '$int4'): Record<string, FunctionImpl> {
  const div = (a: number, b: number): number => {
    if (b === 0) throw v.divisionByZero();
    return check(Math.trunc(a / b));
  };
  return {
    [`${prefix}pl`]: { fn: (a, b) => check(a + b), js: expr('+', name) },
    [`${prefix}mi`]: { fn: (a, b) => check(a - b), js: expr('-', name) },
    [`${prefix}mul`]: { fn: (a, b) => check(a * b), js: expr('*', name) },
    [`${prefix}div`]: { fn: div, ...(name === '$int4' ? { js: call('$int4div') } : {}) },
  };
}

function wideArithmetic(prefix: string): Record<string, FunctionImpl> {
  return {
    [`${prefix}pl`]: { fn: v.int8Add, js: call('$int8add') },
    [`${prefix}mi`]: { fn: v.int8Sub, js: call('$int8sub') },
    [`${prefix}mul`]: { fn: v.int8Mul, js: call('$int8mul') },
    [`${prefix}div`]: { fn: v.int8Div, js: call('$int8div') },
  };
}

for (const prefix of ['int24', 'int42', 'int4', 'int8', 'int28', 'int82', 'int48', 'int84']) {
  const own = prefix === 'int4' || prefix === 'int8';
  const extra = prefix === 'int8' ? { larger: 'int8larger', smaller: 'int8smaller' } : own ? { larger: `${prefix}larger`, smaller: `${prefix}smaller` } : {};
  defineFunctions(nativeComparisons(orderNames(prefix, { cmp: `bt${prefix}cmp`, ...extra })));
}
defineFunctions({
  ...nativeComparisons(orderNames('int2', { cmp: 'bt_int2_sign', larger: 'int2larger', smaller: 'int2smaller' })),
  /** The one comparison that PostgreSQL answers with the difference. */
  btint2cmp: (a: number, b: number) => a - b,
  ...narrowArithmetic('int2', toInt2, '$int2'),
  ...narrowArithmetic('int24', toInt4, '$int4'),
  ...narrowArithmetic('int42', toInt4, '$int4'),
  ...narrowArithmetic('int4', toInt4, '$int4'),
  ...wideArithmetic('int8'),
  ...wideArithmetic('int28'),
  ...wideArithmetic('int82'),
  ...wideArithmetic('int48'),
  ...wideArithmetic('int84'),
});

/** Shift counts work modulo the width of int4, as the C operators do on the usual machines. */
const shl2 = (a: number, n: number): number => ((a << n) << 16) >> 16;

function gcd(a: bigint, b: bigint): bigint {
  let x = a < 0n ? -a : a;
  let y = b < 0n ? -b : b;
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

const gcd4 = (a: number, b: number): number => toInt4(Number(gcd(BigInt(a), BigInt(b))));
const gcd8 = (a: v.Int8, b: v.Int8): v.Int8 => v.toInt8(gcd(BigInt(a), BigInt(b)));

function lcm8(a: v.Int8, b: v.Int8, done: (r: bigint) => v.Int8): v.Int8 {
  if (a === 0 || b === 0) return 0;
  const r = (BigInt(a) / gcd(BigInt(a), BigInt(b))) * BigInt(b);
  return done(r < 0n ? -r : r);
}

defineFunctions({
  int2mod: { fn: v.int4Mod },
  int4mod: { fn: v.int4Mod, js: call('$int4mod') },
  int8mod: { fn: v.int8Mod, js: call('$int8mod') },
  int2um: (a: number) => toInt2(-a),
  int4um: { fn: (a: number) => toInt4(-a), js: (a) => `$int4(-(${a}))` },
  int8um: v.int8Negate,
  int2up: (a: number) => a,
  int4up: (a: number) => a,
  int8up: (a: v.Int8) => a,
  int2abs: (a: number) => toInt2(Math.abs(a)),
  int4abs: (a: number) => toInt4(Math.abs(a)),
  int8abs: v.int8Abs,
  int4inc: (a: number) => toInt4(a + 1),
  int8inc: (a: v.Int8) => v.int8Add(a, 1),
  int8dec: (a: v.Int8) => v.int8Sub(a, 1),
  int8inc_any: (a: v.Int8) => v.int8Add(a, 1),
  int8inc_float8_float8: (a: v.Int8) => v.int8Add(a, 1),
  int8dec_any: (a: v.Int8) => v.int8Sub(a, 1),

  int2and: (a: number, b: number) => a & b,
  int2or: (a: number, b: number) => a | b,
  int2xor: (a: number, b: number) => a ^ b,
  int2not: (a: number) => ~a,
  int2shl: shl2,
  int2shr: (a: number, n: number) => a >> n,
  int4and: { fn: (a, b) => a & b, js: (a, b) => `(${a} & ${b})` },
  int4or: { fn: (a, b) => a | b, js: (a, b) => `(${a} | ${b})` },
  int4xor: { fn: (a, b) => a ^ b, js: (a, b) => `(${a} ^ ${b})` },
  int4not: { fn: (a) => ~a, js: (a) => `(~${a})` },
  int4shl: { fn: (a, b) => a << b, js: (a, b) => `(${a} << ${b})` },
  int4shr: { fn: (a, b) => a >> b, js: (a, b) => `(${a} >> ${b})` },
  int8and: (a: v.Int8, b: v.Int8) => fromBits64(bits64(a) & bits64(b)),
  int8or: (a: v.Int8, b: v.Int8) => fromBits64(bits64(a) | bits64(b)),
  int8xor: (a: v.Int8, b: v.Int8) => fromBits64(bits64(a) ^ bits64(b)),
  int8not: (a: v.Int8) => fromBits64(~BigInt(a)),
  int8shl: (a: v.Int8, n: number) => fromBits64(bits64(a) << BigInt(n & 63)),
  int8shr: (a: v.Int8, n: number) => fromBits64(BigInt(a) >> BigInt(n & 63)),

  int4gcd: gcd4,
  int8gcd: gcd8,
  int4lcm: (a: number, b: number) =>
    lcm8(a, b, (r) => {
      if (r > 2147483647n) throw v.integerOutOfRange();
      return Number(r);
    }),
  int8lcm: (a: v.Int8, b: v.Int8) => lcm8(a, b, v.toInt8),

  int28: (a: number) => a,
  int48: (a: number) => a,
  int82: v.int8ToInt2,
  int84: v.int8ToInt4,
  i2toi4: { fn: (a: number) => a, js: (a) => a },
  i4toi2: v.int8ToInt2,
  oidtoi8: (a: number) => a,
  i8tooid: (a: v.Int8) => {
    if (a < 0 || a > 4294967295) throw new SqlError('22003', 'OID out of range');
    return a;
  },
  to_hex32: (a: number) => (a >>> 0).toString(16),
  to_oct32: (a: number) => (a >>> 0).toString(8),
  to_bin32: (a: number) => (a >>> 0).toString(2),
  to_hex64: (a: v.Int8) => bits64(a).toString(16),
  to_oct64: (a: v.Int8) => bits64(a).toString(8),
  to_bin64: (a: v.Int8) => bits64(a).toString(2),
});

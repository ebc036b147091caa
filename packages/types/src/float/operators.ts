/** Float arithmetic with PostgreSQL's overflow and underflow errors, comparisons and casts. */
import { defineFunctions, type FunctionImpl } from '../function-impl.js';
import { SqlError } from '../errors.js';
import { comparisons, orderNames } from '../any/comparison.js';
import { defineCodegenHelpers } from '../codegen-scope.js';
import { canonicalInt8 } from '../any/bytes.js';
import { bigintOutOfRange, divisionByZero, integerOutOfRange, smallintOutOfRange } from '../int/value.js';
import { compareFloat } from './types.js';

export const floatOverflow = (): SqlError => new SqlError('22003', 'value out of range: overflow');
export const floatUnderflow = (): SqlError => new SqlError('22003', 'value out of range: underflow');

export function addFloat(a: number, b: number): number {
  const r = a + b;
  if (r - r !== 0 && (r === Infinity || r === -Infinity) && Number.isFinite(a) && Number.isFinite(b)) throw floatOverflow();
  return r;
}

export function subFloat(a: number, b: number): number {
  const r = a - b;
  if ((r === Infinity || r === -Infinity) && Number.isFinite(a) && Number.isFinite(b)) throw floatOverflow();
  return r;
}

export function mulFloat(a: number, b: number): number {
  const r = a * b;
  if ((r === Infinity || r === -Infinity) && Number.isFinite(a) && Number.isFinite(b)) throw floatOverflow();
  if (r === 0 && a !== 0 && b !== 0) throw floatUnderflow();
  return r;
}

export function divFloat(a: number, b: number): number {
  if (b === 0 && !Number.isNaN(a)) throw divisionByZero();
  const r = a / b;
  if ((r === Infinity || r === -Infinity) && Number.isFinite(a)) throw floatOverflow();
  if (r === 0 && a !== 0 && b !== Infinity && b !== -Infinity) throw floatUnderflow();
  return r;
}

/** A float8 as float4: error where it overflows or underflows. */
export function toFloat4(d: number): number {
  const r = Math.fround(d);
  if ((r === Infinity || r === -Infinity) && d !== r) throw floatOverflow();
  if (r === 0 && d !== 0) throw floatUnderflow();
  return r;
}

type Op = (a: number, b: number) => number;

/** The float4 form: the result rounded, and checked against the unrounded inputs as the C float operation is. */
const single = (op: Op): Op => (a, b) => {
  const d = op(a, b);
  const r = Math.fround(d);
  if ((r === Infinity || r === -Infinity) && Number.isFinite(d)) throw floatOverflow();
  if (r === 0 && d !== 0) throw floatUnderflow();
  return r;
};

defineCodegenHelpers({
  $fadd: addFloat, $fsub: subFloat, $fmul: mulFloat, $fdiv: divFloat, $fcmp: compareFloat,
});

const OPS: readonly [string, Op, string][] = [
  ['pl', addFloat, '$fadd'], ['mi', subFloat, '$fsub'], ['mul', mulFloat, '$fmul'], ['div', divFloat, '$fdiv'],
];

const arithmetic: Record<string, FunctionImpl> = {};
for (const [suffix, op, helper] of OPS) {
  arithmetic[`float4${suffix}`] = { fn: single(op) };
  for (const p of ['float8', 'float48', 'float84']) {
    arithmetic[p + suffix] = { fn: op, js: (a, b) => `${helper}(${a}, ${b})` };
  }
}
defineFunctions(arithmetic);

const JS_COMPARE: readonly [string, string][] = [
  ['eq', '==='], ['ne', '!=='], ['lt', '<'], ['le', '<='], ['gt', '>'], ['ge', '>='],
];
for (const p of ['float4', 'float8', 'float48', 'float84']) {
  const own = p === 'float4' || p === 'float8';
  const more = own ? { larger: `${p}larger`, smaller: `${p}smaller` } : {};
  const table = comparisons(compareFloat, orderNames(p, { cmp: `bt${p}cmp`, ...more }));
  for (const [suffix, op] of JS_COMPARE) {
    table[p + suffix] = { fn: table[p + suffix]!.fn, js: (a, b) => `($fcmp(${a}, ${b}) ${op} 0)` };
  }
  defineFunctions(table);
}

/** C's rint: to nearest, ties to even. */
export function roundHalfEven(d: number): number {
  if (!Number.isFinite(d) || Math.abs(d) >= 4503599627370496) return d;
  const r = Math.round(d);
  return Math.abs(d % 1) === 0.5 && r % 2 !== 0 ? r - 1 : r === 0 && (d < 0 || Object.is(d, -0)) ? -0 : r;
}

function toInt(d: number, min: number, max: number, error: () => SqlError): number {
  const r = roundHalfEven(d);
  if (!(r >= min && r <= max)) throw error();
  return r + 0;
}

export function floatToInt8(d: number): number | bigint {
  const r = roundHalfEven(d);
  if (!(r >= -9223372036854775808 && r < 9223372036854775808)) throw bigintOutOfRange();
  return Number.isSafeInteger(r) ? r + 0 : canonicalInt8(BigInt(r));
}

const toInt2 = (d: number): number => toInt(d, -32768, 32767, smallintOutOfRange);
const toInt4 = (d: number): number => toInt(d, -2147483648, 2147483647, integerOutOfRange);

defineFunctions({
  float4um: (a: number) => -a,
  float8um: { fn: (a: number) => -a, js: (a) => `(-(${a}))` },
  float4up: (a: number) => a,
  float8up: (a: number) => a,
  float4abs: (a: number) => Math.abs(a),
  float8abs: { fn: (a: number) => Math.abs(a), js: (a) => `Math.abs(${a})` },
  ftod: { fn: (a: number) => a, js: (a) => a },
  dtof: toFloat4,
  i2tod: { fn: (a: number) => a, js: (a) => a },
  i4tod: { fn: (a: number) => a, js: (a) => a },
  i8tod: (a: number | bigint) => Number(a),
  i2tof: (a: number) => a,
  i4tof: (a: number) => Math.fround(a),
  i8tof: (a: number | bigint) => int8ToFloat4(a),
  dtoi2: toInt2, ftoi2: toInt2,
  dtoi4: toInt4, ftoi4: toInt4,
  dtoi8: floatToInt8, ftoi8: floatToInt8,
});

/** One rounding from int8 to float4: the double keeps a sticky bit so that the second rounding sees it. */
function int8ToFloat4(a: number | bigint): number {
  if (typeof a === 'number') return Math.fround(a);
  const sticky = (a & 0xfffn) === 0n ? a : (a & ~0xfffn) | 0x800n;
  return Math.fround(Number(sticky));
}

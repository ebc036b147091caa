/** Functions of bit and varbit. */
import { defineFunctions } from '../function-impl.js';
import { SqlError } from '../errors.js';
import { canonicalInt8 } from '../any/bytes.js';
import { comparisons, orderNames } from '../any/comparison.js';
import { bigintOutOfRange, integerOutOfRange } from '../int/value.js';
import { overlayRange, substringRange } from '../text/ranges.js';
import { coerceBit, coerceVarbit, compareBits } from './type.js';

const combine = (word: string, f: (x: boolean, y: boolean) => boolean) => (a: string, b: string): string => {
  if (a.length !== b.length) throw new SqlError('22026', `cannot ${word} bit strings of different sizes`);
  let out = '';
  for (let i = 0; i < a.length; i++) out += f(a[i] === '1', b[i] === '1') ? '1' : '0';
  return out;
};

function shift(v: string, by: number): string {
  const n = Math.min(Math.abs(by), v.length);
  return by >= 0 ? v.slice(n) + '0'.repeat(n) : '0'.repeat(n) + v.slice(0, v.length - n);
}

function substring(v: string, from: number, length: number | null): string {
  const [a, b] = substringRange(from, length, v.length);
  return v.slice(a, b);
}

function overlay(v: string, by: string, from: number, length: number): string {
  const after = overlayRange(from, length);
  return substring(v, 1, from - 1) + by + substring(v, after, null);
}

function position(v: string, part: string): number {
  if (v.length === 0 || part.length > v.length) return 0;
  return part.length === 0 ? 1 : v.indexOf(part) + 1;
}

function checkIndex(v: string, n: number): void {
  if (n < 0 || n >= v.length) throw new SqlError('2202E', `bit index ${n} out of valid range (0..${v.length - 1})`);
}

/** The lowest bits of an integer, sign extended to the wanted length. */
/** VARBITMAXLEN */
const BITS_MAX = 0x7fffffff - 8 + 1;

function fromInteger(v: number | bigint, typmod: number): string {
  const length = typmod <= 0 || typmod > BITS_MAX ? 1 : typmod;
  return BigInt.asUintN(length, BigInt(v)).toString(2).padStart(length, '0');
}

function toInteger(v: string, width: number, error: () => SqlError): number | bigint {
  if (v.length > width) throw error();
  return canonicalInt8(BigInt.asIntN(width, BigInt(`0b${v === '' ? '0' : v}`)));
}

defineFunctions({
  ...comparisons(compareBits, orderNames('bit', { cmp: 'bitcmp' })),
  bit: coerceBit,
  varbit: coerceVarbit,
  bit_and: combine('AND', (x, y) => x && y),
  bit_or: combine('OR', (x, y) => x || y),
  bitxor: combine('XOR', (x, y) => x !== y),
  bitnot: (v: string) => v.replace(/[01]/g, (ch) => (ch === '0' ? '1' : '0')),
  bitshiftleft: (v: string, n: number) => shift(v, n),
  bitshiftright: (v: string, n: number) => shift(v, -n),
  bitcat: (a: string, b: string) => a + b,
  bitsubstr: (v: string, from: number, length: number) => substring(v, from, length),
  bitsubstr_no_len: (v: string, from: number) => substring(v, from, null),
  bitoverlay: (v: string, by: string, from: number, length: number) => overlay(v, by, from, length),
  bitoverlay_no_len: (v: string, by: string, from: number) => overlay(v, by, from, by.length),
  bitlength: (v: string) => v.length,
  bitoctetlength: (v: string) => (v.length + 7) >> 3,
  bitposition: position,
  bit_bit_count: (v: string) => v.length - v.replaceAll('1', '').length,
  bitgetbit: (v: string, n: number) => {
    checkIndex(v, n);
    return v[n] === '1' ? 1 : 0;
  },
  bitsetbit: (v: string, n: number, to: number) => {
    checkIndex(v, n);
    if (to !== 0 && to !== 1) throw new SqlError('22023', 'new bit must be 0 or 1');
    return v.slice(0, n) + String(to) + v.slice(n + 1);
  },
  bitfromint4: (v: number, typmod: number) => fromInteger(v, typmod),
  bitfromint8: (v: number | bigint, typmod: number) => fromInteger(v, typmod),
  bittoint4: (v: string) => toInteger(v, 32, integerOutOfRange),
  bittoint8: (v: string) => toInteger(v, 64, bigintOutOfRange),
});

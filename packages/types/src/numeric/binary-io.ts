/** numeric's wire format: int16 ndigits, weight, sign, dscale, then base-10000 digits; and its chunk and key encodings. */
import { SqlError } from '../errors.js';
import { ByteReader, ByteWriter } from '../any/bytes.js';
import { pow10 } from './digits.js';
import { FINITE, NAN, NEGATIVE_INFINITY, Numeric, POSITIVE_INFINITY, truncNumeric, type NumericKind } from './value.js';

const SIGN_NEGATIVE = 0x4000;
const SIGN_NAN = 0xc000;
const SIGN_POSITIVE_INFINITY = 0xd000;
const SIGN_NEGATIVE_INFINITY = 0xf000;

/** Base-10000 digits without leading and trailing zeros, and the weight of the first. */
export function base10000(n: Numeric): { digits: number[]; weight: number } {
  if (n.coef === 0) return { digits: [], weight: 0 };
  const text = String(n.coef).replace('-', '');
  const padRight = (4 - (n.dscale % 4)) % 4;
  let s = text + '0'.repeat(padRight);
  s = s.padStart(Math.ceil(s.length / 4) * 4, '0');
  const digits: number[] = [];
  for (let i = 0; i < s.length; i += 4) digits.push(Number(s.slice(i, i + 4)));
  let weight = digits.length - 1 - (n.dscale + padRight) / 4;
  let first = 0;
  while (digits[first] === 0) {
    first++;
    weight--;
  }
  let last = digits.length;
  while (digits[last - 1] === 0) last--;
  return { digits: digits.slice(first, last), weight };
}

export function sendNumeric(n: Numeric): Uint8Array {
  const w = new ByteWriter(16);
  if (n.kind !== FINITE) {
    w.i16(0);
    w.i16(0);
    w.i16(n.kind === NAN ? SIGN_NAN : n.kind === POSITIVE_INFINITY ? SIGN_POSITIVE_INFINITY : SIGN_NEGATIVE_INFINITY);
    w.i16(n.kind === NAN ? 0 : 32);
    return w.done();
  }
  const { digits, weight } = base10000(n);
  w.i16(digits.length);
  w.i16(weight);
  w.i16(n.coef < 0 ? SIGN_NEGATIVE : 0);
  w.i16(n.dscale);
  for (const d of digits) w.i16(d);
  return w.done();
}

export function receiveNumeric(bytes: Uint8Array): Numeric {
  const r = new ByteReader(bytes);
  const bad = (what: string): SqlError => new SqlError('22P03', `invalid ${what} in external "numeric" value`);
  const count = r.i16() & 0xffff;
  const weight = r.i16();
  const sign = r.i16() & 0xffff;
  const dscale = r.i16() & 0xffff;
  if (sign === SIGN_NAN) return Numeric.NaN;
  if (sign === SIGN_POSITIVE_INFINITY) return Numeric.Infinity;
  if (sign === SIGN_NEGATIVE_INFINITY) return Numeric.NegativeInfinity;
  if (sign !== 0 && sign !== SIGN_NEGATIVE) throw bad('sign');
  if (dscale > 0x3fff) throw bad('scale');
  let text = '';
  for (let i = 0; i < count; i++) {
    const d = r.i16();
    if (d < 0 || d > 9999) throw bad('digit');
    text += String(d).padStart(4, '0');
  }
  if (r.remaining !== 0) throw new SqlError('22P03', 'incorrect binary data format');
  const magnitude = BigInt(text === '' ? '0' : text);
  const scale = (count - 1 - weight) * 4;
  const coef = sign === SIGN_NEGATIVE ? -magnitude : magnitude;
  const full = scale >= 0 ? Numeric.of(coef, scale) : Numeric.of(coef * pow10(-scale), 0);
  return truncNumeric(full, dscale);
}

/** Chunk bytes: a kind byte, then for finite values the scale and the coefficient, as int32 (little-endian), float64 or bytes. */
export function encodeNumeric(n: Numeric): Uint8Array {
  if (n.kind !== FINITE) return Uint8Array.of(n.kind);
  const { coef } = n;
  if (typeof coef === 'number' && coef === (coef | 0)) {
    return Uint8Array.of(INT32, n.dscale >> 8, n.dscale, coef, coef >> 8, coef >> 16, coef >> 24);
  }
  if (typeof coef === 'number') {
    const out = new Uint8Array(11);
    out[0] = DOUBLE;
    out[1] = n.dscale >> 8;
    out[2] = n.dscale;
    scratch[0] = coef;
    for (let k = 0; k < 8; k++) out[3 + k] = scratchBytes[7 - k]!;
    return out;
  }
  const w = new ByteWriter(24);
  w.u8(coef < 0 ? NEGATIVE_BIG : POSITIVE_BIG);
  w.i16(n.dscale);
  let hex = coef.toString(16).replace('-', '');
  if (hex.length % 2 === 1) hex = `0${hex}`;
  for (let i = 0; i < hex.length; i += 2) w.u8(parseInt(hex.slice(i, i + 2), 16));
  return w.done();
}

const scratch = new Float64Array(1);
const scratchBytes = new Uint8Array(scratch.buffer);

export const decodeNumeric = (b: Uint8Array): Numeric => decodeNumericAt(b, 0, b.length);

/** First byte of an encoded value: a special kind, or the form of the coefficient. */
const DOUBLE = 4;
const POSITIVE_BIG = 5;
const NEGATIVE_BIG = 6;
const INT32 = 7;

/** Is the value encoded at `at` one whose coefficient smallCoef can read? */
export const isSmall = (b: Uint8Array, at: number): boolean => b[at] === INT32 || b[at] === DOUBLE;
export function smallCoef(b: Uint8Array, at: number): number {
  if (b[at] === INT32) return b[at + 3]! | (b[at + 4]! << 8) | (b[at + 5]! << 16) | (b[at + 6]! << 24);
  for (let k = 0; k < 8; k++) scratchBytes[7 - k] = b[at + 3 + k]!;
  return scratch[0]!;
}
export const smallScale = (b: Uint8Array, at: number): number => (b[at + 1]! << 8) | b[at + 2]!;

export function decodeNumericAt(b: Uint8Array, at: number, end: number): Numeric {
  const kind = b[at]!;
  if (kind === INT32 || kind === DOUBLE) return Numeric.small(smallCoef(b, at), smallScale(b, at));
  if (kind < DOUBLE) return Numeric.special(kind as NumericKind);
  let hex = '0x';
  for (let i = at + 3; i < end; i++) hex += b[i]!.toString(16).padStart(2, '0');
  const magnitude = BigInt(hex);
  return Numeric.of(kind === NEGATIVE_BIG ? -magnitude : magnitude, smallScale(b, at));
}

/**
 * Memcomparable: class byte (-Infinity, negative, zero, positive, Infinity, NaN), biased exponent, digits as bytes
 * 1..10, ended by 0; all complemented after the class byte for negatives.
 */
export function numericSortKey(n: Numeric): Uint8Array {
  if (n.kind !== FINITE) return Uint8Array.of(n.kind === NEGATIVE_INFINITY ? 0 : n.kind === NAN ? 5 : 4);
  if (n.coef === 0) return Uint8Array.of(2);
  const negative = n.coef < 0;
  const text = String(n.coef).replace('-', '').replace(/0+$/, '');
  const out = new Uint8Array(6 + text.length);
  out[0] = negative ? 1 : 3;
  new DataView(out.buffer).setUint32(1, n.exponent() + 0x80000000);
  for (let i = 0; i < text.length; i++) out[5 + i] = text.charCodeAt(i) - 47;
  if (negative) for (let i = 1; i < out.length; i++) out[i]! ^= 0xff;
  return out;
}

/** to_char of int4, int8, numeric, float4, float8 and to_number. */
import { defineFunctions } from '../function-impl.js';
import { SqlError } from '../errors.js';
import { int8Mul, type Int8 } from '../int/value.js';
import { roundHalfEven } from '../float/operators.js';
import { exponentialDigits, fixedDigits } from '../float/text-io.js';
import { makeTypmod, coerceNumeric, parseNumeric } from '../numeric/text-io.js';
import { powerNumeric } from '../numeric/transcendental.js';
import { divideToScale, FINITE, Numeric, mulNumeric, roundNumeric } from '../numeric/value.js';
import { pow10 } from '../numeric/digits.js';
import { NumberReader } from './number-from-char.js';
import { layNumber, toRoman, type NumberDigits } from './number-to-char.js';
import { numberPicture, type NumberPicture } from './number-picture.js';

const INT4_MAX = 2147483647;
const TEN = Numeric.of(10, 0);

/** Splits off the sign, pads or overflows against the digits that the picture has. */
function fit(p: NumberPicture, signed: string, pre: number, post: number): NumberDigits {
  const sign = signed.startsWith('-') ? '-' : '+';
  const text = sign === '-' ? signed.slice(1) : signed;
  const point = text.indexOf('.');
  const length = point < 0 ? text.length : point;
  if (length > pre) return { text: `${'#'.repeat(pre)}.${'#'.repeat(post)}`, sign, preSpaces: 0, pre, post };
  return { text, sign, preSpaces: pre - length, pre, post };
}

const roman = (p: NumberPicture, n: number): string =>
  layNumber(p, { text: toRoman(n), sign: '', preSpaces: 0, pre: 0, post: 0 });

const plainText = (text: string): NumberDigits => ({ text, sign: '', preSpaces: 0, pre: 0, post: 0 });

/** What EEEE shows for NaN and infinities. */
function noExponent(p: NumberPicture): NumberDigits {
  const body = '#'.repeat(p.pre + p.post + 6).split('');
  body[0] = ' ';
  body[p.pre + 1] = '.';
  return plainText(body.join(''));
}

function exponentText(e: number): string {
  const a = Math.abs(e);
  return `e${e < 0 ? '-' : '+'}${a < 10 ? '0' : ''}${a}`;
}

/** numeric_out_sci, with a blank for a positive sign. */
function scientific(v: Numeric, scale: number): string {
  const e = v.exponent();
  const unit = e >= 0 ? Numeric.of(pow10(e), 0) : Numeric.of(1, -e);
  const text = divideToScale(v, unit, Math.max(scale, 0)).toString() + exponentText(e);
  return text.startsWith('-') ? text : ` ${text}`;
}

function scientificFloat(d: number, scale: number): string {
  const [mantissa, e] = exponentialDigits(Math.abs(d), scale);
  return (d < 0 || Object.is(d, -0) ? '-' : ' ') + mantissa + exponentText(e);
}

function numericToChar(v: Numeric, picture: string): string {
  if (picture === '') return '';
  const p = numberPicture(picture);
  if (p.roman) {
    const r = v.kind === FINITE ? roundNumeric(v, 0).coef : INT4_MAX;
    return roman(p, r > INT4_MAX || r < -INT4_MAX ? INT4_MAX : Number(r));
  }
  if (p.eeee) return layNumber(p, v.kind === FINITE ? plainText(scientific(v, p.post)) : noExponent(p));
  const scaled = p.isMulti ? mulNumeric(v, powerNumeric(TEN, Numeric.fromInt(p.multi))) : v;
  return layNumber(p, fit(p, roundNumeric(scaled, p.post).toString(), p.pre + p.multi, p.post));
}

function integerToChar(v: Int8, picture: string, multiply: (a: Int8, b: number) => Int8): string {
  if (picture === '') return '';
  const p = numberPicture(picture);
  if (p.roman) return roman(p, v > INT4_MAX || v < -INT4_MAX ? INT4_MAX : Number(v));
  if (p.eeee) return layNumber(p, plainText(scientific(Numeric.fromInt(v), p.post)));
  const scaled = p.isMulti ? multiply(v, 10 ** p.multi) : v;
  const text = String(scaled) + (p.post > 0 ? `.${'0'.repeat(p.post)}` : '');
  return layNumber(p, fit(p, text, p.pre + p.multi, p.post));
}

/** int4 multiplies without an overflow check under V, and goes through float8 under EEEE. */
function int4ToChar(v: number, picture: string): string {
  if (picture !== '') {
    const p = numberPicture(picture);
    if (p.eeee) return layNumber(p, plainText(scientificFloat(v, p.post)));
  }
  return integerToChar(v, picture, (a, b) => Number(BigInt.asIntN(32, BigInt(a) * BigInt(b))));
}

/** C's %.*f with PostgreSQL's words for the special values. */
function fixedText(d: number, scale: number): string {
  if (!Number.isFinite(d)) return Number.isNaN(d) ? 'NaN' : d > 0 ? 'Infinity' : '-Infinity';
  return fixedDigits(d, scale);
}

function floatToChar(d: number, picture: string, precision: number): string {
  if (picture === '') return '';
  const p = numberPicture(picture);
  if (p.roman) {
    const r = roundHalfEven(d);
    return roman(p, r >= -INT4_MAX && r <= INT4_MAX ? r : INT4_MAX);
  }
  if (p.eeee) return layNumber(p, Number.isFinite(d) ? plainText(scientificFloat(d, p.post)) : noExponent(p));
  const scaled = p.isMulti ? d * 10 ** p.multi : d;
  const length = fixedText(Math.abs(scaled), 0).length;
  const post = length >= precision ? 0 : Math.min(p.post, precision - length);
  return layNumber(p, fit(p, fixedText(scaled, post), p.pre + p.multi, post));
}

function toNumber(text: string, picture: string): Numeric | null {
  if (picture === '') return null;
  const p = numberPicture(picture);
  if (p.eeee) throw new SqlError('0A000', '"EEEE" not supported for input');
  const reader = new NumberReader(p, text);
  reader.read();
  const typmod = makeTypmod(reader.pre + p.multi + reader.post, reader.post);
  const value = coerceNumeric(parseNumeric(reader.sign + reader.digits), typmod);
  return p.isMulti ? mulNumeric(value, powerNumeric(TEN, Numeric.fromInt(-p.multi))) : value;
}

defineFunctions({
  int4_to_char: int4ToChar,
  int8_to_char: (v: Int8, f: string) => integerToChar(v, f, int8Mul),
  numeric_to_char: numericToChar,
  float4_to_char: (d: number, f: string) => floatToChar(d, f, 6),
  float8_to_char: (d: number, f: string) => floatToChar(d, f, 15),
  numeric_to_number: toNumber,
});

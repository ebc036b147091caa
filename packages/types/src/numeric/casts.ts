/** numeric to and from the integers and floats. */
import { SqlError } from '../errors.js';
import { defineFunctions } from '../function-impl.js';
import { canonicalInt8 } from '../any/bytes.js';
import { INT8_MAX, INT8_MIN } from '../int/text-io.js';
import { bigintOutOfRange, integerOutOfRange, smallintOutOfRange } from '../int/value.js';
import { floatOverflow, floatUnderflow } from '../float/operators.js';
import { formatG, parseFloatText } from '../float/text-io.js';
import { parseNumeric } from './text-io.js';
import { FINITE, Numeric, roundNumeric } from './value.js';

function cannotConvert(v: Numeric, type: string): SqlError {
  return new SqlError('0A000', `cannot convert ${v.isNaN() ? 'NaN' : 'infinity'} to ${type}`);
}

/** The value rounded to an integer and checked against a range. */
function toInteger(v: Numeric, min: bigint, max: bigint, type: string, error: () => SqlError): number | bigint {
  if (v.kind !== FINITE) throw cannotConvert(v, type);
  const r = roundNumeric(v, 0).coef;
  if (r < min || r > max) throw error();
  return typeof r === 'bigint' ? canonicalInt8(r) : r;
}

export const numericToInt8 = (v: Numeric): number | bigint => toInteger(v, INT8_MIN, INT8_MAX, 'bigint', bigintOutOfRange);
export const numericToInt4 = (v: Numeric): number =>
  toInteger(v, -2147483648n, 2147483647n, 'integer', integerOutOfRange) as number;

/** As %.15g (or %.6g) prints it: what a float knows for certain. */
function fromFloat(d: number, digits: number): Numeric {
  if (!Number.isFinite(d)) return Number.isNaN(d) ? Numeric.NaN : d > 0 ? Numeric.Infinity : Numeric.NegativeInfinity;
  return parseNumeric(formatG(d, digits));
}

export const float8ToNumeric = (d: number): Numeric => fromFloat(d, 15);

/** strtod of the text, as numeric_float8 does it: overflow and underflow are errors. */
function toFloat(v: Numeric, single: boolean): number {
  return v.kind === FINITE ? parseFloatText(v.toString(), single) : v.toNumber();
}

/** Overflow gives an infinity instead of an error: numericvar_to_double_no_overflow. */
export const numericToFloat8NoOverflow = (v: Numeric): number => (v.kind === FINITE ? Number(v.toString()) : v.toNumber());

defineFunctions({
  int2_numeric: (v: number) => Numeric.fromInt(v),
  int4_numeric: (v: number) => Numeric.fromInt(v),
  int8_numeric: (v: number | bigint) => Numeric.fromInt(v),
  numeric_int2: (v: Numeric) => toInteger(v, -32768n, 32767n, 'smallint', smallintOutOfRange),
  numeric_int4: numericToInt4,
  numeric_int8: numericToInt8,
  float4_numeric: (d: number) => fromFloat(d, 6),
  float8_numeric: float8ToNumeric,
  numeric_float4: (v: Numeric) => toFloat(v, true),
  numeric_float8: (v: Numeric) => toFloat(v, false),
});

export { floatOverflow, floatUnderflow };

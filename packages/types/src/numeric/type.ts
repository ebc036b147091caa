/** TypeImpl of numeric and its typmod functions. */
import { defineFunctions } from '../function-impl.js';
import { SqlError } from '../errors.js';
import { defineBaseType } from '../any/text-io.js';
import { integerTypmods } from '../text/typmod.js';
import type { PgArray } from '../array/value.js';
import { decodeNumeric, decodeNumericAt, encodeNumeric, numericSortKey, receiveNumeric, sendNumeric } from './binary-io.js';
import { coerceNumeric, makeTypmod, parseNumeric, typmodPrecision, typmodScale } from './text-io.js';
import { compareNumeric, formatNumeric, MAX_PRECISION, numericKey, type Numeric } from './value.js';

export const numericType = defineBaseType({
  oid: 1700, name: 'numeric', physical: 'bytes', len: -1,
  parse: (text, typmod) => coerceNumeric(parseNumeric(text), typmod),
  format: formatNumeric,
  send: sendNumeric,
  receive: (b, typmod) => coerceNumeric(receiveNumeric(b), typmod),
  encode: encodeNumeric,
  decode: decodeNumeric,
  decodeAt: decodeNumericAt,
  compare: compareNumeric,
  hashKey: numericKey,
  sortKey: numericSortKey,
  coerce: (v: Numeric, typmod) => coerceNumeric(v, typmod),
}, ['numeric_in', 'numeric_out', 'numeric_recv', 'numeric_send']);

const SCALE_MIN = -1000;
const SCALE_MAX = 1000;

function numericTypmodIn(list: PgArray): number {
  const mods = integerTypmods(list);
  if (mods.length < 1 || mods.length > 2) throw new SqlError('22023', 'invalid NUMERIC type modifier');
  const [precision, scale = 0] = mods as [number, number?];
  if (precision < 1 || precision > MAX_PRECISION) {
    throw new SqlError('22023', `NUMERIC precision ${precision} must be between 1 and ${MAX_PRECISION}`);
  }
  if (scale < SCALE_MIN || scale > SCALE_MAX) {
    throw new SqlError('22023', `NUMERIC scale ${scale} must be between ${SCALE_MIN} and ${SCALE_MAX}`);
  }
  return makeTypmod(precision, scale);
}

defineFunctions({
  numerictypmodin: numericTypmodIn,
  numerictypmodout: (t: number) => (t < 4 ? '' : `(${typmodPrecision(t)},${typmodScale(t)})`),
  numeric: (v: Numeric, typmod: number) => coerceNumeric(v, typmod),
});

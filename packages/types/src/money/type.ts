/** money: int8 cents, read and written as the C locale does ('$', ',', '.', two fraction digits). */
import { defineFunctions } from '../function-impl.js';
import { SqlError } from '../errors.js';
import { canonicalInt8 } from '../any/bytes.js';
import { defineBaseType } from '../any/text-io.js';
import { nativeComparisons, orderNames } from '../any/comparison.js';
import { INT8_MAX, INT8_MIN, invalidSyntax, outOfRangeForType } from '../int/text-io.js';
import { divisionByZero, int8Div, type Int8 } from '../int/value.js';
import { int8SortKey, oneField, wholeMessage } from '../int/types.js';
import { divFloat, mulFloat as multiply, roundHalfEven } from '../float/operators.js';
import { Numeric, divideToScale, mulNumeric, roundNumeric } from '../numeric/value.js';
import { cashWords } from './words.js';

const moneyOutOfRange = (): SqlError => new SqlError('22003', 'money out of range');

function cash(v: bigint): Int8 {
  if (v > INT8_MAX || v < INT8_MIN) throw moneyOutOfRange();
  return canonicalInt8(v);
}

/** cash_in: blanks, sign or parenthesis, currency symbol, digits with group separators, at most two fraction digits. */
function parseMoney(text: string): Int8 {
  const m = /^\s*(?:(-|\(|\+)?\s*\$?|\$?\s*(-|\(|\+)?)\s*((?:[0-9]|,)*)(?:\.([0-9]*))?([\s)$+-]*)$/.exec(text);
  const digits = m?.[3]!.replaceAll(',', '') ?? '';
  const fraction = m?.[4] ?? '';
  if (m === null || (digits + fraction === '' && text.trim() !== '')) throw invalidSyntax('money', text);
  const mark = m[1] ?? m[2];
  const negative = mark === '-' || mark === '(' || m[5]!.includes('-');
  let cents = BigInt(digits || '0') * 100n + BigInt(fraction.slice(0, 2).padEnd(2, '0'));
  if (fraction.length > 2 && fraction[2]! >= '5') cents++;
  const v = negative ? -cents : cents;
  if (v > INT8_MAX || v < INT8_MIN) throw outOfRangeForType(text, 'money');
  return canonicalInt8(v);
}

function formatMoney(v: Int8): string {
  const negative = v < 0;
  const digits = String(negative ? -BigInt(v) : v).padStart(3, '0');
  const whole = digits.slice(0, -2).replace(/\B(?=(?:\d{3})+$)/g, ',');
  return `${negative ? '-' : ''}$${whole}.${digits.slice(-2)}`;
}

export const moneyType = defineBaseType({
  oid: 790, name: 'money', physical: 'int64', len: 8,
  parse: parseMoney,
  format: formatMoney,
  send: (v) => oneField((w) => w.i64(v)),
  receive: (b) => wholeMessage(b, (r) => r.i64()),
  compare: (a: Int8, b: Int8) => (a < b ? -1 : a > b ? 1 : 0),
  hashKey: (v: Int8) => v,
  sortKey: int8SortKey,
}, ['cash_in', 'cash_out', 'cash_recv', 'cash_send']);

/** A float result as cents: rounded half to even, checked. */
function fromFloat(d: number): Int8 {
  const r = roundHalfEven(d);
  if (!(r >= -9223372036854775808 && r < 9223372036854775808)) throw moneyOutOfRange();
  return cash(BigInt(r));
}

const mulInt = (a: Int8, b: Int8): Int8 => cash(BigInt(a) * BigInt(b));
const mulFloat = (a: Int8, f: number): Int8 => fromFloat(multiply(Number(a), f));
const divFloatCash = (a: Int8, f: number): Int8 => fromFloat(divFloat(Number(a), f));
const HUNDRED = Numeric.of(100, 0);

defineFunctions({
  ...nativeComparisons(orderNames('cash_', { cmp: 'cash_cmp', larger: 'cashlarger', smaller: 'cashsmaller' })),
  cash_pl: (a: Int8, b: Int8) => cash(BigInt(a) + BigInt(b)),
  cash_mi: (a: Int8, b: Int8) => cash(BigInt(a) - BigInt(b)),
  cash_div_cash: (a: Int8, b: Int8) => {
    if (b === 0) throw divisionByZero();
    return Number(a) / Number(b);
  },
  cash_mul_flt8: mulFloat,
  cash_mul_flt4: mulFloat,
  flt8_mul_cash: (f: number, a: Int8) => mulFloat(a, f),
  flt4_mul_cash: (f: number, a: Int8) => mulFloat(a, f),
  cash_div_flt8: divFloatCash,
  cash_div_flt4: divFloatCash,
  cash_mul_int2: mulInt,
  cash_mul_int4: mulInt,
  cash_mul_int8: mulInt,
  int2_mul_cash: mulInt,
  int4_mul_cash: mulInt,
  int8_mul_cash: mulInt,
  cash_div_int2: int8Div,
  cash_div_int4: int8Div,
  cash_div_int8: int8Div,
  cash_words: cashWords,
  int4_cash: (v: number) => cash(BigInt(v) * 100n),
  int8_cash: (v: Int8) => {
    const r = BigInt(v) * 100n;
    if (r > INT8_MAX || r < INT8_MIN) throw new SqlError('22003', 'bigint out of range');
    return canonicalInt8(r);
  },
  cash_numeric: (v: Int8) => divideToScale(Numeric.fromInt(v), HUNDRED, 2),
  numeric_cash: (v: Numeric) => {
    if (!v.isFinite()) throw new SqlError('0A000', `cannot convert ${v.isNaN() ? 'NaN' : 'infinity'} to bigint`);
    const r = BigInt(roundNumeric(mulNumeric(v, HUNDRED), 0).coef);
    if (r > INT8_MAX || r < INT8_MIN) throw new SqlError('22003', 'bigint out of range');
    return canonicalInt8(r);
  },
});

/** pg_lsn: a position in the write-ahead log, shown as two hexadecimal halves. */
import { defineFunctions } from '../function-impl.js';
import { SqlError } from '../errors.js';
import { canonicalInt8 } from '../any/bytes.js';
import { defineBaseType } from '../any/text-io.js';
import { nativeComparisons } from '../any/comparison.js';
import { foldInt8, hashUint32, hashUint32Extended, asInt8 } from '../hash/hash-bytes.js';
import { invalidSyntax } from '../int/text-io.js';
import { wholeMessage } from '../int/types.js';
import { addNumeric, Numeric, roundNumeric, subNumeric } from '../numeric/value.js';
import { signed64, unsigned64, unsigned64Key } from '../xid/type.js';

type Lsn = number | bigint;
const SHAPE = /^([0-9a-fA-F]{1,8})\/([0-9a-fA-F]{1,8})$/;
const MAX = 0xffffffffffffffffn;

function parseLsn(text: string): Lsn {
  const m = SHAPE.exec(text);
  if (m === null) throw invalidSyntax('pg_lsn', text);
  return canonicalInt8((BigInt(`0x${m[1]!}`) << 32n) | BigInt(`0x${m[2]!}`));
}

function formatLsn(v: Lsn): string {
  const b = BigInt(v);
  return `${(b >> 32n).toString(16).toUpperCase()}/${(b & 0xffffffffn).toString(16).toUpperCase()}`;
}

export const pgLsnType = defineBaseType({
  oid: 3220, name: 'pg_lsn', physical: 'bytes', len: 8,
  parse: parseLsn,
  format: formatLsn,
  send: unsigned64Key,
  receive: (b) => wholeMessage(b, (r) => unsigned64(r.i64Big())),
  encode: unsigned64Key,
  decode: (b) => wholeMessage(b, (r) => unsigned64(r.i64Big())),
  compare: (a: Lsn, b: Lsn) => (a < b ? -1 : a > b ? 1 : 0),
  hashKey: (v: Lsn) => v,
  sortKey: unsigned64Key,
}, ['pg_lsn_in', 'pg_lsn_out', 'pg_lsn_recv', 'pg_lsn_send']);

/** A numeric as a position: rounded, in range. */
function fromNumeric(v: Numeric): Lsn {
  if (!v.isFinite()) throw new SqlError('0A000', `cannot convert ${v.isNaN() ? 'NaN' : 'infinity'} to pg_lsn`);
  const r = BigInt(roundNumeric(v, 0).coef);
  if (r < 0n || r > MAX) throw new SqlError('22023', 'pg_lsn out of range');
  return canonicalInt8(r);
}

function rejectNaN(by: Numeric, what: string): void {
  if (by.isNaN()) throw new SqlError('0A000', `cannot ${what} pg_lsn`);
}

defineFunctions({
  ...nativeComparisons({
    eq: 'pg_lsn_eq', ne: 'pg_lsn_ne', lt: 'pg_lsn_lt', le: 'pg_lsn_le', gt: 'pg_lsn_gt', ge: 'pg_lsn_ge', cmp: 'pg_lsn_cmp',
    larger: 'pg_lsn_larger', smaller: 'pg_lsn_smaller',
  }),
  pg_lsn_hash: (v: Lsn) => hashUint32(foldInt8(canonicalInt8(signed64(v)))),
  pg_lsn_hash_extended: (v: Lsn, seed: Lsn) => asInt8(hashUint32Extended(foldInt8(canonicalInt8(signed64(v))), seed)),
  pg_lsn_mi: (a: Lsn, b: Lsn) => Numeric.fromInt(BigInt(a) - BigInt(b)),
  pg_lsn_pli: (a: Lsn, n: Numeric) => {
    rejectNaN(n, 'add NaN to');
    return fromNumeric(addNumeric(Numeric.fromInt(a), n));
  },
  pg_lsn_mii: (a: Lsn, n: Numeric) => {
    rejectNaN(n, 'subtract NaN from');
    return fromNumeric(subNumeric(Numeric.fromInt(a), n));
  },
  numeric_pg_lsn: fromNumeric,
});

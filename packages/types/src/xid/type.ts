/** xid8: a 64-bit transaction id, and the conversions to xid. */
import { defineFunctions } from '../function-impl.js';
import { SqlError } from '../errors.js';
import { canonicalInt8 } from '../any/bytes.js';
import { defineBaseType } from '../any/text-io.js';
import { nativeComparisons, orderNames } from '../any/comparison.js';
import { invalidSyntax } from '../int/text-io.js';
import { oneField, wholeMessage } from '../int/types.js';

type Wide = number | bigint;

const NUMBER = /^[ \t\n\r\f\v]*([-+]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)[ \t\n\r\f\v]*$/;
const MAX = 0xffffffffffffffffn;

/** strtoull in base 0: decimal, hexadecimal, octal; a minus sign gives the two's complement. */
function parseXid8(text: string): Wide {
  const m = NUMBER.exec(text);
  if (m === null) throw invalidSyntax('xid8', text);
  const v = BigInt(/^0[0-7]+$/.test(m[2]!) ? `0o${m[2]!}` : m[2]!);
  if (v > MAX) throw new SqlError('22003', `value "${text}" is out of range for type xid8`);
  return canonicalInt8(m[1] === '-' ? BigInt.asUintN(64, -v) : v);
}

export const unsigned64 = (b: bigint): Wide => canonicalInt8(BigInt.asUintN(64, b));
export const signed64 = (v: Wide): bigint => BigInt.asIntN(64, BigInt(v));

/** Order-preserving bytes of an unsigned 64-bit number: the number itself, big-endian. */
export const unsigned64Key = (v: Wide): Uint8Array => oneField((w) => w.i64(signed64(v)));

export const xid8Type = defineBaseType({
  oid: 5069, name: 'xid8', physical: 'bytes', len: 8,
  parse: parseXid8,
  format: (v: Wide) => String(v),
  send: unsigned64Key,
  receive: (b) => wholeMessage(b, (r) => unsigned64(r.i64Big())),
  encode: unsigned64Key,
  decode: (b) => wholeMessage(b, (r) => unsigned64(r.i64Big())),
  compare: (a: Wide, b: Wide) => (a < b ? -1 : a > b ? 1 : 0),
  hashKey: (v: Wide) => v,
  sortKey: unsigned64Key,
}, ['xid8in', 'xid8out', 'xid8recv', 'xid8send']);

defineFunctions({
  ...nativeComparisons(orderNames('xid8', { cmp: 'xid8cmp', larger: 'xid8_larger', smaller: 'xid8_smaller' })),
  xid8toxid: (v: Wide) => Number(BigInt.asUintN(32, BigInt(v))),
});

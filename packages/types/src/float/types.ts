/** TypeImpls of float4 and float8. NaN equals itself and sorts last; -0 equals 0. */
import type { TypeImpl } from '../type-impl.js';
import { defineBaseType } from '../any/text-io.js';
import { ByteWriter } from '../any/bytes.js';
import { oneField, wholeMessage } from '../int/types.js';
import { formatFloat4, formatFloat8, parseFloatText } from './text-io.js';

export function compareFloat(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  if (a === b) return 0;
  return Number.isNaN(a) ? (Number.isNaN(b) ? 0 : 1) : -1;
}

const hashKey = (v: number): number | string => (Number.isNaN(v) ? 'NaN' : v + 0);

/** IEEE order made byte order: negatives complemented, the rest with the sign bit set; NaN is the largest. */
function sortKey(v: number): Uint8Array {
  const w = new ByteWriter(8);
  if (Number.isNaN(v)) {
    w.u32(0xffffffff);
    w.u32(0xffffffff);
    return w.done();
  }
  w.f64(v + 0);
  const b = w.done();
  if (b[0]! & 0x80) for (let i = 0; i < 8; i++) b[i]! ^= 0xff;
  else b[0]! ^= 0x80;
  return b;
}

export const float4Type: TypeImpl = defineBaseType({
  oid: 700, name: 'float4', physical: 'float32', len: 4,
  parse: (text) => parseFloatText(text, true),
  format: formatFloat4, compare: compareFloat, hashKey, sortKey,
  send: (v) => oneField((w) => w.f32(v)),
  receive: (b) => wholeMessage(b, (r) => r.f32()),
}, ['float4in', 'float4out', 'float4recv', 'float4send']);

export const float8Type: TypeImpl = defineBaseType({
  oid: 701, name: 'float8', physical: 'float64', len: 8,
  parse: (text) => parseFloatText(text, false),
  format: formatFloat8, compare: compareFloat, hashKey, sortKey,
  send: (v) => oneField((w) => w.f64(v)),
  receive: (b) => wholeMessage(b, (r) => r.f64()),
}, ['float8in', 'float8out', 'float8recv', 'float8send']);

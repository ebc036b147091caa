/**
 * "char", one byte: shown as the byte itself below 0x80, as \ooo above, as nothing for zero. In memory a string of one
 * UTF-16 unit 1..255, or '' for zero.
 */
import { defineFunctions } from '../function-impl.js';
import { SqlError } from '../errors.js';
import { defineBaseType } from '../any/text-io.js';
import { comparisons, orderNames } from '../any/comparison.js';
import { utf8 } from '../any/utf8.js';
import { oneField, wholeMessage } from '../int/types.js';

const byteOf = (v: string): number => (v === '' ? 0 : v.charCodeAt(0));
const fromByte = (b: number): string => (b === 0 ? '' : String.fromCharCode(b));

export function parseChar(text: string): string {
  if (/^\\[0-3][0-7][0-7]$/.test(text)) return fromByte(parseInt(text.slice(1), 8));
  return text === '' ? '' : fromByte(utf8(text.slice(0, 2))[0]!);
}

export function formatChar(v: string): string {
  const b = byteOf(v);
  return b >= 0x80 ? `\\${b.toString(8)}` : v;
}

const compare = (a: string, b: string): number => byteOf(a) - byteOf(b);

export const charType = defineBaseType({
  oid: 18, name: 'char', physical: 'bytes', len: 1,
  parse: parseChar,
  format: formatChar,
  send: (v) => oneField((w) => w.u8(byteOf(v))),
  receive: (b) => wholeMessage(b, (r) => fromByte(r.u8())),
  encode: (v) => Uint8Array.of(byteOf(v)),
  decode: (b) => fromByte(b[0] ?? 0),
  compare,
  hashKey: (v: string) => v,
  sortKey: (v: string) => Uint8Array.of(byteOf(v)),
}, ['charin', 'charout', 'charrecv', 'charsend']);

defineFunctions({
  ...comparisons(compare, orderNames('char', { cmp: 'btcharcmp' })),
  text_char: parseChar,
  char_text: formatChar,
  char_bpchar: formatChar,
  chartoi4: (v: string) => (byteOf(v) << 24) >> 24,
  i4tochar: (n: number) => {
    if (n < -128 || n > 127) throw new SqlError('22003', '"char" out of range');
    return fromByte(n & 0xff);
  },
});

/** bit and varbit: in memory a string of '0' and '1', in chunks a bit count and packed bytes. */
import { SqlError } from '../errors.js';
import { ByteReader, ByteWriter } from '../any/bytes.js';
import { defineBaseType } from '../any/text-io.js';
import { textSortKey, utf8Length as byteLength } from '../any/utf8.js';

const HEX_BITS: Readonly<Record<string, string>> = Object.fromEntries(
  Array.from({ length: 16 }, (_, i) => [i.toString(16), i.toString(2).padStart(4, '0')]),
);

function badDigit(ch: string, kind: string): SqlError {
  return new SqlError('22P02', `"${ch}" is not a valid ${kind} digit`);
}

function parseDigits(text: string, check: (length: number) => void): string {
  const prefix = text[0];
  if (prefix === 'x' || prefix === 'X') check(4 * byteLength(text.slice(1)));
  else check(byteLength(prefix === 'b' || prefix === 'B' ? text.slice(1) : text));
  if (prefix === 'x' || prefix === 'X') {
    let out = '';
    for (const ch of text.slice(1)) {
      const bits = HEX_BITS[ch.toLowerCase()];
      if (bits === undefined) throw badDigit(ch, 'hexadecimal');
      out += bits;
    }
    return out;
  }
  const body = prefix === 'b' || prefix === 'B' ? text.slice(1) : text;
  for (const ch of body) if (ch !== '0' && ch !== '1') throw badDigit(ch, 'binary');
  return body;
}

function checkBit(length: number, typmod: number): void {
  if (typmod > 0 && length !== typmod) throw new SqlError('22026', `bit string length ${length} does not match type bit(${typmod})`);
}
function checkVarbit(length: number, typmod: number): void {
  if (typmod > 0 && length > typmod) throw new SqlError('22001', `bit string too long for type bit varying(${typmod})`);
}

/** bit(n): exactly n bits; an explicit cast pads with zeros or cuts on the right. */
export function coerceBit(v: string, typmod: number, explicit: boolean): string {
  if (typmod <= 0 || v.length === typmod) return v;
  if (!explicit) checkBit(v.length, typmod);
  return v.length > typmod ? v.slice(0, typmod) : v.padEnd(typmod, '0');
}

export function coerceVarbit(v: string, typmod: number, explicit: boolean): string {
  if (typmod <= 0 || v.length <= typmod) return v;
  if (!explicit) checkVarbit(v.length, typmod);
  return v.slice(0, typmod);
}

/** Bit count and packed bytes, the last one filled with zeros. */
export function packBits(v: string): Uint8Array {
  const w = new ByteWriter(4 + (v.length >> 3) + 1);
  w.i32(v.length);
  for (let i = 0; i < v.length; i += 8) w.u8(parseInt(v.slice(i, i + 8).padEnd(8, '0'), 2));
  return w.done();
}

export function unpackBits(b: Uint8Array): string {
  const r = new ByteReader(b);
  const count = r.i32();
  if (count < 0 || r.remaining !== (count + 7) >> 3) throw new SqlError('22P03', 'invalid length in external bit string');
  let out = '';
  while (r.remaining > 0) out += r.u8().toString(2).padStart(8, '0');
  return out.slice(0, count);
}

export const compareBits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const common = {
  physical: 'bytes' as const,
  len: -1,
  format: (v: string) => v,
  send: packBits,
  encode: packBits,
  decode: unpackBits,
  compare: compareBits,
  hashKey: (v: string) => v,
  sortKey: textSortKey,
};

export const bitType = defineBaseType({
  oid: 1560, name: 'bit', ...common,
  parse: (text, typmod) => coerceBit(parseDigits(text, (n) => checkBit(n, typmod)), typmod, false),
  receive: (b, typmod) => coerceBit(unpackBits(b), typmod, false),
  coerce: coerceBit,
}, ['bit_in', 'bit_out', 'bit_recv', 'bit_send']);

export const varbitType = defineBaseType({
  oid: 1562, name: 'varbit', ...common,
  parse: (text, typmod) => coerceVarbit(parseDigits(text, (n) => checkVarbit(n, typmod)), typmod, false),
  receive: (b, typmod) => coerceVarbit(unpackBits(b), typmod, false),
  coerce: coerceVarbit,
}, ['varbit_in', 'varbit_out', 'varbit_recv', 'varbit_send']);

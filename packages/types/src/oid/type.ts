/** oid, xid, cid, and the vectors int2vector and oidvector. */
import { defineFunctions } from '../function-impl.js';
import type { TypeImpl } from '../type-impl.js';
import { SqlError } from '../errors.js';
import { ByteReader, ByteWriter } from '../any/bytes.js';
import { defineBaseType } from '../any/text-io.js';
import { comparisons, nativeComparisons, orderNames } from '../any/comparison.js';
import { PgArray } from '../array/value.js';
import { invalidSyntax, outOfRangeForType, parseInt16 } from '../int/text-io.js';
import { oneField, wholeMessage } from '../int/types.js';

const SPACE = ' \t\n\r\f\v';
const MAX_64 = 0xffffffffffffffffn;
/** What C's strtoul accepts in base 0: decimal, 0x and octal. */
const ANY_BASE = /^[ \t\n\r\f\v]*([-+]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)/;

/**
 * uint32in_subr: an unsigned 32-bit number, or a negative one of int32's range as its two's complement. Returns the
 * value and where the digits ended.
 */
function parseUint32(text: string, type: string): { value: number; end: number } {
  const m = ANY_BASE.exec(text);
  if (m === null) throw invalidSyntax(type, text);
  const digits = /^0[0-7]+$/.test(m[2]!) ? `0o${m[2]}` : m[2]!;
  const v = m[1] === '-' ? -BigInt(digits) : BigInt(digits);
  if (v > MAX_64 || v < -MAX_64) throw outOfRangeForType(text, type);
  const bits = BigInt.asUintN(64, v);
  if (bits > 0xffffffffn && BigInt.asIntN(64, bits) < -0x80000000n) throw outOfRangeForType(text, type);
  if (bits > 0xffffffffn && BigInt.asIntN(64, bits) >= 0n) throw outOfRangeForType(text, type);
  return { value: Number(BigInt.asUintN(32, v)), end: m[0].length };
}

function parseWhole(text: string, type: string): number {
  const { value, end } = parseUint32(text, type);
  for (let i = end; i < text.length; i++) if (!SPACE.includes(text[i]!)) throw invalidSyntax(type, text);
  return value;
}

export const parseOid = (text: string): number => parseWhole(text, 'oid');

function unsigned(oid: number, name: string, io: readonly [string, string, string, string], ordered: boolean): TypeImpl {
  return defineBaseType({
    oid, name, physical: 'uint32', len: 4,
    parse: (text) => parseWhole(text, name),
    format: (v: number) => String(v),
    send: (v) => oneField((w) => w.u32(v)),
    receive: (b) => wholeMessage(b, (r) => r.u32()),
    hashKey: (v: number) => v,
    ...(ordered ? { compare: (a: number, b: number) => a - b, sortKey: (v: number) => oneField((w) => w.u32(v)) } : {}),
  }, io);
}

export const oidType = unsigned(26, 'oid', ['oidin', 'oidout', 'oidrecv', 'oidsend'], true);
export const xidType = unsigned(28, 'xid', ['xidin', 'xidout', 'xidrecv', 'xidsend'], false);
export const cidType = unsigned(29, 'cid', ['cidin', 'cidout', 'cidrecv', 'cidsend'], false);

defineFunctions({
  ...nativeComparisons(orderNames('oid', { cmp: 'btoidcmp', larger: 'oidlarger', smaller: 'oidsmaller' })),
  xideq: { fn: (a: number, b: number) => a === (b >>> 0), js: (a, b) => `(${a} === (${b} >>> 0))` },
  xidneq: (a: number, b: number) => a !== (b >>> 0),
  cideq: (a: number, b: number) => a === b,
});

/** Numbers one after another; blanks between them are usual but not asked for. */
function parseOids(text: string): number[] {
  const out: number[] = [];
  for (let rest = text.trimStart(); rest !== ''; ) {
    const { value, end } = parseUint32(rest, 'oid');
    out.push(value);
    rest = rest.slice(end).trimStart();
  }
  return out;
}

/** int2vector and oidvector: one-dimensional, lower bound 0, elements separated by blanks. */
function vectorType(oid: number, name: string, element: number, parseElements: (text: string) => number[]): void {
  const make = (elements: number[]): PgArray => new PgArray(element, [elements.length], [0], elements);
  const wide = element === 26;
  const encode = (v: PgArray): Uint8Array => {
    const w = new ByteWriter(v.elements.length * 4);
    for (const e of v.elements) if (wide) w.u32(e); else w.i16(e);
    return w.done();
  };
  const decode = (b: Uint8Array): PgArray => {
    const r = new ByteReader(b);
    const out: number[] = [];
    while (r.remaining > 0) out.push(wide ? r.u32() : r.i16());
    return make(out);
  };
  const compare = (a: PgArray, b: PgArray): number => {
    if (a.elements.length !== b.elements.length) return a.elements.length - b.elements.length;
    for (let i = 0; i < a.elements.length; i++) {
      const d = (a.elements[i] as number) - (b.elements[i] as number);
      if (d !== 0) return d;
    }
    return 0;
  };
  defineBaseType({
    oid, name, physical: 'bytes', len: -1, encode, decode,
    parse: (text) => make(parseElements(text)),
    format: (v: PgArray) => {
      if (v.ndim !== 1 || v.hasNulls()) throw new SqlError('42804', `array is not a valid ${name}`);
      return v.elements.join(' ');
    },
    send: (v: PgArray) => sendVector(v, element, wide),
    receive: (b) => receiveVector(b, element, wide, make),
    hashKey: (v: PgArray) => v.elements.join(' '),
    compare,
    sortKey: (v: PgArray) => {
      const w = new ByteWriter(4 + v.elements.length * 4);
      w.u32(v.elements.length);
      for (const e of v.elements) w.u32(wide ? e : e + 0x80000000);
      return w.done();
    },
  }, [`${name}in`, `${name}out`, `${name}recv`, `${name}send`]);
  if (wide) defineFunctions(comparisons(compare, orderNames(name, { cmp: `bt${name}cmp` })));
}

function sendVector(v: PgArray, element: number, wide: boolean): Uint8Array {
  const w = new ByteWriter();
  w.i32(1);
  w.i32(0);
  w.i32(element);
  w.i32(v.elements.length);
  w.i32(0);
  for (const e of v.elements) {
    w.i32(wide ? 4 : 2);
    if (wide) w.u32(e); else w.i16(e);
  }
  return w.done();
}

function receiveVector(bytes: Uint8Array, element: number, wide: boolean, make: (e: number[]) => PgArray): PgArray {
  const r = new ByteReader(bytes);
  const ndim = r.i32();
  r.i32();
  if (r.u32() !== element || ndim > 1) throw new SqlError('22P03', `invalid ${wide ? 'oidvector' : 'int2vector'} data`);
  const count = ndim === 0 ? 0 : r.i32();
  if (ndim > 0) r.i32();
  const out: number[] = [];
  for (let i = 0; i < count; i++) {
    if (r.i32() !== (wide ? 4 : 2)) throw new SqlError('22P03', 'incorrect binary data format');
    out.push(wide ? r.u32() : r.i16());
  }
  return make(out);
}

/** int2vectorin reads C-style integers; the rest of the token rules are int2's. */
vectorType(22, 'int2vector', 21, (text) => text.split(/[ \t\n\r\f\v]+/).filter((s) => s !== '').map(parseInt16));
vectorType(30, 'oidvector', 26, parseOids);

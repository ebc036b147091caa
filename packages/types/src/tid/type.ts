/**
 * tid: chunk * 1024 + slot, shown as (chunk,slot + 1). Offsets that no slot has (0, or beyond 1024) can be written too:
 * they get fractions, so that order and text survive while no row can have them.
 */
import { defineFunctions } from '../function-impl.js';
import { defineBaseType } from '../any/text-io.js';
import { nativeComparisons, orderNames } from '../any/comparison.js';
import { invalidSyntax } from '../int/text-io.js';
import { ByteReader, ByteWriter } from '../any/bytes.js';
import { float8Type } from '../float/types.js';

const SLOTS = 1024;
const OFFSETS = 65536;

/** The tid of a block and an offset. */
export function makeTid(block: number, offset: number): number {
  if (offset >= 1 && offset <= SLOTS) return block * SLOTS + offset - 1;
  return offset === 0 ? block * SLOTS - 0.5 : block * SLOTS + SLOTS - 1 + (offset - SLOTS) / OFFSETS / 2;
}

/** Block and offset of a tid. */
export function splitTid(v: number): { block: number; offset: number } {
  if (Number.isInteger(v)) return { block: Math.floor(v / SLOTS), offset: (v % SLOTS) + 1 };
  const fraction = v - Math.floor(v);
  if (fraction === 0.5) return { block: Math.floor((v + 0.5) / SLOTS), offset: 0 };
  return { block: Math.floor(v / SLOTS), offset: SLOTS + Math.round(fraction * 2 * OFFSETS) };
}

function parseTid(text: string): number {
  const m = /^[ \t\n\r\f\v]*\([ ]*([-+]?[0-9]+),[ ]*([-+]?[0-9]+)\)/.exec(text);
  if (m === null) throw invalidSyntax('tid', text);
  const block = Number(m[1]);
  const offset = Number(m[2]);
  if (block > 0xffffffff || block < -0x80000000 || offset < 0 || offset >= OFFSETS) throw invalidSyntax('tid', text);
  return makeTid(block < 0 ? block + 0x100000000 : block, offset);
}

export const tidType = defineBaseType({
  oid: 27, name: 'tid', physical: 'float64', len: 6,
  parse: parseTid,
  format: (v: number) => {
    const { block, offset } = splitTid(v);
    return `(${block},${offset})`;
  },
  send: (v: number) => {
    const { block, offset } = splitTid(v);
    const w = new ByteWriter(6);
    w.u32(block);
    w.i16(offset);
    return w.done();
  },
  receive: (b) => {
    const r = new ByteReader(b);
    const block = r.u32();
    return makeTid(block, r.i16() & 0xffff);
  },
  compare: (a: number, b: number) => a - b,
  hashKey: (v: number) => v,
  sortKey: (v: number) => float8Type.sortKey!(v),
}, ['tidin', 'tidout', 'tidrecv', 'tidsend']);

defineFunctions({
  ...nativeComparisons(orderNames('tid', { cmp: 'bttidcmp', larger: 'tidlarger', smaller: 'tidsmaller' })),
});

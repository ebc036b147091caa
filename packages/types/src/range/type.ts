/** The TypeImpl of range and multirange types. */
import type { TypeEnv, TypeImpl, TypeInfo, TypeResolver } from '../type-impl.js';
import { SqlError } from '../errors.js';
import { ByteReader, ByteWriter } from '../any/bytes.js';
import { hashPiece, readDatum, sortKeyOf, writeDatum } from '../any/datum-codec.js';
import { PgMultirange, PgRange } from './value.js';
import { compareRanges, makeRange, emptyRange, rangeKit, type RangeKit } from './bounds.js';
import { formatMultirange, formatRange, parseRange, splitMultirange } from './text-io.js';
import { compareMultiranges, makeMultirange } from './multirange.js';

const EMPTY = 1;
const LOWER_INC = 2;
const UPPER_INC = 4;
const LOWER_INF = 8;
const UPPER_INF = 16;

/** range_send's flag byte. */
function flagsOf(r: PgRange): number {
  if (r.empty) return EMPTY;
  return (r.lowerInc ? LOWER_INC : 0) | (r.upperInc ? UPPER_INC : 0) | (r.lower === null ? LOWER_INF : 0) | (r.upper === null ? UPPER_INF : 0);
}

function sendRange(r: PgRange, kit: RangeKit, env: TypeEnv): Uint8Array {
  const w = new ByteWriter();
  w.u8(flagsOf(r));
  if (r.lower !== null) w.counted(kit.subtype.send(r.lower, env));
  if (r.upper !== null) w.counted(kit.subtype.send(r.upper, env));
  return w.done();
}

function receiveRange(bytes: Uint8Array, kit: RangeKit, typmod: number, env: TypeEnv): PgRange {
  const r = new ByteReader(bytes);
  const flags = r.u8();
  if (flags & EMPTY) return emptyRange(kit.rangeOid);
  const lower = flags & LOWER_INF ? null : kit.subtype.receive(r.counted(), typmod, env);
  const upper = flags & UPPER_INF ? null : kit.subtype.receive(r.counted(), typmod, env);
  return makeRange(kit, lower, upper, (flags & LOWER_INC) !== 0, (flags & UPPER_INC) !== 0);
}

function writeRange(w: ByteWriter, r: PgRange, kit: RangeKit): void {
  w.u8(flagsOf(r));
  if (r.lower !== null) writeDatum(w, kit.subtype, r.lower);
  if (r.upper !== null) writeDatum(w, kit.subtype, r.upper);
}

function readRange(r: ByteReader, kit: RangeKit): PgRange {
  const flags = r.u8();
  if (flags & EMPTY) return emptyRange(kit.rangeOid);
  const lower = flags & LOWER_INF ? null : readDatum(r, kit.subtype);
  const upper = flags & UPPER_INF ? null : readDatum(r, kit.subtype);
  return new PgRange(kit.rangeOid, lower, upper, (flags & LOWER_INC) !== 0, (flags & UPPER_INC) !== 0, false);
}

function rangeHashKey(r: PgRange, kit: RangeKit): string {
  if (r.empty) return 'E';
  return `${flagsOf(r)}:${hashPiece(kit.subtype, r.lower)}${hashPiece(kit.subtype, r.upper)}`;
}

/** Empty 0; else 1, lower (0 infinite, 1 value then 0 inclusive or 1), upper (1 value then 0 exclusive or 1; 2 infinite). */
function writeRangeSortKey(w: ByteWriter, r: PgRange, kit: RangeKit): void {
  w.u8(r.empty ? 1 : 2);
  if (r.empty) return;
  w.u8(r.lower === null ? 0 : 1);
  if (r.lower !== null) {
    w.raw(sortKeyOf(kit.subtype, r.lower));
    w.u8(r.lowerInc ? 0 : 1);
  }
  w.u8(r.upper === null ? 2 : 1);
  if (r.upper !== null) {
    w.raw(sortKeyOf(kit.subtype, r.upper));
    w.u8(r.upperInc ? 1 : 0);
  }
}

/** A range type's implementation, or a multirange type's, by info.kind ('r' or 'm'). */
export function makeRangeType(info: TypeInfo, resolver: TypeResolver): TypeImpl {
  return info.kind === 'm' ? makeMultirangeType(info, resolver) : makePlainRangeType(info, resolver);
}

function makePlainRangeType(info: TypeInfo, resolver: TypeResolver): TypeImpl {
  const kit = (): RangeKit => rangeKit(info.oid, resolver);
  return {
    oid: info.oid, name: info.name, physical: 'bytes', len: -1,
    parse: (text, typmod, env) => { const k = kit(); return parseRange(text, k, (t) => k.subtype.parse(t, typmod, env)); },
    format: (v: PgRange, env) => { const k = kit(); return formatRange(v, (e) => k.subtype.format(e, env)); },
    send: (v: PgRange, env) => sendRange(v, kit(), env),
    receive: (bytes, typmod, env) => receiveRange(bytes, kit(), typmod, env),
    encode: (v: PgRange) => { const w = new ByteWriter(24); writeRange(w, v, kit()); return w.done(); },
    decode: (bytes) => readRange(new ByteReader(bytes), kit()),
    compare: (a: PgRange, b: PgRange) => compareRanges(kit(), a, b),
    hashKey: (v: PgRange) => rangeHashKey(v, kit()),
    sortKey: (v: PgRange) => { const w = new ByteWriter(24); writeRangeSortKey(w, v, kit()); return w.done(); },
  };
}

function makeMultirangeType(info: TypeInfo, resolver: TypeResolver): TypeImpl {
  const kit = (): RangeKit => rangeKit(info.oid, resolver);
  return {
    oid: info.oid, name: info.name, physical: 'bytes', len: -1,
    parse: (text, typmod, env) => {
      const k = kit();
      return makeMultirange(k, splitMultirange(text).map((t) => parseRange(t, k, (e) => k.subtype.parse(e, typmod, env))));
    },
    format: (v: PgMultirange, env) => { const k = kit(); return formatMultirange(v, (e) => k.subtype.format(e, env)); },
    send: (v: PgMultirange, env) => {
      const w = new ByteWriter();
      w.u32(v.ranges.length);
      for (const r of v.ranges) w.counted(sendRange(r, kit(), env));
      return w.done();
    },
    receive: (bytes, typmod, env) => {
      const r = new ByteReader(bytes);
      const n = r.u32();
      if (n > bytes.length) throw new SqlError('08P01', 'insufficient data left in message');
      const ranges: PgRange[] = [];
      for (let i = 0; i < n; i++) ranges.push(receiveRange(r.counted(), kit(), typmod, env));
      return makeMultirange(kit(), ranges);
    },
    encode: (v: PgMultirange) => {
      const w = new ByteWriter();
      w.u32(v.ranges.length);
      for (const r of v.ranges) writeRange(w, r, kit());
      return w.done();
    },
    decode: (bytes) => {
      const r = new ByteReader(bytes);
      const k = kit();
      const n = r.u32();
      const ranges: PgRange[] = [];
      for (let i = 0; i < n; i++) ranges.push(readRange(r, k));
      return new PgMultirange(info.oid, k.rangeOid, ranges);
    },
    compare: (a: PgMultirange, b: PgMultirange) => compareMultiranges(kit(), a, b),
    hashKey: (v: PgMultirange) => v.ranges.map((r) => rangeHashKey(r, kit())).join(),
    sortKey: (v: PgMultirange) => {
      const w = new ByteWriter();
      for (const r of v.ranges) writeRangeSortKey(w, r, kit());
      w.u8(0);
      return w.done();
    },
  };
}

/** The six date/time types. */
import type { TypeEnv, TypeImpl } from '../type-impl.js';
import { SqlError } from '../errors.js';
import { defineType } from '../type-registry.js';
import { ByteReader, ByteWriter } from '../any/bytes.js';
import { compareScalars } from '../any/compare-family.js';
import { bigToTime64, time64ToBig } from '../any/datum-codec.js';
import { compareIntervals, Interval, intervalFromFields, intervalSpan } from '../interval/value.js';
import { encodeInterval } from '../interval/encode.js';
import { compareTimeTz, TimeTz } from '../timetz/value.js';
import { breakDown, isValidDate, isValidTimestamp, MICROS_PER_DAY, newTm, POSTGRES_EPOCH, setJulianDay, setTimeOfDay, type Micros } from './calendar.js';
import { encodeDate, encodeDateTime, encodeTime, encodeZone } from './encode.js';
import { dateOutOfRange, timestampOutOfRange } from './errors.js';
import { dateStyle, intervalStyle, sessionZone } from './session.js';
import { parseDate, parseInterval, parseTime, parseTimestamp, parseTimeTz } from './text-io.js';
import { adjustInterval, intervalRange, roundMicros, scaleTimestamp } from './typmod.js';

/** Scratch for output; nothing keeps it. */
const tm = newTm();

export function formatDate(v: number, env: TypeEnv): string {
  if (v === Infinity) return 'infinity';
  if (v === -Infinity) return '-infinity';
  setJulianDay(tm, v + POSTGRES_EPOCH);
  return encodeDate(tm, dateStyle(env));
}

export function formatTimestamp(v: Micros, env: TypeEnv, zoned: boolean): string {
  if (v === Infinity) return 'infinity';
  if (v === -Infinity) return '-infinity';
  breakDown(v, zoned ? sessionZone(env) : undefined, tm);
  return encodeDateTime(tm, dateStyle(env), zoned);
}

export function formatTime(v: number): string {
  setTimeOfDay(tm, v);
  return encodeTime(tm);
}

const flipSign = (b: Uint8Array): Uint8Array => { b[0]! ^= 0x80; return b; };
const int64Key = (v: bigint): Uint8Array => { const w = new ByteWriter(8); w.i64(v); return flipSign(w.done()); };
const bytesOf = (write: (w: ByteWriter) => void): Uint8Array => { const w = new ByteWriter(16); write(w); return w.done(); };

const dateWire = (v: number): number => (v === Infinity ? 2147483647 : v === -Infinity ? -2147483648 : v);

defineType({
  oid: 1082, name: 'date', physical: 'date32', len: 4,
  parse: (text, _typmod, env) => parseDate(text, env),
  format: formatDate,
  send: (v: number) => bytesOf((w) => w.i32(dateWire(v))),
  receive: (bytes) => {
    const v = new ByteReader(bytes).i32();
    if (v === 2147483647) return Infinity;
    if (v === -2147483648) return -Infinity;
    if (!isValidDate(v)) throw dateOutOfRange();
    return v;
  },
  compare: compareScalars,
  hashKey: (v: number) => v,
  sortKey: (v: number) => flipSign(bytesOf((w) => w.i32(dateWire(v)))),
});

function timestampType(oid: number, name: string, zoned: boolean): TypeImpl {
  return {
    oid, name, physical: 'time64', len: 8,
    parse: (text, typmod, env) => scaleTimestamp(parseTimestamp(text, env, zoned), typmod),
    format: (v: Micros, env) => formatTimestamp(v, env, zoned),
    send: (v: Micros) => bytesOf((w) => w.i64(time64ToBig(v))),
    receive: (bytes, typmod) => {
      const v = bigToTime64(new ByteReader(bytes).i64());
      if (!isValidTimestamp(v)) throw timestampOutOfRange();
      return scaleTimestamp(v, typmod);
    },
    compare: compareScalars,
    hashKey: (v: Micros) => v,
    sortKey: (v: Micros) => int64Key(time64ToBig(v)),
    coerce: (v: Micros, typmod) => scaleTimestamp(v, typmod),
  };
}
defineType(timestampType(1114, 'timestamp', false));
defineType(timestampType(1184, 'timestamptz', true));

defineType({
  oid: 1083, name: 'time', physical: 'int64', len: 8,
  parse: (text, typmod, env) => roundMicros(parseTime(text, env), typmod),
  format: formatTime,
  send: (v: number) => bytesOf((w) => w.i64(v)),
  receive: (bytes, typmod) => {
    const v = new ByteReader(bytes).i64();
    if (v < 0 || v > MICROS_PER_DAY) throw new SqlError('22008', 'time out of range');
    return roundMicros(v, typmod);
  },
  compare: compareScalars,
  hashKey: (v: number) => v,
  sortKey: (v: number) => int64Key(BigInt(v)),
  coerce: (v: number, typmod) => roundMicros(v, typmod),
});

const readTimeTz = (bytes: Uint8Array): TimeTz => {
  const r = new ByteReader(bytes);
  return new TimeTz(Number(r.i64()), r.i32());
};
const sendTimeTz = (v: TimeTz): Uint8Array => bytesOf((w) => { w.i64(v.micros); w.i32(v.zoneSeconds); });

defineType({
  oid: 1266, name: 'timetz', physical: 'bytes', len: 12,
  parse: (text, typmod, env) => roundTimeTz(parseTimeTz(text, env), typmod),
  format: (v: TimeTz) => formatTime(v.micros) + encodeZone(v.zoneSeconds),
  send: sendTimeTz,
  receive: (bytes, typmod) => {
    const v = readTimeTz(bytes);
    if (v.micros < 0 || v.micros > MICROS_PER_DAY) throw new SqlError('22008', 'time out of range');
    if (Math.abs(v.zoneSeconds) >= 16 * 3600) throw new SqlError('22009', 'time zone displacement out of range');
    return roundTimeTz(v, typmod);
  },
  encode: sendTimeTz,
  decode: readTimeTz,
  compare: compareTimeTz,
  hashKey: (v: TimeTz) => v.micros * 131072 + v.zoneSeconds,
  sortKey: (v: TimeTz) => flipSign(bytesOf((w) => {
    w.i64(v.micros + v.zoneSeconds * 1_000_000);
    w.u32(v.zoneSeconds + 0x80000000);
  })),
  coerce: (v: TimeTz, typmod) => roundTimeTz(v, typmod),
});

export function roundTimeTz(v: TimeTz, typmod: number): TimeTz {
  return typmod < 0 || typmod >= 6 ? v : new TimeTz(Number(roundMicros(v.micros, typmod)), v.zoneSeconds);
}

const readInterval = (bytes: Uint8Array): Interval => {
  const r = new ByteReader(bytes);
  const micros = r.i64();
  const days = r.i32();
  return intervalFromFields(r.i32(), days, micros);
};
const sendInterval = (v: Interval): Uint8Array => bytesOf((w) => { w.i64(time64ToBig(v.micros)); w.i32(v.days); w.i32(v.months); });

/** 128-bit span with its sign flipped, big-endian. */
const intervalSortKey = (v: Interval): Uint8Array => bytesOf((w) => {
  const biased = intervalSpan(v) + (1n << 127n);
  w.i64(BigInt.asIntN(64, biased >> 64n));
  w.i64(BigInt.asIntN(64, biased));
});

defineType({
  oid: 1186, name: 'interval', physical: 'bytes', len: 16,
  parse: (text, typmod, env) => adjustInterval(parseInterval(text, intervalRange(typmod), env), typmod),
  format: (v: Interval, env) => encodeInterval(v, intervalStyle(env)),
  send: sendInterval,
  receive: (bytes, typmod) => adjustInterval(readInterval(bytes), typmod),
  encode: sendInterval,
  decode: readInterval,
  compare: compareIntervals,
  hashKey: (v: Interval) => {
    const span = intervalSpan(v);
    return span <= 9007199254740991n && span >= -9007199254740991n ? Number(span) : span;
  },
  sortKey: intervalSortKey,
  coerce: (v: Interval, typmod) => adjustInterval(v, typmod),
});

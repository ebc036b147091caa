/** uuid: canonical lower-case text in memory, 16 bytes in chunks; generation of versions 4 and 7. */
import { randomFillSync } from 'node:crypto';
import { defineFunctions, type CallContext } from '../function-impl.js';
import { SqlError } from '../errors.js';
import { canonicalInt8 } from '../any/bytes.js';
import { defineBaseType } from '../any/text-io.js';
import { comparisons } from '../any/comparison.js';
import { invalidSyntax } from '../int/text-io.js';
import type { Interval } from '../interval/value.js';
import { toHex } from '../bytea/type.js';

/** 32 hex digits, a hyphen allowed after every fourth, braces around all. */
const SHAPE = /^(?:\{(?:[0-9a-f]{4}-?){7}[0-9a-f]{4}\}|(?:[0-9a-f]{4}-?){7}[0-9a-f]{4})$/i;

const withDashes = (h: string): string =>
  `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`;

function parseUuid(text: string): string {
  if (!SHAPE.test(text)) throw invalidSyntax('uuid', text);
  return withDashes(text.replace(/[-{}]/g, '').toLowerCase());
}

export const uuidToBytes = (v: string): Uint8Array => Uint8Array.from(Buffer.from(v.replaceAll('-', ''), 'hex'));
export const uuidFromBytes = (b: Uint8Array): string => withDashes(toHex(b));

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const uuidType = defineBaseType({
  oid: 2950, name: 'uuid', physical: 'bytes', len: 16,
  parse: parseUuid,
  format: (v: string) => v,
  send: uuidToBytes,
  receive: (b) => {
    if (b.length !== 16) throw new SqlError('08P01', 'insufficient data left in message');
    return uuidFromBytes(b);
  },
  encode: uuidToBytes,
  decode: uuidFromBytes,
  compare,
  hashKey: (v: string) => v,
  sortKey: uuidToBytes,
}, ['uuid_in', 'uuid_out', 'uuid_recv', 'uuid_send']);

function stamped(b: Uint8Array, version: number): string {
  b[6] = (b[6]! & 0x0f) | (version << 4);
  b[8] = (b[8]! & 0x3f) | 0x80;
  return uuidFromBytes(b);
}

/** Unix epoch to PostgreSQL's, and to the Gregorian calendar's start in 100 ns, both in their units. */
const EPOCH_MICROS = 946684800000000n;
const GREGORIAN_100NS = 122192928000000000n;

let lastNanos = 0n;
/** Smallest step between two version 7 times: what twelve bits of a millisecond resolve. */
const STEP_NANOS = 1_000_000n / 4096n + 1n;

/** Nanoseconds since the Unix epoch, ever increasing within the process. */
function increasingNanos(clockMicros: number): bigint {
  const now = (BigInt(Math.trunc(clockMicros)) + EPOCH_MICROS) * 1000n;
  lastNanos = now <= lastNanos + STEP_NANOS ? lastNanos + STEP_NANOS : now;
  return lastNanos;
}

/** Version 7: 48 bits of milliseconds, 12 bits of sub-millisecond time, the rest random. */
function version7(nanos: bigint): string {
  const b = randomFillSync(new Uint8Array(16));
  let ms = nanos / 1_000_000n;
  const fraction = Number(((nanos % 1_000_000n) * 4096n) / 1_000_000n);
  for (let i = 5; i >= 0; i--) {
    b[i] = Number(ms & 255n);
    ms >>= 8n;
  }
  b[6] = fraction >> 8;
  b[7] = fraction & 255;
  return stamped(b, 7);
}

/** Time shifted by an interval, in UTC: months by the calendar, then days and microseconds. */
function shifted(nanos: bigint, by: Interval): bigint {
  const ms = Number(nanos / 1_000_000n);
  const d = new Date(ms);
  const day = d.getUTCDate();
  d.setUTCDate(1);
  d.setUTCMonth(d.getUTCMonth() + by.months);
  const last = new Date(Date.UTC(d.getUTCFullYear(), d.getUTCMonth() + 1, 0)).getUTCDate();
  d.setUTCDate(Math.min(day, last));
  if (Number.isNaN(d.getTime()) || !Number.isFinite(Number(by.micros))) throw timestampOutOfRange();
  const micros = BigInt(by.days) * 86_400_000_000n + BigInt(by.micros as number | bigint);
  return nanos + (BigInt(d.getTime()) - BigInt(ms)) * 1_000_000n + micros * 1000n;
}

const timestampOutOfRange = (): SqlError => new SqlError('22008', 'timestamp out of range for UUID version 7', { detail: 'UUID version 7 supports timestamps from 1970-01-01 to approximately year 10889.' });
const intervalOutOfRange = (): SqlError => new SqlError('22008', 'interval out of range for UUID version 7', { detail: 'UUID version 7 does not support infinite intervals.' });

function uuidv7Interval(by: Interval, ctx: CallContext): string {
  const numbers = [by.months, by.days, Number(by.micros)];
  if (numbers.some((n) => !Number.isFinite(n)) || by.months === 2147483647 || by.months === -2147483648) throw intervalOutOfRange();
  const t = shifted(increasingNanos(ctx.env.clockTimestamp()), by);
  if (t < 0n || t / 1_000_000n >= 1n << 48n) throw timestampOutOfRange();
  return version7(t);
}

const isRfc4122 = (b: Uint8Array): boolean => (b[8]! & 0xc0) === 0x80;

function extractTimestamp(v: string): number | bigint | null {
  const b = uuidToBytes(v);
  if (!isRfc4122(b)) return null;
  const hex = v.replaceAll('-', '');
  const version = b[6]! >> 4;
  if (version === 1) {
    const ticks = BigInt(`0x${hex.slice(13, 16)}${hex.slice(8, 12)}${hex.slice(0, 8)}`);
    return canonicalInt8((ticks - GREGORIAN_100NS) / 10n - EPOCH_MICROS);
  }
  if (version === 7) return canonicalInt8(BigInt(`0x${hex.slice(0, 12)}`) * 1000n - EPOCH_MICROS);
  return null;
}

defineFunctions({
  ...comparisons(compare, {
    eq: 'uuid_eq', ne: 'uuid_ne', lt: 'uuid_lt', le: 'uuid_le', gt: 'uuid_gt', ge: 'uuid_ge', cmp: 'uuid_cmp',
  }),
  gen_random_uuid: () => stamped(randomFillSync(new Uint8Array(16)), 4),
  uuidv7: (ctx: CallContext) => version7(increasingNanos(ctx.env.clockTimestamp())),
  uuidv7_interval: uuidv7Interval,
  uuid_extract_timestamp: extractTimestamp,
  uuid_extract_version: (v: string) => {
    const b = uuidToBytes(v);
    return isRfc4122(b) ? b[6]! >> 4 : null;
  },
});

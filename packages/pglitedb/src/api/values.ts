/** JS values for SQL types and back, PGlite's defaults: numbers for int and float, bigint beyond 2^53, Date, Uint8Array, parsed JSON, strings for the rest. */
import { PgArray, type Datum, type Oid, type TypeEnv, type TypeResolver } from '@pglitedb/types';

export type Parser = (text: string, typeOid: number) => unknown;
export type Serializer = (value: unknown) => string;
/** How a column's datum becomes a JS value. */
export type ValueReader = (v: Datum) => unknown;

const MICROS_PER_MS = 1000;
const EPOCH_2000_MS = 946_684_800_000;
const DAY_MS = 86_400_000;
const NUMBERS = new Set([21, 23, 26, 700, 701, 20]);
const TEXTS = new Set([25, 1043, 1042, 19, 18, 705]);

export const sameValue: ValueReader = (v) => v;

/** The reader of a type's values; custom parsers get the text form. */
export function valueReader(typeOid: Oid, env: TypeEnv, parsers: Readonly<Record<number, Parser>>): ValueReader {
  const impl = env.types.typeImpl(typeOid);
  const custom = parsers[typeOid];
  if (custom !== undefined) return (v) => (v === null ? null : custom(impl.format(v, env), typeOid));
  if (NUMBERS.has(typeOid) || TEXTS.has(typeOid) || typeOid === 16) return sameValue;
  if (typeOid === 17) return (v) => (v === null ? null : new Uint8Array(v));
  if (typeOid === 1082) return (v) => (v === null || !Number.isFinite(v) ? (v === null ? null : v) : new Date(EPOCH_2000_MS + v * DAY_MS));
  if (typeOid === 1114 || typeOid === 1184) return (v) => (v === null ? null : typeof v === 'number' && !Number.isFinite(v) ? v : new Date(EPOCH_2000_MS + Math.floor(Number(v) / MICROS_PER_MS)));
  if (typeOid === 114 || typeOid === 3802) return (v) => (v === null ? null : JSON.parse(impl.format(v, env)));
  const info = env.types.typeInfo(typeOid);
  if (info?.kind === 'a') {
    const element = valueReader(info.elementOid, env, parsers);
    return (v) => (v === null ? null : nested(v as PgArray, element));
  }
  if (info?.kind === 'd') return valueReader(info.baseOid, env, parsers);
  return (v) => (v === null ? null : impl.format(v, env));
}

function nested(arr: PgArray, element: ValueReader): unknown[] {
  const build = (dim: number, offset: number, size: number): unknown[] => {
    const n = arr.dims[dim]!;
    const step = size / n;
    return Array.from({ length: n }, (_, k) => (dim === arr.dims.length - 1 ? element(arr.elements[offset + k]) : build(dim + 1, offset + k * step, step)));
  };
  return arr.dims.length === 0 ? [] : build(0, 0, arr.elements.length);
}

/** A JS parameter as a datum of the statement's parameter type. */
export function toDatum(value: unknown, typeOid: Oid, env: TypeEnv, serializers: Readonly<Record<number, Serializer>>): Datum {
  if (value === null || value === undefined) return null;
  const impl = env.types.typeImpl(typeOid);
  const custom = serializers[typeOid];
  if (custom !== undefined) return impl.parse(custom(value), -1, env);
  if (typeof value === 'number' && (typeOid === 23 || typeOid === 21) && Number.isInteger(value) && Math.abs(value) < 32768) return value;
  if (typeof value === 'boolean' && typeOid === 16) return value;
  if (value instanceof Uint8Array && typeOid === 17) return value;
  return impl.parse(toText(value, typeOid, env.types), -1, env);
}

function toText(value: unknown, typeOid: Oid, types: TypeResolver): string {
  if (typeOid === 114 || typeOid === 3802) return typeof value === 'string' ? value : JSON.stringify(value);
  if (typeof value === 'string') return value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  if (Array.isArray(value)) {
    const element = types.typeInfo(typeOid)?.elementOid ?? 25;
    return `{${value.map((v) => (v === null || v === undefined ? 'NULL' : Array.isArray(v) ? toText(v, typeOid, types) : quoted(toText(v, element, types)))).join(',')}}`;
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
const quoted = (text: string): string => `"${text.replace(/(["\\])/g, '\\$1')}"`;

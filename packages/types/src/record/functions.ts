/** Row comparisons by prosrc, image comparisons (byte equality) among them. */
import { defineFunctions, type BuiltinFn, type CallContext } from '../function-impl.js';
import { SqlError } from '../errors.js';
import { comparisons } from '../any/compare-family.js';
import { ByteWriter, compareBytes } from '../any/bytes.js';
import { equalsOf, writeDatum } from '../any/datum-codec.js';
import type { PgRecord } from './value.js';
import { compareRecords } from './type.js';

let context: CallContext;
const compare = (a: PgRecord, b: PgRecord): number => compareRecords(a, b, context.env.types);

/** record_eq: by the fields' own equality, which a type may have without an order. */
function equal(a: PgRecord, b: PgRecord): boolean {
  const t = context.env.types;
  const n = Math.min(a.values.length, b.values.length);
  for (let i = 0; i < n; i++) {
    if (a.fieldTypes[i] !== b.fieldTypes[i]) throw dissimilar(a, b, i);
    const x = a.values[i];
    const y = b.values[i];
    if (x === null || y === null) {
      if (x !== y) return false;
      continue;
    }
    if (!equalsOf(t.typeImpl(a.fieldTypes[i]!))(x, y)) return false;
  }
  if (a.values.length !== b.values.length) throw new SqlError('42804', 'cannot compare record types with different numbers of columns');
  return true;
}

function dissimilar(a: PgRecord, b: PgRecord, i: number): SqlError {
  const t = context.env.types;
  return new SqlError('42804', `cannot compare dissimilar column types ${t.formatType(a.fieldTypes[i]!, -1)} and ${t.formatType(b.fieldTypes[i]!, -1)} at record column ${i + 1}`);
}

/** Integers are kept by value: they compare as unsigned words. */
const BY_VALUE = new Set(['int16', 'int32', 'uint32', 'int64']);
const unsigned = (v: number | bigint): bigint => BigInt.asUintN(64, BigInt(v));

/** record_image_cmp: fields by their stored bytes. */
function compareImages(a: PgRecord, b: PgRecord): number {
  const n = Math.min(a.values.length, b.values.length);
  for (let i = 0; i < n; i++) {
    const t = context.env.types;
    if (a.fieldTypes[i] !== b.fieldTypes[i]) throw dissimilar(a, b, i);
    const x = a.values[i];
    const y = b.values[i];
    if (x === null || y === null) {
      if (x === y) continue;
      return x === null ? 1 : -1;
    }
    const impl = t.typeImpl(a.fieldTypes[i]!);
    if (BY_VALUE.has(impl.physical)) {
      const [m, k] = [unsigned(x), unsigned(y)];
      if (m !== k) return m < k ? -1 : 1;
      continue;
    }
    const bytes = (v: unknown): Uint8Array => { const w = new ByteWriter(); writeDatum(w, impl, v); return w.done(); };
    const p = bytes(x);
    const q = bytes(y);
    const c = typeof x === 'number' && typeof y === 'number' ? (x < y ? -1 : x > y ? 1 : compareBytes(p, q)) : compareBytes(p, q);
    if (c !== 0) return c;
  }
  if (a.values.length !== b.values.length) throw new SqlError('42804', 'cannot compare record types with different numbers of columns');
  return 0;
}

function inContext(functions: Record<string, BuiltinFn>): Record<string, BuiltinFn> {
  const out: Record<string, BuiltinFn> = {};
  for (const [name, f] of Object.entries(functions)) {
    out[name] = (a: PgRecord, b: PgRecord, c: CallContext) => {
      context = c;
      return f(a, b);
    };
  }
  return out;
}

defineFunctions(inContext({
  ...comparisons<PgRecord, PgRecord>('record', compare),
  record_eq: equal,
  record_ne: (a: PgRecord, b: PgRecord) => !equal(a, b),
  btrecordcmp: compare,
  record_larger: (a: PgRecord, b: PgRecord) => (compare(a, b) > 0 ? a : b),
  record_smaller: (a: PgRecord, b: PgRecord) => (compare(a, b) < 0 ? a : b),
  ...comparisons<PgRecord, PgRecord>('record_image', compareImages),
  btrecordimagecmp: compareImages,
}));

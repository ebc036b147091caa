/**
 * Partition bounds in their canonical order (partbounds.c): for LIST the sorted values, for RANGE the sorted limits with
 * the partition below each, for HASH a table of remainders. Partitions are numbered as PostgreSQL numbers them, the
 * default one last.
 */
import type { CatalogReader, RelationInfo } from '@pglitedb/catalog';
import type { Datum, Oid } from '@pglitedb/types';
import type { Const } from '../nodes/index.js';
import { partitionHash, partitionKey, type CallFunction, type PartitionKey } from './key.js';

/** bound: -1 MINVALUE, 0 a value, 1 MAXVALUE */
export interface PartitionRangeDatum { kind: 'PartitionRangeDatum'; bound: -1 | 0 | 1; value: Const | undefined }
/** pg_class.relpartbound */
export interface PartitionBoundSpec {
  kind: 'PartitionBoundSpec'; strategy: 'l' | 'r' | 'h'; isDefault: boolean; modulus: number; remainder: number;
  listdatums: Const[]; lowerdatums: PartitionRangeDatum[]; upperdatums: PartitionRangeDatum[];
}
/** A limit of a range: values by column, with MINVALUE and MAXVALUE. */
export interface RangeLimit { readonly kinds: readonly (-1 | 0 | 1)[]; readonly values: readonly Datum[] }

export interface PartitionDesc {
  readonly key: PartitionKey;
  readonly oids: readonly Oid[]; readonly specs: readonly PartitionBoundSpec[];
  /** -1 for none */ readonly defaultIndex: number; readonly nullIndex: number;
  /** LIST: sorted values. */ readonly listValues: readonly Datum[];
  /** RANGE: sorted limits. */ readonly limits: readonly RangeLimit[];
  /** LIST: partition of each value. RANGE: of the slot below each limit, and one more for the slot above the last; -1: a gap. HASH: by remainder of the greatest modulus. */
  readonly indexes: readonly number[];
}

export const isPartitionBound = (n: unknown): n is PartitionBoundSpec => (n as { kind?: string } | null | undefined)?.kind === 'PartitionBoundSpec';

export function compareValues(key: PartitionKey, column: number, a: Datum, b: Datum, call: CallFunction): number {
  const c = key.columns[column]!;
  return Number(call(c.support, c.collation, [a, b]) ?? 0);
}

export function rangeLimit(list: readonly PartitionRangeDatum[]): RangeLimit {
  return { kinds: list.map((d) => d.bound), values: list.map((d) => (d.value === undefined ? null : d.value.constvalue)) };
}

/** partition_rbound_cmp of two lower, or two upper limits (inclusiveness aside). */
export function compareLimits(key: PartitionKey, a: RangeLimit, b: RangeLimit, call: CallFunction): number {
  for (let k = 0; k < key.columns.length; k++) {
    if (a.kinds[k] !== b.kinds[k]) return a.kinds[k]! - b.kinds[k]!;
    if (a.kinds[k] !== 0) return 0;
    const c = compareValues(key, k, a.values[k], b.values[k], call);
    if (c !== 0) return c;
  }
  return 0;
}

/** partition_rbound_datum_cmp: a limit against the first n columns of a row. */
export function compareLimitToRow(key: PartitionKey, limit: RangeLimit, row: readonly Datum[], n: number, call: CallFunction): number {
  for (let k = 0; k < n; k++) {
    if (limit.kinds[k] !== 0) return limit.kinds[k]!;
    const c = compareValues(key, k, limit.values[k], row[k], call);
    if (c !== 0) return c;
  }
  return 0;
}

interface Part { oid: Oid; spec: PartitionBoundSpec }
const cache = new WeakMap<RelationInfo, PartitionDesc>();

/** The partitions of a partitioned table; undefined where it is none. */
export function partitionDesc(c: CatalogReader, rel: RelationInfo, call: CallFunction): PartitionDesc | undefined {
  const known = cache.get(rel);
  if (known !== undefined) return known;
  const key = partitionKey(c, rel);
  if (key === undefined) return undefined;
  const parts: Part[] = [];
  for (const oid of rel.children) {
    const spec = c.relation(oid)?.partitionBound;
    if (isPartitionBound(spec)) parts.push({ oid, spec });
  }
  const desc = describe(key, parts, call);
  cache.set(rel, desc);
  return desc;
}

export function describe(key: PartitionKey, all: readonly Part[], call: CallFunction): PartitionDesc {
  const named = all.filter((p) => !p.spec.isDefault);
  const fallback = all.find((p) => p.spec.isDefault);
  const made = key.strategy === 'l' ? describeList(key, named, call) : key.strategy === 'r' ? describeRange(key, named, call) : describeHash(named);
  const parts = fallback === undefined ? made.parts : [...made.parts, fallback];
  return {
    key, oids: parts.map((p) => p.oid), specs: parts.map((p) => p.spec), defaultIndex: fallback === undefined ? -1 : parts.length - 1, nullIndex: made.nullIndex,
    listValues: made.values, limits: made.limits, indexes: made.indexes,
  };
}
interface Described { parts: Part[]; values: Datum[]; limits: RangeLimit[]; indexes: number[]; nullIndex: number }

function describeList(key: PartitionKey, parts: readonly Part[], call: CallFunction): Described {
  const values: { value: Datum; part: Part }[] = [];
  let nullPart: Part | undefined;
  for (const part of parts) for (const d of part.spec.listdatums) { if (d.constvalue === null) nullPart = part; else values.push({ value: d.constvalue, part }); }
  values.sort((a, b) => compareValues(key, 0, a.value, b.value, call));
  const order: Part[] = [];
  for (const v of values) if (!order.includes(v.part)) order.push(v.part);
  if (nullPart !== undefined && !order.includes(nullPart)) order.push(nullPart);
  for (const p of parts) if (!order.includes(p)) order.push(p);
  return { parts: order, values: values.map((v) => v.value), limits: [], indexes: values.map((v) => order.indexOf(v.part)), nullIndex: nullPart === undefined ? -1 : order.indexOf(nullPart) };
}

function describeRange(key: PartitionKey, parts: readonly Part[], call: CallFunction): Described {
  const ranges = parts.map((part) => ({ part, lower: rangeLimit(part.spec.lowerdatums), upper: rangeLimit(part.spec.upperdatums) }));
  ranges.sort((a, b) => compareLimits(key, a.lower, b.lower, call));
  const limits: RangeLimit[] = [];
  const indexes: number[] = [];
  ranges.forEach((r, k) => {
    if (limits.length === 0 || compareLimits(key, limits.at(-1)!, r.lower, call) !== 0) { limits.push(r.lower); indexes.push(-1); }
    limits.push(r.upper);
    indexes.push(k);
  });
  indexes.push(-1);
  return { parts: ranges.map((r) => r.part), values: [], limits, indexes, nullIndex: -1 };
}

function describeHash(parts: readonly Part[]): Described {
  const order = [...parts].sort((a, b) => a.spec.modulus - b.spec.modulus || a.spec.remainder - b.spec.remainder);
  const greatest = order.at(-1)?.spec.modulus ?? 0;
  const indexes = new Array<number>(greatest).fill(-1);
  order.forEach((p, k) => { for (let r = p.spec.remainder; r < greatest; r += p.spec.modulus) indexes[r] = k; });
  return { parts: order, values: [], limits: [], indexes, nullIndex: -1 };
}

/** Number of items, which are sorted, for which `below` holds (a prefix). */
export function countWhile<T>(items: readonly T[], below: (item: T) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if (below(items[mid]!)) low = mid + 1; else high = mid;
  }
  return low;
}

/** Position of a value among the listed ones; -1. */
export function findListValue(d: PartitionDesc, value: Datum, call: CallFunction): number {
  const at = countWhile(d.listValues, (v) => compareValues(d.key, 0, v, value, call) < 0);
  return at < d.listValues.length && compareValues(d.key, 0, d.listValues[at], value, call) === 0 ? at : -1;
}

/** get_partition_for_tuple: the partition of these key values; -1 where there is none. */
export function partitionFor(d: PartitionDesc, values: readonly Datum[], call: CallFunction): number {
  const { key } = d;
  if (key.strategy === 'h') {
    if (d.indexes.length === 0) return -1;
    return d.indexes[Number(partitionHash(key, values, call)! % BigInt(d.indexes.length))]!;
  }
  if (key.strategy === 'l') {
    if (values[0] === null) return d.nullIndex >= 0 ? d.nullIndex : d.defaultIndex;
    const at = findListValue(d, values[0], call);
    return at >= 0 ? d.indexes[at]! : d.defaultIndex;
  }
  if (values.includes(null)) return d.defaultIndex;
  const slot = countWhile(d.limits, (l) => compareLimitToRow(key, l, values, key.columns.length, call) <= 0);
  const found = d.indexes[slot]!;
  return found >= 0 ? found : d.defaultIndex;
}

/**
 * Statistics of one column from a sample: PostgreSQL's compute_scalar_stats, compute_distinct_stats and
 * compute_trivial_stats, and analyze_mcv_list's choice of most common values.
 * The number of distinct values is estimated by Haas and Stokes' Duj1 (1998).
 */
import type { Datum, TypeEnv, TypeImpl } from '@pglitedb/types';
import { valueWidth } from './value-width.js';

const WIDTH_THRESHOLD = 1024;

export interface StatsSlot { kind: number; op: number; numbers?: number[]; values?: Datum[] }
export interface ColumnResult { nullFraction: number; width: number; distinct: number; slots: StatsSlot[] }
export interface ColumnInput {
  values: readonly Datum[]; totalRows: number; target: number; impl: TypeImpl; env: TypeEnv; eqOperator: number; ltOperator: number;
  compare: ((a: Datum, b: Datum) => number) | undefined; equals: ((a: Datum, b: Datum) => boolean) | undefined;
}

export const KIND = { mcv: 1, histogram: 2, correlation: 3 } as const;

interface Kept { values: Datum[]; nulls: number; nonNulls: number; totalWidth: number; tooWide: number }

/** Drops NULLs and very wide values, and adds up the widths. */
function keep(input: ColumnInput): Kept {
  const { impl, env } = input;
  const variable = impl.len < 0;
  const out: Kept = { values: [], nulls: 0, nonNulls: 0, totalWidth: 0, tooWide: 0 };
  for (const v of input.values) {
    if (v === null || v === undefined) { out.nulls++; continue; }
    out.nonNulls++;
    if (variable) {
      const width = valueWidth(impl, v, env);
      out.totalWidth += width;
      if (width > WIDTH_THRESHOLD) { out.tooWide++; continue; }
    }
    out.values.push(v);
  }
  return out;
}

function averageWidth(input: ColumnInput, kept: Kept): number {
  return input.impl.len < 0 ? (kept.nonNulls === 0 ? 0 : Math.trunc(Math.fround(kept.totalWidth / kept.nonNulls))) : input.impl.len;
}

/** n_distinct from the numbers of distinct and repeated values of the sample; negative: a fraction of the rows. */
function estimateDistinct(distinct: number, repeated: number, kept: Kept, sampleRows: number, totalRows: number): number {
  const nullFraction = kept.nulls / sampleRows;
  let result: number;
  if (repeated === 0) result = -(1 - nullFraction);
  else if (kept.tooWide === 0 && repeated === distinct) result = distinct;
  else {
    const f1 = distinct - repeated + kept.tooWide;
    const d = f1 + repeated;
    const n = sampleRows - kept.nulls;
    const all = totalRows * (1 - nullFraction);
    let estimate = all > 0 ? (n * d) / (n - f1 + (f1 * n) / all) : 0;
    if (estimate < d) estimate = d;
    if (estimate > all) estimate = all;
    result = Math.floor(estimate + 0.5);
  }
  return result > 0.1 * totalRows ? -(result / totalRows) : result;
}

/** analyze_mcv_list: how many of the candidates are significantly more common than the rest. */
function significantMcvs(counts: readonly number[], distinct: number, nullFraction: number, sampleRows: number, totalRows: number): number {
  let n = counts.length;
  if (sampleRows === totalRows || totalRows <= 1) return n;
  const distinctInTable = distinct < 0 ? -distinct * totalRows : distinct;
  let sum = 0;
  for (let k = 0; k < n - 1; k++) sum += counts[k]!;
  while (n > 0) {
    let selectivity = Math.min(1, Math.max(0, 1 - sum / sampleRows - nullFraction));
    const others = distinctInTable - (n - 1);
    if (others > 1) selectivity /= others;
    const k = (totalRows * counts[n - 1]!) / sampleRows;
    const variance = (sampleRows * k * (totalRows - k) * (totalRows - sampleRows)) / (totalRows * totalRows * (totalRows - 1));
    if (counts[n - 1]! > selectivity * sampleRows + 2 * Math.sqrt(variance) + 0.5) break;
    n--;
    if (n === 0) break;
    sum -= counts[n - 1]!;
  }
  return n;
}

interface Track { count: number; first: number }

export function scalarStats(input: ColumnInput): ColumnResult {
  const sampleRows = input.values.length;
  const kept = keep(input);
  const n = kept.values.length;
  const nullFraction = kept.nulls / sampleRows;
  const width = averageWidth(input, kept);
  if (n === 0) return { nullFraction: kept.nonNulls > 0 ? nullFraction : 1, width: kept.nonNulls > 0 || input.impl.len >= 0 ? width : 0, distinct: kept.nonNulls > 0 ? -(1 - nullFraction) : 0, slots: [] };
  const compare = input.compare!;
  const order = sortedPositions(kept.values, compare);
  const candidates: Track[] = [];
  const max = input.target;
  let correlationSum = 0;
  let distinct = 0;
  let repeated = 0;
  let duplicates = 0;
  for (let i = 0; i < n; i++) {
    correlationSum += i * order[i]!;
    duplicates++;
    if (i < n - 1 && compare(kept.values[order[i]!], kept.values[order[i + 1]!]) === 0) continue;
    distinct++;
    if (duplicates > 1) {
      repeated++;
      track(candidates, duplicates, i + 1 - duplicates, max);
    }
    duplicates = 0;
  }
  const distinctEstimate = estimateDistinct(distinct, repeated, kept, sampleRows, input.totalRows);
  let mcvs = candidates.length;
  if (!(candidates.length === distinct && kept.tooWide === 0 && distinctEstimate > 0 && candidates.length <= max) && mcvs > 0) {
    mcvs = significantMcvs(candidates.map((c) => c.count), distinctEstimate, Math.fround(nullFraction), sampleRows, input.totalRows);
  }
  const slots: StatsSlot[] = [];
  const chosen = candidates.slice(0, mcvs);
  if (mcvs > 0) {
    slots.push({ kind: KIND.mcv, op: input.eqOperator, numbers: chosen.map((c) => Math.fround(c.count / sampleRows)), values: chosen.map((c) => kept.values[order[c.first]!]) });
  }
  const histogram = histogramOf(kept.values, order, chosen, Math.min(distinct - mcvs, max + 1));
  if (histogram !== undefined) slots.push({ kind: KIND.histogram, op: input.ltOperator, values: histogram });
  if (n > 1) {
    const xs = (n * (n - 1)) / 2;
    const x2s = (n * (n - 1) * (2 * n - 1)) / 6;
    slots.push({ kind: KIND.correlation, op: input.ltOperator, numbers: [Math.fround((n * correlationSum - xs * xs) / (n * x2s - xs * xs))] });
  }
  return { nullFraction, width, distinct: distinctEstimate, slots };
}

function sortedPositions(values: readonly Datum[], compare: (a: Datum, b: Datum) => number): Int32Array {
  const order = new Int32Array(values.length);
  for (let k = 0; k < order.length; k++) order[k] = k;
  return order.sort((a, b) => compare(values[a], values[b]) || a - b);
}

/** Keeps the `max` most repeated values, the more frequent first, equally frequent ones in the order met. */
function track(list: Track[], count: number, first: number, max: number): void {
  if (list.length >= max && (list.length === 0 || count <= list[list.length - 1]!.count)) return;
  if (list.length >= max) list.pop();
  let at = list.length;
  while (at > 0 && count > list[at - 1]!.count) at--;
  list.splice(at, 0, { count, first });
}

/** Equally populated bins over what the most common values leave. */
function histogramOf(values: readonly Datum[], order: Int32Array, mcvs: readonly Track[], bounds: number): Datum[] | undefined {
  if (bounds < 2) return undefined;
  const rest: number[] = [];
  let at = 0;
  for (const m of [...mcvs].sort((a, b) => a.first - b.first)) {
    for (; at < m.first; at++) rest.push(order[at]!);
    at = m.first + m.count;
  }
  for (; at < order.length; at++) rest.push(order[at]!);
  const delta = Math.floor((rest.length - 1) / (bounds - 1));
  const fraction = (rest.length - 1) % (bounds - 1);
  const out: Datum[] = [];
  for (let k = 0, pos = 0, part = 0; k < bounds; k++) {
    out.push(values[rest[pos]!]);
    pos += delta;
    part += fraction;
    if (part >= bounds - 1) { pos++; part -= bounds - 1; }
  }
  return out;
}

/** For types with equality alone: most common values by counting. */
export function distinctStats(input: ColumnInput): ColumnResult {
  const sampleRows = input.values.length;
  const kept = keep(input);
  const nullFraction = kept.nulls / sampleRows;
  const width = averageWidth(input, kept);
  if (kept.nonNulls === 0) return { nullFraction: 1, width: input.impl.len < 0 ? 0 : width, distinct: 0, slots: [] };
  const equals = input.equals!;
  const tracked: { value: Datum; count: number }[] = [];
  const max = Math.max(10, 2 * input.target);
  for (const v of kept.values) {
    const found = tracked.findIndex((t) => equals(t.value, v));
    let firstOnce = tracked.findIndex((t) => t.count === 1);
    if (firstOnce < 0) firstOnce = tracked.length;
    if (found >= 0) {
      tracked[found]!.count++;
      for (let k = found; k > 0 && tracked[k]!.count > tracked[k - 1]!.count; k--) [tracked[k], tracked[k - 1]] = [tracked[k - 1]!, tracked[k]!];
    } else if (firstOnce < max) {
      if (tracked.length >= max) tracked.pop();
      tracked.splice(firstOnce, 0, { value: v, count: 1 });
    }
  }
  const repeatedList = tracked.filter((t) => t.count > 1);
  const repeated = repeatedList.length;
  const summed = repeatedList.reduce((n, t) => n + t.count, 0);
  let distinct: number;
  if (repeated === 0) distinct = -(1 - nullFraction);
  else if (tracked.length < max && kept.tooWide === 0 && repeated === tracked.length) distinct = tracked.length;
  else {
    const f1 = kept.nonNulls - summed;
    const d = f1 + repeated;
    const n = sampleRows - kept.nulls;
    const all = input.totalRows * (1 - nullFraction);
    distinct = Math.floor(Math.min(all, Math.max(d, all > 0 ? (n * d) / (n - f1 + (f1 * n) / all) : 0)) + 0.5);
  }
  if (distinct > 0.1 * input.totalRows) distinct = -(distinct / input.totalRows);
  let list = tracked.slice(0, input.target);
  if (!(tracked.length < max && kept.tooWide === 0 && distinct > 0 && tracked.length <= input.target)) {
    list = repeatedList.slice(0, input.target);
    list = list.slice(0, significantMcvs(list.map((t) => t.count), distinct, Math.fround(nullFraction), sampleRows, input.totalRows));
  }
  const slots: StatsSlot[] = list.length === 0 ? [] : [{ kind: KIND.mcv, op: input.eqOperator, numbers: list.map((t) => Math.fround(t.count / sampleRows)), values: list.map((t) => t.value) }];
  return { nullFraction, width, distinct, slots };
}

/** Null fraction and width alone. */
export function trivialStats(input: ColumnInput): ColumnResult {
  const kept = keep(input);
  if (kept.nonNulls === 0) return { nullFraction: 1, width: input.impl.len < 0 ? 0 : input.impl.len, distinct: 0, slots: [] };
  return { nullFraction: kept.nulls / input.values.length, width: averageWidth(input, kept), distinct: 0, slots: [] };
}

/**
 * Sorting in generated fragments. With a bound from a Limit only that many rows are kept, in a heap whose root is the
 * worst; generated code turns away what is worse by its first key before anything else of the row is computed. Without
 * a bound all rows go to typed columns: one numeric key is sorted by radix, others by comparisons over the columns.
 * Equal rows stay in the order they came. What exceeds the memory of a sort goes to temporary files as sorted runs.
 */
import { exprType, OUTER_VAR, type Plan, type Var } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import type { Datum, Oid } from '@pglitedb/types';
import type { ExecContext } from '../context.js';
import type { Builder } from '../nodes/builder.js';
import { columnCompare, type RowCompare } from '../nodes/sort-keys.js';
import { mergeSort } from '../nodes/merge-sort.js';
import type { Operator } from '../nodes/operator.js';
import { newColumns } from '../nodes/operator.js';
import type { BlockCodec } from '../spill/block-codec.js';
import { ExternalSort } from '../spill/external-sort.js';
import { vectorSortMemory } from '../spill/memory-limit.js';
import { abbreviationOf, type Abbreviation } from './abbreviate.js';
import { NotVectorizable, type Emitter } from './emitter.js';
import type { Row } from './fragment.js';
import { radixOrder } from './radix.js';
import type { Source } from './source.js';
import { nextCapacity, Store } from './store.js';
import { datumOf, kindOfType, type Value } from './value.js';

export type SortPlan = Extract<Plan, { kind: 'Sort' | 'IncrementalSort' }>;
interface Key { readonly column: number; readonly descending: boolean; readonly nullsFirst: boolean; readonly numeric: boolean; readonly abbreviation: Abbreviation | undefined; compare(a: Datum, b: Datum): number }

/** Types whose order is that of their numbers: int2, int4, int8, oid, floats, date, timestamps, time. */
const NUMERIC_ORDER = new Set([21, 23, 20, 26, 700, 701, 1082, 1114, 1184, 1083]);
const BOUND_MAX = 100_000;
const RUN_MAX = 4096;
/** Rows whose size is estimated at once, from a sample; also those written or read at once. */
const MEASURE_ROWS = 1024;
const SAMPLE_ROWS = 32;

export function sortKeys(plan: SortPlan, b: Builder): Key[] {
  const c = b.compiler();
  return plan.sortColIdx.map((col, k) => {
    const type: Oid = exprType(plan.targetlist[col - 1]!.expr);
    const compare = columnCompare(c, type, plan.sortOperators[k]!, plan.collations[k] ?? 0);
    const numeric = NUMERIC_ORDER.has(type);
    const abbreviation = abbreviationOf(type, plan.collations[k] ?? 0);
    const [less, greater] = abbreviation?.sample ?? [];
    return { column: col - 1, descending: abbreviation !== undefined && compare(less, greater) > 0, nullsFirst: plan.nullsFirst[k]!, numeric, abbreviation, compare };
  });
}

export class SortRows {
  /** Rows wanted; Infinity for all of them. */
  bound = Infinity;
  /** For the generated code: keep a heap, it is full, and the first key of its root where that is not NULL. */
  bounded = false;
  full = false;
  limit: Datum = null;
  count = 0;
  readonly columns: Store[];
  /** Row numbers in order, for all rows; undefined while a heap is kept. */
  order: Int32Array | undefined;
  private heap: { row: Datum[]; at: number }[] = [];
  private sequence = 0;
  capacity = 0;
  private external: ExternalSort | undefined;
  /** Rows whose size is in `bytes`. */
  private measured = 0;
  private bytes = 0;
  private merged: Datum[][] = [];

  constructor(readonly keys: readonly Key[], kinds: readonly Store['kind'][], private readonly codec: BlockCodec | undefined) { this.columns = kinds.map((k) => new Store(k, true)); }

  begin(): void {
    this.clear();
    this.bounded = this.bound <= BOUND_MAX;
    this.full = this.bounded && this.bound === 0;
  }
  clear(): void {
    this.external?.close();
    this.external = undefined;
    this.forgetRows();
  }
  private forgetRows(): void {
    this.measured = 0;
    this.bytes = 0;
    this.count = 0;
    this.capacity = 0;
    this.sequence = 0;
    this.full = false;
    this.limit = null;
    this.heap = [];
    this.order = undefined;
    for (const c of this.columns) c.clear();
  }
  grow(): void {
    this.capacity = nextCapacity(this.capacity);
    for (const c of this.columns) c.grow(this.capacity);
  }

  private compareRows(a: { row: Datum[]; at: number }, b: { row: Datum[]; at: number }): number {
    for (const k of this.keys) {
      const x = a.row[k.column];
      const y = b.row[k.column];
      const order = x === null ? (y === null ? 0 : k.nullsFirst ? -1 : 1) : y === null ? (k.nullsFirst ? 1 : -1) : k.compare(x, y);
      if (order !== 0) return order;
    }
    return a.at - b.at;
  }

  /** A row for the heap. */
  offer(row: Datum[]): void {
    if (this.bound === 0) return;
    const item = { row, at: this.sequence++ };
    const { heap } = this;
    if (heap.length < this.bound) {
      heap.push(item);
      this.up(heap.length - 1);
    } else {
      if (this.compareRows(item, heap[0]!) >= 0) return;
      heap[0] = item;
      this.down();
    }
    this.full = heap.length >= this.bound;
    if (this.full) this.limit = heap[0]!.row[this.keys[0]!.column];
  }
  private up(from: number): void {
    const { heap } = this;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.compareRows(heap[at]!, heap[parent]!) <= 0) break;
      [heap[at], heap[parent]] = [heap[parent]!, heap[at]!];
      at = parent;
    }
  }
  private down(): void {
    const { heap } = this;
    let at = 0;
    for (;;) {
      let worst = at;
      for (const child of [2 * at + 1, 2 * at + 2]) if (child < heap.length && this.compareRows(heap[child]!, heap[worst]!) > 0) worst = child;
      if (worst === at) return;
      [heap[at], heap[worst]] = [heap[worst]!, heap[at]!];
      at = worst;
    }
  }

  /** Puts the rows in order; gives the thread away in between. */
  *finish(breathe: () => Steps<void>): Steps<void> {
    if (this.bounded) {
      this.heap.sort((a, b) => this.compareRows(a, b));
      this.count = this.heap.length;
      while (this.capacity < this.count) this.grow();
      this.columns.forEach((c, k) => { for (let r = 0; r < this.count; r++) c.put(r, this.heap[r]!.row[k]); });
      this.heap = [];
      this.order = Int32Array.from({ length: this.count }, (_, k) => k);
      return;
    }
    if (this.external === undefined) {
      this.order = yield* this.sorted(breathe);
      return;
    }
    if (this.count > 0) yield* this.addRun(breathe);
    yield* this.external.finish(breathe);
    this.merged = newColumns(this.columns.length);
    this.refill();
  }

  /** Puts the rows aside where they exceed the memory of a sort. */
  overflow(x: ExecContext, breathe: () => Steps<void>): Steps<void> | undefined {
    if (this.bounded || this.codec === undefined || this.count === 0) return undefined;
    if (this.count - this.measured >= MEASURE_ROWS) this.measure();
    return this.bytes > vectorSortMemory(x.session) ? this.spill(x, breathe) : undefined;
  }
  private measure(): void {
    const sample = this.rowsOf(Int32Array.from({ length: SAMPLE_ROWS }, (_, k) => this.measured + Math.floor((k * (this.count - this.measured)) / SAMPLE_ROWS)), 0, SAMPLE_ROWS);
    this.bytes += (this.codec!.sizeOf(sample, 0, SAMPLE_ROWS) / SAMPLE_ROWS) * (this.count - this.measured);
    this.measured = this.count;
  }
  private *spill(x: ExecContext, breathe: () => Steps<void>): Steps<void> {
    if (this.external === undefined) {
      const external = (this.external = new ExternalSort(x.session.server.temporary, this.codec!, this.compareColumns(), this.columns.length));
      x.releases.push(() => external.close());
    }
    yield* this.addRun(breathe);
  }
  private *addRun(breathe: () => Steps<void>): Steps<void> {
    const order = yield* this.sorted(breathe);
    this.external!.beginRun();
    for (let from = 0; from < order.length; from += MEASURE_ROWS) {
      const n = Math.min(order.length - from, MEASURE_ROWS);
      this.external!.append(this.rowsOf(order, from, n), undefined, n);
      yield* breathe();
    }
    this.forgetRows();
  }
  private rowsOf(order: Int32Array, from: number, n: number): Datum[][] {
    return this.columns.map((c) => { const a: Datum[] = new Array(n); for (let k = 0; k < n; k++) a[k] = c.get(order[from + k]!); return a; });
  }
  private compareColumns(): RowCompare {
    const { keys } = this;
    return (a, i, b, j) => {
      for (const k of keys) {
        const x = a[k.column]![i];
        const y = b[k.column]![j];
        const order = x === null ? (y === null ? 0 : k.nullsFirst ? -1 : 1) : y === null ? (k.nullsFirst ? 1 : -1) : k.compare(x, y);
        if (order !== 0) return order;
      }
      return 0;
    };
  }
  /** The next rows of the merge, where there is one; false at the end. */
  refill(): boolean {
    if (this.external === undefined) return false;
    this.count = this.external.take(this.merged, MEASURE_ROWS);
    while (this.capacity < this.count) this.grow();
    if (this.order?.length !== MEASURE_ROWS) this.order = Int32Array.from({ length: MEASURE_ROWS }, (_, k) => k);
    this.columns.forEach((c, k) => {
      c.nulls.fill(0);
      for (let r = 0; r < this.count; r++) c.put(r, this.merged[k]![r]);
    });
    return this.count > 0;
  }
  /** Back to the first row: false where the rows at hand are the first. */
  rewind(): void {
    if (this.external === undefined || this.order === undefined) return;
    this.external.rewind();
    this.refill();
  }

  /** Rows by radix where the first key has an abbreviation, then runs of equal ones by comparisons. */
  private *sorted(breathe: () => Steps<void>): Steps<Int32Array> {
    const [key] = this.keys;
    const { abbreviation } = key!;
    if (abbreviation === undefined) {
      const order = Int32Array.from({ length: this.count }, (_, k) => k);
      yield* mergeSort(order, this.comparison(this.keys), breathe);
      return order;
    }
    const { values, nulls } = this.abbreviated(key!);
    const order = yield* radixOrder(values, nulls, this.count, key!.descending, key!.nullsFirst, breathe);
    const rest = abbreviation.exact ? this.keys.slice(1) : this.keys;
    if (rest.length === 0) return order;
    yield* breathe();
    const compare = this.comparison(rest);
    const same = (i: number, j: number): boolean => nulls[i] === nulls[j] && (nulls[i] === 1 || values[i] === values[j] || (values[i] !== values[i] && values[j] !== values[j]));
    let sortedRows = 0;
    for (let from = 0; from < order.length; ) {
      let to = from + 1;
      while (to < order.length && same(order[from]!, order[to]!)) to++;
      if (to - from > RUN_MAX) yield* mergeSort(order.subarray(from, to), compare, breathe);
      else if (to - from > 1) order.subarray(from, to).sort((i, j) => compare(i, j) || i - j);
      sortedRows += to - from;
      if (sortedRows > RUN_MAX) { sortedRows = 0; yield* breathe(); }
      from = to;
    }
    return order;
  }
  private abbreviated(key: Key): { values: Float64Array | Int32Array; nulls: Uint8Array } {
    const column = this.columns[key.column]!;
    if (!(column.data instanceof Array)) return { values: column.data, nulls: column.nulls };
    const values = new Float64Array(this.count);
    const nulls = new Uint8Array(this.count);
    const { data } = column;
    const { of } = key.abbreviation!;
    for (let i = 0; i < this.count; i++) {
      if (data[i] === null) nulls[i] = 1;
      else values[i] = of(data[i]);
    }
    return { values, nulls };
  }
  private comparison(keys: readonly Key[]): (i: number, j: number) => number {
    const each = keys.map((k) => this.rowCompare(k));
    const first = each[0]!;
    return each.length === 1 ? first : (i, j) => {
      for (let k = 0; k < each.length; k++) {
        const o = each[k]!(i, j);
        if (o !== 0) return o;
      }
      return 0;
    };
  }
  private rowCompare(key: Key): (i: number, j: number) => number {
    const c = this.columns[key.column]!;
    const whenNull = key.nullsFirst ? -1 : 1;
    const { compare } = key;
    const full = (i: number, j: number): number => {
      const x = c.get(i);
      const y = c.get(j);
      return x === null ? (y === null ? 0 : whenNull) : y === null ? -whenNull : compare(x, y);
    };
    if (key.abbreviation === undefined) return full;
    const { values, nulls } = this.abbreviated(key);
    const less = key.descending ? 1 : -1;
    // NaN is neither less nor greater here: those are compared in full.
    return (i, j) => {
      if (nulls[i] === 1 || nulls[j] === 1) return full(i, j);
      const a = values[i]!;
      const b = values[j]!;
      return a < b ? less : a > b ? -less : full(i, j);
    };
  }
}

/** The sink: a row goes to the heap or to the columns. */
export function emitSort(rows: SortRows, plan: SortPlan, row: Row): void {
  const { out } = row;
  const t = out.inject(rows);
  out.prologue.push(`const bounded = ${t}.bounded;`);
  const column = (k: number): Value => row.readVar({ kind: 'Var', varno: OUTER_VAR, varattno: k + 1, varreturningtype: 'default' } as Var);
  const values = (): Value[] => plan.targetlist.map((_, k) => column(k));
  out.line('if (bounded) {');
  emitTest(rows, t, column(rows.keys[0]!.column), row);
  out.line(`${t}.offer([${values().map(datumOf).join(', ')}]);`);
  out.line('} else {');
  const names = rows.columns.map(() => out.name('s'));
  const load = names.map((n, k) => `${n} = ${t}.columns[${k}].data, ${n}n = ${t}.columns[${k}].nulls`).join(', ');
  if (names.length > 0) out.prologue.push(`let ${load};`);
  out.line(`const o = ${t}.count; if (o >= ${t}.capacity) { ${t}.grow(); ${load}; } ${t}.count = o + 1;`);
  values().forEach((x, k) => rows.columns[k]!.emitPut(out, x, 'o', names[k]!, `${names[k]}n`));
  out.line('}');
}

/** Turns the row away where its first key is worse than the heap's worst; later rows lose ties. */
function emitTest(rows: SortRows, t: string, x: Value, row: Row): void {
  const [key] = rows.keys;
  const { out } = row;
  if (x.n === 'true') return;
  const ties = rows.keys.length === 1;
  const v = out.name();
  const m = out.name();
  out.line(`if (${t}.full${x.n === 'false' ? '' : ` && !(${x.n})`}) { const ${v} = ${x.v}, ${m} = ${t}.limit;`);
  const worse = !key!.numeric ? `${out.inject(key!.compare)}(${v}, ${m}) ${ties ? '>=' : '>'} 0`
    : `${key!.descending ? `${v} < ${m} || (${m} !== ${m} && ${v} === ${v})` : `${v} > ${m} || (${v} !== ${v} && ${m} === ${m})`}${ties ? ` || ${v} === ${m}` : ''}`;
  out.line(`if (${m} !== null && (${worse})) ${row.skip} }`);
}

export class SortedSource implements Source {
  readonly view: { rows: SortRows };
  readonly operators: readonly Operator[] = [];
  position = 0;
  private readonly loaded = new Map<Emitter, Set<number>>();
  constructor(rows: SortRows, private readonly plan: SortPlan, private readonly b: Builder) { this.view = { rows }; }
  loop(out: Emitter, stop: string): string {
    out.prologue.push('const n = V.rows.count, order = V.rows.order;');
    return `let i = at; rows: for (; i < n; i++) { ${stop} const r = order[i]; @ }`;
  }
  readVar(v: Var, out: Emitter): Value {
    const at = v.varattno - 1;
    const store = this.view.rows.columns[at];
    if (v.varno !== OUTER_VAR || store === undefined) throw new NotVectorizable('Var of another input');
    let done = this.loaded.get(out);
    if (done === undefined) this.loaded.set(out, (done = new Set()));
    if (!done.has(at)) out.prologue.push(`const c${at} = V.rows.columns[${at}].data, c${at}n = V.rows.columns[${at}].nulls;`);
    done.add(at);
    return store.valueAt('r', `c${at}`, `c${at}n`, 'false');
  }
  start(): void { this.position = 0; }
  rescan(): void {
    this.position = 0;
    this.view.rows.rewind();
  }
  // eslint-disable-next-line require-yield
  *fill(): Steps<boolean> {
    if (this.position < this.view.rows.count) return true;
    if (!this.view.rows.refill()) return false;
    this.position = 0;
    return true;
  }
  consumed(at: number): void { this.position = at; }
}

export function sortStores(plan: SortPlan, b: Builder): Store['kind'][] { return plan.targetlist.map((t) => kindOfType(b.catalog, exprType(t.expr))); }

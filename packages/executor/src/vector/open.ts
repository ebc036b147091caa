/**
 * Decides which plan nodes run as generated code, and opens them: aggregates, and scans with filters, over at least as
 * many rows as the setting pglitedb.vectorize_above_rows says. Whatever has no generated form stays with the general
 * operators, and so does everything under EXPLAIN ANALYZE, which counts the rows of each node.
 */
import { exprType, OUTER_VAR, type Expr, type Plan } from '@pglitedb/planner';
import { collectAggrefs } from '../nodes/aggregate.js';
import type { Builder } from '../nodes/builder.js';
import type { Operator } from '../nodes/operator.js';
import { vectorAggregate } from './aggregates.js';
import { Emitter, NotVectorizable } from './emitter.js';
import { generate, generateQual } from './expression.js';
import { Fragment, type Row } from './fragment.js';
import { BlockCodec } from '../spill/block-codec.js';
import { Groups, GroupSource } from './groups.js';
import { KeyChain, keyForm } from './keys.js';
import { RowsOut, VectorOperator } from './operator.js';
import { emitSort, SortedSource, sortKeys, SortRows, sortStores, type SortPlan } from './sort.js';
import type { Value } from './value.js';

type AggPlan = Extract<Plan, { kind: 'Agg' }>;

function thresholdOf(b: Builder): number {
  const rows = Number(b.session.setting('pglitedb.vectorize_above_rows') ?? '-1');
  return rows < 0 || b.instrumented ? Infinity : rows;
}

/** Rows that the plan's scans read: those of the tables where they are known. */
function inputRows(plan: Plan, b: Builder): number {
  if (plan.kind === 'SeqScan') return b.relation(plan.scanrelid).table.estimates().rows;
  const below = [plan.lefttree, plan.righttree, plan.kind === 'SubqueryScan' ? plan.subplan : undefined].filter((p) => p !== undefined);
  return Math.max(plan.plan_rows, ...below.map((p) => inputRows(p, b)));
}

function attempt(plan: Plan, b: Builder, open: () => Operator | undefined): Operator | undefined {
  const threshold = thresholdOf(b);
  if (threshold === Infinity || inputRows(plan, b) < threshold) return undefined;
  try {
    return open();
  } catch (error) {
    if (error instanceof NotVectorizable) return undefined;
    throw error;
  }
}

/** A scan whose filter is worth it. */
export function openVectorScan(plan: Extract<Plan, { kind: 'SeqScan' }>, b: Builder): Operator | undefined {
  if (plan.qual.length === 0) return undefined;
  return attempt(plan, b, () => {
    const f = new Fragment(b);
    const out = new RowsOut(plan.targetlist.length);
    f.chunksOnly = true;
    f.pipeline(plan, out.stop(), (row) => out.emit(outerTargets(plan), row));
    return new VectorOperator(plan, b, f.pipelines, out);
  });
}

/** The columns of a plan's rows, as its consumer sees them. */
function outerTargets(plan: Plan): Plan['targetlist'] {
  return plan.targetlist.map((t, k) => ({ ...t, expr: { kind: 'Var', varno: OUTER_VAR, varattno: k + 1, vartype: exprType(t.expr), varreturningtype: 'default' } as unknown as Expr }));
}

/** A sort over scans and joins, or over more rows than a few. */
export function openVectorSort(plan: SortPlan, b: Builder): Operator | undefined {
  return attempt(plan, b, () => {
    const rows = new SortRows(sortKeys(plan, b), sortStores(plan, b), BlockCodec.of(b.catalog, plan.targetlist.map((t) => exprType(t.expr))));
    const f = new Fragment(b);
    f.pipeline(plan.lefttree!, '', (row) => emitSort(rows, plan, row), () => rows.begin(), (breathe) => rows.finish(breathe),
      (x, breathe) => rows.overflow(x, breathe));
    const out = new RowsOut(plan.targetlist.length);
    const source = new SortedSource(rows, plan, b);
    const e = new Emitter();
    out.emit(outerTargets(plan), { session: b.session, out: e, skip: 'continue rows;', readVar: (v) => source.readVar(v, e) });
    f.pipelines.push(f.finishPipeline(source, e, out.stop()));
    return new VectorOperator(plan, b, f.pipelines, out, (n) => { const fewer = n <= rows.bound; rows.bound = n; return fewer; });
  });
}

// --- aggregates -----------------------------------------------------------------------------------------------------

/** Transition functions whose result does not depend on the order of their input. */
const ORDER_FREE = /^(int8inc|int8inc_any|int[248]_(sum|avg_accum)|(int[248]|float[48]|date_?|oid|numeric_?|text_?|timestamp(tz)?_?)(larger|smaller)|numeric_avg_accum|booland_statefunc|boolor_statefunc)$/;

function orderFree(plan: AggPlan, b: Builder): boolean {
  return collectAggrefs([plan.targetlist.map((t) => t.expr), plan.qual]).every((a) => {
    const agg = b.catalog.syscache('AGGFNOID', a.aggfnoid);
    const trans = agg && b.catalog.syscache('PROCOID', agg.aggtransfn);
    return trans !== undefined && trans.prolang === 12 && ORDER_FREE.test(trans.prosrc);
  });
}

export function openVectorAgg(plan: AggPlan, b: Builder): Operator | undefined {
  if (plan.chain.length > 0 || plan.groupingSets.length > 0 || plan.aggsplit !== 'simple') return undefined;
  if (plan.grpColIdx.length === 0 && plan.aggstrategy !== 'plain') return undefined;
  return attempt(plan, b, () => aggregate(plan, b));
}

function aggregate(plan: AggPlan, b: Builder): Operator {
  const below = plan.lefttree!;
  // Input sorted only for DISTINCT aggregates need not be.
  const input = plan.aggstrategy === 'plain' && below.kind === 'Sort' && below.initPlan.length === 0 && orderFree(plan, b) ? below.lefttree! : below;
  const exprs = [...plan.targetlist.map((t) => t.expr), ...plan.qual];
  const groups = new Groups();
  for (const k of outerColumns(exprs)) groups.first.set(k, []);
  const chains: KeyChain[] = [];
  const f = new Fragment(b);
  f.pipeline(input, '', (row) => accumulate(plan, input, groups, chains, row, b), () => {
    groups.clear();
    for (const c of chains) c.clear();
    if (plan.grpColIdx.length > 0) return;
    groups.add();
    for (const list of groups.first.values()) list[0] = null;
  });
  const rows = new RowsOut(plan.targetlist.length);
  const source = new GroupSource(groups, input, b.catalog);
  const out = new Emitter();
  const group: Row = { session: b.session, out, skip: 'continue rows;', readVar: (v) => source.readVar(v, out), readAggregate: (aggno, type) => source.readAggregate(aggno, type, out) };
  generateQual(plan.qual, group, group.skip);
  rows.emit(plan.targetlist, group);
  f.pipelines.push(f.finishPipeline(source, out, rows.stop()));
  return new VectorOperator(plan, b, f.pipelines, rows);
}

/** Input columns that are read outside of aggregates: those of the group's first row. */
function outerColumns(exprs: readonly Expr[]): Set<number> {
  const found = new Set<number>();
  const visit = (n: unknown): void => {
    if (n === null || typeof n !== 'object') return;
    if (Array.isArray(n)) { for (const m of n) visit(m); return; }
    const node = n as { kind?: string; varno?: number; varattno?: number };
    if (node.kind === 'Aggref' || node.kind === 'Const' || Object.getPrototypeOf(n) !== Object.prototype) return;
    if (node.kind === 'Var') found.add(node.varattno! - 1);
    for (const v of Object.values(n)) if (typeof v === 'object') visit(v);
  };
  visit(exprs);
  return found;
}

/** Stands for the group's number in code made before the number is known. */
const GROUP = '$GROUP';

/** Updates of the accumulators: their code, how the names of their arrays are set, and which are arrays of numbers. */
interface Updates { readonly lines: string[]; readonly load: string[]; readonly numbers: string[] }

function updatesOf(plan: AggPlan, groups: Groups, row: Row, b: Builder): Updates {
  const { out } = row;
  const load: string[] = [];
  const numbers: string[] = [];
  const compiler = b.compiler();
  const { lines } = out.capture(() => collectAggrefs([plan.targetlist.map((t) => t.expr), plan.qual]).forEach((ref, aggno) => {
    if (ref === undefined) return;
    const args = out.capture(() => ref.args.map((a) => generate(a.expr, row)));
    const a = vectorAggregate(ref, compiler, args.value, plan.grpColIdx.length > 0);
    groups.aggregates[aggno] = a;
    const self = out.inject(a);
    const names = new Map(a.arrays.map((name) => [name, out.name('a')]));
    for (const [name, local] of names) {
      load.push(`${local} = ${self}.${name}`);
      if ((a as unknown as Record<string, unknown>)[name] instanceof Float64Array) numbers.push(local);
    }
    out.line('{');
    if (ref.aggfilter !== undefined) {
      const x = generate(ref.aggfilter, row);
      out.line(`if (!(${x.n}) && (${x.v})) {`);
    }
    out.append(args.lines);
    a.emit(out, args.value, GROUP, self, (name) => names.get(name)!);
    out.line(ref.aggfilter === undefined ? '}' : '}}');
  }));
  return { lines, load, numbers };
}

/** Emits the group's number and the updates of its accumulators. */
function accumulate(plan: AggPlan, input: Plan, groups: Groups, chains: KeyChain[], row: Row, b: Builder): void {
  const { out } = row;
  const { lines, load, numbers } = updatesOf(plan, groups, row, b);
  if (load.length > 0) out.prologue.push(`let ${load.join(', ')};`);
  if (plan.grpColIdx.length === 0) {
    // One group: its accumulators are variables of the loop.
    for (const local of numbers) {
      out.prologue.push(`let ${local}v = ${local}[0];`);
      out.epilogue.push(`${local}[0] = ${local}v;`);
    }
    out.append(lines.map((l) => numbers.reduce((text, local) => text.replaceAll(`${local}[${GROUP}]`, `${local}v`), l).replaceAll(GROUP, '0')));
    return;
  }
  const column = (k: number): Value => row.readVar({ kind: 'Var', varno: OUTER_VAR, varattno: k + 1, varreturningtype: 'default' } as never);
  const G = out.inject(groups);
  const keys = plan.grpColIdx.map((col) => column(col - 1));
  const types = plan.grpColIdx.map((col) => exprType(input.targetlist[col - 1]!.expr));
  const chain = new KeyChain(row.session, types, types.map((t, k) => keyForm(row.session, t, plan.grpCollations[k] ?? 0, keys[k]!)));
  chains.push(chain);
  const g = chain.emitFind(out, keys);
  out.line(`if (${g} === ${G}.count) { ${G}.add();`);
  for (const k of groups.first.keys()) {
    const x = column(k);
    out.line(`${G}.first.get(${k}).push(${x.n === 'false' ? x.v : `${x.n} ? null : ${x.v}`});`);
  }
  out.line(`${load.length > 0 ? `${load.join(', ')};` : ''} }`);
  out.append(lines.map((l) => l.replaceAll(GROUP, g)));
}

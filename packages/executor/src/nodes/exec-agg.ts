/** Agg: plain, sorted and hashed grouping, grouping sets by rollups over sorted input and hash tables; and Group. */
import type { Plan } from '@pglitedb/planner';
import { exprType } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import type { Datum } from '@pglitedb/types';
import type { Batch, ExecContext } from '../context.js';
import { Frame } from '../expr/index.js';
import { AggregateCall, collectAggrefs, type AggState } from './aggregate.js';
import { defineNodes, type Builder } from './builder.js';
import { appendRows, BATCH_ROWS, newColumns, Operator } from './operator.js';
import { Projection } from './projection.js';
import { equalityOf, hashKeyOf, type RowEqual } from './sort-keys.js';
import { compoundKey } from './subplan.js';
import { openVectorAgg } from '../vector/open.js';

type AggPlan = Extract<Plan, { kind: 'Agg' }>;

/** A finished or growing group: its representative input row and its aggregate states. */
interface GroupEntry { row: Datum[]; states: AggState[]; grouping: ReadonlySet<number> | undefined; nulled: readonly number[] }

class AggOperator extends Operator {
  private readonly child: Operator;
  private readonly frame = new Frame();
  private readonly calls: AggregateCall[];
  private readonly projection: Projection;
  private groups: GroupEntry[] | undefined;
  private position = 0;
  private readonly waits: boolean;
  private readonly hash: ((v: Datum) => unknown)[];
  private readonly row: Datum[][];
  private readonly phases: { sets: number[][]; plan: AggPlan }[];

  constructor(readonly agg: AggPlan, b: Builder) {
    super(agg, b);
    this.child = b.open(agg.lefttree!);
    const c = b.compiler();
    const refs = collectAggrefs([agg.targetlist.map((t) => t.expr), agg.qual]);
    this.calls = refs.map((r) => new AggregateCall(r, c)).filter((r) => r !== undefined);
    this.index = refs.map((_, k) => k).filter((k) => refs[k] !== undefined);
    this.projection = new Projection(agg.targetlist, agg.qual, c);
    this.waits = this.calls.some((a) => a.waits);
    const input = agg.lefttree!.targetlist;
    this.phases = [agg, ...agg.chain].map((plan) => ({ plan, sets: plan.groupingSets.length > 0 ? plan.groupingSets : [plan.grpColIdx.map((_, k) => k)] }));
    this.hash = input.map((t) => lazyHash(() => hashKeyOf(c, exprType(t.expr))));
    this.row = input.map(() => [null]);
  }
  private readonly index: number[];
  override children(): readonly Operator[] { return [this.child]; }
  override start(x: ExecContext): void {
    this.frame.x = x;
    for (const a of this.calls) a.frameContext = x;
    super.start(x);
  }
  protected reset(): void { this.groups = undefined; this.position = 0; }

  private newGroup(row: Datum[], plan: AggPlan, set: readonly number[]): GroupEntry {
    const all = this.allGroupColumns();
    const kept = new Set(set.map((k) => plan.grpColIdx[k]!));
    const missing = all.filter((col) => !kept.has(col));
    const grouping = this.phases.length > 1 || this.phases[0]!.sets.length > 1 || this.agg.groupingSets.length > 0
      ? new Set(missing.map((col) => this.agg.lefttree!.targetlist[col - 1]!.ressortgroupref)) : undefined;
    return { row, states: this.calls.map((a) => a.newState()), grouping, nulled: grouping === undefined ? [] : missing.map((col) => col - 1) };
  }
  private groupColumns: number[] | undefined;
  private allGroupColumns(): number[] {
    this.groupColumns ??= [...new Set(this.phases.flatMap((p) => p.plan.grpColIdx))];
    return this.groupColumns;
  }

  /** Reads everything; groups come out in the order their first row did, or sorted where the plan says so. */
  private *collect(): Steps<void> {
    const tables = this.phases.flatMap((p) => p.sets.map((set) => ({ set, plan: p.plan, columns: set.map((k) => p.plan.grpColIdx[k]! - 1), map: new Map<unknown, GroupEntry>() })));
    const f = this.frame;
    for (let b = yield* this.child.next(BATCH_ROWS); b !== null; b = yield* this.child.next(BATCH_ROWS)) {
      f.outer = b.columns;
      for (const t of tables) {
        for (let r = 0; r < b.count; r++) {
          f.oi = r;
          const group = this.groupOf(t, b, r);
          if (this.waits) for (let k = 0; k < this.calls.length; k++) yield* this.calls[k]!.advanceSteps(group.states[k]!, f);
          else for (let k = 0; k < this.calls.length; k++) this.calls[k]!.advance(group.states[k]!, f);
        }
      }
      if (this.x.session.sliceOver()) yield* this.breathe();
    }
    // Without input there is a group where none was asked for, or the empty grouping set; not where all keys were constant.
    const empty = this.row.map(() => null);
    for (const t of tables) if (t.columns.length === 0 && t.map.size === 0 && (t.plan.aggstrategy === 'plain' || t.plan.groupingSets.length > 0)) t.map.set('', this.newGroup(empty, t.plan, t.set));
    this.groups = this.arrange(tables);
  }
  private groupOf(t: { set: number[]; plan: AggPlan; columns: number[]; map: Map<unknown, GroupEntry> }, b: Batch, r: number): GroupEntry {
    const { columns, map } = t;
    let key: unknown = '';
    if (columns.length === 1) key = this.hash[columns[0]!]!(b.columns[columns[0]!]![r]);
    else if (columns.length > 1) key = compoundKey(columns.map((c) => this.hash[c]!(b.columns[c]![r])));
    let group = map.get(key);
    if (group === undefined) {
      group = this.newGroup(b.columns.map((c) => c[r]), t.plan, t.set);
      map.set(key, group);
    }
    return group;
  }
  private arrange(tables: { map: Map<unknown, GroupEntry>; plan: AggPlan; set: number[] }[]): GroupEntry[] {
    return tables.flatMap((t) => [...t.map.values()]);
  }

  *next(max: number): Steps<Batch | null> {
    if (this.groups === undefined) yield* this.collect();
    const { projection: p, frame: f } = this;
    p.clear();
    const limit = Math.min(max, BATCH_ROWS);
    while (this.position < this.groups!.length && p.out.count < limit) {
      const g = this.groups![this.position++]!;
      for (let c = 0; c < this.row.length; c++) this.row[c]![0] = g.row[c];
      for (const c of g.nulled) this.row[c]![0] = null;
      f.outer = this.row;
      f.oi = 0;
      f.grouping = g.grouping;
      for (let k = 0; k < this.calls.length; k++) f.aggs[this.index[k]!] = yield* this.calls[k]!.finish(g.states[k]!, f);
      yield* p.addRow(f);
    }
    return p.out.count > 0 ? p.out : null;
  }
}

function lazyHash(make: () => (v: Datum) => unknown): (v: Datum) => unknown {
  let fn: ((v: Datum) => unknown) | undefined;
  return (v) => (fn ??= make())(v);
}

/** Group: sorted input, no aggregates. */
class GroupOperator extends Operator {
  private readonly child: Operator;
  private readonly frame = new Frame();
  private readonly equal: RowEqual;
  private readonly projection: Projection;
  private last: Datum[][] | undefined;
  constructor(plan: Extract<Plan, { kind: 'Group' }>, b: Builder) {
    super(plan, b);
    this.child = b.open(plan.lefttree!);
    const c = b.compiler();
    this.equal = equalityOf(c, plan.lefttree!, plan.grpColIdx, plan.grpOperators, plan.grpCollations);
    this.projection = new Projection(plan.targetlist, plan.qual, c);
  }
  override children(): readonly Operator[] { return [this.child]; }
  override start(x: ExecContext): void { this.frame.x = x; super.start(x); }
  protected reset(): void { this.last = undefined; }
  *next(max: number): Steps<Batch | null> {
    for (;;) {
      const batch = yield* this.child.next(Math.min(max, BATCH_ROWS));
      if (batch === null) return null;
      this.projection.clear();
      for (let r = 0; r < batch.count; r++) {
        if (this.last !== undefined && this.equal(this.last, 0, batch.columns, r)) continue;
        this.last = newColumns(batch.columns.length);
        appendRows(this.last, batch.columns, r, r + 1);
        this.frame.outer = batch.columns;
        this.frame.oi = r;
        yield* this.projection.addRow(this.frame);
      }
      if (this.projection.out.count > 0) return this.projection.out;
    }
  }
}

defineNodes({ Agg: (p, b) => openVectorAgg(p, b) ?? new AggOperator(p, b), Group: (p, b) => new GroupOperator(p, b) });

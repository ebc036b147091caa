/** Groups of a hashed aggregate by dense number, and the source that reads them when the input is at its end. */
import { exprType, OUTER_VAR, type Plan, type Var } from '@pglitedb/planner';
import type { CatalogReader } from '@pglitedb/catalog';
import type { Steps } from '@pglitedb/txn';
import type { Datum, Oid } from '@pglitedb/types';
import type { Operator } from '../nodes/operator.js';
import type { VectorAggregate } from './aggregates.js';
import { NotVectorizable, type Emitter } from './emitter.js';
import { nextCapacity } from './store.js';
import type { Source } from './source.js';
import { kindOfType, type Value } from './value.js';

export class Groups {
  count = 0;
  private capacity = 0;
  readonly aggregates: (VectorAggregate | undefined)[] = [];
  /** Values of the group's first row, by input column. */
  readonly first = new Map<number, Datum[]>();

  /** Another group: grows the accumulators where there is no room. */
  add(): void {
    this.count++;
    if (this.count > this.capacity) {
      this.capacity = nextCapacity(this.capacity);
      for (const a of this.aggregates) a?.grow(this.capacity);
    }
  }
  clear(): void {
    this.count = 0;
    this.capacity = 0;
    for (const a of this.aggregates) a?.clear();
    for (const list of this.first.values()) list.length = 0;
  }
}

export class GroupSource implements Source {
  readonly view: { groups: Groups };
  readonly operators: readonly Operator[] = [];
  position = 0;
  private readonly loaded = new Map<Emitter, Set<number>>();
  constructor(groups: Groups, private readonly input: Plan, private readonly catalog: CatalogReader) { this.view = { groups }; }

  loop(out: Emitter, stop: string): string {
    out.prologue.push('const n = V.groups.count;');
    return `let i = at; rows: for (; i < n; i++) { ${stop} const r = i; @ }`;
  }
  readVar(v: Var, out: Emitter): Value {
    const at = v.varattno - 1;
    const { groups } = this.view;
    if (v.varno !== OUTER_VAR || !groups.first.has(at)) throw new NotVectorizable('Var of another input');
    let done = this.loaded.get(out);
    if (done === undefined) this.loaded.set(out, (done = new Set()));
    if (!done.has(at)) out.prologue.push(`const c${at} = V.groups.first.get(${at});`);
    done.add(at);
    return { v: `c${at}[r]`, n: `c${at}[r] === null`, kind: kindOfType(this.catalog, exprType(this.input.targetlist[at]!.expr)) };
  }
  readAggregate(aggno: number, type: Oid, out: Emitter): Value {
    const t = out.name();
    out.line(`const ${t} = ${out.inject(this.view.groups.aggregates[aggno])}.result(r);`);
    return { v: t, n: `${t} === null`, kind: kindOfType(this.catalog, type) };
  }

  start(): void { this.position = 0; }
  rescan(): void { this.position = 0; }
  // eslint-disable-next-line require-yield
  *fill(): Steps<boolean> { return this.position < this.view.groups.count; }
  consumed(at: number): void { this.position = at; }
}

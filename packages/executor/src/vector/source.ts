/**
 * Where rows of a pipeline come from: chunks of a table, batches of any other operator, or the groups of an aggregate.
 * A source says how the code finds a Var of its row; at run time it fills a batch that the code then works through
 * without giving the thread away.
 */
import { exprType, OUTER_VAR, type Plan, type Var } from '@pglitedb/planner';
import type { ChunkVectors, Steps, TableScan } from '@pglitedb/txn';
import type { Batch, ExecContext } from '../context.js';
import { waitFor } from '../context.js';
import { scanColumns } from '../nodes/exec-scan.js';
import { BATCH_ROWS, type Operator } from '../nodes/operator.js';
import type { Builder } from '../nodes/builder.js';
import type { RelationHandle } from '../relation.js';
import { NotVectorizable, type Emitter } from './emitter.js';
import { kindOfPhysical, kindOfType, type Value } from './value.js';

export interface Source {
  /** Text around the loop's body, @ where it goes; the code is a function of (V, X, at, max) that answers how far it got. */
  loop(out: Emitter, stop: string): string;
  readVar(v: Var, out: Emitter): Value;
  /** What V is. */
  readonly view: object;
  start(x: ExecContext): void;
  rescan(): void;
  /** Fills the view: false at the end. */
  fill(max: number): Steps<boolean>;
  /** Where in the view the code starts. */
  readonly position: number;
  /** The view's rows before `at` are done with. */
  consumed(at: number): void;
  readonly operators: readonly Operator[];
}

/** Visible rows of a table's chunks. */
export class ChunkSource implements Source {
  readonly view: ChunkVectors = { count: 0, base: 0, sel: new Uint16Array(0), columns: [] };
  readonly operators: readonly Operator[] = [];
  private readonly rel: RelationHandle;
  private readonly attnums: number[];
  private scan: TableScan | undefined;
  private x!: ExecContext;
  private readonly loaded = new Map<Emitter, Set<number>>();
  private readonly decoded = new Map<Emitter, Set<number>>();

  constructor(plan: Extract<Plan, { kind: 'SeqScan' }>, b: Builder) {
    this.rel = b.relation(plan.scanrelid);
    if (!'rmt'.includes(this.rel.info.relkind)) throw new NotVectorizable('not a table');
    this.attnums = scanColumns(plan, plan.scanrelid, this.rel, b).attnums;
  }

  loop(out: Emitter, stop: string): string {
    out.prologue.push('const n = V.count, sel = V.sel;');
    const values = [...(this.decoded.get(out) ?? [])].map((at) => `let z${at} = null;`).join(' ');
    return `let i = at; rows: for (; i < n; i++) { ${stop} const r = sel[i]; ${values} @ }`;
  }

  readVar(v: Var, out: Emitter): Value {
    if (v.varattno === -1) return { v: '(V.base + r)', n: 'false', kind: 'num' };
    const at = this.attnums.indexOf(v.varattno);
    const attribute = this.rel.info.attributes[v.varattno - 1];
    if (at < 0 || attribute === undefined || v.varreturningtype !== 'default') throw new NotVectorizable('system column');
    const { physical } = this.rel.types[v.varattno - 1]!;
    const c = `c${at}`;
    this.load(out, at, physical);
    const n = attribute.attnotnull ? 'false' : `${c}n[r] === 1`;
    const kind = kindOfPhysical(physical);
    switch (physical) {
      case 'bool': return { v: `(${c}d[r] === 1)`, n, kind };
      case 'date32': case 'time64': return { v: `${c}.get(r)`, n, kind };
      case 'bytes': {
        const { decodeAt } = this.rel.types[v.varattno - 1]!;
        const decoded = decodeAt === undefined ? `${c}.get(r)` : `${out.inject(decodeAt)}(${c}.heap, ${c}.off[r], ${c}.off[r] + ${c}.len[r])`;
        const value = decodeAt === undefined || n === 'false' ? decoded : `(${n} ? null : ${decoded})`;
        // Decoded once for each row, where it is first needed.
        let known = this.decoded.get(out);
        if (known === undefined) this.decoded.set(out, (known = new Set()));
        known.add(at);
        return { v: `(z${at} === null ? (z${at} = ${value}) : z${at})`, n, kind, cell: { column: c, slot: 'r' } };
      }
      case 'int64': return { v: `(${c}.wide ? ${c}.get(r) : ${c}d[r])`, n, kind };
      case 'text': return { v: `${c}.getText(r)`, n, kind, text: { column: c, slot: 'r' } };
      default: return { v: `${c}d[r]`, n, kind };
    }
  }
  private load(out: Emitter, at: number, physical: string): void {
    let done = this.loaded.get(out);
    if (done === undefined) this.loaded.set(out, (done = new Set()));
    if (done.has(at)) return;
    done.add(at);
    const data = ({ bool: 'u8', int16: 'i16', int32: 'i32', uint32: 'u32', float32: 'f32', float64: 'f64', int64: 'f64' } as Record<string, string>)[physical];
    out.prologue.push(`const c${at} = V.columns[${at}], c${at}n = c${at}.nulls${data === undefined ? '' : `, c${at}d = c${at}.${data}`};`);
  }

  readonly position = 0;
  start(x: ExecContext): void { this.x = x; this.scan = undefined; }
  rescan(): void { this.scan = undefined; }
  *fill(): Steps<boolean> {
    this.scan ??= this.rel.table.scan(this.x.snapshot, this.attnums);
    for (let wait = this.scan.vectors(this.view); wait !== undefined; wait = this.scan.vectors(this.view)) yield waitFor(wait);
    return this.view.count > 0;
  }
  consumed(at: number): void {
    if (at < this.view.count) this.scan!.resumeAt(this.view.sel[at]!);
  }
  /** Rows that the table has now. */
  get estimatedRows(): number { return this.rel.table.estimates().rows; }
}

/** Batches of an operator that has no generated form. */
export class OperatorSource implements Source {
  readonly view: { batch: Batch } = { batch: { count: 0, columns: [] } };
  readonly operators: readonly Operator[];
  private readonly op: Operator;
  position = 0;
  private readonly loaded = new Map<Emitter, Set<number>>();
  constructor(private readonly plan: Plan, private readonly b: Builder) {
    this.op = b.open(plan);
    this.operators = [this.op];
  }
  loop(out: Emitter, stop: string): string {
    out.prologue.push('const n = V.batch.count;');
    return `let i = at; rows: for (; i < n; i++) { ${stop} const r = i; @ }`;
  }
  readVar(v: Var, out: Emitter): Value {
    if (v.varno !== OUTER_VAR) throw new NotVectorizable('Var of another input');
    const at = v.varattno - 1;
    let done = this.loaded.get(out);
    if (done === undefined) this.loaded.set(out, (done = new Set()));
    if (!done.has(at)) out.prologue.push(`const c${at} = V.batch.columns[${at}];`);
    done.add(at);
    return { v: `c${at}[r]`, n: `c${at}[r] === null`, kind: kindOfType(this.b.catalog, exprType(this.plan.targetlist[at]!.expr)) };
  }
  start(): void { this.position = 0; this.view.batch = { count: 0, columns: [] }; }
  rescan(): void { this.start(); }
  *fill(max: number): Steps<boolean> {
    if (this.position > 0) return true;
    const batch = yield* this.op.next(Math.min(max, BATCH_ROWS));
    if (batch === null) return false;
    this.view.batch = batch;
    return true;
  }
  consumed(at: number): void { this.position = at < this.view.batch.count ? at : 0; }
}

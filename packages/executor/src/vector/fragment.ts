/**
 * A part of a plan as pipelines of generated code, in the manner of data-centric compilation (Neumann, Efficiently
 * Compiling Efficient Query Plans for Modern Hardware, VLDB 2011): each pipeline is one function whose loop takes a row
 * from its source through filters, projections and join probes into a sink: a hash table, accumulators, or rows out.
 * `produce` emits the loop's body from a plan and calls `consume` where a row of that plan is at hand.
 */
import { INNER_VAR, OUTER_VAR, type Expr, type Plan, type TargetEntry, type Var } from '@pglitedb/planner';
import { exprType } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import type { ExecContext } from '../context.js';
import type { Builder } from '../nodes/builder.js';
import { vectorHashMemory } from '../spill/memory-limit.js';
import { Emitter, NotVectorizable } from './emitter.js';
import { canGenerate, generate, generateQual, type Scope } from './expression.js';
import { Interner } from './key-maps.js';
import { JoinTable } from './join-table.js';
import { KeyChain, keyForm, numberKey, type KeyForm } from './keys.js';
import { ChunkSource, OperatorSource, type Source } from './source.js';
import { Store } from './store.js';
import { atom, kindOfType, type Value } from './value.js';

/** A row of some plan: its columns as OUTER_VAR, and the statement that leaves it. */
export interface Row extends Scope { readonly skip: string }
type Consume = (row: Row) => void;

export interface Pipeline {
  readonly source: Source;
  /** Works through the source's view from `at`: answers how far it got. */
  readonly code: (view: object, x: ExecContext, at: number, max: number) => number;
  /** Before the first row, and after the last. */
  readonly begin: () => void;
  /** Between views, where the sink has more than its memory. */
  readonly overflow?: ((x: ExecContext, breathe: () => Steps<void>) => Steps<void> | undefined) | undefined;
  readonly end: (breathe: () => Steps<void>) => Steps<void> | undefined;
}

type HashJoinPlan = Extract<Plan, { kind: 'HashJoin' }>;
const PROBED: readonly string[] = ['inner', 'left', 'semi', 'anti'];
/** What a row takes beside its values: its key and links. */
const ROW_OVERHEAD = 24;
const nothing = (): undefined => undefined;
const asOuter = (v: Var): Var => (v.varno === OUTER_VAR ? v : { ...v, varno: OUTER_VAR });

export class Fragment {
  /** In the order they run. */
  readonly pipelines: Pipeline[] = [];
  private builds: (() => void)[] = [];
  /** The root must be read from chunks: an operator as its source would gain nothing. */
  chunksOnly = false;
  private readonly interner = new Interner();
  constructor(readonly b: Builder) {}

  /** A pipeline over the rows of a plan; `stop` is tested before each row. */
  pipeline(plan: Plan, stop: string, sink: Consume, begin: Pipeline['begin'] = nothing, end: Pipeline['end'] = nothing, overflow?: Pipeline['overflow']): Pipeline {
    const out = new Emitter(this.interner);
    const saved = this.builds;
    this.builds = [];
    const source = this.produce(plan, out, sink);
    const p = this.finishPipeline(source, out, stop, begin, end, overflow);
    for (const build of this.builds) build();
    this.builds = saved;
    this.pipelines.push(p);
    return p;
  }
  finishPipeline(source: Source, out: Emitter, stop: string, begin: Pipeline['begin'] = nothing, end: Pipeline['end'] = nothing, overflow?: Pipeline['overflow']): Pipeline {
    const loop = source.loop(out, stop);
    out.epilogue.push('return i;');
    return { source, code: out.finish('V, X, at, max', loop), begin: () => { this.interner.clear(); begin(); }, end, overflow };
  }

  /** True where a plan is run by generated code here, and not by an operator of its own. */
  private produce(plan: Plan, out: Emitter, consume: Consume, root = true): Source {
    if (root || plan.initPlan.length === 0) {
      switch (plan.kind) {
        case 'SeqScan': return this.scan(plan, out, consume);
        case 'Result': if (plan.lefttree !== undefined && plan.resconstantqual.length === 0) return this.passThrough(plan, plan.lefttree, OUTER_VAR, out, consume); break;
        case 'SubqueryScan': return this.passThrough(plan, plan.subplan, plan.scanrelid, out, consume);
        case 'HashJoin': if (PROBED.includes(plan.jointype)) return this.join(plan, out, consume); break;
        default: break;
      }
    }
    return this.operator(plan, out, consume);
  }

  private scope(out: Emitter, readVar: (v: Var) => Value, skip: string): Row {
    return { session: this.b.session, out, readVar, skip };
  }
  /** The rows that a target list makes of other rows. */
  private projected(targets: readonly TargetEntry[], from: Row): Row {
    return this.scope(from.out, (v) => generate(targets[v.varattno - 1]!.expr, from), from.skip);
  }

  private operator(plan: Plan, out: Emitter, consume: Consume): Source {
    if (this.chunksOnly) throw new NotVectorizable('no chunks');
    const source = new OperatorSource(plan, this.b);
    consume(this.scope(out, (v) => source.readVar(v, out), 'continue rows;'));
    return source;
  }

  private scan(plan: Extract<Plan, { kind: 'SeqScan' }>, out: Emitter, consume: Consume): Source {
    let source: ChunkSource;
    try {
      source = new ChunkSource(plan, this.b);
    } catch (error) {
      if (error instanceof NotVectorizable) return this.operator(plan, out, consume);
      throw error;
    }
    const trial = new Emitter();
    const exprs = [...plan.qual, ...plan.targetlist.map((t) => t.expr)];
    if (!canGenerate(exprs, this.scope(trial, (v) => source.readVar(v, trial), ''))) return this.operator(plan, out, consume);
    const row = this.scope(out, (v) => source.readVar(v, out), 'continue rows;');
    generateQual(plan.qual, row, row.skip);
    consume(this.projected(plan.targetlist, row));
    return source;
  }

  private passThrough(plan: Plan, child: Plan, varno: number, out: Emitter, consume: Consume): Source {
    return this.produce(child, out, (from) => {
      const row = this.scope(out, (v) => {
        if (v.varno !== varno || v.varattno <= 0) throw new NotVectorizable('Var of another input');
        return from.readVar(asOuter(v));
      }, from.skip);
      generateQual(plan.qual, row, row.skip);
      consume(this.projected(plan.targetlist, row));
    }, false);
  }

  // --- hash join ----------------------------------------------------------------------------------------------------
  private join(plan: HashJoinPlan, out: Emitter, consume: Consume): Source {
    const table = new JoinTable();
    const clauses = plan.hashclauses.map((e) => (e as Extract<Expr, { kind: 'OpExpr' }>));
    const inner = plan.righttree!.lefttree!;
    if (inner.plan_rows * (inner.plan_width + ROW_OVERHEAD) > vectorHashMemory(this.b.session)) return this.operator(plan, out, consume);
    return this.produce(plan.lefttree!, out, (outer) => {
      const keys = clauses.map((c) => generate(c.args[0]!, outer));
      const forms = keys.map((k, at) => this.forms(clauses[at]!, k));
      const chain = forms.length === 1 && (forms[0] === 'number' || forms[0] === 'int8') ? undefined
        : new KeyChain(this.b.session, clauses.map((c) => exprType(c.args[0]!)), forms);
      const match = this.probe(plan, table, chain, keys, outer);
      generateQual(plan.qual, match, match.skip);
      consume(this.projected(plan.targetlist, match));
      out.line('}');
      this.builds.push(() => this.build(inner, clauses, table, chain));
    }, false);
  }

  /** Text and floats need the same form on both sides; without a column of text in reach values are compared. */
  private forms(clause: Extract<Expr, { kind: 'OpExpr' }>, key: Value): KeyForm {
    const form = keyForm(this.b.session, exprType(clause.args[0]!), clause.inputcollid, key);
    const numeric = form === 'number' || form === 'int8';
    if (numeric || exprType(clause.args[0]!) === exprType(clause.args[1]!)) return form === 'bytes' ? 'value' : form;
    throw new NotVectorizable('join of different types');
  }

  /** Emits the search for matches, and opens the block in which a match is at hand. */
  private probe(plan: HashJoinPlan, table: JoinTable, chain: KeyChain | undefined, keys: readonly Value[], outer: Row): Row {
    const { out } = outer;
    const chained = out.name('x');
    out.prologue.push(`const ${chained} = ${out.inject(table)}.next;`);
    const first = this.firstMatch(table, chain, keys, out);
    const at = out.name('m');
    const loop = out.name('L');
    const again = `continue ${loop};`;
    const columns = this.innerColumns(table, plan.righttree!, out, at, plan.jointype === 'left' ? `${at} < 0` : 'false');
    const row = this.scope(out, (v) => (v.varno === INNER_VAR ? columns(v) : outer.readVar(v)), again);
    const each = `${loop}: for (let ${at} = ${first}; ${at} >= 0; ${at} = ${chained}[${at}]) {`;
    if (plan.jointype === 'inner') {
      out.line(each);
      generateQual(plan.joinqual, row, again);
      return row;
    }
    const hit = out.name('b');
    if (plan.jointype === 'left') {
      const next = out.name('m');
      out.line(`let ${next} = ${first}, ${hit} = false, ${at} = -1; ${loop}: for (;;) {`);
      out.line(`if (${next} >= 0) { ${at} = ${next}; ${next} = ${chained}[${at}];`);
      generateQual(plan.joinqual, row, again);
      out.line(`${hit} = true; } else if (${hit}) break; else { ${hit} = true; ${at} = -1; }`);
      return row;
    }
    out.line(`let ${hit} = false; ${each}`);
    generateQual(plan.joinqual, row, again);
    out.line(`${hit} = true; break; }`);
    out.line(`if (${plan.jointype === 'semi' ? '!' : ''}${hit}) ${outer.skip}`);
    out.line('{');
    return this.scope(out, (v) => {
      if (v.varno === INNER_VAR) throw new NotVectorizable('inner column of a semijoin');
      return outer.readVar(v);
    }, outer.skip);
  }

  /** Emits the lookup of a key: the name of its first row, -1 for none. */
  private firstMatch(table: JoinTable, chain: KeyChain | undefined, keys: readonly Value[], out: Emitter): string {
    const t = out.inject(table);
    const first = out.name('m');
    const [dense, head, min, range] = ['d', 'h', 'f', 'w'].map((p) => out.name(p));
    out.prologue.push(`const ${dense} = ${t}.dense, ${head} = ${t}.head, ${min} = ${t}.min, ${range} = ${t}.range;`);
    const find = (key: string): void => {
      const offset = out.name();
      out.line(`const ${offset} = ${key} - ${min}; ${first} = ${dense} ? (${offset} >= 0 && ${offset} < ${range} && ${offset} === (${offset} | 0) ? ${head}[${offset}] : -1) : ${t}.probe(${key});`);
    };
    out.line(`let ${first} = -1;`);
    if (chain !== undefined) {
      const id = chain.emitStrict(out, keys, 'lookup');
      out.line(`if (${id} >= 0) {`);
      find(id);
    } else {
      const key = keys[0]!;
      out.line(key.n === 'false' ? '{' : `if (!(${key.n})) {`);
      find(atom(out, numberKey(out, key)));
    }
    out.line('}');
    return first;
  }

  /** Columns of the build side, kept only where they are read. */
  private innerColumns(table: JoinTable, inner: Plan, out: Emitter, at: string, absent: string): (v: Var) => Value {
    const t = out.inject(table);
    const names = new Map<number, string>();
    return (v) => {
      const k = v.varattno - 1;
      let store = table.columns.get(k);
      if (store === undefined) {
        store = new Store(kindOfType(this.b.catalog, exprType(inner.targetlist[k]!.expr)), true);
        table.columns.set(k, store);
      }
      let name = names.get(k);
      if (name === undefined) {
        name = out.name('s');
        names.set(k, name);
        out.prologue.push(`const ${name} = ${t}.columns.get(${k}).data, ${name}n = ${t}.columns.get(${k}).nulls;`);
      }
      return store.valueAt(at, name, `${name}n`, absent);
    };
  }

  private build(inner: Plan, clauses: readonly Extract<Expr, { kind: 'OpExpr' }>[], table: JoinTable, chain: KeyChain | undefined): void {
    this.pipeline(inner, '', (row) => {
      const { out } = row;
      const t = out.inject(table);
      const side = this.scope(out, (v) => row.readVar(asOuter(v)), row.skip);
      const keys = clauses.map((c) => generate(c.args[1]!, side));
      let key: string;
      if (chain !== undefined) {
        key = chain.emitStrict(out, keys, 'find');
        out.line(`if (${key} < 0) ${row.skip}`);
      } else {
        if (keys[0]!.n !== 'false') out.line(`if (${keys[0]!.n}) ${row.skip}`);
        key = atom(out, numberKey(out, keys[0]!));
      }
      const stores = [...table.columns].map(([k, store]) => ({ k, store, name: out.name('s') }));
      const load = [`jk = ${t}.keys`, ...stores.flatMap(({ k, name }) => [`${name} = ${t}.columns.get(${k}).data`, `${name}n = ${t}.columns.get(${k}).nulls`])].join(', ');
      out.prologue.push(`let ${load};`);
      out.line(`const o = ${t}.count; if (o >= jk.length) { ${t}.grow(); ${load}; } ${t}.count = o + 1; jk[o] = ${key};`);
      for (const { k, store, name } of stores) {
        const x = row.readVar({ varno: OUTER_VAR, varattno: k + 1 } as Var);
        store.emitPut(out, x, 'o', name, `${name}n`);
      }
    }, () => { table.clear(); chain?.clear(); }, (breathe) => table.finish(breathe));
  }
}

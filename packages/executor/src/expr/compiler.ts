/**
 * Expression compiler: planner Exprs to closures over a Frame. Expressions in which something may wait (subplans, SQL
 * and PL functions) compile to generators: their waiting parts are computed first, into frame slots that the
 * synchronous rest reads (`combine`); conditional nodes have generator forms of their own.
 */
import { ACL, checkPrivilege } from '@pglitedb/catalog';
import type { Expr, Var } from '@pglitedb/planner';
import type { CatalogReader } from '@pglitedb/catalog';
import { assert, notImplemented, type CallContext, type Datum, type Oid, type TypeEnv } from '@pglitedb/types';
import type { SessionServices } from '../context.js';
import { callContext, resolveFunction, type ResolvedFunction } from '../functions/fmgr.js';
import { evalSteps, type Compiled, type EvalFn, type Frame, type GenFn } from './frame.js';

/** Where a Var's value is found at run time. */
export type VarPlace =
  | { side: 'outer' | 'inner'; column: number }
  | { side: 'rowid' } | { side: 'fn'; fn: EvalFn };

export interface CompileEnv {
  readonly session: SessionServices;
  readVar(v: Var): VarPlace;
  /** Makes the run-time form of a SubPlan node. */
  subplan(node: Extract<Expr, { kind: 'SubPlan' }>, compiler: ExprCompiler): Compiled;
}

export type Handler<K extends Expr['kind']> = (node: Extract<Expr, { kind: K }>, c: ExprCompiler) => Compiled;
export type Handlers = { [K in Expr['kind']]?: Handler<K> };

const handlers: Handlers = {};
/** Adds node kinds; each expr-*.ts file registers its own. */
export function defineHandlers(table: Handlers): void { Object.assign(handlers, table); }


export class ExprCompiler {
  readonly env: TypeEnv;
  readonly catalog: CatalogReader;
  private slots = 0;
  /** In a WindowAgg's target list: where the results of window functions are, among the frame's aggs. */
  windowSlot: ((f: Extract<Expr, { kind: 'WindowFunc' }>) => number) | undefined;
  constructor(readonly ce: CompileEnv) {
    this.env = ce.session.env;
    this.catalog = ce.session.catalog();
  }

  compile(e: Expr): Compiled {
    const h = handlers[e.kind] as ((n: Expr, c: ExprCompiler) => Compiled) | undefined;
    if (h === undefined) throw notImplemented(`expression node ${e.kind}`);
    return h(e, this);
  }
  compileList(list: readonly Expr[]): Compiled[] { return list.map((e) => this.compile(e)); }

  slot(): number { return this.slots++; }

  resolve(oid: Oid): ResolvedFunction { return resolveFunction(this.catalog, oid); }
  /** For calls that the statement itself makes: 42501 without EXECUTE. */
  resolveCalled(oid: Oid): ResolvedFunction {
    this.checkExecute(oid);
    return resolveFunction(this.catalog, oid);
  }
  checkExecute(oid: Oid): void {
    const proc = this.catalog.syscache('PROCOID', oid);
    if (proc !== undefined && proc.proacl !== null) checkPrivilege(this.catalog, 'pg_proc', oid, this.ce.session.userOid(), ACL.EXECUTE);
  }
  callContext(collation: Oid, argTypes: readonly Oid[], resultType: Oid, variadic = false): CallContext {
    return callContext(this.env, collation, argTypes, resultType, variadic);
  }

  /** A node all of whose children are evaluated: build makes the synchronous form over their closures. */
  combine(children: readonly Compiled[], build: (fns: EvalFn[]) => EvalFn, isVolatile = false): Compiled {
    const vol = isVolatile || children.some((c) => c.isVolatile);
    if (children.every((c) => c.fn !== undefined)) return sync(build(children.map((c) => c.fn!)), vol);
    const ahead: { gen: GenFn; slot: number }[] = [];
    const fns = children.map((c): EvalFn => {
      if (c.fn !== undefined) return c.fn;
      const slot = this.slot();
      ahead.push({ gen: c.gen!, slot });
      return (f) => f.tmp[slot];
    });
    const rest = build(fns);
    return {
      fn: undefined, isVolatile: vol, outerColumn: -1,
      *gen(f: Frame) {
        for (const a of ahead) f.tmp[a.slot] = yield* a.gen(f);
        return rest(f);
      },
    };
  }

  /** Both forms of a conditional node. */
  conditional(children: readonly Compiled[], fn: () => EvalFn, gen: () => GenFn): Compiled {
    const vol = children.some((c) => c.isVolatile);
    return children.every((c) => c.fn !== undefined) ? sync(fn(), vol) : { fn: undefined, gen: gen(), isVolatile: vol, outerColumn: -1 };
  }
}

export function sync(fn: EvalFn, isVolatile = false, outerColumn = -1): Compiled {
  return { fn, gen: undefined, isVolatile, outerColumn };
}

export function constant(value: Datum): Compiled { return sync(() => value); }

/** An implicit-AND qualification list as one predicate (NULL counts as false). */
export function compileQual(quals: readonly Expr[], c: ExprCompiler): Compiled | undefined {
  if (quals.length === 0) return undefined;
  const parts = c.compileList(quals);
  if (parts.length === 1) {
    const only = parts[0]!;
    return only;
  }
  return c.conditional(
    parts,
    () => {
      const fns = parts.map((p) => p.fn!);
      assert(fns.length > 1, 'qual list');
      return (f) => {
        for (let k = 0; k < fns.length; k++) if (fns[k]!(f) !== true) return false;
        return true;
      };
    },
    () =>
      function* (f) {
        for (const p of parts) if ((yield* evalSteps(p, f)) !== true) return false;
        return true;
      },
  );
}

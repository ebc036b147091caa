/**
 * Builds the operator tree of a plan. One builder per planned statement and session: it owns the compile environment
 * (where Vars are found), the statement's subplans and the relations opened for it.
 */
import type { CatalogReader } from '@pglitedb/catalog';
import type { Plan, PlannedStmt, RangeTblEntry, SubPlan, Var } from '@pglitedb/planner';
import { INNER_VAR, OUTER_VAR } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import { assert, notImplemented } from '@pglitedb/types';
import type { ExecContext, SessionServices } from '../context.js';
import { ExprCompiler, type Compiled, type EvalFn, type VarPlace } from '../expr/index.js';
import { openRelation, type RelationHandle } from '../relation.js';
import { BATCH_ROWS, type Operator } from './operator.js';
import { compileSubPlan, InitPlanRunner } from './subplan.js';

/** Where a node finds Vars that are neither OUTER_VAR nor INNER_VAR: its scan's columns. */
export type ScanColumns = (v: Var) => VarPlace;

/** Where a run keeps the rows of a WITH query. */
export const cteKey = (planId: number): string => `cte ${planId}`;

type OpenFn<K extends Plan['kind']> = (plan: Extract<Plan, { kind: K }>, b: Builder) => Operator;
export type OpenTable = { [K in Plan['kind']]?: OpenFn<K> };
const openers: OpenTable = {};
/** Adds node kinds; every nodes/exec-*.ts registers its own. */
export function defineNodes(table: OpenTable): void { Object.assign(openers, table); }

export class Builder {
  readonly catalog: CatalogReader;
  /** Operators of PlannedStmt.subplans, opened when first needed: index = plan_id - 1. */
  private readonly subplanOps: (Operator | undefined)[] = [];
  private readonly relations = new Map<number, RelationHandle>();
  /** Operators by plan_node_id, for EXPLAIN ANALYZE. */
  readonly operators = new Map<number, Operator>();

  constructor(readonly session: SessionServices, readonly planned: PlannedStmt, private readonly onOpen?: (op: Operator) => void, /** EvalPlanQual: scans that are replaced */ private readonly replace?: (plan: Plan, b: Builder) => Operator | undefined) {
    this.catalog = session.catalog();
  }

  /** Operators are watched (EXPLAIN ANALYZE): each plan node must have its own. */
  get instrumented(): boolean { return this.onOpen !== undefined; }

  open(plan: Plan): Operator {
    const replaced = this.replace?.(plan, this);
    if (replaced !== undefined) return replaced;
    const fn = openers[plan.kind] as ((p: Plan, b: Builder) => Operator) | undefined;
    if (fn === undefined) throw notImplemented(`plan node ${plan.kind}`);
    let op = fn(plan, this);
    if (plan.initPlan.length > 0 && this.replace === undefined) op = new InitPlanRunner(op, plan.initPlan, this);
    this.operators.set(plan.plan_node_id, op);
    this.onOpen?.(op);
    return op;
  }

  rte(index: number): RangeTblEntry {
    const rte = this.planned.rtable[index - 1];
    assert(rte !== undefined, `range table entry ${index}`);
    return rte;
  }

  relation(rtindex: number): RelationHandle {
    let handle = this.relations.get(rtindex);
    if (handle === undefined) {
      handle = openRelation(this.session, this.rte(rtindex).relid);
      this.relations.set(rtindex, handle);
    }
    return handle;
  }

  /** A compiler whose OUTER_VAR/INNER_VAR are the frame's outer and inner columns, and other Vars as `scan` says. */
  compiler(scan?: ScanColumns): ExprCompiler {
    return new ExprCompiler({
      session: this.session,
      readVar: (v) => {
        if (v.varno === OUTER_VAR) return { side: 'outer', column: v.varattno - 1 };
        if (v.varno === INNER_VAR) return { side: 'inner', column: v.varattno - 1 };
        assert(scan !== undefined, `Var ${v.varno}.${v.varattno} has no input`);
        return scan(v);
      },
      subplan: (node, c) => this.subplan(node, c),
    });
  }

  subplanOperator(planId: number): Operator {
    let op = this.subplanOps[planId - 1];
    if (op === undefined) {
      const plan = this.planned.subplans[planId - 1];
      assert(plan !== undefined, `subplan ${planId}`);
      op = this.open(plan);
      this.subplanOps[planId - 1] = op;
    }
    return op;
  }
  /** The subplans that a run has to start: those opened so far. */
  startSubplans(x: ExecContext): void {
    for (const op of this.subplanOps) op?.start(x);
  }

  /** Changes in WITH happen to the end whether or not their rows were read; the last of them first. */
  *finishModifying(x: ExecContext): Steps<void> {
    const { subplans } = this.planned;
    for (let id = subplans.length; id > 0; id--) {
      if (subplans[id - 1]!.kind !== 'ModifyTable') continue;
      const op = this.subplanOperator(id);
      if (!x.shared.has(cteKey(id))) {
        op.start(x);
        x.shared.set(cteKey(id), undefined);
      }
      while ((yield* op.next(BATCH_ROWS)) !== null);
    }
  }

  private subplan(node: SubPlan, c: ExprCompiler): Compiled { return compileSubPlan(node, c, this); }
}

/** Scan columns for nodes whose rows are one array per attnum in `attnums` order. */
export function columnsOf(attnums: readonly number[], special?: (v: Var) => EvalFn | undefined): ScanColumns {
  const at = new Map(attnums.map((a, k) => [a, k]));
  return (v) => {
    const column = at.get(v.varattno);
    if (column !== undefined) return { side: 'outer', column };
    if (v.varattno === -1) return { side: 'rowid' };
    const fn = special?.(v);
    assert(fn !== undefined, `column ${v.varattno} of the scan`);
    return { side: 'fn', fn };
  };
}


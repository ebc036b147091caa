/** One running call: the values of its variables, its place for error contexts, and its results. */
import { ExecContext, Frame as ExprFrame, type NameHooks, type SessionServices, type TriggerCall } from '@pglitedb/executor';
import type { PlannedStmt } from '@pglitedb/planner';
import { PgRecord, RECORD_OID, SqlError, type Datum, type Oid } from '@pglitedb/types';
import type { PlFunction } from './function.js';
import { fieldOf, type Shape } from './records.js';
import { statementName, type PlType, type Stmt } from './tree.js';

const NO_PLAN = { nParamExec: 0 } as PlannedStmt;

/** What the trigger's variables are taken from. */
export interface TriggerFrame { readonly call: TriggerCall; readonly transitionTables: TriggerCall['transitionTables'] }

export class Frame {
  /** By dno; record fields are put in before an expression that reads them. */
  readonly values: Datum[];
  retval: Datum = null;
  rettype: Oid = 0;
  rettypmod = -1;
  /** Rows of a set-returning function so far. */
  readonly rows: Datum[] = [];
  exitLabel: string | undefined;
  /** ROW_COUNT. */
  processed = 0;
  stmt: Stmt | undefined;
  /** A phase outside of statements, for the CONTEXT line. */
  phase: string | undefined;
  phaseLine = 0;
  /** The error that the running handler handles. */
  handled: SqlError | undefined;
  trigger: TriggerFrame | undefined;
  /** The SQL statement that runs, for error contexts of calls below. */
  activeSql: string | undefined;
  returned = false;
  /** Changes whenever something may have changed what expressions were prepared for. */
  stamp = newStamp();
  /** Counts statements, to look at the clock now and then. */
  steps = 0;
  /** Shapes of NEW and OLD, known even where they are null. */
  readonly knownShapes = new Map<number, Shape>();
  /** Columns that the caller asked of a function that returns record. */
  resultFields: { types: readonly Oid[]; names: readonly string[]; typmods: readonly number[] } | undefined;
  /** COMMIT and ROLLBACK are allowed. */
  nonatomic = false;
  readonly readOnly: boolean;
  private exprFrame: ExprFrame | undefined;
  private castFrameOf: ExprFrame | undefined;

  constructor(readonly fn: PlFunction, readonly session: SessionServices) {
    this.values = new Array<Datum>(fn.datums.length).fill(null);
    this.readOnly = !fn.isVolatile;
  }

  /** The executor's frame for simple expressions, under the session's running snapshot. */
  expressionFrame(): ExprFrame {
    const { session } = this;
    let f = this.exprFrame;
    if (f === undefined || f.x.snapshot !== session.snapshot()) {
      f = this.exprFrame ??= new ExprFrame();
      f.x = new ExecContext(session, NO_PLAN, this.values, session.snapshot(), session.transaction());
    }
    return f;
  }
  castFrame(value: Datum): ExprFrame {
    const { session } = this;
    const f = (this.castFrameOf ??= new ExprFrame());
    f.x = new ExecContext(session, NO_PLAN, [value], session.snapshot(), session.transaction());
    return f;
  }

  /** What dynamic SQL sees besides the catalog: the trigger's tables. */
  dynamicHooks(): NameHooks | undefined {
    const tables = this.trigger?.transitionTables;
    if (tables === undefined) return undefined;
    return { key: `enr${this.session.catalog().version()}:${tables.map((t) => `${t.reloid}.${t.name}`).join()}`, ephemeral: tables };
  }
  /** A record field's value, for the slot that expressions read. */
  fieldValue(dno: number): Datum {
    const d = this.fn.datums[dno]!;
    return d.dtype === 'recfield' ? fieldOf(this, d.recno, d.field) : null;
  }
  /** Type of a variable as expressions see it; an anonymous record's is that of its value. */
  variableType(dno: number): PlType {
    const d = this.fn.datums[dno]!;
    if (d.dtype === 'var') return d.type;
    if (d.dtype === 'rec') {
      const value = this.values[dno] as PgRecord | null;
      return d.type.oid === RECORD_OID && value !== null && value.typeOid !== RECORD_OID ? { ...d.type, oid: value.typeOid } : d.type;
    }
    throw new SqlError('XX000', 'a variable of this kind has no type');
  }

  /** The line of this call in an error's CONTEXT. */
  context(): string {
    const name = `PL/pgSQL function ${this.fn.signature}`;
    if (this.phase !== undefined) return this.phaseLine > 0 ? `${name} line ${this.phaseLine} ${this.phase}` : `${name} ${this.phase}`;
    return this.stmt === undefined ? name : `${name} line ${this.stmt.line} at ${statementName(this.stmt)}`;
  }
}

let lastStamp = 0;
export function newStamp(): number { return ++lastStamp; }

/** Calls that run in a session, outermost first. */
const stacks = new WeakMap<SessionServices, Frame[]>();
export function callStack(session: SessionServices): Frame[] {
  let s = stacks.get(session);
  if (s === undefined) stacks.set(session, (s = []));
  return s;
}
/** CONTEXT lines of the running call and all around it. */
export function fullContext(session: SessionServices): string {
  const lines: string[] = [];
  for (const f of [...callStack(session)].reverse()) {
    if (f.activeSql !== undefined && lines.length > 0) lines.push(f.activeSql);
    lines.push(f.context());
  }
  return lines.join('\n');
}

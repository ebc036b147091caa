/**
 * The short way through statements that only compute: assignments, IF, EXIT and CONTINUE over expressions that cannot wait run
 * without generators. A list is looked at once for each stamp of its frame (nothing that could change a plan happens
 * between two stamps), so that a loop's body costs its closures and little else.
 */
import type { Compiled, ExprFrame } from '@pglitedb/executor';
import { syncCast } from '../cast.js';
import type { PlExpr } from '../expression.js';
import type { Frame } from '../frame.js';
import type { Stmt } from '../tree.js';
import { CONTINUE, EXIT, OK, type Outcome } from './outcome.js';

const BOOL = 16;

interface Assign { readonly kind: 'assign'; readonly stmt: Stmt; readonly expr: PlExpr; readonly value: (f: ExprFrame) => unknown; readonly dno: number; readonly cast: Compiled | null; readonly fields: boolean }
interface Test { readonly expr: PlExpr; readonly value: (f: ExprFrame) => unknown; readonly fields: boolean }
interface If { readonly kind: 'if'; readonly stmt: Stmt; readonly arms: readonly { readonly test: Test; readonly body: readonly Step[] }[]; readonly otherwise: readonly Step[] }
interface Exit { readonly kind: 'exit'; readonly stmt: Stmt; readonly test: Test | undefined; readonly isExit: boolean; readonly label: string | undefined }
type Step = Assign | If | Exit;
interface Known { stamp: number; steps: readonly Step[] | undefined }

const known = new WeakMap<readonly Stmt[], Known>();

/** Runs the whole list, or nothing of it: undefined where something in it may wait. */
export function runFast(frame: Frame, list: readonly Stmt[]): Outcome | undefined {
  let k = known.get(list);
  if (k === undefined) known.set(list, (k = { stamp: -1, steps: undefined }));
  if (k.stamp !== frame.stamp) {
    k.stamp = frame.stamp;
    k.steps = stepsOf(frame, list);
  }
  return k.steps === undefined ? undefined : run(frame, k.steps, frame.expressionFrame());
}

function run(frame: Frame, steps: readonly Step[], f: ExprFrame): Outcome {
  for (let k = 0; k < steps.length; k++) {
    const s = steps[k]!;
    frame.stmt = s.stmt;
    let outcome: Outcome = OK;
    if (s.kind === 'assign') assign(frame, s, f);
    else if (s.kind === 'if') outcome = branch(frame, s, f);
    else if (s.test === undefined || holds(frame, s.test, f)) {
      frame.exitLabel = s.label;
      outcome = s.isExit ? EXIT : CONTINUE;
    }
    if (outcome !== OK) return outcome;
  }
  return OK;
}
function assign(frame: Frame, s: Assign, f: ExprFrame): void {
  if (s.fields) s.expr.loadFields(frame);
  const value = s.value(f);
  frame.values[s.dno] = s.cast === null ? value : s.cast.fn!(frame.castFrame(value));
}
function holds(frame: Frame, t: Test, f: ExprFrame): boolean {
  if (t.fields) t.expr.loadFields(frame);
  return t.value(f) === true;
}
function branch(frame: Frame, s: If, f: ExprFrame): Outcome {
  for (const arm of s.arms) if (holds(frame, arm.test, f)) return run(frame, arm.body, f);
  return run(frame, s.otherwise, f);
}

// --- looking at statements ---------------------------------------------------------------------------------------------------

function stepsOf(frame: Frame, list: readonly Stmt[]): Step[] | undefined {
  const out: Step[] = [];
  for (const s of list) {
    const step = stepOf(frame, s);
    if (step === undefined) return undefined;
    out.push(step);
  }
  return out;
}
function stepOf(frame: Frame, s: Stmt): Step | undefined {
  switch (s.kind) {
    case 'assign': return assignStep(frame, s);
    case 'if': {
      const arms: If['arms'][number][] = [];
      for (const a of s.arms) {
        const test = testOf(frame, a.cond);
        const body = test === undefined ? undefined : stepsOf(frame, a.body);
        if (test === undefined || body === undefined) return undefined;
        arms.push({ test, body });
      }
      const otherwise = stepsOf(frame, s.otherwise);
      return otherwise === undefined ? undefined : { kind: 'if', stmt: s, arms, otherwise };
    }
    case 'exit': {
      const test = s.cond === undefined ? undefined : testOf(frame, s.cond);
      return s.cond !== undefined && test === undefined ? undefined : { kind: 'exit', stmt: s, test, isExit: s.isExit, label: s.label };
    }
    default: return undefined;
  }
}
/** Analysis may fail where the statement is never reached: then the general way raises it, if ever. */
function readyOrNot(frame: Frame, e: PlExpr): ReturnType<PlExpr['ready']> | undefined {
  try {
    return e.ready(frame);
  } catch {
    return undefined;
  }
}
function assignStep(frame: Frame, s: Extract<Stmt, { kind: 'assign' }>): Step | undefined {
  const d = frame.fn.datums[s.target]!;
  if (d.dtype !== 'var' || d.notNull) return undefined;
  const p = readyOrNot(frame, s.expr);
  if (p?.kind !== 'simple' || p.compiled.fn === undefined || p.compiled.isVolatile) return undefined;
  const cast = p.type === d.type.oid && d.type.typmod < 0 ? null : syncCast(frame, p.type, p.typmod, d.type.oid, d.type.typmod);
  if (cast === undefined) return undefined;
  return { kind: 'assign', stmt: s, expr: s.expr, value: p.compiled.fn, dno: d.dno, cast, fields: s.expr.readsFields };
}
export function testOf(frame: Frame, e: PlExpr): Test | undefined {
  const p = readyOrNot(frame, e);
  if (p?.kind !== 'simple' || p.compiled.fn === undefined || p.compiled.isVolatile || p.type !== BOOL) return undefined;
  return { expr: e, value: p.compiled.fn, fields: e.readsFields };
}

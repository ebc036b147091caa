/** Runs statements. Each answers how it ended: on to the next one, out of a loop or block, or out of the function. */
import type { Steps } from '@pglitedb/txn';
import { SqlError } from '@pglitedb/types';
import type { Frame } from '../frame.js';
import type { Assert, Block, Case, ExceptionHandler, Exit, If, PlainLoop, Stmt, While } from '../tree.js';
import { CONDITIONS } from '../conditions.js';
import { callStack, fullContext, newStamp } from '../frame.js';
import { castValue } from '../cast.js';
import { callStatement, dynamicExecute, endTransaction, execSql, getDiagnostics, perform } from './sql.js';
import { closeCursor, fetchCursor, openCursor } from './cursors.js';
import { forCursor, forDynamic, foreachArray, forInteger, forQuery } from './loops.js';
import { raise } from './raise.js';
import { returnNext, returnQuery, returnValue } from './return.js';
import { CONTINUE, EXIT, OK, RETURN, type Outcome } from './outcome.js';
import { runFast } from './fast.js';
import { assign, evaluate, evaluateBoolean, evaluateText, nullAssigned } from './values.js';

export { CONTINUE, EXIT, OK, RETURN, type Outcome };

const UNKNOWN = 705;
const TEXT = 25;

export function* runStatements(frame: Frame, list: readonly Stmt[]): Steps<Outcome> {
  const { session } = frame;
  const enclosing = frame.stmt;
  const fast = runFast(frame, list);
  if (fast !== undefined) {
    frame.stmt = enclosing;
    return fast;
  }
  for (let k = 0; k < list.length; k++) {
    const s = list[k]!;
    const outer = frame.stmt;
    frame.stmt = s;
    if ((++frame.steps & 15) === 0 && session.sliceOver()) { session.checkInterrupts(); yield { kind: 'slice' }; }
    const outcome = yield* runStatement(frame, s);
    if (s.kind !== 'if' && s.kind !== 'while' && s.kind !== 'fori' && s.kind !== 'loop') frame.stamp = newStamp();
    frame.stmt = outer;
    if (outcome !== OK) return outcome;
  }
  return OK;
}

function* runStatement(frame: Frame, s: Stmt): Steps<Outcome> {
  switch (s.kind) {
    case 'assign': {
      const e = s.expr;
      const v = yield* evaluate(frame, e);
      yield* assign(frame, s.target, v.value, v.type, v.typmod);
      return OK;
    }
    case 'if': return yield* runIf(frame, s);
    case 'block': return yield* runBlock(frame, s);
    case 'loop': case 'while': return yield* runLoop(frame, s);
    case 'fori': return yield* forInteger(frame, s);
    case 'fors': return yield* forQuery(frame, s);
    case 'dynfors': return yield* forDynamic(frame, s);
    case 'forc': return yield* forCursor(frame, s);
    case 'foreach': return yield* foreachArray(frame, s);
    case 'case': return yield* runCase(frame, s);
    case 'exit': return yield* runExit(frame, s);
    case 'return': return yield* returnValue(frame, s);
    case 'return_next': yield* returnNext(frame, s); return OK;
    case 'return_query': yield* returnQuery(frame, s); return OK;
    case 'raise': yield* raise(frame, s); return OK;
    case 'assert': yield* runAssert(frame, s); return OK;
    case 'execsql': yield* execSql(frame, s); return OK;
    case 'dynexecute': yield* dynamicExecute(frame, s); return OK;
    case 'perform': yield* perform(frame, s); return OK;
    case 'call': yield* callStatement(frame, s); return OK;
    case 'getdiag': yield* getDiagnostics(frame, s); return OK;
    case 'open': yield* openCursor(frame, s); return OK;
    case 'fetch': yield* fetchCursor(frame, s); return OK;
    case 'close': closeCursor(frame, s); return OK;
    default: yield* endTransaction(frame, s); return OK;
  }
}

function* runIf(frame: Frame, s: If): Steps<Outcome> {
  for (const arm of s.arms) if (yield* evaluateBoolean(frame, arm.cond)) return yield* runStatements(frame, arm.body);
  return yield* runStatements(frame, s.otherwise);
}

function* runCase(frame: Frame, s: Case): Steps<Outcome> {
  if (s.test !== undefined) {
    const v = yield* evaluate(frame, s.test);
    const d = frame.fn.datums[s.variable]!;
    if (d.dtype === 'var' && (d.type.oid !== v.type || d.type.typmod !== v.typmod)) {
      d.type = { ...d.type, oid: v.type === UNKNOWN ? TEXT : v.type, typmod: v.typmod, collation: frame.session.catalog().types.typeInfo(v.type)?.collation ?? 0 };
    }
    frame.values[s.variable] = v.value;
  }
  for (const arm of s.arms) {
    if (!(yield* evaluateBoolean(frame, arm.cond))) continue;
    if (s.test !== undefined) frame.values[s.variable] = null;
    return yield* runStatements(frame, arm.body);
  }
  if (s.test !== undefined) frame.values[s.variable] = null;
  if (s.otherwise === undefined) throw new SqlError('20000', 'case not found', { hint: 'CASE statement is missing ELSE part.' });
  return yield* runStatements(frame, s.otherwise);
}

function* runExit(frame: Frame, s: Exit): Steps<Outcome> {
  if (s.cond !== undefined && !(yield* evaluateBoolean(frame, s.cond))) return OK;
  frame.exitLabel = s.label;
  return s.isExit ? EXIT : CONTINUE;
}

/** What a loop does with its body's outcome: go on, or end with an answer. */
export function loopStep(frame: Frame, outcome: Outcome, label: string | undefined): Outcome | 'next' | 'leave' {
  if (outcome === OK) return 'next';
  if (outcome === RETURN) return RETURN;
  const mine = frame.exitLabel === undefined || frame.exitLabel === label;
  if (!mine) return outcome;
  frame.exitLabel = undefined;
  return outcome === EXIT ? 'leave' : 'next';
}

function* runLoop(frame: Frame, s: PlainLoop | While): Steps<Outcome> {
  for (;;) {
    if (s.kind === 'while' && !(yield* evaluateBoolean(frame, s.cond))) return OK;
    if ((++frame.steps & 63) === 0 && frame.session.sliceOver()) { frame.session.checkInterrupts(); yield { kind: 'slice' }; }
    const step = loopStep(frame, runFast(frame, s.body) ?? (yield* runStatements(frame, s.body)), s.label);
    if (step === 'leave') return OK;
    if (step !== 'next') return step;
  }
}

function* runAssert(frame: Frame, s: Assert): Steps<void> {
  if (/^(?:off|false|no|0|f|n)$/i.test(frame.session.setting('plpgsql.check_asserts') ?? 'on')) return;
  if (yield* evaluateBoolean(frame, s.cond)) return;
  const message = s.message === undefined ? null : yield* evaluateText(frame, s.message);
  throw new SqlError('P0004', message ?? 'assertion failed');
}

// --- blocks --------------------------------------------------------------------------------------------------------------

export function* runBlock(frame: Frame, b: Block): Steps<Outcome> {
  if (b.init.length > 0) yield* initialise(frame, b);
  const outcome = b.exceptions === undefined ? yield* runStatements(frame, b.body) : yield* protectedBody(frame, b);
  if (outcome === EXIT && b.label !== undefined && frame.exitLabel === b.label) {
    frame.exitLabel = undefined;
    return OK;
  }
  return outcome;
}

function* initialise(frame: Frame, b: Block): Steps<void> {
  frame.phase = 'during statement block local variable initialization';
  for (const dno of b.init) {
    const d = frame.fn.datums[dno]!;
    if (d.dtype !== 'var' && d.dtype !== 'rec') continue;
    frame.phaseLine = d.line;
    frame.values[dno] = null;
    if (d.defaultExpr !== undefined) {
      const v = yield* evaluate(frame, d.defaultExpr);
      yield* assign(frame, dno, v.value, v.type, v.typmod);
    } else if (frame.session.catalog().types.typeInfo(d.type.oid)?.kind === 'd') {
      yield* assign(frame, dno, yield* castValue(frame, null, UNKNOWN, -1, d.type.oid, -1), d.type.oid, -1);
    } else if (d.notNull) throw nullAssigned(d.name);
  }
  frame.phase = undefined;
  frame.phaseLine = 0;
}

/** A block with EXCEPTION: a subtransaction, undone where a handler takes the error. */
function* protectedBody(frame: Frame, b: Block): Steps<Outcome> {
  const { handlers, sqlstate, sqlerrm } = b.exceptions!;
  const { session } = frame;
  const depth = callStack(session).length;
  const sub = session.procedural.subtransaction();
  let failure: unknown;
  const { stmt } = frame;
  try {
    const outcome = yield* runStatements(frame, b.body);
    sub.release();
    return outcome;
  } catch (error) {
    failure = error;
  }
  sub.rollback();
  callStack(session).length = depth;
  const error = asSqlError(failure);
  const handler = handlers.find((h) => h.conditions.some((c) => matches(c, error)));
  if (handler === undefined) throw failure;
  const context = fullContext(session);
  error.handledContext = error.where === undefined ? context : `${error.where}\n${context}`;
  frame.stmt = stmt;
  frame.phase = undefined;
  frame.activeSql = undefined;
  return yield* runHandler(frame, handler, error, sqlstate, sqlerrm);
}
function* runHandler(frame: Frame, handler: ExceptionHandler, error: SqlError, sqlstate: number, sqlerrm: number): Steps<Outcome> {
  frame.values[sqlstate] = error.code;
  frame.values[sqlerrm] = error.message;
  const outer = frame.handled;
  frame.handled = error;
  const outcome = yield* runStatements(frame, handler.body);
  frame.handled = outer;
  return outcome;
}

/** Errors that are not SQL's own, told as PostgreSQL tells them. */
export function asSqlError(error: unknown): SqlError & { handledContext?: string } {
  if (error instanceof SqlError) return error;
  if (error instanceof RangeError && /call stack/i.test(error.message)) return stackDepth();
  throw error;
}
export function stackDepth(): SqlError {
  return new SqlError('54001', 'stack depth limit exceeded', { hint: 'Increase the configuration parameter "max_stack_depth" (currently 2048kB), after ensuring the platform\'s stack depth limit is adequate.' });
}

function matches(c: { name: string; codes: readonly string[] }, error: SqlError): boolean {
  if (c.name === 'others') return error.code !== '57014' && error.code !== 'P0004';
  return c.codes.some((code) => code === error.code || (code.endsWith('000') && error.code.startsWith(code.slice(0, 2))));
}
export { CONDITIONS };

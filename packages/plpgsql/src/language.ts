/** The language's doors: calls, sets, DO, triggers and the validator, on the executor's ports. */
import { registerLanguage, registerLanguageValidator, registerEventTriggerRunner, registerTriggerRunner, resolveFunction, type EventTriggerCall, type ExecContext, type FunctionLanguage, type ResolvedFunction, type SessionServices, type TriggerCall } from '@pglitedb/executor';
import type { Steps } from '@pglitedb/txn';
import { PgArray, PgRecord, RECORD_OID, SqlError, type CallContext, type Datum, type Oid } from '@pglitedb/types';
import { castValue } from './cast.js';
import { runBlock, stackDepth, RETURN, EXIT } from './exec/statements.js';
import { conform } from './exec/return.js';
import { assign } from './exec/values.js';
import { callStack, Frame } from './frame.js';
import { compiledFunction, compileInline, compileProc, type PlFunction } from './function.js';
import { namedShape } from './records.js';
import { baseType } from './type-lookup.js';

const VOID = 2278;
const TEXT = 25;
const TRIGGER = 2279;
const EVENT_TRIGGER = 3838;
const DEPTH_MAX = 700;

/** Runs a compiled function's body in its frame; errors get its CONTEXT line. */
function* run<T>(frame: Frame, body: () => Steps<T>): Steps<T> {
  const stack = callStack(frame.session);
  if (stack.length >= DEPTH_MAX) throw stackDepth();
  const depth = stack.length;
  stack.push(frame);
  try {
    return yield* body();
  } catch (error) {
    throw contexted(error, frame);
  } finally {
    stack.length = depth;
  }
}
function contexted(error: unknown, frame: Frame): unknown {
  const e = error instanceof RangeError && /call stack/i.test(error.message) ? stackDepth() : error;
  if (e instanceof SqlError && (e as { contextComplete?: boolean }).contextComplete !== true) e.where = e.where === undefined ? frame.context() : `${e.where}\n${frame.context()}`;
  return e;
}

function* enter(frame: Frame, fn: PlFunction, args: readonly Datum[], argTypes: readonly Oid[]): Steps<void> {
  frame.values[fn.foundDno] = false;
  if (args.length === 0) return;
  frame.phase = 'while storing call arguments into local variables';
  for (let k = 0; k < fn.argDnos.length; k++) {
    const d = fn.datums[fn.argDnos[k]!]!;
    if (d.dtype === 'var') frame.values[d.dno] = args[k] ?? null;
    else yield* assign(frame, d.dno, args[k] ?? null, argTypes[k] ?? RECORD_OID, -1);
  }
  frame.phase = undefined;
}

function* body(frame: Frame, fn: PlFunction, args: readonly Datum[], argTypes: readonly Oid[]): Steps<void> {
  yield* enter(frame, fn, args, argTypes);
  const outcome = yield* runBlock(frame, fn.body);
  frame.stmt = undefined;
  if (outcome === RETURN) return;
  if (outcome === EXIT || (!fn.returnsSet && fn.returnType !== VOID && fn.outParam < 0 && !fn.isProcedure)) throw new SqlError('2F005', 'control reached end of function without RETURN');
  if (fn.outParam >= 0 && !fn.returnsSet) {
    const d = fn.datums[fn.outParam]!;
    if (d.dtype === 'row') {
      frame.retval = new PgRecord(RECORD_OID, d.fields.map((f) => frame.values[f.dno]), d.fields.map((f) => frame.variableType(f.dno).oid), d.fields.map((f) => f.name));
      frame.rettype = RECORD_OID;
    } else {
      frame.retval = frame.values[d.dno];
      frame.rettype = frame.variableType(d.dno).oid;
    }
  }
}

/** The result as the declared type. */
function* result(frame: Frame, fn: PlFunction, cx: CallContext): Steps<Datum> {
  if (frame.retval === null && fn.returnType !== VOID) {
    const { types } = frame.session.catalog();
    return types.typeInfo(fn.returnType)?.kind === 'd' ? yield* castValue(frame, null, 705, -1, fn.returnType, -1) : null;
  }
  if (fn.returnType === VOID || fn.returnType === TRIGGER) return frame.retval === null ? '' : frame.retval;
  frame.phase = "while casting return value to function's return type";
  const { types } = frame.session.catalog();
  if (fn.outParam >= 0 && frame.rettype === RECORD_OID) return frame.retval;
  const composite = types.typeInfo(baseType(types, fn.returnType))?.kind === 'c';
  if (frame.retval instanceof PgRecord && composite) {
    const base = baseType(types, fn.returnType);
    const s = namedShape(frame, base);
    const row = frame.retval.typeOid === base ? frame.retval : yield* conform(frame, frame.retval, { ...s, typmods: s.typmods ?? s.types.map(() => -1) }, 'returned record type does not match expected record type');
    return base === fn.returnType ? row : yield* castValue(frame, row, base, -1, fn.returnType, -1);
  }
  if (fn.returnType === RECORD_OID) {
    if (!(frame.retval instanceof PgRecord)) throw new SqlError('42804', 'cannot return non-composite value from function returning composite type');
    if (cx.resultFields !== undefined) {
      return yield* conform(frame, frame.retval, { typeOid: RECORD_OID, types: cx.resultFields.map((f) => f.typeOid), names: cx.resultFields.map((f) => f.name), typmods: cx.resultFields.map((f) => f.typmod) }, 'returned record type does not match expected record type');
    }
    return frame.retval;
  }
  return yield* castValue(frame, frame.retval, frame.rettype, frame.rettypmod, fn.returnType, -1);
}

function newFrame(fn: ResolvedFunction, cx: CallContext, x: ExecContext): Frame {
  const compiled = compiledFunction(fn, cx, x.session, false);
  const frame = new Frame(compiled, x.session);
  frame.nonatomic = x.session.procedural.takeNonatomic() && compiled.isProcedure;
  if (cx.resultFields !== undefined) frame.resultFields = { types: cx.resultFields.map((f) => f.typeOid), names: cx.resultFields.map((f) => f.name), typmods: cx.resultFields.map((f) => f.typmod) };
  return frame;
}

export const plpgsqlLanguage: FunctionLanguage = {
  *call(fn, args, cx, x) {
    const frame = newFrame(fn, cx, x);
    return yield* run(frame, function* () {
      yield* body(frame, frame.fn, args, cx.argTypes);
      return yield* result(frame, frame.fn, cx);
    });
  },
  *callSet(fn, args, cx, x) {
    const frame = newFrame(fn, cx, x);
    yield* run(frame, () => body(frame, frame.fn, args, cx.argTypes));
    return frame.rows;
  },
  *inline(source, u) {
    const nonatomic = u.session.procedural.takeNonatomic() || u.isTopLevel;
    const fn = located(() => compileInline(source, u.session, u.sql), source, u.sql);
    const frame = new Frame(fn, u.session);
    frame.nonatomic = nonatomic;
    yield* run(frame, () => body(frame, fn, [], []));
  },
};

// --- validation --------------------------------------------------------------------------------------------------------------

/** Errors at places of the body become errors at places of the statement it stands in. */
function located<T>(compile: () => T, source: string, sql: string): T {
  try {
    return compile();
  } catch (error) {
    if (error instanceof SqlError && error.position !== undefined) {
      const at = sql.indexOf(source);
      if (at >= 0) error.position += [...sql.slice(0, at)].length;
      else {
        error.internalQuery = source;
        error.internalPosition = error.position;
        delete error.position;
      }
    }
    throw error;
  }
}

function validate(session: SessionServices, oid: Oid, sql: string): void {
  const fn = resolveFunction(session.catalog(), oid);
  const { types } = session.catalog();
  const info = types.typeInfo(fn.returnType);
  const isTrigger = fn.returnType === TRIGGER;
  if (info?.kind === 'p' && !isTrigger && ![EVENT_TRIGGER, RECORD_OID, VOID].includes(fn.returnType) && !isPolymorphic(fn.returnType)) throw new SqlError('0A000', `PL/pgSQL functions cannot return type ${types.formatType(fn.returnType, -1)}`);
  if (isTrigger && fn.nargs > 0) throw new SqlError('42P13', 'trigger functions cannot have declared arguments', { hint: 'The arguments of the trigger can be accessed through TG_NARGS and TG_ARGV instead.' });
  for (const t of fn.argTypes) {
    if (types.typeInfo(t)?.kind === 'p' && t !== RECORD_OID && !isPolymorphic(t)) throw new SqlError('0A000', `PL/pgSQL functions cannot accept type ${types.formatType(t, -1)}`);
  }
  located(() => compileProc(fn, fn.argTypes, undefined, session, isTrigger, true, sql), fn.proc.prosrc as string, sql);
}
function isPolymorphic(t: Oid): boolean { return [2283, 2277, 2776, 3500, 3831, 4537, 5077, 5078, 5079, 5080, 4538].includes(t); }

// --- triggers ----------------------------------------------------------------------------------------------------------------

function* runTrigger(oid: number, call: TriggerCall, x: ExecContext): Steps<Datum[] | null> {
  const fn = resolveFunction(x.session.catalog(), oid);
  const compiled = compiledFunction(fn, undefined, x.session, true);
  const frame = new Frame(compiled, x.session);
  frame.trigger = { call, transitionTables: call.transitionTables };
  return yield* run(frame, function* () {
    triggerValues(frame, call);
    yield* body(frame, compiled, [], []);
    return yield* triggerResult(frame, call);
  });
}

function triggerValues(frame: Frame, call: TriggerCall): void {
  const { fn } = frame;
  const { info } = call.target.rel;
  const live = info.attributes.filter((a) => !a.attisdropped);
  const names = live.map((a) => a.attname);
  const types = live.map((a) => a.atttypid);
  const record = (row: readonly Datum[] | undefined): PgRecord | null => (row === undefined ? null : new PgRecord(info.reltype === 0 ? RECORD_OID : info.reltype, live.map((a) => row[a.attnum - 1] ?? null), types, names));
  const shape = { typeOid: info.reltype === 0 ? RECORD_OID : info.reltype, names, types };
  frame.knownShapes.set(fn.newDno, shape).set(fn.oldDno, shape);
  frame.values[fn.newDno] = record(call.newRow);
  frame.values[fn.oldDno] = record(call.oldRow);
  const values: Record<string, Datum> = {
    tg_name: call.name, tg_when: { before: 'BEFORE', after: 'AFTER', instead: 'INSTEAD OF' }[call.timing], tg_level: call.level.toUpperCase(), tg_op: call.event.toUpperCase(), tg_relid: info.oid, tg_relname: info.relname,
    tg_table_name: info.relname, tg_table_schema: info.nspname, tg_nargs: call.args.length,
    tg_argv: call.args.length === 0 ? null : new PgArray(TEXT, [call.args.length], [0], [...call.args]),
  };
  for (const d of fn.datums) if (d.dtype === 'var' && d.promise !== undefined) frame.values[d.dno] = values[d.promise] ?? null;
}

/** The row to go on with; null leaves it out. */
function* triggerResult(frame: Frame, call: TriggerCall): Steps<Datum[] | null> {
  if (call.level === 'statement' || call.timing === 'after') return null;
  const value = frame.retval as Datum;
  if (value === null) return null;
  if (!(value instanceof PgRecord)) throw new SqlError('42804', 'cannot return non-composite value from function returning composite type');
  const { attributes } = call.target.rel.info;
  const live = attributes.filter((a) => !a.attisdropped);
  const expected = { typeOid: RECORD_OID, names: live.map((a) => a.attname), types: live.map((a) => a.atttypid), typmods: live.map((a) => a.atttypmod) };
  frame.phase = 'during function exit';
  const row = yield* conform(frame, value, expected, 'returned row structure does not match the structure of the triggering table');
  const out = new Array<Datum>(attributes.length).fill(null);
  live.forEach((a, k) => { out[a.attnum - 1] = row.values[k]; });
  return out;
}

function* runEventTrigger(oid: number, call: EventTriggerCall, session: SessionServices): Steps<void> {
  const compiled = compiledFunction(resolveFunction(session.catalog(), oid), undefined, session, false);
  const frame = new Frame(compiled, session);
  yield* run(frame, function* () {
    for (const d of compiled.datums) if (d.dtype === 'var' && d.promise !== undefined) frame.values[d.dno] = d.promise === 'tg_event' ? call.event : call.tag;
    yield* body(frame, compiled, [], []);
  });
}

export function installPlpgsql(): void {
  registerLanguage('plpgsql', plpgsqlLanguage);
  registerTriggerRunner('plpgsql', runTrigger);
  registerEventTriggerRunner('plpgsql', runEventTrigger);
  // eslint-disable-next-line require-yield
  registerLanguageValidator('plpgsql', function* (u, fn) { validate(u.session, fn, u.sql); });
}

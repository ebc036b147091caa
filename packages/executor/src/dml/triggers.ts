/**
 * Triggers: which ones fire for an event, and how. BEFORE and INSTEAD OF row triggers run at once and may replace the row;
 * AFTER triggers are queued for the end of the statement, or for commit. Procedural languages provide the functions.
 */
import { decodeNode } from '@pglitedb/catalog';
import type { Expr } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import { PgRecord, SqlError, type Datum } from '@pglitedb/types';
import type { ExecContext } from '../context.js';
import { evalSteps, ExprCompiler, Frame, type Compiled } from '../expr/index.js';
import { resolveFunction } from '../functions/fmgr.js';
import { enqueueAfter } from './after-queue.js';
import type { ResultRelation } from './target.js';
import { captureRow, showTables, startCapture, transitionTables, type TransitionTable } from './transition-tables.js';

export type TriggerEvent = 'insert' | 'update' | 'delete' | 'truncate';
export type TriggerTiming = 'before' | 'after' | 'instead';

/** What a trigger function is called with (PostgreSQL's TriggerData). */
export interface TriggerCall {
  readonly name: string; readonly timing: TriggerTiming; readonly event: TriggerEvent; readonly level: 'row' | 'statement';
  readonly target: ResultRelation; readonly oldRow: Datum[] | undefined; readonly newRow: Datum[] | undefined; readonly args: readonly string[];
  /** OLD TABLE and NEW TABLE, readable by name in the function's queries. */
  readonly transitionTables?: readonly TransitionTable[] | undefined;
}
/** A language that can run trigger functions answers the row to go on with, or null to leave it out. */
export type TriggerRunner = (fnOid: number, call: TriggerCall, x: ExecContext) => Steps<Datum[] | null>;
const runners = new Map<string, TriggerRunner>();
export function registerTriggerRunner(language: string, runner: TriggerRunner): void { runners.set(language, runner); }

const LANGUAGE_INTERNAL = 12;
const TGTYPE = { row: 1, before: 2, insert: 4, delete: 8, update: 16, truncate: 32, instead: 64 } as const;
type TriggerRow = ResultRelation['rel']['info']['triggers'][number];

/** BEFORE or INSTEAD OF row triggers: the row to go on with; null leaves it out. `changed`: columns that an UPDATE sets. */
export function* fireRow(target: ResultRelation, timing: 'before' | 'instead', event: TriggerEvent, oldRow: Datum[] | undefined, newRow: Datum[] | undefined, x: ExecContext, changed?: readonly number[]): Steps<Datum[] | null> {
  let row = newRow ?? oldRow ?? null;
  for (const t of matching(target, timing, event, 'row', changed)) {
    const now = newRow === undefined ? undefined : (row as Datum[]);
    if (!(yield* wanted(target, t, oldRow, now, x))) continue;
    const answer = yield* run(target, t, { timing, event, level: 'row', oldRow, newRow: now }, x);
    if (answer === null) return null;
    row = answer;
  }
  return row;
}

/** AFTER row triggers of a written row, and its place in the transition tables. */
export function* queueRow(target: ResultRelation, event: 'insert' | 'update' | 'delete', oldRow: Datum[] | undefined, newRow: Datum[] | undefined, x: ExecContext, changed?: readonly number[]): Steps<void> {
  captureRow(target, event, oldRow, newRow, x);
  if (target.rel.info.triggers.length === 0) return;
  const keptOld = oldRow && [...oldRow];
  const keptNew = newRow && [...newRow];
  for (const t of matching(target, 'after', event, 'row', changed)) {
    if (!(yield* wanted(target, t, oldRow, newRow, x))) continue;
    enqueueAfter(x, isDeferred(t, x), function* () {
      yield* run(target, t, { timing: 'after', event, level: 'row', oldRow: keptOld, newRow: keptNew, tables: transitionTables(t, event, x) }, x);
    });
  }
}
function isDeferred(t: TriggerRow, x: ExecContext): boolean {
  return t.tgconstraint !== 0 && t.tgdeferrable && (t.tginitdeferred || x.session.setting('pglitedb.constraints_deferred') === 'on');
}

/** BEFORE statement triggers; rows for AFTER triggers' tables are kept from here on. */
export function* beforeStatement(target: ResultRelation, events: readonly TriggerEvent[], x: ExecContext, changed?: readonly number[]): Steps<void> {
  if (target.rel.info.triggers.length === 0) return;
  startCapture(target, x);
  for (const event of events) {
    for (const t of matching(target, 'before', event, 'statement', changed)) {
      if (yield* wanted(target, t, undefined, undefined, x)) yield* run(target, t, { timing: 'before', event, level: 'statement', oldRow: undefined, newRow: undefined }, x);
    }
  }
}
/** AFTER statement triggers, behind what the rows have queued. */
export function* afterStatement(target: ResultRelation, events: readonly TriggerEvent[], x: ExecContext, changed?: readonly number[]): Steps<void> {
  if (target.rel.info.triggers.length === 0) return;
  for (const event of events) {
    for (const t of matching(target, 'after', event, 'statement', changed)) {
      if (!(yield* wanted(target, t, undefined, undefined, x))) continue;
      enqueueAfter(x, false, function* () {
        yield* run(target, t, { timing: 'after', event, level: 'statement', oldRow: undefined, newRow: undefined, tables: event === 'truncate' ? undefined : transitionTables(t, event, x) }, x);
      });
    }
  }
}

/** Enabled triggers of the kind, in the order of their names. */
function matching(target: ResultRelation, timing: TriggerTiming, event: TriggerEvent, level: 'row' | 'statement', changed: readonly number[] | undefined): TriggerRow[] {
  const replica = target.session.setting('session_replication_role') === 'replica';
  const list = target.rel.info.triggers.filter((t) => {
    const type = t.tgtype;
    if (t.tgisinternal || t.tgenabled === 'D' || t.tgenabled === (replica ? 'O' : 'R')) return false;
    if (((type & TGTYPE.row) !== 0) !== (level === 'row') || (type & TGTYPE[event]) === 0) return false;
    const when = (type & TGTYPE.before) !== 0 ? 'before' : (type & TGTYPE.instead) !== 0 ? 'instead' : 'after';
    if (when !== timing) return false;
    const columns = t.tgattr as readonly number[];
    return event !== 'update' || columns.length === 0 || changed === undefined || columns.some((a) => changed.includes(a));
  });
  return list.length > 1 ? list.sort((a, b) => (a.tgname < b.tgname ? -1 : 1)) : list;
}

// --- WHEN ----------------------------------------------------------------------------------------------------------------

const conditions = new WeakMap<ResultRelation, Map<number, Compiled>>();
function* wanted(target: ResultRelation, t: TriggerRow, oldRow: Datum[] | undefined, newRow: Datum[] | undefined, x: ExecContext): Steps<boolean> {
  if (t.tgqual === null) return true;
  let known = conditions.get(target);
  if (known === undefined) conditions.set(target, (known = new Map()));
  let test = known.get(t.oid);
  if (test === undefined) known.set(t.oid, (test = compileCondition(target, decodeNode(t.tgqual, x.session.env) as Expr)));
  const f = new Frame();
  f.x = x;
  f.oldRow = oldRow;
  f.newRow = newRow;
  return (yield* evalSteps(test, f)) === true;
}
function compileCondition(target: ResultRelation, condition: Expr): Compiled {
  const live = target.rel.info.attributes.filter((a) => !a.attisdropped);
  const types = live.map((a) => a.atttypid);
  const c = new ExprCompiler({
    session: target.session,
    readVar: (v) => ({
      side: 'fn',
      fn: (f) => {
        const row = v.varno === 1 ? f.oldRow : f.newRow;
        if (row === undefined) return null;
        if (v.varattno === 0) return new PgRecord(target.rel.info.reltype, live.map((a) => row[a.attnum - 1]), types);
        return v.varattno > 0 ? row[v.varattno - 1] : v.varattno === -6 ? target.rel.info.oid : null;
      },
    }),
    subplan: () => { throw new SqlError('0A000', 'cannot use subquery in trigger WHEN condition'); },
  });
  return c.compile(condition);
}

// --- running ---------------------------------------------------------------------------------------------------------------

interface Firing { timing: TriggerTiming; event: TriggerEvent; level: 'row' | 'statement'; oldRow: Datum[] | undefined; newRow: Datum[] | undefined; tables?: TransitionTable[] | undefined }

/** Triggers that run inside of each other now, by session (pg_trigger_depth). */
const depths = new WeakMap<object, number>();
export function triggerDepth(session: object): number { return depths.get(session) ?? 0; }

function* run(target: ResultRelation, t: TriggerRow, firing: Firing, x: ExecContext): Steps<Datum[] | null> {
  const { session } = x;
  const language = session.catalog().syscache('PROCOID', t.tgfoid)!.prolang === LANGUAGE_INTERNAL ? 'internal' : resolveFunction(session.catalog(), t.tgfoid).language;
  const runner = runners.get(language);
  if (runner === undefined) throw new SqlError('0A000', `trigger functions in language "${language}" are not supported yet`);
  const { timing, event, level, oldRow, newRow, tables } = firing;
  const hide = showTables(session, tables);
  depths.set(session, triggerDepth(session) + 1);
  try {
    const call: TriggerCall = { name: t.tgname, timing, event, level, target, oldRow, newRow, args: triggerArguments(t.tgargs), transitionTables: tables };
    const answer = yield* runner(t.tgfoid, call, x);
    if (answer !== null && timing === 'before' && level === 'statement') throw new SqlError('39P01', `trigger function returned a row from a statement trigger`);
    return answer;
  } finally {
    depths.set(session, triggerDepth(session) - 1);
    hide();
  }
}

/** tgargs: the arguments, each followed by a zero byte. */
function triggerArguments(bytes: unknown): string[] {
  if (!(bytes instanceof Uint8Array) || bytes.length === 0) return [];
  return new TextDecoder().decode(bytes).split('\0').slice(0, -1);
}

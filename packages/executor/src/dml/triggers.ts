/** The port through which row and statement triggers fire; procedural languages provide the functions. */
import type { EphemeralRelation } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Datum } from '@pglitedb/types';
import type { ExecContext } from '../context.js';
import { resolveFunction } from '../functions/fmgr.js';
import type { ResultRelation } from './target.js';

export type TriggerEvent = 'insert' | 'update' | 'delete' | 'truncate';
export type TriggerTiming = 'before' | 'after' | 'instead';

/** What a trigger function is called with (PostgreSQL's TriggerData). */
export interface TriggerCall {
  readonly name: string; readonly timing: TriggerTiming; readonly event: TriggerEvent; readonly level: 'row' | 'statement';
  readonly target: ResultRelation; readonly oldRow: Datum[] | undefined; readonly newRow: Datum[] | undefined; readonly args: readonly string[];
  /** OLD TABLE and NEW TABLE, readable by name in the function's queries. */
  readonly transitionTables?: readonly EphemeralRelation[] | undefined;
}
/** A language that can run trigger functions answers the row to go on with, or null to leave it out. */
export type TriggerRunner = (fnOid: number, call: TriggerCall, x: ExecContext) => Steps<Datum[] | null>;
const runners = new Map<string, TriggerRunner>();
export function registerTriggerRunner(language: string, runner: TriggerRunner): void { runners.set(language, runner); }

const TGTYPE = { row: 1, before: 2, insert: 4, delete: 8, update: 16, truncate: 32, instead: 64 } as const;

export function* fireRow(target: ResultRelation, timing: TriggerTiming, event: TriggerEvent, oldRow: Datum[] | undefined, newRow: Datum[] | undefined, x: ExecContext, changed?: readonly number[]): Steps<Datum[] | null> {
  let row = newRow ?? oldRow ?? null;
  for (const t of matching(target, timing, event, 'row')) {
    const columns = t.tgattr as number[];
    if (event === 'update' && columns.length > 0 && changed !== undefined && !columns.some((a) => changed.includes(a))) continue;
    const answer = yield* run(target, t, timing, event, 'row', oldRow, newRow === undefined ? undefined : (row as Datum[]), x);
    if (timing === 'after') continue;
    if (answer === null) return null;
    row = answer;
  }
  return row;
}

export function* fireStatement(target: ResultRelation, timing: TriggerTiming, event: TriggerEvent, x: ExecContext): Steps<void> {
  if (target.rel.info.triggers.length === 0) return;
  for (const t of matching(target, timing, event, 'statement')) yield* run(target, t, timing, event, 'statement', undefined, undefined, x);
}

type TriggerRow = ResultRelation['rel']['info']['triggers'][number];

function matching(target: ResultRelation, timing: TriggerTiming, event: TriggerEvent, level: 'row' | 'statement'): TriggerRow[] {
  return target.rel.info.triggers.filter((t) => {
    const type = t.tgtype as number;
    if (t.tgisinternal || t.tgenabled === 'D') return false;
    if (((type & TGTYPE.row) !== 0) !== (level === 'row') || (type & TGTYPE[event]) === 0) return false;
    const when = (type & TGTYPE.before) !== 0 ? 'before' : (type & TGTYPE.instead) !== 0 ? 'instead' : 'after';
    return when === timing;
  });
}

function* run(target: ResultRelation, t: TriggerRow, timing: TriggerTiming, event: TriggerEvent, level: 'row' | 'statement', oldRow: Datum[] | undefined, newRow: Datum[] | undefined, x: ExecContext): Steps<Datum[] | null> {
  const fn = resolveFunction(x.session.catalog(), t.tgfoid as number);
  const runner = runners.get(fn.language);
  if (runner === undefined) throw new SqlError('0A000', `trigger functions in language "${fn.language}" are not supported yet`);
  return yield* runner(fn.oid, { name: t.tgname as string, timing, event, level, target, oldRow, newRow, args: triggerArguments(t.tgargs) }, x);
}

/** tgargs: the arguments, each followed by a zero byte. */
function triggerArguments(bytes: unknown): string[] {
  if (!(bytes instanceof Uint8Array) || bytes.length === 0) return [];
  return new TextDecoder().decode(bytes).split('\0').slice(0, -1);
}

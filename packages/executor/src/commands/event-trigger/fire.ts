/**
 * Event triggers around a DDL statement: ddl_command_start before it, sql_drop with what it dropped, ddl_command_end
 * after it. Statements inside of functions fire their own, with their own lists.
 */
import { objectAddressParts, objectIdentity } from '@pglitedb/catalog';
import type { Steps } from '@pglitedb/txn';
import { PgArray, SqlError, type Datum } from '@pglitedb/types';
import type { SessionServices } from '../../context.js';
import { resolveFunction } from '../../functions/fmgr.js';
import { CLASS } from '../ddl/catalog-ids.js';
import type { ObjectAddress } from '../ddl/depend.js';
import type { UtilityCommand, UtilityContext } from '../registry.js';
import { eventTag } from './tags.js';

export interface EventTriggerCall { readonly event: string; readonly tag: string }
/** A language that can run event trigger functions. */
export type EventTriggerRunner = (fnOid: number, call: EventTriggerCall, session: SessionServices) => Steps<void>;
const runners = new Map<string, EventTriggerRunner>();
export function registerEventTriggerRunner(language: string, runner: EventTriggerRunner): void { runners.set(language, runner); }

/** One row of pg_event_trigger_dropped_objects. */
type DroppedObject = Datum[];
interface State { dropped: DroppedObject[] | undefined; inDrop: boolean; inEnd: boolean; inRewrite: boolean }
const states = new WeakMap<SessionServices, State[]>();
function current(session: SessionServices): State | undefined { return states.get(session)?.at(-1); }

export const TEXT_ARRAY_ELEMENT = 25;
const anyTriggers = new WeakMap<object, { version: number; any: boolean }>();
/** Whether the database has event triggers at all: asked before each DDL statement, so remembered by catalog version. */
function hasTriggers(session: SessionServices): boolean {
  const c = session.catalog();
  const version = c.version();
  const known = anyTriggers.get(c);
  if (known !== undefined && known.version === version) return known.any;
  const any = c.rows('pg_event_trigger').length > 0;
  anyTriggers.set(c, { version, any });
  return any;
}

interface Firing { name: string; fn: number }
function matching(session: SessionServices, event: string, tag: string): Firing[] {
  const replica = session.setting('session_replication_role') === 'replica';
  return session.catalog().rows('pg_event_trigger')
    .filter((t) => t.evtevent === event && t.evtenabled !== 'D' && t.evtenabled !== (replica ? 'O' : 'R') && (t.evttags === null || t.evttags.includes(tag)))
    .map((t) => ({ name: t.evtname, fn: t.evtfoid })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function* fire(session: SessionServices, event: string, tag: string): Steps<void> {
  for (const t of matching(session, event, tag)) {
    const fn = resolveFunction(session.catalog(), t.fn);
    const runner = runners.get(fn.language);
    if (runner === undefined) throw new SqlError('0A000', `event trigger functions in language ${fn.language} are not supported yet`);
    session.commandCounterIncrement();
    const call = (): Steps<void> => session.procedural.underSnapshot(false, () => runner(t.fn, { event, tag }, session));
    yield* fn.securityDefiner ? session.asUser(fn.proc['proowner'] as number, call) : call();
  }
}

/** Runs a utility command with the event triggers that apply to it. */
export function* withEventTriggers(kind: string, node: unknown, command: UtilityCommand, u: UtilityContext): Steps<string> {
  const { session } = u;
  const tag = eventTag(kind, node);
  if (tag === undefined || !hasTriggers(session) || session.setting('event_triggers') === 'off') return yield* command(node, u);
  const stack = states.get(session) ?? [];
  states.set(session, stack);
  yield* fire(session, 'ddl_command_start', tag);
  const state: State = { dropped: matching(session, 'sql_drop', tag).length > 0 ? [] : undefined, inDrop: false, inEnd: false, inRewrite: false };
  stack.push(state);
  try {
    const answer = yield* command(node, u);
    if (state.dropped !== undefined && state.dropped.length > 0) {
      state.inDrop = true;
      yield* fire(session, 'sql_drop', tag);
      state.inDrop = false;
    }
    state.inEnd = true;
    yield* fire(session, 'ddl_command_end', tag);
    return answer;
  } finally {
    stack.pop();
  }
}

/** Notes an object that is about to be dropped (EventTriggerSQLDropAddObject). */
export function noteDropped(session: SessionServices, o: ObjectAddress, original: boolean, normal: boolean): void {
  const state = current(session);
  if (state?.dropped === undefined || UNSUPPORTED.has(o.classId)) return;
  const c = session.catalog();
  const id = objectIdentity(c, o);
  const parts = objectAddressParts(c, o);
  const place = placeOf(session, o);
  if (place === undefined) return;
  const array = (list: readonly string[]): Datum => new PgArray(TEXT_ARRAY_ELEMENT, list.length === 0 ? [] : [list.length], list.length === 0 ? [] : [1], [...list]);
  state.dropped.push([
    o.classId, o.objectId, o.subId, original, normal, place.temporary, id?.type ?? null, place.schema, place.name, id?.identity ?? null, parts === undefined ? null : array(parts.names), parts === undefined ? null : array(parts.args),
  ]);
}
const UNSUPPORTED = new Set<number>([CLASS.database, CLASS.tablespace, CLASS.authid, CLASS.eventTrigger]);

/** Where the object lives; undefined: in another session's temporary schema. */
function placeOf(session: SessionServices, o: ObjectAddress): { schema: string | null; name: string | null; temporary: boolean } | undefined {
  const c = session.catalog();
  const inSchema = (ns: number, name: string | null): { schema: string | null; name: string | null; temporary: boolean } | undefined => {
    const nspname = c.syscache('NAMESPACEOID', ns)?.nspname ?? null;
    if (ns === c.session.tempNamespace() && ns !== 0) return { schema: 'pg_temp', name, temporary: true };
    return nspname?.startsWith('pg_temp_') === true ? undefined : { schema: nspname, name, temporary: false };
  };
  const ofRelation = (rel: number | undefined): ReturnType<typeof inSchema> => inSchema(c.syscache('RELOID', rel ?? 0)?.relnamespace ?? 0, null);
  switch (o.classId) {
    case CLASS.relation: { const r = c.syscache('RELOID', o.objectId); return inSchema(r?.relnamespace ?? 0, o.subId === 0 ? r?.relname ?? null : null); }
    case CLASS.type: { const t = c.syscache('TYPEOID', o.objectId); return inSchema(t?.typnamespace ?? 0, t?.typname ?? null); }
    case CLASS.proc: return inSchema(c.syscache('PROCOID', o.objectId)?.pronamespace ?? 0, null);
    case CLASS.constraint: return inSchema(c.syscache('CONSTROID', o.objectId)?.connamespace ?? 0, null);
    case CLASS.attrdef: return ofRelation(c.syscache('ATTRDEFOID', o.objectId)?.adrelid);
    case CLASS.trigger: return ofRelation(c.syscache('TRIGGEROID', o.objectId)?.tgrelid);
    case CLASS.policy: return ofRelation(c.syscache('POLICYOID', o.objectId)?.polrelid);
    case CLASS.namespace: {
      const name = c.syscache('NAMESPACEOID', o.objectId)?.nspname ?? null;
      const temporary = o.objectId === c.session.tempNamespace();
      return name?.startsWith('pg_temp_') === true && !temporary ? undefined : { schema: null, name: temporary ? 'pg_temp' : name, temporary };
    }
    case CLASS.operator: return inSchema(c.syscache('OPEROID', o.objectId)?.oprnamespace ?? 0, null);
    case CLASS.rewrite: return { schema: null, name: null, temporary: false };
    default: {
      const id = objectIdentity(c, o);
      return { schema: id?.schema ?? null, name: id?.name ?? null, temporary: false };
    }
  }
}

/** pg_event_trigger_dropped_objects. */
export function droppedObjects(session: SessionServices): DroppedObject[] {
  const state = current(session);
  if (state === undefined || !state.inDrop) throw new SqlError('39P03', 'pg_event_trigger_dropped_objects() can only be called in a sql_drop event trigger function');
  // The last one found comes first: what others depend on before its dependents.
  return [...(state.dropped ?? [])].reverse();
}
/** Whether a ddl_command_end trigger is running. */
export function atCommandEnd(session: SessionServices): boolean { return current(session)?.inEnd === true; }

/** CREATE EVENT TRIGGER and ALTER EVENT TRIGGER … ENABLE and DISABLE. */
import { isSuperuser } from '@pglitedb/catalog';
import type { Steps } from '@pglitedb/txn';
import { SqlError } from '@pglitedb/types';
import { CLASS } from '../ddl/catalog-ids.js';
import { address, recordDependency } from '../ddl/depend.js';
import { requireObject } from '../ddl/object-lookup.js';
import { checkObjectOwner } from '../ddl/ownership.js';
import { names, type Raw } from '../ddl/raw.js';
import { findProcedure } from '../ddl/routine-lookup.js';
import { defineCommands, type UtilityContext } from '../registry.js';
import { EVENT_TAGS, OTHER_TAGS, REWRITE_TAGS } from './tags.js';

const EVENTS = new Set(['ddl_command_start', 'ddl_command_end', 'sql_drop', 'table_rewrite', 'login']);
const EVENT_TRIGGER = 3838;

/** The WHEN clause: only tag IN (…), once. */
function tagsOf(node: Raw): string[] | undefined {
  let tags: string[] | undefined;
  for (const item of node.whenclause ?? []) {
    const { defname, arg } = item.DefElem;
    if (defname !== 'tag') throw new SqlError('42601', `unrecognized filter variable "${defname}"`);
    if (tags !== undefined) throw new SqlError('42601', `filter variable "${defname}" specified more than once`);
    tags = names(arg.List.items);
  }
  return tags;
}

function checkTags(event: string, tags: readonly string[]): void {
  if (event === 'login') throw new SqlError('0A000', 'tag filtering is not supported for login event triggers');
  for (const tag of tags) {
    const upper = tag.toUpperCase();
    if (event !== 'table_rewrite' && !EVENT_TAGS.has(upper) && !OTHER_TAGS.has(upper)) throw new SqlError('42601', `filter value "${tag}" not recognized for filter variable "tag"`);
    if (!(event === 'table_rewrite' ? REWRITE_TAGS : EVENT_TAGS).has(upper)) throw new SqlError('0A000', `event triggers are not supported for ${tag}`);
  }
}

function* createEventTrigger(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const name = node.trigname as string;
  const event = node.eventname as string;
  if (!isSuperuser(session.catalog(), session.userOid())) throw new SqlError('42501', `permission denied to create event trigger "${name}"`, { hint: 'Must be superuser to create an event trigger.' });
  if (!EVENTS.has(event)) throw new SqlError('42601', `unrecognized event name "${event}"`);
  const tags = tagsOf(node);
  if (tags !== undefined) checkTags(event, tags);
  const w = session.catalogWriter();
  if (w.syscache('EVENTTRIGGERNAME', name) !== undefined) throw new SqlError('42710', `event trigger "${name}" already exists`);
  const parts = names(node.funcname);
  const fn = findProcedure(w, parts, []);
  if (fn === 0) throw new SqlError('42883', `function ${parts.join('.')}() does not exist`);
  if (w.syscache('PROCOID', fn)!.prorettype !== EVENT_TRIGGER) throw new SqlError('42P17', `function ${parts.join('.')} must return type event_trigger`);
  if (event === 'table_rewrite' || event === 'login') throw new SqlError('0A000', `event triggers on ${event} are not supported yet`);
  const oid = w.newOid();
  w.insert('pg_event_trigger', { oid, evtname: name, evtevent: event, evtowner: session.userOid(), evtfoid: fn, evtenabled: 'O', evttags: tags === undefined ? null : tags.map((t) => t.toUpperCase()) });
  recordDependency(w, address(CLASS.eventTrigger, oid), address(CLASS.proc, fn), 'n');
  return 'CREATE EVENT TRIGGER';
}

function* alterEventTrigger(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const o = requireObject(session, 'OBJECT_EVENT_TRIGGER', { String: { sval: node.trigname } });
  checkObjectOwner(session, o);
  session.catalogWriter().update('pg_event_trigger', { oid: o.objectId }, { evtenabled: node.tgenabled });
  return 'ALTER EVENT TRIGGER';
}

defineCommands({ CreateEventTrigStmt: createEventTrigger, AlterEventTrigStmt: alterEventTrigger });

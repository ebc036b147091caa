/** OLD TABLE and NEW TABLE of AFTER triggers: the rows that a statement wrote, by kind of event, as the root table's rows. */
import type { EphemeralRelation } from '@pglitedb/planner';
import type { Datum } from '@pglitedb/types';
import type { ExecContext, SessionServices } from '../context.js';
import type { ResultRelation } from './target.js';

export type WriteEvent = 'insert' | 'update' | 'delete';
interface Rows { old: Datum[][]; new: Datum[][] }
interface Capture { readonly root: ResultRelation; readonly events: Record<WriteEvent, Rows>; readonly maps: WeakMap<ResultRelation, number[]> }

const captures = new WeakMap<ExecContext, Capture>();
const EMPTY = (): Rows => ({ old: [], new: [] });

/** Called as a statement starts: rows are kept where some trigger of its table wants them. */
export function startCapture(root: ResultRelation, x: ExecContext): void {
  if (!root.rel.info.triggers.some((t) => t.tgoldtable !== null || t.tgnewtable !== null)) return;
  captures.set(x, { root, events: { insert: EMPTY(), update: EMPTY(), delete: EMPTY() }, maps: new WeakMap() });
}

export function captureRow(target: ResultRelation, event: WriteEvent, oldRow: readonly Datum[] | undefined, newRow: readonly Datum[] | undefined, x: ExecContext): void {
  const c = captures.get(x);
  if (c === undefined) return;
  const rows = c.events[event];
  if (oldRow !== undefined) rows.old.push(asRootRow(c, target, oldRow));
  if (newRow !== undefined) rows.new.push(asRootRow(c, target, newRow));
}
/** The live columns of the root, by name. */
function asRootRow(c: Capture, target: ResultRelation, row: readonly Datum[]): Datum[] {
  let map = c.maps.get(target);
  if (map === undefined) {
    const { attributes } = target.rel.info;
    map = c.root.rel.info.attributes.filter((a) => !a.attisdropped).map((a) => attributes.findIndex((b) => b.attname === a.attname && !b.attisdropped));
    c.maps.set(target, map);
  }
  return map.map((k) => row[k]);
}

/** A trigger's tables as its queries see them, with their rows. */
export interface TransitionTable extends EphemeralRelation { readonly rows: readonly (readonly Datum[])[] }

export function transitionTables(trigger: { tgoldtable: string | null; tgnewtable: string | null }, event: WriteEvent, x: ExecContext): TransitionTable[] | undefined {
  if (trigger.tgoldtable === null && trigger.tgnewtable === null) return undefined;
  const c = captures.get(x);
  if (c === undefined) return undefined;
  const { info } = c.root.rel;
  const columns = info.attributes.filter((a) => !a.attisdropped).map((a) => ({ name: a.attname, type: a.atttypid, typmod: a.atttypmod, collation: a.attcollation }));
  const make = (name: string, rows: Datum[][]): TransitionTable => ({ name, reloid: info.oid, columns, tuples: rows.length, rows });
  const out: TransitionTable[] = [];
  if (trigger.tgoldtable !== null) out.push(make(trigger.tgoldtable, c.events[event].old));
  if (trigger.tgnewtable !== null) out.push(make(trigger.tgnewtable, c.events[event].new));
  return out;
}

// --- what running trigger functions see -------------------------------------------------------------------------------------

const visible = new WeakMap<SessionServices, TransitionTable[][]>();
/** Makes the tables readable while `body`'s trigger runs; answers how to end it. */
export function showTables(session: SessionServices, tables: TransitionTable[] | undefined): () => void {
  if (tables === undefined) return () => undefined;
  let stack = visible.get(session);
  if (stack === undefined) visible.set(session, (stack = []));
  stack.push(tables);
  return () => { stack.splice(stack.lastIndexOf(tables), 1); };
}
export function visibleTable(session: SessionServices, name: string): TransitionTable | undefined {
  const stack = visible.get(session) ?? [];
  for (let k = stack.length - 1; k >= 0; k--) {
    const found = stack[k]!.find((t) => t.name === name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * pg_relation_is_updatable and pg_column_is_updatable: tables, INSTEAD rules and triggers, and views simple enough to be
 * updated through (relation_is_updatable of the rewriter).
 */
import { defineFunctions, type CallContext, type Oid } from '@pglitedb/types';
import type { CatalogReader, RelationInfo } from '../api.js';
import { envReader } from '../env.js';

const UPDATE = 1 << 2;
const INSERT = 1 << 3;
const DELETE = 1 << 4;
const ALL = UPDATE | INSERT | DELETE;
const EVENT_BITS: Readonly<Record<string, number>> = { select: 0, update: UPDATE, insert: INSERT, delete: DELETE };
/** tgtype bits of INSTEAD OF row triggers. */
const TRIGGER_INSTEAD = 64 | 1;
const TRIGGER_BITS: readonly (readonly [number, number])[] = [[4, INSERT], [8, DELETE], [16, UPDATE]];

/** Views of the system whose queries are kept as text: what PostgreSQL says of them, with their updatable columns. */
const SYSTEM_VIEWS: Readonly<Record<string, { events: number; columns: readonly number[] }>> = {
  pg_group: { events: ALL, columns: [1, 2] }, pg_stat_database_conflicts: { events: ALL, columns: [1, 2] }, enabled_roles: { events: DELETE, columns: [] },
};

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Node = Record<string, any>;

/** view_query_is_auto_updatable: one base relation, and nothing that hides which row is meant. */
function baseOf(query: Node): { rte: Node; index: number } | undefined {
  const any = (list: unknown): boolean => Array.isArray(list) && list.length > 0;
  if (any(query.distinctClause) || any(query.groupClause) || any(query.groupingSets) || query.havingQual !== undefined || query.setOperations !== undefined) return undefined;
  if (any(query.cteList) || query.limitOffset !== undefined || query.limitCount !== undefined) return undefined;
  if (query.hasAggs === true || query.hasWindowFuncs === true || query.hasTargetSRFs === true) return undefined;
  const from = (query.jointree as Node | undefined)?.fromlist as Node[] | undefined;
  if (from?.length !== 1 || from[0]!.kind !== 'RangeTblRef') return undefined;
  const index = from[0]!.rtindex as number;
  const rte = (query.rtable as Node[])[index - 1];
  if (rte === undefined || rte.rtekind !== 'relation' || rte.tablesample !== undefined || !'rpvf'.includes(rte.relkind as string)) return undefined;
  return { rte, index };
}

/** View columns that are plain columns of the base relation: view attnum -> base attnum. */
function updatableColumns(query: Node, index: number): Map<number, number> {
  const columns = new Map<number, number>();
  for (const t of query.targetList as Node[]) {
    const v = t.expr as Node;
    if (t.resjunk !== true && v.kind === 'Var' && v.varno === index && v.varlevelsup === 0 && (v.varattno as number) > 0) columns.set(t.resno as number, v.varattno as number);
  }
  return columns;
}

function viewEvents(reader: CatalogReader, info: RelationInfo, triggers: boolean, only: readonly number[] | undefined, seen: readonly Oid[]): number {
  const query = info.rules.find((r) => r.event === 'select')?.actions[0] as Node | undefined;
  if (query === undefined) return 0;
  if (typeof query.sql === 'string') {
    const known = SYSTEM_VIEWS[info.relname];
    if (known === undefined) return 0;
    return only === undefined || only.some((c) => known.columns.includes(c)) ? known.events : known.events & DELETE;
  }
  const base = baseOf(query);
  if (base === undefined) return 0;
  const columns = updatableColumns(query, base.index);
  const used = [...columns].filter(([c]) => only === undefined || only.includes(c)).map(([, b]) => b);
  let events = used.length === 0 ? DELETE : ALL;
  if (!'rp'.includes(base.rte.relkind as string)) events &= relationEvents(reader, base.rte.relid as Oid, triggers, used, seen);
  return events;
}

function relationEvents(reader: CatalogReader, oid: Oid, triggers: boolean, only: readonly number[] | undefined, seen: readonly Oid[]): number {
  const info = reader.relation(oid);
  if (info === undefined || seen.includes(oid)) return 0;
  if (info.relkind === 'r' || info.relkind === 'p') return ALL;
  let events = 0;
  for (const r of info.rules) if (r.isInstead && r.qual === undefined && r.enabled !== 'D') events |= EVENT_BITS[r.event]!;
  if (triggers) {
    for (const t of info.triggers) {
      if ((t.tgtype & TRIGGER_INSTEAD) !== TRIGGER_INSTEAD) continue;
      for (const [bit, event] of TRIGGER_BITS) if (t.tgtype & bit) events |= event;
    }
  }
  if (info.relkind === 'v' && (events & ALL) !== ALL) events |= viewEvents(reader, info, triggers, only, [...seen, oid]);
  return events & ALL;
}

defineFunctions({
  pg_relation_is_updatable: (oid: Oid, triggers: boolean, ctx: CallContext) => relationEvents(envReader(ctx.env), oid, triggers, undefined, []),
  pg_column_is_updatable: (oid: Oid, attnum: number, triggers: boolean, ctx: CallContext) =>
    attnum > 0 && (relationEvents(envReader(ctx.env), oid, triggers, [attnum], []) & (UPDATE | DELETE)) === (UPDATE | DELETE),
});

/** transformRuleStmt: a rule's condition and actions, over OLD (1) and NEW (2). */
import type { RelationInfo } from '@pglitedb/catalog';
import type { Expr, Query } from '../nodes/index.js';
import { assignExprCollations } from './collate.js';
import { errorAt, ParseState, type AnalyzeContext, type NsItem } from './context.js';
import { addRelation } from './range-table.js';
import { kindOf, list, type Raw } from './raw.js';
import { transformStmt, transformWhere } from './statement.js';
import { usesEntry } from '../rewrite/rules.js';

type Event = 'select' | 'insert' | 'update' | 'delete';

/** Adds OLD and NEW to a fresh state and shows those that the event has. */
function openRule(ps: ParseState, rel: RelationInfo, event: Event): { old: NsItem; new: NsItem } {
  const make = (aliasname: string): NsItem => {
    const item = addRelation(ps, rel, { aliasname, colnames: [] }, false, false, 1);
    item.perminfo!.requiredPerms = 0;
    return item;
  };
  const items = { old: make('old'), new: make('new') };
  ps.namespace = event === 'insert' ? [items.new] : event === 'update' ? [items.old, items.new] : [items.old];
  for (const n of ps.namespace) n.colsVisible = false;
  return items;
}

/** The analysed condition and actions of CREATE RULE. No actions = NOTHING. */
export function analyzeRule(stmt: unknown, rel: RelationInfo, ctx: AnalyzeContext): { qual: Expr | undefined; actions: Query[] } {
  const s = stmt as Raw;
  const event = ({ CMD_SELECT: 'select', CMD_UPDATE: 'update', CMD_INSERT: 'insert', CMD_DELETE: 'delete' } as const)[s.event as 'CMD_SELECT']! as Event;
  const ps = new ParseState(ctx);
  openRule(ps, rel, event);
  const qual = transformWhere(ps, s.whereClause, 'where', 'WHERE');
  if (qual) assignExprCollations(ps, qual);
  if (ps.rtable.length !== 2) throw errorAt(ps, '42P17', 'rule WHERE condition cannot contain references to other relations', -1);
  const actions = list(s.actions).map((a) => ruleAction(a, rel, event, qual, ctx));
  return { qual, actions };
}
function ruleAction(raw: Raw, rel: RelationInfo, event: Event, qual: Expr | undefined, ctx: AnalyzeContext): Query {
  const ps = new ParseState(ctx);
  openRule(ps, rel, event);
  const top = transformStmt(ps, raw);
  if (top.commandType === 'utility') {
    if (qual) throw errorAt(ps, '42P17', 'rules with WHERE conditions can only have SELECT, INSERT, UPDATE, or DELETE actions', -1);
    throw errorAt(ps, '0A000', `${kindOf(raw)} as a rule action is not supported yet`, -1);
  }
  const from = top.jointree.fromlist[0];
  const inner = top.commandType === 'insert' && from?.kind === 'RangeTblRef' ? top.rtable[from.rtindex - 1]?.subquery : undefined;
  const query = inner?.rtable[0]?.eref.aliasname === 'old' && inner.rtable[1]?.eref.aliasname === 'new' ? inner : top;
  const hasOld = usesEntry(query, 1) || usesEntry(qual, 1), hasNew = usesEntry(query, 2) || usesEntry(qual, 2);
  if (event === 'select' && (hasOld || hasNew)) throw errorAt(ps, '42P17', `ON SELECT rule cannot use ${hasOld ? 'OLD' : 'NEW'}`, -1);
  if (event === 'insert' && hasOld) throw errorAt(ps, '42P17', 'ON INSERT rule cannot use OLD', -1);
  if (event === 'delete' && hasNew) throw errorAt(ps, '42P17', 'ON DELETE rule cannot use NEW', -1);
  if (hasOld || (hasNew && event === 'update')) {
    if (query.setOperations) throw errorAt(ps, '0A000', 'conditional UNION/INTERSECT/EXCEPT statements are not implemented', -1);
    query.jointree = { ...query.jointree, fromlist: [{ kind: 'RangeTblRef', rtindex: 1 }, ...query.jointree.fromlist] };
  }
  return top;
}

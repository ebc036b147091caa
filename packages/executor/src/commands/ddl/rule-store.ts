/** Rows of pg_rewrite: a view's query and other rules, with what they depend on. */
import { encodeNode } from '@pglitedb/catalog';
import type { Expr, Query } from '@pglitedb/planner';
import type { Oid } from '@pglitedb/types';
import type { SessionServices } from '../../context.js';
import { CLASS } from './catalog-ids.js';
import { address, recordDependency, recordExpressionDependencies } from './depend.js';

const EVENT_CODES = { select: '1', update: '2', insert: '3', delete: '4' } as const;
export type RuleEvent = keyof typeof EVENT_CODES;
export interface NewRule { name: string; relation: Oid; event: RuleEvent; instead: boolean; qual: Expr | undefined; actions: readonly Query[] }

/** Adds or replaces a rule. */
export function storeRule(session: SessionServices, r: NewRule): Oid {
  const w = session.catalogWriter();
  const existing = w.syscache('RULERELNAME', r.relation, r.name);
  const row = { ev_type: EVENT_CODES[r.event], is_instead: r.instead, ev_qual: r.qual === undefined ? '<>' : encodeNode(r.qual, session.env), ev_action: encodeNode(r.actions, session.env) };
  const oid = existing?.oid ?? w.newOid();
  if (existing !== undefined) {
    w.update('pg_rewrite', { oid }, row);
    w.remove('pg_depend', { classid: CLASS.rewrite, objid: oid });
  } else w.insert('pg_rewrite', { oid, rulename: r.name, ev_class: r.relation, ev_enabled: 'O', ...row });
  const self = address(CLASS.rewrite, oid);
  recordDependency(w, self, address(CLASS.relation, r.relation), r.event === 'select' ? 'i' : 'a');
  recordExpressionDependencies(w, self, [r.actions, r.qual ?? null], 0);
  w.update('pg_class', { oid: r.relation }, { relhasrules: true });
  return oid;
}

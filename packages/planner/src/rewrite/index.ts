/**
 * rewrite(): QueryRewrite. Non-SELECT rules and automatically updatable views first (RewriteQuery), with target lists
 * completed by defaults; then views become subqueries (fireRIRrules).
 */
import { notImplemented, SqlError } from '@pglitedb/types';
import type { RelationInfo } from '@pglitedb/catalog';
import type { MergeAction, Query } from '../nodes/index.js';
import type { RewriteContext } from './defaults.js';
import { copyTree } from './manip.js';
import { fireRules } from './rules.js';
import { rewriteTargetList, rewriteValues } from './target-list.js';
import { rewriteTargetView } from './updatable-views.js';
import { expandViews } from './views.js';

export type { RewriteContext } from './defaults.js';
export { columnDefault, generationExpr, identitySequence } from './defaults.js';
export { rowSecurityEnabled } from './row-security.js';
export { viewQuery } from './views.js';
export { notUpdatableReason } from './updatable-views.js';

/** The queries to plan in the place of this one, in order. Utility statements pass through. The input is not changed. */
export function rewrite(query: Query, ctx: RewriteContext): Query[] {
  if (query.commandType === 'utility') return [query];
  const queries = rewriteQuery(copyTree(query), ctx);
  setTag(queries, query.commandType);
  return queries.map((q) => expandViews(q, ctx));
}
/** The original statement sets the command tag; where rules replaced it, the last INSTEAD action of the same kind does. */
function setTag(queries: readonly Query[], command: Query['commandType']): void {
  if (queries.some((q) => q.querySource === 'original')) return;
  const last = [...queries].reverse().find((q) => q.commandType === command && (q.querySource === 'instead_rule' || q.querySource === 'qual_instead_rule'));
  if (last) last.canSetTag = true;
}

/** The part of RewriteQuery for a relation with rules: DO ALSO and INSTEAD actions around the original statement. */
function applyRules(query: Query, rel: RelationInfo, rules: RelationInfo['rules'], ctx: RewriteContext, active: readonly string[]): Query[] {
  const event = `${rel.oid} ${query.commandType}`;
  if (active.includes(event)) throw new SqlError('42P17', `infinite recursion detected in rules for relation "${rel.relname}"`);
  const fired = fireRules(query, rel, rules);
  if (query.returningList.length && !fired.original && !fired.returning) {
    const verb = query.commandType.toUpperCase();
    throw new SqlError('0A000', `cannot perform ${verb} RETURNING on relation "${rel.relname}"`, { hint: `You need an unconditional ON ${verb} DO INSTEAD rule with a RETURNING clause.` });
  }
  const products = fired.products.flatMap((p) => (p.commandType === 'utility' ? [p] : rewriteQuery(p, ctx, [...active, event])));
  if (!fired.original) return products;
  let original = [fired.original];
  if (rel.relkind === 'v' && !hasInsteadTrigger(rel, query)) {
    if (fired.products.some((p) => p.querySource === 'qual_instead_rule')) {
      throw new SqlError('55000', `cannot ${query.commandType === 'insert' ? 'insert into' : query.commandType === 'delete' ? 'delete from' : 'update'} view "${rel.relname}"`, { detail: 'Views with conditional DO INSTEAD rules are not automatically updatable.' });
    }
    original = rewriteQuery(rewriteTargetView(fired.original, rel, ctx), ctx, active);
  }
  return query.commandType === 'insert' ? [...original, ...products] : [...products, ...original];
}

function rewriteQuery(query: Query, ctx: RewriteContext, active: readonly string[] = []): Query[] {
  for (const cte of query.cteList) {
    if (cte.ctequery.commandType === 'select') continue;
    const replaced = rewriteQuery(cte.ctequery, ctx);
    if (replaced.length !== 1) throw notImplemented('a rule that yields several statements for a data-modifying statement in WITH');
    cte.ctequery = replaced[0]!;
  }
  if (query.commandType === 'select') return [query];
  const rel = ctx.catalog.relation(query.rtable[query.resultRelation - 1]!.relid)!;
  rewriteTargets(query, rel, ctx);
  const rules = rel.rules.filter((r) => r.event === query.commandType && r.enabled !== 'D');
  if (rules.length) return applyRules(query, rel, rules, ctx, active);
  if (rel.relkind !== 'v' || hasInsteadTrigger(rel, query)) return [query];
  return rewriteQuery(rewriteTargetView(query, rel, ctx), ctx, active);
}
const TRIGGER_INSTEAD = 64, TRIGGER_EVENTS = { insert: 4, delete: 8, update: 16 } as const;
/** view_has_instead_trigger */
function hasInsteadTrigger(rel: RelationInfo, query: Query): boolean {
  const has = (event: keyof typeof TRIGGER_EVENTS): boolean => rel.triggers.some((t) => {
    const type = (t as unknown as { tgtype: number }).tgtype;
    return (type & TRIGGER_INSTEAD) !== 0 && (type & TRIGGER_EVENTS[event]) !== 0;
  });
  if (query.commandType === 'merge') return query.mergeActionList.some((a) => a.commandType !== 'nothing' && has(a.commandType));
  return has(query.commandType as 'insert');
}

function rewriteTargets(query: Query, rel: RelationInfo, ctx: RewriteContext): void {
  if (query.commandType === 'insert') {
    const index = valuesIndex(query);
    const valuesRte = index ? query.rtable[index - 1]! : undefined;
    const isView = rel.relkind === 'v';
    const before = query.targetList;
    const { tlist, unusedValues } = rewriteTargetList(before, 'insert', query.override, rel, valuesRte, index, ctx);
    query.targetList = tlist;
    if (valuesRte) rewriteValues(valuesRte, index, before, rel, unusedValues, ctx, isView);
    if (query.onConflict?.action === 'update') query.onConflict.onConflictSet = rewriteTargetList(query.onConflict.onConflictSet, 'update', 'not_set', rel, undefined, 0, ctx).tlist;
  } else if (query.commandType === 'update') {
    query.targetList = rewriteTargetList(query.targetList, 'update', query.override, rel, undefined, 0, ctx).tlist;
  } else if (query.commandType === 'merge') query.mergeActionList = query.mergeActionList.map((a) => mergeTargets(a, rel, ctx));
}
function mergeTargets(a: MergeAction, rel: RelationInfo, ctx: RewriteContext): MergeAction {
  if (a.commandType !== 'insert' && a.commandType !== 'update') return a;
  const { tlist } = rewriteTargetList(a.targetList, a.commandType, a.override, rel, undefined, 0, ctx);
  return { ...a, targetList: tlist, updateColnos: a.commandType === 'update' ? tlist.filter((t) => !t.resjunk).map((t) => t.resno) : [] };
}
/** The VALUES list of INSERT … VALUES (…), (…): its range table index, 0 for none. */
function valuesIndex(query: Query): number {
  const from = query.jointree.fromlist[0];
  if (query.jointree.fromlist.length !== 1 || from?.kind !== 'RangeTblRef') return 0;
  return query.rtable[from.rtindex - 1]!.rtekind === 'values' ? from.rtindex : 0;
}

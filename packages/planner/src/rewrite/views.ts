/** fireRIRrules: every view in a Query becomes a subquery, at all levels. Views' Queries are prepared once and cached. */
import { SqlError } from '@pglitedb/types';
import type { RelationInfo } from '@pglitedb/catalog';
import { parse } from '@pglitedb/parser';
import { makeTargetEntry, makeVar, mapChildren, type Query, type RangeTblEntry, type TreeNode } from '../nodes/index.js';
import { typeOperators } from '../analyze/catalog-cache.js';
import { analyze } from '../analyze/index.js';
import { applyRowSecurity } from './row-security.js';
import { lockRelationsForView } from './view-locks.js';
import { asAnalyzeContext, generationExpr, type RewriteContext } from './defaults.js';
import { copyTree, mapVars, raiseLevels } from './manip.js';
import { rewriteSearchAndCycle } from './search-cycle.js';

const analyzed = new WeakMap<object, Query>();

/** The Query of a view's _RETURN rule, undefined where the relation has none. Not to be changed: copy it. */
export function viewQuery(rel: RelationInfo, ctx: RewriteContext): Query | undefined {
  const rule = rel.rules.find((r) => r.event === 'select');
  const action = rule?.actions[0] as object | undefined;
  if (!action) return undefined;
  const sql = (action as { sql?: string }).sql;
  if (sql === undefined) return action as Query;
  let query = analyzed.get(action);
  if (!query) {
    query = analyze(parse(sql)[0]!, asAnalyzeContext(ctx, sql));
    analyzed.set(action, query);
  }
  return query;
}
export const relOption = (rel: RelationInfo, name: string): string | undefined => {
  const option = rel.reloptions.find((o) => o.startsWith(`${name}=`));
  return option?.slice(name.length + 1);
};
const isTrue = (v: string | undefined): boolean => v !== undefined && /^(true|on|yes|1)$/i.test(v);
export const securityBarrier = (rel: RelationInfo): boolean => isTrue(relOption(rel, 'security_barrier'));
export const securityInvoker = (rel: RelationInfo): boolean => isTrue(relOption(rel, 'security_invoker'));

/** setRuleCheckAsUser, in sub-Queries too. */
export function setCheckAsUser(query: Query, user: number): Query {
  const visit = (n: TreeNode): TreeNode => (n.kind === 'Query' ? setCheckAsUser(n, user) : mapChildren(n, visit));
  const copy = mapChildren(query, visit);
  copy.rteperminfos = query.rteperminfos.map((p) => ({ ...p, checkAsUser: user }));
  return copy;
}

/** Expands the views of a Query and of all its sub-Queries. Answers a new Query. */
export function expandViews(query: Query, ctx: RewriteContext, active: readonly number[] = []): Query {
  if (query.commandType === 'utility') return query;
  if (query.cteList.some((c) => c.search_clause || c.cycle_clause)) {
    query = copyTree(query);
    for (const cte of query.cteList) if (cte.search_clause || cte.cycle_clause) rewriteSearchAndCycle(cte, (type) => typeOperators(ctx.catalog, type));
  }
  const visit = (n: TreeNode): TreeNode => (n.kind === 'Query' ? expandViews(n, ctx, active) : mapChildren(n, visit));
  const copy = mapChildren(query, visit);
  copy.rtable.forEach((rte, i) => {
    if (rte.rtekind === 'relation') expandEntry(copy, rte, i + 1, ctx, active);
  });
  applyRowSecurity(copy, ctx, active);
  return expandVirtualColumns(copy, ctx);
}
function expandEntry(query: Query, rte: RangeTblEntry, rtindex: number, ctx: RewriteContext, active: readonly number[]): void {
  if (rte.relkind !== 'v' || rtindex === query.onConflict?.exclRelIndex) return;
  const rel = ctx.catalog.relation(rte.relid)!;
  if (rtindex === query.resultRelation) {
    if (query.commandType === 'insert') return;
    // An INSTEAD OF trigger's view: the old rows come from the subquery, the target is a second entry, which RETURNING reads.
    query.rtable.push({ ...rte, perminfoindex: rte.perminfoindex });
    query.resultRelation = query.rtable.length;
    const varno = query.resultRelation;
    query.returningList = query.returningList.map((t) => mapVars(t, (v) => (v.varno === rtindex ? { ...v, varno, varnosyn: varno } : v)));
    const whole = makeVar(rtindex, 0, rel.reltype, -1, 0, 0);
    if (query.commandType !== 'merge') query.targetList = [...query.targetList, makeTargetEntry(whole, query.targetList.length + 1, 'wholerow', true)];
  }
  const source = viewQuery(rel, ctx);
  if (!source) throw new SqlError('55000', `view "${rel.relname}" has no rule`);
  if (active.includes(rel.oid)) throw new SqlError('42P17', `infinite recursion detected in rules for relation "${rel.relname}"`);
  let action = copyTree(source);
  const perm = rte.perminfoindex ? query.rteperminfos[rte.perminfoindex - 1] : undefined;
  const user = securityInvoker(rel) ? perm?.checkAsUser ?? 0 : rel.relowner;
  if (user) action = setCheckAsUser(action, user);
  const mark = query.rowMarks.find((m) => m.rti === rtindex);
  if (mark) lockRelationsForView(action, mark);
  action = expandViews(action, ctx, [...active, rel.oid]);
  Object.assign(rte, { rtekind: 'subquery', subquery: action, security_barrier: securityBarrier(rel), tablesample: undefined, inh: false });
}

/** Virtual generated columns are replaced by their expressions. */
function expandVirtualColumns(query: Query, ctx: RewriteContext): Query {
  let result = query;
  query.rtable.forEach((rte, i) => {
    if (rte.rtekind !== 'relation') return;
    const rel = ctx.catalog.relation(rte.relid)!;
    if (!rel.attributes.some((a) => a.attgenerated === 'v' && !a.attisdropped)) return;
    const varno = i + 1;
    result = mapVars(result, (v, depth) => {
      if (v.varno !== varno || v.varattno <= 0 || rel.attributes[v.varattno - 1]?.attgenerated !== 'v') return v;
      const e = mapVars(generationExpr(rel, v.varattno, ctx), (x) => ({ ...x, varno, varnosyn: varno, varreturningtype: v.varreturningtype, varnullingrels: v.varnullingrels }));
      return raiseLevels(e, depth);
    });
  });
  return result;
}

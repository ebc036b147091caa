/**
 * Row-level security (rowsecurity.c): the policies that apply to a relation in a statement, as quals on its range table
 * entry (rows that may be seen) and check options (rows that may be written).
 */
import { decodeNode, hasPrivilegesOfRole, ACL, type CatalogReader, type CatalogRow, type RelationInfo } from '@pglitedb/catalog';
import { SqlError, type Oid } from '@pglitedb/types';
import { makeBoolConst, makeBoolExpr, exprContains, type Expr, type Query, type RangeTblEntry, type RTEPermissionInfo, type TreeNode, type WithCheckOption, mapChildren } from '../nodes/index.js';
import type { RewriteContext } from './defaults.js';
import { copyTree, mapVars } from './manip.js';
import { expandViews } from './views.js';

const FIRST_NORMAL_OID = 16384;
type Command = 'select' | 'insert' | 'update' | 'delete';
const CODES: Readonly<Record<Command, string>> = { select: 'r', insert: 'a', update: 'w', delete: 'd' };
interface Policy { name: string; permissive: boolean; command: string; roles: readonly Oid[]; qual: Expr | undefined; check: Expr | undefined }

const cache = new WeakMap<RelationInfo, Policy[]>();
function policiesOf(rel: RelationInfo, ctx: RewriteContext): readonly Policy[] {
  let list = cache.get(rel);
  if (list === undefined) {
    const node = (text: string | null): Expr | undefined => (text === null ? undefined : ((ctx.storedNode ? ctx.storedNode(text) : decodeNode(text, ctx.env)) as Expr));
    list = ctx.catalog.rows('pg_policy', { polrelid: rel.oid }).map((p: CatalogRow<'pg_policy'>) => ({
      name: p.polname, permissive: p.polpermissive, command: p.polcmd, roles: p.polroles, qual: node(p.polqual), check: node(p.polwithcheck),
    })).sort((a, b) => (a.name < b.name ? -1 : 1));
    cache.set(rel, list);
  }
  return list;
}

/** check_enable_rls: raises 42501 where row_security is off and policies would apply. */
export function rowSecurityEnabled(c: CatalogReader, rel: RelationInfo, user: Oid): boolean {
  if (rel.oid < FIRST_NORMAL_OID || !rel.relrowsecurity) return false;
  const role = c.syscache('AUTHOID', user);
  if (role?.rolsuper === true || role?.rolbypassrls === true) return false;
  const owner = hasPrivilegesOfRole(c, user, rel.relowner);
  if (owner && (!rel.relforcerowsecurity || c.session.noForceRowSecurity === true)) return false;
  if (c.session.setting('row_security') === 'off') {
    throw new SqlError('42501', `query would be affected by row-level security policy for table "${rel.relname}"`, owner ? { hint: 'To disable the policy for the table\'s owner, use ALTER TABLE NO FORCE ROW LEVEL SECURITY.' } : {});
  }
  return true;
}

interface Applied { permissive: Policy[]; restrictive: Policy[] }
interface Target { rel: RelationInfo; rtindex: number; user: Oid; ctx: RewriteContext; quals: Expr[]; checks: WithCheckOption[] }

function applying(t: Target, command: Command): Applied {
  const list = policiesOf(t.rel, t.ctx).filter((p) => (p.command === '*' || p.command === CODES[command]) && p.roles.some((r) => r === 0 || hasPrivilegesOfRole(t.ctx.catalog, t.user, r)));
  // The relcache keeps policies last name first; restrictive ones are sorted again.
  return { permissive: list.filter((p) => p.permissive).reverse(), restrictive: list.filter((p) => !p.permissive) };
}
const moved = (t: Target, e: Expr): Expr => mapVars(copyTree(e), (v) => (v.varno === 1 ? { ...v, varno: t.rtindex, varnosyn: t.rtindex } : v));
const any = (list: Expr[]): Expr => (list.length === 1 ? list[0]! : makeBoolExpr('or', list));

function addQuals(t: Target, p: Applied): void {
  const permissive = p.permissive.flatMap((x) => (x.qual === undefined ? [] : [moved(t, x.qual)]));
  if (permissive.length === 0) { t.quals.push(makeBoolConst(false)); return; }
  for (const r of p.restrictive) if (r.qual !== undefined) t.quals.push(moved(t, r.qual));
  t.quals.push(any(permissive));
}

/** forceUsing: the rows must satisfy USING, not WITH CHECK. */
function addChecks(t: Target, kind: WithCheckOption['wcoKind'], p: Applied, forceUsing: boolean): void {
  const qual = (x: Policy): Expr | undefined => (forceUsing || x.check === undefined ? x.qual : x.check);
  const add = (e: Expr, polname: string | undefined): void => { t.checks.push({ wcoKind: kind, relname: t.rel.relname, polname, qual: e, cascaded: false }); };
  const permissive = p.permissive.flatMap((x) => { const e = qual(x); return e === undefined ? [] : [moved(t, e)]; });
  if (permissive.length === 0) { add(makeBoolConst(false), undefined); return; }
  add(any(permissive), undefined);
  for (const r of p.restrictive) { const e = qual(r); if (e !== undefined) add(moved(t, e), r.name); }
}

function applyToTarget(t: Target, query: Query, reads: boolean): void {
  const command = query.commandType as Command | 'merge';
  if (command === 'merge') return applyToMerge(t, query, reads);
  const own = applying(t, command);
  if (command !== 'insert') {
    addQuals(t, own);
    if (command !== 'select' && reads) addQuals(t, applying(t, 'select'));
  }
  if (command !== 'insert' && command !== 'update') return;
  const kind = command === 'insert' ? 'rls_insert' : 'rls_update';
  addChecks(t, kind, own, false);
  if (reads) addChecks(t, kind, applying(t, 'select'), true);
  if (command !== 'insert' || query.onConflict?.action !== 'update') return;
  const update = applying(t, 'update');
  addChecks(t, 'rls_conflict', update, true);
  if (reads) addChecks(t, 'rls_conflict', applying(t, 'select'), true);
  addChecks(t, 'rls_update', update, false);
  if (reads) addChecks(t, 'rls_update', applying(t, 'select'), true);
}

function applyToMerge(t: Target, query: Query, reads: boolean): void {
  const select = applying(t, 'select');
  if (reads) addQuals(t, select);
  const update = applying(t, 'update');
  addChecks(t, 'rls_merge_update', update, true);
  addChecks(t, 'rls_update', update, false);
  if (reads) addChecks(t, 'rls_update', select, true);
  addChecks(t, 'rls_merge_delete', applying(t, 'delete'), true);
  addChecks(t, 'rls_insert', applying(t, 'insert'), false);
  if (reads && query.returningList.length > 0) addChecks(t, 'rls_insert', select, true);
}

/** Adds the policies of every relation of one query level; `active`: relations whose policies or views are being expanded. */
export function applyRowSecurity(query: Query, ctx: RewriteContext, active: readonly number[]): void {
  const checks: WithCheckOption[] = [];
  query.rtable.forEach((rte, i) => {
    const rtindex = i + 1;
    if (rte.rtekind !== 'relation' || (rte.relkind !== 'r' && rte.relkind !== 'p') || rtindex === query.onConflict?.exclRelIndex) return;
    const perm = rte.perminfoindex ? query.rteperminfos[rte.perminfoindex - 1] : undefined;
    const rel = ctx.catalog.relation(rte.relid);
    if (rel === undefined || perm === undefined) return;
    applyToEntry(query, rte, rtindex, rel, perm, ctx, active, checks);
  });
  if (checks.length > 0) query.withCheckOptions = [...checks, ...query.withCheckOptions];
}

function applyToEntry(query: Query, rte: RangeTblEntry, rtindex: number, rel: RelationInfo, perm: RTEPermissionInfo, ctx: RewriteContext, active: readonly number[], checks: WithCheckOption[]): void {
  const user = perm.checkAsUser || ctx.catalog.session.userOid();
  if (!rel.relrowsecurity || !rowSecurityEnabled(ctx.catalog, rel, user)) return;
  const t: Target = { rel, rtindex, user, ctx, quals: [], checks: [] };
  const reads = (perm.requiredPerms & ACL.SELECT) !== 0;
  if (rtindex === query.resultRelation || rtindex === query.mergeTargetRelation) applyToTarget(t, query, reads);
  else {
    addQuals(t, applying(t, 'select'));
    if ((perm.requiredPerms & ACL.UPDATE) !== 0) addQuals(t, applying(t, 'update'));
  }
  const sublinks = (e: Expr): boolean => exprContains(e, (n) => n.kind === 'SubLink');
  const expand = (e: Expr): Expr => {
    if (!sublinks(e)) return e;
    if (active.includes(rel.oid)) throw new SqlError('42P17', `infinite recursion detected in policy for relation "${rel.relname}"`);
    query.hasSubLinks = true;
    const visit = (n: TreeNode): TreeNode => (n.kind === 'Query' ? expandViews(withUser(n, perm.checkAsUser), ctx, [...active, rel.oid]) : mapChildren(n, visit));
    return visit(e) as Expr;
  };
  const unique: Expr[] = [];
  for (const q of t.quals) if (!unique.some((u) => sameTree(u, q))) unique.push(q);
  rte.securityQuals = [...unique.map(expand), ...rte.securityQuals];
  checks.push(...t.checks.map((c) => ({ ...c, qual: expand(c.qual) })));
}

/** setRuleCheckAsUser for the subqueries of policies: they run with the rights of whom the relation is read for. */
function withUser(query: Query, user: Oid): Query {
  if (user === 0) return query;
  const visit = (n: TreeNode): TreeNode => (n.kind === 'Query' ? withUser(n, user) : mapChildren(n, visit));
  const copy = mapChildren(query, visit);
  copy.rteperminfos = query.rteperminfos.map((p) => ({ ...p, checkAsUser: user }));
  return copy;
}
const sameTree = (a: unknown, b: unknown): boolean => JSON.stringify(a, replacer) === JSON.stringify(b, replacer);
const replacer = (k: string, v: unknown): unknown => (k === 'location' ? undefined : typeof v === 'bigint' ? `${v}n` : v instanceof Set ? [...v] : v);

/** Trees back to SQL (ruleutils). See context.ts for how text is made, expr.ts and query.ts for the two entry points. */
import { AssertionError, type Oid } from '@pglitedb/types';
import { quoteQualified, schemaUnlessVisible, type CatalogReader } from '@pglitedb/catalog';
import { defaultOpclass } from '../analyze/catalog-cache.js';
import { exprContains } from '../nodes/expr-type.js';
import type { Expr } from '../nodes/expr.js';
import { makeRte } from '../nodes/make.js';
import type { Query, RangeTblEntry } from '../nodes/query.js';
import { Deparser, type DeparseHooks, type DeparseSettings } from './context.js';
import { printExpr } from './expr.js';
import { looksLikeFunction } from './expr-call.js';
import { collationName, functionName, operatorName, qualifiedRelationName, relationName } from './names.js';
import { printQuery } from './query.js';
import { namespaceOfTable, rtableNames } from './range-names.js';

export type { DeparseHooks, DeparseSettings, PrettyFlags } from './context.js';
export { NOT_PRETTY } from './context.js';
export { simpleLiteral } from './constant.js';
export { deparsePartitionBound, deparseRangeDatums } from './partition-bound.js';
export { looksLikeFunction, rtableNames };

/** For plans: Vars are named by the caller. */
export interface ExpressionContext extends DeparseHooks, Omit<DeparseSettings, 'hooks'> { showImplicitCasts?: boolean }

export function deparseExpression(expr: Expr, cx: ExpressionContext): string {
  const d = new Deparser({ ...cx, hooks: cx });
  printExpr(d, expr, cx.showImplicitCasts ?? false);
  return d.buf;
}

function relationRte(catalog: CatalogReader, relid: Oid, alias?: string): RangeTblEntry {
  const rel = catalog.relation(relid);
  if (rel === undefined) throw new AssertionError(`no relation ${relid}`);
  const eref = { aliasname: alias ?? rel.relname, colnames: rel.attributes.map((a) => (a.attisdropped ? '' : a.attname)) };
  const rte = makeRte('relation', eref, alias === undefined ? undefined : { aliasname: alias, colnames: [] });
  rte.relid = relid;
  rte.relkind = rel.relkind;
  return rte;
}

/** A Deparser whose Vars are columns of one relation (0: none), or with `names` of several instances of it. */
function overRelation(settings: DeparseSettings, relid: Oid, names?: readonly string[]): Deparser {
  const d = new Deparser(settings);
  if (relid === 0) return d;
  const rtable = names ? names.map((n) => relationRte(d.catalog, relid, n)) : [relationRte(d.catalog, relid)];
  d.namespaces = [namespaceOfTable(d.catalog, rtable)];
  return d;
}

/** An expression over the columns of one relation, varno 1: defaults, checks, index expressions. */
export function deparseForRelation(expr: Expr, relid: Oid, settings: DeparseSettings, showImplicit = false): string {
  const d = overRelation(settings, relid);
  printExpr(d, expr, showImplicit);
  return d.buf;
}
/** The same with qualified Vars of OLD (varno 1) and NEW (2): rule and trigger conditions. */
export function deparseForOldNew(expr: Expr, relid: Oid, settings: DeparseSettings): string {
  const d = overRelation({ ...settings, varPrefix: true }, relid, ['old', 'new']);
  printExpr(d, expr, false);
  return d.buf;
}
/** As an element of an index or partition key: what is no function call needs parentheses. */
export function deparseKeyExpression(expr: Expr, relid: Oid, settings: DeparseSettings): string {
  const text = deparseForRelation(expr, relid, settings);
  return looksLikeFunction(expr) ? text : `(${text})`;
}

/** A whole query: a view's, a rule's action, an SQL function's body. */
export function deparseQuery(query: Query, settings: DeparseSettings, options: { resultNames?: readonly string[]; colNamesVisible?: boolean; /** stands inside another query level: columns are qualified */ nested?: boolean } = {}): string {
  const d = new Deparser(settings);
  if (options.nested) d.namespaces = [namespaceOfTable(d.catalog, [])];
  printQuery(d, query, { colNamesVisible: options.colNamesVisible ?? true, ...(options.resultNames ? { resultNames: options.resultNames } : {}) });
  return d.buf;
}

/** Names as expressions show them. */
export const deparseNames = {
  relation: (s: DeparseSettings, oid: Oid): string => relationName(new Deparser(s), oid),
  qualifiedRelation: (s: DeparseSettings, oid: Oid): string => qualifiedRelationName(new Deparser(s), oid),
  collation: (s: DeparseSettings, oid: Oid): string => collationName(new Deparser(s), oid),
  operator: (s: DeparseSettings, oid: Oid, left: Oid, right: Oid): string => operatorName(new Deparser(s), oid, left, right),
  func: (s: DeparseSettings, oid: Oid, argTypes: readonly Oid[]): string => functionName(new Deparser(s), oid, argTypes, [], false),
};
/** get_opclass_name: " name" unless it is the type's default (type 0: always). */
export function opclassSuffix(s: DeparseSettings, opclass: Oid, type: Oid): string {
  const row = s.catalog.syscache('CLAOID', opclass);
  if (row === undefined) throw new AssertionError(`no operator class ${opclass}`);
  if (type !== 0 && defaultOpclass(s.catalog, type, row.opcmethod)?.['oid'] === opclass) return '';
  return ` ${quoteQualified(schemaUnlessVisible(s.catalog, 'opclass', opclass), row.opcname)}`;
}
export const containsVars = (e: Expr): boolean => exprContains(e, (n) => n.kind === 'Var');

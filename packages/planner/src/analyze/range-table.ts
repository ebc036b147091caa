/** Making range table entries and namespace items: addRangeTableEntry… of parse_relation.c. */
import type { Oid } from '@pglitedb/types';
import type { RelationInfo } from '@pglitedb/catalog';
import { exprCollation, exprType, exprTypmod, makeRte, type Alias, type CommonTableExpr, type Expr, type Query, type RangeTblEntry, type RangeTblFunction, type RTEPermissionInfo } from '../nodes/index.js';
import { errorAt, withPosition, type EphemeralRelation, type NsColumn, type NsItem, type ParseState } from './context.js';
import { list, locOf, str, strings, type Raw } from './raw.js';
import { namespaceOidOrZero } from './names.js';
import { nsColumns } from './relation-columns.js';

export const ACL = { INSERT: 1, SELECT: 2, UPDATE: 4, DELETE: 8 } as const;

export const aliasOf = (raw: Raw): Alias | undefined => raw && { aliasname: (raw.aliasname as string | undefined) ?? '', colnames: strings(raw.colnames) };

/** The names seen: given column aliases first, the relation's own after; 42P10 for too many aliases. */
export function makeEref(ps: ParseState, alias: Alias | undefined, name: string, colnames: readonly string[], what: 'table' | 'join' = 'table'): Alias {
  const visible = colnames.filter((n) => n !== '').length;
  if (alias && alias.colnames.length > visible) {
    const refname = alias.aliasname || name;
    throw errorAt(ps, '42P10', what === 'join' ? `join expression "${refname}" has ${visible} columns available but ${alias.colnames.length} columns specified`
      : `table "${refname}" has ${visible} columns available but ${alias.colnames.length} columns specified`, -1);
  }
  let given = 0;
  return { aliasname: alias?.aliasname ?? name, colnames: colnames.map((n) => (n === '' || !alias ? n : alias.colnames[given++] ?? n)) };
}

export function addRte(ps: ParseState, rte: RangeTblEntry, perminfo?: RTEPermissionInfo): NsItem {
  ps.rtable.push(rte);
  const rtindex = ps.rtable.length;
  return { names: rte.eref, rte, rtindex, perminfo, columns: nsColumns(ps.catalog, rte, rtindex), relVisible: true, colsVisible: true, lateralOnly: false, lateralOk: true, returningType: 'default' };
}
export function addPermInfo(ps: ParseState, rte: RangeTblEntry): RTEPermissionInfo {
  const info: RTEPermissionInfo = { relid: rte.relid, inh: rte.inh, requiredPerms: 0, checkAsUser: 0, selectedCols: new Set(), insertedCols: new Set(), updatedCols: new Set() };
  ps.rteperminfos.push(info);
  rte.perminfoindex = ps.rteperminfos.length;
  return info;
}

/** parserOpenTable: finds the relation of a RangeVar; 42P01. */
export function openTable(ps: ParseState, rv: Raw): RelationInfo {
  const schema = rv.schemaname as string | undefined;
  const name = rv.relname as string;
  const location = locOf(rv);
  if (rv.catalogname) {
    const database = ps.catalog.syscache('DATABASEOID', ps.catalog.session.databaseOid)?.['datname'] as string | undefined;
    if (database !== undefined && database !== rv.catalogname) throw errorAt(ps, '0A000', `cross-database references are not implemented: "${rv.catalogname}.${schema}.${name}"`, location);
  }
  const oid = schema !== undefined && !namespaceOidOrZero(ps.catalog, schema) ? 0 : withPosition(ps, location, () => ps.catalog.relid(schema, name));
  const rel = oid ? ps.catalog.relation(oid) : undefined;
  if (!rel) {
    if (schema !== undefined) throw errorAt(ps, '42P01', `relation "${schema}.${name}" does not exist`, location);
    if (ps.futureCtes.length && inFutureCtes(ps, name)) {
      throw errorAt(ps, '42P01', `relation "${name}" does not exist`, location, {
        detail: `There is a WITH item named "${name}", but it cannot be referenced from this part of the query.`,
        hint: 'Use WITH RECURSIVE, or re-order the WITH items to remove forward references.',
      });
    }
    throw errorAt(ps, '42P01', `relation "${name}" does not exist`, location);
  }
  return rel;
}
function inFutureCtes(ps: ParseState | undefined, name: string): boolean {
  for (; ps; ps = ps.parent) if (ps.futureCtes.some((f) => f.name === name)) return true;
  return false;
}

/** addRangeTableEntryForRelation */
export function addRelation(ps: ParseState, rel: RelationInfo, alias: Alias | undefined, inh: boolean, inFromCl: boolean, lockmode = 1): NsItem {
  const eref = makeEref(ps, alias, rel.relname, rel.attributes.map((a) => (a.attisdropped ? '' : a.attname)));
  const rte = makeRte('relation', eref, alias);
  Object.assign(rte, { relid: rel.oid, relkind: rel.relkind, inh, inFromCl, rellockmode: lockmode });
  const perm = addPermInfo(ps, rte);
  perm.requiredPerms = ACL.SELECT;
  return addRte(ps, rte, perm);
}
/** addRangeTableEntryForSubquery */
export function addSubquery(ps: ParseState, subquery: Query, alias: Alias | undefined, lateral: boolean, inFromCl: boolean, name = 'unnamed_subquery'): NsItem {
  const colnames = subquery.targetList.filter((t) => !t.resjunk).map((t) => t.resname ?? '?column?');
  const rte = makeRte('subquery', makeEref(ps, alias, alias?.aliasname ?? name, colnames), alias);
  Object.assign(rte, { subquery, lateral, inFromCl });
  const item = addRte(ps, rte);
  return item;
}
/** addRangeTableEntryForFunction for prepared RangeTblFunctions. */
export function addFunction(ps: ParseState, functions: RangeTblFunction[], ordinality: boolean, colnames: string[], alias: Alias | undefined, defaultName: string, lateral: boolean, inFromCl: boolean): NsItem {
  const name = alias?.aliasname ?? defaultName;
  const all = ordinality ? [...colnames, 'ordinality'] : colnames;
  const rte = makeRte('function', makeEref(ps, alias, name, all), alias);
  Object.assign(rte, { functions, funcordinality: ordinality, lateral, inFromCl });
  return addRte(ps, rte);
}
export function addValues(ps: ParseState, rows: Expr[][], coltypes: Oid[], coltypmods: number[], colcollations: Oid[], alias: Alias | undefined, lateral: boolean, inFromCl: boolean): NsItem {
  const colnames = coltypes.map((_, i) => `column${i + 1}`);
  const rte = makeRte('values', makeEref(ps, alias, '*VALUES*', colnames), alias);
  Object.assign(rte, { values_lists: rows, coltypes, coltypmods, colcollations, lateral, inFromCl });
  return addRte(ps, rte);
}
/** addRangeTableEntryForCTE */
export function addCte(ps: ParseState, cte: CommonTableExpr, levelsup: number, rv: Raw, inFromCl: boolean): NsItem {
  const alias = aliasOf(rv.alias);
  const analyzed = cte.ctecoltypes.length > 0 || !cte.cterecursive ? (cte.ctequery as Query | undefined)?.kind === 'Query' : false;
  const rte = makeRte('cte', { aliasname: '', colnames: [] }, alias);
  rte.self_reference = !analyzed;
  if (!rte.self_reference) cte.cterefcount++;
  if (analyzed && cte.ctequery.commandType !== 'select' && cte.ctequery.returningList.length === 0) {
    throw errorAt(ps, '0A000', `WITH query "${cte.ctename}" does not have a RETURNING clause`, locOf(rv));
  }
  rte.eref = makeEref(ps, alias, cte.ctename, cte.ctecolnames);
  Object.assign(rte, { ctename: cte.ctename, ctelevelsup: levelsup, coltypes: [...cte.ctecoltypes], coltypmods: [...cte.ctecoltypmods], colcollations: [...cte.ctecolcollations], inFromCl });
  let hidden = 0;
  const extra = (name: string, type: Oid, typmod: number, collation: Oid): void => {
    rte.eref.colnames.push(name);
    rte.coltypes.push(type);
    rte.coltypmods.push(typmod);
    rte.colcollations.push(collation);
    if (levelsup > 0) hidden++;
  };
  if (cte.search_clause) extra(cte.search_clause.search_seq_column, cte.search_clause.search_breadth_first ? 2249 : 2287, -1, 0);
  if (cte.cycle_clause) {
    const cy = cte.cycle_clause;
    extra(cy.cycle_mark_column, cy.cycle_mark_type, cy.cycle_mark_typmod, cy.cycle_mark_collation);
    extra(cy.cycle_path_column, 2287, -1, 0);
  }
  const item = addRte(ps, rte);
  for (let i = item.columns.length - hidden; i < item.columns.length; i++) item.columns[i]!.dontexpand = true;
  return item;
}
export function addEphemeral(ps: ParseState, enr: EphemeralRelation, alias: Alias | undefined): NsItem {
  const rte = makeRte('namedtuplestore', makeEref(ps, alias, enr.name, enr.columns.map((c) => c.name)), alias);
  Object.assign(rte, { relid: enr.reloid, enrname: enr.name, enrtuples: enr.tuples, inFromCl: true, coltypes: enr.columns.map((c) => c.type), coltypmods: enr.columns.map((c) => c.typmod), colcollations: enr.columns.map((c) => c.collation) });
  return addRte(ps, rte);
}
/** addRangeTableEntryForJoin: columns given as namespace columns over the inputs. */
export function addJoin(ps: ParseState, colnames: string[], columns: NsColumn[], fields: Partial<RangeTblEntry>, alias: Alias | undefined): NsItem {
  const rte = makeRte('join', makeEref(ps, alias, 'unnamed_join', colnames, 'join'), alias);
  Object.assign(rte, fields, { inFromCl: true });
  ps.rtable.push(rte);
  return { names: rte.eref, rte, rtindex: ps.rtable.length, perminfo: undefined, columns, relVisible: true, colsVisible: true, lateralOnly: false, lateralOk: true, returningType: 'default' };
}

/** scanNameSpaceForCTE */
export function findCte(ps: ParseState, name: string): { cte: CommonTableExpr; levelsup: number } | undefined {
  let levelsup = 0;
  for (let level: ParseState | undefined = ps; level; level = level.parent, levelsup++) {
    const cte = level.ctenamespace.find((c) => c.ctename === name);
    if (cte) return { cte, levelsup };
  }
  return undefined;
}

/** checkNameSpaceConflicts: 42712. */
export function checkConflicts(ps: ParseState, a: readonly NsItem[], b: readonly NsItem[]): void {
  for (const x of a) {
    if (!x.relVisible) continue;
    for (const y of b) {
      if (!y.relVisible || x.names.aliasname !== y.names.aliasname) continue;
      const plain = (i: NsItem): boolean => i.rte.rtekind === 'relation' && i.rte.alias === undefined;
      if (plain(x) && plain(y) && x.rte.relid !== y.rte.relid) continue;
      throw errorAt(ps, '42712', `table name "${x.names.aliasname}" specified more than once`, -1);
    }
  }
}
export const columnsOf = (exprs: readonly Expr[]): { types: Oid[]; typmods: number[]; collations: Oid[] } => ({ types: exprs.map(exprType), typmods: exprs.map(exprTypmod), collations: exprs.map(exprCollation) });
export { list, str };

/** Column and table name resolution and its errors: parse_relation.c. */
import type { Oid } from '@pglitedb/types';
import { exprCollation, exprType, exprTypmod, makeVar, type Expr, type RangeTblEntry, type Var } from '../nodes/index.js';
import { errorAt, type NsItem, ParseState } from './context.js';
import { markNullable, SYSTEM_COLUMNS, varFromNsColumn, wholeRowVar } from './relation-columns.js';
import { editDistance } from './names.js';

const FUZZY_DISTANCE_MAX = 3;

/** refnameNamespaceItem: the item of that table name, and how many levels up. schema narrows to one relation. */
export function findNsItem(ps: ParseState, schema: string | undefined, refname: string, location: number): { item: NsItem; levelsup: number } | undefined {
  let relid: Oid = 0;
  if (schema !== undefined) {
    const ns = ps.catalog.syscache('NAMESPACENAME', schema)?.['oid'] as Oid | undefined;
    if (!ns) return undefined;
    relid = (ps.catalog.syscache('RELNAMENSP', refname, ns)?.['oid'] as Oid | undefined) ?? 0;
    if (!relid) return undefined;
  }
  let levelsup = 0;
  for (let level: ParseState | undefined = ps; level; level = level.parent, levelsup++) {
    let found: NsItem | undefined;
    for (const item of level.namespace) {
      if (!item.relVisible) continue;
      if (relid ? item.rte.rtekind !== 'relation' || item.rte.relid !== relid || item.rte.alias !== undefined : item.names.aliasname !== refname) continue;
      if (item.lateralOnly && !level.lateralActive) continue;
      if (found) throw errorAt(ps, '42P09', relid ? `table reference ${relid} is ambiguous` : `table reference "${refname}" is ambiguous`, location);
      checkLateral(ps, level, item, location);
      found = item;
    }
    if (found) return { item: found, levelsup };
  }
  return undefined;
}

function checkLateral(ps: ParseState, level: ParseState, item: NsItem, location: number): void {
  if (!item.lateralOnly || item.lateralOk) return;
  const name = item.names.aliasname;
  const target = item.rte === level.targetNsItem?.rte;
  throw errorAt(ps, '42P10', `invalid reference to FROM-clause entry for table "${name}"`, location, target
    ? { hint: `There is an entry for table "${name}", but it cannot be referenced from this part of the query.` }
    : { detail: 'The combining JOIN type must be INNER or LEFT for a LATERAL reference.' });
}

/** scanNSItemForColumn: the Var of a column of that item. */
export function nsItemColumn(ps: ParseState, item: NsItem, levelsup: number, colname: string, location: number): Expr | undefined {
  const index = columnIndex(ps, item.names.colnames, colname, location, item.rte);
  if (index === undefined) return undefined;
  if (index < 0) return systemVar(ps, item, levelsup, index, location);
  const col = item.columns[index]!;
  if (col.varno === 0) {
    throw errorAt(ps, '42703', `column "${colname}" of relation "${item.rte.eref.aliasname}" does not exist`, location);
  }
  const v = varFromNsColumn(ps, col, 0, location);
  v.varlevelsup = levelsup;
  v.varnullingrels = [];
  return markNullable(ps, v);
}
function systemVar(ps: ParseState, item: NsItem, levelsup: number, attnum: number, location: number): Expr {
  const allowed = ps.exprKind !== 'check_constraint' || attnum === -6;
  const colname = [...SYSTEM_COLUMNS].find(([, s]) => s.attnum === attnum)!;
  if (!allowed) throw errorAt(ps, '42P10', `system column "${colname[0]}" reference in check constraint is invalid`, location);
  if (ps.exprKind === 'generated_column' && attnum !== -6) throw errorAt(ps, '42P10', `cannot use system column "${colname[0]}" in column generation expression`, location);
  if (ps.exprKind === 'merge_when' && attnum !== -6) throw errorAt(ps, '42P10', `cannot use system column "${colname[0]}" in MERGE WHEN condition`, location);
  const v: Var = makeVar(item.rtindex, attnum, colname[1].type, -1, 0, levelsup, location);
  v.varreturningtype = item.returningType;
  return markNullable(ps, v);
}
/** scanRTEForColumn: index from 0, or a system attnum. */
function columnIndex(ps: ParseState, colnames: readonly string[], colname: string, location: number, rte: RangeTblEntry): number | undefined {
  const first = colnames.indexOf(colname);
  if (first >= 0) {
    if (colnames.indexOf(colname, first + 1) >= 0) throw errorAt(ps, '42702', `column reference "${colname}" is ambiguous`, location);
    return first;
  }
  if (rte.rtekind === 'relation' && rte.relkind !== 'v') return SYSTEM_COLUMNS.get(colname)?.attnum;
  return undefined;
}

/** colNameToVar: an unqualified column, from the innermost level that has it. */
export function columnByName(ps: ParseState, colname: string, localOnly: boolean, location: number): Expr | undefined {
  let levelsup = 0;
  for (let level: ParseState | undefined = ps; level; level = level.parent, levelsup++) {
    let result: Expr | undefined;
    for (const item of level.namespace) {
      if (!item.colsVisible || (item.lateralOnly && !level.lateralActive)) continue;
      const v = nsItemColumn(ps, item, levelsup, colname, location);
      if (!v) continue;
      if (result) throw errorAt(ps, '42702', `column reference "${colname}" is ambiguous`, location);
      checkLateral(ps, level, item, location);
      if (v.kind === 'Var') markVarForSelect(ps, v);
      result = v;
    }
    if (result || localOnly) return result;
  }
  return undefined;
}

/** markVarForSelectPriv: the column is read, through joins down to the relations. */
export function markVarForSelect(ps: ParseState, v: Var): void {
  let level: ParseState | undefined = ps;
  for (let i = 0; i < v.varlevelsup; i++) level = level?.parent;
  if (level) markRteForSelect(level, v.varno, v.varattno);
}
export function markRteForSelect(level: ParseState, varno: number, attno: number): void {
  const rte = level.rtable[varno - 1];
  if (!rte) return;
  if (rte.rtekind === 'relation' && rte.perminfoindex) {
    const perm = level.rteperminfos[rte.perminfoindex - 1]!;
    perm.requiredPerms |= 2;
    perm.selectedCols.add(attno);
  } else if (rte.rtekind === 'join' && attno === 0) {
    const join = level.joinexprs[varno];
    if (!join) return;
    for (const arg of [join.larg, join.rarg]) if ('rtindex' in arg) markRteForSelect(level, arg.rtindex, 0);
  }
}

/** The whole row of a namespace item (transformWholeRowRef). */
export function wholeRowReference(ps: ParseState, item: NsItem, levelsup: number, location: number): Expr {
  const joinAlias = item.rte.rtekind === 'join' && item.names !== item.rte.eref;
  if (joinAlias) {
    const args = item.names.colnames.map((_, i) => varFromNsColumn(ps, item.columns[i]!, levelsup, location));
    return { kind: 'RowExpr', args, row_typeid: 2249, row_format: 'implicit', colnames: [...item.names.colnames], location };
  }
  const v = wholeRowVar(ps, item.rte, item.rtindex, levelsup, true);
  v.location = location;
  v.varreturningtype = item.returningType;
  markNullable(ps, v);
  markVarForSelect(ps, v);
  return v;
}

const visibleIfLateral = (ps: ParseState, rte: RangeTblEntry): boolean => {
  for (let level: ParseState | undefined = ps; level; level = level.parent) {
    if (level.lateralActive) continue;
    if (level.namespace.some((n) => n.rte === rte && n.lateralOnly && n.lateralOk)) return true;
  }
  return false;
};
const visibleIfQualified = (ps: ParseState, rte: RangeTblEntry): boolean => {
  for (let level: ParseState | undefined = ps; level; level = level.parent) {
    if (level.namespace.some((n) => n.rte === rte && !n.lateralOnly && n.relVisible && !n.colsVisible)) return true;
  }
  return false;
};

/** errorMissingRTE */
export function missingTable(ps: ParseState, schema: string | undefined, relname: string, location: number): never {
  const relid = ps.catalog.relid(schema, relname);
  let rte: RangeTblEntry | undefined;
  for (let level: ParseState | undefined = ps; level && !rte; level = level.parent) {
    rte = level.rtable.find((r) => (r.rtekind === 'relation' && relid !== 0 && r.relid === relid) || r.eref.aliasname === relname);
  }
  if (!rte) throw errorAt(ps, '42P01', `missing FROM-clause entry for table "${relname}"`, location);
  const alias = rte.eref.aliasname;
  const badAlias = rte.alias && alias !== relname && findNsItem(ps, undefined, alias, location)?.item.rte === rte ? alias : undefined;
  const message = `invalid reference to FROM-clause entry for table "${relname}"`;
  if (badAlias !== undefined) throw errorAt(ps, '42P01', message, location, { hint: `Perhaps you meant to reference the table alias "${badAlias}".` });
  throw errorAt(ps, '42P01', message, location, {
    detail: `There is an entry for table "${alias}", but it cannot be referenced from this part of the query.`,
    hint: visibleIfLateral(ps, rte) ? 'To reference that table, you must mark this subquery with LATERAL.' : undefined,
  });
}

/** errorMissingColumn, with the nearest names as hint. */
export function missingColumn(ps: ParseState, relname: string | undefined, colname: string, location: number): never {
  const near: { rte: RangeTblEntry; column: string }[] = [];
  const exact: RangeTblEntry[] = [];
  let distance = FUZZY_DISTANCE_MAX + 1;
  for (let level: ParseState | undefined = ps; level; level = level.parent) {
    for (const rte of level.rtable) {
      if (rte.rtekind === 'join' || rte.rtekind === 'group') continue;
      const penalty = relname === undefined ? 0 : editDistance(relname, rte.eref.aliasname, FUZZY_DISTANCE_MAX + 1);
      let hit = false;
      for (const column of rte.eref.colnames) {
        if (column === colname) hit = true;
        else if (column !== '' && penalty <= distance) {
          let d = editDistance(column, colname, distance + 1 - penalty);
          if (d > colname.length / 2) continue;
          d += penalty;
          if (d < distance) {
            near.length = 0;
            near.push({ rte, column });
            distance = d;
          } else if (d === distance) {
            if (near.length === 2) {
              near.length = 0;
              distance = d - 1;
            } else if (near.length === 1 || d <= FUZZY_DISTANCE_MAX) near.push({ rte, column });
          }
        }
      }
      if (hit && penalty === 0) exact.push(rte);
      else if (hit && near.length < 2 && penalty < distance) {
        near.length = 0;
        near.push({ rte, column: colname });
        distance = penalty;
      }
    }
  }
  const message = relname === undefined ? `column "${colname}" does not exist` : `column ${relname}.${colname} does not exist`;
  throw errorAt(ps, '42703', message, location, missingColumnHelp(ps, relname, colname, exact, near));
}
function missingColumnHelp(ps: ParseState, relname: string | undefined, colname: string, exact: RangeTblEntry[], near: { rte: RangeTblEntry; column: string }[]): { detail?: string; hint?: string } {
  if (exact.length > 1) {
    return { detail: `There are columns named "${colname}", but they are in tables that cannot be referenced from this part of the query.`, hint: relname === undefined ? 'Try using a table-qualified name.' : undefined };
  }
  if (exact.length === 1) {
    const hint = visibleIfLateral(ps, exact[0]!) ? 'To reference that column, you must mark this subquery with LATERAL.'
      : relname === undefined && visibleIfQualified(ps, exact[0]!) ? 'To reference that column, you must use a table-qualified name.' : undefined;
    return { detail: `There is a column named "${colname}" in table "${exact[0]!.eref.aliasname}", but it cannot be referenced from this part of the query.`, hint };
  }
  const names = near.map((n) => `the column "${n.rte.eref.aliasname}.${n.column}"`);
  return names.length ? { hint: `Perhaps you meant to reference ${names.join(' or ')}.` } : {};
}
export { exprCollation, exprType, exprTypmod };

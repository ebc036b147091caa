/** The columns of range table entries: their types (get_rte_attribute_type), Vars over them, and row expansion. */
import { SqlError, type Oid } from '@pglitedb/types';
import type { CatalogReader } from '@pglitedb/catalog';
import { exprCollation, exprType, exprTypmod, makeVar, type Expr, type RangeTblEntry, type Var } from '../nodes/index.js';
import type { NsColumn, NsItem, ParseState } from './context.js';
import { relidOfType, T } from './coerce-paths.js';

export interface ColumnInfo { name: string; type: Oid; typmod: number; collation: Oid; dropped: boolean }

/** System columns by name: attnum and type. */
export const SYSTEM_COLUMNS: ReadonlyMap<string, { attnum: number; type: Oid }> = new Map([
  ['ctid', { attnum: -1, type: 27 }], ['xmin', { attnum: -2, type: 28 }], ['cmin', { attnum: -3, type: 29 }],
  ['xmax', { attnum: -4, type: 28 }], ['cmax', { attnum: -5, type: 29 }], ['tableoid', { attnum: -6, type: 26 }],
]);
export const systemColumnByNumber = (attnum: number): { name: string; type: Oid } | undefined => {
  for (const [name, s] of SYSTEM_COLUMNS) if (s.attnum === attnum) return { name, type: s.type };
  return undefined;
};

/** All columns of a range table entry, in order; dropped ones marked. */
export function rteColumns(c: CatalogReader, rte: RangeTblEntry): ColumnInfo[] {
  const names = rte.eref.colnames;
  switch (rte.rtekind) {
    case 'relation':
      return c.relation(rte.relid)!.attributes.map((a, i) => ({ name: names[i] ?? a.attname, type: a.attisdropped ? 0 : a.atttypid, typmod: a.atttypmod, collation: a.attcollation, dropped: a.attisdropped }));
    case 'subquery':
      return rte.subquery!.targetList.filter((t) => !t.resjunk).map((t, i) => exprColumn(names[i] ?? t.resname ?? '', t.expr));
    case 'join': return rte.joinaliasvars.map((v, i) => exprColumn(names[i] ?? '', v));
    case 'group': return rte.groupexprs.map((v, i) => exprColumn(names[i] ?? '', v));
    case 'function': return functionColumns(c, rte);
    default:
      return rte.coltypes.map((type, i) => ({ name: names[i] ?? '', type, typmod: rte.coltypmods[i]!, collation: rte.colcollations[i]!, dropped: type === 0 }));
  }
}
const exprColumn = (name: string, e: Expr): ColumnInfo => ({ name, type: exprType(e), typmod: exprTypmod(e), collation: exprCollation(e), dropped: false });

function functionColumns(c: CatalogReader, rte: RangeTblEntry): ColumnInfo[] {
  const out: ColumnInfo[] = [];
  for (const f of rte.functions) {
    const count = f.funccolcount;
    for (let i = 0; i < count; i++) {
      out.push({ name: rte.eref.colnames[out.length] ?? f.funccolnames[i] ?? '', type: f.funccoltypes[i]!, typmod: f.funccoltypmods[i] ?? -1, collation: f.funccolcollations[i] ?? 0, dropped: f.funccoltypes[i] === 0 });
    }
  }
  if (rte.funcordinality) out.push({ name: rte.eref.colnames[out.length] ?? 'ordinality', type: T.INT8, typmod: -1, collation: 0, dropped: false });
  return out;
}

/** Namespace columns that refer to the entry's own columns. */
export function nsColumns(c: CatalogReader, rte: RangeTblEntry, rtindex: number): NsColumn[] {
  return rteColumns(c, rte).map((col, i) => ({
    varno: col.dropped ? 0 : rtindex, varattno: i + 1, vartype: col.type, vartypmod: col.typmod, varcollid: col.collation,
    varreturningtype: 'default', varnosyn: rtindex, varattnosyn: i + 1, dontexpand: false,
  }));
}

/** markNullableIfNeeded */
export function markNullable(ps: ParseState, v: Var): Var {
  let level: ParseState | undefined = ps;
  for (let i = 0; i < v.varlevelsup; i++) level = level?.parent;
  const rels = level?.nullingrels[v.varno];
  if (rels?.length) v.varnullingrels = [...new Set([...v.varnullingrels, ...rels])].sort((a, b) => a - b);
  return v;
}
/** buildVarFromNSColumn */
export function varFromNsColumn(ps: ParseState, col: NsColumn, levelsup = 0, location = -1): Var {
  const v = makeVar(col.varno, col.varattno, col.vartype, col.vartypmod, col.varcollid, levelsup, location);
  v.varreturningtype = col.varreturningtype;
  v.varnosyn = col.varnosyn;
  v.varattnosyn = col.varattnosyn;
  return markNullable(ps, v);
}

/** The parse state that a Var's level refers to. */
export function stateAtLevel(ps: ParseState, levelsup: number): ParseState {
  let level = ps;
  for (let i = 0; i < levelsup; i++) level = level.parent!;
  return level;
}
export function nsItemFor(ps: ParseState, varno: number, levelsup: number): NsItem | undefined {
  return stateAtLevel(ps, levelsup).namespace.find((n) => n.rtindex === varno);
}

/** A whole-row Var as Vars of its columns (dropped ones left out). */
export function expandRowVar(ps: ParseState, v: Var): Expr[] {
  const rte = stateAtLevel(ps, v.varlevelsup).rtable[v.varno - 1]!;
  const out: Expr[] = [];
  for (const [i, col] of rteColumns(ps.catalog, rte).entries()) {
    if (col.dropped) continue;
    const inner = makeVar(v.varno, i + 1, col.type, col.typmod, col.collation, v.varlevelsup, v.location);
    inner.varreturningtype = v.varreturningtype;
    out.push(markNullable(ps, inner));
  }
  return out;
}

/** makeWholeRowVar */
export function wholeRowVar(ps: ParseState, rte: RangeTblEntry, varno: number, levelsup: number, allowScalar: boolean): Var {
  const c = ps.catalog;
  let type: Oid = T.RECORD, collation = 0, attno = 0;
  if (rte.rtekind === 'relation' || (rte.rtekind === 'subquery' && rte.relid)) {
    type = c.relation(rte.relid)!.reltype;
    if (!type) throw new SqlError('42809', `relation "${c.relation(rte.relid)!.relname}" does not have a composite type`);
  } else if (rte.rtekind === 'function' && !rte.funcordinality && rte.functions.length === 1) {
    const fexpr = rte.functions[0]!.funcexpr;
    const t = exprType(fexpr);
    if (relidOfType(c, t)) type = t;
    else if (allowScalar && t !== T.RECORD) {
      type = t;
      collation = exprCollation(fexpr);
      attno = 1;
    }
  }
  return makeVar(varno, attno, type, -1, collation, levelsup);
}

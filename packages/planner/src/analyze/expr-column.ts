/** ColumnRef and A_Indirection: names to Vars, fields, subscripts. */
import type { Oid } from '@pglitedb/types';
import { exprCollation, exprLocation, exprType, exprTypmod, type Expr, type RowExpr, type Var } from '../nodes/index.js';
import { isComplex, relidOfType, T, formatType } from './coerce-paths.js';
import { errorAt, type NsItem, type ParseState } from './context.js';
import { expression } from './expr.js';
import { functionOrColumn } from './expr-call.js';
import { outputColumns } from './from.js';
import { columnByName, findNsItem, markVarForSelect, missingColumn, missingTable, nsItemColumn, wholeRowReference } from './namespace.js';
import { kindOf, list, locOf, strings, type Raw } from './raw.js';
import { transformSubscripts } from './subscripts.js';
import { expandRowVar, rteColumns, stateAtLevel } from './relation-columns.js';

const NO_COLUMNS: Readonly<Partial<Record<ParseState['exprKind'], string>>> = {
  column_default: 'cannot use column reference in DEFAULT expression',
  partition_bound: 'cannot use column reference in partition bound expression',
};

export function transformColumnRef(ps: ParseState, ref: Raw): Expr {
  const location = locOf(ref);
  const forbidden = NO_COLUMNS[ps.exprKind];
  if (forbidden) throw errorAt(ps, '0A000', forbidden, location);
  const fields = list(ref.fields);
  const star = fields[fields.length - 1]?.A_Star !== undefined;
  const names = strings(star ? fields.slice(0, -1) : fields);
  const pre = ps.ctx.preColumnRef?.(names, location, star);
  if (pre) return pre;
  const lookup = resolve(ps, names, location, star);
  if (ps.ctx.postColumnRef) {
    const hooked = ps.ctx.postColumnRef(names, lookup.expr, location, star);
    if (hooked) {
      if (lookup.expr) throw errorAt(ps, '42702', `column reference "${names.join('.')}" is ambiguous`, location);
      return hooked;
    }
  }
  return lookup.expr ?? lookup.fail();
}

interface Resolution { expr: Expr | undefined; fail: () => never }
function resolve(ps: ParseState, names: string[], location: number, star: boolean): Resolution {
  if (star) return starReference(ps, names, location);
  if (names.length === 1) {
    const name = names[0]!;
    let expr = columnByName(ps, name, false, location);
    if (!expr) {
      const table = findNsItem(ps, undefined, name, location);
      if (table) expr = wholeRowReference(ps, table.item, table.levelsup, location);
    }
    return { expr, fail: () => missingColumn(ps, undefined, name, location) };
  }
  const column = names[names.length - 1]!;
  const relname = names[names.length - 2]!;
  const schema = names.length > 2 ? names[names.length - 3] : undefined;
  if (names.length > 4) throw errorAt(ps, '42601', `improper qualified name (too many dotted names): ${names.join('.')}`, location);
  if (names.length === 4) {
    const database = ps.catalog.syscache('DATABASEOID', ps.catalog.session.databaseOid)?.['datname'] as string | undefined;
    if (database !== undefined && database !== names[0]) throw errorAt(ps, '0A000', `cross-database references are not implemented: ${names.join('.')}`, location);
  }
  const found = findNsItem(ps, schema, relname, location);
  if (!found) return { expr: undefined, fail: () => missingTable(ps, schema, relname, location) };
  return { expr: fieldOfItem(ps, found.item, found.levelsup, column, location), fail: () => missingColumn(ps, relname, column, location) };
}
function fieldOfItem(ps: ParseState, item: NsItem, levelsup: number, column: string, location: number): Expr | undefined {
  const v = nsItemColumn(ps, item, levelsup, column, location);
  if (v) {
    if (v.kind === 'Var') markVarForSelect(ps, v);
    return v;
  }
  // Perhaps a function of the row: t.f means f(t).
  return functionOrColumn(ps, [column], wholeRowReference(ps, item, levelsup, location), location);
}
function starReference(ps: ParseState, names: string[], location: number): Resolution {
  const relname = names[names.length - 1]!;
  const schema = names.length > 1 ? names[names.length - 2] : undefined;
  const found = findNsItem(ps, schema, relname, location);
  return { expr: found && wholeRowReference(ps, found.item, found.levelsup, location), fail: () => missingTable(ps, schema, relname, location) };
}

/** (expr).field[1].field … */
export function transformIndirection(ps: ParseState, ind: Raw): Expr {
  let result = expression(ps, ind.arg);
  let subscripts: Raw[] = [];
  const location = exprLocation(result);
  const flush = (): void => {
    if (subscripts.length) result = transformSubscripts(ps, result, exprType(result), exprTypmod(result), subscripts, false);
    subscripts = [];
  };
  for (const n of list(ind.indirection)) {
    const kind = kindOf(n);
    if (kind === 'A_Indices') subscripts.push(n.A_Indices);
    else if (kind === 'A_Star') throw errorAt(ps, '0A000', 'row expansion via "*" is not supported here', location);
    else {
      flush();
      const name = n.String.sval as string;
      const selected = functionOrColumn(ps, [name], result, location);
      if (!selected) unknownAttribute(ps, result, name, location);
      result = selected!;
    }
  }
  flush();
  return result;
}
function unknownAttribute(ps: ParseState, row: Expr, name: string, location: number): never {
  const c = ps.catalog;
  const type = exprType(row);
  if (row.kind === 'Var' && row.varattno === 0) {
    const rte = stateAtLevel(ps, row.varlevelsup).rtable[row.varno - 1]!;
    throw errorAt(ps, '42703', `column ${rte.eref.aliasname}.${name} does not exist`, location);
  }
  if (isComplex(c, type)) throw errorAt(ps, '42703', `column "${name}" not found in data type ${formatType(c, type)}`, location);
  if (type === T.RECORD) throw errorAt(ps, '42703', `could not identify column "${name}" in record data type`, location);
  throw errorAt(ps, '42809', `column notation .${name} applied to type ${formatType(c, type)}, which is not a composite type`, location);
}

export interface RowField { name: string; type: Oid; typmod: number; collation: Oid; attnum: number }
/** The columns of a composite-valued expression (expandRecordVariable for record Vars). */
export function rowFields(ps: ParseState, row: Expr): RowField[] | undefined {
  const c = ps.catalog;
  const type = exprType(row);
  const relid = relidOfType(c, type);
  if (relid) {
    return c.relation(relid)!.attributes.filter((a) => !a.attisdropped).map((a) => ({ name: a.attname, type: a.atttypid, typmod: a.atttypmod, collation: a.attcollation, attnum: a.attnum }));
  }
  if (type !== T.RECORD) return undefined;
  if (row.kind === 'RowExpr') return rowExprFields(row);
  if (row.kind === 'Var') return recordVarFields(ps, row);
  if (row.kind === 'FuncExpr') {
    return outputColumns(ps, row)?.map((o, i) => ({ name: o.name, type: o.type, typmod: -1, collation: ps.catalog.types.typeInfo(o.type)?.collation ?? 0, attnum: i + 1 }));
  }
  return undefined;
}
const rowExprFields = (row: RowExpr): RowField[] => row.args.map((a, i) => ({ name: row.colnames[i] ?? `f${i + 1}`, type: exprType(a), typmod: exprTypmod(a), collation: exprCollation(a), attnum: i + 1 }));

function recordVarFields(ps: ParseState, v: Var): RowField[] | undefined {
  const level = stateAtLevel(ps, v.varlevelsup);
  const rte = level.rtable[v.varno - 1]!;
  if (v.varattno === 0) {
    return rteColumns(ps.catalog, rte).map((col, i) => ({ name: col.name, type: col.type, typmod: col.typmod, collation: col.collation, attnum: i + 1 })).filter((f) => f.type !== 0);
  }
  if (rte.rtekind === 'subquery') {
    const tle = rte.subquery!.targetList[v.varattno - 1];
    return tle && fieldsInQuery(ps, level, tle.expr, rte.subquery!);
  }
  if (rte.rtekind === 'join') return rte.joinaliasvars[v.varattno - 1] && rowFields(level, rte.joinaliasvars[v.varattno - 1]!);
  if (rte.rtekind === 'values') {
    const first = rte.values_lists[0]?.[v.varattno - 1];
    return first?.kind === 'RowExpr' ? rowExprFields(first) : undefined;
  }
  if (rte.rtekind === 'cte') {
    let holder: ParseState | undefined = level;
    for (let i = 0; i < rte.ctelevelsup; i++) holder = holder?.parent;
    const cte = holder?.ctenamespace.find((x) => x.ctename === rte.ctename);
    const tl = cte?.ctequery.commandType === 'select' ? cte.ctequery.targetList : cte?.ctequery.returningList;
    const tle = tl?.[v.varattno - 1];
    return tle && holder ? fieldsInQuery(ps, holder, tle.expr, cte!.ctequery) : undefined;
  }
  return undefined;
}
/** Descends into a sub-Query with a stand-in parse state over its range table. */
function fieldsInQuery(ps: ParseState, parent: ParseState, expr: Expr, query: { rtable: ParseState['rtable']; cteList?: ParseState['ctenamespace'] }): RowField[] | undefined {
  const inner = Object.assign(Object.create(Object.getPrototypeOf(ps) as object) as ParseState, ps, { parent, rtable: query.rtable, ctenamespace: query.cteList ?? [] });
  return rowFields(inner, expr);
}

/** ParseComplexProjection: row.field, undefined where there is no such field. */
export function projectField(ps: ParseState, name: string, row: Expr, location: number): Expr | undefined {
  if (row.kind === 'Var' && row.varattno === 0) {
    const level = stateAtLevel(ps, row.varlevelsup);
    const item = level.namespace.find((n) => n.rtindex === row.varno && n.returningType === row.varreturningtype);
    if (item) return nsItemColumn(ps, item, row.varlevelsup, name, location);
    const expanded = expandRowVar(ps, row);
    const names = rteColumns(ps.catalog, level.rtable[row.varno - 1]!).filter((x) => !x.dropped).map((x) => x.name);
    const at = names.indexOf(name);
    return at < 0 ? undefined : expanded[at];
  }
  const field = rowFields(ps, row)?.find((f) => f.name === name);
  return field && { kind: 'FieldSelect', arg: row, fieldnum: field.attnum, resulttype: field.type, resulttypmod: field.typmod, resultcollid: field.collation };
}

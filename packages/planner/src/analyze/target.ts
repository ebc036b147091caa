/** Target lists: stars, names (FigureColname), and the targets of INSERT and UPDATE (parse_target.c). */
import type { Oid } from '@pglitedb/types';
import { exprLocation, exprType, exprTypmod, makeTargetEntry, type Expr, type TargetEntry, type Var } from '../nodes/index.js';
import { coerceToDomain, coerceToTargetType } from './coerce.js';
import { baseTypeAndTypmod, formatType, relidOfType, T } from './coerce-paths.js';
import { errorAt, withExprKind, withPosition, type ExprKind, type NsItem, type ParseState } from './context.js';
import { expression, transformExpr } from './expr.js';
import { rowFields } from './expr-column.js';
import { findNsItem, markRteForSelect, missingTable, nsItemColumn } from './namespace.js';
import { rteColumns, stateAtLevel, varFromNsColumn, SYSTEM_COLUMNS, expandRowVar } from './relation-columns.js';
import { bodyOf, kindOf, list, locOf, rawLocation, str, strings, type Raw } from './raw.js';
import { transformSubscripts } from './subscripts.js';

/** transformTargetList */
export function transformTargetList(ps: ParseState, tlist: readonly Raw[], kind: ExprKind): TargetEntry[] {
  return withExprKind(ps, kind, () => {
    const out: TargetEntry[] = [];
    const expand = kind !== 'update_source';
    for (const t of tlist) {
      const res = t.ResTarget;
      const star = expand ? expandStar(ps, res.val) : undefined;
      if (star) out.push(...star);
      else out.push(targetEntry(ps, res.val, undefined, kind, res.name as string | undefined, false));
    }
    // Sources of multiple assignments become junk entries at the end.
    if (ps.multiassignExprs.length) {
      for (const m of ps.multiassignExprs) {
        m.resno = ps.nextResno++;
        out.push(m);
      }
      ps.multiassignExprs = [];
    }
    return out;
  });
}
/** transformTargetEntry */
export function targetEntry(ps: ParseState, node: Raw, given: Expr | undefined, kind: ExprKind, colname: string | undefined, resjunk: boolean): TargetEntry {
  let expr = given;
  if (!expr) {
    if (kind === 'update_source' && node.SetToDefault) expr = { kind: 'SetToDefault', typeId: 0, typeMod: -1, collation: 0, location: locOf(node.SetToDefault) };
    else expr = transformExpr(ps, node, kind);
  }
  const name = colname ?? (resjunk ? undefined : figureColname(node));
  return makeTargetEntry(expr, ps.nextResno++, name, resjunk);
}

/** FigureColname */
export function figureColname(node: Raw): string {
  return figure(node).name ?? '?column?';
}
/** strength 2 = a real name, 1 = a name of last resort (a type). */
function figure(node: Raw): { name: string | undefined; strength: number } {
  if (!node) return { name: undefined, strength: 0 };
  const kind = kindOf(node);
  const n = node[kind];
  const named = (name: string, strength = 2): { name: string; strength: number } => ({ name, strength });
  switch (kind) {
    case 'ColumnRef': {
      const fields = list(n.fields).filter((f) => f.String);
      return fields.length ? named(str(fields[fields.length - 1])) : { name: undefined, strength: 0 };
    }
    case 'A_Indirection': {
      const fields = list(n.indirection).filter((f) => f.String);
      return fields.length ? named(str(fields[fields.length - 1])) : figure(n.arg);
    }
    case 'FuncCall': return named(strings(n.funcname).at(-1)!);
    case 'A_Expr': return n.kind === 'AEXPR_NULLIF' ? named('nullif') : { name: undefined, strength: 0 };
    case 'TypeCast': {
      const inner = figure(n.arg);
      return inner.strength > 1 ? inner : named(strings(n.typeName.names).at(-1)!, 1);
    }
    case 'CollateClause': return figure(n.arg);
    case 'GroupingFunc': return named('grouping');
    case 'MergeSupportFunc': return named('merge_action');
    case 'SubLink': return figureSubLink(n);
    case 'CaseExpr': {
      const inner = figure(n.defresult);
      return inner.strength > 1 ? inner : named('case', 1);
    }
    case 'A_ArrayExpr': return named('array');
    case 'RowExpr': return named('row');
    case 'CoalesceExpr': return named('coalesce');
    case 'MinMaxExpr': return named(n.op === 'IS_LEAST' ? 'least' : 'greatest');
    case 'SQLValueFunction': return named((n.op as string).replace('SVFOP_', '').replace(/_N$/, '').toLowerCase());
    case 'XmlExpr': return n.op === 'IS_DOCUMENT' ? { name: undefined, strength: 0 } : named((n.op as string).replace('IS_', '').toLowerCase());
    case 'XmlSerialize': return named('xmlserialize');
    case 'JsonParseExpr': return named('json');
    case 'JsonScalarExpr': return named('json_scalar');
    case 'JsonSerializeExpr': return named('json_serialize');
    case 'JsonObjectConstructor': return named('json_object');
    case 'JsonArrayConstructor': case 'JsonArrayQueryConstructor': return named('json_array');
    case 'JsonObjectAgg': return named('json_objectagg');
    case 'JsonArrayAgg': return named('json_arrayagg');
    case 'JsonFuncExpr': return named(({ JSON_EXISTS_OP: 'json_exists', JSON_QUERY_OP: 'json_query', JSON_VALUE_OP: 'json_value' } as Record<string, string>)[n.op as string]!);
    default: return { name: undefined, strength: 0 };
  }
}
function figureSubLink(n: Raw): { name: string | undefined; strength: number } {
  if (n.subLinkType === 'EXISTS_SUBLINK') return { name: 'exists', strength: 2 };
  if (n.subLinkType === 'ARRAY_SUBLINK') return { name: 'array', strength: 2 };
  if (n.subLinkType !== 'EXPR_SUBLINK') return { name: undefined, strength: 0 };
  const select = n.subselect.SelectStmt;
  const first = select?.targetList?.[0]?.ResTarget;
  if (!first) return { name: undefined, strength: 0 };
  return { name: (first.name as string | undefined) ?? figureColname(first.val), strength: 2 };
}

/** x.*, *, or (expr).* as entries; undefined for anything else. */
export function expandStar(ps: ParseState, val: Raw): TargetEntry[] | undefined {
  const fields = val?.ColumnRef?.fields;
  if (fields && fields[fields.length - 1].A_Star !== undefined) return expandColumnStar(ps, val.ColumnRef);
  const ind = val?.A_Indirection?.indirection;
  if (ind && ind[ind.length - 1].A_Star !== undefined) {
    const inner = ind.length > 1 ? { A_Indirection: { ...val.A_Indirection, indirection: ind.slice(0, -1) } } : val.A_Indirection.arg;
    return expandRow(ps, expression(ps, inner));
  }
  return undefined;
}

function expandColumnStar(ps: ParseState, ref: Raw): TargetEntry[] {
  const location = locOf(ref);
  const names = strings(list(ref.fields).slice(0, -1));
  if (!names.length) {
    const out: TargetEntry[] = [];
    let found = false;
    for (const item of ps.namespace) {
      if (!item.colsVisible) continue;
      if (item.lateralOnly && !ps.lateralActive) continue;
      found = true;
      out.push(...expandItem(ps, item, 0, location));
    }
    if (!found) throw errorAt(ps, '42601', 'SELECT * with no tables specified is not valid', location);
    return out;
  }
  const pre = ps.ctx.preColumnRef?.(names, location, true);
  if (pre) return expandRow(ps, pre);
  const relname = names[names.length - 1]!;
  const schema = names.length > 1 ? names[names.length - 2] : undefined;
  const found = findNsItem(ps, schema, relname, location);
  const post = ps.ctx.postColumnRef?.(names, undefined, location, true);
  if (post) {
    if (found) throw errorAt(ps, '42702', `column reference "${names.join('.')}.*" is ambiguous`, location);
    return expandRow(ps, post);
  }
  if (!found) missingTable(ps, schema, relname, location);
  return expandItem(ps, found!.item, found!.levelsup, location);
}
/** expandNSItemAttrs */
export function expandItem(ps: ParseState, item: NsItem, levelsup: number, location: number): TargetEntry[] {
  const out: TargetEntry[] = [];
  item.columns.forEach((col, i) => {
    const name = item.names.colnames[i]!;
    if (col.varno === 0 || col.dontexpand || name === '') return;
    const v = varFromNsColumn(ps, col, levelsup, location);
    markRteForSelect(stateAtLevel(ps, levelsup), v.varno, v.varattno);
    out.push(makeTargetEntry(v, ps.nextResno++, name, false));
  });
  return out;
}
function expandRow(ps: ParseState, row: Expr): TargetEntry[] {
  if (row.kind === 'Var' && row.varattno === 0) {
    const item = stateAtLevel(ps, row.varlevelsup).namespace.find((n) => n.rtindex === row.varno && n.returningType === row.varreturningtype);
    if (item) return expandItem(ps, item, row.varlevelsup, row.location);
    const names = rteColumns(ps.catalog, stateAtLevel(ps, row.varlevelsup).rtable[row.varno - 1]!).filter((x) => !x.dropped);
    return expandRowVar(ps, row).map((v, i) => makeTargetEntry(v, ps.nextResno++, names[i]!.name, false));
  }
  const fields = rowFields(ps, row);
  if (!fields) {
    if (exprType(row) === T.RECORD) throw errorAt(ps, '42809', 'record type has not been registered', exprLocation(row));
    throw errorAt(ps, '42809', `type ${formatType(ps.catalog, exprType(row))} is not composite`, exprLocation(row));
  }
  return fields.map((f) => makeTargetEntry(
    row.kind === 'RowExpr' ? row.args[f.attnum - 1]! : { kind: 'FieldSelect', arg: row, fieldnum: f.attnum, resulttype: f.type, resulttypmod: f.typmod, resultcollid: f.collation },
    ps.nextResno++, f.name, false));
}

/** resolveTargetListUnknowns: literals nobody typed become text. */
export function resolveUnknowns(ps: ParseState, tlist: readonly TargetEntry[]): void {
  for (const t of tlist) {
    if (exprType(t.expr) !== T.UNKNOWN) continue;
    t.expr = coerceToTargetType(ps, t.expr, T.UNKNOWN, T.TEXT, -1, 'implicit', 'implicit', -1) ?? t.expr;
  }
}
/** markTargetListOrigins */
export function markOrigins(ps: ParseState, tlist: readonly TargetEntry[]): void {
  for (const t of tlist) if (t.expr.kind === 'Var') markOrigin(ps, t, t.expr, 0);
}
function markOrigin(ps: ParseState, tle: TargetEntry, v: Var, levelsup: number): void {
  const rte = stateAtLevel(ps, levelsup + v.varlevelsup).rtable[v.varno - 1]!;
  if (rte.rtekind === 'relation') {
    tle.resorigtbl = rte.relid;
    tle.resorigcol = v.varattno;
  } else if (rte.rtekind === 'subquery' && v.varattno > 0) {
    const inner = rte.subquery!.targetList[v.varattno - 1];
    if (inner) {
      tle.resorigtbl = inner.resorigtbl;
      tle.resorigcol = inner.resorigcol;
    }
  } else if (rte.rtekind === 'cte' && v.varattno > 0 && !rte.self_reference) {
    const holder = stateAtLevel(ps, levelsup + v.varlevelsup + rte.ctelevelsup);
    const cte = holder.ctenamespace.find((c) => c.ctename === rte.ctename);
    const tl = cte?.ctequery.commandType === 'select' ? cte.ctequery.targetList : cte?.ctequery.returningList;
    const inner = tl?.[v.varattno - 1];
    if (inner) {
      tle.resorigtbl = inner.resorigtbl;
      tle.resorigcol = inner.resorigcol;
    }
  }
}

/** checkInsertTargets: the target columns (all of them where none are given) and their attnums. */
export function insertTargets(ps: ParseState, cols: readonly Raw[]): { cols: Raw[]; attnos: number[] } {
  const rel = ps.targetRelation!;
  if (!cols.length) {
    const live = rel.attributes.filter((a) => !a.attisdropped);
    return { cols: live.map((a) => ({ name: a.attname, location: -1 })), attnos: live.map((a) => a.attnum) };
  }
  const whole = new Set<number>(), partial = new Set<number>();
  const attnos = cols.map((c) => {
    const t = c.ResTarget;
    const attno = attributeNumber(ps, t.name as string);
    if (!attno) throw errorAt(ps, '42703', `column "${t.name as string}" of relation "${rel.relname}" does not exist`, locOf(t));
    const duplicate = t.indirection?.length ? whole.has(attno) : whole.has(attno) || partial.has(attno);
    if (duplicate) throw errorAt(ps, '42701', `column "${t.name as string}" specified more than once`, locOf(t));
    (t.indirection?.length ? partial : whole).add(attno);
    return attno;
  });
  return { cols: cols.map((c) => c.ResTarget), attnos };
}
export function attributeNumber(ps: ParseState, name: string): number {
  return ps.targetRelation!.attributes.find((a) => a.attname === name && !a.attisdropped)?.attnum ?? 0;
}

/** transformAssignedExpr: the source coerced to the target column (or to a part of it). */
export function assignedExpr(ps: ParseState, source: Expr, kind: ExprKind, colname: string, attrno: number, indirection: readonly Raw[], location: number): Expr {
  return withExprKind(ps, kind, () => {
    const rel = ps.targetRelation!;
    if (attrno <= 0) throw errorAt(ps, '0A000', `cannot assign to system column "${colname}"`, location);
    const att = rel.attributes[attrno - 1]!;
    if (source.kind === 'SetToDefault') {
      Object.assign(source, { typeId: att.atttypid, typeMod: att.atttypmod, collation: att.attcollation });
      if (indirection.length) throw errorAt(ps, '0A000', indirection[0].A_Indices ? 'cannot set an array element to DEFAULT' : 'cannot set a subfield to DEFAULT', location);
      return source;
    }
    const type = exprType(source);
    if (indirection.length) {
      const column: Expr = ps.isInsert ? { kind: 'Const', consttype: att.atttypid, consttypmod: att.atttypmod, constcollid: att.attcollation, constvalue: null, location }
        : nsItemColumn(ps, ps.targetNsItem!, 0, colname, location)!;
      return assignmentIndirection(ps, column, colname, false, att.atttypid, att.atttypmod, indirection, 0, source, location);
    }
    const cast = coerceToTargetType(ps, source, type, att.atttypid, att.atttypmod, 'assignment', 'implicit', -1);
    if (!cast) {
      throw errorAt(ps, '42804', `column "${colname}" is of type ${formatType(ps.catalog, att.atttypid)} but expression is of type ${formatType(ps.catalog, type)}`, exprLocation(source), { hint: 'You will need to rewrite or cast the expression.' });
    }
    return cast;
  });
}

/** The value of `target` after `target.indirection := rhs`. */
export function assignedPlace(ps: ParseState, target: Expr, name: string, indirection: readonly Raw[], rhs: Expr): Expr {
  return assignmentIndirection(ps, target, name, false, exprType(target), exprTypmod(target), indirection, 0, rhs, exprLocation(target));
}
/** transformAssignmentIndirection: col.field[sub] := source as nested FieldStore and SubscriptingRef. */
function assignmentIndirection(ps: ParseState, basenode: Expr | undefined, name: string, isSubscript: boolean, type: Oid, typmod: number, indirection: readonly Raw[], from: number, rhs: Expr, location: number): Expr {
  const base: Expr = basenode ?? { kind: 'CaseTestExpr', typeId: type, typeMod: typmod, collation: 0 };
  const subs: Raw[] = [];
  for (let i = from; i < indirection.length; i++) {
    const n = indirection[i];
    if (n.A_Indices) {
      subs.push(n.A_Indices);
      continue;
    }
    if (n.A_Star !== undefined) throw errorAt(ps, '0A000', 'row expansion via "*" is not supported here', location);
    if (subs.length) return subscriptAssignment(ps, base, name, type, typmod, subs, indirection, i, rhs, location);
    return fieldAssignment(ps, base, name, type, typmod, str(n), indirection, i + 1, rhs, location);
  }
  if (subs.length) return subscriptAssignment(ps, base, name, type, typmod, subs, indirection, indirection.length, rhs, location);
  const cast = coerceToTargetType(ps, rhs, exprType(rhs), type, typmod, ps.assignmentContext, 'implicit', -1);
  if (cast) return cast;
  const c = ps.catalog;
  throw errorAt(ps, '42804', isSubscript ? `subscripted assignment to "${name}" requires type ${formatType(c, type)} but expression is of type ${formatType(c, exprType(rhs))}`
    : `subfield "${name}" is of type ${formatType(c, type)} but expression is of type ${formatType(c, exprType(rhs))}`, location, { hint: 'You will need to rewrite or cast the expression.' });
}
function fieldAssignment(ps: ParseState, base: Expr, name: string, type: Oid, typmod: number, field: string, indirection: readonly Raw[], next: number, rhs: Expr, location: number): Expr {
  const c = ps.catalog;
  const under = baseTypeAndTypmod(c, type, typmod);
  const relid = relidOfType(c, under.oid);
  if (!relid) throw errorAt(ps, '42804', `cannot assign to field "${field}" of column "${name}" because its type ${formatType(c, type)} is not a composite type`, location);
  const att = c.relation(relid)!.attributes.find((a) => a.attname === field && !a.attisdropped);
  if (!att) {
    if (SYSTEM_COLUMNS.has(field)) throw errorAt(ps, '42703', `cannot assign to system column "${field}"`, location);
    throw errorAt(ps, '42703', `cannot assign to field "${field}" of column "${name}" because there is no such column in data type ${formatType(c, type)}`, location);
  }
  const value = assignmentIndirection(ps, undefined, field, false, att.atttypid, att.atttypmod, indirection, next, rhs, location);
  const store: Expr = { kind: 'FieldStore', arg: base, newvals: [value], fieldnums: [att.attnum], resulttype: under.oid };
  return under.oid === type ? store : coerceToDomain(ps, store, under.oid, under.typmod, type, 'implicit', 'implicit', location, false);
}
function subscriptAssignment(ps: ParseState, base: Expr, name: string, type: Oid, typmod: number, subs: Raw[], indirection: readonly Raw[], next: number, rhs: Expr, location: number): Expr {
  const c = ps.catalog;
  const under = baseTypeAndTypmod(c, type, typmod);
  const ref = withPosition(ps, location, () => transformSubscripts(ps, base, under.oid, under.typmod, subs, true));
  ref.refassgnexpr = assignmentIndirection(ps, undefined, name, true, ref.refrestype, ref.reftypmod, indirection, next, rhs, location);
  ref.refrestype = ref.refcontainertype;
  if (under.oid === type) return ref;
  const cast = coerceToTargetType(ps, ref, under.oid, type, typmod, 'assignment', 'implicit', -1);
  if (!cast) throw errorAt(ps, '42846', `cannot cast type ${formatType(c, under.oid)} to ${formatType(c, type)}`, location);
  return cast;
}
export { bodyOf, exprTypmod, rawLocation };

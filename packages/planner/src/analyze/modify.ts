/** INSERT, UPDATE, DELETE, ON CONFLICT and RETURNING (analyze.c, parse_clause.c). */
import type { RelationInfo } from '@pglitedb/catalog';
import { exprLocation, exprType, makeQuery, makeRte, makeTargetEntry, makeVar, type Expr, type OnConflictExpr, type Query, type TargetEntry, type Var } from '../nodes/index.js';
import { coerceToSpecificType } from './coerce.js';
import { T } from './coerce-paths.js';
import { assignExprCollations } from './collate.js';
import { ParseState, errorAt, withExprKind, type ExprKind, type NsItem } from './context.js';
import { expressionList, transformExpr } from './expr.js';
import { transformFromClause } from './from.js';
import { ACL, addRelation, addRte, addSubquery, addValues, aliasOf, openTable } from './range-table.js';
import { list, locOf, rawLocation, str, strings, type Raw } from './raw.js';
import { finishQuery, transformStmt, transformWhere, valuesRows, withClause } from './statement.js';
import { assignedExpr, attributeNumber, insertTargets, markOrigins, resolveUnknowns, transformTargetList } from './target.js';
import { lookupCollation } from './type-names.js';
import { exprCollation, exprTypmod } from '../nodes/index.js';

/** setTargetTable: opens the result relation; answers its range table index. */
export function setTarget(ps: ParseState, rv: Raw, inh: boolean, alsoSource: boolean, perms: number): number {
  if (!rv.schemaname) {
    if (ps.ctx.ephemeral?.some((e) => e.name === rv.relname)) throw errorAt(ps, '42809', `relation "${rv.relname as string}" cannot be the target of a modifying statement`, -1, {});
  }
  const rel = openTable(ps, rv);
  if ('iIcS'.includes(rel.relkind) && rel.relkind !== 'S') throw errorAt(ps, '42809', `cannot open relation "${rel.relname}"`, locOf(rv));
  ps.targetRelation = rel;
  const item = addRelation(ps, rel, aliasOf(rv.alias), inh, false, 3);
  ps.targetNsItem = item;
  item.perminfo!.requiredPerms = perms;
  if (alsoSource) {
    item.rte.inFromCl = false;
    ps.joinlist.push({ kind: 'RangeTblRef', rtindex: item.rtindex });
    ps.namespace.push(item);
  }
  return item.rtindex;
}

export function transformInsert(ps: ParseState, s: Raw): Query {
  const q = makeQuery('insert');
  ps.isInsert = true;
  withClause(ps, q, s.withClause);
  q.override = s.override === 'OVERRIDING_USER_VALUE' ? 'user' : s.override === 'OVERRIDING_SYSTEM_VALUE' ? 'system' : 'not_set';
  const conflict = s.onConflictClause;
  const isUpdate = conflict?.action === 'ONCONFLICT_UPDATE';
  const select = s.selectStmt?.SelectStmt;
  const general = select && (!select.valuesLists || select.sortClause || select.limitOffset || select.limitCount || select.lockingClause || select.withClause);
  // The source of INSERT … SELECT is analysed before the target enters the range table.
  const sub = general ? insertSource(ps, s.selectStmt) : undefined;
  q.resultRelation = setTarget(ps, s.relation, false, false, ACL.INSERT | (isUpdate ? ACL.UPDATE : 0));
  const targets = insertTargets(ps, list(s.cols));
  let exprs: Expr[] = [];
  if (!select) exprs = [];
  else if (sub) exprs = selectColumns(ps, sub, targets, s);
  else if (list(select.valuesLists).length > 1) exprs = multiValues(ps, q, select, targets, s);
  else {
    const row = withExprKind(ps, 'values_single', () => expressionList(ps, list(select.valuesLists[0].List.items), true));
    exprs = insertRow(ps, row, targets, s);
  }
  const perm = ps.targetNsItem!.perminfo!;
  exprs.forEach((e, i) => {
    const attno = targets.attnos[i]!;
    q.targetList.push(makeTargetEntry(e, attno, targets.cols[i].name as string, false));
    perm.insertedCols.add(attno);
  });
  if (conflict || s.returningClause) {
    ps.namespace = [];
    const item = ps.targetNsItem!;
    ps.namespace.push(item);
    item.relVisible = item.colsVisible = true;
  }
  if (conflict) q.onConflict = transformOnConflict(ps, conflict);
  if (s.returningClause) transformReturning(ps, q, s.returningClause, 'returning');
  return finishQuery(ps, q, undefined);
}
/** The SELECT of INSERT … SELECT, in a parse state of its own that shares the level. */
function insertSource(ps: ParseState, node: Raw): Query {
  const inner = new ParseState(ps.ctx, ps.parent);
  inner.ctenamespace = ps.ctenamespace;
  inner.futureCtes = ps.futureCtes;
  inner.resolveUnknowns = false;
  const shifted = withLevel(ps, inner, node);
  if (shifted.commandType !== 'select') throw errorAt(ps, '42601', 'unexpected non-SELECT command in INSERT ... SELECT', -1);
  return shifted;
}
/** Outer names stay one level up for the sub-Query, so its parent state is an empty twin of this one. */
function withLevel(ps: ParseState, inner: ParseState, node: Raw): Query {
  const twin = new ParseState(ps.ctx, ps.parent);
  twin.ctenamespace = ps.ctenamespace;
  twin.futureCtes = ps.futureCtes;
  const state = new ParseState(ps.ctx, twin);
  state.resolveUnknowns = inner.resolveUnknowns;
  // In a rule's action the SELECT takes over OLD and NEW.
  [state.rtable, state.rteperminfos, state.namespace] = [ps.rtable, ps.rteperminfos, ps.namespace];
  [ps.rtable, ps.rteperminfos, ps.namespace] = [[], [], []];
  return transformStmt(state, node);
}
function selectColumns(ps: ParseState, sub: Query, targets: { cols: Raw[]; attnos: number[] }, s: Raw): Expr[] {
  const item = addSubquery(ps, sub, { aliasname: '*SELECT*', colnames: [] }, false, false);
  ps.joinlist.push({ kind: 'RangeTblRef', rtindex: item.rtindex });
  const row: Expr[] = sub.targetList.filter((t) => !t.resjunk).map((t) => {
    if (exprType(t.expr) === T.UNKNOWN && (t.expr.kind === 'Const' || t.expr.kind === 'Param')) return t.expr;
    const col = item.columns[t.resno - 1]!;
    return makeVar(item.rtindex, t.resno, col.vartype, col.vartypmod, col.varcollid, 0, exprLocation(t.expr));
  });
  return insertRow(ps, row, targets, s);
}
function multiValues(ps: ParseState, _q: Query, select: Raw, targets: { cols: Raw[]; attnos: number[] }, s: Raw): Expr[] {
  ps.lateralActive = true;
  const rows = valuesRows(ps, list(select.valuesLists), 'values', true).map((r) => insertRow(ps, r, targets, s));
  ps.lateralActive = false;
  for (const row of rows) row.forEach((e) => assignExprCollations(ps, e));
  const first = rows[0]!;
  const info = first.map((e) => ({ type: exprType(e), typmod: typmodOf(rows, e) }));
  const item = addValues(ps, rows, info.map((i) => i.type), first.map(() => -1), first.map(() => 0), undefined, false, true);
  first.forEach((_, i) => {
    const tm = rows.every((r) => exprTypmod(r[i]!) === exprTypmod(first[i]!)) ? exprTypmod(first[i]!) : -1;
    const coll = exprCollation(first[i]!);
    item.rte.coltypmods[i] = tm;
    item.rte.colcollations[i] = coll;
    Object.assign(item.columns[i]!, { vartypmod: tm, varcollid: coll });
  });
  ps.joinlist.push({ kind: 'RangeTblRef', rtindex: item.rtindex });
  return item.columns.map((c, i) => makeVar(item.rtindex, i + 1, c.vartype, c.vartypmod, c.varcollid, 0, exprLocation(first[i]!)));
}
const typmodOf = (_rows: Expr[][], e: Expr): number => exprTypmod(e);

/** transformInsertRow: each expression coerced to its column. */
export function insertRow(ps: ParseState, row: Expr[], targets: { cols: Raw[]; attnos: number[] }, s: Raw): Expr[] {
  const given = list(s.cols);
  if (row.length > targets.attnos.length) throw errorAt(ps, '42601', 'INSERT has more expressions than target columns', exprLocation(row[targets.attnos.length]));
  if (given.length && row.length < targets.attnos.length) {
    const wrapped = row.length === 1 && row[0]!.kind === 'RowExpr' && row[0].args.length === targets.attnos.length;
    throw errorAt(ps, '42601', 'INSERT has more target columns than expressions', locOf(given[row.length].ResTarget), wrapped ? { hint: 'The insertion source is a row expression containing the same number of columns expected by the INSERT. Did you accidentally use extra parentheses?' } : {});
  }
  return row.map((e, i) => {
    const col = targets.cols[i];
    return assignedExpr(ps, e, 'insert_target', col.name as string, targets.attnos[i]!, list(col.indirection), given.length ? locOf(col) : -1);
  });
}

export function transformDelete(ps: ParseState, s: Raw): Query {
  const q = makeQuery('delete');
  withClause(ps, q, s.withClause);
  q.resultRelation = setTarget(ps, s.relation, !!s.relation.inh, true, ACL.DELETE);
  const item = ps.targetNsItem!;
  item.lateralOnly = true;
  item.lateralOk = false;
  transformFromClause(ps, list(s.usingClause));
  item.lateralOnly = false;
  item.lateralOk = true;
  const where = transformWhere(ps, s.whereClause, 'where', 'WHERE');
  transformReturning(ps, q, s.returningClause, 'returning');
  return finishModify(ps, q, where);
}
export function transformUpdate(ps: ParseState, s: Raw): Query {
  const q = makeQuery('update');
  withClause(ps, q, s.withClause);
  q.resultRelation = setTarget(ps, s.relation, !!s.relation.inh, true, ACL.UPDATE);
  const item = ps.targetNsItem!;
  item.lateralOnly = true;
  item.lateralOk = false;
  transformFromClause(ps, list(s.fromClause));
  item.lateralOnly = false;
  item.lateralOk = true;
  const where = transformWhere(ps, s.whereClause, 'where', 'WHERE');
  transformReturning(ps, q, s.returningClause, 'returning');
  q.targetList = updateTargets(ps, list(s.targetList));
  return finishModify(ps, q, where);
}
function finishModify(ps: ParseState, q: Query, where: Expr | undefined): Query {
  finishQuery(ps, q, where);
  return q;
}
/** transformUpdateTargetList */
export function updateTargets(ps: ParseState, raw: readonly Raw[]): TargetEntry[] {
  const saved = ps.nextResno;
  ps.nextResno = 1;
  const tlist = transformTargetList(ps, raw, 'update_source');
  const rel = ps.targetRelation!;
  if (ps.nextResno <= rel.attributes.length) ps.nextResno = rel.attributes.length + 1;
  const perm = ps.targetNsItem!.perminfo!;
  tlist.forEach((t, i) => {
    const target = raw[i]?.ResTarget;
    if (t.resjunk || !target) {
      t.resno = ps.nextResno++;
      t.resname = undefined;
      return;
    }
    const name = target.name as string;
    const attno = attributeNumber(ps, name);
    if (!attno) {
      const system = ['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid'].includes(name);
      if (system) throw errorAt(ps, '0A000', `cannot assign to system column "${name}"`, locOf(target));
      const hint = target.indirection?.length && name === ps.targetNsItem!.names.aliasname ? 'SET target columns cannot be qualified with the relation name.' : undefined;
      throw errorAt(ps, '42703', `column "${name}" of relation "${rel.relname}" does not exist`, locOf(target), { hint });
    }
    t.expr = assignedExpr(ps, t.expr, 'update_target', name, attno, list(target.indirection), locOf(target));
    t.resno = attno;
    t.resname = name;
    perm.updatedCols.add(attno);
  });
  ps.nextResno = saved;
  return tlist;
}

/** transformReturningClause, with OLD and NEW as extra views of the target row. */
export function transformReturning(ps: ParseState, q: Query, clause: Raw, kind: ExprKind): void {
  if (!clause) return;
  const saved = ps.namespace;
  const savedResno = ps.nextResno;
  ps.nextResno = 1;
  let oldName: string | undefined, newName: string | undefined;
  for (const o of list(clause.options)) {
    const opt = o.ReturningOption;
    const isOld = opt.option === 'RETURNING_OPTION_OLD' || opt.option === undefined;
    if (isOld ? oldName !== undefined : newName !== undefined) throw errorAt(ps, '42601', `${isOld ? 'OLD' : 'NEW'} cannot be specified multiple times`, locOf(opt));
    if (ps.namespace.some((n) => n.relVisible && n.names.aliasname === opt.value) || (isOld ? newName : oldName) === opt.value) throw errorAt(ps, '42712', `table name "${opt.value as string}" specified more than once`, locOf(opt));
    if (isOld) oldName = opt.value as string;
    else newName = opt.value as string;
  }
  const free = (n: string): boolean => !ps.namespace.some((x) => x.relVisible && x.names.aliasname === n);
  if (oldName === undefined && free('old') && newName !== 'old') oldName = 'old';
  if (newName === undefined && free('new') && oldName !== 'new') newName = 'new';
  const extra: NsItem[] = [];
  if (oldName !== undefined) extra.push(returningItem(ps, oldName, 'old'));
  if (newName !== undefined) extra.push(returningItem(ps, newName, 'new'));
  q.returningOldAlias = oldName;
  q.returningNewAlias = newName;
  ps.namespace = [...saved, ...extra];
  const exprs = Array.isArray(clause) ? clause : list(clause.exprs);
  q.returningList = transformTargetList(ps, exprs, kind);
  if (!q.returningList.length) throw errorAt(ps, '42601', 'RETURNING must have at least one column', rawLocation(exprs[0]));
  markOrigins(ps, q.returningList);
  if (ps.resolveUnknowns) resolveUnknowns(ps, q.returningList);
  ps.namespace = saved;
  ps.nextResno = savedResno;
}
function returningItem(ps: ParseState, name: string, type: Var['varreturningtype']): NsItem {
  const item = ps.targetNsItem!;
  return { ...item, names: { aliasname: name, colnames: item.names.colnames }, columns: item.columns.map((c) => ({ ...c, varreturningtype: type })), relVisible: true, colsVisible: false, returningType: type };
}

/** transformOnConflictClause */
function transformOnConflict(ps: ParseState, c: Raw): OnConflictExpr {
  const rel = ps.targetRelation!;
  const action = c.action === 'ONCONFLICT_UPDATE' ? 'update' : 'nothing';
  const result: OnConflictExpr = { action, arbiterElems: [], arbiterWhere: undefined, constraint: 0, onConflictSet: [], onConflictWhere: undefined, exclRelIndex: 0, exclRelTlist: [] };
  if (action === 'update' && !c.infer) throw errorAt(ps, '42601', 'ON CONFLICT DO UPDATE requires inference specification or constraint name', locOf(c), { hint: 'For example, ON CONFLICT (column_name).' });
  if (c.infer) inferArbiter(ps, c.infer, rel, result);
  if (action !== 'update') return result;
  ps.isInsert = false;
  const alias = { aliasname: 'excluded', colnames: rel.attributes.map((a) => (a.attisdropped ? '' : a.attname)) };
  const rte = makeRte('relation', alias, { aliasname: 'excluded', colnames: [] });
  Object.assign(rte, { relid: rel.oid, relkind: 'c', rellockmode: 3 });
  const excluded = addRte(ps, rte);
  result.exclRelIndex = excluded.rtindex;
  result.exclRelTlist = excludedTargets(rel, excluded.rtindex);
  ps.namespace = [...ps.namespace, excluded];
  result.onConflictSet = updateTargets(ps, list(c.targetList));
  result.onConflictWhere = transformWhere(ps, c.whereClause, 'where', 'WHERE');
  ps.namespace = ps.namespace.filter((n) => n !== excluded);
  ps.isInsert = true;
  return result;
}
export function excludedTargets(rel: RelationInfo, rtindex: number): TargetEntry[] {
  const out = rel.attributes.map((a) => makeTargetEntry(
    a.attisdropped ? { kind: 'Const', consttype: T.INT4, consttypmod: -1, constcollid: 0, constvalue: null, location: -1 } : makeVar(rtindex, a.attnum, a.atttypid, a.atttypmod, a.attcollation, 0),
    a.attnum, a.attisdropped ? undefined : a.attname, false));
  out.push(makeTargetEntry(makeVar(rtindex, 0, rel.reltype, -1, 0, 0), 0, undefined, true));
  return out;
}
function inferArbiter(ps: ParseState, infer: Raw, rel: RelationInfo, result: OnConflictExpr): void {
  if (infer.conname) {
    const row = ps.catalog.rows('pg_constraint', { conrelid: rel.oid, conname: infer.conname as string } as never)[0] as { oid: number } | undefined;
    if (!row) throw errorAt(ps, '42704', `constraint "${infer.conname as string}" for table "${rel.relname}" does not exist`, -1);
    result.constraint = row.oid;
    return;
  }
  for (const e of list(infer.indexElems)) {
    const elem = e.IndexElem;
    if (elem.ordering && elem.ordering !== 'SORTBY_DEFAULT') throw errorAt(ps, '42P10', 'ASC/DESC is not allowed in ON CONFLICT clause', locOf(infer));
    if (elem.nulls_ordering && elem.nulls_ordering !== 'SORTBY_NULLS_DEFAULT') throw errorAt(ps, '42P10', 'NULLS FIRST/LAST is not allowed in ON CONFLICT clause', locOf(infer));
    const node = elem.expr ?? { ColumnRef: { fields: [{ String: { sval: elem.name } }], location: locOf(infer) } };
    const expr = assignExprCollations(ps, transformExpr(ps, node, 'index_expression'));
    const infercollid = elem.collation ? lookupCollation(ps, strings(elem.collation), locOf(infer)) : 0;
    const opclass = elem.opclass ? opclassByName(ps, strings(elem.opclass)) : 0;
    result.arbiterElems.push({ expr, infercollid, inferopclass: opclass });
  }
  result.arbiterWhere = infer.whereClause ? transformWhere(ps, infer.whereClause, 'index_predicate', 'WHERE') : undefined;
}
function opclassByName(ps: ParseState, names: readonly string[]): number {
  const row = (ps.catalog.rows('pg_opclass', { opcmethod: 403, opcname: names[names.length - 1]! } as never) as unknown as { oid: number }[])[0];
  if (!row) throw errorAt(ps, '42704', `operator class "${names.join('.')}" does not exist for access method "btree"`, -1);
  return row.oid;
}
export { coerceToSpecificType, str };

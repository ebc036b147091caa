/** FROM: range variables, subqueries, functions, joins, VALUES aliases, TABLESAMPLE (parse_clause.c). */
import type { Oid } from '@pglitedb/types';
import { exprCollation, exprType, exprTypmod, makeAnd, makeBoolConst, makeTargetEntry, type Expr, type JoinTreeNode, type JoinType, type RangeTblFunction, type Var } from '../nodes/index.js';
import { coerceToBoolean, coerceToSpecificType, coerceType } from './coerce.js';
import { relidOfType, T } from './coerce-paths.js';
import { selectCommonType, selectCommonTypmod } from './common-type.js';
import { errorAt, withExprKind, type NsColumn, type NsItem, type ParseState } from './context.js';
import { expression, transformExpr } from './expr.js';
import { addCte, addEphemeral, addFunction, addJoin, addRelation, addSubquery, aliasOf, checkConflicts, findCte, openTable } from './range-table.js';
import { list, locOf, str, strings, type Raw } from './raw.js';
import { markNullable, markNullable as nullable, varFromNsColumn } from './relation-columns.js';
import { figureColname } from './target.js';
import { makeOp } from './operators.js';
import { assignExprCollations } from './collate.js';
import { analyzeSubquery } from './statement.js';
import { transformColumnType } from './type-names.js';
import { lookupFunction } from './function-lookup.js';
import { markRteForSelect } from './namespace.js';
import { addTableFunc } from './from-tablefunc.js';
import { someChild, type TreeNode } from '../nodes/index.js';
import { exprLocation } from '../nodes/index.js';
import { enforceGenericConsistency, isPolymorphic } from './polymorphic.js';

interface Placed { node: JoinTreeNode; top: NsItem; namespace: NsItem[] }

/** transformFromClause */
export function transformFromClause(ps: ParseState, from: readonly Raw[]): void {
  for (const n of from) {
    const placed = fromItem(ps, n);
    checkConflicts(ps, ps.namespace, placed.namespace);
    setLateral(placed.namespace, true, true);
    ps.joinlist.push(placed.node);
    ps.namespace = [...ps.namespace, ...placed.namespace];
  }
  setLateral(ps.namespace, false, true);
}
const setLateral = (ns: readonly NsItem[], only: boolean, ok: boolean): void => {
  for (const n of ns) {
    n.lateralOnly = only;
    n.lateralOk = ok;
  }
};
const placed = (item: NsItem): Placed => ({ node: { kind: 'RangeTblRef', rtindex: item.rtindex }, top: item, namespace: [item] });

function fromItem(ps: ParseState, n: Raw): Placed {
  if (n.RangeVar) return placed(rangeVar(ps, n.RangeVar));
  if (n.RangeSubselect) return placed(rangeSubselect(ps, n.RangeSubselect));
  if (n.RangeFunction) return placed(rangeFunction(ps, n.RangeFunction));
  if (n.RangeTableFunc || n.JsonTable) return placed(addTableFunc(ps, n));
  if (n.RangeTableSample) return tableSample(ps, n.RangeTableSample);
  if (n.JoinExpr) return join(ps, n.JoinExpr);
  throw errorAt(ps, 'XX000', 'unrecognized FROM item', -1);
}

/** A name in FROM: a CTE, a transition table, or a relation. */
export function rangeVar(ps: ParseState, rv: Raw): NsItem {
  if (!rv.schemaname) {
    const cte = findCte(ps, rv.relname as string);
    if (cte) return addCte(ps, cte.cte, cte.levelsup, rv, true);
    const enr = ps.ctx.ephemeral?.find((e) => e.name === rv.relname);
    if (enr) return addEphemeral(ps, enr, aliasOf(rv.alias));
  }
  const rel = openTable(ps, rv);
  if (rel.relkind === 'i' || rel.relkind === 'I' || rel.relkind === 'c') {
    throw errorAt(ps, '42809', `cannot open relation "${rel.relname}"`, locOf(rv), { detail: `This operation is not supported for ${rel.relkind === 'c' ? 'composite types' : rel.relkind === 'i' ? 'indexes' : 'partitioned indexes'}.` });
  }
  return addRelation(ps, rel, aliasOf(rv.alias), rv.inh !== undefined ? !!rv.inh : false, true);
}

function rangeSubselect(ps: ParseState, r: Raw): NsItem {
  return withExprKind(ps, 'from_subselect', () => {
    const saved = ps.lateralActive;
    ps.lateralActive = !!r.lateral;
    const query = analyzeSubquery(ps, r.subquery, undefined, lockedBy(ps, r.alias?.aliasname as string | undefined), true);
    ps.lateralActive = saved;
    const item = addSubquery(ps, query, aliasOf(r.alias), !!r.lateral, true);
    item.relVisible = r.alias !== undefined;
    return item;
  });
}
/** isLockedRefname */
function lockedBy(ps: ParseState, refname: string | undefined): boolean {
  if (ps.lockedFromParent) return true;
  return ps.lockingClause.some((l) => {
    const rels = list(l.LockingClause.lockedRels);
    return !rels.length || rels.some((r) => r.RangeVar.relname === refname);
  });
}

function rangeFunction(ps: ParseState, r: Raw): NsItem {
  const saved = ps.lateralActive;
  ps.lateralActive = true;
  const functions: { expr: Expr; raw: Raw; coldefs: readonly Raw[] }[] = [];
  for (const f of list(r.functions)) {
    const [raw, coldef] = list(f.List.items);
    const call = raw.FuncCall;
    // unnest(a, b, …) is ROWS FROM (unnest(a), unnest(b) …)
    if (call && strings(call.funcname).join('.') === 'unnest' && list(call.args).length > 1 && !call.agg_order && !call.agg_star && !call.func_variadic && !coldef?.List?.items?.length && !list(r.coldeflist).length) {
      for (const arg of list(call.args)) {
        const one = { FuncCall: { ...call, funcname: [{ String: { sval: 'pg_catalog' } }, { String: { sval: 'unnest' } }], args: [arg] } };
        functions.push({ expr: functionItem(ps, one), raw: one, coldefs: [] });
      }
      continue;
    }
    functions.push({ expr: functionItem(ps, raw), raw, coldefs: list(coldef?.List?.items) });
  }
  ps.lateralActive = saved;
  for (const f of functions) assignExprCollations(ps, f.expr);
  const deflist = list(r.coldeflist);
  if (deflist.length) coldefPlacement(ps, r, functions.length, deflist);
  const lateral = !!r.lateral || functions.some((f) => hasVars(f.expr));
  const alias = aliasOf(r.alias);
  const names: string[] = [];
  const rtfuncs: RangeTblFunction[] = functions.map((f) => functionColumnsOf(ps, f.expr, f.raw, f.coldefs.length ? f.coldefs : deflist, alias?.aliasname, functions.length, !!r.ordinality, names));
  return addFunction(ps, rtfuncs, !!r.ordinality, names, alias, figureColname(functions[0]!.raw), lateral, true);
}
function coldefPlacement(ps: ParseState, r: Raw, count: number, deflist: readonly Raw[]): void {
  const location = locOf(deflist[0].ColumnDef);
  if (count !== 1) {
    throw errorAt(ps, '42601', r.is_rowsfrom ? 'ROWS FROM() with multiple functions cannot have a column definition list' : 'UNNEST() with multiple arguments cannot have a column definition list', location, {
      hint: r.is_rowsfrom ? 'Put a separate column definition list for each function inside ROWS FROM().' : 'Use separate UNNEST() calls inside ROWS FROM(), and attach a column definition list to each one.' });
  }
  if (r.ordinality) throw errorAt(ps, '42601', 'WITH ORDINALITY cannot be used with a column definition list', location, { hint: 'Put the column definition list inside ROWS FROM().' });
}
function functionItem(ps: ParseState, raw: Raw): Expr {
  const expr = withExprKind(ps, 'from_function', () => expression(ps, raw));
  const nested = nestedSrf(expr);
  if (nested) throw errorAt(ps, '0A000', 'set-returning functions must appear at top level of FROM', exprLocation(nested));
  return expr;
}
/** A set-returning call below the top of a function in FROM. */
function nestedSrf(e: Expr): Expr | undefined {
  let found: Expr | undefined;
  const visit = (n: TreeNode): boolean => {
    if ((n.kind === 'FuncExpr' && n.funcretset) || (n.kind === 'OpExpr' && n.opretset)) found = n;
    return found !== undefined || (n.kind !== 'Query' && someChild(n, visit));
  };
  someChild(e, visit);
  return found;
}
const hasVars = (n: TreeNode): boolean => (n.kind === 'Var' ? n.varlevelsup === 0 : n.kind === 'SubLink' || n.kind === 'Query' ? someChild(n, (c) => hasVarsAt(c, n.kind === 'Query' ? 1 : 0)) : someChild(n, hasVars));
const hasVarsAt = (n: TreeNode, depth: number): boolean => (n.kind === 'Var' ? n.varlevelsup === depth : someChild(n, (c) => hasVarsAt(c, n.kind === 'Query' ? depth + 1 : depth)));

/** The columns of one function in FROM (get_expr_result_type and the rules of addRangeTableEntryForFunction). */
function functionColumnsOf(ps: ParseState, expr: Expr, raw: Raw, coldefs: readonly Raw[], alias: string | undefined, count: number, ordinality: boolean, names: string[]): RangeTblFunction {
  const c = ps.catalog;
  const type = exprType(expr);
  const out: RangeTblFunction = { funcexpr: expr, funccolcount: 0, funccolnames: [], funccoltypes: [], funccoltypmods: [], funccolcollations: [] };
  const add = (name: string, t: Oid, typmod: number, collation: Oid): void => {
    names.push(name);
    out.funccolnames.push(name);
    out.funccoltypes.push(t);
    out.funccoltypmods.push(typmod);
    out.funccolcollations.push(collation);
    out.funccolcount++;
  };
  const relid = relidOfType(c, type);
  const outArgs = type === T.RECORD ? outputColumns(ps, expr) : undefined;
  if (coldefs.length) {
    const location = locOf(coldefs[0].ColumnDef);
    if (type !== T.RECORD) throw errorAt(ps, '42601', relid ? 'a column definition list is redundant for a function returning a named composite type' : 'a column definition list is only allowed for functions returning "record"', location);
    if (outArgs) throw errorAt(ps, '42601', 'a column definition list is redundant for a function with OUT parameters', location);
    const seen = new Set<string>();
    for (const d of coldefs) {
      const def = d.ColumnDef;
      const t = transformColumnType(ps, def.typeName, def.collClause);
      if (def.typeName.setof) throw errorAt(ps, '42P16', `column "${def.colname as string}" cannot be declared SETOF`, locOf(def));
      if (c.types.typeInfo(t.oid)?.kind === 'p' && t.oid !== T.RECORD && t.oid !== T.RECORDARRAY && t.oid !== T.CSTRING) throw errorAt(ps, '42P16', `column "${def.colname as string}" has pseudo-type ${c.types.formatType(t.oid, -1)}`, -1);
      if (seen.has(def.colname as string)) throw errorAt(ps, '42701', `column name "${def.colname as string}" specified more than once`, -1);
      seen.add(def.colname as string);
      add(def.colname as string, t.oid, t.typmod, t.collation);
    }
    return out;
  }
  if (outArgs) for (const o of outArgs) add(o.name, o.type, -1, c.types.typeInfo(o.type)?.collation ?? 0);
  else if (relid) for (const a of c.relation(relid)!.attributes) add(a.attisdropped ? '' : a.attname, a.attisdropped ? 0 : a.atttypid, a.atttypmod, a.attcollation);
  else if (type === T.RECORD) throw errorAt(ps, '42601', 'a column definition list is required for functions returning "record"', exprLoc(expr));
  else add(scalarName(ps, expr, raw, alias, count, ordinality), type, exprTypmod(expr), exprCollation(expr));
  return out;
}
const exprLoc = exprLocation;
function scalarName(ps: ParseState, expr: Expr, raw: Raw, alias: string | undefined, count: number, ordinality: boolean): string {
  if (expr.kind === 'FuncExpr') {
    const row = ps.catalog.syscache('PROCOID', expr.funcid) as unknown as { proargmodes: string[] | null; proargnames: string[] | null };
    const out = row.proargmodes?.map((m, i) => (m === 'o' || m === 'b' || m === 't' ? row.proargnames?.[i] : undefined)).filter((x) => x !== undefined);
    if (out?.length === 1 && out[0]) return out[0];
  }
  return alias !== undefined && count === 1 ? alias : (void ordinality, figureColname(raw));
}
/** The OUT columns of a record function, polymorphic ones resolved; undefined without OUT parameters. */
export function outputColumns(ps: ParseState, expr: Expr): { name: string; type: Oid }[] | undefined {
  if (expr.kind !== 'FuncExpr') return expr.kind === 'RowExpr' ? expr.args.map((a, i) => ({ name: expr.colnames[i] ?? `f${i + 1}`, type: exprType(a) })) : undefined;
  const row = ps.catalog.syscache('PROCOID', expr.funcid) as unknown as { proallargtypes: Oid[] | null; proargmodes: string[] | null; proargnames: string[] | null; proargtypes: Oid[] };
  if (!row.proallargtypes || !row.proargmodes) return undefined;
  const out: { name: string; type: Oid }[] = [];
  row.proargmodes.forEach((m, i) => {
    if (m !== 'o' && m !== 'b' && m !== 't') return;
    out.push({ name: row.proargnames?.[i] || `column${out.length + 1}`, type: row.proallargtypes![i]! });
  });
  if (out.length < 2 && exprType(expr) !== T.RECORD) return undefined;
  if (out.some((o) => isPolymorphic(o.type))) {
    const actual = expr.args.map(exprType);
    for (const o of out) if (isPolymorphic(o.type)) o.type = enforceGenericConsistency(ps.catalog, actual, [...row.proargtypes], o.type, false);
  }
  return out;
}

function tableSample(ps: ParseState, r: Raw): Placed {
  const inner = fromItem(ps, r.relation);
  const rte = inner.top.rte;
  if (rte.rtekind !== 'relation' || !'rmp'.includes(rte.relkind)) throw errorAt(ps, '0A000', 'TABLESAMPLE clause can only be applied to tables and materialized views', locOf(r.relation.RangeVar));
  const names = strings(r.method);
  const lookup = lookupFunction(ps.catalog, names, [T.INTERNAL], [], true, false, undefined);
  if (!('found' in lookup) || lookup.found.result !== 3310) throw errorAt(ps, '42704', `tablesample method ${names.join('.')} does not exist`, locOf(r));
  const args = list(r.args);
  if (args.length !== 1) throw errorAt(ps, '22023', `tablesample method ${names.join('.')} requires 1 argument, not ${args.length}`, locOf(r));
  const exprs = args.map((a) => assignExprCollations(ps, coerceToSpecificType(ps, transformExpr(ps, a, 'from_function'), T.FLOAT4, -1, 'TABLESAMPLE')));
  const repeatable = r.repeatable && assignExprCollations(ps, coerceToSpecificType(ps, transformExpr(ps, r.repeatable, 'from_function'), T.FLOAT8, -1, 'REPEATABLE'));
  rte.tablesample = { tsmhandler: lookup.found.candidate.oid, args: exprs, repeatable };
  return inner;
}

const JOIN_TYPES: Readonly<Record<string, JoinType>> = { JOIN_INNER: 'inner', JOIN_LEFT: 'left', JOIN_FULL: 'full', JOIN_RIGHT: 'right' };
function join(ps: ParseState, j: Raw): Placed {
  const jointype = JOIN_TYPES[j.jointype as string]!;
  const left = fromItem(ps, j.larg);
  const lateralOk = jointype === 'inner' || jointype === 'left';
  setLateral(left.namespace, true, lateralOk);
  const saved = ps.namespace;
  ps.namespace = [...saved, ...left.namespace];
  const right = fromItem(ps, j.rarg);
  ps.namespace = saved;
  checkConflicts(ps, left.namespace, right.namespace);
  const my = [...left.namespace, ...right.namespace];
  const l = left.top, r = right.top;
  const using = j.isNatural ? commonColumns(l, r) : strings(j.usingClause);
  const build = newJoinColumns();
  let quals: Expr | undefined;
  const lUsed = new Set<number>(), rUsed = new Set<number>();
  const merged: { name: string; lv: Var; rv: Var; li: number; ri: number }[] = [];
  if (j.isNatural || list(j.usingClause).length) {
    const seen = new Set<string>();
    for (const name of using) {
      if (seen.has(name)) throw errorAt(ps, '42701', `column name "${name}" appears more than once in USING clause`, -1);
      seen.add(name);
      const li = usingColumn(ps, l, name, 'left'), ri = usingColumn(ps, r, name, 'right');
      lUsed.add(li);
      rUsed.add(ri);
      const lv = varFromNsColumn(ps, l.columns[li]!), rv = varFromNsColumn(ps, r.columns[ri]!);
      markRteForSelect(ps, lv.varno, lv.varattno);
      markRteForSelect(ps, rv.varno, rv.varattno);
      merged.push({ name, lv, rv, li, ri });
    }
    quals = using.length ? usingQuals(ps, merged) : undefined;
  } else if (j.quals) {
    setLateral(my, false, true);
    ps.namespace = my;
    quals = coerceToBoolean(ps, transformExpr(ps, j.quals, 'join_on'), 'JOIN/ON');
    ps.namespace = saved;
  }
  const rtindex = ps.rtable.length + 1;
  if (jointype === 'left' || jointype === 'full') markNulled(ps, right.node, rtindex);
  if (jointype === 'right' || jointype === 'full') markNulled(ps, left.node, rtindex);
  for (const m of merged) build.addMerged(ps, m, jointype, l, r, rtindex);
  build.addRest(ps, l, lUsed, true);
  build.addRest(ps, r, rUsed, false);
  return finishJoin(ps, j, jointype, left, right, my, build, quals, using, rtindex, merged.length);
}
const commonColumns = (l: NsItem, r: NsItem): string[] => l.names.colnames.filter((n) => n !== '' && r.names.colnames.includes(n));
function usingColumn(ps: ParseState, item: NsItem, name: string, side: string): number {
  const at = item.names.colnames.indexOf(name);
  if (at < 0) throw errorAt(ps, '42703', `column "${name}" specified in USING clause does not exist in ${side} table`, -1);
  if (item.names.colnames.indexOf(name, at + 1) >= 0) throw errorAt(ps, '42702', `common column name "${name}" appears more than once in ${side} table`, -1);
  return at;
}
/** transformJoinUsingClause */
function usingQuals(ps: ParseState, merged: readonly { lv: Var; rv: Var }[]): Expr {
  const parts = merged.map((m) => makeOp(ps, ['='], { ...m.lv }, { ...m.rv }, -1));
  const result = makeAnd(parts)!;
  return coerceToBoolean(ps, result, 'JOIN/USING');
}
function markNulled(ps: ParseState, node: JoinTreeNode, joinIndex: number): void {
  if (node.kind === 'RangeTblRef') (ps.nullingrels[node.rtindex] ??= []).push(joinIndex);
  else if (node.kind === 'JoinExpr') {
    markNulled(ps, node.larg, joinIndex);
    markNulled(ps, node.rarg, joinIndex);
    (ps.nullingrels[node.rtindex] ??= []).push(joinIndex);
  }
}

interface JoinColumns { names: string[]; columns: NsColumn[]; aliasvars: Expr[]; leftcols: number[]; rightcols: number[]; addMerged: (ps: ParseState, m: { name: string; lv: Var; rv: Var; li: number; ri: number }, t: JoinType, l: NsItem, r: NsItem, rtindex: number) => void; addRest: (ps: ParseState, item: NsItem, used: ReadonlySet<number>, left: boolean) => void }
function newJoinColumns(): JoinColumns {
  const b: JoinColumns = {
    names: [], columns: [], aliasvars: [], leftcols: [], rightcols: [],
    addMerged(ps, m, t, l, r, rtindex) {
      const value = mergedVar(ps, t, nullable(ps, { ...m.lv }), nullable(ps, { ...m.rv }));
      b.names.push(m.name);
      b.leftcols.push(m.li + 1);
      b.rightcols.push(m.ri + 1);
      b.aliasvars.push(value);
      const source = value.kind === 'Var' ? (value.varno === m.lv.varno && value.varattno === m.lv.varattno ? l.columns[m.li]! : r.columns[m.ri]!) : undefined;
      b.columns.push(source ? { ...source, dontexpand: false } : {
        varno: rtindex, varattno: b.names.length, vartype: exprType(value), vartypmod: exprTypmod(value), varcollid: exprCollation(value), varreturningtype: 'default', varnosyn: rtindex, varattnosyn: b.names.length, dontexpand: false,
      });
    },
    addRest(ps, item, used, left) {
      item.columns.forEach((col, i) => {
        if (used.has(i) || item.names.colnames[i] === '' || col.varno === 0) return;
        b.names.push(item.names.colnames[i]!);
        if (left) b.leftcols.push(i + 1);
        else b.rightcols.push(i + 1);
        b.aliasvars.push(varFromNsColumn(ps, col));
        b.columns.push({ ...col });
      });
    },
  };
  return b;
}
/** buildMergedJoinVar */
function mergedVar(ps: ParseState, jointype: JoinType, l: Var, r: Var): Expr {
  const type = selectCommonType(ps, [l, r], 'JOIN/USING');
  const typmod = selectCommonTypmod([l, r], type);
  const cast = (v: Var): Expr => {
    const c = v.vartype !== type ? coerceType(ps, v, v.vartype, type, typmod, 'implicit', 'implicit', -1) : v;
    return c !== v || v.vartypmod === typmod ? c : { kind: 'RelabelType', arg: v, resulttype: type, resulttypmod: typmod, resultcollid: 0, relabelformat: 'implicit', location: -1 };
  };
  const [ln, rn] = [cast(l), cast(r)];
  let result: Expr;
  if (jointype === 'inner') result = ln.kind === 'Var' || rn.kind !== 'Var' ? ln : rn;
  else if (jointype === 'left') result = ln;
  else if (jointype === 'right') result = rn;
  else result = { kind: 'CoalesceExpr', coalescetype: type, coalescecollid: 0, args: [ln, rn], location: -1 };
  return assignExprCollations(ps, result);
}

function finishJoin(ps: ParseState, j: Raw, jointype: JoinType, left: Placed, right: Placed, my: NsItem[], b: JoinColumns, quals: Expr | undefined, using: string[], rtindex: number, mergedCount: number): Placed {
  const alias = aliasOf(j.alias);
  const usingAlias = aliasOf(j.join_using_alias);
  if (alias) b.columns.forEach((col, i) => {
    col.varnosyn = rtindex;
    col.varattnosyn = i + 1;
  });
  const item = addJoin(ps, b.names, b.columns, { jointype, joinmergedcols: mergedCount, joinaliasvars: b.aliasvars, joinleftcols: b.leftcols, joinrightcols: b.rightcols, join_using_alias: usingAlias && { ...usingAlias, colnames: using } }, alias);
  const node: JoinTreeNode = { kind: 'JoinExpr', jointype, isNatural: !!j.isNatural, larg: left.node, rarg: right.node, usingClause: using, quals, alias, rtindex };
  ps.joinexprs[rtindex] = node;
  const namespace = alias ? [] : my;
  if (!alias) for (const n of my) n.colsVisible = false;
  if (usingAlias) {
    const u: NsItem = { ...item, names: { aliasname: usingAlias.aliasname, colnames: using }, columns: item.columns.slice(0, using.length), colsVisible: false };
    checkConflicts(ps, [u], namespace);
    namespace.push(u);
  }
  item.relVisible = alias !== undefined;
  namespace.push(item);
  return { node, top: item, namespace };
}
export { makeBoolConst, makeTargetEntry, markNullable, str };

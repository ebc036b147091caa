/** Vars, Params and fields of rows: names that depend on the query around. */
import { exprType } from '../nodes/expr-type.js';
import { equal } from '../nodes/equal.js';
import type { Expr, FieldSelect, Param, Var } from '../nodes/expr.js';
import type { Query, RangeTblEntry } from '../nodes/query.js';
import { AssertionError } from '@pglitedb/types';
import type { Deparser, Namespace } from './context.js';
import { quoteIdentifier } from './names.js';

const SYSTEM_COLUMNS: Readonly<Record<number, string>> = { [-1]: 'ctid', [-2]: 'xmin', [-3]: 'cmin', [-4]: 'xmax', [-5]: 'cmax', [-6]: 'tableoid' };
const RECORD = 2249;

/** get_variable: prints the Var and answers the column name used, undefined where it is no plain column. */
export function printVar(d: Deparser, v: Var, levelsup: number, top: boolean): string | undefined {
  if (d.hooks.varName) {
    d.put(d.hooks.varName(v));
    return undefined;
  }
  const ns = namespaceOf(d, v, levelsup);
  const [varno, attno] = v.varnosyn > 0 ? [v.varnosyn, v.varattnosyn] : [v.varno, v.varattno];
  const rte = ns.rtable[varno - 1];
  if (rte === undefined) throw new AssertionError(`no range table entry ${varno}`);
  if (rte.rtekind === 'join' && rte.alias === undefined && attno > 0) {
    const alias = rte.joinaliasvars[attno - 1];
    if (alias?.kind === 'Var') return printVar(d, alias, v.varlevelsup + levelsup, top);
  }
  if (rte.rtekind === 'group' && attno > 0) {
    printExprHook(d, rte.groupexprs[attno - 1]!);
    return undefined;
  }
  const name = columnName(ns, rte, varno, attno);
  const returning = v.varreturningtype ?? 'default';
  let prefix = d.varPrefix || name === undefined || returning !== 'default';
  if (!prefix && d.varInOrderBy && !d.inGroupBy) prefix = ambiguousInOrderBy(d, v, name);
  const refname = ns.names[varno - 1];
  if (refname !== undefined && prefix) {
    const shown = returning === 'old' ? ns.oldAlias ?? 'old' : returning === 'new' ? ns.newAlias ?? 'new' : refname;
    d.put(`${quoteIdentifier(shown)}.`);
  }
  d.put(name === undefined ? '*' : quoteIdentifier(name));
  if (name === undefined && top) d.put(`::${d.typeName(v.vartype, v.vartypmod)}`);
  return name;
}
let printExprHook: (d: Deparser, e: Expr) => void = () => undefined;
/** The expression printer, which this file cannot import. */
export function setGroupPrinter(print: (d: Deparser, e: Expr) => void): void { printExprHook = print; }

function namespaceOf(d: Deparser, v: Var, levelsup: number): Namespace {
  const ns = d.namespaces[v.varlevelsup + levelsup];
  if (ns === undefined) throw new AssertionError(`bogus varlevelsup: ${v.varlevelsup} offset ${levelsup}`);
  return ns;
}
function columnName(ns: Namespace, rte: RangeTblEntry, varno: number, attno: number): string | undefined {
  if (attno === 0) return undefined;
  if (attno < 0) return SYSTEM_COLUMNS[attno] ?? '?column?';
  return ns.columns[varno - 1]?.colnames[attno - 1] ?? (rte.rtekind === 'relation' ? '?dropped?column?' : rte.eref.colnames[attno - 1] ?? '?dropped?column?');
}
/** The bare name in ORDER BY would mean an output column that is something else. */
function ambiguousInOrderBy(d: Deparser, v: Var, name: string | undefined): boolean {
  let column = 0;
  for (const t of d.targetList) {
    if (t.resjunk) continue;
    const shown = d.resultNames?.[column] ?? t.resname;
    column++;
    if (shown === name && !equal(v, t.expr)) return true;
  }
  return false;
}

/** get_parameter */
export function printParam(d: Deparser, p: Param): void {
  if (p.paramkind === 'exec') {
    for (const s of d.subplans) {
      const column = s.paramIds.indexOf(p.paramid);
      if (column >= 0) return d.put(`(${s.useHashTable ? 'hashed ' : ''}${s.plan_name}).col${column + 1}`);
    }
  }
  const named = d.hooks.param?.(p, d.namespaces.some((n) => n.rtable.length > 0));
  d.put(named ?? `$${p.paramid}`);
}

/** get_name_for_var_field, for the row types that can be known here. */
export function fieldName(d: Deparser, e: FieldSelect): string {
  const arg = e.arg;
  const n = e.fieldnum;
  if (arg.kind === 'RowExpr' && arg.colnames[n - 1] !== undefined) return arg.colnames[n - 1]!;
  const type = exprType(arg);
  if (type !== RECORD) {
    const info = d.catalog.types.typeInfo(type);
    const rel = info?.relationOid || (info?.baseOid ? d.catalog.types.typeInfo(info.baseOid)?.relationOid : 0);
    const att = rel ? d.catalog.syscache('ATTNUM', rel, n) : undefined;
    if (att) return att.attname;
  }
  if (arg.kind === 'Var' && !d.hooks.varName) return fieldOfVar(d.namespaces, arg, n) ?? `f${n}`;
  if (arg.kind === 'FuncExpr') return outArgument(d, arg.funcid, n) ?? `f${n}`;
  return `f${n}`;
}
function outArgument(d: Deparser, fn: number, n: number): string | undefined {
  const proc = d.catalog.syscache('PROCOID', fn);
  const outs = (proc?.proargmodes ?? []).flatMap((m, i) => (m === 'i' || m === 'v' ? [] : [proc!.proargnames?.[i] ?? '']));
  return outs[n - 1] || undefined;
}
function fieldOfVar(namespaces: readonly Namespace[], v: Var, n: number): string | undefined {
  const inner = namespaces.slice(v.varlevelsup);
  const rte = inner[0]?.rtable[v.varno - 1];
  if (rte === undefined) return undefined;
  if (v.varattno === 0) return inner[0]!.columns[v.varno - 1]?.colnames[n - 1];
  const sub: Query | undefined = rte.rtekind === 'subquery' ? rte.subquery : undefined;
  const source = sub?.targetList[v.varattno - 1]?.expr ?? (rte.rtekind === 'join' ? rte.joinaliasvars[v.varattno - 1] : rte.rtekind === 'values' ? rte.values_lists[0]?.[v.varattno - 1] : undefined);
  if (source?.kind === 'RowExpr') return source.colnames[n - 1];
  if (source?.kind === 'Var' && source.varattno === 0) {
    const from = (sub ? sub.rtable : inner[0]!.rtable)[source.varno - 1];
    return from?.eref.colnames[n - 1];
  }
  if (source?.kind === 'Var' && rte.rtekind === 'join') return fieldOfVar(inner, source, n);
  return undefined;
}

/** Function calls, aggregates, window functions, and the calls that SQL spells with key words. */
import { exprLocation, exprType, lengthCoercionTypmod } from '../nodes/expr-type.js';
import type { Aggref, Expr, FuncExpr, WindowFunc } from '../nodes/expr.js';
import type { Deparser } from './context.js';
import { printCoercion, printExpr, printExprs, printOperand } from './expr.js';
import { functionName, quoteIdentifier } from './names.js';
import { printOrderBy, printWindowSpec } from './sort-group.js';

/** get_func_expr */
export function printFuncExpr(d: Deparser, f: FuncExpr, showImplicit: boolean): void {
  if (f.funcformat === 'implicit' && !showImplicit) return printOperand(d, f.args[0]!, false, f);
  if (f.funcformat === 'explicit' || f.funcformat === 'implicit') {
    return printCoercion(d, f.args[0]!, f.funcresulttype, lengthCoercionTypmod(f) ?? -1, f);
  }
  if (f.funcformat === 'sql' && printSqlSyntax(d, f)) return;
  const args = writtenArguments(d, f);
  const names = args.flatMap((a) => (a.kind === 'NamedArgExpr' ? [a.name] : []));
  d.put(`${functionName(d, f.funcid, args.map(exprType), names, f.funcvariadic)}(`);
  d.list(args, (a, i) => {
    if (f.funcvariadic && i === args.length - 1) d.put('VARIADIC ');
    printExpr(d, a, true);
  });
  d.put(')');
}
/** Without the defaults that the analyzer filled in, which stood in another text: before the call, or nowhere. Plans show them. */
function writtenArguments(d: Deparser, f: FuncExpr): readonly Expr[] {
  if (d.hooks.varName || f.location < 0) return f.args;
  let count = f.args.length;
  for (; count > 0; count--) {
    const a = f.args[count - 1]!;
    const location = exprLocation(a);
    if (a.kind === 'NamedArgExpr' ? a.location >= 0 : location < 0 || location >= f.location) break;
  }
  return count === f.args.length ? f.args : f.args.slice(0, count);
}
/** get_rule_expr_funccall: something that FROM accepts as a function. */
export function printAsFunctionCall(d: Deparser, e: Expr, showImplicit: boolean): void {
  if (looksLikeFunction(e)) return printExpr(d, e, showImplicit);
  d.put('CAST(');
  printExpr(d, e, false);
  d.put(` AS ${d.typeName(exprType(e), -1)})`);
}
const FUNCTION_LIKE: ReadonlySet<string> = new Set('Aggref GroupingFunc WindowFunc MergeSupportFunc CoalesceExpr MinMaxExpr NullIfExpr SQLValueFunction XmlExpr JsonExpr JsonConstructorExpr'.split(' '));
export const looksLikeFunction = (e: Expr): boolean => (e.kind === 'FuncExpr' ? e.funcformat === 'call' || e.funcformat === 'sql' : FUNCTION_LIKE.has(e.kind));

/** Templates by function name and number of arguments: n prints an argument, other text itself. */
const SQL_SYNTAX: Readonly<Record<string, Readonly<Record<number, readonly (string | number)[]>>>> = {
  overlaps: { 4: ['((', 0, ', ', 1, ') OVERLAPS (', 2, ', ', 3, '))'] },
  pg_collation_for: { 1: ['COLLATION FOR (', 0, ')'] },
  overlay: { 3: ['OVERLAY(', 0, ' PLACING ', 1, ' FROM ', 2, ')'], 4: ['OVERLAY(', 0, ' PLACING ', 1, ' FROM ', 2, ' FOR ', 3, ')'] },
  position: { 2: ['POSITION((', 1, ') IN (', 0, '))'] },
  substring: { 2: ['SUBSTRING(', 0, ' FROM ', 1, ')'], 3: ['SUBSTRING(', 0, ' FROM ', 1, ' FOR ', 2, ')'] },
  btrim: { 1: ['TRIM(BOTH FROM ', 0, ')'], 2: ['TRIM(BOTH ', 1, ' FROM ', 0, ')'] },
  ltrim: { 1: ['TRIM(LEADING FROM ', 0, ')'], 2: ['TRIM(LEADING ', 1, ' FROM ', 0, ')'] },
  rtrim: { 1: ['TRIM(TRAILING FROM ', 0, ')'], 2: ['TRIM(TRAILING ', 1, ' FROM ', 0, ')'] },
  system_user: { 0: ['SYSTEM_USER'] },
  xmlexists: { 2: ['XMLEXISTS(', 0, ' PASSING ', 1, ')'] },
};
const SIMILAR: readonly (string | number)[] = ['SUBSTRING(', 0, ' SIMILAR ', 1, ' ESCAPE ', 2, ')'];
const TEXT = 25;
const constText = (e: Expr | undefined): string => (e?.kind === 'Const' ? String(e.constvalue) : '');

/** get_func_sql_syntax */
function printSqlSyntax(d: Deparser, f: FuncExpr): boolean {
  const name = d.catalog.syscache('PROCOID', f.funcid)?.proname ?? '';
  const [a, b] = f.args;
  switch (name) {
    case 'timezone':
      d.put('(');
      printOperand(d, f.args.length === 1 ? a! : b!, false, f);
      if (f.args.length === 1) d.put(' AT LOCAL');
      else {
        d.put(' AT TIME ZONE ');
        printOperand(d, a!, false, f);
      }
      d.put(')');
      return true;
    case 'extract':
      d.put(`EXTRACT(${constText(a)} FROM `);
      printExpr(d, b!, false);
      d.put(')');
      return true;
    case 'is_normalized':
      d.put('(');
      printOperand(d, a!, false, f);
      d.put(` IS${b ? ` ${constText(b)}` : ''} NORMALIZED)`);
      return true;
    case 'normalize':
      d.put('NORMALIZE(');
      printExpr(d, a!, false);
      d.put(b ? `, ${constText(b)})` : ')');
      return true;
    default: {
      const similar = name === 'substring' && f.args.length === 3 && d.catalog.syscache('PROCOID', f.funcid)?.proargtypes.every((t) => t === TEXT);
      const template = similar ? SIMILAR : SQL_SYNTAX[name]?.[f.args.length];
      if (template === undefined) return false;
      for (const part of template) {
        if (typeof part === 'string') d.put(part);
        else printExpr(d, f.args[part]!, false);
      }
      return true;
    }
  }
}

/** get_agg_expr; with `helper` the call is printed in another's place (JSON aggregates). */
export function printAggref(d: Deparser, n: Aggref): void {
  d.put(`${functionName(d, n.aggfnoid, n.aggargtypes, [], n.aggvariadic)}(${n.aggdistinct.length > 0 ? 'DISTINCT ' : ''}`);
  if (n.aggkind !== 'n') {
    printExprs(d, n.aggdirectargs, true);
    d.put(') WITHIN GROUP (ORDER BY ');
    printOrderBy(d, n.aggorder, n.args, false);
  } else {
    if (n.aggstar) d.put('*');
    else {
      const args = n.args.filter((t) => !t.resjunk);
      d.list(args, (t, i) => {
        if (n.aggvariadic && i === args.length - 1) d.put('VARIADIC ');
        printExpr(d, t.expr, true);
      });
    }
    if (n.aggorder.length > 0) {
      d.put(' ORDER BY ');
      printOrderBy(d, n.aggorder, n.args, false);
    }
  }
  printFilter(d, n.aggfilter);
  d.put(')');
}
export function printFilter(d: Deparser, filter: Expr | undefined): void {
  if (filter === undefined) return;
  d.put(') FILTER (WHERE ');
  printExpr(d, filter, false);
}

/** get_windowfunc_expr */
export function printWindowFunc(d: Deparser, n: WindowFunc): void {
  const names = n.args.flatMap((a) => (a.kind === 'NamedArgExpr' ? [a.name] : []));
  d.put(`${functionName(d, n.winfnoid, n.args.map(exprType), names, false)}(`);
  if (n.winstar) d.put('*');
  else printExprs(d, n.args, true);
  printFilter(d, n.aggfilter);
  d.put(') OVER ');
  printWindow(d, n.winref);
}
export function printWindow(d: Deparser, winref: number): void {
  const window = d.windowClause?.find((w) => w.winref === winref);
  if (window === undefined) return d.put(quoteOr(d.hooks.windowName?.(winref)));
  if (window.name !== undefined) d.put(quoteIdentifier(window.name));
  else printWindowSpec(d, window, d.windowTList);
}
const quoteOr = (name: string | undefined): string => (name === undefined ? '(?)' : quoteIdentifier(name));

/** FROM: get_from_clause and its items, aliases and column lists. */
import { notImplemented } from '@pglitedb/types';
import { exprType } from '../nodes/expr-type.js';
import type { Expr } from '../nodes/expr.js';
import type { JoinExpr, JoinTreeNode, Query, RangeTblEntry, RangeTblFunction, TableSampleClause } from '../nodes/query.js';
import { INDENT, type ColumnNames, type Deparser } from './context.js';
import { printTableFunc } from './table-func.js';
import { printExpr, printExprs, printToplevel } from './expr.js';
import { printAsFunctionCall } from './expr-call.js';
import { collationName, functionName, quoteIdentifier, relationName } from './names.js';
import { printQuery } from './query.js';

const RECORD = 2249;

export function printFromClause(d: Deparser, q: Query, prefix: string): void {
  let first = true;
  for (const node of q.jointree.fromlist) {
    if (node.kind === 'RangeTblRef' && !q.rtable[node.rtindex - 1]!.inFromCl) continue;
    if (first) {
      d.keyword(prefix, -INDENT.std, INDENT.std, 2);
      first = false;
      printFromItem(d, node);
      continue;
    }
    d.put(', ');
    const text = d.capture(() => printFromItem(d, node));
    if (d.pretty.indent && d.wrapColumn >= 0) {
      if (text.startsWith('\n')) d.trimSpaces();
      else if (d.lineLength() + text.length > d.wrapColumn) d.keyword('', -INDENT.std, INDENT.std, INDENT.var);
    }
    d.put(text);
  }
}

export function printValues(d: Deparser, lists: readonly (readonly Expr[])[]): void {
  d.put('VALUES ');
  d.list(lists, (row) => {
    d.put('(');
    d.list(row, (e) => printToplevel(d, e, false), ',');
    d.put(')');
  });
}

function printFromItem(d: Deparser, node: JoinTreeNode): void {
  if (node.kind === 'FromExpr') throw notImplemented('printing of a planned join tree');
  if (node.kind === 'JoinExpr') return printJoin(d, node);
  const ns = d.namespaces[0]!;
  const rte = ns.rtable[node.rtindex - 1]!;
  const columns = ns.columns[node.rtindex - 1]!;
  if (rte.lateral) d.put('LATERAL ');
  const definitions = printRangeEntry(d, rte);
  printRteAlias(d, rte, node.rtindex, false);
  if (definitions) printColumnDefinitions(d, definitions, columns);
  else printColumnAliases(d, columns);
  if (rte.rtekind === 'relation' && rte.tablesample) printTableSample(d, rte.tablesample);
}
/** The item itself; answers the function whose column definition list follows the alias. */
function printRangeEntry(d: Deparser, rte: RangeTblEntry): RangeTblFunction | undefined {
  switch (rte.rtekind) {
    case 'relation': d.put(`${onlyMarker(rte)}${relationName(d, rte.relid)}`); return undefined;
    case 'subquery':
      d.put('(');
      printQuery(d, rte.subquery!, { colNamesVisible: true });
      d.put(')');
      return undefined;
    case 'function': return printFunctions(d, rte);
    case 'values':
      d.put('(');
      printValues(d, rte.values_lists);
      d.put(')');
      return undefined;
    case 'cte': d.put(quoteIdentifier(rte.ctename)); return undefined;
    case 'tablefunc': printTableFunc(d, rte.tablefunc!); return undefined;
    case 'namedtuplestore': d.put(quoteIdentifier(rte.enrname)); return undefined;
    default: throw notImplemented(`printing of a ${rte.rtekind} in FROM`);
  }
}
export const onlyMarker = (rte: RangeTblEntry): string => (rte.inh ? '' : 'ONLY ');

/** The function's columns were given by a definition list. */
function hasDefinitions(d: Deparser, f: RangeTblFunction): boolean {
  if (exprType(f.funcexpr) !== RECORD || f.funccoltypes.length === 0) return false;
  const proc = f.funcexpr.kind === 'FuncExpr' ? d.catalog.syscache('PROCOID', f.funcexpr.funcid) : undefined;
  return proc !== undefined && !(proc.proargmodes ?? []).some((m) => m === 'o' || m === 'b' || m === 't');
}
function isUnnest(d: Deparser, f: RangeTblFunction): boolean {
  return f.funcexpr.kind === 'FuncExpr' && d.catalog.syscache('PROCOID', f.funcexpr.funcid)?.prosrc === 'array_unnest' && functionName(d, f.funcexpr.funcid, f.funcexpr.args.map(exprType), [], false) === 'unnest';
}
function printFunctions(d: Deparser, rte: RangeTblEntry): RangeTblFunction | undefined {
  const [first] = rte.functions;
  let definitions: RangeTblFunction | undefined;
  if (rte.functions.length === 1 && (!hasDefinitions(d, first!) || !rte.funcordinality)) {
    printAsFunctionCall(d, first!.funcexpr, true);
    if (hasDefinitions(d, first!)) definitions = first;
  } else if (rte.functions.every((f) => isUnnest(d, f))) {
    d.put('UNNEST(');
    printExprs(d, rte.functions.flatMap((f) => (f.funcexpr as { args: Expr[] }).args), true);
    d.put(')');
  } else {
    d.put('ROWS FROM(');
    d.list(rte.functions, (f) => {
      printAsFunctionCall(d, f.funcexpr, true);
      if (hasDefinitions(d, f)) {
        d.put(' AS ');
        printColumnDefinitions(d, f, undefined);
      }
    });
    d.put(')');
  }
  if (rte.funcordinality) d.put(' WITH ORDINALITY');
  return definitions;
}

function printJoin(d: Deparser, j: JoinExpr): void {
  const columns = d.namespaces[0]!.columns[j.rtindex - 1]!;
  const outer = !d.pretty.paren || j.alias !== undefined;
  const right = d.pretty.paren && j.rarg.kind === 'JoinExpr' && j.rarg.alias === undefined;
  if (outer) d.put('(');
  printFromItem(d, j.larg);
  const join = j.jointype === 'inner' ? (j.quals ? ' JOIN ' : ' CROSS JOIN ') : ` ${j.jointype.toUpperCase()} JOIN `;
  d.keyword(join, -INDENT.std, INDENT.std, INDENT.join);
  if (right) d.put('(');
  printFromItem(d, j.rarg);
  if (right) d.put(')');
  if (j.usingClause.length > 0) {
    d.put(` USING (${columns.usingNames.map((n) => quoteIdentifier(n)).join(', ')})`);
    const rte = d.namespaces[0]!.rtable[j.rtindex - 1]!;
    if (rte.join_using_alias) d.put(` AS ${quoteIdentifier(rte.join_using_alias.aliasname)}`);
  } else if (j.quals) {
    d.put(' ON ');
    if (!d.pretty.paren) d.put('(');
    printExpr(d, j.quals, false);
    if (!d.pretty.paren) d.put(')');
  } else if (j.jointype !== 'inner') d.put(' ON TRUE');
  if (outer) d.put(')');
  if (j.alias !== undefined) {
    d.put(` ${quoteIdentifier(d.namespaces[0]!.names[j.rtindex - 1] ?? j.alias.aliasname)}`);
    printColumnAliases(d, columns);
  }
}

/** get_rte_alias */
export function printRteAlias(d: Deparser, rte: RangeTblEntry, rtindex: number, useAs: boolean): void {
  const ns = d.namespaces[0]!;
  const name = ns.names[rtindex - 1];
  if (name === undefined) return;
  let needed = rte.alias !== undefined || ns.columns[rtindex - 1]!.printAliases;
  if (!needed) {
    if (rte.rtekind === 'relation') needed = name !== d.catalog.syscache('RELOID', rte.relid)?.relname;
    else if (rte.rtekind === 'cte') needed = name !== rte.ctename;
    else needed = rte.rtekind === 'function' || rte.rtekind === 'subquery' || rte.rtekind === 'values' || (rte.rtekind === 'tablefunc' && rte.tablefunc!.functype === 'json_table' && name !== 'json_table');
  }
  if (needed) d.put(` ${useAs ? 'AS ' : ''}${quoteIdentifier(name)}`);
}
function printColumnAliases(d: Deparser, c: ColumnNames): void {
  if (c.printAliases && c.newColnames.length > 0) d.put(`(${c.newColnames.map((n) => quoteIdentifier(n)).join(', ')})`);
}
function printColumnDefinitions(d: Deparser, f: RangeTblFunction, c: ColumnNames | undefined): void {
  d.put('(');
  d.list(f.funccoltypes, (type, i) => {
    d.put(`${quoteIdentifier(c?.colnames[i] ?? f.funccolnames[i]!)} ${d.typeName(type, f.funccoltypmods[i]!)}`);
    const collation = f.funccolcollations[i]!;
    if (collation && collation !== (d.catalog.types.typeInfo(type)?.collation ?? 0)) d.put(` COLLATE ${collationName(d, collation)}`);
  });
  d.put(')');
}
const INTERNAL = 2281;
function printTableSample(d: Deparser, t: TableSampleClause): void {
  d.put(` TABLESAMPLE ${functionName(d, t.tsmhandler, [INTERNAL], [], false)} (`);
  printExprs(d, t.args, false);
  d.put(')');
  if (t.repeatable) {
    d.put(' REPEATABLE (');
    printExpr(d, t.repeatable, false);
    d.put(')');
  }
}

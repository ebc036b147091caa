/** JSON_TABLE and XMLTABLE in FROM (get_json_table, get_xmltable). */
import type { Expr, JsonExpr } from '../nodes/expr.js';
import type { JsonTablePlan, TableFunc } from '../nodes/query.js';
import { printConst } from './constant.js';
import { INDENT, type Deparser } from './context.js';
import { printExpr } from './expr.js';
import { printBehavior, printJsonOptions, printPath } from './expr-sql-json.js';
import { quoteIdentifier } from './names.js';

type PathScan = Extract<JsonTablePlan, { kind: 'JsonTablePathScan' }>;

/** The body one step further in, where lines are broken. */
function indented(d: Deparser, body: () => void): void {
  if (d.pretty.indent) d.indentLevel += INDENT.var;
  body();
  if (d.pretty.indent) d.indentLevel -= INDENT.var;
}

export function printTableFunc(d: Deparser, tf: TableFunc): void {
  if (tf.functype === 'xmltable') return printXmlTable(d, tf);
  const doc = tf.docexpr as JsonExpr;
  const root = tf.plan as PathScan;
  d.put('JSON_TABLE(');
  indented(d, () => {
    d.keyword('', 0, 0, 0);
    printExpr(d, doc.formatted_expr, true);
    d.put(', ');
    printConst(d, root.path, -1);
    d.put(` AS ${quoteIdentifier(root.name)}`);
    if (doc.passing_values.length > 0) printPassing(d, doc);
    printColumns(d, tf, root);
    if (doc.on_error !== undefined && doc.on_error.btype !== 'empty_array') printBehavior(d, doc.on_error, 'ERROR');
  });
  d.keyword(')', 0, 0, 0);
}

function printPassing(d: Deparser, doc: JsonExpr): void {
  d.put(' ');
  d.keyword('PASSING ', 0, 0, 0);
  indented(d, () => {
    d.list(doc.passing_values, (v, i) => {
      d.keyword('', 0, 0, 0);
      printExpr(d, v, false);
      d.put(` AS ${quoteIdentifier(doc.passing_names[i]!)}`);
    });
  });
}

function printColumns(d: Deparser, tf: TableFunc, scan: PathScan): void {
  d.put(' ');
  d.keyword('COLUMNS (', 0, 0, 0);
  indented(d, () => {
    for (let i = Math.max(scan.colMin, 0); scan.colMin >= 0 && i <= scan.colMax; i++) {
      if (i > scan.colMin) d.put(', ');
      d.keyword('', 0, 0, 0);
      printColumn(d, tf, i);
    }
    if (scan.child !== undefined) printNested(d, tf, scan.child, scan.colMin >= 0);
  });
  d.keyword(')', 0, 0, 0);
}

function printColumn(d: Deparser, tf: TableFunc, i: number): void {
  const value = tf.colvalexprs[i] as JsonExpr | undefined;
  const name = quoteIdentifier(tf.colnames[i]!);
  if (value === undefined) return d.put(`${name} FOR ORDINALITY`);
  d.put(`${name} ${d.typeName(tf.coltypes[i]!, tf.coltypmods[i]!)}`);
  if (value.op === 'exists') d.put(' EXISTS');
  else if (value.op === 'query' && d.catalog.types.typeInfo(tf.coltypes[i]!)?.category === 'S') d.put(' FORMAT JSON');
  d.put(' PATH ');
  printPath(d, value.path_spec, true);
  printJsonOptions(d, value, value.op === 'exists' ? 'false' : 'null');
}

function printNested(d: Deparser, tf: TableFunc, plan: JsonTablePlan, comma: boolean): void {
  if (plan.kind === 'JsonTableSiblingJoin') {
    printNested(d, tf, plan.left, comma);
    printNested(d, tf, plan.right, true);
    return;
  }
  if (comma) d.put(',');
  d.put(' ');
  d.keyword('NESTED PATH ', 0, 0, 0);
  printConst(d, plan.path, -1);
  d.put(` AS ${quoteIdentifier(plan.name)}`);
  printColumns(d, tf, plan);
}

function printXmlTable(d: Deparser, tf: TableFunc): void {
  const within = (open: string, e: Expr): void => {
    d.put(open);
    printExpr(d, e, false);
    d.put(')');
  };
  d.put('XMLTABLE(');
  if (tf.ns_uris.length > 0) {
    d.put('XMLNAMESPACES (');
    d.list(tf.ns_uris, (uri, i) => {
      if (tf.ns_names[i] === '') d.put('DEFAULT ');
      printExpr(d, uri, false);
      if (tf.ns_names[i] !== '') d.put(` AS ${quoteIdentifier(tf.ns_names[i]!)}`);
    });
    d.put('), ');
  }
  within('(', tf.rowexpr!);
  within(' PASSING (', tf.docexpr);
  if (tf.colnames.length > 0) d.put(' COLUMNS ');
  d.list(tf.colnames, (name, i) => {
    d.put(`${quoteIdentifier(name)} `);
    if (i === tf.ordinalitycol) return d.put('FOR ORDINALITY');
    d.put(d.typeName(tf.coltypes[i]!, tf.coltypmods[i]!));
    const [path, fallback] = [tf.colexprs[i], tf.coldefexprs[i]];
    if (fallback !== undefined) within(' DEFAULT (', fallback);
    if (path !== undefined) within(' PATH (', path);
    if (tf.notnulls[i]) d.put(' NOT NULL');
  });
  d.put(')');
}

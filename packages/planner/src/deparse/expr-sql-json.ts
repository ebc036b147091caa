/** XML and SQL/JSON expressions. */
import { notImplemented, sqlIdentifier } from '@pglitedb/types';
import type { Expr, JsonBehavior, JsonConstructorExpr, JsonExpr, JsonFormat, JsonIsPredicate, JsonReturning, JsonValueExpr, XmlExpr } from '../nodes/expr.js';
import { printConst } from './constant.js';
import type { Deparser } from './context.js';
import { printExpr, printExprs } from './expr.js';
import { printFilter, printWindow } from './expr-call.js';
import { quoteIdentifier } from './names.js';
import { printOrderBy } from './sort-group.js';

const BOOL = 16, JSONB = 3802;

export function printXml(d: Deparser, n: XmlExpr): void {
  if (n.op === 'document') {
    printExprs(d, n.args, true);
    return d.put(' IS DOCUMENT');
  }
  const parts: string[] = [];
  if (n.name !== undefined) parts.push(`NAME ${quoteIdentifier(sqlIdentifier(n.name))}`);
  if (n.named_args.length > 0) {
    const named = n.named_args.map((a, i) => `${d.capture(() => printExpr(d, a, true))} AS ${quoteIdentifier(sqlIdentifier(n.arg_names[i]!))}`).join(', ');
    parts.push(n.op === 'xmlforest' ? named : `XMLATTRIBUTES(${named})`);
  }
  const form = n.op === 'xmlparse' || n.op === 'xmlserialize' ? `${n.xmloption.toUpperCase()} ` : '';
  const shown = n.op === 'xmlparse' || n.op === 'xmlroot' ? n.args.slice(0, 1) : n.args;
  if (shown.length > 0) parts.push(form + shown.map((a) => d.capture(() => printExpr(d, a, true))).join(', '));
  let tail = '';
  if (n.op === 'xmlparse') tail = (n.args[1] as { constvalue?: unknown } | undefined)?.constvalue === true ? ' PRESERVE WHITESPACE' : ' STRIP WHITESPACE';
  if (n.op === 'xmlroot') tail = rootTail(d, n);
  if (n.op === 'xmlserialize') tail = ` AS ${d.typeName(n.type, n.typmod)}${n.indent ? ' INDENT' : ' NO INDENT'}`;
  d.put(`${n.op.toUpperCase()}(${parts.join(', ')}${tail})`);
}
function rootTail(d: Deparser, n: XmlExpr): string {
  const [, version, standalone] = n.args;
  const isNull = version?.kind === 'Const' && version.constvalue === null;
  const v = isNull ? 'NO VALUE' : d.capture(() => printExpr(d, version!, false));
  const code = (standalone as { constvalue?: number } | undefined)?.constvalue;
  return `, VERSION ${v}${code === 0 ? ', STANDALONE YES' : code === 1 ? ', STANDALONE NO' : code === 2 ? ', STANDALONE NO VALUE' : ''}`;
}

export function printJsonIsPredicate(d: Deparser, n: JsonIsPredicate): void {
  d.put(` IS JSON${n.item_type === 'any' ? '' : ` ${n.item_type.toUpperCase()}`}${n.unique_keys ? ' WITH UNIQUE KEYS' : ''}`);
}

/** get_json_format */
export function jsonFormat(type: JsonFormat['type'], encoding: JsonFormat['encoding']): string {
  if (type === 'default') return '';
  return ` FORMAT ${type.toUpperCase()}${encoding === 'default' ? '' : ` ENCODING ${encoding.toUpperCase()}`}`;
}
/** get_json_returning; jsonByDefault: the format that the type has anyway is left out. */
export function returning(d: Deparser, r: JsonReturning, jsonByDefault: boolean): string {
  if (!r.typid) return '';
  const usual = r.typid === JSONB ? 'jsonb' : 'json';
  return ` RETURNING ${d.typeName(r.typid, r.typmod)}${jsonByDefault && r.format === usual ? '' : jsonFormat(r.format, r.encoding)}`;
}
export function printJsonValue(d: Deparser, n: JsonValueExpr, showImplicit: boolean): void {
  printExpr(d, n.raw_expr, showImplicit);
  d.put(jsonFormat(n.format.type, n.format.encoding));
}
const NAMES: Readonly<Record<JsonConstructorExpr['type'], string>> = {
  object: 'JSON_OBJECT', array: 'JSON_ARRAY', parse: 'JSON', scalar: 'JSON_SCALAR', serialize: 'JSON_SERIALIZE', objectagg: 'JSON_OBJECTAGG', arrayagg: 'JSON_ARRAYAGG',
};
/** get_json_constructor */
export function printJsonConstructor(d: Deparser, n: JsonConstructorExpr): void {
  if (n.type === 'objectagg' || n.type === 'arrayagg') return printJsonAggregate(d, n);
  d.put(`${NAMES[n.type]}(`);
  n.args.forEach((a, i) => {
    if (i > 0) d.put(n.type === 'object' && i % 2 === 1 ? ' : ' : ', ');
    printExpr(d, a, true);
  });
  d.put(`${options(d, n)})`);
}
function options(d: Deparser, n: JsonConstructorExpr): string {
  const object = n.type === 'object' || n.type === 'objectagg';
  const array = n.type === 'array' || n.type === 'arrayagg';
  const nulls = object && n.absent_on_null ? ' ABSENT ON NULL' : array && !n.absent_on_null ? ' NULL ON NULL' : '';
  return `${nulls}${n.unique ? ' WITH UNIQUE KEYS' : ''}${n.type === 'parse' || n.type === 'scalar' ? '' : returning(d, n.returning, true)}`;
}
function printJsonAggregate(d: Deparser, n: JsonConstructorExpr): void {
  const f = n.func;
  d.put(`${NAMES[n.type]}(`);
  if (f?.kind === 'Aggref') {
    d.list(f.args.filter((t) => !t.resjunk).slice(0, n.type === 'objectagg' ? 2 : 1), (t) => printExpr(d, t.expr, true), ' : ');
    if (f.aggorder.length > 0) {
      d.put(' ORDER BY ');
      printOrderBy(d, f.aggorder, f.args, false);
    }
    d.put(options(d, n));
    printFilter(d, f.aggfilter);
    return d.put(')');
  }
  if (f?.kind !== 'WindowFunc') throw notImplemented('printing of this JSON aggregate');
  d.list(f.args.slice(0, n.type === 'objectagg' ? 2 : 1), (a) => printExpr(d, a, true), ' : ');
  d.put(options(d, n));
  printFilter(d, f.aggfilter);
  d.put(') OVER ');
  printWindow(d, f.winref);
}

const BEHAVIORS: Readonly<Record<string, string>> = {
  null: ' NULL', error: ' ERROR', empty: ' EMPTY', true: ' TRUE', false: ' FALSE', unknown: ' UNKNOWN', empty_array: ' EMPTY ARRAY', empty_object: ' EMPTY OBJECT', default: ' DEFAULT ',
};
export function printBehavior(d: Deparser, b: JsonBehavior, on: string): void {
  d.put(BEHAVIORS[b.btype] ?? ` ${b.btype.toUpperCase()}`);
  if (b.btype === 'default' && b.expr) printExpr(d, b.expr, false);
  d.put(` ON ${on}`);
}
const WRAPPERS = { unspec: ' WITHOUT WRAPPER', none: ' WITHOUT WRAPPER', conditional: ' WITH CONDITIONAL WRAPPER', unconditional: ' WITH UNCONDITIONAL WRAPPER' } as const;

/** WRAPPER, QUOTES, ON EMPTY and ON ERROR, where they are not the defaults (get_json_expr_options). */
export function printJsonOptions(d: Deparser, n: JsonExpr, defaultBehavior: string): void {
  if (n.op === 'query') d.put(`${WRAPPERS[n.wrapper]}${n.omit_quotes ? ' OMIT QUOTES' : ' KEEP QUOTES'}`);
  if (n.on_empty && n.on_empty.btype !== defaultBehavior) printBehavior(d, n.on_empty, 'EMPTY');
  if (n.on_error && n.on_error.btype !== defaultBehavior) printBehavior(d, n.on_error, 'ERROR');
}
export function printPath(d: Deparser, path: Expr, showImplicit: boolean): void {
  if (path.kind === 'Const') printConst(d, path, -1);
  else printExpr(d, path, showImplicit);
}
export function printJsonExpr(d: Deparser, n: JsonExpr, showImplicit: boolean): void {
  if (n.op === 'table') throw notImplemented('printing of JSON_TABLE');
  d.put(`JSON_${n.op.toUpperCase()}(`);
  printExpr(d, n.formatted_expr, showImplicit);
  d.put(', ');
  printPath(d, n.path_spec, showImplicit);
  if (n.passing_values.length > 0) {
    d.put(' PASSING ');
    d.list(n.passing_values, (v: Expr, i) => {
      printExpr(d, v, showImplicit);
      d.put(` AS ${quoteIdentifier(n.passing_names[i]!)}`);
    });
  }
  if (n.op !== 'exists' || n.returning.typid !== BOOL) d.put(returning(d, n.returning, n.op === 'query'));
  printJsonOptions(d, n, n.op === 'exists' ? 'false' : 'null');
  d.put(')');
}

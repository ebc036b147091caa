/** JSON_TABLE and XMLTABLE in FROM (parse_jsontable.c, transformRangeTableFunc). */
import type { Oid } from '@pglitedb/types';
import { exprCollation, exprType, exprTypmod, makeConst, makeRte, type Expr, type JsonTablePlan, type JsonExpr, type TableFunc } from '../nodes/index.js';
import { baseTypeOf, kindOfType, T } from './coerce-paths.js';
import { assignExprCollations } from './collate.js';
import { errorAt, withExprKind, withPosition, type NsItem, type ParseState } from './context.js';
import { expression } from './expr.js';
import { hasOwnVars } from './from-vars.js';
import { addRte, aliasOf, makeEref } from './range-table.js';
import { xmlTable } from './from-xmltable.js';
import { list, locOf, type Raw } from './raw.js';
import { typenameType } from './type-names.js';

export function addTableFunc(ps: ParseState, node: Raw): NsItem {
  if (!node.JsonTable) {
    const saved = ps.lateralActive;
    ps.lateralActive = true;
    const tf = xmlTable(ps, node.RangeTableFunc);
    ps.lateralActive = saved;
    return addEntry(ps, tf, node.RangeTableFunc);
  }
  const jt = node.JsonTable;
  if (jt.on_error !== undefined && !['JSON_BEHAVIOR_ERROR', 'JSON_BEHAVIOR_EMPTY', 'JSON_BEHAVIOR_EMPTY_ARRAY'].includes(jt.on_error.btype)) {
    throw errorAt(ps, '42601', 'invalid ON ERROR behavior', locOf(jt.on_error), { detail: 'Only EMPTY [ ARRAY ] or ERROR is allowed in the top-level ON ERROR clause.' });
  }
  const saved = ps.lateralActive;
  ps.lateralActive = true;
  const tf = new JsonTableMaker(ps, jt).make();
  ps.lateralActive = saved;
  return addEntry(ps, tf, jt);
}

function addEntry(ps: ParseState, tf: TableFunc, raw: Raw): NsItem {
  const alias = aliasOf(raw.alias);
  const name = alias?.aliasname ?? tf.functype;
  if (alias !== undefined && alias.colnames.length > tf.colnames.length) {
    throw errorAt(ps, '42P10', `${tf.functype === 'json_table' ? 'JSON_TABLE' : 'XMLTABLE'} function has ${tf.colnames.length} columns available but ${alias.colnames.length} columns specified`, -1);
  }
  const rte = makeRte('tablefunc', makeEref(ps, alias, name, tf.colnames), alias);
  rte.tablefunc = tf;
  rte.coltypes = tf.coltypes;
  rte.coltypmods = tf.coltypmods;
  rte.colcollations = tf.colcollations;
  rte.lateral = !!raw.lateral || hasOwnVars(tf);
  rte.inFromCl = true;
  return addRte(ps, rte);
}

class JsonTableMaker {
  private pathNumber = 0;
  private readonly names: string[];
  private readonly tf: TableFunc;
  private readonly root: Raw;

  constructor(private readonly ps: ParseState, private readonly jt: Raw) {
    this.root = { ...jt.pathspec };
    this.root.name ??= this.generatedName();
    this.names = [this.root.name as string];
    this.tf = {
      kind: 'TableFunc', functype: 'json_table', ns_uris: [], ns_names: [], docexpr: makeConst(T.JSONB, -1, 0, null), rowexpr: undefined, colnames: [], coltypes: [], coltypmods: [],
      colcollations: [], colexprs: [], coldefexprs: [], colvalexprs: [], passingvalexprs: [], notnulls: [], plan: undefined, ordinalitycol: -1, location: locOf(jt),
    };
  }

  make(): TableFunc {
    const { ps, jt, tf } = this;
    this.checkNames(list(jt.columns));
    const document = { JsonFuncExpr: { op: 'JSON_TABLE_OP', context_item: jt.context_item, pathspec: this.root.string, passing: jt.passing, on_error: jt.on_error, location: jt.location } };
    const doc = withExprKind(ps, 'from_function', () => expression(ps, document)) as JsonExpr;
    tf.docexpr = doc;
    tf.plan = this.columns(list(jt.columns), this.root);
    tf.passingvalexprs = [...doc.passing_values];
    assignExprCollations(ps, doc);
    return tf;
  }

  private generatedName(): string {
    return `json_table_path_${this.pathNumber++}`;
  }

  private checkNames(columns: readonly Raw[]): void {
    const add = (name: string, location: number): void => {
      if (this.names.includes(name)) throw errorAt(this.ps, '42712', `duplicate JSON_TABLE column or path name: ${name}`, location);
      this.names.push(name);
    };
    for (const { JsonTableColumn: c } of columns) {
      if (c.coltype !== 'JTC_NESTED') add(c.name as string, locOf(c));
      else {
        if (c.pathspec.name !== undefined) add(c.pathspec.name as string, (c.pathspec.name_location as number | undefined) ?? 0);
        this.checkNames(list(c.columns));
      }
    }
  }

  /** The columns of one row pattern; those of nested patterns come after. */
  private columns(columns: readonly Raw[], pathspec: Raw): JsonTablePlan {
    const { tf } = this;
    const first = tf.colvalexprs.length;
    let ordinality = false;
    for (const { JsonTableColumn: c } of columns) {
      if (c.coltype === 'JTC_NESTED') continue;
      tf.colnames.push(c.name as string);
      if (c.coltype === 'JTC_FOR_ORDINALITY') {
        if (ordinality) throw errorAt(this.ps, '42601', 'only one FOR ORDINALITY column is allowed', locOf(c));
        ordinality = true;
        this.addColumn(undefined, T.INT4, -1, 0);
      } else {
        const e = this.column(c);
        this.addColumn(e, exprType(e), exprTypmod(e), exprCollation(e));
      }
    }
    const last = tf.colvalexprs.length - 1;
    const child = this.nested(columns);
    const text = pathspec.string.A_Const.sval?.sval as string | undefined ?? '';
    const path = withPosition(this.ps, -1, () => this.ps.catalog.types.typeImpl(T.JSONPATH).parse(text, -1, this.ps.ctx.env));
    const own = last >= first;
    return {
      kind: 'JsonTablePathScan', path: makeConst(T.JSONPATH, -1, 0, path), name: pathspec.name as string, errorOnError: this.jt.on_error?.btype === 'JSON_BEHAVIOR_ERROR',
      colMin: own ? first : -1, colMax: own ? last : -1, child,
    };
  }

  private addColumn(value: Expr | undefined, type: Oid, typmod: number, collation: Oid): void {
    const { tf } = this;
    tf.colvalexprs.push(value);
    tf.coltypes.push(type);
    tf.coltypmods.push(typmod);
    tf.colcollations.push(collation);
    tf.colexprs.push(undefined);
    tf.coldefexprs.push(undefined);
    tf.notnulls.push(false);
  }

  /** Types that JSON_QUERY reads better than JSON_VALUE. */
  private isComposite(type: Oid): boolean {
    const base = baseTypeOf(this.ps.catalog, type);
    const kind = kindOfType(this.ps.catalog, base);
    return base === T.JSON || base === T.JSONB || base === T.RECORD || kind === 'c' || kind === 'a';
  }

  private column(c: Raw): Expr {
    const { ps } = this;
    const { oid } = typenameType(ps, c.typeName);
    const asked = (c.quotes ?? 'JS_QUOTES_UNSPEC') !== 'JS_QUOTES_UNSPEC' || (c.wrapper ?? 'JSW_UNSPEC') !== 'JSW_UNSPEC';
    const op = c.coltype === 'JTC_EXISTS' ? 'JSON_EXISTS_OP' : c.coltype === 'JTC_FORMATTED' || this.isComposite(oid) || asked ? 'JSON_QUERY_OP' : 'JSON_VALUE_OP';
    const path = c.pathspec?.string ?? { A_Const: { sval: { sval: `$.${JSON.stringify(c.name)}` }, location: -1 } };
    const call = {
      JsonFuncExpr: {
        op, column_name: c.name, context_item: { raw_expr: { JsonTableItem: {} } }, pathspec: path, passing: this.jt.passing,
        output: { typeName: c.typeName, returning: { format: c.format } }, on_empty: c.on_empty, on_error: c.on_error, quotes: c.quotes, wrapper: c.wrapper, location: c.location,
      },
    };
    const e = withExprKind(ps, 'from_function', () => expression(ps, call));
    assignExprCollations(ps, e);
    return e;
  }

  private nested(columns: readonly Raw[]): JsonTablePlan | undefined {
    let plan: JsonTablePlan | undefined;
    for (const { JsonTableColumn: c } of columns) {
      if (c.coltype !== 'JTC_NESTED') continue;
      const nested = this.columns(list(c.columns), { ...c.pathspec, name: c.pathspec.name ?? this.generatedName() });
      plan = plan === undefined ? nested : { kind: 'JsonTableSiblingJoin', left: plan, right: nested };
    }
    return plan;
  }
}

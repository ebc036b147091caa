/** XMLTABLE: a row for each node that the row expression finds, its columns by XPath from that node (nodeTableFuncscan.c). */
import type { Plan, TableFunc, Var } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import { compileXPath, PgRecord, runXPath, SqlError, xmlTableValue, xpathDocument, type Datum, type XmlNode } from '@pglitedb/types';
import { evalSteps, Frame, type Compiled, type EvalFn, type ExprCompiler } from '../expr/index.js';
import { columnsOf, type Builder } from './builder.js';
import { MaterialScan } from './exec-scan.js';
import { newColumns } from './operator.js';
import { Projection } from './projection.js';

type Expression = ReturnType<typeof compileXPath>;
type Optional = Compiled | undefined;

const nullNotAllowed = (message: string, detail?: string): SqlError => new SqlError('22004', message, detail === undefined ? {} : { detail });

/** A path of XMLTABLE: its syntax errors have a code of their own. */
function compilePath(text: string, what: string): Expression {
  if (text === '') throw new SqlError('10608', `${what} path filter must not be empty string`);
  try {
    return compileXPath(text);
  } catch (e) {
    if (e instanceof SqlError && e.code === '10608') throw new SqlError('42601', e.message, { ...(e.detail === undefined ? {} : { detail: e.detail }) });
    throw e;
  }
}

export class XmlTableScan extends MaterialScan {
  protected readonly projection: Projection;
  private readonly tf: TableFunc;
  private readonly document: Compiled;
  private readonly row: Compiled;
  private readonly uris: Compiled[];
  private readonly paths: Optional[];
  private readonly defaults: Optional[];

  constructor(plan: Extract<Plan, { kind: 'TableFuncScan' }>, b: Builder) {
    super(plan, b);
    this.tf = plan.tablefunc;
    const width = this.tf.coltypes.length;
    this.rows = newColumns(width);
    const attnums = Array.from({ length: width }, (_, k) => k + 1);
    const whole = (v: Var): EvalFn | undefined => (v.varattno === 0 ? (f) => new PgRecord(v.vartype, f.outer.map((c) => c[f.oi]), this.tf.coltypes, this.tf.colnames) : undefined);
    this.projection = new Projection(plan.targetlist, plan.qual, b.compiler(columnsOf(attnums, whole)));
    const c: ExprCompiler = b.compiler();
    const optional = (e: TableFunc['colexprs'][number]): Optional => (e === undefined ? undefined : c.compile(e));
    this.document = c.compile(this.tf.docexpr);
    this.row = c.compile(this.tf.rowexpr!);
    this.uris = c.compileList(this.tf.ns_uris);
    this.paths = this.tf.colexprs.map(optional);
    this.defaults = this.tf.coldefexprs.map(optional);
  }

  protected *load(): Steps<void> {
    const f = new Frame();
    f.x = this.x;
    for (const column of this.rows) column.length = 0;
    this.total = 0;
    const text = (yield* evalSteps(this.document, f)) as string | null;
    if (text === null) return;
    const document = xpathDocument(text, this.x.session.env);
    const namespaces = yield* this.namespaces(f);
    const row = (yield* evalSteps(this.row, f)) as string | null;
    if (row === null) throw nullNotAllowed('row filter expression must not be null');
    const rowPath = compilePath(row, 'row');
    const columns = yield* this.columnPaths(f);
    const found = runXPath(rowPath, document, namespaces);
    if (!Array.isArray(found)) return;
    for (const node of found) {
      this.total++;
      for (let k = 0; k < columns.length; k++) this.rows[k]![this.total - 1] = yield* this.column(k, columns[k], node, namespaces, f);
    }
  }

  private *namespaces(f: Frame): Steps<Map<string, string>> {
    const map = new Map<string, string>();
    for (const [k, c] of this.uris.entries()) {
      const uri = (yield* evalSteps(c, f)) as string | null;
      if (uri === null) throw nullNotAllowed('namespace URI must not be null');
      const name = this.tf.ns_names[k]!;
      if (name === '') throw new SqlError('0A000', 'DEFAULT namespace is not supported');
      map.set(name, uri);
    }
    return map;
  }

  private *columnPaths(f: Frame): Steps<(Expression | undefined)[]> {
    const paths: (Expression | undefined)[] = [];
    for (const [k, c] of this.paths.entries()) {
      const name = this.tf.colnames[k]!;
      if (k === this.tf.ordinalitycol) {
        paths.push(undefined);
        continue;
      }
      const text = c === undefined ? name : ((yield* evalSteps(c, f)) as string | null);
      if (text === null) throw nullNotAllowed('column filter expression must not be null', `Filter for column "${name}" is null.`);
      paths.push(compilePath(text, 'column'));
    }
    return paths;
  }

  private *column(k: number, path: Expression | undefined, node: XmlNode, namespaces: ReadonlyMap<string, string>, f: Frame): Steps<Datum> {
    if (path === undefined) return this.total;
    const { tf } = this;
    const { env } = this.x.session;
    const type = tf.coltypes[k]!;
    const text = xmlTableValue(runXPath(path, node, namespaces), type, env.types.typeInfo(type)?.category === 'N');
    let value: Datum = text === null ? null : env.types.typeImpl(type).parse(text, tf.coltypmods[k]!, env);
    const fallback = this.defaults[k];
    if (text === null && fallback !== undefined) value = yield* evalSteps(fallback, f);
    if (value === null && tf.notnulls[k]) throw nullNotAllowed(`null is not allowed in column "${tf.colnames[k]!}"`);
    return value;
  }
}

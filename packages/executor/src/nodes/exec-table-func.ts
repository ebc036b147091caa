/**
 * JSON_TABLE: a tree of row patterns over one document. A pattern's rows are what its path finds; nested patterns run
 * for each of their parent's rows, siblings one after the other, and a parent without nested rows stands alone.
 */
import type { JsonExpr, JsonTablePlan, Plan, TableFunc, Var } from '@pglitedb/planner';
import { exprType } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import { Jsonb, JsonSoftError, pathVariable, pathVariables, PgRecord, SqlJsonPath, itemJsonb, type CallContext, type Datum, type JsonPath, type JsonValue } from '@pglitedb/types';
import { evalSteps, Frame, type Compiled, type EvalFn, type ExprCompiler } from '../expr/index.js';
import { columnsOf, defineNodes, type Builder } from './builder.js';
import { MaterialScan } from './exec-scan.js';
import { newColumns } from './operator.js';
import { Projection } from './projection.js';
import { XmlTableScan } from './exec-xml-table.js';

type Vars = ReturnType<typeof pathVariables>;
type PathScan = Extract<JsonTablePlan, { kind: 'JsonTablePathScan' }>;

interface PatternRows {
  /** Starts anew under the parent's current row. */
  reset(): void;
  next(): boolean;
}

/** One row pattern. */
class Pattern implements PatternRows {
  current: Jsonb | undefined;
  ordinal = 0;
  private items: readonly JsonValue[] = [];
  private position = 0;
  private readonly nested: PatternRows | undefined;

  constructor(readonly scan: PathScan, private readonly parent: Pattern | undefined, private readonly vars: () => Vars, private readonly cx: CallContext, all: Pattern[]) {
    all.push(this);
    this.nested = scan.child === undefined ? undefined : makeRows(scan.child, this, vars, cx, all);
  }

  start(item: Jsonb): void {
    this.position = 0;
    this.ordinal = 0;
    this.current = undefined;
    try {
      this.items = new SqlJsonPath(this.scan.path.constvalue as JsonPath, this.vars(), this.cx).items(item);
    } catch (e) {
      if (!(e instanceof JsonSoftError) || this.scan.errorOnError) throw e;
      this.items = [];
    }
  }

  reset(): void {
    if (this.parent?.current !== undefined) this.start(this.parent.current);
  }

  next(): boolean {
    if (this.current !== undefined && this.nested?.next() === true) return true;
    if (this.position >= this.items.length) {
      this.current = undefined;
      return false;
    }
    this.current = itemJsonb(this.items[this.position++]!);
    this.ordinal++;
    this.nested?.reset();
    this.nested?.next();
    return true;
  }
}

class Siblings implements PatternRows {
  constructor(private readonly left: PatternRows, private readonly right: PatternRows) {}
  reset(): void {
    this.left.reset();
    this.right.reset();
  }
  next(): boolean { return this.left.next() || this.right.next(); }
}

function makeRows(plan: JsonTablePlan, parent: Pattern | undefined, vars: () => Vars, cx: CallContext, all: Pattern[]): PatternRows {
  if (plan.kind === 'JsonTablePathScan') return new Pattern(plan, parent, vars, cx, all);
  return new Siblings(makeRows(plan.left, parent, vars, cx, all), makeRows(plan.right, parent, vars, cx, all));
}

class JsonTableScan extends MaterialScan {
  protected readonly projection: Projection;
  private readonly document: Compiled;
  private readonly passing: Compiled[];
  private readonly values: (Compiled | undefined)[];
  private vars: Vars = pathVariables([], []);
  private readonly patterns: Pattern[] = [];
  private readonly root: Pattern;
  private readonly owners: Pattern[];
  private readonly tf: TableFunc;

  constructor(plan: Extract<Plan, { kind: 'TableFuncScan' }>, b: Builder) {
    super(plan, b);
    this.tf = plan.tablefunc;
    const width = this.tf.coltypes.length;
    this.rows = newColumns(width);
    const attnums = Array.from({ length: width }, (_, k) => k + 1);
    const whole = (v: Var): EvalFn | undefined => (v.varattno === 0 ? (f) => new PgRecord(v.vartype, f.outer.map((c) => c[f.oi]), this.tf.coltypes, this.tf.colnames) : undefined);
    this.projection = new Projection(plan.targetlist, plan.qual, b.compiler(columnsOf(attnums, whole)));
    const c: ExprCompiler = b.compiler();
    const doc = this.tf.docexpr as JsonExpr;
    this.document = c.compile(doc.formatted_expr);
    this.passing = c.compileList(this.tf.passingvalexprs);
    this.values = this.tf.colvalexprs.map((e) => (e === undefined ? undefined : c.compile(e)));
    this.root = makeRows(this.tf.plan!, undefined, () => this.vars, c.callContext(100, [3802, 4072, 3802, 16], 3802), this.patterns) as Pattern;
    this.owners = this.values.map((_, k) => this.patterns.find((p) => p.scan.colMin >= 0 && k >= p.scan.colMin && k <= p.scan.colMax)!);
  }

  protected *load(): Steps<void> {
    const f = new Frame();
    f.x = this.x;
    for (const column of this.rows) column.length = 0;
    this.total = 0;
    const document = (yield* evalSteps(this.document, f)) as Jsonb | null;
    if (document === null) return;
    const { env } = this.x.session;
    const doc = this.tf.docexpr as JsonExpr;
    const passed: JsonValue[] = [];
    for (const [k, p] of this.passing.entries()) passed.push(pathVariable(yield* evalSteps(p, f), exprType(this.tf.passingvalexprs[k]!), env));
    this.vars = pathVariables(doc.passing_names, passed);
    this.root.start(document);
    while (this.root.next()) {
      for (let k = 0; k < this.values.length; k++) this.rows[k]![this.total] = yield* this.column(k, f);
      this.total++;
    }
  }

  private *column(k: number, f: Frame): Steps<Datum> {
    const owner = this.owners[k]!;
    if (owner.current === undefined) return null;
    const value = this.values[k];
    if (value === undefined) return owner.ordinal;
    f.caseValue = owner.current;
    return yield* evalSteps(value, f);
  }
}

defineNodes({
  TableFuncScan: (p, b) => (p.tablefunc.functype === 'xmltable' ? new XmlTableScan(p, b) : new JsonTableScan(p, b)),
});

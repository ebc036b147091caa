/**
 * An SQL expression or statement inside of a function. Names of the function's variables resolve to parameters: number
 * dno + 1 of the frame's values. Expressions that need no query run as compiled closures ("simple"); everything else
 * runs as a prepared query. Both are made again when the catalog changes, or when a record they read has another shape.
 */
import { ExprCompiler, Frame as ExprFrame, type Compiled, type NameHooks, type PreparedQuery } from '@pglitedb/executor';
import { characterPosition, parse, type RawStmt } from '@pglitedb/parser';
import { analyzeAssignment, exprType, exprTypmod, type Expr, type Param, type PlannedStmt, type Query } from '@pglitedb/planner';
import { RECORD_OID, SqlError, type Oid } from '@pglitedb/types';
import type { Scope } from './scope.js';
import type { Frame } from './frame.js';
import { recordShape, shapesEqual, type Shape } from './records.js';

/** An assignment's two sides; names: how many names of the target are the variable's own. */
export interface AssignmentText { readonly target: string; readonly source: string; readonly sourceAt: number; readonly names: number }
export type ExprMode = 'expr' | 'statement' | AssignmentText;

/** Ready to run: a closure, or a prepared query. */
export type Prepared = { readonly kind: 'simple'; readonly compiled: Compiled; readonly type: Oid; readonly typmod: number } | { readonly kind: 'query'; readonly query: PreparedQuery; readonly usesParams: boolean };

const SELECT = 'SELECT ';
const ANALYSED = new Set(['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt']);

export class PlExpr {
  private prepared: Prepared | undefined;
  private stamp = -1;
  private version = -1;
  private searchPath: string | undefined;
  private generation = 0;
  /** Record fields read, and the shapes of the records they were read from. */
  private fields: number[] = [];
  private readonly shapes = new Map<number, Shape | undefined>();
  private usesParams = false;
  private readonly read = new Set<number>();
  /** The frame whose values types are taken from while analysis runs. */
  private current: Frame | undefined;

  private readonly visible: number;
  constructor(readonly text: string, readonly mode: ExprMode, readonly scope: Scope, readonly no: number) { this.visible = scope.size; }

  /** Characters that the parsed text has before this one's, less those it lacks. */
  get prefixLength(): number { return this.mode === 'statement' ? 0 : this.mode === 'expr' ? SELECT.length : SELECT.length - this.mode.sourceAt; }
  get sql(): string { return this.mode === 'statement' ? this.text : this.mode === 'expr' ? SELECT + this.text : SELECT + this.mode.source; }
  /** The CONTEXT line of a failure inside. */
  get contextLine(): string {
    if (this.mode === 'statement') return `SQL statement "${this.text}"`;
    return this.mode === 'expr' ? `PL/pgSQL expression "${this.text}"` : `PL/pgSQL assignment "${this.text}"`;
  }

  parse(): RawStmt {
    const statements = parse(this.sql);
    if (this.mode !== 'statement' && typeof this.mode === 'object') parse(SELECT + this.mode.target);
    if (statements.length !== 1) throw new SqlError('42601', statements.length === 0 ? 'missing SQL statement' : 'cannot insert multiple commands into a prepared statement');
    return statements[0]!;
  }

  /** Makes it ready for the frame, and puts the record fields it reads where it reads them. */
  ready(frame: Frame): Prepared {
    let p = this.prepared;
    if (p !== undefined && this.stamp === frame.stamp && this.shapes.size === 0) return p;
    this.stamp = frame.stamp;
    const catalog = frame.session.catalog();
    if (p === undefined || this.version !== catalog.version() || this.searchPath !== frame.session.setting('search_path') || !this.shapesHold(frame)) p = this.prepare(frame);
    this.current = frame;
    this.loadFields(frame);
    return p;
  }
  get readsFields(): boolean { return this.fields.length > 0; }
  /** Puts the record fields it reads where it reads them. */
  loadFields(frame: Frame): void { for (const dno of this.fields) frame.values[dno] = frame.fieldValue(dno); }
  private shapesHold(frame: Frame): boolean {
    for (const [recno, shape] of this.shapes) if (!shapesEqual(shape, recordShape(frame, recno))) return false;
    return true;
  }

  private prepare(frame: Frame): Prepared {
    this.fields = [];
    this.shapes.clear();
    this.read.clear();
    this.usesParams = false;
    this.current = frame;
    this.generation++;
    const { session } = frame;
    this.version = session.catalog().version();
    this.searchPath = session.setting('search_path');
    try {
      return (this.prepared = this.mode === 'statement' ? this.prepareQuery(frame) : this.prepareExpression(frame));
    } catch (error) {
      this.prepared = undefined;
      throw this.located(error);
    }
  }
  /** Positions point into this text, as PostgreSQL's internal query; else the CONTEXT line says where. */
  located(error: unknown): unknown {
    if (!(error instanceof SqlError)) return error;
    if (error.position !== undefined && error.internalQuery === undefined) {
      error.internalQuery = this.text;
      error.internalPosition = Math.max(error.position - this.prefixLength, 1);
      delete error.position;
    } else error.where = error.where === undefined ? this.contextLine : `${error.where}\n${this.contextLine}`;
    return error;
  }

  private prepareQuery(frame: Frame): Prepared {
    const query = frame.session.prepare(this.text, [], this.hooks(frame));
    void query.columns;
    // A utility statement is analysed as it runs.
    return { kind: 'query', query, usesParams: this.usesParams || !ANALYSED.has(query.commandTag) };
  }

  private prepareExpression(frame: Frame): Prepared {
    const { session } = frame;
    const stmt = this.parse();
    const queries = this.analyzed(frame, stmt);
    const simple = queries.length === 1 ? simpleQuery(queries[0]!) : false;
    if (simple) {
      const planned = session.plan(queries[0]!, undefined);
      const expr = resultExpression(planned);
      if (expr !== undefined) return { kind: 'simple', compiled: compile(expr, frame), type: exprType(expr), typmod: exprTypmod(expr) };
    }
    return { kind: 'query', query: session.prepareAnalyzed(queries, []), usesParams: this.usesParams };
  }
  private analyzed(frame: Frame, stmt: RawStmt): Query[] {
    const { session } = frame;
    const hooks = this.hooks(frame);
    const { mode } = this;
    if (typeof mode === 'object') {
      const target = indirectionOf(parse(SELECT + mode.target)[0]!, mode.names);
      if (target.length > 0) {
        const base = this.columnRef(parseNames(mode.target).slice(0, mode.names), -1, false);
        if (base === undefined) throw new SqlError('42601', `"${mode.target.trim()}" is not a known variable`);
        return [analyzeAssignment(stmt, base, parseNames(mode.target)[0]!, target, { catalog: session.catalog(), env: session.env, sql: this.sql, paramTypes: [], ...hooks })];
      }
    }
    return session.analyze(stmt, this.sql, [], false, hooks);
  }

  /** Names to parameters, as plpgsql.variable_conflict says. */
  private hooks(frame: Frame): NameHooks {
    const conflict = frame.fn.variableConflict;
    const base = {
      key: `plpgsql${frame.fn.id}:${this.no}:${this.generation}`,
      paramRef: (number: number) => this.columnRef([`$${number}`], -1, false),
      ephemeral: frame.trigger?.transitionTables,
    };
    if (conflict === 'use_variable') return { ...base, preColumnRef: (names, location, star) => this.columnRef(names, location, star) };
    return {
      ...base,
      postColumnRef: (names, found, location, star) => {
        if (found !== undefined && conflict === 'use_column') return undefined;
        const mine = this.columnRef(names, location, star, found === undefined);
        if (mine !== undefined && found !== undefined) {
          throw new SqlError('42702', `column reference "${names.join('.')}" is ambiguous`, { detail: 'It could refer to either a PL/pgSQL variable or a table column.', ...(location >= 0 ? { position: characterPosition(this.sql, location)! } : {}) });
        }
        return mine;
      },
    };
  }
  private columnRef(names: readonly string[], location: number, star: boolean, mustHaveField = true): Expr | undefined {
    const frame = this.current!;
    const found = this.scope.lookup(names, false, this.visible);
    if (found === undefined) return undefined;
    if (found.kind === 'var') return names.length === found.used && !star ? this.param(found.dno, location) : undefined;
    if (names.length === found.used) return this.wholeRecord(found.dno, location, star);
    if (names.length !== found.used + 1 || star) return undefined;
    return this.field(frame, found.dno, names[found.used]!, location, mustHaveField);
  }
  /** The variables that the prepared form reads, for messages. */
  parameterNames(frame: Frame): { name: string; dno: number }[] {
    return [...this.read].sort((a, b) => a - b).map((dno) => {
      const d = frame.fn.datums[dno]!;
      return { dno, name: d.dtype === 'recfield' ? `${(frame.fn.datums[d.recno] as { name: string }).name}.${d.field}` : d.name };
    });
  }
  parameterType(frame: Frame, dno: number): Oid {
    const d = frame.fn.datums[dno]!;
    if (d.dtype !== 'recfield') return frame.variableType(dno).oid;
    const shape = recordShape(frame, d.recno);
    return shape?.types[shape.names.indexOf(d.field)] ?? 25;
  }
  private param(dno: number, location: number): Param {
    this.usesParams = true;
    this.read.add(dno);
    const t = this.current!.variableType(dno);
    return { kind: 'Param', paramkind: 'extern', paramid: dno + 1, paramtype: t.oid, paramtypmod: t.typmod, paramcollid: t.collation, location };
  }
  private field(frame: Frame, recno: number, field: string, location: number, mustExist: boolean): Param | undefined {
    const shape = recordShape(frame, recno);
    this.shapes.set(recno, shape);
    const record = frame.fn.datums[recno]!;
    const name = record.dtype === 'rec' ? record.name : '';
    if (shape === undefined) {
      if (!mustExist) return undefined;
      throw new SqlError('55000', `record "${name}" is not assigned yet`, { detail: 'The tuple structure of a not-yet-assigned record is indeterminate.' });
    }
    const k = shape.names.indexOf(field);
    if (k < 0) {
      if (!mustExist) return undefined;
      throw new SqlError('42703', `record "${name}" has no field "${field}"`, location >= 0 ? { position: characterPosition(this.sql, location)! } : {});
    }
    const dno = frame.fn.fieldDatum(recno, field);
    if (!this.fields.includes(dno)) this.fields.push(dno);
    this.usesParams = true;
    this.read.add(dno);
    const type = shape.types[k]!;
    return { kind: 'Param', paramkind: 'extern', paramid: dno + 1, paramtype: type, paramtypmod: shape.typmods?.[k] ?? -1, paramcollid: frame.session.catalog().types.typeInfo(type)?.collation ?? 0, location };
  }
  /** A record as a whole: a row of its fields where its type has no name, so that its columns are known. */
  private wholeRecord(recno: number, location: number, star: boolean): Expr {
    const frame = this.current!;
    const shape = recordShape(frame, recno);
    this.shapes.set(recno, shape);
    const type = frame.variableType(recno);
    if (type.oid !== RECORD_OID || shape === undefined || (frame.values[recno] === null && !star)) return this.param(recno, location);
    return {
      kind: 'RowExpr', args: shape.names.map((n) => this.field(frame, recno, n, location, true)!), row_typeid: RECORD_OID, row_format: 'implicit', colnames: [...shape.names], location,
    } as Expr;
  }
}

function parseNames(target: string): string[] {
  const val = selectTarget(parse(SELECT + target)[0]!);
  const ref = (val.ColumnRef ?? val.A_Indirection?.arg?.ColumnRef) as { fields: { String?: { sval: string } }[] } | undefined;
  const param = val.ParamRef ?? val.A_Indirection?.arg?.ParamRef;
  return ref === undefined ? [`$${param?.number}`] : ref.fields.map((f) => f.String?.sval ?? '*');
}
/** What follows the variable's own names: fields and subscripts. */
function indirectionOf(stmt: RawStmt, names: number): unknown[] {
  const val = selectTarget(stmt);
  const ref = (val.ColumnRef ?? val.A_Indirection?.arg?.ColumnRef) as { fields: unknown[] } | undefined;
  const rest = ref === undefined ? [] : ref.fields.slice(names);
  return [...rest, ...((val.A_Indirection?.indirection as unknown[] | undefined) ?? [])];
}
// eslint-disable-next-line @typescript-eslint/no-explicit-any
function selectTarget(stmt: RawStmt): any {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  return (stmt.stmt as any).SelectStmt.targetList[0].ResTarget.val;
}

/** exec_is_simple_query: a single value, computed without tables, aggregates or subqueries. */
function simpleQuery(q: Query): boolean {
  return q.commandType === 'select' && q.rtable.length === 0 && q.cteList.length === 0 && q.targetList.length === 1 && !q.targetList[0]!.resjunk && !q.hasAggs && !q.hasWindowFuncs && !q.hasTargetSRFs && !q.hasSubLinks
    && q.jointree.quals === undefined && q.groupClause.length === 0 && q.groupingSets.length === 0 && q.havingQual === undefined && q.distinctClause.length === 0 && q.sortClause.length === 0
    && q.limitCount === undefined && q.limitOffset === undefined && q.setOperations === undefined;
}
function resultExpression(planned: PlannedStmt): Expr | undefined {
  const { planTree } = planned;
  return planTree.kind === 'Result' && planTree.targetlist.length === 1 && planned.subplans.length === 0 ? planTree.targetlist[0]!.expr : undefined;
}

const unreachable = (what: string): never => { throw new SqlError('XX000', `a simple expression has no ${what}`); };
export function compile(expr: Expr, frame: Frame): Compiled {
  return new ExprCompiler({ session: frame.session, readVar: () => unreachable('variables'), subplan: () => unreachable('subqueries') }).compile(expr);
}
export { ExprFrame };

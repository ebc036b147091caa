/**
 * Prepared queries: text to parse tree to Query to plan, each step kept until the catalog, the search path or the role
 * changes. As in PostgreSQL, the first five runs with parameters plan for their values; then a generic plan is kept
 * unless it is estimated to cost more.
 */
import { compilePoint, Executable, type NameHooks, type PointPlan, type ResultColumn } from '@pglitedb/executor';
import { exprType, exprTypmod, type PlannedStmt, type Query } from '@pglitedb/planner';
import type { Datum, Oid } from '@pglitedb/types';
import type { Session } from './session.js';
import type { RawStmt } from '@pglitedb/parser';

const CUSTOM_PLANS_FIRST = 5;
/** General runs before a point plan is compiled: a statement that runs once is not worth it. */
const POINT_AFTER_RUNS = 2;

export class CachedQuery {
  private queries: Query[] | undefined;
  private version = -1;
  private scope = '';
  private generic: PlannedStmt[] | undefined;
  private executables: (Executable | undefined)[] = [];
  private customRuns = 0;
  private customCost = 0;
  /** Types of the parameters, known after the first analysis. */
  paramTypes: Oid[];
  readonly givenTypes: readonly Oid[];
  /** PREPARE's own text, for pg_prepared_statements. */
  text: string | undefined;
  constructor(readonly session: Session, readonly stmt: RawStmt, readonly sql: string, paramTypes: readonly Oid[], readonly variableParams: boolean, readonly hooks?: NameHooks,
    /** Analysed already: a function's body. */
    private readonly stored?: Query) {
    this.givenTypes = paramTypes;
    this.paramTypes = [...paramTypes];
  }

  /** The rewritten queries, fresh. */
  analyzed(): readonly Query[] {
    const { session } = this;
    const version = session.catalog().version();
    const scope = session.planScope();
    if (this.queries === undefined || this.version !== version || this.scope !== scope) {
      this.paramTypes = [...this.givenTypes];
      this.queries = this.stored !== undefined ? session.rewriteStored(this.stored) : session.analyze(this.stmt, this.sql, this.paramTypes, this.variableParams, this.hooks);
      this.version = version;
      this.scope = scope;
      this.generic = undefined;
      this.executables = [];
    }
    return this.queries;
  }
  private pointPlan: PointPlan | undefined;
  private pointVersion = -1;
  private pointScope = -1;
  private generalRuns = 0;

  /** The point plan that is good for this version of the catalog and generation of the settings, if there is one. */
  point(version: number, scope: number): PointPlan | undefined {
    return this.pointVersion === version && this.pointScope === scope ? this.pointPlan : undefined;
  }
  /** After a run the general way: sees, once it is worthwhile, whether the statement has a point plan. */
  lookForPoint(runsNeeded = POINT_AFTER_RUNS): void {
    const { session } = this;
    const scope = session.settings.generation;
    if (!session.state.active || session.state.current.catalogChanged || session.cluster.catalog.currentVersion() === this.pointVersion && this.pointScope === scope) return;
    if (++this.generalRuns < runsNeeded || this.hooks?.ephemeral !== undefined) return;
    this.pointVersion = session.cluster.catalog.currentVersion();
    this.pointScope = scope;
    const queries = this.analyzed();
    const only = queries.length === 1 && queries[0]!.commandType !== 'utility' && queries[0]!.canSetTag ? queries[0]! : undefined;
    const planned = only && session.plan(only, undefined);
    this.pointPlan = planned && compilePoint(session, planned);
    // Such a statement gains nothing from plans made for its values.
    if (this.pointPlan !== undefined) this.generic = [planned!];
  }
  get isUtility(): boolean { return this.analyzed()[0]?.commandType === 'utility'; }

  /** Columns of the result; undefined for statements without one. */
  columns(): readonly ResultColumn[] | undefined {
    const q = this.analyzed().find((x) => x.canSetTag);
    if (q === undefined) return undefined;
    if (q.commandType === 'utility') return this.session.utilityColumns(q.utilityStmt!);
    const list = q.commandType === 'select' ? q.targetList : q.returningList;
    if (q.commandType !== 'select' && list.length === 0) return undefined;
    return list.filter((t) => !t.resjunk).map((t) => ({ name: t.resname ?? '?column?', typeOid: exprType(t.expr), typmod: exprTypmod(t.expr), tableOid: t.resorigtbl, attnum: t.resorigcol }));
  }

  /** Executables for one run, in order. */
  executablesFor(params: readonly Datum[]): { query: Query; executable: Executable | undefined }[] {
    const queries = this.analyzed();
    if (params.length > 0 && !(this.pointPlan !== undefined && this.generic !== undefined) && this.useCustom()) {
      let cost = 0;
      const result = queries.map((query) => {
        if (query.commandType === 'utility') return { query, executable: undefined };
        const planned = this.session.plan(query, params);
        cost += planned.planTree.total_cost;
        return { query, executable: new Executable(this.session, planned) };
      });
      this.customRuns++;
      this.customCost += cost;
      return result;
    }
    this.generic ??= queries.map((q) => (q.commandType === 'utility' ? undefined : this.session.plan(q, undefined)) as PlannedStmt);
    return queries.map((query, k) => {
      if (query.commandType === 'utility') return { query, executable: undefined };
      let e = this.executables[k];
      if (e === undefined || e.running) {
        const fresh = new Executable(this.session, this.generic![k]!);
        if (e === undefined) this.executables[k] = fresh;
        e = fresh;
      }
      return { query, executable: e };
    });
  }
  private useCustom(): boolean {
    const mode = this.session.setting('plan_cache_mode');
    if (mode === 'force_generic_plan') return false;
    if (mode === 'force_custom_plan' || this.customRuns < CUSTOM_PLANS_FIRST) return mode === 'force_custom_plan' || this.generic === undefined;
    const average = this.customCost / this.customRuns;
    this.generic ??= this.queries!.map((q) => (q.commandType === 'utility' ? undefined : this.session.plan(q, undefined)) as PlannedStmt);
    const cost = this.generic.reduce((n, p) => n + (p?.planTree.total_cost ?? 0), 0);
    return cost > average * 1.1 + 1;
  }
}

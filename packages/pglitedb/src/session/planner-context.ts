/** The planner's view of a session: settings, table sizes, statistics and constant folding. */
import { ExecContext, ExprCompiler, Frame, openRelation, inlinableBody, supportCaller } from '@pglitedb/executor';
import { exprCollation, exprType, exprTypmod, type Expr, type PlannedStmt, type PlannerContext } from '@pglitedb/planner';
import type { Datum, Oid } from '@pglitedb/types';
import { SqlError } from '@pglitedb/types';
import type { Session } from './session.js';

const EMPTY = { nParamExec: 0 } as PlannedStmt;

export function plannerContext(session: Session, params: readonly Datum[] | undefined, types: readonly Oid[] = []): PlannerContext {
  return {
    catalog: session.catalog(),
    env: session.env,
    boundParams: params?.map((value, k) => ({ value, typeOid: types[k] ?? 0 })),
    setting: (name: string) => session.settings.get(name),
    estimates: (oid: number) => estimates(session, oid),
    statistics: (oid: number, attnum: number) => session.catalog().syscache('STATRELATTINH', oid, attnum, false),
    evaluateConst: (e: Expr) => evaluateConst(session, e),
    callFunction: supportCaller(session),
    sqlFunctionBody: (oid: Oid, argTypes: readonly Oid[]) => inlinableBody(session, oid, argTypes),
    cursorOptions: {},
  } as unknown as PlannerContext;
}

/** An expression without variables as a Const. */
export function evaluateConst(session: Session, e: Expr): Expr {
  const c = new ExprCompiler({
    session,
    readVar: () => { throw new SqlError('XX000', 'a constant expression has no variables'); },
    subplan: () => { throw new SqlError('XX000', 'a constant expression has no subqueries'); },
  });
  const compiled = c.compile(e);
  if (compiled.fn === undefined) return e;
  const f = new Frame();
  f.x = session.state.active ? new ExecContext(session, EMPTY, [], session.snapshot(), session.transaction()) : new ExecContext(session, EMPTY, [], undefined as never, undefined as never);
  return { kind: 'Const', consttype: exprType(e), consttypmod: exprTypmod(e), constcollid: exprCollation(e), constvalue: compiled.fn(f), location: -1 };
}

/** An index's file is opened through its table's handle: as a table of its own it would be read as rows. */
function estimates(session: Session, oid: number): { rows: number; pages: number } | undefined {
  const index = session.catalog().syscache('INDEXRELID', oid);
  if (session.catalog().syscache('RELOID', oid)?.relkind === 'p') return { rows: 0, pages: 0 };
  if (index === undefined) return openRelation(session, oid).table.estimates();
  const found = openRelation(session, index.indrelid).indexes.find((i) => i.info.oid === oid)?.index.estimates();
  return found === undefined ? undefined : { rows: found.entries, pages: found.pages };
}

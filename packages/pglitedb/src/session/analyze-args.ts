/** Expressions outside of queries: arguments of EXECUTE, USING and the like. */
import { ExecContext, ExprCompiler, evalSteps, Frame, type UtilityContext } from '@pglitedb/executor';
import { analyzeExpr, coerceToTarget, exprLocation, exprType, transformColumnType, type PlannedStmt } from '@pglitedb/planner';
import { characterPosition } from '@pglitedb/parser';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Datum, type Oid } from '@pglitedb/types';
import type { Session } from './session.js';

const NO_PLAN = { nParamExec: 0 } as PlannedStmt;

/** Value of an expression without columns, coerced to a type. */
export function* analyzeExpression(s: Session, raw: unknown, type: Oid, u: UtilityContext, number: number): Steps<Datum> {
  const ctx = { catalog: s.catalog(), env: s.env, sql: u.sql, paramTypes: [] };
  const given = analyzeExpr(raw, 'execute_parameter', undefined, ctx);
  const expr = coerceToTarget(given, type, -1, 'assignment', ctx);
  if (expr === undefined) {
    const name = (oid: Oid): string => s.catalog().types.formatType(oid, -1);
    throw new SqlError('42804', `parameter $${number} of type ${name(exprType(given))} cannot be coerced to the expected type ${name(type)}`, {
      hint: 'You will need to rewrite or cast the expression.', position: characterPosition(u.sql, exprLocation(given)),
    });
  }
  const c = new ExprCompiler({
    session: s,
    readVar: () => { throw new SqlError('XX000', 'a parameter expression has no variables'); },
    subplan: () => { throw new SqlError('0A000', 'cannot use subquery in EXECUTE parameter'); },
  });
  const f = new Frame();
  f.x = new ExecContext(s, NO_PLAN, u.params, s.snapshot(), s.transaction());
  return yield* evalSteps(c.compile(expr), f);
}

export function typeNameToOid(s: Session, typeName: unknown, sql: string): Oid {
  return transformColumnType(typeName, undefined, { catalog: s.catalog(), env: s.env, sql, paramTypes: [] }).oid;
}

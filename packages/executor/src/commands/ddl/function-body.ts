/** SQL-standard function bodies (RETURN expr, BEGIN ATOMIC … END): analysed when the function is made. */
import { analyze, type Expr, type Query } from '@pglitedb/planner';
import type { UtilityContext } from '../registry.js';
import type { Parameters } from './create-function.js';
import type { Raw } from './raw.js';

export function analyzeSqlBody(u: UtilityContext, body: Raw, functionName: string, p: Parameters): Query[] {
  const { session } = u;
  const param = (k: number): Expr => ({ kind: 'Param', paramkind: 'extern', paramid: k + 1, paramtype: p.inTypes[k]!, paramtypmod: -1, paramcollid: session.catalog().types.typeInfo(p.inTypes[k]!)?.collation ?? 0, location: -1 });
  const postColumnRef = (parts: readonly string[], found: Expr | undefined): Expr | undefined => {
    if (found !== undefined) return undefined;
    const name = parts.length === 1 ? parts[0]! : parts.length === 2 && parts[0] === functionName ? parts[1]! : undefined;
    const k = name === undefined ? -1 : p.inNames.indexOf(name);
    return k < 0 ? undefined : param(k);
  };
  const one = (stmt: Raw): Query => analyze({ stmt, stmt_location: 0, stmt_len: 0 }, { catalog: session.catalog(), env: session.env, sql: u.sql, paramTypes: [...p.inTypes], postColumnRef });
  return statementsOf(body).map((s) => {
    if (s.ReturnStmt === undefined) return one(s);
    const q = one({ SelectStmt: { targetList: [{ ResTarget: { val: s.ReturnStmt.returnval, location: -1 } }], limitOption: 'LIMIT_OPTION_DEFAULT', op: 'SETOP_NONE' } });
    q.isReturn = true;
    return q;
  });
}

/** BEGIN ATOMIC gives lists of lists of statements. */
function statementsOf(body: Raw): Raw[] {
  if (body.List) return (body.List.items as Raw[]).flatMap(statementsOf);
  return body === undefined || Object.keys(body).length === 0 ? [] : [body];
}

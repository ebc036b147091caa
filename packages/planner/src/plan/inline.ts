/** Replaces a call of a simple SQL function by its body's expression. PostgreSQL's inline_function. */
import { SqlError } from '@pglitedb/types';
import { exprCollation, exprType, type Expr, type FuncExpr } from '../nodes/index.js';
import type { FoldContext } from './evalconst.js';
import { fold } from './evalconst.js';
import type { FunctionInfo } from './lsyscache.js';
import { mapChildren, type AnyTree } from './tree-types.js';
import { containAggs, containMutable, containNonstrict, containSrf, containSubplans, containVolatile, containWindows, some } from './vars.js';

const SQL_LANGUAGE = 14;
const DEFAULT_COLLATION = 100;

export function inlineFunction(c: FoldContext, call: FuncExpr, f: FunctionInfo): Expr | undefined {
  if (f.lang !== SQL_LANGUAGE || f.kind !== 'f' || f.secdef || f.retset || f.config || f.rettype === 2249 || f.nargs !== call.args.length || c.active.includes(f.oid)) return undefined;
  if (call.inputcollid !== 0 && call.inputcollid !== DEFAULT_COLLATION) return undefined;
  if (call.args.some((a) => some(a, (n) => n.kind === 'CaseTestExpr' || n.kind === 'CoerceToDomainValue'))) return undefined;
  const argTypes = call.args.map((a) => exprType(a));
  const q = c.glob.ctx.sqlFunctionBody?.(f.oid, argTypes);
  if (!q || q.commandType !== 'select' || q.hasAggs || q.hasWindowFuncs || q.hasTargetSRFs || q.hasSubLinks || q.cteList.length || q.rtable.length || q.jointree.fromlist.length || q.jointree.quals
    || q.groupClause.length || q.groupingSets.length || q.havingQual || q.distinctClause.length || q.sortClause.length || q.limitOffset || q.limitCount || q.setOperations || q.targetList.length !== 1) return undefined;
  const body = q.targetList[0]!.expr;
  if (exprType(body) !== call.funcresulttype || exprCollation(body) !== call.funccollid) return undefined;
  if (f.volatile === 'i' && containMutable(c.glob.look, body)) return undefined;
  if (f.volatile === 's' && containVolatile(c.glob.look, body)) return undefined;
  if (f.strict && containNonstrict(c.glob.look, body)) return undefined;
  if (containSrf(body) || containSubplans(body) || containAggs(body) || containWindows(body)) return undefined;
  const uses = new Array<number>(call.args.length).fill(0);
  some(body, (n) => { if (n.kind === 'Param' && n.paramkind === 'extern') uses[n.paramid - 1] = (uses[n.paramid - 1] ?? 0) + 1; return false; });
  for (let i = 0; i < uses.length; i++) {
    const a = call.args[i]!;
    if (f.strict && uses[i] === 0) return undefined;
    if (uses[i] !== 1 && (containVolatile(c.glob.look, a) || (uses[i]! > 1 && (containSubplans(a) || costly(c, a))))) return undefined;
  }
  const replace = (n: AnyTree): AnyTree => (n.kind === 'Param' && n.paramkind === 'extern' ? call.args[n.paramid - 1] ?? n : mapChildren(n, replace));
  c.active.push(f.oid);
  try {
    return fold(c, replace(body) as Expr);
  } catch (error) {
    if (error instanceof SqlError) {
      const line = `SQL function "${f.name}" during inlining`;
      error.where = error.where === undefined ? line : `${error.where}\n${line}`;
    }
    throw error;
  } finally {
    c.active.pop();
  }
}
/** More than ten operator calls' worth of work. */
function costly(c: FoldContext, e: Expr): boolean {
  let cost = 0;
  some(e, (n) => { if (n.kind === 'OpExpr') cost += c.glob.look.func(n.opfuncid)?.cost ?? 1; else if (n.kind === 'FuncExpr') cost += c.glob.look.func(n.funcid)?.cost ?? 1; return false; });
  return cost > 10;
}

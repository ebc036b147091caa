/** Calls of support functions by oid outside of expressions: builtins directly, others (in SQL) as long as they do not wait. */
import { exprCollation, exprType, exprTypmod, type CallFunction, type Expr } from '@pglitedb/planner';
import { SqlError, type BuiltinFn, type Datum, type Oid } from '@pglitedb/types';
import { ExecContext, type SessionServices } from '../context.js';
import { ExprCompiler, Frame } from '../expr/index.js';
import { callContext, resolveFunction } from './fmgr.js';

type Call = (args: readonly Datum[]) => Datum | undefined;

export function supportCaller(session: SessionServices): CallFunction {
  const known = new Map<string, Call>();
  return (oid, collation, args) => {
    const id = `${oid}/${collation}`;
    let call = known.get(id);
    if (call === undefined) known.set(id, (call = prepare(session, oid, collation)));
    return call(args);
  };
}

function prepare(session: SessionServices, oid: Oid, collation: Oid): Call {
  const f = resolveFunction(session.catalog(), oid);
  const cx = callContext(session.env, collation, f.argTypes, f.returnType);
  if (f.impl !== undefined) {
    const fn: BuiltinFn = f.impl.fn;
    return (args) => fn(...args, cx);
  }
  const { handler } = f;
  if (handler === undefined) return () => undefined;
  return (args) => {
    if (f.strict && args.includes(null)) return null;
    const x = new ExecContext(session, { nParamExec: 0 } as never, [], session.snapshot(), session.transaction());
    const steps = handler.call(f, args, cx, x);
    const step = steps.next();
    if (step.done === true) return step.value;
    steps.return(undefined as never);
    return undefined;
  };
}

/** An expression without variables as a Const; unchanged where it would have to wait. */
export function evaluateNow(session: SessionServices, e: Expr): Expr {
  const c = new ExprCompiler({
    session,
    readVar: () => { throw new SqlError('XX000', 'a constant expression has no variables'); },
    subplan: () => { throw new SqlError('XX000', 'a constant expression has no subqueries'); },
  });
  const { fn } = c.compile(e);
  if (fn === undefined) return e;
  const f = new Frame();
  f.x = new ExecContext(session, { nParamExec: 0 } as never, [], undefined as never, undefined as never);
  return { kind: 'Const', consttype: exprType(e), consttypmod: exprTypmod(e), constcollid: exprCollation(e), constvalue: fn(f), location: -1 };
}

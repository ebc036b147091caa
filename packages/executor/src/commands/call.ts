/** CALL runs a procedure, DO an anonymous block of a procedural language. */
import { analyzeExpr, type Expr, type FuncExpr, type PlannedStmt } from '@pglitedb/planner';
import { checkPrivilege, ACL } from '@pglitedb/catalog';
import type { Steps } from '@pglitedb/txn';
import { PgRecord, SqlError, type Datum, type Oid } from '@pglitedb/types';
import { ExecContext, type ResultColumn } from '../context.js';
import { ExprCompiler, evalSteps, Frame } from '../expr/index.js';
import { callContext, languageHandler, resolveFunction } from '../functions/fmgr.js';
import { exprType } from '@pglitedb/planner';
import { defineCommands, type UtilityContext } from './registry.js';
import { options, type Raw } from './ddl/raw.js';

const NO_PLAN = { nParamExec: 0 } as PlannedStmt;
const RECORD = 2249;

/** Evaluates an expression without columns, in the statement's snapshot. */
export function* evaluate(expr: Expr, u: UtilityContext): Steps<Datum> {
  const { session } = u;
  const c = new ExprCompiler({
    session,
    readVar: () => { throw new SqlError('XX000', 'an argument has no variables'); },
    subplan: () => { throw new SqlError('0A000', 'cannot use subquery in CALL argument'); },
  });
  const f = new Frame();
  f.x = new ExecContext(session, NO_PLAN, u.params, session.snapshot(), session.transaction());
  return yield* evalSteps(c.compile(expr), f);
}

interface OutColumn { name: string; type: Oid }
/** OUT and INOUT parameters, which make the row that CALL answers. */
function outColumns(proc: Record<string, unknown>): OutColumn[] {
  const modes = proc['proargmodes'] as string[] | null;
  if (modes === null) return [];
  return modes.flatMap((m, k) => (m === 'o' || m === 'b' ? [{ name: (proc['proargnames'] as string[] | null)?.[k] || `column${k + 1}`, type: (proc['proallargtypes'] as Oid[])[k]! }] : []));
}

function* call(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const catalog = session.catalog();
  const paramTypes: Oid[] = [...(u.paramTypes ?? [])];
  const expr = analyzeExpr({ FuncCall: { ...node.funccall, proc_call: true } }, 'call_argument', undefined, { catalog, env: session.env, sql: u.sql, paramTypes, ...u.hooks }) as FuncExpr;
  checkPrivilege(catalog, 'pg_proc', expr.funcid, session.userOid(), ACL.EXECUTE);
  const fn = resolveFunction(catalog, expr.funcid);
  const modes = fn.proc.proargmodes as string[] | null;
  const input = modes !== null && expr.args.length === modes.length ? expr.args.filter((_, k) => modes[k] !== 'o') : expr.args;
  const values: Datum[] = [];
  for (const a of input) values.push(yield* evaluate(a, u));
  const x = new ExecContext(session, NO_PLAN, u.params, session.snapshot(), session.transaction());
  const cx = callContext(session.env, expr.inputcollid, input.map((a) => exprType(a)), expr.funcresulttype, expr.funcvariadic);
  const handler = fn.handler;
  const invoke = handler === undefined ? undefined : (): Steps<Datum> => handler.call(fn, values, cx, x);
  const result = invoke === undefined ? fn.impl!.fn(...values, cx) : u.isTopLevel ? yield* session.procedural.withNonatomic(true, invoke) : yield* invoke();
  const columns = outColumns(fn.proc);
  if (columns.length > 0) {
    u.sink.columns(columns.map((c): ResultColumn => ({ name: c.name, typeOid: c.type, typmod: -1, tableOid: 0, attnum: 0 })));
    const row = result instanceof PgRecord && (columns.length > 1 || fn.returnType === RECORD) ? result.values : [result];
    u.sink.rows({ count: 1, columns: columns.map((_, k) => [row[k] ?? null]) });
  }
  return 'CALL';
}

function* doBlock(node: Raw, u: UtilityContext): Steps<string> {
  const catalog = u.session.catalog();
  const given = options(node.args);
  const source = given.find((o) => o.name === 'as');
  if (source === undefined) throw new SqlError('42601', 'no inline code specified');
  const name = given.find((o) => o.name === 'language')?.value ?? 'plpgsql';
  const language = catalog.syscache('LANGNAME', name);
  if (language === undefined) {
    throw new SqlError('42704', `language "${name}" does not exist`, ['plperl', 'plpython3u', 'pltcl'].includes(name) ? { hint: 'Use CREATE EXTENSION to load the language into the database.' } : {});
  }
  if (language.lanpltrusted) checkPrivilege(catalog, 'pg_language', language.oid, u.session.userOid(), ACL.USAGE);
  if (language.laninline === 0) throw new SqlError('0A000', `language "${name}" does not support inline code execution`);
  const handler = languageHandler(name);
  if (handler?.inline === undefined) throw new SqlError('0A000', `DO in language "${name}" is not supported yet`);
  yield* handler.inline(source.value ?? '', u);
  return 'DO';
}

defineCommands({ CallStmt: call, DoStmt: doBlock });

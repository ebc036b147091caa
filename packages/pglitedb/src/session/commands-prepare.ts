/** PREPARE, EXECUTE and DEALLOCATE. */
import type { UtilityContext } from '@pglitedb/executor';
import { analyzeExpression, typeNameToOid } from './analyze-args.js';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Datum } from '@pglitedb/types';
import { CachedQuery } from './plan-cache.js';
import { sessionOf } from './commands.js';
import { runQueries } from './run-statement.js';
import type { Session } from './session.js';

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Raw = any;

export function* prepareCommand(node: Raw, u: UtilityContext): Steps<string> {
  const s = sessionOf(u);
  if (s.prepared.has(node.name)) throw new SqlError('42P05', `prepared statement "${node.name}" already exists`);
  const types = (node.argtypes ?? []).map((t: Raw) => typeNameToOid(s, t.TypeName, u.sql));
  const cached = new CachedQuery(s, { stmt: node.query, stmt_location: 0, stmt_len: 0 }, u.sql, types, true);
  cached.analyzed();
  s.prepared.set(node.name, cached);
  return 'PREPARE';
}

export function* executeCommand(node: Raw, u: UtilityContext): Steps<string> {
  const s = sessionOf(u);
  const cached = s.prepared.get(node.name);
  if (cached === undefined) throw new SqlError('26000', `prepared statement "${node.name}" does not exist`);
  const params = yield* evaluateArguments(s, cached, node.name, node.params ?? [], u);
  let tag = '';
  yield* runQueries(s, cached, params, {
    columns: (c) => u.sink.columns(c), rows: (b) => { u.sink.rows(b); return undefined; }, complete: (t) => { tag = t; }, empty: () => undefined,
    copyOut: (b, n) => u.sink.copyOut(b, n), copyIn: (b, n) => u.sink.copyIn(b, n),
  });
  return tag;
}

/** The values of EXECUTE's arguments, coerced to the statement's parameter types. */
export function* evaluateArguments(s: Session, cached: CachedQuery, name: string, args: Raw[], u: UtilityContext): Steps<Datum[]> {
  cached.analyzed();
  const types = cached.paramTypes;
  if (args.length !== types.length) {
    throw new SqlError('42601', `wrong number of parameters for prepared statement "${name}"`, { detail: `Expected ${types.length} parameters but got ${args.length}.` });
  }
  const values: Datum[] = [];
  for (let k = 0; k < args.length; k++) values.push(yield* analyzeExpression(s, args[k], types[k]!, u, k + 1));
  return values;
}

export function* deallocateCommand(node: Raw, u: UtilityContext): Steps<string> {
  const s = sessionOf(u);
  if (node.name === undefined || node.isall === true) {
    s.prepared.clear();
    return 'DEALLOCATE ALL';
  }
  if (!s.prepared.delete(node.name)) throw new SqlError('26000', `prepared statement "${node.name}" does not exist`);
  return 'DEALLOCATE';
}

/** Statements of SQL: fixed text, EXECUTE, PERFORM, CALL; diagnostics; the end of the transaction. */
import type { QueryResult } from '@pglitedb/executor';
import { parse } from '@pglitedb/parser';
import type { Steps } from '@pglitedb/txn';
import { PgRecord, SqlError, type Datum, type Oid } from '@pglitedb/types';
import { fullContext, type Frame } from '../frame.js';
import type { PlExpr } from '../expression.js';
import { extraCheck } from '../function.js';
import type { Call, DynExecute, EndTransaction, ExecSql, GetDiagnostics, Perform } from '../tree.js';
import { assign, assignResult, evaluate, evaluateText, queryParams, runQuery, textOf } from './values.js';

const TEXT = 25;
const INT8 = 20;
const OID = 26;
const UNKNOWN = 705;
const ROWS_KINDS = new Set(['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt']);

export function* perform(frame: Frame, s: Perform): Steps<void> {
  const { affected } = yield* runQuery(frame, s.expr, Infinity);
  frame.processed = affected;
  frame.values[frame.fn.foundDno] = affected > 0;
}

function statementKind(sql: string): string { return Object.keys(parse(sql)[0]?.stmt ?? {})[0] ?? ''; }
function returnsRows(query: { columns: unknown }): boolean { return query.columns !== undefined; }

export function* execSql(frame: Frame, s: ExecSql): Steps<void> {
  const p = s.query.ready(frame);
  if (p.kind !== 'query') return;
  const kind = statementKind(s.query.text);
  refuse(kind, s.query.text);
  const modifies = kind !== 'SelectStmt' && ROWS_KINDS.has(kind);
  if (s.into) {
    const strict = s.strict || extraCheck(frame.session, 'too_many_rows') !== undefined;
    const limit = s.strict || modifies || strict ? 2 : 1;
    const result = yield* runQuery(frame, s.query, limit);
    if (!returnsRows(p.query)) throw new SqlError('42601', 'INTO used with a command that cannot return data');
    yield* intoResult(frame, s, result, modifies, () => strictDetail(frame, s.query));
    finished(frame, result, kind);
    return;
  }
  const result = yield* runQuery(frame, s.query, kind === 'SelectStmt' ? 1 : Infinity);
  if (returnsRows(p.query)) {
    throw new SqlError('42601', 'query has no destination for result data', kind === 'SelectStmt' ? { hint: 'If you want to discard the results of a SELECT, use PERFORM instead.' } : {});
  }
  finished(frame, result, kind);
}
function finished(frame: Frame, result: QueryResult, kind: string): void {
  if (!ROWS_KINDS.has(kind)) { frame.processed = result.affected; return; }
  frame.processed = result.affected;
  frame.values[frame.fn.foundDno] = result.affected > 0;
}
function refuse(kind: string, sql: string): void {
  if (kind === 'CopyStmt' && /\b(?:from\s+stdin|to\s+stdout)\b/i.test(sql)) throw new SqlError('0A000', 'cannot COPY to/from client in PL/pgSQL');
  if (kind === 'TransactionStmt') throw new SqlError('0A000', 'unsupported transaction command in PL/pgSQL');
}

/** Parameters shown for STRICT failures under print_strict_params. */
function strictDetail(frame: Frame, e: PlExpr): string | undefined {
  if (!frame.fn.printStrictParams) return undefined;
  const parts = e.parameterNames(frame).map(({ name, dno }) => `${name} = ${quoted(textOf(frame, { value: frame.values[dno] ?? null, type: e.parameterType(frame, dno), typmod: -1 }))}`);
  return parts.length === 0 ? undefined : `parameters: ${parts.join(', ')}`;
}
function quoted(text: string | null): string { return text === null ? 'NULL' : `'${text.replaceAll("'", "''")}'`; }

function* intoResult(frame: Frame, s: ExecSql | DynExecute, result: QueryResult, modifies: boolean, detail: () => string | undefined): Steps<void> {
  const fields = (): { detail?: string } => { const d = detail(); return d === undefined ? {} : { detail: d }; };
  if (result.rows.length === 0) {
    if (s.strict) throw new SqlError('P0002', 'query returned no rows', fields());
    yield* assignResult(frame, s.target, undefined, result.columns);
    return;
  }
  if (result.rows.length > 1) {
    const level = extraCheck(frame.session, 'too_many_rows');
    if (s.strict || modifies || level !== undefined) {
      const message = 'query returned more than one row';
      const hint = 'Make sure the query returns a single row, or use LIMIT 1.';
      if (s.strict || modifies || level === 'ERROR') throw new SqlError('P0003', message, { ...fields(), ...(s.kind === 'execsql' ? { hint } : {}) });
      frame.session.notice('WARNING', 'P0003', message, { ...fields(), hint });
    }
  }
  yield* assignResult(frame, s.target, result.rows[0], result.columns);
}

// --- EXECUTE -----------------------------------------------------------------------------------------------------------

function* usingValues(frame: Frame, params: readonly PlExpr[]): Steps<{ values: Datum[]; types: Oid[] }> {
  const values: Datum[] = [];
  const types: Oid[] = [];
  for (const e of params) {
    const v = yield* evaluate(frame, e);
    values.push(v.value);
    types.push(v.type === UNKNOWN ? TEXT : v.type);
  }
  return { values, types };
}
export function* dynamicText(frame: Frame, e: PlExpr): Steps<string> {
  const sql = yield* evaluateText(frame, e);
  if (sql === null) throw new SqlError('22004', 'query string argument of EXECUTE is null');
  return sql;
}

/** What fails in dynamic text is told with the text. */
export function dynamicError(error: unknown, sql: string): unknown {
  if (!(error instanceof SqlError)) return error;
  if (error.position !== undefined && error.internalQuery === undefined) {
    error.internalQuery = sql;
    error.internalPosition = error.position;
    delete error.position;
  } else error.where = error.where === undefined ? `SQL statement "${sql}"` : `${error.where}\nSQL statement "${sql}"`;
  return error;
}

export function* dynamicExecute(frame: Frame, s: DynExecute): Steps<void> {
  const sql = yield* dynamicText(frame, s.query);
  const { values, types } = yield* usingValues(frame, s.params);
  const outer = frame.activeSql;
  frame.activeSql = `SQL statement "${sql}"`;
  let result: QueryResult;
  let kinds: string[];
  try {
    const statements = parse(sql);
    kinds = statements.map((x) => Object.keys(x.stmt ?? {})[0] ?? '');
    for (const k of kinds) refuse2(k, sql);
    const select = kinds[kinds.length - 1] === 'SelectStmt';
    const query = frame.session.prepare(sql, types, frame.dynamicHooks());
    result = yield* query.run(values, { readOnly: frame.readOnly, maxRows: s.into ? (select && !s.strict && extraCheck(frame.session, 'too_many_rows') === undefined ? 1 : 2) : select ? Infinity : Infinity });
    if (isSelectInto(statements)) throw new SqlError('0A000', 'EXECUTE of SELECT ... INTO is not implemented', { hint: 'You might want to use EXECUTE ... INTO or EXECUTE CREATE TABLE ... AS instead.' });
  } catch (error) {
    throw dynamicError(error, sql);
  } finally {
    frame.activeSql = outer;
  }
  frame.processed = result.affected;
  if (!s.into) return;
  if (result.columns.length === 0) throw new SqlError('42601', 'INTO used with a command that cannot return data');
  const modifies = kinds[kinds.length - 1] !== 'SelectStmt';
  yield* intoResult(frame, s, result, modifies && false, () => {
    if (!frame.fn.printStrictParams || values.length === 0) return undefined;
    return `parameters: ${values.map((v, k) => `$${k + 1} = ${quoted(textOf(frame, { value: v, type: types[k]!, typmod: -1 }))}`).join(', ')}`;
  });
}
function refuse2(kind: string, sql: string): void {
  if (kind === 'TransactionStmt') throw new SqlError('0A000', 'EXECUTE of transaction commands is not implemented');
  refuse(kind, sql);
}
// eslint-disable-next-line @typescript-eslint/no-explicit-any
function isSelectInto(statements: readonly any[]): boolean { return statements.some((x) => x.stmt?.SelectStmt?.intoClause !== undefined); }

/** Rows of a dynamic query, for loops, RETURN QUERY and cursors. */
export function* dynamicRows(frame: Frame, e: PlExpr, params: readonly PlExpr[]): Steps<QueryResult> {
  const sql = yield* dynamicText(frame, e);
  const { values, types } = yield* usingValues(frame, params);
  try {
    const query = frame.session.prepare(sql, types, frame.dynamicHooks());
    if (query.columns === undefined) throw new SqlError('42601', `cannot open ${tagOf(sql)} query as cursor`);
    return yield* query.run(values, { readOnly: frame.readOnly });
  } catch (error) {
    throw dynamicError(error, sql);
  }
}
function tagOf(sql: string): string { return statementKind(sql).replace(/Stmt$/, '').replace(/([a-z])([A-Z])/g, '$1 $2').toUpperCase(); }
export { usingValues };

// --- CALL and DO ---------------------------------------------------------------------------------------------------------

/** CALL: the procedure's OUT arguments go to the variables that were given for them. */
export function* callStatement(frame: Frame, s: Call): Steps<void> {
  const p = s.expr.ready(frame);
  if (p.kind !== 'query') return;
  const { procedural } = frame.session;
  const { columns, rows } = yield* procedural.withNonatomic(frame.nonatomic, () => runQuery(frame, s.expr, Infinity));
  if (!s.isCall || rows.length === 0) return;
  const targets = yield* outTargets(frame, s, columns.length);
  for (let k = 0; k < targets.length; k++) yield* assign(frame, targets[k]!, rows[0]![k] ?? null, columns[k]!.typeOid, columns[k]!.typmod);
}

/** The variables at the places of OUT and INOUT arguments. */
function* outTargets(frame: Frame, s: Call, count: number): Steps<number[]> {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  const call = (parse(s.expr.text)[0]!.stmt as any).CallStmt.funccall as { args?: any[]; funcname: { String: { sval: string } }[] };
  const args = call.args ?? [];
  const catalog = frame.session.catalog();
  const name = call.funcname[call.funcname.length - 1]!.String.sval;
  const candidates = catalog.syscacheList('PROCNAMEARGSNSP', name).filter((x) => x.prokind === 'p' && (x.proallargtypes?.length ?? x.proargtypes.length) >= args.length);
  const proc = candidates.find((x) => (x.proargmodes ?? []).filter((m) => m === 'o' || m === 'b').length === count) ?? candidates[0];
  if (proc === undefined) throw new SqlError('42883', `procedure ${name} does not exist`);
  const out: number[] = [];
  (proc.proargmodes ?? []).forEach((m, k) => {
    if (m !== 'o' && m !== 'b') return;
    const named = args.find((a) => a.NamedArgExpr?.name === proc.proargnames?.[k] && proc.proargnames?.[k] !== '');
    const node = named !== undefined ? named.NamedArgExpr.arg : args[k]?.NamedArgExpr === undefined ? args[k] : undefined;
    const names = (node?.ColumnRef?.fields as { String?: { sval: string } }[] | undefined)?.map((f) => f.String?.sval ?? '') ?? (node?.ParamRef === undefined ? undefined : [`$${node.ParamRef.number}`]);
    const found = names === undefined ? undefined : s.expr.scope.lookup(names);
    if (found === undefined) {
      if (node === undefined) return;
      throw new SqlError('42601', `procedure parameter "${proc.proargnames?.[k] ?? ''}" is an output parameter but corresponding argument is not writable`);
    }
    const dno = names!.length > found.used ? frame.fn.fieldDatum(found.dno, names![found.used]!) : found.dno;
    out.push(dno);
  });
  return out;
}

export function* endTransaction(frame: Frame, s: EndTransaction): Steps<void> {
  if (!frame.nonatomic || frame.session.procedural.inSubtransaction()) throw new SqlError('2D000', frame.session.procedural.inSubtransaction() && frame.nonatomic ? `cannot ${s.kind === 'commit' ? 'commit' : 'roll back'} while a subtransaction is active` : 'invalid transaction termination');
  yield* frame.session.procedural.endTransaction(s.kind === 'commit', s.chain);
}

// --- GET DIAGNOSTICS -------------------------------------------------------------------------------------------------------

export function* getDiagnostics(frame: Frame, s: GetDiagnostics): Steps<void> {
  const e = frame.handled as (SqlError & { handledContext?: string }) | undefined;
  if (s.stacked && e === undefined) throw new SqlError('0Z002', 'GET STACKED DIAGNOSTICS cannot be used outside an exception handler');
  for (const { item, target } of s.items) {
    switch (item) {
      case 'row_count': yield* assign(frame, target, frame.processed, INT8, -1); break;
      case 'pg_routine_oid': yield* assign(frame, target, frame.fn.oid, OID, -1); break;
      case 'pg_context': yield* assign(frame, target, fullContext(frame.session), TEXT, -1); break;
      case 'pg_exception_context': yield* assign(frame, target, e?.handledContext ?? '', TEXT, -1); break;
      default: yield* assign(frame, target, stackedItem(e!, item), TEXT, -1);
    }
  }
}
function stackedItem(e: SqlError, item: string): string {
  switch (item) {
    case 'returned_sqlstate': return e.code;
    case 'message_text': return e.message;
    case 'pg_exception_detail': return e.detail ?? '';
    case 'pg_exception_hint': return e.hint ?? '';
    case 'column_name': return e.column ?? '';
    case 'constraint_name': return e.constraint ?? '';
    case 'pg_datatype_name': return e.dataType ?? '';
    case 'table_name': return e.table ?? '';
    default: return e.schema ?? '';
  }
}
export { PgRecord, queryParams };

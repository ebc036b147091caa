/** EXPLAIN: options as PostgreSQL parses them, the plan, and with ANALYZE a run that is measured. */
import { checkPermissions } from '../permissions.js';
import { analyzeExpr, coerceToTarget, deparseExpression, explain, type ExplainOptions, type PlannedStmt, type Query } from '@pglitedb/planner';
import { characterPosition } from '@pglitedb/parser';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Datum, type Oid } from '@pglitedb/types';
import { Executable } from '../run.js';
import { PlanMeters } from '../nodes/instrument.js';
import { options as readOptions, type Option, type Raw } from './ddl/raw.js';
import { evaluate } from './call.js';
import { planLocked } from './run-query.js';
import { xmlText, yamlText } from './explain-format.js';
import { defineCommands, type UtilityContext } from './registry.js';

type Format = 'text' | 'json' | 'xml' | 'yaml';
interface Settings { analyze: boolean; verbose: boolean; costs: boolean; timing: boolean; summary: boolean; settings: boolean; generic: boolean; format: Format }

const INVALID = '22023';
const BATCH_ROWS = 1024;
const RESULT_TYPES: Record<Format, Oid> = { text: 25, yaml: 25, json: 114, xml: 142 };

function booleanOption(o: Option): boolean {
  if (o.value === undefined) return true;
  const v = o.value.toLowerCase();
  if (['true', 'on', '1'].includes(v)) return true;
  if (['false', 'off', '0'].includes(v)) return false;
  throw new SqlError('42601', `${o.name} requires a Boolean value`);
}

function parseOptions(node: Raw, u: UtilityContext): Settings {
  const r: Settings = { analyze: false, verbose: false, costs: true, timing: false, summary: false, settings: false, generic: false, format: 'text' };
  let timing: boolean | undefined;
  let summary: boolean | undefined;
  let wal = false;
  let serialize = false;
  for (const [k, o] of readOptions(node.options).entries()) {
    const position = characterPosition(u.sql, node.options[k].DefElem.location ?? -1);
    const unknownValue = (): never => { throw new SqlError(INVALID, `unrecognized value for EXPLAIN option "${o.name}": "${o.value}"`, { position }); };
    switch (o.name) {
      case 'analyze': r.analyze = booleanOption(o); break;
      case 'verbose': r.verbose = booleanOption(o); break;
      case 'costs': r.costs = booleanOption(o); break;
      case 'buffers': case 'memory': booleanOption(o); break;
      case 'wal': wal = booleanOption(o); break;
      case 'settings': r.settings = booleanOption(o); break;
      case 'generic_plan': r.generic = booleanOption(o); break;
      case 'timing': timing = booleanOption(o); break;
      case 'summary': summary = booleanOption(o); break;
      case 'serialize': {
        const v = o.value?.toLowerCase() ?? 'text';
        if (!['none', 'off', 'text', 'binary'].includes(v)) unknownValue();
        serialize = v === 'text' || v === 'binary';
        break;
      }
      case 'format': {
        const v = o.value?.toLowerCase() ?? '';
        if (!(v in RESULT_TYPES)) unknownValue();
        r.format = v as Format;
        break;
      }
      default: throw new SqlError('42601', `unrecognized EXPLAIN option "${o.name}"`, { position });
    }
  }
  if (wal && !r.analyze) throw new SqlError(INVALID, 'EXPLAIN option WAL requires ANALYZE');
  if (timing === true && !r.analyze) throw new SqlError(INVALID, 'EXPLAIN option TIMING requires ANALYZE');
  if (serialize && !r.analyze) throw new SqlError(INVALID, 'EXPLAIN option SERIALIZE requires ANALYZE');
  if (r.analyze && r.generic) throw new SqlError(INVALID, 'EXPLAIN options ANALYZE and GENERIC_PLAN cannot be used together');
  r.timing = timing ?? r.analyze;
  r.summary = summary ?? r.analyze;
  return r;
}

/** What is to be planned: the statement's queries, with the values of parameters where it has some. */
interface Subject { queries(): Query[]; params: readonly Datum[] | undefined }

function* subjectOf(stmt: Raw, s: Settings, u: UtilityContext): Steps<Subject | string> {
  const { session } = u;
  const of = (node: Raw): Subject => {
    const paramTypes: Oid[] = [];
    return { queries: () => session.analyze({ stmt: node, stmt_location: 0, stmt_len: 0 }, u.sql, paramTypes, s.generic, u.hooks), params: undefined };
  };
  if (stmt.ExecuteStmt !== undefined) return yield* executeSubject(stmt.ExecuteStmt, u);
  if (stmt.DeclareCursorStmt !== undefined) return of(stmt.DeclareCursorStmt.query);
  if (stmt.CreateTableAsStmt !== undefined) {
    if (s.analyze) throw new SqlError('0A000', 'EXPLAIN ANALYZE of CREATE TABLE AS is not supported yet');
    const inner = stmt.CreateTableAsStmt.query;
    return inner.ExecuteStmt !== undefined ? yield* executeSubject(inner.ExecuteStmt, u) : of(inner);
  }
  if (stmt.SelectStmt?.intoClause !== undefined) {
    if (s.analyze) throw new SqlError('0A000', 'EXPLAIN ANALYZE of SELECT INTO is not supported yet');
    const { intoClause: _into, ...select } = stmt.SelectStmt;
    return of({ SelectStmt: select });
  }
  if (stmt.NotifyStmt !== undefined) return 'NOTIFY';
  if (!['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'].includes(Object.keys(stmt)[0]!)) return 'Utility statements have no plan structure';
  return of(stmt);
}

/** A prepared statement and the values of its arguments in an EXECUTE. */
export function* executeArguments(node: Raw, u: UtilityContext): Steps<{ prepared: NonNullable<ReturnType<UtilityContext['session']['server']['preparedStatement']>>; params: Datum[] }> {
  const { session } = u;
  const prepared = session.server.preparedStatement(node.name);
  if (prepared === undefined) throw new SqlError('26000', `prepared statement "${node.name}" does not exist`);
  const args: Raw[] = node.params ?? [];
  const { paramTypes } = prepared;
  if (args.length !== paramTypes.length) {
    throw new SqlError('42601', `wrong number of parameters for prepared statement "${node.name}"`, { detail: `Expected ${paramTypes.length} parameters but got ${args.length}.` });
  }
  const cx = { catalog: session.catalog(), env: session.env, sql: u.sql, paramTypes: [] };
  const params: Datum[] = [];
  for (let k = 0; k < args.length; k++) {
    const expr = analyzeExpr(args[k], 'execute_parameter', undefined, cx);
    const cast = coerceToTarget(expr, paramTypes[k]!, -1, 'assignment', cx);
    if (cast === undefined) throw new SqlError('42804', `parameter $${k + 1} cannot be coerced to the expected type ${session.catalog().types.formatType(paramTypes[k]!, -1)}`, { hint: 'You will need to rewrite or cast the expression.' });
    params.push(yield* evaluate(cast, u));
  }
  return { prepared, params };
}

function* executeSubject(node: Raw, u: UtilityContext): Steps<Subject> {
  const { prepared, params } = yield* executeArguments(node, u);
  return { queries: () => u.session.analyze(prepared.stmt, prepared.sql, [...prepared.paramTypes], false), params: params.length === 0 ? undefined : params };
}

function* explainQuery(query: Query, again: () => Query, params: readonly Datum[] | undefined, s: Settings, u: UtilityContext): Steps<string[]> {
  const { session } = u;
  if (query.commandType === 'utility') return ['Utility statements have no plan structure'];
  const before = performance.now();
  let first = true;
  const planned: PlannedStmt = yield* planLocked(() => { const q = first ? query : again(); first = false; return q; }, params === undefined ? { ...u, params: undefined as never } : { ...u, params });
  checkPermissions(session, planned);
  const options: ExplainOptions = {
    catalog: session.catalog(), analyze: s.analyze, verbose: s.verbose, costs: s.costs, timing: s.timing, summary: s.summary, format: s.format === 'text' ? 'text' : 'json',
    planningMs: performance.now() - before,
    deparse: (expr, hooks) => deparseExpression(expr, { varName: (v) => hooks.varName(v), param: (p) => hooks.paramText(p), catalog: session.catalog(), env: session.env }),
  };
  if (s.settings) {
    options.settings = session.server.settings().filter((x) => x.setting !== x.bootVal && x.category.startsWith('Query Tuning')).map((x) => ({ name: x.name, value: session.server.showSetting(x.name) ?? x.setting }));
  }
  if (!s.analyze) return explain(planned, options);
  const meters = new PlanMeters(s.timing);
  const executable = new Executable(session, planned, meters.onOpen);
  const started = performance.now();
  const run = executable.start(params ?? u.params);
  try {
    while ((yield* run.next(BATCH_ROWS)) !== null) session.checkInterrupts();
  } finally {
    run.close();
  }
  session.commandCounterIncrement();
  options.executionMs = performance.now() - started;
  return explain(planned, options, meters);
}

function* explainCommand(node: Raw, u: UtilityContext): Steps<string> {
  const s = parseOptions(node, u);
  const subject = yield* subjectOf(node.query, s, u);
  const parts: string[][] = [];
  if (typeof subject === 'string') parts.push([subject]);
  else {
    const queries = subject.queries();
    for (let k = 0; k < queries.length; k++) parts.push(yield* explainQuery(queries[k]!, () => subject.queries()[k]!, subject.params, s, u));
    if (queries.length === 0) parts.push(['Query rewrites to nothing']);
  }
  const lines = s.format === 'text' ? parts.flatMap((p, k) => (k === 0 ? p : ['', ...p])) : [formatted(parts, s.format)];
  u.sink.columns([{ name: 'QUERY PLAN', typeOid: resultType(s.format, u), typmod: -1, tableOid: 0, attnum: 0 }]);
  u.sink.rows({ count: lines.length, columns: [lines] });
  return 'EXPLAIN';
}

/** xml is text where the type has no implementation. */
function resultType(format: Format, u: UtilityContext): Oid {
  try {
    u.session.catalog().types.typeImpl(RESULT_TYPES[format]);
    return RESULT_TYPES[format];
  } catch {
    return RESULT_TYPES.text;
  }
}

/** Several queries' documents as one. */
function formatted(parts: string[][], format: Exclude<Format, 'text'>): string {
  if (format === 'json' && parts.length === 1) return parts[0]!.join('\n');
  const list = parts.flatMap((p) => { try { return JSON.parse(p.join('\n')) as unknown[]; } catch { return [p.join('\n')]; } });
  return format === 'json' ? JSON.stringify(list, undefined, 2) : format === 'xml' ? xmlText(list) : yamlText(list);
}

defineCommands({ ExplainStmt: explainCommand });

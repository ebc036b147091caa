/** EXPLAIN: options as PostgreSQL parses them, the plan, and with ANALYZE a run that is measured. */
import { checkPermissions } from '../permissions.js';
import { analyzeExpr, coerceToTarget, deparseExpression, explain, explainDocument, type ExplainOptions, type ExplainValue, type PlannedStmt, type Query } from '@pglitedb/planner';
import { characterPosition } from '@pglitedb/parser';
import type { PageUse } from '@pglitedb/storage';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Datum, type Oid } from '@pglitedb/types';
import { Executable } from '../run.js';
import { PlanMeters, usedSince } from '../nodes/instrument.js';
import type { Batch, ResultColumn, SessionServices } from '../context.js';
import { options as readOptions, type Option, type Raw } from './ddl/raw.js';
import { evaluate } from './call.js';
import { planLocked } from './run-query.js';
import { jsonText, xmlText, yamlText } from './explain-format.js';
import { defineCommands, type UtilityContext } from './registry.js';

type Format = 'text' | 'json' | 'xml' | 'yaml';
interface Settings { analyze: boolean; verbose: boolean; costs: boolean; timing: boolean; summary: boolean; settings: boolean; generic: boolean; buffers: boolean; memory: boolean; serialize: 'none' | 'text' | 'binary'; format: Format }

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
  const r: Settings = { analyze: false, verbose: false, costs: true, timing: false, summary: false, settings: false, generic: false, buffers: false, memory: false, serialize: 'none', format: 'text' };
  let buffers: boolean | undefined;
  let timing: boolean | undefined;
  let summary: boolean | undefined;
  let wal = false;
  for (const [k, o] of readOptions(node.options).entries()) {
    const position = characterPosition(u.sql, node.options[k].DefElem.location ?? -1);
    const unknownValue = (): never => { throw new SqlError(INVALID, `unrecognized value for EXPLAIN option "${o.name}": "${o.value}"`, { position }); };
    switch (o.name) {
      case 'analyze': r.analyze = booleanOption(o); break;
      case 'verbose': r.verbose = booleanOption(o); break;
      case 'costs': r.costs = booleanOption(o); break;
      case 'buffers': buffers = booleanOption(o); break;
      case 'memory': r.memory = booleanOption(o); break;
      case 'wal': wal = booleanOption(o); break;
      case 'settings': r.settings = booleanOption(o); break;
      case 'generic_plan': r.generic = booleanOption(o); break;
      case 'timing': timing = booleanOption(o); break;
      case 'summary': summary = booleanOption(o); break;
      case 'serialize': {
        const v = o.value?.toLowerCase() ?? 'text';
        if (!['none', 'off', 'text', 'binary'].includes(v)) unknownValue();
        r.serialize = v === 'text' || v === 'binary' ? v : 'none';
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
  if (r.serialize !== 'none' && !r.analyze) throw new SqlError(INVALID, 'EXPLAIN option SERIALIZE requires ANALYZE');
  if (r.analyze && r.generic) throw new SqlError(INVALID, 'EXPLAIN options ANALYZE and GENERIC_PLAN cannot be used together');
  r.timing = timing ?? r.analyze;
  r.summary = summary ?? r.analyze;
  r.buffers = buffers ?? r.analyze;
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

/** Page accesses so far, those of temporary files with the spilled ones. */
function pageUse(session: SessionServices): PageUse {
  const use = session.txns.store.pageUse;
  const { temporary } = session.server;
  return { ...use, spillRead: use.spillRead + temporary.read, spillWritten: use.spillWritten + temporary.written };
}

/** One query's part: lines of text, or a document. */
type Part = string[] | { readonly [label: string]: ExplainValue };
function* explainQuery(query: Query, again: () => Query, params: readonly Datum[] | undefined, s: Settings, u: UtilityContext): Steps<Part> {
  const { session } = u;
  if (query.commandType === 'utility') return ['Utility statements have no plan structure'];
  const before = performance.now();
  const pagesBefore = pageUse(session);
  const heapBefore = s.memory ? process.memoryUsage() : undefined;
  let first = true;
  const planned: PlannedStmt = yield* planLocked(() => { const q = first ? query : again(); first = false; return q; }, params === undefined ? { ...u, params: undefined as never } : { ...u, params });
  checkPermissions(session, planned);
  const options: ExplainOptions = {
    catalog: session.catalog(), analyze: s.analyze, verbose: s.verbose, costs: s.costs, timing: s.timing, summary: s.summary, format: s.format === 'text' ? 'text' : 'json',
    buffers: s.buffers, ioTimes: session.setting('track_io_timing') === 'on', planningBuffers: usedSince(pageUse(session), pagesBefore),
    planningMs: performance.now() - before,
    deparse: (expr, hooks) => deparseExpression(expr, { varName: (v) => hooks.varName(v), param: (p) => hooks.paramText(p), windowName: (w) => hooks.windowName(w), catalog: session.catalog(), env: session.env }),
  };
  if (s.settings) {
    options.settings = session.server.settings().filter((x) => x.setting !== x.bootVal && x.category.startsWith('Query Tuning')).map((x) => ({ name: x.name, value: session.server.showSetting(x.name) ?? x.setting }));
  }
  if (heapBefore !== undefined) {
    const now = process.memoryUsage();
    options.memory = { used: Math.max(now.heapUsed - heapBefore.heapUsed, 0), allocated: Math.max(now.heapTotal - heapBefore.heapTotal, now.heapUsed - heapBefore.heapUsed, 0) };
  }
  const show = (meters?: PlanMeters): Part => (s.format === 'text' ? explain(planned, options, meters) : explainDocument(planned, options, meters));
  if (!s.analyze) return show();
  const meters = new PlanMeters(s.timing, s.buffers ? () => pageUse(session) : undefined);
  const serializer = s.serialize === 'none' ? undefined : new Serializer(session, s.serialize);
  const executable = new Executable(session, planned, meters.onOpen);
  const started = performance.now();
  const run = executable.start(params ?? u.params);
  try {
    for (let batch = yield* run.next(BATCH_ROWS); batch !== null; batch = yield* run.next(BATCH_ROWS)) {
      serializer?.add(batch, run.columns);
      session.checkInterrupts();
    }
  } finally {
    run.close();
  }
  session.commandCounterIncrement();
  options.executionMs = performance.now() - started;
  if (serializer !== undefined) options.serialization = { format: serializer.format, ms: serializer.ms, bytes: serializer.bytes };
  return show(meters);
}

/** SERIALIZE: rows are turned to what would be sent, and thrown away. */
class Serializer {
  ms = 0;
  bytes = 0;
  constructor(private readonly session: SessionServices, readonly format: 'text' | 'binary') {}
  add(batch: Batch, columns: readonly ResultColumn[]): void {
    const from = performance.now();
    const { env } = this.session;
    columns.forEach((c, k) => {
      const type = env.types.typeImpl(c.typeOid);
      for (let r = 0; r < batch.count; r++) {
        const value = batch.columns[k]![r] as Datum;
        if (value !== null) this.bytes += this.format === 'text' ? Buffer.byteLength(type.format(value, env)) : type.send(value, env).length;
      }
    });
    this.bytes += batch.count * (7 + 4 * columns.length);
    this.ms += performance.now() - from;
  }
}

function* explainCommand(node: Raw, u: UtilityContext): Steps<string> {
  const s = parseOptions(node, u);
  const subject = yield* subjectOf(node.query, s, u);
  const parts: Part[] = [];
  if (typeof subject === 'string') parts.push([subject]);
  else {
    const queries = subject.queries();
    for (let k = 0; k < queries.length; k++) parts.push(yield* explainQuery(queries[k]!, () => subject.queries()[k]!, subject.params, s, u));
    if (queries.length === 0) parts.push(['Query rewrites to nothing']);
  }
  const lines = s.format === 'text' ? parts.flatMap((p, k) => (k === 0 ? (p as string[]) : ['', ...(p as string[])])) : [formatted(parts, s.format)];
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
function formatted(parts: readonly Part[], format: Exclude<Format, 'text'>): string {
  const list = parts.map((p) => (Array.isArray(p) ? p.join('\n') : p));
  return format === 'json' ? jsonText(list) : format === 'xml' ? xmlText(list) : yamlText(list);
}

defineCommands({ ExplainStmt: explainCommand });

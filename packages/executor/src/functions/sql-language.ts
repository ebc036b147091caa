/**
 * The language SQL: a function's statements are prepared once per session and argument types, run in order, and the last
 * one's rows, coerced to the declared result, are the answer. Volatile functions give each statement a snapshot that
 * sees what went before; others read under their caller's.
 */
import { ACL, decodeNode, hasPrivilege, type AclItem } from '@pglitedb/catalog';
import { parse } from '@pglitedb/parser';
import { coerceToTarget, exprType, type Expr, type PlannedStmt, type Query } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import { PgRecord, RECORD_OID, SqlError, type CallContext, type Datum, type Oid } from '@pglitedb/types';
import { ExecContext, type NameHooks, type PreparedQuery, type ResultColumn, type SessionServices } from '../context.js';
import { ExprCompiler, evalSteps, Frame, type Compiled } from '../expr/index.js';
import { callContext, registerLanguage, resolveFunction, type FunctionLanguage, type ResolvedFunction } from './fmgr.js';

const VOID = 2278;
const POLYMORPHIC = new Set<Oid>([2283, 2277, 2776, 3500, 3831, 4537, 5077, 5078, 5079, 5080, 4538]);
const NO_PLAN = { nParamExec: 0 } as PlannedStmt;

/** Turns rows of the last statement into results. */
interface ResultShape {
  /** One value per row, or a row built of the columns. */
  readonly single: boolean;
  readonly types: readonly Oid[];
  readonly typeOid: Oid;
  readonly names: readonly string[] | undefined;
  readonly casts: readonly (Compiled | undefined)[];
}
interface SqlFunction {
  readonly version: number;
  readonly query: PreparedQuery;
  shape: ResultShape | undefined;
  shapeReady: boolean;
}

const compiled = new WeakMap<SessionServices, Map<string, SqlFunction>>();

function lookup(fn: ResolvedFunction, cx: CallContext, x: ExecContext): SqlFunction {
  const { session } = x;
  let map = compiled.get(session);
  if (map === undefined) compiled.set(session, (map = new Map()));
  const types = argumentTypes(fn, cx);
  const key = `${fn.oid}|${types.join(',')}|${cx.resultType}`;
  const version = session.catalog().version();
  let f = map.get(key);
  if (f === undefined || f.version !== version) {
    f = { version, query: prepareBody(fn, types, session), shape: undefined, shapeReady: false };
    map.set(key, f);
  }
  return f;
}

function argumentTypes(fn: ResolvedFunction, cx: CallContext): Oid[] {
  return fn.argTypes.map((t, k) => (POLYMORPHIC.has(t) ? (cx.argTypes[k] ?? t) : t));
}

/** The statements: prosrc, the text of a builtin's body, or the queries that a body was analysed to. */
function prepareBody(fn: ResolvedFunction, types: readonly Oid[], session: SessionServices): PreparedQuery {
  const body = fn.proc.prosqlbody as string | null;
  if (body !== null && body !== undefined) {
    const stored = decodeNode(body, session.env);
    const queries = (Array.isArray(stored) ? stored : [stored]) as Query[];
    if (queries.every((q) => q.kind === 'Query')) return session.prepareAnalyzed(queries, types);
  }
  return session.prepare(bodyText(fn), types, parameterHooks(fn, types, session));
}
function bodyText(fn: ResolvedFunction): string {
  const body = fn.proc.prosqlbody as string | null;
  if (body === null || body === undefined) return fn.proc.prosrc as string;
  const text = (JSON.parse(body) as { sql?: string }).sql;
  if (text === undefined) return fn.proc.prosrc as string;
  const atomic = /^\s*BEGIN\s+ATOMIC\b([\s\S]*)\bEND\s*;?\s*$/i.exec(text);
  if (atomic !== null) return atomic[1]!;
  const result = /^\s*RETURN\b([\s\S]*)$/i.exec(text);
  return result === null ? text : `SELECT ${result[1]!}`;
}

/** Parameters by name, qualified by the function's name or not; columns of the query win. */
function parameterHooks(fn: ResolvedFunction, types: readonly Oid[], session: SessionServices): NameHooks | undefined {
  const names = fn.proc.proargnames as string[] | null;
  if (names === null || names === undefined) return undefined;
  const modes = fn.proc.proargmodes as string[] | null;
  const numbers = new Map<string, number>();
  let input = 0;
  names.forEach((name, k) => {
    const mode = modes?.[k] ?? 'i';
    if (mode === 'o' || mode === 't') return;
    input++;
    if (name !== '') numbers.set(name, input);
  });
  const parameter = (name: string | undefined, location: number): Expr | undefined => {
    const number = name === undefined ? undefined : numbers.get(name);
    if (number === undefined) return undefined;
    const type = types[number - 1]!;
    return { kind: 'Param', paramkind: 'extern', paramid: number, paramtype: type, paramtypmod: -1, paramcollid: session.catalog().types.typeInfo(type)?.collation ?? 0, location };
  };
  return {
    key: `sql${fn.oid}`,
    postColumnRef(path, found, location, star) {
      if (found !== undefined) return undefined;
      if (star && path.length === 2 && path[0] === fn.name) return parameter(path[1], location);
      const own = path.length > 1 && path[0] === fn.name ? parameter(path[1], location) : undefined;
      if (own !== undefined) return path.length === 2 ? own : field(own, path[2]!, session);
      const first = parameter(path[0], location);
      return first === undefined || path.length === 1 ? first : field(first, path[1]!, session);
    },
  };
}
function field(arg: Expr, name: string, session: SessionServices): Expr | undefined {
  const { types } = session.catalog();
  const info = types.typeInfo(exprType(arg));
  if (info?.kind !== 'c') return undefined;
  const fields = types.fields(info.oid);
  const at = fields.findIndex((f) => f.name === name);
  if (at < 0) return undefined;
  const f = fields[at]!;
  return { kind: 'FieldSelect', arg, fieldnum: at + 1, resulttype: f.typeOid, resulttypmod: f.typmod, resultcollid: f.collation };
}

// --- the declared result ------------------------------------------------------------------------------------------

function mismatch(session: SessionServices, type: Oid, detail: string): SqlError {
  return new SqlError('42P13', `return type mismatch in function declared to return ${session.catalog().types.formatType(type, -1)}`, { detail });
}

/** Columns that the result has by its type; undefined for scalars and records of any shape. */
function declaredColumns(fn: ResolvedFunction, cx: CallContext, resultType: Oid, session: SessionServices): { name: string; type: Oid }[] | undefined {
  const { types } = session.catalog();
  const modes = fn.proc.proargmodes as string[] | null;
  const all = fn.proc.proallargtypes as Oid[] | null;
  if (modes !== null && modes !== undefined && all !== null && all !== undefined) {
    const out = modes.flatMap((m, k) => (m === 'o' || m === 'b' || m === 't' ? [{ name: (fn.proc.proargnames as string[] | null)?.[k] ?? '', type: all[k]! }] : []));
    if (out.length > 1 || (out.length === 1 && resultType === RECORD_OID)) {
      return cx.resultFields !== undefined && cx.resultFields.length === out.length ? out.map((o, k) => ({ name: o.name, type: cx.resultFields![k]!.typeOid })) : out;
    }
    if (out.length === 1) return undefined;
  }
  const info = types.typeInfo(resultType);
  const composite = info?.kind === 'd' ? types.typeInfo(info.baseOid) : info;
  if (composite?.kind === 'c') return types.fields(composite.oid).map((f) => ({ name: f.name, type: f.typeOid }));
  return undefined;
}

function resultShape(fn: ResolvedFunction, cx: CallContext, f: SqlFunction, session: SessionServices): ResultShape | undefined {
  const type = POLYMORPHIC.has(fn.returnType) ? cx.resultType : fn.returnType;
  if (type === VOID) return undefined;
  const { columns } = f.query;
  const procedure = fn.proc.prokind === 'p';
  if (columns === undefined) {
    if (procedure && type !== RECORD_OID) return undefined;
    throw mismatch(session, type, "Function's final statement must be SELECT or INSERT/UPDATE/DELETE/MERGE RETURNING.");
  }
  const declared = declaredColumns(fn, cx, type, session);
  if (declared === undefined) {
    if (type === RECORD_OID) {
      if (columns.length === 1 && isRowType(session, columns[0]!.typeOid)) return { single: true, types: [columns[0]!.typeOid], typeOid: type, names: undefined, casts: [undefined] };
      return { single: false, types: columns.map((c) => c.typeOid), typeOid: RECORD_OID, names: columns.map((c) => c.name), casts: columns.map(() => undefined) };
    }
    if (columns.length !== 1) throw mismatch(session, type, 'Final statement must return exactly one column.');
    const to = cast(columns[0]!, type, session);
    if (to === undefined) throw mismatch(session, type, `Actual return type is ${session.catalog().types.formatType(columns[0]!.typeOid, -1)}.`);
    return { single: true, types: [type], typeOid: type, names: undefined, casts: [to.compiled] };
  }
  if (columns.length === 1 && isRowType(session, columns[0]!.typeOid) && (columns[0]!.typeOid === type || (declared.length !== 1 && columns[0]!.typeOid === RECORD_OID) || !isRowType(session, declared[0]?.type ?? 0))) {
    return { single: true, types: [type], typeOid: type, names: undefined, casts: [undefined] };
  }
  if (columns.length > declared.length) throw mismatch(session, type, 'Final statement returns too many columns.');
  if (columns.length < declared.length) throw mismatch(session, type, 'Final statement returns too few columns.');
  const casts = declared.map((d, k) => {
    const to = cast(columns[k]!, d.type, session);
    if (to === undefined) {
      const { types } = session.catalog();
      throw mismatch(session, type, `Final statement returns ${types.formatType(columns[k]!.typeOid, -1)} instead of ${types.formatType(d.type, -1)} at column ${k + 1}.`);
    }
    return to.compiled;
  });
  return { single: false, types: declared.map((d) => d.type), typeOid: type, names: declared.map((d) => d.name), casts };
}
function isRowType(session: SessionServices, type: Oid): boolean {
  return type === RECORD_OID || session.catalog().types.typeInfo(type)?.kind === 'c';
}

/** The coercion of a result column: compiled undefined where none is needed; undefined where none exists. */
function cast(column: ResultColumn, type: Oid, session: SessionServices): { compiled: Compiled | undefined } | undefined {
  if (column.typeOid === type) return { compiled: undefined };
  const catalog = session.catalog();
  const param: Expr = { kind: 'Param', paramkind: 'extern', paramid: 1, paramtype: column.typeOid, paramtypmod: column.typmod, paramcollid: catalog.types.typeInfo(column.typeOid)?.collation ?? 0, location: -1 };
  const expr = coerceToTarget(param, type, -1, 'assignment', { catalog, env: session.env, sql: '', paramTypes: [column.typeOid] });
  if (expr === undefined) return undefined;
  if (expr.kind === 'Param' || (expr.kind === 'RelabelType' && expr.arg.kind === 'Param')) return { compiled: undefined };
  const c = new ExprCompiler({
    session,
    readVar: () => { throw new SqlError('XX000', 'a coercion has no variables'); },
    subplan: () => { throw new SqlError('XX000', 'a coercion has no subqueries'); },
  });
  return { compiled: c.compile(expr) };
}

function* convert(row: Datum[], shape: ResultShape, x: ExecContext): Steps<Datum> {
  const values: Datum[] = [];
  for (let k = 0; k < shape.casts.length; k++) {
    const to = shape.casts[k];
    if (to === undefined) { values.push(row[k]); continue; }
    const frame = new Frame();
    frame.x = new ExecContext(x.session, NO_PLAN, [row[k]], x.snapshot, x.tx);
    values.push(yield* evalSteps(to, frame));
  }
  return shape.single ? values[0] : new PgRecord(shape.typeOid, values, shape.types, shape.names);
}

// --- running --------------------------------------------------------------------------------------------------------

const DEPTH_HINT = 'Increase the configuration parameter "max_stack_depth" (currently 2048kB), after ensuring the platform\'s stack depth limit is adequate.';

/** Adds the CONTEXT line. */
function inContext(error: unknown, fn: ResolvedFunction, statement: number): unknown {
  let e = error;
  if (e instanceof RangeError && /call stack/i.test(e.message)) e = new SqlError('54001', 'stack depth limit exceeded', { hint: DEPTH_HINT });
  if (!(e instanceof SqlError)) return e;
  const place = statement > 0 ? `statement ${statement}` : 'during startup';
  const line = `SQL function "${fn.name}" ${place}`;
  e.where = e.where === undefined ? line : `${e.where}\n${line}`;
  if (e.position !== undefined && e.internalQuery === undefined) {
    e.internalQuery = bodyText(fn);
    e.internalPosition = e.position;
    e.position = undefined;
  }
  return e;
}

function* rowsOf(fn: ResolvedFunction, args: readonly Datum[], cx: CallContext, x: ExecContext, maxRows: number): Steps<Datum[]> {
  let statement = 0;
  try {
    const f = lookup(fn, cx, x);
    const { rows } = yield* f.query.run(args, { maxRows, readOnly: !fn.isVolatile, onStatement: (n) => { statement = n; } });
    if (!f.shapeReady) {
      statement = 0;
      f.shape = resultShape(fn, cx, f, x.session);
      f.shapeReady = true;
    }
    const { shape } = f;
    if (shape === undefined) return [];
    if (shape.single && shape.casts[0] === undefined) return rows.map((r) => r[0]);
    const out: Datum[] = [];
    for (const row of rows) out.push(yield* convert(row, shape, x));
    return out;
  } catch (error) {
    throw inContext(error, fn, statement);
  }
}

export const sqlLanguage: FunctionLanguage = {
  *call(fn, args, cx, x) {
    const rows = yield* rowsOf(fn, args, cx, x, 1);
    return rows.length === 0 ? null : rows[0];
  },
  *callSet(fn, args, cx, x) {
    return yield* rowsOf(fn, args, cx, x, Infinity);
  },
};

/** fmgr_sql_validator: the body is parsed, analysed and held against the declared result, where no type is polymorphic. */
export function validateSqlFunction(session: SessionServices, fn: ResolvedFunction, sql: string): void {
  if (fn.returnType !== VOID && fn.returnType !== RECORD_OID && !POLYMORPHIC.has(fn.returnType) && session.catalog().types.typeInfo(fn.returnType)?.kind === 'p') {
    throw new SqlError('42P13', `SQL functions cannot return type ${session.catalog().types.formatType(fn.returnType, -1)}`);
  }
  if (fn.argTypes.some((t) => POLYMORPHIC.has(t)) || fn.proc.prosqlbody !== null) return;
  const text = fn.proc.prosrc as string;
  try {
    const statements = parse(text);
    const hooks = parameterHooks(fn, fn.argTypes, session);
    for (const s of statements) if (isQuery(s.stmt)) session.analyze(s, text, [...fn.argTypes], false, hooks);
    const last = statements[statements.length - 1];
    const query = last === undefined || !isQuery(last.stmt) ? { columns: undefined } : prepareBody(fn, fn.argTypes, session);
    const cx = callContext(session.env, 0, fn.argTypes, fn.returnType);
    resultShape(fn, cx, { version: 0, query: query as PreparedQuery, shape: undefined, shapeReady: false }, session);
  } catch (error) {
    throw inDefinition(error, fn, text, sql);
  }
}
function isQuery(stmt: unknown): boolean {
  return ['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'].includes(Object.keys(stmt as object)[0] ?? '');
}
/** Positions in the body become positions in the statement that defines it, where the body stands there as it is. */
function inDefinition(error: unknown, fn: ResolvedFunction, text: string, sql: string): unknown {
  if (!(error instanceof SqlError)) return error;
  const at = sql.indexOf(text);
  if (error.position !== undefined && at >= 0) error.position += [...sql.slice(0, at)].length;
  else error.where = `SQL function "${fn.name}"`;
  return error;
}

/**
 * The body of a function as a query that the planner may put in the place of a call (inline_function): one statement, its
 * one result column coerced to the declared type. Undefined where it has another form or the caller may not execute it.
 */
export function inlinableBody(session: SessionServices, oid: Oid, argTypes: readonly Oid[]): Query | undefined {
  const catalog = session.catalog();
  const fn = resolveFunction(catalog, oid);
  if (fn.proc.proacl !== null) {
    if (!hasPrivilege(catalog, 'f', fn.proc.proacl as readonly AclItem[], fn.proc.proowner as Oid, session.userOid(), ACL.EXECUTE)) return undefined;
  }
  const body = fn.proc.prosqlbody as string | null;
  const stored = body === null || body === undefined ? undefined : decodeNode(body, session.env);
  const [query, more] = stored === undefined ? parsedBody(fn, argTypes, session) : ([stored].flat() as Query[]);
  if (query?.kind !== 'Query' || more !== undefined || query.commandType !== 'select' || query.targetList.length !== 1) return undefined;
  if (POLYMORPHIC.has(fn.returnType)) return query;
  const target = query.targetList[0]!;
  const expr = coerceToTarget(target.expr, fn.returnType, -1, 'assignment', { catalog, env: session.env, sql: '', paramTypes: [...argTypes] });
  return expr === undefined ? undefined : { ...query, targetList: [{ ...target, expr }] };
}
function parsedBody(fn: ResolvedFunction, argTypes: readonly Oid[], session: SessionServices): Query[] {
  const text = bodyText(fn);
  const statements = parse(text);
  if (statements.length !== 1 || !('SelectStmt' in (statements[0]!.stmt as object))) return [];
  return session.analyze(statements[0]!, text, [...argTypes], false, parameterHooks(fn, argTypes, session));
}
registerLanguage('sql', sqlLanguage);

/**
 * A session: the one door to the engine. Owns settings, the transaction, prepared statements and portals, and runs
 * statements for the wire adapter and the embedded API alike. Implements the executor's SessionServices.
 */
import { LRUCache } from 'lru-cache';
import { isMemberOfRole, type CatalogReader, type CatalogWriter, type CatalogSession } from '@pglitedb/catalog';
import { runOnCommit, utilityCommand, withEventTriggers, type NameHooks, type PreparedQuery, type ResultColumn, type ServerPort, type SessionProcedural, type SessionServices, type TransactionHooks, type UtilityContext } from '@pglitedb/executor';
import { parse, type Node as RawNode, type RawStmt } from '@pglitedb/parser';
import { analyze, plan, rewrite, type PlannedStmt, type Query } from '@pglitedb/planner';
import type { Endpoints } from '@pglitedb/wire';
import type { Snapshot, Steps, Transaction, TransactionManager } from '@pglitedb/txn';
import { SqlError, type Datum, type ErrorFields, type Oid, type TypeEnv } from '@pglitedb/types';
import type { Cluster } from '../server/cluster.js';
import { CachedQuery } from './plan-cache.js';
import { Portals } from './portals.js';
import { Procedural } from './procedural.js';
import type { Receiver, SessionEvents } from './receiver.js';
import { Settings } from './settings.js';
import { sliceOver } from './drive.js';
import { Timeouts } from './timeouts.js';
import { serverPort } from './server-facts.js';
import { SessionEnv } from './session-env.js';
import { plannerContext } from './planner-context.js';
import { PointRunner } from './point-run.js';
import { BulkRows } from './bulk-rows.js';
import { SimplePoints } from './simple-points.js';
import { runQueries, runSimple } from './run-statement.js';
import { preparedQuery } from './spi.js';
import { TransactionState } from './transaction-state.js';
import { utilityResultColumns } from './utility-columns.js';

const DEADLOCK_TIMEOUT_MS = 1000;
const SQL_CACHE_ENTRIES = 500;
const CACHED_TEXT_CHARACTERS_MAX = 4000;
/** Words of date/time literals that mean another value each time a statement is analyzed. */
const CLOCK_WORDS = /\b(?:now|today|tomorrow|yesterday)\b(?!\s*\()/i;

export class Session implements SessionServices {
  readonly settings = new Settings();
  readonly env: SessionEnv;
  readonly state: TransactionState;
  readonly portals = new Portals();
  readonly point: PointRunner;
  readonly simplePoints = new SimplePoints(this);
  readonly bulkRows = new BulkRows(this);
  readonly prepared = new Map<string, CachedQuery & { name?: string; fromSql?: boolean; preparedAt?: number }>();
  /** Plans of texts that SQL functions, constraints and the embedded API run. */
  private readonly sqlCache = new LRUCache<string, CachedQuery[]>({ maxSize: SQL_CACHE_ENTRIES, sizeCalculation: () => 1 });
  private reader: CatalogReader | undefined;
  private writer: CatalogWriter | undefined;
  private cancelled: SqlError | undefined;
  private user_: Oid;
  sessionUser: Oid;
  /** Of a connection over TCP. */
  endpoints: Endpoints | undefined;
  statementStart = 0;
  private readonly timeouts: Timeouts;
  readonly listening = new Set<string>();
  closed = false;
  /** The running simple query has one statement alone. */
  singleStatement = false;

  constructor(readonly cluster: Cluster, readonly pid: number, readonly secretKey: number, readonly databaseOid: Oid, user: Oid, loginRole: string, public events: SessionEvents) {
    this.user_ = user;
    this.sessionUser = user;
    this.loginRole = loginRole;
    this.catalogSession = { databaseOid, userOid: () => this.user, setting: (n) => this.settings.get(n), tempNamespace: () => this.tempNamespaceOid };
    this.settings.onChange = (name, value) => {
      this.timeouts.changed(name);
      if (REPORTED.has(name)) this.events.parameterStatus(name, value);
    };
    this.settings.isSuperuser = () => this.catalog().syscache('AUTHOID', this.user)?.rolsuper === true;
    this.env = new SessionEnv(this);
    this.point = new PointRunner(this);
    this.state = new TransactionState(cluster.txns, this.settings, pid, () => cluster.nowMicros(), () => { this.reader = undefined; this.writer = undefined; this.timeouts.watchTransaction(); },
      { deadlockTimeoutMs: () => Number(this.settings.get('deadlock_timeout') ?? DEADLOCK_TIMEOUT_MS), onInterrupt: (listener) => this.onInterrupt(listener) });
    this.timeouts = new Timeouts({ state: this.state, setting: (name) => this.settings.get(name), nowMicros: () => cluster.nowMicros(), interrupt: (e) => this.interrupt(e), terminate: (e) => this.events.terminate(e) });
    this.statementStart = cluster.nowMicros();
    this.backendStart = this.statementStart;
  }

  // --- SessionServices -------------------------------------------------------------------------------------------
  get txns(): TransactionManager { return this.cluster.txns; }
  readonly catalogSession: CatalogSession;
  private tempNamespaceOid_: Oid = 0;
  get tempNamespaceOid(): Oid { return this.tempNamespaceOid_; }
  set tempNamespaceOid(oid: Oid) {
    this.tempNamespaceOid_ = oid;
    this.settings.generation++;
  }
  private get user(): Oid { return this.user_; }
  /** Plans depend on the role: a change of it counts as one of the settings. */
  private set user(oid: Oid) {
    this.user_ = oid;
    this.settings.generation++;
  }
  catalog(): CatalogReader { return (this.reader ??= this.cluster.catalogReader(this)); }
  catalogWriter(): CatalogWriter {
    if (this.state.current.readOnly) throw new SqlError('25006', 'cannot execute this command in a read-only transaction');
    return (this.writer ??= this.cluster.catalogWriter(this));
  }
  transaction(): Transaction { return this.state.current; }
  snapshot(): Snapshot { return this.state.snapshot(); }
  commandCounterIncrement(): void {
    this.state.nextCommand();
    this.state.refreshSnapshot();
  }
  setting(name: string): string | undefined { return this.settings.get(name); }
  setSetting(name: string, value: string | undefined, local: boolean): void { this.settings.set(name, value, local); }
  userOid(): Oid { return this.user; }
  setUser(oid: Oid): void { this.user = oid; }
  setTempNamespace(oid: Oid): void {
    this.tempNamespaceOid = oid;
    this.state.atEnd((committed) => { if (!committed) this.tempNamespaceOid = 0; });
  }
  *asUser<T>(user: Oid, body: () => Steps<T>): Steps<T> {
    const saved = this.user;
    this.user = user;
    try {
      return yield* body();
    } finally {
      this.user = saved;
    }
  }
  get hooks(): TransactionHooks { return this.state; }
  readonly server: ServerPort = serverPort(this);
  readonly procedural: SessionProcedural = new Procedural(this);
  /** Text of the statement that runs or ran last. */
  queryText = '';
  readonly backendStart: number;
  notice(severity: 'WARNING' | 'NOTICE' | 'INFO' | 'LOG' | 'DEBUG', code: string, message: string, fields: ErrorFields = {}): void {
    if (!noticeShown(severity, this.settings.get('client_min_messages') ?? 'notice')) return;
    this.events.notice(new SqlError(code, message, { severity, ...fields }));
  }
  prepare(sql: string, paramTypes: readonly Oid[], hooks?: NameHooks): PreparedQuery { return preparedQuery(this, this.cachedSql(sql, paramTypes, hooks)); }
  sliceOver(): boolean { return sliceOver() || this.cancelled !== undefined; }
  checkInterrupts(): void {
    const error = this.cancelled;
    if (error === undefined) return;
    this.cancelled = undefined;
    throw error;
  }

  // --- analysis and planning ------------------------------------------------------------------------------------
  /** What cached plans depend on besides the catalog. */
  /** What a plan depends on besides the catalog; literals are read by the date and interval styles and the zone. */
  planScope(): string {
    const { settings } = this;
    return `${settings.get('search_path') ?? ''}|${this.user}|${this.tempNamespaceOid}|${settings.get('DateStyle')}|${settings.get('IntervalStyle')}|${settings.get('TimeZone')}|${settings.get('row_security')}|${this.catalogSession.noForceRowSecurity === true}`;
  }

  analyze(stmt: RawStmt, sql: string, paramTypes: Oid[], variableParams: boolean, hooks?: NameHooks): Query[] {
    const query = analyze(stmt, { catalog: this.catalog(), env: this.env, sql, paramTypes, variableParams, ...hooks });
    return query.commandType === 'utility' ? [query] : rewrite(query, { catalog: this.catalog(), env: this.env });
  }
  rewriteStored(query: Query): Query[] { return query.commandType === 'utility' ? [query] : rewrite(query, { catalog: this.catalog(), env: this.env }); }
  prepareAnalyzed(queries: readonly Query[], paramTypes: readonly Oid[]): PreparedQuery {
    return preparedQuery(this, queries.map((q) => new CachedQuery(this, { stmt: (q.utilityStmt ?? { SelectStmt: {} }) as RawNode }, '', paramTypes, false, undefined, q)));
  }
  plan(query: Query, params: readonly Datum[] | undefined): PlannedStmt { return plan(query, plannerContext(this, params)); }
  utilityColumns(stmt: RawNode): readonly ResultColumn[] | undefined { return utilityResultColumns(this, stmt); }

  cachedSql(sql: string, paramTypes: readonly Oid[], hooks?: NameHooks): CachedQuery[] {
    const key = `${hooks?.key ?? ''}:${paramTypes.join(',')};${sql}`;
    let list = this.sqlCache.get(key);
    if (list === undefined) {
      list = parse(sql).map((s) => new CachedQuery(this, s, sql, paramTypes, hooks === undefined, hooks));
      this.sqlCache.set(key, list);
    }
    return list;
  }

  /** The cached form of a text that is one statement. */
  cachedStatement(stmt: RawStmt, sql: string): CachedQuery {
    if (sql.length > CACHED_TEXT_CHARACTERS_MAX) return new CachedQuery(this, stmt, sql, [], false);
    const key = `=${sql}`;
    const known = this.sqlCache.get(key);
    if (known !== undefined) return known[0]!;
    const cached = new CachedQuery(this, stmt, sql, [], false);
    if (!CLOCK_WORDS.test(sql)) this.sqlCache.set(key, [cached]);
    return cached;
  }

  /** The extended protocol's Parse: equal texts with equal parameter types share their plans. */
  sharedStatement(stmt: RawStmt, sql: string, paramTypes: readonly Oid[]): CachedQuery {
    const key = `$${paramTypes.join(',')};${sql}`;
    const known = this.sqlCache.get(key)?.[0];
    if (known !== undefined) return known;
    const cached = new CachedQuery(this, stmt, sql, paramTypes, true);
    cached.text = sql;
    if (sql.length <= CACHED_TEXT_CHARACTERS_MAX) this.sqlCache.set(key, [cached]);
    return cached;
  }

  // --- running ----------------------------------------------------------------------------------------------------
  /** A simple query: any number of statements. */
  *simpleQuery(sql: string, receiver: Receiver): Steps<void> { yield* runSimple(this, sql, receiver); }
  /** The queries of one prepared statement, inside the current transaction. */
  *runQueries(cached: CachedQuery, params: readonly Datum[], receiver: Receiver): Steps<void> { yield* runQueries(this, cached, params, receiver); }

  *utility(stmt: RawNode, context: Omit<UtilityContext, 'session'>): Steps<string> {
    const { kind, node, command } = utilityCommand(stmt);
    if (command === undefined) throw new SqlError('0A000', `${kind.replace(/Stmt$/, '')} statements are not supported yet`);
    return yield* withEventTriggers(kind, node, command, { ...context, session: this });
  }

  /** An error ends the statement: the block fails, or the implicit transaction rolls back. */
  failed(): void {
    this.state.popSnapshotsTo(0);
    if (this.state.block === 'block') this.state.block = 'failed';
    else if (this.state.block === 'implicit') this.rollback();
  }
  private *onCommit(): Steps<void> {
    this.state.nextCommand();
    this.state.pushSnapshot();
    try {
      yield* runOnCommit(this);
    } finally {
      this.state.popSnapshot();
    }
  }
  *commit(): Steps<void> {
    try {
      if (this.state.active) {
        yield* this.portals.beforeCommit();
        yield* this.state.runDeferred();
        yield* this.onCommit();
      }
      yield* this.state.commit();
    } catch (error) {
      this.rollback();
      throw error;
    }
    this.afterTransaction();
  }
  rollback(): void {
    this.state.rollback();
    this.afterTransaction();
  }
  afterTransaction(): void {
    this.env.uncommittedEnums.types.clear();
    this.env.uncommittedEnums.labels.clear();
    this.reader = undefined;
    this.writer = undefined;
    this.portals.transactionEnded();
  }

  /** Starts the statement's clock and its timeout. */
  beginStatement(): void {
    this.statementStart = this.cluster.nowMicros();
    this.timeouts.begin();
  }
  /** The session waits for its client. */
  endStatement(): void { this.timeouts.end(); }

  readonly loginRole: string;
  isMemberOf(member: Oid, role: Oid): boolean { return isMemberOfRole(this.catalog(), member, role); }
  forgetPlans(): void { this.sqlCache.clear(); }
  /** NOTIFY: delivered when the transaction commits, equal ones once. */
  queueNotify(channel: string, payload: string): void {
    if (this.notifications.length === 0) {
      this.state.atEnd((committed) => {
        const list = this.notifications;
        this.notifications = [];
        if (committed) for (const n of list) this.cluster.notify(this.databaseOid, this.pid, n.channel, n.payload);
      });
    }
    if (!this.notifications.some((n) => n.channel === channel && n.payload === payload)) this.notifications.push({ channel, payload });
  }
  private notifications: { channel: string; payload: string }[] = [];

  private readonly interruptListeners = new Set<(e: SqlError) => void>();
  /** Something that waits outside of slices (locks, sleep) hears of cancellation here. */
  onInterrupt(listener: (e: SqlError) => void): () => void {
    this.interruptListeners.add(listener);
    return () => this.interruptListeners.delete(listener);
  }
  cancel(): void { this.interrupt(new SqlError('57014', 'canceling statement due to user request')); }
  running = false;
  /** Ends the running statement with this error. */
  interrupt(error: SqlError): void {
    if (!this.running) return;
    this.cancelled = error;
    for (const l of [...this.interruptListeners]) l(error);
  }
  /** Interrupted while nothing ran: forget it. */
  clearInterrupt(): void { this.cancelled = undefined; }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    if (this.state.active) this.rollback();
    this.timeouts.close();
    this.txns.locks.releaseSession(this.pid);
    this.cluster.sessionClosed(this);
  }
}

const LEVELS = ['debug5', 'debug4', 'debug3', 'debug2', 'debug1', 'log', 'notice', 'warning', 'error'];
function noticeShown(severity: string, min: string): boolean {
  if (severity === 'INFO') return true;
  const level = severity === 'DEBUG' ? 'debug1' : severity.toLowerCase();
  return LEVELS.indexOf(level) >= LEVELS.indexOf(min);
}

/** Settings that the protocol reports. */
export const REPORTED = new Set(['application_name', 'client_encoding', 'DateStyle', 'default_transaction_read_only', 'in_hot_standby', 'integer_datetimes', 'IntervalStyle', 'is_superuser', 'scram_iterations', 'search_path', 'server_encoding', 'server_version', 'session_authorization', 'standard_conforming_strings', 'TimeZone']);

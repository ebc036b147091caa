/**
 * What a running statement knows. `SessionServices` is the executor's port to the session that owns it (implemented by
 * the meta-package); `ExecContext` is one run of one plan.
 */
import type { CatalogReader, CatalogWriter } from '@pglitedb/catalog';
import type { AnalyzeContext, PlannedStmt, Query } from '@pglitedb/planner';
import type { RawStmt } from '@pgsql/types';
import type { TempArea } from '@pglitedb/storage';
import type { Pending, Snapshot, Steps, Transaction, TransactionManager } from '@pglitedb/txn';
import type { Datum, ErrorFields, Oid, TypeEnv } from '@pglitedb/types';

/** A row-returning result, as SPI and the portals give it. */
export interface ResultColumn { name: string; typeOid: Oid; typmod: number; tableOid: Oid; attnum: number }
export interface Batch { count: number; columns: Datum[][] }

/** Rows handed out batch by batch; a batch is valid until the next one is asked for. */
export interface RowSource {
  readonly columns: readonly ResultColumn[];
  next(max: number): Steps<Batch | null>;
  close(): void;
}

/** Who the session is, its settings and its messages. */
export interface SessionIdentity {
  readonly pid: number;
  readonly env: TypeEnv;
  setting(name: string): string | undefined;
  /** SET [LOCAL]: 42704 / 22023 as PostgreSQL's. */
  setSetting(name: string, value: string | undefined, local: boolean): void;
  userOid(): Oid;
  /** The session has its temporary schema now. */
  setTempNamespace(oid: Oid): void;
  /** Current, session and outer user ids (SET ROLE, SECURITY DEFINER run `body` as another). */
  asUser<T>(user: Oid, body: () => Steps<T>): Steps<T>;
  notice(severity: 'WARNING' | 'NOTICE' | 'INFO' | 'LOG' | 'DEBUG', code: string, message: string, fields?: ErrorFields): void;
  /** Raises 57014 when the session was cancelled or a timeout has passed. Called at every slice. */
  checkInterrupts(): void;
  /** True when the running slice is over. Cheap. */
  sliceOver(): boolean;
}

/** The session's transaction and what of the catalog it sees. */
export interface SessionTransaction {
  /** Reads of the current transaction; a writer for DDL. */
  catalog(): CatalogReader;
  catalogWriter(): CatalogWriter;
  readonly txns: TransactionManager;
  transaction(): Transaction;
  /** Snapshot of the running statement (registered by the session). */
  snapshot(): Snapshot;
  /** Ends the current command, and gives the next one a snapshot that sees it. */
  commandCounterIncrement(): void;
  /** Runs at transaction end: deferred constraints before commit, callbacks after. */
  readonly hooks: TransactionHooks;
}

/** SQL from inside of the executor: functions, constraints, commands that hold queries. */
export interface SessionQueries {
  /** Analyses, rewrites and plans SQL text with parameter types, cached: what SQL functions, RI and PL/pgSQL run. */
  prepare(sql: string, paramTypes: readonly Oid[], hooks?: NameHooks): PreparedQuery;
  /** Queries that were analysed before (function bodies kept as trees), rewritten anew when the catalog changes. */
  prepareAnalyzed(queries: readonly Query[], paramTypes: readonly Oid[]): PreparedQuery;
  /** Analyses and rewrites one raw statement. */
  analyze(stmt: RawStmt, sql: string, paramTypes: Oid[], variableParams: boolean, hooks?: NameHooks): Query[];
  /** Plans an already rewritten query. */
  plan(query: Query, params: readonly Datum[] | undefined): PlannedStmt;
  /** The server and its other sessions, for the functions that tell of them. */
  readonly server: ServerPort;
}

export type CursorDirection = 'forward' | 'backward' | 'absolute' | 'relative';
/** What procedural languages need of the session: subtransactions, cursors by name, the end of the transaction. */
export interface SessionProcedural {
  /** A subtransaction of a block that handles errors. */
  subtransaction(): { release(): void; rollback(): void };
  inSubtransaction(): boolean;
  /** Runs `body` under a snapshot that sees what this transaction did so far; readOnly: under the running one. */
  underSnapshot<T>(readOnly: boolean, body: () => Steps<T>): Steps<T>;
  /** Opens a query as a portal; undefined: a name of the session's choice. Answers the name. */
  openCursor(name: string | undefined, query: PreparedQuery, params: readonly Datum[], options: { sql: string; scroll: boolean | undefined }): Steps<string>;
  hasCursor(name: string): boolean;
  fetchCursor(name: string, direction: CursorDirection, count: number): Steps<{ rows: Datum[][]; columns: readonly ResultColumn[] }>;
  closeCursor(name: string): void;
  /** The row of the relation that the cursor stands on, null where its row is of another one. Raises 34000 and 24000. */
  currentRow(name: string, relation: { readonly oid: Oid; readonly relname: string }): number | null;
  /** COMMIT or ROLLBACK of a procedure, and the next transaction. */
  endTransaction(commit: boolean, chain: boolean): Steps<void>;
  /** Calls made by `body` may end the transaction, where `allowed`. */
  withNonatomic<T>(allowed: boolean, body: () => Steps<T>): Steps<T>;
  /** Asked once by a procedure or DO as it starts: may it end the transaction? */
  takeNonatomic(): boolean;
}

/** The executor's view of its session. */
export interface SessionServices extends SessionIdentity, SessionTransaction, SessionQueries { readonly procedural: SessionProcedural }
export interface TransactionHooks {
  /** Deferred constraint checks of the current transaction, run at commit or SET CONSTRAINTS IMMEDIATE. */
  deferCheck(check: () => Steps<void>): void;
  atEnd(callback: (committed: boolean) => void): void;
}

/** A session as pg_stat_activity shows it; times in µs since 2000, null where there is none. */
export interface BackendFacts {
  readonly pid: number; readonly databaseOid: Oid; readonly userOid: Oid; readonly applicationName: string; readonly state: string; readonly query: string;
  readonly xactStart: number | null; readonly queryStart: number | null; readonly backendStart: number; readonly stateChange: number | null; readonly xid: number | null;
}
export interface SettingFacts {
  readonly name: string; readonly setting: string; readonly unit: string | null; readonly category: string; readonly shortDesc: string; readonly extraDesc: string | null; readonly context: string;
  readonly vartype: string; readonly source: string; readonly minVal: string | null; readonly maxVal: string | null; readonly enumvals: readonly string[] | null; readonly bootVal: string | null; readonly resetVal: string | null;
}
/** What builtin functions ask of the server and its sessions. */
export interface ServerPort {
  readonly startMicros: number;
  /** Where running statements put aside what exceeds their memory. */
  readonly temporary: TempArea;
  backends(): BackendFacts[];
  /** False where there is no such session. */
  signal(pid: number, what: 'cancel' | 'terminate'): boolean;
  notify(channel: string, payload: string): void;
  listening(): Iterable<string>;
  settings(): SettingFacts[];
  /** current_setting: the value as SHOW prints it; undefined where there is none. */
  showSetting(name: string): string | undefined;
  preparedStatements(): { name: string; statement: string; preparedAt: number; parameterTypes: readonly Oid[]; resultTypes: readonly Oid[] | null; fromSql: boolean; genericPlans: number; customPlans: number }[];
  /** A prepared statement, for EXPLAIN EXECUTE. */
  preparedStatement(name: string): { stmt: RawStmt; sql: string; paramTypes: readonly Oid[] } | undefined;
  cursors(): { name: string; statement: string; holdable: boolean; binary: boolean; scrollable: boolean; createdAt: number }[];
  sessionUser(): Oid;
  /** Addresses and ports of a connection over TCP. */
  endpoints(): { clientAddress: string; clientPort: number; serverAddress: string; serverPort: number } | undefined;
  /** Hears of cancellation and timeouts while something waits; the answer ends the hearing. */
  onInterrupt(listener: (e: Error) => void): () => void;
}

/** How names and parameters of a text are resolved, for languages with variables; `key` tells equal texts apart. */
export interface NameHooks extends Pick<AnalyzeContext, 'preColumnRef' | 'postColumnRef' | 'paramRef' | 'ephemeral'> { readonly key: string }
/** maxRows applies to the last statement where it only reads. onStatement hears the number of each statement as it starts. */
export interface RunOptions { maxRows?: number; readOnly?: boolean; onStatement?: (n: number) => void }

/** A statement ready to run any number of times. */
export interface PreparedQuery {
  readonly columns: readonly ResultColumn[] | undefined;
  readonly commandTag: string;
  /** Runs to the end (or the first `maxRows`), answers rows and the count of rows affected. */
  run(params: readonly Datum[], options?: RunOptions): Steps<QueryResult>;
  open(params: readonly Datum[]): RowSource;
}
export interface QueryResult { rows: Datum[][]; affected: number; columns: readonly ResultColumn[] }

export const SLICE: Pending = { kind: 'slice' };
export function waitFor(promise: Promise<unknown>): Pending { return { kind: 'wait', promise }; }

/** In place of an exec param's value: its initplan failed, which matters only to those who read it. */
export class FailedParam { constructor(readonly error: unknown) {} }

/** One run of one plan. exec holds the plan's exec params; triggers and functions of the run share its snapshot. */
export class ExecContext {
  /** Values of exec params (PlannedStmt.nParamExec). */
  readonly exec: Datum[];
  /** Rows inserted, updated, deleted or merged by the top statement. */
  affected = 0;
  /** Work tables of recursive unions, CTE scans and transition tables, by their param id or name. */
  readonly shared = new Map<string | number, unknown>();
  /** Releases what is outside of memory, called when the run is over, also by an error. */
  readonly releases: (() => void)[] = [];
  constructor(
    readonly session: SessionServices,
    readonly planned: PlannedStmt,
    /** Extern params; params[0] is $1. */
    readonly params: readonly Datum[],
    readonly snapshot: Snapshot,
    readonly tx: Transaction,
  ) {
    this.exec = new Array(planned.nParamExec).fill(null);
  }
}

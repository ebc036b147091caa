/** PGliteDB: a database in this process. The shape is PGlite's; session() gives further independent sessions. */
import { quoteIdentifier } from '@pglitedb/catalog';
import type { SqlError } from '@pglitedb/types';
import { Cluster, type ClusterOptions } from '../server/cluster.js';
import type { SessionEvents } from '../session/receiver.js';
import { PGliteSession, type QueryOptions, type DescribeQueryResult } from './session-api.js';
import type { LentSession } from './lent-session.js';
import type { Results } from './results.js';

export interface OpenOptions extends Omit<ClusterOptions, 'dataDir'> {
  /** Default postgres. */
  database?: string;
  user?: string;
  onNotice?: (notice: SqlError) => void;
}
const IDLE_SESSIONS_MAX = 4;
type Listener = (payload: string) => void;

export class PGliteDB implements AsyncDisposable {
  /** Resolves when the database can be used; open() has waited for it already. */
  readonly waitReady: Promise<void> = Promise.resolve();
  private readonly main: PGliteSession;
  /** Sessions of ended transactions, for the next ones. */
  private readonly idle: LentSession[] = [];
  private readonly listeners = new Map<string, Set<Listener>>();
  private readonly anyListeners = new Set<(channel: string, payload: string) => void>();
  closed = false;
  private constructor(readonly cluster: Cluster, private readonly options: OpenOptions) {
    this.main = this.newSession((channel, payload) => {
      for (const l of this.listeners.get(channel) ?? []) l(payload);
      for (const l of this.anyListeners) l(channel, payload);
    });
  }

  /** Opens a data directory, or memory without one. */
  static async open(dataDir?: string, options: OpenOptions = {}): Promise<PGliteDB> {
    return new PGliteDB(await Cluster.open({ ...options, dataDir }), options);
  }

  private newSession(onNotification?: (channel: string, payload: string) => void, lent?: LentSession): PGliteSession {
    let api: PGliteSession | undefined;
    const events: SessionEvents = {
      notice: (n) => (api?.onNotice ?? this.options.onNotice)?.(n), parameterStatus: () => undefined,
      notification: (_pid, channel, payload) => onNotification?.(channel, payload), terminate: (error) => api?.terminate(error),
    };
    if (lent !== undefined) lent.session.events = events;
    api = new PGliteSession(lent?.session ?? this.cluster.session(this.options.database ?? 'postgres', this.options.user ?? 'postgres', events), lent?.caches);
    return api;
  }

  /** A further session with transactions of its own. */
  session(): PGliteSession { return this.newSession(); }

  query<T = Record<string, unknown>>(sql: string, params?: readonly unknown[], options?: QueryOptions): Promise<Results<T>> { return this.main.query<T>(sql, params, options); }
  sql<T = Record<string, unknown>>(strings: TemplateStringsArray, ...values: unknown[]): Promise<Results<T>> { return this.main.sql<T>(strings, ...values); }
  exec(sql: string, options: QueryOptions = {}): Promise<Results[]> { return this.main.exec(sql, options); }
  /** Runs in a session of its own, so that other queries of this object are not part of the transaction. */
  async transaction<T>(callback: (tx: PGliteSession) => Promise<T>): Promise<T> {
    const version = this.cluster.catalog.currentVersion();
    let lent = this.idle.pop();
    if (lent !== undefined && (lent.session.closed || lent.version !== version)) {
      lent.session.close();
      lent = undefined;
    }
    const tx = this.newSession(undefined, lent);
    try {
      return await tx.transaction(callback);
    } finally {
      const caches = tx.end();
      if (caches !== undefined && this.idle.length < IDLE_SESSIONS_MAX) this.idle.push({ session: tx.session, caches, version });
      else tx.session.close();
    }
  }
  describeQuery(sql: string, options: QueryOptions = {}): Promise<DescribeQueryResult> { return this.main.describeQuery(sql, options); }
  stream<T = Record<string, unknown>>(sql: string, params: readonly unknown[] = [], options: QueryOptions = {}): AsyncGenerator<T> { return this.main.stream<T>(sql, params, options); }

  /** LISTEN; answers how to stop. */
  async listen(channel: string, listener: Listener): Promise<() => Promise<void>> {
    await this.main.exec(`LISTEN ${quoteIdentifier(channel)}`);
    let set = this.listeners.get(channel);
    if (set === undefined) this.listeners.set(channel, (set = new Set()));
    set.add(listener);
    return () => this.unlisten(channel, listener);
  }
  async unlisten(channel: string, listener?: Listener): Promise<void> {
    const set = this.listeners.get(channel);
    if (listener === undefined) set?.clear();
    else set?.delete(listener);
    if (set === undefined || set.size === 0) await this.main.exec(`UNLISTEN ${quoteIdentifier(channel)}`);
  }
  onNotification(listener: (channel: string, payload: string) => void): () => void {
    this.anyListeners.add(listener);
    return () => this.anyListeners.delete(listener);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.cluster.close();
  }
  async [Symbol.asyncDispose](): Promise<void> { await this.close(); }
}

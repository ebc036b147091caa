/** A session of the embedded API: queries, transactions and streams of its own, one statement at a time. */
import { asSqlError } from '../session/resource-errors.js';
import { parse } from '@pglitedb/parser';
import { SqlError, type Datum } from '@pglitedb/types';
import { drive } from '../session/drive.js';
import { CachedQuery } from '../session/plan-cache.js';
import { openPortal } from '../session/commands-cursor.js';
import { endsBlock, abortedBlock, runQueries } from '../session/run-statement.js';
import type { Session } from '../session/session.js';
import { StatementCaches, pristine } from './lent-session.js';
import { PointQuery } from './point-query.js';
import { Collector, type Results } from './results.js';
import { toDatum, valueReader, type Parser, type Serializer } from './values.js';

/** Statement texts that a session remembers. */
const TEXTS_MAX = 1000;

export interface QueryOptions {
  rowMode?: 'object' | 'array';
  parsers?: Record<number, Parser>;
  serializers?: Record<number, Serializer>;
  /** Oids of the parameters' types, where they shall not be inferred. */
  paramTypes?: number[];
  onNotice?: (notice: SqlError) => void;
  /** Cancels the statement (57014). */
  signal?: AbortSignal;
  /** Cancels the statement after so long (57014). */
  timeoutMs?: number;
}
export interface DescribeQueryResult { queryParams: { dataTypeID: number }[]; resultFields: { name: string; dataTypeID: number }[] }

export class PGliteSession implements AsyncDisposable {
  private tail: Promise<unknown> = Promise.resolve();
  /** Calls that run or wait for their turn. */
  private waiting = 0;
  onNotice: ((n: SqlError) => void) | undefined;
  private terminated: SqlError | undefined;
  private readonly texts: StatementCaches['texts'];
  private readonly points: StatementCaches['points'];
  private readonly generation: number;
  private ended = false;
  constructor(readonly session: Session, private readonly caches = new StatementCaches()) {
    this.texts = caches.texts;
    this.points = caches.points;
    this.generation = session.settings.generation;
  }

  /** Ends this object. Its session, where nothing of its user is left in it, may go on in another one; else it is closed. */
  end(): StatementCaches | undefined {
    this.ended = true;
    if (this.waiting === 0 && pristine(this.session, this.generation)) return this.caches;
    this.session.close();
    return undefined;
  }

  /** The engine ends the session (a timeout, pg_terminate_backend): what runs and what follows raises this error. */
  terminate(error: SqlError): void {
    this.terminated ??= error;
    this.session.interrupt(error);
    if (this.session.running) void this.tail.finally(() => this.session.close());
    else this.session.close();
  }

  /** Runs one statement with parameters. Raises SqlError. Statements of repeated texts keep their plans. */
  query<T = Record<string, unknown>>(sql: string, params?: readonly unknown[], options?: QueryOptions): Promise<Results<T>> {
    if (options === undefined && this.waiting === 0 && !this.session.closed && !this.ended) {
      try {
        const result = this.points.get(sql)?.run(params);
        if (result !== undefined) return result as Promise<unknown> as Promise<Results<T>>;
      } catch (error) {
        return Promise.reject(error as Error);
      }
    }
    return this.queryGenerally<T>(sql, params ?? [], options ?? {});
  }
  private async queryGenerally<T>(sql: string, params: readonly unknown[], options: QueryOptions): Promise<Results<T>> {
    return await this.exclusive(options, async () => {
      const collector = new Collector(this.session.env, options.rowMode ?? 'object', options.parsers ?? {});
      await this.runOne(sql, params, options, collector);
      return (collector.results[0] ?? { rows: [], fields: [], affectedRows: 0, command: '' }) as unknown as Results<T>;
    });
  }
  /** A template: values become parameters. */
  sql<T = Record<string, unknown>>(strings: TemplateStringsArray, ...values: unknown[]): Promise<Results<T>> {
    return this.query<T>(strings.reduce((text, part, k) => (k === 0 ? part : `${text}$${k}${part}`), ''), values);
  }
  /** Runs any number of statements; a result for each. */
  async exec(sql: string, options: QueryOptions = {}): Promise<Results[]> {
    return await this.exclusive(options, async () => {
      const collector = new Collector(this.session.env, options.rowMode ?? 'object', options.parsers ?? {});
      await drive(this.session.simpleQuery(sql, collector));
      return collector.results as unknown as Results[];
    });
  }
  /** BEGIN, the callback, COMMIT; ROLLBACK when it throws. */
  async transaction<T>(callback: (tx: PGliteSession) => Promise<T>): Promise<T> {
    if (this.ended || this.waiting > 0 || !this.session.point.begin('BEGIN')) await this.exec('BEGIN');
    try {
      const value = await callback(this);
      if (this.session.state.block === 'block') await this.commit();
      else if (this.session.state.block === 'failed') await this.exec('ROLLBACK');
      return value;
    } catch (error) {
      if (this.session.state.block !== 'idle') await this.exec('ROLLBACK');
      throw error;
    }
  }
  private async commit(): Promise<void> {
    if (this.waiting > 0 || !this.session.point.commitBlock('COMMIT')) await this.exec('COMMIT');
    else await this.session.point.durable;
  }
  async rollback(): Promise<void> { await this.exec('ROLLBACK'); }

  async describeQuery(sql: string, options: QueryOptions = {}): Promise<DescribeQueryResult> {
    return await this.exclusive(options, async () => {
      const own = !this.session.state.active;
      this.session.state.ensure();
      try {
        const cached = this.cached(sql, options.paramTypes ?? []);
        cached?.analyzed();
        const columns = cached?.columns() ?? [];
        return { queryParams: (cached?.paramTypes ?? []).map((dataTypeID) => ({ dataTypeID })), resultFields: columns.map((c) => ({ name: c.name, dataTypeID: c.typeOid })) };
      } finally {
        if (own) this.session.rollback();
      }
    });
  }

  /** Rows one by one, in constant memory. The session is the stream's until it ends. */
  async *stream<T = Record<string, unknown>>(sql: string, params: readonly unknown[] = [], options: QueryOptions = {}): AsyncGenerator<T> {
    const release = await this.acquire();
    const { session } = this;
    const disarm = this.arm(options);
    const own = !session.state.active;
    try {
      session.running = true;
      session.beginStatement();
      refuseAborted(options);
      session.state.ensure();
      const cached = this.cached(sql, options.paramTypes ?? []);
      if (cached === undefined) return;
      if (session.state.block === 'failed') throw abortedBlock();
      const portal = await drive(openPortal(session, 'stream', sql, cached, this.datums(cached, params, options), false, false, false));
      try {
        const readers = (portal.columns ?? []).map((c) => valueReader(c.typeOid, session.env, options.parsers ?? {}));
        for (;;) {
          refuseAborted(options);
          const rows = await drive(portal.forward(256));
          if (rows.length === 0) break;
          for (const row of rows) {
            const values = readers.map((read, c) => read(row[c]));
            yield (options.rowMode === 'array' ? values : Object.fromEntries(values.map((v, c) => [portal.columns![c]!.name, v]))) as T;
          }
        }
      } finally {
        portal.close();
      }
      if (own && session.state.block === 'implicit') await drive(session.commit());
    } catch (error) {
      session.failed();
      throw error;
    } finally {
      if (own && session.state.block === 'implicit') session.rollback();
      session.running = false;
      session.clearInterrupt();
      session.endStatement();
      disarm();
      release();
    }
  }

  private cached(sql: string, paramTypes: readonly number[]): CachedQuery | undefined {
    const key = `${paramTypes.join()};${sql}`;
    let cached = this.texts.get(key);
    if (cached === undefined) {
      const list = parse(sql);
      if (list.length === 0) return undefined;
      if (list.length > 1) throw new SqlError('42601', 'cannot insert multiple commands into a prepared statement', { hint: 'Use exec() for several statements.' });
      cached = new CachedQuery(this.session, list[0]!, sql, paramTypes, true);
      this.texts.set(key, cached);
      if (this.texts.size > TEXTS_MAX) this.texts.delete(this.texts.keys().next().value!);
      if (paramTypes.length === 0) {
        this.points.set(sql, new PointQuery(this.session, cached, sql));
        if (this.points.size > TEXTS_MAX) this.points.delete(this.points.keys().next().value!);
      }
    }
    return cached;
  }
  private datums(cached: CachedQuery, params: readonly unknown[], options: QueryOptions): Datum[] {
    cached.analyzed();
    if (params.length !== cached.paramTypes.length) {
      throw new SqlError('08P01', `bind message supplies ${params.length} parameters, but prepared statement "" requires ${cached.paramTypes.length}`);
    }
    return params.map((v, k) => toDatum(v, cached.paramTypes[k]!, this.session.env, options.serializers ?? {}));
  }

  private async runOne(sql: string, params: readonly unknown[], options: QueryOptions, collector: Collector): Promise<void> {
    const { session } = this;
    session.running = true;
    session.beginStatement();
    try {
      const cached = this.cached(sql, options.paramTypes ?? []);
      if (cached === undefined) return;
      if (session.state.block === 'failed' && !endsBlock(cached.stmt)) throw abortedBlock();
      session.state.ensure();
      session.singleStatement = true;
      const running = drive(runQueries(session, cached, this.datums(cached, params, options), collector));
      if (running !== undefined) await running;
      if (session.state.block === 'implicit') {
        const done = drive(session.commit());
        if (done !== undefined) await done;
      }
    } catch (error) {
      session.failed();
      throw error;
    } finally {
      session.running = false;
      session.clearInterrupt();
      session.endStatement();
    }
  }

  private async acquire(): Promise<() => void> {
    const previous = this.tail;
    let release!: () => void;
    this.waiting++;
    this.tail = new Promise<void>((resolve) => {
      release = () => {
        this.waiting--;
        resolve();
      };
    });
    await previous;
    if (this.session.closed || this.ended) { release(); throw this.terminated ?? new SqlError('57P03', 'the session is closed'); }
    return release;
  }
  /** One statement at a time. */
  private async exclusive<T>(options: QueryOptions, body: () => Promise<T>): Promise<T> {
    const release = await this.acquire();
    const disarm = this.arm(options);
    try {
      refuseAborted(options);
      return await body();
    } catch (error) {
      throw asSqlError(error);
    } finally {
      disarm();
      release();
    }
  }
  /** Cancellation and notices of one call; answers how to undo them. */
  private arm({ signal, timeoutMs, onNotice }: QueryOptions): () => void {
    const cancel = (): void => this.session.cancel();
    const saved = this.onNotice;
    if (onNotice !== undefined) this.onNotice = onNotice;
    const timer = timeoutMs === undefined ? undefined : setTimeout(cancel, timeoutMs);
    signal?.addEventListener('abort', cancel, { once: true });
    return () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      this.onNotice = saved;
    };
  }

  async close(): Promise<void> { this.session.close(); }
  async [Symbol.asyncDispose](): Promise<void> { await this.close(); }
}

function refuseAborted({ signal }: QueryOptions): void {
  if (signal?.aborted === true) throw new SqlError('57014', 'canceling statement due to user request');
}

/** The wire protocol's SessionPort over a Session: named statements and portals, parameter decoding, result encoding. */
import type { ResultColumn } from '@pglitedb/executor';
import { parse } from '@pglitedb/parser';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Datum } from '@pglitedb/types';
import type { ResultSink, SessionPort, StatementDescription, TransactionStatus, WireField, WireFormat } from '@pglitedb/wire';
import { CachedQuery } from '../session/plan-cache.js';
import { drive } from '../session/drive.js';
import { openPortal } from '../session/commands-cursor.js';
import type { Receiver } from '../session/receiver.js';
import { abortedBlock, endsBlock, isUtilityNode, runQueries } from '../session/run-statement.js';
import type { Session } from '../session/session.js';
import { RowEncoder } from './row-encoder.js';
import type { Portal } from '../session/portals.js';

interface WireStatement { cached: CachedQuery | undefined; sql: string }
interface WirePortal { statement: WireStatement; params: Datum[]; formats: readonly number[]; portal: Portal | undefined; started: boolean }

class SinkReceiver implements Receiver {
  readonly encoder: RowEncoder;
  formats: readonly number[] = [];
  describe = true;
  constructor(private readonly session: Session, private readonly sink: ResultSink) { this.encoder = new RowEncoder(session.env); }
  columns(columns: readonly ResultColumn[]): void {
    this.encoder.begin(columns, this.formats);
    if (this.describe) this.sink.rowDescription(columns.map((c) => wireField(this.session, c)));
  }
  rows(batch: { count: number; columns: Datum[][] }): Promise<void> | undefined {
    this.encoder.encode(batch, (bytes, from, to) => this.sink.dataRow(bytes, from, to));
    return this.sink.drained();
  }
  complete(tag: string): void { this.sink.commandComplete(tag); }
  empty(): void { this.sink.emptyQuery(); }
  copyOut(binary: boolean, columns: number): ReturnType<Receiver['copyOut']> {
    const format: WireFormat = binary ? 1 : 0;
    this.sink.copyOutResponse(format, new Array<WireFormat>(columns).fill(format));
    return { write: (b) => this.sink.copyData(b), drained: () => this.sink.drained(), done: () => this.sink.copyDone() };
  }
  copyIn(binary: boolean, columns: number): AsyncIterable<Uint8Array> {
    const format: WireFormat = binary ? 1 : 0;
    return this.sink.copyInResponse(format, new Array<WireFormat>(columns).fill(format));
  }
}

export function wireField(session: Session, c: ResultColumn): WireField {
  return { name: c.name, tableOid: c.tableOid, attnum: c.attnum, typeOid: c.typeOid, typeLen: session.catalog().types.typeImpl(c.typeOid).len, typmod: c.typmod };
}

export class WireSession implements SessionPort {
  private readonly statements = new Map<string, WireStatement>();
  private readonly wirePortals = new Map<string, WirePortal>();
  constructor(readonly session: Session) {}
  get pid(): number { return this.session.pid; }
  get secretKey(): number { return this.session.secretKey; }
  transactionStatus(): TransactionStatus {
    const { block } = this.session.state;
    return block === 'failed' ? 'E' : block === 'block' ? 'T' : 'I';
  }

  simpleQuery(sql: string, sink: ResultSink): void | Promise<void> {
    this.statements.delete('');
    return drive(this.session.simpleQuery(sql, new SinkReceiver(this.session, sink)));
  }

  parse(name: string, sql: string, parameterOids: readonly number[]): void | Promise<void> {
    if (name !== '' && (this.statements.has(name) || this.session.prepared.has(name))) throw new SqlError('42P05', `prepared statement "${name}" already exists`);
    return drive(this.guard(() => this.parseSteps(name, sql, parameterOids)));
  }
  // eslint-disable-next-line require-yield
  private *parseSteps(name: string, sql: string, parameterOids: readonly number[]): Steps<void> {
    const list = parse(sql);
    if (list.length > 1) throw new SqlError('42601', 'cannot insert multiple commands into a prepared statement');
    const stmt = list[0];
    if (stmt === undefined) { this.statements.set(name, { cached: undefined, sql }); return; }
    if (this.session.state.block === 'failed' && !endsBlock(stmt)) throw abortedBlock();
    const cached = this.session.sharedStatement(stmt, sql, parameterOids);
    this.session.state.ensure();
    cached.analyzed();
    this.statements.set(name, { cached, sql });
    if (name !== '') this.session.prepared.set(name, cached);
  }

  /** Work that an error turns into a failed block. */
  private *guard<T>(body: () => Steps<T>): Steps<T> {
    this.session.running = true;
    this.session.beginStatement();
    try {
      return yield* body();
    } catch (error) {
      this.session.failed();
      throw error;
    } finally {
      this.session.running = false;
      this.session.clearInterrupt();
    }
  }

  private statement(name: string): WireStatement {
    const found = this.statements.get(name) ?? (this.session.prepared.has(name) ? { cached: this.session.prepared.get(name)!, sql: '' } : undefined);
    if (found === undefined) throw new SqlError('26000', name === '' ? 'unnamed prepared statement does not exist' : `prepared statement "${name}" does not exist`);
    return found;
  }

  bind(portal: string, statement: string, formats: readonly number[], values: readonly (Uint8Array | undefined)[], resultFormats: readonly number[]): void {
    try {
      const s = this.statement(statement);
      if (portal !== '' && this.wirePortals.has(portal)) throw new SqlError('42P03', `cursor "${portal}" already exists`);
      if (s.cached !== undefined && this.session.state.block === 'failed' && !endsBlock(s.cached.stmt)) throw abortedBlock();
      this.session.state.ensure();
      this.closePortal(portal);
      this.wirePortals.set(portal, { statement: s, params: this.decode(s, statement, formats, values), formats: resultFormats, portal: undefined, started: false });
    } catch (error) {
      this.session.failed();
      throw error;
    }
  }
  private decode(s: WireStatement, name: string, formats: readonly number[], values: readonly (Uint8Array | undefined)[]): Datum[] {
    s.cached?.analyzed();
    const types = s.cached?.paramTypes ?? [];
    if (values.length !== types.length) {
      throw new SqlError('08P01', `bind message supplies ${values.length} parameters, but prepared statement "${name}" requires ${types.length}`);
    }
    const { env } = this.session;
    return values.map((v, k) => {
      if (v === undefined) return null;
      const impl = this.session.catalog().types.typeImpl(types[k]!);
      const format = formats.length === 0 ? 0 : formats.length === 1 ? formats[0] : formats[k];
      return format === 1 ? impl.receive(v, -1, env) : impl.parse(Buffer.from(v.buffer, v.byteOffset, v.byteLength).toString('utf8'), -1, env);
    });
  }

  describeStatement(name: string): StatementDescription {
    const { cached } = this.statement(name);
    if (cached === undefined) return { parameterOids: [], fields: undefined };
    this.session.state.ensure();
    const columns = cached.columns();
    return { parameterOids: cached.paramTypes, fields: columns?.map((c) => wireField(this.session, c)) };
  }
  describePortal(name: string): readonly WireField[] | undefined {
    const p = this.wirePortals.get(name);
    if (p === undefined) {
      const sqlCursor = this.session.portals.get(name);
      if (sqlCursor === undefined) throw new SqlError('34000', `portal "${name}" does not exist`);
      return sqlCursor.columns?.map((c) => wireField(this.session, c));
    }
    return p.statement.cached?.columns()?.map((c) => wireField(this.session, c));
  }

  execute(portal: string, maxRows: number, sink: ResultSink): void | Promise<void> {
    const p = this.wirePortals.get(portal);
    if (p === undefined) throw new SqlError('34000', `portal "${portal}" does not exist`);
    const receiver = new SinkReceiver(this.session, sink);
    receiver.describe = false;
    receiver.formats = p.formats;
    const { cached } = p.statement;
    if (cached === undefined) { receiver.empty(); return; }
    return drive(this.guard(() => this.executeSteps(portal, p, cached, maxRows, receiver, sink)));
  }
  private *executeSteps(name: string, p: WirePortal, cached: CachedQuery, maxRows: number, receiver: SinkReceiver, sink: ResultSink): Steps<void> {
    const { session } = this;
    if (session.state.block === 'failed' && !endsBlock(cached.stmt)) throw abortedBlock();
    session.state.ensure();
    session.singleStatement = true;
    session.queryText = p.statement.sql;
    if (maxRows <= 0 && p.portal === undefined) {
      if (p.started && !isUtilityNode(cached.stmt)) { receiver.complete('SELECT 0'); return; }
      p.started = true;
      yield* runQueries(session, cached, p.params, receiver);
      return;
    }
    if (p.portal === undefined) {
      if (isUtilityNode(cached.stmt) || cached.columns() === undefined) { yield* runQueries(session, cached, p.params, receiver); return; }
      p.portal = yield* openPortal(session, `wire ${name}`, p.statement.sql, cached, p.params, false, false, false);
    }
    const rows = yield* p.portal.forward(maxRows <= 0 ? Infinity : maxRows);
    receiver.columns(p.portal.columns ?? []);
    receiver.rows({ count: rows.length, columns: (p.portal.columns ?? []).map((_, c) => rows.map((r) => r[c])) });
    if (maxRows > 0 && rows.length === maxRows) sink.portalSuspended();
    else receiver.complete(`SELECT ${rows.length}`);
  }

  closeStatement(name: string): void {
    this.statements.delete(name);
    if (name !== '') this.session.prepared.delete(name);
  }
  closePortal(name: string): void {
    this.wirePortals.get(name)?.portal?.close();
    this.wirePortals.delete(name);
  }
  sync(failed: boolean): void | Promise<void> {
    this.session.endStatement();
    if (this.session.state.block !== 'implicit') {
      if (this.session.state.block === 'idle') this.dropPortals();
      return;
    }
    this.dropPortals();
    if (failed) { this.session.rollback(); return; }
    return drive(this.session.commit());
  }
  private dropPortals(): void { for (const name of [...this.wirePortals.keys()]) this.closePortal(name); }
  cancel(): void { this.session.cancel(); }
  close(): void { this.session.close(); }
}

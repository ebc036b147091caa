/** The wire protocol's SessionPort over a Session: named statements and portals, parameter decoding, result encoding. */
import { asSqlError } from '../session/resource-errors.js';
import { UNSURE, type PointPlan, type ResultColumn } from '@pglitedb/executor';
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
import { WirePoint, runControl } from './point-wire.js';
import { RowEncoder } from './row-encoder.js';
import type { Portal } from '../session/portals.js';

interface WireStatement { cached: CachedQuery | undefined; sql: string; /** the short way, where one may be */ point: WirePoint | undefined }
interface WirePortal { statement: WireStatement; params: Datum[]; formats: readonly number[]; portal: Portal | undefined; started: boolean; /** bound for this plan, without a transaction */ plan: PointPlan | undefined }
const UNNAMED_MAX = 100;
const NO_VALUES: Datum[] = [];
const NO_FORMATS: readonly number[] = [];
const CONTROL_TEXTS = new Map(['BEGIN', 'begin', 'COMMIT', 'commit', 'END', 'end'].flatMap((word) => ['', ';'].map((last): [string, 'begin' | 'commit'] => [word + last, word.toLowerCase() === 'begin' ? 'begin' : 'commit'])));

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
    const short = this.simplePoint(sql, sink);
    if (short !== false) return short === true ? undefined : short;
    return drive(this.session.simpleQuery(sql, new SinkReceiver(this.session, sink)));
  }

  /** The short way of BEGIN, COMMIT and texts that differ in literals only. */
  private simplePoint(sql: string, sink: ResultSink): boolean | Promise<void> {
    const { session } = this;
    const control = CONTROL_TEXTS.get(sql);
    if (control !== undefined) return runControl(session, control, sql, sink);
    const found = session.simplePoints.find(sql);
    if (found === undefined) return false;
    const point = this.pointOf(found.cached);
    const plan = point.current();
    if (plan === undefined) return false;
    return point.execute(plan, found.params, NO_FORMATS, sql, sink, true, () =>
      this.afterWait(plan, found.params, (n) => point.write(plan, n, NO_FORMATS, sink, true), () => session.simpleQuery(sql, new SinkReceiver(session, sink))));
  }

  parse(name: string, sql: string, parameterOids: readonly number[]): void | Promise<void> {
    if (name !== '' && (this.statements.has(name) || this.session.prepared.has(name))) throw new SqlError('42P05', `prepared statement "${name}" already exists`);
    if (name === '' && this.parsedAgain(sql, parameterOids)) return;
    return drive(this.guard(() => this.parseSteps(name, sql, parameterOids)));
  }
  /** Unnamed statements by their text: drivers parse the same ones before each run. */
  private readonly unnamed = new Map<string, WireStatement>();
  /** Takes an unnamed statement of before, where nothing has changed since. */
  private parsedAgain(sql: string, parameterOids: readonly number[]): boolean {
    const known = this.unnamed.get(sql);
    if (known === undefined || this.session.state.block === 'failed') return false;
    const point = known.point!;
    const { givenTypes } = point.cached;
    if (parameterOids.length !== givenTypes.length || !parameterOids.every((oid, k) => oid === givenTypes[k])) return false;
    if (point.control === undefined && point.current() === undefined) return false;
    this.statements.set('', known);
    return true;
  }
  // eslint-disable-next-line require-yield
  private *parseSteps(name: string, sql: string, parameterOids: readonly number[]): Steps<void> {
    const list = parse(sql);
    if (list.length > 1) throw new SqlError('42601', 'cannot insert multiple commands into a prepared statement');
    const stmt = list[0];
    if (stmt === undefined) { this.statements.set(name, { cached: undefined, sql, point: undefined }); return; }
    if (this.session.state.block === 'failed' && !endsBlock(stmt)) throw abortedBlock();
    const cached = this.session.sharedStatement(stmt, sql, parameterOids);
    this.session.state.ensure();
    cached.analyzed();
    const statement = { cached, sql, point: this.pointOf(cached) };
    this.statements.set(name, statement);
    if (name === '') {
      this.unnamed.set(sql, statement);
      if (this.unnamed.size > UNNAMED_MAX) this.unnamed.delete(this.unnamed.keys().next().value!);
    }
    if (name !== '') this.session.prepared.set(name, cached);
  }

  private readonly points = new WeakMap<CachedQuery, WirePoint>();
  private pointOf(cached: CachedQuery): WirePoint {
    let point = this.points.get(cached);
    if (point === undefined) this.points.set(cached, (point = new WirePoint(this.session, cached, (columns) => columns.map((c) => wireField(this.session, c)))));
    return point;
  }

  /** Work that an error turns into a failed block. */
  private *guard<T>(body: () => Steps<T>): Steps<T> {
    this.session.running = true;
    this.session.beginStatement();
    try {
      return yield* body();
    } catch (error) {
      this.session.failed();
      throw asSqlError(error);
    } finally {
      this.session.running = false;
      this.session.clearInterrupt();
    }
  }

  private statement(name: string): WireStatement {
    const found = this.statements.get(name) ?? (this.session.prepared.has(name) ? { cached: this.session.prepared.get(name)!, sql: '', point: undefined } : undefined);
    if (found === undefined) throw new SqlError('26000', name === '' ? 'unnamed prepared statement does not exist' : `prepared statement "${name}" does not exist`);
    return found;
  }

  bind(portal: string, statement: string, formats: readonly number[], values: readonly (Uint8Array | undefined)[], resultFormats: readonly number[]): void {
    try {
      const s = this.statement(statement);
      if (portal !== '' && this.wirePortals.has(portal)) throw new SqlError('42P03', `cursor "${portal}" already exists`);
      if (this.bindPoint(portal, s, formats, values, resultFormats)) return;
      if (s.cached !== undefined && this.session.state.block === 'failed' && !endsBlock(s.cached.stmt)) throw abortedBlock();
      this.session.state.ensure();
      this.closePortal(portal);
      this.wirePortals.set(portal, { statement: s, params: this.decode(s, statement, formats, values), formats: resultFormats, portal: undefined, started: false, plan: undefined });
    } catch (error) {
      this.session.failed();
      throw error;
    }
  }
  /** Binds a statement that will go the short way: nothing of a transaction is needed before Execute. */
  private bindPoint(portal: string, s: WireStatement, formats: readonly number[], values: readonly (Uint8Array | undefined)[], resultFormats: readonly number[]): boolean {
    const { point } = s;
    if (point === undefined || this.session.state.block === 'failed') return false;
    let params = NO_VALUES;
    const plan = point.current();
    if (plan !== undefined) {
      const decoded = point.params(formats, values);
      if (decoded === undefined) return false;
      params = decoded;
    } else if (point.control === undefined || values.length > 0) return false;
    this.closePortal(portal);
    this.wirePortals.set(portal, { statement: s, params, formats: resultFormats, portal: undefined, started: false, plan });
    return true;
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
    const { point } = p.statement;
    if (p.plan !== undefined && point!.current() === p.plan) return point!.describe();
    if (point?.control !== undefined) return undefined;
    this.session.state.ensure();
    return p.statement.cached?.columns()?.map((c) => wireField(this.session, c));
  }

  execute(portal: string, maxRows: number, sink: ResultSink, synced: boolean): void | Promise<void> {
    const p = this.wirePortals.get(portal);
    if (p === undefined) throw new SqlError('34000', `portal "${portal}" does not exist`);
    const short = maxRows === 0 && !p.started && this.executePoint(portal, p, sink, synced);
    if (short !== false) return short === true ? undefined : short;
    const receiver = this.receiver(p, sink);
    const { cached } = p.statement;
    if (cached === undefined) { receiver.empty(); return; }
    return drive(this.guard(() => this.executeSteps(portal, p, cached, maxRows, receiver, sink)));
  }
  private receiver(p: WirePortal, sink: ResultSink): SinkReceiver {
    const receiver = new SinkReceiver(this.session, sink);
    receiver.describe = false;
    receiver.formats = p.formats;
    return receiver;
  }

  /** The row of a point plan is another transaction's: waits as a running statement. */
  private afterWait(plan: PointPlan, params: readonly Datum[], write: (n: number) => void, general: () => Steps<void>): Promise<void> | true {
    const { point } = this.session;
    return drive(this.guard(function* () {
      const n = yield* point.waiting(plan, params);
      if (n === UNSURE) yield* general();
      else write(n);
    })) ?? true;
  }

  /** The short way, inside a transaction or where Sync ends the one that this statement is. */
  private executePoint(portal: string, p: WirePortal, sink: ResultSink, synced: boolean): boolean | Promise<void> {
    const { statement: { point, sql }, plan } = p;
    if (point === undefined) return false;
    let done: boolean | Promise<void> = false;
    if (plan !== undefined) {
      if ((synced || this.session.state.active) && point.current() === plan) {
        done = point.execute(plan, p.params, p.formats, sql, sink, false, () =>
          this.afterWait(plan, p.params, (n) => point.write(plan, n, p.formats, sink, false), () => {
            p.started = false;
            return this.executeSteps(portal, p, point.cached, 0, this.receiver(p, sink), sink);
          }));
      }
    } else if (point.control !== undefined && synced) done = runControl(this.session, point.control, sql, sink);
    if (done !== false) p.started = true;
    return done;
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

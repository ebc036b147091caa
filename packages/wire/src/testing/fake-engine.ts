/** For tests: an engine whose answers are decided by the text of the statement. */
import { SqlError } from '@pglitedb/types';
import type { AsyncSink, AuthMethod, EnginePort, ResultSink, SessionPort, StartupRequest, WireField } from '../index.js';

const field = (name: string): WireField => ({ name, tableOid: 0, attnum: 0, typeOid: 25, typeLen: -1, typmod: -1 });

/** Body of a DataRow with text values. */
export function rowBody(values: readonly (string | undefined)[]): Buffer {
  const parts = values.flatMap((value) => {
    const length = Buffer.alloc(4);
    if (value === undefined) return [length.fill(0xff)];
    const bytes = Buffer.from(value);
    length.writeInt32BE(bytes.length);
    return [length, bytes];
  });
  return Buffer.concat([Buffer.from([values.length >> 8, values.length]), ...parts]);
}

export class FakeSession implements SessionPort {
  readonly pid = 7;
  readonly secretKey = 99;
  readonly syncs: boolean[] = [];
  readonly bound: (string | undefined)[][] = [];
  copied = '';
  flooded = 0;
  closed = false;
  private statements = new Map<string, string>();
  private wakeSleeper: (() => void) | undefined;
  private canceled = false;

  constructor(readonly asyncSink: AsyncSink) {}

  transactionStatus(): 'I' {
    return 'I';
  }

  simpleQuery(sql: string, sink: ResultSink): Promise<void> | void {
    if (sql === '') return sink.emptyQuery();
    if (sql === 'error') throw new SqlError('42601', 'bad', { detail: 'd', hint: 'h', position: 3 });
    if (sql === 'bug') throw new TypeError('oops');
    if (sql === 'sleep') return this.sleep();
    if (sql === 'copy in') return this.copyIn(sink);
    if (sql === 'flood') return this.flood(sink);
    if (sql === 'copy out') return this.copyOut(sink);
    if (sql === 'notice') sink.notice(new SqlError('00000', 'hello', { severity: 'NOTICE' }));
    sink.rowDescription([field('q'), field('n')]);
    const body = rowBody([sql, undefined]);
    sink.dataRow(body, 0, body.length);
    sink.commandComplete('SELECT 1');
  }

  parse(name: string, sql: string): void {
    if (sql === 'error') throw new SqlError('42601', 'bad');
    this.statements.set(name, sql);
  }

  async bind(_portal: string, statement: string, _formats: readonly number[], values: readonly (Uint8Array | undefined)[]): Promise<void> {
    if (!this.statements.has(statement)) throw new SqlError('26000', `prepared statement "${statement}" does not exist`);
    this.bound.push(values.map((value) => (value === undefined ? undefined : Buffer.from(value).toString())));
  }

  describeStatement() {
    return { parameterOids: [23], fields: [field('q')] };
  }

  describePortal() {
    return [field('q')];
  }

  execute(_portal: string, maxRows: number, sink: ResultSink): void {
    sink.rowDescription([field('must not be sent')]);
    const body = rowBody(this.bound.at(-1)!);
    sink.dataRow(body, 0, body.length);
    if (maxRows > 0) sink.portalSuspended();
    else sink.commandComplete('SELECT 1');
  }

  closeStatement(name: string): void {
    this.statements.delete(name);
  }

  closePortal(): void {}

  sync(failed: boolean): void {
    this.syncs.push(failed);
  }

  cancel(): void {
    this.canceled = true;
    this.wakeSleeper?.();
  }

  close(): void {
    this.closed = true;
  }

  private async sleep(): Promise<void> {
    await new Promise<void>((resolve) => (this.wakeSleeper = resolve));
    if (this.canceled) throw new SqlError('57014', 'canceling statement due to user request');
  }

  private async copyIn(sink: ResultSink): Promise<void> {
    for await (const chunk of sink.copyInResponse(0, [0])) this.copied += Buffer.from(chunk).toString();
    sink.commandComplete('COPY 1');
  }

  /** 32 MiB of rows, in batches of 64 KiB, stopping whenever the client does not keep up. */
  private async flood(sink: ResultSink): Promise<void> {
    const body = rowBody(['x'.repeat(1024)]);
    sink.rowDescription([field('q')]);
    for (let i = 0; i < 32 * 1024; i++) {
      sink.dataRow(body, 0, body.length);
      this.flooded++;
      if (i % 64 === 63) await sink.drained();
    }
    sink.commandComplete('SELECT 32768');
  }

  private copyOut(sink: ResultSink): void {
    sink.copyOutResponse(0, [0]);
    sink.copyData(Buffer.from('a\n'));
    sink.copyDone();
    sink.commandComplete('COPY 1');
  }
}

export class FakeEngine implements EnginePort {
  readonly sessions: FakeSession[] = [];
  readonly requests: StartupRequest[] = [];

  constructor(private readonly auth: AuthMethod = { kind: 'trust' }) {}

  authMethod(): AuthMethod {
    return this.auth;
  }

  async openSession(request: StartupRequest, sink: AsyncSink): Promise<SessionPort> {
    if (request.database === 'missing') throw new SqlError('3D000', 'database "missing" does not exist');
    this.requests.push(request);
    sink.parameterStatus('client_encoding', 'UTF8');
    const session = new FakeSession(sink);
    this.sessions.push(session);
    return session;
  }

  cancel(pid: number, secretKey: number): void {
    for (const session of this.sessions) if (session.pid === pid && session.secretKey === secretKey) session.cancel();
  }
}

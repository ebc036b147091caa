/** For tests: a session whose results are text, as a client of the protocol sees them. */
import type { Batch, ResultColumn } from '@pglitedb/executor';
import { SqlError, type TypeEnv } from '@pglitedb/types';
import type { Cluster } from '../server/cluster.js';
import { drive } from '../session/drive.js';
import type { Receiver } from '../session/receiver.js';
import type { Session } from '../session/session.js';

export interface TextResult { columns: { name: string; typeOid: number }[] | undefined; rows: (string | null)[][]; tag: string }

/** Collects one TextResult per statement. */
class TextReceiver implements Receiver {
  readonly results: TextResult[] = [];
  private current: TextResult = { columns: undefined, rows: [], tag: '' };
  constructor(private readonly env: TypeEnv) {}
  columns(columns: readonly ResultColumn[]): void {
    this.current.columns = columns.map((c) => ({ name: c.name, typeOid: c.typeOid }));
  }
  rows(batch: Batch): undefined {
    const impls = this.current.columns!.map((c) => this.env.types.typeImpl(c.typeOid));
    for (let r = 0; r < batch.count; r++) {
      this.current.rows.push(impls.map((impl, c) => {
        const v = batch.columns[c]![r]!;
        return v === null ? null : impl.format(v, this.env);
      }));
    }
    return undefined;
  }
  complete(tag: string): void {
    this.results.push({ ...this.current, tag });
    this.current = { columns: undefined, rows: [], tag: '' };
  }
  empty(): void { /* no result */ }
  copyOut(): never { throw new SqlError('0A000', 'COPY TO STDOUT needs a client connection'); }
  copyIn(): never { throw new SqlError('0A000', 'COPY FROM STDIN needs a client connection'); }
}

export class TextSession {
  readonly notices: SqlError[] = [];
  readonly session: Session;
  constructor(cluster: Cluster) {
    const nothing = (): undefined => undefined;
    this.session = cluster.session('postgres', 'postgres', { notice: (n) => this.notices.push(n), parameterStatus: nothing, notification: nothing, terminate: nothing });
  }
  /** Results up to the end or the error. */
  async run(sql: string): Promise<{ results: TextResult[]; error: SqlError | undefined }> {
    const receiver = new TextReceiver(this.session.env);
    try {
      await drive(this.session.simpleQuery(sql, receiver));
      return { results: receiver.results, error: undefined };
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      return { results: receiver.results, error };
    }
  }
}

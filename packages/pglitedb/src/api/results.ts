/** Results as the embedded API gives them, in PGlite's shape. */
import type { Batch, ResultColumn } from '@pglitedb/executor';
import type { TypeEnv } from '@pglitedb/types';
import type { Receiver } from '../session/receiver.js';
import { valueReader, type Parser, type ValueReader } from './values.js';
import { SqlError } from '@pglitedb/types';

export interface Field { name: string; dataTypeID: number }
export interface Results<T = Record<string, unknown>> { rows: T[]; fields: Field[]; affectedRows: number; command: string }

/** Collects one result per statement. */
export class Collector implements Receiver {
  readonly results: Results<never>[] = [];
  private rows_: unknown[] = [];
  private fields: Field[] = [];
  private readers: ValueReader[] = [];
  constructor(private readonly env: TypeEnv, private readonly rowMode: 'object' | 'array', private readonly parsers: Readonly<Record<number, Parser>>) {}
  columns(columns: readonly ResultColumn[]): void {
    this.fields = columns.map((c) => ({ name: c.name, dataTypeID: c.typeOid }));
    this.readers = columns.map((c) => valueReader(c.typeOid, this.env, this.parsers));
  }
  rows(batch: Batch): undefined {
    for (let r = 0; r < batch.count; r++) this.rows_.push(this.row(batch, r));
    return undefined;
  }
  row(batch: Batch, r: number): unknown {
    if (this.rowMode === 'array') return this.readers.map((read, c) => read(batch.columns[c]![r]));
    const row: Record<string, unknown> = {};
    for (let c = 0; c < this.readers.length; c++) row[this.fields[c]!.name] = this.readers[c]!(batch.columns[c]![r]);
    return row;
  }
  complete(tag: string): void {
    const m = /^([A-Z ]+?)(?: \d+)?(?: (\d+))?$/.exec(tag);
    const count = / (\d+)$/.exec(tag);
    const changes = /^(INSERT|UPDATE|DELETE|MERGE|COPY)/.test(tag);
    this.results.push({ rows: this.rows_ as never[], fields: this.fields, affectedRows: changes && count ? Number(count[1]) : 0, command: m?.[1] ?? tag });
    this.rows_ = [];
    this.fields = [];
  }
  empty(): void { /* no result */ }
  copyOut(): never { throw new SqlError('0A000', 'COPY TO STDOUT needs a client connection', { hint: 'Use COPY TO a file, or a query.' }); }
  copyIn(): never { throw new SqlError('0A000', 'COPY FROM STDIN needs a client connection', { hint: 'Use COPY FROM a file, or INSERT.' }); }
}

/** Rows to DataRow bodies: int16 column count, then int32 length and bytes of each value, in text or binary format. */
import type { Batch, ResultColumn } from '@pglitedb/executor';
import type { Datum, TypeEnv, TypeImpl } from '@pglitedb/types';

const START_BYTES = 1024;
const FIRST_BYTES = 128;
const KEEP_BYTES_MAX = 1 << 20;
const INT_LIKE = new Set([20, 21, 23, 26]);
const TEXT_LIKE = new Set([25, 1043, 19, 114, 705, 2275]);

type ColumnKind = 'int' | 'text' | 'bool' | 'format' | 'send';
interface EncodedColumn { kind: ColumnKind; impl: TypeImpl }

export class RowEncoder {
  private buffer = Buffer.allocUnsafe(FIRST_BYTES);
  private columns: EncodedColumn[] = [];
  constructor(private readonly env: TypeEnv) {}

  /** formats: none, one for all, or one each; 0 text, 1 binary. */
  begin(columns: readonly ResultColumn[], formats: readonly number[]): void {
    this.columns = columns.map((c, k) => {
      const impl = this.env.types.typeImpl(c.typeOid);
      const format = formats.length === 0 ? 0 : formats.length === 1 ? formats[0] : formats[k];
      if (format === 1) return { kind: 'send', impl };
      const kind: ColumnKind = INT_LIKE.has(c.typeOid) ? 'int' : TEXT_LIKE.has(c.typeOid) ? 'text' : c.typeOid === 16 ? 'bool' : 'format';
      return { kind, impl };
    });
  }

  /** Hands each row's bytes to emit; they are valid during the call only. */
  encode(batch: Batch, emit: (bytes: Uint8Array, from: number, to: number) => void): void {
    for (let r = 0; r < batch.count; r++) {
      // The row may move to a larger buffer: it is encoded before the buffer is named.
      const end = this.row(batch, r);
      emit(this.buffer, 0, end);
    }
    if (this.buffer.length > KEEP_BYTES_MAX) this.buffer = Buffer.allocUnsafe(START_BYTES);
  }

  /** One row given by its values, into `encoded`; answers where it ends. */
  encodeRow(values: readonly Datum[]): number {
    const { columns } = this;
    let at = this.reserve(0, 2);
    this.buffer.writeInt16BE(columns.length, 0);
    for (let c = 0; c < columns.length; c++) at = this.value(columns[c]!, values[c], at);
    return at;
  }
  get encoded(): Buffer { return this.buffer; }

  private row(batch: Batch, r: number): number {
    const { columns } = this;
    let at = this.reserve(0, 2);
    this.buffer.writeInt16BE(columns.length, 0);
    for (let c = 0; c < columns.length; c++) at = this.value(columns[c]!, batch.columns[c]![r], at);
    return at;
  }

  private value(column: EncodedColumn, v: Datum, at: number): number {
    if (v === null || v === undefined) {
      this.reserve(at, 4);
      return this.buffer.writeInt32BE(-1, at);
    }
    switch (column.kind) {
      case 'int': return this.ascii(String(v), at);
      case 'bool': return this.ascii(v === true ? 't' : 'f', at);
      case 'text': return this.utf8(v as string, at);
      case 'format': return this.utf8(column.impl.format(v, this.env), at);
      default: return this.bytes(column.impl.send(v, this.env), at);
    }
  }
  private ascii(text: string, at: number): number {
    this.reserve(at, 4 + text.length);
    const { buffer } = this;
    buffer.writeInt32BE(text.length, at);
    at += 4;
    for (let k = 0; k < text.length; k++) buffer[at++] = text.charCodeAt(k);
    return at;
  }
  private utf8(text: string, at: number): number {
    this.reserve(at, 4 + text.length * 3);
    const n = this.buffer.write(text, at + 4, 'utf8');
    this.buffer.writeInt32BE(n, at);
    return at + 4 + n;
  }
  private bytes(bytes: Uint8Array, at: number): number {
    this.reserve(at, 4 + bytes.length);
    this.buffer.writeInt32BE(bytes.length, at);
    this.buffer.set(bytes, at + 4);
    return at + 4 + bytes.length;
  }
  private reserve(at: number, bytes: number): number {
    if (at + bytes > this.buffer.length) {
      const next = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, at + bytes));
      this.buffer.copy(next, 0, 0, at);
      this.buffer = next;
    }
    return at + bytes;
  }
}

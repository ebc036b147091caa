/** Columns that grow row by row: what a join keeps of its build side. Read by generated code like a chunk's columns. */
import type { Emitter } from './emitter.js';
import { datumOf, type Value, type ValueKind } from './value.js';

const FIRST_ROWS = 1024;
const NO_NULLS = new Uint8Array(0);

export class Store {
  capacity = 0;
  /** int: Int32Array; num: Float64Array; else Datums. */
  data: Int32Array | Float64Array | unknown[] = [];
  nulls = NO_NULLS;
  constructor(readonly kind: ValueKind, readonly nullable: boolean) { this.clear(); }

  private get typed(): boolean { return this.kind === 'int' || this.kind === 'num'; }
  clear(): void {
    this.capacity = 0;
    this.data = this.kind === 'int' ? new Int32Array(0) : this.kind === 'num' ? new Float64Array(0) : [];
    this.nulls = NO_NULLS;
  }
  grow(capacity: number): void {
    this.capacity = capacity;
    if (!this.typed) return;
    const data = this.kind === 'int' ? new Int32Array(capacity) : new Float64Array(capacity);
    data.set(this.data as Float64Array);
    this.data = data;
    if (!this.nullable) return;
    const nulls = new Uint8Array(capacity);
    nulls.set(this.nulls);
    this.nulls = nulls;
  }

  get(at: number): unknown { return this.typed && this.nulls[at] === 1 ? null : this.data[at]; }
  put(at: number, value: unknown): void {
    if (this.typed && value === null) this.nulls[at] = 1;
    else this.data[at] = value as number;
  }

  /** Emits data[at] = x, given the names of the arrays. */
  emitPut(out: Emitter, x: Value, at: string, data: string, nulls: string): void {
    if (!this.typed) out.line(`${data}[${at}] = ${datumOf(x)};`);
    else if (x.n === 'false') out.line(`${data}[${at}] = ${x.v};`);
    else out.line(`if (${x.n}) ${nulls}[${at}] = 1; else ${data}[${at}] = ${x.v};`);
  }
  /** The value in row `at`; `absent` is a condition under which there is no row. */
  valueAt(at: string, data: string, nulls: string, absent: string): Value {
    const own = this.typed ? (this.nullable ? `${nulls}[${at}] === 1` : 'false') : `${data}[${at}] === null`;
    const n = absent === 'false' ? own : own === 'false' ? `(${absent})` : `(${absent} || ${own})`;
    return { v: `${data}[${at}]`, n, kind: this.kind };
  }
}

export function nextCapacity(capacity: number): number { return capacity === 0 ? FIRST_ROWS : capacity * 2; }

/**
 * Index entries from the log that wait until the index is opened with its key types. Recovery cannot compare keys of
 * types it does not know (enums, opclasses of users), so it only collects; the log stays until all are applied. They are
 * applied in the order of their keys, many at a time.
 */
import type { BTree, IndexKey } from '@pglitedb/storage';
import type { Datum } from '@pglitedb/types';
import type { IndexImpl } from '../index/index-impl.js';
import { readCell } from '../log/cells.js';
import { OP } from '../log/records.js';
import { RedoBuffer, RedoReader } from '../log/redo-buffer.js';

const BATCH_OPS = 32_768;

export class PendingEntries {
  private readonly byIndex = new Map<number, { ops: RedoBuffer }>();

  /** cells: the count and the cells as logged. */
  add(relfile: number, op: number, rowid: number, cells: Uint8Array): void {
    let pending = this.byIndex.get(relfile);
    if (pending === undefined) this.byIndex.set(relfile, (pending = { ops: new RedoBuffer() }));
    pending.ops.u8(op);
    pending.ops.varint(rowid);
    pending.ops.raw(cells);
  }

  /** The index is emptied: what came before does not matter. */
  truncate(relfile: number): void {
    const ops = new RedoBuffer();
    ops.u8(OP.truncate);
    this.byIndex.set(relfile, { ops });
  }

  apply(index: IndexImpl): void {
    const pending = this.byIndex.get(index.relfile);
    if (pending === undefined) return;
    const input = new RedoReader(pending.ops.view());
    const types = index.spec.keys.map((key) => key.type);
    const { pool } = index.context;
    const batch = new OpBatch(index.tree);
    while (!input.done) {
      const op = input.u8();
      if (op === OP.truncate) {
        batch.flush();
        index.tree.clear();
        continue;
      }
      const rowid = input.varint();
      const n = input.varint();
      const key: Datum[] = new Array(n);
      for (let i = 0; i < n; i++) key[i] = readCell(input, types[i]);
      batch.add(op !== OP.entryRemove, key, rowid);
      if (batch.length < BATCH_OPS) continue;
      batch.flush();
      if (pool.crowded) pool.balance();
    }
    batch.flush();
    this.byIndex.delete(index.relfile);
  }

  drop(relfile: number): void {
    this.byIndex.delete(relfile);
  }

  relfiles(): number[] {
    return [...this.byIndex.keys()];
  }
}

/** Operations in the order of their keys; of those on one entry the last one counts. */
class OpBatch {
  private keys: IndexKey[] = [];
  private readonly rowids: number[] = [];
  private readonly adds: boolean[] = [];
  /** Keys to be removed, by place. */
  private readonly removed = new Map<number, Datum[]>();
  constructor(private readonly tree: BTree) {}
  get length(): number { return this.keys.length; }

  add(adds: boolean, key: Datum[], rowid: number): void {
    const { codec } = this.tree;
    if (!codec.holds(key)) {
      this.flush();
      if (adds) this.tree.insert(key, rowid);
      return;
    }
    if (!adds) this.removed.set(this.keys.length, key);
    this.keys.push(codec.encode(key));
    this.rowids.push(rowid);
    this.adds.push(adds);
  }

  flush(): void {
    const { tree, keys, rowids } = this;
    const order = this.order();
    let first = true;
    for (let i = 0; i < order.length; i++) {
      const k = order[i]!;
      if (i + 1 < order.length && this.compare(k, order[i + 1]!) === 0) continue;
      if (this.adds[k]!) tree.insertNext(keys[k]!, rowids[k]!, first);
      else tree.delete(this.removed.get(k)!, rowids[k]!);
      first = !this.adds[k]!;
    }
    this.keys = [];
    this.rowids.length = this.adds.length = 0;
    this.removed.clear();
  }

  private compare(a: number, b: number): number {
    return this.tree.codec.compare(this.keys[a]!, this.keys[b]!) || this.rowids[a]! - this.rowids[b]!;
  }
  private order(): Uint32Array {
    const n = this.keys.length;
    const order = new Uint32Array(n);
    for (let i = 0; i < n; i++) order[i] = i;
    for (let i = 1; i < n; i++) if (this.compare(i - 1, i) > 0) return order.sort((a, b) => this.compare(a, b) || a - b);
    return order;
  }
}

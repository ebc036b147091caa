/**
 * Index entries from the log that wait until the index is opened with its key types. Recovery cannot compare keys of
 * types it does not know (enums, opclasses of users), so it only collects; the log stays until all are applied.
 */
import type { Datum } from '@pglitedb/types';
import type { IndexImpl } from '../index/index-impl.js';
import { readCell } from '../log/cells.js';
import { OP } from '../log/records.js';
import { RedoBuffer, RedoReader } from '../log/redo-buffer.js';

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
    while (!input.done) {
      if (pool.crowded) pool.balance();
      const op = input.u8();
      if (op === OP.truncate) {
        index.tree.clear();
        continue;
      }
      const rowid = input.varint();
      const n = input.varint();
      const key: Datum[] = [];
      for (let i = 0; i < n; i++) key.push(readCell(input, types[i]));
      if (op === OP.entryRemove) index.tree.delete(key, rowid);
      else index.tree.insert(key, rowid);
    }
    this.byIndex.delete(index.relfile);
  }

  drop(relfile: number): void {
    this.byIndex.delete(relfile);
  }

  relfiles(): number[] {
    return [...this.byIndex.keys()];
  }
}

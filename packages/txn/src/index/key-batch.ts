/**
 * Entries of many rows at once: keys are encoded once and sorted, so that their places in the tree follow each other
 * and equal keys of the batch stand side by side. Ascending keys beyond the tree's last need no look for conflicts.
 */
import type { IndexKey } from '@pglitedb/storage';
import type { Datum } from '@pglitedb/types';
import type { IndexBatch, RowId, Transaction } from '../api.js';
import { OP } from '../log/records.js';
import type { TableImpl } from '../table/table.js';
import type { TransactionImpl } from '../transaction/transaction.js';
import type { IndexImpl } from './index-impl.js';
import { findConflict } from './unique.js';

export class KeyBatch implements IndexBatch {
  private readonly encoded: IndexKey[];
  /** Places in `keys` by ascending key; undefined: they ascend already. */
  private readonly order: Uint32Array | undefined;

  constructor(private readonly index: IndexImpl, private readonly table: TableImpl, private readonly keys: readonly (readonly Datum[])[]) {
    const { tree } = index;
    const n = keys.length;
    this.encoded = new Array<IndexKey>(n);
    for (let i = 0; i < n; i++) this.encoded[i] = tree.encodeKey(keys[i]!);
    let ascending = true;
    for (let i = 1; i < n && ascending; i++) ascending = tree.codec.compare(this.encoded[i - 1]!, this.encoded[i]!) <= 0;
    if (ascending) return;
    this.order = new Uint32Array(n);
    for (let i = 0; i < n; i++) this.order[i] = i;
    this.order.sort((a, b) => tree.codec.compare(this.encoded[a]!, this.encoded[b]!) || a - b);
  }

  free(tx: Transaction): boolean {
    const { index, keys, encoded, order } = this;
    const { codec } = index.tree;
    const n = keys.length;
    const at = (i: number): number => (order === undefined ? i : order[i]!);
    for (let i = 1; i < n; i++) {
      if (codec.compare(encoded[at(i - 1)]!, encoded[at(i)]!) === 0 && (index.spec.nullsNotDistinct === true || !hasNull(keys[at(i)]!))) return false;
    }
    if (n === 0 || index.tree.endsBefore(encoded[at(0)]!)) return true;
    for (let i = 0; i < n; i++) if (findConflict(index, tx as TransactionImpl, this.table, keys[i]!, -1, undefined) !== undefined) return false;
    return true;
  }

  insert(tx: Transaction, rowids: readonly RowId[]): void {
    const { index, keys, encoded, order } = this;
    const owner = tx as TransactionImpl;
    index.context.beginWrite(owner);
    const n = keys.length;
    const { logged } = index;
    for (let i = 0; i < n; i++) {
      const k = order === undefined ? i : order[i]!;
      const added = index.tree.insertNext(encoded[k]!, rowids[k]!, i === 0);
      if (logged) index.log(owner, added ? OP.entryAdd : OP.entryAgain, keys[k]!, rowids[k]!);
    }
  }
}

function hasNull(key: readonly Datum[]): boolean {
  for (let i = 0; i < key.length; i++) if (key[i] === null || key[i] === undefined) return true;
  return false;
}

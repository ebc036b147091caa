/**
 * SERIALIZABLE: snapshot isolation plus backward validation. A serializable transaction that has written fails at its commit
 * (40001) if a serializable transaction that committed after its snapshot changed something it had read. So those that
 * commit are serializable in commit order, and one that only reads at the place of its snapshot. PostgreSQL's SSI (Cahill,
 * Röhm, Fekete 2008) looks for two such dependencies in a row and fails fewer transactions.
 *
 * What was read: key ranges of plain-column index scans, rows fetched by rowid, whole tables for everything else.
 */
import type { IndexKey, KeyRange } from '@pglitedb/storage';
import { CHUNK_ROWS } from '@pglitedb/storage';
import { SqlError } from '@pglitedb/types';
import type { Snapshot } from '../api.js';
import { currentKey, keyBefore } from '../index/entries.js';
import type { IndexImpl } from '../index/index-impl.js';
import type { TableImpl } from '../table/table.js';
import { UNDO_ACTION, UNDO_INSERT, type UndoRecord } from '../undo/record.js';
import { SnapshotImpl } from './snapshots.js';
import type { TransactionImpl } from './transaction.js';

/** More reads or writes than this of one table count as all of it. */
const DETAILS_MAX = 1000;

interface TableReads { all: boolean; rows: Set<number>; ranges: { index: IndexImpl; range: KeyRange }[] }
interface TableWrites { all: boolean; rows: Set<number>; keys: { index: IndexImpl; key: IndexKey }[] }

export class ReadSet {
  readonly tables = new Map<TableImpl, TableReads>();

  private of(table: TableImpl): TableReads {
    let reads = this.tables.get(table);
    if (reads === undefined) this.tables.set(table, (reads = { all: false, rows: new Set(), ranges: [] }));
    return reads;
  }

  table(table: TableImpl): void {
    const reads = this.of(table);
    reads.all = true;
    reads.rows.clear();
    reads.ranges = [];
  }

  range(table: TableImpl, index: IndexImpl, range: KeyRange): void {
    const reads = this.of(table);
    if (reads.all) return;
    if (!index.plain || reads.ranges.length >= DETAILS_MAX) this.table(table);
    else reads.ranges.push({ index, range });
  }

  row(table: TableImpl, rowid: number): void {
    const reads = this.of(table);
    if (reads.all) return;
    if (reads.rows.size >= DETAILS_MAX) this.table(table);
    else reads.rows.add(rowid);
  }
}

/** Where to note what is read with this snapshot; null: nowhere. Catalog lookups, which use snapshots of their own, are not noted. */
export function readsOf(snapshot: Snapshot): ReadSet | null {
  const reads = (snapshot.xact as TransactionImpl).reads;
  return reads !== null && snapshot instanceof SnapshotImpl ? reads : null;
}

export class SerializableChecks {
  private readonly open = new Set<TransactionImpl>();
  private committedWrites: { csn: number; writes: Map<TableImpl, TableWrites> }[] = [];

  begun(tx: TransactionImpl): void {
    if (tx.isolation !== 'serializable') return;
    this.open.add(tx);
    if (!tx.readOnly) tx.reads = new ReadSet();
  }

  /** Before a commit takes effect. Raises 40001. */
  check(tx: TransactionImpl): void {
    if (tx.reads === null || tx.base === null || tx.undo.length === 0) return;
    for (const { csn, writes } of this.committedWrites) {
      if (csn > tx.base.csn && overlaps(tx.reads, writes)) {
        throw new SqlError('40001', 'could not serialize access due to read/write dependencies among transactions', {
          detail: 'Reason code: Canceled on identification as a pivot, during commit attempt.', hint: 'The transaction might succeed if retried.',
        });
      }
    }
  }

  /** While its undo is still there. */
  committed(tx: TransactionImpl): void {
    if (tx.isolation === 'serializable' && this.open.size > 1) this.committedWrites.push({ csn: tx.commitSeq, writes: writesOf(tx) });
  }

  ended(tx: TransactionImpl): void {
    if (!this.open.delete(tx) || this.committedWrites.length === 0) return;
    let oldest = Infinity;
    for (const other of this.open) if (other.base !== null) oldest = Math.min(oldest, other.base.csn);
    this.committedWrites = this.committedWrites.filter(({ csn }) => csn > oldest);
  }
}

function writesOf(tx: TransactionImpl): Map<TableImpl, TableWrites> {
  const out = new Map<TableImpl, TableWrites>();
  for (const entry of tx.undo) {
    if (entry.kind === UNDO_ACTION) continue;
    const record = entry as UndoRecord;
    let writes = out.get(record.table);
    if (writes === undefined) out.set(record.table, (writes = { all: false, rows: new Set(), keys: [] }));
    if (record.purged) writes.all = true;
    if (!writes.all) noteWrites(record, writes);
  }
  return out;
}

function noteWrites(record: UndoRecord, writes: TableWrites): void {
  const { table } = record;
  if (writes.rows.size + record.to - record.from > DETAILS_MAX) {
    writes.all = true;
    return;
  }
  const chunk = table.chunk(record.chunkNo)!;
  for (let slot = record.from; slot < record.to; slot++) {
    writes.rows.add(record.chunkNo * CHUNK_ROWS + slot);
    for (const index of table.indexes) {
      if (!index.plain) continue;
      writes.keys.push({ index, key: index.tree.encodeKey(currentKey(index, chunk, slot)) });
      if (record.kind !== UNDO_INSERT) writes.keys.push({ index, key: index.tree.encodeKey(keyBefore(table, index, chunk, record)) });
    }
  }
}

function overlaps(reads: ReadSet, writes: Map<TableImpl, TableWrites>): boolean {
  for (const [table, written] of writes) {
    const read = reads.tables.get(table);
    if (read === undefined) continue;
    if (read.all || written.all) return true;
    for (const rowid of written.rows) if (read.rows.has(rowid)) return true;
    for (const { index, range } of read.ranges) for (const { index: other, key } of written.keys) if (index === other && within(index, key, range)) return true;
  }
  return false;
}

/** Takes exclusive bounds for inclusive ones. */
function within(index: IndexImpl, key: IndexKey, range: KeyRange): boolean {
  const { codec } = index.tree;
  const k = codec.upgrade(key);
  if (range.lower !== undefined && codec.compare(k, codec.upgrade(range.lower)) < 0) return false;
  return range.upper === undefined || codec.compare(k, codec.after(codec.upgrade(range.upper))) <= 0;
}

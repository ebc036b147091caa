/**
 * Which relation files a database's catalogs are in. Shared catalogs and the first database (oid 5) use the catalogs' own
 * oids; the files of other databases are listed in relation file 2, a table (database, relation, relfile). A database
 * that is not listed is pristine: it has PostgreSQL's initial rows, and gets its files at the first use.
 */
import { baseType, type Oid } from '@pglitedb/types';
import type { RowBatch, Table, Transaction, TransactionManager } from '@pglitedb/txn';
import { PagePending } from '@pglitedb/storage';
import { latestSnapshot } from './catalog-table.js';

export const FIRST_DATABASE: Oid = 5;
export const RELMAP_RELFILE = 2;
const ATTNUMS = [1, 2, 3] as const;

export const relmapSpec = () => ({ columns: [1, 2, 3].map(() => ({ type: baseType(26)!, missing: null })), logged: true, temporary: false });

export class CatalogFiles {
  private readonly table: Table;

  constructor(private readonly txns: TransactionManager) {
    this.table = txns.store.openTable(RELMAP_RELFILE, relmapSpec());
  }

  /** Files of a database by relation oid; undefined while it is pristine. */
  ofDatabase(tx: Transaction, database: Oid): Map<Oid, number> | undefined {
    const files = new Map<Oid, number>();
    this.each(tx, (db, oid, relfile) => { if (db === database) files.set(oid, relfile); });
    return files.size === 0 ? undefined : files;
  }

  /** Every (database, relfile). */
  all(tx: Transaction): [Oid, number][] {
    const out: [Oid, number][] = [];
    this.each(tx, (db, _oid, relfile) => out.push([db, relfile]));
    return out;
  }

  add(tx: Transaction, database: Oid, oid: Oid, relfile: number): void {
    this.table.insert(tx, [database, oid, relfile]);
  }

  /** Forgets a database's files and removes them. */
  remove(tx: Transaction, database: Oid): void {
    const doomed: number[] = [];
    this.each(tx, (db, _oid, relfile, rowid) => {
      if (db !== database) return;
      this.txns.store.drop(tx, relfile);
      doomed.push(rowid);
    });
    const snapshot = latestSnapshot(tx);
    for (const rowid of doomed) this.table.delete(tx, snapshot, rowid, { newRowid: rowid, holder: undefined, cmax: 0 });
  }

  private each(tx: Transaction, use: (database: Oid, oid: Oid, relfile: number, rowid: number) => void): void {
    const batch: RowBatch = { count: 0, rowids: new Float64Array(1024), values: [[], [], []] };
    const scan = this.table.scan(latestSnapshot(tx), ATTNUMS);
    for (;;) {
      const pending = scan.next(batch);
      if (pending !== undefined) throw new PagePending(pending);
      if (batch.count === 0) return;
      for (let i = 0; i < batch.count; i++) use(batch.values[0]![i], batch.values[1]![i], batch.values[2]![i], batch.rowids[i]!);
    }
  }
}

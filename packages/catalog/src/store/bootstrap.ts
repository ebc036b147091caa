/** Makes a cluster's catalogs, and those of a further database, from the initial rows. */
import type { Transaction, TransactionManager } from '@pglitedb/txn';
import type { Datum, Oid } from '@pglitedb/types';
import { catalogIndexSpec, catalogTableSpec } from './catalog-table.js';
import { allCatalogs, catalogFileOids, describeCatalog } from './description.js';
import { CatalogFiles, RELMAP_RELFILE, relmapSpec } from './files.js';
import { InitialData } from './initial-data.js';

/** Creates a catalog's table and indexes, and fills them. */
function loadCatalog(txns: TransactionManager, tx: Transaction, source: Iterable<Datum[]>, name: string, relfileOf: (oid: Oid) => number): void {
  const d = describeCatalog(name);
  const relfile = relfileOf(d.oid);
  const table = txns.store.createTable(tx, relfile, catalogTableSpec(d));
  const rowids: number[] = [];
  const rows: Datum[][] = [];
  for (const row of source) {
    rows.push(row);
    rowids.push(table.insert(tx, row));
  }
  for (const i of d.indexes) {
    const index = txns.store.createIndex(tx, relfileOf(i.oid), catalogIndexSpec(d, i, relfile));
    index.build(tx, rows.map((row, r) => ({ key: i.attnums.map((a) => row[a - 1]), rowid: rowids[r]! })));
  }
}

/** A fresh cluster: shared catalogs and the catalogs of the first database, in one transaction. */
export function bootstrapCluster(txns: TransactionManager): Promise<void> | undefined {
  const data = new InitialData();
  const tx = txns.begin({ pid: 0 });
  txns.store.createTable(tx, RELMAP_RELFILE, relmapSpec());
  for (const t of allCatalogs()) loadCatalog(txns, tx, data.rows(t.name), t.name, (oid) => oid);
  return txns.commit(tx, true);
}

/** Files for a further database, with the rows that `rowsOf` gives: the initial ones for a pristine database. */
export function materialiseDatabase(txns: TransactionManager, tx: Transaction, files: CatalogFiles, database: Oid, rowsOf?: (catalog: string) => Iterable<Datum[]>): Map<Oid, number> {
  const data = rowsOf === undefined ? new InitialData() : undefined;
  const map = new Map<Oid, number>();
  for (const oid of catalogFileOids(false)) {
    const relfile = txns.store.newRelfile();
    map.set(oid, relfile);
    files.add(tx, database, oid, relfile);
  }
  for (const t of allCatalogs()) {
    if (!t.shared) loadCatalog(txns, tx, rowsOf?.(t.name) ?? data!.rows(t.name), t.name, (oid) => map.get(oid)!);
  }
  return map;
}

/** CatalogWriter: changes of catalog rows in the current transaction. */
import { assert, type Oid } from '@pglitedb/types';
import type { Transaction } from '@pglitedb/txn';
import type { CatalogWriter } from './api.js';
import { Reader } from './reader.js';
import type { CatalogName, CatalogRow } from './rows.js';
import { latestSnapshot, type FoundRow } from './store/catalog-table.js';
import type { AnyRow } from './store/row-codec.js';

export class Writer extends Reader implements CatalogWriter {
  private writing(): Transaction {
    const tx = this.currentTransaction();
    assert(tx !== undefined && tx.state === 'active', 'catalog changes need a transaction');
    return tx;
  }

  insert<K extends CatalogName>(catalog: K, row: CatalogRow<K>): void {
    const tx = this.writing();
    this.table(catalog).insert(tx, row as AnyRow);
    this.catalog.noteChange(tx, this.session.databaseOid, catalog, row as AnyRow);
  }

  update<K extends CatalogName>(catalog: K, where: Partial<CatalogRow<K>>, changes: Partial<CatalogRow<K>>): number {
    return this.change(catalog, where, (tx, found) => {
      this.table(catalog).update(tx, latestSnapshot(tx), found, changes as AnyRow);
      this.catalog.noteChange(tx, this.session.databaseOid, catalog, { ...found.row, ...changes });
    });
  }

  remove<K extends CatalogName>(catalog: K, where: Partial<CatalogRow<K>>): number {
    return this.change(catalog, where, (tx, found) => this.table(catalog).remove(tx, latestSnapshot(tx), found.rowid));
  }

  private change<K extends CatalogName>(catalog: K, where: Partial<CatalogRow<K>>, act: (tx: Transaction, found: FoundRow) => void): number {
    this.catalog.settle();
    const tx = this.writing();
    const found = this.table(catalog).find(latestSnapshot(tx), where as AnyRow);
    for (const f of found) {
      act(tx, f);
      this.catalog.noteChange(tx, this.session.databaseOid, catalog, f.row);
    }
    return found.length;
  }

  noteSqlChange(relation: Oid): void {
    this.catalog.noteSqlChange(this.writing(), this.session.databaseOid, relation);
  }

  newOid(): Oid {
    return this.catalog.txns.store.nextOid();
  }
}

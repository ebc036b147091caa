/**
 * The catalogs of a cluster. One CatalogSet per database and one for the shared catalogs hold opened tables and caches of
 * committed state. Changes of running transactions are kept apart (CatalogChanges) and settled lazily: every read first
 * looks whether a transaction with changes has ended, and drops what it made stale.
 */
import { assert, notImplemented, SqlError, type Datum, type Oid, type TypeEnv } from '@pglitedb/types';
import type { Transaction, TransactionManager } from '@pglitedb/txn';
import type { CatalogReader, CatalogSession, CatalogWriter, RelationInfo } from './api.js';
import { CatalogChanges } from './cache/invalidation.js';
import { RowCaches } from './cache/row-caches.js';
import { Reader } from './reader.js';
import { CatalogTable, latestSnapshot } from './store/catalog-table.js';
import { allCatalogs, catalogFileOids, catalogName, describeCatalog } from './store/description.js';
import { CatalogFiles, FIRST_DATABASE } from './store/files.js';
import { materialiseDatabase } from './store/bootstrap.js';
import type { AnyRow } from './store/row-codec.js';
import { BOOTSTRAP_SUPERUSER } from './acl/acl-check.js';
import { Writer } from './writer.js';

/** Tables and committed caches of one database, or of the shared catalogs (oid 0). */
export class CatalogSet {
  readonly caches = new RowCaches(true);
  readonly relcache = new Map<Oid, RelationInfo | null>();
  private readonly tables = new Map<string, CatalogTable>();
  /** Reads committed state, for what outlives a transaction (types of stored columns). */
  private systemReader: Reader | undefined;

  constructor(readonly databaseOid: Oid, private readonly txns: TransactionManager, readonly files: Map<Oid, number> | undefined) {}

  table(catalog: string): CatalogTable {
    let t = this.tables.get(catalog);
    if (t === undefined) {
      t = new CatalogTable(describeCatalog(catalog), this.txns.store, (oid) => this.relfile(oid));
      this.tables.set(catalog, t);
    }
    return t;
  }

  relfile(oid: Oid): number {
    return this.files?.get(oid) ?? oid;
  }

  reader(catalog: Catalog): Reader {
    return (this.systemReader ??= new Reader(catalog, this, {
      databaseOid: this.databaseOid, userOid: () => BOOTSTRAP_SUPERUSER, setting: () => undefined, tempNamespace: () => 0,
    }, () => undefined));
  }

  invalidate(changes: CatalogChanges): void {
    for (const c of changes.catalogs) this.caches.clear(c);
    if (changes.allRelations) this.relcache.clear();
    else for (const oid of changes.relations) this.relcache.delete(oid);
  }
}

const FIRST_NORMAL_OBJECT_ID = 16384;

/** Checks a domain's constraints; the executor gives it. */
export type DomainChecker = (domainOid: Oid, value: Datum, env: TypeEnv) => void;

export class Catalog {
  readonly shared: CatalogSet;
  private readonly databases = new Map<Oid, CatalogSet>();
  private readonly files: CatalogFiles;
  private pending: CatalogChanges[] = [];
  private versions = 1;
  /** The version of committed state. */
  committedVersion = 1;
  domainChecker: DomainChecker | undefined;
  private systemTx: Transaction | undefined;
  private readonly sharedOids = new Set(catalogFileOids(true));

  constructor(readonly txns: TransactionManager) {
    this.shared = new CatalogSet(0, txns, undefined);
    this.files = new CatalogFiles(txns);
  }

  /** Reads as of the latest commit, plus the changes of the transaction that currentTransaction() gives. */
  reader(session: CatalogSession, currentTransaction: () => Transaction | undefined): CatalogReader {
    return new Reader(this, this.database(session.databaseOid), session, currentTransaction);
  }

  writer(session: CatalogSession, currentTransaction: () => Transaction | undefined): CatalogWriter {
    return new Writer(this, this.database(session.databaseOid), session, currentTransaction);
  }

  /** The database's catalogs; gives a pristine database its files. */
  database(oid: Oid): CatalogSet {
    let set = this.databases.get(oid);
    if (set === undefined) {
      set = new CatalogSet(oid, this.txns, oid === FIRST_DATABASE ? undefined : this.databaseFiles(oid));
      this.databases.set(oid, set);
    }
    return set;
  }

  private databaseFiles(oid: Oid): Map<Oid, number> {
    const known = this.files.ofDatabase(this.systemTransaction(), oid);
    if (known !== undefined) return known;
    const tx = this.txns.begin({ pid: 0 });
    const files = materialiseDatabase(this.txns, tx, this.files, oid);
    void this.txns.commit(tx, false);
    return files;
  }

  /** Opens the catalogs' indexes for which recovery has entries waiting. */
  openPendingIndexes(): void {
    const pending = new Set(this.txns.store.pendingIndexes());
    if (pending.size === 0) return;
    for (const relfile of pending) if (this.sharedOids.has(relfile)) { this.openTables(this.shared, true); break; }
    const owners = new Set<Oid>();
    for (const oid of catalogFileOids(false)) if (pending.has(oid)) owners.add(FIRST_DATABASE);
    for (const [database, relfile] of this.files.all(this.systemTransaction())) if (pending.has(relfile)) owners.add(database);
    for (const database of owners) this.openTables(this.database(database), false);
  }

  /** The users' indexes in these relation files (txns.store.pendingIndexes() after recovery). */
  locateIndexes(relfiles: readonly number[]): { database: Oid; relation: Oid; index: Oid; relfile: number }[] {
    const wanted = new Set(relfiles);
    if (wanted.size === 0) return [];
    const found: { database: Oid; relation: Oid; index: Oid; relfile: number }[] = [];
    const materialised = new Set<Oid>([FIRST_DATABASE, ...this.files.all(this.systemTransaction()).map(([db]) => db)]);
    for (const database of materialised) {
      const reader = this.database(database).reader(this);
      for (const c of reader.rows('pg_class', { relkind: 'i' })) {
        if (c.oid < FIRST_NORMAL_OBJECT_ID || !wanted.has(c.relfilenode)) continue;
        found.push({ database, relation: reader.syscache('INDEXRELID', c.oid)?.indrelid ?? 0, index: c.oid, relfile: c.relfilenode });
      }
    }
    return found;
  }

  private openTables(set: CatalogSet, shared: boolean): void {
    for (const t of allCatalogs()) if (t.shared === shared) set.table(t.name);
  }

  /**
   * CREATE DATABASE's files. From a pristine template the new database is pristine too; from another one it gets a copy of
   * the catalogs.
   */
  createDatabase(tx: Transaction, database: Oid, template: Oid): void {
    assert(database !== FIRST_DATABASE, 'the first database is there from the start');
    if (template !== FIRST_DATABASE && this.files.ofDatabase(tx, template) === undefined) return;
    const source = this.database(template);
    const snapshot = latestSnapshot(tx);
    if (source.table('pg_class').find(snapshot, undefined).some(({ row }) => row.oid >= FIRST_NORMAL_OBJECT_ID && row.relfilenode !== 0)) {
      throw notImplemented('copying a template database that contains relations');
    }
    materialiseDatabase(this.txns, tx, this.files, database, (catalog) => source.table(catalog).columns(snapshot));
  }

  /** DROP DATABASE's files. The caller has made sure that nobody is connected. */
  dropDatabase(tx: Transaction, database: Oid): void {
    if (database === FIRST_DATABASE) throw new SqlError('0A000', 'dropping the first database of a cluster is not supported yet');
    this.files.remove(tx, database);
    this.databases.delete(database);
  }

  isShared(relation: Oid): boolean {
    return this.sharedOids.has(relation);
  }

  /** The transaction for reads outside of any: never writes. */
  systemTransaction(): Transaction {
    return (this.systemTx ??= this.txns.begin({ pid: 0, readOnly: true }));
  }

  /** Changes of this transaction, undefined while it has made none. */
  changesOf(tx: Transaction): CatalogChanges | undefined {
    if (this.pending.length === 0) return undefined;
    for (const c of this.pending) {
      if (c.tx !== tx) continue;
      if (c.epoch !== tx.epoch) this.afterSavepoint(c);
      return c;
    }
    return undefined;
  }

  /** Drops what ended transactions made stale. Called before every read. */
  /** The version of the committed catalog, after settling what has ended. */
  currentVersion(): number {
    this.settle();
    return this.committedVersion;
  }

  settle(): void {
    for (let i = 0; i < this.pending.length; i++) if (this.pending[i]!.tx.state !== 'active') { this.settleEnded(); return; }
  }

  private settleEnded(): void {
    const ended = this.pending.filter((c) => c.tx.state !== 'active');
    this.pending = this.pending.filter((c) => c.tx.state === 'active');
    for (const c of ended) {
      if (c.tx.state !== 'committed') continue;
      this.shared.invalidate(c);
      this.databases.get(c.databaseOid)?.invalidate(c);
      this.committedVersion = ++this.versions;
    }
  }

  /** A transaction changed this row (old or new version; undefined = any) of a catalog. */
  noteChange(tx: Transaction, database: Oid, catalog: string, row: AnyRow | undefined): void {
    let changes = this.changesOf(tx);
    if (changes === undefined) {
      changes = new CatalogChanges(tx, database);
      this.pending.push(changes);
      tx.catalogChanged = true;
    }
    changes.note(catalog, row);
    changes.version = ++this.versions;
  }

  /** For rows of a catalog that were changed by plain SQL (allow_system_table_mods) and not through a writer. */
  noteSqlChange(tx: Transaction, database: Oid, relation: Oid): void {
    const name = catalogName(relation);
    if (name !== undefined) this.noteChange(tx, database, name, undefined);
  }

  /** Own changes may be gone after ROLLBACK TO SAVEPOINT: what was read of them is read again. */
  private afterSavepoint(changes: CatalogChanges): void {
    changes.epoch = changes.tx.epoch;
    changes.forget();
    changes.version = ++this.versions;
  }
}

/** Opens the catalogs over a transaction manager whose storage holds a cluster (bootstrapCluster or clusterImage). */
export function openCatalog(txns: TransactionManager): Catalog {
  return new Catalog(txns);
}

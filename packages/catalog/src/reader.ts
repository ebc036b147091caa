/** CatalogReader: syscaches, relcache, search path and types, as one session in its transaction sees them. */
import type { Transaction } from '@pglitedb/txn';
import { assert, type Datum, type Oid, type TypeEnv } from '@pglitedb/types';
import type { CatalogReader, CatalogSession, RelationInfo } from './api.js';
import type { Catalog, CatalogSet } from './catalog.js';
import type { CatalogChanges } from './cache/invalidation.js';
import { buildRelation } from './cache/relcache.js';
import { cacheKey, type CacheOfIndex } from './cache/row-caches.js';
import { SYSCACHES, type CacheId, type CacheRow } from './cache/syscache-ids.js';
import { SearchPath } from './namespace/search-path.js';
import type { CatalogName, CatalogRow } from './rows.js';
import { latestSnapshot, type CatalogTable } from './store/catalog-table.js';
import { describeCatalog } from './store/description.js';
import type { AnyRow } from './store/row-codec.js';
import { CatalogTypes } from './types/type-resolver.js';

export class Reader implements CatalogReader {
  readonly types: CatalogTypes;
  private readonly path: SearchPath;

  constructor(readonly catalog: Catalog, readonly database: CatalogSet, readonly session: CatalogSession, protected readonly currentTransaction: () => Transaction | undefined) {
    this.types = new CatalogTypes(this);
    this.path = new SearchPath(this);
  }

  protected transaction(): Transaction {
    const tx = this.currentTransaction();
    return tx !== undefined && tx.state === 'active' ? tx : this.catalog.systemTransaction();
  }

  /** Own uncommitted changes, after settling what others committed. */
  changes(): CatalogChanges | undefined {
    this.catalog.settle();
    const tx = this.currentTransaction();
    return tx !== undefined && tx.catalogChanged ? this.catalog.changesOf(tx) : undefined;
  }

  protected set(catalog: string): CatalogSet {
    return describeCatalog(catalog).shared ? this.catalog.shared : this.database;
  }

  protected table(catalog: string): CatalogTable {
    return this.set(catalog).table(catalog);
  }

  /** Committed caches by id, found once. */
  private readonly committed: Partial<Record<CacheId, CacheOfIndex>> = {};

  private cache(id: CacheId): CacheOfIndex {
    const changes = this.changes();
    if (changes !== undefined) {
      const [catalog, index] = SYSCACHES[id];
      if (changes.catalogs.has(catalog)) return changes.caches.of(catalog, index);
    }
    return (this.committed[id] ??= this.set(SYSCACHES[id][0]).caches.of(SYSCACHES[id][0], SYSCACHES[id][1]));
  }

  syscache<K extends CacheId>(id: K, ...keys: Datum[]): CacheRow<K> | undefined {
    const { rows } = this.cache(id);
    const key = cacheKey(keys);
    const known = rows.get(key);
    if (known !== undefined) return known.row as CacheRow<K> | undefined;
    const [catalog, index] = SYSCACHES[id];
    const row = this.table(catalog).lookup(latestSnapshot(this.transaction()), index, indexKeys(catalog, index, keys));
    rows.set(key, { row });
    return row as CacheRow<K> | undefined;
  }

  syscacheList<K extends CacheId>(id: K, ...keys: Datum[]): readonly CacheRow<K>[] {
    const { lists } = this.cache(id);
    const key = `${keys.length}:${cacheKey(keys)}`;
    let rows = lists.get(key);
    if (rows === undefined) {
      const [catalog, index] = SYSCACHES[id];
      rows = this.table(catalog).byPrefix(latestSnapshot(this.transaction()), index, indexKeys(catalog, index, keys)).map((f) => f.row);
      lists.set(key, rows);
    }
    return rows as readonly CacheRow<K>[];
  }

  rows<K extends CatalogName>(catalog: K, where?: Partial<CatalogRow<K>>): readonly CatalogRow<K>[] {
    this.catalog.settle();
    const found = this.table(catalog).find(latestSnapshot(this.transaction()), where as AnyRow | undefined);
    return found.map((f) => f.row) as unknown as readonly CatalogRow<K>[];
  }

  relation(oid: Oid): RelationInfo | undefined {
    const changes = this.changes();
    const cache = changes !== undefined && changes.concerns(oid) ? changes.relcache : this.database.relcache;
    let info = cache.get(oid);
    if (info === undefined) {
      info = buildRelation(this, oid) ?? null;
      // A relation that is not there may be made by anybody: only what exists is remembered.
      if (info !== null) cache.set(oid, info);
    }
    return info ?? undefined;
  }

  /** Relation file of a relation, which for catalogs is not pg_class.relfilenode. */
  relfileOf(oid: Oid, relfilenode: number): number {
    if (oid >= 16384) return relfilenode;
    return this.catalog.isShared(oid) ? oid : this.database.relfile(oid);
  }

  searchPath(): readonly Oid[] {
    return this.path.active();
  }

  creationNamespace(): Oid {
    return this.path.creation();
  }

  relid(schema: string | undefined, name: string): Oid {
    return this.path.relid(schema, name);
  }

  version(): number {
    return this.changes()?.version ?? this.catalog.committedVersion;
  }

  checkDomain(domain: Oid, value: Datum, env: TypeEnv): void {
    this.catalog.domainChecker?.(domain, value, env);
  }

  /** Reads committed state only: its types may be kept by stored tables. */
  systemReader(): Reader {
    return this.database.reader(this.catalog);
  }
}

/** Key values as the index has them: vectors as PgArray. */
function indexKeys(catalog: string, index: string, keys: readonly Datum[]): readonly Datum[] {
  if (!keys.some(Array.isArray)) return keys;
  const d = describeCatalog(catalog);
  const i = d.indexes.find((x) => x.name === index);
  assert(i !== undefined, `no index ${index}`);
  return keys.map((k, n) => (Array.isArray(k) ? d.columns[i.attnums[n]! - 1]!.type.parse(k.join(' '), -1, undefined as never) : k));
}

/**
 * The catalog as the analyzer, planner and executor read it: PostgreSQL's syscache, relcache and namespace search, under
 * their names, with rows as plain records whose fields are the catalogs' column names; array and vector columns are plain
 * JS arrays in them (tables hold PgArray), pg_node_tree columns the text of encodeNode. Do not change the rows. All reads are synchronous and see
 * the latest committed state plus the own transaction's changes.
 */
import type { Datum, Oid, TypeResolver } from '@pglitedb/types';
import type { AclItem } from './acl/acl-item.js';
import type { CacheId, CacheRow } from './cache/syscache-ids.js';
import type { CatalogName, CatalogRow } from './rows.js';

/** What the catalog must know of the session that reads. */
export interface CatalogSession {
  readonly databaseOid: Oid;
  /** Current role (SET ROLE, security definer). */
  userOid(): Oid;
  setting(name: string): string | undefined;
  /** Its pg_temp_N namespace, 0 until it has one. */
  tempNamespace(): Oid;
  /** FORCE ROW LEVEL SECURITY does not count for checks of foreign keys, which run as the table's owner. */
  noForceRowSecurity?: boolean;
}

export interface RelationAttribute {
  attnum: number; attname: string; atttypid: Oid; atttypmod: number; attcollation: Oid; attnotnull: boolean; atthasdef: boolean;
  attidentity: '' | 'a' | 'd'; attgenerated: '' | 's' | 'v'; attisdropped: boolean; attislocal: boolean; attinhcount: number; attlen: number;
  attstorage: string; attacl: readonly AclItem[] | null; /** value of the column in older rows */ missing: Datum | undefined;
}
/** A relcache entry: what is needed again and again of a relation, frozen, dropped from the cache when it changes. */
export interface RelationInfo {
  readonly oid: Oid; readonly relname: string; readonly relnamespace: Oid; readonly nspname: string; readonly reltype: Oid; readonly relowner: Oid;
  readonly relkind: string; readonly relpersistence: string; readonly relfile: number; readonly relhasindex: boolean; readonly relhassubclass: boolean;
  readonly relispartition: boolean; readonly relrowsecurity: boolean; readonly relforcerowsecurity: boolean; readonly reloptions: readonly string[]; readonly relacl: readonly AclItem[] | null; readonly relam: Oid; readonly reltablespace: Oid;
  readonly relpages: number; readonly reltuples: number;
  /** attributes[attnum - 1], dropped ones included */ readonly attributes: readonly RelationAttribute[];
  /** pg_attrdef.adbin as an analysed expression (opaque here: planner's Expr), by attnum */ readonly defaults: ReadonlyMap<number, unknown>;
  readonly indexes: readonly IndexInfo[];
  readonly checks: readonly { oid: Oid; name: string; expr: unknown; validated: boolean; enforced: boolean; noinherit: boolean }[];
  /** FOREIGN KEY constraints of this table, and those of others that point at it */ readonly foreignKeys: readonly ForeignKeyInfo[]; readonly referencedBy: readonly ForeignKeyInfo[];
  readonly triggers: readonly CatalogRow<'pg_trigger'>[];
  /** pg_rewrite rows; a view's _RETURN holds its Query */ readonly rules: readonly { oid: Oid; rulename: string; event: 'select' | 'update' | 'insert' | 'delete'; isInstead: boolean; enabled: string; qual: unknown; actions: readonly unknown[] }[];
  /** PARTITION BY, for relkind p; expressions as the planner's Exprs over varno 1 */ readonly partitionKey: PartitionKeyInfo | undefined;
  /** pg_class.relpartbound as a tree (planner's PartitionBoundSpec), undefined where it is no partition */ readonly partitionBound: unknown;
  /** pg_inherits children and parents, in order; detached ones are not among them */ readonly children: readonly Oid[]; readonly parents: readonly Oid[];
}
export interface PartitionKeyInfo {
  readonly strategy: 'l' | 'r' | 'h'; /** 0 for expressions */ readonly attnums: readonly number[]; readonly opclasses: readonly Oid[]; readonly collations: readonly Oid[]; readonly exprs: readonly unknown[]; /** 0: none */ readonly defaultOid: Oid;
}
export interface IndexInfo {
  readonly oid: Oid; readonly relname: string; readonly relfile: number; readonly relam: Oid; readonly amname: string;
  readonly unique: boolean; readonly primary: boolean; readonly exclusion: boolean; readonly immediate: boolean; readonly valid: boolean; readonly ready: boolean; readonly nullsNotDistinct: boolean; readonly clustered: boolean; readonly replident: boolean;
  /** attnums, 0 for expressions; the first nkeys are keys, the rest INCLUDE */ readonly attnums: readonly number[]; readonly nkeys: number;
  readonly opclasses: readonly Oid[]; readonly opfamilies: readonly Oid[]; readonly collations: readonly Oid[]; /** bit 1 DESC, bit 2 NULLS FIRST */ readonly options: readonly number[]; readonly keytypes: readonly Oid[];
  /** planner Exprs over varno 1, for the attnums that are 0 */ readonly expressions: readonly unknown[]; readonly reloptions: readonly string[]; readonly predicate: unknown | undefined;
  readonly relpages: number; readonly reltuples: number;
}
export interface ForeignKeyInfo {
  readonly oid: Oid; readonly name: string; readonly conrelid: Oid; readonly confrelid: Oid; readonly conkey: readonly number[]; readonly confkey: readonly number[];
  readonly pfeqop: readonly Oid[]; readonly indexOid: Oid; readonly onDelete: string; readonly onUpdate: string; readonly match: string; readonly deferrable: boolean; readonly deferred: boolean; readonly validated: boolean; readonly enforced: boolean; readonly delsetcols: readonly number[]; /** PERIOD */ readonly conperiod: boolean; readonly parentOid: Oid;
}

export interface CatalogReader {
  readonly session: CatalogSession;
  readonly types: TypeResolver;
  /** SearchSysCache: at most one row. */
  syscache<K extends CacheId>(id: K, ...keys: Datum[]): CacheRow<K> | undefined;
  /** SearchSysCacheList: all rows whose leading keys match. */
  syscacheList<K extends CacheId>(id: K, ...keys: Datum[]): readonly CacheRow<K>[];
  /** All visible rows of a catalog, where the given columns equal (uses an index where one fits). */
  rows<K extends CatalogName>(catalog: K, where?: Partial<CatalogRow<K>>): readonly CatalogRow<K>[];
  /** The relcache entry; undefined where there is no such relation. */
  relation(oid: Oid): RelationInfo | undefined;
  /** Active search path: namespace oids, pg_temp and pg_catalog in their implicit places. */
  searchPath(): readonly Oid[];
  /** Schema in which unqualified new objects go; 0 if none (3F000 is the caller's), -1: pg_temp comes first and is still to be made. */
  creationNamespace(): Oid;
  /** RangeVarGetRelid with missing_ok: 0 when there is none. schema undefined = search path. Raises 3F000/0A000 for a bad catalog or schema. */
  relid(schema: string | undefined, name: string): Oid;
  /** A number that changes whenever anything in the catalogs that this session can see changed: plans are stale when it differs. */
  version(): number;
}

/** Changes of catalog rows, for DDL: goes through ordinary versioned tables, so it rolls back by undo. */
export interface CatalogWriter extends CatalogReader {
  insert<K extends CatalogName>(catalog: K, row: CatalogRow<K>): void;
  /** Updates the row with this oid (or the key columns in `where`). */
  update<K extends CatalogName>(catalog: K, where: Partial<CatalogRow<K>>, changes: Partial<CatalogRow<K>>): number;
  remove<K extends CatalogName>(catalog: K, where: Partial<CatalogRow<K>>): number;
  newOid(): Oid;
  /** Plain SQL changed rows of this catalog: what was read of it is read again. */
  noteSqlChange(relation: Oid): void;
}

/**
 * What a transaction changed of the catalogs, and its private caches. Caches over committed state serve everything that
 * the transaction has not changed; rows of changed catalogs and changed relations come from the private ones, which
 * forget at each change. At commit the same sets tell which committed cache entries are stale.
 */
import type { Transaction } from '@pglitedb/txn';
import type { Oid } from '@pglitedb/types';
import type { RelationInfo } from '../api.js';
import type { AnyRow } from '../store/row-codec.js';
import { RowCaches } from './row-caches.js';

/** Columns that hold the relation whose relcache entry a row belongs to. */
const RELATION_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  pg_class: ['oid'], pg_attribute: ['attrelid'], pg_attrdef: ['adrelid'], pg_index: ['indrelid', 'indexrelid'],
  pg_constraint: ['conrelid', 'confrelid'], pg_trigger: ['tgrelid'], pg_rewrite: ['ev_class'], pg_inherits: ['inhrelid', 'inhparent'],
  pg_policy: ['polrelid'], pg_partitioned_table: ['partrelid'],
};
/** Catalogs whose change may concern any relation's entry. */
const ALL_RELATIONS = new Set(['pg_namespace', 'pg_opclass', 'pg_am']);

export class CatalogChanges {
  readonly catalogs = new Set<string>();
  readonly relations = new Set<Oid>();
  allRelations = false;
  readonly caches = new RowCaches(false);
  readonly relcache = new Map<Oid, RelationInfo | null>();
  version = 0;
  /** tx.epoch as of the caches' contents. */
  epoch: number;

  constructor(readonly tx: Transaction, readonly databaseOid: Oid) {
    this.epoch = tx.epoch;
  }

  note(catalog: string, row: AnyRow | undefined): void {
    this.catalogs.add(catalog);
    this.caches.clear(catalog);
    if (ALL_RELATIONS.has(catalog)) this.allRelations = true;
    // An index is part of its table's entry, and its pg_class row does not name the table.
    if (catalog === 'pg_class' && (row?.relkind === 'i' || row?.relkind === 'I')) this.allRelations = true;
    const columns = RELATION_COLUMNS[catalog];
    if (columns !== undefined) {
      if (row === undefined) this.allRelations = true;
      else {
        for (const c of columns) if (row[c] !== 0) this.relations.add(row[c] as Oid);
        if (catalog === 'pg_index') this.relcache.delete(row.indrelid as Oid);
      }
    }
    this.relcache.clear();
  }

  /** After ROLLBACK TO SAVEPOINT: what was read may be gone. */
  forget(): void {
    this.caches.clearAll();
    this.relcache.clear();
  }

  concerns(relation: Oid): boolean {
    return this.allRelations || this.relations.has(relation);
  }
}

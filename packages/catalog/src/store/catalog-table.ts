/** One catalog of one database (or a shared one): its table and indexes opened on the relation store. */
import { PagePending } from '@pglitedb/storage';
import type { Index, IndexSpec, KeyRange, RelationStore, RowBatch, RowId, RowOpResult, Snapshot, Table, TableSpec, Transaction } from '@pglitedb/txn';
import { TM } from '@pglitedb/txn';
import { SqlError, type Datum, type Oid } from '@pglitedb/types';
import type { CatalogDescription, IndexDescription } from './description.js';
import { columnsFromRow, rowFromColumns, toDatum, type AnyRow } from './row-codec.js';

export interface FoundRow { readonly rowid: RowId; readonly row: AnyRow }

export function catalogTableSpec(d: CatalogDescription): TableSpec {
  return { columns: d.columns.map((c) => ({ type: c.type, missing: null })), logged: true, temporary: false };
}

export function catalogIndexSpec(d: CatalogDescription, i: IndexDescription, tableRelfile: number): IndexSpec {
  return {
    keys: i.attnums.map((a) => ({ type: d.columns[a - 1]!.type, descending: false, nullsFirst: false, memcomparable: d.columns[a - 1]!.type.sortKey !== undefined })),
    tableColumns: [...i.attnums], logged: true, temporary: false, unique: i.unique, nullsNotDistinct: false, tableRelfile,
  };
}

/** Every commit, and everything the own transaction did, the running command included. */
export function latestSnapshot(tx: Transaction): Snapshot {
  return { csn: Number.MAX_SAFE_INTEGER, curcid: Number.MAX_SAFE_INTEGER, xact: tx };
}

export class CatalogTable {
  readonly table: Table;
  private readonly indexes: { readonly d: IndexDescription; readonly index: Index }[];
  private readonly allAttnums: readonly number[];
  private readonly batch: RowBatch;

  constructor(readonly d: CatalogDescription, store: RelationStore, relfileOf: (oid: Oid) => number) {
    const relfile = relfileOf(d.oid);
    this.table = store.openTable(relfile, catalogTableSpec(d));
    this.indexes = d.indexes.map((i) => ({ d: i, index: store.openIndex(relfileOf(i.oid), catalogIndexSpec(d, i, relfile)) }));
    this.allAttnums = d.columns.map((_, i) => i + 1);
    this.batch = { count: 0, rowids: new Float64Array(1024), values: d.columns.map(() => []) };
  }

  /** The single row of a unique index with this full key. */
  lookup(snapshot: Snapshot, indexName: string, key: readonly Datum[]): AnyRow | undefined {
    const { index } = this.indexNamed(indexName);
    const rowid = index.lookup(this.table, snapshot, key);
    if (rowid < 0) return undefined;
    const { values } = this.batch;
    return this.table.fetch(snapshot, rowid, this.allAttnums, values, 0) ? rowFromColumns(this.d, values, 0) : undefined;
  }

  /** Rows whose leading index columns equal `key`, in index order. */
  byPrefix(snapshot: Snapshot, indexName: string, key: readonly Datum[]): FoundRow[] {
    const range: KeyRange = { lower: key, lowerInclusive: true, upper: key, upperInclusive: true };
    return this.drain(this.indexNamed(indexName).index.scan(this.table, snapshot, [range], 'forward', this.allAttnums));
  }

  /** Every row as its column values. */
  columns(snapshot: Snapshot): Datum[][] {
    const rows: Datum[][] = [];
    const { batch } = this;
    const scan = this.table.scan(snapshot, this.allAttnums);
    for (;;) {
      const pending = scan.next(batch);
      if (pending !== undefined) throw new PagePending(pending);
      if (batch.count === 0) return rows;
      for (let i = 0; i < batch.count; i++) rows.push(batch.values.map((c) => c[i]));
    }
  }

  /** Rows where the columns have these values, by the index with the longest matching prefix. */
  find(snapshot: Snapshot, where: AnyRow | undefined): FoundRow[] {
    const names = where === undefined ? [] : Object.keys(where);
    if (where === undefined || names.length === 0) return this.drain(this.table.scan(snapshot, this.allAttnums));
    let best: IndexDescription | undefined;
    let bestLength = 0;
    for (const { d } of this.indexes) {
      let n = 0;
      while (n < d.attnums.length && names.includes(this.d.columns[d.attnums[n]! - 1]!.name)) n++;
      if (n > bestLength) { best = d; bestLength = n; }
    }
    let found: FoundRow[];
    if (best === undefined) found = this.drain(this.table.scan(snapshot, this.allAttnums));
    else {
      const key = best.attnums.slice(0, bestLength).map((a) => toDatum(this.d.columns[a - 1]!, where[this.d.columns[a - 1]!.name]));
      found = this.byPrefix(snapshot, best.name, key);
    }
    return names.length === bestLength ? found : found.filter(({ row }) => names.every((n) => sameValue(row[n], where[n])));
  }

  insert(tx: Transaction, row: AnyRow): RowId {
    const values = columnsFromRow(this.d, row);
    this.checkUnique(tx, values, -1);
    const rowid = this.table.insert(tx, values);
    for (const { d, index } of this.indexes) index.insert(tx, d.attnums.map((a) => values[a - 1]), rowid);
    return rowid;
  }

  /** Changes columns of a found row; new index entries where a key column changes or the row moves. */
  update(tx: Transaction, snapshot: Snapshot, found: FoundRow, changes: AnyRow): void {
    const row = { ...found.row, ...changes };
    const values = columnsFromRow(this.d, row);
    const attnums: number[] = [];
    for (const name of Object.keys(changes)) {
      const attnum = this.d.attnumByName.get(name);
      if (attnum === undefined) throw new Error(`${this.d.name} has no column ${name}`);
      if (changes[name] !== undefined) attnums.push(attnum);
    }
    const touched = this.indexes.filter(({ d }) => d.attnums.some((a) => attnums.includes(a)));
    if (touched.length > 0) this.checkUnique(tx, values, found.rowid);
    const result: RowOpResult = { newRowid: found.rowid, holder: undefined, cmax: 0 };
    const code = this.table.update(tx, snapshot, found.rowid, attnums, attnums.map((a) => values[a - 1]), result, touched.length > 0);
    this.expectOk(code);
    const moved = result.newRowid !== found.rowid;
    for (const { d, index } of moved ? this.indexes : touched) index.insert(tx, d.attnums.map((a) => values[a - 1]), result.newRowid);
  }

  remove(tx: Transaction, snapshot: Snapshot, rowid: RowId): void {
    const result: RowOpResult = { newRowid: rowid, holder: undefined, cmax: 0 };
    this.expectOk(this.table.delete(tx, snapshot, rowid, result));
  }

  private expectOk(code: number): void {
    if (code === TM.ok) return;
    throw new SqlError('XX000', code === TM.beingModified || code === TM.updated ? 'tuple concurrently updated' : 'tuple concurrently deleted');
  }

  private checkUnique(tx: Transaction, values: readonly Datum[], self: RowId): void {
    for (const { d, index } of this.indexes) {
      if (!d.unique) continue;
      const key = d.attnums.map((a) => values[a - 1]);
      const conflict = index.checkUnique(tx, this.table, key, self);
      if (conflict === undefined) continue;
      const columns = d.attnums.map((a) => this.d.columns[a - 1]!.name).join(', ');
      throw new SqlError('23505', `duplicate key value violates unique constraint "${d.name}"`, {
        detail: `Key (${columns})=(${key.map((k) => (k !== null && typeof k === 'object' ? (k as { elements: unknown[] }).elements.join(' ') : String(k))).join(', ')}) already exists.`,
        schema: this.d.schema, table: this.d.name, constraint: d.name,
      });
    }
  }

  private indexNamed(name: string): { d: IndexDescription; index: Index } {
    for (const i of this.indexes) if (i.d.name === name) return i;
    throw new Error(`${this.d.name} has no index ${name}`);
  }

  private drain(scan: { next(batch: RowBatch): Promise<void> | undefined }): FoundRow[] {
    const out: FoundRow[] = [];
    const { batch } = this;
    for (;;) {
      const pending = scan.next(batch);
      if (pending !== undefined) throw new PagePending(pending);
      if (batch.count === 0) return out;
      for (let i = 0; i < batch.count; i++) out.push({ rowid: batch.rowids[i]!, row: rowFromColumns(this.d, batch.values, i) });
    }
  }
}

function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((x, i) => x === b[i]);
}

/** Test support: a table (id, k, v) with an index on k and a unique one on id, and reading it all back. */
import { MemoryEngine, type StorageEngine } from '@pglitedb/storage';
import { baseType, type Datum, type Oid, type TypeImpl } from '@pglitedb/types';
import type { Index, IndexSpec, RowBatch, RowOpResult, Snapshot, Steps, Table, TableSpec, Transaction } from '../api.js';
import { openTransactionManager, type OpenOptions } from '../open.js';
import type { TransactionManagerImpl } from '../transaction/manager.js';

export const INT4: TypeImpl = baseType(23 as Oid)!;
export const TEXT: TypeImpl = baseType(25 as Oid)!;
export const TABLE = 20_000;
export const BY_K = 20_001;
export const BY_ID = 20_002;
export const SPEC: TableSpec = { columns: [{ type: INT4 }, { type: INT4 }, { type: TEXT }], logged: true, temporary: false };
export const K_SPEC = indexSpec(2, false);
export const ID_SPEC = indexSpec(1, true);

export function indexSpec(attnum: number, unique: boolean): IndexSpec {
  return {
    keys: [{ type: INT4, descending: false, nullsFirst: false, memcomparable: true }], tableColumns: [attnum], logged: true, temporary: false,
    unique, nullsNotDistinct: false, tableRelfile: TABLE,
  };
}

export async function openManager(options: Partial<OpenOptions> = {}): Promise<TransactionManagerImpl> {
  const engine: StorageEngine = options.engine ?? new MemoryEngine();
  return await openTransactionManager({ ...options, engine }) as TransactionManagerImpl;
}

export interface Fixture { tm: TransactionManagerImpl; table: Table; byK: Index; byId: Index }

export function createIn(tm: TransactionManagerImpl, tx: Transaction): Fixture {
  const table = tm.store.createTable(tx, TABLE, SPEC);
  return { tm, table, byK: tm.store.createIndex(tx, BY_K, K_SPEC), byId: tm.store.createIndex(tx, BY_ID, ID_SPEC) };
}

export function openIn(tm: TransactionManagerImpl): Fixture {
  const table = tm.store.openTable(TABLE, SPEC);
  return { tm, table, byK: tm.store.openIndex(BY_K, K_SPEC), byId: tm.store.openIndex(BY_ID, ID_SPEC) };
}

export async function makeFixture(options: Partial<OpenOptions> = {}): Promise<Fixture> {
  const tm = await openManager(options);
  const tx = tm.begin({ pid: 1 });
  const fixture = createIn(tm, tx);
  await tm.commit(tx, true);
  return fixture;
}

export function newBatch(columns: number): RowBatch {
  return { count: 0, rowids: new Float64Array(1024), values: Array.from({ length: columns }, () => []) };
}

export function newResult(): RowOpResult {
  return { newRowid: 0, holder: undefined, cmax: 0 };
}

export interface Row { rowid: number; id: number; k: number | null; v: string }

export function readAll(f: Fixture, snapshot: Snapshot): Row[] {
  return collect(f.table.scan(snapshot, [1, 2, 3]));
}

export function readByK(f: Fixture, snapshot: Snapshot, lower?: Datum, upper?: Datum, backward = false): Row[] {
  const range = { lower: lower === undefined ? undefined : [lower], lowerInclusive: true, upper: upper === undefined ? undefined : [upper], upperInclusive: true };
  return collect(f.byK.scan(f.table, snapshot, [range], backward ? 'backward' : 'forward', [1, 2, 3]));
}

function collect(scan: { next(batch: RowBatch): Promise<void> | undefined }): Row[] {
  const rows: Row[] = [];
  const batch = newBatch(3);
  for (;;) {
    scan.next(batch);
    if (batch.count === 0) return rows;
    for (let i = 0; i < batch.count; i++) rows.push({ rowid: batch.rowids[i]!, id: batch.values[0]![i], k: batch.values[1]![i], v: batch.values[2]![i] });
  }
}

/** Inserts a row with its index entries. */
export function insertRow(f: Fixture, tx: Transaction, id: number, k: number | null, v: string): number {
  const rowid = f.table.insert(tx, [id, k, v]);
  f.byId.insert(tx, [id], rowid);
  f.byK.insert(tx, [k], rowid);
  return rowid;
}

/** Runs a generator to its end, awaiting what it waits for. */
export async function finish<T>(steps: Steps<T>): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (step.value.kind === 'wait') await step.value.promise;
  }
}

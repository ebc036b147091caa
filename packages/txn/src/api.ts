/**
 * What the engine above sees of transactions and tables. Everything runs on one JavaScript thread; whatever may have to
 * wait is a generator (`Steps`) that yields a Pending and is resumed when it is worth trying again.
 */
import type { BlockColumn, Column, PageUse } from '@pglitedb/storage';
import type { Datum, Oid, TypeImpl } from '@pglitedb/types';

/** Why a generator gave up the thread: its time slice is over, or it waits for a promise (lock, page, back-pressure). */
export type Pending = { readonly kind: 'slice' } | { readonly kind: 'wait'; readonly promise: Promise<unknown> };
export type Steps<T> = Generator<Pending, T, void>;

/** Row identity: chunk * 1024 + slot. ctid shows it as (chunk, slot + 1). */
export type RowId = number;

/** What a statement sees: commits up to csn, and its own transaction's changes by commands before curcid. */
export interface Snapshot { readonly csn: number; readonly curcid: number; readonly xact: Transaction }

export type IsolationLevel = 'read uncommitted' | 'read committed' | 'repeatable read' | 'serializable';

export interface Transaction {
  /** PostgreSQL's 64-bit xid; 0 until the first write (or pg_current_xact_id) assigns one. */
  readonly xid: number;
  readonly isolation: IsolationLevel;
  readonly readOnly: boolean;
  /** Command counter: a row made by command c is seen by snapshots with curcid > c. */
  readonly commandId: number;
  /** True once this transaction has changed rows of a system catalog. */
  catalogChanged: boolean;
  /** pid of the owning session, for pg_locks and deadlock reports. */
  readonly pid: number;
  readonly state: 'active' | 'committed' | 'aborted';
  /** Grows at each savepoint and at each rollback to one: caches of own changes compare it. */
  readonly epoch: number;
  /** Where changed and inserted rows go (setting pglitedb.update_placement): append gives PostgreSQL's physical order. */
  updatePlacement: 'in_place' | 'append';
}

/** A position to roll back to. */
export interface Savepoint { readonly level: number }

export interface BeginOptions { isolation?: IsolationLevel; readOnly?: boolean; deferrable?: boolean; pid: number; waits?: LockWaits }
/** How the owner of a transaction waits for locks: its deadlock_timeout, and news of its cancellation. */
export interface LockWaits {
  deadlockTimeoutMs(): number;
  /** The listener's error ends the wait. Answers how to stop listening. */
  onInterrupt(listener: (error: Error) => void): () => void;
}

/** How a column is stored. missing = value of the column in rows older than the column (ADD COLUMN … DEFAULT). */
export interface ColumnSpec { type: TypeImpl; missing?: Datum }
/** Physical shape of a table; columns[i] is attnum i + 1, dropped ones included (kept as their old physical type). */
export interface TableSpec { columns: ColumnSpec[]; /** temporary and unlogged: never in the log */ logged: boolean; temporary: boolean }
export interface IndexKeySpec { type: TypeImpl; descending: boolean; nullsFirst: boolean; /** comparison other than the type's own: other opclass or collation */ compare?: (a: Datum, b: Datum) => number; /** true when type.sortKey's order applies */ memcomparable: boolean }
/** tableColumns[i]: attnum of key column i, 0 for an expression. */
export interface IndexSpec { keys: IndexKeySpec[]; tableColumns: number[]; logged: boolean; temporary: boolean; unique: boolean; nullsNotDistinct: boolean;
  /** relfile of its table: give it wherever known. Without it the entries of old versions stay, and every scan rechecks. */ tableRelfile?: number }

/**
 * Result codes of row operations, PostgreSQL's TM_Result. A row that the same command has changed already is selfModified,
 * one that it has inserted invisible (PostgreSQL answers invisible for both where a rowid was found by a unique check).
 */
export const TM = { ok: 0, invisible: 1, selfModified: 2, updated: 3, deleted: 4, beingModified: 5, wouldBlock: 6 } as const;
export type TmCode = (typeof TM)[keyof typeof TM];

/** Rows of a scan: column-major, values[c] is the array for the c-th requested attnum; only [0, count) is valid. */
export interface RowBatch { count: number; rowids: Float64Array; values: Datum[][] }

export interface TableScan {
  /** Fills the batch with up to 1024 visible rows; count 0 = end. A promise: a page is on its way, call again after it. */
  next(batch: RowBatch): Promise<void> | undefined;
  restart(): void;
  /**
   * Instead of next: shows the next chunk with visible rows without copying; count 0 = end. The view is good only until
   * the thread is given away or anything is written. A promise: as next.
   */
  vectors(view: ChunkVectors): Promise<void> | undefined;
  /** After vectors: the same chunk again from this slot on. */
  resumeAt(slot: number): void;
}

/** Visible rows of one chunk: columns[c] of the c-th requested attnum, row i of [0, count) in slot sel[i]; rowid = base + slot. */
export interface ChunkVectors { count: number; base: RowId; sel: Uint16Array; columns: Column[] }

export type RowLockMode = 'keyshare' | 'share' | 'nokeyexclusive' | 'exclusive';

/**
 * A key range of an index scan in index order (for a DESC column the lower bound is the greater value): prefix arrays of
 * key values; undefined bound = open. A NULL in a bound stands for the NULL key itself (IS NULL: lower = upper = [null],
 * IS NOT NULL on NULLS LAST: upper [null] exclusive). A column bounded only by non-NULL values never matches NULL keys.
 */
export interface KeyRange {
  lower?: readonly Datum[]; lowerInclusive: boolean; upper?: readonly Datum[]; upperInclusive: boolean;
}

/** The storage of one relation (one relfilenode). Column numbers are attnums (from 1). */
export interface Table {
  readonly relfile: number;
  readonly spec: TableSpec;
  /** Live-row and page estimates, PostgreSQL's reltuples and the 8 KiB pages these rows would take in a heap. */
  estimates(): { rows: number; pages: number };
  /** Rows of average width that an 8 KiB heap page would hold, filled up to `fillfactor` percent. */
  rowsPerPage(fillfactor: number): number;
  scan(snapshot: Snapshot, attnums: readonly number[], options?: { startRow?: RowId; endRow?: RowId }): TableScan;
  /** Writes the visible version of a row into out[c][at]; false if none is visible. rowid may be that of an older version. */
  fetch(snapshot: Snapshot, rowid: RowId, attnums: readonly number[], out: Datum[][], at: number): boolean;
  /** Where the row that once was at `rowid` is for the snapshot: append placement moves rows. */
  currentRowid(snapshot: Snapshot, rowid: RowId): RowId;
  /** Latest version (committed or own), for rechecks after a lock wait. */
  fetchLatest(tx: Transaction, rowid: RowId, attnums: readonly number[], out: Datum[][], at: number): boolean;
  /** values[attnum - 1]; returns the new rowid. */
  insert(tx: Transaction, values: readonly Datum[]): RowId;
  /** Inserts rows [0, n): block[attnum - 1] has the column's values, undefined for all NULL. No index is told. rowids[i] becomes row i's. */
  insertBlock(tx: Transaction, block: readonly (BlockColumn | undefined)[], n: number, rowids?: RowId[]): void;
  /** Sets the given columns. newRowid differs from rowid under append placement. keyUpdate: an index key column changes. */
  update(tx: Transaction, snapshot: Snapshot, rowid: RowId, attnums: readonly number[], values: readonly Datum[], result: RowOpResult, keyUpdate: boolean): TmCode;
  /** toOtherPartition: the deletion is an update's move of the row to another table of the same partitioned one. */
  delete(tx: Transaction, snapshot: Snapshot, rowid: RowId, result: RowOpResult, toOtherPartition?: boolean): TmCode;
  /**
   * Locks a row. After `updated` (from update, delete or lock), lock(…, result.newRowid, …, latest = true) locks the latest
   * version whatever the snapshot; then fetchLatest and recheck. Once this transaction holds a lock on a row, update and
   * delete no longer compare it with the snapshot: nobody else can have changed it since.
   */
  lock(tx: Transaction, snapshot: Snapshot, rowid: RowId, mode: RowLockMode, result: RowOpResult, latest?: boolean): TmCode;
  /** xmin, xmax, cmin, cmax of the visible version. */
  systemColumns(snapshot: Snapshot, rowid: RowId): { xmin: number; xmax: number; cmin: number; cmax: number };
  /** Removes every row; at once and for good if tx created this relation file, else as a DELETE of each row. */
  truncate(tx: Transaction): void;
  /** Makes the slots of deleted rows reusable under append placement too (in place they are anyway), as VACUUM does. */
  vacuum(): void;
}

/** Filled by update, delete and lock. */
export interface RowOpResult {
  /** ok after update: where the row now is. updated: where its latest version is, negative when it went to another partition. */
  newRowid: RowId;
  /** beingModified: the transaction to wait for, with TransactionManager.waitFor. */
  holder: Transaction | undefined;
  cmax: number;
}

export interface IndexScan {
  /** As TableScan.next, in index order, each visible row once (entries that the visible version no longer has are skipped). */
  next(batch: RowBatch): Promise<void> | undefined;
  restart(ranges: readonly KeyRange[]): void;
}

/** A b-tree index over a Table. Entries have no visibility of their own. */
export interface Index {
  readonly relfile: number;
  readonly spec: IndexSpec;
  estimates(): { entries: number; pages: number; height: number };
  insert(tx: Transaction, key: readonly Datum[], rowid: RowId): void;
  /** Keys of rows that are to be inserted together; undefined where they must go one by one (expressions, partial indexes). */
  batch(table: Table, keys: readonly (readonly Datum[])[]): IndexBatch | undefined;
  /**
   * Looks for another live row with this key. conflict: its rowid; holder: a transaction whose outcome decides.
   * `self` is excluded (its rowid; -1: none). Partial and expression indexes must give recheckKey: their stale entries stay.
   */
  checkUnique(tx: Transaction, table: Table, key: readonly Datum[], self: RowId, recheckKey?: RecheckKey): UniqueCheck | undefined;
  /** recheckKey computes the index key of a fetched row version for expression indexes; undefined for plain columns. */
  scan(table: Table, snapshot: Snapshot, ranges: readonly KeyRange[], direction: 'forward' | 'backward', attnums: readonly number[], recheckKey?: RecheckKey): IndexScan;
  /** Point lookup for the OLTP fast path: visible rowid of a unique key, or -1. */
  lookup(table: Table, snapshot: Snapshot, key: readonly Datum[], recheckKey?: RecheckKey): RowId;
  /**
   * A unique key's visible row in one step: writes its columns into out[c][0] and answers its rowid, or -1. For plain
   * indexes (no expressions, no predicate) whose keys hold no NULL.
   */
  fetchUnique(table: Table, snapshot: Snapshot, key: readonly Datum[], attnums: readonly number[], out: Datum[][]): RowId;
  /** Adds entries for all (key, rowid) produced; CREATE INDEX. */
  build(tx: Transaction, entries: Iterable<{ key: readonly Datum[]; rowid: RowId }>): void;
}
/** Good until anything else changes the index. */
export interface IndexBatch {
  /** No two of the keys are equal, and no other row has one of them, nor would if some transaction ended so or so. */
  free(tx: Transaction): boolean;
  /** Adds the entries; rowids[i] belongs to key i. */
  insert(tx: Transaction, rowids: readonly RowId[]): void;
}
export interface UniqueCheck { conflict: RowId; holder: Transaction | undefined }
export interface RecheckKey { readonly attnums: readonly number[]; /** undefined: this version is not in the index (partial index). */ keyOf(values: readonly Datum[]): readonly Datum[] | undefined }

/** Relation-level lock modes, PostgreSQL's numbers 1 (AccessShare) … 8 (AccessExclusive). */
export type LockMode = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;
export interface LockTag { kind: 'relation' | 'transactionid' | 'virtualxid' | 'advisory' | 'object' | 'tuple'; database: Oid; id: number; id2?: number; id3?: number }
export interface LockInfo { tag: LockTag; pid: number; mode: LockMode; granted: boolean; waitStart: number | undefined }

export interface LockManager {
  /** Raises 55P03 with nowait, 40P01 on deadlock, 55P03 on lock_timeout (timeoutMs > 0). Released at transaction end (session: at unlock). */
  acquire(tx: Transaction, tag: LockTag, mode: LockMode, options?: { nowait?: boolean; timeoutMs?: number; session?: boolean; /** e.g. relation "t", for messages */ what?: string }): Steps<boolean>;
  /** Grants at once or answers false: never waits. The uncontended fast path. */
  tryAcquire(tx: Transaction, tag: LockTag, mode: LockMode, session?: boolean): boolean;
  /** Whether tryAcquire would grant it to a process that holds nothing there: enough for work that is over before anybody else runs. */
  permits(tag: LockTag, mode: LockMode): boolean;
  release(pid: number, tag: LockTag, mode: LockMode): boolean;
  releaseSession(pid: number): void;
  list(): LockInfo[];
  blockingPids(pid: number): number[];
}

export interface SequenceState { last: number | bigint; called: boolean }

export interface TransactionManager {
  begin(options: BeginOptions): Transaction;
  /** Undefined: nothing to make durable. Otherwise resolves when the commit is on disk; sync=false answers at once (synchronous_commit=off). Raises 40001 for a
   * serializable transaction that read what a concurrent one changed: it is still active then, roll it back. */
  commit(tx: Transaction, sync: boolean): Promise<void> | undefined;
  rollback(tx: Transaction): void;
  savepoint(tx: Transaction): Savepoint;
  /** The savepoint itself stays. */
  rollbackTo(tx: Transaction, savepoint: Savepoint): void;
  /** Forgets it and those after it; their changes stay. */
  releaseSavepoint(tx: Transaction, savepoint: Savepoint): void;
  /** Ends the current command: later snapshots of tx see its changes. */
  nextCommand(tx: Transaction): void;
  /** A snapshot of now (read committed) or the transaction's own (repeatable read). Registered until release. */
  snapshot(tx: Transaction): Snapshot;
  release(snapshot: Snapshot): void;
  assignXid(tx: Transaction): number;
  /** Waits until `holder` ends (detects deadlocks 40P01; 55P03 after timeoutMs). */
  waitFor(tx: Transaction, holder: Transaction, timeoutMs: number, what: string): Steps<void>;
  /** Snapshots for work that is over before anybody else runs. */
  readonly instant: InstantSnapshots;
  readonly locks: LockManager;
  readonly store: RelationStore;
  readonly twoPhase: TwoPhase;
  /** What a read-only result built on this snapshot must wait for before it is sent; undefined: everything it saw is durable, or was committed with sync = false. */
  durableBarrier(snapshot?: Snapshot): Promise<void> | undefined;
  /** txid_status; undefined = too old to know. */
  transactionStatus(xid: number): 'in progress' | 'committed' | 'aborted' | undefined;
  /** pg_snapshot of a snapshot: xids in progress for it. xmax is the first xid not yet assigned then. */
  xidSnapshot(snapshot: Snapshot): { xmin: number; xmax: number; xip: number[] };
  /** Rolls back what is active, checkpoints and closes the engine. */
  close(): Promise<void>;
}

/** Snapshots of now that are neither allocated nor registered: each is valid until the next one is asked for, and until the caller returns to the event loop. */
export interface InstantSnapshots {
  /** What the next command of a read committed transaction sees; without one, what is committed. */
  of(tx: Transaction | undefined): Snapshot;
}

/** A row of pg_prepared_xacts; preparedAt in ms since 1970. */
export interface PreparedTransaction { gid: string; xid: number; owner: string; database: Oid; preparedAt: number }

/** PREPARE TRANSACTION and what follows. Raises 42710 and 42704 for gids in use and unknown ones, 0A000 for what cannot be prepared. */
export interface TwoPhase {
  /** Afterwards the session has no transaction. Resolves when the preparation is durable. */
  prepare(tx: Transaction, gid: string, owner: string, database: Oid): Promise<void>;
  commit(gid: string): Promise<void> | undefined;
  rollback(gid: string): Promise<void>;
  list(): PreparedTransaction[];
}

/** Relation files. Creation and removal are transactional: undone at rollback, done at commit. */
export interface RelationStore {
  createTable(tx: Transaction, relfile: number, spec: TableSpec): Table;
  /** Opens (cached by relfile); spec as the catalog has it, so that added columns are known. */
  openTable(relfile: number, spec: TableSpec): Table;
  createIndex(tx: Transaction, relfile: number, spec: IndexSpec): Index;
  openIndex(relfile: number, spec: IndexSpec): Index;
  /** ALTER TABLE ADD COLUMN without rewrite: spec has more columns than before. Undone at rollback. Call it before openTable sees the longer spec. */
  extendTable(tx: Transaction, relfile: number, spec: TableSpec): Table;
  drop(tx: Transaction, relfile: number): void;
  /** Indexes with replayed entries that wait for openIndex with their spec: open them soon after start, the log is kept till then. */
  pendingIndexes(): number[];
  /** A relfile number never used before. */
  newRelfile(): number;
  /** Sequences are outside of transactions: changes are logged and never rolled back. */
  sequence(relfile: number): SequenceState | undefined;
  setSequence(tx: Transaction, relfile: number, state: SequenceState): void;
  /** Oids and other cluster counters, durable. */
  nextOid(): Oid;
  /** Counts of page accesses, for EXPLAIN's BUFFERS. */
  readonly pageUse: Readonly<PageUse>;
  /** Writes everything committed, and truncates the log. */
  checkpoint(): Promise<void>;
}

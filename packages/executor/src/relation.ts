/** Opened relations: a relcache entry with its storage and its indexes, cached for as long as the entry lives. */
import type { IndexInfo, RelationInfo } from '@pglitedb/catalog';
import type { ColumnSpec, Index, IndexSpec, LockMode, Steps, Table, TableSpec } from '@pglitedb/txn';
import { SqlError, type Datum, type Oid, type TypeImpl } from '@pglitedb/types';
import type { SessionServices } from './context.js';
import { sequenceTable } from './sequence-table.js';

export interface IndexHandle { readonly info: IndexInfo; readonly index: Index }
export interface RelationHandle {
  readonly info: RelationInfo;
  readonly table: Table;
  readonly indexes: readonly IndexHandle[];
  /** By attnum - 1. */
  readonly types: readonly (TypeImpl | undefined)[];
}

const cache = new WeakMap<RelationInfo, RelationHandle>();

/** Opens by oid; the caller holds a lock. */
export function openRelation(session: SessionServices, oid: Oid): RelationHandle {
  const info = session.catalog().relation(oid);
  if (info === undefined) throw new SqlError('42P01', `could not open relation with OID ${oid}`);
  let handle = cache.get(info);
  if (handle === undefined) {
    const spec = tableSpec(session, info);
    const store = session.txns.store;
    const table = info.relkind === 'S' ? sequenceTable(session, info, spec) : store.openTable(info.relfile, spec);
    const indexes = info.indexes.filter((i) => i.ready && info.relkind !== 'p').map((i) => ({ info: i, index: store.openIndex(i.relfile, indexSpec(session, info, i)) }));
    handle = { info, table, indexes, types: info.attributes.map((a) => (a.attisdropped ? undefined : session.catalog().types.typeImpl(a.atttypid))) };
    cache.set(info, handle);
  }
  return handle;
}

/** Physical type of a dropped column: its bytes are never read again, only its width class matters. */
function physicalType(session: SessionServices, typid: Oid, len: number): TypeImpl {
  const types = session.catalog().types;
  if (typid !== 0) return types.typeImpl(typid);
  const byLength: Record<number, Oid> = { 1: 16, 2: 21, 4: 23, 8: 20 };
  return types.typeImpl(byLength[len] ?? 25);
}

export function tableSpec(session: SessionServices, info: RelationInfo): TableSpec {
  const columns = info.attributes.map((a): ColumnSpec => ({ type: physicalType(session, a.atttypid, a.attlen), missing: a.missing ?? null }));
  return { columns, logged: info.relpersistence === 'p', temporary: info.relpersistence === 't' };
}

const INDOPTION_DESC = 1;
const INDOPTION_NULLS_FIRST = 2;

export function indexSpec(session: SessionServices, rel: { relpersistence: string; relfile?: number }, i: IndexInfo): IndexSpec {
  const types = session.catalog().types;
  const keys = i.attnums.slice(0, i.nkeys).map((_, k) => {
    const type = types.typeImpl(i.keytypes[k]!);
    const option = i.options[k] ?? 0;
    return { type, descending: (option & INDOPTION_DESC) !== 0, nullsFirst: (option & INDOPTION_NULLS_FIRST) !== 0, memcomparable: type.sortKey !== undefined };
  });
  return {
    keys, tableColumns: i.attnums.slice(0, i.nkeys), logged: rel.relpersistence === 'p', temporary: rel.relpersistence === 't',
    unique: i.unique, nullsNotDistinct: i.nullsNotDistinct, tableRelfile: rel.relfile,
  };
}

/** Takes a relation lock: at once where nobody is in the way. */
export function* lockRelation(session: SessionServices, oid: Oid, mode: LockMode, nowait = false): Steps<void> {
  const tag = { kind: 'relation' as const, database: session.catalog().session.databaseOid, id: oid };
  const locks = session.txns.locks;
  const tx = session.transaction();
  if (locks.tryAcquire(tx, tag, mode)) return;
  if (nowait) throw new SqlError('55P03', `could not obtain lock on relation "${session.catalog().relation(oid)?.relname ?? oid}"`);
  yield* locks.acquire(tx, tag, mode, { timeoutMs: Number(session.setting('lock_timeout') ?? 0) });
}

/** All attributes of a row in order, null for dropped ones. */
export function emptyRow(handle: RelationHandle): Datum[] { return handle.info.attributes.map(() => null); }

/** Sizes of relations in PostgreSQL's 8 KiB pages, from the storage's estimates. */
import type { Oid } from '@pglitedb/types';
import type { CatalogReader, RelationInfo } from '../api.js';
import { Reader } from '../reader.js';

const BY_LENGTH: Readonly<Record<number, Oid>> = { 1: 16, 2: 21, 4: 23, 8: 20 };

function estimates(reader: CatalogReader, info: RelationInfo): { rows: number; pages: number } {
  if (!(reader instanceof Reader)) return { rows: Math.max(info.reltuples, 0), pages: info.relpages };
  const columns = info.attributes.map((a) => ({ type: reader.types.typeImpl(a.atttypid !== 0 ? a.atttypid : (BY_LENGTH[a.attlen] ?? 25)), missing: a.missing ?? null }));
  return reader.catalog.txns.store.openTable(info.relfile, { columns, logged: info.relpersistence === 'p', temporary: info.relpersistence === 't' }).estimates();
}

export function relationPages(reader: CatalogReader, info: RelationInfo): number {
  return info.relkind === 't' ? 0 : estimates(reader, info).pages;
}

const ENTRY_BYTES = 20;
const FILLED_PAGE = 8192 * 0.9;

/** What a b-tree over the table's rows would take: its meta page, and leaves of 90 % full pages. */
export function indexPages(reader: CatalogReader, index: Oid): number {
  const table = reader.syscache('INDEXRELID', index)?.indrelid;
  const info = table === undefined ? undefined : reader.relation(table);
  if (info === undefined || !'rmt'.includes(info.relkind)) return 0;
  const { rows } = estimates(reader, info);
  return rows === 0 ? 1 : 1 + Math.ceil((rows * ENTRY_BYTES) / FILLED_PAGE);
}
